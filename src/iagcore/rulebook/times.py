"""TIM: what happened, and when. A record says what has happened by then, and a plan what is to come.

A missed mark before the booked hour would be a way round notice: it changes neither the conversation nor its minutes.
"""

from typing import Final

from iagcore.practice.conversations import ConversationMissed, State
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Verdict, verdict
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.sources import LOCAL


@rule(
    "TIM-03",
    MUST,
    question="May I mark a conversation as missed before its time?",
    source=LOCAL,
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


TIMES: Final[tuple[Rule, ...]] = (booked_hour_has_come,)
