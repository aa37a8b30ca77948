"""The contract catches journals that are broken on purpose, each in one way, and hides nothing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import attrs
import pytest

from iagcore.exceptions import Conflict
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Erasure, Filing, Gone, Journal, Position, StoredRecord
from iagcore.testing.contract import JournalContract
from iagcore.testing.stored_records import COACH, HOME, all_at_once, stored

CONTRACT = JournalContract()


class LosesUpdates(MemoryJournal):
    """The last writer wins: who comes second takes the place of who came first."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        try:
            super().append(records, expect=expect)
        except Conflict:
            with self._lock:
                places = [self._filed[record.home][record.about[0].version - 1] for record in records]
                for place, record in zip(places, records, strict=True):
                    self._kept[place] = attrs.evolve(record, position=self._kept[place].position)


class LooksBeforeItLocks(MemoryJournal):
    """The versions are compared, and only then is the record written: two threads can come between."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self._hold(expect, {})
        time.sleep(0.005)
        with self._lock:
            self._keep(records)


class SkewsWrites(MemoryJournal):
    """Only subjects that are written are held to what is expected."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        written = {filing.subject for record in records for filing in record.about}
        super().append(records, expect={subject: expect[subject] for subject in expect if subject in written})


class TearsAppends(MemoryJournal):
    """Records are kept one by one, so the first stays when the second fails."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        reached = dict(expect)
        for record in records:
            super().append([record], expect=reached)
            reached.update({filing.subject: filing.version for filing in record.about})


class NumbersAnew(MemoryJournal):
    """Versions are given without regard to what the record carries."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with self._lock:
            self._keep(records)


class SwallowsConflicts(MemoryJournal):
    """What conflicts is dropped, and the writer believes it kept."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        try:
            super().append(records, expect=expect)
        except Conflict:
            return


class TakesAnIdOnceForAll(MemoryJournal):
    """An id is unique in the whole store, so two journeys cannot both have a `first booking`."""

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        ids = {record.id for record in self._kept if record.id is not None}
        for record in records:
            if record.id in ids:
                raise Conflict(record.home)
        super().append(records, expect=expect)


class TakesAnIdAgain(MemoryJournal):
    """An id may come again in its home."""

    def _refuse_known(self, records: Sequence[StoredRecord]) -> None:
        pass


class ReadsWhatItWrites(MemoryJournal):
    """An iterator goes over the store's own list, and stumbles when it grows."""

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        known = dict(enumerate(self._filed.get(subject, [])))
        count = len(known)
        for place in list(known)[after:]:
            if len(self._filed[subject]) != count:
                raise RuntimeError("the list changed its size while it was read")
            yield self._kept[known[place]]


class HoldsItsLockWhileRead(MemoryJournal):
    """A reader keeps writers out until it has finished."""

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        if not self._lock.acquire(timeout=0.1):
            raise TimeoutError("locked")
        try:
            yield from [self._kept[index] for index in self._filed.get(subject, [])[after:]]
        finally:
            self._lock.release()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        if not self._lock.acquire(timeout=0.1):
            raise TimeoutError("locked")
        self._lock.release()
        super().append(records, expect=expect)


class SkipsOneAfterAPosition(MemoryJournal):
    """Going on from a position leaves out the next record."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        yield from islice(super().read_all(after=after), 0 if after is None else 1, None)


class ShowsLateCommitsOutOfOrder(MemoryJournal):
    """Positions are drawn when an append begins; one that takes long shows up behind a reader's back."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn = 0

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        with self._lock:
            self._drawn += len(records)
            first = self._drawn - len(records) + 1
        time.sleep(0.001 + 0.004 * (first % 3))
        super().append(records, expect=expect)
        with self._lock:
            for place, record in enumerate(records):
                index = self._filed[record.home][record.about[0].version - 1]
                self._kept[index] = attrs.evolve(self._kept[index], position=f"{first + place:019d}")

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        with self._lock:
            found = sorted((record.position or "", place) for place, record in enumerate(self._kept))
            kept = list(self._kept)
        yield from (kept[place] for position, place in found if position > (after or ""))


