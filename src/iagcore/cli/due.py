"""`iagcore due`: what there is to do on a whole caseload, for whom, and under which rule.

The duties of every home are kept in an index beside the journal, so that only what has come since is looked at. The
index is a cache: it can be thrown away at any time, and is the same when it is made anew. Beside a server there is no
place for a file, so that one has to be named, or everything is looked at each time.
"""

import argparse
import sys
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Final

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import add_journal, book_of, is_there
from iagcore.cli.terminal import Dressed, Progress
from iagcore.cli.verify import not_finished
from iagcore.due_index import SUFFIX, DueIndex
from iagcore.exceptions import InvalidEntry, UnusableJournal
from iagcore.extending.book import Book
from iagcore.policy import Policy
from iagcore.practice.kinds import accept_day, accept_moment, accept_party, accepted
from iagcore.practice.parties import CONCERN, HOMES, role_of
from iagcore.reports import DuePage, due_page
from iagcore.storage import codec
from iagcore.storage.opening import OpenJournal, is_url, open_journal

COLUMNS: Final = ("by when", "what", "for", "on", "under")


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `due`."""
    parser = subcommands.add_parser(
        "due",
        help="what is overdue, due and coming on a caseload",
        description="Print what there is to do: what is overdue, what is due and what is coming, by when, for whom, on "
        "which journey and under which rule. What is about safeguarding is spelled out only for the party it is for, "
        "with --for. Exit code: 0 done, 2 bad input.",
        epilog="example: iagcore due --journal casebook.db --for coach:nina --at 2026-01-05",
    )
    add_journal(parser)
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="as seen at this time, with its zone, such as 2026-01-05T10:00+00:00, or at the end of this day "
        "(default: now)",
    )
    parser.add_argument("--for", dest="party", metavar="PARTY", help="only what is for this party, such as coach:nina")
    parser.add_argument(
        "--index",
        metavar="FILE",
        help=f"where the index is kept (default: PATH{SUFFIX}; for a URL nowhere, so that every journey is looked at)",
    )
    parser.add_argument("--rebuild", action="store_true", help="make the index anew")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is due. Raises `UnusableJournal` and `InvalidEntry`."""
    path, at = arguments.journal, arguments.at
    party = None if arguments.party is None else accepted("--for", arguments.party, accept_party)
    asked = utc_now() if at is None else time_of(at)
    is_there(path)
    index_path = arguments.index or (":memory:" if is_url(path) else path + SUFFIX)
    if arguments.rebuild:
        throw_away(index_path)
    book = book_of(arguments)
    with open_journal(path) as journal:
        policy = policy_of(journal, book)
        moment = asked if isinstance(asked, datetime) else policy.end_of(asked)
        with closing(DueIndex(index_path)) as index:
            casebook = Casebook(journal, policy, extend=book.extensions, due_index=index)
            looking = Looking()
            try:
                duties = casebook.due(at=moment, party=party, progress=looking)
            finally:
                looking.done()
            left = casebook.pending_erasures()
    shown(due_page(duties, at=moment, zone=policy.zone, party=party))
    if left:
        print(not_finished(left))
    return 0


def shown(page: DuePage) -> None:
    """Print the page, on a terminal that is dressed as one table a status."""
    if not isinstance(sys.stdout, Dressed):
        print(page, end="")
        return
    print(page.heading)
    for title, rows in page.sections.items():
        if rows:
            sys.stdout.table(title, COLUMNS, rows)
    print(page.counted)


def time_of(text: str) -> datetime | date:
    """A time with its zone, or a day. Raises `InvalidEntry`."""
    try:
        return accept_day(date.fromisoformat(text))
    except ValueError:
        pass
    try:
        return accept_moment(datetime.fromisoformat(text))
    except ValueError as error:
        reason = f"a time with its zone is expected, such as 2026-01-05T10:00+00:00, or a day ({error})"
        raise InvalidEntry("option", "--at", text, reason) from None


def policy_of(journal: OpenJournal, book: Book) -> Policy:
    """The policy that the first record of the journal was made under, in whose zone times are shown; else starter."""
    starter = Policy.load("starter")
    for stored in journal.read_all():
        if role_of(stored.home) in (*HOMES, CONCERN, "erased"):
            reading = Casebook(journal, starter, extend=book.extensions)
            return reading.policy_of(codec.read_envelope(stored).policy)
    return starter


def throw_away(path: str) -> None:
    """Remove the index. Raises `UnusableJournal` where a file of that name is none, which stays as it is."""
    index = Path(path)
    if not index.exists():
        return
    if not DueIndex.is_one(path):
        raise UnusableJournal(path, "it is no index but something of some other kind: move it elsewhere")
    index.unlink()


class Looking:
    """A terminal is told how far a long first look has come."""

    def __init__(self) -> None:
        self._progress = Progress(0, "")

    def __call__(self, done: int, total: int) -> None:
        """Say how many journeys and coaches of how many have been looked at."""
        if done == 1:
            self._progress = Progress(total, "journeys and coaches")
        self._progress.erase()
        self._progress.show(done)

    def done(self) -> None:
        """Make way for what is printed."""
        self._progress.erase()
