"""The rule book: every rule in one table, and each on a page of its own, titled as a question.

A page is written from the rule, the shipped policies, and the suite of scenarios: the section of the suite under the
rule's code gives one scenario in which it is met and one in which it is not, as they are written, with the answers that
they get. What is a page of each rule is made when the site is built, as a file of one line in `rules/`, which no one
keeps.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import ClassVar, Final

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from writing import (
    POLICIES,
    Generated,
    cited_by,
    days,
    field_list,
    kind_link,
    link,
    linked,
    table,
    value_anchor,
    written,
)

from iagcore.policy import VALUES, Policy, Value
from iagcore.record.findings import Decision, Outcome
from iagcore.record.rules import JUDGED, Rule, RuleSort
from iagcore.rulebook import FAMILIES, RULES
from iagcore.testing.scenarios import Scenario, decided, read_scenarios

TESTS: Final = Path(__file__).parents[2] / "tests"
ASKED_ABOUT: Final = ("60 minutes are refused when 45 remain",)
"""The scenarios that a question speaks of in so many words; elsewhere the first of a section is the plainest."""
SUITE: Final = tuple(sorted((TESTS / "scenarios").glob("*.iag.toml")))


# ---- the rule book at a glance


def rule_book() -> str:
    """Every rule, family by family, with its question and how it binds, here and under the starter policy."""
    return "\n\n".join(
        f"## {family}: {title}\n\n{table(('rule', 'asks', 'binds as', 'under starter'), _rows(family))}"
        for family, title in FAMILIES.items()
    )


def _rows(family: str) -> Iterator[tuple[str, ...]]:
    (starter,) = (policy for policy in POLICIES if policy.name == "starter")
    for rule in RULES:
        if rule.family == family:
            binds = str(rule.level if rule.sort in JUDGED else rule.sort)
            here = _level_under(starter, rule) if rule.sort in JUDGED else binds
            yield link(rule.code), f"[{rule.question}](#{rule.code.lower()})<br>{rule.title}", binds, here


def bibliography() -> str:
    """Every source that a rule or a shipped value cites, and whose the rules without one are."""
    cited: dict[str, list[str]] = {}
    for rule in RULES:
        cited.setdefault(rule.source, []).append(link(rule.code))
    for policy in POLICIES:
        for name, history in policy.values.items():
            value = next(one for one in VALUES if one.name == name)
            for one in history:
                if not one.local:
                    link_to = f"[`{name}`](#{value_anchor(value)})"
                    cited.setdefault(one.source, []).append(f"{link_to}, under {policy.name}")
    return "\n\n".join(
        f"## {title}\n\n{table(('source', 'what rests on it'), rows)}"
        for title, rows in (
            ("Published", [(linked(source), ", ".join(who)) for source, who in cited.items() if not _is_ours(source)]),
            ("Without a source", [(source, ", ".join(who)) for source, who in cited.items() if _is_ours(source)]),
        )
    )


def _is_ours(source: str) -> bool:
    return source.startswith(("local: ", "this library's own"))


# ---- a rule on a page


def rule_page(rule: Rule) -> str:
    """The page of one rule."""
    about = {
        "Sort": SORTS[rule.sort],
        "Level": _level(rule),
        "Looks at": ", ".join(kind_link(kind) for kind in rule.on),
        "Reads": _reads(rule),
        "What helps": rule.remedy,
        "To the learner": rule.plain_remedy,
        "Once it has happened": _said(rule.breach),
        "A breach, to the learner": _said(rule.plain_breach),
        "Source": linked(rule.source),
        "Proven by": _proof(rule),
    }
    parts = [
        f"({rule.code.lower()})=\n# {rule.question}",
        f"**{rule.code}: {rule.title}**",
        field_list(about),
        *_examples(rule),
        f"All rules of the family {rule.family} ({FAMILIES[rule.family].lower()}), and all others, stand in "
        "[the rule book](/rule-book.md).",
    ]
    return "\n\n".join(parts) + "\n"


def _said(sentence: str) -> str:
    """A sentence with the values that it is filled in with named in brackets."""
    return re.sub(r"{(\w+)}", r"(\1)", sentence)


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
    may = "no policy can lower it" if rule.protected else f"a policy may set it to {other}"
    return "\n".join(
        [
            f"- {rule.level}; {may}",
            *(["- it refuses what has happened, too, since nothing is lost by that"] if rule.always_refuses else []),
            *(f"- under {policy.name}: {_level_under(policy, rule)}" for policy in POLICIES),
        ]
    )


def _level_under(policy: Policy, rule: Rule) -> str:
    history = policy.levels.get(rule.code, ())
    return "; ".join(f"{one.value} {days(one)}" for one in history) or str(rule.level)


def _reads(rule: Rule) -> str:
    read = [value for value in VALUES if value.name in rule.values]
    return "\n".join(
        line
        for value in read
        for line in (
            f"- [`{value.name}`](#{value_anchor(value)})",
            *(f"  - {policy.name}: {_decided(policy, value)}" for policy in POLICIES),
        )
    )


def _decided(policy: Policy, value: Value) -> str:
    history = policy.values.get(value.name, ())
    return "; ".join(f"{written(one, value)}, {days(one)} ({cited_by(one)})" for one in history) or "not decided"


def _proof(rule: Rule) -> str:
    if rule.proven_by:
        return "\n".join(f"- `{law}`, in `{where_a_law_stands(law)}`" for law in rule.proven_by)
    return "scenarios that see it met and scenarios that see it not met"


@cache
def where_a_law_stands(law: str) -> str:
    """The file of a law, below the project. Raises LookupError where no test has its name."""
    for path in sorted(TESTS.rglob("*.py")):
        if re.search(rf"^ *def {law}\(", path.read_text("utf-8"), flags=re.MULTILINE):
            return f"tests/{path.relative_to(TESTS).as_posix()}"
    raise LookupError(f"no law is called {law}")


# ---- one yes and one no, from the suite


@attrs.frozen
class Told:
    """A scenario as it is written, with the history that it goes on from, and the answer that it gets."""

    scenario: Scenario
    text: str
    decision: Decision


def _examples(rule: Rule) -> Iterator[str]:
    yes, no = illustrations(rule)
    if yes is not None:
        yield _example("A yes" if no is not None else "An example", yes)
    if no is not None:
        yield _example("A no", no)
        if rule.plain_remedy and not no.decision.accepted:
            yield f"To the learner it says:\n\n```text\n{no.decision.explain(to='learner')}\n```"


def _example(heading: str, told: Told) -> str:
    one = told.scenario
    where = f"`tests/scenarios/{Path(one.file).name}`, line {one.line}, under the policy *{one.policy.name}*"
    return (
        f"## {heading}: {one.name}\n\nFrom {where}:\n\n```toml\n{told.text}\n```\n\n"
        f"and the answer:\n\n```text\n{told.decision.explain()}\n```"
    )


def illustrations(rule: Rule) -> tuple[Told | None, Told | None]:
    """A scenario in which the rule is met and nothing is found, and one in which it alone is not met.

    They are the first such of its own section, or those that its question speaks of.
    """
    yes = no = None
    candidates = _section(rule.code)
    for one in sorted(candidates, key=lambda one: one.name not in ASKED_ABOUT):
        if no is None and rule.sort is RuleSort.CHECK:
            decision = decided(one)
            found = [(finding.rule, finding.outcome) for finding in decision.findings]
            if found == [(rule.code, Outcome.UNMET)]:
                no = _told(one, decision)
    for one in candidates:
        if yes is None:
            decision = decided(one)
            met = any(seen.rule == rule.code and seen.outcome is Outcome.MET for seen in decision.considered)
            if not decision.findings and (met or rule.sort not in JUDGED):
                yes = _told(one, decision)
    return yes, no


@cache
def _section(code: str) -> tuple[Scenario, ...]:
    """The scenarios under the heading of a code, `# ---- ALW-01: …`, up to the next heading."""
    for path in SUITE:
        lines = path.read_text("utf-8").splitlines()
        heads = [number for number, line in enumerate(lines, start=1) if line.startswith("# ----")]
        begins = next((number for number in heads if lines[number - 1].startswith(f"# ---- {code}:")), None)
        if begins is not None:
            ends = min((number for number in heads if number > begins), default=len(lines) + 1)
            told = (one for one in _scenarios(path) if one.line is not None and begins < one.line < ends)
            # each as it is written: what is made of a table, row by row, has a name that nobody wrote
            return tuple(one for one in told if f'name = "{one.name}"' in lines)
    return ()


@cache
def _scenarios(path: Path) -> tuple[Scenario, ...]:
    return read_scenarios(path)


def _told(scenario: Scenario, decision: Decision) -> Told:
    lines = Path(scenario.file).read_text("utf-8").splitlines()
    assert scenario.line is not None  # it was read from a file
    text = _block(lines, scenario.line)
    after = tomllib.loads(text)["scenario"][0].get("after", [])
    names = [after] if isinstance(after, str) else after
    blocks = [_block(lines, at) for name in names for at in _lines_of(lines, f"[[histories.{name}]]")]
    text = "\n\n".join((*blocks, text))
    return Told(scenario, text, decision)


def _lines_of(lines: Sequence[str], head: str) -> list[int]:
    return [number for number, line in enumerate(lines, start=1) if line == head]


def _block(lines: Sequence[str], begins: int) -> str:
    """A table of a scenario file as it is written, up to the next one of its kind, or a comment."""
    following = takewhile(lambda line: not re.match(r"\[\[(scenario|histories\.[^]]+)\]\]|#", line), lines[begins:])
    return "\n".join((lines[begins - 1], *following)).rstrip()


# ---- Sphinx


class _RuleBook(Generated):
    writes = staticmethod(rule_book)


class _Bibliography(Generated):
    writes = staticmethod(bibliography)


class _RulePage(SphinxDirective):
    """The page of the rule whose code is the argument."""

    required_arguments: ClassVar = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        (rule,) = (rule for rule in RULES if rule.code == self.arguments[0])
        return self.parse_text_to_nodes(rule_page(rule), allow_section_headings=True)


def make_pages(app: Sphinx) -> None:
    """Make a file for the page of each rule, which says only which rule; and remove what is of no rule."""
    folder = Path(app.srcdir, "rules")
    folder.mkdir(exist_ok=True)
    pages = {folder / f"{rule.code.lower()}.md": f"```{{rule-page}} {rule.code}\n```\n" for rule in RULES}
    for path in set(folder.glob("*.md")) - set(pages):
        path.unlink()
    for path, text in pages.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives, and the pages."""
    app.add_directive("rule-book", _RuleBook)
    app.add_directive("bibliography-of-rules", _Bibliography)
    app.add_directive("rule-page", _RulePage)
    app.connect("builder-inited", make_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
