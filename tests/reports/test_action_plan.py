"""The learner's action plan: one page, in plain words, and nothing on it that its outlet does not carry."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.opportunities import Opportunity
from iagcore.practice.disclosures import OUTLET_BY_NAME
from iagcore.practice.kinds import Entry
from iagcore.record.releasing import released
from iagcore.reports import action_plan
from iagcore.reports.action_plan import COLUMNS, LINES
from tests.casework import NINA, OF_ONE_JOURNEY, STARTER
from tests.reports.test_journey_page import ONE_OF_EACH, Book, held

BEGINNING = datetime(2026, 1, 5, 10, tzinfo=UTC)
START = entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)


def plan(*made: Entry | tuple[str, Entry]) -> str:
    """The action plan of a journey with these entries, by a lead where nobody else is named."""
    cases = iag.Casebook(iag.MemoryJournal(), STARTER, clock=lambda: BEGINNING, rules=OF_ONE_JOURNEY)
    for number, one in enumerate((START, *made)):
        by, entry = one if isinstance(one, tuple) else ("lead:jo", one)
        cases.record("a", entry, by=by, at=BEGINNING, id=f"e{number}").require()
    return action_plan(cases.journey("a"), zone=STARTER.zone)


def goal(words: str, id: str = "g") -> entries.GoalSet:
    return entries.GoalSet(goal=id, words=words)


def action(what: str, id: str = "a", **said: Any) -> entries.ActionAgreed:
    return entries.ActionAgreed(action=id, what=what, **said)


def booked(id: str, day: int, minutes: int = 45) -> entries.ConversationBooked:
    starts_at = datetime(2026, 6, day, 9, 30, tzinfo=UTC)
    return entries.ConversationBooked(conversation=id, coach=NINA, starts_at=starts_at, minutes=minutes)


def test_the_plan_says_what_the_learner_wants_and_will_do_when_they_meet_and_what_is_left() -> None:
    assert (
        plan(
            goal("Pass the driving test", "g1"),
            goal("Travel", "g2"),
            goal("Learn to draw", "g3"),
            entries.GoalReached(goal="g2", words="it was grand"),
            entries.GoalSetAside(goal="g3", reason="unseen"),
            action("Ask a friend along", "a1"),
            action(
                "Book the test",
                "a2",
                by_when=date(2026, 7, 3),
                support="My sister",
                obstacle="Late shifts",
                commitment=9,
            ),
            action("Practise on Sunday", "a3", by_when=date(2026, 6, 14)),
            action("Done long ago", "a4"),
            entries.ActionReviewed(action="a4", outcome="done"),
            booked("c2", 15),
            booked("c1", 8, 30),
            entries.CoursesShown(courses=("mindfulness", "drawing", "creative-writing", "singing")),
            entries.CourseEnrolled(course="creative-writing"),
            entries.CourseEnrolled(course="drawing"),
            entries.CourseEnrolled(course="singing"),
            entries.CourseCompleted(course="drawing"),
            entries.CourseLeft(course="singing", reason="unseen"),
        )
        == """\
Your action plan
================

It is yours: to keep, to change, and to show to whom you like.

What you want
  - Pass the driving test

What you have reached
  - Travel

What you said you would do
  - Practise on Sunday
    By when: Sunday 14 June 2026
  - Book the test
    By when: Friday 3 July 2026
    What helps: My sister
    What might get in the way: Late shifts
  - Ask a friend along

When you meet your coach next
  - Monday 8 June 2026 at 10:30, for 30 minutes
  - Monday 15 June 2026 at 10:30, for 45 minutes

Time that is left
  - 105 minutes with your coach, if you want them.

Courses you chose
  - drawing (completed)
  - creative writing
"""
    )


def test_a_plan_with_nothing_on_it_yet_says_so() -> None:
    assert (
        plan(entries.JourneyClosed())
        == """\
Your action plan
================

It is yours: to keep, to change, and to show to whom you like.

