"""Running: the history goes on a record of its own, the entry is tried, and the answer is compared."""

from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from iagcore.casebook import Casebook
from iagcore.directory.memory import MemoryDirectory
from iagcore.exceptions import InvalidEntry, InvalidFile, UnknownJourney, nearest
from iagcore.practice.opportunities import Opportunity
from iagcore.record.findings import Assessment, Decision, Outcome, Scalar
from iagcore.record.judging import Rule
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.testing.scenarios.reading import Expected, Scenario
from iagcore.testing.scenarios.telling import OUTCOMES, Step, first_moment


@attrs.frozen
class Report:
    """Whether a scenario holds, in words for whoever wrote it, and the decision that was made."""

    passed: bool
    text: str
    decision: Decision


def decided(scenario: Scenario, *, rules: Sequence[Rule] = RULES) -> Decision:
    """The decision on the entry tried, once the history is on a record of its own.

    Raises `InvalidFile` where an entry of the history is refused and not meant to be, or the other way round, and
    where an entry cannot be recorded at all.
    """
    began = first_moment(scenario.policy)
    directory = _directory(scenario, began.date())
    casebook = Casebook(MemoryJournal(), scenario.policy, clock=lambda: began, rules=rules, directory=directory)
    for step in scenario.history:
        decision = _recorded(casebook, scenario, step)
        if decision.accepted and step.refused:
            reason = f"this {step.entry.declares.name} is accepted, and refused = true stands beside it"
            raise InvalidFile(scenario.file, step.line, reason)
        if not decision.accepted and not step.refused:
            raise InvalidFile(scenario.file, step.line, _unexpected_refusal(step, decision))
    return _recorded(casebook, scenario, scenario.tried)


def _directory(scenario: Scenario, today: date) -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.keep([one for one, _ in scenario.listed], feed="scenario", today=today)
    if any(gone for _, gone in scenario.listed):
        still = [one for one, gone in scenario.listed if not gone]
        # a feed that lists nothing at all makes nothing gone
        directory.keep(still or [Opportunity("else", "Something else")], feed="scenario", today=today, full=True)
    return directory


def _recorded(casebook: Casebook, scenario: Scenario, step: Step) -> Decision:
    try:
        return casebook.record(step.journey, step.entry, by=step.by, at=step.at, id=step.id)
    except (InvalidEntry, UnknownJourney) as error:
        raise InvalidFile(scenario.file, step.line, str(error)) from None


def _unexpected_refusal(step: Step, decision: Decision) -> str:
    reasons = "; ".join(f"{one.rule}: {one.sentence}" for one in decision.refusals)
    which = f"{step.entry.declares.name} {step.id!r} of journey {step.journey!r}"
    return f"the history does not happen: {which} is refused ({reasons}); where that is meant, write refused = true"


def run(scenario: Scenario, *, rules: Sequence[Rule] = RULES) -> Report:
    """Run one scenario. Raises `InvalidFile` where its history does not happen as it is written."""
    decision = decided(scenario, rules=rules)
    differences, about = _differences(scenario.expected, decision)
    if not differences:
        return Report(True, f"{scenario.name}: holds", decision)
    where = f"{scenario.file}:{scenario.line}: " if scenario.line else f"{scenario.file}: "
    lines = [f"{where}{scenario.name}: does not hold"]
    if scenario.why:
        lines.append(f"  why it matters: {scenario.why}")
    lines += [f"  {one}" for one in differences]
    for one in decision.considered:
        if one.rule in about:
            lines += [f"  {one.rule} ({one.level}, {one.outcome}): {one.sentence}"]
            lines += [f"    Evidence: {', '.join(f'{name} = {_shown(value)}' for name, value in one.evidence)}"]
            lines += [f"    Source: {one.source}"]
    return Report(False, "\n".join(lines), decision)


def _differences(expected: Expected, decision: Decision) -> tuple[list[str], set[str]]:
    """What differs, a sentence each, and the rules that it is about."""
    differences: list[str] = []
    about: set[str] = set()
    outcome = OUTCOMES[not decision.accepted]
    if expected.outcome not in (None, outcome):
        differences.append(f"outcome: {expected.outcome} is expected, {outcome} was found")
        about |= {one.rule for one in decision.refusals}
    found: dict[str, Iterable[Assessment]] = {
        "rules": decision.findings,
        "refusals": decision.refusals,
        "breaches": decision.breaches,
        "advice": decision.advice,
        "not_assessed": [one for one in decision.findings if one.outcome is Outcome.NOT_ASSESSED],
    }
    for key, wanted in expected.sets.items():
        seen = {one.rule for one in found[key]}
        if seen != wanted:
            differences.append(f"{key}: expected {_listed(wanted)}; found {_listed(seen)}")
            about |= seen ^ wanted
    for code, name, value in expected.evidence:
        of_rule = [dict(one.evidence) for one in decision.considered if one.rule == code]
        if not any(name in one and _same(one[name], value) for one in of_rule):
            names = [known for one in of_rule for known in one]
            what = ", ".join(_shown(one[name]) for one in of_rule if name in one)
            missing = f"no value of that name{nearest(name, names)}"
            differences.append(f"evidence {code}: expected {name} = {_shown(value)}; found {what or missing}")
            about.add(code)
    return differences, about


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "none"


def _same(found: Scalar, expected: Scalar) -> bool:
    # 1 is not true here
    return type(found) is type(expected) and found == expected


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "unsaid" if value is None else repr(value) if isinstance(value, str) else str(value)
