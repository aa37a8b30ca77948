"""Extensions by name: `module:NAME`, or `path/to/file.py:NAME`, as a command, a scenario file or pytest names them."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from iagcore.exceptions import InvalidExtension, nearest
from iagcore.extending.extension import Extension


def extension_named(text: str, *, within: Path | None = None) -> Extension:
    """The extension that a text names. A file's path begins in the folder `within`, or where the program runs.

    The module is imported, so name only code that you trust. Raises `InvalidExtension`, in a sentence.
    """
    where, _, name = text.rpartition(":")
    if not where or not name:
        raise InvalidExtension(text, "it is named module:NAME, such as college:SAC, or college.py:SAC")
    try:
        module = _file((within or Path()) / where) if where.endswith(".py") else _module(where, within)
    except InvalidExtension as error:
        raise InvalidExtension(text, error.reason) from None
    except (Exception, SystemExit) as error:  # whatever a college's own module does as it is imported
        said = " ".join(str(error).split())
        raise InvalidExtension(text, f"{where} cannot be imported ({type(error).__name__}: {said})") from None
    found = getattr(module, name, None)
    if found is None:
        raise InvalidExtension(text, f"{where} has no {name}{nearest(name, vars(module))}")
    if not isinstance(found, Extension):
        raise InvalidExtension(text, f"{name} is no Extension but {type(found).__name__}")
    return found


def extensions_named(texts: Iterable[str], *, within: Path | None = None) -> tuple[Extension, ...]:
    """The extensions that texts name, each once. Raises `InvalidExtension`."""
    return tuple(dict.fromkeys(extension_named(text, within=within) for text in texts))


def _module(name: str, within: Path | None) -> ModuleType:
    # a command does not look where it is run by itself, as `python` does
    here = str((within or Path()).resolve())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        return import_module(name)
    finally:
        if added:
            sys.path.remove(here)


def _file(path: Path) -> ModuleType:
    """The module of a file, once: its kinds are the same classes, however often and wherefrom it is named."""
    path = path.resolve()
    if not path.is_file():
        raise InvalidExtension(str(path), f"there is no file {path}")
    for module in list(sys.modules.values()):
        if (file := _file_of(module)) is not None and Path(file).resolve() == path:
            return module
    spec: Any = spec_from_file_location(f"iagcore_extension_{path.stem}_{abs(hash(path)):x}", path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


def _file_of(module: Any) -> str | None:
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) else None
