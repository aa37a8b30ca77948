"""The laws of the design, each a property named for it."""

import random
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from dateutil import tz
from hypothesis import assume, given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.entries import KINDS
from iagcore.practice.allowance import Allowance, Line, in_notice, minutes_charged, minutes_rounded
from iagcore.practice.conversations import (
    FAULTS,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    Conversations,
    State,
)
from iagcore.practice.grow import GoalSet, Grow, OptionRaised, RealityExplored, Stage
from iagcore.practice.grow import apply as apply_grow
from iagcore.practice.kinds import PLAN, ROLES, Entry
from iagcore.practice.learners import JourneyClosed, JourneyStarted, JourneyStatus, Standing
from iagcore.practice.readiness import Readiness
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.amending import judge_history
from iagcore.record.case import Amending, Case
from iagcore.record.findings import Decision, Outcome, Weight
from iagcore.record.journey import Hour, Journey, Timeline, fold
from iagcore.record.judging import decide
from iagcore.record.parts import Parts, parts_after
from iagcore.record.records import UnreadEntry
from iagcore.record.settling import settle
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.memory import MemoryJournal
from tests.casework import JO, NINA, OMAR, STARTER, booked, casebook, on, policy, value
from tests.laws.histories import (
    CHARGING,
    Step,
    author_of,
    begin,
    bookings,
    entries,
    examples,
    faults,
    minutes,
    moments,
    steps,
    take,
    that_may_stand_for,
)

JOURNEYS = ("a", "a2", "b")

evolved: Any = attrs.evolve
"""For entries: the type checker sees them as data classes, which attrs.evolve is not typed for."""


def world(under: Any = CHARGING) -> Casebook:
    cases = casebook(under=under, now=lambda: on(30))
    begin(cases)
    return cases


def amends_a_plan(cases: Casebook, step: Step, number: int) -> bool:
    """Whether a step is a plan, or amends a plan that no fact has settled."""
    if step.back is None:
        return step.entry.declares.nature is PLAN
    target = "start" if number < step.back else f"s{number - step.back}"
    place = cases.journey(step.journey).stack_of(target)
    if place is None or place.original.declares.nature is not PLAN:
        return False
    ids = {getattr(place.original, "conversation", ""), getattr(step.entry, "conversation", "")}
    return all(cases.journey(step.journey).conversations[id].state in (State.BOOKED, State.NOT_BOOKED) for id in ids)


