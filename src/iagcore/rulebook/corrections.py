"""COR: corrections and withdrawals.

Whether one may be made turns on its target, its author, and the lines of minutes before and after it (ALW-01, ALW-08,
BKG-02), never on the rules of a first booking. These refuse facts and plans alike, since nothing that happened is lost
by it: what is on the record stays there.
"""

from typing import Final

from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry, FieldClass
from iagcore.practice.parties import role_of
from iagcore.record.amending import may_amend
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, Duty, Verdict, verdict
from iagcore.record.home import Home, Place, StandingFinding, Version
from iagcore.record.releasing import is_unshared_diary
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.access import goes_with, is_kept_from, may_make
from iagcore.rulebook.sources import OWN

IN_WORDS: Final = (FieldClass.FREE_TEXT, FieldClass.HEALTH_TEXT)
"""The classes of field in which somebody says something in their own words."""


@rule(
    "COR-01",
    MUST,
    question="May I put any record right?",
    source=OWN,
    remedy="Name the record by its id, and put an entry of the same kind in its place. A concern is annotated instead, "
    "and what rests on consent is withdrawn and asked for anew.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
    always_assessed="a target that is not on the record is none: that is what is asked",
)
def target_can_be_amended(entry: Amendment, case: Case) -> Verdict:
    """The target is an accepted record of this journey, and what takes its place is of its nature and family."""
    place = _known_place(case)
    return verdict(
        place is not None and may_amend(entry, place.original),
        says="{target} is {what}, {asked}",
        plainly="There is nothing on your record that this would put right.",
        target=entry.target,
        what="no accepted record here" if place is None else _name(place.original),
        asked=f"to become {_name(entry.entry)}" if isinstance(entry, EntryCorrected) else "to be withdrawn",
    )


def _known_place(case: Case) -> Place | None:
    """The place that is amended; one that is not for its asker to know of is as one that is not there."""
    place = case.amending.place
    return None if place is None or is_kept_from(place, case) else place


def _replaced(entry: Amendment, place: Place) -> tuple[Version, ...]:
    """What is taken away, or would stand no more: the top of the stack, or all of it."""
    stack = place.stack or place.recorded[:1]
    return stack if isinstance(entry, EntryWithdrawn) and entry.whole else stack[-1:]


def _may_amend(replaced: tuple[Version, ...], concerned: list[Entry], case: Case) -> bool:
    if any(one.by != case.by and _is_a_learners_own(one) for one in replaced):
        return False
    if role_of(case.by) == "lead":
        return True
    may = all(one.by == case.by for one in replaced) or _goes_with_the_learner(case)
    return may and all(may_make(one, case) for one in concerned)


def _is_a_learners_own(version: Version) -> bool:
    """Whether a learner recorded what only they can say, or what is there for its words: others add a note to it."""
    kind = version.entry.declares
    words = (one for one in kind.fields if one.type.field_class in IN_WORDS and not one.may_be_left_out)
    return role_of(version.by) == "learner" and (kind.by == ("learner",) or any(words))


def _goes_with_the_learner(case: Case) -> bool:
    on_a_journey = role_of(case.by) == "coach" and role_of(case.home) != "coach"
    return on_a_journey and goes_with(case.by, case, on=case.today_of_recording)


def _name(entry: Entry) -> str:
    return entry.declares.name


@rule(
    "COR-02",
    MUST,
    question="May I correct what somebody else recorded?",
    source=OWN,
    remedy="Ask the person who recorded it, the coach who goes with the learner, or a lead. A learner's own words "
    "are the learner's alone: put a note next to them.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
)
def author_may_amend(entry: Amendment, case: Case) -> Verdict:
    """Its author recorded it, goes with the learner, or is a lead; a learner's own words are the learner's alone."""
    replaced = _replaced(entry, known("the record that is amended", _known_place(case)))
    concerned = [*(one.entry for one in replaced), *([entry.entry] if isinstance(entry, EntryCorrected) else [])]
    return verdict(
        _may_amend(replaced, concerned, case),
        says="{by} amends {kind}, recorded by {author}",
        plainly="Somebody else has to put this right.",
        by=case.by,
        kind=", ".join(dict.fromkeys(_name(one) for one in concerned)),
        author=", ".join(dict.fromkeys(one.by for one in replaced)),
    )


@duty(
    "COR-03",
    MUST,
    question="What becomes of a breach?",
    source=OWN,
    proven_by=("law_a_breach_is_due_until_it_is_put_right_or_authorised",),
)
def standing_breaches(home: Home, grounds: Grounds) -> list[Duty]:
    """A breach is due until its record is put right or a lead authorises it."""
    return [_breach(home, one) for one in home.breaches]


def _breach(home: Home, one: StandingFinding) -> Duty:
    what = f"{one.finding.rule} stands on record {one.record!r}: {one.finding.sentence}; put it right, or have a lead"
    place = home.stack_of(one.record)
    # what is in confidence is not told to every lead, nor is the page of a diary that is not shared
    confidential = place is not None and place.in_confidence
    private = place is not None and place.top is not None and is_unshared_diary(home, place.top.entry)
    party = "safeguarding-lead" if confidential else home.learner if private else "lead"
    return Duty(
        rule="COR-03",
        what=f"{what} authorise it",
        due=None,
        party=party,
        about=home.subject,
        in_confidence=confidential or private,
    )


CORRECTIONS: Final[tuple[Rule, ...]] = (target_can_be_amended, author_may_amend, standing_breaches)
