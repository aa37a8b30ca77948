"""The reference pages that are written from the code and the shipped policies.

They are the kinds of entry, the values of a policy, the outlets, the roles, and the command line.

Each directive writes Markdown from the literal tables of iagcore whenever a page is built, so that nothing generated is
kept and nothing can be out of date. The functions that write it are pure. The rules have pages of their own
(`rulebook.py`).
"""

import argparse
import inspect
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from writing import POLICIES, Generated, cited_by, days, field_list, link, table, value_anchor, written

from iagcore.cli import command_line, every_command
from iagcore.entries import KINDS
from iagcore.policy import VALUES, Policy, Value
from iagcore.practice.allowance import Allowance
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.disclosures import OUTLETS, SEEN_BY, Outlet
from iagcore.practice.kinds import ROLES, Entry, Field, FieldClass
from iagcore.record.case import Case
from iagcore.record.judging import decide
from iagcore.record.records import Envelope, LineState, Record, Sort
from iagcore.reports import policy_sheet_as_html
from iagcore.reports.policy_check import read_on
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.codec import Payload
from iagcore.storage.stored import Filing, StoredRecord

# ---- the kinds of entry


def kinds() -> str:
    """Every kind of entry, by the module that owns it."""
    return "\n\n".join(_kinds_by_module())


def _kinds_by_module() -> Iterator[str]:
    by_module: dict[str, list[type[Entry]]] = {}
    for kind in KINDS:
        by_module.setdefault(kind.__module__, []).append(kind)
    for module, owned in by_module.items():
        words = inspect.getdoc(inspect.getmodule(owned[0])) or module
        yield f"## {words.split('.')[0].splitlines()[0].rstrip(':,')}"
        yield from (_kind(kind) for kind in owned)


def _kind(kind: type[Entry]) -> str:
    declares = kind.declares
    fields = {
        "In Python": f"`{kind.__name__}`",
        "Nature": NATURES[declares.name] if declares.name in NATURES else str(declares.nature),
        "Filed under": ", ".join(declares.about),
        "Made by": ", ".join(declares.by),
        "Rules": ", ".join(link(rule.code) for rule in RULES if kind in rule.on),
    }
    parts = [
        f"({declares.name})=\n### {declares.name}",
        inspect.getdoc(kind) or "",
        field_list(fields),
        table(("field", "what it holds", "class", "may be left out"), map(_field, declares.fields)),
    ]
    return "\n\n".join(part for part in parts if part)


NATURES: Final = {
    "entry-corrected": "that of the entry it replaces",
    "entry-withdrawn": "that of the entry it takes back",
}


def _field(field: Field) -> tuple[str, ...]:
    left_out = "yes" if field.may_be_left_out else ""
    return f"`{field.name}`", _holds(field), str(field.type.field_class), left_out


def _holds(field: Field) -> str:
    name = field.type.name
    if field.type.choices:
        name = f"{name}: {', '.join(field.type.choices)}"
    return f"any number of: {name}" if field.many else name


# ---- the values of a policy


def policy_values() -> str:
    """Every value that a policy decides, with all that the shipped policies say of it."""
    return "\n\n".join(_value(value) for value in VALUES)


def _value(value: Value) -> str:
    fields = {
        "Unit": value.unit,
        "Taken on": read_on(value),
        "Read by": ", ".join(link(rule.code) for rule in RULES if value.name in rule.values),
    }
    rows = [
        (policy.name, written(cited, value), days(cited), cited_by(cited))
        for policy in POLICIES
        for cited in policy.values.get(value.name, ())
    ]
    return "\n\n".join(
        (
            f"({value_anchor(value)})=\n## {value.name}",
            value.meaning,
            field_list(fields),
            table(("policy", "value", "days", "who decided, or the source"), rows),
        )
    )


# ---- the sheets for a lead


def sheets() -> dict[str, str]:
    """The sheet of each shipped policy as a page for a browser, by the name of its file, as the policy stands last."""
    return {
        f"leads-sheet-{policy.name}.html": policy_sheet_as_html(policy, RULES, on=_begins_last(policy))
        for policy in POLICIES
    }


def _begins_last(policy: Policy) -> date:
    return max(one.since for history in (*policy.values.values(), *policy.levels.values()) for one in history)


def links_to_sheets() -> str:
    """A list of links to the sheets, in HTML; they are no pages of Sphinx, which knows nothing of where they are."""
    of = zip(POLICIES, sheets(), strict=True)
    items = "".join(f'<li><a href="{file}">The sheet of {policy.name}</a></li>' for policy, file in of)
    return f"<ul>{items}</ul>"


def make_sheets(app: Sphinx, exception: Exception | None) -> None:
    """Write the sheets beside the pages, where pages of HTML were made."""
    if exception is None and app.builder.format == "html":
        for file, text in sheets().items():
            Path(app.outdir, file).write_text(text, "utf-8")


# ---- what may leave


def outlets() -> str:
    """Every way out, with whom it is for and what it carries, and through which of them each role looks."""
    carries = [
        (str(one), *("yes" if one in outlet.classes else "" for outlet in OUTLETS)) for one in CARRIED_FIRST_TO_LAST
    ]
    looks = [(role, SEEN_BY.get(role, "none: an extract is released to them")) for role in ROLES]
    return "\n\n".join(
        (
            "\n".join(map(_outlet, OUTLETS)),
            table(("carries", *(outlet.name for outlet in OUTLETS)), carries),
            table(("role", "looks at a journey through"), looks),
        )
    )


