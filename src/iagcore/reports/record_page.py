"""One record on a page, for whoever audits it.

It leads from the sentence of each reason to the rule, the dated value and its source, to the policy by its fingerprint,
and to where the record stands and how it is sealed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

import attrs

from iagcore.policy import Gap, Policy
from iagcore.practice.times import clock
from iagcore.record.findings import Assessment, Decision, Outcome
from iagcore.record.records import Record
from iagcore.record.rules import Rule
from iagcore.reports.layout import beside, section, wrapped
from iagcore.reports.policy_sheet import written
from iagcore.storage.sealing import Alteration
from iagcore.storage.stored import StoredRecord

COLUMN: Final = 15
"""The column at which the text beside a label begins."""


@attrs.frozen(kw_only=True)
class Traced:
    """A record with all that leads from it: what is stored of it, the decision as first given, and its policy.

    `alterations` are what the seal finds wrong with the records of its home; none where it proves them.
    """

    record: Record
    stored: StoredRecord
    decision: Decision
    policy: Policy
    alterations: Sequence[Alteration]


def record_page(traced: Traced, *, rules: Sequence[Rule], zone: tzinfo) -> str:
    """The page as plain text, at most 100 columns wide; times are shown in `zone`."""
    record, considered = traced.record, traced.decision.considered
    known = {rule.code: rule for rule in rules}
    met = [one.rule for one in considered if one.outcome is Outcome.MET]
    sections = (
        _heading(record),
        list(_about(traced, zone)),
        section("Why", (line for one in traced.decision.findings for line in _finding(one, known, traced))),
        section("Considered and met", wrapped(", ".join(met), indent=2)),
        section("Policy", _policy(traced.policy)),
        section("Seal", _seal(traced)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _heading(record: Record) -> list[str]:
    lines = wrapped(f"Record {record.id} of {record.about[0].replace('journey:', 'journey ', 1)}")
    return [*lines, "=" * len(lines[-1])]


def _about(traced: Traced, zone: tzinfo) -> Iterator[str]:
    record, decision = traced.record, traced.decision
    outcome = "refused" if not decision.accepted else "accepted, with a breach" if decision.breaches else "accepted"
    yield from beside(outcome, decision.title, column=COLUMN, indent=0)
    yield from beside("asked", f"{_clock(record.at, zone)} by {record.by}", column=COLUMN, indent=0)
    yield from beside("recorded", _clock(record.recorded_at, zone), column=COLUMN, indent=0)
    yield from beside("filed under", ", ".join(record.about), column=COLUMN, indent=0)
    yield from beside("position", f"{traced.stored.position} in the journal", column=COLUMN, indent=0)


def _finding(one: Assessment, rules: dict[str, Rule], traced: Traced) -> Iterator[str]:
    yield from wrapped(f"{one.weight}: {one.rule} ({one.level}, {one.outcome}): {one.sentence}", indent=2)
    if one.evidence:
        evidence = ", ".join(f"{name} = {'unsaid' if value is None else value}" for name, value in one.evidence)
        yield from beside("by", evidence, column=COLUMN, indent=4)
    rule = rules.get(one.rule)
    if rule is not None:
        yield from beside("the rule", rule.title, column=COLUMN, indent=4)
        for value in traced.policy.may_decide:
            if value.name in rule.values:
                yield from beside("the value", _value(value.name, value.unit, traced), column=COLUMN, indent=4)
    yield from beside("the source", one.source, column=COLUMN, indent=4)


def _value(name: str, unit: str, traced: Traced) -> str:
    day = traced.policy.day(traced.record.at)
    try:
        cited = traced.policy.at(day).cited(name)
    except Gap as gap:
        return str(gap)
    return f"{name} = {written(cited.value, unit)}, from {cited.since:%d %b %Y} ({cited.source})"


def _policy(policy: Policy) -> Iterator[str]:
    yield from wrapped(f"{policy.name} ({policy.title}), as the journal keeps it to the letter", indent=2)
    yield from beside("fingerprint", policy.fingerprint, column=COLUMN)


def _seal(traced: Traced) -> Iterator[str]:
    yield from beside("plain", traced.stored.plain.hex(), column=COLUMN)
    yield from beside("salted", traced.stored.salted.hex(), column=COLUMN)
    if not traced.alterations:
        yield from wrapped("It proves this record, and those beside it, to be as they were recorded.", indent=2)
    for one in traced.alterations:
        yield from wrapped(f"Altered, at number {one.version}: {one.what}", indent=2)


def _clock(moment: datetime, zone: tzinfo) -> str:
    return clock(moment, zone)
