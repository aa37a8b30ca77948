"""The laws of what goes around a learner: coaches, consent, concerns, what may leave, and what is due."""

from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.due_index import DueIndex
from iagcore.entries import KINDS
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import (
    CONTACT,
    EVERY_JOURNEY,
    PURPOSES,
    RESEARCH,
    THIS_JOURNEY,
    ConsentGiven,
    Consents,
    ConsentWithdrawn,
)
from iagcore.practice.consent import apply as apply_consent
from iagcore.practice.conversations import ConversationHeld, ConversationRescheduled
from iagcore.practice.disclosures import OUTLETS, DisclosureMade
from iagcore.practice.follow_up import FollowUpMade, FollowUpPlanned
from iagcore.practice.grow import ActionAgreed, ActionReviewed
from iagcore.practice.kinds import FACT, ROLES, UNCLASSIFIED, Entry, FieldClass, Words, kind
from iagcore.practice.learners import JourneyClosed, LearnerLeft
from iagcore.practice.measures import MeasureTaken
from iagcore.practice.readiness import (
    SUSPENDED,
    CoachPaused,
    CoachSuspended,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, SafetyTalkedAbout
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.record.home import Place, Version
from iagcore.record.journey import Journey
from iagcore.record.parts import Parts, parts_after
from iagcore.record.releasing import view
from iagcore.rulebook import RULES
from iagcore.rulebook.follow_up import months_after
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import HELD
from tests.casework import JO, NINA, OMAR, STARTER, booked, casebook, gated, on, policy, value
from tests.laws.histories import Step, begin, examples, steps, take

SAM = "safeguarding-lead:sam"
LEARNER = "learner:a"
NO_DAY = date(2999, 12, 31)


GATED = policy(gated("COA-01", "COA-04", "COA-06", "COA-08"), name="gated")
"""A policy under which what a coach's record does not say refuses a booking."""


def world(under: Any = GATED, *, journal: MemoryJournal | None = None) -> Casebook:
    cases = casebook(journal, under=under, rules=RULES)
    begin(cases)
    return cases


def make_ready(cases: Casebook, coach: str = NINA) -> None:
    trained = TrainingCompleted(module="values-and-processes", completed_on=on(-100).date())
    cases.record(coach, trained, by=JO, at=on(-100), id="trained").require()
    step = StepTaken(step="independent", coach_agrees=True)
    cases.record(coach, step, by=JO, at=on(-90), id="independent").require()
    cases.record(coach, SupervisionHeld(), by=JO, at=on(-10), id="supervised").require()


def with_a_ready_coach(under: Any = GATED) -> Casebook:
    cases = world(under)
    make_ready(cases)
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(-9), id="nina").require()
    return cases


def due(cases: Casebook, rule: str, journey: str = "a") -> list[str]:
    return [one.what for one in cases.duties(journey) if one.rule == rule]


# ---- 8: a concern


roles = st.sampled_from([f"{role}:x" for role in ROLES] + [LEARNER, NINA])


@given(history=steps(), by=roles, danger=st.none() | st.booleans(), learner=st.none() | st.sampled_from([LEARNER]))
@examples(40)
def law_8_a_concern_is_never_refused_whatever_stands_around_it(
    history: list[Step], by: str, danger: bool | None, learner: str | None
) -> None:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
    for journey in ("a", "nobody-started-this"):
        named = None if journey == "a" else learner
        raised = ConcernRaised(concern="w", words="x", learner=named, immediate_danger=danger)
        before = cases.journey("a").allowance
        decision = cases.record(journey, raised, by=by, at=on(5), id="concern")
        assert (decision.accepted, decision.refusals, decision.effect) == (True, (), ())
        assert cases.journey("a").allowance == before
        assert [one.rule for one in decision.duties if one.rule == "SAF-02"] != []


# ---- 9: consent


purposes = st.sampled_from(PURPOSES)
scopes = st.sampled_from((THIS_JOURNEY, EVERY_JOURNEY))
given_ones = st.builds(
    ConsentGiven,
    consent=st.uuids().map(str),  # an id is used once (JRN-05)
    purpose=purposes,
    scope=scopes,
    only_for=st.none() | st.just("r1"),
    expires_on=st.none() | st.builds(lambda day: on(day).date(), st.integers(-2, 8)),
)
withdrawn_ones = st.builds(ConsentWithdrawn, purpose=purposes, scope=scopes, only_for=st.none() | st.just("r1"))
said = st.lists(st.tuples(st.sampled_from(("a", "a2")), given_ones | withdrawn_ones, st.integers(-4, 4)), max_size=8)


