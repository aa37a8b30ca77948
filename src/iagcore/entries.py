"""The kinds of entry: everything that can be put on the record, and what its fields may hold.

Import what you need: `from iagcore.entries import ConversationBooked, JourneyStarted`. Each kind is a frozen class with
keyword-only fields, checked strictly when it is made. `KINDS` has them all, in this order. A record of a kind
that is not here, written by a later version, is kept unread.
"""

# in the order in which a reader looks for them
# isort: off

# A journey, and who goes with the learner.
from iagcore.practice.learners import JourneyStarted as JourneyStarted
from iagcore.practice.conversations import CoachingOfferAnswered as CoachingOfferAnswered
from iagcore.practice.learners import JourneyClosed as JourneyClosed
from iagcore.practice.learners import JourneyReopened as JourneyReopened
from iagcore.practice.learners import LearnerLeft as LearnerLeft
from iagcore.practice.coaches import CoachAssigned as CoachAssigned
from iagcore.practice.coaches import CoverAssigned as CoverAssigned
from iagcore.practice.learning import OtherSupportNoted as OtherSupportNoted

# Conversations.
from iagcore.practice.conversations import ConversationBooked as ConversationBooked
from iagcore.practice.conversations import ConversationRescheduled as ConversationRescheduled
from iagcore.practice.conversations import ConversationCancelled as ConversationCancelled
from iagcore.practice.conversations import ConversationMissed as ConversationMissed
from iagcore.practice.conversations import ConversationHeld as ConversationHeld
from iagcore.practice.conversations import ChargeContested as ChargeContested
from iagcore.practice.conversations import ChargeWaived as ChargeWaived

# GROW.
from iagcore.practice.grow import GoalSet as GoalSet
from iagcore.practice.grow import GoalChanged as GoalChanged
from iagcore.practice.grow import GoalReached as GoalReached
from iagcore.practice.grow import GoalSetAside as GoalSetAside
from iagcore.practice.grow import RealityExplored as RealityExplored
from iagcore.practice.grow import OptionRaised as OptionRaised
from iagcore.practice.grow import ActionAgreed as ActionAgreed
from iagcore.practice.grow import ActionChanged as ActionChanged
from iagcore.practice.grow import ActionReviewed as ActionReviewed
from iagcore.practice.grow import ConversationWrittenUp as ConversationWrittenUp
from iagcore.practice.grow import WorkshopAttended as WorkshopAttended
from iagcore.practice.grow import GrowUsed as GrowUsed

# Minutes beyond the allowance, and what a lead approves or authorises.
from iagcore.practice.allowance import AllowanceExtended as AllowanceExtended
from iagcore.practice.approvals import ApprovalGiven as ApprovalGiven
from iagcore.practice.amendments import BreachAuthorised as BreachAuthorised

# The diary, and evidence of self-efficacy.
from iagcore.practice.self_efficacy import DiaryWritten as DiaryWritten
from iagcore.practice.self_efficacy import DiaryShared as DiaryShared
from iagcore.practice.self_efficacy import DiaryUnshared as DiaryUnshared
from iagcore.practice.self_efficacy import EvidenceNoted as EvidenceNoted

# Learning beside coaching.
from iagcore.practice.learning import CoursesShown as CoursesShown
from iagcore.practice.learning import CourseEnrolled as CourseEnrolled
from iagcore.practice.learning import CourseCompleted as CourseCompleted
from iagcore.practice.learning import CourseLeft as CourseLeft
from iagcore.practice.learning import LearningLinked as LearningLinked

# Signposts and referrals.
from iagcore.practice.signposting import Signposted as Signposted
from iagcore.practice.signposting import ReferralMade as ReferralMade
from iagcore.practice.signposting import OutcomeLearned as OutcomeLearned
from iagcore.practice.signposting import SignpostReopened as SignpostReopened

# Measures.
from iagcore.practice.measures import MeasureTaken as MeasureTaken

# Consent, confidentiality, and what was shown to whom.
from iagcore.practice.consent import ConsentGiven as ConsentGiven
from iagcore.practice.consent import ConsentWithdrawn as ConsentWithdrawn
from iagcore.practice.consent import ConfidentialityExplained as ConfidentialityExplained
from iagcore.practice.disclosures import DisclosureMade as DisclosureMade

# Safeguarding.
from iagcore.practice.safeguarding import ConcernRaised as ConcernRaised
from iagcore.practice.safeguarding import ConcernEscalated as ConcernEscalated
from iagcore.practice.safeguarding import ConcernClosed as ConcernClosed
from iagcore.practice.safeguarding import SafetyTalkedAbout as SafetyTalkedAbout
from iagcore.practice.safeguarding import HoldEntered as HoldEntered
from iagcore.practice.safeguarding import HoldLifted as HoldLifted

# Follow-up.
from iagcore.practice.follow_up import FollowUpPlanned as FollowUpPlanned
from iagcore.practice.follow_up import FollowUpMade as FollowUpMade

# A coach's own record.
from iagcore.practice.readiness import InterestExpressed as InterestExpressed
from iagcore.practice.readiness import TrainingCompleted as TrainingCompleted
from iagcore.practice.readiness import CheckCompleted as CheckCompleted
from iagcore.practice.readiness import ExemptionGiven as ExemptionGiven
from iagcore.practice.readiness import CourseExperienced as CourseExperienced
from iagcore.practice.readiness import SupervisionHeld as SupervisionHeld
from iagcore.practice.readiness import DebriefHeld as DebriefHeld
from iagcore.practice.readiness import StepTaken as StepTaken
from iagcore.practice.readiness import BasisChanged as BasisChanged
from iagcore.practice.readiness import CoachPaused as CoachPaused
from iagcore.practice.readiness import CoachSuspended as CoachSuspended

# What puts the record right.
from iagcore.practice.amendments import RecordAnnotated as RecordAnnotated
from iagcore.practice.amendments import EntryCorrected as EntryCorrected
from iagcore.practice.amendments import EntryWithdrawn as EntryWithdrawn

# What they have in common, and what their fields may hold.
from iagcore.practice.kinds import Entry as Entry
from iagcore.practice.kinds import Age as Age
from iagcore.practice.kinds import CoachRef as CoachRef
from iagcore.practice.kinds import Commitment as Commitment
from iagcore.practice.kinds import Day as Day
from iagcore.practice.kinds import Flag as Flag
from iagcore.practice.kinds import HealthWords as HealthWords
from iagcore.practice.kinds import Id as Id
from iagcore.practice.kinds import ItemNumber as ItemNumber
from iagcore.practice.kinds import LearnerRef as LearnerRef
from iagcore.practice.kinds import LearnRefNumber as LearnRefNumber
from iagcore.practice.kinds import Minutes as Minutes
from iagcore.practice.kinds import Moment as Moment
from iagcore.practice.kinds import Party as Party
from iagcore.practice.kinds import Points as Points
from iagcore.practice.kinds import RestrictedWords as RestrictedWords
from iagcore.practice.kinds import StaffRef as StaffRef
from iagcore.practice.kinds import UKPRN as UKPRN
from iagcore.practice.kinds import ULN as ULN
from iagcore.practice.kinds import Words as Words
# isort: on

KINDS: tuple[type[Entry], ...] = tuple(
    one for one in tuple(globals().values()) if isinstance(one, type) and issubclass(one, Entry) and one is not Entry
)
"""Every kind of entry, in the order of this page."""

KIND_BY_NAME: dict[str, type[Entry]] = {kind.declares.name: kind for kind in KINDS}
"""Each kind by its name, as files write it."""
