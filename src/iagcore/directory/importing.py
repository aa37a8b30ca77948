"""The whole way of a service directory into a directory: files are opened, services found, repaired and kept.

A record is repaired where that is safe, and kept; only what no service can be made of is set aside, with its reason.
One bad record never stops the rest, nor does one bad file. Everything that was repaired or set aside is told as it
comes, and the summary adds up: what was read is what was kept, what was said again, and what was set aside.
"""

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any, Final

import attrs

from iagcore.directory.cleaning import REPAIRS
from iagcore.directory.json_stream import Unreadable
from iagcore.directory.normalising import opportunity_of
from iagcore.directory.protocols import Directory, Kept, Remembering, Unread
from iagcore.directory.reading import Document, Tables, digest_of_files, files_in
from iagcore.directory.shapes import Around, NotAService, Service
from iagcore.directory.tables import TABLES, Package, table_in
from iagcore.exceptions import InvalidFile
from iagcore.opportunities import Opportunity
from iagcore.practice.kinds import accept_day, accept_id, accepted, kept

SET_ASIDE: Final = "set aside"
"""What is told of a record that no opportunity can be made of, beside the sorts of repair."""
OF_THE_FILE: Final = "file"
"""What is told of a file as a whole."""
IDS_TOLD: Final = 10
"""Ids that a line of the summary names."""
MOST_GONE: Final = 0.5
"""The share of a feed that one full import may mark as gone, unless it is told that more may go."""


@attrs.frozen(kw_only=True)
class Told:
    """One thing to know of an import: in which file, of which record (1 is the first; None: of the file), and what.

    `sort` is one of the `REPAIRS`, or *set aside*, or *file*; `record_id` is what the feed calls the record.
    """

    file: str
    record: int | None
    record_id: str | None
    sort: str
    sentence: str

    def __str__(self) -> str:
        where = self.file if self.record is None else f"{self.file}: record {self.record}"
        aside = "set aside, since " if self.sort == SET_ASIDE else ""
        return f"{where}{f' ({self.record_id})' if self.record_id else ''}: {aside}{self.sentence}"


@attrs.frozen(kw_only=True)
class Summary:
    """What an import came to. `read` = `kept` + `repeated` + `set_aside`.

    Attributes: `files`, how many could be read; `unread`, what is wrong with the others; `whole`, whether nothing was
    lost that may have been a service; `read`, records; `set_aside`; `repaired`, how many records needed each sort of
    repair; `records_repaired`, how many needed any; `counts`, what the directory made of those that were kept;
    `same_as`, the day of the import that read these very files, where they were not read again.
    """

    files: int
    unread: tuple[InvalidFile, ...] = attrs.field(converter=kept)
    whole: bool
    read: int
    set_aside: int
    repaired: dict[str, int]
    records_repaired: int
    counts: Kept
    same_as: date | None = None

    @property
    def written(self) -> str:
        """It as a text, without what could not be read, as a directory remembers it."""
        said = attrs.asdict(self, filter=lambda field, _: field.name not in {"unread", "same_as"})
        return json.dumps(said, sort_keys=True)

    @classmethod
    def read_again(cls, text: str, day: date) -> "Summary":
        """The summary of an import that says the same as the one of that day."""
        said = json.loads(text)
        was = Kept(**said.pop("counts"))
        counts = Kept(unchanged=was.kept, repeated=was.repeated, contradicted=was.contradicted)
        return cls(**said, unread=(), counts=counts, same_as=day)

    @property
    def kept(self) -> int:
        """How many opportunities the directory has of what was read."""
        return self.counts.kept

    @property
    def repeated(self) -> int:
        """How many records said again what another said."""
        return self.counts.repeated

    def __str__(self) -> str:
        counts = self.counts
        same = [f"the same as on {self.same_as:%d %b %Y}, and so not read again"] if self.same_as else []
        lines = [
            *same,
            f"{self.read} read: {self.kept} kept, {self.repeated} said again, {self.set_aside} set aside",
            f"of those kept, {counts.new} new, {counts.changed} changed, {counts.unchanged} as before",
        ]
        if counts.gone:
            lines.append(f"{counts.gone} gone: the feed has them no longer, and they are kept as gone")
        if counts.contradicted:
            lines.append(f"said in two ways, so that neither is known: {_named(counts.contradicted)}")
        if counts.reused:
            lines.append(
                f"under the id of another service, by name and organisation: {_named(counts.reused)}; look at each, "
                "since the feed may have given the id away"
            )
        if counts.held_back:
            lines.append(f"{counts.held_back} are not in these files, and were not marked as gone")
        if counts.back:
            lines.append(f"{counts.back} back: they had been gone")
        if self.repaired:
            lines.append(f"{self.records_repaired} repaired or not understood in part:")
            lines += [f"  {count:>6}  {sort}: {REPAIRS[sort]}" for sort, count in sorted(self.repaired.items())]
        return "\n".join(lines)


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - IDS_TOLD
    return f"{', '.join(ids[:IDS_TOLD])}{f' and {more} more' if more > 0 else ''}"


