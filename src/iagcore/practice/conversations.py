"""Conversations: the offer of coaching, and the life of a booking.

A conversation is a one-to-one coaching session. Booking it holds its minutes; from then on it is held, missed,
cancelled or moved, and exactly what may follow what stands in one table below, `LIFE`. A conversation that was held
without a booking (a drop-in) is a fact like any other. A learner may contest what a missed or cancelled one costs,
and a lead may waive it.

What does not fit the table is still recorded when it is a fact, since it happened; it then changes neither the
conversation nor its minutes, and is said as a breach of BKG-01. *Held* always counts where the table lets it: a
learner who turns up after cancelling was there.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import attrs

from iagcore.practice.kinds import FACT, PLAN, CoachRef, Entry, Flag, Id, Minutes, Moment, Words, kept, kind, one_of
from iagcore.practice.learners import LearnerLeft

OfferAnswer = Annotated[str, one_of("answer", "in full", "in part", "not now", "declined")]
FAULTS: Final = ("learner-excused", "learner-unexcused", "provider", "logistics")
Fault = Annotated[str, one_of("fault", *FAULTS)]
"""Where it lay that a conversation did not take place; a word for settling minutes, never blame."""
AlsoPresent = Annotated[str, one_of("person also present", "interpreter", "supporter of the learner's choice")]


@kind(FACT, by=("learner", "coach", "lead"), parts="conversations", in_confidence=False)
class CoachingOfferAnswered(Entry):
    """The learner answers the offer of coaching, in full or in part; *not now* keeps the offer open."""

    answer: OfferAnswer
    note: Words | None = None


@kind(
    PLAN,
    about=("journey", "learner", "coach"),
    by=("coach", "lead", "learner"),
    opens=("conversation", "conversation"),
    parts="conversations",
    in_confidence=False,
    begins="conversation",
    family="booking",
)
class ConversationBooked(Entry):
    """A conversation is booked; its minutes are held."""

    conversation: Id
    coach: CoachRef
    starts_at: Moment
    minutes: Minutes


@kind(
    PLAN,
    about=("journey", "learner", "coach"),
    by=("coach", "lead", "learner"),
    parts="conversations",
    in_confidence=False,
    points_to="conversation",
    family="booking",
)
class ConversationRescheduled(Entry):
    """A booked conversation is moved, and its hold with it. Without a `coach` it stays with the one it had."""

    conversation: Id
    starts_at: Moment
    minutes: Minutes
    coach: CoachRef | None = None


@kind(
    FACT,
    about=("journey", "learner", "coach"),
    by=("coach", "lead", "learner"),
    parts="conversations",
    in_confidence=False,
    points_to="conversation",
    family="what came of a booking",
)
class ConversationCancelled(Entry):
    """A booked conversation is called off; its hold is released, and minutes are charged only as policy says."""

    conversation: Id
    fault: Fault
    note: Words | None = None


@kind(
    FACT,
    about=("journey", "learner", "coach"),
    by=("coach", "lead"),
    parts="conversations",
    in_confidence=False,
    points_to="conversation",
    family="what came of a booking",
    plain="A conversation that did not take place",
)
class ConversationMissed(Entry):
    """A booked conversation did not take place; minutes are charged only as policy says."""

    conversation: Id
    fault: Fault
    note: Words | None = None


@kind(
    FACT,
    about=("journey", "learner", "coach"),
    by=("coach", "lead"),
    opens=("conversation", "conversation"),
    parts="conversations",
    in_confidence=False,
    begins="conversation",
    points_to="conversation",
    family="what came of a booking",
    usually=("one_to_one", "in_private"),
)
class ConversationHeld(Entry):
    """A conversation took place, on the day of the entry's `at`, for so many actual minutes.

    `began_at` says when it began; left out, it began when it was booked for, if it was booked for that day.
    """

    conversation: Id
    coach: CoachRef
    minutes: Minutes
    one_to_one: Flag | None = None
    in_private: Flag | None = None
    also_present: tuple[AlsoPresent, ...] = ()
    began_at: Moment | None = None


@kind(FACT, by="learner", parts="conversations", in_confidence=False, points_to="conversation")
class ChargeContested(Entry):
    """The learner says that it is not right how a missed or late-cancelled conversation counts, in their own words."""

    conversation: Id
    words: Words


@kind(FACT, by="lead", parts="conversations", in_confidence=False, points_to="conversation")
class ChargeWaived(Entry):
    """A lead takes back what a missed or late-cancelled conversation was charged."""

    conversation: Id
    reason: Words


class State(StrEnum):
    """Where a conversation stands."""

    NOT_BOOKED = "not booked"
    BOOKED = "booked"
    HELD = "held"
    CANCELLED = "cancelled"
    MISSED = "missed"
    WAIVED = "waived"
    RELEASED = "released"


LIFE: Final[Mapping[tuple[State, type[Entry]], State]] = MappingProxyType(
    {
        (State.NOT_BOOKED, ConversationBooked): State.BOOKED,
        (State.NOT_BOOKED, ConversationHeld): State.HELD,  # a drop-in
        (State.BOOKED, ConversationRescheduled): State.BOOKED,
        (State.BOOKED, ConversationCancelled): State.CANCELLED,
        (State.BOOKED, ConversationMissed): State.MISSED,
        (State.BOOKED, ConversationHeld): State.HELD,
        (State.BOOKED, LearnerLeft): State.RELEASED,
        (State.CANCELLED, ConversationHeld): State.HELD,  # the learner turned up after all
        (State.CANCELLED, ChargeContested): State.CANCELLED,
        (State.CANCELLED, ChargeWaived): State.WAIVED,
        (State.MISSED, ConversationHeld): State.HELD,
        (State.MISSED, ChargeContested): State.MISSED,
        (State.MISSED, ChargeWaived): State.WAIVED,
        (State.WAIVED, ConversationHeld): State.HELD,
        (State.RELEASED, ConversationHeld): State.HELD,
    }
)
"""What may follow what. A pair that is not here does not fit."""

SETTLED: Final = frozenset({State.HELD, State.CANCELLED, State.MISSED, State.WAIVED, State.RELEASED})
"""The states that a fact has settled."""

Charged = ConversationMissed | ConversationCancelled
"""The kinds by which a conversation may be charged."""
TouchesAConversation = (
    ConversationBooked
    | ConversationRescheduled
    | ConversationCancelled
    | ConversationMissed
    | ConversationHeld
    | ChargeContested
    | ChargeWaived
)


@attrs.frozen(kw_only=True)
class Conversation:
    """One conversation as it stands. `minutes` are those booked until it is held, then the actual ones.

    `arranged_by` is whoever recorded that it is with this coach.
    """

    id: str
    state: State = State.NOT_BOOKED
    coach: str | None = None
    starts_at: datetime | None = None
    minutes: int = 0
    fault: str | None = None
    contested: str | None = None
    waived: str | None = None
    settled_at: datetime | None = None
    booked_at: datetime | None = None
    arranged_by: str | None = None

    def state_after(self, entry: Entry, *, at: datetime) -> State | None:
        """The state that `entry` leads to, or None where it does not fit: a missed mark before its hour never does."""
        is_early = isinstance(entry, ConversationMissed) and self.starts_at is not None and at < self.starts_at
        return None if is_early else next_state(self.state, entry)

    def with_coach(self, coach: str, *, by: str) -> "Conversation":
        """The same with a coach, arranged by whoever first said that it is with them."""
        return self if coach == self.coach else attrs.evolve(self, coach=coach, arranged_by=by)


@attrs.frozen(kw_only=True)
class Conversations:
    """The conversations of one journey, in the order of recording, and the answer to the offer. Usable alone."""

    offer: str | None = None
    all: tuple[Conversation, ...] = attrs.field(default=(), converter=kept)

    def __getitem__(self, id: str) -> Conversation:
        """The conversation of that id; one not booked where there is none."""
        return next((one for one in self.all if one.id == id), Conversation(id=id))

    def with_(self, changed: Conversation) -> "Conversations":
        """These conversations with one of them changed, or added at the end."""
        if any(one.id == changed.id for one in self.all):
            return attrs.evolve(self, all=tuple(changed if one.id == changed.id else one for one in self.all))
        return attrs.evolve(self, all=(*self.all, changed))

    @property
    def booked(self) -> tuple[Conversation, ...]:
        """Those that are booked: exactly these hold minutes."""
        return tuple(one for one in self.all if one.state is State.BOOKED)

    @property
    def held(self) -> tuple[Conversation, ...]:
        """Those that took place, in the order of the record."""
        return tuple(one for one in self.all if one.state is State.HELD)


def next_state(state: State, entry: Entry) -> State | None:
    """The state that `entry` leads to, or None where it does not fit."""
    return LIFE.get((state, type(entry)))


def apply(
    conversations: Conversations, entry: Entry, *, at: datetime, by: str, recorded_at: datetime | None = None
) -> Conversations:
    """The conversations after `entry`, which happened at `at` and was recorded by `by`: at once, if not said when."""
    if isinstance(entry, CoachingOfferAnswered):
        return attrs.evolve(conversations, offer=entry.answer)
    if isinstance(entry, LearnerLeft):
        for one in conversations.booked:
            conversations = conversations.with_(attrs.evolve(one, state=State.RELEASED, settled_at=at))
        return conversations
    if not isinstance(entry, TouchesAConversation):
        return conversations
    one = conversations[entry.conversation]
    state = one.state_after(entry, at=min(at, recorded_at or at))
    if state is None:
        return conversations
    one = attrs.evolve(one, state=state)
    match entry:
        case ConversationBooked():
            one = attrs.evolve(one.with_coach(entry.coach, by=by), starts_at=entry.starts_at, minutes=entry.minutes)
            one = attrs.evolve(one, booked_at=at)
        case ConversationRescheduled():
            one = one.with_coach(entry.coach, by=by) if entry.coach else one
            one = attrs.evolve(one, starts_at=entry.starts_at, minutes=entry.minutes)
        case ConversationCancelled() | ConversationMissed():
            one = attrs.evolve(one, fault=entry.fault, settled_at=at)
        case ConversationHeld():
            one = attrs.evolve(one.with_coach(entry.coach, by=by), minutes=entry.minutes, fault=None, settled_at=at)
        case ChargeContested():
            one = attrs.evolve(one, contested=entry.words)
        case _:
            one = attrs.evolve(one, waived=entry.reason)
    return conversations.with_(one)
