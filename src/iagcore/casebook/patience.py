"""Patience: what is tried again, how long, and what is told at once.

Somebody else who wrote meanwhile is no failure: what was decided is read and decided anew. Nor is a connection that was
lost in the middle, as long as what was asked for has an id that finds it on the record if it got there. Everything else
is told at once.
"""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from iagcore.exceptions import Conflict, UnusableJournal

FIRST_PAUSE: Final = 0.001
"""Seconds at most before the second attempt; each pause may be twice as long as the one before."""
LONGEST_PAUSE: Final = 0.1

T = TypeVar("T")


def patiently(attempt: Callable[[], T], *, seconds: float, again: bool = True) -> T:
    """What an attempt gives, made anew after a conflict; and, with `again`, once its connection was lost.

    An attempt that was interrupted may be on the record. The next one has the same ids, and then finds it there. Raises
    `Conflict`, or the `UnusableJournal` that interrupted it, when so many seconds are over.
    """
    until = time.monotonic() + seconds
    pause = FIRST_PAUSE
    lost: UnusableJournal | None = None
    while True:
        try:
            return attempt()
        except Conflict:
            if time.monotonic() >= until:
                raise
        except UnusableJournal as error:
            # once interrupted, a server that is not there yet is waited for: what was asked for may be on it
            if not again or (lost is None and not error.interrupted):
                raise
            lost = lost or error
            if time.monotonic() >= until:
                raise lost from None
        time.sleep(random.uniform(0, pause))  # spreads retries, guards nothing
        pause = min(2 * pause, LONGEST_PAUSE)
