"""Words as people type them, languages by code, and the days of the week in a text."""

import pytest

from iagcore.directory.folding import forms_of, searched_in, wanted
from iagcore.directory.languages import language_named
from iagcore.opportunities.weekdays import says_only_weekdays, weekdays_named

MONDAY_TO_FRIDAY = frozenset(range(5))


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("art", ("art",)),
        ("arts", ("arts", "art ")),
        ("classes", ("classes", "class ", "classe ")),
        ("hobbies", ("hobbies", "hobby ", "hobbie ")),
        ("hobby", ("hobby", "hobbies ")),
        ("play", ("play",)),
        ("men", ("men", "man ")),
        ("woman", ("woman", "women ")),
        ("bus", ("bus",)),
        ("yes", ("yes",)),
        ("class", ("class",)),
    ],
)
def test_a_word_is_looked_for_in_one_and_in_several(word: str, forms: tuple[str, ...]) -> None:
    assert forms_of(word) == forms


def test_what_a_text_asks_for() -> None:
    assert wanted("the well being of all") == (("well",), ("being", "wellbeing"), ("all", "beingall"))
    assert wanted("and the") == (("and",), ("the", "andthe"))
    assert wanted("tea tea") == (("tea",),)
    assert wanted("?") == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Art", "art"),
        ("Drop-in, well‑being", "drop in well being dropin wellbeing"),
        ("L'Arche", "larche arche"),
        ("E.S.O.L. classes", "e s o l classes esol"),
        ("Men's", "mens"),
    ],
)
def test_what_is_searched_has_words_in_one_piece_as_well(text: str, read: str) -> None:
    assert searched_in(text) == read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pl", "Polish"),
        ("POL", "Polish"),
        ("pl-PL", "Polish"),
        ("bsl", "British Sign Language"),
        ("farsi", "Farsi (Persian)"),
        ("Somali", "Somali"),
        ("Klingon", "Klingon"),
        ("no interpreter", "no interpreter"),
    ],
)
def test_a_language_has_a_name(text: str, name: str) -> None:
    assert language_named(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Monday to Friday", "Mondays to Fridays", "Mon-Fri", "Mon - Fri", "Mon – Fri", "Mon — Fri", "Mon to Fri", "MON-FRI",
        "mon-fri", "Monday-Friday", "Monday through Friday", "Mon thru Fri", "Monday till Friday", "Monday until Friday",
        "M-F", "M – F", "Mo-Fr", "M to F", "Mon. - Fri.", "weekdays", "every weekday", "week days", "Weekday mornings",
        "Monday to Friday inclusive", "from Monday to Friday", "between Monday and Friday", "Monday up to Friday",
        "Monday 9am to Friday 5pm", "Monday, 9.30 am - Friday", "Mon...Fri", "Mon > Fri", "Mon~Fri", "Mon‑Fri", "Mon → Fri",
        "Monday to and including Friday", "Mon, Tue, Wed, Thu, Fri", "Mon/Tues/Weds/Thurs/Fri", "MTWTF", "5 days a week",
        "Monday, Tuesday, Wednesday, Thursday & Friday", "Mo, Tu, We, Th, Fr", "working days", "Monday\nto Friday",
        "Monday(s) to Friday(s)", "9am-5pm Mon-Fri", "Monday's to Friday's", "Mondays–Fridays, term time",
    ],
)  # fmt: skip
def test_monday_to_friday_in_its_spellings(text: str) -> None:
    assert weekdays_named(text) == MONDAY_TO_FRIDAY


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tuesdays and Thursdays", {1, 3}),
        ("Monday 10am to 12, Friday 2pm", {0, 4}),
        ("Monday and Friday", {0, 4}),
        ("Wendsday", {2}),
        ("Fri to Mon", {4, 5, 6, 0}),
        ("weekends", {5, 6}),
        ("Monday, then a very long talk about what is to be done, to Friday", {0, 4}),
        ("Monday to weekends, Friday", {0, 4, 5, 6}),
        ("every day", set(range(7))),
        ("daily", set(range(7))),
        ("3 evenings a week", set(range(7))),
        ("we meet so often, today", set()),
        ("", set()),
    ],
)
def test_the_days_that_a_text_names(text: str, days: set[int]) -> None:
    assert weekdays_named(text) == days


@pytest.mark.parametrize(
    ("text", "only"),
    [("Mon - Fri", True), ("Tuesdays & Thursdays", True), ("Mon if dry", False), ("", False), ("Mon to", True)],
)
def test_whether_a_text_is_days_alone(text: str, only: bool) -> None:
    assert says_only_weekdays(text) is only
