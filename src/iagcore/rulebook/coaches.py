"""COA: coaches. Trained before they recruit, stepping gradually and at their own pace, and known to be ready.

Readiness is read on the day of the conversation, with that day's policy. What a coach's own record does not say is
unknown, and unknown never passes where a rule is a MUST; a policy may make these advice instead (the starter one does).
"""

from datetime import date, datetime, timedelta
from typing import Final

import attrs

from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.conversations import Conversation, ConversationHeld, State
from iagcore.practice.grow import (
    ActionAgreed,
    ActionChanged,
    ActionReviewed,
    ConversationWrittenUp,
    GoalChanged,
    GoalSet,
    OptionRaised,
    RealityExplored,
)
from iagcore.practice.kinds import PLAN, Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.learning import CourseEnrolled
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import (
    PAUSED,
    SIGNPOSTING,
    STEPS,
    SUPPORTED,
    VALUES_AND_PROCESSES,
    BasisChanged,
    Proof,
    Readiness,
    Step,
    StepTaken,
    plain_name,
)
from iagcore.practice.self_efficacy import EvidenceNoted
from iagcore.practice.signposting import ReferralMade, Signposted
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, SHOULD, Duty, Outcome, Verdict, Weight, none_of, verdict
from iagcore.record.journey import CoachHome, Journey
from iagcore.record.judging import assess
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.booking import Bookings, days_from, undecided
from iagcore.rulebook.sources import CASE_STUDY, LOCAL, OWN, OWN_AND_LOCAL, STEP_GRADUALLY

Leading = Bookings | ConversationHeld
"""The kinds by which a coach leads a conversation, or is to lead one."""
Notes = (
    GoalSet
    | GoalChanged
    | RealityExplored
    | OptionRaised
    | ActionAgreed
    | ActionChanged
    | ActionReviewed
    | EvidenceNoted
    | ConversationWrittenUp
)
"""What a coach notes of a conversation."""


CANNOT: Final = "This coach cannot take it on that day."
ASK_A_LEAD: Final = "Ask a lead which coach is there for you meanwhile."
SHOULD_NOT_HAVE: Final = (
    "We should have made sure that the right coach was there for you on that day, and we did not. We will find out how "
    "it happened and put it right. You can ask a lead about it."
)
"""What the learner is told where a coach cannot take something on: the same, however many rules say so, and why is the
coach's own."""


def _moment(entry: Entry, case: Case) -> datetime:
    # a booking is asked about on the day of the conversation, everything else on its own day
    return entry.starts_at if isinstance(entry, Bookings) else case.at


def _day(entry: Entry, case: Case) -> date:
    return case.day_of(_moment(entry, case))


def _proof(name: str, day: date, case: Case) -> Proof | None:
    return case.readiness.proof_of(name, day, zone=case.policy.zone)


def _said(proof: Proof | None) -> str:
    if proof is None:
        return "not in force"
    until = "" if proof.until is None else f", until {proof.until:%d %b %Y}"
    return f"in force ({proof.what} of {proof.since:%d %b %Y}{until})"


@rule(
    "COA-01",
    MUST,
    question="May a coach begin before the training in values and processes?",
    source=CASE_STUDY,
    remedy="Record the training that was completed, have it done, or let a coach who has done it take this.",
    plain_remedy=ASK_A_LEAD,
    breach="Record the training if the coach has completed it. If not, arrange it, let a trained coach take over, "
    "and ask a lead to authorise what happened.",
    plain_breach=SHOULD_NOT_HAVE,
    outside=True,
)
def trained_in_values_and_processes(entry: Leading | JourneyStarted, case: Case) -> Verdict:
    """The coach has completed the values-and-processes training, before coaching and before recruiting anybody."""
    day = _day(entry, case)
    recruits_nobody = isinstance(entry, JourneyStarted) and entry.recruiter is None
    proof = None if recruits_nobody else _proof(VALUES_AND_PROCESSES, day, case)
    return verdict(
        recruits_nobody or proof is not None,
        says="values-and-processes training on {day}: {proof}",
        plainly=CANNOT,
        day=f"{day:%d %b %Y}",
        proof="nobody recruited the learner" if recruits_nobody else _said(proof),
    )


