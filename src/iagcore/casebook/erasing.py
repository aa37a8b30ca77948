"""Erasing: what an erasure takes, and the receipts that it leaves.

A learner goes with all their journeys, together. A home that is somebody else's keeps its own record, and loses only
the refusals that stand under this learner: a start that named them, or what they asked for there. Each home touched
keeps one receipt without content, which lists the records whose words went; it releases the hours that were still
held, so that a coach's time is free again.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import attrs

from iagcore.casebook.due import SUFFIX, DueIndex
from iagcore.casebook.reading import Reading, version_in
from iagcore.casebook.writing import salted
from iagcore.exceptions import UnusableJournal
from iagcore.practice.allowance import Line
from iagcore.practice.parties import name_of_home, role_of
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record import sealing
from iagcore.record.journey import Journey
from iagcore.record.records import Envelope, Sort
from iagcore.record.rules import Rule
from iagcore.record.stored import StoredRecord
from iagcore.rulebook.safeguarding import ESCALATION_DUE
from iagcore.storage import codec
from iagcore.storage.protocols import HELD, NOTHING_FOUND, Erasable, Erases, Erasure, Feed, Journal, Pending


@attrs.frozen
class Home:
    """A home that an erasure touches: its records, those whose words go, where it stands, and the lines it releases."""

    subject: str
    records: tuple[StoredRecord, ...]
    losing: tuple[str, ...]
    version: int
    held: tuple[tuple[str, Line], ...] = ()


@attrs.frozen
class Plan:
    """What an erasure of a learner takes.

    Attributes: `homes` (those that it touches); `renames` (the learner, and the homes that go whole, each with a fresh
    random name); `expect` (the versions it rests on); `held` (something holds the record).
    """

    homes: tuple[Home, ...]
    renames: dict[str, str]
    expect: dict[str, int]
    held: bool

    @property
    def journeys(self) -> tuple[str, ...]:
        """The names of the journeys that go whole."""
        return tuple(name_of_home(one) for one in self.renames if role_of(one) == "journey")

    @property
    def others(self) -> tuple[str, ...]:
        """The homes that stay, and lose what stands under this learner."""
        return tuple(one.subject for one in self.homes if one.subject not in self.renames)


@attrs.frozen
class AskedToErase:
    """What an erasure is decided by.

    Attributes: `learner`; `holds` (whether something holds one of the learner's journeys; it raises where that may not
    be asked, and is asked at least once); `concerned` (gives the journeys on which a concern is open: one that names
    the learner holds their record, whosever journey it is on).
    """

    learner: str
    holds: Callable[[Journey], bool]
    concerned: Callable[[], Iterable[Journey]]


def planned(reading: Reading, asked: AskedToErase) -> Plan:
    """What an erasure would take as the record stands now."""
    learner = asked.learner
    filed = list(reading.journal.read(learner))
    names = dict.fromkeys(name_of_home(one.home) for one in filed if role_of(one.home) == "journey")
    journeys = [reading.journey(name) for name in names]
    theirs = [one for one in journeys if one.learner == learner]
    held = [asked.holds(journey) for journey in theirs or [Journey("asked", learner=learner)]]
    held += [_is_named(journey, learner) for journey in asked.concerned()]
    homes = tuple(_home(reading, subject, learner, filed) for subject in dict.fromkeys(one.home for one in filed))
    own = [
        home.subject
        for home in homes
        # a coach's record is the coach's, whoever else asked for something on it
        if role_of(home.subject) != "coach" and len(home.losing) == len(home.records)
    ]
    renames = {subject: f"{sealing.ERASED}{secrets.token_hex(16)}" for subject in (learner, *own)}
    expect = {learner: version_in(filed[-1], learner) if filed else 0} | {one.subject: one.version for one in homes}
    coaches = {line.coach for home in homes for _, line in home.held if line.coach is not None}
    expect |= {coach: reading.timeline(coach).version for coach in coaches}
    return Plan(homes, renames, expect, any(held))


def _is_named(journey: Journey, learner: str) -> bool:
    """Whether a concern that is open on a journey names a learner."""
    are_open = {one.id for one in journey.safeguarding.open}
    raised = (place.original for place in journey.places if isinstance(place.original, ConcernRaised))
    return any(one.learner == learner and one.concern in are_open for one in raised)


def erase(
    journal: Erases,
    reading: Reading,
    asked: AskedToErase,
    *,
    now: datetime,
    policy: str,
) -> Erasure:
    """One attempt to erase a learner. Raises `Conflict` where anything it rests on has moved on meanwhile."""
    plan = planned(reading, asked)
    if plan.held or not plan.homes:
        return Erasure(0, answer=HELD if plan.held else NOTHING_FOUND)
    versions = dict(plan.expect)
    receipts = [_receipt(home, asked.learner, plan.renames, versions, now=now, policy=policy) for home in plan.homes]
    return journal.erase(plan.renames, expect=plan.expect, receipts=receipts)


def concerned(reading: Reading, index: DueIndex, rules: Sequence[Rule]) -> Iterator[Journey]:
    """The journeys on which a concern is open, as the duties on a caseload tell; none of a journal without a feed."""
    if not isinstance(reading.journal, Feed):
        return
    try:
        index.refresh(reading, rules)
        found = index.duties(zone=UTC)
    except UnusableJournal:
        # what cannot be looked up is looked at, since a hold must not be missed
        with DueIndex() as fresh:
            fresh.refresh(reading, rules)
            found = fresh.duties(zone=UTC)
    for home in dict.fromkeys(one.about for one in found if one.rule == ESCALATION_DUE):
        yield reading.journey(name_of_home(home))


# ---- what is pending


def pending(journal: Erases, indexes: Iterable[DueIndex]) -> tuple[Pending, ...]:
    """Where what was erased may still be: in the journal, and in the indexes beside it."""
    return (*_pending_in(journal), *(left for index in indexes for left in _pending_on(index, index.pending)))


def finish(journal: Erases, indexes: Iterable[DueIndex], *, expired: date | None = None) -> tuple[Pending, ...]:
    """End what is pending in either, and give what is pending still."""
    if isinstance(journal, Erasable):
        journal.finish(expired=expired)
    for index in indexes:
        _pending_on(index, index.finish)
    return pending(journal, indexes)


def _pending_in(journal: Erases) -> tuple[Pending, ...]:
    if isinstance(journal, Erasable):
        return journal.pending()
    return (Pending(f"this journal ({type(journal).__name__})", "it cannot say: ask the person who looks after it"),)


def _pending_on(index: DueIndex, asked: Callable[[], tuple[Pending, ...]]) -> tuple[Pending, ...]:
    try:
        return asked()
    except UnusableJournal as error:
        return (Pending(f"the index of duties ({index.path})", f"it could not be cleared: {error.reason}"),)


@contextmanager
def beside(journal: Journal, own: DueIndex) -> Iterator[tuple[DueIndex, ...]]:
    """The indexes of duties that hold what a journal says: a casebook's own, and one that lies beside the file."""
    path = getattr(journal, "path", None)
    other = None if path is None else f"{path}{SUFFIX}"
    if other is None or not Path(other).exists() or Path(other) == Path(own.path).absolute():
        yield (own,)
        return
    with DueIndex(other) as index:
        yield own, index