def plainly_in_force(history: list[tuple[str, Entry, int]], purpose: str, at: int) -> bool:
    """The same, told slowly: is there a consent that covers journey a, and that nothing recorded since has ended?"""
    for place, (journey, one, day) in enumerate(history):
        if not isinstance(one, ConsentGiven) or one.purpose != purpose or one.only_for is not None or day > at:
            continue
        if journey != "a" and one.scope != EVERY_JOURNEY:
            continue
        if one.expires_on is not None and on(at).date() > one.expires_on:
            continue
        if not any(
            isinstance(other, ConsentWithdrawn)
            and other.purpose == purpose
            and other.only_for is None
            and (where == "a" or other.scope == EVERY_JOURNEY)
            and (when >= day or later > place)
            for later, (where, other, when) in enumerate(history)
        ):
            return True
    return False


@given(history=said, at=st.integers(-4, 6))
@examples(150)
def law_9_nothing_relies_on_a_consent_that_was_withdrawn(history: list[tuple[str, Entry, int]], at: int) -> None:
    cases = world(STARTER)
    for number, (journey, entry, day) in enumerate(history):
        cases.record(journey, entry, by=LEARNER, at=on(day), id=f"s{number}").require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(at).date())
    decision = cases.record("a", planned, by=JO, at=on(at), id="plan")
    assert decision.accepted is plainly_in_force(history, CONTACT, at)
    assert [one.rule for one in decision.refusals] == ([] if decision.accepted else ["CON-04"])


@given(history=said)
@examples(60)
def law_9_nothing_is_released_on_a_consent_that_was_withdrawn(history: list[tuple[str, Entry, int]]) -> None:
    cases = world(STARTER)
    for number, (journey, entry, day) in enumerate(history):
        cases.record(journey, entry, by=LEARNER, at=on(min(day, 0)), id=f"s{number}").require()
    extract = DisclosureMade(outlet="research extract", shown_to="researcher:ria")
    released = cases.release("a", extract, by=JO, id="extract")
    settled = [(journey, entry, min(day, 0)) for journey, entry, day in history]
    assert released.decision.accepted is plainly_in_force(settled, RESEARCH, 0)
    assert (released.view is not None) is released.decision.accepted
    withdrawn = ConsentWithdrawn(purpose=RESEARCH)
    cases.record("a", withdrawn, by=LEARNER, id="withdrawn").require()
    # the same id again, and a new one: neither shows anything now
    for id in ("extract", "another"):
        again = cases.release("a", extract, by=JO, id=id)
        assert again.view is None
        assert [one.rule for one in again.decision.refusals] == ["CON-02"]


@given(history=said)
@examples(60)
def law_9_withdrawing_is_never_retroactive_and_a_new_consent_revives_nothing(
    history: list[tuple[str, Entry, int]],
) -> None:
    consents = Consents()
    for _, entry, day in history:
        consents = apply_consent(consents, entry, at=on(day))
    # what was in force before a withdrawal still was, once it is made; and nothing was in between that was not
    for day in range(-4, 5):
        before = consents.in_force(RESEARCH, at=on(day), on=on(day).date())
        ended = apply_consent(consents, ConsentWithdrawn(purpose=RESEARCH), at=on(day, 11))
        assert ended.in_force(RESEARCH, at=on(day), on=on(day).date()) == before
    ended = apply_consent(consents, ConsentWithdrawn(purpose=RESEARCH), at=on(9, 11))
    again = ConsentGiven(consent="new", purpose=RESEARCH, scope=THIS_JOURNEY)
    anew = apply_consent(ended, again, at=on(9, 12))
    assert anew.to_rely_on(RESEARCH, at=on(9, 11, 30), on=on(9).date()) is None
    given = anew.to_rely_on(RESEARCH, at=on(9, 12), on=on(9).date())
    assert given is not None
    assert given.id == "new"


# ---- 12: what may leave

SECRET = "SECRET-{}-{}"


