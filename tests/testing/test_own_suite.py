"""The scenarios of this project prove its rules: nothing is missing, and no change goes unnoticed.

The same can be asked from outside, with `iagcore check tests/scenarios --coverage --strict --mutate`.
"""

from pathlib import Path

import pytest

from iagcore.record.rules import RuleSort
from iagcore.rulebook import RULES
from iagcore.testing.proving.coverage import Coverage, covered
from iagcore.testing.proving.mutation import mutated
from iagcore.testing.proving.watching import Ran, watch
from iagcore.testing.scenarios import read_scenarios

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.iag.toml"))


@pytest.fixture(scope="module")
def ran() -> list[Ran]:
    return [watch(scenario) for file in FILES for scenario in read_scenarios(file)]


@pytest.fixture(scope="module")
def coverage(ran: list[Ran]) -> Coverage:
    return covered(ran)


def test_every_scenario_holds(ran: list[Ran]) -> None:
    assert [one.report.text for one in ran if not one.report.passed] == []


def test_nothing_is_missing(coverage: Coverage) -> None:
    assert coverage.missing == ()


def test_every_rule_is_looked_at(coverage: Coverage) -> None:
    seen = [*(one.rule.code for one in coverage.checks), *(one.rule.code for one in coverage.elsewhere)]
    assert sorted(seen) == sorted(rule.code for rule in RULES)


def test_every_duty_is_seen_due_and_not_due(coverage: Coverage) -> None:
    duties = [one for one in coverage.elsewhere if one.rule.sort is RuleSort.DUTY]
    assert [one.rule.code for one in duties if not (one.due and one.not_due)] == []


def test_every_change_of_a_rule_or_a_value_is_noticed(ran: list[Ran]) -> None:
    mutation = mutated(ran)
    assert [f"{mutant}\n{mutant.lacking}" for mutant in mutation.survivors] == []
    assert mutation.caught > 500


def test_what_a_rule_reads_of_the_policy_it_declares(ran: list[Ran]) -> None:
    """A value that nobody declares would be changed by nobody, and its days would be nobody's to see."""
    declared = {value for rule in RULES for value in rule.values}
    read = {name for one in ran for name, _ in one.read | one.read_before}
    levels = {rule.code for rule in RULES}
    assert sorted(read - declared - levels) == []
    assert sorted(declared - read) == []
