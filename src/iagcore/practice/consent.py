"""Consent: per purpose and scope, explicit, dated, withdrawable, and perhaps expiring.

Consent to one thing is consent to nothing else. It stands for this journey or for every journey of the learner, and
may be given for one referral alone. Withdrawing it is never retroactive: what was done while it stood was done with
it. A consent given anew counts from its own day and revives nothing; a withdrawal is annotated, and never taken back.

Confidentiality and its limits are explained before anything is confided.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final

import attrs

from iagcore.practice.kinds import ANNOTATED, FACT, Day, Entry, Flag, Id, kept, kind, one_of

REFERRAL: Final = "referral"
RESEARCH: Final = "research"
CASE_STUDY: Final = "case study"
CONTACT: Final = "contact"
PURPOSES: Final = (REFERRAL, RESEARCH, CASE_STUDY, CONTACT)
"""What a learner can consent to: sharing for a referral, research, a published case study, being contacted later."""

THIS_JOURNEY: Final = "this journey"
EVERY_JOURNEY: Final = "every journey"

Purpose = Annotated[str, one_of("purpose", *PURPOSES, usual=CONTACT)]
Scope = Annotated[str, one_of("scope", THIS_JOURNEY, EVERY_JOURNEY)]


@kind(
    FACT,
    about=("journey", "learner"),
    by=("coach", "lead", "learner"),
    parts="consents",
    in_confidence=False,
    begins="consent",
)
class ConsentGiven(Entry):
    """The learner consents, until the end of the day `expires_on` where one is named.

    `only_for` is the id of the one referral that it is limited to.
    """

    consent: Id
    purpose: Purpose
    scope: Scope
    only_for: Id | None = None
    expires_on: Day | None = None


@kind(
    FACT,
    about=("journey", "learner"),
    by=("coach", "lead", "learner"),
    parts="consents",
    in_confidence=False,
    amended=ANNOTATED,
)
class ConsentWithdrawn(Entry):
    """The learner withdraws every consent to a purpose, on every journey unless they say otherwise.

    With `only_for`, for one referral alone.
    """

    purpose: Purpose
    scope: Scope = EVERY_JOURNEY
    only_for: Id | None = None


@kind(FACT, by=("coach", "lead"), parts="consents", in_confidence=False, usually="limits")
class ConfidentialityExplained(Entry):
    """Confidentiality was explained to the learner. `limits` says whether its limits were, too."""

    limits: Flag | None = None


@attrs.frozen(kw_only=True)
class Given:
    """A consent as it was given; `place` is its place in the order of recording, across journeys."""

    id: str
    purpose: str
    scope: str
    at: datetime
    only_for: str | None = None
    expires_on: date | None = None
    place: int = 0


@attrs.frozen(kw_only=True)
class Withdrawal:
    """A withdrawal, and its place."""

    purpose: str
    scope: str
    at: datetime
    only_for: str | None = None
    place: int = 0


@attrs.frozen
class Consents:
    """What a learner consented to on one journey, with what covers it from other journeys. Usable alone.

    `elsewhere` holds consents for every journey that were given, and withdrawn, on others.
    """

    given: tuple[Given, ...] = attrs.field(default=(), converter=kept)
    withdrawn: tuple[Withdrawal, ...] = attrs.field(default=(), converter=kept)
    explained: tuple[tuple[datetime, bool | None], ...] = attrs.field(default=(), converter=kept)
    elsewhere: tuple["Consents", ...] = attrs.field(default=(), converter=kept)

    def in_force(self, purpose: str, *, at: datetime, on: date, only_for: str | None = None) -> Given | None:
        """The consent to a purpose that was in force at a moment of the day `on`; None where there was none."""
        return self._standing(purpose, at, on, only_for, as_of=at)

    def to_rely_on(self, purpose: str, *, at: datetime, on: date, only_for: str | None = None) -> Given | None:
        """The consent that something planned for a moment may rely on: in force then, and not withdrawn since."""
        return self._standing(purpose, at, on, only_for, as_of=None)

    def _standing(
        self, purpose: str, at: datetime, on: date, only_for: str | None, *, as_of: datetime | None
    ) -> Given | None:
        others = (one for other in self.elsewhere for one in other.given if one.scope == EVERY_JOURNEY)
        standing = [
            given
            for given in (*self.given, *others)
            if given.purpose == purpose
            and given.only_for in (None, only_for)
            and given.at <= at
            and (given.expires_on is None or on <= given.expires_on)
            and not any(as_of is None or one.at <= as_of for one in self._withdrawals_of(given, only_for))
        ]
        return max(standing, key=lambda one: one.at, default=None)

    def _withdrawals_of(self, given: Given, only_for: str | None) -> Iterator[Withdrawal]:
        """The withdrawals that end a consent: made at its moment or later, or recorded after it."""
        others = (one for other in self.elsewhere for one in other.withdrawn if one.scope == EVERY_JOURNEY)
        for one in (*self.withdrawn, *others):
            about_it = one.purpose == given.purpose and one.only_for in (None, only_for)
            if about_it and (one.at >= given.at or one.place > given.place):
                yield one


def apply(consents: Consents, entry: Entry, *, at: datetime, place: int | None = None) -> Consents:
    """The consents after `entry`, which happened at `at`; `place` is its place among what several journeys say."""
    place = len(consents.given) + len(consents.withdrawn) if place is None else place
    match entry:
        case ConsentGiven():
            given = Given(
                id=entry.consent,
                purpose=entry.purpose,
                scope=entry.scope,
                at=at,
                only_for=entry.only_for,
                expires_on=entry.expires_on,
                place=place,
            )
            return attrs.evolve(consents, given=(*consents.given, given))
        case ConsentWithdrawn():
            withdrawal = Withdrawal(
                purpose=entry.purpose, scope=entry.scope, at=at, only_for=entry.only_for, place=place
            )
            return attrs.evolve(consents, withdrawn=(*consents.withdrawn, withdrawal))
        case ConfidentialityExplained():
            return attrs.evolve(consents, explained=(*consents.explained, (at, entry.limits)))
        case _:
            return consents
