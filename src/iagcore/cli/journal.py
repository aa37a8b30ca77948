"""`iagcore journal`: what whoever looks after a server does with the journal on it."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import add_extend, book_of, day_of, is_there, journal_path
from iagcore.exceptions import InvalidEntry
from iagcore.policy import Policy
from iagcore.storage.opening import is_url, on_a_server, open_journal
from iagcore.storage.protocols import Pending

if TYPE_CHECKING:
    from iagcore.storage.sql import SQLJournal


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `journal` and of what it does."""
    parser = subcommands.add_parser(
        "journal",
        help="make a journal on a server, and look after it",
        description="Make the tables of a journal on a server, see how far its feed is behind, and write it anew after "
        "an erasure.",
        epilog="example: iagcore journal create postgresql+psycopg://owner@db.college.example/coaching",
    )
    actions = parser.add_subparsers(title="what to do", metavar="ACTION", required=True)
    create = actions.add_parser(
        "create",
        help="make the tables",
        description="Make the tables of a journal, where the program that records may not. Tables that are there stay "
        "as they are. Exit code: 0 done, 2 bad input.",
        epilog="example: iagcore journal create --sql postgresql+psycopg:///coaching",
    )
    create.add_argument("--sql", action="store_true", help="print the statements, and run none")
    create.add_argument(
        "--partitions", metavar="N", type=int, default=0, help="on PostgreSQL, divide each table into N hash partitions"
    )
    horizon = actions.add_parser(
        "horizon",
        help="how far the feed is behind",
        description="Print how many records are committed and not handed out yet, since a transaction is open that "
        "could still come before them, and how long that has been open. Exit code: 0 done, 2 bad input.",
        epilog="example: iagcore journal horizon postgresql+psycopg:///coaching",
    )
    compact = actions.add_parser(
        "compact",
        help="write the tables anew after an erasure",
        description="Write the tables anew, so that no byte erased before is left in them. Everybody waits meanwhile. "
        "Exit code: 0 done, 2 bad input.",
        epilog="example: iagcore journal compact postgresql+psycopg://owner@db.college.example/coaching",
    )
    finish = actions.add_parser(
        "finish",
        help="finish what erasures left pending",
        description="Finish what erasures left pending, such as after a crash, and print what is pending still. For a "
        "server, say with --expired up to which day every backup and every other copy is gone. Exit code: 0 nothing is "
        "pending, 1 something is, 2 bad input.",
        epilog="example: iagcore journal finish casebook.db",
    )
    finish.add_argument("journal", metavar="PATH|URL", type=journal_path, help="the journal")
    finish.add_argument("--expired", metavar="DAY", help="every copy made up to the end of this day (UTC) is gone")
    add_extend(finish)
    finish.set_defaults(run=run_finish)
    for action, run in ((create, run_create), (horizon, run_horizon), (compact, run_compact)):
        action.add_argument("url", metavar="URL", help="the journal, such as postgresql+psycopg://user@host/database")
        action.set_defaults(run=run)


def run_create(arguments: argparse.Namespace) -> int:
    """Make the tables, or print how. Raises `UnusableJournal` and `InvalidEntry`."""
    partitions = arguments.partitions
    with named(arguments.url) as journal:
        if partitions and (partitions < 0 or not journal.divides):
            reason = "a number of 1 or more is expected, and PostgreSQL: nothing else has partitions here"
            raise InvalidEntry("option", "--partitions", partitions, reason)
        if arguments.sql:
            print(";\n\n".join(journal.statements(partitions=partitions)) + ";")
        elif journal.create(partitions=partitions):
            print(f"Made: {journal.name}")
        else:
            print(f"It was there already, and stays as it is: {journal.name}")
    return 0


def run_horizon(arguments: argparse.Namespace) -> int:
    """Print how far the feed is behind. Raises `UnusableJournal`."""
    with named(arguments.url) as journal:
        found = journal.horizon()
    open_for = "no transaction that holds it back" if found.seconds is None else f"open for {found.seconds:.1f} s"
    print(f"Records behind the horizon: {found.records}; oldest transaction: {open_for}.")
    return 0


def run_compact(arguments: argparse.Namespace) -> int:
    """Write the tables anew. Raises `UnusableJournal`."""
    with named(arguments.url) as journal:
        left = journal.compact()
    print("The tables are written anew.")
    print(said_of(left))
    return 0


def run_finish(arguments: argparse.Namespace) -> int:
    """Finish what is pending. Raises `UnusableJournal` and `InvalidEntry`."""
    expired = None if arguments.expired is None else day_of("--expired", arguments.expired)
    if expired is not None and expired >= utc_now().date():
        reason = "a day that is over is expected: of today's copies nobody can say yet that they are gone"
        raise InvalidEntry("option", "--expired", arguments.expired, reason)
    is_there(arguments.journal)
    with (
        open_journal(arguments.journal, create=False) as journal,
        Casebook(journal, Policy.load("starter"), extend=book_of(arguments).extensions) as casebook,
    ):
        left = casebook.finish_erasures(expired=expired)
    print(said_of(left))
    return 1 if left else 0


def said_of(left: Sequence[Pending]) -> str:
    """What is pending, in lines."""
    if not left:
        return "Nothing that was erased is pending."
    return "\n".join(["What was erased may still be in:", *(f"- {one}" for one in left)])


def named(url: str) -> "SQLJournal":
    """The journal of a URL, whose tables are not made by the way. Raises `InvalidEntry` for a path."""
    if not is_url(url):
        reason = "a URL is expected, such as postgresql+psycopg://user@host/database; a file needs none of this"
        raise InvalidEntry("journal", "URL", url, reason)
    return on_a_server(url, create=False)
