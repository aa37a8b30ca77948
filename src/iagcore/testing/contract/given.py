"""What whoever proves a journal gives: one fixture, and hooks with safe defaults."""

from typing import ClassVar

import pytest

from iagcore.storage.protocols import Erasable, Erases, Feed, Journal
from iagcore.testing.other_process import Opening
from iagcore.testing.promises import Promises


class JournalPromises(Promises):
    """What every promise of a journal is asked with. The fixture `journal` is a fresh and empty one."""

    may_be_given: ClassVar[frozenset[str]] = frozenset(
        {"may_be_given", "journal", "reopened", "from_another_process", "bytes_kept"}
    )

    def reopened(self, journal: Journal) -> Journal:
        """The same records through another object, as after a restart; the first goes on being used beside it.

        The journal itself, unless a store that outlives its object overrides this.
        """
        return journal

    def from_another_process(self, journal: Journal) -> Opening | None:
        """How another process opens the same records: something that pickles and, called there, returns a journal.

        `return functools.partial(OurJournal, self.place)` is usual. None, unless overridden: the store cannot be opened
        from another process, and those promises are skipped with that reason.
        """
        return None

    def bytes_kept(self, journal: Journal) -> bytes | None:
        """All bytes that the store keeps, its logs too, so that erased words can be looked for among them.

        None, unless overridden: nobody can look, and that promise is skipped with that reason.
        """
        return None


def feed(journal: Journal) -> Feed:
    """The journal as a feed; skips the test where it is none."""
    if not isinstance(journal, Feed):
        pytest.skip(f"{type(journal).__name__} is no Feed: it has no read_all")
    return journal


def erasable(journal: Journal) -> Erases:
    """The journal as one that erases; skips the test where it does not."""
    if not isinstance(journal, Erases):
        pytest.skip(f"{type(journal).__name__} does not erase: it has no erase")
    return journal


def finishing(journal: Journal) -> Erasable:
    """The journal as one that knows what is pending; skips the test where it does not."""
    if not isinstance(journal, Erasable):
        pytest.skip(
            f"{type(journal).__name__} is not Erasable: it has no pending and finish, so a casebook answers that "
            "something is pending"
        )
    return journal


def opening(proof: JournalPromises, journal: Journal) -> Opening:
    """How another process opens the journal; skips the test where none can."""
    found = proof.from_another_process(journal)
    if found is None:
        pytest.skip(
            f"{type(journal).__name__} cannot be opened from another process: from_another_process returns None"
        )
    return found
