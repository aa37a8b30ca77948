"""A state machine: booking life and allowance, through the front door, against a model simple enough to read aloud."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.conversations import (
    ChargeWaived,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyReopened, LearnerLeft
from iagcore.record.findings import Decision
from tests.casework import JO, NINA, casebook, on
from tests.laws.histories import CHARGING, begin, examples

CHARGES = {"learner-excused": 20, "learner-unexcused": 10_000, "provider": 0, "logistics": 0}
ids = st.sampled_from(("c1", "c2", "c3", "c4", "c5"))
lengths = st.sampled_from((15, 44, 45, 60, 90, 181))
faults = st.sampled_from(tuple(CHARGES))


class BookingLife(RuleBasedStateMachine):
    """The model: a word and a number for each conversation, and one number for what is granted."""

    def __init__(self) -> None:
        super().__init__()
        self.word: dict[str, str] = {}
        self.held: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self.granted = 180
        self.extended = 0
        self.open = True
        self.hour = 0

    @initialize()
    def begin(self) -> None:
        self.cases = casebook(under=CHARGING, now=lambda: on(400))
        begin(self.cases, ("a",))

    def ask(self, entry: Entry, *, by: str = NINA, day: int = -10) -> Decision:
        return self.cases.record("a", entry, by=by, at=on(day))

    def remaining(self) -> int:
        return self.granted - sum(self.held.values()) - sum(self.used.values())

    def free_hour(self) -> Any:
        self.hour += 4
        return on(self.hour // 24, self.hour % 24)

    @rule(id=ids, minutes=lengths)
    def book(self, id: str, minutes: int) -> None:
        decision = self.ask(
            ConversationBooked(conversation=id, coach=NINA, starts_at=self.free_hour(), minutes=minutes)
        )
        expected = self.open and id not in self.word and minutes <= self.remaining()
        assert decision.accepted is expected
        if expected:
            self.word[id], self.held[id] = "booked", minutes

    @rule(id=ids, minutes=lengths)
    def move(self, id: str, minutes: int) -> None:
        decision = self.ask(ConversationRescheduled(conversation=id, starts_at=self.free_hour(), minutes=minutes))
        own = self.held.get(id, 0)
        expected = (
            self.open
            and self.word.get(id) == "booked"
            and (minutes <= own or minutes <= max(0, self.remaining() + own))
        )
        assert decision.accepted is expected
        if expected:
            self.held[id] = minutes

    @rule(id=ids, fault=faults, late=st.booleans())
    def cancel(self, id: str, fault: str, late: bool) -> None:
        decision = self.ask(ConversationCancelled(conversation=id, fault=fault), day=400 if late else -10)
        self.settle(id, decision, charge=CHARGES[fault] if late else 0, word="cancelled")

    @rule(id=ids, fault=faults)
    def miss(self, id: str, fault: str) -> None:
        decision = self.ask(ConversationMissed(conversation=id, fault=fault), day=400)
        self.settle(id, decision, charge=CHARGES[fault], word="missed")

    def settle(self, id: str, decision: Decision, *, charge: int, word: str) -> None:
        assert decision.accepted
        fits = self.word.get(id) == "booked"
        assert ("BKG-01" in [one.rule for one in decision.breaches]) is not fits
        if fits:
            self.used[id] = min(charge, self.held.pop(id))
            self.word[id] = word

    @rule(id=ids, minutes=lengths)
    def hold(self, id: str, minutes: int) -> None:
        decision = self.ask(
            ConversationHeld(conversation=id, coach=NINA, minutes=minutes, one_to_one=True, in_private=True)
        )
        assert decision.accepted
        fits = self.word.get(id) != "held"
        before = sum(self.used.values())
        if fits:
            self.held.pop(id, None)
            self.used[id], self.word[id] = -(-minutes // 5) * 5, "held"
        after = sum(self.used.values())
        expected = ([] if fits else ["BKG-01"]) + (["ALW-02"] if after > max(self.granted, before) else [])
        assert sorted(one.rule for one in decision.breaches) == sorted(expected)

    @rule(id=ids)
    def waive(self, id: str) -> None:
        decision = self.ask(ChargeWaived(conversation=id, reason="the bus"), by=JO)
        assert decision.accepted
        if self.word.get(id) == "missed":
            self.word[id], self.used[id] = "waived", 0

    @rule(extension=st.sampled_from(("e1", "e2", "e3")), minutes=st.sampled_from((15, 30, 60)))
    def extend(self, extension: str, minutes: int) -> None:
        decision = self.ask(AllowanceExtended(extension=extension, minutes=minutes, reason="more to do"), by=JO)
        expected = self.open and extension not in self.word and self.extended + minutes <= 60
        assert decision.accepted is expected
        if expected:
            self.word[extension] = "extension"
            self.extended += minutes
            self.granted += minutes

    @rule()
    def leave(self) -> None:
        self.ask(LearnerLeft(how="disengaged")).require()
        self.open = False
        for id in list(self.held):
            del self.held[id]
            self.word[id] = "released"

    @rule()
    def come_back(self) -> None:
        self.ask(JourneyReopened()).require()
        self.open = True

    @invariant()
    def the_journey_is_as_the_model_says(self) -> None:
        journey = self.cases.journey("a")
        one = journey.allowance
        assert (one.ceiling, one.booked, one.used) == (self.granted, sum(self.held.values()), sum(self.used.values()))
        assert one.remaining == max(0, self.remaining())
        assert one.shortfall == max(0, -self.remaining())
        words = {conversation.id: str(conversation.state) for conversation in journey.conversations.all}
        assert words == {id: word for id, word in self.word.items() if word != "extension"}


BookingLife.TestCase.settings = examples(60, stateful_step_count=25)
TestBookingLife = BookingLife.TestCase
