"""The states of the practice modules, alone: what a college that keeps its own tables uses."""

from datetime import date
from types import ModuleType
from typing import Any

import pytest

import iagcore.testing
from iagcore.exceptions import InvalidEntry
from iagcore.practice import (
    allowance,
    amendments,
    coaches,
    conversations,
    grow,
    learners,
    learning,
    safeguarding,
    self_efficacy,
    signposting,
)
from iagcore.practice.allowance import Allowance, AllowanceExtended, Line, minutes_charged, minutes_rounded
from iagcore.practice.amendments import Amendments, BreachAuthorised, RecordAnnotated
from iagcore.practice.coaches import Coaching, CoverAssigned
from iagcore.practice.conversations import (
    LIFE,
    ChargeContested,
    Conversation,
    ConversationBooked,
    ConversationHeld,
    Conversations,
    State,
)
from iagcore.practice.grow import (
    ActionAgreed,
    ActionChanged,
    ActionReviewed,
    ConversationWrittenUp,
    Goal,
    GoalChanged,
    GoalReached,
    GoalSet,
    GoalSetAside,
    GoalState,
    Grow,
    OptionRaised,
    RealityExplored,
    Stage,
    WorkshopAttended,
)
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import (
    JourneyClosed,
    JourneyReopened,
    JourneyStarted,
    JourneyStatus,
    LearnerLeft,
    Standing,
)
from iagcore.practice.learning import (
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CoursesShown,
    Learning,
    LearningLinked,
    OtherSupportNoted,
)
from iagcore.practice.safeguarding import ConcernRaised, Safeguarding
from iagcore.practice.self_efficacy import (
    DOMAINS,
    DiaryShared,
    DiaryUnshared,
    DiaryWritten,
    EvidenceNoted,
    SelfEfficacy,
)
from iagcore.practice.signposting import Signposting
from tests.casework import NINA, OMAR, on

FOREIGN = AllowanceExtended(extension="e1", minutes=30)
START = JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)


def after(module: ModuleType, state: Any, *entries: Entry) -> Any:
    """The state after entries that came a day apart."""
    for number, entry in enumerate(entries):
        state = module.apply(
            state, entry, at=on(number), **({"by": NINA} if module in (conversations, safeguarding) else {})
        )
    return state


@pytest.mark.parametrize(
    ("module", "state"),
    [
        (amendments, Amendments()),
        (coaches, Coaching()),
        (conversations, Conversations()),
        (grow, Grow()),
        (learners, JourneyStatus()),
        (learning, Learning()),
        (safeguarding, Safeguarding()),
        (self_efficacy, SelfEfficacy()),
        (signposting, Signposting()),
    ],
)
def test_an_entry_that_is_not_its_own_leaves_a_state_the_very_same(module: Any, state: Any) -> None:
    assert after(module, state, FOREIGN) is state


# ---- the journey's status


def test_a_journey_is_open_from_its_start_until_it_is_closed_or_the_learner_leaves() -> None:
    status = after(learners, JourneyStatus(), START)
    assert (status.standing, status.learner, status.programme, status.started_at) == (
        Standing.OPEN, "learner:a", "phase-1", on(0),
    )  # fmt: skip
    closed = after(learners, status, JourneyClosed(), JourneyClosed())
    assert (closed.standing, closed.ended_at) == (Standing.CLOSED, on(0))
    left = after(learners, closed, LearnerLeft(how="moved on"))
    assert (left.standing, left.left) == (Standing.LEFT, "moved on")
    back = after(learners, left, JourneyReopened())
    assert (back.standing, back.ended_at, back.left) == (Standing.OPEN, None, None)


@pytest.mark.parametrize("entry", [JourneyClosed(), JourneyReopened(), LearnerLeft(how="withdrew")])
def test_nothing_happens_to_a_journey_that_has_not_started(entry: Entry) -> None:
    assert after(learners, JourneyStatus(), entry) == JourneyStatus()


# ---- minutes, from plain values