class Leaks(MemoryJournal):
    """An erasure after which something is put back."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        before = list(self._kept)
        done = super().erase(renames, expect=expect, receipts=receipts)
        for place, old in enumerate(before):
            self._kept[place] = self.put_back(old, self._kept[place])
        return done

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        raise NotImplementedError


class LeaksPayloads(Leaks):
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, payload=old.payload)


class LeaksIds(Leaks):
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, id=old.id)


class LeaksSalts(Leaks):
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        def salted(was: Filing, filing: Filing) -> Filing:
            return attrs.evolve(filing, salt=was.salt)

        return attrs.evolve(new, about=tuple(map(salted, old.about, new.about)))


class LeaksNames(Leaks):
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        def named(was: Filing, filing: Filing) -> Filing:
            return attrs.evolve(filing, subject=was.subject)

        return attrs.evolve(new, about=tuple(map(named, old.about, new.about)))


class LeaksFromOtherHomes(Leaks):
    """Only the homes of the learner lose their words, not a record that names the learner elsewhere."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, payload=old.payload, id=old.id) if old.home == new.home else new


class TakesOthersSalts(Leaks):
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, about=tuple(attrs.evolve(filing, salt=None) for filing in new.about))


class ErasesAtAnyVersion(MemoryJournal):
    """An erasure that does not look whether a concern was raised meanwhile."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        found = {subject: len(self._filed.get(subject, [])) for subject in expect}
        return super().erase(renames, expect=found, receipts=[])


class MiscountsErasures(MemoryJournal):
    """Filings are counted, not the records that lost their words."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        filings = sum(len(self._filed.get(subject, [])) for subject in renames)
        super().erase(renames, expect=expect, receipts=receipts)
        return Erasure(filings, Gone.COMPLETE, "Removed.")


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (LosesUpdates, CONTRACT.test_a_written_subject_that_moved_on_is_a_conflict),
        (LosesUpdates, CONTRACT.test_of_threads_racing_for_a_version_exactly_one_wins),
        (LosesUpdates, CONTRACT.test_threads_that_try_again_after_a_conflict_lose_nothing),
        (LooksBeforeItLocks, CONTRACT.test_of_threads_racing_for_a_version_exactly_one_wins),
        (LooksBeforeItLocks, CONTRACT.test_two_that_each_read_what_the_other_writes_do_not_both_win),
        (SkewsWrites, CONTRACT.test_a_subject_that_is_only_read_and_moved_on_is_a_conflict),
        (SkewsWrites, CONTRACT.test_two_that_each_read_what_the_other_writes_do_not_both_win),
        (TearsAppends, CONTRACT.test_an_append_whose_second_record_has_a_known_id_keeps_neither),
        (TearsAppends, CONTRACT.test_an_append_whose_second_record_has_a_wrong_version_keeps_neither),
        (NumbersAnew, CONTRACT.test_an_append_that_conflicts_on_its_last_subject_keeps_nothing_under_the_first),
        (NumbersAnew, CONTRACT.test_expecting_a_version_that_is_not_there_yet_is_a_conflict),
        (NumbersAnew, CONTRACT.test_a_written_subject_that_is_not_expected_is_a_value_error),
        (SwallowsConflicts, CONTRACT.test_a_conflict_is_mended_by_reading_again),
        (SwallowsConflicts, CONTRACT.test_threads_that_try_again_after_a_conflict_lose_nothing),
        (TakesAnIdAgain, CONTRACT.test_an_id_that_is_used_again_in_its_home_is_a_conflict),
        (TakesAnIdAgain, CONTRACT.test_an_id_that_comes_twice_in_one_append_is_a_conflict),
        (TakesAnIdAgain, CONTRACT.test_a_surrogate_that_is_used_again_in_another_home_is_a_conflict),
        (HoldsItsLockWhileRead, CONTRACT.test_an_open_reader_does_not_block_a_writer_and_survives_it),
        (SkipsOneAfterAPosition, CONTRACT.test_the_feed_goes_on_from_any_position),
        (SkipsOneAfterAPosition, CONTRACT.test_who_goes_on_from_the_last_position_beside_busy_writers_misses_nothing),
        (
            ShowsLateCommitsOutOfOrder,
            CONTRACT.test_who_goes_on_from_the_last_position_beside_busy_writers_misses_nothing,
        ),
        (LeaksPayloads, CONTRACT.test_erasing_takes_the_words_of_every_record_filed_under_a_renamed_subject),
        (LeaksPayloads, CONTRACT.test_erasing_leaves_the_timeline_of_others_but_for_the_words),
        (LeaksIds, CONTRACT.test_erasing_leaves_the_timeline_of_others_but_for_the_words),
        (LeaksSalts, CONTRACT.test_erasing_takes_names_and_salts_of_the_renamed_alone),
        (LeaksNames, CONTRACT.test_erasing_takes_names_and_salts_of_the_renamed_alone),
        (LeaksFromOtherHomes, CONTRACT.test_a_record_in_anothers_home_that_names_the_learner_loses_its_words_too),
        (TakesOthersSalts, CONTRACT.test_erasing_leaves_the_timeline_of_others_but_for_the_words),
        (
            MiscountsErasures,
            CONTRACT.test_an_erasure_says_how_many_records_lost_their_words_and_how_far_they_are_gone,
        ),
        (MiscountsErasures, CONTRACT.test_a_record_that_lost_its_words_before_is_not_counted_again),
    ],
)
def test_a_broken_journal_is_caught(broken: type[MemoryJournal], promise: Callable[[Journal], None]) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        promise(broken())


