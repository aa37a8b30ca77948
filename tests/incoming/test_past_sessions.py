"""Past sessions from a spreadsheet: recorded as late facts, or set aside with the reason; nothing is guessed."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.cli import import_csv
from iagcore.exceptions import Conflict, InvalidFile
from iagcore.incoming.past_sessions import LeftOut, PastSession, Sessions, SetAside
from iagcore.incoming.spreadsheet_map import SpreadsheetMap, parse_spreadsheet_map
from iagcore.practice.amendments import RecordAnnotated
from iagcore.practice.conversations import ConversationCancelled, ConversationHeld, ConversationMissed
from iagcore.practice.learners import JourneyStarted
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.trial import TrialJournal
from iagcore.testing.stored_records import COACH, HOME, chain, stored
from iagcore.toml_source import Source
from tests.casework import STARTER, book, casebook, on, opened, start
from tests.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TOP = """schema = 1
by = "lead:jo"
zone = "Europe/London"
journey = "{learner}-autumn"
"""
COLUMNS = """[columns]
learner = "Who"
date = "Date"
time = "Time"
minutes = "Mins"
coach = "Coach"
attended = "Came"
"""
WORDS = """[coaches]
NB = "coach:nina"
[attended]
Y = "held"
"""
HEADING = "Who,Date,Time,Mins,Coach,Came"
ROW = "1,2024-09-09,10:00,60,NB,Y"


def mapped(*, top: str = TOP, columns: str = COLUMNS, formats: str = "", words: str = WORDS) -> str:
    return top + columns + formats + words


def read(text: str) -> SpreadsheetMap:
    return parse_spreadsheet_map(Source.parse(text, file="map.toml"))


def rows(path: Path, lines: str | bytes, text: str | None = None) -> list[PastSession | LeftOut | SetAside]:
    file = path / "sessions.csv"
    file.write_bytes(lines.encode() if isinstance(lines, str) else lines)
    return list(Sessions(file, read(mapped() if text is None else text)))


def only(path: Path, row: str, text: str | None = None, *, heading: str = HEADING) -> PastSession:
    (found,) = rows(path, f"{heading}\n{row}\n", text)
    assert isinstance(found, PastSession)
    return found


def why(path: Path, row: str, text: str | None = None, *, heading: str = HEADING) -> str:
    (found,) = rows(path, f"{heading}\n{row}\n", text)
    assert isinstance(found, SetAside)
    return str(found)


# ---- a row that is clear


def test_a_row_becomes_a_conversation_that_was_held(tmp_path: Path) -> None:
    found = only(tmp_path, ROW)
    assert found == PastSession(
        row=2,
        cells=("1", "2024-09-09", "10:00", "60", "NB", "Y"),
        journey="1-autumn",
        facts=(ConversationHeld(conversation="past 2024-09-09 10:00", coach="coach:nina", minutes=60),),
        at=datetime(2024, 9, 9, 9, 0, tzinfo=UTC),
        id="past 2024-09-09 10:00",
        start=None,
    )
    assert found.first == "past 2024-09-09 10:00#1"


def test_notes_are_a_note_beside_the_record_with_their_lines(tmp_path: Path) -> None:
    text = mapped(columns=COLUMNS + 'notes = "Notes"\n')
    found = only(tmp_path, ROW + ',"one\ntwo, and ""three"""', text, heading=HEADING + ",Notes")
    assert found.facts[1] == RecordAnnotated(record=found.first, words='one\ntwo, and "three"')
    assert len(only(tmp_path, ROW + ", ", text, heading=HEADING + ",Notes").facts) == 1


@pytest.mark.parametrize(
    ("word", "came", "fact"),
    [
        ("DNA", '{ outcome = "missed", fault = "learner-unexcused" }', ConversationMissed),
        ("C", '{ outcome = "cancelled", fault = "provider" }', ConversationCancelled),
    ],
)
def test_what_did_not_take_place_is_recorded_with_where_it_lay(tmp_path: Path, word: str, came: str, fact: Any) -> None:
    text = mapped(words=WORDS + f"{word} = {came}\n")
    fault = "provider" if fact is ConversationCancelled else "learner-unexcused"
    found = only(tmp_path, f"1,2024-09-09,10:00,,,{word}", text)
    assert found.facts == (fact(conversation=found.id, fault=fault),)


def test_where_it_lay_may_be_a_column_of_its_own(tmp_path: Path) -> None:
    text = mapped(columns=COLUMNS + 'fault = "Why"\n', words=WORDS + 'N = "missed"\n[fault]\nus = "provider"\n')
    heading = HEADING + ",Why"
    found = only(tmp_path, "1,2024-09-09,10:00,,,N,us", text, heading=heading)
    assert found.facts == (ConversationMissed(conversation=found.id, fault="provider"),)
    assert why(tmp_path, "1,2024-09-09,10:00,,,N,them", text, heading=heading) == (
        "row 2, Why = 'them': the map does not say what it means: mend it, or say what it means in map.toml, [fault]"
    )


