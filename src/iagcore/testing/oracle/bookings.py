"""The life of a booking, and what it holds and uses: one conversation at a time, read from the list.

Booked: held, missed, cancelled, moved, or released when the learner leaves. *Held* settles also what was cancelled or
missed, since it happened, and replaces its charge. A fact that does not fit changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

import attrs

from iagcore.policy import Gap
from iagcore.testing.oracle.story import Story

BOOKED = "conversation-booked"
MOVED = "conversation-rescheduled"
CANCELLED = "conversation-cancelled"
MISSED = "conversation-missed"
HELD = "conversation-held"
CONTESTED = "charge-contested"
WAIVED = "charge-waived"
LEFT = "learner-left"

MAY_COME_AFTER = {
    "not booked": {BOOKED, HELD},
    "booked": {MOVED, CANCELLED, MISSED, HELD, LEFT},
    "held": set(),
    "cancelled": {HELD, CONTESTED, WAIVED},
    "missed": {HELD, CONTESTED, WAIVED},
    "waived": {HELD},
    "released": {HELD},
}
LEADS_TO = {
    BOOKED: "booked",
    MOVED: "booked",
    CANCELLED: "cancelled",
    MISSED: "missed",
    HELD: "held",
    WAIVED: "waived",
    LEFT: "released",
}


@attrs.define
class Conversation:
    """One conversation: where it stands, with whom and when it is or was booked, what it holds and has used.

    `minutes` are those booked, and the actual ones once it was held; `settled_at` is when a fact settled it,
    `booked_at` when it was booked, and `began_at` when it was held from, where that is known.
    """

    id: str
    state: str = "not booked"
    coach: str | None = None
    starts_at: datetime | None = None
    minutes: int = 0
    booked: int = 0
    used: int = 0
    settled_at: datetime | None = None
    booked_at: datetime | None = None
    began_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When a booked conversation is over."""
        return None if self.starts_at is None else self.starts_at + timedelta(minutes=self.minutes)


def conversation(id: str, journey: str, story: Story) -> Conversation:
    """What became of one conversation."""
    one = Conversation(id)
    for entry, told in story.of(journey, *LEADS_TO):
        kind = entry.declares.name
        if kind != LEFT and entry.conversation != id:
            continue
        if kind not in MAY_COME_AFTER[one.state] or (kind == MISSED and is_early(one, told.at)):
            continue
        one.state = LEADS_TO[kind]
        if kind in (BOOKED, MOVED):
            one.coach, one.starts_at = entry.coach or one.coach, entry.starts_at
            one.minutes = one.booked = entry.minutes
            one.booked_at = told.at if kind == BOOKED else one.booked_at
        elif kind in (CANCELLED, MISSED):
            one.used, one.booked = charged(one, entry, told.at, story), 0
        elif kind == HELD:
            one.coach, one.minutes = entry.coach, entry.minutes
            on_the_day = one.starts_at is not None and story.day(one.starts_at) == story.day(told.at)
            one.began_at = entry.began_at or (one.starts_at if on_the_day else None)
            one.used, one.booked = rounded(entry.minutes, told.at, story), 0
        elif kind == WAIVED:
            one.used = 0
        else:
            one.booked = 0
        if kind in (CANCELLED, MISSED, HELD, LEFT):
            one.settled_at = told.at
    return one


def is_early(one: Conversation, at: datetime) -> bool:
    """Whether a booked conversation is yet to begin: nobody has missed it before."""
    return one.starts_at is not None and at < one.starts_at


def conversations(journey: str, story: Story) -> list[Conversation]:
    """Every conversation of a journey that there is, in the order in which they came to be."""
    ids: list[str] = []
    for entry, _ in story.of(journey, BOOKED, HELD):
        if entry.conversation not in ids:
            ids.append(entry.conversation)
    return [conversation(id, journey, story) for id in ids]


def charged(one: Conversation, entry: Any, at: datetime, story: Story) -> int:
    """What a missed conversation, or one called off, is charged: by its fault, and never more than it held.

    Called off at least the hours of notice before its start it is charged nothing, and so is whatever lay with the
    provider or with logistics. What the policy does not decide is 0.
    """
    try:
        if entry.declares.name == CANCELLED:
            assert one.starts_at is not None  # what can be called off was booked for a time
            notice = timedelta(hours=story.values(at).whole("notice_hours"))
            if at + notice <= one.starts_at:
                return 0
        if entry.fault in ("provider", "logistics"):
            return 0
        charges = story.values(at).missed_charge
    except Gap:
        return 0
    charge = charges.learner_excused if entry.fault == "learner-excused" else charges.learner_unexcused
    return one.booked if charge == "all" else min(charge, one.booked)


def rounded(minutes: int, at: datetime, story: Story) -> int:
    """Actual minutes, rounded as the policy says: up or to the nearest multiple, a half upwards, or as they are."""
    try:
        rounding = story.values(at).rounding
    except Gap:
        return minutes
    if rounding.way == "none":
        return minutes
    below = minutes - minutes % rounding.to
    if below == minutes:
        return minutes
    above = below + rounding.to
    if rounding.way == "up":
        return above
    return below if minutes - below < above - minutes else above


def every_conversation(story: Story) -> list[tuple[str, Conversation]]:
    """Every conversation of every journey, with its journey."""
    journeys = dict.fromkeys(one.home for one in story.told)
    return [(journey, one) for journey in journeys for one in conversations(journey, story)]


def booked_with(person: str, story: Story) -> list[tuple[str, Conversation]]:
    """Every conversation that a learner or a coach is booked for, on whichever journey, with its journey."""
    found = []
    for journey, one in every_conversation(story):
        if one.state == "booked" and person in (one.coach, story.learner(journey)):
            found.append((journey, one))
    return found
