"""`iagcore directory`: bring in what councils and charities publish, search it, and look at one of it.

The directory is a file of its own beside the journal. `import` takes files, folders and zips of service directories,
says what was repaired and what was set aside, and never stops at one bad record. `search` says why each result is here
and what to ask about. `show` prints one, gone or not.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import wrap
from typing import Final

from iagcore.cli import BAD_INPUT, directory_path
from iagcore.cli.terminal import Progress
from iagcore.directory.importing import MOST_GONE, OF_THE_FILE, Summary, Told, import_files
from iagcore.directory.matching import FRESH_DAYS, Match, Sought, brings_together
from iagcore.directory.protocols import MOST_COUNTED, Found, Listing
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.exceptions import InvalidEntry, nearest
from iagcore.opportunities import WEEKDAY_NAMES
from iagcore.reports.opportunity_page import opportunity_page

DEFAULT_DIRECTORY: Final = "directory.db"
DEFAULT_FEED: Final = "directory"
SET_SOMETHING_ASIDE: Final = 1
"""What `--strict` exits with where something was set aside, or a file could not be read; and `--full` where nothing
could be marked as gone."""
EXAMPLES_TOLD: Final = 3
"""Of each sort of repair, how many are told one by one; `--every` tells all."""
EVERY: Final = 500
"""Records between two signs of progress on a terminal."""
PRINTED: Final = "-"
"""What `--html` is given where the page is printed and not written to a file."""
WIDTH: Final = 100
"""Columns of a page."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `directory` and its own commands."""
    parser = subcommands.add_parser(
        "directory",
        help="import service directories, and search them",
        description="Opportunities to signpost to: import what councils and charities publish, search it, look at one.",
        epilog="example: iagcore directory import council.json --directory directory.db --feed council --full",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _register_import(commands)
    _register_search(commands)
    _register_show(commands)


def _register_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "import",
        help="bring in files, folders and zips of a service directory",
        description="Import service directories: Open Referral UK 1 and 3.0 and HSDS 3.0 and 3.1 as JSON, and data "
        "packages (HSDS 1.1 too) as folders and zips. A record is repaired where that is safe, told, and kept; only "
        "what no service can be made of is set aside. Exit code: 0 once a file could be read; 1 with --strict where "
        "something was set aside or a file could not be read, and with --full where nothing was marked as gone because "
        "not all could be read or too much would go; 2 when none could be read.",
        epilog="example: iagcore directory import council.json --directory directory.db --feed council --full",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file of JSON, a folder, or a zip")
    _add_directory(parser)
    parser.add_argument(
        "--feed",
        metavar="NAME",
        help=f"whose list it is, so that two councils do not take each other's ids (default: {DEFAULT_FEED}; --full "
        "asks you to say it)",
    )
    parser.add_argument(
        "--full", action="store_true", help="the files are all of the feed: what it no longer has is marked as gone"
    )
    parser.add_argument(
        "--allow-gone",
        action="store_true",
        help="with --full: mark what is missing as gone, even if it is more than half of the feed",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 where something was set aside")
    parser.add_argument(
        "--every",
        action="store_true",
        help="tell of every repair, not of a few of each sort; files that have not changed are read again for it",
    )
    parser.set_defaults(run=run_import)


def _register_search(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "search",
        help="find what fits, with reasons and what to ask about",
        description="Search a directory. What is known to conflict is hidden; what is unknown is shown, with what to "
        "ask about. Exit code: 0, also where nothing is found; 2 bad input.",
        epilog='example: iagcore directory search --near 51.54,0.71 --within 5 --day sat --free --age 34 --text "art"',
    )
    _add_directory(parser)
    parser.add_argument("--text", metavar="WORDS", help="words that the directory says of it")
    parser.add_argument("--near", metavar="LAT,LON", type=_point, help="degrees, such as 51.54,0.71")
    parser.add_argument("--within", metavar="KM", type=float, help="kilometres from there")
    parser.add_argument("--day", metavar="DAY", help="a day of the week, such as sat")
    parser.add_argument("--free", action="store_true", help="what costs nothing")
    parser.add_argument("--age", metavar="YEARS", type=int, help="for somebody of this age")
    parser.add_argument("--language", metavar="LANGUAGE", help="offered in this language, such as Somali or so")
    parser.add_argument(
        "--fresh-days",
        metavar="N",
        type=int,
        default=FRESH_DAYS,
        help=f"ask about what nobody has checked for this many days (default: {FRESH_DAYS})",
    )
    parser.add_argument("--most", metavar="N", type=int, default=10, help="how many to show (default: 10)")
    parser.add_argument(
        "--html",
        metavar="FILE",
        nargs="?",
        const=PRINTED,
        help="a page to print for a learner, in plain words, written to FILE or, without one, printed",
    )
    parser.set_defaults(run=run_search)


def _register_show(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "show",
        help="print one opportunity",
        description="Print one opportunity of a directory, gone or not. Exit code: 0; 2 where there is no such one.",
        epilog="example: iagcore directory show art-on-saturday --directory directory.db",
    )
    parser.add_argument("id", metavar="ID", help="its id in the directory")
    _add_directory(parser)
    parser.set_defaults(run=run_show)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--directory",
        metavar="PATH",
        type=directory_path,
        default=DEFAULT_DIRECTORY,
        help=f"the directory, an SQLite file (default: {DEFAULT_DIRECTORY})",
    )


def _point(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        reason = f"degrees of latitude and longitude, such as 51.54,0.71, not {text!r}"
        raise argparse.ArgumentTypeError(reason) from None
    return latitude, longitude


def today() -> date:
    """The day here, where the command is run."""
    return datetime.now(UTC).astimezone().date()


# ---- import


def run_import(arguments: argparse.Namespace) -> int:
    """Import the files, and say what came of it."""
    if arguments.full and arguments.feed is None:
        reason = "--full marks what a feed no longer has as gone: say which feed, such as --feed council"
        raise InvalidEntry("import", "feed", arguments.feed, reason)
    feed = DEFAULT_FEED if arguments.feed is None else arguments.feed
    telling = Telling(every=arguments.every)
    with SQLiteDirectory(arguments.directory) as directory:
        summary = import_files(
            arguments.files,
            directory,
            feed=feed,
            today=today(),
            full=arguments.full,
            most_gone=1.0 if arguments.allow_gone else MOST_GONE,
            every=arguments.every,
            tell=telling.tell,
            progress=telling.progress,
        )
    telling.finish()
    for error in summary.unread:
        print(f"iagcore: {error}", file=sys.stderr)
    if not summary.files:
        return BAD_INPUT
    say(f"Directory: {arguments.directory}, feed: {feed}\n{summary}")
    why = _why_nothing_is_gone(summary) if arguments.full else None
    if why:
        say(f"Nothing was marked as gone: {why}.")
    strictly = arguments.strict and (summary.set_aside or summary.unread or not summary.whole)
    return SET_SOMETHING_ASIDE if why or strictly else 0


def _why_nothing_is_gone(summary: Summary) -> str | None:
    """Why a full import marked nothing as gone; None where nothing stood in its way."""
    if not summary.whole:
        return "not all of the feed could be read, and what is missing may be in the rest"
    if not summary.kept:
        return "the files list no service"
    if summary.counts.held_back:
        return "more than half of the feed would be. If the files are all of it, import them again with --allow-gone"
    return None


class Telling:
    """What is said of an import while it goes on: progress on a terminal, and a few of each sort of repair."""

    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._told: dict[str, int] = {}
        self._progress = Progress(None, "records")

    def tell(self, told: Told) -> None:
        """Say one thing, or keep count of it where enough of its sort was said."""
        self._told[told.sort] = self._told.get(told.sort, 0) + 1
        if self._every or self._told[told.sort] <= EXAMPLES_TOLD or told.sort == OF_THE_FILE:
            self._progress.erase()
            say(str(told))

    def progress(self, records: int) -> None:
        """Show how far it is."""
        if records % EVERY == 0:
            self._progress.show(records)

    def finish(self) -> None:
        """Say how many more of each sort there are."""
        self._progress.erase()
        for sort, count in self._told.items():
            if not self._every and count > EXAMPLES_TOLD and sort != OF_THE_FILE:
                say(f"… {sort}: {count - EXAMPLES_TOLD} more (--every tells them all)")


def say(text: str) -> None:
    """Print, and go on where nobody reads any more: what was asked for is done all the same."""
    with suppress(BrokenPipeError):
        print(text)


# ---- search and show


def run_search(arguments: argparse.Namespace) -> int:
    """Print what fits, best first."""
    if arguments.most < 1:
        raise InvalidEntry("search", "most", arguments.most, "at least 1 is shown")
    sought = Sought(
        text=arguments.text,
        near=arguments.near,
        within=arguments.within,
        day=arguments.day,
        free=arguments.free,
        age=arguments.age,
        language=arguments.language,
        fresh_days=arguments.fresh_days,
    )
    with SQLiteDirectory(arguments.directory) as directory:
        found = directory.search(sought, today=today(), most=arguments.most)
        if arguments.html is not None:
            return _write_page(arguments.html, opportunity_page(found, sought, today=today()))
        if not found.matches:
            empty = next(directory.listings(), None) is None
            print("The directory is empty: import something first." if empty else "\n".join(nothing(sought, found)))
            if not empty and not found.considered and len(sought.words) > 1:
                for forms in sought.words:
                    alone = directory.search(Sought(text=forms[0]), today=today(), most=1).in_all
                    print(f"   {forms[0]}: {_count(alone)}")
            return 0
    for number, one in enumerate(found.matches, start=1):
        print("\n".join(result(number, one)))
    print(f"{len(found.matches)} of {_count(found.in_all)} shown.")
    return 0


def _write_page(path: str, page: str) -> int:
    if path == PRINTED:
        say(page)
        return 0
    try:
        Path(path).write_text(page, "utf-8")
    except OSError as error:
        raise InvalidEntry("search", "html", path, f"it cannot be written ({error.strerror})") from None
    print(f"The page is in {path}: open it in a browser, and print it.")
    return 0


def _count(in_all: int) -> str:
    return f"more than {MOST_COUNTED - 1}" if in_all == MOST_COUNTED else str(in_all)


HIDDEN: Final = {
    "runs": "not running, or closed for now",
    "near": "further away than {within:g} km",
    "day": "not on {day}s",
    "free": "not free",
    "age": "not for age {age}",
}
"""What is said of those that a question hides, by the name of the question."""


def nothing(sought: Sought, found: Found) -> Iterator[str]:
    """What is said where nothing fits: what was hidden, and why."""
    yield "Nothing fits."
    if not found.considered:
        what = "in the directory now" if sought.text is None else f"in the directory says {sought.text!r}"
        yield f"Nothing {what}. Each word alone is found so often:" if len(sought.words) > 1 else f"Nothing {what}."
        return
    day = "" if sought.day is None else WEEKDAY_NAMES[sought.day]
    said = {"within": sought.within, "day": day, "age": sought.age}
    reasons = [
        f"{count} {'is' if count == 1 else 'are'} {HIDDEN[question].format_map(said)}"
        for question, count in found.hidden
    ]
    of = f"say{'s' if found.considered == 1 else ''} {sought.text!r}" if sought.text else "in the directory"
    yield f"{found.considered} {of}, and {'is' if found.considered == 1 else 'all are'} hidden: {', '.join(reasons)}."
    yield "Leave out what you can do without, and search again."


def result(number: int, one: Match) -> Iterator[str]:
    """A match as it is printed: what it is, why it is here, and what to ask."""
    opportunity = one.opportunity
    of = f", {opportunity.organisation}" if opportunity.organisation else ""
    yield f"{number}. {opportunity.name}{of} [{opportunity.id}]"
    for label, sentences in (("", one.reasons), ("ask: ", one.to_ask)):
        for sentence in sentences:
            yield from _wrapped(f"{label}{sentence}", before="   ")
    together = brings_together(opportunity)
    said = f'it brings people together: "{together}"' if together else "ask: how it brings people together"
    yield from _wrapped(said, before="   ")


def run_show(arguments: argparse.Namespace) -> int:
    """Print one opportunity."""
    with SQLiteDirectory(arguments.directory) as directory:
        listing = directory.listing(arguments.id)
        if listing is None:
            near = nearest(arguments.id, (one.id for one in directory.listings()))
            reason = f"there is no such opportunity in {arguments.directory}{near}"
            raise InvalidEntry("directory", "id", arguments.id, reason)
    print("\n".join(page(listing)))
    return 0


def page(listing: Listing) -> Iterator[str]:
    """An opportunity as it is printed: what is not said is left out, but for its status and when it was checked."""
    one = listing.opportunity
    yield one.name
    yield "=" * len(one.name)
    if listing.gone:
        yield f"GONE: the feed {listing.feed} no longer had it on {listing.gone:%d %b %Y}"
    fields = (
        ("organisation", one.organisation),
        ("status", one.status or "unknown"),
        ("last checked", f"{one.last_checked:%d %b %Y}" if one.last_checked else "unknown"),
        ("said two ways", "\n".join(one.contradictions)),
        ("alert", one.alert),
        ("when", "\n".join(map(str, one.times))),
        ("where", "\n".join(map(str, one.places))),
        ("how to attend", one.ways),
        ("access", "\n".join(dict.fromkeys([*one.access, *(text for place in one.places for text in place.access)]))),
        ("costs", "\n".join(filter(None, (*map(str, one.costs), one.fees)))),
        ("ages", one.ages),
        ("for", one.eligibility),
        ("from", ", ".join(one.areas)),
        ("languages", ", ".join(one.languages)),
        ("how to join", one.joining),
        ("brings together", brings_together(one)),
        ("terms", ", ".join(term.name for term in one.terms)),
        ("web", one.url),
        ("e-mail", one.email),
        ("phone", ", ".join(one.phones)),
        ("listed", f"{listing.feed}, {listing.first_listed:%d %b %Y} to {listing.last_listed:%d %b %Y}"),
        ("id", listing.id),
    )
    for label, text in fields:
        if text:
            first, *others = [line for part in str(text).splitlines() for line in _wrapped(part)] or [""]
            yield f"{label + ':':17}{first}"
            yield from (f"{'':17}{line}" for line in others)
    if one.description:
        yield ""
        for paragraph in one.description.splitlines():
            yield from wrap(paragraph, WIDTH, break_long_words=False) if paragraph else [""]


def _wrapped(text: str, *, before: str = "") -> list[str]:
    lines = wrap(text, WIDTH - len(before), break_long_words=False, break_on_hyphens=False)
    return [f"{before}{line}" if number == 0 else f"{before}  {line}" for number, line in enumerate(lines)]
