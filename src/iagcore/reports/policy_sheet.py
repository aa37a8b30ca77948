"""The sheet that a programme lead goes through: what is decided locally, what hangs on it, and room to decide.

A local value is nobody's national policy: somebody here decides it. For each the sheet says what it means, what it is
now, since when and in whose words, and which rules read it; beside it there is room for what was decided, by whom and
when. The sheet is for paper: as plain text, or as a page of HTML that needs nothing but itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any, Final

import attrs

from iagcore.policy import Cited, MissedCharge, Policy, Rounding, Value
from iagcore.practice.conversations import FAULTS
from iagcore.record.rules import Rule
from iagcore.reports.layout import beside, wrapped

COLUMN: Final = 15
"""The column at which what is said of a value begins."""
UNDECIDED: Final = "not decided"
NO_RULE: Final = "No rule reads it: it is how scores, and what became of them, are put in words."
ASKS: Final = (
    "Each of these is for you to decide: none of it is national policy. What is only suggested holds until a file of "
    "your own decides it. Write down what you decide, who decided it and when, and put it into that file."
)


def written(value: Any, unit: str) -> str:
    """A value of a policy as a person reads it; *not decided* in a gap."""
    match value:
        case None:
            return UNDECIDED
        case MissedCharge():
            return ", ".join(f"{value.of(fault)} ({fault})" for fault in FAULTS)
        case Rounding():
            return value.way if value.way == "none" else f"{value.way}, to {value.to} minutes"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value)) or "none"
        case int() | Decimal():
            return f"{value} ({unit})" if unit[0].isdigit() else f"{value} {unit}"
        case _:
            return str(value)


def review(cited: Cited, on: date) -> str:
    """What is said of the day to look at a value again, as seen on a day; empty where there is none."""
    if cited.review_by is None:
        return ""
    passed = ", which has passed" if cited.review_by < on else ""
    return f"; to be looked at again by {cited.review_by:%d %b %Y}{passed}"


@attrs.frozen(kw_only=True)
class Row:
    """One thing to decide: what it is called, what it means, how it stands, and what hangs on it."""

    name: str
    unit: str
    meaning: str
    now: str
    because: str
    later: tuple[str, ...]
    affects: tuple[str, ...]


def rows_of_values(policy: Policy, rules: Sequence[Rule], *, on: date) -> tuple[Row, ...]:
    """The values that are decided locally, or by nobody yet, in the order of the policy file."""
    return tuple(
        _row_of_value(value, policy.values.get(value.name, ()), rules, on)
        for value in policy.may_decide
        if _is_local(policy.values.get(value.name, ()))
    )


def rows_of_levels(policy: Policy, rules: Sequence[Rule], *, on: date) -> tuple[Row, ...]:
    """The levels that are decided locally."""
    known = {rule.code: rule for rule in rules}
    return tuple(
        _row_of_level(known[code], history, on)
        for code, history in policy.levels.items()
        if _is_local(history) and code in known
    )


def _is_local(history: Sequence[Cited]) -> bool:
    # what nobody has decided is for a lead to decide, too
    return not history or any(one.local for one in history)


def _row_of_value(value: Value, history: Sequence[Cited], rules: Sequence[Rule], on: date) -> Row:
    now, because, later = _standing(history, on, lambda one: written(one.value, value.unit))
    affects = tuple(f"{rule.code}: {rule.title}" for rule in rules if value.name in rule.values)
    return Row(
        name=value.name,
        unit=value.unit,
        meaning=value.meaning,
        now=now,
        because=because,
        later=later,
        affects=affects or (NO_RULE,),
    )


def _row_of_level(rule: Rule, history: Sequence[Cited], on: date) -> Row:
    now, because, later = _standing(history, on, lambda one: str(one.value or "the rule book's own"))
    meaning = f"How the rule binds: MUST refuses a plan, SHOULD is advice. The rule book's own level is {rule.level}."
    return Row(
        name=rule.code,
        unit="MUST or SHOULD",
        meaning=meaning,
        now=now,
        because=because,
        later=later,
        affects=(f"{rule.code}: {rule.title}",),
    )


def _standing(history: Sequence[Cited], on: date, said: Callable[[Cited], str]) -> tuple[str, str, tuple[str, ...]]:
    """What stands on a day, who says so, and what is decided from a later day on."""
    begun = [one for one in history if one.since <= on]
    later = tuple(f"from {one.since:%d %b %Y} on: {said(one)}" for one in history if one.since > on)
    if not begun:
        return UNDECIDED, "", later
    return f"{said(begun[-1])}, since {begun[-1].since:%d %b %Y}{review(begun[-1], on)}", begun[-1].source, later


# ---- as plain text


def policy_sheet(policy: Policy, rules: Sequence[Rule], *, on: date) -> str:
    """The sheet as plain text, at most 100 columns wide, as the policy stands on a day."""
    values, levels = rows_of_values(policy, rules, on=on), rows_of_levels(policy, rules, on=on)
    heading = wrapped(_title(policy, on))
    lines = [*heading, "=" * max(map(len, heading)), *wrapped(ASKS)]
    for title, rows in (("Values", values), ("Levels of rules", levels)):
        if rows:
            lines += ["", f"{title.upper()} ({len(rows)})"]
        for row in rows:
            lines += ["", *_lines(row)]
    if not values and not levels:
        lines += ["", "Nothing of this policy is local: every value of it has a source."]
    return "\n".join(lines) + "\n"


def _title(policy: Policy, on: date) -> str:
    return f"What is yours to decide: the policy {policy.name} ({policy.title}), as it stands on {on:%d %b %Y}"


def _lines(row: Row) -> Iterator[str]:
    yield from wrapped(f"{row.name} ({row.unit})", indent=2)
    yield from wrapped(row.meaning, indent=4)
    yield from beside("now", row.now, column=COLUMN, indent=4)
    if row.because:
        yield from wrapped(f"({row.because})", indent=COLUMN)
    for one in row.later:
        yield from beside("later", one, column=COLUMN, indent=4)
    for number, one in enumerate(row.affects):
        yield from beside("" if number else "affects", one, column=COLUMN, indent=4)
    yield from beside("decided", "_" * 80, column=COLUMN, indent=4)
    yield from beside("by whom", f"{'_' * 45}  when  {'_' * 27}", column=COLUMN, indent=4)


# ---- as a page of HTML


STYLE: Final = """\
@page { size: A4 landscape; margin: 12mm }
:root { color-scheme: light }
body { font: 11pt/1.4 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #111; background: #fff;
       max-width: 78rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.5em; line-height: 1.2; margin: 0 0 .5em }
