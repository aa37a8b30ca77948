"""What the SQLite journal promises beyond the contract: its file, its sentences, its processes, its crashes."""

import hashlib
import multiprocessing
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import attrs
import pytest

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage import sqlite, sqlite_file
from iagcore.storage.protocols import Erasable, Erasure, Feed, Journal, Pending, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.stored_records import (
    COACH,
    EXPECT,
    HOME,
    RENAMES,
    a_learner_among_others,
    all_at_once,
    append_next,
    chain,
    receipt,
    stored,
    versions,
)

# Forking beside threads is what these tests are about; Python 3.12 and later warn of it.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "casebook.db"


@pytest.fixture
def journal(path: Path) -> Iterator[SQLiteJournal]:
    with SQLiteJournal(path, wait=0.05) as journal:
        yield journal


def plain(path: Path) -> Any:
    """A connection that knows nothing of journals, closed at the end of its `with` block."""
    return closing(sqlite3.connect(path, isolation_level=None))


def kept_in(path: Path) -> list[StoredRecord]:
    with SQLiteJournal(path) as journal:
        return list(journal.read(HOME))


def reason(call: Callable[[], object]) -> str:
    with pytest.raises(UnusableJournal) as raised:
        call()
    return raised.value.reason


def in_child(task: Callable[[], object]) -> int:
    """Run the task in a forked child and return the exit code; negative is a signal's number, 0 is success."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            task()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# -- the file -----------------------------------------------------------------------------------------------------


def test_it_is_a_journal_a_feed_and_erasable(journal: SQLiteJournal) -> None:
    found: Journal = journal
    assert (isinstance(found, Journal), isinstance(found, Feed), isinstance(found, Erasable)) == (True, True, True)


def test_making_a_journal_and_reading_it_makes_no_file(journal: SQLiteJournal, path: Path) -> None:
    assert list(journal.read(HOME)) == []
    assert list(journal.read_all()) == []
    assert journal.pending() == journal.finish() == ()
    assert not path.exists()


def test_an_append_that_is_refused_as_a_mistake_makes_no_file(journal: SQLiteJournal, path: Path) -> None:
    with pytest.raises(ValueError, match="takes version 2 of journey:a-phase-1, where 1 comes next"):
        journal.append([stored("s1", (HOME, 2))], expect={HOME: 0})
    assert not path.exists()


def test_the_first_append_makes_a_file_that_says_what_it_is(journal: SQLiteJournal, path: Path) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    with plain(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchall() == [(int.from_bytes(b"IAGC"),)]
        assert connection.execute("PRAGMA user_version").fetchall() == [(1,)]
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
        strict = connection.execute("SELECT name, strict FROM pragma_table_list WHERE name IN ('record', 'about')")
        assert sorted(strict.fetchall()) == [("about", 1), ("record", 1)]


def test_a_closed_journal_is_one_file(journal: SQLiteJournal, path: Path) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    assert sorted(file.name for file in path.parent.iterdir()) == ["casebook.db", "casebook.db-shm", "casebook.db-wal"]
    journal.close()
    assert [file.name for file in path.parent.iterdir()] == ["casebook.db"]


def test_a_journal_that_is_dropped_without_closing_closes_itself(path: Path) -> None:
    SQLiteJournal(path).append(chain(HOME, 1), expect={HOME: 0})
    assert [file.name for file in path.parent.iterdir()] == ["casebook.db"]


def test_a_relative_path_stays_where_it_was_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with SQLiteJournal("casebook.db") as journal:
        monkeypatch.chdir("/")
        journal.append(chain(HOME, 1), expect={HOME: 0})
    assert kept_in(path) == chain(HOME, 1)


@pytest.mark.parametrize("name", ["a?mode=memory", "100%41.db", "a#b;c.db", "file:x.db"])
def test_a_path_is_taken_to_the_letter(tmp_path: Path, name: str) -> None:
    with SQLiteJournal(tmp_path / name) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_an_empty_file_is_an_empty_journal(journal: SQLiteJournal, path: Path) -> None:
    path.touch()
    assert list(journal.read(HOME)) == []
    journal.append(chain(HOME, 1), expect={HOME: 0})
    assert list(journal.read(HOME)) == chain(HOME, 1)


def test_a_file_put_in_the_place_of_the_first_is_the_journal_from_then_on(journal: SQLiteJournal, path: Path) -> None:
    backup = path.with_name("backup.db")
    with SQLiteJournal(backup) as other:
        other.append([stored("restored", (HOME, 1))], expect={HOME: 0})
    journal.append(chain(HOME, 2), expect={HOME: 0})
    journal._file.written_anew()
    backup.replace(path)
    assert list(journal.read(HOME)) == [stored("restored", (HOME, 1))]
    journal.append([stored("next", (HOME, 2))], expect={HOME: 1})
    journal.close()
    assert [record.surrogate for record in kept_in(path)] == ["restored", "next"]


def test_every_connection_is_set_to_be_durable_and_to_overwrite_what_it_deletes(journal: SQLiteJournal) -> None:
    with journal._connection() as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "fullfsync", "secure_delete", "temp_store", "journal_mode")
        }
    assert found == {"synchronous": 2, "fullfsync": 1, "secure_delete": 1, "temp_store": 2, "journal_mode": "wal"}


# -- what cannot be used, and how to mend it ----------------------------------------------------------------------


def test_a_memory_database_is_refused_with_the_journal_to_use_instead() -> None:
    with pytest.raises(ValueError, match=r"use MemoryJournal\(\)"):
        SQLiteJournal(":memory:")


def test_a_folder_that_does_not_exist_is_told_at_first_use(path: Path) -> None:
    inside = path / "casebook.db"
    with SQLiteJournal(inside) as journal:
        expected = f"there is no folder {path}; make it, or mend the path"
        assert reason(lambda: list(journal.read(HOME))) == expected
        assert reason(lambda: list(journal.read_all())) == expected
        assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == expected
        path.touch()
        assert reason(lambda: list(journal.read(HOME))) == expected
    with pytest.raises(UnusableJournal) as raised:
        list(journal.read(HOME))
    assert raised.value.journal == str(inside)


def test_a_folder_is_told(tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path) as journal:
        assert reason(lambda: list(journal.read(HOME))) == "it is a folder; name a file"


def test_a_pipe_is_told(path: Path, journal: SQLiteJournal) -> None:
    os.mkfifo(path)
    assert reason(lambda: list(journal.read(HOME))) == "it is no ordinary file; name a file"


def test_a_file_that_is_no_database_is_told_and_left_alone(path: Path, journal: SQLiteJournal) -> None:
    path.write_text("Dear Nina, " * 200)
    expected = "it is not a journal but a file of another kind; give a journal, or the name of a new file"
    assert reason(lambda: list(journal.read(HOME))) == expected
    assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == expected
    assert path.read_text() == "Dear Nina, " * 200


@pytest.mark.parametrize(
    "theirs", ["CREATE TABLE student (id)", "PRAGMA application_id = 77", "CREATE VIEW v AS VALUES (1)"]
)
def test_somebody_elses_database_is_told_and_left_alone(path: Path, journal: SQLiteJournal, theirs: str) -> None:
    with plain(path) as connection:
        connection.execute(theirs)
    before = path.read_bytes()
    expected = "it is a database of another program, not a journal; give a journal, or the name of a new file"
    assert reason(lambda: list(journal.read(HOME))) == expected
    assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == expected
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["casebook.db"]


def test_a_file_of_a_later_version_is_refused_saying_so(path: Path, journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    journal.close()
    with plain(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    with SQLiteJournal(path) as later:
        expected = "it was written by a later iagcore (schema 2, where this one knows 1); install that version"
        assert reason(lambda: list(later.read(HOME))) == expected
        assert reason(lambda: later.append(chain(HOME, 1, after=1), expect={HOME: 1})) == expected


def test_a_damaged_file_is_told(path: Path, journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 200), expect={HOME: 0})
    journal.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with SQLiteJournal(path) as damaged:
        expected = "it is damaged; write nothing more to it, and restore the last backup"
        assert reason(lambda: list(damaged.read(HOME))) == expected


def test_a_file_that_another_process_keeps_locked_is_told_and_nothing_is_written(
    path: Path, journal: SQLiteJournal
) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    with plain(path) as other:
        other.execute("BEGIN IMMEDIATE")
        assert reason(lambda: journal.append(chain(HOME, 1, after=1), expect={HOME: 1})) == (
            "another process has held it locked for more than 0.05 s, and nothing was written; "
            "try again, or find the process that is still writing"
        )
        assert list(journal.read(HOME)) == chain(HOME, 1)
    journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
    assert list(journal.read(HOME)) == chain(HOME, 2)


def test_a_write_waits_for_another_to_finish(path: Path) -> None:
    with SQLiteJournal(path, wait=10) as journal, plain(path) as other:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        other.execute("BEGIN IMMEDIATE")
        begun = Event()

        def append() -> None:
            begun.set()
            journal.append(chain(HOME, 1, after=1), expect={HOME: 1})

        writer = Thread(target=append)
        writer.start()
        begun.wait()
        time.sleep(0.05)
        assert list(journal.read(HOME)) == chain(HOME, 1)
        other.execute("ROLLBACK")
        writer.join()
        assert list(journal.read(HOME)) == chain(HOME, 2)


def test_a_full_disk_is_told_and_nothing_is_kept(journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    with journal._connection() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    large = [stored("s2", (HOME, 2)), stored("s3", (HOME, 3), payload=bytes(100_000))]
    expected = "the disk is full, and nothing was written; make room and try again"
    assert reason(lambda: journal.append(large, expect={HOME: 1})) == expected
    assert list(journal.read(HOME)) == chain(HOME, 1)
    journal.append(large, expect={HOME: 1})  # the next use has a fresh connection
    assert versions(list(journal.read(HOME)), HOME) == [1, 2, 3]


def test_a_disk_error_is_told_and_nothing_is_kept(path: Path, journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
    try:
        large = stored("s2", (HOME, 2), payload=bytes(200_000))
        assert reason(lambda: journal.append([large], expect={HOME: 1})) == (
            "the disk reports an error (disk I/O error); check the disk and try again"
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert list(journal.read(HOME)) == chain(HOME, 1)
    journal.append([large], expect={HOME: 1})
    assert list(journal.read(HOME)) == [*chain(HOME, 1), large]


def test_what_no_table_foresees_is_told_in_the_words_of_sqlite(journal: SQLiteJournal) -> None:
    wrong: Any = "text where bytes belong"
    assert reason(lambda: journal.append([stored("s1", (HOME, 1), payload=wrong)], expect={HOME: 0})) == (
        "SQLite reports: cannot store TEXT value in BLOB column record.payload"
    )
    assert list(journal.read(HOME)) == []


def test_what_python_cannot_hand_to_sqlite_leaves_no_transaction_open(journal: SQLiteJournal) -> None:
    with pytest.raises(UnicodeEncodeError):
        journal.append([stored("s1", (HOME, 1), id="\ud800")], expect={HOME: 0})
    journal.append(chain(HOME, 1), expect={HOME: 0})
    assert list(journal.read(HOME)) == chain(HOME, 1)


def test_an_old_sqlite_is_told(journal: SQLiteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == (
        "it needs SQLite 3.37 or later, and this Python has 3.34.1"
    )


def test_a_closed_journal_says_so(journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    journal.close()
    journal.close()
    expected = "it was closed; open it again with SQLiteJournal(path)"
    assert reason(lambda: list(journal.read(HOME))) == expected
    assert reason(lambda: journal.append(chain(HOME, 1, after=1), expect={HOME: 1})) == expected


# -- where nothing may be written ---------------------------------------------------------------------------------


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that an unprivileged user reaches, since pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom permissions stop: they do not stop root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def protected(*places: Path) -> Iterator[None]:
    """Nobody may write to these places, and only their owner may after the `with` block."""
    modes = [place.stat().st_mode for place in places]
    for place in places:
        place.chmod(0o555)
    try:
        with unprivileged():
            yield
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


def test_a_read_only_file_is_read_and_an_append_says_why_it_cannot(open_to_all: Path) -> None:
    path = open_to_all / "casebook.db"
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 600), expect={HOME: 0})
    with protected(path, open_to_all), SQLiteJournal(path) as journal:
        assert list(journal.read(HOME)) == chain(HOME, 600)
        assert list(journal.read_all()) == chain(HOME, 600)
        assert reason(lambda: journal.append(chain(HOME, 1, after=600), expect={HOME: 600})) == (
            "it is read-only, so it can be read but nothing can be added; make the file and its folder writable"
        )
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1, after=600), expect={HOME: 600})


def test_a_read_only_file_in_a_folder_of_ones_own_is_read_and_not_written(open_to_all: Path) -> None:
    path = open_to_all / "casebook.db"
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 2), expect={HOME: 0})
    open_to_all.chmod(0o777)
    with protected(path), SQLiteJournal(path) as journal:
        assert list(journal.read(HOME)) == chain(HOME, 2)
        assert reason(lambda: journal.append(chain(HOME, 1, after=2), expect={HOME: 2})).startswith("it is read-only")
        assert list(journal.read(HOME)) == chain(HOME, 2)


def test_a_file_frozen_before_its_log_was_folded_in_is_told_rather_than_read_in_part(open_to_all: Path) -> None:
    path, frozen = open_to_all / "casebook.db", open_to_all / "frozen"
    frozen.mkdir()
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        for name in ("casebook.db", "casebook.db-wal"):
            (frozen / name).write_bytes((open_to_all / name).read_bytes())
    copy = frozen / "casebook.db"
    with protected(copy, frozen), SQLiteJournal(copy) as journal:
        assert reason(lambda: list(journal.read(HOME))) == (
            "its latest records are in casebook.db-wal beside it, and nothing may be written here to fold them in; "
            "copy both files to a folder that may be written, and read them there"
        )
    assert kept_in(copy) == chain(HOME, 2)


def test_a_file_that_may_not_be_read_is_told(open_to_all: Path) -> None:
    path = open_to_all / "casebook.db"
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
    path.chmod(0)
    with unprivileged(), SQLiteJournal(path) as journal:
        expected = "it cannot be opened; let this user read and write the file and its folder"
        assert reason(lambda: list(journal.read(HOME))) == expected
        assert reason(lambda: journal.append(chain(HOME, 1, after=1), expect={HOME: 1})) == expected


def test_a_journal_that_cannot_be_made_is_told(open_to_all: Path) -> None:
    path = open_to_all / "casebook.db"
    with protected(open_to_all), SQLiteJournal(path) as journal:
        assert list(journal.read(HOME)) == []
        assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == (
            "it cannot be opened; let this user read and write the file and its folder"
        )


def test_a_folder_that_may_not_be_entered_is_told(open_to_all: Path) -> None:
    closed = open_to_all / "closed"
    closed.mkdir(mode=0)
    with unprivileged(), SQLiteJournal(closed / "casebook.db") as journal:
        assert reason(lambda: list(journal.read(HOME))) == (
            "it cannot be looked at (Permission denied); let this user into its folder"
        )


# -- the write-ahead log ------------------------------------------------------------------------------------------


def test_a_file_that_was_taken_out_of_wal_is_put_back_by_the_next_writer(path: Path) -> None:
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
    with plain(path) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchall() == [("delete",)]
    with SQLiteJournal(path) as journal:
        assert list(journal.read(HOME)) == chain(HOME, 1)
        journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
        with journal._connection() as connection:
            assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]


def test_whoever_makes_the_file_waits_for_another_who_is_at_it(path: Path) -> None:
    with SQLiteJournal(path, wait=10) as journal, plain(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        writer = Thread(target=partial(journal.append, chain(HOME, 1), expect={HOME: 0}))
        writer.start()
        time.sleep(0.05)
        other.execute("COMMIT")
        writer.join()
    assert kept_in(path) == chain(HOME, 1)


def test_changing_to_a_log_waits_for_a_reader_and_then_gives_up_with_the_reason(
    path: Path, journal: SQLiteJournal
) -> None:
    with plain(path) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("DROP TABLE t")
        other.execute("BEGIN")
        other.execute("SELECT * FROM sqlite_master").fetchall()
        assert "held it locked" in reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0}))
        other.execute("COMMIT")
    journal.append(chain(HOME, 1), expect={HOME: 0})
    assert list(journal.read(HOME)) == chain(HOME, 1)


class WithoutALog(sqlite_file.Connection):
    """A connection to a place where SQLite cannot share memory, as in some network folders."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute("VALUES ('delete')" if "journal_mode" in sql else sql, parameters)


