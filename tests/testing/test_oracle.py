"""The oracle by itself: minutes, charges and rounding, case by case."""

from collections.abc import Mapping
from typing import Any

import pytest

from iagcore.policy import Policy
from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import ConfidentialityExplained, ConsentGiven, ConsentWithdrawn
from iagcore.practice.conversations import (
    ChargeWaived,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.grow import GoalSet
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.practice.readiness import CoachPaused, CoachSuspended, StepTaken, SupervisionHeld
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, HoldEntered, HoldLifted
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.practice.signposting import ReferralMade
from iagcore.testing import Oracle, Told, disagreement
from tests.casework import JO, NINA, STARTER, booked, on, policy, value

GAPS = policy(
    "".join(
        f'[[value.{name}]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        for name in ("missed_charge", "notice_hours", "rounding", "allowance_minutes")
    ),
    name="gaps",
)
CHARGED = policy(
    value("missed_charge", '{ learner-excused = 20, learner-unexcused = "all", provider = 0, logistics = 0 }')
    + value("rounding", '{ way = "up", to = 15 }'),
    name="charged",
)
NEAREST = policy(value("rounding", '{ way = "nearest", to = 10 }'), name="nearest")


def used_after(under: Policy, *entries: Entry, day: float = 2) -> int:
    """Minutes used once c1 was booked for day 3, 60 minutes, and this came of it on a day."""
    oracle = Oracle(under)
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    oracle.tell(Told("a", start, JO, on(0), "start"))
    oracle.story = oracle.story.with_(Told("a", booked("c1", on(3), 60), NINA, on(1), "book"))
    for number, entry in enumerate(entries):
        # a start without an allowance is refused, and facts are told all the same
        oracle.story = oracle.story.with_(Told("a", entry, JO, on(0, hour=10 + round(day * 24)), f"s{number}"))
    return oracle.minutes("a").used


def missed(fault: str) -> Entry:
    return ConversationMissed(conversation="c1", fault=fault)


def cancelled(fault: str) -> Entry:
    return ConversationCancelled(conversation="c1", fault=fault)


def moved(minutes: int) -> Entry:
    return ConversationRescheduled(conversation="c1", starts_at=on(9), minutes=minutes)


def held(minutes: int) -> Entry:
    return ConversationHeld(conversation="c1", coach=NINA, minutes=minutes)


@pytest.mark.parametrize(
    ("under", "entry", "day", "used"),
    [
        (CHARGED, missed("learner-excused"), 3, 20),
        (CHARGED, missed("learner-unexcused"), 3, 60),
        (CHARGED, missed("provider"), 3, 0),
        (CHARGED, cancelled("learner-unexcused"), 2, 0),
        (CHARGED, cancelled("learner-unexcused"), 2.5, 60),
        (CHARGED, cancelled("logistics"), 2.5, 0),
        (GAPS, cancelled("learner-unexcused"), 2.5, 0),
        (GAPS, missed("learner-unexcused"), 3, 0),
        (CHARGED, held(46), 3, 60),
        (CHARGED, held(45), 3, 45),
        (NEAREST, held(44), 3, 40),
        (NEAREST, held(45), 3, 50),
        (NEAREST, held(46), 3, 50),
        (STARTER, held(46), 3, 46),
        (GAPS, held(46), 3, 46),
    ],
)
def test_minutes_used_follow_fault_notice_and_rounding(under: Policy, entry: Entry, day: float, used: int) -> None:
    assert used_after(under, entry, day=day) == used


def test_a_waived_mark_gives_back_what_was_charged_and_held_replaces_it() -> None:
    waived = ChargeWaived(conversation="c1", reason="the bus")
    assert used_after(CHARGED, missed("learner-unexcused"), day=4) == 60
    assert used_after(CHARGED, missed("learner-unexcused"), waived, day=4) == 0
    assert used_after(CHARGED, missed("learner-unexcused"), held(30), day=4) == 30


@pytest.mark.parametrize(
    ("entries", "standing"),
    [
        ([], "open"),
        ([JourneyClosed()], "closed"),
        ([JourneyClosed(), LearnerLeft(how="moved on")], "left"),
        ([JourneyClosed(), JourneyReopened()], "open"),
    ],
)
def test_a_journey_stands_where_the_last_of_it_left_it(entries: list[Entry], standing: str) -> None:
    oracle = Oracle(STARTER)
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    for number, entry in enumerate([start, *entries]):
        assert oracle.tell(Told("a", entry, JO, on(number), f"s{number}")).accepted is True
    assert oracle.standing("a") == standing


def test_who_leaves_gives_back_what_was_booked_and_their_journey_can_be_closed() -> None:
    oracle = Oracle(STARTER)
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    oracle.tell(Told("a", start, JO, on(0), "start"))
    oracle.tell(Told("a", booked("c1", on(3), 60), NINA, on(1), "book"))
    assert oracle.minutes("a").booked == 60
    oracle.tell(Told("a", LearnerLeft(how="moved on"), JO, on(2), "left"))
    assert oracle.minutes("a").booked == 0
    assert oracle.tell(Told("a", JourneyClosed(), JO, on(3), "closed")).accepted is True
    assert oracle.tell(Told("a", JourneyClosed(), JO, on(4), "again")).accepted is False


def test_what_is_not_started_is_not_opened_by_leaving() -> None:
    oracle = Oracle(STARTER)
    oracle.story = oracle.story.with_(Told("a", LearnerLeft(how="moved on"), JO, on(0), "left"))
    assert oracle.standing("a") == "not started"


def test_a_concern_that_names_nobody_does_not_say_whose_journey_it_is() -> None:
    oracle = Oracle(STARTER)
    oracle.story = oracle.story.with_(Told("a", ConcernRaised(concern="k", words="It worries me."), JO, on(0), "k"))
    assert oracle.story.learner("a") is None
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    oracle.story = oracle.story.with_(Told("a", start, JO, on(1), "start"))
    assert oracle.story.learner("a") == "learner:a"


# ---- both, on histories that say something: the engine agrees, and the answer is the one that is meant


def consented(purpose: str, **rest: Any) -> ConsentGiven:
    return ConsentGiven(consent="k", purpose=purpose, scope=rest.pop("scope", "this journey"), **rest)


def withdrawn(purpose: str, **rest: Any) -> ConsentWithdrawn:
    return ConsentWithdrawn(purpose=purpose, **rest)


REFERRED = ReferralMade(referral="r1", opportunity="art", condition_of_place=False)
PLANNED = FollowUpPlanned(follow_up="f", planned_for=on(30).date())
EXTRACT = DisclosureMade(outlet="research extract", shown_to="researcher:ria")
STUDY = DisclosureMade(outlet="case study", case_study="p", shown_to=JO, nobody_recognisable=True)
QUOTING = DisclosureMade(outlet="case study", case_study="p", shown_to=JO, quotes=("s1",), nobody_recognisable=True)
UNDER_A_CONCERN = ReferralMade(
    referral="r1", opportunity="art", condition_of_place=False, concern="k1", why="It could not wait."
)
CONCERN = ConcernRaised(concern="k1", words="It worries me.")
SEEN_TO = ConcernClosed(concern="k1", words="It was seen to.")
SAM = "safeguarding-lead:sam"


def last_of(*told: tuple[str, Entry, int], by: str = JO) -> Mapping[str, str]:
    """What both find of the last of some entries; each with its home and its day. Two journeys are one learner's."""
    history = [
        Told(home, JourneyStarted(learner="learner:a", programme="p", attests_age=30), JO, on(0), "start")
        for home in ("a", "a2")
    ]
    for number, (home, entry, day) in enumerate(told):
        whose = SAM if isinstance(entry, ConcernClosed) else JO
        history.append(Told(home, entry, by if number == len(told) - 1 else whose, on(day), f"s{number}"))
    assert disagreement(history, STARTER) is None
    oracle = Oracle(STARTER)
    return [oracle.tell(one) for one in history][-1].findings


@pytest.mark.parametrize(
    ("told", "code", "weight"),
    [
        ([("a", PLANNED, 1)], "CON-04", "refusal"),
        ([("a", consented("contact"), 1), ("a", PLANNED, 2)], "CON-04", None),
        ([("a", consented("contact"), 3), ("a", PLANNED, 2)], "CON-04", "refusal"),
        ([("a", consented("contact", only_for="r1"), 1), ("a", PLANNED, 2)], "CON-04", "refusal"),
        ([("a", consented("contact", expires_on=on(30).date()), 1), ("a", PLANNED, 2)], "CON-04", None),
        ([("a", consented("contact", expires_on=on(29).date()), 1), ("a", PLANNED, 2)], "CON-04", "refusal"),
        ([("a", consented("contact"), 1), ("a", withdrawn("contact"), 2), ("a", PLANNED, 3)], "CON-04", "refusal"),
        ([("a", consented("contact"), 1), ("a", withdrawn("research"), 2), ("a", PLANNED, 3)], "CON-04", None),
        ([("a", consented("contact"), 1), ("a", withdrawn("contact", only_for="r"), 2), ("a", PLANNED, 3)], "CON-04", None),
        ([("a", withdrawn("contact"), 1), ("a", consented("contact"), 2), ("a", PLANNED, 3)], "CON-04", None),
        ([("a", consented("research"), 1), ("a", consented("contact"), 2), ("a", PLANNED, 3)], "CON-04", "refusal"),
        ([("a2", consented("contact"), 1), ("a", PLANNED, 3)], "CON-04", "refusal"),
        ([("a2", consented("contact", scope="every journey"), 1), ("a", PLANNED, 3)], "CON-04", None),
        ([("a", consented("research"), 1), ("a", withdrawn("research"), 5), ("a", EXTRACT, 3)], "CON-02", None),
        ([("a", consented("research"), 1), ("a", withdrawn("research"), 2), ("a", EXTRACT, 3)], "CON-02", "breach"),
        ([("a", consented("case study"), 1), ("a", STUDY, 3)], "CON-03", None),
        ([("a", STUDY, 3)], "CON-03", "breach"),
        ([("a", consented("referral", only_for="r1"), 1), ("a", REFERRED, 3)], "CON-01", None),
        ([("a", consented("referral", only_for="r2"), 1), ("a", REFERRED, 3)], "CON-01", "refusal"),
        ([("a", CONCERN, 1), ("a", UNDER_A_CONCERN, 3)], "CON-01", None),
        ([("a", CONCERN, 1), ("a", SEEN_TO, 2), ("a", UNDER_A_CONCERN, 3)], "CON-01", "refusal"),
        ([("a", CONCERN, 1), ("a", ConcernClosed(concern="k2", words="x"), 2), ("a", UNDER_A_CONCERN, 3)], "CON-01", None),
    ],
)  # fmt: skip
def test_consent_and_concerns_are_as_the_rule_book_says(
    told: list[tuple[str, Entry, int]], code: str, weight: str | None
) -> None:
    assert last_of(*told).get(code) == weight


def approval(of: str, which: str, **rest: Any) -> ApprovalGiven:
    return ApprovalGiven(approves=of, which=which, **rest)


EXTENDED = AllowanceExtended(extension="x", minutes=30, reason="r")
WHOLE, QUOTE = approval("case study", "p"), approval("quote", "s1")
GOAL_SET = GoalSet(goal="g", words="To travel.", outside="self-led")
DIARY = DiaryWritten(diary="d", sort="gratitude", words="The sun was out.")
UNDER_IT = approval("referral", "r1", concern="k1")
MAX = "lead:max"


@pytest.mark.parametrize(
    ("told", "weight"),
    [
        ([(EXTENDED, JO)], None),
        ([(EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "x", minutes=30), JO), (EXTENDED, NINA)], None),
        ([(approval("extension", "x", minutes=29), JO), (EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "x"), JO), (EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "y", minutes=30), JO), (EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "x", minutes=30), "lead:nina"), (EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "x", minutes=30), NINA), (EXTENDED, NINA)], "refusal"),
        ([(approval("extension", "x", minutes=30), JO), (EXTENDED, JO), (EXTENDED, NINA)], "refusal"),
        ([(CONCERN, NINA), (UNDER_A_CONCERN, NINA)], "refusal"),
        ([(CONCERN, NINA), (UNDER_IT, SAM), (UNDER_A_CONCERN, NINA)], None),
        ([(CONCERN, NINA), (UNDER_IT, JO), (UNDER_A_CONCERN, NINA)], "refusal"),
        ([(CONCERN, NINA), (approval("referral", "r1"), SAM), (UNDER_A_CONCERN, NINA)], "refusal"),
        ([(CONCERN, NINA), (UNDER_IT, SAM), (UNDER_A_CONCERN, SAM)], "refusal"),
        ([(CONCERN, NINA), (UNDER_IT, SAM), (UNDER_A_CONCERN, NINA), (UNDER_A_CONCERN, NINA)], "refusal"),
        ([(consented("referral"), JO), (CONCERN, NINA), (UNDER_A_CONCERN, NINA)], None),
        ([(UNDER_A_CONCERN, NINA)], None),
        ([(CONCERN, NINA), (UNDER_A_CONCERN, JO)], None),
        ([(STUDY, JO)], "breach"),
        ([(WHOLE, MAX), (STUDY, JO)], None),
        ([(WHOLE, MAX), (STUDY, MAX)], "breach"),
        ([(WHOLE, MAX), (STUDY, JO), (STUDY, JO)], "breach"),
        ([(WHOLE, MAX), (STUDY, JO), (WHOLE, MAX), (STUDY, JO)], None),
        ([(GOAL_SET, NINA), (WHOLE, MAX), (QUOTING, JO)], "breach"),
        ([(GOAL_SET, NINA), (WHOLE, MAX), (QUOTE, MAX), (QUOTING, JO)], None),
        ([(GOAL_SET, NINA), (QUOTE, MAX), (QUOTING, JO)], "breach"),
        ([(QUOTE, MAX), (GOAL_SET, NINA), (WHOLE, MAX), (QUOTING, JO)], "breach"),
        ([(CONCERN, NINA), (WHOLE, SAM), (QUOTE, SAM), (QUOTING, JO)], "breach"),
        ([(DIARY, "learner:a"), (WHOLE, MAX), (QUOTE, MAX), (QUOTING, JO)], "breach"),
        ([(DIARY, "learner:a"), (DiaryShared(diary="d"), "learner:a"), (WHOLE, MAX), (QUOTE, MAX), (QUOTING, JO)], None),
        ([(DIARY, "learner:a"), (DiaryShared(diary="e"), "learner:a"), (WHOLE, MAX), (QUOTE, MAX), (QUOTING, JO)], "breach"),
        ([(EXTRACT, JO)], None),
    ],
)  # fmt: skip
def test_what_rests_on_an_approval_is_as_the_rule_book_says(told: list[tuple[Entry, str]], weight: str | None) -> None:
    assert the_last_of(told).get("ACC-04") == weight


