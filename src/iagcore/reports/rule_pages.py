"""The rules as pages of Markdown, one each and one for all of them: for a site of a college's own.

Every page says what the rule asks and how it binds, what it looks at and reads under a policy, and what is said of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from iagcore.policy import Cited, Policy
from iagcore.record.rules import JUDGED, Rule
from iagcore.reports.policy_sheet import UNDECIDED, written


def rule_pages(rules: Sequence[Rule], policy: Policy, families: Mapping[str, str]) -> dict[str, str]:
    """The pages by the names of their files; `families` are the titles of the rules by their three letters."""
    pages = {f"{rule.code.lower()}.md": rule_page(rule, policy) for rule in rules}
    return {"index.md": _index(rules, policy, families), **pages}


def rule_page(rule: Rule, policy: Policy) -> str:
    """The page of one rule, under a policy."""
    about = {
        "Sort": str(rule.sort),
        "Level": "; ".join(_levels(rule, policy)),
        "Looks at": ", ".join(f"`{kind.declares.name}`" for kind in rule.on),
        "What helps": _said(rule.remedy),
        "To the learner": _said(rule.plain_remedy),
        "Once it has happened": _said(rule.breach),
        "A breach, to the learner": _said(rule.plain_breach),
        "Source": rule.source,
    }
    lines = [f"# {rule.question or rule.title}", "", f"**{rule.code}: {rule.title}**", ""]
    lines += [f"- **{name}**: {said}" for name, said in about.items() if said]
    for value in policy.may_decide:
        if value.name in rule.values:
            lines += ["", f"## `{value.name}`", "", f"{value.meaning} Unit: {value.unit}.", ""]
            history = policy.values.get(value.name, ())
            lines += [f"- {written(one.value, value.unit)}, {_dated(one)}" for one in history] or [f"- {UNDECIDED}"]
    return "\n".join(lines) + "\n"


def _levels(rule: Rule, policy: Policy) -> Iterator[str]:
    if rule.sort in JUDGED:
        yield f"{rule.level}, which no policy can lower" if rule.protected else str(rule.level)
        for one in policy.levels.get(rule.code, ()):
            yield f"under this policy {one.value or UNDECIDED}, {_dated(one)}"


def _dated(one: Cited) -> str:
    until = f" to before {one.until:%d %b %Y}" if one.until else ""
    return f"from {one.since:%d %b %Y}{until} ({one.source})"


def _said(sentence: str) -> str:
    """A sentence, in which what it is filled in with is named in brackets."""
    return re.sub(r"{(\w+)}", r"(\1)", sentence)


def _index(rules: Sequence[Rule], policy: Policy, families: Mapping[str, str]) -> str:
    lines = [f"# The rule book, under the policy {policy.name} ({policy.title})"]
    for family, title in families.items():
        found = [rule for rule in rules if rule.family == family]
        if found:
            lines += ["", f"## {family}: {title}", ""]
            lines += [f"- [{rule.code}]({rule.code.lower()}.md): {rule.question or rule.title}" for rule in found]
    return "\n".join(lines) + "\n"
