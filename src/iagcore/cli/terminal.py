"""What a terminal shows beside the words: colour, tables, and how far long work has come.

Pages are plain text and stay so. In a pipe or a file, with `NO_COLOR` set, on a terminal that calls itself dumb, or
without the extra `cli`, what is printed is what the page says, to the letter. On any other terminal each line is
dressed on its way out, by the table below, and long work is a bar with the time that is left.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from importlib.util import find_spec
from io import TextIOBase
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from rich.highlighter import RegexHighlighter
    from rich.progress import Progress as Bar
    from rich.theme import Theme

STYLES: Final = (
    # headings, their lines, and the labels below them
    (r"^[A-Z][A-Z,’' -]{2,}(?= \(\d+\)$|$)", "bold"),
    (r"^=+$", "dim"),
    (r"^ *(What helps|Source|Evidence|Remedy):", "bold"),
    # what came of an entry
    (r"(?<=: )Accepted(?=: )|^Accepted(?=: )", "green"),
    (r"(?<=: )Refused(?=: )|^Refused(?=: )|^ *refusal(?=: )", "bold red"),
    (r"^ *breach(?=: )", "bold yellow"),
    (r"^ *advice(?=: )", "cyan"),
    (r": holds$", "green"),
    (r": does not hold$", "bold red"),
    # what is due: overdue comes first on a page, and is never told by its colour alone
    (r"^OVERDUE \([1-9]\d*\)", "bold red"),
    # rules, and the bar of minutes
    (r"\b[A-Z]{3}-\d\d\b", "cyan"),
    (r"(?<=\[)#+", "blue"),
    (r"^ +# (?=used)", "blue"),
)
"""What is dressed, and how: patterns within one line, later ones over earlier ones."""

LONG: Final = 50
"""With more than so many things to do, a terminal is shown how far it has come."""
EVERY: Final = 500
"""Of what nobody can count beforehand, so many are done between two signs of progress."""
BLANK: Final = "\r" + " " * 60 + "\r"


def is_dressed(stream: TextIO | Any) -> bool:
    """Whether what is written there is to be dressed."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(stream.isatty()) and find_spec("rich") is not None


def dressed() -> AbstractContextManager[object]:
    """What is printed meanwhile is dressed, where standard output is a terminal that shows it."""
    return redirect_stdout(Dressed(sys.stdout)) if is_dressed(sys.stdout) else nullcontext()


def by_the_table() -> "RegexHighlighter":
    """What dresses a line by `STYLES`."""
    from rich.highlighter import RegexHighlighter  # noqa: PLC0415 # of the extra, and only for a terminal

    class ByTheTable(RegexHighlighter):
        highlights = [f"(?P<style_{place}>{pattern})" for place, (pattern, _) in enumerate(STYLES)]  # noqa: RUF012 # as rich declares it

    return ByTheTable()


def theme() -> "Theme":
    """The styles that `by_the_table` names."""
    from rich.theme import Theme  # noqa: PLC0415 # as said above

    return Theme({f"style_{place}": style for place, (_, style) in enumerate(STYLES)})


class Dressed(TextIOBase):
    """Standard output on a terminal: each whole line is dressed and goes on; what is no line yet waits for its end."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 # of the extra, and only for a terminal

        self._stream, self._waiting = stream, ""
        self._highlighted = by_the_table()
        self._console = Console(file=stream, highlighter=self._highlighted, theme=theme(), markup=False, emoji=False)

    def write(self, text: str) -> int:
        """Dress the lines that are whole by now."""
        *lines, self._waiting = (self._waiting + text).split("\n")
        for line in lines:
            self._console.print(line, soft_wrap=True)
        return len(text)

    def flush(self) -> None:
        """Let go of everything, also of a line that has no end yet."""
        if self._waiting:
            self._console.print(self._waiting, soft_wrap=True, end="")
            self._waiting = ""
        self._stream.flush()

    def isatty(self) -> bool:
        """A terminal, or there would be nothing to dress for."""
        return True

    def table(self, heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows as a table as wide as the terminal; its first column is read whole, the others may be folded."""
        from rich import box  # noqa: PLC0415 # as said above
        from rich.table import Table  # noqa: PLC0415 # as said above
        from rich.text import Text  # noqa: PLC0415 # as said above

        table = Table(box=box.SIMPLE_HEAD, title_justify="left", title_style="")
        table.title = self._highlighted(Text(heading.upper()))
        for place, name in enumerate(columns):
            table.add_column(name, no_wrap=place == 0, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        self.flush()
        self._console.print(table)


class Progress:
    """How far a long piece of work has come, on a line of a terminal that makes way for what is printed.

    `total` is how many there are in all, or None where nobody knows; `of` says what they are. Short work shows nothing,
    and neither does any work whose standard error is no terminal.
    """

    def __init__(self, total: int | None, of: str) -> None:
        self._total, self._of = total, of
        self._shown = (total is None or total > LONG) and sys.stderr.isatty()
        self._bar = _bar(total, of) if self._shown and is_dressed(sys.stderr) else None

    def show(self, done: int) -> None:
        """Say how much of it is done."""
        if self._bar is not None:
            self._bar.start()
            self._bar.update(self._bar.task_ids[0], completed=done, refresh=True)
        elif self._shown:
            of = self._of if self._total is None else f"of {self._total} {self._of}"
            print(f"\r{done} {of}", end="", file=sys.stderr, flush=True)

    def erase(self) -> None:
        """Make the line blank again."""
        if self._bar is not None:
            self._bar.stop()
        elif self._shown:
            print(BLANK, end="", file=sys.stderr, flush=True)


@contextmanager
def counting(of: str) -> Iterator[Callable[[int], None]]:
    """How far a long piece of work has come, where nobody knows beforehand how long it is; told every so often."""
    progress, last = Progress(None, of), 0

    def show(done: int) -> None:
        nonlocal last
        if done >= last + EVERY:
            last = done
            progress.show(done)

    try:
        yield show
    finally:
        progress.erase()


def _bar(total: int | None, of: str) -> "Bar":
    from rich.console import Console  # noqa: PLC0415 # of the extra, and only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415 # as said above
    from rich.progress import Progress as Bar  # noqa: PLC0415 # as said above

    left = (TimeElapsedColumn(),) if total is None else (TimeRemainingColumn(compact=True), TextColumn("left"))
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(of), *left)
    # without a thread that redraws: a bar is drawn when something was done, and at no other time
    bar = Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    bar.add_task(of, total=total)
    return bar
