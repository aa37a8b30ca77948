"""One SQLite file under a store: how it is opened, shared, forked, made private and written anew.

The journal, the directory and the index of duties each keep themselves in a file of SQLite, and have this in common:

- *A file says whose it is.* `application_id` in its header names the store, `user_version` the schema. A file that
  belongs to another store, or to another program, is refused by name and never written to.
- *Connections* are each for one thread at a time, and are kept for the next use. What SQLite reports comes out of them
  as the store's own exception, with a sentence that says how to mend it: the sentences are the table `REASONS`.
- *Forks.* SQLite keeps count of its file locks in the memory of the process. A forked child inherits the count but not
  the locks, so even a connection that the child opens by itself would believe itself protected and is not. So what is
  open is closed before a fork, a fork waits for connections that are at work, and a child that inherits one in the
  middle of its work uses that file no more. Every thread passes one door with each connection that it takes; a fork
  shuts it. Nothing is locked for longer, so no child finds a lock that nobody will ever open.
- *Private.* A file is made readable and writable by its owner alone, whatever the umask, unless the host gives another
  mode. SQLite gives the log beside it the same mode. A file that was there and is open to others stays as it is, and
  that is said once, by logging.
"""

import logging
import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, RLock, get_ident
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet, finalize

import attrs

from iagcore.exceptions import IagcoreError

STORES: Final[Mapping[int, str]] = {
    0x49414743: "a journal",
    0x49414744: "a directory of opportunities",
    0x69616764: "an index of duties",
}
"""The stores that keep themselves in a file of SQLite, by the `application_id` in its header."""

IN_MEMORY: Final = ":memory:"
PRIVATE: Final = 0o600
"""The mode of a file that is made here: its owner reads and writes it, nobody else."""
FORK_WAITS: Final = 5.0
"""How many seconds a fork waits for the connections of other threads."""
HEADER: Final = 100
_MARK: Final = slice(68, 72)
"""Where the header of a file of SQLite has its `application_id`."""


@attrs.frozen(kw_only=True)
class Store:
    """What one sort of store needs of its file.

    Attributes: `application_id` (one of `STORES`); `version` (of the schema; a file of another is refused); `schema`
    (the statements that make it, its two numbers too); `settings` (statements for each new connection); `unusable`
    (makes the store's exception of where the file is and why it cannot be used); `damaged` (what to do about a damaged
    file); `reopen` (how it is opened again once it was closed); `kept_open` (connections kept for the next use);
    `alone` (one thread at a time uses it).
    """

    application_id: int
    version: int
    schema: tuple[str, ...]
    settings: tuple[str, ...]
    unusable: Callable[[str, str], IagcoreError]
    damaged: str
    reopen: str
    kept_open: int = 8
    alone: bool = False

    @property
    def called(self) -> str:
        """What it is, such as `a journal`."""
        return STORES[self.application_id]

    @property
    def give(self) -> str:
        """What to do about a file that is none."""
        return f"give {self.called}, or the name of a new file"


REASONS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: "another process has held it locked for more than {wait:g} s, and nothing was written; "
    "try again, or find the process that is still writing",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; let this user read and write the file and its folder",
    sqlite3.SQLITE_CORRUPT: "it is damaged; {store.damaged}",
    sqlite3.SQLITE_FULL: "the disk is full, and nothing was written; make room and try again",
    sqlite3.SQLITE_IOERR: "the disk reports an error ({error}); check the disk and try again",
    sqlite3.SQLITE_NOTADB: "it is not {store.called} but a file of another kind; {store.give}",
    sqlite3.SQLITE_READONLY: "it is read-only, so it can be read but nothing can be added; "
    "make the file and its folder writable",
}
"""By SQLite's primary result code. Anything else is told in SQLite's own words."""

_LOG: Final = logging.getLogger("iagcore")

_EXAMINE: Final = """SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
                     FROM pragma_application_id, pragma_user_version"""


