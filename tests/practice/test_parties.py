"""Who somebody is, told from the word before the colon, in one place."""

import re
from pathlib import Path

import pytest

import iagcore
from iagcore.practice.kinds import ROLES
from iagcore.practice.parties import HOMES, is_home, name_of_home, role_of
from iagcore.record.journey import Journey

SOURCE = Path(iagcore.__file__).parent
TAKES_APART = re.compile(rf'partition\(":"\)\[0\]|startswith\(\(?"({"|".join((*ROLES, *HOMES))}):"')


@pytest.mark.parametrize(
    ("party", "role"),
    [
        ("coach:nina", "coach"),
        ("safeguarding-lead:ana", "safeguarding-lead"),
        ("journey:a:b", "journey"),
        ("coach", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_role_is_what_stands_before_the_first_colon(party: str | None, role: str) -> None:
    assert role_of(party) == role


def test_a_journey_and_a_coach_have_a_record_of_their_own_and_a_name_to_ask_for() -> None:
    assert [is_home(one) for one in ("journey:a", "coach:nina", "learner:a", "policy:x", "journey")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert name_of_home(Journey("learner-a").subject) == "learner-a"
    assert name_of_home("coach:nina") == "coach:nina"


def test_nothing_else_takes_a_party_apart() -> None:
    # an error has to be there before there is anything to import, and the oracle shares nothing but kinds
    about_people = (path for path in SOURCE.rglob("*.py") if path.parent.name not in ("directory_contract", "oracle"))
    apart = {path.name for path in about_people if TAKES_APART.search(path.read_text("utf-8"))}
    assert apart == {"exceptions.py"}
