"""A coach on one page: the steps drawn and told, what they were ready for on a day, and whom they go with."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.practice.kinds import Entry
from iagcore.reports import coach_page
from iagcore.reports.layout import WIDTH
from tests.casework import JO, NINA, OMAR, STARTER, WELLBEING, policy, value
from tests.reports.test_journey_page import sections

BEGINNING = datetime(2026, 1, 5, 10, tzinfo=UTC)

Made = tuple[int, Entry] | tuple[int, Entry, str]


def book(*made: Made, under: iag.Policy = STARTER) -> iag.Casebook:
    """A casebook with entries on a coach's record, each so many days after the beginning."""
    cases = iag.Casebook(iag.MemoryJournal(), under, clock=lambda: BEGINNING)
    for number, (day, entry, *by) in enumerate(made):
        at = BEGINNING + timedelta(days=day)
        cases.record(NINA, entry, by=by[0] if by else JO, at=at, id=f"e{number}")
    return cases


def page(cases: iag.Casebook, *, on: date | None = None) -> str:
    records = tuple(cases.records(NINA))
    duties = cases.duties(NINA) if records else ()
    return coach_page(cases.coach(NINA), records=records, duties=duties, zone=STARTER.zone, on=on)


def lines(cases: iag.Casebook, title: str, *, on: date | None = None) -> list[str]:
    return sections(page(cases, on=on)).get(title, [])


def step(name: str, *, agrees: bool | None = True, by: str | None = None) -> entries.StepTaken:
    return entries.StepTaken(step=name, coach_agrees=agrees, supported_by=by)


PATH: tuple[Made, ...] = (
    (0, entries.InterestExpressed(transferable_skills=("listens", "explains"))),
    (1, entries.TrainingCompleted(module="values-and-processes", completed_on=date(2026, 1, 6))),
    (2, step("in training")),
    (
        3,
        entries.TrainingCompleted(
            module="signposting", completed_on=date(2026, 1, 8), version="2", expires_on=date(2026, 3, 1)
        ),
    ),
    (4, entries.CheckCompleted(check="DBS", completed_on=date(2025, 12, 1), expires_on=date(2028, 12, 1))),
    (5, entries.ExemptionGiven(module="first aid", note="a nurse for ten years", expires_on=date(2026, 6, 1))),
    (6, entries.CourseExperienced(course="mindfulness")),
    (7, step("supported", by="coach:omar")),
    (8, step("shadowing", agrees=None)),
    (9, step("shadowing", agrees=False)),
    (10, entries.CoachPaused(until=date(2026, 1, 17))),
    (13, entries.SupervisionHeld(supervisor="lead:jo")),
    (14, entries.DebriefHeld()),
    (15, entries.BasisChanged(basis="employed", coach_agrees=True)),
    (16, entries.CoachSuspended(reason="until something is looked into")),
    (18, step("independent")),
    (19, entries.CoachPaused()),
)


def test_readiness_is_told_step_by_step_in_the_order_of_time() -> None:
    assert lines(book(*reversed(PATH[:1]), *PATH[1:]), "READINESS, AS IT GREW") == [
        "  05 Jan 2026  Interest was expressed. listens; explains",
        "  06 Jan 2026  Training: values-and-processes, completed on 06 Jan 2026",
        "  07 Jan 2026  The first step: in training; the coach agrees",
        "  08 Jan 2026  Training: signposting, version 2, completed on 08 Jan 2026, expires on 01 Mar 2026",
        "  09 Jan 2026  Check: DBS, completed on 01 Dec 2025, expires on 01 Dec 2028",
        "  10 Jan 2026  In the place of first aid, until 01 Jun 2026, lead:jo accepts something else. a nurse",
        "               for ten years",
        "  11 Jan 2026  Experienced the course mindfulness",
        "  12 Jan 2026  A step forward: supported by coach:omar; the coach agrees",
        "  13 Jan 2026  A step back: shadowing",
        "  14 Jan 2026  The same step: shadowing; the coach does not agree",
        "  15 Jan 2026  A pause, until 17 Jan 2026",
        "  18 Jan 2026  Supervision with lead:jo",
        "  19 Jan 2026  Debrief",
        "  20 Jan 2026  The basis became: employed; the coach agrees",
        "  21 Jan 2026  Suspended by lead:jo. until something is looked into",
        "  23 Jan 2026  A step forward: independent; the coach agrees",
        "  24 Jan 2026  A pause",
    ]


def test_the_steps_are_drawn_as_a_stair_with_pauses_and_suspensions_below() -> None:
    assert lines(book(*PATH), "THE STEPS OVER TIME") == [
        "  independent|                #",
        "  supported  |     #",
        "  shadowing  |      ##   ###",
        "  in training|#####",
        "  paused     |        ###      #",
        "  suspended  |              ##",
        "             07 Jan 2026 to 24 Jan 2026; a column is a day",
    ]


