"""The SQLite file under the journal, the directory and the index of duties: whose it is, who may read it, and forks."""

import gc
import os
import signal
import sqlite3
import stat
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import attrs
import pytest

import iagcore as iag
from iagcore import due_index as due_module
from iagcore.directory import sqlite as directory_module
from iagcore.directory.matching import Sought
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.due_index import DueIndex
from iagcore.exceptions import IagcoreError
from iagcore.storage import sqlite as journal_module
from iagcore.storage import sqlite_file
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.sqlite_file import STORES, SQLiteFile, Store, belongs_to
from iagcore.testing.listed_opportunities import ART, MONDAY
from iagcore.testing.stored_records import HOME, chain
from tests.casework import STARTER, on, start

# Forking beside threads is what some of these tests are about; Python 3.12 and later warn of it.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@attrs.frozen
class Kept:
    """One of the stores: how it is opened, and how something is kept in it and read."""

    store: Store
    opened: Callable[[Path], Any]
    keep: Callable[[Any], object]
    read: Callable[[Any], object]


def keep_duties(index: DueIndex) -> None:
    """Look at a journey, whose start opens a duty."""
    cases = iag.Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), due_index=index)
    start(cases)
    assert len(cases.due()) == 1


KEPT = {
    "journal": Kept(
        journal_module.STORE,
        SQLiteJournal,
        lambda journal: journal.append(chain(HOME, 1), expect={HOME: 0}),
        lambda journal: list(journal.read(HOME)),
    ),
    "directory": Kept(
        directory_module.STORE,
        SQLiteDirectory,
        lambda directory: directory.keep([ART], feed="f", today=MONDAY),
        lambda directory: directory.search(Sought(text="art"), today=MONDAY).in_all,
    ),
    "index": Kept(due_module.STORE, DueIndex, keep_duties, lambda index: index.duties(zone=STARTER.zone)),
}


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest) -> Kept:
    return KEPT[request.param]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def reason(call: Callable[[], object]) -> str:
    with pytest.raises(IagcoreError) as raised:
        call()
    found: str = raised.value.reason  # type: ignore[attr-defined]
    return found