class WithAFailingDisk(sqlite_file.Connection):
    """A connection on which some statements fail, and others fail for the first time."""

    failing = "journal_mode"
    code = sqlite3.SQLITE_IOERR_FSYNC
    times = 1000

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if self.failing in sql and self.times:
            self.times -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(sql, parameters)


class BesideAnotherMaker(WithAFailingDisk):
    """Two who change the mode of one file at once: SQLite tells one of them, without waiting, that it is locked."""

    code = sqlite3.SQLITE_BUSY
    times = 2


def test_a_place_where_no_log_can_be_kept_is_told(journal: SQLiteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "Connection", WithoutALog)
    assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})) == (
        "SQLite cannot keep its log here, as in some network folders; move it to a local disk"
    )


def test_a_disk_error_while_the_file_is_made_is_told(journal: SQLiteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "Connection", WithAFailingDisk)
    assert reason(lambda: journal.append(chain(HOME, 1), expect={HOME: 0})).startswith("the disk reports an error")


def test_two_who_make_the_same_file_at_once_try_again(journal: SQLiteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "Connection", BesideAnotherMaker)
    journal.append(chain(HOME, 1), expect={HOME: 0})
    assert list(journal.read(HOME)) == chain(HOME, 1)
    with journal._connection() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]


# -- statements ---------------------------------------------------------------------------------------------------


