"""What is due on a whole caseload, without folding every journey each time.

An index keeps, for each home, the duties that its records give. They do not depend on when they are asked for: a duty
carries its own times, and asking only tells what is overdue, due or coming. Since the index is made from the records
alone it is a cache: it can be thrown away and rebuilt, and is then the same.

It holds no words of a learner's, and names journeys and coaches; where a learner is erased, so is what it held of
them, and the file is packed so that no byte of it is left.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from os import PathLike, fspath
from threading import Lock
from typing import Any, Final

import attrs

from iagcore.casebook.reading import Reading
from iagcore.exceptions import UnusableJournal
from iagcore.practice.readiness import Readiness
from iagcore.record.findings import Duty
from iagcore.record.home import Home
from iagcore.record.judging import Grounds, Rule, RuleSort, duties
from iagcore.record.records import Sort
from iagcore.storage import codec
from iagcore.storage.protocols import Feed

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS made (only INTEGER PRIMARY KEY CHECK (only = 1), by TEXT NOT NULL, upto TEXT) STRICT;
CREATE TABLE IF NOT EXISTS home (subject TEXT PRIMARY KEY, first TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS home_first ON home (first);
CREATE TABLE IF NOT EXISTS rests (coach TEXT, subject TEXT, PRIMARY KEY (coach, subject)) STRICT;
CREATE INDEX IF NOT EXISTS rests_subject ON rests (subject);
CREATE TABLE IF NOT EXISTS duty (
    subject TEXT NOT NULL, rule TEXT NOT NULL, what TEXT NOT NULL, due TEXT, party TEXT, opens TEXT,
    in_confidence INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS duty_subject ON duty (subject);
"""

Progress = Callable[[int, int], None]
"""Told how many homes of how many have been looked at."""


@attrs.frozen
class Derived:
    """What the records of one home give: the surrogate of the first of them, its duties, and the coaches they rest on.

    `first` is None for a home on whose record nothing is.
    """

    first: str | None
    duties: tuple[Duty, ...] = ()
    coaches: frozenset[str] = frozenset()


def duties_on(
    reading: Reading, home: Home, rules: Sequence[Rule], *, readiness: Callable[[str], Readiness], zone: tzinfo
) -> tuple[Duty, ...]:
    """The duties of one home, with their times shown in a zone."""
    found = duties(home, rules, grounds=Grounds(lambda place: reading.policy(place.policy), readiness))
    return tuple(attrs.evolve(one, due=_in(one.due, zone), opens=_in(one.opens, zone)) for one in found)


def _derived(reading: Reading, home: Home, rules: Sequence[Rule]) -> tuple[tuple[Duty, ...], frozenset[str]]:
    asked: dict[str, Readiness] = {}

    def readiness(coach: str) -> Readiness:
        if coach not in asked:
            asked[coach] = reading.coach(coach).readiness
        return asked[coach]

    grounds = Grounds(lambda place: reading.policy(place.policy), readiness)
    return duties(home, rules, grounds=grounds), frozenset(asked)


def _in(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)


