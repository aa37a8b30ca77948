"""Journals in a file that lose what they should keep, or keep what they should lose."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage import sqlite
from iagcore.storage.protocols import Erasure, Gone, StoredRecord, follow_on, heads
from iagcore.storage.sqlite import SQLiteJournal


class OnAFile(SQLiteJournal):
    """A journal that lasts, in a file at `path`; without one, in a new folder that goes with the object."""

    def __init__(self, path: Path | None = None) -> None:
        self._folder = None if path else tempfile.TemporaryDirectory(prefix="iagcore-")
        self.path = path or Path(self._folder.name if self._folder else "", "casebook.db")
        super().__init__(self.path, wait=20)

    def close(self) -> None:
        super().close()
        if self._folder:
            self._folder.cleanup()


class ForgetsOnReopen(OnAFile):
    """An append returns when the record is in memory, and the file has it only with the next."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path)
        self._waiting: tuple[list[StoredRecord], dict[str, int]] | None = None

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self._write()
        self._waiting = list(records), dict(expect)

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        self._write()
        return super().erase(renames, expect=expect, receipts=receipts)

    def _write(self) -> None:
        if self._waiting:
            before, self._waiting = self._waiting, None
            super().append(before[0], expect=before[1])

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        yield from super().read(subject, after=after)
        for record in self._waiting[0] if self._waiting else ():
            if any(filing.subject == subject and filing.version > after for filing in record.about):
                yield record


class CommitsOneByOne(OnAFile):
    """The versions are compared first, and then each record is committed by itself: a kill comes in between."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with self._connection() as connection:
            sqlite._hold(connection, expect, heads(records))
        for record in records:
            with self._writing() as connection:
                sqlite._keep(connection, [record])
            time.sleep(0.001)


class LocksItsThreadsAlone(OnAFile):
    """The versions are compared under a lock of this process, outside the transaction that writes.

    The key of the table still stops two who write one version, in any process; a subject that is only read has no key.
    """

    _of_this_process = Lock()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with self._of_this_process:
            with self._connection() as connection:
                sqlite._hold(connection, expect, heads(records))
            records = list(records)
            try:
                with self._writing() as connection:
                    sqlite._keep(connection, records)
            except UnusableJournal as error:  # the key was taken meanwhile
                raise Conflict(records[0].home) from error


class SaysTooSoonThatBytesAreGone(OnAFile):
    """What was erased is called gone, though the file has not been written anew."""

    def compact(self) -> Gone:
        return Gone.COMPLETE
