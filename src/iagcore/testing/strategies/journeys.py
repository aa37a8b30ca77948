"""Whole journeys, crowded on purpose: few people, conversations, hours and minutes, so that they collide."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from iagcore.entries import KINDS
from iagcore.policy import Policy
from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import PURPOSES, ConfidentialityExplained, ConsentGiven, ConsentWithdrawn
from iagcore.practice.conversations import (
    FAULTS,
    ChargeContested,
    ChargeWaived,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.grow import ConversationWrittenUp, GoalSet
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.practice.readiness import (
    STEPS,
    BasisChanged,
    CheckCompleted,
    CoachPaused,
    CoachSuspended,
    DebriefHeld,
    ExemptionGiven,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.signposting import ReferralMade, Signposted
from iagcore.testing.strategies.entries import entries
from iagcore.testing.told import Told

NINA: Final = "coach:nina"
OMAR: Final = "coach:omar"
JO: Final = "lead:jo"
LEARNERS: Final = {"a": "learner:a", "a2": "learner:a", "b": "learner:b"}
"""The journeys, and whose they are: two are one learner's."""
PROGRAMMES: Final = {"a": "programme", "a2": "another programme", "b": "programme"}
"""The programmes that they are on."""
AUTHORS: Final = (NINA, OMAR, JO, "learner:a", "learner:b", "safeguarding-lead:sam", "researcher:ria")

MINUTES: Final = "minutes"
CONSENT: Final = "consent"
READINESS: Final = "readiness"
SUBJECTS: Final = (MINUTES, CONSENT, READINESS)
"""What a history may be about."""

FOLLOWS_A_CONCERN: Final = tuple(kind for kind in KINDS if kind.declares.is_of_a_concern and not kind.declares.begins)
"""What is said of a concern once it was raised."""

AROUND: Final = (-43, -42, -41, -31, -30, -1, 0, 1, 2, 3, 4, 29, 30, 31, 33, 41, 42, 43)
"""Days around the crowded ones, at the shipped limits of renewal and supervision and one past them."""

CERTAINLY: Final = st.just(True)


