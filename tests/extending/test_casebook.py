"""A casebook with and without an extension, on one journal: what it records, keeps unread, and answers again."""

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.exceptions import IdUsedBefore, InvalidEntry, InvalidExtension
from iagcore.extending import FACT, MUST, PLAN, SHOULD, Duty, Entry, Extension, Grounds, Id, Journey, duty, kind
from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.learners import JourneyClosed
from iagcore.record.case import Case
from iagcore.record.findings import Verdict, verdict
from iagcore.record.rules import rule
from iagcore.reports import record_page, what_if_page
from iagcore.rulebook import RULES
from iagcore.storage.copying import copy as copied
from iagcore.storage.examining import examine
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import JO, NINA, OMAR, STARTER
from tests.extending.given import SAC, UNDER, TextMessageSent, begun, book, casebook, message, on

LEARNER = "learner:a"
UNKNOWN = "this casebook does not know this kind: give it the extension that declares it, with extend="


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    with SQLiteJournal(tmp_path / "casebook.db") as found:
        yield found


def test_its_rules_are_asked_and_its_kind_is_recorded_and_read_again(journal: Any) -> None:
    cases = casebook(journal, SAC)
    begun(cases)
    refused = book(cases, "c2", on(5, 18))
    assert [(one.rule, one.sentence) for one in refused.refusals] == [
        ("SAC-01", "18 May 2027 is in an exam week (17 May 2027 to 21 May 2027)")
    ]
    assert [one.rule for one in book(cases, "c3", on(5, 25, hour=7)).advice if one.rule == "SAC-02"] == ["SAC-02"]
    again = casebook(journal, SAC)
    assert again.journey("a") == cases.journey("a")
    assert [one.entry for one in again.records("a")][2] == TextMessageSent(message="m1", words="See you on Monday.")
    assert again.decision("a", "m1") == message(again, "m1")
    assert (again.journey("a").unread, again.verify("a")) == ((), [])


def test_what_stands_of_a_kind_is_noted_and_what_was_taken_back_is_not(journal: Any) -> None:
    cases = casebook(journal, SAC)
    begun(cases)
    message(cases, "m2", by=JO)
    cases.withdraw("a", "m1", by=JO, why="It was not sent.").require()
    (noted,) = cases.journey("a").noted(TextMessageSent)
    assert (noted.record, noted.entry.message, noted.at, noted.by) == ("m2", "m2", on(3, 1), JO)
    assert [(one.record, one.entry.minutes) for one in cases.journey("a").noted(ConversationBooked)] == [("c1", 30)]


def test_a_rule_may_ask_what_is_noted() -> None:
    @rule("SAC-07", SHOULD, on=(TextMessageSent,), source="the handbook")
    def one_a_day(entry: Entry, case: Case) -> Verdict:
        """One text message a day is enough."""
        found = len(case.noted(TextMessageSent))
        return verdict(not found, says="{found} sent before", found=found)

    asked = attrs.evolve(SAC, rules=[one_a_day])
    cases = casebook(MemoryJournal(), asked, under=STARTER)
    begun(cases)
    assert [(one.rule, one.evidence) for one in message(cases, "m2").advice if one.rule == "SAC-07"] == [
        ("SAC-07", (("found", 1),))
    ]


def test_a_kind_moves_no_minutes_and_who_may_make_it_is_asked_of_it_too() -> None:
    cases = casebook(MemoryJournal(), SAC)
    begun(cases)
    before = cases.journey("a").allowance
    assert message(cases, "m2").effect == ()
    assert cases.journey("a").allowance == before
    assert [one.rule for one in message(cases, "m3", by=LEARNER).refusals] == ["ACC-01"]
    assert [one.rule for one in message(cases, "m4", by=OMAR).refusals] == ["ACC-03"]


def test_a_plan_of_an_extension_is_for_an_open_journey() -> None:
    @kind(PLAN, prefix="sac", about=("journey",), by=("lead",), in_confidence=False)
    class RoomReserved(Entry):
        """A room was reserved."""

        room: Id

    cases = casebook(MemoryJournal(), Extension("sac", kinds=[RoomReserved]), under=STARTER)
    cases.record("a", begins(), by=JO).require()
    assert cases.record("a", RoomReserved(room="r"), by=JO).accepted
    cases.record("a", JourneyClosed(), by=JO).require()
    assert [one.rule for one in cases.record("a", RoomReserved(room="r"), by=JO).refusals] == ["JRN-03"]


def begins() -> Any:
    from iagcore.practice.learners import JourneyStarted  # beside the one test that begins by hand

    return JourneyStarted(learner=LEARNER, programme="p", attests_age=30)