def traced(journal: SQLiteJournal, call: Callable[[], object]) -> list[str]:
    """The first word of each statement that the call makes."""
    statements: list[str] = []
    with journal._connection() as connection:
        connection.set_trace_callback(statements.append)
    call()
    with journal._connection() as connection:
        connection.set_trace_callback(None)
    return [statement.split()[0] for statement in statements]


def test_an_append_asks_for_all_versions_at_once(journal: SQLiteJournal) -> None:
    subjects = [f"coach:{number}" for number in range(40)]
    record = stored("s1", *((subject, 1) for subject in subjects))
    assert traced(journal, lambda: journal.append([record], expect=dict.fromkeys(subjects, 0))) == [
        "BEGIN", "WITH", "INSERT", *["INSERT"] * 40, "COMMIT",
    ]  # fmt: skip


def test_reading_a_subject_that_has_not_moved_on_is_one_statement(journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 3), expect={HOME: 0})
    assert traced(journal, lambda: list(journal.read(HOME, after=3))) == ["SELECT"]


def test_reading_a_journey_is_one_statement(journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 100), expect={HOME: 0})
    assert traced(journal, lambda: list(journal.read(HOME))) == ["SELECT"]


@pytest.mark.parametrize("statement", [sqlite._READ, sqlite._READ_ALL, sqlite._ERASE, *sqlite._RENAME])
def test_no_statement_goes_through_a_whole_table(journal: SQLiteJournal, statement: str) -> None:
    journal.append(chain(HOME, 3), expect={HOME: 0})
    with journal._connection() as connection:
        asked = [HOME] * statement.count("?")
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", asked).fetchall()]
    assert [step for step in plan if step.startswith("SCAN")] == []


