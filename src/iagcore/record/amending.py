"""What may stand for what: the families of kinds, for corrections and withdrawals.

A correction keeps the nature and the family of what it amends. What is said of a concern, and a withdrawal of consent,
are annotated and stay as they were said; and an entry that this version cannot read it cannot put right.
"""

from typing import Final

from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.consent import ConsentWithdrawn
from iagcore.practice.conversations import (
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.kinds import Entry
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised
from iagcore.practice.signposting import ReferralMade
from iagcore.record.records import UnreadEntry

FAMILIES: Final = (
    frozenset({ConversationBooked, ConversationRescheduled}),
    frozenset({ConversationCancelled, ConversationMissed, ConversationHeld}),
)
"""Kinds that may stand for each other; every other kind stands alone."""


ONLY_ANNOTATED: Final = (ConcernRaised, ConcernEscalated, ConcernClosed, ConsentWithdrawn)
"""Kinds that stay as they were said: a note is put beside them."""


ASKED_ANEW: Final = (DisclosureMade, FollowUpPlanned, ReferralMade)
"""Kinds that rest on consent, which lies beyond the home: they are withdrawn and made anew, never put otherwise."""


def may_amend(amendment: EntryCorrected | EntryWithdrawn, original: Entry) -> bool:
    """Whether an amendment is of a kind that fits what it amends."""
    if isinstance(original, (*ONLY_ANNOTATED, UnreadEntry)):
        return False
    if isinstance(amendment, EntryWithdrawn):
        return True
    if isinstance(original, ASKED_ANEW):
        return False
    kinds = {type(amendment.entry), type(original)}
    return len(kinds) == 1 or any(kinds <= family for family in FAMILIES)
