"""Directories that are broken on purpose, each in one way, and the promise that each breaks.

They show that the tests of `directory_contract` can fail. Each is a directory that works, but for one mistake that is
easily made on a database, and `BROKEN` names the tests that are meant to catch it.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from iagcore.directory.matching import Sought, match, says_every_word
from iagcore.directory.memory import MemoryDirectory, hidden
from iagcore.directory.protocols import Directory, Found, Kept, Listing, Unread
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.opportunities import Answer, Opportunity, Venue
from iagcore.testing.directory_contract import DirectoryContract
from iagcore.testing.other_process import Opening
from tests.testing.broken import Broken


class LosesARecordOnReimport(MemoryDirectory):
    """Each import replaces all there was."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        self._kept = {}
        return super().keep(arrivals, feed=feed, today=today, full=full, most_gone=most_gone)


class DuplicatesOnReimport(MemoryDirectory):
    """What comes again is taken for something new."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        renamed = (
            attrs.evolve(one, id=f"{one.id}-{today}") if isinstance(one, Opportunity) and one.id in self._kept else one
            for one in arrivals
        )
        return super().keep(renamed, feed=feed, today=today, full=full, most_gone=most_gone)


class DeletesWhatIsGone(MemoryDirectory):
    """What a full feed no longer has is deleted."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        counts = super().keep(arrivals, feed=feed, today=today, full=full, most_gone=most_gone)
        self._kept = {id: one for id, one in self._kept.items() if one.gone is None}
        return counts


class ForgetsWhatWasUnread(MemoryDirectory):
    """What could not be read is taken to be gone."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        read = [one for one in arrivals if not isinstance(one, Unread)]
        return super().keep(read, feed=feed, today=today, full=full, most_gone=most_gone)


class EmptiesAFeed(MemoryDirectory):
    """However much of a feed is missing, all of it is marked gone."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        return super().keep(arrivals, feed=feed, today=today, full=full)


class TakesARenamedServiceForAnother(MemoryDirectory):
    """A service that was renamed in other hands is new, and what it was is gone."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        known = {one.id_in_feed: one.opportunity for one in self._kept.values()}

        def apart() -> Iterator[Opportunity | Unread]:
            for one in arrivals:
                was = known.get(one.id or "")
                moved = isinstance(one, Opportunity) and was is not None and was.name != one.name
                if isinstance(one, Opportunity) and was and moved and was.organisation != one.organisation:
                    yield attrs.evolve(one, id=f"{one.id}-{one.name}"[:64])
                else:
                    yield one

        return super().keep(apart(), feed=feed, today=today, full=full, most_gone=most_gone)


class SaysNothingOfAnIdGivenAway(MemoryDirectory):
    """Where an id is another service's, it keeps that to itself."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        counts = super().keep(arrivals, feed=feed, today=today, full=full, most_gone=most_gone)
        return attrs.evolve(counts, reused=())


class DecidesContradictions(MemoryDirectory):
    """Of two records of one service, the longer is believed."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        longest: dict[str, Opportunity] = {}
        others: list[Opportunity | Unread] = []
        for one in arrivals:
            if isinstance(one, Unread):
                others.append(one)
            elif one.id not in longest or len(str(one)) > len(str(longest[one.id])):
                longest[one.id] = one
        return super().keep([*longest.values(), *others], feed=feed, today=today, full=full, most_gone=most_gone)


class TakesEveryFeedForOne(MemoryDirectory):
    """All feeds are the same to it."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        return super().keep(arrivals, feed="one", today=today, full=full, most_gone=most_gone)


class TearsImports(MemoryDirectory):
    """What arrived before a feed breaks off stays."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        counts = Kept()
        for one in arrivals:
            counts = super().keep([one], feed=feed, today=today)
        return counts


class TheLastOneWins(MemoryDirectory):
    """One id is one service, and the last that comes is kept."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        last = {one.id: one for one in arrivals}
        return super().keep(last.values(), feed=feed, today=today, full=full, most_gone=most_gone)