def _outlet(outlet: Outlet) -> str:
    roles = ", ".join(role for role in ROLES if role in outlet.roles)
    consent = f"; it needs consent to {outlet.purpose}" if outlet.purpose else ""
    return f"- **{outlet.name}**, for {roles}: {outlet.says}{consent}."


CARRIED_FIRST_TO_LAST: Final = sorted(
    FieldClass, key=lambda one: (-sum(one in outlet.classes for outlet in OUTLETS), one)
)
"""The classes of field, those that most outlets carry first."""


# ---- who may make what


def roles() -> str:
    """Every kind of entry, and which roles may make it; what is amended is for whoever may make what it replaces."""
    rows = (
        (link(kind.declares.name), *("yes" if role in kind.declares.by else "" for role in ROLES)) for kind in KINDS
    )
    return table(("entry", *ROLES), rows)


# ---- the command line


def commands() -> str:
    """The help of the command, and of every subcommand, as it prints it at a width of 100."""
    return "\n\n".join(f"## {name}\n\n```text\n{said}```" for name, said in helps(command_line()))


def helps(of: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """The name and the help of a command and of all that are below it."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "102"  # argparse leaves two columns free
    try:
        found = [(one.prog, one.format_help()) for one in every_command(of)]
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    yield from found


# ---- the record


def record_format() -> str:
    """What is stored of a record: the row, its filings, the envelope and the payload, and one of them as an example."""
    parts = [
        f"## {heading}\n\n{inspect.getdoc(of)}\n\n{table(('field', 'type'), _fields_of(of))}"
        for heading, of in STORED.items()
    ]
    envelope, payload = example_of_a_record()
    example = "\n\n".join(
        f"The {name}:\n\n```json\n{json.dumps(json.loads(text), indent=2, ensure_ascii=False)}\n```"
        for name, text in (("envelope", envelope), ("payload", payload))
    )
    return "\n\n".join([*parts, "## One record, as it is stored", "A booking, laid out for reading.", example])


STORED: Final = {
    "What a store keeps": StoredRecord,
    "A filing": Filing,
    "The envelope": Envelope,
    "A line in the envelope": LineState,
    "The payload": Payload,
}


def _fields_of(of: type) -> Iterator[tuple[str, ...]]:
    for field in attrs.fields(of):
        yield f"`{field.name}`", f"`{_type_in_words(field.type)}`"


def _type_in_words(of: Any) -> str:
    return of.__name__ if isinstance(of, type) and not get_args(of) else re.sub(r"(\w+\.)+", "", str(of))


def example_of_a_record() -> tuple[bytes, bytes]:
    """The envelope and the payload of a booking."""
    at = datetime(2030, 9, 2, 9, tzinfo=UTC)
    entry = ConversationBooked(conversation="c1", coach="coach:nina", starts_at=at + timedelta(days=7), minutes=60)
    case = Case(POLICIES[1], at=at, by="coach:nina", allowance=Allowance(180))
    decision = decide(entry, case, rules=[rule for rule in RULES if rule.code == "ALW-01"])
    about = ("journey:a-autumn", "learner:a", "coach:nina")
    effect = tuple(("5f…", line) for line in decision.effect)
    record = Record(
        id="first-booking",
        about=about,
        at=at,
        recorded_at=at,
        by=case.by,
        policy=decision.policy,
        corrects=None,
        outcome=Sort.ACCEPTED,
        considered=decision.considered,
        restated=(),
        effect=effect,
        entry=entry,
        complete=decision.complete,  # one rule alone was asked
    )
    return codec.encode(record, surrogate="9c…", salt="e1…")


# ---- Sphinx


class _Kinds(Generated):
    writes = staticmethod(kinds)


class _Sheets(SphinxDirective):
    """Links to the sheets."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", links_to_sheets(), format="html")]


class _Roles(Generated):
    writes = staticmethod(roles)


class _Commands(Generated):
    writes = staticmethod(commands)


class _RecordFormat(Generated):
    writes = staticmethod(record_format)


class _PolicyValues(Generated):
    writes = staticmethod(policy_values)


class _Outlets(Generated):
    writes = staticmethod(outlets)


def _but_no_entries(app: Sphinx, what: str, name: str, member: Any, *_: Any) -> bool | None:
    """Kinds of entry have a page of their own, so the reference passes over them."""
    return True if isinstance(member, type) and issubclass(member, Entry) else None


ATTRS_DEFAULT: Final = re.compile(r"attr_dict\['(\w+)'\]\.default")
"""How the source of an `__init__` that attrs writes says a default."""


def _with_defaults(
    app: Sphinx, what: str, name: str, documented: Any, options: Any, *signature: str | None
) -> tuple[str | None, ...]:
    """A default of a frozen class is shown as its value where that is short, and as `...` where it is not."""
    if not attrs.has(documented):
        return signature
    defaults = {one.name: one.default for one in attrs.fields(documented)}

    def shown(found: re.Match[str]) -> str:
        default = defaults[found[1]]
        return repr(default) if default is None or isinstance(default, bool | int) or default == () else "..."

    return tuple(text and ATTRS_DEFAULT.sub(shown, text) for text in signature)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives."""
    app.add_directive("kinds", _Kinds)
    app.add_directive("roles", _Roles)
    app.add_directive("leads-sheets", _Sheets)
    app.connect("build-finished", make_sheets)
    app.add_directive("commands", _Commands)
    app.add_directive("record-format", _RecordFormat)
    app.add_directive("policy-values", _PolicyValues)
    app.add_directive("outlets", _Outlets)
    app.connect("autodoc-skip-member", _but_no_entries)
    app.connect("autodoc-process-signature", _with_defaults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