@given(history=steps())
def law_1_plans_never_overdraw_and_an_overrun_carries_its_finding(history: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        before = cases.journey(step.journey).allowance
        plan = amends_a_plan(cases, step, number)
        take(cases, number, step)
        journey = cases.journey(step.journey)
        if plan:
            assert journey.allowance.used > before.used or journey.allowance.shortfall <= before.shortfall
        if journey.allowance.overrun:
            assert "ALW-02" in [one.finding.rule for one in journey.standing]


@given(history=steps())
def law_2_a_conversation_holds_minutes_exactly_while_it_is_booked_and_minutes_add_up(history: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
        journey = cases.journey(step.journey)
        held = {line.id for line in journey.allowance.lines if line.booked}
        assert held == {one.id for one in journey.conversations.booked}
        one = journey.allowance
        assert one.granted + one.extensions + one.shortfall == one.used + one.booked + one.remaining
        assert 0 in (one.shortfall, one.remaining)
        for conversation in journey.conversations.booked:
            line = one.line(conversation.id)
            assert (line.booked, line.starts_at, line.coach, line.used) == (
                conversation.minutes,
                conversation.starts_at,
                conversation.coach,
                0,
            )


def a_case(entry: Entry, history: list[Step]) -> Case:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
    case = Case.of(cases.journey("a"), CHARGING, at=on(0), by=author_of(entry, "learner:a"))
    timelines = {subject: cases.timeline(subject) for subject in ("learner:a", NINA, OMAR)}
    return attrs.evolve(case, timelines=timelines, amending=Amending(None, False))


@given(entry=entries, history=steps(), seed=st.integers(0, 2**32))
@examples(50)
def law_3_the_order_of_rules_changes_nothing(entry: Entry, history: list[Step], seed: int) -> None:
    shuffled = list(RULES)
    random.Random(seed).shuffle(shuffled)
    case = a_case(entry, history)
    assert decide(entry, case, rules=shuffled) == decide(entry, case, rules=RULES)


@given(entry=bookings, history=steps(), fewer=st.integers(1, 180))
@examples(50)
def law_4_booking_fewer_minutes_never_newly_refuses(entry: ConversationBooked, history: list[Step], fewer: int) -> None:
    assume(fewer < entry.minutes)
    case = a_case(entry, history)
    shorter = decide(evolved(entry, minutes=fewer), case, rules=RULES)
    longer = decide(entry, case, rules=RULES)
    assert {one.rule for one in shorter.refusals} <= {one.rule for one in longer.refusals}


def cured(entry: ConversationBooked, case: Case, code: str) -> tuple[ConversationBooked, Case]:
    """The booking or its case, with what one finding names put right and nothing else."""
    match code:
        case "ALW-01":
            return entry, attrs.evolve(case, allowance=Allowance(10_000, case.allowance.lines))
        case "BKG-01":
            return evolved(entry, conversation="a-fresh-one"), case
        case "BKG-02":
            return entry, attrs.evolve(case, timelines={one: Timeline(one) for one in ("learner:a", NINA, OMAR)})
        case "JRN-03":
            return entry, attrs.evolve(case, status=attrs.evolve(case.status, standing=Standing.OPEN))
        case "ACC-01":
            return entry, attrs.evolve(case, by=JO)
        case "COA-11":
            return entry, attrs.evolve(case, readiness=Readiness())
        case _:
            assert code == "JRN-01"
            return entry, attrs.evolve(case, policy=CHARGING)


CLOSED_WINDOW = policy(value("window", "{ first = 2020-01-01, last = 2020-12-31 }"), name="closed-window")


@given(
    entry=bookings,
    history=steps(),
    outside=st.booleans(),
    author=st.sampled_from((JO, NINA, "researcher:ed", "learner:b")),
    spare=st.sets(st.sampled_from(("ALW-01", "BKG-01", "BKG-02", "JRN-01", "JRN-03", "ACC-01", "COA-11")), min_size=1),
)
@examples(60)
def law_5_curing_every_refusing_finding_is_enough_and_curing_fewer_is_not(
    entry: ConversationBooked, history: list[Step], outside: bool, author: str, spare: set[str]
) -> None:
    case = attrs.evolve(a_case(entry, history), by=author, policy=CLOSED_WINDOW if outside else CHARGING)
    refusing = {one.rule for one in decide(entry, case, rules=RULES).refusals}
    assume(refusing)
    every, fewer = (entry, case), (entry, case)
    left = spare & refusing or refusing
    for code in sorted(refusing):
        every = cured(*every, code)
        if code not in left:
            fewer = cured(*fewer, code)
    assert decide(*every, rules=RULES).accepted
    assert {one.rule for one in decide(*fewer, rules=RULES).refusals} == left


@given(history=steps())
@examples(30)
def law_6_the_same_history_day_and_policy_give_the_same_decision_and_a_later_policy_changes_nothing(
    history: list[Step],
) -> None:
    journals = (MemoryJournal(), MemoryJournal())
    first, second = (casebook(journal, under=CHARGING) for journal in journals)
    begin(first)
    begin(second)
    for number, step in enumerate(history):
        assert take(first, number, step) == take(second, number, step)
    later = casebook(journals[0], under=policy(value("allowance_minutes", "1"), name="later"))
    for name in JOURNEYS:
        assert later.journey(name) == first.journey(name) == second.journey(name)


@given(history=steps())
def law_7_a_refusal_leaves_the_journey_equal_to_before(history: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        before = cases.journey(step.journey)
        timelines = [cases.timeline(one) for one in ("learner:a", NINA, OMAR)]
        if not take(cases, number, step).accepted:
            assert cases.journey(step.journey) == before
            assert [cases.timeline(one) for one in ("learner:a", NINA, OMAR)] == timelines


@given(
    history=steps(),
    author=st.sampled_from([f"{role}:x" for role in ROLES]),
    journey=st.sampled_from((*JOURNEYS, "nobody-knows")),
    learner=st.none() | st.sampled_from(("learner:a", "learner:stranger")),
    danger=st.none() | st.booleans(),
)
@examples(50)
def law_8_a_concern_is_never_refused_and_costs_nothing(
    history: list[Step], author: str, journey: str, learner: str | None, danger: bool | None
) -> None:
    cases = world(policy("", name="bare"))
    for number, step in enumerate(history):
        take(cases, number, step)
    before = cases.journey(journey).allowance if journey in JOURNEYS else Allowance(0)
    concern = ConcernRaised(concern="w1", words="worried about her", learner=learner, immediate_danger=danger)
    decision = cases.record(journey, concern, by=author)
    assert (decision.accepted, decision.findings, decision.effect) == (True, (), ())
    assert cases.journey(journey).allowance == before
    assert [one.id for one in cases.journey(journey).safeguarding.concerns] == ["w1"]


@given(history=steps(), text=st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=3))
@examples(50)
def law_10_any_record_survives_the_codec_and_unknown_newer_kinds_survive_unread(
    history: list[Step], text: dict[str, Any]
) -> None:
    journal = MemoryJournal()
    cases = casebook(journal, under=CHARGING)
    begin(cases)
    for number, step in enumerate(history):
        take(cases, number, step)
    for stored in journal.read_all():
        record = codec.decode(stored)
        salt = codec.salt_of(stored)
        assert codec.encode(record, surrogate=stored.surrogate, salt=salt) == (stored.envelope, stored.payload)
        newer = {**text, "kind": "dream-told"}
        inside = {"kind": "entry-corrected", "target": "s1", "why": "y", "entry": newer}
        for document in (newer, inside):
            entry = codec.read_entry(document)
            assert codec.entry_document(entry) == document
            amended = "e1" if document is inside else record.corrects
            again = attrs.evolve(record, entry=entry, corrects=amended)
            envelope, payload = codec.encode(again, surrogate=stored.surrogate, salt=salt)
            assert codec.decode(attrs.evolve(stored, envelope=envelope, payload=payload)) == again


@given(history=steps(), cuts=st.lists(st.integers(0, 20), max_size=4))
@examples(50)
def law_11_folding_is_the_same_however_it_is_cut(history: list[Step], cuts: list[int]) -> None:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
        if number in cuts:
            # a casebook that knows nothing yet folds what another has folded bit by bit
            cases = casebook(cases._reading.journal, under=CHARGING)
            for name in JOURNEYS:
                cases.journey(name)
    for name in JOURNEYS:
        assert cases.journey(name) == fold(name, cases.records(name))


def law_11_a_correction_costs_one_pass_and_not_one_per_record(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = world()
    for number in range(40):
        cases.record("a", GoalSet(goal=f"g{number}", words="to travel"), by=NINA)
    cases.record("a", booked("c1", on(1), 30), by=NINA, id="book").require()
    for number in range(40, 80):
        cases.record("a", GoalSet(goal=f"g{number}", words="to travel"), by=NINA)
    settled: list[Entry] = []

    def counted(entry: Entry, **rest: Any) -> tuple[Line, ...]:
        settled.append(entry)
        return settle(entry, **rest)

    monkeypatch.setattr("iagcore.record.case.settle", counted)
    places = len(cases.journey("a").places)
    cases.correct("a", "book", booked("c1", on(1), 45), by=NINA, why="longer").require()
    assert len(settled) == places


LONDON = tz.gettz("Europe/London")


@given(
    length=minutes,
    night=st.sampled_from((datetime(2025, 3, 30, tzinfo=LONDON), datetime(2025, 10, 26, tzinfo=LONDON))),
    hour=st.integers(0, 3),
)
def law_13_minutes_ignore_daylight_saving(length: int, night: datetime, hour: int) -> None:
    """A conversation across the change of the clocks holds the minutes that elapse."""
    starts_at = (night + timedelta(hours=hour)).astimezone(UTC)
    held = Hour(starts_at, length)
    assert held.ends_at - held.starts_at == timedelta(minutes=length)
    cases = casebook()
    begin(cases, ("a",))
    decision = cases.record("a", booked("c1", starts_at, length), by=NINA)
    assert cases.journey("a").allowance.booked == (length if decision.accepted else 0)
    called_off = (night + timedelta(hours=hour) - timedelta(days=1)).astimezone(UTC)
    elapsed = starts_at - called_off
    assert in_notice(called_off_at=called_off, starts_at=starts_at, notice_hours=24) is (elapsed >= timedelta(hours=24))


@pytest.mark.parametrize(
    ("held_at", "due"),
    [
        (datetime(2024, 2, 26, 12, tzinfo=UTC), datetime(2024, 3, 2, 12, tzinfo=UTC)),
        (datetime(2025, 2, 26, 12, tzinfo=UTC), datetime(2025, 3, 3, 12, tzinfo=UTC)),
        (datetime(2024, 12, 29, 12, tzinfo=UTC), datetime(2025, 1, 3, 12, tzinfo=UTC)),
    ],
)
def law_13_month_ends_and_leap_days_are_pinned(held_at: datetime, due: datetime) -> None:
    cases = casebook()
    begin(cases, ("a",))
    entry = ConversationHeld(conversation="c1", coach=NINA, minutes=50)
    duty = next(one for one in cases.record("a", entry, by=NINA, at=held_at).duties if one.rule == "BKG-03")
    assert duty.due == due


@given(
    entry=entries.filter(lambda entry: entry.declares.nature is PLAN),
    history=steps(),
    without=st.sets(
        st.sampled_from(("allowance", "conversations", "status", "timelines", "learner", "policy")), min_size=1
    ),
)
@examples(80)
def law_14_a_missing_fact_that_a_must_needs_never_yields_acceptance_of_a_plan(
    entry: Entry, history: list[Step], without: set[str]
) -> None:
    case = a_case(entry, history)
    gap = policy(
        '[[value.allowance_minutes]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        '[[value.extension_limit_minutes]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        '[[value.window]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n',
        name="gaps",
    )
    missing: dict[str, Any] = {name: None for name in without if name != "policy"}
    if "policy" in without:
        missing["policy"] = gap
    decision = decide(entry, attrs.evolve(case, **missing), rules=RULES)
    unknown = [one for one in decision.considered if one.outcome is Outcome.NOT_ASSESSED and one.level == "MUST"]
    assert all(one.weight is Weight.REFUSAL for one in unknown)
    assert not (unknown and decision.accepted)
    if isinstance(entry, ConversationBooked) and without & {"allowance", "status", "timelines", "policy"}:
        assert not decision.accepted


@given(stages=st.lists(st.sampled_from((Stage.GOAL, Stage.REALITY, Stage.OPTIONS)), max_size=20))
def law_15_grow_notes_keep_their_order_however_stages_are_revisited(stages: list[Stage]) -> None:
    grow = Grow()
    for number, stage in enumerate(stages):
        words = f"{number}"
        entry: Entry = {
            Stage.GOAL: GoalSet(goal="g", words=words),
            Stage.REALITY: RealityExplored(words=words),
            Stage.OPTIONS: OptionRaised(option="o", words=words),
        }[stage]
        grow = apply_grow(grow, entry, at=on(0))
    assert [(note.stage, note.words) for note in grow.notes] == [(one, f"{n}") for n, one in enumerate(stages)]


def as_if(journey: Journey, under: Any) -> tuple[Parts, Allowance]:
    """What the entries that stand come to, settled one after the other: slow and obvious."""
    parts, allowance = Parts(), Allowance(0)
    for place in journey.places:
        top = place.top
        if top is None:
            continue
        case = attrs.evolve(
            Case(under, at=top.at, by=top.by),
            allowance=allowance,
            conversations=parts.conversations,
            opened=frozenset(journey.opened[: place.opened_before]),
        )
        allowance = allowance.after(case.effect_of(top.entry))
        parts = parts_after(parts, top.entry, at=top.at, by=top.by)
    return parts, allowance


def in_any_order(allowance: Allowance) -> tuple[int, frozenset[Line]]:
    return allowance.granted, frozenset(allowance.lines)


@given(history=steps())
@examples(150)
def law_16_a_correction_leaves_the_journey_as_if_the_right_entry_had_been_made(history: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
    for name in JOURNEYS:
        journey = cases.journey(name)
        parts, allowance = as_if(journey, CHARGING)
        assert journey.parts == parts
        assert in_any_order(journey.allowance) == in_any_order(allowance)
        stacks = [place.stack for place in journey.places]
        whole = judge_history(journey, stacks, since=0, policy_of=cases.policy_of, rules=RULES)
        # what stands at each place is what one pass over the whole history says there
        breaches = [[one.rule for one in place.findings if one.weight is Weight.BREACH] for place in journey.places]
        assert breaches == [[one.rule for one in found if one.weight is Weight.BREACH] for found in whole.findings]


@given(history=steps(amendments=False, journeys=("a",)), drawn=st.data(), changed=st.integers(0, 13))
@examples(150)
def law_16_it_equals_the_history_in_which_the_right_entry_was_made(
    history: list[Step], drawn: st.DataObject, changed: int
) -> None:
    wrong, right = world(), world()
    decisions = [take(wrong, number, step) for number, step in enumerate(history)]
    accepted = [number for number, decision in enumerate(decisions) if decision.accepted]
    assume(accepted)
    changed = accepted[changed % len(accepted)]
    entry = drawn.draw(that_may_stand_for(history[changed].entry))
    author = author_of(entry, "learner:a")
    corrected = wrong.correct("a", f"s{changed}", entry, by=author, why="a slip", id="fix")
    assume(corrected.accepted)
    for number, step in enumerate(history):
        decision = take(right, number, attrs.evolve(step, entry=entry) if number == changed else step)
        assume(decision.accepted == decisions[number].accepted)
    assert wrong.journey("a").parts == right.journey("a").parts
    assert in_any_order(wrong.journey("a").allowance) == in_any_order(right.journey("a").allowance)


@given(history=steps(journeys=("a",)), drawn=st.data(), changed=st.integers(0, 13), later=st.booleans())
@examples(150)
def law_16_correcting_back_restores_it_whatever_policy_has_come_meanwhile(
    history: list[Step], drawn: st.DataObject, changed: int, later: bool
) -> None:
    cases = world()
    decisions = [take(cases, number, step) for number, step in enumerate(history)]
    accepted = [n for n, decision in enumerate(decisions) if decision.accepted and history[n].back is None]
    assume(accepted)
    changed = accepted[changed % len(accepted)]
    place = cases.journey("a").stack_of(f"s{changed}")
    assume(place is not None and place.top is not None)
    entry = drawn.draw(that_may_stand_for(history[changed].entry))
    before = cases.journey("a")
    if later:
        cases = casebook(cases._reading.journal, under=policy(value("allowance_minutes", "5"), name="later"))
    assume(cases.correct("a", f"s{changed}", entry, by=JO, why="a slip", id="fix").accepted)
    back = cases.withdraw("a", "fix", by=JO, why="it was right")
    assert [one.rule for one in back.refusals] == []
    after = cases.journey("a")
    assert after.parts == before.parts
    assert in_any_order(after.allowance) == in_any_order(before.allowance)
    assert after.standing == before.standing


@given(history=steps())
@examples(150)
def law_17_no_hour_of_a_learner_or_a_coach_is_held_twice(history: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
        held = [
            (name, LEARNER[name], line)
            for name in JOURNEYS
            for line in cases.journey(name).allowance.lines
            if line.hour is not None
        ]
        for index, (_, learner, line) in enumerate(held):
            for _, other_learner, other in held[index + 1 :]:
                assert line.hour is not None
                assert other.hour is not None
                apart = line.hour[1] <= other.hour[0] or other.hour[1] <= line.hour[0]
                assert apart or (learner != other_learner and line.coach != other.coach)
        for person in ("learner:a", "learner:b", NINA, OMAR):
            mine = sorted(
                line.hour[0] for _, learner, line in held if line.hour is not None and person in (learner, line.coach)
            )
            assert sorted(hour.starts_at for hour in cases.timeline(person).hours.values()) == mine


LEARNER = {"a": "learner:a", "a2": "learner:a", "b": "learner:b"}


# ---- the laws that prove rules which are no checks


@given(held=st.integers(0, 500), charge=st.integers(0, 500) | st.just("all"))
def law_charges_never_exceed_what_was_booked(held: int, charge: Any) -> None:
    charged = minutes_charged(held, charge=charge)
    assert 0 <= charged <= held
    assert charged == (held if charge == "all" else min(held, charge))


@given(entry=st.sampled_from(("missed", "cancelled")), fault=faults, at=moments)
@examples(40)
def law_provider_and_logistics_cost_nothing(entry: str, fault: str, at: datetime) -> None:
    kind = ConversationMissed if entry == "missed" else ConversationCancelled
    line = Line("c1", booked=60, starts_at=on(1), coach=NINA)
    case = Case(CHARGING, at=at, by=NINA, allowance=Allowance(180, (line,)))
    (after,) = case.effect_of(kind(conversation="c1", fault=fault)) or (Line("c1"),)
    in_time = entry == "cancelled" and on(1) - at >= timedelta(hours=24)
    assert after.used == (0 if in_time else {"learner-excused": 20, "learner-unexcused": 60}.get(fault, 0))
    assert after.booked == 0


@given(actual=st.integers(1, 1000), to=st.integers(1, 60))
def law_rounding_is_to_a_multiple_and_moves_less_than_one(actual: int, to: int) -> None:
    up, nearest = (minutes_rounded(actual, way=way, to=to) for way in ("up", "nearest"))
    assert up % to == nearest % to == 0
    assert 0 <= up - actual < to
    assert -to < 2 * (actual - nearest) <= to or 2 * abs(actual - nearest) <= to


ADDS_UP: dict[str, tuple[tuple[str, Callable[..., bool]], ...]] = {
    "ALW-01": (
        (
            r"(\d+) minutes asked, (\d+) remain of (\d+) \((\d+) used, (\d+) booked elsewhere(?:, (\d+) more than granted)?"
            r"\)?(?:; (\d+) are kept from before\))?",
            lambda asked, remain, ceiling, used, booked, more, kept: remain - kept + used + booked == ceiling + more,
        ),
        (
            r"It asks for (\d+) minutes, and (\d+) of your (\d+) minutes are free to book\.",
            lambda asked, free, ceiling: free <= ceiling,
        ),
    ),
    "ALW-02": (
        (r"(\d+) minutes used of (\d+) granted", lambda used, ceiling: True),
        (
            r"Your conversations have used (\d+) minutes, and you were given (\d+)\. .*",
            lambda used, given: used > given,
        ),
    ),
    "ALW-04": (
        (r"(\d+) minutes of extensions where (\d+) are allowed", lambda total, limit: total > limit),
        (
            r"(\d+) minutes of extensions, (\d+) allowed, and a reason is given",
            lambda total, limit: total <= limit,
        ),
    ),
    "ALW-05": ((r"(\d+) minutes asked, (\d+) is the longest foreseen", lambda asked, longest: True),),
    "ALW-06": (
        (r"(\d+) days from the nearest other conversation, at least (\d+) are foreseen", lambda found, least: True),
    ),
    "ALW-07": (
        (r"(\d+) minutes settled by (?:rounding|notice_hours|missed_charge) = .*", lambda settled: True),
        (r"(\d+) minutes of your time are counted for it\.", lambda settled: True),
    ),
    "ALW-08": (
        (
            r"(\d+) minutes would be granted \((\d+) by the programme, (\d+) by extensions\), (\d+) are needed "
            r"\((\d+) used, (\d+) booked\)",
            lambda granted, programme, extended, needed, used, booked: (
                (granted, needed) == (programme + extended, used + booked)
            ),
        ),
    ),
    "ALW-09": (
        (
            r"(\d+) of (\d+) minutes booked are not covered \((\d+) used of (\d+) granted\): .*",
            lambda uncovered, booked, used, granted: booked - uncovered == max(0, granted - used),
        ),
    ),
}
"""How the sentences of ALW are written, to staff and to learners, and how their numbers add up. What is not written so
has no number in it."""


def adds_up(rule: str, sentence: str) -> bool:
    for pattern, holds in ADDS_UP.get(rule, ()):
        if found := re.fullmatch(pattern, sentence):
            return holds(*(int(number or 0) for number in found.groups()))
    return not re.search(r"\d", sentence)


@given(history=steps(), asked=steps())
@examples(150)
def law_the_numbers_of_every_sentence_of_the_allowance_add_up(history: list[Step], asked: list[Step]) -> None:
    cases = world()
    for number, step in enumerate(history):
        decisions = [take(cases, number, step)]
        decisions += [cases.preview(step.journey, one.entry, by=JO, at=on(one.day)) for one in asked[:2]]
        for decision in decisions:
            for found in (*decision.considered, *(one for _, restated in decision.restated for one in restated)):
                if found.rule.startswith("ALW") and found.outcome is not Outcome.NOT_ASSESSED:
                    assert adds_up(found.rule, found.sentence), found.sentence
                    assert found.weight is None or adds_up(found.rule, found.plainly), found.plainly
        for duty in cases.duties(step.journey):
            assert duty.rule != "ALW-09" or adds_up("ALW-09", duty.what), duty.what


@given(history=steps())
@examples(50)
def law_a_hold_is_due_exactly_while_it_is_not_covered(history: list[Step]) -> None:
    for journey, due in _due_along(history):
        uncovered = bool(journey.allowance.shortfall and journey.allowance.booked)
        assert ("ALW-09" in [one.rule for one in due]) is uncovered


@given(history=steps())
@examples(50)
def law_a_held_conversation_is_due_until_written_up(history: list[Step]) -> None:
    for journey, due in _due_along(history):
        waiting = {
            place.top.entry.conversation
            for place in journey.places
            if place.top is not None and isinstance(place.top.entry, ConversationHeld)
        } - set(journey.grow.written_up)
        assert {one.what for one in due if one.rule == "BKG-03"} == {f"write up conversation {one}" for one in waiting}


@given(history=steps())
@examples(50)
def law_a_booking_is_due_exactly_while_it_is_booked(history: list[Step]) -> None:
    for journey, due in _due_along(history):
        ends = {one.starts_at + timedelta(minutes=one.minutes) for one in journey.conversations.booked if one.starts_at}
        assert {one.due for one in due if one.rule == "BKG-04"} == ends


def _due_along(history: list[Step]) -> Iterable[tuple[Journey, tuple[Any, ...]]]:
    cases = world()
    for number, step in enumerate(history):
        take(cases, number, step)
        yield cases.journey(step.journey), cases.duties(step.journey)


def test_every_rule_that_is_no_check_names_laws_that_are_here() -> None:
    modules = (import_module(f"tests.laws.{path.stem}") for path in Path(__file__).parent.glob("test_*.py"))
    laws = {name for module in modules for name in vars(module)}
    for rule in RULES:
        if rule.sort != "check":
            assert rule.proven_by, rule.code
        for law in rule.proven_by:
            assert law in laws, f"{rule.code} says it is proven by {law}"


def test_decisions_compare_whole() -> None:
    assert Decision(accepted=True, considered=(), title="t", plain_title="t", policy="p") == Decision(
        accepted=True, considered=(), title="t", plain_title="t", policy="p"
    )
    assert {type(UnreadEntry("k", "{}")), *KINDS, JourneyClosed, JourneyStarted, JourneyStatus, Conversations} != set()
    assert FAULTS[0] == "learner-excused"
    assert STARTER.name == "starter"
