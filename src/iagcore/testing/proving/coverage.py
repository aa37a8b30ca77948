"""Rule coverage, both ways: what scenarios have seen of each rule, and what they have not.

Of a check, how many scenarios saw it met, not met, not met alone, and not assessed, unless it declares why it always
can be; and for each limit that it reads, whether one scenario stands at it and one a step past it. That is asked of the
rules themselves: a scenario is at a limit where the answer turns once the limit is moved by one. Of each dated value,
how many scenarios made it be read on its first day, and on the day before. A computation and a guarantee are proven by
laws that are named beside them in code; a duty too, and by scenarios that say when it is due.

Only what a scenario would notice counts: a rule that it neither lists nor gives evidence of is passed over.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import attrs

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.policy import Cited, Policy
from iagcore.record.findings import Outcome
from iagcore.record.rules import Rule, RuleSort
from iagcore.rulebook import RULES
from iagcore.testing.proving.shifting import DAY, Written, entries, numbers_by_one, with_value, written
from iagcore.testing.proving.watching import Ran, answered, rules_of
from iagcore.testing.scenarios.comparing import differences

TURNS: Final = ((Outcome.MET, Outcome.UNMET), (Outcome.UNMET, Outcome.MET))
"""How an answer turns once a limit is moved: from where a scenario stands at it, and from where it stands past it."""


@attrs.frozen
class CheckSeen:
    """How many scenarios saw a check met, not met, not met and nothing else found, and not assessed."""

    rule: Rule
    met: int
    unmet: int
    alone: int
    not_assessed: int

    def missing(self) -> Iterator[str]:
        """What no scenario has seen of it; and what one has seen although the rule declares that it cannot be."""
        for what, count in (("met", self.met), ("not met", self.unmet), ("not met alone", self.alone)):
            if not count:
                yield f"{self.rule.code} is never seen {what}"
        if self.rule.always_assessed and self.not_assessed:
            yield f"{self.rule.code} is seen not assessed, and declares that it never is: {self.rule.always_assessed}"
        elif not self.rule.always_assessed and not self.not_assessed:
            yield f"{self.rule.code} is never seen not assessed"


@attrs.frozen
class LimitSeen:
    """The scenarios that stand at a limit and one past it, by name; None where none does."""

    rule: str
    value: str
    at: str | None
    past: str | None

    def missing(self) -> Iterator[str]:
        """On which sides no scenario stands."""
        if self.at is None:
            yield f"no scenario stands at {self.value}, which {self.rule} reads"
        if self.past is None:
            yield f"no scenario stands one past {self.value}, which {self.rule} reads"


@attrs.frozen
class DateSeen:
    """How many scenarios made a dated value be read on its first day, and on the day before."""

    cited: Cited
    first: int
    before: int

    def missing(self) -> Iterator[str]:
        """On which days no scenario reads it."""
        where = f"{self.cited.name} ({self.cited.file}:{self.cited.line})"
        if not self.first:
            yield f"no scenario reads {where} on its first day, {self.cited.since}"
        if not self.before:
            yield f"no scenario reads {where} on the day before its first, {self.cited.since - DAY}"


@attrs.frozen
class ProvenElsewhere:
    """A rule that is no check, and how many scenarios say that it is due, and that it is not."""

    rule: Rule
    due: int
    not_due: int

    def missing(self) -> Iterator[str]:
        """Whether nothing proves it."""
        if not self.rule.proven_by and not (self.due and self.not_due):
            yield f"{self.rule.code} names no law that proves it, and no scenarios see it due and not due"


@attrs.frozen
class Coverage:
    """What a suite of scenarios has seen of a rule book. `failing` names the scenarios that do not hold."""

    checks: tuple[CheckSeen, ...]
    limits: tuple[LimitSeen, ...]
    dates: tuple[DateSeen, ...]
    elsewhere: tuple[ProvenElsewhere, ...]
    failing: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What no scenario has seen, a sentence each."""
        parts: tuple[CheckSeen | LimitSeen | DateSeen | ProvenElsewhere, ...]
        parts = (*self.checks, *self.limits, *self.dates, *self.elsewhere)
        return tuple(sentence for part in parts for sentence in part.missing())

    def only(self, names: Collection[str]) -> "Coverage":
        """What has been seen of these rules and values alone, as `about` names them."""
        return Coverage(
            tuple(one for one in self.checks if one.rule.code in names),
            tuple(one for one in self.limits if one.rule in names and one.value in names),
            tuple(one for one in self.dates if one.cited.name in names),
            tuple(one for one in self.elsewhere if one.rule.code in names),
            self.failing,
        )


def about(word: str, rules: Sequence[Rule] = RULES) -> frozenset[str]:
    """The rules and values that a word names: a rule's code, the letters of a family, or a value with its rules.

    Raises `InvalidEntry`, naming the nearest, where it names none.
    """
    found = [rule for rule in rules if word in (rule.code, rule.family, *rule.values)]
    if not found:
        near = nearest(word, [*(rule.code for rule in rules), *decided_by(rules)])
        raise InvalidEntry(
            "option", "--of", word, f"no rule has this code, and no value that a rule reads is so called{near}"
        )
    values = {value for rule in found for value in rule.values if word in (rule.code, rule.family, value)}
    return frozenset({*(rule.code for rule in found), *values})


def covered(ran: Sequence[Ran], *, rules: Sequence[Rule] | None = None) -> Coverage:
    """What scenarios that were run and watched have seen of the rules; one that does not hold has seen nothing."""
    rules = rules_of(ran) if rules is None else rules
    holding = [one for one in ran if one.report.passed]
    checks = [rule for rule in rules if rule.sort is RuleSort.CHECK and rule.looks_at_records]
    return Coverage(
        tuple(_seen(rule, holding) for rule in checks),
        tuple(_limits(checks, holding, rules)),
        tuple(_dates(holding, rules)),
        tuple(_elsewhere(rule, holding) for rule in rules if rule not in checks),
        tuple(one.scenario.name for one in ran if not one.report.passed),
    )


