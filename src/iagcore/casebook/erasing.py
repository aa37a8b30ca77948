"""Erasing: what an erasure takes, and the receipts that it leaves.

A learner goes with all their journeys, together. A home that is somebody else's keeps its own record, and loses only
the refusals that stand under this learner: a start that named them, or what they asked for there. Each home touched
keeps one receipt without content, which lists the records whose words went; it releases the hours that were still
booked, so that a coach's time is free again.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

import attrs

from iagcore.casebook.reading import Reading
from iagcore.casebook.writing import salted
from iagcore.practice.allowance import Line
from iagcore.practice.parties import CONCERN, concerns_of, journey_of, name_of_home, role_of
from iagcore.record.journey import Journey, joined
from iagcore.record.records import Envelope, Sort
from iagcore.storage import codec, sealing
from iagcore.storage.erasures import ErasurePreview
from iagcore.storage.protocols import GONE, HELD, NOTHING_FOUND, Erases, Erasure, Pending
from iagcore.storage.stored import StoredRecord


@attrs.frozen(kw_only=True)
class Touched:
    """A home that an erasure touches: its records, those whose words go, where it stands, and the lines it releases."""

    subject: str
    records: tuple[StoredRecord, ...]
    losing: tuple[str, ...]
    version: int
    booked: tuple[tuple[str, Line], ...] = ()

    @property
    def is_in_confidence(self) -> bool:
        """Whether it is in confidence; how many such records go is told to nobody."""
        return role_of(self.subject) == CONCERN

    @property
    def others(self) -> tuple[str, ...]:
        """What its receipt stands under besides: the coaches of what is booked, and where what is apart was found."""
        filed = (filing.subject for one in self.records for filing in one.about)
        coaches = (line.coach for _, line in self.booked)
        return tuple(dict.fromkeys((*filter(None, coaches), *(one for one in filed if journey_of(one)))))


@attrs.frozen
class Plan:
    """What an erasure of a learner takes.

    Attributes: `homes` (those that it touches); `renames` (the learner, and the homes that go whole, each with a fresh
    random name); `expect` (the versions it rests on); `held` (something holds the record).
    """

    homes: tuple[Touched, ...]
    renames: dict[str, str]
    expect: dict[str, int]
    held: bool

    @property
    def answer(self) -> str:
        """What is answered: of somebody who is named in confidence alone, no more than of somebody who is not there."""
        if self.held:
            return HELD
        return NOTHING_FOUND if all(home.is_in_confidence for home in self.homes) else GONE

    @property
    def journeys(self) -> tuple[str, ...]:
        """The names of the journeys that go whole."""
        return tuple(name_of_home(one) for one in self.renames if role_of(one) == "journey")


@attrs.frozen
class AskedToErase:
    """What an erasure is decided by.

    Attributes: `learner`; `holds` (whether something holds one of the learner's journeys; it raises where that may not
    be asked, and is asked at least once); `role` (of whoever asks) and `ground` (one of `GROUNDS`, or None where none
    is given), which the receipts keep.
    """

    learner: str
    holds: Callable[[Journey], bool]
    role: str
    ground: str | None = None


def planned(reading: Reading, asked: AskedToErase) -> Plan:
    """What an erasure would take as the record stands now."""
    learner = asked.learner
    filed = list(reading.journal.read(learner))
    expect = {learner: filed[-1].version_of(learner) if filed else 0}
    names = dict.fromkeys(name_of_home(one.home) for one in filed if role_of(one.home) == "journey")
    journeys = [reading.journey(name) for name in names]
    theirs = [one for one in journeys if one.learner == learner]
    # what is in confidence on their journeys goes with them, and so does what names them elsewhere
    apart = {found: list(reading.journal.read(found)) for found in (concerns_of(one.name) for one in theirs)}
    filed = list({one.surrogate: one for there in (filed, *apart.values()) for one in there}.values())
    concerns = reading.in_confidence(filed)
    held = [asked.holds(joined(one, concerns)) for one in theirs or [Journey("asked", learner=learner)]]
    homes = tuple(_home(reading, subject, learner, filed) for subject in dict.fromkeys(one.home for one in filed))
    own = [
        home.subject
        for home in homes
        # a coach's record is the coach's, whoever else asked for something on it
        if role_of(home.subject) != "coach" and len(home.losing) == len(home.records)
    ]
    gone = (learner, *own, *(found for found, there in apart.items() if there))
    renames = {subject: f"{sealing.ERASED}{secrets.token_hex(16)}" for subject in gone}
    expect |= {one.subject: one.version for one in homes}
    # a concern that is raised meanwhile changes one of these, and the erasure is then judged again
    expect |= {one: reading.timeline(one).version for home in homes for one in home.others}
    expect |= {found: there[-1].version_of(found) if there else 0 for found, there in apart.items()}
    return Plan(homes, renames, expect, any(held))


def erase(journal: Erases, reading: Reading, asked: AskedToErase, *, now: datetime, policy: str) -> Erasure:
    """One attempt to erase a learner. Raises `Conflict` where anything it rests on has moved on meanwhile."""
    plan = planned(reading, asked)
    if plan.held or not plan.homes:
        return Erasure(0, answer=plan.answer)
    versions = dict(plan.expect)
    receipts = [_receipt(home, asked, plan.renames, versions, now=now, policy=policy) for home in plan.homes]
    erasure = journal.erase(plan.renames, expect=plan.expect, receipts=receipts)
    hidden = (one for home in plan.homes if home.is_in_confidence for one in home.records)
    taken = {surrogate for home in plan.homes for surrogate in home.losing}
    untold = sum(one.payload is not None and one.surrogate in taken for one in hidden)
    return attrs.evolve(erasure, records=erasure.records - untold, answer=plan.answer)


def previewed(reading: Reading, asked: AskedToErase, left: tuple[Pending, ...]) -> ErasurePreview:
    """What an erasure would take, where `left` is pending from earlier ones."""
    plan = planned(reading, asked)
    if plan.answer != GONE:
        return ErasurePreview(answer=plan.answer, pending=left)
    others = [home for home in plan.homes if home.subject not in plan.renames]
    return ErasurePreview(
        answer=GONE,
        journeys=plan.journeys,
        records=sum(len(home.losing) for home in plan.homes if not home.is_in_confidence),
        others=sum(len(home.losing) for home in others if not home.is_in_confidence),
        hours=sum(len(home.booked) for home in plan.homes),
        pending=left,
    )


def _home(reading: Reading, subject: str, learner: str, filed: list[StoredRecord]) -> Touched:
    filed_there = list(reading.journal.read(subject))
    # bookings stand under their coach, too, and are other homes' records
    records = tuple(one for one in filed_there if one.home == subject)
    version = filed_there[-1].version_of(subject)
    journey = reading.journey(name_of_home(subject)) if role_of(subject) == "journey" else None
    if journey is None or journey.learner != learner:
        # somebody else's, or one that was erased before: only what stands under this learner goes
        losing = tuple(one.surrogate for one in filed if one.home == subject)
        return Touched(subject=subject, records=records, losing=losing, version=version)
    booked = tuple((journey.surrogates[line.key], line) for line in journey.allowance.lines if line.booked)
    losing = tuple(one.surrogate for one in records)
    return Touched(subject=subject, records=records, losing=losing, version=version, booked=booked)


def _receipt(
    home: Touched, asked: AskedToErase, renames: dict[str, str], versions: dict[str, int], *, now: datetime, policy: str
) -> StoredRecord:
    about = dict.fromkeys((home.subject, asked.learner, *home.others))
    surrogate = secrets.token_hex(16)
    released = tuple(
        codec.line_state(attrs.evolve(line, booked=0, starts_at=None, coach=None), line_surrogate, {})
        for line_surrogate, line in home.booked
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
        ground=asked.ground,
        role=asked.role,
    )
    return sealing.sealed(
        surrogate,
        salted(filings),
        codec.dump_envelope(envelope),
        payload=None,
        id=None,
        previous=home.records[-1].plain,
    )
