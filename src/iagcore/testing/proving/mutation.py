"""Mutation: would the scenarios notice, were a rule or a number other than it is?

Each rule is switched off, inverted and, where it is a MUST, lowered to advice; each number of a policy is moved by one,
each dated value begins a day later and a day earlier, each level that a policy sets is the other one. Such a change is
a *mutant*, and the rules or the policy stand changed in memory alone. A scenario that does not hold any more has caught
it. One that nothing catches is a *survivor*, and prints the scenario that is missing.

A mutant is tried on those scenarios alone that it can touch: those that consider the rule, or read the value. A change
that cannot make a difference is declared with its reason beside the rule or the value (`equivalent`), and passed over.
One sort is found without being declared: where a rule needs two values and neither is decided on a day, deciding one
alone changes nothing. That is tried, too: moved together with the other, the date has to make a difference.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import attrs

from iagcore.exceptions import IagcoreError
from iagcore.policy import Cited, Gap, Policy
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Outcome, Verdict
from iagcore.record.rules import JUDGED, Rule, RuleSort
from iagcore.testing.proving.coverage import decided_by, nearness
from iagcore.testing.proving.shifting import (
    BY_A_DAY,
    DAY,
    entries,
    numbers_by_one,
    with_start,
    with_value,
    written,
)
from iagcore.testing.proving.watching import Progress, Ran, answered, rules_of
from iagcore.testing.scenarios.reading import Scenario
from iagcore.testing.scenarios.running import run

OFF, INVERTED, LOWERED = "off", "inverted", "lowered"
OTHER_LEVEL: Final = "the other level"
OTHERWISE: Final = {Outcome.MET: Outcome.UNMET, Outcome.UNMET: Outcome.MET}


@attrs.frozen(kw_only=True)
class Mutant:
    """One change: of which rule or value, and what; the scenarios that it can touch; and the rules or policies then.

    `of` is the code of a rule or the name of a value, `where` the place of a value in its file. `policies` are the
    changed ones, by the fingerprint of the policy that each stands for. `day` is the one whose answers a moved date
    changes; `lacking` is a scenario that would catch it, to be filled in.
    """

    of: str
    change: str
    where: str
    touched: tuple[Ran, ...]
    rules: tuple[Rule, ...]
    policies: Mapping[str, Policy]
    lacking: str
    day: date | None = None

    def __str__(self) -> str:
        """The change in a line."""
        return f"{self.of} {self.change}" + (f" ({self.where})" if self.where else "")

    def caught_by(self, likely: Iterable[Ran] = ()) -> Ran | None:
        """A scenario that does not hold any more, or None; what caught the like of it is tried first."""
        order = {id(one): one for one in (*likely, *self.touched)}
        touched = {id(one) for one in self.touched}
        return next((one for key, one in order.items() if key in touched and self._is_caught_by(one.scenario)), None)

    def _is_caught_by(self, scenario: Scenario) -> bool:
        policy = self.policies.get(scenario.policy.fingerprint)
        try:
            return not run(scenario, rules=self.rules, policy=policy).passed
        except IagcoreError:
            return True  # its history does not happen any more


@attrs.frozen
class Mutation:
    """What came of it: how many mutants were caught, which survived, and which are declared to make no difference."""

    caught: int
    survivors: tuple[Mutant, ...]
    equivalent: tuple[tuple[Mutant, str], ...]


def mutated(
    ran: Sequence[Ran],
    *,
    rules: Sequence[Rule] | None = None,
    only: Callable[[Mutant], bool] = lambda mutant: True,
    progress: Progress | None = None,
) -> Mutation:
    """Try every mutant on scenarios that were run and watched. Raises ValueError where one of them does not hold."""
    failing = [one.scenario.name for one in ran if not one.report.passed]
    if failing:
        raise ValueError(f"every scenario has to hold before a rule is changed: {failing[0]!r} does not")
    rules = rules_of(ran) if rules is None else rules
    every = [mutant for mutant in mutants(ran, rules) if only(mutant)]
    declared = _declared(ran, rules)
    caught, survivors, equivalent = 0, [], []
    likely: dict[str, dict[int, Ran]] = {}
    for number, mutant in enumerate(every, start=1):
        reason = declared.get((mutant.of, mutant.change))
        if reason is not None:
            equivalent.append((mutant, reason))
        elif (by := mutant.caught_by(likely.setdefault(mutant.of, {}).values())) is not None:
            likely[mutant.of][id(by)] = by
            caught += 1
        elif (masked := _masked(mutant, ran, rules)) is not None:
            equivalent.append((mutant, masked))
        else:
            survivors.append(mutant)
        if progress is not None:
            progress(number, len(every))
    return Mutation(caught, tuple(survivors), tuple(equivalent))


def _declared(ran: Iterable[Ran], rules: Iterable[Rule]) -> dict[tuple[str, str], str]:
    """The changes that make no difference, as rules and values declare them, with the reason."""
    beside: list[tuple[str, tuple[tuple[str, str], ...]]] = [
        *((rule.code, rule.equivalent) for rule in rules),
        *((value.name, value.equivalent) for one in ran for value in one.scenario.policy.may_decide),
    ]
    return {(of, change): reason for of, changes in beside for change, reason in changes}


def mutants(ran: Sequence[Ran], rules: Sequence[Rule]) -> Iterator[Mutant]:
    """Every mutant, with the scenarios that it can touch."""
    for rule in rules:
        if rule.sort in JUDGED and rule.looks_at_records:
            yield from _of_a_rule(rule, ran, rules)
        elif rule.sort is RuleSort.DUTY:
            yield _duty_off(rule, ran, rules)
    yield from _of_policies(ran, rules)


def _masked(mutant: Mutant, ran: Sequence[Ran], rules: Sequence[Rule]) -> str | None:
    """Why the date of a value makes no difference: a rule needs another value too, which the day does not decide."""
    day = mutant.day
    if day is None:
        return None
    for rule in (rule for rule in rules if mutant.of in rule.values):
        others = [name for name in rule.values if name != mutant.of]
        for one in ran:
            policy, moved = one.scenario.policy, mutant.policies.get(one.scenario.policy.fingerprint)
            if moved is None or not any(one.reads(name, day) for name in rule.values):
                continue
            beside = [name for name in others if _is_undecided(policy, name, day)]
            without, with_it = (
                answered(one.scenario, rules=rules, policy=each) for each in _together(policy, moved, beside, mutant)
            )
            if beside and without != with_it:
                return f"{', '.join(beside)}: not decided on {day} either, and {rule.code} needs that as well"
    return None


def _is_undecided(policy: Policy, name: str, day: date) -> bool:
    try:
        policy.at(day).cited(name)
    except Gap:
        return True
    return False


def _together(policy: Policy, moved: Policy, names: Iterable[str], mutant: Mutant) -> tuple[Policy, Policy]:
    """The policy with other values moved in the same way: without, and with, the one that the mutant moves."""
    by = next(by for by, change in BY_A_DAY if change == mutant.change)
    for name in names:
        for cited in policy.values.get(name, ()):
            to = cited.since + by * DAY
            without, with_it = with_start(policy, cited, to), with_start(moved, cited, to)
            if mutant.day in (cited.since, to) and without is not None and with_it is not None:
                policy, moved = without, with_it
    return policy, moved


# ---- rules


def _of_a_rule(rule: Rule, ran: Sequence[Ran], rules: Sequence[Rule]) -> Iterator[Mutant]:
    touched = [one for one in ran if one.considers(rule.code)]
    finding = sorted(touched, key=lambda one: all(each.weight is None for each in one.found(rule.code)))
    wanted = tuple(finding)
    kind = rule.on[0].declares.name
    off = tuple(one for one in rules if one is not rule)
    yield Mutant(
        of=rule.code,
        change=OFF,
        where="",
        touched=wanted,
        rules=off,
        policies={},
        lacking=_skeleton(rule, kind, "is not met", [rule.code]),
    )
    inverted = _in_place(rules, rule, attrs.evolve(rule, check=_inverted(rule)))
    yield Mutant(
        of=rule.code,
        change=INVERTED,
        where="",
        touched=wanted,
        rules=inverted,
        policies={},
        lacking=_skeleton(rule, kind, "is met", []),
    )
    if rule.level is MUST:
        lowered = _in_place(rules, rule, attrs.evolve(rule, level=SHOULD))
        binds = _skeleton(rule, kind, "binds: the plan is refused, or the fact is a breach", [rule.code], binds=True)
        yield Mutant(of=rule.code, change=LOWERED, where="", touched=wanted, rules=lowered, policies={}, lacking=binds)


def _in_place(rules: Sequence[Rule], rule: Rule, instead: Rule) -> tuple[Rule, ...]:
    return tuple(instead if one is rule else one for one in rules)


def _inverted(rule: Rule) -> Callable[[Any, Case], Verdict]:
    def check(entry: Any, case: Case) -> Verdict:
        verdict = rule(entry, case)
        return attrs.evolve(verdict, outcome=OTHERWISE.get(verdict.outcome, verdict.outcome))

    return check


def _skeleton(rule: Rule, kind: str, what: str, codes: list[str], *, binds: bool = False) -> str:
    expected = ", ".join(f'"{code}"' for code in codes)
    lines = [
        "[[scenario]]",
        f'name = "{rule.code} {what}"',
        f'why = "{rule.title}"',
        "history = []",
        f'try = {{ kind = "{kind}" }}  # or {_others(rule)}' if len(rule.on) > 1 else f'try = {{ kind = "{kind}" }}',
        f"rules = [{expected}]",
        *([f"refusals = [{expected}]  # of a plan; of a fact it is breaches"] if binds else []),
    ]
    return "\n".join(lines)


def _others(rule: Rule) -> str:
    return ", ".join(kind.declares.name for kind in rule.on[1:])


def _duty_off(rule: Rule, ran: Sequence[Ran], rules: Sequence[Rule]) -> Mutant:
    due = tuple(one for one in ran if any(duty.rule == rule.code for duty in one.report.duties))
    lacking = "\n".join(
        [
            "[[scenario]]",
            f'name = "{rule.code} is due"',
            f'why = "{rule.title}"',
            "history = []",
            'try = { kind = "…" }  # what makes it due',
            'outcome = "accepted"',
            f'duties = ["{rule.code}"]  # or {{ at = …, overdue = ["{rule.code}"] }}',
        ]
    )
    return Mutant(
        of=rule.code,
        change=OFF,
        where="",
        touched=due,
        rules=tuple(one for one in rules if one is not rule),
        policies={},
        lacking=lacking,
    )


# ---- policies


def _of_policies(ran: Sequence[Ran], rules: Sequence[Rule]) -> Iterator[Mutant]:
    names = decided_by(rules)
    policies = {one.scenario.policy.fingerprint: one.scenario.policy for one in ran}
    found: dict[Any, list[tuple[Cited, Policy]]] = {}
    for policy in policies.values():
        for cited in entries(policy, names):
            found.setdefault(written(cited), []).append((cited, policy))
    for standing in found.values():
        under = {policy.fingerprint for _, policy in standing}
        yield from _of_an_entry(standing, [one for one in ran if one.scenario.policy.fingerprint in under], rules)


def _of_an_entry(
    standing: Sequence[tuple[Cited, Policy]], ran: Sequence[Ran], rules: Sequence[Rule]
) -> Iterator[Mutant]:
    cited = standing[0][0]
    reading = [rule for rule in rules if cited.name in (*rule.values, rule.code)]
    touched = [one for one in ran if one.reads(cited.name)]
    touched.sort(key=lambda one: (not _speaks_of_any(one, reading), nearness(one, [rule.code for rule in reading])))
    changes: dict[str, dict[str, Policy]] = {}
    for one, policy in standing:
        if one.name in policy.values:
            numbers = [(change, with_value(policy, one, value)) for change, value in numbers_by_one(one, policy)]
        else:
            numbers = [(OTHER_LEVEL, with_value(policy, one, SHOULD if one.value == MUST else MUST))]
        for change, changed in numbers:
            changes.setdefault(change, {})[policy.fingerprint] = changed
    for change, policies in changes.items():
        yield _of_a_value(cited, change, touched, rules=rules, policies=policies, reading=reading)
    for by, change in BY_A_DAY:
        moved = {
            policy.fingerprint: shifted
            for one, policy in standing
            if (shifted := with_start(policy, one, one.since + by * DAY)) is not None
        }
        day = cited.since if by > 0 else cited.since - DAY
        on_the_day = [one for one in touched if one.reads(cited.name, day)]
        if moved:
            mutant = _of_a_value(cited, change, on_the_day, rules=rules, policies=moved, reading=reading)
            yield attrs.evolve(mutant, day=day)


def _speaks_of_any(one: Ran, rules: Iterable[Rule]) -> bool:
    duties = one.scenario.expected.duties is not None
    return any(one.found(rule.code) or (duties and rule.sort is RuleSort.DUTY) for rule in rules)


def _of_a_value(
    cited: Cited,
    change: str,
    touched: Iterable[Ran],
    *,
    rules: Sequence[Rule],
    policies: Mapping[str, Policy],
    reading: Sequence[Rule],
) -> Mutant:
    first = reading[0]
    kind = first.on[0].declares.name if first.on else "…"
    days = change in [name for _, name in BY_A_DAY]
    when = cited.since if change == BY_A_DAY[0][1] else cited.since - DAY
    where = f"{cited.file}:{cited.line}"
    lines = [
        "[[scenario]]",
        f'name = "{cited.name} = {_plainly(cited.value)}, {"on " + str(when) if days else "at it and one past it"}"',
        f"# under the policy of {where}; {', '.join(rule.code for rule in reading)} "
        + ("reads it" if len(reading) == 1 else "read it"),
        f'try = {{ kind = "{kind}"' + (f", at = {when}T10:00:00Z" if days else "") + " }",
        f'rules = []  # or ["{first.code}"]: what the rule says '
        + (
            "on that day, once the entry tried is one that it remarks on"
            if days
            else "at the limit, and in a second scenario one past it"
        ),
    ]
    return Mutant(
        of=cited.name,
        change=change,
        where=where,
        touched=tuple(touched),
        rules=tuple(rules),
        policies=policies,
        lacking="\n".join(lines),
    )


def _plainly(value: Any) -> str:
    return "not decided" if value is None else str(value).replace('"', "'")