def test_a_case_study_is_approved_before_it_is_shown() -> None:
    told: list[tuple[str, Entry, int]] = [("a", WHOLE, 3), ("a", STUDY, 2)]
    assert last_of(*told, by=MAX)["ACC-04"] == "breach"


def the_last_of(told: list[tuple[Entry, str]]) -> Mapping[str, str]:
    """What both find of the last of some entries, one a day, on a journey of learner:a."""
    history = [Told("a", JourneyStarted(learner="learner:a", programme="p", attests_age=30), JO, on(0), "start")]
    history += [Told("a", entry, by, on(number), f"s{number}") for number, (entry, by) in enumerate(told, start=1)]
    assert disagreement(history, STARTER) is None
    oracle = Oracle(STARTER)
    return [oracle.tell(one) for one in history][-1].findings


def steps_to(*entries: Entry) -> list[tuple[str, Entry, int]]:
    # what is recorded first may have been later
    return [(NINA, entry, 7 if entry is LATER else number + 1) for number, entry in enumerate(entries)]


SUPPORTED = StepTaken(step="supported", coach_agrees=True, supported_by=JO)
INDEPENDENT = StepTaken(step="independent", coach_agrees=True)
LATER = StepTaken(step="shadowing", coach_agrees=True)
SUSPENDED = CoachSuspended(reason="A reference is asked for.")


