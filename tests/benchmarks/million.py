"""A million journeys on a PostgreSQL of their own, and how long it takes to work on them as they grow in number.

    python -m tests.benchmarks.million [--journeys 1000000] [--partitions 16]

At 1,000, 10,000, 100,000, 300,000 and 1,000,000 journeys it folds journeys, books conversations and appends records,
one after the other and each for a journey chosen by chance, and weighs tables and indexes. Each figure stands beside
its ratio to that at the first step: what does not depend on the number of journeys stays about 1. At the end it does
the same on the many and on a thousand beside them, in turn, so that a busy machine is as busy for both.

A few caseloads of short journeys are recorded through the casebook in memory. What is loaded are their stored records
under other names and surrogates, by COPY, with every index in place. A copy keeps the seal that was made for the name
it was copied from, so `verify` would report it; nothing that is measured here looks at seals. What is measured is
recorded through the casebook, or sealed for the name that it has.

While it loads, the server does not wait for its disk. While it measures, it is set as it was installed, but for
1 GB of shared buffers and no autovacuum, which would run into the one or the other step as it pleases; the tables are
analysed before each step instead. A process is measured that remembers nothing of the journey it is asked for.
"""

import argparse
import json
import random
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, Final

import attrs
import psycopg
from sqlalchemy.engine import URL

from iagcore.casebook import Casebook
from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationBooked, ConversationHeld
from iagcore.practice.grow import GoalSet
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.storage import sealing
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sql.journal import PAGE, _written
from tests.casework import JO, on
from tests.servers import a_schema, postgresql_from_pip, restarted, run

CASELOAD: Final = 40
"""Journeys of one coach."""
PATTERNS: Final = 5
"""Caseloads that are recorded through the casebook, and copied in turn."""
AT_ONCE: Final = 25
"""Caseloads in one transaction of the load."""
STEPS: Final = (1_000, 10_000, 100_000, 300_000, 1_000_000)
TIMES: Final = 200
"""Operations of each sort at each step."""
TENTH: Final = "  the quickest tenth"
WARMING: Final = 30
"""Operations of each sort before those that count: connections are new, and statements are not prepared yet."""
TABLES: Final = {
    "iag_record": "home, surrogate, id, era, xact, position, filings, plain, salted, envelope, payload",
    "iag_about": "subject, version, home, surrogate",
    "iag_surrogate": "surrogate",
}
LOADING: Final = {
    "synchronous_commit": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "6GB",
    "checkpoint_timeout": "1h",
}
"""How the server is set while it loads, and only then."""
RELOAD: Final = "SELECT pg_reload_conf()"

# ---- caseloads, and their copies


@attrs.frozen
class Template:
    """The rows of a caseload as COPY takes them, table by table: text with places left open, and what goes in each."""

    journeys: int
    records: int
    rows: dict[str, tuple[str, tuple[str, ...]]]
    surrogates: tuple[str, ...]
    start: StoredRecord

    def filled(self, number: int, *, xact: int, position: int) -> dict[str, str]:
        """The rows of the caseload that has this number."""
        fresh = random.randbytes(16 * len(self.surrogates)).hex()
        new = {one: fresh[32 * place : 32 * place + 32] for place, one in enumerate(self.surrogates)}
        new.update((f"zq{place}zq", name(number * self.journeys + place)) for place in range(self.journeys))
        new.update((f"zp{place}zp", str(position + place)) for place in range(self.records))
        new["zqcoach"], new["zxact"] = coach(number), str(xact)
        return {table: text % tuple(new[one] for one in open_) for table, (text, open_) in self.rows.items()}


def name(number: int) -> str:
    """The name of a journey and of its learner: in no order, as colleges' own numbers are, and none there twice."""
    return f"{number * 2_654_435_761 % 2**32:08x}"


def coach(number: int) -> str:
    """The name of a coach, without the role."""
    return f"c-{name(number)}"


