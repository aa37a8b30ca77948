"""What if: the decisions of a journal, judged again under another policy. Nothing is recorded.

Each plan and each fact is judged as of its own time, on the record as it stood before it. What was accepted then stays
on that record, and what was refused then stays off it, whatever the other policy says of either: this compares answers,
one by one, and is no simulation of another history. The minutes of what stands are settled under the other policy, for
else an allowance, a charge or a rounding that it decides otherwise would change nothing.

The journal is read once, from its first record to its last, and each record is folded once: what lay beyond a home (who
was booked when, a coach's readiness, consents on other journeys) is as it was when the record came.

It is for a lead. What a lead may not see is not looked at: a concern, what tells of one, a diary that is not shared.
What was erased cannot be; and what was shown to somebody is left out, since no policy decides it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import attrs

from iagcore.directory.pointing import pointed_to
from iagcore.exceptions import InvalidEntry, nearest
from iagcore.extending.book import Book
from iagcore.opportunities import Opportunity
from iagcore.policy import Policy, PolicyOnDay
from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.consent import Consents
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade
from iagcore.practice.kinds import PLAN, ROLES
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import is_home, name_of_home, role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.case import Asked
from iagcore.record.deciding import Weighed, weigh_up
from iagcore.record.findings import Assessment, Decision, Duty
from iagcore.record.home import Home, LineKey, Place
from iagcore.record.journey import Timeline, consents_across, empty_home, journeys_beside
from iagcore.record.judging import answer, duties_on
from iagcore.record.records import Record, Sort, UnreadEntry
from iagcore.record.releasing import carries_record
from iagcore.record.rules import Grounds, Rule, RuleSort
from iagcore.rulebook.signposting import FOR_OTHER_AGES
from iagcore.storage import codec
from iagcore.storage.protocols import Feed
from iagcore.storage.stored import StoredRecord

Progress = Callable[[int], None]
"""Told how many records have been looked at."""
FOR_A_LEAD: Final = OUTLET_BY_NAME["coaching view"]


class ChangeSort(StrEnum):
    """How a decision changes, the weightiest first."""

    REFUSED_NOW = "accepted then, refused now"
    ACCEPTED_NOW = "refused then, accepted now"
    REFUSED_OTHERWISE = "refused both times, for other reasons"
    FINDINGS = "accepted both times, with other breaches or advice"
    MINUTES = "accepted both times, with other minutes"


@attrs.frozen(kw_only=True)
class Change:
    """One decision that another policy changes.

    `about` is the journey or the coach, as a subject; `record` the id it stands under; `at` when it happened or was
    decided; `before` the answer on the record, and `after` what the other policy says. Neither has duties.
    """

    about: str
    record: str
    at: datetime
    before: Decision
    after: Decision

    @property
    def sort(self) -> ChangeSort:
        """How it changes."""
        if self.before.accepted is not self.after.accepted:
            return ChangeSort.REFUSED_NOW if self.before.accepted else ChangeSort.ACCEPTED_NOW
        if not self.before.accepted:
            return ChangeSort.REFUSED_OTHERWISE
        return ChangeSort.FINDINGS if self.goes or self.comes else ChangeSort.MINUTES

    @property
    def goes(self) -> tuple[Assessment, ...]:
        """The findings that the other policy does not have, or that weigh otherwise there."""
        return _but(self.before.findings, self.after.findings)

    @property
    def comes(self) -> tuple[Assessment, ...]:
        """The findings that only the other policy has, or that weigh otherwise there."""
        return _but(self.after.findings, self.before.findings)


def _but(findings: Sequence[Assessment], others: Sequence[Assessment]) -> tuple[Assessment, ...]:
    there = {(one.rule, one.weight) for one in others}
    return tuple(one for one in findings if (one.rule, one.weight) not in there)


@attrs.frozen(kw_only=True)
class DutyChange:
    """One duty that another policy changes: what is due, and the same under the other policy; None where it is not."""

    before: Duty | None
    after: Duty | None


@attrs.frozen(kw_only=True)
class WhatIf:
    """What another policy would have answered.

    `plans` and `facts` count what was judged again, `homes` the journeys and coaches it stands on; `erased` the records
    whose words are gone, `unread` those of a later version; `changes` the decisions that change, in the order of
    recording; `duties` what is due otherwise, as the record stands now; `in_confidence` the values that duties in
    confidence read and that become others, with what each was and becomes: whether anything is due under them is not
    told here. `policy` is the other policy, and `day` the day as of which it was taken, None where it went by its own.
    """

    policy: Policy
    day: date | None
    plans: int
    facts: int
    homes: int
    erased: int
    unread: int
    changes: tuple[Change, ...]
    duties: tuple[DutyChange, ...] = ()
    in_confidence: tuple[tuple[str, str, str], ...] = ()

    def of(self, sort: ChangeSort) -> tuple[Change, ...]:
        """The changes of one sort."""
        return tuple(one for one in self.changes if one.sort is sort)


@attrs.frozen(kw_only=True)
class _AsOn(Policy):
    """A policy as though what it says on one day held on every day. Nothing is ever recorded under it."""

    asked: date

    def at(self, day: date) -> PolicyOnDay:
        return super().at(self.asked)


def judged_again(
    journal: Feed,
    policy: Policy,
    book: Book,
    *,
    policy_of: Callable[[str], Policy],
    programme: str | None = None,
    day: date | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Judge a whole journal again under another policy; with a `programme`, only the journeys on it.

    With a `day`, the policy is taken as it stands on that day, for whatever was recorded before it.
    Raises `InvalidEntry` where nothing is on record of the programme.
    """
    under = policy
    if day is not None:
        parts = {one.name: getattr(policy, one.name) for one in attrs.fields(Policy) if one.init}
        under = _AsOn(**parts, asked=day)
    again = Again(under, book, programme)
    for number, stored in enumerate(journal.read_all(), start=1):
        again.after(stored)
        if progress is not None:
            progress(number)
    if programme is not None and programme not in again.programmes:
        reason = f"no journey on this programme is on the record{nearest(programme, again.programmes)}"
        raise InvalidEntry("what-if", "programme", programme, reason)
    return WhatIf(
        policy=policy,
        day=day,
        plans=again.plans,
        facts=again.facts,
        homes=len(again.looked_at),
        erased=again.erased,
        unread=again.unread,
        changes=tuple(again.changes),
        duties=tuple(again.duties(policy_of)),
        in_confidence=tuple(again.values_in_confidence(policy_of)),
    )


