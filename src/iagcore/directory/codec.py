"""How a directory writes an opportunity down: JSON, with what is unknown left out, and sorted, so that equal is equal.

The directory's own id is not part of it, and neither are the days of the imports: both belong to the listing.
"""

import json
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

import attrs

from iagcore.opportunities import Cost, Opportunity, Recurrence, Term, Time, Venue

FORMAT: Final = 2
"""Of these documents; a store keeps it with its tables."""

_PARTS: Final[dict[tuple[type, str], Callable[[Any], Any]]] = {
    (Opportunity, "times"): lambda parts: [_read(Time, one) for one in parts],
    (Opportunity, "places"): lambda parts: [_read(Venue, one) for one in parts],
    (Opportunity, "costs"): lambda parts: [_read(Cost, one) for one in parts],
    (Opportunity, "terms"): lambda parts: [_read(Term, one) for one in parts],
    (Opportunity, "last_checked"): date.fromisoformat,
    (Opportunity, "changed"): date.fromisoformat,
    (Time, "recurrence"): lambda part: _read(Recurrence, part),
    (Time, "starts"): date.fromisoformat,
    (Time, "opens"): time.fromisoformat,
    (Time, "closes"): time.fromisoformat,
    (Time, "valid_from"): date.fromisoformat,
    (Time, "valid_to"): date.fromisoformat,
    (Recurrence, "until"): date.fromisoformat,
    (Cost, "amount"): Decimal,
    (Cost, "valid_to"): date.fromisoformat,
}
"""How a field is read again that JSON has no form of its own for."""

_FIELDS: Final = {
    kind: tuple((field.name, field.default) for field in attrs.fields(kind) if field.name != "id")
    for kind in (Opportunity, Time, Venue, Cost, Term, Recurrence)
}
_VALUES: Final = {kind: attrgetter(*(name for name, _ in fields)) for kind, fields in _FIELDS.items()}
_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is float:
        return value
    if kind in _FIELDS:
        said = zip(_FIELDS[kind], _VALUES[kind](value), strict=True)
        return {name: _plain(one) for (name, default), one in said if one is not default and one != default}
    if kind is tuple:
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, date | time | Decimal) else value


def _read(kind: type, document: dict[str, Any]) -> Any:
    return kind(**{name: _PARTS.get((kind, name), _as_it_is)(value) for name, value in document.items()})


def _as_it_is(value: Any) -> Any:
    return value


def written(opportunity: Opportunity) -> str:
    """An opportunity as a document, without its id."""
    return _JSON.encode(_plain(opportunity))


def read(id: str, document: str) -> Opportunity:
    """The opportunity that a document says, under the id that a listing gives it."""
    found: Opportunity = _read(Opportunity, {"id": id, **json.loads(document)})
    return found
