"""The sheet for a lead: every local value and level, what it affects, and room to decide; and `iagcore rules`."""

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

import iagcore as iag
from iagcore.cli import main, policy
from iagcore.policy import SHIPPED, VALUES, Rounding
from iagcore.reports import policy_sheet, policy_sheet_as_html
from iagcore.reports.policy_sheet import NO_RULE, rows_of_levels, rows_of_values, written
from iagcore.rulebook import FAMILIES, RULES
from tests.casework import STARTER, WELLBEING
from tests.casework import policy as over_starter

DAY = date(2026, 9, 1)

OURS = """\
schema = 1
name = "ours"
title = "Ours <b>&amp;</b>"
zone = "Europe/London"

[[value.allowance_minutes]]
from = 2020-01-01
value = 180
source = { title = "Ways to Wellbeing" }

[[value.write_up_days]]
from = 2020-01-01
value = 5
local = "our lead decides"

[[value.write_up_days]]
from = 2026-01-01
value = 3
local = "decided on <1 December> 2025"

[[value.write_up_days]]
from = 2027-01-01
gap = true
local = "it is being looked at"

[[value.notice_hours]]
from = 2027-01-01
value = 48
local = "from next year on"

[[level.GRW-03]]
from = 2020-01-01
value = "MUST"
local = "our lead decides"

[[level.GRW-03]]
from = 2026-01-01
gap = true
local = "the rule book is right"

[[level.GRW-02]]
from = 2020-01-01
value = "MUST"
source = { title = "somewhere" }
"""
MINE = iag.Policy.parse(OURS, file="ours.toml")


def row(sheet: str, name: str) -> list[str]:
    """What the sheet says of one value or level."""
    found = re.search(rf"^  {name} \(.*\n(?:    .*\n)*", sheet, flags=re.MULTILINE)
    return found[0].splitlines() if found else []


def test_a_value_is_printed_with_what_it_means_what_it_is_and_why_what_it_affects_and_room_to_decide() -> None:
    assert row(policy_sheet(MINE, RULES, on=DAY), "write_up_days") == [
        "  write_up_days (days)",
        "    A conversation is written up within this many days.",
        "    now        3 days, since 01 Jan 2026",
        "               (decided on <1 December> 2025)",
        "    later      from 01 Jan 2027 on: not decided",
        "    affects    BKG-03: A conversation that was held is written up within so many days.",
        "    decided    " + "_" * 80,
        "    by whom    " + "_" * 45 + " when " + "_" * 27,
    ]


def test_a_value_is_printed_as_it_stands_on_the_day() -> None:
    first, before, later = (
        row(policy_sheet(MINE, RULES, on=day), "write_up_days")[2:6]
        for day in (date(2020, 1, 1), date(2019, 12, 31), date(2027, 1, 1))
    )
    assert first == [
        "    now        5 days, since 01 Jan 2020",
        "               (our lead decides)",
        "    later      from 01 Jan 2026 on: 3 days",
        "    later      from 01 Jan 2027 on: not decided",
    ]
    assert before[0] == "    now        not decided"
    assert before[1] == "    later      from 01 Jan 2020 on: 5 days"
    assert later[:2] == ["    now        not decided, since 01 Jan 2027", "               (it is being looked at)"]


def test_what_nobody_has_decided_is_on_the_sheet_and_what_has_a_source_is_not() -> None:
    sheet = policy_sheet(MINE, RULES, on=DAY)
    assert row(sheet, "minimum_age")[2] == "    now        not decided"
    assert row(sheet, "notice_hours")[2:4] == [
        "    now        not decided",
        "    later      from 01 Jan 2027 on: 48 elapsed hours",
    ]
    assert row(sheet, "allowance_minutes") == []
    assert row(sheet, "GRW-02") == []
    assert f"VALUES ({len(VALUES) - 1})" in sheet.splitlines()
    assert "LEVELS OF RULES (1)" in sheet.splitlines()


