"""No message, label or page blames anybody, names a diagnosis, or says what something was the cause of."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import iagcore
from iagcore.record.rules import RuleSort
from iagcore.rulebook import RULES

SOURCE = Path(iagcore.__file__).parent
ROOT = Path(__file__).parents[1]

BLAME = (
    "no-shows?", "did not bother", "failed to (attend|turn up|engage|come|show)", "refus(ed|es|ing) to engage",
    "non-?complian(t|ce)", "unreliable", "un-?motivated", "lazy", "excuses?", "to blame", "blames? (the|a|you)",
    "your (own )?fault", "the learner's (own )?fault", "let (us|you|them) down", "wast(ed?|ing) (the |our |your )?time",
    "difficult (client|learner|person)", "attention[- ]seeking", "hard to reach", "misbehav\\w+", "guilty",
)  # fmt: skip
DIAGNOSIS = (
    "diagnosed with", "diagnos(is|es) of", "suffer(s|ed|ing)?( from)?", "(is|are|was|be) depressed", "has depression",
    "depressive", "disorders?", "mental(ly)? ill(ness)?", "patients?", "symptoms?", "clinical(ly)?", "psychiatric",
    "recovered from", "in remission", "abnormal", "pathologi\\w+",
)  # fmt: skip
CAUSE = (
    "caused by", "was the cause", "because of (the )?(coaching|course|programme)", "thanks to (the )?(coaching|programme)",
    "due to (the )?(coaching|course|programme)", "as a result of (the )?(coaching|course|programme)", "cur(ed|es)",
    "(coaching|the programme|the course) (made|improved|reduced|cured|fixed|worked)", "led to (an? )?(improvement|recovery)",
    "proves that (the )?(coaching|programme)",
)  # fmt: skip
NEVER = re.compile("|".join(rf"\b(?:{words})\b" for words in (*BLAME, *DIAGNOSIS, *CAUSE)), re.IGNORECASE)


def messages() -> Iterator[tuple[str, str]]:
    """Every text in the source that is no docstring: what is printed, raised, or put on a page."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.value


def pages() -> Iterator[tuple[str, str]]:
    """Every page, example and policy, a line at a time."""
    found = [ROOT / "README.md", ROOT / "CHANGELOG.md", *SOURCE.rglob("*.toml")]
    found += [*(ROOT / "docs").rglob("*.md"), *(ROOT / "docs" / "examples").rglob("*.toml")]
    for path in sorted(found):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if line.startswith("source = "):
                continue  # the title of a source is its own
            yield f"{path.relative_to(path.parents[1])}:{number}", line


def rule_sentences() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        for text in (rule.title, rule.remedy, rule.plain_remedy, rule.breach, rule.plain_breach):
            yield rule.code, text


@pytest.mark.parametrize("told", [messages, pages, rule_sentences], ids=lambda one: one.__name__)
def test_nothing_that_is_told_blames_diagnoses_or_names_a_cause(told: object) -> None:
    assert callable(told)
    found = [(where, match.group()) for where, text in told() if (match := NEVER.search(text))]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Another no-show.",
        "The learner failed to attend.",
        "It was your own fault.",
        "Diagnosed with depression.",
        "She suffers from anxiety.",
        "Wellbeing rose because of the coaching.",
        "An improvement caused by mindfulness",
        "Coaching worked.",
    ],
)
def test_the_list_catches_what_it_is_for(sentence: str) -> None:
    assert NEVER.search(sentence)


def test_what_a_learner_is_told_has_no_code_and_ends_like_a_sentence() -> None:
    for rule in RULES:
        if rule.sort is RuleSort.CHECK and rule.plain_remedy:
            assert re.search(r"[A-Z]{3}-\d\d", rule.plain_remedy) is None, rule.code
            assert rule.plain_remedy.endswith("."), rule.code
