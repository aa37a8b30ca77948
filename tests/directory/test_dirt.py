"""The dirt that feeds are known to hold, one test each: it is survived, repaired where that is safe, and told."""

import base64
import json
import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from iagcore.directory import cleaning, json_stream
from iagcore.directory.identity import Identity, id_of_its_own, put_together
from iagcore.directory.matching import Sought
from iagcore.opportunities import NO, UNKNOWN, YES, Cost, Opportunity, Recurrence, Status, Term, Time, Venue
from tests.directory.feeds import TODAY, from_json, from_text, read_one


def test_an_empty_text_stands_for_nothing() -> None:
    empty = dict.fromkeys(
        ("description", "url", "email", "assured_date", "minimum_age", "maximum_age", "status", "fees", "alert"), ""
    )
    found, said = read_one(**empty, schedules="", service_at_locations="", organization="")
    assert found == Opportunity("s1", "Art")
    assert said == []


@pytest.mark.parametrize("nothing", [None, "", "null", "N/A", "  ", [], {}])
def test_what_stands_for_nothing_is_unknown_in_every_field(nothing: Any) -> None:
    fields = ("description", "url", "email", "assured_date", "minimum_age", "status", "fees", "alert", "schedules")
    found, said = read_one(**dict.fromkeys(fields, nothing), organization=nothing)
    assert found == Opportunity("s1", "Art")
    assert said == []


@pytest.mark.parametrize(
    "id", ["ac148810-d857-441c-9679-408f346de14", "zz148810-d857-441c-9679-408f346de14b", "17", "a/b"]
)
def test_an_id_that_looks_like_a_uuid_and_is_none_is_an_id(id: str) -> None:
    found, said = read_one(id=id)
    assert (found.id, said) == (id, [])


@pytest.mark.parametrize(("id", "kept"), [(17, "17"), (17.0, "17"), (" a\n b ", "a b"), ("x" * 600, "x" * 500)])
def test_an_id_that_is_no_text_is_read_as_one(id: Any, kept: str) -> None:
    assert read_one(id=id)[0].id == kept


@pytest.mark.parametrize("id", [None, "", "null", [], {"a": 1}, True])
def test_a_missing_id_is_made_of_what_the_service_is(id: Any) -> None:
    found, said = read_one(id=id)
    assert found.id == read_one(id=id, description="another")[0].id
    assert found.id != read_one(id=id, name="Bowls")[0].id
    assert said == [("id", "it has no id, and is known by its name and organisation")]


def test_the_same_id_on_two_services_keeps_both(tmp_path: Path) -> None:
    services = [
        {"id": "1", "name": "Art", "organization": {"name": "College"}},
        {"id": "1", "name": "Bowls", "organization": {"name": "Club"}},
        {"id": "1", "name": "Art", "organization": {"name": "College"}},
    ]
    found = from_json(tmp_path, {"contents": services})
    assert found.counts == (3, 2, 1, 0)
    assert sorted(one.name for one in found.opportunities) == ["Art", "Bowls"]
    backwards = from_json(tmp_path, {"contents": services[::-1]})
    assert backwards.opportunities == found.opportunities


def test_html_is_made_into_readable_text_and_scripts_are_dropped() -> None:
    said_html = """<div><h2>Art &amp; craft</h2><p>Come&nbsp;along<br>on <b>Saturdays</b>.</p>
        <script>alert("no")</script><style>p {color: red}</style>
        <ul><li>Tea</li><li>Paint</li></ul><p>a &lt; b, 3 > 2</p></div>"""
    found, said = read_one(description=said_html)
    assert found.description == "Art & craft\n\nCome along\non Saturdays.\n\n- Tea\n- Paint\n\na < b, 3 > 2"
    assert said == [("html", "HTML was made into text")]


def test_an_inline_image_of_145_kilobytes_is_dropped_and_the_text_stays() -> None:
    picture = base64.b64encode(bytes(109_000)).decode()
    found, said = read_one(description=f'<p>Before</p><img src="data:image/png;base64,{picture}"/><p>After</p>')
    assert found.description == "Before\n\nAfter"
    assert said == [("html", "HTML was made into text")]


