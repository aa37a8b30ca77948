"""Examining journals: what is altered, moved, missing or damaged is named, and the rest is read."""

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.exceptions import UnusableJournal
from iagcore.storage import salvaging
from iagcore.storage.copying import copy
from iagcore.storage.examining import Examination, examine
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.salvaging import examine_file
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import book, casebook, hold, on, opened, start
from tests.conftest import Run
from tests.storage.test_codec import frozen
from tests.storage.test_copying import with_somebody_erased


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of two journeys with one coach, as a file."""
    path = tmp_path / "casebook.db"
    with SQLiteJournal(path) as journal:
        cases = opened(journal=journal)
        start(cases, "b", learner="learner:b")
        book(cases, "c1", on(1))
        book(cases, "c1", on(2), journey="b")
        hold(cases, "c1", 50, at=on(1))
        hold(cases, "c1", 55, at=on(2), journey="b")
    return path


def told(found: Examination) -> list[str]:
    return [str(one) for one in found.troubles]


def altered(path: Path, *statements: str) -> list[str]:
    """What is told once the statements have been at the file behind the library's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return told(examine_file(str(path)))


# ---- well


def test_a_journal_as_it_was_written_is_well(path: Path) -> None:
    assert examine_file(str(path)) == Examination(records=7, homes=3, erased=0, unread=0, troubles=())
    with SQLiteJournal(path) as journal:
        assert examine(journal) == Examination(records=7, homes=3, erased=0, unread=0, troubles=())


def test_what_an_erasure_leaves_is_well(tmp_path: Path) -> None:
    source = with_somebody_erased()
    with SQLiteJournal(tmp_path / "erased.db") as journal:
        copy(source, journal)
    found = examine_file(str(tmp_path / "erased.db"))
    # four records and their receipt
    assert (found.erased, found.troubles) == (5, ())


@pytest.mark.parametrize("made", ["nothing", "an empty file", "begun"])
def test_a_journal_in_which_nothing_is_yet_is_well(tmp_path: Path, made: str) -> None:
    path = tmp_path / "casebook.db"
    if made != "nothing":
        path.touch()
    if made == "begun":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    assert examine_file(str(path)) == Examination(records=0, homes=0, erased=0, unread=0, troubles=())


def test_progress_is_told_record_by_record(path: Path) -> None:
    shown: list[int] = []
    examine_file(str(path), progress=shown.append)
    assert shown == [1, 2, 3, 4, 5, 6, 7]


