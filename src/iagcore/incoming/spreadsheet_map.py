"""What a spreadsheet of past sessions means: its columns, formats and words, as a college writes them down in TOML.

    schema = 1
    by = "lead:jo"                  # who puts it on the record
    zone = "Europe/London"
    journey = "{learner}-autumn"    # or one by one, under [journeys]

    [columns]
    learner = "Learner no"
    date = "Date"
    …

    [formats]
    date = "%d/%m/%Y"

    [attended]
    Y = "held"
    DNA = { outcome = "missed", fault = "learner-unexcused" }

A map is read and checked whole before a row is looked at. What it does not say is not guessed: a cell that could mean
two things is set aside (`past_sessions`).
"""

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from iagcore.exceptions import nearest
from iagcore.policy.policies import zone_named
from iagcore.practice.conversations import FAULTS
from iagcore.practice.kinds import accept_coach, accept_flag, accept_id, accept_learner, accept_party
from iagcore.practice.parties import role_of
from iagcore.toml_source import Source

T = TypeVar("T")

SCHEMA: Final = 1
ENCODINGS: Final = ("utf-8", "cp1252", "iso-8859-1")
DELIMITERS: Final = (",", ";", "\t", "|")
LEARNER: Final = "{learner}"

HELD: Final = "held"
MISSED: Final = "missed"
CANCELLED: Final = "cancelled"
LEFT_OUT: Final = "leave out"
OUTCOMES: Final = (HELD, MISSED, CANCELLED, LEFT_OUT)

COLUMNS: Final = (
    "learner",
    "date",
    "time",
    "minutes",
    "coach",
    "attended",
    "fault",
    "notes",
    "session",
    "started",
    "age",
)
SAID_ALWAYS: Final = ("time", "minutes", "coach", "attended", "one_to_one", "in_private")
"""What `[always]` may say of every row."""
TOP: Final = (
    "schema",
    "policy",
    "by",
    "zone",
    "encoding",
    "delimiter",
    "journey",
    "columns",
    "formats",
    "always",
    "journeys",
    "coaches",
    "attended",
    "fault",
    "start",
)
DIRECTIVES: Final = ("%d", "%m", "%Y", "%y", "%b", "%B", "%H", "%M", "%S", "%I", "%p", "%z")


@attrs.frozen
class Attended:
    """What a word in the column `attended` means; `fault` is None where another column says it, or nobody does."""

    outcome: str
    fault: str | None = None


@attrs.frozen
class Start:
    """How a journey is started where a row says when: on which programme, and as which learner."""

    programme: str
    learner: str


@attrs.frozen(kw_only=True)
class SpreadsheetMap:
    """A map that was read and checked whole.

    Attributes: `columns` (from what is asked to the heading it has); `date`, `time`, `started` and `minutes` (formats;
    None where the map is silent); `century` (of a two-digit year); `always` (what is said of every row); `journey` (a
    pattern); `journeys`, `coaches`, `attended` and `fault` (from what a cell says to what it means).
    """

    file: str
    policy: str | None
    by: str
    zone: tzinfo
    encoding: str
    delimiter: str
    columns: Mapping[str, str]
    date: str | None
    time: str | None
    started: str | None
    minutes: str
    century: int | None
    always: Mapping[str, Any]
    journeys: Mapping[str, str]
    journey: str | None
    coaches: Mapping[str, str]
    attended: Mapping[str, Attended]
    fault: Mapping[str, str]
    start: Start | None
    source: Source = attrs.field(repr=False, eq=False)

    @property
    def name(self) -> str:
        """The name of its file, without the folders before it."""
        return Path(self.file).name


def read_spreadsheet_map(path: str | PathLike[str]) -> SpreadsheetMap:
    """Read a map. Raises `InvalidFile`, naming the file, the line and the nearest known name."""
    return parse_spreadsheet_map(Source.read(path))


