"""The record of one learner where it is hardest: what has to hold before anything else is built on it."""

import multiprocessing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.exceptions import IdUsedBefore, UnknownJourney
from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.conversations import ConversationBooked, ConversationCancelled, ConversationRescheduled, State
from iagcore.practice.learners import JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.record.journey import Hour, Journey
from iagcore.storage import codec, sealing
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.sealing import ERASED
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.stored import StoredRecord
from tests.casework import (
    JO,
    NINA,
    OMAR,
    STARTER,
    book,
    booked,
    cancel,
    casebook,
    findings,
    hold,
    on,
    policy,
    refusals,
    start,
    value,
)


def parts(journey: Journey) -> tuple[object, ...]:
    """What a journey comes to, whatever stacks and places it came by."""
    return journey.parts, journey.allowance, [(one.record, one.finding.rule) for one in journey.breaches]


def hours(book: Casebook, subject: str) -> list[Hour]:
    return sorted(book.timeline(subject).hours.values(), key=lambda hour: hour.starts_at)


# ---- a late fact


def test_a_late_fact_is_recorded_and_earlier_decisions_stand() -> None:
    cases = casebook()
    start(cases)
    book(cases, "c1", on(1), 60)
    book(cases, "c2", on(8), 60)
    book(cases, "c3", on(15), 60)
    before = cases.record("a", booked("c3", on(15)), by=NINA, id="book-c3")
    late = hold(cases, "drop-in", 30, at=on(-3))
    assert (late.accepted, findings(late)) == (True, [])
    assert [duty.rule for duty in late.duties] == ["ALW-09", "BKG-03"]
    assert cases.journey("a").allowance.shortfall == 30
    assert cases.record("a", booked("c3", on(15)), by=NINA, id="book-c3") == before


def test_a_late_fact_that_overruns_is_recorded_in_full_with_its_breach() -> None:
    cases = casebook()
    start(cases)
    hold(cases, "c1", 170, at=on(1))
    late = hold(cases, "c0", 30, at=on(-1))
    assert (late.accepted, [one.rule for one in late.breaches]) == (True, ["ALW-02"])
    allowance = cases.journey("a").allowance
    assert (allowance.used, allowance.overrun, allowance.remaining, allowance.shortfall) == (200, 20, 0, 20)


# ---- a corrected plan, whatever came of it since, and back


def since_held(cases: Casebook) -> None:
    hold(cases, "c1", 55, at=on(8))


def since_cancelled_and_booked_again(cases: Casebook) -> None:
    cancel(cases, "c1", at=on(2))
    book(cases, "c2", on(9), 90).require()
    book(cases, "c3", on(10), 90).require()


def since_moved_and_the_hour_taken(cases: Casebook) -> None:
    moved = ConversationRescheduled(conversation="c1", starts_at=on(20), minutes=60)
    cases.record("a", moved, by=NINA, id="move-c1").require()
    book(cases, "x1", on(8), 60, journey="b").require()


SINCE = [since_held, since_cancelled_and_booked_again, since_moved_and_the_hour_taken]


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize("policy_changes", [False, True])
def test_a_plan_is_corrected_and_back_whatever_came_of_it(since: Any, policy_changes: bool) -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(8), 60).require()
    since(cases)
    before = cases.journey("a")
    if policy_changes:
        cases = casebook(journal, under=policy(value("allowance_minutes", "10") + value("window", '"open"')))
    corrected = cases.correct("a", "book-c1", booked("c1", on(8, 10, 5), 50), by=NINA, why="a typo", id="fix")
    assert refusals(corrected) == []
    after = cases.journey("a").allowance
    assert (after.used, after.booked, after.remaining) == (
        before.allowance.used,
        before.allowance.booked,
        before.allowance.remaining,
    )
    back = cases.correct("a", "fix", booked("c1", on(8), 60), by=NINA, why="it was right", id="back")
    assert refusals(back) == []
    assert parts(cases.journey("a")) == parts(before)
    withdrawn = cases.withdraw("a", "back", by=NINA, why="back to the typo")
    assert refusals(withdrawn) == []
    assert cases.verify("a") == []


