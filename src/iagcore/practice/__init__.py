"""What coaching is: every kind of entry, and the state that each module keeps of them.

`KINDS` is the table of what can be put on the record. A record of a kind that is not here, written by a later version,
is kept unread.
"""

from typing import Final

from iagcore.practice.allowance import AllowanceExtended
from iagcore.practice.amendments import BreachAuthorised, EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import ConfidentialityExplained, ConsentGiven, ConsentWithdrawn
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
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.follow_up import FollowUpMade, FollowUpPlanned
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
from iagcore.practice.kinds import Entry
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
from iagcore.practice.readiness import (
    BasisChanged,
    CheckCompleted,
    CoachPaused,
    CoachSuspended,
    CourseExperienced,
    DebriefHeld,
    ExemptionGiven,
    InterestExpressed,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, SafetyTalkedAbout
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten, EvidenceNoted
from iagcore.practice.signposting import OutcomeLearned, ReferralMade, Signposted, SignpostReopened

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
    ApprovalGiven,
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
    Signposted,
    ReferralMade,
    OutcomeLearned,
    SignpostReopened,
    MeasureTaken,
    ConsentGiven,
    ConsentWithdrawn,
    ConfidentialityExplained,
    DisclosureMade,
    ConcernRaised,
    ConcernEscalated,
    ConcernClosed,
    SafetyTalkedAbout,
    FollowUpPlanned,
    FollowUpMade,
    InterestExpressed,
    TrainingCompleted,
    CheckCompleted,
    ExemptionGiven,
    CourseExperienced,
    SupervisionHeld,
    DebriefHeld,
    StepTaken,
    BasisChanged,
    CoachPaused,
    CoachSuspended,
    RecordAnnotated,
    EntryCorrected,
    EntryWithdrawn,
)
"""Every kind of entry, in the order of the practice modules that own them."""

KIND_BY_NAME: Final[dict[str, type[Entry]]] = {kind.declares.name: kind for kind in KINDS}

__all__ = ["KINDS", "KIND_BY_NAME"]
