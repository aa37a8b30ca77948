"""Erasure tells the truth: what it answers after a kill, beside a reader, and under a name that is not there."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from iagcore.casebook import Casebook
from iagcore.due_index import SUFFIX, DueIndex
from iagcore.entries import DiaryWritten
from iagcore.exceptions import Refused, UnusableJournal
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import GONE, NOTHING_FOUND, Erasure, Pending, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import JO, NINA, STARTER, on, refusals, start

TOKEN = b"TOKENZZQ"
LEARNER = "learner:TOKENZZQ-ref"
WHERE = "the journal's file and its log"
FINISH = "run iagcore journal finish"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal whose every word, id and name of one learner has a token in it, and another learner."""
    found = tmp_path / "casebook.db"
    with SQLiteJournal(found) as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        start(cases, "TOKENZZQ-journey", learner=LEARNER)
        for number in range(30):
            words = f"TOKENZZQ words {number} " * 20
            entry = DiaryWritten(diary=f"d{number}", sort="achievement", words=words)
            cases.record("TOKENZZQ-journey", entry, by=LEARNER, id=f"TOKENZZQ-{number}").require()
        start(cases, "b", learner="learner:b")
    return found


def holding(path: Path) -> list[str]:
    """The files beside the journal that have the token in them."""
    return [one.name for one in sorted(path.parent.iterdir()) if TOKEN in one.read_bytes()]


def opened(path: Path, **more: Any) -> Iterator[Casebook]:
    with SQLiteJournal(path, wait=0.1) as journal, Casebook(journal, STARTER, clock=lambda: on(0), **more) as cases:
        yield cases


@pytest.fixture
def cases(path: Path) -> Iterator[Casebook]:
    yield from opened(path)


KILLED = """
import os, sys
from iagcore import Casebook, Policy
from iagcore.storage import sqlite_file
from iagcore.storage.sqlite import SQLiteJournal

sqlite_file.SQLiteFile.written_anew = lambda self: os.kill(os.getpid(), 9)
Casebook(SQLiteJournal(sys.argv[1]), Policy.load("starter")).erase("learner:TOKENZZQ-ref", by="lead:jo")
"""


