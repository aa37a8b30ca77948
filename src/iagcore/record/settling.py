"""Settling: the minutes that an entry assigns, under the values of its day.

Minutes are settled once, when an entry is decided, and kept on the record as an assignment to lines; a later policy
changes none of them. An entry that does not fit what stands assigns nothing. A plan is judged as if it fitted, so that
every finding about it comes at once; what does not fit is then refused, and the assignment with it.
"""

from datetime import datetime

import attrs

from iagcore.policy import Gap, PolicyOnDay
from iagcore.practice.allowance import (
    EXTENSION,
    START,
    Allowance,
    AllowanceExtended,
    Line,
    in_notice,
    minutes_charged,
    minutes_rounded,
)
from iagcore.practice.conversations import (
    ChargeWaived,
    Conversation,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
    Conversations,
)
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted, LearnerLeft

A_FRESH_ID = "\N{INFORMATION SEPARATOR ONE}"
"""What a booking or an extension under an id that is taken is judged by; no caller's id can be it."""


def settle(
    entry: Entry,
    *,
    at: datetime,
    recorded_at: datetime,
    values: PolicyOnDay,
    allowance: Allowance,
    conversations: Conversations | None,
    as_if_it_fits: bool = False,
) -> tuple[Line, ...]:
    """The lines that `entry` changes, with what they then hold, use and grant.

    `values` are the policy's on the day of `at`. Without `conversations` every entry is taken to fit.
    """
    conversation = getattr(entry, "conversation", None)
    fits = (
        conversations is None
        or conversation is None
        or conversations[conversation].state_after(entry, at=min(at, recorded_at)) is not None
    )
    if isinstance(entry, AllowanceExtended):
        # a second extension under one id takes nothing back that the first granted
        fits = allowance.line(entry.extension, sort=EXTENSION).empty
    if not (fits or as_if_it_fits):
        return ()
    before = Conversations() if conversations is None else conversations
    return tuple(
        line
        for line in _assigned(
            entry, at=at, recorded_at=recorded_at, values=values, allowance=allowance, fits=fits, before=before
        )
        if line != allowance[line.key]
    )


def _assigned(
    entry: Entry,
    *,
    at: datetime,
    recorded_at: datetime,
    values: PolicyOnDay,
    allowance: Allowance,
    fits: bool,
    before: Conversations,
) -> tuple[Line, ...]:
    match entry:
        case JourneyStarted():
            return (Line(START, sort=START, grant=_granted(values)),)
        case AllowanceExtended():
            id = entry.extension if fits else A_FRESH_ID
            return (Line(id, sort=EXTENSION, grant=entry.minutes),)
        case ConversationBooked():
            # a second one under one id changes nothing of the first: it asks for minutes of its own
            id = entry.conversation if fits else A_FRESH_ID
            return (Line(id, booked=entry.minutes, starts_at=entry.starts_at, coach=entry.coach),)
        case ConversationRescheduled():
            # what was used stays used: a conversation that is over cannot be moved, and gives no minutes back for it
            line = allowance.line(entry.conversation)
            coach = entry.coach or line.coach or before[entry.conversation].coach
            return (attrs.evolve(line, booked=entry.minutes, starts_at=entry.starts_at, coach=coach),)
        case ConversationCancelled() | ConversationMissed():
            line = allowance.line(entry.conversation)
            # notice is given by the time of recording at the latest, however far ahead it is dated
            called_off_at = min(at, recorded_at)
            return (Line(entry.conversation, used=minutes_charged_for(entry, line, at=called_off_at, values=values)),)
        case ConversationHeld():
            line = Line(entry.conversation, used=minutes_used(entry.minutes, values=values))
            began_at = began(entry, before[entry.conversation], at=at, values=values)
            if began_at is None:
                return (line,)
            return (attrs.evolve(line, starts_at=began_at, coach=entry.coach, took=entry.minutes),)
        case ChargeWaived():
            return (Line(entry.conversation),)
        case LearnerLeft():
            return tuple(
                attrs.evolve(line, booked=0, starts_at=None, coach=None) for line in allowance.lines if line.booked
            )
        case _:
            return ()


def began(entry: ConversationHeld, booked: Conversation, *, at: datetime, values: PolicyOnDay) -> datetime | None:
    """When a conversation began: as the entry says, or when it was booked for, if it was on that day."""
    if entry.began_at is not None or booked.starts_at is None:
        return entry.began_at
    day = values.policy.day
    return booked.starts_at if day(booked.starts_at) == day(at) else None


def _granted(values: PolicyOnDay) -> int:
    try:
        return values.whole("allowance_minutes")
    except Gap:
        return 0


def minutes_used(actual: int, *, values: PolicyOnDay) -> int:
    """Actual minutes, rounded as the policy says; as they are where it says nothing."""
    try:
        rounding = values.rounding
    except Gap:
        return actual
    return actual if rounding.way == "none" else minutes_rounded(actual, way=rounding.way, to=rounding.to)


def minutes_charged_for(
    entry: ConversationCancelled | ConversationMissed, line: Line, *, at: datetime, values: PolicyOnDay
) -> int:
    """What a missed or late-cancelled conversation is charged (ALW-07); 0 where the policy says nothing."""
    try:
        if isinstance(entry, ConversationCancelled) and is_in_notice(line, at=at, values=values):
            return 0
        return minutes_charged(line.booked, charge=values.missed_charge.of(entry.fault))
    except Gap:
        return 0


def is_in_notice(line: Line, *, at: datetime, values: PolicyOnDay) -> bool:
    """Whether what a line holds was called off in time. Raises `Gap` where the policy does not say what that is."""
    notice_hours = values.whole("notice_hours")
    return line.starts_at is None or in_notice(called_off_at=at, starts_at=line.starts_at, notice_hours=notice_hours)
