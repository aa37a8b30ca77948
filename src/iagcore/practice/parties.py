"""Parties and subjects: who somebody is, and whose record it is, told from the word before the colon.

A *party* is written with its role: `coach:nina`. What a record is filed under, a *subject*, is written in the same way:
a party, or `journey:a`. Nothing else takes such a name apart.
"""

import unicodedata
from typing import Final

HOMES: Final = ("journey", "coach")
"""The sorts of subject that have a record of their own."""
CONCERN: Final = "concern"
"""The sort of a home in confidence, `concern:<random>`: of one concern, or of what else is in confidence."""
CONCERNS: Final = "concerns"
"""What leads from a journey to the homes in confidence that belong to it."""


def role_of(party: str | None) -> str:
    """The role of a party, or the sort of a subject; empty for nobody, and for a name that has none."""
    role, colon, _ = (party or "").partition(":")
    return role if colon else ""


def alike(name: str) -> str:
    """A name as people read it: in small letters, of one width, without blanks. Two that are alike may be one."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_one_person(one: str, other: str) -> bool:
    """Whether two parties may be one person: of one reference, in whatever role, letters and blanks."""
    return alike(one.partition(":")[2]) == alike(other.partition(":")[2])


def is_home(subject: str) -> bool:
    """Whether a subject has a record of its own: a journey, or a coach."""
    return role_of(subject) in HOMES


def concerns_of(journey: str) -> str:
    """The subject under which what was recorded in confidence on a journey is found."""
    return f"{CONCERNS}:{journey}"


def journey_of(subject: str) -> str | None:
    """The journey on which something was recorded in confidence that is filed under a subject, as a subject; or None.

    The other way round of `concerns_of`.
    """
    return f"journey:{subject.removeprefix(f'{CONCERNS}:')}" if role_of(subject) == CONCERNS else None


def name_of_home(subject: str) -> str:
    """The name by which a home is asked for: a journey's without the word before it, a coach's with it."""
    return subject.removeprefix("journey:")
