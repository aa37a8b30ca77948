"""Watching: every scenario run once, and what it looked at on the way noted.

A policy that is watched notes which value was read for which day. So what a scenario speaks of is known from what the
rules really read, and a change need only be tried on the scenarios that it can touch.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import attrs

from iagcore.exceptions import InvalidFile
from iagcore.policy import Cited, Policy, PolicyOnDay
from iagcore.record.findings import Assessment, Decision, Outcome
from iagcore.record.rules import Rule
from iagcore.rulebook import RULES
from iagcore.testing.scenarios.reading import Scenario
from iagcore.testing.scenarios.running import Report, Stage, decided, reported

Progress = Callable[[int, int], None]
"""Told how much of how much is done."""
Readings = set[tuple[str, date]]
"""The names of values, and codes of rules whose level was asked for, each with the day it was asked for."""


@attrs.frozen(kw_only=True)
class WatchedDay(PolicyOnDay):
    """A policy on a day that notes what is read of it."""

    noted: Readings = attrs.field(eq=False, repr=False)

    def cited(self, name: str) -> Cited:
        """A value with its days and its source, noted."""
        self.noted.add((name, self.day))
        return super().cited(name)

    def level(self, code: str) -> str | None:  # type: ignore[override] # noted, and handed on as it is
        """The level that the policy sets for a rule, noted."""
        self.noted.add((code, self.day))
        return super().level(code)


@attrs.frozen(kw_only=True)
class WatchedPolicy(Policy):
    """A policy that notes what is read of it."""

    noted: Readings = attrs.field(factory=set, eq=False, repr=False)
    _days: dict[date, WatchedDay] = attrs.field(factory=dict, eq=False, repr=False)

    @classmethod
    def of(cls, policy: Policy) -> "WatchedPolicy":
        """The same policy, watched."""
        return cls(
            text=policy.text,
            name=policy.name,
            title=policy.title,
            zone=policy.zone,
            values=policy.values,
            levels=policy.levels,
            of_extensions=policy.of_extensions,
        )

    def at(self, day: date) -> PolicyOnDay:
        """The policy on one day, watched."""
        if day not in self._days:
            in_force = super().at(day).in_force
            self._days[day] = WatchedDay(policy=self, day=day, in_force=in_force, noted=self.noted)
        return self._days[day]


@attrs.frozen
class Ran:
    """A scenario that was run: its report, the decisions on its history, and what was read of its policy.

    `read` is what the entry tried made the rules read, with what is due afterwards; `read_before` what the history did.
    """

    scenario: Scenario
    report: Report
    history: tuple[Decision, ...]
    read: frozenset[tuple[str, date]]
    read_before: frozenset[tuple[str, date]]

    def found(self, code: str) -> tuple[Assessment, ...]:
        """What a rule found on the entry tried; nothing where it was not considered."""
        return tuple(one for one in self.report.decision.considered if one.rule == code)

    def considers(self, code: str) -> bool:
        """Whether a rule was considered anywhere, in the history too."""
        decisions = (self.report.decision, *self.history)
        return any(one.rule == code for decision in decisions for one in decision.considered)

    def reads(self, name: str, *days: date) -> bool:
        """Whether a value was read anywhere; for one of these days, where some are named."""
        every = self.read | self.read_before
        return any(one == name and (not days or day in days) for one, day in every)


def watch(scenario: Scenario, *, rules: Sequence[Rule] | None = None) -> Ran:
    """Run one scenario, watched. Raises `InvalidFile` where its history does not happen as it is written."""
    policy = WatchedPolicy.of(scenario.policy)
    stage = Stage(scenario, rules=rules, policy=policy)
    before = frozenset(policy.noted)
    policy.noted.clear()
    report = reported(stage)
    return Ran(scenario, report, stage.history, frozenset(policy.noted), before)


def rules_of(ran: Iterable[Ran]) -> tuple[Rule, ...]:
    """Every rule that scenarios go by: the library's, and those of the extensions that some of them name.

    A rule of the library is on as many kinds as the scenario with the most extensions has it.
    """
    rules = {rule.code: rule for rule in RULES}
    for book in dict.fromkeys(one.scenario.book for one in ran):
        for rule in book.rules:
            known = rules.setdefault(rule.code, rule)
            rules[rule.code] = rule if len(rule.on) > len(known.on) else known
    return tuple(rules.values())


def answered(scenario: Scenario, *, rules: Sequence[Rule], policy: Policy) -> tuple[tuple[str, Outcome], ...] | None:
    """What each rule finds on the entry tried under another policy; None where the history does not happen then."""
    try:
        decision = decided(scenario, rules=rules, policy=policy)
    except InvalidFile:
        return None
    return tuple((one.rule, one.outcome) for one in decision.considered)
