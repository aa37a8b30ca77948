"""Amendments: how a record is put right without being overwritten.

A correction names a record, says who and why, and puts another entry in its place. Corrections of one record are a
stack, and the top one stands. A withdrawal takes the top away again, or, with `whole`, the record and all its
corrections; what was withdrawn may be corrected again. A breach stays until its record is corrected or a lead
authorises it. Concerns and withdrawals of consent are annotated, never taken away.
"""

from datetime import datetime
from typing import Any

import attrs

from iagcore.exceptions import InvalidEntry
from iagcore.practice.kinds import (
    ANY_HOME,
    FACT,
    NEITHER,
    ROLES,
    Entry,
    Id,
    Kind,
    LearnerRef,
    Words,
    accept_flag,
    accept_id,
    accept_words,
    accepted,
    kind,
)


def _target(value: Any) -> str:
    return accepted("target", value, accept_id)


def _why(value: Any) -> str:
    try:
        return accept_words(value)
    except ValueError as error:
        raise InvalidEntry("argument", "why", value, str(error), private=True) from None


def _whole(value: Any) -> bool:
    return accepted("whole", value, accept_flag)


def _replacement(value: Any) -> Entry:
    if not isinstance(value, Entry) or isinstance(value, EntryCorrected | EntryWithdrawn):
        raise InvalidEntry("argument", "entry", value, "the entry that takes the place is expected", private=True)
    return value


@attrs.frozen
class EntryCorrected(Entry):
    """Another entry takes the place of one on the record. `target` is the id of any record of the stack."""

    target: str = attrs.field(converter=_target)
    entry: Entry = attrs.field(converter=_replacement)
    why: str = attrs.field(converter=_why)


@attrs.frozen
class EntryWithdrawn(Entry):
    """The top of a stack is taken away again; with `whole`, the record and all its corrections."""

    target: str = attrs.field(converter=_target)
    why: str = attrs.field(converter=_why)
    whole: bool = attrs.field(default=False, converter=_whole)


# A correction is declared by hand: it carries an entry, takes the nature and the subjects of what it replaces, and is
# open to every role, because COR-02 says who may make it.
EntryCorrected.declares = Kind(
    name="entry-corrected", nature=NEITHER, about=(ANY_HOME,), by=ROLES, in_confidence=False, plain="A correction"
)
EntryWithdrawn.declares = Kind(
    name="entry-withdrawn",
    nature=NEITHER,
    about=(ANY_HOME,),
    by=ROLES,
    in_confidence=False,
    plain="Taking something back",
)
Amendment = EntryCorrected | EntryWithdrawn
"""What changes what stands at a place of the record."""


@kind(
    FACT,
    about=(ANY_HOME,),
    by=("lead", "safeguarding-lead"),
    parts="amendments",
    in_confidence=False,
    points_to=("record", "rule"),
    plain="A lead's word on the record",
)
class BreachAuthorised(Entry):
    """A lead authorises a breach as it stands now: `record` is the record it stands on, `rule` the rule not met.

    What stands on a record in confidence is for a safeguarding lead, since no lead may know of it.
    """

    record: Id
    rule: Id
    reason: Words


@kind(NEITHER, about=("journey", "learner", "coach"), by="lead", in_confidence=False)
class Erased(Entry):
    """A lead asks that a learner be erased. It is judged, and never kept: what stays is a receipt without content."""

    learner: LearnerRef


@kind(FACT, about=(ANY_HOME,), by=ROLES, parts="amendments", in_confidence=False, points_to="record")
class RecordAnnotated(Entry):
    """A note beside a record, which stays as it is."""

    record: Id
    words: Words


@attrs.frozen
class Amendments:
    """The annotations, each beside the record it is about. Usable alone."""

    annotations: tuple[tuple[str, str], ...] = ()


def apply(amendments: Amendments, entry: Entry, *, at: datetime) -> Amendments:
    """The amendments after `entry`, which was made at `at`."""
    if not isinstance(entry, RecordAnnotated):
        return amendments
    return attrs.evolve(amendments, annotations=(*amendments.annotations, (entry.record, entry.words)))
