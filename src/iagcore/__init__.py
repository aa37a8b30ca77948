"""iagcore: the rules, the record and the proof of IAG coaching in adult learning.

    entry (a plan or a fact)                 policy on that day (dated, cited values)
               │                                           │
               ▼                                           ▼
 journal ──► journey (a fold of records) ──► decide ──► decision: accepted? + every rule considered, each with its
    ▲                                           │        sentence, evidence, remedy and source; + the effect in minutes
    └── record (entry, who, when, considered, effect), appended only if nothing that was read has changed since

Every public name is here, and is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from iagcore import rulebook as rulebook
    from iagcore.casebook import Casebook as Casebook
    from iagcore.casebook import Released as Released
    from iagcore.casebook.coaching import Coach as Coach
    from iagcore.casebook.due import DueIndex as DueIndex
    from iagcore.casebook.what_if import WhatIf as WhatIf
    from iagcore.directory.importing import import_files as import_files
    from iagcore.directory.matching import Match as Match
    from iagcore.directory.matching import Sought as Sought
    from iagcore.directory.matching import match as match
    from iagcore.directory.memory import MemoryDirectory as MemoryDirectory
    from iagcore.directory.protocols import Directory as Directory
    from iagcore.directory.protocols import Listing as Listing
    from iagcore.directory.sqlite import SQLiteDirectory as SQLiteDirectory
    from iagcore.exceptions import Conflict as Conflict
    from iagcore.exceptions import IagcoreError as IagcoreError
    from iagcore.exceptions import IdUsedBefore as IdUsedBefore
    from iagcore.exceptions import InvalidEntry as InvalidEntry
    from iagcore.exceptions import InvalidFile as InvalidFile
    from iagcore.exceptions import InvalidPolicy as InvalidPolicy
    from iagcore.exceptions import Refused as Refused
    from iagcore.exceptions import UnknownJourney as UnknownJourney
    from iagcore.exceptions import UnusableDirectory as UnusableDirectory
    from iagcore.exceptions import UnusableJournal as UnusableJournal
    from iagcore.policy import Policy as Policy
    from iagcore.practice import KINDS as KINDS
    from iagcore.practice.allowance import Allowance as Allowance
    from iagcore.practice.allowance import AllowanceExtended as AllowanceExtended
    from iagcore.practice.allowance import Line as Line
    from iagcore.practice.allowance import minutes_charged as minutes_charged
    from iagcore.practice.allowance import minutes_rounded as minutes_rounded
    from iagcore.practice.amendments import BreachAuthorised as BreachAuthorised
    from iagcore.practice.amendments import EntryCorrected as EntryCorrected
    from iagcore.practice.amendments import EntryWithdrawn as EntryWithdrawn
    from iagcore.practice.amendments import RecordAnnotated as RecordAnnotated
    from iagcore.practice.coaches import CoachAssigned as CoachAssigned
    from iagcore.practice.coaches import CoverAssigned as CoverAssigned
    from iagcore.practice.consent import ConfidentialityExplained as ConfidentialityExplained
    from iagcore.practice.consent import ConsentGiven as ConsentGiven
    from iagcore.practice.consent import Consents as Consents
    from iagcore.practice.consent import ConsentWithdrawn as ConsentWithdrawn
    from iagcore.practice.conversations import LIFE as LIFE
    from iagcore.practice.conversations import CoachingOfferAnswered as CoachingOfferAnswered
    from iagcore.practice.conversations import Conversation as Conversation
    from iagcore.practice.conversations import ConversationBooked as ConversationBooked
    from iagcore.practice.conversations import ConversationCancelled as ConversationCancelled
    from iagcore.practice.conversations import ConversationHeld as ConversationHeld
    from iagcore.practice.conversations import ConversationMissed as ConversationMissed
    from iagcore.practice.conversations import ConversationRescheduled as ConversationRescheduled
    from iagcore.practice.conversations import Conversations as Conversations
    from iagcore.practice.conversations import MissedMarkContested as MissedMarkContested
    from iagcore.practice.conversations import MissedMarkWaived as MissedMarkWaived
    from iagcore.practice.conversations import State as State
    from iagcore.practice.disclosures import OUTLETS as OUTLETS
    from iagcore.practice.disclosures import DisclosureMade as DisclosureMade
    from iagcore.practice.disclosures import Outlet as Outlet
    from iagcore.practice.follow_up import FollowUpMade as FollowUpMade
    from iagcore.practice.follow_up import FollowUpPlanned as FollowUpPlanned
    from iagcore.practice.follow_up import FollowUps as FollowUps
    from iagcore.practice.grow import Action as Action
    from iagcore.practice.grow import ActionAgreed as ActionAgreed
    from iagcore.practice.grow import ActionReviewed as ActionReviewed
    from iagcore.practice.grow import ConversationWrittenUp as ConversationWrittenUp
    from iagcore.practice.grow import Goal as Goal
    from iagcore.practice.grow import GoalChanged as GoalChanged
    from iagcore.practice.grow import GoalReached as GoalReached
    from iagcore.practice.grow import GoalSet as GoalSet
    from iagcore.practice.grow import GoalSetAside as GoalSetAside
    from iagcore.practice.grow import Grow as Grow
    from iagcore.practice.grow import GrowUsed as GrowUsed
    from iagcore.practice.grow import Note as Note
    from iagcore.practice.grow import Option as Option
    from iagcore.practice.grow import OptionRaised as OptionRaised
    from iagcore.practice.grow import RealityExplored as RealityExplored
    from iagcore.practice.grow import Stage as Stage
    from iagcore.practice.grow import WorkshopAttended as WorkshopAttended
    from iagcore.practice.kinds import FACT as FACT
    from iagcore.practice.kinds import PLAN as PLAN
    from iagcore.practice.kinds import ROLES as ROLES
    from iagcore.practice.kinds import Entry as Entry
    from iagcore.practice.learners import JourneyClosed as JourneyClosed
    from iagcore.practice.learners import JourneyReopened as JourneyReopened
    from iagcore.practice.learners import JourneyStarted as JourneyStarted
    from iagcore.practice.learners import JourneyStatus as JourneyStatus
    from iagcore.practice.learners import LearnerLeft as LearnerLeft
    from iagcore.practice.learning import CourseCompleted as CourseCompleted
    from iagcore.practice.learning import CourseEnrolled as CourseEnrolled
    from iagcore.practice.learning import CourseLeft as CourseLeft
    from iagcore.practice.learning import CoursesShown as CoursesShown
    from iagcore.practice.learning import Learning as Learning
    from iagcore.practice.learning import LearningLinked as LearningLinked
    from iagcore.practice.learning import OtherSupportNoted as OtherSupportNoted
    from iagcore.practice.measures import SCALES as SCALES
    from iagcore.practice.measures import Measures as Measures
    from iagcore.practice.measures import MeasureTaken as MeasureTaken
    from iagcore.practice.measures import PairedChange as PairedChange
    from iagcore.practice.measures import Score as Score
    from iagcore.practice.measures import paired_change as paired_change
    from iagcore.practice.measures import score as score
    from iagcore.practice.opportunities import Answer as Answer
    from iagcore.practice.opportunities import Cost as Cost
    from iagcore.practice.opportunities import Opportunity as Opportunity
    from iagcore.practice.opportunities import Place as Place
    from iagcore.practice.opportunities import Recurrence as Recurrence
    from iagcore.practice.opportunities import Status as Status
    from iagcore.practice.opportunities import Term as Term
    from iagcore.practice.opportunities import Time as Time
    from iagcore.practice.readiness import BasisChanged as BasisChanged
    from iagcore.practice.readiness import CheckCompleted as CheckCompleted
    from iagcore.practice.readiness import CoachPaused as CoachPaused
    from iagcore.practice.readiness import CoachSuspended as CoachSuspended
    from iagcore.practice.readiness import CourseExperienced as CourseExperienced
    from iagcore.practice.readiness import DebriefHeld as DebriefHeld
    from iagcore.practice.readiness import ExemptionGiven as ExemptionGiven
    from iagcore.practice.readiness import InterestExpressed as InterestExpressed
    from iagcore.practice.readiness import Readiness as Readiness
    from iagcore.practice.readiness import StepTaken as StepTaken
    from iagcore.practice.readiness import SupervisionHeld as SupervisionHeld
    from iagcore.practice.readiness import TrainingCompleted as TrainingCompleted
    from iagcore.practice.safeguarding import ConcernClosed as ConcernClosed
    from iagcore.practice.safeguarding import ConcernEscalated as ConcernEscalated
    from iagcore.practice.safeguarding import ConcernRaised as ConcernRaised
    from iagcore.practice.safeguarding import SafetyTalkedAbout as SafetyTalkedAbout
    from iagcore.practice.self_efficacy import DOMAINS as DOMAINS
    from iagcore.practice.self_efficacy import DiaryShared as DiaryShared
    from iagcore.practice.self_efficacy import DiaryUnshared as DiaryUnshared
    from iagcore.practice.self_efficacy import DiaryWritten as DiaryWritten
    from iagcore.practice.self_efficacy import Evidence as Evidence
    from iagcore.practice.self_efficacy import EvidenceNoted as EvidenceNoted
    from iagcore.practice.self_efficacy import SelfEfficacy as SelfEfficacy
    from iagcore.practice.signposting import OutcomeLearned as OutcomeLearned
    from iagcore.practice.signposting import ReferralMade as ReferralMade
    from iagcore.practice.signposting import Signposted as Signposted
    from iagcore.practice.signposting import Signposting as Signposting
    from iagcore.practice.signposting import SignpostReopened as SignpostReopened
    from iagcore.record.case import Case as Case
    from iagcore.record.findings import MUST as MUST
    from iagcore.record.findings import SHOULD as SHOULD
    from iagcore.record.findings import Assessment as Assessment
    from iagcore.record.findings import Decision as Decision
    from iagcore.record.findings import Duty as Duty
    from iagcore.record.findings import DutyStatus as DutyStatus
    from iagcore.record.journey import Hour as Hour
    from iagcore.record.journey import Journey as Journey
    from iagcore.record.journey import Timeline as Timeline
    from iagcore.record.journey import fold as fold
    from iagcore.record.judging import decide as decide
    from iagcore.record.records import Record as Record
    from iagcore.record.releasing import Shown as Shown
    from iagcore.record.releasing import View as View
    from iagcore.record.rules import Rule as Rule
    from iagcore.record.rules import rule as rule
    from iagcore.rulebook import RULES as RULES
    from iagcore.storage.memory import MemoryJournal as MemoryJournal
    from iagcore.storage.protocols import Erasable as Erasable
    from iagcore.storage.protocols import Erasure as Erasure
    from iagcore.storage.protocols import Feed as Feed
    from iagcore.storage.protocols import Filing as Filing
    from iagcore.storage.protocols import Journal as Journal
    from iagcore.storage.protocols import StoredRecord as StoredRecord
    from iagcore.storage.sql import SQLJournal as SQLJournal
    from iagcore.storage.sqlite import SQLiteJournal as SQLiteJournal

_HOME: Final = {
    "Action": "iagcore.practice.grow",
    "ActionAgreed": "iagcore.practice.grow",
    "ActionReviewed": "iagcore.practice.grow",
    "Allowance": "iagcore.practice.allowance",
    "AllowanceExtended": "iagcore.practice.allowance",
    "Answer": "iagcore.practice.opportunities",
    "Assessment": "iagcore.record.findings",
    "BasisChanged": "iagcore.practice.readiness",
    "BreachAuthorised": "iagcore.practice.amendments",
    "Case": "iagcore.record.case",
    "Casebook": "iagcore.casebook",
    "CheckCompleted": "iagcore.practice.readiness",
    "Coach": "iagcore.casebook.coaching",
    "CoachAssigned": "iagcore.practice.coaches",
    "CoachPaused": "iagcore.practice.readiness",
    "CoachSuspended": "iagcore.practice.readiness",
    "CoachingOfferAnswered": "iagcore.practice.conversations",
    "ConcernClosed": "iagcore.practice.safeguarding",
    "ConcernEscalated": "iagcore.practice.safeguarding",
    "ConcernRaised": "iagcore.practice.safeguarding",
    "ConfidentialityExplained": "iagcore.practice.consent",
    "Conflict": "iagcore.exceptions",
    "ConsentGiven": "iagcore.practice.consent",
    "ConsentWithdrawn": "iagcore.practice.consent",
    "Consents": "iagcore.practice.consent",
    "Conversation": "iagcore.practice.conversations",
    "ConversationBooked": "iagcore.practice.conversations",
    "ConversationCancelled": "iagcore.practice.conversations",
    "ConversationHeld": "iagcore.practice.conversations",
    "ConversationMissed": "iagcore.practice.conversations",
    "ConversationRescheduled": "iagcore.practice.conversations",
    "ConversationWrittenUp": "iagcore.practice.grow",
    "Conversations": "iagcore.practice.conversations",
    "Cost": "iagcore.practice.opportunities",
    "CourseCompleted": "iagcore.practice.learning",
    "CourseEnrolled": "iagcore.practice.learning",
    "CourseExperienced": "iagcore.practice.readiness",
    "CourseLeft": "iagcore.practice.learning",
    "CoursesShown": "iagcore.practice.learning",
    "CoverAssigned": "iagcore.practice.coaches",
    "DOMAINS": "iagcore.practice.self_efficacy",
    "DebriefHeld": "iagcore.practice.readiness",
    "Decision": "iagcore.record.findings",
    "DiaryShared": "iagcore.practice.self_efficacy",
    "DiaryUnshared": "iagcore.practice.self_efficacy",
    "DiaryWritten": "iagcore.practice.self_efficacy",
    "Directory": "iagcore.directory.protocols",
    "DisclosureMade": "iagcore.practice.disclosures",
    "DueIndex": "iagcore.casebook.due",
    "Duty": "iagcore.record.findings",
    "DutyStatus": "iagcore.record.findings",
    "Entry": "iagcore.practice.kinds",
    "EntryCorrected": "iagcore.practice.amendments",
    "EntryWithdrawn": "iagcore.practice.amendments",
    "Erasable": "iagcore.storage.protocols",
    "Erasure": "iagcore.storage.protocols",
    "Evidence": "iagcore.practice.self_efficacy",
    "EvidenceNoted": "iagcore.practice.self_efficacy",
    "ExemptionGiven": "iagcore.practice.readiness",
    "FACT": "iagcore.practice.kinds",
    "Feed": "iagcore.storage.protocols",
    "Filing": "iagcore.storage.protocols",
    "FollowUpMade": "iagcore.practice.follow_up",
    "FollowUpPlanned": "iagcore.practice.follow_up",
    "FollowUps": "iagcore.practice.follow_up",
    "Goal": "iagcore.practice.grow",
    "GoalChanged": "iagcore.practice.grow",
    "GoalReached": "iagcore.practice.grow",
    "GoalSet": "iagcore.practice.grow",
    "GoalSetAside": "iagcore.practice.grow",
    "Grow": "iagcore.practice.grow",
    "GrowUsed": "iagcore.practice.grow",
    "Hour": "iagcore.record.journey",
    "IagcoreError": "iagcore.exceptions",
    "IdUsedBefore": "iagcore.exceptions",
    "InterestExpressed": "iagcore.practice.readiness",
    "InvalidEntry": "iagcore.exceptions",
    "InvalidFile": "iagcore.exceptions",
    "InvalidPolicy": "iagcore.exceptions",
    "Journal": "iagcore.storage.protocols",
    "Journey": "iagcore.record.journey",
    "JourneyClosed": "iagcore.practice.learners",
    "JourneyReopened": "iagcore.practice.learners",
    "JourneyStarted": "iagcore.practice.learners",
    "JourneyStatus": "iagcore.practice.learners",
    "KINDS": "iagcore.practice",
    "LIFE": "iagcore.practice.conversations",
    "LearnerLeft": "iagcore.practice.learners",
    "Learning": "iagcore.practice.learning",
    "LearningLinked": "iagcore.practice.learning",
    "Line": "iagcore.practice.allowance",
    "Listing": "iagcore.directory.protocols",
    "MUST": "iagcore.record.findings",
    "Match": "iagcore.directory.matching",
    "MeasureTaken": "iagcore.practice.measures",
    "Measures": "iagcore.practice.measures",
    "MemoryDirectory": "iagcore.directory.memory",
    "MemoryJournal": "iagcore.storage.memory",
    "MissedMarkContested": "iagcore.practice.conversations",
    "MissedMarkWaived": "iagcore.practice.conversations",
    "Note": "iagcore.practice.grow",
    "OUTLETS": "iagcore.practice.disclosures",
    "Opportunity": "iagcore.practice.opportunities",
    "Option": "iagcore.practice.grow",
    "OptionRaised": "iagcore.practice.grow",
    "OtherSupportNoted": "iagcore.practice.learning",
    "OutcomeLearned": "iagcore.practice.signposting",
    "Outlet": "iagcore.practice.disclosures",
    "PLAN": "iagcore.practice.kinds",
    "PairedChange": "iagcore.practice.measures",
    "Place": "iagcore.practice.opportunities",
    "Policy": "iagcore.policy",
    "ROLES": "iagcore.practice.kinds",
    "RULES": "iagcore.rulebook",
    "Readiness": "iagcore.practice.readiness",
    "RealityExplored": "iagcore.practice.grow",
    "Record": "iagcore.record.records",
    "RecordAnnotated": "iagcore.practice.amendments",
    "Recurrence": "iagcore.practice.opportunities",
    "ReferralMade": "iagcore.practice.signposting",
    "Refused": "iagcore.exceptions",
    "Released": "iagcore.casebook",
    "Rule": "iagcore.record.rules",
    "SCALES": "iagcore.practice.measures",
    "SHOULD": "iagcore.record.findings",
    "SQLiteDirectory": "iagcore.directory.sqlite",
    "SQLJournal": "iagcore.storage.sql",
    "SQLiteJournal": "iagcore.storage.sqlite",
    "SafetyTalkedAbout": "iagcore.practice.safeguarding",
    "Score": "iagcore.practice.measures",
    "SelfEfficacy": "iagcore.practice.self_efficacy",
    "Shown": "iagcore.record.releasing",
    "SignpostReopened": "iagcore.practice.signposting",
    "Signposted": "iagcore.practice.signposting",
    "Signposting": "iagcore.practice.signposting",
    "Sought": "iagcore.directory.matching",
    "Stage": "iagcore.practice.grow",
    "State": "iagcore.practice.conversations",
    "Status": "iagcore.practice.opportunities",
    "StepTaken": "iagcore.practice.readiness",
    "StoredRecord": "iagcore.storage.protocols",
    "SupervisionHeld": "iagcore.practice.readiness",
    "Term": "iagcore.practice.opportunities",
    "Time": "iagcore.practice.opportunities",
    "Timeline": "iagcore.record.journey",
    "TrainingCompleted": "iagcore.practice.readiness",
    "UnknownJourney": "iagcore.exceptions",
    "UnusableDirectory": "iagcore.exceptions",
    "UnusableJournal": "iagcore.exceptions",
    "View": "iagcore.record.releasing",
    "WhatIf": "iagcore.casebook.what_if",
    "WorkshopAttended": "iagcore.practice.grow",
    "decide": "iagcore.record.judging",
    "fold": "iagcore.record.journey",
    "import_files": "iagcore.directory.importing",
    "match": "iagcore.directory.matching",
    "minutes_charged": "iagcore.practice.allowance",
    "minutes_rounded": "iagcore.practice.allowance",
    "paired_change": "iagcore.practice.measures",
    "rule": "iagcore.record.rules",
    "score": "iagcore.practice.measures",
}
"""Where each public name lives."""

__all__ = ("rulebook", *_HOME)  # noqa: PLE0604 # one table says what is public, in strings


def __getattr__(name: str) -> Any:
    if name == "rulebook":
        return import_module("iagcore.rulebook")
    if name not in _HOME:
        raise AttributeError(f"module 'iagcore' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
