"""ALW: the session allowance.

Up to three hours of one-to-one conversation, as a ceiling and never a target. Plans never overdraw it; what happened
is recorded in full, overrun or not. Workshops, inductions, self-led and peer GROW, concerns and follow-ups never draw.
A cancellation in notice releases its hold and charges nothing; a later one, or a missed conversation, is charged what
the policy decides for its fault, and never for what lay with the provider or with logistics.
"""

from datetime import datetime
from typing import Final

from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import Amendment
from iagcore.practice.conversations import (
    Conversation,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    State,
)
from iagcore.practice.learners import JourneyStarted
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, at_least, at_most, none_of, verdict
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, RuleSort, duty, rule
from iagcore.record.settling import is_in_notice
from iagcore.rulebook.booking import Bookings
from iagcore.rulebook.sources import CASE_STUDY, CHARGES, LOCAL, OWN, OWN_AND_LOCAL, PROGRAMME_FAQ

Settles = ConversationMissed | ConversationCancelled | ConversationHeld
"""The kinds that settle what a conversation uses."""


@rule(
    "ALW-01",
    MUST,
    question="May I book 60 minutes when 45 remain?",
    source=CASE_STUDY,
    remedy="Book a shorter conversation, or release what is booked; a lead may extend where the policy lets them.",
    plain_remedy="Your coach can look with you at what would fit.",
    breach="Release minutes that are booked and not needed, or ask a lead to extend the allowance or to authorise it.",
    plain_breach="You have more minutes booked than you have left. We will sort this out with you. You can ask your "
    "coach or a lead.",
    values=("allowance_minutes",),
    protected=True,
    always_assessed="the journey's own minutes are always on its record",
)
def asked_within_remaining(entry: Bookings | Amendment, case: Case) -> Verdict:
    """Minutes asked stay within minutes remaining."""
    allowance = case.allowance
    released = allowance.released(case.effect)
    limit = allowance.remaining_for(case.effect)
    more = f", {released.shortfall} more than granted" if released.shortfall else ""
    more += f"; {limit - released.remaining} are kept from before" if limit > released.remaining else ""
    return at_most(
        sum(line.booked for line in case.effect),
        limit,
        says="{asked} minutes asked, {limit} remain of {ceiling} ({used} used, {booked} booked elsewhere" + f"{more})",
        plainly="It asks for {asked} minutes, and {limit} of your {ceiling} minutes are free to book.",
        ceiling=released.ceiling,
        used=released.used,
        booked=released.booked,
    )


@rule(
    "ALW-02",
    MUST,
    question="What if a conversation runs past the three hours?",
    source=CASE_STUDY,
    remedy="Correct the record if the minutes are not right; otherwise a lead authorises it.",
    breach="Correct the record if the minutes are wrong. If they are right, ask a lead to authorise it.",
    plain_breach="Your conversations have used {asked} minutes, and you were given {ceiling}. You do not have to do "
    "anything. A lead will look at it and put your record right.",
    values=("allowance_minutes",),
    always_assessed="the journey's own minutes are always on its record",
)
def used_within_granted(entry: Settles, case: Case) -> Verdict:
    """Minutes used, charges included, stay within what is granted; one that uses no more than before is no overrun."""
    before = case.allowance
    return at_most(
        case.allowance_after.used,
        max(before.ceiling, before.used),
        says="{asked} minutes used of {ceiling} granted",
        ceiling=before.ceiling,
    )


@rule(
    "ALW-03",
    SHOULD,
    question="Does a conversation with somebody else in the room count?",
    source=PROGRAMME_FAQ,
    remedy="Say whether it was one-to-one and in private.",
)
def one_to_one_in_private(entry: ConversationHeld, case: Case) -> Verdict:
    """A conversation is one-to-one and in private; an interpreter, or a supporter the learner chose, may be there."""
    return verdict(
        known("whether it was one-to-one", entry.one_to_one) and known("whether it was in private", entry.in_private),
        says="one-to-one: {one_to_one}, in private: {in_private}; it draws on the allowance either way",
        one_to_one=entry.one_to_one,
        in_private=entry.in_private,
    )


@rule(
    "ALW-04",
    MUST,
    question="May I give a learner more time?",
    source=OWN_AND_LOCAL,
    remedy="Stay within the limit that the policy sets, and give the reason.",
    plain_remedy="Your coach can look with you at how to use the time there is.",
    breach="Correct the extension: give the reason, and stay within the limit. Or ask a lead to authorise it.",
    plain_breach="You were given more time, but it was not agreed in the right way. A lead will look at it and put "
    "it right. You can ask your coach what this means for you.",
    values=("extension_limit_minutes",),
    protected=True,
)
def extension_by_a_lead_within_the_limit(entry: AllowanceExtended, case: Case) -> Verdict:
    """An extension gives a reason, and all extensions together stay within the limit."""
    total, limit = case.allowance.extensions + entry.minutes, case.today.whole("extension_limit_minutes")
    return none_of(
        (
            *(["no reason is given"] if entry.reason is None else []),
            *([f"{total} minutes of extensions where {limit} are allowed"] if total > limit else []),
        ),
        says="{found}",
        otherwise="{total} minutes of extensions, {limit} allowed, and a reason is given",
        plainly="More time needs a reason, and there is a limit to it.",
        total=total,
        limit=limit,
    )