def hostile(entry_kind: type[Entry]) -> Entry:
    """An entry whose every text is a mark of its kind and field."""
    values: dict[str, Any] = {}
    for field in entry_kind.declares.fields:
        sample = SAMPLES.get(field.type.name)
        if field.type.name == "words":
            sample = SECRET.format(entry_kind.declares.name, field.name)
        elif field.type.name == "id":
            sample = f"id-{field.name}"
        elif field.type.choices:
            sample = field.type.choices[0]
        values[field.name] = (sample,) if field.many else sample
    return entry_kind(**values)


SAMPLES: dict[str, Any] = {
    "moment": on(1),
    "day": on(1).date(),
    "minutes": 5,
    "age": 30,
    "commitment": 5,
    "flag": False,
    "party": JO,
    "staff": JO,
    "coach": NINA,
    "learner": LEARNER,
    "lead": JO,
    "provider number": 10_000_000,
    "unique learner number": "9276308686",
    "learner reference number": "AB12",
}


def one_of_each() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for one in KINDS:
        if one in (EntryCorrected, EntryWithdrawn):
            continue
        if one is MeasureTaken:
            found[one.declares.name] = MeasureTaken(scale="GAD-7", occasion="baseline", total=3)
            continue
        found[one.declares.name] = hostile(one)
    return found


def home_with(entries: list[Entry], by: str) -> Journey:
    places = tuple(
        Place(
            record=f"r{n}",
            original=one,
            at=on(n),
            policy="p",
            stack=(Version(record=f"r{n}", entry=one, at=on(n), by=by),),
            findings=(),
            opened_before=0,
        )
        for n, one in enumerate(entries)
    )
    parts = Parts()
    for place in places:
        parts = parts_after(parts, place.original, at=place.at, by=by)
    stacks = {place.record: n for n, place in enumerate(places)}
    return Journey("a", learner=LEARNER, **parts.by_name(), places=places, stacks=stacks)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", sorted(one_of_each()))
def law_12_an_outlet_carries_only_the_classes_it_lists(name: str, outlet: Any) -> None:
    entry = one_of_each()[name]
    party = f"{min(outlet.roles)}:somebody"
    shown = view(home_with([entry], by="coach:other"), outlet, party)
    classes = {field.name: field.type.field_class for field in entry.declares.fields}
    for one in shown.entries:
        assert {classes[field] for field in one.fields} <= outlet.classes
        assert set(one.withheld) | set(one.fields) == set(classes)
        if FieldClass.IDENTIFIER not in outlet.classes:
            assert (one.record, one.by, type(one.at)) == (None, None, date)
            assert not any(isinstance(value, datetime) for value in one.fields.values())


diary_steps = st.lists(
    st.tuples(st.sampled_from((DiaryWritten, DiaryShared, DiaryUnshared)), st.sampled_from(("d1", "d2"))), max_size=8
)
everybody = st.sampled_from([NINA, JO, SAM, "coach:other", "learner:other", "researcher:ria", LEARNER])


@given(history=diary_steps, party=everybody)
@examples(100)
def law_12_an_unshared_diary_entry_reaches_nobody_but_the_learner(
    history: list[tuple[type[Entry], str]], party: str
) -> None:
    cases = with_a_ready_coach()
    shared: dict[str, bool] = {}
    for number, (step, diary) in enumerate(history):
        entry = (
            DiaryWritten(diary=diary, sort="achievement", words=SECRET.format(diary, number))
            if step is DiaryWritten
            else step(diary=diary)  # type: ignore[call-arg]  # the other two name their diary alone
        )
        cases.record("a", entry, by=LEARNER, at=on(number), id=f"s{number}").require()
        note = RecordAnnotated(record=f"s{number}", words=f"beside {SECRET.format(diary, number)}")
        cases.record("a", note, by=LEARNER, at=on(number), id=f"n{number}").require()
        if step is DiaryWritten:
            shared[diary] = False
        elif diary in shared:
            shared[diary] = step is DiaryShared
    journey = cases.journey("a")
    told = repr(journey.seen_by(party, on=on(0).date()))
    for outlet in OUTLETS:
        if party != LEARNER:
            told += repr(view(journey, outlet, party))
    for diary in ("d1", "d2"):
        reached = SECRET.format(diary, "")[:-1] in told
        if party != LEARNER and not shared.get(diary, False):
            assert not reached, (party, diary)


