"""The casebook: the front door.

It loads a journey, decides, and appends the record if nothing that was read has changed since; where something has, it
reads and decides again until it has an answer. It alone supplies what is not the caller's: the clock, surrogates and
salts. Nothing below it reads a clock or makes an id.
"""

import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from itertools import islice
from typing import Any, TypeVar

import attrs

from iagcore.casebook.erasing import erase
from iagcore.casebook.reading import Reading, folded
from iagcore.casebook.writing import Writing
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
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import PLAN, ROLES, Entry, accept_id, accept_learner, accept_moment, accept_party, accepted
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record import sealing
from iagcore.record.amending import may_amend
from iagcore.record.filing import subjects_of, subjects_of_a_refusal
from iagcore.record.findings import Assessment, Decision, Duty
from iagcore.record.history import Amended, amend
from iagcore.record.journey import Journey, Place, Timeline, stack_after
from iagcore.record.judging import JUDGED, Amending, Case, Rule, accepts, consider, counted, duties, plain_title, title
from iagcore.record.records import Record, Sort
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erasure, Journal

Amendment = EntryCorrected | EntryWithdrawn
Restated = tuple[tuple[str, tuple[Assessment, ...]], ...]
T = TypeVar("T")


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
    """What came of judging one entry: its record, the decision, and the journey after it."""

    record: Record
    decision: Decision
    after: Journey


