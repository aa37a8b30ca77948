"""Coaches on a journey: who is assigned, and who covers until when.

A coach's own readiness (training, steps, basis) is a timeline of its own, in `readiness.py`; here is only who goes
with this learner.
"""

from datetime import date, datetime, tzinfo

import attrs

from iagcore.practice.kinds import PLAN, CoachRef, Day, Entry, kept, kind


@kind(PLAN, about=("journey", "coach"), by="lead", parts="coaching", in_confidence=False)
class CoachAssigned(Entry):
    """A coach is assigned to the journey, and stays so until another one is."""

    coach: CoachRef


@kind(PLAN, about=("journey", "coach"), by="lead", parts="coaching", in_confidence=False)
class CoverAssigned(Entry):
    """Another coach covers the journey, until the end of the day `until`."""

    coach: CoachRef
    until: Day


@attrs.frozen
class Cover:
    """A coach who covers, from when until the end of which day."""

    coach: str
    since: datetime
    until: date


@attrs.frozen
class Coaching:
    """Who goes with the learner: the coach assigned now, those assigned since when, and who covers. Usable alone."""

    coach: str | None = None
    covers: tuple[Cover, ...] = attrs.field(default=(), converter=kept)
    assigned: tuple[tuple[str, datetime], ...] = attrs.field(default=(), converter=kept)

    def goes_with(self, coach: str, *, on: date, zone: tzinfo) -> bool:
        """Whether a coach is assigned, or covers, on a day of a zone; on the day of a change, both do."""
        if coach in self.covers_on(on, zone=zone):
            return True
        days = sorted(((since.astimezone(zone).date(), one) for one, since in self.assigned), key=lambda one: one[0])
        before = [one for day, one in days if day < on][-1:]
        return coach in (*before, *(one for day, one in days if day == on)) or (not days and coach == self.coach)

    def covers_on(self, day: date, *, zone: tzinfo) -> tuple[str, ...]:
        """The coaches who cover on a day of a zone."""
        return tuple(one.coach for one in self.covers if one.since.astimezone(zone).date() <= day <= one.until)

    def is_assigned(self, *, on: date, zone: tzinfo) -> bool:
        """Whether any coach is assigned, or covers, on a day of a zone."""
        coaches = {one for one, _ in self.assigned} | {one.coach for one in self.covers}
        return any(self.goes_with(one, on=on, zone=zone) for one in coaches | ({self.coach} if self.coach else set()))


def apply(coaching: Coaching, entry: Entry, *, at: datetime) -> Coaching:
    """Who goes with the learner after `entry`, which was decided at `at`."""
    match entry:
        case CoachAssigned():
            assigned = (*coaching.assigned, (entry.coach, at))
            return attrs.evolve(coaching, coach=entry.coach, assigned=assigned)
        case CoverAssigned():
            return attrs.evolve(coaching, covers=(*coaching.covers, Cover(entry.coach, at, entry.until)))
        case _:
            return coaching
