"""Cases, effects, duties, and scenarios written out whole."""

from datetime import datetime
from pathlib import Path

import pytest

from iagcore.exceptions import InvalidFile
from iagcore.practice.conversations import ConversationBooked
from iagcore.testing.scenarios import Scenario, Step, decided, parse_scenarios, read_scenarios, run
from iagcore.testing.scenarios.showing import with_the_decision, written_out
from iagcore.toml_source import Source
from tests.conftest import TIMES

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.iag.toml"))

SWEPT = """\
schema = 1

[[scenario]]
name = "what fits beside what was held"
why = "A ceiling."
history = [{ kind = "conversation-held", id = "held", minutes = 120 }]
try = { kind = "conversation-booked", minutes = 60, coach = "coach:nina" }
outcome = "accepted"
rules = []
evidence = { ALW-01 = { used = 120 } }
cases = [
  { minutes = 60 },
  { minutes = 61, outcome = "refused", rules = ["ALW-01"] },
  { held.minutes = 121, outcome = "refused", rules = ["ALW-01"], evidence.ALW-01.used = 121 },
  { label = "by a lead", try.by = "lead:jo", evidence = { ALW-01 = { asked = 60 } } },
  { policy = "ways-to-wellbeing" },
]
"""


def parsed(text: str) -> tuple[Scenario, ...]:
    return parse_scenarios(Source.parse(text, file="a.iag.toml"))


def one(body: str) -> Scenario:
    (scenario,) = parsed(f'schema = 1\n[[scenario]]\nname = "one"\n{body}')
    return scenario


def refusing(cases: str, body: str = 'history = [{ kind = "goal-set", id = "g" }]') -> str:
    text = (
        f'schema = 1\n[[scenario]]\nname = "one"\n{body}\ntry = {{ kind = "conversation-booked" }}\nrules = []\n{cases}'
    )
    with pytest.raises(InvalidFile) as caught:
        parsed(text)
    return str(caught.value)


# ---- cases


def test_each_row_is_a_scenario_of_its_own_name_and_line() -> None:
    assert [(scenario.name, scenario.line) for scenario in parsed(SWEPT)] == [
        ("what fits beside what was held[minutes=60]", 12),
        ("what fits beside what was held[minutes=61]", 13),
        ("what fits beside what was held[held.minutes=121]", 14),
        ("what fits beside what was held[by a lead]", 15),
        ("what fits beside what was held[policy=ways-to-wellbeing]", 16),
    ]


def test_a_column_goes_where_its_name_says() -> None:
    first, second, third, fourth, fifth = parsed(SWEPT)

    def minutes(scenario: Scenario) -> list[object]:
        return [getattr(step.entry, "minutes", None) for step in (scenario.history[-1], scenario.tried)]

    assert [minutes(scenario) for scenario in (first, second, third)] == [[120, 60], [120, 61], [121, 60]]
    assert (fourth.tried.by, fourth.expected.evidence) == (
        "lead:jo",
        (("ALW-01", "used", 120), ("ALW-01", "asked", 60)),
    )
    assert third.expected.evidence == (("ALW-01", "used", 121),)
    assert (first.policy.name, fifth.policy.name) == ("starter", "ways-to-wellbeing")
    assert [run(scenario).passed for scenario in parsed(SWEPT)] == [True] * 5


def test_a_row_that_does_not_hold_is_named_with_its_line() -> None:
    scenario = parsed(SWEPT.replace("minutes = 61", "minutes = 59"))[1]
    assert run(scenario).text.startswith("a.iag.toml:13: what fits beside what was held[minutes=59]: does not hold\n")


def test_an_entry_without_an_id_is_named_by_its_place_after_a_shared_history() -> None:
    text = """\
schema = 1
[[histories.held]]
kind = "conversation-held"
[[scenario]]
name = "one"
after = "held"
history = [{ kind = "conversation-booked" }]
try = { kind = "conversation-rescheduled" }
rules = []
cases = [{ "#2".minutes = 45 }]
"""
    (scenario,) = parsed(text)
    assert [getattr(step.entry, "minutes", None) for step in scenario.history[-2:]] == [30, 45]


def test_a_long_row_stands_under_a_header_of_its_own() -> None:
    body = (
        'try = { kind = "conversation-booked" }\noutcome = "accepted"\n'
        '[[scenario.cases]]\nminutes = 90\nrules = []\n[[scenario.cases]]\nminutes = 91\nrules = ["ALW-05"]\n'
    )
    scenarios = one_for_each(body)
    assert [(scenario.name, scenario.line) for scenario in scenarios] == [
        ("one[minutes=90]", 6),
        ("one[minutes=91]", 9),
    ]
    assert [run(scenario).passed for scenario in scenarios] == [True, True]


