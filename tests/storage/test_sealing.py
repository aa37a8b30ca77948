"""The seal: each way of altering a record is found, and what was erased is still proven."""

from collections.abc import Callable

import attrs
import pytest

from iagcore.practice.learners import JourneyStarted
from iagcore.storage import codec
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.sealing import alterations, sealed
from iagcore.storage.stored import StoredRecord
from tests.casework import JO, NINA, OMAR, book, casebook, on, start


def home() -> list[StoredRecord]:
    """Four records of one journey."""
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    for number in range(3):
        book(cases, f"c{number}", on(number + 1), 30)
    return list(journal.read("journey:a"))


def found(records: list[StoredRecord]) -> list[tuple[int, str]]:
    return [(one.version, one.what) for one in alterations(records, licences=codec.licences(records))]


CHAIN = "its envelope or its place in the chain was altered"


def test_an_unaltered_home_is_proven() -> None:
    assert found(home()) == []


@pytest.mark.parametrize(
    ("alter", "what"),
    [
        (lambda one: attrs.evolve(one, payload=one.payload + b" "), ["its payload or its id was altered"]),
        (lambda one: attrs.evolve(one, id="another"), ["its payload or its id was altered"]),
        (lambda one: attrs.evolve(one, envelope=one.envelope + b" "), [CHAIN]),
        (lambda one: attrs.evolve(one, plain=b"x" * 32), [CHAIN]),
        (lambda one: attrs.evolve(one, salted=b"x" * 32), ["its payload or its id was altered", CHAIN]),
        (lambda one: attrs.evolve(one, payload=None), ["its payload is missing, and no receipt licenses that"]),
        (lambda one: attrs.evolve(one, id=None), ["its payload is missing, and no receipt licenses that"]),
        (
            lambda one: attrs.evolve(one, about=(*one.about[:2], attrs.evolve(one.about[2], subject=OMAR))),
            ["it was not filed under coach:omar there"],
        ),
        (
            lambda one: attrs.evolve(one, about=(*one.about[:2], attrs.evolve(one.about[2], commitment=b"x" * 32))),
            ["it was not filed under coach:nina there", CHAIN],
        ),
        (
            lambda one: attrs.evolve(one, about=(*one.about[:2], attrs.evolve(one.about[2], salt=None))),
            ["the salt for coach:nina is missing, and no receipt licenses that"],
        ),
        (lambda one: attrs.evolve(one, about=one.about[:2]), [CHAIN]),
        (lambda one: attrs.evolve(one, about=(one.about[0], one.about[2], one.about[1])), [CHAIN]),
    ],
)
def test_each_alteration_of_a_record_is_found(alter: Callable[[StoredRecord], StoredRecord], what: list[str]) -> None:
    records = home()
    assert [filing.subject for filing in records[1].about] == ["journey:a", "learner:a", NINA]
    records[1] = alter(records[1])
    # a digest that was replaced breaks the record after it as well
    assert [said for version, said in found(records) if version == 2] == what


def test_a_record_that_was_taken_away_is_found() -> None:
    records = home()
    del records[1]
    assert found(records) == [(3, "version 2 is missing before it"), (3, CHAIN)]


def test_a_version_that_was_changed_under_a_coach_is_found() -> None:
    records = home()
    about = records[1].about
    records[1] = attrs.evolve(records[1], about=(*about[:2], attrs.evolve(about[2], version=about[2].version + 1)))
    assert found(records) == [(2, "it was not filed under coach:nina there")]


def test_an_envelope_that_cannot_be_read_is_found_and_no_receipt() -> None:
    records = home()
    records[1] = attrs.evolve(records[1], envelope=records[1].envelope[:-1])
    assert found(records) == [(2, CHAIN)]


def test_a_receipt_for_one_refusal_licenses_nothing_else_in_that_home() -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    book(cases, "c1", on(1), 30)
    second = JourneyStarted(learner="learner:b", programme="p", attests_age=30)
    cases.record("a", second, by=JO)
    cases.erase("learner:b", by=JO)
    records = list(journal.read("journey:a"))
    assert found(records) == []
    stranger = next(filing.subject for filing in records[-1].about if filing.subject.startswith("erased:"))
    about = records[1].about
    forged = attrs.evolve(about[2], subject=stranger, salt=None)
    records[1] = attrs.evolve(records[1], payload=None, id=None, about=(*about[:2], forged))
    assert found(records) == [
        (2, "its payload is missing, and no receipt licenses that"),
        (2, f"the salt for {stranger} is missing, and no receipt licenses that"),
    ]


def test_a_coachs_own_records_are_proven_though_bookings_stand_between_them() -> None:
    first = sealed("r1", [(NINA, 1, b"a" * 16)], b"{}", payload=b"{}", id="one", previous=b"")
    second = sealed("r2", [(NINA, 5, b"b" * 16)], b"{}", payload=b"{}", id="two", previous=first.plain)
    third = sealed("r3", [(NINA, 6, b"c" * 16)], b"{}", payload=b"{}", id="three", previous=second.plain)
    assert found([first, second, third]) == []
    assert found([first, third]) == [(6, CHAIN)]


def test_records_that_changed_places_are_found() -> None:
    records = home()
    records[1], records[2] = records[2], records[1]
    assert {version for version, _ in found(records)} == {2, 3, 4}


def test_a_tail_that_was_cut_off_shows_only_against_a_head_kept_elsewhere() -> None:
    records = home()
    head = records[-1].plain
    assert found(records[:-1]) == []
    assert records[-2].plain != head


def test_a_receipt_licenses_its_own_learner_and_nobody_else() -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    start(cases, "b", learner="learner:b")
    cases.erase("learner:a", by=JO)
    erased = next(one.home for one in journal.read_all() if one.home.startswith("erased:"))
    gone = list(journal.read(erased))
    licences = codec.licences(gone)
    assert licences == {gone[-1].surrogate: frozenset(one.surrogate for one in gone)}
    assert alterations(gone, licences=licences) == []
    assert [one.what for one in alterations(gone[:-1], licences=licences)] == [
        "its payload is missing, and no receipt licenses that",
        f"the salt for {erased} is missing, and no receipt licenses that",
        f"the salt for {gone[0].about[1].subject} is missing, and no receipt licenses that",
    ]
    other = [attrs.evolve(one, payload=None, id=None) for one in journal.read("journey:b")]
    assert [one.what for one in alterations(other, licences=licences)] == [
        "its payload is missing, and no receipt licenses that"
    ]
