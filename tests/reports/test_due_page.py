"""What is due on one page, and `iagcore due`: grouped, counted, in confidence, from an index that can be made anew."""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import iagcore as iag
from iagcore import entries
from iagcore.cli import due, main
from iagcore.due_index import DueIndex
from iagcore.record.findings import Duty
from iagcore.reports import due_page
from iagcore.storage.memory import MemoryJournal
from tests.casework import JO, NINA, STARTER, on, start

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAM = "safeguarding-lead:sam"

DUTIES = (
    Duty(rule="BKG-04", what="say what came of conversation c1", due=NOW - HOUR, party=NINA, about="journey:a"),
    Duty(rule="BKG-03", what="write up conversation c0", due=NOW - 2 * HOUR, party=None, about="journey:b"),
    Duty(rule="FUP-02", what="nothing is booked", due=None, party="lead", about="journey:a"),
    Duty(rule="COA-10", what="renew first aid", due=NOW + HOUR, party=NINA, about=NINA, opens=NOW - HOUR),
    Duty(
        rule="GRW-07",
        what="review action a1",
        due=NOW + 3 * HOUR,
        party=NINA,
        about="journey:journey:x",
        opens=NOW + 2 * HOUR,
    ),
)


def page(*duties: Duty, party: str | None = None) -> str:
    return str(due_page(duties, at=NOW, zone=STARTER.zone, party=party))


def test_what_is_overdue_comes_first_then_what_is_due_then_what_is_coming_each_by_its_time() -> None:
    assert (
        page(*DUTIES)
        == """\
What there is to do, seen on 05 Jan 2026 10:00
==============================================

OVERDUE (2)
  05 Jan 2026 08:00  write up conversation c0
                     for nobody who is known, on journey b, by BKG-03
  05 Jan 2026 09:00  say what came of conversation c1
                     for coach:nina, on journey a, by BKG-04

DUE (2)
  05 Jan 2026 11:00  renew first aid
                     for coach:nina, on the record of coach:nina, by COA-10; from 05 Jan 2026 on
  no time is set     nothing is booked
                     for any lead, on journey a, by FUP-02

COMING (1)
  05 Jan 2026 13:00  review action a1
                     for coach:nina, on journey journey:x, by GRW-07; from 05 Jan 2026 on

2 overdue, 2 due, 1 coming.
"""
    )


def test_the_order_in_which_duties_are_given_changes_nothing() -> None:
    assert page(*reversed(DUTIES)) == page(*DUTIES)


def test_nothing_due_is_said() -> None:
    assert (
        page(party=NINA)
        == """\
What there is to do for coach:nina, seen on 05 Jan 2026 10:00
=============================================================

Nothing is due, and nothing is coming.
"""
    )


CONFIDENTIAL = (
    Duty(
        rule="SAF-02",
        what="escalate concern k1",
        due=NOW,
        party="safeguarding-lead",
        about="journey:a",
        in_confidence=True,
    ),
    Duty(rule="SAF-02", what="escalate concern k1", due=NOW, party=NINA, about="journey:a", in_confidence=True),
    Duty(rule="SAF-03", what="talk about safety", due=NOW, party=NINA, about="journey:a", in_confidence=True),
)


def test_what_is_due_about_safeguarding_is_counted_and_not_spelled_out() -> None:
    printed = page(*DUTIES[:1], *CONFIDENTIAL)
    assert printed.splitlines()[-5:] == [
        "",
        "1 overdue, 0 due, 0 coming.",
        "",
        "1 more is for the safeguarding lead, who asks with --for safeguarding-lead:NAME.",
        "2 more are about safeguarding, for somebody else who asks with --for and their own name.",
    ]
    for hidden in ("SAF", "k1", "safety", "escalate"):
        assert hidden not in printed


@pytest.mark.parametrize(
    ("duties", "said"),
    [
        (CONFIDENTIAL[:1] * 2, ["2 more are for the safeguarding lead, who asks with --for safeguarding-lead:NAME."]),
        (CONFIDENTIAL[2:], ["1 more is about safeguarding, for somebody else who asks with --for and their own name."]),
    ],
)
def test_only_what_there_is_is_counted(duties: tuple[Duty, ...], said: list[str]) -> None:
    assert page(*duties).splitlines()[3:] == ["Nothing is due, and nothing is coming.", "", *said]


