"""A learner's journey: its start, its close, its reopening, and the learner's own leaving.

A journey is one learner on one programme. The library holds no names and no birth date: a learner is a reference into
the college's own system, and an age is what the learner attests. Leaving is a fact about a person's choices, in their
own terms (withdrew, disengaged, moved on); it is recorded without blame and can be followed by coming back.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import attrs

from iagcore.practice.kinds import (
    FACT,
    PLAN,
    UKPRN,
    ULN,
    Age,
    CoachRef,
    Entry,
    Id,
    LearnerRef,
    LearnRefNumber,
    Words,
    kind,
    one_of,
)

WaysToLeave = Annotated[str, one_of("way to leave", "withdrew", "disengaged", "moved on", usual="moved on")]


@kind(
    PLAN,
    about=("journey", "learner"),
    by=("lead", "coach"),
    reads="recruiter",
    opens=("start", ""),
    parts="status",
    in_confidence=False,
    may_come_first=True,
    usually="attests_age",
)
class JourneyStarted(Entry):
    """A learner starts on a programme; the programme's minutes are granted.

    `attests_age` is in whole years. `recruiter` names the coach who recruited the learner, where one did.
    """

    learner: LearnerRef
    programme: Id
    attests_age: Age | None = None
    recruiter: CoachRef | None = None
    uln: ULN | None = None
    learn_ref_number: LearnRefNumber | None = None
    previous_learn_ref_number: LearnRefNumber | None = None
    ukprn: UKPRN | None = None


@kind(PLAN, by=("lead", "coach"), parts="status", in_confidence=False)
class JourneyClosed(Entry):
    """The journey is closed; nothing new is planned on it until it is reopened."""

    note: Words | None = None


@kind(PLAN, by=("lead", "coach"), parts="status", in_confidence=False)
class JourneyReopened(Entry):
    """The journey is open again: after it was closed, or after the learner left and came back."""

    note: Words | None = None


@kind(
    FACT,
    about=("journey", "learner"),
    by=("learner", "coach", "lead"),
    parts=("status", "conversations"),
    in_confidence=False,
    plain="Your leaving",
)
class LearnerLeft(Entry):
    """The learner left; every hour still held for them is released."""

    how: WaysToLeave
    note: Words | None = None


class Standing(StrEnum):
    """Where a journey stands. It is open from its start until it is closed or the learner leaves."""

    NOT_STARTED = "not started"
    OPEN = "open"
    CLOSED = "closed"
    LEFT = "left"


@attrs.frozen(kw_only=True)
class JourneyStatus:
    """Who is on which programme, and whether the journey is open. Usable alone."""

    standing: Standing = Standing.NOT_STARTED
    learner: str | None = None
    programme: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    left: str | None = None
    attests_age: int | None = None


def apply(status: JourneyStatus, entry: Entry, *, at: datetime) -> JourneyStatus:
    """The status after `entry`, which happened at `at`."""
    match entry:
        case JourneyStarted():
            return JourneyStatus(
                standing=Standing.OPEN,
                learner=entry.learner,
                programme=entry.programme,
                started_at=at,
                attests_age=entry.attests_age,
            )
        case JourneyClosed() if status.standing in (Standing.OPEN, Standing.LEFT):
            # one that its learner left ended on the day they left
            return attrs.evolve(status, standing=Standing.CLOSED, ended_at=status.ended_at or at)
        case JourneyReopened() if status.standing is not Standing.NOT_STARTED:
            return attrs.evolve(status, standing=Standing.OPEN, ended_at=None, left=None)
        case LearnerLeft() if status.standing is not Standing.NOT_STARTED:
            return attrs.evolve(status, standing=Standing.LEFT, ended_at=at, left=entry.how)
        case _:
            return status