@rule(
    "ALW-05",
    SHOULD,
    question="May I book a conversation of two hours?",
    source=LOCAL,
    remedy="Book a shorter conversation, or two.",
    values=("longest_conversation_minutes",),
)
def not_longer_than_the_longest(entry: Bookings, case: Case) -> Verdict:
    """A conversation is no longer than the longest one that the policy foresees."""
    return at_most(
        entry.minutes,
        case.today.whole("longest_conversation_minutes"),
        says="{asked} minutes asked, {limit} is the longest foreseen",
    )


@rule(
    "ALW-06",
    SHOULD,
    question="May I see a learner again the next day?",
    source=LOCAL,
    remedy="Leave more days between conversations, unless the learner wants them close together.",
    values=("days_between_conversations",),
)
def days_apart(entry: Bookings, case: Case) -> Verdict:
    """Conversations are at least so many days apart."""
    limit = case.today.whole("days_between_conversations")
    return at_least(
        min((_days_from(other, entry.starts_at, case) for other in _others(entry, case)), default=limit),
        limit,
        says="{found} days from the nearest other conversation, at least {limit} are foreseen",
    )


def _others(entry: Bookings, case: Case) -> list[Conversation]:
    standing = (State.BOOKED, State.HELD)
    return [one for one in case.conversations.all if one.id != entry.conversation and one.state in standing]


def _days_from(other: Conversation, starts_at: datetime, case: Case) -> int:
    moment = other.starts_at if other.state is State.BOOKED else other.settled_at
    when = known(f"when conversation {other.id} is or was", moment)
    return abs((case.day_of(when) - case.day_of(starts_at)).days)


@rule(
    "ALW-07",
    SHOULD,
    question="Does a missed conversation cost the learner minutes?",
    source=CHARGES,
    remedy="Have the policy say what is charged or how minutes are rounded; until then nothing is.",
    sort=RuleSort.COMPUTATION,
    values=("missed_charge", "notice_hours", "rounding"),
    proven_by=("law_charges_never_exceed_what_was_booked", "law_provider_and_logistics_cost_nothing"),
)
def minutes_settled(entry: Settles, case: Case) -> Verdict:
    """Minutes charged follow the fault and the notice given, minutes used the rounding, as the policy decides them."""
    # where the policy does not have the value that settles them, this is a Gap, and not assessed
    by = _value_read(entry, case)
    return verdict(
        True,
        says="{settled} minutes settled by {by}",
        plainly="{settled} minutes of your time are counted for it.",
        settled=case.allowance_after.line(entry.conversation).used,
        by=by,
    )


def _value_read(entry: Settles, case: Case) -> str:
    """Which value settles the minutes; a Gap where the policy does not have it."""
    if isinstance(entry, ConversationHeld):
        return f"rounding = {case.today.rounding.way}"
    if isinstance(entry, ConversationCancelled) and is_in_notice(
        case.allowance.line(entry.conversation), at=min(case.at, case.recorded_at), values=case.today
    ):
        return f"notice_hours = {case.today.whole('notice_hours')}, given in time"
    return f"missed_charge = {case.today.missed_charge.of(entry.fault)} ({entry.fault})"


@rule(
    "ALW-08",
    MUST,
    question="May the minutes that a learner was granted be lowered again?",
    source=OWN,
    remedy="Release what is booked first, or leave the grant as it is.",
    plain_remedy="Ask a lead to look at the time that was agreed for you.",
    breach="Correct the grant, or release what is booked. If the minutes are right, ask a lead to authorise it.",
    plain_breach="The time we gave you no longer covers what you have used and booked. A lead will look at it and "
    "put it right. You can ask your coach about it.",
    values=("allowance_minutes",),
    protected=True,
)
def grants_cover_what_is_used_and_booked(entry: JourneyStarted | AllowanceExtended | Amendment, case: Case) -> Verdict:
    """A grant is a stated number of minutes, and is never lowered below what is used and booked."""
    after = case.allowance_after
    needed = after.used + after.booked
    return at_least(
        after.ceiling,
        min(case.allowance.ceiling, needed),
        says="{found} minutes would be granted ({stated} by the programme, {extended} by extensions), {needed} are "
        "needed ({used} used, {booked} booked)",
        plainly="The time granted would no longer cover what is already used and booked.",
        needed=needed,
        stated=case.today.whole("allowance_minutes") if isinstance(entry, JourneyStarted) else after.granted,
        extended=after.extensions,
        used=after.used,
        booked=after.booked,
    )


@duty(
    "ALW-09",
    MUST,
    question="What becomes of a booking that the minutes no longer cover?",
    source=OWN,
    proven_by=("law_a_hold_is_due_exactly_while_it_is_not_covered",),
)
def uncovered_holds(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A hold that is no longer covered is rescheduled, released or extended."""
    allowance = journey.allowance
    if not (allowance.shortfall and allowance.booked):
        return []
    uncovered = min(allowance.shortfall, allowance.booked)
    what = (
        f"{uncovered} of {allowance.booked} minutes booked are not covered ({allowance.used} used of "
        f"{allowance.ceiling} granted): reschedule, release or extend"
    )
    return [Duty(rule="ALW-09", what=what, due=None, party=journey.coaching.coach or "lead", about=journey.subject)]


ALLOWANCE: Final[tuple[Rule, ...]] = (
    asked_within_remaining,
    used_within_granted,
    one_to_one_in_private,
    extension_by_a_lead_within_the_limit,
    not_longer_than_the_longest,
    days_apart,
    minutes_settled,
    grants_cover_what_is_used_and_booked,
    uncovered_holds,
)
