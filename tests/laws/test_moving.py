"""Laws of copies and examinations, over histories with corrections, refusals and erasures."""

from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from iagcore.exceptions import Refused
from iagcore.storage.copying import copy
from iagcore.storage.examining import examine
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.trial import TrialJournal
from tests.casework import JO, casebook
from tests.laws.histories import Step, begin, examples, steps, take


@given(history=steps(), cut=st.integers(0, 30), erased=st.booleans())
@examples(25)
def law_10_a_copy_cut_anywhere_and_gone_on_with_is_the_same_journal(
    history: list[Step], cut: int, erased: bool
) -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    begin(cases)
    for number, step in enumerate(history):
        take(cases, number, step)
    if erased:
        try:
            cases.erase("learner:a", by=JO)
        except Refused:
            erased = False
    target = MemoryJournal()
    for record in list(journal.read_all())[:cut]:
        target.append([record], expect={filing.subject: filing.version - 1 for filing in record.about})
    copy(journal, target)
    assert list(target.read_all()) == list(journal.read_all())
    found = examine(target)
    assert (found.records, found.erased > 0, found.troubles) == (len(list(journal.read_all())), erased, ())
    assert casebook(target).journey("b") == casebook(journal).journey("b")


@given(
    history=steps(), which=st.integers(0, 1000), part=st.sampled_from(("envelope", "payload", "id", "plain", "salted"))
)
@examples(25)
def law_an_altered_part_of_any_record_is_never_well(history: list[Step], which: int, part: str) -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    begin(cases)
    for number, step in enumerate(history):
        take(cases, number, step)
    place = which % len(journal._kept)
    value: Any = getattr(journal._kept[place], part)
    altered: dict[str, Any] = {part: value + ("x" if part == "id" else b" ")}
    journal._kept[place] = attrs.evolve(journal._kept[place], **altered)
    assert examine(journal).troubles != ()


@given(history=steps())
@examples(15)
def law_a_trial_answers_as_the_journal_would_and_leaves_it_as_it_was(history: list[Step]) -> None:
    journal, beneath = MemoryJournal(), MemoryJournal()
    for one in (journal, beneath):
        begin(casebook(one))
    before = list(beneath.read_all())
    cases, trying = casebook(journal), casebook(TrialJournal(beneath))
    for number, step in enumerate(history):
        assert take(trying, number, step) == take(cases, number, step)
    assert list(beneath.read_all()) == before
