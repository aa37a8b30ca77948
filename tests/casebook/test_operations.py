"""How many operations a decision costs, counted and not timed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import NINA, book, booked, casebook, on, start


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
    cases = casebook(journal)
    start(cases)
    for number in range(length):
        cases.record("a", DiaryWritten(diary=f"d{number}", sort="gratitude", words="the sea"), by="learner:a")
    book(cases, "c1", on(1), 30).require()
    journal.counts.clear()
    book(cases, "c2", on(2), 30).require()
    # the journey, its learner and its coach: the last record known of each is read again
    assert journal.counts == {"reads": 4, "records read": 4, "appends": 1, "records written": 1}
    journal.counts.clear()
    cases.record("a", DiaryWritten(diary="last", sort="gratitude", words="the sea"), by="learner:a").require()
    assert journal.counts == {"reads": 1, "records read": 1, "appends": 1, "records written": 1}


def test_a_policy_is_kept_once() -> None:
    journal = CountingJournal()
    start(casebook(journal))
    assert journal.counts["records written"] == 2
    start(casebook(journal), "b", learner="learner:b")
    assert journal.counts["records written"] == 3


def test_a_preview_writes_nothing() -> None:
    journal = CountingJournal()
    cases = casebook(journal)
    start(cases)
    journal.counts.clear()
    decision = cases.preview("a", booked("c1", on(1), 60), by=NINA)
    assert (decision.accepted, decision.record, decision.complete) == (True, None, True)
    assert journal.counts["appends"] == 0
    assert cases.journey("a").conversations.all == ()


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