def test_a_correction_of_a_plan_that_a_fact_settled_may_change_what_is_used_and_says_the_overrun() -> None:
    charging = policy(
        value("missed_charge", '{ learner-excused = "all", learner-unexcused = "all", provider = 0, logistics = 0 }')
    )
    cases = casebook(under=charging, now=lambda: on(8))
    start(cases)
    book(cases, "c1", on(8), 60)
    hold(cases, "c2", 120, at=on(2))
    assert cancel(cases, "c1", at=on(8)).accepted
    assert cases.journey("a").allowance.used == 180
    corrected = cases.correct("a", "book-c1", booked("c1", on(8), 90), by=NINA, why="it was longer", id="fix")
    assert (corrected.accepted, refusals(corrected)) == (True, [])
    assert [(one, [finding.rule for finding in found]) for one, found in corrected.restated] == [
        ("cancel-c1", ["ALW-02"])
    ]
    assert cases.journey("a").allowance.overrun == 30
    assert [(one.record, one.finding.rule) for one in cases.journey("a").breaches] == [("cancel-c1", "ALW-02")]
    cases.withdraw("a", "fix", by=NINA, why="no, it was not").require()
    assert cases.journey("a").breaches == ()


def test_a_typo_that_is_mended_restates_nothing_else_however_often() -> None:
    cases = casebook()
    start(cases)
    for number in range(1, 6):
        book(cases, f"c{number}", on(number), 10)
    before = cases.journey("a")
    (place,) = (one for one in before.places if isinstance(one.original, JourneyStarted))
    programme = before.status.programme or ""
    for age in (31, 32):
        mended = JourneyStarted(learner="learner:a", programme=programme, attests_age=age)
        decision = cases.correct("a", place.record, mended, by=JO, why="a typo").require()
        assert decision.restated == ()
    cases.correct("a", place.record, place.original, by=JO, why="it was right").require()
    assert cases.journey("a") == before


def test_a_finding_in_other_words_is_the_same_finding_and_one_with_other_values_is_not() -> None:
    cases = casebook()
    start(cases)
    hold(cases, "c1", 200, at=on(1))
    (one,) = (breach.finding for breach in cases.journey("a").breaches)
    reworded = attrs.evolve(one, sentence="x", plainly="x", remedy="x", plain_remedy="x", source="x")
    assert reworded == one
    assert attrs.evolve(one, evidence=(("asked", 201),)) != one
    assert attrs.evolve(one, weight=None) != one


# ---- what a withdrawal may not take


def test_a_withdrawn_cancellation_whose_hour_was_given_away_is_refused() -> None:
    cases = casebook()
    start(cases)
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(8), 60)
    cancel(cases, "c1", at=on(1))
    book(cases, "x1", on(8, 10, 30), 60, journey="b").require()
    before = cases.journey("a")
    withdrawn = cases.withdraw("a", "cancel-c1", by=NINA, why="she comes after all")
    assert refusals(withdrawn) == ["BKG-02"]
    assert cases.journey("a") == before
    assert len(hours(cases, NINA)) == 1


def test_a_withdrawn_cancellation_whose_minutes_were_booked_again_is_refused() -> None:
    cases = casebook()
    start(cases)
    book(cases, "c1", on(8), 60)
    cancel(cases, "c1", at=on(1))
    book(cases, "c2", on(9), 90)
    book(cases, "c3", on(10), 60)
    assert refusals(cases.withdraw("a", "cancel-c1", by=NINA, why="a slip")) == ["ALW-01"]


def test_the_hours_of_a_learner_who_leaves_can_be_booked_by_another_with_the_same_coach() -> None:
    cases = casebook()
    start(cases)
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(8), 60)
    book(cases, "c2", on(15), 60)
    assert refusals(book(cases, "x1", on(8), 60, journey="b")) == ["BKG-02"]
    cases.record("a", LearnerLeft(how="moved on"), by=NINA, id="left").require()
    assert hours(cases, NINA) == []
    assert cases.journey("a").conversations["c1"].state is State.RELEASED
    cases.record("b", booked("x2", on(8), 60), by=NINA, id="book-x2").require()
    assert refusals(cases.withdraw("a", "left", by=NINA, why="she stayed")) == ["BKG-02"]
    cases.record("a", JourneyReopened(), by=JO).require()
    cases.record("a", booked("c3", on(15), 60), by=NINA).require()