# -- threads and processes ----------------------------------------------------------------------------------------


def test_many_threads_that_make_the_same_file_at_once_all_get_through(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.db"
        journals = [SQLiteJournal(path, wait=20) for _ in range(6)]
        tasks = (partial(append_next, journal, HOME, str(place), 1) for place, journal in enumerate(journals))
        assert all_at_once(*tasks) == [None] * 6
        for journal in journals:
            journal.close()
        assert versions(kept_in(path), HOME) == [1, 2, 3, 4, 5, 6]


def test_a_burst_of_threads_leaves_only_a_few_connections_open(path: Path) -> None:
    with SQLiteJournal(path, wait=20) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        inside = all_at_once(*(partial(hold_a_connection, journal) for _ in range(12)))
        assert inside == [None] * 12
        assert len(journal._file.idle) == 8


def hold_a_connection(journal: SQLiteJournal) -> None:
    with journal._connection():
        time.sleep(0.1)


def test_closing_while_another_thread_is_at_work_closes_what_it_uses_afterwards(path: Path) -> None:
    journal = SQLiteJournal(path)
    with journal._connection() as connection:
        journal.close()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def append_from_a_process(path: Path, name: str, count: int) -> None:
    with SQLiteJournal(path, wait=20) as journal:
        append_next(journal, HOME, name, count)


def test_processes_that_append_to_one_file_lose_nothing_and_leave_no_gap(path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=append_from_a_process, args=(path, name, 25)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    found = kept_in(path)
    assert versions(found, HOME) == list(range(1, 76))
    assert sorted(record.surrogate for record in found) == sorted(f"{name} {k}" for name in "abc" for k in range(25))


def test_parent_and_forked_child_use_the_journal_side_by_side(path: Path) -> None:
    with SQLiteJournal(path, wait=20) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        child = os.fork()
        if child == 0:
            try:
                append_next(journal, HOME, "child", 20)
            finally:
                os._exit(0)
        append_next(journal, HOME, "parent", 20)
        os.waitpid(child, 0)
        assert versions(list(journal.read(HOME)), HOME) == list(range(1, 42))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file locks are looked up in /proc")
def test_a_forked_child_holds_file_locks_of_its_own(path: Path) -> None:
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})

        def use_and_look() -> None:
            list(journal.read(HOME))
            locks = Path("/proc/locks").read_text().splitlines()
            inode = f":{path.stat().st_ino}"
            assert [line for line in locks if line.split()[4] == str(os.getpid()) and line.split()[5].endswith(inode)]

        assert in_child(use_and_look) == 0


