"""Writing: the records of one append as they come together, and the versions they rest on."""

import secrets
from collections.abc import Sequence

import attrs

from iagcore.casebook.reading import Reading
from iagcore.practice.allowance import Line
from iagcore.record import sealing
from iagcore.record.journey import Journey, Timeline
from iagcore.record.records import PolicyKept, Record, Sort
from iagcore.record.stored import StoredRecord
from iagcore.storage import codec


class Writing:
    """One append: what it expects of every subject that was read, and the records, sealed one to the other."""

    def __init__(self, reading: Reading, journey: Journey) -> None:
        self._reading = reading
        self.journey = journey
        self._expect = {journey.subject: journey.version}
        self._versions = dict(self._expect)
        self._timelines: dict[str, Timeline] = {}
        self._surrogates: dict[tuple[str, str], str] = {}
        self._stored: list[StoredRecord] = []

    def timeline(self, subject: str) -> Timeline:
        """The timeline of a learner or coach, whose version the append then expects."""
        if subject not in self._timelines:
            timeline = self._reading.timeline(subject)
            self._timelines[subject] = timeline
            self._versions[subject] = self._expect[subject] = timeline.version
        return self._timelines[subject]

    def surrogate(self, line: Line) -> str:
        """The surrogate of a line: the one it has on the journey, or a fresh one."""
        known = self.journey.surrogates.get(line.key)
        return known or self._surrogates.setdefault(line.key, secrets.token_hex(16))

    def add(self, record: Record, after: Journey) -> None:
        """One more record, which makes the journey `after`."""
        self._keep_policy(record)
        for subject in record.about[1:]:
            self.timeline(subject)
        stored = self._sealed(record, previous=self.journey.plain)
        self.journey = attrs.evolve(after, last=stored.surrogate, plain=stored.plain)
        envelope = codec.read_envelope(stored)
        for subject in record.about[1:]:
            timeline = self._timelines[subject]
            self._timelines[subject] = timeline.after(envelope, record.about, version=self._versions[subject])

    def _keep_policy(self, record: Record) -> None:
        subject = f"policy:{record.policy}"
        if subject in self._expect or self._reading.policy_is_kept(record.policy):
            return
        self._expect[subject] = self._versions[subject] = 0
        text = self._reading.policy(record.policy).text
        now = record.recorded_at
        # nobody's words: a policy is kept by the casebook itself, so that no name stays behind in it
        kept = Record(
            "policy", (subject,), now, now, "", record.policy, None, Sort.ACCEPTED, (), (), (), PolicyKept(text)
        )
        self._sealed(kept, previous=b"")

    def _sealed(self, record: Record, *, previous: bytes) -> StoredRecord:
        surrogate = secrets.token_hex(16)
        envelope, payload = codec.encode(record, surrogate=surrogate, salt=secrets.token_hex(16))
        filings = []
        for subject in record.about:
            self._versions[subject] += 1
            filings.append((subject, self._versions[subject]))
        stored = sealing.sealed(surrogate, salted(filings), envelope, payload=payload, id=record.id, previous=previous)
        self._stored.append(stored)
        return stored

    def append(self) -> None:
        """Append what came together, expecting everything that was read, and remember what it gives."""
        if not self._stored:
            return
        self._reading.journal.append(self._stored, expect=self._expect)
        self._reading.remembered.keep(self.journey.subject, self.journey)
        for subject, timeline in self._timelines.items():
            self._reading.remembered.keep(subject, timeline)


def salted(filings: Sequence[tuple[str, int]]) -> list[tuple[str, int, bytes]]:
    """Filings with a fresh salt each, for the seal to commit to."""
    return [(subject, version, secrets.token_bytes(16)) for subject, version in filings]
