"""SAF: safeguarding. A concern is never refused and never costs a minute, whoever raises it and whenever.

It is escalated within hours, at once where danger is immediate, and while it is open the journey is not closed and
nothing of it is erased. An answer above 0 to item 9 of PHQ-9 is talked about with the learner the same day.
"""

from datetime import timedelta
from typing import Any, Final

from iagcore.policy import Gap, PolicyOnDay
from iagcore.practice.amendments import Erased
from iagcore.practice.learners import JourneyClosed
from iagcore.practice.measures import PHQ_9, MeasureTaken, Taken
from iagcore.practice.parties import role_of
from iagcore.practice.safeguarding import Concern, ConcernRaised
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, verdict
from iagcore.record.home import Place
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, RuleSort, rule
from iagcore.rulebook.access import may_make
from iagcore.rulebook.sources import DESIGN, ESCALATION, ITEM_NINE, LOCAL

THE_SAFEGUARDING_LEAD: Final = "safeguarding-lead"
ITEM: Final = 9
"""The item of PHQ-9 that is talked about."""
TELLS_OF_A_CONCERN: Final = ("SAF-02", "SAF-04")
"""The rules by whose findings one knows that a concern is open."""

SAF_01: Final = Rule(
    "SAF-01",
    MUST,
    (ConcernRaised,),
    "A concern is never refused and never costs minutes, whatever the allowance, consent, coach, author or journey.",
    DESIGN,
    None,
    sort=RuleSort.GUARANTEE,
    protected=True,
    proven_by=("law_8_a_concern_is_never_refused_and_costs_nothing",),
    question="Can a concern ever be turned away?",
)


def escalations(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A concern that is open is escalated within so many hours; immediate danger at once, with whom to reach.

    It is escalated once a safeguarding lead holds it, who alone can close it, and who sees it through from then on.
    """
    found = []
    for one in journey.safeguarding.open:
        if one.held_by is not None and one.held_by.startswith(THE_SAFEGUARDING_LEAD):
            what = f"see concern {one.id} through, and close it once that is done"
            found.append(Duty("SAF-02", what, None, one.held_by, journey.subject, in_confidence=True))
            continue
        place = _raised(journey, one)
        values = grounds.values(place)
        due = one.raised_at if one.immediate_danger else _within(one, values)
        what = f"escalate concern {one.id}, and say who holds it"
        if one.immediate_danger:
            what = f"escalate concern {one.id} at once: {_whom_to_reach(values)}"
        elif one.immediate_danger is None:
            what += "; whether danger is immediate was not said: ask"
        found.append(Duty("SAF-02", what, due, THE_SAFEGUARDING_LEAD, journey.subject, in_confidence=True))
        raiser = place.top.by if place.top is not None else ""
        if not raiser.startswith((THE_SAFEGUARDING_LEAD, "learner:")):
            # whoever raised it sees that it is passed on
            found.append(Duty("SAF-02", what, due, raiser, journey.subject, in_confidence=True))
    return found


def _raised(journey: Journey, concern: Concern) -> Place:
    return next(
        place
        for place in journey.places
        if isinstance(place.original, ConcernRaised)
        and (place.original.concern, place.at) == (concern.id, concern.raised_at)
    )


def _within(concern: Concern, values: PolicyOnDay) -> Any:
    try:
        return concern.raised_at + timedelta(hours=values.whole("escalation_hours"))
    except Gap:
        # nobody decided how long it may wait: then it does not
        return concern.raised_at


def _whom_to_reach(values: PolicyOnDay) -> str:
    try:
        return "; ".join(map(str, values.emergency_contacts))
    except Gap:
        return "the policy names no emergency contacts"


SAF_02: Final = Rule(
    "SAF-02",
    MUST,
    (),
    "A concern that is open is escalated to the safeguarding lead within so many hours, at once in immediate danger.",
    ESCALATION,
    escalations,
    sort=RuleSort.DUTY,
    values=("escalation_hours", "emergency_contacts"),
    proven_by=("law_an_open_concern_is_due_until_it_is_escalated",),
    question="How soon is a concern escalated?",
)


def item_nine(journey: Journey, grounds: Grounds) -> list[Duty]:
    """An answer above 0 to item 9 of PHQ-9 is talked about with the learner the same day, and recorded."""
    found = []
    for place in journey.places:
        entry = place.top.entry if place.top is not None else None
        if not isinstance(entry, MeasureTaken) or place.top is None or not _calls_for_talking(entry, place):
            continue
        at = place.top.at
        if any(talked >= at for talked in journey.safeguarding.talked_about):
            continue
        policy = grounds.policy(place)
        due = policy.end_of(policy.day(at))
        what = f"talk about safety with the learner the same day: item {ITEM} of {PHQ_9} was answered above 0"
        party = place.top.by if role_of(place.top.by) == "coach" else journey.coaching.coach or "lead"
        found.append(Duty("SAF-03", what, due, party, journey.subject, in_confidence=True))
    return found


def _calls_for_talking(entry: MeasureTaken, place: Place) -> bool:
    return entry.scale == PHQ_9 and bool(Taken(entry.scale, entry.occasion, place.at, entry.answers).item(ITEM))


SAF_03: Final = Rule(
    "SAF-03",
    MUST,
    (),
    "An answer above 0 to item 9 of PHQ-9 is talked about with the learner the same day, and recorded.",
    ITEM_NINE,
    item_nine,
    sort=RuleSort.DUTY,
    proven_by=("law_item_nine_is_due_until_it_is_talked_about",),
    question="What if somebody answers item 9 of PHQ-9 above 0?",
)


@rule(
    "SAF-04",
    MUST,
    question="May a journey be closed while a concern is open?",
    on=(JourneyClosed, Erased),
    source=LOCAL,
    remedy="Ask the safeguarding lead, who holds what is open; an open concern holds the record.",
    plain_remedy="Ask a lead what is still to be done.",
    protected=True,
    always_assessed="every concern is on the journey's record",
)
def no_concern_is_open(entry: Any, case: Case) -> Verdict:
    """While a concern is open, the journey is not closed and nothing of it is erased."""
    # how many there are, and what they are about, is not for whoever closes a journey; who may not is told nothing
    if not may_make(entry, case):
        return verdict(True, says="asked of somebody who may close or erase")
    return verdict(
        not case.safeguarding.open,
        says="what the safeguarding lead holds for this journey is {state}",
        plainly="Something on the record is still to be finished first.",
        state="still open" if case.safeguarding.open else "not open",
    )


@rule(
    "SAF-05",
    SHOULD,
    question="Did anybody see the answer to item 9?",
    on=(MeasureTaken,),
    source=ITEM_NINE,
    remedy="Ask for the answer to item 9 itself, and talk about safety with the learner.",
    always_assessed="an answer to item 9 that is not there was not seen: that is what is asked",
)
def item_nine_was_seen(entry: Any, case: Case) -> Verdict:
    """Where PHQ-9 was answered, item 9 was seen: with a total alone, or where it was left out, nobody knows it."""
    answered = entry.scale == PHQ_9 and entry.coded is None
    seen = not answered or (len(entry.answers) >= ITEM and entry.answers[ITEM - 1] is not None)
    return verdict(
        seen,
        says="{scale}: item 9 was {seen}",
        scale=entry.scale,
        seen="not asked about" if not answered else "seen" if seen else "not seen",
    )


SAFEGUARDING: Final[tuple[Rule, ...]] = (SAF_01, SAF_02, SAF_03, no_concern_is_open, item_nine_was_seen)