@rule(
    "COA-02",
    MUST,
    question="May a coach signpost without the training for it?",
    source=CASE_STUDY,
    remedy="Record the training that was completed, have it done, or let a coach who has done it take this.",
    plain_remedy="Ask a lead who can point you to what else is there.",
    breach="Record the training if the coach has completed it. If not, arrange it, let a trained coach follow this "
    "up, and ask a lead to authorise what happened.",
    plain_breach="We should have made sure that the coach was ready to point you to other help. We will check that "
    "what you were told is right. You can ask a lead about it.",
    outside=True,
)
def trained_in_signposting(entry: Signposted | ReferralMade, case: Case) -> Verdict:
    """The coach has completed the signposting training, and it is in force that day."""
    day = _day(entry, case)
    proof = _proof(SIGNPOSTING, day, case)
    return verdict(
        proof is not None,
        says="signposting training on {day}: {proof}",
        plainly="The coach is not ready for this yet.",
        day=f"{day:%d %b %Y}",
        proof=_said(proof),
    )


@rule(
    "COA-03",
    SHOULD,
    question="Has the coach been on this course themselves?",
    source=CASE_STUDY,
    remedy="Let the coach try the course, or ask somebody who has what it is like.",
    outside=True,
)
def coach_has_experienced_the_course(entry: CourseEnrolled | Signposted, case: Case) -> Verdict:
    """The coach has experienced this course; the case study asks it of some of the courses."""
    if entry.course is None:
        return verdict(True, says="no course of the college's own")
    has_experienced = case.readiness.has_experienced(entry.course, _day(entry, case), zone=case.policy.zone)
    return verdict(
        has_experienced,
        says="course {course}: {experienced} by the coach",
        course=entry.course,
        experienced="experienced" if has_experienced else "not experienced",
    )


@rule(
    "COA-04",
    MUST,
    question="May a coach who is still shadowing lead a conversation?",
    source=STEP_GRADUALLY,
    remedy="Let a coach whose step allows it take this; a supported coach names who supports.",
    plain_remedy=ASK_A_LEAD,
    breach="Correct the coach's step, or say who supported them, if the record is wrong. If it is right, ask a lead "
    "to authorise what happened.",
    plain_breach=SHOULD_NOT_HAVE,
    outside=True,
)
def step_allows_it(entry: Leading, case: Case) -> Verdict:
    """The coach's step allows it: supported by somebody who is named, or independent; not paused for a new booking."""
    day = _day(entry, case)
    step = known("which step the coach has taken", case.readiness.standing(day, zone=case.policy.zone))
    leads_by = _step_that_counts(step, entry, case)
    return verdict(
        _leads(leads_by),
        says="on {day} the coach is {step}{support}",
        plainly=CANNOT,
        day=f"{day:%d %b %Y}",
        step=step.name,
        support=_support(leads_by) if leads_by is step else f", and {leads_by.name}{_support(leads_by)} before that",
    )


def _step_that_counts(step: Step, entry: Leading, case: Case) -> Step:
    if step.name == PAUSED and isinstance(entry, ConversationHeld):
        # pausing is always open: what was booked may still be held, and nothing new is booked
        return known("which step the coach had taken before the pause", case.readiness.step_at(case.at))
    return step


def _leads(step: Step) -> bool:
    return step.name == STEPS[-1] or (step.name == SUPPORTED and step.supported_by is not None)


def _support(step: Step) -> str:
    if step.name != SUPPORTED:
        return ""
    return f" by {step.supported_by}" if step.supported_by else ", and nobody is named who supports"


@rule(
    "COA-05",
    MUST,
    question="May a coach be moved forward without being asked?",
    source=CASE_STUDY,
    remedy="Ask the coach, and record what they say; a suspension is ended by a lead.",
    plain_remedy="Say what you would like.",
    breach="Ask the coach, and record what they say. A suspension is ended by a lead.",
    plain_breach="A change was put on your record, and you had not agreed to it. We will ask you and put it right. "
    "You can ask a lead about it.",
)
def with_the_coachs_own_agreement(entry: StepTaken | BasisChanged, case: Case) -> Verdict:
    """A step forward and a change of basis carry the coach's own agreement; a suspension is ended by a lead."""
    agreed = True
    if _needs_agreement(entry, case):
        unsaid = "Whether you agree has not been said yet."
        agreed = known("the coach's own agreement", entry.coach_agrees, plainly=unsaid)
    # whatever moment the step is said to be of: put right later, it would end the suspension
    ends_a_suspension = isinstance(entry, StepTaken) and case.readiness.is_suspended and role_of(case.by) != "lead"
    return verdict(
        agreed and not ends_a_suspension,
        says="{what}; the coach agrees: {agreed}{suspended}",
        plainly="This is for you and a lead to agree on.",
        what=_change(entry, case),
        agreed=entry.coach_agrees,
        suspended="; the coach is suspended, which a lead ends" if ends_a_suspension else "",
    )


