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
from datetime import date
from typing import Final, Protocol, runtime_checkable

import attrs

from iagcore.storage.stored import Filing, Position, StoredRecord

__all__ = [
    "GONE",
    "HELD",
    "NOTHING_FOUND",
    "Erasable",
    "Erases",
    "Erasure",
    "Feed",
    "Filing",
    "Journal",
    "Pending",
    "Position",
    "StoredRecord",
    "follow_on",
    "heads",
    "renamed",
]


NOTHING_FOUND: Final = "nothing found under that name"
"""There is nothing on the record under the name that was given, so nothing was erased."""
GONE: Final = "gone"
"""No query of the journal finds it any more. Whether its bytes are gone, too, `pending` says."""
HELD: Final = "held"
"""Nothing was erased: something holds the record."""


@attrs.frozen
class Pending:
    """A place that may still have what was erased: where that is, and what ends it.

    `since` is the day, in UTC, of the first erasure that left something there; None where that is not known.
    """

    where: str
    until: str
    since: date | None = None

    def __str__(self) -> str:
        """In a line."""
        day = "" if self.since is None else f" since {self.since.day} {self.since:%B %Y}"
        return f"{self.where}{day}: {self.until}"


@attrs.frozen
class Erasure:
    """What an erasure came to.

    Attributes: `records` (how many lost their words); `pending` (where what was erased, now or earlier, may still be;
    empty where the store has looked and it is nowhere); `answer` (`GONE`, `NOTHING_FOUND` or `HELD`); `finished` (an
    earlier erasure had left something pending, and this one has ended it).
    """

    records: int
    pending: tuple[Pending, ...] = ()
    answer: str = GONE
    finished: bool = False

    def __str__(self) -> str:
        """In sentences, for whoever asked."""
        said = [_ANSWERS[self.answer]]
        if self.finished:
            said.append("An earlier erasure had not been finished. It is finished now.")
        if self.pending:
            said.append("What was erased may still be in:")
        elif self.answer == GONE:
            said.append("Nothing is pending.")
        return "\n".join([" ".join(said), *(f"- {one}" for one in self.pending)])


_ANSWERS: Final = {
    NOTHING_FOUND: "Nothing found under that name. Check how it is spelt.",
    GONE: "Gone from the record.",
    HELD: "Held. Please ask a safeguarding lead: they will answer.",
}


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
class Erases(Protocol):
    """For stores that can remove a learner's words and references."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        """Remove what the subjects named in `renames` said, and keep `receipts` instead, all or nothing.

        Every record filed under a renamed subject loses payload and id; each of its filings under a renamed subject
        takes the new, random name and loses its salt; envelope, digests and the filings of others stay to the letter.
        The old names are free again. The receipts are filed under the new names, whose versions go on. Raises
        `Conflict`, changing nothing, when any expected subject (by its old name) has moved on.

        `Erasure.pending` is empty only where the store has looked at its own bytes and found nothing of what was
        removed. A store that says where something is pending marks that in the same transaction, as `Erasable` has it.
        """
        ...


@runtime_checkable
class Erasable(Erases, Protocol):
    """For stores that know what an erasure has left behind, and can end it.

    What is pending belongs to the store and not to a name, since names are not kept. A casebook answers that something
    is pending for a store that erases and has neither of these.
    """

    def pending(self) -> tuple[Pending, ...]:
        """Where what was erased may still be, whoever erased it; empty where it is nowhere.

        Promises: a mark is written in the transaction that erases, so a process that is killed, or a reader that holds
        bytes back, leaves it standing for whoever asks next, in any process.
        """
        ...

    def finish(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        """End what is pending, and give what is pending still.

        `expired` says that every copy made up to the end of that day (UTC) is gone: backups, and whatever else the
        store cannot look into. May be called at any time; where nothing is pending it does nothing.
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