def test_a_file_that_may_only_be_read_is_examined(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual: Callable[..., sqlite3.Connection] = sqlite3.connect
    asked: list[str] = []

    def connect(database: str, **rest: Any) -> sqlite3.Connection:
        asked.append(database)
        if database.endswith("?mode=ro"):
            raise sqlite3.OperationalError("unable to open database file")
        return usual(database, **rest)

    monkeypatch.setattr(sqlite3, "connect", connect)
    connection = salvaging._opened(str(path))
    assert connection is not None
    connection.close()
    assert [one.partition("?")[2] for one in asked] == ["mode=ro", "mode=ro&immutable=1"]


# ---- altered, moved, missing


def test_altered_words_are_named(path: Path) -> None:
    change = "UPDATE record SET payload = CAST(replace(payload, '\"minutes\":55', '\"minutes\":45') AS BLOB) WHERE home = 'journey:b'"
    assert altered(path, change) == ["journey:b, version 3: its payload or its id was altered"]


def test_an_altered_envelope_is_named(path: Path) -> None:
    change = "UPDATE record SET envelope = CAST(replace(envelope, '\"used\":55', '\"used\":45') AS BLOB) WHERE home = 'journey:b'"
    assert altered(path, change) == ["journey:b, version 3: its envelope or its place in the chain was altered"]


def test_words_that_cannot_be_read_are_named_and_the_rest_is_read(path: Path) -> None:
    assert altered(path, "UPDATE record SET payload = x'7b' WHERE position = 7") == [
        "journey:b, version 3: its payload or its id was altered",
        "journey:b, version 3: it cannot be read: its bytes are no JSON (Expecting property name enclosed in double "
        "quotes: line 1 column 2 (char 1))",
    ]


def test_words_that_are_gone_without_a_receipt_are_named(path: Path) -> None:
    assert altered(path, "UPDATE record SET payload = NULL, id = NULL WHERE position = 7") == [
        "journey:b, version 3: its payload is missing, and no receipt licenses that"
    ]


def test_a_record_taken_away_whole_is_named_by_every_timeline_it_stood_on(path: Path) -> None:
    found = altered(
        path,
        "DELETE FROM about WHERE surrogate = (SELECT surrogate FROM record WHERE position = 4)",
        "DELETE FROM record WHERE position = 4",
    )
    assert found == [
        "the file: nothing is at position 4, where a record was",
        "journey:a, version 3: version 2 is missing before it",
        "journey:a, version 3: its envelope or its place in the chain was altered",
        "learner:a, version 3: version 2 is missing before it",
        "coach:nina, version 2: version 1 is missing before it",
    ]


def test_the_end_of_a_journal_that_was_cut_off_is_named_by_the_positions_given(path: Path) -> None:
    found = altered(
        path,
        "DELETE FROM about WHERE surrogate IN (SELECT surrogate FROM record WHERE position > 5)",
        "DELETE FROM record WHERE position > 5",
    )
    assert found == ["the file: nothing is at positions 6 to 7, where a record was"]


def test_a_record_moved_to_another_coach_is_named(path: Path) -> None:
    assert altered(
        path,
        "UPDATE about SET subject = 'coach:omar', version = version - 3 WHERE subject = 'coach:nina' AND version = 4",
    ) == ["journey:b, version 3: it was not filed under coach:omar there"]


def test_a_record_moved_to_another_home_is_named(path: Path) -> None:
    found = altered(path, "UPDATE record SET home = 'journey:a', id = 'x' WHERE position = 7")
    assert found == [
        "journey:a: the record at position 7 is not filed under it",
        "journey:b, version 3: its payload or its id was altered",
    ]


def test_rows_that_belong_to_nothing_are_named(path: Path) -> None:
    found = altered(
        path,
        "DELETE FROM about WHERE subject = 'journey:b' AND version = 3",
        "INSERT INTO about VALUES ('coach:omar', 1, 'nobody', 0, x'00', NULL)",
    )
    assert found[:2] == [
        "journey:b: the record at position 7 is not filed under it",
        "coach:omar, version 1: a record is filed here that is not there",
    ]
    assert "learner:b, version 3: 3 filings belong to it, and 2 are there" in found


def test_a_filing_whose_version_is_none_is_named(path: Path) -> None:
    found = altered(path, "UPDATE about SET version = -3 WHERE subject = 'coach:nina' AND version = 4")
    assert "journey:b, version 3: it was not filed under coach:nina there" in found


def test_two_envelopes_that_changed_places_are_named(path: Path) -> None:
    found = altered(
        path,
        "CREATE TEMP TABLE kept AS SELECT position, envelope FROM record",
        "UPDATE record SET envelope = (SELECT envelope FROM kept WHERE kept.position = 13 - record.position) "
        "WHERE position IN (6, 7)",
    )
    assert [one for one in found if "another record" in one] == [
        "journey:a, version 3: its envelope is that of another record",
        "journey:b, version 3: its envelope is that of another record",
    ]


def test_a_policy_that_is_not_there_is_named(path: Path) -> None:
    found = altered(
        path,
        "DELETE FROM about WHERE subject LIKE 'policy:%'",
        "DELETE FROM record WHERE home LIKE 'policy:%'",
    )
    assert found[0] == "the file: nothing is at position 1, where a record was"
    assert [one.partition(":")[2].partition(":")[2][:12] for one in found[1:]] == [" the policy "]


def test_a_record_of_a_later_format_is_named_and_the_rest_is_read() -> None:
    journal = MemoryJournal()
    later = attrs.evolve(frozen()[0], envelope=frozen()[0].envelope.replace(b'"format":1', b'"format":2'))
    journal.append([later], expect={later.home: 0})
    assert told(examine(journal))[0] == (
        f"{later.home}, version 1: it cannot be read: it is in format 2, and this version of iagcore reads up to "
        "format 1: upgrade it"
    )


def test_what_is_recorded_while_it_is_examined_is_no_trouble() -> None:
    class Living(MemoryJournal):
        def read_all(self, **rest: Any) -> Iterator[Any]:
            yield from list(super().read_all())
            book(casebook(self), "c1", on(1))
            yield from list(super().read_all())[2:]

    journal = Living()
    opened(journal=journal)
    assert examine(journal) == Examination(records=3, homes=2, erased=0, unread=0, troubles=())


def test_what_is_recorded_while_a_file_is_examined_is_no_trouble(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = salvaging._missing
    number = 0

    def missing_while_somebody_books(last: int, following: int) -> list[Any]:
        nonlocal number
        number += 1
        with SQLiteJournal(path) as journal:
            book(casebook(journal), f"late-{number}", on(10 + number), 5)
        return usual(last, following)

    monkeypatch.setattr(salvaging, "_missing", missing_while_somebody_books)
    assert examine_file(str(path)) == Examination(records=15, homes=3, erased=0, unread=0, troubles=())


def test_a_feed_and_homes_that_do_not_agree_are_named() -> None:
    class Forgetful(MemoryJournal):
        def read_all(self, **rest: Any) -> Iterator[Any]:
            yield from list(super().read_all(**rest))[:-1]

    journal = Forgetful()
    opened(journal=journal)
    book(casebook(journal), "c1", on(1))
    assert told(examine(journal)) == ["the journal: its feed gives 2 records, and the homes read one by one give 3"]


def test_a_record_found_where_it_was_not_filed_is_named() -> None:
    class Confused(MemoryJournal):
        def read(self, subject: str, **rest: Any) -> Iterator[Any]:
            yield from super().read(subject, **rest)
            if subject == "learner:a":
                yield from super().read("journey:b")

    journal = Confused()
    cases = casebook(journal)
    start(cases)
    start(cases, "b", learner="learner:b")
    assert told(examine(journal)) == ["journey:b, version 1: it is found under learner:a, where it was not filed"]


# ---- what is no journal


def why_unusable(path: Path) -> str:
    with pytest.raises(UnusableJournal) as raised:
        examine_file(str(path))
    return raised.value.reason


def test_a_file_that_is_no_journal_is_told(tmp_path: Path, path: Path) -> None:
    (tmp_path / "a.txt").write_text("some words, and more of them than a page has\n" * 200, "utf-8")
    assert why_unusable(tmp_path / "a.txt") == (
        "it is not a journal but a file of another kind; give a journal, or the name of a new file"
    )
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE t (x)")
    assert why_unusable(tmp_path / "other.db") == (
        "it is a database of another program, not a journal; give a journal, or the name of a new file"
    )
    assert why_unusable(tmp_path).startswith("it is a folder")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    assert why_unusable(path).startswith("it was written by a later iagcore (schema 2")


def test_a_first_page_that_cannot_be_read_is_told(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(16)
        file.write(b"\xff" * 84)
    assert why_unusable(path).startswith("its first page is damaged, so SQLite can read none of it (")


# ---- damaged


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a journal of many pages: thirty journeys with one coach, one learner erased, long words."""
    path = tmp_path_factory.mktemp("large") / "casebook.db"
    memory = MemoryJournal()
    cases = casebook(memory)
    for number in range(30):
        name = f"j{number}"
        start(cases, name, learner=f"learner:{number}")
        for day in range(3):
            hold(cases, f"c{day}", 40, at=on(day), journey=name)
    cases.erase("learner:7", by="lead:jo")
    with SQLiteJournal(path) as journal:
        copy(memory, journal)
    return path.read_bytes()


def contents(path: Path) -> list[Any]:
    """Every row of the two tables, or where reading them stopped: what was read of a journal."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("record", "about")]


def test_of_overwritten_pages_the_rest_is_read_and_what_is_lost_is_named(tmp_path: Path, large: bytes) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large)
    whole = examine_file(str(path))
    assert (whole.records, whole.troubles) == (122, ())
    page = _page_of(path, "record")
    path.write_bytes(large[: page * 4096] + b"\xa5" * 4096 + large[(page + 1) * 4096 :])
    found = examine_file(str(path))
    assert 60 < found.records < 122
    assert found.troubles[0].where == "the file"
    lost = [one for one in told(found) if "cannot be read" in one and one.startswith("journey:")]
    assert (
        len([one for one in lost if one.endswith("the record that is filed here cannot be read")])
        == 122 - found.records
    )
    assert [one for one in told(found) if one.startswith("the file: nothing can be read at position")] != []


def test_between_two_damaged_pages_of_filings_what_the_index_names_is_read(tmp_path: Path, large: bytes) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large)
    pages = _leaves_of(path, "about")
    first, last = pages[1], pages[-2]
    written = bytearray(large)
    for page in (first, last):
        written[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    path.write_bytes(written)
    found = examine_file(str(path))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        one_way = len(list(salvaging._up_to_the_damage(connection, salvaging._FILINGS.format("ASC"))))
        other_way = len(list(salvaging._up_to_the_damage(connection, salvaging._FILINGS.format("DESC"))))
        assert len(salvaging._filings(connection)) > one_way + other_way
    assert [one for one in told(found) if "how it was filed" in one or "filings belong to it" in one] != []


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_of_a_file_that_was_cut_short_the_beginning_is_read(tmp_path: Path, large: bytes, kept: float) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large[: int(len(large) * kept) // 4096 * 4096])
    found = examine_file(str(path))
    assert found.troubles != ()
    assert found.records < 122


def test_records_whose_filings_are_lost_are_said_to_be_there(tmp_path: Path, large: bytes) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large)
    with closing(sqlite3.connect(path)) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'about'").fetchall()
    path.write_bytes(large[: (root - 1) * 4096] + b"\xa5" * 4096 + large[root * 4096 :])
    found = examine_file(str(path))
    assert found.records == 0
    there = [one for one in told(found) if one.endswith("is there, and how it was filed cannot be read")]
    assert (len(there), there[1]) == (
        122,
        "journey:j0: the record at position 2 is there, and how it was filed cannot be read",
    )


def test_a_row_that_holds_what_it_cannot_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'record'").fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'record'", (sql.replace(" STRICT", ""),))
        connection.commit()
    found = altered(path, "UPDATE record SET plain = 7 WHERE position = 7")
    assert "journey:b: the record at position 7 cannot be read whole" in found


def test_an_index_that_is_damaged_is_told_and_everything_is_read(tmp_path: Path, large: bytes) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large)
    page = _page_of(path, "sqlite_autoindex_record_2")
    path.write_bytes(large[: page * 4096] + b"\xa5" * 4096 + large[(page + 1) * 4096 :])
    found = examine_file(str(path))
    assert found.records == 122
    assert {one.where for one in found.troubles} == {"the file"}


