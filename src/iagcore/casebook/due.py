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
from pathlib import Path
from threading import Lock
from typing import Any, Final

import attrs

from iagcore.casebook.reading import Reading
from iagcore.exceptions import UnusableJournal
from iagcore.practice.consent import Consents
from iagcore.practice.readiness import Readiness
from iagcore.record.findings import Duty
from iagcore.record.home import Home
from iagcore.record.judging import duties
from iagcore.record.records import Sort
from iagcore.record.rules import Grounds, Rule, RuleSort
from iagcore.record.stored import StoredRecord
from iagcore.storage import codec
from iagcore.storage.protocols import Feed

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS made (only INTEGER PRIMARY KEY CHECK (only = 1), by TEXT NOT NULL,
    before TEXT, upto TEXT, last TEXT) STRICT;
CREATE TABLE IF NOT EXISTS home (subject TEXT PRIMARY KEY, first TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS home_first ON home (first);
CREATE TABLE IF NOT EXISTS rests (person TEXT, subject TEXT, PRIMARY KEY (person, subject)) STRICT;
CREATE INDEX IF NOT EXISTS rests_subject ON rests (subject);
CREATE TABLE IF NOT EXISTS duty (
    subject TEXT NOT NULL, rule TEXT NOT NULL, what TEXT NOT NULL, due TEXT, party TEXT, opens TEXT,
    in_confidence INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS duty_subject ON duty (subject);
"""

OURS: Final = 0x69616764
"""What marks a file of SQLite as an index of duties ("iagd")."""
HEADER: Final = 100
MARK: Final = slice(68, 72)
"""Where the header of a file of SQLite has such a mark."""

Progress = Callable[[int, int], None]
"""Told how many homes of how many have been looked at."""


@attrs.frozen
class Derived:
    """What the records of one home give: the surrogate of the first of them, its duties, and the people they rest on.

    `first` is None for a home on whose record nothing is.
    """

    first: str | None
    duties: tuple[Duty, ...] = ()
    people: frozenset[str] = frozenset()


def duties_on(home: Home, rules: Sequence[Rule], *, grounds: Grounds, zone: tzinfo) -> tuple[Duty, ...]:
    """The duties of one home, with their times shown in a zone."""
    found = duties(home, rules, grounds=grounds)
    return tuple(attrs.evolve(one, due=_in(one.due, zone), opens=_in(one.opens, zone)) for one in found)


def _derived(reading: Reading, home: Home, rules: Sequence[Rule]) -> tuple[tuple[Duty, ...], frozenset[str]]:
    asked: dict[str, Readiness] = {}

    def readiness(coach: str) -> Readiness:
        if coach not in asked:
            asked[coach] = reading.coach(coach).readiness
        return asked[coach]

    learners: set[str] = set()

    def consents(asked_of: Home) -> Consents:
        learners.update([asked_of.learner] if asked_of.learner is not None else [])
        return reading.consents(asked_of)[1]

    grounds = Grounds(lambda place: reading.policy(place.policy), readiness, consents)
    return duties(home, rules, grounds=grounds), frozenset({*asked, *learners})


def _in(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)


class DueIndex:
    """The duties of a caseload, by home, in an SQLite file of its own; in memory, where no path is given.

    What was made by another version of the rules, or of another journal, is made anew. Anything that is done with it
    raises `UnusableJournal` where the file is no index, or cannot be used; a file that is none is never written to.
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
        with self._changing() as sql:
            before, upto, last = self._upto(sql, rules, journal)
            touched: dict[str, None] = {}
            people: set[str] = set()
            erased = False
            for stored in journal.read_all(after=upto):
                before, upto, last = upto, stored.position, stored.surrogate
                touched[stored.home] = None
                people |= _moved_by(stored)
                envelope = codec.read_envelope(stored)
                if envelope.sort is Sort.RECEIPT:
                    erased = self._forget(sql, envelope.erases) or erased
            for one in sorted(people):
                rows = sql.execute("SELECT subject FROM rests WHERE person = ?", (one,))
                touched |= {subject: None for (subject,) in rows}
            homes = [one for one in touched if one.startswith(("journey:", "coach:"))]
            for number, subject in enumerate(homes, start=1):
                self._keep(sql, subject, _looked_at(reading, subject, rules))
                if progress is not None:
                    progress(number, len(homes))
            sql.execute("UPDATE made SET before = ?, upto = ?, last = ?", (before, upto, last))
        if erased:
            with self._used() as sql:
                sql.execute("VACUUM")
        return len(homes)

    def duties(self, *, zone: tzinfo) -> tuple[Duty, ...]:
        """Every duty that the index holds, home by home whenever each was looked at, with its times shown in a zone."""
        with self._used() as sql:
            asked = "SELECT rule, what, due, party, subject, opens, in_confidence FROM duty ORDER BY subject, rowid"
            rows = sql.execute(asked).fetchall()
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

    @staticmethod
    def is_one(path: str | PathLike[str]) -> bool:
        """Whether there is an index of duties at a path, or an empty file that may become one."""
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            begins = file.read(HEADER)
        return begins == b"" or begins[MARK] == OURS.to_bytes(4, "big")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=30.0, check_same_thread=False)
            try:
                ours = connection.execute("PRAGMA application_id").fetchone()[0] == OURS
                if not ours and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
                    raise UnusableJournal(self.path, "it is no index of duties, but another database")
                connection.execute(f"PRAGMA application_id = {OURS}")
                connection.execute("PRAGMA secure_delete = ON")
                connection.executescript(SCHEMA)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @contextmanager
    def _used(self) -> Iterator[sqlite3.Connection]:
        """The file, by one thread at a time; what SQLite finds wrong with it is said with its name."""
        with self._lock:
            try:
                yield self._open()
            except sqlite3.OperationalError as error:
                locked = "locked" in str(error)
                helps = "ask again once nobody else is at it" if locked else "it can be thrown away and made anew"
                raise UnusableJournal(self.path, f"the index of duties cannot be used ({error}): {helps}") from None
            except sqlite3.DatabaseError as error:
                raise UnusableJournal(self.path, f"it is no index of duties, or a broken one ({error})") from None

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._used() as sql:
            sql.execute("BEGIN IMMEDIATE")
            try:
                yield sql
            except BaseException:
                sql.execute("ROLLBACK")
                raise
            sql.execute("COMMIT")

    def _upto(
        self, sql: sqlite3.Connection, rules: Sequence[Rule], journal: Feed
    ) -> tuple[str | None, str | None, str | None]:
        """The position up to which it was made, the one before, and the surrogate of the record there.

        Nothing is kept of what was made by other rules, or of another journal, or of one that was put back from a copy:
        a journal is known by the first record on it and by the last one looked at, whose surrogates are no other
        journal's and survive an erasure.
        """
        first = next(iter(journal.read_all()), None)
        codes = sorted(rule.code for rule in rules if rule.sort is RuleSort.DUTY)
        by = " ".join(["2", first.surrogate if first is not None else "nothing", *codes])
        row = sql.execute("SELECT by, before, upto, last FROM made").fetchone()
        if row is not None and row[0] == by:
            before, upto, last = row[1:]
            again = None if upto is None else next(iter(journal.read_all(after=before)), None)
            if upto is None or (again is not None and again.surrogate == last):
                return before, upto, last
        for table in ("made", "home", "rests", "duty"):
            sql.execute(f"DROP TABLE {table}")
        for statement in SCHEMA.split(";"):
            sql.execute(statement)
        sql.execute("INSERT INTO made (only, by) VALUES (1, ?)", (by,))
        return None, None, None

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
        sql.executemany("INSERT INTO rests VALUES (?, ?)", [(one, subject) for one in sorted(derived.people)])
        sql.executemany(
            "INSERT INTO duty VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (one.about, one.rule, one.what, _written(one.due), one.party, _written(one.opens), one.in_confidence)
                for one in derived.duties
            ],
        )


def _moved_by(stored: StoredRecord) -> set[str]:
    """The people whose own record, or whose consents on another journey, a record may have changed."""
    learners = {filing.subject for filing in stored.about[1:] if filing.subject.startswith("learner:")}
    return learners | ({stored.home} if stored.home.startswith("coach:") else set())


def _looked_at(reading: Reading, subject: str, rules: Sequence[Rule]) -> Derived:
    home: Home
    home = reading.coach(subject) if subject.startswith("coach:") else reading.journey(subject.removeprefix("journey:"))
    if not home.exists:
        return Derived(None)
    found, people = _derived(reading, home, rules)
    own = (one.surrogate for one in reading.journal.read(subject) if one.home == subject)
    return Derived(next(own), found, people)


def _written(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
