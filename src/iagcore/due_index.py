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
from datetime import date, datetime, tzinfo
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, Protocol

import attrs

from iagcore.exceptions import UnusableJournal
from iagcore.policy import Policy
from iagcore.practice.consent import Consents
from iagcore.practice.parties import CONCERN, concerns_of, is_home, journey_of, name_of_home, role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.findings import Duty
from iagcore.record.home import Home
from iagcore.record.journey import CoachHome, ConsentsAcross, Journey
from iagcore.record.judging import duties, shown_in
from iagcore.record.records import Sort
from iagcore.record.rules import Grounds, Rule, RuleSort
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erases, Feed, Journal, Pending
from iagcore.storage.sqlite_file import IN_MEMORY, PRIVATE, OnAFile, SQLiteFile, Store, belongs_to
from iagcore.storage.stored import StoredRecord

TABLES: Final = {
    "made": """CREATE TABLE made (only INTEGER PRIMARY KEY CHECK (only = 1), by TEXT NOT NULL, before TEXT, upto TEXT,
                   last TEXT, erased INTEGER NOT NULL DEFAULT 0) STRICT""",
    "home": "CREATE TABLE home (subject TEXT PRIMARY KEY, first TEXT NOT NULL) STRICT",
    "rests": "CREATE TABLE rests (person TEXT, subject TEXT, PRIMARY KEY (person, subject)) STRICT",
    "duty": """CREATE TABLE duty (subject TEXT NOT NULL, rule TEXT NOT NULL, what TEXT NOT NULL, due TEXT, party TEXT,
                   opens TEXT, in_confidence INTEGER NOT NULL) STRICT""",
}
INDEXES: Final = (
    "CREATE INDEX home_first ON home (first)",
    "CREATE INDEX rests_subject ON rests (subject)",
    "CREATE INDEX duty_subject ON duty (subject)",
)

OURS: Final = 0x69616764
"""What marks a file of SQLite as an index of duties ("iagd")."""
VERSION: Final = 1

STORE: Final = Store(
    application_id=OURS,
    version=VERSION,
    schema=(*TABLES.values(), *INDEXES, f"PRAGMA application_id = {OURS}", f"PRAGMA user_version = {VERSION}"),
    settings=("PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"),
    unusable=UnusableJournal,
    damaged="delete it, and it is made anew",
    reopen="DueIndex(path)",
    kept_open=1,
    # one look at a journal is enough, and whoever comes meanwhile finds its work done
    alone=True,
)

SUFFIX: Final = ".due"
"""What the name of an index adds to the name of the journal that it lies beside."""
WAIT: Final = 30.0
"""How many seconds it waits for another process: a first look at a long journal takes its time."""

Progress = Callable[[int, int], None]
"""Told how many homes of how many have been looked at."""