# ---- two timelines


def test_a_booking_corrected_to_another_coach_and_back_stands_on_the_right_timeline() -> None:
    cases = casebook()
    start(cases)
    book(cases, "c1", on(8), 60)
    assert (len(hours(cases, NINA)), len(hours(cases, OMAR))) == (1, 0)
    cases.correct("a", "book-c1", booked("c1", on(8), 60, coach=OMAR), by=NINA, why="wrong coach", id="fix").require()
    assert (len(hours(cases, NINA)), len(hours(cases, OMAR))) == (0, 1)
    start(cases, "b", learner="learner:b")
    book(cases, "x1", on(8), 60, journey="b").require()
    assert refusals(cases.withdraw("a", "fix", by=NINA, why="it was Nina")) == ["BKG-02"]
    cancel(cases, "x1", at=on(1), journey="b").require()
    cases.withdraw("a", "fix", by=NINA, why="it was Nina", id="again").require()
    assert (len(hours(cases, NINA)), len(hours(cases, OMAR))) == (1, 0)


def test_one_learner_on_two_programmes_is_not_booked_at_the_same_hour() -> None:
    cases = casebook()
    start(cases)
    start(cases, "second", programme="phase-2")
    book(cases, "c1", on(8), 60)
    clash = book(cases, "c1", on(8, 10, 59), 60, journey="second", coach=OMAR)
    assert refusals(clash) == ["BKG-02"]
    assert dict(clash.refusals[0].evidence)["found"] == "learner:a 09 Sep 2025 11:00 to 09 Sep 2025 12:00"
    after = book(cases, "c2", on(8, 11, 0), 60, journey="second", coach=OMAR)
    assert after.accepted, after.explain()


def test_a_diary_entry_does_not_conflict_with_the_coachs_calendar() -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    book(cases, "c1", on(8), 60)
    before = cases.timeline(NINA)
    cases.record("a", DiaryWritten(diary="d1", sort="gratitude", words="the sea"), by="learner:a").require()
    assert cases.timeline(NINA) == before
    assert [one.home for one in journal.read(NINA)] == ["journey:a"]


# ---- ids


def _record_in_a_process(path: str, results: Any, minutes: int) -> None:
    with SQLiteJournal(path) as journal:
        cases = casebook(journal)
        try:
            decision = cases.record("a", booked("c9", on(30), minutes), by=NINA, id="the-same")
            results.put(("decided", decision.accepted, tuple(refusals(decision))))
        except IdUsedBefore as error:
            results.put(("used", error.difference, ()))


@pytest.mark.parametrize(("minutes", "answer"), [(60, (True, ())), (181, (False, ("ALW-01",)))])
def test_two_processes_with_the_same_record_id_get_the_same_answer_once(
    tmp_path: Path, minutes: int, answer: tuple[bool, tuple[str, ...]]
) -> None:
    path = str(tmp_path / "casebook.db")
    with SQLiteJournal(path) as journal:
        start(casebook(journal))
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    processes = [context.Process(target=_record_in_a_process, args=(path, results, minutes)) for _ in range(2)]
    for process in processes:
        process.start()
    answers = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    advice = () if answer[0] else ("ALW-01",)
    assert answers == [("decided", answer[0], advice)] * 2
    with SQLiteJournal(path) as journal:
        assert [one.id for one in casebook(journal).records("a")] == ["start", "the-same"]


def test_the_same_id_after_a_refusal_gives_the_refusal_again_and_records_nothing() -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    first = book(cases, "c1", on(8), 181)
    assert refusals(first) == ["ALW-01"]
    extension = AllowanceExtended(extension="e1", minutes=60, reason="more to do")
    cases.record("a", extension, by=JO).require()
    count = len(list(journal.read("journey:a")))
    assert book(cases, "c1", on(8), 181) == first
    assert len(list(journal.read("journey:a"))) == count
    assert book(casebook(journal), "c1", on(8), 181) == first
    with pytest.raises(IdUsedBefore, match="another entry"):
        book(cases, "c1", on(8), 180)
    with pytest.raises(IdUsedBefore, match="another author"):
        cases.record("a", booked("c1", on(8), 181), by=JO, id="book-c1")
    with pytest.raises(IdUsedBefore, match="another time"):
        cases.record("a", booked("c1", on(8), 181), by=NINA, at=on(1), id="book-c1")
    assert cases.record("a", booked("c1", on(8), 181), by=NINA, at=on(0), id="book-c1") == first


