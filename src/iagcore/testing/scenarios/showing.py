"""Showing: a scenario written out whole, with everything that was supplied, and the decision below it.

What is written is itself a scenario file, which says all that the shorter one leaves to be supplied and gives the same
answer: saved beside the file that it comes from, it runs.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Final

import attrs

from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry
from iagcore.practice.parties import role_of
from iagcore.record.findings import Decision, Duty
from iagcore.testing.scenarios.expecting import FIGURES, Expected
from iagcore.testing.scenarios.reading import LISTING, Scenario
from iagcore.testing.scenarios.telling import Step

BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML takes without quotes."""


def written_out(scenario: Scenario) -> str:
    """A scenario as a file of its own, with everything that was supplied."""
    lines = ["schema = 1", f"policy = {_text(scenario.under)}"]
    lines += [f"extend = {_value(list(scenario.extend))}"] if scenario.extend else []
    lines += ["", "[[scenario]]", f"name = {_text(scenario.name)}"]
    if scenario.why:
        lines.append(f"why = {_text(scenario.why)}")
    lines += ["start = false", *_expected(scenario.expected)]
    if scenario.listed:
        lines += ["directory = [", *(f"  {one}," for one in _directory(scenario)), "]"]
    lines += ["history = ["]
    supplied: bool | None = None
    for step in scenario.history:
        if supplied is not (now := (step.journey, step.id) not in scenario.told):
            supplied = now
            lines.append("  # supplied" if now else "  # told")
        lines.append(f"  {_entry(step, scenario.policy.zone)},")
    return "\n".join([*lines, "]", f"try = {_entry(scenario.tried, scenario.policy.zone)}"])


def with_the_decision(scenario: Scenario, decision: Decision, duties: Iterable[Duty] = ()) -> str:
    """A scenario written out, with the decision and what it considered below it, as comments."""
    lines = [*decision.explain().splitlines(), "considered:"]
    lines += [f"  {one.rule} ({one.level}, {one.outcome}): {one.sentence}" for one in decision.considered]
    lines += [
        f"settled: {line.id}: grant {line.grant}, booked {line.booked}, used {line.used}" for line in decision.effect
    ]
    lines += [f"then to do: {duty}, for {duty.party or 'nobody'}" for duty in duties]
    return "\n".join([written_out(scenario), "", *(f"# {line}" for line in lines)])


def _expected(expected: Expected) -> Iterator[str]:
    if expected.outcome is not None:
        yield f"outcome = {_text(expected.outcome)}"
    for key, codes in expected.sets.items():
        yield f"{key} = {_value(sorted(codes))}"
    evidence: dict[str, dict[str, Any]] = {}
    for code, name, value in expected.evidence:
        evidence.setdefault(code, {})[name] = value
    if evidence:
        yield f"evidence = {_value(evidence)}"
    if expected.effects is not None:
        lines = {id: dict(zip(FIGURES, figures, strict=True)) for id, *figures in expected.effects}
        yield f"effects = {_value(lines)}"
    if expected.duties is not None:
        asked: dict[str, Any] = {"at": expected.duties.at, "for": expected.duties.party}
        sets = {key: sorted(codes) for key, codes in expected.duties.sets.items()}
        asked["says"] = dict(expected.duties.says) or None
        said = {key: value for key, value in asked.items() if value is not None}
        yield f"duties = {_value(said | sets)}"


def _directory(scenario: Scenario) -> Iterator[str]:
    for opportunity, gone in scenario.listed:
        said = {name: getattr(opportunity, name) for name in LISTING if name != "gone"}
        held = {name: value for name, value in said.items() if value is not None}
        yield _value(held | ({"gone": True} if gone else {}))


def _entry(step: Step, zone: tzinfo) -> str:
    """An entry as a table between braces, with everything that stands beside it."""
    entry = step.entry.entry if isinstance(step.entry, EntryCorrected) else step.entry
    home = "coach" if role_of(step.journey) == "coach" else "journey"
    said: dict[str, Any] = {"kind": entry.declares.name, home: step.journey, "id": step.id, "by": step.by}
    if step.at is not None:
        said["at"] = step.at.astimezone(zone)
    if isinstance(step.entry, EntryCorrected):
        said |= {"corrects": step.entry.target, "why": step.entry.why}
    if isinstance(entry, EntryWithdrawn):
        said |= attrs.asdict(entry)
    else:
        said |= _fields(entry, beside=said)
    return _value(said | ({"refused": True} if step.refused else {}))


def _fields(entry: Entry, *, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are said, and the names of those that would be supplied if nothing were said of them."""
    said: dict[str, Any] = {}
    unsaid: list[str] = []
    amends = "corrects" in beside  # what stood there before would be repeated
    too = entry.declares.usually
    for field in entry.declares.fields:
        value = getattr(entry, field.name)
        if value not in (None, ()):
            said[field.name] = value
        elif field.may_be_left_out and (amends or field.name in too) and field.name not in beside:
            unsaid.append(field.name)
    return said | ({"unsaid": unsaid} if unsaid else {})


def _value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else str(value)


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # what JSON escapes, TOML escapes in the same way
    return json.dumps(text, ensure_ascii=False)
