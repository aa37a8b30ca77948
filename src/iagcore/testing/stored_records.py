"""Records to try a store with, and ways of using it from several threads at once.

The tests of `contract` are written with these, and so may be tests of a store's own. Nothing heavy is imported, since
spawned processes import this too.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Barrier, Thread

import attrs

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Filing, Journal, StoredRecord

PATIENCE = 30.0
"""Seconds after which a call that does not come back counts as blocked."""

HOME, OTHER_HOME = "journey:a-phase-1", "journey:b-phase-1"
LEARNER, COACH = "learner:a", "coach:nina"
RENAMES = {HOME: "journey:7f3a", LEARNER: "learner:91bc", "journey:a-phase-2": "journey:c04d"}
EXPECT = {HOME: 2, LEARNER: 3, "journey:a-phase-2": 1}
"""An erasure of the learner in `a_learner_among_others`."""


def stored(
    surrogate: str,
    *filings: tuple[str, int],
    envelope: bytes | None = None,
    payload: bytes | None = b"what was said",
    id: str | None = None,
) -> StoredRecord:
    """A record for a store to keep: `stored("s1", ("journey:a", 1), ("coach:nina", 4))`, home first.

    Digests, commitments and salts are made from the surrogate and mean nothing, since no store looks into them.
    """

    def some(purpose: str) -> bytes:
        return hashlib.sha256(f"{purpose} of {surrogate}".encode(errors="surrogatepass")).digest()

    return StoredRecord(
        surrogate=surrogate,
        about=tuple(
            Filing(subject, version, some(f"commitment to {subject}"), some(f"salt for {subject}"))
            for subject, version in filings
        ),
        envelope=some("envelope") if envelope is None else envelope,
        payload=payload,
        id=id,
        plain=some("plain"),
        salted=some("salted"),
    )


def receipt(surrogate: str, *filings: tuple[str, int]) -> StoredRecord:
    """What is kept where an erasure took something away: an envelope without payload or id."""
    return stored(surrogate, *filings, payload=None)


def chain(subject: str, count: int, *, after: int = 0) -> list[StoredRecord]:
    """`count` records that take the versions of one subject after a version."""
    return [stored(f"{subject} {version}", (subject, version)) for version in range(after + 1, after + count + 1)]


def versions(records: Sequence[StoredRecord], subject: str) -> list[int]:
    """The versions that records take of a subject."""
    return [filing.version for record in records for filing in record.about if filing.subject == subject]


def erased(record: StoredRecord, renames: Mapping[str, str] = RENAMES) -> StoredRecord:
    """What an erasure should leave of a record."""
    about = tuple(
        attrs.evolve(filing, subject=renames[filing.subject], salt=None) if filing.subject in renames else filing
        for filing in record.about
    )
    return attrs.evolve(record, about=about, payload=None, id=None)


def all_at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run each task in a thread of its own, begun together; what each returned, or the exception it raised.

    Python changes threads far more often than usual meanwhile, so that they come between each other's steps.
    """
    outcomes: list[object] = [None] * len(tasks)
    start = Barrier(len(tasks))

    def run(place: int) -> None:
        start.wait(PATIENCE)
        try:
            outcomes[place] = tasks[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [Thread(target=run, args=(place,), daemon=True) for place in range(len(tasks))]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), f"a call has not come back in {PATIENCE:g} s"
    finally:
        sys.setswitchinterval(usual)
    return outcomes


def in_time(task: Callable[[], object]) -> object:
    """What the task gives in another thread, as another user of the journal would run it; nothing holds it up."""
    [outcome] = all_at_once(task)
    assert not isinstance(outcome, Exception), repr(outcome)
    return outcome


def append_next(journal: Journal, subject: str, name: str, count: int) -> None:
    """Append `count` records to a subject, reading and trying again after each conflict, as a casebook does.

    Raises `TimeoutError` where that comes to nothing for `PATIENCE`.
    """
    reached = 0
    for number in range(count):
        last = time.monotonic() + PATIENCE
        while True:
            for record in journal.read(subject, after=reached):
                reached = next(filing.version for filing in record.about if filing.subject == subject)
            time.sleep(0.001)  # deciding takes its time, and others come between
            try:
                journal.append([stored(f"{name} {number}", (subject, reached + 1))], expect={subject: reached})
                break
            except Conflict:
                if time.monotonic() > last:
                    raise TimeoutError(f"every append to {subject} is a conflict, whatever was read") from None


def a_learner_among_others(journal: Journal) -> list[StoredRecord]:
    """Two homes of a learner, one that only names the learner, and a home of somebody else, all with one coach."""
    kept = [
        stored("s1", (HOME, 1), (LEARNER, 1), (COACH, 1), id="one"),
        stored("s2", (HOME, 2), (COACH, 2), id="two"),
        stored("s3", ("journey:a-phase-2", 1), (LEARNER, 2), id="one"),
        stored("s4", (OTHER_HOME, 1), ("learner:b", 1), (COACH, 3), id="one"),
        stored("s5", ("concern:9", 1), (LEARNER, 3), id="heard"),
    ]
    expect = {HOME: 0, LEARNER: 0, COACH: 0, "journey:a-phase-2": 0, OTHER_HOME: 0, "learner:b": 0, "concern:9": 0}
    journal.append(kept, expect=expect)
    return kept