def test_a_process_forked_while_a_connection_was_at_work_does_not_use_the_journal(path: Path) -> None:
    with SQLiteJournal(path, wait=0.05) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})

        def see_it_refused() -> None:
            assert reason(lambda: list(journal.read(HOME))) == (
                "the process was forked while another thread was using it; fork earlier, or spawn the process"
            )

        with journal._connection():
            assert in_child(see_it_refused) == 0
        assert list(journal.read(HOME)) == chain(HOME, 1)
        assert in_child(lambda: list(journal.read(HOME))) == 0
        with journal._connection():
            sqlite_file._DOOR.before_fork()
            sqlite_file._DOOR.after_fork(child=True)  # the same once more in this process, as a child goes through it
        see_it_refused()


def test_a_fork_waits_for_the_connections_of_other_threads(path: Path) -> None:
    with SQLiteJournal(path, wait=20) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        taken = Event()

        def work() -> None:
            with journal._connection():
                taken.set()
                time.sleep(0.1)

        thread = Thread(target=work)
        thread.start()
        taken.wait()
        assert in_child(lambda: list(journal.read(HOME))) == 0
        thread.join()


# -- crashes ------------------------------------------------------------------------------------------------------

BATCH = 3


def batch(number: int) -> list[StoredRecord]:
    """Three records that belong together."""
    first = number * BATCH + 1
    return [stored(f"s{version}", (HOME, version), payload=bytes(5000)) for version in range(first, first + BATCH)]


