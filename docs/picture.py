"""Make the picture in the README and on the first page: `python docs/picture.py`.

It is what a terminal shows of Learner A's journey, in part: the journey is recorded in memory, the page printed as
`iagcore show` prints it, and dressed as on any terminal. A test compares the words in it with the page.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme

import iagcore as iag
from iagcore.cli.terminal import by_the_table, theme
from iagcore.incoming.journey_file import read_journey_file
from iagcore.reports import journey_page

HERE: Final = Path(__file__).parent
PICTURE: Final = HERE / "_static" / "learner-a.svg"
TYPED: Final = "$ iagcore show learner-a"
LEFT_OUT: Final = "  ..."
SHOWN: Final = (
    ("Journey learner-a", 4),
    ("MINUTES", 5),
    ("CONVERSATIONS", 10),
    (LEFT_OUT, 1),
    ("SELF-EFFICACY", 2),
    (LEFT_OUT, 1),
    ("  Physiological", 2),
    (LEFT_OUT, 1),
    ("REFUSED", 5),
)
"""Where each part begins, and how many lines of it are shown."""
INK: Final = TerminalTheme(
    (253, 253, 253),
    (36, 41, 47),
    [(36, 41, 47), (176, 0, 32), (17, 99, 41), (122, 74, 0), (9, 80, 180), (110, 40, 160), (0, 92, 110), (87, 96, 106)],
)
"""Ink on paper, with contrast enough for everybody (WCAG 2.2, 4.5 to 1 at least)."""
DRAWN: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">Learner A's journey on a terminal</title>
<desc id="d">Minutes as a bar, a conversation as GROW, self-efficacy by domain, a booking refused with its rule.</desc>
<style>text {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px; white-space: pre }}
{styles}</style>
<rect width="{width}" height="{height}" rx="8" fill="#fdfdfd" stroke="#8c959f"/>
<g transform="translate({terminal_x}, {terminal_y})">{backgrounds}{matrix}</g>
</svg>
"""


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(drawn(list(shown())), "utf-8")


def shown() -> Iterator[str]:
    """The lines of the picture."""
    page = page_of_learner_a().splitlines()
    yield TYPED
    for begins, lines in SHOWN:
        if begins == LEFT_OUT:
            yield LEFT_OUT
            continue
        first = next(place for place, line in enumerate(page) if line.startswith(begins))
        yield from ([] if begins.startswith(" ") else [""])
        yield from page[first : first + lines]


def page_of_learner_a() -> str:
    """The page, as `iagcore show learner-a` prints it."""
    file = read_journey_file(HERE / "examples" / "learner-a.toml")
    journal = iag.MemoryJournal()
    policy = iag.Policy.load(file.policy or "starter")
    casebook = iag.Casebook(journal, policy, clock=lambda: datetime(2016, 7, 1, tzinfo=UTC))
    for entry in file.entries:
        casebook.record(entry.journey, entry.entry, by=entry.by, at=entry.at, id=entry.id)
    records = tuple(casebook.records("learner-a"))
    duties = casebook.duties("learner-a")
    return journey_page(casebook.journey("learner-a"), records=records, duties=duties, zone=policy.zone)


def drawn(lines: list[str]) -> str:
    """The lines as a picture that says what it shows."""
    console = Console(
        record=True, width=100, file=StringIO(), highlighter=by_the_table(), theme=theme(), markup=False, emoji=False
    )
    for line in [*lines, ""]:
        console.print(line, soft_wrap=True)
    svg = console.export_svg(theme=INK, code_format=DRAWN, unique_id="t")
    return re.sub(r" +\n", "\n", svg)


if __name__ == "__main__":
    main()
