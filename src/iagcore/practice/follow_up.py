"""Follow-up: getting in touch some months afterwards, with the learner's consent to be contacted.

The case study's ends with an e-mail: a test passed, a trip made, a job applied for. Planning a follow-up needs consent
to be contacted; one that was made is a fact and is recorded, whoever wrote first. What came of a goal is recorded with
the goal.
"""

from datetime import date, datetime
from typing import Annotated

import attrs

from iagcore.practice.kinds import FACT, PLAN, WITHDRAWN, Day, Entry, Flag, Id, Words, kept, kind, one_of

Contact = Annotated[str, one_of("way of contact", "e-mail", "telephone", "text message", "letter", "in person")]


@kind(
    PLAN,
    by=("coach", "lead"),
    reads="learner",
    parts="follow_ups",
    in_confidence=False,
    begins="follow_up",
    amended=WITHDRAWN,
)
class FollowUpPlanned(Entry):
    """A follow-up is planned for a day."""

    follow_up: Id
    planned_for: Day
    how: Contact | None = None


@kind(FACT, by=("coach", "lead"), parts="follow_ups", in_confidence=False, points_to="follow_up")
class FollowUpMade(Entry):
    """The learner and the programme were in touch afterwards; `answered` unsaid is unknown."""

    how: Contact
    follow_up: Id | None = None
    answered: Flag | None = None
    words: Words | None = None


@attrs.frozen
class Planned:
    """A follow-up that is planned."""

    id: str
    day: date
    how: str | None


@attrs.frozen(kw_only=True)
class Made:
    """A follow-up that was made, and what was said."""

    at: datetime
    how: str
    follow_up: str | None
    answered: bool | None
    words: str | None


@attrs.frozen
class FollowUps:
    """The follow-ups of one journey. Usable alone."""

    planned: tuple[Planned, ...] = attrs.field(default=(), converter=kept)
    made: tuple[Made, ...] = attrs.field(default=(), converter=kept)

    @property
    def still_planned(self) -> tuple[Planned, ...]:
        """Those that were planned and not made yet."""
        done = {one.follow_up for one in self.made}
        return tuple(one for one in self.planned if one.id not in done)


def apply(follow_ups: FollowUps, entry: Entry, *, at: datetime) -> FollowUps:
    """The follow-ups after `entry`, which happened at `at`."""
    match entry:
        case FollowUpPlanned():
            planned = Planned(entry.follow_up, entry.planned_for, entry.how)
            others = tuple(one for one in follow_ups.planned if one.id != planned.id)
            return attrs.evolve(follow_ups, planned=(*others, planned))
        case FollowUpMade():
            made = Made(at=at, how=entry.how, follow_up=entry.follow_up, answered=entry.answered, words=entry.words)
            return attrs.evolve(follow_ups, made=(*follow_ups.made, made))
        case _:
            return follow_ups
