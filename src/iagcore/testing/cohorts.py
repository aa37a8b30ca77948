"""A cohort: so many made-up learners with their journeys through a programme, to show and to measure with.

Everything about it is chosen, and local to this module: no number of it is anybody's, and none is evidence of anything.
`CHANCES` says how often what happens.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final, TypeVar

import attrs

from iagcore.casebook import Casebook
from iagcore.exceptions import InvalidEntry
from iagcore.policy import Policy
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.consent import ConfidentialityExplained, ConsentGiven, ConsentWithdrawn
from iagcore.practice.conversations import (
    CoachingOfferAnswered,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
)
from iagcore.practice.follow_up import FollowUpMade, FollowUpPlanned
from iagcore.practice.grow import (
    ActionAgreed,
    ActionReviewed,
    ConversationWrittenUp,
    GoalReached,
    GoalSet,
    OptionRaised,
    RealityExplored,
)
from iagcore.practice.kinds import Entry, Whole, accepted
from iagcore.practice.learners import JourneyClosed, JourneyStarted, LearnerLeft
from iagcore.practice.learning import CourseCompleted, CourseEnrolled, CoursesShown
from iagcore.practice.measures import RESEARCH_SHEET, SCALES, MeasureTaken
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import (
    CheckCompleted,
    InterestExpressed,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised
from iagcore.practice.self_efficacy import DiaryShared, DiaryWritten, EvidenceNoted
from iagcore.practice.signposting import OutcomeLearned, Signposted
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.testing.scenarios.telling import first_moment
from iagcore.testing.told import Told

LEAD: Final = "lead:jo"
SAFEGUARDING_LEAD: Final = "safeguarding-lead:sam"
A_COACH_GOES_WITH: Final = 12
"""Learners to a coach."""
PREPARING: Final = 60
"""Days that coaches prepare before the first learner starts."""
STARTING: Final = 200
"""Days over which learners start."""

CHANCES: Final = {
    # chosen, and nobody's: of a hundred learners, conversations or measures, how many
    "take up the offer": 93,
    "conversation is held": 72,
    "conversation is moved first": 10,
    "conversation is missed": 14,  # the others are called off
    "called off in notice": 70,
    "written up": 92,
    "action agreed": 80,
    "action reviewed": 75,
    "scale answered": 88,
    "baseline taken": 92,
    "interim taken": 35,
    "final taken": 65,
    "keeps a diary": 60,
    "shares a diary entry": 30,
    "chooses a course": 45,
    "completes the course": 65,
    "signposted": 50,
    "outcome learned": 60,
    "consents to contact": 75,
    "consents to research": 65,
    "withdraws consent": 5,
    "leaves": 12,
    "concern": 4,
    "journey is closed": 75,
    "follow-up answered": 60,
    "goal reached": 55,
}
"""How often what happens, in a hundred."""
CONVERSATIONS: Final = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5)
"""How many conversations are planned with a learner, one as likely as the other."""
LENGTHS: Final = (30, 45, 45, 45, 45, 60, 60, 60, 60, 60)
FAULTS: Final = ("learner-excused",) * 9 + ("learner-unexcused",) * 7 + ("provider",) * 2 + ("logistics",) * 2
DAYS_APART: Final = (7, 35)
GOALS: Final = (
    "To travel on my own.",
    "To take the test.",
    "To sleep through the night.",
    "To speak up at work.",
    "To go back to the choir.",
    "To cook for friends.",
)
REALITIES: Final = (
    "I turn back at the station.",
    "It goes well on some mornings.",
    "I say yes before I think.",
    "I have not told anybody.",
)
OPTIONS: Final = ("Go with a friend first.", "Write it down the evening before.", "Ask them for ten minutes.")
ACTIONS: Final = ("Take the bus to the market and back.", "Ring them and ask.", "Practise on Sunday.")
ACHIEVEMENTS: Final = ("I went in.", "I asked for help.", "I said no, kindly.", "I finished the page.")
GRATITUDE: Final = ("The sea.", "My neighbour's soup.", "A seat on the bus.")
EVIDENCE: Final = (
    ("mastery experience", "I did it twice this week."),
    ("vicarious experience", "If she can, I can."),
    ("verbal persuasion", "My sister said that she had noticed."),
    ("physiological and affective states", "My hands were steady."),
)
COURSES: Final = ("mindfulness", "confidence", "creative-writing", "first-aid", "cookery")
OPPORTUNITIES: Final = ("walking-group", "repair-cafe", "choir", "advice-shop", "allotment")
OUTCOMES: Final = ("attended", "attended", "helped", "contacted", "did not help", "declined", "unknown")
T = TypeVar("T")


@attrs.frozen
class Cohort:
    """What was recorded: the casebook it stands on, journeys and coaches by name, how many entries, and how many of
    them were refused.
    """

    casebook: Casebook = attrs.field(repr=False)
    journal: Journal = attrs.field(repr=False)
    journeys: tuple[str, ...]
    coaches: tuple[str, ...]
    entries: int
    refused: int


def cohort(n: int, seed: int, *, journal: Journal | None = None, policy: Policy | None = None) -> Cohort:
    """Record a cohort of `n` made-up learners, the same for the same seed, to the byte, wherever and whenever.

    A coach goes with twelve learners, prepares for two months, and is supervised every five weeks. Learners start over
    200 days from the programme's first. Of a hundred, 93 take up the offer; one to five conversations are planned with
    each, 30, 45 or 60 minutes, one to five weeks apart. Of a hundred conversations 72 are held, 10 of these once they
    were moved; 14 are missed, and 14 called off, most of them in notice. They are noted after GROW and written up.
    Measures are taken at the baseline with 92 in a hundred, with 35 in between and with 65 at the end; one scale in
    eight goes unanswered. Three in five keep a diary. Three in four consent to be contacted later, two in three to
    research; one in twenty withdraws it. Half are signposted. Twelve leave; a concern is raised about four. All of it
    is chosen for this module (`CHANCES`), and evidence of nothing.

    Arguments: `n` (learners, 0 to 1,000,000); `seed` (a whole number); `journal` (an empty one; in memory where none is
    given); `policy` (*ways-to-wellbeing* where none is given). What the policy refuses is recorded as refused.

    Raises `InvalidEntry` for another `n` or `seed`, and whatever recording on the journal raises. The salts of a
    cohort's records can be guessed from its seed: it is not for real learners' records to stand beside.
    """
    accepted("n", n, Whole(0, 1_000_000, "learners"))
    if type(seed) is not int:
        raise InvalidEntry("argument", "seed", seed, "a whole number is expected")
    journal = MemoryJournal() if journal is None else journal
    policy = Policy.load("ways-to-wellbeing") if policy is None else policy
    chance = Random(seed)
    told = sorted(_everything(n, chance, policy), key=lambda one: one.at)
    now = [first_moment(policy)]
    casebook = Casebook(journal, policy, clock=lambda: now[0], fresh=Random(f"{seed} salts").randbytes)
    refused = 0
    for one in told:
        now[0] = one.at
        refused += not casebook.record(one.home, one.entry, by=one.by, at=one.at, id=one.id).accepted
    homes = dict.fromkeys(one.home for one in told)
    return Cohort(
        casebook,
        journal,
        tuple(sorted(home for home in homes if role_of(home) != "coach")),
        tuple(sorted(home for home in homes if role_of(home) == "coach")),
        len(told),
        refused,
    )


def _everything(n: int, chance: Random, policy: Policy) -> Iterator[Told]:
    first = first_moment(policy).date()
    diaries: dict[str, set[datetime]] = {}
    for number in range(-(-n // A_COACH_GOES_WITH)):
        coach = f"coach:{number + 1:03}"
        diaries[coach] = set()
        yield from _Life(coach, coach=coach, day=first, chance=chance, policy=policy, taken=set()).as_a_coach()
    coaches = list(diaries)
    for number in range(n):
        coach = coaches[number % len(coaches)]
        day = first + timedelta(days=PREPARING + chance.randrange(STARTING))
        name = f"journey-{number + 1:06}"
        life = _Life(name, coach=coach, day=day, chance=chance, policy=policy, taken=diaries[coach])
        yield from life.as_a_learner(f"learner:{number + 1:06}")


class _Life:
    """What happens to one learner or coach, told in the order in which it is thought of; each entry has its moment."""

    def __init__(
        self, home: str, *, coach: str, day: date, chance: Random, policy: Policy, taken: set[datetime]
    ) -> None:
        self.home, self.coach, self.day = home, coach, day
        self.chance, self.policy, self.taken = chance, policy, taken
        self.number = 0
        self.minute = 0
        self.learner = ""
        self.agreed: str | None = None
        self.has_a_goal = False

    def often(self, what: str) -> bool:
        return self.chance.randrange(100) < CHANCES[what]

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.chance.randrange(len(choices))]

    def told(self, entry: Entry, *, by: str | None = None, at: datetime | None = None) -> Told:
        self.number += 1
        self.minute += 1
        moment = at or self.moment(hour=9) + timedelta(minutes=self.minute)
        return Told(self.home, entry, by or self.coach, moment, f"{self.number:03}")

    def moment(self, *, hour: int = 9, day: date | None = None) -> datetime:
        return datetime.combine(day or self.day, time(hour), tzinfo=self.policy.zone)

    def go_on(self, days: int) -> None:
        self.day, self.minute = self.day + timedelta(days=days), 0

    # ---- a coach

    def as_a_coach(self) -> Iterator[Told]:
        yield self.told(InterestExpressed(transferable_skills=("Listens",)))
        for step, days in (("in training", 2), ("shadowing", 24), ("supported", 14), ("independent", 14)):
            self.go_on(days)
            supporter = LEAD if step == "supported" else None
            yield self.told(StepTaken(step=step, coach_agrees=True, supported_by=supporter), by=LEAD)
            if step == "in training":
                yield from self._trained()
        for _ in range(8):
            self.go_on(35)
            yield self.told(SupervisionHeld(supervisor=LEAD))

    def _trained(self) -> Iterator[Told]:
        for module in ("values-and-processes", "safeguarding training", "signposting"):
            yield self.told(TrainingCompleted(module=module, completed_on=self.day), by=LEAD)
        yield self.told(CheckCompleted(check="DBS", completed_on=self.day), by=LEAD)

    # ---- a learner

    def as_a_learner(self, learner: str) -> Iterator[Told]:
        self.learner = learner
        age = self.chance.randrange(19, 75)
        start = JourneyStarted(learner=learner, programme=self.policy.name, attests_age=age, recruiter=self.coach)
        yield self.told(start, by=LEAD)
        yield self.told(CoachAssigned(coach=self.coach), by=LEAD)
        yield self.told(ConfidentialityExplained(limits=True))
        consents = [what for what in ("contact", "research") if self.often(f"consents to {what}")]
        for what in consents:
            yield self.told(ConsentGiven(consent=what, purpose=what, scope="this journey"), by=learner)
        takes_it_up = self.often("take up the offer")
        answer = self.one_of(("in full",) * 7 + ("in part",)) if takes_it_up else self.one_of(("not now", "declined"))
        yield self.told(CoachingOfferAnswered(answer=answer))
        if not takes_it_up:
            return
        yield from self._measured("baseline", 0)
        leaves, conversations = self.often("leaves"), self.one_of(CONVERSATIONS)
        for number in range(1, conversations + 1):
            yield from self._conversation(number)
            if number == 1:
                yield from self._around_it()
            if number == 2:
                yield from self._measured("interim", 2)
            if leaves and number >= conversations // 2:
                how = self.one_of(("withdrew", "disengaged", "moved on"))
                yield self.told(LearnerLeft(how=how), by=learner)
                return
        yield from self._in_the_end(consents)

    def _conversation(self, number: int) -> Iterator[Told]:
        id, minutes = f"c{number}", self.one_of(LENGTHS)
        starts_at = self._free_hour(self.chance.randint(*DAYS_APART))
        booking = ConversationBooked(conversation=id, coach=self.coach, starts_at=starts_at, minutes=minutes)
        yield self.told(booking)
        roll = self.chance.randrange(100)
        if roll < CHANCES["conversation is moved first"]:
            self.taken.discard(starts_at)
            moved_on = starts_at - timedelta(hours=30)
            starts_at = self._free_hour((starts_at.date() - self.day).days + 7)
            yield self.told(ConversationRescheduled(conversation=id, starts_at=starts_at, minutes=minutes), at=moved_on)
        held, missed = CHANCES["conversation is held"], CHANCES["conversation is missed"]
        fault = self.one_of(FAULTS)
        if held <= roll < held + missed:
            over = starts_at + timedelta(minutes=minutes)
            yield self.told(ConversationMissed(conversation=id, fault=fault), at=over)
        elif roll >= held:
            hours = 48 if self.often("called off in notice") else 3
            called_off = max(starts_at - timedelta(hours=hours), self.moment(hour=12))
            yield self.told(ConversationCancelled(conversation=id, fault=fault), by=self.learner, at=called_off)
            self.taken.discard(starts_at)
        else:
            yield from self._took_place(id, number, starts_at, minutes)
        self.go_on((starts_at.date() - self.day).days + 1)

    def _free_hour(self, days: int) -> datetime:
        """An hour of a working day, from 10 to 16, at which the coach is free; the learner has no other bookings."""
        day = self.day + timedelta(days=days)
        while True:
            for hour in range(10, 17):
                starts_at = self.moment(hour=hour, day=day)
                if day.weekday() < 5 and starts_at not in self.taken:
                    self.taken.add(starts_at)
                    return starts_at
            day += timedelta(days=1)

    def _took_place(self, id: str, number: int, starts_at: datetime, minutes: int) -> Iterator[Told]:
        actual = minutes + self.chance.randint(-5, 3)
        ends_at = starts_at + timedelta(minutes=actual)
        held = ConversationHeld(conversation=id, coach=self.coach, minutes=actual, one_to_one=True, in_private=True)
        notes: list[Entry] = [held]
        if self.agreed is not None and self.often("action reviewed"):
            done = self.one_of(("done", "done", "partly done", "not done"))
            notes.append(ActionReviewed(action=self.agreed, outcome=done, conversation=id))
        if not self.has_a_goal:
            self.has_a_goal = True
            notes.append(GoalSet(goal="g1", words=self.one_of(GOALS), conversation=id))
        notes.append(RealityExplored(words=self.one_of(REALITIES), goal="g1", conversation=id))
        notes.append(OptionRaised(option=f"o{number}", words=self.one_of(OPTIONS), goal="g1", conversation=id))
        self.agreed = f"a{number}" if self.often("action agreed") else None
        if self.agreed is not None:
            notes.append(
                ActionAgreed(
                    action=self.agreed,
                    what=self.one_of(ACTIONS),
                    by_when=starts_at.date() + timedelta(days=7),
                    support="a friend",
                    commitment=self.one_of((6, 7, 8, 8, 9, 10)),
                    goal="g1",
                    option=f"o{number}",
                    conversation=id,
                )
            )
        domain, words = self.one_of(EVIDENCE)
        notes.append(EvidenceNoted(domain=domain, words=words, whose="learner", conversation=id))
        for place, note in enumerate(notes):
            yield self.told(note, at=ends_at + timedelta(seconds=place))
        if self.often("written up"):
            written = ends_at + timedelta(hours=self.chance.randrange(1, 72))
            yield self.told(ConversationWrittenUp(conversation=id, first_on_issue=number == 1), at=written)

    def _around_it(self) -> Iterator[Told]:
        """What goes on beside the conversations once they have begun."""
        if self.often("chooses a course"):
            shown = (self.one_of(COURSES[:2]), *COURSES[2:])
            yield self.told(CoursesShown(courses=shown))
            yield self.told(CourseEnrolled(course=shown[0], status="active", last_checked=self.day))
            if self.often("completes the course"):
                yield self.told(CourseCompleted(course=shown[0]), at=self.moment() + timedelta(days=42))
        if self.often("signposted"):
            where = self.one_of(OPPORTUNITIES)
            yield self.told(Signposted(signpost="s1", opportunity=where, status="active", last_checked=self.day))
            if self.often("outcome learned"):
                came = OutcomeLearned(of="s1", outcome=self.one_of(OUTCOMES), said_by="learner")
                yield self.told(came, at=self.moment() + timedelta(days=21))
        if self.often("keeps a diary"):
            for number in range(1, self.chance.randint(3, 8)):
                evening = self.moment(hour=20) + timedelta(days=2 * number)
                sort = self.one_of(("achievement", "achievement", "gratitude"))
                words = self.one_of(ACHIEVEMENTS if sort == "achievement" else GRATITUDE)
                written = DiaryWritten(diary=f"d{number}", sort=sort, words=words, day=evening.date())
                yield self.told(written, by=self.learner, at=evening)
                if self.often("shares a diary entry"):
                    shared = DiaryShared(diary=f"d{number}")
                    yield self.told(shared, by=self.learner, at=evening + timedelta(minutes=1))
        if self.often("concern"):
            at = self.moment(hour=15)
            yield self.told(ConcernRaised(concern="k1", words="To be talked about.", immediate_danger=False), at=at)
            escalated = ConcernEscalated(concern="k1", held_by=SAFEGUARDING_LEAD)
            yield self.told(escalated, at=at + timedelta(minutes=40))
            closed = ConcernClosed(concern="k1", words="Seen to.")
            yield self.told(closed, by=SAFEGUARDING_LEAD, at=at + timedelta(days=6))

    def _measured(self, occasion: str, better: int) -> Iterator[Told]:
        """The research's sheet; difficulty tends to fall and wellbeing to rise, by so many points or none."""
        if not self.often(f"{occasion} taken"):
            return
        for name in RESEARCH_SHEET:
            if not self.often("scale answered"):
                coded: Any = MeasureTaken(scale=name, occasion=occasion, coded=self.one_of(("R", "M", "M")))
                yield self.told(coded)
                continue
            scale = SCALES[name]
            change = better if scale.metric else -better
            middle = (scale.least_total + scale.most_total) // 2 + change
            total = min(max(middle + self.chance.randint(-6, 6), scale.least_total), scale.most_total)
            yield self.told(MeasureTaken(scale=name, occasion=occasion, total=total))

    def _in_the_end(self, consents: Sequence[str]) -> Iterator[Told]:
        yield from self._measured("final", 4)
        if self.has_a_goal and self.often("goal reached"):
            yield self.told(GoalReached(goal="g1"))
        if consents and self.often("withdraws consent"):
            withdrawn = ConsentWithdrawn(purpose=consents[0], scope="this journey")
            yield self.told(withdrawn, by=self.learner)
            consents = consents[1:]
        self.go_on(7)
        if self.often("journey is closed"):
            yield self.told(JourneyClosed(), by=LEAD)
        if "contact" in consents:
            later = self.day + timedelta(days=90)
            yield self.told(FollowUpPlanned(follow_up="f1", planned_for=later, how="e-mail"))
            answered = self.often("follow-up answered")
            made = FollowUpMade(how="e-mail", follow_up="f1", answered=answered)
            yield self.told(made, at=self.moment(day=later))
