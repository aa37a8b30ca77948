"""Expecting: what a scenario expects of the answer, read and checked before it runs.

    outcome = "accepted"
    rules = ["ALW-05"]                                        # the exact set of rules among the findings
    evidence = { ALW-05 = { asked = 91, limit = 90 } }
    effects = { conversation-1 = { booked = 91 } }              # the exact lines of minutes that it settles
    duties = ["BKG-04"]                                       # the exact set of what is due afterwards
    duties = { at = 2015-05-02T10:00:00+01:00, for = "coach:nina", overdue = ["BKG-03"], coming = [] }

A line of minutes is named by its id: that of the conversation or of the extension, or `start`; what it does not say is
0. What is due is asked on the home of the entry tried, at the time of the last entry unless `at` says another, for
everybody unless `for` names one; `due` is all of it that is not coming only, `overdue` what should have been done.
`says = { SAF-02 = "999" }` are words that what is to do has in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from iagcore.exceptions import nearest
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry, accept_moment, accept_party, accept_words
from iagcore.record.findings import Scalar
from iagcore.record.rules import JUDGED, Rule, RuleSort
from iagcore.testing.scenarios.tables import Table, accept_names
from iagcore.testing.scenarios.telling import OUTCOMES, SETS, Step

FIGURES: Final = ("grant", "booked", "used")
"""What a line of minutes says, in whole minutes."""
DUE: Final = ("due", "overdue", "coming")
"""How what is to do may stand, as sets that a scenario may expect."""
EVIDENCE: Final = "evidence is written { ALW-01 = { asked = 60 } }"
EFFECTS: Final = "effects are written { conversation-1 = { booked = 0, used = 50 } }"
DUTIES: Final = 'duties are written ["BKG-03"], or { at = …, for = "coach:nina", due = ["BKG-03"] }'


@attrs.frozen
class ExpectedDuties:
    """What is expected to be due at a moment, for everybody or for one party: exact sets of codes, by name in `DUE`.

    `says` are words that a duty under a rule has in it.
    """

    at: datetime
    party: str | None
    sets: Mapping[str, frozenset[str]]
    says: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Expected:
    """What a scenario expects of the answer: nothing of what is None or empty.

    An outcome; exact sets of rule codes, by their name in `SETS`; evidence by rule; the lines of minutes that are
    settled, as (id, grant, booked, used); and what is due afterwards.
    """

    outcome: str | None
    sets: Mapping[str, frozenset[str]]
    evidence: tuple[tuple[str, str, Scalar], ...]
    effects: tuple[tuple[str, int, int, int], ...] | None = None
    duties: ExpectedDuties | None = None

    def speaks_of(self, code: str) -> bool:
        """Whether the answer would not be as expected, were this rule found otherwise than it is."""
        return "rules" in self.sets or any(one == code for one, _, _ in self.evidence)


Rules = Mapping[str, Rule]
"""The rules that a scenario may speak of, by code."""


def expected(table: Table, tried: Step, history: Sequence[Step], *, last: datetime, rules: Rules) -> Expected:
    """What a scenario's table expects; `last` is the time of the last entry that it tells. Raises `InvalidFile`."""
    if "outcome" not in table.held and "rules" not in table.held:
        raise table.wrong('nothing is expected: say outcome = "accepted" or "refused", or rules = […], or both')
    kinds = _kinds_judged(tried, history)
    sets = {}
    for key in SETS:
        if key in table.held:
            codes = table.get(key, accept_names)
            for place, code in enumerate(codes):
                _can_be_found(table, rules, code, kinds, key, place)
            sets[key] = frozenset(codes)
    return Expected(
        table.get("outcome", _outcome),
        sets,
        tuple(_evidence(table, rules, kinds)),
        _effects(table),
        _duties(table, rules, last),
    )


def _kinds_judged(tried: Step, history: Iterable[Step]) -> tuple[type[Entry], ...]:
    """The kinds that the findings on the entry tried may be about: an amendment's are also on what then stands."""
    entry = tried.entry
    if isinstance(entry, EntryCorrected):
        return (EntryCorrected, type(entry.entry))
    if isinstance(entry, EntryWithdrawn):
        stood = (one.entry for one in history if one.journey == tried.journey)
        return (EntryWithdrawn, *(type(one.entry if isinstance(one, EntryCorrected) else one) for one in stood))
    return (type(entry),)


