"""Writing: the records of one append as they come together, and the versions they rest on."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from functools import partial

from iagcore.casebook.reading import Reading, folded
from iagcore.exceptions import Conflict
from iagcore.policy import Policy
from iagcore.practice.allowance import Line
from iagcore.practice.consent import Consents
from iagcore.practice.parties import concerns_of, role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.findings import Duty
from iagcore.record.home import Home
from iagcore.record.journey import ConcernHome, Journey, Timeline, joined
from iagcore.record.judging import Later, arising
from iagcore.record.records import PolicyKept, Record, Sort
from iagcore.record.rules import Grounds, Rule
from iagcore.storage import codec, sealing
from iagcore.storage.stored import StoredRecord


class Writing:
    """One append: what it expects of every subject that was read, and the records, sealed one to the other."""

    def __init__(self, reading: Reading, home: Home, fresh: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._reading = reading
        self._fresh = fresh
        self.home = home
        self._apart: dict[str, ConcernHome] = {}
        self._expect = {home.subject: home.version}
        self._versions = dict(self._expect)
        self._timelines: dict[str, Timeline] = {}
        self._coaches: dict[str, Home] = {}
        self._surrogates: dict[tuple[str, str], str] = {}
        self._stored: list[StoredRecord] = []

    def apart(self) -> tuple[int, tuple[ConcernHome, ...]]:
        """The homes in confidence of the journey, with what the append adds, and the version they were found at."""
        subject = concerns_of(self.home.name)
        filed = list(self._reading.journal.read(subject))
        found = {one.subject: one for one in self._reading.in_confidence(filed)} | self._apart
        return (filed[-1].version_of(subject) if filed else 0), tuple(found.values())

    def begin(self, apart: ConcernHome, version: int) -> None:
        """Something is written apart, in a home that was found, or found missing, at that version."""
        if apart.subject not in self._apart:
            self._apart[apart.subject] = apart
            self._rests_on(apart.subject, apart.version)
        self._rests_on(concerns_of(self.home.name), version)

    def timeline(self, subject: str) -> Timeline:
        """The timeline of a learner or coach, whose version the append then expects."""
        if subject not in self._timelines:
            timeline = self._reading.timeline(subject)
            self._rests_on(subject, timeline.version)
            self._timelines[subject] = timeline
        return self._timelines[subject]

    def readiness(self, coach: str) -> Readiness:
        """A coach's readiness, whose version the append then expects."""
        home = self._coach(coach)
        self._rests_on(coach, home.version)
        return home.readiness

    def consents(self, home: Home) -> Consents:
        """What the learner consented to, on other journeys too; the learner's version the append then expects."""
        timeline = None if home.learner is None else self.timeline(home.learner)
        return self._reading.consents(home, timeline).of(home)

    def journeys_beside(self, home: Home, learner: str) -> tuple[Home, ...]:
        """The other journeys of a learner, whose version the append then expects."""
        return self._reading.journeys_beside(home, self.timeline(learner))

    def _coach(self, coach: str) -> Home:
        if coach not in self._coaches:
            self._coaches[coach] = self._reading.coach(coach)
        return self._coaches[coach]

    def arising(self, record: Record, rules: tuple[Rule, ...], zone: tzinfo) -> Iterable[Duty]:
        """What a record makes due, derived later from the values that are read here, on which no append rests."""
        if not record.accepted:
            return ()
        home, apart = self.home, self._apart.get(record.about[0])
        if apart is not None and isinstance(home, Journey):
            home = joined(home, [apart])
        lines = (*home.allowance.lines, *(line for _, line in record.effect))
        policies = {one: self.policy(one) for one in {record.policy, *(place.policy for place in home.places)}}
        coaches = {one: self._coach(one).readiness for one in {line.coach for line in lines if line.booked} if one}
        learner = next((one for one in (home.learner or "", *record.about) if role_of(one) == "learner"), "")
        timeline = self._timelines.get(learner) or (self._reading.timeline(learner) if learner else None)
        consents = self._reading.consents(home, timeline)
        grounds = Grounds(policy=lambda place: policies[place.policy], readiness=coaches.get, consents=consents.of)
        return Later(partial(arising, record, home, rules, grounds=grounds, zone=zone))

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

    def add(self, record: Record) -> None:
        """One more record."""
        self._keep_policy(record)
        for subject in record.about[1:]:
            self.timeline(subject)
        home = self._apart.get(record.about[0]) or self.home
        stored = self._sealed(record, previous=home.plain)
        after = home.after(record, version=home.version + 1, surrogate=stored.surrogate, plain=stored.plain)
        if isinstance(after, ConcernHome):
            self._apart[after.subject] = after
        else:
            self.home = after
        envelope = codec.envelope_of(record, surrogate=stored.surrogate)
        for subject in record.about[1:]:
            timeline, version = self._timelines[subject], self._versions[subject]
            self._timelines[subject] = timeline.after(envelope, record.about, version=version, id=record.id)
            if subject in self._coaches:
                # read after their hours, or at the same version as these: else the append is a conflict
                self._coaches[subject] = folded(self._coaches[subject], stored, self._reading.book.kinds)

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
        for home in (self.home, *self._apart.values(), *self._coaches.values()):
            self._reading.remembered.keep(f"home {home.subject}", home)
        for subject, timeline in self._timelines.items():
            self._reading.remembered.keep(f"hours {subject}", timeline)


def salted(
    filings: Sequence[tuple[str, int]], fresh: Callable[[int], bytes] = secrets.token_bytes
) -> list[tuple[str, int, bytes]]:
    """Filings with a fresh salt each, for the seal to commit to."""
    return [(subject, version, fresh(16)) for subject, version in filings]