def test_what_is_said_always_needs_no_column(tmp_path: Path) -> None:
    always = (
        '[always]\ntime = "09:30"\nminutes = "45"\ncoach = "coach:omar"\nattended = "held"\none_to_one = true\n'
        "in_private = false\n"
    )
    text = mapped(columns='[columns]\nlearner = "Who"\ndate = "Date"\n', words=always)
    found = only(tmp_path, "1,2024-12-09", text, heading="Who,Date")
    assert found.at == datetime(2024, 12, 9, 9, 30, tzinfo=UTC)
    assert found.facts == (
        ConversationHeld(
            conversation="past 2024-12-09 09:30", coach="coach:omar", minutes=45, one_to_one=True, in_private=False
        ),
    )
    text = mapped(columns='[columns]\nlearner = "Who"\ndate = "Date"\n', words=always.replace('"held"', '"missed"'))
    assert why(tmp_path, "1,2024-12-09", text, heading="Who,Date") == (
        "row 2: where it lay is not said: add a column for it, or its fault in map.toml, [attended]"
    )


def test_a_session_of_its_own_number_goes_by_that(tmp_path: Path) -> None:
    text = mapped(columns=COLUMNS + 'session = "No"\n')
    found = only(tmp_path, ROW + ",17", text, heading=HEADING + ",No")
    assert (found.id, found.first) == ("past 17", "past 17#1")
    assert why(tmp_path, ROW + ",", text, heading=HEADING + ",No") == (
        "row 2, No = '': it is blank: each row needs what tells it from the learner's others"
    )
    assert why(tmp_path, ROW + "," + "x" * 60, text, heading=HEADING + ",No").endswith("at most 64 are kept")


