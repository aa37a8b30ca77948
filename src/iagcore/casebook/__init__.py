"""The casebook: the front door.

Each method says what can be asked of it; how an entry is decided and recorded stands in `recording.py`.
"""

import heapq
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from types import TracebackType
from typing import Final, Self

import attrs

from iagcore.casebook.coaching import Coach, coach_on
from iagcore.casebook.erasing import AskedToErase, erase, previewed
from iagcore.casebook.patience import patiently
from iagcore.casebook.reading import Reading
from iagcore.casebook.recording import Recording, wanted
from iagcore.directory.protocols import Directory
from iagcore.due_index import DueIndex, Progress, beside, cleared, finish, pending
from iagcore.exceptions import InvalidEntry, UnknownJourney, UnusableJournal
from iagcore.extending.book import book_of
from iagcore.extending.extension import Extension
from iagcore.policy import Policy
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn, Erased
from iagcore.practice.consent import CASE_STUDY
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade
from iagcore.practice.kinds import (
    PLAN,
    Entry,
    accept_coach,
    accept_day,
    accept_learner,
    accept_moment,
    accept_party,
    accepted,
)
from iagcore.practice.parties import CONCERN, concerns_of, role_of
from iagcore.record.findings import Decision, Duty, DutyStatus
from iagcore.record.journey import Journey, Timeline, empty_home, journey_name
from iagcore.record.records import Record
from iagcore.record.releasing import View, view
from iagcore.record.rules import Rule, check_levels
from iagcore.rulebook import RULES
from iagcore.rulebook.reviews import reviews
from iagcore.storage import codec, sealing
from iagcore.storage.erasures import ErasurePreview, accept_ground
from iagcore.storage.protocols import Erases, Erasure, Feed, Journal, Pending
from iagcore.what_if import Progress as Told
from iagcore.what_if import WhatIf, judged_again

