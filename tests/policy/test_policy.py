"""What was decided: a policy's values, its days, its sources, and what is said of a file that is wrong."""

import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.exceptions import InvalidEntry, InvalidPolicy
from iagcore.policy import (
    SHIPPED,
    VALUES,
    Cited,
    EmergencyContact,
    Gap,
    MissedCharge,
    Policy,
    Rounding,
    Window,
)
from iagcore.practice.conversations import FAULTS
from iagcore.practice.measures import SCALES, Band, Bands, Number, Thresholds

ARCHIVED = "(site closed in 2021; excerpts read 1 December 2026)"
CASE_STUDY = f"Ways to Wellbeing Case Study, Southend Adult Community College, undated {ARCHIVED}"
ELIGIBLE = (
    "Adult Education and Mental Health research, What do learners need to score on the mental health tools to be "
    f"eligible?, 2016 to 2017 {ARCHIVED}"
)
BACKGROUND = "Community Learning Mental Health, background paper, 2015 (https://studylib.net/doc/7763702)"
HEAD = 'schema = 1\nname = "mine"\ntitle = "Mine"\nzone = "Europe/London"\n'
OVER = 'schema = 1\nname = "mine"\ntitle = "Mine"\nover = "ways-to-wellbeing"\n'
LOCAL = 'local = "our lead decides"\n'
HISTORY = f"""\
{HEAD}
[[value.allowance_minutes]]
from = 2020-03-01
value = 180
{LOCAL}
[[value.allowance_minutes]]
from = 2021-03-01
gap = true
local = "between two programmes"

[[value.allowance_minutes]]
from = 2022-03-01
value = 240
review_by = 2022-12-31
source = {{ title = "Board minutes", clause = "item 4", address = "https://example.org/minutes" }}

[[level.COA-04]]
from = 2021-01-01
value = "SHOULD"
review_by = 2022-06-30
{LOCAL}
[[level.COA-04]]
from = 2022-01-01
gap = true
{LOCAL}
[[level.ALW-05]]
from = 2020-01-01
value = "MUST"
{LOCAL}"""


def entry(name: str, value: str) -> str:
    return f"{HEAD}[[value.{name}]]\nfrom = 2020-01-01\nvalue = {value}\n{LOCAL}"


def value_of(name: str, value: str) -> Any:
    return Policy.parse(entry(name, value)).at(date(2020, 1, 1)).cited(name).value


def refusal(text: str) -> tuple[int | None, str]:
    with pytest.raises(InvalidPolicy) as raised:
        Policy.parse(text, file="mine.toml")
    assert raised.value.file == "mine.toml"
    return raised.value.line, raised.value.reason


def bands(**begins: Number) -> Bands:
    return Bands(Band(name.replace("_", " "), points) for name, points in begins.items())


# the shipped policies

SHEET: dict[str, tuple[Any, Any]] = {
    "allowance_minutes": (180, 180),
    "extension_limit_minutes": (0, 60),
    "longest_conversation_minutes": (90, 90),
    "days_between_conversations": (7, 0),
    "clock_tolerance_minutes": (15, 15),
    "plans_reach_days": (730, 730),
    "missed_charge": (MissedCharge(learner_excused=0, learner_unexcused=0),) * 2,
    "notice_hours": (24, 24),
    "rounding": (Rounding("none"), Rounding("none")),
    "write_up_days": (5, 5),
    "commitment_floor": (8, 8),
    "required_checks": (("safeguarding training",), ()),
    "renewal_window_days": (30, 30),
    "supervision_days": (42, 42),
    "courses_shown": (2, 2),
    "directory_fresh_days": (180, 180),
    "signpost_outcome_days": (28, 28),
    "signpost_attempts": (3, 3),
    "referral_deadline_days": (14, 14),
    "escalation_hours": (2, 2),
    "emergency_contacts": (
        (EmergencyContact("Emergency services", "999", date(2015, 4, 1)),),
        (EmergencyContact("Emergency services", "999", date(2026, 11, 24)),),
    ),
    "follow_up_after": (3, 3),
    "minimum_age": (19, 16),
    "window": (Window(date(2015, 4, 1), date(2016, 3, 31)), Window()),
    "phq9_bands": (
        bands(none=0, mild=5, moderate=10, moderately_severe=15, severe=20),
        bands(minimal=0, mild=5, moderate=10, moderately_severe=15, severe=20),
    ),
    "gad7_bands": (
        bands(none=0, mild=5, moderately_severe=11, severe=16),
        bands(minimal=0, mild=5, moderate=10, severe=15),
    ),
    "swemwbs_bands": (bands(low=Decimal("7.00"), medium=Decimal("19.50"), high=Decimal("27.50")),) * 2,
    "eligible_bands": (("mild", "moderate"),) * 2,
    "phq9_caseness": (10, 10),
    "gad7_caseness": (8, 8),
    "phq9_reliable_change": (6, 6),
    "gad7_reliable_change": (4, 4),
    "swemwbs_reliable_change": (Decimal("2.87"),) * 2,
}


def test_the_values_are_those_of_the_sheet_in_its_order() -> None:
    assert tuple(value.name for value in VALUES) == tuple(SHEET)
    assert SHIPPED == ("ways-to-wellbeing", "starter")


@pytest.mark.parametrize("name", SHEET)
@pytest.mark.parametrize(("policy", "first"), [(0, date(2015, 4, 1)), (1, date(2020, 1, 1))])
def test_a_shipped_value_holds_from_its_first_day_and_not_the_day_before(name: str, policy: int, first: date) -> None:
    shipped = Policy.load(SHIPPED[policy])
    assert shipped.at(first).cited(name).value == SHEET[name][policy]
    assert shipped.at(date(2099, 1, 1)).cited(name).value == SHEET[name][policy]
    with pytest.raises(Gap) as raised:
        shipped.at(first - timedelta(days=1)).cited(name)
    assert (raised.value.name, raised.value.day, raised.value.why) == (name, first - timedelta(days=1), None)


