"""`iagcore erase`: what an erasure of a learner would take and what would stay; and, with `--yes`, the erasure itself.

What earlier erasures left pending is finished first. `iagcore journal finish` does that alone.
"""

import argparse
import sys
from typing import Final

from iagcore.casebook import Casebook
from iagcore.cli import add_journal, book_of, is_there
from iagcore.cli.due import policy_of
from iagcore.due_index import DueIndex
from iagcore.exceptions import InvalidEntry, Refused
from iagcore.storage.erasures import GROUNDS
from iagcore.storage.opening import open_journal
from iagcore.storage.protocols import GONE

NOT_GONE: Final = 1
"""What it exits with where something is pending, nothing was found, the record is held, or `--by` may not erase."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `erase`."""
    parser = subcommands.add_parser(
        "erase",
        help="erase a learner; without --yes, say what would go and what would stay",
        description="Say what an erasure of a learner would take and what would stay. With --yes, erase them: their "
        "words, ids and names on all their journeys go. Whoever asks is a lead, and says on which ground. What earlier "
        "erasures left pending is finished first. Exit code: 0 gone and nothing is pending, or a preview; 1 something "
        "is pending, nothing was found, the record is held, or a lead has to ask; 2 bad input.",
        epilog="example: iagcore erase learner:a --by lead:jo --ground asked --journal casebook.db --yes",
    )
    parser.add_argument("learner", metavar="LEARNER", help="whom to erase, such as learner:a")
    parser.add_argument("--by", metavar="PARTY", required=True, help="who has it done, such as lead:jo")
    parser.add_argument(
        "--ground",
        choices=list(GROUNDS),
        help="why: " + ", ".join(f"{name} ({words})" for name, words in GROUNDS.items()),
    )
    parser.add_argument("--yes", action="store_true", help="erase; without it, nothing is erased")
    parser.add_argument(
        "--index", metavar="FILE", help="an index of duties that lies elsewhere than beside the journal"
    )
    add_journal(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Erase, or say what would go. Raises `UnusableJournal` and `InvalidEntry`."""
    if arguments.yes and arguments.ground is None:
        reason = f"an erasure needs a ground: {', '.join(GROUNDS)}"
        raise InvalidEntry("option", "--ground", None, reason)
    is_there(arguments.journal)
    book = book_of(arguments)
    index = DueIndex() if arguments.index is None else DueIndex(arguments.index)
    with open_journal(arguments.journal) as journal, index:
        casebook = Casebook(journal, policy_of(journal, book), extend=book.extensions, due_index=index)
        try:
            if not arguments.yes:
                print(casebook.preview_erasure(arguments.learner, by=arguments.by))
                print("Nothing was erased. To erase, run this again with --yes and --ground.")
                return 0
            erasure = casebook.erase(arguments.learner, by=arguments.by, ground=arguments.ground)
        except Refused as refused:
            print(refused.decision.explain(), file=sys.stderr)
            return NOT_GONE
    print(erasure)
    return 0 if erasure.answer == GONE and not erasure.pending else NOT_GONE
