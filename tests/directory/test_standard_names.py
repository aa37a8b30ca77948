"""Feeds under other names than the standard's, and files that are no feed: nothing that was kept is lost by either."""

import json
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from iagcore.directory.importing import import_files
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.standard_names import ALIASES, FIELDS, by_standard_names, not_of_the_standard, plainly, read_as
from iagcore.opportunities import Opportunity, Status, Time, Venue
from tests.directory.feeds import TODAY, Imported, from_json, from_text, imported, read_one


def kept_before() -> MemoryDirectory:
    directory = MemoryDirectory()
    three = [Opportunity(id, name) for id, name in (("1", "Art"), ("2", "Walks"), ("3", "Cafe"))]
    directory.keep(three, feed="council", today=TODAY)
    return directory


def in_full(folder: Path, value: Any, name: str = "feed.json", directory: MemoryDirectory | None = None) -> Imported:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return imported(path, directory=directory or kept_before(), full=True)


def names(found: Imported) -> list[tuple[str, bool]]:
    return [(one.opportunity.name, one.gone is not None) for one in found.directory.listings()]


ALL_THREE = [("Art", False), ("Walks", False), ("Cafe", False)]


# ---- names


@pytest.mark.parametrize(
    ("table", "name", "field"),
    [
        ("service", "id", "id"),
        ("service", "Service ID", "id"),
        ("service", "service_recordid", "id"),
        ("service", "serviceName", "name"),
        ("service", "SERVICE-NAME", "name"),
        ("service", "Who's it for?", "eligibility_description"),
        ("service", "service_website", "url"),
        ("service", "service_organization", "organization_id"),
        ("service", "service_locations", "location_id"),
        ("service", "service_phones", None),
        ("service", "service_details", None),
        ("service", "colour", None),
        ("organization", "organization_recordid", "id"),
        ("organization", "organisation_name", "name"),
        ("location", "location_latitude", "latitude"),
        ("phone", "phone_services", "service_id"),
        ("service_at_location", "service_recordid", "service_id"),
        ("service_taxonomy", "taxonomy_recordid", "taxonomy_id"),
        ("schedule", "organization_recordid", None),
        ("attribute", "value", "value"),
        ("taxonomy", "version", "version"),
    ],
)
def test_a_name_is_read_as_the_field_that_it_can_only_mean(table: str, name: str, field: str | None) -> None:
    assert read_as(table, name) == field


def test_a_field_that_holds_records_is_words_in_a_cell() -> None:
    assert (read_as("service", "Provider", cell=True), read_as("service", "provider")) == (
        "organization_name",
        "provider",
    )


def test_every_alias_is_of_a_field_of_the_standard_and_of_one_alone() -> None:
    for table, fields in ALIASES.items():
        assert fields.keys() <= FIELDS[table]
        said = [name for others in fields.values() for name in others.split()]
        assert len(said) == len(set(said))
        assert said == [plainly(name) for name in said]


def test_a_field_that_is_there_already_is_let_alone() -> None:
    assert by_standard_names({"name": "Art", "service_name": "Bowls", "id": "", "service_id": 7}) == {
        "name": "Art",
        "service_name": "Bowls",
        "id": 7,
        "service_id": 7,
    }


def test_what_the_standard_does_not_have_is_named_with_the_nearest_that_it_has() -> None:
    assert not_of_the_standard(["nmae", "zzz"]) == "'nmae' (did you mean 'name'?), 'zzz'"
    assert not_of_the_standard(["zzz"] * 32).endswith("'zzz' and 2 more")
    assert not_of_the_standard(["pone"], "attribute") == "'pone'"


# ---- tables


