"""Assessments, findings and decisions: what a rule saw, and what follows from it.

A rule's check returns a *verdict*: whether it is met, and the sentences and values it judged by. Truth and sentence
come from the same values, so the two cannot disagree. With the rule's code, level and source the verdict becomes an
*assessment*; one that is not met is a *finding*. All findings come back together, and none masks another:

==========================  =========  =========
the rule is                 on a plan  on a fact
==========================  =========  =========
MUST, not met               a refusal  a breach
MUST, a value is missing    a refusal  advice
SHOULD, not met or missing  advice     advice
==========================  =========  =========
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from iagcore.exceptions import Refused
from iagcore.practice.allowance import Line
from iagcore.practice.kinds import Nature
from iagcore.practice.parties import role_of
from iagcore.practice.times import clock

Scalar = str | int | bool | None


A_BREACH: Final = (
    "Something on your record is not as it should be. We will look at it and put it right. You can ask a lead about it."
)
SOMETHING_MISSING: Final = "Something that this needs is not so yet."
ASK: Final = "Your coach or a lead can look at it with you."
"""What a learner is told where nothing plainer is said of a rule: a policy may let any rule refuse."""


class Level(StrEnum):
    """How strongly a rule binds."""

    MUST = "MUST"
    SHOULD = "SHOULD"


MUST, SHOULD = Level.MUST, Level.SHOULD
"""The two levels, as a rule is declared with one of them."""


class Outcome(StrEnum):
    """What a check saw."""

    MET = "met"
    UNMET = "not met"
    NOT_ASSESSED = "not assessed"


class Weight(StrEnum):
    """What a finding does."""

    REFUSAL = "refusal"
    BREACH = "breach"
    ADVICE = "advice"


def weigh(level: Level, outcome: Outcome, nature: Nature, *, always_refuses: bool = False) -> Weight:
    """What follows from an outcome: the table at the top of this module."""
    if level is SHOULD:
        return Weight.ADVICE
    if nature is Nature.PLAN or always_refuses:
        return Weight.REFUSAL
    return Weight.BREACH if outcome is Outcome.UNMET else Weight.ADVICE


@attrs.frozen
class Verdict:
    """What a check found: its outcome, a sentence for staff, one in plain words for the learner, and the values."""

    outcome: Outcome
    says: str
    plainly: str
    evidence: tuple[tuple[str, Scalar], ...]


def verdict(met: bool, *, says: str, plainly: str = "", **values: Scalar) -> Verdict:
    """A verdict whose sentences are filled in from the very values it was judged by."""
    evidence = tuple(values.items())
    outcome = Outcome.MET if met else Outcome.UNMET
    return Verdict(outcome, filled(says, evidence), filled(plainly, evidence), evidence)


def filled(sentence: str, evidence: tuple[tuple[str, Scalar], ...]) -> str:
    """A sentence with the values that something was judged by."""
    return sentence.format(**{name: _said(value) for name, value in evidence})


def _said(value: Scalar) -> Scalar:
    if value is None:
        return "not said"
    return ("yes" if value else "no") if isinstance(value, bool) else value


def at_most(asked: int, limit: int, *, says: str, plainly: str = "", **values: Scalar) -> Verdict:
    """Met when `asked` is at most `limit`; both are among the values of the sentences."""
    return verdict(asked <= limit, says=says, plainly=plainly, asked=asked, limit=limit, **values)


def at_least(found: int, limit: int, *, says: str, plainly: str = "", **values: Scalar) -> Verdict:
    """Met when `found` is at least `limit`; both are among the values of the sentences."""
    return verdict(found >= limit, says=says, plainly=plainly, found=found, limit=limit, **values)


def none_of(found: Iterable[str], *, says: str, otherwise: str, plainly: str = "", **values: Scalar) -> Verdict:
    """Met when nothing is found; `otherwise` is the sentence for then, `says` names what was `found`."""
    names = ", ".join(found)
    return verdict(not names, says=says if names else otherwise, plainly=plainly, found=names, **values)


@attrs.frozen(kw_only=True)
class Assessment:
    """One rule, considered: what it saw and what follows. `weight` is None where nothing does.

    Two are equal where their content is: code, level, outcome, weight and evidence. Wording is no content.
    """

    rule: str
    level: Level
    outcome: Outcome
    weight: Weight | None
    sentence: str = attrs.field(eq=False)
    plainly: str = attrs.field(eq=False)
    evidence: tuple[tuple[str, Scalar], ...]
    remedy: str = attrs.field(eq=False)
    plain_remedy: str = attrs.field(eq=False)
    source: str = attrs.field(eq=False)

    def __str__(self) -> str:
        """The finding as staff read it: code, level, outcome, sentence, remedy and source."""
        lines = [f"{self.rule} ({self.level}, {self.outcome}): {self.sentence}"]
        if self.weight and self.remedy:
            lines.append(f"  What helps: {self.remedy}")
        lines.append(f"  Source: {self.source}")
        return "\n".join(lines)


class DutyStatus(StrEnum):
    """How a duty stands: what was due before, what is due, and what is coming."""

    OVERDUE = "overdue"
    DUE = "due"
    COMING = "coming"


@attrs.frozen(kw_only=True)
class Duty:
    """Something to do: under which rule, what, by when (None: undated), for whom, and on which home.

    `party` is a party, a role for whoever has it, or None where nobody is known; before `opens` it is only coming. One
    `in_confidence` is about safeguarding: it is spelled out to nobody but whom it is for.
    """

    rule: str
    what: str
    due: datetime | None
    party: str | None
    about: str
    opens: datetime | None = None
    in_confidence: bool = False

    def status(self, at: datetime) -> "DutyStatus":
        """How it stands at a moment."""
        if self.opens is not None and at < self.opens:
            return DutyStatus.COMING
        return DutyStatus.OVERDUE if self.due is not None and self.due < at else DutyStatus.DUE

    def is_for(self, party: str) -> bool:
        """Whether it is for a party, by name or by role."""
        return self.party in (party, role_of(party))

    def __str__(self) -> str:
        """The duty as staff read it; its time is shown in the zone that it carries."""
        when = f", due {clock(self.due)}" if self.due else ""
        return f"{self.rule}: {self.what}{when}"


@attrs.frozen(kw_only=True)
class Decision:
    """An answer with its reasons.

    `considered` is every rule that was looked at; `effect` the lines of minutes it settled; `restated` the records
    whose findings a correction changes, with what then stands on each; `duties` what is now due; `policy` the
    fingerprint of the policy it was judged under; `record` the id it stands under on the record, None where nothing
    was recorded; `complete` is False where only some rules, or a case put together by hand, were used; `counted` the
    computation that settled minutes, where these are not simply the minutes that were said.

    Duties may be given as what derives them: that is asked when they are read, and compared and pickled as they are.
    """

    accepted: bool
    considered: tuple[Assessment, ...]
    title: str
    plain_title: str
    policy: str
    effect: tuple[Line, ...] = ()
    restated: tuple[tuple[str, tuple[Assessment, ...]], ...] = ()
    _duties: Iterable[Duty] = attrs.field(default=(), alias="duties", eq=tuple)
    record: str | None = None
    complete: bool = False
    counted: Assessment | None = None

    def __bool__(self) -> bool:
        """Raises TypeError: a refusal must not read as true, so ask `.accepted`."""
        # not NoReturn: a type checker would take all that follows `if decision:` for unreachable, and check none of it
        raise TypeError("a decision is neither true nor false: ask decision.accepted, or call decision.require()")

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What is now due, and was not before."""
        return tuple(self._duties)

    @property
    def findings(self) -> tuple[Assessment, ...]:
        """What was considered and not met, or could not be assessed."""
        return tuple(one for one in self.considered if one.weight is not None)

    @property
    def refusals(self) -> tuple[Assessment, ...]:
        """The findings for which the entry is refused."""
        return tuple(one for one in self.considered if one.weight is Weight.REFUSAL)

    @property
    def breaches(self) -> tuple[Assessment, ...]:
        """The findings that stay due until corrected, or authorised by a lead."""
        return tuple(one for one in self.considered if one.weight is Weight.BREACH)

    @property
    def advice(self) -> tuple[Assessment, ...]:
        """The findings that are advice."""
        return tuple(one for one in self.considered if one.weight is Weight.ADVICE)

    def require(self) -> "Decision":
        """This decision, when it was accepted. Raises `Refused` when not."""
        if not self.accepted:
            raise Refused(self)
        return self

    def explain(self, *, to: str = "staff") -> str:
        """The decision in words: for staff with codes and sources, for a learner plainly, without codes or blame.

        Raises ValueError for any other reader.
        """
        if to == "learner":
            return self._explain_to_learner()
        if to != "staff":
            raise ValueError(f"a decision is explained to 'staff' or to 'learner', not to {to!r}")
        heading = "Refused" if not self.accepted else "Accepted, with a breach" if self.breaches else "Accepted"
        lines = [f"{heading}: {self.title}"]
        lines += [f"minutes: {self.counted.sentence}"] if self.counted else []
        lines += [f"{one.weight}: {one}" for one in self.findings]
        for record, findings in self.restated:
            standing = [one for one in findings if one.weight is not None]
            lines.append(f"on record {record!r} now stands: " + (", ".join(one.rule for one in standing) or "nothing"))
            lines += [f"  {one.rule}: {one.sentence}" for one in standing]
        lines += dict.fromkeys(f"to do: {duty}" for duty in self.duties)  # one may be for several
        return "\n".join(lines)

    def _explain_to_learner(self) -> str:
        if self.accepted:
            said = "this could be done." if self.record is None else "this is on your record."
            also = (self.counted.plainly if self.counted else "", *(one.plainly for one in self.breaches))
            return "\n".join((f"{self.plain_title}: {said}", *dict.fromkeys(filter(None, also))))
        lines = [f"{self.plain_title}: this could not be done as it was asked."]
        for one in self.refusals:
            lines += [one.plainly or SOMETHING_MISSING, one.plain_remedy or ASK]
        return "\n".join(dict.fromkeys(lines))