p { max-width: 60rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0 0 2em }
caption { text-align: left; font-size: 1.2em; font-weight: bold; padding: .6em 0 }
th, td { box-sizing: border-box; border: 1px solid #555; padding: .4em .5em; text-align: left; vertical-align: top;
         overflow-wrap: anywhere }
thead th { background: #e8e8e8 }
tbody th { font-weight: normal }
thead { display: table-header-group }
tr { break-inside: avoid }
code { font: bold 1em ui-monospace, "Liberation Mono", monospace }
.name { width: 21% } .now { width: 20% } .affects { width: 20% } .decided { width: 18% } .who { width: 12% }
ul { margin: 0; padding-left: 1.1em }
.why { color: #444 }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 9pt } thead th { background: none } }
@media screen and (max-width: 52rem) {
  /* one thing to decide below the other, each cell under its own heading */
  table, caption, tbody, tr, th, td { display: block; width: auto }
  thead { position: absolute; clip-path: inset(50%) }
  tr { margin: 0 0 1.5em; border: 1px solid #555 } th, td { border: 0 }
  td::before { content: attr(data-head); display: block; font-weight: bold }
  td:empty { min-height: 3.5em; border-top: 1px dotted #555 }
}"""

HEADS: Final = (
    ("name", "What it is"),
    ("now", "Now"),
    ("affects", "What it affects"),
    ("decided", "Decided here"),
    ("who", "By whom"),
    ("when", "When"),
)


def policy_sheet_as_html(policy: Policy, rules: Sequence[Rule], *, on: date) -> str:
    """The sheet as one page of HTML that needs nothing but itself, to be printed."""
    title = escape(_title(policy, on))
    tables = (
        ("Values", rows_of_values(policy, rules, on=on)),
        ("Levels of rules", rows_of_levels(policy, rules, on=on)),
    )
    body = [_table(caption, rows) for caption, rows in tables if rows]
    nothing = "<p>Nothing of this policy is local: every value of it has a source.</p>"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{STYLE}\n</style></head>",
            f"<body><main><h1>{title}</h1>",
            f"<p>{escape(ASKS)}</p>",
            *(body or [nothing]),
            "</main></body></html>",
            "",
        ]
    )


def _table(caption: str, rows: Sequence[Row]) -> str:
    # the roles are those that the elements have by themselves, until a narrow screen lays them out otherwise
    heads = "".join(f'<th scope="col" role="columnheader" class="{name}">{said}</th>' for name, said in HEADS)
    return "\n".join(
        [
            f'<table role="table"><caption>{caption} ({len(rows)})</caption>',
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>',
            '<tbody role="rowgroup">',
            *map(_html_row, rows),
            "</tbody></table>",
        ]
    )


def _html_row(row: Row) -> str:
    because = f'<br><span class="why">{escape(row.because)}</span>' if row.because else ""
    later = "".join(f"<br>{escape(one)}" for one in row.later)
    named = f"<code>{_breakable(row.name)}</code> ({escape(row.unit)})<br>{escape(row.meaning)}"
    cells = (
        f'<th scope="row" role="rowheader">{named}</th>',
        *(
            f'<td role="cell" data-head="{said}">{content}</td>'
            for (_, said), content in zip(
                HEADS[1:], (f"{escape(row.now)}{because}{later}", _list(row.affects), "", "", ""), strict=True
            )
        ),
    )
    return f'<tr role="row">{"".join(cells)}</tr>'


def _breakable(name: str) -> str:
    return escape(name).replace("_", "_<wbr>")


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in items)}</ul>"
