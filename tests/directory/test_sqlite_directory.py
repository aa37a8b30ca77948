"""The directory in a file: what its searches cost, counted and not timed, and what it says of a file that is no use."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.directory import reading
from iagcore.directory import sqlite as module
from iagcore.directory.codec import read
from iagcore.directory.importing import Summary, import_files
from iagcore.directory.matching import Sought
from iagcore.directory.protocols import Kept
from iagcore.directory.reading import digest_of_files
from iagcore.directory.searching import COUNTED, RANKED, parameters, query
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.exceptions import UnusableDirectory
from iagcore.opportunities import Opportunity, Venue
from iagcore.storage.sqlite_file import SQLiteFile
from iagcore.testing.listed_opportunities import ART, FAR, HERE, MONDAY, NEARBY, TUESDAY, UNSAID

EVERYTHING = Sought(text="art", near=HERE, within=5.0, day="sat", free=True, age=34)
QUESTIONS = {
    "everything": EVERYTHING,
    "words": Sought(text="art"),
    "within": Sought(near=HERE, within=5.0, day="sat", free=True, age=34),
    "near": Sought(near=HERE),
    "facts": Sought(day="sat", free=True, age=34),
    "nothing": Sought(),
}


@pytest.fixture
def directory(tmp_path: Path) -> SQLiteDirectory:
    return SQLiteDirectory(tmp_path / "d.db")


def plan(directory: SQLiteDirectory, statement: str, sought: Sought) -> list[str]:
    """How SQLite goes about a statement, a line each."""
    with directory._reading() as connection:
        assert connection is not None
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters(sought, MONDAY, 20))
        return [row[3] for row in rows]


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("around", [RANKED, COUNTED])
def test_a_search_walks_indexes_and_scans_no_table(directory: SQLiteDirectory, name: str, around: str) -> None:
    directory.keep([ART, UNSAID], feed="f", today=MONDAY)
    for statement in query(QUESTIONS[name]):
        lines = plan(directory, around.format(statement), QUESTIONS[name])
        scans = [line for line in lines if line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line]
        # what is scanned is what the arms of this very statement found, or the facts, which are narrow
        assert all(line.split()[1].startswith(("(", "found", "facts")) for line in scans), lines
        assert not any(line.startswith("SCAN listing") for line in lines)


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("everything", "SCAN words VIRTUAL TABLE INDEX"),
        ("everything", "SEARCH facts USING INTEGER PRIMARY KEY"),
        ("within", "SEARCH facts USING INDEX facts_by_place (z>? AND z<?)"),
        ("within", "facts_anywhere"),
        ("facts", "SCAN facts"),
    ],
)
def test_each_search_is_answered_from_the_index_made_for_it(
    directory: SQLiteDirectory, name: str, found_by: str
) -> None:
    directory.keep([ART, UNSAID], feed="f", today=MONDAY)
    lines = plan(directory, RANKED.format(query(QUESTIONS[name])[-1]), QUESTIONS[name])
    assert any(found_by in line for line in lines), lines


@pytest.mark.parametrize("kept", [30, 300])
def test_a_search_reads_only_the_documents_that_it_shows(
    directory: SQLiteDirectory, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    many = [attrs.evolve(ART, id=str(n), name=f"Art {n}") for n in range(kept)]
    directory.keep(many, feed="f", today=MONDAY)
    documents: list[str] = []

    def counting(id: str, document: str) -> Opportunity:
        documents.append(id)
        return read(id, document)

    monkeypatch.setattr(module, "read", counting)
    found = directory.search(EVERYTHING, today=MONDAY, most=10)
    assert (len(found.matches), found.in_all, len(documents)) == (10, kept, 10)


def test_what_lies_beyond_is_not_looked_at_where_enough_lies_within(directory: SQLiteDirectory) -> None:
    near = [attrs.evolve(ART, id=str(n), name=f"Art {n}") for n in range(3)]
    directory.keep([*near, attrs.evolve(ART, id="x", places=())], feed="f", today=MONDAY)
    statements: list[str] = []
    with directory._reading() as connection:
        assert connection is not None
        connection.set_trace_callback(statements.append)
    # a thread alone with a directory has the same connection every time
    assert len(directory.search(Sought(near=HERE, within=5.0), today=MONDAY, most=3).matches) == 3
    ranked = [one for one in statements if "ORDER BY band" in one]
    assert len(ranked) == 1
    assert "facts_anywhere" not in ranked[0]
    statements.clear()
    assert len(directory.search(Sought(near=HERE, within=5.0), today=MONDAY, most=4).matches) == 4
    assert len([one for one in statements if "ORDER BY band" in one]) == 2


def test_what_can_be_attended_from_anywhere_comes_before_what_is_near_and_unsure(directory: SQLiteDirectory) -> None:
    unsure = [attrs.evolve(ART, id=str(n), name=f"Art {n}", status=None) for n in range(3)]
    online = attrs.evolve(ART, id="online", name="Zoom art", places=(), attended=("online",))
    directory.keep([*unsure, online], feed="f", today=MONDAY)
    found = directory.search(Sought(near=HERE, within=5.0), today=MONDAY, most=3)
    assert [one.opportunity.id for one in found.matches] == ["online", "0", "1"]


def test_a_place_that_is_moved_leaves_nothing_behind(directory: SQLiteDirectory) -> None:
    directory.keep([attrs.evolve(ART, places=(NEARBY, FAR))], feed="f", today=MONDAY)
    directory.keep([attrs.evolve(ART, places=(Venue(latitude=10.0, longitude=10.0),))], feed="f", today=MONDAY)
    with closing(sqlite3.connect(directory.path)) as connection:
        assert connection.execute("SELECT count(*) FROM place").fetchall() == [(0,)]
    assert directory.search(Sought(near=HERE, within=60.0), today=MONDAY).in_all == 0


def test_a_directory_that_was_not_made_yet_is_empty_and_reading_makes_no_file(directory: SQLiteDirectory) -> None:
    assert (directory.listing("art"), list(directory.listings())) == (None, [])
    assert directory.search(Sought(), today=MONDAY).in_all == 0
    assert not directory.path.exists()
    directory.path.touch()
    assert directory.search(Sought(), today=MONDAY).in_all == 0
    assert directory.keep([ART], feed="f", today=MONDAY) == Kept(new=1)


def test_a_file_that_was_replaced_is_opened_anew(directory: SQLiteDirectory, tmp_path: Path) -> None:
    directory.keep([ART], feed="f", today=MONDAY)
    assert directory.listing("art") is not None
    with SQLiteDirectory(tmp_path / "other.db") as other:
        other.keep([UNSAID], feed="f", today=MONDAY)
    (tmp_path / "other.db").replace(directory.path)
    for left in ("d.db-wal", "d.db-shm"):
        (tmp_path / left).unlink(missing_ok=True)
    assert [one.id for one in directory.listings()] == ["unsaid"]


def test_two_directories_may_make_the_same_file(tmp_path: Path) -> None:
    one, other = SQLiteDirectory(tmp_path / "d.db"), SQLiteDirectory(tmp_path / "d.db")
    one.keep([ART], feed="f", today=MONDAY)
    other.keep([UNSAID], feed="f", today=MONDAY)
    assert [listing.id for listing in one.listings()] == ["art", "unsaid"]
    with SQLiteFile(str(one.path), module.STORE, wait=1).borrow(writing=True) as connection:
        assert connection.made  # nothing is made twice


def make_unusable(path: Path, how: str) -> None:
    match how:
        case "text":
            path.write_text("this is no database, and long enough to be looked at" * 20)
        case "other":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE theirs (a)")
        case "later":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(f"PRAGMA application_id = {module.APPLICATION_ID}")
                connection.execute("PRAGMA user_version = 99")
        case _:
            path.mkdir()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (
            "text",
            "it is not a directory of opportunities but a file of another kind; "
            "give a directory of opportunities, or the name of a new file",
        ),
        (
            "other",
            "it is a database of another program, not a directory of opportunities; "
            "give a directory of opportunities, or the name of a new file",
        ),
        ("later", "it was written by a later iagcore (schema 99, where this one knows 2); install that version"),
        ("folder", "it is a folder; name a file"),
    ],
)
def test_a_file_that_is_no_use_is_told_with_what_to_do(directory: SQLiteDirectory, how: str, reason: str) -> None:
    make_unusable(directory.path, how)
    for use in (
        lambda: directory.keep([ART], feed="f", today=MONDAY),
        lambda: directory.listing("art"),
        lambda: list(directory.listings()),
        lambda: directory.search(Sought(), today=MONDAY),
    ):
        with pytest.raises(UnusableDirectory) as raised:
            use()
        assert (raised.value.reason, raised.value.directory) == (reason, str(directory.path))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    directory = SQLiteDirectory(tmp_path / "none" / "d.db")
    for use in (lambda: directory.keep([ART], feed="f", today=MONDAY), lambda: directory.listing("art")):
        with pytest.raises(UnusableDirectory, match="there is no folder"):
            use()
    with pytest.raises(ValueError, match="MemoryDirectory"):
        SQLiteDirectory(":memory:")


def test_a_directory_that_another_process_holds_is_told(tmp_path: Path) -> None:
    directory = SQLiteDirectory(tmp_path / "d.db", wait=0.01)
    directory.keep([ART], feed="f", today=MONDAY)
    with closing(sqlite3.connect(directory.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnusableDirectory, match=r"held it locked for more than 0\.01 s"):
            directory.keep([Opportunity("b", "B")], feed="f", today=MONDAY)
        assert [one.id for one in directory.listings()] == ["art"]


def test_an_error_of_another_sort_is_told_in_sqlites_words(directory: SQLiteDirectory) -> None:
    directory.keep([ART], feed="f", today=MONDAY)
    with closing(sqlite3.connect(directory.path)) as connection:
        connection.execute("DROP TABLE facts")
    with pytest.raises(UnusableDirectory, match="SQLite reports: no such table: facts"):
        directory.search(Sought(), today=MONDAY)


# ---- a feed that has not changed


def test_only_the_import_that_came_next_is_remembered(directory: SQLiteDirectory) -> None:
    assert (directory.last_import("f"), directory.listed_again("f", "d", today=MONDAY)) == (0, None)
    directory.keep([ART], feed="f", today=MONDAY)
    before = directory.last_import("f")
    directory.keep([ART], feed="f", today=MONDAY)
    directory.keep([UNSAID], feed="f", today=MONDAY)
    directory.remember("f", "d", "s", after=before)
    assert directory.listed_again("f", "d", today=TUESDAY) is None
    before = directory.last_import("f")
    directory.keep([UNSAID], feed="f", today=MONDAY)
    directory.keep([ART], feed="other", today=MONDAY)
    directory.remember("f", "d", "s", after=before)
    assert directory.listed_again("f", "e", today=TUESDAY) is None
    assert directory.listed_again("f", "d", today=TUESDAY) == (MONDAY, "s")
    assert {one.id: one.last_listed for one in directory.listings() if one.feed == "f"} == {
        "art": MONDAY,
        "unsaid": TUESDAY,
    }
    directory.keep([ART], feed="f", today=TUESDAY)
    assert directory.listed_again("f", "d", today=TUESDAY) is None


def read_twice(
    tmp_path: Path, directory: SQLiteDirectory, name: str = "a.json", **asked: Any
) -> tuple[Summary, Summary]:
    return tuple(import_files([tmp_path / name], directory, feed="f", today=MONDAY, **asked) for _ in range(2))  # type: ignore[return-value]


def test_what_was_not_whole_is_read_again(tmp_path: Path, directory: SQLiteDirectory) -> None:
    (tmp_path / "a.json").write_text('[{"id": "1", "name": "Art"}]')
    assert [one.same_as for one in read_twice(tmp_path, directory)] == [None, MONDAY]
    assert [one.same_as for one in read_twice(tmp_path, directory, full=True)] == [None, MONDAY]
    assert [one.same_as for one in read_twice(tmp_path, directory, every=True)] == [None, None]
    assert [one.same_as for one in read_twice(tmp_path, directory, name="none.json")] == [None, None]
    (tmp_path / "a.json").write_text("<html>")
    assert [one.same_as for one in read_twice(tmp_path, directory)] == [None, None]
    directory.keep([UNSAID, attrs.evolve(UNSAID, id="3", name="Run")], feed="f", today=MONDAY)
    (tmp_path / "a.json").write_text('[{"id": "1", "name": "Art for all"}]')
    held_back = read_twice(tmp_path, directory, full=True)
    assert [(one.same_as, one.counts.held_back) for one in held_back] == [(None, 2), (None, 2)]


def test_a_digest_is_of_names_bytes_what_is_asked_and_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "services.csv").write_text("id,name\n1,Art\n")
    digests = [digest_of_files([tmp_path / "p"], full=False), digest_of_files([tmp_path / "p"], full=True)]
    (tmp_path / "p" / "services.csv").write_text("id,name\n1,Arts\n")
    digests.append(digest_of_files([tmp_path / "p"], full=False))
    (tmp_path / "p" / "services.csv").rename(tmp_path / "p" / "service.csv")
    digests.append(digest_of_files([tmp_path / "p"], full=False))
    monkeypatch.setattr(reading, "cleaners_version", lambda: "another")
    digests.append(digest_of_files([tmp_path / "p" / "service.csv"], full=False))
    assert len({*digests}) == len(digests) == 5
    assert None not in digests
    assert digest_of_files([tmp_path / "none.json"], full=False) is None
