"""FUP: follow-up, and time that is left. The case study's ends with an e-mail, a few months afterwards."""

from datetime import date, datetime
from typing import Final

from dateutil.relativedelta import relativedelta

from iagcore.policy import Gap, Policy
from iagcore.practice.consent import CONTACT
from iagcore.practice.learners import Standing
from iagcore.record.findings import SHOULD, Duty
from iagcore.record.home import Place
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, duty
from iagcore.rulebook.booking import undecided
from iagcore.rulebook.sources import CASE_STUDY, FOLLOW_UP

NOT_TAKEN_UP: Final = ("not now", "declined")
"""The answers to the offer of coaching after which nothing is to be booked."""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    later: date = day + relativedelta(months=months)
    return later


@duty(
    "FUP-01",
    SHOULD,
    question="When do I get in touch afterwards?",
    source=FOLLOW_UP,
    values=("follow_up_after",),
    proven_by=("law_a_follow_up_is_due_only_with_consent", "law_13_months_end_where_months_end"),
)
def follow_ups_due(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A learner who consents is contacted so many months after the journey ended, or the last conversation."""
    place, since = _ended(journey)
    if place is None or since is None or any(one.at > since for one in journey.follow_ups.made):
        return []
    policy = grounds.policy(place)
    due = _due(since, place, policy, grounds)
    on = policy.day(since) if due is None else policy.day(due)
    if grounds.consents(journey).to_rely_on(CONTACT, at=since if due is None else due, on=on) is None:
        return []
    what = f"follow up: ask the learner how it went{undecided(grounds.values(place), 'follow_up_after')}"
    opens = due and policy.end_of(on - relativedelta(days=1))
    return [
        Duty(
            rule="FUP-01",
            what=what,
            due=due,
            party=journey.coaching.coach or "lead",
            about=journey.subject,
            opens=opens,
        )
    ]


def _ended(journey: Journey) -> tuple[Place | None, datetime | None]:
    """When the journey ended, or its last conversation was held where none is booked, and the place that says so."""
    status = journey.status
    if status.standing in (Standing.CLOSED, Standing.LEFT):
        since = status.ended_at
    elif journey.conversations.booked:
        return None, None
    else:
        since = max((one.settled_at for one in journey.conversations.held if one.settled_at), default=None)
    place = next((one for one in reversed(journey.places) if one.top and one.top.at == since), None)
    return place, since


def _due(since: datetime, place: Place, policy: Policy, grounds: Grounds) -> datetime | None:
    try:
        months = grounds.values(place).whole("follow_up_after")
    except Gap:
        return None
    return policy.end_of(months_after(policy.day(since), months))


@duty(
    "FUP-02",
    SHOULD,
    question="What if minutes are left and nothing is booked?",
    source=CASE_STUDY,
    proven_by=("law_time_left_is_due_exactly_while_nothing_is_booked",),
)
def nothing_booked(journey: Journey, grounds: Grounds) -> list[Duty]:
    """While a journey is open and minutes remain, something is booked, unless the offer was not taken up."""
    if journey.status.standing is not Standing.OPEN or journey.conversations.offer in NOT_TAKEN_UP:
        return []
    if not journey.allowance.remaining or journey.conversations.booked:
        return []
    what = f"nothing is booked, and {journey.allowance.remaining} minutes remain: ask whether the learner wants another"
    return [Duty(rule="FUP-02", what=what, due=None, party=journey.coaching.coach or "lead", about=journey.subject)]


FOLLOWING_UP: Final[tuple[Rule, ...]] = (follow_ups_due, nothing_booked)
