"""Judging: how an entry is decided, by rules, on a case.

`decide` is pure: no clock, no input or output, no randomness. What it may look at is a *case* (`case.py`), what it asks
are *rules* (`rules.py`); every rule that applies is considered, and all that is found comes back together.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

import attrs

from iagcore.policy import Gap
from iagcore.practice.allowance import Line
from iagcore.practice.kinds import Entry, Nature, is_in_confidence
from iagcore.practice.parties import role_of
from iagcore.record.case import UNKNOWN, Case, NotKnown
from iagcore.record.findings import A_BREACH, Assessment, Decision, Duty, Level, Outcome, Verdict, Weight, filled, weigh
from iagcore.record.home import Home
from iagcore.record.naming import plain_title, title
from iagcore.record.records import Record
from iagcore.record.rules import JUDGED, Grounds, Rule, RuleSort


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
    plainly, weight = found.plainly, None
    if found.outcome is not Outcome.MET:
        weight = weigh(level, found.outcome, nature, always_refuses=rule.always_refuses)
    if weight is Weight.BREACH:
        # it has happened: what a refused plan is told would be of no help
        remedy = filled(rule.breach, found.evidence) or remedy
        plainly, plain_remedy = filled(rule.plain_breach or A_BREACH, found.evidence), ""
    return Assessment(
        rule=rule.code,
        level=level,
        outcome=found.outcome,
        weight=weight,
        sentence=found.says,
        plainly=plainly,
        evidence=found.evidence,
        remedy=remedy,
        plain_remedy=plain_remedy,
        source=rule.source,
    )


def consider(
    entry: Entry, case: Case, rules: Iterable[Rule], *, nature: Nature | None = None
) -> tuple[Assessment, ...]:
    """Every rule that applies to `entry`, in the order of their codes: the order of `rules` changes nothing."""
    nature = nature or entry.declares.nature
    applying = (rule for rule in rules if isinstance(entry, rule.on) and rule.sort in JUDGED)
    return tuple(assess(rule, entry, case, nature=nature) for rule in sorted(applying, key=lambda rule: rule.code))


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
        accepted=accepted,
        considered=considered,
        title=title(entry, case.policy.zone),
        plain_title=plain_title(entry, case.policy.zone),
        policy=case.policy.fingerprint,
        effect=case.effect if accepted else (),
        counted=counted(entry, case.effect, considered, rules) if accepted else None,
    )


def answer(record: Record, rules: Iterable[Rule], *, zone: tzinfo, duties: Iterable[Duty] = ()) -> Decision:
    """The decision that a record was made by, its times shown in a zone."""
    effect = tuple(line for _, line in record.effect)
    minutes = counted(record.entry, effect, record.considered, rules)
    return Decision(
        accepted=record.accepted,
        considered=record.considered,
        title=title(record.entry, zone),
        plain_title=plain_title(record.entry, zone),
        policy=record.policy,
        effect=effect,
        restated=record.restated,
        duties=duties,
        record=record.id,
        complete=record.complete,
        counted=minutes,
    )


def duties(home: Home, rules: Iterable[Rule], *, grounds: Grounds) -> tuple[Duty, ...]:
    """What is due on a home, by when and for whom, derived from the fold under the policies it was recorded under.

    A duty whose value the policy does not have is due without a date.
    """
    found: list[Duty] = []
    sort = role_of(home.subject)
    deriving = (rule for rule in rules if rule.sort is RuleSort.DUTY and rule.of in (sort, "any"))
    for one in sorted(deriving, key=lambda rule: rule.code):
        found += one.due(home, grounds)
    return tuple(found)


def duties_on(home: Home, rules: Iterable[Rule], *, grounds: Grounds, zone: tzinfo) -> tuple[Duty, ...]:
    """The same, with their times shown in a zone."""
    found = duties(home, rules, grounds=grounds)
    return tuple(attrs.evolve(one, due=shown_in(one.due, zone), opens=shown_in(one.opens, zone)) for one in found)


def arising(record: Record, before: Home, rules: Iterable[Rule], *, grounds: Grounds, zone: tzinfo) -> tuple[Duty, ...]:
    """What a record makes due: what is due on its home after it, and was not before.

    One in confidence tells that there is a concern: it is there only for whom it is for, and for those who entered what
    is in confidence.
    """
    homes = (before, before.after(record))
    already, due = (duties_on(home, rules, grounds=grounds, zone=zone) for home in homes)
    knows = is_in_confidence(record.entry)
    return tuple(one for one in due if one not in already and (knows or not one.in_confidence or one.is_for(record.by)))


class Later:
    """Duties that are derived when they are looked at, by a function of values. A copy is the duties themselves."""

    def __init__(self, derive: Callable[[], tuple[Duty, ...]]) -> None:
        self._derive = derive

    @cached_property
    def _duties(self) -> tuple[Duty, ...]:
        return self._derive()

    def __iter__(self) -> Iterator[Duty]:
        return iter(self._duties)

    def __repr__(self) -> str:
        return repr(self._duties)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._duties,)


def shown_in(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment in a zone, where there is one."""
    return None if moment is None else moment.astimezone(zone)
