"""Reading: journeys and timelines as a journal gives them, remembered between decisions.

What is remembered is never trusted blindly: the last record known of a subject is read again each time, because a
learner who was erased may have come back under the same name, and nothing of the one erased is served from memory.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

import attrs

from iagcore.exceptions import UnusableJournal
from iagcore.extending.book import LIBRARY, Book
from iagcore.policy import Policy
from iagcore.practice.parties import CONCERN, concerns_of, name_of_home, role_of
from iagcore.record.home import Home
from iagcore.record.journey import (
    CoachHome,
    ConcernHome,
    ConsentsAcross,
    Journey,
    Timeline,
    consents_across,
    joined,
    journeys_beside,
)
from iagcore.record.rules import Grounds
from iagcore.storage import codec
from iagcore.storage.forks import lock_for_a_moment
from iagcore.storage.protocols import Journal
from iagcore.storage.stored import StoredRecord

H = TypeVar("H", bound=Home)

REMEMBERED: Final = 4096
"""How many subjects are kept folded; the least recently used goes first, and is read again when it is wanted."""


class Remembered:
    """The latest folds, by subject; safe across threads."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._folds: OrderedDict[str, Any] = OrderedDict()
        self._lock = lock_for_a_moment()

    def get(self, subject: str) -> Any:
        """The fold of a subject, or None."""
        with self._lock:
            if subject in self._folds:
                self._folds.move_to_end(subject)
            return self._folds.get(subject)

    def keep(self, subject: str, fold: Any) -> None:
        """Keep a fold, in the place of an earlier one."""
        with self._lock:
            self._folds[subject] = fold
            self._folds.move_to_end(subject)
            if len(self._folds) > self._most:
                self._folds.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._folds.clear()


class Reading:
    """The journeys, timelines and policies on a journal."""

    def __init__(self, journal: Journal, policies: Iterable[Policy], book: Book = LIBRARY) -> None:
        self.journal = journal
        self.book = book
        self.remembered = Remembered()
        self._policies = {one.fingerprint: one for one in policies}
        self._kept: set[str] = set()

    def journey(self, name: str) -> Journey:
        """The journey of that name; an empty one where nothing is on the record."""
        return self.home(Journey(name))

    def coach(self, name: str) -> CoachHome:
        """A coach's own record; an empty one where nothing is on it."""
        return self.home(CoachHome(name))

    def home(self, empty: H) -> H:
        """A home as the record gives it; `empty` is the same before anything is on its record."""
        subject = empty.subject
        home: H = self.remembered.get(f"home {subject}") or empty
        anew, records = self._since(subject, home.version, home.last)
        fresh = list(records)
        if not anew and home.version and any(stored.payload is None for stored in fresh if stored.home == subject):
            # somebody was erased here: what is remembered may hold words that are gone
            anew, fresh = True, list(self.journal.read(subject))
        home = empty if anew else home
        for stored in fresh:
            home = folded(home, stored, self.book.kinds)
        self.remembered.keep(f"home {subject}", home)
        return home

    def whole(self, name: str, *, named: bool = True) -> Journey:
        """A journey with what is recorded in confidence on it, and, if `named`, elsewhere about its learner."""
        journey = self.journey(name)
        filed = list(self.journal.read(concerns_of(name)))
        if named and journey.learner is not None:
            filed += self.journal.read(journey.learner)
        return joined(journey, self.in_confidence(filed))

    def in_confidence(self, filed: Iterable[StoredRecord]) -> tuple[ConcernHome, ...]:
        """The homes in confidence of which there is a record among these."""
        names = dict.fromkeys(one.home for one in filed if role_of(one.home) == CONCERN)
        return tuple(self.home(ConcernHome(name)) for name in names)

    def consents(self, home: Home, timeline: Timeline | None = None) -> ConsentsAcross:
        """What a learner consented to, on this and on other journeys, as of a timeline of theirs."""
        if timeline is None:
            timeline = Timeline("") if home.learner is None else self.timeline(home.learner)
        return consents_across(home, timeline, lambda one: self.journey(name_of_home(one)))

    @property
    def grounds(self) -> Grounds:
        """What duties are derived from, as the record gives it now."""
        return Grounds(
            policy=lambda place: self.policy(place.policy),
            readiness=lambda coach: self.coach(coach).readiness,
            consents=lambda home: self.consents(home).of(home),
        )

    def journeys_beside(self, home: Home, timeline: Timeline) -> tuple[Home, ...]:
        """The other journeys of the learner of a timeline."""
        return tuple(journeys_beside(home, timeline, lambda one: self.journey(name_of_home(one))))

    def timeline(self, subject: str) -> Timeline:
        """The hours of a learner or a coach."""
        timeline: Timeline = self.remembered.get(f"hours {subject}") or Timeline(subject)
        anew, records = self._since(subject, timeline.version, timeline.last)
        timeline = Timeline(subject) if anew else timeline
        for stored in records:
            about = tuple(filing.subject for filing in stored.about)
            timeline = timeline.after(
                codec.read_envelope(stored), about, version=stored.version_of(subject), id=stored.id
            )
        self.remembered.keep(f"hours {subject}", timeline)
        return timeline

    def _since(self, subject: str, version: int, last: str | None) -> tuple[bool, Iterator[StoredRecord]]:
        """The records since a version; or, where the last one known is gone, that it begins anew, and all of them."""
        if not version:
            return False, iter(self.journal.read(subject))
        stream = iter(self.journal.read(subject, after=version - 1))
        again = next(stream, None)
        if again is not None and again.surrogate == last:
            return False, stream
        return True, iter(self.journal.read(subject))

    def policy(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint. Raises `UnusableJournal` where it is neither given nor kept."""
        if fingerprint not in self._policies:
            for stored in self.journal.read(f"policy:{fingerprint}"):
                kept: Any = codec.decode(stored).entry
                # under its own fingerprint, which is another where the text was altered
                policy = Policy.parse(kept.text, file=f"policy:{fingerprint}", values=self.book.values, kept=True)
                self._policies[policy.fingerprint] = policy
        if fingerprint not in self._policies:
            raise UnusableJournal("the journal", f"the policy {fingerprint} that it was judged under is not in it")
        return self._policies[fingerprint]

    def policy_is_kept(self, fingerprint: str) -> bool:
        """Whether the journal has the text of a policy."""
        if fingerprint not in self._kept and next(iter(self.journal.read(f"policy:{fingerprint}")), None) is not None:
            self._kept.add(fingerprint)
        return fingerprint in self._kept


def folded(home: H, stored: StoredRecord, kinds: codec.Kinds) -> H:
    """A home after one more record that is filed under its subject."""
    version = stored.version_of(home.subject)
    if stored.home != home.subject:
        # a booking stands under its coach too, and is the journey's record: the version moves on, and nothing else
        return attrs.evolve(home, version=version, last=stored.surrogate)
    if stored.payload is None:
        # a refusal whose learner was erased, or the receipt for it: neither is part of this home
        return attrs.evolve(home, version=version, last=stored.surrogate, plain=stored.plain)
    return home.after(codec.decode(stored, kinds), version=version, surrogate=stored.surrogate, plain=stored.plain)
