"""The connections of a journal to its server: how they are opened, what is asked of a new one, and how they fail.

`read` and `write` are the two ways to use one, each for the length of one function. What a driver reports comes out of
them as `UnusableJournal` with a sentence of `servers`, and without its traceback, which quotes what was to be recorded.
"""

import os
from collections.abc import Callable
from threading import Event
from typing import Any, Final, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, create_engine, event, inspect, literal_column, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.sql.schema import JOURNAL, RECORD, SCHEMA_VERSION, statements
from iagcore.storage.sql.servers import SERVERS
from iagcore.storage.sql.urls import masked, said, understood

T = TypeVar("T")

TRIES: Final = 5
"""How often a write is begun that the server gives up on, or a read whose connection is lost."""
PAUSE: Final = 0.02
"""Seconds between two of them."""
KEPT_OPEN: Final = 5
AT_MOST: Final = 15
"""Connections kept open for the next use, and how many there may be at once."""

_ERA: Final = "iagcore era"
"""What is known of a connection's database: the era of new records, once it is written down there."""


class Connections:
    """The connections of one journal, each for one thread at a time; a forked child opens its own."""

    def __init__(self, url: str | URL, *, create: bool, wait: float) -> None:
        self._url = understood(url)
        self.name = masked(self._url)
        self.server = SERVERS[self._url.get_backend_name()]
        self._create, self._wait, self._closed = create, wait, False
        try:
            self.engine = create_engine(
                self._url,
                hide_parameters=True,
                isolation_level=self.server.isolation,
                pool_size=KEPT_OPEN,
                max_overflow=AT_MOST - KEPT_OPEN,
                pool_timeout=wait,
            )
        except ModuleNotFoundError as error:
            reason = f"its driver {error.name} is not installed: pip install 'iagcore[sql]'"
            raise UnusableJournal(self.name, reason) from None
        except SQLAlchemyError as error:
            raise UnusableJournal(
                self.name, f"its URL names no driver that there is ({said(error, self._url)})"
            ) from None
        event.listen(self.engine, "connect", self._set_up)
        _EVERY.add(self)

    # ---- using one

    def read(self, work: Callable[[Connection, int], T]) -> T | None:
        """What a function reads, given the era; None where there are no tables yet.

        Raises `UnusableJournal`, also where there are none and they are not to be made.
        """

        def reading(connection: Connection) -> T | None:
            era = self.era(connection)
            if era is None and not self._create:
                raise self.unmade()
            return None if era is None else work(connection, era)

        return self.use(reading, again=lambda error: error.connection_invalidated)

    def write(self, work: Callable[[Connection, int], T], subject: str) -> T:
        """What a function gives in a transaction, told the era.

        Raises `UnusableJournal`, and `Conflict` of the subject where the server gives up on it time and again.
        """

        def writing(connection: Connection) -> T:
            era = self._ready(connection)
            with connection.begin():
                return work(connection, era)

        try:
            return self.use(writing, again=self._gave_up, writes=True)
        except _GaveUp:
            raise Conflict(subject) from None

    def use(
        self,
        work: Callable[[Connection], T],
        *,
        again: Callable[[DBAPIError], bool] | None = None,
        writes: bool = False,
    ) -> T:
        """What a function does with a connection; a few times, where `again` says so of an error.

        Raises `UnusableJournal`.
        """
        if self._closed:
            raise UnusableJournal(self.name, "it was closed; open it again with SQLJournal(url)")
        for left in reversed(range(TRIES)):
            try:
                with self.engine.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                if again is None or not again(error):
                    raise self._unusable(error, writes=writes) from None
                lost = error
                if left:
                    Event().wait(PAUSE)
            except SQLAlchemyError as error:
                reason = f"no connection came free for {self._wait:g} s ({said(error, self._url)})"
                raise UnusableJournal(self.name, reason) from None
        if writes:
            raise _GaveUp
        raise self._unusable(lost, writes=writes) from None

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self.engine.dispose()

    def in_a_child(self) -> None:
        """Forget the connections, which are the parent's."""
        self.engine.dispose(close=False)  # pragma: no cover - in a child, which nothing measures

    # ---- the tables

    def era(self, connection: Connection) -> int | None:
        """The era of new records; None where there are no tables.

        Raises `UnusableJournal` for those of a later iagcore.
        """
        known: int | None = connection.info.get(_ERA)
        if known is not None:
            return known
        found = self.examined(connection)
        if found is None:
            return None
        era, moved = found
        if not moved:
            # an era that is yet to begin may never do so: the server's numbers may be ahead by the next look
            connection.info[_ERA] = era
        return era

    def examined(self, connection: Connection) -> tuple[int, bool] | None:
        """The era of new records, and whether it is yet to begin, as the database says now."""
        if not inspect(connection).has_table(JOURNAL.name):
            return None
        row = connection.execute(select(JOURNAL.c.schema_version, JOURNAL.c.era)).one_or_none()
        if row is None:
            return None
        if row.schema_version > SCHEMA_VERSION:
            reason = (
                f"it was written by a later iagcore (schema {row.schema_version}, where this one knows "
                f"{SCHEMA_VERSION}); install that version"
            )
            raise UnusableJournal(self.name, reason)
        if self.server.next_xact is None:  # pragma: no cover - MariaDB
            return row.era, False
        last = select(RECORD.c.xact).where(RECORD.c.era == row.era).order_by(RECORD.c.xact.desc()).limit(1)
        ahead = connection.execute(select(last.scalar_subquery() >= literal_column(self.server.next_xact))).scalar_one()
        return row.era + bool(ahead), bool(ahead)

    def made(self, connection: Connection, *, partitions: int = 0) -> bool:
        """Make the tables; False where another was first."""
        making = self.statements(partitions=partitions)
        with connection.begin():
            if self.server.making is not None:  # pragma: no branch - MariaDB
                connection.exec_driver_sql(self.server.making)
            if self.examined(connection) is not None:
                return False
            for one in making:
                connection.exec_driver_sql(one)
        return True

    def statements(self, *, partitions: int = 0) -> list[str]:
        """The statements that make the tables. Raises `ValueError` for partitions where there are none."""
        server = self.server
        if partitions and not server.numbers:
            raise ValueError(f"{server.title} has no partitions here: leave them out, or use PostgreSQL")
        return statements(
            self.engine.dialect,
            order=server.order,
            numbers=server.numbers,
            piecemeal=server.piecemeal,
            partitions=partitions,
        )

    def unmade(self) -> UnusableJournal:
        """What to do where there are no tables."""
        reason = f"there is no journal in this database: make one with iagcore journal create '{self.name}'"
        return UnusableJournal(self.name, reason)

    def _ready(self, connection: Connection) -> int:
        era = self.era(connection)
        connection.rollback()
        if era is None:
            if not self._create:
                raise self.unmade()
            self.made(connection)
            era = self.era(connection) or 1
            connection.rollback()
        if _ERA not in connection.info:
            with connection.begin():
                connection.execute(update(JOURNAL).where(JOURNAL.c.era == era - 1).values(era=era))
            connection.info[_ERA] = era
        return era

    # ---- what a driver reports

    def _set_up(self, connection: Any, _: object) -> None:
        try:
            cursor = connection.cursor()
            for setting in self.server.settings:
                cursor.execute(setting.format(wait=self._wait))
            cursor.close()
            connection.commit()
        except BaseException:
            connection.close()
            raise

    def _code(self, error: DBAPIError) -> object:
        return None if error.orig is None else self.server.code(error.orig)

    def _gave_up(self, error: DBAPIError) -> bool:
        return self._code(error) in self.server.again

    def is_taken(self, error: DBAPIError) -> bool:
        """Whether a key is there already."""
        return self._code(error) in self.server.taken

    def _unusable(self, error: DBAPIError, *, writes: bool) -> UnusableJournal:
        words = said(error.orig, self._url)
        if error.connection_invalidated and writes:
            reason = (
                f"the connection was lost ({words}), and what was being written may or may not be on the record; "
                "try again under the same id"
            )
            return UnusableJournal(self.name, reason, interrupted=True)
        reason = self.server.reasons.get(self._code(error), "{title} reports: {said}")
        return UnusableJournal(
            self.name, reason.format(title=self.server.title, wait=self._wait, said=words, error=words)
        )


class _GaveUp(Exception):
    """The server gave up on a transaction as often as it was begun."""


_EVERY: Final[WeakSet[Connections]] = WeakSet()


def _in_every_child() -> None:
    for one in _EVERY:  # pragma: no cover - in a child, which nothing measures
        one.in_a_child()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_in_every_child)
