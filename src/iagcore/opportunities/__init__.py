"""Opportunities: the college's own courses, and what else there is to join, near the learner or from home.

A coach signposts to what they can describe truthfully: whether it runs, when, where, what it costs, whom it is for, how
to join, how it brings people together, and on which day somebody last checked. Most directories say little of this, so
every part may be missing. What is missing is *unknown*, and unknown is said; it is never taken to exclude anybody.

So a question about an opportunity has three answers. `NO` is given only for what is known to conflict. What has lapsed
(a timetable or a price whose last day is over) is unknown again: that a timetable has ended does not say that the
service has.
"""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

import attrs
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule

from iagcore.exceptions import InvalidEntry, kept, nearest
from iagcore.opportunities.weekdays import weekdays_named


class Answer(StrEnum):
    """What is known of a question about an opportunity."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


class Status(StrEnum):
    """Whether a service runs, in the words of the Human Services Data Specification."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The days of a week as iCalendar writes them (RFC 5545); a weekday is its place here."""
WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WAYS: Final = {"venue": "in person", "online": "online", "phone": "by phone", "home visit": "at home, with a visit"}
"""Ways to attend, as a sentence says them."""
REMOTE: Final = ("online", "phone", "home visit")
"""Ways to attend for which nobody has to travel."""
LONGEST_TEXT: Final = 20_000
"""Characters of any one text, as many as the words of an entry have."""
MOST_DAYS: Final = 1000
"""Days that one question about a recurrence may return, and times that one may be said to take place."""
EARTH_RADIUS_KM: Final = 6371.0088
"""The mean radius of the Earth, as the International Union of Geodesy and Geophysics gives it."""

_FREQUENCIES: Final[dict[str, Literal[0, 1, 2, 3]]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}
_DATEUTIL_DAYS: Final = dict(zip(WEEKDAYS, (MO, TU, WE, TH, FR, SA, SU), strict=True))
_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def _wrong(field: str, value: object, reason: str) -> InvalidEntry:
    return InvalidEntry("opportunity", field, value, reason)


def _text(value: object, field: str) -> None:
    if type(value) is not str or not value.strip():
        raise _wrong(field, value, "a text that is not empty is expected")
    if len(value) > LONGEST_TEXT:
        raise _wrong(field, value, f"it has {len(value)} characters; at most {LONGEST_TEXT} are kept")
    if not value.isprintable() and _CONTROL.search(value):
        raise _wrong(field, value, "it has a control character")


