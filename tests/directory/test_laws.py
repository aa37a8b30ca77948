"""The laws of importing and matching, over feeds as hostile as they come."""

import json
import random
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from iagcore.directory.codec import read, written
from iagcore.directory.folding import folded
from iagcore.directory.importing import SET_ASIDE
from iagcore.directory.json_stream import JSONStream, Parsed, Unreadable
from iagcore.directory.matching import Sought, match, says_every_word
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.opportunities import (
    NO,
    WEEKDAYS,
    Cost,
    Opportunity,
    Recurrence,
    Status,
    Time,
    Venue,
    kilometres_of,
    on_globe,
    squared,
)
from tests.directory.feeds import TODAY, Imported, imported

# ---- hostile feeds

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 3000),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "null",
            "0001-01-01",
            "01/02/2024",
            "2024-01-01T00:00:00Z",
            "<p>a</p>",
            "&nbsp;",
            "http://",
            "www.a.org",
            "a@b.org",
            "WEEKLY",
            "THU",
            "MO,TU",
            "-1FR",
            "6:300pm",
            "10:00",
            "active",
            "5",
            "-1",
            "£3",
            "{",
            "[1",
            '{"a":1}',
        ]
    ),
)
NAMES = st.sampled_from(
    [
        "id",
        "name",
        "status",
        "description",
        "organization",
        "organization_id",
        "services",
        "service",
        "contents",
        "content",
        "locations",
        "location",
        "service_at_locations",
        "schedules",
        "regular_schedules",
        "freq",
        "byday",
        "interval",
        "until",
        "count",
        "dtstart",
        "opens_at",
        "times",
        "days",
        "latitude",
        "longitude",
        "minimum_age",
        "maximum_age",
        "eligibilitys",
        "cost_options",
        "amount",
        "url",
        "email",
        "phones",
        "number",
        "attributes",
        "taxonomy_term",
        "assured_date",
        "data",
        "result",
        "languages",
        "addresses",
        "address_1",
        "fees",
        "total_items",
        "total_pages",
        "coordinates",
        "contacts",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=25,
)
SERVICES = st.fixed_dictionaries(
    {"id": st.sampled_from(["1", "2", "3", 4, None, ""]), "name": st.sampled_from(["Art", "Bowls", "", None, "art"])},
    optional={
        "organization": st.one_of(st.fixed_dictionaries({"name": st.sampled_from(["College", "Club", ""])}), VALUES),
        "status": st.one_of(st.sampled_from(["active", "inactive", ""]), VALUES),
        "schedules": st.one_of(st.lists(st.dictionaries(NAMES, SCALARS, max_size=6), max_size=3), VALUES),
        "service_at_locations": st.lists(st.fixed_dictionaries({"location": VALUES}), max_size=2),
        "cost_options": st.lists(st.dictionaries(NAMES, SCALARS, max_size=3), max_size=2),
        "minimum_age": SCALARS,
        "maximum_age": SCALARS,
        "description": SCALARS,
        "url": SCALARS,
    },
)
FEEDS = st.one_of(
    VALUES,
    st.lists(st.one_of(SERVICES, VALUES), max_size=8),
    st.fixed_dictionaries(
        {"contents": st.lists(st.one_of(SERVICES, VALUES), max_size=8)}, optional={"total_items": SCALARS}
    ),
)


def in_files(*texts: str | bytes, directory: MemoryDirectory | None = None, suffix: str = ".json") -> Imported:
    """Import texts, each a file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            paths.append(Path(folder, f"{number}{suffix}"))
            paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return imported(*paths, directory=directory)


@given(FEEDS)
def law_nothing_raises_and_the_counts_add_up(feed: Any) -> None:
    found = in_files(json.dumps(feed))
    assert found.summary.files + len(found.summary.unread) == 1
    assert sum(one.sort == SET_ASIDE for one in found.told) == found.summary.set_aside
    assert found.summary.kept == len(found.opportunities)
    for one in found.opportunities:
        assert read(one.id, written(one)) == one


@given(FEEDS, st.randoms(use_true_random=False))
def law_nothing_raises_on_a_text_that_was_tampered_with(feed: Any, chance: random.Random) -> None:
    text = bytearray(json.dumps(feed).encode())
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                del text[place : place + chance.randint(1, 10)]
            case 1:
                text[place:place] = bytes(chance.choices(b'{}[],:"\\\x00\xff\xe2 1n', k=3))
            case 2:
                text[place:place] = text[chance.randrange(len(text) + 1) :][:20]
            case _:
                del text[place:]
    found = in_files(bytes(text))
    assert found.summary.files + len(found.summary.unread) == 1


@given(st.binary(max_size=300), st.sampled_from([".json", ".csv", ".ndjson", ".zip", ""]))
def law_nothing_raises_on_any_bytes(content: bytes, suffix: str) -> None:
    found = in_files(content, suffix=suffix)
    assert found.summary.files + len(found.summary.unread) == 1


@given(FEEDS)
def law_importing_twice_is_importing_once(feed: Any) -> None:
    text = json.dumps(feed)
    once = in_files(text)
    before = list(once.directory.listings())
    twice = in_files(text, directory=once.directory)
    assert list(once.directory.listings()) == before
    assert (twice.summary.counts.new, twice.summary.counts.changed) == (0, 0)
    assert twice.told == tuple(attrs.evolve(one, file=twice.told[0].file) for one in once.told)


@given(st.lists(st.one_of(SERVICES, VALUES), max_size=8), st.randoms(use_true_random=False))
def law_importing_shuffled_is_importing_in_order(services: list[Any], chance: random.Random) -> None:
    shuffled = chance.sample(services, len(services))
    in_order, out_of_order = in_files(json.dumps(services)), in_files(json.dumps(shuffled))
    assert list(in_order.directory.listings()) == list(out_of_order.directory.listings())
    assert in_order.counts == out_of_order.counts


@given(st.lists(SERVICES, max_size=6), st.integers(1, 60))
def law_a_feed_is_the_same_however_it_is_cut(services: list[Any], length: int) -> None:
    text = json.dumps({"total_items": 3, "contents": services})
    pieces = [text[start : start + length] for start in range(0, len(text), length)]
    assert list(JSONStream(iter(pieces))) == [Parsed(json.loads(text, parse_constant=lambda _: None), {})]


@given(st.lists(SERVICES, min_size=1, max_size=6), st.integers(0, 400))
def law_a_feed_that_breaks_off_keeps_each_whole_record_before_the_break(services: list[Any], length: int) -> None:
    texts = [json.dumps({**one, "id": str(number)}) for number, one in enumerate(services)]
    text = "[" + ",".join(texts) + "]"
    cut = text[: min(length, len(text) - 1)]
    found = list(JSONStream(iter([cut])))
    whole, place = 0, 1
    for one in texts:
        place += len(one)
        whole += place <= len(cut)
        place += 1
    assert sum(isinstance(one, Parsed) for one in found) == whole
    assert not cut or (isinstance(found[-1], Unreadable) and found[-1].broken)


# ---- matching

DAYS = st.dates(date(2025, 1, 1), date(2027, 1, 1))
PLACES = st.one_of(
    st.builds(Venue, name=st.sampled_from(["Hall", None])),
    st.builds(Venue, latitude=st.floats(51.0, 52.0), longitude=st.floats(-1.0, 1.0)),
)
RECURRENCES = st.builds(
    Recurrence,
    freq=st.just("WEEKLY"),
    interval=st.integers(1, 3),
    days=st.lists(st.sampled_from(WEEKDAYS), max_size=3, unique=True),
    until=st.none() | DAYS,
)
TIMES = st.builds(
    Time,
    recurrence=st.none() | RECURRENCES,
    starts=st.none() | DAYS,
    valid_to=st.none() | DAYS,
    words=st.sampled_from([None, "a"]),
)
COSTS = st.builds(Cost, amount=st.none() | st.decimals(0, 9, places=0), valid_to=st.none() | DAYS)
AGES = st.sampled_from([(None, None), (18, None), (None, 60), (50, 60)])


@st.composite
def opportunities(draw: st.DrawFn) -> Opportunity:
    """An opportunity of which any part may be unknown."""
    least, most = draw(AGES)
    return Opportunity(
        str(draw(st.integers(0, 10**9))),
        draw(st.sampled_from(["Art", "Éclair art", "Bowls", "Walk art"])),
        status=draw(st.sampled_from([None, *Status])),
        description=draw(st.sampled_from([None, "an art class", "start"])),
        places=draw(st.lists(PLACES, max_size=2)),
        times=draw(st.lists(TIMES, max_size=3)),
        costs=draw(st.lists(COSTS, max_size=2)),
        fees=draw(st.sampled_from([None, "Free", "Ask"])),
        attended=draw(st.sampled_from([(), ("online",), ("venue",)])),
        least_age=least,
        most_age=most,
    )


@st.composite
def questions(draw: st.DrawFn) -> Sought:
    """A search of any mixture of questions."""
    near = draw(st.none() | st.tuples(st.floats(51.0, 52.0), st.floats(-1.0, 1.0)))
    return Sought(
        text=draw(st.sampled_from([None, "art", "ECLAIR", "a", "clas an"])),
        near=near,
        within=draw(st.none() | st.floats(0.1, 200.0)) if near else None,
        day=draw(st.none() | st.integers(0, 6)),
        free=draw(st.booleans()),
        age=draw(st.none() | st.integers(0, 130)),
    )


FORGETTING: tuple[Callable[[Opportunity], Opportunity], ...] = (
    lambda one: attrs.evolve(one, status=None),
    lambda one: attrs.evolve(one, places=()),
    lambda one: attrs.evolve(one, times=()),
    lambda one: attrs.evolve(one, costs=(), fees=None),
    lambda one: attrs.evolve(one, least_age=None, most_age=None),
)
"""One part of an opportunity, forgotten."""


@given(opportunities(), questions(), DAYS)
def law_an_unknown_is_never_hidden(one: Opportunity, sought: Sought, today: date) -> None:
    for forget in FORGETTING:
        one = forget(one)
    found = match(one, sought, today=today)
    assert not found.hidden
    remote = one.is_remote and sought.near is not None
    assert len(found.to_ask) == len(found.readings) - remote


@given(opportunities(), questions(), DAYS, st.sampled_from(FORGETTING))
def law_knowing_less_hides_nothing_more(
    one: Opportunity, sought: Sought, today: date, forget: Callable[[Opportunity], Opportunity]
) -> None:
    before, after = match(one, sought, today=today), match(forget(one), sought, today=today)
    assert set(after.conflicts) <= set(before.conflicts) or one.is_remote
    assert {reading.question for reading in after.readings if reading.answer is NO} <= {
        reading.question for reading in before.readings if reading.answer is NO
    }


@given(opportunities(), st.integers(0, 6), DAYS)
def law_a_day_that_it_takes_place_on_is_never_hidden(one: Opportunity, weekday: int, today: date) -> None:
    if one.week.on(weekday, today) is NO:
        for time in one.times:
            days = time.days(today, today + timedelta(days=60))
            assert days is not None or time.weekdays is not None
            assert all(day.weekday() != weekday for day in days or ())


@settings(max_examples=40)
@given(
    st.lists(opportunities(), max_size=12, unique_by=lambda one: one.id),
    st.lists(opportunities(), max_size=6, unique_by=lambda one: one.id),
    st.lists(questions(), min_size=1, max_size=5),
    DAYS,
    st.booleans(),
)
def law_both_directories_keep_and_find_the_same(
    first: list[Opportunity], then: list[Opportunity], asked: list[Sought], today: date, full: bool
) -> None:
    memory = MemoryDirectory()
    with tempfile.TemporaryDirectory() as folder, SQLiteDirectory(Path(folder, "d.db")) as sqlite:
        for arrivals, whole in ((first, False), ([*first[:6], *then], full)):
            counts = [one.keep(arrivals, feed="f", today=TODAY, full=whole) for one in (memory, sqlite)]
            assert counts[0] == counts[1]
        assert list(memory.listings()) == list(sqlite.listings())
        for sought in asked:
            found = memory.search(sought, today=today, most=50)
            assert found == sqlite.search(sought, today=today, most=50)
            assert all(says_every_word(one.opportunity, sought) and not one.hidden for one in found.matches)


@given(st.text(max_size=40))
def law_what_is_folded_is_folded_for_good(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert folded(text.lower()) == folded(text.lower().upper().lower()) or not text.isascii()


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def law_a_distance_is_the_same_both_ways_and_never_longer_than_half_the_globe(
    a: float, b: float, c: float, d: float
) -> None:
    one, other = on_globe(a, b), on_globe(c, d)
    there, back = (kilometres_of(squared(x, y) ** 0.5) for x, y in ((one, other), (other, one)))
    assert there == back
    assert 0 <= there <= 20_016
