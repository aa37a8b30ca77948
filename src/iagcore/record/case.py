"""A case: everything that a decision may look at.

When and by whom, the policy, and the parts of a journey. A part may be absent; a rule that needs it is then *not
assessed*, and a MUST that is not assessed refuses a plan, because what is unknown never passes.

Every "as if" (as if its own hold were released, as if it had been corrected) is a different case, built here or in
`amending.py`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

import attrs

from iagcore.policy import Policy, PolicyOnDay
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.coaches import Coaching
from iagcore.practice.consent import Consents
from iagcore.practice.conversations import Conversations
from iagcore.practice.grow import Grow
from iagcore.practice.kinds import Entry, Nature, accept_moment, accept_party, accepted
from iagcore.practice.learners import JourneyStatus
from iagcore.practice.learning import Learning
from iagcore.practice.measures import Measures
from iagcore.practice.opportunities import Opportunity
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import Readiness
from iagcore.practice.safeguarding import Safeguarding
from iagcore.practice.self_efficacy import SelfEfficacy
from iagcore.record.home import Home, LineKey, Parts, Place
from iagcore.record.journey import Hour, Timeline
from iagcore.record.settling import settle

UNKNOWN: Final = "Something that has to be known first is not known yet."
"""What a learner is told where nothing plainer can be said."""


class NotKnown(LookupError):
    """A rule asked for something that the case does not have. Judging turns it into *not assessed*."""

    def __init__(self, what: str, plainly: str = UNKNOWN) -> None:
        self.what, self.plainly = what, plainly
        super().__init__(what)


@attrs.frozen
class Amending:
    """What an amendment concerns, as far as its rules look.

    `place` is None where the target is no record of a stack of this home. `as_a_fact` says that it is judged as a
    fact: what it amends is one, or a plan that a fact has settled since.
    """

    place: Place | None
    as_a_fact: bool


def _at(value: Any) -> datetime:
    return accepted("at", value, accept_moment)


def _by(value: Any) -> str:
    return accepted("by", value, accept_party)


@attrs.frozen(kw_only=True)
class Case:
    """What a decision may look at. Its parts are ordinary values; leave out what you do not have.

    `at` is when the entry happened or was decided (aware), `by` who makes it. `home` is the subject it is recorded
    under; `beforehand` says that it is asked before it happens, where its kind says that it did; `opened` are the line
    ids ever used there; `places` what is on its record before the entry; `learner` whose journey it is; `coach` the
    readiness of the coach whom the entry is about; `opportunity` what the directory knows of what it points to;
    `consents` what the learner consented to, on other journeys too; `timelines` the hours of the people concerned, by
    subject, as if the lines that the entry changes were released.
    """

    policy: Policy = attrs.field(kw_only=False)
    at: datetime = attrs.field(converter=_at)
    by: str = attrs.field(converter=_by)
    learner: str | None = None
    _allowance: Allowance | None = attrs.field(default=None, alias="allowance")
    _bookings: Conversations | None = attrs.field(default=None, alias="bookings")
    _grow: Grow | None = attrs.field(default=None, alias="grow")
    _self_efficacy: SelfEfficacy | None = attrs.field(default=None, alias="self_efficacy")
    _learning: Learning | None = attrs.field(default=None, alias="learning")
    _measures: Measures | None = attrs.field(default=None, alias="measures")
    _coaching: Coaching | None = attrs.field(default=None, alias="coaching")
    _coach: Readiness | None = attrs.field(default=None, alias="coach")
    _consents: Consents | None = attrs.field(default=None, alias="consents")
    _safeguarding: Safeguarding | None = attrs.field(default=None, alias="safeguarding")
    _status: JourneyStatus | None = attrs.field(default=None, alias="status")
    home: str | None = None
    beforehand: bool = False
    opportunity: Opportunity | None = None
    _timelines: Mapping[str, Timeline] | None = attrs.field(default=None, alias="timelines")
    _amending: Amending | None = attrs.field(default=None, alias="amending")
    opened: frozenset[LineKey] = frozenset()
    _places: tuple[Place, ...] | None = attrs.field(default=None, alias="places")
    effect: tuple[Line, ...] = ()

    @classmethod
    def of(cls, home: Home, policy: Policy, *, at: datetime, by: str) -> "Case":
        """The case that a journey supplies, or a coach's own record."""
        return cls.given(
            home.parts, home.allowance, policy, at=at, by=by, of=home, opened=frozenset(home.opened), places=home.places
        )

    @classmethod
    def given(
        cls,
        parts: Parts,
        allowance: Allowance,
        policy: Policy,
        *,
        at: datetime,
        by: str,
        of: Home,
        opened: frozenset[LineKey],
        places: tuple[Place, ...],
    ) -> "Case":
        """The case that the parts and the minutes of a home supply, at any place of its history."""
        return cls(
            policy,
            at=at,
            by=by,
            learner=of.learner,
            home=of.subject,
            allowance=allowance,
            bookings=parts.bookings,
            grow=parts.grow,
            self_efficacy=parts.self_efficacy,
            learning=parts.learning,
            measures=parts.measures,
            coaching=parts.coaching,
            coach=parts.readiness if role_of(of.subject) == "coach" else None,
            consents=parts.consents,
            safeguarding=parts.safeguarding,
            status=parts.status,
            opened=opened,
            places=places,
        )

    @property
    def today(self) -> PolicyOnDay:
        """The policy's values on the day of `at`."""
        return self.policy.at(self.policy.day(self.at))

    def on_day_of(self, moment: datetime) -> PolicyOnDay:
        """The policy's values on the day of another moment."""
        return self.policy.at(self.policy.day(moment))

    def day_of(self, moment: datetime) -> date:
        """The date of a moment, where the policy is at home."""
        return self.policy.day(moment)

    @property
    def allowance(self) -> Allowance:
        """The minutes before the entry."""
        return known("the allowance", self._allowance)

    @property
    def allowance_after(self) -> Allowance:
        """The minutes once the entry's effect is assigned."""
        return self.allowance.after(self.effect)

    @property
    def bookings(self) -> Conversations:
        """The journey's conversations."""
        return known("the journey's conversations", self._bookings)

    @property
    def grow(self) -> Grow:
        """The journey's GROW notes."""
        return known("the journey's GROW notes", self._grow)

    @property
    def self_efficacy(self) -> SelfEfficacy:
        """The journey's evidence and diary."""
        return known("the journey's evidence", self._self_efficacy)

    @property
    def learning(self) -> Learning:
        """The journey's courses."""
        return known("the journey's courses", self._learning)

    @property
    def measures(self) -> Measures:
        """The journey's measures."""
        return known("the journey's measures", self._measures)

    @property
    def coaching(self) -> Coaching:
        """Who goes with the learner."""
        return known("who goes with the learner", self._coaching)

    @property
    def coach(self) -> Readiness:
        """The readiness of the coach whom the entry is about."""
        return known("the coach's readiness", self._coach)

    @property
    def consents(self) -> Consents:
        """What the learner consented to."""
        return known("what the learner consented to", self._consents)

    @property
    def safeguarding(self) -> Safeguarding:
        """The journey's concerns."""
        return known("whether a concern is open", self._safeguarding)

    @property
    def places(self) -> tuple[Place, ...]:
        """What is on the record before the entry."""
        return known("what is on the record", self._places)

    @property
    def status(self) -> JourneyStatus:
        """Whether the journey is open."""
        return known("whether the journey is open", self._status)

    @property
    def amending(self) -> Amending:
        """What an amendment does."""
        return known("what the amendment concerns", self._amending)

    @property
    def amended_place(self) -> Place:
        """The place that an amendment concerns."""
        return known("the record that is amended", self.amending.place)

    @property
    def changes_minutes(self) -> bool:
        """Whether the entry's effect changes how many minutes any line holds, has used or grants."""
        pairs = [(line, self.allowance[line.key]) for line in self.effect]
        return any((one.grant, one.held, one.used) != (was.grant, was.held, was.used) for one, was in pairs)

    @property
    def newly_held(self) -> tuple[Line, ...]:
        """The lines that, by this entry's effect, hold an hour, or a person, that they did not hold before."""
        return tuple(line for line in self.effect if line.hour and not _holds_already(self.allowance[line.key], line))

    @property
    def taken(self) -> tuple[str, ...]:
        """Who is already booked at an hour that this entry would newly hold, and when."""
        timelines = known("who is booked when", self._timelines)
        found: list[str] = []
        for line in self.newly_held:
            assert line.starts_at is not None  # a line that holds an hour has its start
            hour = Hour(line.starts_at, line.held)
            for subject in (known("whose journey it is", self.learner), known("the coach", line.coach)):
                clashes = known(f"when {subject} is booked", timelines.get(subject)).clashes(hour)
                found += [
                    f"{subject} {self._clock(clash.starts_at)} to {self._clock(clash.ends_at)}" for clash in clashes
                ]
            # the effect's own lines were released for this: those that end holding an hour are taken as they end
            found += [
                f"conversation {other.id} {self._clock(other.starts_at)}"
                for other in self.effect
                if other.starts_at and other.key != line.key and hour.overlaps(Hour(other.starts_at, other.held))
            ]
        return tuple(found)

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.policy.zone):%d %b %Y %H:%M}"

    def settled(self, entry: Entry) -> "Case":
        """The case with the effect that `entry` would have, were it accepted.

        A plan is taken to fit, so that every finding about it comes at once; a fact that does not fit changes nothing.
        """
        return attrs.evolve(self, effect=self.effect_of(entry, as_if_it_fits=entry.declares.nature is Nature.PLAN))

    def effect_of(self, entry: Entry, *, as_if_it_fits: bool = False) -> tuple[Line, ...]:
        """The lines that `entry` assigns, under this case's policy."""
        return settle(
            entry,
            at=self.at,
            values=self.today,
            allowance=self._allowance or Allowance(0),
            bookings=self._bookings,
            as_if_it_fits=as_if_it_fits,
        )


T = TypeVar("T")


def known(what: str, part: T | None, *, plainly: str = UNKNOWN) -> T:
    """A value that a rule needs. Raises `NotKnown` where it is missing; `plainly` says so to a learner."""
    if part is None:
        raise NotKnown(what, plainly)
    return part


def _holds_already(before: Line, after: Line) -> bool:
    # a conversation that keeps its coach and stays within its own hour takes nothing new
    if before.hour is None or after.hour is None:
        return False
    return before.coach == after.coach and before.hour[0] <= after.hour[0] and after.hour[1] <= before.hour[1]
