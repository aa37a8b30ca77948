"""`iagcore record`: put journey files on the record.

All the files are read and checked whole before an entry is recorded: their syntax, kinds, fields and values; that each
journey is on the record already, or starts earlier in these files; and that no entry on the record was edited since.
Then each new entry is decided and recorded, in the order of the files. What was on the record before is not recorded
again; its refusals and breaches are said once more.

With a directory, an entry that points to an opportunity keeps what is shown of it, where the file does not say so.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from textwrap import indent
from typing import Final

import attrs

from iagcore.casebook import Casebook
from iagcore.casebook.recording import belongs
from iagcore.cli import BAD_INPUT, add_journal, add_looking_up, book_of, directory_at, journeys_in
from iagcore.cli.terminal import Progress
from iagcore.directory.pointing import pointed_to, says_as_much
from iagcore.directory.protocols import Directory
from iagcore.exceptions import (
    IagcoreError,
    InvalidEntry,
    InvalidFile,
    InvalidPolicy,
    UnknownJourney,
    nearest,
)
from iagcore.extending.book import Book
from iagcore.incoming.journey_file import FileEntry, JourneyFile, read_journey_file
from iagcore.policy import Policy
from iagcore.practice.kinds import Entry, is_in_confidence
from iagcore.practice.parties import CONCERN, role_of
from iagcore.record.findings import Assessment, Decision, Weight
from iagcore.record.journey import empty_home
from iagcore.record.naming import title
from iagcore.record.records import Record
from iagcore.storage.opening import OpenJournal, open_journal, shown

STUMBLED: Final = 1
"""What `--strict` exits with where something was refused or breached."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `record`."""
    parser = subcommands.add_parser(
        "record",
        help="put journey files on the record",
        description="Decide and record the entries of journey files, and print each decision. All the files are "
        "checked whole first: where one entry is wrong, nothing is recorded. A file recorded again, or with more at "
        "its end, records only what is new. Exit code: 0 done (a refusal is an answer, no error), 1 with --strict "
        "where something was refused or breached, 2 bad input.",
        epilog="example: iagcore record docs/examples/learner-a.toml --journal casebook.db",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a journey file (TOML)")
    add_journal(parser)
    add_looking_up(parser, "an SQLite file: a signpost, a referral or an enrolment keeps what it shows")
    parser.add_argument(
        "--policy",
        metavar="NAME|FILE",
        help="a shipped policy or a .toml file; without it, what the file names; without either, starter",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 where something was refused or breached")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check all the files, then record what is new. Raises whatever is wrong with a file, a policy or the journal."""
    book = book_of(arguments)
    files = [read_journey_file(path, kinds=book.kinds) for path in arguments.files]
    policies = [policy_of(file, arguments.policy, book) for file in files]
    looked_up = directory_at(arguments.directory)
    with open_journal(arguments.journal) as journal, looked_up or nullcontext():
        checked = Checking(journal, looked_up, book).files(files, policies)
        tell(f"Journal: {shown(arguments.journal)}")
        if looked_up is not None:
            tell(f"Directory: {arguments.directory}")
        recording = Recording(sum(len(one.new) for one in checked), looked_up)
        for one in checked:
            if not recording.go_through(one):
                return BAD_INPUT
    tell(recording.summary)
    return STUMBLED if recording.stumbles and arguments.strict else 0


def policy_of(file: JourneyFile, overriding: str | None, book: Book) -> Policy:
    """The policy to record a file under; a `.toml` that the file names stands beside it, by its own path."""
    if overriding is not None:
        return book.policy(overriding)
    named = "starter" if file.policy is None else file.policy
    try:
        beside = named.lower().endswith(".toml")
        return book.policy(Path(file.source.file).parent / named if beside else named)
    except InvalidPolicy as error:
        raise file.source.wrong(f"policy: {error}", "policy") from None


# ---- checking


@attrs.frozen
class Checked:
    """A file that may be recorded: the casebook of its policy, what is on the record of it, and what is new."""

    file: JourneyFile
    casebook: Casebook
    policy: Policy
    on_record: tuple[Record, ...]
    new: tuple[FileEntry, ...]


class Checking:
    """Files against a journal: what is on the record of the journeys they name, and what they will add to it."""

    def __init__(self, journal: OpenJournal, looked_up: Directory | None, book: Book) -> None:
        self._journal, self._directory, self._book = journal, looked_up, book
        self._casebooks: dict[str, Casebook] = {}
        self._known: dict[str, dict[str, Record | FileEntry]] = {}
        """By journey, what stands under each id, on the record or earlier in these files."""
        self._begun: set[str] = set()
        """The journeys of which something is on the record, or which begin in these files."""

    def files(self, files: Iterable[JourneyFile], policies: Iterable[Policy]) -> list[Checked]:
        """Every file, checked. Raises `InvalidFile`, naming the file and the line."""
        return [self._file(file, policy) for file, policy in zip(files, policies, strict=True)]

    def _file(self, file: JourneyFile, policy: Policy) -> Checked:
        if policy.fingerprint not in self._casebooks:
            self._casebooks[policy.fingerprint] = Casebook(
                self._journal, policy, extend=self._book.extensions, directory=self._directory
            )
        casebook = self._casebooks[policy.fingerprint]
        on_record: list[Record] = []
        new: list[FileEntry] = []
        for entry in file.entries:
            try:
                known = self._known_of(entry.journey, casebook)
                self._begins(entry)
            except InvalidEntry as error:
                raise InvalidFile(file.source.file, entry.line, str(error)) from None
            before = known.setdefault(entry.id, entry)
            if before is entry:
                new.append(entry)
            elif differs := difference(before, entry):
                raise InvalidFile(file.source.file, entry.line, edited(before, entry, differs))
            elif isinstance(before, Record):
                on_record.append(before)
        return Checked(file, casebook, policy, tuple(on_record), tuple(new))

    def _known_of(self, journey: str, casebook: Casebook) -> dict[str, Record | FileEntry]:
        if journey not in self._known:
            records = tuple(casebook.records(journey))
            self._known[journey] = {record.id: record for record in records}
            if any(record.accepted and role_of(record.about[0]) != CONCERN for record in records):
                self._begun.add(journey)
        return self._known[journey]

    def _begins(self, entry: FileEntry) -> None:
        belongs(entry.entry, empty_home(entry.journey), self._book.kinds)
        if entry.entry.declares.may_come_first and is_in_confidence(entry.entry):
            return  # a concern may come first, and begins no journey
        if entry.entry.declares.may_come_first:
            self._begun.add(entry.journey)
        if entry.journey not in self._begun:
            near = nearest(entry.journey, self._begun | journeys_in(self._journal) - {entry.journey})
            reason = f"there is no such journey: it is neither on the record nor started earlier in these files{near}"
            raise InvalidEntry("entry", "journey", entry.journey, reason)


def difference(before: Record | FileEntry, entry: FileEntry) -> str:
    """In what an entry differs from what stands under its id; empty where it is the same."""
    if before.entry != entry.entry and not says_as_much(before.entry, entry.entry):
        return "content"
    if before.by != entry.by:
        return "author"
    return "" if entry.at in (None, before.at) else "time"


def edited(before: Record | FileEntry, entry: FileEntry, differs: str) -> str:
    """What to do about an entry that differs from what stands under its id."""
    if isinstance(before, FileEntry):
        return (
            f"the id {entry.id!r} stands in an earlier file too, on the same journey, with another {differs}: "
            "give one of the two an id of its own"
        )
    return (
        f"the id {entry.id!r} is already on the record with another {differs}, and nothing on the record is edited: "
        "put the entry back as it was, then append a new entry at the end of the file, or correct the old one by name "
        f"(corrects = {entry.id!r}, with why)"
    )


# ---- recording


class Recording:
    """The entries of all the files as they go on the record, and what came of them."""

    def __init__(self, total: int, looked_up: Directory | None) -> None:
        self._total, self._done = total, 0
        self._directory = looked_up
        self._accepted = self._advised = self._breached = 0
        self.stumbles = 0
        """How many entries were refused or breached, those that were on the record before among them."""
        self._progress = Progress(total, "entries")

    def go_through(self, checked: Checked) -> bool:
        """Say what is on the record of a file, and record what is new; False where something stopped it."""
        tell(opening(checked))
        for record in checked.on_record:
            if weighty := stumbled(record.considered, record.restated):
                self.stumbles += 1
                said = "\n".join(f"{one.rule}: {one.sentence}" for one in weighty)
                tell(
                    f"{record.id}: already on the record, {record.outcome}: "
                    f"{title(record.entry, checked.casebook.policy_of(record.policy).zone)}\n{indent(said, '    ')}"
                )
        for entry in checked.new:
            try:
                decision = checked.casebook.record(entry.journey, entry.entry, by=entry.by, at=entry.at, id=entry.id)
            except IagcoreError as error:
                self._progress.erase()
                print(f"iagcore: {self._stopped(checked, entry, error)}", file=sys.stderr)
                return False
            self._count(decision)
            self._progress.erase()
            tell(answer(entry.id, decision))
            if self._lists_nothing_of(entry.entry):
                tell(
                    f"    The directory has no {pointed_to(entry.entry)!r}: what was shown of it is what the file says."
                )
            self._progress.show(self._done)
        self._progress.erase()
        return True

    def _lists_nothing_of(self, entry: Entry) -> bool:
        id = pointed_to(entry)
        return id is not None and self._directory is not None and self._directory.listing(id) is None

    @property
    def summary(self) -> str:
        """What came of it, in a line."""
        if not self._total:
            return "Nothing is new."
        return (
            f"{self._done} recorded: {self._accepted} accepted, {self._done - self._accepted} refused; "
            f"{self._advised} with advice, {self._breached} with a breach."
        )

    def _count(self, decision: Decision) -> None:
        self._done += 1
        self._accepted += decision.accepted
        self._advised += bool(decision.advice)
        self._breached += bool(decision.breaches)
        self.stumbles += bool(stumbled(decision.considered, decision.restated))

    def _stopped(self, checked: Checked, entry: FileEntry, error: IagcoreError) -> str:
        what = str(error)
        if isinstance(error, UnknownJourney):
            what = (
                f"there is no journey {entry.journey!r}, since its start was refused: "
                "below that start, write one that can be accepted"
            )
        return (
            f"{checked.file.source.file}:{entry.line}: {what}. Recording stopped here. {self._done} of {self._total} "
            "new entries are on the record, and stay there; the same file can be recorded again"
        )


def tell(text: str) -> None:
    """Print, and go on where nobody reads any more: what was asked for is recorded all the same."""
    with suppress(BrokenPipeError):
        print(text)


def opening(checked: Checked) -> str:
    """What a file holds, and how much of it was on the record before."""
    entries, new = len(checked.file.entries), len(checked.new)
    lines = [f"{checked.file.source.file}: {counted(entries)}, under the policy {checked.policy.name}"]
    if entries > new:
        were = "was" if entries - new == 1 else "were"
        are_new = "none is new" if new == 0 else "1 is new" if new == 1 else f"{new} are new"
        lines.append(f"{counted(entries - new)} {were} already on the record; {are_new}")
    return "\n".join(lines)


def counted(entries: int) -> str:
    """A number of entries in words."""
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def answer(id: str, decision: Decision) -> str:
    """A decision under the id of its entry; what is due because of it is for `iagcore show`."""
    first, *others = attrs.evolve(decision, duties=()).explain().splitlines()
    return "\n".join([f"{id}: {first}", *(f"    {line}" for line in others)])


def stumbled(
    considered: Sequence[Assessment], restated: Sequence[tuple[str, Sequence[Assessment]]]
) -> list[Assessment]:
    """The refusals and breaches of a decision, those that a correction brings to other records among them."""
    found = [*considered, *(one for _, findings in restated for one in findings)]
    return [one for one in found if one.weight in (Weight.REFUSAL, Weight.BREACH)]
