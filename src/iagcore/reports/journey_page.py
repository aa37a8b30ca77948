"""A journey on one page of plain text, for the coach who goes with the learner.

What it prints depends on the records alone: no clock, no time of recording, no id made up in passing. So two journals
into which the same entries were recorded, on whatever days, give the same page to the letter.

Two things a page never gives away, whoever holds it: the words of a diary entry that the learner has not shared, and
the words of a concern. What was said beside either (a correction's reason, an annotation) is left out with it. Where
it lay that a conversation was missed settles minutes and is no part of the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final

import attrs

from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import (
    CoachingOfferAnswered,
    Conversation,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    State,
)
from iagcore.practice.grow import (
    ActionAgreed,
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
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten, Evidence
from iagcore.record.findings import Assessment, Duty, Weight
from iagcore.record.home import Standing as StandingFinding
from iagcore.record.home import Version
from iagcore.record.journey import Journey
from iagcore.record.records import Record, UnreadEntry
from iagcore.reports.layout import bar, beside, section, wrapped

DATE: Final = 15
"""The column at which the text beside a date begins."""
STAGE: Final = 13
"""The column at which the notes beside a stage begin."""

THE_LEARNERS_OWN: Final = (DiaryWritten, DiaryShared, DiaryUnshared)
SAID_IN_CONFIDENCE: Final = (ConcernRaised, *THE_LEARNERS_OWN, RecordAnnotated)
"""The kinds beside which nothing further is printed: what was said of them may repeat what they say."""

GROW_NOTES: Final = (
    GoalSet,
    GoalChanged,
    GoalReached,
    GoalSetAside,
    RealityExplored,
    OptionRaised,
    ActionAgreed,
    ActionReviewed,
)


@attrs.frozen
class _Page:
    """What a page is made from."""

    journey: Journey
    records: tuple[Record, ...]
    duties: tuple[Duty, ...]
    zone: tzinfo

    @property
    def entries(self) -> Iterator[Version]:
        """The entries that stand, in the order of the journey."""
        return (place.top for place in self.journey.places if place.top is not None)

    def day(self, day: date | datetime) -> str:
        """A day, in the zone of the page where it is a moment."""
        return f"{day.astimezone(self.zone) if isinstance(day, datetime) else day:%d %b %Y}"

    def clock(self, moment: datetime) -> str:
        """A moment, in the zone of the page."""
        return f"{moment.astimezone(self.zone):%d %b %Y %H:%M}"

    def named(self, entry: Entry) -> str:
        """An entry in a few words: its kind, and which, when and how long where it says so; never anybody's words."""
        if isinstance(entry, UnreadEntry):
            return entry.kind.replace("-", " ").capitalize()
        words = entry.declares.name.replace("-", " ").capitalize()
        if isinstance(entry, SAID_IN_CONFIDENCE):
            return words
        if isinstance(entry, EntryCorrected | EntryWithdrawn):
            place = self.journey.stack_of(entry.target)
            return words if place is None else f"{words}, of: {self.named(place.original)}"
        ids = (getattr(entry, field.name) for field in entry.declares.fields if field.type.name == "id")
        said = [*([first] if type(first := next(ids, None)) is str else [])]
        if (starts_at := getattr(entry, "starts_at", None)) is not None:
            said.append(self.clock(starts_at))
        if (minutes := getattr(entry, "minutes", None)) is not None:
            said.append(f"{minutes} minutes")
        return f"{words}: {', '.join(said)}" if said else words


