"""Signposts and referrals on the record: what was shown stays, consent is asked for this referral, and who is told."""

from datetime import date
from typing import Any

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.directory.memory import MemoryDirectory
from iagcore.exceptions import IdUsedBefore, InvalidEntry
from iagcore.opportunities import Opportunity, ShownOpportunity, Status
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.consent import REFERRAL, THIS_JOURNEY, ConsentGiven, ConsentWithdrawn
from iagcore.practice.learning import CourseCompleted, CourseEnrolled, CourseLeft, CoursesShown
from iagcore.practice.readiness import CourseExperienced, TrainingCompleted
from iagcore.practice.safeguarding import ConcernClosed, ConcernRaised
from iagcore.practice.signposting import (
    OutcomeLearned,
    Pointer,
    ReferralMade,
    Signposted,
    Signposting,
    SignpostReopened,
)
from iagcore.record.findings import Decision
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from tests.casework import JO, NINA, STARTER, casebook, gated, on, policy, refusals, start

SAM = "safeguarding-lead:sam"
TODAY = on(0).date()
ART = Opportunity("art", "Art for all", status=Status.ACTIVE, last_checked=date(2025, 8, 1), least_age=18, most_age=29)
CHOIR = Opportunity("choir", "Choir")

evolved: Any = attrs.evolve


def with_a_directory(*opportunities: Opportunity, under: Any = STARTER) -> tuple[Casebook, MemoryDirectory]:
    directory = MemoryDirectory()
    directory.keep(opportunities, feed="f", today=TODAY)
    cases = Casebook(MemoryJournal(), under, clock=lambda: on(0), rules=RULES, directory=directory)
    start(cases)
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    trained = TrainingCompleted(module="signposting", completed_on=date(2025, 1, 1))
    cases.record(NINA, trained, by=NINA).require()
    return cases, directory


def of(decision: Decision, rule: str) -> tuple[str, str]:
    (one,) = (one for one in decision.considered if one.rule == rule)
    return str(one.outcome), one.sentence


def test_a_signpost_keeps_what_was_shown_and_a_later_import_changes_nothing() -> None:
    cases, directory = with_a_directory(evolved(ART, most_age=None))
    pointed = Signposted(signpost="s1", opportunity="art")
    first = cases.record("a", pointed, by=NINA, id="1")
    assert of(first, "SIG-01") == (
        "met",
        "art: open, checked on 01 Aug 2025, and nothing that is known excludes the learner",
    )
    kept = Pointer(
        id="s1", opportunity="art", opened_at=on(0), name="Art for all", status="active", last_checked=date(2025, 8, 1)
    )
    assert cases.journey("a").signposting.of("s1") == kept
    directory.keep([evolved(ART, name="Art", status=Status.DEFUNCT, most_age=None)], feed="f", today=date(2025, 9, 2))
    assert cases.journey("a").signposting.of("s1") == kept
    # the same id again gives the first answer, though the directory now shows something else
    assert cases.record("a", pointed, by=NINA, id="1") == first
    with pytest.raises(IdUsedBefore):
        cases.record("a", evolved(pointed, status="inactive"), by=NINA, id="1")
    with pytest.raises(IdUsedBefore):
        cases.record("a", Signposted(signpost="s1", opportunity="choir"), by=NINA, id="1")
    again = cases.record("a", Signposted(signpost="s2", opportunity="art"), by=NINA)
    assert of(again, "SIG-01") == ("not met", "art: it is defunct")


def test_what_is_unknown_is_said_and_excludes_nobody() -> None:
    cases, directory = with_a_directory(CHOIR, evolved(ART, most_age=None))
    unknown = cases.record("a", Signposted(signpost="s", opportunity="choir"), by=NINA)
    assert unknown.accepted
    nothing = "missing: whether choir is open, when choir was last checked"
    assert of(unknown, "SIG-01") == ("not assessed", nothing)
    nowhere = cases.record("a", Signposted(signpost="s", opportunity="chior"), by=NINA)
    assert (nowhere.accepted, of(nowhere, "SIG-01")[0]) == (True, "not assessed")
    directory.keep([CHOIR], feed="f", today=date(2025, 9, 2), full=True)
    gone = cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA)
    assert of(gone, "SIG-01") == ("not assessed", "missing: whether art is open")