@pytest.mark.parametrize("last", range(1, 10))
def test_a_process_killed_before_any_statement_of_an_append_leaves_nothing_of_it(path: Path, last: int) -> None:
    with SQLiteJournal(path) as journal:
        journal.append(batch(0), expect={HOME: 0})

        def append_and_die() -> None:
            seen = 0

            def die(statement: str) -> None:
                nonlocal seen
                seen += 1
                if seen == last:
                    os.kill(os.getpid(), signal.SIGKILL)

            with journal._connection() as connection:
                connection.set_trace_callback(die)
            journal.append(batch(1), expect={HOME: BATCH})

        assert in_child(append_and_die) == -signal.SIGKILL
        assert list(journal.read(HOME)) == batch(0)
        journal.append(batch(1), expect={HOME: BATCH})
        assert list(journal.read(HOME)) == batch(0) + batch(1)


def test_a_process_killed_anywhere_leaves_whole_appends_and_every_one_that_returned(path: Path) -> None:
    written = 0
    for kill in range(8):
        reading, writing = os.pipe()

        def append_until_killed(written: int = written, writing: int = writing) -> None:
            with SQLiteJournal(path) as journal:
                for number in range(written, written + 10_000):
                    journal.append(batch(number), expect={HOME: number * BATCH})
                    os.write(writing, b".")

        child = os.fork()
        if child == 0:
            append_until_killed()
            os._exit(1)
        os.close(writing)
        returned = len(os.read(reading, 1))
        time.sleep(0.003 * kill)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while dots := os.read(reading, 4096):
            returned += len(dots)
        os.close(reading)
        found = kept_in(path)
        assert versions(found, HOME) == list(range(1, len(found) + 1))
        assert len(found) % BATCH == 0
        assert len(found) // BATCH - written - returned in (0, 1)  # the last may be kept and not have returned
        written = len(found) // BATCH


