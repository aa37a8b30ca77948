"""Telling: what a scenario does not speak of is supplied, entry by entry, as the package's docstring says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import attrs

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.extending.book import LIBRARY, Book
from iagcore.incoming.journey_file import BESIDE, beside, homed, is_of_a_coach
from iagcore.policy import Gap, Policy
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import (
    REFERRAL,
    THIS_JOURNEY,
    ConfidentialityExplained,
    ConsentGiven,
    ConsentWithdrawn,
)
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.kinds import Entry, Field, accept_coach, accept_flag, accept_id, accept_moment, accept_party
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.learning import AS_SHOWN, CourseEnrolled, CoursesShown
from iagcore.practice.measures import SCALES, MeasureTaken
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import (
    SIGNPOSTING,
    STEPS,
    VALUES_AND_PROCESSES,
    CourseExperienced,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.signposting import ReferralMade, Signposted
from iagcore.storage.codec import kind_named
from iagcore.testing.scenarios.tables import Table, accept_names
from iagcore.toml_source import Source

OUTCOMES: Final = ("accepted", "refused")
SETS: Final = ("rules", "refusals", "breaches", "advice", "not_assessed")
"""What is expected as an exact set of rule codes."""
EXPECTED: Final = ("outcome", *SETS, "evidence", "effects", "duties")
"""What a scenario may say of the answer it expects."""
ABOVE: Final = (*EXPECTED, "cases")
"""What a scenario says above its entries, and TOML would take for a field where it stands below one."""
BESIDE_HERE: Final = (*BESIDE, "recorded", "refused", "unsaid")
"""What stands beside an entry's own fields in a scenario."""

JOURNEY: Final = "j"
PARTIES: Final = {
    "coach": "coach:nina",
    "lead": "lead:jo",
    "safeguarding-lead": "safeguarding-lead:sam",
    "researcher": "researcher:ria",
}
WEEK: Final = timedelta(days=7)
WHY: Final = "It was not right."
OTHER_COURSES: Final = ("another-course", "a-third-course")
FOR_GOOD: Final = date(2999, 12, 31)
TEN_POINTS: Final = 10

BY_ROLE: Final[Mapping[str, str]] = {**PARTIES, "party": PARTIES["lead"], "staff": PARTIES["lead"]}
"""Who is supplied, by the type of the field."""


@attrs.frozen
class Step:
    """One entry of a scenario, with everything that stands beside it, and the line it is written on.

    `at` is None for an amendment that keeps its target's time; `refused` says that the history means it to be;
    `recorded` is where the clock stands when it is put on the record: at the time of the entry, if it is not said.
    """

    line: int | None
    journey: str
    entry: Entry
    by: str
    at: datetime | None
    id: str
    refused: bool = False
    recorded: datetime = attrs.field(default=attrs.Factory(lambda self: self.at, takes_self=True))


def first_moment(policy: Policy) -> datetime:
    """When a scenario begins: 10:00 on the first day on which all is decided and the programme runs."""
    day = max(
        (history[0].since for history in (*policy.values.values(), *policy.levels.values())), default=date(2020, 1, 1)
    )
    try:
        first = policy.at(day).window.first
    except Gap:
        first = None
    return datetime.combine(max(day, first or day), time(10), tzinfo=policy.zone)