def journey_page(journey: Journey, *, records: Iterable[Record], duties: Sequence[Duty], zone: tzinfo) -> str:
    """A journey as a page of plain text, at most 100 columns wide.

    `records` are the journey's, refusals among them; `duties` are what is due on it; times are shown in `zone`.
    """
    page = _Page(journey, tuple(records), tuple(duties), zone)
    sections = (
        _heading(page),
        section("Minutes", _minutes(page)),
        section("The journey so far", _story(page)),
        section("Conversations", _conversations(page)),
        section("Workshops, self-led and peer GROW", _outside(page)),
        section("Goals", _goals(page)),
        section("Self-efficacy", _self_efficacy(page)),
        section("Diary", _diary(page)),
        section("Learning", _learning(page)),
        section("Measures", _measures(page)),
        section("Other support", _other_support(page)),
        section("Concerns", _concerns(page)),
        section("What is open", _open(page)),
        section("Advice for the coach", _advice(page)),
        section("Refused", _refused(page)),
        section("Put right since", _put_right(page)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _heading(page: _Page) -> list[str]:
    journey, status = page.journey, page.journey.status
    whose = f"{journey.learner} on {status.programme}" if status.programme else f"{journey.learner or 'nobody yet'}"
    lines = wrapped(f"Journey {journey.name}")
    lines.append("=" * len(lines[-1]))
    lines += wrapped(f"{whose}, {_where_it_stands(page)}")
    if journey.coaching.coach:
        lines += wrapped(f"with {journey.coaching.coach}")
    if journey.unread:
        lines += wrapped(f"Not shown, being of kinds that a later version brings: {', '.join(journey.unread)}")
    return lines


def _where_it_stands(page: _Page) -> str:
    status = page.journey.status
    if status.standing is Standing.OPEN and status.started_at:
        return f"open since {page.day(status.started_at)}"
    if status.ended_at:
        return f"{'the learner left' if status.left else status.standing} on {page.day(status.ended_at)}"
    return str(status.standing)


def _minutes(page: _Page) -> Iterator[str]:
    allowance = page.journey.allowance
    yield "  " + bar(("#", allowance.used), ("=", allowance.held), (".", allowance.remaining))
    yield from beside("# used", str(allowance.used), column=15)
    yield from beside("= held", str(allowance.held), column=15)
    yield from beside(". remaining", f"{allowance.remaining} of {allowance.ceiling} granted", column=15)
    if allowance.extensions:
        yield from wrapped(f"{allowance.extensions} of the minutes granted are an extension.", indent=2)
    if allowance.shortfall:
        yield from wrapped(f"{allowance.shortfall} minutes used or held are not covered by what is granted.", indent=2)


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
            return _with(f"The offer of coaching was answered: {entry.answer}", entry.note)
        case CoachAssigned():
            return f"{entry.coach} was assigned"
        case CoverAssigned():
            return f"{entry.coach} covers until {page.day(entry.until)}"
        case AllowanceExtended():
            who = entry.lead or by
            return _with(f"{entry.minutes} minutes more, by {who}", entry.reason)
        case JourneyClosed():
            return _with(f"Closed ({by})", entry.note)
        case JourneyReopened():
            return _with(f"Opened again ({by})", entry.note)
        case LearnerLeft():
            return _with(f"The learner {entry.how}", entry.note)
        case BreachAuthorised():
            return _with(f"{entry.rule} was authorised by {by}", entry.reason)
        case RecordAnnotated():
            place = page.journey.stack_of(entry.record)
            if place is None or isinstance(place.original, SAID_IN_CONFIDENCE):
                return f"A note was added ({by})"
            return _with(f"A note was added ({by}), to: {page.named(place.original)}", entry.words)
        case _:
            return ""


def _with(text: str, words: str | None) -> str:
    return f"{text}. {words}" if words else text


# ---- conversations


def _conversations(page: _Page) -> Iterator[str]:
    bookings = page.journey.bookings
    noted = (getattr(top.entry, "conversation", None) for top in page.entries)
    ids = dict.fromkeys([*(one.id for one in bookings.all), *(id for id in noted if id is not None)])
    for number, id in enumerate(ids):
        if number:
            yield ""
        yield from beside(id, _what_came_of(page, bookings[id]), column=STAGE)
        yield from _beside_it(page, id)
        yield from _notes(page, id)


def _what_came_of(page: _Page, one: Conversation) -> str:
    line = page.journey.allowance.line(one.id)
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
            return _with("missed; a lead has waived the mark", one.waived)
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
                yield from beside("", _with(f"written up on {page.day(top.at)}", top.entry.summary), column=STAGE)
            case _:
                pass
    contested = page.journey.bookings[id].contested
    if contested:
        yield from beside("", f"The learner says of the missed mark: {contested}", column=STAGE)


def _notes(page: _Page, conversation: str) -> Iterator[str]:
    """The notes of one conversation in the order they were made; a stage is named whenever it changes."""
    before = ""
    for top in page.entries:
        if isinstance(top.entry, GROW_NOTES) and top.entry.conversation == conversation:
            stage, texts = _note(page, top.entry)
            for text in texts:
                yield from beside("" if stage == before else stage, text, column=STAGE, indent=4)
                before = stage


def _note(page: _Page, entry: Entry) -> tuple[str, list[str]]:
    grow = page.journey.grow
    match entry:
        case GoalSet():
            return Stage.GOAL, [entry.words]
        case GoalChanged():
            return Stage.GOAL, [_with(f"now: {entry.words}", entry.reason)]
        case GoalReached():
            goal = grow.goal(entry.goal)
            return Stage.GOAL, [_with(f"reached: {goal.words if goal else entry.goal}", entry.words)]
        case GoalSetAside():
            goal = grow.goal(entry.goal)
            return Stage.GOAL, [_with(f"set aside: {goal.words if goal else entry.goal}", entry.reason)]
        case RealityExplored():
            return Stage.REALITY, [entry.words]
        case OptionRaised():
            return Stage.OPTIONS, [entry.words]
        case ActionAgreed():
            return Stage.WILL, [entry.what, *_terms(page, entry)]
        case _:
            assert isinstance(entry, ActionReviewed)  # the last of GROW_NOTES
            what = next((one.what for one in grow.will if one.id == entry.action), entry.action)
            return "Review", [_with(f"{what}: {entry.outcome}", entry.words)]


def _terms(page: _Page, agreed: ActionAgreed) -> list[str]:
    said = (
        ("by", None if agreed.by_when is None else page.day(agreed.by_when)),
        ("support:", agreed.support),
        ("obstacle:", agreed.obstacle),
        ("commitment", None if agreed.commitment is None else f"{agreed.commitment} of 10"),
    )
    terms = "; ".join(f"{name} {value}" for name, value in said if value is not None)
    action = next(one for one in page.journey.grow.will if one.id == agreed.action)
    where = f" (in {action.reviewed_in})" if action.reviewed_in else ""
    came_of_it = f"what came of it: {action.outcome}{where}" if action.outcome else "not reviewed yet"
    return [f"  - {one}" for one in (terms, came_of_it) if one]


def _outside(page: _Page) -> Iterator[str]:
    for top in page.entries:
        match top.entry:
            case WorkshopAttended():
                text = _with(f"GROW workshop {top.entry.workshop}", top.entry.words)
                yield from beside(page.day(top.at), text, column=DATE)
            case GrowUsed():
                yield from beside(page.day(top.at), f"{top.entry.outside}: {top.entry.words}", column=DATE)
            case entry if isinstance(entry, GROW_NOTES) and entry.conversation is None:
                stage, texts = _note(page, entry)
                where = getattr(entry, "outside", None) or "beside any conversation"
                yield from beside(page.day(top.at), f"{where}, {stage}: {'; '.join(texts)}", column=DATE)
            case _:
                pass


# ---- what came of it


def _goals(page: _Page) -> Iterator[str]:
    for goal in page.journey.grow.goals:
        yield from beside(str(goal.state), goal.words, column=STAGE)
        if goal.outcome:
            yield from wrapped(goal.outcome, indent=STAGE)


def _self_efficacy(page: _Page) -> Iterator[str]:
    for domain, evidence in page.journey.self_efficacy.profile.items():
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
    diary = page.journey.self_efficacy.diary
    for entry in diary:
        if entry.shared:
            yield from beside(page.day(entry.day or entry.at), f"{entry.sort}: {entry.words}", column=DATE)
    private = sum(not entry.shared for entry in diary)
    if private:
        whose = "1 entry is" if private == 1 else f"{private} entries are"
        yield from wrapped(f"{whose} the learner's own.", indent=2)


def _learning(page: _Page) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for top in page.entries:
        match top.entry:
            case CourseEnrolled(words=str(words)) | CourseCompleted(words=str(words)) | CourseLeft(reason=str(words)):
                said.setdefault(top.entry.course, []).append(words)
            case _:
                pass
    for course in page.journey.learning.courses:
        words = " ".join(said.get(course.id, ()))
        yield from beside(page.day(course.at), _with(f"{course.id}: {course.state}", words), column=DATE)
    for link in page.journey.learning.links:
        to = " and ".join(filter(None, (link.conversation, link.domain))) or "the coaching"
        yield from beside(page.day(link.at), f"{link.course}, linked to {to}: {link.words}", column=DATE)


def _measures(page: _Page) -> Iterator[str]:
    for one in sorted(page.journey.measures.taken, key=lambda one: one.at):
        yield from beside(page.day(one.at), f"{one.occasion}, {one.scale}: {one.score()}", column=DATE)


def _other_support(page: _Page) -> Iterator[str]:
    for one in page.journey.learning.support:
        yield from beside(page.day(one.at), f"{one.words}: {one.status}", column=DATE)


def _concerns(page: _Page) -> Iterator[str]:
    for concern in page.journey.safeguarding.concerns:
        yield from wrapped(f"A concern was raised on {page.day(concern.raised_at)}.", indent=2)


# ---- what is open, and what was not to be


def _open(page: _Page) -> list[str]:
    journey = page.journey
    lines: list[str] = []
    for one in journey.bookings.booked:
        lines += beside("booked", f"{one.id}: {_what_came_of(page, one)}", column=DATE)
    for action in journey.grow.open_actions:
        by = f", by {page.day(action.by_when)}" if isinstance(action.by_when, date) else ""
        lines += beside("to review", f"{action.what}{by}", column=DATE)
    for duty in page.duties:
        due = f", due {page.clock(duty.due)}" if duty.due else ""
        whose = f" ({duty.party})" if duty.party else ""
        lines += beside("due", f"{duty.what}{due}{whose} [{duty.rule}]", column=DATE)
    for standing in journey.breaches:
        lines += beside("breach", _finding(page, standing), column=DATE)
        lines += _what_helps(standing.finding)
    return lines or wrapped("Nothing.", indent=2)


def _advice(page: _Page) -> Iterator[str]:
    for standing in page.journey.standing:
        if standing.finding.weight is Weight.ADVICE:
            yield from wrapped(_finding(page, standing), indent=2)


def _finding(page: _Page, standing: StandingFinding) -> str:
    place = page.journey.stack_of(standing.record)
    entry = None if place is None else place.top.entry if place.top else place.original
    on = f" ({page.named(entry)})" if entry is not None else ""
    return f"{standing.finding.rule}: {standing.finding.sentence}{on}"


def _what_helps(finding: Assessment) -> list[str]:
    return wrapped(f"What helps: {finding.remedy}", indent=DATE) if finding.remedy else []


def _refused(page: _Page) -> Iterator[str]:
    for record in page.records:
        if record.accepted:
            continue
        # when an amendment was asked is said by nobody: its time is that of what it amends, or of the recording
        asked = "" if isinstance(record.entry, EntryCorrected | EntryWithdrawn) else page.day(record.at)
        yield from beside(asked, page.named(record.entry), column=DATE)
        for one in record.considered:
            if one.weight is Weight.REFUSAL:
                yield from wrapped(f"{one.rule}: {one.sentence}", indent=DATE)
                yield from _what_helps(one)


def _put_right(page: _Page) -> Iterator[str]:
    heights: dict[str, int] = {}
    for record in page.records:
        place = page.journey.stack_of(record.corrects) if record.corrects is not None else None
        if place is None:
            continue
        entry: Any = record.entry
        height = heights.get(place.record, 1)
        if isinstance(entry, EntryCorrected):
            done, heights[place.record] = "was corrected", height + 1
        elif height > 1 and not entry.whole:
            # the record stands again as it was before its latest correction
            done, heights[place.record] = "was put back as it stood before", height - 1
        else:
            done, heights[place.record] = "was withdrawn", 0
        why = None if isinstance(place.original, SAID_IN_CONFIDENCE) else entry.why
        yield from wrapped(_with(f"{page.named(place.original)} {done} by {record.by}", why), indent=2)
