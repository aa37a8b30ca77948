"""Casework that many tests share: a casebook at a fixed time, a learner, a coach, and bookings in a line."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationBooked, ConversationCancelled, ConversationHeld
from iagcore.practice.learners import JourneyStarted
from iagcore.record.findings import Decision
from iagcore.record.rules import Rule, RuleSort
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal

NINA = "coach:nina"
OMAR = "coach:omar"
JO = "lead:jo"
SAM = "safeguarding-lead:sam"

STARTER = Policy.load("starter")
WELLBEING = Policy.load("ways-to-wellbeing")


AROUND_IT = ("ACC-05", "CON-05", "SAF-05", "COR-03", "TIM-01", "TIM-02", "TIM-04", "TIM-05", "TIM-06")
OF_ONE_JOURNEY = tuple(
    attrs.evolve(rule, on=()) if rule.family in ("COA", "FUP") or rule.code in AROUND_IT else rule
    for rule in RULES
    if rule.sort is not RuleSort.DUTY or not (rule.family in ("COA", "FUP") or rule.code in AROUND_IT)
)
"""The rules with nothing to look at for those that ask after a coach's own record and what goes around a conversation.

What is tested of minutes, bookings and corrections then speaks of these alone; `test_around_the_learner.py` and the
scenarios speak of the others.
"""


def policy(text: str, *, name: str = "local") -> Policy:
    """A policy laid over the starter one, for a test."""
    head = f'schema = 1\nname = "{name}"\ntitle = "{name}"\nover = "starter"\n'
    return Policy.parse(head + text, file=f"{name}.toml")


def value(name: str, written: str, *, since: str = "2020-01-01") -> str:
    """One value of a policy, local to a test."""
    return f'[[value.{name}]]\nfrom = {since}\nvalue = {written}\nlocal = "chosen for a test"\n'


def gated(*codes: str) -> str:
    """Rules that a policy lets refuse, where the starter one only advises."""
    return "".join(
        f'[[level.{code}]]\nfrom = 2020-01-01\nvalue = "MUST"\nlocal = "chosen for a test"\n' for code in codes
    )


def on(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of the example: day 0 is 1 September 2025, in UTC."""
    return datetime(2025, 9, 1, tzinfo=UTC) + timedelta(days=day, hours=hour, minutes=minute)


def casebook(
    journal: Journal | None = None,
    *,
    under: Policy = STARTER,
    now: Callable[[], datetime] | None = None,
    rules: Sequence[Rule] = OF_ONE_JOURNEY,
    patience: float = 30.0,
) -> Casebook:
    """A casebook whose clock stands still."""
    kept = MemoryJournal() if journal is None else journal
    return Casebook(kept, under, clock=now or (lambda: on(0)), rules=rules, patience=patience)


def start(book: Casebook, journey: str = "a", *, learner: str = "learner:a", programme: str = "phase-1") -> Decision:
    """Start a journey."""
    entry = JourneyStarted(learner=learner, programme=programme, attests_age=30)
    return book.record(journey, entry, by=JO, id="start").require()


def opened(**rest: Any) -> Casebook:
    """A casebook on which journey `a` has started."""
    cases = casebook(**rest)
    start(cases)
    return cases


def booked(conversation: str, starts_at: datetime, minutes: int = 60, *, coach: str = NINA) -> ConversationBooked:
    """A booking."""
    return ConversationBooked(conversation=conversation, coach=coach, starts_at=starts_at, minutes=minutes)


def book(
    casebook: Casebook,
    conversation: str,
    starts_at: datetime,
    minutes: int = 60,
    *,
    journey: str = "a",
    coach: str = NINA,
) -> Decision:
    """Book a conversation; its record is `book-<conversation>`."""
    entry = booked(conversation, starts_at, minutes, coach=coach)
    return casebook.record(journey, entry, by=coach, id=f"book-{conversation}")


def cancel(casebook: Casebook, conversation: str, *, at: datetime, journey: str = "a") -> Decision:
    """Cancel a conversation in notice or not; its record is `cancel-<conversation>`."""
    entry = ConversationCancelled(conversation=conversation, fault="learner-excused")
    return casebook.record(journey, entry, by=NINA, at=at, id=f"cancel-{conversation}")


def hold(
    casebook: Casebook, conversation: str, minutes: int, *, at: datetime, journey: str = "a", coach: str = NINA
) -> Decision:
    """A conversation takes place; its record is `held-<conversation>`."""
    entry = ConversationHeld(conversation=conversation, coach=coach, minutes=minutes, one_to_one=True, in_private=True)
    return casebook.record(journey, entry, by=coach, at=at, id=f"held-{conversation}")


def refusals(decision: Decision) -> list[str]:
    """The codes for which it was refused."""
    return [one.rule for one in decision.refusals]


def findings(decision: Decision) -> list[str]:
    """The codes of every finding."""
    return [one.rule for one in decision.findings]


def count_calls(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    """A list that grows by one whenever a function of a module is called."""
    calls: list[str] = []
    called = getattr(module, name)

    def counting(*given: Any, **named: Any) -> Any:
        calls.append(name)
        return called(*given, **named)

    monkeypatch.setattr(module, name, counting)
    return calls
