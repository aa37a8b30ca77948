"""A rule is declared in one place, and is on the kinds of entry that its function is annotated with."""

import re
from collections.abc import Callable
from typing import Any, get_type_hints

import attrs
import pytest

from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationBooked, ConversationHeld, ConversationRescheduled
from iagcore.practice.grow import GoalSet
from iagcore.practice.kinds import CORRECTED, FACT, PLAN, Entry, Nature
from iagcore.practice.readiness import CoachSuspended
from iagcore.record.case import Case
from iagcore.record.findings import A_BREACH, MUST, SHOULD, Duty, Level, Verdict, Weight, verdict
from iagcore.record.home import Home
from iagcore.record.journey import CoachHome, Journey
from iagcore.record.judging import assess
from iagcore.record.rules import JUDGED, Grounds, Rule, RuleSort, duty, guarantee, rule
from iagcore.rulebook import RULES
from tests.casework import JO, NINA, booked, casebook, gated, hold, on, opened, policy, start

Bookings = ConversationBooked | ConversationRescheduled
GOAL = GoalSet(goal="g1", words="To travel")
NO_CASE: Any = None
NO_GROUNDS: Any = None


def declared(check: Callable[[Any, Case], Verdict], *kinds: type[Entry]) -> Rule:
    return rule("XXX-01", MUST, on=kinds, source="chosen for a test")(check)


# ---- the kinds of entry


def test_a_rule_is_on_the_kind_that_its_entry_is_annotated_with() -> None:
    def check(entry: GoalSet, case: Case) -> Verdict:
        """A goal is set."""
        return verdict(True, says="")

    assert declared(check).on == (GoalSet,)


def test_a_rule_is_on_every_kind_of_a_union_in_its_order() -> None:
    def check(entry: Bookings | GoalSet, case: Case) -> Verdict:
        """A conversation is booked, or a goal set."""
        return verdict(True, says="")

    assert declared(check).on == (ConversationBooked, ConversationRescheduled, GoalSet)
    assert declared(check, GoalSet, ConversationRescheduled, ConversationBooked).on == declared(check).on


def test_a_rule_that_takes_any_entry_says_which_kinds_it_is_asked_of() -> None:
    def check(entry: Entry, case: Case) -> Verdict:
        """Something happens."""
        return verdict(True, says="")

    assert declared(check, GoalSet, ConversationHeld).on == (GoalSet, ConversationHeld)
    with pytest.raises(TypeError, match=r"^XXX-01 takes any entry: say with on=\(\.\.\.\) which kinds it is asked of$"):
        declared(check)


def test_kinds_that_drift_from_the_annotation_are_refused() -> None:
    def check(entry: Bookings, case: Case) -> Verdict:
        """A conversation is booked."""
        return verdict(True, says="")

    said = (
        r"^XXX-01 is on ConversationBooked, and its first parameter is annotated with "
        r"ConversationBooked, ConversationRescheduled: leave out `on`, which is read from the annotation$"
    )
    with pytest.raises(TypeError, match=said):
        declared(check, ConversationBooked)


def test_what_is_annotated_with_no_kind_of_entry_is_refused() -> None:
    def of_text(entry: str, case: Case) -> Verdict:
        """Something is said."""
        return verdict(True, says="")

    def of_some_entry(entry: Entry | GoalSet, case: Case) -> Verdict:
        """Something is said."""
        return verdict(True, says="")

    def of_what(entry, case):  # type: ignore[no-untyped-def] # which is what is refused
        """Something is said."""

    with pytest.raises(TypeError, match=r"^XXX-01: its first parameter is annotated with <class 'str'>, which is no "):
        declared(of_text)
    with pytest.raises(
        TypeError, match=r"annotated with iagcore\.\S+Entry \| iagcore\.\S+GoalSet, which is no kind of"
    ):
        declared(of_some_entry, GoalSet)
    with pytest.raises(TypeError, match=r"^XXX-01: annotate 'entry' with the kinds of entry that it looks at$"):
        declared(of_what, GoalSet)


# ---- the sentence


def test_the_docstring_is_the_rule_as_a_sentence() -> None:
    def check(entry: GoalSet, case: Case) -> Verdict:
        """A goal is set,
        and that is all.

        Which is no part of it.
        """
        return verdict(True, says="")

    def unsaid(entry: GoalSet, case: Case) -> Verdict:
        return verdict(True, says="")

    assert declared(check).title == "A goal is set, and that is all."
    with pytest.raises(TypeError, match=r"^XXX-01: the docstring of its function is the rule as a sentence, and it "):
        declared(unsaid)


