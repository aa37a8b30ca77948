"""Deciding one entry on a home: the case with all that it reads, and every rule that applies.

Recording an entry and asking what another policy would have said of it (`what_if.py`) go through here, so that the
second can never drift from the first. Nothing here reads the journal or a clock: whoever asks supplies what lies beyond
the home.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import attrs

from iagcore.policy import Policy
from iagcore.practice.allowance import Line
from iagcore.practice.amendments import Amendment
from iagcore.practice.consent import Consents
from iagcore.practice.kinds import ROLES, Entry
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.amending import Amended, amend
from iagcore.record.case import Amending, Asked, Case
from iagcore.record.filing import coach_of, subjects_of, subjects_of_a_refusal
from iagcore.record.findings import Assessment
from iagcore.record.home import Home
from iagcore.record.journey import Timeline
from iagcore.record.judging import accepts, consider
from iagcore.record.records import Record, Sort
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
    amended: Amended | None = None
    if isinstance(asked.entry, Amendment):

        def look_out(entry: Entry, then: Home, by: str) -> dict[str, Any]:
            seen = _looked_up(attrs.evolve(asked, entry=entry, by=by), then, beyond)
            return {**seen, "opportunity": asked.opportunity}

        amended = amend(asked, home, policy_of=beyond.policy, rules=rules, look_out=look_out)
        effect = amended.effect if amended is not None else ()
        case = attrs.evolve(case, amending=Amending(asked.place, amended is not None and amended.as_a_fact))
    else:
        effect = case.effect_if_made(asked.entry)
    subjects = subjects_of(asked, home, effect)
    case = attrs.evolve(
        case,
        effect=effect,
        recorded_at=asked.recorded_at,
        beforehand=asked.beforehand,
        opportunity=asked.opportunity,
        **_what_it_reads(asked, home, beyond, effect, subjects),
    )
    considered = consider(asked.entry, case, rules, nature=asked.nature)
    if amended is not None and accepts(considered):
        considered = (*considered, *amended.own_findings)
    return Weighed(case, considered, subjects, amended)


def _what_it_reads(
    asked: Asked, home: Home, beyond: Beyond, effect: Sequence[Line], subjects: Sequence[str]
) -> dict[str, Any]:
    """What the case has of what lies beyond the home, by name; hours as if the lines of the effect were released."""
    released = [home.surrogates[line.key] for line in effect if line.key in home.surrogates]
    people = [one for one in subjects if role_of(one) in ROLES and one != home.subject]
    timelines = {one: beyond.timeline(one).without(released) for one in people}
    return {"timelines": timelines, **_looked_up(asked, home, beyond)}


def _looked_up(asked: Asked, home: Home, beyond: Beyond) -> dict[str, Any]:
    """The coach's readiness, and consents, as far as the kind of the entry reads them."""
    read: dict[str, Any] = {}
    coach = coach_of(asked.entry, home, by=asked.by)
    if coach is not None:
        read["readiness"] = beyond.readiness(coach)
    if "learner" in asked.entry.declares.reads:
        read["consents"] = beyond.consents(home)
    return read


def recorded(asked: Asked, weighed: Weighed, home: Home, *, policy: str, surrogate: Callable[[Line], str]) -> Record:
    """The record of an answer: of a refusal, no effect stands and no more than its home is named."""
    accepted = weighed.accepted
    amended = weighed.amended if accepted else None
    return Record(
        id=asked.id,
        about=weighed.subjects if accepted else subjects_of_a_refusal(asked.entry, home, by=asked.by),
        at=asked.at,
        recorded_at=asked.recorded_at,
        by=asked.by,
        policy=policy,
        corrects=asked.place.record if asked.place is not None and accepted else None,
        outcome=Sort.ACCEPTED if accepted else Sort.REFUSED,
        considered=weighed.considered,
        restated=amended.restated if amended is not None else (),
        effect=tuple((surrogate(line), line) for line in weighed.case.effect) if accepted else (),
        entry=asked.entry,
    )