def test_a_description_of_145_kilobytes_of_text_is_cut() -> None:
    found, said = read_one(description="word " * 29_000)
    assert found.description is not None
    assert len(found.description) <= 20_000
    assert found.description.endswith("word…")
    assert said == [("long", "a text of 144,999 characters was cut to 20,000")]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("3 < 4 & 5", "3 < 4 & 5"),
        ("&lt;p&gt;Hello&lt;/p&gt;", "Hello"),
        ("Fish &amp; chips", "Fish & chips"),
        ("<object>never closed", "never closed"),
        ("<svg>never closed, and so not left out", "never closed, and so not left out"),
        ("<script>never closed", "never closed"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<p>a<script/>b</p>", "ab"),
        ("<svg><template>a</svg>b", "b"),
        ("Ã¼ 日本", "Ã¼ 日本"),
        ("It\u2019s", "It\u2019s"),
        ("Itâ€™s cafÃ©", "It’s café"),
        ("Ã la carte", "Ã la carte"),
        ("zero\u200bwidth\ud800 and \x07bell", "zerowidth and bell"),
        ("a\r\n\r\n\r\n\r\nb\rc   d\u00a0e", "a\n\nb\nc d e"),
        ("Caf\u0065\u0301", "Cafe\u0301".replace("e\u0301", "é")),
    ],
)
def test_a_text_is_read_as_a_person_reads_it(raw: str, read: str) -> None:
    assert read_one(description=raw)[0].description == read


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("https://example.org/art", "https://example.org/art"),
        ("www.example.org", "https://www.example.org"),
        ("example.org/art?x=1", "https://example.org/art?x=1"),
        ("HTTP://example.org", "http://example.org"),
        ("http:/example.org", "http://example.org"),
        ("https://https://example.org", None),
        ("http://example.org, http://example.net", "http://example.org"),
        ("\u00a0http://example.org ", "http://example.org"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("/services/17", None),
        ("example/counselling", None),
        ("javascript:alert(1)", None),
        ("mailto:art@example.org", None),
        ("see the noticeboard", None),
        ("http://[::1", None),
        ("N/A", None),
    ],
)
def test_a_web_address_has_a_scheme_or_is_unknown(raw: str, kept: str | None) -> None:
    found, said = read_one(url=raw)
    assert found.url == kept
    assert [sort for sort, _ in said] == ([] if raw in {kept, "N/A", "\u00a0http://example.org "} else ["url"])


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("art@example.org", "art@example.org"),
        ("art@example.org\u00a0", "art@example.org"),
        ("art\u00a0@example.org", "art@example.org"),
        ("mailto:art@example.org", "art@example.org"),
        ("Art <art@example.org>", "art@example.org"),
        ("art@example.org; clay@example.org", "art@example.org"),
        ("email-example_com", None),
        ("@example.org", None),
        (12345, None),
    ],
)
def test_an_email_address_is_mended_or_unknown(raw: Any, kept: str | None) -> None:
    found, said = read_one(email=raw)
    assert found.email == kept
    assert [sort for sort, _ in said] == ([] if raw == kept else ["email"])


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ('"+44 1234 234567"', "+44 1234 234567"),
        (1234567890, "1234567890"),
        ("01234.0", "01234"),
        ("ask inside", None),
        ("999", "999"),
    ],
)
def test_a_phone_number_has_digits(raw: Any, kept: str | None) -> None:
    found, _ = read_one(phones=[{"number": raw}, {"number": raw}])
    assert found.phones == (() if kept is None else (kept,))


@pytest.mark.parametrize(
    ("least", "most", "ages"),
    [
        (-1, -1, (None, None)),
        (0, 0, (0, None)),
        (18, 0, (18, None)),
        ("18", "25", (18, 25)),
        ("18+", None, (18, None)),
        (12.5, "99.0", (12, 99)),
        (16, 999, (16, None)),
        (60, 18, (None, None)),
        ("adults", True, (None, None)),
        (None, 11, (None, 11)),
    ],
)
def test_ages_that_stand_for_none_are_unknown(least: Any, most: Any, ages: tuple[int | None, int | None]) -> None:
    found, said = read_one(minimum_age=least, maximum_age=most)
    assert (found.least_age, found.most_age) == ages
    told = any(sort == "age" for sort, _ in said)
    assert told == ((least, most) not in [("18", "25"), (None, 11)])


def test_the_widest_of_several_eligibilities_counts() -> None:
    ways = [{"minimum_age": 16, "maximum_age": 25, "eligibility": "Students"}, {"minimum_age": 60, "maximum_age": 0}]
    found, _ = read_one(eligibilitys=ways)
    assert (found.least_age, found.most_age, found.eligibility) == (16, None, "Students")
    found, _ = read_one(eligibilities=[{"minimum_age": 16, "maximum_age": 25}, {"minimum_age": 30, "maximum_age": 40}])
    assert (found.least_age, found.most_age) == (16, 40)


@pytest.mark.parametrize(
    ("raw", "day", "told"),
    [
        ("2024-02-01", date(2024, 2, 1), False),
        ("2024-02-01T10:00:00", date(2024, 2, 1), False),
        ("2024-02-01T10:00:00.123+01:00", date(2024, 2, 1), False),
        ("20240201", date(2024, 2, 1), False),
        ("01/02/2024", date(2024, 2, 1), True),
        ("02/13/2024", date(2024, 2, 13), True),
        ("1.2.24", date(2024, 2, 1), True),
        ("2024/2/1", date(2024, 2, 1), True),
        ("Thursday 1st February 2024", date(2024, 2, 1), True),
        ("1 Feb 2024", date(2024, 2, 1), True),
        (1_706_745_600, date(2024, 2, 1), True),
        (1_706_745_600_000, date(2024, 2, 1), True),
        ("0001-01-01T00:00:00Z", None, True),
        ("2024-02-30", None, True),
        ("31/31/2024", None, True),
        ("1 Foo 2024", None, True),
        ("yesterday", None, True),
        (10**30, None, True),
        (17, None, True),
        (True, None, False),
        (float("nan"), None, False),
    ],
)
def test_a_date_is_read_without_zone_and_in_many_ways(raw: Any, day: date | None, told: bool) -> None:
    found, said = read_one(assured_date=raw)
    assert found.last_checked == day
    assert [sort for sort, _ in said] == (["day"] if told else [])


@pytest.mark.parametrize(
    ("raw", "kept", "told"),
    [
        ("active", Status.ACTIVE, False),
        ("Temporarily_Closed", Status.TEMPORARILY_CLOSED, False),
        ("OPEN", Status.ACTIVE, False),
        ("closed", Status.INACTIVE, False),
        ("publshed", None, True),
        ({"name": "active"}, Status.ACTIVE, True),
        (1, None, True),
    ],
)
def test_an_unknown_status_is_unknown(raw: Any, kept: Status | None, told: bool) -> None:
    found, said = read_one(status=raw)
    assert found.status == kept
    assert bool(said) == told


