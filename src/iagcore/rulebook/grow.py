"""GRW: GROW as the structure of conversations.

Every rule here is advice: GROW is a compass. A coach is told what a conversation left open, never stopped from
recording it.
"""

from datetime import timedelta
from typing import Final

from iagcore.practice.conversations import State
from iagcore.practice.grow import (
    Action,
    ActionAgreed,
    ActionChanged,
    ConversationWrittenUp,
    GoalChanged,
    GoalReached,
    GoalSet,
    GoalSetAside,
    OptionRaised,
    RealityExplored,
)
from iagcore.practice.learners import Standing
from iagcore.record.case import Case, known
from iagcore.record.findings import SHOULD, Duty, Verdict, at_least, none_of, verdict
from iagcore.record.journey import Journey
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.sources import CASE_STUDY, GROW_MODEL, LOCAL, OWN


@rule(
    "GRW-01",
    SHOULD,
    question="Does a first conversation have to touch all four stages of GROW?",
    source=GROW_MODEL,
    remedy="Come back to the stages that were left out next time; any order will do.",
    always_assessed="the journey's GROW notes are on its record, and what is not there was not touched",
)
def first_conversation_touches_all_stages(entry: ConversationWrittenUp, case: Case) -> Verdict:
    """A first conversation on an issue touches all four stages, in any order."""
    return none_of(
        case.grow.stages_not_touched_in(entry.conversation) if _is_first_on_an_issue(entry, case) else (),
        says="not touched in conversation {conversation}: {found}",
        otherwise="every stage that was wanted was touched",
        conversation=entry.conversation,
    )


def _is_first_on_an_issue(entry: ConversationWrittenUp, case: Case) -> bool:
    if entry.first_on_issue is not None:
        return entry.first_on_issue
    return not case.grow.written_up or case.grow.sets_a_goal(entry.conversation)


@rule(
    "GRW-02",
    SHOULD,
    question="May a conversation end without an action?",
    source=LOCAL,
    remedy="Agree one action with what, by when, and what support or obstacle there is.",
    always_assessed="the journey's GROW notes are on its record, and what is not there was not agreed",
)
def ends_with_a_whole_action(entry: ConversationWrittenUp, case: Case) -> Verdict:
    """A conversation ends with at least one action that says what, by when, and support or obstacle."""
    return at_least(
        sum(action.is_whole for action in case.grow.actions_of(entry.conversation)),
        1,
        says="{found} actions say what, by when, and support or obstacle; at least {limit} is wanted",
    )


@rule(
    "GRW-03",
    SHOULD,
    question="What if the learner is only half sure of an action?",
    source=LOCAL,
    remedy="Rework the action with the learner until they would commit to it.",
    values=("commitment_floor",),
)
def commitment_reaches_the_floor(entry: ActionAgreed | ActionChanged, case: Case) -> Verdict:
    """The learner's commitment to an action reaches the floor, or the action is reworked."""
    return at_least(
        known("the learner's commitment", entry.commitment or _commitment_before(entry, case)),
        case.today.whole("commitment_floor"),
        says="commitment {found} of 10, {limit} is the floor",
    )


def _commitment_before(entry: ActionAgreed | ActionChanged, case: Case) -> int | None:
    """The commitment to an action that is reworked, where nothing else is said of it."""
    agreed = (one.commitment for one in case.grow.will if one.id == entry.action)
    return next(agreed, None) if isinstance(entry, ActionChanged) else None


@rule(
    "GRW-04",
    SHOULD,
    question="Do we begin with what was agreed last time?",
    source=LOCAL,
    remedy="Look at these actions together, and note what came of them.",
    always_assessed="the journey's GROW notes are on its record, and what is not there was not reviewed",
)
def opens_by_reviewing_actions(entry: ConversationWrittenUp, case: Case) -> Verdict:
    """A conversation opens by reviewing the actions of the one before."""
    return none_of(
        (action.id for action in _actions_of_the_one_before(entry, case) if action.outcome is None),
        says="not reviewed yet: {found}",
        otherwise="no action of the conversation before is left unreviewed",
    )


def _actions_of_the_one_before(entry: ConversationWrittenUp, case: Case) -> tuple[Action, ...]:
    held = [one.id for one in case.conversations.held]
    before = held[: held.index(entry.conversation)] if entry.conversation in held else held
    return case.grow.actions_of(before[-1]) if before else ()


@rule(
    "GRW-05",
    SHOULD,
    question="Does an action need a goal and an option behind it?",
    source=GROW_MODEL,
    remedy="Say which goal the action serves and which option it follows from.",
    always_assessed="an action that names no goal, or no option, does not say which: that is what is asked",
)
def action_serves_a_goal_and_follows_from_an_option(entry: ActionAgreed, case: Case) -> Verdict:
    """An action serves a goal of the journey and follows from an option that was raised."""
    return none_of(
        (
            *(["a goal of this journey"] if case.grow.goal(entry.goal) is None else []),
            *(["an option that was raised"] if case.grow.option(entry.option) is None else []),
        ),
        says="not named: {found}",
        otherwise="it serves goal {goal} and follows from option {option}",
        goal=entry.goal,
        option=entry.option,
    )


Notes = (
    GoalSet | GoalChanged | GoalReached | GoalSetAside | RealityExplored | OptionRaised | ActionAgreed | ActionChanged
)
"""What is noted in a conversation, or outside one."""


@rule(
    "GRW-06",
    SHOULD,
    question="May I note a goal outside a conversation?",
    source=CASE_STUDY,
    remedy="Name the conversation it belongs to, or mark it self-led or peer.",
    always_assessed="a note that names no conversation does not say which: that is what is asked",
)
def belongs_to_a_conversation(entry: Notes, case: Case) -> Verdict:
    """What is noted belongs to a conversation of this journey, or is marked self-led or peer."""
    return verdict(
        entry.outside is not None or case.conversations[entry.conversation or ""].state is not State.NOT_BOOKED,
        says="conversation: {conversation}, outside one: {outside}",
        conversation=entry.conversation,
        outside=entry.outside,
    )


@duty(
    "GRW-07",
    SHOULD,
    question="When do we look at an action again?",
    source=OWN,
    proven_by=("law_an_action_is_due_until_it_is_reviewed",),
)
def reviews_due(journey: Journey, grounds: Grounds) -> list[Duty]:
    """An action whose day has come is reviewed with the learner, while the journey is open."""
    if journey.status.standing is not Standing.OPEN:
        return []
    found = []
    for place in journey.places:
        entry = place.top.entry if place.top is not None else None
        if not isinstance(entry, ActionAgreed | ActionChanged) or entry.by_when is None:
            continue
        if (entry.action, entry.by_when, None) in ((one.id, one.by_when, one.outcome) for one in journey.grow.will):
            policy = grounds.policy(place)
            opens = policy.end_of(entry.by_when - timedelta(days=1))
            what = f"review action {entry.action} with the learner"
            due = policy.end_of(entry.by_when)
            found.append(
                Duty(
                    rule="GRW-07",
                    what=what,
                    due=due,
                    party=journey.coaching.coach or "lead",
                    about=journey.subject,
                    opens=opens,
                )
            )
    return found


GROW: Final[tuple[Rule, ...]] = (
    first_conversation_touches_all_stages,
    ends_with_a_whole_action,
    commitment_reaches_the_floor,
    opens_by_reviewing_actions,
    action_serves_a_goal_and_follows_from_an_option,
    belongs_to_a_conversation,
    reviews_due,
)
