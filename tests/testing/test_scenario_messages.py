"""Every message that a scenario file can meet has its entry on the page that explains them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scenario-messages.md").read_text("utf-8")
SOURCES = [
    *sorted((ROOT / "src" / "iagcore" / "testing" / "scenarios").glob("*.py")),
    ROOT / "src" / "iagcore" / "cli" / "check.py",
    ROOT / "src" / "iagcore" / "toml_source.py",
]
RAISING = ("wrong", "error", "InvalidFile", "ValueError", "Difference", "table", "tables")
"""What takes a message: an error, what makes one, and what reads a table and says how it is written."""


def messages() -> Iterator[tuple[str, str]]:
    """Where each message stands in the code, and the message with … for whatever is filled in."""
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            node.target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        }
        for node in ast.walk(tree):
            found: list[ast.expr] = []
            if isinstance(node, ast.Call) and _name(node.func) in RAISING:
                found = [one for one in node.args if _is_text(one, constants)]
            elif isinstance(node, ast.Assign) and _name(node.targets[0]) in ("reason", "says", "written"):
                found = [node.value]
            for one in found:
                text = _template(constants.get(one.id, one) if isinstance(one, ast.Name) else one)
                if re.search("[a-z] ", text):
                    yield f"{path.name}:{one.lineno}", text


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_text(node: ast.expr, constants: dict[str, ast.expr]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(constants.get(node.id), ast.Constant)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and type(node.value) is str)


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return re.sub(
            "…+", "…", "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
        )
    return ""


def test_the_messages_are_found() -> None:
    found = {text for _, text in messages()}
    assert "there is no scenario in it: write one under [[scenario]]" in found
    assert "the name … is used twice, first on line …" in found
    assert "evidence is written { ALW-01 = { asked = 60 } }" in found
    assert len(found) > 60


@pytest.mark.parametrize(("where", "message"), sorted(messages()))
def test_every_message_is_explained(where: str, message: str) -> None:
    assert f"`{message}`" in PAGE, f"{where}: no entry for: {message}"


def test_every_entry_says_what_it_means_and_is_a_message_that_there_is() -> None:
    found = {text for _, text in messages()}
    entries = re.findall(r"^`(.+)`\n: (\S.*)$", PAGE, flags=re.MULTILINE)
    assert sorted({message for message, _ in entries} - found) == []
    assert len(entries) == PAGE.count("\n: ")
