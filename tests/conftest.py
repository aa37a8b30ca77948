"""Hypothesis settings for the whole suite."""

from hypothesis import HealthCheck, settings

# No deadline: a shared machine that pauses for a second has not broken a law. Derandomised, so that a red run is red
# for everybody; the long runs with fresh seeds are a command of their own (`--hypothesis-profile=long`).
settings.register_profile(
    "plain", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("plain")