class Again:
    """A journal read again: every home as another policy settles it, and what lies beyond each as it then was."""

    def __init__(self, policy: Policy, book: Book, programme: str | None) -> None:
        self._policy = policy
        self._rules, self._kinds = book.rules, book.kinds
        self._programme = programme
        self.homes: dict[str, Home] = {}
        self._timelines: dict[str, Timeline] = {}
        self.plans = self.facts = self.erased = self.unread = 0
        self.looked_at: set[str] = set()
        self.programmes: set[str] = set()
        self.changes: list[Change] = []
        self._recorded_under: dict[tuple[str, str], str] = {}
        self._policies: set[str] = set()

    def after(self, stored: StoredRecord) -> None:
        """One more record."""
        envelope = codec.read_envelope(stored)
        if stored.payload is None:
            # of a home that was erased, or a refusal whose learner was: the hours still count
            self.erased += envelope.sort is not Sort.RECEIPT
        elif is_home(stored.home):
            home = self._home(stored.home)
            written = codec.decode(stored, self._kinds)
            self._recorded_under[stored.home, written.id] = written.policy
            record = self._settled_again(written, home)
            self.homes[stored.home] = home.after(record, version=stored.version_of(stored.home))
        about = tuple(filing.subject for filing in stored.about)
        for filing in stored.about:
            if role_of(filing.subject) in ROLES:
                before = self.timeline(filing.subject)
                self._timelines[filing.subject] = before.after(envelope, about, version=filing.version, id=stored.id)

    def _home(self, subject: str) -> Home:
        return self.homes.get(subject) or empty_home(name_of_home(subject))

    def _settled_again(self, record: Record, home: Home) -> Record:
        """The record with what this policy settles and finds, and with its own answer: that stays what it was."""
        entry = record.entry.entry if isinstance(record.entry, EntryCorrected) else record.entry
        if isinstance(entry, UnreadEntry):
            self.unread += 1
            return record
        if isinstance(entry, DisclosureMade):
            return record
        asked = Asked.of(
            home,
            record.entry,
            by=record.by,
            at=record.at,
            recorded_at=record.recorded_at,
            id=record.id,
            opportunity=_as_answered(record),
        )
        weighed = weigh_up(asked, home, self._policy, beyond=self, rules=self._rules)
        if self._is_asked_about(record, home) and carries_record(home, record, FOR_A_LEAD, None):
            self.plans += asked.nature is PLAN
            self.facts += asked.nature is not PLAN
            self.looked_at.add(home.subject)
            self._policies.add(record.policy)
            self._compare(record, home, weighed)
        if not record.accepted:
            return record
        surrogates = {**{line.key: surrogate for surrogate, line in record.effect}, **home.surrogates}
        return attrs.evolve(
            record,
            policy=self._policy.fingerprint,
            considered=weighed.considered,
            restated=weighed.amended.restated if weighed.amended is not None else (),
            effect=tuple((surrogates.get(line.key, _surrogate(line.key)), line) for line in weighed.case.effect),
        )

    def _is_asked_about(self, record: Record, home: Home) -> bool:
        started = record.entry if isinstance(record.entry, JourneyStarted) else home.status
        on = started.programme
        if on is not None:
            self.programmes.add(on)
        return self._programme in (None, on)

    def _compare(self, record: Record, home: Home, weighed: Weighed) -> None:
        accepted = weighed.accepted
        anew = attrs.evolve(
            record,
            outcome=Sort.ACCEPTED if accepted else Sort.REFUSED,
            policy=self._policy.fingerprint,
            considered=weighed.considered,
            restated=(),
            effect=tuple(("", line) for line in weighed.case.effect) if accepted else (),
        )
        before, after = (answer(one, self._rules, zone=self._policy.zone) for one in (record, anew))
        after = attrs.evolve(after, record=None)
        change = Change(about=home.subject, record=record.id, at=record.at, before=before, after=after)
        moves = before.accepted and after.accepted and set(before.effect) != set(after.effect)
        if before.accepted is not after.accepted or change.goes or change.comes or moves:
            self.changes.append(change)

    # ---- what is due

    def duties(self, policy_of: Callable[[str], Policy]) -> Iterator[DutyChange]:
        """What is due otherwise of what the policy decides, but for what is in confidence."""
        deriving = [one for one in self._rules if one.sort is RuleSort.DUTY and one.values]
        for subject in sorted(self.looked_at):
            home = self._home(subject)

            def then(place: Place, subject: str = subject) -> Policy:
                return policy_of(self._recorded_under[subject, place.record])

            before, after = (
                {(one.rule, one.what, one.party): one for one in self._due(home, deriving, policy)}
                for policy in (then, lambda place: self._policy)
            )
            for key in dict.fromkeys((*before, *after)):
                if before.get(key) != after.get(key):
                    yield DutyChange(before=before.get(key), after=after.get(key))

    def _due(self, home: Home, rules: Sequence[Rule], policy: Callable[[Place], Policy]) -> list[Duty]:
        grounds = Grounds(policy, self.readiness, self.consents)
        return [one for one in duties_on(home, rules, grounds=grounds, zone=self._policy.zone) if not one.in_confidence]

    def values_in_confidence(self, policy_of: Callable[[str], Policy]) -> Iterator[tuple[str, str, str]]:
        """The values that duties of safeguarding read and that are decided otherwise, as they were and become."""
        duties = [one for one in self._rules if one.family == "SAF" and one.sort is RuleSort.DUTY]
        names = {name for one in duties for name in one.values}
        # of what a lead may see alone: a policy under which nothing but a concern was recorded would tell of it
        recorded = [policy_of(one) for one in sorted(self._policies)]
        for value in self._policy.may_decide:
            becomes = _lastly(self._policy, value.name)
            for was in dict.fromkeys(_lastly(one, value.name) for one in recorded):
                if value.name in names and was != becomes:
                    yield value.name, was, becomes

    # ---- what lay beyond a home

    def policy(self, fingerprint: str) -> Policy:
        """The other policy, whatever a place was recorded under."""
        return self._policy

    def timeline(self, subject: str) -> Timeline:
        """The hours of a learner or a coach, as they then were."""
        return self._timelines.get(subject) or Timeline(subject)

    def readiness(self, coach: str) -> Readiness:
        """A coach's readiness, as it then was."""
        return self._home(coach).parts.readiness

    def journeys_beside(self, home: Home, learner: str) -> tuple[Home, ...]:
        """The other journeys of a learner, as they then were."""
        return tuple(journeys_beside(home, self.timeline(learner), self._home))

    def consents(self, home: Home) -> Consents:
        """What the learner had consented to by then, on other journeys too."""
        return consents_across(home, self.timeline(home.learner or ""), self._home).of(home)


def _lastly(policy: Policy, name: str) -> str:
    """What a policy decides of a value in the end, in words."""
    value = ([one.value for one in policy.values.get(name, ())] or [None])[-1]
    return "not decided" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _surrogate(key: LineKey) -> str:
    # a grant of nothing is no line on the record; as a line it is nobody's hour, so any name will do
    return " ".join(key)


def _as_answered(record: Record) -> Opportunity | None:
    """What the directory said of an opportunity when a record was decided, as far as its answer depends on it.

    A directory keeps no past; that it was for other ages stands in what was found then.
    """
    id = pointed_to(record.entry)
    found = (str(value) for one in record.considered for name, value in one.evidence if name == "found")
    if id is None or not any(FOR_OTHER_AGES in one for one in found):
        return None
    return Opportunity(id, id, most_age=0)
