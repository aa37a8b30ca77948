"""The allowance: what is granted and extended, booked and used, and what follows from these.

*remaining* = what is granted and extended, less what is used and booked, and never below 0; *shortfall* is what is
missing then; *overrun* is what is used beyond every grant.
"""

from datetime import datetime

import attrs

from iagcore.policy import Gap
from iagcore.testing.oracle.bookings import conversations
from iagcore.testing.oracle.story import Story


@attrs.frozen
class Minutes:
    """The minutes of one journey, all of them whole."""

    granted: int
    extensions: int
    booked: int
    used: int
    remaining: int
    shortfall: int
    overrun: int


def minutes(journey: str, story: Story) -> Minutes:
    """The minutes of a journey."""
    granted = 0
    for _, told in story.of(journey, "journey-started"):
        granted = granted_at(told.at, story)
    extensions = sum(entry.minutes for entry, _ in story.of(journey, "allowance-extended"))
    booked = sum(one.booked for one in conversations(journey, story))
    used = sum(one.used for one in conversations(journey, story))
    ceiling = granted + extensions
    left = ceiling - used - booked
    return Minutes(
        granted,
        extensions,
        booked,
        used,
        remaining=left if left > 0 else 0,
        shortfall=-left if left < 0 else 0,
        overrun=used - ceiling if used > ceiling else 0,
    )


def granted_at(moment: datetime, story: Story) -> int:
    """What a start on the day of a moment grants; nothing where the policy does not decide it."""
    try:
        return story.values(moment).whole("allowance_minutes")
    except Gap:
        return 0
