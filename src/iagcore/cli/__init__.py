"""The command `iagcore`: one module a subcommand group, plain text, and a light start.

Each group's module has `register`, which adds its parser, and sets `run`, which does the work and returns the code to
exit with. 2 stands for bad input everywhere: what `iagcore` cannot read, or is asked to do without being told how.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from importlib import import_module, metadata
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.exceptions import IagcoreError, InvalidEntry, UnusableDirectory, UnusableJournal
from iagcore.storage.codec import read_envelope

if TYPE_CHECKING:
    from iagcore.storage.protocols import Feed

GROUPS: Final = ("record", "show", "due", "action_plan", "directory", "rules", "policy", "what_if", "check")
"""The subcommand groups, in the order of the help; each is a module here."""

JOURNEY: Final = "journey:"
DEFAULT_JOURNAL: Final = "casebook.db"
BAD_INPUT: Final = 2
LONG: Final = 50
"""With more than so many things to do, a terminal is shown how far it has come."""
NOBODY_READS: Final = 141
"""What a shell reports of a command whose reader went away (128 + SIGPIPE)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, and return the code to exit with. Bad usage and `--help` exit by themselves, by argparse."""
    arguments = parser().parse_args(argv)
    if isinstance(sys.stdout, TextIOWrapper):
        # a learner's words may hold what an old terminal cannot show; that is no reason to stop in the middle
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except IagcoreError as error:
        print(f"iagcore: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # what is still in the buffer has nowhere to go; Python would try once more on its way out, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of the command, with every subcommand."""
    found = argparse.ArgumentParser(
        prog="iagcore",
        description="The rules, the record and the proof of IAG coaching in adult learning.",
        epilog="iagcore COMMAND --help says more about each command.",
    )
    found.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subcommands = found.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        import_module(f"iagcore.cli.{group}").register(subcommands)
    return found


class _Version(argparse.Action):
    """The version of the installed package, looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        try:
            version = metadata.version("iagcore")
        except metadata.PackageNotFoundError:
            version = "(run from its source, not installed)"
        print(f"iagcore {version}")
        parser.exit()


def journal_path(text: str) -> str:
    """The path of a journal, as an option gives it."""
    if text == ":memory:":
        raise argparse.ArgumentTypeError("a journal in memory would be gone with the command: name a file")
    return text


def add_journal(parser: argparse.ArgumentParser) -> None:
    """The option that names the journal."""
    parser.add_argument(
        "--journal",
        metavar="PATH",
        type=journal_path,
        default=DEFAULT_JOURNAL,
        help=f"the journal, an SQLite file (default: {DEFAULT_JOURNAL})",
    )


def directory_path(text: str) -> str:
    """The path of a directory, as an option gives it."""
    if text == ":memory:":
        raise argparse.ArgumentTypeError("a directory in memory would be gone with the command: name a file")
    return text


def add_looking_up(parser: argparse.ArgumentParser, what: str) -> None:
    """The option that names the directory in which opportunities are looked up; without it, none is."""
    parser.add_argument("--directory", metavar="PATH", type=directory_path, help=f"the directory, {what}")


def directory_at(path: str | None) -> SQLiteDirectory | None:
    """The directory that an option names, or None where it names none.

    Raises `UnusableDirectory` where it cannot be read, or is not there: to look things up in it would find nothing.
    """
    if path is None:
        return None
    with suppress(PermissionError):  # which the directory says in words of its own
        if not Path(path).exists():
            reason = "there is no such file: bring something in first, with iagcore directory import"
            raise UnusableDirectory(path, reason)
    found = SQLiteDirectory(path)
    found.listing("")  # what cannot be read is said before anything is recorded
    return found


def journeys_in(journal: "Feed") -> set[str]:
    """The names of the journeys that a journal has something of, a refused start among them."""
    return {one.home.removeprefix(JOURNEY) for one in journal.read_all() if one.home.startswith(JOURNEY)}


def started_in(journal: "Feed") -> set[str]:
    """The names of the journeys that started: of one that only a concern began, nobody is told that it is there."""
    of_journeys = (one for one in journal.read_all() if one.home.startswith(JOURNEY))
    started = (one for one in of_journeys if any(line.sort == "start" for line in read_envelope(one).lines))
    return {one.home.removeprefix(JOURNEY) for one in started}


def is_there(journal: str) -> None:
    """Raise `UnusableJournal` where there is no file of that name, which reading would otherwise make."""
    with suppress(PermissionError):  # which the journal says in words of its own
        if not Path(journal).exists():
            raise UnusableJournal(journal, "there is no such file: record something first, or name it with --journal")


def day_of(option: str, text: str) -> date:
    """A day, as an option gives it. Raises `InvalidEntry`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidEntry("option", option, text, "a day is expected, such as 2026-01-05") from None


class Progress:
    """How far a long piece of work has come, on a line of a terminal that makes way for what is printed."""

    def __init__(self, total: int, of: str) -> None:
        self._total, self._of = total, of
        self._shown = total > LONG and sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Say how much of it is done."""
        if self._shown:
            print(f"{done} of {self._total} {self._of}", end="", file=sys.stderr, flush=True)

    def erase(self) -> None:
        """Make the line blank again."""
        if self._shown:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
