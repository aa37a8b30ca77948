"""What Hypothesis calls when it is imported: `st.from_type` learns the public types of iagcore, once they are there.

Every `import hypothesis` of whoever has iagcore installed comes through here, so three things hold. Nothing of iagcore
is imported: where Python imports `iagcore.entries` and the like later, the types are registered then. Nothing here
raises, whatever is broken: then `from_type` does not know the types, and that is all. And it stands beside the package
and not in it, since a module in a package imports the package first.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

AWAITED: Final = (
    "iagcore.entries",
    "iagcore.policy",
    "iagcore.record.findings",
    "iagcore.record.records",
    "iagcore.record.journey",
)
"""The modules whose types are registered once they are imported."""


class WhenImported(MetaPathFinder):
    """Finds nothing by itself; it lets the others find what is awaited, and registers the types after it has run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an awaited module, with the registering after it."""
        if fullname not in AWAITED:
            return None
        for finder in sys.meta_path:
            if not isinstance(finder, WhenImported) and (spec := finder.find_spec(fullname, path, target)) is not None:
                if spec.loader is not None:
                    spec.loader = ThenRegister(spec.loader)
                return spec
        return None


class ThenRegister(Loader):
    """Loads as another loader does, hands the module back to it, and registers the types once it has run."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The module, as the other loader makes it."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module under its own loader, through which the files of the package are read later."""
        module.__loader__ = self._loader
        assert module.__spec__ is not None  # it was made from one
        module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _register(module)


def _register(module: ModuleType) -> None:
    try:
        from hypothesis import strategies as st  # noqa: PLC0415 # it is being imported when this module is

        for name, type_ in _types_of(module):
            st.register_type_strategy(type_, _drawn(name))
    except Exception:
        # whoever imports iagcore must not fail for what only from_type would have known
        return


def _types_of(module: ModuleType) -> list[tuple[str, type]]:
    if module.__name__ == "iagcore.entries":
        allowance = sys.modules["iagcore.practice.allowance"].Allowance
        entry = sys.modules["iagcore.practice.kinds"].Entry
        return [("entries", entry), *(("entries", kind) for kind in module.KINDS), ("allowances", allowance)]
    names = {
        "iagcore.policy": ("policies", "Policy"),
        "iagcore.record.findings": ("decisions", "Decision"),
        "iagcore.record.records": ("records", "Record"),
        "iagcore.record.journey": ("journeys", "Journey"),
    }
    name, public = names[module.__name__]
    return [(name, getattr(module, public))]


def _drawn(name: str) -> Any:
    def strategy(type_: type) -> Any:
        from iagcore.testing import strategies  # noqa: PLC0415 # only once something is drawn

        if name != "entries" or type_.__name__ == "Entry":
            return getattr(strategies, name)()
        return strategies.entries(type_)

    return strategy


def register() -> None:
    """Called by Hypothesis. Raises nothing."""
    for name in AWAITED:
        if name in sys.modules:
            _register(sys.modules[name])
    if not any(isinstance(one, WhenImported) for one in sys.meta_path):
        sys.meta_path.insert(0, WhenImported())