def test_a_rule_of_the_book_that_takes_any_entry_is_on_more_kinds_than_a_line_would_hold() -> None:
    # so that a type checker reads the fields of every other
    any_entry = [one for one in RULES if one.check and Entry in get_type_hints(one.check).values()]
    assert all(len(one.on) >= 10 for one in any_entry), [one.code for one in any_entry]


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.code)
def test_a_rule_of_the_book_says_its_sentence_once(one: Rule) -> None:
    body = one.check or one.derives
    if body is None:
        assert one.sort is RuleSort.GUARANTEE
    else:
        assert one.title == body.__doc__  # and no more, and not in other words


# ---- the verdict


def test_a_check_that_gives_no_verdict_is_refused() -> None:
    def check(entry: GoalSet, case: Case) -> Any:
        """A goal is set."""
        return True

    said = r"^XXX-01 gave bool, not a Verdict: end its check with `return verdict\(\.\.\.\)`$"
    with pytest.raises(TypeError, match=said):
        declared(check)(GOAL, NO_CASE)


# ---- duties and guarantees


def on_a_journey(journey: Journey, grounds: Grounds) -> list[Duty]:
    """Something is done."""
    return [Duty(rule="XXX-02", what="do it", due=None, party="lead", about=journey.subject)]


def on_a_coach(home: CoachHome, grounds: Grounds) -> list[Duty]:
    """Something is done."""
    return []


def on_any(home: Home, grounds: Grounds) -> list[Duty]:
    """Something is done."""
    return []


@pytest.mark.parametrize(("derives", "of"), [(on_a_journey, "journey"), (on_a_coach, "coach"), (on_any, "any")])
def test_a_duty_is_derived_on_the_home_that_it_is_annotated_with(
    derives: Callable[[Home, Grounds], list[Duty]], of: str
) -> None:
    made = duty("XXX-02", SHOULD, source="chosen for a test")(derives)
    assert (made.of, made.sort, made.title, made.level) == (of, RuleSort.DUTY, "Something is done.", Level.SHOULD)


def test_a_duty_is_derived_and_never_judged() -> None:
    made = duty("XXX-02", SHOULD, source="chosen for a test")(on_a_journey)
    assert [one.what for one in made.due(Journey("a"), NO_GROUNDS)] == ["do it"]
    with pytest.raises(
        TypeError, match=r"^XXX-02 is a duty: what is due is derived from a home, and no entry is judged"
    ):
        made(GOAL, NO_CASE)


def test_a_duty_on_no_home_is_refused() -> None:
    def derives(entry: GoalSet, grounds: Grounds) -> list[Duty]:
        """Something is done."""
        return []

    untyped: Any = derives
    said = r"^XXX-02 is derived on one of Journey, CoachHome, Home, not on <class 'iagcore\.practice\.grow\.GoalSet'>$"
    with pytest.raises(TypeError, match=said):
        duty("XXX-02", SHOULD, source="chosen for a test")(untyped)


def test_nothing_is_due_under_a_guarantee_and_nothing_judges_it() -> None:
    made = guarantee("XXX-03", title="It holds.", on=(GoalSet,), source="chosen for a test", proven_by=("law_3",))
    assert (made.level, made.protected, made.proven_by) == (MUST, True, ("law_3",))
    with pytest.raises(TypeError, match=r"^XXX-03 is a guarantee: laws prove it, nothing evaluates it$"):
        made(GOAL, NO_CASE)
    with pytest.raises(TypeError, match=r"^XXX-03 is a guarantee, and nothing is due under it$"):
        made.due(Journey("a"), NO_GROUNDS)


def test_a_rule_is_declared_by_keyword_alone() -> None:
    assert [one.name for one in attrs.fields(Rule) if not one.kw_only] == []


# ---- what is said of a plan that is refused, and of what has happened


def wordy(*, breach: str = "", plain_breach: str = "") -> Rule:
    @rule(
        "XXX-04",
        MUST,
        source="chosen for a test",
        remedy="Set a shorter goal.",
        plain_remedy="Try a shorter one.",
        breach=breach,
        plain_breach=plain_breach,
    )
    def short(entry: GoalSet, case: Case) -> Verdict:
        """A goal is short."""
        return verdict(False, says="{n} words", plainly="It has {n} words.", n=len(entry.words.split()))

    return short


BY_HAND = Case(Policy.load("starter"), at=on(0), by=NINA)


def said(one: Rule, nature: Nature) -> tuple[str | None, str, str, str, str]:
    found = assess(one, GOAL, BY_HAND, nature=nature)
    return found.weight, found.sentence, found.remedy, found.plainly, found.plain_remedy


