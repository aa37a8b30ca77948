"""What an erasure removed, looked for in the bytes of the files that held it.

A file that was written anew should have none of it. That is not taken on trust: pieces of every removed payload, and
every removed id and name, are looked for in the file and in its log. A piece that is found may stand there rightly,
since somebody else's record may have the same words, or a name that begins with it: so it counts only where nothing
that the store still keeps has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

PIECE: Final = 32
"""Bytes of a payload that are looked for at once: a row is cut where a page ends, so a long one is not in one piece."""
LEAST: Final = 6
"""A shorter text is not looked for: it would be found by chance."""


def pieces_of(payload: bytes | None, id: str | None) -> Iterator[bytes]:
    """What to look for of one record: its payload's beginning, middle and end, and its id."""
    if payload is not None:
        for start in (0, len(payload) // 2, max(0, len(payload) - PIECE)):
            yield payload[start : start + PIECE]
    if id is not None:
        yield id.encode()


def left_in(text: bytes, removed: Iterable[bytes]) -> set[bytes]:
    """Which of the pieces are in a text."""
    return {piece for piece in set(removed) if len(piece) >= LEAST and piece in text}


def not_kept(found: set[bytes], rows: Iterable[Sequence[object]]) -> set[bytes]:
    """Which of the pieces no row that is kept has in any of its columns."""
    left = set(found)
    for row in rows:
        if not left:
            break
        cells = [cell.encode() if isinstance(cell, str) else cell for cell in row if isinstance(cell, str | bytes)]
        left -= {piece for piece in left if any(piece in cell for cell in cells)}
    return left
