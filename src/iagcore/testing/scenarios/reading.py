"""Reading: a scenario file, checked whole before any of it runs."""

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Final

import attrs

from iagcore.exceptions import InvalidEntry, InvalidExtension, InvalidPolicy, nearest
from iagcore.extending.book import LIBRARY, Book, book_of
from iagcore.extending.extension import Extension
from iagcore.extending.loading import extensions_named
from iagcore.opportunities import Opportunity
from iagcore.policy import Policy
from iagcore.practice.kinds import accept_day, accept_flag, accept_words
from iagcore.testing.scenarios.cases import CASES, cases_of
from iagcore.testing.scenarios.expecting import Expected, expected
from iagcore.testing.scenarios.tables import Table, accept_name, accept_name_or_names
from iagcore.testing.scenarios.telling import (
    EXPECTED,
    Step,
    Telling,
    no_id_twice,
    with_what_is_supplied,
)
from iagcore.toml_source import Source

SUFFIX: Final = ".iag.toml"
"""How the name of a scenario file ends."""

SCHEMA: Final = 1
SCENARIO: Final = ("name", "why", "policy", "start", "after", "directory", "history", "try", CASES, *EXPECTED)
LISTING: Final = ("id", "name", "status", "last_checked", "least_age", "most_age", "gone")
"""What a scenario may say of an opportunity in its directory."""


@attrs.frozen
class Scenario:
    """A history, one entry tried, and what is expected of the answer. `history` holds what was supplied, too.

    `listed` is what the directory lists, and whether it is gone by then; `told` are the ids of those entries of the
    history that the file writes, each with the journey, or the coach, that it stands on; `under` is its policy as the
    file names it, and `book` the rules, kinds and values that it goes by, with the extensions that the file names in
    `extend`. Of a scenario with cases, each row is one, named `NAME[ROW]`, and stands on the row's line.
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
    told: frozenset[tuple[str, str]] = frozenset()
    under: str = "starter"
    book: Book = LIBRARY
    extend: tuple[str, ...] = ()


def read_scenarios(path: str | PathLike[str], *, extend: Iterable[Extension] = ()) -> tuple[Scenario, ...]:
    """The scenarios of a file. Raises `InvalidFile`, naming the file, the line and the nearest known name.

    `extend` are extensions that it goes by, as well as those that it names itself.
    """
    return parse_scenarios(Source.read(path), extend=extend)


def parse_scenarios(source: Source, *, extend: Iterable[Extension] = ()) -> tuple[Scenario, ...]:
    """The scenarios that a TOML text holds; the paths in it begin where its file is. Raises `InvalidFile`."""
    file = Table(source, (), source.data)
    file.only(("schema", "policy", "extend", "histories", "scenario"), "in a scenario file")
    if type(file.held.get("schema")) is not int or file.held["schema"] != SCHEMA:
        raise file.wrong(f"schema = {SCHEMA} is expected, the version of this format", "schema")
    histories = file.table("histories", "histories are written [[histories.NAME]]")
    shared = {name: histories.tables(name, f"entries are written [[histories.{name}]]") for name in histories.held}
    tables = file.tables("scenario", "scenarios are written [[scenario]]")
    if not tables:
        raise file.wrong("there is no scenario in it: write one under [[scenario]]")
    reading = _Reading(file, shared, _book(file, extend))
    scenarios: list[Scenario] = []
    named: dict[str, int | None] = {}
    for table in tables:
        every = reading.scenarios(table)
        name = table.held["name"]
        if name in named:
            raise table.wrong(f"the name {name!r} is used twice, first on line {named[name]}", "name")
        named[name] = table.source.line(*table.path)
        scenarios += every
    for name in shared:
        if name not in reading.used:
            raise histories.wrong(f"no scenario comes after the history {name!r}", name)
    return tuple(scenarios)


def _extend(file: Table) -> tuple[str, ...]:
    named: tuple[str, ...] = file.get("extend", accept_name_or_names, ())
    return named


def _book(file: Table, extend: Iterable[Extension]) -> Book:
    """What the scenarios of a file go by: the library, and the extensions that it names or that are given."""
    try:
        return book_of((*extend, *extensions_named(_extend(file), within=Path(file.source.file).parent)))
    except InvalidExtension as error:
        raise file.wrong(str(error), "extend") from None


class _Reading:
    """What the scenarios of one file share: policies that were loaded, histories, and which of these were used."""

    def __init__(self, file: Table, shared: "Mapping[str, list[Table]]", book: Book) -> None:
        self._file, self._shared, self._book = file, shared, book
        self._policies: dict[str, Policy] = {}
        self.used: set[str] = set()

    def scenarios(self, table: Table) -> list[Scenario]:
        """The scenario of a table, or one a row of its cases."""
        table.only(SCENARIO, "in a scenario")
        name = table.get("name", accept_name)
        if name is None:
            raise table.wrong("the scenario has no name")
        before = list(self._before(table))
        cases = cases_of(table, before=len(before), kinds=self._book.kinds)
        return [self._scenario(one, name if row is None else f"{name}[{row}]", before) for one, row in cases]

    def _scenario(self, table: Table, name: str, before: Iterable[Table]) -> Scenario:
        if "try" not in table.held:
            raise table.wrong("the scenario tries nothing: write an entry under [scenario.try]")
        told = [*before, *table.tables("history", "entries of a history are written [[scenario.history]]")]
        tried = table.table("try", "the entry tried is written under [scenario.try]")
        if "refused" in tried.held:
            raise tried.wrong('the scenario says what is expected of the entry tried: outcome = "refused"', "refused")
        under, policy = self._policy(table)
        listed = _listed(table)
        listing = [opportunity.id for opportunity, _ in listed]
        telling = Telling(policy, [*told, tried], listed=listing, book=self._book)
        steps = [telling.step(one, id=f"#{number}") for number, one in enumerate(told, start=1)]
        step = telling.step(tried, id="tried")
        line, start = table.source.line(*table.path), table.get("start", accept_flag, True)
        history = tuple(with_what_is_supplied(steps, step, telling, line=line, start=start))
        no_id_twice(table.source, [*history, step])
        last = max((one.at for one in (*steps, step) if one.at is not None), default=telling.began)
        return Scenario(
            table.source.file,
            line,
            name,
            table.get("why", accept_words),
            policy,
            history,
            step,
            expected(table, step, history, last=last, rules=self._book.rule_by_code),
            listed,
            frozenset((one.journey, one.id) for one in steps),
            under,
            self._book,
            _extend(self._file),
        )

    def _before(self, table: Table) -> Iterator[Table]:
        for name in table.get("after", accept_name_or_names, ()):
            if name not in self._shared:
                raise table.wrong(f"there is no history {name!r} in this file{nearest(name, self._shared)}", "after")
            self.used.add(name)
            yield from self._shared[name]

    def _policy(self, table: Table) -> tuple[str, Policy]:
        within = table if "policy" in table.held else self._file
        name = within.get("policy", accept_name, "starter")
        if name not in self._policies:
            self._policies[name] = _loaded(within, name, self._book)
        return name, self._policies[name]


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


def _loaded(within: Table, name: str, book: Book) -> Policy:
    if name.lower().endswith(".toml"):
        path = Path(within.source.file).parent / name
        if not path.exists():
            raise within.wrong(f"there is no policy file {path}", "policy")
        return book.policy(path)
    try:
        return book.policy(name)
    except InvalidPolicy as error:
        raise within.wrong(f"policy {name!r}: {error.reason}", "policy") from None