def _words(_: Any, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text that is not empty. Raises `InvalidEntry`."""
    _text(value, field.name)


def _words_or_unsaid(_: Any, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text that is not empty, or None. Raises `InvalidEntry`."""
    if value is not None:
        _text(value, field.name)


def _all_words(_: Any, field: "attrs.Attribute[Any]", value: Iterable[object]) -> None:
    """Texts that are not empty. Raises `InvalidEntry`."""
    for one in value:
        _text(one, field.name)


def _age_or_unsaid(_: Any, field: "attrs.Attribute[Any]", value: object) -> None:
    """Whole years, or None. Raises `InvalidEntry`."""
    if value is not None and (type(value) is not int or not 0 <= value <= 130):
        raise _wrong(field.name, value, "an age is whole years from 0 to 130")


def _status(value: str | None) -> Status | None:
    if value is None:
        return None
    try:
        return Status(value)
    except ValueError:
        raise _wrong(
            "status", value, f"one of {', '.join(Status)} is expected{nearest(str(value), map(str, Status))}"
        ) from None


@attrs.frozen(kw_only=True)
class Recurrence:
    """How often it takes place, as iCalendar says it (RFC 5545, RRULE), with nothing that cannot be worked out.

    Attributes: `freq` (DAILY, WEEKLY, MONTHLY or YEARLY); `interval` (every so many, from 1); `days` (weekdays, such as
    `TH`, by the month also `2MO` or `-1FR`); `month_days` (1 to 31, or -1 for the last); `until` (the last day, that
    day included) or `count` (so many times), never both. Raises `InvalidEntry`.
    """

    freq: str
    interval: int = 1
    days: tuple[str, ...] = attrs.field(default=(), converter=kept)
    month_days: tuple[int, ...] = attrs.field(default=(), converter=kept)
    until: date | None = None
    count: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.freq not in _FREQUENCIES:
            near = nearest(str(self.freq), _FREQUENCIES)
            raise _wrong("freq", self.freq, f"one of {', '.join(_FREQUENCIES)} is expected{near}")
        if type(self.interval) is not int or not 1 <= self.interval <= 1000:
            raise _wrong("interval", self.interval, "a whole number from 1 to 1000 is expected")
        for day in self.days:
            found = _DAY.fullmatch(day) if type(day) is str else None
            if not found or (found[1] and self.freq not in ("MONTHLY", "YEARLY")):
                raise _wrong("days", day, f"one of {', '.join(WEEKDAYS)} is expected, by the month also 2MO or -1FR")
        for number in self.month_days:
            if type(number) is not int or not 1 <= abs(number) <= 31:
                raise _wrong(
                    "month_days", number, "a day of a month is a whole number from 1 to 31, or -1 for the last"
                )
        if self.until is not None and type(self.until) is not date:
            raise _wrong("until", self.until, "a date is expected, without a time")
        if self.count is not None and (type(self.count) is not int or not 1 <= self.count <= MOST_DAYS):
            raise _wrong("count", self.count, f"a whole number from 1 to {MOST_DAYS} is expected")
        if self.until is not None and self.count is not None:
            raise _wrong("count", self.count, "a recurrence ends on a day or after so many times, not both")

    @property
    def text(self) -> str:
        """The rule as iCalendar writes it."""
        parts = [
            f"FREQ={self.freq}",
            f"INTERVAL={self.interval}" if self.interval > 1 else "",
            f"BYDAY={','.join(self.days)}" if self.days else "",
            f"BYMONTHDAY={','.join(map(str, self.month_days))}" if self.month_days else "",
            f"UNTIL={self.until:%Y%m%d}" if self.until else "",
            f"COUNT={self.count}" if self.count else "",
        ]
        return ";".join(part for part in parts if part)

    def expand(self, *, starts: date, first: date, last: date) -> tuple[date, ...]:
        """The days from `first` to `last`, both included, on which it takes place; at most `MOST_DAYS` of them.

        `starts` is the day that it counts from.
        """
        if last < starts:
            return ()
        # a bound in every direction: without one, dateutil looks for a day that never comes until the year 9999
        ends = min(last, self.until or last)
        rule = rrule(
            _FREQUENCIES[self.freq],
            dtstart=datetime.combine(starts, time()),
            interval=self.interval,
            byweekday=[self._weekday(day) for day in self.days] or None,
            bymonthday=self.month_days or None,
            until=None if self.count else datetime.combine(ends, time()),
            count=self.count,
        )
        found: list[date] = []
        for moment in rule:
            if moment.date() > ends or len(found) == MOST_DAYS:
                break
            if moment.date() >= first:
                found.append(moment.date())
        return tuple(found)

    @staticmethod
    def _weekday(day: str) -> Any:
        return _DATEUTIL_DAYS[day[-2:]](int(day[:-2])) if day[:-2] else _DATEUTIL_DAYS[day]


@attrs.frozen(kw_only=True)
class Time:
    """When it takes place, as far as that is said; `words` are the directory's own about it.

    Attributes: `recurrence`, or None for the one day `starts`, or for what is only said in words; `starts` (the first
    day); `opens` and `closes` (local times of day); `valid_from` and `valid_to` (days between which this holds).
    """

    recurrence: Recurrence | None = None
    starts: date | None = None
    opens: time | None = None
    closes: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    words: str | None = attrs.field(default=None, validator=_words_or_unsaid)

    @property
    def weekdays(self) -> frozenset[int] | None:
        """The weekdays on which it takes place, Monday being 0; None where they are not known, or change."""
        rule = self.recurrence
        if rule is None or (rule.freq == "WEEKLY" and not rule.days):
            return None if self.starts is None else frozenset({self.starts.weekday()})
        if rule.month_days or rule.freq == "YEARLY":
            return None
        if rule.days:
            return frozenset(WEEKDAYS.index(day[-2:]) for day in rule.days)
        return frozenset(range(7)) if rule.freq == "DAILY" and rule.interval == 1 else None

    @property
    def last_day(self) -> date | None:
        """The last day of which this says anything; None where it has no end, or none that can be worked out."""
        rule = self.recurrence
        ends = [self.valid_to] if rule or self.starts is None else [self.valid_to, self.starts]
        if rule and rule.until:
            ends.append(rule.until)
        if rule and rule.count and self.starts:
            every = rule.expand(starts=self.starts, first=self.starts, last=self.starts + timedelta(days=40_000))
            ends.append(every[-1] if every else self.starts)
        return min((day for day in ends if day), default=None)

    def days(self, first: date, last: date) -> tuple[date, ...] | None:
        """The days from `first` to `last`, both included, on which it takes place; None where that is not known."""
        rule, starts = self.recurrence, self.starts
        if rule is None:
            return None if starts is None else (starts,) if first <= starts <= last else ()
        if starts is None:
            # without a first day every week is like every other; every second week might be this one or the next
            if rule.interval > 1 or rule.count or self.weekdays is None:
                return None
            starts = first
        begins = max(first, self.valid_from or first)
        ends = min(last, self.valid_to or last)
        return rule.expand(starts=starts, first=begins, last=ends)

    @property
    def begins(self) -> date | None:
        """The first day of which this says anything; None where that is not said."""
        return max((day for day in (self.valid_from, self.starts if self.recurrence else None) if day), default=None)

    @property
    def ends_the_next_day(self) -> bool:
        """Whether it goes on after midnight, by its hours; one of them may as well be wrong."""
        return self.opens is not None and self.closes is not None and time() < self.closes <= self.opens

    def said(self, today: date | None = None) -> str:
        """It in words; with `today`, a first day that is past is left out, and what has ended is said to have."""
        hours = "–".join(f"{one:%H:%M}" for one in (self.opens, self.closes) if one)
        if self.ends_the_next_day:
            hours += " the next day, if the hours are right"
        rule, begins, last = self.recurrence, self.begins, self.last_day
        when = [_in_words(rule)] if rule else [f"on {self.starts:%d %b %Y}"] if self.starts else []
        own = f'"{self.words}"' if self.words and when else self.words
        if begins and (today is None or today < begins):
            when.append(f"from {begins:%d %b %Y}")
        if last and (rule or self.starts is None):
            when.append(f"{'ended on' if today and last < today else 'until'} {last:%d %b %Y}")
        if own and not (rule or self.starts):
            return " ".join(part for part in (own, hours, ", ".join(when)) if part)
        return ", ".join(part for part in (" ".join(filter(None, (*when, hours))), own) if part) or "times not said"

    def __str__(self) -> str:
        return self.said()


_EVERY: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


def _in_words(rule: Recurrence) -> str:
    unit = _EVERY[rule.freq]
    often = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    if rule.days:
        names = [f"{day[:-2]} {WEEKDAY_NAMES[WEEKDAYS.index(day[-2:])]}".strip() for day in rule.days]
        often += f" on {', '.join(names)}"
    if rule.month_days:
        often += f" on day {', '.join(map(str, rule.month_days))}"
    return often


@attrs.frozen(kw_only=True)
class Week:
    """What all the times of an opportunity together say about the days of the week.

    Attributes: `lasting` and `ending`, the weekdays of times without and with a last day; `first_end` and `last_end`,
    the earliest and the latest of those last days; `whole`, whether every time could be read; `named`, the weekdays
    that the words beside them name; `begins`, the day before which none of the times holds (None: one of them does).
    """

    lasting: frozenset[int] = frozenset()
    ending: frozenset[int] = frozenset()
    first_end: date | None = None
    last_end: date | None = None
    whole: bool = False
    named: frozenset[int] = frozenset()
    begins: date | None = None

    def on(self, weekday: int, today: date) -> Answer:
        """Whether it takes place on a weekday, as known `today`.

        A timetable that has lapsed, or has not begun, excludes nobody; nor does one beside words that name that day.
        """
        if weekday in self.lasting:
            return YES
        if weekday in self.ending:
            return YES if self.first_end is not None and today <= self.first_end else UNKNOWN
        standing = bool(self.lasting) or (self.last_end is not None and today <= self.last_end)
        begun = self.begins is None or self.begins <= today
        return NO if self.whole and standing and begun and weekday not in self.named else UNKNOWN


@attrs.frozen(kw_only=True)
class Venue:
    """Where it takes place. `latitude` and `longitude` are degrees (WGS 84), both known or neither."""

    name: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    address: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    postcode: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    latitude: float | None = None
    longitude: float | None = None
    access: tuple[str, ...] = attrs.field(default=(), converter=kept, validator=_all_words)
    """How people get in and get on there: steps, induction loops, …, in the directory's words."""

    def __attrs_post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise _wrong("latitude", self.latitude, "a latitude and a longitude are known together, or not at all")
        for field, value, most in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if value is not None and not -most <= value <= most:
                raise _wrong(field, value, f"degrees run from -{most} to {most}")

    @property
    def on_globe(self) -> tuple[float, float, float] | None:
        """The place as a point on a globe of radius 1; None where its coordinates are not known."""
        if self.latitude is None or self.longitude is None:
            return None
        return on_globe(self.latitude, self.longitude)

    def __str__(self) -> str:
        said = [one for one in (self.name, self.address, self.postcode) if one]
        if not said and self.latitude is not None:
            said = [f"{self.latitude:.5f}, {self.longitude:.5f}"]
        return ", ".join(said) or "a place that is not described"


def on_globe(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A place, in degrees, as a point on a globe of radius 1."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def chord_of(kilometres: float) -> float:
    """The straight line, on a globe of radius 1, between two places that are `kilometres` apart."""
    return 2 * math.sin(min(kilometres / EARTH_RADIUS_KM, math.pi) / 2)


def kilometres_of(chord: float) -> float:
    """How far apart two places are, in kilometres, that a straight line through a globe of radius 1 joins."""
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, chord / 2))


