"""The kinds of entry: everything that can be put on the record, and what its fields may hold.

Import what you need: `from iagcore.entries import ConversationBooked, JourneyStarted`. Each kind is a frozen class with
keyword-only fields, checked strictly when it is made. `iagcore.KINDS` is the same table as a tuple.
"""

from iagcore.practice.allowance import (
    AllowanceExtended,
)
from iagcore.practice.amendments import (
    BreachAuthorised,
    EntryCorrected,
    EntryWithdrawn,
    RecordAnnotated,
)
from iagcore.practice.approvals import (
    ApprovalGiven,
)
from iagcore.practice.coaches import (
    CoachAssigned,
    CoverAssigned,
)
from iagcore.practice.consent import (
    ConfidentialityExplained,
    ConsentGiven,
    ConsentWithdrawn,
)
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
from iagcore.practice.disclosures import (
    DisclosureMade,
)
from iagcore.practice.follow_up import (
    FollowUpMade,
    FollowUpPlanned,
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
from iagcore.practice.kinds import (
    UKPRN,
    ULN,
    Age,
    CoachRef,
    Commitment,
    Day,
    Entry,
    Flag,
    HealthWords,
    Id,
    ItemNumber,
    LearnerRef,
    LearnRefNumber,
    Minutes,
    Moment,
    Party,
    Points,
    RestrictedWords,
    StaffRef,
    Words,
)
from iagcore.practice.learners import (
    JourneyClosed,
    JourneyReopened,
    JourneyStarted,
    LearnerLeft,
)
from iagcore.practice.learning import (
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CoursesShown,
    LearningLinked,
    OtherSupportNoted,
)
from iagcore.practice.measures import (
    MeasureTaken,
)
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
from iagcore.practice.safeguarding import (
    ConcernClosed,
    ConcernEscalated,
    ConcernRaised,
    SafetyTalkedAbout,
)
from iagcore.practice.self_efficacy import (
    DiaryShared,
    DiaryUnshared,
    DiaryWritten,
    EvidenceNoted,
)
from iagcore.practice.signposting import (
    OutcomeLearned,
    ReferralMade,
    Signposted,
    SignpostReopened,
)

__all__ = [
    "UKPRN",
    "ULN",
    "ActionAgreed",
    "ActionReviewed",
    "Age",
    "AllowanceExtended",
    "ApprovalGiven",
    "BasisChanged",
    "BreachAuthorised",
    "CheckCompleted",
    "CoachAssigned",
    "CoachPaused",
    "CoachRef",
    "CoachSuspended",
    "CoachingOfferAnswered",
    "Commitment",
    "ConcernClosed",
    "ConcernEscalated",
    "ConcernRaised",
    "ConfidentialityExplained",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ConversationBooked",
    "ConversationCancelled",
    "ConversationHeld",
    "ConversationMissed",
    "ConversationRescheduled",
    "ConversationWrittenUp",
    "CourseCompleted",
    "CourseEnrolled",
    "CourseExperienced",
    "CourseLeft",
    "CoursesShown",
    "CoverAssigned",
    "Day",
    "DebriefHeld",
    "DiaryShared",
    "DiaryUnshared",
    "DiaryWritten",
    "DisclosureMade",
    "Entry",
    "EntryCorrected",
    "EntryWithdrawn",
    "EvidenceNoted",
    "ExemptionGiven",
    "Flag",
    "FollowUpMade",
    "FollowUpPlanned",
    "GoalChanged",
    "GoalReached",
    "GoalSet",
    "GoalSetAside",
    "GrowUsed",
    "HealthWords",
    "Id",
    "InterestExpressed",
    "ItemNumber",
    "JourneyClosed",
    "JourneyReopened",
    "JourneyStarted",
    "LearnRefNumber",
    "LearnerLeft",
    "LearnerRef",
    "LearningLinked",
    "MeasureTaken",
    "Minutes",
    "MissedMarkContested",
    "MissedMarkWaived",
    "Moment",
    "OptionRaised",
    "OtherSupportNoted",
    "OutcomeLearned",
    "Party",
    "Points",
    "RealityExplored",
    "RecordAnnotated",
    "ReferralMade",
    "RestrictedWords",
    "SafetyTalkedAbout",
    "SignpostReopened",
    "Signposted",
    "StaffRef",
    "StepTaken",
    "SupervisionHeld",
    "TrainingCompleted",
    "Words",
    "WorkshopAttended",
]
