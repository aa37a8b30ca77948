"""A concern has a home of its own: where what is in confidence goes, and who finds it there."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.entries import (
    ApprovalGiven,
    ConcernClosed,
    ConcernEscalated,
    ConcernRaised,
    DiaryWritten,
    EntryWithdrawn,
    HoldEntered,
    HoldLifted,
    JourneyClosed,
    MeasureTaken,
    OutcomeLearned,
    RecordAnnotated,
    ReferralMade,
    SafetyTalkedAbout,
)
from iagcore.exceptions import IdUsedBefore, InvalidEntry
from iagcore.practice.amendments import BreachAuthorised
from iagcore.record.journey import fold
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import GONE, HELD, NOTHING_FOUND, Erasure
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.stored import StoredRecord
from tests.casework import JO, NINA, OMAR, SAM, STARTER, on, opened, refusals, start

CONCERN = ConcernRaised(concern="k1", words="what was seen", immediate_danger=True)
ABOUT_B = ConcernRaised(concern="k1", words="what was seen", learner="learner:b")
TAKEN = ConcernEscalated(concern="k1", held_by=SAM)
REFERRAL = ReferralMade(referral="r1", opportunity="o", concern="k1", why="at once", condition_of_place=False)
APPROVAL = ApprovalGiven(approves="referral", which="r1", concern="k1")
MAX = "safeguarding-lead:max"


def two(**rest: Any) -> Casebook:
    """Two journeys, of two learners."""
    cases = opened(**rest)
    start(cases, "b", learner="learner:b")
    return cases


def places(cases: Casebook) -> dict[str, tuple[str, ...]]:
    """Under which subjects each record stands, by its id, but for the random part of a home."""
    named = {}
    for stored in cases._reading.journal.read_all():  # type: ignore[attr-defined]  # a journal in memory has a feed
        named[stored.id] = tuple(
            one.subject.partition(":")[0] if one.subject.startswith("concern:") else one.subject for one in stored.about
        )
    return named


# ---- where it goes


def test_a_concern_and_what_follows_it_stand_in_one_home_found_through_the_journey_and_the_learners() -> None:
    cases = two()
    cases.record("a", ABOUT_B, by=NINA, id="raised").require()
    cases.record("a", TAKEN, by=SAM, id="taken").require()
    cases.record("a", RecordAnnotated(record="raised", words="a note"), by=NINA, id="note").require()
    cases.record("a", APPROVAL, by=MAX, id="approved").require()
    cases.record("a", REFERRAL, by=SAM, id="referred").require()
    cases.record("a", OutcomeLearned(of="r1", outcome="attended"), by=SAM, id="outcome").require()
    cases.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, id="closed").require()
    found = places(cases)
    apart = ("raised", "taken", "note", "approved", "referred", "outcome", "closed")
    assert {found[id] for id in apart} == {("concern", "concerns:a", "learner:b", "learner:a")}
    assert len({one.home for one in cases._reading.journal.read("concerns:a")}) == 1
    assert cases._reading.journey("a").version == 1
    assert cases.journey("a").version == 1
    assert [one.id for one in cases.records("a")] == ["start", *apart]
    assert fold("a", cases.records("a")).places == cases.journey("a").places


def test_a_concern_may_come_before_any_start_and_about_nobody() -> None:
    cases = two()
    cases.record("x", CONCERN, by="learner:z", id="raised").require()
    assert places(cases)["raised"] == ("concern", "concerns:x", "learner:z")
    assert [one.rule for one in cases.duties("x")] == ["SAF-02"]
    assert [one.about for one in cases.due(party=SAM)] == ["journey:x"]


def test_what_is_in_confidence_without_a_concern_has_a_home_of_its_own_too() -> None:
    cases = two()
    cases.record("a", SafetyTalkedAbout(), by=JO, id="talked").require()
    assert places(cases)["talked"] == ("concern", "concerns:a", "learner:a")
    assert cases.journey("a").safeguarding.talked_about == ((on(0), JO),)


def test_what_somebody_says_who_may_not_know_of_it_counts_and_stands_apart_from_it() -> None:
    cases = two(rules=RULES)
    cases.record("a", CONCERN, by=NINA, id="raised").require()
    decision = cases.record("a", ConcernEscalated(concern="k1", held_by=JO), by=OMAR, id="passed")
    assert [one.rule for one in decision.breaches] == ["REF-02"]
    assert len({one.home for one in cases._reading.journal.read("concerns:a")}) == 2
    assert cases.journey("a").safeguarding.concerns[0].held_by == JO
    assert [one.party for one in cases.duties("a") if one.rule == "COR-03"] == ["safeguarding-lead"]
    cases.record("a", BreachAuthorised(record="passed", rule="REF-02", reason="it was right"), by=SAM).require()
    assert [one.rule for one in cases.duties("a") if one.in_confidence] == ["SAF-02", "SAF-02"]


def test_a_refusal_stands_apart_and_under_the_learner_who_asked() -> None:
    cases = two()
    refused = cases.record("a", TAKEN, by="learner:z", id="asked")
    assert refusals(refused) == ["ACC-01"]
    assert places(cases)["asked"] == ("concern", "concerns:a", "learner:z")
    assert cases.record("a", TAKEN, by="learner:z", id="asked") == refused
    assert cases.erase("learner:z", by=JO).answer == NOTHING_FOUND  # as it is of who asked for nothing there
    assert not any("learner:z" in str(one) for one in cases._reading.journal.read_all())  # type: ignore[attr-defined]


def test_an_id_that_two_concerns_have_means_the_one_that_is_open() -> None:
    cases = two()
    for number in (1, 2):
        cases.record("a", CONCERN, by=NINA, id=f"raised{number}").require()
    for number, still_open in ((1, 1), (2, 0)):
        cases.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, id=f"closed{number}").require()
        assert len(cases.journey("a").safeguarding.open) == still_open


def test_facts_of_both_homes_are_recorded_together() -> None:
    cases = two()
    diary = DiaryWritten(diary="d", sort="gratitude", words="x")
    decisions = cases.record_facts("a", CONCERN, TAKEN, diary, by=SAM, id="f")
    assert [refusals(one) for one in decisions] == [[], [], ["ACC-01"]]
    cases.record_facts("a", CONCERN, TAKEN, by=SAM, id="f")
    assert len({one.home for one in cases._reading.journal.read("concerns:a")}) == 1
    assert cases.journey("a").safeguarding.concerns[0].taken_by == SAM


# ---- ids


def test_a_concern_is_recorded_once_for_an_id_and_answers_as_it_did() -> None:
    cases = two()
    first = cases.record("a", CONCERN, by=NINA, id="x")
    assert "999" in first.explain()
    cases.record("a", TAKEN, by=SAM).require()
    again = cases.record("a", CONCERN, by=NINA, id="x")
    assert again == first
    assert cases.decision("a", "x") == first
    assert len(cases.journey("a").safeguarding.concerns) == 1


def test_an_id_is_its_authors_where_another_need_not_know_of_it() -> None:
    cases = two()
    cases.record("a", CONCERN, by=NINA, id="x").require()
    cases.record("a", CONCERN, by=OMAR, id="x").require()
    start(cases, "c", learner="learner:c")
    cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="x"), by="learner:a", id="x").require()
    assert [one.record for one in cases.journey("a").places] == ["start", "x", "x", "x"]
    with pytest.raises(IdUsedBefore, match="journey:a"):
        cases.record("a", ConcernRaised(concern="k2", words="what was seen"), by=NINA, id="x")


def test_under_an_id_that_both_have_a_note_of_whoever_knows_goes_to_the_concern() -> None:
    cases = two()
    cases.record("a", CONCERN, by=NINA, id="x").require()
    cases.record("a", JourneyClosed(), by=JO, id="x").require()
    cases.record("a", RecordAnnotated(record="x", words="hidden"), by=NINA, id="n1").require()
    cases.record("a", RecordAnnotated(record="x", words="open"), by=JO, id="n2").require()
    seen = [one.record for one in cases.journey("a").seen_by(JO, on=on(0).date()).entries]
    assert seen == ["start", "x", "n2"]
    assert {"x", "n1", "n2"} < {one.record for one in cases.journey("a").seen_by(SAM, on=on(0).date()).entries}


def test_a_decision_under_an_id_that_no_home_has_is_an_error() -> None:
    cases = two()
    cases.record("a", CONCERN, by=NINA, id="x").require()
    with pytest.raises(InvalidEntry, match="no record of a has this id"):
        cases.decision("a", "y")


# ---- putting right what stands apart


def test_what_stands_apart_is_put_right_there_by_whoever_may() -> None:
    cases = two()
    cases.record("a", CONCERN, by=SAM, id="raised").require()
    cases.record("a", APPROVAL, by=MAX).require()
    cases.record("a", REFERRAL, by=SAM, id="referred").require()
    cases.record("a", RecordAnnotated(record="raised", words="Monday"), by=SAM, id="note").require()
    other = RecordAnnotated(record="raised", words="Tuesday")
    cases.correct("a", "note", other, by=SAM, why="the day", id="corrected").require()
    cases.withdraw("a", "referred", by=SAM, why="not needed", id="withdrawn").require()
    journey = cases.journey("a")
    assert journey.signposting.all == ()
    assert [words for _, words in journey.amendments.annotations] == ["Tuesday"]
    assert places(cases)["withdrawn"] == places(cases)["raised"]
    assert refusals(cases.record("a", EntryWithdrawn("note", "x", whole=True), by=JO)) == ["COR-01", "COR-02"]
    assert cases._reading.journey("a").version == 2
    assert cases.verify("a") == []


def test_an_altered_record_of_a_concern_is_found_with_its_journey() -> None:
    cases = two()
    cases.record("a", CONCERN, by=NINA, id="raised").require()
    journal = cases._reading.journal
    assert isinstance(journal, MemoryJournal)
    journal._kept[-1] = attrs.evolve(journal._kept[-1], payload=b"{}")
    assert [one.what for one in cases.verify("a")] == ["its payload or its id was altered"]


# ---- erasing


@pytest.mark.parametrize("learner", ["learner:a", "learner:b"])
def test_an_open_concern_holds_the_learner_it_names_and_the_one_on_whose_journey_it_is(learner: str) -> None:
    cases = two()
    cases.record("a", ABOUT_B, by=NINA, id="raised").require()
    assert cases.erase(learner, by=JO).answer == HELD
    assert cases.preview_erasure(learner, by=JO).answer == HELD


@pytest.mark.parametrize(("learner", "left"), [("learner:a", "b"), ("learner:b", "a")])
def test_a_closed_one_goes_with_either_and_its_records_are_counted_to_nobody(learner: str, left: str) -> None:
    cases = two()
    cases.record("a", ABOUT_B, by=NINA, id="raised").require()
    cases.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, id="closed").require()
    assert cases.preview_erasure(learner, by=JO).records == 1
    assert cases.erase(learner, by=JO).records == 1
    kept = list(cases._reading.journal.read_all())  # type: ignore[attr-defined]  # a journal in memory has a feed
    assert not any(b"what was seen" in (one.payload or b"") for one in kept)
    assert not any(
        learner in (one.subject, one.subject.replace("concerns", "learner")) for s in kept for one in s.about
    )
    assert [one for one in cases.due() if "concern" in one.what] == []
    assert cases.journey(left).safeguarding.concerns == ()
    for home in {one.home for one in kept if one.home.startswith("erased:")}:
        assert cases.verify(home) == []
    # the other goes as well, with what is left of it
    cases.erase("learner:b" if learner == "learner:a" else "learner:a", by=JO)
    kept = list(cases._reading.journal.read_all())  # type: ignore[attr-defined]  # a journal in memory has a feed
    assert {one.home.partition(":")[0] for one in kept} == {"erased", "policy"}
    for home in {one.home for one in kept if one.home.startswith("erased:")}:
        assert cases.verify(home) == []


HOLD = HoldEntered(hold="h1", words="a claim is made")


def test_a_hold_is_entered_seen_and_lifted_by_a_safeguarding_lead_alone() -> None:
    cases = two()
    start(cases, "a2", learner="learner:a", programme="another")
    for by in (JO, NINA, "learner:a"):
        assert refusals(cases.preview("a", HOLD, by=by)) == ["ACC-01"]
    cases.record("a", HOLD, by=SAM, id="held").require()
    assert cases.journey("a").safeguarding.holds == ("h1",)
    for party, seen in ((SAM, ["hold-entered"]), (MAX, ["hold-entered"]), (JO, []), (NINA, []), ("learner:a", [])):
        entries = cases.journey("a").seen_by(party, on=on(0).date()).entries
        assert [one.kind for one in entries if one.kind.startswith("hold")] == seen
    assert str(cases.erase("learner:a", by=JO)) == "Held. Please ask a safeguarding lead: they will answer."
    assert cases.preview_erasure("learner:a", by=JO).answer == HELD
    mistyped = cases.record("a", HoldLifted(hold="h2"), by=SAM)
    assert [one.evidence for one in mistyped.breaches] == [
        (("what", "hold"), ("id", "h2"), ("found", f"not on the record as far as {SAM} may know"))
    ]
    assert cases.erase("learner:a", by=JO).answer == HELD
    cases.record("a", HoldLifted(hold="h1", words="it was settled"), by=MAX, id="lifted").require()
    assert places(cases)["lifted"] == places(cases)["held"] == ("concern", "concerns:a", "learner:a")
    assert cases.erase("learner:a", by=JO).answer == GONE


class Meanwhile(SQLiteJournal):
    """A journal on which somebody raises a concern just before an erasure is made."""

    raised = False

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        if not self.raised:
            self.raised = True
            subprocess.run([sys.executable, "-c", RAISED, str(self.path), self.where, self.about], check=True)
        return super().erase(renames, expect=expect, receipts=receipts)

    where, about = "a", ""


RAISED = """
import sys
from iagcore import Casebook, Policy
from iagcore.entries import ConcernRaised
from iagcore.storage.sqlite import SQLiteJournal

