"""Recording: a home is read, an entry decided on it, and the record appended if nothing read has changed since.

Where something has, it is read and decided again until there is an answer. The casebook alone supplies what is not the
caller's: the clock, surrogates and salts. Nothing below it reads a clock or makes an id.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial, reduce
from itertools import islice
from typing import Final, get_args

import attrs

from iagcore.casebook.patience import patiently
from iagcore.casebook.reading import Reading, folded
from iagcore.casebook.writing import Writing
from iagcore.directory.pointing import as_shown, pointed_to, says_as_much
from iagcore.directory.protocols import Directory
from iagcore.entries import KINDS
from iagcore.exceptions import Conflict, IdUsedBefore, InvalidEntry, UnknownJourney, nearest
from iagcore.opportunities import Opportunity
from iagcore.policy import Policy
from iagcore.practice.amendments import Amendment, EntryCorrected, Erased
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.kinds import (
    PLAN,
    Entry,
    FieldClass,
    Nature,
    accept_id,
    accept_moment,
    accept_party,
    accepted,
    is_in_confidence,
    pointed_to_by,
)
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import CONCERN, role_of
from iagcore.record.case import Asked, Case
from iagcore.record.deciding import recorded, weigh_up
from iagcore.record.findings import Decision, Duty
from iagcore.record.home import Home
from iagcore.record.journey import CoachHome, ConcernHome, Journey, empty_home, joined
from iagcore.record.judging import accepts, answer, consider, duties_on
from iagcore.record.naming import plain_title, title
from iagcore.record.records import Record
from iagcore.record.rules import Rule
from iagcore.rulebook.safeguarding import HOLD
from iagcore.storage import codec


@attrs.frozen(kw_only=True)
class Wanted:
    """What a caller wants on the record; `at` and `nature` are None where they are left to what `Asked` makes of it."""

    entry: Entry
    by: str
    at: datetime | None
    id: str
    nature: Nature | None


def wanted(entry: Entry, *, by: str, at: datetime | None, id: str | None, nature: Nature | None = None) -> Wanted:
    """What a caller wants, checked; without an id, under one that nobody can guess. Raises `InvalidEntry`."""
    if not isinstance(entry, Entry):
        raise InvalidEntry("argument", "entry", entry, "an entry is expected, such as iagcore.ConversationBooked(…)")
    return Wanted(
        entry=entry,
        by=accepted("by", by, accept_party),
        at=None if at is None else accepted("at", at, accept_moment),
        id=secrets.token_hex(16) if id is None else accepted("id", id, accept_id),
        nature=nature,
    )


@attrs.frozen(kw_only=True)
class Recording:
    """What decides and records: the journal as it is read, the policies, the rules, and what is not the caller's.

    `first` is the policy where none is for a programme, `by_programme` the others; `complete` says whether all shipped
    rules are among `rules`, which each record keeps.
    """

    reading: Reading
    first: Policy
    by_programme: Mapping[str, Policy] | None
    rules: tuple[Rule, ...]
    directory: Directory | None
    clock: Callable[[], datetime]
    fresh: Callable[[int], bytes]
    patience: float
    complete: bool

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies that it records under."""
        return (self.first, *(self.by_programme or {}).values())

    def now(self) -> datetime:
        """The time now. Raises `InvalidEntry` where the clock gives none with a zone."""
        return accepted("clock", self.clock(), accept_moment)

    def writing(self, home: Home) -> Writing:
        """An append that begins on a home."""
        return Writing(self.reading, home, self.fresh)

    def record(
        self, name: str, asked: Sequence[Wanted], *, together: bool = False, keep: bool = True
    ) -> list[Decision]:
        """Decide entries on one home, and record them: all or none, if `together`; not at all, unless `keep`."""
        empty = empty_home(name)
        for one in asked:
            belongs(one.entry, empty, self.reading.book.kinds)
        return patiently(lambda: self._attempt(empty, asked, together=together, keep=keep), seconds=self.patience)

    def _attempt(self, empty: Home, asked: Sequence[Wanted], *, together: bool, keep: bool) -> list[Decision]:
        now = self.now()
        writing = self.writing(self.reading.home(empty))
        decisions: list[Decision] = []
        for one in asked:
            home, seen = self._where(one, writing)
            if keep and one.id in home.ids:
                decisions.append(self._first_answer(home, one, empty.name))
                continue
            record = self._judge(one, home, seen, writing, now=now)
            decisions.append(self._decision(record, writing))
            if keep:
                writing.add(record)
        refused = any(not decision.accepted for decision in decisions)
        if not keep or (together and refused):
            return [attrs.evolve(decision, record=None) for decision in decisions]
        writing.append()
        return decisions

    def again(self, home: Home, one: Wanted) -> Decision:
        """What would be decided now of what was decided before, under another id. Records nothing."""
        # as if it had not been shown yet: it uses no approval up before itself
        places = (attrs.evolve(its, stack=(), recorded=()) if its.record == one.id else its for its in home.places)
        writing = self.writing(attrs.evolve(home, places=tuple(places)))
        anew = attrs.evolve(one, id=secrets.token_hex(16))
        record = self._judge(anew, *self._where(anew, writing), writing, now=self.now())
        return attrs.evolve(self._decision(record, writing), record=None)

    def _where(self, one: Wanted, writing: Writing) -> tuple[Home, Home]:
        """The home that an entry goes to, and the journey as far as its author may know of it, which decides.

        What is in confidence goes to a home of its own, and what points to something there follows it, where its author
        may know of it. For everybody else the journey is all there is, and so is what it answers.
        """
        journey, entry = writing.home, one.entry
        if not isinstance(journey, Journey) or type(entry) in NEVER_APART:
            return journey, journey
        pointed = frozenset({("record", entry.target)}) if isinstance(entry, Amendment) else pointed_to_by(entry)
        hidden = is_in_confidence(entry)
        version, homes = writing.apart()
        known = [home for home in homes if home.is_known_to(one.by)]
        earlier = (home for home in homes if hidden and self._recorded_there(one, home))
        # of an id that was used twice, the one that is open is meant, or the last
        there = (home for home in reversed(known) if home.holds & pointed)
        apart = next(earlier, None) or max(there, key=lambda home: bool(home.safeguarding.open), default=None)
        if apart is None and not hidden:
            return journey, journey
        apart = apart or ConcernHome(f"{CONCERN}:{self.fresh(16).hex()}")
        writing.begin(apart, version)
        return apart, joined(journey, [*(home for home in known if home is not apart), apart])

    def _recorded_there(self, one: Wanted, home: Home) -> bool:
        """Whether the same author has a record of that id in a home; others need not know that there is one."""
        if one.id not in home.ids:
            return False
        stored = next(iter(self.reading.journal.read(home.subject, after=home.ids[one.id] - 1)), None)
        return stored is not None and stored.id == one.id and codec.decode(stored, self.reading.book.kinds).by == one.by

    def _judge(self, one: Wanted, home: Home, seen: Home, writing: Writing, *, now: datetime) -> Record:
        _may_stand(one.entry, seen)
        policy = self._policy_for(writing.home, one.entry)
        entry, opportunity = self._shown(one.entry)
        asked = Asked.of(
            seen,
            entry,
            by=one.by,
            at=one.at,
            recorded_at=now,
            id=one.id,
            nature=one.nature,
            apart=None if home is writing.home else home,
            opportunity=opportunity,
        )
        weighed = weigh_up(asked, seen, policy, beyond=writing, rules=self.rules)
        record = recorded(asked, weighed, seen, policy=policy.fingerprint, surrogate=writing.surrogate)
        return attrs.evolve(record, complete=self.complete)

    def _shown(self, entry: Entry) -> tuple[Entry, Opportunity | None]:
        """The entry with what the directory shows of the opportunity that it points to, and the opportunity."""
        id = pointed_to(entry)
        listing = None if id is None or self.directory is None else self.directory.listing(id)
        if listing is None:
            return entry, None
        # whether something runs that its directory no longer lists is not known
        status = None if listing.gone else listing.opportunity.shown.status
        return as_shown(entry, listing.opportunity.shown, status), listing.opportunity

    def _decision(self, record: Record, writing: Writing) -> Decision:
        """The decision of a record, on the home that an append has come to."""
        duties = writing.arising(record, self.rules, self.first.zone)
        return answer(record, self.rules, zone=self.reading.policy(record.policy).zone, duties=duties)

    def _first_answer(self, home: Home, asked: Wanted, name: str) -> Decision:
        """The decision that stands under an id, when the content is the same."""
        first, decision = self.as_given(home, asked.id, name)
        for what, same in (
            ("entry", first.entry == asked.entry or says_as_much(first.entry, asked.entry)),
            ("author", first.by == asked.by),
            ("time", asked.at is None or first.at == asked.at),
        ):
            if not same:
                raise IdUsedBefore(empty_home(name).subject, asked.id, what)
        return decision

    def as_given(self, home: Home, id: str, name: str) -> tuple[Record, Decision]:
        """The record under an id in a home, which belongs to what is named so, and the decision as it was first given.

        Raises `Conflict` where it was erased.
        """
        version = home.ids[id]
        upto = list(islice(self.reading.journal.read(home.subject), version))
        if len(upto) < version:
            raise Conflict(home.subject, version, len(upto))  # it was erased since it was read
        *earlier, stored = upto
        kinds = self.reading.book.kinds
        fold = partial(folded, kinds=kinds)
        first = codec.decode(stored, kinds)
        before = reduce(fold, earlier, type(home)(home.name))
        if not isinstance(before, ConcernHome):
            return first, self._decision(first, self.writing(before))
        # the journey as it stood then
        filed = self.reading.journal.read(empty_home(name).subject)
        then = (one for one in filed if codec.read_envelope(one).recorded_at <= first.recorded_at)
        writing = self.writing(reduce(fold, then, empty_home(name)))
        writing.begin(before, 0)
        return first, self._decision(first, writing)

    def home(self, name: str) -> Home:
        """The home of that name, as the record gives it now."""
        return self.reading.home(empty_home(name))

    def _policy_for(self, home: Home, entry: Entry) -> Policy:
        if self.by_programme is None or isinstance(home, CoachHome):
            return self.first
        start = entry.entry if isinstance(entry, EntryCorrected) else entry
        if isinstance(start, JourneyStarted):
            if start.programme in self.by_programme:
                return self.by_programme[start.programme]
            near = nearest(start.programme, self.by_programme)
            reason = f"this casebook has no policy for this programme{near}"
            raise InvalidEntry(start.declares.name, "programme", start.programme, reason)
        # what is not a start is never turned away for its programme: a concern least of all
        started = next((place for place in home.places if isinstance(place.original, JourneyStarted)), None)
        kept = self.first if started is None else self.reading.policy(started.policy)
        return self.by_programme.get(home.status.programme or "", kept)

    def duties(self, home: Home) -> tuple[Duty, ...]:
        """What is to do on a home."""
        return duties_on(home, self.rules, grounds=self.reading.grounds, zone=self.first.zone)

    def about(self, name: str) -> Home:
        """What duties are derived of: a coach, or a journey with what is recorded in confidence on it."""
        home = self.home(name)
        return self.reading.whole(name, named=False) if isinstance(home, Journey) else home

    def holds(self, journey: Journey, asked: Erased, *, by: str, now: datetime) -> bool:
        """Whether something holds a journey, so that nothing of it is erased.

        Raises `Refused` where `by` may not have it erased, whatever holds it.
        """
        case = Case.of(journey, self.first, at=now, by=by)
        considered = consider(asked, case, self.rules, nature=PLAN)
        others = tuple(one for one in considered if one.rule != HOLD)
        zone = self.first.zone
        Decision(
            accepted=accepts(others),
            considered=others,
            title=title(asked, zone),
            plain_title=plain_title(asked, zone),
            policy=self.first.fingerprint,
            complete=True,
        ).require()
        return not accepts(considered)


