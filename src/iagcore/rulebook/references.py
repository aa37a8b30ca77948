"""REF: what an entry points to is on the record, as far as its author may know.

A mistyped id is accepted nowhere without a word. Whether a concern is there is for those who may know of it: to anybody
else an id that is hidden and one that is not there are the same, in every word of the answer, and the finding then
stands for the safeguarding lead to look at.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from iagcore.entries import KINDS
from iagcore.exceptions import nearest
from iagcore.practice.amendments import BreachAuthorised
from iagcore.practice.approvals import QUOTE, ApprovalGiven
from iagcore.practice.consent import ConsentGiven, ConsentWithdrawn
from iagcore.practice.kinds import Entry, begun_by
from iagcore.practice.learning import CourseEnrolled, CoursesShown
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, HoldEntered, HoldLifted
from iagcore.practice.self_efficacy import DiaryShared, DiaryUnshared, DiaryWritten
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case, NotKnown
from iagcore.record.findings import MUST, SHOULD, Verdict, none_of, verdict
from iagcore.record.home import Place
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.access import is_kept_from, may_make
from iagcore.rulebook.approvals import approved_on_the_record
from iagcore.rulebook.booking import booking_state_allows_it
from iagcore.rulebook.grow import action_serves_a_goal_and_follows_from_an_option, belongs_to_a_conversation
from iagcore.rulebook.signposting import chosen_among_those_shown
from iagcore.rulebook.sources import LOCAL

Points = (
    ConcernEscalated
    | ConcernClosed
    | HoldLifted
    | ReferralMade
    | ApprovalGiven
    | BreachAuthorised
    | DiaryShared
    | DiaryUnshared
    | ConsentWithdrawn
)
"""The kinds that point to a concern, a hold, a breach, a quote, a diary page or a consent."""


@rule(
    "REF-02",
    MUST,
    question="What if I mistype the id of a concern?",
    source=LOCAL,
    remedy="Check the id, and record it again under the right one. If it is about a concern, ask a safeguarding lead.",
    plain_remedy="Your coach or a lead can look at it with you.",
    breach="Check the id, and record it again under the right one. If it is about a concern, ask a safeguarding lead.",
    plain_breach="Something on your record points to a thing that we cannot find. We will look for it and put it "
    "right. You can ask your coach or a lead about it.",
)
def what_it_points_to_is_on_the_record(entry: Points, case: Case) -> Verdict:
    """The concern, breach, page or consent that an entry points to is on the record, as far as its author may know."""
    what, id, known = _pointed_to(entry, case)
    if id is None:
        return verdict(True, says="it points to no concern")
    if not may_make(entry, case):
        return verdict(True, says="asked of somebody who may record it")
    if isinstance(entry, ConsentWithdrawn) and id not in known:
        # a withdrawal counts whatever was given, and is nobody's breach
        raise NotKnown(f"{what} to {id} on this journey")
    is_there = id in known
    return verdict(
        is_there,
        says="{what} {id} is {found}",
        plainly="What this is about is not on your record.",
        what=what,
        id=id,
        found="on the record" if is_there else f"not on the record as far as {case.by} may know{nearest(id, known)}",
    )


def _pointed_to(entry: Points, case: Case) -> tuple[str, str | None, list[str]]:
    """What an entry points to, by which id, and the ids of that sort that are or were there, as its author may know."""
    match entry:
        case BreachAuthorised():
            breaches = [f"{code} on {place.record}" for place in _seen(case) for code in sorted(place.breached)]
            return "breach", f"{entry.rule} on {entry.record}", breaches
        case ApprovalGiven() if entry.approves == QUOTE:
            return "quote", entry.which, [one.top.record for one in _seen(case) if one.top is not None]
        case DiaryShared() | DiaryUnshared():
            pages = [one.diary for one in _ever(case.places) if isinstance(one, DiaryWritten)]
            return "diary page", entry.diary, pages if case.by == case.learner else []
        case ConsentWithdrawn():
            given = (one for one in _ever(case.places) if isinstance(one, ConsentGiven))
            ends = (one for one in given if entry.only_for is None or one.only_for in (None, entry.only_for))
            named = entry.purpose if entry.only_for is None else f"{entry.purpose} {entry.only_for}"
            return "consent", named, [named for one in ends if one.purpose == entry.purpose]
        case HoldLifted():
            return "hold", entry.hold, [one.hold for one in _ever(case.places) if isinstance(one, HoldEntered)]
        case _:
            concerns = case.safeguarding.concerns if entry.concern is not None else ()
            return "concern", entry.concern, [one.id for one in concerns]


def _seen(case: Case) -> Iterator[Place]:
    return (place for place in case.places if not is_kept_from(place, case))


def _ever(places: tuple[Place, ...]) -> Iterator[Entry]:
    return (one.entry for place in places for one in place.recorded)


ASKED_ELSEWHERE: Final[Mapping[str, tuple[Rule, ...]]] = {
    "conversation": (booking_state_allows_it, belongs_to_a_conversation),
    "goal": (action_serves_a_goal_and_follows_from_an_option,),
    "option": (action_serves_a_goal_and_follows_from_an_option,),
    "course": (chosen_among_those_shown,),
    "quotes": (approved_on_the_record,),
}
"""By field, the rules that ask about what it names, of the kinds that they are on; and REF-02 asks about its own."""


def _asked_of(kind: type[Entry]) -> tuple[str, ...]:
    def is_asked_elsewhere(field: str) -> bool:
        return any(kind in one.on for one in (what_it_points_to_is_on_the_record, *ASKED_ELSEWHERE.get(field, ())))

    return tuple(field for field in kind.declares.points_to if not is_asked_elsewhere(field))


@rule(
    "REF-01",
    SHOULD,
    question="What if I mistype the id of a goal?",
    on=tuple(kind for kind in KINDS if _asked_of(kind)),
    source=LOCAL,
    remedy="Check the id, and correct the entry if it is mistyped.",
    plain_remedy="Your coach or a lead can look at it with you.",
    always_assessed="what is on the journey's record is known, and so is what is not",
)
def what_it_names_is_on_the_record(entry: Entry, case: Case) -> Verdict:
    """The goal, action, conversation, course or record that an entry names is on the record, as its author may know."""
    if not may_make(entry, case):
        return verdict(True, says="asked of somebody who may record it")
    seen = [place for place in case.places if not is_kept_from(place, case)]
    found: list[str] = []
    for field in _asked_of(type(entry)):
        things = entry.declares.points_to[field]
        ids = {id for place in seen for id in _ids_of(place, things)}
        named = getattr(entry, field)
        for id in named if isinstance(named, tuple) else (named,):
            if id is not None and id not in ids:
                found.append(f"{' or '.join(things).replace('_', '-')} {id}{nearest(id, ids)}")
    return none_of(
        found,
        says="not on the record as far as {by} may know: {found}",
        otherwise="what it names is on the record",
        plainly="What this is about is not on your record.",
        by=case.by,
    )


def _ids_of(place: Place, things: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of some things that a place begins, or has of itself: a record, a course that was shown or enrolled."""
    if "record" in things:
        return tuple(one.record for one in place.recorded)
    top = place.top.entry if place.top is not None else None
    if "course" in things:
        shown = top.courses if isinstance(top, CoursesShown) else ()
        return (*shown, top.course) if isinstance(top, CourseEnrolled) else shown
    begins = None if top is None else begun_by(top)
    return (begins[1],) if begins is not None and begins[0] in things else ()


REFERENCES: Final[tuple[Rule, ...]] = (what_it_names_is_on_the_record, what_it_points_to_is_on_the_record)