def test_a_package_with_other_column_names_is_the_same_package(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text(
        "service_recordid,service_name,service_organization,service_status,service_locations\n1,Art,o1,active,l1\n"
    )
    (tmp_path / "organizations.csv").write_text("organization_recordid,organization_name\no1,College\n")
    (tmp_path / "locations.csv").write_text("location_recordid,location_name\nl1,Hall\n")
    (tmp_path / "phones.csv").write_text("phone_recordid,phone_number,phone_services\np1,01632 960 002,1\n")
    found = imported(tmp_path)
    assert found.opportunities == [
        Opportunity(
            "1",
            "Art",
            status=Status.ACTIVE,
            organisation="College",
            places=(Venue(name="Hall"),),
            phones=("01632 960 002",),
        )
    ]
    assert found.summary.whole
    assert [one.sentence for one in found.told][-1] == (
        "columns under other names than the standard's were read: 'service_recordid' as id, 'service_name' as name, "
        "'service_organization' as organization_id, 'service_status' as status, 'service_locations' as location_id"
    )


def test_a_sheet_of_a_council_is_read(tmp_path: Path) -> None:
    found = from_text(
        tmp_path,
        "Ref,Service Name,Provider,About,Telephone,Venue,Address,Postcode,Opening times,Cost,Who is it for?,Min age,Hue\n"
        "7,Art for all,College,Paint,01702 960 001,Library,1 High St,SS1 1AA,Tuesdays 10am to 12,Free,Adults,18,blue\n",
        "activities.csv",
    )
    [art] = found.opportunities
    assert (art.name, art.organisation, art.description, art.phones) == (
        "Art for all",
        "College",
        "Paint",
        ("01702 960 001",),
    )
    assert art.places == (Venue(name="Library", address="1 High St", postcode="SS1 1AA"),)
    assert art.times == (Time(words="Tuesdays 10am to 12"),)
    assert (art.fees, art.eligibility, art.least_age) == ("Free", "Adults", 18)
    assert found.sentences[1:3] == [
        ("file", "columns that the standard does not have were not read: 'Ref', 'Hue'"),
        ("file", "it has no column for the id of a service"),
    ]
    assert not found.summary.whole


def test_of_two_columns_that_are_one_field_the_one_of_the_standards_name_is_read(tmp_path: Path) -> None:
    found = from_text(tmp_path, "service_name,name,id,title\nBowls,Art,1,Chess\n,,2,Darts\n", "services.csv")
    assert [(one.id, one.name) for one in found.opportunities] == [("1", "Art"), ("2", "Darts")]


def test_a_name_of_an_organisation_that_is_not_in_the_package_is_its_name(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text("id,name,organisation\n1,Art,College\n2,Bowls,o1\n")
    (tmp_path / "organizations.csv").write_text("id,name\no1,Club\n")
    assert [one.organisation for one in imported(tmp_path).opportunities] == ["College", "Club"]


# ---- nothing that was kept is lost


@pytest.mark.parametrize(
    ("table", "reasons"),
    [
        ("ident,title_of_it\n1,Art\n", ["the table has no column for its name"]),
        ("id,nmae\n1,Art\n2,Walks\n", ["the table has no column for its name"] * 2),
        ("id,name\n1,Art\n,\n,x\n,,z\n", ["it has neither an id nor a name"]),
        ("id,name,status\n1,Art,active\n,,active\n", ["it has neither an id nor a name"]),
        ("name\nArt\n", []),
        ('id,name\n1,Art\n2,"Walks\n3,Cafe\n', []),
    ],
)
def test_what_a_table_does_not_say_takes_nothing_away(tmp_path: Path, table: str, reasons: list[str]) -> None:
    found = in_full(tmp_path, table, "services.csv")
    assert [one.sentence for one in found.told if one.sort == "set aside"] == reasons
    assert [name for name, gone in names(found) if not gone][:1] == ["Art"]
    assert not any(gone for _, gone in names(found))


def test_a_quotation_mark_that_is_never_closed_is_told(tmp_path: Path) -> None:
    found = in_full(tmp_path, 'id,name\n1,Art\n2,"Walks\n3,Cafe\n', "services.csv")
    assert ("file", "a quotation mark is opened and never closed, so the rows after it were taken for one cell") in (
        found.sentences
    )
    assert not found.summary.whole
    assert from_text(tmp_path, 'id,name\n1,"Art\nfor all"\n2,6" pipes\n3,Tea\n', "services.csv").summary.whole


@pytest.mark.parametrize(
    "unread",
    [
        {"service_id": "2"},
        {"titel": "Walks"},
        {"organization": {"name": "Club"}, "status": "active"},
        "Walks",
        17,
        [["Walks"]],
        {"id": "2", "titel": "Walks"},
        {"id": "o", "name": "Club", "services": ["Walks", "Cafe"]},
        {"data": "{oops"},
    ],
)
def test_a_full_feed_after_anything_unreadable_marks_nothing_gone(tmp_path: Path, unread: Any) -> None:
    found = in_full(tmp_path, [{"id": "1", "name": "Art"}, {"id": "2", "name": "Walks"}, unread])
    assert (found.summary.set_aside >= 1 or unread == {"service_id": "2"}, names(found)) == (True, ALL_THREE)
    assert found.summary.whole == (found.summary.set_aside == 0)


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        {"id": "l", "name": "Hall", "latitude": 51},
        {"id": "o", "name": "Club", "legal_status": "x"},
        {"id": "p", "name": "Ann Archer", "date_of_birth": "1980-01-01", "status": "active"},
        {"testName": "GET /services", "description": "is it there?", "success": True},
    ],
)
def test_what_is_plainly_something_else_keeps_nothing_from_being_gone(tmp_path: Path, other: Any) -> None:
    found = in_full(tmp_path, [{"id": "1", "name": "Art"}, {"id": "2", "name": "Walks"}, other])
    assert (found.summary.whole, found.summary.set_aside) == (True, 1)
    assert names(found) == [("Art", False), ("Walks", False), ("Cafe", True)]


