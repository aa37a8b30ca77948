"""Judging: what a decision may look at, what a rule is, and how an entry is decided.

`decide` is pure: no clock, no input or output, no randomness. A *case* holds everything that it may look at: when and
by whom, the policy, and the parts of a journey. A part may be absent; a rule that needs it is then *not assessed*, and
a MUST that is not assessed refuses a plan, because what is unknown never passes.

A rule's body is one expression. Every "as if" (as if its own hold were released, as if it had been corrected) is a
different case, built here or in `history.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from iagcore.policy import Gap, Policy, PolicyOnDay
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import Coaching
from iagcore.practice.consent import Consents
from iagcore.practice.conversations import Conversations
from iagcore.practice.grow import Grow
from iagcore.practice.kinds import Entry, FieldClass, Nature, accept_moment, accept_party, accepted
from iagcore.practice.learners import JourneyStatus
from iagcore.practice.learning import Learning
from iagcore.practice.measures import Measures
from iagcore.practice.opportunities import Opportunity
from iagcore.practice.readiness import Readiness
from iagcore.practice.safeguarding import Safeguarding
from iagcore.practice.self_efficacy import SelfEfficacy
from iagcore.record.findings import Assessment, Decision, Duty, Level, Outcome, Verdict, Weight, weigh
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
    ids ever used there; `learner` whose journey it is; `coach` the readiness of the coach whom the entry is about;
    `opportunity` what the directory knows of what it points to; `consents` what the learner consented to, on other
    journeys too; `timelines` the hours of the people concerned, by subject, as if the lines that the entry changes were
    released.
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
    effect: tuple[Line, ...] = ()

    @classmethod
    def of(cls, home: Home, policy: Policy, *, at: datetime, by: str) -> "Case":
        """The case that a journey supplies, or a coach's own record."""
        return cls.given(home.parts, home.allowance, policy, at=at, by=by, of=home, opened=frozenset(home.opened))

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
            coach=parts.readiness if of.subject.startswith("coach:") else None,
            consents=parts.consents,
            safeguarding=parts.safeguarding,
            status=parts.status,
            opened=opened,
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


class RuleSort(StrEnum):
    """The four sorts of rule."""

    CHECK = "check"
    COMPUTATION = "computation"
    GUARANTEE = "guarantee"
    DUTY = "duty"


@attrs.frozen
class Grounds:
    """What a duty is derived on, beside its home: the policy that a place was recorded under, a coach's readiness, and
    what the learner consented to, on other journeys too.

    `readiness` gives None for a coach of whom nothing is known.
    """

    policy: Callable[[Place], Policy]
    readiness: Callable[[str], Readiness | None] = lambda coach: None
    consents: Callable[[Home], Consents] = lambda home: home.parts.consents

    def values(self, place: Place) -> PolicyOnDay:
        """The values of the policy that a place was recorded under, on its day."""
        policy = self.policy(place)
        return policy.at(policy.day(place.at))


@attrs.frozen
class Rule:
    """One rule of the rule book, declared in one place.

    `code` is permanent. `on` are the kinds of entry it looks at. `title` is the rule as a sentence, and `question` what
    somebody would ask who has never heard of it. `protected` rules
    cannot be lowered by a policy; `always_refuses` marks those that refuse facts too, because nothing that happened is
    lost by it; `outside` marks those that look beyond the journey's own home, whose first answer a correction keeps.
    `proven_by` names the laws that prove a rule which is no check; `of` is the home that a duty is derived on.
    `always_assessed` is the reason why a check never lacks a value on the record, left empty where it can; `equivalent`
    are changes of the rule that make no difference (`off`, `inverted`, `lowered`), each with the reason.
    """

    code: str
    level: Level
    on: tuple[type[Entry], ...]
    title: str
    source: str
    check: Callable[..., Any] | None
    remedy: str = ""
    plain_remedy: str = ""
    sort: RuleSort = RuleSort.CHECK
    values: tuple[str, ...] = ()
    protected: bool = False
    always_refuses: bool = False
    outside: bool = False
    proven_by: tuple[str, ...] = ()
    of: str = "journey"
    always_assessed: str = ""
    equivalent: tuple[tuple[str, str], ...] = ()
    question: str = ""

    @property
    def family(self) -> str:
        """The three letters it begins with."""
        return self.code[:3]

    def __call__(self, entry: Entry, case: Case) -> Verdict:
        """What the check finds; NotKnown or Gap where a value is missing."""
        found: Verdict = _check_of(self)(entry, case)
        return found


def _check_of(rule: Rule) -> Callable[..., Any]:
    if rule.check is None:
        raise TypeError(f"{rule.code} is a guarantee: laws prove it, nothing evaluates it")
    return rule.check


def rule(
    code: str,
    level: Level,
    *,
    on: tuple[type[Entry], ...],
    source: str,
    remedy: str = "",
    plain_remedy: str = "",
    sort: RuleSort = RuleSort.CHECK,
    values: tuple[str, ...] = (),
    protected: bool = False,
    always_refuses: bool = False,
    outside: bool = False,
    proven_by: tuple[str, ...] = (),
    always_assessed: str = "",
    equivalent: tuple[tuple[str, str], ...] = (),
    question: str = "",
) -> Callable[[Callable[[Any, Case], Verdict]], Rule]:
    """Declare a rule: the function's docstring is the rule as a sentence, its body the check."""

    def decorate(check: Callable[[Any, Case], Verdict]) -> Rule:
        title = (check.__doc__ or "").strip().splitlines()[0]
        return Rule(
            code,
            level,
            on,
            title,
            source,
            check,
            remedy,
            plain_remedy,
            sort,
            values,
            protected,
            always_refuses,
            outside,
            proven_by,
            always_assessed=always_assessed,
            equivalent=equivalent,
            question=question,
        )

    return decorate


