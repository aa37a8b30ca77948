"""What is asked: one entry that somebody wants on the record of a home, with all that is looked up of it beforehand."""

from datetime import datetime

import attrs

from iagcore.practice.amendments import Amendment
from iagcore.practice.kinds import FACT, PLAN, Entry, Nature
from iagcore.practice.opportunities import Opportunity
from iagcore.record.home import Home, Place


@attrs.frozen(kw_only=True)
class Asked:
    """One entry that somebody wants on the record: who, when, and under which id it would stand there.

    `nature` is how it is judged: its kind's own, unless it is asked beforehand about what the kind says happened.
    `place` is what it amends, where it is an amendment and there is such a place; `opportunity` what the directory
    knows of what it points to.
    """

    entry: Entry
    by: str
    at: datetime
    id: str
    nature: Nature
    place: Place | None = None
    opportunity: Opportunity | None = None

    @property
    def beforehand(self) -> bool:
        """Whether it is asked before it happens, where its kind says that it did."""
        return self.nature is PLAN and self.entry.declares.nature is FACT


def nature_of(entry: Entry) -> Nature:
    """How an entry is judged: an amendment as a plan, until it is known what it amends."""
    return PLAN if isinstance(entry, Amendment) else entry.declares.nature


def place_amended(entry: Entry, home: Home) -> Place | None:
    """The place of a home that an entry amends; None for what amends nothing, or nothing that is there."""
    return home.stack_of(entry.target) if isinstance(entry, Amendment) else None