def import_files(
    paths: Iterable[str | os.PathLike[str]],
    directory: Directory,
    *,
    feed: str,
    today: date,
    full: bool = False,
    most_gone: float = MOST_GONE,
    every: bool = False,
    tell: Callable[[Told], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Import files, folders and zips into a directory, as one feed, and say what came of it.

    `feed` names the publisher's list (an id: 1 to 64 characters). With `full` the files are all that is in it, and
    what it no longer has is marked gone; that is left undone where something of it could not be read, and where more
    than `most_gone` of the feed (a share, 0 to 1) would go: the summary's `whole` and `counts.held_back` say so.
    `tell` is given each thing to know, as it comes; `progress` the number of records read so far. Nothing of it is
    kept where the directory raises. A file that cannot be read is in the summary, and raises nothing. Files that are
    the same as at the import before are not read again, and nothing of them is told, unless `every` asks for it;
    `Summary.same_as` is the day of that import.
    """
    accepted("feed", feed, accept_id)
    accepted("today", today, accept_day)
    paths = tuple(paths)
    remembering = directory if isinstance(directory, Remembering) else None
    digest = digest_of_files(paths, full=full, most_gone=most_gone) if remembering else None
    if remembering and digest and not every:
        again = remembering.listed_again(feed, digest, today=today)
        if again is not None:
            return Summary.read_again(again[1], again[0])
    before = remembering.last_import(feed) if remembering else 0
    reading = _Reading(tell or _untold, progress or _untold)
    counts = directory.keep(reading.arrivals(paths), feed=feed, today=today, full=full, most_gone=most_gone)
    summary = Summary(
        files=reading.files,
        unread=reading.unread,
        whole=reading.whole,
        read=reading.read,
        set_aside=reading.set_aside,
        repaired=dict(reading.repaired),
        records_repaired=reading.records_repaired,
        counts=counts,
    )
    if remembering and digest and not summary.unread and not counts.held_back:
        remembering.remember(feed, digest, summary.written, after=before)
    return summary


def _untold(_: Any) -> None:
    """Nobody asked to be told."""


class _Reading:
    """What was read of some files so far."""

    def __init__(self, tell: Callable[[Told], None], progress: Callable[[int], None]) -> None:
        self._tell, self._progress = tell, progress
        self.files = self.read = self.set_aside = self.records_repaired = 0
        self.unread: list[InvalidFile] = []
        self.whole = True
        self.repaired: Counter[str] = Counter()

    def arrivals(self, paths: Iterable[str | os.PathLike[str]]) -> Iterator[Opportunity | Unread]:
        """The opportunities in the files, in their order, and what could not be read of them."""
        for path in paths:
            with ExitStack() as stack:
                try:
                    for file in files_in(path, stack):
                        yield from self._file(file)
                except InvalidFile as error:
                    yield self._unread(error)

    def _unread(self, error: InvalidFile) -> Unread:
        self.unread.append(error)
        return self._lost()

    def _lost(self) -> Unread:
        """Something that may have been a service, and is not known by its id."""
        self.whole = False
        return Unread(None)

    def _file(self, file: Document | Tables) -> Iterator[Opportunity | Unread]:
        try:
            yield from self._document(file) if isinstance(file, Document) else self._package(file)
        except InvalidFile as error:
            yield self._unread(error)
        else:
            self.files += 1

    def _document(self, file: Document) -> Iterator[Opportunity | Unread]:
        number, said, around = 0, _PageSays(), Around()

        def warn(sort: str, sentence: str) -> None:
            self._tell(Told(file=file.name, record=None, record_id=None, sort=sort, sentence=sentence))

        for value in file.values(warn):
            if isinstance(value, Unreadable):
                number += 1
                yield from self._found(file.name, number, NotAService(value.reason))
                continue
            said.look_at(value.value, value.beside)
            for found in around.services_in(value.value, value.beside):
                number += 1
                if isinstance(found, Service) and value.mended:
                    found.notes.add("json", "it was not quite JSON, and what is right of it was kept")
                yield from self._found(file.name, number, found)
        for sentence in said.contradicted_by(number):
            warn(OF_THE_FILE, sentence)

    def _package(self, package: Tables) -> Iterator[Opportunity | Unread]:
        def warn(sort: str, sentence: str) -> None:
            self._tell(Told(file=package.name, record=None, record_id=None, sort=sort, sentence=sentence))

        with Package() as kept_rows:
            lost: list[str] = []
            for name, table, open in package.tables:
                try:
                    columns, rows = table_in(package.lines(name, open, warn), table, lost.append)
                    if columns.instead:
                        reason = f"it lists {columns.instead}, and no services; give the table of services"
                        raise InvalidFile(name, None, reason)
                    for sentence in columns.said:
                        self._tell(Told(file=name, record=None, record_id=None, sort=OF_THE_FILE, sentence=sentence))
                    kept_rows.add(table, rows)
                except csv.Error as error:
                    raise InvalidFile(name, None, f"it is no table that can be read ({error})") from None
                for sentence in lost:
                    self._tell(Told(file=name, record=None, record_id=None, sort=OF_THE_FILE, sentence=sentence))
                if lost or columns.lacking:
                    lost.clear()
                    yield self._lost()
                if "name" in columns.lacking:
                    kept_rows.set_aside_the_nameless()
            number = 0
            for number, found in enumerate(kept_rows.services(), start=1):
                yield from self._found(package.name, number, found)
            for sentence in kept_rows.orphans():
                warn("link", sentence)
            tables = {table for _, table, _ in package.tables}
            if "service" not in tables:
                warn(OF_THE_FILE, f"it is the {TABLES[min(tables)][0]} of a package: import them with its services")
            elif not number:
                warn(OF_THE_FILE, "it lists no service")

    def _found(self, file: str, number: int, found: Service | NotAService) -> Iterator[Opportunity | Unread]:
        opportunity = None if isinstance(found, NotAService) else opportunity_of(found.record, found.notes)
        if opportunity is None:
            aside = found if isinstance(found, NotAService) else NotAService("it has neither an id nor a name")
            self._aside(file, number, aside)
            # it may be any service that was kept before, under an id or without one
            if not aside.certainly:
                yield self._lost()
            return
        assert isinstance(found, Service)  # there is an opportunity of it
        self._count()
        for sort, sentence in found.notes.said:
            self._tell(Told(file=file, record=number, record_id=opportunity.id, sort=sort, sentence=sentence))
        self.repaired.update(found.notes.repairs)
        self.records_repaired += bool(found.notes.said)
        yield opportunity

    def _aside(self, file: str, number: int, found: NotAService) -> None:
        self.set_aside += 1
        self._count()
        self._tell(Told(file=file, record=number, record_id=found.id, sort=SET_ASIDE, sentence=found.reason))

    def _count(self) -> None:
        self.read += 1
        self._progress(self.read)


class _PageSays:
    """What the pages of a document say of themselves, which is not always so."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}

    def look_at(self, value: Any, beside: dict[str, Any]) -> None:
        """Note what a page, or what stood before a page's list, says of how much there is."""
        for holder in (beside, value):
            if not isinstance(holder, dict):
                continue
            for name, names in _PAGE_WORDS.items():
                number = next((holder[one] for one in names if type(holder.get(one)) is int), None)
                if number is not None:
                    self._said[name] = max(number, self._said.get(name, 0))

    def contradicted_by(self, records: int) -> Iterator[str]:
        """What it says that the records in the document do not bear out, a sentence each."""
        items, pages = self._said.get("items"), self._said.get("pages")
        if not records:
            yield "it lists no service"
        if items is not None and items != records:
            yield f"it says that there are {items} records in all, and holds {records}"
        if pages is not None and pages > 1:
            yield f"it says that it is one of {pages} pages: import the others with it, if there are any"


_PAGE_WORDS: Final = {
    "items": ("total_items", "totalElements", "total_elements", "totalItems"),
    "pages": ("total_pages", "totalPages"),
}
"""What a page says of the whole, in Open Referral UK 3.0 and HSDS, and in Open Referral UK 1."""