@pytest.mark.parametrize("last", range(1, 15))
def test_a_first_append_that_is_killed_leaves_a_file_that_works(path: Path, last: int) -> None:
    def make_and_die() -> None:
        sqlite_file.Connection.execute = dying(last)  # type: ignore[method-assign]
        with SQLiteJournal(path) as journal:
            journal.append(chain(HOME, 1), expect={HOME: 0})

    assert in_child(make_and_die) == -signal.SIGKILL
    assert kept_in(path) == []
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
    assert kept_in(path) == chain(HOME, 1)


def dying(last: int) -> Callable[..., sqlite3.Cursor]:
    """A connection's `execute` that kills its process in place of the statement of that number."""
    seen = 0

    def execute(connection: sqlite3.Connection, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return sqlite3.Connection.execute(connection, sql, parameters)

    return execute


# -- erased bytes -------------------------------------------------------------------------------------------------


def holding(path: Path, *words: bytes) -> list[tuple[str, bytes]]:
    """Which of the journal's files hold which of the words."""
    files = sorted(path.parent.glob(path.name + "*"))
    return [(file.name, word) for file in files for word in words if word in file.read_bytes()]


def test_erased_words_ids_and_names_are_in_no_file_any_more(path: Path, journal: SQLiteJournal) -> None:
    # Journeys side by side and records of every size: SQLite moves rows from page to page and leaves copies behind,
    # which `secure_delete` alone does not overwrite.
    reached: dict[str, int] = {}
    for number in range(600):
        learner = f"learner:amira-{number * 7 % 6}"
        about = {subject: reached.get(subject, 0) for subject in (f"journey:{learner}", learner, COACH)}
        words = f"heard from amira-{number * 7 % 6} ".encode() * (1, 3, 20, 60, 150, 400, 900)[number * 5 % 7]
        record = stored(
            f"{hash_of(number)}", *((subject, version + 1) for subject, version in about.items()),
            payload=words, id=f"said by {learner}, {number}{'q' * (number % 3 * 100)}",
        )  # fmt: skip
        journal.append([record], expect=about)
        reached |= {subject: version + 1 for subject, version in about.items()}
    assert {word for _, word in holding(path, b"amira-2", b"amira-3")} == {b"amira-2", b"amira-3"}
    renames = {
        subject: f"{subject.split(':')[0]}:{hash_of(subject)}"
        for subject in reached
        if subject.endswith(("amira-2", "amira-5"))
    }
    receipts = [receipt(f"r {new}", (new, reached[old] + 1)) for old, new in renames.items()]
    done = journal.erase(renames, expect={subject: reached[subject] for subject in renames}, receipts=receipts)
    assert done == Erasure(200)
    assert str(done) == "Gone from the record. Nothing is pending."
    assert holding(path, b"amira-2", b"amira-5") == []
    assert [word for _, word in holding(path, b"amira-3")] == [b"amira-3"]
    assert versions(list(journal.read(COACH)), COACH) == list(range(1, 601))
    journal.close()
    assert holding(path, b"amira-2", b"amira-5") == []


def hash_of(name: object) -> str:
    """Sixteen hexadecimal digits in no order, as a surrogate has."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:16]


def test_erased_bytes_are_pending_while_another_connection_reads_and_go_once_it_is_finished(
    path: Path, journal: SQLiteJournal
) -> None:
    a_learner_among_others(journal)
    journal.append([stored("s9", (HOME, 3), payload=b"heard-in-confidence")], expect={HOME: 2})
    with plain(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchall()
        done = journal.erase(RENAMES, expect={**EXPECT, HOME: 3}, receipts=[])
        [left] = done.pending
        assert (done.records, left.where) == (5, "the journal's file and its log")
        assert left.until == "another program is using the file: close it, then run iagcore journal finish"
        assert left.since is not None
        assert [record.payload for record in journal.read("journey:7f3a")] == [None] * 3
        assert journal.pending() == (attrs.evolve(left, until="run iagcore journal finish"),)
        assert journal.finish() == (left,)
        assert holding(path, b"heard-in-confidence") != []
    assert journal.finish() == ()
    assert journal.pending() == ()
    assert holding(path, b"heard-in-confidence") == []


def test_an_open_iterator_of_the_journal_does_not_hold_erased_bytes_back(path: Path, journal: SQLiteJournal) -> None:
    a_learner_among_others(journal)
    reading, feeding = journal.read(COACH), journal.read_all()
    assert len([*islice(reading, 1), *islice(feeding, 1)]) == 2
    assert journal.erase(RENAMES, expect=EXPECT, receipts=[]).pending == ()
    assert holding(path, b"what was said", b"learner:a") == [("casebook.db", b"what was said")]  # the other learner's


def test_a_file_is_not_written_anew_beside_a_writer(path: Path, journal: SQLiteJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    with plain(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert journal._file.written_anew() is False
    assert journal._file.written_anew() is True
    assert list(journal.read(HOME)) == chain(HOME, 1)


def test_an_erasure_stands_though_the_disk_fails_when_the_log_is_folded_in(
    journal: SQLiteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "Connection", WithAFailingDisk)
    monkeypatch.setattr(WithAFailingDisk, "failing", "wal_checkpoint")
    a_learner_among_others(journal)
    done = journal.erase(RENAMES, expect=EXPECT, receipts=[])
    until = "the disk reports an error (disk I/O error); check the disk and try again; then run iagcore journal finish"
    assert done == Erasure(4, (Pending("the journal's file and its log", until),))
    assert [one.until for one in journal.pending()] == ["run iagcore journal finish"]
    assert list(journal.read(HOME)) == []


# -- what a caller got wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (stored("s1"), "is filed under nothing: file it under each subject once"),
        (stored("s1", (HOME, 1), (HOME, 2)), "file it under each subject once"),
        (stored("s1", (HOME, 1), (COACH, 1)), "coach:nina, of which no version is expected"),
        (stored("s1", (HOME, 3)), "takes version 3 of journey:a-phase-1, where 1 comes next"),
    ],
)
def test_a_record_that_cannot_be_filed_is_told(journal: SQLiteJournal, record: StoredRecord, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        journal.append([record], expect={HOME: 0})


@pytest.mark.parametrize(
    ("renames", "expect", "sentence"),
    [
        ({HOME: "journey:7f3a"}, {COACH: 0}, "no version of it is expected"),
        ({HOME: "journey:7f3a", COACH: "journey:7f3a"}, {HOME: 0, COACH: 0}, "a fresh random name of its own"),
        ({HOME: COACH}, {HOME: 0, COACH: 0}, "a fresh random name of its own"),
        ({HOME: HOME}, {HOME: 0}, "a fresh random name of its own"),
    ],
)
def test_a_renaming_that_cannot_be_made_is_told(
    journal: SQLiteJournal, renames: dict[str, str], expect: dict[str, int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        journal.erase(renames, expect=expect, receipts=[])


def test_a_new_name_that_is_taken_is_a_conflict_and_changes_nothing(journal: SQLiteJournal) -> None:
    kept = a_learner_among_others(journal)
    with pytest.raises(Conflict) as raised:
        journal.erase({HOME: COACH}, expect={HOME: 2}, receipts=[])
    assert (raised.value.subject, raised.value.expected, raised.value.found) == (COACH, 0, 3)
    assert list(journal.read(HOME)) == kept[:2]