@pytest.mark.parametrize("party", [SAM, NINA])
def test_to_the_party_it_is_for_it_is_spelled_out(party: str) -> None:
    mine = tuple(one for one in CONFIDENTIAL if one.is_for(party))
    printed = page(*mine, party=party)
    assert printed.count("SAF-0") == len(mine) > 0
    assert "more" not in printed


def test_long_words_are_wrapped_to_the_width() -> None:
    printed = page(
        Duty(rule="XXX-01", what="word " * 60, due=NOW, party="coach:" + "m" * 58, about="journey:" + "n" * 64)
    )
    assert max(map(len, printed.splitlines())) <= 100


# ---- at the command line


def entry(
    kind: str, fields: str = "", *, by: str = "coach:nina", of: str = "a", at: str = "2026-01-05T10:00:00Z"
) -> str:
    return f'\n[[entry]]\nkind = "{kind}"\njourney = "{of}"\nat = {at}\nby = "{by}"\n{fields}\n'


def started(name: str) -> str:
    return entry(
        "journey-started", f'learner = "learner:{name}"\nprogramme = "p"\nattests_age = 30', by="lead:jo", of=name
    )


ASSIGNED = entry("coach-assigned", 'coach = "coach:nina"', by="lead:jo")
BOOKED = entry(
    "conversation-booked",
    'conversation = "c1"\ncoach = "coach:nina"\nstarts_at = 2026-06-02T09:00:00Z\nminutes = 60',
)
CONCERN = entry("concern-raised", 'concern = "k1"\nwords = "unseen"\nimmediate_danger = false')
HEAD = 'schema = 1\nfile = "f"\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def recorded(run: Run, tmp_path: Path) -> Callable[..., Run]:
    """A folder with a journal of these entries."""

    def record(*entries: str) -> Run:
        (tmp_path / "f.toml").write_text(HEAD + "".join(entries), "utf-8")
        assert run("record", "f.toml")[0] == 0
        return run

    return record


def test_due_prints_what_is_due_at_a_time(recorded: Callable[..., Run]) -> None:
    run = recorded(started("a"), ASSIGNED, BOOKED)
    due_then = """\
What there is to do, seen on {} Jun 2026 {}
==============================================

{} (1)
  02 Jun 2026 11:00  say what came of conversation c1
                     for coach:nina, on journey a, by BKG-04{}

{}.
"""
    opens = "; from 02 Jun 2026 on"
    at = "2026-06-02T10:59:59+01:00"
    assert run("due", "--at", at) == (
        0,
        due_then.format("02", "10:59", "COMING", opens, "0 overdue, 0 due, 1 coming"),
        "",
    )
    assert run("due", "--at", "2026-06-02") == (
        0,
        due_then.format("02", "23:59", "OVERDUE", opens, "1 overdue, 0 due, 0 coming"),
        "",
    )


def test_a_day_is_asked_about_at_its_end_where_the_policy_is_at_home(recorded: Callable[..., Run]) -> None:
    (Path("ours.toml")).write_text(
        'schema = 1\nname = "ours"\ntitle = "Ours"\nover = "starter"\nzone = "Pacific/Auckland"\n', "utf-8"
    )
    run = recorded()
    Path("g.toml").write_text(HEAD + started("a"), "utf-8")
    assert run("record", "g.toml", "--policy", "ours.toml")[0] == 0
    out = run("due", "--at", "2026-06-02")[1]
    assert out.startswith("What there is to do, seen on 02 Jun 2026 23:59\n")
    assert run("due", "--at", "2026-06-02T11:59:00Z")[1].splitlines()[0] == out.splitlines()[0]


def test_without_a_time_it_is_now(recorded: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "utc_now", lambda: NOW)
    assert recorded(started("a"))("due")[1].startswith("What there is to do, seen on 05 Jan 2026 10:00\n")


