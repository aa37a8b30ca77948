"""A journal in a SQLite table of one's own: the two methods of `Journal`, and `read_all` of `Feed`."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Filing, StoredRecord, follow_on, heads

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS record (
    position INTEGER PRIMARY KEY AUTOINCREMENT, surrogate TEXT NOT NULL UNIQUE, home TEXT NOT NULL, id TEXT,
    envelope BLOB NOT NULL, payload BLOB, plain BLOB NOT NULL, salted BLOB NOT NULL, UNIQUE (home, id));
CREATE TABLE IF NOT EXISTS filing (
    subject TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, place INTEGER NOT NULL,
    commitment BLOB NOT NULL, salt BLOB, PRIMARY KEY (subject, version), UNIQUE (position, place));
"""
KEEP = "INSERT INTO record (surrogate, home, id, envelope, payload, plain, salted) VALUES (?, ?, ?, ?, ?, ?, ?)"
VERSION = "SELECT coalesce(max(version), 0) FROM filing WHERE subject = ?"
LAST = """SELECT plain FROM filing JOIN record USING (position)
          WHERE subject = ? AND place = 0 ORDER BY version DESC LIMIT 1"""
READ = """SELECT position, surrogate, id, envelope, payload, plain, salted, subject, version, commitment, salt
          FROM record JOIN filing USING (position) WHERE {} ORDER BY position, place"""
ABOUT = "position IN (SELECT position FROM filing WHERE subject = ? AND version > ?)"


class TableJournal:
    """For many threads and processes: each call has a connection of its own, and each append a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._connect()) as connection:
            connection.executescript(SCHEMA)

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)  # a ValueError, before anything is touched
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")  # from here on nobody else writes; closing without COMMIT undoes all
            for subject, expected in expect.items():  # those that were only read, too
                [(found,)] = connection.execute(VERSION, (subject,)).fetchall()
                if found != expected:
                    raise Conflict(subject, expected, found)
            for home, plain in heads(records).items():  # a home that was erased may have begun anew
                if next(iter(connection.execute(LAST, (home,)).fetchall()), (b"",)) != (plain,):
                    raise Conflict(home)
            for record in records:
                self._keep(connection, record)
            connection.execute("COMMIT")

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        yield from self._records(ABOUT, subject, after)

    def read_all(self, *, after: str | None = None) -> Iterator[StoredRecord]:
        yield from self._records("position > ?", int(after or 0))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None, timeout=20)

    def _keep(self, connection: sqlite3.Connection, record: StoredRecord) -> None:
        row = (record.surrogate, record.home, record.id, record.envelope, record.payload, record.plain, record.salted)
        try:
            position = connection.execute(KEEP, row).lastrowid
        except sqlite3.IntegrityError as error:  # the id is known in this home, or the surrogate
            raise Conflict(record.home) from error
        connection.executemany(
            "INSERT INTO filing (subject, version, position, place, commitment, salt) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (one.subject, one.version, position, place, one.commitment, one.salt)
                for place, one in enumerate(record.about)
            ],
        )

    def _records(self, which: str, *asked: object) -> Iterable[StoredRecord]:
        with closing(self._connect()) as connection:
            rows = connection.execute(READ.format(which), asked).fetchall()  # and lets go before anybody sees a record
        for position, filed in groupby(rows, key=lambda row: row[0]):
            first, *others = filed
            about = tuple(Filing(*row[7:]) for row in (first, *others))
            _, surrogate, id, envelope, payload, plain, salted = first[:7]
            yield StoredRecord(
                surrogate=surrogate,
                about=about,
                envelope=envelope,
                payload=payload,
                id=id,
                plain=plain,
                salted=salted,
                position=str(position),
            )
