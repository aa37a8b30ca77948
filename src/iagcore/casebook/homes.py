"""Homes: which one a name is of, and what may stand on it."""

from typing import Any

from iagcore.exceptions import InvalidEntry
from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.kinds import ROLES, Entry, accept_coach, accept_id, accepted
from iagcore.practice.parties import role_of
from iagcore.record.home import Home
from iagcore.record.journey import CoachHome, Journey


def empty_home(name: Any) -> Home:
    """The home that a name is of, before anything is on its record."""
    name = accepted("journey", name, accept_id)
    role = role_of(name)
    if role == "coach":
        return CoachHome(accepted("coach", name, accept_coach))
    if role in (*ROLES, "journey", "policy", "erased"):
        raise InvalidEntry("argument", "journey", name, f"a journey's name does not begin with {role}:")
    return Journey(name)


def journey_name(name: Any) -> str:
    """The name of a journey. Raises `InvalidEntry` for what is none."""
    empty = empty_home(name)
    if isinstance(empty, CoachHome):
        raise InvalidEntry("argument", "journey", name, "a journey's name does not begin with coach:")
    return empty.name


def belongs(entry: Entry, empty: Home) -> None:
    """Raise `InvalidEntry` where a kind stands on journeys and a coach is named, or the other way round."""
    stands = entry.entry if isinstance(entry, EntryCorrected) else entry
    if stands.declares.stands_anywhere:
        return
    kind = stands.declares
    if kind.is_of_a_coach and not isinstance(empty, CoachHome):
        reason = "it is about a coach: record it under the coach, such as coach:nina"
        raise InvalidEntry(kind.name, "journey", empty.name, reason)
    if not kind.is_of_a_coach and isinstance(empty, CoachHome):
        raise InvalidEntry(
            kind.name, "journey", empty.name, "it is about a journey: record it under the journey's name"
        )


def is_shown_to_its_own(entry: DisclosureMade, home: Home) -> None:
    """Raise `InvalidEntry` where a journey is shown to another learner, whose name would stand on it for good."""
    if entry.shown_to != home.learner:
        raise InvalidEntry(
            entry.declares.name, "shown_to", entry.shown_to, "a journey is shown to no learner but its own"
        )
