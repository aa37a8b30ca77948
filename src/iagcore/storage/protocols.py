"""What a store of records promises, and the shape of what it stores.

Words first. A *subject* (`journey:a-phase-1`, `learner:a`, `coach:nina`) has *versions* 1, 2, 3… without gaps. A
*record* is filed under one or more subjects, each filing taking the next version of its subject; the first of its
subjects is its *home*. A *position* is an opaque token that only the store interprets; it places a record among all
records of the store.

A store appends and reads records and knows no rule: the envelope and the payload are bytes to it, kept and returned
to the letter. Whoever writes a store for their own database writes the two methods of `Journal`, adds `read_all` and
`erase` where they want caseloads and erasure, and lets `iagcore.testing.JournalContract` prove it.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from iagcore.record.stored import Filing, Position, StoredRecord

__all__ = [
    "Erasable",
    "Erasure",
    "Feed",
    "Filing",
    "Gone",
    "Journal",
    "Position",
    "StoredRecord",
    "follow_on",
    "heads",
    "renamed",
]


class Gone(StrEnum):
    """How far erased bytes are really gone from the store."""

    COMPLETE = "complete"
    """No byte of them is left in what the store keeps."""
    PENDING = "pending"
    """They go when another connection lets go of them; erase nothing again, compact later."""
    UNREADABLE = "unreadable"
    """Copies beyond the store's reach exist, and cannot be read without a key that is destroyed."""


@attrs.frozen
class Erasure:
    """What an erasure did: how many records lost their words, how far the bytes are gone, and what to know of it."""

    records: int
    gone: Gone
    note: str


@runtime_checkable
class Journal(Protocol):
    """All that a host must write."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records`, or none of them.

        `expect` names every subject that was read or is written, with the version it had then (0: it did not exist).
        The records carry their versions, which follow on from `expect` without a gap. Names and ids that iagcore makes
        have up to 64 characters after the role and no control characters; a store keeps any such name to the letter,
        and a name that it cannot keep it refuses whole.

        Promises: atomic; durable once it returns; raises `Conflict` whenever an expected subject has moved on, under
        any interleaving of threads and processes, also a subject that was only read, and whenever the last record of a
        home is not the one that a record says it `follows` (a home that was erased may have begun anew meanwhile);
        raises `ValueError` where a record's version does not follow on from `expect`; an id is unique within its home
        (a second one is a `Conflict`), and so is a surrogate within the store.
        """
        ...

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        """The records filed under `subject` after version `after`, in the order of their versions.

        Promises: never blocks a writer and is never blocked by one; sees all of an append or nothing of it; survives
        appends and erasures made while it is being read, which may end it early under a name that is renamed; yields
        nothing for a subject that does not exist.
        """
        ...


@runtime_checkable
class Feed(Protocol):
    """For caseloads, cohorts and copies."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        """Every record of the store after a position, each once, in the order of positions.

        Promises: a record that commits late is never skipped by a reader who goes on from the last position it saw;
        a home's records come in the order of their versions; survives appends and erasures made while it is being read.
        """
        ...


@runtime_checkable
class Erasable(Protocol):
    """For stores that can remove a learner's words and references."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        """Remove what the subjects named in `renames` said, and keep `receipts` instead, all or nothing.

        Every record filed under a renamed subject loses payload and id; each of its filings under a renamed subject
        takes the new, random name and loses its salt; envelope, digests and the filings of others stay to the letter.
        The old names are free again. The receipts are filed under the new names, whose versions go on. Raises
        `Conflict`, changing nothing, when any expected subject (by its old name) has moved on.
        """
        ...


def follow_on(records: Sequence[StoredRecord], expect: Mapping[str, int]) -> None:
    """Raise `ValueError` unless the records take, one after the other, the versions that come next after `expect`."""
    reached = dict(expect)
    for record in records:
        subjects = [filing.subject for filing in record.about]
        if not subjects or len(set(subjects)) < len(subjects):
            raise ValueError(
                f"record {record.surrogate} is filed under {subjects or 'nothing'}: file it under each subject once"
            )
        for filing in record.about:
            if filing.subject not in reached:
                raise ValueError(
                    f"record {record.surrogate} is filed under {filing.subject}, of which no version is expected: "
                    "expect every subject that is written"
                )
            following = reached[filing.subject] + 1
            if filing.version != following:
                raise ValueError(
                    f"record {record.surrogate} takes version {filing.version} of {filing.subject}, where "
                    f"{following} comes next: number the filings on from what is expected"
                )
            reached[filing.subject] = following


def heads(records: Sequence[StoredRecord], renames: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The plain digest that the last record of each home must have, for these records to follow on from it.

    With the `renames` of an erasure, homes are named as they were before it.
    """
    before = {new: old for old, new in (renames or {}).items()}
    found: dict[str, bytes] = {}
    for record in reversed(records):
        if record.follows is not None:
            found[before.get(record.home, record.home)] = record.follows
    return found


def renamed(renames: Mapping[str, str], expect: Mapping[str, int]) -> dict[str, int]:
    """What is expected once the renames are made: for an erasure's receipts, and to see that no new name is taken.

    Raises `ValueError` where a renamed subject is not expected, or a new name is not new.
    """
    for old in renames:
        if old not in expect:
            raise ValueError(f"{old} is to be renamed and no version of it is expected: expect every renamed subject")
    after = {renames.get(subject, subject): version for subject, version in expect.items()}
    if len(after) < len(expect) or any(new in renames for new in renames.values()):
        raise ValueError("each renamed subject needs a fresh random name of its own")
    return after
