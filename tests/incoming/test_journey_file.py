"""Journey files: what is read, and what is said of a file that is wrong, with its line and the nearest known name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iagcore.exceptions import InvalidFile
from iagcore.incoming.journey_file import JourneyFile, parse_journey_file, read_journey_file
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.conversations import ConversationBooked, ConversationHeld
from iagcore.practice.learners import JourneyStarted
from iagcore.toml_source import Source

HEAD = 'schema = 1\nfile = "f"\n'
START = """
[[entry]]
kind = "journey-started"
journey = "a"
at = 2026-01-05T10:00:00Z
by = "lead:jo"
learner = "learner:a"
programme = "p"
attests_age = 30
"""
BOOKING = """
[[entry]]
kind = "conversation-booked"
journey = "a"
at = 2026-01-06T10:00:00Z
by = "coach:nina"
conversation = "c1"
coach = "coach:nina"
starts_at = 2026-02-02T10:00:00Z
minutes = 60
"""
HELD = """
[[entry]]
kind = "conversation-held"
journey = "a"
at = 2026-02-02T11:00:00Z
by = "coach:nina"
conversation = "c1"
coach = "coach:nina"
minutes = 50
"""
SHOWN = """
[[entry]]
kind = "courses-shown"
journey = "a"
at = 2026-02-02T11:00:00Z
by = "coach:nina"
courses = ["one", "two"]
"""


def parsed(text: str) -> JourneyFile:
    return parse_journey_file(Source.parse(text, file="f.toml"))


def wrong(text: str) -> tuple[int | None, str]:
    with pytest.raises(InvalidFile) as raised:
        parsed(text)
    assert raised.value.file == "f.toml"
    return raised.value.line, raised.value.reason


def test_a_file_gives_its_entries_with_their_lines_and_ids_by_their_place() -> None:
    file = parsed(HEAD + START + BOOKING.replace('by = "coach:nina"\n', 'by = "coach:nina"\nid = "first"\n') + HELD)
    assert file.policy is None
    assert [(one.line, one.journey, one.by, one.id) for one in file.entries] == [
        (4, "a", "lead:jo", "f#1"),
        (13, "a", "coach:nina", "first"),
        (24, "a", "coach:nina", "f#3"),
    ]
    assert file.entries[0].entry == JourneyStarted(learner="learner:a", programme="p", attests_age=30)
    assert file.entries[0].at == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_a_file_on_disk_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text('schema = 1\npolicy = "starter"\n', "utf-8")
    file = read_journey_file(path)
    assert (file.policy, file.entries) == ("starter", ())


def test_a_time_in_another_offset_is_the_same_moment_in_utc() -> None:
    file = parsed(HEAD + START.replace("2026-01-05T10:00:00Z", "2026-07-05T10:00:00+01:00"))
    assert file.entries[0].at == datetime(2026, 7, 5, 9, tzinfo=UTC)


def test_a_correction_wraps_the_entry_that_takes_the_place_and_needs_no_time() -> None:
    text = BOOKING.replace("at = 2026-01-06T10:00:00Z\n", 'corrects = "f#1"\nwhy = "a slip"\n', 1)
    [entry] = parsed(HEAD + text).entries
    assert entry.at is None
    assert entry.entry == EntryCorrected(
        "f#1",
        ConversationBooked(
            conversation="c1", coach="coach:nina", starts_at=datetime(2026, 2, 2, 10, tzinfo=UTC), minutes=60
        ),
        "a slip",
    )


def test_a_corrected_time_is_kept_beside_a_correction() -> None:
    text = HELD.replace("at = 2026-02-02T11:00:00Z\n", 'at = 2026-02-02T11:30:00Z\ncorrects = "x"\nwhy = "a slip"\n')
    [entry] = parsed(HEAD + text).entries
    assert entry.at == datetime(2026, 2, 2, 11, 30, tzinfo=UTC)
    assert entry.entry == EntryCorrected(
        "x", ConversationHeld(conversation="c1", coach="coach:nina", minutes=50), "a slip"
    )


WITHDRAWAL = """
[[entry]]
kind = "entry-withdrawn"
journey = "a"
by = "lead:jo"
target = "f#1"
why = "entered twice"
"""


@pytest.mark.parametrize(("more", "whole"), [("", False), ("whole = true\n", True), ("whole = false\n", False)])
def test_a_withdrawal_names_its_target_and_why(more: str, whole: bool) -> None:
    [entry] = parsed(HEAD + WITHDRAWAL + more).entries
    assert (entry.at, entry.entry) == (None, EntryWithdrawn("f#1", "entered twice", whole))


HEADS = [
    pytest.param(
        'schema = 1\nfil = "f"\n', (2, "'fil' is not known in a journey file; did you mean 'file'?"), id="key"
    ),
    pytest.param('file = "f"\n', (1, "schema = 1 is expected, the version of this format"), id="no schema"),
    pytest.param("schema = 2\n", (1, "schema = 1 is expected, the version of this format"), id="later schema"),
    pytest.param(
        "schema = true\n", (1, "schema = 1 is expected, the version of this format"), id="a flag for a number"
    ),
    pytest.param("schema = 1.0\n", (1, "schema = 1 is expected, the version of this format"), id="a fraction"),
    pytest.param("schema = 1\nfile = 3\n", (2, "file: a text is expected"), id="file"),
    pytest.param('schema = 1\npolicy = ["a"]\n', (2, "policy: a text is expected"), id="policy"),
    pytest.param("schema = 1\n[entry]\n", (2, "entries are written [[entry]]"), id="one pair of brackets"),
    pytest.param("schema = 1\nentry = [1]\n", (2, "entries are written [[entry]]"), id="no tables"),
    pytest.param(
        "schema = 1\n" + START,
        (3, 'the entry has no id: give it one, or name the file with file = "…"'),
        id="neither an id nor a name of the file",
    ),
]


@pytest.mark.parametrize(("text", "said"), HEADS)
def test_a_head_that_is_wrong_is_named_with_its_line(text: str, said: tuple[int, str]) -> None:
    assert wrong(text) == said


def test_what_is_no_toml_is_named_with_its_line() -> None:
    assert wrong(HEAD + "[[entry]]\nkind = \n") == (4, "it is not TOML: Invalid value, at column 8")


def changed(text: str, line: str, instead: str) -> str:
    assert text.count(line) == 1
    return HEAD + text.replace(line, instead)


TEXT_65 = "x" * 65
AN_ENTRY: list[Any] = [
    # a wrong kind or field
    (changed(BOOKING, '"conversation-booked"', '"conversation-boked"'), 5, "no kind is called so; did you mean 'conversation-booked'?"),
    (changed(BOOKING, '"conversation-booked"', '"zzz"'), 5, "no kind is called so"),
    (changed(BOOKING, 'kind = "conversation-booked"\n', ""), 4, "a kind is expected, such as conversation-booked"),
    (changed(BOOKING, '"conversation-booked"', "7"), 5, "a kind is expected, such as conversation-booked"),
    (changed(BOOKING, "minutes = 60", "minuets = 60"), 12, "there is no such field; did you mean 'minutes'?"),
    (changed(BOOKING, "minutes = 60\n", ""), 4, "it is missing"),
    # nothing is coerced
    (changed(BOOKING, "minutes = 60", 'minutes = "45"'), 12, "a whole number of minutes is expected"),
    (changed(BOOKING, "minutes = 60", "minutes = 45.0"), 12, "a whole number of minutes is expected"),
    (changed(BOOKING, "minutes = 60", "minutes = true"), 12, "a whole number of minutes is expected"),
    (changed(BOOKING, "minutes = 60", "minutes = nan"), 12, "a whole number of minutes is expected"),
    (changed(BOOKING, "minutes = 60", "minutes = 0"), 12, "minutes run from 1 to 100000"),
    (changed(BOOKING, "minutes = 60", "minutes = -5"), 12, "minutes run from 1 to 100000"),
    (changed(HELD, "minutes = 50", 'minutes = 50\none_to_one = "no"'), 12, "true or false is expected"),
    (changed(HELD, "minutes = 50", "minutes = 50\nin_private = 1"), 12, "true or false is expected"),
    (changed(SHOWN, '["one", "two"]', '"one"'), 9, "a list is expected"),
    (changed(SHOWN, '["one", "two"]', '["one", 2]'), 9, "a text is expected"),
    (changed(BOOKING, 'coach = "coach:nina"', 'coach = "nina"'), 10, "a party is written with its role"),
    (changed(BOOKING, 'coach = "coach:nina"', 'coach = "lead:jo"'), 10, "a coach is expected, written coach:…"),
    # times
    (changed(BOOKING, "2026-02-02T10:00:00Z", "2026-02-02T10:00:00"), 11, "the time has no zone"),
    (changed(BOOKING, "2026-02-02T10:00:00Z", "2026-02-02"), 11, "a time is expected, with its date and its zone"),
    (changed(BOOKING, "2026-02-02T10:00:00Z", '"2026-02-02T10:00:00Z"'), 11, "a time is expected, with its date and its zone"),
    (changed(BOOKING, "2026-01-06T10:00:00Z", "2026-01-06T10:00:00"), 7, "the time has no zone"),
    (changed(BOOKING, "2026-01-06T10:00:00Z", "1066-01-06T10:00:00Z"), 7, "the year is outside 1900 to 2999"),
    (changed(BOOKING, "at = 2026-01-06T10:00:00Z\n", ""), 4, "at is missing: when did it happen, or when was it decided?"),
    # what stands beside an entry
    (changed(BOOKING, 'journey = "a"\n', ""), 4, "journey is missing"),
    (changed(BOOKING, 'journey = "a"', 'journey = ""'), 6, "journey = '': it is empty"),
    (changed(BOOKING, 'by = "coach:nina"\n', ""), 4, "by is missing"),
    (changed(BOOKING, 'by = "coach:nina"', 'by = "nina"'), 8, "a party is written with its role"),
    (changed(BOOKING, 'by = "coach:nina"', 'by = "coch:nina"'), 8, "did you mean 'coach'?"),
    (changed(BOOKING, 'by = "coach:nina"\n', 'by = "coach:nina"\nid = ""\n'), 9, "it is empty"),
    (changed(BOOKING, 'by = "coach:nina"\n', f'by = "coach:nina"\nid = "{TEXT_65}"\n'), 9, "it has 65 characters; at most 64 are kept"),
    (changed(BOOKING, 'by = "coach:nina"\n', 'by = "coach:nina"\nid = "a\\u0007"\n'), 9, "it has a control character (U+0007)"),
    (changed(BOOKING, 'by = "coach:nina"\n', 'by = "coach:nina"\nid = "a\\nb"\n'), 9, "it has a control character (U+000A)"),
    (changed(BOOKING, 'by = "coach:nina"\n', 'by = "coach:nina"\nid = 4\n'), 9, "a text is expected"),
    (changed(BOOKING, 'conversation = "c1"', 'conversation = "  "'), 9, "it is empty"),
    (changed(BOOKING, 'conversation = "c1"', f'conversation = "{TEXT_65}"'), 9, "it has 65 characters; at most 64 are kept"),
    # amendments
    (HEAD + WITHDRAWAL.replace('target = "f#1"\n', ""), 4, "target is missing: which record is amended, and why?"),
    (HEAD + WITHDRAWAL.replace('why = "entered twice"\n', ""), 4, "why is missing: which record is amended, and why?"),
    (HEAD + WITHDRAWAL.replace('"f#1"', '""'), 8, "it is empty"),
    (HEAD + WITHDRAWAL.replace('"entered twice"', "3"), 9, "a text is expected"),
    (HEAD + WITHDRAWAL + "hole = true\n", 10, "there is no such field; did you mean 'whole'?"),
    (HEAD + WITHDRAWAL + 'whole = "no"\n', None, "true or false is expected"),
    (changed(BOOKING, "minutes = 60", 'minutes = 60\ncorrects = "x"'), 4, "why is missing: which record is amended, and why?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "reason"), AN_ENTRY)
def test_an_entry_that_is_wrong_is_named_with_its_line_and_why(text: str, line: int | None, reason: str) -> None:
    found, said = wrong(text)
    assert reason in said
    assert line in (None, found)


def test_the_id_that_a_long_name_of_the_file_gives_is_checked_like_any_other() -> None:
    line, said = wrong(f'schema = 1\nfile = "{"x" * 64}"\n{START}')
    assert (line, said[-41:]) == (4, "it has 66 characters; at most 64 are kept")


def test_an_id_used_twice_on_one_journey_names_both_lines() -> None:
    twice = BOOKING.replace('by = "coach:nina"\n', 'by = "coach:nina"\nid = "f#1"\n')
    assert wrong(HEAD + START + twice) == (13, "the id 'f#1' is used twice on journey 'a', first on line 4")


def test_an_id_used_on_two_journeys_is_two_ids() -> None:
    start = START.replace('by = "lead:jo"\n', 'by = "lead:jo"\nid = "start"\n')
    file = parsed(HEAD + start + start.replace('journey = "a"', 'journey = "b"'))
    assert [(one.journey, one.id) for one in file.entries] == [("a", "start"), ("b", "start")]


TRAINED = """
[[entry]]
kind = "training-completed"
coach = "coach:nina"
at = 2026-01-06T10:00:00Z
by = "lead:jo"
module = "values-and-processes"
completed_on = 2026-01-05
"""


def test_what_is_about_a_coach_has_the_coach_in_the_place_of_a_journey() -> None:
    (entry,) = parsed(HEAD + TRAINED).entries
    assert (entry.journey, entry.entry.declares.name) == ("coach:nina", "training-completed")
    line, said = wrong(HEAD + TRAINED.replace("at = ", 'journey = "a"\nat = '))
    assert (line, "what is about a coach stands on no journey; leave it out" in said) == (7, True)
    line, said = wrong(HEAD + TRAINED.replace("coach:nina", "lead:jo"))
    assert (line, "a coach is expected, written coach:…" in said) == (6, True)
    note = '[[entry]]\nkind = "record-annotated"\ncoach = "coach:nina"\nat = 2026-01-06T10:00:00Z\nby = "lead:jo"\n'
    (_, beside) = parsed(HEAD + TRAINED + note + 'record = "f#1"\nwords = "seen"\n').entries
    assert (beside.journey, beside.entry.declares.name) == ("coach:nina", "record-annotated")
