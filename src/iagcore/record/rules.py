"""What a rule is: declared in one place, with its code, its level, its source and the function that is its body.

`rule` declares a check, which gives a verdict on an entry; `duty` what is due on a home; `guarantee` what laws prove.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from inspect import signature
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from iagcore.exceptions import InvalidPolicy, nearest
from iagcore.policy import Policy, PolicyOnDay
from iagcore.practice.amendments import Erased
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import Entry, Kind
from iagcore.practice.readiness import Readiness
from iagcore.record.case import Case
from iagcore.record.findings import Duty, Level, Verdict
from iagcore.record.home import Home, Place
from iagcore.record.journey import CoachHome, Journey

E = TypeVar("E", bound=Entry)
H = TypeVar("H", bound=Home)


class RuleSort(StrEnum):
    """The four sorts of rule."""

    CHECK = "check"
    COMPUTATION = "computation"
    GUARANTEE = "guarantee"
    DUTY = "duty"


JUDGED: Final = frozenset({RuleSort.CHECK, RuleSort.COMPUTATION})
"""The sorts of rule that a decision considers; guarantees are laws, and duties are derived."""

HOMES: Final[Mapping[type[Home], str]] = {Journey: "journey", CoachHome: "coach", Home: "any"}
"""The homes that a duty may be derived on, and the word for each in `Rule.of`."""


@attrs.frozen
class Grounds:
    """What a duty is derived on, beside its home: the policy that a place was recorded under, a coach's readiness, and
    what the learner consented to, on other journeys too.

    `readiness` gives None for a coach of whom nothing is known.
    """

    policy: Callable[[Place], Policy]
    readiness: Callable[[str], Readiness | None] = lambda coach: None
    consents: Callable[[Home], Consents] = lambda home: home.consents

    def values(self, place: Place) -> PolicyOnDay:
        """The values of the policy that a place was recorded under, on its day."""
        policy = self.policy(place)
        return policy.at(policy.day(place.at))


@attrs.frozen(kw_only=True)
class Rule:
    """One rule of the rule book, declared in one place: by `rule`, `duty` or `guarantee`.

    `code` is permanent. `on` are the kinds of entry it looks at. `title` is the rule as a sentence, and `question` what
    somebody would ask who has never heard of it. `protected` rules
    cannot be lowered by a policy; `always_refuses` marks those that refuse facts too, because nothing that happened is
    lost by it; `outside` marks those that look beyond the journey's own home, whose first answer a correction keeps.
    `proven_by` names the laws that prove a rule which is no check; `of` is the home that a duty is derived on.
    `always_assessed` is the reason why a check never lacks a value on the record, left empty where it can; `equivalent`
    are changes of the rule that make no difference (`off`, `inverted`, `lowered`), each with the reason. `also_on` says
    which kinds of an extension it looks at, too.

    What is said of it has two readers and two occasions. `remedy` says to staff what helps where a plan is refused or
    advice is given, and `plain_remedy` says it to the learner. `breach` says to staff what helps once it has happened,
    and `plain_breach` tells the learner what happened, and that the college puts it right.
    """

    code: str
    level: Level
    title: str
    source: str
    on: tuple[type[Entry], ...] = ()
    check: Callable[..., Verdict] | None = None
    derives: Callable[..., list[Duty]] | None = None
    remedy: str = ""
    plain_remedy: str = ""
    breach: str = ""
    plain_breach: str = ""
    sort: RuleSort = RuleSort.CHECK
    values: tuple[str, ...] = ()
    protected: bool = False
    always_refuses: bool = False
    outside: bool = False
    proven_by: tuple[str, ...] = ()
    of: str = "journey"
    always_assessed: str = ""
    equivalent: tuple[tuple[str, str], ...] = ()
    question: str = ""
    also_on: Callable[[Kind], bool] | None = None

    @property
    def family(self) -> str:
        """The three letters it begins with."""
        return self.code[:3]

    @property
    def looks_at_records(self) -> bool:
        """Whether it looks at something that is recorded; an erasure is asked for, and never kept."""
        return any(kind is not Erased for kind in self.on)

    def __call__(self, entry: Entry, case: Case) -> Verdict:
        """What the check finds; NotKnown or Gap where a value is missing.

        Raises TypeError for a rule that has no check, and for a check that gives no verdict.
        """
        if self.check is None:
            raise TypeError(f"{self.code} is a {self.sort}: {NOT_EVALUATED[self.sort]}")
        found: object = self.check(entry, case)
        if not isinstance(found, Verdict):
            given = type(found).__name__
            raise TypeError(f"{self.code} gave {given}, not a Verdict: end its check with `return verdict(...)`")
        return found

    def due(self, home: Home, grounds: Grounds) -> list[Duty]:
        """What is due under a duty, on a home. Raises TypeError for a rule that is no duty, or gives no duties."""
        if self.derives is None:
            raise TypeError(f"{self.code} is a {self.sort}, and nothing is due under it")
        found: object = self.derives(home, grounds)
        if not isinstance(found, list) or not all(isinstance(one, Duty) for one in found):
            raise TypeError(f"{self.code} gave {type(found).__name__}, not a list of Duty, empty where nothing is due")
        return found


NOT_EVALUATED: Final = {
    RuleSort.GUARANTEE: "laws prove it, nothing evaluates it",
    RuleSort.DUTY: "what is due is derived from a home, and no entry is judged",
}
"""Why a rule cannot be asked about an entry, by its sort."""


def rule(
    code: str,
    level: Level,
    *,
    on: tuple[type[Entry], ...] = (),
    source: str,
    remedy: str = "",
    plain_remedy: str = "",
    breach: str = "",
    plain_breach: str = "",
    sort: RuleSort = RuleSort.CHECK,
    values: tuple[str, ...] = (),
    protected: bool = False,
    always_refuses: bool = False,
    outside: bool = False,
    proven_by: tuple[str, ...] = (),
    always_assessed: str = "",
    equivalent: tuple[tuple[str, str], ...] = (),
    question: str = "",
    also_on: Callable[[Kind], bool] | None = None,
) -> Callable[[Callable[[E, Case], Verdict]], Rule]:
    """Declare a check or a computation: the function's docstring is the rule as a sentence, its body gives the verdict.

    The kinds of entry that it is on are those that its first parameter is annotated with, so that a type checker sees a
    misspelt field. One that looks at any kind is annotated with `Entry`, and says with `on` which kinds it is asked of.
    Raises TypeError where the two differ, where the function has no docstring, or where it says that it returns
    something else than a `Verdict`.
    """

    def decorate(check: Callable[[E, Case], Verdict]) -> Rule:
        _returns(code, check, Verdict, "a Verdict, as `verdict(...)` gives it")
        return Rule(
            code=code,
            level=level,
            title=_sentence(code, check),
            source=source,
            on=_kinds_of(code, check, on),
            check=check,
            remedy=remedy,
            plain_remedy=plain_remedy,
            breach=breach,
            plain_breach=plain_breach,
            sort=sort,
            values=values,
            protected=protected,
            always_refuses=always_refuses,
            outside=outside,
            proven_by=proven_by,
            always_assessed=always_assessed,
            equivalent=equivalent,
            question=question,
            also_on=also_on,
        )

    return decorate


def duty(
    code: str,
    level: Level,
    *,
    source: str,
    values: tuple[str, ...] = (),
    proven_by: tuple[str, ...] = (),
    question: str = "",
) -> Callable[[Callable[[H, Grounds], list[Duty]]], Rule]:
    """Declare a duty: the function's docstring is the rule as a sentence, its body derives what is due on a home.

    Its first parameter is annotated with the home that it is derived on: `Journey`, `CoachHome`, or `Home` for any.
    Raises TypeError for another, where the function has no docstring, or where it says that it returns anything else.
    """

    def decorate(derives: Callable[[H, Grounds], list[Duty]]) -> Rule:
        home = _annotated(code, derives, f"the home that it is derived on: {_named(HOMES)}")
        _returns(code, derives, list[Duty], "list[Duty], empty where nothing is due")
        if home not in HOMES:
            raise TypeError(f"{code} is derived on one of {_named(HOMES)}, not on {home!r}")
        return Rule(
            code=code,
            level=level,
            title=_sentence(code, derives),
            source=source,
            derives=derives,
            sort=RuleSort.DUTY,
            values=values,
            proven_by=proven_by,
            of=HOMES[home],
            question=question,
        )

    return decorate


def guarantee(
    code: str, *, title: str, on: tuple[type[Entry], ...], source: str, proven_by: tuple[str, ...], question: str = ""
) -> Rule:
    """Declare what holds by construction, for some kinds of entry: laws prove it, and nothing has to look."""
    return Rule(
        code=code,
        level=Level.MUST,
        title=title,
        source=source,
        on=on,
        sort=RuleSort.GUARANTEE,
        protected=True,
        proven_by=proven_by,
        question=question,
    )


def _sentence(code: str, body: Callable[..., object]) -> str:
    """The rule as a sentence: what its docstring begins with, up to an empty line."""
    title = " ".join((body.__doc__ or "").split("\n\n")[0].split())
    if not title:
        raise TypeError(f"{code}: the docstring of its function is the rule as a sentence, and it has none")
    return title


def _annotated(code: str, body: Callable[..., object], expected: str) -> Any:
    """What the first parameter of a rule's function is annotated with."""
    first, *_ = signature(body).parameters
    hints = get_type_hints(body)
    if first not in hints:
        raise TypeError(f"{code}: annotate {first!r} with {expected}")
    return hints[first]


