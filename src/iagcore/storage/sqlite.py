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

Whatever keeps the file from being used is one exception, `UnusableJournal`, with a sentence that says how to mend it:
the reasons are a table below. What the caller got wrong is a `ValueError`, raised before the file is touched.
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from pathlib import Path
from threading import Condition, RLock
from types import TracebackType
from typing import Any, Final, Self
from weakref import WeakSet, finalize

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.protocols import Erasure, Filing, Gone, Position, StoredRecord, follow_on, heads, renamed

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

_EXAMINE = """SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
              FROM pragma_application_id, pragma_user_version"""

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
_IDLE_MOST = 8
"""Connections kept open for the next use."""

REASONS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: "another process has held it locked for more than {wait:g} s, and nothing was written; "
    "try again, or find the process that is still writing",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; let this user read and write the file and its folder",
    sqlite3.SQLITE_CORRUPT: "it is damaged; write nothing more to it, and restore the last backup",
    sqlite3.SQLITE_FULL: "the disk is full, and nothing was written; make room and try again",
    sqlite3.SQLITE_IOERR: "the disk reports an error ({error}); check the disk and try again under the same id",
    sqlite3.SQLITE_NOTADB: "it is no journal but a file of some other kind; name a journal, or a file yet to be made",
    sqlite3.SQLITE_READONLY: "it is read-only, so it can be read but nothing can be added; "
    "make the file and its folder writable",
}
"""By SQLite's primary result code. Anything else is told in SQLite's own words."""


