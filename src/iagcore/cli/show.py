"""`iagcore show`: a journey on one page, from the records alone."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from iagcore.casebook import Casebook
from iagcore.cli import BAD_INPUT, add_journal, journeys_in
from iagcore.exceptions import InvalidEntry, UnknownJourney, UnusableJournal, nearest
from iagcore.policy import Policy
from iagcore.reports import journey_page
from iagcore.storage.sqlite import SQLiteJournal


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `show`."""
    parser = subcommands.add_parser(
        "show",
        help="a journey on one page",
        description="Print a journey: its minutes, its conversations as GROW, its goals, self-efficacy by domain, "
        "learning, and what is open. What is printed depends on the records alone. A diary entry that the learner has "
        "not shared, and the words of a concern, are never printed.",
        epilog="example: iagcore show learner-a --journal casebook.db",
    )
    parser.add_argument("journey", metavar="JOURNEY", help="the journey's name")
    add_journal(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the page. Raises `UnusableJournal` where there is no journal; 2 for an unknown journey."""
    path = arguments.journal
    with suppress(PermissionError):  # which the journal says in words of its own
        if not Path(path).exists():
            raise UnusableJournal(path, "there is no such file: record something first, or name it with --journal")
    with SQLiteJournal(path) as journal:
        try:
            print(page(journal, arguments.journey), end="")
        except (UnknownJourney, InvalidEntry) as error:
            near = nearest(arguments.journey, journeys_in(journal) - {arguments.journey})
            print(f"iagcore: {path}: {error}{near}", file=sys.stderr)
            return BAD_INPUT
    return 0


def page(journal: SQLiteJournal, name: str) -> str:
    """The page of a journey, under the policy that its first record was made under. Raises `UnknownJourney`."""
    reading = Casebook(journal, Policy.load("starter"))
    records = tuple(reading.records(name))
    if not records:
        raise UnknownJourney(name)
    policy = reading.policy_of(records[0].policy)
    casebook = Casebook(journal, policy)
    return journey_page(casebook.journey(name), records=records, duties=casebook.duties(name), zone=policy.zone)