def test_only_a_known_age_excludes_and_years_since_the_start_are_allowed_for() -> None:
    cases, _ = with_a_directory(ART)  # for 18 to 29; the learner attested 30
    told = cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA)
    assert of(told, "SIG-01") == ("not met", "art: it is for other ages")
    older, _ = with_a_directory(evolved(ART, least_age=31, most_age=None))
    assert of(older.record("a", Signposted(signpost="s", opportunity="art"), by=NINA), "SIG-01")[0] == "not met"
    later = older.record("a", Signposted(signpost="s", opportunity="art"), by=NINA, at=on(130))
    assert of(later, "SIG-01")[0] == "met"


def test_what_is_known_to_speak_against_it_is_said_beside_what_is_not_known() -> None:
    cases, _ = with_a_directory(evolved(ART, status=None))
    told = cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA)
    assert of(told, "SIG-01") == ("not met", "art: it is for other ages, not known: whether art is open")


def test_a_signpost_by_hand_says_itself_what_was_shown() -> None:
    cases = casebook(rules=RULES)
    start(cases)
    pointed = Signposted(signpost="s", opportunity="o", name="Walks", status="active", last_checked=date(2025, 3, 4))
    assert of(cases.record("a", pointed, by=JO, at=on(0)), "SIG-01") == ("not met", "o: last checked 181 days ago")
    fresh = evolved(pointed, last_checked=date(2025, 3, 5))
    assert of(cases.record("a", fresh, by=JO, at=on(0)), "SIG-01")[0] == "met"


def test_a_referral_needs_consent_for_this_referral() -> None:
    cases, _ = with_a_directory(ART)
    made = ReferralMade(referral="r1", opportunity="art", condition_of_place=False)
    refused = cases.record("a", made, by=NINA, id="1")
    assert refusals(refused) == ["CON-01"]
    assert refused.explain(to="learner").splitlines()[1:] == [
        "We share nothing with anybody else unless you say so.",
        "It is yours to say whether we may share this.",
    ]
    other = ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY, only_for="r2")
    cases.record("a", other, by="learner:a", at=on(0)).require()
    assert refusals(cases.record("a", made, by=NINA, id="2")) == ["CON-01"]
    this = ConsentGiven(consent="l", purpose=REFERRAL, scope=THIS_JOURNEY, only_for="r1")
    cases.record("a", this, by="learner:a", at=on(0)).require()
    accepted = cases.record("a", made, by=NINA, id="3")
    assert (accepted.accepted, [(one.rule, one.due) for one in accepted.duties]) == (
        True,
        [("SIG-04", on(28)), ("SIG-05", on(14))],
    )
    cases.record("a", ConsentWithdrawn(purpose=REFERRAL, only_for="r1"), by="learner:a", at=on(0, 11)).require()
    again = evolved(made, how="warm handover")
    assert refusals(cases.record("a", again, by=NINA, at=on(0, 12))) == ["CON-01", "JRN-05"]


def test_a_concern_lets_a_referral_be_made_without_consent_and_tells_nobody_else() -> None:
    cases, _ = with_a_directory(ART)
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=True, concern="w", why="WHY")
    assert refusals(cases.preview("a", made, by=NINA)) == ["ACC-04"]
    approved = ApprovalGiven(approves="referral", which="r", concern="w")
    cases.record("a", approved, by=SAM).require()
    for missing in ("concern", "why"):
        asked = cases.preview("a", evolved(made, **{missing: None}), by=NINA)
        assert "CON-01" in refusals(asked), missing
    cases.record("a", made, by=NINA, id="made").require()
    today = on(0).date()
    told = {party: repr(cases.journey("a").seen_by(party, on=today)) for party in (NINA, JO, SAM, "learner:a")}
    assert {party: "WHY" in said for party, said in told.items()} == {
        NINA: True,
        JO: False,
        SAM: True,
        "learner:a": False,
    }
    assert "referral-made" not in told["learner:a"]
    cases.record("a", ConcernClosed(concern="w", words="x"), by=SAM).require()
    assert refusals(cases.preview("a", made, by=NINA)) == ["CON-01", "JRN-05", "SIG-03"]


