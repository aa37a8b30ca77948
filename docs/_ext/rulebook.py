"""The pages that are generated from the code and the shipped policies: rules, kinds of entry, policy values, outlets.

Four directives, `rule-book`, `kinds`, `policy-values` and `outlets`, write Markdown from the literal tables of iagcore
whenever a page is built, so that nothing generated is kept and nothing can be out of date. The functions that write it
are pure.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar, Final

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from iagcore.policy import SHIPPED, VALUES, Cited, MissedCharge, Policy, Rounding, Value, Window
from iagcore.practice import KINDS
from iagcore.practice.conversations import FAULTS
from iagcore.practice.disclosures import OUTLETS, SEEN_BY, Outlet
from iagcore.practice.kinds import ROLES, Entry, Field, FieldClass
from iagcore.practice.measures import Bands
from iagcore.record.judging import JUDGED, Rule, RuleSort
from iagcore.rulebook import FAMILIES, RULES

POLICIES: Final = tuple(Policy.load(name) for name in SHIPPED)
ADDRESS: Final = re.compile(r"(?:https://)?((?:[a-z0-9-]+\.)+[a-z]+/[^\s;,)]+)")
NOTHING: Final = "–"


# ---- the rule book


def rule_book() -> str:
    """Every rule, family by family: first all of them in a table, then each under an anchor of its own."""
    glance = _table(("rule", "in a sentence", "binds as"), _rule_rows())
    return "\n\n".join(["## At a glance", glance, *_families()])


def _rule_rows() -> Iterator[tuple[str, ...]]:
    for rule in RULES:
        yield _link(rule.code), rule.title, str(rule.level if rule.sort in JUDGED else rule.sort)


def _families() -> Iterator[str]:
    for family, title in FAMILIES.items():
        yield f"## {family}: {title}"
        yield from (_rule(rule) for rule in RULES if rule.family == family)


def _rule(rule: Rule) -> str:
    fields = {
        "Sort": SORTS[rule.sort],
        "Level": _level(rule),
        "Looks at": ", ".join(_kind_link(kind) for kind in rule.on),
        "Reads": _reads(rule),
        "What helps": rule.remedy,
        "To the learner": rule.plain_remedy,
        "Source": _linked(rule.source),
        "Proven by": _proof(rule),
    }
    return f"({rule.code.lower()})=\n### {rule.code}\n\n**{rule.title}**\n\n{_fields(fields)}"


SORTS: Final = {
    RuleSort.CHECK: "check: met, not met, or not assessed where something is not known",
    RuleSort.COMPUTATION: "computation: settles minutes or scores, and says how",
    RuleSort.GUARANTEE: "guarantee: holds by construction, and nothing has to look",
    RuleSort.DUTY: "duty: something that is now due; it refuses nothing",
}


def _level(rule: Rule) -> str:
    if rule.sort not in JUDGED:
        return ""
    other = "SHOULD" if rule.level == "MUST" else "MUST"
    said = [
        f"{rule.level}; " + ("no policy can lower it" if rule.protected else f"a policy may set it to {other}"),
        *(["it refuses what has happened, too, since nothing is lost by that"] if rule.always_refuses else []),
        *(
            f"{cited.value} under {policy.name} {_days(cited)}"
            for policy in POLICIES
            for cited in policy.levels.get(rule.code, ())
        ),
    ]
    return "; ".join(said)


def _reads(rule: Rule) -> str:
    read = [value for value in VALUES if value.name in rule.values]
    return "\n".join(
        line
        for value in read
        for line in (
            f"- [`{value.name}`](#{_value_anchor(value)})",
            *(f"  - {policy.name}: {_decided(policy, value)}" for policy in POLICIES),
        )
    )


def _decided(policy: Policy, value: Value) -> str:
    history = policy.values.get(value.name, ())
    return "; ".join(f"{_written(one, value)}, {_days(one)} ({_cited(one)})" for one in history) or "not decided"


def _proof(rule: Rule) -> str:
    if rule.proven_by:
        return "laws: " + ", ".join(f"`{law}`" for law in rule.proven_by)
    return "scenarios that see it met and scenarios that see it not met"


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
        "Rules": ", ".join(_link(rule.code) for rule in RULES if kind in rule.on),
    }
    parts = [
        f"({declares.name})=\n### {declares.name}",
        inspect.getdoc(kind) or "",
        _fields(fields),
        _table(("field", "what it holds", "class", "may be left out"), map(_field, declares.fields)),
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
        "Read by": ", ".join(_link(rule.code) for rule in RULES if value.name in rule.values),
    }
    rows = [
        (policy.name, _written(cited, value), _days(cited), _cited(cited))
        for policy in POLICIES
        for cited in policy.values.get(value.name, ())
    ]
    return "\n\n".join(
        (
            f"({_value_anchor(value)})=\n## {value.name}",
            value.meaning,
            _fields(fields),
            _table(("policy", "value", "days", "who decided, or the source"), rows),
        )
    )


def _written(cited: Cited, value: Value) -> str:
    match cited.value:
        case None:
            return "not decided"
        case MissedCharge() as charge:
            return ", ".join(f"{charge.of(fault)} ({fault})" for fault in FAULTS)
        case Rounding() as rounding:
            return rounding.way if rounding.way == "none" else f"{rounding.way}, to {rounding.to} minutes"
        case Window(first=date() as first, last=date() as last):
            return f"{_day(first)} to {_day(last)}"
        case Window():
            return "open"
        case Bands() as bands:
            return str(bands)
        case tuple() as names:
            return ", ".join(map(str, names))
        case number:
            return f"{number} ({value.unit})" if value.unit[0].isdigit() else f"{number} {value.unit}"


def _days(cited: Cited) -> str:
    review = f", to be reviewed by {_day(cited.review_by)}" if cited.review_by else ""
    until = f" until the day before {_day(cited.until)}" if cited.until else ""
    return f"from {_day(cited.since)}{until}{review}"


def _cited(cited: Cited) -> str:
    return f"local: {cited.source}" if cited.local else _linked(cited.source)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


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
            _table(("carries", *(outlet.name for outlet in OUTLETS)), carries),
            _table(("role", "looks at a journey through"), looks),
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


# ---- Markdown


def _link(name: str) -> str:
    """A link to a rule or a kind, whose anchor is its name in small letters."""
    return f"[{name}](#{name.lower()})"


def _kind_link(kind: type[Entry]) -> str:
    """A link to a kind that can be on the record; what is only judged, and never kept, has no place to link to."""
    return _link(kind.declares.name) if kind in KINDS else kind.declares.name


def _value_anchor(value: Value) -> str:
    return "value-" + value.name.replace("_", "-")


def _linked(source: str) -> str:
    return ADDRESS.sub(r"[\1](https://\1)", source)


def _fields(fields: dict[str, str]) -> str:
    """A list of fields; an empty one is left out."""
    lines = []
    for name, said in fields.items():
        if said:
            first, *others = said.splitlines()
            lines += [f":{name}:", f"    {first}", *(f"    {line}" for line in others)]
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; an empty string where it has no rows."""
    body = [" | ".join(cell.replace("|", "\\|") or NOTHING for cell in row) for row in rows]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *body]
    return "\n".join(f"| {line} |" for line in lines) if body else ""


# ---- Sphinx


class _Generated(SphinxDirective):
    """What a function writes, read as a part of the page; the page is written anew at every build."""

    writes: ClassVar[Callable[[], str]]

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return self.parse_text_to_nodes(type(self).writes(), allow_section_headings=True)


class _RuleBook(_Generated):
    writes = staticmethod(rule_book)


class _Kinds(_Generated):
    writes = staticmethod(kinds)


class _PolicyValues(_Generated):
    writes = staticmethod(policy_values)


class _Outlets(_Generated):
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
    app.add_directive("rule-book", _RuleBook)
    app.add_directive("kinds", _Kinds)
    app.add_directive("policy-values", _PolicyValues)
    app.add_directive("outlets", _Outlets)
    app.connect("autodoc-skip-member", _but_no_entries)
    app.connect("autodoc-process-signature", _with_defaults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
