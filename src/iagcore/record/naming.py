"""Naming an entry in a line, for staff and for the learner."""

from datetime import date, datetime, tzinfo
from typing import Final

from iagcore.practice.amendments import Amendment, EntryCorrected, RecordAnnotated
from iagcore.practice.kinds import Entry, FieldClass
from iagcore.practice.times import clock
from iagcore.record.home import Home
from iagcore.record.records import UnreadEntry


def in_words(kind: type[Entry]) -> str:
    """A kind in words: `ConversationBooked` is "conversation booked"."""
    return _unprefixed(kind.declares.name)


def _capitalised(name: str) -> str:
    return _unprefixed(name).capitalize()


def _unprefixed(name: str) -> str:
    return name.rpartition("/")[2].replace("-", " ")


def title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for staff: its kind, and its fields that are no free text."""
    if isinstance(entry, Amendment):
        replacement = f" by {title(entry.entry, zone)}" if isinstance(entry, EntryCorrected) else ""
        return f"{in_words(type(entry))}: {entry.target}{replacement}"
    fields = [field for field in entry.declares.fields if field.type.field_class in TITLED]
    shown = (_shown(getattr(entry, field.name), zone, unit=UNITS.get(field.type.name, "{}")) for field in fields)
    return ", ".join([in_words(type(entry)), *filter(None, shown)])


def plain_title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for the learner: its kind, and when, where it has a time."""
    words = entry.declares.plain or _capitalised(entry.declares.name)
    starts_at = getattr(entry, "starts_at", None)
    return words if starts_at is None else f"{words} ({_shown(starts_at, zone)})"


def is_named_by_its_kind_alone(entry: Entry) -> bool:
    """What is in confidence, of a diary, or a note; the reason for putting it right is its author's."""
    kind = entry.declares
    return kind.in_confidence in (True, None) or kind.touches("diary") or isinstance(entry, RecordAnnotated)


def briefly(entry: Entry, home: Home, zone: tzinfo) -> str:
    """An entry in a few words: its kind, and which, when and how long where it says so; never anybody's words."""
    if isinstance(entry, UnreadEntry):
        return _capitalised(entry.kind)
    words = _capitalised(entry.declares.name)
    if is_named_by_its_kind_alone(entry):
        return words
    if isinstance(entry, Amendment):
        place = home.stack_of(entry.target)
        return words if place is None else f"{words}, of: {briefly(place.original, home, zone)}"
    ids = (getattr(entry, field.name) for field in entry.declares.fields if field.type.name == "id")
    said = [*([first] if type(first := next(ids, None)) is str else [])]
    if (starts_at := getattr(entry, "starts_at", None)) is not None:
        said.append(_shown(starts_at, zone))
    if (minutes := getattr(entry, "minutes", None)) is not None:
        said.append(f"{minutes} minutes")
    return f"{words}: {', '.join(said)}" if said else words


TITLED: Final = (FieldClass.IDENTIFIER, FieldClass.PLAIN)
"""The classes of field that a title shows."""


UNITS: Final = {"minutes": "{} minutes", "age": "{} years attested", "commitment": "commitment {} of 10"}
"""How a title says a number."""


def _shown(value: object, zone: tzinfo, *, unit: str = "{}") -> str:
    if isinstance(value, datetime):
        return clock(value, zone)
    if isinstance(value, date):
        return f"{value:%d %b %Y}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool) or value is None:
        return ""
    return unit.format(value)
