"""`iagcore import-csv`: a college's past sessions, from a spreadsheet onto the record.

The map is read and checked whole first. Then each row is recorded as late facts, or set aside with its reason; nothing
is guessed. A row that is on the record already is not recorded again, so a file can be imported as often as it takes.
"""

import argparse
import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import add_journal, book_of
from iagcore.cli.terminal import counting
from iagcore.exceptions import IagcoreError, IdUsedBefore, InvalidEntry, InvalidFile, InvalidPolicy, UnknownJourney
from iagcore.extending.book import Book
from iagcore.incoming.past_sessions import NOTES_OF_A_REPORT, LeftOut, PastSession, Sessions, SetAside
from iagcore.incoming.spreadsheet_map import SpreadsheetMap, read_spreadsheet_map
from iagcore.policy import Policy
from iagcore.practice.learners import JourneyStarted
from iagcore.record.findings import Assessment, Decision
from iagcore.storage.opening import open_journal
from iagcore.storage.protocols import Journal
from iagcore.storage.trial import TrialJournal

SET_SOMETHING_ASIDE: Final = 1
"""What it exits with where a row was set aside."""
TOLD_MOST: Final = 20
"""How many rows of a sort are told one by one."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `import-csv`."""
    parser = subcommands.add_parser(
        "import-csv",
        help="put past sessions from a spreadsheet on the record",
        description="Record the past sessions of a spreadsheet, saved as CSV, as late facts: held, missed or "
        "cancelled. A map in TOML says what its columns and words mean. What is not clear is set aside with its "
        "reason, and nothing is guessed; what is on the record already is not recorded again. Plans are not imported. "
        "Exit code: 0 every row is on the record, 1 some were set aside, 2 bad input.",
        epilog="example: iagcore import-csv sessions.csv --mapping map.toml --journal casebook.db --dry-run",
    )
    parser.add_argument("file", metavar="FILE", help="the spreadsheet, saved as CSV")
    parser.add_argument("--mapping", metavar="MAP.toml", required=True, help="what its columns and words mean")
    add_journal(parser)
    parser.add_argument(
        "--policy",
        metavar="NAME|FILE",
        help="a shipped policy or a .toml file; without it, what the map names; without either, starter",
    )
    parser.add_argument("--dry-run", action="store_true", help="judge every row, and record nothing")
    parser.add_argument(
        "--set-aside",
        metavar="FILE.csv",
        help="write the rows that were set aside there, each with its reason, to be mended and imported again",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import, and say what came of it. Raises `InvalidFile` for map or file, and whatever the journal raises."""
    by = read_spreadsheet_map(arguments.mapping)
    book = book_of(arguments)
    policy = book.policy(arguments.policy) if arguments.policy else policy_of(by, book)
    sessions = Sessions(arguments.file, by)
    with open_journal(arguments.journal) as journal, Report(arguments.set_aside, by, sessions) as report:
        beneath: Journal = TrialJournal(journal) if arguments.dry_run else journal
        importing = Importing(Casebook(beneath, policy, extend=book.extensions), by, report)
        try:
            with counting("rows") as progress:
                for done, one in enumerate(sessions, start=1):
                    importing.take(one)
                    progress(done)
        except IagcoreError:
            if importing.rows:  # what came before is on the record, and is said
                importing.tell(arguments.file, dry_run=arguments.dry_run)
            raise
        importing.tell(arguments.file, dry_run=arguments.dry_run)
    if report.rows and arguments.set_aside:
        print(f"They are in {arguments.set_aside}, each with its reason: mend them there, and import that file.")
    return SET_SOMETHING_ASIDE if importing.aside else 0


def policy_of(by: SpreadsheetMap, book: Book) -> Policy:
    """The policy that a map names; a `.toml` stands beside it, by its own path. Raises `InvalidFile`."""
    named = by.policy or "starter"
    try:
        return book.policy(Path(by.file).parent / named if named.lower().endswith(".toml") else named)
    except InvalidPolicy as error:
        raise by.source.wrong(f"policy: {error}", "policy") from None


class Importing:
    """Rows as they go on the record, and what came of them."""

    def __init__(self, casebook: Casebook, by: SpreadsheetMap, report: "Report") -> None:
        self._casebook, self._map, self._report = casebook, by, report
        self._now = utc_now()
        self._recorded = self._known = self._left_out = self._started = 0
        self._breaches: list[tuple[int, Assessment]] = []
        self._advice: Counter[str] = Counter()
        self.aside: list[SetAside] = []
        """The first few rows that were set aside."""
        self._more = 0
        self.rows = 0
        """How many rows were taken."""

    def take(self, one: PastSession | LeftOut | SetAside) -> None:
        """Put one row where it belongs."""
        self.rows += 1
        if isinstance(one, PastSession):
            found = self._record(one)
            if found is None:
                return
            one = found
        if isinstance(one, LeftOut):
            self._left_out += 1
            return
        self._report.add(one)
        if len(self.aside) < TOLD_MOST:
            self.aside.append(one)
        else:
            self._more += 1

    def _record(self, one: PastSession) -> SetAside | None:
        """Record a row, or say why it is set aside."""

        def aside(why: str) -> SetAside:
            return SetAside(row=one.row, cells=one.cells, column="", value="", why=why)

        moments = [one.at] if one.start is None else [one.at, one.start[1]]
        if any(moment > self._now for moment in moments):
            return aside("it is still to come, and what is to come is booked: plans are not imported")
        try:
            refused = self._start(one)
            if refused is not None:
                return aside(f"its journey was not started: {refused}")
            known = self._ids(one.journey)
            decisions = self._casebook.record_facts(one.journey, *one.facts, by=self._map.by, at=one.at, id=one.id)
        except UnknownJourney:
            return aside(
                f"there is no journey {one.journey!r}: start it first, or say in the row when it started ([start] in "
                f"{self._map.name})"
            )
        except IdUsedBefore as error:
            return aside(
                f"a session of this learner at that time is on the record with another {error.difference}, and nothing "
                f"on the record is edited: correct it by name ({error.id!r})"
            )
        except InvalidEntry as error:
            return aside(str(error))
        if not all(decision.accepted for decision in decisions):
            return aside(_said(decisions))
        if one.first in known:
            self._known += 1
        else:
            self._recorded += 1
            self._count(one.row, decisions)
        return None

    def _ids(self, journey: str) -> Sequence[str]:
        return tuple(self._casebook.journey(journey).ids)

    def _start(self, one: PastSession) -> str | None:
        """Start a row's journey where it says when, and there is none yet; gives back why it was refused."""
        if one.start is None:
            return None
        try:
            self._casebook.journey(one.journey)
            return None
        except UnknownJourney:
            start, at = one.start
            decision = self._casebook.record(one.journey, start, by=self._map.by, at=at, id=_id_of(start, at))
        if not decision.accepted:
            return _said([decision])
        self._started += 1
        self._count(one.row, [decision])
        return None

    def _count(self, row: int, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            self._breaches += [(row, one) for one in decision.breaches]
            self._advice.update(one.rule for one in decision.advice)

    def tell(self, file: str, *, dry_run: bool) -> None:
        """Say what came of it."""
        for aside in self.aside:
            print(f"set aside: {aside}")
        if self._more:
            print(f"… and {self._more} more rows set aside (--set-aside FILE.csv writes them all)")
        for row, breach in self._breaches[:TOLD_MOST]:
            print(f"breach: row {row}: {breach.rule}: {breach.sentence}")
        if len(self._breaches) > TOLD_MOST:
            print(f"… and {len(self._breaches) - TOLD_MOST} more breaches")
        if self._advice:
            print("advice: " + ", ".join(f"{code} on {count}" for code, count in sorted(self._advice.items())))
        would = "would be " if dry_run else ""
        aside_in_all = len(self.aside) + self._more
        print(
            f"{file}: {self._recorded} {'session' if self._recorded == 1 else 'sessions'} {would}recorded, "
            f"{self._started} {'journey' if self._started == 1 else 'journeys'} {would}started, "
            f"{self._known} on the record already, {self._left_out} left out as the map says, "
            f"{aside_in_all} set aside; {len({row for row, _ in self._breaches})} with a breach."
        )


def _said(decisions: Sequence[Decision]) -> str:
    return "; ".join(f"{one.rule}: {one.sentence}" for decision in decisions for one in decision.refusals)


def _id_of(start: JourneyStarted, at: datetime) -> str:
    """An id for a start, made of what it says: once it was refused and is mended, it is another one."""
    digest = hashlib.sha256(f"{start!r} {at.isoformat()}".encode()).hexdigest()
    return f"past start {digest[:16]}"


class Report:
    """The rows that were set aside, as a file of the same columns, with three more that say why.

    It is made with the first row, in the encoding and with the delimiter of the map, so that the map reads it as well.
    A row whose number of cells is wrong is written as it is, and is wrong there too until somebody mends it.
    """

    def __init__(self, path: str | None, by: SpreadsheetMap, sessions: Sessions) -> None:
        if path is not None and Path(path).exists():
            raise InvalidFile(path, None, "it is there already: name another file for what is set aside")
        self._path, self._map, self._sessions = path, by, sessions
        self._file: IO[str] | None = None
        self._writer: Any = None
        self.rows = 0
        """How many were written."""

    def add(self, aside: SetAside) -> None:
        """Write one row."""
        if self._path is None:
            return
        heading = self._sessions.heading
        if self._file is None:
            encoding = "utf-8-sig" if self._map.encoding == "utf-8" else self._map.encoding
            try:
                self._file = Path(self._path).open(  # noqa: SIM115 - closed with the report
                    "x", encoding=encoding, errors="surrogateescape", newline=""
                )
            except OSError as error:
                raise InvalidFile(self._path, None, f"it cannot be written: {error.strerror}") from None
            self._writer = csv.writer(self._file, delimiter=self._map.delimiter)
            self._writer.writerow([*heading, *NOTES_OF_A_REPORT])
        why = aside.why.encode(self._map.encoding, "backslashreplace").decode(self._map.encoding)
        notes = [str(aside.row), aside.column, why]
        self._writer.writerow([*aside.cells, *(notes if len(aside.cells) >= len(heading) else [])])
        self.rows += 1

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
