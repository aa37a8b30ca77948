"""A coach's readiness: a timeline of their own, from interest expressed to coaching independently.

Coaches are trained in the project's values and processes before they recruit anybody. They step forward gradually and
at their own pace: a step forward, and a change between voluntary work and employment, carries the coach's own
agreement; pausing and stepping back are always open, and so is voluntary work. There is no time limit. A suspension is
a lead's, and a lead ends it.

What was so on a day can be asked for any day, past ones included: training proves what it proved on its day, in the
version of its day. Lived experience is the coach's own to tell; no field here is for it.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Final

import attrs

from iagcore.exceptions import InvalidEntry
from iagcore.practice.kinds import FACT, PLAN, Day, Entry, Flag, Id, StaffRef, Words, kept, kind, one_of

VALUES_AND_PROCESSES: Final = "values-and-processes"
"""The training that comes before recruiting and coaching anybody."""

SIGNPOSTING: Final = "signposting"
"""The training that comes before signposting and referring anybody."""

IN_TRAINING: Final = "in training"
SHADOWING: Final = "shadowing"
SUPPORTED: Final = "supported"
INDEPENDENT: Final = "independent"
STEPS: Final = (IN_TRAINING, SHADOWING, SUPPORTED, INDEPENDENT)
"""The steps, in their order. In training and shadowing a coach does not lead a conversation."""
PAUSED: Final = "paused"
SUSPENDED: Final = "suspended"

StepName = Annotated[str, one_of("step", *STEPS, usual=INDEPENDENT)]
Basis = Annotated[str, one_of("basis", "volunteer", "employed")]


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class InterestExpressed(Entry):
    """Somebody would like to coach; the transferable skills that they bring are noted in their own words."""

    transferable_skills: tuple[Words, ...] = ()


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class TrainingCompleted(Entry):
    """Training was completed: which module, in which version, on which day; without `expires_on` it does not expire.

    A day that had not come when it was said to be the day of completion proves nothing.
    """

    module: Id
    completed_on: Day
    version: Id | None = None
    expires_on: Day | None = None

    def __attrs_post_init__(self) -> None:
        _ends_after_it_began(self, self.completed_on, self.expires_on)


@kind(FACT, about=("coach",), by="lead", parts="readiness", in_confidence=False)
class CheckCompleted(Entry):
    """A check that the provider requires was completed, such as a DBS check; never what it found."""

    check: Id
    completed_on: Day
    expires_on: Day | None = None

    def __attrs_post_init__(self) -> None:
        _ends_after_it_began(self, self.completed_on, self.expires_on)


@kind(FACT, about=("coach",), by="lead", parts="readiness", in_confidence=False)
class ExemptionGiven(Entry):
    """A lead accepts something else in the place of a training or a check, until the end of the day `expires_on`."""

    module: Id
    note: Words
    expires_on: Day


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class CourseExperienced(Entry):
    """The coach experienced one of the courses that they enrol people on."""

    course: Id


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class SupervisionHeld(Entry):
    """The coach had supervision; what was said is nobody else's."""

    supervisor: StaffRef | None = None


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class DebriefHeld(Entry):
    """The coach had a debrief after a conversation."""

    held_with: StaffRef | None = None


@kind(PLAN, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False, usually="coach_agrees")
class StepTaken(Entry):
    """The coach takes a step, forward or back. `coach_agrees` is the coach's own word, and unsaid is unknown.

    A supported step names who supports. A step also ends a pause, and, by a lead, a suspension.
    """

    step: StepName
    coach_agrees: Flag | None = None
    supported_by: StaffRef | None = None


@kind(PLAN, about=("coach",), by="lead", parts="readiness", in_confidence=False, usually="coach_agrees")
class BasisChanged(Entry):
    """The coach works as a volunteer, or is employed. `coach_agrees` is the coach's own word."""

    basis: Basis
    coach_agrees: Flag | None = None


@kind(FACT, about=("coach",), by=("coach", "lead"), parts="readiness", in_confidence=False)
class CoachPaused(Entry):
    """The coach pauses, until the end of the day `until`, or until the next step. Nobody has to say why."""

    until: Day | None = None