def _needs_agreement(entry: StepTaken | BasisChanged, case: Case) -> bool:
    if isinstance(entry, BasisChanged):
        return True
    now, standing = case.readiness.step_at(case.at), case.readiness.standing_at(case.at, zone=case.policy.zone)
    if standing is not None and standing.name == PAUSED:
        # a pause is the coach's own wish, and so is its end
        return True
    return now is None or STEPS.index(entry.step) > STEPS.index(now.name)


def _change(entry: StepTaken | BasisChanged, case: Case) -> str:
    if isinstance(entry, BasisChanged):
        return f"the basis becomes {entry.basis}"
    now = case.readiness.step_at(case.at)
    return f"from {now.name if now else 'no step'} to {entry.step}"


@rule(
    "COA-06",
    MUST,
    question="May I book a coach whose checks have run out?",
    source=LOCAL,
    remedy="Record the check that was completed, have it done, or let another coach take this.",
    plain_remedy=ASK_A_LEAD,
    breach="Record the check if it was completed. If not, have it done, or give the conversation to another coach.",
    plain_breach=SHOULD_NOT_HAVE,
    values=("required_checks",),
    outside=True,
)
def required_checks_in_force(entry: Bookings, case: Case) -> Verdict:
    """The checks that the provider requires are in force on the day of the conversation."""
    day, required = case.day_of(entry.starts_at), case.on_day_of(entry.starts_at).required_checks
    return none_of(
        [name for name in required if _proof(name, day, case) is None],
        says="not in force on {day}: {found}",
        otherwise="in force on {day}: {required}",
        plainly=CANNOT,
        day=f"{day:%d %b %Y}",
        required=", ".join(required) or "nothing is required",
    )


@rule(
    "COA-07",
    SHOULD,
    question="Has the coach had supervision lately?",
    source=LOCAL,
    remedy="Plan the renewal, and a supervision or a debrief.",
    values=("renewal_window_days", "supervision_days"),
    outside=True,
)
def renewed_and_supervised(entry: Bookings, case: Case) -> Verdict:
    """Training that runs out soon is renewed, and supervision or a debrief was not long ago."""
    day, zone, values = case.day_of(entry.starts_at), case.policy.zone, case.on_day_of(entry.starts_at)
    window, days = values.whole("renewal_window_days"), values.whole("supervision_days")
    running_out = [
        f"{one.name} runs out on {one.until:%d %b %Y}"
        for one in case.readiness.running_out(day, within=window, zone=zone)
    ]
    since = case.readiness.supervised(day, zone=zone) or case.readiness.leads_since(day, zone=zone)
    return none_of(
        running_out + _unsupervised(day, since, days, beside=running_out),
        says="{found}",
        otherwise="nothing runs out within {window} days, and it is at most {days} without supervision or a debrief",
        window=window,
        days=days,
    )


def _unsupervised(day: date, since: date | None, days: int, *, beside: list[str]) -> list[str]:
    # what is not known masks nothing that is found beside it
    if since is None and beside:
        return ["when the coach last had supervision is not known"]
    without = (day - known("when the coach began, or last had supervision", since)).days
    return [f"{without} days without supervision or a debrief"] if without > days else []


@rule(
    "COA-08",
    MUST,
    question="May a coach who is not this learner's coach step in?",
    source=LOCAL,
    remedy="Assign the coach to this journey, or let them cover it.",
    plain_remedy=ASK_A_LEAD,
    breach="Assign the coach to this journey or let them cover it, or correct who recorded this. Or ask a lead to "
    "authorise it.",
    plain_breach="A coach who was not your coach on that day was put down for you, or wrote on your record. A lead "
    "will look at it and put it right. You can ask them who your coach is.",
)
def assigned_or_covering(entry: Bookings | Notes, case: Case) -> Verdict:
    """The coach is assigned to this journey, or covers it that day."""
    coach = _whose(entry, case)
    if coach is None:
        return verdict(True, says="{coach} is {assigned}", coach="no coach", assigned="asked about")
    day = _day(entry, case)
    goes = case.coaching.goes_with(coach, on=day, zone=case.policy.zone)
    return verdict(
        goes,
        says="{coach} is {assigned}",
        plainly=CANNOT,
        coach=coach,
        assigned="assigned to this journey"
        if goes and coach == case.coaching.coach
        else f"{'assigned or covering' if goes else 'neither assigned nor covering'} on {day:%d %b %Y}",
    )