class DueIndex:
    """The duties of a caseload, by home, in an SQLite file of its own; in memory, where no path is given.

    A file that was made by another version, or by other rules, is made anew.
    """

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self.path = fspath(path)
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    def refresh(
        self,
        reading: Reading,
        rules: Sequence[Rule],
        *,
        progress: Progress | None = None,
    ) -> int:
        """Look at what has come since the last time, and give how many homes were looked at.

        Raises `UnusableJournal` where the journal cannot tell what it holds.
        """
        journal = reading.journal
        if not isinstance(journal, Feed):
            raise UnusableJournal(type(journal).__name__, "this journal has no feed: it cannot tell what is on it")
        with self._lock, self._changing() as sql:
            upto = self._upto(sql, rules, journal)
            touched: dict[str, None] = {}
            erased = False
            for stored in journal.read_all(after=upto):
                upto = stored.position
                touched[stored.home] = None
                envelope = codec.read_envelope(stored)
                if envelope.sort is Sort.RECEIPT:
                    erased = self._forget(sql, envelope.erases) or erased
            for coach in [one for one in touched if one.startswith("coach:")]:
                rows = sql.execute("SELECT subject FROM rests WHERE coach = ?", (coach,))
                touched |= {subject: None for (subject,) in rows}
            homes = [one for one in touched if one.startswith(("journey:", "coach:"))]
            for number, subject in enumerate(homes, start=1):
                self._keep(sql, subject, _looked_at(reading, subject, rules))
                if progress is not None:
                    progress(number, len(homes))
            sql.execute("UPDATE made SET upto = ?", (upto,))
        if erased:
            with self._lock:
                self._open().execute("VACUUM")
        return len(homes)

    def duties(self, *, zone: tzinfo) -> tuple[Duty, ...]:
        """Every duty that the index holds, home by home whenever each was looked at, with its times shown in a zone."""
        with self._lock:
            asked = "SELECT rule, what, due, party, subject, opens, in_confidence FROM duty ORDER BY subject, rowid"
            rows = self._open().execute(asked).fetchall()
        return tuple(
            Duty(rule, what, _in(_moment(due), zone), party, subject, _in(_moment(opens), zone), bool(in_confidence))
            for rule, what, due, party, subject, opens, in_confidence in rows
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # ---- the file

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self.path, isolation_level=None, timeout=30.0, check_same_thread=False)
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.executescript(SCHEMA)
        return self._connection

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        sql = self._open()
        sql.execute("BEGIN IMMEDIATE")
        try:
            yield sql
        except BaseException:
            sql.execute("ROLLBACK")
            raise
        sql.execute("COMMIT")

    def _upto(self, sql: sqlite3.Connection, rules: Sequence[Rule], journal: Feed) -> str | None:
        """The position up to which it was made; nothing is kept of what was made by other rules, or of another journal.

        A journal is known by the first record on it, whose surrogate is no other journal's and survives an erasure.
        """
        first = next(iter(journal.read_all()), None)
        codes = sorted(rule.code for rule in rules if rule.sort is RuleSort.DUTY)
        by = " ".join(["2", first.surrogate if first is not None else "nothing", *codes])
        row = sql.execute("SELECT by, upto FROM made").fetchone()
        if row is not None and row[0] == by:
            upto: str | None = row[1]
            return upto
        for table in ("made", "home", "rests", "duty"):
            sql.execute(f"DROP TABLE {table}")
        for statement in SCHEMA.split(";"):
            sql.execute(statement)
        sql.execute("INSERT INTO made (only, by) VALUES (1, ?)", (by,))
        return None

    def _forget(self, sql: sqlite3.Connection, surrogates: Iterable[str]) -> bool:
        found = False
        for surrogate in surrogates:
            for (subject,) in sql.execute("SELECT subject FROM home WHERE first = ?", (surrogate,)).fetchall():
                self._keep(sql, subject, Derived(None))
                found = True
        return found

    def _keep(self, sql: sqlite3.Connection, subject: str, derived: Derived) -> None:
        for table in ("home", "rests", "duty"):
            sql.execute(f"DELETE FROM {table} WHERE subject = ?", (subject,))
        if derived.first is None:
            return
        sql.execute("INSERT INTO home VALUES (?, ?)", (subject, derived.first))
        sql.executemany("INSERT INTO rests VALUES (?, ?)", [(coach, subject) for coach in sorted(derived.coaches)])
        sql.executemany(
            "INSERT INTO duty VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (one.about, one.rule, one.what, _written(one.due), one.party, _written(one.opens), one.in_confidence)
                for one in derived.duties
            ],
        )


def _looked_at(reading: Reading, subject: str, rules: Sequence[Rule]) -> Derived:
    home: Home
    home = reading.coach(subject) if subject.startswith("coach:") else reading.journey(subject.removeprefix("journey:"))
    if not home.exists:
        return Derived(None)
    found, coaches = _derived(reading, home, rules)
    own = (one.surrogate for one in reading.journal.read(subject) if one.home == subject)
    return Derived(next(own), found, coaches)


def _written(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
