"""Sixteen processes, ten thousand attempts at the same learner's last minutes and at the same coach's hour.

    python -m tests.benchmarks.contention [--processes 16] [--attempts 10000] [URL]

Without a URL it begins a PostgreSQL of its own. In each round every process asks for one thing at once: in one round for
the 60 minutes that a learner has left, at an hour of its own; in the next for one hour of one coach, each for a learner
of its own. One of them may have it. Every fourth asks again under the same id, as after a lost answer.

It fails where anything was overdrawn, double-booked, lost or recorded twice, or where a process gave up; and it prints how
often a decision had to be made anew.
"""

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from multiprocessing.synchronize import Barrier
from typing import Any

import attrs
from sqlalchemy import make_url
from sqlalchemy.engine import URL

from iagcore.casebook import Casebook
from iagcore.exceptions import Conflict
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.learners import JourneyStarted
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sql import SQLJournal
from tests.casework import JO, STARTER, on, policy, value
from tests.servers import a_schema, postgresql_from_pip

PLENTY = policy(value("allowance_minutes", "100000"), name="plenty")
"""Under it nobody runs out of minutes, and only the coach's hour is scarce."""
HOURS_A_DAY = 8
WAITING = 300.0
"""Seconds after which a process that does not come to the next round counts as lost."""