def test_a_place_never_depends_on_a_referral_and_unsaid_is_unknown() -> None:
    cases, _ = with_a_directory(ART)
    given = ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY)
    cases.record("a", given, by="learner:a", at=on(0)).require()
    made = ReferralMade(referral="r", opportunity="art")
    unsaid = cases.preview("a", made, by=NINA)
    assert (refusals(unsaid), of(unsaid, "SIG-03")[0]) == (["SIG-03"], "not assessed")
    depends = cases.preview("a", evolved(made, condition_of_place=True), by=NINA)
    assert of(depends, "SIG-03") == (
        "not met",
        "the learner's place depends on it: yes, and it is made under no concern that is open",
    )


def test_nobody_is_told_what_came_of_a_referral_under_a_concern_but_whoever_made_it() -> None:
    cases, _ = with_a_directory(ART)
    cases.record("a", CoachAssigned(coach="coach:omar"), by=JO, at=on(0)).require()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=False, concern="w", why="x")
    cases.record("a", ApprovalGiven(approves="referral", which="r", concern="w"), by=SAM).require()
    cases.record("a", made, by=NINA, id="made").require()
    due = [one for one in cases.duties("a") if one.rule.startswith("SIG")]
    assert [(one.rule, one.party, one.in_confidence) for one in due] == [("SIG-04", NINA, True), ("SIG-05", NINA, True)]
    assert {one.rule for one in cases.due(party=NINA)} >= {"SIG-04", "SIG-05"}
    assert [one.rule for one in cases.due(party="coach:omar") if one.rule.startswith("SIG")] == []
    cases.record("a", OutcomeLearned(of="r", outcome="contacted", words="HEARD"), by=NINA).require()
    cases.record("a", SignpostReopened(of="r", note="AGAIN"), by=NINA).require()
    cases.record("a", OutcomeLearned(of="ghost", outcome="unknown"), by=NINA).require()
    today = on(0).date()

    def told(party: str) -> list[str]:
        kinds = {"referral-made", "outcome-learned", "signpost-reopened"}
        return [one.kind for one in cases.journey("a").seen_by(party, on=today).entries if one.kind in kinds]

    # what was recorded at one moment is shown with the journey's own first
    everything = ["outcome-learned", "referral-made", "outcome-learned", "signpost-reopened"]
    assert {party: told(party) for party in (SAM, "coach:omar", JO, "learner:a")} == {
        SAM: everything,
        "coach:omar": ["outcome-learned"],
        JO: ["outcome-learned"],
        "learner:a": ["outcome-learned"],
    }
    cases.withdraw("a", "made", by=NINA, why="x").require()
    assert told(JO) == ["outcome-learned"]  # also once it is taken back


def test_a_referral_that_names_a_concern_is_told_to_nobody_also_with_the_learners_consent() -> None:
    cases, _ = with_a_directory(ART)
    cases.record("a", ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY), by="learner:a").require()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=False, concern="w")
    cases.record("a", made, by=NINA).require()
    for party in (JO, "learner:a"):
        seen = cases.journey("a").seen_by(party, on=on(0).date())
        assert "referral-made" not in [one.kind for one in seen.entries]


def test_of_an_id_that_is_used_twice_the_first_is_asked_about() -> None:
    cases, _ = with_a_directory(ART)
    for day in (0, 7):
        cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA, at=on(day)).require()
    assert [one.due for one in cases.duties("a") if one.rule == "SIG-04"] == [on(28)]
    cases.record("a", OutcomeLearned(of="s", outcome="attended"), by=NINA, at=on(8)).require()
    assert [one for one in cases.duties("a") if one.rule == "SIG-04"] == []


def test_a_referral_is_withdrawn_and_made_anew_and_never_put_otherwise() -> None:
    cases, _ = with_a_directory(ART)
    cases.record("a", ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY), by="learner:a").require()
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=False)
    cases.record("a", made, by=NINA, id="made").require()
    otherwise = evolved(made, how="warm handover")
    assert refusals(cases.correct("a", "made", otherwise, by=NINA, why="it was a live introduction")) == ["COR-01"]
    cases.withdraw("a", "made", by=NINA, why="it was a live introduction").require()
    assert [one for one in cases.duties("a") if one.rule.startswith("SIG")] == []
    cases.record("a", evolved(otherwise, referral="again"), by=NINA).require()
    assert [one.how for one in cases.journey("a").signposting.all] == ["warm handover"]


