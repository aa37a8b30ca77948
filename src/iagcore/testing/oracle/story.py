"""What the oracle goes by: the policy, and the list of everything that was told and accepted, in that order."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

import attrs

from iagcore.policy import Policy, PolicyOnDay
from iagcore.testing.told import Told


class Missing(LookupError):
    """Something that has to be known is not."""


@attrs.frozen
class Story:
    """The list, and the policy that it is read by."""

    policy: Policy
    told: tuple[Told, ...] = ()

    def with_(self, told: Told) -> "Story":
        """The story with one more entry at its end."""
        return Story(self.policy, (*self.told, told))

    def of(self, home: str, *kinds: str) -> Iterator[tuple[Any, Told]]:
        """The entries of some kinds that were told of a home, each with what stands beside it."""
        for one in self.told:
            if one.home == home and one.entry.declares.name in kinds:
                yield one.entry, one

    def began_before(self, told: Told) -> bool:
        """Whether something like it was begun under its id, on the same home, before it was told."""
        field = told.entry.declares.begins
        return any(
            one.home == told.home
            and one.entry.declares.begins == field
            and getattr(one.entry, field or "", None) == getattr(told.entry, field or "", None)
            for one in takewhile(lambda one: one is not told, self.told)
        )

    def day(self, moment: datetime) -> date:
        """The day of a moment, where the policy is at home."""
        return self.policy.day(moment)

    def values(self, moment: datetime) -> PolicyOnDay:
        """What the policy says on the day of a moment."""
        return self.policy.at(self.day(moment))

    def midnight_after(self, day: date) -> datetime:
        """The moment at which a day is over."""
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=self.policy.zone)

    def learner(self, journey: str) -> str | None:
        """Whose journey it is: the learner of the first start. Whom a concern names says nothing of that."""
        return next((entry.learner for entry, _ in self.of(journey, "journey-started")), None)

    def standing(self, journey: str) -> str:
        """Whether a journey is open: from its start until it is closed, or the learner leaves, or it is reopened."""
        standing = "not started"
        for entry, _ in self.of(journey, "journey-started", "journey-closed", "journey-reopened", "learner-left"):
            kind = entry.declares.name
            if kind == "journey-started":
                standing = "open"
            elif standing == "not started":
                continue
            elif kind == "journey-reopened":
                standing = "open"
            elif kind == "learner-left":
                standing = "left"
            else:
                standing = "closed"
        return standing

    def open_concerns(self, journey: str) -> list[str]:
        """The ids of the concerns that nobody has closed."""
        still_open: list[str] = []
        for entry, _ in self.of(journey, "concern-raised", "concern-closed"):
            if entry.declares.name == "concern-raised":
                still_open.append(entry.concern)
            elif entry.concern in still_open:
                still_open.remove(entry.concern)
        return still_open
