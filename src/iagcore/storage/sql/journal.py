"""The journal on a server of SQL.

How each promise of `protocols` is kept:

- *Atomic, and a conflict under any interleaving.* A write is one transaction. It first keeps others away from every
  subject that is expected, also those that are only read and those that do not exist yet, and then compares their
  versions; `servers` says how. Where a server gives up on a transaction that got in another's way, nothing was written,
  and it is tried again a few times before that is a `Conflict`.
- *Durable once it returns.* The server has it on its disk before `COMMIT` comes back, unless it was told to forgo that
  where the journal cannot see it (`innodb_flush_log_at_trx_commit`, `fsync`).
- *Readers never block writers.* A read fetches one page and lets go before the caller sees a record.
- *`read_all` never skips a record that commits late.* On PostgreSQL the feed ends at its horizon, as `horizon`
  tells. On MariaDB positions are serialised: there is one writer at a time.
- *Erased bytes*: gone to every reader at once, and from the server's own files as far as `pending`
  says, from marks that the erasing transaction leaves.

Whatever keeps the server from being used is one exception, `UnusableJournal`, with a sentence that says how to mend it,
without a password and without anything that was to be recorded. Where the connection was lost in the middle of a write
it is `interrupted`: it may or may not have been written, and can be tried again under the same ids.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from threading import Event
from types import TracebackType
from typing import Any, Final, Self
from weakref import finalize

import attrs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.protocols import Erasure, Filing, Pending, Position, StoredRecord, follow_on, heads, renamed
from iagcore.storage.sql.connections import PAUSE, Connections
from iagcore.storage.sql.schema import ABOUT, PENDING, RECORD, SURROGATE

PAGE: Final = 256
"""Records fetched at once."""
ASKED_AT_ONCE: Final = 250
"""Keys that one statement asks for; servers limit the parameters of a statement."""
_SELECT: Final = select(
    RECORD.c.surrogate,
    RECORD.c.filings,
    RECORD.c.envelope,
    RECORD.c.payload,
    RECORD.c.id,
    RECORD.c.plain,
    RECORD.c.salted,
    RECORD.c.era,
    RECORD.c.xact,
    RECORD.c.position,
)
_OF_A_SUBJECT: Final = _SELECT.join_from(
    ABOUT, RECORD, (ABOUT.c.home == RECORD.c.home) & (ABOUT.c.surrogate == RECORD.c.surrogate)
)
_READ: Final = (
    _OF_A_SUBJECT.where(ABOUT.c.subject == bindparam("subject"), ABOUT.c.version > bindparam("after"))
    .order_by(ABOUT.c.version)
    .limit(PAGE)
)
_LAST: Final = (
    select(RECORD.c.plain)
    .join_from(ABOUT, RECORD, (ABOUT.c.home == RECORD.c.home) & (ABOUT.c.surrogate == RECORD.c.surrogate))
    .where(ABOUT.c.subject == bindparam("asked"), ABOUT.c.home == bindparam("asked"))
    .order_by(ABOUT.c.version.desc())
    .limit(1)
)
_RENAME: Final = (
    update(ABOUT)
    .where(ABOUT.c.subject == bindparam("was"), ABOUT.c.version == bindparam("at"))
    .values(subject=bindparam("is_now"), home=bindparam("home_now"))
)
_ERASE: Final = (
    update(RECORD)
    .where(RECORD.c.home == bindparam("was"), RECORD.c.surrogate == bindparam("which"))
    .values(home=bindparam("home_now"), filings=bindparam("filings_now"), payload=None, id=None)
)


@attrs.frozen
class Horizon:
    """How far the feed is behind: the `records` that are committed and not handed out yet, and for how many `seconds`
    the oldest transaction has been open that holds them back; None where none does, or this user may not be told."""

    records: int
    seconds: float | None


class SQLJournal:
    """A `Journal`, `Feed` and `Erasable` on PostgreSQL or MariaDB, for many threads, processes and machines.

    `url` is SQLAlchemy's, such as `postgresql+psycopg://coaching@db.college.example/coaching`. The tables are made by
    the first append; with `create=False` they never are, and `iagcore journal create URL` makes them. `wait` is how
    many seconds a write waits for others before it gives up. `settle` is how many seconds `read_all` waits at its end
    for records that are committed already, where an open transaction holds the feed back.

    On PostgreSQL writers of different subjects do not wait for each other, and the feed ends at its horizon. On MariaDB
    there is one writer at a time, and a position is a number that counts up. Every method raises
    `UnusableJournal` where the server cannot be used.
    """

    def __init__(self, url: str | URL, *, create: bool = True, wait: float = 5.0, settle: float = 1.0) -> None:
        self._connections = Connections(url, create=create, wait=wait)
        finalize(self, self._connections.close)
        self._settle = settle

    @property
    def name(self) -> str:
        """The URL without a password."""
        return self._connections.name

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records`, or none; see `protocols.Journal`.

        Raises `UnusableJournal` that is `interrupted` where the connection was lost, and the records may or may not
        have been written: append them again under the same ids.
        """
        follow_on(records, expect)
        written = {filing.subject for record in records for filing in record.about}

        def appending(connection: Connection, era: int) -> None:
            self._hold(connection, expect, written, heads(records))
            self._keep(connection, era, records)

        self._connections.write(appending, next(iter(expect), ""))

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        """The records filed under `subject` after a version; see `protocols.Journal`."""
        while True:
            page = [_record(row) for row in self._page(_READ, {"subject": subject, "after": after})]
            yield from page
            if len(page) < PAGE:
                return
            after = next(filing.version for filing in page[-1].about if filing.subject == subject)

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        """Every record after a position; see `protocols.Feed`.

        On PostgreSQL it ends at the horizon. Where records beyond it are committed already it waits for them, for up to
        `settle` seconds: usually a moment is enough.
        """
        reached = (0, 0, 0) if after is None else _place(after)
        goal: tuple[int, int, int] | None = None
        pauses = int(self._settle / PAUSE)
        while True:
            rows = self._page_of_the_feed(reached)
            settled = [row for row in rows if row.settled]
            for row in settled:
                reached = (row.era, row.xact, row.position)
                yield _record(row)
            if len(settled) == PAGE:
                continue
            if len(settled) == len(rows):
                return
            # whoever writes all the time would keep the feed waiting: it waits for what it saw at first
            goal = goal or (rows[-1].era, rows[-1].xact, rows[-1].position)
            if reached >= goal or not pauses:
                return
            pauses -= 1
            Event().wait(PAUSE)

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        """Remove what the renamed subjects said; see `protocols.Erasable`.

        Afterwards no query finds it, and something is always pending: the bytes stay in the server's files until
        `compact()`, and in its log and its copies until somebody says that these have expired. Raises `ValueError`
        where a renamed subject is not expected or a new name is not new.
        """
        follow_on(receipts, renamed(renames, expect))
        every = {**expect, **dict.fromkeys(renames.values(), 0)}
        written = {*renames, *renames.values(), *(filing.subject for one in receipts for filing in one.about)}

        def erasing(connection: Connection, era: int) -> int:
            self._hold(connection, every, written, heads(receipts, renames))
            worded = _take_words(connection, renames)
            self._keep(connection, era, receipts)
            # the new name of the first is random, and no mark has it yet
            for mark in list(renames.values())[:1]:
                sampled = self._connections.server.sampling is not None
                left = {"in_tables": True, "in_samples": sampled, "in_copies": True}
                connection.execute(insert(PENDING).values(mark=mark, since=func.current_date(), **left))
            return worded

        records = self._connections.write(erasing, next(iter(expect), ""))
        try:
            self._sample_anew()
            return Erasure(records, self.pending())
        except UnusableJournal as error:
            # the erasure stands, so an exception here would have it repeated
            return Erasure(records, (Pending("the server", f"what is pending could not be read: {error.reason}"),))

    def pending(self) -> tuple[Pending, ...]:
        """Where what was erased may still be; see `protocols.Erasable`."""
        return self._connections.read(lambda connection, _: self._pending(connection)) or ()

    def finish(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        """Note which copies have expired; see `protocols.Erasable`.

        The tables are not written anew, since everybody would have to wait: their owner calls `compact()` for that.
        """

        def expiring(connection: Connection, _: int) -> None:
            gone = update(PENDING).where(PENDING.c.in_copies.is_(True), PENDING.c.since <= expired)
            connection.execute(gone.values(in_copies=False))

        if expired is not None and self.is_made():
            self._connections.write(expiring, "")
        return self.pending()

    def _pending(self, connection: Connection) -> tuple[Pending, ...]:
        server = self._connections.server
        left = (
            (PENDING.c.in_tables, "the server's files of the tables", "their owner runs iagcore journal compact URL"),
            (PENDING.c.in_samples, "the server's statistics", f"the tables' owner runs {server.sampling}"),
            (PENDING.c.in_copies, server.keeps, "once these have expired, run iagcore journal finish --expired DAY"),
        )
        found = []
        for column, where, until in left:
            since = connection.execute(select(func.min(PENDING.c.since)).where(column.is_(True))).scalar_one()
            if since is not None:
                found.append(Pending(where, until, since))
        return tuple(found)

    def _sample_anew(self) -> None:
        """Have the server gather its statistics anew, where it lets us: the old names of subjects may stand there."""
        sampling = self._connections.server.sampling

        def gathering(connection: Connection) -> None:
            if not self._owns(connection):
                return
            marks = self._marks(connection)
            connection.rollback()
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql(sampling or "")
            alone.execute(update(PENDING).where(PENDING.c.mark.in_(marks)).values(in_samples=False))

        if sampling is None:  # pragma: no cover - MariaDB
            return
        with suppress(UnusableJournal):  # it stays pending
            self._connections.use(gathering)

    @staticmethod
    def _marks(connection: Connection) -> list[str]:
        pending = select(PENDING.c.mark).where(PENDING.c.in_tables.is_(True) | PENDING.c.in_samples.is_(True))
        return list(connection.execute(pending).scalars())

    def _owns(self, connection: Connection) -> bool:
        owns = self._connections.server.owns
        return owns is None or bool(connection.exec_driver_sql(owns).scalar_one())

    def compact(self) -> tuple[Pending, ...]:
        """Write the tables anew, so that no byte erased before is left in the server's own files of them.

        Gives what is pending still. Readers and writers wait meanwhile, and it needs room for a second copy. Raises
        `UnusableJournal` where this user does not own the tables.
        """
        server = self._connections.server

        def rewriting(connection: Connection) -> tuple[Pending, ...]:
            if self._connections.era(connection) is None:
                return ()
            if not self._owns(connection):
                reason = "this user does not own its tables, and cannot write them anew; let their owner call compact()"
                raise UnusableJournal(self.name, reason)
            # an erasure that comes meanwhile may be too late for it, and its mark stays
            marks = self._marks(connection)
            connection.rollback()
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in server.rewriting:
                alone.exec_driver_sql(statement)
            written = update(PENDING).where(PENDING.c.mark.in_(marks))
            alone.execute(written.values(in_tables=False, in_samples=False))
            return self._pending(alone)

        return self._connections.use(rewriting)

    # ---- for whoever looks after the server

    def create(self, *, partitions: int = 0) -> bool:
        """Make the tables; False where they are there already. On PostgreSQL, with `partitions`, so many of each.

        Raises `ValueError` where partitions are asked of another server.
        """
        self.statements(partitions=partitions)

        def making(connection: Connection) -> bool:
            if self._connections.era(connection) is not None:
                return False
            connection.rollback()
            return self._connections.made(connection, partitions=partitions)

        return self._connections.use(making)

    def statements(self, *, partitions: int = 0) -> list[str]:
        """The statements that make the tables, for whoever runs them by hand. Raises `ValueError` as `create` does."""
        return self._connections.statements(partitions=partitions)

    @property
    def divides(self) -> bool:
        """Whether the server has partitions."""
        return self._connections.server.numbers

    def is_made(self) -> bool:
        """Whether the tables are there."""
        return self._connections.use(self._connections.era) is not None

    def horizon(self) -> Horizon:
        """How far the feed is behind now. Only on PostgreSQL can it be."""
        server = self._connections.server

        def looking(connection: Connection, era: int) -> Horizon:
            if server.settled is None or server.open_since is None:  # pragma: no cover - MariaDB
                return Horizon(0, None)
            beyond = RECORD.c.xact >= literal_column(server.settled)
            behind = select(func.count()).select_from(RECORD).where(RECORD.c.era == era, beyond)
            records = connection.execute(behind).scalar_one()
            return Horizon(records, connection.exec_driver_sql(server.open_since).scalar_one())

        return self._connections.read(looking) or Horizon(0, None)

    def close(self) -> None:
        """Close every connection; using the journal afterwards raises `UnusableJournal`."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- in a transaction

    def _hold(
        self, connection: Connection, expect: Mapping[str, int], written: set[str], follows: Mapping[str, bytes]
    ) -> None:
        """Keep others away, and raise `Conflict` where a subject has moved on, or a home does not end as it did."""
        self._connections.server.hold(connection, {subject: subject in written for subject in expect})
        there: set[tuple[str, int]] = set()
        # a subject is where it is expected if it has that version, and not the next: two looks at a key, however long
        for some in _some([key for subject, version in expect.items() for key in _around(subject, version)]):
            found = connection.execute(
                select(ABOUT.c.subject, ABOUT.c.version).where(tuple_(ABOUT.c.subject, ABOUT.c.version).in_(some))
            )
            there |= {(row.subject, row.version) for row in found}
        for subject, version in expect.items():
            reached = (subject, version) in there or not version
            if not reached or (subject, version + 1) in there:
                last = select(func.max(ABOUT.c.version)).where(ABOUT.c.subject == subject)
                raise Conflict(subject, version, connection.execute(last).scalar_one() or 0)
        for home, plain in follows.items():
            if (connection.execute(_LAST, {"asked": home}).scalar_one_or_none() or b"") != plain:
                raise Conflict(home)

    def _keep(self, connection: Connection, era: int, records: Sequence[StoredRecord]) -> None:
        if not records:
            return
        numbered = zip(records, self._connections.server.positions(connection, len(records)), strict=True)
        try:
            connection.execute(insert(SURROGATE), [{"surrogate": one.surrogate} for one in records])
            connection.execute(
                insert(RECORD),
                [
                    {
                        "home": one.home,
                        "surrogate": one.surrogate,
                        "id": one.id,
                        "era": era,
                        "xact": xact,
                        "position": position,
                        "filings": _written(one.about),
                        "plain": one.plain,
                        "salted": one.salted,
                        "envelope": one.envelope,
                        "payload": one.payload,
                    }
                    for one, (xact, position) in numbered
                ],
            )
            connection.execute(
                insert(ABOUT),
                [
                    {
                        "subject": filing.subject,
                        "version": filing.version,
                        "home": one.home,
                        "surrogate": one.surrogate,
                    }
                    for one in records
                    for filing in one.about
                ],
            )
        except IntegrityError as error:
            if self._connections.is_taken(error):
                raise Conflict(records[0].home) from None
            raise

    def _page(self, asked: Select[*tuple[Any, ...]], given: Mapping[str, object]) -> Sequence[Row[*tuple[Any, ...]]]:
        return self._connections.read(lambda connection, _: connection.execute(asked, given).all()) or ()

    def _page_of_the_feed(self, reached: tuple[int, int, int]) -> Sequence[Row[*tuple[Any, ...]]]:
        server = self._connections.server
        order = [RECORD.c[name] for name in server.order]
        since = dict(zip(("era", "xact", "position"), reached, strict=True))
        after = tuple_(*order) > tuple_(*(since[name] for name in server.order))

        def looking(connection: Connection, era: int) -> Sequence[Row[*tuple[Any, ...]]]:
            settled: ColumnElement[bool] = true()
            if server.settled is not None:  # pragma: no branch - MariaDB
                settled = (RECORD.c.era < era) | (
                    (RECORD.c.era == era) & (RECORD.c.xact < literal_column(server.settled))
                )
            page = _SELECT.add_columns(settled.label("settled")).where(after).order_by(*order).limit(PAGE)
            return connection.execute(page).all()

        return self._connections.read(looking) or ()


def _take_words(connection: Connection, renames: Mapping[str, str]) -> int:
    """Rename the subjects wherever they stand and take the words of their records; how many had any."""
    filed = select(ABOUT.c.home, ABOUT.c.surrogate).where(ABOUT.c.subject.in_(list(renames)))
    keys = sorted({(row.home, row.surrogate) for row in connection.execute(filed)})
    words, names, worded = [], [], 0
    for some in _some(keys):
        asked = _SELECT.where(tuple_(RECORD.c.home, RECORD.c.surrogate).in_(some))
        # another erasure may have to do with the same record: it waits here, in the same order
        for row in connection.execute(asked.order_by(RECORD.c.home, RECORD.c.surrogate).with_for_update()):
            one = _record(row)
            worded += (one.payload, one.id) != (None, None)
            about = [
                attrs.evolve(filing, subject=renames[filing.subject], salt=None)
                if filing.subject in renames
                else filing
                for filing in one.about
            ]
            home = about[0].subject
            words.append({"was": one.home, "which": one.surrogate, "home_now": home, "filings_now": _written(about)})
            names += [
                {"was": was.subject, "at": was.version, "is_now": now.subject, "home_now": home}
                for was, now in zip(one.about, about, strict=True)
                if (was.subject, one.home) != (now.subject, home)
            ]
    if words:
        connection.execute(_ERASE, words)
        connection.execute(_RENAME, names)
    return worded


def _around(subject: str, version: int) -> list[tuple[str, int]]:
    return [(subject, version), (subject, version + 1)]


def _some(keys: Sequence[tuple[str, Any]]) -> Iterator[Sequence[tuple[str, Any]]]:
    return (keys[start : start + ASKED_AT_ONCE] for start in range(0, len(keys), ASKED_AT_ONCE))


def _written(about: Sequence[Filing]) -> str:
    """Filings as a record keeps them: in their order, bytes as hexadecimal."""
    rows = [
        [one.subject, one.version, one.commitment.hex(), None if one.salt is None else one.salt.hex()] for one in about
    ]
    return json.dumps(rows, separators=(",", ":"))


def _record(row: Any) -> StoredRecord:
    about = tuple(
        Filing(subject, version, bytes.fromhex(commitment), None if salt is None else bytes.fromhex(salt))
        for subject, version, commitment, salt in json.loads(row.filings)
    )
    position = f"{row.era:06d}.{row.xact:019d}.{row.position:019d}"
    return StoredRecord(
        surrogate=row.surrogate,
        about=about,
        envelope=row.envelope,
        payload=row.payload,
        id=row.id,
        plain=row.plain,
        salted=row.salted,
        position=position,
    )


def _place(position: Position) -> tuple[int, int, int]:
    era, xact, number = position.split(".")
    return int(era), int(xact), int(number)
