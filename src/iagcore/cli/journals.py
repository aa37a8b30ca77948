"""Journals as the commands name them: opened from what an option or an argument says, and counted on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from iagcore.cli import terminal
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


@contextmanager
def counting(of: str) -> Iterator[Progress]:
    """How far a long piece of work has come, where nobody knows beforehand how long it is; told every so often."""
    progress, last = terminal.Progress(None, of), 0

    def show(done: int) -> None:
        nonlocal last
        if done >= last + EVERY:
            last = done
            progress.show(done)

    try:
        yield show
    finally:
        progress.erase()
