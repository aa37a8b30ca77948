"""The casebook: the front door.

It loads a journey, decides, and appends the record if nothing that was read has changed since; where something has, it
reads and decides again until it has an answer. It alone supplies what is not the caller's: the clock, surrogates and
salts. Nothing below it reads a clock or makes an id.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from itertools import islice
from types import TracebackType
from typing import Self

import attrs

from iagcore.casebook.coaching import Coach, coach_on
from iagcore.casebook.deciding import weigh_up
from iagcore.casebook.due import DueIndex, Progress, duties_on
from iagcore.casebook.erasing import erase
from iagcore.casebook.homes import belongs, empty_home, is_shown_to_its_own, journey_name
from iagcore.casebook.patience import patiently
from iagcore.casebook.pointing import as_shown, pointed_to, says_as_much
from iagcore.casebook.reading import Reading, folded
from iagcore.casebook.what_if import Progress as Told
from iagcore.casebook.what_if import WhatIf, judged_again
from iagcore.casebook.writing import Writing
from iagcore.directory.protocols import Directory
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
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn, Erased
from iagcore.practice.consent import CASE_STUDY
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade
from iagcore.practice.kinds import (
    PLAN,
    Entry,
    Nature,
    accept_coach,
    accept_day,
    accept_id,
    accept_learner,
    accept_moment,
    accept_party,
    accepted,
)
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.opportunities import Opportunity
from iagcore.practice.parties import role_of
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record import sealing
from iagcore.record.case import Case
from iagcore.record.filing import subjects_of_a_refusal
from iagcore.record.findings import Assessment, Decision, Duty, DutyStatus
from iagcore.record.home import Home
from iagcore.record.journey import CoachHome, Journey, Timeline
from iagcore.record.judging import accepts, consider, counted
from iagcore.record.naming import plain_title, title
from iagcore.record.records import Record, Sort
from iagcore.record.releasing import View, view
from iagcore.record.rules import JUDGED, Grounds, Rule
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.protocols import Erasable, Erasure, Feed, Journal

Amendment = EntryCorrected | EntryWithdrawn
Restated = tuple[tuple[str, tuple[Assessment, ...]], ...]


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@attrs.frozen
class Asked:
    """One entry that somebody wants on the record. `at` is None where the caller left it to the clock.

    `nature` is how it is judged: its kind's own, unless it is asked beforehand about what the kind says happened.
    """

    entry: Entry
    by: str
    at: datetime | None
    id: str
    nature: Nature


@attrs.frozen
class Judged:
    """What came of judging one entry: its record, the decision, and the home after it."""

    record: Record
    decision: Decision
    after: Home


@attrs.frozen
class Released:
    """The decision on whether something may be shown, and what the outlet carries; None where it is refused."""

    decision: Decision
    view: View | None


class Casebook:
    """Journeys on a journal, under a policy: decide, record, correct, read.

    `policy` is one policy, or several by programme. `clock` gives aware times. A conflict with another process is
    retried for `patience` seconds; then `Conflict` is raised. What a lost connection interrupted is retried as long,
    under the same id, so that it is recorded once. `directory` is where opportunities are looked up that an entry
    points to, so that it keeps what was shown. `due_index` is where duties are kept between questions about a whole
    caseload: in memory, unless a `DueIndex(path)` is given. `fresh` gives so many bytes that nobody can guess, for
    surrogates and salts; another than the default is for made-up records alone.

    `close()`, or leaving a `with` block, closes what it opened itself, and not what it was given.

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
        directory: Directory | None = None,
        due_index: DueIndex | None = None,
        fresh: Callable[[int], bytes] = secrets.token_bytes,
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
        self._fresh = fresh
        self._patience = patience
        self._rules = tuple(rules)
        self._directory = directory
        self._due_index = DueIndex() if due_index is None else due_index
        self._own_index = due_index is None
        for one in given:
            _check_levels(one, self._rules)

    def close(self) -> None:
        """Close what the casebook opened itself: the index of duties, where none was given.

        The journal, the directory and an index that were given to it stay open: whoever opened them closes them.
        """
        if self._own_index:
            self._due_index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    def journey(self, name: str) -> Journey:
        """A journey as the record gives it now. Raises `UnknownJourney`."""
        journey = self._reading.journey(journey_name(name))
        if not journey.exists:
            raise UnknownJourney(name)
        return journey

    def coach(self, coach: str) -> Coach:
        """A coach as the record gives it now: readiness, hours, and the journeys they go with.

        One of whom nothing is on the record is ready for nothing that has to be known. Raises `InvalidEntry`.
        """
        return coach_on(self._reading, accepted("coach", coach, accept_coach), self._first, self._rules)

    def timeline(self, subject: str) -> Timeline:
        """The hours held of a learner or a coach, across journeys."""
        return self._reading.timeline(accepted("subject", subject, accept_party))

    def records(self, name: str) -> Iterator[Record]:
        """The records of a journey, or of a coach, in the order of recording, refusals too; none where nothing is."""
        subject = empty_home(name).subject
        for stored in self._reading.journal.read(subject):
            if stored.payload is not None and stored.home == subject:
                yield codec.decode(stored)

    def decision(self, name: str, record: str) -> Decision:
        """The decision that stands under the id of a record of a journey, or of a coach, as it was first given.

        Raises `InvalidEntry` where there is no record of that id.
        """
        home = self._home(name)
        if record not in home.ids:
            raise InvalidEntry("argument", "record", record, f"no record of {name} has this id", private=True)
        return self._as_given(home, record, Writing(self._reading, home))[1]

    def duties(self, name: str) -> tuple[Duty, ...]:
        """What is to do on a journey, or for a coach, under the policies it was recorded under.

        Raises `UnknownJourney`.
        """
        home = self._home(name)
        if not home.exists:
            raise UnknownJourney(name)
        return self._duties(home, Writing(self._reading, home, self._fresh))

    def due(
        self, *, at: datetime | None = None, party: str | None = None, progress: Progress | None = None
    ) -> tuple[Duty, ...]:
        """What is to do on the whole caseload, what is overdue first, then what is due, then what is coming.

        `at` is when it is asked for; left out, it is now. With a `party`, only what is for them, by
        their name or for anybody in their role; what is about a concern is only ever for whom it names. `progress` is
        told how far a long first look has come.

        Raises `InvalidEntry`, and `UnusableJournal` where the journal has no feed.
        """
        moment = accepted("at", self._clock() if at is None else at, accept_moment)
        if party is not None:
            party = accepted("party", party, accept_party)
        self._due_index.refresh(self._reading, self._rules, progress=progress)
        found = self._due_index.duties(zone=self._first.zone)
        asked = [one for one in found if party is None or one.is_for(party)]
        order = list(DutyStatus)
        never = datetime.max.replace(tzinfo=UTC)
        return tuple(sorted(asked, key=lambda one: (order.index(one.status(moment)), one.due or never)))

    def verify(self, name: str) -> list[sealing.Alteration]:
        """What the seal finds altered in the records of a journey, or of a coach; empty where it proves them.

        A journey that was erased is named by the subject it then took, `erased:…`.
        """
        subject = name if name.startswith(sealing.ERASED) else empty_home(name).subject
        stored = [one for one in self._reading.journal.read(subject) if one.home == subject]
        return sealing.alterations(stored, licences=codec.licences(stored))

    def what_if(
        self, policy: Policy, *, programme: str | None = None, on: date | None = None, progress: Told | None = None
    ) -> WhatIf:
        """What another policy would have answered to everything on the journal. Records nothing.

        With a `programme`, only the journeys on it are looked at. With a day `on`, the policy is taken as it stands on
        that day, for what was recorded before it too; else it goes by its own days. `progress` is told how many records
        have been looked at.

        Raises `InvalidPolicy`, as a casebook under that policy would; `InvalidEntry` where nothing is on record of the
        programme; and `UnusableJournal` where the journal has no feed.
        """
        if not isinstance(policy, Policy):
            raise InvalidEntry("argument", "policy", policy, "a policy is expected, such as Policy.load('starter')")
        _check_levels(policy, self._rules)
        journal = self._reading.journal
        if not isinstance(journal, Feed):
            raise UnusableJournal(type(journal).__name__, "this journal has no feed: it cannot tell what is on it")
        day = None if on is None else accepted("on", on, accept_day)
        return judged_again(journal, policy, self._rules, programme=programme, day=day, progress=progress)

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

        `journey` is a journey's name, or a coach, `coach:nina`, for what is about their readiness.

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

    def release(self, journey: str, disclosure: DisclosureMade, *, by: str, id: str | None = None) -> Released:
        """Ask whether something may be shown, and show it: decided beforehand, and recorded before anything leaves.

        What is shown is what the outlet carries of the journey as it then stands; nothing, where it is refused. The
        same `id` again records nothing new: what was refused stays refused under it, and what was accepted is decided
        anew before anything is shown, since consent may have been withdrawn meanwhile.

        Raises whatever `record` raises.
        """
        if not isinstance(disclosure, DisclosureMade):
            reason = "release takes what is to be shown, a DisclosureMade; for anything else, call record"
            raise InvalidEntry("argument", "disclosure", disclosure, reason, private=True)
        asked = self._asked(disclosure, by=by, at=None, id=id, nature=PLAN)
        decision = self._record(journey, [asked])[0]
        if not decision.accepted:
            return Released(decision, None)
        home = self._reading.journey(journey_name(journey))
        now = accepted("clock", self._clock(), accept_moment)
        again = self._judge(
            home, attrs.evolve(asked, id=secrets.token_hex(16)), Writing(self._reading, home, self._fresh), now=now
        )
        if not again.decision.accepted:
            return Released(attrs.evolve(again.decision, record=None), None)
        outlet = OUTLET_BY_NAME[disclosure.outlet]
        quoting = disclosure.quotes if outlet.purpose == CASE_STUDY else None
        zone = self._first.zone
        return Released(decision, view(home, outlet, disclosure.shown_to, by=by, quoting=quoting, zone=zone))

    def erase(self, learner: str, *, by: str) -> Erasure:
        """Remove a learner's words and references, and those of all their journeys, together.

        What coaches' timelines stand on stays, without a name; every hour still held is released. The old names are
        free again. A refusal is not recorded: nothing would be left to keep it with.

        Raises `Refused` where a concern is open on one of them, or `by` is no lead, and `UnusableJournal` where the
        journal cannot erase.
        """
        learner = accepted("learner", learner, accept_learner)
        by = accepted("by", by, accept_party)
        journal = self._reading.journal
        if not isinstance(journal, Erasable):
            raise UnusableJournal(type(journal).__name__, "this journal cannot erase")
        erasable: Erasable = journal
        now = accepted("clock", self._clock(), accept_moment)
        policy = self._first.fingerprint

        def judged(journey: Journey) -> None:
            case = Case.of(journey, self._first, at=now, by=by)
            asked = Erased(learner=learner)
            considered = consider(asked, case, self._rules, nature=PLAN)
            zone = self._first.zone
            Decision(
                accepts(considered), considered, title(asked, zone), plain_title(asked, zone), policy, complete=True
            ).require()

        def erased() -> Erasure:
            return erase(erasable, self._reading, learner, judged, now=now, policy=policy)

        # one that was interrupted may be done, and would then find nobody: its caller is told so instead
        erasure = patiently(erased, seconds=self._patience, again=False)
        self._reading.remembered.forget()
        if isinstance(journal, Feed):
            try:
                self._due_index.refresh(self._reading, self._rules)
            except UnusableJournal as error:
                # the learner is erased all the same, and whoever asked has to know what is left to do
                erasure = attrs.evolve(erasure, note=f"{erasure.note} The index of duties is not cleared: {error}")
        return erasure

    # ---- one attempt

    def _asked(
        self, entry: Entry, *, by: str, at: datetime | None, id: str | None, nature: Nature | None = None
    ) -> Asked:
        if not isinstance(entry, Entry):
            raise InvalidEntry(
                "argument", "entry", entry, "an entry is expected, such as iagcore.ConversationBooked(…)"
            )
        return Asked(
            entry,
            accepted("by", by, accept_party),
            None if at is None else accepted("at", at, accept_moment),
            secrets.token_hex(16) if id is None else accepted("id", id, accept_id),
            nature or (PLAN if isinstance(entry, Amendment) else entry.declares.nature),
        )

    def _record(
        self, journey: str, asked: Sequence[Asked], *, together: bool = False, keep: bool = True
    ) -> list[Decision]:
        empty = empty_home(journey)
        for one in asked:
            belongs(one.entry, empty)
        return patiently(lambda: self._attempt(journey, asked, together=together, keep=keep), seconds=self._patience)

    def _attempt(self, name: str, asked: Sequence[Asked], *, together: bool, keep: bool) -> list[Decision]:
        now = accepted("clock", self._clock(), accept_moment)
        home = self._home(name)
        writing = Writing(self._reading, home, self._fresh)
        decisions: list[Decision] = []
        for one in asked:
            if one.id in home.ids:
                decisions.append(self._first_answer(home, one, writing))
                continue
            judged = self._judge(writing.home, one, writing, now=now)
            decisions.append(judged.decision)
            writing.add(judged.record, judged.after)
        refused = any(not decision.accepted for decision in decisions)
        if not keep or (together and refused):
            return [attrs.evolve(decision, record=None) for decision in decisions]
        writing.append()
        return decisions

    def _judge(self, home: Home, asked: Asked, writing: Writing, *, now: datetime) -> Judged:
        entry = asked.entry
        begins = isinstance(entry, JourneyStarted | ConcernRaised) or entry.declares.about[0] == "coach"
        if not home.exists and not begins:
            raise UnknownJourney(home.name)
        if isinstance(entry, DisclosureMade) and role_of(entry.shown_to) == "learner":
            is_shown_to_its_own(entry, home)
        policy = self._policy_for(home, entry)
        place = home.stack_of(entry.target) if isinstance(entry, Amendment) else None
        at = asked.at or (place.at if place else now)
        entry, opportunity = self._shown(entry)
        weighed = weigh_up(
            entry,
            home,
            policy,
            at=at,
            by=asked.by,
            id=asked.id,
            nature=asked.nature,
            beyond=writing,
            policy_of=self._reading.policy,
            rules=self._rules,
            opportunity=opportunity,
        )
        accepted_ = weighed.accepted
        subjects = weighed.subjects if accepted_ else subjects_of_a_refusal(entry, home, by=asked.by)
        restated = weighed.amended.restated if weighed.amended is not None and accepted_ else ()
        record = Record(
            asked.id,
            subjects,
            at,
            now,
            asked.by,
            policy.fingerprint,
            place.record if place is not None and accepted_ else None,
            Sort.ACCEPTED if accepted_ else Sort.REFUSED,
            weighed.considered,
            restated,
            tuple((writing.surrogate(line), line) for line in weighed.case.effect) if accepted_ else (),
            entry,
        )
        after = home.after(record, version=home.version + 1)
        return Judged(record, self._decision(record, home, after, writing), after)

    def _decision(self, record: Record, before: Home, after: Home, writing: Writing) -> Decision:
        zone = self._reading.policy(record.policy).zone
        already = set(self._duties(before, writing))
        effect = tuple(line for _, line in record.effect)
        return Decision(
            record.accepted,
            record.considered,
            title(record.entry, zone),
            plain_title(record.entry, zone),
            record.policy,
            effect=effect,
            restated=record.restated,
            duties=tuple(duty for duty in self._duties(after, writing) if duty not in already),
            record=record.id,
            complete=True,
            counted=counted(record.entry, effect, record.considered, self._rules),
        )

    def _first_answer(self, home: Home, asked: Asked, writing: Writing) -> Decision:
        """The decision that stands under an id, when the content is the same."""
        first, decision = self._as_given(home, asked.id, writing)
        for what, same in (
            ("entry", first.entry == asked.entry or says_as_much(first.entry, asked.entry)),
            ("author", first.by == asked.by),
            ("time", asked.at is None or first.at == asked.at),
        ):
            if not same:
                raise IdUsedBefore(home.subject, asked.id, what)
        return decision

    def _as_given(self, home: Home, id: str, writing: Writing) -> tuple[Record, Decision]:
        version = home.ids[id]
        upto = list(islice(self._reading.journal.read(home.subject), version))
        if len(upto) < version:
            raise Conflict(home.subject, version, len(upto))  # it was erased since it was read
        *earlier, stored = upto
        before = reduce(folded, earlier, empty_home(home.name))
        after = folded(before, stored)
        first = codec.decode(stored)
        return first, self._decision(first, before, after, writing)

    def _shown(self, entry: Entry) -> tuple[Entry, Opportunity | None]:
        """The entry with what the directory shows of the opportunity that it points to, and the opportunity."""
        id = pointed_to(entry)
        listing = None if id is None or self._directory is None else self._directory.listing(id)
        if listing is None:
            return entry, None
        # whether something runs that its directory no longer lists is not known
        status = None if listing.gone else listing.opportunity.shown.status
        return as_shown(entry, listing.opportunity.shown, status), listing.opportunity

    def _home(self, name: str) -> Home:
        empty = empty_home(name)
        return self._reading.coach(name) if isinstance(empty, CoachHome) else self._reading.journey(name)

    def _policy_for(self, home: Home, entry: Entry) -> Policy:
        if self._by_programme is None or isinstance(home, CoachHome):
            return self._first
        start = entry.entry if isinstance(entry, EntryCorrected) else entry
        if isinstance(start, JourneyStarted):
            if start.programme in self._by_programme:
                return self._by_programme[start.programme]
            near = nearest(start.programme, self._by_programme)
            reason = f"this casebook has no policy for this programme{near}"
            raise InvalidEntry(start.declares.name, "programme", start.programme, reason)
        # what is not a start is never turned away for its programme: a concern least of all
        started = next((place for place in home.places if isinstance(place.original, JourneyStarted)), None)
        kept = self._first if started is None else self._reading.policy(started.policy)
        return self._by_programme.get(home.parts.status.programme or "", kept)

    def _duties(self, home: Home, writing: Writing) -> tuple[Duty, ...]:
        zone = self._first.zone
        grounds = Grounds(
            lambda place: self._reading.policy(place.policy), writing.glance_at, writing.glance_at_consents
        )
        return duties_on(home, self._rules, grounds=grounds, zone=zone)


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