class Casebook:
    """Journeys on a journal, under a policy: decide, record, correct, read.

    `policy` is one policy, or several by programme. `clock` gives aware times. A conflict with another process is
    retried for `patience` seconds; then `Conflict` is raised.

    Raises `InvalidPolicy` where a policy sets the level of a rule that does not exist, or lowers a protected one, and
    `InvalidEntry` where `journal` or `policy` is none.
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
        if not isinstance(journal, Journal):
            raise InvalidEntry("casebook", "journal", journal, "a journal is expected, such as SQLiteJournal(path)")
        if not isinstance(policy, Policy | Mapping):
            raise InvalidEntry("casebook", "policy", policy, "a policy is expected, such as Policy.load('starter')")
        self._by_programme = None if isinstance(policy, Policy) else dict(policy)
        given = [policy] if isinstance(policy, Policy) else list(policy.values())
        if not given:
            raise InvalidEntry("casebook", "policy", policy, "at least one policy is needed")
        self._first = given[0]
        self._reading = Reading(journal, given)
        self._clock = clock
        self._patience = patience
        self._rules = tuple(rules)
        for one in given:
            _check_levels(one, self._rules)

    # ---- reading

    def journey(self, name: str) -> Journey:
        """A journey as the record gives it now. Raises `UnknownJourney`."""
        journey = self._reading.journey(_journey_name(name))
        if not journey.exists:
            raise UnknownJourney(name)
        return journey

    def timeline(self, subject: str) -> Timeline:
        """The hours held of a learner or a coach, across journeys."""
        return self._reading.timeline(accepted("subject", subject, accept_party))

    def records(self, name: str) -> Iterator[Record]:
        """The records of a journey in the order of recording, refusals too; none for one that does not exist."""
        for stored in self._reading.journal.read(f"journey:{_journey_name(name)}"):
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
        stored = list(self._reading.journal.read(subject))
        return sealing.alterations(stored, licences=codec.licences(stored))

    def policy_of(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint: one of the casebook's own, or the text that the journal keeps.

        Raises `UnusableJournal` where it is neither.
        """
        return self._reading.policy(fingerprint)

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

        Where one is refused (its author may not make it), none is recorded and no decision has a `record`: the
        refused ones say why; the others are accepted, as they could be recorded without it.
        Raises `InvalidEntry` for a plan among them, and whatever `record` raises.
        """
        for fact in facts:
            if not isinstance(fact, Entry):
                raise InvalidEntry("argument", "fact", fact, "an entry is expected: pass them one after the other")
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
        return self.record(journey, EntryCorrected(target, entry, why), by=by, at=at, id=id)

    def withdraw(
        self, journey: str, target: str, *, by: str, why: str, whole: bool = False, id: str | None = None
    ) -> Decision:
        """Take back what stands on the stack of the record `target`; with `whole`, the record and all corrections."""
        return self.record(journey, EntryWithdrawn(target, why, whole), by=by, id=id)

    def erase(self, learner: str, *, by: str) -> Erasure:
        """Remove a learner's words and references, and those of all their journeys, together.

        What coaches' timelines stand on stays, without a name; every hour still held is released. The old names are
        free again. Raises `InvalidEntry` where `by` is no lead, and `UnusableJournal` where the journal cannot erase.
        """
        learner = accepted("learner", learner, accept_learner)
        if not accepted("by", by, accept_party).startswith("lead:"):
            raise InvalidEntry("erased", "by", by, "an erasure is for a lead to make")
        journal = self._reading.journal
        if not isinstance(journal, Erasable):
            raise UnusableJournal(type(journal).__name__, "this journal cannot erase")
        erasable: Erasable = journal
        now = accepted("clock", self._clock(), accept_moment)
        policy = self._first.fingerprint
        erasure = self._patiently(lambda: erase(erasable, self._reading, learner, now=now, policy=policy))
        self._reading.remembered.forget()
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
                time.sleep(random.uniform(0, pause))  # spreads retries, guards nothing
                pause = min(2 * pause, 0.1)

    def _attempt(self, name: str, asked: Sequence[Asked], *, together: bool, keep: bool) -> list[Decision]:
        now = accepted("clock", self._clock(), accept_moment)
        journey = self._reading.journey(name)
        writing = Writing(self._reading, journey)
        decisions: list[Decision] = []
        for one in asked:
            if one.id in journey.ids:
                decisions.append(self._first_answer(journey, one))
                continue
            judged = self._judge(writing.journey, one, writing, now=now)
            decisions.append(judged.decision)
            writing.add(judged.record, judged.after)
        refused = any(not decision.accepted for decision in decisions)
        if not keep or (together and refused):
            return [attrs.evolve(decision, record=None) for decision in decisions]
        writing.append()
        return decisions

    def _judge(self, journey: Journey, asked: Asked, writing: Writing, *, now: datetime) -> Judged:
        entry = asked.entry
        if not journey.exists and not isinstance(entry, JourneyStarted | ConcernRaised):
            raise UnknownJourney(journey.name)
        policy = self._policy_for(journey, entry)
        place = journey.stack_of(entry.target) if isinstance(entry, Amendment) else None
        at = asked.at or (place.at if place else now)
        case = Case.of(journey, policy, at=at, by=asked.by)
        amended: Amended | None = None
        if isinstance(entry, Amendment):
            if place is not None and may_amend(entry, place.original):
                stack = stack_after(place, entry, record=asked.id, at=at, by=asked.by)
                amended = amend(journey, entry, stack, policy_of=self._reading.policy, rules=self._rules)
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
        restated: Restated = ()
        if amended is not None and accepted_:
            considered, restated = (*considered, *amended.own_findings), amended.restated
        if not accepted_:
            subjects = subjects_of_a_refusal(entry, journey, by=asked.by)
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
        zone = self._reading.policy(record.policy).zone
        already = set(self._duties(before))
        effect = tuple(line for _, line in record.effect)
        return Decision(
            record.accepted,
            record.considered,
            title(record.entry, zone),
            plain_title(record.entry, zone),
            record.policy,
            effect=effect,
            restated=record.restated,
            duties=tuple(duty for duty in self._duties(after) if duty not in already),
            record=record.id,
            complete=True,
            counted=counted(record.entry, effect, record.considered, self._rules),
        )

    def _first_answer(self, journey: Journey, asked: Asked) -> Decision:
        """The decision that stands under an id, when the content is the same."""
        version = journey.ids[asked.id]
        upto = list(islice(self._reading.journal.read(journey.subject), version))
        if len(upto) < version:
            raise Conflict(journey.subject, version, len(upto))  # it was erased since it was read
        *earlier, stored = upto
        before = reduce(folded, earlier, Journey(journey.name))
        after = folded(before, stored)
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
        start = entry.entry if isinstance(entry, EntryCorrected) else entry
        if isinstance(start, JourneyStarted):
            if start.programme in self._by_programme:
                return self._by_programme[start.programme]
            near = nearest(start.programme, self._by_programme)
            reason = f"this casebook has no policy for this programme{near}"
            raise InvalidEntry(start.declares.name, "programme", start.programme, reason)
        # what is not a start is never turned away for its programme: a concern least of all
        started = next((place for place in journey.places if isinstance(place.original, JourneyStarted)), None)
        kept = self._first if started is None else self._reading.policy(started.policy)
        return self._by_programme.get(journey.status.programme or "", kept)

    def _duties(self, journey: Journey) -> tuple[Duty, ...]:
        found = duties(journey, self._rules, values=self._values_of)
        zone = self._first.zone
        return tuple(attrs.evolve(one, due=one.due and one.due.astimezone(zone)) for one in found)

    def _values_of(self, place: Place) -> Any:
        policy = self._reading.policy(place.policy)
        return policy.at(policy.day(place.at))


def _journey_name(name: Any) -> str:
    name = accepted("journey", name, accept_id)
    role = name.partition(":")[0]
    if ":" in name and role in (*ROLES, "journey", "policy", "erased"):
        raise InvalidEntry("argument", "journey", name, f"a journey's name does not begin with {role}:")
    return str(name)


def _check_levels(policy: Policy, rules: Sequence[Rule]) -> None:
    known = {rule.code: rule for rule in rules if rule.sort in JUDGED}
    sorts = {rule.code: rule.sort for rule in rules}
    for code, history in policy.levels.items():
        if code not in known:
            reason = f"no rule has the code {code!r}{nearest(code, known)}"
            if code in sorts:
                reason = f"{code} is a {sorts[code]}, which has no level to set"
            raise InvalidPolicy(history[0].file, history[0].line, reason)
        lowered = [one for one in history if one.value == "SHOULD" and known[code].protected]
        if lowered:
            raise InvalidPolicy(lowered[0].file, lowered[0].line, f"{code} is protected and cannot be lowered")