def test_for_a_party_only_theirs_is_printed(recorded: Callable[..., Run]) -> None:
    run = recorded(started("a"), ASSIGNED, CONCERN)
    at = ("--at", "2026-01-06")
    everybodys, sams, omars = (run("due", *at, *more)[1] for more in ((), ("--for", SAM), ("--for", "coach:omar")))
    assert "k1" not in everybodys
    assert "1 more is for the safeguarding lead, who asks with --for safeguarding-lead:NAME." in everybodys
    assert "escalate concern k1" in sams
    assert sams.splitlines()[-1] == "1 overdue, 0 due, 0 coming."
    assert omars.splitlines()[-1] == "Nothing is due, and nothing is coming."


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--at", "monday"), "a time with its zone is expected, such as 2026-01-05T10:00+00:00, or a day"),
        (("--at", "2026-01-05T10:00"), "the time has no zone: say which offset it is in, such as +01:00"),
        (("--at", "0001-01-05"), "or a day ("),
        (("--at", "0001-01-05T10:00+00:00"), "the year is outside 1900 to 2999"),
        (("--for", "nina"), "a party is written with its role (learner, coach, lead, safeguarding-lead, researcher)"),
        (("--for", "coahc:nina"), "did you mean 'coach'?"),
        (("--journal", "gone.db"), "gone.db: there is no such file: record something first"),
    ],
)
def test_bad_input_is_said_in_a_sentence(recorded: Callable[..., Run], argv: tuple[str, ...], said: str) -> None:
    code, out, err = recorded(started("a"))("due", *argv)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_journal_with_nothing_on_it_has_nothing_due(run: Run, tmp_path: Path) -> None:
    with iag.SQLiteJournal(tmp_path / "casebook.db") as journal:
        iag.Casebook(journal, STARTER)
    (tmp_path / "casebook.db").touch()
    code, out, _ = run("due", "--at", "2026-01-05")
    assert (code, out.splitlines()[-1]) == (0, "Nothing is due, and nothing is coming.")


def test_an_erased_journey_keeps_the_policy_that_the_page_is_shown_in(run: Run, tmp_path: Path) -> None:
    with iag.SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = iag.Casebook(journal, STARTER, clock=lambda: on(0))
        start(cases)
        cases.erase("learner:a", by=JO)
    code, out, _ = run("due", "--at", "2026-01-05")
    assert (code, out.splitlines()[-1]) == (0, "Nothing is due, and nothing is coming.")


def test_a_journey_whose_start_was_refused_has_nothing_due(recorded: Callable[..., Run]) -> None:
    run = recorded(started("a").replace("attests_age = 30", "attests_age = 9"))
    assert run("due", "--at", "2026-01-05")[1].splitlines()[-1] == "Nothing is due, and nothing is coming."


def test_two_conversations_that_rest_on_one_coach_are_due_each_by_its_own_time(recorded: Callable[..., Run]) -> None:
    again = BOOKED.replace('"c1"', '"c2"').replace("06-02", "06-01")
    printed = recorded(started("a"), ASSIGNED, BOOKED, again)("due", "--at", "2026-05-30")[1].splitlines()
    assert [line[2:] for line in printed if "say what came" in line] == [
        "01 Jun 2026 11:00  say what came of conversation c2",
        "02 Jun 2026 11:00  say what came of conversation c1",
    ]


# ---- the index


