"""Naming an entry in a line, for staff and for the learner."""

from datetime import date, datetime, tzinfo
from typing import Final

from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.kinds import Entry, FieldClass
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, SafetyTalkedAbout
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.record.home import Home
from iagcore.record.records import UnreadEntry


def in_words(kind: type[Entry]) -> str:
    """A kind in words: `ConversationBooked` is "conversation booked"."""
    return kind.declares.name.replace("-", " ")


def _capitalised(name: str) -> str:
    return name.replace("-", " ").capitalize()


def title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for staff: its kind, and its fields that are no free text."""
    if isinstance(entry, EntryCorrected | EntryWithdrawn):
        replacement = f" by {title(entry.entry, zone)}" if isinstance(entry, EntryCorrected) else ""
        return f"{in_words(type(entry))}: {entry.target}{replacement}"
    fields = [field for field in entry.declares.fields if field.type.field_class in TITLED]
    shown = (_shown(getattr(entry, field.name), zone, unit=UNITS.get(field.type.name, "{}")) for field in fields)
    return ", ".join([in_words(type(entry)), *filter(None, shown)])


def plain_title(entry: Entry, zone: tzinfo) -> str:
    """An entry in a line for the learner: its kind, and when, where it has a time."""
    name = entry.declares.name
    words = PLAIN_TITLES.get(name, _capitalised(name))
    starts_at = getattr(entry, "starts_at", None)
    return words if starts_at is None else f"{words} ({_shown(starts_at, zone)})"


def briefly(entry: Entry, home: Home, zone: tzinfo) -> str:
    """An entry in a few words: its kind, and which, when and how long where it says so; never anybody's words."""
    if isinstance(entry, UnreadEntry):
        return _capitalised(entry.kind)
    words = _capitalised(entry.declares.name)
    if isinstance(entry, SAID_IN_CONFIDENCE):
        return words
    if isinstance(entry, EntryCorrected | EntryWithdrawn):
        place = home.stack_of(entry.target)
        return words if place is None else f"{words}, of: {briefly(place.original, home, zone)}"
    ids = (getattr(entry, field.name) for field in entry.declares.fields if field.type.name == "id")
    said = [*([first] if type(first := next(ids, None)) is str else [])]
    if (starts_at := getattr(entry, "starts_at", None)) is not None:
        said.append(_shown(starts_at, zone))
    if (minutes := getattr(entry, "minutes", None)) is not None:
        said.append(f"{minutes} minutes")
    return f"{words}: {', '.join(said)}" if said else words


SAID_IN_CONFIDENCE: Final = (
    ConcernRaised,
    ConcernEscalated,
    ConcernClosed,
    SafetyTalkedAbout,
    DiaryWritten,
    DiaryShared,
    DiaryUnshared,
    RecordAnnotated,
)
"""The kinds that are named by their kind alone, and the reason for putting them right is their author's."""

PLAIN_TITLES: Final = {
    # a concern is not told to whom it may be about; what anybody hears is true of whoever spoke
    "concern-raised": "What was said",
    "breach-authorised": "A lead's word on the record",
    "conversation-missed": "A conversation that did not take place",
    # where somebody's safety is the matter, a disclosure is something else
    "disclosure-made": "Showing something of your record",
    "entry-corrected": "A correction",
    "entry-withdrawn": "Taking something back",
    "learner-left": "Your leaving",
}
"""Kinds whose name reads oddly to a learner."""

TITLED: Final = (FieldClass.IDENTIFIER, FieldClass.PLAIN)
"""The classes of field that a title shows."""


UNITS: Final = {"minutes": "{} minutes", "age": "{} years attested", "commitment": "commitment {} of 10"}
"""How a title says a number."""


def _shown(value: object, zone: tzinfo, *, unit: str = "{}") -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%d %b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d %b %Y}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool) or value is None:
        return ""
    return unit.format(value)
