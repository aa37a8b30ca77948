"""What the pages on contributing say is done, to the letter, in a copy of the project: each change, each command.

Four sorts of block stand on those pages. `diff` is a change, as `git apply` takes it; a file with a caption is a new
one of that name; `console` is typed in the copy, and prints what stands below it; `sh` is not run here.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_docs import DOCS, EXAMPLES

ROOT = DOCS.parent
PAGES = sorted((DOCS / "contributing").glob("*.md"))
FILE = re.compile(r"\{code-block\} \w+")
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*\n", re.MULTILINE)
TIME = re.compile(r" in \d+\.\d+ ?s\b")
"""How long it took, which no page says."""
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "_build", "node_modules", ".*")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, as somebody has it who begins."""
    shutil.copytree(ROOT / "src", tmp_path / "src")  # with what Python compiled of it, which is as old as it is
    for name in ("tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=LEFT_BEHIND)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def done(text: str, project: Path) -> Iterator[str]:
    """Do what a page says, block by block, and yield what is not as it says, with its line."""
    for fence in EXAMPLES.FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        match fence["sort"]:
            case "diff":
                wrong = changed(fence["text"], project)
            case "console":
                wrong = typed(fence["text"], project)
            case sort if FILE.fullmatch(sort) and (caption := EXAMPLES.CAPTION.search(fence["options"])):
                wrong = written(caption["name"], fence["text"], project)
            case "sh":
                continue
            case sort:
                wrong = f"nothing does a block of the sort {sort!r}"
        if wrong:
            yield f"line {line}: {wrong}"


def written(name: str, text: str, project: Path) -> str | None:
    if (project / name).exists():
        return f"{name} is there already"
    (project / name).write_text(text, "utf-8")
    return None


def changed(diff: str, project: Path) -> str | None:
    """Make a change wherever its lines stand; the numbers only say how many they are."""
    for one in re.split(r"^(?=--- a/)", diff, flags=re.MULTILINE)[1:]:
        head, *hunks = HUNK.split(one)
        name = head.splitlines()[0].removeprefix("--- a/")
        if head != f"--- a/{name}\n+++ b/{name}\n":
            return f"a change begins with two lines that name one file: {head!r}"
        text = (project / name).read_text("utf-8")
        for _, before, _, after, body in zip(*(hunks[place::5] for place in range(5)), strict=True):
            lines = [line or " " for line in body.splitlines()]  # an empty line may have lost its space
            old, new = ([line[1:] for line in lines if line[0] in signs] for signs in (" -", " +"))
            said = (int(before or 1), int(after or 1))  # a number that is unsaid is 1
            if (len(old), len(new)) != said:
                return f"{name}: the change is of {len(old)} lines, then {len(new)}; it says {said[0]}, then {said[1]}"
            was, becomes = ("".join(f"{line}\n" for line in side) for side in (old, new))
            if (found := len(re.findall(rf"^(?={re.escape(was)})", text, re.MULTILINE))) != 1:
                return f"{name}: these lines stand there {found} times, not once:\n{was}"
            text = re.sub(rf"^{re.escape(was)}", lambda _, becomes=becomes: becomes, text, flags=re.MULTILINE)  # type: ignore[misc]
        (project / name).write_text(text, "utf-8")
    return None


def typed(text: str, project: Path) -> str | None:
    asked = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    code = 0
    for command, expected in zip(asked[1::2], asked[2::2], strict=True):
        if command == "echo $?":
            printed = f"{code}\n"
        else:
            said = run(command, project)
            code, printed = said.returncode, TIME.sub("", said.stdout)
        if different := EXAMPLES.difference(expected, printed):
            return f"$ {command}\n{different}"
    return None


PROGRAMS = {
    "iagcore": (sys.executable, "-m", "iagcore"),
    "python": (sys.executable,),
    "cp": ("cp",),
}


def run(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    """What somebody types in the copy, whose own modules are the ones that run."""
    name, *arguments = shlex.split(command)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("CI", "PYTEST", "COV"))}
    environment |= {
        "PYTHONPATH": str(project / "src"),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "NO_COLOR": "1",
        "COLUMNS": "80",
    }
    return subprocess.run(
        [*PROGRAMS[name], *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_is_done_and_printed_to_the_letter(page: Path, project: Path) -> None:
    assert list(done(page.read_text("utf-8"), project)) == []


def test_there_is_a_page_for_a_rule_an_entry_and_a_journal() -> None:
    assert [page.stem for page in PAGES] == ["a-journal", "a-rule", "an-entry"]


A_CHANGE = "```diff\n--- a/x.md\n+++ b/{}\n@@ -1,{} +1 @@\n-{}\n+Two\n```\n"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (A_CHANGE.format("x.md", 1, "Three"), "line 1: x.md: these lines stand there 0 times, not once:\nThree\n"),
        (A_CHANGE.format("x.md", 1, "Twice"), "line 1: x.md: these lines stand there 2 times, not once:\nTwice\n"),
        (A_CHANGE.format("x.md", 2, "One"), "line 1: x.md: the change is of 1 lines, then 1; it says 2, then 1"),
        (A_CHANGE.format("y.md", 1, "One"), "line 1: a change begins with two lines that name one file: "),
        ("```{code-block} text\n:caption: x.md\n\nTwo\n```\n", "line 1: x.md is there already"),
        ("```python\n1\n```\n", "line 1: nothing does a block of the sort 'python'"),
        ("Then:\n\n```console\n$ python -c 'print(1)'\n2\n```\n", "line 3: $ python -c 'print(1)'\n"),
        ("```console\n$ python -c 'exit(3)'\n$ echo $?\n0\n```\n", "line 1: $ echo $?\n"),
    ],
)
def test_what_is_not_as_a_page_says_is_told_with_its_line(page: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("One\nTwice\nTwice\n", "utf-8")
    (found,) = done(page, tmp_path)
    assert found.startswith(said)


def test_a_change_is_made_where_its_lines_stand(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("Zero\nOne\n", "utf-8")
    assert list(done(A_CHANGE.format("x.md", 1, "One"), tmp_path)) == []
    assert (tmp_path / "x.md").read_text("utf-8") == "Zero\nTwo\n"
