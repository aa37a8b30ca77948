"""The example of a college's extension, and casebooks that go by it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from iagcore.casebook import Casebook
from iagcore.extending.extension import Extension
from iagcore.extending.loading import extension_named
from iagcore.policy import Policy
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.learners import JourneyStarted
from iagcore.storage.protocols import Journal
from tests.casework import JO, NINA

FOLDER: Final = Path(__file__).parents[2] / "docs" / "examples" / "st_annes"
SAC: Final = extension_named(f"{FOLDER / 'college.py'}:SAC")
TextMessageSent: Final[Any] = SAC.kinds[0]
UNDER: Final = Policy.load(FOLDER / "policy.toml", values=SAC.values)


def on(month: int, day: int, hour: int = 10) -> datetime:
    """A moment of 2027, in UTC."""
    return datetime(2027, month, day, hour, tzinfo=UTC)


def casebook(
    journal: Journal,
    *extensions: Extension,
    under: Policy = UNDER,
    now: Callable[[], datetime] = lambda: on(3, 1),
    **rest: Any,
) -> Casebook:
    """A casebook whose clock stands still, going by these extensions."""
    return Casebook(journal, under, extend=extensions, clock=now, **rest)


def begun(cases: Casebook) -> None:
    """A journey with a coach, a message that was sent, and a conversation that is booked."""
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    cases.record("a", start, by=JO, id="start").require()
    cases.record("a", CoachAssigned(coach=NINA), by=JO, id="coach").require()
    message(cases, "m1")
    assert book(cases, "c1", on(5, 11)).accepted


def message(cases: Casebook, id: str, *, by: str = NINA) -> Any:
    """A text message was sent."""
    return cases.record("a", TextMessageSent(message=id, words="See you on Monday."), by=by, id=id)


def book(cases: Casebook, id: str, starts_at: datetime) -> Any:
    """A conversation is booked."""
    entry = ConversationBooked(conversation=id, coach=NINA, starts_at=starts_at, minutes=30)
    return cases.record("a", entry, by=JO, id=id)
