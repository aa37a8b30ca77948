"""JRN: the journey. It starts once, within the programme's window, and stays its learner's for ever."""

from datetime import datetime
from typing import Any, Final

from iagcore.practice.allowance import EXTENSION, START, AllowanceExtended
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import ConversationBooked, ConversationRescheduled
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, Standing
from iagcore.practice.learning import CourseEnrolled
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, Verdict, at_least, verdict
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.sources import CASE_STUDY, LOCAL, PROGRAMME_BACKGROUND

PLANS_ON_AN_OPEN_JOURNEY: Final = (
    JourneyClosed,
    CoachAssigned,
    CoverAssigned,
    ConversationBooked,
    ConversationRescheduled,
    AllowanceExtended,
    CourseEnrolled,
    ReferralMade,
    FollowUpPlanned,
    EntryCorrected,
    EntryWithdrawn,
)


@rule(
    "JRN-01",
    MUST,
    question="May I book a conversation after the programme has ended?",
    on=(JourneyStarted, ConversationBooked, ConversationRescheduled, CourseEnrolled),
    source=CASE_STUDY,
    remedy="Choose a day within the programme's window.",
    plain_remedy="Ask about a day within the programme, or about what else is on.",
    values=("window",),
)
def within_the_window(entry: Any, case: Case) -> Verdict:
    """The day lies within the programme's window, both days included."""
    return verdict(
        _window(entry, case).includes(case.day_of(_day_asked(entry, case))),
        says="{day} asked; the window is {window}",
        plainly="{day} lies outside the days on which the programme runs.",
        day=f"{case.day_of(_day_asked(entry, case)):%d %b %Y}",
        window=str(_window(entry, case)),
    )


def _day_asked(entry: Any, case: Case) -> datetime:
    # a booking is asked about on the day of the conversation, everything else on the day it is made
    moment: datetime = getattr(entry, "starts_at", case.at)
    return moment


def _window(entry: Any, case: Case) -> Any:
    return case.on_day_of(_day_asked(entry, case)).window


@rule(
    "JRN-02",
    MUST,
    question="May somebody of eighteen start?",
    on=(JourneyStarted,),
    source=PROGRAMME_BACKGROUND,
    remedy="Ask the learner to attest their age; offer other guidance where they are younger.",
    plain_remedy="If you are younger, the college can tell you what else is there for you.",
    values=("minimum_age",),
)
def old_enough(entry: Any, case: Case) -> Verdict:
    """The learner attests an age of at least the minimum; no birth date is held."""
    return at_least(
        known(
            "the age that the learner attests",
            entry.attests_age,
            plainly="How old you are has not been said yet.",
        ),
        case.today.whole("minimum_age"),
        says="{found} years attested, at least {limit} are asked",
        plainly="The programme is for people of {limit} and over.",
    )


@rule(
    "JRN-03",
    MUST,
    question="May I book on a journey that is closed?",
    on=PLANS_ON_AN_OPEN_JOURNEY,
    source=LOCAL,
    remedy="Start the journey, or reopen it, first.",
    plain_remedy="Your coach or a lead can open your journey.",
    always_assessed="whether the journey is open is on its record",
)
def journey_is_open(entry: Entry, case: Case) -> Verdict:
    """The journey has started and is open; a follow-up, and a correction that changes no minutes, may come after it."""
    return verdict(
        case.status.standing is Standing.OPEN or _is_exempt(entry, case),
        says="the journey is {standing}",
        plainly="Your journey is not open at the moment.",
        standing=str(case.status.standing),
    )


def _is_exempt(entry: Entry, case: Case) -> bool:
    if isinstance(entry, FollowUpPlanned):
        # a follow-up comes when the journey is over
        return case.status.standing is not Standing.NOT_STARTED
    if not isinstance(entry, Amendment):
        return False
    if case.amending.as_a_fact or not case.changes_minutes:
        return True
    return isinstance(case.amended_place.original, JourneyStarted | JourneyReopened)


@rule(
    "JRN-04",
    MUST,
    question="May a journey be started twice?",
    on=(JourneyStarted, EntryCorrected),
    source=LOCAL,
    remedy="Use a new journey name for another learner; correct the start that is on the record, not make another.",
    plain_remedy="Ask a lead to look at what is on the record.",
    protected=True,
    always_assessed="whose journey it is, and whether it started, is on its record",
)
def starts_once_and_stays_its_learners(entry: Any, case: Case) -> Verdict:
    """A journey starts once, and stays its learner's."""
    start = entry.entry if isinstance(entry, EntryCorrected) else entry
    return verdict(
        not isinstance(start, JourneyStarted)
        or (
            case.learner in (None, start.learner)
            and (isinstance(entry, EntryCorrected) or (START, START) not in case.opened)
        ),
        says="the journey is {whose}, and {started}",
        plainly="The journey cannot be started like this.",
        whose=_whose(start, case),
        started="has a start on its record" if (START, START) in case.opened else "has not started",
    )


def _whose(start: Any, case: Case) -> str:
    # another learner is not named to whoever asks
    if case.learner is None:
        return "nobody's yet"
    return "this learner's" if case.learner == getattr(start, "learner", case.learner) else "another learner's"


@rule(
    "JRN-05",
    MUST,
    question="May the id of an extension be used again?",
    on=(AllowanceExtended,),
    source=LOCAL,
    remedy="Give the extension an id of its own.",
    plain_remedy="Ask a lead to record it again.",
    always_assessed="every id that was used is on the journey's record",
)
def id_is_new(entry: Any, case: Case) -> Verdict:
    """The id of a new line of minutes is new on this journey, even after a withdrawal."""
    return verdict(
        (EXTENSION, entry.extension) not in case.opened,
        says="the id {extension} is {used} on this journey",
        plainly="This was already recorded once.",
        extension=entry.extension,
        used="used" if (EXTENSION, entry.extension) in case.opened else "new",
    )


JOURNEY: Final[tuple[Rule, ...]] = (
    within_the_window,
    old_enough,
    journey_is_open,
    starts_once_and_stays_its_learners,
    id_is_new,
)
