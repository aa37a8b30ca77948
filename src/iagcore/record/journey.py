"""The journey: a fold of records, in the order of recording.

The fold keeps the effects that decisions settled, and never reads policy. State is derived, never stored. A record
that is not an amendment takes a *place*; a correction or a withdrawal changes what stands at a place, and the entries
are then folded once more from the start, while the lines of minutes take the assignments that the correction settled.

A *timeline* is the same for one person across journeys: the hours that lines hold, folded from envelopes alone, so
that a coach's timeline stands after a learner's words and references are gone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import attrs

from iagcore.practice import (
    allowance,
    amendments,
    coaches,
    conversations,
    grow,
    learners,
    learning,
    measures,
    safeguarding,
    self_efficacy,
)
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import Amendments, BreachAuthorised, EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import Coaching
from iagcore.practice.conversations import Conversations
from iagcore.practice.grow import Grow
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted, JourneyStatus
from iagcore.practice.learning import Learning
from iagcore.practice.measures import Measures
from iagcore.practice.safeguarding import ConcernRaised, Safeguarding
from iagcore.practice.self_efficacy import SelfEfficacy
from iagcore.record.findings import Assessment, Weight
from iagcore.record.records import Envelope, Record, UnreadEntry

LineKey = tuple[str, str]


@attrs.frozen
class Parts:
    """What the practice modules make of the entries: everything of a journey but its minutes and its findings."""

    status: JourneyStatus = JourneyStatus()
    bookings: Conversations = Conversations()
    grow: Grow = Grow()
    self_efficacy: SelfEfficacy = SelfEfficacy()
    learning: Learning = Learning()
    measures: Measures = Measures()
    coaching: Coaching = Coaching()
    safeguarding: Safeguarding = Safeguarding()
    amendments: Amendments = Amendments()

    def after(self, entry: Entry, *, at: datetime) -> "Parts":
        """The parts after `entry`; a part that the entry does not concern stays the very same."""
        changed = {
            name: module.apply(getattr(self, name), entry, at=at)
            for name, module in APPLIED_BY.get(type(entry).__module__, {}).items()
        }
        return attrs.evolve(self, **changed) if changed else self


APPLIED_BY: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        # the module that owns a kind: the parts it concerns, and the module that applies it there
        learners.__name__: {"status": learners, "bookings": conversations},
        conversations.__name__: {"bookings": conversations},
        grow.__name__: {"grow": grow},
        self_efficacy.__name__: {"self_efficacy": self_efficacy},
        learning.__name__: {"learning": learning},
        measures.__name__: {"measures": measures},
        coaches.__name__: {"coaching": coaches},
        safeguarding.__name__: {"safeguarding": safeguarding},
        amendments.__name__: {"amendments": amendments},
        allowance.__name__: {},
    }
)
"""The table from an entry to the state that applies it. Minutes are not here: lines carry them."""


@attrs.frozen
class Version:
    """One entry of a stack, the original or a correction of it, and the lines that its record settled."""

    record: str
    entry: Entry
    at: datetime
    by: str
    effect: tuple[Line, ...] = ()


@attrs.frozen
class Place:
    """One place in the order of a journey: the record that took it, the stack upon it, and what stands there.

    `findings` are those that stand now; `opened_before` how many line ids had been used when it was recorded; and
    `authorises` the finding that stood when this place authorised a breach, with the record it stood on.
    """

    record: str
    original: Entry
    at: datetime
    policy: str
    stack: tuple[Version, ...]
    findings: tuple[Assessment, ...]
    opened_before: int
    authorises: tuple[str, Assessment] | None = None

    @property
    def top(self) -> Version | None:
        """The entry that stands at this place, or None where all was withdrawn."""
        return self.stack[-1] if self.stack else None


def _opens(entry: Entry) -> LineKey | None:
    if isinstance(entry, UnreadEntry) or entry.declares.opens is None:
        return None
    sort, field = entry.declares.opens
    return sort, getattr(entry, field) if field else sort


@attrs.frozen
class Standing:
    """A finding that stands on a record of the journey."""

    record: str
    finding: Assessment


@attrs.frozen
class Journey:
    """One learner on one programme, as the record gives it.

    Its parts are ordinary values: `status`, `bookings`, `allowance`, `grow`, `self_efficacy`, `learning`, `measures`,
    `coaching`, `safeguarding`. `learner` is whose it is for ever: an accepted start, or a concern that names its
    learner, fixes it.
    """

    name: str
    learner: str | None = None
    allowance: Allowance = Allowance(0)
    parts: Parts = Parts()
    places: tuple[Place, ...] = ()
    opened: tuple[LineKey, ...] = ()
    stacks: Mapping[str, int] = attrs.field(factory=dict)
    # where the fold stands in its store: no part of what the journey is
    version: int = attrs.field(default=0, eq=False)
    last: str | None = attrs.field(default=None, eq=False)
    plain: bytes = attrs.field(default=b"", eq=False, repr=False)
    ids: Mapping[str, int] = attrs.field(factory=dict, eq=False, repr=False)
    surrogates: Mapping[LineKey, str] = attrs.field(factory=dict, eq=False, repr=False)

    @property
    def subject(self) -> str:
        """The subject it is filed under."""
        return f"journey:{self.name}"

    @property
    def exists(self) -> bool:
        """Whether anything was accepted; a refusal makes no journey."""
        return bool(self.places)

    @property
    def status(self) -> JourneyStatus:
        """Whether it is open, on which programme."""
        return self.parts.status

    @property
    def bookings(self) -> Conversations:
        """Its conversations."""
        return self.parts.bookings

    @property
    def grow(self) -> Grow:
        """Its GROW notes."""
        return self.parts.grow

    @property
    def self_efficacy(self) -> SelfEfficacy:
        """Evidence by domain, over time, and the diary."""
        return self.parts.self_efficacy

    @property
    def learning(self) -> Learning:
        """Courses, links and other support."""
        return self.parts.learning

    @property
    def measures(self) -> Measures:
        """The measures taken."""
        return self.parts.measures

    @property
    def coaching(self) -> Coaching:
        """Who goes with the learner."""
        return self.parts.coaching

    @property
    def safeguarding(self) -> Safeguarding:
        """The concerns raised."""
        return self.parts.safeguarding

    @property
    def standing(self) -> tuple[Standing, ...]:
        """The findings that stand now, in the order of the journey."""
        return tuple(Standing(place.record, finding) for place in self.places for finding in place.findings)

    @property
    def breaches(self) -> tuple[Standing, ...]:
        """The breaches that nobody has corrected and no lead has authorised."""
        authorised = [place.authorises for place in self.places if place.top is not None]
        return tuple(
            one
            for one in self.standing
            if one.finding.weight is Weight.BREACH and (one.record, one.finding) not in authorised
        )

    def _authorised_by(self, entry: Entry) -> tuple[str, Assessment] | None:
        # what a lead authorises is the breach as it stands: it stands again, unauthorised, once it has changed
        if not isinstance(entry, BreachAuthorised):
            return None
        standing = (one for one in self.standing if (one.record, one.finding.rule) == (entry.record, entry.rule))
        return next(((one.record, one.finding) for one in standing), None)

    @property
    def unread(self) -> tuple[str, ...]:
        """The kinds on the record that this version of the library does not know."""
        tops = (place.top for place in self.places)
        return tuple(top.entry.kind for top in tops if top is not None and isinstance(top.entry, UnreadEntry))

    def stack_of(self, record: str) -> Place | None:
        """The place whose stack a record belongs to, or None."""
        index = self.stacks.get(record)
        return None if index is None else self.places[index]

    def after(self, record: Record, *, version: int = 0, surrogate: str = "", plain: bytes = b"") -> "Journey":
        """The journey after one more record; a refusal leaves it equal."""
        seen = attrs.evolve(self, version=version, last=surrogate, plain=plain, ids={**self.ids, record.id: version})
        if not record.accepted:
            return seen
        lines = tuple(line for _, line in record.effect)
        seen = attrs.evolve(
            seen,
            allowance=self.allowance.after(lines),
            surrogates={**self.surrogates, **{line.key: surrogate for surrogate, line in record.effect}},
        )
        return seen._amended(record) if record.amends else seen._placed(record, lines)

    def _placed(self, record: Record, lines: tuple[Line, ...]) -> "Journey":
        entry = record.entry
        place = Place(
            record.id,
            entry,
            record.at,
            record.policy,
            (Version(record.id, entry, record.at, record.by, lines),),
            tuple(one for one in record.considered if one.weight is not None),
            len(self.opened),
            self._authorised_by(entry),
        )
        named = entry.learner if isinstance(entry, JourneyStarted | ConcernRaised) else None
        return attrs.evolve(
            self,
            learner=self.learner or named,
            parts=self.parts.after(entry, at=record.at),
            places=(*self.places, place),
            opened=self._opened_with(entry),
            stacks={**self.stacks, record.id: len(self.places)},
        )

    def _amended(self, record: Record) -> "Journey":
        assert record.corrects is not None  # an amendment that was accepted names its stack
        index = self.stacks[record.corrects]
        lines = tuple(line for _, line in record.effect)
        stack = stack_after(
            self.places[index], record.entry, record=record.id, at=record.at, by=record.by, effect=lines
        )
        restated = {self.stacks[id]: findings for id, findings in record.restated}
        places = tuple(
            attrs.evolve(
                place,
                stack=stack if n == index else place.stack,
                findings=restated.get(n, place.findings),
                authorises=self._authorised_by(stack[-1].entry) if n == index and stack else place.authorises,
            )
            for n, place in enumerate(self.places)
        )
        parts = Parts()
        for place in places:
            if place.top is not None:
                parts = parts.after(place.top.entry, at=place.top.at)
        corrected = isinstance(record.entry, EntryCorrected)
        return attrs.evolve(
            self,
            parts=parts,
            places=places,
            opened=self._opened_with(record.entry.entry) if isinstance(record.entry, EntryCorrected) else self.opened,
            stacks={**self.stacks, record.id: index} if corrected else self.stacks,
        )

    def _opened_with(self, entry: Entry) -> tuple[LineKey, ...]:
        key = _opens(entry)
        return self.opened if key is None or key in self.opened else (*self.opened, key)


def stack_after(
    place: Place, amendment: Entry, *, record: str, at: datetime, by: str, effect: tuple[Line, ...] = ()
) -> tuple[Version, ...]:
    """The stack at a place once an amendment is made."""
    match amendment:
        case EntryCorrected():
            return (*place.stack, Version(record, amendment.entry, at, by, effect))
        case EntryWithdrawn(whole=True):
            return ()
        case _:
            return place.stack[:-1]


def fold(name: str, records: Iterable[Record]) -> Journey:
    """The journey that records give, in the order of recording."""
    journey = Journey(name)
    for version, record in enumerate(records, start=1):
        journey = journey.after(record, version=version)
    return journey


@attrs.frozen
class Hour:
    """A half-open stretch of time that a line holds."""

    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """When it ends; another hour may begin then."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def overlaps(self, other: "Hour") -> bool:
        """Whether the two share any time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@attrs.frozen
class Timeline:
    """The hours of one learner or coach across journeys, by the surrogate of the line that holds each."""

    subject: str
    hours: Mapping[str, Hour] = attrs.field(factory=dict)
    version: int = attrs.field(default=0, eq=False)
    last: str | None = attrs.field(default=None, eq=False)

    def after(self, envelope: Envelope, about: tuple[str, ...], *, version: int = 0) -> "Timeline":
        """The timeline after one more record that is filed under its subject."""
        hours = dict(self.hours)
        is_coach = self.subject.startswith("coach:")
        for line in envelope.lines:
            mine = not is_coach or (line.coach is not None and about[line.coach] == self.subject)
            if line.held and line.starts_at is not None and mine:
                hours[line.surrogate] = Hour(line.starts_at, line.held)
            else:
                hours.pop(line.surrogate, None)
        return attrs.evolve(self, hours=hours, version=version, last=envelope.surrogate)

    def without(self, lines: Iterable[str]) -> "Timeline":
        """The timeline as if these lines held nothing."""
        released = set(lines)
        return attrs.evolve(self, hours={line: hour for line, hour in self.hours.items() if line not in released})

    def clashes(self, hour: Hour) -> Iterator[Hour]:
        """The hours that overlap `hour`, in order of time."""
        return iter(sorted((one for one in self.hours.values() if one.overlaps(hour)), key=lambda one: one.starts_at))
