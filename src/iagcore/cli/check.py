"""`iagcore check`: run scenario files, and say which scenarios do not hold.

The same engine as the pytest plugin, for whoever has no pytest at hand. The exit code answers: 0 where all hold, 1
where some do not, 2 where something that was named is no scenario file, or cannot be read or run as one.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iagcore.exceptions import InvalidFile

if TYPE_CHECKING:
    from iagcore.testing.scenarios import Report

SUFFIX: Final = ".iag.toml"
EXAMPLE: Final = """\
an example:
  iagcore check tests/scenarios policies/allowance.iag.toml

  It runs every *.iag.toml in tests/scenarios and the folders within it, and the one file beside it; prints each
  scenario that does not hold, with the rules it is about; and ends with the exit code 0 where all hold, 1 where some
  do not, and 2 where something cannot be read or run.
"""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check` to the commands."""
    parser = subcommands.add_parser(
        "check",
        help="run scenario files and say which scenarios do not hold",
        description="Run scenario files (*.iag.toml) and say which scenarios do not hold.",
        epilog=EXAMPLE,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a scenario file, or a folder of them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run what the paths name, and return the exit code. A file that is not right does not stop the others."""
    held = not_held = wrong = 0
    for answer in _answers(arguments.paths):
        if isinstance(answer, InvalidFile):
            wrong += 1
            print(f"iagcore: {answer}", file=sys.stderr)
        elif answer.passed:
            held += 1
        else:
            not_held += 1
            print(f"{answer.text}\n")
    every = held + not_held
    print(f"{every} scenario{'' if every == 1 else 's'}, {held} hold, {not_held} do not")
    return 2 if wrong else 1 if not_held else 0


def _answers(paths: Iterable[Path]) -> "Iterator[Report | InvalidFile]":
    """A report on each scenario, or what is wrong with a path, a file or a history."""
    # imported here, so that the other commands start without it
    from iagcore.testing.scenarios import read_scenarios  # noqa: PLC0415 # as said above
    from iagcore.testing.scenarios import run as run_one  # noqa: PLC0415 # as said above

    seen: set[Path] = set()
    for path in paths:
        for file in (file for file in _files(path) if file.resolve() not in seen):
            seen.add(file.resolve())
            try:
                scenarios = read_scenarios(_scenario_file(file))
            except InvalidFile as error:
                yield error
                continue
            for scenario in scenarios:
                try:
                    yield run_one(scenario)
                except InvalidFile as error:
                    yield error


def _files(path: Path) -> Sequence[Path]:
    """A file is itself; a folder is the scenario files anywhere below it, or itself where there are none."""
    return sorted(file for file in path.rglob(f"*{SUFFIX}") if file.is_file()) or [path]


def _scenario_file(path: Path) -> Path:
    """The path, when it may be a scenario file. Raises `InvalidFile`."""
    if path.is_dir():
        raise InvalidFile(str(path), None, f"no file in this folder is a scenario file (*{SUFFIX})")
    if not path.name.endswith(SUFFIX):
        raise InvalidFile(str(path), None, f"the name of a scenario file ends in {SUFFIX}")
    return path