def test_an_unknown_status_names_the_nearest_word() -> None:
    assert read_one(status="actve")[1] == [
        ("status", "the status 'actve' is none of the standard's; did you mean 'active'?")
    ]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (100, 101),
        (0, 0),
        ("0.0", "0"),
        (530_000, 180_000),
        ("north", "east"),
        (51.5, None),
        (None, 0.1),
        (True, True),
        (float("inf"), 0),
    ],
)
def test_coordinates_that_cannot_be_right_are_unknown(latitude: Any, longitude: Any) -> None:
    place = {"location": {"name": "Hall", "latitude": latitude, "longitude": longitude}}
    found, said = read_one(service_at_locations=[place])
    assert found.places == (Venue(name="Hall"),)
    assert [sort for sort, _ in said] == ["place"]


@pytest.mark.parametrize(("latitude", "longitude"), [(51.5, -0.1), ("51.5", "−0.1"), (" 51.5 ", "-0.1")])
def test_coordinates_that_can_be_right_are_read(latitude: Any, longitude: Any) -> None:
    found, said = read_one(locations=[{"latitude": latitude, "longitude": longitude}])
    assert (found.places, said) == ((Venue(latitude=51.5, longitude=-0.1),), [])


SCHEDULES: tuple[tuple[dict[str, Any], Time | None], ...] = (
    ({"freq": "WEEKLY", "byday": "THU"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("TH",)))),
    ({"freq": "BIWEEKLY", "byday": "MO"}, Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=("MO",)))),
    ({"freq": "BI_WEEKLY", "day": "Monday"}, Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=("MO",)))),
    ({"freq": "WEEKLY", "byday": "mo, tu"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO", "TU")))),
    ({"freq": "WEEKLY", "interval": 0, "byday": "MO"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))),
    ({"freq": "WEEKLY", "interval": "2.0", "byday": "MO"}, Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=("MO",)))),
    ({"freq": "WEEKLY", "byday": ""}, Time(recurrence=Recurrence(freq="WEEKLY"))),
    ({"freq": "WEEKLY", "byday": "SA", "count": 3}, Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",)))),
    (
        {"freq": "WEEKLY", "byday": "SA", "count": 3, "dtstart": "2026-01-03"},
        Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",), count=3), starts=date(2026, 1, 3)),
    ),
    (
        {
            "freq": "WEEKLY", "byday": "SA", "count": 3, "until": "2026-02-01T00:00:00Z", "bymonthday": "2,3",
            "dtstart": "2026-01-03",
        },
        Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",), until=date(2026, 2, 1)), starts=date(2026, 1, 3)),
    ),
    ({"freq": "MONTHLY", "byday": "2MO,-1FR"}, Time(recurrence=Recurrence(freq="MONTHLY", days=("2MO", "-1FR")))),
    ({"freq": "MONTHLY", "byday": "second Monday"}, Time(recurrence=Recurrence(freq="MONTHLY", days=("2MO",)))),
    ({"freq": "MONTHLY", "bymonthday": "1, 15"}, Time(recurrence=Recurrence(freq="MONTHLY", month_days=(1, 15)))),
    ({"freq": "MONTHLY", "bymonthday": 1, "byday": "MO"}, Time(recurrence=Recurrence(freq="MONTHLY", days=("MO",)))),
    ({"freq": "WEEKLY", "byday": "2MO"}, Time(recurrence=Recurrence(freq="MONTHLY", days=("2MO",)))),
    ({"freq": "QUARTERLY"}, Time(recurrence=Recurrence(freq="MONTHLY", interval=3))),
    ({"freq": "ONCE", "date": "2026-02-07"}, Time(starts=date(2026, 2, 7))),
    ({"freq": "ONCE"}, Time(words="once")),
    ({"freq": "sometimes", "byday": "MO", "dtstart": "2026-01-05"}, Time(words="sometimes, MO")),
    ({"freq": 7, "byday": "MO"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))),
    ({"rrule": "RRULE:FREQ=WEEKLY;BYDAY=SA,SU;INTERVAL=2"}, Time(recurrence=Recurrence(freq="WEEKLY", interval=2, days=("SA", "SU")))),
    ({"weekday": 3, "opens_at": "10:00"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("WE",)), opens=time(10))),
    ({"days_of_week": ["weekdays"], "freq": "WEEKLY"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO", "TU", "WE", "TH", "FR")))),
    ({"day": "weekend"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("SA", "SU")))),
    ({"day": "Daily"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO", "TU", "WE", "TH", "FR", "SA", "SU")))),
    ({"opens_at": "10:00"}, Time(opens=time(10), words="on days that are not said")),
    ({"description": "Most days"}, Time(words="Most days")),
    ({"freq": "WEEKLY", "byday": "MO", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))),
    ({"freq": "WEEKLY", "byday": "MO", "count": True, "interval": "often"}, Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))),
    ({}, None),
)  # fmt: skip


@pytest.mark.parametrize(("schedule", "expected"), SCHEDULES)
def test_a_recurrence_that_dateutil_refuses_is_put_right_or_kept_in_words(
    schedule: dict[str, Any], expected: Time | None
) -> None:
    found, _ = read_one(schedules=[schedule])
    assert found.times == (() if expected is None else (expected,))
    for one in found.times:  # and none of them fails late
        one.days(TODAY, date(2027, 1, 5))