def _whose(entry: Bookings | Notes, case: Case) -> str | None:
    """The coach whom a booking is with, or who makes a note; None where somebody else makes it."""
    if isinstance(entry, Bookings):
        return known(
            "which coach the conversation is with", entry.coach or case.conversations[entry.conversation].coach
        )
    return case.by if role_of(case.by) == "coach" else None


@rule(
    "COA-11",
    MUST,
    question="May a coach who is suspended see a learner?",
    source=OWN,
    remedy="Let another coach take this. A suspension ends when a lead records the coach's next step.",
    plain_remedy=ASK_A_LEAD,
    breach="Correct the coach or the hour if the record is wrong. If it is right, ask a lead to find out how it came "
    "about, and to authorise what happened.",
    plain_breach=SHOULD_NOT_HAVE,
    protected=True,
    outside=True,
)
def not_suspended(entry: Leading, case: Case) -> Verdict:
    """A coach whom a lead suspended does not coach, whatever their step, until a lead ends the suspension."""
    moment = _moment(entry, case)
    suspended = case.readiness.suspended_at(moment)
    return verdict(
        suspended is None,
        says="on {day} the coach is {suspended}",
        plainly=CANNOT,
        day=f"{case.day_of(moment):%d %b %Y}",
        suspended="suspended" if suspended else "not suspended",
    )


RESTS_ON_A_COACH: Final = (trained_in_values_and_processes, step_allows_it, required_checks_in_force)
"""What a booking rests on, beyond the journey."""