class JudgesByItself(MemoryDirectory):
    """Searches by a rule of its own."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        present = [one.opportunity for one in self._kept.values() if self.present(one)]
        matches = [match(one, sought, today=today) for one in present if self.says(one, sought)]
        shown = sorted((one for one in matches if self.shows(one.readings)), key=lambda one: one.rank)
        return Found(shown[:most], min(len(shown), 1000), *(() if shown else hidden(matches)))

    def present(self, listing: Listing) -> bool:
        return listing.gone is None

    def says(self, one: Opportunity, sought: Sought) -> bool:
        return says_every_word(one, sought)

    def shows(self, readings: Iterable[object]) -> bool:
        return not any(getattr(one, "answer", None) is Answer.NO for one in readings)


class HidesTheUnknown(JudgesByItself):
    """What is not known to fit is hidden."""

    def shows(self, readings: Iterable[object]) -> bool:
        return all(getattr(one, "answer", None) is Answer.YES for one in readings)


class IgnoresTheRadius(JudgesByItself):
    """What lies too far away is shown."""

    def shows(self, readings: Iterable[object]) -> bool:
        return super().shows(one for one in readings if getattr(one, "question", None) != "near")


class MindsTheCase(JudgesByItself):
    """A search finds what is written with the same capitals alone."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        text = f" {one.name} {one.organisation} {one.description}"
        return all(f" {word}" in text for word in (sought.text or "").split())


class FindsWithinWords(JudgesByItself):
    """A word is found in the middle of another."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        text = f"{one.name} {one.organisation} {one.description} {one.terms} {one.connects}".lower()
        return all(forms[0] in text.replace("é", "e") for forms in sought.words)


class MindsApostrophes(JudgesByItself):
    """What is typed is compared with what is written, to the letter but for capitals."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        text = f" {one.name} {one.organisation} {one.description} {one.languages} {one.eligibility}".lower()
        return all(f" {word}" in text for word in (sought.text or "").lower().split())


class HidesBehindRows(JudgesByItself):
    """What is not on a day by its rows is hidden, whatever the words beside them say."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        found = super().search(sought, today=today, most=most)
        matches = [
            one
            for one in found.matches
            if sought.day is None
            or not one.opportunity.week.whole
            or sought.day in one.opportunity.week.lasting | one.opportunity.week.ending
        ]
        return attrs.evolve(found, matches=matches)


class BelievesWhatIsOld(MemoryDirectory):
    """What was checked years ago is taken to be so still."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        return super().search(attrs.evolve(sought, fresh_days=36_500), today=today, most=most)


class KnowsNoLanguage(MemoryDirectory):
    """A language is not asked for."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        return super().search(attrs.evolve(sought, language=None), today=today, most=most)


class RanksByDistanceAlone(MemoryDirectory):
    """What is nearest comes first, however it says the words, and what is not placed last."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        found = super().search(sought, today=today, most=10_000)
        ordered = sorted(found.matches, key=lambda one: (one.reach, one.opportunity.id))
        return attrs.evolve(found, matches=ordered[:most])


class SaysNothingFits(MemoryDirectory):
    """Where nothing fits, it does not say what was hidden."""

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        return attrs.evolve(super().search(sought, today=today, most=most), considered=0, hidden=())


class ShowsWhatIsGone(JudgesByItself):
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


class ForgetsTheFirstDay(MemoryDirectory):
    """What changes is taken to be listed since that day."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        counts = super().keep(arrivals, feed=feed, today=today, full=full, most_gone=most_gone)
        self._kept = {
            id: attrs.evolve(one, first_listed=one.last_listed) if one.last_listed == today else one
            for id, one in self._kept.items()
        }
        return counts


class MarksAnEmptyFeedGone(MemoryDirectory):
    """A full feed that lists nothing, as after a failed download, marks everything of it gone."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        arrived = list(arrivals)
        counts = super().keep(arrived, feed=feed, today=today, full=full, most_gone=most_gone)
        if full and not arrived:
            self._kept = {id: attrs.evolve(one, gone=one.gone or today) for id, one in self._kept.items()}
        return counts


class ShowsHalfImports(MemoryDirectory):
    """Others see an import while it is under way."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        arrived = list(arrivals)
        before = dict(self._kept)
        super().keep(arrived[: len(arrived) // 2], feed=feed, today=today)
        time.sleep(0.002)
        self._kept = before
        return super().keep(arrived, feed=feed, today=today, full=full, most_gone=most_gone)


class CutsLongTexts(MemoryDirectory):
    """A column takes 255 characters and says nothing of the rest."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        cut = (
            attrs.evolve(one, name=one.name[:255], description=one.description and one.description[:255])
            if isinstance(one, Opportunity)
            else one
            for one in arrivals
        )
        return super().keep(cut, feed=feed, today=today, full=full, most_gone=most_gone)


