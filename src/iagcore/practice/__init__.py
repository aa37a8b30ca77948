"""What coaching is: every kind of entry, and the state that each module keeps of them.

`KINDS` is the table of what can be put on the record. `PROMISED` names the kinds that the record format already knows
(their names, natures, subjects and authors are settled) and whose fields come with a later version; until then nobody
can make one, and a record of one, written by a later version, is kept unread.
"""

from typing import Final

from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import (
    CoachingOfferAnswered,
    ConversationBooked,
    ConversationCancelled,
    ConversationHeld,
    ConversationMissed,
    ConversationRescheduled,
    MissedMarkContested,
    MissedMarkWaived,
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
    WorkshopAttended,
)
from iagcore.practice.kinds import FACT, NEITHER, PLAN, Entry, Kind
from iagcore.practice.learners import JourneyClosed, JourneyReopened, JourneyStarted, LearnerLeft
from iagcore.practice.learning import (
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CoursesShown,
    LearningLinked,
    OtherSupportNoted,
)
from iagcore.practice.measures import MeasureTaken
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten, EvidenceNoted

KINDS: Final[tuple[type[Entry], ...]] = (
    JourneyStarted,
    CoachingOfferAnswered,
    JourneyClosed,
    JourneyReopened,
    LearnerLeft,
    CoachAssigned,
    CoverAssigned,
    OtherSupportNoted,
    ConversationBooked,
    ConversationRescheduled,
    ConversationCancelled,
    ConversationMissed,
    ConversationHeld,
    MissedMarkContested,
    MissedMarkWaived,
    GoalSet,
    GoalChanged,
    GoalReached,
    GoalSetAside,
    RealityExplored,
    OptionRaised,
    ActionAgreed,
    ActionReviewed,
    ConversationWrittenUp,
    WorkshopAttended,
    GrowUsed,
    AllowanceExtended,
    BreachAuthorised,
    DiaryWritten,
    DiaryShared,
    DiaryUnshared,
    EvidenceNoted,
    CoursesShown,
    CourseEnrolled,
    CourseCompleted,
    CourseLeft,
    LearningLinked,
    MeasureTaken,
    ConcernRaised,
    RecordAnnotated,
    EntryCorrected,
    EntryWithdrawn,
)

_COACH_OR_LEAD = ("coach", "lead")
_ANYONE_BESIDE = ("coach", "lead", "learner")

PROMISED: Final[tuple[Kind, ...]] = (
    Kind("consent-given", FACT, ("journey", "learner"), _ANYONE_BESIDE),
    Kind("consent-withdrawn", FACT, ("journey", "learner"), _ANYONE_BESIDE),
    Kind("confidentiality-explained", FACT, ("journey",), _COACH_OR_LEAD),
    Kind("signposted", FACT, ("journey",), _COACH_OR_LEAD),
    Kind("outcome-learned", FACT, ("journey",), _ANYONE_BESIDE),
    Kind("referral-made", PLAN, ("journey",), _COACH_OR_LEAD, reads=("learner",)),
    Kind("concern-escalated", FACT, ("journey", "learner named"), ("coach", "lead", "safeguarding-lead")),
    Kind("concern-closed", FACT, ("journey", "learner named"), ("safeguarding-lead",)),
    Kind("follow-up-planned", PLAN, ("journey",), _COACH_OR_LEAD),
    Kind("follow-up-made", FACT, ("journey",), _COACH_OR_LEAD),
    Kind("disclosure-made", FACT, ("journey",), ("coach", "lead", "safeguarding-lead", "researcher")),
    Kind("erased", NEITHER, ("journey", "learner", "coach"), ("lead",)),
    Kind("interest-expressed", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("training-completed", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("exemption-given", FACT, ("coach",), ("lead",)),
    Kind("course-experienced", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("supervision-held", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("debrief-held", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("step-taken", PLAN, ("coach",), _COACH_OR_LEAD),
    Kind("basis-changed", PLAN, ("coach",), ("lead",)),
    Kind("coach-paused", FACT, ("coach",), _COACH_OR_LEAD),
    Kind("coach-suspended", FACT, ("coach",), ("lead",)),
)

KIND_BY_NAME: Final[dict[str, type[Entry]]] = {kind.declares.name: kind for kind in KINDS}

__all__ = ["KINDS", "KIND_BY_NAME", "PROMISED"]