def cleared(
    journal: Journal, indexes: Sequence[DueIndex], reading: Reading, rules: Sequence[Rule]
) -> tuple[Pending, ...]:
    """Take what is gone from the record out of the indexes, and give what could not be."""
    if not isinstance(journal, Feed):
        return ()
    failed = []
    for index in indexes:
        try:
            index.refresh(reading, rules)
        except UnusableJournal as error:
            # the learner is erased all the same, and whoever asked has to know what is left to do
            failed.append(Pending(f"the index of duties ({index.path})", f"it could not be cleared: {error.reason}"))
    return tuple(failed)


def _home(reading: Reading, subject: str, learner: str, filed: list[StoredRecord]) -> Home:
    filed_there = list(reading.journal.read(subject))
    # bookings stand under their coach, too, and are other homes' records
    records = tuple(one for one in filed_there if one.home == subject)
    version = version_in(filed_there[-1], subject)
    journey = reading.journey(name_of_home(subject)) if role_of(subject) == "journey" else None
    if journey is None or journey.learner != learner:
        # somebody else's, or one that was erased before: only what stands under this learner goes
        return Home(subject, records, tuple(one.surrogate for one in filed if one.home == subject), version)
    held = tuple((journey.surrogates[line.key], line) for line in journey.allowance.lines if line.held)
    return Home(subject, records, tuple(one.surrogate for one in records), version, held)


def _receipt(
    home: Home, learner: str, renames: dict[str, str], versions: dict[str, int], *, now: datetime, policy: str
) -> StoredRecord:
    about = dict.fromkeys((home.subject, learner, *(line.coach for _, line in home.held if line.coach is not None)))
    surrogate = secrets.token_hex(16)
    released = tuple(
        codec.line_state(attrs.evolve(line, held=0, starts_at=None, coach=None), line_surrogate, {})
        for line_surrogate, line in home.held
    )
    filings = []
    for subject in about:
        versions[subject] += 1
        filings.append((renames.get(subject, subject), versions[subject]))
    envelope = Envelope(
        surrogate=surrogate,
        subjects=len(about),
        at=now,
        recorded_at=now,
        policy=policy,
        sort=Sort.RECEIPT,
        lines=released,
        erases=home.losing,
    )
    return sealing.sealed(
        surrogate,
        salted(filings),
        codec.dump_envelope(envelope),
        payload=None,
        id=None,
        previous=home.records[-1].plain,
    )
