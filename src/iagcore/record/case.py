"""What is asked, and the case: everything that a decision about it may look at.

When and by whom, the policy, and the parts of a journey. A part may be absent; a rule that needs it is then *not
assessed*, and a MUST that is not assessed refuses a plan, because what is unknown never passes.

Every "as if" (as if its own hold were released, as if it had been corrected) is a different case, built here or in
`amending.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, NoReturn, TypeVar

import attrs

from iagcore.opportunities import Opportunity
from iagcore.policy import Policy, PolicyOnDay
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import Amendment
from iagcore.practice.kinds import FACT, PLAN, Entry, Nature, accept_moment, accept_party, accepted
from iagcore.practice.parties import role_of
from iagcore.practice.times import clock
from iagcore.record.home import Home, K, LineKey, Noted, Place, noted
from iagcore.record.journey import Hour, Timeline
from iagcore.record.parts import WHAT, Parts
from iagcore.record.settling import settle

T = TypeVar("T")

UNKNOWN: Final = "Something that has to be known first is not known yet."
"""What a learner is told where nothing plainer can be said."""


class NotKnown(LookupError):
    """A rule asked for something that the case does not have. Judging turns it into *not assessed*."""

    def __init__(self, what: str, plainly: str = UNKNOWN) -> None:
        self.what, self.plainly = what, plainly
        super().__init__(what)


@attrs.frozen(repr=False)
class Absent:
    """What a case was not given. Whatever is looked for in it is not known: `NotKnown`, with what it is."""

    _what: str

    def __repr__(self) -> str:
        return f"<not known: {self._what}>"

    def _missing(self, *_: object) -> NoReturn:
        raise NotKnown(self._what)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # nothing of the record's: somebody asks what this is
            raise AttributeError(name)
        raise NotKnown(self._what)

    __getitem__ = __iter__ = __len__ = __bool__ = __contains__ = _missing


def absent(what: str) -> Any:
    """What stands in a field of a case that may be left out: it is typed as what is expected there."""
    return Absent(what)


def said(part: T) -> T | None:
    """A part of a case, or None where it was not given."""
    return None if isinstance(part, Absent) else part


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


def _may_be_absent(_: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Every part may be left out of a case, and what is given as None is left out."""
    parts = {one.name: Absent(one.metadata[WHAT]) for one in fields if WHAT in one.metadata}
    parts |= {one.name: one.default for one in fields if isinstance(one.default, Absent)}
    return [
        one.evolve(default=parts[one.name], converter=_or(parts[one.name])) if one.name in parts else one
        for one in fields
    ]


def _or(missing: Absent) -> Callable[[Any], Any]:
    return lambda given: missing if given is None else given


