"""Files, folders, zips and tables: what is opened, what is not, and what is said of it."""

import csv
import json
import zipfile
from pathlib import Path

import pytest

from iagcore.directory import reading, tables
from iagcore.directory.json_stream import JSONStream, Parsed, Unreadable
from iagcore.opportunities import Recurrence, Status, Term, Venue
from tests.directory.feeds import SAMPLES, from_json, from_text, imported

ART = '[{"id": "1", "name": "Café “Art”"}]'


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("utf-16", False),
        ("utf-16-le", False),
        ("utf-32", False),
        ("cp1252", True),
    ],
)
def test_letters_are_read_in_whatever_encoding(tmp_path: Path, encoding: str, told: bool) -> None:
    found = from_text(tmp_path, ART.encode(encoding))
    assert [one.name for one in found.opportunities] == ["Café “Art”"]
    assert [sort for sort, _ in found.sentences] == (["encoding"] if told else [])


def test_letters_of_two_encodings_in_one_file_are_both_read(tmp_path: Path) -> None:
    mixed = '[{"id": "1", "name": "Café"}, {"id": "2", "name": "'.encode() + "Caf\xe9".encode("cp1252") + b'\x81"}]'
    assert [one.name for one in from_text(tmp_path, mixed).opportunities] == ["Café", "Café"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \n" * 70_000, "it is empty"),
        ("<html></html>", "it is a page of HTML; name a file of JSON, or a folder or zip of tables"),
        ("hello", "it is no JSON: it begins with 'hello'; name a file of JSON, or a folder or zip of tables"),
    ],
)
def test_a_file_that_is_no_json_is_not_read(tmp_path: Path, text: str, reason: str) -> None:
    found = from_text(tmp_path, text)
    assert (found.summary.files, [one.reason for one in found.summary.unread]) == (0, [reason])


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text(ART)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    assert [one.reason for one in imported(path).summary.unread] == ["it cannot be read (Permission denied)"]
    monkeypatch.setattr(reading, "_is_zip", lambda _: False)
    assert [one.reason for one in imported(path).summary.unread] == ["it cannot be read (Permission denied)"]


def test_line_delimited_json_is_read_line_by_line(tmp_path: Path) -> None:
    lines = '{"id": "1", "name": "Art"}\n\n{"id": "2", "name":\n\ufeff{"id": "3", "name": "Chess"}\r\n[1, 2]'
    found = from_text(tmp_path, lines, "feed.ndjson")
    assert [one.name for one in found.opportunities] == ["Art", "Chess"]
    assert found.counts == (5, 2, 0, 3)
    assert from_text(tmp_path, '{"id": "1", "name": "Art"}\n{"id": "2", "name": "Chess"}').counts == (2, 2, 0, 0)


def test_a_line_that_has_no_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_CELL", 100)
    found = from_text(tmp_path, "x" * 70_000, "feed.jsonl")
    assert [one.reason for one in found.summary.unread] == ["a line of it is longer than 100 characters"]
    found = from_text(tmp_path, "id,name\n" + "x" * 140_000, "services.csv")
    assert [one.reason for one in found.summary.unread] == ["a line of it is longer than 100 characters"]


def test_a_file_that_is_longer_than_what_is_unpacked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 5)
    assert [one.reason for one in from_text(tmp_path, ART).summary.unread] == ["it is longer than 5 bytes"]


def test_pages_in_a_list_are_opened(tmp_path: Path) -> None:
    pages = [{"contents": [{"id": "1", "name": "Art"}]}, {"content": [{"id": "2", "name": "Bowls"}]}]
    assert from_json(tmp_path, pages).counts == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('[{"a": 1,}, {"b": oops}, [1,], {"c": 3}]', [{"a": 1}, {}, 1, {"c": 3}]),
        ('{"a": 1} {"b": 2}, ]', [{"a": 1}, {"b": 2}]),
        ('[{"a": NaN}, {"b": "x\ny"}]', [[{"a": None}, {"b": "x\ny"}]]),
        ('{"a": 1 "b": 2, 3, "c": }', [{"a": 1, "b": 2}]),
        ('{"a": 1', []),
        ("12 345", [12, 345]),
        ('["a", tru, "b"]', ["a", "b"]),
        ('[{"a": 1}, {"b', [{"a": 1}]),
        ('[{"a": 1}, [{"b": 2}, "', [{"a": 1}, {"b": 2}]),
    ],
)
def test_what_is_right_of_a_text_that_is_no_json_is_kept(text: str, values: list[object]) -> None:
    found = list(JSONStream(iter(text)))
    assert [one.value for one in found if isinstance(one, Parsed)] == values


def test_a_number_of_more_digits_than_python_reads_is_no_json() -> None:
    found = list(JSONStream(iter([f"[{'9' * 5000}, 1]"])))
    assert [type(one) for one in found] == [Unreadable, Parsed]