@pytest.mark.parametrize(
    ("formats", "date", "time", "at"),
    [
        ('date = "%d/%m/%Y"', "9/9/2024", "10:00", datetime(2024, 9, 9, 9, 0, tzinfo=UTC)),
        ('date = "%d %b %Y"', "09 Sep 2024", "10:00", datetime(2024, 9, 9, 9, 0, tzinfo=UTC)),
        ('date = "%m/%d/%Y"\ntime = "%I.%M %p"', "12/31/2024", "2.30 pm", datetime(2024, 12, 31, 14, 30, tzinfo=UTC)),
        ('date = "%d/%m/%y"\ncentury = 2000', "31/12/99", "10:00", datetime(2099, 12, 31, 10, 0, tzinfo=UTC)),
        ('time = "%H:%M%z"', "2024-10-27", "01:30+01:00", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_formats_are_as_the_map_says(tmp_path: Path, formats: str, date: str, time: str, at: datetime) -> None:
    found = only(tmp_path, f"1,{date},{time},60,NB,Y", mapped(formats=f"[formats]\n{formats}\n"))
    assert found.at == at


def test_a_date_may_have_its_time_with_it(tmp_path: Path) -> None:
    columns = COLUMNS.replace('time = "Time"\n', "")
    text = mapped(columns=columns, formats='[formats]\ndate = "%d/%m/%Y %H:%M"\n')
    found = only(tmp_path, "1,09/09/2024 10:00,x,60,NB,Y", text)
    assert found.at == datetime(2024, 9, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "cell", "minutes"), [("#", "60", 60), ("# mins", "60 mins", 60), ("#:##", "1:05", 65), ("#.", "5.", 5)]
)
def test_minutes_are_as_the_map_says(tmp_path: Path, written: str, cell: str, minutes: int) -> None:
    found = only(tmp_path, f"1,2024-09-09,10:00,{cell},NB,Y", mapped(formats=f'[formats]\nminutes = "{written}"\n'))
    assert [one.minutes for one in found.facts if isinstance(one, ConversationHeld)] == [minutes]


STARTING = (
    COLUMNS + 'started = "Joined"\nage = "Age"\n',
    WORDS + '[start]\nprogramme = "autumn"\nlearner = "learner:{learner}"\n',
)


def test_a_journey_is_started_where_a_row_says_when(tmp_path: Path) -> None:
    text = mapped(columns=STARTING[0], words=STARTING[1])
    heading = HEADING + ",Joined,Age"
    found = only(tmp_path, ROW + ",2024-09-02,52", text, heading=heading)
    begun = JourneyStarted(learner="learner:1", programme="autumn", attests_age=52)
    assert found.start == (begun, datetime(2024, 9, 1, 23, 0, tzinfo=UTC))
    assert only(tmp_path, ROW + ",,52", text, heading=heading).start is None
    found = only(tmp_path, ROW + ",2024-09-02,", text, heading=heading)
    assert found.start is not None
    assert found.start[0].attests_age is None
    assert why(tmp_path, ROW + ",2024-09-02,about 50", text, heading=heading) == (
        "row 2, Age = 'about 50': a whole number of years is expected: mend it, or leave it blank"
    )
    assert why(tmp_path, ROW + ",02/09/2024,52", text, heading=heading).startswith(
        "row 2, Joined = '02/09/2024': it could be read as more than one day"
    )
    assert why(tmp_path, ROW + ",2024-09-02,200", text, heading=heading) == (
        "row 2, Who = '1': years run from 0 to 130"
    )
    text = mapped(columns=STARTING[0], words=STARTING[1], formats='[formats]\nstarted = "%d.%m.%Y"\n')
    found = only(tmp_path, ROW + ",02.09.2024,52", text, heading=heading)
    assert found.start == (begun, datetime(2024, 9, 1, 23, 0, tzinfo=UTC))


def test_journeys_may_be_named_one_by_one(tmp_path: Path) -> None:
    text = mapped(top=TOP.replace('journey = "{learner}-autumn"\n', ""), words=WORDS + '[journeys]\n1 = "b-autumn"\n')
    assert only(tmp_path, ROW, text).journey == "b-autumn"
    assert why(tmp_path, ROW.replace("1,", "11,", 1), text) == (
        "row 2, Who = '11': no journey is named for it; did you mean '1'?: add it in map.toml, [journeys]"
    )


# ---- a row that is not


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",2024-09-09,10:00,60,NB,Y", "Who = '': it is blank: whose session was it?"),
        ("1,,10:00,60,NB,Y", "Date = '': it is blank: on what day was it?"),
        (
            "1,03/04/2024,10:00,60,NB,Y",
            "Date = '03/04/2024': it could be read as more than one day: say which comes first in map.toml, "
            '[formats], such as date = "%d/%m/%Y"',
        ),
        (
            "1,24-09-09,10:00,60,NB,Y",
            "Date = '24-09-09': it could be read as more than one day: say which comes first in map.toml, "
            '[formats], such as date = "%d/%m/%Y"',
        ),
        (
            "1,9 September,10:00,60,NB,Y",
            "Date = '9 September': a date is expected as %Y-%m-%d: mend it, or say its format in map.toml, [formats]",
        ),
        ("1,2024-02-30,10:00,60,NB,Y", "Date = '2024-02-30': a date is expected as %Y-%m-%d: mend it, or say its"),
        ("1,2024-09-09,,60,NB,Y", "Time = '': it is blank: mend it, or say its format in map.toml, [formats]"),
        ("1,2024-09-09,10am,60,NB,Y", "Time = '10am': a time is expected as %H:%M: mend it, or say its format"),
        ("1,2024-10-27,01:30,60,NB,Y", "Time = '01:30': the clocks went back, and it came twice on that day"),
        (
            "1,2024-03-31,01:30,60,NB,Y",
            "Time = '01:30': the clocks go forward over this time: the nearest are 00:30 and 02:30",
        ),
        ("1,0001-01-01,00:00,60,NB,Y", "Time = '00:00': the year is outside 1900 to 2999"),
        ("1,2024-09-09,10:00,,NB,Y", "Mins = '': it is blank: how many minutes was it?"),
        (
            "1,2024-09-09,10:00,1 hour,NB,Y",
            "Mins = '1 hour': whole minutes are expected: mend it, or say how they are written in map.toml, [formats]",
        ),
        ("1,2024-09-09,10:00,45.7,NB,Y", "Mins = '45.7': whole minutes are expected"),
        ("1,2024-09-09,10:00,٦٠,NB,Y", "Mins = '٦٠': whole minutes are expected"),
        ("1,2024-09-09,10:00,0,NB,Y", "Mins = '0': minutes run from 1 to 100000"),
        (
            "1,2024-09-09,10:00,60,nb,Y",
            "Coach = 'nb': the map does not say what it means: mend it, or say what it means in map.toml, [coaches]",
        ),
        ("1,2024-09-09,10:00,60,,Y", "Coach = '': it is blank: mend it, or say what it means in map.toml, [coaches]"),
        ("1,2024-09-09,10:00,60,NB,", "Came = '': it is blank: mend it, or say what it means in map.toml, [attended]"),
        ("1,2024-09-09,10:00,60,NB,yes", "Came = 'yes': the map does not say what it means: mend it"),
        ("1\0,2024-09-09,10:00,60,NB,Y", "Who = '1\\x00': it has a control character (U+0000)"),
    ],
)
def test_a_row_that_is_not_clear_is_set_aside_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    assert why(tmp_path, row).startswith(f"row 2, {reason}")


def test_minutes_of_another_form_than_the_maps_are_set_aside(tmp_path: Path) -> None:
    text = mapped(formats='[formats]\nminutes = "#:##"\n')
    assert why(tmp_path, "1,2024-09-09,10:00,1:70,NB,Y", text).startswith(
        "row 2, Mins = '1:70': minutes are expected as #:##: mend it"
    )


def test_a_year_of_two_digits_is_set_aside_where_four_are_said(tmp_path: Path) -> None:
    text = mapped(formats='[formats]\ndate = "%d/%m/%Y"\n')
    assert why(tmp_path, "1,09/09/24,10:00,60,NB,Y", text) == (
        "row 2, Date = '09/09/24': a date is expected as %d/%m/%Y, and the year of this one has two digits: "
        "write all four"
    )


def test_a_blank_may_have_a_meaning_that_the_map_says(tmp_path: Path) -> None:
    text = mapped(words=WORDS + '"" = "leave out"\n')
    assert rows(tmp_path, f"{HEADING}\n1,,,,,\n", text) == [LeftOut(2)]


