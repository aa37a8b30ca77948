"""The seal: what shows that a record was altered, moved or taken away.

Each home has a chain of two digests over the bytes as they are stored. *Salted* covers the payload (with the salt
inside it) and the caller's id; *plain* covers the plain digest before it, the envelope, the salted digest, and a
commitment to each subject, so that it can still be recomputed after an erasure took the payload. No name is hashed in
the open, because names change when a learner is erased: a commitment is a digest of the subject under a salt of its
own, and an erasure drops the salts of the names it removes, so that nobody can find them again by trying.

A missing payload is licensed only by a receipt, and a commitment to a name that was not erased must still open, so a
record cannot be moved to another coach. Heads (the last plain digest of a home) are for keeping elsewhere: only they
show that the tail was cut off.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import attrs

from iagcore.record.stored import Filing, StoredRecord

ERASED: Final = "erased:"
"""The names that erased subjects take begin so."""


def _digest(label: str, *parts: bytes) -> bytes:
    # each part is led by its length, so that no two different rows of parts give the same bytes
    total = sha256()
    for part in (label.encode(), *parts):
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()


def commitment(subject: str, salt: bytes) -> bytes:
    """What binds a record to a subject without naming it."""
    return _digest("subject", salt, subject.encode())


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
    about = tuple(Filing(subject, version, commitment(subject, salt), salt) for subject, version, salt in filings)
    digest = salted(payload or b"", id or "")
    return StoredRecord(
        surrogate,
        about,
        envelope,
        payload,
        id,
        plain(previous, envelope, digest, [filing.commitment for filing in about]),
        digest,
    )


@attrs.frozen
class Alteration:
    """What the seal found wrong with one record."""

    surrogate: str
    version: int
    what: str


def alterations(records: Iterable[StoredRecord], *, is_receipt: "frozenset[str] | set[str]") -> list[Alteration]:
    """What was altered in the records of one home, given whole and in order; empty where the seal proves them.

    `is_receipt` holds the surrogates of the records whose envelope says receipt.
    """
    kept = list(records)
    licensed = {
        filing.subject
        for record in kept
        if record.surrogate in is_receipt
        for filing in record.about
        if filing.subject.startswith(ERASED)
    }
    found: list[Alteration] = []
    previous = b""
    for expected, record in enumerate(kept, start=1):
        version = record.about[0].version
        wrong = [f"version {expected} is missing before it"] if version != expected else []
        subjects = {filing.subject for filing in record.about}
        if record.payload is None or record.id is None:
            if record.surrogate not in is_receipt and not (subjects & licensed):
                wrong.append("its payload is missing, and no receipt licenses that")
        elif salted(record.payload, record.id) != record.salted:
            wrong.append("its payload or its id was altered")
        for filing in record.about:
            if filing.salt is None:
                if filing.subject not in licensed:
                    wrong.append(f"the salt for {filing.subject} is missing, and no receipt licenses that")
            elif commitment(filing.subject, filing.salt) != filing.commitment:
                wrong.append(f"it was not filed under {filing.subject}")
        if plain(previous, record.envelope, record.salted, [one.commitment for one in record.about]) != record.plain:
            wrong.append("its envelope or its place in the chain was altered")
        found += [Alteration(record.surrogate, version, what) for what in wrong]
        previous = record.plain
    return found
