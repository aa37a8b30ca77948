"""A journal's SQLite file looked at from below: whether it is whole, and what can still be read of one that is not.

A whole file is examined as any journal is (`examining`), after what only SQLite can tell: the state of its pages and
indexes, rows that belong to nothing, and positions that are not there, since it gives them without a gap.

Of a damaged file everything is read that SQLite can still reach. Records are asked for by position, and a stretch that
cannot be read is halved until only what is lost is left of it. Filings are read from both ends towards the damage, and
between them by the keys that their index has. What was read is then examined like a journal, and what was not is named:
by its home and version where a filing tells, else by its position. Nothing is ever written to the file.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import NoneType
from typing import Any, Final

import attrs

from iagcore.entries import KIND_BY_NAME
from iagcore.exceptions import UnusableJournal
from iagcore.storage.codec import Kinds
from iagcore.storage.examining import Examination, Progress, Trouble, examine
from iagcore.storage.sqlite import APPLICATION_ID, SCHEMA, SCHEMA_VERSION, SQLiteJournal
from iagcore.storage.stored import Filing, StoredRecord

HEADER: Final = b"SQLite format 3\0"
THE_FILE: Final = "the file"
TOLD_MOST: Final = 20
"""Of what SQLite says of its pages, how much is told."""
STRETCH: Final = 1024
"""How many positions are asked for at once."""
LEAST_BYTES: Final = 64
"""No record takes less of a file; so many positions at most can there be where the file does not say."""

_RECORDS: Final = """SELECT position, surrogate, home, id, plain, salted, envelope, payload FROM record NOT INDEXED
                     WHERE position BETWEEN ? AND ? ORDER BY position"""
_FILINGS: Final = (
    "SELECT surrogate, place, subject, version, commitment, salt FROM about ORDER BY subject {0}, version {0}"
)
_FILING: Final = (
    "SELECT surrogate, place, subject, version, commitment, salt FROM about WHERE subject = ? AND version = ?"
)
_KEYS: Final = "SELECT subject, version FROM about INDEXED BY about_record ORDER BY surrogate {0}, place {0}"
_UNFILED: Final = """SELECT position, home FROM record
                     WHERE NOT EXISTS (SELECT 1 FROM about WHERE about.surrogate = record.surrogate
                                       AND place = 0 AND subject = home)"""
_ORPHANS: Final = """SELECT subject, version FROM about
                     WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.surrogate = about.surrogate)"""

Row = tuple[Any, ...]
_A_RECORD: Final = ((int,), (str,), (str,), (str, NoneType), (bytes,), (bytes,), (bytes,), (bytes, NoneType))
_A_FILING: Final = ((str,), (int,), (str,), (int,), (bytes,), (bytes, NoneType))
"""What the columns of a row hold; those of a damaged one may hold anything."""


def examine_file(path: str, *, progress: Progress = lambda done: None, kinds: Kinds = KIND_BY_NAME) -> Examination:
    """Examine a journal that is an SQLite file, damaged or not.

    Raises `UnusableJournal` for a file that is no journal, or one of a later version.
    """
    connection = _opened(path)
    if connection is None:
        return Examination(records=0, homes=0, erased=0, unread=0, troubles=())
    with closing(connection):
        damage, rows = _damage(connection)
        if not damage:
            try:
                with SQLiteJournal(path) as journal:
                    found = examine(journal, progress=progress, kinds=kinds)
                return attrs.evolve(found, troubles=(*rows, *found.troubles))
            except UnusableJournal as error:
                damage = [*rows, Trouble(THE_FILE, error.reason)]
        salvaged = Salvaged.of(connection, most=Path(path).stat().st_size // LEAST_BYTES)
    found = examine(salvaged, progress=progress, kinds=kinds)
    return attrs.evolve(found, troubles=(*damage, *salvaged.lost, *found.troubles))


def _opened(path: str) -> sqlite3.Connection | None:
    """A connection that reads only, also what is damaged; None for a journal in which nothing is yet.

    Raises `UnusableJournal` where the file is no journal of ours.
    """
    file = Path(path).absolute()
    connection: sqlite3.Connection | None = None
    try:
        connection, application, version = _read_only(file)
        if (application, version) == (APPLICATION_ID, SCHEMA_VERSION):
            return connection
    except sqlite3.Error as error:
        if _is_of_sqlite(file):
            reason = f"its first page is damaged, so SQLite can read none of it ({error}): restore the last backup"
            raise UnusableJournal(path, reason) from error
    if connection is not None:
        connection.close()
    with SQLiteJournal(path) as journal:
        # which raises, with a sentence of its own, unless it is a file that a first append has only begun
        next(journal.read_all(), None)
    return None


def _is_of_sqlite(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(HEADER)) == HEADER
    except OSError:
        return False


def _read_only(file: Path) -> tuple[sqlite3.Connection, int, int]:
    try:
        return _connected(file, "mode=ro")
    except sqlite3.OperationalError:
        # where nothing may be written SQLite cannot take part in a log, but can read the file as it is
        return _connected(file, "mode=ro&immutable=1")


def _connected(file: Path, mode: str) -> tuple[sqlite3.Connection, int, int]:
    connection = sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True, isolation_level=None)
    try:
        # bytes that are no text are shown as bytes, so that one bad name does not hide the rest
        connection.text_factory = lambda written: written.decode("utf-8", "backslashreplace")
        # without it, SQLite reads nothing of a file that is shorter than it should be
        connection.execute("PRAGMA writable_schema = ON")
        [(application,)] = connection.execute("PRAGMA application_id").fetchall()
        [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection, application, version


# ---- is it whole?


def _damage(connection: sqlite3.Connection) -> tuple[list[Trouble], list[Trouble]]:
    """What is wrong with pages, indexes and tables; and, where nothing is, the rows that are out of place."""
    try:
        # one view of the file, whatever is recorded meanwhile
        connection.execute("BEGIN")
        said = [line for (line,) in connection.execute(f"PRAGMA integrity_check({TOLD_MOST})")]
        lines = [line for one in said for line in one.splitlines() if line not in ("ok", "*** in database main ***")]
        found = [Trouble(THE_FILE, line) for line in lines]
        if not found and _tables(connection) != _tables_of_a_new_one():
            found.append(Trouble(THE_FILE, "its tables are not as this version makes them"))
        return found, [] if found else _rows_out_of_place(connection)
    except sqlite3.Error as error:
        return [Trouble(THE_FILE, f"SQLite cannot go through it ({error})")], []
    finally:
        connection.rollback()


def _tables(connection: sqlite3.Connection) -> set[Row]:
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _tables_of_a_new_one() -> set[Row]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in SCHEMA:
            connection.execute(statement)
        return _tables(connection)


def _rows_out_of_place(connection: sqlite3.Connection) -> list[Trouble]:
    """Records and filings that belong to nothing, and positions that are not there, in a whole file."""
    found = [
        Trouble(home, f"the record at position {position} is not filed under it")
        for position, home in connection.execute(_UNFILED)
    ]
    found += [
        Trouble(f"{subject}, version {version}", "a record is filed here that is not there")
        for subject, version in connection.execute(_ORPHANS)
    ]
    last = 0
    for (position,) in connection.execute("SELECT position FROM record ORDER BY position"):
        found += _missing(last, position)
        last = position
    [(given,)] = connection.execute("SELECT ifnull(max(seq), 0) FROM sqlite_sequence").fetchall()
    return found + _missing(last, given + 1)


def _missing(last: int, following: int) -> list[Trouble]:
    if following <= last + 1:
        return []
    at = f"position {last + 1}" if following == last + 2 else f"positions {last + 1} to {following - 1}"
    return [Trouble(THE_FILE, f"nothing is at {at}, where a record was")]


# ---- what can still be read


@attrs.frozen
class Salvaged:
    """What SQLite could still reach of a damaged file, as a journal to examine, and what is `lost`."""

    records: tuple[StoredRecord, ...]
    filed: Mapping[str, Sequence[StoredRecord]]
    lost: tuple[Trouble, ...]

    @classmethod
    def of(cls, connection: sqlite3.Connection, *, most: int) -> "Salvaged":
        """Read all that can be read; `most` is how many positions there can be."""
        lost_at: list[int] = []
        rows = list(_stretches(connection, _last_position(connection, most), lost_at))
        by_record: dict[str, list[Row]] = {}
        for row in _filings(connection).values():
            by_record.setdefault(row[0], []).append(row)
        lost: list[Trouble] = []
        records: list[StoredRecord] = []
        for row in rows:
            position, surrogate, home, id, plain, salted, envelope, payload = row
            about = sorted(by_record.pop(surrogate, ()), key=lambda filing: filing[1])
            whole = _is_of(row, _A_RECORD)
            if not whole or not about or about[0][1] != 0:
                what = "is there, and how it was filed cannot be read" if whole else "cannot be read whole"
                lost.append(Trouble(str(home), f"the record at position {position} {what}"))
                continue
            filed = tuple(Filing(*filing[2:]) for filing in about)
            records.append(
                StoredRecord(
                    surrogate=surrogate,
                    about=filed,
                    envelope=envelope,
                    payload=payload,
                    id=id,
                    plain=plain,
                    salted=salted,
                    position=f"{position:019d}",
                )
            )
        for orphaned in by_record.values():
            for _, _, subject, version, *_ in orphaned:
                lost.append(Trouble(f"{subject}, version {version}", "the record that is filed here cannot be read"))
        if lost_at:
            lost.append(Trouble(THE_FILE, f"nothing can be read at {_spelt(lost_at)}"))
        filed_under: dict[str, list[tuple[int, StoredRecord]]] = {}
        for one in records:
            for filing in one.about:
                filed_under.setdefault(filing.subject, []).append((filing.version, one))
        return cls(
            tuple(records),
            {
                subject: [one for _, one in sorted(found, key=lambda pair: pair[0])]
                for subject, found in filed_under.items()
            },
            tuple(lost),
        )

    def read(self, subject: str) -> Iterator[StoredRecord]:
        """The records that were read, under a subject."""
        yield from self.filed.get(subject, ())

    def read_all(self) -> Iterator[StoredRecord]:
        """All the records that were read."""
        yield from self.records


def _last_position(connection: sqlite3.Connection, most: int) -> int:
    for asked in ("SELECT max(seq) FROM sqlite_sequence", "SELECT max(position) FROM record"):
        with suppress(sqlite3.Error):
            [(last,)] = connection.execute(asked).fetchall()
            if type(last) is int and 0 < last <= most:
                return last
    return most


def _stretches(connection: sqlite3.Connection, last: int, lost: list[int]) -> Iterator[Row]:
    """Every row of `record` that can be read, up to a position; where none can be, the position is added to `lost`."""
    asked = [(first, min(first + STRETCH - 1, last)) for first in range(1, last + 1, STRETCH)]
    asked.reverse()
    while asked:
        first, end = asked.pop()
        try:
            yield from connection.execute(_RECORDS, (first, end)).fetchall()
        except sqlite3.Error:
            if first == end:
                lost.append(first)
            else:
                middle = (first + end) // 2
                asked += [(middle + 1, end), (first, middle)]


def _filings(connection: sqlite3.Connection) -> dict[tuple[Any, Any], Row]:
    """Every row of `about` that can be read, by its key."""
    found: dict[tuple[Any, Any], Row] = {}

    def keep(rows: Iterable[Row]) -> None:
        found.update(((row[2], row[3]), row) for row in rows if _is_of(row, _A_FILING))

    for way in ("ASC", "DESC"):
        keep(_up_to_the_damage(connection, _FILINGS.format(way)))
    for way in ("ASC", "DESC"):
        for key in list(_up_to_the_damage(connection, _KEYS.format(way))):
            if key not in found:
                keep(_up_to_the_damage(connection, _FILING, key))
    return found


def _is_of(row: Row, columns: Sequence[tuple[type, ...]]) -> bool:
    return all(type(value) in types for value, types in zip(row, columns, strict=True))


def _up_to_the_damage(connection: sqlite3.Connection, asked: str, parameters: Row = ()) -> Iterator[Row]:
    with suppress(sqlite3.Error):
        yield from connection.execute(asked, parameters)


def _spelt(positions: Sequence[int]) -> str:
    """Positions in words, stretches together."""
    stretches: list[list[int]] = []
    for position in positions:
        if stretches and position == stretches[-1][1] + 1:
            stretches[-1][1] = position
        else:
            stretches.append([position, position])
    said = [str(first) if first == last else f"{first} to {last}" for first, last in stretches]
    return f"position {said[0]}" if positions[1:] == [] else f"positions {', '.join(said)}"