def test_a_missed_session_needs_where_it_lay(tmp_path: Path) -> None:
    assert why(tmp_path, "1,2024-09-09,10:00,,,N", mapped(words=WORDS + 'N = "missed"\n')) == (
        "row 2, Came = 'N': where it lay is not said: add a column for it, or its fault in map.toml, [attended]"
    )


def test_notes_that_cannot_be_kept_are_not_shown(tmp_path: Path) -> None:
    text = mapped(columns=COLUMNS + 'notes = "Notes"\n')
    assert why(tmp_path, ROW + ",said \x07 this", text, heading=HEADING + ",Notes") == (
        "row 2, Notes = (not shown): it has a control character (U+0007)"
    )


def test_a_row_of_too_few_or_too_many_cells_is_set_aside(tmp_path: Path) -> None:
    assert why(tmp_path, "1,2024-09-09") == (
        "row 2: 2 cells stand where the heading has 6: is something in it that should be in quotes?"
    )
    assert why(tmp_path, ROW + ",,").startswith("row 2: 8 cells stand where the heading has 6")


def test_long_cells_are_shown_in_part(tmp_path: Path) -> None:
    assert why(tmp_path, "1,2024-09-09,10:00,60,NB," + "y" * 100).startswith(f"row 2, Came = '{'y' * 76}...: the map")


# ---- files


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    found = rows(tmp_path, f'{HEADING}\r\n{ROW}\r\n\r\n,,,,,\r\n"1\n",,,,,Y\r\n')
    assert [one.row for one in found] == [2, 5]


@pytest.mark.parametrize(
    ("written", "encoding", "delimiter"),
    [
        ("utf-8-sig", "utf-8", ","),
        ("utf-8", "utf-8", ";"),
        ("cp1252", "cp1252", "\t"),
        ("iso-8859-1", "iso-8859-1", "|"),
    ],
)
def test_encodings_and_delimiters_are_as_the_map_says(
    tmp_path: Path, written: str, encoding: str, delimiter: str
) -> None:
    text = mapped(
        top=TOP + f'encoding = "{encoding}"\ndelimiter = "{delimiter}"\n',
        words='[coaches]\n"Noël" = "coach:noel"\n[attended]\nY = "held"\n',
    )
    lines = f"{HEADING}\n1,2024-09-09,10:00,60,Noël,Y\n".replace(",", delimiter).encode(written)
    (found,) = rows(tmp_path, lines, text)
    assert isinstance(found, PastSession)


def test_a_cell_that_is_not_of_the_encoding_sets_its_row_aside_alone(tmp_path: Path) -> None:
    lines = f"{HEADING}\n".encode() + "1,2024-09-09,10:00,60,Noël,Y\n".encode("cp1252") + f"{ROW}\n".encode()
    aside, found = rows(tmp_path, lines)
    assert str(aside) == (
        "row 2, Coach = 'No\\udcebl': it is not utf-8: save it as UTF-8, or say its encoding in map.toml, such as "
        'encoding = "cp1252"'
    )
    assert isinstance(found, PastSession)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (b"", "sessions.csv: it is empty: a heading and rows are expected"),
        ("Whö".encode("cp1252") + b",Date\n", "sessions.csv:1: the heading is not utf-8: save it as UTF-8, or say its"),
        (
            b"Who,Dates,Time,Mins,Coach,Came\n",
            "map.toml:7: date = 'Date': {path}/sessions.csv has no such column; did you mean 'Dates'?",
        ),
        (b"Who;Date\n", "map.toml:6: learner = 'Who': {path}/sessions.csv has no such column; it has one column alone"),
        (b"When,Day\n", "map.toml:6: learner = 'Who': {path}/sessions.csv has no such column"),
        (b"Who,Who,Date,Time,Mins,Coach,Came\n", "sessions.csv:1: two columns are called 'Who': give each a name"),
        (
            f'{HEADING}\n{ROW}\n1,"2024\n{ROW}\n'.encode(),
            "sessions.csv:3: the quotes do not close here (unexpected end",
        ),
        (f'{HEADING}\n{ROW}\n1,"a"b\n'.encode(), "sessions.csv:3: the quotes do not close here (',' expected after"),
    ],
)
def test_a_file_that_cannot_be_told_apart_is_an_error_with_its_line(
    tmp_path: Path, lines: bytes, sentence: str
) -> None:
    with pytest.raises(InvalidFile) as raised:
        rows(tmp_path, lines)
    assert sentence.format(path=tmp_path) in str(raised.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"none\.csv: it cannot be read: No such file or directory"):
        list(Sessions(tmp_path / "none.csv", read(mapped())))


def test_rows_are_read_one_by_one(tmp_path: Path) -> None:
    class Endless(io.StringIO):
        def __iter__(self) -> Iterator[str]:  # type: ignore[override]
            yield f"{HEADING}\n"
            while True:
                yield f"{ROW}\n"

    sessions = Sessions(tmp_path / "x.csv", read(mapped()))
    found = sessions._rows(csv.reader(iter(Endless())))
    assert [next(found).row for _ in range(3)] == [2, 3, 4]


