"""What goes around a learner: a coach's own record, consent across journeys, what may be shown, and what is due."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest

import iagcore as iag
from iagcore import entries
from iagcore.casebook import Casebook
from iagcore.casebook.due import DueIndex
from iagcore.exceptions import InvalidEntry, Refused, UnknownJourney, UnusableJournal
from iagcore.policy import Policy
from iagcore.practice import consent as consent_module
from iagcore.practice import follow_up as follow_up_module
from iagcore.practice import readiness as readiness_module
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import (
    CONTACT,
    EVERY_JOURNEY,
    RESEARCH,
    THIS_JOURNEY,
    ConfidentialityExplained,
    ConsentGiven,
    Consents,
    ConsentWithdrawn,
)
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpMade, FollowUpPlanned, FollowUps
from iagcore.practice.grow import GoalSet
from iagcore.practice.learners import JourneyClosed, JourneyStarted, LearnerLeft
from iagcore.practice.learning import CourseEnrolled, OtherSupportNoted
from iagcore.practice.measures import MeasureTaken
from iagcore.practice.readiness import (
    BasisChanged,
    CheckCompleted,
    CoachPaused,
    CoachSuspended,
    CourseExperienced,
    DebriefHeld,
    ExemptionGiven,
    InterestExpressed,
    Readiness,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, SafetyTalkedAbout
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Assessment, Decision, DutyStatus, Outcome, Weight
from iagcore.record.rules import RuleSort
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import GONE, HELD, Erasure, Pending, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.scenarios.telling import Telling
from iagcore.testing.scenarios.telling import _required as required
from tests.casework import (
    JO,
    NINA,
    OMAR,
    STARTER,
    WELLBEING,
    booked,
    casebook,
    gated,
    on,
    policy,
    refusals,
    start,
    value,
)

SAM = "safeguarding-lead:sam"
RIA = "researcher:ria"
evolved: Any = attrs.evolve
TRAINED = TrainingCompleted(module="values-and-processes", completed_on=date(2025, 1, 10), version="2")


def around(journal: Any = None, **rest: Any) -> Casebook:
    cases = casebook(journal, rules=RULES, **rest)
    start(cases)
    return cases


# ---- a coach's own record


def test_a_coachs_record_is_a_chain_of_its_own_among_the_bookings_filed_under_the_coach() -> None:
    cases = around()
    cases.record(NINA, TRAINED, by=NINA, id="trained").require()
    cases.record("a", booked("c1", on(3)), by=NINA, id="b1").require()
    cases.record(NINA, StepTaken(step="in training", coach_agrees=True), by=NINA, id="step").require()
    cases.record("a", booked("c2", on(10)), by=NINA, id="b2").require()
    cases.record(NINA, SupervisionHeld(supervisor=JO), by=NINA, id="supervised").require()
    assert [one.id for one in cases.records(NINA)] == ["trained", "step", "supervised"]
    assert cases.verify(NINA) == []
    assert len(cases.coach(NINA).hours.hours) == 2
    again = Casebook(cases._reading.journal, STARTER)
    assert again.coach(NINA).readiness == cases.coach(NINA).readiness
    assert again.coach(NINA) == cases.coach(NINA)


def test_the_same_id_on_a_coachs_record_gives_the_first_answer_and_corrections_are_made_there_too() -> None:
    cases = around()
    first = cases.record(NINA, TRAINED, by=NINA, at=on(0), id="trained")
    cases.record("a", booked("c1", on(3)), by=NINA, id="b1").require()
    assert cases.record(NINA, TRAINED, by=NINA, id="trained") == first
    mended = attrs.evolve(TRAINED, expires_on=date(2025, 8, 31))  # type: ignore[misc]  # see the laws
    cases.correct(NINA, "trained", mended, by=JO, why="it runs out", id="mended").require()
    zone = STARTER.zone
    assert cases.coach(NINA).readiness.proof_of("values-and-processes", date(2025, 8, 31), zone=zone) is not None
    assert cases.coach(NINA).readiness.proof_of("values-and-processes", date(2025, 9, 1), zone=zone) is None
    cases.withdraw(NINA, "trained", by=JO, why="back again").require()
    assert cases.coach(NINA).readiness.proof_of("values-and-processes", date(2025, 9, 1), zone=zone) is not None
    note = RecordAnnotated(record="trained", words="the certificate is in the drawer")
    assert cases.record(NINA, note, by=JO).accepted


def test_what_is_about_a_coach_stands_on_no_journey_and_the_other_way_round() -> None:
    cases = around()
    with pytest.raises(InvalidEntry, match="it is about a coach: record it under the coach, such as coach:nina"):
        cases.record("a", TRAINED, by=JO)
    with pytest.raises(InvalidEntry, match="it is about a journey: record it under the journey's name"):
        cases.record(NINA, GoalSet(goal="g", words="x"), by=NINA)
    with pytest.raises(InvalidEntry, match="it is about a journey: record it under the journey's name"):
        cases.record(NINA, JourneyStarted(learner="learner:a", programme="p"), by=JO)
    with pytest.raises(UnknownJourney):
        cases.record(OMAR, RecordAnnotated(record="x", words="x"), by=JO)
    with pytest.raises(UnknownJourney):
        cases.duties(OMAR)
    with pytest.raises(InvalidEntry, match="a journey's name does not begin with coach:"):
        cases.journey(NINA)
    with pytest.raises(InvalidEntry, match="a coach is expected"):
        cases.coach(JO)


def test_a_coachs_timeline_is_answered_for_any_day() -> None:
    under = policy(
        gated("COA-01", "COA-04", "COA-06") + value("required_checks", '["safeguarding training"]'), name="strict"
    )
    cases = around(under=under)
    told = (
        (-300, InterestExpressed(transferable_skills=("listens",))),
        (-200, TRAINED),
        (-190, StepTaken(step="in training", coach_agrees=True)),
        (-150, StepTaken(step="shadowing", coach_agrees=True)),
        (-140, BasisChanged(basis="volunteer", coach_agrees=True)),
        (-100, StepTaken(step="supported", coach_agrees=True, supported_by=JO)),
        (-90, CoachPaused(until=on(-80).date())),
        (-60, StepTaken(step="shadowing")),
        (-30, StepTaken(step="independent", coach_agrees=True)),
        (-20, BasisChanged(basis="employed", coach_agrees=True)),
    )
    for day, entry in told:
        cases.record(NINA, entry, by=JO, at=on(day)).require()
    zone, coach = under.zone, cases.coach(NINA)
    steps = {
        day: coach.readiness.standing(on(day).date(), zone=zone) for day in (-191, -190, -149, -95, -85, -79, -59, 0)
    }
    assert {day: step and step.name for day, step in steps.items()} == {
        -191: None,
        -190: "in training",
        -149: "shadowing",
        -95: "supported",
        -85: "paused",
        -79: "supported",
        -59: "shadowing",
        0: "independent",
    }
    assert [coach.readiness.basis(on(day).date(), zone=zone) for day in (-141, -140, -20)] == [
        None,
        "volunteer",
        "employed",
    ]
    assert coach.readiness.skills == ("listens",)
    asked = coach.ready_for("one-to-one", on=on(0).date())
    assert (asked.accepted, refusals(asked)) == (False, ["COA-06"])
    checked = CheckCompleted(check="Safeguarding-Training", completed_on=on(-3).date())
    cases.record(NINA, checked, by=JO, at=on(-3)).require()
    assert cases.coach(NINA).ready_for("one-to-one", on=on(0).date()).accepted
    assert not cases.coach(NINA).ready_for("one-to-one", on=on(-4).date()).accepted
    assert cases.coach(NINA).ready_for("recruiting", on=on(-90).date()).accepted
    assert refusals(cases.coach(NINA).ready_for("recruiting", on=date(2025, 1, 9))) == ["COA-01"]
    assert asked.explain().startswith("Refused: coach:nina is asked to be ready for one-to-one on 01 Sep 2025\n")
    with pytest.raises(InvalidEntry, match="did you mean 'one-to-one'"):
        coach.ready_for("one-to-on", on=on(0).date())


def test_a_coach_sees_the_open_journeys_they_go_with() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    start(cases, "c", learner="learner:c")
    for journey in ("a", "b"):
        cases.record(journey, CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    cases.record("c", CoverAssigned(coach=NINA, until=on(9).date()), by=JO, at=on(0)).require()
    assert cases.coach(NINA).journeys == ("a", "b")
    assert cases.coach(NINA).covers == (("c", on(9).date()),)
    cases.record("b", CoachAssigned(coach=OMAR), by=JO, at=on(1)).require()
    cases.record("a", JourneyClosed(), by=JO, at=on(1)).require()
    assert (cases.coach(NINA).journeys, cases.coach(OMAR).journeys) == ((), ("b",))


def test_readiness_stands_alone_without_a_record() -> None:
    readiness = Readiness(proofs=[], steps=[])
    case = Case(WELLBEING, at=on(0), by=NINA, readiness=readiness)
    decision = iag.decide(booked("c1", on(3)), case, rules=iag.rulebook.COACHES)
    assert refusals(decision) == ["COA-01", "COA-04", "COA-06", "COA-08"]


def test_a_start_names_a_recruiter_who_was_trained_by_then() -> None:
    cases = casebook(under=STARTER, rules=RULES)
    recruited = JourneyStarted(learner="learner:a", programme="p", attests_age=30, recruiter=NINA)
    assert [one.rule for one in cases.record("a", recruited, by=JO, at=on(0), id="1").advice] == ["COA-01"]
    cases.record(NINA, TRAINED, by=JO).require()
    other = attrs.evolve(recruited, learner="learner:b")  # type: ignore[misc]  # see the laws
    assert cases.record("b", other, by=JO, at=on(0), id="1").advice == ()


def test_exemptions_courses_and_debriefs_count() -> None:
    cases = around()
    exempt = ExemptionGiven(module="values-and-processes", note="taught it", expires_on=on(5).date())
    cases.record(NINA, exempt, by=JO, at=on(0)).require()
    cases.record(NINA, CourseExperienced(course="mindfulness"), by=NINA, at=on(0)).require()
    cases.record(NINA, StepTaken(step="independent", coach_agrees=True), by=NINA, at=on(-60)).require()
    coach = cases.coach(NINA)
    assert [coach.ready_for("recruiting", on=on(day).date()).findings == () for day in (-1, 0, 5, 6)] == [
        False, True, True, False,
    ]  # fmt: skip
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    asked = ("mindfulness", "pottery")
    tried, untried = (cases.record("a", CourseEnrolled(course=one), by=JO, at=on(0)) for one in asked)
    assert [one for one in tried.findings if one.rule.startswith("COA")] == []
    (advice,) = (one for one in untried.findings if one.rule.startswith("COA"))
    assert (advice.rule, advice.sentence) == ("COA-03", "course pottery: not experienced by the coach")
    unsupervised = cases.preview("a", booked("c1", on(3)), by=NINA)
    assert [one.sentence for one in unsupervised.findings] == [
        "values-and-processes runs out on 06 Sep 2025, 63 days without supervision or a debrief"
    ]
    cases.record(NINA, DebriefHeld(held_with=JO), by=NINA, at=on(-30)).require()
    assert "supervision" not in cases.preview("a", booked("c1", on(3)), by=NINA).findings[0].sentence


# ---- one booking, two timelines


def _books(path: str, journey: str, learner: str, gate: Any, said: Any) -> None:
    with SQLiteJournal(path) as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        gate.wait()
        decision = cases.record(journey, booked("c1", on(3), 60), by=JO, id="b")
        said.put((journey, decision.accepted, [one.rule for one in decision.refusals]))


def test_two_processes_book_one_coach_and_train_them_meanwhile(tmp_path: Path) -> None:
    path = str(tmp_path / "casebook.db")
    with SQLiteJournal(path) as journal:
        cases = around(journal)
        start(cases, "b", learner="learner:b")
        context = multiprocessing.get_context("spawn")
        gate, said = context.Barrier(3), context.Queue()
        workers = [
            context.Process(target=_books, args=(path, name, f"learner:{name}", gate, said)) for name in ("a", "b")
        ]
        for worker in workers:
            worker.start()
        gate.wait()
        for number in range(10):
            cases.record(NINA, SupervisionHeld(), by=JO, at=on(-number), id=f"s{number}").require()
        answers = sorted((said.get(timeout=60) for _ in workers), key=lambda one: one[1])
        for worker in workers:
            worker.join(60)
        assert [answer[1:] for answer in answers] == [(False, ["BKG-02"]), (True, [])]
        assert len(cases.coach(NINA).hours.hours) == 1
        assert cases.verify(NINA) == []


def test_a_coachs_training_that_is_withdrawn_meanwhile_is_noticed() -> None:
    journal = MemoryJournal()
    strict = policy(gated("COA-01"), name="strict")
    cases = around(journal, under=strict)
    cases.record(NINA, TRAINED, by=JO, id="trained").require()
    other = Casebook(journal, strict, clock=lambda: on(0))

    class Meddled(MemoryJournal):
        def append(self, records: Any, *, expect: Any) -> None:
            if not self.done:
                self.done = True
                other.withdraw(NINA, "trained", by=JO, why="it was somebody else's").require()
            journal.append(records, expect=expect)

        def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
            return journal.read(subject, after=after)

        done = False

    late = Casebook(Meddled(), strict, clock=lambda: on(0))
    decision = late.record("a", booked("c1", on(3)), by=NINA)
    assert refusals(decision) == ["COA-01"]


def test_what_was_read_of_one_subject_at_two_versions_is_a_conflict_and_read_anew() -> None:
    journal = MemoryJournal()
    cases = around(journal)
    other = Casebook(journal, STARTER, clock=lambda: on(0))
    readings = cases._reading.timeline
    done: list[Any] = []

    def moved_on(subject: str) -> Any:
        found = readings(subject)
        if subject == NINA and not done:
            done.append(other.record(NINA, TRAINED, by=JO))
        return found

    cases._reading.timeline = moved_on  # type: ignore[method-assign]
    decision = cases.record("a", booked("c1", on(3)), by=NINA)
    assert decision.accepted
    assert "COA-01" not in [one.rule for one in decision.findings]


# ---- consent, and what may leave


def test_consent_for_every_journey_covers_another_and_is_withdrawn_there() -> None:
    cases = around()
    start(cases, "a2", learner="learner:a")
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("a2", given, by="learner:a", at=on(0)).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(30).date())
    assert cases.record("a", planned, by=JO, id="1").accepted
    cases.record("a", ConsentWithdrawn(purpose=CONTACT, scope=THIS_JOURNEY), by="learner:a", at=on(1)).require()
    assert refusals(cases.record("a", planned, by=JO, at=on(1), id="2")) == ["CON-04"]
    assert cases.record("a2", planned, by=JO, at=on(1), id="2").accepted
    cases.record("a2", ConsentWithdrawn(purpose=CONTACT), by="learner:a", at=on(2)).require()
    assert refusals(cases.record("a2", planned, by=JO, at=on(2), id="3")) == ["CON-04"]


def test_somebody_elses_consent_on_a_journey_that_names_the_learner_covers_nothing() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:b", at=on(0)).require()
    # a concern about a that stands on the journey of b is filed under nobody but b's journey
    cases.record("b", ConcernRaised(concern="w", words="x", learner="learner:a"), by=JO).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(30).date())
    assert refusals(cases.record("a", planned, by=JO)) == ["CON-04"]


def test_a_follow_up_may_be_planned_when_the_journey_is_over_and_not_before_it_began() -> None:
    cases = around()
    consent = ConsentGiven(consent="k", purpose=CONTACT, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a").require()
    cases.record("a", LearnerLeft(how="moved on"), by=JO).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(90).date(), how="e-mail")
    cases.record("a", planned, by=JO).require()
    assert [one.id for one in cases.journey("a").follow_ups.still_planned] == ["f"]
    made = FollowUpMade(how="e-mail", follow_up="f", answered=True, words="passed")
    cases.record("a", made, by=NINA, at=on(90)).require()
    assert cases.journey("a").follow_ups.still_planned == ()
    cases.record("x", ConcernRaised(concern="w", words="x"), by=JO).require()
    assert refusals(cases.record("x", planned, by=JO)) == ["CON-04", "JRN-03"]


def test_what_is_released_is_decided_and_recorded_first() -> None:
    cases = around()
    cases.record("a", OtherSupportNoted(support="s", words="HEALTH", status="started"), by=JO).require()
    extract = DisclosureMade(outlet="research extract", shown_to=RIA)
    refused = cases.release("a", extract, by=JO, id="1")
    assert (refusals(refused.decision), refused.view) == (["CON-02"], None)
    assert refused.decision.explain(to="learner").splitlines()[1] == (
        "Your answers are not used for research unless you say so."
    )
    consent = ConsentGiven(consent="r", purpose=RESEARCH, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a").require()
    released = cases.release("a", extract, by=JO, id="2")
    assert released.view is not None
    evidence = {one.rule: dict(one.evidence) for one in released.decision.considered}
    assert evidence["CON-02"]["consent"] == "in force (r)"
    assert evidence["ACC-02"]["allowed"] == "it carries plain, special category"
    told = repr(released.view)
    assert "HEALTH" not in told
    assert "learner:a" not in told
    assert JO not in told
    assert [one.id for one in cases.records("a") if isinstance(one.entry, DisclosureMade)] == ["1", "2"]
    # the first answer to id 1 stands; asked under a new id it is decided anew
    assert cases.release("a", extract, by=JO, id="1").view is None
    # what was shown without asking is a fact, and is recorded with a breach
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a").require()
    shown = cases.record("a", extract, by=RIA)
    assert (shown.accepted, [one.rule for one in shown.breaches]) == (True, ["CON-02"])


def test_the_days_of_an_extract_and_of_a_cover_are_those_where_the_policy_is_at_home() -> None:
    cases = around(now=lambda: on(30))
    night = datetime(2025, 9, 10, 23, 30, tzinfo=UTC)  # half past midnight on the 11th, in London
    cases.record(
        "a", ConsentGiven(consent="r", purpose=RESEARCH, scope=THIS_JOURNEY), by="learner:a", at=night
    ).require()
    cases.record("a", CoverAssigned(coach=NINA, until=date(2025, 9, 11)), by=JO, at=night).require()
    released = cases.release("a", DisclosureMade(outlet="research extract", shown_to=RIA), by=JO).view
    assert released is not None
    assert date(2025, 9, 11) in [one.at for one in released.entries]
    assert date(2025, 9, 10) not in [one.at for one in released.entries]
    zone, journey = STARTER.zone, cases.journey("a")
    seen = [journey.seen_by(NINA, on=date(2025, 9, day), zone=zone).reason is None for day in (10, 11, 12)]
    assert seen == [False, True, False]
    view = DisclosureMade(outlet="coaching view", shown_to=NINA)
    assert "ACC-02" in refusals(cases.release("a", view, by=JO).decision)


def test_several_disclosures_are_recorded_together() -> None:
    cases = around()
    shown = [DisclosureMade(outlet="coaching view", shown_to=JO) for _ in range(2)]
    assert [one.accepted for one in cases.record_facts("a", *shown, by=JO)] == [True, True]


def test_a_case_study_carries_what_is_quoted_and_nothing_else() -> None:
    cases = around()
    for words in ("QUOTED", "KEPT"):
        cases.record("a", GoalSet(goal=words, words=words), by="learner:a", id=words).require()
    study = DisclosureMade(
        outlet="case study",
        shown_to=JO,
        quotes=("QUOTED",),
        quotes_approved_by=JO,
        whole_approved_by=JO,
        nobody_recognisable=True,
    )
    assert refusals(cases.release("a", study, by=JO).decision) == ["CON-03"]
    cases.record("a", ConsentGiven(consent="p", purpose="case study", scope=THIS_JOURNEY), by="learner:a").require()
    released = cases.release("a", study, by=JO).view
    assert released is not None
    assert [(one.kind, dict(one.fields)) for one in released.entries] == [
        ("goal-set", {"words": "QUOTED", "outside": None})
    ]


def test_who_looks_at_a_journey_goes_with_the_learner() -> None:
    cases = around()
    today = on(0).date()
    journey = cases.journey("a")
    assert journey.seen_by("learner:a", on=today).reason is None
    assert journey.seen_by("learner:b", on=today).reason == "a journey is shown to its own learner"
    assert journey.seen_by(JO, on=today).outlet == "coaching view"
    assert journey.seen_by(SAM, on=today).outlet == "safeguarding view"
    assert journey.seen_by(RIA, on=today).reason == "nobody in this role looks at a journey: ask for an extract"
    assert journey.seen_by(NINA, on=today).reason == "coach:nina does not go with this learner on that day"
    cases.record("a", booked("c1", on(3)), by=NINA, id="b").require()
    assert cases.journey("a").seen_by(NINA, on=today).reason is None
    cases.withdraw("a", "b", by=NINA, why="w").require()
    assert cases.journey("a").seen_by(NINA, on=today).entries == ()
    held = entries.ConversationHeld(conversation="c2", coach=NINA, minutes=10, one_to_one=True, in_private=True)
    cases.record("a", held, by=NINA, at=on(0)).require()
    assert cases.journey("a").seen_by(NINA, on=today).reason is None
    cases.record("a", CoachAssigned(coach=OMAR), by=JO).require()
    assert cases.journey("a").seen_by(NINA, on=today).entries == ()
    cases.record("a", CoverAssigned(coach=NINA, until=today), by=JO, at=on(0)).require()
    assert cases.journey("a").seen_by(NINA, on=today).reason is None
    assert cases.journey("a").seen_by(NINA, on=on(1).date()).entries == ()
    with pytest.raises(InvalidEntry, match="a party is written with its role"):
        journey.seen_by("nina", on=today)


def test_whoever_hands_something_over_sees_no_more_of_it_than_is_theirs_to_see() -> None:
    cases = around()
    cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="DIARY"), by="learner:a").require()
    cases.record("a", ConcernRaised(concern="w", words="CONCERN"), by="learner:a").require()
    own = DisclosureMade(outlet="own record", shown_to="learner:a")
    handed = cases.release("a", own, by=JO).view
    assert handed is not None
    assert handed.entries != ()
    assert "DIARY" not in repr(handed)
    assert "CONCERN" not in repr(handed)
    looked = repr(cases.journey("a").seen_by("learner:a", on=on(0).date()))
    assert ("DIARY" in looked, "CONCERN" in looked) == (True, True)
    everything = DisclosureMade(outlet="safeguarding view", shown_to=SAM)
    assert refusals(cases.release("a", everything, by=NINA).decision) == ["ACC-02"]
    assert "CONCERN" in repr(cases.release("a", everything, by=SAM).view)


@pytest.mark.parametrize(
    ("outlet", "to", "by", "allowed"),
    [
        ("coaching view", JO, RIA, False),
        ("action plan", "learner:a", RIA, False),
        ("own record", "learner:a", "coach:zed", False),
        ("action plan", "learner:a", "coach:zed", False),
        ("coaching view", NINA, "coach:zed", False),
        ("safeguarding view", SAM, JO, False),
        ("coaching view", NINA, JO, True),
        ("coaching view", JO, NINA, True),
        ("own record", "learner:a", NINA, True),
        ("action plan", "learner:a", SAM, True),
        ("research extract", RIA, JO, True),
        ("research extract", RIA, RIA, True),
        ("research extract", RIA, "coach:zed", False),
        ("case study", JO, JO, True),
    ],
)
def test_whoever_hands_something_over_may_see_it_themselves(outlet: str, to: str, by: str, allowed: bool) -> None:
    cases = around()
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    for purpose in (RESEARCH, "case study"):
        given = ConsentGiven(consent=purpose, purpose=purpose, scope=THIS_JOURNEY)
        cases.record("a", given, by="learner:a", at=on(0)).require()
    shown = DisclosureMade(outlet=outlet, shown_to=to, whole_approved_by=JO, nobody_recognisable=True)
    released = cases.release("a", shown, by=by)
    assert ("ACC-02" not in refusals(released.decision)) is allowed
    assert (released.view is not None) is allowed


def test_a_coachs_record_is_written_on_by_the_coach_and_leads_alone() -> None:
    cases = around()
    cases.record(NINA, TRAINED, by=NINA, id="trained").require()
    note = RecordAnnotated(record="trained", words="x")
    for by in (OMAR, RIA, "learner:a", SAM):
        refused = cases.record(NINA, note, by=by)
        assert refusals(refused) == ["ACC-01"]
    assert "which is for coach, lead, on their own record alone" in cases.record(NINA, TRAINED, by=OMAR).explain()
    for by in (NINA, JO):
        assert cases.record(NINA, note, by=by).accepted


def test_who_was_assigned_when_is_kept() -> None:
    cases = around(under=policy(gated("COA-08"), name="strict"))
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    cases.record("a", CoachAssigned(coach=OMAR), by=JO, at=on(10)).require()
    note = GoalSet(goal="g", words="x", outside="peer")
    seen = {}
    for by in (NINA, OMAR):
        decisions = [(day, cases.record("a", note, by=by, at=on(day))) for day in (0, 5, 10, 11)]
        seen[by] = [day for day, decision in decisions if not decision.breaches]
    assert seen == {NINA: [0, 5, 10], OMAR: [10, 11]}


def test_a_pause_is_ended_with_the_coachs_own_agreement() -> None:
    cases = around()
    cases.record(NINA, StepTaken(step="independent", coach_agrees=True), by=NINA, at=on(0)).require()
    cases.record(NINA, CoachPaused(), by=NINA, at=on(1)).require()
    for step in ("independent", "supported"):
        ended = cases.record(NINA, StepTaken(step=step, coach_agrees=False), by=JO, at=on(2))
        assert refusals(ended) == ["COA-05"]
    assert cases.record(NINA, StepTaken(step="supported", coach_agrees=True), by=JO, at=on(2)).accepted


def test_training_that_has_not_come_yet_proves_nothing_and_none_runs_out_before_it_began() -> None:
    cases = around()
    to_come = TrainingCompleted(module="values-and-processes", completed_on=on(5).date())
    cases.record(NINA, to_come, by=NINA, at=on(0)).require()
    assert cases.coach(NINA).readiness.proofs == ()
    with pytest.raises(InvalidEntry, match="it would have run out before it was completed, on 2025-09-01"):
        CheckCompleted(check="DBS", completed_on=date(2025, 9, 1), expires_on=date(2025, 8, 31))
    with pytest.raises(InvalidEntry, match="not a learner"):
        ConcernEscalated(concern="w", held_by="learner:a")


def test_what_runs_out_is_said_where_supervision_is_not_known() -> None:
    cases = around()
    ends = TrainingCompleted(module="values-and-processes", completed_on=on(-9).date(), expires_on=on(20).date())
    cases.record(NINA, ends, by=NINA, at=on(0)).require()
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    said = {one.rule: one.sentence for one in cases.preview("a", booked("c1", on(3)), by=NINA).findings}
    assert said["COA-07"] == (
        "values-and-processes runs out on 21 Sep 2025, when the coach last had supervision is not known"
    )


def test_no_learner_is_named_on_a_coachs_record() -> None:
    with pytest.raises(InvalidEntry, match="somebody who works for the programme is expected, not a learner"):
        DebriefHeld(held_with="learner:a")


def test_a_kind_of_a_later_version_and_a_note_about_nothing_are_shown_to_nobody() -> None:
    cases = around()
    cases.record("a", RecordAnnotated(record="nothing", words="GHOST"), by=JO).require()
    note = RecordAnnotated(record="start", words="KNOWN")
    cases.record("a", note, by=JO).require()
    told = repr(cases.journey("a").seen_by(JO, on=on(0).date()))
    assert ("GHOST" in told, "KNOWN" in told) == (False, True)


# ---- concerns


def test_closing_a_journey_tells_nobody_of_a_concern_and_nothing_is_erased_over_one() -> None:
    cases = around()
    without = cases.preview("a", JourneyClosed(), by=JO)
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    closing = cases.preview("a", JourneyClosed(), by=JO)
    assert closing.explain() == without.explain()
    assert closing.explain(to="learner") == without.explain(to="learner")
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert str(cases.erase("learner:a", by=JO)) == "Held. The safeguarding lead has been told and will answer."
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=NINA).require()
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    cases.record("a", ConcernClosed(concern="w", words="x"), by=SAM).require()
    assert cases.erase("learner:a", by=JO).records > 0


def test_a_concern_raised_while_somebody_is_being_erased_stops_it() -> None:
    journal = MemoryJournal()
    cases = around(journal)
    other = Casebook(journal, STARTER, clock=lambda: on(0))
    erase = journal.erase
    done: list[Any] = []

    def meanwhile(*args: Any, **rest: Any) -> Any:
        if not done:
            done.append(other.record("a", ConcernRaised(concern="w", words="x"), by=NINA))
        return erase(*args, **rest)

    journal.erase = meanwhile  # type: ignore[method-assign]
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert cases.journey("a").safeguarding.open != ()


def test_a_concern_on_anothers_journey_holds_the_record_of_the_learner_whom_it_names() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    cases.record("b", ConcernRaised(concern="w", words="x", learner="learner:a"), by=NINA).require()
    cases.record("b", ConcernRaised(concern="v", words="x"), by=NINA).require()
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert cases.journey("a").exists
    cases.record("b", ConcernClosed(concern="w", words="x"), by=SAM).require()
    assert cases.erase("learner:a", by=JO).answer == GONE


def test_what_is_said_of_a_concern_is_annotated_and_never_taken_back() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x", learner="learner:a"), by=NINA, id="raised").require()
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=NINA, id="up").require()
    cases.record("a", ConcernClosed(concern="w", words="done"), by=SAM, id="closed").require()
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", id="withdrawn").require()
    for target in ("raised", "up", "closed", "withdrawn"):
        assert "COR-01" in refusals(cases.withdraw("a", target, by=SAM, why="w"))
        note = RecordAnnotated(record=target, words="beside it")
        assert cases.record("a", note, by=SAM).accepted
    stored = list(cases._reading.journal.read("learner:a"))
    assert len(stored) == 9  # the start, the four, and a note beside each of them


def test_a_concern_is_about_its_last_raising_and_one_that_nobody_raised_changes_nothing() -> None:
    cases = around()
    cases.record("a", ConcernClosed(concern="ghost", words="x"), by=SAM).require()
    cases.record("a", ConcernEscalated(concern="ghost", held_by=SAM), by=SAM).require()
    assert cases.journey("a").safeguarding.concerns == ()
    for number in range(2):
        cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA, at=on(number)).require()
        cases.record("a", ConcernClosed(concern="w", words="x"), by=SAM, at=on(number)).require()
    assert [one.closed_at for one in cases.journey("a").safeguarding.concerns] == [on(0), on(1)]


def test_nobody_decided_how_long_then_a_concern_does_not_wait_and_nobody_is_named() -> None:
    gaps = "".join(
        f'[[value.{name}]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        for name in ("escalation_hours", "emergency_contacts", "follow_up_after")
    )
    cases = around(under=policy(gaps, name="gaps"))
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO, at=on(0)).require()
    cases.record("a", ConcernRaised(concern="v", words="x", immediate_danger=True), by=JO, at=on(1)).require()
    found = {
        (one.what.split()[2].strip(","), one.due, "no emergency contacts" in one.what)
        for one in cases.duties("a")
        if one.rule == "SAF-02"
    }
    assert found == {("w", on(0), False), ("v", on(1), True)}
    consent = ConsentGiven(consent="k", purpose=CONTACT, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a", at=on(0)).require()
    cases.record("a", LearnerLeft(how="moved on"), by=JO, at=on(2)).require()
    assert [(one.due, one.opens) for one in cases.duties("a") if one.rule == "FUP-01"] == [(None, None)]


@pytest.mark.parametrize(
    ("module", "state"),
    [
        (consent_module, Consents()),
        (follow_up_module, FollowUps()),
        (readiness_module, Readiness()),
    ],
)
def test_what_a_part_does_not_concern_leaves_it_as_it_is(module: Any, state: Any) -> None:
    assert module.apply(state, JourneyClosed(), at=on(0)) is state


def test_a_journal_without_a_feed_erases_too() -> None:
    class Silent:
        def __init__(self) -> None:
            self._kept = MemoryJournal()

        def append(self, records: Any, *, expect: Any) -> None:
            self._kept.append(records, expect=expect)

        def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
            return self._kept.read(subject, after=after)

        def erase(self, renames: Any, *, expect: Any, receipts: Any) -> Any:
            return self._kept.erase(renames, expect=expect, receipts=receipts)

    assert around(Silent()).erase("learner:a", by=JO).records == 1


def test_a_learner_who_asked_for_something_on_a_coachs_record_is_erased_all_the_same() -> None:
    cases = around()
    assert refusals(cases.record(NINA, InterestExpressed(), by="learner:a", id="asked")) == ["ACC-01"]
    start(cases, "b", learner="learner:b")
    cases.record("b", booked("c1", on(3)), by=NINA).require()
    cases.record(NINA, TRAINED, by=NINA, id="trained").require()
    assert cases.erase("learner:a", by=JO).records == 2
    assert cases.verify(NINA) == []
    assert [one.id for one in cases.records(NINA)] == ["trained"]
    assert len(cases.coach(NINA).hours.hours) == 1
    alone = around()
    assert refusals(alone.record(OMAR, InterestExpressed(), by="learner:a")) == ["ACC-01"]
    alone.erase("learner:a", by=JO)
    assert alone.record(OMAR, TRAINED, by=OMAR).accepted  # the coach's own name is not taken away


@pytest.mark.parametrize("outlet", ["research extract", "case study"])
def test_what_is_taken_away_carries_nobodys_own_concern(outlet: str) -> None:
    by = RIA if outlet == "research extract" else JO
    cases = around()
    for purpose in (RESEARCH, "case study"):
        given = ConsentGiven(consent=purpose, purpose=purpose, scope=THIS_JOURNEY)
        cases.record("a", given, by="learner:a", at=on(0)).require()
    cases.record("a", ConcernRaised(concern="w", words="PRIVATE"), by=by, id="raised").require()
    shown = DisclosureMade(
        outlet=outlet,
        shown_to=by,
        quotes=("raised",),
        quotes_approved_by=JO,
        whole_approved_by=JO,
        nobody_recognisable=True,
    )
    released = cases.release("a", shown, by=by).view
    assert released is not None
    assert "PRIVATE" not in repr(released)
    assert "concern-raised" not in repr(released)


def test_a_suspension_is_not_ended_at_its_own_moment_nor_by_what_is_put_right_later() -> None:
    cases = around()
    cases.record(NINA, CoachSuspended(reason="x"), by=JO, at=on(3)).require()
    step = StepTaken(step="independent", coach_agrees=True)
    for day in (1, 3, 4):
        assert refusals(cases.record(NINA, step, by=NINA, at=on(day))) == ["COA-05"]
    assert cases.record(NINA, step, by=JO, at=on(3)).accepted


def test_an_index_beside_a_journal_that_was_put_back_from_a_copy_is_made_anew(tmp_path: Path) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        around(journal)
    (tmp_path / "copy.db").write_bytes((tmp_path / "casebook.db").read_bytes())
    path = tmp_path / "casebook.due"
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
        for number in range(3):
            cases.record("a", GoalSet(goal=f"g{number}", words="x"), by=JO).require()
        cases.due()
    with SQLiteJournal(tmp_path / "copy.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
        cases.record("a", ConcernRaised(concern="w", words="x", immediate_danger=True), by=JO).require()
        assert [one.rule for one in cases.due()][:2] == ["SAF-02", "SAF-02"]


def test_a_follow_up_is_due_by_what_the_learner_said_on_any_journey() -> None:
    cases = around()
    start(cases, "b", learner="learner:a")
    held = entries.ConversationHeld(conversation="c", coach=NINA, minutes=20, one_to_one=True, in_private=True)
    cases.record("a", held, by=NINA, at=on(1)).require()

    def due_on_a() -> list[str]:
        return [one.rule for one in cases.due() if (one.rule, one.about) == ("FUP-01", "journey:a")]

    assert due_on_a() == []
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:a", at=on(0)).require()
    assert due_on_a() == ["FUP-01"]
    cases.record("b", ConsentWithdrawn(purpose=CONTACT), by="learner:a", at=on(2)).require()
    assert due_on_a() == []


def test_a_diary_entry_stays_private_whatever_is_shared_under_its_id_later() -> None:
    cases = around()
    for words in ("PRIVATE-ONE", "SHARED-TWO"):
        cases.record("a", DiaryWritten(diary="d", sort="achievement", words=words), by="learner:a").require()
    cases.record("a", DiaryShared(diary="d"), by="learner:a").require()
    assert "PRIVATE-ONE" not in repr(cases.journey("a").seen_by(JO, on=on(0).date()))
    assert [one.words for one in cases.journey("a").self_efficacy.evidence] == ["SHARED-TWO"]
    cases.record("a", DiaryUnshared(diary="d"), by="learner:a").require()
    assert [one.shared for one in cases.journey("a").self_efficacy.diary] == [False, False]
    cases.record("a", DiaryShared(diary="other"), by="learner:a").require()


def test_nobody_learns_by_asking_that_there_is_a_concern() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO, id="raised").require()
    cases.record("a", DiaryWritten(diary="d", sort="achievement", words="x"), by="learner:a", id="own").require()
    for by in ("learner:a", "learner:b", RIA):
        asked = cases.preview("a", JourneyClosed(), by=by)
        assert refusals(asked) == ["ACC-01"]
        with pytest.raises(Refused) as refused:
            cases.erase("learner:a", by=by)
        assert refusals(refused.value.decision) == ["ACC-01"]
    for target, by in (("raised", NINA), ("raised", "learner:a"), ("own", NINA), ("own", JO)):
        told = cases.preview("a", entries.EntryWithdrawn(target, "x"), by=by).explain()
        assert "concern" not in told.replace("A concern is annotated instead", "")
        assert "diary" not in told
        assert f"{target} is no accepted record here" in told or "what is not theirs to know of" in told
    begun = casebook(rules=RULES)
    begun.record("v", ConcernRaised(concern="w", words="x", learner="learner:v"), by=JO).require()
    other = JourneyStarted(learner="learner:z", programme="p", attests_age=30)
    assert "learner:v" not in begun.preview("v", other, by=NINA).explain()


def test_what_was_shown_of_a_concern_is_put_right_by_the_safeguarding_lead() -> None:
    cases = around()
    shown = DisclosureMade(outlet="safeguarding view", shown_to=JO)
    assert [one.rule for one in cases.record("a", shown, by=SAM).breaches] == ["ACC-02"]
    assert [one.party for one in cases.due() if one.rule == "COR-03"] == ["safeguarding-lead"]
    assert [one.rule for one in cases.due(party=JO)] == ["FUP-02"]


def test_a_consent_is_not_revived_from_another_journey_and_a_late_withdrawal_counts() -> None:
    cases = around()
    start(cases, "b", learner="learner:a")
    given = ConsentGiven(consent="k", purpose=RESEARCH, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:a", at=on(-5), id="given").require()
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(-4)).require()
    cases.correct("b", "given", given, by=NINA, why="a slip", at=on(-1)).require()
    extract = DisclosureMade(outlet="research extract", shown_to=RIA)
    for journey in ("a", "b"):
        assert refusals(cases.release(journey, extract, by=JO).decision) == ["CON-02"]
    anew = evolved(given, consent="l")
    cases.record("b", anew, by="learner:a", at=on(-1)).require()
    assert cases.release("b", extract, by=JO).view is not None
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(-2)).require()
    assert refusals(cases.release("b", extract, by=JO).decision) == ["CON-02"]
    # what is said to be withdrawn a little later than now is withdrawn
    cases.record("b", evolved(given, consent="m"), by="learner:a", at=on(0)).require()
    cases.record("b", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(0, 11)).require()
    assert refusals(cases.release("b", extract, by=JO).decision) == ["CON-02"]


def test_a_journey_is_shown_to_no_other_learner() -> None:
    cases = around()
    with pytest.raises(InvalidEntry, match="a journey is shown to no learner but its own"):
        cases.record("a", DisclosureMade(outlet="own record", shown_to="learner:z"), by=JO)


def test_a_concern_is_on_every_safeguarding_leads_list_until_one_of_them_takes_it() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO).require()
    kim = "safeguarding-lead:kim"
    for holder in ("coach:zed", JO, RIA, SAM, kim):
        before = cases.due(party=SAM)
        cases.record("a", ConcernEscalated(concern="w", held_by=holder), by=JO).require()
        assert cases.due(party=SAM) == before
        assert [one.rule for one in cases.due(party=JO)] == ["SAF-02", "FUP-02"]
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=SAM).require()
    assert [one.what for one in cases.due(party=SAM)] == ["see concern w through, and close it once that is done"]
    assert cases.due(party=kim) == ()
    cases.record("a", ConcernEscalated(concern="w", held_by=kim), by=SAM).require()
    assert [one.rule for one in cases.due(party=SAM)] == ["SAF-02"]
    assert [one.rule for one in cases.due(party=JO)] == ["FUP-02"]


def test_an_escalation_under_an_id_that_is_hidden_or_not_there_is_one_answer_to_the_letter() -> None:
    answers = []
    for raised in ("there", "elsewhere"):
        cases = around()
        cases.record("a", ConcernRaised(concern=raised, words="x"), by="learner:a").require()
        for by in (NINA, JO):
            decision = cases.record("a", ConcernEscalated(concern="there", held_by=SAM), by=by, id=f"by {by}")
            answers.append(
                (raised, by, attrs.evolve(decision, record=None), decision.explain(), decision.explain(to="learner"))
            )
    assert [one[1:] for one in answers[:2]] == [one[1:] for one in answers[2:]]
    assert [[found.rule for found in one[2].findings] for one in answers] == [["REF-02"]] * 4


def test_an_answer_to_item_nine_is_talked_about_whatever_is_done_to_it_by_anybody() -> None:
    for by in (NINA, "coach:zed", JO, "learner:a", RIA):
        for whole in (True, False):
            cases = around()
            taken = MeasureTaken(scale="PHQ-9", occasion="baseline", items=(3,) * 9)
            cases.record("a", taken, by=NINA, at=on(1), id="m").require()
            cases.correct("a", "m", attrs.evolve(taken, items=(0,) * 9), by=by, why="w")  # type: ignore[misc]
            cases.withdraw("a", "m", by=by, why="w", whole=whole)
            assert [one.rule for one in cases.duties("a") if one.rule == "SAF-03"] == ["SAF-03"]
            cases.record("a", SafetyTalkedAbout(), by=SAM, at=on(1)).require()
            assert [one for one in cases.duties("a") if one.rule == "SAF-03"] == []


def test_item_nine_is_for_the_coach_who_asked_while_they_go_with_the_learner_and_for_the_one_assigned() -> None:
    cases = around()
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", CoverAssigned(coach=OMAR, until=on(3).date()), by=JO).require()
    taken = MeasureTaken(scale="PHQ-9", occasion="baseline", items=(3,) * 9)
    for day, by, asked in ((1, OMAR, [OMAR, NINA]), (2, NINA, [NINA]), (4, OMAR, [NINA]), (5, JO, [NINA])):
        cases.record("a", taken, by=by, at=on(day), id=f"{by} {day}").require()
        assert [one.party for one in cases.duties("a") if one.rule == "SAF-03"] == asked
        cases.withdraw("a", f"{by} {day}", by=by, why="w", whole=True)
        cases.record("a", SafetyTalkedAbout(), by=JO, at=on(day)).require()
    other = around()
    other.record("a", taken, by=NINA, at=on(1)).require()
    other.record("a", SafetyTalkedAbout(), by=NINA, at=on(1)).require()
    # nobody goes with this learner yet
    assert [one.party for one in other.duties("a") if one.rule == "SAF-03"] == ["lead"]


def test_release_takes_what_is_to_be_shown_and_records_nothing_else() -> None:
    cases = around()
    wrong: Any = CoachAssigned(coach=NINA)
    with pytest.raises(InvalidEntry, match="release takes what is to be shown, a DisclosureMade"):
        cases.release("a", wrong, by=JO)
    assert cases.journey("a").coaching.coach is None


def test_every_refusal_is_explained_to_a_learner_whatever_a_policy_makes_of_a_rule() -> None:
    for rule in RULES:
        if rule.sort is RuleSort.CHECK and not rule.protected:
            said = Assessment(
                rule=rule.code,
                level=MUST,
                outcome=Outcome.UNMET,
                weight=Weight.REFUSAL,
                sentence="x",
                plainly="",
                evidence=(),
                remedy="x",
                plain_remedy=rule.plain_remedy,
                source=rule.source,
            )
            told = (
                Decision(accepted=False, considered=(said,), title="t", plain_title="Booked", policy="p")
                .explain(to="learner")
                .splitlines()
            )
            assert len(told) >= 3, rule.code
            assert all(line.strip() for line in told)


def test_what_was_said_stays_out_of_errors() -> None:
    for wrong in (
        lambda: entries.EntryWithdrawn("x", "SECRET\x07"),
        lambda: entries.EntryCorrected("x", entries.EntryWithdrawn("y", "SECRET"), "w"),
    ):
        with pytest.raises(InvalidEntry) as raised:
            wrong()
        assert "SECRET" not in str(raised.value)


def test_what_runs_out_is_renewed_however_it_is_spelt_and_an_exemption_runs_out_too() -> None:
    cases = around()
    for name, until in (("safeguarding training", on(20).date()), ("Safeguarding-Training", None)):
        done = TrainingCompleted(module=name, completed_on=on(-9).date(), expires_on=until)
        cases.record(NINA, done, by=NINA, at=on(0)).require()
    exempt = ExemptionGiven(module="signposting", note="x", expires_on=on(9).date())
    cases.record(NINA, exempt, by=JO, at=on(0)).require()
    assert [one.what for one in cases.duties(NINA)] == ["renew signposting"]


# ---- what is due


def test_what_is_due_is_sorted_and_is_for_whom_it_is_for() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", booked("c1", on(3)), by=NINA).require()
    cases.record("b", ConcernRaised(concern="w", words="x"), by=OMAR, at=on(0)).require()
    found = cases.due(at=on(4))
    assert [(one.rule, str(one.status(on(4))), one.party, one.about) for one in found] == [
        ("SAF-02", "overdue", "safeguarding-lead", "journey:b"),
        ("SAF-02", "overdue", OMAR, "journey:b"),
        ("BKG-04", "overdue", NINA, "journey:a"),
        ("FUP-02", "due", "lead", "journey:b"),
    ]
    assert [one.status(on(2)) for one in cases.due(at=on(2))][-1] is DutyStatus.COMING
    assert [one.rule for one in cases.due(at=on(4), party=NINA)] == ["BKG-04"]
    assert [one.rule for one in cases.due(at=on(4), party=SAM)] == ["SAF-02"]
    assert [one.rule for one in cases.due(at=on(4), party=JO)] == ["FUP-02"]
    assert cases.due(at=on(4), party="learner:a") == ()


def test_a_decision_says_which_duties_it_opens() -> None:
    cases = around()
    decision = cases.record("a", ConcernRaised(concern="w", words="x", immediate_danger=True), by=JO, at=on(0))
    assert [(one.rule, one.party) for one in decision.duties] == [("SAF-02", "safeguarding-lead"), ("SAF-02", JO)]
    told = decision.explain()
    assert "Emergency services: 999 (last checked 24 Nov 2026)" in told
    assert told.count("to do: SAF-02") == 1


def test_the_index_stays_in_its_file_and_looks_only_at_what_is_new(tmp_path: Path) -> None:
    journal = MemoryJournal()
    cases = around(journal)
    for name in "bcde":
        start(cases, name, learner=f"learner:{name}")
    path = tmp_path / "casebook.due"
    looked: list[tuple[int, int]] = []

    def seen(number: int, of: int) -> None:
        looked.append((number, of))

    first = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path))
    everything = first.due(progress=seen)
    assert looked == [(number, 5) for number in range(1, 6)]
    looked.clear()
    cases.record("c", GoalSet(goal="g", words="x"), by=JO).require()
    index = DueIndex(path)
    second = Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
    assert sorted(map(repr, second.due(progress=seen))) == sorted(map(repr, everything))
    assert looked == [(1, 1)]
    index.close()
    index.close()
    looked.clear()
    fewer = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path), rules=RULES[:-1])
    fewer.due(progress=seen)
    assert len(looked) == 5  # made by other rules, it is made anew


def test_an_index_that_fails_half_way_keeps_what_it_had(tmp_path: Path) -> None:
    journal = MemoryJournal()
    cases = around(journal)
    index = DueIndex(tmp_path / "casebook.due")
    book = Casebook(journal, STARTER, clock=lambda: on(0), due_index=index)
    before = book.due()
    start(cases, "b", learner="learner:b")

    def breaks(number: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.due(progress=breaks)
    assert index.duties(zone=STARTER.zone) == before
    assert len(book.due()) == 2


def test_who_is_erased_leaves_no_byte_in_the_index(tmp_path: Path) -> None:
    journal = MemoryJournal()
    path = tmp_path / "casebook.due"
    cases = Casebook(journal, STARTER, clock=lambda: on(0), due_index=DueIndex(path), rules=RULES)
    start(cases, "journey-of-somebody", learner="learner:a")
    start(cases, "b", learner="learner:b")
    assert len(cases.due()) == 2
    files = [path, path.with_name("casebook.due-wal")]
    assert any(b"journey-of-somebody" in one.read_bytes() for one in files)
    cases.erase("learner:a", by=JO)
    assert not any(b"journey-of-somebody" in one.read_bytes() for one in files)
    assert [one.about for one in cases.due()] == ["journey:b"]


def test_somebody_is_erased_though_the_index_cannot_be_used_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "casebook.due").write_bytes(b"a letter to a friend")
    index = DueIndex(tmp_path / "casebook.due")
    cases = Casebook(MemoryJournal(), STARTER, clock=lambda: on(0), due_index=index)
    start(cases)
    erased = cases.erase("learner:a", by=JO)
    where = f"the index of duties ({tmp_path / 'casebook.due'})"
    until = (
        "it could not be cleared: it is not an index of duties but a file of another kind; "
        "give an index of duties, or the name of a new file"
    )
    assert erased == Erasure(1, (Pending(where, until),))
    assert not DueIndex.is_one(tmp_path)
    assert not DueIndex.is_one(tmp_path / "nothing")


def test_one_booking_that_was_moved_to_its_own_hour_is_due_once() -> None:
    cases = around(under=policy(gated("COA-01"), name="strict"))
    cases.record(NINA, TRAINED, by=JO, id="trained").require()
    cases.record("a", booked("c1", on(5), 60), by=NINA).require()
    moved = entries.ConversationRescheduled(conversation="c1", starts_at=on(5), minutes=30)
    cases.record("a", moved, by=NINA).require()
    cases.withdraw(NINA, "trained", by=JO, why="w").require()
    assert [one.rule for one in cases.duties("a")].count("COA-09") == 1


def test_a_journal_without_a_feed_says_that_it_cannot_tell() -> None:
    class Plain:
        def __init__(self) -> None:
            self._kept = MemoryJournal()

        def append(self, records: Any, *, expect: Any) -> None:
            self._kept.append(records, expect=expect)

        def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
            return self._kept.read(subject, after=after)

    with pytest.raises(UnusableJournal, match="Plain: this journal has no feed"):
        around(Plain()).due()


def test_a_coachs_record_that_changes_is_looked_at_on_every_journey_that_rests_on_it() -> None:
    cases = around(under=STARTER)
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", ConfidentialityExplained(limits=True), by=NINA).require()
    strict = policy(gated("COA-01"), name="strict")
    book = Casebook(cases._reading.journal, strict, clock=lambda: on(0))
    book.record(NINA, TRAINED, by=JO, id="trained").require()
    book.record("a", booked("c1", on(5)), by=NINA).require()
    assert "COA-09" not in [one.rule for one in book.due()]
    book.withdraw(NINA, "trained", by=JO, why="w").require()
    assert [(one.rule, one.due) for one in book.due() if one.rule == "COA-09"] == [("COA-09", on(5))]


def test_threads_ask_for_what_is_due_at_once() -> None:
    cases = around()
    gate, found = Barrier(4), []

    def ask() -> None:
        gate.wait()
        found.append(cases.due())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 4


def test_a_scenario_under_a_policy_that_decides_no_checks_supplies_none() -> None:
    gap = 'schema = 1\nname = "g"\ntitle = "g"\nover = "starter"\n[[value.required_checks]]\nfrom = 2020-01-01\n'
    told = Policy.parse(gap + 'gap = true\nlocal = "not decided"\n')
    assert required(Telling(told, [])) == ()


def test_a_casebook_closes_the_index_that_it_made_and_not_one_that_it_was_given(tmp_path: Path) -> None:
    journal = MemoryJournal()
    with Casebook(journal, STARTER, clock=lambda: on(0)) as own:
        start(own)
        assert len(own.due()) == 1
    with pytest.raises(iag.UnusableJournal, match=r"it was closed; open it again with DueIndex\(path\)"):
        own.due()
    with DueIndex(tmp_path / "casebook.due") as index:
        with Casebook(journal, STARTER, clock=lambda: on(0), due_index=index) as given:
            assert len(given.due()) == 1
        assert len(index.duties(zone=STARTER.zone)) == 1