def test_an_allowance_is_made_of_plain_values() -> None:
    one = Allowance(
        granted=180, lines=[Line("s1", used=50), Line("s2", booked=60), Line("e", sort="extension", grant=10)]
    )
    assert (one.granted, one.extensions, one.ceiling, one.used, one.booked, one.remaining) == (180, 10, 190, 50, 60, 80)
    assert (one.shortfall, one.overrun) == (0, 0)


def test_an_all_zero_line_equals_none() -> None:
    assert Allowance(180, [Line("s1"), Line("s2", used=5)]) == Allowance(180, [Line("s2", used=5)])
    assert Allowance(180).after([Line("s1", used=5)]).after([Line("s1")]) == Allowance(180)


def test_a_line_that_stands_twice_is_an_error() -> None:
    with pytest.raises(InvalidEntry, match="a line stands twice"):
        Allowance(180, [Line("s1", used=100), Line("s1", used=50)])


@pytest.mark.parametrize("wrong", [-1, "50", None, 12.25, True])
def test_minutes_of_a_line_are_whole_and_not_below_0(wrong: Any) -> None:
    for field in ("used", "booked", "grant"):
        amounts: dict[str, Any] = {field: wrong}
        with pytest.raises(InvalidEntry, match="minutes"):
            Line("s1", **amounts)
    with pytest.raises(InvalidEntry, match="minutes"):
        Allowance(wrong)


def test_charges_and_roundings_are_checked() -> None:
    wrong: Any = "down"
    with pytest.raises(InvalidEntry):
        minutes_charged(45, charge=-3)
    with pytest.raises(InvalidEntry):
        minutes_rounded(52, way=wrong, to=15)
    with pytest.raises(InvalidEntry):
        minutes_rounded(52, way="up", to=0)


def test_a_text_is_not_a_list_of_its_letters() -> None:
    with pytest.raises(InvalidEntry, match="a list is expected, not a text"):
        Grow(reality="It makes me anxious")


def test_a_domain_that_is_none_is_an_error() -> None:
    with pytest.raises(InvalidEntry, match="one of mastery experience"):
        SelfEfficacy().in_domain("masti")


def test_a_line_keeps_its_place_when_it_changes() -> None:
    one = Allowance(180, [Line("s1", booked=5), Line("s2", booked=5)]).after([Line("s1", used=9)])
    assert [line.id for line in one.lines] == ["s1", "s2"]


def test_a_move_that_does_not_grow_is_never_short_of_minutes() -> None:
    short = Allowance(60, [Line("s1", used=100), Line("s2", booked=60)])
    assert (short.remaining, short.shortfall, short.overrun) == (0, 100, 40)
    assert short.remaining_for([Line("s2", booked=45, starts_at=on(1), coach=NINA)]) == 60
    assert short.remaining_for([Line("s3", booked=45, starts_at=on(1), coach=NINA)]) == 0


# ---- conversations


def test_the_table_of_the_booking_life_is_what_it_was() -> None:
    assert {(str(state), entry.declares.name): str(to) for (state, entry), to in LIFE.items()} == {
        ("not booked", "conversation-booked"): "booked",
        ("not booked", "conversation-held"): "held",
        ("booked", "conversation-rescheduled"): "booked",
        ("booked", "conversation-cancelled"): "cancelled",
        ("booked", "conversation-missed"): "missed",
        ("booked", "conversation-held"): "held",
        ("booked", "learner-left"): "released",
        ("cancelled", "conversation-held"): "held",
        ("cancelled", "charge-contested"): "cancelled",
        ("cancelled", "charge-waived"): "waived",
        ("missed", "conversation-held"): "held",
        ("missed", "charge-contested"): "missed",
        ("missed", "charge-waived"): "waived",
        ("waived", "conversation-held"): "held",
        ("released", "conversation-held"): "held",
    }


def test_conversations_keep_the_order_of_recording() -> None:
    held = ConversationHeld(conversation="c2", coach=NINA, minutes=30)
    booking = ConversationBooked(conversation="c1", coach=NINA, starts_at=on(9), minutes=60)
    state = after(conversations, Conversations(), booking, held)
    assert [(one.id, one.state) for one in state.all] == [("c1", State.BOOKED), ("c2", State.HELD)]
    assert [one.id for one in state.held] == ["c2"]
    assert state["nobody"] == Conversation(id="nobody")


