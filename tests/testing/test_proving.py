"""Rule coverage and mutation, on a few rules and scenarios made for them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.cli import main
from iagcore.policy import VALUES, Policy, policies
from iagcore.record.rules import Rule
from iagcore.rulebook import RULES
from iagcore.rulebook.access import role_may_make_it
from iagcore.rulebook.allowance import (
    extension_by_a_lead_within_the_limit,
    not_longer_than_the_longest,
    uncovered_holds,
)
from iagcore.rulebook.booking import outcome_unsaid, write_up_due
from iagcore.rulebook.journey import old_enough
from iagcore.rulebook.measures import mild_to_moderate
from iagcore.rulebook.safeguarding import SAF_01
from iagcore.testing.proving.coverage import Coverage, covered
from iagcore.testing.proving.mutation import Mutation, mutated
from iagcore.testing.proving.printing import coverage_in_words, mutation_in_words
from iagcore.testing.proving.shifting import numbers_by_one, with_start, with_value
from iagcore.testing.proving.watching import Ran, watch
from iagcore.testing.scenarios import parse_scenarios
from iagcore.toml_source import Source
from tests.testing.test_scenarios import pytest_on

pytest_plugins = ["pytester"]

LENGTH = not_longer_than_the_longest
BOTH_SIDES = """\
[[scenario]]
name = "an hour and a half"
try = { kind = "conversation-booked" }
outcome = "accepted"
cases = [
  { minutes = 90, rules = [] },
  { minutes = 91, rules = ["ALW-05"], advice = ["ALW-05"] },
  { minutes = 90, at = 2015-04-01T10:00:00+01:00, rules = [] },
  { minutes = 90, at = 2015-03-31T10:00:00+01:00, rules = ["ALW-05"], not_assessed = ["ALW-05"] },
]
"""
HEAD = 'schema = 1\npolicy = "ways-to-wellbeing"\n'
OF_ALL_RULES = """\
[[scenario]]
name = "an hour and a half"
try = { kind = "conversation-booked" }
outcome = "accepted"
cases = [
  { minutes = 90, rules = [] },
  { minutes = 91, rules = ["ALW-05"] },
]
"""


def ran(text: str, rules: Sequence[Rule], *, file: str = "a.iag.toml") -> list[Ran]:
    # a policy that sets no level, since levels are those of rules that there are
    policy = "" if text.startswith("policy") else 'policy = "ways-to-wellbeing"\n'
    source = Source.parse(f"schema = 1\n{policy}{text}", file=file)
    return [watch(one, rules=rules) for one in parse_scenarios(source)]


def seen(text: str, *rules: Rule) -> Coverage:
    return covered(ran(text, rules), rules=rules)


def changed(text: str, *rules: Rule, of: str = "") -> Mutation:
    return mutated(ran(text, rules), rules=rules, only=lambda mutant: not of or mutant.of == of)


def overlay(tmp_path: Path, body: str) -> Policy:
    path = tmp_path / "ours.toml"
    path.write_text(f'schema = 1\nname = "ours"\ntitle = "Ours"\nover = "ways-to-wellbeing"\n{body}', "utf-8")
    return Policy.load(path)


# ---- watching


def test_what_is_read_of_a_policy_is_noted_for_the_entry_tried_and_for_the_history_apart() -> None:
    (one,) = ran(
        '[[scenario]]\nname = "one"\nhistory = [{ kind = "allowance-extended", refused = true, at = 2015-05-01T10:00:00+01:00 }]\n'
        'try = { kind = "conversation-booked", at = 2015-05-03T10:00:00+01:00 }\noutcome = "accepted"',
        [LENGTH, extension_by_a_lead_within_the_limit],
    )
    assert ("longest_conversation_minutes", date(2015, 5, 3)) in one.read
    assert ("extension_limit_minutes", date(2015, 5, 1)) in one.read_before
    assert ("extension_limit_minutes", date(2015, 5, 1)) not in one.read
    assert one.reads("extension_limit_minutes", date(2015, 5, 1))
    assert not one.reads("extension_limit_minutes", date(2015, 5, 3))
    assert (one.considers("ALW-04"), one.considers("ALW-05"), one.considers("ALW-06")) == (True, True, False)
    assert [len(one.found(code)) for code in ("ALW-04", "ALW-05")] == [0, 1]


def test_watching_changes_no_answer() -> None:
    for one in ran(BOTH_SIDES, RULES):
        assert one.report.decision.policy == one.scenario.policy.fingerprint


# ---- shifting


def shifts(policy: Policy, name: str, place: int = 0) -> list[str]:
    return [f"{change}: {value}" for change, value in numbers_by_one(policy.values[name][place], policy)]


def test_numbers_move_by_one_as_far_as_a_policy_may_decide_them() -> None:
    starter = Policy.load("starter")
    assert shifts(starter, "allowance_minutes") == ["one more: 181", "one fewer: 179"]
    assert shifts(starter, "days_between_conversations") == ["one more: 1"]
    assert [shifts(starter, name) for name in ("window", "rounding", "required_checks")] == [[], [], []]
    assert [change.partition(":")[0] for change in shifts(starter, "missed_charge")] == [
        "learner_excused one more",
        "learner_unexcused one more",
    ]
    assert shifts(Policy.load("ways-to-wellbeing"), "window") == [
        "first a day later: 02 Apr 2015 to 31 Mar 2016",
        "last a day later: 01 Apr 2015 to 01 Apr 2016",
        "first a day earlier: 31 Mar 2015 to 31 Mar 2016",
        "last a day earlier: 01 Apr 2015 to 30 Mar 2016",
    ]


def test_bounds_of_bands_move_where_they_tell_who_is_within(tmp_path: Path) -> None:
    ours = overlay(
        tmp_path,
        '[[value.rounding]]\nfrom = 2015-04-01\nvalue = { way = "up", to = 1 }\nlocal = "x"\n'
        '[[value.missed_charge]]\nfrom = 2015-04-01\nlocal = "x"\n'
        'value = { learner-excused = 1, learner-unexcused = "all", provider = 0, logistics = 0 }\n'
        '[[value.phq9_bands]]\nfrom = 2015-04-01\nvalue = { minimal = 0, mild = 1, moderate = 10, severe = 11 }\nlocal = "x"\n'
        '[[value.eligible_bands]]\nfrom = 2015-04-01\ngap = true\nlocal = "x"\n'
        '[[value.eligible_bands]]\nfrom = 2020-02-01\nvalue = ["mild", "moderate"]\nlocal = "x"',
    )
    assert shifts(ours, "phq9_bands") == [
        "mild one more: minimal from 0, mild from 2, moderate from 10, severe from 11",
        "severe one more: minimal from 0, mild from 1, moderate from 10, severe from 12",
    ]
    assert [change.partition(":")[0] for change in shifts(ours, "rounding")] == ["to one more"]
    assert [change.partition(":")[0] for change in shifts(ours, "missed_charge")] == [
        "learner_excused one more",
        "learner_excused one fewer",
    ]


def test_a_shifted_policy_is_another_one_and_the_given_one_stays(tmp_path: Path) -> None:
    starter = Policy.load("starter")
    (cited,) = starter.values["allowance_minutes"]
    more = with_value(starter, cited, 181)
    assert [policy.at(cited.since).whole("allowance_minutes") for policy in (starter, more)] == [180, 181]
    assert more.fingerprint != starter.fingerprint
    ours = overlay(
        tmp_path,
        '[[value.allowance_minutes]]\nfrom = 2015-04-01\nvalue = 180\nlocal = "x"\n'
        '[[value.allowance_minutes]]\nfrom = 2015-04-02\nvalue = 240\nlocal = "x"\n',
    )
    first, second = ours.values["allowance_minutes"]
    assert with_start(ours, first, second.since) is None
    assert with_start(ours, second, first.since) is None
    later = with_start(ours, second, date(2015, 4, 3))
    assert later is not None
    assert later.at(date(2015, 4, 2)).whole("allowance_minutes") == 180


# ---- coverage


def test_a_check_that_is_seen_on_every_side_lacks_nothing() -> None:
    coverage = seen(BOTH_SIDES, LENGTH)
    (check,) = coverage.checks
    assert (check.met, check.unmet, check.alone, check.not_assessed) == (2, 1, 1, 1)
    (limit,) = coverage.limits
    assert (limit.at, limit.past) == ("an hour and a half[minutes=90]", "an hour and a half[minutes=91]")
    dates = {one.cited.name: (one.first, one.before) for one in coverage.dates}
    assert dates["longest_conversation_minutes"] == (1, 1)
    assert coverage.missing == ()


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (0, []),  # the same limit is met on the first day
        (1, ["ALW-05 is never seen not met", "ALW-05 is never seen not met alone", "no scenario stands one past longest_conversation_minutes, which ALW-05 reads"]),
        (2, ["no scenario reads longest_conversation_minutes (ways-to-wellbeing.toml:25) on its first day, 2015-04-01"]),
        (3, ["ALW-05 is never seen not assessed", "no scenario reads longest_conversation_minutes (ways-to-wellbeing.toml:25) on the day before its first, 2015-03-31"]),
    ],
)  # fmt: skip
def test_what_no_scenario_sees_is_named(without: int, missing: list[str]) -> None:
    lines = BOTH_SIDES.splitlines()
    text = "\n".join(line for place, line in enumerate(lines) if place != 5 + without)
    assert list(seen(text, LENGTH).missing) == missing


def test_what_a_scenario_would_not_notice_does_not_count() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked", minutes = 90 }\noutcome = "accepted"\n'
    assert seen(text, LENGTH).checks[0].met == 0
    assert seen(text + "evidence = { ALW-05 = { asked = 90 } }", LENGTH).checks[0].met == 1
    assert seen(text, LENGTH).limits[0].at is None


def test_a_scenario_that_does_not_hold_counts_for_nothing_and_is_said() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked", minutes = 91 }\nrules = []\n'
    coverage = seen(text, LENGTH)
    assert (coverage.checks[0].unmet, coverage.failing) == (0, ("one",))
    assert "\n1 scenario that did not hold counted for nothing.\n" in coverage_in_words(coverage)


def test_a_check_that_says_it_is_always_assessed_is_held_to_it() -> None:
    always = attrs.evolve(LENGTH, always_assessed="so it says")
    assert [one for one in seen(BOTH_SIDES, always).missing if "ALW" in one] == [
        "ALW-05 is seen not assessed, and declares that it never is: so it says"
    ]


def test_what_is_no_check_is_proven_by_laws_or_by_scenarios_of_both_sorts() -> None:
    unproven = attrs.evolve(write_up_due, proven_by=())
    held = '[[scenario]]\nname = "held"\ntry = { kind = "conversation-held" }\nrules = []\nduties = ["BKG-03"]\n'
    none = '[[scenario]]\nname = "none"\ntry = { kind = "diary-written" }\nrules = []\nduties = []\n'
    said = "BKG-03 names no law that proves it, and no scenarios see it due and not due"
    assert [said in seen(text, unproven).missing for text in (held, none, held + none)] == [True, True, False]
    assert said not in seen(held, write_up_due).missing
    words = coverage_in_words(seen(held + none, unproven, SAF_01))
    assert "\nBKG-03 (duty): no law is named; due in 1, not due in 1\n" in words
    assert "\nSAF-01 (guarantee): law_8_a_concern_is_never_refused_and_costs_nothing\n" in words


def test_a_duty_that_a_scenario_would_not_miss_is_not_seen_due() -> None:
    coming = '[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked" }\nrules = []\nduties = '
    found = [
        seen(coming + asked, outcome_unsaid).elsewhere[0]
        for asked in ('{ coming = ["BKG-04"] }', "[]", '{ for = "researcher:ria", due = [] }')
    ]
    assert [(one.due, one.not_due) for one in found] == [(1, 0), (0, 0), (0, 0)]


def test_a_rule_without_a_number_has_no_limit() -> None:
    assert seen('[[scenario]]\nname = "one"\ntry = { kind = "goal-set" }\nrules = []', role_may_make_it).limits == ()


def test_a_history_that_another_limit_would_not_let_happen_is_passed_over() -> None:
    text = (
        '[[scenario]]\nname = "one"\nhistory = [{ kind = "allowance-extended", refused = true }]\n'
        'try = { kind = "allowance-extended", minutes = 1 }\noutcome = "refused"\nrules = ["ALW-04"]'
    )
    (limit,) = seen(text, extension_by_a_lead_within_the_limit).limits
    assert (limit.at, limit.past) == (None, "one")


def test_an_entry_of_another_day_is_no_limit_of_this_one(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        '[[value.longest_conversation_minutes]]\nfrom = 2015-04-01\nvalue = 90\nlocal = "x"\n'
        '[[value.longest_conversation_minutes]]\nfrom = 2015-09-01\nvalue = 60\nlocal = "x"\n',
    )
    text = (
        'policy = "ours.toml"\n[[scenario]]\nname = "one"\n'
        'try = { kind = "conversation-booked", minutes = 60, at = 2015-09-02T10:00:00+01:00 }\nrules = []'
    )
    coverage = covered(ran(text, [LENGTH], file=str(tmp_path / "a.iag.toml")), rules=[LENGTH])
    assert [(one.at, one.past) for one in coverage.limits] == [("one", None)]


def test_a_value_counts_as_looked_for_where_another_that_is_needed_first_is_missing() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "measure-taken", at = 2015-03-31T10:00:00+01:00 }\nrules = ["MEA-04"]\n'
    dates = {one.cited.name: one.before for one in seen(text, mild_to_moderate).dates}
    assert [dates[name] for name in ("phq9_bands", "gad7_bands", "eligible_bands")] == [1, 1, 1]


def test_coverage_is_printed_as_tables() -> None:
    words = coverage_in_words(seen(BOTH_SIDES, LENGTH, role_may_make_it)).splitlines()
    assert words[:8] == [
        "Rule coverage",
        "",
        "check   met  not met  alone  not assessed",
        "ALW-05    2        1      1             1",
        "ACC-01    4        0      0             –",
        "",
        "limit                                  at  one past",
        "ALW-05 longest_conversation_minutes  seen      seen",
    ]
    assert (
        "longest_conversation_minutes from 2015-04-01 (ways-to-wellbeing.toml:25)          1               1" in words
    )
    assert "  ACC-01 is never seen not met" in words
    text = BOTH_SIDES.replace("91, rules", "89, rules").replace('["ALW-05"], advice = ["ALW-05"]', "[]")
    assert "ALW-05 longest_conversation_minutes  seen      none" in coverage_in_words(seen(text, LENGTH))


def test_nothing_missing_is_said() -> None:
    assert coverage_in_words(Coverage((), (), (), (), ())) == "Rule coverage\n\nNothing is missing."


# ---- mutation


def survivors(mutation: Mutation) -> list[str]:
    return [str(mutant) for mutant in mutation.survivors]


def test_scenarios_on_both_sides_catch_every_change() -> None:
    mutation = changed(BOTH_SIDES, LENGTH, of="ALW-05")
    assert (mutation.caught, survivors(mutation)) == (2, [])
    mutation = changed(BOTH_SIDES, LENGTH, of="longest_conversation_minutes")
    assert (mutation.caught, survivors(mutation)) == (4, [])


@pytest.mark.parametrize(
    ("rows", "survive"),
    [
        ((0, 2, 3), ["longest_conversation_minutes one more (ways-to-wellbeing.toml:25)"]),
        ((1, 2), ["longest_conversation_minutes a day earlier (ways-to-wellbeing.toml:25)"]),
        ((1, 3), ["longest_conversation_minutes one fewer (ways-to-wellbeing.toml:25)", "longest_conversation_minutes a day later (ways-to-wellbeing.toml:25)"]),
    ],
)  # fmt: skip
def test_a_change_that_nothing_notices_survives(rows: Sequence[int], survive: list[str]) -> None:
    lines = BOTH_SIDES.splitlines()
    text = "\n".join(line for place, line in enumerate(lines) if place not in {5, 6, 7, 8} - {5 + row for row in rows})
    assert survivors(changed(text, LENGTH, of="longest_conversation_minutes")) == survive


def test_a_rule_that_no_scenario_asks_about_survives_and_prints_what_is_missing() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "evidence-noted" }\noutcome = "accepted"\n'
    mutation = changed(text, role_may_make_it, uncovered_holds)
    assert [one.partition(" (")[0] for one in survivors(mutation) if one.startswith(("ACC", "ALW-09"))] == [
        "ACC-01 off",
        "ACC-01 lowered",
        "ALW-09 off",
    ]
    words = mutation_in_words(mutation, scenarios=1, seconds=0.25)
    assert words.startswith(f"{mutation.caught + len(mutation.survivors)} changes tried on 1 scenario in 0.2 s: ")
    for lacking in ('  name = "ACC-01 is not met"', "  refusals = [\"ACC-01\"]  # of a plan; of a fact it is breaches", '  duties = ["ALW-09"]  # or { at = …, overdue = ["ALW-09"] }'):  # fmt: skip
        assert lacking in words.splitlines()
    for mutant in mutation.survivors:
        Source.parse(mutant.lacking, file="a skeleton is TOML")


def test_a_rule_of_one_kind_names_no_other_in_its_skeleton() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "journey-started" }\noutcome = "accepted"\n'
    mutation = changed(text, old_enough, of="JRN-02")
    assert survivors(mutation) == ["JRN-02 off", "JRN-02 lowered"]
    assert 'try = { kind = "journey-started" }\n' in mutation.survivors[0].lacking


def test_the_skeleton_of_a_value_names_its_policy_and_its_rule_and_the_day() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "conversation-held" }\noutcome = "accepted"\n'
    lacking = {str(mutant): mutant.lacking for mutant in changed(text, write_up_due, LENGTH).survivors}
    assert lacking["write_up_days one more (ways-to-wellbeing.toml:66)"] == (
        '[[scenario]]\nname = "write_up_days = 5, at it and one past it"\n'
        "# under the policy of ways-to-wellbeing.toml:66; BKG-03 reads it\n"
        'try = { kind = "…" }\n'
        'rules = []  # or ["BKG-03"]: what the rule says at the limit, and in a second scenario one past it'
    )
    assert (
        'try = { kind = "conversation-booked", at = 2015-03-31T10:00:00Z }'
        in (lacking["longest_conversation_minutes a day earlier (ways-to-wellbeing.toml:25)"])
    )


def test_a_gap_is_moved_by_its_days_alone(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        '[[value.longest_conversation_minutes]]\nfrom = 2015-04-01\ngap = true\nlocal = "x"\n'
        '[[level.ALW-05]]\nfrom = 2015-04-01\nvalue = "MUST"\nlocal = "x"\n',
    )
    text = (
        'policy = "ours.toml"\n[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked" }\n'
        'outcome = "refused"\nrules = ["ALW-05"]\n'
    )
    found = mutated(ran(text, [LENGTH], file=str(tmp_path / "a.iag.toml")), rules=[LENGTH])
    file = tmp_path / "ours.toml"
    assert survivors(found) == [
        "ALW-05 inverted",  # what is not assessed is neither met nor not met
        f"longest_conversation_minutes a day later ({file}:5)",
        f"longest_conversation_minutes a day earlier ({file}:5)",
        f"ALW-05 a day later ({file}:9)",
        f"ALW-05 a day earlier ({file}:9)",
    ]
    assert 'name = "longest_conversation_minutes = not decided, on 2015-04-01"' in found.survivors[1].lacking


def test_an_entry_that_cannot_move_is_not_moved(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        '[[value.longest_conversation_minutes]]\nfrom = 2015-04-01\nvalue = 90\nlocal = "x"\n'
        '[[value.longest_conversation_minutes]]\nfrom = 2015-04-02\nvalue = 60\nlocal = "x"\n',
    )
    text = 'policy = "ours.toml"\n[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked" }\noutcome = "accepted"\n'
    found = mutated(ran(text, [LENGTH], file=str(tmp_path / "a.iag.toml")), rules=[LENGTH])
    days = [one for one in survivors(found) if "a day" in one and "longest" in one]
    assert [one.partition(" (")[0] for one in days] == [
        "longest_conversation_minutes a day earlier",
        "longest_conversation_minutes a day later",
    ]


def test_a_change_that_is_declared_to_make_no_difference_is_passed_over_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = attrs.evolve(role_may_make_it, equivalent=(("off", "nobody else is there"),))
    text = '[[scenario]]\nname = "one"\ntry = { kind = "goal-set" }\nrules = []\n'
    mutation = changed(text, rule, of="ACC-01")
    assert [(str(mutant), reason) for mutant, reason in mutation.equivalent] == [("ACC-01 off", "nobody else is there")]
    assert "\n  no difference: ACC-01 off: nobody else is there" in mutation_in_words(mutation, scenarios=1, seconds=1)
    name = "longest_conversation_minutes"
    same = (("one more", "so it is"),)
    values = tuple(attrs.evolve(value, equivalent=same) if value.name == name else value for value in VALUES)
    monkeypatch.setattr(policies, "VALUES", values)
    lines = BOTH_SIDES.replace('  { minutes = 91, rules = ["ALW-05"], advice = ["ALW-05"] },\n', "")
    found = changed(lines, LENGTH, of=name)
    assert [(str(mutant), reason) for mutant, reason in found.equivalent] == [
        (f"{name} one more (ways-to-wellbeing.toml:25)", "so it is")
    ]


def test_a_date_that_another_undecided_value_hides_is_found_to_make_no_difference() -> None:
    measures = 'history = [{ kind = "measure-taken", scale = "GAD-7", at = 2015-03-31T09:00:00+01:00 }]\n'
    text = (
        f'[[scenario]]\nname = "one"\n{measures}try = {{ kind = "measure-taken", at = 2015-03-31T10:00:00+01:00 }}\n'
        'rules = ["MEA-04"]\nnot_assessed = ["MEA-04"]\n'
    )
    mutation = changed(text, mild_to_moderate, of="eligible_bands")
    assert [(str(mutant), reason) for mutant, reason in mutation.equivalent] == [
        (
            "eligible_bands a day earlier (ways-to-wellbeing.toml:166)",
            "phq9_bands, gad7_bands: not decided on 2015-03-31 either, and MEA-04 needs that as well",
        )
    ]
    # a scenario on another day looks at none of it
    other = changed(
        text.replace("2015-03-31", "2020-02-03").replace('["MEA-04"]', "[]"), mild_to_moderate, of="eligible_bands"
    )
    assert other.equivalent == ()


def test_what_hides_a_date_is_looked_for_under_the_policy_that_it_is_a_date_of(tmp_path: Path) -> None:
    bands = "value = { minimal = 0, mild = 5, severe = 15 }"
    overlay(
        tmp_path,
        f'[[value.gad7_bands]]\nfrom = 2015-04-01\n{bands}\nlocal = "x"\n'
        f'[[value.phq9_bands]]\nfrom = 2015-04-01\n{bands}\nlocal = "x"\n'
        f'[[value.phq9_bands]]\nfrom = 2015-06-01\n{bands}\nlocal = "x"\n'
        '[[value.eligible_bands]]\nfrom = 2015-03-01\nvalue = ["mild", "moderate"]\nlocal = "x"\n'
        '[[value.eligible_bands]]\nfrom = 2015-05-01\nvalue = ["mild", "moderate"]\nlocal = "x"\n',
    )
    tried = 'try = {{ kind = "measure-taken", at = {at} }}\nrules = {rules}\n'
    text = "policy = 'ours.toml'\n"
    for name, policy, at, rules in (
        ("another policy", "ways-to-wellbeing", "2015-05-03T10:00:00+01:00", "[]"),
        ("another day", "ours.toml", "2015-05-03T10:00:00+01:00", "[]"),
        ("the day", "ours.toml", "2015-03-31T10:00:00+01:00", '["MEA-04"]'),
    ):
        text += f'[[scenario]]\nname = "{name}"\npolicy = "{policy}"\n' + tried.format(at=at, rules=rules)
    book = (write_up_due, LENGTH, mild_to_moderate)
    found = mutated(ran(text, book, file=str(tmp_path / "a.iag.toml")), rules=book)
    hidden = {mutant.of: reason for mutant, reason in found.equivalent if str(tmp_path) in mutant.where}
    assert hidden == {}
    assert f"gad7_bands a day earlier ({tmp_path / 'ours.toml'}:5)" in survivors(found)


def test_a_guarantee_is_not_changed_since_nothing_evaluates_it() -> None:
    assert changed(BOTH_SIDES, LENGTH, SAF_01, of="SAF-01") == Mutation(0, (), ())


def test_a_suite_that_does_not_hold_tells_nothing() -> None:
    text = '[[scenario]]\nname = "one"\ntry = { kind = "conversation-booked", minutes = 91 }\nrules = []\n'
    with pytest.raises(ValueError, match="every scenario has to hold before a rule is changed: 'one' does not"):
        changed(text, LENGTH)


def test_a_mutant_whose_history_does_not_happen_is_caught() -> None:
    text = (
        '[[scenario]]\nname = "one"\nhistory = [{ kind = "allowance-extended", minutes = 1, refused = true }]\n'
        'try = { kind = "goal-set" }\noutcome = "accepted"'
    )
    mutation = changed(text, extension_by_a_lead_within_the_limit, of="ALW-04")
    assert (mutation.caught, survivors(mutation)) == (3, [])


def test_progress_is_told_after_each_change() -> None:
    told: list[tuple[int, int]] = []
    rules = [LENGTH]
    mutated(
        ran(BOTH_SIDES, rules), rules=rules, only=lambda m: m.of == "ALW-05", progress=lambda *one: told.append(one)
    )
    assert told == [(1, 2), (2, 2)]


# ---- the command


@pytest.fixture
def few_rules(monkeypatch: pytest.MonkeyPatch) -> tuple[Rule, ...]:
    """The command on a rule book of one rule, so that its answers can be read."""
    from iagcore.testing.proving import coverage, mutation, watching

    rules = (attrs.evolve(LENGTH),)
    for module, name in ((coverage, "covered"), (mutation, "mutated"), (watching, "watch")):
        function = getattr(module, name)

        def with_few(*given: Any, _function: Any = function, **named: Any) -> Any:
            return _function(*given, rules=rules, **named)

        monkeypatch.setattr(module, name, with_few)
    return rules


def test_check_prints_coverage_and_is_strict_where_asked(
    few_rules: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.iag.toml"
    file.write_text(HEAD + BOTH_SIDES)
    assert main(["check", str(file), "--coverage", "--strict"]) == 0
    assert capsys.readouterr().out.startswith("4 scenarios, 4 hold, 0 do not\n\nRule coverage\n\ncheck ")
    assert main(["check", str(file), "-k", "91", "--coverage"]) == 0
    assert main(["check", str(file), "-k", "91", "--coverage", "--strict"]) == 1
    assert "\n  ALW-05 is never seen met\n" in capsys.readouterr().out


def test_check_asks_about_one_rule_one_family_or_one_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.iag.toml"
    file.write_text(HEAD + OF_ALL_RULES)
    assert main(["check", str(file), "--coverage", "--mutate", "--of", "ALW-05"]) == 1
    out = capsys.readouterr().out
    assert "\nALW-05 longest_conversation_minutes  seen      seen\n" in out
    assert "\n6 changes tried on 2 scenarios in " in out
    assert "ACC-01" not in out
    main(["check", str(file), "--coverage", "--of", "SIG"])
    out = capsys.readouterr().out
    assert [
        line[:6] for line in out.splitlines() if line.startswith("SIG") and ")" not in line and "_" not in line
    ] == [
        "SIG-01",
        "SIG-02",
        "SIG-03",
    ]
    main(["check", str(file), "--coverage", "--of", "allowance_minutes"])
    out = capsys.readouterr().out
    assert [line.split()[:2] for line in out.splitlines() if line.startswith("ALW-") and "_" in line] == [
        ["ALW-01", "allowance_minutes"],
        ["ALW-02", "allowance_minutes"],
        ["ALW-08", "allowance_minutes"],
    ]
    assert main(["check", str(file), "--of", "ALW-55"]) == 2
    assert capsys.readouterr().err == (
        "iagcore: option: --of = 'ALW-55': no rule has this code, and no value that a rule reads is so called; "
        "did you mean 'ALW-05'?\n"
    )


def test_check_prints_what_became_of_every_change(
    few_rules: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.iag.toml"
    file.write_text(HEAD + BOTH_SIDES)
    assert main(["check", str(file), "--mutate"]) == 0
    out = capsys.readouterr().out
    assert "\n6 changes tried on 4 scenarios in " in out
    assert out.endswith(" s: 6 caught, 0 make no difference, 0 survive\n")
    assert main(["check", str(file), "-k", "minutes=91", "--mutate"]) == 1
    assert "\nsurvives: longest_conversation_minutes one fewer (ways-to-wellbeing.toml:25)\n" in capsys.readouterr().out
    file.write_text(HEAD + BOTH_SIDES.replace("minutes = 91", "minutes = 89"))
    assert main(["check", str(file), "--mutate"]) == 1
    assert capsys.readouterr().out.endswith("\nNothing was changed: every scenario has to hold first.\n")


def test_check_shows_a_scenario_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.iag.toml"
    file.write_text(HEAD + BOTH_SIDES)
    assert main(["check", str(file), "-k", "MINUTES=91", "--show"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        'schema = 1\npolicy = "ways-to-wellbeing"\n\n[[scenario]]\nname = "an hour and a half[minutes=91]"\n'
    )
    assert "\n# advice: ALW-05 (SHOULD, not met): 91 minutes asked, 90 is the longest foreseen\n" in out
    assert out.endswith("\n\n1 scenario, 1 hold, 0 do not\n")


# ---- pytest


def test_pytest_prints_coverage_where_it_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("a.iag.toml").write_text(HEAD + OF_ALL_RULES)
    found = pytest_on(pytester, "--iag-coverage")
    found.assert_outcomes(passed=2)
    assert found.ret == 0
    found.stdout.fnmatch_lines(["Rule coverage", "check   met  not met  alone  not assessed"])
    assert "Rule coverage" not in pytest_on(pytester).stdout.str()


def test_pytest_fails_where_coverage_is_strict_and_something_is_missing(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("a.iag.toml").write_text(HEAD + OF_ALL_RULES)
    found = pytest_on(pytester, "--iag-coverage=strict")
    found.assert_outcomes(passed=2)
    assert found.ret == 1
    pytester.path.joinpath("a.iag.toml").write_text(HEAD + OF_ALL_RULES.replace("minutes = 91", "minutes = 89"))
    found = pytest_on(pytester, "--iag-coverage=strict")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["1 scenario that did not hold counted for nothing."])


def test_pytest_says_nothing_of_coverage_where_no_scenario_ran(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it() -> None: pass")
    found = pytest_on(pytester, "--iag-coverage=strict")
    assert (found.ret, "Rule coverage" in found.stdout.str()) == (0, False)
