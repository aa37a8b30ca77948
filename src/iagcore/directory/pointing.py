"""Pointing: what an entry keeps of the opportunity that it points to, so that a later import changes no history."""

from typing import Any

import attrs

from iagcore.opportunities import ShownOpportunity
from iagcore.practice.kinds import Entry
from iagcore.practice.learning import AS_SHOWN

evolved: Any = attrs.evolve


def pointed_to(entry: Entry) -> str | None:
    """The id in the directory of what an entry points to, or None where it points to nothing."""
    field = entry.declares.shows
    return None if field is None else getattr(entry, field)


def as_shown(entry: Any, shown: ShownOpportunity, status: str | None) -> Entry:
    """An entry with what is shown of the opportunity, where it does not say so itself."""
    checked = shown.last_checked if shown.last_checked and 1900 <= shown.last_checked.year <= 2999 else None
    found = {"name": shown.name, "status": status, "last_checked": checked}
    filled: Entry = evolved(entry, **{field: found[field] for field in AS_SHOWN if getattr(entry, field) is None})
    return filled


def says_as_much(kept: Any, asked: Any) -> bool:
    """Whether what is kept differs from what was asked only in what the directory filled in."""
    if type(kept) is not type(asked) or pointed_to(asked) is None:
        return False
    unsaid = {field: None for field in AS_SHOWN if getattr(asked, field) is None}
    return bool(evolved(kept, **unsaid) == asked)
