"""SIG: signposting that closes truthfully. What is unknown is said as unknown, and excludes nobody."""

from datetime import datetime, timedelta
from typing import Final

from iagcore.opportunities import NO, Status
from iagcore.policy import Gap
from iagcore.practice.kinds import begun_by
from iagcore.practice.learning import CourseEnrolled
from iagcore.practice.signposting import Pointer, ReferralMade, Signposted
from iagcore.record.case import Case, NotKnown, known
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, at_least, none_of, verdict
from iagcore.record.home import Home, Place, Version
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.access import is_open
from iagcore.rulebook.booking import days_from, undecided
from iagcore.rulebook.sources import IMPARTIALITY, OWN_AND_LOCAL, TAKING_A_TOOL

Pointing = Signposted | CourseEnrolled
"""The kinds that keep what was shown of an opportunity, and say nothing of a referral."""
FOR_OTHER_AGES: Final = "it is for other ages"
"""What is found where the directory says so: the one thing that SIG-01 asks a directory and the entry does not keep."""


@rule(
    "SIG-01",
    SHOULD,
    question="May I signpost to something that nobody has checked lately?",
    source=IMPARTIALITY,
    remedy="Ask whether it still runs and whether the learner may join, and have the directory say so.",
    plain_remedy="Ask whether it still runs before you go.",
    values=("directory_fresh_days",),
    outside=True,
)
def open_checked_and_not_known_to_exclude(entry: Pointing, case: Case) -> Verdict:
    """The opportunity is open, was checked lately, and is not known to exclude the learner; unknown is said as that."""
    return none_of(
        _speaks_against(entry, case),
        says="{opportunity}: {found}",
        otherwise="{opportunity}: open, checked on {checked}, and nothing that is known excludes the learner",
        opportunity=_named(entry),
        checked=f"{entry.last_checked:%d %b %Y}" if entry.last_checked else "no day that is known",
    )


def _speaks_against(entry: Pointing, case: Case) -> list[str]:
    """What is known to speak against it, and beside that what is not known. Raises where nothing but that is found."""
    found: list[str] = []
    unknown: list[NotKnown | Gap] = []
    for look in (_closed, _long_unchecked, _excludes):
        try:
            found += look(entry, case)
        except (NotKnown, Gap) as missing:
            unknown.append(missing)
    if unknown and not found:
        raise unknown[0] if len(unknown) == 1 else NotKnown(", ".join(map(str, unknown)))
    return [*found, *(f"not known: {one}" for one in unknown)]


def _named(entry: Pointing) -> str:
    return entry.course if isinstance(entry, CourseEnrolled) else entry.opportunity


def _closed(entry: Pointing, _: Case) -> list[str]:
    status = known(f"whether {_named(entry)} is open", entry.status)
    return [] if status == Status.ACTIVE else [f"it is {status}"]


def _long_unchecked(entry: Pointing, case: Case) -> list[str]:
    checked = known(f"when {_named(entry)} was last checked", entry.last_checked)
    days = (case.day_of(case.at) - checked).days
    return [f"last checked {days} days ago"] if days > case.today.whole("directory_fresh_days") else []


def _excludes(_: Pointing, case: Case) -> list[str]:
    """What is known to exclude the learner: their age, where both it and the ages asked for are known."""
    opportunity, age = case.opportunity, case.status.attests_age
    if opportunity is None or age is None or case.status.started_at is None:
        return []
    years = case.day_of(case.at).year - case.day_of(case.status.started_at).year
    # the age was attested at the start, and no birth date is held: any age since then is possible
    possible = range(age, age + max(0, years) + 1)
    return [FOR_OTHER_AGES] if all(opportunity.admits(one) is NO for one in possible) else []


@rule(
    "SIG-02",
    SHOULD,
    question="May a learner enrol on the only course that was shown?",
    source=IMPARTIALITY,
    remedy="Show the learner what else is on, and let them choose.",
    plain_remedy="Ask what else is on; it is yours to choose.",
    values=("courses_shown",),
)
def chosen_among_those_shown(entry: CourseEnrolled, case: Case) -> Verdict:
    """The learner chose among at least so many courses that were shown."""
    shown = {one.id for one in case.learning.courses if one.shown}
    return at_least(
        len(shown) if entry.course in shown else 0,
        case.today.whole("courses_shown"),
        says="course {course} is chosen among {found} that were shown, at least {limit} are asked",
        course=entry.course,
    )


