"""Opportunities to try a directory with, and what other processes do with one.

The tests of `directory_contract` are written with these. Nothing heavy is imported, since spawned processes
import this too.
"""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from iagcore.directory.matching import Sought
from iagcore.directory.protocols import Directory, Kept, Listing, Unread
from iagcore.opportunities import Cost, Opportunity, Recurrence, Status, Term, Time, Venue
from iagcore.testing import other_process
from iagcore.testing.rivals import Tell

MONDAY = date(2026, 1, 5)
TUESDAY = date(2026, 1, 6)
WEDNESDAY = date(2026, 1, 7)
HERE = (51.54, 0.71)
NEARBY = Venue(name="Library", latitude=51.545, longitude=0.71)
FAR = Venue(name="Park", latitude=51.9, longitude=0.9)
SATURDAYS = Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",)))
MONDAYS = Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))
FREE = Cost(amount=Decimal(0))
FIVE_POUNDS = Cost(amount=Decimal(5), currency="GBP")

ART = Opportunity(
    "art",
    "Art for all",
    status=Status.ACTIVE,
    organisation="Adult College",
    description="Paint, talk and drink tea. Café beside it.",
    times=(SATURDAYS,),
    places=(NEARBY,),
    attended=("venue",),
    costs=(FREE,),
    fees="Free of charge",
    least_age=18,
    most_age=99,
    eligibility="Adults",
    access=("Step-free",),
    languages=("English",),
    terms=(Term("Arts and crafts", "a1", "local"),),
    areas=("Borsetshire",),
    joining="Drop in",
    connects="People paint in pairs",
    alert="Closed in August",
    last_checked=MONDAY,
    changed=MONDAY,
    url="https://example.org/art",
    email="art@example.org",
    phones=("01234 567890",),
)
"""An opportunity that says everything there is to say."""
UNSAID = Opportunity("unsaid", "Walk")
"""An opportunity of which nothing is known but its name."""


def ids(directory: Directory, sought: Sought, *, today: date = MONDAY, most: int = 20) -> list[str]:
    """The ids of what a search finds, best first."""
    return [one.opportunity.id for one in directory.search(sought, today=today, most=most).matches]


def kept(directory: Directory) -> list[Listing]:
    """Everything that a directory keeps."""
    return list(directory.listings())


def keep(directory: Directory, *arrivals: Opportunity | Unread, on: date = MONDAY, full: bool = False) -> Kept:
    """Keep the arrivals as the feed `council`."""
    return directory.keep(iter(arrivals), feed="council", today=on, full=full)


def walks(feed: str, count: int) -> list[Opportunity]:
    """So many opportunities of a feed."""
    return [Opportunity(f"{feed} {number}", f"Walk {number}", organisation=feed) for number in range(count)]


TOGETHER: Final = 5
"""How many opportunities `keep_feeds` keeps in one import."""


def keep_feeds(first: int, directory: Any, tell: Tell) -> None:
    """Import one small feed after another, and tell the number of each once it is kept; without end."""
    number = first
    while True:
        feed = f"feed {number}"
        directory.keep(walks(feed, TOGETHER), feed=feed, today=MONDAY, full=True)
        tell(number)
        number += 1


def keep_in_part(number: int, directory: Any, tell: Tell) -> None:
    """Import so many of a feed that then stops in the midst, and tell when it does."""

    def arrivals() -> Iterator[Opportunity]:
        yield from walks("council", number)
        tell("in the midst")
        time.sleep(other_process.PATIENCE)

    directory.keep(arrivals(), feed="council", today=TUESDAY, full=True)
