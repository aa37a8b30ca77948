"""The directory in one SQLite file, with a full-text index and an index of places.

How each promise of `protocols` is kept:

- *All or nothing, and never whole in memory.* What arrives waits in a temporary table, which is on disk and this
  connection's own. Once all of it has come, one `BEGIN IMMEDIATE` transaction settles it id by id. Until then nobody
  waits, and a feed that breaks off has changed nothing.
- *Readers never block, and are never blocked.* The write-ahead log (WAL) gives each its own view; `listings` fetches
  one page at a time and lets go between pages.
- *From an index.* What an opportunity answers is worked out when it is kept, into the narrow table `facts`: an integer
  where it is known, NULL where it is not. A search narrows by words (full text), by places (an index of points on a
  globe, so that the shortest way needs no trigonometry and no map has an edge), or walks an index that holds every
  fact. It ranks there too. The documents of the best few are read, and `matching` has the last word on each.

Whatever keeps the file from being used is one exception, `UnusableDirectory`, with a sentence that says how to mend it.
"""

import math
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import attrs

from iagcore.directory.codec import FORMAT, read, written
from iagcore.directory.identity import Before, Identity, Settled, id_of_its_own, settle
from iagcore.directory.matching import Sought, match, searched
from iagcore.directory.protocols import MOST_COUNTED, Found, Kept, Listing, Unread
from iagcore.exceptions import UnusableDirectory
from iagcore.practice.opportunities import NO, YES, Answer, Opportunity
from iagcore.storage.sqlite_file import IN_MEMORY, PRIVATE, OnAFile, SQLiteFile, Store, transaction

APPLICATION_ID: Final = 0x49414744
"""`IAGD` in the file's header: how a directory is told from somebody else's database."""

_FACTS_BESIDE_PLACE: Final = """runs, least_age, most_age, free, free_until, lasting, ending, first_end, last_end,
    whole, points, name, id"""
_FACTS: Final = f"{_FACTS_BESIDE_PLACE}, anywhere, x, y, z"
"""What a search looks at: with all of it in an index, no page of the table itself is read."""