HOSTILE = st.text(st.sampled_from([*'1YNB,;"\n\r\t =+-@\0é%/:2024', "\udc81"]), max_size=12)


@settings(max_examples=120)
@given(cells=st.lists(st.lists(HOSTILE, min_size=4, max_size=8), max_size=4), quoted=st.booleans())
def test_no_row_is_a_traceback_and_none_is_lost(tmp_path_factory: Any, cells: list[list[str]], quoted: bool) -> None:
    path = tmp_path_factory.mktemp("hostile") / "sessions.csv"
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(HEADING.split(","))
        for row in cells:
            if quoted:
                writer.writerow(row)
            else:
                file.write(",".join(row) + "\r\n")
    try:
        found = list(Sessions(path, read(mapped())))
    except InvalidFile:
        assert not quoted
        return
    if quoted:
        assert len(found) == len([row for row in cells if any(cell.strip() for cell in row)])


# ---- the map


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (mapped(top=TOP + "clumns = 1\n"), "map.toml:5: 'clumns' is not known in a map; did you mean 'columns'?"),
        (mapped(top=TOP.replace("schema = 1", "schema = 2")), "map.toml:1: schema = 1 is expected"),
        (mapped(top=TOP.replace('by = "lead:jo"\n', "")), "map.toml:1: by is missing"),
        (mapped(top=TOP.replace("lead:jo", "learner:a")), "map.toml:2: by = 'learner:a': a lead or a coach puts past"),
        (mapped(top=TOP.replace("lead:jo", "led:jo")), "did you mean 'lead'?"),
        (mapped(top=TOP.replace("London", "Londn")), "map.toml:3: zone = 'Europe/Londn': no time zone is called"),
        (mapped(top=TOP + 'encoding = "utf8"\n'), "map.toml:5: encoding = 'utf8': one of 'utf-8', 'cp1252', 'iso-8859-1' is expected; did you mean 'utf-8'?"),
        (mapped(top=TOP + "delimiter = 5\n"), "map.toml:5: delimiter = 5: one of"),
        (mapped(top=TOP + "policy = 5\n"), "map.toml:5: policy = 5: a text is expected"),
        (mapped(top=TOP.replace('journey = "{learner}-autumn"\n', "")), "say which journey a learner's sessions belong to"),
        (mapped(top=TOP.replace("{learner}", "{name}")), "map.toml:4: journey = '{name}-autumn': it has to have {learner} in it"),
        (mapped(top=TOP.replace("-autumn", "-{x}")), "map.toml:4: journey = '{learner}-{x}': it has to have {learner} in it"),
        (mapped(columns=""), "no column is named for learner: name it under [columns]"),
        (mapped(top=TOP + "columns = 5\n", columns=""), "map.toml:5: columns is a section, written [columns]"),
        (mapped(columns=COLUMNS + 'cost = "£"\n'), "map.toml:12: 'cost' is not known under [columns]"),
        (mapped(columns=COLUMNS + "notes = 5\n"), "map.toml:12: notes = 5: a text is expected"),
        (mapped(columns=COLUMNS + 'notes = "Mins"\n'), "map.toml:12: notes and minutes are the same column, 'Mins'"),
        (mapped(columns=COLUMNS.replace('time = "Time"\n', "")), "map.toml:5: no column is named for time: name it under [columns], or say it of every row under [always]: time = …"),
        (mapped(columns=COLUMNS.replace('date = "Date"\n', "")), "map.toml:5: no column is named for date: name it under [columns]"),
        (mapped(columns=COLUMNS + 'started = "Joined"\n'), "map.toml:12: started is about how a journey starts: say on which programme, under [start]"),
        (mapped(words=WORDS + '[always]\ntime = "10:00"\n'), "map.toml:17: time has a column of its own: leave one of the two out"),
        (mapped(words=WORDS + "[always]\none_to_one = 1\n"), "map.toml:17: one_to_one = 1: true or false is expected"),
        (mapped(words='[coaches]\nNB = "nina"\n[attended]\nY = "held"\n'), "map.toml:13: NB = 'nina': a party is written with its role"),
        (mapped(words='[coaches]\nNB = "coach:nina"\n'), "map.toml:11: say what the words of the column mean: [attended]"),
        (mapped(words='[attended]\nY = "hold"\n'), "map.toml:13: Y = 'hold': one of 'held', 'missed', 'cancelled', 'leave out' is expected; did you mean 'held'?"),
        (mapped(words='[attended]\nY = { outcome = "held", fault = "provider" }\n'), "a fault goes with missed and cancelled, not with held"),
        (mapped(words='[attended]\nY = { outcome = "missed", fault = "them" }\n'), "one of 'learner-excused', 'learner-unexcused', 'provider', 'logistics' is expected"),
        (mapped(words='[attended]\nY = { outcom = "missed" }\n'), "'outcom' is not known here; did you mean 'outcome'?"),
        (mapped(formats='[formats]\ndate = "%d/%m"\n'), "map.toml:13: date = '%d/%m': %Y or %y is expected in it, once"),
        (mapped(formats='[formats]\ndate = "%d/%m/%Q"\n'), "map.toml:13: date = '%d/%m/%Q': %Q is not known here; these are: %d"),
        (mapped(formats='[formats]\ndate = "%d/%m/%y"\n'), "map.toml:13: a year of two digits says no century: add century = 2000 under [formats]"),
        (mapped(formats='[formats]\ndate = "%d/%m/%Y"\ncentury = 2000\n'), "map.toml:14: century goes with a year of two digits, %y"),
        (mapped(formats='[formats]\ndate = "%d/%m/%y"\ncentury = 2024\n'), "map.toml:14: century = 2024: a century is expected, such as 2000"),
        (mapped(formats='[formats]\ndate = "%d/%m/%Y %H:%M"\n'), "map.toml:8: the format of the date has a time in it already: leave one of the two out"),
        (mapped(columns=COLUMNS.replace('time = "Time"\n', ""), formats='[formats]\ndate = "%d/%m/%Y %I:%M"\n[always]\ntime = "10:00"\n'), "map.toml:14: the format of the date has a time in it already"),
        (mapped(words='[attended]\nY = { outcome = "missed" }\n[fault]\nus = "x"\n'), "map.toml:15: us = 'x': one of"),
        (mapped(formats='[formats]\ntime = "%H"\n'), "map.toml:13: time = '%H': %M is expected in it, once"),
        (mapped(formats='[formats]\ntime = "%I:%M"\n'), "an hour of twelve, %I, goes with am or pm, %p"),
        (mapped(formats='[formats]\ntime = "%d %H:%M"\n'), "a date is no part of it: that is the format of the date"),
        (mapped(formats='[formats]\nminutes = "60"\n'), "# stands for the number, as in '# mins'"),
        (mapped(columns=STARTING[0], words=STARTING[1].replace('programme = "autumn"\n', "")), "map.toml:18: programme is missing"),
        (mapped(words=STARTING[1]), "map.toml:16: name the column that says when a journey started: started, under [columns]"),
        (mapped(columns=STARTING[0], words=STARTING[1].replace("learner:{", "{")), "a party is written with its role"),
    ],
)  # fmt: skip
def test_a_map_that_is_wrong_is_told_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(InvalidFile) as raised:
        read(text)
    assert sentence in str(raised.value), str(raised.value)


