"""Matching: what is asked, what is answered, and the sentence for each."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from iagcore.directory.folding import folded
from iagcore.directory.matching import Sought, brings_together, match, says_every_word
from iagcore.exceptions import InvalidEntry
from iagcore.opportunities import Cost, Opportunity, Recurrence, Term, Time, Venue

TODAY = date(2026, 1, 5)
HERE = (51.54, 0.71)
FAR = Venue(latitude=52.0, longitude=0.71)


def sentences(sought: Sought, **fields: Any) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found = match(Opportunity("a", "Art", **{"status": "active", **fields}), sought, today=TODAY)
    return found.reasons[1:], found.to_ask, found.conflicts


@pytest.mark.parametrize(
    ("sought", "fields", "yes", "ask", "no"),
    [
        (Sought(near=HERE, within=5), {"places": [FAR]}, [], [], ["it is 51.1 km away, further than 5 km"]),
        (Sought(near=HERE), {"places": [FAR]}, ["it is 51.1 km away"], [], []),
        (Sought(near=HERE, within=5), {"places": [FAR], "attended": ["online", "venue"]}, ["nobody has to travel: online or in person"], [], []),
        (
            Sought(near=HERE, within=5),
            {"places": [FAR, Venue(postcode="SS1 1AA")]},
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
        ("  Art & CRAFT's ", "art and crafts"),
        ("Men’s Shed – St. Mary`s", "mens shed st marys"),
        ("Łódź, Ærø, Þór", "lodz aero thor"),
        ("１２ ﬁne", "12 fine"),
        ("?!", ""),
        ("Ångström—日本", "angstrom 日本"),
    ],
)
def test_a_text_is_folded(text: str, read: str) -> None:
    assert folded(text) == read


def test_words_are_looked_for_in_all_that_is_said_but_addresses_on_the_web_and_numbers() -> None:
    one = Opportunity(
        "a",
        "Art",
        description="Tea",
        eligibility="Adults",
        url="https://example.org",
        phones=["01632"],
        areas=["Borsetshire"],
        joining="Ask Ann",
        terms=[Term("Women", None, "audience")],
        access=["Ramp"],
        attended=["online"],
        languages=["Polish"],
        places=[Venue(name="Hall", address="Felpersham", access=["Lift"])],
    )
    found = [
        "art tea",
        "te ar",
        "adults",
        "women",
        "audience",
        "borsetshire",
        "ask ann",
        "ramp",
        "online",
        "polish",
        "hall",
        "felpersham",
        "lift",
    ]
    assert [text for text in found if not says_every_word(one, Sought(text=text))] == []
    assert [text for text in ("example", "01632", "rt") if says_every_word(one, Sought(text=text))] == []
    assert says_every_word(one, Sought())


@pytest.mark.parametrize(
    ("text", "apart"),
    [("clay pot", 0), ("pot clay", 1), ("tea break", 2), ("break tea", 3), ("teas", 3), (None, 0), ("clay tea", 3)],
)
def test_how_closely_words_are_said(text: str | None, apart: int) -> None:
    one = Opportunity("a", "Clay pots", description="A tea break")
    assert match(one, Sought(text=text), today=TODAY).apart == apart


@pytest.mark.parametrize(
    ("checked", "sentence"),
    [
        (date(2020, 1, 5), "last checked on 05 Jan 2020, 6 years ago)"),
        (date(2024, 1, 6), "last checked on 06 Jan 2024, 23 months ago)"),
        (date(2025, 7, 8), "last checked on 08 Jul 2025, 5 months ago)"),
    ],
)
def test_what_was_checked_long_ago_is_asked_about(checked: date, sentence: str) -> None:
    asked = sentences(Sought(), last_checked=checked)[1]
    assert asked == (f"whether it still runs (the directory says that it runs; {sentence}",)
    assert sentences(Sought(fresh_days=36_500), last_checked=checked)[1] == ()
    shut = match(Opportunity("a", "A", status="inactive", last_checked=checked), Sought(), today=TODAY)
    assert shut.hidden


def test_days_and_one_month_are_said_as_people_say_them() -> None:
    asked = [sentences(Sought(fresh_days=0), last_checked=day)[1][0] for day in (date(2025, 12, 5), date(2026, 1, 4))]
    assert [one.rpartition(", ")[2] for one in asked] == ["1 month ago)", "1 day ago)"]
    assert sentences(Sought(fresh_days=36_500), last_checked=date(1926, 1, 1))[1] != ()


def test_what_the_directory_says_in_two_ways_is_part_of_the_question() -> None:
    both = {"status": None, "contradictions": ["status: active, inactive", "ages: from 18, from 50"]}
    assert sentences(Sought(age=34), **both)[1] == (
        "whether it still runs (the directory says both active and inactive; nobody says when it was last checked)",
        "whether it is for age 34 (the directory says: from 18, from 50)",
    )


def test_a_language_has_its_sentence() -> None:
    assert sentences(Sought(language="so"), languages=["Somali"])[0][-1] == "it is offered in Somali"
    assert sentences(Sought(language="Somali"), languages=["Polish", "English"])[1] == (
        "whether it is offered in Somali (the directory says: Polish, English)",
    )
    assert sentences(Sought(language="Klingon"))[1] == (
        "whether it is offered in Klingon (the directory does not say)",
    )


def test_a_timetable_says_its_dates() -> None:
    mondays = Time(recurrence=Recurrence(freq="WEEKLY", days=["MO"]))
    later = [attrs.evolve(mondays, valid_from=date(2026, 2, 1))]
    assert sentences(Sought(day="mon"), times=later)[0][-1] == (
        "it is on Mondays (the directory says: every week on Monday from 01 Feb 2026)"
    )
    assert sentences(Sought(day="tue"), times=later)[1] == (
        "whether it is on Tuesdays (the directory says: every week on Monday from 01 Feb 2026)",
    )
    lapsed = [attrs.evolve(mondays, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))]
    assert sentences(Sought(day="mon"), times=lapsed)[1] == (
        "whether it is on Mondays (the directory says: every week on Monday ended on 31 Dec 2025)",
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"connects": "in pairs"}, "in pairs"),
        ({"description": "Clay. Come and meet new people over tea! Ramp."}, "Come and meet new people over tea!"),
        ({"description": f"{'clay ' * 60}together {'pots ' * 60}"}, None),
        ({"description": "Ask at the desk"}, None),
        ({}, None),
    ],
)
def test_how_it_brings_people_together_is_said_in_the_directorys_words(fields: Any, said: str | None) -> None:
    found = brings_together(Opportunity("a", "Art", **fields))
    if "description" in fields and "clay clay" in fields["description"]:
        assert found is not None
        assert (found[0], found[-1], "together" in found, len(found) <= 202) == ("…", "…", True, True)
    else:
        assert found == said


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
        {"language": "?"},
        {"fresh_days": -1},
        {"fresh_days": 1.5},
    ],
)
def test_what_cannot_be_sought_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidEntry, match=r"^search: "):
        Sought(**wrong)
    with pytest.raises(InvalidEntry, match="argument: today"):
        match(Opportunity("a", "Art"), Sought(), today="today")  # type: ignore[arg-type]
