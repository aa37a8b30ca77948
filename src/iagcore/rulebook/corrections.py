"""COR: corrections and withdrawals.

Whether one may be made turns on its target, its author, and the lines of minutes before and after it (ALW-01, ALW-08,
BKG-02), never on the rules of a first booking. These refuse facts and plans alike, since nothing that happened is lost
by it: what is on the record stays there.
"""

from typing import Any, Final

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
from iagcore.record.findings import MUST, Verdict, verdict
from iagcore.record.judging import Case, Rule, rule
from iagcore.record.records import UnreadEntry
from iagcore.rulebook.access import may_make
from iagcore.rulebook.sources import LOCAL

FAMILIES: Final = (
    frozenset({ConversationBooked, ConversationRescheduled}),
    frozenset({ConversationCancelled, ConversationMissed, ConversationHeld}),
)
"""Kinds that may stand for each other; every other kind stands alone."""


@rule(
    "COR-01",
    MUST,
    on=(EntryCorrected, EntryWithdrawn),
    source=LOCAL,
    remedy="Name the record by its id, and put an entry of the same kind in its place; a concern is annotated instead.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
)
def target_can_be_amended(entry: Any, case: Case) -> Verdict:
    """The target is an accepted record of this journey, and what takes its place is of its nature and family."""
    return verdict(
        case.amending.place is not None and _fits(entry, case.amending.place.original),
        says="{target} is {what}, {asked}",
        plainly="There is nothing on your record that this would put right.",
        target=entry.target,
        what=_name(case.amending.place.original) if case.amending.place else "no accepted record of this journey",
        asked=f"to become {_name(entry.entry)}" if isinstance(entry, EntryCorrected) else "to be withdrawn",
    )


def _fits(entry: Any, original: Entry) -> bool:
    if isinstance(entry, EntryWithdrawn):
        return not isinstance(original, ConcernRaised | UnreadEntry)
    kinds = {type(entry.entry), type(original)}
    return len(kinds) == 1 or any(kinds <= family for family in FAMILIES)


def _name(entry: Entry) -> str:
    return entry.declares.name


@rule(
    "COR-02",
    MUST,
    on=(EntryCorrected, EntryWithdrawn),
    source=LOCAL,
    remedy="Ask somebody who may make such an entry, or a lead.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
)
def author_may_amend(entry: Any, case: Case) -> Verdict:
    """Its author may make the kind it replaces, or is a lead."""
    return verdict(
        case.by.startswith("lead:") or may_make(case.amended_place.original, case),
        says="{by} amends {kind}",
        plainly="Somebody else has to put this right.",
        by=case.by,
        kind=_name(case.amended_place.original),
    )


CORRECTIONS: Final[tuple[Rule, ...]] = (target_can_be_amended, author_may_amend)
