"""Journals in a file that lose what they should keep, or keep what they should lose."""

import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Lock

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage import sqlite
from iagcore.storage.protocols import Erasure, Pending, StoredRecord, follow_on, heads, renamed
from iagcore.storage.sqlite import SQLiteJournal


class OnAFile(SQLiteJournal):
    """A journal that lasts, in a file at `path`; without one, in a new folder that goes with the object."""

    def __init__(self, path: Path | None = None) -> None:
        self._folder = None if path else tempfile.TemporaryDirectory(prefix="iagcore-")
        super().__init__(path or Path(self._folder.name if self._folder else "", "casebook.db"), wait=20)

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
            with self._file.writing() as connection:
                sqlite._keep(connection, [record])
            time.sleep(0.005 if record is not records[-1] else 0.0)


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
                with self._file.writing() as connection:
                    sqlite._keep(connection, records)
            except UnusableJournal as error:  # the key was taken meanwhile
                raise Conflict(records[0].home) from error


class WritesOver(OnAFile):
    """The versions are compared outside the transaction that writes, and what is there by then is written over."""

    _of_this_process = Lock()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with self._of_this_process:
            with self._connection() as connection:
                sqlite._hold(connection, expect, heads(records))
            time.sleep(0.002)
            taken = [(filing.subject, filing.version) for record in records for filing in record.about]
            with self._file.writing() as connection:
                connection.executemany("DELETE FROM about WHERE (subject, version) = (?, ?)", taken)
                sqlite._keep(connection, records)


class ErasesStepByStep(OnAFile):
    """Each step of an erasure is committed by itself: a kill comes in between."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        follow_on(receipts, renamed(renames, expect))
        with self._connection() as connection:
            sqlite._hold(connection, expect, heads(receipts, renames))
        records = 0
        for old, new in renames.items():
            for statement, asked in ((sqlite._ERASE, (old,)), *((one, (new, old)) for one in sqlite._RENAME)):
                with self._file.writing() as connection:
                    changed = connection.execute(statement, asked).rowcount
                records += changed if statement is sqlite._ERASE else 0
                time.sleep(0.006)
        with self._file.writing() as connection:
            sqlite._keep(connection, receipts)
        return Erasure(records, (Pending("the file", "call finish()"),))


class SaysTooSoonThatBytesAreGone(OnAFile):
    """What was erased is called gone, though the file has not been written anew."""

    def _finish(self, removed: Collection[bytes]) -> tuple[Pending, ...]:
        with self._file.writing() as connection:
            connection.execute("DELETE FROM pending")
        return ()


class KnowsOfNothingPending(OnAFile):
    """Only the call that erases says what is pending: whoever opens the journal after a kill is told of nothing."""

    def _finish(self, removed: Collection[bytes]) -> tuple[Pending, ...]:
        time.sleep(0.02)
        return super()._finish(removed)

    def pending(self) -> tuple[Pending, ...]:
        return ()


class FinishesInWordsAlone(OnAFile):
    """Finishing takes the mark away, and the bytes stay."""

    def _finish(self, removed: Collection[bytes]) -> tuple[Pending, ...]:
        time.sleep(0.02)
        return super()._finish(removed)

    def finish(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        with self._file.writing() as connection:
            connection.execute("DELETE FROM pending")
        return ()


class TellsOneThingAndKeepsAnother(OnAFile):
    """The call that erases says that nothing is pending, and the store that something is."""

    def _finish(self, removed: Collection[bytes]) -> tuple[Pending, ...]:
        super()._finish(removed)
        return ()

    def pending(self) -> tuple[Pending, ...]:
        return (Pending("the file", "call finish()"),) if list(self.read_all()) else ()