def test_ways_to_wellbeing_cites_what_its_own_programme_said_and_leaves_the_rest_to_be_decided() -> None:
    day = Policy.load("ways-to-wellbeing").at(date(2015, 4, 1))
    assert {cited.name: cited.source for cited in day.in_force if not cited.local} == {
        "allowance_minutes": CASE_STUDY,
        "minimum_age": BACKGROUND,
        "window": CASE_STUDY,
        **dict.fromkeys(("phq9_bands", "gad7_bands", "eligible_bands", "phq9_caseness", "gad7_caseness"), ELIGIBLE),
    }


def test_every_value_of_starter_is_local() -> None:
    assert {cited.local for cited in Policy.load("starter").at(date(2020, 1, 1)).in_force} == {True}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_local_value_that_is_shipped_says_who_decides(name: str) -> None:
    for cited in Policy.load(name).at(date(2020, 1, 1)).in_force:
        assert not cited.local or cited.source.startswith("suggested, not yet decided by you")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_has_its_name_and_nothing_to_review(name: str) -> None:
    policy = Policy.load(name)
    assert policy.name == name
    assert policy.reviews_due(date(2099, 1, 1)) == ()


def test_what_a_coachs_record_has_to_say_and_a_second_journey_are_advice_in_starter_alone() -> None:
    assert dict(Policy.load("ways-to-wellbeing").levels) == {}
    levels = Policy.load("starter").levels
    assert {code: [(one.since, one.value) for one in history] for code, history in levels.items()} == {
        code: [(date(2020, 1, 1), "SHOULD")] for code in ("COA-01", "COA-02", "COA-04", "COA-06", "COA-08", "JRN-06")
    }


def test_titles_of_the_shipped_policies() -> None:
    assert [Policy.load(name).title for name in SHIPPED] == ["Ways to Wellbeing", "Starter"]


def test_a_name_that_is_not_shipped_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidPolicy) as raised:
        Policy.load("ways-to-welbeing")
    assert str(raised.value) == (
        "ways-to-welbeing: no policy of this name is shipped: there are ways-to-wellbeing and starter"
        "; did you mean 'ways-to-wellbeing'?; a file of your own is named with its .toml"
    )


# a policy, its text and its days


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HISTORY, "utf-8", newline="\r\n")
    policy = Policy.load(path)
    assert (policy.name, policy.title, policy.text) == ("mine", "Mine", HISTORY)
    assert Policy.load(str(path)) == policy
    assert policy.values["allowance_minutes"][0].file == str(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "missing.TOML"
    with pytest.raises(InvalidPolicy) as raised:
        Policy.load(str(path))
    assert str(raised.value) == f"{path}: there is no such file"


def test_a_text_is_the_policy() -> None:
    policy = Policy.parse(HISTORY)
    assert policy.text == HISTORY
    assert policy.fingerprint == sha256(HISTORY.encode()).hexdigest()
    assert policy == Policy.parse(HISTORY, file="elsewhere.toml")
    assert hash(policy) == hash(Policy.parse(HISTORY, file="elsewhere.toml"))
    assert policy != Policy.parse(HISTORY + "# one more line\n")
    assert pickle.loads(pickle.dumps(policy)) == policy
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        cast(Any, policy).name = "other"
    with pytest.raises(TypeError):
        cast(Any, policy.values)["rounding"] = ()


def test_a_value_holds_until_the_next_one_begins() -> None:
    policy = Policy.parse(HISTORY, file="mine.toml")
    first, gap, last = policy.values["allowance_minutes"]
    assert first == Cited(
        name="allowance_minutes",
        value=180,
        since=date(2020, 3, 1),
        until=date(2021, 3, 1),
        source="our lead decides",
        local=True,
        file="mine.toml",
        line=6,
    )
    assert (first.file, first.line) == ("mine.toml", 6)
    assert (gap.value, gap.since, gap.until) == (None, date(2021, 3, 1), date(2022, 3, 1))
    assert (last.value, last.since, last.until) == (240, date(2022, 3, 1), None)
    assert (last.source, last.local) == ("Board minutes, item 4 (https://example.org/minutes)", False)
    assert policy.at(date(2020, 3, 1)).whole("allowance_minutes") == 180
    assert policy.at(date(2021, 2, 28)).whole("allowance_minutes") == 180
    assert policy.at(date(2022, 3, 1)).cited("allowance_minutes") == last


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2020, 2, 29), "the policy does not decide allowance_minutes on 2020-02-29"),
        (date(2021, 3, 1), "the policy does not decide allowance_minutes on 2021-03-01: between two programmes"),
        (date(2022, 2, 28), "the policy does not decide allowance_minutes on 2022-02-28: between two programmes"),
    ],
)
def test_a_value_in_a_gap_is_not_guessed(day: date, sentence: str) -> None:
    with pytest.raises(Gap) as raised:
        Policy.parse(HISTORY).at(day).whole("allowance_minutes")
    assert str(raised.value) == sentence
    assert (raised.value.name, raised.value.day) == ("allowance_minutes", day)


@pytest.mark.parametrize("part", ["missed_charge", "rounding", "window"])
def test_a_value_that_no_entry_decides_is_a_gap(part: str) -> None:
    with pytest.raises(Gap) as raised:
        getattr(Policy.parse(HISTORY).at(date(2022, 3, 1)), part)
    assert raised.value.name == part