def test_a_level_is_printed_beside_the_rule_books_own() -> None:
    now = {day: row(policy_sheet(MINE, RULES, on=day), "GRW-03")[2] for day in (DAY, date(2025, 12, 31))}
    assert now[DAY] == "    now        the rule book's own, since 01 Jan 2026"
    assert now[date(2025, 12, 31)] == "    now        MUST, since 01 Jan 2020"
    assert row(policy_sheet(MINE, RULES, on=DAY), "GRW-03")[1] == (
        "    How the rule binds: MUST refuses a plan, SHOULD is advice. The rule book's own level is SHOULD."
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_every_local_value_and_level_of_a_shipped_policy_is_on_its_sheet_once(name: str) -> None:
    shipped = iag.Policy.load(name)
    on = max(one.since for history in shipped.values.values() for one in history)
    local = [value for value, history in shipped.values.items() if any(one.local for one in history)]
    assert [one.name for one in rows_of_values(shipped, RULES, on=on)] == local
    assert [one.name for one in rows_of_levels(shipped, RULES, on=on)] == [
        code for code, history in shipped.levels.items() if any(one.local for one in history)
    ]
    for one in rows_of_values(shipped, RULES, on=on):
        assert one.now.endswith(f", since {shipped.values[one.name][0].since:%d %b %Y}")
        titles = tuple(f"{rule.code}: {rule.title}" for rule in RULES if one.name in rule.values)
        assert one.affects == (titles or (NO_RULE,))
    sheet = policy_sheet(shipped, RULES, on=on)
    assert max(map(len, sheet.splitlines())) <= 100
    assert sheet.count("    decided    ___") == len(local) + len(shipped.levels)


def test_what_no_rule_reads_is_about_scores() -> None:
    read = {value for rule in RULES for value in rule.values}
    unread = [value.name for value in VALUES if value.name not in read]
    assert unread
    assert all(re.search("_(bands|caseness|reliable_change)$", name) for name in unread)


def test_a_policy_without_anything_local_says_so() -> None:
    cited = "".join(
        f'[[value.{value.name}]]\nfrom = 2020-01-01\n{WRITTEN.get(value.name, "gap = true")}\nsource = {{ title = "x" }}\n'
        for value in VALUES
    )
    sourced = iag.Policy.parse('schema = 1\nname = "x"\ntitle = "X"\nzone = "Europe/London"\n' + cited)
    nothing = "Nothing of this policy is local: every value of it has a source."
    assert policy_sheet(sourced, RULES, on=DAY).splitlines()[-1] == nothing
    page = policy_sheet_as_html(sourced, RULES, on=DAY)
    assert f"<p>{nothing}</p>" in page
    assert "<table" not in page


WRITTEN = {"allowance_minutes": "value = 180"}


# ---- as a page of HTML


class Page(HTMLParser):
    """What stands in a page: its elements with what they say of themselves, and the text of every cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "wbr"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data


def test_the_page_is_whole_says_its_language_and_needs_nothing_but_itself() -> None:
    text = policy_sheet_as_html(STARTER, RULES, on=DAY)
    page = Page(text)
    assert page.open == []
    assert text.startswith("<!DOCTYPE html>\n")
    assert ("html", {"lang": "en-GB"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert {tag: tags.count(tag) for tag in ("h1", "main", "title", "table", "caption", "thead")} == {
        "h1": 1, "main": 1, "title": 1, "table": 2, "caption": 2, "thead": 2,
    }  # fmt: skip
    assert not {"script", "img", "link", "iframe"} & set(tags)
    assert "url(" not in text
    assert "http" not in text.partition("</head>")[0]


def test_the_table_names_its_columns_and_its_rows_and_leaves_room() -> None:
    page = Page(policy_sheet_as_html(MINE, RULES, on=DAY))
    scopes = [said["scope"] for tag, said in page.elements if tag == "th"]
    assert scopes == [*["col"] * 6, *["row"] * (len(VALUES) - 1), *["col"] * 6, "row"]
    assert page.rows[0] == ["What it is", "Now", "What it affects", "Decided here", "By whom", "When"]
    assert {len(cells) for cells in page.rows} == {6}
    assert next(cells for cells in page.rows if cells[0].startswith("write_up_days")) == [
        "write_up_days (days)A conversation is written up within this many days.",
        "3 days, since 01 Jan 2026decided on <1 December> 2025from 01 Jan 2027 on: not decided",
        "BKG-03: A conversation that was held is written up within so many days.",
        "", "", "",
    ]  # fmt: skip


def test_what_a_policy_says_is_text_on_the_page_and_nothing_else() -> None:
    text = policy_sheet_as_html(MINE, RULES, on=DAY)
    assert "Ours &lt;b&gt;&amp;amp;&lt;/b&gt;" in text
    assert "decided on &lt;1 December&gt; 2025" in text
    assert "b" not in [tag for tag, _ in Page(text).elements]


def test_the_words_of_the_page_stand_out_from_it() -> None:
    style = policy_sheet_as_html(STARTER, RULES, on=DAY).partition("</style>")[0]
    colours = re.findall(r"[^-]color: #(\w{3})", style)
    grounds = re.findall(r"background: #(\w+)", style)
    assert (colours, grounds) == (["111", "444"], ["fff", "e8e8e8"])
    assert all(contrast(colour * 2, ground[:3] * 2) >= 7 for colour in colours for ground in grounds)


def contrast(one: str, other: str) -> float:
    """The ratio of two greys, as the accessibility guidelines (WCAG 2.2) compute it."""
    light = sorted((int(grey[:2], 16) / 255 + 0.055) / 1.055 for grey in (one, other))
    dark, bright = (value**2.4 for value in light)
    return float((bright + 0.05) / (dark + 0.05))


# ---- values in words


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("allowance_minutes", "180 minutes"),
        ("commitment_floor", "8 (1 to 10)"),
        ("missed_charge", "0 (learner-excused), 0 (learner-unexcused), 0 (provider), 0 (logistics)"),
        ("rounding", "none"),
        ("required_checks", "none"),
        ("eligible_bands", "mild, moderate"),
        ("window", "open"),
        ("emergency_contacts", "Emergency services: 999 (last checked 24 Nov 2026)"),
        ("phq9_bands", "minimal from 0, mild from 5, moderate from 10, moderately severe from 15, severe from 20"),
        ("swemwbs_reliable_change", "2.87 metric points"),
    ],
)
def test_a_value_is_written_in_the_words_of_its_kind(name: str, said: str) -> None:
    unit = next(value.unit for value in VALUES if value.name == name)
    assert written(STARTER.values[name][0].value, unit) == said


def test_a_window_and_a_rounding_that_are_set_are_written_whole() -> None:
    assert written(WELLBEING.values["window"][0].value, "x") == "01 Apr 2015 to 31 Mar 2016"
    assert written(Rounding("up", 15), "x") == "up, to 15 minutes"


# ---- at the command line

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return code, *capsys.readouterr()

    return run


def test_the_sheet_is_that_of_the_starter_policy_unless_another_is_named(run: Run, tmp_path: Path) -> None:
    assert run("policy", "sheet", "--on", "2026-09-01") == (0, policy_sheet(STARTER, RULES, on=DAY), "")
    assert run("policy", "sheet", "ways-to-wellbeing", "--on", "2015-09-01")[1].startswith(
        "What is yours to decide: the policy ways-to-wellbeing (Ways to Wellbeing), as it stands on 01 Sep"
    )
    (tmp_path / "ours.toml").write_text(OURS, "utf-8")
    assert run("policy", "sheet", "ours.toml", "--on", "2026-09-01")[1] == policy_sheet(MINE, RULES, on=DAY)


def test_without_a_day_it_is_today(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "utc_now", lambda: STARTER.end_of(DAY))
    assert run("policy", "sheet")[1] == policy_sheet(STARTER, RULES, on=DAY)


def test_the_sheet_is_written_as_html_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    assert run("policy", "sheet", "--on", "2026-09-01", "--html", "sheet.html") == (0, "Written: sheet.html\n", "")
    assert (tmp_path / "sheet.html").read_text("utf-8") == policy_sheet_as_html(STARTER, RULES, on=DAY)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("startre",), "did you mean 'starter'?"),
        (("--on", "monday"), "--on = 'monday': a day is expected, such as 2026-01-05"),
        (("--on", "0001-01-01"), "the year is outside 1900 to 2999"),
        (("--html", "gone/sheet.html"), "gone/sheet.html: it cannot be written: No such file or directory"),
    ],
)
def test_bad_input_is_said_in_a_sentence(run: Run, argv: tuple[str, ...], said: str) -> None:
    code, out, err = run("policy", "sheet", *argv)
    assert (code, out) == (2, "")
    assert said in err


def test_a_level_of_a_rule_that_there_is_not_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS.replace("GRW-03", "GRW-30"), "utf-8")
    code, _, err = run("policy", "sheet", "ours.toml")
    assert (code, "no rule has the code 'GRW-30'" in err) == (2, True)
    assert rows_of_levels(
        over_starter('[[level.GRW-30]]\nfrom = 2020-01-01\nvalue = "MUST"\nlocal = "x"\n'), RULES, on=DAY
    )


@pytest.mark.parametrize("group", ["due", "action-plan", "policy", "show"])
def test_the_help_of_each_command_gives_an_example(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([group, "--help"])
    assert stopped.value.code == 0
    assert f"iagcore {group} " in " ".join(capsys.readouterr().out.partition("example:")[2].split())


# ---- the rule book


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_rule_of_every_sort_is_printed_with_every_value_that_it_reads(run: Run, family: str, name: str) -> None:
    code, out, err = run("rules", "--policy", name, family)
    assert (code, err) == (0, "")
    shipped = iag.Policy.load(name)
    for rule in RULES:
        if rule.family == family:
            said = re.split(rf"^{rule.code}  ", out, flags=re.MULTILINE)[1].partition("\n\n")[0]
            assert f"\n        {rule.sort}, {rule.level}" in said
            for value in VALUES:
                if value.name in rule.values:
                    printed = written(shipped.values[value.name][0].value, value.unit)
                    assert f"{value.name} = {printed}, from" in " ".join(said.split())


def test_a_level_that_is_not_decided_from_a_day_on_is_printed_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS, "utf-8")
    out = run("rules", "--policy", "ours.toml", "GRW-03")[1]
    assert "level under this policy: not decided, from 01 Jan 2026 (the rule book is right)" in " ".join(out.split())
