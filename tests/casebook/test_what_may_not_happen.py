"""What somebody tried on purpose, and what comes of it: each of these once went wrong."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.exceptions import InvalidEntry, UnknownJourney, UnusableJournal
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn
from iagcore.practice.conversations import (
    Conversation,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
    Conversations,
    State,
)
from iagcore.practice.grow import GoalSet, RealityExplored
from iagcore.practice.learners import JourneyClosed, JourneyStarted
from iagcore.practice.learning import CoursesShown
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.record.case import Case
from iagcore.record.findings import Outcome
from iagcore.record.journey import Journey
from iagcore.record.judging import decide
from iagcore.record.records import UnreadEntry
from iagcore.rulebook import ALLOWANCE
from iagcore.storage import codec
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.stored import StoredRecord
from tests.casework import (
    JO,
    NINA,
    STARTER,
    book,
    booked,
    cancel,
    casebook,
    findings,
    hold,
    on,
    opened,
    policy,
    refusals,
    start,
    value,
)


def concern(words: str = "worried", **rest: Any) -> ConcernRaised:
    return ConcernRaised(concern="w1", words=words, **rest)


def starting(learner: str, programme: str = "phase-1") -> JourneyStarted:
    return JourneyStarted(learner=learner, programme=programme, attests_age=30)


# ---- erasing


def test_a_concern_that_names_another_learner_stays_when_that_learner_is_erased() -> None:
    cases = opened()
    cases.record("a", concern(learner="learner:b"), by=NINA, id="k").require()
    cases.erase("learner:b", by=JO)
    assert [one.id for one in cases.journey("a").safeguarding.concerns] == ["w1"]
    assert cases.record("a", concern(), by=NINA).accepted


@pytest.mark.parametrize("subject", ["coach:nina", "lead:jo", "journey:a", 7])
def test_nobody_but_a_learner_is_erased(subject: Any) -> None:
    cases = opened()
    book(cases, "c1", on(1))
    with pytest.raises(InvalidEntry, match="learner"):
        cases.erase(subject, by=JO)
    assert len(cases.timeline(NINA).hours) == 1


def test_erasing_one_after_the_other_who_met_in_one_journey_leaves_both_proven() -> None:
    journal = MemoryJournal()
    cases = opened(journal=journal)
    assert refusals(cases.record("a", starting("learner:b"), by=JO, id="second")) == ["JRN-04"]
    cases.erase("learner:a", by=JO)
    cases.erase("learner:b", by=JO)
    homes = {one.home for one in journal.read_all() if not one.home.startswith("policy:")}
    assert len(homes) == 1
    assert all(home.startswith("erased:") for home in homes)
    assert [cases.verify(home) for home in homes] == [[]]
    assert not [one for one in journal.read_all() if any("learner:b" in filing.subject for filing in one.about)]


def test_no_refusal_keeps_the_name_of_a_learner_who_was_erased() -> None:
    journal = MemoryJournal()
    cases = opened(journal=journal)
    cases.correct("a", "start", starting("learner:b"), by=JO, why="the wrong one", id="wrong")
    cases.record("a", GoalSet(goal="g", words="mine", outside="self-led"), by="learner:b", id="not theirs")
    cases.erase("learner:b", by=JO)
    for stored in journal.read_all():
        assert b"learner:b" not in (stored.payload or b"")
        assert b"learner:b" not in stored.envelope
    assert cases.verify("a") == []
    assert cases.journey("a") == casebook(journal).journey("a")


def test_a_refusal_that_was_erased_is_not_served_from_the_memory_of_another() -> None:
    journal = MemoryJournal()
    cases = opened(journal=journal)
    cases.record("a", starting("learner:b"), by=JO, id="second")
    other = casebook(journal)
    assert "second" in other.journey("a").ids
    cases.erase("learner:b", by=JO)
    assert "second" not in other.journey("a").ids
    assert other.record("a", DiaryWritten(diary="d", sort="gratitude", words="x"), by="learner:a", id="second").accepted


# ---- programmes and policies


def test_a_concern_is_recorded_whatever_programme_a_casebook_knows() -> None:
    journal = MemoryJournal()
    start(Casebook(journal, {"phase-1": STARTER}, clock=lambda: on(0)))
    other = Casebook(journal, {"another": policy("", name="another")}, clock=lambda: on(0))
    decision = other.record("a", concern(), by=NINA)
    assert (decision.accepted, decision.policy) == (True, STARTER.fingerprint)


def test_a_start_is_not_corrected_to_a_programme_nobody_has_a_policy_for() -> None:
    cases = Casebook(MemoryJournal(), {"phase-1": STARTER}, clock=lambda: on(0))
    start(cases)
    with pytest.raises(InvalidEntry, match="no policy for this programme"):
        cases.correct("a", "start", starting("learner:a", "zzz"), by=JO, why="a slip")
    assert cases.record("a", concern(), by=NINA).accepted


def test_a_kept_policy_whose_text_was_altered_is_not_used() -> None:
    journal = MemoryJournal()
    opened(journal=journal)
    stored = list(journal.read_all())
    altered = MemoryJournal()
    for one in stored:
        payload = one.payload
        if one.home.startswith("policy:") and payload is not None:
            payload = payload.replace(b"value = 180", b"value = 999")
        expect = {filing.subject: filing.version - 1 for filing in one.about}
        altered.append([attrs.evolve(one, payload=payload)], expect=expect)
    with pytest.raises(UnusableJournal, match="is not in it"):
        casebook(altered, under=policy("", name="other")).policy_of(STARTER.fingerprint)


# ---- hours and minutes


def test_a_correction_that_shrinks_one_hour_and_moves_another_onto_it_is_refused() -> None:
    cases = opened()
    book(cases, "A", on(10, 1), 30)
    book(cases, "B", on(10, 5), 30)
    longer = ConversationRescheduled(conversation="A", starts_at=on(10, 0, 45), minutes=60)
    cases.record("a", longer, by=JO, id="move").require()
    other = ConversationRescheduled(conversation="B", starts_at=on(10, 1, 15), minutes=30)
    decision = cases.correct("a", "move", other, by=JO, why="it was B")
    assert refusals(decision) == ["BKG-02"]


def test_a_correction_does_not_hold_minutes_that_another_line_has_used_meanwhile() -> None:
    cases = opened()
    hold(cases, "C", 80, at=on(-5))
    book(cases, "A", on(10), 60)
    book(cases, "B", on(11), 40)
    cancel(cases, "B", at=on(0))
    book(cases, "D", on(12), 40).require()
    entry = ConversationHeld(conversation="A", coach=NINA, minutes=100, one_to_one=True, in_private=True)
    decision = cases.correct("a", "cancel-B", entry, by=NINA, why="it was A")
    assert refusals(decision) == ["ALW-01"]
    assert cases.journey("a").allowance.shortfall == 0


def test_what_is_newly_used_is_not_lent_to_another_line() -> None:
    one = Allowance(180, [Line("c", used=80), Line("a", booked=60), Line("d", booked=40)])
    effect = [Line("a", used=100), Line("b", booked=40, starts_at=on(1), coach=NINA)]
    assert one.remaining_for(effect) == 0


def test_a_closed_journey_holds_no_new_hour_by_way_of_a_settled_booking() -> None:
    cases = opened()
    book(cases, "c1", on(1))
    hold(cases, "c1", 50, at=on(1))
    cases.record("a", JourneyClosed(), by=JO).require()
    moved = booked("c2", on(20), 60)
    assert refusals(cases.correct("a", "book-c1", moved, by=NINA, why="another")) == ["JRN-03"]


def test_a_coach_is_put_right_on_a_closed_journey_since_no_minutes_change() -> None:
    cases = opened()
    book(cases, "c1", on(1))
    cases.record("a", JourneyClosed(), by=JO).require()
    assert cases.correct("a", "book-c1", booked("c1", on(1), coach="coach:omar"), by=NINA, why="Omar").accepted
    assert cases.timeline(NINA).hours == {}


def test_a_plan_that_asks_for_an_hour_beside_one_that_is_held_in_fact_needs_its_parts() -> None:
    held = Conversations(all=[Conversation(id="x", state=State.HELD)])
    case = Case(STARTER, at=on(0), by=NINA, allowance=Allowance(180), conversations=held)
    decision = decide(booked("c1", on(1)), case, rules=ALLOWANCE)
    (found,) = [one for one in decision.considered if one.rule == "ALW-06"]
    assert (found.outcome, found.sentence) == (Outcome.NOT_ASSESSED, "missing: when conversation x is or was")


# ---- who may amend, and what


def test_a_learner_does_not_put_in_the_record_by_correction_what_they_may_not_record() -> None:
    cases = opened()
    book(cases, "c1", on(1))
    gone = ConversationCancelled(conversation="c1", fault="learner-excused")
    cases.record("a", gone, by="learner:a", id="gone").require()
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=500)
    assert refusals(cases.correct("a", "gone", entry, by="learner:a", why="w")) == ["COR-02"]
    assert cases.correct("a", "gone", gone, by="learner:a", why="w").accepted
    cases.correct("a", "gone", entry, by=JO, why="she came", id="came").require()
    assert refusals(cases.withdraw("a", "came", by="learner:a", why="w")) == ["COR-02"]


def test_a_correction_of_another_kind_gives_no_findings_of_what_it_would_have_been() -> None:
    cases = opened()
    hold(cases, "c1", 50, at=on(1))
    decision = cases.correct("a", "held-c1", GoalSet(goal="g", words="x", conversation="c1"), by=JO, why="w")
    assert findings(decision) == ["COR-01"]


def test_a_breach_is_authorised_as_it_stands_and_not_before_or_for_ever() -> None:
    cases = opened()
    early = BreachAuthorised(record="held-c1", rule="ALW-02", reason="r")
    assert findings(cases.record("a", early, by=JO, id="early").require()) == ["REF-02"]
    cases.withdraw("a", "early", by=JO, why="too early").require()
    hold(cases, "c1", 190, at=on(1))
    assert [one.record for one in cases.journey("a").breaches] == ["held-c1"]
    cases.record("a", early, by=JO, id="authorised").require()
    assert cases.journey("a").breaches == ()
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=900, one_to_one=True, in_private=True)
    cases.correct("a", "held-c1", entry, by=NINA, why="much longer", id="longer").require()
    assert [one.record for one in cases.journey("a").breaches] == ["held-c1"]
    cases.withdraw("a", "longer", by=NINA, why="no").require()
    assert cases.journey("a").breaches == ()
    cases.withdraw("a", "authorised", by=JO, why="not yet").require()
    assert [one.record for one in cases.journey("a").breaches] == ["held-c1"]
    cases.correct("a", "authorised", early, by=JO, why="yes").require()
    assert cases.journey("a").breaches == ()


# ---- strictness


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": 5}, "target"),
        ({"target": ""}, "target"),
        ({"why": ""}, "why"),
        ({"why": object()}, "why"),
        ({"whole": "no"}, "whole"),
    ],
)
def test_a_withdrawal_is_checked_like_any_entry(change: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"target": "x", "why": "y", **change}
    with pytest.raises(InvalidEntry) as error:
        EntryWithdrawn(**given)
    assert error.value.field == field


@pytest.mark.parametrize("entry", [None, {"kind": "x"}, EntryWithdrawn("x", "y")])
def test_a_correction_carries_an_entry_and_no_amendment(entry: Any) -> None:
    with pytest.raises(InvalidEntry, match="the entry that takes the place is expected"):
        EntryCorrected("x", entry, "y")
    cases = opened()
    with pytest.raises(InvalidEntry, match="the entry that takes the place is expected"):
        cases.correct("a", "start", entry, by=JO, why="w")


def test_facts_are_passed_one_after_the_other() -> None:
    cases = opened()
    wrong: Any = [RealityExplored(words="x", outside="peer")]
    with pytest.raises(InvalidEntry, match="pass them one after the other"):
        cases.record_facts("a", wrong, by=NINA)


@pytest.mark.parametrize(
    ("journal", "rules", "field"),
    [("casebook.db", STARTER, "journal"), (MemoryJournal(), "starter", "policy")],
)
def test_a_casebook_is_made_of_a_journal_and_a_policy(journal: Any, rules: Any, field: str) -> None:
    with pytest.raises(InvalidEntry) as error:
        Casebook(journal, rules)
    assert error.value.field == field


def test_the_words_of_a_web_form_are_words() -> None:
    cases = casebook()
    assert cases.record("a", concern("one\r\ntwo"), by=NINA).accepted


def written() -> StoredRecord:
    journal = MemoryJournal()
    cases = opened(journal=journal)
    book(cases, "c1", on(1))
    return list(journal.read("journey:a"))[1]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("payload", lambda d: d.update(by=5)),
        ("payload", lambda d: d.update(corrects=7)),
        ("payload", lambda d: d.update(lines=[5])),
        ("payload", lambda d: d.update(extra=1)),
        ("payload", lambda d: d.update(entry=[1])),
        ("payload", lambda d: d["entry"].pop("kind")),
        ("envelope", lambda d: d.update(at="2025-01-01T10:00:00")),
        ("envelope", lambda d: d["lines"][0].update(coach=-1)),
        ("envelope", lambda d: d["lines"][0].update(coach=9)),
    ],
)
def test_stored_bytes_are_not_coerced(part: str, change: Any) -> None:
    stored = written()
    document = json.loads(getattr(stored, part))
    change(document)
    changed: dict[str, Any] = {part: json.dumps(document).encode()}
    with pytest.raises(codec.UnreadableRecord):
        codec.decode(attrs.evolve(stored, **changed))


def test_bytes_nested_too_deep_are_no_record() -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    with pytest.raises(codec.UnreadableRecord):
        codec.decode(attrs.evolve(written(), payload=deep))


def test_what_a_later_versions_correction_settled_stands_through_an_amendment_of_this_one() -> None:
    cases = opened()
    hold(cases, "c1", 30, at=on(1))
    cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="x"), by="learner:a", id="d").require()
    records = {one.id: one for one in cases.records("a")}
    newer = UnreadEntry("measured-otherwise", "{}")
    corrected = attrs.evolve(
        records["held-c1"],
        id="newer",
        corrects="held-c1",
        entry=EntryCorrected("held-c1", newer, "w"),
        effect=((records["held-c1"].effect[0][0], Line("c1", used=50)),),
    )
    journey: Journey = cases.journey("a").after(corrected)
    assert journey.allowance.used == 50
    cases._reading.remembered.keep(
        "home journey:a",
        attrs.evolve(
            journey,
            version=cases.journey("a").version,
            last=cases.journey("a").last,
            plain=cases.journey("a").plain,
        ),
    )
    cases.withdraw("a", "d", by="learner:a", why="w").require()
    assert cases.journey("a").allowance.used == 50


# ---- what is said


def test_a_learner_is_not_told_that_something_is_on_record_which_is_not() -> None:
    cases = opened()
    preview = cases.preview("a", booked("c1", on(1)), by=NINA)
    assert preview.explain(to="learner") == "Conversation booked (02 Sep 2025 11:00): this could be done."
    diary = DiaryWritten(diary="d", sort="gratitude", words="x")
    goal, _ = cases.record_facts("a", GoalSet(goal="g", words="x", outside="peer"), diary, by=NINA)
    assert (goal.record, goal.explain(to="learner")) == (None, "Goal set: this could be done.")


def test_nobody_learns_from_an_explanation_that_a_concern_was_raised() -> None:
    decision = casebook().record("a", concern(learner="learner:a"), by=NINA)
    assert "oncern" not in decision.explain(to="learner")


def test_a_move_says_what_is_held_elsewhere() -> None:
    cases = opened()
    book(cases, "c1", on(1), 60)
    hold(cases, "c0", 90, at=on(0))
    decision = cases.record("a", ConversationRescheduled(conversation="c1", starts_at=on(2), minutes=100), by=NINA)
    assert decision.refusals[0].sentence == "100 minutes asked, 90 remain of 180 (90 used, 0 booked elsewhere)"


def test_a_missing_age_is_named_to_the_learner() -> None:
    entry = JourneyStarted(learner="learner:a", programme="phase-1")
    decision = casebook().record("a", entry, by=JO)
    assert decision.explain(to="learner").splitlines()[1] == "How old you are has not been said yet."


def test_the_minutes_that_a_conversation_came_to_are_said_though_they_do_not_change() -> None:
    charging = policy(
        value("missed_charge", '{ learner-excused = "all", learner-unexcused = "all", provider = 0, logistics = 0 }')
    )
    cases = opened(under=charging)
    book(cases, "c1", on(1), 60)
    cancel(cases, "c1", at=on(1))
    decision = hold(cases, "c1", 60, at=on(1))
    (settled,) = [one for one in decision.considered if one.rule == "ALW-07"]
    assert settled.sentence == "60 minutes settled by rounding = none"


def test_a_charge_is_told_to_staff_and_to_the_learner() -> None:
    charging = policy(
        value("missed_charge", "{ learner-excused = 0, learner-unexcused = 15, provider = 0, logistics = 0 }")
        + value("rounding", '{ way = "up", to = 5 }')
    )
    cases = opened(under=charging, now=lambda: on(1))
    book(cases, "c1", on(1), 60)
    missed = ConversationMissed(conversation="c1", fault="learner-unexcused")
    decision = cases.record("a", missed, by=NINA, at=on(1))
    assert decision.explain().splitlines()[1] == (
        "minutes: 15 minutes settled by missed_charge = 15 (learner-unexcused)"
    )
    assert decision.explain(to="learner") == (
        "A conversation that did not take place: this is on your record.\n15 minutes of your time are counted for it."
    )
    assert hold(cases, "c2", 48, at=on(2)).explain().splitlines()[1] == "minutes: 50 minutes settled by rounding = up"
    assert hold(cases, "c3", 45, at=on(3)).counted is None
    case = Case(charging, at=on(1), by=NINA, allowance=Allowance(180, [Line("c1", booked=60)]))
    alone = decide(missed, case, rules=ALLOWANCE)
    assert alone.counted is not None
    assert alone.counted.rule == "ALW-07"


def test_a_second_held_is_one_duty_to_write_up() -> None:
    cases = opened()
    hold(cases, "c1", 50, at=on(1))
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=40, one_to_one=True, in_private=True)
    assert findings(cases.record("a", entry, by=NINA, at=on(2))) == ["BKG-01"]
    assert [one.rule for one in cases.duties("a")] == ["BKG-03"]


def test_a_finding_that_is_met_reads_without_a_remedy() -> None:
    decision = opened().record("b", starting("learner:b"), by=JO)
    assert str(decision.considered[0]) == (
        "ACC-01 (MUST, met): lead:jo makes journey-started, which is for lead, coach\n"
        "  Source: this library's own: no policy can lower it"
    )


def test_a_ghost_is_not_made_by_reading() -> None:
    cases = casebook()
    with pytest.raises(UnknownJourney):
        cases.duties("ghost")


class Late(MemoryJournal):
    """A journal on which, once, somebody is erased and comes back between a read and an append."""

    def __init__(self) -> None:
        super().__init__()
        self.between: Any = None

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        between, self.between = self.between, None
        if between is not None:
            between()
        super().append(records, expect=expect)


def test_a_learner_who_is_erased_and_back_between_a_read_and_an_append_is_a_conflict() -> None:
    journal = Late()
    cases, other = casebook(journal), casebook(journal)
    start(cases)
    other.journey("a")

    def meanwhile() -> None:
        cases.erase("learner:a", by=JO)
        start(cases)

    journal.between = meanwhile
    assert book(other, "c1", on(1)).accepted
    assert cases.verify("a") == []
    assert [one.id for one in cases.records("a")] == ["start", "book-c1"]


def test_a_list_with_nothing_in_it_is_read_again() -> None:
    journal = MemoryJournal()
    cases = opened(journal=journal)
    cases.record("a", CoursesShown(courses=()), by=NINA).require()
    assert casebook(journal).journey("a") == cases.journey("a")


class Hasty(MemoryJournal):
    """A journal on which, once, somebody is erased between two reads of one question."""

    def __init__(self) -> None:
        super().__init__()
        self.between: Any = None

    def read(self, subject: str, *, after: int = 0) -> Any:
        between = self.between
        if between is not None and subject == "journey:a" and not after:
            self.between = None
            between()
        return super().read(subject, after=after)


def test_a_first_answer_that_was_erased_between_two_reads_is_asked_anew() -> None:
    journal = Hasty()
    cases, other = casebook(journal), casebook(journal)
    start(cases)
    book(cases, "c1", on(1))
    other.journey("a")
    journal.between = lambda: cases.erase("learner:a", by=JO)
    assert start(other).accepted
    assert [one.id for one in other.records("a")] == ["start"]