class Counting(SQLJournal):
    """Counts its appends and the conflicts among them."""

    counts: Counter[str]

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Append, and count."""
        self.counts["appends"] += 1
        try:
            super().append(records, expect=expect)
        except Conflict:
            self.counts["conflicts"] += 1
            raise


@attrs.frozen
class Outcome:
    """What came of it: what is wrong, in sentences; and the figures."""

    wrong: tuple[str, ...]
    attempts: int
    accepted: int
    conflicts: int
    most_conflicts: int
    seconds: float


def booking(number: int, process: int) -> tuple[str, ConversationBooked]:
    """What a process asks for in a round: the journey, and the conversation."""
    days, hour = divmod(number, HOURS_A_DAY)
    if number % 2:
        when, journey, coach = on(1 + days, 8 + hour), f"own-{process}", "coach:wanted"
    else:
        # another day and another coach for each, so that nothing but the minutes is scarce
        when, journey, coach = on(1 + process, 8), f"shared-{number}", f"coach:{number}-{process}"
    return journey, ConversationBooked(
        conversation=f"c{number}-{process}", coach=coach, starts_at=when, minutes=60 if not number % 2 else 30
    )


def ask(url: str, process: int, rounds: int, together: Barrier, answers: Any) -> None:
    """One process: an attempt a round."""
    with Counting(url, wait=60) as journal:
        journal.counts = Counter()
        books = [Casebook(journal, one, clock=lambda: on(0), patience=WAITING) for one in (STARTER, PLENTY)]
        accepted, most = [], 0
        for number in range(rounds):
            journey, entry = booking(number, process)
            together.wait(WAITING)
            before = journal.counts["conflicts"]
            decision = books[number % 2].record(journey, entry, by=entry.coach, id=f"ask-{number}-{process}")
            most = max(most, journal.counts["conflicts"] - before)
            if process % 4 == 0:
                again = books[number % 2].record(journey, entry, by=entry.coach, id=f"ask-{number}-{process}")
                assert again.accepted == decision.accepted
            if decision.accepted:
                accepted.append(number)
        answers.put((process, accepted, journal.counts["conflicts"], most))


def prepare(url: URL, processes: int, rounds: int) -> None:
    """The journeys: one for each shared round, with 60 minutes left, and one for each process."""
    with SQLJournal(url) as journal:
        scarce, plenty = (Casebook(journal, one, clock=lambda: on(0)) for one in (STARTER, PLENTY))
        for number in range(0, rounds, 2):
            start = JourneyStarted(learner=f"learner:shared-{number}", programme="phase-1", attests_age=30)
            scarce.record(f"shared-{number}", start, by=JO, id="start").require()
            held = ConversationBooked(
                conversation="before", coach=f"coach:of-{number}", starts_at=on(0, 9), minutes=120
            )
            scarce.record(f"shared-{number}", held, by=JO, id="before").require()
        for process in range(processes):
            start = JourneyStarted(learner=f"learner:own-{process}", programme="phase-1", attests_age=30)
            plenty.record(f"own-{process}", start, by=JO, id="start").require()


def contend(url: URL, *, processes: int, rounds: int) -> Outcome:
    """Let the processes ask, and look at what is on the record."""
    prepare(url, processes, rounds)
    context = multiprocessing.get_context("spawn")
    together, answers = context.Barrier(processes), context.Queue()
    named = url.render_as_string(hide_password=False)
    working = [
        context.Process(target=ask, args=(named, process, rounds, together, answers)) for process in range(processes)
    ]
    for one in working:
        one.start()
    begun = time.perf_counter()
    told = [answers.get(timeout=WAITING * 10) for _ in working]
    seconds = time.perf_counter() - begun
    for one in working:
        one.join()
    wins = Counter(number for _, accepted, _, _ in told for number in accepted)
    wrong = [f"round {number}: {wins[number]} were accepted" for number in range(rounds) if wins[number] != 1]
    wrong += look(url, processes, rounds)
    return Outcome(
        tuple(wrong),
        processes * rounds,
        sum(wins.values()),
        sum(conflicts for _, _, conflicts, _ in told),
        max(most for _, _, _, most in told),
        seconds,
    )


def look(url: URL, processes: int, rounds: int) -> list[str]:
    """What is wrong on the record: anything overdrawn, double-booked, lost, or there twice."""
    wrong = []
    with SQLJournal(url) as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        names = [*(f"shared-{number}" for number in range(0, rounds, 2)), *(f"own-{p}" for p in range(processes))]
        asked: Counter[str] = Counter()
        for name in names:
            allowance = cases.journey(name).allowance
            if allowance.shortfall or allowance.used + allowance.booked > allowance.granted:
                wrong.append(f"{name} is overdrawn")
            asked.update(record.id for record in cases.records(name) if record.id.startswith("ask-"))
        expected = {f"ask-{number}-{process}" for number in range(rounds) for process in range(processes)}
        wrong += [f"{id} is lost" for id in sorted(expected - set(asked))]
        wrong += [f"{id} is there {times} times" for id, times in asked.items() if times > 1]
        hours = sorted(hour.starts_at for hour in cases.timeline("coach:wanted").hours.values())
        if len(set(hours)) < len(hours):
            wrong.append("coach:wanted is booked twice at one hour")
        if len(hours) != rounds // 2:
            wrong.append(f"coach:wanted has {len(hours)} hours, where {rounds // 2} were to be had")
        fed = Counter(record.surrogate for record in journal.read_all())
        if fed.total() != len(fed):
            wrong.append("the feed has a record twice")
    return wrong


def main() -> None:
    """Run it, print the figures, and exit with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", help="a database in which a schema is made and dropped")
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--attempts", type=int, default=10_000)
    arguments = parser.parse_args()
    given = nullcontext(make_url(arguments.url)) if arguments.url else postgresql_from_pip(as_installed=True)
    with given as server, a_schema(server) as url:
        found = contend(url, processes=arguments.processes, rounds=arguments.attempts // arguments.processes)
    print(
        f"{found.attempts} attempts by {arguments.processes} processes in {found.seconds:.0f} s "
        f"({found.attempts / found.seconds:.0f} a second): {found.accepted} accepted, "
        f"{found.attempts - found.accepted} refused.\n"
        f"Conflicts: {found.conflicts} ({found.conflicts / found.attempts:.2f} an attempt, {found.most_conflicts} at most)."
    )
    for one in found.wrong:
        print(f"WRONG: {one}")
    if found.wrong:
        raise SystemExit(1)
    print("Never overdrawn, never double-booked, none lost, none twice.")


if __name__ == "__main__":
    main()
