"""Writing: the records of one append as they come together, and the versions they rest on."""

import secrets
from collections.abc import Callable, Sequence

import attrs

from iagcore.casebook.reading import Reading
from iagcore.exceptions import Conflict
from iagcore.policy import Policy
from iagcore.practice.allowance import Line
from iagcore.practice.consent import Consents
from iagcore.practice.readiness import Readiness
from iagcore.record.home import Home
from iagcore.record.journey import Timeline
from iagcore.record.records import PolicyKept, Record, Sort
from iagcore.storage import codec, sealing
from iagcore.storage.stored import StoredRecord


class Writing:
    """One append: what it expects of every subject that was read, and the records, sealed one to the other."""

    def __init__(self, reading: Reading, home: Home, fresh: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._reading = reading
        self._fresh = fresh
        self.home = home
        self._expect = {home.subject: home.version}
        self._versions = dict(self._expect)
        self._timelines: dict[str, Timeline] = {}
        self._coaches: dict[str, Readiness] = {}
        self._glanced_at: dict[str, Readiness] = {}
        self._surrogates: dict[tuple[str, str], str] = {}
        self._stored: list[StoredRecord] = []

    def timeline(self, subject: str) -> Timeline:
        """The timeline of a learner or coach, whose version the append then expects."""
        if subject not in self._timelines:
            timeline = self._reading.timeline(subject)
            self._rests_on(subject, timeline.version)
            self._timelines[subject] = timeline
        return self._timelines[subject]

    def readiness(self, coach: str) -> Readiness:
        """A coach's readiness, whose version the append then expects."""
        home = self._reading.coach(coach)
        self._rests_on(coach, home.version)
        self._coaches[coach] = home.readiness
        return home.readiness

    def glance_at(self, coach: str) -> Readiness:
        """A coach's readiness, on which what is decided does not rest."""
        if coach in self._coaches:
            return self._coaches[coach]
        if coach not in self._glanced_at:
            self._glanced_at[coach] = self._reading.coach(coach).readiness
        return self._glanced_at[coach]

    def consents(self, home: Home) -> Consents:
        """What the learner consented to, on other journeys too; the learner's version the append then expects."""
        version, found = self._reading.consents(home)
        if home.learner is not None:
            self._rests_on(home.learner, version)
        return found

    def glance_at_consents(self, home: Home) -> Consents:
        """The same, on which what is decided does not rest."""
        return self._reading.consents(home)[1]

    def policy(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint. Raises `UnusableJournal` where it is neither given nor kept."""
        return self._reading.policy(fingerprint)

    def _rests_on(self, subject: str, version: int) -> None:
        # one subject may be read for its hours and for its readiness: both have to be of one version
        if self._expect.setdefault(subject, version) != version:
            raise Conflict(subject, self._expect[subject], version)
        self._versions.setdefault(subject, version)

    def surrogate(self, line: Line) -> str:
        """The surrogate of a line: the one it has on the journey, or a fresh one."""
        known = self.home.surrogates.get(line.key)
        return known or self._surrogates.setdefault(line.key, self._fresh(16).hex())

    def add(self, record: Record, after: Home) -> None:
        """One more record, which makes the home `after`."""
        self._keep_policy(record)
        for subject in record.about[1:]:
            self.timeline(subject)
        stored = self._sealed(record, previous=self.home.plain)
        self.home = attrs.evolve(after, last=stored.surrogate, plain=stored.plain)
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
            id="policy",
            about=(subject,),
            at=now,
            recorded_at=now,
            by="",
            policy=record.policy,
            corrects=None,
            outcome=Sort.ACCEPTED,
            considered=(),
            restated=(),
            effect=(),
            entry=PolicyKept(text),
        )
        self._sealed(kept, previous=b"")

    def _sealed(self, record: Record, *, previous: bytes) -> StoredRecord:
        surrogate = self._fresh(16).hex()
        envelope, payload = codec.encode(record, surrogate=surrogate, salt=self._fresh(16).hex())
        filings = []
        for subject in record.about:
            self._versions[subject] += 1
            filings.append((subject, self._versions[subject]))
        stored = sealing.sealed(
            surrogate, salted(filings, self._fresh), envelope, payload=payload, id=record.id, previous=previous
        )
        self._stored.append(stored)
        return stored

    def append(self) -> None:
        """Append what came together, expecting everything that was read, and remember what it gives."""
        if not self._stored:
            return
        self._reading.journal.append(self._stored, expect=self._expect)
        self._reading.remembered.keep(f"home {self.home.subject}", self.home)
        for subject, timeline in self._timelines.items():
            self._reading.remembered.keep(f"hours {subject}", timeline)


def salted(
    filings: Sequence[tuple[str, int]], fresh: Callable[[int], bytes] = secrets.token_bytes
) -> list[tuple[str, int, bytes]]:
    """Filings with a fresh salt each, for the seal to commit to."""
    return [(subject, version, fresh(16)) for subject, version in filings]
