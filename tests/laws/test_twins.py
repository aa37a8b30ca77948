"""Twin journeys, one with a concern and one without: who may not know of it is answered alike, to the letter."""

from datetime import timedelta
from typing import Any, cast

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from iagcore.casebook import Casebook
from iagcore.exceptions import IagcoreError
from iagcore.practice.amendments import Amendment
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyClosed, JourneyStarted, LearnerLeft
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.storage.memory import MemoryJournal
from iagcore.testing import strategies
from tests.casework import JO, NINA, OMAR, STARTER, on

RAISED = "raised"
AT = on(3)


def twins(*, started: bool) -> tuple[Casebook, Casebook]:
    """A journey on which a coach raised a concern, and one on which nobody did, at the same moments."""
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
        made.append(cases)
    return made[0], made[1]


def answer(cases: Casebook, entry: Entry, by: str, *, recorded: bool) -> Any:
    """All that somebody is told: the decision in both wordings and its duties, or the error."""
    try:
        if recorded:
            decision = cases.record("a", entry, by=by, at=AT, id="asked")
        else:
            decision = cases.preview("a", entry, by=by, at=AT)
    except IagcoreError as error:
        return type(error), str(error)
    return decision.accepted, decision.explain(), decision.explain(to="learner"), decision.duties


def pointed_at_it(entry: Entry) -> Entry:
    """The entry, where it points to a concern or a record pointed to this concern and its record."""
    if isinstance(entry, Amendment):
        return attrs.evolve(entry, target=RAISED)
    named = {"concern": "k1", "record": RAISED}
    aimed: dict[str, Any] = {}
    for field in entry.declares.fields:
        for thing in entry.declares.points_to.get(field.name, ()):
            if thing in named:
                aimed[field.name] = (named[thing],) if field.many else named[thing]
    evolved: Entry = attrs.evolve(cast(Any, entry), **aimed)
    return evolved


parties = st.sampled_from(("learner:a", "learner:other", NINA, "coach:stranger", JO, "lead:other", "researcher:ria"))


@example(entry=JourneyClosed(), by=JO, aimed=False, recorded=False, started=True)
@example(entry=LearnerLeft(how="moved on"), by=NINA, aimed=False, recorded=True, started=True)
@given(entry=strategies.entries(), by=parties, aimed=st.booleans(), recorded=st.booleans(), started=st.booleans())
def law_who_may_not_know_of_a_concern_is_answered_as_if_there_were_none(
    entry: Entry, by: str, aimed: bool, recorded: bool, started: bool
) -> None:
    told, quiet = twins(started=started)
    asked = pointed_at_it(entry) if aimed else entry
    assert answer(told, asked, by, recorded=recorded) == answer(quiet, asked, by, recorded=recorded)
    assert told.due(party=by, at=AT + timedelta(days=1)) == quiet.due(party=by, at=AT + timedelta(days=1))


@given(parties)
def law_who_may_not_know_of_a_concern_sees_the_same_journey(by: str) -> None:
    told, quiet = twins(started=True)
    day = AT.date()
    assert told.journey("a").seen_by(by, on=day) == quiet.journey("a").seen_by(by, on=day)


def test_the_twins_differ_for_those_who_may_know() -> None:
    told, quiet = twins(started=True)
    sam = "safeguarding-lead:sam"
    assert told.due(party=sam, at=AT) != quiet.due(party=sam, at=AT)
    assert told.journey("a").seen_by(sam, on=AT.date()) != quiet.journey("a").seen_by(sam, on=AT.date())
