"""What a feed lists is kept whole, all of it or nothing, and nothing is ever deleted."""

from collections.abc import Iterator
from datetime import date
from itertools import count, permutations
from threading import Event

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.directory.matching import Sought
from iagcore.directory.protocols import Directory, Kept, Listing, Unread
from iagcore.opportunities import Opportunity, Status
from iagcore.testing.directory_contract.given import DirectoryPromises
from iagcore.testing.listed_opportunities import (
    ART,
    FAR,
    FIVE_POUNDS,
    HERE,
    MONDAY,
    NEARBY,
    TOGETHER,
    TUESDAY,
    UNSAID,
    WEDNESDAY,
    ids,
    keep,
    kept,
    walks,
)
from iagcore.testing.promises import made_up, times
from iagcore.testing.stored_records import all_at_once

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80).map("x{}".format)


def listed(one: Opportunity, *, last: date = MONDAY, gone: date | None = None) -> Listing:
    """How an opportunity is listed that a feed has under its own id, since Monday."""
    return Listing(opportunity=one, feed="council", id_in_feed=one.id, first_listed=MONDAY, last_listed=last, gone=gone)


class Keeping(DirectoryPromises, states=True):
    """An import keeps what a feed lists, and changes nothing else."""

    def test_what_was_kept_is_read_whole(self, directory: Directory) -> None:
        assert keep(directory, ART, UNSAID) == Kept(new=2)
        assert kept(directory) == [
            listed(ART),
            listed(UNSAID),
        ]
        assert directory.listing("art") == listed(ART)
        assert directory.listing("none") is None

    def test_an_empty_directory_holds_and_finds_nothing(self, directory: Directory) -> None:
        assert kept(directory) == []
        assert directory.listing("art") is None
        assert ids(directory, Sought()) == []
        assert directory.search(Sought(text="art"), today=MONDAY).in_all == 0

    def test_what_was_kept_is_there_when_the_directory_is_opened_again(self, directory: Directory) -> None:
        keep(directory, ART)
        again = self.reopened(directory)
        assert kept(again) == [listed(ART)]
        assert ids(again, Sought(text="art")) == ["art"]

    def test_keeping_the_same_again_changes_nothing_but_the_day(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        assert keep(directory, ART, UNSAID, on=TUESDAY) == Kept(unchanged=2)
        assert [(one.id, one.first_listed, one.last_listed, one.gone) for one in kept(directory)] == [
            ("art", MONDAY, TUESDAY, None),
            ("unsaid", MONDAY, TUESDAY, None),
        ]
        assert ids(directory, Sought()) == ["art", "unsaid"]
        assert directory.search(Sought(), today=MONDAY).in_all == 2

    def test_what_changed_is_kept_under_the_id_it_has(self, directory: Directory) -> None:
        keep(directory, ART)
        moved = attrs.evolve(
            ART, places=(FAR,), costs=(FIVE_POUNDS,), fees=None, description="Clay", name="Clay for all"
        )
        assert keep(directory, moved, on=TUESDAY) == Kept(changed=1)
        assert kept(directory) == [listed(moved, last=TUESDAY)]
        assert ids(directory, Sought(text="tea")) == []
        assert ids(directory, Sought(text="clay")) == ["art"]
        assert ids(directory, Sought(near=HERE, within=5.0)) == []
        assert ids(directory, Sought(free=True)) == []

    def test_what_is_not_in_a_feed_that_is_not_full_stays(self, directory: Directory) -> None:
        keep(directory, ART)
        assert keep(directory, UNSAID, on=TUESDAY) == Kept(new=1)
        assert [(one.id, one.last_listed, one.gone) for one in kept(directory)] == [
            ("art", MONDAY, None),
            ("unsaid", TUESDAY, None),
        ]

    def test_what_a_full_feed_no_longer_has_is_gone_and_is_kept(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        assert keep(directory, UNSAID, on=TUESDAY, full=True) == Kept(unchanged=1, gone=1)
        assert directory.listing("art") == listed(ART, gone=TUESDAY)
        assert ids(directory, Sought()) == ["unsaid"]
        assert ids(directory, Sought(text="art")) == []

    def test_what_is_gone_stays_gone_since_the_day_it_went(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        keep(directory, UNSAID, on=TUESDAY, full=True)
        assert keep(directory, UNSAID, on=WEDNESDAY, full=True) == Kept(unchanged=1)
        assert [one.gone for one in kept(directory)] == [TUESDAY, None]

    def test_what_is_listed_again_is_gone_no_longer(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        keep(directory, UNSAID, on=TUESDAY, full=True)
        assert keep(directory, ART, UNSAID, on=WEDNESDAY) == Kept(unchanged=2, back=1)
        assert directory.listing("art") == listed(ART, last=WEDNESDAY)
        assert ids(directory, Sought(text="art")) == ["art"]

    def test_a_full_feed_that_lists_nothing_marks_nothing_gone(self, directory: Directory) -> None:
        keep(directory, ART)
        assert keep(directory, on=TUESDAY, full=True) == Kept()
        assert [one.gone for one in kept(directory)] == [None]

    def test_what_could_not_be_read_is_not_gone(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID, attrs.evolve(UNSAID, id="third", name="Run"))
        assert keep(directory, UNSAID, Unread("art"), on=TUESDAY, full=True) == Kept(unchanged=1, gone=1)
        assert {one.id: one.gone for one in kept(directory)} == {"art": None, "unsaid": None, "third": TUESDAY}

    def test_where_something_unknown_could_not_be_read_nothing_is_gone(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        assert keep(directory, UNSAID, Unread(None), on=TUESDAY, full=True) == Kept(unchanged=1)
        assert [one.gone for one in kept(directory)] == [None, None]

    def test_no_more_of_a_feed_is_gone_than_may_go(self, directory: Directory) -> None:
        keep(directory, *walks("Walkers", 4))
        directory.keep(walks("Others", 9), feed="charity", today=MONDAY)
        [first, *_] = left = walks("Walkers", 2)
        assert directory.keep([first], feed="council", today=TUESDAY, full=True, most_gone=0.5) == Kept(
            unchanged=1, held_back=3
        )
        assert {one.gone for one in kept(directory)} == {None}
        assert directory.keep(left, feed="council", today=TUESDAY, full=True, most_gone=0.5) == Kept(
            unchanged=2, gone=2
        )
        # what is gone already is no part of the feed any more, and what is new is not yet
        assert directory.keep(walks("New", 9), feed="council", today=WEDNESDAY, full=True, most_gone=0.9) == Kept(
            new=9, held_back=2
        )
        assert directory.keep([first], feed="council", today=WEDNESDAY, full=True) == Kept(unchanged=1, gone=10)

    def test_a_feed_that_breaks_off_changes_nothing(self, directory: Directory) -> None:
        keep(directory, ART)

        def breaks_off() -> Iterator[Opportunity]:
            yield attrs.evolve(ART, name="Changed")
            yield UNSAID
            raise OSError("the disk was pulled out")

        with pytest.raises(OSError, match="pulled out"):
            directory.keep(breaks_off(), feed="council", today=TUESDAY, full=True)
        assert kept(directory) == [listed(ART)]
        assert ids(directory, Sought(text="changed")) == []
        assert keep(directory, UNSAID, on=TUESDAY) == Kept(new=1)

    def test_who_reads_beside_an_import_sees_all_of_it_or_nothing(self, directory: Directory) -> None:
        done = Event()

        def write() -> None:
            try:
                for number in range(times(10)):
                    directory.keep(walks(f"feed {number}", TOGETHER), feed=f"feed {number}", today=MONDAY)
            finally:
                done.set()

        def watch() -> list[int]:
            seen = []
            while not done.is_set():
                seen.append(len(kept(directory)) % TOGETHER)
            return seen

        written, watched = all_at_once(write, watch)
        assert written is None, repr(written)
        assert isinstance(watched, list), repr(watched)
        assert set(watched) <= {0}

    def test_texts_of_every_sort_are_kept_to_the_letter(self, directory: Directory) -> None:
        number = count()

        @made_up(30)
        @given(TEXTS, TEXTS)
        def ask(name: str, description: str) -> None:
            one = Opportunity(f"id {next(number)}", name, description=description, joining=description)
            keep(directory, one)
            assert directory.listing(one.id) == listed(one)

        ask()

    def test_long_texts_are_kept_whole(self, directory: Directory) -> None:
        long = attrs.evolve(ART, description="Tea – ☕ 🙂 " * 2000, name="Art " * 100)
        keep(directory, long)
        assert directory.listing("art") == listed(long)


class Feeds(DirectoryPromises, states=True):
    """Each feed has its own ids, and only a full feed says what is gone."""

    def test_another_feed_may_have_the_same_ids(self, directory: Directory) -> None:
        keep(directory, ART)
        theirs = attrs.evolve(ART, name="Archery", organisation="Bowmen")
        assert directory.keep([theirs], feed="charity", today=TUESDAY) == Kept(new=1)
        assert directory.listing("art") == listed(ART)
        [other] = [one for one in kept(directory) if one.feed == "charity"]
        assert (other.id_in_feed, other.id != "art", len(other.id) <= 64) == ("art", True, True)
        assert other.opportunity == attrs.evolve(theirs, id=other.id)
        assert directory.keep([theirs], feed="charity", today=TUESDAY) == Kept(unchanged=1)

    def test_a_full_feed_marks_nothing_of_another_feed_gone(self, directory: Directory) -> None:
        keep(directory, ART)
        directory.keep([UNSAID], feed="charity", today=TUESDAY, full=True)
        assert [one.gone for one in kept(directory)] == [None, None]


class Identity(DirectoryPromises, states=True):
    """Two services under one id are two; one service said twice is one."""

    def test_two_services_under_one_id_are_both_kept(self, directory: Directory) -> None:
        bowls = Opportunity("art", "Bowls", organisation="Bowls club")
        assert keep(directory, ART, bowls) == Kept(new=2)
        assert sorted(one.opportunity.name for one in kept(directory)) == ["Art for all", "Bowls"]
        assert {one.id_in_feed for one in kept(directory)} == {"art"}
        assert "art" in {one.id for one in kept(directory)}
        before = kept(directory)
        assert keep(directory, bowls, ART) == Kept(unchanged=2)
        assert kept(directory) == before

    def test_the_service_that_had_an_id_first_has_it_still(self, directory: Directory) -> None:
        keep(directory, ART)
        keep(directory, Opportunity("art", "Aardvarks", organisation="A zoo"), ART, on=TUESDAY)
        found = directory.listing("art")
        assert found is not None
        assert found.opportunity == ART

    def test_one_record_under_an_id_that_was_kept_is_that_record(self, directory: Directory) -> None:
        keep(directory, ART)
        renamed = attrs.evolve(ART, name="Adult College - Art for all", organisation="Adult College - Art")
        assert keep(directory, renamed, on=TUESDAY, full=True) == Kept(changed=1)
        assert kept(directory) == [listed(renamed, last=TUESDAY)]
        assert ids(directory, Sought(text="art")) == ["art"]

    def test_where_a_feed_may_have_given_an_id_to_another_service_it_is_told(self, directory: Directory) -> None:
        keep(directory, ART)
        bowls = Opportunity("art", "Bowls", organisation="Bowls club")
        assert keep(directory, bowls, on=TUESDAY) == Kept(changed=1, reused=("art",))
        assert directory.listing("art") == listed(bowls, last=TUESDAY)
        assert keep(directory, bowls, on=TUESDAY) == Kept(unchanged=1)

    def test_what_goes_on_under_an_id_is_what_is_there_and_not_what_is_gone(self, directory: Directory) -> None:
        keep(directory, ART, Opportunity("art", "Bowls", organisation="Bowls club"))
        keep(directory, ART, on=TUESDAY, full=True)
        chess = Opportunity("art", "Chess", organisation="Chess club")
        assert keep(directory, chess, on=WEDNESDAY, full=True) == Kept(changed=1, reused=("art",))
        assert [one.gone for one in kept(directory) if one.id != "art"] == [TUESDAY]

    def test_a_service_that_is_renamed_keeps_its_id(self, directory: Directory) -> None:
        keep(directory, ART)
        renamed = attrs.evolve(ART, name="Painting")
        assert keep(directory, renamed, on=TUESDAY, full=True) == Kept(changed=1)
        assert kept(directory) == [listed(renamed, last=TUESDAY)]

    def test_the_same_name_in_other_hands_is_closer_than_another_name_in_the_same(self, directory: Directory) -> None:
        keep(directory, ART)
        handed_on = attrs.evolve(ART, organisation="Trust")
        assert keep(directory, attrs.evolve(ART, name="Aardvarks"), handed_on, on=TUESDAY) == Kept(new=1, changed=1)
        assert directory.listing("art") == listed(handed_on, last=TUESDAY)

    def test_of_several_under_an_id_each_goes_on_by_its_name_or_its_hands(self, directory: Directory) -> None:
        bowls = Opportunity("art", "Bowls", organisation="Bowls club")
        keep(directory, ART, bowls)
        renamed, lawn = attrs.evolve(ART, name="Painting"), attrs.evolve(bowls, name="Lawn bowls")
        assert keep(directory, renamed, lawn, on=TUESDAY, full=True) == Kept(changed=2)
        assert directory.listing("art") in (
            listed(renamed, last=TUESDAY),
            listed(lawn, last=TUESDAY),
        )

    def test_what_names_no_organisation_is_the_only_one_of_its_name_or_another(self, directory: Directory) -> None:
        unsaid, theirs = attrs.evolve(ART, organisation=None), attrs.evolve(ART, organisation="Trust")
        assert keep(directory, ART, unsaid) == Kept(new=1, repeated=1)
        assert directory.keep([ART, unsaid, theirs], feed="other", today=MONDAY) == Kept(new=3)

    def test_one_service_said_twice_is_kept_once_with_all_its_places(self, directory: Directory) -> None:
        there = attrs.evolve(ART, places=(FAR,))
        assert keep(directory, ART, there, ART) == Kept(new=1, repeated=2)
        [listing] = kept(directory)
        assert set(listing.opportunity.places) == {NEARBY, FAR}
        assert keep(directory, there, ART) == Kept(unchanged=1, repeated=1)

    @pytest.mark.parametrize("order", [1, -1])
    def test_what_one_service_says_in_two_ways_is_unknown_and_told(self, directory: Directory, order: int) -> None:
        closed = attrs.evolve(ART, status=Status.INACTIVE, description="A much longer text than the other has")
        older = attrs.evolve(ART, least_age=50, status=None)
        assert keep(directory, *(ART, closed, older)[::order]) == Kept(new=1, repeated=2, contradicted=("art",))
        [listing] = kept(directory)
        one = listing.opportunity
        assert (one.status, one.least_age, one.most_age) == (None, None, None)
        assert sorted(text.partition(":")[0] for text in one.contradictions) == ["ages", "status"]
        [found] = directory.search(Sought(age=34), today=MONDAY).matches
        assert len(found.to_ask) == 2

    def test_what_only_one_record_of_a_service_says_is_said(self, directory: Directory) -> None:
        silent = attrs.evolve(ART, status=None, least_age=None, most_age=None, languages=(), phones=(), url=None)
        assert keep(directory, silent, ART) == Kept(new=1, repeated=1)
        assert kept(directory) == [listed(ART)]

    def test_the_order_of_arrival_changes_nothing(self, directory: Directory) -> None:
        arrivals = (
            ART,
            attrs.evolve(ART, places=(FAR,), last_checked=None),
            Opportunity("art", "Bowls", organisation="Bowls club"),
            Opportunity("art", "Chess"),
        )
        outcomes = set()
        for number, order in enumerate(permutations(arrivals)):
            directory.keep(order, feed=f"feed {number}", today=MONDAY)
            found = sorted(
                (one.opportunity.name, one.opportunity) for one in kept(directory) if one.feed == f"feed {number}"
            )
            outcomes.add(tuple(attrs.evolve(one, id="any") for _, one in found))
        assert len(outcomes) == 1

    def test_ids_that_look_alike_are_told_apart(self, directory: Directory) -> None:
        alike = ["a", "A", "a ", "á", "a%", "a_", "'a'", '"a"', "x" * 64, "x" * 300]
        keep(directory, *(Opportunity(id, f"Number {number}") for number, id in enumerate(alike)))
        assert len(kept(directory)) == len(alike)
        for number, id in enumerate(alike[:-1]):
            listing = directory.listing(id)
            assert listing is not None
            assert listing.opportunity.name == f"Number {number}"
        assert max(len(one.id) for one in kept(directory)) <= 64

    def test_many_are_listed_whole_and_in_order_while_more_are_kept(self, directory: Directory) -> None:
        many = [Opportunity(f"{number:04}", f"Walk {number}") for number in range(600)]
        keep(directory, *many)
        reading = directory.listings()
        found = [next(reading).id for _ in range(3)]
        keep(directory, Opportunity("0000a", "Run"), Opportunity("9999", "Swim"))
        found += [one.id for one in reading]
        assert [id for id in found if id not in {"0000a", "9999"}] == [one.id for one in many]
