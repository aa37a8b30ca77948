"""The casebook: the front door.

It loads a journey, decides, and appends the record if nothing that was read has changed since; where something has, it
reads and decides again until it has an answer. It alone supplies what is not the caller's: the clock, surrogates and
salts. Nothing below it reads a clock or makes an id.
"""

import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, TypeVar

import attrs

from iagcore.exceptions import (
    Conflict,
    IdUsedBefore,
    InvalidEntry,
    InvalidPolicy,
    UnknownJourney,
    UnusableJournal,
    nearest,
)
from iagcore.policy import Policy
from iagcore.practice.allowance import Line
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import PLAN, ROLES, Entry, accept_id, accept_moment, accept_party, accept_words, accepted
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record import sealing
from iagcore.record.findings import Decision, Duty
from iagcore.record.history import Amended, amend
from iagcore.record.journey import Journey, Place, Timeline, stack_after
from iagcore.record.judging import Amending, Case, Rule, accepts, consider, duties, plain_title, title
from iagcore.record.records import Envelope, PolicyKept, Record, Sort
from iagcore.record.stored import Filing, StoredRecord
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erasure, Journal

Amendment = EntryCorrected | EntryWithdrawn
T = TypeVar("T")

REMEMBERED: Final = 4096
"""How many subjects a casebook keeps folded; the rest are read again."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@attrs.frozen
class Asked:
    """One entry that somebody wants on the record. `at` is None where the caller left it to the clock."""

    entry: Entry
    by: str
    at: datetime | None
    id: str


@attrs.frozen
class Judged:
    """What came of judging one entry: its record, the decision, and the versions it rests on."""

    record: Record
    decision: Decision
    after: Journey


class _Remembered:
    """The latest folds, by subject; the least recently used goes first."""

    def __init__(self) -> None:
        self._folds: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, subject: str) -> Any:
        with self._lock:
            if subject in self._folds:
                self._folds.move_to_end(subject)
            return self._folds.get(subject)

    def keep(self, subject: str, fold: Any) -> None:
        with self._lock:
            self._folds[subject] = fold
            self._folds.move_to_end(subject)
            if len(self._folds) > REMEMBERED:
                self._folds.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._folds.clear()


class Casebook:
    """Journeys on a journal, under a policy: decide, record, correct, read.

    `policy` is one policy, or several by programme. `clock` gives aware times. A conflict with another process is
    retried for `patience` seconds; then `Conflict` is raised.

    Raises `InvalidPolicy` where a policy sets the level of a rule that does not exist, or lowers a protected one.
    """

    def __init__(
        self,
        journal: Journal,
        policy: Policy | Mapping[str, Policy],
        *,
        clock: Callable[[], datetime] = utc_now,
        patience: float = 30.0,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        self._journal = journal
        self._by_programme = None if isinstance(policy, Policy) else dict(policy)
        given = [policy] if isinstance(policy, Policy) else list(policy.values())
        if not given:
            raise InvalidEntry("casebook", "policy", policy, "at least one policy is needed")
        self._first = given[0]
        self._policies = {one.fingerprint: one for one in given}
        self._kept: set[str] = set()
        self._clock = clock
        self._patience = patience
        self._rules = tuple(rules)
        self._remembered = _Remembered()
        for one in given:
            _check_levels(one, self._rules)

    # ---- reading

    def journey(self, name: str) -> Journey:
        """A journey as the record gives it now. Raises `UnknownJourney`."""
        journey = self._journey(_journey_name(name))
        if not journey.exists:
            raise UnknownJourney(name)
        return journey

    def timeline(self, subject: str) -> Timeline:
        """The hours held of a learner or a coach, across journeys."""
        return self._timeline(accepted("subject", subject, accept_party))

    def records(self, name: str) -> Iterator[Record]:
        """The records of a journey in the order of recording, refusals too; none for one that does not exist."""
        for stored in self._journal.read(f"journey:{_journey_name(name)}"):
            if stored.payload is not None:
                yield codec.decode(stored)

    def duties(self, name: str) -> tuple[Duty, ...]:
        """What is due on a journey, under the policies it was recorded under. Raises `UnknownJourney`."""
        return self._duties(self.journey(name))

    def verify(self, name: str) -> list[sealing.Alteration]:
        """What the seal finds altered in the records of a journey; empty where it proves them.

        A journey that was erased is named by the subject it then took, `erased:…`.
        """
        subject = name if name.startswith(sealing.ERASED) else f"journey:{_journey_name(name)}"
        stored = list(self._journal.read(subject))
        receipts = {one.surrogate for one in stored if codec.is_receipt(one)}
        return sealing.alterations(stored, is_receipt=receipts)

    def policy_of(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint: one of the casebook's own, or the text that the journal keeps."""
        if fingerprint not in self._policies:
            for stored in self._journal.read(f"policy:{fingerprint}"):
                entry = codec.decode(stored).entry
                assert isinstance(entry, PolicyKept)
                self._policies[fingerprint] = Policy.parse(entry.text, file=f"policy:{fingerprint}")
                self._kept.add(fingerprint)
        if fingerprint not in self._policies:
            raise UnusableJournal("the journal", f"the policy {fingerprint} that it was judged under is not kept in it")
        return self._policies[fingerprint]

    # ---- deciding and recording

    def record(
        self, journey: str, entry: Entry, *, by: str, at: datetime | None = None, id: str | None = None
    ) -> Decision:
        """Decide one entry and put the answer on the record, once for every `id`.

        The same `id` again gives the first decision, accepted or refused, and records nothing. `at` is when it
        happened or was decided; left out, it is now.

        Raises `InvalidEntry`, `UnknownJourney`, `IdUsedBefore`, `Conflict`, `UnusableJournal`.
        """
        return self._record(journey, [self._asked(entry, by=by, at=at, id=id)])[0]

    def record_facts(
        self, journey: str, *facts: Entry, by: str, at: datetime | None = None, id: str | None = None
    ) -> tuple[Decision, ...]:
        """Record several facts of one journey, all or none of them; with an `id`, they are `id#1`, `id#2`, ….

        Where one is refused (its author may not make it), none is recorded: the decisions say which.
        Raises `InvalidEntry` for a plan among them, and whatever `record` raises.
        """
        for fact in facts:
            if isinstance(fact, Amendment) or fact.declares.nature is PLAN:
                raise InvalidEntry(fact.declares.name, "nature", str(PLAN), "record_facts takes facts: use record")
        asked = [
            self._asked(fact, by=by, at=at, id=None if id is None else f"{id}#{number}")
            for number, fact in enumerate(facts, start=1)
        ]
        return tuple(self._record(journey, asked, together=True))

    def preview(self, journey: str, entry: Entry, *, by: str, at: datetime | None = None) -> Decision:
        """What would be decided now. Records nothing."""
        return self._record(journey, [self._asked(entry, by=by, at=at, id=None)], keep=False)[0]

    def correct(
        self,
        journey: str,
        target: str,
        entry: Entry,
        *,
        by: str,
        why: str,
        at: datetime | None = None,
        id: str | None = None,
    ) -> Decision:
        """Put `entry` in the place of the record `target`, or of whatever stands on its stack.

        `at` is the corrected time of the entry; left out, it is the original's.
        """
        why = accepted("why", why, accept_words)
        amendment = EntryCorrected(accepted("target", target, accept_id), entry, why)
        return self.record(journey, amendment, by=by, at=at, id=id)

    def withdraw(
        self, journey: str, target: str, *, by: str, why: str, whole: bool = False, id: str | None = None
    ) -> Decision:
        """Take back what stands on the stack of the record `target`; with `whole`, the record and all corrections."""
        why = accepted("why", why, accept_words)
        amendment = EntryWithdrawn(accepted("target", target, accept_id), why, bool(whole))
        return self.record(journey, amendment, by=by, id=id)

    def erase(self, learner: str, *, by: str) -> Erasure:
        """Remove a learner's words and references, and those of all their journeys, together.

        What coaches' timelines stand on stays, without a name; every hour still held is released. The old names are
        free again. Raises `InvalidEntry` where `by` is no lead, and `UnusableJournal` where the journal cannot erase.
        """
        learner = accepted("learner", learner, accept_party)
        if not accepted("by", by, accept_party).startswith("lead:"):
            raise InvalidEntry("erased", "by", by, "an erasure is for a lead to make")
        journal = self._journal
        if not isinstance(journal, Erasable):
            raise UnusableJournal(type(journal).__name__, "this journal cannot erase")
        erasable: Erasable = journal
        erasure = self._patiently(lambda: self._erase(erasable, learner))
        self._remembered.forget()
        return erasure

    # ---- one attempt

    def _asked(self, entry: Entry, *, by: str, at: datetime | None, id: str | None) -> Asked:
        if not isinstance(entry, Entry):
            raise InvalidEntry(
                "argument", "entry", entry, "an entry is expected, such as iagcore.ConversationBooked(…)"
            )
        return Asked(
            entry,
            accepted("by", by, accept_party),
            None if at is None else accepted("at", at, accept_moment),
            secrets.token_hex(16) if id is None else accepted("id", id, accept_id),
        )

    def _record(
        self, journey: str, asked: Sequence[Asked], *, together: bool = False, keep: bool = True
    ) -> list[Decision]:
        name = _journey_name(journey)
        return self._patiently(lambda: self._attempt(name, asked, together=together, keep=keep))

    def _patiently(self, attempt: Callable[[], T]) -> T:
        until = time.monotonic() + self._patience
        pause = 0.001
        while True:
            try:
                return attempt()
            except Conflict:
                if time.monotonic() >= until:
                    raise
                # what is remembered may be of a journey that was erased meanwhile
                self._remembered.forget()
                time.sleep(random.uniform(0, pause))  # spreads retries, guards nothing
                pause = min(2 * pause, 0.1)

    def _attempt(self, name: str, asked: Sequence[Asked], *, together: bool, keep: bool) -> list[Decision]:
        journey = self._journey(name)
        writing = _Writing(self, journey)
        decisions: list[Decision] = []
        for one in asked:
            if one.id in journey.ids:
                decisions.append(self._first_answer(journey, one))
                continue
            judged = self._judge(writing.journey, one, writing)
            decisions.append(judged.decision)
            writing.add(judged)
        refused = any(not decision.accepted for decision in decisions)
        if not keep or (together and refused):
            return [attrs.evolve(decision, record=None) for decision in decisions]
        writing.append(self._journal)
        return decisions

    def _judge(self, journey: Journey, asked: Asked, writing: "_Writing") -> Judged:
        entry = asked.entry
        if not journey.exists and not isinstance(entry, JourneyStarted | ConcernRaised):
            raise UnknownJourney(journey.name)
        policy = self._policy_for(journey, entry)
        now = accepted("clock", self._clock(), accept_moment)
        place = journey.stack_of(entry.target) if isinstance(entry, Amendment) else None
        at = asked.at or (place.at if place else now)
        case = Case.of(journey, policy, at=at, by=asked.by)
        amended: Amended | None = None
        if isinstance(entry, Amendment):
            if place is not None:
                stack = stack_after(place, entry, record=asked.id, at=at, by=asked.by)
                amended = amend(journey, entry, stack, policy_of=self.policy_of, rules=self._rules)
                case = attrs.evolve(case, effect=amended.effect)
            case = attrs.evolve(case, amending=Amending(place, amended is not None and amended.as_a_fact))
        else:
            case = case.settled(entry)
        subjects = subjects_of(entry, journey, case.effect)
        released = [journey.surrogates[line.key] for line in case.effect if line.key in journey.surrogates]
        case = attrs.evolve(
            case,
            timelines={
                subject: writing.timeline(subject).without(released)
                for subject in subjects
                if subject.partition(":")[0] in ROLES
            },
        )
        considered = consider(entry, case, self._rules, nature=PLAN if isinstance(entry, Amendment) else None)
        accepted_ = accepts(considered)
        if amended is not None:
            considered = (*considered, *amended.own_findings)
        restated = amended.restated if amended is not None and accepted_ else ()
        if not accepted_:
            subjects = (journey.subject, *([entry.learner] if isinstance(entry, JourneyStarted) else []))
        record = Record(
            asked.id,
            subjects,
            at,
            now,
            asked.by,
            policy.fingerprint,
            place.record if place is not None and accepted_ else None,
            Sort.ACCEPTED if accepted_ else Sort.REFUSED,
            considered,
            restated,
            tuple((writing.surrogate(line), line) for line in case.effect) if accepted_ else (),
            entry,
        )
        after = journey.after(record, version=journey.version + 1)
        return Judged(record, self._decision(record, journey, after), after)

    def _decision(self, record: Record, before: Journey, after: Journey) -> Decision:
        policy = self.policy_of(record.policy) if record.policy in self._policies else self._first
        already = set(self._duties(before))
        return Decision(
            record.accepted,
            record.considered,
            title(record.entry, policy),
            plain_title(record.entry, policy),
            record.policy,
            effect=tuple(line for _, line in record.effect),
            restated=record.restated,
            duties=tuple(duty for duty in self._duties(after) if duty not in already),
            record=record.id,
            complete=True,
        )

    def _first_answer(self, journey: Journey, asked: Asked) -> Decision:
        """The decision that stands under an id, when the content is the same."""
        before = Journey(journey.name)
        for stored in self._journal.read(journey.subject):
            after = self._folded(before, stored)
            if stored.about[0].version == journey.ids[asked.id]:
                break
            before = after
        first = codec.decode(stored)
        for what, same in (
            ("entry", first.entry == asked.entry),
            ("author", first.by == asked.by),
            ("time", asked.at is None or first.at == asked.at),
        ):
            if not same:
                raise IdUsedBefore(journey.subject, asked.id, what)
        return self._decision(first, before, after)

    def _policy_for(self, journey: Journey, entry: Entry) -> Policy:
        if self._by_programme is None:
            return self._first
        programme = entry.programme if isinstance(entry, JourneyStarted) else journey.status.programme
        if programme is None:
            return self._first
        if programme not in self._by_programme:
            near = nearest(programme, self._by_programme)
            reason = f"this casebook has no policy for this programme{near}"
            raise InvalidEntry(entry.declares.name, "programme", programme, reason)
        return self._by_programme[programme]

    def _duties(self, journey: Journey) -> tuple[Duty, ...]:
        found = duties(journey, self._rules, values=self._values_of)
        zone = self._first.zone
        return tuple(attrs.evolve(one, due=one.due and one.due.astimezone(zone)) for one in found)

    def _values_of(self, place: Place) -> Any:
        policy = self.policy_of(place.policy)
        return policy.at(policy.day(place.at))

    # ---- loading

    def _journey(self, name: str) -> Journey:
        subject = f"journey:{name}"
        journey: Journey = self._remembered.get(subject) or Journey(name)
        anew, records = self._since(subject, journey.version, journey.last)
        journey = Journey(name) if anew else journey
        for stored in records:
            journey = self._folded(journey, stored)
        self._remembered.keep(subject, journey)
        return journey

    def _timeline(self, subject: str) -> Timeline:
        timeline: Timeline = self._remembered.get(subject) or Timeline(subject)
        anew, records = self._since(subject, timeline.version, timeline.last)
        timeline = Timeline(subject) if anew else timeline
        for stored in records:
            about = tuple(filing.subject for filing in stored.about)
            timeline = timeline.after(codec.read_envelope(stored), about, version=_version_in(stored, subject))
        self._remembered.keep(subject, timeline)
        return timeline

    def _since(self, subject: str, version: int, last: str | None) -> tuple[bool, Iterator[StoredRecord]]:
        """The records since a version; or, where the last one known is gone, that it begins anew, and all of them.

        The last one known is read again each time, because a subject that was erased may have begun anew.
        """
        if not version:
            return False, iter(self._journal.read(subject))
        stream = iter(self._journal.read(subject, after=version - 1))
        again = next(stream, None)
        if again is not None and again.surrogate == last:
            return False, stream
        return True, iter(self._journal.read(subject))

    def _folded(self, journey: Journey, stored: StoredRecord) -> Journey:
        version = stored.about[0].version
        if stored.payload is None:
            # a refusal whose learner was erased, or the receipt for it: neither is part of this journey
            return attrs.evolve(journey, version=version, last=stored.surrogate, plain=stored.plain)
        return journey.after(codec.decode(stored), version=version, surrogate=stored.surrogate, plain=stored.plain)

    # ---- erasing

    def _erase(self, journal: Erasable, learner: str) -> Erasure:
        filed = list(self._journal.read(learner))
        homes = [self._journey(name) for name in dict.fromkeys(one.home.partition(":")[2] for one in filed)]
        renames = {learner: f"{sealing.ERASED}{secrets.token_hex(16)}"}
        renames |= {one.subject: f"{sealing.ERASED}{secrets.token_hex(16)}" for one in homes if one.learner == learner}
        versions = {learner: _version_in(filed[-1], learner) if filed else 0}
        versions |= {one.subject: one.version for one in homes}
        now = accepted("clock", self._clock(), accept_moment)
        expect = dict(versions)
        receipts: list[StoredRecord] = []
        for home in homes:
            held = [line for line in home.allowance.lines if line.held] if home.subject in renames else []
            coaches = dict.fromkeys(line.coach for line in held if line.coach is not None)
            for coach in coaches:
                if coach not in versions:
                    versions[coach] = expect[coach] = self._timeline(coach).version
            surrogate = secrets.token_hex(16)
            about = (home.subject, learner, *coaches)
            envelope = Envelope(
                surrogate,
                len(about),
                now,
                now,
                self._first.fingerprint,
                Sort.RECEIPT,
                tuple(codec.line_state(_released(line), home.surrogates[line.key], {}) for line in held),
            )
            filings = []
            for subject in about:
                versions[subject] += 1
                filings.append((renames.get(subject, subject), versions[subject]))
            receipts.append(
                _sealed(
                    surrogate,
                    filings,
                    codec.dump_envelope(envelope),
                    payload=None,
                    id=None,
                    previous=home.plain,
                )
            )
        return journal.erase(renames, expect=expect, receipts=receipts)


