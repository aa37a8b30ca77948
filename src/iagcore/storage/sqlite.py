"""The journal in one SQLite file: the embedded default, with nothing to install and no server to run.

How each promise of `protocols` is kept:

- *Atomic, and a conflict under any interleaving.* A write is one `BEGIN IMMEDIATE` transaction, so there is one writer
  at a time in any process, and the expected versions are compared inside it, also those of subjects that are only read.
- *Durable once it returns.* `synchronous=FULL`: the disk has it before `COMMIT` comes back.
- *Readers never block writers.* The write-ahead log (WAL) gives each its own view, and a read fetches one page and lets
  go before the caller sees a record, so an iterator that is left lying holds nothing open.
- *`read_all` never skips a record that commits late.* A position is a row number, given inside the transaction; with
  one writer at a time rows commit in their order, and `AUTOINCREMENT` never gives a number twice.
- *Erased bytes are gone.* `secure_delete` overwrites what is deleted, but not the copies that SQLite leaves in a page
  when it moves rows to another. So an erasure ends by writing the whole file anew from what is left, folding the log
  into it and cutting the log to nothing. Where another connection holds that back, `erase` says so.

How the file is opened and shared, and what is said of one that cannot be used, is in `sqlite_file`: one exception,
`UnusableJournal`, with a sentence that says how to mend it. What the caller got wrong is a `ValueError`, raised before
the file is touched.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, Final

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.protocols import Erasure, Filing, Gone, Position, StoredRecord, follow_on, heads, renamed
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
        """Remove what the renamed subjects said; see `protocols.Erasable`.

        `Gone.COMPLETE` when neither the file nor its log holds a removed byte; `Gone.PENDING` when the file could not
        be written anew for now: `compact()` tries that again. Raises `ValueError` where a renamed subject is not
        expected or a new name is not new.
        """
        follow_on(receipts, renamed(renames, expect))
        with self._file.writing() as connection:
            _hold(connection, {**expect, **dict.fromkeys(renames.values(), 0)}, heads(receipts, renames))
            records = sum(connection.execute(_ERASE, (old,)).rowcount for old in renames)
            for statement in _RENAME:
                connection.executemany(statement, [(new, old) for old, new in renames.items()])
            _keep(connection, receipts)
        return erased_from_a_file(records, self.compact)

    def compact(self) -> Gone:
        """Write the file anew and cut its log to nothing, so that no byte erased before is left in either.

        Returns `Gone.PENDING` when another connection holds that back for longer than `wait`. Writers wait meanwhile,
        and it takes as much memory as the file is long: to erase many learners, name them in one call of `erase`.
        """
        if self._file.file() is None:
            return Gone.COMPLETE
        return Gone.COMPLETE if self._file.written_anew() else Gone.PENDING

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


def erased_from_a_file(records: int, compact: Callable[[], Gone]) -> Erasure:
    """What an erasure did, once `compact` has written the file anew; so many records lost their words."""
    backups = "Backups and copies made before are out of its reach: let them expire."
    try:
        gone = compact()
    except UnusableJournal as error:
        # the erasure stands, so an exception here would have it repeated
        note = f"The file could not be written anew: {error.reason}; then call compact(). {backups}"
        return Erasure(records, Gone.PENDING, note)
    if gone is Gone.COMPLETE:
        return Erasure(records, gone, f"Neither the journal's file nor its log holds it any more. {backups}")
    note = f"Another connection is at work, so its bytes may be left: end that, then call compact(). {backups}"
    return Erasure(records, gone, note)


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
