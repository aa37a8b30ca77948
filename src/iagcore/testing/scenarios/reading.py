"""Reading: a scenario file, checked whole before any of it runs."""

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

import attrs

from iagcore.exceptions import InvalidEntry, InvalidPolicy, nearest
from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry, accept_day, accept_flag, accept_words
from iagcore.practice.opportunities import Opportunity
from iagcore.record.findings import Scalar
from iagcore.record.judging import JUDGED
from iagcore.rulebook import RULES
from iagcore.testing.scenarios.tables import Table, accept_name, accept_name_or_names, accept_names
from iagcore.testing.scenarios.telling import (
    EXPECTED,
    OUTCOMES,
    SETS,
    Step,
    Telling,
    no_id_twice,
    with_what_is_supplied,
)
from iagcore.toml_source import Source

SUFFIX: Final = ".iag.toml"
"""How the name of a scenario file ends."""

SCHEMA: Final = 1
SCENARIO: Final = ("name", "why", "policy", "start", "after", "directory", "history", "try", *EXPECTED)
LISTING: Final = ("id", "name", "status", "last_checked", "least_age", "most_age", "gone")
"""What a scenario may say of an opportunity in its directory."""
JUDGED_BY_CODE: Final = {rule.code: rule for rule in RULES if rule.sort in JUDGED}


@attrs.frozen
class Expected:
    """What a scenario expects: an outcome, exact sets of rule codes by their name in `SETS`, and evidence by rule."""

    outcome: str | None
    sets: Mapping[str, frozenset[str]]
    evidence: tuple[tuple[str, str, Scalar], ...]


@attrs.frozen
class Scenario:
    """A history, one entry tried, and what is expected of the answer. `history` holds what was supplied, too.

    `listed` is what the directory lists, and whether it is gone by then.
    """

    file: str
    line: int | None
    name: str
    why: str | None
    policy: Policy
    history: tuple[Step, ...]
    tried: Step
    expected: Expected
    listed: tuple[tuple[Opportunity, bool], ...] = ()


def read_scenarios(path: str | PathLike[str]) -> tuple[Scenario, ...]:
    """The scenarios of a file. Raises `InvalidFile`, naming the file, the line and the nearest known name."""
    return parse_scenarios(Source.read(path))


def parse_scenarios(source: Source) -> tuple[Scenario, ...]:
    """The scenarios that a TOML text holds; a policy's path begins where its file is. Raises `InvalidFile`."""
    file = Table(source, (), source.data)
    file.only(("schema", "policy", "histories", "scenario"), "in a scenario file")
    if type(file.held.get("schema")) is not int or file.held["schema"] != SCHEMA:
        raise file.wrong(f"schema = {SCHEMA} is expected, the version of this format", "schema")
    histories = file.table("histories", "histories are written [[histories.NAME]]")
    shared = {name: histories.tables(name, f"entries are written [[histories.{name}]]") for name in histories.held}
    tables = file.tables("scenario", "scenarios are written [[scenario]]")
    if not tables:
        raise file.wrong("there is no scenario in it: write one under [[scenario]]")
    reading = _Reading(file, shared)
    scenarios: dict[str, Scenario] = {}
    for table in tables:
        one = reading.scenario(table)
        if one.name in scenarios:
            reason = f"the name {one.name!r} is used twice, first on line {scenarios[one.name].line}"
            raise table.wrong(reason, "name")
        scenarios[one.name] = one
    for name in shared:
        if name not in reading.used:
            raise histories.wrong(f"no scenario comes after the history {name!r}", name)
    return tuple(scenarios.values())


class _Reading:
    """What the scenarios of one file share: policies that were loaded, histories, and which of these were used."""

    def __init__(self, file: Table, shared: "Mapping[str, list[Table]]") -> None:
        self._file, self._shared = file, shared
        self._policies: dict[str, Policy] = {}
        self.used: set[str] = set()

    def scenario(self, table: Table) -> Scenario:
        table.only(SCENARIO, "in a scenario")
        name = table.get("name", accept_name)
        if name is None:
            raise table.wrong("the scenario has no name")
        if "try" not in table.held:
            raise table.wrong("the scenario tries nothing: write an entry under [scenario.try]")
        told = [*self._before(table), *table.tables("history", "entries of a history are written [[scenario.history]]")]
        tried = table.table("try", "the entry tried is written under [scenario.try]")
        if "refused" in tried.held:
            raise tried.wrong('the scenario says what is expected of the entry tried: outcome = "refused"', "refused")
        policy = self._policy(table)
        listed = _listed(table)
        telling = Telling(policy, [*told, tried], listed=[opportunity.id for opportunity, _ in listed])
        steps = [telling.step(one, id=f"#{number}") for number, one in enumerate(told, start=1)]
        step = telling.step(tried, id="tried")
        line, start = table.source.line(*table.path), table.get("start", accept_flag, True)
        history = tuple(with_what_is_supplied(steps, step, telling, line=line, start=start))
        no_id_twice(table.source, [*history, step])
        expected = _expected(table, _kinds_judged(step, history))
        return Scenario(
            table.source.file, line, name, table.get("why", accept_words), policy, history, step, expected, listed
        )

    def _before(self, table: Table) -> Iterator[Table]:
        for name in table.get("after", accept_name_or_names, ()):
            if name not in self._shared:
                raise table.wrong(f"there is no history {name!r} in this file{nearest(name, self._shared)}", "after")
            self.used.add(name)
            yield from self._shared[name]

    def _policy(self, table: Table) -> Policy:
        within = table if "policy" in table.held else self._file
        name = within.get("policy", accept_name, "starter")
        if name not in self._policies:
            self._policies[name] = _loaded(within, name)
        return self._policies[name]


