"""What the tests around a learner share: who there is, and a casebook with the whole rule book."""

from datetime import date
from typing import Any

from iagcore.casebook import Casebook
from iagcore.practice.readiness import TrainingCompleted
from iagcore.rulebook import RULES
from tests.casework import casebook, start

SAM = "safeguarding-lead:sam"
RIA = "researcher:ria"
TRAINED = TrainingCompleted(module="values-and-processes", completed_on=date(2025, 1, 10), version="2")


def around(journal: Any = None, **rest: Any) -> Casebook:
    """A casebook on which journey `a` has started, under every rule."""
    cases = casebook(journal, rules=RULES, **rest)
    start(cases)
    return cases