def parse_spreadsheet_map(source: Source) -> SpreadsheetMap:
    """The map that a TOML text is. Raises `InvalidFile`."""
    reading = _Reading(source)
    reading.known(source.data, TOP)
    schema = source.data.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise source.wrong(f"schema = {SCHEMA} is expected, the version of this format", "schema")
    columns = reading.columns()
    always = reading.always()
    date, time, minutes, century = reading.formats()
    if date is not None and has_a_time(date) and (name := "time") in {**columns, **always}:
        reason = "the format of the date has a time in it already: leave one of the two out"
        raise source.wrong(reason, "columns" if name in columns else "always", name)
    for name in ("date", "time", "minutes", "coach", "attended"):
        if name not in columns and name not in always and not (name == "time" and date and has_a_time(date)):
            may_be = f", or say it of every row under [always]: {name} = …" if name in SAID_ALWAYS else ""
            raise source.wrong(f"no column is named for {name}: name it under [columns]{may_be}", "columns")
    journeys = reading.table("journeys", accept_id)
    pattern = reading.pattern("journey", accept_id)
    if not journeys and pattern is None:
        reason = 'say which journey a learner\'s sessions belong to: journey = "{learner}-…", or one by one: [journeys]'
        raise source.wrong(reason)
    attended = reading.table("attended", _attended)
    if "attended" in columns and not attended:
        raise source.wrong(
            'say what the words of the column mean: [attended], such as Y = "held"', "columns", "attended"
        )
    return SpreadsheetMap(
        file=source.file,
        policy=reading.optional("policy", _text),
        by=reading.wanted("by", _staff),
        zone=reading.wanted("zone", zone_named),
        encoding=reading.optional("encoding", _one_of(ENCODINGS)) or ENCODINGS[0],
        delimiter=reading.optional("delimiter", _one_of(DELIMITERS)) or DELIMITERS[0],
        columns=columns,
        date=date,
        time=time,
        started=reading.date_format("started"),
        minutes=minutes,
        century=century,
        always=always,
        journeys=journeys,
        journey=pattern,
        coaches=reading.table("coaches", accept_coach),
        attended=attended,
        fault=reading.table("fault", _one_of(FAULTS)),
        start=reading.start(columns),
        source=source,
    )


class _Reading:
    """One reading of a map; whatever is wrong is told with its line."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def known(self, table: Mapping[str, Any], names: tuple[str, ...], *path: str) -> None:
        for name in table:
            if name not in names:
                where = f"under [{'.'.join(path)}]" if path else "in a map"
                raise self._source.wrong(f"{name!r} is not known {where}{nearest(name, names)}", *path, name)

    def section(self, name: str) -> Mapping[str, Any]:
        found = self._source.data.get(name, {})
        if type(found) is not dict:
            raise self._source.wrong(f"{name} is a section, written [{name}]", name)
        return found

    def accepted(self, value: Any, accept: Callable[[Any], T], *path: str) -> T:
        try:
            return accept(value)
        except ValueError as error:
            raise self._source.wrong(f"{path[-1]} = {value!r}: {error}", *path) from None

    def wanted(self, name: str, accept: Callable[[Any], T]) -> T:
        if name not in self._source.data:
            raise self._source.wrong(f"{name} is missing")
        return self.accepted(self._source.data[name], accept, name)

    def optional(self, name: str, accept: Callable[[Any], T]) -> T | None:
        return self.wanted(name, accept) if name in self._source.data else None

    def table(self, name: str, accept: Callable[[Any], T]) -> dict[str, T]:
        return {word.strip(): self.accepted(value, accept, name, word) for word, value in self.section(name).items()}

    def pattern(self, name: str, accept: Callable[[Any], str], *path: str) -> str | None:
        """A text in which the learner's number is put; None where there is none."""
        table = self.section(path[0]) if path else self._source.data
        if name not in table:
            return None
        text = self.accepted(table[name], accept, *path, name)
        if LEARNER not in text or re.search(r"[{}]", text.replace(LEARNER, "")):
            raise self._source.wrong(
                f"{name} = {text!r}: it has to have {LEARNER} in it, and no other braces", *path, name
            )
        return text

    def columns(self) -> dict[str, str]:
        section = self.section("columns")
        self.known(section, COLUMNS, "columns")
        found = {name: self.accepted(heading, _text, "columns", name) for name, heading in section.items()}
        if "learner" not in found:
            raise self._source.wrong("no column is named for learner: name it under [columns]", "columns")
        for name, heading in found.items():
            other = next(one for one, its in found.items() if its == heading)
            if other != name:
                raise self._source.wrong(f"{name} and {other} are the same column, {heading!r}", "columns", name)
        return found

    def always(self) -> dict[str, Any]:
        section = self.section("always")
        self.known(section, SAID_ALWAYS, "always")
        accepts: dict[str, Callable[[Any], Any]] = {
            "coach": accept_coach,
            "attended": _attended,
            "one_to_one": accept_flag,
            "in_private": accept_flag,
        }
        for name in section:
            if name in self.section("columns"):
                raise self._source.wrong(f"{name} has a column of its own: leave one of the two out", "always", name)
        return {name: self.accepted(value, accepts.get(name, _text), "always", name) for name, value in section.items()}

    def formats(self) -> tuple[str | None, str | None, str, int | None]:
        section = self.section("formats")
        self.known(section, ("date", "time", "started", "minutes", "century"), "formats")
        date = self.date_format("date")
        time = self.accepted(section["time"], _time_format, "formats", "time") if "time" in section else None
        minutes = self.accepted(section.get("minutes", "#"), _minutes_format, "formats", "minutes")
        century = section.get("century")
        if century is not None and (type(century) is not int or century % 100 or not 1900 <= century <= 2900):
            raise self._source.wrong(
                f"century = {century!r}: a century is expected, such as 2000", "formats", "century"
            )
        if date is not None and ("%y" in date) != (century is not None):
            reason = (
                "a year of two digits says no century: add century = 2000 under [formats]"
                if century is None
                else "century goes with a year of two digits, %y, which the format of the date does not have"
            )
            raise self._source.wrong(reason, "formats", "date" if century is None else "century")
        return date, time, minutes, century

    def date_format(self, name: str) -> str | None:
        section = self.section("formats")
        return self.accepted(section[name], _date_format, "formats", name) if name in section else None

    def start(self, columns: Mapping[str, str]) -> Start | None:
        if "start" not in self._source.data:
            if name := next((one for one in ("started", "age") if one in columns), None):
                reason = f"{name} is about how a journey starts: say on which programme, under [start]"
                raise self._source.wrong(reason, "columns", name)
            return None
        section = self.section("start")
        self.known(section, ("programme", "learner"), "start")
        if "started" not in columns:
            raise self._source.wrong(
                "name the column that says when a journey started: started, under [columns]", "start"
            )
        for name in ("programme", "learner"):
            if name not in section:
                raise self._source.wrong(f"{name} is missing", "start")
        programme = self.accepted(section["programme"], accept_id, "start", "programme")
        learner = self.pattern("learner", accept_learner, "start")
        return Start(programme, str(learner))


