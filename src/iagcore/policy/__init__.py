"""WHAT WAS DECIDED: dated, cited values.

A rule says what may happen; how many minutes, how many days and between which dates, somebody decided. A policy holds
these decisions as a statute book holds law: each value has the day from which it holds and its source, or the words
of whoever decided it locally; it holds until the next one begins; and where nothing was decided there is a gap, never
a guess. Two policies are shipped beside this module, and a provider lays a file of its own over either.

`values` declares what a policy may decide; `policies` reads a file and answers for a day.
"""

from iagcore.policy.policies import SHIPPED, Cited, Gap, Level, Policy, PolicyOnDay
from iagcore.policy.values import VALUES, EmergencyContact, MissedCharge, Rounding, Value, Window

__all__ = (
    "SHIPPED",
    "VALUES",
    "Cited",
    "EmergencyContact",
    "Gap",
    "Level",
    "MissedCharge",
    "Policy",
    "PolicyOnDay",
    "Rounding",
    "Value",
    "Window",
)