def test_without_the_extension_its_kind_is_refused_and_nothing_is_on_the_record(journal: Any) -> None:
    cases = casebook(journal, under=STARTER)
    cases.record("a", begins(), by=JO, id="start").require()
    sent = TextMessageSent(message="m1", words="x")
    for entry in (sent, EntryCorrected("start", sent, "why")):
        with pytest.raises(InvalidEntry) as raised:
            cases.record("a", entry, by=NINA, id="m1")
        assert raised.value.reason == UNKNOWN
        with pytest.raises(InvalidEntry):
            cases.preview("a", entry, by=NINA)
    assert (cases.journey("a").version, len(list(cases.records("a")))) == (1, 1)


def test_a_class_that_only_has_the_name_of_a_kind_is_not_the_kind() -> None:
    @kind(FACT, prefix="sac", about=("journey",), by=("lead",), in_confidence=False)
    class TextMessageSent(Entry):
        """Another one."""

        message: Id

    cases = casebook(MemoryJournal(), SAC)
    begun(cases)
    with pytest.raises(InvalidEntry, match="does not know this kind"):
        cases.record("a", TextMessageSent(message="m"), by=JO)


def test_without_the_extension_everything_works_on_such_a_journal(journal: Any) -> None:
    with_it = casebook(journal, SAC)
    begun(with_it)
    book(with_it, "c2", on(5, 18))
    cases = casebook(journal, under=STARTER)
    home = cases.journey("a")
    assert (home.unread, home.version) == (("sac/text-message-sent",), 5)
    assert home.allowance == with_it.journey("a").allowance
    assert [one.id for one in cases.records("a")] == ["start", "coach", "m1", "c1", "c2"]
    assert (cases.verify("a"), examine(journal).troubles) == ([], ())
    assert cases.policy_of(UNDER.fingerprint).fingerprint == UNDER.fingerprint
    # the decision comes back as it was given, word for word
    assert cases.decision("a", "c2").explain() == with_it.decision("a", "c2").explain()
    assert book(cases, "c4", on(5, 19)).accepted  # whose rule is not asked
    assert [one.rule for one in cases.due()] == [one.rule for one in with_it.due()]
    with pytest.raises(IdUsedBefore):
        cases.record("a", begins(), by=JO, id="m1")
    erasure = cases.erase(LEARNER, by=JO, ground="asked")
    assert str(erasure.answer) == "gone"
    assert with_it.verify("erased:" + next(iter(erased(journal)))) == []


def erased(journal: Any) -> set[str]:
    return {one.home.removeprefix("erased:") for one in journal.read_all() if one.home.startswith("erased:")}


def test_an_entry_that_stays_unread_is_not_amended_without_the_extension_and_is_with_it(journal: Any) -> None:
    with_it = casebook(journal, SAC)
    begun(with_it)
    cases = casebook(journal, under=STARTER)
    assert [one.rule for one in cases.record("a", EntryWithdrawn("m1", "w"), by=JO).refusals] == ["COR-01"]
    corrected = TextMessageSent(message="m1", words="See you on Tuesday.")
    with_it.correct("a", "m1", corrected, by=JO, why="It was Tuesday.", id="m1-2").require()
    assert with_it.journey("a").noted(TextMessageSent)[0].entry == corrected
    assert cases.journey("a").unread == ("sac/text-message-sent",)
    booked = ConversationBooked(conversation="c9", coach=NINA, starts_at=on(6, 1), minutes=30)
    assert not with_it.correct("a", "m1", booked, by=JO, why="No.").accepted


def test_a_copy_is_the_same_and_nothing_is_unread_in_it_with_the_extension(journal: Any, tmp_path: Path) -> None:
    begun(casebook(journal, SAC))
    with SQLiteJournal(tmp_path / "copy.db") as target:
        assert copied(journal, target) == 5
        assert (examine(target).unread, examine(target, kinds=casebook(target, SAC)._reading.book.kinds).unread) == (
            1,
            0,
        )
        assert casebook(target, SAC).journey("a") == casebook(journal, SAC).journey("a")


def test_what_if_with_and_without_the_extension(journal: Any) -> None:
    cases = casebook(journal, SAC)
    begun(cases)
    book(cases, "c2", on(5, 18))
    moved = Policy.parse(
        UNDER.text.replace("2027-05-1", "2027-05-0").replace("2027-05-21", "2027-05-12"), values=SAC.values
    )
    found = cases.what_if(moved)
    assert [(one.record, str(one.sort)) for one in found.changes] == [
        ("c1", "accepted then, refused now"),
        ("c2", "refused then, accepted now"),
    ]
    assert (found.facts, found.unread) == (1, 0)
    page = what_if_page(found, policy_of=cases.policy_of, rules=cases._recording.rules)
    assert "sac/exam_weeks = 07 May 2027 to 12 May 2027" in " ".join(page.split())
    without = casebook(journal, under=STARTER)
    other = without.what_if(STARTER)
    assert [(one.record, [gone.rule for gone in one.goes]) for one in other.changes] == [("c2", ["SAC-01"])]
    assert (other.facts, other.unread) == (0, 1)
    page = " ".join(what_if_page(other, policy_of=without.policy_of, rules=RULES).split())
    assert "SAC-01 (MUST, not met: refusal): 18 May 2027 is in an exam week" in page
    assert "Not asked now, since the extension with these rules was not given: SAC-01." in page
    assert "1 record of a kind that only a later version, or an extension, knows: not looked at." in page
    assert without._reading.journal is journal


