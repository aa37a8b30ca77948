"""When a service takes place: what a feed says of it, as recurrences that can be worked out.

The standard takes its timetables from iCalendar (RFC 5545), and feeds write `THU`, `BIWEEKLY`, `mo, tu`, an interval of
0, a week day beside a weekly `bymonthday`, an end and a count together, times of day under a dozen names. What has one
meaning is given that meaning and noted; what has none is kept in the feed's words, and is unknown.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import lru_cache
from typing import Any, Final

from iagcore.directory.cleaning import Named, Notes, day, every, hour, shown, words
from iagcore.exceptions import InvalidEntry
from iagcore.opportunities import MOST_DAYS, WEEKDAY_NAMES, WEEKDAYS, Recurrence, Time
from iagcore.opportunities.weekdays import says_only_weekdays, weekdays_named

MOST_TIMES: Final = 60
"""Times of one service that are kept."""
LONGEST_WORDS: Final = 1000
"""Characters of what a feed says of one time in words."""

FREQUENCIES: Final = {
    "daily": ("DAILY", 1),
    "weekly": ("WEEKLY", 1),
    "everyweek": ("WEEKLY", 1),
    "week": ("WEEKLY", 1),
    "biweekly": ("WEEKLY", 2),
    "fortnightly": ("WEEKLY", 2),
    "everyotherweek": ("WEEKLY", 2),
    "monthly": ("MONTHLY", 1),
    "month": ("MONTHLY", 1),
    "bimonthly": ("MONTHLY", 2),
    "quarterly": ("MONTHLY", 3),
    "yearly": ("YEARLY", 1),
    "annually": ("YEARLY", 1),
    "annual": ("YEARLY", 1),
}
"""What feeds write for how often, by the letters alone, and what iCalendar makes of it."""
ONCE: Final = frozenset({"once", "onetime", "single", "oneoff", "none"})

_DAYS_UNDER: Final = (
    "byday", "days", "day", "day_of_week", "days_of_week", "weekday", "weekdays", "dayOfWeek", "freq_byday",
    "recurring_day_of_week", "active_days",
)  # fmt: skip
_OPENS_UNDER: Final = (
    "opens_at", "open_time", "start_time", "time_open", "opens", "time_start", "startTime", "opens_time", "open",
)  # fmt: skip
_CLOSES_UNDER: Final = (
    "closes_at", "close_time", "end_time", "time_close", "closes", "time_end", "endTime", "closes_time", "close",
)  # fmt: skip
_STARTS_UNDER: Final = ("dtstart", "start_date", "startDate", "effective_date")
_ENDS_UNDER: Final = ("until", "end_date", "endDate")
_WITHIN: Final = (
    "times", "time", "time_slots", "time_periods", "time_period", "operating_hours", "opening_hours", "daily_hours",
    "schedule_details", "weekday_schedule", "intervals", "calendars", "dates", "days", "event_dates",
    "occurrence_schedule", "effective_dates", "date_ranges",
)  # fmt: skip
_WORDS_UNDER: Final = ("description", "notes", "details", "exception_note", "original_text")
_ONE_DAY: Final = re.compile(r"([+-]?\d)?\s*([a-z]+)")
_ORDINALS: Final = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}


def times_of(schedules: Iterable[Named], notes: Notes) -> tuple[Time, ...]:
    """The times that a feed's schedules say, each once; what could not be read is one in words."""
    found: dict[Time, None] = {}
    for schedule in schedules:
        for one in _spread(schedule, 0):
            found.update(dict.fromkeys(time for time in _times(one, notes) if time != Time()))
            if len(found) >= MOST_TIMES:
                notes.add("long", f"more than {MOST_TIMES} times were said, and the first of them are kept")
                return (*list(found)[: MOST_TIMES - 1], Time(words="and further times, which are not kept"))
    return tuple(found)


def _spread(schedule: Named, depth: int) -> Iterator[Named]:
    """A schedule that holds times within it, as one schedule for each of them."""
    inner: list[dict[str, Any]] = []
    for name in _WITHIN:
        for part in every(schedule.record.get(name)):
            if isinstance(part, dict):
                inner.append(part)
            elif name in {"event_dates", "occurrence_schedule", "dates"} and isinstance(part, str):
                inner.append({"date": part, "freq": "once"})
    if not inner or depth == 3:
        yield schedule
        return
    outer = {name: value for name, value in schedule.record.items() if name not in _WITHIN or not _holds_objects(value)}
    for part in inner[:MOST_TIMES]:
        yield from _spread(
            Named({**outer, **{name: value for name, value in part.items() if value is not None}}), depth + 1
        )