class _Writing:
    """The records of one append as they come together, and the versions they rest on."""

    def __init__(self, casebook: Casebook, journey: Journey) -> None:
        self._casebook = casebook
        self.journey = journey
        self._versions = {journey.subject: journey.version}
        self._expect = {journey.subject: journey.version}
        self._timelines: dict[str, Timeline] = {}
        self._surrogates: dict[tuple[str, str], str] = {}
        self._stored: list[StoredRecord] = []

    def timeline(self, subject: str) -> Timeline:
        """The timeline of a learner or coach, whose version the append then expects."""
        if subject not in self._timelines:
            timeline = self._casebook._timeline(subject)
            self._timelines[subject] = timeline
            self._versions[subject] = self._expect[subject] = timeline.version
        return self._timelines[subject]

    def surrogate(self, line: Line) -> str:
        """The surrogate of a line: the one it has on the journey, or a fresh one."""
        known = self.journey.surrogates.get(line.key)
        return known or self._surrogates.setdefault(line.key, secrets.token_hex(16))

    def add(self, judged: Judged) -> None:
        """One more record, sealed to the one before it."""
        record = judged.record
        self._keep_policy(record)
        surrogate = secrets.token_hex(16)
        envelope, payload = codec.encode(record, surrogate=surrogate, salt=secrets.token_hex(16))
        for subject in record.about[1:]:
            self.timeline(subject)
        filings = []
        for subject in record.about:
            self._versions[subject] += 1
            filings.append((subject, self._versions[subject]))
        stored = _sealed(surrogate, filings, envelope, payload=payload, id=record.id, previous=self.journey.plain)
        self._stored.append(stored)
        self.journey = attrs.evolve(judged.after, last=surrogate, plain=stored.plain)
        read = codec.read_envelope(stored)
        for subject in record.about[1:]:
            self._timelines[subject] = self._timelines[subject].after(
                read, record.about, version=self._versions[subject]
            )

    def _keep_policy(self, record: Record) -> None:
        casebook = self._casebook
        subject = f"policy:{record.policy}"
        if record.policy in casebook._kept or subject in self._expect:
            return
        if next(iter(casebook._journal.read(subject)), None) is not None:
            casebook._kept.add(record.policy)
            return
        self._expect[subject] = 0
        kept = Record(
            "policy",
            (subject,),
            record.recorded_at,
            record.recorded_at,
            "",
            record.policy,
            None,
            Sort.ACCEPTED,
            (),
            (),
            (),
            PolicyKept(casebook.policy_of(record.policy).text),
        )
        surrogate = secrets.token_hex(16)
        envelope, payload = codec.encode(kept, surrogate=surrogate, salt=secrets.token_hex(16))
        self._stored.append(_sealed(surrogate, [(subject, 1)], envelope, payload=payload, id=kept.id, previous=b""))

    def append(self, journal: Journal) -> None:
        """Append what came together, expecting everything that was read, and remember it."""
        if not self._stored:
            return
        journal.append(self._stored, expect=self._expect)
        casebook = self._casebook
        casebook._kept.update(subject.partition(":")[2] for subject in self._expect if subject.startswith("policy:"))
        casebook._remembered.keep(self.journey.subject, self.journey)
        for subject, timeline in self._timelines.items():
            casebook._remembered.keep(subject, timeline)