@pytest.mark.parametrize(
    ("before", "last", "code", "weight"),
    [
        ([INDEPENDENT], booked("c1", on(9)), "COA-04", None),
        ([SUPPORTED], booked("c1", on(9)), "COA-04", None),
        ([INDEPENDENT, CoachPaused()], booked("c1", on(9)), "COA-04", "advice"),
        ([INDEPENDENT, CoachPaused(until=on(8).date())], booked("c1", on(9)), "COA-04", None),
        ([INDEPENDENT, CoachPaused()], held(30), "COA-04", None),
        ([INDEPENDENT, SUSPENDED], booked("c1", on(9)), "COA-04", "advice"),
        ([LATER, INDEPENDENT], booked("c1", on(9)), "COA-04", "advice"),
        ([INDEPENDENT, SUSPENDED, INDEPENDENT], booked("c1", on(9)), "COA-04", None),
        ([INDEPENDENT, SupervisionHeld()], booked("c1", on(44)), "COA-07", None),
        ([INDEPENDENT, SupervisionHeld()], booked("c1", on(45)), "COA-07", "advice"),
        ([SUPPORTED], ConversationRescheduled(conversation="c1", starts_at=on(9), minutes=30), "COA-08", "advice"),
    ],
)
def test_readiness_is_as_the_rule_book_says(before: list[Entry], last: Entry, code: str, weight: str | None) -> None:
    assert last_of(*steps_to(*before), ("a", last, 8)).get(code) == weight