@given(by=st.sampled_from([NINA, LEARNER, JO, SAM]), party=everybody)
def law_12_what_is_restricted_is_seen_by_whoever_said_it_and_the_safeguarding_lead(by: str, party: str) -> None:
    cases = with_a_ready_coach()
    raised = ConcernRaised(concern="w", words=SECRET.format("concern", "words"))
    cases.record("a", raised, by=by, id="raised").require()
    cases.record("a", RecordAnnotated(record="raised", words=SECRET.format("note", "words")), by=by).require()
    told = repr(cases.journey("a").seen_by(party, on=on(0).date()))
    assert ("SECRET-concern" in told) is (party in (by, SAM))
    assert ("concern-raised" in told) is (party in (by, SAM))
    assert ("SECRET-note" in told) is (party in (by, SAM))


def law_12_a_field_whose_class_nobody_said_goes_nowhere() -> None:
    @kind(FACT, about=("journey",), by=("coach",))
    class DreamTold(Entry):
        words: str
        whose: Words

    (words, whose) = DreamTold.declares.fields
    assert (words.type, whose.type.field_class) == (UNCLASSIFIED, FieldClass.FREE_TEXT)
    entry = DreamTold(words="SECRET", whose="mine")
    for outlet in OUTLETS:
        assert "SECRET" not in repr(view(home_with([entry], by=JO), outlet, f"{min(outlet.roles)}:x"))
        assert FieldClass.UNCLASSIFIED not in outlet.classes


# ---- 14: what is missing


coach_records = st.lists(
    st.sampled_from(("trained", "stepped", "assigned", "supported without a name", "paused", "suspended")),
    unique=True,
)


@given(known=coach_records)
@examples(60)
def law_14_what_a_coachs_record_does_not_say_never_lets_a_booking_pass(known: list[str]) -> None:
    cases = world()
    for one in known:
        match one:
            case "trained":
                entry: Entry = TrainingCompleted(module="values-and-processes", completed_on=on(-9).date())
            case "stepped":
                entry = StepTaken(step="independent", coach_agrees=True)
            case "supported without a name":
                entry = StepTaken(step="supported", coach_agrees=True)
            case "paused":
                entry = CoachPaused()
            case "suspended":
                entry = CoachSuspended(reason="x")
            case _:
                cases.record("a", CoachAssigned(coach=NINA), by=JO, id="nina").require()
                continue
        cases.record(NINA, entry, by=JO, id=one).require()
    steps_taken = [one for one in known if one not in ("trained", "assigned")]
    leads = steps_taken[-1:] == ["stepped"]
    ready = leads and "trained" in known and "assigned" in known
    decision = cases.record("a", booked("c1", on(2)), by=NINA, id="b")
    assert decision.accepted is ready
    missing = {
        *({"COA-01"} if "trained" not in known else ()),
        *({"COA-04"} if not leads else ()),
        *({"COA-08"} if "assigned" not in known else ()),
        *({"COA-11"} if _suspended_still(steps_taken) else ()),
    }
    assert {one.rule for one in decision.refusals} == missing
    asked = cases.coach(NINA).ready_for("one-to-one", on=on(2).date())
    assert {one.rule for one in asked.refusals} == missing - {"COA-08"}


def _suspended_still(steps_taken: list[str]) -> bool:
    if "suspended" not in steps_taken:
        return False
    return not {"stepped", "supported without a name"} & {*steps_taken[steps_taken.index("suspended") :]}


@given(order=st.permutations(("step", "suspended", "paused", "back")), by=st.sampled_from((NINA, JO)))
@examples(60)
def law_a_suspension_stands_until_a_lead_records_a_step_after_it(order: list[str], by: str) -> None:
    cases = world()
    make_ready(cases)
    suspended = False
    for number, one in enumerate(order):
        at = on(number)
        match one:
            case "suspended":
                cases.record(NINA, CoachSuspended(reason="x"), by=JO, at=at).require()
                suspended = True
            case "paused":
                cases.record(NINA, CoachPaused(until=on(50).date()), by=by, at=at).require()
            case _:
                step = StepTaken(step="independent" if one == "step" else "in training", coach_agrees=True)
                decision = cases.record(NINA, step, by=by, at=at)
                assert decision.accepted is (by == JO or not suspended)
                suspended = suspended and not decision.accepted
        standing = cases.coach(NINA).readiness.standing(on(60).date(), zone=GATED.zone)
        assert standing is not None
        assert (standing.name == SUSPENDED) is suspended
    # whatever is put right of a step that was recorded before it, the suspension stands
    if suspended:
        mended = cases.correct(
            NINA, "independent", StepTaken(step="independent", coach_agrees=True), by=by, why="w", at=on(40)
        )
        assert mended.accepted is (by == JO)  # a lead recorded it
        still = cases.coach(NINA).readiness.standing(on(60).date(), zone=GATED.zone)
        assert still is not None
        assert still.name == SUSPENDED


