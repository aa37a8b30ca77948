"""The learner's action plan: one page to take away, in plain words.

It says what the learner wants, in their own words, and what they said they would do: by when, with what support, and
what might get in the way. It says when they meet their coach next, how much time there is still to use, which courses
they chose, what else they were pointed to, and who gets in touch with it. It has no code, no diary, nothing about
health or of a concern, and nothing of what was missed. What was declined, did not suit or did not help is left out.

Only what the outlet *action plan* carries reaches it: the journey is folded again from that. It fits one page; where
there is more, it says how much was left out, and that a coach has the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import Final

import attrs

from iagcore.directory.protocols import Directory
from iagcore.opportunities import Opportunity, Status
from iagcore.practice.disclosures import OUTLET_BY_NAME
from iagcore.practice.grow import Action, GoalState
from iagcore.practice.learners import Standing
from iagcore.practice.signposting import Pointer
from iagcore.practice.times import clock
from iagcore.record.journey import Journey
from iagcore.record.releasing import released
from iagcore.reports.layout import wrapped

COLUMNS: Final = 80
LINES: Final = 60
"""The most that the page has."""

LONGEST_TEXT: Final = 4
"""Lines that one thing said may take; what is longer is cut short, and marked."""
LONGEST_BESIDE: Final = 3
"""The same, for what helps and what might get in the way."""
LONGEST_POINTER: Final = 2
"""The same, for what the learner was pointed to, and for how to join it."""
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
        if self.most is None:
            return 0
        lines = sum(map(len, self.items))
        return min(self.most, lines) + AROUND_IT - (lines <= self.most)


AROUND_IT: Final = 3
HEAD: Final = 4
FOOT: Final = 2


def action_plan(journey: Journey, *, zone: tzinfo, directory: Directory | None = None) -> str:
    """The action plan of a journey's learner, as a page of at most 60 lines of 80 columns; times are in `zone`.

    With a `directory`, it says how to join what the learner was pointed to, as the directory has it now.
    """
    plan = released(journey, OUTLET_BY_NAME["action plan"], journey.learner)
    parts = (
        _Part("What you want", tuple(_goals(plan, GoalState.OPEN)), 8),
        _Part("What you have reached", tuple(_goals(plan, GoalState.REACHED)), 4),
        _Part("What you said you would do", tuple(_actions(plan)), None),
        _Part("When you meet your coach next", tuple(_meetings(plan, zone)), 3),
        _Part("Time that is left", tuple(_time_left(plan)), 1),
        _Part("Courses you chose", tuple(_courses(plan)), 3),
        _Part("What else there is for you", tuple(_pointers(plan, directory)), 4),
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


def _said(text: str, *, first: str = "", most: int = LONGEST_TEXT) -> Item:
    """Something that was said, in a few lines at most."""
    lines = _text(text, indent=4, first=first)
    if len(lines) <= most:
        return lines
    kept = lines[:most]
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
        item += _said(f"What helps: {action.support}", most=LONGEST_BESIDE)
    if action.obstacle is not None:
        item += _said(f"What might get in the way: {action.obstacle}", most=LONGEST_BESIDE)
    return item


def _meetings(plan: Journey, zone: tzinfo) -> Iterator[Item]:
    booked = sorted((one.starts_at, one.minutes) for one in plan.conversations.booked if one.starts_at is not None)
    for starts_at, minutes in booked:
        when = starts_at.astimezone(zone)
        yield _point(f"{_long(when.date())} at {clock(when, form='%H:%M')}, for {minutes} minutes")


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
    """The courses that the learner enrolled on, by the name that was shown, or else the one they are filed under."""
    for course in plan.learning.courses:
        if course.state in ("enrolled", "completed"):
            done = " (completed)" if course.state == "completed" else ""
            yield _said((course.name or course.id.replace("-", " ")) + done, first="  - ", most=LONGEST_BESIDE)


NOT_FOR_THEM: Final = ("declined", "unsuitable", "did not help")
"""What came of a signpost that is not on the page."""


def _pointers(plan: Journey, directory: Directory | None) -> Iterator[Item]:
    """What the learner was pointed to, by the name that was shown of it, and who gets in touch."""
    for one in plan.signposting.asked_about:
        if one.outcome in NOT_FOR_THEM:
            continue
        listing = None if directory is None else directory.listing(one.opportunity)
        known = None if listing is None else listing.opportunity
        named = one.name or (known.name if known is not None else "Something that your coach can name for you")
        item = _said(f"{named}: {_who_gets_in_touch(one)}", first="  - ", most=LONGEST_POINTER)
        yield item + (_said(f"How to join: {join}", most=LONGEST_POINTER) if (join := _how_to_join(known)) else [])


def _who_gets_in_touch(pointer: Pointer) -> str:
    if pointer.outcome in IN_TOUCH:
        return IN_TOUCH[pointer.outcome]
    first = "your coach gets in touch for you" if pointer.referred else "you get in touch yourself"
    if pointer.how == "warm handover":
        first = "your coach introduces you"
    # whether it is still so is not known here: a page that is taken away cannot look again
    runs = "" if pointer.referred or pointer.status == Status.ACTIVE else "; ask first whether it still runs"
    return f"{first}{runs}."


IN_TOUCH: Final = {
    "on a waiting list": "you are on its waiting list.",
    "contacted": "you are in touch with it.",
    "attended": "you have been there.",
    "helped": "you have been there, and it helped.",
}
"""What is said of what came of it, where that says who is in touch."""


def _how_to_join(known: Opportunity | None) -> str:
    """What a directory says of how to join: in its own words, or else how it can be reached."""
    if known is None:
        return ""
    return known.joining or ", ".join(filter(None, (*known.phones, known.email, known.url)))


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
