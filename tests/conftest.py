"""Hypothesis settings for the whole suite."""

import os

from hypothesis import HealthCheck, settings

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
