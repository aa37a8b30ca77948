"""Copying a journal into another, to the letter: from any feed to any journal.

What has been copied is told from the two journals themselves, so that nothing beside them can be lost: their records
are paired first, and what the target lacks is appended, many records at once. A copy that was killed, wherever it was,
is begun again and goes on; what the source was given meanwhile is copied by copying again. An erased record is copied
as it is left, without words and under the names that its subjects then have.

A target that holds anything else is refused before a record is written to it. So is one whose source has had somebody
erased since: what was copied before still has their words, and only a new copy is rid of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import attrs

from iagcore.exceptions import Conflict, IagcoreError
from iagcore.storage import codec
from iagcore.storage.examining import Progress, Trouble, place_of
from iagcore.storage.protocols import Feed, Journal, Position
from iagcore.storage.stored import StoredRecord

RECORDS_AT_ONCE: Final = 500
BYTES_AT_ONCE: Final = 4_000_000
"""How much one append carries: as many records as this, and no more of them once their words are so long."""
OUT_OF_STEP_MOST: Final = 100_000
"""So many records of the target may stand where the source has others, before it counts as another journal."""
STILL_HAS_WORDS: Final = (
    "somebody was erased in the source since this copy was begun, and the copy still has their words: make a new copy "
    "in another place, then delete this one"
)
"""What to do with a copy that an erasure has overtaken."""
TOLD_MOST: Final = 10
"""How many differences are told one by one."""


class Target(Journal, Feed, Protocol):
    """What is copied into: a journal whose feed tells what it holds already."""


class NotACopy(IagcoreError):
    """The target is no copy of the source, so nothing can be copied on. Attributes: `reason`, `troubles`."""

    def __init__(self, reason: str, troubles: Sequence[Trouble] = ()) -> None:
        self.reason, self.troubles = reason, tuple(troubles)
        super().__init__("\n".join([reason, *(f"    {one}" for one in troubles)]))


@attrs.frozen(kw_only=True)
class Pairing:
    """Two feeds beside each other.

    Attributes: `same` (records that stand in both, to the letter); `lacks` (whether the second lacks any of the first);
    `since` (the position in the first before the first one lacking; None for its beginning); `differing` and `others`
    (the first few records that differ, and those that only the second has), with `more` for how many are not told;
    `erased` (how many of those that differ have lost their words in the first alone).
    """

    same: int
    lacks: bool
    since: Position | None
    differing: tuple[Trouble, ...]
    others: tuple[Trouble, ...]
    more: int
    erased: int

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """All that is told of."""
        return self.differing + self.others


def pairing(first: Feed, second: Feed, *, progress: Progress = lambda done: None) -> Pairing:
    """Pair the records of two feeds by their surrogates, and compare each pair to the letter.

    Both are read side by side, and a record waits only for its other half. Two journals of one order take no memory to
    speak of; of what comes after the second's end, nothing is read but whether there is any.
    """
    return _Pairing().of(first, second, progress)


class _Pairing:
    def __init__(self) -> None:
        self._lacking: dict[str, tuple[Position | None, StoredRecord]] = {}
        """Records of the first that wait for the second's, each with the position before it."""
        self._waiting: dict[str, StoredRecord] = {}
        """Records of the second that wait for the first's."""
        self._same = self._erased = self._more = 0
        self._differing: list[Trouble] = []

    def of(self, first: Feed, second: Feed, progress: Progress) -> Pairing:
        theirs = iter(second.read_all())
        before: Position | None = None
        ended = False
        for read, one in enumerate(first.read_all(), start=1):
            progress(read)
            if not ended:
                ended = not self._step(theirs)
            if one.surrogate in self._waiting:
                self._compare(one, self._waiting.pop(one.surrogate))
            else:
                self._lacking[one.surrogate] = (before, one)
                if ended and not self._waiting:
                    break
            before = one.position
            if len(self._waiting) > OUT_OF_STEP_MOST:
                break
        while len(self._waiting) <= OUT_OF_STEP_MOST and self._step(theirs):
            pass
        others = [Trouble(place_of(one), "only the target has it") for one in self._waiting.values()]
        # dictionaries keep the order of their keys: the first that lacks is the first of the source
        since, lacks = next(((before, True) for before, _ in self._lacking.values()), (None, False))
        more = self._more + max(0, len(others) - TOLD_MOST)
        return Pairing(
            same=self._same,
            lacks=lacks,
            since=since,
            differing=tuple(self._differing),
            others=tuple(others[:TOLD_MOST]),
            more=more,
            erased=self._erased,
        )

    def _step(self, theirs: Iterator[StoredRecord]) -> bool:
        """Take one record of the second; False where there is none left."""
        other = next(theirs, None)
        if other is None:
            return False
        if other.surrogate in self._lacking:
            self._compare(self._lacking.pop(other.surrogate)[1], other)
        else:
            self._waiting[other.surrogate] = other
        return True

    def _compare(self, one: StoredRecord, other: StoredRecord) -> None:
        if one == other:
            self._same += 1
            return
        self._erased += one.payload is None and other.payload is not None
        if len(self._differing) < TOLD_MOST:
            self._differing.append(Trouble(place_of(other), difference(one, other)))
        else:
            self._more += 1