# ---- trying things out


def test_what_is_tried_out_is_gone_and_is_read_back_meanwhile() -> None:
    journal = MemoryJournal()
    opened(journal=journal)
    before = list(journal.read_all())
    cases = casebook(trial := TrialJournal(journal))
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(1))
    assert cases.journey("a").allowance.booked == 60
    assert [len(list(trial.read(one))) for one in ("journey:a", "journey:b", "coach:nina")] == [2, 1, 1]
    assert list(journal.read_all()) == before


def test_a_trial_that_has_moved_on_is_a_conflict() -> None:
    journal = MemoryJournal()
    journal.append(chain(HOME, 1), expect={HOME: 0})
    trial = TrialJournal(journal)
    with pytest.raises(Conflict):
        trial.append([stored("x", (HOME, 1), (COACH, 1))], expect={HOME: 0, COACH: 0})
    trial.append([stored("x", (HOME, 2), (COACH, 1))], expect={HOME: 1, COACH: 0})
    assert [one.surrogate for one in trial.read(HOME, after=1)] == ["x"]


# ---- the command


def lay_out(folder: Path, *lines: str, text: str | None = None) -> None:
    (folder / "map.toml").write_text(mapped() if text is None else text, "utf-8")
    (folder / "sessions.csv").write_text("\n".join([HEADING, *lines]) + "\n", "utf-8")


def importing(run: Run, *rest: str, file: str = "sessions.csv") -> tuple[int, list[str], str]:
    code, out, err = run("import-csv", file, "--mapping", "map.toml", *rest)
    return code, out.splitlines(), err


def casebook_in(folder: Path) -> Casebook:
    return Casebook(SQLiteJournal(folder / "casebook.db"), STARTER)


def started(folder: Path) -> None:
    start(casebook_in(folder), "1-autumn", learner="learner:1")


def test_importing_twice_records_nothing_twice(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW, ROW.replace("10:00", "12:00"))
    code, out, _ = importing(run)
    assert (code, out[-1]) == (
        0,
        "sessions.csv: 2 sessions recorded, 0 journeys started, 0 on the record already, 0 left out as the map says, "
        "0 set aside; 0 with a breach.",
    )
    before = list(SQLiteJournal(tmp_path / "casebook.db").read_all())
    code, out, _ = importing(run)
    assert (code, out[-1].partition(", 0 left")[0]) == (
        0,
        "sessions.csv: 0 sessions recorded, 0 journeys started, 2 on the record already",
    )
    assert list(SQLiteJournal(tmp_path / "casebook.db").read_all()) == before
    assert casebook_in(tmp_path).journey("1-autumn").allowance.used == 120


