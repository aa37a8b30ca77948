"""GROW: Goal, Reality, Options, Will.

GROW gives a conversation its structure and is a compass, not a track: stages may be touched in any order and revisited
at will, and notes keep the order in which they were said. Learners use GROW for themselves and with each other too
(workshops, self-led and peer GROW), which never draws on the allowance.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, dataclass_transform

import attrs

from iagcore.practice.kinds import FACT, Commitment, Day, E, Entry, Flag, Id, Names, Words, kept, kind, one_of

OutsideConversation = Annotated[str, one_of("setting", "self-led", "peer")]
"""Where GROW was used outside a coaching conversation: by oneself, or with a peer."""
ReviewOutcome = Annotated[str, one_of("outcome", "done", "partly done", "not done", "reworked", "no longer needed")]


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _of_grow(*, by: Names = ("coach", "lead", "learner"), **declared: Any) -> Callable[[E], E]:
    """Declare a kind as `kind` does: a fact of GROW, which both sides may enter, and which nobody has to hide."""
    return kind(FACT, by=by, parts="grow", in_confidence=False, **declared)


@_of_grow(begins="goal", points_to="conversation", usually="conversation")
class GoalSet(Entry):
    """The learner sets a goal, in their words."""

    goal: Id
    words: Words
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("goal", "conversation"), usually="conversation")
class GoalChanged(Entry):
    """A goal is put differently, or becomes another one."""

    goal: Id
    words: Words
    reason: Words | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("goal", "conversation"), usually="conversation")
class GoalReached(Entry):
    """A goal is reached."""

    goal: Id
    words: Words | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("goal", "conversation"), usually="conversation")
class GoalSetAside(Entry):
    """A goal is set aside: a choice, not a failure."""

    goal: Id
    reason: Words | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("goal", "conversation"), usually="conversation")
class RealityExplored(Entry):
    """How things are now, as the learner sees them."""

    words: Words
    goal: Id | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(begins="option", points_to=("goal", "conversation"), usually="conversation")
class OptionRaised(Entry):
    """Something that could be done."""

    option: Id
    words: Words
    goal: Id | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(
    begins="action",
    points_to=("goal", "option", "conversation"),
    usually=("conversation", "goal", "option", "by_when", "support", "commitment"),
)
class ActionAgreed(Entry):
    """What the learner will do: what, by when, with what support and against what obstacle; commitment is 1 to 10."""

    action: Id
    what: Words
    by_when: Day | None = None
    support: Words | None = None
    obstacle: Words | None = None
    commitment: Commitment | None = None
    goal: Id | None = None
    option: Id | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("action", "goal", "option", "conversation"), usually=("conversation",))
class ActionChanged(Entry):
    """An action is reworked: put differently, made smaller, or moved to another day. What is left out stays."""

    action: Id
    what: Words
    reason: Words | None = None
    by_when: Day | None = None
    support: Words | None = None
    obstacle: Words | None = None
    commitment: Commitment | None = None
    goal: Id | None = None
    option: Id | None = None
    conversation: Id | None = None
    outside: OutsideConversation | None = None


@_of_grow(points_to=("action", "conversation"))
class ActionReviewed(Entry):
    """What came of an action, looked at together in a later conversation."""

    action: Id
    outcome: ReviewOutcome
    words: Words | None = None
    conversation: Id | None = None


@_of_grow(by=("coach", "lead"), points_to="conversation")
class ConversationWrittenUp(Entry):
    """The coach has written the conversation up.

    `first_on_issue` says whether it was the first conversation on its issue; unsaid, it counts as one when it is the
    first written up on the journey or when a goal was set in it.
    """

    conversation: Id
    summary: Words | None = None
    first_on_issue: Flag | None = None


@_of_grow(begins="workshop")
class WorkshopAttended(Entry):
    """The learner took part in a group GROW workshop; it costs no minutes."""

    workshop: Id
    words: Words | None = None


@_of_grow()
class GrowUsed(Entry):
    """The learner used GROW by themselves or with a peer; it costs no minutes."""

    outside: OutsideConversation
    words: Words


class Stage(StrEnum):
    """The four stages, in the words the page shows."""

    GOAL = "Goal"
    REALITY = "Reality"
    OPTIONS = "Options"
    WILL = "Will"


class GoalState(StrEnum):
    """What became of a goal."""

    OPEN = "open"
    REACHED = "reached"
    SET_ASIDE = "set aside"


@attrs.frozen
class Goal:
    """A goal as it stands now; `set_in` is the conversation that it was set in, if it was one."""

    id: str
    words: str = attrs.field(kw_only=True)
    state: GoalState = attrs.field(default=GoalState.OPEN, kw_only=True)
    outcome: str | None = attrs.field(default=None, kw_only=True)
    set_in: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Option:
    """Something that could be done."""

    id: str
    words: str = attrs.field(kw_only=True)
    goal: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Action:
    """Something the learner will do, and what came of it (`outcome` is None until it is reviewed)."""

    id: str
    what: str = attrs.field(kw_only=True)
    by_when: object = attrs.field(default=None, kw_only=True)
    support: str | None = attrs.field(default=None, kw_only=True)
    obstacle: str | None = attrs.field(default=None, kw_only=True)
    commitment: int | None = attrs.field(default=None, kw_only=True)
    goal: str | None = attrs.field(default=None, kw_only=True)
    option: str | None = attrs.field(default=None, kw_only=True)
    conversation: str | None = attrs.field(default=None, kw_only=True)
    outcome: str | None = attrs.field(default=None, kw_only=True)
    reviewed_in: str | None = attrs.field(default=None, kw_only=True)

    @property
    def is_whole(self) -> bool:
        """Whether it says what, by when, and support or obstacle (an action plan's parts)."""
        return self.by_when is not None and (self.support is not None or self.obstacle is not None)


@attrs.frozen(kw_only=True)
class Note:
    """One thing said at a stage, in its place."""

    stage: Stage
    words: str
    conversation: str | None
    outside: str | None
    at: datetime


@attrs.frozen
class Grow:
    """GROW notes of a journey, or of anything else that follows GROW. Usable alone: lists are accepted."""

    goals: tuple[Goal, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    reality: tuple[str, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    options: tuple[Option, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    will: tuple[Action, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    notes: tuple[Note, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    written_up: tuple[str, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    workshops: tuple[str, ...] = attrs.field(default=(), converter=kept, kw_only=True)

    @property
    def missing_stages(self) -> tuple[Stage, ...]:
        """The stages of which nothing is noted, in the order of the word GROW."""
        kept = (self.goals, self.reality, self.options, self.will)
        return tuple(stage for stage, notes in zip(Stage, kept, strict=True) if not notes)

    def stages_not_touched_in(self, conversation: str) -> tuple[Stage, ...]:
        """The stages that one conversation did not touch."""
        touched = {note.stage for note in self.notes if note.conversation == conversation}
        return tuple(stage for stage in Stage if stage not in touched)

    def goal(self, id: str | None) -> Goal | None:
        """The goal of that id, or None."""
        return next((goal for goal in self.goals if goal.id == id), None)

    def option(self, id: str | None) -> Option | None:
        """The option of that id, or None."""
        return next((option for option in self.options if option.id == id), None)

    def actions_of(self, conversation: str) -> tuple[Action, ...]:
        """The actions agreed in one conversation."""
        return tuple(action for action in self.will if action.conversation == conversation)

    def sets_a_goal(self, conversation: str) -> bool:
        """Whether a goal was set in one conversation."""
        return any(goal.set_in == conversation for goal in self.goals)

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """The actions that nobody has reviewed yet."""
        return tuple(action for action in self.will if action.outcome is None)


_GOAL_KINDS = (GoalSet, GoalChanged, GoalReached, GoalSetAside)


_TERMS = ("by_when", "support", "obstacle", "commitment", "goal", "option", "conversation")


def _said_at(entry: Entry) -> tuple[Stage, str] | None:
    match entry:
        case GoalSet() | GoalChanged():
            return Stage.GOAL, entry.words
        case GoalReached():
            return Stage.GOAL, entry.words or "reached"
        case GoalSetAside():
            return Stage.GOAL, entry.reason or "set aside"
        case RealityExplored():
            return Stage.REALITY, entry.words
        case OptionRaised():
            return Stage.OPTIONS, entry.words
        case ActionAgreed() | ActionChanged():
            return Stage.WILL, entry.what
        case _:
            return None


def _note(entry: Any, *, at: datetime) -> Note | None:
    said = _said_at(entry)
    if said is None:
        return None
    return Note(stage=said[0], words=said[1], conversation=entry.conversation, outside=entry.outside, at=at)


def _goals_after(goals: tuple[Goal, ...], entry: Entry) -> tuple[Goal, ...]:
    match entry:
        case GoalSet() | GoalChanged():
            known = next((goal for goal in goals if goal.id == entry.goal), None)
            if known is None:
                return (*goals, Goal(entry.goal, words=entry.words, set_in=entry.conversation))
            set_in = entry.conversation if isinstance(entry, GoalSet) else known.set_in
            changed = Goal(entry.goal, words=entry.words, set_in=set_in)
            return tuple(changed if goal is known else goal for goal in goals)
        case GoalReached():
            state, outcome = GoalState.REACHED, entry.words
        case GoalSetAside():
            state, outcome = GoalState.SET_ASIDE, entry.reason
        case _:
            return goals
    return tuple(attrs.evolve(goal, state=state, outcome=outcome) if goal.id == entry.goal else goal for goal in goals)


def apply(grow: Grow, entry: Entry, *, at: datetime) -> Grow:
    """The GROW notes after `entry`, which happened at `at`."""
    note = _note(entry, at=at)
    if note is not None:
        grow = attrs.evolve(grow, notes=(*grow.notes, note), goals=_goals_after(grow.goals, entry))
    match entry:
        case RealityExplored():
            return attrs.evolve(grow, reality=(*grow.reality, entry.words))
        case OptionRaised():
            options = tuple(option for option in grow.options if option.id != entry.option)
            return attrs.evolve(grow, options=(*options, Option(entry.option, words=entry.words, goal=entry.goal)))
        case ActionAgreed() | ActionChanged():
            said = {name: value for name in _TERMS if (value := getattr(entry, name)) is not None}
            before = next((one for one in grow.will if one.id == entry.action), Action(entry.action, what=entry.what))
            action = attrs.evolve(before, what=entry.what, outcome=None, reviewed_in=None, **said)
            others = tuple(one for one in grow.will if one.id != entry.action)
            return attrs.evolve(grow, will=(*others, action))
        case ActionReviewed():
            return attrs.evolve(
                grow,
                will=tuple(
                    attrs.evolve(one, outcome=entry.outcome, reviewed_in=entry.conversation)
                    if one.id == entry.action
                    else one
                    for one in grow.will
                ),
            )
        case ConversationWrittenUp():
            return attrs.evolve(grow, written_up=(*grow.written_up, entry.conversation))
        case WorkshopAttended():
            return attrs.evolve(grow, workshops=(*grow.workshops, entry.workshop))
        case _:
            return grow