def difference(one: StoredRecord, other: StoredRecord) -> str:
    """In what two records of one surrogate differ, in words."""
    parts = {
        "filings": one.about != other.about,
        "envelope": one.envelope != other.envelope,
        "words": one.payload != other.payload,
        "id": one.id != other.id,
        "seal": (one.plain, one.salted) != (other.plain, other.salted),
    }
    return f"another {', '.join(name for name, differs in parts.items() if differs)} than in the source"


# ---- copying


def copy(source: Feed, target: Target, *, progress: Progress = lambda done: None) -> int:
    """Append to the target what it lacks of the source; returns how many records that were.

    `progress` is told how many records of the source are done with. Raises `NotACopy` where the target holds anything
    else, `codec.WrittenLater` for a record that only a later version can read, and whatever the journals raise.
    """
    found = pairing(source, target)
    if found.troubles:
        raise NotACopy(_refusal(found), found.troubles)
    if not found.lacks:
        return 0
    return _Copying(target, progress, done=found.same).carry(source.read_all(after=found.since))


def _refusal(found: Pairing) -> str:
    if found.erased:
        return STILL_HAS_WORDS
    return "the target holds something else than the source: copy to a place that is empty, or that holds an older copy"


class _Copying:
    """Records on their way into a target."""

    def __init__(self, target: Journal, progress: Progress, *, done: int) -> None:
        self._target, self._progress, self._done = target, progress, done
        self._copied = 0

    def carry(self, records: Iterable[StoredRecord]) -> int:
        held: list[StoredRecord] = []
        for batch in _batches(records):
            # what cannot be filed yet waits for the records before it: a feed promises an order within homes alone
            held = self._append([*held, *batch])
            self._progress(self._done + self._copied)
        if held:
            raise NotACopy(
                f"{place_of(held[0])} and {len(held) - 1} more cannot be filed, since what comes before them is not in "
                "the source: examine it with iagcore verify; where somebody was erased while it was copied, make a new "
                "copy and delete this one"
            )
        return self._copied

    def _append(self, records: list[StoredRecord]) -> list[StoredRecord]:
        """Append what follows on from what the target has; what does not yet is given back."""
        following, early, expect = _in_order(records)
        try:
            self._target.append(following, expect=expect)
        except Conflict:
            return self._one_by_one(records)
        self._copied += len(following)
        return early

    def _one_by_one(self, records: list[StoredRecord]) -> list[StoredRecord]:
        """The same where the target is further than it seems, or less far: each record is looked for."""
        while True:
            early = [one for one in records if not self._settled(one)]
            if len(early) == len(records):
                return early
            records = early

    def _settled(self, record: StoredRecord) -> bool:
        """Whether the target has a record, or has it now; False where something has to come before it."""
        home = record.about[0]
        there = next(iter(self._target.read(home.subject, after=home.version - 1)), None)
        if there is not None and there.surrogate == record.surrogate:
            return True
        before = ((one.subject, one.version - 1) for one in record.about if one.version > 1)
        if any(next(iter(self._target.read(subject, after=last - 1)), None) is None for subject, last in before):
            return False
        try:
            self._target.append([record], expect={one.subject: one.version - 1 for one in record.about})
        except Conflict as error:
            raise NotACopy(f"the target is written to by somebody else: {error.subject} has moved on there") from None
        self._copied += 1
        return True


def _batches(records: Iterable[StoredRecord]) -> Iterator[list[StoredRecord]]:
    batch: list[StoredRecord] = []
    size = 0
    for one in records:
        _refuse_what_is_later(one)
        batch.append(one)
        size += len(one.envelope) + len(one.payload or b"")
        if len(batch) == RECORDS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _refuse_what_is_later(record: StoredRecord) -> None:
    try:
        codec.read_envelope(record)
    except codec.WrittenLater:
        raise
    except codec.UnreadableRecord:
        pass  # copied to the letter all the same: the examination afterwards says what is wrong with it


def _in_order(
    records: Sequence[StoredRecord],
) -> tuple[list[StoredRecord], list[StoredRecord], dict[str, int]]:
    """The records that follow on from each other, those that wait, and what the former expect of their subjects.

    The least version of a subject among them is taken to be the one that comes next.
    """
    least: dict[str, int] = {}
    for one in records:
        for filing in one.about:
            least[filing.subject] = min(filing.version, least.get(filing.subject, filing.version))
    reached = {subject: version - 1 for subject, version in least.items()}
    following: list[StoredRecord] = []
    early = list(records)
    while True:
        waiting = []
        for one in early:
            if all(filing.version == reached[filing.subject] + 1 for filing in one.about):
                reached.update((filing.subject, filing.version) for filing in one.about)
                following.append(one)
            else:
                waiting.append(one)
        if len(waiting) == len(early):
            break
        early = waiting
    subjects = {filing.subject for one in following for filing in one.about}
    return following, early, {subject: least[subject] - 1 for subject in subjects}
