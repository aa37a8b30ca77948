"""The seal: what shows that a record was altered, moved or taken away.

Each home has a chain of two digests over the bytes as they are stored. *Salted* covers the payload (with the salt
inside it) and the caller's id; *plain* covers the plain digest before it, the envelope, the salted digest, and a
commitment to each subject, so that it can still be recomputed after an erasure took the payload. No name is hashed in
the open, because names change when a learner is erased: a commitment is a digest of the subject under a salt of its
own, and an erasure drops the salts of the names it removes, so that nobody can find them again by trying.

A missing payload is licensed only by a receipt that lists the record, and a commitment to a name that was not erased
must still open at its version, so a record cannot be moved to another coach, or to another place on a timeline. Heads
(the last plain digest of a home) are for keeping elsewhere: only they show that the tail was cut off.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import attrs

from iagcore.practice.parties import role_of
from iagcore.storage.stored import Filing, StoredRecord

ERASED: Final = "erased:"
"""The names that erased subjects take begin so."""


def _digest(label: str, *parts: bytes) -> bytes:
    # each part is led by its length, so that no two different rows of parts give the same bytes
    total = sha256()
    for part in (label.encode(), *parts):
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()


def commitment(subject: str, version: int, salt: bytes) -> bytes:
    """What binds a record to its place under a subject without naming it."""
    return _digest("subject", salt, version.to_bytes(8, "big"), subject.encode())


def salted(payload: bytes, id: str) -> bytes:
    """The digest of what an erasure removes; the payload carries its own salt."""
    return _digest("salted", payload, id.encode())


def plain(previous: bytes, envelope: bytes, salted: bytes, commitments: Iterable[bytes]) -> bytes:
    """The digest that chains a record to the one before it in its home."""
    return _digest("plain", previous, envelope, salted, *commitments)


def sealed(
    surrogate: str,
    filings: Iterable[tuple[str, int, bytes]],
    envelope: bytes,
    *,
    payload: bytes | None,
    id: str | None,
    previous: bytes,
) -> StoredRecord:
    """A record ready for a store, chained to the `previous` plain digest of its home.

    `filings` are its subjects with the version and a fresh salt for each, home first.
    """
    about = tuple(
        Filing(subject, version, commitment(subject, version, salt), salt) for subject, version, salt in filings
    )
    digest = salted(payload or b"", id or "")
    return StoredRecord(
        surrogate=surrogate,
        about=about,
        envelope=envelope,
        payload=payload,
        id=id,
        plain=plain(previous, envelope, digest, [filing.commitment for filing in about]),
        salted=digest,
        follows=previous,
    )


@attrs.frozen
class Alteration:
    """What the seal found wrong with one record."""

    surrogate: str
    version: int
    what: str


def alterations(records: Iterable[StoredRecord], *, licences: Mapping[str, frozenset[str]]) -> list[Alteration]:
    """What was altered in the records of one home, given whole and in order; empty where the seal proves them.

    `licences` holds, for the surrogate of each receipt, the surrogates of the records whose words it licenses to be
    gone: those that its envelope lists, and itself.
    """
    kept = list(records)
    # a record may lack its words, and the salts of the names that went with them, where a receipt in the home lists it
    licensed: dict[str, set[str]] = {}
    for record in kept:
        renamed = {filing.subject for filing in record.about if filing.subject.startswith(ERASED)}
        for surrogate in licences.get(record.surrogate, ()):
            licensed.setdefault(surrogate, set()).update(renamed)
    found: list[Alteration] = []
    previous, expected = b"", 1
    for record in kept:
        version = record.about[0].version
        # a coach's own records stand between the bookings that are filed under the coach too: only the chain tells
        gap = version != expected and role_of(record.home) != "coach"
        wrong = [f"version {expected} is missing before it"] if gap else []
        expected = version + 1
        names = licensed.get(record.surrogate)
        if record.payload is None or record.id is None:
            if names is None:
                wrong.append("its payload is missing, and no receipt licenses that")
        elif salted(record.payload, record.id) != record.salted:
            wrong.append("its payload or its id was altered")
        for filing in record.about:
            if filing.salt is None:
                if filing.subject not in (names or ()):
                    wrong.append(f"the salt for {filing.subject} is missing, and no receipt licenses that")
            elif filing.version < 1 or commitment(filing.subject, filing.version, filing.salt) != filing.commitment:
                wrong.append(f"it was not filed under {filing.subject} there")
        if plain(previous, record.envelope, record.salted, [one.commitment for one in record.about]) != record.plain:
            wrong.append("its envelope or its place in the chain was altered")
        found += [Alteration(record.surrogate, version, what) for what in wrong]
        previous = record.plain
    return found
