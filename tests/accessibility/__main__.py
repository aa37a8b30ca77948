"""Build the site, and have axe-core read it in a real browser: `python -m tests.accessibility`.

It looks for Chromium (`CHROMIUM`, or `chromium` on the path) and for Node.js with npm, brings axe-core and
playwright-core from the npm registry into a folder of its own, and reads one page of each sort, on a phone and on a
desk, light and dark, and as it is printed. On Debian: `apt-get install chromium nodejs npm`. With `--every`, each page
is read. Exit code: 0 without a violation, 1 with one, 2 where something that it needs is not there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
DOCS: Final = HERE.parent.parent / "docs"
SCRIPT: Final = "site_is_accessible.mjs"
MADE_ALIKE: Final = ("decisions", "rules", "_modules")
"""Folders of pages that are made alike: the first two stand for the others."""


def main(argv: Sequence[str] | None = None) -> int:
    """Say every violation that is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.accessibility", description=__doc__)
    parser.add_argument("--every", action="store_true", help="read every page, and not one or two of each sort")
    parser.add_argument("--site", type=Path, help="a site that is built already")
    arguments = parser.parse_args(argv)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    for name, found in (("Chromium", chromium), ("Node.js", shutil.which("node")), ("npm", shutil.which("npm"))):
        if found is None:
            print(f"{name} is not there: on Debian, apt-get install chromium nodejs npm", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = arguments.site or built(folder / "site")
        for file in ("package.json", SCRIPT):
            shutil.copy(HERE / file, folder)
        subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit"], cwd=folder, check=True)
        pages = [str(page) for page in (site.rglob("*.html") if arguments.every else one_of_each_sort(site))]
        print(f"{len(pages)} pages, each in five ways")
        command = ["node", SCRIPT, str(chromium), *pages]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        one = json.loads(line)
        print(f"{Path(one['page']).relative_to(site)} ({one['way']}): {one['rule']}: {one['help']}")
        for element in one["about"]:
            print("    " + " ".join(element.split()))
    print("No violation." if done.returncode == 0 else f"{len(done.stdout.splitlines())} violations.")
    return done.returncode


def built(site: Path) -> Path:
    """The site, built as the gates build it."""
    subprocess.run([sys.executable, "-m", "sphinx", "-W", "-n", "-q", DOCS, site], check=True)
    return site


def one_of_each_sort(site: Path) -> list[Path]:
    """Every page at the top, and two of each folder whose pages are made alike."""
    return [
        *sorted(site.glob("*.html")),
        *(page for folder in MADE_ALIKE for page in sorted((site / folder).glob("*.html"))[:2]),
    ]


if __name__ == "__main__":
    sys.exit(main())
