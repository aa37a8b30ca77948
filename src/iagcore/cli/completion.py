"""`iagcore completion`: a script that lets a shell complete commands, options and file names.

The script is written by shtab, of the extra `cli`, and holds everything: completing starts no Python.
"""

import argparse
from typing import Final

from iagcore.cli import command_line, every_command
from iagcore.exceptions import InvalidEntry

SHELLS: Final = ("bash", "zsh", "tcsh")
FILES: Final = ("PATH", "FILE", "NAME|FILE", "PATH|URL", "FROM", "TO", "MAP.toml", "FILE.csv")
"""How an argument that may be a file calls itself."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `completion`."""
    parser = subcommands.add_parser(
        "completion",
        help="a script that completes commands in your shell",
        description="Print a script for your shell that completes commands, options and file names. It needs the extra "
        "`cli`. Exit code: 0 done, 2 where that is not installed.",
        epilog="example: iagcore completion bash > ~/.local/share/bash-completion/completions/iagcore",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell it is for")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script. Raises `InvalidEntry` where shtab is not installed."""
    try:
        import shtab  # noqa: PLC0415 # of the extra, and for this command alone
    except ModuleNotFoundError:
        reason = "this needs the extra: pip install 'iagcore[cli]'"
        raise InvalidEntry("completion", "shell", arguments.shell, reason) from None
    parser = command_line()
    for action in (action for command in every_command(parser) for action in command._actions):
        if action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined] # which is how shtab is told
    print(shtab.complete(parser, shell=arguments.shell))
    return 0
