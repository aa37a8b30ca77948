"""Approvals: what may only be done once somebody who can decide it has said yes, on the record.

It comes first, names what it approves by its id, and serves once. A quote is named by the record as it stands, so that
other words need another approval.
"""

from typing import Annotated, Final

from iagcore.practice.allowance import EXTENSION
from iagcore.practice.consent import CASE_STUDY, REFERRAL
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.kinds import FACT, Entry, Id, Minutes, begun_by, kind, one_of

QUOTE: Final = "quote"
Approvable = Annotated[str, one_of("what is approved", EXTENSION, REFERRAL, CASE_STUDY, QUOTE)]


@kind(
    FACT,
    by=("lead", "safeguarding-lead"),
    in_confidence=lambda entry: entry.approves == REFERRAL or entry.concern is not None,
    points_to="concern",
    plain="An approval",
)
class ApprovalGiven(Entry):
    """A lead or a safeguarding lead approves one thing: `approves` is its sort, `which` the id it will have.

    For an extension, `minutes` is how many it may grant at most. For a referral without consent, `concern` is the one
    it is made under. For a quote, `which` is the record that holds its words as they stand: of a record that was
    corrected, the correction.
    """

    approves: Approvable
    which: Id
    minutes: Minutes | None = None
    concern: Id | None = None


def rests_on(entry: Entry) -> tuple[tuple[str, str | None], ...]:
    """What an approval could be needed for in an entry: each sort, with the id there; a quote by the record's own."""
    if isinstance(entry, DisclosureMade):
        whole = (CASE_STUDY, entry.case_study), *((QUOTE, quote) for quote in entry.quotes)
        return whole if entry.outlet == CASE_STUDY else ()
    begun = begun_by(entry)  # an extension, or a referral
    return () if begun is None else (begun,)
