"""Journals whose readers or feed are broken."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Any

import attrs

from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Position, StoredRecord


class ReadsStale(MemoryJournal):
    """What was read once is read again from a cache."""

    def __init__(self) -> None:
        super().__init__()
        self._cache: dict[tuple[str, int], list[StoredRecord]] = {}

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        if (subject, after) not in self._cache:
            self._cache[subject, after] = list(super().read(subject, after=after))
        yield from self._cache[subject, after]


class BreaksBesideAppends(MemoryJournal):
    """An iterator goes over the store's own list, and stumbles when it grows."""

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        known = self._filed.get(subject, [])
        size = len(known)
        for place in list(known)[after:]:
            if len(known) != size:
                raise RuntimeError("the list changed its size while it was read")
            yield self._kept[place]


class BreaksBesideErasures(MemoryJournal):
    """An iterator looks its subject up again at each step, and stumbles when it was renamed."""

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        for place in range(after, len(self._filed.get(subject, []))):
            yield self._kept[self._filed[subject][place]]


class BlocksWhileRead(MemoryJournal):
    """A reader keeps writers out until it has finished."""

    def __init__(self) -> None:
        super().__init__()
        self._table = Lock()

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        with _Locked(self._table):
            yield from super().read(subject, after=after)

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with _Locked(self._table):
            super().append(records, expect=expect)


@attrs.frozen
class _Locked:
    """A lock that is given up after a tenth of a second, as a database does."""

    lock: Any

    def __enter__(self) -> None:
        if not self.lock.acquire(timeout=0.1):
            raise TimeoutError("the table is locked")

    def __exit__(self, *error: object) -> None:
        self.lock.release()


class ShowsHalfAppends(MemoryJournal):
    """All is checked first, and then each record is kept in a transaction of its own."""

    def _keep(self, records: Sequence[StoredRecord]) -> None:
        for record in records:
            super()._keep([record])
            if record is not records[-1]:
                self._lock.release()
                time.sleep(0.002)
                self._lock.acquire()


class SkipsOneAfterAPosition(MemoryJournal):
    """Going on from a position leaves out the next record."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        yield from islice(super().read_all(after=after), 0 if after is None else 1, None)


class SkipsLateCommits(MemoryJournal):
    """Positions are drawn when an append begins; one that takes long shows up behind a reader's back."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn = 0

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with self._lock:
            first = self._drawn + 1
            self._drawn += len(records)
        records = list(records)  # whoever takes their time over the records does it here
        time.sleep(0.001 + 0.004 * (first % 3))
        super().append(records, expect=expect)
        with self._lock:
            for place, record in enumerate(records):
                index = self._filed[record.home][record.about[0].version - 1]
                self._kept[index] = attrs.evolve(self._kept[index], position=f"{first + place:019d}")

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        with self._lock:
            found = sorted((record.position or "", place) for place, record in enumerate(self._kept))
            kept = list(self._kept)
        yield from (kept[place] for position, place in found if position > (after or ""))


class FeedsHomeByHome(MemoryJournal):
    """The feed comes in the order of homes, not in that of positions."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        yield from sorted(super().read_all(after=after), key=lambda record: record.home)


class FeedsOnceASubject(MemoryJournal):
    """A record filed under three subjects comes three times, as a join has it."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        for record in super().read_all(after=after):
            yield from [record] * len(record.about)
