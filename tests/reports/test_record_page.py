"""`iagcore show --record`: one record traced to its rule, value, source, fingerprint and seal; and to whom."""

import re
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.cli import main
from iagcore.exceptions import InvalidEntry
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.learners import JourneyClosed
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.reports import Traced, record_page
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.sealing import Alteration
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import JO, NINA, STARTER, WELLBEING, book, hold, on, opened, policy, start

Run = Callable[..., tuple[int, str, str]]
SAM = "safeguarding-lead:sam"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    with SQLiteJournal("casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(9))
        start(cases)
        cases.record("a", CoachAssigned(coach=NINA), by=JO, id="coach").require()
        hold(cases, "c1", 135, at=on(1))
        assert not book(cases, "c2", on(12), 60).accepted
        cases.record("a", ConcernRaised(concern="k", words="what was seen"), by=NINA, id="concern").require()
        cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="the sea"), by="learner:a", id="diary")
        noted = RecordAnnotated(record="concern", words="a note")
        cases.record("a", noted, by=SAM, id="note").require()

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["show", *argv])
        return code, *capsys.readouterr()

    return run


PAGE = """\
Record book-c2 of journey a
===========================

refused        conversation booked, c2, coach:nina, 13 Sep 2025 11:00, 60 minutes
asked          10 Sep 2025 11:00 by coach:nina
recorded       10 Sep 2025 11:00
filed under    journey:a
position       0000000000000000005 in the journal

WHY
  refusal: ALW-01 (MUST, not met): 60 minutes asked, 45 remain of 180 (135 used, 0 booked elsewhere)
    by         asked = 60, limit = 45, ceiling = 180, used = 135, booked = 0
    the rule   Minutes asked stay within minutes remaining.
    the value  allowance_minutes = 180 minutes, from 01 Jan 2020 (suggested, not yet decided by you:
               a journey starts with three hours of one-to-one conversations)
    the source Ways to Wellbeing Case Study, Southend Adult Community College, undated (site closed
               in 2021; excerpts read 1 December 2026)
"""


def test_a_refusal_is_traced_to_rule_value_source_fingerprint_and_seal(run: Run) -> None:
    code, out, err = run("a", "--record", "book-c2")
    assert (code, err) == (0, "")
    assert out.startswith(PAGE)
    assert (
        f"POLICY\n  starter (Starter), as the journal keeps it to the letter\n  fingerprint  {STARTER.fingerprint}\n"
        in out
    )
    assert re.search(r"\n\nCONSIDERED AND MET\n  ACC-01, ACC-03, ACC-05, ALW-05, ", out)
    assert re.search(
        r"\n\nSEAL\n  plain        [0-9a-f]{64}\n  salted       [0-9a-f]{64}\n  It proves this record, ", out
    )


def test_a_breach_says_so_in_its_first_line() -> None:
    cases = opened()
    hold(cases, "c1", 181, at=on(1))
    assert traced_page(cases, "held-c1").splitlines()[3] == "accepted, with a breach"


def traced_page(cases: Casebook, id: str, alterations: tuple[Alteration, ...] = ()) -> str:
    journal = cases._reading.journal
    (stored,) = (one for one in journal.read("journey:a") if one.id == id)
    (record,) = (one for one in cases.records("a") if one.id == id)
    of = cases.policy_of(record.policy)
    return record_page(
        Traced(record=record, stored=stored, decision=cases.decision("a", id), policy=of, alterations=alterations),
        rules=RULES,
        zone=of.zone,
    )


def test_what_was_altered_is_said_and_a_value_that_nobody_decided_too() -> None:
    undecided = policy(
        '[[value.longest_conversation_minutes]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided yet"\n'
    )
    cases = opened(under=undecided)
    book(cases, "c1", on(1)).require()
    page = traced_page(cases, "book-c1", (Alteration("x", 2, "its payload or its id was altered"),))
    assert "Altered, at number 2: its payload or its id was altered" in page
    assert "It proves" not in page
    said = " ".join(page.split())
    assert "the value the policy does not decide longest_conversation_minutes on 2025-09-01: not decided yet" in said
    assert "    by  " not in page


def test_a_rule_that_this_version_does_not_have_is_told_by_its_sentence_alone() -> None:
    cases = opened()
    hold(cases, "c1", 181, at=on(1))
    journal = cases._reading.journal
    (stored,) = (one for one in journal.read("journey:a") if one.id == "held-c1")
    (record,) = (one for one in cases.records("a") if one.id == "held-c1")
    traced = Traced(
        record=record, stored=stored, decision=cases.decision("a", "held-c1"), policy=STARTER, alterations=()
    )
    page = record_page(traced, rules=(), zone=STARTER.zone)
    assert "breach: ALW-02 (MUST, not met): 181 minutes used of 180 granted" in page
    assert "the rule" not in page


def test_the_decision_of_a_record_is_the_one_first_given() -> None:
    cases = opened()
    first = book(cases, "c1", on(1), 200)
    hold(cases, "c2", 30, at=on(1))
    assert cases.decision("a", "book-c1") == first
    assert attrs.evolve(first).refusals[0].rule == "ALW-01"
    with pytest.raises(InvalidEntry, match="no record of a has this id"):
        cases.decision("a", "book-c9")


# ---- to whom


@pytest.mark.parametrize("party", [None, "lead:jo", "coach:nina", "learner:a", SAM])
def test_a_concern_and_a_diary_are_no_more_than_records_that_are_not_there(run: Run, party: str | None) -> None:
    asked = ("--for", party, "--on", "2025-09-10") if party else ()
    seen = {id for id in ("concern", "note", "diary") if run("a", *asked, "--record", id)[0] == 0}
    theirs = {
        None: set(),
        "lead:jo": set(),
        "coach:nina": {"concern", "note"},
        "learner:a": {"diary"},
        SAM: {"concern", "note"},
    }[party]
    assert seen == theirs
    for id in {"concern", "note", "diary"} - theirs:
        code, out, err = run("a", *asked, "--record", id)
        assert (code, out) == (2, "")
        assert "there is no record of this id on this journey" in err
        assert not re.search("did you mean '(concern|note|diary)'", err) or theirs


def test_a_learner_is_told_plainly_and_without_codes(run: Run) -> None:
    code, out, _ = run("a", "--for", "learner:a", "--on", "2025-09-10", "--record", "book-c2")
    assert (code, out) == (
        0,
        "Conversation booked (13 Sep 2025 11:00): this could not be done as it was asked.\n"
        "It asks for 60 minutes, and 45 of your 180 minutes are free to book.\n"
        "Your coach can look with you at what would fit.\n",
    )


def test_a_record_of_that_id_is_missing_and_the_nearest_is_named(run: Run) -> None:
    code, out, err = run("a", "--record", "book-c22")
    assert (code, out) == (2, "")
    assert (
        "option: --record = 'book-c22': there is no record of this id on this journey; did you mean 'book-c2'?" in err
    )


def test_it_goes_with_a_journey(run: Run) -> None:
    code, _, err = run("coach:nina", "--record", "x")
    assert (code, "it goes with a journey, not with a coach" in err) == (2, True)


def test_the_policy_of_a_record_is_the_one_it_was_made_under() -> None:
    journal = MemoryJournal()
    start(Casebook(journal, STARTER, clock=lambda: on(0)))
    later = Casebook(journal, {"phase-1": WELLBEING}, clock=lambda: on(0))
    assert not later.record("a", JourneyClosed(), by="learner:a", id="closing").accepted
    assert "ways-to-wellbeing (Ways to Wellbeing)" in traced_page(later, "closing")
    assert "starter (Starter)" in traced_page(later, "start")