ASSIGNED, INSTEAD = CoachAssigned(coach=NINA), CoachAssigned(coach="coach:omar")


@pytest.mark.parametrize(
    ("told", "code", "weight"),
    [
        ([("a", booked("c1", on(9), 180), 1), ("a", moved(180), 2)], "ALW-01", None),
        ([("a", booked("c1", on(9), 180), 1), ("a", booked("c2", on(19), 1), 2)], "ALW-01", "refusal"),
        ([("a", booked("c1", on(9)), 1), ("a", cancelled("provider"), 2), ("a", booked("c2", on(9)), 3)], "ALW-06", None),
        ([("a", ConfidentialityExplained(limits=True), 1), ("a", held(30), 2)], "CON-05", None),
        ([("a", ConfidentialityExplained(limits=True), 3), ("a", held(30), 2)], "CON-05", "advice"),
        ([("a", held(30), 1), ("a", ConversationHeld(conversation="c2", coach=NINA, minutes=9), 2)], "CON-05", None),
        ([("a", ASSIGNED, 1), ("a", booked("c1", on(9)), 2)], "COA-08", None),
        ([("a", ASSIGNED, 1), ("a", INSTEAD, 9), ("a", booked("c1", on(9)), 2)], "COA-08", None),
        ([("a", ASSIGNED, 1), ("a", INSTEAD, 8), ("a", booked("c1", on(9)), 2)], "COA-08", "advice"),
        ([("a", ASSIGNED, 9), ("a", booked("c1", on(9)), 2)], "COA-08", None),
        ([("a", INSTEAD, 3), ("a", ASSIGNED, 1), ("a", booked("c1", on(9)), 2)], "COA-08", "advice"),
        ([("a", CoverAssigned(coach=NINA, until=on(9).date()), 1), ("a", booked("c1", on(9)), 2)], "COA-08", None),
        ([("a", CoverAssigned(coach=NINA, until=on(8).date()), 1), ("a", booked("c1", on(9)), 2)], "COA-08", "advice"),
    ],
)  # fmt: skip
def test_bookings_and_who_goes_with_the_learner_are_as_the_rule_book_says(
    told: list[tuple[str, Entry, int]], code: str, weight: str | None
) -> None:
    assert last_of(*told).get(code) == weight


