"""What may stand for what: the families of kinds, for corrections and withdrawals.

A correction keeps the nature and the family of what it amends. A concern is annotated and stays as it was said, and an
entry that this version cannot read it cannot put right.
"""

from typing import Final

from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.conversations import (
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.kinds import Entry
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.records import UnreadEntry

FAMILIES: Final = (
    frozenset({ConversationBooked, ConversationRescheduled}),
    frozenset({ConversationCancelled, ConversationMissed, ConversationHeld}),
)
"""Kinds that may stand for each other; every other kind stands alone."""


def may_amend(amendment: EntryCorrected | EntryWithdrawn, original: Entry) -> bool:
    """Whether an amendment is of a kind that fits what it amends."""
    if isinstance(original, ConcernRaised | UnreadEntry):
        return False
    if isinstance(amendment, EntryWithdrawn):
        return True
    kinds = {type(amendment.entry), type(original)}
    return len(kinds) == 1 or any(kinds <= family for family in FAMILIES)
