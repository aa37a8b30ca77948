"""JSON as it comes, one record at a time, of a file of any length and in bounded memory.

The standard library reads a whole document or none of it, and a library that streams would be a dependency more for
everybody. What is needed here is little: where does the next value end? A regular expression finds strings and brackets
as fast as C does, so the end of a value is found first, and the standard library then reads that piece alone. It has a
second use that no streaming parser has: one record that is not JSON is known by its brackets, set aside, and the next
one is read. Bounds are checked before anything is parsed: how deep, how long.

A value that is short enough is held and given out whole. A longer one is walked into: a list gives out its values, an
object its members, of which a list under a name that pages use (`contents`, `services`, …) gives out its values too,
each with the members that stood before it beside it. Line-delimited JSON is values one after the other.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import attrs

HELD: Final = 2_000_000
"""Characters of a value that is held whole; a longer list or object is walked into."""
DEEPEST: Final = 60
"""Brackets within brackets of one value; the deepest document of the standard has about a dozen."""
WALKED: Final = 4
"""Lists and objects within each other that are walked into."""
LISTS: Final = ("contents", "content", "services", "items", "results", "records", "data", "organizations")
"""Under what names pages and collections keep what they list."""

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)
_IN_STRING: Final = re.compile(r'(?:[^"\\]+|\\.)*', re.DOTALL)
_TO_BRACKET: Final = re.compile(r'[^"{}\[\]]*')
_SPACE: Final = re.compile(r"[ \t\r\n\ufeff\x00\x1e]*")
_SCALAR_ENDS: Final = re.compile(r"[,\]}\s]")


@attrs.frozen
class Parsed:
    """One value of a document, and the members that stood before it in the objects around it.

    `mended`: it was no JSON as it stood (a comma too many, a member that is no value), and what is right of it is here.
    """

    value: Any
    beside: dict[str, Any]
    mended: bool = False


@attrs.frozen
class Unreadable:
    """A piece of a document that is no JSON, or too deep or too long; `broken`: what comes after it is lost too."""

    reason: str
    broken: bool = False


class _End(Exception):
    """The text ends in the middle of something."""


class _TooLong(Exception):
    """A value is longer than what is held."""


class _Text:
    """What has been read of a text and not yet given out."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._held = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._held, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def step(self) -> None:
        self._at += 1

    def whole(self) -> Any:
        """The next list or object, if all of it is held, and it is not too long, too deep or broken; else None.

        Nearly every record is, and then the standard library finds its end and its value at once.
        """
        try:
            value, end = _DECODER.raw_decode(self._held, self._at)
        except (ValueError, RecursionError):
            return None
        text = self._held[self._at : end]
        if len(text) > HELD or (text.count("[") + text.count("{") > DEEPEST and _depth_of(value) > DEEPEST):
            return None
        self._at = end
        return value

    def take(self, longest: int) -> tuple[str, int]:
        """The next value as text, and how deep it is. Raises `_TooLong`, leaving it, and `_End`."""
        length, depth = self._extent(longest)
        text = self._held[self._at : self._at + length]
        self._at += length
        return text, depth

    def skip(self) -> None:
        """Pass over the next value, however long it is, without holding it. Raises `_End`."""
        if self.peek() not in set('{["'):
            self._skip_scalar()
            return
        depth, in_string, begun = 0, False, False
        while depth or in_string or not begun:
            found = (_IN_STRING if in_string else _TO_BRACKET).match(self._held, self._at)
            self._at = found.end() if found else self._at
            token = self._held[self._at : self._at + 1]
            if not token or token == "\\":
                if not self._more():
                    raise _End
                continue
            self._at += 1
            begun = True
            in_string = token == '"' and not in_string
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0)

    def _skip_scalar(self) -> None:
        while True:
            found = _SCALAR_ENDS.search(self._held, self._at)
            self._at = found.start() if found else len(self._held)
            if found or not self._more():
                return

    def _extent(self, longest: int) -> tuple[int, int]:
        if self.peek() not in set('{["'):
            return self._scalar(longest), 0
        place, depth, deepest = self._at, 0, 0
        while True:
            found = _TOKEN.search(self._held, place)
            if found is None or found.group() == '"':
                place = (found.start() if found else len(self._held)) - self._at
                if len(self._held) - self._at > longest:
                    raise _TooLong
                if not self._more():
                    raise _End
                place += self._at
                continue
            place = found.end()
            token = found.group()
            if token in "{[":
                depth += 1
                deepest = max(deepest, depth)
            elif token in "}]":
                depth -= 1
            if place - self._at > longest:
                raise _TooLong
            if depth <= 0:
                return place - self._at, deepest

    def _scalar(self, longest: int) -> int:
        while True:
            found = _SCALAR_ENDS.search(self._held, self._at)
            length = (found.start() if found else len(self._held)) - self._at
            if length > longest:
                raise _TooLong
            if found or not self._more():
                return max(length, 1)

    def _more(self) -> bool:
        piece = next(self._pieces, "")
        if piece:
            self._held = self._held[self._at :] + piece
            self._at = 0
        return bool(piece)


