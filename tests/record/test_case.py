"""A case has the parts that it was given; what it was not given is not known, whatever is looked for in it."""

import copy
import pickle
from typing import Any

import attrs
import pytest

from iagcore.policy import Policy
from iagcore.practice.conversations import Conversations
from iagcore.record.case import Case, NotKnown
from iagcore.record.journey import CoachHome, Journey
from iagcore.record.parts import Parts
from tests.casework import NINA, casebook, on, start

STARTER = Policy.load("starter")
BY_HAND = Case(STARTER, at=on(0), by=NINA)
PARTS = tuple(one.name for one in attrs.fields(Parts))


@pytest.mark.parametrize("name", [*PARTS, "allowance", "timelines", "amending", "places"])
def test_what_a_case_was_not_given_is_not_known(name: str) -> None:
    part: Any = getattr(BY_HAND, name)
    (what,) = {
        what_is_missing(look) for look in (lambda: part.all, lambda: part["c1"], lambda: list(part), lambda: bool(part))
    }
    assert repr(part) == f"<not known: {what}>"


def test_what_is_given_as_nothing_is_left_out() -> None:
    nothing: Any = None
    assert Case(STARTER, at=on(0), by=NINA, grow=nothing, allowance=nothing) == BY_HAND


def what_is_missing(look: Any) -> str:
    with pytest.raises(NotKnown) as missing:
        look()
    return missing.value.what


def test_a_case_that_lacks_a_part_can_be_shown_copied_and_built_upon() -> None:
    assert "conversations=<not known: the journey's conversations>" in repr(BY_HAND)
    assert copy.deepcopy(BY_HAND.grow) == pickle.loads(pickle.dumps(BY_HAND.grow)) == BY_HAND.grow
    assert copy.copy(BY_HAND) == BY_HAND
    assert attrs.evolve(BY_HAND, conversations=Conversations()).conversations["c1"].state == "not booked"


def test_a_home_gives_every_part_and_readiness_where_it_is_a_coachs() -> None:
    journey, coach = (
        Case.of(Journey("a"), STARTER, at=on(0), by=NINA),
        Case.of(CoachHome(NINA), STARTER, at=on(0), by=NINA),
    )
    assert {name for name in PARTS if getattr(journey, name) != getattr(Parts(), name)} == {"readiness"}
    assert coach.parts == Parts()


def test_a_place_knows_when_it_was_recorded() -> None:
    cases = casebook()
    start(cases)
    (place,) = cases.journey("a").places
    assert (place.recorded_at, place.at) == (place.recorded[0].recorded_at, on(0))
    assert place.recorded_at is not None
