"""What goes around a learner: consent across journeys, what may be shown, and concerns."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from iagcore import entries
from iagcore.casebook import Casebook
from iagcore.exceptions import InvalidEntry, Refused, UnknownJourney
from iagcore.practice import consent as consent_module
from iagcore.practice import follow_up as follow_up_module
from iagcore.practice import readiness as readiness_module
from iagcore.practice.amendments import BreachAuthorised, RecordAnnotated
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import (
    CONTACT,
    EVERY_JOURNEY,
    RESEARCH,
    THIS_JOURNEY,
    ConsentGiven,
    Consents,
    ConsentWithdrawn,
)
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpMade, FollowUpPlanned, FollowUps
from iagcore.practice.grow import GoalSet
from iagcore.practice.learners import JourneyClosed, JourneyStarted, LearnerLeft
from iagcore.practice.learning import OtherSupportNoted
from iagcore.practice.measures import MeasureTaken
from iagcore.practice.readiness import (
    InterestExpressed,
    Readiness,
)
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, SafetyTalkedAbout
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.practice.signposting import ReferralMade
from iagcore.record.findings import MUST, Assessment, Decision, Outcome, Weight
from iagcore.record.rules import RuleSort
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import GONE, HELD, Erasure, StoredRecord
from tests.casebook.around import RIA, SAM, TRAINED, around
from tests.casework import (
    JO,
    NINA,
    OMAR,
    STARTER,
    booked,
    casebook,
    on,
    policy,
    refusals,
    start,
)

evolved: Any = attrs.evolve


# ---- consent, and what may leave


def test_consent_for_every_journey_covers_another_and_is_withdrawn_there() -> None:
    cases = around()
    start(cases, "a2", learner="learner:a")
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("a2", given, by="learner:a", at=on(0)).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(30).date())
    assert cases.record("a", planned, by=JO, id="1").accepted
    cases.record("a", ConsentWithdrawn(purpose=CONTACT, scope=THIS_JOURNEY), by="learner:a", at=on(1)).require()
    later = evolved(planned, follow_up="f2")
    assert refusals(cases.record("a", later, by=JO, at=on(1), id="2")) == ["CON-04"]
    assert cases.record("a2", evolved(later, follow_up="f3"), by=JO, at=on(1), id="2").accepted
    cases.record("a2", ConsentWithdrawn(purpose=CONTACT), by="learner:a", at=on(2)).require()
    assert refusals(cases.record("a2", evolved(later, follow_up="f4"), by=JO, at=on(2), id="3")) == ["CON-04"]


def test_somebody_elses_consent_on_a_journey_that_names_the_learner_covers_nothing() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    given = ConsentGiven(consent="k", purpose=CONTACT, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:b", at=on(0)).require()
    # a concern about a that stands on the journey of b is filed under nobody but b's journey
    cases.record("b", ConcernRaised(concern="w", words="x", learner="learner:a"), by=JO).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(30).date())
    assert refusals(cases.record("a", planned, by=JO)) == ["CON-04"]


def test_a_follow_up_may_be_planned_when_the_journey_is_over_and_not_before_it_began() -> None:
    cases = around()
    consent = ConsentGiven(consent="k", purpose=CONTACT, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a").require()
    cases.record("a", LearnerLeft(how="moved on"), by=JO).require()
    planned = FollowUpPlanned(follow_up="f", planned_for=on(90).date(), how="e-mail")
    cases.record("a", planned, by=JO).require()
    assert [one.id for one in cases.journey("a").follow_ups.still_planned] == ["f"]
    made = FollowUpMade(how="e-mail", follow_up="f", answered=True, words="passed")
    cases.record("a", made, by=NINA, at=on(90)).require()
    assert cases.journey("a").follow_ups.still_planned == ()
    cases.record("x", ConcernRaised(concern="w", words="x"), by=JO).require()
    with pytest.raises(UnknownJourney):
        cases.record("x", planned, by=JO)


def test_what_is_released_is_decided_and_recorded_first() -> None:
    cases = around()
    cases.record("a", OtherSupportNoted(support="s", words="HEALTH", status="started"), by=JO).require()
    extract = DisclosureMade(outlet="research extract", shown_to=RIA)
    assert refusals(cases.preview("a", extract, by=JO)) == ["CON-02"]
    refused = cases.release("a", extract, by=JO, id="1")
    assert (refusals(refused.decision), refused.view) == (["CON-02"], None)
    assert refused.decision.explain(to="learner").splitlines()[1] == (
        "Your answers are not used for research unless you say so."
    )
    consent = ConsentGiven(consent="r", purpose=RESEARCH, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a").require()
    assert cases.preview("a", extract, by=JO).accepted
    released = cases.release("a", extract, by=JO, id="2")
    assert released.view is not None
    evidence = {one.rule: dict(one.evidence) for one in released.decision.considered}
    assert evidence["CON-02"]["consent"] == "in force (r)"
    assert evidence["ACC-02"]["allowed"] == "it carries plain, special category"
    told = repr(released.view)
    assert "HEALTH" not in told
    assert "learner:a" not in told
    assert JO not in told
    assert [one.id for one in cases.records("a") if isinstance(one.entry, DisclosureMade)] == ["1", "2"]
    # the first answer to id 1 stands; asked under a new id it is decided anew
    assert cases.release("a", extract, by=JO, id="1").view is None
    # what was shown without asking is a fact, and is recorded with a breach
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a").require()
    shown = cases.record("a", extract, by=RIA)
    assert (shown.accepted, [one.rule for one in shown.breaches]) == (True, ["CON-02"])


def test_the_days_of_an_extract_and_of_a_cover_are_those_where_the_policy_is_at_home() -> None:
    cases = around(now=lambda: on(30))
    night = datetime(2025, 9, 10, 23, 30, tzinfo=UTC)  # half past midnight on the 11th, in London
    cases.record(
        "a", ConsentGiven(consent="r", purpose=RESEARCH, scope=THIS_JOURNEY), by="learner:a", at=night
    ).require()
    cases.record("a", CoverAssigned(coach=NINA, until=date(2025, 9, 11)), by=JO, at=night).require()
    released = cases.release("a", DisclosureMade(outlet="research extract", shown_to=RIA), by=JO).view
    assert released is not None
    assert date(2025, 9, 11) in [one.at for one in released.entries]
    assert date(2025, 9, 10) not in [one.at for one in released.entries]
    zone, journey = STARTER.zone, cases.journey("a")
    seen = [journey.seen_by(NINA, on=date(2025, 9, day), zone=zone).reason is None for day in (10, 11, 12)]
    assert seen == [False, True, False]
    view = DisclosureMade(outlet="coaching view", shown_to=NINA)
    assert "ACC-02" in refusals(cases.release("a", view, by=JO).decision)


def test_several_disclosures_are_recorded_together() -> None:
    cases = around()
    shown = [DisclosureMade(outlet="coaching view", shown_to=JO) for _ in range(2)]
    assert [one.accepted for one in cases.record_facts("a", *shown, by=JO)] == [True, True]


def approve(cases: Casebook, *, quotes: Sequence[str] = ()) -> None:
    """A safeguarding lead, who may know of everything, approves a case study."""
    for sort, which in (("case study", "p"), *(("quote", one) for one in quotes)):
        given = cases.record("a", ApprovalGiven(approves=sort, which=which), by=SAM, at=on(0))
        assert given.require().findings == ()


def test_a_case_study_carries_what_is_quoted_and_nothing_else() -> None:
    cases = around()
    for words in ("QUOTED", "KEPT"):
        cases.record("a", GoalSet(goal=words, words=words), by="learner:a", id=words).require()
    study = DisclosureMade(
        outlet="case study",
        shown_to=JO,
        case_study="p",
        quotes=("QUOTED",),
        nobody_recognisable=True,
    )
    approve(cases, quotes=("QUOTED",))
    assert refusals(cases.release("a", study, by=JO).decision) == ["CON-03"]
    cases.record("a", ConsentGiven(consent="p", purpose="case study", scope=THIS_JOURNEY), by="learner:a").require()
    released = cases.release("a", study, by=JO).view
    assert released is not None
    assert [(one.kind, dict(one.fields)) for one in released.entries] == [
        ("goal-set", {"words": "QUOTED", "outside": None})
    ]


def test_who_looks_at_a_journey_goes_with_the_learner() -> None:
    cases = around()
    today = on(0).date()
    journey = cases.journey("a")
    assert journey.seen_by("learner:a", on=today).reason is None
    assert journey.seen_by("learner:b", on=today).reason == "a journey is shown to its own learner"
    assert journey.seen_by(JO, on=today).outlet == "coaching view"
    assert journey.seen_by(SAM, on=today).outlet == "safeguarding view"
    assert journey.seen_by(RIA, on=today).reason == "nobody in this role looks at a journey: ask for an extract"
    assert journey.seen_by(NINA, on=today).reason == "coach:nina does not go with this learner on that day"
    held = entries.ConversationHeld(conversation="c2", coach=NINA, minutes=10, one_to_one=True, in_private=True)
    for entry in (booked("c1", on(3)), held):
        for by, seen in ((NINA, False), (OMAR, False), (JO, True), ("learner:a", entry is not held)):
            cases.record("a", entry, by=by, at=on(0), id="b")
            assert (cases.journey("a").seen_by(NINA, on=today).reason is None) is seen
            cases = around()
    cases.record("a", CoachAssigned(coach=OMAR), by=JO).require()
    assert cases.journey("a").seen_by(NINA, on=today).entries == ()
    cases.record("a", CoverAssigned(coach=NINA, until=today), by=JO, at=on(0)).require()
    assert cases.journey("a").seen_by(NINA, on=today).reason is None
    assert cases.journey("a").seen_by(NINA, on=on(1).date()).entries == ()
    with pytest.raises(InvalidEntry, match="a party is written with its role"):
        journey.seen_by("nina", on=today)


def test_whoever_hands_something_over_sees_no_more_of_it_than_is_theirs_to_see() -> None:
    cases = around()
    cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="DIARY"), by="learner:a").require()
    cases.record("a", ConcernRaised(concern="w", words="CONCERN"), by="learner:a").require()
    own = DisclosureMade(outlet="own record", shown_to="learner:a")
    handed = cases.release("a", own, by=JO).view
    assert handed is not None
    assert handed.entries != ()
    assert "DIARY" not in repr(handed)
    assert "CONCERN" not in repr(handed)
    looked = repr(cases.journey("a").seen_by("learner:a", on=on(0).date()))
    assert ("DIARY" in looked, "CONCERN" in looked) == (True, True)
    everything = DisclosureMade(outlet="safeguarding view", shown_to=SAM)
    assert refusals(cases.release("a", everything, by=NINA).decision) == ["ACC-02"]
    assert "CONCERN" in repr(cases.release("a", everything, by=SAM).view)


@pytest.mark.parametrize(
    ("outlet", "to", "by", "allowed"),
    [
        ("coaching view", JO, RIA, False),
        ("action plan", "learner:a", RIA, False),
        ("own record", "learner:a", "coach:zed", False),
        ("action plan", "learner:a", "coach:zed", False),
        ("coaching view", NINA, "coach:zed", False),
        ("safeguarding view", SAM, JO, False),
        ("coaching view", NINA, JO, True),
        ("coaching view", JO, NINA, True),
        ("own record", "learner:a", NINA, True),
        ("action plan", "learner:a", SAM, True),
        ("research extract", RIA, JO, True),
        ("research extract", RIA, RIA, True),
        ("research extract", RIA, "coach:zed", False),
        ("case study", JO, JO, True),
    ],
)
def test_whoever_hands_something_over_may_see_it_themselves(outlet: str, to: str, by: str, allowed: bool) -> None:
    cases = around()
    cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0)).require()
    for purpose in (RESEARCH, "case study"):
        given = ConsentGiven(consent=purpose, purpose=purpose, scope=THIS_JOURNEY)
        cases.record("a", given, by="learner:a", at=on(0)).require()
    approve(cases)
    shown = DisclosureMade(outlet=outlet, shown_to=to, case_study="p", nobody_recognisable=True)
    released = cases.release("a", shown, by=by)
    assert ("ACC-02" not in refusals(released.decision)) is allowed
    assert (released.view is not None) is allowed


def test_a_kind_of_a_later_version_and_a_note_about_nothing_are_shown_to_nobody() -> None:
    cases = around()
    cases.record("a", RecordAnnotated(record="nothing", words="GHOST"), by=JO).require()
    note = RecordAnnotated(record="start", words="KNOWN")
    cases.record("a", note, by=JO).require()
    told = repr(cases.journey("a").seen_by(JO, on=on(0).date()))
    assert ("GHOST" in told, "KNOWN" in told) == (False, True)


# ---- concerns


def test_closing_a_journey_tells_nobody_of_a_concern_and_nothing_is_erased_over_one() -> None:
    cases = around()
    without = cases.preview("a", JourneyClosed(), by=JO)
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    closing = cases.preview("a", JourneyClosed(), by=JO)
    assert closing.explain() == without.explain()
    assert closing.explain(to="learner") == without.explain(to="learner")
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert str(cases.erase("learner:a", by=JO)) == "Held. Please ask a safeguarding lead: they will answer."
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=NINA).require()
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    cases.record("a", ConcernClosed(concern="w", words="x"), by=SAM).require()
    assert cases.erase("learner:a", by=JO).records > 0


def test_a_concern_raised_while_somebody_is_being_erased_stops_it() -> None:
    journal = MemoryJournal()
    cases = around(journal)
    other = Casebook(journal, STARTER, clock=lambda: on(0))
    erase = journal.erase
    done: list[Any] = []

    def meanwhile(*args: Any, **rest: Any) -> Any:
        if not done:
            done.append(other.record("a", ConcernRaised(concern="w", words="x"), by=NINA))
        return erase(*args, **rest)

    journal.erase = meanwhile  # type: ignore[method-assign]
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert cases.journey("a").safeguarding.open != ()


def test_a_concern_on_anothers_journey_holds_the_record_of_the_learner_whom_it_names() -> None:
    cases = around()
    start(cases, "b", learner="learner:b")
    cases.record("b", ConcernRaised(concern="w", words="x", learner="learner:a"), by=NINA).require()
    cases.record("b", ConcernRaised(concern="v", words="x"), by=NINA).require()
    assert cases.erase("learner:a", by=JO) == Erasure(0, answer=HELD)
    assert cases.journey("a").exists
    cases.record("b", ConcernClosed(concern="w", words="x"), by=SAM).require()
    assert cases.erase("learner:a", by=JO).answer == GONE


def test_what_is_said_of_a_concern_is_annotated_and_never_taken_back() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x", learner="learner:a"), by=NINA, id="raised").require()
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=NINA, id="up").require()
    cases.record("a", ConcernClosed(concern="w", words="done"), by=SAM, id="closed").require()
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", id="withdrawn").require()
    for target in ("raised", "up", "closed", "withdrawn"):
        assert "COR-01" in refusals(cases.withdraw("a", target, by=SAM, why="w"))
        note = RecordAnnotated(record=target, words="beside it")
        assert cases.record("a", note, by=SAM).accepted
    stored = list(cases._reading.journal.read("learner:a"))
    assert len(stored) == 9  # the start, the four, and a note beside each of them


def test_a_concern_is_about_its_last_raising_and_one_that_nobody_raised_changes_nothing() -> None:
    cases = around()
    cases.record("a", ConcernClosed(concern="ghost", words="x"), by=SAM).require()
    cases.record("a", ConcernEscalated(concern="ghost", held_by=SAM), by=SAM).require()
    assert cases.journey("a").safeguarding.concerns == ()
    for number in range(2):
        cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA, at=on(number)).require()
        cases.record("a", ConcernClosed(concern="w", words="x"), by=SAM, at=on(number)).require()
    assert [one.closed_at for one in cases.journey("a").safeguarding.concerns] == [on(0), on(1)]


def test_nobody_decided_how_long_then_a_concern_does_not_wait_and_nobody_is_named() -> None:
    gaps = "".join(
        f'[[value.{name}]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
        for name in ("escalation_hours", "emergency_contacts", "follow_up_after", "referral_deadline_days")
    )
    cases = around(under=policy(gaps, name="gaps"))
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO, at=on(0)).require()
    cases.record("a", ConcernRaised(concern="v", words="x", immediate_danger=True), by=JO, at=on(0)).require()
    found = {
        (one.what.split()[2].strip(","), one.due, "no emergency contacts" in one.what)
        for one in cases.duties("a")
        if one.rule == "SAF-02"
    }
    assert found == {("w", on(0), False), ("v", on(0), True)}
    (advised,) = {one.what for one in cases.duties("a") if "concern w" in one.what}
    assert "; the policy does not decide escalation_hours for 01 Sep 2025: decide it;" in advised
    consent = ConsentGiven(consent="r", purpose="referral", scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a", at=on(0)).require()
    referral = ReferralMade(referral="r1", opportunity="art", condition_of_place=False)
    cases.record("a", referral, by=JO, at=on(0)).require()
    (heard,) = (one for one in cases.duties("a") if one.rule == "SIG-05")
    assert (heard.due, "does not decide referral_deadline_days" in heard.what) == (None, True)
    consent = ConsentGiven(consent="k", purpose=CONTACT, scope=THIS_JOURNEY)
    cases.record("a", consent, by="learner:a", at=on(0)).require()
    cases.record("a", LearnerLeft(how="moved on"), by=JO, at=on(2)).require()
    assert [(one.due, one.opens) for one in cases.duties("a") if one.rule == "FUP-01"] == [(None, None)]


@pytest.mark.parametrize(
    ("module", "state"),
    [
        (consent_module, Consents()),
        (follow_up_module, FollowUps()),
        (readiness_module, Readiness()),
    ],
)
def test_what_a_part_does_not_concern_leaves_it_as_it_is(module: Any, state: Any) -> None:
    assert module.apply(state, JourneyClosed(), at=on(0)) is state


def test_a_journal_without_a_feed_erases_too() -> None:
    class Silent:
        def __init__(self) -> None:
            self._kept = MemoryJournal()

        def append(self, records: Any, *, expect: Any) -> None:
            self._kept.append(records, expect=expect)

        def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
            return self._kept.read(subject, after=after)

        def erase(self, renames: Any, *, expect: Any, receipts: Any) -> Any:
            return self._kept.erase(renames, expect=expect, receipts=receipts)

    assert around(Silent()).erase("learner:a", by=JO).records == 1


def test_a_learner_who_asked_for_something_on_a_coachs_record_is_erased_all_the_same() -> None:
    cases = around()
    assert refusals(cases.record(NINA, InterestExpressed(), by="learner:a", id="asked")) == ["ACC-01"]
    start(cases, "b", learner="learner:b")
    cases.record("b", booked("c1", on(3)), by=NINA).require()
    cases.record(NINA, TRAINED, by=NINA, id="trained").require()
    assert cases.erase("learner:a", by=JO).records == 2
    assert cases.verify(NINA) == []
    assert [one.id for one in cases.records(NINA)] == ["trained"]
    assert len(cases.coach(NINA).hours.hours) == 1
    alone = around()
    assert refusals(alone.record(OMAR, InterestExpressed(), by="learner:a")) == ["ACC-01"]
    alone.erase("learner:a", by=JO)
    assert alone.record(OMAR, TRAINED, by=OMAR).accepted  # the coach's own name is not taken away


@pytest.mark.parametrize("outlet", ["research extract", "case study"])
def test_what_is_taken_away_carries_nobodys_own_concern(outlet: str) -> None:
    by = RIA if outlet == "research extract" else JO
    cases = around()
    for purpose in (RESEARCH, "case study"):
        given = ConsentGiven(consent=purpose, purpose=purpose, scope=THIS_JOURNEY)
        cases.record("a", given, by="learner:a", at=on(0)).require()
    cases.record("a", ConcernRaised(concern="w", words="PRIVATE"), by=by, id="raised").require()
    approve(cases)
    shown = DisclosureMade(outlet=outlet, shown_to=by, case_study="p", nobody_recognisable=True)
    quote = cases.preview("a", ApprovalGiven(approves="quote", which="raised"), by=SAM, at=on(0))
    assert [one.rule for one in quote.breaches] == ["REF-02"]  # it is no record of the journey
    released = cases.release("a", shown, by=by).view
    assert released is not None
    assert "PRIVATE" not in repr(released)
    assert "concern-raised" not in repr(released)


def test_a_diary_entry_stays_private_whatever_is_shared_under_its_id_later() -> None:
    cases = around()
    for words in ("PRIVATE-ONE", "SHARED-TWO"):
        cases.record("a", DiaryWritten(diary="d", sort="achievement", words=words), by="learner:a").require()
    cases.record("a", DiaryShared(diary="d"), by="learner:a").require()
    assert "PRIVATE-ONE" not in repr(cases.journey("a").seen_by(JO, on=on(0).date()))
    assert [one.words for one in cases.journey("a").self_efficacy.evidence] == ["SHARED-TWO"]
    cases.record("a", DiaryUnshared(diary="d"), by="learner:a").require()
    assert [one.shared for one in cases.journey("a").self_efficacy.diary] == [False, False]
    cases.record("a", DiaryShared(diary="other"), by="learner:a").require()


def test_nobody_learns_by_asking_that_there_is_a_concern() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO, id="raised").require()
    cases.record("a", DiaryWritten(diary="d", sort="achievement", words="x"), by="learner:a", id="own").require()
    for by in ("learner:a", "learner:b", RIA):
        asked = cases.preview("a", JourneyClosed(), by=by)
        assert refusals(asked) == ["ACC-01"]
        with pytest.raises(Refused) as refused:
            cases.erase("learner:a", by=by)
        assert refusals(refused.value.decision) == ["ACC-01"]
    for target, by in (("raised", NINA), ("raised", "learner:a"), ("own", NINA), ("own", JO)):
        told = cases.preview("a", entries.EntryWithdrawn(target, "x"), by=by).explain()
        assert "concern" not in told.replace("A concern is annotated instead", "")
        assert "diary" not in told
        assert f"{target} is no accepted record here" in told or "what is not theirs to know of" in told
    begun = casebook(rules=RULES)
    begun.record("v", ConcernRaised(concern="w", words="x", learner="learner:v"), by=JO).require()
    other = JourneyStarted(learner="learner:z", programme="p", attests_age=30)
    assert "learner:v" not in begun.preview("v", other, by=NINA).explain()


def test_what_was_shown_of_a_concern_is_put_right_by_the_safeguarding_lead() -> None:
    cases = around()
    shown = DisclosureMade(outlet="safeguarding view", shown_to=JO)
    assert [one.rule for one in cases.record("a", shown, by=SAM).breaches] == ["ACC-02"]
    assert [one.party for one in cases.due() if one.rule == "COR-03"] == ["safeguarding-lead"]
    assert [one.rule for one in cases.due(party=JO)] == ["FUP-02"]


def test_a_consent_is_not_revived_from_another_journey_and_a_late_withdrawal_counts() -> None:
    cases = around()
    start(cases, "b", learner="learner:a")
    given = ConsentGiven(consent="k", purpose=RESEARCH, scope=EVERY_JOURNEY)
    cases.record("b", given, by="learner:a", at=on(-5), id="given").require()
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(-4)).require()
    cases.correct("b", "given", given, by=JO, why="a slip", at=on(-1)).require()
    extract = DisclosureMade(outlet="research extract", shown_to=RIA)
    for journey in ("a", "b"):
        assert refusals(cases.release(journey, extract, by=JO).decision) == ["CON-02"]
    anew = evolved(given, consent="l")
    cases.record("b", anew, by="learner:a", at=on(-1)).require()
    assert cases.release("b", extract, by=JO).view is not None
    cases.record("a", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(-2)).require()
    assert refusals(cases.release("b", extract, by=JO).decision) == ["CON-02"]
    # what is said to be withdrawn a little later than now is withdrawn
    cases.record("b", evolved(given, consent="m"), by="learner:a", at=on(0)).require()
    cases.record("b", ConsentWithdrawn(purpose=RESEARCH), by="learner:a", at=on(0, 11)).require()
    assert refusals(cases.release("b", extract, by=JO).decision) == ["CON-02"]


def test_a_journey_is_shown_to_no_other_learner() -> None:
    cases = around()
    with pytest.raises(InvalidEntry, match="a journey is shown to no learner but its own"):
        cases.record("a", DisclosureMade(outlet="own record", shown_to="learner:z"), by=JO)


def test_a_concern_is_on_every_safeguarding_leads_list_until_one_of_them_takes_it() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=JO).require()
    kim = "safeguarding-lead:kim"
    for holder in ("coach:zed", JO, RIA, SAM, kim):
        before = cases.due(party=SAM)
        cases.record("a", ConcernEscalated(concern="w", held_by=holder), by=JO).require()
        assert cases.due(party=SAM) == before
        assert [one.rule for one in cases.due(party=JO)] == ["SAF-02", "FUP-02"]
    cases.record("a", ConcernEscalated(concern="w", held_by=SAM), by=SAM).require()
    assert [one.what for one in cases.due(party=SAM)] == ["see concern w through, and close it once that is done"]
    assert cases.due(party=kim) == ()
    cases.record("a", ConcernEscalated(concern="w", held_by=kim), by=SAM).require()
    assert [one.rule for one in cases.due(party=SAM)] == ["SAF-02"]
    assert [one.rule for one in cases.due(party=JO)] == ["FUP-02"]


def test_an_escalation_under_an_id_that_is_hidden_or_not_there_is_one_answer_to_the_letter() -> None:
    answers = []
    for raised in ("there", "elsewhere"):
        cases = around()
        cases.record("a", ConcernRaised(concern=raised, words="x"), by="learner:a").require()
        for by in (NINA, JO):
            decision = cases.record("a", ConcernEscalated(concern="there", held_by=SAM), by=by, id=f"by {by}")
            answers.append(
                (raised, by, attrs.evolve(decision, record=None), decision.explain(), decision.explain(to="learner"))
            )
    assert [one[1:] for one in answers[:2]] == [one[1:] for one in answers[2:]]
    assert [[found.rule for found in one[2].findings] for one in answers] == [["REF-02"]] * 4


def test_an_answer_to_item_nine_is_talked_about_whatever_is_done_to_it_by_anybody() -> None:
    for by in (NINA, "coach:zed", JO, "learner:a", RIA):
        for whole in (True, False):
            cases = around()
            taken = MeasureTaken(scale="PHQ-9", occasion="baseline", items=(3,) * 9)
            cases.record("a", taken, by=NINA, at=on(1), id="m").require()
            cases.correct("a", "m", attrs.evolve(taken, items=(0,) * 9), by=by, why="w")  # type: ignore[misc]
            cases.withdraw("a", "m", by=by, why="w", whole=whole)
            assert [one.rule for one in cases.duties("a") if one.rule == "SAF-03"] == ["SAF-03"]
            cases.record("a", SafetyTalkedAbout(), by=SAM, at=on(1)).require()
            assert [one for one in cases.duties("a") if one.rule == "SAF-03"] == []


def test_item_nine_is_for_the_coach_who_asked_while_they_go_with_the_learner_and_for_the_one_assigned() -> None:
    moment = on(0)
    cases = around(now=lambda: moment)
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    cases.record("a", CoverAssigned(coach=OMAR, until=on(3).date()), by=JO).require()
    taken = MeasureTaken(scale="PHQ-9", occasion="baseline", items=(3,) * 9)
    for day, by, asked in ((1, OMAR, [OMAR, NINA]), (2, NINA, [NINA]), (5, JO, [NINA])):
        moment = on(day)
        cases.record("a", taken, by=by, at=on(day), id=f"{by} {day}").require()
        assert [one.party for one in cases.duties("a") if one.rule == "SAF-03"] == asked
        cases.withdraw("a", f"{by} {day}", by=by, why="w", whole=True)
        cases.record("a", SafetyTalkedAbout(), by=JO, at=on(day)).require()
    other = around()
    other.record("a", taken, by=NINA, at=on(1)).require()
    other.record("a", SafetyTalkedAbout(), by=NINA, at=on(1)).require()
    # nobody goes with this learner yet
    assert [one.party for one in other.duties("a") if one.rule == "SAF-03"] == ["lead"]


def test_release_takes_what_is_to_be_shown_and_records_nothing_else() -> None:
    cases = around()
    wrong: Any = CoachAssigned(coach=NINA)
    with pytest.raises(InvalidEntry, match="release takes what is to be shown, a DisclosureMade"):
        cases.release("a", wrong, by=JO)
    assert cases.journey("a").coaching.coach is None


def test_every_refusal_is_explained_to_a_learner_whatever_a_policy_makes_of_a_rule() -> None:
    for rule in RULES:
        if rule.sort is RuleSort.CHECK and not rule.protected:
            said = Assessment(
                rule=rule.code,
                level=MUST,
                outcome=Outcome.UNMET,
                weight=Weight.REFUSAL,
                sentence="x",
                plainly="",
                evidence=(),
                remedy="x",
                plain_remedy=rule.plain_remedy,
                source=rule.source,
            )
            told = (
                Decision(accepted=False, considered=(said,), title="t", plain_title="Booked", policy="p")
                .explain(to="learner")
                .splitlines()
            )
            assert len(told) >= 3, rule.code
            assert all(line.strip() for line in told)


def test_what_was_said_stays_out_of_errors() -> None:
    for wrong in (
        lambda: entries.EntryWithdrawn("x", "SECRET\x07"),
        lambda: entries.EntryCorrected("x", entries.EntryWithdrawn("y", "SECRET"), "w"),
    ):
        with pytest.raises(InvalidEntry) as raised:
            wrong()
        assert "SECRET" not in str(raised.value)


def test_a_lead_who_authorises_what_they_may_not_know_of_authorises_nothing() -> None:
    cases = around()
    cases.record("a", ConcernRaised(concern="w", words="x"), by=NINA).require()
    cases.record("a", ConcernEscalated(concern="v", held_by=SAM), by=NINA, id="mistyped").require()
    standing = [(one.record, one.finding.rule) for one in cases.journey("a").breaches]
    assert standing == [("mistyped", "REF-02")]
    authorised = BreachAuthorised(record="mistyped", rule="REF-02", reason="it was meant")
    cases.record("a", authorised, by=JO, id="guessed").require()
    assert ("mistyped", "REF-02") in [(one.record, one.finding.rule) for one in cases.journey("a").breaches]
    cases.record("a", authorised, by=SAM, id="known").require()
    assert ("mistyped", "REF-02") not in [(one.record, one.finding.rule) for one in cases.journey("a").breaches]