@attrs.frozen(kw_only=True)
class Cost:
    """A price, as far as it is said: an `amount` of a `currency` (None: not said), whatever it is for in `words`."""

    amount: Decimal | None = None
    currency: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    words: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    valid_to: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.amount is not None and not self.amount >= 0:
            raise _wrong("amount", self.amount, "an amount is an exact decimal, and not below 0")

    def __str__(self) -> str:
        amount = "" if self.amount is None else f"{self.amount} {self.currency or ''}".strip()
        return ", ".join(part for part in (amount, self.words) if part) or "a price that is not said"


@attrs.frozen
class Term:
    """A term of a taxonomy: what it is called, by which code, in which vocabulary."""

    name: str = attrs.field(validator=_words)
    code: str | None = attrs.field(default=None, validator=_words_or_unsaid)
    vocabulary: str | None = attrs.field(default=None, validator=_words_or_unsaid)


@attrs.frozen
class ShownOpportunity:
    """What a signpost keeps of the opportunity it pointed to, so that a later import changes no history."""

    opportunity: str
    name: str
    status: str | None = None
    last_checked: date | None = None


PRICE_IN_WORDS: Final = re.compile(
    r"[£$€] ?(?:[1-9]|0?\.\d)|\b[1-9]\d{0,6}(?:\.\d\d)? ?(?:p\b|pence|pounds?|per\b)", re.IGNORECASE
)
"""A price above 0, in words."""
FREE_WORDS: Final = frozenset({"free", "free of charge", "no charge", "no cost", "none", "nil", "no fee", "no fees"})
"""What a directory writes of a fee that is none; anything else is read by a person."""