def test_a_value_is_read_by_its_part_and_a_whole_number_by_its_name() -> None:
    day = Policy.load("ways-to-wellbeing").at(date(2015, 4, 1))
    assert day.missed_charge == MissedCharge(learner_excused=0, learner_unexcused=0)
    assert day.rounding == Rounding("none", 1)
    assert day.window == Window(date(2015, 4, 1), date(2016, 3, 31))
    with pytest.raises(ValueError, match=r"^rounding is not a whole number: ask for \.rounding$"):
        day.whole("rounding")
    with pytest.raises(ValueError, match=r"^no policy value is called 'notice_hour'; did you mean 'notice_hours'\?$"):
        day.whole("notice_hour")


@pytest.mark.parametrize(
    ("day", "coa_04"),
    [
        (date(2020, 12, 31), None),
        (date(2021, 1, 1), "SHOULD"),
        (date(2021, 12, 31), "SHOULD"),
        (date(2022, 1, 1), None),
    ],
)
def test_a_level_holds_on_its_days_and_a_gap_returns_it_to_the_rule_book(day: date, coa_04: str | None) -> None:
    on_day = Policy.parse(HISTORY).at(day)
    assert on_day.level("COA-04") == coa_04
    assert on_day.level("ALW-05") == "MUST"
    assert on_day.level("ALW-01") is None


def test_levels_are_listed_by_code_with_their_place_and_a_value_is_no_level() -> None:
    policy = Policy.parse(HISTORY, file="mine.toml")
    assert {code: [(cited.value, cited.line) for cited in history] for code, history in policy.levels.items()} == {
        "ALW-05": [("MUST", 33)],
        "COA-04": [("SHOULD", 22), (None, 28)],
    }
    assert list(policy.levels) == ["ALW-05", "COA-04"]
    assert policy.at(date(2020, 3, 1)).level("allowance_minutes") is None


def test_the_policy_on_a_day_is_made_once() -> None:
    policy = Policy.parse(HISTORY)
    assert policy.at(date(2022, 1, 1)) is policy.at(date(2022, 1, 1))
    assert policy.at(date(2022, 1, 1)) != policy.at(date(2022, 1, 2))
    assert policy.at(date(2022, 1, 1)).policy == policy
    assert policy.at(date(2022, 1, 1)).day == date(2022, 1, 1)


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2021, 12, 31), []),
        (date(2022, 7, 1), []),
        (date(2022, 12, 31), []),
        (date(2023, 1, 1), ["allowance_minutes"]),
    ],
)
def test_a_review_is_due_the_day_after_its_day_while_the_value_is_in_force(day: date, names: list[str]) -> None:
    assert [cited.name for cited in Policy.parse(HISTORY).reviews_due(day)] == names


def test_a_level_and_a_written_gap_come_up_for_review_too() -> None:
    text = (
        f"{HEAD}[[level.COA-04]]\nfrom = 2020-01-01\nvalue = 'MUST'\nreview_by = 2020-01-01\n{LOCAL}"
        f"[[value.rounding]]\nfrom = 2020-01-01\ngap = true\nreview_by = 2020-06-30\n{LOCAL}"
    )
    assert [cited.name for cited in Policy.parse(text).reviews_due(date(2020, 7, 1))] == ["rounding", "COA-04"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2015, 6, 30, 22, 59, tzinfo=UTC), date(2015, 6, 30)),
        (datetime(2015, 6, 30, 23, 0, tzinfo=UTC), date(2015, 7, 1)),
        (datetime(2015, 12, 31, 23, 59, tzinfo=UTC), date(2015, 12, 31)),
        (datetime(2016, 3, 26, 23, 30, tzinfo=UTC), date(2016, 3, 26)),
        (datetime(2016, 3, 27, 23, 30, tzinfo=UTC), date(2016, 3, 28)),
    ],
)
def test_a_moment_has_its_date_in_the_zone_of_the_policy(moment: datetime, day: date) -> None:
    assert Policy.load("ways-to-wellbeing").day(moment) == day


def test_a_moment_without_its_zone_has_no_day() -> None:
    with pytest.raises(InvalidEntry, match="the time has no zone") as raised:
        Policy.load("starter").day(datetime(2015, 6, 30, 12))  # noqa: DTZ001 - the naive time is the point
    assert (raised.value.kind, raised.value.field) == ("policy", "moment")


def test_a_moment_is_no_day() -> None:
    with pytest.raises(InvalidEntry, match="a date is expected, without a time") as raised:
        Policy.load("starter").at(datetime(2015, 6, 30, tzinfo=UTC))
    assert (raised.value.kind, raised.value.field) == ("policy", "day")


# one policy over another


def overlay(extra: str = "", head: str = OVER) -> str:
    return f"{head}[[value.allowance_minutes]]\nfrom = 2016-01-01\nvalue = 240\n{LOCAL}{extra}"


def test_a_file_over_a_shipped_one_takes_effect_from_its_own_first_day() -> None:
    policy = Policy.parse(overlay())
    assert (policy.name, policy.title) == ("mine", "Mine")
    assert policy.at(date(2016, 1, 1)).whole("allowance_minutes") == 240
    # on earlier days what the shipped file decided stands
    assert policy.at(date(2015, 12, 31)).whole("allowance_minutes") == 180
    assert [(one.since, one.until, one.value) for one in policy.values["allowance_minutes"]] == [
        (date(2015, 4, 1), date(2016, 1, 1), 180),
        (date(2016, 1, 1), None, 240),
    ]
    with pytest.raises(Gap):
        policy.at(date(2015, 3, 31)).whole("allowance_minutes")
    assert policy.at(date(2015, 4, 1)).whole("minimum_age") == 19
    assert list(policy.values) == list(SHEET)


