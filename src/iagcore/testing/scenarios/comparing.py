"""Comparing: what is expected beside what was found, each difference in a sentence with the rules that it is about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from iagcore.exceptions import nearest
from iagcore.record.findings import Assessment, Decision, Duty, DutyStatus, Outcome, Scalar
from iagcore.testing.scenarios.expecting import Expected, ExpectedDuties
from iagcore.testing.scenarios.telling import OUTCOMES


@attrs.frozen
class Difference:
    """What differs, in a sentence, and the codes of the rules that it is about."""

    says: str
    about: frozenset[str] = frozenset()


def differences(expected: Expected, decision: Decision, duties: Sequence[Duty]) -> list[Difference]:
    """What differs between an answer and what is expected of it; nothing where the scenario holds."""
    return [
        *_of_the_outcome(expected.outcome, decision),
        *_of_the_sets(expected.sets, decision),
        *_of_the_evidence(expected.evidence, decision),
        *_of_the_effects(expected.effects, decision),
        *(_of_the_duties(expected.duties, duties) if expected.duties is not None else ()),
    ]


def _of_the_outcome(wanted: str | None, decision: Decision) -> Iterator[Difference]:
    outcome = OUTCOMES[not decision.accepted]
    if wanted in (None, outcome):
        return
    says = f"outcome: {wanted} is expected, {outcome} was found"
    if not decision.findings:
        says += f"; none of the {len(decision.considered)} rules that were considered speaks against it"
    # the findings that led to it are printed, also where no set of them is expected
    yield Difference(says, frozenset(one.rule for one in decision.refusals or decision.findings))


def _of_the_sets(sets: Mapping[str, frozenset[str]], decision: Decision) -> Iterator[Difference]:
    found: dict[str, Iterable[Assessment]] = {
        "rules": decision.findings,
        "refusals": decision.refusals,
        "breaches": decision.breaches,
        "advice": decision.advice,
        "not_assessed": [one for one in decision.findings if one.outcome is Outcome.NOT_ASSESSED],
    }
    for key, wanted in sets.items():
        seen = frozenset(one.rule for one in found[key])
        if seen != wanted:
            yield Difference(f"{key}: expected {_listed(wanted)}; found {_listed(seen)}", seen ^ wanted)


def _of_the_evidence(evidence: Iterable[tuple[str, str, Scalar]], decision: Decision) -> Iterator[Difference]:
    for code, name, value in evidence:
        of_rule = [dict(one.evidence) for one in decision.considered if one.rule == code]
        if not any(name in one and _same(one[name], value) for one in of_rule):
            names = [known for one in of_rule for known in one]
            what = ", ".join(_shown(one[name]) for one in of_rule if name in one)
            missing = f"no value of that name{nearest(name, names)}"
            says = f"evidence {code}: expected {name} = {_shown(value)}; found {what or missing}"
            yield Difference(says, frozenset({code}))


def _of_the_effects(wanted: tuple[tuple[str, int, int, int], ...] | None, decision: Decision) -> Iterator[Difference]:
    found = tuple(sorted((line.id, line.grant, line.booked, line.used) for line in decision.effect))
    if wanted not in (None, found):
        yield Difference(f"effects: expected {_lines(wanted or ())}; found {_lines(found)}")


def _lines(lines: Iterable[tuple[str, int, int, int]]) -> str:
    said = [f"{id} (grant {grant}, booked {booked}, used {used})" for id, grant, booked, used in lines]
    return ", ".join(said) or "no line of minutes"


def _of_the_duties(wanted: ExpectedDuties, duties: Sequence[Duty]) -> Iterator[Difference]:
    asked = [one for one in duties if wanted.party is None or one.is_for(wanted.party)]
    found = {
        "due": [one for one in asked if one.status(wanted.at) is not DutyStatus.COMING],
        "overdue": [one for one in asked if one.status(wanted.at) is DutyStatus.OVERDUE],
        "coming": [one for one in asked if one.status(wanted.at) is DutyStatus.COMING],
    }
    for key, codes in wanted.sets.items():
        seen = frozenset(one.rule for one in found[key])
        if seen != codes:
            whom = f" for {wanted.party}" if wanted.party else ""
            says = f"{key} on {wanted.at:%d %b %Y %H:%M}{whom}: expected {_listed(codes)}; found {_listed(seen)}"
            yield Difference(says, seen ^ codes)
    for code, words in wanted.says:
        if not any(one.rule == code and words in one.what for one in asked):
            yield Difference(f"duties: {code} is expected to say {words!r}, and does not", frozenset({code}))


def found_on(one: Assessment) -> list[str]:
    """A rule as a report tells it: its sentence, the evidence and the source."""
    evidence = ", ".join(f"{name} = {_shown(value)}" for name, value in one.evidence)
    return [
        f"{one.rule} ({one.level}, {one.outcome}): {one.sentence}",
        f"  Evidence: {evidence or 'none'}",
        f"  Source: {one.source}",
    ]


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "none"


def _same(found: Scalar, expected: Scalar) -> bool:
    # 1 is not true here
    return type(found) is type(expected) and found == expected


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "unsaid" if value is None else repr(value) if isinstance(value, str) else str(value)