def test_a_row_may_say_the_whole_entry() -> None:
    scenarios = one_for_each(
        'cases = [{ kind = "goal-set" }, { kind = "diary-written", by = "learner:a" }]\noutcome = "accepted"'
    )
    assert [scenario.tried.entry.declares.name for scenario in scenarios] == ["goal-set", "diary-written"]


def one_for_each(body: str) -> tuple[Scenario, ...]:
    return parsed(f'schema = 1\n[[scenario]]\nname = "one"\n{body}')


def test_a_label_says_lists_flags_and_times_shortly() -> None:
    body = (
        'try = { kind = "conversation-held" }\noutcome = "accepted"\ncases = [\n'
        "{ one_to_one = true, at = 2020-02-03T10:00:00Z },\n"
        "{ unsaid = [], at = 2020-02-03T10:00:01Z },\n"
        '{ unsaid = ["one_to_one", "in_private"], rules = ["ALW-03"] },\n'
        '{ duties.for = "coach:nina", duties.due = ["BKG-03", "FUP-02"], rules = [] },\n'
        '{ duties = ["BKG-03", "FUP-02"] },\n]'
    )
    assert [scenario.name for scenario in one_for_each(body)] == [
        "one[one_to_one=true, at=2020-02-03 10:00]",
        "one[unsaid=none, at=2020-02-03 10:00:01]",
        "one[unsaid=one_to_one+in_private]",
        "one[duties.for=coach:nina]",
        "one[5]",
    ]


