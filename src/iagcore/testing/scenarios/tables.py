"""A table of a TOML text that knows where it stands, so that whatever is wrong in it is said with its line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from iagcore.exceptions import InvalidFile, nearest
from iagcore.practice.kinds import accept_words
from iagcore.toml_source import Place, Source


@attrs.frozen
class Table:
    """A table of the text, and the way to it."""

    source: Source
    path: Place
    held: Mapping[str, Any]

    def wrong(self, reason: str, *key: str | int) -> InvalidFile:
        return self.source.wrong(reason, *self.path, *key)

    def only(self, known: Iterable[str], where: str) -> None:
        for key in self.held:
            if key not in known:
                raise self.wrong(f"{key!r} is not known {where}{nearest(key, known)}", key)

    def get(self, key: str, accept: Callable[[Any], Any], default: Any = None) -> Any:
        if key not in self.held:
            return default
        try:
            return accept(self.held[key])
        except ValueError as error:
            raise self.wrong(f"{key}: {error}", key) from None

    def table(self, key: str, expected: str) -> "Table":
        held = self.held.get(key, {})
        if type(held) is not dict:
            raise self.wrong(expected, key)
        return Table(self.source, (*self.path, key), held)

    def tables(self, key: str, expected: str) -> "list[Table]":
        held = self.held.get(key, [])
        if type(held) is not list or not all(type(one) is dict for one in held):
            raise self.wrong(expected, key)
        return [Table(self.source, (*self.path, key, place), one) for place, one in enumerate(held)]


def accept_name(value: Any) -> str:
    text = accept_words(value)
    if "\n" in text:
        raise ValueError("a name is one line")
    return text


def accept_names(value: Any) -> tuple[str, ...]:
    if type(value) is not list or not all(type(one) is str for one in value):
        raise ValueError("a list of names is expected")
    return tuple(value)


def accept_name_or_names(value: Any) -> tuple[str, ...]:
    return (value,) if type(value) is str else accept_names(value)