class Reads(Protocol):
    """What reads a journal for an index, as a casebook does."""

    @property
    def journal(self) -> Journal:
        """The journal."""
        ...

    def policy(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint."""
        ...

    def coach(self, name: str) -> CoachHome:
        """A coach's own record."""
        ...

    def whole(self, name: str, *, named: bool = True) -> Journey:
        """A journey with what is recorded in confidence on it."""
        ...

    def consents(self, home: Home) -> ConsentsAcross:
        """What a learner consented to, on this and on other journeys."""
        ...


@attrs.frozen
class Derived:
    """What the records of one home give: the surrogate of the first of them, its duties, and the people they rest on.

    `first` is None for a home on whose record nothing is.
    """

    first: str | None
    duties: tuple[Duty, ...] = ()
    people: frozenset[str] = frozenset()


def _derived(reading: Reads, home: Home, rules: Sequence[Rule]) -> tuple[tuple[Duty, ...], frozenset[str]]:
    asked: dict[str, Readiness] = {}

    def readiness(coach: str) -> Readiness:
        if coach not in asked:
            asked[coach] = reading.coach(coach).readiness
        return asked[coach]

    learners: set[str] = set()

    def consents(asked_of: Home) -> Consents:
        learners.update([asked_of.learner] if asked_of.learner is not None else [])
        return reading.consents(asked_of).of(asked_of)

    grounds = Grounds(lambda place: reading.policy(place.policy), readiness, consents)
    return duties(home, rules, grounds=grounds), frozenset({*asked, *learners})


class DueIndex(OnAFile):
    """The duties of a caseload, by home, in an SQLite file of its own; in memory, where no path is given.

    What was made by another version of the rules, or of another journal, is made anew. `mode` is the mode of a file
    that is made: its owner's alone, unless a host gives another. Anything that is done with it raises `UnusableJournal`
    where the file is no index, or cannot be used; a file that is none is never written to. `close()`, or leaving the
    `with` block, closes what is open.
    """

    def __init__(self, path: str | PathLike[str] = IN_MEMORY, *, mode: int = PRIVATE) -> None:
        self.path = fspath(path)
        super().__init__(SQLiteFile(self.path, STORE, wait=WAIT, mode=mode))

    def refresh(
        self,
        reading: Reads,
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
        with self._whole().writing() as sql:
            before, upto, last = self._upto(sql, rules, journal)
            touched: dict[str, None] = {}
            people: set[str] = set()
            erased = False
            for stored in journal.read_all(after=upto):
                before, upto, last = upto, stored.position, stored.surrogate
                touched |= dict.fromkeys(
                    (stored.home, *filter(None, (journey_of(one.subject) for one in stored.about)))
                )
                people |= _moved_by(stored)
                envelope = codec.read_envelope(stored)
                if envelope.sort is Sort.RECEIPT:
                    erased = self._forget(sql, envelope.erases) or erased
            for one in sorted(people):
                rows = sql.execute("SELECT subject FROM rests WHERE person = ?", (one,))
                touched |= {subject: None for (subject,) in rows}
            homes = [one for one in touched if is_home(one)]
            for number, subject in enumerate(homes, start=1):
                self._keep(sql, subject, _looked_at(reading, subject, rules))
                if progress is not None:
                    progress(number, len(homes))
            sql.execute(
                "UPDATE made SET before = ?, upto = ?, last = ?, erased = erased OR ?", (before, upto, last, erased)
            )
        self.finish()
        return len(homes)

    def pending(self) -> tuple[Pending, ...]:
        """Whether the file may still have what it held of somebody who was erased."""
        with self._whole().reading() as sql:
            erased = sql is not None and sql.execute("SELECT 1 FROM made WHERE erased").fetchone() is not None
        until = "close every program that uses it, then run iagcore due"
        return (Pending(f"the index of duties ({self.path})", until),) if erased else ()

    def finish(self) -> tuple[Pending, ...]:
        """Write the file anew where somebody was erased, and give what is pending still."""
        if self.pending() and self._whole().written_anew():
            with self._whole().writing() as sql:
                sql.execute("UPDATE made SET erased = 0")
        return self.pending()

    def duties(self, *, zone: tzinfo) -> tuple[Duty, ...]:
        """Every duty that the index holds, home by home whenever each was looked at, with its times shown in a zone."""
        with self._whole().borrow(writing=True) as sql:
            asked = "SELECT rule, what, due, party, subject, opens, in_confidence FROM duty ORDER BY subject, rowid"
            rows = sql.execute(asked).fetchall()
        return tuple(
            Duty(
                rule=rule,
                what=what,
                due=shown_in(_moment(due), zone),
                party=party,
                about=subject,
                opens=shown_in(_moment(opens), zone),
                in_confidence=bool(in_confidence),
            )
            for rule, what, due, party, subject, opens, in_confidence in rows
        )

    # ---- the file

    @staticmethod
    def is_one(path: str | PathLike[str]) -> bool:
        """Whether there is an index of duties at a path, or an empty file that may become one."""
        return belongs_to(path, OURS)

    def _whole(self) -> SQLiteFile:
        """The file; a child that was forked in the middle of a look at it has an index of its own, in memory."""
        if self._file.torn:
            self._use(SQLiteFile(IN_MEMORY, STORE, wait=WAIT))
        return self._file

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
        [(held,)] = sql.execute("SELECT count(*) FROM home").fetchall()
        for table in TABLES:
            sql.execute(f"DROP TABLE {table}")
        for statement in (*TABLES.values(), *INDEXES):
            sql.execute(statement)
        # what it held may be of somebody who has been erased since
        sql.execute("INSERT INTO made (only, by, erased) VALUES (1, ?, ?)", (by, held > 0))
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
    learners = {filing.subject for filing in stored.about[1:] if role_of(filing.subject) == "learner"}
    return learners | ({stored.home} if role_of(stored.home) == "coach" else set())


def _looked_at(reading: Reads, subject: str, rules: Sequence[Rule]) -> Derived:
    home: Home
    name = name_of_home(subject)
    home = reading.coach(subject) if role_of(subject) == "coach" else reading.whole(name, named=False)
    if not home.exists:
        return Derived(None)
    found, people = _derived(reading, home, rules)
    filed = (one for about in (subject, concerns_of(name)) for one in reading.journal.read(about))
    return Derived(
        next(one.surrogate for one in filed if one.home == subject or role_of(one.home) == CONCERN), found, people
    )


def _written(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


# ---- what an erasure left, in the journal and in the indexes


def pending(journal: Erases, indexes: Iterable[DueIndex]) -> tuple[Pending, ...]:
    """Where what was erased may still be: in the journal, and in the indexes beside it."""
    return (*_pending_in(journal), *(left for index in indexes for left in _pending_on(index, index.pending)))


def finish(journal: Erases, indexes: Iterable[DueIndex], *, expired: date | None = None) -> tuple[Pending, ...]:
    """End what is pending in either, and give what is pending still."""
    if isinstance(journal, Erasable):
        journal.finish(expired=expired)
    for index in indexes:
        _pending_on(index, index.finish)
    return pending(journal, indexes)


def _pending_in(journal: Erases) -> tuple[Pending, ...]:
    if isinstance(journal, Erasable):
        return journal.pending()
    return (Pending(f"this journal ({type(journal).__name__})", "it cannot say: ask the person who looks after it"),)


def _pending_on(index: DueIndex, asked: Callable[[], tuple[Pending, ...]]) -> tuple[Pending, ...]:
    try:
        return asked()
    except UnusableJournal as error:
        return (Pending(f"the index of duties ({index.path})", f"nobody can tell: {error.reason}"),)


@contextmanager
def beside(journal: Journal, own: DueIndex) -> Iterator[tuple[DueIndex, ...]]:
    """The indexes of duties that hold what a journal says: a casebook's own, and one that lies beside the file."""
    path = getattr(journal, "path", None)
    other = None if path is None else f"{path}{SUFFIX}"
    if other is None or not Path(other).exists() or Path(other) == Path(own.path).absolute():
        yield (own,)
        return
    with DueIndex(other) as index:
        yield own, index


def cleared(
    journal: Journal, indexes: Sequence[DueIndex], reading: Reads, rules: Sequence[Rule]
) -> tuple[Pending, ...]:
    """Take what is gone from the record out of the indexes, and give what could not be."""
    if not isinstance(journal, Feed):
        return ()
    failed = []
    for index in indexes:
        try:
            index.refresh(reading, rules)
        except UnusableJournal as error:
            # the learner is erased all the same, and whoever asked has to know what is left to do
            failed.append(Pending(f"the index of duties ({index.path})", f"it could not be cleared: {error.reason}"))
    return tuple(failed)