@pytest.mark.parametrize("moved", [HOME, COACH])
def test_an_erasure_that_expects_nothing_is_caught(moved: str) -> None:
    with pytest.raises(pytest.fail.Exception):
        CONTRACT.test_erasing_changes_nothing_when_an_expected_subject_moved_on(ErasesAtAnyVersion(), moved)


@pytest.mark.parametrize("version", [0, 1, 3, -1])
def test_a_journal_that_takes_any_version_is_caught(version: int) -> None:
    with pytest.raises(pytest.fail.Exception):
        CONTRACT.test_a_version_that_does_not_follow_on_is_a_value_error(NumbersAnew(), version)


@pytest.mark.parametrize(
    ("broken", "promise", "raised"),
    [
        (TakesAnIdOnceForAll, CONTRACT.test_an_id_is_free_in_another_home_though_a_subject_is_shared, Conflict),
        (HoldsItsLockWhileRead, CONTRACT.test_a_reader_that_is_left_unfinished_blocks_nobody, TimeoutError),
        (ReadsWhatItWrites, CONTRACT.test_an_open_reader_does_not_block_a_writer_and_survives_it, RuntimeError),
    ],
)
def test_a_journal_that_raises_where_it_should_not_is_caught(
    broken: type[MemoryJournal], promise: Callable[[Journal], None], raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        promise(broken())


class OnlyAppendsAndReads:
    """All that a host must write, and nothing more."""

    def __init__(self) -> None:
        self._within = MemoryJournal()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self._within.append(records, expect=expect)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        return self._within.read(subject, after=after)


def test_a_journal_without_a_feed_skips_its_promises_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="OnlyAppendsAndReads is no Feed: it has no read_all"):
        CONTRACT.test_an_empty_feed_yields_nothing(OnlyAppendsAndReads())


def test_a_journal_that_does_not_erase_skips_its_promises_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="OnlyAppendsAndReads is not Erasable: it has no erase"):
        CONTRACT.test_erasing_who_was_never_recorded_does_nothing(OnlyAppendsAndReads())


def test_a_subclass_that_overrides_a_promise_is_refused() -> None:
    with pytest.raises(TypeError, match="Lenient overrides test_reading_an_unknown_subject_yields_nothing"):

        class Lenient(JournalContract):
            def test_reading_an_unknown_subject_yields_nothing(self, journal: Journal) -> None:
                pass


def test_a_subclass_that_mixes_in_an_override_is_refused() -> None:
    class Excuse:
        def test_an_empty_feed_yields_nothing(self, journal: Journal) -> None:
            pass

    with pytest.raises(TypeError, match="Lenient overrides test_an_empty_feed_yields_nothing"):

        class Lenient(Excuse, JournalContract):
            pass


def test_a_subclass_may_add_tests_of_its_own() -> None:
    class Stricter(JournalContract):
        def test_something_more(self) -> None:
            pass

    assert issubclass(Stricter, JournalContract)


def test_a_call_that_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iagcore.testing.stored_records.PATIENCE", 0.02)
    with pytest.raises(AssertionError, match=r"has not come back in 0\.02 s"):
        all_at_once(lambda: time.sleep(0.3))


def test_stored_makes_a_record_whose_digests_differ_from_those_of_another() -> None:
    one, other = stored("s1", (HOME, 1), (COACH, 4)), stored("s2", (HOME, 1), (COACH, 4))
    assert [(filing.subject, filing.version) for filing in one.about] == [(HOME, 1), (COACH, 4)]
    assert {one.plain, one.salted, one.envelope}.isdisjoint({other.plain, other.salted, other.envelope})
    assert one == stored("s1", (HOME, 1), (COACH, 4))
