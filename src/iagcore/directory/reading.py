"""Files, folders and zips, opened as far as they can be: what each holds, as values of JSON or as tables.

The bytes are UTF-8, with a mark at the beginning or without; UTF-16 and UTF-32 are known by their first bytes; and a
byte that is no UTF-8 is the letter that windows-1252 has there, which is what such feeds were written in. Nothing is
held whole, and nothing is written to disk but a package's rows. Zips within zips are not opened.
"""

import codecs
import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Final

import attrs

from iagcore import opportunities
from iagcore.directory.json_stream import JSONStream, Parsed, Unreadable
from iagcore.directory.tables import LONGEST_CELL, table_of
from iagcore.exceptions import InvalidFile

PIECE: Final = 1 << 16
"""Bytes that are read at once."""
MOST_UNPACKED: Final = 20_000_000_000
"""Bytes that one member of a zip may unpack to."""
MOST_MEMBERS: Final = 100_000
"""Files in one folder or zip that are looked at."""
LONGEST_DESCRIPTOR: Final = 5_000_000
"""Bytes of a `datapackage.json`."""

JSON_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".geojson")
LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
DESCRIPTOR: Final = "datapackage.json"

# where UTF-8 has no letter, what windows-1252 has there; five bytes have none there either
_WINDOWS: Final = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", "") for byte in range(0x80, 0x100)
}
_NOT_UTF_8: Final = re.compile("[\udc80-\udcff]")


Open = Callable[[], IO[bytes]]


@attrs.frozen
class Document:
    """A file of JSON: its name, and how to open it."""

    name: str
    open: Open = attrs.field(repr=False)

    def values(self, warn: Callable[[str, str], None]) -> Iterator[Parsed | Unreadable]:
        """The values in it. Raises `InvalidFile` where it is no JSON at all."""
        with opened(self.name, self.open) as stream:
            texts = _texts(self.name, stream, warn)
            if self.name.lower().endswith(LINES_SUFFIXES):
                yield from _lines(self.name, texts)
                return
            first = next(texts, "")
            beginning = first.lstrip("\ufeff \t\r\n\x00\x1e")[:1]
            while first and not beginning:
                first = next(texts, "")
                beginning = first.lstrip()[:1]
            if not beginning:
                raise InvalidFile(self.name, None, "it is empty")
            if beginning not in '{["' and not re.match(r"\s*(?:null|true|false|-?\d)", first):
                what = "a page of HTML" if beginning == "<" else f"no JSON: it begins with {first.strip()[:20]!r}"
                raise InvalidFile(self.name, None, f"it is {what}; name a file of JSON, or a folder or zip of tables")
            yield from JSONStream(chain([first], texts))


@attrs.frozen
class Tables:
    """A data package: its name, and its tables, each with a name, the table that it is, and how to open it."""

    name: str
    tables: tuple[tuple[str, str, Open], ...]

    def lines(self, name: str, open: Open, warn: Callable[[str, str], None]) -> Iterator[str]:
        """The lines of one of its tables, each with its end. Raises `InvalidFile`."""
        ends = io.IncrementalNewlineDecoder(None, translate=True)
        with opened(name, open) as stream:
            rest = ""
            for piece in _texts(name, stream, warn):
                *lines, rest = (rest + ends.decode(piece.replace("\x00", ""))).split("\n")
                yield from (f"{line}\n" for line in lines)
                if len(rest) > LONGEST_CELL:
                    raise InvalidFile(name, None, f"a line of it is longer than {LONGEST_CELL:,} characters")
            yield rest


def files_in(path: str | os.PathLike[str], stack: ExitStack) -> Iterator[Document | Tables]:
    """What a file, a folder or a zip holds; `stack` closes what was opened. Raises `InvalidFile`."""
    whole = Path(path)
    if whole.is_dir():
        members: dict[str, Open] = {}
        for found in sorted(whole.rglob("*")):
            if found.is_file() and not any(part.startswith(".") for part in found.relative_to(whole).parts):
                if len(members) == MOST_MEMBERS:
                    raise InvalidFile(str(whole), None, f"it holds more than {MOST_MEMBERS:,} files; name those meant")
                members[found.relative_to(whole).as_posix()] = _opener(found)
        yield from _members(str(whole), members, stack)
    elif not whole.exists():
        raise InvalidFile(str(whole), None, "there is no such file or folder; check its name")
    elif _is_zip(whole):
        yield from _zipped(str(whole), whole, stack)
    elif whole.suffix.lower() == ".csv":
        yield Tables(str(whole), ((str(whole), table_of(whole.name) or "service", _opener(whole)),))
    else:
        yield Document(str(whole), _opener(whole))


def _opener(path: Path) -> Open:
    return lambda: path.open("rb")


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError as error:
        raise InvalidFile(str(path), None, f"it cannot be read ({error.strerror})") from None


def _zipped(name: str, path: Path, stack: ExitStack) -> Iterator[Document | Tables]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise InvalidFile(name, None, f"it is no zip that can be read ({error})") from None
    members: dict[str, Open] = {}
    for found in archive.infolist():
        hidden = any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(found.filename).parts)
        if found.is_dir() or hidden:
            continue
        if len(members) == MOST_MEMBERS:
            raise InvalidFile(name, None, f"it holds more than {MOST_MEMBERS:,} files")
        members[found.filename] = _member_opener(archive, found)
    yield from _members(name, members, stack)


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Open:
    def open() -> IO[bytes]:
        if member.flag_bits & 1:
            raise InvalidFile(f"{archive.filename}/{member.filename}", None, "it is encrypted; unpack it first")
        return archive.open(member)

    return open