def _holds_objects(value: Any) -> bool:
    return any(isinstance(part, dict) for part in every(value))


def _times(schedule: Named, notes: Notes) -> Iterator[Time]:
    """The time that a schedule says, and one more in words where it names days that could not be read."""
    named, unread = _days(schedule, notes)
    yield _time(schedule, named, notes)
    if unread:
        yield Time(words=words(f"and {', '.join(unread)}", notes, longest=LONGEST_WORDS))


def _time(schedule: Named, named: list[str], notes: Notes) -> Time:
    starts = day(schedule.get(*_STARTS_UNDER), notes)
    once = day(schedule.get("date"), notes)
    opens, closes = (_hour(schedule, under, notes) for under in (_OPENS_UNDER, _CLOSES_UNDER))
    said = [words(schedule.get(name), notes, longest=LONGEST_WORDS) for name in _WORDS_UNDER]
    in_words = " ".join(dict.fromkeys(one for one in said if one))[:LONGEST_WORDS].strip() or None
    valid = [day(schedule.get(name), notes) for name in ("valid_from", "valid_to")]
    if valid[0] and valid[1] and valid[1] < valid[0]:
        notes.add("recurrence", f"it is valid from {valid[0]} to {valid[1]}, which is before: neither is kept")
        valid = [None, None]
    recurrence, unsaid = _recurrence(schedule, starts, named, notes)
    if once is not None and recurrence is None:
        starts = once
    elif unsaid is not None:
        # a day without its recurrence would be taken for the only one
        in_words = words(" ".join(filter(None, (unsaid, in_words))), notes, longest=LONGEST_WORDS)
        starts = None
    elif recurrence is None and starts is None and in_words is None and (opens or closes):
        in_words = "on days that are not said"
    return Time(
        recurrence=recurrence,
        starts=starts,
        opens=opens,
        closes=closes,
        valid_from=valid[0],
        valid_to=valid[1],
        words=in_words,
    )


def _hour(schedule: Named, under: Iterable[str], notes: Notes) -> time | None:
    value = schedule.get(*under)
    return None if isinstance(value, list | dict) else hour(value, notes)


def _recurrence(
    schedule: Named, starts: date | None, named: list[str], notes: Notes
) -> tuple[Recurrence | None, str | None]:
    """The recurrence, or None; and in words what was said of one that cannot be worked out."""
    rule = schedule.get("rrule", "recurrence_rule", "rule")
    if isinstance(rule, str) and "FREQ=" in rule.upper():
        parts = (part.partition("=") for part in re.split(r"[;\n]", rule.strip().removeprefix("RRULE:")))
        schedule = Named({**schedule.record, **{name.strip().lower(): value for name, _, value in parts}})
        named, _ = _days(schedule, notes)
    said = schedule.get("freq", "frequency", "freq_type", "recurrence")
    letters = re.sub(r"[^a-z]", "", said.lower()) if isinstance(said, str) else ""
    if letters in ONCE:
        return None, None if starts or schedule.get("date") else "once"
    if not letters:
        if not named:
            return None, None
        letters = "weekly"
        if said is not None and not isinstance(said, bool):
            notes.add("recurrence", f"how often is not said by {shown(said)}: every week was taken")
    if letters not in FREQUENCIES:
        notes.add("recurrence", f"{shown(said)} does not say how often, and is kept in words")
        return None, f"{said}, {', '.join(named)}".strip(", ")
    freq, factor = FREQUENCIES[letters]
    if str(said).strip() not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} and said is not None:
        notes.add("recurrence", f"{shown(said)} was read as {freq}{f' every {factor}' if factor > 1 else ''}")
    return _worked_out(schedule, starts, notes, freq=freq, factor=factor, days=named), None


