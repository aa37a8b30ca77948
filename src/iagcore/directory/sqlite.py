"""The directory in one SQLite file, with a full-text index and an index of places.

How each promise of `protocols` is kept:

- *All or nothing, and never whole in memory.* What arrives waits in a temporary table, which is on disk and this
  connection's own. Once all of it has come, one `BEGIN IMMEDIATE` transaction settles it id by id. Until then nobody
  waits, and a feed that breaks off has changed nothing.
- *Readers never block, and are never blocked.* The write-ahead log (WAL) gives each its own view; `listings` fetches
  one page at a time and lets go between pages.
- *From an index.* What an opportunity answers is worked out when it is kept (`searching`), so a search reads an index,
  ranks there, and reads the documents of the best few alone; `matching` has the last word on each.

Whatever keeps the file from being used is one exception, `UnusableDirectory`, with a sentence that says how to mend it.
"""

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
from iagcore.directory.protocols import MOST_COUNTED, MOST_NAMED, Found, Kept, Listing, Unread
from iagcore.directory.searching import (
    COUNTED,
    FACT,
    FACT_TABLES,
    RANKED,
    facts_of,
    hidden_by,
    parameters,
    points_of,
    query,
    questions,
)
from iagcore.exceptions import UnusableDirectory
from iagcore.opportunities import Opportunity
from iagcore.storage.sqlite_file import IN_MEMORY, PRIVATE, OnAFile, SQLiteFile, Store, transaction

APPLICATION_ID: Final = 0x49414744
"""`IAGD` in the file's header: how a directory is told from somebody else's database."""