@attrs.frozen(slots=False)
class Crowd:
    """Strategies for the entries of a few crowded days. `began` is the midnight at which day 0 begins, aware."""

    began: datetime

    def on(self, day: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment of a day."""
        return self.began + timedelta(days=day, hours=hour, minutes=minute)

    def day(self, days: int) -> date:
        """The date of a day, counted from day 0."""
        return self.began.date() + timedelta(days=days)

    @cached_property
    def moments(self) -> st.SearchStrategy[datetime]:
        """Half hours of four mornings, on which conversations start."""
        return st.builds(self.on, st.integers(0, 3), st.integers(9, 12), st.sampled_from((0, 30)))

    @cached_property
    def made_at(self) -> st.SearchStrategy[datetime]:
        """When entries are made: the same half hours and a minute beside them, midnights, and the day before it all."""
        beside = st.builds(lambda at, more: at + timedelta(minutes=more), self.moments, st.sampled_from((-1, 0, 0, 1)))
        edges = st.builds(self.on, st.integers(-1, 4), st.just(0), st.sampled_from((-1, 0, 1)))
        return beside | edges

    @cached_property
    def days(self) -> st.SearchStrategy[date]:
        """Days within the crowded ones and at limits around them."""
        return st.sampled_from(AROUND).map(self.day)

    conversations = st.sampled_from(("c1", "c2", "c3", "c4"))
    coaches = st.sampled_from((NINA, OMAR))
    minutes = st.sampled_from((1, 29, 30, 45, 60, 90, 91, 120, 180, 181))
    faults = st.sampled_from(FAULTS)

    @cached_property
    def bookings(self) -> st.SearchStrategy[ConversationBooked]:
        """Conversations are booked."""
        return st.builds(
            ConversationBooked,
            conversation=self.conversations,
            coach=self.coaches,
            starts_at=self.moments,
            minutes=self.minutes,
        )

    @cached_property
    def reschedulings(self) -> st.SearchStrategy[ConversationRescheduled]:
        """Conversations are moved."""
        return st.builds(
            ConversationRescheduled,
            conversation=self.conversations,
            starts_at=self.moments,
            minutes=self.minutes,
            coach=st.none() | self.coaches,
        )

    @cached_property
    def cancellations(self) -> st.SearchStrategy[ConversationCancelled]:
        """Conversations are called off."""
        return st.builds(ConversationCancelled, conversation=self.conversations, fault=self.faults)

    @cached_property
    def missings(self) -> st.SearchStrategy[ConversationMissed]:
        """Conversations are missed."""
        return st.builds(ConversationMissed, conversation=self.conversations, fault=self.faults)

    def holdings(self, flags: st.SearchStrategy[bool | None] = CERTAINLY) -> st.SearchStrategy[ConversationHeld]:
        """Conversations take place; `flags` says whether it was one-to-one and in private."""
        return st.builds(
            ConversationHeld,
            conversation=self.conversations,
            coach=self.coaches,
            minutes=self.minutes,
            one_to_one=flags,
            in_private=flags,
            began_at=st.none() | st.none() | self.moments,
        )

    @cached_property
    def waivers(self) -> st.SearchStrategy[ChargeWaived]:
        """Missed marks are waived."""
        return st.builds(ChargeWaived, conversation=self.conversations, reason=st.just("the bus"))

    @cached_property
    def extensions(self) -> st.SearchStrategy[AllowanceExtended]:
        """Minutes are granted beyond the allowance."""
        return st.builds(
            AllowanceExtended,
            extension=st.sampled_from(("e1", "e2")),
            minutes=st.sampled_from((15, 30, 60)),
            reason=st.just("more to do"),
        )

    @cached_property
    def approvals_of_minutes(self) -> st.SearchStrategy[ApprovalGiven]:
        """Extensions are approved, for as many minutes as they ask or fewer."""
        return st.builds(
            ApprovalGiven,
            approves=st.just("extension"),
            which=st.sampled_from(("e1", "e2")),
            minutes=st.sampled_from((15, 30, 60, 60, None)),
        )

    @cached_property
    def about_minutes(self) -> tuple[st.SearchStrategy[Entry], ...]:
        """Bookings and what becomes of them, extensions, and how a journey ends and goes on."""
        contested = st.builds(ChargeContested, conversation=self.conversations, words=st.just("I was there."))
        return (
            self.bookings,
            self.bookings,
            self.bookings,
            self.reschedulings,
            self.reschedulings,
            self.cancellations,
            self.missings,
            self.holdings(st.sampled_from((True, True, False, None))),
            self.holdings(),
            self.waivers,
            contested,
            self.extensions,
            self.approvals_of_minutes,
            st.builds(LearnerLeft, how=st.just("moved on")),
            st.builds(JourneyClosed),
            st.builds(JourneyReopened),
        )

    @cached_property
    def about_consent(self) -> tuple[st.SearchStrategy[Entry], ...]:
        """Consents given and withdrawn, what relies on them, and concerns."""
        purposes, referrals = st.sampled_from(PURPOSES), st.sampled_from(("r1", "r2"))
        scopes = st.sampled_from(("this journey", "every journey"))
        concerns = st.sampled_from(("k1", "k2"))
        given = st.builds(
            ConsentGiven,
            consent=st.just("consent"),
            purpose=purposes,
            scope=scopes,
            only_for=st.none() | referrals,
            expires_on=st.none() | st.integers(-1, 4).map(self.day),
        )
        withdrawn = st.builds(ConsentWithdrawn, purpose=purposes, scope=scopes, only_for=st.none() | referrals)
        referred = st.builds(
            ReferralMade,
            referral=referrals,
            opportunity=st.just("art"),
            condition_of_place=st.just(False),
            concern=st.none() | concerns,
            why=st.none() | st.just("It could not wait."),
        )
        disclosed = st.builds(
            DisclosureMade,
            outlet=st.sampled_from(("research extract", "case study")),
            shown_to=st.sampled_from(("researcher:ria", JO)),
            quotes=st.sampled_from(((), ("s1",))),
            case_study=st.sampled_from(("p1", "p1", None)),
            nobody_recognisable=st.sampled_from((True, True, False, None)),
        )
        approved = st.builds(
            ApprovalGiven,
            approves=st.sampled_from(("case study", "case study", "quote", "referral")),
            which=st.sampled_from(("p1", "p1", "s1", "r1", "r2")),
            concern=st.none() | concerns,
        )
        planned = st.builds(FollowUpPlanned, follow_up=st.just("f1"), planned_for=st.integers(-1, 4).map(self.day))
        raised = st.builds(
            ConcernRaised,
            concern=concerns,
            words=st.just("It worries me."),
            learner=st.none() | st.sampled_from(("learner:a", "learner:b")),
        )
        followed = st.builds(attrs.evolve, entries(*FOLLOWS_A_CONCERN), concern=concerns)
        explained = st.builds(ConfidentialityExplained, limits=st.sampled_from((True, False, None)))
        ends = st.builds(JourneyClosed)
        return (
            given,
            given,
            given,
            withdrawn,
            withdrawn,
            referred,
            referred,
            disclosed,
            approved,
            approved,
            planned,
            raised,
            followed,
            explained,
            ends,
        )

    @cached_property
    def about_readiness(self) -> tuple[st.SearchStrategy[Entry], ...]:
        """A coach's own record."""
        modules = st.sampled_from(
            ("values-and-processes", "Values and Processes", "signposting", "Safeguarding-training")
        )
        flags, supporters = st.sampled_from((True, True, False, None)), st.none() | st.just(JO)
        trained = st.tuples(modules, self.days, st.none() | self.days).map(
            lambda drawn: TrainingCompleted(
                module=drawn[0],
                completed_on=min(drawn[1], drawn[2] or drawn[1]),
                expires_on=None if drawn[2] is None else max(drawn[1], drawn[2]),
            )
        )
        checked = st.builds(
            CheckCompleted, check=st.sampled_from(("DBS", "safeguarding training")), completed_on=self.days
        )
        exempt = st.builds(ExemptionGiven, module=modules, note=st.just("Done elsewhere."), expires_on=self.days)
        stepped = st.builds(
            StepTaken, step=st.sampled_from((*STEPS, *STEPS[2:])), coach_agrees=flags, supported_by=supporters
        )
        return (
            trained,
            trained,
            checked,
            exempt,
            stepped,
            stepped,
            stepped,
            st.builds(CoachPaused, until=st.none() | st.integers(-1, 4).map(self.day)),
            st.builds(CoachSuspended, reason=st.just("A reference is asked for.")),
            st.builds(BasisChanged, basis=st.sampled_from(("volunteer", "employed")), coach_agrees=flags),
            st.builds(SupervisionHeld),
            st.builds(DebriefHeld),
        )

    @cached_property
    def about_coaching(self) -> tuple[st.SearchStrategy[Entry], ...]:
        """What rests on a coach's readiness, on a journey."""
        return (
            self.bookings,
            self.bookings,
            self.reschedulings,
            self.holdings(),
            st.builds(CoachAssigned, coach=self.coaches),
            st.builds(CoverAssigned, coach=self.coaches, until=st.integers(-1, 4).map(self.day)),
            st.builds(Signposted, signpost=st.just("s"), opportunity=st.just("art")),
            st.builds(GoalSet, goal=st.just("g"), words=st.just("to travel")),
            st.builds(ConversationWrittenUp, conversation=self.conversations),
        )

    def starts(self, journey: str) -> st.SearchStrategy[JourneyStarted]:
        """A journey starts, at an age at the shipped limits or far from them, perhaps by a recruiter."""
        return st.builds(
            JourneyStarted,
            learner=st.sampled_from((LEARNERS[journey], LEARNERS[journey], "learner:b")),
            programme=st.sampled_from((PROGRAMMES[journey], PROGRAMMES[journey], "programme")),
            attests_age=st.sampled_from((30, 30, 15, 16, 18, 19, None)),
            recruiter=st.sampled_from((None, None, NINA)),
        )


def days_that_matter(policy: Policy) -> tuple[date, ...]:
    """The first day of every value and level, of the programme and of its end, and one on which the clocks change."""
    days = {cited.since for history in (*policy.values.values(), *policy.levels.values()) for cited in history}
    windows = [cited.value for cited in policy.values.get("window", ()) if cited.value is not None]
    days |= {day for window in windows for day in (window.first, window.last) if day is not None}
    return (*sorted(days), date(2025, 9, 1), date(2025, 10, 25))


def crowds(policy: Policy) -> st.SearchStrategy[Crowd]:
    """Crowded days that begin on a day that matters to a policy, or one or two days before it."""
    found = st.sampled_from(days_that_matter(policy))
    return st.builds(
        lambda day, before: Crowd(
            datetime.combine(day - timedelta(days=before), time(), tzinfo=policy.zone).astimezone(UTC)
        ),
        found,
        st.sampled_from((0, 0, 1, 2)),
    )


def histories(policy: Policy, *, about: Sequence[str] = SUBJECTS, most: int = 16) -> st.SearchStrategy[list[Told]]:
    """Whole journeys of up to `most` steps after the starts, on days that matter to a policy.

    `about` are any of `SUBJECTS`. Most entries are made by somebody who may, some by anybody at all.
    """
    return crowds(policy).flatmap(lambda crowd: _histories(crowd, tuple(about), most))


@st.composite
def _histories(draw: st.DrawFn, crowd: Crowd, about: tuple[str, ...], most: int) -> list[Told]:
    on_journeys: list[st.SearchStrategy[Entry]] = []
    on_coaches: list[st.SearchStrategy[Entry]] = []
    if MINUTES in about:
        on_journeys += crowd.about_minutes
    if CONSENT in about:
        on_journeys += crowd.about_consent
    if READINESS in about:
        on_journeys += crowd.about_coaching
        on_coaches += crowd.about_readiness
    told: list[Told] = []
    for journey, learner in LEARNERS.items():
        if draw(st.integers(0, 9)):
            start = JourneyStarted(learner=learner, programme=PROGRAMMES[journey], attests_age=30)
            told.append(Told(journey, start, JO, crowd.on(0, 8), "start"))
    for number in range(draw(st.integers(1, most))):
        on_a_coach = bool(on_coaches) and draw(st.booleans())
        if on_a_coach:
            home, entry = draw(crowd.coaches), draw(st.one_of(on_coaches))
        else:
            home = draw(st.sampled_from(tuple(LEARNERS)))
            entry = draw(st.one_of([*on_journeys, crowd.starts(home)]))
        by = draw(st.sampled_from((*_entitled(entry, home) * 4, *AUTHORS)))
        told.append(Told(home, entry, by, draw(crowd.made_at), f"s{number}"))
    return told


def _entitled(entry: Any, home: str) -> tuple[str, ...]:
    """Those whose role may make an entry."""
    own = {"learner": LEARNERS.get(home, ""), "coach": home if home in (NINA, OMAR) else NINA, "lead": JO}
    roles = [role for role in entry.declares.by if role in own]
    return tuple(own[role] for role in roles) or tuple(one for one in AUTHORS if one.startswith(entry.declares.by))
