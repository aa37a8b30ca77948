"""A journal in the college's own database, in models that Django migrates, backs up and looks after.

An append takes its turn first: it waits for the one row of `Turn`. Then nothing that it has read moves on before it
commits, and records commit in the order of their numbers, so that whoever reads them all skips none.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
from django.db import IntegrityError, transaction
from django.db.models import Max

import iagcore as iag
from coaching import models
from iagcore.storage.protocols import Erasure, Filing, Pending, StoredRecord, follow_on, heads, renamed

PAGE, BYTES = 200, ("plain", "salted", "envelope", "payload")


class DjangoJournal:
    """A `Journal` and `Feed` that erases, on Django's models."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        follow_on(records, expect)
        with _turn(records[0].home if records else ""):
            _hold(expect, heads(records))
            _keep(records)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        filed = models.Filing.objects.filter(subject=subject).order_by("version").prefetch_related("record__filings")
        while page := list(filed.filter(version__gt=after)[:PAGE]):
            yield from (_stored(one.record) for one in page)
            after = page[-1].version

    def read_all(self, *, after: str | None = None) -> Iterator[StoredRecord]:
        kept = models.Record.objects.order_by("position").prefetch_related("filings")
        while page := list(kept.filter(position__gt=int(after or 0))[:PAGE]):
            yield from map(_stored, page)
            after = page[-1].position

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        follow_on(receipts, renamed(renames, expect))
        with _turn(next(iter(renames), "")):
            _hold({**expect, **dict.fromkeys(renames.values(), 0)}, heads(receipts, renames))
            found = models.Record.objects.filter(filings__subject__in=renames)
            worded = set(found.exclude(payload=None, record_id=None).values_list("pk", flat=True))
            models.Record.objects.filter(pk__in=worded).update(payload=None, record_id=None)
            for old, new in renames.items():
                models.Record.objects.filter(home=old).update(home=new)
                models.Filing.objects.filter(subject=old).update(subject=new, salt=None)
            _keep(receipts)
        left = Pending("the database and its log", "run VACUUM FULL and ANALYZE; let backups expire")
        return Erasure(len(worded), (left,))


@contextmanager
def _turn(first: str) -> Iterator[None]:
    try:
        with transaction.atomic(durable=True):
            models.Turn.objects.select_for_update().get_or_create(pk=1)
            yield
    except IntegrityError as error:  # a surrogate, or an id in its home, that is taken
        raise iag.Conflict(first) from error


def _hold(expect: Mapping[str, int], follows: Mapping[str, bytes]) -> None:
    filed = models.Filing.objects.order_by().filter(subject__in=expect).values_list("subject")
    found = dict(filed.annotate(Max("version")))
    for subject, expected in expect.items():
        if found.get(subject, 0) != expected:
            raise iag.Conflict(subject, expected, found.get(subject, 0))
    for home, plain in follows.items():
        last = models.Record.objects.filter(home=home).order_by("-position").first()
        if (bytes(last.plain) if last else b"") != plain:
            raise iag.Conflict(home)


def _keep(records: Sequence[StoredRecord]) -> None:
    for record in records:
        named = {name: getattr(record, name) for name in ("surrogate", "home", *BYTES)}
        kept = models.Record.objects.create(record_id=record.id, **named)
        models.Filing.objects.bulk_create(
            models.Filing(record=kept, place=place, **attrs.asdict(filing)) for place, filing in enumerate(record.about)
        )


def _stored(row: models.Record) -> StoredRecord:
    filed = ((one.subject, one.version, _bytes(one.commitment), _bytes(one.salt)) for one in row.filings.all())
    about = tuple(Filing(*one) for one in filed)
    kept = {name: _bytes(getattr(row, name)) for name in BYTES}
    return StoredRecord(surrogate=row.surrogate, about=about, id=row.record_id, position=f"{row.position:019d}", **kept)


def _bytes(found: Any) -> Any:
    return found if found is None else bytes(found)  # PostgreSQL's driver gives a view