def test_a_refused_plan_and_a_breach_have_words_of_their_own() -> None:
    one = wordy(breach="Cut it to fewer than {n}.", plain_breach="Your goal has {n} words. We will cut it with you.")
    assert said(one, PLAN) == (
        Weight.REFUSAL, "2 words", "Set a shorter goal.", "It has 2 words.", "Try a shorter one.",
    )  # fmt: skip
    assert said(one, FACT) == (
        Weight.BREACH, "2 words", "Cut it to fewer than 2.", "Your goal has 2 words. We will cut it with you.", "",
    )  # fmt: skip


def test_what_a_learner_is_told_of_a_refused_plan_is_never_said_of_a_breach() -> None:
    assert said(wordy(), FACT) == (Weight.BREACH, "2 words", "Set a shorter goal.", A_BREACH, "")


def test_several_rules_about_a_coach_give_a_learner_one_sentence() -> None:
    cases = casebook(
        under=policy(gated("COA-01", "COA-04", "COA-06", "COA-08"), name="gated"), rules=RULES, now=lambda: on(3)
    )
    start(cases)
    cases.record(NINA, CoachSuspended(reason="x"), by=JO, at=on(0)).require()
    refused = cases.record("a", booked("c1", on(2)), by=JO)
    assert [one.rule for one in refused.refusals] == ["COA-01", "COA-04", "COA-08", "COA-11"]
    assert refused.explain(to="learner").splitlines()[1:] == [
        "This coach cannot take it on that day.",
        "Ask a lead which coach is there for you meanwhile.",
    ]
    held = cases.record("a", ConversationHeld(conversation="c1", coach=NINA, minutes=30), by=JO, at=on(2))
    assert [one.rule for one in held.breaches] == ["COA-01", "COA-04", "COA-11"]
    (told,) = held.explain(to="learner").splitlines()[1:]
    assert told.startswith("We should have made sure that the right coach was there for you on that day")


def may_be_a_breach(one: Rule) -> bool:
    """A fact is recorded, with a breach; a plan that was accepted may come to be one once something is corrected."""
    if one.sort not in JUDGED or one.level is not MUST or one.always_refuses:
        return False
    facts = [kind for kind in one.on if kind.declares.nature is not PLAN]
    # what lies outside the home is asked anew of an entry that is put right, but for its author and its hours
    corrected = [kind for kind in one.on if kind.declares.amended is CORRECTED and one.family not in ("ACC", "BKG")]
    return one.looks_at_records and (not one.outside or bool(facts) or bool(corrected))


def test_a_learner_is_told_of_a_breach_with_what_is_on_their_record() -> None:
    cases = opened()
    decision = hold(cases, "c1", 200, at=on(1))
    assert decision.explain(to="learner").splitlines()[1:] == [
        "Your conversations have used 200 minutes, and you were given 180. You do not have to do anything. "
        "A lead will look at it and put your record right."
    ]


BREACHES = [one for one in RULES if may_be_a_breach(one)]


def test_each_must_that_may_be_a_breach_says_so_in_both_wordings_and_no_other_does() -> None:
    assert [one.code for one in RULES if one.breach] == [one.code for one in BREACHES]
    assert [one.code for one in RULES if one.plain_breach] == [one.code for one in BREACHES]


@pytest.mark.parametrize("one", BREACHES, ids=lambda one: one.code)
def test_a_breach_is_told_plainly_and_the_college_puts_it_right(one: Rule) -> None:
    assert re.search(r"\b(We|A lead|Your coach) will\b", one.plain_breach)
    assert re.search(r"[A-Z]{3}-\d\d", one.plain_breach) is None
    assert one.plain_breach not in (one.plain_remedy, one.breach)
    assert one.plain_breach.endswith(".")
    assert one.breach.endswith(".")
    assert grade(one.plain_breach) <= 6, grade(one.plain_breach)  # read at the age of 11


def grade(text: str) -> float:
    """The school grade of a text by Flesch and Kincaid (1975), with syllables counted as groups of vowels."""
    sentences = len(re.findall(r"\.(?:\s|$)", text))
    words = re.findall(r"[A-Za-z]+", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<!l)e$|(?<![dt])ed$", "", word.lower())))) for word in words
    )
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_the_grade_tells_plain_words_from_others() -> None:
    assert grade("We will put it right with you.") < 2
    assert grade("The applicability of institutional authorisation requires subsequent verification.") > 12


def test_a_wording_asks_for_no_value_that_its_rule_does_not_give() -> None:
    asked = {(one.code, name) for one in RULES for name in re.findall(r"{(\w+)}", one.breach + one.plain_breach)}
    assert asked == {("ALW-02", "asked"), ("ALW-02", "ceiling"), ("JRN-02", "found"), ("JRN-02", "limit")}
