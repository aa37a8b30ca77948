"""The feed: each record once, in order, and none skipped that commits late."""

import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from threading import Event

from iagcore.storage.protocols import Journal, StoredRecord
from iagcore.testing.contract.given import JournalPromises, feed
from iagcore.testing.promises import times
from iagcore.testing.rivals import append_slowly
from iagcore.testing.stored_records import (
    COACH,
    HOME,
    OTHER_HOME,
    all_at_once,
    append_next,
    chain,
    in_time,
    stored,
    versions,
)


class Feeding(JournalPromises, states=True):
    """`read_all` yields each record once, in the order of positions, and skips none that commits late."""

    def test_an_empty_feed_yields_nothing(self, journal: Journal) -> None:
        assert list(feed(journal).read_all()) == []

    def test_the_feed_yields_each_record_once_in_the_order_of_appending(self, journal: Journal) -> None:
        kept = [
            stored("s1", (HOME, 1), (COACH, 1)),
            stored("s2", (OTHER_HOME, 1), (COACH, 2)),
            stored("s3", (HOME, 2), (COACH, 3)),
        ]
        for record in kept:
            journal.append([record], expect={filing.subject: filing.version - 1 for filing in record.about})
        assert list(feed(journal).read_all()) == kept

    def test_the_feed_goes_on_from_any_position(self, journal: Journal) -> None:
        kept = chain(HOME, 6)
        journal.append(kept[:4], expect={HOME: 0})
        journal.append(kept[4:], expect={HOME: 4})
        found = list(feed(journal).read_all())
        assert found == kept
        assert [list(feed(journal).read_all(after=record.position)) for record in found] == [
            kept[place + 1 :] for place in range(6)
        ]

    def test_a_long_feed_is_read_whole(self, journal: Journal) -> None:
        kept = chain(HOME, 1200)
        journal.append(kept, expect={HOME: 0})
        assert list(feed(journal).read_all()) == kept

    def test_a_record_has_one_position_however_it_is_read(self, journal: Journal) -> None:
        journal.append(chain(HOME, 3), expect={HOME: 0})
        by_subject = [record.position for record in journal.read(HOME)]
        assert by_subject == [record.position for record in feed(journal).read_all()]
        assert by_subject == [record.position for record in feed(self.reopened(journal)).read_all()]

    def test_an_open_feed_does_not_block_a_writer_and_survives_it(self, journal: Journal) -> None:
        kept = chain(HOME, 600)
        journal.append(kept, expect={HOME: 0})
        reading = feed(journal).read_all()
        found = list(islice(reading, 3))
        in_time(lambda: journal.append(chain(HOME, 5, after=600), expect={HOME: 600}))
        found += reading
        assert found[:600] == kept
        assert found == chain(HOME, 605)[: len(found)]

    def test_who_goes_on_from_the_last_position_beside_busy_writers_misses_nothing(self, journal: Journal) -> None:
        homes = [f"journey:{number}" for number in range(3)]
        done = Event()

        def follow() -> list[StoredRecord]:
            seen = list(before)
            last = False
            while not last:
                last = done.is_set()  # once more after the last append
                seen += feed(journal).read_all(after=seen[-1].position)
            return seen

        def write_all() -> None:
            try:
                outcomes = all_at_once(*(partial(append_next, journal, home, home, 20) for home in homes))
                assert outcomes == [None] * 3
            finally:
                done.set()

        journal.append([stored("first", ("journey:first", 1))], expect={"journey:first": 0})
        before = list(feed(journal).read_all())
        written, seen = all_at_once(write_all, follow)
        assert written is None, repr(written)
        assert isinstance(seen, list), repr(seen)
        assert [versions(seen, home) for home in homes] == [list(range(1, 21))] * 3
        assert len(seen) == 61

    def test_what_slow_writers_commit_late_is_not_missed(self, journal: Journal) -> None:
        feed(journal)
        homes = {f"journey:{number}": 0.002 * number for number in range(4)}
        users = [journal, self.reopened(journal)]
        told: list[object] = []
        writers = [
            partial(append_slowly, home, times(8), seconds, users[place % 2], told.append)
            for place, (home, seconds) in enumerate(homes.items())
        ]
        done = Event()

        def write_all() -> None:
            try:
                assert all_at_once(*writers) == [None] * len(writers)
            finally:
                done.set()

        written, seen = all_at_once(write_all, lambda: followed(users[1], done.is_set))
        assert written is None, repr(written)
        assert isinstance(seen, list), repr(seen)
        assert [versions(seen, home) for home in homes] == [list(range(1, times(16) + 1))] * 4
        assert len(seen) == 4 * times(16)
        assert seen == list(feed(journal).read_all())


def followed(journal: Journal, is_over: Callable[[], bool]) -> list[StoredRecord]:
    """What somebody sees who goes on from the last position again and again, until nothing is written any more."""
    seen: list[StoredRecord] = []
    last = False
    while not last:
        last = is_over()  # once more after the last append
        seen += feed(journal).read_all(after=seen[-1].position if seen else None)
        time.sleep(0.0002)
    return seen
