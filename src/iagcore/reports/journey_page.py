"""A journey on one page of plain text, for whoever may see it: as a rule, the coach who goes with the learner.

What it prints depends on the records alone: no clock, no time of recording, no id made up in passing. So two journals
into which the same entries were recorded, on whatever days, give the same page to the letter.

A page is made from the journey as it may be seen by the one it is for, folded again as if nothing else were on the
record. So nothing of an entry that stays behind reaches any section: neither its words, nor that it is there. Without
a party it is the coaching view of nobody in particular, which has no private page of the diary and no concern at all.
Where it lay that a conversation was missed settles minutes and is no part of the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import Final

from iagcore.exceptions import InvalidEntry
from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import BreachAuthorised, RecordAnnotated
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import EVERY_JOURNEY, Given, Withdrawal
from iagcore.practice.conversations import (
    CoachingOfferAnswered,
    Conversation,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    State,
)
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade, outlet_of
from iagcore.practice.grow import (
    ActionAgreed,
    ActionChanged,
    ActionReviewed,
    ConversationWrittenUp,
    GoalChanged,
    GoalReached,
    GoalSet,
    GoalSetAside,
    GrowUsed,
    OptionRaised,
    RealityExplored,
    Stage,
    WorkshopAttended,
)
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft, Standing
from iagcore.practice.learning import CourseCompleted, CourseEnrolled, CourseLeft
from iagcore.practice.safeguarding import (
    ConcernClosed,
    ConcernEscalated,
    ConcernRaised,
    HoldEntered,
    HoldLifted,
    SafetyTalkedAbout,
)
from iagcore.practice.self_efficacy import Evidence
from iagcore.practice.signposting import OutcomeLearned, ReferralMade, Signposted, SignpostReopened
from iagcore.record.findings import Duty
from iagcore.record.journey import Journey
from iagcore.record.records import Record
from iagcore.reports.layout import bar, beside, section, wrapped
from iagcore.reports.page import (
    DATE,
    NOT_KNOWN,
    Page,
    advice_lines,
    breach_lines,
    duty_lines,
    extension_lines,
    followed_by,
    put_right_lines,
    refused_lines,
    said_beside,
)
from iagcore.rulebook.signposting import to_ask

STAGE: Final = 13
"""The column at which the notes beside a stage begin."""

_Page = Page[Journey]


def journey_page(
    journey: Journey,
    *,
    records: Iterable[Record],
    duties: Sequence[Duty],
    zone: tzinfo,
    party: str | None = None,
) -> str:
    """A journey as a page of plain text, at most 100 columns wide, with what the role of `party` may see.

    `records` are the journey's, refusals among them; `duties` are what is due on it; times are shown in `zone`. Whether
    the party may see this journey on a day is asked of `journey.seen_by`. Raises `InvalidEntry` for a role that looks
    at none.
    """
    outlet = OUTLET_BY_NAME["coaching view"] if party is None else outlet_of(party)
    if outlet is None:
        raise InvalidEntry("argument", "party", party, "nobody in this role looks at a journey")
    page = Page.of(journey, records=records, duties=duties, zone=zone, outlet=outlet, party=party)
    sections = (
        _heading(page, journey),
        section("Minutes", _minutes(page)),
        section("The journey so far", _story(page)),
        section("Conversations", _conversations(page)),
        section("Workshops, self-led and peer GROW", _outside(page)),
        section("Goals", _goals(page)),
        section("Self-efficacy", _self_efficacy(page)),
        section("Diary", _diary(page)),
        section("Learning", _learning(page)),
        section("Signposts and referrals", _signposts(page)),
        section("Measures", _measures(page)),
        section("Other support", _other_support(page)),
        section("Consent and confidentiality", _consent(page)),
        section("What was shown to whom", _disclosures(page)),
        section("Follow-up", _follow_ups(page)),
        section("Concerns", _concerns(page)),
        section("Also on the record", extension_lines(page)),
        section("What is open", _open(page)),
        section("Advice for the coach", advice_lines(page)),
        section("Refused", refused_lines(page)),
        section("Put right since", put_right_lines(page)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _heading(page: _Page, whole: Journey) -> list[str]:
    journey, status = page.home, page.home.status
    whose = f"{journey.learner} on {status.programme}" if status.programme else f"{journey.learner or 'nobody yet'}"
    lines = wrapped(f"Journey {journey.name}")
    lines.append("=" * len(lines[-1]))
    lines += wrapped(f"{whose}, {_where_it_stands(page)}")
    if journey.coaching.coach:
        lines += wrapped(f"with {journey.coaching.coach}")
    if whole.unread:
        # what it is, this version cannot tell, and so not for whom it is either
        lines += wrapped(f"Something here is {NOT_KNOWN}, and is not shown.")
    return lines


def _where_it_stands(page: _Page) -> str:
    status = page.home.status
    if status.standing is Standing.OPEN and status.started_at:
        return f"open since {page.day(status.started_at)}"
    if status.ended_at:
        return f"{'the learner left' if status.left else status.standing} on {page.day(status.ended_at)}"
    return str(status.standing)


def _minutes(page: _Page) -> Iterator[str]:
    allowance = page.home.allowance
    yield "  " + bar(("#", allowance.used), ("=", allowance.booked), (".", allowance.remaining))
    yield from beside("# used", str(allowance.used), column=15)
    yield from beside("= booked", str(allowance.booked), column=15)
    yield from beside(". remaining", f"{allowance.remaining} of {allowance.ceiling} granted", column=15)
    if allowance.extensions:
        yield from wrapped(f"{allowance.extensions} of the minutes granted are an extension.", indent=2)
    if allowance.shortfall:
        yield from wrapped(
            f"{allowance.shortfall} minutes used or booked are not covered by what is granted.", indent=2
        )


def _story(page: _Page) -> Iterator[str]:
    for top in page.entries:
        text = _told(page, top.entry, top.by)
        if text:
            yield from beside(page.day(top.at), text, column=DATE)


def _told(page: _Page, entry: Entry, by: str) -> str:
    match entry:
        case JourneyStarted():
            recruited = f"; recruited by {entry.recruiter}" if entry.recruiter else ""
            return f"Started on {entry.programme} ({by}){recruited}"
        case CoachingOfferAnswered():
            return followed_by(f"The offer of coaching was answered: {entry.answer}", entry.note)
        case CoachAssigned():
            return f"{entry.coach} was assigned"
        case CoverAssigned():
            return f"{entry.coach} covers until {page.day(entry.until)}"
        case AllowanceExtended():
            return followed_by(f"{entry.minutes} minutes more, by {by}", entry.reason)
        case ApprovalGiven():
            return _approved(entry, by)
        case JourneyClosed():
            return followed_by(f"Closed ({by})", entry.note)
        case JourneyReopened():
            return followed_by(f"Opened again ({by})", entry.note)
        case LearnerLeft():
            return followed_by(f"The learner {entry.how}", entry.note)
        case BreachAuthorised() | RecordAnnotated():
            return said_beside(page, entry, by)
        case _:
            return ""


def _approved(entry: ApprovalGiven, by: str) -> str:
    most = f", {entry.minutes} minutes at most" if entry.minutes else ""
    under = f", under concern {entry.concern}" if entry.concern else ""
    return f"Approved by {by}: {entry.approves} {entry.which}{most}{under}"


# ---- conversations


def _conversations(page: _Page) -> Iterator[str]:
    bookings = page.home.conversations
    noted = (getattr(top.entry, "conversation", None) for top in page.entries)
    ids = dict.fromkeys([*(one.id for one in bookings.all), *(id for id in noted if id is not None)])
    for number, id in enumerate(ids):
        if number:
            yield ""
        yield from beside(id, _what_came_of(page, bookings[id]), column=STAGE)
        yield from _beside_it(page, id)
        yield from _notes(page, id)


def _what_came_of(page: _Page, one: Conversation) -> str:
    line = page.home.allowance.line(one.id)
    charged = f"{line.used} minutes charged" if line.used else "no minutes charged"
    on = f" on {page.day(one.settled_at)}" if one.settled_at else ""
    match one.state:
        case State.BOOKED:
            when = f" for {page.clock(one.starts_at)}" if one.starts_at else ""
            return f"booked{when} with {one.coach}, {one.minutes} minutes"
        case State.HELD:
            counted = "" if line.used == one.minutes else f", counted as {line.used}"
            return f"held{on} with {one.coach}, {one.minutes} minutes{counted}"
        case State.RELEASED:
            return f"no longer booked since the learner left{on}"
        case State.WAIVED:
            return followed_by("did not take place; a lead has waived the charge", one.waived)
        case State.NOT_BOOKED:
            return "noted, and neither booked nor held on the record"
        case _:
            return f"{one.state}{on}, {charged}"


def _beside_it(page: _Page, id: str) -> Iterator[str]:
    for top in page.entries:
        match top.entry:
            case ConversationHeld(conversation=conversation) if conversation == id and top.entry.also_present:
                yield from beside("", f"Also present: {', '.join(top.entry.also_present)}", column=STAGE)
            case ConversationCancelled() | ConversationMissed() if top.entry.conversation == id and top.entry.note:
                yield from beside("", top.entry.note, column=STAGE)
            case ConversationWrittenUp(conversation=conversation) if conversation == id:
                yield from beside("", followed_by(f"written up on {page.day(top.at)}", top.entry.summary), column=STAGE)
            case _:
                pass
    contested = page.home.conversations[id].contested
    if contested:
        yield from beside("", f"The learner does not agree: {contested}", column=STAGE)


def _notes(page: _Page, conversation: str) -> Iterator[str]:
    """The notes of one conversation in the order they were made; a stage is named whenever it changes."""
    before = ""
    for top in page.entries:
        if getattr(top.entry, "conversation", None) == conversation:
            stage, texts = _note(page, top.entry)
            for text in texts:
                yield from beside("" if stage == before else stage, text, column=STAGE, indent=4)
                before = stage


def _note(page: _Page, entry: Entry) -> tuple[str, list[str]]:
    """The stage of a note and its lines; of what is no note of GROW, none."""
    grow = page.home.grow
    match entry:
        case GoalSet():
            return Stage.GOAL, [entry.words]
        case GoalChanged():
            return Stage.GOAL, [followed_by(f"now: {entry.words}", entry.reason)]
        case GoalReached():
            goal = grow.goal(entry.goal)
            return Stage.GOAL, [followed_by(f"reached: {goal.words if goal else entry.goal}", entry.words)]
        case GoalSetAside():
            goal = grow.goal(entry.goal)
            return Stage.GOAL, [followed_by(f"set aside: {goal.words if goal else entry.goal}", entry.reason)]
        case RealityExplored():
            return Stage.REALITY, [entry.words]
        case OptionRaised():
            return Stage.OPTIONS, [entry.words]
        case ActionAgreed():
            return Stage.WILL, [entry.what, *_terms(page, entry)]
        case ActionChanged():
            return Stage.WILL, [followed_by(f"now: {entry.what}", entry.reason), *_terms(page, entry)]
        case ActionReviewed():
            what = next((one.what for one in grow.will if one.id == entry.action), entry.action)
            return "Review", [followed_by(f"{what}: {entry.outcome}", entry.words)]
        case _:
            return "", []


def _terms(page: _Page, agreed: ActionAgreed | ActionChanged) -> list[str]:
    said = (
        ("by", None if agreed.by_when is None else page.day(agreed.by_when)),
        ("support:", agreed.support),
        ("obstacle:", agreed.obstacle),
        ("commitment", None if agreed.commitment is None else f"{agreed.commitment} of 10"),
    )
    terms = "; ".join(f"{name} {value}" for name, value in said if value is not None)
    action = next(one for one in page.home.grow.will if one.id == agreed.action)
    where = f" (in {action.reviewed_in})" if action.reviewed_in else ""
    came_of_it = f"what came of it: {action.outcome}{where}" if action.outcome else "not reviewed yet"
    return [f"  - {one}" for one in (terms, came_of_it) if one]


def _outside(page: _Page) -> Iterator[str]:
    for top in page.entries:
        match top.entry:
            case WorkshopAttended():
                text = followed_by(f"GROW workshop {top.entry.workshop}", top.entry.words)
                yield from beside(page.day(top.at), text, column=DATE)
            case GrowUsed():
                yield from beside(page.day(top.at), f"{top.entry.outside}: {top.entry.words}", column=DATE)
            case entry if getattr(entry, "conversation", None) is None:
                stage, texts = _note(page, entry)
                where = getattr(entry, "outside", None) or "beside any conversation"
                if texts:
                    yield from beside(page.day(top.at), f"{where}, {stage}: {'; '.join(texts)}", column=DATE)
            case _:
                pass


# ---- what came of it


def _goals(page: _Page) -> Iterator[str]:
    for goal in page.home.grow.goals:
        yield from beside(str(goal.state), goal.words, column=STAGE)
        if goal.outcome:
            yield from wrapped(goal.outcome, indent=STAGE)


def _self_efficacy(page: _Page) -> Iterator[str]:
    for domain, evidence in page.home.self_efficacy.profile.items():
        if not evidence and page.is_for_a_learner:
            continue  # where there is nothing yet is for the coach to listen for
        yield from wrapped(domain.capitalize(), indent=2)
        if not evidence:
            yield from wrapped("nothing noted yet", indent=4)
        for one in evidence:
            yield from beside(page.day(one.at), f"{one.words} ({_whose(one)})", column=DATE + 2, indent=4)


def _whose(evidence: Evidence) -> str:
    said = [f"the {evidence.whose}'s words" if evidence.whose else "whose words is not said"]
    said += [f"from the {evidence.example}"] if evidence.example else []
    said += [f"in {evidence.conversation}"] if evidence.conversation else []
    return ", ".join(said)


def _diary(page: _Page) -> Iterator[str]:
    for entry in page.home.self_efficacy.diary:
        # only the learner's own page has any that are not shared
        whose = "" if entry.shared else " (yours alone)"
        yield from beside(page.day(entry.day or entry.at), f"{entry.sort}: {entry.words}{whose}", column=DATE)


def _learning(page: _Page) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for top in page.entries:
        if isinstance(top.entry, CourseEnrolled) and (top.entry.status or top.entry.last_checked):
            said.setdefault(top.entry.course, []).append(f"It was {_as_shown(page, top.entry)}.")
        match top.entry:
            case CourseEnrolled(words=str(words)) | CourseCompleted(words=str(words)) | CourseLeft(reason=str(words)):
                said.setdefault(top.entry.course, []).append(words)
            case _:
                pass
    for course in page.home.learning.courses:
        words = " ".join(said.get(course.id, ()))
        named = f"{course.name} ({course.id})" if course.name else course.id
        yield from beside(page.day(course.at), followed_by(f"{named}: {course.state}", words), column=DATE)
    for link in page.home.learning.links:
        to = " and ".join(filter(None, (link.conversation, link.domain))) or "the coaching"
        yield from beside(page.day(link.at), f"{link.course}, linked to {to}: {link.words}", column=DATE)


def _signposts(page: _Page) -> Iterator[str]:
    """What the learner was pointed to, what was shown of it, what came of it, and whether that is still asked."""
    told: list[list[str]] = []
    of: dict[str, list[str]] = {}
    for top in page.entries:
        match top.entry:
            case Signposted() | ReferralMade():
                lines = list(beside(page.day(top.at), _pointed(page, top.entry), column=DATE))
                of[_id_of(top.entry)] = lines
                told.append(lines)
            case OutcomeLearned() | SignpostReopened():
                if top.entry.of not in of:
                    of[top.entry.of] = [f"  Of {top.entry.of}, which is not on the record:"]
                    told.append(of[top.entry.of])
                of[top.entry.of] += wrapped(f"{page.day(top.at)}: {_heard(top.entry)}", indent=DATE)
            case _:
                pass
    asked = {duty.what for duty in page.duties}
    for pointer in page.home.signposting.asked_about:
        if to_ask(pointer) in asked:
            so_far = "What came of it is still asked about." if pointer.outcome else "What came of it is not known yet."
            of[pointer.id] += wrapped(so_far, indent=DATE)
    for lines in told:
        yield from lines


def _id_of(entry: Signposted | ReferralMade) -> str:
    return entry.signpost if isinstance(entry, Signposted) else entry.referral


def _pointed(page: _Page, entry: Signposted | ReferralMade) -> str:
    made = "signpost" if isinstance(entry, Signposted) else entry.how
    named = f"{entry.name} ({entry.opportunity})" if entry.name else entry.opportunity
    said = [f"{_id_of(entry)}, a {made} to {named}", _as_shown(page, entry)]
    if isinstance(entry, Signposted):
        said += [f"the college's own course {entry.course}"] if entry.course else []
        return "; ".join(said)
    said += ["the learner's place depends on it"] if entry.condition_of_place else []
    said += [f"made under concern {entry.concern}"] if entry.concern else []
    return followed_by("; ".join(said), entry.why)


def _as_shown(page: _Page, entry: Signposted | ReferralMade | CourseEnrolled) -> str:
    shown = f"shown as {entry.status}" if entry.status else "whether it runs was not shown"
    if entry.last_checked is None:
        return f"{shown}, nor when it was last checked" if not entry.status else f"{shown}, when checked was not shown"
    return f"{shown}, last checked on {page.day(entry.last_checked)}"


def _heard(entry: OutcomeLearned | SignpostReopened) -> str:
    if isinstance(entry, SignpostReopened):
        return followed_by("opened again", entry.note)
    return followed_by(f"{entry.outcome}{SAID_BY[entry.said_by]}", entry.words)


SAID_BY: Final = {
    "learner": ", as the learner says",
    "service": ", as the service says",
    "coach": ", as the coach says",
    None: "",
}


def _measures(page: _Page) -> Iterator[str]:
    for one in sorted(page.home.measures.taken, key=lambda one: one.at):
        yield from beside(page.day(one.at), f"{one.occasion}, {one.scale}: {one.score()}", column=DATE)


def _other_support(page: _Page) -> Iterator[str]:
    for one in page.home.learning.support:
        yield from beside(page.day(one.at), f"{one.words}: {one.status}", column=DATE)


# ---- consent, what was shown, and what comes afterwards


def _consent(page: _Page) -> Iterator[str]:
    consents = page.home.consents
    said = [(moment, f"confidentiality was explained, {LIMITS[limits]}") for moment, limits in consents.explained]
    said += [(given.at, _given(page, given)) for given in consents.given]
    said += [
        (one.at, f"{_to_what(one)}: withdrawn")
        for one in consents.withdrawn
        if not any(_ends(one, given) for given in consents.given)
    ]
    for moment, text in sorted(said, key=lambda one: one[0]):
        yield from beside(page.day(moment), text, column=DATE)
    scopes = [*(one.scope for one in consents.given), *(one.scope for one in consents.withdrawn)]
    if EVERY_JOURNEY in scopes:
        yield from wrapped("A consent for every journey may have been given, or withdrawn, on another one.", indent=2)


def _given(page: _Page, given: Given) -> str:
    until = f", until {page.day(given.expires_on)}" if given.expires_on else ""
    ended = [
        f"withdrawn{f' for {one.only_for} alone' if one.only_for != given.only_for and one.only_for else ''} "
        f"on {page.day(one.at)}"
        for one in page.home.consents.withdrawn
        if _ends(one, given)
    ]
    return "; ".join([f"{_to_what(given)}{until}", *ended])


LIMITS: Final = {
    True: "and its limits",
    False: "without its limits",
    None: "and whether its limits were, too, is not said",
}


def _to_what(one: Given | Withdrawal) -> str:
    only = f", for {one.only_for} alone" if one.only_for else ""
    return f"consent to {one.purpose}{only}, {one.scope}"


def _ends(withdrawal: Withdrawal, given: Given) -> bool:
    concerns = given.only_for is None or withdrawal.only_for in (None, given.only_for)
    return withdrawal.purpose == given.purpose and concerns and _comes_after(withdrawal, given)


def _comes_after(withdrawal: Withdrawal, given: Given) -> bool:
    return withdrawal.at >= given.at or withdrawal.place > given.place


def _disclosures(page: _Page) -> Iterator[str]:
    for top in page.entries:
        if isinstance(top.entry, DisclosureMade):
            quotes = f", with {len(top.entry.quotes)} quotes" if top.entry.quotes else ""
            said = f"{top.entry.outlet}{quotes}, to {top.entry.shown_to} ({top.by})"
            yield from beside(page.day(top.at), said, column=DATE)


def _follow_ups(page: _Page) -> Iterator[str]:
    follow_ups = page.home.follow_ups
    for planned in follow_ups.planned:
        how = f" {_by(planned.how)}" if planned.how else ""
        made = "" if planned in follow_ups.still_planned else "; it was made"
        yield from beside(page.day(planned.day), f"planned{how}{made}", column=DATE)
    for one in follow_ups.made:
        said = f"made {_by(one.how)}, {ANSWERED[one.answered]}"
        yield from beside(page.day(one.at), followed_by(said, one.words), column=DATE)


def _by(how: str) -> str:
    return how if how == "in person" else f"by {how}"


ANSWERED: Final = {True: "answered", False: "not answered yet", None: "whether it was answered is not said"}


# ---- concerns: for whoever raised one, and the safeguarding lead


def _concerns(page: _Page) -> Iterator[str]:
    for top in page.entries:
        if said := _of_a_concern(top.entry, top.by, page.home):
            yield from beside(page.day(top.at), said, column=DATE)


def _of_a_concern(entry: Entry, by: str, journey: Journey) -> str:
    match entry:
        case ConcernRaised():
            about = f" about {entry.learner}" if entry.learner not in (None, journey.learner) else ""
            return followed_by(f"{entry.concern} was raised{about} ({by}){DANGER[entry.immediate_danger]}", entry.words)
        case ConcernEscalated():
            return followed_by(f"{entry.concern} was passed on to {entry.held_by} ({by})", entry.words)
        case ConcernClosed():
            return followed_by(f"{entry.concern} was closed ({by})", entry.words)
        case HoldEntered():
            return followed_by(f"Hold {entry.hold} was entered ({by})", entry.words)
        case HoldLifted():
            return followed_by(f"Hold {entry.hold} was lifted ({by})", entry.words)
        case SafetyTalkedAbout():
            return followed_by(f"Safety was talked about with the learner ({by})", entry.words)
        case _:
            return ""


DANGER: Final = {
    True: ", and danger is immediate",
    False: "",
    None: "; whether danger is immediate is not said",
}


# ---- what is open


def _open(page: _Page) -> list[str]:
    journey = page.home
    lines: list[str] = []
    for one in journey.conversations.booked:
        lines += beside("booked", f"{one.id}: {_what_came_of(page, one)}", column=DATE)
    for action in journey.grow.open_actions:
        by = f", by {page.day(action.by_when)}" if isinstance(action.by_when, date) else ""
        lines += beside("to review", f"{action.what}{by}", column=DATE)
    lines += [*duty_lines(page), *breach_lines(page)]
    return lines or wrapped("Nothing.", indent=2)