@pytest.mark.parametrize("first", [date(2015, 3, 1), date(2015, 4, 1)])
def test_a_file_that_begins_no_later_than_the_shipped_one_replaces_it(first: date) -> None:
    policy = Policy.parse(overlay().replace("2016-01-01", str(first)))
    assert [(one.since, one.value) for one in policy.values["allowance_minutes"]] == [(first, 240)]


def test_a_file_that_begins_within_a_later_part_keeps_the_earlier_parts() -> None:
    below = Policy.load("starter")
    own = OVER.replace("ways-to-wellbeing", "starter") + '[[level.COA-01]]\nfrom = 2021-09-01\nvalue = "MUST"\n' + LOCAL
    policy = Policy.parse(own)
    assert [(one.since, one.until, one.value) for one in policy.levels["COA-01"]] == [
        (date(2020, 1, 1), date(2021, 9, 1), "SHOULD"),
        (date(2021, 9, 1), None, "MUST"),
    ]
    assert policy.at(date(2021, 8, 31)).level("COA-01") == below.at(date(2021, 8, 31)).level("COA-01")


def test_a_file_over_a_shipped_one_keeps_its_zone_or_brings_its_own() -> None:
    moment = datetime(2015, 6, 30, 23, 0, tzinfo=UTC)
    assert Policy.parse(overlay()).day(moment) == date(2015, 7, 1)
    assert Policy.parse(overlay(head=OVER + 'zone = "UTC"\n')).day(moment) == date(2015, 6, 30)


def test_the_merged_text_reads_back_as_the_same_policy(tmp_path: Path) -> None:
    policy = Policy.parse(overlay(), file="mine.toml")
    again = Policy.parse(policy.text, file="merged.toml")
    assert again == policy
    assert (again.fingerprint, again.name, again.title) == (policy.fingerprint, policy.name, policy.title)
    assert (again.values, again.levels) == (policy.values, policy.levels)
    assert policy.text == Policy.load("ways-to-wellbeing").text + policy.text[policy.text.index("# ====") :]
    assert policy.text.endswith("above ========\n" + overlay())
    saved = tmp_path / "merged.toml"
    saved.write_text(policy.text, "utf-8", newline="\r\n")
    assert Policy.load(saved) == policy


def test_what_is_wrong_in_a_merged_text_is_said_with_its_line_there() -> None:
    text = Policy.parse(overlay()).text
    lines = text.splitlines()
    assert refusal(text.replace("value = 240", "value = '240'")) == (
        lines.index("value = 240") + 1,
        "allowance_minutes from 2016-01-01: value: a whole number of minutes is expected",
    )
    assert refusal(text.replace("value = 240", "value = ?")) == (
        lines.index("value = 240") + 1,
        "it is not TOML: Invalid value, at column 9",
    )


def test_a_merged_text_whose_parts_do_not_belong_together_is_refused() -> None:
    text = Policy.parse(overlay()).text
    line = text.splitlines().index('over = "ways-to-wellbeing"') + 1
    assert refusal(text.replace('over = "ways-to-wellbeing"\n', 'over = "starter"\n')) == (
        line,
        "this part stands over 'ways-to-wellbeing', and has to say so: over = \"ways-to-wellbeing\"",
    )
    # without the line there is none to name but the first of the part
    assert refusal(text.replace('over = "ways-to-wellbeing"\n', ""))[0] == line - 3


def test_a_policy_over_another_has_a_name_of_its_own() -> None:
    assert Policy.parse(overlay()).name == "mine"
    with pytest.raises(InvalidPolicy) as raised:
        Policy.parse(overlay().replace('"mine"', '"ways-to-wellbeing"'), file="mine.toml")
    assert str(raised.value) == "mine.toml:2: a policy that stands over another has a name of its own"


def test_a_policy_over_one_that_is_not_shipped_is_refused_with_the_nearest() -> None:
    assert refusal(overlay().replace('over = "ways-to-wellbeing"', 'over = "startr"')) == (
        4,
        "no policy called 'startr' is shipped to stand over: there are ways-to-wellbeing and starter"
        "; did you mean 'starter'?",
    )