def _sealed(
    surrogate: str,
    filings: Sequence[tuple[str, int]],
    envelope: bytes,
    *,
    payload: bytes | None,
    id: str | None,
    previous: bytes,
) -> StoredRecord:
    about = []
    for subject, version in filings:
        salt = secrets.token_bytes(16)
        about.append(Filing(subject, version, sealing.commitment(subject, salt), salt))
    salted = sealing.salted(payload or b"", id or "")
    plain = sealing.plain(previous, envelope, salted, [filing.commitment for filing in about])
    return StoredRecord(surrogate, tuple(about), envelope, payload, id, plain, salted)


def subjects_of(entry: Entry, journey: Journey, effect: Sequence[Line]) -> tuple[str, ...]:
    """The subjects that an entry is filed under, its home first: those its kind names, and those of its lines."""
    named = [journey.subject, *_named_by(entry, journey)]
    if isinstance(entry, EntryCorrected):
        named += _named_by(entry.entry, journey)
    place = journey.stack_of(entry.target) if isinstance(entry, Amendment) else None
    if place is not None:
        named += _named_by(place.top.entry if place.top else place.original, journey)
    for line in effect:
        for one in (journey.allowance[line.key], line):
            if one.hour is not None:
                named += [journey.learner or getattr(entry, "learner", None), one.coach]
    return tuple(dict.fromkeys(subject for subject in named if subject is not None))


