"""The pytest plugin: scenario files are collected beside Python tests, one item a scenario.

Whoever installs iagcore has this module imported at every start of pytest, so nothing of the library is imported until
pytest meets a file whose name ends in `.iag.toml`. An item is named `FILE::NAME`, and `-k` picks by the name. What a
failing one prints is its report, without a traceback: whoever wrote the scenario need not read Python.

With `--iag-coverage` the run ends with what its scenarios have seen of each rule; with `--iag-coverage=strict` it fails
where something is missing. `--iag-of SAC` asks that of some rules alone.

With `--iag-extend college:SAC`, or `iag_extend` in the ini file, every scenario file goes by that extension, too.
"""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from iagcore.testing.proving.coverage import Coverage
    from iagcore.testing.proving.watching import Ran
    from iagcore.testing.scenarios import Scenario

OPTION: Final = "--iag-coverage"
RAN: "Final[pytest.StashKey[list[Ran]]]" = pytest.StashKey()
"""The scenarios that were run, where their coverage is asked for."""
OF: Final = "--iag-of"
EXTEND: Final = "--iag-extend"
EXTEND_INI: Final = "iag_extend"
SEEN: "Final[pytest.StashKey[Coverage]]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that asks for rule coverage."""
    parser.getgroup("iagcore").addoption(
        OPTION,
        nargs="?",
        const="print",
        choices=("print", "strict"),
        help="print what scenario files have seen of each rule of iagcore; strict: fail where something is missing",
    )
    of = "with --iag-coverage: only of a rule, a family of rules or a value"
    parser.getgroup("iagcore").addoption(OF, metavar="NAME", help=of)
    extend = "a college's extension that scenario files go by, too, such as college:SAC"
    parser.getgroup("iagcore").addoption(EXTEND, action="append", default=[], metavar="MODULE:NAME", help=extend)
    parser.addini(EXTEND_INI, type="linelist", help=extend)


def pytest_configure(config: pytest.Config) -> None:
    """Have scenarios kept as they ran, where their coverage is asked for."""
    if config.getoption(OPTION) is not None:
        config.stash[RAN] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take stock, and fail a run that has seen too little, where that is asked for."""
    ran = session.config.stash.get(RAN, [])
    if not ran:
        return
    from iagcore.exceptions import InvalidEntry  # noqa: PLC0415 # see the top
    from iagcore.testing.proving.coverage import about, covered  # noqa: PLC0415 # see the top
    from iagcore.testing.proving.watching import rules_of  # noqa: PLC0415 # see the top

    seen, of = covered(ran), session.config.getoption(OF)
    if of is not None:
        try:
            seen = seen.only(about(of, rules_of(ran)))
        except InvalidEntry as error:
            raise pytest.UsageError(f"{OF}: {error.value!r}: {error.reason}") from None
    session.config.stash[SEEN] = seen
    if seen.missing and session.config.getoption(OPTION) == "strict" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    """Print what was seen."""
    seen = config.stash.get(SEEN, None)
    if seen is None:
        return
    from iagcore.testing.proving.printing import coverage_in_words  # noqa: PLC0415 # see the top

    terminalreporter.write_line(f"\n{coverage_in_words(seen)}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    """Collect a scenario file."""
    if not file_path.name.endswith(".iag.toml"):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class DoesNotHold(Exception):
    """A scenario does not hold; its text is the report."""


class ScenarioFile(pytest.File):
    """A scenario file as pytest sees it."""

    def collect(self) -> "Iterator[ScenarioItem]":
        """One item a scenario. A file that cannot be read as one is an error that names file and line."""
        from iagcore.exceptions import InvalidExtension, InvalidFile  # noqa: PLC0415 # see the top
        from iagcore.extending.loading import extensions_named  # noqa: PLC0415 # see the top
        from iagcore.testing.scenarios import read_scenarios  # noqa: PLC0415 # see the top

        named = (*self.config.getini(EXTEND_INI), *self.config.getoption(EXTEND))
        try:
            scenarios = read_scenarios(self.path, extend=extensions_named(named, within=self.config.rootpath))
        except (InvalidExtension, InvalidFile) as error:
            raise self.CollectError(str(error)) from None
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario as pytest sees it."""

    def __init__(self, *, scenario: "Scenario", **given: Any) -> None:
        super().__init__(**given)
        self._scenario = scenario

    def runtest(self) -> None:
        """Run the scenario."""
        ran = self.config.stash.get(RAN, None)
        if ran is None:
            from iagcore.testing.scenarios import run  # noqa: PLC0415 # see the top

            report = run(self._scenario)
        else:
            from iagcore.testing.proving.watching import watch  # noqa: PLC0415 # see the top

            ran.append(watch(self._scenario))
            report = ran[-1].report
        if not report.passed:
            raise DoesNotHold(report.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **named: Any) -> Any:
        """The report alone; whatever else goes wrong keeps its traceback."""
        from iagcore.exceptions import InvalidFile  # noqa: PLC0415 # see the top

        if isinstance(excinfo.value, DoesNotHold | InvalidFile):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **named)

    def reportinfo(self) -> tuple[PathLike[str], int | None, str]:
        """Where the scenario stands; pytest counts lines from 0."""
        return self.path, (self._scenario.line or 1) - 1, self.name