def test_tables_that_were_made_otherwise_are_told(path: Path) -> None:
    assert altered(
        path, "DROP INDEX about_record", "CREATE UNIQUE INDEX about_record ON about (surrogate, place, salt)"
    ) == ["the file: its tables are not as this version makes them"]


def test_a_name_that_is_no_text_any_more_is_told_and_the_rest_is_read(path: Path) -> None:
    found = altered(path, "UPDATE record SET id = CAST(x'ff' AS TEXT) WHERE position = 7")
    assert found[0].startswith("the file: SQLite reports: Could not decode to UTF-8 column 'id'")
    assert found[1:] == ["journey:b, version 3: its payload or its id was altered"]


def test_what_the_file_does_not_count_is_asked_for_up_to_what_it_could_hold(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM sqlite_sequence")
        assert salvaging._last_position(connection, 100) == 7
        assert salvaging._last_position(connection, 5) == 5
    with closing(sqlite3.connect(":memory:")) as connection:
        assert salvaging._last_position(connection, 100) == 100


def test_positions_are_told_in_stretches() -> None:
    assert salvaging._spelt([3]) == "position 3"
    assert salvaging._spelt([3, 4, 5, 9, 11, 12]) == "positions 3 to 5, 9, 11 to 12"


def _leaves_of(path: Path, table: str) -> list[int]:
    """The pages, counted from 0, below the root of a table or an index; the root where there are none."""
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    interior = whole[(root - 1) * 4096 :][:4096]
    if interior[0] not in (2, 5):
        return [root - 1]
    count = int.from_bytes(interior[3:5], "big")
    cells = [int.from_bytes(interior[12 + 2 * one :][:2], "big") for one in range(count)]
    return [int.from_bytes(interior[cell:][:4], "big") - 1 for cell in cells]


def _page_of(path: Path, table: str) -> int:
    """A leaf of a table or an index, from the middle."""
    leaves = _leaves_of(path, table)
    return leaves[len(leaves) // 2]


def test_random_damage_is_never_a_traceback_and_never_well_where_anything_reads_otherwise(
    tmp_path: Path, large: bytes
) -> None:
    path = tmp_path / "casebook.db"
    path.write_bytes(large)
    before = contents(path)
    draw = random.Random(7)
    unseen = seen = 0
    for _ in range(int(os.environ.get("IAGCORE_DAMAGE", "40"))):
        written = bytearray(large)
        for _ in range(draw.choice([1, 1, 2, 8, 64])):
            at = draw.randrange(100 if draw.random() < 0.9 else 0, len(written))
            written[at] = draw.randrange(256)
        if draw.random() < 0.1:
            at = draw.randrange(len(written))
            written[at : at + 4096] = draw.randbytes(4096)
        if draw.random() < 0.1:
            del written[draw.randrange(len(written)) :]
        path.write_bytes(written)
        try:
            well = examine_file(str(path)).troubles == ()
        except UnusableJournal:
            well = False
        if well:
            assert contents(path) == before
        unseen += well
        seen += not well
    assert 0 not in (unseen, seen)


# ---- the command


def test_the_command_says_that_all_is_well(path: Path, run: Run) -> None:
    assert run("verify") == (0, "casebook.db: 7 records in 3 homes\nEverything is as it was written.\n", "")


def test_the_command_names_what_is_not(path: Path, run: Run) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE record SET id = 'other' WHERE position = 7")
    code, out, _ = run("verify", "--journal", "casebook.db")
    assert code == 1
    assert out.splitlines() == [
        "casebook.db: 7 records in 3 homes",
        "    journey:b, version 3: its payload or its id was altered",
        "1 thing is not as written.",
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE record SET id = 'other' WHERE position = 6")
    assert run("verify")[1].splitlines()[-1] == "2 things are not as written."


def test_the_command_counts_what_has_no_words_any_more(tmp_path: Path, run: Run) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        copy(with_somebody_erased(), journal)
    assert run("verify")[1].splitlines()[0] == "casebook.db: 10 records in 4 homes, 5 without words"


def test_the_command_says_that_there_is_nothing_to_examine(run: Run) -> None:
    code, out, err = run("verify")
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: casebook.db: there is no such file")


def test_progress_is_shown_on_a_terminal_alone(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from iagcore.cli import terminal

    monkeypatch.setattr(terminal, "EVERY", 3)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    code, _, err = run("verify")
    assert (code, err) == (0, f"\r3 records\r6 records{terminal.BLANK}")
