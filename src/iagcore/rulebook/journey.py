"""JRN: the journey. It starts once, within the programme's window, and stays its learner's for ever."""

from typing import Final

from iagcore.entries import KINDS
from iagcore.practice.allowance import START, AllowanceExtended
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import ConversationBooked, ConversationRescheduled
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.kinds import PLAN, Entry, begun_anew, begun_by
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, Standing
from iagcore.practice.learning import CourseEnrolled
from iagcore.practice.parties import alike
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, Verdict, at_least, none_of, verdict
from iagcore.record.home import standing_after
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.access import is_kept_from, is_open
from iagcore.rulebook.booking import Bookings
from iagcore.rulebook.sources import CASE_STUDY, LOCAL, OWN, PROGRAMME_BACKGROUND, THREE_HOURS

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
    source=CASE_STUDY,
    remedy="Choose a day within the programme's window.",
    plain_remedy="Ask about a day within the programme, or about what else is on.",
    breach="Choose a day within the programme's window, or correct the record. Or ask a lead to authorise it.",
    plain_breach="A day on your record is not one of the days when the programme runs. We will put it right. You can "
    "ask your coach which day is right.",
    values=("window",),
)
def within_the_window(entry: JourneyStarted | Bookings | CourseEnrolled, case: Case) -> Verdict:
    """The day lies within the programme's window, both days included."""
    # a booking is asked about on the day of the conversation, everything else on the day it is made
    moment = entry.starts_at if isinstance(entry, Bookings) else case.at
    day, window = case.day_of(moment), case.on_day_of(moment).window
    return verdict(
        window.includes(day),
        says="{day} asked; the window is {window}",
        plainly="{day} lies outside the days on which the programme runs.",
        day=f"{day:%d %b %Y}",
        window=str(window),
    )


@rule(
    "JRN-02",
    MUST,
    question="May somebody of eighteen start?",
    source=PROGRAMME_BACKGROUND,
    remedy="Ask the learner to attest their age; offer other guidance where they are younger.",
    plain_remedy="If you are younger, the college can tell you what else is there for you.",
    breach="Ask the learner how old they are, and correct the start if it is wrong. Offer other guidance if they are "
    "too young.",
    plain_breach="Your record says that you were {found} when you started. The programme is for people of {limit} "
    "and over. A lead will check this with you and tell you what happens next.",
    values=("minimum_age",),
)
def old_enough(entry: JourneyStarted, case: Case) -> Verdict:
    """The learner attests an age of at least the minimum; no birth date is held."""
    return at_least(
        known("the age that the learner attests", entry.attests_age, plainly="How old you are has not been said yet."),
        case.today.whole("minimum_age"),
        says="{found} years attested, at least {limit} are asked",
        plainly="The programme is for people of {limit} and over.",
    )


@rule(
    "JRN-03",
    MUST,
    question="May I book on a journey that is closed?",
    on=PLANS_ON_AN_OPEN_JOURNEY,
    also_on=lambda kind: kind.nature is PLAN and kind.about[0] == "journey",
    source=LOCAL,
    remedy="Start the journey, or reopen it, first.",
    plain_remedy="Your coach or a lead can open your journey.",
    breach="Reopen the journey, or withdraw what was planned after it ended. Or ask a lead to authorise it.",
    plain_breach="Something was planned for you while your journey was not open. We will put it right. You can ask "
    "your coach or a lead about it.",
    always_assessed="whether the journey is open is on its record",
)
def journey_is_open(entry: Entry, case: Case) -> Verdict:
    """The journey is open. One that was left is closed; follow-ups, help under a concern, mended typos come later."""
    standing = case.status.standing
    return verdict(
        standing is Standing.OPEN or _is_exempt(entry, case),
        says="the journey is {standing}",
        plainly="Your journey is not open at the moment.",
        standing=str(standing),
    )


def _is_exempt(entry: Entry, case: Case) -> bool:
    if isinstance(entry, FollowUpPlanned):
        # a follow-up comes when the journey is over
        return case.status.standing is not Standing.NOT_STARTED
    if isinstance(entry, ReferralMade):
        return is_open(entry.concern, case)
    if isinstance(entry, JourneyClosed):
        return case.status.standing is Standing.LEFT
    if not isinstance(entry, Amendment):
        return False
    if case.amending.as_a_fact or not case.changes_minutes:
        return True
    return isinstance(case.amended_place.original, JourneyStarted | JourneyReopened)


