"""The case study's own journey, recorded and shown by the command: `docs/examples/learner-a.toml`."""

from datetime import UTC, date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.incoming.journey_file import JourneyFile, read_journey_file
from iagcore.practice.conversations import State
from iagcore.practice.signposting import Signposting
from iagcore.record.records import Record

FILE = Path(__file__).parent.parent / "docs" / "examples" / "learner-a.toml"
NAME, COACH = "learner-a", "coach:nina"
PAGE = """\
Journey learner-a
=================
learner:a on phase-1, closed on 21 Mar 2016
with coach:nina

MINUTES
  [#######################################################.....]
  # used       165
  = booked     0
  . remaining  15 of 180 granted

THE JOURNEY SO FAR
  21 Sep 2015  Started on phase-1 (lead:jo); recruited by coach:nina
  21 Sep 2015  The offer of coaching was answered: in full
  22 Sep 2015  coach:nina was assigned
  21 Mar 2016  Closed (lead:jo)
  04 Jul 2016  Approved by lead:max: case study Learner A*
  04 Jul 2016  Approved by lead:max: quote calm
  04 Jul 2016  Approved by lead:max: quote firm

CONVERSATIONS
  c1         held on 05 Oct 2015 with coach:nina, 50 minutes
             written up on 05 Oct 2015
    Reality  Tearful at this first meeting. Anxiety stands in the way.
    Goal     Manage anxiety, so as to pass the driving test
             Travel
    Options  Learn something beside the coaching, on one of the college's courses
    Will     Join the mindfulness course
             - by 12 Oct 2015; support: The coach helps with the enrolment; commitment 9 of 10
             - what came of it: done (in c2)

  c2         held on 02 Nov 2015 with coach:nina, 45 minutes
             written up on 02 Nov 2015
    Review   Join the mindfulness course: done
    Reality  Bullied in the past; presumes the worst.
    Options  A diary at the end of each day: things done well, and things to be thankful for
    Will     Keep the diary, at the end of each day
             - by 07 Dec 2015; obstacle: Late evenings; commitment 8 of 10
             - what came of it: done (in c3)

  c3         held on 07 Dec 2015 with coach:nina, 40 minutes
             written up on 08 Dec 2015
    Review   Keep the diary, at the end of each day: done
    Options  Book the driving test
    Will     Book the driving test
             - by 31 Jan 2016; support: What was learnt about mindfulness; commitment 8 of 10
             - what came of it: done (in c4)

  c4         held on 22 Feb 2016 with coach:nina, 30 minutes
             written up on 22 Feb 2016
    Review   Book the driving test: done
    Goal     reached: Travel. A trip of two months, to the USA and Canada, is finalised
    Will     Take the driving test that is booked
             - by 18 Mar 2016; support: What was learnt about mindfulness; commitment 9 of 10
             - what came of it: done

WORKSHOPS, SELF-LED AND PEER GROW
  20 Jun 2016  beside any conversation, Review: Take the driving test that is booked: done
  20 Jun 2016  self-led, Goal: reached: Manage anxiety, so as to pass the driving test. The driving
               test is passed

GOALS
  reached    Manage anxiety, so as to pass the driving test
             The driving test is passed
  reached    Travel
             A trip of two months, to the USA and Canada, is finalised

SELF-EFFICACY
  Mastery experience
    09 Nov 2015  Asked a question in front of everybody. (the learner's words)
    07 Dec 2015  Calmed a confrontation (the learner's words, in c3)
    07 Dec 2015  Defended a friend (the learner's words, in c3)
    22 Feb 2016  Firm but fair with a boss (the learner's words, in c4)
  Vicarious experience
    02 Nov 2015  The coach as an example of what can be done (the coach's words, from the coach's
                 example, in c2)
  Verbal persuasion
    07 Dec 2015  Both were named for what they were: things done well (the coach's words, in c3)
  Physiological and affective states
    22 Feb 2016  Came with mascara on (the coach's words, in c4)

DIARY
  09 Nov 2015  achievement: Asked a question in front of everybody.
  09 Nov 2015  gratitude: A friend who listens.

LEARNING
  08 Oct 2015  Mindfulness for everyday life (mindfulness): enrolled. It was shown as active, last
               checked on 28 Sep 2015.
  05 Oct 2015  assertiveness: shown
  05 Oct 2015  creative-writing: shown
  02 Nov 2015  mindfulness, linked to c2: Thoughts are observed; they are not the truth.

MEASURES
  05 Oct 2015  baseline, PHQ-9: 8
  05 Oct 2015  baseline, GAD-7: 10
  05 Oct 2015  baseline, SWEMWBS: 16.88 (metric)
  22 Feb 2016  final, PHQ-9: 6
  22 Feb 2016  final, GAD-7: 5
  22 Feb 2016  final, SWEMWBS: 21.54 (metric)

OTHER SUPPORT
  05 Oct 2015  Therapy from the NHS: on a waiting list

CONSENT AND CONFIDENTIALITY
  21 Sep 2015  consent to research, this journey
  21 Sep 2015  consent to contact, this journey
  05 Oct 2015  confidentiality was explained, and its limits
  22 Feb 2016  consent to case study, this journey

WHAT WAS SHOWN TO WHOM
  11 Jul 2016  case study, with 2 quotes, to lead:jo (lead:jo)

FOLLOW-UP
  20 Jun 2016  planned by e-mail; it was made
  20 Jun 2016  made by e-mail, answered. The driving test is passed, the trip was made, and a job is
               applied for.

WHAT IS OPEN
  Nothing.

ADVICE FOR THE COACH
  EFF-01: at this write-up no evidence yet: mastery experience, verbal persuasion, physiological and
  affective states (Conversation written up: c2)
  EFF-01: at this write-up no evidence yet: physiological and affective states (Conversation written
  up: c3)

REFUSED
  23 Feb 2016  Conversation booked: c5, 14 Mar 2016 10:00, 30 minutes
               ALW-01: 30 minutes asked, 15 remain of 180 (165 used, 0 booked elsewhere)
               What helps: Book a shorter conversation, or release what is booked; a lead may extend
               where the policy lets them.
"""


