"""How a strict user writes against the public names: read by mypy and by pyright, both strict, and run by neither.

Where a line has to be wrong, it says which error is expected, and the checkers say so when it is no longer found.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import assert_type

import attrs

import iagcore as iag
from iagcore import entries
from iagcore.practice.allowance import Line
from iagcore.practice.measures import PairedChange
from iagcore.storage.protocols import StoredRecord

when = datetime(2026, 1, 5, 10, tzinfo=UTC)


def the_record() -> None:
    casebook = iag.Casebook(iag.MemoryJournal(), iag.Policy.load("starter"), clock=lambda: when)
    start = entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=34)
    booked = entries.ConversationBooked(conversation="c1", coach="coach:nina", starts_at=when, minutes=60)
    assert_type(booked.conversation, str)
    assert_type(booked.starts_at, datetime)
    assert_type(booked.minutes, int)
    assert_type(start.attests_age, int | None)
    decision = casebook.record("a-phase-1", start, by="lead:jo", at=when, id="start")
    assert_type(decision, iag.Decision)
    assert_type(decision.accepted, bool)
    assert_type([finding.rule for finding in decision.refusals], list[str])
    assert_type(decision.explain(to="learner"), str)
    assert_type(decision.require(), iag.Decision)
    journey = casebook.journey("a-phase-1")
    assert_type(journey, iag.Journey)
    assert_type(journey.allowance.remaining, int)
    assert_type(casebook.due(at=when, party="coach:nina"), tuple[iag.Duty, ...])


def only_the_rules(policy: iag.Policy, entry: iag.Entry) -> Sequence[str]:
    allowance = iag.Allowance(granted=180, lines=[Line("s1", used=50), Line("s2", booked=60)])
    assert_type(allowance.lines, tuple[Line, ...])
    case = iag.Case(policy, at=when, by="coach:nina", allowance=allowance)
    decision = iag.decide(entry, case, rules=iag.rulebook.ALLOWANCE)
    return [one.sentence for one in decision.findings]


def a_journal_of_its_own() -> iag.Journal:
    class Kept:
        def __init__(self) -> None:
            self.kept: list[StoredRecord] = []

        def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
            self.kept += records

        def read(self, subject: str, *, after: int = 0):  # type: ignore[no-untyped-def]
            return iter(self.kept)

    return Kept()


def honest_change(policy: iag.Policy) -> None:
    change = iag.paired_change("PHQ-9", baseline=15, final=8, policy=policy.at(date(2026, 1, 5)))
    assert_type(change, PairedChange)


def what_is_wrong() -> None:
    entries.ConversationBooked(conversation="c1", coach="coach:nina", starts_at=when, minutes="60")  # type: ignore[arg-type]
    entries.ConversationBooked(conversation="c1", coach="coach:nina", starts_at=when)  # type: ignore[call-arg]
    booked = entries.ConversationBooked(conversation="c1", coach="coach:nina", starts_at=when, minutes=60)
    booked.minutes = 30  # type: ignore[misc]
    # it works, and mypy does not know kinds for the attrs classes that they are
    attrs.evolve(booked, minutes=30)  # type: ignore[misc]
