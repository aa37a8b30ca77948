"""Opportunities by themselves: what they may hold, and the three answers to each question."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from iagcore.exceptions import InvalidEntry
from iagcore.opportunities import (
    MOST_DAYS,
    NO,
    UNKNOWN,
    YES,
    Answer,
    Cost,
    Opportunity,
    Recurrence,
    ShownOpportunity,
    Status,
    Term,
    Time,
    Venue,
    chord_of,
    kilometres_of,
    on_globe,
)

JAN_1 = date(2026, 1, 1)  # a Thursday
JAN_31 = date(2026, 1, 31)
NO_DAY: Any = "2026-01-01"
SEVEN: Any = 7
SATURDAYS = Recurrence(freq="WEEKLY", days=["SA"])


def days(*numbers: int) -> tuple[date, ...]:
    return tuple(date(2026, 1, number) for number in numbers)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (Time(recurrence=SATURDAYS), days(3, 10, 17, 24, 31)),
        (Time(recurrence=SATURDAYS, valid_from=date(2026, 1, 10), valid_to=date(2026, 1, 17)), days(10, 17)),
        (Time(recurrence=Recurrence(freq="WEEKLY", days=["SA"], until=date(2026, 1, 17))), days(3, 10, 17)),
        (Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=["SA"]), starts=date(2026, 1, 3)), days(3, 17, 31)),
        (Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=["SA"])), None),
        (Time(recurrence=Recurrence(freq="WEEKLY"), starts=date(2025, 12, 30)), days(6, 13, 20, 27)),
        (Time(recurrence=Recurrence(freq="WEEKLY")), None),
        (Time(recurrence=Recurrence(freq="WEEKLY", days=["SA"], count=2), starts=date(2025, 12, 27)), days(3)),
        (Time(recurrence=Recurrence(freq="MONTHLY", days=["2MO", "-1FR"])), days(12, 30)),
        (Time(recurrence=Recurrence(freq="MONTHLY", month_days=[1, -1]), starts=JAN_1), days(1, 31)),
        (Time(recurrence=Recurrence(freq="MONTHLY", month_days=[1])), None),
        (Time(recurrence=Recurrence(freq="DAILY"), starts=date(2026, 1, 30)), days(30, 31)),
        (Time(recurrence=SATURDAYS, starts=date(2026, 2, 1)), ()),
        (Time(starts=date(2026, 1, 9)), days(9)),
        (Time(starts=date(2026, 2, 9)), ()),
        (Time(words="most days"), None),
    ],
)
def test_the_days_of_a_time_are_worked_out_or_unknown(time: Time, expected: tuple[date, ...] | None) -> None:
    assert time.days(JAN_1, JAN_31) == expected


def test_no_expansion_is_without_bounds() -> None:
    daily = Recurrence(freq="DAILY")
    found = daily.expand(starts=date(1900, 1, 1), first=date(1900, 1, 1), last=date(2999, 12, 31))
    assert len(found) == MOST_DAYS
    # a fifth Monday that is the first of a month never comes
    never = Recurrence(freq="MONTHLY", days=["5MO"], month_days=[1])
    assert never.expand(starts=JAN_1, first=JAN_1, last=date(2999, 12, 31)) == ()


@pytest.mark.parametrize(
    ("time", "weekdays", "last"),
    [
        (Time(recurrence=SATURDAYS), {5}, None),
        (Time(recurrence=SATURDAYS, valid_to=JAN_31), {5}, JAN_31),
        (Time(recurrence=Recurrence(freq="WEEKLY", days=["SA"], until=JAN_1), valid_to=JAN_31), {5}, JAN_1),
        (Time(recurrence=Recurrence(freq="WEEKLY", days=["SA"], count=3), starts=JAN_1), {5}, date(2026, 1, 17)),
        (Time(recurrence=Recurrence(freq="MONTHLY", days=["2MO"])), {0}, None),
        (Time(recurrence=Recurrence(freq="MONTHLY", month_days=[3])), None, None),
        (Time(recurrence=Recurrence(freq="YEARLY", days=["MO"])), None, None),
        (Time(recurrence=Recurrence(freq="DAILY")), {0, 1, 2, 3, 4, 5, 6}, None),
        (Time(recurrence=Recurrence(freq="DAILY", interval=2)), None, None),
        (Time(starts=JAN_1), {3}, JAN_1),
        (Time(words="most days", valid_to=JAN_1), None, JAN_1),
    ],
)
def test_a_time_says_its_weekdays_and_its_last_day(time: Time, weekdays: set[int] | None, last: date | None) -> None:
    assert time.weekdays == weekdays
    assert time.last_day == last


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (Time(recurrence=SATURDAYS, opens=time(10), closes=time(12)), "every week on Saturday 10:00–12:00"),
        (Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=["SA", "SU"])), "every 2 weeks on Saturday, Sunday"),
        (Time(recurrence=Recurrence(freq="MONTHLY", month_days=[1], until=JAN_31)), "every month on day 1 until 31 Jan 2026"),
        (Time(recurrence=Recurrence(freq="MONTHLY", days=["-1FR"])), "every month on -1 Friday"),
        (Time(starts=JAN_1, opens=time(9)), "on 01 Jan 2026 09:00"),
        (Time(words="most days"), "most days"),
        (Time(), "times not said"),
    ],
)  # fmt: skip
def test_a_time_is_told_in_words(time: Time, said: str) -> None:
    assert str(time) == said


def test_a_recurrence_is_written_as_icalendar_writes_it() -> None:
    full = Recurrence(freq="MONTHLY", interval=2, days=["2MO"], month_days=[8], until=JAN_31)
    assert full.text == "FREQ=MONTHLY;INTERVAL=2;BYDAY=2MO;BYMONTHDAY=8;UNTIL=20260131"
    assert Recurrence(freq="DAILY", count=3).text == "FREQ=DAILY;COUNT=3"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Recurrence(freq="WEEKLEY"), "freq = 'WEEKLEY': one of .* is expected; did you mean 'WEEKLY'"),
        (lambda: Recurrence(freq="WEEKLY", interval=0), "interval = 0: a whole number from 1 to 1000"),
        (lambda: Recurrence(freq="WEEKLY", days=["THU"]), "days = 'THU': one of MO, TU"),
        (lambda: Recurrence(freq="WEEKLY", days=["2MO"]), "days = '2MO'"),
        (lambda: Recurrence(freq="WEEKLY", days=[1]), "days = 1"),
        (lambda: Recurrence(freq="MONTHLY", month_days=[0]), "month_days = 0"),
        (lambda: Recurrence(freq="MONTHLY", until=NO_DAY), "until = '2026-01-01': a date is expected"),
        (lambda: Recurrence(freq="MONTHLY", count=0), "count = 0: a whole number from 1 to 1000"),
        (lambda: Recurrence(freq="MONTHLY", count=1, until=JAN_1), "not both"),
        (lambda: Venue(latitude=100.0, longitude=0.0), "latitude = 100.0: degrees run from -90 to 90"),
        (lambda: Venue(latitude=10.0, longitude=200.0), "longitude = 200.0: degrees run from -180 to 180"),
        (lambda: Venue(latitude=10.0), "known together, or not at all"),
        (lambda: Cost(amount=Decimal(-1)), "not below 0"),
        (lambda: Opportunity("a", ""), "name = '': a text that is not empty"),
        (lambda: Opportunity("a", SEVEN), "name = 7: a text"),
        (lambda: Opportunity("a", "b\x00"), "control character"),
        (lambda: Opportunity("a", "b" * 20_001), "it has 20001 characters"),
        (lambda: Opportunity("a", "b", languages=["", "en"]), "languages = ''"),
        (lambda: Opportunity("a", "b", languages="en"), "a list is expected, not a text"),
        (lambda: Opportunity("a", "b", least_age=131), "least_age = 131: an age is whole years"),
        (lambda: Opportunity("a", "b", least_age=True), "an age is whole years"),
        (lambda: Opportunity("a", "b", least_age=60, most_age=18), "below the least age, 60"),
        (lambda: Opportunity("a", "b", status="actve"), "one of .* is expected; did you mean 'active'"),
    ],
)
def test_what_cannot_be_is_no_opportunity(make: Any, said: str) -> None:
    with pytest.raises(InvalidEntry, match=said):
        make()


def test_whatever_is_not_said_is_unknown() -> None:
    one = Opportunity("a", "Walk")
    assert one.shown == ShownOpportunity("a", "Walk")
    assert (one.is_open, one.admits(34), one.is_free(JAN_1), one.week.on(5, JAN_1)) == (UNKNOWN,) * 4
    assert (one.is_remote, one.every_place_is_known) == (False, False)
    assert Opportunity("a", "Walk", status="active", last_checked=JAN_1).shown == ShownOpportunity(
        "a", "Walk", "active", JAN_1
    )


@pytest.mark.parametrize(
    ("costs", "fees", "free"),
    [
        ((), "Free.", YES),
        ((), "First session free", UNKNOWN),
        ((Cost(amount=Decimal(0)),), "£5", UNKNOWN),
        ((Cost(amount=Decimal(0)),), "Donations welcome", YES),
        ((Cost(amount=Decimal(5)),), "Free", UNKNOWN),
        ((), "Free\nFree of charge.", YES),
        ((), "Free\n£5", UNKNOWN),
        ((Cost(amount=Decimal(5)),), None, NO),
        ((Cost(amount=Decimal(5)), Cost(amount=Decimal(0))), None, UNKNOWN),
        ((Cost(amount=Decimal(5)), Cost(words="ask")), None, UNKNOWN),
        ((Cost(amount=Decimal(5), valid_to=date(2025, 1, 1)),), None, UNKNOWN),
    ],
)
def test_whether_it_is_free_is_known_where_every_price_is(costs: Any, fees: str | None, free: Answer) -> None:
    assert Opportunity("a", "b", costs=costs, fees=fees).is_free(JAN_1) is free


def test_what_has_lapsed_says_nothing_of_a_day() -> None:
    mondays = Time(recurrence=Recurrence(freq="WEEKLY", days=["MO"]))
    ends = [Time(recurrence=SATURDAYS, valid_to=date(2026, 1, day)) for day in (10, 20)]
    week = Opportunity("a", "b", times=[mondays, *ends]).week
    assert [week.on(5, date(2026, 1, day)) for day in (10, 11, 20, 21)] == [YES, UNKNOWN, UNKNOWN, UNKNOWN]
    assert [week.on(day, date(2026, 1, 21)) for day in (0, 1)] == [YES, NO]
    alone = Opportunity("a", "b", times=ends).week
    assert [alone.on(1, date(2026, 1, day)) for day in (20, 21)] == [NO, UNKNOWN]


def test_places_costs_and_terms_are_told_in_words() -> None:
    assert str(Venue(name="Hall", address="1 High St", postcode="SS1")) == "Hall, 1 High St, SS1"
    assert str(Venue(latitude=51.5, longitude=-0.1)) == "51.50000, -0.10000"
    assert str(Venue()) == "a place that is not described"
    assert str(Cost(amount=Decimal(5), currency="GBP", words="a session")) == "5 GBP, a session"
    assert str(Cost()) == "a price that is not said"
    assert Term("Art").vocabulary is None
    assert Status("active") is Status.ACTIVE


def test_a_distance_is_measured_on_the_globe() -> None:
    # a degree of latitude is 111.2 km, and of longitude half of it at 60° north
    def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
        square = sum((a - b) ** 2 for a, b in zip(on_globe(*one), on_globe(*other), strict=True))
        return round(kilometres_of(square**0.5), 1)

    assert apart((51, 0), (52, 0)) == 111.2
    assert apart((60, 0), (60, 1)) == 55.6
    assert apart((0, 0), (0, 180)) == 20_015.1
    assert kilometres_of(chord_of(5.0)) == pytest.approx(5.0)
    assert chord_of(50_000.0) == 2.0
