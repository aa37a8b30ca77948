"""SAF: safeguarding. A concern is never refused and never costs a minute, whoever raises it and whenever.

A safeguarding lead takes it within hours, at once where danger is immediate: until one of them does, by an entry of
their own, it is on the list of every one. While it is open, or a hold stands, nothing is erased. Closing a journey is
never refused over a concern, and says nothing of one: a safeguarding lead then looks at what is still open. An answer
above 0 to item 9 of PHQ-9 is talked about with the learner the same day, whatever is corrected afterwards.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from iagcore.policy import Gap, Policy, PolicyOnDay
from iagcore.practice.amendments import Erased
from iagcore.practice.measures import PHQ_9, MeasureTaken, Taken
from iagcore.practice.parties import role_of
from iagcore.practice.safeguarding import Concern, ConcernRaised
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, verdict
from iagcore.record.home import Place, Version
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, duty, guarantee, rule
from iagcore.rulebook.access import may_make
from iagcore.rulebook.booking import undecided
from iagcore.rulebook.sources import ESCALATION, ITEM_NINE, OWN

THE_SAFEGUARDING_LEAD: Final = "safeguarding-lead"
LEADS: Final = ("lead", "safeguarding-lead")
"""The roles that, beside who goes with the learner, can say that safety was talked about."""
ITEM: Final = 9
"""The item of PHQ-9 that is talked about."""
HOLD: Final = "SAF-04"
"""The rule by which something holds the record, so that nothing of it is erased."""
ESCALATION_DUE: Final = "SAF-02"
"""The duty that stands on a journey for as long as a concern is open on it."""

SAF_01: Final = guarantee(
    "SAF-01",
    title="A concern is never refused and never costs minutes, "
    "whatever the allowance, consent, coach, author or journey.",
    question="Can a concern ever be turned away?",
    on=(ConcernRaised,),
    source=OWN,
    proven_by=("law_8_a_concern_is_never_refused_and_costs_nothing",),
)


@duty(
    "SAF-02",
    MUST,
    question="How soon is a concern escalated?",
    source=ESCALATION,
    values=("escalation_hours", "emergency_contacts"),
    proven_by=("law_an_open_concern_is_due_until_a_safeguarding_lead_takes_it",),
)
def escalations(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A safeguarding lead takes an open concern within so many hours, at once in immediate danger."""
    # it is for every safeguarding lead until one takes it, who sees it through from then on; naming somebody who holds
    # it changes nothing here, since a name may be misspelt, and nobody may have been told
    found = []
    said = partial(Duty, rule="SAF-02", about=journey.subject, in_confidence=True)
    for one in journey.safeguarding.open:
        if one.taken_by is not None:
            what = f"see concern {one.id} through, and close it once that is done"
            found.append(said(what=what, due=None, party=one.taken_by))
            continue
        place = _raised(journey, one)
        values = grounds.values(place)
        raised_at = place.recorded[0].known_at
        due = raised_at if one.immediate_danger else _within(raised_at, values)
        what = f"escalate concern {one.id}, until a safeguarding lead takes it{undecided(values, 'escalation_hours')}"
        if one.immediate_danger:
            what = f"escalate concern {one.id} at once: {_whom_to_reach(values)}"
        elif one.immediate_danger is None:
            what += "; whether danger is immediate was not said: ask"
        found.append(said(what=what, due=due, party=THE_SAFEGUARDING_LEAD))
        raiser = place.top.by if place.top is not None else ""
        if not raiser.startswith((THE_SAFEGUARDING_LEAD, "learner:")):
            # whoever raised it sees whether it is taken
            found.append(said(what=what, due=due, party=raiser))
    return found


def _raised(journey: Journey, concern: Concern) -> Place:
    return next(
        place
        for place in journey.places
        if isinstance(place.original, ConcernRaised)
        and (place.original.concern, place.at) == (concern.id, concern.raised_at)
    )


def _within(raised_at: datetime, values: PolicyOnDay) -> datetime:
    try:
        return raised_at + timedelta(hours=values.whole("escalation_hours"))
    except Gap:
        # nobody decided how long it may wait: then it does not
        return raised_at


def _whom_to_reach(values: PolicyOnDay) -> str:
    try:
        return "; ".join(map(str, values.emergency_contacts))
    except Gap:
        return "the policy names no emergency contacts"


