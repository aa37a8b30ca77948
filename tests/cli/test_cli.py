"""The command: what it prints, what it records, and the code it exits with."""

import io
import os
import runpy
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pytest

import iagcore
from iagcore.casebook import Casebook
from iagcore.cli import main, record
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.opportunities import Opportunity
from iagcore.policy import Policy
from iagcore.practice.signposting import Signposted
from iagcore.record.records import Record
from iagcore.storage.sqlite import SQLiteJournal
from tests.casework import OF_ONE_JOURNEY

HEAD = 'schema = 1\nfile = "f"\n'


def entry(
    kind: str, fields: str = "", *, at: str = "2026-01-05T10:00:00Z", by: str = "coach:nina", of: str = "a"
) -> str:
    return f'\n[[entry]]\nkind = "{kind}"\njourney = "{of}"\nat = {at}\nby = "{by}"\n{fields.strip()}\n'


def start(name: str, *, age: str = "attests_age = 30", id: str = "") -> str:
    said = f'learner = "learner:{name}"\nprogramme = "p"\n{age}\n{id}'
    return entry("journey-started", said, by="lead:jo", of=name)


def booking(id: str, day: str, minutes: int = 60, *, of: str = "a") -> str:
    when = f"starts_at = 2026-{day}T10:00:00Z\nminutes = {minutes}"
    return entry("conversation-booked", f'conversation = "{id}"\ncoach = "coach:nina"\n{when}', of=of)


def held(id: str, day: str, minutes: int = 60, *, seen: str = "one_to_one = true\nin_private = true") -> str:
    said = f'conversation = "{id}"\ncoach = "coach:nina"\nminutes = {minutes}\n{seen}'
    return entry("conversation-held", said, at=f"2026-{day}T11:00:00Z")


START = start("a")
EXPLORED = entry("reality-explored", 'words = "as it is"\noutside = "self-led"')

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder of its own: its exit code, and what it printed on either stream."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(record, "Casebook", partial(Casebook, rules=OF_ONE_JOURNEY))

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Write a journey file in that folder; its name comes back."""

    def write(text: str, name: str = "f.toml") -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return name

    return write


def on_record(path: Path, journey: str = "a") -> list[Record]:
    with SQLiteJournal(path) as journal:
        return list(Casebook(journal, Policy.load("starter")).records(journey))


# ---- the command itself


def test_the_version_is_that_of_the_installed_package(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: f"9.9 of {name}")
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, "iagcore 9.9 of iagcore\n")


def test_the_version_of_a_source_tree_that_was_not_installed_is_said_to_be_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, "iagcore (run from its source, not installed)\n")


@pytest.mark.parametrize(
    "argv", [(), ("recrod", "f.toml"), ("record",), ("show",), ("record", "--journal", ":memory:", "f")]
)
def test_bad_usage_exits_with_2(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("iagcore")
    assert err.endswith(" --help says what it takes, with an example.\n")


@pytest.mark.parametrize("group", ["record", "show", "rules", "check"])
def test_the_help_of_each_command_gives_an_example(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([group, "--help"])
    assert stopped.value.code == 0
    assert f"iagcore {group} " in capsys.readouterr().out.partition("example:")[2]


def test_python_m_iagcore_is_the_command(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["iagcore", "show", "a"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(Path(iagcore.__file__).with_name("__main__.py")), run_name="__main__")
    assert (stopped.value.code, capsys.readouterr().out) == (2, "")


def test_importing_the_module_of_python_m_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("iagcore.__main__").main is main
    assert capsys.readouterr() == ("", "")


def test_a_reader_who_goes_away_ends_the_command_quietly(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as pipe, monkeypatch.context() as patched:  # noqa: PTH123
        patched.setattr(sys, "stdout", pipe)
        code = main(["rules"])
    assert (code, capsys.readouterr().err) == (141, "")


def test_recording_goes_on_when_its_reader_goes_away(
    written: Callable[..., str], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = written(HEAD + START + EXPLORED)
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8", buffering=1) as pipe, monkeypatch.context() as patched:  # noqa: PTH123
        patched.setattr(sys, "stdout", pipe)
        code = main(["record", name])
    assert (code, [one.id for one in on_record(tmp_path / "casebook.db")]) == (141, ["f#1", "f#2"])


def test_a_letter_that_the_terminal_cannot_show_does_not_stop_the_page(
    written: Callable[..., str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("record", written(HEAD + START + EXPLORED.replace("as it is", "as it is \N{SNOWMAN}")))
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    assert main(["show", "a"]) == 0
    assert b"as it is \\u2603" in buffer.getvalue()


def test_a_stream_that_is_no_terminal_or_file_is_written_to_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["rules", "SAF"]) == 0
    assert stream.getvalue().startswith("The rule book, under the policy starter (Starter)\n\nSAF  Safeguarding\n")


# ---- record: what is new


def test_each_decision_is_printed_with_its_reasons_and_the_journal_is_named(
    run: Run, written: Callable[..., str]
) -> None:
    name = written(
        HEAD + START + booking("c1", "02-02") + booking("c2", "02-03", 150) + held("c1", "02-02", 200, seen="")
    )
    assert run("record", name) == (
        0,
        """\