@attrs.frozen
class Opportunity:
    """A course or something else to join. None, or nothing in a list, means unknown; it excludes nobody.

    Attributes, beside `id` and `name`: `status`; `organisation`; `description`; `times`; `places`; `attended` (ways to
    attend, such as `venue` or `online`); `costs`, and `fees` in words; `least_age` and `most_age` (whole years, both
    included); `eligibility` (whom it is for, in words); `access`; `languages`; `terms`; `areas` (where people may come
    from); `joining` (how to join); `connects` (how it brings people together); `alert` (what is out of the ordinary
    now); `last_checked` (the day somebody last checked it); `changed` (the day the record changed); `url`, `email` and
    `phones`, the service's own; `contradictions` (what its feed says of it in two ways, so that neither is known).
    Raises `InvalidEntry` for a malformed value.
    """

    id: str = attrs.field(validator=_words)
    name: str = attrs.field(validator=_words)
    status: Status | None = attrs.field(default=None, kw_only=True, converter=_status)
    organisation: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    description: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    times: tuple[Time, ...] = attrs.field(default=(), kw_only=True, converter=kept)
    places: tuple[Venue, ...] = attrs.field(default=(), kw_only=True, converter=kept)
    attended: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)
    costs: tuple[Cost, ...] = attrs.field(default=(), kw_only=True, converter=kept)
    fees: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    least_age: int | None = attrs.field(default=None, kw_only=True, validator=_age_or_unsaid)
    most_age: int | None = attrs.field(default=None, kw_only=True, validator=_age_or_unsaid)
    eligibility: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    access: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)
    languages: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)
    terms: tuple[Term, ...] = attrs.field(default=(), kw_only=True, converter=kept)
    areas: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)
    joining: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    connects: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    alert: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    last_checked: date | None = attrs.field(default=None, kw_only=True)
    changed: date | None = attrs.field(default=None, kw_only=True)
    url: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    email: str | None = attrs.field(default=None, kw_only=True, validator=_words_or_unsaid)
    phones: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)
    contradictions: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=kept, validator=_all_words)

    def __attrs_post_init__(self) -> None:
        if self.least_age is not None and self.most_age is not None and self.most_age < self.least_age:
            raise _wrong("most_age", self.most_age, f"it is below the least age, {self.least_age}")

    @property
    def shown(self) -> ShownOpportunity:
        """What a signpost to it keeps."""
        return ShownOpportunity(self.id, self.name, self.status and str(self.status), self.last_checked)

    @property
    def is_open(self) -> Answer:
        """Whether it runs."""
        return UNKNOWN if self.status is None else YES if self.status is Status.ACTIVE else NO

    def admits(self, age: int) -> Answer:
        """Whether somebody of that age (whole years) may join, by the ages it names."""
        if self.least_age is None and self.most_age is None:
            return UNKNOWN
        fits = (self.least_age is None or age >= self.least_age) and (self.most_age is None or age <= self.most_age)
        return YES if fits else NO

    @property
    def ages(self) -> str | None:
        """The ages that it names, in words; None where it names none."""
        least, most = self.least_age, self.most_age
        if least is None and most is None:
            return None
        return (
            f"{least} to {most}" if None not in (least, most) else f"from {least}" if most is None else f"up to {most}"
        )

    @property
    def prices(self) -> str:
        """What it says of its price; empty where it says nothing."""
        return "; ".join(filter(None, (*map(str, self.costs), *(self.fees or "").splitlines())))

    @property
    def price(self) -> tuple[Answer, date | None]:
        """Whether it is free, and the last day on which that holds (None: no such day is named)."""
        said = {line.strip().strip(".!").casefold() for line in (self.fees or "").splitlines()}
        in_words = bool(said) and said <= FREE_WORDS
        if not self.costs:
            return (YES if in_words else UNKNOWN), None
        until = min((one.valid_to for one in self.costs if one.valid_to), default=None)
        amounts = [one.amount for one in self.costs]
        if any(amount is None for amount in amounts) or (0 in amounts and any(amounts)):
            return UNKNOWN, until
        # what the amounts say, and the words beside them say otherwise, is not known
        if said & FREE_WORDS if any(amounts) else PRICE_IN_WORDS.search(self.fees or ""):
            return UNKNOWN, until
        return (NO if any(amounts) else YES), until

    def is_free(self, today: date) -> Answer:
        """Whether it costs nothing, as known `today`: once a price has lapsed, prices have to be asked about."""
        answer, until = self.price
        return UNKNOWN if until is not None and today > until else answer

    @property
    def week(self) -> Week:
        """What its times say about the days of the week."""
        lasting: set[int] = set()
        ending: set[int] = set()
        ends: list[date] = []
        begins: list[date | None] = []
        named: set[int] = set()
        whole = bool(self.times)
        for one in self.times:
            days, last = one.weekdays, one.last_day
            begins.append(one.begins)
            if days is None:
                whole = False
                continue
            if one.ends_the_next_day:
                named |= {(day + 1) % 7 for day in days}
            if last is None:
                lasting |= days
            else:
                ending |= days
                ends.append(last)
        # only of a timetable that was read whole is any day known not to be one
        if whole and len(lasting | ending) < 7:
            named |= weekdays_named("\n".join(self._words))
        first = min((one for one in begins if one), default=None) if all(begins) else None
        return Week(
            lasting=frozenset(lasting),
            ending=frozenset(ending),
            first_end=min(ends, default=None),
            last_end=max(ends, default=None),
            whole=whole,
            named=frozenset(named) - lasting,
            begins=first,
        )

    @property
    def _words(self) -> Iterator[str]:
        """What it says in words that may name a day on which it takes place."""
        of_times, of_costs = (one.words for one in self.times), (one.words for one in self.costs)
        said = (self.name, self.description, self.alert, self.connects, self.fees, *of_times, *of_costs)
        return (one for one in said if one)

    @property
    def ways(self) -> str:
        """The ways to attend, as a sentence begins to say them; empty where it does not say."""
        said = [WAYS.get(way, way) for way in self.attended]
        return " or ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else ""

    @property
    def is_remote(self) -> bool:
        """Whether it can be attended without travelling."""
        return any(way in REMOTE for way in self.attended)

    @property
    def every_place_is_known(self) -> bool:
        """Whether it can be said of a distance that all of it lies beyond."""
        return bool(self.places) and all(place.latitude is not None for place in self.places)


def nearest_square(places: Iterable[Venue], near: tuple[float, float, float]) -> float | None:
    """The square of the shortest straight line, on a globe of radius 1, to a place; None where none has coordinates."""
    return min((squared(near, point) for place in places if (point := place.on_globe)), default=None)


def squared(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The square of the straight line between two points, summed in the order in which the stores sum it."""
    x, y, z = (mine - theirs for mine, theirs in zip(one, other, strict=True))
    return x * x + y * y + z * z