class Connection(sqlite3.Connection):
    """A connection and what is known of its file."""

    file: tuple[int, int] | None = None
    """Device and number of the file it is open on."""
    made = False
    """Whether the tables are there."""
    logs_ahead = False
    """Whether it has seen to the write-ahead log."""
    lasting = True
    """Whether it may be used again; not one that takes the file to be frozen, or that has tables of its own."""


class _Door:
    """What every thread passes with each connection it takes; a fork shuts it and waits until nobody is inside.

    A thread that is inside already may take another connection while the door is shut: the fork waits for it.
    """

    def __init__(self) -> None:
        self.changed = Condition(RLock())
        self.shut = False
        self.inside: Counter[int] = Counter()
        """By thread, how many connections it uses."""
        self.files: WeakSet[SQLiteFile] = WeakSet()

    def lets_in(self) -> bool:
        """Whether this thread may take a connection now."""
        return not self.shut or get_ident() in self.inside

    def enter(self) -> None:
        """Count this thread in."""
        self.inside[get_ident()] += 1

    def leave(self) -> None:
        """Count this thread out."""
        me = get_ident()
        self.inside[me] -= 1
        if not self.inside[me]:
            del self.inside[me]
        self.changed.notify_all()

    def before_fork(self) -> None:
        """Let nobody in, wait for who is inside, and close what is open."""
        self.changed.acquire()
        self.shut = True
        # what this thread uses itself is not given back while it waits
        self.changed.wait_for(lambda: not self.inside.keys() - {get_ident()}, timeout=FORK_WAITS)
        for file in self.files:
            file.before_fork()

    def after_fork(self, *, child: bool) -> None:
        """Open the door again; in a child, only this thread is left of those that were inside."""
        if child:
            self.inside = Counter({me: many for me, many in self.inside.items() if me == get_ident()})
            for file in self.files:
                file.in_a_child()
        self.shut = False
        self.changed.notify_all()
        self.changed.release()


_DOOR: Final = _Door()
_INHERITED: Final[list[Connection]] = []
"""Connections to memory that a child has of its parent: never used, and never closed, so that nothing warns of them."""