def test_duties_of_an_extension_are_due_with_it_alone_and_the_index_of_duties_follows(journal: Any) -> None:
    @duty("SAC-05", SHOULD, source="the handbook")
    def ring(journey: Journey, grounds: Grounds) -> list[Duty]:
        """After a text message, somebody rings the learner."""
        about = journey.subject
        sent = journey.noted(TextMessageSent)
        return [
            Duty(rule="SAC-05", what=f"ring about {one.entry.message}", due=None, party="lead", about=about)
            for one in sent
        ]

    ringing = Extension("sac", kinds=SAC.kinds, rules=(*SAC.rules, ring), values=SAC.values)
    cases = casebook(journal, ringing)
    begun(cases)
    assert [one.what for one in cases.decision("a", "m1").duties if one.rule == "SAC-05"] == ["ring about m1"]
    assert [one.what for one in cases.due() if one.rule == "SAC-05"] == ["ring about m1"]
    with_index = casebook(journal, under=STARTER, due_index=cases._due_index)
    assert "SAC-05" not in [one.rule for one in with_index.due()]
    assert "SAC-05" in [one.rule for one in cases.due()]


def test_a_decision_and_a_journey_of_an_extension_are_values(journal: Any) -> None:
    cases = casebook(journal, SAC)
    begun(cases)
    decision = message(cases, "m1")
    assert copy.deepcopy(decision) == decision
    assert pickle.loads(pickle.dumps(attrs.evolve(decision, duties=tuple(decision.duties)))) == decision


def test_a_casebook_takes_one_extension_or_several_and_refuses_two_of_one_name() -> None:
    other = Extension("oth")
    assert Casebook(MemoryJournal(), STARTER, extend=SAC)._reading.book.extensions == (SAC,)
    assert Casebook(MemoryJournal(), STARTER, extend=[SAC, other])._reading.book.extensions == (SAC, other)
    with pytest.raises(InvalidExtension, match="another extension has this name"):
        Casebook(MemoryJournal(), STARTER, extend=[SAC, Extension("sac")])


def test_policies_by_programme_are_read_with_the_extension_too() -> None:
    journal: Journal = MemoryJournal()
    cases = Casebook(journal, {"p": Policy.load("starter")}, extend=SAC, clock=lambda: on(3, 1))
    begun_with = cases.record("a", begins(), by=JO)
    assert begun_with.accepted
    assert [one.rule for one in book(cases, "c2", on(5, 18)).refusals if one.rule[:3] == "SAC"] == ["SAC-01"]


def test_a_record_page_of_a_refusal_leads_to_the_rule_and_the_value_of_the_extension() -> None:
    from iagcore.reports.record_page import Traced  # what the page is made from

    journal = MemoryJournal()
    cases = casebook(journal, SAC)
    begun(cases)
    book(cases, "c2", on(5, 18))
    record = list(cases.records("a"))[-1]
    stored = list(journal.read("journey:a"))[-1]
    traced = Traced(record=record, stored=stored, decision=cases.decision("a", "c2"), policy=UNDER, alterations=())
    page = " ".join(record_page(traced, rules=cases._recording.rules, zone=UNDER.zone).split())
    assert "the rule No conversation is booked in an exam week." in page
    assert "the value sac/exam_weeks = 17 May 2027 to 21 May 2027, from 01 Sep 2026" in page
    assert MUST in page


def test_a_kind_in_confidence_is_hidden_as_the_librarys_are_and_one_that_stays_unread_from_everybody() -> None:
    @kind(FACT, prefix="sac", about=("journey",), by=("coach", "lead"), in_confidence=True)
    class WorryNoted(Entry):
        """A coach noted a worry."""

        worry: Id

    journal = MemoryJournal()
    cases = casebook(journal, Extension("sac", kinds=[*SAC.kinds, WorryNoted], rules=SAC.rules, values=SAC.values))
    begun(cases)
    cases.record("a", WorryNoted(worry="w"), by=NINA, id="w").require()
    day = on(3, 2).date()

    def seen(party: str, by: Casebook) -> list[str]:
        return [one.kind for one in by.journey("a").seen_by(party, on=day).entries if "/" in one.kind]

    sent = "sac/text-message-sent"
    parties = (LEARNER, JO, NINA, "safeguarding-lead:sam")
    assert [seen(one, cases) for one in parties] == [
        [sent],
        [sent],
        [sent, "sac/worry-noted"],
        [sent, "sac/worry-noted"],
    ]
    assert [seen(one, casebook(journal, under=STARTER)) for one in parties] == [[], [], [], []]
