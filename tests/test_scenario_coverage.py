"""Every check of the rule book is seen met and not met by the scenarios, and those that can miss a value, so too."""

from pathlib import Path

import pytest

from iagcore.record.findings import Outcome
from iagcore.record.judging import RuleSort
from iagcore.rulebook import RULES
from iagcore.testing.scenarios import Report, read_scenarios, run

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.iag.toml"))

MAY_MISS_A_VALUE = {
    "ALW-03",
    "ALW-04",
    "ALW-05",
    "ALW-06",
    "ALW-08",
    "BKG-02",
    "COA-01",
    "COA-02",
    "COA-03",
    "COA-04",
    "COA-05",
    "COA-06",
    "COA-07",
    "COA-08",
    "CON-05",
    "COR-02",
    "GRW-03",
    "JRN-01",
    "JRN-02",
    "MEA-04",
    "SIG-01",
    "SIG-02",
    "SIG-03",
}
"""The checks that read what a policy may leave undecided, an entry unsaid, or a coach's own record unknown."""


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return [run(scenario) for file in FILES for scenario in read_scenarios(file)]


def seen(reports: list[Report], outcome: Outcome) -> set[str]:
    return {one.rule for report in reports for one in report.decision.considered if one.outcome is outcome}


def test_every_scenario_holds(reports: list[Report]) -> None:
    assert [report.text for report in reports if not report.passed] == []


@pytest.mark.parametrize("outcome", [Outcome.MET, Outcome.UNMET])
def test_every_check_is_seen_met_and_not_met(outcome: Outcome, reports: list[Report]) -> None:
    checks = {rule.code for rule in RULES if rule.sort is RuleSort.CHECK}
    assert sorted(checks - seen(reports, outcome)) == []


def test_every_check_that_can_miss_a_value_is_seen_not_assessed(reports: list[Report]) -> None:
    checks = {rule.code for rule in RULES if rule.sort is RuleSort.CHECK}
    assert sorted(seen(reports, Outcome.NOT_ASSESSED) & checks) == sorted(MAY_MISS_A_VALUE)


def test_every_check_is_seen_not_met_alone(reports: list[Report]) -> None:
    alone = {findings[0].rule for report in reports if len(findings := report.decision.findings) == 1}
    checks = {rule.code for rule in RULES if rule.sort is RuleSort.CHECK}
    assert sorted(checks - alone) == []