class BreaksBesideImports(MemoryDirectory):
    """A listing goes over the directory's own table, and stumbles when it grows."""

    def listings(self) -> Iterator[Listing]:
        found = self._kept
        for id in sorted(found):
            if self._kept is not found:
                raise RuntimeError("the table changed while it was read")
            yield found[id]


class MeasuresOnAMap(JudgesByItself):
    """A degree is as long anywhere, and the map has an edge at the date line."""

    def says(self, one: Opportunity, sought: Sought) -> bool:
        def flat(place: Venue, near: tuple[float, float], within: float) -> bool:
            if place.latitude is None or place.longitude is None:
                return True
            return (place.latitude - near[0]) ** 2 + (place.longitude - near[1]) ** 2 <= (within / 111) ** 2

        near, within = sought.near, sought.within
        return super().says(one, sought) and (
            near is None or within is None or any(flat(place, near, within) for place in one.places) or not one.places
        )


class ForgetsOnReopen(MemoryDirectory):
    """It is said to last, and lives in memory."""


class OnAFile(SQLiteDirectory):
    """A directory that lasts, in a file at `path`; without one, in a new folder that goes with the object."""

    def __init__(self, path: Path | None = None) -> None:
        self._folder = None if path else tempfile.TemporaryDirectory(prefix="iagcore-")
        super().__init__(path or Path(self._folder.name if self._folder else "", "directory.db"))

    def close(self) -> None:
        super().close()
        if self._folder:
            self._folder.cleanup()


