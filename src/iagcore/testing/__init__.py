"""The test bench, for people who verify rules and for people who write journals.

Who verifies a policy rule writes scenarios, sees which rule is not proven yet, and can trust a green run. Who keeps the
record in a database of their own subclasses `contract.JournalContract` and learns whether their store keeps every
promise; `directory_contract.DirectoryContract` does the same for a directory of opportunities. What is here needs the
extra `testing`, and nothing of it is imported by the library itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iagcore.testing.contract import JournalContract as JournalContract
    from iagcore.testing.directory_contract import DirectoryContract as DirectoryContract


def __getattr__(name: str) -> Any:
    # loaded when asked for: the pytest plugin lives beside it, and has to start light
    if name == "JournalContract":
        from iagcore.testing.contract import JournalContract

        return JournalContract
    if name == "DirectoryContract":
        from iagcore.testing.directory_contract import DirectoryContract

        return DirectoryContract
    raise AttributeError(f"module 'iagcore.testing' has no attribute {name!r}")
