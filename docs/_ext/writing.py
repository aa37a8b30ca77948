"""How a generated page is written: Markdown from plain values, and the directive that reads it into the page."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import ClassVar, Final

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from iagcore.entries import KINDS
from iagcore.policy import SHIPPED, Cited, MissedCharge, Policy, Rounding, Value, Window
from iagcore.practice.conversations import FAULTS
from iagcore.practice.kinds import Entry
from iagcore.practice.measures import Bands

ADDRESS: Final = re.compile(r"(?:https://)?((?:[a-z0-9-]+\.)+[a-z]+/[^\s;,)]+)")
NOTHING: Final = "–"
POLICIES: Final = tuple(Policy.load(name) for name in SHIPPED)


def link(name: str) -> str:
    """A link to a rule or a kind, whose anchor is its name in small letters."""
    return f"[{name}](#{name.lower()})"


def kind_link(kind: type[Entry]) -> str:
    """A link to a kind that can be on the record; what is only judged, and never kept, has no place to link to."""
    return link(kind.declares.name) if kind in KINDS else kind.declares.name


def value_anchor(value: Value) -> str:
    """Where a value of a policy stands."""
    return "value-" + value.name.replace("_", "-")


def linked(source: str) -> str:
    """A source, whose address is a link."""
    return ADDRESS.sub(r"[\1](https://\1)", source)


def field_list(fields: dict[str, str]) -> str:
    """A list of fields; an empty one is left out."""
    lines = []
    for name, said in fields.items():
        if said:
            first, *others = said.splitlines()
            lines += [f":{name}:", f"    {first}", *(f"    {line}" for line in others)]
    return "\n".join(lines)


def table(heads: Sequence[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; an empty string where it has no rows."""
    body = [" | ".join(cell.replace("|", "\\|") or NOTHING for cell in row) for row in rows]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *body]
    return "\n".join(f"| {line} |" for line in lines) if body else ""


def written(cited: Cited, value: Value) -> str:
    """A value as a person reads it; *not decided* in a gap."""
    match cited.value:
        case None:
            return "not decided"
        case MissedCharge() as charge:
            return ", ".join(f"{charge.of(fault)} ({fault})" for fault in FAULTS)
        case Rounding() as rounding:
            return rounding.way if rounding.way == "none" else f"{rounding.way}, to {rounding.to} minutes"
        case Window(first=date() as first, last=date() as last):
            return f"{day_in_words(first)} to {day_in_words(last)}"
        case Window():
            return "open"
        case Bands() as bands:
            return str(bands)
        case tuple() as names:
            return ", ".join(map(str, names))
        case number:
            return f"{number} ({value.unit})" if value.unit[0].isdigit() else f"{number} {value.unit}"


def days(cited: Cited) -> str:
    """The days that it holds, and by when it is looked at again."""
    review = f", to be reviewed by {day_in_words(cited.review_by)}" if cited.review_by else ""
    until = f" until the day before {day_in_words(cited.until)}" if cited.until else ""
    return f"from {day_in_words(cited.since)}{until}{review}"


def cited_by(cited: Cited) -> str:
    """Who decided it, or the source."""
    return f"local: {cited.source}" if cited.local else linked(cited.source)


def day_in_words(day: date) -> str:
    """A day, as it is written in a sentence."""
    return f"{day.day} {day:%B %Y}"


class Generated(SphinxDirective):
    """What a function writes, read as a part of the page; the page is written anew at every build."""

    writes: ClassVar[Callable[[], str]]

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return self.parse_text_to_nodes(type(self).writes(), allow_section_headings=True)
