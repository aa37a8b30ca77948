"""ACC-04: what rests on somebody's approval has it on the record, before it is done.

A lead's own extension is its approval, because a college may have one lead. Sharing without consent and publishing
need another person than who asks. An approval serves once: what was done on it uses it up, also when that is withdrawn.
"""

from typing import Final

from iagcore.practice.allowance import EXTENSION, AllowanceExtended
from iagcore.practice.amendments import Amendment
from iagcore.practice.approvals import QUOTE, ApprovalGiven, rests_on
from iagcore.practice.consent import REFERRAL
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.parties import is_one_person, role_of
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Verdict, Weight, none_of
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.access import is_kept_from, is_open
from iagcore.rulebook.sources import OWN

Rests = AllowanceExtended | ReferralMade | DisclosureMade | Amendment
"""The kinds that may rest on an approval; an amendment does where it raises an extension."""


@rule(
    "ACC-04",
    MUST,
    question="Who has to say yes before I extend, publish, or share without consent?",
    source=OWN,
    remedy="Ask a lead or a safeguarding lead, other than yourself, to record an approval that names its id.",
    plain_remedy="Your coach can ask a lead about it.",
    breach="Stop showing the case study. Show it again only once somebody else has approved the whole and each quote.",
    plain_breach="Your story was shown before somebody else had checked all of it. We are sorry. We will stop showing "
    "it and put this right. You can ask a lead who saw it and what happens next.",
    protected=True,
    outside=True,
    always_assessed="approvals are on the record, and what is not there was not given",
)
def approved_on_the_record(entry: Rests, case: Case) -> Verdict:
    """An extension by a coach, a referral without consent and a case study are approved on the record beforehand."""
    return none_of(
        filter(None, (_lacking(of, id, entry, case) for of, id in _needed(entry, case))),
        says="no approval that still serves: {found}",
        otherwise="nothing in it lacks an approval",
        plainly="Somebody else has to agree to this first.",
    )


def _needed(entry: Rests, case: Case) -> tuple[tuple[str, str | None], ...]:
    """What in an entry needs an approval: each sort, with its id."""
    if isinstance(entry, ReferralMade):
        given = case.consents.to_rely_on(REFERRAL, at=case.at, on=case.day_of(case.at), only_for=entry.referral)
        # one that rests on consent needs none, and of one that rests on nothing CON-01 speaks
        return rests_on(entry) if given is None and is_open(entry.concern, case) else ()
    if isinstance(entry, DisclosureMade):
        return rests_on(entry)
    raised = (one.key for one in case.effect if one.sort == EXTENSION and one.grant > case.allowance[one.key].grant)
    return () if role_of(case.by) == "lead" else tuple(dict.fromkeys((*rests_on(entry), *raised)))


def _lacking(of: str, id: str | None, entry: Rests, case: Case) -> str:
    """What lacks an approval; empty where somebody else gave one, and nothing has rested on it since."""
    tops = [(place, place.top) for place in case.places if place.top is not None]
    if of == QUOTE:  # it is approved as it stands
        known = (top.record for place, top in tops if place.record == id and not is_kept_from(place, case))
        which = next(known, None)
    else:
        which = id
    minutes = case.allowance_after[of, which or ""].grant
    used = (
        case.order[one.record] for place in case.places for one in place.recorded if (of, id) in rests_on(one.entry)
    )
    last_used = max(used, default=0)
    for place, top in tops:
        if (
            isinstance(top.entry, ApprovalGiven)
            and (top.entry.approves, top.entry.which) == (of, which)
            and top.entry.concern == getattr(entry, "concern", None)
            and (top.entry.minutes or 0) >= minutes
            and case.order[place.record] > last_used
            and (top.at <= case.at or not isinstance(entry, DisclosureMade))
            and not is_one_person(top.by, case.by)
            and all(one.weight is not Weight.BREACH for one in place.findings)
        ):
            return ""
    return f"{of} {which or id or 'without an id'}" + (f" of {minutes} minutes" if minutes else "")


APPROVALS: Final[tuple[Rule, ...]] = (approved_on_the_record,)