def _listed(table: Table) -> tuple[tuple[Opportunity, bool], ...]:
    """The opportunities that a scenario's directory lists, and whether each is gone."""
    found: list[tuple[Opportunity, bool]] = []
    for one in table.tables("directory", 'what a directory lists is written directory = [{ id = "art" }]'):
        one.only(LISTING, "of what a directory lists")
        said = {field: value for field, value in one.held.items() if field != "gone"}
        if "id" not in said:
            raise one.wrong('what a directory lists has an id: { id = "art" }')
        one.get("last_checked", accept_day)
        if any(said["id"] == listed.id for listed, _ in found):
            raise one.wrong(f"the id {said['id']!r} is listed twice", "id")
        try:
            opportunity = Opportunity(**{"name": said["id"], **said})
        except InvalidEntry as error:
            raise one.wrong(str(error)) from None
        found.append((opportunity, one.get("gone", accept_flag, False)))
    return tuple(found)


def _loaded(within: Table, name: str) -> Policy:
    if name.lower().endswith(".toml"):
        path = Path(within.source.file).parent / name
        if not path.exists():
            raise within.wrong(f"there is no policy file {path}", "policy")
        return Policy.load(path)
    try:
        return Policy.load(name)
    except InvalidPolicy as error:
        raise within.wrong(f"policy {name!r}: {error.reason}", "policy") from None


def _kinds_judged(tried: Step, history: Iterable[Step]) -> tuple[type[Entry], ...]:
    """The kinds that the findings on the entry tried may be about: an amendment's are also on what then stands."""
    entry = tried.entry
    if isinstance(entry, EntryCorrected):
        return (EntryCorrected, type(entry.entry))
    if isinstance(entry, EntryWithdrawn):
        stood = (one.entry for one in history if one.journey == tried.journey)
        return (EntryWithdrawn, *(type(one.entry if isinstance(one, EntryCorrected) else one) for one in stood))
    return (type(entry),)


def _expected(table: Table, kinds: tuple[type[Entry], ...]) -> Expected:
    if "outcome" not in table.held and "rules" not in table.held:
        raise table.wrong('nothing is expected: say outcome = "accepted" or "refused", or rules = […], or both')
    sets = {}
    for key in SETS:
        if key in table.held:
            codes = table.get(key, accept_names)
            for place, code in enumerate(codes):
                _can_be_found(table, code, kinds, key, place)
            sets[key] = frozenset(codes)
    evidence: list[tuple[str, str, Scalar]] = []
    by_rule = table.table("evidence", "evidence is written { ALW-01 = { asked = 60 } }")
    for code in by_rule.held:
        _can_be_found(by_rule, code, kinds, code)
        for name, value in by_rule.table(code, "evidence is written { ALW-01 = { asked = 60 } }").held.items():
            if type(value) not in (str, int, bool):
                raise by_rule.wrong(f"{name}: a text, a whole number, true or false is expected", code, name)
            evidence.append((code, name, value))
    return Expected(table.get("outcome", _outcome), sets, tuple(evidence))


def _outcome(value: Any) -> str:
    if value not in OUTCOMES:
        raise ValueError(f'"accepted" or "refused" is expected, not {value!r}{nearest(str(value), OUTCOMES)}')
    return str(value)


def _can_be_found(table: Table, code: str, kinds: tuple[type[Entry], ...], *key: str | int) -> None:
    if code not in JUDGED_BY_CODE:
        known = {rule.code: rule for rule in RULES}
        if code in known:
            raise table.wrong(f"{code} is a {known[code].sort}, which no decision finds: laws prove it", *key)
        raise table.wrong(f"no rule has the code {code!r}{nearest(code, known)}", *key)
    if not any(issubclass(kind, JUDGED_BY_CODE[code].on) for kind in kinds):
        about = ", ".join(kind.declares.name for kind in JUDGED_BY_CODE[code].on)
        raise table.wrong(f"{code} cannot apply to {kinds[0].declares.name}: it is about {about}", *key)