SCHEMA: Final = (
    """CREATE TABLE listing (
           row          INTEGER PRIMARY KEY,
           id           TEXT NOT NULL UNIQUE,
           feed         TEXT NOT NULL,
           id_in_feed   TEXT NOT NULL,
           name         TEXT NOT NULL,
           organisation TEXT NOT NULL,
           first_listed TEXT NOT NULL,
           last_listed  TEXT NOT NULL,
           gone         TEXT,
           document     TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX listing_in_feed ON listing (feed, id_in_feed)",
    # 1 yes, 0 no, NULL unknown; weekdays are bits, Monday the lowest; days are texts that sort as they follow.
    # Nearly everything has one place or none: its point stands here, and only where there are more in a table beside.
    """CREATE TABLE facts (
           row        INTEGER PRIMARY KEY,
           present    INTEGER NOT NULL,
           runs       INTEGER,
           anywhere   INTEGER,
           least_age  INTEGER,
           most_age   INTEGER,
           free       INTEGER,
           free_until TEXT,
           lasting    INTEGER NOT NULL,
           ending     INTEGER NOT NULL,
           first_end  TEXT,
           last_end   TEXT,
           whole      INTEGER NOT NULL,
           points     INTEGER NOT NULL,
           x          REAL,
           y          REAL,
           z          REAL,
           name       TEXT NOT NULL,
           id         TEXT NOT NULL
       ) STRICT""",
    f"CREATE INDEX facts_present ON facts (present, {_FACTS})",
    f"CREATE INDEX facts_by_place ON facts (z, x, y, present, {_FACTS_BESIDE_PLACE})",
    f"CREATE INDEX facts_anywhere ON facts (anywhere, present, {_FACTS}) WHERE anywhere IS NOT 0",
    """CREATE TABLE place (
           row INTEGER NOT NULL,
           x   REAL NOT NULL,
           y   REAL NOT NULL,
           z   REAL NOT NULL,
           PRIMARY KEY (row, x, y, z)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX place_by_latitude ON place (z, x, y)",
    # The words are folded before they are kept, so that a search here and one in Python find the same.
    "CREATE VIRTUAL TABLE words USING fts5 (name, others, content = '', detail = column, tokenize = 'ascii')",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)

STAGE: Final = (
    """CREATE TEMPORARY TABLE arrived (
           id_in_feed TEXT NOT NULL, document TEXT NOT NULL, said INTEGER NOT NULL DEFAULT 1,
           PRIMARY KEY (id_in_feed, document)
       ) STRICT, WITHOUT ROWID""",
    "CREATE TEMPORARY TABLE unread (id_in_feed TEXT) STRICT",
    "CREATE TEMPORARY TABLE present (row INTEGER PRIMARY KEY) STRICT",
)
"""Where a feed waits until all of it has come: on disk, and gone with the connection."""

_ARRIVE: Final = """INSERT INTO temp.arrived (id_in_feed, document) VALUES (?, ?)
                    ON CONFLICT DO UPDATE SET said = said + 1"""

_KNOWN: Final = """SELECT row, id, name, organisation, gone, document FROM listing WHERE feed = ? AND id_in_feed = ?"""

_LISTING: Final = "SELECT id, feed, id_in_feed, first_listed, last_listed, gone, document FROM listing"

_FACT: Final = f"""INSERT OR REPLACE INTO facts (row, present, anywhere, x, y, z, {_FACTS_BESIDE_PLACE})
                    VALUES (?, 1, {", ".join("?" * 17)})"""

_NOTHING_WAS_LOST: Final = """SELECT EXISTS (SELECT 1 FROM temp.present)
                                 AND NOT EXISTS (SELECT 1 FROM temp.unread WHERE id_in_feed IS NULL)"""

_MISSING: Final = """SELECT row FROM listing
                     WHERE feed = ? AND gone IS NULL AND row NOT IN (SELECT row FROM temp.present)
                       AND id_in_feed NOT IN (SELECT id_in_feed FROM temp.unread)"""

_ADD: Final = """INSERT INTO listing (id, feed, id_in_feed, name, organisation, first_listed, last_listed, document)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_CHANGE: Final = """UPDATE listing SET name = ?, organisation = ?, last_listed = ?, gone = NULL, document = ?
                    WHERE row = ?"""

_FORGET_WORDS: Final = "INSERT INTO words (words, rowid, name, others) VALUES ('delete', ?, ?, ?)"

_PAGE: Final = 256
"""Listings fetched at once."""

STORE: Final = Store(
    application_id=APPLICATION_ID,
    version=FORMAT,
    schema=SCHEMA,
    settings=(
        # a directory can be imported again, so what a failing disk takes of an import is not worth a wait in each
        "PRAGMA synchronous = NORMAL",
        "PRAGMA cache_size = -32768",
    ),
    unusable=UnusableDirectory,
    damaged="make it anew, and import the feeds again",
    reopen="SQLiteDirectory(path)",
    kept_open=2,
)


# ---- what is asked, in SQL: each question comes to 1 (yes), 0 (no) or NULL (unknown), as `matching` has it

_ON_DAY: Final = """CASE
    WHEN lasting & :bit THEN 1
    WHEN ending & :bit THEN CASE WHEN :today <= first_end THEN 1 END
    WHEN whole AND (lasting OR :today <= last_end) THEN 0
END"""
_FREE: Final = "CASE WHEN free_until IS NULL OR :today <= free_until THEN free END"
_FOR_AGE: Final = """CASE
    WHEN least_age IS NULL AND most_age IS NULL THEN NULL
    ELSE ifnull(:age >= least_age, 1) AND ifnull(:age <= most_age, 1)
END"""
_FROM_POINT: Final = "(({0}x - :x) * ({0}x - :x) + ({0}y - :y) * ({0}y - :y) + ({0}z - :z) * ({0}z - :z))"
_SQUARE: Final = f"""CASE points
    WHEN 0 THEN NULL
    WHEN 1 THEN {_FROM_POINT.format("facts.")}
    ELSE (SELECT min({_FROM_POINT.format("place.")}) FROM place WHERE place.row = facts.row)
END"""
_IN_BOX: Final = """z BETWEEN :z - :reach AND :z + :reach AND x BETWEEN :x - :reach AND :x + :reach
    AND y BETWEEN :y - :reach AND :y + :reach"""


def query(sought: Sought) -> tuple[str, ...]:
    """The statements that find what is sought: of each its row and what it is ranked by, in no order.

    The last finds everything. One before it finds what is known to be within the radius; where there is nothing to ask
    about that, nothing from beyond can come before it, and the other is not needed.
    """
    asked = (
        "runs",
        _ON_DAY if sought.day is not None else "",
        _FREE if sought.free else "",
        _FOR_AGE if sought.age is not None else "",
    )
    known = [expression for expression in asked if expression]
    where = ["present = 1", *(f"({expression}) IS NOT 0" for expression in known)]
    unknown = " + ".join(f"(({expression}) IS NULL)" for expression in known)
    named = " AND ".join(f"instr(' ' || facts.name, ' ' || :word{n}) > 0" for n in range(len(sought.words)))
    source = "facts"
    if sought.words:
        # a cross join keeps its order: the words first, then what they stand on
        source = "words CROSS JOIN facts ON facts.row = words.rowid"
        where.insert(0, "words MATCH :words")
    columns = f"facts.row AS row, {named or '0'} AS named, facts.name AS name, facts.id AS id"

    def arm(square: str, unknown: str, *conditions: str, source: str = source) -> str:
        conditions = (*where, *conditions)
        return f"SELECT {columns}, {unknown} AS unknown, {square} AS square FROM {source} WHERE {_all(conditions)}"

    if sought.near is None:
        return (arm("NULL", unknown),)
    if sought.within is None:
        return (arm(_SQUARE, f"{unknown} + (points = 0 AND anywhere IS NOT 1)"),)
    within = f"({_SQUARE}) <= :radius"
    # beyond the radius, or of unknown place, is still shown where it is not known to be too far
    may_be_beyond = f"(anywhere IS NOT 0 OR {within})"
    if sought.words:
        # the words are few enough to look at each place once
        unplaced = f"{unknown} + (anywhere IS NULL AND ({within}) IS NOT 1)"
        return (arm(f"CASE WHEN {within} THEN {_SQUARE} END", unplaced, may_be_beyond),)
    point = _FROM_POINT.format("facts.")
    one_place = arm(point, unknown, _IN_BOX, f"{point} <= :radius", source="facts INDEXED BY facts_by_place")
    in_box = f"(SELECT DISTINCT row FROM place WHERE {_IN_BOX}) AS found"
    places = arm(_SQUARE, unknown, within, source=f"{in_box} CROSS JOIN facts ON facts.row = found.row")
    beyond = arm(
        "NULL",
        f"{unknown} + (anywhere IS NULL)",
        "anywhere IS NOT 0",
        f"(points = 0 OR ({within}) IS NOT 1)",
        source="facts INDEXED BY facts_anywhere",
    )
    inside = f"{one_place} UNION ALL {places}"
    return inside, f"{inside} UNION ALL {beyond}"


RANKED: Final = """SELECT row, unknown FROM ({})
                   ORDER BY unknown, named = 0, square IS NULL, square, name, id LIMIT :most"""
COUNTED: Final = "SELECT count(*) FROM (SELECT 1 FROM ({}) LIMIT :counted)"


def _all(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def parameters(sought: Sought, today: date, most: int) -> dict[str, object]:
    """What stands for the names in `query`, `RANKED` and `COUNTED`."""
    x, y, z = sought.centre or (None, None, None)
    return {
        "today": str(today),
        "most": most,
        "counted": MOST_COUNTED,
        "bit": None if sought.day is None else 1 << sought.day,
        "age": sought.age,
        "x": x,
        "y": y,
        "z": z,
        "radius": sought.radius,
        # a little wider than the radius, so that rounding in the box loses nothing that the radius has
        "reach": None if sought.radius is None else math.sqrt(sought.radius) + 1e-9,
        "words": " AND ".join(f'"{word}"*' for word in sought.words),
        **{f"word{number}": word for number, word in enumerate(sought.words)},
    }


def _bits(days: Iterable[int]) -> int:
    return sum(1 << day for day in days)


def _three_valued(answer: Answer) -> int | None:
    return 1 if answer is YES else 0 if answer is NO else None


def facts_of(opportunity: Opportunity) -> tuple[object, ...]:
    """What an opportunity answers, in the order of `_FACT`."""
    week = opportunity.week
    free, until = opportunity.price
    anywhere = 1 if opportunity.is_remote else 0 if opportunity.every_place_is_known else None
    points = _points(opportunity)
    return (
        anywhere,
        *(points[0] if len(points) == 1 else (None, None, None)),
        _three_valued(opportunity.is_open),
        opportunity.least_age,
        opportunity.most_age,
        _three_valued(free),
        until and str(until),
        _bits(week.lasting),
        _bits(week.ending - week.lasting),
        week.first_end and str(week.first_end),
        week.last_end and str(week.last_end),
        int(week.whole),
        len(points),
        searched(opportunity)[0],
        opportunity.id,
    )


def _points(opportunity: Opportunity) -> list[tuple[float, float, float]]:
    return sorted({point for place in opportunity.places if (point := place.on_globe)})


class SQLiteDirectory(OnAFile):
    """A `Directory` in one file, for many threads and many processes.

    `path` is the file; it is made by the first import, while one that does not exist is an empty directory. `wait` is
    how many seconds a write waits for others to finish. `mode` is the mode of a file that is made: its owner's alone,
    unless a host gives another. Every method raises `UnusableDirectory` where the file cannot be used. `close()`, or
    leaving the `with` block, closes what is open.
    """

    def __init__(self, path: str | os.PathLike[str], *, wait: float = 5.0, mode: int = PRIVATE) -> None:
        if os.fspath(path) == IN_MEMORY:
            raise ValueError("`:memory:` names no file: use MemoryDirectory() for a directory that is not to last")
        super().__init__(SQLiteFile(os.fspath(path), STORE, wait=wait, mode=mode))

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        """Keep what a feed lists; see `protocols.Directory`."""
        with self._file.borrow(writing=True) as connection:
            connection.lasting = False  # what waits in its temporary tables goes with it
            _stage(connection, arrivals)
            with transaction(connection):
                return _settle(connection, feed, today, most_gone=most_gone if full else None)

    def listing(self, id: str) -> Listing | None:
        """What is kept under the directory's own id; see `protocols.Directory`."""
        with self._reading() as connection:
            if connection is None:
                return None
            found = connection.execute(f"{_LISTING} WHERE id = ?", (id,)).fetchone()
        return None if found is None else _listing(found)

    def listings(self) -> Iterator[Listing]:
        """Everything that is kept; see `protocols.Directory`."""
        after = ""
        while True:
            with self._reading() as connection:
                if connection is None:
                    return
                statement = f"{_LISTING} WHERE id > ? ORDER BY id LIMIT ?"
                page = connection.execute(statement, (after, _PAGE)).fetchall()
            yield from map(_listing, page)
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        """What fits, best first; see `protocols.Directory`."""
        with self._reading() as connection:
            if connection is None:
                return Found((), 0)
            names = parameters(sought, today, most)
            for statement in query(sought):
                rows = connection.execute(RANKED.format(statement), names).fetchall()
                if len(rows) == most and rows[-1][1] == 0:
                    break
            in_all = min(len(rows), MOST_COUNTED)
            if len(rows) == most:
                [(in_all,)] = connection.execute(COUNTED.format(query(sought)[-1]), names)
            documents = [
                connection.execute("SELECT id, document FROM listing WHERE row = ?", (row,)).fetchone()
                for row, _ in rows
            ]
        matches = [match(read(id, document), sought, today=today) for id, document in documents]
        return Found(matches, in_all)

    # -- inside ---------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._file.path

    def _reading(self) -> AbstractContextManager[sqlite3.Connection | None]:
        """A connection that reads; None where nothing was kept yet.

        Private, and kept for tests and benchmarks that look at what a search costs.
        """
        return self._file.reading()


def _stage(connection: sqlite3.Connection, arrivals: Iterable[Opportunity | Unread]) -> None:
    for statement in STAGE:
        connection.execute(statement)
    with transaction(connection, "BEGIN"):
        for one in arrivals:
            if isinstance(one, Unread):
                connection.execute("INSERT INTO temp.unread VALUES (?)", (one.id,))
            else:
                connection.execute(_ARRIVE, (one.id, written(one)))


def _settle(connection: sqlite3.Connection, feed: str, today: date, *, most_gone: float | None) -> Kept:
    counts: Counter[str] = Counter()
    [(listed,)] = connection.execute("SELECT count(*) FROM listing WHERE feed = ? AND gone IS NULL", (feed,))

    def is_taken(id: str) -> bool:
        return connection.execute("SELECT 1 FROM listing WHERE id = ?", (id,)).fetchone() is not None

    arrived = connection.execute("SELECT id_in_feed, document, said FROM temp.arrived ORDER BY id_in_feed, document")
    for id_in_feed, group in groupby(arrived, key=lambda row: row[0]):
        rows = list(group)
        said = [read(id_in_feed, text) for _, text, _ in rows]
        known = [_Kept(*row) for row in connection.execute(_KNOWN, (feed, id_in_feed)).fetchall()]
        before = [Before(Identity(one.name, one.organisation), one.id, one) for one in known]
        settled = settle(said, before)
        counts["repeated"] += sum(times for _, _, times in rows) - len(settled)
        for one in settled:
            # what is put together of one record is that record, and its document is here already
            document = next(
                (text for each, (_, text, _) in zip(said, rows, strict=True) if each is one.opportunity), None
            )
            document = document or written(one.opportunity)
            if one.row is None:
                id = id_of_its_own(id_in_feed, one.identity, feed, is_taken=is_taken)
                named = one.opportunity if id == id_in_feed else attrs.evolve(one.opportunity, id=id)
                row = _add(connection, Listing(named, feed, id_in_feed, today, today), one.identity, document)
                counts["new"] += 1
            else:
                row = one.row.row
                counts["changed" if _update(connection, one.row, one, document, today) else "unchanged"] += 1
                counts["back"] += one.row.gone is not None
            connection.execute("INSERT INTO temp.present VALUES (?)", (row,))
    if most_gone is not None and connection.execute(_NOTHING_WAS_LOST).fetchone()[0]:
        missing = connection.execute(_MISSING, (feed,)).fetchall()
        if len(missing) > most_gone * listed:
            return Kept(**counts, held_back=len(missing))
        connection.executemany("UPDATE listing SET gone = ? WHERE row = ?", [(str(today), row) for (row,) in missing])
        connection.executemany("UPDATE facts SET present = 0 WHERE row = ?", missing)
        counts["gone"] = len(missing)
    return Kept(**counts)


@attrs.frozen
class _Kept:
    """What was kept before under one id in the feed."""

    row: int
    id: str
    name: str
    organisation: str
    gone: str | None
    document: str


def _add(connection: sqlite3.Connection, listing: Listing, identity: Identity, document: str) -> int:
    days = str(listing.first_listed), str(listing.last_listed)
    kept = (listing.id, listing.feed, listing.id_in_feed, identity.name, identity.organisation, *days)
    row = connection.execute(_ADD, (*kept, document)).lastrowid
    assert row is not None  # a row was inserted
    _index(connection, row, listing.opportunity)
    return row


def _update(connection: sqlite3.Connection, was: _Kept, one: Settled[_Kept], document: str, today: date) -> bool:
    """Bring what was kept up to date; whether it says anything else than before."""
    identity = one.identity
    changed = document != was.document
    if not changed:
        connection.execute("UPDATE listing SET last_listed = ?, gone = NULL WHERE row = ?", (str(today), was.row))
    else:
        connection.execute(_CHANGE, (identity.name, identity.organisation, str(today), document, was.row))
        before = read(was.id, was.document)
        # the words are not kept beside their index, so what is taken out of it has to be said
        connection.execute(_FORGET_WORDS, (was.row, *searched(before)))
        connection.execute("DELETE FROM place WHERE row = ?", (was.row,))
        _index(connection, was.row, attrs.evolve(one.opportunity, id=was.id))
    if was.gone is not None:
        connection.execute("UPDATE facts SET present = 1 WHERE row = ?", (was.row,))
    return changed


def _index(connection: sqlite3.Connection, row: int, opportunity: Opportunity) -> None:
    connection.execute(_FACT, (row, *facts_of(opportunity)))
    connection.execute("INSERT INTO words (rowid, name, others) VALUES (?, ?, ?)", (row, *searched(opportunity)))
    points = _points(opportunity)
    if len(points) > 1:
        connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", [(row, *point) for point in points])


def _listing(row: tuple[Any, ...]) -> Listing:
    id, feed, id_in_feed, first, last, gone, document = row
    return Listing(
        read(id, document),
        feed,
        id_in_feed,
        date.fromisoformat(first),
        date.fromisoformat(last),
        gone and date.fromisoformat(gone),
    )