@pytest.fixture(scope="module")
def file() -> JourneyFile:
    return read_journey_file(FILE)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal into which the command has recorded the file."""
    path = tmp_path_factory.mktemp("learner-a") / "casebook.db"
    assert main(["record", str(FILE), "--journal", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def records(journal: Path) -> list[Record]:
    with iag.SQLiteJournal(journal) as kept:
        casebook = iag.Casebook(kept, iag.Policy.load("starter"))
        return [*casebook.records(COACH), *casebook.records(NAME)]


@pytest.fixture(scope="module")
def journey(records: list[Record]) -> iag.Journey:
    return iag.fold(NAME, [record for record in records if record.about[0] == f"journey:{NAME}"])


def test_show_prints_the_journey_as_the_case_study_tells_it(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", NAME, "--journal", str(journal)]) == 0
    assert capsys.readouterr() == (PAGE, "")


def test_the_page_is_the_same_to_the_letter_from_a_journal_recorded_later(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = str(tmp_path / "later.db")
    assert main(["record", str(FILE), "--journal", later]) == 0
    capsys.readouterr()
    assert main(["show", NAME, "--journal", later]) == 0
    assert capsys.readouterr().out == PAGE


def test_no_word_of_a_private_diary_entry_is_printed_by_any_command(
    file: JourneyFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = str(tmp_path / "casebook.db")
    assert main(["record", str(FILE), "--journal", journal]) == 0
    assert main(["record", str(FILE), "--journal", journal]) == 0
    assert main(["show", NAME, "--journal", journal]) == 0
    printed = capsys.readouterr().out
    diary = [one.entry for one in file.entries if isinstance(one.entry, entries.DiaryWritten)]
    assert [(one.diary, one.words in printed) for one in diary] == [
        ("d1", True),
        ("d2", True),
        ("d3", False),
        ("d4", False),
    ]


def test_one_plan_is_refused_for_its_minutes_alone(records: list[Record]) -> None:
    refused = [record for record in records if not record.accepted]
    assert [record.id for record in refused] == ["one booking too many"]
    assert [one.rule for one in refused[0].considered if one.weight is not None] == ["ALW-01"]


def test_no_entry_is_a_breach_and_the_only_advice_is_what_the_coach_may_listen_for(records: list[Record]) -> None:
    standing = [
        (record.entry.declares.name, one.rule, one.weight)
        for record in records
        if record.accepted
        for one in record.considered
        if one.weight is not None
    ]
    assert standing == 2 * [("conversation-written-up", "EFF-01", "advice")]


def test_the_same_file_again_records_nothing_and_repeats_the_refusal(
    journal: Path, records: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", str(FILE), "--journal", str(journal)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"{FILE}: 81 entries, under the policy ways-to-wellbeing",
        "81 entries were already on the record; none is new",
        "one booking too many: already on the record, refused: conversation booked, c5, coach:nina, "
        "14 Mar 2016 10:00, 30 minutes",
        "    ALW-01: 30 minutes asked, 15 remain of 180 (165 used, 0 booked elsewhere)",
        "Nothing is new.",
    ]
    with iag.SQLiteJournal(journal) as kept:
        casebook = iag.Casebook(kept, iag.Policy.load("starter"))
        assert [*casebook.records(COACH), *casebook.records(NAME)] == records


def test_four_conversations_within_three_hours_are_spaced_over_a_few_months(journey: iag.Journey) -> None:
    assert [(one.id, one.state) for one in journey.conversations.all] == [
        (f"c{number}", State.HELD) for number in (1, 2, 3, 4)
    ]
    assert (journey.allowance.granted, journey.allowance.used, journey.allowance.booked) == (180, 165, 0)
    days = [one.settled_at.date() for one in journey.conversations.held if one.settled_at]
    assert [(later - day).days for day, later in pairwise(days)] == [28, 35, 77]


def test_every_domain_has_evidence_and_says_whose_words_it_is(journey: iag.Journey) -> None:
    assert [(domain, len(evidence)) for domain, evidence in journey.self_efficacy.profile.items()] == [
        ("mastery experience", 4),
        ("vicarious experience", 1),
        ("verbal persuasion", 1),
        ("physiological and affective states", 1),
    ]
    assert all(one.whose in ("learner", "coach") for one in journey.self_efficacy.evidence)


def test_every_action_is_whole_and_the_goals_are_as_the_last_session_left_them(journey: iag.Journey) -> None:
    assert [(action.id, action.is_whole, action.outcome) for action in journey.grow.will] == [
        ("join-mindfulness", True, "done"),
        ("keep-a-diary", True, "done"),
        ("book-the-test", True, "done"),
        ("take-the-test", True, "done"),
    ]
    assert [(goal.id, goal.state) for goal in journey.grow.goals] == [
        ("driving-test", "reached"),
        ("travel", "reached"),
    ]


def test_every_entry_up_to_the_close_is_inside_the_programmes_window_and_what_follows_is_months_later(
    file: JourneyFile,
) -> None:
    kinds = [type(one.entry) for one in file.entries]
    closed = kinds.index(entries.JourneyClosed)
    window = iag.Policy.load("ways-to-wellbeing").at(day_of(file, 0)).window
    assert all(window.includes(day_of(file, number)) for number in range(closed + 1))
    published = [*[entries.ApprovalGiven] * 3, entries.DisclosureMade]
    assert kinds[closed + 1 :] == [entries.FollowUpMade, entries.ActionReviewed, entries.GoalReached, *published]
    assert (day_of(file, closed + 1) - day_of(file, closed)).days > 80


def day_of(file: JourneyFile, number: int) -> date:
    at = file.entries[number].at
    assert at is not None
    return at.date()


def test_the_coach_is_trained_before_recruiting_and_ready_before_the_first_conversation(journal: Path) -> None:
    with iag.SQLiteJournal(journal) as kept:
        nina = iag.Casebook(kept, iag.Policy.load("ways-to-wellbeing")).coach(COACH)
    asked = [
        ("recruiting", date(2015, 5, 14), False),
        ("recruiting", date(2015, 5, 15), True),
        ("one-to-one", date(2015, 9, 21), True),
        ("one-to-one", date(2015, 7, 26), False),
        ("one-to-one", date(2015, 7, 27), True),
    ]
    assert [(what, day, nina.ready_for(what, on=day).accepted) for what, day, _ in asked] == asked
    assert nina.readiness.has_experienced("mindfulness", date(2015, 10, 8), zone=UTC)


def test_no_field_of_a_coachs_record_is_for_lived_experience(file: JourneyFile) -> None:
    of_the_coach = {type(one.entry) for one in file.entries if one.journey == COACH}
    fields = {field.name for kind in of_the_coach for field in kind.declares.fields}
    assert fields == {
        "transferable_skills", "basis", "coach_agrees", "step", "supported_by", "module", "completed_on", "version",
        "expires_on", "course", "supervisor", "held_with",
    }  # fmt: skip


def test_anxiety_fell_and_wellbeing_rose_and_what_the_case_study_does_not_say_hardly_moves(
    journey: iag.Journey,
) -> None:
    policy = iag.Policy.load("ways-to-wellbeing").at(date(2016, 2, 22))
    changes = {}
    for scale in ("PHQ-9", "GAD-7", "SWEMWBS"):
        baseline, final = (journey.measures.latest(scale, occasion) for occasion in ("baseline", "final"))
        assert baseline is not None
        change = iag.paired_change(scale, baseline=baseline, final=final, policy=policy)
        changes[scale] = (change.change, change.reliable)
    assert changes == {"PHQ-9": (-2, False), "GAD-7": (-5, True), "SWEMWBS": (Decimal("4.66"), True)}
    baseline = journey.measures.latest("PHQ-9", "baseline")
    assert baseline is not None
    assert baseline.item(9) == 0


def test_the_baseline_is_mild_to_moderate_by_the_policys_bands(journey: iag.Journey) -> None:
    policy = iag.Policy.load("ways-to-wellbeing").at(date(2015, 10, 5))
    for scale in ("PHQ-9", "GAD-7"):
        taken = journey.measures.latest(scale, "baseline")
        assert taken is not None
        assert taken.score(policy).band == "mild", scale


def test_the_course_was_chosen_among_those_shown_and_keeps_what_was_shown_of_it(
    records: list[Record], journey: iag.Journey
) -> None:
    (enrolled,) = (one for one in records if isinstance(one.entry, entries.CourseEnrolled))
    found = {one.rule: (one.outcome, dict(one.evidence)) for one in enrolled.considered}
    assert found["SIG-02"] == ("met", {"course": "mindfulness", "found": 3, "limit": 2})
    assert found["SIG-01"][0] == "met"
    assert found["COA-03"][0] == "met"
    course = journey.learning.course("mindfulness")
    assert course is not None
    assert (course.state, course.shown, course.name) == ("enrolled", True, "Mindfulness for everyday life")
    # the case study tells of no place that Learner A was pointed to
    assert journey.signposting == Signposting()
    assert [(one.words, one.status) for one in journey.learning.support] == [
        ("Therapy from the NHS", "on a waiting list")
    ]


def test_consent_is_asked_apart_for_research_for_contact_and_for_the_case_study(journey: iag.Journey) -> None:
    assert [(one.purpose, one.scope) for one in journey.consents.given] == [
        ("research", "this journey"),
        ("contact", "this journey"),
        ("case study", "this journey"),
    ]


def test_the_published_story_was_consented_to_and_approved_by_somebody_else_before_it_was_shown(
    records: list[Record],
) -> None:
    (shown,) = (one for one in records if isinstance(one.entry, entries.DisclosureMade))
    approvals = [(one.by, one.entry.which) for one in records if isinstance(one.entry, entries.ApprovalGiven)]
    assert approvals == [("lead:max", "Learner A*"), ("lead:max", "calm"), ("lead:max", "firm")]
    found = {one.rule: one.outcome for one in shown.considered}
    assert (shown.by, found["CON-03"], found["ACC-04"], found["ACC-02"]) == ("lead:jo", "met", "met", "met")


def test_the_follow_up_was_planned_with_consent_and_made_and_nothing_is_left_to_do_for_the_learner(
    journal: Path, journey: iag.Journey
) -> None:
    assert (journey.follow_ups.still_planned, [one.how for one in journey.follow_ups.made]) == ((), ["e-mail"])
    with iag.SQLiteJournal(journal) as kept:
        assert iag.Casebook(kept, iag.Policy.load("starter")).duties(NAME) == ()
