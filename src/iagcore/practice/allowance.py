"""The session allowance: up to three hours of one-to-one conversation, counted in whole minutes.

A booking *holds* minutes; a conversation that is held *uses* them; one that is called off *releases* them. The
allowance is a ceiling, never a target. Each account of minutes is a *line*: one for a conversation, one for an
extension. What a decision settles is an assignment to lines (this conversation now holds 0 and has used 50), never a
difference, so that reading it twice changes nothing.

Plans never overdraw the allowance. Facts can: an overrun is recorded in full, never clipped, and always said.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import attrs

from iagcore.exceptions import InvalidEntry
from iagcore.practice.kinds import PLAN, Entry, Id, Minutes, Whole, Words, accepted, kept, kind, one_of

CONVERSATION: Final = "conversation"
EXTENSION: Final = "extension"
START: Final = "start"


@kind(
    PLAN,
    by=("lead", "coach"),
    opens=(EXTENSION, "extension"),
    in_confidence=False,
    begins="extension",
    usually="reason",
)
class AllowanceExtended(Entry):
    """Minutes are granted beyond the programme's allowance, for a reason; a coach needs an approval of them."""

    extension: Id
    minutes: Minutes
    reason: Words | None = None


_MOST: Final = 10_000_000
_none_or_more = Whole(0, _MOST, "minutes")


def _minutes(value: Any) -> int:
    # a decision makes dozens of lines: what is plainly right is not asked about further
    return value if type(value) is int and 0 <= value <= _MOST else accepted("minutes", value, _none_or_more)


@attrs.frozen
class Line:
    """One account of minutes: what a conversation holds and has used, or what an extension grants.

    `starts_at` and `coach` are the hour it holds, or when a conversation that was held began, where that is known, and
    `took` the minutes that it then took. A line of anything else has none of them.
    """

    id: str
    sort: str = attrs.field(default=CONVERSATION, kw_only=True)
    grant: int = attrs.field(default=0, kw_only=True, converter=_minutes)
    booked: int = attrs.field(default=0, kw_only=True, converter=_minutes)
    used: int = attrs.field(default=0, kw_only=True, converter=_minutes)
    starts_at: datetime | None = attrs.field(default=None, kw_only=True)
    coach: str | None = attrs.field(default=None, kw_only=True)
    took: int = attrs.field(default=0, kw_only=True, converter=_minutes)

    @property
    def key(self) -> tuple[str, str]:
        """What a line is known by on its journey: its sort and its id."""
        return self.sort, self.id

    @property
    def empty(self) -> bool:
        """An all-zero line equals none."""
        return not (self.grant or self.booked or self.used or self.took)

    @property
    def hour(self) -> tuple[datetime, datetime] | None:
        """The half-open hour that this line holds, or None."""
        return (
            (self.starts_at, self.starts_at + timedelta(minutes=self.booked))
            if self.booked and self.starts_at
            else None
        )


def _each_once(lines: Iterable[Line]) -> tuple[Line, ...]:
    each = kept(lines)
    keys = [line.key for line in each]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidEntry("allowance", "lines", twice, "a line stands twice: minutes would be counted once of two")
    return tuple(line for line in each if not line.empty)


@attrs.frozen
class Allowance:
    """The minutes of one journey, from plain values. All figures are whole minutes.

    granted + extensions + shortfall = used + booked + remaining, and shortfall or remaining is 0.
    """

    granted: int = attrs.field(converter=_minutes)
    lines: tuple[Line, ...] = attrs.field(default=(), converter=_each_once)

    @property
    def extensions(self) -> int:
        """Minutes granted beyond the programme's allowance."""
        return sum(line.grant for line in self.lines)

    @property
    def ceiling(self) -> int:
        """Minutes granted, extensions included."""
        return self.granted + self.extensions

    @property
    def used(self) -> int:
        """Minutes used, charges included."""
        return sum(line.used for line in self.lines)

    @property
    def booked(self) -> int:
        """Minutes that bookings keep."""
        return sum(line.booked for line in self.lines)

    @property
    def remaining(self) -> int:
        """Minutes that may still be booked."""
        return max(0, self.ceiling - self.used - self.booked)

    @property
    def shortfall(self) -> int:
        """Minutes booked or used that no grant covers."""
        return max(0, self.used + self.booked - self.ceiling)

    @property
    def overrun(self) -> int:
        """Minutes used beyond every grant."""
        return max(0, self.used - self.ceiling)

    def line(self, id: str, *, sort: str = CONVERSATION) -> Line:
        """The line of that id; an empty one where there is none."""
        found = next((line for line in self.lines if line.key == (sort, id)), None)
        return Line(id, sort=sort) if found is None else found

    def after(self, effect: Iterable[Line]) -> "Allowance":
        """The allowance once the lines of `effect` are assigned."""
        effect = tuple(effect)
        starts = [line.grant for line in effect if line.sort == START]
        by_key = {line.key: line for line in self.lines}
        # an assignment to a known line keeps the line's place, so that folding in pieces gives the same order
        by_key.update({line.key: line for line in effect if line.sort != START})
        return Allowance(starts[-1] if starts else self.granted, tuple(by_key.values()))

    def released(self, effect: Iterable[Line]) -> "Allowance":
        """The allowance once the lines of `effect` are assigned, but for what they would book."""
        return self.after(attrs.evolve(line, booked=0, starts_at=None, coach=None) for line in effect)

    def remaining_for(self, effect: Iterable[Line]) -> int:
        """Minutes that the lines of `effect` may hold between them.

        They are judged as if their own holds were released, and what they hold already is never taken from them: a
        conversation that is moved without growing is never refused for minutes.
        """
        effect = tuple(effect)
        newly_used = sum(line.used - self[line.key].used for line in effect)
        return max(self.released(effect).remaining, sum(self[line.key].booked for line in effect) - max(0, newly_used))

    def __getitem__(self, key: tuple[str, str]) -> Line:
        """The line of that sort and id; an empty one where there is none."""
        return self.line(key[1], sort=key[0])


_ROUNDING: Final = one_of("way of rounding", "up", "nearest")


def minutes_charged(booked: int, *, charge: int | Literal["all"]) -> int:
    """Minutes charged for a booking of `booked` minutes: `charge` of them, or all; never more than that (ALW-07).

    Raises `InvalidEntry` for minutes below 0.
    """
    return _minutes(booked) if charge == "all" else min(_minutes(charge), _minutes(booked))


def minutes_rounded(minutes: int, *, way: Literal["up", "nearest"], to: int) -> int:
    """Actual minutes rounded to a multiple of `to`, upwards or to the nearest (a half goes up).

    Raises `InvalidEntry` for another way, and for a multiple below 1.
    """
    accepted("way", way, _ROUNDING.accept)
    accepted("to", to, Whole(1, 1440, "minutes to round to"))
    return -(-minutes // to) * to if way == "up" else (2 * minutes + to) // (2 * to) * to


def in_notice(*, called_off_at: datetime, starts_at: datetime, notice_hours: int) -> bool:
    """Whether a conversation was called off at least `notice_hours` elapsed hours before its start."""
    return starts_at - called_off_at >= timedelta(hours=notice_hours)
