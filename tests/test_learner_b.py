"""The counter-balance, recorded and shown by the command: `docs/examples/learner-b.toml`, told without blame."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.incoming.journey_file import JourneyFile, read_journey_file
from iagcore.practice.conversations import FAULTS, State
from iagcore.record.records import Record

FILE = Path(__file__).parent.parent / "docs" / "examples" / "learner-b.toml"
NAME, COACH = "learner-b", "coach:omar"
AT_THE_END = datetime(2025, 1, 20, 15, tzinfo=UTC)

BLAME: Final = (
    "fault", "blame", "fail", "no-show", "no show", "did not attend", "excuse", "unexcused", "unreliable", "bother",
    "let down", "wasted", "lazy", "refused to", "complian", "cooperat", "dropped out", "gave up", "should have",
)  # fmt: skip
DIAGNOSIS: Final = (
    "depress", "disorder", "diagnos", "symptom", "patient", "clinical", "suffer", "mental ill", "phobi", "traum",
    "recover", "relapse", "vulnerab",
)  # fmt: skip
CAUSE: Final = (
    "because", "caused", "due to", "thanks to", "led to", "as a result", "owing to", "that is why", "made them",
    "cured", "improved by", "effect of", "impact",
)  # fmt: skip
NEVER: Final = re.compile("|".join(map(re.escape, (*BLAME, *DIAGNOSIS, *CAUSE))), re.IGNORECASE)


@pytest.fixture(scope="module")
def file() -> JourneyFile:
    return read_journey_file(FILE)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal into which the command has recorded the file."""
    path = tmp_path_factory.mktemp(NAME) / "casebook.db"
    assert main(["record", str(FILE), "--journal", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def records(journal: Path) -> list[Record]:
    with iag.SQLiteJournal(journal) as kept:
        casebook = iag.Casebook(kept, iag.Policy.load("starter"))
        return [*casebook.records(COACH), *casebook.records(NAME)]


@pytest.fixture(scope="module")
def journey(records: list[Record]) -> iag.Journey:
    return iag.fold(NAME, [record for record in records if record.about[0] != COACH])


def shown(name: str, journal: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `iagcore show` prints."""
    capsys.readouterr()
    assert main(["show", name, "--journal", str(journal)]) == 0
    return capsys.readouterr().out


def test_it_gets_one_refusal_one_breach_and_three_pieces_of_advice_each_on_purpose(records: list[Record]) -> None:
    found = [
        (record.outcome, record.entry.declares.name, one.rule, one.weight)
        for record in records
        for one in record.considered
        if one.weight is not None
    ]
    assert found == [
        ("accepted", "action-agreed", "GRW-03", "advice"),
        ("accepted", "evidence-noted", "EFF-02", "breach"),
        ("accepted", "conversation-written-up", "EFF-01", "advice"),
        ("refused", "conversation-booked", "JRN-03", "refusal"),
        ("accepted", "conversation-written-up", "EFF-01", "advice"),
    ]


def test_the_breach_is_closed_by_a_correction_and_the_refusal_holds_nothing(journey: iag.Journey) -> None:
    assert journey.breaches == ()
    assert (journey.allowance.granted, journey.allowance.used, journey.allowance.booked) == (180, 95, 0)


def test_four_conversations_are_missed_with_every_fault_there_is_and_none_is_charged(
    file: JourneyFile, journey: iag.Journey
) -> None:
    missed = [one.entry for one in file.entries if isinstance(one.entry, entries.ConversationMissed)]
    assert sorted(one.fault for one in missed) == sorted(FAULTS)
    assert [(one.conversation, journey.allowance.line(one.conversation).used) for one in missed] == [
        ("c1", 0), ("c3", 0), ("c4", 0), ("c5", 0),
    ]  # fmt: skip


def test_conversations_end_in_every_way_and_the_contested_mark_is_waived(journey: iag.Journey) -> None:
    assert [(one.id, one.state) for one in journey.conversations.all] == [
        ("c1", State.MISSED),
        ("c2", State.HELD),
        ("c3", State.MISSED),
        ("c4", State.WAIVED),
        ("c5", State.MISSED),
        ("c6", State.HELD),
        ("c7", State.RELEASED),
        ("c8", State.HELD),
    ]
    assert journey.conversations["c4"].contested


def test_one_goal_is_changed_and_reached_and_the_other_is_set_aside(journey: iag.Journey) -> None:
    assert [(goal.id, goal.state) for goal in journey.grow.goals] == [("kitchen", "reached"), ("group", "set aside")]


def test_what_came_of_one_signpost_is_unknown_and_the_other_was_taken_up_later(journey: iag.Journey) -> None:
    club, lunch = journey.signposting.all
    assert [outcome for _, outcome in club.outcomes] == ["unknown"] * 3
    assert (club.outcome, club.is_settled(attempts=3), club.is_settled(attempts=4)) == ("unknown", True, False)
    assert [outcome for _, outcome in lunch.outcomes] == ["declined", "helped"]
    assert (lunch.outcome, lunch.since_opened, lunch.is_settled(attempts=3)) == ("helped", 1, True)


def test_the_signposts_were_asked_about_while_they_were_open(journal: Path, records: list[Record]) -> None:
    with iag.SQLiteJournal(journal) as kept:
        casebook = iag.Casebook(kept, iag.Policy.load("starter"))
        assert [one for one in casebook.duties(NAME) if one.rule.startswith("SIG")] == []
    asked = [one for one in records if isinstance(one.entry, entries.OutcomeLearned) and one.entry.of == "job-club"]
    pointed = next(one.at for one in records if isinstance(one.entry, entries.Signposted))
    days = [(later - earlier).days for earlier, later in pairwise([pointed, *(one.at for one in asked)])]
    assert days == [28, 27, 25]


def test_the_concern_was_held_by_somebody_and_is_closed(journey: iag.Journey) -> None:
    (concern,) = journey.safeguarding.concerns
    assert (concern.is_open, concern.held_by) == (False, "safeguarding-lead:sam")


def test_the_consent_that_was_withdrawn_is_not_in_force_and_the_other_one_is(journey: iag.Journey) -> None:
    consents = journey.consents
    on = AT_THE_END.date()
    assert consents.in_force("research", at=AT_THE_END, on=on) is None
    assert consents.in_force("contact", at=AT_THE_END, on=on) is not None


def test_the_learner_left_and_came_back_to_the_same_journey(journey: iag.Journey) -> None:
    assert (journey.status.standing, journey.status.left) == ("open", None)
    assert journey.learner == "learner:b"


def test_what_is_due_at_the_end_is_to_ask_to_look_together_and_to_go_on_learning(journal: Path) -> None:
    with iag.SQLiteJournal(journal) as kept:
        due = iag.Casebook(kept, iag.Policy.load("starter")).due(at=AT_THE_END)
    assert [(one.status(AT_THE_END), one.rule, one.party) for one in due] == [
        ("due", "COA-10", COACH),
        ("due", "FUP-02", COACH),
        ("coming", "GRW-07", COACH),
        ("coming", "COA-10", COACH),
        ("coming", "FUP-01", COACH),
    ]


def test_the_pages_are_the_same_to_the_letter_from_a_journal_recorded_later(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = tmp_path / "later.db"
    assert main(["record", str(FILE), "--journal", str(later)]) == 0
    for name in (NAME, COACH):
        assert shown(name, journal, capsys) == shown(name, later, capsys)


def test_recorded_again_nothing_is_new(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(FILE), "--journal", str(journal)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing is new."


def test_no_page_has_a_word_of_blame_of_a_diagnosis_or_of_a_cause(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [shown(name, journal, capsys) for name in (NAME, COACH)]
    assert main(["action-plan", NAME, "--journal", str(journal)]) == 0
    pages.append(capsys.readouterr().out)
    assert [match.group() for page in pages for match in NEVER.finditer(page)] == []


def test_the_list_would_catch_each_of_its_words() -> None:
    assert all(NEVER.search(f"It was {word}.") for word in (*BLAME, *DIAGNOSIS, *CAUSE))


def test_no_word_of_the_concern_is_on_any_page(
    file: JourneyFile, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [
        one.entry.words
        for one in file.entries
        if isinstance(one.entry, entries.ConcernRaised | entries.ConcernClosed | entries.RecordAnnotated)
    ]
    assert len(said) == 3
    pages = [shown(name, journal, capsys) for name in (NAME, COACH)]
    assert [words for words in said for page in pages if words in page] == []
