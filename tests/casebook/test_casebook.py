"""The casebook: what it takes, what it gives back, and how it behaves when others write at the same time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest

from iagcore.casebook import Casebook, utc_now
from iagcore.exceptions import Conflict, InvalidEntry, InvalidPolicy, Refused, UnknownJourney, UnusableJournal
from iagcore.practice.amendments import BreachAuthorised, EntryWithdrawn, RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import (
    ChargeContested,
    CoachingOfferAnswered,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
)
from iagcore.practice.grow import ActionAgreed, ActionReviewed, GoalSet, GrowUsed, RealityExplored, WorkshopAttended
from iagcore.practice.learners import JourneyClosed, JourneyStarted
from iagcore.practice.learning import CourseEnrolled, CoursesShown
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import DiaryWritten, EvidenceNoted
from iagcore.record.case import Case
from iagcore.record.findings import SHOULD, Verdict, verdict
from iagcore.record.rules import rule
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import StoredRecord
from tests.casework import (
    JO,
    NINA,
    OF_ONE_JOURNEY,
    STARTER,
    WELLBEING,
    book,
    booked,
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

DIARY = DiaryWritten(diary="d1", sort="achievement", words="I rang them")


# ---- what is not the caller's to get wrong quietly


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"by": "nina"}, "by"),
        ({"by": 7}, "by"),
        ({"id": ""}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"at": datetime(2025, 9, 1)}, "at"),  # noqa: DTZ001 # naive on purpose
        ({"journey": "learner:a"}, "journey"),
        ({"journey": "policy:x"}, "journey"),
        ({"journey": ""}, "journey"),
        ({"entry": "a booking"}, "entry"),
    ],
)
def test_a_malformed_argument_is_an_error_that_names_it(arguments: dict[str, Any], field: str) -> None:
    cases = opened()
    given: dict[str, Any] = {"journey": "a", "entry": DIARY, "by": "learner:a", **arguments}
    with pytest.raises(InvalidEntry) as error:
        cases.record(given.pop("journey"), given.pop("entry"), **given)
    assert (error.value.kind, error.value.field) == ("argument", field)
    assert len(list(cases.records("a"))) == 1


def test_a_journey_may_have_a_colon_in_its_name() -> None:
    cases = casebook()
    start(cases, "2025:a")
    assert cases.journey("2025:a").status.programme == "phase-1"


def test_a_clock_without_a_zone_is_an_error() -> None:
    cases = casebook(now=lambda: datetime(2025, 9, 1))  # noqa: DTZ001 # naive on purpose
    with pytest.raises(InvalidEntry, match="clock"):
        start(cases)


def test_the_clock_is_the_time_now() -> None:
    before = utc_now()
    cases = Casebook(MemoryJournal(), STARTER)
    start(cases)
    (record,) = cases.records("a")
    assert before <= record.recorded_at == record.at <= utc_now()


def test_anything_but_a_start_and_a_concern_needs_a_journey() -> None:
    cases = casebook()
    for entry in (DIARY, booked("c1", on(1)), JourneyClosed(), RecordAnnotated(record="x", words="y")):
        with pytest.raises(UnknownJourney, match="there is no journey 'ghost'"):
            cases.record("ghost", entry, by=JO)
    with pytest.raises(UnknownJourney):
        cases.withdraw("ghost", "x", by=JO, why="y")
    with pytest.raises(UnknownJourney):
        cases.journey("ghost")
    assert list(cases.records("ghost")) == []


def test_a_concern_comes_before_any_start_and_says_nothing_of_whose_journey_it_is() -> None:
    cases = casebook()
    concern = ConcernRaised(concern="w1", words="worried", learner="learner:a")
    assert cases.record("a", concern, by="coach:nina").accepted
    other = JourneyStarted(learner="learner:b", programme="p", attests_age=30)
    cases.record("a", other, by=JO).require()
    assert cases.journey("a").learner == "learner:b"
    assert [one.id for one in cases.journey("a").safeguarding.open] == ["w1"]


def test_a_concern_that_names_nobody_leaves_the_journey_to_whoever_starts() -> None:
    cases = casebook()
    cases.record("a", ConcernRaised(concern="w1", words="worried"), by="learner:x")
    assert cases.journey("a").learner is None
    start(cases)
    assert cases.journey("a").learner == "learner:a"


def test_a_journey_on_which_only_a_concern_stands_is_not_there() -> None:
    told, quiet = casebook(), casebook()
    told.record("a", ConcernRaised(concern="w1", words="worried"), by=NINA)
    for by in (NINA, "safeguarding-lead:sam", "coach:omar", JO, "learner:a"):
        answers = []
        for cases in (told, quiet):
            with pytest.raises(UnknownJourney) as error:
                cases.record("a", booked("c1", on(1)), by=by)
            answers.append(str(error.value))
        assert answers[0] == answers[1]


# ---- decisions


def test_a_decision_is_neither_true_nor_false() -> None:
    decision = casebook().record("a", JourneyStarted(learner="learner:a", programme="p", attests_age=30), by=JO)
    with pytest.raises(TypeError, match=r"ask decision\.accepted"):
        bool(decision)
    assert decision.require() is decision


def test_a_refusal_that_is_required_raises_with_its_reasons() -> None:
    cases = opened()
    with pytest.raises(Refused, match="ALW-01") as error:
        book(cases, "c1", on(1), 200).require()
    assert error.value.decision.accepted is False


def test_a_refusal_is_explained_to_staff_and_to_the_learner() -> None:
    cases = opened(under=WELLBEING, now=lambda: datetime.fromisoformat("2015-05-01T10:00:00+01:00"))
    hold(cases, "c1", 135, at=datetime.fromisoformat("2015-05-01T10:00:00+01:00"))
    decision = book(cases, "c4", datetime.fromisoformat("2015-10-05T09:30:00+01:00"), 60)
    assert decision.explain() == (
        "Refused: conversation booked, c4, coach:nina, 05 Oct 2015 09:30, 60 minutes\n"
        "refusal: ALW-01 (MUST, not met): 60 minutes asked, 45 remain of 180 (135 used, 0 booked elsewhere)\n"
        "  What helps: Book a shorter conversation, or release what is booked; a lead may extend where the policy lets them."
        "\n"
        "  Source: Ways to Wellbeing Case Study, Southend Adult Community College, undated "
        "(site closed in 2021; excerpts read 1 December 2026)"
    )
    assert decision.explain(to="learner") == (
        "Conversation booked (05 Oct 2015 09:30): this could not be done as it was asked.\n"
        "It asks for 60 minutes, and 45 of your 180 minutes are free to book.\n"
        "Your coach can look with you at what would fit."
    )
    with pytest.raises(ValueError, match="'staff' or to 'learner', not to 'auditor'"):
        decision.explain(to="auditor")


def test_a_breach_is_explained_and_stays_until_a_lead_authorises_it() -> None:
    cases = opened()
    decision = hold(cases, "c1", 200, at=on(1))
    assert decision.explain().splitlines()[0] == (
        "Accepted, with a breach: conversation held, c1, coach:nina, 200 minutes"
    )
    assert decision.explain(to="learner") == (
        "Conversation held: this is on your record.\n"
        "Your conversations have used 200 minutes, and you were given 180. You do not have to do anything. "
        "A lead will look at it and put your record right."
    )
    assert [one.record for one in cases.journey("a").breaches] == ["held-c1"]
    authorised = BreachAuthorised(record="held-c1", rule="ALW-02", reason="it was needed")
    cases.record("a", authorised, by=JO).require()
    assert cases.journey("a").breaches == ()
    assert [one.finding.rule for one in cases.journey("a").standing] == ["ALW-02"]


def test_a_correction_says_what_it_changes_on_later_records() -> None:
    cases = opened()
    hold(cases, "c1", 100, at=on(1))
    hold(cases, "c2", 60, at=on(2))
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=150, one_to_one=True, in_private=True)
    decision = cases.correct("a", "held-c1", entry, by=NINA, why="it was longer", id="fix")
    assert "on record 'held-c2' now stands: ALW-02\n  ALW-02: 210 minutes used of 180 granted" in decision.explain()
    back = cases.withdraw("a", "fix", by=NINA, why="it was not")
    assert "on record 'held-c2' now stands: nothing" in back.explain()


def test_a_duty_is_told_with_its_time_where_it_has_one() -> None:
    cases = opened()
    decision = hold(cases, "c1", 50, at=on(1))
    assert [str(one) for one in decision.duties] == ["BKG-03: write up conversation c1, due 07 Sep 2025 11:00"]
    silent = policy('[[value.write_up_days]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n', name="silent")
    cases = opened(under=silent)
    assert [str(one) for one in hold(cases, "c1", 50, at=on(1)).duties] == [
        "BKG-03: write up conversation c1; the policy does not decide write_up_days for 02 Sep 2025: decide it"
    ]


def test_a_gap_in_the_policy_charges_nothing_and_advises() -> None:
    gaps = "".join(
        f'[[value.{name}]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        for name in ("missed_charge", "rounding", "notice_hours")
    )
    cases = opened(under=policy(gaps, name="gaps"), now=lambda: on(9))
    decision = hold(cases, "c1", 47, at=on(1))
    assert (findings(decision), decision.advice[0].outcome) == (["ALW-07"], "not assessed")
    assert decision.effect[0].used == 47
    for number, kind in enumerate((ConversationMissed, ConversationCancelled)):
        book(cases, f"x{number}", on(5 + number), 30).require()
        entry = kind(conversation=f"x{number}", fault="learner-unexcused")
        decision = cases.record("a", entry, by=NINA, at=on(5 + number))
        assert (findings(decision), decision.effect[0].used) == (["ALW-07"], 0)


def test_a_start_is_refused_where_the_policy_grants_no_stated_minutes() -> None:
    gap = '[[value.allowance_minutes]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
    cases = casebook(under=policy(gap, name="gap"))
    entry = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    decision = cases.record("a", entry, by=JO)
    assert (refusals(decision), decision.refusals[0].outcome) == (["ALW-08"], "not assessed")
    assert decision.explain(to="learner").splitlines()[1] == "Something that has to be known first is not known yet."


# ---- several policies


def test_each_programme_has_its_policy() -> None:
    short = policy(value("allowance_minutes", "30"), name="short")
    cases = Casebook(MemoryJournal(), {"phase-1": STARTER, "taster": short}, clock=lambda: on(0))
    start(cases)
    start(cases, "b", learner="learner:b", programme="taster")
    assert (cases.journey("a").allowance.granted, cases.journey("b").allowance.granted) == (180, 30)
    assert refusals(book(cases, "c1", on(1), 31, journey="b")) == ["ALW-01"]
    with pytest.raises(InvalidEntry, match="no policy for this programme; did you mean 'taster'"):
        start(cases, "c", programme="tastr")
    cases.record("d", ConcernRaised(concern="w", words="worried"), by=NINA).require()
    assert cases.record("b", DIARY, by="learner:b").policy == short.fingerprint


def test_a_casebook_needs_a_policy() -> None:
    with pytest.raises(InvalidEntry, match="at least one policy"):
        Casebook(MemoryJournal(), {})


@pytest.mark.parametrize(
    ("code", "level", "reason"),
    [
        ("ALW-99", "SHOULD", "no rule has the code 'ALW-99'; did you mean"),
        ("ALW-01", "SHOULD", "ALW-01 is protected and cannot be lowered"),
        ("BKG-03", "MUST", "BKG-03 is a duty, which has no level to set"),
    ],
)
def test_a_policy_that_sets_a_level_it_may_not_is_an_error_with_its_line(code: str, level: str, reason: str) -> None:
    text = f'[[level.{code}]]\nfrom = 2020-01-01\nvalue = "{level}"\nlocal = "chosen for a test"\n'
    with pytest.raises(InvalidPolicy, match=reason) as error:
        casebook(under=policy(text))
    assert error.value.line is not None


def test_a_policy_sets_the_level_of_a_rule() -> None:
    text = '[[level.ALW-05]]\nfrom = 2020-01-01\nvalue = "MUST"\nlocal = "chosen for a test"\n'
    cases = opened(under=policy(text))
    assert refusals(book(cases, "c1", on(1), 91)) == ["ALW-05"]
    assert book(cases, "c2", on(1), 90).accepted


def test_a_policy_that_is_kept_nowhere_is_an_error() -> None:
    with pytest.raises(UnusableJournal, match="the policy abc that it was judged under is not in it"):
        casebook().policy_of("abc")


# ---- facts together


def test_facts_are_recorded_together_under_numbered_ids() -> None:
    cases = opened()
    facts = (
        ConversationHeld(conversation="c1", coach=NINA, minutes=50, one_to_one=True, in_private=True),
        GoalSet(goal="g1", words="to travel", conversation="c1"),
        RealityExplored(words="as it is", conversation="c1"),
    )
    decisions = cases.record_facts("a", *facts, by=NINA, at=on(1), id="day-1")
    assert [(one.accepted, one.record) for one in decisions] == [(True, f"day-1#{n}") for n in (1, 2, 3)]
    assert [findings(one) for one in decisions] == [[], [], []]
    assert cases.record_facts("a", *facts, by=NINA, at=on(1), id="day-1") == decisions
    assert len(list(cases.records("a"))) == 4


def test_of_facts_together_none_is_recorded_where_one_is_refused() -> None:
    cases = opened()
    decisions = cases.record_facts("a", GoalSet(goal="g1", words="to travel", outside="self-led"), DIARY, by=NINA)
    assert [refusals(one) for one in decisions] == [[], ["ACC-01"]]
    assert [one.record for one in decisions] == [None, None]
    assert len(list(cases.records("a"))) == 1


def test_a_plan_or_an_amendment_among_facts_is_an_error() -> None:
    cases = opened()
    for wrong in (booked("c1", on(1)), EntryWithdrawn("start", "a slip")):
        with pytest.raises(InvalidEntry, match="record_facts takes facts"):
            cases.record_facts("a", DIARY, wrong, by=JO)


# ---- amendments


def test_an_amendment_of_what_is_not_on_the_record_is_refused() -> None:
    cases = opened()
    refused = book(cases, "c1", on(1), 500)
    assert refused.record == "book-c1"
    for target in ("nobody", "book-c1"):
        decision = cases.withdraw("a", target, by=JO, why="a slip")
        assert refusals(decision) == ["COR-01", "COR-02"]
        assert [one.outcome for one in decision.refusals] == ["not met", "not assessed"]


def test_an_amendment_needs_a_target_and_a_reason() -> None:
    cases = opened()
    with pytest.raises(InvalidEntry, match="why"):
        cases.withdraw("a", "start", by=JO, why=" ")
    with pytest.raises(InvalidEntry, match="target"):
        cases.correct("a", "", DIARY, by=JO, why="a slip")


def test_an_emptied_stack_may_be_corrected_again_and_withdrawn_whole() -> None:
    cases = opened()
    cases.record("a", DIARY, by="learner:a", id="d")
    cases.correct(
        "a", "d", DiaryWritten(diary="d1", sort="gratitude", words="the sea"), by="learner:a", why="a slip", id="fix"
    )
    cases.withdraw("a", "fix", by="learner:a", why="all of it", whole=True).require()
    assert cases.journey("a").self_efficacy.diary == ()
    cases.withdraw("a", "d", by="learner:a", why="nothing is left").require()
    again = DiaryWritten(diary="d1", sort="gratitude", words="the hills")
    cases.correct("a", "d", again, by="learner:a", why="back", id="again").require()
    assert [one.words for one in cases.journey("a").self_efficacy.diary] == ["the hills"]
    assert cases.verify("a") == []


def test_a_withdrawn_start_is_corrected_and_not_made_again() -> None:
    cases = opened()
    cases.withdraw("a", "start", by=JO, why="too early").require()
    assert cases.journey("a").allowance.granted == 0
    entry = JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)
    assert refusals(cases.record("a", entry, by=JO)) == ["JRN-04"]
    assert refusals(book(cases, "c1", on(1))) == ["ALW-01", "JRN-03"]
    cases.correct("a", "start", entry, by=JO, why="now").require()
    assert cases.journey("a").allowance.granted == 180
    assert book(cases, "c2", on(1)).accepted


def test_a_start_is_not_withdrawn_from_under_what_is_booked() -> None:
    cases = opened()
    book(cases, "c1", on(1))
    assert refusals(cases.withdraw("a", "start", by=JO, why="a slip")) == ["ALW-08"]


def test_a_correction_that_moves_minutes_needs_an_open_journey_and_one_that_does_not_needs_none() -> None:
    cases = opened()
    book(cases, "c1", on(1))
    hold(cases, "c0", 50, at=on(0))
    cases.record("a", JourneyClosed(), by=JO).require()
    longer = booked("c1", on(1), 90)
    assert refusals(cases.correct("a", "book-c1", longer, by=NINA, why="longer")) == ["JRN-03"]
    same = booked("c1", on(1), 60)
    assert cases.correct("a", "book-c1", same, by=NINA, why="the same").accepted
    shorter = ConversationHeld(conversation="c0", coach=NINA, minutes=40, one_to_one=True, in_private=True)
    assert cases.correct("a", "held-c0", shorter, by=NINA, why="it was shorter").accepted


def test_a_corrected_time_is_the_entrys_own() -> None:
    cases = opened()
    hold(cases, "c1", 50, at=on(1))
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=50, one_to_one=True, in_private=True)
    cases.correct("a", "held-c1", entry, by=NINA, why="the day before", at=on(0), id="fix").require()
    assert cases.journey("a").conversations["c1"].settled_at == on(0)
    records = {one.id: one for one in cases.records("a")}
    assert (records["fix"].at, records["fix"].corrects, records["held-c1"].at) == (on(0), "held-c1", on(1))


def test_a_plan_that_a_fact_settled_is_corrected_as_a_fact_on_a_closed_journey() -> None:
    charging = policy(
        value("missed_charge", '{ learner-excused = "all", learner-unexcused = "all", provider = 0, logistics = 0 }')
    )
    cases = opened(under=charging, now=lambda: on(1))
    book(cases, "c1", on(1), 60)
    book(cases, "c2", on(9), 60)
    cases.record("a", ConversationMissed(conversation="c1", fault="learner-unexcused"), by=NINA, at=on(1)).require()
    cases.record("a", JourneyClosed(), by=JO).require()
    assert cases.correct("a", "book-c1", booked("c1", on(1), 45), by=NINA, why="it was shorter").accepted
    assert cases.journey("a").allowance.used == 45
    assert refusals(cases.correct("a", "book-c2", booked("c2", on(9), 45), by=NINA, why="shorter")) == ["JRN-03"]


def test_a_booking_corrected_to_an_id_that_was_used_before_says_so_and_holds_under_that_id() -> None:
    cases = opened()
    book(cases, "c1", on(1), 60)
    cases.withdraw("a", "book-c1", by=NINA, why="a slip").require()
    book(cases, "c2", on(2), 60)
    decision = cases.correct("a", "book-c2", booked("c1", on(2), 60), by=NINA, why="the other id")
    assert [one.rule for one in decision.breaches] == ["BKG-01"]
    assert [(line.id, line.booked) for line in cases.journey("a").allowance.lines] == [("c1", 60)]
    assert [one.id for one in cases.journey("a").conversations.booked] == ["c1"]


def test_a_check_that_looks_outside_keeps_its_first_answer_when_a_history_is_judged_again() -> None:
    asked: list[str] = []

    @rule("EFF-90", SHOULD, source="chosen for a test", outside=True)
    def asks_elsewhere(entry: ConversationHeld, case: Case) -> Verdict:
        """Somewhere else it is well."""
        asked.append(entry.conversation)
        return verdict(False, says="elsewhere it is not")

    cases = Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), rules=(*OF_ONE_JOURNEY, asks_elsewhere))
    start(cases)
    book(cases, "c1", on(1), 60)
    assert findings(hold(cases, "c1", 50, at=on(1))) == ["EFF-90"]
    cases.correct("a", "book-c1", booked("c1", on(1), 45), by=NINA, why="shorter").require()
    assert (asked, [one.finding.rule for one in cases.journey("a").standing]) == (["c1"], ["EFF-90"])


# ---- what costs nothing, and what is kept beside


def test_workshops_and_grow_by_oneself_cost_no_minutes() -> None:
    cases = opened()
    for entry in (
        WorkshopAttended(workshop="w1"),
        GrowUsed(outside="peer", words="with a friend"),
        CoachingOfferAnswered(answer="in full"),
        CoursesShown(courses=("mindfulness", "art")),
        EvidenceNoted(domain="modelling", words="Nina did it too", whose="learner", example="coach's example"),
        ChargeContested(conversation="c1", words="I was there"),
    ):
        assert cases.record("a", entry, by="learner:a").effect == ()
    for plan in (CoachAssigned(coach=NINA), CoverAssigned(coach="coach:omar", until=on(9).date())):
        assert cases.record("a", plan, by=JO).effect == ()
    assert cases.record("a", CourseEnrolled(course="mindfulness"), by="learner:a").accepted
    assert cases.journey("a").allowance.remaining == 180


# ---- others at the same time


class BusyJournal(MemoryJournal):
    """A journal that says so often that others were faster."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict("journey:a", 0, 1)
        super().append(records, expect=expect)