def test_no_more_than_half_of_a_feed_is_gone_unless_that_is_allowed(tmp_path: Path) -> None:
    found = in_full(tmp_path, [{"id": "1", "name": "Art"}])
    assert (found.summary.counts.gone, found.summary.counts.held_back, names(found)) == (0, 2, ALL_THREE)
    assert "2 are not in these files, and were not marked as gone" in str(found.summary)
    summary = import_files(
        [tmp_path / "feed.json"], found.directory, feed="council", today=TODAY, full=True, most_gone=1.0
    )
    assert (summary.counts.gone, summary.counts.held_back) == (2, 0)
    # what is gone already is no part of the feed
    later = TODAY + timedelta(1)
    four = [Opportunity(id, f"Walk {id}") for id in "4567"]
    found.directory.keep(four, feed="council", today=later)
    (tmp_path / "feed.json").write_text('[{"id": "1", "name": "Art"}, {"id": "4", "name": "Walk 4"}]')
    summary = import_files([tmp_path / "feed.json"], found.directory, feed="council", today=later, full=True)
    assert (summary.counts.gone, summary.counts.held_back) == (0, 3)


# ---- what is no directory


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("id,name,date of birth\n1,Ann Archer,1980-01-01\n", "it lists people, and no services"),
        ("Surname,First name,Email\nArcher,Ann,a@example.org\n", "it lists people, and no services"),
        ("id,name,charity number\n1,Club,123456\n", "it lists organisations, and no services"),
    ],
)
def test_a_table_of_something_else_is_not_read_and_that_is_said(tmp_path: Path, table: str, reason: str) -> None:
    found = from_text(tmp_path, table, "list.csv")
    assert [one.reason for one in found.summary.unread] == [f"{reason}; give the table of services"]
    assert found.summary.kept == 0


@pytest.mark.parametrize(
    "table",
    [
        "id,service name,surname\n1,Art,Archer\n",
        "id,name,surname,how to join\n1,Art,Archer,Ask\n",
    ],
)
def test_a_sheet_of_services_with_somebody_to_ask_is_one_of_services(tmp_path: Path, table: str) -> None:
    assert [one.name for one in from_text(tmp_path, table, "list.csv").opportunities] == ["Art"]


def test_a_table_of_organisations_alone_is_said_to_be_one(tmp_path: Path) -> None:
    for name in ("organizations.csv", "orgs.csv"):
        assert from_text(tmp_path, "id,name\n1,Club\n", name).sentences == [
            ("file", "it is the organizations of a package: import them with its services")
        ]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "1", "first_name": "Ann", "last_name": "Archer"}, "it is a person, and no service"),
        ({"id": 7, "name": "Ann", "dob": "1980", "organization": "College"}, "it is a person, and no service"),
        ({"name": "GET", "description": "d", "errors": []}, "it is a report about a feed, and no service"),
        (
            {"id": "o", "name": "Club", "services": ["Art"]},
            "it names services, such as 'Art', and says nothing of them",
        ),
        ({"nmae": "Art"}, "it has nothing that a service has, only 'nmae' (did you mean 'name'?)"),
    ],
)
def test_a_record_of_something_else_is_said_to_be_one(tmp_path: Path, record: Any, reason: str) -> None:
    assert from_json(tmp_path, [record]).sentences[0] == ("set aside", reason)


@pytest.mark.parametrize(
    "document",
    [
        {"organizations": {"o1": {"name": "College", "services": {"s1": {"name": "Art"}}}}},
        [{"id": "o1", "name": "College", "website": "x", "services": [{"id": "s1", "name": "Art"}]}],
        {"contents": [{"id": "o1", "name": "College", "services": {"id": "s1", "name": "Art"}}]},
    ],
)
def test_services_inside_organisations_are_read(tmp_path: Path, document: Any) -> None:
    [found] = from_json(tmp_path, document).opportunities
    assert (found.id, found.name, found.organisation) == ("s1", "Art", "College")


def test_services_inside_an_organisation_that_is_too_long_to_hold_are_of_that_organisation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iagcore.directory.json_stream.HELD", 60)
    services = [{"id": str(number), "name": "Art", "status": "active"} for number in range(5)]
    found = from_json(tmp_path, [{"id": "o1", "name": "College", "services": services}])
    assert {one.organisation for one in found.opportunities} == {"College"}
    assert len(found.opportunities) == 5


def test_a_person_who_runs_a_service_does_not_make_it_one() -> None:
    found, _ = read_one(surname="Archer", schedules=[{"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}])
    assert (found.name, found.times[0].opens) == ("Art", time(10))


def test_an_export_under_other_names_is_read_and_that_is_told(tmp_path: Path) -> None:
    found = from_json(tmp_path, [{"serviceId": "1", "serviceName": "Art", "lastChecked": "2025-12-01"}])
    assert [(one.id, one.name, one.last_checked) for one in found.opportunities] == [("1", "Art", date(2025, 12, 1))]
    assert found.sentences == [
        ("shape", "fields under other names than the standard's were read as assured_date, id, name")
    ]