@duty(
    "SAF-03",
    MUST,
    question="What if somebody answers item 9 of PHQ-9 above 0?",
    source=ITEM_NINE,
    proven_by=("law_item_nine_is_due_until_it_is_talked_about",),
)
def item_nine(journey: Journey, grounds: Grounds) -> list[Duty]:
    """An answer above 0 to item 9 of PHQ-9 is talked about with the learner the same day, and recorded."""
    # every version that was ever recorded counts: what is corrected or withdrawn afterwards ends no duty. It is due
    # from the coach who recorded it, while they go with the learner, and from the one assigned
    found = []
    for place in journey.places:
        asked = next((one for one in place.recorded if _is_to_be_talked_about(one, journey, grounds, place)), None)
        if asked is None:
            continue
        policy = grounds.policy(place)
        what = f"talk about safety with the learner the same day: item {ITEM} of {PHQ_9} was answered above 0"
        parties = [asked.by] if _goes_with(asked.by, asked.known_at, journey, policy) else []
        found += [
            Duty(
                rule="SAF-03",
                what=what,
                due=policy.end_of(policy.day(asked.known_at)),
                party=party,
                about=journey.subject,
                in_confidence=True,
            )
            for party in dict.fromkeys((*parties, journey.coaching.coach or "lead"))
        ]
    return found


def _is_to_be_talked_about(one: Version, journey: Journey, grounds: Grounds, place: Place) -> bool:
    entry = one.entry
    if not isinstance(entry, MeasureTaken) or entry.scale != PHQ_9:
        return False
    policy = grounds.policy(place)
    return bool(
        Taken(scale=entry.scale, occasion=entry.occasion, at=one.at, items=entry.answers).item(ITEM)
    ) and not any(
        talked >= one.known_at and (role_of(by) in LEADS or _goes_with(by, talked, journey, policy))
        for talked, by in journey.safeguarding.talked_about
    )


def _goes_with(coach: str, at: datetime, journey: Journey, policy: Policy) -> bool:
    return journey.coaching.goes_with(coach, on=policy.day(at), zone=policy.zone)


@duty(
    "SAF-06",
    MUST,
    question="What if a journey ends while a concern is open?",
    source=OWN,
    proven_by=("law_a_concern_that_is_open_when_a_journey_ends_is_looked_at",),
)
def open_at_the_end(journey: Journey, grounds: Grounds) -> list[Duty]:
    """When a journey ends, a safeguarding lead looks at each concern that is still open."""
    ended_at = journey.status.ended_at
    if ended_at is None:
        return []
    return [
        Duty(
            rule="SAF-06",
            what=f"look at concern {one.id}, which is still open although the journey has ended",
            due=max(ended_at, one.raised_at),
            party=one.taken_by or THE_SAFEGUARDING_LEAD,
            about=journey.subject,
            in_confidence=True,
        )
        for one in journey.safeguarding.open
    ]


@rule(
    "SAF-04",
    MUST,
    question="May a learner be erased while a concern is open?",
    source=OWN,
    remedy="Ask the safeguarding lead, who holds what is open; an open concern holds the record.",
    plain_remedy="Ask a lead what is still to be done.",
    protected=True,
    always_assessed="every concern is on the journey's record",
    proven_by=("law_nothing_is_erased_over_an_open_concern",),
)
def no_concern_is_open(entry: Erased, case: Case) -> Verdict:
    """While a concern is open, or a safeguarding lead holds the record, nothing of the journey is erased."""
    # how many there are, and what they are about, is not for whoever erases; who may not is told nothing
    if not may_make(entry, case):
        return verdict(True, says="asked of somebody who may erase")
    is_open = bool(case.safeguarding.open or case.safeguarding.holds)
    return verdict(
        not is_open,
        says="what the safeguarding lead holds for this journey is {state}",
        plainly="Something on the record is still to be finished first.",
        state="still open" if is_open else "not open",
    )


@rule(
    "SAF-05",
    SHOULD,
    question="Did anybody see the answer to item 9?",
    source=ITEM_NINE,
    remedy="Ask for the answer to item 9 itself, and talk about safety with the learner.",
    always_assessed="an answer to item 9 that is not there was not seen: that is what is asked",
)
def item_nine_was_seen(entry: MeasureTaken, case: Case) -> Verdict:
    """Where PHQ-9 was answered, item 9 was seen: with a total alone, or where it was left out, nobody knows it."""
    answered = entry.scale == PHQ_9 and entry.coded is None
    seen = not answered or (len(entry.answers) >= ITEM and entry.answers[ITEM - 1] is not None)
    return verdict(
        seen,
        says="{scale}: item 9 was {seen}",
        scale=entry.scale,
        seen="not asked about" if not answered else "seen" if seen else "not seen",
    )


SAFEGUARDING: Final[tuple[Rule, ...]] = (
    SAF_01,
    escalations,
    item_nine,
    no_concern_is_open,
    item_nine_was_seen,
    open_at_the_end,
)
