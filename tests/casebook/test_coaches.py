"""A coach's own record: readiness, hours and the journeys they go with; and one booking on two timelines."""

import multiprocessing
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import attrs
import pytest

import iagcore as iag
from iagcore.casebook import Casebook
from iagcore.exceptions import InvalidEntry, UnknownJourney
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.grow import GoalSet
from iagcore.practice.learners import JourneyClosed, JourneyStarted
from iagcore.practice.learning import CourseEnrolled
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
from iagcore.practice.safeguarding import ConcernEscalated
from iagcore.record.case import Case
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from tests.casebook.around import RIA, SAM, TRAINED, around
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
        seen[by] = [day for day, decision in decisions if "COA-08" not in [one.rule for one in decision.findings]]
    assert seen == {NINA: [0, 5, 10], OMAR: [10, 11]}


def test_a_pause_is_ended_with_the_coachs_own_agreement() -> None:
    cases = around()
    cases.record(NINA, StepTaken(step="independent", coach_agrees=True), by=NINA, at=on(0)).require()
    cases.record(NINA, CoachPaused(), by=NINA, at=on(1)).require()
    for step in ("independent", "supported"):
        ended = cases.record(NINA, StepTaken(step=step, coach_agrees=False), by=JO, at=on(2))
        assert refusals(ended) == ["COA-05"]
    assert cases.record(NINA, StepTaken(step="supported", coach_agrees=True), by=JO, at=on(2)).accepted


def test_a_step_of_the_next_midnight_is_no_step_of_this_day() -> None:
    cases = around()
    zone = STARTER.zone
    midnight = datetime.combine(on(1).date(), time(), tzinfo=zone)
    cases.record(NINA, StepTaken(step="independent", coach_agrees=True), by=NINA, at=midnight).require()
    readiness = cases.coach(NINA).readiness
    assert readiness.leads_since(on(0).date(), zone=zone) is None
    assert readiness.leads_since(on(1).date(), zone=zone) == on(1).date()


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


def test_a_suspension_is_not_ended_at_its_own_moment_nor_by_what_is_put_right_later() -> None:
    cases = around()
    cases.record(NINA, CoachSuspended(reason="x"), by=JO, at=on(3)).require()
    step = StepTaken(step="independent", coach_agrees=True)
    for day in (1, 3, 4):
        assert refusals(cases.record(NINA, step, by=NINA, at=on(day))) == ["COA-05"]
    assert cases.record(NINA, step, by=JO, at=on(3)).accepted


def test_what_runs_out_is_renewed_however_it_is_spelt_and_an_exemption_runs_out_too() -> None:
    cases = around()
    for name, until in (("safeguarding training", on(20).date()), ("Safeguarding-Training", None)):
        done = TrainingCompleted(module=name, completed_on=on(-9).date(), expires_on=until)
        cases.record(NINA, done, by=NINA, at=on(0)).require()
    exempt = ExemptionGiven(module="signposting", note="x", expires_on=on(9).date())
    cases.record(NINA, exempt, by=JO, at=on(0)).require()
    assert [one.what for one in cases.duties(NINA)] == ["renew signposting"]
