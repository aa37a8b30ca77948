"""The promises of a directory, over generated feeds: nothing that a feed offers is hidden, and nothing kept is lost."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iagcore.directory.importing import import_files
from iagcore.directory.matching import Sought
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.protocols import Directory
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.opportunities import WEEKDAY_NAMES, WEEKDAYS, Status
from tests.directory.feeds import TODAY

DAYS = st.integers(0, 6)
SAID = st.sampled_from(["{}", "{}s", "{} evenings", "on {}s at 6pm", "Also {}.", "every {}, bar August"])
SHORT = st.sampled_from([3, 4, None])
JOINED = st.sampled_from([" to ", "-", " – ", " until ", " through ", "s to ", " - "])
FIELDS = st.sampled_from(["description", "alert", "name", "fees", "schedule"])
NAMES = st.text("abcdefgh ", min_size=1, max_size=12).map(lambda text: f"n{text}")
SERVICES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcdef"), "name": NAMES},
        optional={
            "organization": st.fixed_dictionaries({"name": NAMES}),
            "status": st.sampled_from([*map(str, Status), ""]),
            "minimum_age": st.integers(0, 60),
            "description": NAMES,
        },
    ),
    min_size=1,
    max_size=6,
)
UNREADABLE = st.sampled_from(
    [17, "soon", {"titel": "Art"}, {"status": "active"}, {"data": "{oops"}, [["x"]], {"service_area": "here"}]
)


def keep(directory: Directory, services: Any, *, after: int = 0, full: bool = False) -> Any:
    """Import services as a feed, some days later."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "feed.json")
        path.write_text(services if isinstance(services, str) else json.dumps(services))
        return import_files([path], directory, feed="f", today=TODAY + timedelta(after), full=full, most_gone=1.0)


def worded(field: str, text: str) -> dict[str, Any]:
    """A service on Mondays, which says a text in one of its fields."""
    timetable = {"freq": "WEEKLY", "byday": "MO", "description": text if field == "schedule" else ""}
    said = {} if field == "schedule" else {field: text}
    return {"id": "a", "name": "Art", "status": "active", "schedules": [timetable], **said}


@given(DAYS, SAID, SHORT, FIELDS)
def law_no_service_is_hidden_on_a_day_that_its_words_name(day: int, said: str, short: int | None, field: str) -> None:
    directory = MemoryDirectory()
    keep(directory, [worded(field, said.format(WEEKDAY_NAMES[day][:short]))])
    assert len(directory.search(Sought(day=day), today=TODAY).matches) == 1


@given(DAYS, DAYS, JOINED, SHORT, FIELDS)
def law_no_service_is_hidden_on_a_day_within_a_range_that_its_words_name(
    first: int, last: int, joined: str, short: int | None, field: str
) -> None:
    directory = MemoryDirectory()
    text = f"{WEEKDAY_NAMES[first][:short]}{joined}{WEEKDAY_NAMES[last][:short]}"
    keep(directory, [worded(field, text)])
    for number in range((last - first) % 7 + 1):
        assert len(directory.search(Sought(day=(first + number) % 7), today=TODAY).matches) == 1, text


@given(st.lists(DAYS, min_size=1, max_size=3), DAYS)
def law_only_a_day_that_is_nowhere_named_is_hidden(days: list[int], asked: int) -> None:
    directory = MemoryDirectory()
    byday = ",".join(WEEKDAYS[day] for day in days)
    keep(directory, [{"id": "a", "name": "Art", "schedules": [{"freq": "WEEKLY", "byday": byday}]}])
    assert bool(directory.search(Sought(day=asked), today=TODAY).matches) == (asked in days)


@settings(max_examples=40)
@given(SERVICES, st.lists(st.tuples(NAMES, NAMES), min_size=6, max_size=6))
def law_ids_are_stable_under_renaming(services: Any, names: list[tuple[str, str]]) -> None:
    by_id = list({one["id"]: one for one in services}.values())
    renamed = [
        {**one, "name": name, "organization": {"name": organisation}}
        for one, (name, organisation) in zip(by_id, names, strict=False)
    ]
    with tempfile.TemporaryDirectory() as folder, SQLiteDirectory(Path(folder, "d.db")) as sqlite:
        for directory in (MemoryDirectory(), sqlite):
            keep(directory, by_id, full=True)
            before = {one.id_in_feed: one.id for one in directory.listings()}
            summary = keep(directory, renamed, after=1, full=True)
            assert {one.id_in_feed: one.id for one in directory.listings()} == before
            assert (summary.counts.new, summary.counts.gone) == (0, 0)


@given(SERVICES, SERVICES, UNREADABLE, st.integers(0, 6))
def law_a_full_feed_after_anything_unreadable_marks_nothing_gone(
    services: Any, then: Any, unreadable: Any, place: int
) -> None:
    directory = MemoryDirectory()
    keep(directory, services, full=True)
    summary = keep(directory, [*then[:place], unreadable, *then[place:]], after=1, full=True)
    assert (summary.whole, summary.counts.gone) == (False, 0)
    assert {one.gone for one in directory.listings()} == {None}


@given(SERVICES, st.integers(1, 400))
def law_a_full_feed_that_breaks_off_marks_nothing_gone(services: Any, length: int) -> None:
    directory = MemoryDirectory()
    keep(directory, services, full=True)
    text = json.dumps(services)
    summary = keep(directory, text[: min(length, len(text) - 1)], after=1, full=True)
    assert (summary.whole, summary.counts.gone) == (False, 0)


@settings(max_examples=40)
@given(SERVICES, st.randoms(use_true_random=False))
def law_importing_twice_in_any_order_is_importing_once(services: Any, chance: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, SQLiteDirectory(Path(folder, "d.db")) as sqlite:
        for directory in (MemoryDirectory(), sqlite):
            once = keep(directory, services, full=True)
            before = list(directory.listings())
            twice = keep(directory, chance.sample(services, len(services)), full=True)
            assert list(directory.listings()) == before
            assert (twice.counts.unchanged, twice.counts.repeated) == (once.kept, once.repeated)


@given(SERVICES)
def law_what_is_said_in_two_ways_hides_nothing(services: Any) -> None:
    directory = MemoryDirectory()
    contradicted = [{**one, "status": status} for one in services for status in ("active", "inactive")]
    keep(directory, contradicted)
    listed = {one.id for one in directory.listings()}
    found = directory.search(Sought(), today=TODAY, most=100)
    assert {one.opportunity.id for one in found.matches} == listed
    assert all(one.to_ask for one in found.matches)
