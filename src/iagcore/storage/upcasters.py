"""Upcasters: what an earlier version of the library wrote, said in the words of this one.

Stored bytes are sealed and are never rewritten, so what has changed since is made up for on reading, each time. Every
change to what is written, once it has been written anywhere, is one row of the table below, which only grows: a row is
never taken out, and the frozen files under `tests/storage/formats/` show that each is needed and enough.

A row says up to which format of the envelope it may be met, and of what part it is: `envelope`, `payload`, or a kind of
entry by its name, inside a correction too. Where the shape of a part changes so that the two cannot be told apart by
looking, the format goes up by one; a change that can be told, such as a field under another name, needs none.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.parties import role_of

Document = dict[str, Any]

ENVELOPE: Final = "envelope"
PAYLOAD: Final = "payload"


@attrs.frozen
class Upcaster:
    """One change: `of` which part, `upto` which format, `since` when and why in a sentence, and what it does.

    `change` is given a document of its own, which it may alter and gives back; one that is in today's words already
    it leaves as it is.
    """

    of: str
    upto: int
    since: str
    change: Callable[[Document], Document]


def _reason_was_called_why(document: Document) -> Document:
    if "why" in document:
        document["reason"] = document.pop("why")
    return document


def _recruited_by_a_coach_alone(document: Document) -> Document:
    if role_of(str(document.get("recruiter", "coach:"))) != "coach":
        del document["recruiter"]
    return document


_WHY: Final = "`why` became `reason`, since a correction has a `why` of its own"

UPCASTERS: Final[tuple[Upcaster, ...]] = (
    Upcaster("goal-changed", 1, _WHY, _reason_was_called_why),
    Upcaster("goal-set-aside", 1, _WHY, _reason_was_called_why),
    Upcaster("course-left", 1, _WHY, _reason_was_called_why),
    Upcaster(
        "journey-started",
        1,
        "`recruiter` names a coach, whose readiness is asked about; anybody else named there is passed over",
        _recruited_by_a_coach_alone,
    ),
)


def upcast(part: str, document: Document, written: int, table: Sequence[Upcaster] = UPCASTERS) -> Document:
    """An envelope or a payload that was written in a format, as this version writes it."""
    for one in table:
        if one.of == part and written <= one.upto:
            document = one.change(dict(document))
    return document


def upcast_entry(document: Document, written: int, table: Sequence[Upcaster] = UPCASTERS) -> Document:
    """An entry of a record that was written in a format, as this version writes it; inside a correction too."""
    if document.get("kind") == EntryCorrected.declares.name and type(document.get("entry")) is dict:
        document = {**document, "entry": upcast_entry(document["entry"], written, table)}
    for one in table:
        if one.of == document.get("kind") and written <= one.upto:
            document = one.change(dict(document))
    return document