def test_pointing_needs_the_training_where_a_policy_says_so() -> None:
    strict = policy(gated("COA-02"), name="strict")
    cases, _ = with_a_directory(ART, under=strict)
    assert cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA).breaches == ()
    untrained = cases.record("a", Signposted(signpost="s2", opportunity="art"), by="coach:omar")
    assert [one.rule for one in untrained.breaches] == ["COA-02"]
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=False)
    assert "COA-02" in refusals(cases.preview("a", made, by="coach:omar"))
    assert cases.coach(NINA).ready_for("signposting", on=TODAY).accepted
    assert refusals(cases.coach(NINA).ready_for("signposting", on=date(2024, 12, 31))) == ["COA-02"]


def test_a_course_is_chosen_among_those_shown() -> None:
    cases, _ = with_a_directory(evolved(ART, most_age=None))
    cases.record(NINA, CourseExperienced(course="art"), by=NINA, at=on(0)).require()
    alone = cases.record("a", CourseEnrolled(course="art"), by="learner:a", at=on(0), id="1")
    assert [one.rule for one in alone.findings] == ["SIG-02"]
    cases.record("a", CoursesShown(courses=("art", "choir")), by=NINA, at=on(0)).require()
    assert cases.record("a", CourseEnrolled(course="art"), by="learner:a", at=on(0), id="2").findings == ()
    unseen = cases.record("a", CourseEnrolled(course="pottery"), by="learner:a", at=on(0), id="3")
    assert of(unseen, "SIG-02")[1] == "course pottery is chosen among 0 that were shown, at least 2 are asked"
    cases.record("a", CourseLeft(course="art"), by="learner:a").require()
    cases.record("a", CourseCompleted(course="choir"), by="learner:a").require()
    states = {one.id: (one.state, one.shown) for one in cases.journey("a").learning.courses}
    assert states == {"art": ("left", True), "choir": ("completed", True), "pottery": ("enrolled", False)}


def test_a_signpost_to_a_course_asks_whether_the_coach_has_experienced_it() -> None:
    cases, _ = with_a_directory(evolved(ART, most_age=None))
    told = cases.record("a", Signposted(signpost="s", opportunity="art", course="art"), by=NINA, at=on(0))
    assert [one.rule for one in told.findings] == ["COA-03"]
    no_course = cases.record("a", Signposted(signpost="t", opportunity="art"), by=NINA, at=on(0))
    assert of(no_course, "COA-03") == ("met", "no course of the college's own")


def test_what_came_of_nothing_that_was_made_changes_nothing() -> None:
    state = Signposting([Pointer(id="s", opportunity="o", opened_at=on(0))])
    assert state.of("ghost") is None
    cases = casebook(rules=RULES)
    start(cases)
    cases.record("a", OutcomeLearned(of="ghost", outcome="helped"), by=JO).require()
    cases.record("a", SignpostReopened(of="ghost", note="x"), by=JO).require()
    assert cases.journey("a").signposting == Signposting()


def test_an_opportunity_that_names_no_day_that_can_be_kept_leaves_it_unsaid() -> None:
    cases, _ = with_a_directory(evolved(ART, last_checked=date(1, 1, 1), most_age=None))
    told = cases.record("a", Signposted(signpost="s", opportunity="art"), by=NINA)
    assert of(told, "SIG-01") == ("not assessed", "missing: when art was last checked")


def test_nobody_decided_how_long_then_nothing_is_due_by_a_day() -> None:
    gaps = "".join(
        f'[[value.{name}]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        for name in ("signpost_outcome_days", "signpost_attempts", "referral_deadline_days")
    )
    cases, _ = with_a_directory(ART, under=policy(gaps, name="gaps"))
    cases.record("a", ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY), by="learner:a").require()
    made = ReferralMade(referral="r", opportunity="art", condition_of_place=False)
    cases.record("a", made, by=NINA).require()
    for _ in range(5):
        cases.record("a", OutcomeLearned(of="r", outcome="unknown"), by=NINA).require()
    found = [one for one in cases.duties("a") if one.rule.startswith("SIG")]
    assert [(one.rule, one.due, "the policy does not decide" in one.what) for one in found] == [
        ("SIG-04", None, True),
        ("SIG-05", None, True),
    ]


def test_a_shown_opportunity_and_a_status_are_words_of_the_directory() -> None:
    assert ART.shown == ShownOpportunity("art", "Art for all", "active", date(2025, 8, 1))
    with pytest.raises(InvalidEntry, match="did you mean 'inactive'"):
        Signposted(signpost="s", opportunity="o", status="inactiv")
