"""Journals whose appends are broken, or change what they were given."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import attrs

from iagcore.exceptions import Conflict
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Filing, StoredRecord, follow_on, heads


class LosesUpdates(MemoryJournal):
    """The last writer wins: who comes second takes the place of who came first."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        try:
            super().append(records, expect=expect)
        except Conflict:
            with self._lock:
                for record in records:
                    places = self._filed.get(record.home, [])[record.about[0].version - 1 :][:1]
                    for place in places:
                        self._kept[place] = attrs.evolve(record, position=self._kept[place].position)


class LooksBeforeItLocks(MemoryJournal):
    """The versions are compared, and only then is the record written: two threads can come between."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with self._lock:
            self._hold(expect, heads(records))
            self._refuse_known(records)
        time.sleep(0.005)
        with self._lock:
            self._keep(records)


class SkewsWrites(MemoryJournal):
    """Only subjects that are written are held to what is expected, not those that were only read."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        written = {filing.subject for record in records for filing in record.about}
        super().append(records, expect={subject: expect[subject] for subject in expect if subject in written})


class TearsAppends(MemoryJournal):
    """Records are kept one by one, so the first stays when the second fails."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        reached = dict(expect)
        for record in records:
            super().append([record], expect=reached)
            reached.update({filing.subject: filing.version for filing in record.about})


class ReusesVersions(MemoryJournal):
    """Only a record's home is held to what is expected, so two records can take one version of a coach."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with self._lock:
            self._hold({record.home: expect[record.home] for record in records}, heads(records))
            self._refuse_known(records)
            self._keep(records)


class LeavesGaps(MemoryJournal):
    """Versions are not looked at, neither what the record carries nor what is expected."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with self._lock:
            self._keep(records)


class SwallowsConflicts(MemoryJournal):
    """What conflicts is dropped, and the writer believes it kept."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with suppress(Conflict):
            super().append(records, expect=expect)


class TakesAnIdAgain(MemoryJournal):
    """An id may come again in its home, and a surrogate in the store."""

    def _refuse_known(self, records: Sequence[StoredRecord]) -> None:
        pass


class TakesAnIdOnceForAll(MemoryJournal):
    """An id is unique in the whole store, so two journeys cannot both have a `first booking`."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        ids = {record.id for record in self._kept if record.id is not None}
        for record in records:
            if record.id in ids:
                raise Conflict(record.home)
        super().append(records, expect=expect)


class IgnoresHowHomesEnd(MemoryJournal):
    """What a record `follows` is not compared, so a home that began anew is taken for the one that was read."""

    def _hold(self, expect: Mapping[str, int], follows: Mapping[str, bytes]) -> None:
        super()._hold(expect, {})


class Changes(MemoryJournal, ABC):
    """A journal that keeps something other than what it was given."""

    def _keep(self, records: Sequence[StoredRecord]) -> None:
        super()._keep([self.changed(record) for record in records])

    @abstractmethod
    def changed(self, record: StoredRecord) -> StoredRecord:
        """What is kept in place of a record."""


class CutsAtAZeroByte(Changes):
    """A payload ends at its first zero byte."""

    def changed(self, record: StoredRecord) -> StoredRecord:
        return attrs.evolve(record, payload=record.payload and record.payload.split(b"\0")[0])


class TakesEmptyForNothing(Changes):
    """An empty payload is read as none."""

    def changed(self, record: StoredRecord) -> StoredRecord:
        return attrs.evolve(record, payload=record.payload or None)


class CutsLongPayloads(Changes):
    """A column takes 65,535 bytes and says nothing of the rest."""

    def changed(self, record: StoredRecord) -> StoredRecord:
        return attrs.evolve(record, payload=record.payload and record.payload[:65_535])


class CutsLongNames(Changes):
    """A column takes 64 bytes of a subject and says nothing of the rest."""

    def changed(self, record: StoredRecord) -> StoredRecord:
        def cut(filing: Filing) -> Filing:
            return attrs.evolve(
                filing, subject=filing.subject.encode("utf-8", "replace")[:64].decode("utf-8", "ignore")
            )

        return attrs.evolve(record, about=tuple(map(cut, record.about)))


class FoldsIds(MemoryJournal):
    """Ids are compared as people read them, without regard to case: one is taken by another's likeness."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        taken = {(one.home, (one.id or "").lower()): one.id for one in self._kept}
        for record in records:
            if taken.get((record.home, (record.id or "").lower()), record.id) != record.id:
                raise Conflict(record.home)
        super().append(records, expect=expect)


class FoldsNames(Changes):
    """Names are compared as people read them, without regard to case."""

    def changed(self, record: StoredRecord) -> StoredRecord:
        return attrs.evolve(
            record, about=tuple(attrs.evolve(filing, subject=filing.subject.lower()) for filing in record.about)
        )

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        return super().read(subject.lower(), after=after)
