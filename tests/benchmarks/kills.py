"""A process killed at every step of an append, many times over; and the server itself.

    python -m tests.benchmarks.kills [--times 40] [--crashes 10]

A child appends records, each filed under three subjects, and says so after each that was acknowledged. It kills itself,
as `kill -9` does, before its nth step: a statement, a commit, or the word that it is done. Then another process looks:
every acknowledged record is there; there is at most one more, which was being written; none is there in part; every row
belongs to a record. This goes through every step of the embedded journal on SQLite, and of `SQLJournal` on
PostgreSQL. Last, the PostgreSQL server itself is killed in the midst of it, begun again, and looked at in the same way.

A killed process is not a machine without power: for that, each store waits for its disk before it answers.
"""

import argparse
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL

from iagcore.storage.opening import OpenJournal
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.stored_records import COACH, HOME, LEARNER, stored
from tests.servers import a_schema, postgresql_from_pip, restarted, run

SUBJECTS = (HOME, LEARNER, COACH)
Opened = Callable[[], OpenJournal]


def nth(number: int) -> StoredRecord:
    """The record that takes version `number` of each of its subjects."""
    return stored(f"s{number}", *((subject, number) for subject in SUBJECTS), id=f"id {number}")


class Killing:
    """Counts steps, and ends the process at the one it was told."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, *_: Any) -> None:
        """One more step."""
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    @contextmanager
    def watching(self, journal: OpenJournal) -> Iterator[None]:
        """Let every statement and commit of a journal be a step."""
        if isinstance(journal, SQLJournal):
            event.listen(journal._connections.engine, "before_cursor_execute", self.step)
            event.listen(journal._connections.engine, "commit", self.step)
            yield
        else:
            assert isinstance(journal, SQLiteJournal)
            # it has one connection for as long as one thread uses it
            with journal._connection() as connection:
                connection.set_trace_callback(self.step)
            yield


def killed_at(step: int, opened: Opened, *, after: int) -> list[int]:
    """Have a child append the records that come after `after`, killed at its nth step; what it had acknowledged."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover - in the child, which is killed
        os.close(reads)
        killing = Killing(step)
        journal = opened()
        with killing.watching(journal):
            for number in range(after + 1, after + 1000):
                journal.append([nth(number)], expect=dict.fromkeys(SUBJECTS, number - 1))
                killing.step()
                os.write(writes, b"%d\n" % number)
        os._exit(0)
    os.close(writes)
    with open(reads, encoding="ascii") as told:  # noqa: PTH123 - it is a pipe, and has no path
        acknowledged = [int(line) for line in told]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return acknowledged


def found(opened: Opened, acknowledged: int) -> int:
    """How many records there are; raises `AssertionError` where it is not all that was acknowledged, or not whole."""
    with closing(opened()) as journal:
        records = list(journal.read(HOME))
        assert records == [nth(number) for number in range(1, len(records) + 1)], "a record is missing, or not whole"
        assert acknowledged <= len(records) <= acknowledged + 1, f"{acknowledged} acknowledged, {len(records)} there"
        for subject in SUBJECTS[1:]:
            assert list(journal.read(subject)) == records, f"{subject} tells otherwise"
        assert list(journal.read_all()) == records, "the feed tells otherwise"
    return len(records)


ORPHANS = {
    "iag_about": """SELECT count(*) FROM iag_about WHERE NOT EXISTS
                    (SELECT 1 FROM iag_record WHERE iag_record.surrogate = iag_about.surrogate)""",
    "iag_surrogate": """SELECT count(*) FROM iag_surrogate WHERE NOT EXISTS
                        (SELECT 1 FROM iag_record WHERE iag_record.surrogate = iag_surrogate.surrogate)""",
    "rows": "SELECT (SELECT count(*) FROM iag_about) - 3 * (SELECT count(*) FROM iag_record)",
}


def no_orphans(url: URL) -> None:
    """Raise `AssertionError` where a row of `SQLJournal` belongs to no record."""
    for table, statement in ORPHANS.items():
        assert run(url, statement) == [(0,)], table


def whole(path: Path) -> None:
    """Raise `AssertionError` where a file of SQLite is not whole, or a row of the embedded journal is an orphan."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        orphans = "SELECT count(*) FROM about WHERE surrogate NOT IN (SELECT surrogate FROM record)"
        assert connection.execute(orphans).fetchall() == [(0,)]


def kills(opened: Opened, check: Callable[[], None], steps: Iterator[int]) -> int:
    """Kill a child at each of the steps, one after the other, on one journal; how many records there are at the end."""
    with closing(opened()) as journal:
        # which also makes the tables
        journal.append([nth(1)], expect=dict.fromkeys(SUBJECTS, 0))
    reached = 1
    for step in steps:
        told = killed_at(step, opened, after=reached)
        reached = found(opened, max([reached, *told]))
        check()
    return reached


def server_killed(server: URL, url: URL, *, after: int, pause: float) -> int:
    """Kill the server while a child appends, begin it again, and look; how many records there are."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover - in the child
        os.close(reads)
        try:
            with SQLJournal(url) as journal:
                for number in range(after + 1, after + 1_000_000):
                    journal.append([nth(number)], expect=dict.fromkeys(SUBJECTS, number - 1))
                    os.write(writes, b"%d\n" % number)
        finally:
            os._exit(3)
    os.close(writes)
    with open(reads, encoding="ascii") as told:  # noqa: PTH123 - it is a pipe, and has no path
        acknowledged = [int(told.readline())]
        time.sleep(pause)
        restarted(server)
        acknowledged += [int(line) for line in told]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    return found(lambda: SQLJournal(url), acknowledged[-1])


def main() -> None:
    """Run it, and print how often what was killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=40, help="how many steps in a row, for each journal")
    parser.add_argument("--crashes", type=int, default=10, help="how often the server is killed")
    arguments = parser.parse_args()
    steps = range(arguments.times)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "casebook.db")
        reached = kills(lambda: SQLiteJournal(path), lambda: whole(path), iter(steps))
        print(f"SQLiteJournal: killed {len(steps)} times, {reached} records, all that were acknowledged.")
    with postgresql_from_pip(as_installed=True) as url:
        with a_schema(url) as schema:
            reached = kills(lambda: SQLJournal(schema), lambda: no_orphans(schema), iter(steps))
            print(
                f"SQLJournal on PostgreSQL: killed {len(steps)} times, {reached} records, all that were acknowledged."
            )
        with a_schema(url) as schema:
            reached = 0
            for crash in range(arguments.crashes):
                reached = server_killed(url, schema, after=reached, pause=0.05 * (crash + 1))
                no_orphans(schema)
            print(
                f"The server itself: killed {arguments.crashes} times, {reached} records, all that were acknowledged."
            )


if __name__ == "__main__":
    main()