def test_a_contested_mark_keeps_the_learners_words() -> None:
    missed = Conversations(all=[Conversation(id="c1", state=State.MISSED)])
    state = after(conversations, missed, ChargeContested(conversation="c1", words="I was there"))
    assert (state["c1"].state, state["c1"].contested) == (State.MISSED, "I was there")


# ---- GROW


def test_missing_stages_are_named_in_the_order_of_the_word() -> None:
    assert Grow().missing_stages == tuple(Stage)
    some = Grow(goals=[Goal("g", words="to travel")], options=[], reality=["as it is"])
    assert some.missing_stages == (Stage.OPTIONS, Stage.WILL)


def test_goals_are_set_changed_reached_and_set_aside() -> None:
    state = after(
        grow,
        Grow(),
        GoalSet(goal="g1", words="pass the test", conversation="c1"),
        GoalSet(goal="g2", words="travel"),
        GoalChanged(goal="g1", words="book the test", conversation="c2"),
        GoalReached(goal="g1", words="booked"),
        GoalSetAside(goal="g2", reason="not now"),
    )
    assert [(one.words, one.state, one.outcome, one.set_in) for one in state.goals] == [
        ("book the test", GoalState.REACHED, "booked", "c1"),
        ("travel", GoalState.SET_ASIDE, "not now", None),
    ]
    assert [note.words for note in state.notes] == ["pass the test", "travel", "book the test", "booked", "not now"]
    assert (state.sets_a_goal("c1"), state.sets_a_goal("c2")) == (True, False)


def test_a_goal_reached_without_words_is_noted_all_the_same() -> None:
    state = after(grow, Grow(), GoalReached(goal="g1"), GoalSetAside(goal="g1"))
    assert ([note.words for note in state.notes], state.goals) == (["reached", "set aside"], ())


def test_an_action_is_whole_with_what_when_and_support_or_obstacle() -> None:
    agreed = [
        ActionAgreed(action="a1", what="ring", by_when=date(2025, 9, 9), support="a friend"),
        ActionAgreed(action="a2", what="ring", by_when=date(2025, 9, 9), obstacle="shyness"),
        ActionAgreed(action="a3", what="ring", by_when=date(2025, 9, 9)),
        ActionAgreed(action="a4", what="ring", support="a friend"),
    ]
    state = after(grow, Grow(), *agreed, ActionReviewed(action="a1", outcome="done", conversation="c2"))
    assert [one.is_whole for one in state.will] == [True, True, False, False]
    assert [one.id for one in state.open_actions] == ["a2", "a3", "a4"]
    assert (state.will[0].outcome, state.will[0].reviewed_in) == ("done", "c2")


def test_options_write_ups_and_workshops_are_kept() -> None:
    state = after(
        grow,
        Grow(),
        OptionRaised(option="o1", words="ring", goal="g1"),
        RealityExplored(words="as it is", conversation="c1"),
        ConversationWrittenUp(conversation="c1"),
        WorkshopAttended(workshop="w1"),
    )
    assert state.option("o1") is not None
    assert (state.option("o2"), state.goal(None)) == (None, None)
    assert (state.written_up, state.workshops, state.reality) == (("c1",), ("w1",), ("as it is",))
    assert state.stages_not_touched_in("c1") == (Stage.GOAL, Stage.OPTIONS, Stage.WILL)


# ---- self-efficacy


def test_a_diary_is_private_until_shared_and_again_once_unshared() -> None:
    written = DiaryWritten(diary="d1", sort="achievement", words="I rang them", day=date(2025, 9, 1))
    state = after(self_efficacy, SelfEfficacy(), written)
    assert (state.diary[0].shared, state.evidence) == (False, ())
    shared = after(self_efficacy, state, DiaryShared(diary="d1"))
    assert [(one.domain, one.words, one.whose) for one in shared.evidence] == [(DOMAINS[0], "I rang them", "learner")]
    again = after(self_efficacy, shared, DiaryShared(diary="nobody"), DiaryUnshared(diary="d1"))
    assert again.evidence == ()


