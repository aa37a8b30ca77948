"""A home: the fold of the records that stand under one subject, a journey or a coach.

The fold keeps the effects that decisions settled, and never reads policy. State is derived, never stored. A record
that is not an amendment takes a *place*; a correction or a withdrawal changes what stands at a place, and the entries
are then folded once more from the start, while the lines of minutes take the assignments that the correction settled.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

import attrs

from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry, begun_by
from iagcore.practice.parties import CONCERN, role_of
from iagcore.record.findings import Assessment, Weight
from iagcore.record.parts import Parts, parts_after, told
from iagcore.record.records import Record, UnreadEntry

NO_PARTS: Final = Parts()
LineKey = tuple[str, str]


@attrs.frozen(kw_only=True)
class Version:
    """One entry of a stack, the original or a correction of it, and the lines that its record settled.

    `at` is when it happened or was decided, `recorded_at` when it was put on the record: at once, if
    left out; `findings` are those that stood on it at first.
    """

    record: str
    entry: Entry
    at: datetime
    by: str
    effect: tuple[Line, ...] = ()
    recorded_at: datetime = attrs.field(default=attrs.Factory(lambda self: self.at, takes_self=True))
    findings: tuple[Assessment, ...] = attrs.field(default=(), eq=False)

    @property
    def known_at(self) -> datetime:
        """When it happened, or when it was recorded if it is dated ahead of that: no duty waits for a mistyped year."""
        return min(self.at, self.recorded_at)

    @property
    def beside(self) -> dict[str, Any]:
        """When it happened, who recorded it and when, as a part is told them."""
        return {"at": self.at, "by": self.by, "recorded_at": self.recorded_at}


def _what_stands(stack: tuple[Version, ...]) -> tuple[Any, ...] | None:
    return (stack[-1].entry, stack[-1].at, stack[-1].by) if stack else None


@attrs.frozen(kw_only=True)
class Place:
    """One place in the order of a journey: the record that took it, the stack upon it, and what stands there.

    `findings` are those that stand now; `opened_before` how many line ids had been used when it was recorded; and
    `authorises` the finding that stood when this place authorised a breach, with the record it stood on. `recorded` is
    every version that the place ever had, whatever was withdrawn since, and `breached` every rule of which a breach
    ever stood here; `in_confidence` says that it stands in a home in confidence.
    """

    record: str
    original: Entry
    at: datetime
    policy: str
    # what once stood is no part of what stands: a journey that was corrected back equals the one it was
    stack: tuple[Version, ...] = attrs.field(eq=_what_stands)
    findings: tuple[Assessment, ...]
    opened_before: int
    authorises: tuple[str, Assessment] | None = None
    in_confidence: bool = False
    recorded: tuple[Version, ...] = attrs.field(
        default=attrs.Factory(lambda self: self.stack, takes_self=True), eq=False
    )
    breached: frozenset[str] = attrs.field(
        default=attrs.Factory(lambda self: _breached(self.findings), takes_self=True), eq=False
    )

    @property
    def recorded_at(self) -> datetime | None:
        """When the place was taken; None where that is not known."""
        return self.recorded[0].recorded_at if self.recorded else None

    @property
    def top(self) -> Version | None:
        """The entry that stands at this place, or None where all was withdrawn."""
        return self.stack[-1] if self.stack else None


def _breached(findings: tuple[Assessment, ...]) -> frozenset[str]:
    return frozenset(one.rule for one in findings if one.weight is Weight.BREACH)


def learner_fixed_by(entry: Entry) -> str | None:
    """The learner whose a home is from this entry on, or None: what may come first says whose journey it is."""
    return getattr(entry, "learner", None) if entry.declares.may_come_first else None


def _opens(entry: Entry) -> LineKey | None:
    if isinstance(entry, UnreadEntry) or entry.declares.opens is None:
        return None
    sort, field = entry.declares.opens
    return sort, getattr(entry, field) if field else sort


@attrs.frozen
class StandingFinding:
    """A finding that stands on a record of the journey."""

    record: str
    finding: Assessment


K = TypeVar("K", bound=Entry)


@attrs.frozen(kw_only=True)
class Noted(Generic[K]):
    """An entry that stands on a record, when it happened and by whom it was made."""

    record: str
    entry: K
    at: datetime
    by: str


def noted(places: Iterable[Place], kind: type[K]) -> tuple[Noted[K], ...]:
    """What stands of a kind at these places, in the order of recording."""
    return tuple(
        Noted(record=one.record, entry=top.entry, at=top.at, by=top.by)
        for one in places
        if (top := one.top) is not None and isinstance(top.entry, kind)
    )


H = TypeVar("H", bound="Home")


@attrs.frozen(kw_only=True)
class Home(Parts):
    """What the record gives of one subject, a journey or a coach: its parts, its minutes, what stands at its places.

    `learner` is whose journey it is, for ever: an accepted start fixes it. Of a home in confidence it is the learner
    whom the concern names.
    """

    name: str = attrs.field(kw_only=False)
    learner: str | None = None
    allowance: Allowance = Allowance(0)
    places: tuple[Place, ...] = ()
    opened: tuple[LineKey, ...] = ()
    # where the fold stands in its store, and under which ids: no part of what the journey is
    stacks: Mapping[str, int] = attrs.field(factory=dict, eq=False)
    version: int = attrs.field(default=0, eq=False)
    last: str | None = attrs.field(default=None, eq=False)
    plain: bytes = attrs.field(default=b"", eq=False, repr=False)
    ids: Mapping[str, int] = attrs.field(factory=dict, eq=False, repr=False)
    surrogates: Mapping[LineKey, str] = attrs.field(factory=dict, eq=False, repr=False)

    @property
    def subject(self) -> str:
        """The subject it is filed under."""
        return self.name

    def noted(self, kind: type[K]) -> tuple[Noted[K], ...]:
        """What stands here of a kind, in the order of recording."""
        return noted(self.places, kind)

    @property
    def exists(self) -> bool:
        """Whether anything was accepted; a refusal makes no journey."""
        return bool(self.places)

    @property
    def standing(self) -> tuple[StandingFinding, ...]:
        """The findings that stand now, in the order of the record."""
        return tuple(StandingFinding(place.record, finding) for place in self.places for finding in place.findings)

    @property
    def breaches(self) -> tuple[StandingFinding, ...]:
        """The breaches that nobody has corrected and no lead has authorised."""
        authorised = [place.authorises for place in self.places if place.top is not None]
        return tuple(
            one
            for one in self.standing
            if one.finding.weight is Weight.BREACH and (one.record, one.finding) not in authorised
        )

    def _authorised_by(self, entry: Entry, findings: tuple[Assessment, ...]) -> tuple[str, Assessment] | None:
        # what a lead authorises is the breach as it stands: it stands again, unauthorised, once it has changed; and
        # an authorisation that is a breach itself, of what its author may not know of, authorises nothing
        if not isinstance(entry, BreachAuthorised) or any(one.weight is Weight.BREACH for one in findings):
            return None
        standing = (one for one in self.standing if (one.record, one.finding.rule) == (entry.record, entry.rule))
        return next(((one.record, one.finding) for one in standing), None)

    @cached_property
    def holds(self) -> frozenset[tuple[str, Any]]:
        """What an entry can point to here: the records, and what was begun, also where that was withdrawn since."""
        begun = {begun_by(place.original) for place in self.places} - {None}
        return frozenset({*(one for one in begun if one), *(("record", id) for id in self.stacks)})

    @property
    def unread(self) -> tuple[str, ...]:
        """The kinds on the record that this version of the library does not know."""
        tops = (place.top for place in self.places)
        return tuple(top.entry.kind for top in tops if top is not None and isinstance(top.entry, UnreadEntry))

    def stack_of(self, record: str) -> Place | None:
        """The place whose stack a record belongs to, or None."""
        index = self.stacks.get(record)
        return None if index is None else self.places[index]

    def after(self: H, record: Record, *, version: int = 0, surrogate: str = "", plain: bytes = b"") -> H:
        """The same after one more record; a refusal leaves it equal."""
        changed: dict[str, Any] = {
            "version": version,
            "last": surrogate,
            "plain": plain,
            "ids": {**self.ids, record.id: version},
        }
        if record.accepted:
            lines = tuple(line for _, line in record.effect)
            changed["allowance"] = self.allowance.after(lines)
            changed["surrogates"] = {**self.surrogates, **{line.key: one for one, line in record.effect}}
            changed |= self._amended(record, lines) if record.amends else self._placed(record, lines)
        return attrs.evolve(self, **changed)

    def _placed(self, record: Record, lines: tuple[Line, ...]) -> dict[str, Any]:
        entry = record.entry
        findings = tuple(one for one in record.considered if one.weight is not None)
        place = Place(
            record=record.id,
            original=entry,
            at=record.at,
            policy=record.policy,
            stack=(
                Version(
                    record=record.id,
                    entry=entry,
                    at=record.at,
                    by=record.by,
                    effect=lines,
                    recorded_at=record.recorded_at,
                    findings=findings,
                ),
            ),
            findings=findings,
            opened_before=len(self.opened),
            authorises=self._authorised_by(entry, findings),
            in_confidence=role_of(record.about[0]) == CONCERN,
        )
        return {
            "learner": self.learner or learner_fixed_by(entry),
            "places": (*self.places, place),
            "opened": self._opened_with(entry),
            "stacks": {**self.stacks, record.id: len(self.places)},
            **told(self, entry, at=record.at, by=record.by, recorded_at=record.recorded_at),
        }

    def _amended(self, record: Record, lines: tuple[Line, ...]) -> dict[str, Any]:
        assert record.corrects is not None  # an amendment that was accepted names its stack
        index = self.stacks[record.corrects]
        restated = {self.stacks[id]: findings for id, findings in record.restated}
        stack = stack_after(
            self.places[index],
            record.entry,
            record=record.id,
            at=record.at,
            by=record.by,
            recorded_at=record.recorded_at,
            effect=lines,
            findings=restated.get(index, self.places[index].findings),
        )
        places = tuple(
            attrs.evolve(
                place,
                stack=stack if n == index else place.stack,
                findings=(findings := restated.get(n, place.findings)),
                authorises=self._authorised_by(stack[-1].entry, findings) if n == index and stack else place.authorises,
                recorded=with_what_stands(place.recorded, stack) if n == index else place.recorded,
                breached=place.breached | _breached(findings),
            )
            for n, place in enumerate(self.places)
        )
        changed = {**parts_of(places).by_name(), "places": places}
        if isinstance(record.entry, EntryCorrected):
            changed["opened"] = self._opened_with(record.entry.entry)
            changed["stacks"] = {**self.stacks, record.id: index}
        return changed

    def _opened_with(self, entry: Entry) -> tuple[LineKey, ...]:
        key = _opens(entry)
        return self.opened if key is None or key in self.opened else (*self.opened, key)


def parts_of(places: Iterable[Place], parts: Parts = NO_PARTS) -> Parts:
    """The parts that what stands at places gives, in their order, after those that were given before."""
    for place in places:
        if place.top is not None:
            parts = parts_after(parts, place.top.entry, **place.top.beside)
    return parts


def with_what_stands(recorded: tuple[Version, ...], stack: tuple[Version, ...]) -> tuple[Version, ...]:
    """Every version that a place ever had, once its stack is another."""
    return (*recorded, *(one for one in stack if one not in recorded))


def stack_after(
    place: Place,
    amendment: Entry,
    *,
    record: str,
    at: datetime,
    by: str,
    recorded_at: datetime,
    effect: tuple[Line, ...] = (),
    findings: tuple[Assessment, ...] = (),
) -> tuple[Version, ...]:
    """The stack at a place once an amendment is made."""
    match amendment:
        case EntryCorrected():
            made = Version(
                record=record,
                entry=amendment.entry,
                at=at,
                by=by,
                effect=effect,
                recorded_at=recorded_at,
                findings=findings,
            )
            return (*place.stack, made)
        case EntryWithdrawn(whole=True):
            return ()
        case _:
            return place.stack[:-1]


def standing_after(entry: Entry, place: Place | None) -> Entry | None:
    """What stands once an entry is accepted: itself, or what it leaves standing where it amends; None for nothing."""
    match entry:
        case EntryCorrected():
            return entry.entry
        case EntryWithdrawn():
            left = () if place is None or entry.whole else place.stack[:-1]
            return left[-1].entry if left else None
        case _:
            return entry
