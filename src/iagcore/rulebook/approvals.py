"""ACC-04: what rests on somebody's approval has it on the record, before it is done.

A lead's own extension is its approval, because a college may have one lead. Sharing without consent and publishing
need another person than who asks. An approval serves once: what was done on it uses it up, also when that is withdrawn.
"""

from typing import Final

from iagcore.practice.allowance import EXTENSION, AllowanceExtended
from iagcore.practice.amendments import Amendment
from iagcore.practice.approvals import QUOTE, ApprovalGiven, rests_on
from iagcore.practice.consent import CASE_STUDY, REFERRAL
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.parties import is_one_person, role_of
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Verdict, Weight, none_of
from iagcore.record.home import Place
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.access import is_kept_from, is_known_and_open
from iagcore.rulebook.sources import LOCAL

Rests = AllowanceExtended | ReferralMade | DisclosureMade | Amendment
"""The kinds that may rest on an approval; an amendment does where it raises an extension."""
OF_A_FACT: Final = (CASE_STUDY, QUOTE)
"""What may be recorded once it has happened: it is approved only by what came before."""


@rule(
    "ACC-04",
    MUST,
    question="Who has to say yes before I extend, publish, or share without consent?",
    source=LOCAL,
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
        _not_approved(entry, case),
        says="no approval that still serves: {found}",
        otherwise="nothing in it lacks an approval",
        plainly="Somebody else has to agree to this first.",
    )


def _not_approved(entry: Rests, case: Case) -> list[str]:
    if isinstance(entry, ReferralMade):
        return _of_a_referral(entry, case)
    if isinstance(entry, DisclosureMade):
        return _of_a_case_study(entry, case) if entry.outlet == CASE_STUDY else []
    if role_of(case.by) == "lead":
        return []
    return [
        f"{minutes} minutes for extension {id}"
        for id, minutes in _extends(entry, case).items()
        if not any((given.minutes or 0) >= minutes for given in _approvals(EXTENSION, id, case))
    ]


def _extends(entry: AllowanceExtended | Amendment, case: Case) -> dict[str, int]:
    """The minutes of each extension that is made or raised, by its id."""
    if isinstance(entry, AllowanceExtended):
        return {entry.extension: entry.minutes}
    lines = (one for one in case.effect if one.sort == EXTENSION)
    return {one.id: one.grant for one in lines if one.grant > case.allowance[one.key].grant}


def _of_a_referral(entry: ReferralMade, case: Case) -> list[str]:
    consents = case.consents.to_rely_on(REFERRAL, at=case.at, on=case.day_of(case.at), only_for=entry.referral)
    if consents is not None or not is_known_and_open(entry.concern, case):
        return []  # it rests on consent, or on nothing that could be approved: that is CON-01's to say
    given = _approvals(REFERRAL, entry.referral, case)
    is_approved = any(one.concern == entry.concern for one in given)
    return [] if is_approved else [f"referral {entry.referral} under concern {entry.concern}"]


def _of_a_case_study(entry: DisclosureMade, case: Case) -> list[str]:
    found = []
    if entry.case_study is None or not _approvals(CASE_STUDY, entry.case_study, case):
        found.append(f"the whole of {entry.case_study or 'a case study without an id'}")
    for quote in entry.quotes:
        stands = _as_it_stands(quote, case)
        if stands is None or not _approvals(QUOTE, stands, case, used=quote):
            found.append(f"quote {quote}" if stands in (None, quote) else f"quote {quote} as corrected by {stands}")
    return found


def _as_it_stands(quote: str, case: Case) -> str | None:
    """The record that holds the words of a quote now; None where its author may know of none."""
    places = (place for place in case.places if place.record == quote and not is_kept_from(place, case))
    return next((place.top.record for place in places if place.top is not None), None)


def _approvals(of: str, which: str, case: Case, *, used: str | None = None) -> list[ApprovalGiven]:
    """The approvals of something by somebody else, that nothing has rested on since; a fact's were given before it."""
    rested = [
        case.order[one.record]
        for place in case.places
        for one in place.recorded
        if (of, used or which) in rests_on(one.entry)
    ]
    return [
        top.entry
        for place in case.places
        if (top := place.top) is not None
        and isinstance(top.entry, ApprovalGiven)
        and (top.entry.approves, top.entry.which) == (of, which)
        and case.order[top.record] > max(rested, default=0)
        and (of not in OF_A_FACT or top.at <= case.at)
        and not is_one_person(top.by, case.by)
        and not _is_a_breach(place)
    ]


def _is_a_breach(place: Place) -> bool:
    """Whether an approval is a breach itself, of what its author may not know of: it then approves nothing."""
    return any(one.weight is Weight.BREACH for one in place.findings)


APPROVALS: Final[tuple[Rule, ...]] = (approved_on_the_record,)