@duty(
    "COA-09",
    MUST,
    question="What becomes of bookings whose coach is no longer ready?",
    source=OWN,
    proven_by=("law_a_booking_is_due_while_its_coach_is_not_ready",),
)
def no_longer_ready(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A booked conversation whose coach is no longer ready is given to a coach who is, or moved."""
    found: dict[str, Duty] = {}
    for place in reversed(journey.places):
        entry = place.top.entry if place.top else None
        if not isinstance(entry, Bookings) or place.top is None or not _is_what_is_booked(entry, journey):
            continue
        one = journey.conversations[entry.conversation]
        readiness = grounds.readiness(one.coach or "")
        if one.id in found or _suspended(one, readiness):
            continue  # a suspension is said once, by COA-12
        case = Case(grounds.policy(place), at=place.top.at, by=place.top.by)
        case = case if readiness is None else attrs.evolve(case, readiness=readiness)
        assessed = (assess(rule, entry, case, nature=PLAN) for rule in RESTS_ON_A_COACH)
        wrong = [f"{one.rule}: {one.sentence}" for one in assessed if _no_longer_holds(one.outcome, one.weight)]
        if wrong:
            what = f"conversation {one.id} rests on {one.coach}, who is no longer ready ({'; '.join(wrong)})"
            found[one.id] = Duty(rule="COA-09", what=what, due=one.starts_at, party="lead", about=journey.subject)
    return list(found.values())


def _no_longer_holds(outcome: Outcome, weight: Weight | None) -> bool:
    return outcome is not Outcome.MET and weight is Weight.REFUSAL


def _is_what_is_booked(entry: Bookings, journey: Journey) -> bool:
    """Whether a booking, or the moving of one, is how the conversation stands now."""
    one = journey.conversations[entry.conversation]
    return one.state is State.BOOKED and one.starts_at == entry.starts_at and entry.coach in (None, one.coach)


@duty(
    "COA-12",
    MUST,
    question="What becomes of bookings when a coach is replaced or suspended?",
    source=OWN,
    proven_by=("law_a_booking_whose_coach_was_replaced_or_suspended_is_due_at_once",),
)
def bookings_left_behind(journey: Journey, grounds: Grounds) -> list[Duty]:
    """A booking with a coach who was replaced or suspended is moved, called off or, unless suspended, kept by name."""
    found: list[Duty] = []
    for one in journey.conversations.booked:
        suspended = _suspended(one, grounds.readiness(one.coach or ""))
        since = suspended.since if suspended else _replaced_since(one, journey, grounds)
        if since is None:
            continue
        how = (
            "is suspended: move it, or call it off"
            if suspended
            else "was replaced: move it, keep it by name, or call it off"
        )
        what = f"conversation {one.id} is booked with {one.coach}, who {how}"
        new = [] if journey.coaching.coach in (None, one.coach) else [journey.coaching.coach]
        found += [
            Duty(rule="COA-12", what=what, due=since, party=party, about=journey.subject) for party in (*new, "lead")
        ]
    return found


def _suspended(one: Conversation, readiness: Readiness | None) -> Step | None:
    """The suspension in which a booking falls, if there is one."""
    return None if readiness is None or one.starts_at is None else readiness.suspended_at(one.starts_at)


def _replaced_since(one: Conversation, journey: Journey, grounds: Grounds) -> datetime | None:
    """Since when another coach has been assigned than the one whom a booking names; None where it is kept by name.

    It is kept by name where an entry names its coach after that, or where its coach covers that day.
    """
    since: datetime | None = None
    for top in filter(None, (place.top for place in journey.places)):
        if isinstance(top.entry, CoachAssigned):
            since = None if top.entry.coach == one.coach else since or top.at
        elif isinstance(top.entry, Bookings) and (top.entry.conversation, top.entry.coach) == (one.id, one.coach):
            since = None
    if since is None or one.starts_at is None:
        return None
    policy = grounds.policy(journey.places[-1])
    covers = journey.coaching.covers_on(policy.day(one.starts_at), zone=policy.zone)
    return None if one.coach in covers else since


@duty(
    "COA-10",
    SHOULD,
    question="When is a coach's training renewed?",
    source=OWN_AND_LOCAL,
    values=("renewal_window_days", "supervision_days"),
    proven_by=("law_what_runs_out_is_due_until_it_is_renewed",),
)
def renewals(home: CoachHome, grounds: Grounds) -> list[Duty]:
    """Training and checks that run out are renewed, and supervision or a debrief is held in time."""
    if not home.places:
        return []
    readiness, last = home.readiness, home.places[-1]
    policy, values = grounds.policy(last), grounds.values(last)
    today = policy.day(max(place.at for place in home.places))
    found = []
    for proof in _latest((*readiness.proofs, *readiness.exempt(policy.zone))):
        if proof.until is not None:
            due = policy.end_of(proof.until)
            opens = days_from(due, values, "renewal_window_days", back=True)
            found.append(
                Duty(
                    rule="COA-10",
                    what=f"renew {proof.name}{undecided(values, 'renewal_window_days')}",
                    due=due,
                    party=home.subject,
                    about=home.subject,
                    opens=opens,
                )
            )
    since = readiness.supervised(today, zone=policy.zone) or readiness.leads_since(today, zone=policy.zone)
    step = readiness.standing(today, zone=policy.zone)
    opens = None
    if step is not None and step.name == PAUSED and step.until is not None:
        # a pause that ends by itself: supervision is asked for again when it does
        opens = policy.end_of(step.until)
        step = readiness.standing(step.until + timedelta(days=1), zone=policy.zone)
    if since is not None and _is_coaching(step):
        due_by = days_from(policy.end_of(since), values, "supervision_days")
        found.append(
            Duty(
                rule="COA-10",
                what=f"have supervision, or a debrief{undecided(values, 'supervision_days')}",
                due=due_by,
                party=home.subject,
                about=home.subject,
                opens=opens,
            )
        )
    return found


def _latest(proofs: tuple[Proof, ...]) -> list[Proof]:
    """Of each training and check, what lasts longest."""
    last: dict[str, Proof] = {}
    for one in proofs:
        name = plain_name(one.name)
        before = last.get(name)
        if before is None or (before.until or date.max) < (one.until or date.max):
            last[name] = one
    return list(last.values())


def _is_coaching(step: Step | None) -> bool:
    return step is not None and step.name in (SUPPORTED, STEPS[-1])


COACHES: Final[tuple[Rule, ...]] = (
    trained_in_values_and_processes,
    trained_in_signposting,
    coach_has_experienced_the_course,
    step_allows_it,
    with_the_coachs_own_agreement,
    required_checks_in_force,
    renewed_and_supervised,
    assigned_or_covering,
    not_suspended,
    no_longer_ready,
    renewals,
    bookings_left_behind,
)

READY_FOR: Final = {
    "one-to-one": (
        trained_in_values_and_processes,
        step_allows_it,
        required_checks_in_force,
        renewed_and_supervised,
        not_suspended,
    ),
    "recruiting": (trained_in_values_and_processes,),
    "signposting": (trained_in_signposting,),
}
"""What a coach may be ready for, and the rules that say so."""