def _members(name: str, members: Mapping[str, Open], stack: ExitStack) -> Iterator[Document | Tables]:
    folders: dict[str, list[str]] = {}
    for member in members:
        folders.setdefault(str(PurePosixPath(member).parent), []).append(member)
    found = False
    taken: set[str] = set()
    # a descriptor may name tables that lie in a folder below: the packages with one come first, and take theirs
    for described in (True, False):
        for folder, inside in folders.items():
            descriptor = next((one for one in inside if PurePosixPath(one).name.lower() == DESCRIPTOR), None)
            if described == (descriptor is not None):
                tables = _tables(name, folder, descriptor, [one for one in inside if one not in taken], members)
                taken.update(place for place, _ in tables)
                if tables:
                    found = True
                    opened_by = tuple((f"{name}/{place}", table, members[place]) for place, table in tables)
                    yield Tables(name if folder == "." else f"{name}/{folder}", opened_by)
    for member in members:
        suffix = PurePosixPath(member).suffix.lower()
        if suffix in JSON_SUFFIXES and PurePosixPath(member).name.lower() != DESCRIPTOR:
            found = True
            yield Document(f"{name}/{member}", members[member])
        elif suffix == ".zip" and Path(name).is_dir():
            found = True
            yield from _zipped(f"{name}/{member}", Path(name, member), stack)
    if not found:
        raise InvalidFile(name, None, "no file in it is JSON, or a table of services")


def _tables(
    name: str, folder: str, descriptor: str | None, inside: Iterable[str], members: Mapping[str, Open]
) -> list[tuple[str, str]]:
    """The tables of the package in a folder, each with what it is; none where it has no services."""
    found: dict[str, str] = {}
    for said, path in _resources(name, descriptor, members[descriptor]) if descriptor else ():
        place = (PurePosixPath(folder) / path).as_posix()
        table = table_of(said) or table_of(path)
        if place in members and table:
            found[place] = table
    for member in inside:
        table = table_of(member) if member.lower().endswith(".csv") else None
        if table and member not in found:
            found[member] = table
    return list(found.items()) if "service" in found.values() else []


def _resources(name: str, descriptor: str, open: Open) -> Iterator[tuple[str, str]]:
    """The tables that a descriptor names, each with its path; none where it cannot be read: files have names too."""
    try:
        with opened(f"{name}/{descriptor}", open) as stream:
            said = json.loads(stream.read(LONGEST_DESCRIPTOR))
        resources = said.get("resources", ())
        for one in resources:
            path = one.get("path")
            if isinstance(path, str):
                yield str(one.get("name")), path
    except (InvalidFile, ValueError, AttributeError, TypeError, RecursionError):
        return


# ---- what an import is made from


def digest_of_files(paths: Iterable[str | os.PathLike[str]], **asked: object) -> str | None:
    """A digest of all bytes in files and folders, of their names, of what is asked, and of the code that reads them.

    None where one of them cannot be read.
    """
    try:
        found = hashlib.sha256(f"{cleaners_version()} {sorted(asked.items())}".encode())
        for path in map(Path, paths):
            inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
            for file in inside:
                found.update(f"\0{file.relative_to(path) if file != path else file.name}\0".encode(errors="replace"))
                with file.open("rb") as stream:
                    found.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError:
        return None
    return found.hexdigest()


@cache
def cleaners_version() -> str:
    """A digest of the code that makes opportunities of a feed: with another, each feed is read again."""
    modules = [*Path(__file__).parent.glob("*.py"), *Path(opportunities.__file__).parent.glob("[ow]*.py")]
    found = hashlib.sha256()
    for module in sorted(modules):
        found.update(module.read_bytes())
    return found.hexdigest()


# ---- bytes and letters


@contextmanager
def opened(name: str, open: Open) -> Iterator[IO[bytes]]:
    """A file that was opened; what goes wrong in it is told as `InvalidFile`."""
    try:
        with open() as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InvalidFile(name, None, f"it cannot be unpacked ({error})") from None
    except OSError as error:
        raise InvalidFile(name, None, f"it cannot be read ({error.strerror or error})") from None


def _texts(name: str, stream: IO[bytes], warn: Callable[[str, str], None]) -> Iterator[str]:
    """The letters of a file, piece by piece."""
    first = stream.read(PIECE)
    encoding: str = json.detect_encoding(first[:4])
    utf_8 = encoding in {"utf-8", "utf-8-sig"}
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if utf_8 else "replace")
    told, length, piece = False, 0, first
    while True:
        length += len(piece)
        if length > MOST_UNPACKED:
            raise InvalidFile(name, None, f"it is longer than {MOST_UNPACKED:,} bytes")
        text = decoder.decode(piece, final=not piece)
        if _NOT_UTF_8.search(text):
            text = text.translate(_WINDOWS)
            if not told:
                told = True
                warn("encoding", "it is not UTF-8 throughout: the other letters were read as windows-1252")
        if text:
            yield text
        if not piece:
            return
        piece = stream.read(PIECE)


def _lines(name: str, texts: Iterator[str]) -> Iterator[Parsed | Unreadable]:
    """Line-delimited JSON: each line is one value, whatever the line before it was."""
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        yield from _of_lines(lines)
        if len(rest) > LONGEST_CELL:
            raise InvalidFile(name, None, f"a line of it is longer than {LONGEST_CELL:,} characters")
    yield from _of_lines([rest])


def _of_lines(lines: list[str]) -> Iterator[Parsed | Unreadable]:
    for line in lines:
        if line.strip("\ufeff \t\r\x1e"):
            yield from JSONStream(iter([line]))
