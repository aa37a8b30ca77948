"""Matching: what is asked, what is answered, and the sentence for each."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from iagcore.directory.matching import Sought, folded, match, says_every_word
from iagcore.exceptions import InvalidEntry
from iagcore.practice.opportunities import Cost, Opportunity, Place, Recurrence, Time

TODAY = date(2026, 1, 5)
HERE = (51.54, 0.71)
FAR = Place(latitude=52.0, longitude=0.71)


def sentences(sought: Sought, **fields: Any) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found = match(Opportunity("a", "Art", status="active", **fields), sought, today=TODAY)
    return found.reasons[1:], found.to_ask, found.conflicts


@pytest.mark.parametrize(
    ("sought", "fields", "yes", "ask", "no"),
    [
        (Sought(near=HERE, within=5), {"places": [FAR]}, [], [], ["it is 51.1 km away, further than 5 km"]),
        (Sought(near=HERE), {"places": [FAR]}, ["it is 51.1 km away"], [], []),
        (Sought(near=HERE, within=5), {"places": [FAR], "attended": ["online", "venue"]}, ["nobody has to travel (online, venue)"], [], []),
        (
            Sought(near=HERE, within=5),
            {"places": [FAR, Place(postcode="SS1 1AA")]},
            [],
            ["where it takes place, and how far that is (the directory says: SS1 1AA)"],
            [],
        ),
        (Sought(near=HERE), {}, [], ["where it takes place, and how far that is (the directory does not say)"], []),
        (
            Sought(day="sat"),
            {"times": [Time(recurrence=Recurrence(freq="WEEKLY", days=["MO"]))]},
            [],
            [],
            ["it is not on Saturdays (the directory says: every week on Monday)"],
        ),
        (Sought(free=True), {"costs": [Cost(amount=Decimal(5))]}, [], [], ["it is not free (the directory says: 5)"]),
        (Sought(free=True), {"fees": "Ask"}, [], ["what it costs (the directory says: Ask)"], []),
        (Sought(age=34), {"least_age": 18, "most_age": 25}, [], [], ["it is for ages 18 to 25, and not for 34"]),
        (Sought(age=17), {"most_age": 18}, ["it is for ages up to 18, and so for 17"], [], []),
        (Sought(age=34), {"eligibility": "Adults"}, [], ["whether it is for age 34 (the directory says: Adults)"], []),
    ],
)  # fmt: skip
def test_each_answer_has_its_sentence(
    sought: Sought, fields: Any, yes: list[str], ask: list[str], no: list[str]
) -> None:
    assert sentences(sought, **fields) == (tuple(yes), tuple(ask), tuple(no))


def test_what_has_closed_says_so() -> None:
    found = match(Opportunity("a", "Art", status="temporarily closed"), Sought(), today=TODAY)
    assert found.conflicts == ("it is temporarily closed (nobody says when it was last checked)",)
    assert found.hidden


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Café – Straße", "cafe strasse"),
        ("  Art & CRAFT's ", "art craft s"),
        ("１２ ﬁne", "12 fine"),
        ("?!", ""),
        ("Ångström—日本", "angstrom 日本"),
    ],
)
def test_a_text_is_folded(text: str, read: str) -> None:
    assert folded(text) == read


def test_words_are_looked_for_in_name_and_description_alone() -> None:
    one = Opportunity("a", "Art", description="Tea", eligibility="Adults", url="https://example.org")
    assert [says_every_word(one, Sought(text=text)) for text in ("art tea", "te ar", "adults", "example")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert says_every_word(one, Sought())


@pytest.mark.parametrize(("day", "number"), [("sat", 5), ("SA", 5), ("Saturday ", 5), (0, 0), (None, None)])
def test_a_day_of_the_week_is_a_name_or_a_number(day: Any, number: int | None) -> None:
    assert Sought(day=day).day == number


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": 7},
        {"day": "someday"},
        {"near": (0.0, 181.0)},
        {"age": -1},
        {"age": True},
        {"within": -1.0, "near": HERE},
        {"text": "  "},
    ],
)
def test_what_cannot_be_sought_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidEntry, match=r"^search: "):
        Sought(**wrong)
    with pytest.raises(InvalidEntry, match="argument: today"):
        match(Opportunity("a", "Art"), Sought(), today="today")  # type: ignore[arg-type]