def test_a_start_that_stands_where_nothing_is_decided_grants_nothing() -> None:
    oracle = Oracle(GAPS)
    start = JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    oracle.story = oracle.story.with_(Told("a", start, JO, on(0), "start"))
    assert oracle.minutes("a").granted == 0


PAGE = DiaryWritten(diary="d1", sort="gratitude", words="The sun was out.")


@pytest.mark.parametrize(
    ("told", "weight"),
    [
        ([(CONCERN, NINA), (ConcernEscalated(concern="k1", held_by=SAM), NINA)], None),
        ([(CONCERN, NINA), (ConcernEscalated(concern="k1", held_by=SAM), JO)], "breach"),
        ([(CONCERN, NINA), (ConcernEscalated(concern="k2", held_by=SAM), NINA)], "breach"),
        ([(CONCERN, NINA), (SEEN_TO, SAM)], None),
        ([(CONCERN, NINA), (SEEN_TO, JO)], None),
        ([(CONCERN, NINA), (UNDER_A_CONCERN, JO)], "refusal"),
        ([(REFERRED, JO)], None),
        ([(CONCERN, NINA), (UNDER_IT, SAM)], None),
        ([(CONCERN, NINA), (UNDER_IT, JO)], "breach"),
        ([(GOAL_SET, NINA), (QUOTE, MAX)], None),
        ([(GOAL_SET, NINA), (approval("quote", "s2"), MAX)], "breach"),
        ([(PAGE, "learner:a"), (DiaryShared(diary="d1"), "learner:a")], None),
        ([(PAGE, "learner:a"), (DiaryUnshared(diary="d2"), "learner:a")], "breach"),
        ([(consented("research"), JO), (withdrawn("research"), JO)], None),
        ([(consented("referral", only_for="r1"), JO), (withdrawn("referral", only_for="r2"), JO)], "advice"),
        ([(withdrawn("research"), JO)], "advice"),
        ([(HoldEntered(hold="h1", words="A claim."), SAM), (HoldLifted(hold="h1"), SAM)], None),
        ([(HoldEntered(hold="h1", words="A claim."), SAM), (HoldLifted(hold="h2"), SAM)], "breach"),
    ],
)
def test_what_is_pointed_to_is_as_the_rule_book_says(told: list[tuple[Entry, str]], weight: str | None) -> None:
    assert the_last_of(told).get("REF-02") == weight