There is nothing on it yet. Your coach can write it with you.
"""
    )


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (179, "  - 1 minute with your coach, if you want them."),
        (180, "  - All the time for one-to-one conversations is used or booked."),
    ],
)
def test_the_last_minute_and_no_minute_are_said_as_they_are(minutes: int, said: str) -> None:
    assert said in plan(held("c1", minutes)).splitlines()


@pytest.mark.parametrize("ended", [entries.JourneyClosed(), entries.LearnerLeft(how="moved on", note="unseen")])
def test_once_a_journey_has_ended_no_time_is_offered_and_nothing_is_said_of_it(ended: Entry) -> None:
    printed = plan(goal("Travel"), ended)
    assert printed == plan(goal("Travel")).partition("\nTime that is left")[0]


# ---- what cannot reach it

SECRETS = {
    # the words that the page may have are those of a goal and of an action; of a goal that is set aside none;
    "goal-set": set(),
    "goal-changed": {"words"},
    "action-changed": {"what", "support", "obstacle"},
    # and the names of courses and of what they were pointed to
    "course-enrolled": {"name"},
    "signposted": {"name"},
}


def one_of_each() -> tuple[str, dict[str, tuple[str, str]]]:
    """The plan of a journey with every kind on it, each text a word of its own, and which kind and field it is of."""
    book, words, concern = Book(), dict[str, tuple[str, str]](), ""
    ending = (
        entries.GoalReached,
        entries.GoalSetAside,
        entries.ActionReviewed,
        entries.CourseLeft,
        entries.JourneyClosed,
        entries.JourneyReopened,
        entries.LearnerLeft,
    )
    made = [(by, entry) for by, entry in ONE_OF_EACH if not isinstance(entry, ending)]
    made += [
        ("learner:a", entries.ConcernRaised(concern="own", words="x")),
        ("learner:a", entries.DiaryWritten(diary="own", sort="achievement", words="x")),
        ("learner:a", entries.RecordAnnotated(record="e2", words="x")),
    ]
    for by, entry in made:
        texts: dict[str, str] = {}
        for field in entry.declares.fields:
            if field.type.name == "words":
                texts[field.name] = f"w{len(words)}w"
                words[texts[field.name]] = (entry.declares.name, field.name)
        if isinstance(entry, entries.RecordAnnotated) and entry.record == "the concern":
            texts["record"] = concern
        assert book.add(attrs.evolve(entry, **texts), by).accepted  # type: ignore[misc] # every kind is an attrs class
        concern = f"e{book.made}" if isinstance(entry, entries.ConcernRaised) else concern
    book.casebook.correct(
        "a", "e2", entries.CoachingOfferAnswered(answer="in part", note="w0c"), by="lead:jo", why="w0y"
    )
    return action_plan(book.casebook.journey("a"), zone=STARTER.zone), {**words, "w0c": ("", ""), "w0y": ("", "")}


def test_of_every_text_of_every_kind_only_a_goals_an_actions_and_what_is_called_so_reach_the_page() -> None:
    printed, words = one_of_each()
    found = {words[word] for word in words if word in printed}
    assert found == {(kind, field) for kind, fields in SECRETS.items() for field in fields}


@pytest.mark.parametrize(
    "ended", [entries.GoalReached(goal="g", words="unseen"), entries.GoalSetAside(goal="g", reason="unseen")]
)
def test_what_was_said_when_a_goal_ended_does_not_reach_the_page(ended: Entry) -> None:
    assert "unseen" not in plan(goal("Travel"), ended)


def test_nothing_that_is_an_id_or_a_code_or_a_reference_is_on_the_page() -> None:
    printed, _ = one_of_each()
    for hidden in (
        "learner",
        "coach:",
        "lead:",
        "c1",
        "a1",
        "g1",
        "x1",
        "phase",
        "PHQ",
        "ALW",
        "COA",
        "missed",
        "concern",
        "k1",
        "sp1",
        "choir",
    ):
        assert hidden not in printed


def test_a_class_that_the_outlet_does_not_list_is_not_folded_into_the_plan() -> None:
    book = Book(START, goal("Travel"), entries.OtherSupportNoted(support="s", words="unseen", status="started"))
    book.add(entries.MeasureTaken(scale="PHQ-9", occasion="baseline", total=9))
    plan_of = released(book.casebook.journey("a"), OUTLET_BY_NAME["action plan"], "learner:a")
    assert [one.words for one in plan_of.grow.goals] == ["Travel"]
    assert (plan_of.learning.support, plan_of.measures.taken) == ((), ())
    # an outlet that lists no free text has no goal to show
    silent = attrs.evolve(OUTLET_BY_NAME["action plan"], classes=OUTLET_BY_NAME["research extract"].classes)
    assert released(book.casebook.journey("a"), silent, "learner:a").grow.goals == ()


def test_the_plan_is_made_from_what_its_outlet_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = attrs.evolve(OUTLET_BY_NAME["action plan"], classes=OUTLET_BY_NAME["research extract"].classes)
    whole = plan(goal("Travel"), action("Save up"))
    monkeypatch.setattr(
        import_module("iagcore.reports.action_plan"), "OUTLET_BY_NAME", {**OUTLET_BY_NAME, "action plan": silent}
    )
    assert ("Travel" in whole, "Save up" in whole) == (True, True)
    assert "What you" not in plan(goal("Travel"), action("Save up"))


# ---- what they were pointed to


def pointed(id: str = "s", name: str | None = "The choir", status: str | None = "active") -> entries.Signposted:
    return entries.Signposted(signpost=id, opportunity=f"o-{id}", name=name, status=status)


def referred(id: str = "r", **said: Any) -> entries.ReferralMade:
    return entries.ReferralMade(
        referral=id, opportunity=f"o-{id}", name="Debt advice", condition_of_place=False, **said
    )


def else_there_is(*made: Entry, directory: MemoryDirectory | None = None) -> list[str]:
    cases = iag.Casebook(iag.MemoryJournal(), STARTER, clock=lambda: BEGINNING, rules=OF_ONE_JOURNEY)
    consent = entries.ConsentGiven(consent="k", purpose="referral", scope="this journey")
    cases.record("a", START, by="lead:jo", at=BEGINNING).require()
    cases.record("a", consent, by="learner:a", at=BEGINNING).require()
    for entry in made:
        cases.record("a", entry, by="lead:jo", at=BEGINNING).require()
    printed = action_plan(cases.journey("a"), zone=STARTER.zone, directory=directory)
    return printed.partition("What else there is for you\n")[2].splitlines()


def test_what_the_learner_was_pointed_to_is_named_as_it_was_shown_with_who_gets_in_touch() -> None:
    assert else_there_is(pointed(), referred(), referred("h", how="warm handover")) == [
        "  - The choir: you get in touch yourself.",
        "  - Debt advice: your coach gets in touch for you.",
        "  - Debt advice: your coach introduces you.",
    ]


@pytest.mark.parametrize("status", [None, "temporarily closed"])
def test_what_was_not_shown_to_run_is_asked_about_first(status: str | None) -> None:
    assert else_there_is(pointed(status=status)) == [
        "  - The choir: you get in touch yourself; ask first whether it still runs.",
    ]


def test_what_has_no_name_on_the_record_is_named_by_no_id() -> None:
    assert else_there_is(pointed(name=None)) == [
        "  - Something that your coach can name for you: you get in touch yourself.",
    ]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("offered", ["  - The choir: you get in touch yourself."]),
        ("unknown", ["  - The choir: you get in touch yourself."]),
        ("on a waiting list", ["  - The choir: you are on its waiting list."]),
        ("contacted", ["  - The choir: you are in touch with it."]),
        ("attended", ["  - The choir: you have been there."]),
        ("helped", ["  - The choir: you have been there, and it helped."]),
        ("declined", []),
        ("unsuitable", []),
        ("did not help", []),
    ],
)
def test_what_came_of_it_says_who_is_in_touch_and_leaves_out_what_is_not_for_them(
    outcome: str, said: list[str]
) -> None:
    assert else_there_is(pointed(), entries.OutcomeLearned(of="s", outcome=outcome)) == said


def test_what_was_opened_again_is_on_the_page_again() -> None:
    again = entries.SignpostReopened(of="s", note="unseen")
    assert else_there_is(pointed(), entries.OutcomeLearned(of="s", outcome="declined", words="unseen"), again) == [
        "  - The choir: you get in touch yourself.",
    ]


def test_a_referral_under_a_concern_is_not_on_the_page() -> None:
    concern = entries.ConcernRaised(concern="n1", words="unseen")
    assert else_there_is(concern, referred(concern="n1", why="unseen")) == []


def test_with_a_directory_it_says_how_to_join() -> None:
    directory = MemoryDirectory()
    listed = (
        Opportunity("o-s", "The choir, now", joining="Come along on a Thursday."),
        Opportunity("o-r", "Debt advice", phones=("01702 1",), email="a@b.example", url="https://b.example"),
        Opportunity("o-n", "Walks"),
    )
    directory.keep(listed, feed="f", today=date(2026, 1, 1))
    assert else_there_is(pointed(), referred(), directory=directory) == [
        "  - The choir: you get in touch yourself.",
        "    How to join: Come along on a Thursday.",
        "  - Debt advice: your coach gets in touch for you.",
        "    How to join: 01702 1, a@b.example, https://b.example",
    ]
    assert else_there_is(pointed("n", name=None), pointed("x"), directory=directory) == [
        "  - Walks: you get in touch yourself.",
        "  - The choir: you get in touch yourself.",
    ]


def test_a_course_goes_by_the_name_that_was_shown() -> None:
    made = (
        entries.CourseEnrolled(course="mind-01", name="Mindfulness for beginners"),
        entries.CourseCompleted(course="mind-01"),
        entries.CourseEnrolled(course="creative-writing"),
    )
    assert plan(*made).partition("Courses you chose\n")[2].splitlines() == [
        "  - Mindfulness for beginners (completed)",
        "  - creative writing",
    ]


# ---- one page


def test_what_comes_after_the_first_that_does_not_fit_is_not_put_before_it() -> None:
    long = [goal("very " * 200, f"g{number}") for number in range(3)]
    printed = plan(*long, goal("Travel", "g9"))
    assert "Travel" not in printed
    assert "  … and 2 more, which your coach can show you." in printed.splitlines()


def test_what_does_not_fit_on_the_page_is_counted() -> None:
    made: list[Entry] = [goal(f"Goal {number}", f"g{number}") for number in range(12)]
    made += [
        action(f"Action {number}", f"a{number}", by_when=date(2026, 6, number + 1), support="x") for number in range(20)
    ]
    made += [booked(f"c{number}", number + 1, 10) for number in range(5)]
    made += [entries.CourseEnrolled(course=f"course-{number}") for number in range(4)]
    printed = plan(*made).splitlines()
    assert len(printed) <= LINES
    assert [line for line in printed if line.startswith("  …")] == [
        "  … and 4 more, which your coach can show you.",
        "  … and 12 more, which your coach can show you.",
        "  … and 2 more, which your coach can show you.",
        "  … and 1 more, which your coach can show you.",
    ]
    for title, shown in (("Goal", 8), ("Action", 8), ("course", 3)):
        assert len([line for line in printed if line.startswith(f"  - {title} ")]) == shown


def test_what_is_too_long_is_cut_short_and_marked() -> None:
    printed = plan(goal("very " * 200 + "long")).splitlines()
    assert printed[6:11] == [
        *["  - " + "very " * 14 + "very"],
        *["    " + "very " * 14 + "very"] * 2,
        "    " + "very " * 14 + "very …",
        "",
    ]
    assert printed[-1] == "Where a line ends in … there is more; your coach can show it to you."
    assert max(map(len, printed)) <= COLUMNS


def accepts(words: str) -> bool:
    try:
        goal(words)
    except iag.InvalidEntry:
        return False
    return True


WORDS = st.text(min_size=1, max_size=800).filter(accepts)


@settings(max_examples=50)
@given(st.lists(WORDS, max_size=7), st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=9), st.integers(0, 6))
def test_whatever_is_said_it_is_one_page(goals: list[str], actions: list[tuple[str, str, str]], more: int) -> None:
    made: list[Entry] = [goal(words, f"g{number}") for number, words in enumerate(goals)]
    made += [entries.GoalReached(goal=f"g{number}") for number in range(0, len(goals), 2)]
    made += [
        action(
            what, f"a{number}", by_when=date(2026, 6, 1) + timedelta(days=number), support=support, obstacle=obstacle
        )
        for number, (what, support, obstacle) in enumerate(actions)
    ]
    made += [booked(f"c{number}", number + 1, 10) for number in range(more)]
    made += [entries.CourseEnrolled(course=f"{number}{'m' * 63}") for number in range(more)]
    made += [
        entries.Signposted(signpost=f"s{number}", opportunity="o", name=what)
        for number, (what, *_) in enumerate(actions)
    ]
    printed = plan(*made).splitlines()
    assert len(printed) <= LINES
    assert max(map(len, printed)) <= COLUMNS
    # however much there is, something of each part is on it
    assert len([line for line in printed if line.startswith("  - ")]) >= sum(map(bool, (goals, actions, more))) + 1


# ---- at the command line

FILE = """\
schema = 1
file = "f"

