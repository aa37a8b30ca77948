"""COR: corrections and withdrawals.

Whether one may be made turns on its target, its author, and the lines of minutes before and after it (ALW-01, ALW-08,
BKG-02), never on the rules of a first booking. These refuse facts and plans alike, since nothing that happened is lost
by it: what is on the record stays there.
"""

from typing import Final

from iagcore.practice.amendments import Amendment, EntryCorrected
from iagcore.practice.kinds import Entry, is_in_confidence
from iagcore.practice.parties import role_of
from iagcore.record.amending import may_amend
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Duty, Verdict, verdict
from iagcore.record.home import Home, Place, Standing
from iagcore.record.releasing import is_unshared_diary
from iagcore.record.rules import Grounds, Rule, duty, rule
from iagcore.rulebook.access import is_kept_from, may_make
from iagcore.rulebook.sources import DESIGN, LOCAL


@rule(
    "COR-01",
    MUST,
    question="May I put any record right?",
    source=LOCAL,
    remedy="Name the record by its id, and put an entry of the same kind in its place. A concern is annotated instead, "
    "and what rests on consent is withdrawn and asked for anew.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
    always_assessed="a target that is not on the record is none: that is what is asked",
)
def target_can_be_amended(entry: Amendment, case: Case) -> Verdict:
    """The target is an accepted record of this journey, and what takes its place is of its nature and family."""
    place = case.amending.place
    return verdict(
        place is not None and may_amend(entry, place.original),
        says="{target} is {what}, {asked}",
        plainly="There is nothing on your record that this would put right.",
        target=entry.target,
        what=_named(place, case),
        asked=f"to become {_name(entry.entry)}" if isinstance(entry, EntryCorrected) else "to be withdrawn",
    )


def _named(place: Place | None, case: Case) -> str:
    """What a record is; of one that is not for its asker to know of, no more than of one that is not there."""
    if place is None or is_kept_from(place, case):
        return "no accepted record here"
    return _name(place.original)


def _concerned(entry: Amendment, place: Place) -> list[Entry]:
    standing = place.top.entry if place.top is not None else place.original
    return [standing, entry.entry] if isinstance(entry, EntryCorrected) else [standing]


def _a_lead_may(entry: Entry, case: Case) -> bool:
    # what only a learner can say (a diary, and sharing it) nobody else can take back or put otherwise
    return role_of(case.by) == "lead" and entry.declares.by != ("learner",)


def _name(entry: Entry) -> str:
    return entry.declares.name


@rule(
    "COR-02",
    MUST,
    question="May I correct what somebody else recorded?",
    source=LOCAL,
    remedy="Ask somebody who may make such an entry, or a lead; what a learner alone may say, the learner takes back.",
    plain_remedy="Tell your coach or a lead what is not right.",
    protected=True,
    always_refuses=True,
)
def author_may_amend(entry: Amendment, case: Case) -> Verdict:
    """Its author may make what it replaces and what takes the place, or is a lead; a learner's own words are theirs."""
    place = case.amended_place
    concerned = _concerned(entry, place)
    return verdict(
        all(may_make(one, case) or _a_lead_may(one, case) for one in concerned),
        says="{by} amends {kind}",
        plainly="Somebody else has to put this right.",
        by=case.by,
        kind="what is not theirs to know of"
        if is_kept_from(place, case)
        else ", ".join(dict.fromkeys(_name(one) for one in concerned)),
    )


@duty(
    "COR-03",
    MUST,
    question="What becomes of a breach?",
    source=DESIGN,
    proven_by=("law_a_breach_is_due_until_it_is_put_right_or_authorised",),
)
def standing_breaches(home: Home, grounds: Grounds) -> list[Duty]:
    """A breach is due until its record is put right or a lead authorises it."""
    return [_breach(home, one) for one in home.breaches]


def _breach(home: Home, one: Standing) -> Duty:
    what = f"{one.finding.rule} stands on record {one.record!r}: {one.finding.sentence}; put it right, or have a lead"
    place = home.stack_of(one.record)
    # what is in confidence is not told to every lead, nor is the page of a diary that is not shared
    confidential = place is not None and place.top is not None and is_in_confidence(place.top.entry)
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