def _worked_out(
    schedule: Named, starts: date | None, notes: Notes, *, freq: str, factor: int, days: list[str]
) -> Recurrence:
    interval = _whole(schedule.get("interval", "freq_interval"), 1, 1000 // factor, "interval", notes) or 1
    count = _whole(schedule.get("count"), 1, MOST_DAYS, "count", notes)
    month_days = _month_days(schedule, notes) if freq == "MONTHLY" else []
    if freq != "MONTHLY" and schedule.get("bymonthday", "month_day"):
        notes.add("recurrence", f"a day of the month says nothing of what is {freq.lower()}, and was let go")
    if freq not in {"MONTHLY", "YEARLY"} and any(day[:-2] for day in days):
        notes.add("recurrence", f"which week of a month ({', '.join(days)}) says that it is monthly")
        freq, factor, interval = "MONTHLY", 1, 1
    if days and month_days:
        notes.add("recurrence", "a weekday and a day of the month were both said, and the weekday was kept")
        month_days = []
    until = day(schedule.get(*_ENDS_UNDER), notes)
    if until and count:
        notes.add("recurrence", "an end and a count were both said, and the end was kept")
        count = None
    if count and starts is None:
        notes.add("recurrence", f"{count} times cannot be counted from an unknown day")
        count = None
    try:
        return Recurrence(
            freq=freq, interval=interval * factor, days=days, month_days=month_days, until=until, count=count
        )
    except InvalidEntry as error:  # pragma: no cover - each part was looked at above
        notes.add("recurrence", str(error))
        return Recurrence(freq=freq)


def _whole(value: Any, least: int, most: int, field: str, notes: Notes) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = int(str(value).strip().removesuffix(".0"))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        notes.add("recurrence", f"{field} {shown(value)} says nothing")
        return None
    return number


def _month_days(schedule: Named, notes: Notes) -> list[int]:
    found: list[int] = []
    for value in _pieces(schedule.get("bymonthday", "month_day", "monthday")):
        number = _whole(value, -31, 31, "the day of the month", notes)
        found += [number] if number else []
    return found


def _pieces(value: Any) -> Iterator[Any]:
    for part in every(value):
        if isinstance(part, str):
            yield from (piece for piece in re.split(r"[,;/&\s]+(?:and\s+)?", part.strip()) if piece)
        else:
            yield part


def _days(schedule: Named, notes: Notes) -> tuple[list[str], list[str]]:
    """The weekdays that a schedule names, as iCalendar writes them, and what stood for a day and is none."""
    found: dict[str, None] = {}
    unread: dict[str, None] = {}
    for name in _DAYS_UNDER:
        for part in every(schedule.record.get(name)):
            for text in re.split(r"[,;/&]|\band\b", part) if isinstance(part, str) else [part]:
                if isinstance(text, dict | list | bool) or text is None or not str(text).strip():
                    continue
                weekdays = _weekdays(str(text)) or _in_a_range(str(text))
                found.update(dict.fromkeys(weekdays))
                if not weekdays:
                    unread[" ".join(str(text).split())[:100]] = None
                    notes.add("recurrence", f"{shown(text)} is no day of the week, and is kept in words")
                elif str(text).strip() not in weekdays:
                    notes.add("recurrence", f"the day {shown(text)} was read as {', '.join(weekdays)}")
    return list(found), list(unread)


def _in_a_range(text: str) -> list[str]:
    # a number before a day is a week of the month, which no range has
    if re.search(r"\d", text) or not says_only_weekdays(text):
        return []
    return [WEEKDAYS[day] for day in sorted(weekdays_named(text))]


@lru_cache(maxsize=1000)
def _weekdays(text: str) -> list[str]:
    plainly = text.strip().casefold()
    # `4TH` is the fourth Thursday to iCalendar, and `4th` the fourth of something to a person
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", text.strip()):
        return []
    # HSDS 1.1 numbers the days from Monday, 1 to 7
    if re.fullmatch(r"[1-7](?:\.0)?", plainly):
        return [WEEKDAYS[int(plainly[0]) - 1]]
    if plainly in {"weekdays", "weekday", "mon-fri", "monday-friday", "monday to friday"}:
        return list(WEEKDAYS[:5])
    if plainly in {"daily", "every day", "everyday", "all", "all days"}:
        return list(WEEKDAYS)
    if plainly in {"weekend", "weekends"}:
        return list(WEEKDAYS[5:])
    for word, number in _ORDINALS.items():
        plainly = re.sub(rf"^{word}\s+", number, plainly)
    plainly = re.sub(r"^([+-]?\d)(?:st|nd|rd|th)\s+", r"\1", plainly)
    found = _ONE_DAY.fullmatch(plainly)
    if not found or (found[1] and int(found[1]) not in {*range(-5, 0), *range(1, 6)}):
        return []
    for place, name in enumerate(WEEKDAY_NAMES):
        known = name.casefold()
        if len(found[2]) > 1 and (known.startswith(found[2]) or found[2] in {f"{known}s", f"{known[:3]}s"}):
            return [f"{int(found[1])}{WEEKDAYS[place]}" if found[1] else WEEKDAYS[place]]
    return []