def ended(child: int, *, seconds: float) -> int | None:
    """The exit code of a child, or None where it has to be killed after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def forked(task: Callable[[], object], *, seconds: float = 20) -> int | None:
    """What a forked child that does the task exits with: 0 where it is done; None where it hangs."""
    child = os.fork()
    if not child:  # pragma: no cover - in the child
        code = 1
        try:
            task()
            code = 0
        finally:
            os._exit(code)
    return ended(child, seconds=seconds)


# -- whose it is --------------------------------------------------------------------------------------------------


def test_every_store_has_a_mark_and_a_name_of_its_own() -> None:
    assert sorted(one.store.application_id for one in KEPT.values()) == sorted(STORES)
    assert len(set(STORES.values())) == 3


@pytest.mark.parametrize("theirs", KEPT)
def test_a_file_of_another_store_is_refused_by_name_and_left_alone(kept: Kept, path: Path, theirs: str) -> None:
    if KEPT[theirs] is kept:
        pytest.skip("it is its own")
    with KEPT[theirs].opened(path) as other:
        KEPT[theirs].keep(other)
    before = path.read_bytes()
    expected = (
        f"it is {KEPT[theirs].store.called}, not {kept.store.called}; "
        f"give {kept.store.called}, or the name of a new file"
    )
    with kept.opened(path) as opened:
        assert reason(lambda: kept.keep(opened)) == expected
        assert reason(lambda: kept.read(opened)) == expected
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["a.db"]
    assert belongs_to(path, KEPT[theirs].store.application_id)
    assert not belongs_to(path, kept.store.application_id)


@pytest.mark.parametrize(("version", "which"), [(0, "an earlier"), (99, "a later")])
def test_a_file_of_another_schema_is_refused_saying_so(kept: Kept, path: Path, version: int, which: str) -> None:
    with kept.opened(path) as opened:
        kept.keep(opened)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute(f"PRAGMA user_version = {version}")
    with kept.opened(path) as opened:
        assert reason(lambda: kept.read(opened)) == (
            f"it was written by {which} iagcore (schema {version}, where this one knows {kept.store.version}); "
            "install that version"
        )


def test_a_damaged_file_is_told_with_what_to_do(kept: Kept, path: Path) -> None:
    with kept.opened(path) as opened:
        kept.keep(opened)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with kept.opened(path) as opened:
        assert reason(lambda: kept.read(opened)) == f"it is damaged; {kept.store.damaged}"


def test_a_store_that_was_closed_says_how_to_open_it_again(kept: Kept, path: Path) -> None:
    with kept.opened(path) as opened:
        kept.keep(opened)
    opened.close()
    assert reason(lambda: kept.read(opened)) == f"it was closed; open it again with {kept.store.reopen}"


# -- who may read it ----------------------------------------------------------------------------------------------


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {one.name: oct(stat.S_IMODE(one.stat().st_mode)) for one in sorted(folder.iterdir())}


def test_a_file_and_its_log_are_their_owners_alone_whatever_the_umask(kept: Kept, path: Path, umask: int) -> None:
    with kept.opened(path) as opened:
        kept.keep(opened)
        assert kept.read(opened)
        assert modes(path.parent) == dict.fromkeys(("a.db", "a.db-shm", "a.db-wal"), "0o600"), oct(umask)
    assert modes(path.parent) == {"a.db": "0o600"}


def test_a_host_gives_another_mode_and_the_log_has_it_too(path: Path, umask: int) -> None:
    for opened, one in (
        (SQLiteJournal(path, mode=0o660), KEPT["journal"]),
        (SQLiteDirectory(path.with_name("b.db"), mode=0o660), KEPT["directory"]),
        (DueIndex(path.with_name("c.db"), mode=0o660), KEPT["index"]),
    ):
        with opened as store:
            one.keep(store)
            found = modes(path.parent)
        assert set(found.values()) == {"0o660"}, (found, oct(umask))


def test_a_file_that_is_there_keeps_the_mode_that_it_has(path: Path) -> None:
    path.touch()
    path.chmod(0o640)
    with SQLiteJournal(path) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert set(modes(path.parent).values()) == {"0o640"}


def test_a_file_that_another_process_makes_at_the_same_moment_is_left_to_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SQLiteFile(str(path), journal_module.STORE, wait=1)
    path.touch(0o640)
    monkeypatch.setattr(Path, "exists", lambda self: False)
    file._make_private(make=True)
    assert modes(path.parent) == {"a.db": "0o640"}


# -- forks --------------------------------------------------------------------------------------------------------


def test_parent_and_child_use_a_store_side_by_side(kept: Kept, path: Path) -> None:
    with kept.opened(path) as opened:
        kept.keep(opened)
        expected = kept.read(opened)

        def read_the_same() -> None:
            assert kept.read(opened) == expected

        assert forked(read_the_same) == 0
        assert kept.read(opened) == expected


def test_an_index_in_memory_is_a_childs_own() -> None:
    with DueIndex() as index:
        keep_duties(index)
        assert forked(lambda: keep_duties(index)) == 0
        assert len(index.duties(zone=STARTER.zone)) == 1


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_child_that_is_forked_while_a_thread_asks_what_is_due_asks_it_too(path: Path, in_memory: bool) -> None:
    index = DueIndex() if in_memory else DueIndex(path.with_name("a.due"))
    with SQLiteJournal(path) as journal, index:
        cases = iag.Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
        for name in "abcdef":
            start(cases, name, learner=f"learner:{name}")
        inside = Event()

        def slowly(number: int, of: int) -> None:
            inside.set()
            time.sleep(0.03)

        asking = Thread(target=lambda: cases.due(progress=slowly))
        asking.start()
        inside.wait()

        def ask() -> None:
            assert len(cases.due()) == 6

        assert forked(ask) == 0
        asking.join()
        assert len(cases.due()) == 6


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_fork_waits_only_so_long_and_the_child_makes_an_index_of_its_own(
    path: Path, in_memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "FORK_WAITS", 0.05)
    index = DueIndex() if in_memory else DueIndex(path)
    with index:
        cases = iag.Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), due_index=index)
        start(cases)
        inside, go_on = Event(), Event()

        def until_told(number: int, of: int) -> None:
            inside.set()
            go_on.wait()

        asking = Thread(target=lambda: cases.due(progress=until_told))
        asking.start()
        inside.wait()

        def ask() -> None:
            assert index._file.torn
            assert len(cases.due()) == 1
            assert index._file.in_memory

        assert forked(ask) == 0
        go_on.set()
        asking.join()
        assert not index._file.torn
        assert len(cases.due()) == 1


def test_a_thread_that_is_inside_one_file_may_open_another_while_somebody_forks(path: Path) -> None:
    with SQLiteJournal(path) as one, SQLiteJournal(path.with_name("b.db")) as other:
        one.append(chain(HOME, 1), expect={HOME: 0})
        other.append(chain(HOME, 1), expect={HOME: 0})
        inside, found = Event(), []

        def within() -> None:
            with one._connection():
                inside.set()
                time.sleep(0.2)
                found.append(list(other.read(HOME)))

        working = Thread(target=within)
        working.start()
        inside.wait()
        begun = time.monotonic()
        assert forked(lambda: list(one.read(HOME))) == 0
        assert time.monotonic() - begun < sqlite_file.FORK_WAITS
        working.join()
        assert found == [chain(HOME, 1)]


def test_two_threads_look_at_one_index_one_after_the_other() -> None:
    with DueIndex() as index:
        cases = iag.Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), due_index=index)
        start(cases)
        inside, done = Event(), []

        def slowly(number: int, of: int) -> None:
            inside.set()
            time.sleep(0.1)
            done.append("first")

        first = Thread(target=lambda: cases.due(progress=slowly))
        first.start()
        inside.wait()
        cases.due()
        assert done == ["first"]
        first.join()


# -- closing ------------------------------------------------------------------------------------------------------


def test_a_store_that_is_dropped_closes_itself_and_nothing_warns(kept: Kept, path: Path) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        opened = kept.opened(path)
        kept.keep(opened)
        del opened
        gc.collect()
    assert [str(one.message) for one in warned] == []
    assert [one.name for one in path.parent.iterdir()] == ["a.db"]


def test_a_casebook_that_is_dropped_leaves_nothing_open() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        cases = iag.Casebook(MemoryJournal(), STARTER, clock=lambda: on(0))
        start(cases)
        assert len(cases.due()) == 1
        del cases
        gc.collect()
    assert [str(one.message) for one in warned] == []


def test_an_index_that_a_fork_tore_is_made_anew_in_memory_by_whoever_asks(path: Path) -> None:
    with DueIndex(path) as index:
        keep_duties(index)
        index._file.torn = True  # as in a child, which nothing measures
        keep_duties(index)
        assert (index._file.in_memory, len(index.duties(zone=STARTER.zone))) == (True, 1)


@pytest.mark.parametrize(
    ("mode", "who"), [(0o640, "its group"), (0o604, "everybody"), (0o666, "its group and everybody")]
)
def test_a_file_that_is_open_to_others_is_said_once_and_left_as_it_is(
    kept: Kept, path: Path, caplog: pytest.LogCaptureFixture, mode: int, who: str
) -> None:
    path.touch()
    path.chmod(mode)
    with kept.opened(path) as opened:
        kept.keep(opened)
        kept.read(opened)
    said = f"{path}: {who} may read or write it (mode {mode:o}): run chmod 600 on it and on the files beside it"
    assert [(one.name, one.getMessage()) for one in caplog.records] == [("iagcore", said)]
    assert modes(path.parent) == {"a.db": oct(mode)}


def test_a_file_that_is_as_private_as_the_host_gives_is_not_spoken_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with SQLiteJournal(path, mode=0o660) as journal:
        assert journal.open_to() is None
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert journal.open_to() is None
    assert caplog.records == []


def test_a_fork_waits_for_a_lock_that_is_held_for_a_moment() -> None:
    journal = MemoryJournal()
    cases = iag.Casebook(journal, STARTER, clock=lambda: on(0))
    start(cases)
    for lock in (journal._lock, cases._reading.remembered._lock):
        inside = Event()

        def hold(lock: Any = lock, inside: Event = inside) -> None:
            with lock:
                inside.set()
                time.sleep(0.1)

        holding = Thread(target=hold)
        holding.start()
        inside.wait()
        assert forked(lambda: cases.journey("a"), seconds=5) == 0
        holding.join()
        assert cases.journey("a").exists
