"""The contract catches directories that are broken on purpose, each in one way, and hides nothing."""

from collections.abc import Iterable, Iterator
from datetime import date

import attrs
import pytest

from iagcore.directory.matching import Sought, match, says_every_word
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.protocols import Found, Kept, Listing, Unread
from iagcore.practice.opportunities import Answer, Opportunity
from iagcore.testing import DirectoryContract


class LosesARecordOnReimport(MemoryDirectory):
    """Each import replaces all there was."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        self._kept = {}
        return super().keep(arrivals, feed=feed, today=today, full=full)


class DuplicatesOnReimport(MemoryDirectory):
    """What comes again is taken for something new."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        renamed = (
            attrs.evolve(one, id=f"{one.id}-{today}") if isinstance(one, Opportunity) and one.id in self._kept else one
            for one in arrivals
        )
        return super().keep(renamed, feed=feed, today=today, full=full)


class DeletesWhatIsGone(MemoryDirectory):
    """What a full feed no longer has is deleted."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        counts = super().keep(arrivals, feed=feed, today=today, full=full)
        self._kept = {id: one for id, one in self._kept.items() if one.gone is None}
        return counts


class ForgetsWhatWasUnread(MemoryDirectory):
    """What could not be read is taken to be gone."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        read = [one for one in arrivals if not isinstance(one, Unread)]
        return super().keep(read, feed=feed, today=today, full=full)


class TakesEveryFeedForOne(MemoryDirectory):
    """All feeds are the same to it."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        return super().keep(arrivals, feed="one", today=today, full=full)


class TearsImports(MemoryDirectory):
    """What arrived before a feed breaks off stays."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        counts = Kept()
        for one in arrivals:
            counts = super().keep([one], feed=feed, today=today)
        return counts


class TheLastOneWins(MemoryDirectory):
    """One id is one service, and the last that comes is kept."""

    def keep(self, arrivals: Iterable[Opportunity | Unread], *, feed: str, today: date, full: bool = False) -> Kept:
        last = {one.id: one for one in arrivals}
        return super().keep(last.values(), feed=feed, today=today, full=full)


class _Judges(MemoryDirectory):
    """Searches by a rule of its own."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        present = [one.opportunity for one in self._kept.values() if self.present(one)]
        matches = [match(one, sought, today=today) for one in present if self.says(one, sought)]
        shown = sorted((one for one in matches if self.shows(one.readings)), key=lambda one: one.rank)
        return Found(shown[:most], min(len(shown), 1000))

    def present(self, listing: Listing) -> bool:
        return listing.gone is None

    def says(self, one: Opportunity, sought: Sought) -> bool:
        return says_every_word(one, sought)

    def shows(self, readings: Iterable[object]) -> bool:
        return not any(getattr(one, "answer", None) is Answer.NO for one in readings)


class HidesTheUnknown(_Judges):
    """What is not known to fit is hidden."""

    def shows(self, readings: Iterable[object]) -> bool:
        return all(getattr(one, "answer", None) is Answer.YES for one in readings)


class IgnoresTheRadius(_Judges):
    """What lies too far away is shown."""

    def shows(self, readings: Iterable[object]) -> bool:
        return super().shows(one for one in readings if getattr(one, "question", None) != "near")


class MindsTheCase(_Judges):
    """A search finds what is written with the same capitals alone."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        text = f" {one.name} {one.organisation} {one.description}"
        return all(f" {word}" in text for word in (sought.text or "").split())


class FindsWithinWords(_Judges):
    """A word is found in the middle of another."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        text = f"{one.name} {one.organisation} {one.description} {one.terms} {one.connects}".lower()
        return all(word in text.replace("é", "e") for word in sought.words)


class ShowsWhatIsGone(_Judges):
    """What is gone is found as before."""

    def present(self, listing: Listing) -> bool:
        return True


class RanksByNothing(MemoryDirectory):
    """What fits comes in the order of its id."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        found = super().search(sought, today=today, most=10_000)
        ordered = sorted(found.matches, key=lambda one: one.opportunity.id, reverse=True)
        return attrs.evolve(found, matches=ordered[:most])


class CountsWhatItShows(MemoryDirectory):
    """What is not shown is not counted."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        found = super().search(sought, today=today, most=most)
        return attrs.evolve(found, in_all=len(found.matches))


class ListsNoneThatAreGone(MemoryDirectory):
    """A listing of everything leaves out what is gone."""

    def listings(self) -> Iterator[Listing]:
        yield from (one for one in super().listings() if one.gone is None)


BROKEN = (
    LosesARecordOnReimport,
    DuplicatesOnReimport,
    DeletesWhatIsGone,
    ForgetsWhatWasUnread,
    TakesEveryFeedForOne,
    TearsImports,
    TheLastOneWins,
    HidesTheUnknown,
    IgnoresTheRadius,
    MindsTheCase,
    FindsWithinWords,
    ShowsWhatIsGone,
    RanksByNothing,
    CountsWhatItShows,
    ListsNoneThatAreGone,
)


def promises(broken: type[MemoryDirectory]) -> Iterator[str]:
    """The promises that a directory does not keep."""
    contract = DirectoryContract()
    for name, test in vars(DirectoryContract).items():
        if not name.startswith("test_") or hasattr(test, "pytestmark"):
            continue
        try:
            test(contract, broken())
        except (AssertionError, LookupError, ValueError):
            yield name
    for text in ("ART", "cafe"):
        try:
            contract.test_a_text_is_found_without_case_and_accents_by_the_beginnings_of_words(broken(), text)
        except AssertionError:
            yield "case and accents"
    try:
        contract.test_what_does_not_say_every_word_is_not_found(broken(), "rt")
    except AssertionError:
        yield "beginnings of words"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_the_contract_catches_it(broken: type[MemoryDirectory]) -> None:
    assert list(promises(broken)) != []


def test_the_contract_is_content_with_a_directory_that_is_whole() -> None:
    assert list(promises(MemoryDirectory)) == []
    assert list(promises(_Judges)) == []


def test_a_subclass_that_overrides_a_promise_is_refused() -> None:
    with pytest.raises(TypeError, match="hides whether that promise is kept"):

        class TestLenient(DirectoryContract):
            def test_what_is_unknown_is_never_hidden(self, directory: object) -> None:
                """Nothing is asked."""

    assert DirectoryContract().reopened(directory := MemoryDirectory()) is directory
