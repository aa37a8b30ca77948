"""The journal in one SQLite file: the embedded default, with nothing to install and no server to run.

How each promise of `protocols` is kept:

- *Atomic, and a conflict under any interleaving.* A write is one `BEGIN IMMEDIATE` transaction, so there is one writer
  at a time in any process, and the expected versions are compared inside it, also those of subjects that are only read.
- *Durable once it returns.* `synchronous=FULL`: the disk has it before `COMMIT` comes back.
- *Readers never block writers.* The write-ahead log (WAL) gives each its own view, and a read fetches one page and lets
  go before the caller sees a record, so an iterator that is left lying holds nothing open.
- *`read_all` never skips a record that commits late.* A position is a row number, given inside the transaction; with
  one writer at a time rows commit in their order, and `AUTOINCREMENT` never gives a number twice.
- *Erased bytes are gone, or are said to be pending.* `secure_delete` overwrites what is deleted, but not the copies
  that SQLite leaves in a page when it moves rows to another. So an erasure ends by writing the whole file anew from
  what is left, folding the log into it and cutting the log to nothing, and then looks for what it removed. The
  transaction that erases leaves a mark, which goes last. After a kill, or beside a reader that holds old bytes, it
  still says that something is pending, to any process, until `finish` has done it.

How the file is opened and shared, and what is said of one that cannot be used, is in `sqlite_file`: one exception,
`UnusableJournal`, with a sentence that says how to mend it. What the caller got wrong is a `ValueError`, raised before
the file is touched.
"""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.erased_bytes import left_in, not_kept, pieces_of
from iagcore.storage.protocols import Erasure, Filing, Pending, Position, StoredRecord, follow_on, heads, renamed
from iagcore.storage.sqlite_file import IN_MEMORY, PRIVATE, OnAFile, SQLiteFile, Store

APPLICATION_ID = 0x49414743
"""`IAGC` in the file's header: how a journal is told from somebody else's database."""
SCHEMA_VERSION = 1
"""In `PRAGMA user_version`. A file of a later version is refused, since what it means is not known here."""

