"""Journals as the commands name them: opened from what an option or an argument says, and counted on a terminal."""

import sys
from pathlib import Path
from typing import Final, Self

from iagcore.storage.examining import Examination, Progress
from iagcore.storage.salvaging import examine_file
from iagcore.storage.sqlite import SQLiteJournal

EVERY: Final = 500
"""Records, or rows, between two signs of progress on a terminal."""


def opened(text: str) -> SQLiteJournal:
    """The journal that a text names: the path of an SQLite file."""
    return SQLiteJournal(text)


def is_the_same(one: str, other: str) -> bool:
    """Whether two texts name one journal."""
    paths = Path(one), Path(other)
    return paths[0].absolute() == paths[1].absolute() or (
        all(path.exists() for path in paths) and paths[0].samefile(paths[1])
    )


def examined(text: str, *, progress: Progress) -> Examination:
    """The journal that a text names, examined; of an SQLite file, its pages too. Raises `UnusableJournal`."""
    return examine_file(text, progress=progress)


class Counting:
    """How far a long piece of work has come, where nobody knows beforehand how long it is.

    On a terminal, and within its `with` block, it is a line that makes way for what is printed.
    """

    def __init__(self, of: str) -> None:
        self._of, self._last = of, 0
        self._shown = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Say how much is done, every so often."""
        if self._shown and done >= self._last + EVERY:
            self._last = done
            print(f"\r{done} {self._of}", end="", file=sys.stderr, flush=True)

    def erase(self) -> None:
        """Make the line blank again."""
        if self._shown:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.erase()
