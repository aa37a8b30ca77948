"""Journey files: entries for any number of journeys, written by hand in TOML.

    schema = 1
    policy = "ways-to-wellbeing"
    file = "learner-a"            # an entry without an id is learner-a#1, learner-a#2, … by its place

    [[entry]]
    kind = "conversation-booked"
    journey = "learner-a"
    at = 2015-10-05T09:30:00+01:00
    by = "coach:nina"
    conversation = "c1"
    …

What is about a coach's own readiness has `coach = "coach:nina"` in the place of `journey`.

An entry with `corrects` and `why` puts its fields in the place of the record of that id; `kind = "entry-withdrawn"`
with `target` and `why` takes one back. A file is read and checked whole before anybody records a line of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from os import PathLike
from typing import Any, Final, TypeVar

import attrs

from iagcore.entries import KIND_BY_NAME
from iagcore.exceptions import InvalidEntry, as_written, nearest
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import (
    Entry,
    accept_coach,
    accept_flag,
    accept_id,
    accept_moment,
    accept_party,
    accept_words,
)
from iagcore.storage.codec import Kinds, kind_named, made
from iagcore.toml_source import Source

T = TypeVar("T")

SCHEMA: Final = 1
BESIDE: Final = ("kind", "journey", "at", "by", "id")
"""What stands beside an entry's own fields."""


@attrs.frozen(kw_only=True)
class FileEntry:
    """One entry of a journey file, the line it begins on, and its home: a journey's name, or a coach."""

    line: int
    journey: str
    entry: Entry
    by: str
    at: datetime | None
    id: str


@attrs.frozen
class JourneyFile:
    """A journey file that was read and checked whole; `policy` is the one it names, if it names one."""

    source: Source
    policy: str | None
    entries: tuple[FileEntry, ...]


def read_journey_file(path: str | PathLike[str], *, kinds: Kinds = KIND_BY_NAME) -> JourneyFile:
    """Read a journey file. Raises `InvalidFile`, naming the file, the line and the nearest known name."""
    return parse_journey_file(Source.read(path), kinds=kinds)


def parse_journey_file(source: Source, *, kinds: Kinds = KIND_BY_NAME) -> JourneyFile:
    """The journey file that a TOML text is; its entries are of these `kinds`. Raises `InvalidFile`."""
    known = ("schema", "policy", "file", "entry")
    for key in source.data:
        if key not in known:
            raise source.wrong(f"{key!r} is not known in a journey file{nearest(key, known)}", key)
    schema = source.data.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise source.wrong(f"schema = {SCHEMA} is expected, the version of this format", "schema")
    for key in ("policy", "file"):
        if key in source.data and type(source.data[key]) is not str:
            raise source.wrong(f"{key}: a text is expected", key)
    tables = source.data.get("entry", [])
    if type(tables) is not list or not all(type(table) is dict for table in tables):
        raise source.wrong("entries are written [[entry]]", "entry")
    entries = tuple(_file_entry(source, number, table, kinds) for number, table in enumerate(tables))
    seen: dict[tuple[str, str], FileEntry] = {}
    for one in entries:
        other = seen.setdefault((one.journey, one.id), one)
        if other is not one:
            reason = f"the id {one.id!r} is used twice on journey {one.journey!r}, first on line {other.line}"
            raise type(source.wrong(""))(source.file, one.line, reason)
    return JourneyFile(source, source.data.get("policy"), entries)


def _file_entry(source: Source, number: int, table: Mapping[str, Any], kinds: Kinds) -> FileEntry:
    path = ("entry", number)
    file = source.data.get("file")
    if "id" not in table and file is None:
        raise source.wrong('the entry has no id: give it one, or name the file with file = "…"', *path)
    amends = "corrects" in table or table.get("kind") == EntryWithdrawn.declares.name
    if "at" not in table and not amends:
        raise source.wrong("at is missing: when did it happen, or when was it decided?", *path)
    journey, entry = homed(source, path, table, kinds=kinds)
    return FileEntry(
        line=source.line(*path) or 1,
        journey=journey,
        entry=entry,
        by=beside(source, path, table, "by", accept_party),
        at=beside(source, path, table, "at", accept_moment) if "at" in table else None,
        id=beside(source, path, {"id": f"{file}#{number + 1}", **table}, "id", accept_id),
    )


def homed(
    source: Source,
    path: tuple[str | int, ...],
    table: Mapping[str, Any],
    *,
    kinds: Kinds,
    besides: tuple[str, ...] = BESIDE,
) -> tuple[str, Entry]:
    """The home that a table writes an entry for, and the entry. Raises `InvalidFile`."""
    if not is_of_a_coach(table, kinds):
        journey = beside(source, path, table, "journey", accept_id)
        return journey, entry_of(source, path, table, kinds=kinds, besides=besides)
    if "journey" in table:
        raise source.wrong("journey: what is about a coach stands on no journey; leave it out", *path, "journey")
    coach = beside(source, path, table, "coach", accept_coach)
    return coach, entry_of(source, path, table, kinds=kinds, besides=(*besides, "coach"))


def is_of_a_coach(table: Mapping[str, Any], kinds: Kinds) -> bool:
    """Whether a table writes an entry of a coach's own record."""
    name = table.get("kind")
    kind = kinds.get(name) if type(name) is str else None
    if kind is None:
        return False
    if kind.declares.stands_anywhere:
        return "journey" not in table and "coach" in table
    return kind.declares.is_of_a_coach


def beside(source: Source, path: tuple[str | int, ...], table: Mapping[str, Any], name: str, accept: Any) -> Any:
    """What stands beside an entry under `name`. Raises `InvalidFile`."""
    if name not in table:
        raise source.wrong(f"{name} is missing", *path)
    try:
        return accept(table[name])
    except (ValueError, OverflowError) as error:
        raise source.wrong(f"{name} = {as_written(table[name])}: {error}", *path, name) from None


def entry_of(
    source: Source, path: tuple[str | int, ...], table: Mapping[str, Any], *, kinds: Kinds, besides: tuple[str, ...]
) -> Entry:
    """The entry that a table writes, an amendment too. Raises `InvalidFile`, naming the line of the field."""
    fields = {key: value for key, value in table.items() if key not in besides}
    try:
        if table.get("kind") == EntryWithdrawn.declares.name:
            _only(fields, ("target", "why", "whole"))
            whole = _taken({"whole": False, **fields}, "whole", accept_flag)
            return EntryWithdrawn(_taken(fields, "target", accept_id), _taken(fields, "why", accept_words), whole)
        if "corrects" in fields:
            target, why = _taken(fields, "corrects", accept_id), _taken(fields, "why", accept_words)
            values = {key: value for key, value in fields.items() if key not in ("corrects", "why")}
            return EntryCorrected(target, made(kind_named(table.get("kind"), kinds=kinds), values), why)
        return made(kind_named(table.get("kind"), kinds=kinds), fields)
    except InvalidEntry as error:
        raise source.wrong(str(error), *path, error.field) from None
    except ValueError as error:
        raise source.wrong(str(error), *path) from None


def _only(fields: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name, value in fields.items():
        if name not in known:
            raise InvalidEntry("entry-withdrawn", name, value, f"there is no such field{nearest(name, known)}")


def _taken(fields: Mapping[str, Any], name: str, accept: Callable[[Any], T]) -> T:
    if name not in fields:
        raise ValueError(f"{name} is missing: which record is amended, and why?")
    try:
        return accept(fields[name])
    except ValueError as error:
        raise InvalidEntry("amendment", name, fields[name], str(error)) from None
