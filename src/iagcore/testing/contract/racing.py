"""Readers and writers at once, in threads."""

from functools import partial
from itertools import islice, pairwise
from threading import Event

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Journal
from iagcore.testing.contract.given import JournalPromises
from iagcore.testing.promises import times
from iagcore.testing.rivals import BATCH, batch
from iagcore.testing.stored_records import HOME, all_at_once, append_next, chain, in_time, stored, versions


class ReadersBesideWriters(JournalPromises, states=True):
    """Readers never block writers, and see whole appends in order."""

    def test_an_open_reader_does_not_block_a_writer_and_survives_it(self, journal: Journal) -> None:
        kept = chain(HOME, 600)
        journal.append(kept, expect={HOME: 0})
        reading = journal.read(HOME)
        found = list(islice(reading, 3))
        in_time(lambda: journal.append(chain(HOME, 5, after=600), expect={HOME: 600}))
        found += reading
        assert found[:600] == kept
        assert found == chain(HOME, 605)[: len(found)]

    def test_a_reader_made_before_an_append_and_read_after_it_has_no_gap(self, journal: Journal) -> None:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        reading = journal.read(HOME)
        in_time(lambda: journal.append(chain(HOME, 2, after=2), expect={HOME: 2}))
        found = list(reading)
        assert len(found) >= 2
        assert found == chain(HOME, 4)[: len(found)]

    def test_a_reader_that_is_left_unfinished_blocks_nobody(self, journal: Journal) -> None:
        journal.append(chain(HOME, 600), expect={HOME: 0})
        abandoned = [journal.read(HOME) for _ in range(3)]
        assert [next(reading) for reading in abandoned] == chain(HOME, 1) * 3
        in_time(lambda: journal.append(chain(HOME, 1, after=600), expect={HOME: 600}))
        assert list(journal.read(HOME, after=600)) == chain(HOME, 1, after=600)

    def test_readers_beside_busy_writers_see_versions_without_a_gap(self, journal: Journal) -> None:
        done = Event()

        def write() -> None:
            append_next(journal, HOME, "w", 40)
            done.set()

        def watch() -> list[list[int]]:
            seen = []
            while not done.is_set():
                seen.append(versions(list(journal.read(HOME)), HOME))
            return seen

        _, *watched = all_at_once(write, watch, watch)
        for seen in watched:
            assert isinstance(seen, list), repr(seen)
            assert all(found == list(range(1, len(found) + 1)) for found in seen)
            assert all(len(earlier) <= len(later) for earlier, later in pairwise(seen))
        assert versions(list(journal.read(HOME)), HOME) == list(range(1, 41))

    def test_a_reader_never_sees_half_an_append(self, journal: Journal) -> None:
        second, done = self.reopened(journal), Event()

        def write() -> None:
            try:
                for number in range(times(12)):
                    journal.append(batch(HOME, "w", number), expect={HOME: number * BATCH})
            finally:
                done.set()

        def watch() -> list[int]:
            seen = []
            while not done.is_set():
                seen.append(len(list(second.read(HOME))) % BATCH)
            return seen

        written, watched = all_at_once(write, watch)
        assert written is None, repr(written)
        assert isinstance(watched, list), repr(watched)
        assert set(watched) <= {0}


class WritersRacing(JournalPromises, states=True):
    """Of writers that race, each loses that has to."""

    def test_of_threads_racing_for_a_version_exactly_one_wins(self, journal: Journal) -> None:
        def claim(name: str, version: int) -> None:
            journal.append([stored(f"{name} {version}", (HOME, version))], expect={HOME: version - 1})

        for version in range(1, times(10) + 1):
            outcomes = all_at_once(*(partial(claim, name, version) for name in "abcd"))
            won = [name for name, outcome in zip("abcd", outcomes, strict=True) if outcome is None]
            assert len(won) == 1, outcomes
            assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 3
            assert [record.surrogate for record in journal.read(HOME, after=version - 1)] == [f"{won[0]} {version}"]

    def test_threads_that_try_again_after_a_conflict_lose_nothing(self, journal: Journal) -> None:
        second = self.reopened(journal)
        outcomes = all_at_once(
            lambda: append_next(journal, HOME, "a", 15),
            lambda: append_next(journal, HOME, "b", 15),
            lambda: append_next(second, HOME, "c", 15),
        )
        assert outcomes == [None] * 3
        found = list(journal.read(HOME))
        assert versions(found, HOME) == list(range(1, 46))
        assert sorted(record.surrogate for record in found) == sorted(f"{n} {k}" for n in "abc" for k in range(15))

    def test_two_that_each_read_what_the_other_writes_do_not_both_win(self, journal: Journal) -> None:
        second = self.reopened(journal)
        for number in range(times(10)):
            mine, yours = f"journey:{number}-mine", f"journey:{number}-yours"
            expect = {mine: 0, yours: 0}
            outcomes = all_at_once(
                partial(journal.append, [stored(mine, (mine, 1))], expect=expect),
                partial(second.append, [stored(yours, (yours, 1))], expect=expect),
            )
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"], outcomes
            assert len([*journal.read(mine), *journal.read(yours)]) == 1