@rule(
    "JRN-04",
    MUST,
    question="May a journey be started twice?",
    source=OWN,
    remedy="Use a new journey name for another learner; correct the start that is on the record, not make another.",
    plain_remedy="Ask a lead to look at what is on the record.",
    breach="Correct the start that is on the record, and withdraw the other one.",
    plain_breach="Your start is on the record more than once. A lead will find out which one is right and put it "
    "right. You can ask them about it.",
    protected=True,
    always_assessed="whose journey it is, and whether it started, is on its record",
)
def starts_once_and_stays_its_learners(entry: JourneyStarted | EntryCorrected, case: Case) -> Verdict:
    """A journey starts once, and stays its learner's."""
    start = entry.entry if isinstance(entry, EntryCorrected) else entry
    has_started = (START, START) in case.opened
    # what is corrected to something else than a start says nothing of whose journey it is
    learner = start.learner if isinstance(start, JourneyStarted) else case.learner
    is_theirs = case.learner in (None, learner)
    return verdict(
        is_theirs and (isinstance(entry, EntryCorrected) or not has_started),
        says="the journey is {whose}, and {started}",
        plainly="The journey cannot be started like this.",
        # another learner is not named to whoever asks
        whose="nobody's yet" if case.learner is None else "this learner's" if is_theirs else "another learner's",
        started="has a start on its record" if has_started else "has not started",
    )


@rule(
    "JRN-05",
    MUST,
    question="May I use an id again?",
    on=tuple(kind for kind in KINDS if kind.declares.begins_anew),
    source=OWN,
    remedy="Give it an id of its own. What is changed is recorded as changed, under the id that it has.",
    plain_remedy="Ask your coach or a lead to record it again.",
    breach="Record it again under an id of its own, and withdraw this one. What is changed is recorded as changed.",
    plain_breach="Two things were put on your record under one name, and only the first one shows. We will put it "
    "right. You can ask your coach or a lead about it.",
    protected=True,
    always_assessed="every id that was used is on the journey's record",
)
def id_is_new(entry: Entry, case: Case) -> Verdict:
    """The id of what an entry begins is new on this journey, even after a withdrawal; the first stays as it was."""
    begins = begun_anew(entry)
    seen = (place for place in case.places if not is_kept_from(place, case))
    # what a correction said that was itself withdrawn is as if it had never been: corrected back, a journey is the same
    used = (begun_by(one) for place in seen for one in (place.original, *(version.entry for version in place.stack)))
    was_used = begins in case.opened or begins in used
    what, id = known("what it begins", begins)
    return verdict(
        not was_used,
        says="the id {id} of {what} is {used} on this journey",
        plainly="This was already recorded once.",
        id=id,
        what=what.replace("_", "-"),
        used="used" if was_used else "new",
    )


@rule(
    "JRN-06",
    MUST,
    question="May a learner start the same programme twice?",
    source=THREE_HOURS,
    remedy="Reopen the journey that the learner already has, and go on there.",
    plain_remedy="Your coach or a lead can open the journey that you already have.",
    breach="Go on with one of the two journeys, and withdraw the start of the other.",
    plain_breach="You have two journeys on one programme. A lead will find out which one is right and put it right. "
    "You can ask them about it.",
    outside=True,
    always_assessed="where each of the learner's journeys stands is on the record",
)
def no_other_journey_on_this_programme(entry: JourneyStarted | Amendment, case: Case) -> Verdict:
    """A learner has one journey on a programme, whether it is open or has ended: the hours are the learner's own."""
    start = standing_after(entry, case.amending.place) if isinstance(entry, Amendment) else entry
    if not isinstance(start, JourneyStarted) or alike(start.programme) == alike(_programme_before(entry, case) or ""):
        return verdict(True, says="it puts no journey on a programme")
    return none_of(
        (
            f"{name} ({one.status.standing})"
            for name, one in case.elsewhere.items()
            if alike(one.status.programme or "") == alike(start.programme)
            and one.status.standing is not Standing.NOT_STARTED
        ),
        says="{learner} already has a journey on {programme}: {found}",
        otherwise="{learner} has no other journey on {programme}",
        plainly="You already have a journey on this programme.",
        learner=start.learner,
        programme=start.programme,
    )


def _programme_before(entry: JourneyStarted | Amendment, case: Case) -> str | None:
    """The programme of the start that is amended, so that a slip in it can be mended whatever else stands."""
    place = case.amending.place if isinstance(entry, Amendment) else None
    was = place.top.entry if place is not None and place.top is not None else None
    return was.programme if isinstance(was, JourneyStarted) else None


JOURNEY: Final[tuple[Rule, ...]] = (
    within_the_window,
    old_enough,
    journey_is_open,
    starts_once_and_stays_its_learners,
    id_is_new,
    no_other_journey_on_this_programme,
)
