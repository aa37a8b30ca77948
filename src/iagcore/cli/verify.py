"""`iagcore verify`: whether a journal is as it was written, and what can still be read of one that is not."""

import argparse
from collections.abc import Sequence
from typing import Final

from iagcore.casebook import Casebook
from iagcore.cli import add_journal, book_of, is_there
from iagcore.cli.terminal import counting
from iagcore.exceptions import UnusableJournal
from iagcore.policy import Policy
from iagcore.storage.codec import Kinds
from iagcore.storage.examining import Examination, Progress, examine
from iagcore.storage.opening import is_url, open_journal, shown
from iagcore.storage.protocols import Pending
from iagcore.storage.salvaging import examine_file
from iagcore.storage.sqlite import SQLiteJournal

IN_TROUBLE: Final = 1
"""What it exits with where anything is not as it was written."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `verify`."""
    parser = subcommands.add_parser(
        "verify",
        help="examine a journal: is anything altered, moved, missing or damaged?",
        description="Examine a whole journal: the seal of every home, the versions of every subject, and whether each "
        "record can be read. Of a damaged SQLite file, read what can still be read, and name what is lost. Nothing is "
        "written. Exit code: 0 all is as it was written, 1 something is not, 2 there is no journal to examine.",
        epilog="example: iagcore verify --journal casebook.db",
    )
    add_journal(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Examine, and say what was found. Raises `UnusableJournal` where it is no journal."""
    is_there(arguments.journal)
    book = book_of(arguments)
    with counting("records") as progress:
        found = examined(arguments.journal, progress, kinds=book.kinds)
    print(f"{shown(arguments.journal)}: {counted(found)}")
    for trouble in found.troubles:
        print(f"    {trouble}")
    told = beside_its_records(arguments.journal)
    if found.troubles:
        few = len(found.troubles) == 1
        print(f"{len(found.troubles)} {'thing is' if few else 'things are'} not as written.{told}")
        return IN_TROUBLE
    print(f"Everything is as it was written.{told}")
    return 0


def beside_its_records(written: str) -> str:
    """Who may read the file, and what erasures have left pending, in lines that go on from a sentence.

    Of a journal that is damaged, whoever examines it is told that, and not this.
    """
    try:
        with open_journal(written, create=False) as journal, Casebook(journal, Policy.load("starter")) as casebook:
            others = journal.open_to() if isinstance(journal, SQLiteJournal) else None
            told = "" if others is None else f"\nThe file is not private: {others}."
            return told + not_finished(casebook.pending_erasures())
    except UnusableJournal:
        return ""


def not_finished(left: Sequence[Pending]) -> str:
    """The lines for what is pending; empty where nothing is."""
    if not left:
        return ""
    return "\n".join(
        ["", "An erasure is not finished. What was erased may still be in:", *(f"- {one}" for one in left)]
    )


def examined(written: str, progress: Progress, *, kinds: Kinds) -> Examination:
    """The journal at a path or a URL, examined; of an SQLite file, its pages too. Raises `UnusableJournal`."""
    if not is_url(written):
        return examine_file(written, progress=progress, kinds=kinds)
    with open_journal(written) as journal:
        return examine(journal, progress=progress, kinds=kinds)


def counted(found: Examination) -> str:
    """How much was read, in words."""
    said = f"{found.records} {'record' if found.records == 1 else 'records'}"
    said += f" in {found.homes} {'home' if found.homes == 1 else 'homes'}"
    if found.erased:
        said += f", {found.erased} without words"
    if found.unread:
        said += f", {found.unread} of a kind that a later version, or an extension, brings"
    return said