class Telling:
    """A scenario while it is told: when it is, whose journeys they are, and what has been named so far."""

    def __init__(
        self, policy: Policy, tables: Sequence[Table], *, listed: Iterable[str] = (), book: Book = LIBRARY
    ) -> None:
        self.policy = policy
        self._kinds = book.kinds
        # what has an id because a kind begins it, or because it stands among those that were shown
        self._begun = frozenset(kind.declares.begins for kind in book.kinds.values()) | {"course"}
        self._listed = frozenset(listed)
        self.began = self._moment = first_moment(policy)
        self._learners: dict[str, str] = {}
        for held in (table.held for table in tables):
            learner = held.get("learner")
            passed_over = "corrects" in held or held.get("refused") or type(learner) is not str
            if held.get("kind") == JourneyStarted.declares.name and not passed_over:
                self._learners.setdefault(str(held.get("journey", JOURNEY)), str(learner))
        self._named: dict[tuple[str, str], list[str]] = {}
        self._minutes: dict[tuple[str, str], int] = {}
        self._held: set[tuple[str, str | None]] = set()
        self._entries: dict[tuple[str, str], Entry] = {}

    def learner(self, journey: str) -> str:
        """Whose journey it is."""
        return self._learners.get(journey) or ("learner:a" if journey == JOURNEY else f"learner:{journey}"[:64])

    def step(self, table: Table, *, id: str) -> Step:
        """The entry that a table writes, with what it leaves to be supplied."""
        source, path, held = table.source, table.path, table.held
        kind = self._kind(table)
        if is_of_a_coach(held, self._kinds):
            held = {"coach": PARTIES["coach"], **held}
            journey = beside(source, path, held, "coach", accept_coach)
        else:
            journey = beside(source, path, {"journey": JOURNEY, **held}, "journey", accept_id)
        amends = "corrects" in held or kind is EntryWithdrawn
        at = None
        if "at" in held:
            at = beside(source, path, held, "at", accept_moment).astimezone(self.policy.zone)
        elif not amends:
            at = self._moment + WEEK
        fields = {key: value for key, value in held.items() if key not in BESIDE_HERE}
        too = kind.declares.usually
        if amends:
            replaced = self._entries.get((journey, str(held.get("corrects"))))
            fields = {"why": WHY, **_as_it_was(replaced, kind), **fields}
            too = () if type(replaced) is kind else too
        said = self._with_supplied(kind, fields, too, journey, at or self._moment)
        unsaid = self._unsaid(table, kind)
        written = {name: value for name, value in said.items() if name not in unsaid}
        whole = {"kind": held["kind"], "journey": journey, **written}
        if is_of_a_coach(held, self._kinds):
            del whole["journey"]
        _, entry = homed(source, path, whole, kinds=self._kinds, besides=BESIDE_HERE)
        by = self._author(kind, journey, amends)
        step = Step(
            source.line(*path),
            journey,
            entry,
            beside(source, path, {"by": by, **held}, "by", accept_party),
            at,
            beside(source, path, {"id": id, **held}, "id", accept_id),
            table.get("refused", accept_flag, False),
            self._recorded(table, held, at, amends),
        )
        self._heard(step)
        return step

    def _recorded(self, table: Table, held: Mapping[str, Any], at: datetime | None, amends: bool) -> datetime:
        """Where the clock stands; an amendment is made once everything before it is on the record."""
        if "recorded" in held:
            recorded: datetime = beside(table.source, table.path, held, "recorded", accept_moment)
            return recorded
        return max(at or self._moment, self._moment) if amends else at or self._moment

    def _kind(self, table: Table) -> type[Entry]:
        if "kind" not in table.held:
            raise table.wrong("the entry has no kind, such as conversation-booked")
        if table.held["kind"] == EntryCorrected.declares.name:
            raise table.wrong('a correction is written with corrects = "ID" and the kind that takes the place', "kind")
        try:
            kind = kind_named(table.held["kind"], kinds=self._kinds)
        except InvalidEntry as error:
            raise table.wrong(str(error), "kind") from None
        declared = {field.name for field in kind.declares.fields}
        for key in ABOVE:
            if key in table.held and key not in declared:
                raise table.wrong(f"{key!r} is no field of an entry: write it above the entries of its scenario", key)
        return kind

    def _with_supplied(
        self, kind: type[Entry], fields: Mapping[str, Any], too: Sequence[str], journey: str, at: datetime
    ) -> dict[str, Any]:
        said = dict(fields)
        for field in kind.declares.fields:
            if field.name in said or (field.may_be_left_out and field.name not in too):
                continue
            if field.name == "conversation" and "outside" in said:
                continue
            value = self._value(kind, field, journey, said, at)
            if value is not None:
                said[field.name] = [value] if field.many else value
        if any(said.get(field) in self._listed for field in ("opportunity", "course")):
            said = {name: value for name, value in said.items() if name not in AS_SHOWN or name in fields}
        if kind is MeasureTaken and not said.keys() & {"items", "unanswered", "total", "coded"}:
            said |= _an_answer(said["scale"])
        return said

    def _value(self, kind: type[Entry], field: Field, journey: str, said: Mapping[str, Any], at: datetime) -> object:
        match field.type.name:
            case "id":
                return self._id(kind, field, journey)
            case "learner":
                return self.learner(journey)
            case "minutes":
                return self._minutes.get((journey, str(said.get("conversation"))), 30)
            case "age":
                return self.age()
            case "moment":
                return at + WEEK
            case "day":
                # what was completed, or checked, was; every other day is one to come
                return at.date() if field.name in ("completed_on", "last_checked") else (at + WEEK).date()
            case "flag":
                return field.name != "condition_of_place"
            case name:
                return BY_ROLE.get(name, field.type.usual)

    def _id(self, kind: type[Entry], field: Field, journey: str) -> str | None:
        if field.name == "programme":
            return self.policy.name
        things = kind.declares.points_to.get(field.name, ())
        if things and self._begun.isdisjoint(things):
            # which record is meant, or which rule, only the scenario can say
            return None
        word = field.name.removesuffix("s") if field.many else field.name
        named = self._named.get((journey, word), [])
        last = named[-1] if named else None
        begins = kind.declares.begins == field.name and field.name not in kind.declares.points_to
        turned_up_anew = kind is ConversationHeld and (journey, last) in self._held
        if last is not None and not begins and not turned_up_anew:
            return last
        if field.may_be_left_out:
            return None
        return next(id for number in range(1, len(named) + 2) if (id := f"{word}-{number}") not in named)

    def age(self) -> int:
        """An age that the policy lets start: whole years."""
        try:
            return max(30, self.policy.at(self.began.date()).whole("minimum_age"))
        except Gap:
            return 30

    def _unsaid(self, table: Table, kind: type[Entry]) -> tuple[str, ...]:
        declared = {field.name: field for field in kind.declares.fields}
        unsaid: tuple[str, ...] = table.get("unsaid", accept_names, ())
        for name in unsaid:
            if name not in declared:
                near = nearest(name, declared)
                raise table.wrong(f"unsaid: {kind.declares.name} has no field {name!r}{near}", "unsaid")
            if not declared[name].may_be_left_out:
                raise table.wrong(f"unsaid: {name} has to be there in every {kind.declares.name}", "unsaid")
            if name in table.held:
                raise table.wrong(f"unsaid: {name} is said here", "unsaid")
        return unsaid

    def _author(self, kind: type[Entry], journey: str, amends: bool) -> str:
        role = "lead" if amends else kind.declares.by[0]
        if role == "coach" and role_of(journey) == "coach":
            return journey
        return PARTIES.get(role) or self.learner(journey)

    def _heard(self, step: Step) -> None:
        """Remember what an entry names."""
        if step.at is not None:
            self._moment = step.at
        entry = step.entry.entry if isinstance(step.entry, EntryCorrected) else step.entry
        self._entries[step.journey, step.id] = entry
        for field in entry.declares.fields:
            value = getattr(entry, field.name)
            if field.type.name == "id" and value is not None:
                word = field.name.removesuffix("s") if field.many else field.name
                self._named.setdefault((step.journey, word), []).extend(value if field.many else [value])
        conversation = getattr(entry, "conversation", None)
        minutes = getattr(entry, "minutes", None)
        if conversation is not None and minutes is not None:
            self._minutes[step.journey, conversation] = minutes
        if isinstance(entry, ConversationHeld):
            self._held.add((step.journey, conversation))