def assess(rule: Rule, entry: Entry, case: Case, *, nature: Nature) -> Assessment:
    """One rule, considered on one entry."""
    level = rule.level
    if not rule.protected:
        level = Level(case.today.level(rule.code) or level)
    remedy, plain_remedy = rule.remedy, rule.plain_remedy
    try:
        found = rule(entry, case)
    except (NotKnown, Gap) as missing:
        plainly = missing.plainly if isinstance(missing, NotKnown) else UNKNOWN
        remedy = "Say what is missing." if isinstance(missing, NotKnown) else "Have the policy decide it for that day."
        plain_remedy = "Your coach can find it out with you."
        found = Verdict(Outcome.NOT_ASSESSED, f"missing: {missing}", plainly, ())
    return Assessment(
        rule.code,
        level,
        found.outcome,
        weigh(level, found.outcome, nature, always_refuses=rule.always_refuses),
        found.says,
        found.plainly,
        found.evidence,
        remedy,
        plain_remedy,
        rule.source,
    )


def consider(
    entry: Entry, case: Case, rules: Iterable[Rule], *, nature: Nature | None = None
) -> tuple[Assessment, ...]:
    """Every rule that applies to `entry`, in the order of their codes: the order of `rules` changes nothing."""
    nature = nature or entry.declares.nature
    applying = (rule for rule in rules if isinstance(entry, rule.on) and rule.sort in JUDGED)
    return tuple(assess(rule, entry, case, nature=nature) for rule in sorted(applying, key=lambda rule: rule.code))


JUDGED: Final = frozenset({RuleSort.CHECK, RuleSort.COMPUTATION})
"""The sorts of rule that a decision considers; guarantees are laws, and duties are derived."""


def accepts(considered: Iterable[Assessment]) -> bool:
    """Whether nothing refuses."""
    return not any(one.weight is Weight.REFUSAL for one in considered)


def counted(
    entry: Entry, effect: Iterable[Line], considered: Iterable[Assessment], rules: Iterable[Rule]
) -> Assessment | None:
    """The computation that settled minutes, where these are not simply the minutes that the entry says."""
    used = sum(line.used for line in effect)
    computations = {rule.code for rule in rules if rule.sort is RuleSort.COMPUTATION}
    if not used or used == getattr(entry, "minutes", None):
        return None
    return next((one for one in considered if one.rule in computations and one.outcome is Outcome.MET), None)


def decide(entry: Entry, case: Case, *, rules: Iterable[Rule]) -> Decision:
    """Decide one entry by some rules, on a case put together by hand. Records nothing; `complete` is False.

    A malformed entry has raised `InvalidEntry` before it comes here.
    """
    rules = tuple(rules)
    case = case.settled(entry)
    considered = consider(entry, case, rules)
    accepted = accepts(considered)
    return Decision(
        accepted,
        considered,
        title(entry, case.policy.zone),
        plain_title(entry, case.policy.zone),
        case.policy.fingerprint,
        effect=case.effect if accepted else (),
        counted=counted(entry, case.effect, considered, rules) if accepted else None,
    )


def duties(home: Home, rules: Iterable[Rule], *, grounds: Grounds) -> tuple[Duty, ...]:
    """What is due on a home, by when and for whom, derived from the fold under the policies it was recorded under.

    A duty whose value the policy does not have is due without a date.
    """
    found: list[Duty] = []
    sort = home.subject.partition(":")[0]
    deriving = (rule for rule in rules if rule.sort is RuleSort.DUTY and rule.of in (sort, "any"))
    for one in sorted(deriving, key=lambda rule: rule.code):
        found += _check_of(one)(home, grounds)
    return tuple(found)


def title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for staff: its kind, and its fields that are no free text."""
    if isinstance(entry, EntryCorrected | EntryWithdrawn):
        replacement = f" by {title(entry.entry, zone)}" if isinstance(entry, EntryCorrected) else ""
        return f"{entry.declares.name.replace('-', ' ')}: {entry.target}{replacement}"
    fields = [field for field in entry.declares.fields if field.type.field_class in TITLED]
    shown = (_shown(getattr(entry, field.name), zone, unit=UNITS.get(field.type.name, "{}")) for field in fields)
    return ", ".join([entry.declares.name.replace("-", " "), *filter(None, shown)])


def plain_title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for the learner: its kind, and when, where it has a time."""
    name = entry.declares.name
    words = PLAIN_TITLES.get(name, name.replace("-", " ").capitalize())
    starts_at = getattr(entry, "starts_at", None)
    return words if starts_at is None else f"{words} ({_shown(starts_at, zone)})"


PLAIN_TITLES: Final = {
    # a concern is not told to whom it may be about; what anybody hears is true of whoever spoke
    "concern-raised": "What was said",
    "breach-authorised": "A lead's word on the record",
    "conversation-missed": "A conversation that did not take place",
    # where somebody's safety is the matter, a disclosure is something else
    "disclosure-made": "Showing something of your record",
    "entry-corrected": "A correction",
    "entry-withdrawn": "Taking something back",
    "learner-left": "Your leaving",
}
"""Kinds whose name reads oddly to a learner."""

TITLED: Final = (FieldClass.IDENTIFIER, FieldClass.PLAIN)
"""The classes of field that a title shows."""


UNITS: Final = {"minutes": "{} minutes", "age": "{} years attested", "commitment": "commitment {} of 10"}
"""How a title says a number."""


def _shown(value: object, zone: tzinfo, *, unit: str = "{}") -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%d %b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d %b %Y}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool) or value is None:
        return ""
    return unit.format(value)
