"""A journal in memory: for tests, for trying things out, and for embedding where nothing needs to last.

It keeps every promise of `protocols` but the lasting one, with one lock: a writer holds it while it checks and keeps, a
reader only while it notes which records to hand out. What both it and any other store must ask of their caller stands
here too, as two plain functions, so that a host's own journal can use them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from iagcore.exceptions import Conflict
from iagcore.storage.forks import lock_for_a_moment
from iagcore.storage.protocols import Erasure, Pending, Position, StoredRecord, follow_on, heads, renamed


class MemoryJournal:
    """A `Journal`, `Feed` and `Erasable` that lives as long as the object; safe across threads."""

    def __init__(self) -> None:
        self._lock = lock_for_a_moment()
        self._kept: list[StoredRecord] = []
        """By position; a record's index is its position less one."""
        self._filed: dict[str, list[int]] = {}
        """By subject, the indices of its records in the order of their versions."""
        self._surrogates: set[str] = set()
        self._ids: set[tuple[str, str | None]] = set()
        """(home, id); records without an id are not in it."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records`, or none; see `protocols.Journal`."""
        follow_on(records, expect)
        with self._lock:
            self._hold(expect, heads(records))
            self._refuse_known(records)
            self._keep(records)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        """The records filed under `subject` after a version; see `protocols.Journal`."""
        with self._lock:
            found = [self._kept[index] for index in self._filed.get(subject, ())[after:]]
        yield from found

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        """Every record after a position; see `protocols.Feed`."""
        with self._lock:
            found = self._kept[int(after or 0) :]
        yield from found

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        """Remove what the renamed subjects said; see `protocols.Erasable`.

        Nothing is ever pending: it is removed from memory at once. Records that were read before are in their readers'
        hands. Raises `ValueError` where a renamed subject is not expected or a new name is not new.
        """
        follow_on(receipts, renamed(renames, expect))
        with self._lock:
            self._hold({**expect, **dict.fromkeys(renames.values(), 0)}, heads(receipts, renames))
            self._refuse_known(receipts)
            found = sorted({index for old in renames for index in self._filed.get(old, ())})
            worded = 0
            for index in found:
                record = self._kept[index]
                worded += (record.payload, record.id) != (None, None)
                self._ids.discard((record.home, record.id))
                about = tuple(
                    attrs.evolve(filing, subject=renames[filing.subject], salt=None)
                    if filing.subject in renames
                    else filing
                    for filing in record.about
                )
                self._kept[index] = attrs.evolve(record, about=about, payload=None, id=None)
            for old, new in renames.items():
                self._filed[new] = self._filed.pop(old, [])
            self._keep(receipts)
        return Erasure(worded)

    def pending(self) -> tuple[Pending, ...]:
        """Nothing, ever; see `protocols.Erasable`."""
        return ()

    def finish(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        """Nothing is left to do; see `protocols.Erasable`."""
        return ()

    def _hold(self, expect: Mapping[str, int], follows: Mapping[str, bytes]) -> None:
        for subject, expected in expect.items():
            found = len(self._filed.get(subject, ()))
            if found != expected:
                raise Conflict(subject, expected, found)
        for home, plain in follows.items():
            filed = (self._kept[index] for index in reversed(self._filed.get(home, ())))
            if next((record.plain for record in filed if record.home == home), b"") != plain:
                raise Conflict(home)

    def _refuse_known(self, records: Sequence[StoredRecord]) -> None:
        surrogates: set[str] = set()
        ids: set[tuple[str, str | None]] = set()
        for record in records:
            named = (record.home, record.id)
            if any(record.surrogate in known for known in (self._surrogates, surrogates)):
                raise Conflict(record.home)
            if any(named in known for known in (self._ids, ids)):
                raise Conflict(record.home)
            surrogates.add(record.surrogate)
            if record.id is not None:
                ids.add(named)

    def _keep(self, records: Sequence[StoredRecord]) -> None:
        for record in records:
            index = len(self._kept)
            self._kept.append(attrs.evolve(record, position=f"{index + 1:019d}", follows=None))
            self._surrogates.add(record.surrogate)
            if record.id is not None:
                self._ids.add((record.home, record.id))
            for filing in record.about:
                self._filed.setdefault(filing.subject, []).append(index)