@attrs.frozen(kw_only=True, field_transformer=_may_be_absent)
class Case(Parts):
    """What a decision may look at. Its parts are ordinary values; leave out what you do not have.

    `at` is when the entry happened or was decided (aware), `by` who makes it, and `recorded_at` when it is put on the
    record: at once, where it is left out. `home` is the subject it is recorded under; `beforehand` says that it is
    asked before it happens, where its kind says that it did; `opened` are the line ids ever used there; `places` what
    is on its record before the entry, and `order` every record id there with its number in the order of recording;
    `learner` whose journey it is; `readiness` that of the coach whom the entry is about; `opportunity` what the
    directory knows of what it points to; `consents` what the learner consented to, on other journeys too; `elsewhere`
    the learner's other journeys by name, for a start and a conversation that was held; `timelines` the hours of the
    people concerned, by subject, as if the lines that the entry changes were released.
    """

    policy: Policy = attrs.field(kw_only=False)
    at: datetime = attrs.field(converter=_at)
    by: str = attrs.field(converter=_by)
    recorded_at: datetime = attrs.field(default=attrs.Factory(lambda self: self.at, takes_self=True), converter=_at)
    learner: str | None = None
    allowance: Allowance = attrs.field(default=absent("the allowance"))
    home: str | None = None
    beforehand: bool = False
    opportunity: Opportunity | None = None
    timelines: Mapping[str, Timeline] = attrs.field(default=absent("who is booked when"))
    amending: Amending = attrs.field(default=absent("what the amendment concerns"))
    elsewhere: Mapping[str, Home] = attrs.field(default=absent("the learner's other journeys"))
    opened: frozenset[LineKey] = frozenset()
    places: tuple[Place, ...] = attrs.field(default=absent("what is on the record"))
    order: Mapping[str, int] = attrs.field(factory=dict)
    effect: tuple[Line, ...] = ()

    @classmethod
    def of(cls, home: Home, policy: Policy, *, at: datetime, by: str, **known: Any) -> "Case":
        """The case that a journey supplies, or a coach's own record, with whatever else is `known`."""
        named = home.by_name() | known
        if role_of(home.subject) != "coach":
            del named["readiness"]
        return cls(
            policy,
            at=at,
            by=by,
            learner=home.learner,
            home=home.subject,
            allowance=home.allowance,
            opened=frozenset(home.opened),
            places=home.places,
            order=home.ids,
            **named,
        )

    @cached_property
    def today(self) -> PolicyOnDay:
        """The policy's values on the day of `at`."""
        return self.policy.at(self.policy.day(self.at))

    def on_day_of(self, moment: datetime) -> PolicyOnDay:
        """The policy's values on the day of another moment."""
        return self.policy.at(self.policy.day(moment))

    def day_of(self, moment: datetime) -> date:
        """The date of a moment, where the policy is at home."""
        return self.policy.day(moment)

    @cached_property
    def today_of_recording(self) -> date:
        """The date on which the entry is put on the record."""
        return self.day_of(self.recorded_at)

    @property
    def allowance_after(self) -> Allowance:
        """The minutes once the entry's effect is assigned."""
        return self.allowance.after(self.effect)

    @property
    def amended_place(self) -> Place:
        """The place that an amendment concerns."""
        return known("the record that is amended", self.amending.place)

    def noted(self, kind: type[K]) -> tuple[Noted[K], ...]:
        """What stands on the record of a kind, in the order of recording."""
        return noted(self.places, kind)

    @property
    def changes_minutes(self) -> bool:
        """Whether the entry's effect changes how many minutes any line holds, has used or grants."""
        pairs = [(line, self.allowance[line.key]) for line in self.effect]
        return any((one.grant, one.booked, one.used) != (was.grant, was.booked, was.used) for one, was in pairs)

    @property
    def newly_held(self) -> tuple[Line, ...]:
        """The lines that, by this entry's effect, hold an hour, or a person, that they did not hold before."""
        return tuple(line for line in self.effect if line.hour and not _holds_already(self.allowance[line.key], line))

    @property
    def taken(self) -> tuple[str, ...]:
        """Who is already booked at an hour that this entry would newly hold, and when."""
        found: list[str] = []
        for line in self.newly_held:
            assert line.starts_at is not None  # a line that holds an hour has its start
            hour = Hour(line.starts_at, line.booked)
            for subject in (known("whose journey it is", self.learner), known("the coach", line.coach)):
                hours = known(f"when {subject} is booked", self.timelines.get(subject))
                found += self._clashes(subject, hours.clashes(hour))
            # the effect's own lines were released for this: those that end holding an hour are taken as they end
            found += [
                f"conversation {other.id} {self.clock(other.starts_at)}"
                for other in self.effect
                if other.starts_at and other.key != line.key and hour.overlaps(Hour(other.starts_at, other.booked))
            ]
        return tuple(found)

    @property
    def held_at_once(self) -> tuple[str, ...]:
        """Who had another conversation in the hour in which this one is known to have been held, and when."""
        found: list[str] = []
        for line in self.effect:
            if not line.took or line.starts_at is None:
                continue
            for subject in (known("whose journey it is", self.learner), known("the coach", line.coach)):
                hours = known(f"what {subject} had", self.timelines.get(subject))
                found += self._clashes(subject, hours.clashes(Hour(line.starts_at, line.took), held=True))
        return tuple(found)

    def _clashes(self, subject: str, hours: Iterable[Hour]) -> list[str]:
        return [f"{subject} {self.clock(one.starts_at)} to {self.clock(one.ends_at)}" for one in hours]

    def clock(self, moment: datetime) -> str:
        """A moment as staff read it, where the policy is at home."""
        return clock(moment, self.policy.zone)

    def settled(self, entry: Entry) -> "Case":
        """The case with the effect that `entry` would have, were it accepted.

        A plan is taken to fit, so that every finding about it comes at once; a fact that does not fit changes nothing.
        """
        return attrs.evolve(self, effect=self.effect_if_made(entry))

    def effect_if_made(self, entry: Entry) -> tuple[Line, ...]:
        """The lines that `entry` assigns, were it accepted."""
        return self.effect_of(entry, as_if_it_fits=entry.declares.nature is Nature.PLAN)

    def effect_of(self, entry: Entry, *, as_if_it_fits: bool = False) -> tuple[Line, ...]:
        """The lines that `entry` assigns, under this case's policy."""
        return settle(
            entry,
            at=self.at,
            recorded_at=self.recorded_at,
            values=self.today,
            allowance=said(self.allowance) or Allowance(0),
            conversations=said(self.conversations),
            as_if_it_fits=as_if_it_fits,
        )


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


@attrs.frozen(kw_only=True)
class Asked:
    """One entry that somebody wants on the record: who, when, and under which id it would stand there.

    `at` is when it happened or was decided, `recorded_at` when it is put on the record.
    `nature` is how it is judged: its kind's own, unless it is asked beforehand about what the kind says happened.
    `apart` is the home in confidence where it would stand, None where that is the home that it is asked of.
    `place` is what it amends, where it is an amendment and there is such a place; `opportunity` what the directory
    knows of what it points to.
    """

    entry: Entry
    by: str
    at: datetime
    recorded_at: datetime
    id: str
    nature: Nature
    apart: Home | None = None
    place: Place | None = None
    opportunity: Opportunity | None = None

    @classmethod
    def of(
        cls,
        home: Home,
        entry: Entry,
        *,
        by: str,
        at: datetime | None,
        recorded_at: datetime,
        id: str,
        nature: Nature | None = None,
        apart: Home | None = None,
        opportunity: Opportunity | None = None,
    ) -> "Asked":
        """What is asked of a home. Without `at` it is at the time of what it amends, or now.

        Without a `nature`, an amendment is judged as a plan, until it is known what it amends.
        """
        place = (apart or home).stack_of(entry.target) if isinstance(entry, Amendment) else None
        return cls(
            entry=entry,
            by=by,
            at=at or (place.at if place else recorded_at),
            recorded_at=recorded_at,
            id=id,
            nature=nature or (PLAN if isinstance(entry, Amendment) else entry.declares.nature),
            apart=apart,
            place=place,
            opportunity=opportunity,
        )

    @property
    def beforehand(self) -> bool:
        """Whether it is asked before it happens, where its kind says that it did."""
        return self.nature is PLAN and self.entry.declares.nature is FACT