def test_what_was_recorded_late_is_told_and_drawn_at_its_own_time() -> None:
    cases = book((9, step("shadowing")), (0, step("in training")))
    assert lines(cases, "THE STEPS OVER TIME")[2:] == [
        "  shadowing  |         #",
        "  in training|#########",
        "             05 Jan 2026 to 14 Jan 2026; a column is a day",
    ]
    assert lines(cases, "READINESS, AS IT GREW") == [
        "  05 Jan 2026  The first step: in training; the coach agrees",
        "  14 Jan 2026  A step forward: shadowing; the coach agrees",
    ]


def test_a_step_shorter_than_a_column_is_drawn_all_the_same() -> None:
    cases = book(
        (0, step("in training")), (100, step("shadowing")), (101, step("in training")), (599, step("shadowing"))
    )
    drawn = lines(cases, "THE STEPS OVER TIME")
    assert drawn == [
        "  independent|",
        "  supported  |",
        "  shadowing  |          #                                                #",
        "  in training|############################################################",
        "             05 Jan 2026 to 27 Aug 2027; a column is 10 days",
    ]
    assert (drawn[2].index("#"), drawn[3].count("#")) == (DRAWN_AT + 100 // 10, 60)


def test_the_picture_ends_with_the_last_thing_on_the_record() -> None:
    cases = book((0, step("independent")), (120, entries.CoachPaused(until=(BEGINNING + timedelta(days=120)).date())))
    assert lines(cases, "THE STEPS OVER TIME") == [
        "  independent|########################################",
        "  supported  |",
        "  shadowing  |",
        "  in training|",
        "  paused     |                                        #",
        "             05 Jan 2026 to 05 May 2026; a column is 3 days",
    ]


DRAWN_AT = len("  in training|")


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4000),
            st.one_of(
                st.sampled_from(("in training", "shadowing", "supported", "independent")).map(step),
                st.sampled_from((None, date(2026, 1, 9), date(2030, 1, 1))).map(
                    lambda until: entries.CoachPaused(until=until)
                ),
                st.just(entries.CoachSuspended(reason="x")),
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_each_column_holds_where_the_coach_stood_on_the_days_of_it(made: list[tuple[int, Entry]]) -> None:
    cases = book(*made)
    drawn = lines(cases, "THE STEPS OVER TIME")
    if not drawn:
        return
    *rows, axis = drawn
    days = re.fullmatch(r" +(\d\d \w{3} \d{4}) to (\d\d \w{3} \d{4}); a column is (?:a day|(\d+) days)", axis)
    assert days is not None
    first, last = (datetime.strptime(said, "%d %b %Y").date() for said in days.groups()[:2])  # noqa: DTZ007 # a day
    each, readiness = int(days[3] or 1), cases.coach(NINA).readiness
    assert max(map(len, rows)) <= DRAWN_AT + 60
    for column in range(60):
        begins = first + timedelta(days=column * each)
        stood = {
            standing.name
            for day in range(each)
            if begins + timedelta(days=day) <= last
            and (standing := readiness.standing(begins + timedelta(days=day), zone=STARTER.zone)) is not None
        }
        assert {row[2:13].strip() for row in rows if row[DRAWN_AT + column : DRAWN_AT + column + 1] == "#"} == stood


def test_without_a_step_nothing_is_drawn() -> None:
    assert lines(book((0, entries.InterestExpressed())), "THE STEPS OVER TIME") == []
    assert lines(book((0, entries.InterestExpressed())), "READINESS, AS IT GREW") == [
        "  05 Jan 2026  Interest was expressed"
    ]


def test_a_day_asked_for_says_what_the_coach_was_ready_for_and_why() -> None:
    cases = book(*PATH[:4], (7, step("supported", by="coach:omar")), under=WELLBEING)
    printed = lines(cases, "READY ON 20 JAN 2026", on=date(2026, 1, 20))
    recruiting = printed.index("  recruiting   ready")
    assert printed[:7] == [
        "  one-to-one   not ready",
        "               COA-01 (MUST, met): values-and-processes training on 20 Jan 2026: in force (training",
        "               of 06 Jan 2026)",
        "               COA-04 (MUST, met): on 20 Jan 2026 the coach is supported by coach:omar",
        "               COA-06 (MUST, not met): not in force on 20 Jan 2026: safeguarding training",
        "               What helps: Record the check that was completed, have it done, or let another coach",
        "               take this.",
    ]
    considered = cases.coach(NINA).ready_for("one-to-one", on=date(2026, 1, 20)).considered
    renewed, suspended = (one for one in considered if one.rule in ("COA-07", "COA-11"))
    assert " ".join(" ".join(printed[7:recruiting]).split()) == (
        f"COA-07 (SHOULD, met): {renewed.sentence} COA-11 (MUST, met): {suspended.sentence}"
    )
    assert printed[recruiting + 1 :] == [
        "               COA-01 (MUST, met): values-and-processes training on 20 Jan 2026: in force (training",
        "               of 06 Jan 2026)",
        "  signposting  ready",
        "               COA-02 (MUST, met): signposting training on 20 Jan 2026: in force (training, version",
        "               2 of 08 Jan 2026, until 01 Mar 2026)",
    ]


def test_signposting_training_that_ran_out_is_said_for_signposting_alone() -> None:
    cases = book(*PATH[:4], (7, step("supported", by="coach:omar")))
    answers = [line for line in lines(cases, "READY ON 02 MAR 2026", on=date(2026, 3, 2)) if line[2] != " "]
    assert answers[1:] == ["  recruiting   ready", "  signposting  ready, with advice"]


def test_ready_with_advice_is_told_apart_from_ready() -> None:
    cases = book(*PATH[:4], (7, step("supported", by="coach:omar")))
    answers = [line for line in lines(cases, "READY ON 10 FEB 2026", on=date(2026, 2, 10)) if line[2] != " "]
    assert answers == ["  one-to-one   ready, with advice", "  recruiting   ready", "  signposting  ready"]


def test_without_a_day_the_page_says_nothing_of_what_the_coach_is_ready_for() -> None:
    assert not [title for title in sections(page(book(*PATH))) if title.startswith("READY ON")]


def test_journeys_assigned_and_covered_and_hours_booked_are_on_the_page() -> None:
    cases = book(*PATH[:2])
    for name in ("b", "a", "c"):
        start = entries.JourneyStarted(learner=f"learner:{name}", programme="p", attests_age=30)
        cases.record(name, start, by=JO, at=BEGINNING).require()
    for name in ("b", "a"):
        cases.record(name, entries.CoachAssigned(coach=NINA), by=JO, at=BEGINNING).require()
    cases.record("c", entries.CoachAssigned(coach=OMAR), by=JO, at=BEGINNING).require()
    cases.record("c", entries.CoverAssigned(coach=NINA, until=date(2026, 2, 1)), by=JO, at=BEGINNING).require()
    for name, day in (("a", 10), ("b", 9)):
        starts_at = datetime(2026, 7, day, 9, tzinfo=UTC)
        asked = entries.ConversationBooked(conversation="c1", coach=NINA, starts_at=starts_at, minutes=45)
        cases.record(name, asked, by=JO, at=BEGINNING).require()
    assert lines(cases, "GOES WITH") == [
        "  assigned     a",
        "  assigned     b",
        "  covers       c, until 01 Feb 2026",
    ]
    assert lines(cases, "HOURS BOOKED") == ["  09 Jul 2026  10:00 to 10:45", "  10 Jul 2026  10:00 to 10:45"]


def test_what_is_open_refused_noted_and_put_right_is_on_the_page() -> None:
    cases = book(
        (0, step("in training")),
        (1, step("independent", agrees=None)),
        (2, entries.TrainingCompleted(module="first aid", completed_on=date(2026, 1, 7), expires_on=date(2026, 5, 1))),
        (3, entries.RecordAnnotated(record="e2", words="with the fire brigade")),
        (4, entries.TrainingCompleted(module="cooking", completed_on=date(2026, 1, 9))),
        (5, entries.BreachAuthorised(record="e2", rule="XXX-01", reason="it is known")),
    )
    cases.withdraw(NINA, "e4", by=JO, why="it was somebody else", id="w")
    found = sections(page(cases))
    assert found["READINESS, AS IT GREW"] == [
        "  05 Jan 2026  The first step: in training; the coach agrees",
        "  07 Jan 2026  Training: first aid, completed on 07 Jan 2026, expires on 01 May 2026",
        "  08 Jan 2026  A note was added (lead:jo), to: Training completed: first aid. with the fire brigade",
        "  10 Jan 2026  XXX-01 was authorised by lead:jo. it is known",
    ]
    assert "  due          renew first aid, due 01 May 2026 23:59 (coach:nina) [COA-10]" in found["WHAT IS OPEN"]
    assert found["REFUSED"][0] == "  06 Jan 2026  Step taken"
    assert found["REFUSED"][1].startswith("               COA-05: ")
    assert found["PUT RIGHT SINCE"] == ["  Training completed: cooking was withdrawn by lead:jo. it was somebody else"]


ONE_OF_EACH: tuple[Entry, ...] = (
    entries.InterestExpressed(transferable_skills=("w0w", "w1w")),
    entries.TrainingCompleted(module="m", completed_on=date(2026, 1, 5)),
    entries.CheckCompleted(check="k", completed_on=date(2026, 1, 5)),
    entries.ExemptionGiven(module="n", note="w2w", expires_on=date(2026, 9, 1)),
    entries.CourseExperienced(course="c"),
    entries.SupervisionHeld(),
    entries.DebriefHeld(held_with="lead:jo"),
    step("in training"),
    entries.BasisChanged(basis="volunteer", coach_agrees=True),
    entries.CoachPaused(),
    entries.CoachSuspended(reason="w3w"),
)


def test_every_text_of_every_kind_on_a_coachs_record_has_its_place() -> None:
    assert {type(one) for one in ONE_OF_EACH} == {kind for kind in iag.KINDS if kind.declares.about[0] == "coach"}
    made = page(book(*((day, entry) for day, entry in enumerate(ONE_OF_EACH))))
    assert re.findall(r"w\dw", made) == ["w0w", "w1w", "w2w", "w3w"]
    assert len(sections(made)["READINESS, AS IT GREW"]) == len(ONE_OF_EACH)


@given(st.text(max_size=300), st.integers(0, 200))
def test_no_words_break_the_page(words: str, long: int) -> None:
    try:
        entry = entries.ExemptionGiven(module="m", note=f"s{words}{'m' * long}", expires_on=date(2026, 9, 1))
    except iag.InvalidEntry:
        return
    made = page(book((0, entry)))
    assert max(len(line) for line in made.splitlines()) <= WIDTH
    assert all(line == line.rstrip() for line in made.splitlines())


# ---- at the command line

FILE = """\
schema = 1
file = "f"

[[entry]]
kind = "training-completed"
coach = "coach:nina"
at = 2026-01-05T10:00:00Z
by = "lead:jo"
module = "values-and-processes"
completed_on = 2026-01-05
"""
STARTED = """\
schema = 1
file = "g"

[[entry]]
kind = "journey-started"
journey = "a"
at = 2026-01-05T10:00:00Z
by = "lead:jo"
learner = "learner:a"
programme = "p"
attests_age = 30

[[entry]]
kind = "coach-assigned"
journey = "a"
at = 2026-01-05T10:00:00Z
by = "lead:jo"
coach = "coach:omar"
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def recorded(run: Run, tmp_path: Path) -> Run:
    for name, text in (("f.toml", FILE), ("g.toml", STARTED)):
        (tmp_path / name).write_text(text, "utf-8")
        assert run("record", name)[0] == 0
    return run


def test_show_prints_a_coach(recorded: Run) -> None:
    assert recorded("show", "coach:nina") == (
        0,
        "Coach coach:nina\n================\n\nREADINESS, AS IT GREW\n"
        "  05 Jan 2026  Training: values-and-processes, completed on 05 Jan 2026\n",
        "",
    )
    assert "\nREADY ON 06 JAN 2026\n" in recorded("show", "coach:nina", "--on", "2026-01-06")[1]


def test_a_coach_is_shown_under_the_policy_that_was_last_used_of_them(run: Run, tmp_path: Path) -> None:
    own = policy(value("required_checks", '["first aid"]'), name="ours")
    (tmp_path / "ours.toml").write_text(own.text.rpartition("\n# ========")[2].partition("\n")[2], "utf-8")
    (tmp_path / "f.toml").write_text(FILE, "utf-8")
    assert run("record", "f.toml", "--policy", "ours.toml")[0] == 0
    assert "not in force on 06 Jan 2026: first aid" in run("show", "coach:nina", "--on", "2026-01-06")[1]


def test_a_coach_of_whom_only_a_journey_speaks_is_shown_as_far_as_it_goes(recorded: Run) -> None:
    assert recorded("show", "coach:omar") == (
        0,
        "Coach coach:omar\n================\n\nGOES WITH\n  assigned     a\n",
        "",
    )


def test_a_coach_whose_only_entry_was_refused_has_nothing_open(run: Run, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(FILE.replace('by = "lead:jo"', 'by = "coach:omar"'), "utf-8")
    assert run("record", "f.toml")[0] == 0
    code, out, _ = run("show", "coach:nina")
    assert (code, list(sections(out))) == (0, ["", "REFUSED"])


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ("coach:ninna",),
            "COACH = 'coach:ninna': nothing on the record is about this coach; did you mean 'coach:nina'?",
        ),
        (("coach:",), "a party is written with its role"),
        (("coach:nina", "--for", "lead:jo"), "--for = 'lead:jo': it goes with a journey, not with a coach"),
        (("coach:nina", "--on", "monday"), "--on = 'monday': a day is expected, such as 2026-01-05"),
        (("coach:nina", "--on", "0001-01-01"), "the year is outside 1900 to 2999"),
        (("a", "--on", "2026-01-05"), "--on = '2026-01-05': it goes with --for, or with a coach such as coach:nina"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(recorded: Run, argv: tuple[str, ...], said: str) -> None:
    code, out, err = recorded("show", *argv)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
