"""Safeguarding concerns: raised by anyone, at any time, never refused and never costing a minute.

A concern may come before any start, so it may name its learner and may be the first thing on a journey's record.
Anybody on the staff passes it on, and may name who holds it; a safeguarding lead *takes* it by an escalation of their
own that names themselves, and closes it. Its words are restricted: whoever raised it and the safeguarding lead see
them, and nobody it names does. Nothing said of a concern is corrected or withdrawn; a note is put beside it.
"""

from datetime import datetime

import attrs

from iagcore.practice.kinds import (
    ANNOTATED,
    FACT,
    ROLES,
    Entry,
    Flag,
    Id,
    LearnerRef,
    RestrictedWords,
    StaffRef,
    kept,
    kind,
)
from iagcore.practice.parties import role_of


@kind(
    FACT,
    about=("journey", "learner named"),
    by=ROLES,
    parts="safeguarding",
    in_confidence=True,
    begins="concern",
    may_come_first=True,
    amended=ANNOTATED,
    plain="What was said",
)
class ConcernRaised(Entry):
    """Somebody is worried about a person's safety. `immediate_danger` unsaid is unknown."""

    concern: Id
    words: RestrictedWords
    learner: LearnerRef | None = None
    immediate_danger: Flag | None = None


@kind(
    FACT,
    about=("journey", "learner named"),
    by=("coach", "lead", "safeguarding-lead"),
    parts="safeguarding",
    in_confidence=True,
    plain="What was passed on",
    points_to="concern",
    amended=ANNOTATED,
)
class ConcernEscalated(Entry):
    """The concern was passed on to `held_by`. A safeguarding lead who names themselves takes it."""

    concern: Id
    held_by: StaffRef
    words: RestrictedWords | None = None


@kind(
    FACT,
    about=("journey", "learner named"),
    by="safeguarding-lead",
    parts="safeguarding",
    in_confidence=True,
    plain="What was seen to",
    points_to="concern",
    amended=ANNOTATED,
)
class ConcernClosed(Entry):
    """The safeguarding lead closes the concern, and says what was done."""

    concern: Id
    words: RestrictedWords


@kind(
    FACT,
    by=("coach", "lead", "safeguarding-lead"),
    parts="safeguarding",
    in_confidence=True,
    plain="What was talked about",
)
class SafetyTalkedAbout(Entry):
    """Safety was talked about with the learner, after an answer that calls for it."""

    words: RestrictedWords | None = None


@kind(
    FACT,
    by="safeguarding-lead",
    parts="safeguarding",
    in_confidence=True,
    begins="hold",
    amended=ANNOTATED,
    plain="What is to be kept",
)
class HoldEntered(Entry):
    """Nothing of the learner is erased until the hold is lifted: a claim, an inquiry, a court. Nobody else sees why."""

    hold: Id
    words: RestrictedWords


@kind(
    FACT,
    by="safeguarding-lead",
    parts="safeguarding",
    in_confidence=True,
    points_to="hold",
    amended=ANNOTATED,
    plain="What need not be kept",
)
class HoldLifted(Entry):
    """A hold is over."""

    hold: Id
    words: RestrictedWords | None = None


@attrs.frozen(kw_only=True)
class Concern:
    """A concern, without its words: when it was raised, escalated and closed.

    `held_by` is whoever was last named to hold it, and `taken_by` the safeguarding lead who last took it themselves.
    `immediate_danger` is None where it was not said.
    """

    id: str
    raised_at: datetime
    immediate_danger: bool | None
    escalated_at: datetime | None = None
    held_by: str | None = None
    taken_by: str | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the safeguarding lead has not closed it."""
        return self.closed_at is None


@attrs.frozen
class Safeguarding:
    """The concerns raised on one journey, when and by whom safety was talked about, and what holds it. Usable alone.

    `holds` are the ids of the holds that nobody has lifted.
    """

    concerns: tuple[Concern, ...] = attrs.field(default=(), converter=kept)
    talked_about: tuple[tuple[datetime, str], ...] = attrs.field(default=(), converter=kept)
    holds: tuple[str, ...] = attrs.field(default=(), converter=kept)

    @property
    def open(self) -> tuple[Concern, ...]:
        """The concerns that are open."""
        return tuple(one for one in self.concerns if one.is_open)


def apply(
    safeguarding: Safeguarding, entry: Entry, *, at: datetime, by: str, recorded_at: datetime | None = None
) -> Safeguarding:
    """The concerns after `entry`, which happened at `at` and was recorded by `by`: at once, if not said when.

    An id that is used again is another concern, or another hold: what follows is about the last one. A talk that is
    dated ahead counts from the time at which it was recorded.
    """
    match entry:
        case ConcernRaised():
            concern = Concern(id=entry.concern, raised_at=at, immediate_danger=entry.immediate_danger)
            return attrs.evolve(safeguarding, concerns=(*safeguarding.concerns, concern))
        case ConcernEscalated():
            takes = {"taken_by": by} if by == entry.held_by and role_of(by) == "safeguarding-lead" else {}
            return _changed(safeguarding, entry.concern, escalated_at=at, held_by=entry.held_by, **takes)
        case ConcernClosed():
            return _changed(safeguarding, entry.concern, closed_at=at)
        case HoldEntered():
            return attrs.evolve(safeguarding, holds=(*safeguarding.holds, entry.hold))
        case HoldLifted():
            last = max((place for place, one in enumerate(safeguarding.holds) if one == entry.hold), default=None)
            holds = [one for place, one in enumerate(safeguarding.holds) if place != last]
            return attrs.evolve(safeguarding, holds=holds)
        case SafetyTalkedAbout():
            return attrs.evolve(
                safeguarding, talked_about=(*safeguarding.talked_about, (min(at, recorded_at or at), by))
            )
        case _:
            return safeguarding


def _changed(safeguarding: Safeguarding, id: str, **changes: object) -> Safeguarding:
    places = [place for place, one in enumerate(safeguarding.concerns) if one.id == id and one.is_open]
    if not places:
        return safeguarding
    changed = [
        attrs.evolve(one, **changes) if place == places[-1] else one  # type: ignore[arg-type]  # by name
        for place, one in enumerate(safeguarding.concerns)
    ]
    return attrs.evolve(safeguarding, concerns=changed)