class SQLiteJournal:
    """A `Journal`, `Feed` and `Erasable` in one file, for many threads and many processes.

    `path` is the file; it is made by the first append, while reading one that does not exist yields nothing. `wait` is
    how many seconds a write waits for others to finish before it gives up. Every method raises `UnusableJournal` where
    the file cannot be used. `close()`, or leaving the `with` block, closes what is open; the file is one piece then.
    """

    def __init__(self, path: str | os.PathLike[str], *, wait: float = 5.0) -> None:
        if os.fspath(path) == ":memory:":
            raise ValueError("`:memory:` names no file: use MemoryJournal() for a journal that is not to last")
        self._connections = _Connections(os.fspath(path), wait)
        finalize(self, self._connections.close)

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records`, or none; see `protocols.Journal`."""
        follow_on(records, expect)
        with self._writing() as connection:
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
        with self._writing() as connection:
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
        if self._connections.file() is None:
            return Gone.COMPLETE
        with self._connection() as connection:
            try:
                connection.execute("VACUUM")
                [(held_back, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                if _primary(error) != sqlite3.SQLITE_BUSY:
                    raise
                return Gone.PENDING
        return Gone.PENDING if held_back else Gone.COMPLETE

    def close(self) -> None:
        """Close every connection; using the journal afterwards raises `UnusableJournal`."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connection(self) -> "AbstractContextManager[sqlite3.Connection]":
        """The connection that this thread's next statements will use, made ready to write.

        Private, and kept for tests and benchmarks that count statements: `with journal._connection() as connection:
        connection.set_trace_callback(...)`. A thread alone with the journal gets the same one every time.
        """
        return self._connections.borrow(writing=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection, _transaction(connection):
            yield connection

    def _page(self, statement: str, parameters: tuple[object, ...]) -> list[StoredRecord]:
        if self._connections.file() is None:
            return []
        with self._connections.borrow(writing=False) as connection:
            # a file without tables is what a first append leaves that was cut off: an empty journal
            return _records(connection.execute(statement, parameters).fetchall()) if connection.made else []


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


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
        found.append(StoredRecord(surrogate, about, envelope, payload, id, plain, salted, f"{position:019d}"))
    return found


class _Connection(sqlite3.Connection):
    """A connection and what is known of its file."""

    file: tuple[int, int] | None = None
    """Device and number of the file it is open on."""
    made = False
    """Whether the tables are there."""
    logs_ahead = False
    """Whether it has seen to the write-ahead log."""
    lasting = True
    """Whether it may be used again; not one that takes the file to be frozen."""


class _Connections:
    """The open connections of one journal: each for one thread at a time, none carried over a fork.

    SQLite keeps count of its file locks in the memory of the process. A forked child inherits the count but not the
    locks, so even a connection that the child opens by itself would believe itself protected and is not. Therefore what
    is open is closed before a fork, and a child that inherits a connection in the middle of its work uses none at all.
    """

    def __init__(self, name: str, wait: float) -> None:
        self.name, self.wait = name, wait
        self._path = Path(name).absolute()
        self._idle: list[_Connection] = []
        self._in_use = 0
        self._closed = self._torn = False
        self._gate = Condition(RLock())
        with _DOOR:
            _EVERY.add(self)

    def file(self) -> tuple[int, int] | None:
        """Device and number of the journal's file, or None where it does not exist."""
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if not self._path.parent.is_dir():
                raise self._unusable(f"there is no folder {self._path.parent}; make it, or mend the path") from None
            return None
        except OSError as error:
            raise self._unusable(f"it cannot be looked at ({error.strerror}); let this user into its folder") from error
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            raise self._unusable(f"it is {what}; name a file")
        return found.st_dev, found.st_ino

    @contextmanager
    def borrow(self, *, writing: bool) -> Iterator[_Connection]:
        """A connection for the length of the `with` block; what SQLite reports inside it is put into a sentence."""
        connection, fit = self._take(), True
        try:
            if connection is None:
                connection = self._open(writing=writing)
            if writing and not connection.logs_ahead:
                self._prepare(connection)
            yield connection
        except sqlite3.Error as error:
            fit = False
            raise self._unusable(_sentence(error, self.wait)) from error
        finally:
            self._give_back(connection, fit=fit)

    def close(self) -> None:
        with self._gate:
            self._closed = True
            self._close_idle()

    def before_fork(self) -> None:
        self._gate.acquire()
        self._gate.wait_for(lambda: not self._in_use, timeout=self.wait)
        self._close_idle()

    def after_fork(self, *, child: bool) -> None:
        self._torn = self._torn or (child and self._in_use > 0)
        self._gate.release()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> _Connection | None:
        file = self.file()
        with _DOOR, self._gate:
            if self._closed:
                raise self._unusable("it was closed; open it again with SQLiteJournal(path)")
            if self._torn:
                raise self._unusable(
                    "the process was forked while another thread was using it; fork earlier, or spawn the process"
                )
            self._in_use += 1
            while self._idle:
                connection = self._idle.pop()
                if connection.file == file:
                    return connection
                connection.close()  # another file has been put in its place, a restored backup perhaps
            return None

    def _give_back(self, connection: _Connection | None, *, fit: bool) -> None:
        with self._gate:
            self._in_use -= 1
            self._gate.notify_all()
            if connection is None:
                return
            if fit and connection.made and connection.lasting and not self._closed and len(self._idle) < _IDLE_MOST:
                self._idle.append(connection)
            else:
                connection.close()

    def _open(self, *, writing: bool) -> _Connection:
        if sqlite3.sqlite_version_info < (3, 37):
            raise self._unusable(f"it needs SQLite 3.37 or later, and this Python has {sqlite3.sqlite_version}")
        try:
            return self._connect("mode=rwc" if writing else "mode=rw")
        except sqlite3.OperationalError as error:
            if writing or _primary(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
        # Where nothing may be written SQLite cannot take part in a log, but a file without one can be read as it is.
        log = Path(f"{self._path}-wal")
        if log.exists() and log.stat().st_size:
            raise self._unusable(
                f"its latest records are in {log.name} beside it, and nothing may be written here to fold them in; "
                "copy both files to a folder that may be written, and read them there"
            )
        connection = self._connect("mode=ro&immutable=1")
        connection.lasting = False
        return connection

    def _connect(self, mode: str) -> _Connection:
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?{mode}",
            uri=True,
            timeout=self.wait,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )
        try:
            for setting in SETTINGS:
                connection.execute(setting)
            connection.made = self._examine(connection)
            connection.file = self.file()
        except BaseException:
            connection.close()
            raise
        return connection

    def _examine(self, connection: _Connection) -> bool:
        """Whether the journal's tables are there; False for an empty file. Raises where it is no journal of ours."""
        [(application, version, tables)] = connection.execute(_EXAMINE).fetchall()
        if (application, version) == (APPLICATION_ID, SCHEMA_VERSION):
            return True
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            raise self._unusable(
                f"it was written by a later iagcore (schema {version}, where this one knows {SCHEMA_VERSION}); "
                "install that version"
            )
        if application or tables:
            raise self._unusable("it is a database of some other program; name a journal, or a file yet to be made")
        return False

    def _prepare(self, connection: _Connection) -> None:
        self._log_ahead(connection)
        if not connection.made:
            with _transaction(connection):
                if not self._examine(connection):  # another process may have been first
                    for statement in SCHEMA:
                        connection.execute(statement)
            connection.made = True
        connection.logs_ahead = True

    def _log_ahead(self, connection: _Connection) -> None:
        # Changing the mode does not wait for others as beginning a transaction does: so begin one where the file is
        # locked, and try again. Two who make the same file at once both get through.
        while True:
            try:
                [(mode,)] = connection.execute("PRAGMA journal_mode = WAL").fetchall()
                break
            except sqlite3.OperationalError as error:
                if _primary(error) != sqlite3.SQLITE_BUSY:
                    raise
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
        if mode != "wal":
            raise self._unusable("SQLite cannot keep its log here, as in some network folders; move it to a local disk")

    def _unusable(self, reason: str) -> UnusableJournal:
        return UnusableJournal(self.name, reason)


def _primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code; the low byte of the extended one. 0 where the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sentence(error: sqlite3.Error, wait: float) -> str:
    return REASONS.get(_primary(error), "SQLite reports: {error}").format(wait=wait, error=error)


_EVERY: WeakSet[_Connections] = WeakSet()
_DOOR = RLock()
"""Held while the process forks; whoever takes a connection passes through it."""


def _before_fork() -> None:
    _DOOR.acquire()
    for connections in _EVERY:
        connections.before_fork()


def _after_fork(*, child: bool) -> None:
    for connections in _EVERY:
        connections.after_fork(child=child)
    _DOOR.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=lambda: _after_fork(child=False),
        after_in_child=lambda: _after_fork(child=True),
    )