ways_of_being_ready = st.sets(st.sampled_from(("trained", "stepped", "suspended", "supervised")))


@given(
    ready=st.fixed_dictionaries({NINA: ways_of_being_ready, OMAR: ways_of_being_ready}),
    held=st.booleans(),
    wrong=st.sampled_from((NINA, OMAR)),
    back=st.booleans(),
)
@examples(60)
def law_16_a_coach_put_right_is_asked_about_as_that_coach(
    ready: dict[str, set[str]], held: bool, wrong: str, back: bool
) -> None:
    def told(coach: str) -> tuple[Casebook, Any]:
        cases = world(STARTER)
        for one, known in ready.items():
            if "trained" in known:
                trained = TrainingCompleted(module="values-and-processes", completed_on=on(-9).date())
                cases.record(one, trained, by=JO, at=on(-9)).require()
            if "stepped" in known:
                cases.record(one, StepTaken(step="independent", coach_agrees=True), by=JO, at=on(-8)).require()
            if "supervised" in known:
                cases.record(one, SupervisionHeld(), by=JO, at=on(-8)).require()
            if held and "suspended" in known:
                cases.record(one, CoachSuspended(reason="x"), by=JO, at=on(-7)).require()
        took_place = ConversationHeld(conversation="c1", coach=coach, minutes=30, one_to_one=True, in_private=True)
        entry = took_place if held else booked("c1", on(5), coach=coach)
        cases.record("a", entry, by=JO, at=on(0), id="it").require()
        return cases, entry

    cases, entry = told(wrong)
    right, put_right = told(OMAR if wrong == NINA else NINA)
    before = cases.journey("a")
    cases.correct("a", "it", put_right, by=JO, why="it was the other", id="fix").require()
    assert cases.journey("a").standing == right.journey("a").standing
    if back:
        cases.withdraw("a", "fix", by=JO, why="it was right").require()
    else:
        cases.correct("a", "it", entry, by=JO, why="it was right").require()
    after = cases.journey("a")
    assert (after, after.standing) == (before, before.standing)
    assert [one.finding.rule for one in after.standing] == sorted(one.finding.rule for one in after.standing)


# ---- duties


@given(review=st.none() | st.integers(-5, 40), asked=st.integers(-5, 60))
def law_a_value_is_due_to_a_lead_while_its_review_is_to_come_or_has_passed(review: int | None, asked: int) -> None:
    decided = value("write_up_days", "3", since=str(on(-10).date()))
    if review is not None:
        decided += f"review_by = {on(review).date()}\n"
    cases = casebook(under=policy(decided, name="ours"), rules=RULES)
    found = [one for one in cases.due(at=on(asked)) if one.rule == "POL-01"]
    if review is None:
        assert found == []
        return
    (one,) = found
    assert (one.what, one.party, one.about) == ("look again at write_up_days", "lead", "policy:ours")
    assert str(one.status(on(asked))) == ("overdue" if asked > review else "coming")
    assert [duty.rule for duty in cases.due(at=on(asked), party=JO)] == ["POL-01"]
    assert cases.due(at=on(asked), party=NINA) == ()


def law_a_booking_is_due_while_its_coach_is_not_ready() -> None:
    cases = with_a_ready_coach()
    cases.record("a", booked("c1", on(5)), by=NINA, id="b").require()
    assert due(cases, "COA-09") == []
    cases.withdraw(NINA, "trained", by=JO, why="it was somebody else's").require()
    (what,) = due(cases, "COA-09")
    assert "c1 rests on coach:nina, who is no longer ready (COA-01: " in what
    cases.record(NINA, CoachPaused(), by=NINA, id="p").require()
    assert "COA-04: " in due(cases, "COA-09")[0]
    cases.record(NINA, CoachSuspended(reason="x"), by=JO, id="s").require()
    assert due(cases, "COA-09") == []  # once suspended, it is COA-12's
    assert due(cases, "COA-12") == [
        "conversation c1 is booked with coach:nina, who is suspended: move it, or call it off"
    ]
    make_ready(cases, OMAR)
    moved = cases.record("a", booked("c2", on(6), coach=OMAR), by=JO)
    assert [one.rule for one in moved.refusals] == ["COA-08"]