@kind(FACT, about=("coach",), by="lead", parts="readiness", in_confidence=False)
class CoachSuspended(Entry):
    """A lead suspends the coach, and says why, until a lead records another step."""

    reason: Words


def _ends_after_it_began(entry: Entry, completed_on: date, expires_on: date | None) -> None:
    if expires_on is not None and expires_on < completed_on:
        reason = f"it would have run out before it was completed, on {completed_on}"
        raise InvalidEntry(entry.declares.name, "expires_on", str(expires_on), reason)


@attrs.frozen
class Proof:
    """What shows that a training or a check is in force, and on which days (both included; None: no end)."""

    name: str
    what: str
    since: date
    until: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@attrs.frozen
class Exemption:
    """What a lead accepts in the place of a training or a check, from when, until the end of which day."""

    name: str
    note: str
    since: datetime
    until: date


@attrs.frozen
class Step:
    """Where a coach stands from a moment on: a step, or `paused` or `suspended`; a pause may end with a day."""

    name: str
    since: datetime
    supported_by: str | None = None
    until: date | None = None


@attrs.frozen(kw_only=True)
class Readiness:
    """A coach's own timeline. Usable alone.

    Days are asked in a `zone`, since a step is taken at a moment and readiness is asked of a day.
    """

    skills: tuple[str, ...] = attrs.field(default=(), converter=kept)
    interested_since: datetime | None = None
    proofs: tuple[Proof, ...] = attrs.field(default=(), converter=kept)
    exemptions: tuple[Exemption, ...] = attrs.field(default=(), converter=kept)
    courses: tuple[tuple[str, datetime], ...] = attrs.field(default=(), converter=kept)
    steps: tuple[Step, ...] = attrs.field(default=(), converter=kept)
    bases: tuple[tuple[str, datetime], ...] = attrs.field(default=(), converter=kept)
    supervision: tuple[datetime, ...] = attrs.field(default=(), converter=kept)

    def proof_of(self, name: str, on: date, *, zone: tzinfo) -> Proof | None:
        """What shows that a training or check is in force on a day: the one that lasts longest; None for nothing."""
        found = [one for one in (*self.proofs, *self.exempt(zone)) if _same(one.name, name) and one.is_in_force(on)]
        return max(found, key=lambda one: one.until or date.max, default=None)

    def running_out(self, on: date, *, within: int, zone: tzinfo) -> tuple[Proof, ...]:
        """What is in force on a day and runs out within so many days of it, with nothing to go on from."""
        names = dict.fromkeys(one.name for one in (*self.proofs, *self.exempt(zone)))
        last = [proof for name in names if (proof := self.proof_of(name, on, zone=zone)) is not None]
        return tuple(one for one in last if one.until is not None and one.until - on <= timedelta(days=within))

    def exempt(self, zone: tzinfo) -> list[Proof]:
        """What the exemptions show, as if it were shown by a training or a check."""
        return [Proof(one.name, "exemption", one.since.astimezone(zone).date(), one.until) for one in self.exemptions]

    def standing(self, on: date, *, zone: tzinfo) -> Step | None:
        """Where the coach stands at the end of a day; None where no step is on the record by then.

        A suspension stands until a step that is recorded after it, whatever is paused or put right meanwhile.
        """
        return self._standing(_end_of(on, zone) - datetime.resolution, on)

    def standing_at(self, moment: datetime, *, zone: tzinfo) -> Step | None:
        """Where the coach stands at a moment, by what is on the record."""
        return self._standing(moment, moment.astimezone(zone).date())

    @property
    def is_suspended(self) -> bool:
        """Whether a suspension is on the record that no later record ends, whatever moment is asked about."""
        return self.suspended_at(datetime.max.replace(tzinfo=UTC)) is not None

    def suspended_at(self, moment: datetime) -> Step | None:
        """The suspension in which a moment falls: one that no step ends which was recorded after it."""
        for place, one in enumerate(self.steps):
            later = (step for step in self.steps[place + 1 :] if step.name in STEPS)
            if one.name == SUSPENDED and one.since <= moment and not any(one.since <= s.since <= moment for s in later):
                return one
        return None

    def _standing(self, last: datetime, on: date) -> Step | None:
        if suspended := self.suspended_at(last):
            return suspended
        taken = [step for step in _by(self.steps, last) if step.until is None or on <= step.until]
        return taken[-1] if taken else None

    def step_at(self, moment: datetime) -> Step | None:
        """The last step taken by a moment, pauses and suspensions passed over."""
        taken = sorted((one for one in self.steps if one.since <= moment), key=lambda one: one.since)
        return next((one for one in reversed(taken) if one.name in STEPS), None)

    def has_experienced(self, course: str, on: date, *, zone: tzinfo) -> bool:
        """Whether the coach had experienced a course by the end of a day."""
        return any(id == course and at < _end_of(on, zone) for id, at in self.courses)

    def basis(self, on: date, *, zone: tzinfo) -> str | None:
        """Volunteer or employed at the end of a day; None where it was not said by then."""
        said = sorted(((at, basis) for basis, at in self.bases if at < _end_of(on, zone)), key=lambda one: one[0])
        return said[-1][1] if said else None

    def supervised(self, on: date, *, zone: tzinfo) -> date | None:
        """The day of the last supervision or debrief by the end of a day."""
        held = [at for at in self.supervision if at < _end_of(on, zone)]
        return max(held).astimezone(zone).date() if held else None

    def leads_since(self, on: date, *, zone: tzinfo) -> date | None:
        """The first day on which the coach took a step that lets them lead, by the end of a day."""
        led = [
            one
            for one in _by(self.steps, _end_of(on, zone) - datetime.resolution)
            if one.name in (SUPPORTED, INDEPENDENT)
        ]
        return led[0].since.astimezone(zone).date() if led else None


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def _by(steps: Iterable[Step], last: datetime) -> list[Step]:
    return sorted((one for one in steps if one.since <= last), key=lambda one: one.since)


