"""A coach who has nothing to do with a journey, and other strangers: what they ask for, and the answer to each."""

import pytest

from iagcore import Casebook, InvalidEntry
from iagcore.entries import (
    AllowanceExtended,
    BreachAuthorised,
    CoachAssigned,
    ConsentGiven,
    ConsentWithdrawn,
    ConversationBooked,
    ConversationHeld,
    DisclosureMade,
    Entry,
    JourneyClosed,
    LearnerLeft,
    RecordAnnotated,
)
from iagcore.practice.consent import RESEARCH
from tests.casebook.around import RIA, around
from tests.casework import JO, NINA, on, refusals

ZED = "coach:zed"
EXTRACT = DisclosureMade(outlet="research extract", shown_to=RIA)
HELD = ConversationHeld(conversation="c2", coach=ZED, minutes=180)


def with_nina() -> Casebook:
    """A journey with which coach:nina goes."""
    cases = around()
    cases.record("a", CoachAssigned(coach=NINA), by=JO).require()
    return cases


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (ConsentGiven(consent="x", purpose="case study", scope="every journey"), ["ACC-03"]),
        (ConsentGiven(consent="y", purpose="research", scope="every journey"), ["ACC-03"]),
        (ConsentWithdrawn(purpose="research"), ["ACC-03"]),
        (EXTRACT, ["ACC-03"]),
        (ConversationBooked(conversation="c1", coach=ZED, starts_at=on(9), minutes=15), ["ACC-03"]),
        (HELD, ["ACC-03"]),
        (AllowanceExtended(extension="x", minutes=60, reason="because"), ["ACC-03", "ACC-04"]),
        (CoachAssigned(coach=ZED), ["ACC-01", "ACC-03"]),
        (BreachAuthorised(record="start", rule="COA-08", reason="me"), ["ACC-01", "ACC-03"]),
        (JourneyClosed(), ["ACC-03"]),
        (LearnerLeft(how="disengaged"), ["ACC-03"]),
        (RecordAnnotated(record="start", words="x"), ["ACC-03"]),
    ],
)
def test_a_coach_who_does_not_go_with_the_learner_records_nothing_there(entry: Entry, refused: list[str]) -> None:
    cases = with_nina()
    assert refusals(cases.record("a", entry, by=ZED)) == refused
    journey = cases.journey("a")
    assert (journey.allowance.ceiling, journey.allowance.remaining, journey.status.standing) == (180, 180, "open")
    assert journey.consents.in_force(RESEARCH, at=on(0), on=on(0).date()) is None
    assert journey.seen_by(ZED, on=on(0).date()).entries == ()


def test_no_extract_leaves_on_the_word_of_a_stranger() -> None:
    cases = with_nina()
    given = ConsentGiven(consent="y", purpose="research", scope="every journey")
    assert not cases.record("a", given, by=ZED).accepted
    for by in (RIA, JO):
        released = cases.release("a", EXTRACT, by=by)
        assert (refusals(released.decision), released.view) == (["CON-02"], None)


@pytest.mark.parametrize("by", ["learner:b", "learner:A", "learner:a "])
def test_another_learner_records_nothing_however_alike_the_name_is(by: str) -> None:
    assert refusals(with_nina().record("a", ConsentWithdrawn(purpose="research"), by=by)) == ["ACC-01"]


@pytest.mark.parametrize(
    "by",
    ["le\N{CYRILLIC SMALL LETTER A}rner:a", "lead:", "lead: ", "Lead:jo", "lead:\u200b", "lead:\u202ejo", "lead:jo\u2060"],
)  # fmt: skip
def test_what_only_looks_like_a_party_is_none(by: str) -> None:
    with pytest.raises(InvalidEntry, match="argument: by"):
        with_nina().record("a", CoachAssigned(coach=ZED), by=by)


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u00ad", "\ufeff", "\u2028", "\u2029"])
def test_no_two_ids_look_the_same_for_a_mark_that_cannot_be_seen(mark: str) -> None:
    with pytest.raises(InvalidEntry, match=f"cannot be seen .U.{ord(mark):04X}"):
        ConversationHeld(conversation=f"c{mark}1", coach=NINA, minutes=1)
    assert RecordAnnotated(record="start", words=f"It{mark}s").words == f"It{mark}s"
