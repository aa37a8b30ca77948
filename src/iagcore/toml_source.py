"""A TOML text whose values know the line they stand on.

Leads write policies, testers write scenarios and coaches write journey files; when one of these is wrong, the error
must point at a line, and the standard library's reader keeps none. So the text is read twice: `tomllib` says what it
means and whether it is TOML at all, then one walk over the accepted text notes where each header, key and element
begins. The walk may trust the text, since `tomllib` has refused everything that is malformed.
"""

import re
import tomllib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

import attrs

from iagcore.exceptions import InvalidFile

_POSITION: Final = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_BLANK: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY: Final = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_SCALAR: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # up to two of the closing quotes belong to the text itself
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^,\]}\n#]+",
    re.DOTALL,
)

Place = tuple[str | int, ...]
"""The way to a value: ("entry", 3, "minutes") is the key `minutes` of the fourth `[[entry]]`."""


@attrs.frozen(kw_only=True, eq=False)
class Source:
    """A TOML text, what it says, and where it says it.

    Attributes: `file` (the name that errors show); `text` (its lines end in a plain newline, wherever it was saved);
    `data` (as `tomllib` reads it); `error` (the sort of `InvalidFile` that is raised about this text).
    """

    file: str
    text: str = attrs.field(repr=False)
    data: Mapping[str, Any] = attrs.field(repr=False)
    error: type[InvalidFile] = InvalidFile
    _lines: Mapping[Place, int] = attrs.field(factory=dict, repr=False)

    @classmethod
    def read(cls, path: str | PathLike[str], *, error: type[InvalidFile] = InvalidFile) -> "Source":
        """Read a file. Raises `error` where there is no such file, and where it is not UTF-8 or not TOML."""
        return cls.parse(read_text(path, error=error), file=str(path), error=error)

    @classmethod
    def parse(cls, text: str, *, file: str, first_line: int = 1, error: type[InvalidFile] = InvalidFile) -> "Source":
        """Parse a text; `first_line` counts its lines on from where it stands in a longer one. Raises `error`."""
        text = text.replace("\r\n", "\n")
        before = first_line - 1
        try:
            text.encode()
            data = tomllib.loads(text)
            lines = _Walk(text).document()
        except UnicodeEncodeError as slip:
            line = _line_at(text, slip.start)
            raise error(file, before + line, f"it has half a character (U+{ord(text[slip.start]):04X})") from None
        except RecursionError:
            raise error(file, None, "it is nested too deeply to be read") from None
        except ValueError as slip:
            found = _POSITION.search(str(slip))
            reason = f"it is not TOML: {_POSITION.sub('', str(slip))}"
            if found is None:  # a number of thousands of digits: Python refuses it, and tomllib does not say where
                raise error(file, None, reason) from None
            if found[1] is None:
                raise error(file, before + _line_at(text, len(text.rstrip("\n"))), f"{reason}, at its end") from None
            raise error(file, before + int(found[1]), f"{reason}, at column {found[2]}") from None
        own = {place: before + line for place, line in lines.items()}
        return cls(file=file, text=text, data=data, error=error, lines=own)

    @property
    def lines(self) -> Mapping[Place, int]:
        """The line of every header, key and element."""
        return self._lines

    def elsewhere(self, lines: Mapping[Place, int]) -> "Source":
        """The same text, some of whose values are taken to stand in other places, on the lines they have."""
        return attrs.evolve(self, lines=lines)

    def line(self, *path: str | int) -> int | None:
        """The line of a header, a key or an element, or else of the nearest thing around it that has one.

        The whole text stands on its first line; None only where the text is empty.
        """
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path)

    def wrong(self, reason: str, *path: str | int) -> InvalidFile:
        """The error to raise about what stands at a path."""
        return self.error(self.file, self.line(*path), reason)


def read_text(path: str | PathLike[str], *, error: type[InvalidFile] = InvalidFile) -> str:
    """The text of a file. Raises `error`, which says what to look at, where it cannot be read or is not UTF-8."""
    file = str(path)
    try:
        if Path(path).is_dir():
            raise error(file, None, "it is a folder; a file is expected")
        written = Path(path).read_bytes()
        # some editors put a mark in front of UTF-8; it is no part of the text
        return written.decode("utf-8-sig")
    except FileNotFoundError:
        raise error(file, None, "there is no such file") from None
    except UnicodeDecodeError as slip:
        line = written.count(b"\n", 0, slip.start) + 1
        reason = f"it is not UTF-8 (byte 0x{slip.object[slip.start]:02X}): save it again with the encoding UTF-8"
        raise error(file, line, reason) from None
    except (OSError, ValueError) as slip:
        raise error(file, None, f"it cannot be read: {getattr(slip, 'strerror', None) or slip}") from None


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


class _Walk:
    """One walk over a text that `tomllib` has accepted, noting the line of every header, key and element."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1
        self.lines: dict[Place, int] = {(): 1} if text else {}
        self.elements: dict[Place, int] = {}

    def document(self) -> dict[Place, int]:
        """Every statement: a header opens a table, a key stands in the table that is open."""
        table: Place = ()
        self.over(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.assignment(table)
            self.over(_BLANK)
        return self.lines

    def over(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Walk over what the pattern matches here."""
        found = pattern.match(self.text, self.at)
        assert found is not None  # tomllib has accepted the text
        self.line += found[0].count("\n")
        self.at = found.end()
        return found

    def header(self) -> Place:
        """`[a.b]`, or `[[a.b]]`, which adds an element; on the way there, a list stands for its last element."""
        line, brackets = self.line, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *way, last = self.key()
        self.at += brackets
        table: Place = ()
        for part in way:
            table = (*table, part)
            self.lines.setdefault(table, line)
            if table in self.elements:
                table = (*table, self.elements[table] - 1)
        table = (*table, last)
        if brackets == 2:
            self.lines.setdefault(table, line)
            self.elements[table] = self.elements.get(table, 0) + 1
            table = (*table, self.elements[table] - 1)
        self.lines[table] = line
        return table

    def key(self) -> list[str]:
        """The parts of a key, dotted or not, without their quotes."""
        parts = [_plain(self.over(_KEY)[1])]
        while self.text[self.at] == ".":
            self.at += 1
            parts.append(_plain(self.over(_KEY)[1]))
        return parts

    def assignment(self, table: Place) -> None:
        """`key = value`, in a table or between braces."""
        line = self.line
        for part in self.key():
            table = (*table, part)
            self.lines.setdefault(table, line)
        self.at += len("=")
        self.value(table)

    def value(self, place: Place) -> None:
        """One value, and the lines of what it holds."""
        self.over(_BLANK)
        opening = self.text[self.at]
        if opening not in "[{":
            self.over(_SCALAR)
            return
        self.at += len(opening)
        self.over(_BLANK)
        index = 0
        while self.text[self.at] not in "]}":
            if opening == "{":
                self.assignment(place)
            else:
                self.lines[(*place, index)] = self.line
                self.value((*place, index))
            index += 1
            self.over(_BLANK)
            if self.text[self.at] == ",":
                self.at += len(",")
                self.over(_BLANK)
        self.at += len("]")


def _plain(part: str) -> str:
    if part[0] in "\"'":
        (part,) = tomllib.loads(f"{part} = 0")
    return part
