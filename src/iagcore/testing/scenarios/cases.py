"""Cases: one scenario, written once and tried on every row of a table.

    cases = [
      { minutes = 45, outcome = "accepted", rules = [] },
      { minutes = 46, outcome = "refused", rules = ["ALW-01"] },
      { held.minutes = 134, minutes = 46, outcome = "accepted", rules = [] },
    ]

Where a column goes is told by its name. What a scenario says of the answer it expects (`outcome`, `rules`, `evidence`
and the like), `why` and `policy` stand in the place of, or beside, what the scenario says. The id of an entry of the
history (`held`, or `"#1"` for the first one, if it has no id) sets fields of that entry, and `try` those of the entry
tried. Every other column is a field of the entry tried. `label` names the row; left out, what the row sets does.

A row becomes a scenario like any other: a table of the text, whose values know the line of their row.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.storage.codec import Kinds, kind_named
from iagcore.testing.scenarios.tables import Table, accept_name
from iagcore.testing.scenarios.telling import BESIDE_HERE, EXPECTED
from iagcore.toml_source import Place

CASES: Final = "cases"
LABEL: Final = "label"
TRY: Final = "try"
STANDS_ABOVE: Final = (*EXPECTED, "why", "policy")
"""The columns that are about the scenario, and about no entry of it."""
AMENDING: Final = ("corrects", "target", "why", "whole", "coach")
"""What may stand in an entry although its kind does not declare it."""


def cases_of(table: Table, *, before: int, kinds: Kinds) -> Iterator[tuple[Table, str | None]]:
    """The scenario of a table, or one for each row of its `cases`, with the row's label. Raises `InvalidFile`.

    `before` counts the entries that shared histories put in front of its own.
    """
    if CASES not in table.held:
        yield table, None
        return
    written = 'rows are written cases = [{ minutes = 45, outcome = "accepted" }]'
    rows = table.tables(CASES, written)
    if not rows:
        raise table.wrong(f"cases has no row: {written}", CASES)
    entries = _entries(table, before)
    lines = _lines_of_rows(table)
    seen: dict[str, int] = {}
    tried: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if not row.held:
            raise row.wrong(f"row {number} sets nothing")
        label = row.get(LABEL, accept_name) or ", ".join(_said(row, entries)) or str(number)
        if label in seen:
            raise row.wrong(f"row {number} is like row {seen[label]} ({label}): change what it sets, or its label")
        # under another label it would be counted twice, and tried once
        sets = repr(sorted(one for one in row.held.items() if one[0] not in (LABEL, "why")))
        again = tried.setdefault(sets, number)
        if again != number:
            raise row.wrong(f"row {number} sets what row {again} sets, under another label: leave one of them out")
        seen[label] = number
        yield _with_row(table, row, entries, lines.get(number - 1, {}), kinds), label


def _entries(table: Table, before: int) -> dict[str, Place]:
    """The entries that a column may name, and where each stands in the table."""
    entries: dict[str, Place] = {}
    for place, one in enumerate(table.tables("history", "entries of a history are written [[scenario.history]]")):
        entries[str(one.held.get("id", f"#{before + place + 1}"))] = ("history", place)
    entries[TRY] = (TRY,)
    return entries


def _lines_of_rows(table: Table) -> dict[int, dict[Place, int]]:
    """The lines of what each row holds, by the way from the row."""
    within = (*table.path, CASES)
    found: dict[int, dict[Place, int]] = {}
    for place, line in table.source.lines.items():
        if place[: len(within)] == within and len(place) > len(within):
            row = place[len(within)]
            found.setdefault(int(row), {})[place[len(within) + 1 :]] = line
    return found


def _with_row(
    table: Table, row: Table, entries: Mapping[str, Place], lines: Mapping[Place, int], kinds: Kinds
) -> Table:
    """The table of the scenario with the columns of a row in their places, and their lines with them."""
    held: dict[str, Any] = {key: value for key, value in table.held.items() if key != CASES}
    went: dict[str, Place] = {}
    for column, value in row.held.items():
        if column == LABEL:
            continue
        went[column] = place = _place_of(column, value, row, table, entries, kinds=kinds)
        held = _merged(held, place, value)
    moved: dict[Place, int] = {table.path: lines[()]}
    for way, line in lines.items():
        if way and way[0] in went:
            moved[(*table.path, *went[str(way[0])], *way[1:])] = line
    source = table.source.elsewhere(ChainMap(moved, dict(table.source.lines)))
    return Table(source, table.path, held)


def _place_of(
    column: str, value: Any, row: Table, table: Table, entries: Mapping[str, Place], *, kinds: Kinds
) -> Place:
    """Where a column goes. Raises `InvalidFile` for one of which that is not known."""
    if column in STANDS_ABOVE:
        return (column,)
    if type(value) is dict and column in entries:
        return entries[column]
    tried = table.held.get(TRY)
    kind = row.held.get("kind", tried.get("kind") if type(tried) is dict else None)
    try:
        fields = [*(field.name for field in kind_named(kind, kinds=kinds).declares.fields), *BESIDE_HERE, *AMENDING]
    except InvalidEntry:
        return TRY, column  # the kind itself is not right, which is said where the entry is read
    if column not in fields:
        near = nearest(column, [*STANDS_ABOVE, *entries, *fields])
        reason = f"{column!r} is no column: no field of {kind}, no id in this history, and nothing expected{near}"
        raise row.wrong(reason, column)
    return TRY, column


def _merged(held: Mapping[str, Any], way: Place, value: Any) -> dict[str, Any]:
    """What is held, with a value set at a way into it; a table is set beside what a table holds already."""
    key, *rest = way
    found: dict[str, Any] = dict(held)
    if key == "history":
        place, *inside = rest
        found["history"] = [
            _merged({"": one}, ("", *inside), value)[""] if number == place else one
            for number, one in enumerate(held["history"])
        ]
        return found
    before = held.get(str(key), {} if rest else None)
    if rest:
        # what is no table is said to be none where it is read
        found[str(key)] = _merged(before, tuple(rest), value) if isinstance(before, dict) else before
    elif isinstance(before, dict) and isinstance(value, dict):
        for inner, one in value.items():
            before = _merged(before, (inner,), one)
        found[str(key)] = before
    else:
        found[str(key)] = value
    return found


def _said(row: Table, entries: Mapping[str, Place]) -> Iterator[str]:
    """What a row sets, in a few words; what it expects is no part of it."""
    for column, value in row.held.items():
        if column == "duties" and type(value) is dict:
            yield from (f"duties.{field}={_short(value[field])}" for field in ("at", "for") if field in value)
        elif column == "policy" or column not in STANDS_ABOVE:
            if type(value) is dict:
                name = "" if column == TRY else f"{column}."
                yield from (f"{name}{field}={_short(one)}" for field, one in value.items())
            else:
                yield f"{column}={_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if isinstance(value, list):
        return "+".join(map(_short, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