def test_a_start_that_was_refused_does_not_fix_the_journey() -> None:
    cases = casebook()
    young = JourneyStarted(learner="learner:b", programme="phase-1", attests_age=12)
    assert refusals(cases.record("a", young, by=JO)) == ["JRN-02"]
    with pytest.raises(UnknownJourney):
        cases.journey("a")
    start(cases)
    assert cases.journey("a").learner == "learner:a"


# ---- a policy that changes mid-journey


def test_a_policy_that_changes_mid_journey_changes_no_history() -> None:
    journal = MemoryJournal()
    start(casebook(journal))
    book(casebook(journal), "c1", on(8), 120)
    tighter = policy(
        value("allowance_minutes", "60") + value("longest_conversation_minutes", "30") + value("minimum_age", "50"),
        name="tighter",
    )
    later = casebook(journal, under=tighter)
    assert later.journey("a").allowance.granted == 180
    assert later.journey("a") == casebook(journal).journey("a")
    decision = later.record("a", booked("c2", on(9), 45), by=NINA)
    assert (decision.accepted, findings(decision), decision.policy) == (True, ["ALW-05"], tighter.fingerprint)
    moved = later.correct("a", "book-c1", booked("c1", on(8, 12), 120), by=NINA, why="a typo")
    # the booking is judged again under the policy of its own record: 90 minutes there, not 30
    assert (findings(moved), moved.restated) == (["ALW-05"], ())
    assert moved.findings[0].evidence == (("asked", 120), ("limit", 90))
    assert later.policy_of(STARTER.fingerprint) == STARTER


# ---- erasing


def erased_booking() -> tuple[MemoryJournal, Casebook]:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    book(cases, "c1", on(1), 60)
    hold(cases, "c1", 50, at=on(1))
    book(cases, "secret-conversation", on(8), 60)
    cases.record("a", DiaryWritten(diary="secret-diary", sort="gratitude", words="the sea"), by="learner:a", id="d")
    start(cases, "b", learner="learner:b")
    book(cases, "x1", on(9), 60, journey="b")
    return journal, cases


def stored_of_the_erased(journal: MemoryJournal) -> list[StoredRecord]:
    return [one for one in journal.read_all() if one.home.startswith(ERASED)]


def test_a_coachs_timeline_stands_after_a_learners_words_and_references_are_gone() -> None:
    journal, cases = erased_booking()
    nina = cases.timeline(NINA)
    assert len(nina.hours) == 2
    erasure = cases.erase("learner:a", by=JO)
    assert erasure.records == 5
    # the future hold is released by the receipt; the other learner's hour stands
    assert [hour.starts_at for hour in hours(cases, NINA)] == [on(9)]
    assert [hour.starts_at for hour in hours(casebook(journal), NINA)] == [on(9)]
    assert book(cases, "x2", on(8), 60, journey="b").accepted


def test_no_removed_byte_is_in_what_stays_of_an_erased_learner() -> None:
    journal, cases = erased_booking()
    cases.erase("learner:a", by=JO)
    for stored in journal.read_all():
        if not stored.home.startswith(ERASED):
            continue
        kept = repr(attrs.asdict(stored)).encode() + stored.envelope
        for removed in (b"learner:a", b"journey:a", b"secret", b"the sea", b"book-c1", b"diary", b"goal", b"nina'"):
            assert removed == b"nina'" or removed not in kept
        assert (stored.payload, stored.id) == (None, None)


