"""Histories for the laws: short, crowded ones, where conversations, coaches, hours and minutes collide often."""

from collections.abc import Sequence
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.conversations import (
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.grow import ActionAgreed, ConversationWrittenUp, GoalSet, RealityExplored
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.practice.measures import OCCASIONS, RESEARCH_SHEET, MeasureTaken
from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.record.findings import Decision
from iagcore.testing.strategies.journeys import LEARNERS, Crowd
from tests.casework import JO, NINA, on, policy, value
from tests.conftest import TIMES


def examples(number: int, **rest: Any) -> settings:
    """So many examples in a plain run, and as many times more in a long one."""
    return settings(max_examples=number * max(1, TIMES), **rest)


CHARGING = policy(
    value("missed_charge", '{ learner-excused = 20, learner-unexcused = "all", provider = 0, logistics = 0 }')
    + value("allowance_minutes", "180")
    + value("extension_limit_minutes", "60")
    + value("rounding", '{ way = "up", to = 5 }'),
    name="charging",
)
"""A policy under which everything that can be charged is, so that minutes move."""

CROWD = Crowd(on(0, 0))
"""Four crowded days from day 0 of the example, as they are shipped for Hypothesis."""

conversations, coaches, minutes, faults = Crowd.conversations, Crowd.coaches, Crowd.minutes, Crowd.faults
moments, bookings, reschedulings = CROWD.moments, CROWD.bookings, CROWD.reschedulings
cancellations, missings, holdings = CROWD.cancellations, CROWD.missings, CROWD.holdings()
waivers, extensions = CROWD.waivers, CROWD.extensions
leavings = st.builds(LearnerLeft, how=st.just("moved on"))
closings = st.just(JourneyClosed())
reopenings = st.just(JourneyReopened())
notes = st.one_of(
    st.builds(GoalSet, goal=st.sampled_from(("g1", "g2")), words=st.just("to travel"), conversation=conversations),
    st.builds(RealityExplored, words=st.just("as it is"), conversation=conversations),
    st.builds(ActionAgreed, action=st.just("x"), what=st.just("ring them"), commitment=st.integers(1, 10)),
    st.builds(ConversationWrittenUp, conversation=conversations),
    st.builds(
        MeasureTaken,
        scale=st.sampled_from(RESEARCH_SHEET),
        occasion=st.sampled_from(OCCASIONS),
        total=st.integers(7, 21),
    ),
    st.builds(DiaryWritten, diary=st.just("d1"), sort=st.just("gratitude"), words=st.just("the sea")),
)
plans = st.one_of(bookings, reschedulings, extensions)
settling_facts = st.one_of(cancellations, missings, holdings, waivers)
entries = st.one_of(
    bookings, bookings, reschedulings, extensions, settling_facts, settling_facts, leavings, closings, reopenings, notes
)


@attrs.frozen
class Step:
    """One step of a history: an entry, or an amendment of an earlier step (by how far back it is)."""

    journey: str
    entry: Entry
    day: int
    back: int | None = None
    withdraws: bool = False
    whole: bool = False


def steps(*, amendments: bool = True, journeys: Sequence[str] = ("a", "a2", "b")) -> st.SearchStrategy[list[Step]]:
    """Histories of up to 14 steps."""
    step = st.builds(
        Step,
        journey=st.sampled_from(tuple(journeys)),
        entry=entries,
        day=st.integers(0, 4),
        back=st.none() | st.integers(1, 6) if amendments else st.none(),
        withdraws=st.booleans(),
        whole=st.booleans(),
    )
    return st.lists(step, min_size=1, max_size=14)


def author_of(entry: Entry, learner: str) -> str:
    """Somebody whose role may make the entry."""
    role = entry.declares.by[0]
    return {"learner": learner, "coach": NINA, "lead": JO}[role]


def begin(cases: Casebook, journeys: Sequence[str] = ("a", "a2", "b")) -> None:
    """Start the journeys."""
    for journey in journeys:
        entry = JourneyStarted(learner=LEARNERS[journey], programme=f"programme-{journey}", attests_age=30)
        cases.record(journey, entry, by=JO, at=on(-20), id="start").require()


def take(cases: Casebook, number: int, step: Step) -> Decision:
    """Take one step; its record is `s<number>`."""
    id, at = f"s{number}", on(step.day)
    if step.back is not None:
        target = "start" if number < step.back else f"s{number - step.back}"
        if step.withdraws:
            return cases.withdraw(step.journey, target, by=JO, why="a slip", whole=step.whole, id=id)
        return cases.correct(step.journey, target, step.entry, by=JO, why="a slip", id=id)
    return cases.record(step.journey, step.entry, by=author_of(step.entry, LEARNERS[step.journey]), at=at, id=id)


def that_may_stand_for(entry: Entry) -> st.SearchStrategy[Entry]:
    """Entries that a correction may put in the place of one."""
    if isinstance(entry, ConversationBooked | ConversationRescheduled):
        return bookings | reschedulings
    if isinstance(entry, ConversationCancelled | ConversationMissed | ConversationHeld):
        return cancellations | missings | holdings
    return extensions if isinstance(entry, AllowanceExtended) else st.just(entry)
