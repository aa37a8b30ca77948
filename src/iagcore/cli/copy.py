"""`iagcore copy`: a journal copied into another to the letter, gone on with where it was left, and verified."""

import argparse
from pathlib import Path
from typing import Final

from iagcore.cli import add_extend, book_of, is_there, journal_path
from iagcore.cli.terminal import counting
from iagcore.cli.verify import counted
from iagcore.exceptions import InvalidEntry
from iagcore.storage.copying import STILL_HAS_WORDS, NotACopy, copy, pairing
from iagcore.storage.examining import examine
from iagcore.storage.opening import is_url, open_journal, shown

NOT_THE_SAME: Final = 1
"""What it exits with where the target is no copy, or the copy is not as it was written."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `copy`."""
    parser = subcommands.add_parser(
        "copy",
        help="copy a journal into another, to the letter",
        description="Copy every record of a journal into another, erased ones as they are left, and verify the copy: "
        "the same records, versions and seals. A copy that was stopped goes on when it is started again, and what was "
        "recorded meanwhile is copied by copying again. Exit code: 0 the copy is the same, 1 it is not, or TO holds "
        "something else, 2 bad input.",
        epilog="example: iagcore copy casebook.db backup.db",
    )
    parser.add_argument(
        "source", metavar="FROM", type=journal_path, help="the journal to copy; nothing is written to it"
    )
    parser.add_argument("target", metavar="TO", type=journal_path, help="where to: a new journal, or an older copy")
    add_extend(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Copy, verify, and say what came of it. Raises `UnusableJournal`, and `WrittenLater` for a later format."""
    is_there(arguments.source)
    if is_the_same(arguments.source, arguments.target):
        raise InvalidEntry("copy", "TO", shown(arguments.target), "it is the journal to copy from: name another place")
    book = book_of(arguments)
    here, there = shown(arguments.source), shown(arguments.target)
    with open_journal(arguments.source) as source, open_journal(arguments.target) as target:
        try:
            with counting("records copied") as progress:
                copied = copy(source, target, progress=progress)
        except NotACopy as error:
            print(f"{there}: {error}")
            return NOT_THE_SAME
        print(f"{here} to {there}: {copied} {'record' if copied == 1 else 'records'} copied")
        with counting("records compared") as progress:
            beside = pairing(source, target, progress=progress)
        with counting("records verified") as progress:
            found = examine(target, progress=progress, kinds=book.kinds)
    print(f"{there}: {counted(found)}; {beside.same} the same as in {here}")
    for trouble in (*beside.troubles, *found.troubles):
        print(f"    {trouble}")
    if beside.more:
        print(f"    … and {beside.more} more that differ")
    if beside.erased:
        print(f"{there}: {STILL_HAS_WORDS}")
        return NOT_THE_SAME
    if beside.troubles or found.troubles:
        print("The copy is not as the journal should be: look at the source with iagcore verify.")
        return NOT_THE_SAME
    if beside.lacks:
        print("More was recorded meanwhile: copy again for it.")
    else:
        print("The copy is whole.")
    return 0


def is_the_same(one: str, other: str) -> bool:
    """Whether two texts name one journal."""
    if is_url(one) or is_url(other):
        return one == other
    paths = Path(one), Path(other)
    return paths[0].absolute() == paths[1].absolute() or (
        all(path.exists() for path in paths) and paths[0].samefile(paths[1])
    )
