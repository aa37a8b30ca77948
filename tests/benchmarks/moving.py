"""How many records a second are copied, examined and imported, each beside a peer in the same run.

    python -m tests.benchmarks.moving [JOURNEYS]

A copy stands beside the same records appended one by one, and beside SQLite's own backup, which copies pages and knows
nothing of records. An examination stands beside reading the feed. Rows imported stand beside the same facts recorded
one by one. The journal is made of whole casework: a start, a coach, conversations booked and held, notes. It is run by
hand: a number that depends on the machine proves nothing in a test, so tests count appends instead.
"""

import contextlib
import io
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from iagcore.casebook import Casebook
from iagcore.cli import main
from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.learners import JourneyStarted
from iagcore.storage import sealing
from iagcore.storage.copying import copy, pairing
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.salvaging import examine_file
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.stored import StoredRecord

JOURNEYS = 2_000
ROWS = 1_000
BEGINNING = datetime(2024, 9, 2, 9, tzinfo=UTC)
MAP = """schema = 1
by = "lead:jo"
zone = "Europe/London"
journey = "{learner}"
[columns]
learner = "Who"
date = "Date"
time = "Time"
minutes = "Mins"
coach = "Coach"
[always]
attended = "held"
[coaches]
NB = "coach:nina"
"""


def casework(journeys: int) -> MemoryJournal:
    """A journal of so many journeys, spread over twenty coaches: one whole casework, and its likes under other names."""
    journal = MemoryJournal()
    cases = Casebook(MemoryJournal(), Policy.load("starter"), clock=lambda: BEGINNING)
    start(cases, "j")
    for day in range(3):
        cases.record_facts("j", held(day), by="coach:nina", at=BEGINNING + timedelta(days=7 * day))
    policy, *pattern = list(cases._reading.journal.read_all())  # type: ignore[attr-defined]
    journal.append([policy], expect={policy.home: 0})
    versions: dict[str, int] = {}
    for number in range(journeys):
        made: list[StoredRecord] = []
        for one in pattern:
            made.append(_like(one, number, versions, previous=made[-1].plain if made else b""))
        expect = {filing.subject: filing.version - 1 for one in reversed(made) for filing in one.about}
        journal.append(made, expect=expect)
    return journal


def _like(one: StoredRecord, number: int, versions: dict[str, int], *, previous: bytes) -> StoredRecord:
    """The same record under other names, sealed anew."""
    surrogate = sha256(f"{one.surrogate} {number}".encode()).hexdigest()[:32]
    filings = []
    for filing in one.about:
        subject = f"coach:{number % 20}" if filing.subject.startswith("coach:") else f"{filing.subject}-{number}"
        versions[subject] = versions.get(subject, 0) + 1
        filings.append((subject, versions[subject], filing.salt or b""))
    envelope = one.envelope.replace(one.surrogate.encode(), surrogate.encode())
    return sealing.sealed(surrogate, filings, envelope, payload=one.payload, id=one.id, previous=previous)


def start(cases: Casebook, name: str) -> None:
    cases.record(
        name, JourneyStarted(learner=f"learner:{name}", programme="p", attests_age=30), by="lead:jo", at=BEGINNING
    ).require()


def held(day: int) -> ConversationHeld:
    return ConversationHeld(conversation=f"c{day}", coach="coach:nina", minutes=50, one_to_one=True, in_private=True)


def timed(what: str, count: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:45} {count / took:10.0f} a second   {took:7.2f} s   peak {peak} MB", flush=True)
    return took


def copying(folder: Path, journeys: int) -> None:
    made = casework(journeys)
    records = list(made.read_all())
    count = len(records)
    print(f"{journeys} journeys, {count} records")
    with SQLiteJournal(folder / "from.db") as source:
        first = timed("copied, memory to SQLite", count, lambda: copy(made, source))
        with SQLiteJournal(folder / "to.db") as target:
            timed("copied, SQLite to SQLite", count, lambda: copy(source, target))
            timed("found to be the same", count, lambda: pairing(source, target))
        few = records[:1_000]

        def append_one_by_one() -> None:
            with SQLiteJournal(folder / "single.db") as single:
                for one in few:
                    single.append([one], expect={filing.subject: filing.version - 1 for filing in one.about})

        one_by_one = timed("appended one by one", len(few), append_one_by_one)
        print(f"a copy is {one_by_one / len(few) / (first / count):.1f} times as fast as one append a record")
        reading = timed("read", count, lambda: sum(1 for _ in source.read_all()))
    with closing(sqlite3.connect(folder / "from.db")) as one, closing(sqlite3.connect(folder / "pages.db")) as other:
        timed("pages copied by SQLite", count, lambda: one.backup(other))
    examined = timed("examined", count, lambda: examine_file(str(folder / "from.db")))
    assert examine_file(str(folder / "from.db")).troubles == ()
    print(f"an examination takes {examined / reading:.1f} times as long as reading the feed")


def importing(folder: Path, rows: int) -> None:
    lines = [
        f"w{number // 3},{(BEGINNING + timedelta(days=number % 3)):%Y-%m-%d},10:00,50,NB" for number in range(rows)
    ]
    (folder / "sessions.csv").write_text("\n".join(["Who,Date,Time,Mins,Coach", *lines]) + "\n", "utf-8")
    (folder / "map.toml").write_text(MAP, "utf-8")
    for name in ("peer.db", "imported.db"):
        with SQLiteJournal(folder / name) as journal:
            cases = Casebook(journal, Policy.load("starter"))
            for number in range((rows + 2) // 3):
                start(cases, f"w{number}")
    with SQLiteJournal(folder / "peer.db") as journal:
        cases = Casebook(journal, Policy.load("starter"))
        peer = timed("recorded one by one", rows, lambda: [
            cases.record(f"w{n // 3}", held(n % 3), by="lead:jo", at=BEGINNING + timedelta(days=n % 3))
            for n in range(rows)
        ])  # fmt: skip
    command = ["import-csv", str(folder / "sessions.csv"), "--mapping", str(folder / "map.toml")]
    command += ["--journal", str(folder / "imported.db")]
    with contextlib.redirect_stdout(io.StringIO()):
        begun = time.perf_counter()
        main(command)
        took = time.perf_counter() - begun
    print(f"{'rows imported':45} {rows / took:10.0f} a second   {took:7.2f} s")
    print(f"an import takes {took / peer:.1f} times as long as recording the same facts")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        copying(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else JOURNEYS)
        importing(Path(name), ROWS)