_, path, where, about = sys.argv
concern = ConcernRaised(concern="k", words="what was seen", learner=about or None)
Casebook(SQLiteJournal(path), Policy.load("starter")).record(where, concern, by="coach:nina").require()
"""


@pytest.mark.parametrize(("where", "about"), [("a", ""), ("b", "learner:a"), ("x", "learner:a")])
def test_a_concern_that_another_process_raises_between_the_check_and_the_erasure_holds_it(
    tmp_path: Path, where: str, about: str
) -> None:
    with Meanwhile(tmp_path / "casebook.db") as journal, Casebook(journal, STARTER, clock=lambda: on(0)) as cases:
        start(cases)
        start(cases, "b", learner="learner:b")
        journal.where, journal.about = where, about
        assert cases.erase("learner:a", by=JO).answer == HELD
        assert cases.journey("a").learner == "learner:a"
        assert [one.id for one in cases.journey(where).safeguarding.open] == ["k"]


# ---- what is tried around it


def test_two_holds_under_one_id_are_lifted_one_at_a_time() -> None:
    cases = two()
    for number, (words, by) in enumerate((("a claim", SAM), ("a court", MAX))):
        cases.record("a", HoldEntered(hold="h1", words=words), by=by, id=f"held{number}").require()
    for number, answer in enumerate((HELD, GONE)):
        cases.record("a", HoldLifted(hold="h1"), by=SAM, id=f"lifted{number}").require()
        assert cases.erase("learner:a", by=JO).answer == answer


def test_a_learner_who_raised_a_concern_on_anothers_journey_is_found_when_they_are_erased() -> None:
    cases = two()
    start(cases, "u", learner="learner:u")
    cases.record("a", CONCERN, by="learner:u", id="raised").require()
    assert cases.erase("learner:u", by=JO).answer == HELD
    cases.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, id="closed").require()
    assert cases.erase("learner:u", by=JO).answer == GONE
    kept = [str(stored) for stored in cases._reading.journal.read_all()]  # type: ignore[attr-defined]  # as above
    assert not any("learner:u" in one for one in kept)


def test_who_is_named_in_confidence_alone_is_answered_as_who_is_not_there() -> None:
    named, silent = two(), two()
    about_u = ConcernRaised(concern="k1", words="what was seen", learner="learner:u")
    named.record("a", about_u, by=NINA, id="raised").require()
    named.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, id="closed").require()
    for asked in (Casebook.preview_erasure, Casebook.erase):
        assert str(asked(named, "learner:u", by=JO)) == str(asked(silent, "learner:u", by=JO))
    kept = [str(stored) for stored in named._reading.journal.read_all()]  # type: ignore[attr-defined]  # as above
    assert not any("learner:u" in one for one in kept)


def test_a_duty_about_a_concern_that_is_dated_ahead_is_due_from_when_it_was_recorded() -> None:
    cases = two(rules=RULES)
    cases.record("a", CONCERN, by=NINA, at=on(3650), id="raised").require()
    assert [one.due for one in cases.duties("a") if one.rule == "SAF-02"] == [on(0), on(0)]


def test_a_talk_that_is_dated_ahead_ends_no_duty_about_an_answer_that_comes_before() -> None:
    moments = [on(0), on(200)]
    cases = two(rules=RULES, now=lambda: moments[0])
    cases.record("a", SafetyTalkedAbout(), by=JO, at=on(3650), id="talked")
    del moments[0]
    cases.record("a", MeasureTaken(scale="PHQ-9", occasion="baseline", items=(3,) * 9), by=JO, id="measure")
    assert [one.rule for one in cases.duties("a") if one.in_confidence and one.rule == "SAF-03"] == ["SAF-03"]
