"""Records: an entry with who, when, what was considered, and what it settled.

A record has two halves. The *envelope* survives an erasure: times, sort, the fingerprint of the policy, and the lines
of minutes it assigned, with nothing in it that names a person or says what it was about. The *payload* goes: who said
what, and why it was decided so. `storage/codec.py` writes both as bytes; `sealing.py` binds them.
"""

from datetime import datetime
from enum import StrEnum

import attrs

from iagcore.practice.allowance import Line
from iagcore.practice.amendments import Amendment
from iagcore.practice.kinds import NEITHER, Entry, Kind
from iagcore.record.findings import Assessment


class Sort(StrEnum):
    """What became of what was asked; a receipt is what an erasure leaves."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RECEIPT = "receipt"


@attrs.frozen(kw_only=True)
class LineState:
    """A line as an envelope carries it: under a random surrogate, its coach by place among the record's subjects."""

    sort: str
    surrogate: str
    grant: int
    held: int
    used: int
    starts_at: datetime | None
    coach: int | None
    took: int = 0


@attrs.frozen(kw_only=True)
class Envelope:
    """The half of a record that survives an erasure.

    `erases` lists, on a receipt, the surrogates of the records whose words went; `ground` and `role` say there why, and
    in which role somebody had it done. `format` is the version of the format.
    """

    surrogate: str
    subjects: int
    at: datetime
    recorded_at: datetime
    policy: str
    sort: Sort
    lines: tuple[LineState, ...]
    erases: tuple[str, ...] = ()
    ground: str | None = None
    role: str | None = None
    format: int = 1


@attrs.frozen
class UnreadEntry(Entry):
    """An entry of a kind that this version does not know, written by a later one; its text is kept as it is."""

    kind: str
    text: str


UnreadEntry.declares = Kind(name="unread", nature=NEITHER, about=("journey",), by=())


@attrs.frozen
class PolicyKept(Entry):
    """The whole text of a policy that decisions were made under, kept under `policy:<fingerprint>`."""

    text: str


@attrs.frozen(kw_only=True)
class Record:
    """An entry on the record, whole enough to give the first decision again.

    `id` is unique within its home (`about[0]`); `corrects` is the id of the record at the bottom of the stack that a
    correction or a withdrawal amends; `effect` are the lines that its decision settled, under their surrogates;
    `complete` is False where not all the rules of the library were asked.
    """

    id: str
    about: tuple[str, ...]
    at: datetime
    recorded_at: datetime
    by: str
    policy: str
    corrects: str | None
    outcome: Sort
    considered: tuple[Assessment, ...]
    restated: tuple[tuple[str, tuple[Assessment, ...]], ...]
    effect: tuple[tuple[str, Line], ...]
    entry: Entry
    complete: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the entry happened on the journey."""
        return self.outcome is Sort.ACCEPTED

    @property
    def amends(self) -> bool:
        """Whether it corrects or withdraws another record."""
        return isinstance(self.entry, Amendment)