def _outcome(value: Any) -> str:
    if value not in OUTCOMES:
        raise ValueError(f'"accepted" or "refused" is expected, not {value!r}{nearest(str(value), OUTCOMES)}')
    return str(value)


def _evidence(table: Table, rules: Rules, kinds: tuple[type[Entry], ...]) -> Iterable[tuple[str, str, Scalar]]:
    by_rule = table.table("evidence", EVIDENCE)
    for code in by_rule.held:
        _can_be_found(by_rule, rules, code, kinds, code)
        values = by_rule.table(code, EVIDENCE).held
        if not values:
            raise by_rule.wrong(f"of the evidence of {code} nothing is expected: {EVIDENCE}", code)
        for name, value in values.items():
            if type(value) not in (str, int, bool):
                raise by_rule.wrong(f"{name}: a text, a whole number, true or false is expected", code, name)
            yield code, name, value


def _can_be_found(table: Table, rules: Rules, code: str, kinds: tuple[type[Entry], ...], *key: str | int) -> None:
    rule = rules.get(code)
    if rule is None:
        raise table.wrong(f"no rule has the code {code!r}{nearest(code, rules)}", *key)
    if rule.sort is RuleSort.DUTY:
        raise table.wrong(f"{code} is a duty, which no decision finds: what is due is expected under duties", *key)
    if rule.sort not in JUDGED:
        raise table.wrong(f"{code} is a {rule.sort}, which no decision finds: laws prove it", *key)
    if not any(issubclass(kind, rule.on) for kind in kinds):
        about = ", ".join(kind.declares.name for kind in rule.on)
        raise table.wrong(f"{code} cannot apply to {kinds[0].declares.name}: it is about {about}", *key)


def _effects(table: Table) -> tuple[tuple[str, int, int, int], ...] | None:
    if "effects" not in table.held:
        return None
    lines = table.table("effects", EFFECTS)
    found = []
    for id in lines.held:
        line = lines.table(id, EFFECTS)
        line.only(FIGURES, "of a line of minutes")
        grant, booked, used = (line.get(figure, _minutes, 0) for figure in FIGURES)
        found.append((id, grant, booked, used))
    return tuple(sorted(found))


def _minutes(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("whole minutes are expected")
    return value


def _duties(table: Table, rules: Rules, last: datetime) -> ExpectedDuties | None:
    if "duties" not in table.held:
        return None
    if type(table.held["duties"]) is list:
        return ExpectedDuties(last, None, {"due": _due(table, rules, "duties")})
    asked = table.table("duties", DUTIES)
    asked.only(("at", "for", "says", *DUE), "of what is due")
    sets = {key: _due(asked, rules, key) for key in DUE if key in asked.held}
    if not sets:
        raise asked.wrong("duties: say which are due, overdue or coming")
    at: datetime = asked.get("at", accept_moment, last)
    words = asked.table("says", 'what a duty says is written { SAF-02 = "999" }')
    for code in words.held:
        _is_a_duty(words, rules, code, code)
    says = tuple((code, words.get(code, accept_words)) for code in words.held)
    return ExpectedDuties(at.astimezone(last.tzinfo), asked.get("for", accept_party), sets, says)


def _due(table: Table, rules: Rules, key: str) -> frozenset[str]:
    codes = table.get(key, accept_names)
    for place, code in enumerate(codes):
        _is_a_duty(table, rules, code, key, place)
    return frozenset(codes)


def _is_a_duty(table: Table, rules: Rules, code: str, *key: str | int) -> None:
    duties = {code: rule for code, rule in rules.items() if rule.sort is RuleSort.DUTY}
    if code in rules and code not in duties:
        raise table.wrong(f"{code} is a {rules[code].sort}, and no duty: expect it under rules", *key)
    if code not in duties:
        raise table.wrong(f"no duty has the code {code!r}{nearest(code, duties)}", *key)
