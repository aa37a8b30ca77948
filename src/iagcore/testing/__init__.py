"""The test bench, for people who verify rules and for people who write journals.

Who verifies a policy rule writes scenarios, sees which rule is not proven yet, and can trust a green run. Who keeps the
record in a database of their own subclasses `contract.JournalContract` and learns whether their store keeps every
promise; `directory_contract.DirectoryContract` does the same for a directory of opportunities. `unkept_promises` asks
either contract without pytest.

Who writes properties of their own draws entries, policies and whole journeys from `strategies`, and asks the `Oracle`
what should be answered; `disagreement` tells both the oracle and the engine a history, and prints what they differ on
as a scenario. `cohort` records a made-up caseload to show and to measure with.

What is here needs the extra `testing`, and nothing of it is imported by the library itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from iagcore.testing.agreement import Disagreement as Disagreement
    from iagcore.testing.agreement import disagreement as disagreement
    from iagcore.testing.cohorts import Cohort as Cohort
    from iagcore.testing.cohorts import cohort as cohort
    from iagcore.testing.contract import JournalContract as JournalContract
    from iagcore.testing.directory_contract import DirectoryContract as DirectoryContract
    from iagcore.testing.oracle import Oracle as Oracle
    from iagcore.testing.promises import unkept_promises as unkept_promises
    from iagcore.testing.told import Told as Told

_WHERE: Final = {
    "Cohort": "cohorts",
    "DirectoryContract": "directory_contract",
    "Disagreement": "agreement",
    "JournalContract": "contract",
    "Oracle": "oracle",
    "Told": "told",
    "cohort": "cohorts",
    "disagreement": "agreement",
    "unkept_promises": "promises",
}

__all__ = (*_WHERE,)  # noqa: PLE0604 # one table says what is public, in strings


def __getattr__(name: str) -> Any:
    # loaded when asked for: the pytest plugin lives beside it, and has to start light
    if name in _WHERE:
        return getattr(import_module(f"iagcore.testing.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'iagcore.testing' has no attribute {name!r}")
