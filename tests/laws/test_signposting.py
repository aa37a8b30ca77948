"""The laws of signposts and referrals: asked about until they are settled, and never called a success by silence."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.practice.consent import REFERRAL, THIS_JOURNEY, ConsentGiven
from iagcore.practice.signposting import (
    OUTCOMES,
    SETTLES,
    OutcomeLearned,
    ReferralMade,
    Signposted,
    SignpostReopened,
)
from iagcore.record.findings import Duty
from iagcore.rulebook import RULES
from tests.casework import JO, casebook, on, start
from tests.laws.histories import examples

ATTEMPTS, DAYS, DEADLINE = 3, 28, 14
"""As the starter policy has them."""

happenings = st.lists(st.sampled_from((*OUTCOMES, "unknown", "unknown", "reopened")), max_size=8)


def due(cases: Casebook, rule: str) -> list[Duty]:
    return [one for one in cases.duties("a") if one.rule == rule]


def pointed(*, referred: bool) -> Casebook:
    cases = casebook(rules=RULES)
    start(cases)
    if referred:
        given_ = ConsentGiven(consent="k", purpose=REFERRAL, scope=THIS_JOURNEY, only_for="x")
        cases.record("a", given_, by="learner:a", at=on(0)).require()
        made = ReferralMade(referral="x", opportunity="o", condition_of_place=False)
        cases.record("a", made, by=JO, at=on(0), id="made").require()
    else:
        cases.record("a", Signposted(signpost="x", opportunity="o"), by=JO, at=on(0), id="made").require()
    return cases


def told(cases: Casebook, happened: list[str]) -> None:
    for day, one in enumerate(happened, start=1):
        entry = SignpostReopened(of="x", note="again") if one == "reopened" else OutcomeLearned(of="x", outcome=one)
        cases.record("a", entry, by=JO, at=on(day), id=f"s{day}").require()


@given(happened=happenings, referred=st.booleans())
@examples(60)
def law_what_came_of_a_signpost_is_due_until_it_is_settled(happened: list[str], referred: bool) -> None:
    cases = pointed(referred=referred)
    told(cases, happened)
    since = happened[len(happened) - happened[::-1].index("reopened") :] if "reopened" in happened else happened
    in_vain = len(since) - len("".join("u" if one == "unknown" else "-" for one in since).rstrip("u"))
    settled = bool(since and since[-1] in SETTLES) or in_vain >= ATTEMPTS
    found = due(cases, "SIG-04")
    assert len(found) == (0 if settled else 1)
    for one in found:
        assert one.due == on(len(happened)) + timedelta(days=DAYS)
        assert one.what == f"ask what came of {'referral' if referred else 'signpost'} x"
    # silence is no outcome, and what could not be found out is no success
    pointer = cases.journey("a").signposting.of("x")
    assert pointer is not None
    assert pointer.outcome == (since[-1] if since else None)


@given(happened=happenings, referred=st.booleans())
@examples(60)
def law_a_referral_is_due_until_something_is_heard_of_it(happened: list[str], referred: bool) -> None:
    cases = pointed(referred=referred)
    told(cases, happened)
    since = happened[len(happened) - happened[::-1].index("reopened") :] if "reopened" in happened else happened
    found = due(cases, "SIG-05")
    # that it could not be found out is not hearing; asked so often in vain, unknown is what is true
    silent = all(one == "unknown" for one in since) and len(since) < ATTEMPTS
    assert len(found) == (1 if referred and silent else 0)
    for one in found:
        opened = len(happened) - len(since)
        assert one.due == on(opened) + timedelta(days=DEADLINE)
