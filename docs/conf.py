"""How the documentation is built: `sphinx-build -W -n docs docs/_build/html`, where iagcore is installed."""

import sys
from importlib import metadata
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent / "_ext"))  # the extensions that are the documentation's own

project = "iagcore"
author = "The iagcore authors"
copyright = author
try:
    release = metadata.version("iagcore")
except metadata.PackageNotFoundError:
    release = "from source, not installed"

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx.ext.autodoc",
    "rulebook",
    "reference",
    "standing",
    "booking_life",
    "drawings",
    "accessible",
]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]

html_theme = "furo"
html_title = "iagcore"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False

default_role = "code"  # a single backtick in a docstring is code
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True  # a default is shown as it is written: RULES, and not every rule
autodoc_typehints_format = "short"

_NOT_HERE: Final = (
    # what a name of the test bench is made of, and nobody calls by itself
    r"iagcore\.testing\.(promises\.Promises|oracle\.(answers\.Answer|minutes\.Minutes|bookings\.Conversation))",
    r"sqlalchemy\..*",  # its own pages are elsewhere
    # Python's own: no inventory of it is fetched, so that building needs no network
    r"(collections|datetime|decimal|os|pathlib)\..*",
    r"iagcore\.(practice\.kinds|record\.rules|record\.home)\.[EHK]",  # the variable of a decorator
    r"iagcore\.record\.(judging\.Amending|records\.Envelope)",  # what the engine hands to itself, and nobody calls
)
nitpick_ignore_regex = [("py:.*", pattern) for pattern in _NOT_HERE]