Journal: casebook.db
f.toml: 4 entries, under the policy starter
f#1: Accepted: journey started, learner:a, p, 30 years attested
f#2: Accepted: conversation booked, c1, coach:nina, 02 Feb 2026 10:00, 60 minutes
f#3: Refused: conversation booked, c2, coach:nina, 03 Feb 2026 10:00, 150 minutes
    refusal: ALW-01 (MUST, not met): 150 minutes asked, 120 remain of 180 (0 used, 60 booked elsewhere)
      What helps: Book a shorter conversation, or release what is booked; a lead may extend where the policy lets them.
      Source: Ways to Wellbeing Case Study, Southend Adult Community College, undated (site closed in 2021; excerpts read 1 December 2026)
    advice: ALW-05 (SHOULD, not met): 150 minutes asked, 90 is the longest foreseen
      What helps: Book a shorter conversation, or two.
      Source: local: a rule of this library that each provider decides for itself
f#4: Accepted, with a breach: conversation held, c1, coach:nina, 200 minutes
    breach: ALW-02 (MUST, not met): 200 minutes used of 180 granted
      What helps: Correct the record if the minutes are wrong. If they are right, ask a lead to authorise it.
      Source: Ways to Wellbeing Case Study, Southend Adult Community College, undated (site closed in 2021; excerpts read 1 December 2026)
    advice: ALW-03 (SHOULD, not assessed): missing: whether it was one-to-one
      What helps: Say what is missing.
      Source: Community Learning Mental Health, frequently asked questions, 2015 (site closed in 2021; excerpts read 1 December 2026)
4 recorded: 3 accepted, 1 refused; 2 with advice, 1 with a breach.
""",
        "",
    )


def test_the_journal_is_where_the_option_says(run: Run, written: Callable[..., str], tmp_path: Path) -> None:
    code, out, _ = run("record", written(HEAD + START), "--journal", "mine.db")
    assert (code, out.splitlines()[0]) == (0, "Journal: mine.db")
    assert [one.id for one in on_record(tmp_path / "mine.db")] == ["f#1"]
    assert not (tmp_path / "casebook.db").exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [("", 0), (booking("c1", "02-02", 200), 1), (held("c1", "02-02", 200), 1), (held("c1", "02-02", seen=""), 0)],
    ids=["nothing", "a refusal", "a breach", "advice alone"],
)
def test_strict_exits_with_1_exactly_for_a_refusal_or_a_breach(
    run: Run, written: Callable[..., str], more: str, code: int
) -> None:
    name = written(HEAD + START + more)
    assert run("record", name, "--strict")[0] == code
    assert run("record", name, "--strict")[0] == code
    assert run("record", name)[0] == 0


def test_a_breach_that_a_correction_brings_counts_for_strict(run: Run, written: Callable[..., str]) -> None:
    first = booking("c1", "02-02") + held("c1", "02-02", 60) + booking("c2", "02-09") + held("c2", "02-09", 100)
    corrected = held("c1", "02-02", 90).replace("[[entry]]", '[[entry]]\ncorrects = "f#3"\nwhy = "a slip"')
    assert run("record", written(HEAD + START + first), "--strict")[0] == 0
    code, out, _ = run("record", written(HEAD + START + first + corrected), "--strict")
    assert code == 1
    assert out.splitlines()[2:] == [
        "5 entries were already on the record; 1 is new",
        "f#6: Accepted: entry corrected: f#3 by conversation held, c1, coach:nina, 90 minutes",
        "    on record 'f#5' now stands: ALW-02",
        "      ALW-02: 190 minutes used of 180 granted",
        "1 recorded: 1 accepted, 0 refused; 0 with advice, 0 with a breach.",
    ]


def test_the_same_file_again_records_nothing_and_repeats_the_answer_of_a_refused_plan(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    name = written(HEAD + START + booking("c1", "02-02", 200) + EXPLORED)
    run("record", name)
    first = on_record(tmp_path / "casebook.db")
    assert run("record", name) == (
        0,
        """\
