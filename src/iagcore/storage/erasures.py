"""Erasures as people meet them: the grounds on which somebody is erased, and what is said before anything goes."""

from typing import Final

import attrs

from iagcore.exceptions import nearest
from iagcore.storage.protocols import GONE, Erasure, Pending

GROUNDS: Final = {
    "asked": "asked by the learner",
    "term-past": "the term for keeping it is past",
    "order": "an order of a court or a regulator",
    "mistake": "recorded by mistake",
}
"""On which grounds a learner is erased; the receipt keeps which."""


def accept_ground(value: object) -> str:
    """One of `GROUNDS`. Raises ValueError."""
    if not isinstance(value, str) or value not in GROUNDS:
        near = nearest(value, GROUNDS) if isinstance(value, str) else ""
        raise ValueError(f"a ground is one of {', '.join(GROUNDS)}{near}")
    return value


@attrs.frozen(kw_only=True)
class ErasurePreview:
    """What an erasure would take now, and what would stay.

    Attributes: `answer` (what it would be: `GONE`, `NOTHING_FOUND` or `HELD`); `journeys` (those that go whole, by
    name); `records` (how many would lose their words); `others` (how many records that stay with somebody else would
    lose what was asked in this learner's name); `hours` (that are booked, and would be free again); `pending` (what
    earlier erasures left, which would be finished first). All but `answer` and `pending` are empty where it is not
    `GONE`.
    """

    answer: str
    journeys: tuple[str, ...] = ()
    records: int = 0
    others: int = 0
    hours: int = 0
    pending: tuple[Pending, ...] = ()

    def __str__(self) -> str:
        """In sentences, for whoever asked."""
        if self.answer != GONE:
            return str(Erasure(0, self.pending, self.answer))
        lines = [
            f"What goes: the words, ids and names in {_counted(self.records, 'record')}.",
            *(f"- the journey {name}, whole" for name in self.journeys),
        ]
        if self.others:
            lines.append(f"- what was asked in this name in {_counted(self.others, 'record')} of other people")
        if self.hours:
            lines.append(f"- {_counted(self.hours, 'booked hour')}, which will be free again")
        lines += [
            "What stays: when each record was made, the minutes it settled and under which policy, without a name; and "
            "a receipt that says when it was erased, on which ground, and in which role somebody had it done.",
            "What iagcore cannot reach: backups, copies, exported pages, and what somebody has read or printed.",
        ]
        if self.pending:
            lines += ["An earlier erasure is not finished. It is finished first. What it erased may still be in:"]
            lines += [f"- {one}" for one in self.pending]
        return "\n".join(lines)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