PREVIEWED: Final = "not recorded yet"
"""The id that a previewed entry has in its answer, where something would be due of its record."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@attrs.frozen
class Released:
    """The decision on whether something may be shown, and what the outlet carries; None where it is refused."""

    decision: Decision
    view: View | None


class Casebook:
    """Journeys on a journal, under a policy: decide, record, correct, read.

    `policy` is one policy, or several by programme. `clock` gives aware times. A conflict with another process is
    retried for `patience` seconds; then `Conflict` is raised. What a lost connection interrupted is retried as long,
    under the same id, so that it is recorded once. `extend` is a college's `Extension`, or several; `rules` are asked
    in the place of all others, its own too. `directory` is where opportunities are looked up that an entry points to,
    so that it keeps what was shown. `due_index` is where duties are kept between questions about a whole caseload: in
    memory, unless a `DueIndex(path)` is given. `fresh` gives so many bytes that nobody can guess, for surrogates and
    salts; another than the default is for made-up records alone.

    `close()`, or leaving a `with` block, closes what it opened itself, and not what it was given.

    Raises `InvalidPolicy` where a policy sets the level of a rule that does not exist, or lowers a protected one,
    `InvalidExtension` where extensions clash, and `InvalidEntry` where `journal` or `policy` is none.
    """

    def __init__(
        self,
        journal: Journal,
        policy: Policy | Mapping[str, Policy],
        *,
        clock: Callable[[], datetime] = utc_now,
        patience: float = 30.0,
        rules: Sequence[Rule] | None = None,
        extend: "Extension | Sequence[Extension]" = (),
        directory: Directory | None = None,
        due_index: DueIndex | None = None,
        fresh: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        if not isinstance(journal, Journal):
            raise InvalidEntry("casebook", "journal", journal, "a journal is expected, such as SQLiteJournal(path)")
        if not isinstance(policy, Policy | Mapping):
            raise InvalidEntry("casebook", "policy", policy, "a policy is expected, such as Policy.load('starter')")
        given = [policy] if isinstance(policy, Policy) else list(policy.values())
        if not given:
            raise InvalidEntry("casebook", "policy", policy, "at least one policy is needed")
        book = book_of([extend] if isinstance(extend, Extension) else extend, rules=rules)
        given = [book.read(one) for one in given]
        for one in given:
            check_levels(one, book.rules)
        self._reading = Reading(journal, given, book)
        self._recording = Recording(
            reading=self._reading,
            first=given[0],
            by_programme=None if isinstance(policy, Policy) else dict(zip(policy, given, strict=True)),
            rules=book.rules,
            directory=directory,
            clock=clock,
            fresh=fresh,
            patience=patience,
            complete={one.code for one in RULES} <= {one.code for one in book.rules},
        )
        self._own_index = due_index is None
        self._due_index = DueIndex() if due_index is None else due_index

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
        """A journey as the record gives it now, with what is in confidence. Raises `UnknownJourney`."""
        journey = self._reading.whole(journey_name(name))
        if not journey.exists:
            raise UnknownJourney(name)
        return journey

    def coach(self, coach: str) -> Coach:
        """A coach as the record gives it now: readiness, hours, and the journeys they go with.

        One of whom nothing is on the record is ready for nothing that has to be known. Raises `InvalidEntry`.
        """
        name = accepted("coach", coach, accept_coach)
        return coach_on(self._reading, name, self._recording.first, self._recording.rules)

    def timeline(self, subject: str) -> Timeline:
        """The hours held of a learner or a coach, across journeys."""
        return self._reading.timeline(accepted("subject", subject, accept_party))

    def records(self, name: str) -> Iterator[Record]:
        """The records of a journey, or of a coach, in the order of recording, refusals too; none where nothing is.

        What is recorded in confidence on a journey is among them.
        """
        read, kinds, subject = self._reading.journal.read, self._reading.book.kinds, empty_home(name).subject
        own = (one for one in read(subject) if one.home == subject)
        apart = (one for one in read(concerns_of(name)) if role_of(one.home) == CONCERN)
        found = [(codec.decode(one, kinds) for one in filed if one.payload is not None) for filed in (own, apart)]
        return heapq.merge(*found, key=attrgetter("recorded_at"))

    def decision(self, name: str, record: str) -> Decision:
        """The decision that stands under the id of a record of a journey, or of a coach, as it was first given.

        Raises `InvalidEntry` where there is no record of that id.
        """
        writing = self._recording.writing(self._recording.home(name))
        home = next((one for one in (writing.home, *writing.apart()[1]) if record in one.ids), None)
        if home is None:
            raise InvalidEntry("argument", "record", record, f"no record of {name} has this id", private=True)
        return self._recording.as_given(home, record, name)[1]

    def duties(self, name: str) -> tuple[Duty, ...]:
        """What is to do on a journey, or for a coach, under the policies it was recorded under.

        Raises `UnknownJourney`.
        """
        home = self._recording.about(name)
        if not home.exists:
            raise UnknownJourney(name)
        return self._recording.duties(home)

    def due(
        self, *, at: datetime | None = None, party: str | None = None, progress: Progress | None = None
    ) -> tuple[Duty, ...]:
        """What is to do on the caseload and about its policies: what is overdue, then what is due, then what is coming.

        `at` is when it is asked for; left out, it is now. With a `party`, only what is for them, by
        their name or for anybody in their role; what is about a concern is only ever for whom it names. `progress` is
        told how far a long first look has come.

        Raises `InvalidEntry`, and `UnusableJournal` where the journal has no feed.
        """
        moment = self._recording.now() if at is None else accepted("at", at, accept_moment)
        if party is not None:
            party = accepted("party", party, accept_party)
        self._due_index.refresh(self._reading, self._recording.rules, progress=progress)
        policies = {one.name: one for one in self._recording.policies}
        found = [
            *self._due_index.duties(zone=self._recording.first.zone),
            *(duty for policy in policies.values() for duty in reviews(policy, at=moment)),
        ]
        asked = [one for one in found if party is None or one.is_for(party)]
        order = list(DutyStatus)
        never = datetime.max.replace(tzinfo=UTC)
        return tuple(sorted(asked, key=lambda one: (order.index(one.status(moment)), one.due or never)))

    def verify(self, name: str) -> list[sealing.Alteration]:
        """What the seal finds altered in the records of a journey, or of a coach; empty where it proves them.

        A journey that was erased is named by the subject it then took, `erased:…`.
        """
        subject = name if name.startswith(sealing.ERASED) else empty_home(name).subject
        apart = (one.home for one in self._reading.journal.read(concerns_of(name)) if role_of(one.home) == CONCERN)
        homes = [
            [one for one in self._reading.journal.read(home) if one.home == home]
            for home in (subject, *dict.fromkeys(apart))
        ]
        return [found for home in homes for found in sealing.alterations(home, licences=codec.licences(home))]

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
        policy = self._reading.book.read(policy)
        check_levels(policy, self._recording.rules)
        journal = self._reading.journal
        if not isinstance(journal, Feed):
            raise UnusableJournal(type(journal).__name__, "this journal has no feed: it cannot tell what is on it")
        day = None if on is None else accepted("on", on, accept_day)
        return judged_again(
            journal,
            policy,
            self._reading.book,
            policy_of=self.policy_of,
            programme=programme,
            day=day,
            progress=progress,
        )

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
        return self._recording.record(journey, [wanted(entry, by=by, at=at, id=id)])[0]

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
            wanted(fact, by=by, at=at, id=None if id is None else f"{id}#{number}")
            for number, fact in enumerate(facts, start=1)
        ]
        return tuple(self._recording.record(journey, asked, together=True))

    def preview(self, journey: str, entry: Entry, *, by: str, at: datetime | None = None) -> Decision:
        """What would be decided now. Records nothing; asked again while nothing changes, it says the same."""
        # what is to be shown is asked beforehand, as `release` asks it
        nature = PLAN if isinstance(entry, DisclosureMade) else None
        asked = wanted(entry, by=by, at=at, id=PREVIEWED, nature=nature)
        return self._recording.record(journey, [asked], keep=False)[0]

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
        asked = wanted(disclosure, by=by, at=None, id=id, nature=PLAN)
        decision = self._recording.record(journey, [asked])[0]
        if not decision.accepted:
            return Released(decision, None)
        again = self._recording.again(self._recording.home(journey), asked)
        if not again.accepted:
            return Released(again, None)
        home = self._reading.whole(journey_name(journey))
        outlet = OUTLET_BY_NAME[disclosure.outlet]
        quoting = disclosure.quotes if outlet.purpose == CASE_STUDY else None
        zone = self._recording.first.zone
        return Released(decision, view(home, outlet, disclosure.shown_to, by=by, quoting=quoting, zone=zone))

    def erase(self, learner: str, *, by: str, ground: str | None = None) -> Erasure:
        """Remove a learner's words and references, and those of all their journeys, together.

        What coaches' timelines stand on stays, without a name; every hour still held is released. The old names are
        free again. What an earlier erasure left pending is finished first, whoever is named now. The indexes of duties
        of this casebook, and one beside the journal's file, go with it. `ground` is one of `GROUNDS`; it and the role
        of `by` stand on the receipts, which have no content.

        The answer is `gone`, with what is pending and where; or `nothing found under that name`; or `held`, in the
        same words whatever holds the record. Neither of the last two is recorded on a journey.

        Raises `Refused` where `by` is no lead, `InvalidEntry`, and `UnusableJournal` where the journal cannot erase.
        """
        journal, now = self._erases(), self._recording.now()
        asked = self._asked_to_erase(learner, by=by, ground=ground, now=now)

        def erased() -> Erasure:
            return erase(journal, self._reading, asked, now=now, policy=self._recording.first.fingerprint)

        with beside(self._reading.journal, self._due_index) as indexes:
            asked.holds(Journey("asked", learner=asked.learner))  # whoever may not erase finishes nothing either
            finished = bool(pending(journal, indexes)) and not finish(journal, indexes)
            # one that was interrupted may be done, and would then find nobody: its caller is told so instead
            erasure = patiently(erased, seconds=self._recording.patience, again=False)
            self._reading.remembered.forget()
            failed = cleared(self._reading.journal, indexes, self._reading, self._recording.rules)
            # of one place, what the erasure itself found there says more
            left = {one.where: one for one in (*pending(journal, indexes), *failed, *erasure.pending)}
            return attrs.evolve(erasure, pending=tuple(left.values()), finished=finished)

    def preview_erasure(self, learner: str, *, by: str) -> ErasurePreview:
        """What `erase` would take now, and what would stay. Erases nothing, and raises what `erase` raises."""
        journal = self._erases()
        asked = self._asked_to_erase(learner, by=by, ground=None, now=self._recording.now())
        asked.holds(Journey("asked", learner=asked.learner))
        with beside(self._reading.journal, self._due_index) as indexes:
            return previewed(self._reading, asked, pending(journal, indexes))

    def pending_erasures(self) -> tuple[Pending, ...]:
        """Where what was erased may still be; empty where it is nowhere.

        Raises `UnusableJournal` where the journal cannot erase.
        """
        with beside(self._reading.journal, self._due_index) as indexes:
            return pending(self._erases(), indexes)

    def finish_erasures(self, *, expired: date | None = None) -> tuple[Pending, ...]:
        """End what earlier erasures left pending, and give what is pending still.

        `expired` is a day: every backup, and every other copy that the journal cannot look into, made up to its end is
        gone. Raises `UnusableJournal` where the journal cannot erase.
        """
        with beside(self._reading.journal, self._due_index) as indexes:
            return finish(self._erases(), indexes, expired=expired)

    def _asked_to_erase(self, learner: str, *, by: str, ground: str | None, now: datetime) -> AskedToErase:
        learner = accepted("learner", learner, accept_learner)
        by = accepted("by", by, accept_party)
        ground = None if ground is None else accepted("ground", ground, accept_ground)

        def holds(journey: Journey) -> bool:
            return self._recording.holds(journey, Erased(learner=learner), by=by, now=now)

        return AskedToErase(learner, holds, role_of(by), ground)

    def _erases(self) -> Erases:
        journal = self._reading.journal
        if not isinstance(journal, Erases):
            raise UnusableJournal(type(journal).__name__, "this journal cannot erase")
        return journal
