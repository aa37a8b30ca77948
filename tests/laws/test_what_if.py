"""What if: under the policy that it was recorded under, nothing changes; and asking changes nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.directory.memory import MemoryDirectory
from iagcore.extending.book import LIBRARY
from iagcore.opportunities import Opportunity, Status
from iagcore.policy import Policy
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.consent import EVERY_JOURNEY, REFERRAL, THIS_JOURNEY, ConsentGiven, ConsentWithdrawn
from iagcore.practice.kinds import Entry
from iagcore.practice.learning import CourseEnrolled, CoursesShown
from iagcore.practice.readiness import CheckCompleted, CoachPaused, StepTaken, TrainingCompleted
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.signposting import ReferralMade, Signposted
from iagcore.storage.memory import MemoryJournal
from iagcore.testing.strategies.journeys import LEARNERS
from iagcore.what_if import Again
from tests.casework import JO, NINA, OMAR, STARTER, gated, on, policy, value
from tests.laws.histories import CHARGING, Step, begin, examples, steps, take

STRICT = policy(
    gated("COA-01", "COA-02", "COA-04", "COA-08", "ALW-05")
    + value("required_checks", '["safeguarding training"]')
    + value("allowance_minutes", "90"),
    name="strict",
)
POLICIES = {one.name: one for one in (STARTER, CHARGING, STRICT)}
LISTED = (
    Opportunity("art", "Art", status=Status.ACTIVE, last_checked=on(-3).date()),
    Opportunity("bowls", "Bowls", status=Status.ACTIVE, last_checked=on(-3).date(), least_age=60),
)

ids = st.sampled_from(("x", "y"))
places = st.sampled_from(("art", "bowls", "chess"))
of_journeys = st.one_of(
    st.builds(CoachAssigned, coach=st.sampled_from((NINA, OMAR))),
    st.builds(CoursesShown, courses=st.just(("art", "bowls"))),
    st.builds(CourseEnrolled, course=places),
    st.builds(Signposted, signpost=ids, opportunity=places),
    st.builds(
        ConsentGiven, consent=ids, purpose=st.just(REFERRAL), scope=st.sampled_from((THIS_JOURNEY, EVERY_JOURNEY))
    ),
    st.builds(ConsentWithdrawn, purpose=st.just(REFERRAL)),
    st.builds(ReferralMade, referral=ids, opportunity=places, condition_of_place=st.booleans()),
    st.builds(ReferralMade, referral=ids, opportunity=places, condition_of_place=st.booleans(), concern=st.just("k")),
    st.builds(ConcernRaised, concern=st.just("k"), words=st.just("what was seen")),
)
of_coaches = st.one_of(
    st.builds(
        TrainingCompleted,
        module=st.sampled_from(("values-and-processes", "signposting")),
        completed_on=st.just(on(-9).date()),
    ),
    st.builds(CheckCompleted, check=st.just("safeguarding training"), completed_on=st.just(on(-9).date())),
    st.builds(StepTaken, step=st.sampled_from(("in training", "independent")), coach_agrees=st.booleans()),
    st.builds(CoachPaused),
)
besides = st.tuples(st.sampled_from((*LEARNERS, NINA, OMAR)), of_journeys, of_coaches)
"""What rests on what lies beyond a journey: coaches' readiness, consents elsewhere, a directory, a concern."""
histories = st.one_of(steps(), steps(journeys=("a",)), st.lists(besides, min_size=1, max_size=14))
history = st.tuples(st.lists(besides, max_size=6), histories).map(lambda found: [*found[0], *found[1]])


def told(found: Any, under: Policy) -> Casebook:
    """A casebook on which a history was recorded."""
    directory = MemoryDirectory()
    directory.keep(LISTED, feed="f", today=on(0).date())
    cases = Casebook(MemoryJournal(), under, clock=lambda: on(9), directory=directory)
    begin(cases)
    for number, one in enumerate(found):
        if isinstance(one, Step):
            take(cases, number, one)
        else:
            home, of_journey, of_coach = one
            entry: Entry = of_coach if home.startswith("coach:") else of_journey
            cases.record(
                home, entry, by=JO if "lead" in entry.declares.by else NINA, at=on(number % 5), id=f"s{number}"
            )
    return cases


@given(found=history, under=st.sampled_from(sorted(POLICIES)))
@examples(60)
def law_under_the_policy_of_the_record_nothing_changes(found: Any, under: str) -> None:
    cases = told(found, POLICIES[under])
    assert cases.what_if(Policy.parse(POLICIES[under].text)).changes == ()
    # and the record, read again, is the record: the same minutes, and the same findings to the letter
    again = Again(POLICIES[under], LIBRARY, None)
    journal: Any = cases._reading.journal
    for stored in journal.read_all():
        again.after(stored)
    for name in LEARNERS:
        assert again.homes[f"journey:{name}"] == cases._reading.journey(name)
    assert {home.name for home in again.homes.values()} == {*LEARNERS, *(c for c in (NINA, OMAR) if c in again.homes)}


@given(found=history, under=st.sampled_from(sorted(POLICIES)), other=st.sampled_from(sorted(POLICIES)))
@examples(30)
def law_asking_changes_nothing_and_is_answered_the_same_again(found: Any, under: str, other: str) -> None:
    cases = told(found, POLICIES[under])
    journal: Any = cases._reading.journal
    before = list(journal.read_all())
    first = cases.what_if(POLICIES[other])
    assert list(journal.read_all()) == before
    assert cases.what_if(POLICIES[other]) == first
    assert not [change for change in first.changes if change.before.title.startswith("concern raised")]
    for change in first.changes:
        # a decision never changes without a reason that is named
        assert change.before.accepted is change.after.accepted or change.goes + change.comes != ()
