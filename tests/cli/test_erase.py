"""`iagcore erase` and what is left of it: a preview, an authority and a ground, and what is pending in every command."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from iagcore.casebook import Casebook
from iagcore.due_index import DueIndex
from iagcore.entries import ConcernRaised, DiaryWritten, InterestExpressed
from iagcore.exceptions import InvalidEntry, UnusableJournal
from iagcore.record.records import Sort
from iagcore.storage import codec
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import JO, NINA, STARTER, book, on, start
from tests.conftest import Run
from tests.servers import run as sql

TOKEN = b"TOKENZZQ"
PENDING = "- the journal's file and its log since "


@pytest.fixture
def recorded(run: Run, tmp_path: Path) -> Run:
    """A journal with two learners, one of whom has a token in every word, id and name, and an index beside it."""
    with SQLiteJournal(tmp_path / "casebook.db") as journal, DueIndex(tmp_path / "casebook.db.due") as index:
        cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
        start(cases, "TOKENZZQ-a", learner="learner:TOKENZZQ")
        words = DiaryWritten(diary="d", sort="achievement", words="TOKENZZQ " * 500)
        cases.record("TOKENZZQ-a", words, by="learner:TOKENZZQ", id="TOKENZZQ-said").require()
        book(cases, "c1", on(3), journey="TOKENZZQ-a")
        start(cases, "b", learner="learner:b")
        cases.due()
    return run


def holding(folder: Path) -> list[str]:
    return [one.name for one in sorted(folder.iterdir()) if TOKEN in one.read_bytes()]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who is reading the journal."""
    with closing(sqlite3.connect(tmp_path / "casebook.db", isolation_level=None)) as connection:
        yield connection


def test_without_yes_it_says_what_goes_and_what_stays_and_erases_nothing(recorded: Run, tmp_path: Path) -> None:
    before = (tmp_path / "casebook.db").read_bytes()
    assert recorded("erase", "learner:TOKENZZQ", "--by", JO) == (
        0,
        "What goes: the words, ids and names in 3 records.\n"
        "- the journey TOKENZZQ-a, whole\n"
        "- 1 booked hour, which will be free again\n"
        "What stays: when each record was made, the minutes it settled and under which policy, without a name; and a "
        "receipt that says when it was erased, on which ground, and in which role somebody had it done.\n"
        "What iagcore cannot reach: backups, copies, exported pages, and what somebody has read or printed.\n"
        "Nothing was erased. To erase, run this again with --yes and --ground.\n",
        "",
    )
    assert (tmp_path / "casebook.db").read_bytes() == before


def test_with_yes_an_authority_and_a_ground_every_byte_goes_from_the_journal_and_the_index(
    recorded: Run, tmp_path: Path
) -> None:
    assert holding(tmp_path) == ["casebook.db", "casebook.db.due"]
    asked = ("erase", "learner:TOKENZZQ", "--by", JO, "--ground", "asked", "--yes")
    assert recorded(*asked) == (0, "Gone from the record. Nothing is pending.\n", "")
    assert holding(tmp_path) == []
    assert recorded("verify")[0] == 0
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        receipts = [codec.read_envelope(one) for one in journal.read_all() if one.payload is None]
        [receipt] = [one for one in receipts if one.sort is Sort.RECEIPT]
    assert (receipt.ground, receipt.role, len(receipt.erases)) == ("asked", "lead", 3)
    again = "Nothing found under that name. Check how it is spelt.\n"
    assert recorded(*asked) == (1, again, "")
    assert recorded("erase", "learner:TOKENZZQ", "--by", JO)[1].startswith(again)