[[entry]]
kind = "journey-started"
journey = "autumn"
at = 2026-01-05T10:00:00Z
by = "lead:jo"
learner = "learner:a"
programme = "p"
attests_age = 30

[[entry]]
kind = "goal-set"
journey = "autumn"
at = 2026-01-05T10:00:00Z
by = "learner:a"
goal = "g"
words = "Travel"

[[entry]]
kind = "concern-raised"
journey = "hidden"
at = 2026-01-05T10:00:00Z
by = "coach:nina"
concern = "k"
words = "unseen"
learner = "learner:b"
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
    (tmp_path / "f.toml").write_text(FILE, "utf-8")
    assert run("record", "f.toml")[0] == 0
    return run


def test_the_command_prints_the_plan(recorded: Run) -> None:
    code, out, err = recorded("action-plan", "autumn")
    assert (code, err) == (0, "")
    assert "What you want\n  - Travel\n" in out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("autum", "there is no journey 'autum': check its name, or start it first; did you mean 'autumn'?"),
        ("coach:nina", "coach:nina"),
        ("learner:a", "a journey's name does not begin with learner:"),
        # of a journey that only a concern began, nobody is told
        ("hidden", "there is no journey 'hidden': check its name, or start it first\n"),
    ],
)
def test_a_journey_that_there_is_not_is_said(recorded: Run, name: str, said: str) -> None:
    code, out, err = recorded("action-plan", name)
    assert (code, out) == (2, "")
    assert said in err