def _named_by(entry: Entry, journey: Journey) -> list[str | None]:
    about = getattr(entry.declares, "about", ()) if hasattr(entry, "declares") else ()
    named: list[str | None] = []
    if "learner" in about:
        named.append(getattr(entry, "learner", None) or journey.learner)
    if "learner named" in about:
        named.append(getattr(entry, "learner", None))
    if "coach" in about:
        conversation = getattr(entry, "conversation", None)
        named.append(getattr(entry, "coach", None) or journey.bookings[conversation or ""].coach)
    return named


def _released(line: Line) -> Line:
    return attrs.evolve(line, held=0, starts_at=None, coach=None)


def _version_in(stored: StoredRecord, subject: str) -> int:
    return next(filing.version for filing in stored.about if filing.subject == subject)


def _journey_name(name: Any) -> str:
    name = accepted("journey", name, accept_id)
    role = name.partition(":")[0]
    if ":" in name and role in (*ROLES, "journey", "policy", "erased"):
        raise InvalidEntry("argument", "journey", name, f"a journey's name does not begin with {role}:")
    return str(name)


def _check_levels(policy: Policy, rules: Sequence[Rule]) -> None:
    known = {rule.code: rule for rule in rules}
    for code, history in policy.levels.items():
        if code not in known:
            reason = f"no rule has the code {code!r}{nearest(code, known)}"
            raise InvalidPolicy(history[0].file, history[0].line, reason)
        lowered = [one for one in history if one.value == "SHOULD" and known[code].protected]
        if lowered:
            raise InvalidPolicy(lowered[0].file, lowered[0].line, f"{code} is protected and cannot be lowered")