@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_an_erasure_needs_an_authority(recorded: Run, more: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exited:
        recorded("erase", "learner:TOKENZZQ", "--ground", "asked", *more)
    assert exited.value.code == 2


def test_an_erasure_needs_a_ground(recorded: Run, tmp_path: Path) -> None:
    code, out, err = recorded("erase", "learner:TOKENZZQ", "--by", JO, "--yes")
    assert (code, out) == (2, "")
    assert "an erasure needs a ground: asked, term-past, order, mistake" in err
    assert holding(tmp_path) != []


@pytest.mark.parametrize("more", [(), ("--yes", "--ground", "asked")])
def test_nobody_but_a_lead_erases_or_is_told_what_would_go(recorded: Run, more: tuple[str, ...]) -> None:
    code, out, err = recorded("erase", "learner:TOKENZZQ", "--by", NINA, *more)
    assert (code, out) == (1, "")
    assert "ACC-01" in err
    assert "TOKENZZQ-a" not in err


@pytest.mark.parametrize("own", [True, False])
def test_every_hold_is_answered_in_one_sentence_preview_included(recorded: Run, tmp_path: Path, own: bool) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        raised = ConcernRaised(concern="w", words="x", learner="learner:TOKENZZQ")
        cases.record("TOKENZZQ-a" if own else "b", raised, by=NINA).require()
    held = "Held. Please ask a safeguarding lead: they will answer.\n"
    asked = ("erase", "learner:TOKENZZQ", "--by", JO)
    nothing = "Nothing was erased. To erase, run this again with --yes and --ground.\n"
    assert recorded(*asked) == (0, held + nothing, "")
    assert recorded(*asked, "--yes", "--ground", "order") == (1, held, "")


def test_what_is_pending_is_told_by_every_command_until_it_is_finished(
    recorded: Run, tmp_path: Path, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iagcore.storage.opening.SQLiteJournal", lambda path: SQLiteJournal(path, wait=0.05))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record").fetchall()
    code, out, _ = recorded("erase", "learner:TOKENZZQ", "--by", JO, "--ground", "asked", "--yes")
    assert code == 1
    assert out.startswith(f"Gone from the record. What was erased may still be in:\n{PENDING}")
    code, out, _ = recorded("verify")
    assert code == 0
    not_finished = f"\nAn erasure is not finished. What was erased may still be in:\n{PENDING}"
    assert f"Everything is as it was written.{not_finished}" in out
    assert not_finished in recorded("due")[1]
    preview = recorded("erase", "learner:b", "--by", JO)[1]
    assert f"It is finished first. What it erased may still be in:\n{PENDING}" in preview
    code, out, _ = recorded("journal", "finish", "casebook.db")
    assert (code, out.splitlines()[0]) == (1, "What was erased may still be in:")
    reader.execute("ROLLBACK")
    assert recorded("journal", "finish", "casebook.db") == (0, "Nothing that was erased is pending.\n", "")
    assert holding(tmp_path) == []
    assert "not finished" not in recorded("verify")[1] + recorded("due")[1]
    assert recorded("journal", "finish", "casebook.db") == (0, "Nothing that was erased is pending.\n", "")


KILLED = """
import os, sys
from iagcore.cli import main
from iagcore.storage import sqlite_file

sqlite_file.SQLiteFile.written_anew = lambda self: os.kill(os.getpid(), 9)
main(["erase", "learner:TOKENZZQ", "--by", "lead:jo", "--ground", "asked", "--yes"])
"""


def test_a_command_that_is_killed_is_finished_by_the_next_erasure_of_anybody(recorded: Run, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, cwd=tmp_path, env={**os.environ})
    assert done.returncode == -9
    assert holding(tmp_path) != []
    assert "An erasure is not finished." in recorded("verify")[1]
    asked = ("--by", JO, "--ground", "mistake", "--yes")
    assert recorded("erase", "learner:nobody", *asked) == (
        1,
        "Nothing found under that name. Check how it is spelt. "
        "An earlier erasure had not been finished. It is finished now.\n",
        "",
    )
    assert holding(tmp_path) == []


def test_an_index_that_lies_elsewhere_goes_too_where_it_is_named(recorded: Run, tmp_path: Path) -> None:
    assert recorded("due", "--index", "elsewhere.due")[0] == 0
    assert "elsewhere.due" in holding(tmp_path)
    asked = ("erase", "learner:TOKENZZQ", "--by", JO, "--ground", "term-past", "--yes")
    assert recorded(*asked, "--index", "elsewhere.due") == (0, "Gone from the record. Nothing is pending.\n", "")
    assert holding(tmp_path) == []


def test_on_a_server_a_lead_says_which_copies_have_expired(run: Run, schema: URL) -> None:
    url = schema.render_as_string(hide_password=False)
    with SQLJournal(schema) as journal:
        start(Casebook(journal, STARTER, clock=lambda: on(0)))
    code, out, _ = run("erase", "learner:a", "--by", JO, "--ground", "asked", "--yes", "--journal", url)
    assert code == 1
    assert [line.partition(" since ")[0] for line in out.splitlines()[1:]] == [
        "- the server's files of the tables",
        "- the server's write-ahead log, its archives, replicas and backups",
    ]
    assert "- the server's write-ahead log" in run("verify", "--journal", url)[1]
    code, out, _ = run("journal", "compact", url)
    assert (code, out.splitlines()[0]) == (0, "The tables are written anew.")
    assert run("journal", "finish", url, "--expired", "2020-01-01")[0] == 1
    code, _, err = run("journal", "finish", url, "--expired", "2999-01-01")
    assert (code, "a day that is over is expected" in err) == (2, True)
    sql(schema, "UPDATE iag_pending SET since = since - 40")
    [(day,)] = sql(schema, "SELECT CAST(current_date - 39 AS text)")
    assert run("journal", "finish", url, "--expired", day) == (0, "Nothing that was erased is pending.\n", "")
    assert "not finished" not in run("verify", "--journal", url)[1]


def test_what_others_have_of_the_learner_is_counted(run: Run, tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        start(cases)
        assert not cases.record("coach:nina", InterestExpressed(), by="learner:a").accepted
    out = run("erase", "learner:a", "--by", JO)[1]
    assert "What goes: the words, ids and names in 2 records.\n" in out
    assert "- what was asked in this name in 1 record of other people\n" in out


def test_a_ground_that_is_none_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        for ground, said in (
            ("askd", "did you mean 'asked'"),
            (7, "a ground is one of asked, term-past, order, mistake"),
        ):
            with pytest.raises(InvalidEntry, match=said):
                cases.erase("learner:a", by=JO, ground=ground)  # type: ignore[arg-type] # on purpose


def test_verify_says_that_a_file_is_open_to_others(recorded: Run, tmp_path: Path) -> None:
    assert "not private" not in recorded("verify")[1]
    (tmp_path / "casebook.db").chmod(0o644)
    code, out, _ = recorded("verify")
    assert code == 0
    assert (
        "The file is not private: its group and everybody may read or write it (mode 644): "
        "run chmod 600 on it and on the files beside it.\n"
    ) in out


def test_what_cannot_be_told_of_a_journal_that_becomes_unusable_meanwhile_is_left_out(
    recorded: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: Casebook) -> None:
        raise UnusableJournal("casebook.db", "it is damaged")

    monkeypatch.setattr(Casebook, "pending_erasures", lost)
    code, out, _ = recorded("verify")
    assert (code, out.splitlines()[-1]) == (0, "Everything is as it was written.")