Journal: casebook.db
f.toml: 3 entries, under the policy starter
3 entries were already on the record; none is new
f#2: already on the record, refused: conversation booked, c1, coach:nina, 02 Feb 2026 10:00, 200 minutes
    ALW-01: 200 minutes asked, 180 remain of 180 (0 used, 0 booked elsewhere)
Nothing is new.
""",
        "",
    )
    assert on_record(tmp_path / "casebook.db") == first


def test_the_same_file_with_more_at_its_end_records_only_what_is_new(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    run("record", written(HEAD + START))
    code, out, err = run("record", written(HEAD + START + EXPLORED + EXPLORED.replace("as it is", "and more")))
    assert (code, err) == (0, "")
    assert out.splitlines()[1:3] == [
        "f.toml: 3 entries, under the policy starter",
        "1 entry was already on the record; 2 are new",
    ]
    assert out.splitlines()[-1] == "2 recorded: 2 accepted, 0 refused; 0 with advice, 0 with a breach."
    assert [one.id for one in on_record(tmp_path / "casebook.db")] == ["f#1", "f#2", "f#3"]


def test_a_file_without_entries_records_nothing(run: Run, written: Callable[..., str], tmp_path: Path) -> None:
    assert run("record", written(HEAD)) == (
        0,
        "Journal: casebook.db\nf.toml: 0 entries, under the policy starter\nNothing is new.\n",
        "",
    )
    assert not (tmp_path / "casebook.db").exists()


def test_files_go_on_the_record_together_and_in_their_order(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    one = written(HEAD + START, "one.toml")
    two = written(HEAD.replace('"f"', '"g"') + EXPLORED, "two.toml")
    code, out, _ = run("record", one, two)
    assert (code, out.splitlines()[-1]) == (
        0,
        "2 recorded: 2 accepted, 0 refused; 0 with advice, 0 with a breach.",
    )
    assert [record.id for record in on_record(tmp_path / "casebook.db")] == ["f#1", "g#1"]


def test_a_file_named_twice_is_recorded_once(run: Run, written: Callable[..., str], tmp_path: Path) -> None:
    name = written(HEAD + START + EXPLORED)
    code, out, _ = run("record", name, name)
    assert (code, out.splitlines()[-2]) == (0, "2 entries were already on the record; none is new")
    assert [record.id for record in on_record(tmp_path / "casebook.db")] == ["f#1", "f#2"]


def test_a_concern_begins_a_journey_of_its_own(run: Run, written: Callable[..., str]) -> None:
    concern = entry("concern-raised", 'concern = "k1"\nwords = "unseen"\nlearner = "learner:a"', by="coach:nina")
    code, out, err = run("record", written(HEAD + concern))
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == "f#1: Accepted: concern raised, k1, learner:a"
    assert "unseen" not in out
    # nothing else can be recorded on a journey that has not started
    code, _, err = run("record", written(HEAD + concern + EXPLORED, "more.toml"))
    assert (code, "there is no such journey" in err) == (2, True), err


# ---- record: the policy


OWN = """\
schema = 1
name = "ours"
title = "Ours"
over = "starter"

