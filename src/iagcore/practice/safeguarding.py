"""Safeguarding concerns: raised by anyone, at any time, never refused and never costing a minute.

A concern may come before any start, so it may name its learner and may be the first thing on a journey's record. Its
words are restricted: whoever raised it and the safeguarding lead see them, and nobody it names does.
"""

from datetime import datetime

import attrs

from iagcore.practice.kinds import FACT, ROLES, Entry, Flag, Id, LearnerRef, RestrictedWords, kept, kind


@kind(FACT, about=("journey", "learner named"), by=ROLES)
class ConcernRaised(Entry):
    """Somebody is worried about a person's safety. `immediate_danger` unsaid is unknown."""

    concern: Id
    words: RestrictedWords
    learner: LearnerRef | None = None
    immediate_danger: Flag | None = None


@attrs.frozen
class Concern:
    """A concern, without its words: when it was raised, and whether danger is immediate (None: not said)."""

    id: str
    raised_at: datetime
    immediate_danger: bool | None


@attrs.frozen
class Safeguarding:
    """The concerns raised on one journey. Usable alone."""

    concerns: tuple[Concern, ...] = attrs.field(default=(), converter=kept)


def apply(safeguarding: Safeguarding, entry: Entry, *, at: datetime) -> Safeguarding:
    """The concerns after `entry`, which happened at `at`."""
    if not isinstance(entry, ConcernRaised):
        return safeguarding
    concern = Concern(entry.concern, at, entry.immediate_danger)
    return attrs.evolve(safeguarding, concerns=(*safeguarding.concerns, concern))