class SQLiteFile:
    """The file of one store, and its open connections; with the name `:memory:`, one connection to memory."""

    def __init__(self, name: str, store: Store, *, wait: float, mode: int = PRIVATE) -> None:
        self.name, self.store, self.wait, self.mode = name, store, wait, mode
        self.path = Path(name).absolute()
        self.in_memory = name == IN_MEMORY
        self.torn = False
        """Whether the process was forked while this was at work; nothing in the child can use it."""
        self.idle: list[Connection] = []
        self._in_use = 0
        self._closed = False
        self._told = False
        with _DOOR.changed:
            _DOOR.files.add(self)

    # ---- using it

    def file(self) -> tuple[int, int] | None:
        """Device and number of the file, or None where it does not exist. Raises where it cannot be one."""
        if self.in_memory:
            return 0, 0
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if not self.path.parent.is_dir():
                raise self.unusable(f"there is no folder {self.path.parent}; make it, or mend the path") from None
            return None
        except OSError as error:
            raise self.unusable(f"it cannot be looked at ({error.strerror}); let this user into its folder") from error
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            raise self.unusable(f"it is {what}; name a file")
        return found.st_dev, found.st_ino

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A connection that reads; None where there is no file yet, or nothing was ever kept in it.

        A file without tables is what a first write leaves that was cut off.
        """
        if self.file() is None:
            yield None
            return
        with self.borrow(writing=False) as connection:
            yield connection if connection.made else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that is kept whole, or not at all; the file is made where there is none."""
        with self.borrow(writing=True) as connection, transaction(connection):
            yield connection

    @contextmanager
    def borrow(self, *, writing: bool) -> Iterator[Connection]:
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
            raise self.unusable(self._sentence(error)) from error
        finally:
            self._give_back(connection, fit=fit)

    def close(self) -> None:
        """Close every connection; using it afterwards raises."""
        with _DOOR.changed:
            self._closed = True
            self._close_idle()

    def written_anew(self) -> bool:
        """Write the file anew and cut its log to nothing; False where another connection holds that back.

        No byte that was deleted is left in either then: the log is empty, and no page is free. Writers wait meanwhile,
        and it takes as much memory as the file is long.
        """
        with self.borrow(writing=True) as connection:
            try:
                connection.execute("VACUUM")
                if not self._cut_log(connection):
                    return False
                [(free,)] = connection.execute("PRAGMA freelist_count").fetchall()
                return not free
            except sqlite3.OperationalError as error:
                if primary(error) != sqlite3.SQLITE_BUSY:
                    raise
                return False

    def cut_log(self) -> bool:
        """Fold the log into the file and cut it to nothing; False where another connection holds that back."""
        with self.borrow(writing=True) as connection:
            return self._cut_log(connection)

    def _cut_log(self, connection: Connection) -> bool:
        [(held_back, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not held_back

    def bytes_kept(self) -> bytes:
        """All bytes of the file, and of its log.

        SQLite gives those of the file: who opens it by themselves lets go, on closing it, of every lock that the
        process has on it. The log beside it is never locked.
        """
        with self.borrow(writing=True) as connection:
            log = Path(f"{self.path}-wal")
            return connection.serialize() + (log.read_bytes() if log.exists() else b"")

    def unusable(self, reason: str) -> IagcoreError:
        """The store's exception."""
        return self.store.unusable(self.name, reason)

    # ---- forks

    def before_fork(self) -> None:
        """Close what is open and not at work. What is in memory stays, since there it has no file to lock."""
        if not self.in_memory:
            self._close_idle()

    def in_a_child(self) -> None:
        """Leave alone what is the parent's."""
        _INHERITED.extend(self.idle)
        self.idle.clear()
        self.torn = self.torn or self._in_use > 0

    # ---- its connections

    def _close_idle(self) -> None:
        while self.idle:
            self.idle.pop().close()

    def _take(self) -> Connection | None:
        file = self.file()
        with _DOOR.changed:
            _DOOR.changed.wait_for(lambda: _DOOR.lets_in() and not (self.store.alone and self._in_use))
            if self._closed:
                raise self.unusable(f"it was closed; open it again with {self.store.reopen}")
            if self.torn:
                raise self.unusable(
                    "the process was forked while another thread was using it; fork earlier, or spawn the process"
                )
            self._in_use += 1
            _DOOR.enter()
            while self.idle:
                connection = self.idle.pop()
                if connection.file == file:
                    return connection
                connection.close()  # another file has been put in its place, a restored backup perhaps
            return None

    def _give_back(self, connection: Connection | None, *, fit: bool) -> None:
        with _DOOR.changed:
            self._in_use -= 1
            _DOOR.leave()
            if connection is None:
                return
            fit = fit and connection.made and connection.lasting
            if fit and not self._closed and not self.torn and len(self.idle) < self.store.kept_open:
                self.idle.append(connection)
            else:
                connection.close()

    def _open(self, *, writing: bool) -> Connection:
        if sqlite3.sqlite_version_info < (3, 37):
            raise self.unusable(f"it needs SQLite 3.37 or later, and this Python has {sqlite3.sqlite_version}")
        try:
            return self._connect("mode=rwc" if writing else "mode=rw", writing=writing)
        except sqlite3.OperationalError as error:
            if writing or primary(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
        # Where nothing may be written SQLite cannot take part in a log, but a file without one can be read as it is.
        log = Path(f"{self.path}-wal")
        if log.exists() and log.stat().st_size:
            raise self.unusable(
                f"its latest records are in {log.name} beside it, and nothing may be written here to fold them in; "
                "copy both files to a folder that may be written, and read them there"
            )
        connection = self._connect("mode=ro&immutable=1", writing=False)
        connection.lasting = False
        return connection

    def _connect(self, mode: str, *, writing: bool) -> Connection:
        if not self.in_memory:
            self._make_private(make=writing)
        connection = sqlite3.connect(
            IN_MEMORY if self.in_memory else f"{self.path.as_uri()}?{mode}",
            uri=not self.in_memory,
            timeout=self.wait,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        try:
            for setting in self.store.settings:
                connection.execute(setting)
            connection.made = self._examine(connection)
            connection.file = self.file()
            self._tell_who_may_read()
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_private(self, *, make: bool) -> None:
        """Make the file, with its mode, where there is none.

        Closing a file lets go of every lock that the process has on it. So it is made and closed before any thread has
        SQLite open it: each comes through here first, one after the other.
        """
        with _DOOR.changed:
            if not make or self.path.exists():
                return
            try:
                made = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, self.mode)
            except OSError:
                return  # another process was first, or SQLite says why it cannot be
            try:
                self.path.chmod(self.mode)  # the umask may have narrowed what the host gives
            finally:
                os.close(made)

    def open_to(self) -> str | None:
        """Who else than its owner may use the file, and how to end that; None where its mode is what it should be."""
        if self.in_memory or os.name == "nt" or not self.path.exists():
            return None
        found = stat.S_IMODE(self.path.stat().st_mode)
        wider = found & 0o077 & ~self.mode
        if not wider:
            return None
        who = " and ".join(name for bits, name in ((0o070, "its group"), (0o007, "everybody")) if wider & bits)
        return f"{who} may read or write it (mode {found:o}): run chmod {self.mode:o} on it and on the files beside it"

    def _tell_who_may_read(self) -> None:
        others = self.open_to()
        if others is not None and not self._told:
            _LOG.warning("%s: %s", self.name, others)
        self._told = True

    def _examine(self, connection: Connection) -> bool:
        """Whether the store's tables are there; False for an empty file. Raises where it is not this store's."""
        store = self.store
        [(application, version, tables)] = connection.execute(_EXAMINE).fetchall()
        if (application, version) == (store.application_id, store.version):
            return True
        if application == store.application_id:
            which = "a later" if version > store.version else "an earlier"
            raise self.unusable(
                f"it was written by {which} iagcore (schema {version}, where this one knows {store.version}); "
                "install that version"
            )
        if application in STORES:
            raise self.unusable(f"it is {STORES[application]}, not {store.called}; {store.give}")
        if application or tables:
            raise self.unusable(f"it is a database of another program, not {store.called}; {store.give}")
        return False

    def _prepare(self, connection: Connection) -> None:
        if not self.in_memory:
            self._log_ahead(connection)
        if not connection.made:
            with transaction(connection):
                if not self._examine(connection):  # another process may have been first
                    for statement in self.store.schema:
                        connection.execute(statement)
            connection.made = True
        connection.logs_ahead = True

    def _log_ahead(self, connection: Connection) -> None:
        # Changing the mode does not wait for others as beginning a transaction does: so begin one where the file is
        # locked, and try again. Two who make the same file at once both get through.
        while True:
            try:
                [(mode,)] = connection.execute("PRAGMA journal_mode = WAL").fetchall()
                break
            except sqlite3.OperationalError as error:
                if primary(error) != sqlite3.SQLITE_BUSY:
                    raise
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
        if mode != "wal":
            raise self.unusable("SQLite cannot keep its log here, as in some network folders; move it to a local disk")

    def _sentence(self, error: sqlite3.Error) -> str:
        reason = REASONS.get(primary(error), "SQLite reports: {error}")
        return reason.format(wait=self.wait, error=error, store=self.store)


class OnAFile:
    """A store in a file: what closes it. One that is dropped without that closes itself."""

    def __init__(self, file: SQLiteFile) -> None:
        self._use(file)

    def _use(self, file: SQLiteFile) -> None:
        self._file = file
        finalize(self, file.close)

    def close(self) -> None:
        """Close every connection; using it afterwards raises."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """All of what is written in the `with` block, or nothing of it."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code; the low byte of the extended one. 0 where the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def belongs_to(path: str | os.PathLike[str], application_id: int) -> bool:
    """Whether a file is one of a store's, or an empty file that may become one."""
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        begins = file.read(HEADER)
    return begins == b"" or begins[_MARK] == application_id.to_bytes(4, "big")


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(
        before=_DOOR.before_fork,
        after_in_parent=lambda: _DOOR.after_fork(child=False),
        after_in_child=lambda: _DOOR.after_fork(child=True),
    )