def test_the_seal_still_proves_an_erased_home_and_finds_a_record_moved_to_another_coach() -> None:
    journal, cases = erased_booking()
    cases.erase("learner:a", by=JO)
    home = stored_of_the_erased(journal)[0].home
    assert cases.verify(home) == []
    assert cases.verify("b") == []
    (index, record) = next(
        (index, one)
        for index, one in enumerate(journal.read(home))
        if any(filing.subject == NINA for filing in one.about)
    )
    moved = attrs.evolve(
        record,
        about=tuple(
            attrs.evolve(filing, subject=OMAR) if filing.subject == NINA else filing for filing in record.about
        ),
    )
    found = _verified_with(journal, home, index, moved)
    assert [one.what for one in found] == ["it was not filed under coach:omar there"]
    unsalted = attrs.evolve(record, about=tuple(attrs.evolve(filing, salt=None) for filing in record.about))
    found = _verified_with(journal, home, index, unsalted)
    assert [one.what for one in found] == ["the salt for coach:nina is missing, and no receipt licenses that"]


def _verified_with(journal: MemoryJournal, home: str, index: int, altered: StoredRecord) -> Any:
    records = list(journal.read(home))
    records[index] = altered
    return sealing.alterations(records, licences=codec.licences(records))


def test_a_learner_who_comes_back_starts_anew() -> None:
    journal, cases = erased_booking()
    cases.erase("learner:a", by=JO)
    with pytest.raises(UnknownJourney):
        cases.journey("a")
    assert list(journal.read("learner:a")) == []
    start(cases)
    fresh = cases.journey("a")
    assert (fresh.allowance.remaining, fresh.self_efficacy.diary) == (180, ())
    assert book(cases, "c1", on(20), 180).accepted


def test_what_was_read_before_an_erasure_is_not_served_after_it() -> None:
    journal, cases = erased_booking()
    other = casebook(journal)
    other.journey("a")
    cases.erase("learner:a", by=JO)
    with pytest.raises(UnknownJourney):
        other.journey("a")
    start(cases)
    for number in range(8):
        cases.record("a", DiaryWritten(diary=f"n{number}", sort="gratitude", words="new"), by="learner:a")
    assert {entry.words for entry in other.journey("a").self_efficacy.diary} == {"new"}


def test_a_journey_that_began_anew_meanwhile_is_not_taken_for_the_one_remembered() -> None:
    journal, cases = erased_booking()
    other = casebook(journal)
    assert other.journey("a").version == 5
    nina = other.timeline(NINA)
    cases.erase("learner:a", by=JO)
    start(cases)
    for number in range(8):
        cases.record("a", DiaryWritten(diary=f"n{number}", sort="gratitude", words="new"), by="learner:a")
    assert {entry.words for entry in other.journey("a").self_efficacy.diary} == {"new"}
    assert other.timeline(NINA) != nina


def test_erasing_the_learner_of_a_refused_start_removes_that_refusal_alone() -> None:
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    book(cases, "c1", on(8), 60)
    second = JourneyStarted(learner="learner:b", programme="phase-1", attests_age=40)
    assert refusals(cases.record("a", second, by=JO, id="second")) == ["JRN-04"]
    before = cases.journey("a")
    assert cases.erase("learner:b", by=JO).records == 1
    assert cases.journey("a") == casebook(journal).journey("a") == before
    assert cases.verify("a") == []
    assert [one.id for one in cases.records("a")] == ["start", "book-c1"]
    assert book(cases, "c2", on(9), 60).accepted
    assert cases.verify("a") == []


def test_the_record_says_when_it_was_recorded_and_when_it_was() -> None:
    moments = iter(on(40) + timedelta(minutes=n) for n in range(100))
    cases = casebook(now=lambda: next(moments))
    cases.record("a", JourneyStarted(learner="learner:a", programme="p", attests_age=30), by=JO, at=on(0), id="s")
    (record,) = cases.records("a")
    assert record.at == on(0)
    assert record.recorded_at > on(39)
    assert isinstance(record.recorded_at, datetime)


def test_a_cancelled_plan_is_told_apart_from_one_that_moved() -> None:
    cases = casebook()
    start(cases)
    book(cases, "c1", on(8), 60)
    gone = ConversationCancelled(conversation="c9", fault="logistics")
    decision = cases.record("a", gone, by=NINA)
    assert [one.rule for one in decision.breaches] == ["BKG-01"]
    assert dict(decision.breaches[0].evidence) == {
        "conversation": "c9",
        "state": "not booked",
        "change": "cancelled",
    }
    assert isinstance(cases.journey("a").stack_of("book-c1"), object)
    assert ConversationBooked.declares.nature == "plan"
