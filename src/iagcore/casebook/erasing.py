"""Erasing: what an erasure takes, and the receipts that it leaves.

A learner goes with all their journeys, together. A journey that only refused this learner's start stays its own
learner's, and loses that refusal alone. Each home keeps one receipt without content; it releases the hours that were
still held, so that a coach's time is free again.
"""

import secrets
from datetime import datetime

import attrs

from iagcore.casebook.reading import Reading, version_in
from iagcore.casebook.writing import salted
from iagcore.record import sealing
from iagcore.record.journey import Journey
from iagcore.record.records import Envelope, Sort
from iagcore.record.stored import StoredRecord
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erasure


def erase(journal: Erasable, reading: Reading, learner: str, *, now: datetime, policy: str) -> Erasure:
    """One attempt to erase a learner. Raises `Conflict` where anything it rests on has moved on meanwhile."""
    filed = list(reading.journal.read(learner))
    homes = [reading.journey(name) for name in dict.fromkeys(one.home.partition(":")[2] for one in filed)]
    own = [home for home in homes if home.learner == learner]
    renames = {subject: f"{sealing.ERASED}{secrets.token_hex(16)}" for subject in (learner, *(o.subject for o in own))}
    expect = {learner: version_in(filed[-1], learner) if filed else 0} | {one.subject: one.version for one in homes}
    coaches = {line.coach for home in own for line in home.allowance.lines if line.held and line.coach is not None}
    expect |= {coach: reading.timeline(coach).version for coach in coaches}
    versions = dict(expect)
    receipts = [
        _receipt(home, learner, renames, versions, now=now, policy=policy, releases=home in own) for home in homes
    ]
    return journal.erase(renames, expect=expect, receipts=receipts)


def _receipt(
    home: Journey,
    learner: str,
    renames: dict[str, str],
    versions: dict[str, int],
    *,
    now: datetime,
    policy: str,
    releases: bool,
) -> StoredRecord:
    held = [line for line in home.allowance.lines if line.held] if releases else []
    about = dict.fromkeys((home.subject, learner, *(line.coach for line in held if line.coach is not None)))
    surrogate = secrets.token_hex(16)
    released = tuple(
        codec.line_state(attrs.evolve(line, held=0, starts_at=None, coach=None), home.surrogates[line.key], {})
        for line in held
    )
    filings = []
    for subject in about:
        versions[subject] += 1
        filings.append((renames.get(subject, subject), versions[subject]))
    return sealing.sealed(
        surrogate,
        salted(filings),
        codec.dump_envelope(Envelope(surrogate, len(about), now, now, policy, Sort.RECEIPT, released)),
        payload=None,
        id=None,
        previous=home.plain,
    )
