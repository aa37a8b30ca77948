"""Hypothesis settings for the whole suite, and the servers that tests use."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlalchemy.engine import URL

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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A real PostgreSQL: the one that `IAGCORE_POSTGRESQL` names, or one that pip brought, begun once."""
    if GIVEN_POSTGRESQL is not None:
        yield make_url(GIVEN_POSTGRESQL)
        return
    with postgresql_from_pip() as url:
        yield url


@pytest.fixture
def schema(postgresql: URL) -> Iterator[URL]:
    """A schema of its own on PostgreSQL."""
    with a_schema(postgresql) as url:
        yield url