SCHEMA: Final = (
    """CREATE TABLE listing (
           row          INTEGER PRIMARY KEY,
           id           TEXT NOT NULL UNIQUE,
           feed         TEXT NOT NULL,
           id_in_feed   TEXT NOT NULL,
           name         TEXT NOT NULL,
           organisation TEXT NOT NULL,
           first_listed TEXT NOT NULL,
           imported     INTEGER NOT NULL,
           gone         TEXT,
           document     TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX listing_in_feed ON listing (feed, id_in_feed)",
    # Each import, so that one which says the same again is one row to change and not all of them.
    """CREATE TABLE import (
           number  INTEGER PRIMARY KEY,
           feed    TEXT NOT NULL,
           day     TEXT NOT NULL,
           digest  TEXT,
           summary TEXT
       ) STRICT""",
    "CREATE INDEX import_of_feed ON import (feed, number)",
    *FACT_TABLES,
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

_LISTING: Final = """SELECT id, feed, id_in_feed, first_listed, (SELECT day FROM import WHERE number = imported), gone,
                     document FROM listing"""
_LAST_IMPORT: Final = "SELECT ifnull(max(number), 0) FROM import WHERE feed = ?"

_NOTHING_WAS_LOST: Final = """SELECT EXISTS (SELECT 1 FROM temp.present)
                                 AND NOT EXISTS (SELECT 1 FROM temp.unread WHERE id_in_feed IS NULL)"""

_MISSING: Final = """SELECT row FROM listing
                     WHERE feed = ? AND gone IS NULL AND row NOT IN (SELECT row FROM temp.present)
                       AND id_in_feed NOT IN (SELECT id_in_feed FROM temp.unread)"""

_ADD: Final = """INSERT INTO listing (id, feed, id_in_feed, name, organisation, first_listed, imported, document)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_CHANGE: Final = """UPDATE listing SET name = ?, organisation = ?, imported = ?, gone = NULL, document = ?
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

    def last_import(self, feed: str) -> int:
        """The number of the latest import of a feed; see `protocols.Remembering`."""
        with self._reading() as connection:
            return 0 if connection is None else int(connection.execute(_LAST_IMPORT, (feed,)).fetchone()[0])

    def remember(self, feed: str, digest: str, summary: str, *, after: int) -> None:
        """Remember what the import after a number was made from; see `protocols.Remembering`."""
        with self._file.borrow(writing=True) as connection, transaction(connection):
            connection.execute(
                f"""UPDATE import SET digest = ?, summary = ? WHERE number = ({_LAST_IMPORT})
                    AND number = (SELECT min(number) FROM import WHERE feed = ? AND number > ?)""",
                (digest, summary, feed, feed, after),
            )

    def listed_again(self, feed: str, digest: str, *, today: date) -> tuple[date, str] | None:
        """Keep again what the latest import kept; see `protocols.Remembering`."""
        with self._reading() as connection:
            if connection is None:
                return None
        with self._file.borrow(writing=True) as connection, transaction(connection):
            known = f"number = ({_LAST_IMPORT}) AND digest = ?"
            found = connection.execute(f"SELECT day, summary FROM import WHERE {known}", (feed, digest)).fetchone()
            if found is None:
                return None
            connection.execute(f"UPDATE import SET day = ? WHERE {known}", (str(today), feed, digest))
        return date.fromisoformat(found[0]), found[1]

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
                if len(rows) == most and rows[-1][1:] == (0, 0, 0):
                    break
            in_all = min(len(rows), MOST_COUNTED)
            if len(rows) == most:
                [(in_all,)] = connection.execute(COUNTED.format(query(sought)[-1]), names)
            considered, hidden = (0, ()) if rows else _hidden(connection, sought, names)
            documents = [
                connection.execute("SELECT id, document FROM listing WHERE row = ?", (row,)).fetchone()
                for row, *_ in rows
            ]
        matches = [match(read(id, document), sought, today=today) for id, document in documents]
        return Found(matches, in_all, considered, hidden)

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


def _hidden(
    connection: sqlite3.Connection, sought: Sought, names: dict[str, object]
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many say the words, and how many of them each question hides."""
    [(considered, *counts)] = connection.execute(hidden_by(sought), names)
    return considered, tuple((one, count) for one, count in zip(questions(sought), counts, strict=True) if count)


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
    counts: dict[str, Any] = Counter()
    contradicted: list[str] = []
    reused: list[str] = []
    imported = connection.execute("INSERT INTO import (feed, day) VALUES (?, ?)", (feed, str(today))).lastrowid
    assert imported is not None  # a row was inserted
    [(listed,)] = connection.execute("SELECT count(*) FROM listing WHERE feed = ? AND gone IS NULL", (feed,))

    def is_taken(id: str) -> bool:
        return connection.execute("SELECT 1 FROM listing WHERE id = ?", (id,)).fetchone() is not None

    arrived = connection.execute("SELECT id_in_feed, document, said FROM temp.arrived ORDER BY id_in_feed, document")
    for id_in_feed, group in groupby(arrived, key=lambda row: row[0]):
        rows = list(group)
        said = [read(id_in_feed, text) for _, text, _ in rows]
        known = [_Kept(*row) for row in connection.execute(_KNOWN, (feed, id_in_feed)).fetchall()]
        before = [Before(Identity(one.name, one.organisation), one.id, one, one.gone is not None) for one in known]
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
                row = _add(
                    connection,
                    Listing(opportunity=named, feed=feed, id_in_feed=id_in_feed, first_listed=today, last_listed=today),
                    one.identity,
                    document,
                    imported,
                )
                counts["new"] += 1
            else:
                id, row = one.row.id, one.row.row
                counts["changed" if _update(connection, one.row, one, document, imported) else "unchanged"] += 1
                counts["back"] += one.row.gone is not None
            if one.opportunity.contradictions and len(contradicted) < MOST_NAMED:
                contradicted.append(id)
            if one.reused and len(reused) < MOST_NAMED:
                reused.append(id)
            connection.execute("INSERT INTO temp.present VALUES (?)", (row,))
    if most_gone is not None and connection.execute(_NOTHING_WAS_LOST).fetchone()[0]:
        missing = connection.execute(_MISSING, (feed,)).fetchall()
        if len(missing) > most_gone * listed:
            return Kept(**counts, contradicted=contradicted, reused=reused, held_back=len(missing))
        connection.executemany("UPDATE listing SET gone = ? WHERE row = ?", [(str(today), row) for (row,) in missing])
        connection.executemany("UPDATE facts SET present = 0 WHERE row = ?", missing)
        counts["gone"] = len(missing)
    return Kept(**counts, contradicted=contradicted, reused=reused)


@attrs.frozen
class _Kept:
    """What was kept before under one id in the feed."""

    row: int
    id: str
    name: str
    organisation: str
    gone: str | None
    document: str


def _add(connection: sqlite3.Connection, listing: Listing, identity: Identity, document: str, imported: int) -> int:
    kept = (listing.id, listing.feed, listing.id_in_feed, identity.name, identity.organisation)
    row = connection.execute(_ADD, (*kept, str(listing.first_listed), imported, document)).lastrowid
    assert row is not None  # a row was inserted
    _index(connection, row, listing.opportunity)
    return row


def _update(connection: sqlite3.Connection, was: _Kept, one: Settled[_Kept], document: str, imported: int) -> bool:
    """Bring what was kept up to date; whether it says anything else than before."""
    identity = one.identity
    changed = document != was.document
    if not changed:
        connection.execute("UPDATE listing SET imported = ?, gone = NULL WHERE row = ?", (imported, was.row))
    else:
        connection.execute(_CHANGE, (identity.name, identity.organisation, imported, document, was.row))
        before = read(was.id, was.document)
        # the words are not kept beside their index, so what is taken out of it has to be said
        connection.execute(_FORGET_WORDS, (was.row, *searched(before)))
        connection.execute("DELETE FROM place WHERE row = ?", (was.row,))
        connection.execute("DELETE FROM facts WHERE row = ?", (was.row,))
        _index(connection, was.row, attrs.evolve(one.opportunity, id=was.id))
    if was.gone is not None:
        connection.execute("UPDATE facts SET present = 1 WHERE row = ?", (was.row,))
    return changed


def _index(connection: sqlite3.Connection, row: int, opportunity: Opportunity) -> None:
    words = searched(opportunity)
    connection.execute(FACT, (row, *facts_of(opportunity, words[0])))
    connection.execute("INSERT INTO words (rowid, name, others) VALUES (?, ?, ?)", (row, *words))
    points = points_of(opportunity)
    if len(points) > 1:
        connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", [(row, *point) for point in points])


def _listing(row: tuple[Any, ...]) -> Listing:
    id, feed, id_in_feed, first, last, gone, document = row
    return Listing(
        opportunity=read(id, document),
        feed=feed,
        id_in_feed=id_in_feed,
        first_listed=date.fromisoformat(first),
        last_listed=date.fromisoformat(last),
        gone=gone and date.fromisoformat(gone),
    )