@pytest.mark.parametrize(
    ("cases", "error"),
    [
        ("cases = [\n{ minuts = 45 },\n]", "a.iag.toml:8: 'minuts' is no column: no field of conversation-booked, no id in this history, and nothing expected; did you mean 'minutes'?"),
        ("cases = [\n{ gg.words = 'x' },\n]", "a.iag.toml:8: 'gg' is no column: no field of conversation-booked, no id in this history, and nothing expected; did you mean 'g'?"),
        ("cases = [\n{ minutes = 45 },\n{ minutes = 45 },\n]", "a.iag.toml:9: row 2 is like row 1 (minutes=45): change what it sets, or its label"),
        ("cases = [\n{ minutes = 45, label = 'x' },\n{ minutes = 46, label = 'x' },\n]", "a.iag.toml:9: row 2 is like row 1 (x): change what it sets, or its label"),
        ("cases = [\n{ minutes = 45 },\n{ minutes = 45, label = 'again' },\n]", "a.iag.toml:9: row 2 sets what row 1 sets, under another label: leave one of them out"),
        ("cases = [\n{ minutes = 45 },\n{},\n]", "a.iag.toml:9: row 2 sets nothing"),
        ("cases = [\n{ minutes = 45, label = 1 },\n]", "a.iag.toml:8: label: a text is expected"),
        ("cases = [\n{ g.minuts = 45 },\n]", "a.iag.toml:8: goal-set: minuts = 45: there is no such field"),
        ("cases = [\n{ minutes = 0 },\n]", "a.iag.toml:8: conversation-booked: minutes = 0: minutes run from 1 to 100000"),
        ("cases = [\n{ kind = 'conversation-boked' },\n]", "a.iag.toml:8: entry: kind = 'conversation-boked': no kind is called so; did you mean 'conversation-booked'?"),
        ("cases = [\n{ minutes = 45, rules = ['ALW-99'] },\n]", "a.iag.toml:8: no rule has the code 'ALW-99'; did you mean 'ALW-09'?"),
        ("cases = [\n{ minutes = 45, outcome = 'yes' },\n]", "a.iag.toml:8: outcome: \"accepted\" or \"refused\" is expected, not 'yes'"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_right_is_refused_with_its_line(cases: str, error: str) -> None:
    said = refusing(cases)
    assert said.partition("; did you mean 'ALW-0")[0] == error.partition("; did you mean 'ALW-0")[0]


def test_what_is_no_table_is_said_to_be_none() -> None:
    assert "the entry tried is written under [scenario.try]" in one_error(
        "try = 1\nrules = []\ncases = [{ minutes = 45 }]"
    )


def one_error(body: str) -> str:
    with pytest.raises(InvalidFile) as caught:
        one(body)
    return str(caught.value)


def test_a_history_that_is_no_list_is_said_to_be_none_also_beside_cases() -> None:
    said = one_error('history = 1\ntry = { kind = "goal-set" }\nrules = []\ncases = [{ by = "lead:jo" }]')
    assert said == "a.iag.toml:4: entries of a history are written [[scenario.history]]"


def test_two_scenarios_of_one_name_are_refused_though_their_rows_differ() -> None:
    text = SWEPT + SWEPT[SWEPT.index("[[") :].replace("minutes = 60 }", "minutes = 59 }")
    with pytest.raises(InvalidFile) as caught:
        parsed(text)
    assert caught.value.reason == "the name 'what fits beside what was held' is used twice, first on line 3"


# ---- effects and duties


def differing(body: str) -> list[str]:
    return [line.strip() for line in run(one(body)).text.splitlines()[1:]]


HELD = 'try = { kind = "conversation-held", minutes = 50, at = 2020-02-03T10:00:00Z }\nrules = []\n'


@pytest.mark.parametrize(
    ("expected", "differs"),
    [
        ("effects = { conversation-1 = { used = 50 } }", []),
        ("effects = { conversation-1 = { used = 50, booked = 0, grant = 0 } }", []),
        (
            "effects = { conversation-1 = { used = 49 } }",
            [
                "effects: expected conversation-1 (grant 0, booked 0, used 49); found conversation-1 (grant 0, booked 0, used 50)"
            ],
        ),
        ("effects = {}", ["effects: expected no line of minutes; found conversation-1 (grant 0, booked 0, used 50)"]),
        ('duties = ["BKG-03", "FUP-02"]', []),
        ('duties = { overdue = [], coming = [], for = "coach:nina", at = 2020-02-08T10:00:00Z }', []),
        ('duties = { overdue = ["BKG-03"], at = 2020-02-08T10:00:01Z }', []),
        ('duties = { due = ["BKG-03", "FUP-02"], at = 2020-02-08T10:00:01Z }', []),  # what is overdue is due
        ('duties = { due = [], for = "lead:jo" }', []),
        ('duties = { due = ["BKG-03", "FUP-02"], says = { FUP-02 = "130 minutes remain" } }', []),
        (
            'duties = { due = ["BKG-03", "FUP-02"], says = { FUP-02 = "131 minutes" } }',
            [
                "duties: FUP-02 is expected to say '131 minutes', and does not",
                "to do: FUP-02: nothing is booked, and 130 minutes remain: ask whether the learner wants another, for coach:nina",
            ],
        ),
        (
            'duties = { due = ["FUP-02"], for = "coach:nina" }',
            [
                "due on 03 Feb 2020 10:00 for coach:nina: expected FUP-02; found BKG-03, FUP-02",
                "to do: BKG-03: write up conversation conversation-1, due 08 Feb 2020 10:00, for coach:nina",
            ],
        ),
        (
            'duties = { overdue = ["BKG-03"] }',
            [
                "overdue on 03 Feb 2020 10:00: expected BKG-03; found none",
                "to do: BKG-03: write up conversation conversation-1, due 08 Feb 2020 10:00, for coach:nina",
            ],
        ),
    ],
)
def test_what_is_settled_and_what_is_due_are_compared_exactly(expected: str, differs: list[str]) -> None:
    assert differing(HELD + expected) == differs


def test_a_duty_that_is_nobodys_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import attrs

    from iagcore.testing.scenarios.running import Stage

    found = Stage.duties
    monkeypatch.setattr(Stage, "duties", lambda self: tuple(attrs.evolve(one, party=None) for one in found(self)))
    scenario = one(HELD + "duties = []")
    assert (
        "\n  to do: BKG-03: write up conversation conversation-1, due 08 Feb 2020 10:00, for nobody"
        in run(scenario).text
    )
    assert "\n# then to do: BKG-03: write up conversation conversation-1, due 08 Feb 2020 10:00, for nobody" in (
        with_the_decision(scenario, decided(scenario), run(scenario).duties)
    )


def test_what_is_due_is_asked_at_the_last_entry_also_after_an_amendment() -> None:
    body = (
        'history = [{ kind = "conversation-held", id = "held", at = 2020-02-03T10:00:00Z }, '
        '{ kind = "goal-set", at = 2020-02-09T10:00:00Z }]\n'
        'try = { kind = "conversation-held", corrects = "held", minutes = 20 }\noutcome = "accepted"\n'
        'duties = { overdue = ["BKG-03"] }'
    )
    assert differing(body) == []


def test_nothing_is_due_on_a_journey_that_did_not_begin() -> None:
    body = 'try = { kind = "journey-started", attests_age = 1 }\noutcome = "refused"\nduties = []'
    assert differing(body) == []


def test_where_only_the_outcome_differs_the_findings_that_led_to_it_are_printed() -> None:
    body = 'try = { kind = "evidence-noted", unsaid = ["whose"] }\noutcome = "refused"'
    assert differing(body)[:2] == [
        "outcome: refused is expected, accepted was found",
        "EFF-02 (MUST, not met): whose words: not said",
    ]


# ---- written out


def steps(scenario: Scenario) -> list[tuple[object, ...]]:
    every = (*scenario.history, scenario.tried)
    return [(step.journey, step.entry, step.by, step.at, step.id, step.refused) for step in every]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".iag.toml"))
def test_a_scenario_written_out_is_the_same_scenario(file: Path) -> None:
    # a plain run takes one in four
    for scenario in read_scenarios(file)[:: 1 if TIMES > 1 else 4]:
        (again,) = parse_scenarios(Source.parse(written_out(scenario), file=str(file)))
        assert (again.name, again.why, again.listed) == (scenario.name, scenario.why, scenario.listed)
        assert steps(again) == steps(scenario), scenario.name
        assert again.expected == scenario.expected


SHOWN = '''\
schema = 1
policy = "starter"

[[scenario]]
name = "one"
why = "A \\"ceiling\\"."
start = false
outcome = "accepted"
rules = []
evidence = { ALW-01 = { asked = 45 } }
effects = { conversation-1 = { grant = 0, booked = 45, used = 0 } }
duties = { at = 2020-01-15T10:00:00+00:00, due = [] }
directory = [
  { id = "art", name = "art", gone = true },
]
history = [
  # supplied
  { kind = "training-completed", coach = "coach:nina", id = "ready 1", by = "lead:jo", at = 1990-01-01T10:00:00+00:00, module = "values-and-processes", completed_on = 1990-01-01 },
  { kind = "step-taken", coach = "coach:nina", id = "ready 2", by = "lead:jo", at = 1990-01-01T10:00:00+00:00, step = "independent", coach_agrees = true },
  { kind = "supervision-held", coach = "coach:nina", id = "ready 3", by = "lead:jo", at = 2020-01-22T10:00:00+00:00 },
  { kind = "journey-started", journey = "j", id = "start", by = "lead:jo", at = 2020-01-01T10:00:00+00:00, learner = "learner:a", programme = "starter", attests_age = 30 },
  { kind = "coach-assigned", journey = "j", id = "coach", by = "lead:jo", at = 2020-01-01T10:00:00+00:00, coach = "coach:nina" },
  { kind = "confidentiality-explained", journey = "j", id = "confidentiality", by = "lead:jo", at = 2020-01-01T10:00:00+00:00, limits = true },
  # told
  { kind = "goal-set", journey = "j", id = "#1", by = "coach:nina", at = 2020-01-08T10:00:00+00:00, goal = "goal-1", words = "As it was said.", unsaid = ["conversation"] },
]
try = { kind = "conversation-booked", journey = "j", id = "tried", by = "coach:nina", at = 2020-01-15T10:00:00+00:00, conversation = "conversation-1", coach = "coach:nina", starts_at = 2020-01-22T10:00:00+00:00, minutes = 45 }

# Accepted: conversation booked, conversation-1, coach:nina, 22 Jan 2020 10:00, 45 minutes
'''  # fmt: skip


def test_a_scenario_is_shown_whole_with_its_decision() -> None:
    scenario = one(
        'why = "A \\"ceiling\\"."\ndirectory = [{ id = "art", gone = true }]\n'
        'history = [{ kind = "goal-set", unsaid = ["conversation"] }]\n'
        'try = { kind = "conversation-booked", minutes = 45 }\noutcome = "accepted"\nrules = []\n'
        "evidence = { ALW-01 = { asked = 45 } }\neffects = { conversation-1 = { booked = 45 } }\nduties = []"
    )
    report = run(scenario)
    text = with_the_decision(scenario, report.decision, report.duties)
    assert text.startswith(SHOWN)
    assert "\n#   ALW-05 (SHOULD, met): 45 minutes asked, 90 is the longest foreseen\n" in text
    assert "\n# settled: conversation-1: grant 0, booked 45, used 0\n" in text
    assert text.endswith(
        "\n# then to do: BKG-04: say what came of conversation conversation-1, due 22 Jan 2020 10:45, for coach:nina"
    )
    (again,) = parsed(text)
    assert decided(again) == report.decision


def test_the_step_that_is_tried_is_the_one_that_is_written() -> None:
    scenario = one('try = { kind = "conversation-booked" }\nrules = []')
    moment = datetime.fromisoformat("2020-01-15T10:00:00+00:00")
    entry = ConversationBooked(conversation="conversation-1", coach="coach:nina", starts_at=moment, minutes=30)
    assert scenario.tried == Step(
        4, "j", entry, "coach:nina", datetime.fromisoformat("2020-01-08T10:00:00+00:00"), "tried"
    )
    assert (scenario.under, scenario.told) == ("starter", frozenset())