@given(
    steps=st.lists(
        st.sampled_from(
            ("assign nina", "assign omar", "cover nina", "name nina", "move to omar", "suspend nina", "end")
        ),
        max_size=6,
    )
)
@examples(60)
def law_a_booking_whose_coach_was_replaced_or_suspended_is_due_at_once(steps: list[str]) -> None:
    cases = with_a_ready_coach()
    make_ready(cases, OMAR)
    cases.record("a", booked("c1", on(5)), by=NINA, id="b").require()
    coach, assigned, kept, suspended = NINA, NINA, True, False
    for number, one in enumerate(steps, start=1):
        at = on(0) + timedelta(minutes=number)
        match one:
            case "assign nina" | "assign omar":
                assigned = NINA if one == "assign nina" else OMAR
                cases.record("a", CoachAssigned(coach=assigned), by=JO, at=at).require()
                kept = False
            case "cover nina":
                cases.record("a", CoverAssigned(coach=NINA, until=on(30).date()), by=JO, at=at).require()
            case "suspend nina":
                cases.record(NINA, CoachSuspended(reason="x"), by=JO, at=at).require()
                suspended = True
            case "end":
                step = StepTaken(step="independent", coach_agrees=True)
                cases.record(NINA, step, by=JO, at=at).require()
                suspended = False
            case _:
                to = NINA if one == "name nina" else OMAR
                moved = ConversationRescheduled(conversation="c1", starts_at=on(5), minutes=60, coach=to)
                if cases.record("a", moved, by=JO, at=at).accepted:
                    coach, kept = to, True
        covers = coach == NINA and "cover nina" in steps[:number]
        left = coach != assigned and not kept and not covers
        found = [duty for duty in cases.duties("a") if duty.rule == "COA-12"]
        expected = {"lead", *({assigned} - {coach})} if left or (suspended and coach == NINA) else set()
        assert {duty.party for duty in found} == expected
        assert all(duty.due is not None and duty.due <= at for duty in found)


@given(days=st.integers(1, 60), asked=st.integers(-40, 70))
def law_what_runs_out_is_due_until_it_is_renewed(days: int, asked: int) -> None:
    cases = world()
    until = on(days).date()
    cases.record(
        NINA, TrainingCompleted(module="m", completed_on=on(-90).date(), expires_on=until), by=JO, at=on(-90), id="m"
    ).require()
    (one,) = cases.duties(NINA)
    moment = on(asked)
    opens = on(days - 30).date()
    day = GATED.day(moment)
    wanted = "overdue" if day > until else "due" if day > opens else "coming"
    assert (one.rule, one.what, str(one.status(moment))) == ("COA-10", "renew m", wanted)
    again = TrainingCompleted(module="m", completed_on=on(0).date())
    cases.record(NINA, again, by=JO, id="again").require()
    assert cases.duties(NINA) == ()


@pytest.mark.parametrize("until", [None, on(20).date()])
def law_supervision_is_asked_of_a_coach_who_coaches_and_after_a_pause_again(until: date | None) -> None:
    cases = world()
    make_ready(cases)
    (one,) = cases.duties(NINA)
    assert (one.what, one.due, one.opens) == ("have supervision, or a debrief", GATED.end_of(on(32).date()), None)
    cases.record(NINA, CoachPaused(until=until), by=NINA, at=on(0)).require()
    found = cases.duties(NINA)
    assert [(again.due, again.opens) for again in found] == (
        [] if until is None else [(GATED.end_of(on(32).date()), GATED.end_of(until))]
    )