@given(st.sets(st.sampled_from(sorted(SHEET))), st.sampled_from(SHIPPED), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_a_file_over_a_shipped_one_changes_only_what_it_names(names: set[str], below: str, day: date) -> None:
    text = f'schema = 1\nname = "mine"\ntitle = "Mine"\nover = "{below}"\n' + "".join(
        f"[[value.{name}]]\nfrom = 2000-01-01\ngap = true\n{LOCAL}" for name in sorted(names)
    )
    policy = Policy.parse(text)
    assert Policy.parse(policy.text) == policy
    assert [cited for cited in policy.at(day).in_force if cited.name not in names] == [
        cited for cited in Policy.load(below).at(day).in_force if cited.name not in names
    ]
    assert {cited.name for cited in policy.at(day).in_force if cited.value is None} == names


# what a value may be


@pytest.mark.parametrize(
    ("name", "least", "most", "unit"),
    [
        ("allowance_minutes", 0, 100_000, "minutes"),
        ("extension_limit_minutes", 0, 100_000, "minutes"),
        ("longest_conversation_minutes", 1, 1440, "minutes"),
        ("days_between_conversations", 0, 3650, "days"),
        ("notice_hours", 0, 8760, "hours"),
        ("write_up_days", 0, 3650, "days"),
        ("commitment_floor", 1, 10, "points of commitment"),
        ("renewal_window_days", 0, 3650, "days"),
        ("supervision_days", 1, 3650, "days"),
        ("courses_shown", 1, 100, "courses"),
        ("directory_fresh_days", 0, 36_500, "days"),
        ("signpost_outcome_days", 0, 3650, "days"),
        ("signpost_attempts", 1, 100, "attempts"),
        ("referral_deadline_days", 0, 3650, "days"),
        ("escalation_hours", 0, 8760, "hours"),
        ("follow_up_after", 1, 120, "months"),
        ("minimum_age", 0, 130, "years"),
        ("phq9_caseness", 1, 27, "points of PHQ-9"),
        ("gad7_caseness", 1, 21, "points of GAD-7"),
        ("phq9_reliable_change", 1, 27, "points of PHQ-9"),
        ("gad7_reliable_change", 1, 21, "points of GAD-7"),
    ],
)
def test_a_whole_number_is_accepted_at_its_bounds_and_refused_past_them(
    name: str, least: int, most: int, unit: str
) -> None:
    assert value_of(name, str(least)) == least
    assert value_of(name, str(most)) == most
    for value in (least - 1, most + 1):
        reason = f"{name} from 2020-01-01: value: {unit} run from {least} to {most}"
        assert refusal(entry(name, str(value))) == (7, reason)
    for written in ("45.0", "true", '"45"', "[45]", "2020-01-01"):
        reason = f"{name} from 2020-01-01: value: a whole number of {unit} is expected"
        assert refusal(entry(name, written)) == (7, reason)


def test_required_checks_are_names_or_none() -> None:
    assert value_of("required_checks", '"none"') == ()
    assert value_of("required_checks", '["DBS", "safeguarding training"]') == ("DBS", "safeguarding training")
    reason = 'required_checks from 2020-01-01: value: a list of names is expected, such as ["mild", "moderate"]'
    assert refusal(entry("required_checks", "[]")) == (7, reason)


def test_emergency_contacts_say_whom_to_reach_how_and_when_it_was_checked() -> None:
    written = '[{ name = "Samaritans", contact = "116 123", last_checked = 2026-11-01 }]'
    (contact,) = value_of("emergency_contacts", written)
    assert str(contact) == "Samaritans: 116 123 (last checked 01 Nov 2026)"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("[]", 'a list is expected: [{ name = "…", contact = "999", last_checked = 2026-11-24 }]'),
        ('"999"', 'a list is expected: [{ name = "…", contact = "999", last_checked = 2026-11-24 }]'),
        ('["999"]', 'each contact is written { name = "…", contact = "…", last_checked = 2026-11-24 }'),
        (
            '[{ name = "x", contact = "999" }]',
            "'last_checked' is missing: name, contact, last_checked are expected",
        ),
        (
            '[{ name = "x", contakt = "999", last_checked = 2026-11-24 }]',
            "'contakt' is not known here; did you mean 'contact'?",
        ),
        ('[{ name = "", contact = "999", last_checked = 2026-11-24 }]', "name: it is empty"),
        (
            '[{ name = "x", contact = "999", last_checked = "2026-11-24" }]',
            "last_checked: a date is written without quotes, such as 2015-04-01",
        ),
    ],
)
def test_an_emergency_contact_of_another_shape_is_refused(written: str, reason: str) -> None:
    assert refusal(entry("emergency_contacts", written)) == (7, f"emergency_contacts from 2020-01-01: value: {reason}")


def test_a_missed_charge_is_minutes_or_all_for_each_fault_of_the_learner() -> None:
    charge = value_of(
        "missed_charge", '{ learner-excused = 15, learner-unexcused = "all", provider = 0, logistics = 0 }'
    )
    assert charge == MissedCharge(learner_excused=15, learner_unexcused="all")
    assert [charge.of(fault) for fault in FAULTS] == [15, "all", 0, 0]
    with pytest.raises(
        ValueError,
        match=r"^a fault is one of learner-excused, learner-unexcused, provider, logistics, not 'providr'"
        r"; did you mean 'provider'\?$",
    ):
        charge.of("providr")


ALWAYS_0 = "is always 0 (ALW-07): nobody is charged for what was not theirs to keep"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("0", "a charge for each fault is expected: learner-excused, learner-unexcused, provider, logistics"),
        (
            "{ learner-excused = 0, learner-unexcused = 0, provider = 0 }",
            "'logistics' is missing: learner-excused, learner-unexcused, provider, logistics are expected",
        ),
        (
            "{ learner-excused = 0, learner-unexcused = 0, provider = 0, logistic = 0 }",
            "'logistic' is not known here; did you mean 'logistics'?",
        ),
        (
            "{ learner-excused = -1, learner-unexcused = 0, provider = 0, logistics = 0 }",
            'learner-excused: minutes run from 0 to 100000; or "all" that the conversation held',
        ),
        (
            '{ learner-excused = 0, learner-unexcused = "half", provider = 0, logistics = 0 }',
            'learner-unexcused: a whole number of minutes is expected; or "all" that the conversation held',
        ),
        ("{ learner-excused = 0, learner-unexcused = 0, provider = 1, logistics = 0 }", f"provider {ALWAYS_0}"),
        ("{ learner-excused = 0, learner-unexcused = 0, provider = false, logistics = 0 }", f"provider {ALWAYS_0}"),
        ('{ learner-excused = 0, learner-unexcused = 0, provider = 0, logistics = "all" }', f"logistics {ALWAYS_0}"),
    ],
)
def test_a_missed_charge_of_another_shape_is_refused(written: str, reason: str) -> None:
    assert refusal(entry("missed_charge", written)) == (7, f"missed_charge from 2020-01-01: value: {reason}")


