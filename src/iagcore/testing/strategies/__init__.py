"""Strategies for Hypothesis: entries of every kind, policies, whole journeys, and what a record gives of them.

Three ways of drawing:

- *valid* is what a kind accepts, biased towards its boundaries: the least and the most minutes, the longest text, the
  last day, and text that reads from right to left, has emoji or looks like something else. `entries()`, `policies()`.
- *refused* is what a kind does not accept: one past each limit, control characters, nothing at all, another type.
  `refused_entries()` gives a kind and what to call it with.
- *whole journeys* are crowded: few people, conversations, hours and minutes, so that they collide; days and moments
  lie at the policy's limits and one past them. `histories(policy)`.

`st.from_type` knows the public types, too, wherever iagcore and Hypothesis are installed together.
"""

from iagcore.testing.strategies.entries import entries, refused_entries
from iagcore.testing.strategies.fields import refused_values, values
from iagcore.testing.strategies.journeys import Crowd, crowds, histories
from iagcore.testing.strategies.policies import policies
from iagcore.testing.strategies.records import allowances, decisions, journeys, records

__all__ = [
    "Crowd",
    "allowances",
    "crowds",
    "decisions",
    "entries",
    "histories",
    "journeys",
    "policies",
    "records",
    "refused_entries",
    "refused_values",
    "values",
]
