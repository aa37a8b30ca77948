"""`iagcore check`: run scenario files, say which do not hold, and how much they prove.

The same engine as the pytest plugin, for whoever has no pytest at hand. The exit code answers: 0 where all hold, 1
where some do not, or something that was asked for is missing, and 2 where something that was named is no scenario file,
or cannot be read or run as one.
"""

import argparse
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iagcore.cli import add_extend, book_of
from iagcore.cli.terminal import Progress
from iagcore.exceptions import InvalidFile

if TYPE_CHECKING:
    from iagcore.extending.extension import Extension
    from iagcore.testing.proving.watching import Ran
    from iagcore.testing.scenarios import Scenario

SUFFIX: Final = ".iag.toml"
EXAMPLE: Final = """\
an example:
  iagcore check tests/scenarios policies/allowance.iag.toml

  It runs every *.iag.toml in tests/scenarios and the folders within it, and the one file beside it; prints each
  scenario that does not hold, with the rules it is about; and ends with the exit code 0 where all hold, 1 where some
  do not, and 2 where something cannot be read or run, or -k picks none. With --coverage --strict, what no scenario has
  seen ends with 1, too, and with --mutate a change that no scenario notices.
"""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check` to the commands."""
    parser = subcommands.add_parser(
        "check",
        help="run scenario files, say which do not hold, and how much they prove",
        description="Run scenario files (*.iag.toml), say which scenarios do not hold, and how much they prove.",
        epilog=EXAMPLE,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a scenario file, or a folder of them")
    parser.add_argument("-k", metavar="WORDS", default="", help="only the scenarios with these words in their names")
    parser.add_argument(
        "--show", action="store_true", help="print each scenario whole, with what was supplied, and its decision"
    )
    parser.add_argument("--coverage", action="store_true", help="print what the scenarios have seen of each rule")
    parser.add_argument("--strict", action="store_true", help="with --coverage, exit with 1 where something is missing")
    parser.add_argument("--mutate", action="store_true", help="change each rule and value, and say what nobody notices")
    parser.add_argument("--of", metavar="NAME", help="with these two: only of a rule, a family of rules or a value")
    add_extend(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run what the paths name, and return the exit code. A file that is not right does not stop the others."""
    extensions = book_of(arguments).extensions
    ran: list[Ran] = []
    wrong = 0
    for answer in _answers(arguments.paths, arguments.k, extensions):
        if isinstance(answer, InvalidFile):
            wrong += 1
            print(f"iagcore: {answer}", file=sys.stderr)
            continue
        ran.append(answer)
        if arguments.show:
            print(f"{_shown(answer)}\n")
        if not answer.report.passed:
            print(f"{answer.report.text}\n")
    held = sum(one.report.passed for one in ran)
    print(f"{len(ran)} scenario{'' if len(ran) == 1 else 's'}, {held} hold, {len(ran) - held} do not")
    if wrong:
        return 2
    if not ran:
        print(f"iagcore: no scenario has {arguments.k!r} in its name, so nothing was checked", file=sys.stderr)
        return 2
    fine = held == len(ran)
    names = _names(arguments.of, ran)
    if arguments.coverage:
        fine = (_prints_coverage(ran, names) or not arguments.strict) and fine
    if arguments.mutate:
        fine = _prints_mutation(ran, names) and fine
    return 0 if fine else 1


def _shown(one: "Ran") -> str:
    from iagcore.testing.scenarios.showing import with_the_decision  # noqa: PLC0415 # as said below

    return with_the_decision(one.scenario, one.report.decision, one.report.duties)


def _names(word: str | None, ran: "Sequence[Ran]") -> "Collection[str] | None":
    """The rules and values that are asked about; None is all of them."""
    from iagcore.testing.proving.coverage import about  # noqa: PLC0415 # as said below
    from iagcore.testing.proving.watching import rules_of  # noqa: PLC0415 # as said below

    return None if word is None else about(word, rules_of(ran))


def _prints_coverage(ran: "Sequence[Ran]", names: "Collection[str] | None") -> bool:
    """Print what was seen, and return whether nothing is missing."""
    from iagcore.testing.proving.coverage import covered  # noqa: PLC0415 # as said below
    from iagcore.testing.proving.printing import coverage_in_words  # noqa: PLC0415 # as said below

    coverage = covered(ran) if names is None else covered(ran).only(names)
    print(f"\n{coverage_in_words(coverage)}")
    return not coverage.missing


def _prints_mutation(ran: "Sequence[Ran]", names: "Collection[str] | None") -> bool:
    """Print what became of every change, and return whether all were noticed."""
    from iagcore.testing.proving.mutation import mutated  # noqa: PLC0415 # as said below
    from iagcore.testing.proving.printing import mutation_in_words  # noqa: PLC0415 # as said below

    if not all(one.report.passed for one in ran):
        print("\nNothing was changed: every scenario has to hold first.")
        return False

    def progress(done: int, total: int) -> None:
        shown = Progress(total, "changes")
        shown.erase()
        if done < total:
            shown.show(done)

    began = time.monotonic()
    mutation = mutated(ran, only=lambda mutant: names is None or mutant.of in names, progress=progress)
    print(f"\n{mutation_in_words(mutation, scenarios=len(ran), seconds=time.monotonic() - began)}")
    return not mutation.survivors


def _answers(paths: Iterable[Path], words: str, extend: "Sequence[Extension]") -> "Iterator[Ran | InvalidFile]":
    """Each scenario as it ran, or what is wrong with a path, a file or a history."""
    # imported here, so that the other commands start without it
    from iagcore.testing.proving.watching import watch  # noqa: PLC0415 # as said above

    for scenario in _scenarios(paths, extend):
        if isinstance(scenario, InvalidFile):
            yield scenario
        elif words.lower() in scenario.name.lower():
            try:
                yield watch(scenario)
            except InvalidFile as error:
                yield error


def _scenarios(paths: Iterable[Path], extend: "Sequence[Extension]") -> "Iterator[Scenario | InvalidFile]":
    """The scenarios of every file once, however often it is named."""
    from iagcore.testing.scenarios import read_scenarios  # noqa: PLC0415 # as said above

    seen: set[Path] = set()
    for path in paths:
        for file in (file for file in _files(path) if file.resolve() not in seen):
            seen.add(file.resolve())
            try:
                yield from read_scenarios(_scenario_file(file), extend=extend)
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
