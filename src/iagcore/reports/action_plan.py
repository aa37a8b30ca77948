"""The learner's action plan: one page to take away, in plain words.

It says what the learner wants, in their own words, and what they said they would do: by when, with what support, and
what might get in the way. It says when they meet their coach next, how much time there is still to use, and which
courses they chose. It has no code, no diary, nothing about health or of a concern, and nothing of what was missed.

Only what the outlet *action plan* carries reaches it: the journey is folded again from that. It fits one page; where
there is more, it says how much was left out, and that a coach has the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import Final

import attrs

from iagcore.practice.disclosures import OUTLET_BY_NAME
from iagcore.practice.grow import Action, GoalState
from iagcore.practice.learners import Standing
from iagcore.record.journey import Journey
from iagcore.record.releasing import released
from iagcore.reports.layout import wrapped

COLUMNS: Final = 80
LINES: Final = 60
"""The most that the page has."""

LONGEST_TEXT: Final = 4
"""Lines that one thing said may take; what is longer is cut short, and marked."""
CUT_SHORT: Final = " …"

Item = list[str]
"""One thing on the page, in its lines."""


@attrs.frozen
class _Part:
    """A part of the page: its title, its items, and the most lines that these may take; None: what the others leave."""

    title: str
    items: tuple[Item, ...]
    most: int | None

    @property
    def asks(self) -> int:
        """The lines that it takes at most, with its title, a blank line, and what is said of what was left out."""
        return 0 if self.most is None else min(self.most, sum(map(len, self.items))) + AROUND_IT


AROUND_IT: Final = 3
HEAD: Final = 4
FOOT: Final = 2


def action_plan(journey: Journey, *, zone: tzinfo) -> str:
    """The action plan of a journey's learner, as a page of at most 60 lines of 80 columns; times are in `zone`."""
    plan = released(journey, OUTLET_BY_NAME["action plan"], journey.learner)
    parts = (
        _Part("What you want", tuple(_goals(plan, GoalState.OPEN)), 10),
        _Part("What you have reached", tuple(_goals(plan, GoalState.REACHED)), 4),
        _Part("What you said you would do", tuple(_actions(plan)), None),
        _Part("When you meet your coach next", tuple(_meetings(plan, zone)), 3),
        _Part("Time that is left", tuple(_time_left(plan)), 2),
        _Part("Courses you chose", tuple(_courses(plan)), 3),
    )
    return "\n".join(_page([one for one in parts if one.items])) + "\n"


def _page(parts: Sequence[_Part]) -> Iterator[str]:
    yield from ("Your action plan", "================", "")
    yield from _text("It is yours: to keep, to change, and to show to whom you like.")
    if not parts:
        yield from ("", *_text("There is nothing on it yet. Your coach can write it with you."))
    rest = LINES - HEAD - FOOT - AROUND_IT - sum(part.asks for part in parts)
    shown: list[str] = []
    for part in parts:
        lines, left_out = _fitting(part.items, rest if part.most is None else part.most)
        shown += lines
        if left_out:
            lines += _text(f"… and {left_out} more, which your coach can show you.", indent=2)
        yield from ("", part.title, *lines)
    if any(line.endswith(CUT_SHORT) for line in shown):
        yield from ("", *_text("Where a line ends in … there is more; your coach can show it to you."))


def _fitting(items: Iterable[Item], room: int) -> tuple[list[str], int]:
    """The lines of the first items that fit, and how many were left out."""
    lines: list[str] = []
    left_out = 0
    for item in items:
        if left_out or len(lines) + len(item) > room:
            left_out += 1
        else:
            lines += item
    return lines, left_out


def _text(text: str, *, indent: int = 0, first: str = "") -> list[str]:
    return wrapped(text, indent=indent, first=first, width=COLUMNS)


def _said(text: str, *, first: str = "") -> Item:
    """Something that was said, in a few lines at most."""
    lines = _text(text, indent=4, first=first)
    if len(lines) <= LONGEST_TEXT:
        return lines
    kept = lines[:LONGEST_TEXT]
    return [*kept[:-1], kept[-1][: COLUMNS - len(CUT_SHORT)].rstrip() + CUT_SHORT]


def _point(text: str) -> Item:
    return _said(text, first="  - ")


def _goals(plan: Journey, state: GoalState) -> Iterator[Item]:
    return (_point(goal.words) for goal in plan.grow.goals if goal.state is state)


def _actions(plan: Journey) -> Iterator[Item]:
    """What is still to do, what is to be done first at the top, and what has no day at the end."""
    return (_action(one) for one in sorted(plan.grow.open_actions, key=lambda one: _day_of(one) or date.max))


def _day_of(action: Action) -> date | None:
    return action.by_when if isinstance(action.by_when, date) else None


def _action(action: Action) -> Item:
    day = _day_of(action)
    item = _point(action.what)
    if day is not None:
        item += _said(f"By when: {_long(day)}")
    if action.support is not None:
        item += _said(f"What helps: {action.support}")
    if action.obstacle is not None:
        item += _said(f"What might get in the way: {action.obstacle}")
    return item


def _meetings(plan: Journey, zone: tzinfo) -> Iterator[Item]:
    booked = sorted((one.starts_at, one.minutes) for one in plan.bookings.booked if one.starts_at is not None)
    for starts_at, minutes in booked:
        when = starts_at.astimezone(zone)
        yield _point(f"{_long(when.date())} at {when:%H:%M}, for {minutes} minutes")


def _time_left(plan: Journey) -> Iterator[Item]:
    if plan.status.standing is not Standing.OPEN:
        return
    remaining = plan.allowance.remaining
    if remaining:
        yield _point(f"{_minutes(remaining)} with your coach, if you want them.")
    else:
        yield _point("All the time for one-to-one conversations is used or booked.")


def _minutes(minutes: int) -> str:
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _courses(plan: Journey) -> Iterator[Item]:
    """The courses that the learner enrolled on; a course has no other name here than the one it is filed under."""
    for course in plan.learning.courses:
        if course.state in ("enrolled", "completed"):
            done = " (completed)" if course.state == "completed" else ""
            yield _point(course.id.replace("-", " ") + done)


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
