"""What the theme leaves out for people who use a keyboard or listen to a page, added once the pages are written.

Each line of the table is one thing that axe-core found in every page; `tests/accessibility` looks whether it is mended.
"""

import re
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx

MENDED: Final = (
    # the captions of the table of contents are headings of no level
    (re.compile(r'(<p class="caption" role="heading")>'), r'\1 aria-level="2">'),
    # two landmarks of one kind, which nothing tells apart
    (re.compile(r'(<aside class="sidebar-drawer")>'), r'\1 aria-label="All pages">'),
    (re.compile(r'(<aside class="toc-drawer[^"]*")>'), r'\1 aria-label="On this page">'),
    # an example that is wider than the screen, and that no key can move
    (re.compile(r"<pre>"), '<pre tabindex="0">'),
    # and a table
    (re.compile(r'(<div class="table-wrapper[^"]*")>'), r'\1 tabindex="0">'),
    # the page that searches has no first heading
    (re.compile(r'(<article role="main"[^>]*>\s*)(<noscript>)'), r"\1<h1>Search</h1>\2"),
)


def mend(app: Sphinx, exception: Exception | None) -> None:
    """Mend the pages that were written; one that is mended already stays as it is."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = path.read_text("utf-8")
        after = before
        for pattern, replacement in MENDED:
            after = pattern.sub(replacement, after)
        if after != before:
            path.write_text(after, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
