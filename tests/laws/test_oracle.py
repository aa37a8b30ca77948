"""The oracle and the engine: told the same, they answer the same, under shipped policies and under drawn ones."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from iagcore.entries import KINDS
from iagcore.exceptions import InvalidFile
from iagcore.policy import SHIPPED, Policy
from iagcore.practice.amendments import EntryWithdrawn
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.consent import ConfidentialityExplained, ConsentGiven
from iagcore.practice.conversations import ConversationBooked, ConversationHeld
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.readiness import TrainingCompleted
from iagcore.practice.signposting import ReferralMade
from iagcore.record.case import Case
from iagcore.record.findings import MUST, Outcome, Verdict
from iagcore.record.rules import Rule
from iagcore.rulebook import RULES
from iagcore.testing import Oracle, Told, disagreement
from iagcore.testing import oracle as oracle_package
from iagcore.testing.agreement import Disagreement
from iagcore.testing.oracle import COVERED, Answer, Conversation
from iagcore.testing.scenarios import Report, Scenario, parse_scenarios, run
from iagcore.testing.strategies import histories, policies
from iagcore.toml_source import Source
from tests.casework import JO, NINA, STARTER, booked, on, policy
from tests.laws.histories import examples

evolved: Any = attrs.evolve
"""For entries: the type checker sees them as data classes, which attrs.evolve is not typed for."""

shipped = pytest.mark.parametrize("policy", [Policy.load(name) for name in SHIPPED], ids=SHIPPED)


@shipped
@given(drawn=st.data())
@examples(25)
def law_the_oracle_and_the_engine_agree_on_minutes_and_bookings(policy: Policy, drawn: st.DataObject) -> None:
    assert disagreement(drawn.draw(histories(policy, about=["minutes"])), policy) is None


@shipped
@given(drawn=st.data())
@examples(25)
def law_the_oracle_and_the_engine_agree_on_consent(policy: Policy, drawn: st.DataObject) -> None:
    assert disagreement(drawn.draw(histories(policy, about=["consent"])), policy) is None


@shipped
@given(drawn=st.data())
@examples(25)
def law_the_oracle_and_the_engine_agree_on_readiness(policy: Policy, drawn: st.DataObject) -> None:
    assert disagreement(drawn.draw(histories(policy, about=["readiness"])), policy) is None


@given(policy=policies(), drawn=st.data())
@examples(40)
def law_the_oracle_and_the_engine_agree_on_whole_journeys_under_any_policy(
    policy: Policy, drawn: st.DataObject
) -> None:
    assert disagreement(drawn.draw(histories(policy)), policy) is None


# ---- that it can fail, and what is said then


def without(code: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.code != code)


def inverted(code: str) -> tuple[Rule, ...]:
    """The rules with one that sees the opposite of what it should."""

    def opposite(rule: Rule) -> Rule:
        def check(entry: object, case: Case) -> Verdict:
            seen = rule(entry, case)  # type: ignore[arg-type]
            other = {Outcome.MET: Outcome.UNMET, Outcome.UNMET: Outcome.MET}
            return attrs.evolve(seen, outcome=other[seen.outcome])

        return attrs.evolve(rule, check=check)

    return tuple(opposite(rule) if rule.code == code else rule for rule in RULES)


def first_seen(policy: Policy, rules: tuple[Rule, ...], about: str) -> Disagreement:
    """The least history that shows a disagreement, as Hypothesis shrinks it."""
    shown = find(
        histories(policy, about=[about], most=4),
        lambda history: disagreement(history, policy, rules=rules) is not None,
        settings=settings(max_examples=400, derandomize=True, phases=[Phase.generate, Phase.shrink], database=None),
    )
    found = disagreement(shown, policy, rules=rules)
    assert found is not None
    return found


def scenario_of(found: Disagreement) -> Scenario:
    (scenario,) = parse_scenarios(Source.parse(found.scenario, file="pasted.iag.toml", error=InvalidFile))
    return scenario


def reports(found: Disagreement, rules: tuple[Rule, ...]) -> tuple[Report, Report]:
    """What the printed scenario gives under the broken rules, and under the right ones."""
    return run(scenario_of(found), rules=rules), run(scenario_of(found))


@pytest.mark.parametrize(
    ("rules", "about", "code"),
    [
        (without("BKG-02"), "minutes", "BKG-02"),
        (inverted("CON-04"), "consent", "CON-04"),
        (without("COA-05"), "readiness", "COA-05"),
    ],
    ids=["BKG-02 off", "CON-04 inverted", "COA-05 off"],
)
def test_a_broken_rule_is_seen_and_the_printed_scenario_fails_under_it_alone(
    rules: tuple[Rule, ...], about: str, code: str
) -> None:
    found = first_seen(STARTER, rules, about)
    assert code in found.oracle + found.engine
    broken, right = reports(found, rules)
    assert not broken.passed
    assert "what the oracle answers: does not hold" in broken.text
    assert code in broken.text
    assert (right.passed, right.text) == (True, "what the oracle answers: holds")


def test_it_shrinks_to_little_more_than_what_it_takes() -> None:
    found = first_seen(STARTER, without("COA-05"), "readiness")
    # one step by the coach, or for a coach, without their agreement; the interest is what is left to no supplied one
    kinds = [step.entry.declares.name for step in scenario_of(found).history]
    assert [kind for kind in kinds if kind not in ("interest-expressed", "journey-started")] == []


START = Told("a", JourneyStarted(learner="learner:a", programme="p", attests_age=30), JO, on(0), "start")
BOOKED = Told("a", booked("c1", on(3), 60), NINA, on(1), "book")


def test_a_disagreement_says_both_answers_and_then_the_scenario() -> None:
    twice = attrs.evolve(BOOKED, id="again", entry=booked("c2", on(3), 60))
    found = disagreement([START, BOOKED, twice], STARTER, rules=without("BKG-02"))
    advised = "COA-01 (advice), COA-04 (advice), COA-07 (advice), COA-08 (advice)"
    assert str(found).splitlines()[:5] == [
        "conversation-booked 'again' of a by coach:nina",
        f"  the oracle: refused; ACC-05 (advice), BKG-02 (refusal), {advised}",
        f"  the engine: accepted; ACC-05 (advice), {advised}",
        "",
        "schema = 1",
    ]


def test_what_refuses_beyond_the_oracle_is_told_and_not_hidden() -> None:
    rules = tuple(attrs.evolve(rule, level=MUST) if rule.code == "MEA-04" else rule for rule in inverted("MEA-04"))
    found = disagreement([START], STARTER, rules=rules)
    assert found is not None
    assert found.engine == "refused; MEA-04 (refusal)"
    assert found.oracle == "accepted; nothing found"


def test_the_oracle_answers_for_no_corrections() -> None:
    asked = Told("a", EntryWithdrawn("start", "a slip"), JO, on(1), "w")
    with pytest.raises(ValueError, match="answers for no corrections and withdrawals"):
        Oracle(STARTER).ask(asked)


def test_both_say_that_there_is_no_such_journey() -> None:
    assert disagreement([BOOKED], STARTER) is None
    assert Oracle(STARTER).ask(BOOKED) == Answer(None)


def test_a_kind_for_which_the_oracle_knows_no_journey_and_the_engine_does_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Oracle, "ask", lambda oracle, asked: Answer(None))
    found = disagreement([START], STARTER)
    assert found is not None
    assert (found.oracle, found.engine) == ("there is no such journey", "accepted; nothing found")


def test_the_oracle_covers_every_family_that_it_says_it_does() -> None:
    assert {code[:3] for code in COVERED} == {"ACC", "ALW", "BKG", "COA", "CON", "JRN", "REF", "TIM"}
    assert {rule.code for rule in RULES} >= COVERED


def test_what_the_oracle_says_of_a_journey_can_be_asked() -> None:
    oracle = Oracle(STARTER)
    assert [oracle.tell(told).accepted for told in (START, BOOKED)] == [True, True]
    assert (oracle.minutes("a").booked, oracle.minutes("a").remaining) == (60, 120)
    assert oracle.conversations("a")["c1"].state == "booked"
    assert oracle.standing("a") == "open"
    assert oracle.ready_for(NINA, "recruiting", on=on(1).date()).findings == {"COA-01": "advice"}


# ---- that it is a second implementation

ITS_OWN = Path(oracle_package.__file__).parent
MAY_IMPORT = {
    "iagcore.policy": {"Gap", "Policy", "PolicyOnDay"},
    "iagcore.testing.told": {"Told"},
}


@pytest.mark.parametrize("path", sorted(ITS_OWN.glob("*.py")), ids=lambda path: str(path.name))
def test_the_oracle_imports_kinds_of_entry_and_policy_values_and_nothing_of_the_engine(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not [one.name for one in node.names if one.name.startswith("iagcore")]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            module = str(node.module)
            if not module.startswith("iagcore") or module.startswith("iagcore.testing.oracle"):
                continue
            names = {one.name for one in node.names}
            if module.startswith("iagcore.practice"):
                assert {getattr(import_module(module), name) for name in names} <= set(KINDS)
            else:
                assert names <= MAY_IMPORT[module]


# ---- what stands afterwards is compared as well, and asked for in a scenario


def only_on(code: str, *kinds: type[Entry]) -> tuple[Rule, ...]:
    return tuple(attrs.evolve(rule, on=kinds) if rule.code == code else rule for rule in RULES)


@pytest.mark.parametrize(
    ("rules", "activity", "code"),
    [
        (only_on("COA-04", ConversationHeld), "one-to-one", "COA-04"),
        (only_on("COA-01", ConversationBooked), "recruiting", "COA-01"),
        (only_on("COA-02", ReferralMade), "signposting", "COA-02"),
    ],
    ids=["one-to-one", "recruiting", "signposting"],
)
def test_whether_a_coach_is_ready_is_asked_for_by_what_they_would_do(
    rules: tuple[Rule, ...], activity: str, code: str
) -> None:
    trained = TrainingCompleted(module="first-aid", completed_on=on(0).date())
    found = disagreement([Told(NINA, trained, JO, on(0), "trained")], STARTER, rules=rules)
    assert found is not None
    assert found.about == f"whether coach:nina is ready for {activity} on 2025-09-01 after 'trained'"
    broken, right = reports(found, rules)
    assert (broken.passed, right.passed) == (False, True)
    assert code in broken.text


def test_minutes_that_differ_are_asked_for_by_their_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    held = ConversationHeld(conversation="c1", coach=NINA, minutes=50, one_to_one=True, in_private=True)
    history = [START, Told("a", held, NINA, on(3), "held")]
    with monkeypatch.context() as broken:
        broken.setattr("iagcore.record.settling.minutes_used", lambda actual, *, values: actual + 1)
        found = disagreement(history, STARTER)
        assert found is not None
        assert found.about == "the minutes of a after 'held'"
        assert "evidence = { ALW-01 = { ceiling = 180, used = 50, booked = 0 } }" in found.scenario
        assert not run(scenario_of(found)).passed
    assert run(scenario_of(found)).passed


def test_a_conversation_that_stands_otherwise_is_asked_for_by_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oracle, "conversations", lambda oracle, journey: {"c1": Conversation("c1", state="missed")})
    found = disagreement([START, BOOKED], STARTER)
    assert found is not None
    assert found.about == "conversation c1 of a after 'start'"
    assert 'evidence = { BKG-01 = { state = "missed" } }' in found.scenario
    assert "BKG-01" in run(scenario_of(found)).text


def test_a_journey_that_stands_otherwise_is_asked_for_by_closing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oracle, "standing", lambda oracle, journey: "left")
    found = disagreement([START], STARTER)
    assert found is not None
    assert (found.about, found.oracle, found.engine) == ("the standing of a", "left", "open")
    assert 'evidence = { JRN-03 = { standing = "left" } }' in found.scenario


def test_a_policy_of_ones_own_is_named_by_its_file() -> None:
    found = disagreement([START], policy("", name="ours"), rules=inverted("JRN-02"))
    assert found is not None
    assert 'policy = "ours.toml"' in found.scenario


def test_a_history_that_speaks_of_everything_is_written_without_more() -> None:
    spoken: list[Entry] = [
        CoachAssigned(coach=NINA),
        ConfidentialityExplained(limits=True),
        ConsentGiven(consent="k", purpose="referral", scope="this journey"),
        ReferralMade(referral="r1", opportunity="art", condition_of_place=False),
    ]
    history = [START, *(Told("a", entry, JO, on(0), f"s{number}") for number, entry in enumerate(spoken))]
    last = Told("a", evolved(spoken[-1], referral="r2"), JO, on(0), "last")
    found = disagreement([*history, last], STARTER, rules=RULES)
    assert found is None
    found = disagreement([START, last], STARTER, rules=without("CON-01"))
    assert found is not None
    assert 'kind = "consent-withdrawn"' in found.scenario
    broken, right = reports(found, without("CON-01"))
    assert (broken.passed, right.passed) == (False, True)


def test_who_is_assigned_is_told_and_nobody_is_assigned_beside_them() -> None:
    assigned = Told("a", CoachAssigned(coach=NINA), JO, on(0), "assigned")
    explained = Told("a", ConfidentialityExplained(limits=True), NINA, on(0), "explained")
    history = [START, assigned, explained, attrs.evolve(BOOKED, by=JO)]
    found = disagreement(history, STARTER, rules=inverted("ALW-05"))
    assert found is not None
    assert found.scenario.count("confidentiality-explained") == 1
    assert "cover-assigned" not in found.scenario
    assert run(scenario_of(found)).passed
