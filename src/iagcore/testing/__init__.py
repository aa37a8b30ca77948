"""The test bench, for people who verify rules and for people who write journals.

Who verifies a policy rule writes scenarios, sees which rule is not proven yet, and can trust a green run. Who keeps the
record in a database of their own subclasses `contract.JournalContract` and learns whether their store keeps every
promise; `directory_contract.DirectoryContract` does the same for a directory of opportunities. What is here needs the
extra `testing`, and nothing of it is imported by the library itself. `unkept_promises` asks either contract without
pytest; `broken_journals` and `broken_directories` are what the contracts are tried on.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from iagcore.testing.contract import JournalContract as JournalContract
    from iagcore.testing.directory_contract import DirectoryContract as DirectoryContract
    from iagcore.testing.promises import unkept_promises as unkept_promises

_WHERE: Final = {
    "JournalContract": "contract",
    "DirectoryContract": "directory_contract",
    "unkept_promises": "promises",
}


def __getattr__(name: str) -> Any:
    # loaded when asked for: the pytest plugin lives beside it, and has to start light
    if name in _WHERE:
        return getattr(import_module(f"iagcore.testing.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'iagcore.testing' has no attribute {name!r}")
