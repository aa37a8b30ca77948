"""Two drawings that are made from the code whenever their page is built: what leaves, and where things live.

*What leaves* is drawn from the table of outlets; *where things live* from the order of imports that the tests enforce,
and from the imports that there are. Both are SVG inside the page, in its own colours, light or dark; each has a title
and a description, says everything in words and nothing by colour alone, and has the same beside it as text.
"""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import ClassVar, Final
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from writing import Generated, table

import iagcore
from iagcore.practice.disclosures import OUTLETS, Outlet
from iagcore.practice.kinds import ROLES, FieldClass

SOURCE: Final = Path(iagcore.__file__).parent
TESTS: Final = Path(__file__).parents[2] / "tests"
WIDTH: Final = 900
STYLE: Final = """
.drawn { max-width: 100%; height: auto; color: inherit; font-family: inherit; font-size: 15px; }
.drawn rect { fill: var(--color-background-secondary, none); stroke: currentColor; stroke-width: 1.5; }
.drawn path.way { fill: none; stroke: currentColor; stroke-width: 1.3; }
.drawn text { fill: currentColor; }
.drawn .name { font-weight: 600; }
"""


def svg(name: str, height: int, *, title: str, described: str, drawn: str) -> str:
    """One SVG element with its title and its description."""
    return f"""\
<svg class="drawn" role="img" aria-labelledby="{name}-title {name}-description"
     xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">
<title id="{name}-title">{escape(title)}</title>
<desc id="{name}-description">{escape(described)}</desc>
<style>{STYLE}</style>
<defs><marker id="{name}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
 orient="auto"><path d="M 0 1 L 9 5 L 0 9 z" fill="currentColor"/></marker></defs>
{drawn}
</svg>"""


def _box(x: int, y: int, width: int, height: int) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'


def _lines(x: int, y: int, lines: list[str], *, anchor: str = "start") -> Iterator[str]:
    """Lines of text, the first of them the name."""
    for number, line in enumerate(lines):
        sort = ' class="name"' if number == 0 else ""
        yield f'<text{sort} x="{x}" y="{y + 20 * number}" text-anchor="{anchor}">{escape(line)}</text>'


def _arrow(name: str, x: int, to_x: int, y: int) -> str:
    return f'<path class="way" d="M {x} {y} L {to_x} {y}" marker-end="url(#{name}-arrow)"/>'


# ---- what leaves

ROW: Final = 112
"""The height that an outlet takes."""


def data_flow() -> str:
    """What leaves a journey's record, through which outlet, to whom."""
    height = 20 + ROW * len(OUTLETS)
    drawn = [
        _box(10, 10, 150, height - 20),
        *_lines(85, height // 2 - 10, ["the record", "of a journey"], anchor="middle"),
    ]
    for place, outlet in enumerate(OUTLETS):
        y = 10 + ROW * place
        middle = y + (ROW - 12) // 2
        drawn += [_arrow("data-flow", 160, 226, middle), _box(230, y, 450, ROW - 12)]
        drawn += _lines(245, y + 24, [outlet.name, *wrap(_carries(outlet), 66), _needs(outlet)])
        drawn += [_arrow("data-flow", 680, 726, middle), _box(730, y, 160, ROW - 12)]
        roles = _roles(outlet)
        for number, role in enumerate(roles):
            drawn += _lines(810, middle + 5 - 10 * (len(roles) - 1) + 20 * number, [role], anchor="middle")
    return svg(
        "data-flow",
        height,
        title="What leaves a journey, and to whom",
        described=flow_in_words(),
        drawn="\n".join(drawn),
    )


def _carries(outlet: Outlet) -> str:
    return "carries " + "; ".join(one for one in FieldClass if one in outlet.classes)


def _needs(outlet: Outlet) -> str:
    return f"needs consent to {outlet.purpose}" if outlet.purpose else "needs no consent"


def _roles(outlet: Outlet) -> list[str]:
    return [role for role in ROLES if role in outlet.roles]


def flow_in_words() -> str:
    """The same as the drawing of what leaves, for whoever does not see it."""
    said = [
        f"Through the {one.name} to {' or '.join(_roles(one))}: it {_carries(one)}, and {_needs(one)}."
        for one in OUTLETS
    ]
    return " ".join(["The record of a journey has six ways out.", *said])


# ---- where things live


@cache
def order() -> tuple[str, ...]:
    """The modules from the ground up, in the order that the tests enforce."""
    tree = ast.parse((TESTS / "test_structure.py").read_text("utf-8"))
    (found,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "ORDER" for to in node.targets)
    )
    return tuple(row[0] for row in ast.literal_eval(found))


@cache
def imports_of(module: str) -> tuple[str, ...]:
    """What a module of the ground plan imports of the others, in their order."""
    place = SOURCE / module
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    names = {name.split(".")[1] for file in files for name in _imported(file) if name.startswith("iagcore.")}
    return tuple(one for one in order() if one in names - {module})


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def what_for(module: str) -> str:
    """The first sentence of what a module says of itself."""
    said = " ".join((importlib.import_module(f"iagcore.{module}").__doc__ or "").replace("`", "").split())
    first, *rest = said.split(". ")[0].rstrip(".").split(": ")
    return ": ".join([first.capitalize() if first.isupper() else first, *rest])


FLOOR: Final = 84
"""The height that a module takes."""


def module_map() -> str:
    """The modules one above the other; each may import what stands above it."""
    modules = order()
    height = 20 + FLOOR * len(modules)
    drawn = []
    for place, module in enumerate(modules):
        y = 10 + FLOOR * place
        drawn += [_box(50, y, 840, FLOOR - 12)]
        drawn += _lines(65, y + 22, [module, *wrap(what_for(module), 120), _imports(module)])
    drawn += [
        f'<path class="way" d="M 25 {height - 20} L 25 20" marker-end="url(#module-map-arrow)"/>',
        f'<text transform="translate(18 {height // 2}) rotate(-90)" text-anchor="middle">imports point up</text>',
    ]
    return svg("module-map", height, title="Where things live", described=map_in_words(), drawn="\n".join(drawn))


def _imports(module: str) -> str:
    return f"imports {', '.join(imports_of(module)) or 'nothing of iagcore'}"


def map_in_words() -> str:
    """The same as the map, for whoever does not see it."""
    said = (f"{module}: {what_for(module)}; it {_imports(module)}." for module in order())
    return " ".join(["The modules of iagcore from the ground up; each imports only what stands before it.", *said])


def module_table() -> str:
    """The same in a table, in Markdown."""
    rows = ((f"`{one}`", what_for(one), ", ".join(f"`{other}`" for other in imports_of(one))) for one in order())
    return table(("module", "what it is for", "imports"), rows)


# ---- Sphinx


class _Drawing(SphinxDirective):
    """A drawing: `data-flow` or `module-map`, by the name of the directive."""

    drawings: ClassVar = {"data-flow": data_flow, "module-map": module_map}

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        drawn = self.drawings[self.name]()
        return [nodes.raw("", f'<figure class="align-center">\n{drawn}\n</figure>', format="html")]


class _ModuleTable(Generated):
    writes = staticmethod(module_table)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives."""
    for name in _Drawing.drawings:
        app.add_directive(name, _Drawing)
    app.add_directive("module-table", _ModuleTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