def test_a_day_that_cannot_be_read_excludes_no_other_day() -> None:
    found, said = read_one(schedules=[{"freq": "WEEKLY", "byday": ["TH", "4th", "Blursday"]}])
    assert found.times == (
        Time(recurrence=Recurrence(freq="WEEKLY", days=("TH",))),
        Time(words="and 4th, Blursday"),
    )
    assert [found.week.on(day, TODAY) for day in (3, 5)] == [YES, UNKNOWN]
    assert said == [
        ("recurrence", "'4th' is no day of the week, and is kept in words"),
        ("recurrence", "'Blursday' is no day of the week, and is kept in words"),
    ]


def test_times_within_a_schedule_are_times_of_their_own() -> None:
    schedule = {"freq": "WEEKLY", "times": [{"day": "MO", "start_time": "9am"}, {"day": "TU", "start_time": "6.30 pm"}]}
    found, _ = read_one(schedule=schedule)
    assert found.times == (
        Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)), opens=time(9)),
        Time(recurrence=Recurrence(freq="WEEKLY", days=("TU",)), opens=time(18, 30)),
    )
    found, _ = read_one(schedules=[{"event_dates": ["2026-02-07", "2026-03-07"], "opens_at": "10:00"}])
    assert [(one.starts, one.opens) for one in found.times] == [
        (date(2026, 2, 7), time(10)),
        (date(2026, 3, 7), time(10)),
    ]


def test_no_more_times_are_kept_than_anybody_reads_and_the_rest_is_unknown() -> None:
    found, said = read_one(
        schedules=[{"freq": "WEEKLY", "byday": "MO", "opens_at": f"{n % 24:02}:{n // 24:02}"} for n in range(99)]
    )
    assert len(found.times) == 60
    assert found.times[-1] == Time(words="and further times, which are not kept")
    assert found.week.on(5, TODAY) is UNKNOWN
    assert said == [("long", "more than 60 times were said, and the first of them are kept")]


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("10:00", time(10)),
        ("10:00:00", time(10)),
        ("09:30Z", time(9, 30)),
        ("09:30+01:00", time(9, 30)),
        ("2026-01-05T09:30:00", time(9, 30)),
        ("6:30pm", time(18, 30)),
        ("12am", time(0)),
        ("12.15 p.m.", time(12, 15)),
        ("0930", time(9, 30)),
        ("093000", time(9, 30)),
        ("noon", time(12)),
        ("24:00", time(0)),
        (0, time(0)),
        ("6:300pm", None),
        ("25:00", None),
        ("10", None),
        ("late", None),
    ],
)
def test_a_time_of_day_is_read_or_unknown(raw: Any, hour: time | None) -> None:
    found, said = read_one(schedules=[{"freq": "WEEKLY", "byday": "MO", "opens_at": raw}])
    assert found.times[0].opens == hour
    assert said == ([] if hour else [("hour", f"{raw!r} is no time of day")])


def test_total_pages_that_lies_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    page = {"total_items": 31, "total_pages": 9, "contents": [{"id": "1", "name": "Art"}, {"id": "2", "name": "Bowls"}]}
    found = from_json(tmp_path, page)
    assert found.counts == (2, 2, 0, 0)
    assert [(sort, sentence) for sort, sentence in found.sentences if sort == "file"] == [
        ("file", "it says that there are 31 records in all, and holds 2"),
        ("file", "it says that it is one of 9 pages: import the others with it, if there are any"),
    ]


def test_json_written_as_a_text_within_json_is_read(tmp_path: Path) -> None:
    inner = json.dumps({"organization": {"name": "College"}, "services": [{"name": "Art"}]})
    found = from_json(tmp_path, {"result": inner, "job_id": "17"})
    assert [(one.name, one.organisation) for one in found.opportunities] == [("Art", "College")]
    assert ("shape", "it was JSON, written as a text within JSON") in found.sentences
    assert (
        from_json(tmp_path, {"result": "Invalid JSON response"}).sentences
        == [
            ("set aside", "its result is 'Invalid JSON response', and no record"),
            ("file", "it lists no service"),
        ][:1]
    )
    assert from_json(tmp_path, {"result": "{oops"}).counts == (1, 0, 0, 1)
    assert from_json(tmp_path, json.dumps([{"id": "1", "name": "Art"}])).counts == (1, 1, 0, 0)
    assert from_json(tmp_path, {"result": "[" * 99 + "]" * 99}).counts == (1, 0, 0, 1)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"contents": []}', '{"totalElements": 0, "content": []}', '{"services": []}']
)
def test_an_empty_feed_is_no_error(tmp_path: Path, text: str) -> None:
    found = from_text(tmp_path, text)
    assert (found.summary.files, found.summary.kept, found.summary.unread) == (1, 0, ())


def test_deeply_nested_input_is_set_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    deep = "[" * 5000 + "]" * 5000
    found = from_text(tmp_path, f'[{{"id": "1", "name": "Art", "x": {deep}}}, {{"id": "2", "name": "Bowls"}}]')
    assert found.counts == (1, 0, 0, 1)
    assert found.sentences[0] == ("set aside", "it is nested 5002 deep; at most 60 are read")