@rule(
    "SIG-03",
    MUST,
    question="May a place on the programme depend on a referral?",
    source=TAKING_A_TOOL,
    remedy="Make the referral without making the learner's place depend on it, or record the concern it is made for.",
    plain_remedy="Your place does not depend on this.",
    breach="Tell the learner that their place does not depend on it, and correct the referral.",
    plain_breach="Your place was said to depend on other help. It does not. We will put this right. You can ask a "
    "lead about it.",
)
def no_condition_of_the_place(entry: ReferralMade, case: Case) -> Verdict:
    """A referral is no condition of the learner's place, except under a concern that is on the record and open."""
    is_a_condition = known("whether the learner's place depends on it", entry.condition_of_place)
    under_a_concern = is_open(entry.concern, case)
    return verdict(
        not is_a_condition or under_a_concern,
        says="the learner's place depends on it: {condition}, and it is made under {concern}",
        plainly="Nobody may make your place depend on this.",
        condition=is_a_condition,
        concern="an open concern" if under_a_concern else "no concern that is open",
    )


@duty(
    "SIG-04",
    SHOULD,
    question="When do I ask what came of a signpost?",
    source=OWN_AND_LOCAL,
    values=("signpost_outcome_days", "signpost_attempts"),
    proven_by=("law_what_came_of_a_signpost_is_due_until_it_is_settled",),
)
def outcomes_due(journey: Journey, grounds: Grounds) -> list[Duty]:
    """What came of a signpost or a referral is asked within so many days; after so many attempts, unknown is true."""
    found = []
    for one in journey.signposting.asked_about:
        attempts, days = _decided(journey, one, grounds)
        if one.is_settled(attempts=attempts):
            continue
        due = None if days is None else one.last_asked + timedelta(days=days)
        values = grounds.values(_made(journey, one)[0])
        what = f"{to_ask(one)}{undecided(values, 'signpost_outcome_days', 'signpost_attempts')}"
        found.append(_due("SIG-04", what, due, one, journey))
    return found


def to_ask(pointer: Pointer) -> str:
    """What there is to ask about a signpost or a referral, as its duty says it."""
    return f"ask what came of {'referral' if pointer.referred else 'signpost'} {pointer.id}"


def _due(rule: str, what: str, due: datetime | None, pointer: Pointer, journey: Journey) -> Duty:
    """What is due of a signpost or a referral; of one made under a concern it is for whoever made it, in confidence."""
    if not pointer.in_confidence:
        return Duty(rule=rule, what=what, due=due, party=journey.coaching.coach or "lead", about=journey.subject)
    return Duty(
        rule=rule, what=what, due=due, party=_made(journey, pointer)[1].by, about=journey.subject, in_confidence=True
    )


def _decided(home: Home, pointer: Pointer, grounds: Grounds) -> tuple[int | None, int | None]:
    """How often, and after how many days, the policy asks; None where it does not say."""
    place, _ = _made(home, pointer)
    values = grounds.values(place)
    found: list[int | None] = []
    for name in ("signpost_attempts", "signpost_outcome_days"):
        try:
            found.append(values.whole(name))
        except Gap:
            found.append(None)
    return found[0], found[1]


def _made(home: Home, pointer: Pointer) -> tuple[Place, Version]:
    """The place at which a signpost or a referral was made, and what stands there."""
    begun = (("signpost", pointer.id), ("referral", pointer.id))
    return next(
        (place, place.top)
        for place in reversed(home.places)
        if place.top is not None and begun_by(place.top.entry) in begun
    )


@duty(
    "SIG-05",
    SHOULD,
    question="What if a service does not answer?",
    source=OWN_AND_LOCAL,
    values=("referral_deadline_days", "signpost_attempts"),
    proven_by=("law_a_referral_is_due_until_something_is_heard_of_it",),
)
def referrals_due(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A referral of which nothing is heard within so many days is taken up with the service, until unknown is true."""
    found = []
    for one in journey.signposting.asked_about:
        attempts, _ = _decided(journey, one, grounds)
        if not one.referred or one.is_heard_of or one.is_settled(attempts=attempts):
            continue
        values = grounds.values(_made(journey, one)[0])
        due = days_from(one.opened_at, values, "referral_deadline_days")
        what = f"hear from the service about referral {one.id}{undecided(values, 'referral_deadline_days')}"
        found.append(_due("SIG-05", what, due, one, journey))
    return found


SIGNPOSTING: Final[tuple[Rule, ...]] = (
    open_checked_and_not_known_to_exclude,
    chosen_among_those_shown,
    no_condition_of_the_place,
    outcomes_due,
    referrals_due,
)