def test_a_dry_run_judges_rows_after_each_other_and_records_nothing(tmp_path: Path, run: Run) -> None:
    text = mapped(columns=STARTING[0], words=STARTING[1])
    lay_out(tmp_path, text=text)
    lines = [f"1,2024-09-{day:02},10:00,70,NB,Y,2024-09-02,52" for day in (9, 10, 11)]
    (tmp_path / "sessions.csv").write_text("\n".join([HEADING + ",Joined,Age", *lines]), "utf-8")
    code, out, _ = importing(run, "--dry-run")
    assert code == 0
    assert [line for line in out if line.startswith("breach")] == [
        "breach: row 4: ALW-02: 210 minutes used of 180 granted"
    ]
    assert out[-1] == (
        "sessions.csv: 3 sessions would be recorded, 1 journey would be started, 0 on the record already, 0 left out "
        "as the map says, 0 set aside; 1 with a breach."
    )
    assert not (tmp_path / "casebook.db").exists()
    code, wet, _ = importing(run)
    assert [line for line in wet if line.startswith("breach")] == [line for line in out if line.startswith("breach")]
    journey = casebook_in(tmp_path).journey("1-autumn")
    assert (journey.allowance.used, journey.allowance.overrun) == (210, 30)


def test_a_row_edited_since_it_was_recorded_is_set_aside(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW)
    importing(run)
    lay_out(tmp_path, ROW.replace(",60,", ",50,"))
    code, out, _ = importing(run)
    assert (code, out[0]) == (
        1,
        "set aside: row 2: a session of this learner at that time is on the record with another entry, and nothing on "
        "the record is edited: correct it by name ('past 2024-09-09 10:00#1')",
    )


def test_a_note_added_since_is_recorded_beside_what_is_there(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW)
    importing(run)
    lay_out(tmp_path, text=mapped(columns=COLUMNS + 'notes = "Notes"\n'))
    (tmp_path / "sessions.csv").write_text(f"{HEADING},Notes\n{ROW},calmer\n", "utf-8")
    assert importing(run)[0] == 0
    assert [one.entry for one in casebook_in(tmp_path).records("1-autumn")][-1] == RecordAnnotated(
        record="past 2024-09-09 10:00#1", words="calmer"
    )


def test_what_is_still_to_come_is_set_aside(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW.replace("2024", "2199"))
    code, out, _ = importing(run)
    assert (code, out[0]) == (
        1,
        "set aside: row 2: it is still to come, and what is to come is booked: plans are not imported",
    )


def test_a_journey_that_is_not_there_sets_the_row_aside(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, ROW)
    code, out, _ = importing(run)
    assert (code, out[0]) == (
        1,
        "set aside: row 2: there is no journey '1-autumn': start it first, or say in the row when it started "
        "([start] in map.toml)",
    )


def test_a_start_that_is_refused_sets_the_row_aside_until_it_is_mended(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, text=mapped(columns=STARTING[0], words=STARTING[1]))
    heading = HEADING + ",Joined,Age"
    (tmp_path / "sessions.csv").write_text(f"{heading}\n{ROW},2024-09-02,12\n", "utf-8")
    code, out, _ = importing(run)
    assert code == 1
    assert out[0].startswith("set aside: row 2: its journey was not started: JRN-02: ")
    assert importing(run)[1][0] == out[0]
    (tmp_path / "sessions.csv").write_text(f"{heading}\n{ROW},2024-09-02,21\n", "utf-8")
    assert importing(run)[0] == 0
    assert importing(run)[1][-1].startswith("sessions.csv: 0 sessions recorded, 0 journeys started, 1 on the record")


def test_whoever_may_not_say_it_has_the_row_set_aside(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW)
    monkeypatch.setattr("iagcore.incoming.spreadsheet_map._staff", str)
    lay_out(tmp_path, ROW, text=mapped(top=TOP.replace("lead:jo", "researcher:x")))
    code, out, _ = importing(run)
    assert (code, out[0].partition(": ACC")[0]) == (1, "set aside: row 2")


def test_a_journey_name_that_may_not_be_sets_the_row_aside(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, ROW, text=mapped(top=TOP.replace("{learner}-autumn", "policy:{learner}")))
    code, out, _ = importing(run)
    assert (code, out[0]) == (
        1,
        "set aside: row 2: argument: journey = 'policy:1': a journey's name does not begin with policy:",
    )


def test_rows_set_aside_are_written_mended_and_imported_again(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW, ROW.replace("NB", "XY"), "1,2024-09-10", ROW.replace("09-09", "09-12").replace("60", "1h"))
    code, out, _ = importing(run, "--set-aside", "aside.csv")
    assert (code, out[-1]) == (
        1,
        "They are in aside.csv, each with its reason: mend them there, and import that file.",
    )
    written = (tmp_path / "aside.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf" + HEADING.encode())
    found = list(csv.reader(written.decode("utf-8-sig").splitlines()))
    assert found[0][6:] == ["set aside: row", "set aside: column", "set aside: why"]
    assert found[1][:8] == [*ROW.replace("NB", "XY").split(","), "3", "Coach"]
    assert found[2] == ["1", "2024-09-10"]
    # as it is, it is set aside once more, and its notes do not pile up
    code, out, _ = importing(run, "--set-aside", "again.csv", file="aside.csv")
    again = list(csv.reader((tmp_path / "again.csv").read_text("utf-8-sig").splitlines()))
    assert (code, [len(row) for row in again]) == (1, [9, 9, 2, 9])
    assert [row[:6] for row in again] == [row[:6] for row in found]
    mended = written.decode("utf-8-sig").replace("XY", "NB").replace("1h", "30").replace("1,2024-09-10\r\n", "")
    (tmp_path / "aside.csv").write_text(mended, "utf-8")
    code, out, _ = importing(run, file="aside.csv")
    assert (code, out[-1].partition(", 0 left")[0]) == (
        0,
        "aside.csv: 1 session recorded, 0 journeys started, 1 on the record already",
    )


