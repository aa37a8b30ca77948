"""What another policy would change, on one page: how much first, then each decision with the reasons of both.

It is for a lead, about what was recorded: which answers would have been others, under which rules, by which values.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, tzinfo
from itertools import groupby
from typing import Final

from iagcore.policy import Gap, Policy
from iagcore.practice.allowance import Line
from iagcore.practice.times import clock
from iagcore.record.findings import Assessment, Decision, Duty
from iagcore.record.rules import Rule
from iagcore.reports.layout import beside, section, wrapped
from iagcore.reports.page import NOT_KNOWN
from iagcore.reports.policy_sheet import written
from iagcore.what_if import Change, ChangeSort, WhatIf

COLUMN: Final = 15
"""The column at which the text beside *then* and *now* begins."""
NO_SIMULATION: Final = (
    "Each was judged again as of its own time, on the record as it stood before it. What was accepted then stays on "
    "that record, and what was refused stays off it: this compares answers one by one, and says nothing of what people "
    "would have done next. Nothing was recorded."
)

PolicyOf = Callable[[str], Policy]
"""The policy of a fingerprint."""


def what_if_page(found: WhatIf, *, policy_of: PolicyOf, rules: tuple[Rule, ...]) -> str:
    """The page as plain text, at most 100 columns wide; times are shown in the zone of the other policy."""
    page = _Page(found, policy_of, {rule.code: rule for rule in rules})
    sections = (
        page.heading(),
        section("At a glance", page.glance()),
        *(section(f"{sort} ({len(found.of(sort))})", page.listed(sort)) for sort in ChangeSort),
        section(f"What is due otherwise ({len(found.duties)})", page.duties()),
        section("About this page", page.about()),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


class _Page:
    def __init__(self, found: WhatIf, policy_of: PolicyOf, rules: dict[str, Rule]) -> None:
        self._found, self._policy_of, self._rules = found, policy_of, rules
        self._zone: tzinfo = found.policy.zone

    def heading(self) -> list[str]:
        """Which policy, how many decisions were looked at, and how many change."""
        policy = self._found.policy
        as_on = f", as it stands on {self._found.day:%d %b %Y}" if self._found.day else ""
        lines = wrapped(f"What if: under the policy {policy.name} ({policy.title}){as_on}")
        found = self._found
        looked_at = f"{_number(found.plans, 'plan')} and {_number(found.facts, 'fact')}"
        of_homes = _number(found.homes, "journey or coach", "journeys and coaches")
        changed = _number(len(found.changes), "decision changes", "decisions change")
        due = f"; {_number(len(found.duties), 'duty changes', 'duties change')}" if found.duties else ""
        return [*lines, "=" * len(lines[-1]), *wrapped(f"{looked_at} of {of_homes} looked at; {changed}{due}.")]

    def glance(self) -> Iterator[str]:
        """How many decisions change in which way, and by which rules."""
        for sort in ChangeSort:
            changes = self._found.of(sort)
            if changes:
                yield from wrapped(str(sort), indent=8, first=f"{len(changes):>6}")
                comes = Counter(one.rule for change in changes for one in change.comes)
                goes = Counter(one.rule for change in changes for one in change.goes)
                for what, codes in (("comes", comes), ("goes", goes)):
                    said = ", ".join(f"{code} ({codes[code]})" for code in sorted(codes))
                    yield from beside(what, said, column=COLUMN, indent=8)

    def listed(self, sort: ChangeSort) -> Iterator[str]:
        """The decisions that change in one way, by journey and coach."""
        by_home = groupby(sorted(self._found.of(sort), key=lambda one: one.about), key=lambda one: one.about)
        for about, changes in by_home:
            yield from wrapped(about.replace("journey:", "journey ", 1), indent=2)
            for change in changes:
                yield from self._change(change)

    def _change(self, change: Change) -> Iterator[str]:
        when = clock(change.at, self._zone)
        yield from wrapped(f"{when}  {change.before.title}  [record {change.record}]", indent=4)
        day = self._found.day
        then = self._policy_of(change.before.policy)
        yield from self._answer("then", change.before, change.goes, then, then.day(change.at))
        now = self._found.policy
        yield from self._answer("now", change.after, change.comes, now, day or now.day(change.at))
        if change.before.accepted and change.after.accepted:
            yield from _minutes(change)

    def _answer(
        self, label: str, decision: Decision, findings: tuple[Assessment, ...], policy: Policy, day: date
    ) -> Iterator[str]:
        answer = "accepted" if decision.accepted else "refused"
        yield from beside(label, answer, column=COLUMN, indent=6)
        for one in findings:
            outcome = f"{one.rule} ({one.level}, {one.outcome}: {one.weight}): {one.sentence}"
            yield from wrapped(outcome, indent=COLUMN)
            # of an extension that is not given, nothing but the answer is known
            rule = self._rules.get(one.rule)
            for value in policy.may_decide:
                if rule is not None and value.name in rule.values:
                    yield from wrapped(_cited(value.name, value.unit, policy, day), indent=COLUMN + 2)
            yield from wrapped(f"Source: {one.source}", indent=COLUMN + 2)

    def duties(self) -> Iterator[str]:
        """What is due otherwise, by journey and coach, and the values of safeguarding that differ."""
        for change in self._found.duties:
            one = change.before or change.after
            assert one is not None  # one of the two is what changed
            yield from wrapped(f"{one.about.replace('journey:', 'journey ', 1)}: {one.rule}: {one.what}", indent=2)
            yield from beside("then", _due(change.before), column=COLUMN, indent=6)
            yield from beside("now", _due(change.after), column=COLUMN, indent=6)
        for name, was, becomes in self._found.in_confidence:
            said = f"{name} was {was}, and becomes {becomes}. What is due of concerns is not shown here."
            yield from wrapped(said, indent=2)

    def about(self) -> Iterator[str]:
        """What this compares, and what it could not look at."""
        yield from wrapped(NO_SIMULATION, indent=2)
        found = self._found
        if found.erased:
            yield from wrapped(
                f"{_number(found.erased, 'record')} of learners who were erased: not looked at.", indent=2
            )
        if found.unread:
            yield from wrapped(f"{_number(found.unread, 'record')} {NOT_KNOWN}: not looked at.", indent=2)
        unknown = {one.rule for change in found.changes for one in change.goes} - self._rules.keys()
        if unknown:
            codes = ", ".join(sorted(unknown))
            yield from wrapped(f"Not asked now, since the extension with these rules was not given: {codes}.", indent=2)


def _due(duty: Duty | None) -> str:
    if duty is None:
        return "not due"
    return f"due {clock(duty.due)}" if duty.due else "due, without a day"


def _cited(name: str, unit: str, policy: Policy, day: date) -> str:
    try:
        cited = policy.at(day).cited(name)
    except Gap:
        return f"{name}: not decided on {day:%d %b %Y} by the policy {policy.name}"
    return f"{name} = {written(cited.value, unit)}, from {cited.since:%d %b %Y} ({cited.source})"


def _minutes(change: Change) -> Iterator[str]:
    """The lines of minutes that differ, as each policy settles them."""
    before, after = ({line.key: line for line in one.effect} for one in (change.before, change.after))
    for key in dict.fromkeys((*before, *after)):
        was, now = (of.get(key, Line(key[1], sort=key[0])) for of in (before, after))
        if was != now:
            yield from beside("minutes", f"{_settled(was)} then, {_settled(now)} now", column=COLUMN, indent=6)


def _settled(line: Line) -> str:
    said = [
        f"{number} {what}" for what, number in (("granted", line.grant), ("booked", line.booked), ("used", line.used))
    ]
    return ", ".join(one for one in said if not one.startswith("0 ")) or "none"


def _number(number: int, one: str, several: str | None = None) -> str:
    return f"{number} {one if number == 1 else several or f'{one}s'}"
