"""Lines for a page of plain text: at most 100 columns wide, with what belongs together aligned."""

from collections.abc import Iterable
from textwrap import wrap
from typing import Final

WIDTH: Final = 100
"""Columns of a page."""


def wrapped(text: str, *, indent: int = 0, first: str = "", width: int = WIDTH) -> list[str]:
    """`text` in lines of the page's width, each indented; the first one begins with `first`, in the indentation.

    Words that somebody wrote may hold line breaks and tabs; a page wraps them as one paragraph.
    """
    # a blank before a word that fills more than a line stays at the end of a line
    lines = [line.rstrip() for line in wrap(" ".join(text.split()), width - indent)]
    return [(first if number == 0 else "").ljust(indent) + line for number, line in enumerate(lines)]


def beside(label: str, text: str, *, column: int, indent: int = 2) -> list[str]:
    """`text` beside a label, aligned at `column`; a label that does not fit there stands on lines of its own."""
    if len(label) + 1 > column - indent:
        return [*wrapped(label, indent=indent), *wrapped(text, indent=column)]
    return wrapped(text, indent=column, first=" " * indent + label)


def bar(*parts: tuple[str, int], width: int = 60) -> str:
    """A bar of `width` characters, shared out among the parts by size; blank where there is nothing to share."""
    total = sum(size for _, size in parts)
    reached = drawn = 0
    cells = ""
    for character, size in parts:
        reached += size
        cells += character * ((2 * width * reached + total) // (2 * total) - drawn) if total else ""
        drawn = len(cells)
    return f"[{cells.ljust(width)}]"


def section(title: str, lines: Iterable[str]) -> list[str]:
    """A section under its title; nothing where it has no lines."""
    lines = list(lines)
    return [title.upper(), *lines] if lines else []