SCHEMA = (
    # The payload comes last, so that a query that does not ask for it never turns to the pages it overflows to.
    """CREATE TABLE record (
           position  INTEGER PRIMARY KEY AUTOINCREMENT,
           surrogate TEXT NOT NULL UNIQUE,
           home      TEXT NOT NULL,
           id        TEXT,
           plain     BLOB NOT NULL,
           salted    BLOB NOT NULL,
           envelope  BLOB NOT NULL,
           payload   BLOB,
           UNIQUE (home, id)
       ) STRICT""",
    """CREATE TABLE about (
           subject    TEXT NOT NULL,
           version    INTEGER NOT NULL,
           surrogate  TEXT NOT NULL,
           place      INTEGER NOT NULL,
           commitment BLOB NOT NULL,
           salt       BLOB,
           PRIMARY KEY (subject, version)
       ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX about_record ON about (surrogate, place)",
    "CREATE TABLE pending (mark TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT, WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

SETTINGS = (
    "PRAGMA synchronous = FULL",
    # macOS says that a file is synced before the disk has it, unless it is asked twice; elsewhere this does nothing
    "PRAGMA fullfsync = ON",
    "PRAGMA secure_delete = ON",
    # what SQLite puts aside inside a statement may hold words that an erasure could not find again
    "PRAGMA temp_store = MEMORY",
)
"""What every connection is set to; the write-ahead log is a property of the file and is set once."""

_VERSIONS = """WITH asked (subject) AS (VALUES {})
               SELECT subject, (SELECT max(version) FROM about WHERE about.subject = asked.subject) FROM asked"""

_LAST = """SELECT plain FROM about JOIN record USING (surrogate)
           WHERE subject = ? AND place = 0 ORDER BY version DESC LIMIT 1"""

_KEEP = """INSERT INTO record (surrogate, home, id, plain, salted, envelope, payload) VALUES (?, ?, ?, ?, ?, ?, ?)"""

_FILE = """INSERT INTO about (subject, version, surrogate, place, commitment, salt) VALUES (?, ?, ?, ?, ?, ?)"""

# One row a filing. The first filing of a record carries the record's bytes, so that they are fetched once.
_ROW = """record.position, record.surrogate, id, plain, salted, envelope, CASE filed.place WHEN 0 THEN payload END,
          filed.subject, filed.version, filed.commitment, filed.salt"""

_READ = f"""SELECT {_ROW} FROM about AS asked JOIN record USING (surrogate) JOIN about AS filed USING (surrogate)
            WHERE asked.subject = ? AND asked.version > ? AND asked.version <= ?
            ORDER BY asked.version, filed.place"""

_READ_ALL = f"""SELECT {_ROW} FROM record JOIN about AS filed USING (surrogate)
                WHERE position IN (SELECT position FROM record WHERE position > ? ORDER BY position LIMIT ?)
                ORDER BY position, filed.place"""

_ERASE = """UPDATE record SET payload = NULL, id = NULL
            WHERE (payload IS NOT NULL OR id IS NOT NULL)
              AND surrogate IN (SELECT surrogate FROM about WHERE subject = ?)"""

_RENAME = (
    "UPDATE record SET home = ? WHERE home = ?",
    "UPDATE about SET subject = ?, salt = NULL WHERE subject = ?",
)

_WORDED = """SELECT payload, id FROM record WHERE surrogate IN (SELECT surrogate FROM about WHERE subject = ?)"""

_MARK = "INSERT OR REPLACE INTO pending (mark, since) VALUES (?, date('now'))"

_ALL_THAT_IS_KEPT = (
    "SELECT surrogate, home, id, plain, salted, envelope, payload FROM record",
    "SELECT subject, surrogate, commitment, salt FROM about",
    "SELECT mark, since FROM pending",
    "SELECT sql FROM sqlite_master",
)

WHERE: Final = "the journal's file and its log"
FINISH: Final = "run iagcore journal finish"
_PAGE = 256
"""Records fetched at once."""
_ASKED_AT_ONCE = 500
"""Subjects whose versions one statement asks for; SQLite limits the parameters of a statement."""

STORE: Final = Store(
    application_id=APPLICATION_ID,
    version=SCHEMA_VERSION,
    schema=SCHEMA,
    settings=SETTINGS,
    unusable=UnusableJournal,
    damaged="write nothing more to it, and restore the last backup",
    reopen="SQLiteJournal(path)",
)


class SQLiteJournal(OnAFile):
    """A `Journal`, `Feed` and `Erasable` in one file, for many threads and many processes.

    `path` is the file; it is made by the first append, while reading one that does not exist yields nothing. `wait` is
    how many seconds a write waits for others to finish before it gives up. `mode` is the mode of a file that is made:
    its owner's alone, unless a host gives one that a group shares, such as `0o660`. Every method raises
    `UnusableJournal` where the file cannot be used. `close()`, or leaving the `with` block, closes what is open; the
    file is one piece then.
    """

    def __init__(self, path: str | os.PathLike[str], *, wait: float = 5.0, mode: int = PRIVATE) -> None:
        if os.fspath(path) == IN_MEMORY:
            raise ValueError("`:memory:` names no file: use MemoryJournal() for a journal that is not to last")
        super().__init__(SQLiteFile(os.fspath(path), STORE, wait=wait, mode=mode))

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._file.path

    def open_to(self) -> str | None:
        """Who else than its owner may read or write the file, and how to end that; None where its mode is narrow."""
        return self._file.open_to()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records`, or none; see `protocols.Journal`."""
        follow_on(records, expect)
        with self._file.writing() as connection:
            _hold(connection, expect, heads(records))
            _keep(connection, records)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        """The records filed under `subject` after a version; see `protocols.Journal`."""
        while True:
            page = self._page(_READ, (subject, after, after + _PAGE))
            yield from page
            if len(page) < _PAGE:
                return
            after += _PAGE

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        """Every record after a position; see `protocols.Feed`."""
        while page := self._page(_READ_ALL, (int(after or 0), _PAGE)):
            yield from page
            after = page[-1].position

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        """Remove what the renamed subjects said; see `protocols.Erases`.

        Nothing is pending once the file was written anew, its log has no byte and it no free page, and nothing that was
        removed is found in either. Until then a mark stands in the file, which the erasing transaction wrote. Raises
        `ValueError` where a renamed subject is not expected or a new name is not new.
        """
        follow_on(receipts, renamed(renames, expect))
        with self._file.writing() as connection:
            _hold(connection, {**expect, **dict.fromkeys(renames.values(), 0)}, heads(receipts, renames))
            removed = _removed(connection, renames)
            records = sum(connection.execute(_ERASE, (old,)).rowcount for old in renames)
            for statement in _RENAME:
                connection.executemany(statement, [(new, old) for old, new in renames.items()])
            _keep(connection, receipts)
            # the new name of the first is random, and no mark has it yet
            connection.executemany(_MARK, [(new,) for new in list(renames.values())[:1]])
        try:
            return Erasure(records, self._finish(removed))
        except UnusableJournal as error:
            # the erasure stands, so an exception here would have it repeated
            return Erasure(records, (Pending(WHERE, f"{error.reason}; then {FINISH}"),))

    def pending(self) -> tuple[Pending, ...]:
        """Whether the file or its log may still have erased bytes; see `protocols.Erasable`."""
        with self._file.reading() as connection:
            marks = _marks(connection)
        return (Pending(WHERE, FINISH, min(marks.values())),) if marks else ()

    def finish(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        """Write the file anew and cut its log to nothing, where an erasure is pending; see `protocols.Erasable`.

        Something is pending still where another connection holds that back for longer than `wait`. Writers wait
        meanwhile, and it takes as much memory as the file is long: to erase many learners, name them in one call of
        `erase`.
        """
        return self._finish(())

    def _finish(self, removed: Collection[bytes]) -> tuple[Pending, ...]:
        with self._file.reading() as connection:
            marks = _marks(connection)
        if not marks:
            return ()
        since = min(marks.values())
        if not self._file.written_anew():
            return (Pending(WHERE, f"another program is using the file: close it, then {FINISH}", since),)
        if self._has_any_of(removed):
            return (Pending(WHERE, f"some of it was found there although the file was written anew: {FINISH}", since),)
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM pending WHERE mark = ?", [(mark,) for mark in marks])
        self._file.cut_log()
        return self.pending()

    def _has_any_of(self, removed: Collection[bytes]) -> bool:
        found = left_in(self._file.bytes_kept(), removed)
        if not found:
            return False
        with self._file.borrow(writing=True) as connection:
            kept = chain.from_iterable(connection.execute(statement) for statement in _ALL_THAT_IS_KEPT)
            return bool(not_kept(found, kept))

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """The connection that this thread's next statements will use, made ready to write.

        Private, and kept for tests and benchmarks that count statements: `with journal._connection() as connection:
        connection.set_trace_callback(...)`. A thread alone with the journal gets the same one every time.
        """
        return self._file.borrow(writing=True)

    def _page(self, statement: str, parameters: tuple[object, ...]) -> list[StoredRecord]:
        with self._file.reading() as connection:
            return [] if connection is None else _records(connection.execute(statement, parameters).fetchall())


def _hold(connection: sqlite3.Connection, expect: Mapping[str, int], follows: Mapping[str, bytes]) -> None:
    """Raise `Conflict` where a subject is not at the version expected, or a home does not end as it did."""
    subjects = list(expect)
    for start in range(0, len(subjects), _ASKED_AT_ONCE):
        asked = subjects[start : start + _ASKED_AT_ONCE]
        for subject, version in connection.execute(_VERSIONS.format(", ".join(["(?)"] * len(asked))), asked).fetchall():
            found = version or 0
            if found != expect[subject]:
                raise Conflict(subject, expect[subject], found)
    for home, plain in follows.items():
        last = connection.execute(_LAST, (home,)).fetchone()
        if (last[0] if last else b"") != plain:
            raise Conflict(home)


def _keep(connection: sqlite3.Connection, records: Sequence[StoredRecord]) -> None:
    for kept in records:
        row = (kept.surrogate, kept.home, kept.id, kept.plain, kept.salted, kept.envelope, kept.payload)
        try:
            connection.execute(_KEEP, row)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise Conflict(kept.home) from error
            raise
    connection.executemany(
        _FILE,
        [
            (filing.subject, filing.version, kept.surrogate, place, filing.commitment, filing.salt)
            for kept in records
            for place, filing in enumerate(kept.about)
        ],
    )


def _removed(connection: sqlite3.Connection, renames: Mapping[str, str]) -> set[bytes]:
    """Pieces of all that an erasure is about to remove."""
    rows = (row for old in renames for row in connection.execute(_WORDED, (old,)))
    return {piece for payload, id in rows for piece in pieces_of(payload, id)} | {old.encode() for old in renames}


def _marks(connection: sqlite3.Connection | None) -> dict[str, date]:
    """The erasures that are pending, and the day of each."""
    rows = () if connection is None else connection.execute("SELECT mark, since FROM pending").fetchall()
    return {mark: date.fromisoformat(since) for mark, since in rows}


def _records(rows: Iterable[tuple[Any, ...]]) -> list[StoredRecord]:
    """Put together the records whose rows, one a filing, stand next to each other."""
    found = []
    for _, filed in groupby(rows, key=lambda row: row[0]):
        first, *others = filed
        position, surrogate, id, plain, salted, envelope, payload = first[:7]
        about = tuple(Filing(*row[7:]) for row in (first, *others))
        found.append(
            StoredRecord(
                surrogate=surrogate,
                about=about,
                envelope=envelope,
                payload=payload,
                id=id,
                plain=plain,
                salted=salted,
                position=f"{position:019d}",
            )
        )
    return found