def belongs(entry: Entry, empty: Home, kinds: codec.Kinds) -> None:
    """Raise `InvalidEntry` for a kind that is not known, and could not be read again; or is of another sort of home."""
    stands = entry.entry if isinstance(entry, EntryCorrected) else entry
    if kinds.get(stands.declares.name) is not type(stands):
        reason = "this casebook does not know this kind: give it the extension that declares it, with extend="
        raise InvalidEntry("entry", "kind", stands.declares.name, reason)
    if stands.declares.stands_anywhere:
        return
    kind = stands.declares
    if kind.is_of_a_coach and not isinstance(empty, CoachHome):
        reason = "it is about a coach: record it under the coach, such as coach:nina"
        raise InvalidEntry(kind.name, "journey", empty.name, reason)
    if not kind.is_of_a_coach and isinstance(empty, CoachHome):
        raise InvalidEntry(
            kind.name, "journey", empty.name, "it is about a journey: record it under the journey's name"
        )


_begun_apart = {"record", *(kind.declares.begins for kind in KINDS if kind.declares.in_confidence is not False)}
NEVER_APART: Final = frozenset(
    kind
    for kind in set(KINDS) - set(get_args(Amendment))
    if kind.declares.in_confidence is False
    and not any(field.type.field_class is FieldClass.RESTRICTED for field in kind.declares.fields)
    and not any(_begun_apart & set(things) for things in kind.declares.points_to.values())
)
"""The kinds of which nothing is in confidence, nor what they may point to: their declarations say so."""


def _may_stand(entry: Entry, home: Home) -> None:
    """Raise where an entry begins nothing on a home that is not there, or shows it to a stranger."""
    if not entry.declares.may_come_first and not home.exists:
        raise UnknownJourney(home.name)
    if isinstance(entry, DisclosureMade) and role_of(entry.shown_to) == "learner":
        _is_shown_to_its_own(entry, home)


def _is_shown_to_its_own(entry: DisclosureMade, home: Home) -> None:
    """Raise `InvalidEntry` where a journey is shown to another learner, whose name would stand on it for good."""
    if entry.shown_to != home.learner:
        raise InvalidEntry(
            entry.declares.name, "shown_to", entry.shown_to, "a journey is shown to no learner but its own"
        )
