"""Erasing: what an erasure takes, and the receipts that it leaves.

A learner goes with all their journeys, together. A home that is somebody else's keeps its own record, and loses only
the refusals that stand under this learner: a start that named them, or what they asked for there. Each home touched
keeps one receipt without content, which lists the records whose words went; it releases the hours that were still
held, so that a coach's time is free again.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

import attrs

from iagcore.casebook.reading import Reading, version_in
from iagcore.casebook.writing import salted
from iagcore.practice.allowance import Line
from iagcore.practice.parties import name_of_home, role_of
from iagcore.record import sealing
from iagcore.record.journey import Journey
from iagcore.record.records import Envelope, Sort
from iagcore.record.stored import StoredRecord
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erasure, Gone


@attrs.frozen
class Home:
    """A home that an erasure touches: its records, those whose words go, where it stands, and the lines it releases."""

    subject: str
    records: tuple[StoredRecord, ...]
    losing: tuple[str, ...]
    version: int
    held: tuple[tuple[str, Line], ...] = ()


def erase(
    journal: Erasable,
    reading: Reading,
    learner: str,
    judged: Callable[[Journey], None],
    *,
    now: datetime,
    policy: str,
) -> Erasure:
    """One attempt to erase a learner. Raises `Conflict` where anything it rests on has moved on meanwhile.

    `judged` raises where one of the learner's journeys may not be erased; it is asked at least once.
    """
    filed = list(reading.journal.read(learner))
    names = dict.fromkeys(name_of_home(one.home) for one in filed if role_of(one.home) == "journey")
    theirs = [one for one in map(reading.journey, names) if one.learner == learner]
    for journey in theirs or [Journey("asked", learner=learner)]:
        judged(journey)
    if not filed:
        return Erasure(0, Gone.COMPLETE, "Nothing is on the record under this name: is it spelt right?")
    homes = [_home(reading, subject, learner, filed) for subject in dict.fromkeys(one.home for one in filed)]
    own = [
        home.subject
        for home in homes
        # a coach's record is the coach's, whoever else asked for something on it
        if role_of(home.subject) != "coach" and len(home.losing) == len(home.records)
    ]
    renames = {subject: f"{sealing.ERASED}{secrets.token_hex(16)}" for subject in (learner, *own)}
    expect = {learner: version_in(filed[-1], learner)} | {one.subject: one.version for one in homes}
    coaches = {line.coach for home in homes for _, line in home.held if line.coach is not None}
    expect |= {coach: reading.timeline(coach).version for coach in coaches}
    versions = dict(expect)
    receipts = [_receipt(home, learner, renames, versions, now=now, policy=policy) for home in homes]
    return journal.erase(renames, expect=expect, receipts=receipts)


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
