"""`iagcore what-if`: what another policy would have answered to everything on a journal. Nothing is recorded."""

import argparse

from iagcore.casebook import Casebook
from iagcore.cli import add_journal, book_of, day_of, is_there
from iagcore.cli.terminal import counting
from iagcore.reports import what_if_page
from iagcore.storage.opening import open_journal


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `what-if`."""
    parser = subcommands.add_parser(
        "what-if",
        help="what another policy would have answered",
        description="Judge every plan and every fact of a journal again, each as of its own time and on the record as "
        "it stood before it, under another policy; and print each decision that changes, with the reasons of both. "
        "What was accepted then stays on that record: it compares answers, and is no simulation of another history. "
        "Nothing is recorded. What a lead may not see, such as a concern, is left out. Exit code: 0 done, whatever "
        "changes; 2 bad input.",
        epilog="example: iagcore what-if --policy draft.toml --journal casebook.db",
    )
    parser.add_argument(
        "--policy", metavar="NAME|FILE", required=True, help="the other policy: a shipped one, or a .toml file"
    )
    add_journal(parser)
    parser.add_argument("--programme", metavar="NAME", help="only the journeys on this programme")
    parser.add_argument(
        "--on",
        metavar="DAY",
        help="take the policy as it stands on that day, also for what was recorded before (default: by its own days)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what changes. Raises `InvalidPolicy`, `InvalidEntry` and `UnusableJournal`."""
    book = book_of(arguments)
    policy = book.policy(arguments.policy)
    on = None if arguments.on is None else day_of("--on", arguments.on)
    is_there(arguments.journal)
    with open_journal(arguments.journal) as journal:
        casebook = Casebook(journal, policy, extend=book.extensions)
        with counting("records") as progress:
            found = casebook.what_if(policy, programme=arguments.programme, on=on, progress=progress)
        print(what_if_page(found, policy_of=casebook.policy_of, rules=book.rules), end="")
    return 0
