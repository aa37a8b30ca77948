"""Twin journeys, one with a concern and one without: who may not know of it is answered alike, to the letter."""

from datetime import timedelta
from typing import Any, cast

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.exceptions import IagcoreError, UnknownJourney
from iagcore.practice.amendments import Amendment, RecordAnnotated
from iagcore.practice.approvals import ApprovalGiven
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.disclosures import outlet_of
from iagcore.practice.grow import GrowUsed
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyStarted, LearnerLeft
from iagcore.practice.safeguarding import ConcernClosed, ConcernEscalated, ConcernRaised, HoldEntered
from iagcore.practice.signposting import ReferralMade
from iagcore.reports import journey_page
from iagcore.storage.memory import MemoryJournal
from iagcore.testing import strategies
from tests.casework import JO, NINA, OMAR, STARTER, on

RAISED = "raised"
TAKEN, APPROVED, REFERRED, NOTED = "taken", "approved", "referred", "noted"
SAM = "safeguarding-lead:sam"
AT = on(3)


def twins(*, started: bool) -> tuple[Casebook, Casebook]:
    """A journey on which a coach raised a concern, which was seen to, and one on which nobody did."""
    made = []
    for told in (True, False):
        cases = Casebook(MemoryJournal(), STARTER, clock=lambda: AT)
        if started:
            start = JourneyStarted(learner="learner:a", programme="starter", attests_age=30)
            cases.record("a", start, by=JO, at=on(0), id="start").require()
            cases.record("a", CoachAssigned(coach=NINA), by=JO, at=on(0), id="coach").require()
        if told:
            concern = ConcernRaised(concern="k1", words="what was seen", learner="learner:a")
            cases.record("a", concern, by=OMAR, at=on(1), id=RAISED).require()
            cases.record("a", ConcernEscalated(concern="k1", held_by=SAM), by=SAM, at=on(1), id=TAKEN).require()
            cases.record("a", RecordAnnotated(record=RAISED, words="a note"), by=SAM, at=on(1), id=NOTED).require()
            referral = ReferralMade(
                referral="r1", opportunity="o", concern="k1", why="at once", condition_of_place=False
            )
            approval = ApprovalGiven(approves="referral", which="r1", concern="k1")
            cases.record("a", approval, by="safeguarding-lead:max", at=on(1), id=APPROVED).require()
            cases.record("a", referral, by=SAM, at=on(1), id=REFERRED).require()
        made.append(cases)
    return made[0], made[1]


def answer(cases: Casebook, entry: Entry, by: str, *, id: str | None) -> Any:
    """All that somebody is told: the decision in both wordings and its duties, or the error; and once more."""
    try:
        if id is None:
            decision = cases.preview("a", entry, by=by, at=AT)
        else:
            decision = cases.record("a", entry, by=by, at=AT, id=id)
            assert cases.record("a", entry, by=by, at=AT, id=id).explain() == decision.explain()
    except IagcoreError as error:
        return type(error), str(error)
    return decision.accepted, decision.explain(), decision.explain(to="learner"), decision.duties


def pointed_at_it(entry: Entry) -> Entry:
    """The entry, where it points to a concern or a record pointed to this concern and its record."""
    if isinstance(entry, Amendment):
        return attrs.evolve(entry, target=RAISED)
    named = {"concern": "k1", "record": RAISED, "referral": "r1"}
    aimed: dict[str, Any] = {}
    for field in entry.declares.fields:
        for thing in entry.declares.points_to.get(field.name, ()):
            if thing in named:
                aimed[field.name] = (named[thing],) if field.many else named[thing]
    evolved: Entry = attrs.evolve(cast(Any, entry), **aimed)
    return evolved


parties = st.sampled_from(("learner:a", "learner:other", NINA, "coach:stranger", JO, "lead:other", "researcher:ria"))


ids = st.sampled_from((None, "asked", RAISED, TAKEN, APPROVED, REFERRED, NOTED))


