"""ACC-04 at the front door: what is released is approved, as it stands, by somebody else, and once."""

from typing import Any

import attrs
import pytest

from iagcore import Casebook, IdUsedBefore, entries
from iagcore.entries import (
    KINDS,
    AllowanceExtended,
    ApprovalGiven,
    ConcernRaised,
    ConsentGiven,
    DisclosureMade,
    GoalSet,
    ReferralMade,
)
from iagcore.practice.approvals import rests_on
from iagcore.practice.parties import is_one_person
from iagcore.record.findings import Decision
from tests.casebook.around import SAM, around
from tests.casework import JO, NINA, on, refusals

evolved: Any = attrs.evolve

MAX = "lead:max"
WHOLE = ApprovalGiven(approves="case study", which="p")
QUOTE = ApprovalGiven(approves="quote", which="said")
STUDY = DisclosureMade(outlet="case study", case_study="p", shown_to=JO, quotes=("said",), nobody_recognisable=True)
TOLD = GoalSet(goal="travel", words="To travel.", outside="self-led")


def a_story() -> Casebook:
    """A casebook on which a learner consents to a case study, and has said something."""
    cases = around()
    consent = ConsentGiven(consent="k", purpose="case study", scope="this journey")
    cases.record("a", consent, by="learner:a", id="consent").require()
    cases.record("a", TOLD, by=JO, id="said").require()
    return cases


def approved(cases: Casebook, *given: ApprovalGiven, by: str = MAX) -> None:
    for one in given:
        cases.record("a", one, by=by).require()


def found(decision: Decision) -> object:
    return dict(next(one.evidence for one in decision.considered if one.rule == "ACC-04"))["found"]


def words(cases: Casebook, *, id: str | None = None) -> list[str] | None:
    released = cases.release("a", STUDY, by=JO, id=id).view
    return None if released is None else [one.fields["words"] for one in released.entries]


def test_no_entry_carries_a_typed_name_of_who_approved_it() -> None:
    typed = {
        (kind.declares.name, field.name)
        for kind in KINDS
        for field in kind.declares.fields
        if field.type.name in ("lead", "staff", "party")
    }
    assert typed == {
        ("concern-escalated", "held_by"),
        ("debrief-held", "held_with"),
        ("disclosure-made", "shown_to"),
        ("step-taken", "supported_by"),
        ("supervision-held", "supervisor"),
    }
    assert not hasattr(entries, "LeadRef")


def test_a_case_study_is_released_once_somebody_else_approved_the_whole_and_each_quote() -> None:
    cases = a_story()
    assert found(cases.release("a", STUDY, by=JO).decision) == "case study p, quote said"
    approved(cases, WHOLE)
    assert found(cases.release("a", STUDY, by=JO).decision) == "quote said"
    approved(cases, QUOTE)
    assert found(cases.release("a", STUDY, by=MAX).decision) == "case study p, quote said"
    assert found(cases.release("a", STUDY, by=JO).decision) == ""


def test_the_same_release_again_shows_the_same_and_another_one_needs_new_approvals() -> None:
    cases = a_story()
    approved(cases, WHOLE, QUOTE)
    assert words(cases, id="first") == ["To travel."]
    assert words(cases, id="first") == ["To travel."]
    assert words(cases, id="second") is None
    approved(cases, WHOLE, QUOTE)
    assert words(cases, id="third") == ["To travel."]
    with pytest.raises(IdUsedBefore):
        cases.release("a", evolved(STUDY, quotes=()), by=JO, id="third")


def test_a_release_that_is_withdrawn_has_used_its_approvals_up() -> None:
    cases = a_story()
    approved(cases, WHOLE, QUOTE)
    assert words(cases, id="first") == ["To travel."]
    cases.withdraw("a", "first", by=JO, why="it was shown to nobody").require()
    assert words(cases, id="second") is None


def test_an_approval_that_was_used_serves_no_second_time_once_it_is_put_right() -> None:
    cases = a_story()
    approved(cases, WHOLE, QUOTE)
    assert words(cases, id="first") == ["To travel."]
    given = [(one.id, one.entry) for one in cases.records("a") if isinstance(one.entry, ApprovalGiven)]
    assert len(given) == 2
    for id, entry in given:
        cases.correct("a", id, entry, by=MAX, why="a slip").require()
    assert words(cases, id="second") is None


def test_an_approval_that_is_withdrawn_stops_the_same_release_from_being_shown_again() -> None:
    cases = a_story()
    cases.record("a", WHOLE, by=MAX, id="yes").require()
    approved(cases, QUOTE)
    assert words(cases, id="first") == ["To travel."]
    cases.withdraw("a", "yes", by=MAX, why="not yet").require()
    again = cases.release("a", STUDY, by=JO, id="first")
    assert (again.view, refusals(again.decision)) == (None, ["ACC-04"])
    # what was shown while it stood was approved
    assert [one.finding.rule for one in cases.journey("a").breaches] == []


def test_a_quote_is_shown_as_it_was_approved_and_not_as_it_was_put_since() -> None:
    cases = a_story()
    approved(cases, WHOLE, QUOTE)
    assert words(cases, id="first") == ["To travel."]
    cases.correct("a", "said", evolved(TOLD, words="To America."), by=JO, why="more of it", id="more").require()
    again = cases.release("a", STUDY, by=JO, id="first")
    assert (again.view, found(again.decision)) == (None, "quote more")
    approved(cases, evolved(QUOTE, which="more"))
    assert words(cases, id="first") == ["To America."]
    cases.withdraw("a", "more", by=JO, why="as it was").require()
    # the approval of other words, and one that was used, serve for nothing
    assert words(cases, id="second") is None


