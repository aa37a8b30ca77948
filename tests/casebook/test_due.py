"""What is due on a caseload, and the index that keeps it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

import iagcore as iag
from iagcore import entries
from iagcore.casebook import Casebook
from iagcore.due_index import DueIndex
from iagcore.exceptions import UnusableJournal
from iagcore.policy import Policy
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.consent import (
    CONTACT,
    EVERY_JOURNEY,
    ConfidentialityExplained,
    ConsentGiven,
    ConsentWithdrawn,
)
from iagcore.practice.grow import GoalSet
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.findings import DutyStatus
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Erasure, Pending, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.scenarios.telling import Telling
from iagcore.testing.scenarios.telling import _required as required
from tests.casebook.around import SAM, TRAINED, around
from tests.casework import (
    JO,
    NINA,
    OMAR,
    STARTER,
    booked,
    gated,
    on,
    policy,
    start,
)


def test_an_index_beside_a_journal_that_was_put_back_from_a_copy_is_made_anew(tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        around(journal)
    (tmp_path / "copy.db").write_bytes((tmp_path / "casebook.db").read_bytes())
    path = tmp_path / "casebook.due"
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
        for number in range(3):
            cases.record("a", GoalSet(goal=f"g{number}", words="x"), by=JO).require()
        cases.due()
    with SQLiteJournal(tmp_path / "copy.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
        cases.record("a", ConcernRaised(concern="w", words="x", immediate_danger=True), by=JO).require()
        assert [one.rule for one in cases.due()][:2] == ["SAF-02", "SAF-02"]


def test_a_follow_up_is_due_by_what_the_learner_said_on_any_journey() -> None:
    cases = around()
    start(cases, "b", learner="learner:a")
    held = entries.ConversationHeld(conversation="c", coach=NINA, minutes=20, one_to_one=True, in_private=True)
    cases.record("a", held, by=NINA, at=on(1)).require()

    def due_on_a() -> list[str]:
        return [one.rule for one in cases.due() if (one.rule, one.about) == ("FUP-01", "journey:a")]

    assert due_on_a() == []
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:a", at=on(0)).require()
    assert due_on_a() == ["FUP-01"]
    cases.record("b", ConsentWithdrawn(purpose=CONTACT), by="learner:a", at=on(2)).require()
    assert due_on_a() == []


# ---- what is due


def test_what_is_due_is_sorted_and_is_for_whom_it_is_for() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", booked("c1", on(3)), by=NINA).require()
    cases.record("b", ConcernRaised(concern="w", words="x"), by=OMAR, at=on(0)).require()
    found = cases.due(at=on(4))
    assert [(one.rule, str(one.status(on(4))), one.party, one.about) for one in found] == [
        ("SAF-02", "overdue", "safeguarding-lead", "journey:b"),
        ("SAF-02", "overdue", OMAR, "journey:b"),
        ("BKG-04", "overdue", NINA, "journey:a"),
        ("FUP-02", "due", "lead", "journey:b"),
    ]
    assert [one.status(on(2)) for one in cases.due(at=on(2))][-1] is DutyStatus.COMING
    assert [one.rule for one in cases.due(at=on(4), party=NINA)] == ["BKG-04"]
    assert [one.rule for one in cases.due(at=on(4), party=SAM)] == ["SAF-02"]
    assert [one.rule for one in cases.due(at=on(4), party=JO)] == ["FUP-02"]
    assert cases.due(at=on(4), party="learner:a") == ()


def test_a_decision_says_which_duties_it_opens() -> None:
    cases = around()
    decision = cases.record("a", ConcernRaised(concern="w", words="x", immediate_danger=True), by=JO, at=on(0))
    assert [(one.rule, one.party) for one in decision.duties] == [("SAF-02", "safeguarding-lead"), ("SAF-02", JO)]
    told = decision.explain()
    assert "Emergency services: 999 (last checked 24 Nov 2026)" in told
    assert told.count("to do: SAF-02") == 1


def test_the_index_stays_in_its_file_and_looks_only_at_what_is_new(tmp_path: Path) -> None:
    journal = MemoryJournal()
    cases = around(journal)
    for name in "bcde":
        start(cases, name, learner=f"learner:{name}")
    path = tmp_path / "casebook.due"
    looked: list[tuple[int, int]] = []

    def seen(number: int, of: int) -> None:
        looked.append((number, of))

    first = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
    everything = first.due(progress=seen)
    assert looked == [(number, 5) for number in range(1, 6)]
    looked.clear()
    cases.record("c", GoalSet(goal="g", words="x"), by=JO).require()
    index = DueIndex(path)
    second = Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
    assert sorted(map(repr, second.due(progress=seen))) == sorted(map(repr, everything))
    assert looked == [(1, 1)]
    index.close()
    index.close()
    looked.clear()
    fewer = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path), rules=RULES[:-1])
    fewer.due(progress=seen)
    assert len(looked) == 5  # made by other rules, it is made anew


def test_an_index_that_fails_half_way_keeps_what_it_had(tmp_path: Path) -> None:
    journal = MemoryJournal()
    cases = around(journal)
    index = DueIndex(tmp_path / "casebook.due")
    book = Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
    before = book.due()
    start(cases, "b", learner="learner:b")

    def breaks(number: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.due(progress=breaks)
    assert index.duties(zone=STARTER.zone) == before
    assert len(book.due()) == 2


def test_who_is_erased_leaves_no_byte_in_the_index(tmp_path: Path) -> None:
    journal = MemoryJournal()
    path = tmp_path / "casebook.due"
    cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path), rules=RULES)
    start(cases, "journey-of-somebody", learner="learner:a")
    start(cases, "b", learner="learner:b")
    assert len(cases.due()) == 2
    files = [path, path.with_name("casebook.due-wal")]
    assert any(b"journey-of-somebody" in one.read_bytes() for one in files)
    cases.erase("learner:a", by=JO)
    assert not any(b"journey-of-somebody" in one.read_bytes() for one in files)
    assert [one.about for one in cases.due()] == ["journey:b"]


def test_somebody_is_erased_though_the_index_cannot_be_used_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "casebook.due").write_bytes(b"a letter to a friend")
    index = DueIndex(tmp_path / "casebook.due")
    cases = Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), due_index=index)
    start(cases)
    erased = cases.erase("learner:a", by=JO)
    where = f"the index of duties ({tmp_path / 'casebook.due'})"
    until = (
        "it could not be cleared: it is not an index of duties but a file of another kind; "
        "give an index of duties, or the name of a new file"
    )
    assert erased == Erasure(1, (Pending(where, until),))
    assert not DueIndex.is_one(tmp_path)
    assert not DueIndex.is_one(tmp_path / "nothing")


def test_one_booking_that_was_moved_to_its_own_hour_is_due_once() -> None:
    cases = around(under=policy(gated("COA-01"), name="strict"))
    cases.record(NINA, TRAINED, by=JO, id="trained").require()
    cases.record("a", booked("c1", on(5), 60), by=NINA).require()
    moved = entries.ConversationRescheduled(conversation="c1", starts_at=on(5), minutes=30)
    cases.record("a", moved, by=NINA).require()
    cases.withdraw(NINA, "trained", by=JO, why="w").require()
    assert [one.rule for one in cases.duties("a")].count("COA-09") == 1


def test_a_journal_without_a_feed_says_that_it_cannot_tell() -> None:
    class Plain:
        def __init__(self) -> None:
            self._kept = MemoryJournal()

        def append(self, records: Any, *, expect: Any) -> None:
            self._kept.append(records, expect=expect)

        def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
            return self._kept.read(subject, after=after)

    with pytest.raises(UnusableJournal, match="Plain: this journal has no feed"):
        around(Plain()).due()


def test_a_coachs_record_that_changes_is_looked_at_on_every_journey_that_rests_on_it() -> None:
    cases = around(under=STARTER)
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", ConfidentialityExplained(limits=True), by=NINA).require()
    strict = policy(gated("COA-01"), name="strict")
    book = Casebook(cases._reading.journal, strict, clock=lambda: on(0))
    book.record(NINA, TRAINED, by=JO, id="trained").require()
    book.record("a", booked("c1", on(5)), by=NINA).require()
    assert "COA-09" not in [one.rule for one in book.due()]
    book.withdraw(NINA, "trained", by=JO, why="w").require()
    assert [(one.rule, one.due) for one in book.due() if one.rule == "COA-09"] == [("COA-09", on(5))]


def test_threads_ask_for_what_is_due_at_once() -> None:
    cases = around()
    gate, found = Barrier(4), []

    def ask() -> None:
        gate.wait()
        found.append(cases.due())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 4


def test_a_scenario_under_a_policy_that_decides_no_checks_supplies_none() -> None:
    gap = 'schema = 1\nname = "g"\ntitle = "g"\nover = "starter"\n[[value.required_checks]]\nfrom = 2020-01-01\n'
    told = Policy.parse(gap + 'gap = true\nlocal = "not decided"\n')
    assert required(Telling(told, [])) == ()


def test_a_casebook_closes_the_index_that_it_made_and_not_one_that_it_was_given(tmp_path: Path) -> None:
    journal = MemoryJournal()
    with Casebook(journal, STARTER, clock=lambda: on(0)) as own:
        start(own)
        assert len(own.due()) == 1
    with pytest.raises(iag.UnusableJournal, match=r"it was closed; open it again with DueIndex\(path\)"):
        own.due()
    with DueIndex(tmp_path / "casebook.due") as index:
        with Casebook(journal, STARTER, clock=lambda: on(0), due_index=index) as given:
            assert len(given.due()) == 1
        assert len(index.duties(zone=STARTER.zone)) == 1