def law_a_breach_is_due_until_it_is_put_right_or_authorised() -> None:
    for by_correcting in (True, False):
        cases = with_a_ready_coach()
        held = ConversationHeld(conversation="c", coach=NINA, minutes=200, one_to_one=True, in_private=True)
        cases.record("a", held, by=NINA, at=on(0), id="held").require()
        (what,) = due(cases, "COR-03")
        assert what.startswith("ALW-02 stands on record 'held': 200 minutes used of 180 granted")
        if by_correcting:
            cases.correct("a", "held", attrs.evolve(held, minutes=20), by=NINA, why="a slip").require()  # type: ignore[misc]
        else:
            authorised = BreachAuthorised(record="held", rule="ALW-02", reason="it happened")
            cases.record("a", authorised, by=JO).require()
        assert due(cases, "COR-03") == []


@given(danger=st.none() | st.booleans(), by=st.sampled_from([NINA, JO, SAM, LEARNER, "researcher:ria"]))
def law_an_open_concern_is_due_until_a_safeguarding_lead_takes_it(danger: bool | None, by: str) -> None:
    cases = world()
    raised = ConcernRaised(concern="w", words="x", immediate_danger=danger)
    decision = cases.record("a", raised, by=by, at=on(0), id="raised")
    found = [one for one in cases.duties("a") if one.rule == "SAF-02"]
    assert tuple(found) == tuple(one for one in decision.duties if one.rule == "SAF-02")
    assert {one.due for one in found} == {on(0) if danger else on(0, 12)}
    assert ("999" in found[0].what) is bool(danger)
    assert ("was not said" in found[0].what) is (danger is None)
    assert [one for one in found if one.is_for(SAM)] != []
    assert not any(one.is_for("coach:other") or one.is_for("lead:other") for one in found)
    ends = ConcernEscalated(concern="w", held_by=SAM) if danger else ConcernClosed(concern="w", words="done")
    cases.record("a", ends, by=SAM, at=on(2)).require()
    assert due(cases, "SAF-02") == (["see concern w through, and close it once that is done"] if danger else [])
    cases.record("a", ConcernClosed(concern="w", words="done"), by=SAM, at=on(3)).require()
    assert due(cases, "SAF-02") == []


@given(st.booleans(), st.booleans(), st.sampled_from(("closed", "left", "open")))
def law_a_concern_that_is_open_when_a_journey_ends_is_looked_at(taken: bool, settled: bool, ends: str) -> None:
    cases = world()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA, at=on(1)).require()
    if taken:
        cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=SAM, at=on(2)).require()
    if settled:
        cases.record("a", ConcernClosed(concern="w", words="done"), by=SAM, at=on(2)).require()
    ending = {"closed": JourneyClosed(), "left": LearnerLeft(how="moved on")}.get(ends)
    if ending is not None:
        cases.record("a", ending, by=JO, at=on(3)).require()
    found = [(one.due, one.party, one.in_confidence) for one in cases.duties("a") if one.rule == "SAF-06"]
    looked_at = [(on(3), SAM if taken else "safeguarding-lead", True)]
    assert found == ([] if settled or ending is None else looked_at)


@given(st.booleans())
def law_nothing_is_erased_over_an_open_concern(settled: bool) -> None:
    cases = world()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA, at=on(1)).require()
    if settled:
        cases.record("a", ConcernClosed(concern="w", words="done"), by=SAM, at=on(2)).require()
        assert cases.erase("learner:a", by=JO).records > 0
        return
    assert cases.erase("learner:a", by=JO).answer is HELD
    assert cases.journey("a").safeguarding.open != ()


@given(answer=st.integers(0, 3), talked=st.booleans())
def law_item_nine_is_due_until_it_is_talked_about(answer: int, talked: bool) -> None:
    cases = with_a_ready_coach()
    taken = MeasureTaken(scale="PHQ-9", occasion="interim", items=(0,) * 8 + (answer,))
    cases.record("a", taken, by=NINA, at=on(0), id="phq").require()
    found = [one for one in cases.duties("a") if one.rule == "SAF-03"]
    assert len(found) == (1 if answer else 0)
    if answer:
        assert (found[0].due, found[0].party) == (GATED.end_of(on(0).date()), NINA)
        if talked:
            cases.record("a", SafetyTalkedAbout(), by=NINA, at=on(0, 12)).require()
            assert due(cases, "SAF-03") == []