def entries(place: int, chance: random.Random) -> Iterator[tuple[Entry, str, datetime]]:
    """What is recorded of one journey: who records it, and when."""
    nina, day, hour = "coach:zqcoach", 1 + place // 8, 8 + place % 8
    minutes = chance.choice((30, 45, 50, 60))
    yield JourneyStarted(learner=f"learner:zq{place}zq", programme="phase-1", attests_age=30), JO, on(0)
    yield ConversationBooked(conversation="c1", coach=nina, starts_at=on(day, hour), minutes=60), nina, on(0)
    held = ConversationHeld(conversation="c1", coach=nina, minutes=minutes, one_to_one=True, in_private=True)
    yield held, nina, on(day, hour, minutes)
    goal = chance.choice(("To travel on my own.", "To sing again."))
    yield GoalSet(goal="g1", words=goal, conversation="c1"), nina, on(day, 17)


def caseload(seed: int, policy: Policy, journeys: int) -> list[StoredRecord]:
    """The stored records of one coach's journeys, recorded through the casebook; the policy's own comes first."""
    journal, chance, now = MemoryJournal(), random.Random(seed), [on(0)]
    cases = Casebook(journal, policy, clock=lambda: now[0], fresh=random.Random(f"{seed} salts").randbytes)
    for place in range(journeys):
        for number, (entry, by, at) in enumerate(entries(place, chance)):
            now[0] = at
            cases.record(f"zq{place}zq", entry, by=by, at=at, id=f"{number}").require()
    return list(journal.read_all())


def template(records: Sequence[StoredRecord], journeys: int) -> Template:
    """The rows of these records, with names, surrogates and positions left open."""
    surrogates = tuple(one.surrogate for one in records)
    rows: dict[str, list[str]] = {table: [] for table in TABLES}
    for place, one in enumerate(records):
        assert one.payload is not None
        assert one.id is not None
        digests = (f"\\x{digest.hex()}" for digest in (one.plain, one.salted))
        # bytea's own escapes: shorter than hexadecimal, and names can be found in it
        words = (part.decode().replace("\\", "\\\\") for part in (one.envelope, one.payload))
        fields = [one.home, one.surrogate, one.id, "1", "zxact", f"zp{place}zp", _written(one.about), *digests, *words]
        rows["iag_record"].append("\t".join(_for_copy(field) for field in fields))
        rows["iag_surrogate"].append(one.surrogate)
        rows["iag_about"] += [f"{to.subject}\t{to.version}\t{one.home}\t{one.surrogate}" for to in one.about]
    pattern = re.compile("|".join((r"zq\d+zq", r"zp\d+zp", "zqcoach", "zxact", *surrogates)))
    opened = {}
    for table, lines in rows.items():
        text = "".join(f"{line}\n" for line in lines)
        opened[table] = (pattern.sub("%s", text.replace("%", "%%")), tuple(pattern.findall(text)))
    return Template(journeys, len(records), opened, surrogates, records[0])