def has_a_time(date: str) -> bool:
    """Whether the format of a date says the time of day as well."""
    return "%H" in date or "%I" in date


def _text(value: Any) -> str:
    if type(value) is not str or not value.strip():
        raise ValueError("a text is expected")
    return value.strip()


def _staff(value: Any) -> str:
    party = accept_party(value)
    if role_of(party) not in ("lead", "coach"):
        raise ValueError("a lead or a coach puts past sessions on the record")
    return party


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def accept(value: Any) -> str:
        if value not in words:
            near = nearest(value, words) if type(value) is str else ""
            raise ValueError(f"one of {', '.join(map(repr, words))} is expected{near}")
        return str(value)

    return accept


def _attended(value: Any) -> Attended:
    if type(value) is not dict:
        return Attended(_one_of(OUTCOMES)(value))
    for name in value:
        if name not in ("outcome", "fault"):
            raise ValueError(f"{name!r} is not known here{nearest(name, ('outcome', 'fault'))}")
    outcome = _one_of(OUTCOMES)(value.get("outcome"))
    if "fault" not in value:
        return Attended(outcome)
    if outcome not in (MISSED, CANCELLED):
        raise ValueError(f"a fault goes with {MISSED} and {CANCELLED}, not with {outcome}")
    return Attended(outcome, _one_of(FAULTS)(value["fault"]))


def _format(value: Any, *, whole: tuple[tuple[str, ...], ...]) -> str:
    text = _text(value)
    found = re.findall(r"%.?", text)
    for one in found:
        if one not in DIRECTIVES:
            raise ValueError(f"{one} is not known here; these are: {', '.join(DIRECTIVES)}")
    for choices in whole:
        if len([one for one in found if one in choices]) != 1:
            raise ValueError(f"{' or '.join(choices)} is expected in it, once")
    return text


def _date_format(value: Any) -> str:
    return _format(value, whole=(("%d",), ("%m", "%b", "%B"), ("%Y", "%y")))


def _time_format(value: Any) -> str:
    text = _format(value, whole=(("%H", "%I"), ("%M",)))
    if ("%I" in text) != ("%p" in text):
        raise ValueError("an hour of twelve, %I, goes with am or pm, %p")
    if any(one in text for one in ("%d", "%m", "%b", "%B", "%Y", "%y")):
        raise ValueError("a date is no part of it: that is the format of the date")
    return text


def _minutes_format(value: Any) -> str:
    text = _text(value)
    if text != "#:##" and (text.count("#") != 1 or re.search("[0-9]", text)):
        raise ValueError("# stands for the number, as in '# mins'; #:## for hours and minutes")
    return text