def test_deep_input_within_a_long_feed_costs_that_record_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "HELD", 400)
    deep = "[" * 99 + "]" * 99
    many = ",".join(f'{{"id": "{n}", "name": "Walk {n}"}}' for n in range(20))
    found = from_text(tmp_path, f'{{"contents": [{{"id": "x", "name": "Deep", "y": {deep}}}, {many}]}}')
    assert found.counts == (21, 20, 0, 1)


def test_an_enormous_value_is_left_out_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "HELD", 1000)
    huge = json.dumps({"id": "1", "name": "Art", "logo": "\\x" * 90_000})
    found = from_text(tmp_path, f'[{huge}, {{"id": "2", "name": "Bowls"}}, "{"y" * 5000}"]')
    assert found.counts == (3, 2, 0, 1)
    assert [one.name for one in found.opportunities] == ["Art", "Bowls"]
    assert found.sentences == [
        ("json", "it was not quite JSON, and what is right of it was kept"),
        ("set aside", "it is longer than 1,000 characters"),
    ]


@pytest.mark.parametrize(
    ("amount", "spoken", "costs", "free"),
    [
        (0, "Free", (Cost(amount=Decimal(0), words="Free"),), YES),
        ("£5.50", None, (Cost(amount=Decimal("5.50")),), NO),
        (5.5, "a session", (Cost(amount=Decimal("5.50"), words="a session"),), NO),
        (0, "£5 per child", (Cost(words="£5 per child"),), UNKNOWN),
        (None, "£5 per child", (Cost(words="£5 per child"),), UNKNOWN),
        (-1, None, (), UNKNOWN),
        ("varies", "varies", (Cost(words="varies"),), UNKNOWN),
        (None, None, (), UNKNOWN),
        (True, None, (), UNKNOWN),
    ],
)
def test_a_price_is_exact_or_unknown(amount: Any, spoken: Any, costs: tuple[Cost, ...], free: Any) -> None:
    found, _ = read_one(cost_options=[{"amount": amount, "option": spoken, "amount_description": spoken}])
    assert (found.costs, found.is_free(TODAY)) == (costs, free)


def test_a_nameless_service_is_named_after_its_organisation_or_said_to_be_nameless() -> None:
    assert read_one(name="")[0].name == "A service of College"
    assert read_one(name=None, organization=None)[0].name == "A service without a name"
    found, said = read_one(name=None, alternate_name="Clay")
    assert (found.name, said) == ("Clay", [("named", "it has no name, and goes by 'Clay', which stands beside it")])


def test_names_and_addresses_of_people_are_not_kept() -> None:
    contacts = [{"name": "Ann Persona", "email": "ann@example.org", "phones": [{"number": "01234 567890"}]}]
    found, _ = read_one(contacts=contacts)
    assert found.phones == ("01234 567890",)
    assert "Ann" not in repr(found)
    assert "ann@" not in repr(found)


