"""What whoever proves a directory gives: one fixture, and hooks with safe defaults."""

from typing import ClassVar

import pytest

from iagcore.directory.protocols import Directory
from iagcore.testing.other_process import Opening
from iagcore.testing.promises import Promises


class DirectoryPromises(Promises):
    """What every promise of a directory is asked with. The fixture `directory` is a fresh and empty one."""

    may_be_given: ClassVar[frozenset[str]] = frozenset(
        {"may_be_given", "directory", "reopened", "from_another_process"}
    )

    def reopened(self, directory: Directory) -> Directory:
        """The same listings through another object, as after a restart; the first is not used any more.

        The directory itself, unless one that outlives its object overrides this.
        """
        return directory

    def from_another_process(self, directory: Directory) -> Opening | None:
        """How another process opens the same directory: something that pickles and, called there, returns it.

        `return functools.partial(OurDirectory, self.place)` is usual. None, unless overridden: it cannot be opened from
        another process, and those promises are skipped with that reason.
        """
        return None


def opening(proof: DirectoryPromises, directory: Directory) -> Opening:
    """How another process opens the directory; skips the test where none can."""
    found = proof.from_another_process(directory)
    if found is None:
        pytest.skip(
            f"{type(directory).__name__} cannot be opened from another process: from_another_process returns None"
        )
    return found
