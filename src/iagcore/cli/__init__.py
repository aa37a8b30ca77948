"""The command `iagcore`: one module a subcommand group, plain text, and a light start.

Each group's module has `register`, which adds its parser, and sets `run`, which does the work and returns the code to
exit with. 2 stands for bad input everywhere: what `iagcore` cannot read, or is asked to do without being told how.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from importlib import import_module, metadata
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from iagcore.cli.terminal import dressed
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.exceptions import IagcoreError, InvalidEntry, UnusableDirectory, UnusableJournal, nearest
from iagcore.extending import book
from iagcore.extending.book import Book
from iagcore.extending.loading import extensions_named
from iagcore.storage import opening
from iagcore.storage.codec import read_envelope

if TYPE_CHECKING:
    from iagcore.storage.protocols import Feed

GROUPS: Final = (
    "record",
    "show",
    "due",
    "action_plan",
    "erase",
    "journal",
    "directory",
    "rules",
    "policy",
    "what_if",
    "check",
    "copy",
    "verify",
    "import_csv",
    "completion",
)
"""The subcommand groups, in the order of the help; each is a module here."""

JOURNEY: Final = "journey:"
DEFAULT_JOURNAL: Final = "casebook.db"
BAD_INPUT: Final = 2
NOBODY_READS: Final = 141
"""What a shell reports of a command whose reader went away (128 + SIGPIPE)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, and return the code to exit with. Bad usage and `--help` exit by themselves, by argparse."""
    arguments = command_line().parse_args(argv)
    if isinstance(sys.stdout, TextIOWrapper):
        # a learner's words may hold what an old terminal cannot show; that is no reason to stop in the middle
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with dressed():
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


class Command(argparse.ArgumentParser):
    """A command's arguments: examples keep their lines, and a slip is answered with the nearest right word."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **given})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, what may have been meant, and where to read on; exits with 2."""
        slip = re.search(r"unrecognized arguments: (-[^ =]*)|invalid choice: '([^']*)'", message)
        near = ""
        if slip and slip[1]:
            near = nearest(slip[1], [one for below in every_command(self) for one in below._option_string_actions])
        elif slip:
            near = nearest(slip[2], _commands(self))
        self.exit(BAD_INPUT, f"{self.prog}: {message}{near}\n{self.prog} --help says what it takes, with an example.\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help in which a description is wrapped, and an example is not."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.lstrip().startswith(("example", "an example")):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below this one, by name."""
    below = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {name: command for action in below for name, command in action.choices.items()}


def every_command(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A command and all that are below it."""
    yield parser
    for below in _commands(parser).values():
        yield from every_command(below)


def command_line() -> argparse.ArgumentParser:
    """The whole command line, as `main` reads it."""
    parser = Command(
        prog="iagcore",
        description="The rules, the record and the proof of IAG coaching in adult learning. On a terminal, with the "
        "extra `cli`, in colour; NO_COLOR=1 turns it off.",
        epilog="example: iagcore record docs/examples/learner-a.toml --journal learner-a.db\n"
        "         iagcore show learner-a --journal learner-a.db\n\n"
        "iagcore COMMAND --help says more about each command.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        import_module(f"iagcore.cli.{group}").register(subcommands)
    return parser


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
    """The path or the URL of a journal, as an option gives it."""
    if text == ":memory:":
        raise argparse.ArgumentTypeError("a journal in memory would be gone with the command: name a file")
    with suppress(UnusableJournal):  # which is said when it is opened
        return opening.path_in(text)
    return text


def add_journal(parser: argparse.ArgumentParser) -> None:
    """The option that names the journal."""
    parser.add_argument(
        "--journal",
        metavar="PATH|URL",
        type=journal_path,
        default=DEFAULT_JOURNAL,
        help="the journal: an SQLite file, or a URL such as postgresql+psycopg://user@host/database "
        f"(default: {DEFAULT_JOURNAL})",
    )
    add_extend(parser)


def add_extend(parser: argparse.ArgumentParser) -> None:
    """The option that names a college's extensions."""
    parser.add_argument(
        "--extend",
        metavar="MODULE:NAME",
        action="append",
        default=[],
        help="go by a college's own rules, kinds and values, too: the name of an extension in a module, or in a file "
        "such as college.py:SAC; the module is run, so name only one that you trust",
    )


def book_of(arguments: argparse.Namespace) -> Book:
    """What a command goes by: the library, and the extensions that its options name. Raises `InvalidExtension`."""
    return book.book_of(extensions_named(arguments.extend))


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
    """Raise `UnusableJournal` where there is no such journal, which reading would otherwise make."""
    if not opening.is_there(journal):
        what = "there is no journal in this database" if opening.is_url(journal) else "there is no such file"
        reason = f"{what}: record something first, or name it with --journal"
        raise UnusableJournal(opening.shown(journal), reason)


def day_of(option: str, text: str) -> date:
    """A day, as an option gives it. Raises `InvalidEntry`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidEntry("option", option, text, "a day is expected, such as 2026-01-05") from None
