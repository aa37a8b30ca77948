"""Deciding one entry on a home: the case with all that it reads, and every rule that applies.

Recording an entry and asking what another policy would have said of it (`what_if.py`) go through here, so that the
second can never drift from the first. Nothing here reads the journal or a clock: whoever asks supplies what lies beyond
the home.
"""

from collections.abc import Sequence
from typing import Protocol

import attrs

from iagcore.policy import Policy
from iagcore.practice.amendments import Amendment
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import ROLES, Entry
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.amending import Amended, amend
from iagcore.record.asking import Asked
from iagcore.record.case import Amending, Case
from iagcore.record.filing import coach_of, subjects_of
from iagcore.record.findings import Assessment
from iagcore.record.home import Home
from iagcore.record.journey import Timeline
from iagcore.record.judging import accepts, consider
from iagcore.record.rules import Rule


class Beyond(Protocol):
    """What a decision reads beyond its home: who is booked when, a coach's readiness, consents for every journey."""

    def timeline(self, subject: str) -> Timeline:
        """The hours of a learner or a coach."""
        ...

    def readiness(self, coach: str) -> Readiness:
        """A coach's readiness."""
        ...

    def consents(self, home: Home) -> Consents:
        """What the learner consented to, on other journeys too."""
        ...

    def policy(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint, which a place was recorded under."""
        ...


@attrs.frozen
class Weighed:
    """What came of it: the case, every rule considered, and the subjects that the entry is filed under if accepted.

    `amended` is what an amendment settles, where it may be made; None for any other entry.
    """

    case: Case
    considered: tuple[Assessment, ...]
    subjects: tuple[str, ...]
    amended: Amended | None

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses."""
        return accepts(self.considered)


def weigh_up(asked: Asked, home: Home, policy: Policy, *, beyond: Beyond, rules: Sequence[Rule]) -> Weighed:
    """Consider what is asked of a home under a policy; what an amendment changes, under those of its places."""
    case = Case.of(home, policy, at=asked.at, by=asked.by)
    case = attrs.evolve(case, beforehand=asked.beforehand, opportunity=asked.opportunity)
    amended = amend(asked, home, policy_of=beyond.policy, rules=rules)
    if isinstance(asked.entry, Amendment):
        effect = amended.effect if amended is not None else ()
        amending = Amending(asked.place, amended is not None and amended.as_a_fact)
        case = attrs.evolve(case, effect=effect, amending=amending)
    else:
        case = case.settled(asked.entry)
    subjects = subjects_of(asked, home, case.effect)
    case = _with_what_it_reads(case, asked.entry, home, beyond, subjects)
    considered = consider(asked.entry, case, rules, nature=asked.nature)
    if amended is not None and accepts(considered):
        considered = (*considered, *amended.own_findings)
    return Weighed(case, considered, subjects, amended)


def _with_what_it_reads(case: Case, entry: Entry, home: Home, beyond: Beyond, subjects: Sequence[str]) -> Case:
    released = [home.surrogates[line.key] for line in case.effect if line.key in home.surrogates]
    people = [one for one in subjects if role_of(one) in ROLES and one != home.subject]
    timelines = {subject: beyond.timeline(subject).without(released) for subject in people}
    case = attrs.evolve(case, timelines=timelines)
    coach = coach_of(entry, home, by=case.by)
    if coach is not None:
        case = attrs.evolve(case, readiness=beyond.readiness(coach))
    if "learner" in entry.declares.reads:
        case = attrs.evolve(case, consents=beyond.consents(home))
    return case
