"""The life of a booking as a drawing, made from `iagcore.practice.conversations.LIFE` whenever the page is built.

The table says what may follow what; here stands only where each state is drawn. The drawing is SVG inside the page, so
that it takes the page's own colours, light or dark; it has a title and a description in words, and the same table in
text stands beside it.
"""

from math import inf
from typing import Final
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from iagcore.practice.conversations import LIFE, State
from iagcore.practice.kinds import Entry

WIDTH, HEIGHT = 900, 600
BOX_WIDTH, BOX_HEIGHT = 130, 44
PLACES: Final = {
    State.NOT_BOOKED: (80, 240),
    State.BOOKED: (310, 240),
    State.CANCELLED: (565, 130),
    State.RELEASED: (565, 310),
    State.MISSED: (400, 485),
    State.WAIVED: (700, 485),
    State.HELD: (815, 240),
}
"""The middle of each state's box."""
OVER_THE_TOP: Final = {(State.NOT_BOOKED, State.HELD)}
"""Ways that are drawn as an arch, since boxes lie between their ends."""
BELOW: Final = {State.MISSED}
"""States whose own loop hangs below their box; the others' stands above it."""

TITLE: Final = "The life of a booking"

STYLE: Final = """
.booking-life { max-width: 100%; height: auto; color: inherit; font-family: inherit; font-size: 15px; }
.booking-life rect { fill: var(--color-background-secondary, none); stroke: currentColor; stroke-width: 1.5; }
.booking-life path.way { fill: none; stroke: currentColor; stroke-width: 1.3; }
.booking-life text { fill: currentColor; text-anchor: middle; dominant-baseline: central; }
.booking-life .state { font-weight: 600; }
.booking-life .entry {
  stroke: var(--color-background-primary, Canvas); stroke-width: 9px; stroke-linejoin: round; paint-order: stroke;
}
"""

Point = tuple[float, float]


def entry_in_words(kind: type[Entry]) -> str:
    """An entry as the drawing names it: `conversation-held` is held."""
    return kind.declares.name.removeprefix("conversation-").replace("-", " ")


def drawing() -> str:
    """The drawing, as one SVG element."""
    ways = "\n".join(_way(before, kind, after) for (before, kind), after in LIFE.items())
    labels = "\n".join(_label(before, kind, after) for (before, kind), after in LIFE.items())
    boxes = "\n".join(_box(state) for state in PLACES)
    return f"""\
<svg class="booking-life" role="img" aria-labelledby="booking-life-title booking-life-description"
     xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">
<title id="booking-life-title">{TITLE}</title>
<desc id="booking-life-description">{escape(in_words())}</desc>
<style>{STYLE}</style>
<defs><marker id="booking-life-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
 orient="auto-start-reverse"><path d="M 0 1 L 9 5 L 0 9 z" fill="currentColor"/></marker></defs>
{ways}
{boxes}
{labels}
</svg>"""


def in_words() -> str:
    """The same as the drawing, for whoever does not see it."""
    said = (f"From {before}, {entry_in_words(kind)} leads to {after}." for (before, kind), after in LIFE.items())
    return " ".join(["States of a conversation, and the entry that leads from one to the next.", *said])


def table() -> str:
    """The same in a table, in Markdown."""
    rows = [
        f"| {before} | [{entry_in_words(kind)}](#{kind.declares.name}) | {after} |"
        for (before, kind), after in LIFE.items()
    ]
    return "\n".join(["| a conversation that is | may be followed by | and is then |", "| --- | --- | --- |", *rows])


def _box(state: State) -> str:
    x, y = PLACES[state]
    corner = f'x="{x - BOX_WIDTH / 2:g}" y="{y - BOX_HEIGHT / 2:g}"'
    return (
        f'<rect {corner} width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
        f'<text class="state" x="{x}" y="{y}">{escape(str(state))}</text>'
    )


def _way(before: State, kind: type[Entry], after: State) -> str:
    return f'<path class="way" d="{_line(before, after)}" marker-end="url(#booking-life-arrow)"/>'


def _line(before: State, after: State) -> str:
    (x, y), (to_x, to_y) = PLACES[before], PLACES[after]
    if before is after:
        side = 1 if before in BELOW else -1
        edge, far = y + side * BOX_HEIGHT / 2, y + side * (BOX_HEIGHT / 2 + 52)
        return f"M {x - 28} {edge:g} C {x - 42} {far:g}, {x + 42} {far:g}, {x + 28} {edge:g}"
    if (before, after) in OVER_THE_TOP:
        return f"M {x} {y - BOX_HEIGHT / 2:g} C {x} 0, {to_x} 0, {to_x} {to_y - BOX_HEIGHT / 2:g}"
    (start_x, start_y), (end_x, end_y) = _edge((x, y), (to_x, to_y)), _edge((to_x, to_y), (x, y))
    return f"M {start_x:.0f} {start_y:.0f} L {end_x:.0f} {end_y:.0f}"


def _edge(of: Point, towards: Point) -> Point:
    """Where the line from the middle of a box towards a point leaves the box."""
    dx, dy = towards[0] - of[0], towards[1] - of[1]
    share = min(BOX_WIDTH / 2 / abs(dx) if dx else inf, BOX_HEIGHT / 2 / abs(dy) if dy else inf)
    return of[0] + dx * share, of[1] + dy * share


def _label(before: State, kind: type[Entry], after: State) -> str:
    x, y = _label_place(before, after)
    return f'<text class="entry" x="{x:.0f}" y="{y:.0f}">{escape(entry_in_words(kind))}</text>'


def _label_place(before: State, after: State) -> Point:
    (x, y), (to_x, to_y) = PLACES[before], PLACES[after]
    if before is after:
        return x, y + (1 if before in BELOW else -1) * (BOX_HEIGHT / 2 + 52)
    if (before, after) in OVER_THE_TOP:
        return (x + to_x) / 2, (y - BOX_HEIGHT / 2) / 4
    (start_x, start_y), (end_x, end_y) = _edge((x, y), (to_x, to_y)), _edge((to_x, to_y), (x, y))
    return (start_x + end_x) / 2, (start_y + end_y) / 2


class _Drawing(SphinxDirective):
    """The drawing; in a format that cannot carry it, its words."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return [nodes.raw("", f'<figure class="align-center">\n{drawing()}\n</figure>', format="html")]


class _Table(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return self.parse_text_to_nodes(table())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives `booking-life` and `booking-life-table`."""
    app.add_directive("booking-life", _Drawing)
    app.add_directive("booking-life-table", _Table)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