[[value.allowance_minutes]]
from = 2020-01-01
value = 30
local = "our lead decides"
"""


def test_the_policy_is_starter_unless_the_file_or_the_option_names_another(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    written(OWN, "folder/ours.toml")
    named = written(HEAD.replace("\n", '\npolicy = "ours.toml"\n', 1) + start("b"), "folder/f.toml")
    unnamed = written(HEAD + START)
    _, out, _ = run("record", unnamed, named)
    assert "f.toml: 1 entry, under the policy starter" in out.splitlines()
    assert "folder/f.toml: 1 entry, under the policy ours" in out.splitlines()
    _, out, _ = run("record", named, "--journal", "other.db", "--policy", "starter")
    assert "folder/f.toml: 1 entry, under the policy starter" in out.splitlines()
    granted = [dict(on_record(tmp_path / "casebook.db", name)[0].effect).values() for name in ("a", "b")]
    assert [line.grant for (line,) in granted] == [180, 30]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("startre", "did you mean 'starter'?; a file of your own is named with its .toml"),
        ("", "no policy of this name is shipped"),
        ("gone.toml", "gone.toml: there is no such file"),
    ],
)
def test_a_policy_that_the_file_names_wrongly_is_said_with_its_line(
    run: Run, written: Callable[..., str], policy: str, said: str
) -> None:
    name = written(HEAD.replace("\n", f'\npolicy = "{policy}"\n', 1) + START)
    code, out, err = run("record", name)
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: f.toml:2: policy: ")
    assert said in err


def test_a_policy_that_the_option_names_wrongly_is_said(run: Run, written: Callable[..., str]) -> None:
    code, _, err = run("record", written(HEAD + START), "--policy", "ways-to-wellbing")
    assert code == 2
    assert "did you mean 'ways-to-wellbeing'?" in err


# ---- record: bad input


BAD = [
    (EXPLORED.replace("reality-explored", "reality-explord"), 14, "did you mean 'reality-explored'?"),
    (EXPLORED.replace("words =", "word ="), 18, "there is no such field; did you mean 'words'?"),
    (booking("c1", "02-02").replace("minutes = 60", 'minutes = "45"'), 21, "a whole number of minutes is expected"),
    (booking("c1", "02-02").replace("minutes = 60", "minutes = 45.0"), 21, "a whole number of minutes is expected"),
    (booking("c1", "02-02").replace("minutes = 60", "minutes = 0"), 21, "minutes run from 1 to 100000"),
    (booking("c1", "02-02").replace("T10:00:00Z\nminutes", "T10:00:00\nminutes"), 20, "the time has no zone"),
    (held("c1", "02-02", seen='one_to_one = "no"'), 21, "true or false is expected"),
    (entry("courses-shown", 'courses = "one"'), 18, "a list is expected"),
    (booking("", "02-02"), 18, "it is empty"),
    (booking("c" * 65, "02-02"), 18, "it has 65 characters; at most 64 are kept"),
    (booking("c\\u0000", "02-02"), 18, "it has a control character (U+0000)"),
    ("minutes = \n", 12, "it is not TOML"),
    (
        start("b").replace('journey = "b"', 'journey = "coach:nina"'),
        13,
        "it is about a journey: record it under the journey's name",
    ),
    (EXPLORED.replace('journey = "a"', 'journey = "b"'), 13, "neither on the record nor started earlier"),
]


@pytest.mark.parametrize(("bad", "line", "reason"), BAD)
def test_one_bad_entry_in_the_middle_and_nothing_is_recorded(
    run: Run, written: Callable[..., str], tmp_path: Path, bad: str, line: int, reason: str
) -> None:
    name = written(HEAD + START + bad + EXPLORED)
    code, out, err = run("record", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"iagcore: f.toml:{line}: ")
    assert reason in err
    assert err.count("\n") == 1
    assert not (tmp_path / "casebook.db").exists()


def test_one_bad_file_among_several_and_the_journal_is_as_before(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    run("record", written(HEAD + START))
    before = on_record(tmp_path / "casebook.db")
    good = written(HEAD + START + EXPLORED)
    bad = written(HEAD.replace('"f"', '"g"') + EXPLORED.replace("words", "wrods"), "bad.toml")
    assert run("record", good, bad)[0] == 2
    assert on_record(tmp_path / "casebook.db") == before


def test_a_file_that_is_not_there_is_said(run: Run) -> None:
    assert run("record", "gone.toml") == (2, "", "iagcore: gone.toml: there is no such file\n")


def test_a_fact_for_a_journey_that_does_not_exist_names_the_nearest_that_does(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    run("record", written(HEAD + start("phase-one")))
    code, out, err = run(
        "record", written(HEAD + EXPLORED.replace('journey = "a"', 'journey = "phase-onne"'), "g.toml")
    )
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: g.toml:4: entry: journey = 'phase-onne': there is no such journey: it is neither on the record nor "
        "started earlier in these files; did you mean 'phase-one'?\n"
    )
    assert on_record(tmp_path / "casebook.db", "phase-onne") == []


def test_a_journey_that_starts_below_in_the_file_has_not_started_yet(run: Run, written: Callable[..., str]) -> None:
    code, _, err = run("record", written(HEAD + EXPLORED + START))
    assert (code, err.partition(": entry")[0]) == (2, "iagcore: f.toml:4")


@pytest.mark.parametrize(
    ("was", "becomes", "differs"),
    [
        ("attests_age = 30", "attests_age = 31", "content"),
        ('by = "lead:jo"', 'by = "lead:kim"', "author"),
        ("at = 2026-01-05T10:00:00Z", "at = 2026-01-05T10:00:01Z", "time"),
    ],
)
def test_an_entry_on_the_record_that_was_edited_since_is_an_error_that_says_how_to_go_on(
    run: Run, written: Callable[..., str], tmp_path: Path, was: str, becomes: str, differs: str
) -> None:
    run("record", written(HEAD + START))
    before = on_record(tmp_path / "casebook.db")
    code, out, err = run("record", written(HEAD + START.replace(was, becomes) + EXPLORED))
    assert (code, out) == (2, "")
    assert err == (
        f"iagcore: f.toml:4: the id 'f#1' is already on the record with another {differs}, and nothing on the record is "
        "edited: put the entry back as it was, then append a new entry at the end of the file, or correct the old one "
        "by name (corrects = 'f#1', with why)\n"
    )
    assert on_record(tmp_path / "casebook.db") == before


def test_an_amendment_without_a_time_is_the_same_when_it_is_recorded_again(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    withdrawn = entry("entry-withdrawn", 'target = "f#2"\nwhy = "entered twice"').replace(
        "at = 2026-01-05T10:00:00Z\n", ""
    )
    name = written(HEAD + START + EXPLORED + withdrawn)
    assert run("record", name)[0] == 0
    assert run("record", name)[1].splitlines()[-1] == "Nothing is new."
    assert len(on_record(tmp_path / "casebook.db")) == 3


def test_an_id_that_an_earlier_file_gives_to_another_entry_is_an_error(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    one, two = written(HEAD + START, "one.toml"), written(HEAD + start("a", age="attests_age = 31"), "two.toml")
    assert run("record", one, two) == (
        2,
        "",
        "iagcore: two.toml:4: the id 'f#1' stands in an earlier file too, on the same journey, with another content: "
        "give one of the two an id of its own\n",
    )
    assert not (tmp_path / "casebook.db").exists()


def test_a_start_that_is_refused_stops_what_follows_and_says_how_far_it_went(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    young = start("b", age="attests_age = 9")
    explored = EXPLORED.replace('journey = "a"', 'journey = "b"')
    code, out, err = run("record", written(HEAD + START + young + explored + EXPLORED))
    assert code == 2
    assert out.splitlines()[3].startswith("f#2: Refused: journey started")
    assert err == (
        "iagcore: f.toml:22: there is no journey 'b', since its start was refused: below that start, write one that "
        "can be accepted. Recording stopped here. 2 of 4 new entries are on the record, and stay there; the same file "
        "can be recorded again\n"
    )
    assert [one.accepted for one in on_record(tmp_path / "casebook.db", "b")] == [False]
    # recorded again, it stops at the same place; mended as it says, it goes on from there
    code, out, err = run("record", written(HEAD + START + young + explored + EXPLORED))
    assert (code, err.partition(". Recording")[2][:34]) == (2, " stopped here. 0 of 2 new entries ")
    assert "f#2: already on the record, refused: journey started, learner:b, p, 9 years attested" in out.splitlines()
    code, out, err = run("record", written(HEAD + START + young + start("b") + explored + EXPLORED))
    assert (code, err, out.splitlines()[-1]) == (
        0,
        "",
        "3 recorded: 3 accepted, 0 refused; 0 with advice, 0 with a breach.",
    )


# ---- record: journals that cannot be used


def test_a_file_that_is_no_journal_is_left_as_it_is(run: Run, written: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "casebook.db").write_text("a letter to a friend, nothing more", "utf-8")
    code, out, err = run("record", written(HEAD + START))
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: casebook.db: it is not a journal but a file of another kind; give a journal, "
        "or the name of a new file\n"
    )
    assert (tmp_path / "casebook.db").read_text("utf-8") == "a letter to a friend, nothing more"


def test_a_journal_in_a_folder_that_is_not_there_is_said(run: Run, written: Callable[..., str]) -> None:
    code, out, err = run("record", written(HEAD + START), "--journal", "gone/casebook.db")
    assert (code, out) == (2, "")
    assert "there is no folder" in err


def test_a_journal_that_another_process_keeps_locked_stops_it_with_nothing_recorded(
    run: Run, written: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iagcore.storage.opening.SQLiteJournal", partial(SQLiteJournal, wait=0.05))
    run("record", written(HEAD + START))
    with closing(sqlite3.connect(tmp_path / "casebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, _, err = run("record", written(HEAD + START + EXPLORED))
    assert code == 2
    assert err == (
        "iagcore: f.toml:13: casebook.db: another process has held it locked for more than 0.05 s, and nothing was "
        "written; try again, or find the process that is still writing. Recording stopped here. 0 of 1 new entries are "
        "on the record, and stay there; the same file can be recorded again\n"
    )
    assert [one.id for one in on_record(tmp_path / "casebook.db")] == ["f#1"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_read_only_journal_stops_it_with_nothing_recorded(
    run: Run, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(open_folder)
    Path("ours.toml").write_text(OWN, "utf-8")
    Path("f.toml").write_text(HEAD + START, "utf-8")
    assert run("record", "f.toml", "--policy", "ours.toml")[0] == 0
    policy = Policy.load("ours.toml")  # read beforehand: the other user may not be let into the package's folder
    monkeypatch.setattr(record, "policy_of", lambda *_: policy)
    Path("f.toml").write_text(HEAD + START + EXPLORED, "utf-8")
    Path("casebook.db").chmod(0o444)
    open_folder.chmod(0o555)
    as_root = os.geteuid() == 0
    try:
        if as_root:  # whom no mode keeps from writing
            os.seteuid(65534)
        code, _, err = run("record", "f.toml")
    finally:
        if as_root:
            os.seteuid(0)
        open_folder.chmod(0o755)
    assert code == 2
    assert "casebook.db: it is read-only, so it can be read but nothing can be added" in err
    assert [one.id for one in on_record(open_folder / "casebook.db")] == ["f#1"]


# ---- record: progress


MANY = HEAD + START + EXPLORED * 50


def test_a_terminal_is_shown_how_far_a_long_recording_has_come(
    run: Run, written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, _, err = run("record", written(MANY))
    blank = "\r" + " " * 60 + "\r"
    assert (code, err) == (0, blank + "".join(f"\r{done} of 51 entries{blank}" for done in range(1, 52)))


def test_progress_makes_way_for_an_error(
    run: Run, written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    young = MANY.replace(START, start("a", age="attests_age = 9"))
    code, _, err = run("record", written(young))
    assert (code, err.split("\r")[-1][:25]) == (2, "iagcore: f.toml:13: there")


@pytest.mark.parametrize(("terminal", "text"), [(False, MANY), (True, HEAD + START + EXPLORED * 49)])
def test_no_progress_is_shown_where_nobody_waits_for_it(
    run: Run, written: Callable[..., str], monkeypatch: pytest.MonkeyPatch, terminal: bool, text: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    code, _, err = run("record", written(text))
    assert (code, err) == (0, "")


# ---- show


def test_show_is_the_same_to_the_letter_for_two_journals_recorded_from_one_file(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    name = written(HEAD + START + booking("c1", "02-02", 200) + EXPLORED)
    for path in ("one.db", "two.db"):
        run("record", name, "--journal", path)
    one, two = (on_record(tmp_path / path) for path in ("one.db", "two.db"))
    assert one[0].recorded_at != two[0].recorded_at
    assert run("show", "a", "--journal", "one.db") == run("show", "a", "--journal", "two.db")


def test_show_needs_no_policy_file_since_the_journal_keeps_the_text(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    own = written(OWN.replace("over", 'zone = "Pacific/Auckland"\nover'), "ours.toml")
    run("record", written(HEAD + START + booking("c1", "02-02", 20)), "--policy", own)
    (tmp_path / own).unlink()
    code, out, err = run("show", "a")
    assert (code, err) == (0, "")
    assert ". remaining  10 of 30 granted" in out
    assert "booked for 02 Feb 2026 23:00 with coach:nina, 20 minutes" in out


def test_show_of_a_journal_that_is_not_there_makes_none(run: Run, tmp_path: Path) -> None:
    assert run("show", "a") == (
        2,
        "",
        "iagcore: casebook.db: there is no such file: record something first, or name it with --journal\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_show_of_an_unknown_journey_names_the_nearest(run: Run, written: Callable[..., str]) -> None:
    run("record", written(HEAD + start("phase-one")))
    assert run("show", "phase-onne") == (
        2,
        "",
        "iagcore: casebook.db: there is no journey 'phase-onne': check its name, or start it first; "
        "did you mean 'phase-one'?\n",
    )


def test_show_of_a_journey_whose_start_was_refused_says_that_there_is_none(
    run: Run, written: Callable[..., str]
) -> None:
    run("record", written(HEAD + start("a", age="attests_age = 9")))
    assert run("show", "a") == (
        2,
        "",
        "iagcore: casebook.db: there is no journey 'a': check its name, or start it first\n",
    )


def test_show_of_a_name_that_no_journey_can_have_says_why(run: Run, written: Callable[..., str]) -> None:
    run("record", written(HEAD + START))
    code, out, err = run("show", "learner:a")
    assert (code, out) == (2, "")
    assert "a journey's name does not begin with learner:" in err


def test_show_of_what_is_no_journal_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "casebook.db").write_text("a letter to a friend, nothing more", "utf-8")
    code, out, err = run("show", "a")
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: casebook.db: it is not a journal but a file of another kind")


# ---- rules


def test_rules_prints_every_rule_of_every_family(run: Run) -> None:
    code, out, err = run("rules")
    assert (code, err) == (0, "")
    codes = [rule.code for rule in import_module("iagcore.rulebook").RULES]
    assert [line[:6] for line in out.splitlines() if line[:6] in codes] == codes
    assert max(len(line) for line in out.splitlines()) <= 100


def test_a_rule_is_printed_with_its_level_values_and_sources(run: Run) -> None:
    assert run("rules", "--policy", "ways-to-wellbeing", "alw-07") == (
        0,
        """\
