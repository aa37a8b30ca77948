"""Amending: what may stand for what, and the one pass that judges a history once it is amended.

A correction keeps the nature and the family of what it amends. What is said of a concern, and a withdrawal of consent,
are annotated and stay as they were said; what rests on consent is withdrawn and made again; and an entry that this
version cannot read it cannot put right. The kinds declare it.

A correction or a withdrawal changes what stands at one place. The history of the home, so amended, is settled and
judged once more from start to end, each entry under the policy that its original record names: a later policy changes
nothing old. What comes of it:

- the *effect* is the final assignment of every line that differs;
- the findings that then stand on the amended entry, and on every later record, are those that the pass gives at their
  places; on later records, checks that look outside the home keep their first answer; on the amended entry they do
  where it looks at the same as something that stood there before, and are asked anew where it does not, as if it had
  been right from the first (a coach put right is asked about as that coach);
- whether the amendment may be made turns on the lines before and after, which the rule book judges (ALW-01, ALW-08,
  BKG-02) on the case built here.

One amendment costs one pass.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from iagcore.policy import Policy
from iagcore.practice.allowance import Allowance, Line
from iagcore.practice.amendments import Amendment, EntryWithdrawn
from iagcore.practice.conversations import SETTLED, ConversationHeld
from iagcore.practice.kinds import ANNOTATED, FACT, WITHDRAWN, Entry, Nature
from iagcore.record.case import Asked, Case
from iagcore.record.findings import Assessment
from iagcore.record.home import Home, Place, Version, stack_after, with_what_stands
from iagcore.record.judging import consider
from iagcore.record.parts import Parts, told
from iagcore.record.records import UnreadEntry
from iagcore.record.rules import Rule


def may_amend(amendment: Amendment, original: Entry) -> bool:
    """Whether an amendment is of a kind that fits what it amends."""
    if isinstance(original, UnreadEntry) or original.declares.amended is ANNOTATED:
        return False
    if isinstance(amendment, EntryWithdrawn):
        return True
    return original.declares.amended is not WITHDRAWN and amendment.entry.declares.family == original.declares.family


PolicyOf = Callable[[str], Policy]
"""The policy of a fingerprint."""
LookOut = Callable[[Entry, Home, str], Mapping[str, Any]]
"""What a decision about an entry of an author reads beyond a home, by its name in a case."""
LOOKED_AT: Final = ("coach", "recruiter", "programme", "starts_at", "began_at", "course", "opportunity")
"""The fields that say what checks look at outside the home."""


@attrs.frozen
class Pass:
    """What a history comes to: its parts, its minutes, and the findings that stand at each place."""

    parts: Parts
    allowance: Allowance
    findings: tuple[tuple[Assessment, ...], ...]


def judge_history(
    home: Home,
    stacks: Sequence[tuple[Version, ...]],
    *,
    since: int,
    policy_of: PolicyOf,
    rules: Sequence[Rule],
    look_out: LookOut | None = None,
) -> Pass:
    """Settle and judge a whole history once, with `stacks` at its places; findings before place `since` stay.

    With `look_out`, the place `since` is asked anew about what lies outside the home.
    """
    inside = [rule for rule in rules if not rule.outside]
    outside = {rule.code for rule in rules if rule.outside}
    then = attrs.evolve(home, **Parts().by_name(), allowance=Allowance(0))
    findings: list[tuple[Assessment, ...]] = []
    places = tuple(
        place
        if stack == place.stack
        else attrs.evolve(place, stack=stack, recorded=with_what_stands(place.recorded, stack))
        for place, stack in zip(home.places, stacks, strict=True)
    )
    for number, (place, stack) in enumerate(zip(home.places, stacks, strict=True)):
        top = stack[-1] if stack else None
        if top is None:
            findings.append(())
            continue
        if isinstance(top.entry, UnreadEntry):
            # a kind of a later version cannot be settled here: what its own record settled stands
            then = attrs.evolve(then, allowance=then.allowance.after(top.effect))
            findings.append(place.findings)
            continue
        then = attrs.evolve(then, places=places[:number], opened=home.opened[: place.opened_before])
        case = Case.of(then, policy_of(place.policy), **top.beside)
        settled = attrs.evolve(case, effect=case.effect_of(top.entry))
        if number < since:
            findings.append(place.findings)
        else:
            # a plan that stands on the record has been accepted: what no longer fits is said, as a breach
            judged = consider(top.entry, settled, inside, nature=FACT)
            kept = [one for one in place.findings if one.rule in outside]
            if number == since and look_out is not None:
                kept = _from_outside(top, place, settled, then=then, rules=rules, look_out=look_out)
            found = (one for one in (*judged, *kept) if one.weight is not None)
            findings.append(tuple(sorted(found, key=lambda one: one.rule)))
        changed = told(then, top.entry, **top.beside)
        then = attrs.evolve(then, allowance=then.allowance.after(settled.effect), **changed)
    return Pass(then.parts, then.allowance, tuple(findings))


def _from_outside(
    top: Version, place: Place, case: Case, *, then: Home, rules: Sequence[Rule], look_out: LookOut
) -> list[Assessment]:
    """What checks that look outside the home find of an amended entry, as if it had been right from the first."""
    outside = {rule.code: rule for rule in rules if rule.outside}
    same = next((one for one in place.recorded if _looks_at(one) == _looks_at(top)), None)
    if same is not None:
        return [one for one in same.findings if one.rule in outside]
    # its author, and the hours it takes, are asked of the amendment itself
    anew = [rule for rule in outside.values() if rule.family not in ("ACC", "BKG")]
    kept = [one for one in place.findings if one.rule in outside and outside[one.rule] not in anew]
    author = place.recorded[0].by
    asked = attrs.evolve(case, by=author, **look_out(top.entry, then, author))
    return [*kept, *consider(top.entry, asked, anew, nature=FACT)]


def _looks_at(version: Version) -> tuple[Any, ...]:
    # how long a conversation took says what else was held in that time; how long one is booked for is asked of hours
    took = version.entry.minutes if isinstance(version.entry, ConversationHeld) else None
    return version.at, took, *(getattr(version.entry, name, None) for name in LOOKED_AT)


@attrs.frozen(kw_only=True)
class Amended:
    """What an amendment settles: the lines that differ, and the records whose findings change.

    `own_findings` are those that come to stand on the amended entry itself.
    """

    place: Place
    as_a_fact: bool
    effect: tuple[Line, ...]
    own_findings: tuple[Assessment, ...]
    restated: tuple[tuple[str, tuple[Assessment, ...]], ...]


def amend(asked: Asked, home: Home, *, policy_of: PolicyOf, rules: Sequence[Rule], look_out: LookOut) -> Amended | None:
    """What an amendment would settle; None where it may not be made."""
    entry, place = asked.entry, asked.place
    if place is None or not isinstance(entry, Amendment) or not may_amend(entry, place.original):
        return None
    index = next(number for number, one in enumerate(home.places) if one is place)
    stack = stack_after(place, entry, record=asked.id, at=asked.at, by=asked.by, recorded_at=asked.recorded_at)
    stacks = [stack if number == index else other.stack for number, other in enumerate(home.places)]
    after = judge_history(home, stacks, since=index, policy_of=policy_of, rules=rules, look_out=look_out)
    # what stands apart moves no minutes, and restates nothing but what stands with it
    effect = () if asked.apart is not None else _difference(home.allowance, after.allowance)
    return Amended(
        place=place,
        as_a_fact=_as_a_fact(place, home, effect),
        effect=effect,
        own_findings=after.findings[index],
        restated=tuple(
            (other.record, findings)
            for other, findings in zip(home.places, after.findings, strict=True)
            if findings != other.findings and other.in_confidence is (asked.apart is not None)
        ),
    )


def _difference(before: Allowance, after: Allowance) -> tuple[Line, ...]:
    lines = [line for line in after.lines if line != before[line.key]]
    gone = [Line(line.id, sort=line.sort) for line in before.lines if after[line.key].empty]
    start = [Line("start", sort="start", grant=after.granted)] if after.granted != before.granted else []
    return (*start, *lines, *gone)


def _as_a_fact(place: Place, home: Home, effect: Sequence[Line]) -> bool:
    """A fact is amended as one; so is a plan whose conversation a fact has settled since, if nothing is newly held."""
    if place.original.declares.nature is Nature.FACT:
        return True
    entries: list[Entry] = [place.original, *(version.entry for version in place.stack)]
    touched = {id for entry in entries if (id := getattr(entry, "conversation", None)) is not None}
    settled = any(home.conversations[id].state in SETTLED for id in touched)
    return settled and not any(line.booked > home.allowance[line.key].booked for line in effect)
