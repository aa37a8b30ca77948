"""What a terminal shows beside the words, seen on a real one (a pseudo-terminal), and what nothing else is shown."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from iagcore.cli import command_line, every_command, main, terminal

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

RECORDED = Path(__file__).parents[2] / "docs" / "examples" / "learner-a.toml"
ESCAPE = "\x1b["
Typed = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Learner A's journey on the record of a.db, and of a casebook.db with what is due."""
    folder = tmp_path_factory.mktemp("terminal")
    assert main(["record", str(RECORDED), "--journal", str(folder / "a.db")]) == 0
    return folder


@contextmanager
def a_terminal(monkeypatch: pytest.MonkeyPatch, **env: str) -> Iterator[list[str]]:
    """Both streams are a terminal of 100 columns meanwhile; afterwards all that it was sent is in the list."""
    sent: list[str] = []
    master, slave = pty.openpty()
    reading = Thread(target=lambda: sent.append(_all_of(master).decode().replace("\r\n", "\n")))
    reading.start()
    with monkeypatch.context() as patched, os.fdopen(slave, "w", encoding="utf-8", newline="") as terminal:
        patched.delenv("NO_COLOR", raising=False)
        patched.setenv("COLUMNS", "100")
        patched.setenv("TERM", "xterm-256color")
        for name, value in env.items():
            patched.setenv(name, value)
        patched.setattr(sys, "stdout", terminal)
        patched.setattr(sys, "stderr", terminal)
        yield sent
    reading.join()
    os.close(master)


def _all_of(master: int) -> bytes:
    read = b""
    with suppress(OSError):  # Linux, once nobody has the other end open
        while part := os.read(master, 65536):
            read += part
    return read


@pytest.fixture
def typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run a command on a terminal: the code it exits with, and all that the terminal was sent."""
    monkeypatch.chdir(folder)

    def typed(*argv: str, **env: str) -> tuple[int, str]:
        with a_terminal(monkeypatch, **env) as sent:
            code = main(argv)
        return code, sent[0]

    return typed


def piped(folder: Path, *argv: str) -> str:
    done = subprocess.run([sys.executable, "-m", "iagcore", *argv], cwd=folder, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


SHOW = ("show", "learner-a", "--journal", "a.db")
DUE = ("due", "--journal", "a.db", "--at", "2015-11-15")


def test_headings_are_bold_and_rules_are_coloured_on_a_terminal(typed: Typed) -> None:
    code, shown = typed(*SHOW)
    assert code == 0
    assert "\x1b[1mMINUTES\x1b[0m\n" in shown
    assert "\x1b[36mALW-01\x1b[0m: 30 minutes asked" in shown


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colour_is_shown_the_page_to_the_letter(typed: Typed, folder: Path, env: dict[str, str]) -> None:
    assert typed(*SHOW, **env) == (0, piped(folder, *SHOW))
    assert typed(*DUE, **env) == (0, piped(folder, *DUE))


def test_without_the_extra_a_terminal_is_shown_the_page_to_the_letter(
    typed: Typed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "find_spec", lambda name: None)
    assert typed(*SHOW) == (0, piped(folder, *SHOW))


def test_a_dressed_page_says_the_same_words(typed: Typed, folder: Path) -> None:
    undressed = "".join(part.partition("m")[2] if place else part for place, part in enumerate(_parts(typed(*SHOW)[1])))
    assert undressed == piped(folder, *SHOW)


def _parts(shown: str) -> list[str]:
    return shown.split(ESCAPE)


def test_what_is_due_is_a_table_on_a_terminal(typed: Typed) -> None:
    _, shown = typed(*DUE)
    rows = [line.split() for line in shown.splitlines() if "COA-10" in line]
    assert list(map(" ".join, rows)) == [
        "04 Apr 2016 23:59 have supervision, or a coach:nina the record of coach:nina COA-10"
    ]
    assert "\x1b[1mDUE\x1b[0m (1)" in shown
    assert shown.endswith("0 overdue, 1 due, 0 coming.\n")


def test_long_work_is_a_bar_that_makes_way(typed: Typed, folder: Path) -> None:
    code, shown = typed("record", str(RECORDED), "--journal", "again.db")
    assert code == 0
    assert "━" in shown
    assert "81/81 entries" in "".join(part.partition("m")[2] for part in _parts(shown))
    assert "81 recorded: 80 accepted, 1 refused; 2 with advice, 0 with a breach.\n" in shown.rpartition("\r")[2]


def test_nobody_knows_how_long_an_import_takes_and_how_many_records_is_said(typed: Typed, folder: Path) -> None:
    (folder / "many.json").write_text(json.dumps([{"id": str(n), "name": f"Walk {n}"} for n in range(501)]))
    code, shown = typed("directory", "import", "many.json")
    assert code == 0
    assert "500/? records" in "".join(part.partition("m")[2] for part in _parts(shown))


def test_words_that_came_before_a_table_or_an_end_are_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_terminal(monkeypatch) as sent:
        out = terminal.Dressed(sys.stdout)
        assert out.isatty() is True
        out.write("before")
        out.table("t", ["a"], [["1"]])
        out.write("at the end")
        out.flush()
    shown = sent[0]
    assert shown.startswith("before")
    assert shown.index("before") < shown.index("1") < shown.index("at the end")


# ---- completion


COMPLETE = """
source <(cat "$1"); shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$*"
_shtab_iagcore 2>/dev/null; printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(script: Path, *words: str) -> list[str]:
    done = subprocess.run(["bash", "-c", COMPLETE, "-", script, *words], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_shell_completes_commands_options_and_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "iagcore.bash"
    script.write_text(capsys.readouterr().out)
    (tmp_path / "journey.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert completed(script, "iagcore", "sh") == ["show"]
    assert completed(script, "iagcore", "due", "--re") == ["--rebuild"]
    assert completed(script, "iagcore", "record", "jour") == ["journey.toml"]


def test_completion_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "zsh"]) == 2
    assert "pip install 'iagcore[cli]'" in capsys.readouterr().err


# ---- slips


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["shwo"], "did you mean 'show'?\niagcore --help says what it takes, with an example.\n"),
        (["show", "--jornal", "a.db"], "unrecognized arguments: --jornal; did you mean '--journal'?\n"),
        (["directory", "serch"], "did you mean 'search'?\niagcore directory --help says what it takes"),
        (["show"], "iagcore show: the following arguments are required: JOURNEY|COACH\n"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_right_word(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit:
        main(argv)
    assert exit.value.code == 2
    assert said in capsys.readouterr().err


def test_every_command_has_a_help_with_an_example_that_keeps_its_lines() -> None:
    for one in every_command(command_line()):
        example = one.epilog or ""
        assert re.search(r"example:\s+iagcore ", example), one.prog
        assert example in one.format_help(), one.prog