The rule book, under the policy ways-to-wellbeing (Ways to Wellbeing)

ALW  The session allowance

ALW-07  Does a missed conversation cost the learner minutes?
        Minutes charged follow the fault and the notice given, minutes used the rounding, as the
        policy decides them.
        computation, SHOULD
        missed_charge = 0 (learner-excused), 0 (learner-unexcused), 0 (provider), 0 (logistics),
        from 01 Apr 2015 (suggested, not yet decided by you: nobody is charged for an anxious
        morning)
        missed_charge is taken as it is on the day of the miss or the cancellation
        notice_hours = 24 elapsed hours, from 01 Apr 2015 (suggested, not yet decided by you: a
        cancellation a day or more before the start charges nothing, a later one goes by
        missed_charge)
        notice_hours is taken as it is on the day of the cancellation
        rounding = none, from 01 Apr 2015 (suggested, not yet decided by you: minutes count as they
        were)
        rounding is taken as it is on the day of the conversation
        Source: local: what providers charge for a missed session varies, and each decides for
        itself
""",
        "",
    )


LEVELS = """\
schema = 1
name = "ours"
title = "Ours"
zone = "Europe/London"

[[value.rounding]]
from = 2020-01-01
value = { way = "up", to = 15 }
local = "our lead decides"

[[value.allowance_minutes]]
from = 2020-01-01
value = 120
local = "our lead decides"

