"""The types of a college's own policy values: what each may hold, as data, so that a policy can be copied and compared.

    Value("sac/exam_weeks", "days, both included", "The weeks in which nothing is booked.", Periods())

A policy file then decides it like any other value, dated and cited: `[[value."sac/exam_weeks"]]`.
"""

from datetime import date
from typing import Any

import attrs

from iagcore.policy import Window
from iagcore.policy.values import written_day
from iagcore.practice.kinds import Whole, accept_flag, accept_id, kept


@attrs.frozen
class WholeNumber:
    """A whole number from `least` to `most`, both included, of the unit that its value names."""

    least: int
    most: int

    def __call__(self, value: Any) -> int:
        """The number. Raises ValueError."""
        return Whole(self.least, self.most, "numbers")(value)


@attrs.frozen
class YesOrNo:
    """True or false."""

    def __call__(self, value: Any) -> bool:
        """Which of the two. Raises ValueError."""
        return accept_flag(value)


@attrs.frozen
class OneOf:
    """One of a few words."""

    words: tuple[str, ...] = attrs.field(converter=kept)

    def __call__(self, value: Any) -> str:
        """The word. Raises ValueError."""
        if value not in self.words:
            raise ValueError(f"one of {', '.join(self.words)} is expected")
        return str(value)


@attrs.frozen
class Names:
    """A list of names, or "none"."""

    def __call__(self, value: Any) -> tuple[str, ...]:
        """The names. Raises ValueError."""
        if value == "none":
            return ()
        if type(value) is not list or not value:
            raise ValueError('a list of names is expected, such as ["Monday", "Friday"], or "none"')
        return tuple(accept_id(one) for one in value)


@attrs.frozen
class Day:
    """One day."""

    def __call__(self, value: Any) -> date:
        """The day. Raises ValueError."""
        return written_day(value)


@attrs.frozen
class Periods:
    """A list of periods of days, each with its first and its last, both included; or "none".

    A rule asks of each, as of the programme's window, whether it includes a day.
    """

    def __call__(self, value: Any) -> tuple[Window, ...]:
        """The periods. Raises ValueError."""
        if value == "none":
            return ()
        written = '[{ first = 2031-05-19, last = 2031-05-23 }] is expected, or "none"'
        if type(value) is not list or not value or any(type(one) is not dict for one in value):
            raise ValueError(written)
        return tuple(self._period(one, written) for one in value)

    def _period(self, held: dict[str, Any], written: str) -> Window:
        if set(held) != {"first", "last"}:
            raise ValueError(written)
        first, last = written_day(held["first"]), written_day(held["last"])
        if last < first:
            raise ValueError(f"the last day, {last}, is before the first, {first}")
        return Window(first, last)