def test_the_index_stands_beside_the_journal_and_only_what_is_new_is_looked_at(
    recorded: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(started("a"), started("b"))
    looked: list[tuple[int, int]] = []
    shown = due.Looking.__call__

    def spy(self: due.Looking, done: int, total: int) -> None:
        looked.append((done, total))
        shown(self, done, total)

    monkeypatch.setattr(due.Looking, "__call__", spy)
    run("due")
    assert looked == [(1, 2), (2, 2)]
    assert (tmp_path / "casebook.db.due").is_file()
    run("due")
    assert looked == [(1, 2), (2, 2)]
    recorded(started("a"), started("b"), ASSIGNED)
    run("due")
    assert looked[2:] == [(1, 1)]
    first = run("due", "--at", "2026-01-06")
    assert run("due", "--at", "2026-01-06", "--rebuild") == first
    assert looked[3:] == [(1, 2), (2, 2)]


def test_rebuilding_where_there_is_no_index_makes_one(recorded: Callable[..., Run], tmp_path: Path) -> None:
    assert recorded(started("a"))("due", "--rebuild")[0] == 0
    assert (tmp_path / "casebook.db.due").is_file()


def test_the_index_of_another_journal_is_not_believed(recorded: Callable[..., Run], tmp_path: Path) -> None:
    run = recorded(started("a"), ASSIGNED, BOOKED)
    assert "conversation c1" in run("due", "--at", "2026-06-02")[1]
    for left in tmp_path.glob("casebook.db*"):
        if left.name != "casebook.db.due":
            left.unlink()
    out = recorded(started("b"))("due", "--at", "2026-06-02")[1]
    assert "conversation c1" not in out
    assert "on journey b, by FUP-02" in out


def test_the_order_of_what_is_due_does_not_tell_when_each_journey_was_looked_at() -> None:
    journal = MemoryJournal()
    cases = iag.Casebook(journal, STARTER, clock=lambda: NOW)
    for name in ("b", "a"):
        start(cases, name, learner=f"learner:{name}")
        cases.due()
    cases.record("b", entries.CoachAssigned(coach=NINA), by=JO).require()
    assert [one.about for one in cases.due()] == ["journey:a", "journey:b"]
    assert cases.due() == iag.Casebook(journal, STARTER, clock=lambda: NOW).due()


def test_an_index_made_before_anything_was_recorded_is_made_anew() -> None:
    journal, index = MemoryJournal(), DueIndex()
    cases = iag.Casebook(journal, STARTER, clock=lambda: NOW, due_index=index)
    assert cases.due() == ()
    start(cases)
    assert [one.rule for one in cases.due()] == ["FUP-02"]


@pytest.mark.parametrize("content", [b"a letter to a friend, nothing more", b"SQLite format 3\x00 and nothing more"])
def test_a_file_that_is_no_index_stays_as_it_is_and_is_said(
    recorded: Callable[..., Run], tmp_path: Path, content: bytes
) -> None:
    run = recorded(started("a"))
    (tmp_path / "casebook.db.due").write_bytes(content)
    code, out, err = run("due")
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: casebook.db.due: it is not an index of duties but a file of another kind; "
        "give an index of duties, or the name of a new file\n"
    )
    assert (tmp_path / "casebook.db.due").read_bytes() == content


def test_rebuilding_throws_away_an_index_and_nothing_else(recorded: Callable[..., Run], tmp_path: Path) -> None:
    run = recorded(started("a"))
    (tmp_path / "casebook.db.due").write_bytes(b"a letter to a friend, nothing more")
    assert run("due", "--rebuild") == (
        2,
        "",
        "iagcore: casebook.db.due: it is no index but something of some other kind: move it elsewhere\n",
    )
    (tmp_path / "casebook.db.due").unlink()
    with closing(sqlite3.connect(tmp_path / "casebook.db.due")) as other:
        other.execute("CREATE TABLE somebody_elses (x)")
    assert run("due")[2] == (
        "iagcore: casebook.db.due: it is a database of another program, not an index of duties; "
        "give an index of duties, or the name of a new file\n"
    )
    assert run("due", "--rebuild")[0] == 2
    (tmp_path / "casebook.db.due").unlink()
    for begins in (b"",):
        (tmp_path / "casebook.db.due").write_bytes(begins)
        assert run("due", "--rebuild")[0] == 0


def test_an_index_that_somebody_else_keeps_locked_is_said(
    recorded: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(started("a"))
    run("due")
    opened = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: opened(path, **{**more, "timeout": 0.05}))
    with closing(opened(tmp_path / "casebook.db.due", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        code, _, err = run("due")
    assert (code, err[:60]) == (2, "iagcore: casebook.db.due: another process has held it locked")


def test_a_folder_that_cannot_be_written_to_is_said(run: Run, tmp_path: Path) -> None:
    with iag.SQLiteJournal(tmp_path / "casebook.db") as journal:
        start(iag.Casebook(journal, STARTER, clock=lambda: NOW))
    os.mkdir(tmp_path / "casebook.db.due")  # noqa: PTH102 # so that no file can be made there
    code, _, err = run("due")
    assert (code, err) == (2, "iagcore: casebook.db.due: it is a folder; name a file\n")


@pytest.mark.parametrize(("terminal", "many", "shown"), [(True, 51, True), (True, 50, False), (False, 51, False)])
def test_a_terminal_is_shown_how_far_a_long_first_look_has_come(
    recorded: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, terminal: bool, many: int, shown: bool
) -> None:
    run = recorded(*(started(f"j{number}") for number in range(many)))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    code, _, err = run("due")
    blank = "\r" + " " * 60 + "\r"
    said = "".join(f"{blank}\r{done} of {many} journeys and coaches" for done in range(1, many + 1)) + blank
    assert (code, err) == (0, said if shown else "")
