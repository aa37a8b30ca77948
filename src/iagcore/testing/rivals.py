"""What several users do with one journal at once: works for threads and for other processes.

Each is called with a journal and with `tell`, after what is its own: `partial(claim_versions, HOME, "a", 20)` is a work
of `other_process`. Nothing heavy is imported, since spawned processes import this too.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import StoredRecord
from iagcore.testing.stored_records import append_next, receipt, stored

Tell = Callable[[object], None]

BATCH: Final = 6
"""Records that `append_batches` appends together."""


_PATIENCE = 5.0
"""Seconds after which nobody is taken to have won."""

_TICK = 0.015
"""Seconds from one round to the next: by the clock, which processes have in common."""


class Slowly(Sequence[StoredRecord]):
    """Records that take their time whenever a store goes through them, as a large append does.

    A store that numbers its records before it commits them is slow between the two then, and others overtake it.
    """

    def __init__(self, records: Sequence[StoredRecord], seconds: float) -> None:
        self._records, self._seconds = records, seconds

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, place: Any) -> Any:
        return self._records[place]

    def __iter__(self) -> Iterator[StoredRecord]:
        for record in self._records:
            yield record
            time.sleep(self._seconds)


def claim_versions(subject: str, name: str, count: int, journal: Any, tell: Tell) -> list[int]:
    """Try to take each of the next `count` versions of a subject; which of them were won."""
    won = []
    for version in range(1, count + 1):
        try:
            journal.append([stored(f"{name} {version}", (subject, version))], expect={subject: version - 1})
            won.append(version)
        except Conflict:
            _wait(partial(_is_there, journal, (subject,), version - 1))
    return won


def keep_appending(subject: str, name: str, count: int, journal: Any, tell: Tell) -> None:
    """Append `count` records to a subject, trying again after each conflict."""
    append_next(journal, subject, name, count)


def skew(mine: str, yours: str, count: int, journal: Any, tell: Tell) -> list[bool]:
    """`count` times, write under one name what relies on nothing being under another; whether each was kept."""
    kept = []
    for number in range(count):
        written, read = f"{mine}-{number}", f"{yours}-{number}"
        last = (f"{mine}-{number - 1}", f"{yours}-{number - 1}")
        if number:  # until the last round is decided, so that the next is begun together
            _wait(partial(_is_there, journal, last, 0))
        time.sleep(_TICK - time.time() % _TICK)  # whoever is late by one tick is in step again at the next
        try:
            journal.append(Slowly([stored(written, (written, 1))], 0.003), expect={written: 0, read: 0})
            kept.append(True)
        except Conflict:
            kept.append(False)
    return kept


def _is_there(journal: Any, subjects: Sequence[str], after: int) -> bool:
    return any(True for subject in subjects for _ in journal.read(subject, after=after))


def _wait(until: Callable[[], bool]) -> None:
    """Wait for what somebody else does. Raises `TimeoutError` where nobody has in time."""
    last = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > last:
            raise TimeoutError("neither of those who raced has won")
        time.sleep(0.0005)


def append_slowly(subject: str, count: int, seconds: float, journal: Any, tell: Tell) -> None:
    """Append `count` times two records to a subject of one's own, slowly or at once."""
    for number in range(count):
        version = 2 * number + 1
        both = [stored(f"{subject} {taken}", (subject, taken)) for taken in (version, version + 1)]
        journal.append(Slowly(both, seconds) if seconds else both, expect={subject: version - 1})


def append_batches(subject: str, name: str, first: int, journal: Any, tell: Tell) -> None:
    """Append batch after batch to a subject, and tell the number of each once its append has returned; without end."""
    number = first
    while True:
        journal.append(batch(subject, name, number), expect={subject: number * BATCH})
        tell(number)
        number += 1


def batch(subject: str, name: str, number: int) -> list[StoredRecord]:
    """The records that belong together under one number of `append_batches`."""
    versions = range(number * BATCH + 1, (number + 1) * BATCH + 1)
    return [stored(f"{name} {version}", (subject, version), payload=bytes(2500)) for version in versions]


def erase_each(homes: Sequence[str], journal: Any, tell: Tell) -> list[bool]:
    """Erase one home after the other, each expected at version 1, telling each that is done; whether each was."""
    done = []
    for home in homes:
        new = f"{home}-gone"
        try:
            journal.erase({home: new}, expect={home: 1}, receipts=[receipt(f"{home} r", (new, 2))])
            done.append(True)
        except Conflict:
            done.append(False)
        tell(home)
    return done


def append_each(homes: Sequence[str], journal: Any, tell: Tell) -> list[bool]:
    """Append a second record to one home after the other, each expected at version 1; whether each was kept."""
    kept = []
    for home in homes:
        try:
            journal.append([stored(f"{home} 2", (home, 2))], expect={home: 1})
            kept.append(True)
        except Conflict:
            kept.append(False)
    return kept
