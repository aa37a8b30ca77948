"""CON: consent and confidentiality. Consent to one thing is consent to nothing else, and a withdrawal counts."""

from typing import Final

from iagcore.practice.consent import CASE_STUDY as PUBLISHED
from iagcore.practice.consent import CONTACT, REFERRAL, RESEARCH, Given
from iagcore.practice.conversations import ConversationHeld, State
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade
from iagcore.practice.follow_up import FollowUpPlanned
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, SHOULD, Verdict, none_of, verdict
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.access import is_open
from iagcore.rulebook.sources import ANONYMISATION, CONFIDENTIALITY, LOCAL, RESEARCH_TOOLS, SHARING


def _given(purpose: str, case: Case) -> Given | None:
    # what is still to be shown rests on nothing that was withdrawn; what was shown, on what stood then
    asked = case.consents.to_rely_on if case.beforehand else case.consents.in_force
    return asked(purpose, at=case.at, on=case.day_of(case.at))


def _said(given: Given | None) -> str:
    return f"in force ({given.id})" if given else "not in force"


@rule(
    "CON-01",
    MUST,
    question="May I refer a learner who has not consented?",
    source=SHARING,
    remedy="Ask the learner; or name the open concern, and why this is shared without consent.",
    plain_remedy="It is yours to say whether we may share this.",
    protected=True,
    outside=True,
    always_assessed="consents are on the record, and what is not there was not given",
)
def consent_to_share_for_the_referral(entry: ReferralMade, case: Case) -> Verdict:
    """Consent to share for this referral is in force; or an open concern, and why, are named."""
    given = case.consents.to_rely_on(REFERRAL, at=case.at, on=case.day_of(case.at), only_for=entry.referral)
    missing = _missing_without_consent(entry, case)
    return verdict(
        given is not None or not missing,
        says="consent to share for referral {referral} is {consent}; without it: {without}",
        plainly="We share nothing with anybody else unless you say so.",
        referral=entry.referral,
        consent=_said(given),
        without=", ".join(missing) or "an open concern, and why",
    )


def _missing_without_consent(entry: ReferralMade, case: Case) -> list[str]:
    return [
        *(["no open concern is named"] if not is_open(entry.concern, case) else []),
        *(["no reason is given"] if entry.why is None else []),
    ]


@rule(
    "CON-02",
    MUST,
    question="May research see what a learner has not agreed to share?",
    source=RESEARCH_TOOLS,
    remedy="Ask the learner; without consent, what was measured stays for coaching only.",
    plain_remedy="It is yours to say whether your answers may be used for research.",
    breach="Ask for the extract back, and tell the learner and a lead what was shown.",
    plain_breach="Some of your answers were used for research, and you had not said yes to that. We are sorry. We "
    "will put this right. You can ask a lead what was used and what happens next.",
    protected=True,
    outside=True,
    always_assessed="consents are on the record, and what is not there was not given",
)
def consent_to_research(entry: DisclosureMade, case: Case) -> Verdict:
    """A research extract is released only while the learner consents to research."""
    is_asked = _is_for(RESEARCH, entry)
    given = _given(RESEARCH, case) if is_asked else None
    return verdict(
        not is_asked or given is not None,
        says="{outlet}: consent to research is {consent}",
        plainly="Your answers are not used for research unless you say so.",
        outlet=entry.outlet,
        consent=_said(given) if is_asked else "not needed",
    )


@rule(
    "CON-03",
    MUST,
    question="May we publish a learner's case study?",
    source=ANONYMISATION,
    remedy="Ask the learner, and check that nobody can be recognised.",
    plain_remedy="It is yours to say whether your story may be told.",
    breach="Stop showing the case study, and tell the learner. Show it again only when nothing is missing.",
    plain_breach="Your story was shown before all of it was agreed. We are sorry. We will stop showing it and put "
    "this right. You can ask a lead who saw it and what happens next.",
    protected=True,
    outside=True,
    always_assessed="consents are on the record, and what is not there was not given",
)
def consent_to_the_case_study(entry: DisclosureMade, case: Case) -> Verdict:
    """A case study is released with the learner's consent, and only if nobody can be recognised in it."""
    return none_of(
        _missing_of_the_case_study(entry, case) if _is_for(PUBLISHED, entry) else (),
        says="{outlet}: {found}",
        otherwise="{outlet}: nothing is missing for it",
        plainly="Your story is not told unless you say so, and nobody can know you by it.",
        outlet=entry.outlet,
    )


def _missing_of_the_case_study(entry: DisclosureMade, case: Case) -> list[str]:
    return [
        *(["the learner's consent is not in force"] if _given(PUBLISHED, case) is None else []),
        *(["it is not known that nobody can be recognised"] if entry.nobody_recognisable is None else []),
        *(["somebody can be recognised"] if entry.nobody_recognisable is False else []),
    ]


def _is_for(purpose: str, entry: DisclosureMade) -> bool:
    return OUTLET_BY_NAME[entry.outlet].purpose == purpose


@rule(
    "CON-04",
    MUST,
    question="May I plan to ring the learner in three months?",
    source=LOCAL,
    remedy="Ask the learner whether they may be contacted.",
    plain_remedy="It is yours to say whether we may be in touch later.",
    outside=True,
    always_assessed="consents are on the record, and what is not there was not given",
)
def consent_to_be_contacted(entry: FollowUpPlanned, case: Case) -> Verdict:
    """The learner consents to be contacted, on the day it is planned for too, and has not withdrawn it."""
    day = max(entry.planned_for, case.day_of(case.at))
    given = case.consents.to_rely_on(CONTACT, at=case.at, on=day)
    return verdict(
        given is not None,
        says="consent to be contacted on {day} is {consent}",
        plainly="We are only in touch later if you say that we may.",
        day=f"{day:%d %b %Y}",
        consent=_said(given),
    )


@rule(
    "CON-05",
    SHOULD,
    question="Did the learner hear what stays between us, and what cannot?",
    source=CONFIDENTIALITY,
    remedy="Explain confidentiality and its limits, and record that you did.",
)
def confidentiality_explained(entry: ConversationHeld, case: Case) -> Verdict:
    """By the first conversation, confidentiality and its limits were explained."""
    first = _is_first(entry, case)
    explained = not first or _explained(case)
    return verdict(
        explained,
        says="{which} conversation; confidentiality and its limits: {explained}",
        which="the first" if first else "a later",
        explained="not asked about" if not first else "explained" if explained else "not explained by then",
    )


def _is_first(entry: ConversationHeld, case: Case) -> bool:
    return not any(one.state is State.HELD and one.id != entry.conversation for one in case.conversations.all)


def _explained(case: Case) -> bool:
    today = case.day_of(case.at)
    said = tuple(limits for at, limits in case.consents.explained if case.day_of(at) <= today)
    if not said:
        return False
    return True in said or known("whether the limits of confidentiality were explained", _last_said(said))


def _last_said(said: tuple[bool | None, ...]) -> bool | None:
    return None if None in said else False


CONSENT: Final[tuple[Rule, ...]] = (
    consent_to_share_for_the_referral,
    consent_to_research,
    consent_to_the_case_study,
    consent_to_be_contacted,
    confidentiality_explained,
)
