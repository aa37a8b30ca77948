"""What a rule is: declared in one place, with its code, its level, its source and the check that is its body."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

import attrs

from iagcore.exceptions import InvalidPolicy, nearest
from iagcore.policy import Policy, PolicyOnDay
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import Entry
from iagcore.practice.readiness import Readiness
from iagcore.record.case import Case
from iagcore.record.findings import Level, Verdict
from iagcore.record.home import Home, Place


class RuleSort(StrEnum):
    """The four sorts of rule."""

    CHECK = "check"
    COMPUTATION = "computation"
    GUARANTEE = "guarantee"
    DUTY = "duty"


JUDGED: Final = frozenset({RuleSort.CHECK, RuleSort.COMPUTATION})
"""The sorts of rule that a decision considers; guarantees are laws, and duties are derived."""


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
    """One rule of the rule book, declared in one place.

    `code` is permanent. `on` are the kinds of entry it looks at. `title` is the rule as a sentence, and `question` what
    somebody would ask who has never heard of it. `protected` rules
    cannot be lowered by a policy; `always_refuses` marks those that refuse facts too, because nothing that happened is
    lost by it; `outside` marks those that look beyond the journey's own home, whose first answer a correction keeps.
    `proven_by` names the laws that prove a rule which is no check; `of` is the home that a duty is derived on.
    `always_assessed` is the reason why a check never lacks a value on the record, left empty where it can; `equivalent`
    are changes of the rule that make no difference (`off`, `inverted`, `lowered`), each with the reason.
    """

    code: str
    level: Level
    on: tuple[type[Entry], ...]
    title: str
    source: str
    check: Callable[..., Any] | None
    remedy: str = ""
    plain_remedy: str = ""
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

    @property
    def family(self) -> str:
        """The three letters it begins with."""
        return self.code[:3]

    def __call__(self, entry: Entry, case: Case) -> Verdict:
        """What the check finds; NotKnown or Gap where a value is missing."""
        found: Verdict = body_of(self)(entry, case)
        return found


def body_of(rule: Rule) -> Callable[..., Any]:
    """What a rule does: its check, or what derives its duties. Raises TypeError for a guarantee, which has none."""
    if rule.check is None:
        raise TypeError(f"{rule.code} is a guarantee: laws prove it, nothing evaluates it")
    return rule.check


def rule(
    code: str,
    level: Level,
    *,
    on: tuple[type[Entry], ...],
    source: str,
    remedy: str = "",
    plain_remedy: str = "",
    sort: RuleSort = RuleSort.CHECK,
    values: tuple[str, ...] = (),
    protected: bool = False,
    always_refuses: bool = False,
    outside: bool = False,
    proven_by: tuple[str, ...] = (),
    always_assessed: str = "",
    equivalent: tuple[tuple[str, str], ...] = (),
    question: str = "",
) -> Callable[[Callable[[Any, Case], Verdict]], Rule]:
    """Declare a rule: the function's docstring is the rule as a sentence, its body the check."""

    def decorate(check: Callable[[Any, Case], Verdict]) -> Rule:
        title = (check.__doc__ or "").strip().splitlines()[0]
        return Rule(
            code=code,
            level=level,
            on=on,
            title=title,
            source=source,
            check=check,
            remedy=remedy,
            plain_remedy=plain_remedy,
            sort=sort,
            values=values,
            protected=protected,
            always_refuses=always_refuses,
            outside=outside,
            proven_by=proven_by,
            always_assessed=always_assessed,
            equivalent=equivalent,
            question=question,
        )

    return decorate


def check_levels(policy: Policy, rules: Sequence[Rule]) -> None:
    """Raise `InvalidPolicy` where a policy sets the level of a rule that does not exist, or lowers a protected one."""
    known = {rule.code: rule for rule in rules if rule.sort in JUDGED}
    sorts = {rule.code: rule.sort for rule in rules}
    for code, history in policy.levels.items():
        if code not in known:
            reason = f"no rule has the code {code!r}{nearest(code, known)}"
            if code in sorts:
                reason = f"{code} is a {sorts[code]}, which has no level to set"
            raise InvalidPolicy(history[0].file, history[0].line, reason)
        lowered = [one for one in history if one.value == "SHOULD" and known[code].protected]
        if lowered:
            raise InvalidPolicy(lowered[0].file, lowered[0].line, f"{code} is protected and cannot be lowered")