def test_a_service_of_open_referral_uk_1_is_read() -> None:
    found, said = read_one(
        attending_type="online",
        attending_access="drop-in",
        deliverable_type="Training",
        languages=[{"language": "Urdu"}],
        service_areas=[{"service_area": "Borsetshire"}],
        service_taxonomys=[{"taxonomy": {"id": "t1", "name": "Art", "vocabulary": "local"}}],
        regular_schedules=[{"freq": "WEEKLY", "byday": "SA", "opens_at": "10:00"}],
        service_at_locations=[
            {
                "location": {
                    "name": "Hall",
                    "latitude": 51.5,
                    "longitude": 0.7,
                    "physical_addresses": [{"address_1": "1 High St", "city": "Town", "postal_code": "SS1 1AA"}],
                    "accessibility_for_disabilities": [{"accessibility": "Step-free"}],
                }
            }
        ],
    )
    assert said == []
    assert found == Opportunity(
        "s1",
        "Art",
        status=Status.ACTIVE,
        organisation="College",
        times=[Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",)), opens=time(10))],
        places=[Venue(name="Hall", address="1 High St, Town", postcode="SS1 1AA", latitude=51.5, longitude=0.7, access=["Step-free"])],
        attended=["online"],
        languages=["Urdu"],
        terms=[Term("Art", "t1", "local")],
        areas=["Borsetshire"],
        joining="Drop in: no appointment is needed.",
    )  # fmt: skip


def test_what_stands_in_another_shape_is_read_as_what_it_seems_to_be() -> None:
    found, said = read_one(description={"text": "Paint"}, organization=["College"], languages=["Urdu", 3, None])
    assert (found.description, found.organisation, found.languages) == ("Paint", "College", ("Urdu",))
    assert said == [("shape", "an object stood where a text belongs: list")]
    assert read_one(description=["Paint", "and tea"])[0].description == "Paint, and tea"
    assert read_one(description={"z": 1})[0].description is None
    assert read_one(fees=[{"amount": "5"}, {"fee": "or 3"}])[0].fees == "5\nor 3"
    assert read_one(organization=None, provider_name="College")[0].organisation == "College"
    assert read_one(locations=[{"location_type": "virtual", "name": "Zoom"}])[0].attended == ("online",)
    assert read_one(locations=[{"address": "1 High St", "postcode": "SS1"}])[0].places == (Venue(address="1 High St"),)
    assert read_one(locations=[{"postcode": "SS1 1AA"}])[0].places == (Venue(postcode="SS1 1AA"),)
    assert read_one(name="x" * 600)[0].name == f"{'x' * 499}…"


def test_corners_of_a_service_are_read() -> None:
    found, said = read_one(
        description="x" * 1_000_001,
        phones=[{"number": None}, {"number": "01632 960 001"}],
        required_documents=[{"document": "A form"}, {"document": None}],
        attributes=[{"taxonomy_term": {"name": ""}}, {"taxonomy_term": {"name": "Art", "code": "a"}}],
        service_areas=[{"name": ""}, {"name": "Borsetshire"}],
        cost_options=[{"valid_to": "2026-01-01"}],
        languages=[(), 3.5],
        url={"value": "https://example.org"},
        email=object(),
    )
    assert found.description is not None
    assert (len(found.description), found.phones, found.joining) == (20_000, ("01632 960 001",), "Bring: A form")
    assert (found.terms, found.areas, found.costs, found.email) == ((Term("Art", "a"),), ("Borsetshire",), (), None)
    assert said[0] == ("long", "a text of 1,000,001 characters was cut to 1,000,000")


def test_schedules_hold_days_of_the_month_of_every_sort() -> None:
    found, said = read_one(schedules=[{"freq": "MONTHLY", "bymonthday": [1, "2 and 3", {"a": 1}, 99, 0]}])
    assert found.times[0].recurrence == Recurrence(freq="MONTHLY", month_days=(1, 2, 3))
    assert ("recurrence", "the day of the month 99 says nothing") in said
    found, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": [["MO"], True, None, "TU"]}])
    assert found.times[0].recurrence == Recurrence(freq="WEEKLY", days=("TU",))


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ('[{"id": "1", "na\\u12me": 1, "name": "Art", }, {"id": "2", "name": "Bowls"}]', (2, 2, 0, 0)),
        (f'[{{"id": "1", "{"n" * 3000}": 1, "name": "Art"}}, {{"id": "2", "name": "Bowls"}}]', (2, 2, 0, 0)),
        (f'[{{"id": "1", "name": "Art"}}, {"7" * 3000}, {{"id": "2", "name": "Bowls"}}]', (3, 2, 0, 1)),
        (f'{{"id": "1", "name": "Art"}} {"7" * 200_000}', (2, 1, 0, 1)),
        (f'[{{"id": "1", "name": "Art"}}, "{"s" * 90_000}', (2, 1, 0, 1)),
        (f'[{{"id": "1", "name": "Art"}}, {{"id": "2", "logo": "{"s" * 90_000}', (2, 1, 0, 1)),
        (f'[[[[[[{{"id": "{"1" * 3000}"}}]]]]], {{"id": "2", "name": "Bowls"}}]', (2, 1, 0, 1)),
    ],
)
def test_what_is_too_long_or_no_json_costs_its_own_record_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, counts: tuple[int, int, int, int]
) -> None:
    monkeypatch.setattr(json_stream, "HELD", 1000)
    assert from_text(tmp_path, text).counts == counts


def test_json_as_text_that_is_too_long_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iagcore.directory.shapes.HELD", 10)
    found = from_json(tmp_path, {"result": "[" + "1," * 20 + "1]"})
    assert found.sentences[0] == ("set aside", "a text that may be JSON is longer than 10 characters")


def test_two_sorts_of_things_may_name_a_service(tmp_path: Path) -> None:
    service = {"id": "1", "name": "Art", "phones": [{"number": "01632 960 001"}]}
    beside = {"phones": [{"service_id": "1", "number": "1234"}, {"service_id": "2", "number": "5678"}]}
    [found] = from_json(tmp_path, {"services": [service], **beside}).opportunities
    assert found.phones == ("01632 960 001",)


def test_an_id_of_its_own_is_counted_on_where_that_is_taken_too() -> None:
    walk = Identity("walk", "")
    first = id_of_its_own("walk", walk, "council", is_taken=lambda id: id == "walk")
    second = id_of_its_own("walk", walk, "council", is_taken=lambda id: id in ("walk", first))
    assert re.fullmatch("walk~[0-9a-f]{16}", first)
    assert second == f"{first}1"


# ---- days, languages and audiences in the feed's own words


@pytest.mark.parametrize("days", ["Mon - Fri", "Monday–Friday", "Mon to Fri", "Mondays to Fridays", ["Mon thru Fri"]])
def test_a_range_of_days_is_its_days(days: Any) -> None:
    found, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": days}])
    assert [one.recurrence for one in found.times] == [Recurrence(freq="WEEKLY", days=["MO", "TU", "WE", "TH", "FR"])]


def test_a_day_with_a_condition_stays_in_words() -> None:
    found, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": "Mon if dry"}])
    assert Time(words="and Mon if dry") in found.times


@pytest.mark.parametrize(
    ("fields", "weekday", "answer"),
    [
        ({"name": "Thursday choir"}, 3, UNKNOWN),
        ({"description": "Every Tuesday and Thursday."}, 3, UNKNOWN),
        ({"alert": "Moved to Thursday"}, 3, UNKNOWN),
        ({"fees": "£2 on Thursdays"}, 3, UNKNOWN),
        ({"cost_options": [{"amount": 2, "option": "Thursdays"}]}, 3, UNKNOWN),
        ({}, 3, NO),
        ({"application_process": "Ring us Monday to Friday"}, 3, NO),
        ({"description": "Every Thursday"}, 1, YES),
        ({"description": "Every Thursday"}, 4, NO),
    ],
)
def test_a_day_that_the_feeds_words_offer_is_not_hidden(fields: Any, weekday: int, answer: Any) -> None:
    found, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": "TU"}], **fields)
    assert found.week.on(weekday, TODAY) is answer


