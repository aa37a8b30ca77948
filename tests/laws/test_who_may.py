"""Who may record what, and put what right, by role, standing and kind: the whole table, as the rule book's prose has it.

The table is the one that the documentation prints (`docs/_ext/standing.py`): every cell is an answer of a casebook. What
it should be is said here again, from the prose of ACC-01, ACC-03, ACC-05, COR-01 and COR-02, and from the roles of each
kind as they are written out in `tests/practice/test_kinds.py`; nothing of the rules is shared.
"""

import sys
from typing import Final

from tests.practice.test_kinds import TABLE
from tests.test_docs import DOCS, loaded

sys.path.append(str(DOCS / "_ext"))
STANDING = loaded("_ext/standing.py")

ROLES_OF: Final = {name: tuple(roles.split()) for name, _, _, roles in TABLE}
ON_A_JOURNEY: Final = [
    name for name, _, about, _ in TABLE if not about.startswith("coach") and name not in ("entry-corrected", "entry-withdrawn")
]  # fmt: skip
ON_A_COACH: Final = [name for name, _, about, _ in TABLE if about.startswith("coach")]
OF_A_CONCERN: Final = ("concern-raised", "concern-escalated", "concern-closed")
OF_A_CONVERSATION: Final = {
    "conversation-booked", "conversation-rescheduled", "conversation-cancelled", "conversation-missed",
    "conversation-held", "conversation-written-up", "charge-contested", "charge-waived", "goal-set",
    "goal-changed", "goal-reached", "goal-set-aside", "reality-explored", "option-raised", "action-agreed",
    "action-changed", "action-reviewed", "evidence-noted", "learning-linked",
}  # fmt: skip
"""The kinds that name a conversation."""
IN_THEIR_OWN_WORDS: Final = {
    "diary-written", "diary-shared", "diary-unshared", "charge-contested", "other-support-noted", "goal-set",
    "goal-changed", "reality-explored", "option-raised", "action-agreed", "action-changed", "grow-used", "evidence-noted",
    "learning-linked", "signpost-reopened", "record-annotated",
}  # fmt: skip
"""What a learner records to say something, or alone can say."""
STAYS_AS_IT_WAS_SAID: Final = (*OF_A_CONCERN, "hold-entered", "hold-lifted", "consent-withdrawn")
ROLE: Final = {
    "lead": "lead",
    "safeguarding lead": "safeguarding-lead",
    "researcher": "researcher",
    "the learner": "learner",
}


def may_record(kind: str, standing: str) -> str:
    roles = ROLES_OF[kind]
    if kind == "concern-raised":
        return "yes"  # a concern is open to everybody
    if standing == "another learner":
        return ""
    role = ROLE.get(standing, "coach")
    if role not in roles:
        return ""
    if role != "coach" or kind in OF_A_CONCERN:
        return "yes"
    match standing:
        case "coach, while nobody goes":
            # nobody can be assigned before the start, and what is shown has an outlet for its party
            return "yes" if kind in ("journey-started", "disclosure-made") else "advised"
        case "coach who goes with the learner" | "coach who covers":
            return "yes"
        case "coach who went before, of their own conversation":
            return "yes" if kind in OF_A_CONVERSATION else ""
        case _:
            return ""


def may_record_of_a_coach(kind: str, standing: str) -> str:
    role = {"the coach": "coach", "lead": "lead"}.get(standing)
    return "yes" if role in ROLES_OF[kind] else ""


def may_put_right(kind: str, author: str, standing: str) -> str:
    if kind in STAYS_AS_IT_WAS_SAID:
        return ""
    if standing == "who recorded it":
        return "yes"
    if author == "learner" and standing == "the learner":
        return "yes"
    if author == "coach" and standing == "coach who went before, of anything else":
        return "yes"  # it is the very coach who recorded it
    if author == "learner" and kind in IN_THEIR_OWN_WORDS:
        return ""
    if kind == "safety-talked-about":
        return ""  # in confidence: to anybody else it is not there, and a safeguarding lead did not record it
    if standing in ("coach who goes with the learner", "coach who covers"):
        return "yes" if "coach" in ROLES_OF[kind] else ""
    return "yes" if standing == "lead" else ""


def test_who_may_record_what_on_a_journey_is_what_the_prose_says() -> None:
    said = {(kind, one): may_record(kind, one) for kind in ON_A_JOURNEY for one in STANDING.STANDINGS}
    assert STANDING.recording() == said


def test_who_may_record_what_of_a_coach_is_what_the_prose_says() -> None:
    said = {(kind, one): may_record_of_a_coach(kind, one) for kind in ON_A_COACH for one in STANDING.OF_A_COACH}
    assert STANDING.recording_of_a_coach() == said


def test_who_may_put_right_what_whom_recorded_is_what_the_prose_says() -> None:
    said = {
        (kind, author, one): may_put_right(kind, author, one)
        for kind in ON_A_JOURNEY
        for author in (ROLES_OF[kind] if kind != "journey-started" else ("lead",))
        for one in STANDING.AMENDING
    }
    assert STANDING.amending() == said


def test_the_page_prints_every_kind_with_every_standing() -> None:
    text = STANDING.standing()
    for kind in (*ON_A_JOURNEY, *ON_A_COACH):
        assert f"[{kind}](#{kind})" in text
    for standing in (*STANDING.STANDINGS, *STANDING.OF_A_COACH, *STANDING.AMENDING):
        assert f"| {standing} |" in text