def _same(name: str, other: str) -> bool:
    # a policy writes "safeguarding training", a file perhaps "Safeguarding-training"
    return plain_name(name) == plain_name(other)


def plain_name(name: str) -> str:
    """A name of a training or a check, however it is spelt."""
    return " ".join(name.replace("-", " ").replace("_", " ").casefold().split())


def apply(readiness: Readiness, entry: Entry, *, at: datetime) -> Readiness:
    """The readiness after `entry`, which happened at `at`."""
    match entry:
        case InterestExpressed():
            return attrs.evolve(
                readiness,
                skills=(*readiness.skills, *entry.transferable_skills),
                interested_since=min(readiness.interested_since or at, at),
            )
        case TrainingCompleted():
            what = "training" if entry.version is None else f"training, version {entry.version}"
            return _with_proof(readiness, Proof(entry.module, what, entry.completed_on, entry.expires_on), at)
        case CheckCompleted():
            return _with_proof(readiness, Proof(entry.check, "check", entry.completed_on, entry.expires_on), at)
        case ExemptionGiven():
            one = Exemption(entry.module, entry.note, at, entry.expires_on)
            return attrs.evolve(readiness, exemptions=(*readiness.exemptions, one))
        case CourseExperienced():
            return attrs.evolve(readiness, courses=(*readiness.courses, (entry.course, at)))
        case SupervisionHeld() | DebriefHeld():
            return attrs.evolve(readiness, supervision=(*readiness.supervision, at))
        case StepTaken():
            return _with_step(readiness, Step(entry.step, at, entry.supported_by))
        case CoachPaused():
            return _with_step(readiness, Step(PAUSED, at, until=entry.until))
        case CoachSuspended():
            return _with_step(readiness, Step(SUSPENDED, at))
        case BasisChanged():
            return attrs.evolve(readiness, bases=(*readiness.bases, (entry.basis, at)))
        case _:
            return readiness


def _with_proof(readiness: Readiness, proof: Proof, at: datetime) -> Readiness:
    # a day later than this has come nowhere on earth
    if proof.since > at.date() + timedelta(days=1):
        return readiness
    return attrs.evolve(readiness, proofs=(*readiness.proofs, proof))


def _with_step(readiness: Readiness, step: Step) -> Readiness:
    return attrs.evolve(readiness, steps=(*readiness.steps, step))