@pytest.mark.parametrize(
    ("written", "rounding"),
    [
        ('"none"', Rounding("none", 1)),
        ('{ way = "up", to = 15 }', Rounding("up", 15)),
        ('{ way = "nearest", to = 1 }', Rounding("nearest", 1)),
        ('{ way = "up", to = 1440 }', Rounding("up", 1440)),
    ],
)
def test_minutes_are_rounded_not_at_all_or_up_or_to_the_nearest(written: str, rounding: Rounding) -> None:
    assert value_of("rounding", written) == rounding


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('"up"', '"none" is expected, or { way = "up", to = 15 }'),
        ("15", '"none" is expected, or { way = "up", to = 15 }'),
        ('{ way = "up" }', "'to' is missing: way, to are expected"),
        ('{ way = "up", to = 5, too = 5 }', "'too' is not known here; did you mean 'to'?"),
        ('{ way = "down", to = 5 }', 'way is "up" or "nearest"'),
        ('{ way = ["up"], to = 5 }', 'way is "up" or "nearest"'),
        ('{ way = "up", to = 0 }', "minutes to round to run from 1 to 1440"),
        ('{ way = "up", to = 1441 }', "minutes to round to run from 1 to 1440"),
        ('{ way = "up", to = true }', "a whole number of minutes to round to is expected"),
    ],
)
def test_a_rounding_of_another_shape_is_refused(written: str, reason: str) -> None:
    assert refusal(entry("rounding", written)) == (7, f"rounding from 2020-01-01: value: {reason}")


@pytest.mark.parametrize(
    ("day", "included"),
    [
        (date(2015, 3, 31), False),
        (date(2015, 4, 1), True),
        (date(2016, 3, 31), True),
        (date(2016, 4, 1), False),
    ],
)
def test_a_window_includes_both_its_days(day: date, included: bool) -> None:
    assert value_of("window", "{ first = 2015-04-01, last = 2016-03-31 }").includes(day) is included
    assert value_of("window", '"open"').includes(day) is True


def test_a_window_may_be_one_day() -> None:
    assert value_of("window", "{ first = 2015-04-01, last = 2015-04-01 }").includes(date(2015, 4, 1)) is True


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("true", '"open" is expected, or { first = 2015-04-01, last = 2016-03-31 }'),
        ("{ first = 2015-04-01 }", "'last' is missing: first, last are expected"),
        ("{ first = 2015-04-01, lasts = 2015-04-01 }", "'lasts' is not known here; did you mean 'last'?"),
        (
            "{ first = 2015-04-01, last = 2015-03-31 }",
            "the last day, 2015-03-31, is before the first, 2015-04-01",
        ),
        (
            '{ first = "2015-04-01", last = 2015-03-31 }',
            "first: a date is written without quotes, such as 2015-04-01",
        ),
        (
            "{ first = 2015-04-01, last = 2015-04-01T00:00:00Z }",
            "last: a date is expected, without a time",
        ),
    ],
)
def test_a_window_of_another_shape_is_refused(written: str, reason: str) -> None:
    assert refusal(entry("window", written)) == (7, f"window from 2020-01-01: value: {reason}")


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("phq9_bands", "{ all = 0 }", bands(all=0)),
        ("phq9_bands", "{ low = 0, high = 27 }", bands(low=0, high=27)),
        ("gad7_bands", "{ a = 0, b = 1, c = 21 }", bands(a=0, b=1, c=21)),
        ("swemwbs_bands", '{ a = "7.00", b = "35.00" }', bands(a=Decimal("7.00"), b=Decimal("35.00"))),
        ("swemwbs_reliable_change", '"1.03"', Decimal("1.03")),
        ("swemwbs_reliable_change", '"1.00"', Decimal("1.00")),
        ("eligible_bands", '["mild"]', ("mild",)),
    ],
)
def test_bands_and_metric_points_are_read(name: str, written: str, expected: Any) -> None:
    assert value_of(name, written) == expected


METRIC = 'metric points are written in quotes with two places, such as "19.50"'


@pytest.mark.parametrize(
    ("name", "written", "reason"),
    [
        ("phq9_bands", "5", "a name for each band of PHQ-9 is expected, with the score that it begins at"),
        ("phq9_bands", "{}", "a name for each band of PHQ-9 is expected, with the score that it begins at"),
        ("phq9_bands", "{ mild = 5 }", "the first band, 'mild', begins at 0, the least score of PHQ-9"),
        ("phq9_bands", "{ a = 0, b = 5, c = 5 }", "'c' begins at 5, and has to begin above 'b'"),
        ("phq9_bands", "{ a = 0, b = 10, c = 5 }", "'c' begins at 5, and has to begin above 'b'"),
        ("phq9_bands", "{ a = 0, b = 28 }", "'b': points of PHQ-9 run from 0 to 27"),
        ("phq9_bands", "{ a = 0, b = 5.0 }", "'b': a whole number of points of PHQ-9 is expected"),
        ("phq9_bands", "{ a = false }", "'a': a whole number of points of PHQ-9 is expected"),
        ("phq9_bands", "{ a = [0, 4] }", "'a': a whole number of points of PHQ-9 is expected"),
        ("phq9_bands", '{ " " = 0 }', "' ': it is empty"),
        ("gad7_bands", "{ a = 0, b = 22 }", "'b': points of GAD-7 run from 0 to 21"),
        ("swemwbs_bands", "{ a = 7 }", f"'a': {METRIC}"),
        ("swemwbs_bands", "{ a = 7.00 }", f"'a': {METRIC}"),
        ("swemwbs_bands", '{ a = "7" }', f"'a': {METRIC}"),
        ("swemwbs_bands", '{ a = "7.00", b = "35.01" }', "'b': points of SWEMWBS run from 7 to 35"),
        ("swemwbs_bands", '{ a = "8.00" }', "the first band, 'a', begins at 7, the least score of SWEMWBS"),
        ("swemwbs_reliable_change", "2.87", METRIC),
        ("swemwbs_reliable_change", '"2.870"', METRIC),
        ("swemwbs_reliable_change", '"٢.٨٧"', METRIC),
        ("swemwbs_reliable_change", '"0.99"', "points of SWEMWBS run from 1 to 35"),
        ("swemwbs_reliable_change", '"NaN"', METRIC),
        ("eligible_bands", '"mild"', 'a list of names is expected, such as ["mild", "moderate"]'),
        ("eligible_bands", "[]", 'a list of names is expected, such as ["mild", "moderate"]'),
        ("eligible_bands", "[1]", "a text is expected"),
        ("eligible_bands", '["mild", "mild"]', "a name stands in it twice"),
    ],
)
def test_bands_and_points_of_another_shape_are_refused(name: str, written: str, reason: str) -> None:
    assert refusal(entry(name, written)) == (7, f"{name} from 2020-01-01: value: {reason}")


