"""The reference pages that are written from the code and the shipped policies.

They are the kinds of entry, the values of a policy, the outlets, the roles, and the command line.

Each directive writes Markdown from the literal tables of iagcore whenever a page is built, so that nothing generated is
kept and nothing can be out of date. The functions that write it are pure. The rules have pages of their own
(`rulebook.py`).
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

import attrs
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from writing import POLICIES, Generated, cited_by, days, field_list, link, table, value_anchor, written

from iagcore.policy import VALUES, Value
from iagcore.practice import KINDS
from iagcore.practice.disclosures import OUTLETS, SEEN_BY, Outlet
from iagcore.practice.kinds import ROLES, Entry, Field, FieldClass
from iagcore.rulebook import RULES

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


# ---- Sphinx


class _Kinds(Generated):
    writes = staticmethod(kinds)


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
    app.add_directive("policy-values", _PolicyValues)
    app.add_directive("outlets", _Outlets)
    app.connect("autodoc-skip-member", _but_no_entries)
    app.connect("autodoc-process-signature", _with_defaults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