def test_gratitude_is_no_evidence() -> None:
    thankful = DiaryWritten(diary="d1", sort="gratitude", words="the sea")
    state = after(self_efficacy, SelfEfficacy(), thankful, DiaryShared(diary="d1"))
    assert (state.evidence, state.domains_without_evidence) == ((), DOMAINS)


def test_the_profile_is_by_domain_over_time() -> None:
    state = after(
        self_efficacy,
        SelfEfficacy(),
        EvidenceNoted(domain="modelling", words="she did it", whose="learner", example="coach's example"),
        EvidenceNoted(domain="mastery experience", words="I did it", whose="learner", conversation="c1"),
        EvidenceNoted(domain="mastery", words="again", whose="coach"),
    )
    assert {domain: [one.words for one in found] for domain, found in state.profile.items()} == {
        DOMAINS[0]: ["I did it", "again"],
        DOMAINS[1]: ["she did it"],
        DOMAINS[2]: [],
        DOMAINS[3]: [],
    }
    assert [one.words for one in state.in_domain("enactive mastery")] == ["I did it", "again"]
    assert state.domains_without_evidence == (DOMAINS[2], DOMAINS[3])


# ---- learning, coaches, concerns, amendments


def test_courses_are_shown_chosen_completed_and_left() -> None:
    state = after(
        learning,
        Learning(),
        CoursesShown(courses=("art", "mindfulness")),
        CourseEnrolled(course="mindfulness"),
        CoursesShown(courses=("mindfulness", "history")),
        CourseCompleted(course="mindfulness"),
        CourseEnrolled(course="drawing"),
        CourseLeft(course="drawing", reason="too far"),
        LearningLinked(
            course="mindfulness", words="thoughts are observed", conversation="c1", domain="affective states"
        ),
        OtherSupportNoted(support="nhs", words="therapy", status="on a waiting list"),
        OtherSupportNoted(support="nhs", words="therapy", status="started"),
    )
    assert [(one.id, one.state) for one in state.courses] == [
        ("art", "shown"), ("mindfulness", "completed"), ("history", "shown"), ("drawing", "left"),
    ]  # fmt: skip
    assert [(one.conversation, one.domain) for one in state.links] == [("c1", DOMAINS[3])]
    assert [(one.id, one.status) for one in state.support] == [("nhs", "started")]


def test_a_cover_has_an_end() -> None:
    state = after(coaches, Coaching(), CoverAssigned(coach=OMAR, until=date(2025, 9, 9)))
    assert [(one.coach, one.since, one.until) for one in state.covers] == [(OMAR, on(0), date(2025, 9, 9))]


def test_a_concern_is_listed_without_its_words() -> None:
    state = after(safeguarding, Safeguarding(), ConcernRaised(concern="w1", words="worried", immediate_danger=True))
    assert [(one.id, one.raised_at, one.immediate_danger) for one in state.concerns] == [("w1", on(0), True)]


def test_amendments_are_kept_by_record() -> None:
    state = after(
        amendments,
        Amendments(),
        BreachAuthorised(record="r1", rule="ALW-02", reason="it was needed"),
        RecordAnnotated(record="r1", words="agreed"),
    )
    assert state.annotations == (("r1", "agreed"),)


def test_the_contract_is_loaded_when_it_is_asked_for() -> None:
    assert iagcore.testing.JournalContract.__name__ == "JournalContract"
    with pytest.raises(AttributeError, match="no attribute 'JournalContrakt'"):
        _ = iagcore.testing.JournalContrakt
    assert allowance.START == "start"


def test_an_action_that_is_reworked_is_open_again_and_keeps_what_is_not_said_anew() -> None:
    agreed = ActionAgreed(action="x", what="ring all", commitment=5, goal="g", conversation="c1")
    done = ActionReviewed(action="x", outcome="partly done", conversation="c2")
    changed = ActionChanged(action="x", what="ring one", commitment=9, conversation="c2")
    (action,) = after(grow, Grow(), agreed, done, changed).will
    assert (action.what, action.commitment, action.goal, action.outcome, action.reviewed_in, action.conversation) == (
        "ring one", 9, "g", None, None, "c2",
    )  # fmt: skip
    (new,) = after(grow, Grow(), changed).will
    assert (new.id, new.what) == ("x", "ring one")
