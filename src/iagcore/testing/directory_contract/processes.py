"""Across processes: what others see of an import, and what is left when the importing process is killed."""

from collections import Counter
from functools import partial

from iagcore.directory.matching import Sought
from iagcore.directory.protocols import MOST_COUNTED, Directory, Kept
from iagcore.testing.directory_contract.given import DirectoryPromises, opening
from iagcore.testing.listed_opportunities import (
    ART,
    MONDAY,
    TOGETHER,
    TUESDAY,
    UNSAID,
    ids,
    keep,
    keep_feeds,
    keep_in_part,
    kept,
    walks,
)
from iagcore.testing.other_process import at_work, killed_after
from iagcore.testing.promises import times


class AcrossProcesses(DirectoryPromises, states=True):
    """All or nothing, for other processes too, and after a kill."""

    def test_what_another_process_keeps_is_found_here(self, directory: Directory) -> None:
        keep(directory, ART)
        assert killed_after(opening(self, directory), partial(keep_feeds, 0), 0.0)[0] == 0
        found = [one.opportunity.name for one in kept(directory) if one.feed == "feed 0"]
        assert found == [f"Walk {number}" for number in range(TOGETHER)]
        assert ids(directory, Sought(text="art")) == ["art"]

    def test_an_import_that_is_killed_in_the_midst_is_seen_by_nobody_and_leaves_nothing(
        self, directory: Directory
    ) -> None:
        keep(directory, ART, UNSAID)
        before = kept(directory)
        with at_work(opening(self, directory), partial(keep_in_part, 60)) as [other]:
            assert other.told() == "in the midst"
            assert kept(directory) == before
            assert set(ids(directory, Sought())) == {"art", "unsaid"}
            other.kill()
        assert kept(directory) == before
        assert set(ids(directory, Sought())) == {"art", "unsaid"}
        assert keep(directory, *walks("council", 60), on=TUESDAY, full=True) == Kept(new=60, gone=2)

    def test_a_process_that_is_killed_leaves_each_import_that_returned_and_no_half_of_one(
        self, directory: Directory
    ) -> None:
        how, first = opening(self, directory), 0
        for kill in range(times(3)):
            told = killed_after(how, partial(keep_feeds, first), 0.005 * (kill % 8))
            counts = Counter(one.feed for one in kept(directory))
            assert set(counts.values()) == {TOGETHER}
            assert set(counts) >= {f"feed {number}" for number in range(first + len(told))}
            assert len(counts) - first - len(told) in (0, 1)
            first = len(counts)
        assert directory.search(Sought(text="walk"), today=MONDAY).in_all == min(first * TOGETHER, MOST_COUNTED)
