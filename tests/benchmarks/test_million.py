"""What the benchmark of a million journeys does, on a few: what it copies, what it measures, and how it tells it."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL

from iagcore.casebook import Casebook
from tests.benchmarks import million
from tests.benchmarks.million import Load, Work, coach, grow, name
from tests.servers import a_schema

CASELOAD = 10
FEW, MORE = 100, 300

SENT = [12, 28, 44]
"""Statements for four folds (the journey, then its learner's other homes and its concerns), four appends and four
bookings."""


def statements(load: Load, work: Callable[[], object]) -> int:
    """How many statements the server is sent for it."""
    counts: Counter[str] = Counter()

    def one_more(*_: Any) -> None:
        counts["sent"] += 1

    engine = load.journal._connections.engine
    event.listen(engine, "before_cursor_execute", one_more)
    work()
    event.remove(engine, "before_cursor_execute", one_more)
    return counts["sent"]


@pytest.fixture(scope="module")
def load(postgresql: URL) -> Iterator[Load]:
    """A load on four partitions, with one caseload to copy and nothing copied yet."""
    with a_schema(postgresql) as url:
        load = Load(url, partitions=4, patterns=1, caseload_of=CASELOAD)
        with load.journal:
            yield load


def test_what_is_copied_folds_as_its_pattern_does_and_costs_as_many_statements_among_more(load: Load) -> None:
    work = Work(load)
    sent = []
    for step in (FEW, MORE):
        load.up_to(step, lambda _: None)
        assert load.journeys == step
        # a casebook looks once whether the journal has the policy
        work.book(2)
        sent.append([statements(load, partial(one, 4)) for one in (work.fold, work.append, work.book)])
    assert sent == [SENT, SENT]
    assert load.records == MORE // CASELOAD * load.templates[0].records

    # the policy's record, those that were copied, and what was appended and booked: each has a place of its own
    positions = [one.position for one in load.journal.read_all()]
    assert len(set(positions)) == len(positions) == 1 + load.records + 8 + 12

    cases = Casebook(load.journal, load.policy)
    pattern = Casebook(load.pattern, load.policy)
    untouched = [place for place in range(FEW, MORE) if cases.journey(name(place)).version == 4]
    place = untouched[0]
    copied, own = cases.journey(name(place)), pattern.journey(f"zq{place % CASELOAD}zq")
    assert copied.learner == f"learner:{name(place)}"
    assert (copied.version, copied.allowance.used, copied.parts.grow) == (
        own.version,
        own.allowance.used,
        own.parts.grow,
    )
    whose = f"coach:{coach(place // CASELOAD)}"
    assert (copied.conversations["c1"].coach, own.conversations["c1"].coach) == (whose, "coach:zqcoach")
    # a copy has the seal of another name, and what is appended has its own
    assert cases.verify(name(place)) != []
    assert cases.verify("plain-0") == []


def test_the_figures_of_a_growing_load_are_told_with_their_ratios(load: Load) -> None:
    told: list[str] = []
    found = grow(load, steps=(MORE + CASELOAD, MORE + 2 * CASELOAD), times=2, told=told.append)
    assert [one.journeys for one in found] == [MORE + CASELOAD, MORE + 2 * CASELOAD]
    assert all(0 < one.fold.tenth <= one.fold.median for one in found)
    assert all(one.tables + one.indexes == sum(one.by_table) for one in found)
    lines = million.table(found).splitlines()
    assert lines[0].split() == ["journeys", "310", "320"]
    titles = [f"{title}, ms" for title, _ in million.TIMED]
    assert [line[:25].strip() for line in lines if ", ms" in line] == titles
    assert [line[:25].strip() for line in lines if "iag_" in line] == [f"{one}, MB" for one in million.TABLES]
    assert all(line.count("(1.00)") >= 1 for line in lines[1:16])
    assert told[-1] == million.table(found)


def test_a_few_and_many_are_worked_on_in_turn(load: Load, schema: URL) -> None:
    few = Load(schema, partitions=0, patterns=1, caseload_of=CASELOAD)
    with few.journal:
        few.up_to(CASELOAD, lambda _: None)
        load.up_to(MORE, lambda _: None)
        lines = million.in_turn(few, load, times=2).splitlines()
    assert lines[0].split() == ["in", "turn", "10", f"{load.journeys}"]
    titles = ["fold a journey, ms", "book a conversation, ms", "append a record, ms"]
    assert [line[:25].strip() for line in lines[1::2]] == titles
    assert [line.count("(1.00)") >= 1 for line in lines[1:]] == [True] * 6
