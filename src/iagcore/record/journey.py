"""Journeys and coaches: what the record gives of each, and the hours that people hold.

A journey is one learner on one programme. A coach's own record is a timeline of readiness. Both are homes, folded
from their records in the order of recording (`home.py`).

A *timeline* is of one person across journeys: the hours that lines hold, folded from envelopes alone, so that a
coach's timeline stands after a learner's words and references are gone.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import attrs

from iagcore.exceptions import InvalidEntry
from iagcore.practice import consent
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import ROLES, accept_coach, accept_id, accepted, begun_anew
from iagcore.practice.parties import CONCERN, CONCERNS, role_of
from iagcore.record.home import Home, Place, Version, parts_of
from iagcore.record.records import Envelope, Record
from iagcore.record.releasing import View, seen_by


@attrs.frozen
class Journey(Home):
    """One learner on one programme, as the record gives it.

    Its minutes are `allowance`; its parts, ordinary values, are those of `Parts`.
    """

    @property
    def subject(self) -> str:
        """The subject it is filed under."""
        return f"journey:{self.name}"

    def seen_by(self, party: str, *, on: date, zone: tzinfo = UTC) -> View:
        """What a party sees of this journey on a day: through the outlet of their role, and nothing where none is.

        `zone` is where the day is, which matters for the first day that a coach covers.
        Raises `InvalidEntry` for what is no party.
        """
        return seen_by(self, party, on=on, zone=zone)


@attrs.frozen
class CoachHome(Home):
    """A coach's own record; its name is the coach's, with the role."""


@attrs.frozen
class ConcernHome(Home):
    """The home of a concern, or of something else in confidence; found through a journey and the learners concerned."""

    def is_known_to(self, party: str) -> bool:
        """Whether a party may know of it: a safeguarding lead, and whoever began it."""
        begun_by = [place.recorded[0].by for place in self.places[:1]]
        return role_of(party) == "safeguarding-lead" or party in begun_by


def joined(journey: Journey, apart: Iterable[Home]) -> Journey:
    """A journey with what is recorded in confidence about it, in the order of recording.

    Its minutes, and where it stands in its store, are the journey's own; under an id that both use, so is the record.
    """
    homes = [one for one in apart if one.places]
    if not homes:
        return journey
    every = (journey, *homes)
    places = tuple(heapq.merge(*(one.places for one in every), key=_when))
    number_of = {id(place): number for number, place in enumerate(places)}
    stacks = {
        record: number_of[id(one.places[number])] for one in (*homes, journey) for record, number in one.stacks.items()
    }
    recorded = heapq.merge(*(_versions(one) for one in every), key=_when)
    ids = {version.record: number for number, version in enumerate(recorded, start=1)}
    # nothing apart changes what the journey says of itself
    parts = parts_of((one for one in places if one.in_confidence), journey.parts)
    return attrs.evolve(journey, **parts.by_name(), places=places, stacks=stacks, ids=ids)


def _when(one: Place | Version) -> tuple[datetime, datetime]:
    # what was recorded at one moment is in the order in which it happened
    return one.recorded_at or one.at, one.at


def _versions(home: Home) -> list[Version]:
    every = (version for place in home.places for version in place.recorded)
    return sorted(every, key=lambda version: home.ids.get(version.record, 0))


def empty_home(name: Any) -> Home:
    """The home that a name is of, before anything is on its record."""
    name = accepted("journey", name, accept_id)
    role = role_of(name)
    if role == "coach":
        return CoachHome(accepted("coach", name, accept_coach))
    if role in (*ROLES, "journey", "policy", "erased", CONCERN, CONCERNS):
        raise InvalidEntry("argument", "journey", name, f"a journey's name does not begin with {role}:")
    return Journey(name)


def journey_name(name: Any) -> str:
    """The name of a journey. Raises `InvalidEntry` for what is none."""
    empty = empty_home(name)
    if isinstance(empty, CoachHome):
        raise InvalidEntry("argument", "journey", name, "a journey's name does not begin with coach:")
    return empty.name


def fold(name: str, records: Iterable[Record]) -> Journey:
    """The journey that records give, in the order of recording."""
    homes: dict[str, Home] = {}
    for version, record in enumerate(records, start=1):
        apart = record.about[0] if role_of(record.about[0]) == CONCERN else ""
        home = homes.get(apart) or (ConcernHome(apart) if apart else Journey(name))
        homes[apart] = home.after(record, version=version)
    journey = homes.pop("", Journey(name))
    assert isinstance(journey, Journey)  # what is not apart is the journey's
    return joined(journey, homes.values())


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


@attrs.frozen(kw_only=True)
class Timeline:
    """The hours of one learner or coach across journeys, by the surrogate of the line that holds each.

    `hours` are booked, `held` those at which a conversation is known to have taken place.
    `order` has, of a learner, the version at which each record stands that is filed under them, by its home and id.
    """

    subject: str = attrs.field(kw_only=False)
    hours: Mapping[str, Hour] = attrs.field(factory=dict)
    held: Mapping[str, Hour] = attrs.field(factory=dict)
    order: Mapping[str, Mapping[str | None, int]] = attrs.field(factory=dict, eq=False)
    version: int = attrs.field(default=0, eq=False)
    last: str | None = attrs.field(default=None, eq=False)

    def after(
        self, envelope: Envelope, about: tuple[str, ...], *, version: int = 0, id: str | None = None
    ) -> "Timeline":
        """The timeline after one more record that is filed under its subject."""
        hours, held = dict(self.hours), dict(self.held)
        is_coach = role_of(self.subject) == "coach"
        for line in envelope.lines:
            mine = not is_coach or (line.coach is not None and about[line.coach] == self.subject)
            for kept, minutes in ((hours, line.held), (held, line.took)):
                if minutes and line.starts_at is not None and mine:
                    kept[line.surrogate] = Hour(line.starts_at, minutes)
                else:
                    kept.pop(line.surrogate, None)
        order = self.order
        if not is_coach:
            order = {**order, about[0]: {**order.get(about[0], {}), id: version}}
        return attrs.evolve(self, hours=hours, held=held, order=order, version=version, last=envelope.surrogate)

    def without(self, lines: Iterable[str]) -> "Timeline":
        """The timeline as if these lines held nothing."""
        kept = [{line: one for line, one in of.items() if line not in set(lines)} for of in (self.hours, self.held)]
        return attrs.evolve(self, hours=kept[0], held=kept[1])

    def clashes(self, hour: Hour, *, held: bool = False) -> Iterator[Hour]:
        """The hours that overlap `hour`, in order of time: those that are booked, or that were `held`."""
        hours = self.held if held else self.hours
        return iter(sorted((one for one in hours.values() if one.overlaps(hour)), key=lambda one: one.starts_at))


@attrs.frozen
class ConsentsAcross:
    """What a learner said of consent: at which version of theirs on which journey, and all that other journeys say."""

    version: int
    order: Mapping[str, Mapping[str | None, int]]
    elsewhere: tuple[Consents, ...]

    def of(self, home: Home) -> Consents:
        """What is said on a journey, and on the others."""
        return attrs.evolve(_in_order(home, self.order, self.version), elsewhere=self.elsewhere)


def journeys_beside(home: Home, timeline: Timeline, journey: Callable[[str], Home]) -> Iterator[Home]:
    """The other journeys of the learner of a timeline, by the subjects under which something is filed of them."""
    names = (one for one in timeline.order if role_of(one) == "journey" and one != home.subject)
    found = map(journey, names)
    return (one for one in found if one.learner == timeline.subject)


def consents_across(home: Home, timeline: Timeline, journey: Callable[[str], Home]) -> ConsentsAcross:
    """What the learner of a timeline said of consent on a journey, and on others under which something is filed."""
    others = journeys_beside(home, timeline, journey)
    elsewhere = tuple(_in_order(one, timeline.order, timeline.version) for one in others)
    return ConsentsAcross(timeline.version, timeline.order, elsewhere)


def _in_order(home: Home, order: Mapping[str, Mapping[str | None, int]], version: int) -> Consents:
    """What a home says of consent, each at its place in the order of recording across homes."""
    found = Consents()
    known = order.get(home.subject, {})
    used: set[object] = set()
    for number, place in enumerate(home.places, start=1):
        begins = None if place.top is None else begun_anew(place.top.entry)
        # under an id that is in use, the first consent stays as it was
        if place.top is not None and begins not in used:
            used |= {begins} - {None}
            # what is only just being recorded comes after all that is
            at_place = known.get(place.record, version + number)
            found = consent.apply(found, place.top.entry, at=place.top.at, place=at_place)
    return found