[[value.allowance_minutes]]
from = 2021-01-01
gap = true
local = "between two programmes"

[[level.ALW-02]]
from = 2020-01-01
value = "SHOULD"
local = "our lead decides"
"""


def test_a_level_that_the_policy_sets_is_printed_beside_the_rule_books_own(
    run: Run, written: Callable[..., str]
) -> None:
    assert run("rules", "--policy", written(LEVELS, "ours.toml"), "ALW-02")[1].splitlines()[4:] == [
        "ALW-02  What if a conversation runs past the three hours?",
        "        Minutes used, charges included, stay within what is granted; one that uses no more than",
        "        before is no overrun.",
        "        check, MUST",
        "        level under this policy: SHOULD, from 01 Jan 2020 (our lead decides)",
        "        allowance_minutes = 120 minutes, from 01 Jan 2020 to before 01 Jan 2021 (our lead decides)",
        "        allowance_minutes = not decided, from 01 Jan 2021 (between two programmes)",
        "        allowance_minutes is taken as it is on the day on which the journey starts",
        "        Source: Ways to Wellbeing Case Study, Southend Adult Community College, undated (site closed",
        "        in 2021; excerpts read 1 December 2026)",
    ]


def test_a_value_that_the_policy_does_not_have_is_said_to_be_undecided(run: Run, written: Callable[..., str]) -> None:
    out = run("rules", "--policy", written(LEVELS, "ours.toml"), "ALW-07")[1]
    assert "        missed_charge: this policy does not decide it\n" in out
    assert "        rounding = up, to 15 minutes, from 01 Jan 2020 (our lead decides)\n" in out


@pytest.mark.parametrize(
    ("policy", "said"),
    [("starter", "window = open, from"), ("ways-to-wellbeing", "window = 01 Apr 2015 to 31 Mar 2016, from")],
)
def test_the_window_is_printed_as_days(run: Run, policy: str, said: str) -> None:
    assert said in run("rules", "--policy", policy, "JRN-01")[1]


def test_a_family_is_printed_whole_with_what_its_rules_refuse(run: Run) -> None:
    out = run("rules", "COR")[1]
    assert "COR  Corrections and withdrawals\n\nCOR-01  " in out
    assert "        check, MUST; a policy cannot lower it; it refuses what has happened, too\n" in out


def test_the_floor_of_commitment_is_printed_with_its_scale(run: Run) -> None:
    assert "commitment_floor = 8 (1 to 10), from" in run("rules", "GRW-03")[1]


def test_a_code_that_no_rule_has_names_the_nearest(run: Run) -> None:
    assert run("rules", "ALW-1") == (
        2,
        "",
        "iagcore: rules: CODE = 'ALW-1': no rule and no family has this code; did you mean 'ALW-01'?\n",
    )


def test_a_policy_that_sets_the_level_of_a_rule_there_is_not_is_an_error(run: Run, written: Callable[..., str]) -> None:
    code, out, err = run("rules", "--policy", written(LEVELS.replace("ALW-02", "ALW-20"), "ours.toml"))
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: ours.toml:21: no rule has the code 'ALW-20'; did you mean ")


# ---- what entries point to


def choir(**said: Any) -> Opportunity:
    return Opportunity("choir", "The choir", **{"status": "active", "last_checked": date(2026, 1, 2), **said})


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A directory with one opportunity in it."""
    with SQLiteDirectory(tmp_path / "directory.db") as directory:
        directory.keep([choir()], feed="f", today=date(2026, 1, 3))
    return tmp_path / "directory.db"


