"""What may be an extension: a clash, a missing prefix or a step too far is refused in one sentence."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from iagcore.entries import CoachRef, ConversationBooked, Id, LearnerRef, Party, Words
from iagcore.exceptions import InvalidExtension
from iagcore.extending import (
    FACT,
    MUST,
    SHOULD,
    Case,
    Duty,
    Entry,
    Extension,
    Grounds,
    Journey,
    Value,
    Verdict,
    book_of,
    duty,
    kind,
    rule,
    verdict,
)
from iagcore.extending.values import WholeNumber
from iagcore.practice.amendments import Erased
from iagcore.record.rules import RuleSort
from iagcore.rulebook import RULES
from iagcore.rulebook.allowance import ALLOWANCE
from tests.extending.given import SAC, TextMessageSent

DAYS = Value("sac/days", "days", "How many days.", WholeNumber(1, 5))


def declared(**given: Any) -> type[Entry]:
    usual: dict[str, Any] = {"about": ("journey",), "by": ("lead",), "in_confidence": False, "prefix": "sac"}
    declare: Any = kind

    class Noted(Entry):
        """Something was noted."""

        note: Id

    made: type[Entry] = declare(FACT, **{**usual, **given})(Noted)
    return made


def with_a_field(name: str, annotation: Any) -> type[Entry]:
    made = type("Noted", (Entry,), {"__annotations__": {name: annotation}, "__doc__": "Something was noted."})
    declare: Any = kind(FACT, about=("journey",), by=("lead",), in_confidence=False, prefix="sac")
    found: type[Entry] = declare(made)
    return found


@rule("SAC-09", SHOULD, source="the handbook")
def a_rule(entry: ConversationBooked, case: Case) -> Verdict:
    """A conversation is long enough."""
    return verdict(entry.minutes > 5, says="{minutes} minutes", minutes=entry.minutes)


@duty("SAC-08", SHOULD, source="the handbook")
def a_duty(journey: Journey, grounds: Grounds) -> list[Duty]:
    """Somebody rings the learner."""
    return []


def wrong(reason: str, name: str = "sac", **given: Any) -> None:
    with pytest.raises(InvalidExtension) as raised:
        Extension(name, **given)
    assert str(raised.value) == f"the extension {name}: {reason}"
    assert (raised.value.extension, raised.value.reason) == (name, reason)


@pytest.mark.parametrize("name", ["", "SAC", "sa", "sacc", "s1c", "sac\n"])
def test_an_extension_is_named_by_three_small_letters(name: str) -> None:
    wrong("an extension's name is three small letters, such as sac", name)


def test_the_letters_of_the_library_are_taken() -> None:
    wrong("the library's own rules begin with ALW: choose three other letters", "alw")


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ([Entry], "Entry is no kind of entry: declare it with @kind"),
        ([7], "7 is no kind of entry: declare it with @kind"),
        ([dict], "dict is no kind of entry: declare it with @kind"),
        ([declared(prefix="")], "the kind noted has no prefix: declare it with @kind(…, prefix='sac')"),
        ([declared(prefix="oth")], "the kind oth/noted has no prefix: declare it with @kind(…, prefix='sac')"),
        ([TextMessageSent, TextMessageSent], "sac/text-message-sent is declared twice"),
    ],
)
def test_its_kinds_carry_its_name_each_once(kinds: list[Any], reason: str) -> None:
    wrong(reason, kinds=kinds)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"opens": ("conversation", "note")},
            "it opens a line of minutes, and the kinds of an extension move no minutes",
        ),
        ({"parts": ("grow",)}, "it changes a part of the journey, which the library's own kinds do: use noted()"),
        ({"about": ("learner",)}, 'about begins with the record it is on: "journey" or "coach"'),
        ({"about": ("journey", "any home")}, "about names others than journey, learner, coach"),
        ({"may_come_first": True}, "a journey begins with its start"),
        ({"by": ("head",)}, "by names others than learner, coach, lead, safeguarding-lead, researcher"),
        ({"in_confidence": None}, "say with in_confidence=True or False whether all of it is hidden"),
        ({"points_to": {"note": "concern"}}, "only the library's own kinds begin a concern, or point to one"),
        ({"shows": "note"}, "only the library's own kinds keep what a directory shows"),
        ({"family": "conversation-held"}, "an entry of it could take the place of another's"),
    ],
)
def test_its_kinds_do_no_more_than_note(given: dict[str, Any], reason: str) -> None:
    wrong(f"the kind sac/noted: {reason}", kinds=[declared(**given)])


@pytest.mark.parametrize(
    ("name", "annotation", "reason"),
    [
        ("note", str, "give note one of the types of iagcore.extending"),
        ("whom", LearnerRef, "whom could name a learner, whom an erasure would not find there"),
        ("whom", Party, "whom could name a learner, whom an erasure would not find there"),
        ("at", Words, "at is written next to the fields of an entry in journey files: choose another name"),
    ],
)
def test_the_fields_of_its_kinds_can_be_classed_erased_and_written(name: str, annotation: Any, reason: str) -> None:
    wrong(f"the kind sac/noted: {reason}", kinds=[with_a_field(name, annotation)])


def test_its_kinds_begin_nothing_that_the_librarys_begin() -> None:
    declare: Any = kind(FACT, about=("journey",), by=("lead",), in_confidence=False, prefix="sac", begins="goal")
    made = type("Noted", (Entry,), {"__annotations__": {"goal": Id}, "__doc__": "Something was noted."})
    wrong("the kind sac/noted: a kind of the library begins a goal: call yours otherwise", kinds=[declare(made)])


def test_a_kind_on_the_record_of_a_coach_and_one_that_names_a_coach_are_fine() -> None:
    kinds = [declared(about=("coach",))]
    assert Extension("sac", kinds=kinds).kinds == tuple(kinds)
    assert Extension("sac", kinds=[with_a_field("who", CoachRef)]).kinds[0].declares.name == "sac/noted"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["sac/days"], "'sac/days' is no policy value: declare it with Value(…)"),
        ([attrs.evolve(DAYS, name="Days off")], "the value Days off has no prefix: call it sac/days_off"),
        ([attrs.evolve(DAYS, name="oth/days")], "the value oth/days has no prefix: call it sac/days"),
        ([DAYS, DAYS], "sac/days is declared twice"),
    ],
)
def test_its_values_carry_its_name_each_once(values: list[Any], reason: str) -> None:
    wrong(reason, values=values)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([print], "print is no rule: declare it with @rule or @duty"),
        ([a_rule, a_rule], "SAC-09 is declared twice"),
        (
            [attrs.evolve(ALLOWANCE[0], level=SHOULD)],
            "ALW-01 is protected, and is a rule of the library, which an extension cannot replace",
        ),
        (
            [next(one for one in RULES if one.code == "ALW-05")],
            "ALW-05 is a rule of the library, which an extension cannot replace",
        ),
        ([attrs.evolve(a_rule, code="SAC-1")], "the codes of its rules look like SAC-01, not SAC-1"),
        ([attrs.evolve(a_rule, code="OTH-01")], "the codes of its rules look like SAC-01, not OTH-01"),
        (
            [attrs.evolve(a_rule, sort=RuleSort.COMPUTATION)],
            "SAC-09 is a computation: an extension has checks and duties",
        ),
        (
            [attrs.evolve(a_rule, also_on=lambda kind: True)],
            "SAC-09: also_on is the library's, for kinds that it cannot know",
        ),
        (
            [attrs.evolve(a_rule, values=("sac/day",))],
            "SAC-09 reads sac/day, which no policy decides; did you mean 'sac/days'?",
        ),
        ([attrs.evolve(a_rule, on=(Erased,))], "SAC-09 is on erased, which is no kind of its own or the library's"),
        (
            [attrs.evolve(a_rule, on=(TextMessageSent,))],
            "SAC-09 is on sac/text-message-sent, which is no kind of its own or the library's",
        ),
    ],
)
def test_its_rules_carry_its_letters_and_replace_none(rules: list[Any], reason: str) -> None:
    wrong(reason, rules=rules, values=[DAYS])


def test_checks_and_duties_may_read_what_the_library_decides_and_its_own() -> None:
    reading = attrs.evolve(a_rule, values=("notice_hours", "sac/days"), level=MUST)
    assert Extension("sac", rules=[reading, a_duty], values=[DAYS]).rules == (reading, a_duty)


def test_its_texts_are_known() -> None:
    wrong("texts: 'tilte' is not known; did you mean 'title'?", texts={"tilte": "x"})
    assert Extension("sac").title == "The rules of SAC"
    assert SAC.title == "St Anne's College"


def test_it_is_a_value() -> None:
    again = Extension("sac", kinds=SAC.kinds, rules=SAC.rules, values=SAC.values, texts=dict(SAC.texts))
    assert (again, hash(again)) == (SAC, hash(SAC))
    assert again != Extension("sac")


def test_two_of_one_name_are_refused_and_one_twice_is_one() -> None:
    assert book_of([SAC, SAC]).extensions == (SAC,)
    with pytest.raises(InvalidExtension, match=r"^the extension sac: another extension has this name, too: use one of"):
        book_of([SAC, Extension("sac")])
    given: Any = ["sac"]
    with pytest.raises(InvalidExtension, match=r"^the extension sac: an Extension is expected$"):
        book_of(given)


def test_a_book_of_nothing_is_the_library_and_one_of_an_extension_widens_what_is_about_any_kind() -> None:
    assert book_of([]).rules == RULES
    book = book_of([SAC])
    assert book.families["SAC"] == "St Anne's College"
    assert book.kinds["sac/text-message-sent"] is TextMessageSent
    widened = [one.code for one in book.rules if TextMessageSent in one.on]
    assert widened == ["ACC-01", "ACC-03", "ACC-05"]
    assert book_of([SAC], rules=RULES[:1]).rules == RULES[:1]


@pytest.mark.parametrize("declare", [rule, duty])
def test_a_rule_that_says_it_returns_something_else_is_refused_as_it_is_declared(declare: Callable[..., Any]) -> None:
    def check(entry: ConversationBooked, case: Case) -> bool:
        """A conversation is long enough."""
        return entry.minutes > 5

    def due(journey: Journey, grounds: Grounds) -> list[str]:
        """Somebody rings the learner."""
        return []

    wanted = "a Verdict, as `verdict(...)` gives it" if declare is rule else "list[Duty], empty where nothing is due"
    body, said = (check, "bool") if declare is rule else (due, "list")
    with pytest.raises(TypeError) as raised:
        declare("SAC-01", MUST, source="x")(body)
    assert str(raised.value) == f"SAC-01 says that it returns {said}: it has to return {wanted}"


def test_one_that_does_not_say_is_refused_by_name_when_it_is_asked() -> None:
    def due(journey: Journey, grounds):  # type: ignore[no-untyped-def] # as a college may write it
        """Somebody rings the learner."""
        return "ring"

    asked = duty("SAC-01", MUST, source="x")(due)
    with pytest.raises(TypeError, match=r"^SAC-01 gave str, not a list of Duty, empty where nothing is due$"):
        asked.due(Journey("a"), Grounds(lambda place: None))  # type: ignore[arg-type,return-value]

    def several(journey: Journey, grounds: Grounds) -> Any:
        """Somebody rings the learner."""
        return ["ring"]

    asked = duty("SAC-01", MUST, source="x")(several)
    with pytest.raises(TypeError, match=r"^SAC-01 gave list, not a list of Duty"):
        asked.due(Journey("a"), Grounds(lambda place: None))  # type: ignore[arg-type,return-value]