def test_how_scores_are_read_is_what_the_day_decides_of_it() -> None:
    shipped = Policy.load("ways-to-wellbeing")
    day = shipped.at(date(2015, 4, 1))
    assert day.reading("PHQ-9") == Thresholds(bands=SHEET["phq9_bands"][0], caseness=10, reliable_change=6)
    assert day.reading("SWEMWBS") == Thresholds(bands=SHEET["swemwbs_bands"][0], reliable_change=Decimal("2.87"))
    assert day.bands("GAD-7") == SHEET["gad7_bands"][0]
    assert day.eligible_bands == ("mild", "moderate")
    for scale in ("WEMWBS", "GSE", "ONS4"):
        assert day.reading(scale) == Thresholds()
    for scale in SCALES:
        assert shipped.at(date(2015, 3, 31)).reading(scale) == Thresholds()
    with pytest.raises(InvalidEntry, match=r"one of PHQ-9, .* is expected; did you mean 'PHQ-9'\?"):
        day.reading("PHQ9")


def test_in_a_gap_scores_are_read_by_nothing() -> None:
    text = f"{HEAD}[[value.phq9_bands]]\nfrom = 2020-01-01\ngap = true\n{LOCAL}"
    day = Policy.parse(text).at(date(2020, 1, 1))
    assert day.reading("PHQ-9") == Thresholds()
    with pytest.raises(Gap, match="the policy does not decide phq9_bands on 2020-01-01: our lead decides"):
        day.bands("PHQ-9")


# what a file may say

