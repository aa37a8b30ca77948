"""Past sessions from a spreadsheet: each row becomes late facts, or is set aside with its reason.

A row is read by a map (`spreadsheet_map`), and by nothing else: a date that could be two days, a year of two digits, a
number with a unit, a coach whom the map does not know, a blank where something has to stand, a time that the clocks
made twice: each is set aside, with the column, the value and how to mend it, unless the map says what it means.

What a row says becomes a conversation that was held, missed or cancelled, at the time it began, and a note beside it
where it has notes. Its id is made of the day and time, or of what the column `session` says, so that a row that is read
again is the same record. Rows are read one by one, so a file may be of any length.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from iagcore.exceptions import InvalidEntry, InvalidFile, nearest
from iagcore.incoming.spreadsheet_map import CANCELLED, HELD, LEARNER, LEFT_OUT, Attended, SpreadsheetMap, has_a_time
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.conversations import ConversationCancelled, ConversationHeld, ConversationMissed
from iagcore.practice.kinds import Entry, accept_id, accept_moment
from iagcore.practice.learners import JourneyStarted

T = TypeVar("T")

ISO_DAY: Final = "%Y-%m-%d"
"""How a day is written where the map does not say."""
PREFIX: Final = "past "
"""What the ids of imported conversations begin with, so that they meet no id that somebody else gave."""
NOTES_OF_A_REPORT: Final = ("set aside: row", "set aside: column", "set aside: why")
"""The columns that a report of rows set aside has beside the file's own; they are passed over when it is read."""


@attrs.frozen(kw_only=True)
class PastSession:
    """A row that became facts: on which journey, when, made by whom, under which id; and the start, where it says so.

    `cells` are the row's own; `start` is None where the row does not say when the journey started.
    """

    row: int
    cells: tuple[str, ...]
    journey: str
    facts: tuple[Entry, ...]
    at: datetime
    id: str
    start: tuple[JourneyStarted, datetime] | None

    @property
    def first(self) -> str:
        """The id of its first fact."""
        return f"{self.id}#1"


@attrs.frozen
class LeftOut:
    """A row that the map says to leave out."""

    row: int


@attrs.frozen(kw_only=True)
class SetAside:
    """A row that cannot be recorded as it is: the column and the value that are why, and how to mend it.

    `column` is empty where it is about the row as a whole; `value` is None where it is not to be shown.
    """

    row: int
    cells: tuple[str, ...]
    column: str
    value: str | None
    why: str

    def __str__(self) -> str:
        """As it is printed."""
        shown = "(not shown)" if self.value is None else repr(self.value)
        if len(shown) > 80:
            shown = shown[:77] + "..."
        where = f"row {self.row}, {self.column} = {shown}" if self.column else f"row {self.row}"
        return f"{where}: {self.why}"


class _Aside(Exception):
    def __init__(self, asked: str, value: str | None, why: str) -> None:
        self.asked, self.value, self.why = asked, value, why
        super().__init__(why)


