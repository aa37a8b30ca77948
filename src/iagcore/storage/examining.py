"""Examining a journal: whether the seal proves what it holds, and what is altered, moved or missing.

It reads the whole feed once, and every subject once more. Of each record it asks whether its envelope is its own and
names as many subjects as it is filed under; of each subject, whether its versions run on without a gap; of each home,
what the seal says. Whatever cannot be read is told and passed by, so that one bad record hides none of the others.

Only a digest kept elsewhere shows that the end of a home was cut off together with every filing that went with it; a
store that counts its own records, as SQLite's does, may know more (`salvaging`).
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import attrs

from iagcore.entries import KIND_BY_NAME
from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.parties import role_of
from iagcore.record.records import PolicyKept, Record, Sort, UnreadEntry
from iagcore.storage import codec, sealing
from iagcore.storage.stored import StoredRecord

Progress = Callable[[int], None]
"""Told how many records were looked at so far."""


class Readable(Protocol):
    """What an examination reads: a journal's subjects one by one, and its feed."""

    def read(self, subject: str) -> Iterator[StoredRecord]:
        """See `protocols.Journal`."""
        ...

    def read_all(self) -> Iterator[StoredRecord]:
        """See `protocols.Feed`."""
        ...


@attrs.frozen
class Trouble:
    """Something that is not as it was written: `where` (a home, a subject or a part of the store), and `what`."""

    where: str
    what: str

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.where}: {self.what}"


@attrs.frozen(kw_only=True)
class Examination:
    """What came of it: how much was read, how many entries are of a later version's kinds, and every trouble."""

    records: int
    homes: int
    erased: int
    unread: int
    troubles: tuple[Trouble, ...]


def examine(
    journal: Readable, *, progress: Progress = lambda done: None, kinds: codec.Kinds = KIND_BY_NAME
) -> Examination:
    """Examine a whole journal. Raises whatever the journal raises where it cannot be read at all."""
    return _Examining(journal, progress, kinds).examination()


class _Examining:
    """One examination, and what it has found so far."""

    def __init__(self, journal: Readable, progress: Progress, kinds: codec.Kinds) -> None:
        self._journal, self._progress, self._kinds = journal, progress, kinds
        self._troubles: list[Trouble] = []
        self._reached: dict[str, int] = {}
        """By subject, the last version that it had when it was read; the feed may give what came after that, too."""
        self._policies: dict[str, str] = {}
        """By fingerprint, the first home that was judged under it."""
        self._kept: set[str] = set()
        self._records = self._homes = self._erased = self._unread = 0
        self._in_feed = self._in_homes = 0

    def examination(self) -> Examination:
        for stored in self._journal.read_all():
            self._records += 1
            self._look_at(stored)
            for filing in stored.about:
                if filing.subject not in self._reached:
                    self._reached[filing.subject] = self._follow(filing.subject)
            self._in_feed += stored.about[0].version <= self._reached[stored.home]
            self._progress(self._records)
        if self._in_homes != self._in_feed:
            what = f"its feed gives {self._in_feed} records, and the homes read one by one give {self._in_homes}"
            self._troubles.append(Trouble("the journal", what))
        for fingerprint in sorted(self._policies.keys() - self._kept):
            what = f"the policy {fingerprint}, under which it was judged, is not in the journal"
            self._troubles.append(Trouble(self._policies[fingerprint], what))
        return Examination(
            records=self._records,
            homes=self._homes,
            erased=self._erased,
            unread=self._unread,
            troubles=tuple(self._troubles),
        )

    def _look_at(self, stored: StoredRecord) -> None:
        """A record by itself: what its envelope says of it, and whether its words can be read."""
        place = place_of(stored)
        try:
            envelope = codec.read_envelope(stored)
            if envelope.surrogate != stored.surrogate:
                self._tell(place, "its envelope is that of another record")
            if envelope.subjects != len(stored.about):
                self._tell(place, f"{envelope.subjects} filings belong to it, and {len(stored.about)} are there")
            if envelope.sort is not Sort.RECEIPT:
                self._policies.setdefault(envelope.policy, stored.home)
            if stored.payload is None or stored.id is None:
                self._erased += 1  # whether a receipt licenses that, the seal says
                return
            record = codec.decode(stored, self._kinds)
        except codec.UnreadableRecord as error:
            self._tell(place, f"it cannot be read: {error.reason}")
            return
        self._unread += is_unread(record)
        if isinstance(record.entry, PolicyKept):
            self._kept.add(record.policy)

    def _follow(self, subject: str) -> int:
        """A subject by itself: its versions, and, where it is a home, the seal over its chain. Its last version."""
        filed = list(self._journal.read(subject))
        own = [one for one in filed if one.home == subject]
        # what is missing of a home's own versions, the seal says
        sealed = bool(own) and role_of(subject) != "coach"
        expected = 1
        for stored in filed:
            version = next((one.version for one in stored.about if one.subject == subject), None)
            if version is None:
                self._tell(place_of(stored), f"it is found under {subject}, where it was not filed")
                continue
            if version != expected and not sealed:
                self._tell(f"{subject}, version {version}", f"version {expected} is missing before it")
            expected = version + 1
        self._in_homes += len(own)
        self._homes += bool(own)
        for found in sealing.alterations(own, licences=codec.licences(own)):
            self._tell(f"{subject}, version {found.version}", found.what)
        return expected - 1

    def _tell(self, where: str, what: str) -> None:
        self._troubles.append(Trouble(where, what))


def is_unread(record: Record) -> bool:
    """Whether a record's entry, or the one that a correction puts in its place, is of a later version's kind."""
    entry = record.entry
    return isinstance(entry.entry if isinstance(entry, EntryCorrected) else entry, UnreadEntry)


def place_of(stored: StoredRecord) -> str:
    """Where a record stands, in words."""
    return f"{stored.home}, version {stored.about[0].version}"
