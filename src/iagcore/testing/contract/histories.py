"""Made-up histories: whatever is done to a journal, one step after the other, it answers as a plain list would.

A state machine of Hypothesis appends, is refused, reads, erases and opens the journal again, and compares each answer
with a model that is simple enough to read aloud: the records in the order of appending. A failure is shrunk to the
fewest steps. All histories of a test share one journal, under names of their own, since a fixture gives only one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Final, TypeVar

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Erases, Feed, Journal, Position, StoredRecord
from iagcore.testing.contract.given import JournalPromises, erasable, feed
from iagcore.testing.promises import made_up
from iagcore.testing.stored_records import erased, receipt, stored

Drawn = TypeVar("Drawn")

NAMES: Final = ("journey:a", "journey:b", "learner:a", "coach:n")
"""What a history files under, before its own number is put into the names."""
SPOILT: Final = ("behind", "ahead", "only read", "id", "surrogate", "follows", "gap", "not expected")
"""The ways in which an append can be wrong."""


class Histories(JournalPromises, states=True):
    """Whatever comes after whatever, the journal answers as a plain list of records would."""

    def test_a_journal_answers_as_a_plain_list_would(self, journal: Journal) -> None:
        class OfThisJournal(History):
            users = Users(journal, self.reopened)

        run_state_machine_as_test(OfThisJournal, settings=made_up(20, steps=20))


class Users:
    """Those who use one journal, one after the other, over all histories of a test."""

    MOST = 4
    """How often the journal is opened again; after that the turn goes round, since each keeps something open."""

    def __init__(self, journal: Journal, reopened: Callable[[Journal], Journal]) -> None:
        self._opened = [journal]
        self._reopened = reopened
        self._turn = 0
        self.histories = count()
        self._last: Position | None = None

    @property
    def now(self) -> Journal:
        """Whose turn it is."""
        return self._opened[self._turn]

    def next(self) -> None:
        """Give the turn to somebody else, who opens the journal again."""
        self._turn = (self._turn + 1) % self.MOST
        if self._turn == len(self._opened):
            self._opened.append(self._reopened(self._opened[0]))

    def begin(self) -> Position | None:
        """Give the turn to the first, and say where the feed ends so far."""
        self._turn = 0
        if isinstance(self.now, Feed):
            for record in self.now.read_all(after=self._last):
                self._last = record.position
        return self._last


class History(RuleBasedStateMachine):
    """One history, and the model of it: `kept`, the records in the order of appending."""

    users: Users

    def __init__(self) -> None:
        super().__init__()
        number = next(self.users.histories)
        self.names = [name.replace(":", f":{number}-") for name in NAMES]
        self.fresh = (f"{number}-{place}" for place in count())
        self.kept: list[StoredRecord] = []
        self.before = self.users.begin()

    @property
    def journal(self) -> Journal:
        """The journal as whose turn it is has it."""
        return self.users.now

    def under(self, subject: str) -> list[StoredRecord]:
        """The records of the model that are filed under a subject."""
        return [record for record in self.kept if subject in {filing.subject for filing in record.about}]

    def versions_of(self, subjects: Iterable[str]) -> dict[str, int]:
        """The version that each subject has in the model."""
        return {subject: len(self.under(subject)) for subject in subjects}

    def draft(self, filed: Sequence[Sequence[str]], expect: Mapping[str, int]) -> list[StoredRecord]:
        """Records filed under these subjects, following on from what is expected."""
        reached, drafted = dict(expect), []
        for subjects in filed:
            reached |= {subject: reached[subject] + 1 for subject in subjects}
            drafted.append(stored(next(self.fresh), *((subject, reached[subject]) for subject in subjects)))
        return drafted

    def filed(self, data: st.DataObject) -> list[list[str]]:
        """Under which subjects one to three records are filed, each home first."""
        some = st.lists(st.integers(0, len(self.names) - 1), min_size=1, max_size=3, unique=True)
        places = data.draw(st.lists(some, min_size=1, max_size=3), label="filed under the names in these places")
        return [[self.names[place] for place in each] for each in places]

    def one(self, data: st.DataObject, among: Sequence[Drawn], label: str) -> Drawn:
        """One among some, drawn by its place, since what stands there differs whenever the history is tried again."""
        return among[data.draw(st.integers(0, len(among) - 1), label=f"place of {label}")]

    def end_of(self, home: str) -> bytes:
        """The plain digest of the last record of a home."""
        return next((record.plain for record in reversed(self.kept) if record.home == home), b"")

    @rule(data=st.data(), naming=st.booleans(), following=st.booleans())
    def append(self, data: st.DataObject, naming: bool, following: bool) -> None:
        """What follows on is kept."""
        expect = self.versions_of(self.names)
        records = self.draft(self.filed(data), expect)
        if naming:
            records = [attrs.evolve(record, id=f"id of {record.surrogate}") for record in records]
        if following:
            records[0] = attrs.evolve(records[0], follows=self.end_of(records[0].home))
        self.journal.append(records, expect=expect)
        self.kept += records

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), spoilt=st.sampled_from(SPOILT))
    def be_refused(self, data: st.DataObject, spoilt: str) -> None:
        """What does not follow on, or comes twice, is refused, and leaves nothing behind."""
        was = self.one(data, self.kept, "what there was")
        written = [[was.home], *self.filed(data)]
        expect = self.versions_of(self.names)
        raises: type[Exception] | tuple[type[Exception], ...] = Conflict
        match spoilt:
            case "behind" | "ahead":
                expect[was.home] += 1 if spoilt == "ahead" else -1
                records = self.draft(written, expect)
            case "only read":
                records = self.draft([[was.home]], expect)
                subject = self.one(data, [name for name in self.names if name != was.home], "what was read")
                expect[subject] += 1
            case "id":
                records = self.draft(written, expect)
                records[-1] = attrs.evolve(records[-1], id="twice")
                again = self.draft([[records[-1].home]], expect | _reached(records))
                records.append(attrs.evolve(again[0], id="twice"))
            case "surrogate":
                records = self.draft(written, expect)
                records[-1] = attrs.evolve(records[-1], surrogate=was.surrogate)
            case "follows":
                records = self.draft(written, expect)
                records[0] = attrs.evolve(records[0], follows=b"another end")
            case "gap":
                records, raises = [*self.draft(written, expect), *self.draft([[was.home]], expect)], ValueError
            case _:
                records, raises = self.draft(written, expect), ValueError
                del expect[was.home]
        with pytest.raises(raises):
            self.journal.append(records, expect=expect)
        self.read(data)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """A subject is read from any version on."""
        subject = self.one(data, self.names, "what is read")
        under = self.under(subject)
        after = data.draw(st.integers(0, len(under) + 1), label="after")
        assert list(self.journal.read(subject, after=after)) == under[after:]

    @precondition(lambda self: isinstance(self.journal, Feed))
    @rule(data=st.data())
    def read_all(self, data: st.DataObject) -> None:
        """The feed is read from any position on."""
        found = list(feed(self.journal).read_all(after=self.before))
        assert found == self.kept
        after = data.draw(st.integers(0, len(found)), label="after")
        position = found[after - 1].position if after else self.before
        assert list(feed(self.journal).read_all(after=position)) == self.kept[after:]

    @precondition(lambda self: isinstance(self.journal, Erases))
    @rule(data=st.data(), as_it_is=st.booleans())
    def erase(self, data: st.DataObject, as_it_is: bool) -> None:
        """An erasure at the versions that there are is made, and at any other leaves everything as it was."""
        olds = {self.one(data, self.names, "what is erased"), self.one(data, self.names, "what is erased too")}
        renames = {old: f"{old.partition(':')[0]}:{next(self.fresh)}" for old in sorted(olds)}
        expect = self.versions_of(self.names)
        last = {new: expect[old] + 1 for old, new in renames.items()}
        receipts = [receipt(next(self.fresh), *last.items())]
        if not as_it_is:
            receipts = []
            expect[self.one(data, self.names, "what moved on")] += 1
            with pytest.raises(Conflict):
                erasable(self.journal).erase(renames, expect=expect, receipts=receipts)
            return
        touched = [record for record in self.kept if renames.keys() & {filing.subject for filing in record.about}]
        done = erasable(self.journal).erase(renames, expect=expect, receipts=receipts)
        assert done.records == sum((record.payload, record.id) != (None, None) for record in touched)
        self.kept = [erased(record, renames) if record in touched else record for record in self.kept] + receipts
        self.names += renames.values()

    @rule()
    def open_again(self) -> None:
        """Somebody else goes on, as after a restart."""
        self.users.next()

    def teardown(self) -> None:
        """In the end everything is there, under every name and in the feed."""
        assert {name: list(self.journal.read(name)) for name in self.names} == {
            name: self.under(name) for name in self.names
        }
        if isinstance(self.journal, Feed):
            assert list(self.journal.read_all(after=self.before)) == self.kept


def _reached(records: Sequence[StoredRecord]) -> dict[str, int]:
    return {filing.subject: filing.version for record in records for filing in record.about}
