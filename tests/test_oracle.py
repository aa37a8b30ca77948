"""The oracle by itself: minutes, charges and rounding, case by case."""

import pytest

from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationCancelled, ConversationHeld, ConversationMissed, MissedMarkWaived
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.testing import Oracle, Told
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
    waived = MissedMarkWaived(conversation="c1", reason="the bus")
    assert used_after(CHARGED, missed("learner-unexcused"), waived) == 0
    assert used_after(CHARGED, missed("learner-unexcused"), held(30)) == 30


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


def test_what_is_not_started_is_not_opened_by_leaving() -> None:
    oracle = Oracle(STARTER)
    oracle.story = oracle.story.with_(Told("a", LearnerLeft(how="moved on"), JO, on(0), "left"))
    assert oracle.standing("a") == "not started"