@example(entry=JourneyClosed(), by=JO, aimed=False, id=None, started=True)
@example(entry=LearnerLeft(how="moved on"), by=NINA, aimed=False, id="asked", started=True)
@example(entry=GrowUsed(outside="self-led", words="x"), by=NINA, aimed=False, id=RAISED, started=True)
@example(entry=ConcernRaised(concern="k1", words="x"), by=NINA, aimed=False, id=RAISED, started=False)
@example(entry=ConcernEscalated(concern="k1", held_by=JO), by=NINA, aimed=False, id=TAKEN, started=True)
@example(entry=RecordAnnotated(record=RAISED, words="x"), by=NINA, aimed=False, id=NOTED, started=True)
@given(entry=strategies.entries(), by=parties, aimed=st.booleans(), id=ids, started=st.booleans())
def law_who_may_not_know_of_a_concern_is_answered_as_if_there_were_none(
    entry: Entry, by: str, aimed: bool, id: str | None, started: bool
) -> None:
    told, quiet = twins(started=started)
    asked = pointed_at_it(entry) if aimed else entry
    assert answer(told, asked, by, id=id) == answer(quiet, asked, by, id=id)
    assert told.due(party=by, at=AT + timedelta(days=1)) == quiet.due(party=by, at=AT + timedelta(days=1))
    assert pages(told, by) == pages(quiet, by)


@given(parties)
def law_who_may_not_know_of_a_concern_sees_the_same_journey(by: str) -> None:
    told, quiet = twins(started=True)
    day = AT.date()
    assert told.journey("a").seen_by(by, on=day) == quiet.journey("a").seen_by(by, on=day)


def pages(cases: Casebook, by: str) -> Any:
    """What somebody sees of the journey: as a view, and, where it is for them, as a page."""
    try:
        home = cases.journey("a")
    except UnknownJourney:
        return ()  # which the host's own code is told apart, and nobody else
    view = home.seen_by(by, on=AT.date())
    if not home.status.started_at or outlet_of(by) is None:
        return view.entries
    page = journey_page(home, records=cases.records("a"), duties=cases.duties("a"), zone=STARTER.zone, party=by)
    return view, page


@given(entry=strategies.entries(), by=parties, id=ids)
def law_who_may_not_know_of_a_hold_is_answered_as_if_there_were_none(entry: Entry, by: str, id: str | None) -> None:
    held, quiet = twins(started=True)[1], twins(started=True)[1]
    held.record("a", HoldEntered(hold="h1", words="x"), by=SAM, at=on(1), id=RAISED).require()
    assert answer(held, entry, by, id=id) == answer(quiet, entry, by, id=id)
    assert held.due(party=by, at=AT) == quiet.due(party=by, at=AT)
    assert pages(held, by) == pages(quiet, by)


def test_an_erasure_is_answered_in_the_same_words_whatever_holds_the_record() -> None:
    concerned, held = twins(started=True)
    held.record("a", HoldEntered(hold="h1", words="x"), by=SAM).require()
    assert str(concerned.preview_erasure("learner:a", by=JO)) == str(held.preview_erasure("learner:a", by=JO))
    assert str(concerned.erase("learner:a", by=JO)) == str(held.erase("learner:a", by=JO))


def test_an_erasure_is_answered_alike_once_nothing_is_held() -> None:
    told, quiet = twins(started=True)
    assert str(told.preview_erasure("learner:a", by=JO)) != str(quiet.preview_erasure("learner:a", by=JO))
    told.record("a", ConcernClosed(concern="k1", words="seen to"), by=SAM, at=on(2)).require()
    assert told.preview_erasure("learner:a", by=JO) == quiet.preview_erasure("learner:a", by=JO)
    assert told.erase("learner:a", by=JO) == quiet.erase("learner:a", by=JO)


def test_the_twins_differ_for_those_who_may_know() -> None:
    told, quiet = twins(started=True)
    assert told.due(party=SAM, at=AT) != quiet.due(party=SAM, at=AT)
    assert told.journey("a").seen_by(SAM, on=AT.date()) != quiet.journey("a").seen_by(SAM, on=AT.date())
    seen = [one.kind for one in told.journey("a").seen_by(SAM, on=AT.date()).entries]
    assert seen[2:] == ["concern-raised", "concern-escalated", "record-annotated", "approval-given", "referral-made"]
