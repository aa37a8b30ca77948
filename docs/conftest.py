"""Every example in these pages runs, and what a page says is printed is what is printed.

Four sorts of fenced block are examples. `python` runs, each block after the one above it; an `output` block that
follows at once is what it prints, to the letter, and without one it prints nothing. `toml` or `json` with a caption is
a file of that name, in a folder that belongs to the page. `console` is typed in that folder: after `$`, an `iagcore`
command or `echo $?`; below it, what is printed on either stream, where a line `...` stands for lines that are left out.
`sh` is for other programs, and is not run here. A block of any other sort is an error, since nothing would notice when
it stops being true.
"""

import difflib
import io
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

from sybil import Document, Example, Region, Sybil

from iagcore.cli import main

FENCE: Final = re.compile(
    r"^(?P<ticks>`{3,})(?P<sort>[^\n`]+)\n(?P<options>(?::\w+:[^\n]*\n)*)\n?(?P<text>.*?)^(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
NOT_RUN: Final = (
    "sh",
    "{toctree}",
    "{eval-rst}",
    "{literalinclude}",
    "{image}",
    "{rule-book}",
    "{bibliography-of-rules}",
    "{rule-page}",
    "{kinds}",
    "{roles}",
    "{standing}",
    "{leads-sheets}",
    "{commands}",
    "{record-format}",
    "{data-flow}",
    "{module-map}",
    "{module-table}",
    "{policy-values}",
    "{outlets}",
    "{booking-life}",
    "{booking-life-table}",
)
"""Commands of other programs, and what Sphinx makes something of by itself."""
CAPTION: Final = re.compile(r"^:caption: (?P<name>\S+)$", re.MULTILINE)
EXAMPLES: Final = Path(__file__).parent / "examples"


def fences(document: Document) -> Iterator[Region]:
    """The examples of a page."""
    found = list(FENCE.finditer(document.text))
    for place, fence in enumerate(found):
        following = found[place + 1 : place + 2]
        match fence["sort"].split():
            case ["python"]:
                shown = following if following and _is_the_output(document, fence, following[0]) else []
                said = "".join(one["text"] for one in shown)
                yield Region(fence.start(), fence.end(), (fence["text"], said), _run_python)
            case ["output"] if place and _is_the_output(document, found[place - 1], fence):
                pass
            case ["console"]:
                yield Region(fence.start(), fence.end(), fence["text"], _run_commands)
            case ["{code-block}", "toml" | "json"] if caption := CAPTION.search(fence["options"]):
                yield Region(fence.start(), fence.end(), (caption["name"], fence["text"]), _write_file)
            case [sort, *_] if sort in NOT_RUN:
                pass
            case _:
                line = document.text.count("\n", 0, fence.start()) + 1
                raise ValueError(f"{document.path}:{line}: nothing runs a block of the sort {fence['sort']!r}")


def _is_the_output(document: Document, fence: re.Match[str], following: re.Match[str]) -> bool:
    between = document.text[fence.end() : following.start()]
    return fence["sort"] == "python" and following["sort"] == "output" and not between.strip()


def _run_python(example: Example) -> str | None:
    code, expected = example.parsed
    printed = io.StringIO()
    blank = "\n" * example.line  # so that a traceback names the line of the page
    with chdir(example.namespace["folder"]), redirect_stdout(printed):
        exec(compile(blank + code, example.path, "exec", dont_inherit=True), example.namespace)
    return None if printed.getvalue() == expected else _difference(expected, printed.getvalue())


def _write_file(example: Example) -> None:
    name, text = example.parsed
    Path(example.namespace["folder"], name).write_text(text, "utf-8")


def _run_commands(example: Example) -> str | None:
    asked = re.split(r"^\$ (.*)\n", example.parsed, flags=re.MULTILINE)
    if asked[0]:
        return f"a console block begins with a command: {asked[0]!r}"
    for command, expected in zip(asked[1::2], asked[2::2], strict=True):
        if different := difference(expected, _printed_by(command, example.namespace)):
            return f"$ {command}\n{different}"
    return None


def difference(expected: str, printed: str) -> str | None:
    """How what was printed differs from what a page says, where a line `...` stands for lines that are left out."""
    pattern = "".join("(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in expected.splitlines(True))
    return None if re.fullmatch(pattern, printed) else _difference(expected, printed)


def _printed_by(command: str, namespace: dict[str, Any]) -> str:
    if command == "echo $?":
        return f"{namespace['exit_code']}\n"
    name, *arguments = shlex.split(command)
    if name != "iagcore":
        raise ValueError(f"only iagcore is run here, not {name}")
    printed = io.StringIO()
    with chdir(namespace["folder"]), redirect_stdout(printed), redirect_stderr(printed):
        namespace["exit_code"] = _exit_code(arguments)
    return printed.getvalue()


def _exit_code(arguments: Sequence[str]) -> object:
    try:
        return main(arguments)
    except SystemExit as exit:  # of argparse: bad usage, or --help
        return exit.code


def _difference(expected: str, printed: str) -> str:
    lines = difflib.unified_diff(expected.splitlines(), printed.splitlines(), "the page", "printed", lineterm="", n=9)
    return "\n".join(lines)


def _begin(namespace: dict[str, Any]) -> None:
    namespace["folder"] = folder = tempfile.mkdtemp()
    shutil.copytree(EXAMPLES, Path(folder, "docs", "examples"))


def _end(namespace: dict[str, Any]) -> None:
    shutil.rmtree(namespace["folder"])


# what the pages in `contributing` say is done in a copy of the project, by `tests/test_contributing.py`
EXCLUDED: Final = ("contributing/*.md",)
pytest_collect_file = Sybil(parsers=[fences], pattern="*.md", excludes=EXCLUDED, setup=_begin, teardown=_end).pytest()
