"""Deciding one entry on a home: the case with all that it reads, and every rule that applies.

Recording an entry and asking what another policy would have said of it (`what_if.py`) go through here, so that the
second can never drift from the first. Nothing here reads the journal or a clock: whoever asks supplies what lies beyond
the home.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import FACT, PLAN, ROLES, Entry, Nature
from iagcore.practice.opportunities import Opportunity
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.amending import Amended, PolicyOf, amend, may_amend
from iagcore.record.case import Amending, Case
from iagcore.record.filing import coach_of, subjects_of
from iagcore.record.findings import Assessment
from iagcore.record.home import Home, stack_after
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


def weigh_up(
    entry: Entry,
    home: Home,
    policy: Policy,
    *,
    at: datetime,
    by: str,
    id: str,
    nature: Nature,
    beyond: Beyond,
    policy_of: PolicyOf,
    rules: Sequence[Rule],
    opportunity: Opportunity | None = None,
) -> Weighed:
    """Consider one entry on a home under a policy; `id` is the record that it would take.

    The history that an amendment changes is judged under `policy_of` each of its places.
    """
    place = home.stack_of(entry.target) if isinstance(entry, EntryCorrected | EntryWithdrawn) else None
    beforehand = nature is PLAN and entry.declares.nature is FACT
    case = attrs.evolve(Case.of(home, policy, at=at, by=by), beforehand=beforehand, opportunity=opportunity)
    amended: Amended | None = None
    if isinstance(entry, EntryCorrected | EntryWithdrawn):
        if place is not None and may_amend(entry, place.original):
            stack = stack_after(place, entry, record=id, at=at, by=by)
            amended = amend(home, entry, stack, policy_of=policy_of, rules=rules)
            case = attrs.evolve(case, effect=amended.effect)
        case = attrs.evolve(case, amending=Amending(place, amended is not None and amended.as_a_fact))
    else:
        case = case.settled(entry)
    subjects = subjects_of(entry, home, case.effect)
    case = _with_what_it_reads(case, entry, home, beyond, subjects)
    considered = consider(entry, case, rules, nature=nature)
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
        case = attrs.evolve(case, coach=beyond.readiness(coach))
    if "learner" in entry.declares.reads:
        case = attrs.evolve(case, consents=beyond.consents(home))
    return case