POINTED = entry("signposted", 'signpost = "s"\nopportunity = "choir"')


def test_with_a_directory_a_signpost_keeps_what_was_shown_and_is_recorded_once(
    run: Run, written: Callable[..., str], listed: Path, tmp_path: Path
) -> None:
    name = written(HEAD + START + POINTED)
    code, out, err = run("record", name, "--directory", "directory.db")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "Directory: directory.db"
    with SQLiteDirectory(listed) as directory:
        directory.keep([choir(status="defunct")], feed="f", today=date(2026, 1, 4))
    # the same file again, with the directory as it is now or without one
    for also in (("--directory", "directory.db"), ()):
        code, out, err = run("record", name, *also)
        assert (code, err, out.splitlines()[-1]) == (0, "", "Nothing is new.")
    kept = on_record(tmp_path / "casebook.db")[1].entry
    assert kept == Signposted(
        signpost="s", opportunity="choir", name="The choir", status="active", last_checked=date(2026, 1, 2)
    )
    # what the file says otherwise is an edit
    edited = POINTED + 'status = "defunct"\n'
    code, out, err = run("record", written(HEAD + START + edited), "--directory", "directory.db")
    assert (code, out) == (2, "")
    assert "the id 'f#2' is already on the record with another content" in err


def test_what_the_file_says_of_an_opportunity_is_kept_as_it_says(
    run: Run, written: Callable[..., str], listed: Path, tmp_path: Path
) -> None:
    said = POINTED + 'name = "Singing"\nlast_checked = 2026-01-05\n'
    assert run("record", written(HEAD + START + said), "--directory", "directory.db")[0] == 0
    kept: Any = on_record(tmp_path / "casebook.db")[1].entry
    assert (kept.name, kept.status, kept.last_checked) == ("Singing", "active", date(2026, 1, 5))


def test_an_opportunity_that_the_directory_does_not_list_is_said(
    run: Run, written: Callable[..., str], listed: Path
) -> None:
    mistyped = entry("signposted", 'signpost = "s"\nopportunity = "chior"')
    code, out, err = run("record", written(HEAD + START + POINTED + mistyped), "--directory", "directory.db")
    assert (code, err) == (0, "")
    hint = "    The directory has no 'chior': what was shown of it is what the file says."
    assert [line for line in out.splitlines() if "The directory" in line] == [hint]


def test_a_directory_that_is_not_there_stops_before_anything_is_recorded(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    code, out, err = run("record", written(HEAD + START + POINTED), "--directory", "elsewhere.db")
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: elsewhere.db: there is no such file: bring something in first, with iagcore directory import\n"
    )
    assert not (tmp_path / "casebook.db").exists()


def test_what_is_no_directory_stops_before_anything_is_recorded(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no directory at all, and longer than a header of SQLite would be" * 4, "utf-8")
    code, out, err = run("record", written(HEAD + START + POINTED), "--directory", "notes.txt")
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: notes.txt: it is not a directory of opportunities but a file of another kind; "
        "give a directory of opportunities, or the name of a new file\n"
    )
    assert not (tmp_path / "casebook.db").exists()
