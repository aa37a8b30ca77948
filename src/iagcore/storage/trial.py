"""A journal to try things out on: it reads another, keeps in memory what is appended, and leaves the other as it is."""

from collections.abc import Iterator, Mapping, Sequence

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Journal, follow_on
from iagcore.storage.stored import StoredRecord


class TrialJournal:
    """A `Journal` over another one; what is appended to it is gone with it.

    A subject is read from the other journal once, when it is first asked for, and is as it was then.
    """

    def __init__(self, beneath: Journal) -> None:
        self._beneath = beneath
        self._filed: dict[str, list[StoredRecord]] = {}

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        """Keep all of `records` in memory, or none; see `protocols.Journal`."""
        follow_on(records, expect)
        for subject, expected in expect.items():
            found = len(self._of(subject))
            if found != expected:
                raise Conflict(subject, expected, found)
        for record in records:
            for filing in record.about:
                self._of(filing.subject).append(record)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        """The records filed under `subject` after a version; see `protocols.Journal`."""
        yield from self._of(subject)[after:]

    def _of(self, subject: str) -> list[StoredRecord]:
        if subject not in self._filed:
            self._filed[subject] = list(self._beneath.read(subject))
        return self._filed[subject]
