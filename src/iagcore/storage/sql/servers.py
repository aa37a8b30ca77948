"""What differs from one server to another, as a literal table: everything else is the same code.

*How a writer keeps others away.* On PostgreSQL each subject that an append expects has an advisory lock for the length
of the transaction, exclusive where it is written and shared where it is only read; they are taken in one order, so
that two writers wait and never deadlock, and the versions are compared by a statement begun after. A row lock would do
for a subject that exists, but there is no row to lock for one that does not, and SERIALIZABLE would have it too, but
turns away writers that have nothing to do with each other as soon as they touch one page of an index. On MariaDB a
writer locks the one row of `iag_journal`: one writer at a time.

*Where positions come from.* Where there is one writer at a time, from a counter. On PostgreSQL writers do not wait for
each other, so a later number may commit first. There a position is the number of the transaction, then that of a
sequence; a transaction takes its number only once it has its locks, so that a home's records are in order; and the
feed ends before the oldest transaction that is still open and has written something (its *horizon*), since nothing
can come any more among what lies before that. Numbers of transactions belong to one installation of PostgreSQL. In a
database that was moved to another, what is on record may have higher numbers than those that are now given: this is
noticed when a connection is opened, and the next record begins a new `era`, which comes after every earlier one.

*What a server reports*, by its code, in sentences that say how to mend it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs
from sqlalchemy import Connection, select, text, update

from iagcore.storage.sql.schema import JOURNAL

Held = Mapping[str, bool]
"""Subjects, and whether each is written; one that is not is only read."""

OURS: Final = 0x49414743
"""`IAGC`: what tells this library's advisory locks from those of others in the database."""
MANY: Final = 256
"""A writer of more subjects than this keeps everybody else away: a server's memory for locks is not large."""
EVERYBODY: Final = 0
MAKING: Final = 1
"""What stands for all the subjects, and for the making of the tables, beside `OURS`."""


@attrs.frozen
class Server:
    """What one sort of server needs.

    Attributes: `title`; `driver` (SQLAlchemy's name for it); `isolation`; `settings` (statements for each new
    connection, with `{wait}` in seconds); `hold` (keeps others away from subjects); `positions` (transaction and
    position of so many new records); `settled` (an expression for the transaction before which nothing can come any
    more, None where nothing ever can); `next_xact` (one for the first transaction that is yet to begin); `order` (the
    columns of the feed's order); `making` (keeps two from making the tables at once); `numbers` and `piecemeal` (see
    `schema.statements`); `code` (of an error); `again` (codes of
    what is tried again); `taken` (codes of a key that is there already); `reasons` (sentences by code); `owns` (a
    statement for whether this user owns the tables) and `rewriting` (statements that write them anew); `sampling` (one
    that gathers the server's statistics anew, None where they hold no names); `open_since` (a
    statement for the seconds that the oldest transaction has been open which holds the feed back); `keeps` (where else
    the server keeps bytes that an erasure cannot reach).
    """

    title: str
    driver: str
    isolation: str
    settings: tuple[str, ...]
    hold: Callable[[Connection, Held], None]
    positions: Callable[[Connection, int], Sequence[tuple[int, int]]]
    settled: str | None
    next_xact: str | None
    order: tuple[str, ...]
    making: str | None
    numbers: bool
    piecemeal: bool
    code: Callable[[BaseException], object]
    again: frozenset[object]
    taken: frozenset[object]
    reasons: Mapping[object, str]
    owns: str | None
    rewriting: tuple[str, ...]
    sampling: str | None
    open_since: str | None
    keeps: str


# ---- PostgreSQL


def _lock_by_name(connection: Connection, held: Held) -> None:
    locks = {(OURS + 1, EVERYBODY): len(held) > MANY}
    if len(held) <= MANY:
        for subject, written in held.items():
            number = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:4], signed=True)
            locks[OURS, number] = written or locks.get((OURS, number), False)
    rows = [(space, number, written) for (space, number), written in sorted(locks.items(), reverse=True)]
    spaces, numbers, writtens = (list(column) for column in zip(*rows, strict=True))
    connection.execute(_LOCK, {"spaces": spaces, "numbers": numbers, "written": writtens})


_LOCK: Final = text(
    """SELECT CASE WHEN written THEN pg_advisory_xact_lock(space, number)
                   ELSE pg_advisory_xact_lock_shared(space, number) END
       FROM unnest(CAST(:spaces AS int[]), CAST(:numbers AS int[]), CAST(:written AS bool[]))
            AS wanted (space, number, written)"""
)

_NUMBERED: Final = text(
    """SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint), nextval('iag_position')
       FROM generate_series(1, :count)"""
)


def _by_transaction(connection: Connection, count: int) -> Sequence[tuple[int, int]]:
    return [(xact, position) for xact, position in connection.execute(_NUMBERED, {"count": count})]


