"""Laws of extensions: what one notes changes nothing else, and a journal reads the same without it."""

from collections.abc import Sequence

import attrs
from hypothesis import given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.entries import KIND_BY_NAME
from iagcore.extending.book import book_of
from iagcore.extending.extension import Extension
from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.kinds import Entry
from iagcore.record.home import Home
from iagcore.record.records import UnreadEntry
from iagcore.storage import codec
from iagcore.storage.copying import copy
from iagcore.storage.examining import examine
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.testing.strategies import entries
from tests.casework import JO, OF_ONE_JOURNEY, on
from tests.extending.given import SAC, TextMessageSent
from tests.laws.histories import CHARGING, Step, begin, examples, steps, take

EXAMS = '\n[[value."sac/exam_weeks"]]\nfrom = 2020-01-01\nvalue = [{ first = 2025-09-03, last = 2025-09-04 }]\nlocal = "x"\n'
DECIDING = Policy.parse(CHARGING.text + EXAMS, values=SAC.values)
"""The same policy, which decides the exam weeks, too: two of the crowded days."""
JOURNEYS = ("a", "a2", "b")
messages = st.frozensets(st.integers(0, 13))


def casebook(journal: Journal, *extensions: Extension, under: Policy = CHARGING, own: bool = False) -> Casebook:
    rules = (*OF_ONE_JOURNEY, *(SAC.rules if own else ()))
    return Casebook(journal, under, extend=extensions, rules=rules, clock=lambda: on(0))


def told(cases: Casebook, history: Sequence[Step], messages: frozenset[int]) -> None:
    """A history, with a text message before some of its steps."""
    begin(cases)
    for number, step in enumerate(history):
        if number in messages:
            sent = TextMessageSent(message=f"m{number}", words="See you.")
            cases.record(step.journey, sent, by=JO, at=on(step.day), id=f"m{number}")
        take(cases, number, step)


def what_is_the_librarys(home: Home) -> object:
    """Everything of a home but its places of an extension's kinds."""
    ours = [
        (one.record, one.top, one.findings)
        for one in home.places
        if not isinstance(one.original, TextMessageSent | UnreadEntry)
    ]
    begun = frozenset(one for one in home.parts.begun if one[0] != "message")
    return attrs.evolve(home.parts, begun=begun), home.allowance, home.opened, ours


@given(history=steps(), sent=messages)
@examples(40)
def law_what_an_extension_notes_changes_nothing_else(history: list[Step], sent: frozenset[int]) -> None:
    noting, silent = casebook(MemoryJournal(), SAC), casebook(MemoryJournal())
    told(noting, history, sent)
    told(silent, history, frozenset())
    for name in JOURNEYS:
        assert what_is_the_librarys(noting.journey(name)) == what_is_the_librarys(silent.journey(name))


@given(history=steps(), sent=messages)
@examples(40)
def law_a_journal_reads_the_same_without_the_extension(history: list[Step], sent: frozenset[int]) -> None:
    journal = MemoryJournal()
    with_it = casebook(journal, SAC, under=DECIDING, own=True)
    told(with_it, history, sent)
    target = MemoryJournal()
    copy(journal, target)
    without = casebook(target)
    assert list(target.read_all()) == list(journal.read_all())
    assert examine(target).troubles == ()
    for name in JOURNEYS:
        read, unread = with_it.journey(name), without.journey(name)
        assert what_is_the_librarys(read) == what_is_the_librarys(unread)
        assert len(unread.unread) == len(read.noted(TextMessageSent))
        assert (with_it.verify(name), without.verify(name)) == ([], [])
        for record in without.records(name):
            # what was decided comes back word for word, whose rules were not given too
            one, other = with_it.decision(name, record.id), without.decision(name, record.id)
            assert (one.accepted, one.considered, one.effect) == (other.accepted, other.considered, other.effect)


@given(history=steps(amendments=False), sent=messages)
@examples(25)
def law_what_if_under_the_policy_of_the_record_changes_nothing_with_the_extension(
    history: list[Step], sent: frozenset[int]
) -> None:
    cases = casebook(MemoryJournal(), SAC, under=DECIDING, own=True)
    told(cases, history, sent)
    assert cases.what_if(DECIDING).changes == ()
    without = casebook(cases._reading.journal).what_if(CHARGING)
    assert {gone.rule for one in without.changes for gone in one.goes} <= {"SAC-01", "SAC-02"}
    assert without.unread == sum(len(cases.journey(name).noted(TextMessageSent)) for name in JOURNEYS)


@given(entry=entries(TextMessageSent), corrected=st.booleans())
@examples(60)
def law_an_entry_comes_back_with_the_extension_and_is_written_again_to_the_letter_without(
    entry: Entry, corrected: bool
) -> None:
    journal = MemoryJournal()
    cases = casebook(journal, SAC)
    begin(cases)
    cases.record("a", entry, by=JO, id="m").require()
    if corrected:
        cases.correct("a", "m", entry, by=JO, why="a slip", id="again").require()
    stored = list(journal.read("journey:a"))[-1]
    kinds = book_of([SAC]).kinds
    for known, expected in ((kinds, type(entry)), (KIND_BY_NAME, UnreadEntry)):
        record = codec.decode(stored, known)
        found = record.entry.entry if isinstance(record.entry, EntryCorrected) else record.entry
        assert type(found) is expected
        assert found == entry or expected is UnreadEntry
        written = codec.encode(record, surrogate=stored.surrogate, salt=codec.salt_of(stored))
        assert written == (stored.envelope, stored.payload)