def test_hours_across_midnight_are_said_to_be_and_the_next_day_is_not_hidden() -> None:
    found, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": "FR", "opens_at": "22:00", "closes_at": "02:00"}])
    assert str(found.times[0]) == "every week on Friday 22:00–02:00 the next day, if the hours are right"
    assert [found.week.on(day, TODAY) for day in (4, 5, 6)] == [YES, UNKNOWN, NO]
    midnight, _ = read_one(schedules=[{"freq": "WEEKLY", "byday": "FR", "opens_at": "22:00", "closes_at": "24:00"}])
    assert [midnight.week.on(day, TODAY) for day in (4, 5)] == [YES, NO]


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (Time(), "times not said"),
        (Time(words="Fridays"), "Fridays"),
        (Time(words="Fridays", opens=time(10), valid_to=date(2026, 5, 1)), "Fridays 10:00 until 01 May 2026"),
        (Time(starts=date(2026, 5, 1), words="bring cake"), 'on 01 May 2026, "bring cake"'),
        (
            Time(recurrence=Recurrence(freq="WEEKLY", days=["FR"], until=date(2025, 5, 1)), starts=date(2025, 1, 1)),
            "every week on Friday from 01 Jan 2025 until 01 May 2025",
        ),
    ],
)
def test_a_time_is_said_with_its_dates(time: Time, said: str) -> None:
    assert str(time) == said


@pytest.mark.parametrize(
    ("languages", "names"),
    [
        ([{"language": "Somali"}], ("Somali",)),
        ([{"code": "pl"}, {"name": "en-GB"}], ("Polish", "English")),
        ("Polish, Urdu and Welsh", ("Polish", "Urdu", "Welsh")),
        ("pl;; so", ("Polish", "Somali")),
        ([], ()),
    ],
)
def test_languages_have_names(languages: Any, names: tuple[str, ...]) -> None:
    assert read_one(languages=languages)[0].languages == names


def test_what_the_publisher_says_of_whom_it_is_for_is_kept() -> None:
    found, _ = read_one(
        attributes=[
            {"label": "audience", "value": "Women"},
            {"value": "Carers", "taxonomy_term": {"name": "Carers", "code": "c"}},
            {"label": "x", "value": ""},
        ],
        target_audience=["Older people"],
    )
    assert found.terms == (Term("Women", None, "audience"), Term("Carers", "c"), Term("x"), Term("Older people"))


@pytest.mark.parametrize(
    ("own", "ways", "ages"),
    [
        ((18, None), [{"minimum_age": 16, "maximum_age": 25}], (16, None)),
        ((18, 65), [{"eligibility": "Adults"}], (18, 65)),
        ((18, 65), [{"minimum_age": 18, "maximum_age": 65}], (18, 65)),
        ((None, None), [{"minimum_age": 16}, {"minimum_age": 50}], (16, None)),
    ],
)
def test_ages_that_differ_are_the_widest(own: Any, ways: Any, ages: Any) -> None:
    found, said = read_one(minimum_age=own[0], maximum_age=own[1], eligibilities=ways)
    assert (found.least_age, found.most_age) == ages
    differ = ("age", "its own ages and those of its eligibilities differ: the widest were taken")
    assert (differ in said) == (own == (18, None))


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ((), ""),
        (("online",), "online"),
        (("venue", "online", "phone"), "in person, online or by phone"),
        (("by boat",), "by boat"),
    ],
)
def test_ways_to_attend_are_said_as_a_sentence(ways: Any, said: str) -> None:
    assert Opportunity("a", "A", attended=ways).ways == said


def test_what_one_service_says_twice_is_put_together() -> None:
    one = Opportunity("a", "A", costs=[Cost(amount=Decimal(0))], fees="Free", description="longer", most_age=18)
    other = Opportunity("a", "A", costs=[Cost(amount=Decimal(5))], url="https://example.org", phones=["123"])
    together = put_together([one, other])
    assert together == put_together([other, one])
    assert (together.url, together.description, together.phones, together.fees, together.most_age) == (
        "https://example.org",
        "longer",
        ("123",),
        "Free",
        18,
    )
    assert together.contradictions in {("cost: 0; Free; 5",), ("cost: 5; 0; Free",)}
    assert together.is_free(TODAY) is UNKNOWN
    silent = put_together([Opportunity("a", "A", description="b"), Opportunity("a", "A", fees="Free")])
    assert (silent.contradictions, silent.is_free(TODAY)) == ((), YES)