@given(consented=st.booleans(), withdrawn=st.booleans(), ended=st.booleans())
def law_a_follow_up_is_due_only_with_consent(consented: bool, withdrawn: bool, ended: bool) -> None:
    cases = with_a_ready_coach()
    if consented:
        given_ = ConsentGiven(consent="k", purpose=CONTACT, scope=THIS_JOURNEY)
        cases.record("a", given_, by=LEARNER, at=on(-5)).require()
    held = ConversationHeld(conversation="c", coach=NINA, minutes=20, one_to_one=True, in_private=True)
    cases.record("a", held, by=NINA, at=on(1), id="held").require()
    if ended:
        cases.record("a", JourneyClosed(), by=JO, at=on(2)).require()
    if withdrawn:
        cases.record("a", ConsentWithdrawn(purpose=CONTACT), by=LEARNER, at=on(3)).require()
    found = [one for one in cases.duties("a") if one.rule == "FUP-01"]
    assert len(found) == (1 if consented and not withdrawn else 0)
    if found:
        since = on(2 if ended else 1).date()
        assert found[0].due == GATED.end_of(months_after(since, 3))
        cases.record("a", FollowUpMade(how="e-mail"), by=NINA, at=on(90)).require()
        assert due(cases, "FUP-01") == []


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2015, 11, 30), date(2016, 2, 29)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2024, 5, 29)),
        (date(2025, 12, 31), date(2026, 3, 31)),
    ],
)
def law_13_months_end_where_months_end(day: date, later: date) -> None:
    assert months_after(day, 3) == later


@given(history=steps())
@examples(40)
def law_time_left_is_due_exactly_while_nothing_is_booked(history: list[Step]) -> None:
    cases = world(STARTER)
    for number, step in enumerate(history):
        take(cases, number, step)
    for name in ("a", "a2", "b"):
        journey = cases.journey(name)
        wanted = (
            journey.status.standing == "open" and journey.allowance.remaining > 0 and not journey.conversations.booked
        )
        assert bool(due(cases, "FUP-02", name)) is wanted


@given(reviewed=st.booleans(), left=st.booleans(), day=st.integers(0, 9), asked=st.integers(0, 9))
def law_an_action_is_due_until_it_is_reviewed(reviewed: bool, left: bool, day: int, asked: int) -> None:
    cases = with_a_ready_coach()
    agreed = ActionAgreed(action="x", what="ring them", by_when=on(day).date())
    cases.record("a", agreed, by=NINA, at=on(0), id="agreed").require()
    if reviewed:
        cases.record("a", ActionReviewed(action="x", outcome="done"), by=NINA, at=on(0)).require()
    if left:
        cases.record("a", LearnerLeft(how="moved on"), by=JO, at=on(0)).require()
    found = [one for one in cases.duties("a") if one.rule == "GRW-07"]
    assert len(found) == (0 if reviewed or left else 1)
    for one in found:
        wanted = "overdue" if asked > day else "due" if asked == day else "coming"
        assert (str(one.status(on(asked))), one.party) == (wanted, NINA)


@given(history=steps(), cuts=st.lists(st.integers(0, 14), max_size=4))
@examples(25)
def law_the_index_of_duties_is_the_same_when_it_is_rebuilt(history: list[Step], cuts: list[int]) -> None:
    cases = world(STARTER)
    make_ready(cases)
    for number, step in enumerate(history):
        take(cases, number, step)
        if number in cuts:
            cases.due()
    cases.withdraw(NINA, "trained", by=JO, why="w")
    grown = cases.due()
    rebuilt = Casebook(cases._reading.journal, STARTER, clock=lambda: on(0), due_index=DueIndex()).due()
    asked = [duty for name in (NINA, "a", "a2", "b") for duty in cases.duties(name)]
    assert sorted(map(repr, grown)) == sorted(map(repr, rebuilt)) == sorted(map(repr, asked))


# ---- who may make what


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(one_of_each()))
def law_every_kind_is_for_its_roles_and_for_no_other(name: str, role: str) -> None:
    entry = one_of_each()[name]
    cases = world(STARTER)
    of_a_coach = entry.declares.about[0] == "coach"
    by = {"learner": LEARNER, "coach": NINA}.get(role, f"{role}:x")
    decision = cases.preview(NINA if of_a_coach else "a", entry, by=by)
    refused = "ACC-01" in [one.rule for one in decision.refusals]
    assert refused is (role not in entry.declares.by)
    if of_a_coach:
        other = cases.preview(NINA, entry, by=OMAR)
        assert "ACC-01" in [one.rule for one in other.refusals]
