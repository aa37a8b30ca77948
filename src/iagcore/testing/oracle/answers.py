"""What the rules should answer: each rule that the oracle covers, in a line of one table, and what follows from it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

import attrs

from iagcore.policy import Gap, Policy
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.signposting import Signposted
from iagcore.testing.oracle import coaches, times
from iagcore.testing.oracle.approvals import is_approved
from iagcore.testing.oracle.bookings import (
    BOOKED,
    CANCELLED,
    CONTESTED,
    HELD,
    MAY_COME_AFTER,
    MISSED,
    MOVED,
    WAIVED,
    Conversation,
    booked_with,
    conversation,
    conversations,
)
from iagcore.testing.oracle.confidence import (
    OF_CONCERNS,
    WHAT_FOLLOWS_A_CONCERN,
    is_known,
    is_open_to,
    is_there,
    is_under_a_concern,
    may_make_it,
    told_in_confidence,
)
from iagcore.testing.oracle.consents import in_force
from iagcore.testing.oracle.minutes import Minutes, granted_at, minutes
from iagcore.testing.oracle.story import Missing, Story
from iagcore.testing.told import Told

MUST, SHOULD = "MUST", "SHOULD"
STARTED, EXTENDED = "journey-started", "allowance-extended"
BOOKINGS = (BOOKED, MOVED)
NOTES = (
    "goal-set",
    "goal-changed",
    "reality-explored",
    "option-raised",
    "action-agreed",
    "action-changed",
    "action-reviewed",
    "evidence-noted",
    "conversation-written-up",
)
PLANS_ON_AN_OPEN_JOURNEY = (
    *BOOKINGS,
    EXTENDED,
    "journey-closed",
    "coach-assigned",
    "cover-assigned",
    "course-enrolled",
    "referral-made",
    "follow-up-planned",
)
POINTING = (
    *WHAT_FOLLOWS_A_CONCERN,
    "hold-lifted",
    "referral-made",
    "approval-given",
    "diary-shared",
    "diary-unshared",
    "consent-withdrawn",
)
BEGINNING = (
    EXTENDED,
    "goal-set",
    "option-raised",
    "action-agreed",
    "workshop-attended",
    "diary-written",
    "signposted",
    "referral-made",
    "consent-given",
    "follow-up-planned",
)
EVERY_KIND = ()


def known(value: Any) -> Any:
    """A fact that a rule needs."""
    if value is None:
        raise Missing
    return value


def day_asked(asked: Told, story: Story) -> date:
    """The day that is asked about: of the conversation for a booking, of the entry for everything else."""
    return story.day(moment_asked(asked))


def moment_asked(asked: Told) -> datetime:
    entry: Any = asked.entry
    moment: datetime = entry.starts_at if entry.declares.name in BOOKINGS else asked.at
    return moment


def coach_asked(asked: Told, story: Story) -> str:
    """The coach whom an entry is about: named in it, whose booking it is, who makes it, or who is assigned."""
    entry: Any = asked.entry
    kind = entry.declares.name
    if kind == STARTED:
        return str(known(entry.recruiter))
    if kind in (*BOOKINGS, HELD):
        return str(known(entry.coach or conversation(entry.conversation, asked.home, story).coach))
    if asked.by.startswith("coach:"):
        return asked.by
    return str(known(coaches.assigned_now(asked.home, story)))


# ---- the allowance


def minutes_remain(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    now = minutes(asked.home, story)
    own = conversation(entry.conversation, asked.home, story).booked if entry.declares.name == MOVED else 0
    if entry.minutes <= own:
        return True
    return bool(now.used + now.booked - own + entry.minutes <= now.granted + now.extensions)


def no_overrun(asked: Told, story: Story) -> bool:
    before, after = minutes(asked.home, story), minutes(asked.home, story.with_(asked))
    return after.overrun == 0 or after.used <= before.used


def one_to_one_in_private(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return entry.one_to_one is True and entry.in_private is True


def extension_is_allowed(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    total = minutes(asked.home, story).extensions + entry.minutes
    within = total <= story.values(asked.at).whole("extension_limit_minutes")
    return within and entry.reason is not None


def not_too_long(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return bool(entry.minutes <= story.values(asked.at).whole("longest_conversation_minutes"))


def days_apart(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    least = story.values(asked.at).whole("days_between_conversations")
    for other in conversations(asked.home, story):
        if other.id == entry.conversation or other.state not in ("booked", "held"):
            continue
        when = known(other.starts_at if other.state == "booked" else other.settled_at)
        if abs((story.day(when) - story.day(entry.starts_at)).days) < least:
            return False
    return True


def grants_cover(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    before = minutes(asked.home, story)
    if entry.declares.name == EXTENDED:
        return True  # an extension lowers nothing
    story.values(asked.at).whole("allowance_minutes")  # a grant is a stated number of minutes
    granted = granted_at(asked.at, story)
    return granted >= before.granted or granted + before.extensions >= before.used + before.booked


# ---- bookings


def state_allows_it(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return entry.declares.name in MAY_COME_AFTER[conversation(entry.conversation, asked.home, story).state]


def hour_is_free(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    coach, learner = coach_asked(asked, story), known(story.learner(asked.home))
    ends_at = entry.starts_at + timedelta(minutes=entry.minutes)
    for person in (coach, learner):
        for journey, other in booked_with(person, story):
            if entry.declares.name == MOVED and (journey, other.id) == (asked.home, entry.conversation):
                continue
            if entry.starts_at < known(other.ends_at) and known(other.starts_at) < ends_at:
                return False
    return True


# ---- coaches


def trained_in_values(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    if entry.declares.name == STARTED and entry.recruiter is None:
        return True
    return in_force_that_day("values-and-processes", asked, story)


def trained_in_signposting(asked: Told, story: Story) -> bool:
    return in_force_that_day("signposting", asked, story)


def in_force_that_day(name: str, asked: Told, story: Story) -> bool:
    return coaches.lasts_until(name, coach_asked(asked, story), day_asked(asked, story), story) is not None


def step_allows_it(asked: Told, story: Story) -> bool:
    coach = coach_asked(asked, story)
    standing = known(coaches.standing_on(coach, day_asked(asked, story), story))
    if standing.name == "paused" and asked.entry.declares.name == HELD:
        # pausing is always open, and what was booked may still be held
        standing = known(coaches.last_step(coach, asked.at, story))
    return standing.name == "independent" or (standing.name == "supported" and standing.supported_by is not None)


def not_suspended(asked: Told, story: Story) -> bool:
    return coaches.suspended_since(coach_asked(asked, story), story, by=moment_asked(asked)) is None


def coach_agrees(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    if entry.declares.name == "step-taken":
        if coaches.suspended_since(asked.home, story) is not None and not asked.by.startswith("lead:"):
            return False
        now = coaches.standing(asked.home, story, by=asked.at, on=story.day(asked.at))
        before = coaches.last_step(asked.home, asked.at, story)
        ends_a_pause = now is not None and now.name == "paused"
        forward = before is None or coaches.STEPS.index(entry.step) > coaches.STEPS.index(before.name)
        if not (ends_a_pause or forward):
            return True
    return bool(known(entry.coach_agrees))


def checks_in_force(asked: Told, story: Story) -> bool:
    required = story.values(moment_asked(asked)).required_checks
    return all(in_force_that_day(name, asked, story) for name in required)


def renewed_and_supervised(asked: Told, story: Story) -> bool:
    values, day = story.values(moment_asked(asked)), day_asked(asked, story)
    coach = coach_asked(asked, story)
    window, longest = values.whole("renewal_window_days"), values.whole("supervision_days")
    if coaches.runs_out_within(window, coach, day, story):
        return False
    since = known(coaches.supervised_or_leading_since(coach, day, story))
    return bool((day - since).days <= longest)


def assigned_or_covering(asked: Told, story: Story) -> bool:
    if asked.entry.declares.name in NOTES:
        # a note is asked about only where a coach makes it
        coach = asked.by if asked.by.startswith("coach:") else None
        return coach is None or coaches.goes_with(coach, asked.home, day_asked(asked, story), story)
    return coaches.goes_with(coach_asked(asked, story), asked.home, day_asked(asked, story), story)


# ---- consent


def consent_to_refer(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    on = story.day(asked.at)
    if in_force("referral", asked.home, story, at=asked.at, on=on, referral=entry.referral):
        return True
    return is_under_a_concern(asked, story) and entry.why is not None


def consent_to_research(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return entry.outlet != "research extract" or stood_then("research", asked, story)


def consent_to_a_case_study(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    if entry.outlet != "case study":
        return True
    return entry.nobody_recognisable is True and stood_then("case study", asked, story)


def stood_then(purpose: str, asked: Told, story: Story) -> bool:
    return in_force(purpose, asked.home, story, at=asked.at, on=story.day(asked.at), looking_back=True)


def consent_to_be_contacted(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return in_force("contact", asked.home, story, at=asked.at, on=max(entry.planned_for, story.day(asked.at)))


def confidentiality_explained(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    for other in conversations(asked.home, story):
        if other.state == "held" and other.id != entry.conversation:
            return True  # it is asked of the first conversation
    for explained, told in story.of(asked.home, "confidentiality-explained"):
        if explained.limits is True and story.day(told.at) <= story.day(asked.at):
            return True
    return False


# ---- the journey, and who may


def in_the_window(asked: Told, story: Story) -> bool:
    window, day = story.values(moment_asked(asked)).window, day_asked(asked, story)
    return (window.first is None or window.first <= day) and (window.last is None or day <= window.last)


def old_enough(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    return bool(known(entry.attests_age) >= story.values(asked.at).whole("minimum_age"))


def journey_is_open(asked: Told, story: Story) -> bool:
    standing = story.standing(asked.home)
    if asked.entry.declares.name == "follow-up-planned":
        return standing != "not started"  # a follow-up comes when the journey is over
    if asked.entry.declares.name == "journey-closed" and standing == "left":
        return True
    if asked.entry.declares.name == "referral-made" and is_under_a_concern(asked, story):
        return True
    return standing == "open"


def starts_once(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    started = list(story.of(asked.home, STARTED))
    return not started and story.learner(asked.home) in (None, entry.learner)


def no_other_journey(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    for one in story.told:
        if one.home != asked.home and one.entry.declares.name == STARTED:
            start: Any = one.entry
            if (start.learner, start.programme) == (entry.learner, entry.programme):
                return False
    return True


def id_is_new(asked: Told, story: Story) -> bool:
    field = asked.entry.declares.begins or ""
    for one in story.told:
        if one.home != asked.home or one.entry.declares.begins != field or not stands_beside(asked, one, story):
            continue
        if getattr(one.entry, field) == getattr(asked.entry, field):
            return False
    return True


def stands_beside(asked: Told, one: Told, story: Story) -> bool:
    """Whether what was told is where it is asked: on the journey, or under the very concern."""
    if not told_in_confidence(asked):
        return is_open_to(asked.by, one, story)
    concern = getattr(asked.entry, "concern", None)
    return concern is not None and getattr(one.entry, "concern", None) == concern and is_known(asked, story)


def by_a_coach_on_a_journey(asked: Told) -> bool:
    of_a_concern = asked.entry.declares.name in OF_CONCERNS
    return asked.by.startswith("coach:") and not asked.home.startswith("coach:") and not of_a_concern


def author_has_standing(asked: Told, story: Story) -> bool:
    """Once somebody goes with a learner, no other coach writes there but of a conversation of their own."""
    day = story.day(asked.at)
    if not by_a_coach_on_a_journey(asked) or not coaches.somebody_goes(asked.home, day, story):
        return True
    if coaches.goes_with(asked.by, asked.home, day, story):
        return True
    named = getattr(asked.entry, "conversation", None)
    if named is None:
        return False
    one = conversation(named, asked.home, story)
    when = one.starts_at or one.settled_at
    if one.coach != asked.by or when is None:
        return False
    arranged = [
        told.by
        for entry, told in story.of(asked.home, BOOKED, MOVED, HELD)
        if entry.conversation == named and entry.coach == asked.by
    ]
    return arranged[0].startswith("lead:") or coaches.goes_with(asked.by, asked.home, story.day(when), story)


def somebody_is_assigned(asked: Told, story: Story) -> bool:
    if asked.entry.declares.name in (STARTED, "disclosure-made") or not by_a_coach_on_a_journey(asked):
        return True
    return coaches.somebody_goes(asked.home, story.day(asked.at), story)


@attrs.frozen
class Ruling:
    """A rule as the rule book gives it: its code and level, the kinds that it is on, and when it is met.

    Those that refuse facts too are `strict`; `kinds` is empty for a rule on every kind but a concern raised.
    """

    code: str
    level: str
    kinds: tuple[str, ...]
    met: Callable[[Told, Story], bool]
    strict: bool = False


RULINGS: Final = (
    Ruling("ACC-01", MUST, EVERY_KIND, may_make_it, strict=True),
    Ruling("ACC-04", MUST, (EXTENDED, "referral-made", "disclosure-made"), is_approved),
    Ruling("ACC-03", MUST, EVERY_KIND, author_has_standing, strict=True),
    Ruling("ACC-05", SHOULD, EVERY_KIND, somebody_is_assigned),
    Ruling("ALW-01", MUST, BOOKINGS, minutes_remain),
    Ruling("ALW-02", MUST, (HELD, MISSED, CANCELLED), no_overrun),
    Ruling("ALW-03", SHOULD, (HELD,), one_to_one_in_private),
    Ruling("ALW-04", MUST, (EXTENDED,), extension_is_allowed),
    Ruling("ALW-05", SHOULD, BOOKINGS, not_too_long),
    Ruling("ALW-06", SHOULD, BOOKINGS, days_apart),
    Ruling("ALW-08", MUST, (STARTED, EXTENDED), grants_cover),
    Ruling("BKG-01", MUST, (*BOOKINGS, CANCELLED, MISSED, HELD, CONTESTED, WAIVED), state_allows_it),
    Ruling("BKG-02", MUST, BOOKINGS, hour_is_free),
    Ruling("COA-01", MUST, (*BOOKINGS, HELD, STARTED), trained_in_values),
    Ruling("COA-02", MUST, ("signposted", "referral-made"), trained_in_signposting),
    Ruling("COA-04", MUST, (*BOOKINGS, HELD), step_allows_it),
    Ruling("COA-05", MUST, ("step-taken", "basis-changed"), coach_agrees),
    Ruling("COA-06", MUST, BOOKINGS, checks_in_force),
    Ruling("COA-07", SHOULD, BOOKINGS, renewed_and_supervised),
    Ruling("COA-08", MUST, (*BOOKINGS, *NOTES), assigned_or_covering),
    Ruling("COA-11", MUST, (*BOOKINGS, HELD), not_suspended),
    Ruling("CON-01", MUST, ("referral-made",), consent_to_refer),
    Ruling("CON-02", MUST, ("disclosure-made",), consent_to_research),
    Ruling("CON-03", MUST, ("disclosure-made",), consent_to_a_case_study),
    Ruling("CON-04", MUST, ("follow-up-planned",), consent_to_be_contacted),
    Ruling("CON-05", SHOULD, (HELD,), confidentiality_explained),
    Ruling("JRN-01", MUST, (STARTED, *BOOKINGS, "course-enrolled"), in_the_window),
    Ruling("JRN-02", MUST, (STARTED,), old_enough),
    Ruling("JRN-03", MUST, PLANS_ON_AN_OPEN_JOURNEY, journey_is_open),
    Ruling("JRN-04", MUST, (STARTED,), starts_once),
    Ruling("JRN-05", MUST, BEGINNING, id_is_new),
    Ruling("JRN-06", MUST, (STARTED,), no_other_journey),
    Ruling("REF-02", MUST, POINTING, is_known),
    Ruling("TIM-02", SHOULD, BOOKINGS, times.begins_within_reach),
    Ruling("TIM-03", MUST, (MISSED,), times.its_hour_has_come),
    Ruling("TIM-04", SHOULD, (HELD,), times.held_as_booked),
    Ruling("TIM-05", MUST, (HELD,), times.nobody_sat_elsewhere),
    Ruling("TIM-06", SHOULD, (HELD,), times.not_recorded_already),
)
COVERED: Final = frozenset(one.code for one in RULINGS)
"""The codes of the rules that the oracle answers for."""

READY_FOR: Final = {
    "one-to-one": ("COA-01", "COA-04", "COA-06", "COA-07", "COA-11"),
    "recruiting": ("COA-01",),
    "signposting": ("COA-02",),
}
"""What a coach may be ready for, and the rules that say so."""


@attrs.frozen
class Answer:
    """What should be answered: whether it happens, and by its code what each rule that is not met weighs.

    That is a *refusal*, a *breach* or *advice*. `accepted` is None where there is no such journey to ask about.
    """

    accepted: bool | None
    findings: Mapping[str, str] = attrs.field(factory=dict)


class Oracle:
    """Everything that was told and accepted, and what follows from it."""

    def __init__(self, policy: Policy, told: tuple[Told, ...] = ()) -> None:
        self.story = Story(policy, told)

    def ask(self, asked: Told) -> Answer:
        """What should be answered. Raises `ValueError` for a correction or a withdrawal, which it does not cover."""
        declares = asked.entry.declares
        if declares.name in ("entry-corrected", "entry-withdrawn"):
            raise ValueError("the oracle answers for no corrections and withdrawals")
        begins = declares.name in (STARTED, "concern-raised") or declares.about[0] == "coach"
        if not begins and not is_there(asked, self.story):
            return Answer(None)
        return answered(asked, self.story, COVERED, plan=declares.nature == "plan")

    def tell(self, asked: Told) -> Answer:
        """The same; what is accepted has happened from then on."""
        answer = self.ask(asked)
        if answer.accepted:
            self.story = self.story.with_(asked)
        return answer

    def minutes(self, journey: str) -> Minutes:
        """The minutes of a journey."""
        return minutes(journey, self.story)

    def conversations(self, journey: str) -> Mapping[str, Conversation]:
        """The conversations of a journey, by their ids."""
        return MappingProxyType({one.id: one for one in conversations(journey, self.story)})

    def standing(self, journey: str) -> str:
        """Whether a journey is open: *not started*, *open*, *closed* or *left*."""
        return self.story.standing(journey)

    def ready_for(self, coach: str, activity: str, *, on: date) -> Answer:
        """Whether a coach should be ready for an activity of `READY_FOR` on a day."""
        noon = datetime.combine(on, time(12), tzinfo=self.story.policy.zone)
        asked = Told("asked", asked_for(activity, coach, noon), coach, noon, "asked")
        return answered(asked, self.story, frozenset(READY_FOR[activity]), plan=True)


def asked_for(activity: str, coach: str, noon: datetime) -> JourneyStarted | Signposted | ConversationBooked:
    """The entry by which an activity would be asked for."""
    if activity == "recruiting":
        return JourneyStarted(learner="learner:asked", programme="asked", recruiter=coach)
    if activity == "signposting":
        return Signposted(signpost="asked", opportunity="asked")
    return ConversationBooked(conversation="asked", coach=coach, starts_at=noon, minutes=1)


def answered(asked: Told, story: Story, codes: frozenset[str], *, plan: bool) -> Answer:
    """What some rules answer, all of their findings together."""
    findings: dict[str, str] = {}
    kind = asked.entry.declares.name
    for ruling in RULINGS:
        applies = kind in ruling.kinds or (ruling.kinds is EVERY_KIND and kind != "concern-raised")
        if ruling.code not in codes or not applies:
            continue
        try:
            met: bool | None = ruling.met(asked, story)
        except (Missing, Gap):
            met = None
        if met is True:
            continue
        level = story.values(asked.at).level(ruling.code) or ruling.level
        if level == SHOULD:
            findings[ruling.code] = "advice"
        elif plan or ruling.strict:
            findings[ruling.code] = "refusal"
        else:
            findings[ruling.code] = "breach" if met is False else "advice"
    return Answer("refusal" not in findings.values(), findings)
