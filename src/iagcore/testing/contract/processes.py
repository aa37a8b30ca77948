"""Across processes: what other processes do at the same time, and what is left when one is killed.

These are asked of a store whose `from_another_process` says how to open it there. The processes are spawned, so nothing
of this process is carried over but what pickles.
"""

from collections.abc import Sequence
from functools import partial

import pytest

from iagcore.storage.protocols import Journal
from iagcore.testing.contract.feeding import followed
from iagcore.testing.contract.given import JournalPromises, erasable, feed, finishing, opening
from iagcore.testing.other_process import at_work, in_processes, killed_after
from iagcore.testing.promises import times
from iagcore.testing.rivals import (
    BATCH,
    append_batches,
    append_each,
    append_slowly,
    batch,
    claim_versions,
    erase_each,
    keep_appending,
    skew,
)
from iagcore.testing.stored_records import HOME, append_next, chain, in_time, stored, versions


class AcrossProcesses(JournalPromises, states=True):
    """Every promise about users at once holds across processes too."""

    def test_what_another_process_appends_is_read_here_and_the_other_way_round(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert in_processes(opening(self, journal), partial(keep_appending, HOME, "there", 1)) == [None]
        assert versions(list(journal.read(HOME)), HOME) == [1, 2]
        assert [record.surrogate for record in journal.read(HOME, after=1)] == ["there 0"]

    def test_of_processes_racing_for_a_version_exactly_one_wins(self, journal: Journal) -> None:
        rounds = times(25)
        claims = (partial(claim_versions, HOME, name, rounds) for name in "abc")
        won = in_processes(opening(self, journal), *claims)
        winners = {version: name for name, taken in zip("abc", _lists(won), strict=True) for version in taken}
        assert sorted(version for taken in _lists(won) for version in taken) == list(range(1, rounds + 1))
        assert [record.surrogate for record in journal.read(HOME)] == [
            f"{winners[version]} {version}" for version in range(1, rounds + 1)
        ]

    def test_processes_that_try_again_after_a_conflict_lose_nothing(self, journal: Journal) -> None:
        rounds = times(10)
        with at_work(opening(self, journal), *(partial(keep_appending, HOME, name, rounds) for name in "ab")) as others:
            append_next(journal, HOME, "c", rounds)
            assert [other.answer() for other in others] == [None, None]
        found = list(journal.read(HOME))
        assert versions(found, HOME) == list(range(1, 3 * rounds + 1))
        assert sorted(one.surrogate for one in found) == sorted(f"{n} {k}" for n in "abc" for k in range(rounds))

    def test_two_processes_that_each_read_what_the_other_writes_do_not_both_win(self, journal: Journal) -> None:
        rounds = times(20)
        mine, yours = _lists(
            in_processes(
                opening(self, journal),
                partial(skew, "journey:mine", "journey:yours", rounds),
                partial(skew, "journey:yours", "journey:mine", rounds),
            )
        )
        assert [a + b for a, b in zip(mine, yours, strict=True)] == [1] * rounds
        assert [
            [bool(list(journal.read(f"journey:{whose}-{number}"))) for whose in ("mine", "yours")]
            for number in range(rounds)
        ] == [[kept, not kept] for kept in mine]

    def test_what_slow_processes_commit_late_is_not_missed(self, journal: Journal) -> None:
        rounds = times(8)
        feed(journal)
        homes = {f"journey:{number}": 0.003 * number for number in range(3)}
        writers = (partial(append_slowly, home, rounds, seconds) for home, seconds in homes.items())
        with at_work(opening(self, journal), *writers) as others:
            seen = followed(journal, lambda: all(other.is_over() for other in others))
            assert [other.answer() for other in others] == [None] * 3
        assert [versions(seen, home) for home in homes] == [list(range(1, 2 * rounds + 1))] * 3
        assert len(seen) == 6 * rounds

    def test_of_an_erasure_and_an_append_in_another_process_exactly_one_wins(self, journal: Journal) -> None:
        erasable(journal)
        homes = [f"journey:{number}" for number in range(times(8))]
        journal.append([stored(home, (home, 1)) for home in homes], expect=dict.fromkeys(homes, 0))
        with at_work(opening(self, journal), partial(append_each, homes)) as [other]:
            erased = erase_each(homes, journal, lambda told: None)
            [appended] = _lists([other.answer()])
        assert [a + b for a, b in zip(erased, appended, strict=True)] == [1] * len(homes)
        assert [len(list(journal.read(home))) for home in homes] == [0 if gone else 2 for gone in erased]

    def test_a_process_that_is_killed_leaves_each_append_that_returned_and_no_half_of_one(
        self, journal: Journal
    ) -> None:
        how, kept = opening(self, journal), 0
        for kill in range(times(4)):
            told = killed_after(how, partial(append_batches, HOME, "k", kept), 0.002 + 0.017 * (kill % 8))
            found = list(journal.read(HOME))
            assert found == [record for number in range(len(found) // BATCH) for record in batch(HOME, "k", number)]
            # the one in flight may be kept without having returned
            assert len(found) // BATCH - kept - len(told) in (0, 1)
            kept = len(found) // BATCH
        in_time(lambda: journal.append(batch(HOME, "k", kept), expect={HOME: kept * BATCH}))
        assert len(list(journal.read(HOME))) == (kept + 1) * BATCH

    def test_a_process_that_is_killed_amid_erasures_leaves_each_whole_or_not_begun(self, journal: Journal) -> None:
        erasable(journal)
        how = opening(self, journal)
        for kill in range(times(4)):
            homes = [f"journey:{kill}-{number}" for number in range(60)]
            records = [stored(home, (home, 1), (f"learner:{home}", 1), id="said") for home in homes]
            journal.append(records, expect={filing.subject: 0 for record in records for filing in record.about})
            told = killed_after(how, partial(erase_each, homes), 0.002 + 0.005 * (kill % 5))
            left = {home: [record.id for record in journal.read(home)] for home in homes}
            gone = {home: [record.id for record in journal.read(f"{home}-gone")] for home in homes}
            done = [home for home in homes if not left[home]]
            assert done[: len(told)] == told
            assert len(done) - len(told) in (0, 1)
            assert [gone[home] for home in homes] == [[None, None] if home in done else [] for home in homes]
            assert [left[home] for home in homes] == [[] if home in done else ["said"] for home in homes]

    def test_what_a_killed_erasure_left_is_pending_until_it_is_finished(self, journal: Journal) -> None:
        how, erasing = opening(self, journal), finishing(journal)
        if self.bytes_kept(journal) is None:
            pytest.skip(f"nobody can look into {type(journal).__name__}: bytes_kept returns None")
        for kill in range(times(4)):
            words = {f"journey:{kill}-{number}": b"heard-%d-%d." % (kill, number) for number in range(30)}
            records = [stored(home, (home, 1), payload=said * 40) for home, said in words.items()]
            journal.append(records, expect=dict.fromkeys(words, 0))
            killed_after(how, partial(erase_each, list(words)), 0.01 + 0.007 * (kill % 5))
            gone = [said for home, said in words.items() if not list(journal.read(home))]
            kept = self.bytes_kept(journal) or b""
            assert [said for said in gone if said in kept] == [] or erasing.pending() != ()
            left = in_time(erasing.finish)
            kept = self.bytes_kept(journal) or b""
            assert left != () or [said for said in gone if said in kept] == []
            assert erasing.pending() == left


def _lists(answers: Sequence[object]) -> list[list[int]]:
    found: list[list[int]] = []
    for answer in answers:
        assert isinstance(answer, list), repr(answer)
        found.append(answer)
    return found
