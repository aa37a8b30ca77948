"""St Anne's College's own rules: no booking in exam weeks, and conversations in office hours.

The exam weeks are a policy value, so that the exams office changes them in a policy file, and no code changes.
"""

from iagcore.entries import ConversationBooked, ConversationRescheduled
from iagcore.extending import (
    FACT,
    MUST,
    SHOULD,
    Case,
    Entry,
    Extension,
    Id,
    Value,
    Verdict,
    Words,
    kind,
    none_of,
    rule,
    verdict,
)
from iagcore.extending.values import Periods

OPENS, CLOSES = 9, 17
"""Office hours: the hours of the day, on the clock where the college is."""

EXAM_WEEKS = Value(
    "sac/exam_weeks", "days, both included", "No conversation is booked in these weeks: learners sit exams.", Periods()
)


@kind(FACT, prefix="sac", about=("journey",), by=("coach", "lead"), begins="message", in_confidence=False)
class TextMessageSent(Entry):
    """A text message was sent to the learner."""

    message: Id
    words: Words
    conversation: Id | None = None


@rule(
    "SAC-01",
    MUST,
    question="May I book a conversation in an exam week?",
    source="St Anne's exams office, memo of 3 February 2027",
    remedy="Choose a day outside the exam weeks.",
    plain_remedy="Ask your coach about a day in another week.",
    breach="Offer the learner a day outside the exam weeks.",
    plain_breach="A conversation on your record is in an exam week. We will offer you another day.",
    values=("sac/exam_weeks",),
)
def not_in_an_exam_week(entry: ConversationBooked | ConversationRescheduled, case: Case) -> Verdict:
    """No conversation is booked in an exam week."""
    day = case.day_of(entry.starts_at)
    weeks = case.on_day_of(entry.starts_at).cited("sac/exam_weeks").value
    return none_of(
        [str(week) for week in weeks if week.includes(day)],
        says="{day} is in an exam week ({found})",
        otherwise="{day} is in no exam week",
        plainly="{day} is in an exam week.",
        day=f"{day:%d %b %Y}",
    )


@rule(
    "SAC-02",
    SHOULD,
    question="When does a conversation start?",
    source="St Anne's coaching handbook, 4.2",
    remedy="Choose a time in office hours.",
    always_assessed="a booking always says when it starts",
)
def in_office_hours(entry: ConversationBooked | ConversationRescheduled, case: Case) -> Verdict:
    """A conversation starts in office hours: from 9:00, and before 17:00."""
    starts_at = entry.starts_at.astimezone(case.policy.zone)
    return verdict(
        OPENS <= starts_at.hour < CLOSES,
        says="it starts at {time}; the office is open from {opens}:00 to {closes}:00",
        time=f"{starts_at:%H:%M}",
        opens=OPENS,
        closes=CLOSES,
    )


SAC = Extension(
    "sac",
    kinds=[TextMessageSent],
    rules=[not_in_an_exam_week, in_office_hours],
    values=[EXAM_WEEKS],
    texts={"title": "St Anne's College", "about": "When conversations are booked at St Anne's."},
)