def test_a_conflict_is_tried_again_until_there_is_an_answer() -> None:
    journal = BusyJournal(conflicts=5)
    cases = Casebook(journal, STARTER, clock=lambda: on(0))
    start(cases)
    assert (journal.conflicts, len(list(cases.records("a")))) == (0, 1)


def test_a_conflict_is_raised_when_patience_is_over() -> None:
    cases = Casebook(BusyJournal(conflicts=10**6), STARTER, clock=lambda: on(0), patience=0.01)
    with pytest.raises(Conflict, match=r"journey:a has moved on \(version 0 expected, 1 found\)"):
        start(cases)


def test_threads_at_the_last_minutes_and_one_coachs_hour_never_overdraw_and_never_book_twice() -> None:
    journal = MemoryJournal()
    for name in ("a", "b", "c"):
        start(casebook(journal), name, learner=f"learner:{name}")

    def race(name: str, number: int) -> None:
        cases = casebook(journal)
        for turn in range(8):
            cases.record(name, booked(f"c{number}-{turn}", on(turn % 3), 45), by=NINA)

    threads = [Thread(target=race, args=(name, number)) for name in ("a", "b", "c") for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cases = casebook(journal)
    hours = [hour.starts_at for hour in cases.timeline(NINA).hours.values()]
    assert len(hours) == len(set(hours)) == 3
    for name in ("a", "b", "c"):
        assert cases.journey(name).allowance.shortfall == 0
        assert len(list(cases.records(name))) == 1 + 3 * 8
        assert cases.verify(name) == []


def test_what_is_remembered_is_bounded() -> None:
    from iagcore.casebook.reading import Remembered

    remembered = Remembered(most=2)
    for number in range(4):
        remembered.keep(str(number), number)
        remembered.get("0")
    assert [remembered.get(str(number)) for number in range(4)] == [0, None, None, 3]
    remembered.forget()
    assert remembered.get("0") is None


# ---- erasing


class NotErasable:
    """A host's journal that appends and reads, and cannot erase."""

    def __init__(self) -> None:
        self._inner = MemoryJournal()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self._inner.append(records, expect=expect)

    def read(self, subject: str, *, after: int = 0) -> Any:
        return self._inner.read(subject, after=after)


def test_erasing_is_for_a_lead_and_for_a_journal_that_can() -> None:
    cases = opened()
    with pytest.raises(Refused) as refused:
        cases.erase("learner:a", by=NINA)
    assert refusals(refused.value.decision) == ["ACC-01"]
    with pytest.raises(Refused) as refused:
        cases.erase("learner:nobody", by=NINA)
    assert refusals(refused.value.decision) == ["ACC-01"]
    with pytest.raises(UnusableJournal, match="NotErasable: this journal cannot erase"):
        opened(journal=NotErasable()).erase("learner:a", by=JO)


def test_erasing_somebody_who_was_never_recorded_takes_nothing() -> None:
    cases = opened()
    assert cases.erase("learner:nobody", by=JO).records == 0
    assert cases.journey("a").exists


def test_all_journeys_of_a_learner_are_erased_together() -> None:
    cases = opened()
    start(cases, "second", programme="phase-2")
    book(cases, "c1", on(1))
    book(cases, "c1", on(2), journey="second")
    cases.erase("learner:a", by=JO)
    for name in ("a", "second"):
        with pytest.raises(UnknownJourney):
            cases.journey(name)
    assert cases.timeline(NINA).hours == {}
    assert cases.timeline("learner:a").hours == {}


def test_what_is_recorded_under_an_id_that_was_used_changes_nothing_of_the_first() -> None:
    cases = opened()
    cases.record("a", ActionAgreed(action="x", what="ring the college", outside="peer"), by=JO).require()
    cases.record("a", ActionReviewed(action="x", outcome="done"), by=JO).require()
    again = cases.record("a", ActionAgreed(action="x", what="write to the tutor", outside="peer"), by=JO, id="again")
    assert [one.rule for one in again.breaches] == ["JRN-05"]
    assert again.explain(to="learner").splitlines()[1].startswith("Two things were put on your record under one name")
    grow = cases.journey("a").grow
    assert [(one.what, one.outcome) for one in grow.will] == [("ring the college", "done")]
    assert [one.words for one in grow.notes] == ["ring the college"]
    cases.correct(
        "a", "again", ActionAgreed(action="y", what="write", outside="peer"), by=JO, why="its own id"
    ).require()
    assert [one.id for one in cases.journey("a").grow.will] == ["x", "y"]
    assert cases.journey("a").breaches == ()
    assert "write" in repr([one.fields for one in cases.journey("a").seen_by(JO, on=on(0).date()).entries])


def test_the_id_of_what_was_withdrawn_is_not_used_again_and_what_comes_under_it_is_said() -> None:
    cases = opened()
    cases.record("a", GoalSet(goal="g", words="to travel", outside="peer"), by=JO, id="set").require()
    cases.withdraw("a", "set", by=JO, why="a slip").require()
    again = cases.record("a", GoalSet(goal="g", words="a job", outside="peer"), by=JO)
    assert [one.rule for one in again.breaches] == ["JRN-05"]
    # nothing else has this id now, so that what was said is not lost
    assert [one.words for one in cases.journey("a").grow.goals] == ["a job"]


def test_a_moment_at_the_far_ends_of_time_is_refused_by_name() -> None:
    cases = opened()
    west, east = timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))
    for at in (
        datetime.max.replace(tzinfo=UTC),
        datetime(2999, 12, 31, 23, tzinfo=west),
        datetime(1900, 1, 1, tzinfo=east),
    ):
        with pytest.raises(InvalidEntry, match="at = "):
            hold(cases, "c1", 50, at=at)
        with pytest.raises(InvalidEntry, match="starts_at = "):
            booked("c1", at)