ENTRY = f"{HEAD}\n[[value.notice_hours]]\n"
FORTNIGHT = "from = 2020-01-01\nvalue = 24\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "a policy says schema = 1, the only format that is known here"),
        ("schema = 2\n", 1, "a policy says schema = 1, the only format that is known here"),
        ("\nschema = true\n", 2, "a policy says schema = 1, the only format that is known here"),
        ("schema = 1\n", 1, "'zone' is missing"),
        ('schema = 1\nzone = "UTC"\n', 1, "'name' is missing"),
        ('schema = 1\nzone = "UTC"\nname = "mine"\n', 1, "'title' is missing"),
        ("schema = 1\nname = 3\nzone = 'UTC'\n", 2, "name: a text is expected"),
        (HEAD.replace('"Mine"', "3"), 3, "title: a text is expected"),
        (HEAD.replace('"Mine"', '" "'), 3, "title: it is empty"),
        (HEAD.replace('"Mine"', '"\\u001b"'), 3, "title: it has a character that cannot be shown"),
        (HEAD + "titel = 1\n", 5, "'titel' is not known here; did you mean 'title'?"),
        (HEAD + "over = 1\n", 5, "over: a text is expected"),
        (HEAD + "value = 45\n", 5, "value holds dated entries, each under [[value.NAME]]"),
        (HEAD + "level = []\n", 5, "level holds dated entries, each under [[level.NAME]]"),
        (
            f"{HEAD}\n[[value.notice_hour]]\n{FORTNIGHT}",
            6,
            "no policy value is called 'notice_hour'; did you mean 'notice_hours'?",
        ),
        (
            f"{HEAD}\n[value.notice_hours]\n{FORTNIGHT}",
            6,
            "each entry begins with [[value.notice_hours]], in two brackets",
        ),
        (
            f"{HEAD}\n[value]\nnotice_hours = []\n",
            7,
            "each entry begins with [[value.notice_hours]], in two brackets",
        ),
        (
            f"{HEAD}\n[value]\nnotice_hours = [24]\n",
            7,
            "each entry begins with [[value.notice_hours]], in two brackets",
        ),
        (f"{HEAD}\n[[level.COA-4]]\n", 6, "the code of a rule looks like ALW-01, not 'COA-4'"),
        (
            f"{HEAD}\n[[level.COA-04]]\nfrom = 2020-01-01\nvalue = 'must'\n{LOCAL}",
            8,
            'COA-04 from 2020-01-01: value: "MUST" or "SHOULD" is expected',
        ),
        (f"{ENTRY}{FORTNIGHT}loc = 1\n", 9, "'loc' is not known here; did you mean 'local'?"),
        (f"{ENTRY}value = 24\n{LOCAL}", 6, "notice_hours: 'from' is missing"),
        (
            f"{ENTRY}value = 24\nfrom = '2020-01-01'\n{LOCAL}",
            8,
            "notice_hours: from: a date is written without quotes, such as 2015-04-01",
        ),
        (
            f"{ENTRY}from = 2020-01-01T00:00:00Z\nvalue = 24\n{LOCAL}",
            7,
            "notice_hours: from: a date is expected, without a time",
        ),
        (
            f"{ENTRY}from = 2020-01-01\n{LOCAL}",
            6,
            "notice_hours from 2020-01-01: a value or gap = true is expected, one of the two",
        ),
        (
            f"{ENTRY}{FORTNIGHT}gap = true\n{LOCAL}",
            6,
            "notice_hours from 2020-01-01: a value or gap = true is expected, one of the two",
        ),
        (
            f"{ENTRY}from = 2020-01-01\ngap = false\n{LOCAL}",
            8,
            "notice_hours from 2020-01-01: a gap is written gap = true, or left out",
        ),
        (
            f"{ENTRY}{FORTNIGHT}",
            6,
            'notice_hours from 2020-01-01: it is uncited: give its source, or local = "who decided, and why"',
        ),
        (
            f"{ENTRY}from = 2020-01-01\ngap = true\n",
            6,
            'notice_hours from 2020-01-01: it is uncited: give its source, or local = "who decided, and why"',
        ),
        (
            f"{ENTRY}{FORTNIGHT}source = {{ title = 'x' }}\n{LOCAL}",
            10,
            "notice_hours from 2020-01-01: either a source or local is expected, not both",
        ),
        (f"{ENTRY}{FORTNIGHT}local = ''\n", 9, "notice_hours from 2020-01-01: local: it is empty"),
        (f"{ENTRY}{FORTNIGHT}local = true\n", 9, "notice_hours from 2020-01-01: local: a text is expected"),
        (
            f"{ENTRY}{FORTNIGHT}source = 'a law'\n",
            9,
            'notice_hours from 2020-01-01: source: { title = "…" } is expected, '
            "with its clause and address where there are any",
        ),
        (
            f"{ENTRY}{FORTNIGHT}source = {{ titel = 'x' }}\n",
            9,
            "'titel' is not known here; did you mean 'title'?",
        ),
        (
            f"{ENTRY}{FORTNIGHT}source = {{ clause = 'x' }}\n",
            9,
            "notice_hours from 2020-01-01: source: 'title' is missing",
        ),
        (
            f"{ENTRY}{FORTNIGHT}source = {{ title = 'x', address = 3 }}\n",
            9,
            "notice_hours from 2020-01-01: source: address: a text is expected",
        ),
        (
            f"{ENTRY}{FORTNIGHT}{LOCAL}review_by = 'soon'\n",
            10,
            "notice_hours from 2020-01-01: review_by: a date is written without quotes, such as 2015-04-01",
        ),
        (
            f"{ENTRY}{FORTNIGHT}{LOCAL}review_by = 2019-12-31\n",
            10,
            "notice_hours from 2020-01-01: its review, by 2019-12-31, is due before it begins",
        ),
        (
            f"{ENTRY}{FORTNIGHT}{LOCAL}[[value.notice_hours]]\n{FORTNIGHT}{LOCAL}",
            11,
            "notice_hours: two entries are from 2020-01-01, so they overlap",
        ),
        (
            f"{ENTRY}{FORTNIGHT}{LOCAL}[[value.notice_hours]]\nvalue = 48\nfrom = 2019-12-31\n{LOCAL}",
            12,
            "notice_hours: the entry from 2019-12-31 comes after the one from 2020-01-01; the earlier day goes first",
        ),
        (HEAD + "zone = 1\n", 5, "it is not TOML: Cannot overwrite a value, at column 9"),
        (HEAD.replace('"Europe/London"', "1"), 4, "zone: a text is expected"),
        (
            HEAD.replace("London", "Lodnon"),
            4,
            "zone: no time zone is called 'Europe/Lodnon'; did you mean 'Europe/London'?",
        ),
        (
            HEAD.replace("London", "London5"),
            4,
            "zone: no time zone is called 'Europe/London5'; did you mean 'Europe/London'?",
        ),
        (HEAD.replace("Europe/London", "/etc/passwd"), 4, "zone: no time zone is called '/etc/passwd'"),
        (HEAD.replace("Europe/London", "BST-1"), 4, "zone: no time zone is called 'BST-1'"),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_line(text: str, line: int | None, reason: str) -> None:
    assert refusal(text) == (line, reason)


def test_words_on_several_lines_read_as_one_sentence() -> None:
    text = f'{ENTRY}{FORTNIGHT}local = """\nour lead\n  decides"""\n'
    assert Policy.parse(text).at(date(2020, 1, 1)).cited("notice_hours").source == "our lead decides"


def test_a_source_may_be_a_title_alone_or_with_its_clause() -> None:
    for written, source in (("title = 'A law'", "A law"), ("title = 'A law', clause = 's. 2'", "A law, s. 2")):
        policy = Policy.parse(f"{ENTRY}{FORTNIGHT}source = {{ {written} }}\n")
        assert policy.at(date(2020, 1, 1)).cited("notice_hours").source == source


@given(st.lists(st.dates(date(1900, 1, 1), date(2999, 12, 31)), min_size=1, max_size=6, unique=True), st.data())
def test_on_any_day_the_last_entry_begun_is_in_force(days: list[date], draw: st.DataObject) -> None:
    starts = sorted(days)
    policy = Policy.parse(
        HEAD + "".join(f"[[value.notice_hours]]\nfrom = {day}\nvalue = {n}\n{LOCAL}" for n, day in enumerate(starts))
    )
    near = [day + timedelta(days=shift) for day in starts for shift in (-1, 0, 1) if date.min < day < date.max]
    day = draw.draw(st.sampled_from([day for day in near if 1900 <= day.year <= 2999]))
    begun = [n for n, start in enumerate(starts) if start <= day]
    if begun:
        cited = policy.at(day).cited("notice_hours")
        assert cited.value == begun[-1]
        assert cited.since <= day
        assert cited.until is None or day < cited.until
    else:
        with pytest.raises(Gap):
            policy.at(day).cited("notice_hours")