def _misread(text: str, table: str) -> str:
    return "".join(bytes([byte]).decode(table, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("table", ["cp1252", "latin-1", "mac_roman", "cp850", "cp437"])
def test_letters_that_were_misread_are_read_as_they_were_meant(table: str) -> None:
    meant = "Café – “tea” £5, it’s naïve • Łódź 🙂"
    found, said = read_one(description=_misread(meant, table))
    assert (found.description, [sort for sort, _ in said]) == (meant, ["encoding"])
    # beside letters that were read right
    assert read_one(description=f"Łódź {_misread('Café', table)}")[0].description == "Łódź Café"


@pytest.mark.parametrize("table", ["cp1252", "latin-1"])
def test_letters_that_were_misread_twice_are_read_again_twice(table: str) -> None:
    once = _misread("Café’s", table)
    assert read_one(description=_misread(once, table))[0].description == "Café’s"
    assert read_one(description=_misread(_misread(once, table), table))[0].description == "Café’s"


@pytest.mark.parametrize("text", ["Łódź, Ærø, É™ and Ã alone", "√ 9 = 3", "à€€", "Ã¼ 日本", "naïve café “tea” – £5"])
def test_letters_that_may_be_meant_are_let_alone(text: str) -> None:
    assert read_one(description=text) == (read_one(description=text)[0], [])
    assert read_one(description=text)[0].description == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("tea\\nand cake\\r\\nBring a friend", "tea\nand cake\nBring a friend"),
        ("tea_x000D_\ncake", "tea\ncake"),
        ("tea\\rcake", "tea\ncake"),
        ("C:\\new\\readme", "C:\\new\\readme"),
        ("a\\\\nb", "a\\\\nb"),
        ("a\\b", "a\\b"),
    ],
)
def test_line_breaks_that_were_written_as_letters_are_line_breaks(text: str, read: str) -> None:
    found, said = read_one(description=text)
    assert (found.description, [sort for sort, _ in said]) == (read, [] if text == read else ["text"])


@pytest.mark.parametrize(
    ("access", "joining"),
    [
        ("referral", "Somebody has to refer you."),
        ("drop-in, Appointment", "Drop in: no appointment is needed.\nMake an appointment first."),
        ("Ring the bell", "Ring the bell"),
        ("referral, or ring us", "referral, or ring us"),
        (["membership"], "membership"),
    ],
)
def test_ways_to_get_in_are_sentences(access: Any, joining: str) -> None:
    assert read_one(attending_access=access)[0].joining == joining


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<p>a</p><p>b <b>c</b></p>", "a\n\nb c"),
        ("<ul><li>a<li>b</ul>x<br/>y", "- a\n- b\n\nx\ny"),
        ("<P>A</P>&amp;<td>b", "A\n\n& b"),
        ("<p>a\nb", "a b"),
        ("<a title=\"a > b\" href='c'>d</a>", "d"),
        ("a<!-- b > c -->d", "ad"),
        ("a<!-- b > c", "a c"),
        ("a<!-- b > c<!-- d > e", "a c e"),
        ("<script>a < b</SCRIPT >c", "c"),
        ("<script>a</style>b<script>c", "abc"),
        ("<script/>a", "a"),
        ("</script>a<svg><b>c</b></svg>d", "ad"),
        ("<!DOCTYPE html><?xml ?>a", "a"),
        ("<b>3 < 4 <</b> 5", "3 < 4 < 5"),
        ("<a href='x <p>b", "href='x\n\nb"),
        ("<b>a</b> <i", "a <i"),
        ("<b>a &#99999999999999999999; &#233; &#x41;</b>", "a  é A".replace("  ", " ")),
    ],
)
def test_tags_are_read_as_a_browser_reads_them(text: str, read: str) -> None:
    assert cleaning.plain(text, cleaning.Notes()) == read


HOSTILE = (
    "<a ", "<", "<!--", "<!-- >", "<script>", "<script ", "<style></script", "<a \"", "<a '>", "</", "&", "&#", "&a", "&#9",
    "{", "[", "a@", "a.", "http://", "Ã", "Ã©", "â€", "\\n", "_x000", "mon ", "M-", "mon to ", "£", "9", "9 ", "a-", "a'", ",",
    "\n", " ", "\u200b", "x", "every ", "1:", "1/", "(", "together ", "Łódź ", "between ", "Mo,", "\u0301", "<p>", "&lt;p&gt;",
)  # fmt: skip
"""Pieces of which each, said very often, has kept some reader of such texts busy for hours."""


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_of_any_sort_is_read_in_linear_time(tmp_path: Path, piece: str) -> None:
    text = (piece * 50_000)[:50_000]
    names = (
        "name", "description", "email", "url", "status", "fees", "minimum_age", "assured_date", "alert", "id",
        "attending_access", "languages", "application_process",
    )  # fmt: skip
    service: dict[str, Any] = dict.fromkeys(names, text)
    service["phones"] = [{"number": text}]
    service["cost_options"] = [{"amount": text, "option": text}]
    service["schedules"] = [{"freq": text, "byday": text, "opens_at": text, "description": text}]
    service["locations"] = [{"name": text, "latitude": text, "addresses": [{"address_1": text}]}]
    began = process_time()
    found = from_json(tmp_path, [{"id": "a", "name": "A", text: 1}, service])
    matches = found.directory.search(Sought(text="zumba", day="sat"), today=TODAY).matches
    assert matches == ()
    assert found.counts[0] == 2
    # a reader that looks again and again at the same text takes minutes
    assert process_time() - began < 10


@pytest.mark.parametrize(
    "piece", ['"', '{"a":', "[", "[{", '{"a"', "\\", ",", '"\\', "{}", "[1,", '{"services":[', "}"]
)
def test_a_document_of_any_sort_is_read_in_linear_time(tmp_path: Path, piece: str) -> None:
    began = process_time()
    from_text(tmp_path, "[" + (piece * 50_000)[:50_000])
    from_text(tmp_path, "id,name\n" + (piece * 50_000)[:50_000], "services.csv")
    assert process_time() - began < 10


def test_an_empty_object_is_nothing() -> None:
    assert read_one(description={}, alert=[{}])[0].alert is None
