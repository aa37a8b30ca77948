"""The parts of a home, in one table: what the practice modules make of its entries.

A part is declared once. A home has them all (`home.py`); a case has those that it was given (`case.py`).
"""

from collections.abc import Mapping
from datetime import datetime
from sys import modules
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeVar

import attrs

from iagcore.practice.amendments import Amendments
from iagcore.practice.coaches import Coaching
from iagcore.practice.consent import Consents
from iagcore.practice.conversations import Conversations
from iagcore.practice.follow_up import FollowUps
from iagcore.practice.grow import Grow
from iagcore.practice.kinds import Entry, begun_anew
from iagcore.practice.learners import JourneyStatus
from iagcore.practice.learning import Learning
from iagcore.practice.measures import Measures
from iagcore.practice.readiness import Readiness
from iagcore.practice.safeguarding import Safeguarding
from iagcore.practice.self_efficacy import SelfEfficacy
from iagcore.practice.signposting import Signposting

WHAT: Final = "what"
KEEPS: Final = "keeps"
T = TypeVar("T")


def part(empty: T, what: str, *, keeps: tuple[str, ...] = ()) -> T:
    """Declare a part: as it is before any entry, and what nobody knows where it is missing.

    The module that its class stands in applies entries to it: those of the kinds that say they change it. It is
    told what it `keeps` of a record, because something follows from it: `by`, or `recorded_at`.
    """
    declared: Any = attrs.field(default=empty, metadata={WHAT: what, KEEPS: keeps})
    found: T = declared
    return found


@attrs.frozen(kw_only=True)
class Parts:
    """What the practice modules make of the entries: everything of a home but its minutes and its findings."""

    status: JourneyStatus = part(JourneyStatus(), "whether the journey is open")
    conversations: Conversations = part(Conversations(), "the journey's conversations", keeps=("by", "recorded_at"))
    grow: Grow = part(Grow(), "the journey's GROW notes")
    self_efficacy: SelfEfficacy = part(SelfEfficacy(), "the journey's evidence")
    learning: Learning = part(Learning(), "the journey's courses")
    signposting: Signposting = part(Signposting(), "the journey's signposts")
    measures: Measures = part(Measures(), "the journey's measures")
    coaching: Coaching = part(Coaching(), "who goes with the learner")
    consents: Consents = part(Consents(), "what the learner consented to")
    safeguarding: Safeguarding = part(Safeguarding(), "whether a concern is open", keeps=("by", "recorded_at"))
    follow_ups: FollowUps = part(FollowUps(), "the journey's follow-ups")
    readiness: Readiness = part(Readiness(), "the coach's readiness")
    amendments: Amendments = part(Amendments(), "what was said beside the record")
    begun: frozenset[tuple[str, Any]] = part(frozenset(), "which ids are in use")

    @property
    def parts(self) -> "Parts":
        """The parts alone."""
        return Parts(**self.by_name())

    def by_name(self) -> dict[str, Any]:
        """Each part under its name."""
        return {one.name: getattr(self, one.name) for one in attrs.fields(Parts)}


APPLIED: Final[Mapping[str, ModuleType]] = MappingProxyType(
    {one.name: modules[type(one.default).__module__] for one in attrs.fields(Parts)}
)
"""From each part to the module that applies entries to it. Minutes are no part: lines carry them."""
KEPT: Final = MappingProxyType({one.name: one.metadata[KEEPS] for one in attrs.fields(Parts)})
"""What each part is told of a record beside the entry and its time."""


def told(parts: Parts, entry: Entry, *, at: datetime, by: str, recorded_at: datetime | None = None) -> dict[str, Any]:
    """The parts that `entry` changes, by name: `by` is who recorded it, `recorded_at` when, if not at once.

    What begins something under an id that is in use changes nothing: the first stays as it was. A learner's page is
    kept all the same, so that whoever shares it never shares another one under its id.
    """
    beside, begins = {"by": by, "recorded_at": recorded_at}, begun_anew(entry)
    if begins in parts.begun and "self_efficacy" not in entry.declares.parts:
        return {}
    changed = {} if begins is None else {"begun": parts.begun | {begins}}
    return changed | {
        name: APPLIED[name].apply(getattr(parts, name), entry, at=at, **{one: beside[one] for one in KEPT[name]})
        for name in entry.declares.parts
    }


def parts_after(parts: Parts, entry: Entry, **beside: Any) -> Parts:
    """The parts after `entry`; a part that the entry does not concern stays the very same."""
    return attrs.evolve(parts, **told(parts, entry, **beside))
