"""What a record gives: journeys, allowances, records and decisions, as a casebook makes them of a whole history."""

from collections.abc import Iterable

from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.exceptions import UnknownJourney
from iagcore.policy import Policy
from iagcore.practice.allowance import EXTENSION, Allowance, Line
from iagcore.record.findings import Decision
from iagcore.record.journey import Journey
from iagcore.record.records import Record
from iagcore.storage.memory import MemoryJournal
from iagcore.testing.strategies.journeys import LEARNERS, histories
from iagcore.testing.told import Told


def _recorded(history: Iterable[Told], policy: Policy) -> tuple[Casebook, list[Decision]]:
    history = list(history)
    now = [told.at for told in history[:1]]
    casebook, decisions = Casebook(MemoryJournal(), policy, clock=lambda: now[0]), []
    for told in history:
        now[0] = told.at
        try:
            decisions.append(casebook.record(told.home, told.entry, by=told.by, at=told.at, id=told.id))
        except UnknownJourney:
            continue  # nothing is on that record, and nothing comes of it
    return casebook, decisions


def _casebooks(policy: Policy) -> st.SearchStrategy[tuple[Casebook, list[Decision]]]:
    return histories(policy).map(lambda history: _recorded(history, policy))


def _starter() -> Policy:
    return Policy.load("starter")


def journeys(policy: Policy | None = None) -> st.SearchStrategy[Journey]:
    """Journeys as a record gives them, under a policy; under *starter* where none is given."""
    found = _casebooks(policy or _starter()).map(lambda drawn: [drawn[0]._reading.journey(name) for name in LEARNERS])
    return found.flatmap(lambda every: st.sampled_from([one for one in every if one.exists] or every))


def decisions(policy: Policy | None = None) -> st.SearchStrategy[Decision]:
    """Decisions of every sort, under a policy; under *starter* where none is given."""
    return (
        _casebooks(policy or _starter())
        .filter(lambda drawn: bool(drawn[1]))
        .flatmap(lambda drawn: st.sampled_from(drawn[1]))
    )


def records(policy: Policy | None = None) -> st.SearchStrategy[Record]:
    """Records, accepted and refused, under a policy; under *starter* where none is given."""
    homes = (*LEARNERS, "coach:nina", "coach:omar")
    every = _casebooks(policy or _starter()).map(
        lambda drawn: [one for home in homes for one in drawn[0].records(home)]
    )
    return every.filter(bool).flatmap(st.sampled_from)


def allowances() -> st.SearchStrategy[Allowance]:
    """Allowances of any lines: conversations that hold or have used minutes, and extensions."""
    minutes = st.sampled_from((0, 1, 60, 180, 181)) | st.integers(0, 1000)
    ids = st.sampled_from(("c1", "c2", "c3"))
    lines = st.builds(Line, ids, booked=minutes, used=minutes) | st.builds(
        Line, ids, sort=st.just(EXTENSION), grant=minutes
    )
    each_once = st.lists(lines, max_size=5, unique_by=lambda line: line.key)
    return st.builds(Allowance, minutes, each_once)
