"""BKG: the life of a booking.

What may follow what is a literal table in `practice/conversations.py`. No hour of a learner or a coach is held twice,
however it comes to be held: booked, moved, or restored by a correction. Hours are half-open, so that one conversation
may begin when another ends.
"""

from datetime import datetime, timedelta
from typing import Final

from iagcore.policy import Gap, PolicyOnDay
from iagcore.practice.allowance import CONVERSATION
from iagcore.practice.amendments import Amendment
from iagcore.practice.conversations import (
    ChargeContested,
    Charged,
    ChargeWaived,
    ConversationBooked,
    ConversationHeld,
    ConversationRescheduled,
    State,
    TouchesAConversation,
    next_state,
)
from iagcore.record.case import Case, said
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, none_of, verdict
from iagcore.record.journey import Journey
from iagcore.record.naming import in_words
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.sources import OWN, OWN_AND_LOCAL

Bookings = ConversationBooked | ConversationRescheduled
"""The kinds that say for which hour a conversation is booked."""


@rule(
    "BKG-01",
    MUST,
    question="May I cancel a conversation that was already held?",
    source=OWN,
    remedy="Correct the earlier record if it is not right; give a new conversation an id of its own.",
    plain_remedy="Your coach can look at what is on the record with you.",
    breach="Correct the earlier record if it is wrong, or withdraw this one. If both are right, ask a lead to "
    "authorise it.",
    plain_breach="Your record says two things about one conversation, and they do not fit together. We will find out "
    "what happened and put it right. You can tell your coach what you remember.",
    protected=True,
    always_assessed="the state of every booking is on the journey's record",
)
def booking_state_allows_it(entry: TouchesAConversation, case: Case) -> Verdict:
    """The booking's state allows the change. Once a missed mark is put right, what was said of it counts no more."""
    state = case.conversations[entry.conversation].state
    # two processes may race for one id, so an id is never used for a second conversation, even after a withdrawal
    was_used = state is State.NOT_BOOKED and (CONVERSATION, entry.conversation) in case.opened
    return verdict(
        (next_state(state, entry) is not None and not was_used) or _is_of_what_was_put_right(entry, case),
        says="conversation {conversation} is {state}; {change} was asked",
        plainly="It does not fit what the record says of that conversation.",
        conversation=entry.conversation,
        state="not booked, and its id was used before" if was_used else str(state),
        change=in_words(type(entry)).removeprefix("conversation "),
    )


def _is_of_what_was_put_right(entry: TouchesAConversation, case: Case) -> bool:
    """Whether what is contested or waived was a mark that does not stand any more."""
    if not isinstance(entry, ChargeContested | ChargeWaived):
        return False
    return any(
        isinstance(one.entry, Charged) and one.entry.conversation == entry.conversation
        for place in said(case.places) or ()
        for one in place.recorded
        if place.top is None or not isinstance(place.top.entry, Charged)
    )


@rule(
    "BKG-02",
    MUST,
    question="May I book an hour that is already taken?",
    source=OWN,
    remedy="Choose another time or another coach.",
    plain_remedy="Another time may be free.",
    breach="Move one of the two conversations to another time.",
    plain_breach="Two conversations are booked for the same time. We will move one of them with you. You can ask "
    "your coach about it.",
    protected=True,
    outside=True,
)
def hour_is_free(entry: Bookings | Amendment, case: Case) -> Verdict:
    """Neither the learner nor the coach is already booked at that time; an hour may begin when another ends."""
    return none_of(
        case.taken,
        says="already booked: {found}",
        otherwise="nobody is booked at that time",
        plainly="That time is already taken.",
    )


def days_from(moment: datetime, values: PolicyOnDay, name: str, *, back: bool = False) -> datetime | None:
    """So many days after a moment, or `back` before it, by a value of the policy; None where it does not say."""
    try:
        days = timedelta(days=values.whole(name))
    except Gap:
        return None
    return moment - days if back else moment + days


def undecided(values: PolicyOnDay, *names: str) -> str:
    """What a duty says where the policy does not decide a value that it goes by; empty where it does."""
    found = [name for name in names if not values.decides(name)]
    return f"; the policy does not decide {' and '.join(found)} for {values.day:%d %b %Y}: decide it" if found else ""


@duty(
    "BKG-03",
    SHOULD,
    question="When do I write up a conversation?",
    source=OWN_AND_LOCAL,
    values=("write_up_days",),
    proven_by=("law_a_held_conversation_is_due_until_written_up",),
)
def write_up_due(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A conversation that was held is written up within so many days."""
    due: dict[str, Duty] = {}
    for place in journey.places:
        held = place.top.entry if place.top is not None else None
        if not isinstance(held, ConversationHeld) or place.top is None:
            continue
        if held.conversation in journey.grow.written_up or held.conversation in due:
            continue
        values = grounds.values(place)
        by_when = days_from(place.top.at, values, "write_up_days")
        what = f"write up conversation {held.conversation}{undecided(values, 'write_up_days')}"
        due[held.conversation] = Duty(rule="BKG-03", what=what, due=by_when, party=held.coach, about=journey.subject)
    return list(due.values())


@duty(
    "BKG-04",
    SHOULD,
    question="What if nobody says what became of a booking?",
    source=OWN,
    proven_by=("law_a_booking_is_due_exactly_while_it_is_booked",),
)
def outcome_unsaid(journey: Journey, grounds: Grounds) -> list[Duty]:
    """Once a booking's time has passed, the record says what happened."""
    return [
        Duty(
            rule="BKG-04",
            what=f"say what came of conversation {one.id}",
            due=one.starts_at + timedelta(minutes=one.minutes),
            party=one.coach,
            about=journey.subject,
            opens=one.starts_at + timedelta(minutes=one.minutes),
        )
        for one in journey.conversations.booked
        if one.starts_at is not None
    ]


BOOKING: Final[tuple[Rule, ...]] = (booking_state_allows_it, hour_is_free, write_up_due, outcome_unsaid)