def test_the_command_says_how_to_join_as_a_directory_has_it(recorded: Run, tmp_path: Path) -> None:
    with SQLiteDirectory("directory.db") as directory:
        choir = Opportunity("choir", "The choir", status="active", joining="Come along.")
        directory.keep([choir], feed="f", today=date(2026, 1, 1))
    pointed_to = 'kind = "signposted"\njourney = "autumn"\nat = 2026-01-06T10:00:00Z\nby = "lead:jo"'
    more = f'\n[[entry]]\n{pointed_to}\nsignpost = "s"\nopportunity = "choir"\n'
    (tmp_path / "f.toml").write_text(FILE + more, "utf-8")
    assert recorded("record", "f.toml", "--directory", "directory.db")[0] == 0
    _, without, _ = recorded("action-plan", "autumn")
    code, out, err = recorded("action-plan", "autumn", "--directory", "directory.db")
    assert (code, err, out) == (0, "", without + "    How to join: Come along.\n")
    assert without.endswith("  - The choir: you get in touch yourself.\n")
    code, out, err = recorded("action-plan", "autumn", "--directory", "elsewhere.db")
    said = "there is no such file: bring something in first, with iagcore directory import"
    assert (code, out, err) == (2, "", f"iagcore: elsewhere.db: {said}\n")


def test_without_a_journal_there_is_none(run: Run, tmp_path: Path) -> None:
    assert run("action-plan", "a") == (
        2,
        "",
        "iagcore: casebook.db: there is no such file: record something first, or name it with --journal\n",
    )
    assert list(tmp_path.iterdir()) == []