def _an_answer(name: Any) -> dict[str, Any]:
    """Ten points above the least score, and the last item at its least; a scale never summed, in its middle."""
    scale = SCALES.get(name) if type(name) is str else None
    if scale is None:
        return {}
    if scale.apart:
        return {"items": [(scale.least + scale.most) // 2] * scale.items}
    each, more = divmod(TEN_POINTS, scale.items - 1)
    above = [each + (place < more) for place in range(scale.items - 1)]
    return {"items": [scale.least + points for points in (*above, 0)]}


def _as_it_was(entry: Entry | None, kind: type[Entry]) -> dict[str, Any]:
    """What an entry that is corrected says, as far as the kind that takes its place can say it."""
    values = {field.name: getattr(entry, field.name, None) for field in kind.declares.fields}
    return {name: value for name, value in values.items() if value is not None}


def with_what_is_supplied(
    steps: Sequence[Step], tried: Step, telling: Telling, *, line: int | None, start: bool
) -> Iterator[Step]:
    """The history, with what the scenario does not write: starts, and coaches who are ready and go with the learner."""
    lead, began = PARTIES["lead"], telling.began
    every = (*steps, tried)
    starts = {one.journey for one in every if isinstance(one.entry, JourneyStarted)}
    coached = {one.journey for one in every if isinstance(one.entry, CoachAssigned | CoverAssigned)}
    explained = {one.journey for one in every if isinstance(one.entry, ConfidentialityExplained)}
    consented = {one.journey for one in every if isinstance(one.entry, ConsentGiven | ConsentWithdrawn)}
    shown = {one.journey for one in every if isinstance(one.entry, CoursesShown)}
    yield from _ready_coaches(every, telling, line)

    def begun(journey: str, at: datetime | None) -> Iterator[Step]:
        if journey not in coached:
            coached.add(journey)
            yield Step(line, journey, CoachAssigned(coach=PARTIES["coach"]), lead, at, "coach")
            for coach in _coaches_of(one for one in every if one.journey == journey):
                if coach != PARTIES["coach"]:
                    yield Step(line, journey, CoverAssigned(coach=coach, until=FOR_GOOD), lead, at, f"{coach} covers")
        if journey not in explained:
            explained.add(journey)
            yield Step(line, journey, ConfidentialityExplained(limits=True), lead, at, "confidentiality")
        own = [one.entry for one in every if one.journey == journey]
        if journey not in consented and any(isinstance(one, ReferralMade) for one in own):
            consented.add(journey)
            given = ConsentGiven(consent="referrals", purpose=REFERRAL, scope=THIS_JOURNEY)
            yield Step(line, journey, given, telling.learner(journey), at, "consent")
        courses = [one.course for one in own if isinstance(one, CourseEnrolled)]
        if journey not in shown and courses:
            shown.add(journey)
            yield Step(line, journey, CoursesShown(courses=(*courses, *OTHER_COURSES)), lead, at, "courses")

    for journey in dict.fromkeys(one.journey for one in every if role_of(one.journey) != "coach"):
        if start and journey not in starts:
            entry = JourneyStarted(
                learner=telling.learner(journey), programme=telling.policy.name, attests_age=telling.age()
            )
            yield Step(line, journey, entry, lead, began, "start")
            yield from begun(journey, began)
    for step in steps:
        yield step
        if isinstance(step.entry, JourneyStarted) and not step.refused:
            yield from begun(step.journey, step.at)


def _ready_coaches(steps: Sequence[Step], telling: Telling, line: int | None) -> Iterator[Step]:
    """Every coach that the scenario names is ready for everything, unless it writes of their record itself."""
    written = {one.journey for one in steps if role_of(one.journey) == "coach"}
    long_ago = telling.began.replace(year=1990)
    said = [one.entry.entry if isinstance(one.entry, EntryCorrected) else one.entry for one in steps]
    pointing = [entry for entry in said if isinstance(entry, CourseEnrolled | Signposted)]
    points = [SIGNPOSTING] if any(isinstance(entry, Signposted | ReferralMade) for entry in said) else []
    courses = dict.fromkeys(entry.course for entry in pointing if entry.course is not None)
    days = dict.fromkeys(starts for one in said if (starts := _starts_at(one)) is not None)
    for coach in dict.fromkeys((PARTIES["coach"], *_coaches_of(steps))):
        if coach in written:
            continue
        proofs = dict.fromkeys((VALUES_AND_PROCESSES, *_required(telling), *points))
        entries: list[tuple[datetime, Entry]] = [
            *((long_ago, TrainingCompleted(module=name, completed_on=long_ago.date())) for name in proofs),
            (long_ago, StepTaken(step=STEPS[-1], coach_agrees=True)),
            *((long_ago, CourseExperienced(course=course)) for course in courses),
            *((day, SupervisionHeld()) for day in days),
        ]
        for number, (at, entry) in enumerate(entries, start=1):
            yield Step(line, coach, entry, PARTIES["lead"], at, f"ready {number}")


def _starts_at(entry: Entry) -> datetime | None:
    moment: datetime | None = getattr(entry, "starts_at", None)
    return moment


def _required(telling: Telling) -> tuple[str, ...]:
    try:
        return telling.policy.at(telling.began.date()).required_checks
    except Gap:
        return ()


def _coaches_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """The coaches that entries name, or by whom they are made."""
    named: list[str] = []
    for one in steps:
        entry = one.entry.entry if isinstance(one.entry, EntryCorrected) else one.entry
        for field in ("coach", "recruiter"):
            named += [coach] if (coach := getattr(entry, field, None)) else []
        named += [one.by] if role_of(one.by) == "coach" else []
    return tuple(dict.fromkeys(named))


def no_id_twice(source: Source, steps: Iterable[Step]) -> None:
    seen: dict[tuple[str, str], Step] = {}
    for step in steps:
        first = seen.setdefault((step.journey, step.id), step)
        if first is not step:
            reason = f"the id {step.id!r} is used twice on journey {step.journey!r}, first on line {first.line}"
            raise source.error(source.file, step.line, reason)