def test_what_a_folder_holds_is_opened_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.json").write_text('[{"id": "1", "name": "Art"}]')
    (tmp_path / "b" / "c.JSON").write_text('[{"id": "2", "name": "Bowls"}]')
    (tmp_path / ".git" / "d.json").write_text('[{"id": "3", "name": "Chess"}]')
    (tmp_path / "readme.txt").write_text("not data")
    with zipfile.ZipFile(tmp_path / "b" / "e.zip", "w") as archive:
        archive.writestr("__MACOSX/f.json", '[{"id": "4", "name": "Darts"}]')
        archive.writestr("g/h.json", '[{"id": "5", "name": "Egg painting"}]')
        archive.writestr("g/", "")
    found = imported(tmp_path)
    assert [one.name for one in found.opportunities] == ["Art", "Bowls", "Egg painting"]
    assert found.summary.files == 3


def test_a_folder_or_a_zip_with_nothing_in_it_to_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "readme.txt").write_text("not data")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("a.zip", "zip within zip")
        archive.writestr("organizations.csv", "id,name\n1,College\n")
    (tmp_path / "g.zip").write_bytes(b"PK\x03\x04 and then nothing")
    reasons = [one.reason for one in imported(tmp_path / "f", tmp_path / "f.zip", tmp_path / "g.zip").summary.unread]
    assert reasons[:2] == ["no file in it is JSON, or a table of services"] * 2
    assert reasons[2].startswith("it is no zip that can be read")
    monkeypatch.setattr(reading, "MOST_MEMBERS", 0)
    reasons = [one.reason for one in imported(tmp_path / "f", tmp_path / "f.zip").summary.unread]
    assert reasons == ["it holds more than 0 files; name those meant", "it holds more than 0 files"]


def test_a_member_of_a_zip_that_cannot_be_unpacked_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", '[{"id": "1", "name": "Art"}]')
        archive.writestr("b.json", '[{"id": "2", "name": "Bowls"}]')
        archive.writestr("c.json", '[{"id": "3", "name": "Chess"}]')
    content = bytearray(path.read_bytes())
    place = content.index(b"Bowls")
    content[place : place + 5] = b"Balls"  # the sum over it is another now
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] |= 1  # and the last is said to be encrypted
    path.write_bytes(bytes(content))
    found = imported(path)
    assert [one.name for one in found.opportunities][:1] == ["Art"]
    assert [one.reason for one in found.summary.unread] == [
        "it cannot be unpacked (Bad CRC-32 for file 'b.json')",
        "it is encrypted; unpack it first",
    ]


# ---- tables


def test_a_data_package_of_hsds_1_1_is_read_as_folder_and_zip(tmp_path: Path) -> None:
    folder = SAMPLES / "hsds-1.1"
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for path in folder.rglob("*.*"):
            archive.write(path, f"package/{path.relative_to(folder)}")
    as_folder, as_zip = imported(folder), imported(tmp_path / "p.zip")
    assert as_folder.opportunities == as_zip.opportunities
    assert as_folder.counts == (2, 2, 0, 0)
    clay, choir = as_folder.opportunities
    assert (clay.id, clay.name, clay.organisation, clay.status) == ("1", "Clay", "College", Status.ACTIVE)
    assert [one.recurrence for one in clay.times] == [
        Recurrence(freq="WEEKLY", days=("MO",)),
        Recurrence(freq="WEEKLY", days=("TU",)),
    ]
    assert clay.places == (
        Venue(
            name="Pottery",
            address="2 Mill Lane, Felpersham",
            postcode="FE1 2BB",
            latitude=51.5,
            longitude=0.7,
            access=("Ramp",),
        ),
    )
    assert (clay.terms, clay.phones, clay.joining) == ((Term("Crafts", "t1", "local"),), ("01632 960 002",), "Drop in")
    assert (choir.description, choir.terms, choir.organisation) == ("Sing\nwith us", (Term("Music"),), None)
    assert [one.sentence for one in as_folder.told] == [
        "the day 'Monday' was read as MO",
        "the day '2' was read as TU",
        "its organisation 'o9' is not in the package",
        "its location 'l9' is not in the package",
        "schedules: 1 row names a service that is not in the package, such as '99'",
    ]