def killed_between_the_commit_and_the_rewriting(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    assert holding(path) != []


@pytest.mark.parametrize("name", [LEARNER, "learner:nobody-at-all"])
def test_after_a_kill_any_erasure_finishes_what_is_pending_and_says_so(path: Path, name: str) -> None:
    killed_between_the_commit_and_the_rewriting(path)
    for cases in opened(path):
        [left] = cases.pending_erasures()
        assert (left.where, left.until) == (WHERE, FINISH)
        erased = cases.erase(name, by=JO)
        assert erased == Erasure(0, answer=NOTHING_FOUND, finished=True)
        assert str(erased) == (
            "Nothing found under that name. Check how it is spelt. "
            "An earlier erasure had not been finished. It is finished now."
        )
        assert holding(path) == []
        assert cases.pending_erasures() == ()
        assert cases.erase(name, by=JO) == Erasure(0, answer=NOTHING_FOUND)


def test_after_a_kill_the_erasure_of_another_learner_finishes_it_too(path: Path) -> None:
    killed_between_the_commit_and_the_rewriting(path)
    for cases in opened(path):
        erased = cases.erase("learner:b", by=JO)
        assert erased == Erasure(1, finished=True)
        assert str(erased) == (
            "Gone from the record. An earlier erasure had not been finished. It is finished now. Nothing is pending."
        )
        assert holding(path) == []


def test_who_may_not_erase_finishes_nothing_either(path: Path) -> None:
    killed_between_the_commit_and_the_rewriting(path)
    for cases in opened(path):
        with pytest.raises(Refused) as refused:
            cases.erase(LEARNER, by=NINA)
        assert refusals(refused.value.decision) == ["ACC-01"]
        assert [one.where for one in cases.pending_erasures()] == [WHERE]


def test_beside_an_open_reader_it_is_pending_to_everybody_until_the_reader_has_gone(
    path: Path, cases: Casebook
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchall()
        erased = cases.erase(LEARNER, by=JO)
        assert (erased.answer, erased.records, [one.where for one in erased.pending]) == (GONE, 31, [WHERE])
        assert str(erased).splitlines()[0] == "Gone from the record. What was erased may still be in:"
        for name in (LEARNER, "learner:nobody-at-all"):
            again = cases.erase(name, by=JO)
            assert (again.answer, again.finished, [one.where for one in again.pending]) == (
                NOTHING_FOUND,
                False,
                [WHERE],
            )
        for other in opened(path):
            assert [one.where for one in other.pending_erasures()] == [WHERE]
            assert [one.where for one in other.finish_erasures()] == [WHERE]
        assert holding(path) != []
    assert cases.finish_erasures() == ()
    assert holding(path) == []


def test_a_reader_that_is_another_process_holds_it_back_and_its_end_lets_it_go(path: Path, cases: Casebook) -> None:
    reading = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN'); "
        "c.execute('SELECT * FROM record').fetchone(); print('reading', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reading, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        erased = cases.erase(LEARNER, by=JO)
        assert [one.where for one in erased.pending] == [WHERE]
        assert holding(path) != []
        reader.kill()
    assert cases.erase("learner:nobody", by=JO) == Erasure(0, answer=NOTHING_FOUND, finished=True)
    assert holding(path) == []


def test_an_index_beside_the_journal_goes_in_the_same_breath(path: Path, cases: Casebook) -> None:
    with DueIndex(f"{path}{SUFFIX}") as index:
        for other in opened(path, due_index=index):
            assert len(other.due()) == 2
    assert holding(path) == ["casebook.db", "casebook.db.due"]
    assert cases.erase(LEARNER, by=JO) == Erasure(31)
    assert holding(path) == []
    with DueIndex(f"{path}{SUFFIX}") as index:
        assert [one.about for one in index.duties(zone=STARTER.zone)] == ["journey:b"]


def test_an_index_that_somebody_reads_is_pending_and_finished_later(path: Path, cases: Casebook) -> None:
    beside = Path(f"{path}{SUFFIX}")
    with DueIndex(beside) as index:
        for other in opened(path, due_index=index):
            other.due()
    with closing(sqlite3.connect(beside, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM duty").fetchall()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("iagcore.due_index.WAIT", 0.05)
            erased = cases.erase(LEARNER, by=JO)
        until = "close every program that uses it, then run iagcore due"
        assert erased == Erasure(31, (Pending(f"the index of duties ({beside})", until),))
        assert cases.pending_erasures() == erased.pending
    assert cases.finish_erasures() == ()
    assert holding(path) == []


def test_an_index_that_is_given_and_lies_beside_the_journal_is_one(path: Path) -> None:
    with DueIndex(f"{path}{SUFFIX}") as index:
        for cases in opened(path, due_index=index):
            cases.due()
            assert cases.erase(LEARNER, by=JO) == Erasure(31)
            assert holding(path) == []


class OnlyErases:
    """Somebody else's journal, which erases and cannot say what is left."""

    def __init__(self) -> None:
        self._kept = MemoryJournal()

    def append(self, records: Any, *, expect: Any) -> None:
        self._kept.append(records, expect=expect)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        return self._kept.read(subject, after=after)

    def erase(self, renames: Any, *, expect: Any, receipts: Any) -> Erasure:
        return self._kept.erase(renames, expect=expect, receipts=receipts)


def test_a_journal_that_cannot_finish_is_always_answered_for_as_pending() -> None:
    cases = Casebook(OnlyErases(), STARTER, clock=lambda: on(0))
    start(cases)
    left = (Pending("this journal (OnlyErases)", "it cannot say: ask the person who looks after it"),)
    assert cases.erase("learner:nobody", by=JO) == Erasure(0, left, NOTHING_FOUND)
    assert cases.erase("learner:a", by=JO) == Erasure(1, left)
    assert cases.pending_erasures() == cases.finish_erasures() == left


def test_a_journal_that_does_not_erase_has_nothing_to_say_of_it() -> None:
    class AppendsAndReads:
        append, read = OnlyErases.append, OnlyErases.read

        def __init__(self) -> None:
            self._kept = MemoryJournal()

    cases = Casebook(AppendsAndReads(), STARTER, clock=lambda: on(0))
    for ask in (cases.pending_erasures, cases.finish_erasures):
        with pytest.raises(UnusableJournal, match="this journal cannot erase"):
            ask()


def test_what_was_removed_is_looked_for_and_what_others_say_is_not_taken_for_it(path: Path) -> None:
    with SQLiteJournal(path) as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        # the same words, and a name that begins with the learner's
        start(cases, "c", learner=f"{LEARNER}-too")
        words = "TOKENZZQ words 3 " * 20
        entry = DiaryWritten(diary="d3", sort="achievement", words=words)
        cases.record("c", entry, by=f"{LEARNER}-too", id="TOKENZZQ-3").require()
        assert cases.erase(LEARNER, by=JO) == Erasure(31)


def test_what_is_found_though_the_file_was_written_anew_is_pending(
    path: Path, cases: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iagcore.storage.sqlite_file import SQLiteFile

    there = SQLiteFile.bytes_kept
    monkeypatch.setattr(SQLiteFile, "bytes_kept", lambda self: there(self) + b"TOKENZZQ-7 is left")
    erased = cases.erase(LEARNER, by=JO)
    assert [one.until for one in erased.pending] == [
        f"some of it was found there although the file was written anew: {FINISH}"
    ]
    assert cases.finish_erasures() == ()


def test_an_erasure_says_what_day_something_has_been_pending_since() -> None:
    day = on(0).date()
    one = Pending("the file", "do this", day)
    assert str(one) == f"the file since {day.day} {day:%B %Y}: do this"
    assert str(Erasure(3, (one,))) == (
        f"Gone from the record. What was erased may still be in:\n- the file since {day.day} {day:%B %Y}: do this"
    )
