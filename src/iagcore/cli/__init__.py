"""The command `iagcore`: one module a subcommand group, plain text, and a light start.

Each group's module has `register`, which adds its parser, and sets `run`, which does the work and returns the code to
exit with. 2 stands for bad input everywhere: what `iagcore` cannot read, or is asked to do without being told how.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

from iagcore.exceptions import IagcoreError

if TYPE_CHECKING:
    from iagcore.storage.protocols import Feed

GROUPS: Final = ("record", "show", "rules", "check", "directory")
"""The subcommand groups, in the order of the help; each is a module here."""

DEFAULT_JOURNAL: Final = "casebook.db"
BAD_INPUT: Final = 2
NOBODY_READS: Final = 141
"""What a shell reports of a command whose reader went away (128 + SIGPIPE)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, and return the code to exit with. Bad usage and `--help` exit by themselves, by argparse."""
    arguments = _parser().parse_args(argv)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iagcore",
        description="The rules, the record and the proof of IAG coaching in adult learning.",
        epilog="iagcore COMMAND --help says more about each command.",
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


def journeys_in(journal: "Feed") -> set[str]:
    """The names of the journeys that a journal has something of, a refused start among them."""
    home = "journey:"
    return {one.home.removeprefix(home) for one in journal.read_all() if one.home.startswith(home)}