class Sessions:
    """The rows of one file, read by a map. `heading` is its first row, without the notes of a report."""

    def __init__(self, path: str | PathLike[str], by: SpreadsheetMap) -> None:
        self._path, self._map = Path(path), by
        self.file = str(path)
        self.heading: tuple[str, ...] = ()
        self._columns: dict[str, int] = {}
        self._width = 0

    def __iter__(self) -> Iterator[PastSession | LeftOut | SetAside]:
        """Each row in its order; a row of blank cells alone is passed over.

        Raises `InvalidFile` where the file cannot be read, its heading is not what the map says, or a quote does not
        close: what comes after that cannot be told apart.
        """
        encoding = "utf-8-sig" if self._map.encoding == "utf-8" else self._map.encoding
        try:
            # what is not of the encoding stays recognisable, so that one row is set aside for it and not the file
            with self._path.open(encoding=encoding, errors="surrogateescape", newline="") as opened:
                yield from self._rows(csv.reader(opened, delimiter=self._map.delimiter, strict=True))
        except OSError as error:
            raise InvalidFile(self.file, None, f"it cannot be read: {error.strerror}") from None

    def _rows(self, reader: Any) -> Iterator[PastSession | LeftOut | SetAside]:
        row = 0
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                reason = (
                    f"the quotes do not close here ({error}), and nothing from this line on was read: mend it, and "
                    "import the file again (nothing is recorded twice)"
                )
                raise InvalidFile(self.file, line, reason) from None
            if cells is None:
                break
            row += 1
            if row == 1:
                self._read_heading(cells)
            elif any(cell.strip() for cell in cells):
                yield self._row(row, tuple(cells))
        if not row:
            raise InvalidFile(self.file, None, "it is empty: a heading and rows are expected")

    def _read_heading(self, cells: Sequence[str]) -> None:
        heading = [cell.strip() for cell in cells]
        self._width = len(heading)
        if not _is_text("".join(heading)):
            raise InvalidFile(self.file, 1, f"the heading is not {self._map.encoding}: {self._say_encoding()}")
        for asked, name in self._map.columns.items():
            if name not in heading:
                hint = nearest(name, heading)
                if not hint and len(heading) == 1:
                    hint = "; it has one column alone: does another delimiter stand between the cells?"
                reason = f"{asked} = {name!r}: {self.file} has no such column{hint}"
                raise self._map.source.wrong(reason, "columns", asked)
            if heading.count(name) > 1:
                raise InvalidFile(self.file, 1, f"two columns are called {name!r}: give each a name of its own")
            self._columns[asked] = heading.index(name)
        own = self._width - len(NOTES_OF_A_REPORT)
        self.heading = tuple(cells[:own] if tuple(heading[own:]) == NOTES_OF_A_REPORT else cells)

    def _say_encoding(self) -> str:
        return f'save it as UTF-8, or say its encoding in {self._map.name}, such as encoding = "cp1252"'

    def _row(self, row: int, cells: tuple[str, ...]) -> PastSession | LeftOut | SetAside:
        own = cells[: len(self.heading)] if len(cells) == self._width else cells
        try:
            if len(cells) != self._width:
                cells_of = f"{len(cells)} cells stand where the heading has {self._width}"
                raise _Aside("", "", f"{cells_of}: is something in it that should be in quotes?")
            return self._session(row, own, {asked: cells[place].strip() for asked, place in self._columns.items()})
        except _Aside as aside:
            column = self._map.columns.get(aside.asked, aside.asked)
            return SetAside(row=row, cells=own, column=column, value=aside.value, why=aside.why)

    def _session(self, row: int, own: tuple[str, ...], said: dict[str, str]) -> PastSession | LeftOut:
        for asked, cell in said.items():
            if not _is_text(cell):
                raise _Aside(asked, cell, f"it is not {self._map.encoding}: {self._say_encoding()}")
        said.update({asked: value for asked, value in self._map.always.items() if type(value) is str})
        attended = self._attended(said)
        if attended.outcome == LEFT_OUT:
            return LeftOut(row)
        journey = self._journey(said)
        at = self._moment(said["date"], said.get("time"))
        local = at.astimezone(self._map.zone)
        key = said.get("session") or f"{local:%Y-%m-%d %H:%M}"
        if "session" in said and not said["session"]:
            raise _Aside("session", "", "it is blank: each row needs what tells it from the learner's others")
        id = _made("session" if "session" in said else "date", key, lambda: accept_id(f"{PREFIX}{key}"))
        facts = [self._outcome(attended, said, id)]
        if said.get("notes"):
            record, words = f"{id}#1", said["notes"]
            facts.append(_made("notes", None, lambda: RecordAnnotated(record=record, words=words)))
        return PastSession(
            row=row, cells=own, journey=journey, facts=tuple(facts), at=at, id=id, start=self._start(said)
        )

    def _attended(self, said: dict[str, str]) -> Attended:
        always = self._map.always.get("attended")
        if always is not None:
            return Attended(always.outcome, always.fault)
        return self._meaning("attended", said["attended"], "attended", self._map.attended)

    def _meaning(self, asked: str, cell: str, section: str, meanings: Mapping[str, T]) -> T:
        if cell in meanings:
            return meanings[cell]
        what = "it is blank" if not cell else "the map does not say what it means"
        raise _Aside(
            asked,
            cell,
            f"{what}{nearest(cell, meanings)}: mend it, or say what it means in {self._map.name}, [{section}]",
        )

    def _journey(self, said: dict[str, str]) -> str:
        learner = said["learner"]
        if not learner:
            raise _Aside("learner", "", "it is blank: whose session was it?")
        if learner in self._map.journeys:
            return self._map.journeys[learner]
        pattern = self._map.journey
        if pattern is None:
            near = nearest(learner, self._map.journeys)
            raise _Aside(
                "learner", learner, f"no journey is named for it{near}: add it in {self._map.name}, [journeys]"
            )
        return _made("learner", learner, lambda: accept_id(pattern.replace(LEARNER, learner)))

    def _moment(self, date: str, time: str | None) -> datetime:
        wanted = self._map.date or ISO_DAY
        read = self._read_day(date, wanted)
        if time is None or has_a_time(wanted):
            return self._in_zone("date", date, read)
        clock = self._map.time or "%H:%M"
        try:
            spoken = datetime.strptime(time, clock)  # noqa: DTZ007 - its zone is the map's, or in the format
        except ValueError:
            spelt = "it is blank" if not time else f"a time is expected as {clock}"
            raise _Aside("time", time, f"{spelt}: mend it, or say its format in {self._map.name}, [formats]") from None
        return self._in_zone("time", time, datetime.combine(read.date(), spoken.timetz()))

    def _read_day(self, cell: str, wanted: str) -> datetime:
        try:
            read = datetime.strptime(cell, wanted)  # noqa: DTZ007 - its zone is the map's, or in the format
        except ValueError:
            raise _Aside("date", cell, self._what_of_the_date(cell, wanted)) from None
        if self._map.century is not None:
            read = read.replace(year=self._map.century + read.year % 100)
        return read

    def _what_of_the_date(self, cell: str, wanted: str) -> str:
        if not cell:
            return "it is blank: on what day was it?"
        if self._map.date is None and re.fullmatch(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}", cell):
            return (
                f"it could be read as more than one day: say which comes first in {self._map.name}, [formats], "
                'such as date = "%d/%m/%Y"'
            )
        if "%Y" in wanted and re.fullmatch(r".*[/. -][0-9]{2}", cell) and not re.search("[0-9]{4}", cell):
            return f"a date is expected as {wanted}, and the year of this one has two digits: write all four"
        return f"a date is expected as {wanted}: mend it, or say its format in {self._map.name}, [formats]"

    def _in_zone(self, asked: str, cell: str, read: datetime) -> datetime:
        local = read if read.tzinfo is not None else read.replace(tzinfo=self._map.zone)
        try:
            moment = accept_moment(local)
        except (OverflowError, ValueError) as error:
            raise _Aside(asked, cell, str(error)) from None
        if read.tzinfo is None and local.replace(fold=1).utcoffset() != local.utcoffset():
            why = "the clocks went back, and it came twice on that day: say which, in a format with %z"
            raise _Aside(asked, cell, why)
        return moment

    def _outcome(self, attended: Attended, said: dict[str, str], id: str) -> Entry:
        if attended.outcome == HELD:
            coach = said["coach"]
            if "coach" in self._map.columns:
                coach = self._meaning("coach", coach, "coaches", self._map.coaches)
            minutes = self._minutes(said["minutes"])
            flags = {name: self._map.always[name] for name in ("one_to_one", "in_private") if name in self._map.always}
            return _made(
                "minutes",
                said["minutes"],
                lambda: ConversationHeld(conversation=id, coach=coach, minutes=minutes, **flags),
            )
        fault = attended.fault or self._fault(said)
        kind = ConversationCancelled if attended.outcome == CANCELLED else ConversationMissed
        return kind(conversation=id, fault=fault)

    def _fault(self, said: dict[str, str]) -> str:
        if "fault" not in said:
            asked = "attended" if "attended" in said else ""
            why = f"where it lay is not said: add a column for it, or its fault in {self._map.name}, [attended]"
            raise _Aside(asked, said.get(asked, ""), why)
        return self._meaning("fault", said["fault"], "fault", self._map.fault)

    def _minutes(self, cell: str) -> int:
        wanted = self._map.minutes
        if not cell:
            raise _Aside("minutes", "", "it is blank: how many minutes was it?")
        if wanted == "#:##":
            parts = re.fullmatch(r"([0-9]{1,3}):([0-5][0-9])", cell)
            if parts:
                return int(parts[1]) * 60 + int(parts[2])
        else:
            number = re.fullmatch("([0-9]{1,6})".join(map(re.escape, wanted.split("#"))), cell)
            if number:
                return int(number[1])
        why = "whole minutes are expected" if wanted == "#" else f"minutes are expected as {wanted}"
        raise _Aside("minutes", cell, f"{why}: mend it, or say how they are written in {self._map.name}, [formats]")

    def _start(self, said: dict[str, str]) -> tuple[JourneyStarted, datetime] | None:
        start, day = self._map.start, said.get("started")
        if start is None or not day:
            return None
        try:
            read = self._read_day(day, self._map.started or self._map.date or ISO_DAY)
        except _Aside as aside:
            raise _Aside("started", day, aside.why) from None
        age = said.get("age") or None
        if age is not None and not re.fullmatch("[0-9]{1,3}", age):
            raise _Aside("age", age, "a whole number of years is expected: mend it, or leave it blank")
        learner = start.learner.replace(LEARNER, said["learner"])
        begun = _made(
            "learner",
            said["learner"],
            lambda: JourneyStarted(
                learner=learner, programme=start.programme, attests_age=None if age is None else int(age)
            ),
        )
        return begun, self._in_zone("started", day, read)


def _made(asked: str, value: str | None, make: Callable[[], T]) -> T:
    """What `make` makes of a cell; what it finds wrong sets the row aside."""
    try:
        return make()
    except InvalidEntry as error:
        raise _Aside(asked, value, error.reason) from None
    except ValueError as error:
        raise _Aside(asked, value, str(error)) from None


def _is_text(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True