def _returns(code: str, body: Callable[..., object], wanted: Any, named: str) -> None:
    said = get_type_hints(body).get("return", wanted)
    if said not in (wanted, Any):
        raise TypeError(f"{code} says that it returns {getattr(said, '__name__', said)}: it has to return {named}")


def _kinds_of(code: str, check: Callable[..., object], on: tuple[type[Entry], ...]) -> tuple[type[Entry], ...]:
    """The kinds that a check looks at, as its annotation says them, or where that is any entry, as `on` does."""
    annotation = _annotated(code, check, "the kinds of entry that it looks at")
    if annotation is Entry:
        if not on:
            raise TypeError(f"{code} takes any entry: say with on=(...) which kinds it is asked of")
        return on
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    if not all(isinstance(kind, type) and issubclass(kind, Entry) and kind is not Entry for kind in kinds):
        raise TypeError(f"{code}: its first parameter is annotated with {annotation!r}, which is no kind of entry")
    if on and set(on) != set(kinds):
        raise TypeError(
            f"{code} is on {_named(on)}, and its first parameter is annotated with {_named(kinds)}: "
            "leave out `on`, which is read from the annotation"
        )
    return kinds


def _named(classes: Iterable[type]) -> str:
    return ", ".join(one.__name__ for one in classes)


def check_levels(policy: Policy, rules: Sequence[Rule]) -> None:
    """Raise `InvalidPolicy` where a policy sets the level of a rule that does not exist, or lowers a protected one."""
    known = {rule.code: rule for rule in rules if rule.sort in JUDGED}
    sorts = {rule.code: rule.sort for rule in rules}
    families = {rule.family for rule in rules}
    for code, history in policy.levels.items():
        if policy.kept and code[:3] not in families:
            continue  # of an extension that is not given
        if code not in known:
            reason = f"no rule has the code {code!r}{nearest(code, known)}"
            if code in sorts:
                reason = f"{code} is a {sorts[code]}, which has no level to set"
            raise InvalidPolicy(history[0].file, history[0].line, reason)
        lowered = [one for one in history if one.value == "SHOULD" and known[code].protected]
        if lowered:
            raise InvalidPolicy(lowered[0].file, lowered[0].line, f"{code} is protected and cannot be lowered")