def _for_copy(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Load:
    """A journal that caseloads are copied into; how many journeys and records there are."""

    def __init__(self, url: URL, *, partitions: int, patterns: int = PATTERNS, caseload_of: int = CASELOAD) -> None:
        self.url = url
        self.caseload = caseload_of
        self.journal = SQLJournal(url)
        self.journal.create(partitions=partitions)
        self.policy = Policy.load("starter")
        made = [caseload(seed, self.policy, caseload_of) for seed in range(patterns)]
        self.pattern = MemoryJournal()
        for one in made[0]:
            self.pattern.append([one], expect={filing.subject: filing.version - 1 for filing in one.about})
        kept = made[0][0]
        self.journal.append([kept], expect={kept.home: 0})
        self.templates = [template(records[1:], caseload_of) for records in made]
        self.journeys = 0
        self.records = 0
        self.new = count()

    def up_to(self, journeys: int, told: Callable[[str], None]) -> None:
        """Copy caseloads in until there are so many journeys."""
        arguments, options = self.url.get_dialect()().create_connect_args(self.url)
        begun, before = time.perf_counter(), self.records
        with psycopg.connect(*arguments, **options) as connection:
            while self.journeys < journeys:
                first = self.journeys // self.caseload
                upto = min(first + AT_ONCE, -(-journeys // self.caseload))
                self._copy(connection, range(first, upto))
                self.journeys = upto * self.caseload
                if self.journeys % 20_000 == 0:
                    rate = (self.records - before) / (time.perf_counter() - begun)
                    told(f"{self.journeys:,} journeys, {rate:,.0f} records a second")

    def _copy(self, connection: psycopg.Connection, numbers: range) -> None:
        using = [self.templates[number % len(self.templates)] for number in numbers]
        records = sum(one.records for one in using)
        with connection.transaction(), connection.cursor() as cursor:
            taken = "SELECT pg_current_xact_id()::text::bigint, setval('iag_position', nextval('iag_position') + %s)"
            ((xact, last),) = cursor.execute(taken, [records]).fetchall()
            position, rows = last - records, []
            for number, one in zip(numbers, using, strict=True):
                rows.append(one.filled(number, xact=xact, position=position))
                position += one.records
            for table, columns in TABLES.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copying:
                    copying.write("".join(row[table] for row in rows).encode())
        self.records += records


# ---- work


@attrs.frozen
class Took:
    """Milliseconds: the median, and what a tenth of them stays below, which a busy machine troubles less."""

    median: float
    tenth: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Took":
        """Of so many operations, at least two."""
        return cls(1000 * statistics.median(seconds), 1000 * statistics.quantiles(seconds, n=10, method="inclusive")[0])


class Work:
    """Operations on a load, each on journeys chosen by chance; `step` tells the days of one step from another's."""

    def __init__(self, load: Load, *, seed: int = 1) -> None:
        self._load = load
        self._chance = random.Random(seed)
        self._cases = Casebook(load.journal, load.policy, clock=lambda: on(60))
        self.step = 0

    def _some(self, times: int) -> list[int]:
        return self._chance.sample(range(self._load.journeys), min(times, self._load.journeys))

    def _once(self, work: Callable[[int], object], number: int) -> float:
        self._cases._reading.remembered.forget()
        begun = time.perf_counter()
        work(number)
        return time.perf_counter() - begun

    def _timed(self, work: Callable[[int], object], times: int) -> Took:
        """How long so many took."""
        return Took.of([self._once(work, number) for number in self._some(times)])

    def fold(self, times: int) -> Took:
        """Fold a journey from its records."""
        return self._timed(lambda number: self._cases.journey(name(number)), times)

    def fold_in_memory(self, times: int) -> Took:
        """Fold a journey that is in memory: the peer, which shows how busy the machine is meanwhile."""
        peer = Casebook(self._load.pattern, self._load.policy)

        def folding(number: int) -> None:
            peer._reading.remembered.forget()
            peer.journey(f"zq{number % self._load.caseload}zq")

        return self._timed(folding, times)

    def page(self, times: int) -> Took:
        """Read a page of the feed, from anywhere in it."""
        journal = self._load.journal
        anywhere = [next(iter(journal.read(f"journey:{name(number)}"))).position for number in self._some(times)]
        starts = iter(anywhere)
        return self._timed(lambda _: list(islice(journal.read_all(after=next(starts)), PAGE)), times)

    def book(self, times: int) -> Took:
        """Book a conversation: fold, decide, append."""
        self.step += 1
        return self._timed(self._book, times)

    def _book(self, number: int) -> None:
        whole, place = divmod(number, self._load.caseload)
        by = f"coach:{coach(whole)}"
        starts_at = on(60 * (1 + self.step) + place)
        booked = ConversationBooked(conversation=f"c-{self.step}", coach=by, starts_at=starts_at, minutes=20)
        self._cases.record(name(number), booked, by=by).require()

    def append(self, times: int) -> Took:
        """Append one record, a start of a journey of its own, without a decision."""
        return self._timed(self._appending(times), times)

    def _appending(self, times: int) -> Callable[[int], object]:
        start = self._load.templates[0].start
        made = iter([self._start(start) for _ in range(times)])

        def appending(_: int) -> None:
            one = next(made)
            self._load.journal.append([one], expect={filing.subject: 0 for filing in one.about})

        return appending

    def in_turn(self, other: "Work", times: int) -> list[tuple[str, Took, Took]]:
        """Each operation here and on another load, one time here and one time there: a busy machine is busy for both."""
        found = []
        for title, ways in self._operations(times).items():
            here, there = [], []
            pairs = zip(self._some(times), other._some(times), strict=True)
            theirs = other._operations(times)[title]
            for mine, its in pairs:
                here.append(self._once(ways, mine))
                there.append(other._once(theirs, its))
            found.append((title, Took.of(here), Took.of(there)))
        return found

    def _operations(self, times: int) -> dict[str, Callable[[int], object]]:
        self.step += 1
        return {
            "fold a journey": lambda number: self._cases.journey(name(number)),
            "book a conversation": self._book,
            "append a record": self._appending(times),
        }

    def _start(self, start: StoredRecord) -> StoredRecord:
        own = f"plain-{next(self._load.new)}"
        surrogate = random.randbytes(16).hex()
        envelope = start.envelope.replace(start.surrogate.encode(), surrogate.encode())
        assert start.payload is not None
        payload = start.payload.replace(b"zq0zq", own.encode())
        about = [(f"{one.subject.partition(':')[0]}:{own}", 1, random.randbytes(16)) for one in start.about]
        return sealing.sealed(surrogate, about, envelope, payload=payload, id="start", previous=b"")


# ---- what there is


_SIZES: Final = """
SELECT coalesce(sum(pg_table_size(oid)) FILTER (WHERE name = 'iag_record'), 0)::bigint,
       coalesce(sum(pg_table_size(oid)) FILTER (WHERE name = 'iag_about'), 0)::bigint,
       coalesce(sum(pg_table_size(oid)) FILTER (WHERE name = 'iag_surrogate'), 0)::bigint,
       coalesce(sum(pg_indexes_size(oid)) FILTER (WHERE name = 'iag_record'), 0)::bigint,
       coalesce(sum(pg_indexes_size(oid)) FILTER (WHERE name = 'iag_about'), 0)::bigint,
       coalesce(sum(pg_indexes_size(oid)) FILTER (WHERE name = 'iag_surrogate'), 0)::bigint
FROM (SELECT oid, regexp_replace(relname, '_p[0-9]+$', '') AS name FROM pg_class
      WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace) AS parts
"""


@attrs.frozen
class Found:
    """The figures of one step: times in milliseconds, sizes in bytes, the write-ahead log of an append, and the pages
    that a look at one key takes."""

    journeys: int
    records: int
    peer: Took
    fold: Took
    book: Took
    append: Took
    log: int
    page: Took
    tables: int
    indexes: int
    by_table: tuple[int, ...]
    pages: int
    peak: int


def log_written(url: URL) -> int:
    """Bytes of write-ahead log that the server has written, everybody's."""
    ((written,),) = run(url, "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint")
    return int(written)


def pages_of_a_look(url: URL, subject: str) -> int:
    """The pages that are read to find a version of a subject, in the index and in the table."""
    look = (
        "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
        f"SELECT surrogate FROM iag_about WHERE subject = '{subject}' AND version = 1"
    )
    ((told,),) = run(url, look)
    plan: Any = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def measured(load: Load, work: Work, *, times: int) -> Found:
    """Work on what is loaded, and weigh it."""
    run(load.url, "ANALYZE iag_record", "ANALYZE iag_about", "ANALYZE iag_surrogate")
    for one in (work.fold_in_memory, work.fold, work.book, work.append, work.page):
        one(min(times, WARMING))
    peer, fold, book = work.fold_in_memory(times), work.fold(times), work.book(times)
    before = log_written(load.url)
    append = work.append(times)
    log = (log_written(load.url) - before) // times
    page = work.page(times)
    ((*sizes,),) = run(load.url, _SIZES)
    return Found(
        load.journeys,
        load.records,
        peer,
        fold,
        book,
        append,
        log,
        page,
        sum(sizes[:3]),
        sum(sizes[3:]),
        tuple(sizes),
        pages_of_a_look(load.url, f"journey:{name(0)}"),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


TIMED: Final[Sequence[tuple[str, Callable[[Found], Took]]]] = (
    ("fold one in memory", lambda one: one.peer),
    ("fold a journey", lambda one: one.fold),
    ("book a conversation", lambda one: one.book),
    ("append a record", lambda one: one.append),
    ("a page of the feed", lambda one: one.page),
)
"""What is timed, as the table names it."""


def _median(took: Callable[[Found], Took]) -> Callable[[Found], float]:
    return lambda one: took(one).median


def _tenth(took: Callable[[Found], Took]) -> Callable[[Found], float]:
    return lambda one: took(one).tenth


def table(found: Sequence[Found]) -> str:
    """The figures as a table, each with its ratio to that of the first step."""
    rows: list[tuple[str, Callable[[Found], float], str]] = []
    for title, took in TIMED:
        rows += [(f"{title}, ms", _median(took), ".2f"), (TENTH, _tenth(took), ".2f")]
    rows += [
        ("log an append, bytes", lambda one: one.log, "d"),
        ("pages to find a version", lambda one: one.pages, "d"),
        ("tables, bytes a journey", lambda one: one.tables / one.journeys, ".0f"),
        ("indexes, bytes a journey", lambda one: one.indexes / one.journeys, ".0f"),
        ("records a journey", lambda one: one.records / one.journeys, ".2f"),
        ("peak memory here, MB", lambda one: one.peak, "d"),
    ]
    lines = [f"{'journeys':25}" + "".join(f"{one.journeys:>19,}" for one in found)]
    for title, of, spelt in rows:
        first = of(found[0])
        lines.append(
            f"{title:25}" + "".join(f"{format(of(one), spelt):>11} ({of(one) / first:4.2f})" + " " for one in found)
        )
    for place, title in enumerate(TABLES):
        lines.append(f"{title + ', MB':25}" + "".join(f"{one.by_table[place] / 1e6:>18,.1f} " for one in found))
        lines.append(
            f"{'  its indexes, MB':25}" + "".join(f"{one.by_table[place + 3] / 1e6:>18,.1f} " for one in found)
        )
    return "\n".join(line.rstrip() for line in lines)


@contextmanager
def not_waiting_for_its_disk(server: URL) -> Iterator[None]:
    """Have a server of one's own be set for a load, and as it was installed after it."""
    run(server, *(f"ALTER SYSTEM SET {key} = '{value}'" for key, value in LOADING.items()), RELOAD)
    yield
    run(server, *(f"ALTER SYSTEM RESET {key}" for key in LOADING), RELOAD, "CHECKPOINT")


def grow(
    load: Load,
    *,
    steps: Sequence[int],
    times: int,
    told: Callable[[str], None],
    loading: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> list[Found]:
    """Load up to each of the steps and work there."""
    found, work = [], Work(load)
    for step in steps:
        begun, before = time.perf_counter(), load.records
        with loading():
            load.up_to(step, told)
        took = time.perf_counter() - begun
        told(f"loaded to {step:,} journeys, {(load.records - before) / took:,.0f} records a second")
        found.append(measured(load, work, times=times))
        told(table(found))
    return found


def in_turn(few: Load, many: Load, *, times: int) -> str:
    """The operations on a few journeys and on many, in turn, as lines of a table."""
    works = Work(few, seed=2), Work(many, seed=2)
    for one in works:
        one.step = 10
    works[0].in_turn(works[1], min(times, WARMING))
    lines = [f"{'in turn':25}{few.journeys:>19,}{many.journeys:>19,}"]
    for title, here, there in works[0].in_turn(works[1], times):
        for said, mine, its in ((f"{title}, ms", here.median, there.median), (TENTH, here.tenth, there.tenth)):
            lines.append(f"{said:25}{mine:>11.2f} (1.00) {its:>11.2f} ({its / mine:4.2f})")
    return "\n".join(lines)


def main() -> None:
    """Run it, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--journeys", type=int, default=STEPS[-1])
    parser.add_argument("--partitions", type=int, default=16)
    arguments = parser.parse_args()
    steps = [*(one for one in STEPS if one < arguments.journeys), arguments.journeys]
    begun = time.perf_counter()

    def told(what: str) -> None:
        print(f"[{time.perf_counter() - begun:.0f} s] {what}", flush=True)

    with postgresql_from_pip(as_installed=True) as server:
        run(server, "ALTER SYSTEM SET shared_buffers = '1GB'", "ALTER SYSTEM SET autovacuum = off")
        restarted(server)
        ((version,),) = run(server, "SHOW server_version")
        print(f"PostgreSQL {version}, {datetime.now(UTC):%d %B %Y}, {arguments.partitions} partitions")
        with a_schema(server) as url:
            load = Load(url, partitions=arguments.partitions)
            with load.journal:
                found = grow(
                    load, steps=steps, times=TIMES, told=told, loading=lambda: not_waiting_for_its_disk(server)
                )
                with a_schema(server) as other:
                    few = Load(other, partitions=arguments.partitions)
                    with few.journal:
                        few.up_to(STEPS[0], told)
                        turns = in_turn(few, load, times=TIMES)
    print(table(found))
    print(turns)
    print("Loaded journeys are copies under other names than their seals were made for: verify would report them.")
    print("What was booked was decided and recorded through the casebook, on copies and under their own names.")


if __name__ == "__main__":
    main()