INSTEAD_OF_NINA = (CoachAssigned(coach="coach:omar"), JO)
GOAL = GoalSet(goal="g", words="To travel.", conversation="c1")


@pytest.mark.parametrize(
    ("told", "weight"),
    [
        ([(ASSIGNED, JO), (GOAL, NINA)], None),
        ([INSTEAD_OF_NINA, (GoalSet(goal="g", words="To travel."), NINA)], "refusal"),
        ([INSTEAD_OF_NINA, (GOAL, NINA)], "refusal"),
        ([(ASSIGNED, JO), (held(30), NINA), INSTEAD_OF_NINA, (GOAL, NINA)], None),
        ([(held(30), JO), INSTEAD_OF_NINA, (GOAL, NINA)], None),
        ([(held(30), NINA), INSTEAD_OF_NINA, (GOAL, NINA)], "refusal"),
        ([(ASSIGNED, JO), (held(30), NINA), INSTEAD_OF_NINA, (GOAL, "coach:zed")], "refusal"),
    ],
)
def test_who_may_write_of_a_conversation_is_as_the_rule_book_says(
    told: list[tuple[Entry, str]], weight: str | None
) -> None:
    assert the_last_of(told).get("ACC-03") == weight


@pytest.mark.parametrize(
    ("told", "there"),
    [
        ([], False),
        ([UNDER_A_CONCERN], False),
        ([DisclosureMade(outlet="safeguarding view", shown_to=SAM)], False),
        ([SEEN_TO], False),
        ([UNDER_IT], False),
        ([WHOLE], True),
        ([REFERRED], True),
        ([EXTRACT], True),
    ],
)
def test_a_journey_of_which_only_a_concern_is_told_is_there_for_nothing_but_to_follow_it(
    told: list[Entry], there: bool
) -> None:
    oracle = Oracle(STARTER)
    for number, entry in enumerate([CONCERN, *told]):
        oracle.story = oracle.story.with_(Told("a", entry, NINA, on(number), f"s{number}"))
    asked = {by: oracle.ask(Told("a", JourneyClosed(), by, on(9), "asked")).accepted for by in (JO, NINA, SAM)}
    assert {by: answer is not None for by, answer in asked.items()} == dict.fromkeys((JO, NINA, SAM), there)
    for entry in (UNDER_A_CONCERN, SEEN_TO, RecordAnnotated(record="s0", words="x")):
        asked = {by: oracle.ask(Told("a", entry, by, on(9), "asked")).accepted for by in (JO, NINA, SAM)}
        assert {by: answer is not None for by, answer in asked.items()} == {JO: there, NINA: True, SAM: True}


def test_two_conversations_at_once_and_the_same_one_twice_are_as_the_rule_book_says() -> None:
    def sat(id: str, began: int, minutes: int, *, journey: str = "a", record: str = "asked") -> Told:
        held = ConversationHeld(conversation=id, coach=NINA, minutes=minutes, began_at=on(1, 10, began))
        return Told(journey, held, JO, on(1, 12), record)

    def begun(journey: str, learner: str, programme: str = "p") -> Told:
        start = JourneyStarted(learner=learner, programme=programme, attests_age=30)
        return Told(journey, start, JO, on(0), f"start {journey}")

    history = [
        begun("a", "learner:a"),
        begun("b", "learner:b"),
        begun("a2", "learner:a", "q"),
        sat("c1", 0, 50, record="c1"),
    ]
    for asked, found in (
        (sat("c2", 50, 30), []),
        (sat("c2", 49, 30), ["TIM-05"]),
        (sat("c2", 20, 30, journey="b"), ["TIM-05"]),
        (sat("c2", 55, 50), ["TIM-06"]),
        (sat("c2", 55, 50, journey="a2"), ["TIM-06"]),
        (sat("c2", 55, 50, journey="b"), []),
        (sat("c1", 0, 50), []),
        (begun("a3", "learner:a"), ["JRN-06"]),
        (begun("a3", "learner:b", "q"), []),
    ):
        oracle = Oracle(STARTER)
        for told in history:
            oracle.tell(told)
        assert [one for one in oracle.ask(asked).findings if one[:3] in ("TIM", "JRN")] == found
        assert disagreement([*history, asked], STARTER) is None