class TearsImportsOnAFile(OnAFile):
    """What has arrived is committed at once, so a process that is killed leaves half of an import."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        new = 0
        for one in arrivals:
            new += super().keep([one], feed=feed, today=today).new
            time.sleep(0.001)
        return Kept(new=new)


class BrokenDirectories(DirectoryContract):
    """The contract for the directories of this module: it knows how to open again those that are said to last."""

    def reopened(self, directory: Directory) -> Directory:
        return ForgetsOnReopen() if isinstance(directory, ForgetsOnReopen) else directory

    def from_another_process(self, directory: Directory) -> Opening | None:
        return partial(type(directory), directory.path) if isinstance(directory, OnAFile) else None


BROKEN: Final = (
    Broken(
        LosesARecordOnReimport,
        "Nothing is ever deleted.",
        ("test_what_is_not_in_a_feed_that_is_not_full_stays",),
    ),
    Broken(
        DuplicatesOnReimport,
        "What was kept before is updated under the id that it has.",
        (
            "test_keeping_the_same_again_changes_nothing_but_the_day",
            "test_a_directory_answers_as_a_plain_table_would",
        ),
    ),
    Broken(
        DeletesWhatIsGone,
        "Nothing is ever deleted.",
        ("test_what_a_full_feed_no_longer_has_is_gone_and_is_kept",),
    ),
    Broken(
        ForgetsWhatWasUnread,
        "What could not be read is not gone.",
        (
            "test_what_could_not_be_read_is_not_gone",
            "test_where_something_unknown_could_not_be_read_nothing_is_gone",
        ),
    ),
    Broken(
        EmptiesAFeed,
        "No more of a feed is gone than the share that may go.",
        ("test_no_more_of_a_feed_is_gone_than_may_go",),
    ),
    Broken(
        TakesARenamedServiceForAnother,
        "What was kept before is updated under the id that it has, renamed or not.",
        ("test_one_record_under_an_id_that_was_kept_is_that_record",),
    ),
    Broken(
        SaysNothingOfAnIdGivenAway,
        "An id that is another service's is told.",
        ("test_where_a_feed_may_have_given_an_id_to_another_service_it_is_told",),
    ),
    Broken(
        DecidesContradictions,
        "What is said in two ways is unknown.",
        ("test_what_one_service_says_in_two_ways_is_unknown_and_told",),
    ),
    Broken(
        MindsApostrophes,
        "What is found says each word as people type it.",
        ("test_a_text_is_found_as_people_type_it",),
    ),
    Broken(
        HidesBehindRows,
        "A day that the words name is never hidden.",
        ("test_a_day_that_the_words_name_is_never_hidden",),
    ),
    Broken(
        BelievesWhatIsOld,
        "What was checked long ago is asked about.",
        ("test_what_was_checked_long_ago_has_to_be_asked_about_and_comes_after_what_is_fresh",),
    ),
    Broken(
        KnowsNoLanguage,
        "A language that is not named is asked about.",
        ("test_a_language_that_is_named_is_known_and_any_other_is_asked_about",),
    ),
    Broken(
        RanksByDistanceAlone,
        "Words together come before words apart.",
        ("test_words_together_come_before_words_apart_and_a_name_before_a_description",),
    ),
    Broken(
        SaysNothingFits,
        "Where nothing fits, what was hidden is counted.",
        ("test_where_nothing_fits_it_is_counted_what_was_hidden_and_by_what",),
    ),
    Broken(
        TakesEveryFeedForOne,
        "Ids of other feeds are let alone.",
        (
            "test_another_feed_may_have_the_same_ids",
            "test_a_full_feed_marks_nothing_of_another_feed_gone",
        ),
    ),
    Broken(
        TearsImports,
        "An import is all or nothing, also where its arrivals raise.",
        ("test_a_feed_that_breaks_off_changes_nothing",),
    ),
    Broken(
        TheLastOneWins, "Two services under one id are both kept.", ("test_two_services_under_one_id_are_both_kept",)
    ),
    Broken(
        HidesTheUnknown,
        "What is unknown is never hidden.",
        ("test_what_is_unknown_is_never_hidden",),
    ),
    Broken(
        IgnoresTheRadius,
        "What is known to conflict is hidden.",
        ("test_what_is_known_to_be_beyond_the_radius_is_hidden",),
    ),
    Broken(
        MindsTheCase,
        "Texts are found without regard to case and accents.",
        ("test_a_text_is_found_without_case_and_accents_by_the_beginnings_of_words",),
    ),
    Broken(
        FindsWithinWords,
        "Every word of the text begins a word of what is found.",
        ("test_what_does_not_say_every_word_is_not_found",),
    ),
    Broken(
        ShowsWhatIsGone,
        "What is gone is hidden.",
        ("test_what_a_full_feed_no_longer_has_is_gone_and_is_kept",),
    ),
    Broken(
        RanksByNothing,
        "What fits comes in the order of its rank.",
        ("test_what_fits_is_ranked_by_what_there_is_to_ask_then_by_name_and_by_distance",),
    ),
    Broken(
        CountsWhatItShows,
        "What is not shown is counted.",
        ("test_no_more_is_shown_than_was_asked_for_and_the_rest_is_counted",),
    ),
    Broken(
        ListsNoneThatAreGone,
        "Everything is listed, what is gone too.",
        ("test_what_is_gone_stays_gone_since_the_day_it_went",),
    ),
    Broken(
        ForgetsTheFirstDay,
        "Keeping the same again changes nothing but the last day.",
        ("test_keeping_the_same_again_changes_nothing_but_the_day",),
    ),
    Broken(
        MarksAnEmptyFeedGone,
        "A feed that lists nothing says nothing of what is gone.",
        ("test_a_full_feed_that_lists_nothing_marks_nothing_gone",),
    ),
    Broken(
        ShowsHalfImports, "An import is all or nothing.", ("test_who_reads_beside_an_import_sees_all_of_it_or_nothing",)
    ),
    Broken(
        CutsLongTexts,
        "What was kept is read whole.",
        ("test_long_texts_are_kept_whole",),
    ),
    Broken(
        BreaksBesideImports,
        "A listing survives imports.",
        ("test_many_are_listed_whole_and_in_order_while_more_are_kept",),
    ),
    Broken(
        MeasuresOnAMap,
        "The radius is measured on the globe.",
        ("test_the_radius_is_measured_on_the_globe",),
    ),
    Broken(
        ForgetsOnReopen, "What was kept lasts.", ("test_what_was_kept_is_there_when_the_directory_is_opened_again",)
    ),
    Broken(
        TearsImportsOnAFile,
        "An import is all or nothing, for other processes and after a kill.",
        (
            "test_an_import_that_is_killed_in_the_midst_is_seen_by_nobody_and_leaves_nothing",
            "test_a_process_that_is_killed_leaves_each_import_that_returned_and_no_half_of_one",
        ),
    ),
)
"""Every broken directory, with the promise that it breaks and the tests that are meant to catch it."""