def test_what_is_extended_by_correcting_is_approved_too() -> None:
    cases = around()
    approved(cases, ApprovalGiven(approves="extension", which="x", minutes=15))
    cases.record("a", AllowanceExtended(extension="x", minutes=15, reason="r"), by=NINA, id="x").require()
    more = AllowanceExtended(extension="x", minutes=45, reason="r")
    assert refusals(cases.correct("a", "x", more, by=NINA, why="w")) == ["ACC-04"]
    assert cases.journey("a").allowance.extensions == 15
    approved(cases, ApprovalGiven(approves="extension", which="x", minutes=45))
    assert cases.correct("a", "x", more, by=NINA, why="w", id="raised").accepted
    assert [one.finding.rule for one in cases.journey("a").breaches] == []
    assert cases.journey("a").allowance.extensions == 45
    cases.withdraw("a", "raised", by=NINA, why="it was not needed").require()
    assert refusals(cases.correct("a", "x", more, by=NINA, why="w")) == ["ACC-04"]


def test_what_is_lowered_or_put_right_by_a_coach_is_no_breach_of_a_lead_s_extension() -> None:
    cases = around()
    cases.record("a", ConsentGiven(consent="k", purpose="contact", scope="this journey"), by="learner:a").require()
    cases.record("a", entries.CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", AllowanceExtended(extension="x", minutes=45, reason="r"), by=JO, id="x").require()
    less = AllowanceExtended(extension="x", minutes=30, reason="less")
    assert cases.correct("a", "x", less, by=NINA, why="w").require().findings == ()
    assert cases.journey("a").breaches == ()


REFERRED = ReferralMade(referral="r", opportunity="art", condition_of_place=False, concern="w", why="In danger.")


def test_an_approval_under_a_concern_is_told_to_nobody_who_may_not_know() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    approved(cases, ApprovalGiven(approves="referral", which="r", concern="w"), by=SAM)
    cases.record("a", REFERRED, by=NINA).require()
    seen = {
        party: "approval-given" in repr(cases.journey("a").seen_by(party, on=on(0).date()))
        for party in (SAM, NINA, JO, "learner:a")
    }
    assert seen == {SAM: True, NINA: False, JO: False, "learner:a": False}


@pytest.mark.parametrize("concern", ["w", "v"])
def test_a_lead_who_guesses_a_concern_gets_one_answer_whether_there_is_one_or_not(concern: str) -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern=concern, words="x"), by=NINA).require()
    approved(cases, ApprovalGiven(approves="referral", which="r", concern=concern), by=SAM)
    decision = cases.record("a", REFERRED, by=JO)
    assert (refusals(decision), found(decision)) == (["CON-01", "REF-02"], "")


@pytest.mark.parametrize("by", [JO, "lead:other", "coach:stranger", "learner:a", "learner:b", "researcher:ria"])
@pytest.mark.parametrize(
    "entry",
    [
        ApprovalGiven(approves="referral", which="r", concern="w"),
        ApprovalGiven(approves="quote", which="raised"),
        ApprovalGiven(approves="quote", which="approved"),
        REFERRED,
        evolved(STUDY, quotes=("raised",)),
        evolved(STUDY, quotes=("approved",)),
    ],
)
def test_nobody_who_may_not_know_finds_a_concern_out_by_an_approval(entry: Any, by: str) -> None:
    """Of two journeys alike but for a concern and an approval under it, everything that is said is the same."""
    said = []
    for told in (True, False):
        cases = a_story()
        if told:
            cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA, id="raised").require()
            given = ApprovalGiven(approves="referral", which="r", concern="w")
            cases.record("a", given, by=SAM, id="approved").require()
        decisions = (cases.preview("a", entry, by=by), cases.record("a", entry, by=by, id="asked"))
        said.append([(one.accepted, one.explain(), one.explain(to="learner"), one.duties) for one in decisions])
        said[-1].append(cases.due(party=by, at=on(1)))  # type: ignore[arg-type]  # of another sort, to compare
        said[-1].append(cases.journey("a").seen_by(by, on=on(0).date()))  # type: ignore[arg-type]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("lead:jo", "lead:jo", True),
        ("lead:jo", "safeguarding-lead:jo", True),
        ("lead:jo", "lead:joe", False),
        ("lead:jo", "lead: Jo ", True),
        ("lead:nina", "lead:\N{FULLWIDTH LATIN SMALL LETTER N}i na", True),
    ],
)
def test_one_person_in_two_roles_is_one_person(one: str, other: str, same: bool) -> None:
    assert is_one_person(one, other) is same


def test_what_rests_on_an_approval_is_told_by_its_kind() -> None:
    assert rests_on(STUDY) == (("case study", "p"), ("quote", "said"))
    assert rests_on(evolved(STUDY, outlet="coaching view")) == ()
    assert rests_on(REFERRED) == (("referral", "r"),)
    assert rests_on(AllowanceExtended(extension="x", minutes=1)) == (("extension", "x"),)
    assert rests_on(entries.JourneyClosed()) == ()
