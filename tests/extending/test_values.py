"""The types of a college's own policy values, and policies that decide them."""

import pickle
from datetime import date
from typing import Any

import pytest

from iagcore.exceptions import InvalidPolicy
from iagcore.extending.book import book_of
from iagcore.extending.values import Day, Names, OneOf, Periods, WholeNumber, YesOrNo
from iagcore.policy import Gap, Policy, Window
from iagcore.reports.policy_sheet import written
from tests.casework import STARTER, policy
from tests.extending.given import FOLDER, SAC, UNDER

DAY, NEXT = date(2027, 5, 17), date(2027, 5, 21)
EXAMS = "sac/exam_weeks"


@pytest.mark.parametrize(
    ("type", "held", "found"),
    [
        (WholeNumber(1, 5), 5, 5),
        (YesOrNo(), False, False),
        (OneOf(("high", "low")), "low", "low"),
        (Names(), ["a", "b"], ("a", "b")),
        (Names(), "none", ()),
        (Day(), DAY, DAY),
        (Periods(), "none", ()),
        (Periods(), [{"first": DAY, "last": DAY}], (Window(DAY, DAY),)),
    ],
)
def test_each_type_takes_what_it_says(type: Any, held: Any, found: Any) -> None:
    assert type(held) == found
    assert pickle.loads(pickle.dumps(type)) == type


@pytest.mark.parametrize(
    ("type", "held", "reason"),
    [
        (WholeNumber(1, 5), 6, "numbers run from 1 to 5"),
        (YesOrNo(), "yes", "true or false is expected"),
        (OneOf(("high", "low")), "medium", "one of high, low is expected"),
        (Names(), [], 'a list of names is expected, such as ["Monday", "Friday"], or "none"'),
        (Names(), "a", 'a list of names is expected, such as ["Monday", "Friday"], or "none"'),
        (Day(), "2027-05-17", "a date is written without quotes, such as 2015-04-01"),
        (Periods(), [], '[{ first = 2031-05-19, last = 2031-05-23 }] is expected, or "none"'),
        (Periods(), [3], '[{ first = 2031-05-19, last = 2031-05-23 }] is expected, or "none"'),
        (Periods(), [{"first": DAY}], '[{ first = 2031-05-19, last = 2031-05-23 }] is expected, or "none"'),
        (Periods(), [{"first": NEXT, "last": DAY}], "the last day, 2027-05-17, is before the first, 2027-05-21"),
    ],
)
def test_and_nothing_else(type: Any, held: Any, reason: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 # the words are compared
        type(held)
    assert str(raised.value) == reason


def test_a_policy_decides_it_dated_and_cited_and_says_so_where_it_does_not() -> None:
    cited = UNDER.at(DAY).cited(EXAMS)
    assert (cited.value, cited.since, cited.local) == ((Window(DAY, NEXT),), date(2026, 9, 1), True)
    with pytest.raises(Gap, match=r"^the policy does not decide sac/exam_weeks on 2026-08-31$"):
        UNDER.at(date(2026, 8, 31)).cited(EXAMS)
    with pytest.raises(
        ValueError, match=r"^no policy value is called 'sac/exam_week'; did you mean 'sac/exam_weeks'\?$"
    ):
        UNDER.at(DAY).cited("sac/exam_week")
    with pytest.raises(
        ValueError, match=r"^no policy value is called 'sac/x': the extension that declares it has to be given$"
    ):
        STARTER.at(DAY).cited("sac/x")


def test_a_policy_that_is_given_is_read_strictly_and_one_that_is_kept_leaves_unread_what_is_not_known() -> None:
    with pytest.raises(InvalidPolicy, match="'sac/exam_weeks': the extension that declares it has to be given"):
        Policy.load(FOLDER / "policy.toml")
    kept = Policy.parse(UNDER.text, kept=True)
    assert (list(kept.values), kept.fingerprint) == (list(STARTER.values), UNDER.fingerprint)
    with pytest.raises(InvalidPolicy, match="no policy value is called 'notice_hour'"):
        Policy.parse(UNDER.text.replace("notice_hours", "notice_hour"), kept=True)
    with pytest.raises(InvalidPolicy, match=r"sac/exam_weeks from 2026-09-01: value: a list|is expected, or"):
        Policy.parse(UNDER.text.replace("[{ first", "[[{ first").replace("21 }]", "21 }]]"), values=SAC.values)


def test_one_text_read_with_and_without_is_two_policies_which_no_memory_mixes() -> None:
    kept = Policy.parse(UNDER.text, kept=True)
    assert kept != UNDER
    assert UNDER.at(DAY).cited(EXAMS).value == (Window(DAY, NEXT),)
    with pytest.raises(ValueError, match="no policy value is called 'sac/exam_weeks'"):
        kept.at(DAY).cited(EXAMS)


def test_it_copies_and_pickles_with_what_it_was_read_with() -> None:
    again = pickle.loads(pickle.dumps(UNDER))
    assert (again, again.at(DAY).cited(EXAMS).value) == (UNDER, (Window(DAY, NEXT),))
    kept = Policy.parse(UNDER.text, kept=True)
    assert pickle.loads(pickle.dumps(kept)) == kept


def test_a_book_reads_a_policy_with_its_values_once() -> None:
    book = book_of([SAC])
    plain = Policy.load("starter")
    assert book.read(UNDER) is UNDER
    found = book.read(plain)
    assert (found.text, found.of_extensions) == (plain.text, SAC.values)
    assert book.policy("starter") == found
    kept = Policy.parse(UNDER.text, kept=True)
    assert book.read(kept) == UNDER
    assert book.read(kept).kept


@pytest.mark.parametrize(("held", "said"), [(True, "yes"), (False, "no"), ((), "none"), (3, "3 days")])
def test_it_is_written_for_people(held: Any, said: str) -> None:
    assert written(held, "days") == said


def test_a_level_of_its_rules_is_known_where_it_is_given_and_passed_over_in_a_text_that_is_kept() -> None:
    text = '[[level.SAC-02]]\nfrom = 2020-01-01\nvalue = "MUST"\nlocal = "we mean it"\n'
    with pytest.raises(InvalidPolicy, match="no rule has the code 'SAC-02'"):
        book_and_check(policy(text))
    book_and_check(policy(text), SAC)
    book_and_check(Policy.parse(policy(text).text, kept=True))
    with pytest.raises(InvalidPolicy, match="no rule has the code 'SAC-09'"):
        book_and_check(Policy.parse(policy(text.replace("02]]", "09]]")).text, kept=True), SAC)


def book_and_check(under: Policy, *extensions: Any) -> None:
    from iagcore.record.rules import check_levels  # asked of both in one place

    check_levels(under, book_of(extensions).rules)