def _seen(rule: Rule, ran: Iterable[Ran]) -> CheckSeen:
    counts = dict.fromkeys(Outcome, 0)
    alone = 0
    for one in ran:
        found = one.found(rule.code)
        if not found or not one.scenario.expected.speaks_of(rule.code):
            continue
        for outcome in {each.outcome for each in found}:
            counts[outcome] += 1
        codes = {each.rule for each in one.report.decision.findings}
        alone += codes == {rule.code} and any(each.outcome is Outcome.UNMET for each in found)
    return CheckSeen(rule, counts[Outcome.MET], counts[Outcome.UNMET], alone, counts[Outcome.NOT_ASSESSED])


# ---- limits


def _limits(checks: Iterable[Rule], ran: Sequence[Ran], rules: Sequence[Rule]) -> Iterator[LimitSeen]:
    policies = _policies(ran)
    for rule in checks:
        for value in rule.values:
            if any(_has_a_number(value, policy) for policy in policies):
                yield _limit(rule, value, ran, rules)


def _has_a_number(value: str, policy: Policy) -> bool:
    return any(True for cited in policy.values.get(value, ()) for _ in numbers_by_one(cited, policy))


def _policies(ran: Iterable[Ran]) -> list[Policy]:
    return list({one.scenario.policy.fingerprint: one.scenario.policy for one in ran}.values())


def _limit(rule: Rule, value: str, ran: Iterable[Ran], rules: Sequence[Rule]) -> LimitSeen:
    candidates = [one for one in ran if one.found(rule.code) and one.scenario.expected.speaks_of(rule.code)]
    candidates.sort(key=lambda one: nearness(one, (rule.code,)))
    stands: dict[Outcome, str | None] = {Outcome.MET: None, Outcome.UNMET: None}
    for one in candidates:
        for found, turned in TURNS:
            if stands[found] is None and _turns(rule.code, value, one, (found, turned), rules):
                stands[found] = one.scenario.name
        if None not in stands.values():
            break
    return LimitSeen(rule.code, value, stands[Outcome.MET], stands[Outcome.UNMET])


def nearness(one: Ran, codes: Iterable[str]) -> int:
    """How far the nearest two whole numbers of the evidence of these rules lie apart: what to try first."""
    numbers = [
        sorted(value for _, value in found.evidence if type(value) is int)
        for code in codes
        for found in one.found(code)
    ]
    return min((after - before for row in numbers for before, after in pairwise(row)), default=0)


def _turns(code: str, value: str, one: Ran, way: tuple[Outcome, Outcome], rules: Sequence[Rule]) -> bool:
    """Whether what a rule found turns once the limit is moved by one."""
    found, turned = way
    if all(each.outcome is not found for each in one.found(code)):
        return False
    policy = one.scenario.policy
    days = [day for name, day in one.read | one.read_before if name == value]
    for cited in policy.values.get(value, ()):
        if not any(_holds(cited, day) for day in days):
            continue
        for _, moved in numbers_by_one(cited, policy):
            answers = answered(one.scenario, rules=rules, policy=with_value(policy, cited, moved))
            if (code, turned) in (answers or ()):
                return True
    return False


def _holds(cited: Cited, day: date) -> bool:
    return cited.since <= day and (cited.until is None or day < cited.until)


# ---- dates


def decided_by(rules: Iterable[Rule]) -> frozenset[str]:
    """The names of the values that rules read."""
    return frozenset(value for rule in rules for value in rule.values)


def _dates(ran: Sequence[Ran], rules: Sequence[Rule]) -> Iterator[DateSeen]:
    names = decided_by(rules)
    every: dict[Written, tuple[Cited, set[str]]] = {}
    for policy in _policies(ran):
        for cited in entries(policy, names):
            every.setdefault(written(cited), (cited, set()))[1].add(policy.fingerprint)
    for cited, fingerprints in every.values():
        under = [one for one in ran if one.scenario.policy.fingerprint in fingerprints]
        reading = [rule for rule in rules if cited.name in rule.values]
        yield DateSeen(
            cited,
            sum(_looks_for(cited.name, cited.since, one, reading) for one in under),
            sum(_looks_for(cited.name, cited.since - DAY, one, reading) for one in under),
        )


def _looks_for(name: str, day: date, one: Ran, reading: Iterable[Rule]) -> bool:
    """Whether a value was read for a day, or would have been, had another that its rule needs first been decided."""
    if (name, day) in one.read:
        return True
    stopped = [rule for rule in reading if any(each.outcome is Outcome.NOT_ASSESSED for each in one.found(rule.code))]
    return any((other, day) in one.read for rule in stopped for other in rule.values)


# ---- what is no check


def _elsewhere(rule: Rule, ran: Iterable[Ran]) -> ProvenElsewhere:
    asked = [one for one in ran if rule.sort is RuleSort.DUTY and one.scenario.expected.duties is not None]
    there = [one for one in asked if any(duty.rule == rule.code for duty in one.report.duties)]
    return ProvenElsewhere(rule, sum(_notices(one, rule) for one in there), len(asked) - len(there))


def _notices(one: Ran, rule: Rule) -> bool:
    """Whether a scenario would not hold, were nothing to do under a rule."""
    others = [duty for duty in one.report.duties if duty.rule != rule.code]
    return bool(differences(one.scenario.expected, one.report.decision, others))
