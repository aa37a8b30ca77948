"""TIM: what happened, and when. A record says what has happened by then, and a plan what is to come.

A missed mark before the booked hour would be a way round notice: it changes neither the conversation nor its minutes.
"""

from datetime import timedelta
from typing import Final

from iagcore.entries import KINDS
from iagcore.practice.conversations import Conversation, ConversationHeld, ConversationMissed, State
from iagcore.practice.kinds import FACT, Entry
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Verdict, none_of, verdict
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.booking import Bookings
from iagcore.rulebook.sources import LOCAL, OWN


@rule(
    "TIM-01",
    MUST,
    question="May I record what has not happened yet?",
    on=tuple(kind for kind in KINDS if kind.declares.nature is FACT),
    source=LOCAL,
    remedy="Record it once it has happened, or correct its date.",
    breach="Check the date, and correct the record. If nothing has happened yet, withdraw it.",
    plain_breach="Your record gives a time for something that had not come yet when it was written down. We will put "
    "it right. You can ask your coach or a lead about it.",
    values=("clock_tolerance_minutes",),
)
def has_happened_by_then(entry: Entry, case: Case) -> Verdict:
    """What happened is dated no later than the time at which it is recorded, but for what two clocks may differ."""
    dated = max(case.at, getattr(entry, "began_at", None) or case.at)
    if dated <= case.recorded_at:
        return verdict(True, says="dated no later than it is recorded")
    tolerance = case.on_day_of(case.recorded_at).whole("clock_tolerance_minutes")
    return verdict(
        dated <= case.recorded_at + timedelta(minutes=tolerance),
        says="dated {dated}, and recorded at {recorded} ({tolerance} minutes of difference are allowed)",
        plainly="This is dated at a time that has not come yet.",
        dated=case.clock(dated),
        recorded=case.clock(case.recorded_at),
        tolerance=tolerance,
    )


@rule(
    "TIM-02",
    SHOULD,
    question="May I book a conversation for last year?",
    source=LOCAL,
    remedy="Check the date and the year. Record a conversation that took place as held, without a booking.",
    plain_remedy="Ask your coach to check the date with you.",
    values=("plans_reach_days",),
)
def begins_within_reach(entry: Bookings, case: Case) -> Verdict:
    """A booking begins no earlier than it is made, and within so many days of that."""
    reach = case.today.whole("plans_reach_days")
    ahead = (case.day_of(entry.starts_at) - case.day_of(case.at)).days
    return verdict(
        entry.starts_at >= case.at and ahead <= reach,
        says="booked at {made} for {booked_for}, which is {ahead} days ahead; {reach} days are foreseen at most",
        plainly="The date of this is in the past, or very far ahead.",
        made=case.clock(case.at),
        booked_for=case.clock(entry.starts_at),
        ahead=ahead,
        reach=reach,
    )


@rule(
    "TIM-03",
    MUST,
    question="May I mark a conversation as missed before its time?",
    source=OWN,
    remedy="If the conversation is called off, record that it is cancelled. Otherwise wait until its time has come.",
    breach="Withdraw this missed mark. If the conversation is called off, record that it is cancelled.",
    plain_remedy="Your coach or a lead can look at it with you.",
    plain_breach="A conversation was marked as missed before its time. This does not count, and it costs you no time. "
    "We will put it right. You can ask your coach about it.",
    protected=True,
    always_assessed="the booked hour and the moment of recording are always on the record",
)
def booked_hour_has_come(entry: ConversationMissed, case: Case) -> Verdict:
    """A conversation is missed only once its booked hour has come; a mark before that changes nothing."""
    one, marked_at = case.conversations[entry.conversation], min(case.at, case.recorded_at)
    booked_for = one.starts_at if one.state is State.BOOKED else None
    return verdict(
        booked_for is None or booked_for <= marked_at,
        says="conversation {conversation} is booked for {booked_for}; it was marked as missed at {marked_at}",
        plainly="The time of that conversation has not come yet.",
        conversation=entry.conversation,
        booked_for="no hour" if booked_for is None else case.clock(booked_for),
        marked_at=case.clock(marked_at),
    )


@rule(
    "TIM-04",
    SHOULD,
    question="May a conversation be held on another day than it was booked for?",
    source=LOCAL,
    remedy="Check the date. If the conversation was moved, correct the booking.",
    plain_remedy="Ask your coach to check the date with you.",
    always_assessed="when a conversation was booked, and for when, is on the record",
)
def held_as_it_was_booked(entry: ConversationHeld, case: Case) -> Verdict:
    """A conversation is held on the day that it was booked for, and not before it was booked."""
    one = case.conversations[entry.conversation]
    held_at = entry.began_at or case.at
    on_the_day = one.starts_at is None or case.day_of(one.starts_at) == case.day_of(held_at)
    return verdict(
        on_the_day and (one.booked_at is None or one.booked_at <= case.at),
        says="held on {held}; booked at {booked_at} for {booked_for}",
        plainly="The date differs from the one that was booked.",
        held=case.clock(held_at),
        booked_at="no time" if one.booked_at is None else case.clock(one.booked_at),
        booked_for="no hour" if one.starts_at is None else case.clock(one.starts_at),
    )


@rule(
    "TIM-05",
    MUST,
    question="May two conversations be held in one hour?",
    source=LOCAL,
    remedy="Check the time, the length and the coach of both conversations.",
    breach="Check the time, the length and the coach of both conversations, and correct the one that is wrong.",
    plain_breach="Your record says that you or your coach had two conversations at one time. We will find out which "
    "is right and put it right. You can tell your coach what you remember.",
    outside=True,
    always_assessed="the hours at which anybody's conversations were held are on the record, as far as they are known",
)
def no_other_was_held_then(entry: ConversationHeld, case: Case) -> Verdict:
    """Neither the learner nor the coach had another conversation in that hour, where both hours are known."""
    return none_of(
        case.held_at_once,
        says="another conversation was held in that hour: {found}",
        otherwise="no other conversation is known to have been held in that hour",
        plainly="There was another conversation at that time.",
    )


@rule(
    "TIM-06",
    SHOULD,
    question="Is this session on the record already?",
    source=LOCAL,
    remedy="Check whether it is the same session, recorded twice. If it is, withdraw one of the two records.",
    plain_remedy="Ask your coach whether it is the same conversation.",
    outside=True,
    always_assessed="the learner's conversations are all on the record",
)
def is_not_recorded_already(entry: ConversationHeld, case: Case) -> Verdict:
    """No other conversation of that learner and coach on that day took as many minutes: it may be the same session."""
    own = (one for one in case.conversations.all if one.id != entry.conversation)
    others = [("", one) for one in own] + [
        (f" of {name}", one) for name, journey in case.elsewhere.items() for one in journey.conversations.all
    ]
    return none_of(
        (f"{one.id}{whose}" for whose, one in others if _may_be_the_same(one, entry, case)),
        says="the same coach, day and number of minutes as conversation {found}",
        otherwise="no other conversation has the same coach, day and number of minutes",
        plainly="A conversation like this is on your record already.",
    )


def _may_be_the_same(other: Conversation, entry: ConversationHeld, case: Case) -> bool:
    when = {State.HELD: other.settled_at, State.BOOKED: other.starts_at}.get(other.state)
    if when is None or (other.coach, other.minutes) != (entry.coach, entry.minutes):
        return False
    return case.day_of(when) == case.day_of(case.at)


TIMES: Final[tuple[Rule, ...]] = (
    has_happened_by_then,
    begins_within_reach,
    booked_hour_has_come,
    held_as_it_was_booked,
    no_other_was_held_then,
    is_not_recorded_already,
)