POSTGRESQL: Final = Server(
    title="PostgreSQL",
    driver="postgresql+psycopg",
    isolation="READ COMMITTED",
    settings=(
        "SET lock_timeout = '{wait:g}s'",
        # a server may be set to answer before the disk has it; other settings than that are the administrator's
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    ),
    hold=_lock_by_name,
    positions=_by_transaction,
    settled="CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)",
    next_xact="CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)",
    order=("era", "xact", "position"),
    making=f"SELECT pg_advisory_xact_lock({OURS + 1}, {MAKING})",
    numbers=True,
    piecemeal=False,
    code=lambda error: getattr(error, "sqlstate", None),
    again=frozenset({"40001", "40P01"}),
    taken=frozenset({"23505"}),
    reasons={
        "08001": "the server cannot be reached; check its address, and that it is running",
        "25006": "it is read-only, so it can be read but nothing can be added; name the server that may be written",
        "28000": "the server does not let this user in; check the user's name and the server's pg_hba.conf",
        "28P01": "the server does not take this password; mend it in the URL, in PGPASSWORD or in ~/.pgpass",
        "3D000": "the server has no such database; make it, with createdb, or mend the name",
        "42501": "this user lacks a right that it needs ({said}); grant it, or let an administrator do this",
        "42P01": "its tables are not those that this iagcore makes ({said}); restore the last backup",
        "53100": "the server's disk is full, and nothing was written; make room and try again",
        "53200": "the server is out of memory, and nothing was written; try again, or give it more",
        "53300": "the server has no connection to spare, and nothing was written; try again, or allow it more",
        "55P03": "another connection has held it locked for more than {wait:g} s, and nothing was written; "
        "try again, or find the connection that is still writing",
        "57P03": "the server is starting or stopping, and nothing was written; try again in a moment",
    },
    # who is no owner would be answered with a mere warning, and nothing would be done
    owns="""SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
            WHERE oid IN ('iag_record'::regclass, 'iag_about'::regclass)""",
    rewriting=("VACUUM (FULL, ANALYZE) iag_record", "VACUUM (FULL, ANALYZE) iag_about"),
    # the names of subjects are sampled, since queries look for them
    sampling="ANALYZE iag_record, iag_about",
    open_since="""SELECT CAST(extract(epoch FROM clock_timestamp() - min(since)) AS float) FROM (
                      SELECT xact_start AS since FROM pg_stat_activity
                      WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                      UNION ALL SELECT prepared FROM pg_prepared_xacts) AS open""",
    keeps="the server's write-ahead log, its archives, replicas and backups",
)


# ---- MariaDB: one writer at a time


def _lock_the_row(connection: Connection, held: Held) -> None:  # pragma: no cover - MariaDB
    connection.execute(select(JOURNAL.c.position).with_for_update())


def _counted(connection: Connection, count: int) -> Sequence[tuple[int, int]]:  # pragma: no cover - MariaDB
    connection.execute(update(JOURNAL).values(position=JOURNAL.c.position + count))
    last = connection.execute(select(JOURNAL.c.position)).scalar_one()
    return [(0, position) for position in range(last - count + 1, last + 1)]


MARIADB: Final = Server(
    title="MariaDB",
    driver="mariadb+pymysql",
    isolation="READ COMMITTED",
    settings=("SET SESSION innodb_lock_wait_timeout = {wait:.0f}", "SET SESSION sql_mode = 'TRADITIONAL'"),
    hold=_lock_the_row,
    positions=_counted,
    settled=None,
    next_xact=None,
    order=("position",),
    making=None,
    numbers=False,
    piecemeal=True,
    code=lambda error: error.args[0] if error.args else None,
    again=frozenset({1213}),
    taken=frozenset({1062}),
    reasons={
        1021: "the server's disk is full, and nothing was written; make room and try again",
        1040: "the server has no connection to spare, and nothing was written; try again, or allow it more",
        1044: "this user may not use this database; grant it, or mend the name",
        1045: "the server does not take this user or this password; mend them",
        1049: "the server has no such database; make it, or mend the name",
        1114: "the server has no more room for its tables, and nothing was written; make room and try again",
        1142: "this user lacks a right that it needs ({said}); grant it, or let an administrator do this",
        1205: "another connection has held it locked for more than {wait:g} s, and nothing was written; "
        "try again, or find the connection that is still writing",
        1290: "it is read-only, so it can be read but nothing can be added; name the server that may be written",
        2003: "the server cannot be reached; check its address, and that it is running",
    },
    owns=None,
    rewriting=("OPTIMIZE TABLE iag_record", "OPTIMIZE TABLE iag_about"),
    sampling=None,
    open_since=None,
    keeps="the server's redo and binary logs, its replicas and backups",
)

SERVERS: Final = {"postgresql": POSTGRESQL, "mariadb": MARIADB, "mysql": MARIADB}
"""By SQLAlchemy's name."""