def test_a_report_keeps_what_is_not_of_the_encoding_to_the_letter(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, text=mapped(top=TOP + 'encoding = "cp1252"\n'))
    row = b"1,2024-09-09,10:00,60,N\x81,Y"
    (tmp_path / "sessions.csv").write_bytes(HEADING.encode() + b"\n" + row + b"\n")
    assert importing(run, "--set-aside", "aside.csv")[0] == 1
    assert (tmp_path / "aside.csv").read_bytes().splitlines()[1].startswith(row + b",2,Coach,")


def test_no_report_is_made_where_nothing_is_set_aside(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW)
    assert importing(run, "--set-aside", "aside.csv")[0] == 0
    assert not (tmp_path / "aside.csv").exists()


def test_a_report_is_never_written_over_something(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, ROW)
    assert importing(run, "--set-aside", "sessions.csv") == (
        2,
        [],
        "iagcore: sessions.csv: it is there already: name another file for what is set aside\n",
    )
    code, _, err = importing(run, "--set-aside", "no/such/aside.csv")
    assert (code, err) == (2, "iagcore: no/such/aside.csv: it cannot be written: No such file or directory\n")


def test_of_many_rows_a_few_are_told_and_the_rest_counted(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_csv, "TOLD_MOST", 2)
    started(tmp_path)
    lay_out(
        tmp_path,
        *[f"1,2024-09-{day:02},10:00,100,NB,Y" for day in range(2, 8)],
        *[f"1,2024-09-{day:02},10:00,1h,NB,Y" for day in range(8, 13)],
    )
    code, out, _ = importing(run)
    assert code == 1
    assert "… and 3 more rows set aside (--set-aside FILE.csv writes them all)" in out
    assert "… and 3 more breaches" in out
    assert out[-1].endswith("5 set aside; 5 with a breach.")


def test_a_quote_that_does_not_close_stops_the_import_and_what_came_before_stays(tmp_path: Path, run: Run) -> None:
    started(tmp_path)
    lay_out(tmp_path, ROW, '1,"2024-09-10')
    code, out, err = importing(run)
    assert code == 2
    assert out[-1].startswith("sessions.csv: 1 session recorded")
    assert err.startswith("iagcore: sessions.csv:3: the quotes do not close here (unexpected end of data)")


def test_a_file_of_which_nothing_was_read_says_only_what_is_wrong(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path)
    (tmp_path / "sessions.csv").write_text("Who\n1\n", "utf-8")
    code, out, err = importing(run)
    assert (code, out) == (2, [])
    assert err.startswith("iagcore: map.toml:7: date = 'Date': sessions.csv has no such column")


def test_the_policy_is_the_maps_unless_one_is_named(tmp_path: Path, run: Run) -> None:
    lay_out(tmp_path, ROW, text=mapped(top=TOP + 'policy = "startr"\n'))
    code, _, err = importing(run)
    assert (code, err.startswith("iagcore: map.toml:5: policy: ")) == (2, True)
    started(tmp_path)
    assert importing(run, "--policy", "starter")[0] == 0
    (tmp_path / "own.toml").write_text('schema = 1\nname = "own"\ntitle = "Own"\nover = "starter"\n', "utf-8")
    lay_out(tmp_path, ROW, text=mapped(top=TOP + 'policy = "own.toml"\n'))
    assert importing(run)[0] == 0


def test_progress_is_counted_on_a_terminal(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from iagcore.cli import terminal

    started(tmp_path)
    lay_out(tmp_path, ROW, ROW, ROW)
    monkeypatch.setattr(terminal, "EVERY", 2)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert importing(run)[2] == f"\r2 rows{terminal.BLANK}"


def test_the_example_is_imported_as_its_page_says(tmp_path: Path, run: Run) -> None:
    example = str(EXAMPLES / "past-sessions.csv")
    code, out, _ = run("import-csv", example, "--mapping", str(EXAMPLES / "past-sessions.toml"))
    assert (code, out.splitlines()[-1]) == (
        1,
        f"{example}: 4 sessions recorded, 1 journey started, 0 on the record already, 1 left out as the map says, 5 "
        "set aside; 2 with a breach.",
    )
    assert casebook_in(tmp_path).journey("1001-autumn").allowance.overrun == 15
    assert run("verify")[0] == 0