class JSONStream:
    """The values of one text; `pieces` are parts of it, in order."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._text = _Text(pieces)

    def __iter__(self) -> Iterator[Parsed | Unreadable]:
        try:
            while following := self._text.peek():
                if following in ",:]}":
                    self._text.step()
                else:
                    yield from self._values({}, 0)
        except _End:
            yield Unreadable("the file ends in the middle of a record", broken=True)

    def _values(self, beside: dict[str, Any], depth: int) -> Iterator[Parsed | Unreadable]:
        opening = self._text.peek()
        if opening in "{[" and (whole := self._text.whole()) is not None:
            yield Parsed(whole, beside)
            return
        within = {"[": self._elements, "{": self._members}.get(opening) if depth < WALKED else None
        try:
            text, deep = self._text.take(HELD)
        except (_TooLong, _End) as error:
            # what ends in the middle is walked into as well: what stands before the break is right
            if within is not None:
                yield from within(beside, depth)
            elif isinstance(error, _TooLong):
                self._text.skip()
                yield Unreadable(f"it is longer than {HELD:,} characters")
            else:
                raise
            return
        if deep > DEEPEST:
            yield Unreadable(f"it is nested {deep} deep; at most {DEEPEST} are read")
            return
        try:
            yield Parsed(parsed(text), beside)
        except ValueError as error:
            if within is None:
                yield Unreadable(f"it is no JSON ({error})")
                return
            yield from JSONStream(iter([text]))._mended(beside, depth)

    def _mended(self, beside: dict[str, Any], depth: int) -> Iterator[Parsed | Unreadable]:
        """The values of a list or an object that is no JSON as it stands."""
        if self._text.peek() == "[":
            yield from self._elements(beside, depth)
        else:
            yield from self._members(beside, depth, mended=True)

    def _elements(self, beside: dict[str, Any], depth: int) -> Iterator[Parsed | Unreadable]:
        self._text.step()
        while (following := self._text.peek()) != "]":
            if not following:
                raise _End
            if following in ",}:":
                self._text.step()
                continue
            yield from self._values(beside, depth + 1)
        self._text.step()

    def _members(self, beside: dict[str, Any], depth: int, *, mended: bool = False) -> Iterator[Parsed | Unreadable]:
        self._text.step()
        members: dict[str, Any] = {}
        gave_out = False
        while (following := self._text.peek()) != "}":
            if not following:
                raise _End
            if following != '"':
                self._text.step()
                continue
            name = self._name()
            if self._text.peek() == ":":
                self._text.step()
            if self._text.peek() in ",}":
                mended = True
                continue
            if name in LISTS and self._text.peek() == "[":
                gave_out = True
                yield from self._elements({**beside, **members}, depth + 1)
                continue
            try:
                text, deep = self._text.take(HELD)
                members[name] = parsed(text) if deep <= DEEPEST else None
            except ValueError:
                mended = True
            except _TooLong:
                self._text.skip()
                mended = True
        self._text.step()
        if not gave_out:
            yield Parsed(members, beside, mended)

    def _name(self) -> str:
        """The name of a member; one that is no JSON is taken as it stands, and one that is too long is none."""
        try:
            text, _ = self._text.take(HELD)
        except _TooLong:
            self._text.skip()
            return ""
        try:
            return str(parsed(text))
        except ValueError:
            return text.strip('"')


_DECODER: Final = json.JSONDecoder(strict=False, parse_constant=lambda _: None)


def _depth_of(value: Any) -> int:
    """How deep lists and objects lie within each other."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, list | dict)]:
        depth += 1
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
    return depth


def parsed(text: str) -> Any:
    """A piece of JSON; control characters in strings are let pass, and what is no number is unknown.

    Raises `ValueError`, also for a number of so many digits that Python will not read it.
    """
    return json.loads(text, strict=False, parse_constant=lambda _: None)
