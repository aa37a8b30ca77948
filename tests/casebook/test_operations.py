"""How many operations a decision costs, counted and not timed."""

import gc
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy, deepcopy
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.casebook.reading import Reading
from iagcore.practice.grow import GoalSet
from iagcore.practice.self_efficacy import DiaryShared, DiaryWritten
from iagcore.record import judging
from iagcore.record.findings import Decision
from iagcore.rulebook import RULES
from iagcore.storage import codec, sealing
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import NINA, book, booked, casebook, count_calls, hold, on, start


class CountingJournal(MemoryJournal):
    """Counts the records that are read, and the appends."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self.counts["appends"] += 1
        self.counts["records written"] += len(records)
        super().append(records, expect=expect)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        self.counts["reads"] += 1
        for stored in super().read(subject, after=after):
            self.counts["records read"] += 1
            yield stored


@pytest.mark.parametrize("length", [5, 50])
def test_a_warm_casebook_reads_one_record_a_subject_however_long_the_journey(length: int) -> None:
    journal = CountingJournal()
    cases = casebook(journal, rules=RULES)
    start(cases)
    for number in range(length):
        cases.record("a", DiaryWritten(diary=f"d{number}", sort="gratitude", words="the sea"), by="learner:a")
    book(cases, "c1", on(1), 30).require()
    journal.counts.clear()
    book(cases, "c2", on(2), 30).require()
    # the journey, its learner, its coach's hours and readiness: the last record known of each is read again
    assert journal.counts == {"reads": 4, "records read": 4, "appends": 1, "records written": 1}
    journal.counts.clear()
    cases.record("a", DiaryWritten(diary="last", sort="gratitude", words="the sea"), by="learner:a").require()
    # no hours; the learner for what they consented to and the coach who is booked, for what is due of it
    assert journal.counts == {"reads": 3, "records read": 3, "appends": 1, "records written": 1}
    journal.counts.clear()
    cases.preview("a", GoalSet(goal="g", words="the sea"), by=NINA)
    assert journal.counts == {"reads": 3, "records read": 3}


def test_a_policy_is_kept_once() -> None:
    journal = CountingJournal()
    start(casebook(journal))
    assert journal.counts["records written"] == 2
    start(casebook(journal), "b", learner="learner:b")
    assert journal.counts["records written"] == 3


def test_a_preview_writes_nothing() -> None:
    journal = CountingJournal()
    cases = casebook(journal, rules=RULES)
    start(cases)
    journal.counts.clear()
    decision = cases.preview("a", booked("c1", on(1), 60), by=NINA)
    assert (decision.accepted, decision.record, decision.complete) == (True, None, True)
    assert journal.counts["appends"] == 0
    assert cases.journey("a").conversations.all == ()


def test_what_only_some_rules_decided_says_so_for_ever() -> None:
    journal = MemoryJournal()
    start(casebook(journal, rules=[one for one in RULES if one.code != "ALW-01"]))
    whole = casebook(journal, rules=RULES)
    assert not whole.decision("a", "start").complete
    assert book(whole, "c1", on(1), 60).complete
    again = casebook(journal)
    assert again.decision("a", "book-c1").complete
    assert [one.complete for one in again.records("a")] == [False, True]


def test_a_preview_names_no_record_that_never_will_be() -> None:
    cases = casebook(rules=RULES)
    start(cases)
    breach = cases.preview("a", DiaryShared(diary="never written"), by="learner:a")
    (due,) = (one.what for one in breach.duties if one.rule == "COR-03")
    assert due.startswith("REF-02 stands on record 'not recorded yet': ")


def test_a_preview_seals_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = casebook(CountingJournal(), rules=RULES)
    start(cases)
    encoded, seals = count_calls(monkeypatch, codec, "encode"), count_calls(monkeypatch, sealing, "sealed")
    assert cases.preview("a", booked("c1", on(1), 60), by=NINA).accepted
    assert (encoded, seals) == ([], [])
    book(cases, "c1", on(1), 60).require()
    assert (len(encoded), len(seals)) == (1, 1)


def test_duties_are_derived_when_they_are_read_and_never_from_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = CountingJournal()
    cases = casebook(journal, rules=RULES, now=lambda: on(1))
    start(cases)
    book(cases, "c1", on(1), 60).require()
    derived = count_calls(monkeypatch, judging, "duties")
    decision, preview = hold(cases, "c1", 50, at=on(1)), cases.preview("a", booked("c2", on(2)), by=NINA)
    refused = book(cases, "c2", on(2), 5000)
    assert derived == []
    journal.counts.clear()
    assert [duty.rule for duty in decision.duties] == ["BKG-03", "FUP-02"]
    assert decision.duties == decision.duties
    # on the home before the record, and on the home after it
    assert (len(derived), journal.counts) == (2, {})
    assert ([duty.rule for duty in preview.duties], len(derived)) == (["BKG-04"], 4)
    assert (refused.duties, len(derived)) == ((), 4)


def test_a_decision_is_a_value_and_holds_no_casebook() -> None:
    def decided() -> Decision:
        cases = casebook(MemoryJournal(), rules=RULES)
        start(cases)
        book(cases, "c1", on(1), 60).require()
        return hold(cases, "c1", 50, at=on(1))

    decision, same = decided(), decided()
    assert not [one for one in held_by(decision) if isinstance(one, Casebook | Reading | MemoryJournal)]
    assert decision == same
    assert hash(decision) == hash(same)
    without = attrs.evolve(decision, duties=decision.duties[1:])
    assert without != decision
    assert decision == copy(decision) == deepcopy(decision) == pickle.loads(pickle.dumps(decision))
    assert pickle.loads(pickle.dumps(decision)).duties == decision.duties
    assert "BKG-03" in repr(decision)


def held_by(value: Any) -> Iterator[Any]:
    """All that a value holds on to, short of what a module holds anyway."""
    seen: dict[int, Any] = {}
    left = [value]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | ModuleType):
            continue
        seen[id(one)] = one
        left += one.__closure__ or () if isinstance(one, FunctionType) else gc.get_referents(one)
    return iter(seen.values())


def test_the_statements_of_a_booking_are_counted(tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = casebook(journal)
        start(cases)
        book(cases, "c1", on(1), 30).require()
        statements: list[str] = []
        with journal._connection() as connection:
            connection.set_trace_callback(statements.append)
        book(cases, "c2", on(2), 30).require()
        with journal._connection() as connection:
            connection.set_trace_callback(None)
    verbs = Counter(statement.split()[0] for statement in statements)
    # one read a subject; then the versions expected, how the home ends, the record, and a filing a subject
    assert verbs == {"SELECT": 5, "BEGIN": 1, "WITH": 1, "INSERT": 4, "COMMIT": 1}
