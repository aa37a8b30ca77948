"""Amendments: how a record is put right without being overwritten.

A correction names a record, says who and why, and puts another entry in its place. Corrections of one record are a
stack, and the top one stands. A withdrawal takes the top away again, or, with `whole`, the record and all its
corrections; what was withdrawn may be corrected again. A breach stays until its record is corrected or a lead
authorises it. Concerns and withdrawals of consent are annotated, never withdrawn.
"""

from datetime import datetime

import attrs

from iagcore.practice.kinds import FACT, NEITHER, ROLES, Entry, Id, Kind, Words, kind


@attrs.frozen
class EntryCorrected(Entry):
    """Another entry takes the place of one on the record. `target` is the id of any record of the stack."""

    target: str
    entry: Entry
    why: str


@attrs.frozen
class EntryWithdrawn(Entry):
    """The top of a stack is taken away again; with `whole`, the record and all its corrections."""

    target: str
    why: str
    whole: bool = False


# A correction is declared by hand: it carries an entry, takes the nature and the subjects of what it replaces, and is
# open to every role, because COR-02 says who may make it.
EntryCorrected.declares = Kind("entry-corrected", NEITHER, ("journey",), ROLES)
EntryWithdrawn.declares = Kind("entry-withdrawn", NEITHER, ("journey",), ROLES)


@kind(FACT, about=("journey",), by=("lead",))
class BreachAuthorised(Entry):
    """A lead authorises a breach: `record` is the record it stands on, `rule` the rule that is not met."""

    record: Id
    rule: Id
    reason: Words


@kind(FACT, about=("journey",), by=ROLES)
class RecordAnnotated(Entry):
    """A note beside a record, which stays as it is."""

    record: Id
    words: Words


@attrs.frozen
class Amendments:
    """Breaches authorised, by record and rule, and the annotations. Usable alone."""

    authorised: frozenset[tuple[str, str]] = frozenset()
    annotations: tuple[tuple[str, str], ...] = ()


def apply(amendments: Amendments, entry: Entry, *, at: datetime) -> Amendments:
    """The amendments after `entry`, which was made at `at`."""
    match entry:
        case BreachAuthorised():
            return attrs.evolve(amendments, authorised=amendments.authorised | {(entry.record, entry.rule)})
        case RecordAnnotated():
            return attrs.evolve(amendments, annotations=(*amendments.annotations, (entry.record, entry.words)))
        case _:
            return amendments
