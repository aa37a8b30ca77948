"""`iagcore action-plan`: the learner's own page to take away."""

import argparse
import sys
from contextlib import nullcontext

from iagcore.cli import BAD_INPUT, add_journal, add_looking_up, book_of, directory_at, is_there, started_in
from iagcore.cli.show import casebook_of, seen
from iagcore.exceptions import InvalidEntry, UnknownJourney, nearest
from iagcore.reports import action_plan
from iagcore.storage.opening import open_journal, shown


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `action-plan`."""
    parser = subcommands.add_parser(
        "action-plan",
        help="a learner's own page to take away",
        description="Print a learner's action plan, on one page and in plain words: what they want, what they said "
        "they would do, by when and with what support, when they meet their coach next, how much time is left, and "
        "what they were pointed to. It has no diary on it, nothing about health and nothing of a concern.",
        epilog="example: iagcore action-plan learner-a --journal casebook.db",
    )
    parser.add_argument("journey", metavar="JOURNEY", help="the journey's name")
    add_journal(parser)
    add_looking_up(parser, "an SQLite file: how to join what they were pointed to, as it says now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan. Raises `UnusableJournal` where there is no journal; 2 for an unknown journey."""
    name = arguments.journey
    is_there(arguments.journal)
    book = book_of(arguments)
    looked_up = directory_at(arguments.directory)
    with open_journal(arguments.journal) as journal:
        try:
            casebook, policy = casebook_of(journal, name, book)
            journey = casebook.journey(name)
            seen(journey, journey.learner)
        except (UnknownJourney, InvalidEntry) as error:
            near = nearest(name, started_in(journal) - {name})
            print(f"iagcore: {shown(arguments.journal)}: {error}{near}", file=sys.stderr)
            return BAD_INPUT
    with looked_up or nullcontext():
        print(action_plan(journey, zone=policy.zone, directory=looked_up), end="")
    return 0