def test_orphans_of_a_package_are_told_by_table(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text("id,name,organization_id\n1,Art,o1\n,Nameless id,\n")
    (tmp_path / "service_at_location.csv").write_text("id,service_id,location_id\n,1,l1\n")
    (tmp_path / "locations.csv").write_text("id,name\nl1,Hall\n")
    (tmp_path / "phones.csv").write_text("id,service_id,contact_id,number\n1,8,,1234\n2,9,,1234\n3,,c1,5678\n")
    (tmp_path / "contacts.csv").write_text("id,service_id,name\nc1,1,Ann\n,1,Bob\n")
    (tmp_path / "attributes.csv").write_text("id,link_id,taxonomy_term_id\na1,1,t1\na2,1,\n")
    (tmp_path / "taxonomy_terms.csv").write_text("id,name\nt1,Crafts\n")
    (tmp_path / "funding.csv").write_text("id,service_id\n1,1\n")
    found = imported(tmp_path)
    assert found.counts == (2, 2, 0, 0)
    assert found.sentences[-1] == ("link", "phones: 2 rows name a service that is not in the package, such as '8'")
    [art] = [one for one in found.opportunities if one.name == "Art"]
    assert (art.phones, art.terms, art.places) == (("5678",), (Term("Crafts", "t1"),), (Venue(name="Hall"),))


def test_tables_with_other_marks_between_columns_and_other_line_ends_are_read(tmp_path: Path) -> None:
    assert from_text(tmp_path, "\ufeffid;name\r1;Art\r2;Bowls\r", "services.csv").counts == (2, 2, 0, 0)
    assert from_text(tmp_path, "ID\tName\n1\tArt\x00\n\n", "council.csv").opportunities[0].name == "Art"
    assert from_text(tmp_path, "", "services.csv").sentences[-1] == ("file", "it lists no service")


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_CELL", 10)
    before = csv.field_size_limit()
    try:
        found = from_text(tmp_path, "id,name\n1,this is longer than ten\n", "services.csv")
    finally:
        csv.field_size_limit(before)
    assert [one.reason for one in found.summary.unread] == [
        "it is no table that can be read (field larger than field limit (10))"
    ]


@pytest.mark.parametrize(
    "descriptor", ["{oops", "[]", '{"resources": 7}', '{"resources": [7]}', '{"resources": [{"path": 7}]}', "\x00"]
)
def test_a_descriptor_that_cannot_be_read_leaves_the_names_of_the_files(tmp_path: Path, descriptor: str) -> None:
    (tmp_path / "services.csv").write_text("id,name\n1,Art\n")
    (tmp_path / "datapackage.json").write_text(descriptor)
    assert imported(tmp_path).counts == (1, 1, 0, 0)


# ---- shapes

SERVICE = {"id": "1", "name": "Art", "status": "active"}


@pytest.mark.parametrize(
    ("document", "organisation", "place"),
    [
        ({**SERVICE, "organization": {"name": "College"}}, "College", None),
        ({"organization": {"name": "College"}, "services": [SERVICE]}, "College", None),
        ({"organizations": [{"id": "o", "name": "College"}], "services": [{**SERVICE, "organization_id": "o"}]}, "College", None),
        ({"organizations": [{"id": "o", "name": "College"}], "services": [{**SERVICE, "organization_id": "x"}]}, "College", None),
        ({"organizations": [{"name": "College", "services": [SERVICE]}]}, "College", None),
        ({"name": "College", "services": [SERVICE], "legal_status": "x"}, "College", None),
        ({"locations": [{"name": "Hall", "location_type": "physical", "services": [SERVICE]}]}, None, "Hall"),
        ({"locations": [{"id": "l", "name": "Hall"}], "services": [{**SERVICE, "location_id": "l"}]}, None, "Hall"),
        ({"locations": [{"id": "l", "name": "Hall"}], "services": [{**SERVICE, "location_ids": ["x"]}]}, None, None),
        ({"service": SERVICE, "location": {"name": "Hall"}}, None, "Hall"),
        ({"data": {"result": json.dumps(SERVICE)}}, None, None),
        ({"schedules": [{"service_id": "1", "freq": "WEEKLY"}], "services": [SERVICE]}, None, None),
    ],
)  # fmt: skip
def test_a_service_is_found_in_every_shape(
    tmp_path: Path, document: object, organisation: str | None, place: str | None
) -> None:
    [found] = from_json(tmp_path, document).opportunities
    assert (found.name, found.organisation) == ("Art", organisation)
    assert [one.name for one in found.places] == ([place] if place else [])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"$schema": "x", "properties": {}}, "it is a schema, and no data"),
        ({"id": "1", "name": "Hall", "latitude": 1, "schedules": []}, "it is a location"),
        ({"id": "1", "name": "Art", "taxonomy": "x"}, "it is a term of a taxonomy"),
        ({"id": "1", "name": "Art", "version": "x"}, "it is a taxonomy"),
        ({"id": "1", "name": "College", "website": "x"}, "it is an organisation without services"),
        ({"organizations": [{"id": "1", "name": "College"}]}, "it holds organisations, and no service"),
        ({"locations": [{"id": "1", "name": "Hall"}]}, "it holds locations, and no service"),
        ({"services.csv": []}, "it is the tables of a data package in one file: import the package itself"),
        ({"foo": 1}, "it has nothing that a service has, only 'foo'"),
        ([{}], "it is empty"),
        ([17], "17 is no record"),
        ([["x"]], "'x' is no record"),
        ([[[[[[[[1]]]]]]]], "it lies more than 6 shapes deep"),
    ],
)
def test_what_is_no_service_is_set_aside_by_name(tmp_path: Path, document: object, reason: str) -> None:
    found = from_json(tmp_path, document)
    assert found.sentences[0] == ("set aside", reason)
    assert found.summary.kept == 0
