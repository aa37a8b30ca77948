"""A search hides what is known not to fit, and nothing that is unknown."""

from collections.abc import Iterator, Sequence
from datetime import date

import attrs
import pytest

from iagcore.directory.matching import Sought, match
from iagcore.directory.protocols import MOST_COUNTED, Directory
from iagcore.practice.opportunities import Opportunity, Place, Status
from iagcore.testing.directory_contract.given import DirectoryPromises
from iagcore.testing.listed_opportunities import (
    ART,
    FAR,
    FIVE_POUNDS,
    FREE,
    HERE,
    MONDAY,
    MONDAYS,
    NEARBY,
    SATURDAYS,
    TUESDAY,
    UNSAID,
    WEDNESDAY,
    ids,
    keep,
    kept,
)


class Searching(DirectoryPromises, states=True):
    """What fits is found, best first, with the reasons."""

    def test_what_is_found_says_why_it_is_here(self, directory: Directory) -> None:
        keep(directory, ART, UNSAID)
        sought = Sought(text="art", near=HERE, within=5.0, day="sat", free=True, age=34)
        found = directory.search(sought, today=MONDAY)
        assert (list(found.matches), found.in_all) == ([match(ART, sought, today=MONDAY)], 1)

    @pytest.mark.parametrize("text", ["art", "ART", "Art all", "cafe", "CAFÉ", "tea", "craft", "adult coll", "pairs"])
    def test_a_text_is_found_without_case_and_accents_by_the_beginnings_of_words(
        self, directory: Directory, text: str
    ) -> None:
        keep(directory, ART, UNSAID)
        assert ids(directory, Sought(text=text)) == ["art"]

    @pytest.mark.parametrize("text", ["rt", "art walk", "artx", "for alll", "01234"])
    def test_what_does_not_say_every_word_is_not_found(self, directory: Directory, text: str) -> None:
        keep(directory, ART, UNSAID)
        assert ids(directory, Sought(text=text)) == []

    @pytest.mark.parametrize("text", ['art" OR "walk', "art*", "name:art", "art -tea", "NEAR(art)", "art AND", "(art)"])
    def test_what_is_typed_is_words_and_no_language_of_queries(self, directory: Directory, text: str) -> None:
        keep(directory, ART, UNSAID)
        assert set(ids(directory, Sought(text=text))) <= {"art"}

    def test_what_is_unknown_is_never_hidden(self, directory: Directory) -> None:
        keep(directory, UNSAID)
        for sought in (Sought(near=HERE, within=1.0), Sought(day="sat"), Sought(free=True), Sought(age=34)):
            [found] = directory.search(sought, today=MONDAY).matches
            assert found.to_ask != ()

    @pytest.mark.parametrize("status", [Status.INACTIVE, Status.DEFUNCT, Status.TEMPORARILY_CLOSED])
    def test_what_is_known_not_to_run_is_hidden(self, directory: Directory, status: Status) -> None:
        keep(directory, attrs.evolve(ART, status=status))
        assert ids(directory, Sought()) == []

    def test_what_is_known_to_be_beyond_the_radius_is_hidden(self, directory: Directory) -> None:
        online = attrs.evolve(ART, id="online", name="Online art", places=(FAR,), attended=("online",))
        partly = attrs.evolve(ART, id="partly", name="Partly", places=(FAR, Place(postcode="SS1 1AA")))
        both = attrs.evolve(ART, id="both", name="Both", places=(FAR, NEARBY))
        keep(directory, ART, attrs.evolve(ART, id="far", name="Far", places=(FAR,)), online, partly, both)
        assert set(ids(directory, Sought(near=HERE, within=5.0))) == {"art", "online", "partly", "both"}
        assert set(ids(directory, Sought(near=HERE, within=5.0, text="art"))) == {"art", "online", "partly", "both"}
        assert len(ids(directory, Sought(near=HERE, within=60.0))) == 5
        assert len(ids(directory, Sought(near=HERE))) == 5

    def test_the_radius_is_measured_on_the_globe(self, directory: Directory) -> None:
        # one degree of longitude at 60° north is half as long as at the equator, and the date line is no edge
        north = attrs.evolve(ART, id="north", places=(Place(latitude=60.0, longitude=179.9),))
        keep(directory, north)
        assert ids(directory, Sought(near=(60.0, -179.9), within=12.0)) == ["north"]
        assert ids(directory, Sought(near=(60.0, -179.9), within=10.0)) == []
        assert ids(directory, Sought(near=(89.9, 0.0), within=20_000.0)) == ["north"]

    def test_what_is_known_not_to_be_on_the_day_is_hidden(self, directory: Directory) -> None:
        lapsed = attrs.evolve(
            ART, id="lapsed", name="Lapsed", times=(attrs.evolve(MONDAYS, valid_to=date(2020, 1, 1)),)
        )
        keep(directory, ART, attrs.evolve(ART, id="mondays", name="Mondays", times=(MONDAYS,)), lapsed)
        assert ids(directory, Sought(day="sat")) == ["art", "lapsed"]
        assert ids(directory, Sought(day="mon")) == ["mondays", "lapsed"]

    def test_a_timetable_with_an_end_holds_until_that_day(self, directory: Directory) -> None:
        ends = attrs.evolve(ART, times=(attrs.evolve(SATURDAYS, valid_to=TUESDAY),))
        keep(directory, ends)
        [found] = directory.search(Sought(day="sat"), today=TUESDAY).matches
        assert found.to_ask == ()
        assert ids(directory, Sought(day="mon"), today=TUESDAY) == []
        [found] = directory.search(Sought(day="mon"), today=WEDNESDAY).matches
        assert len(found.to_ask) == 1

    def test_what_is_known_to_cost_something_is_hidden(self, directory: Directory) -> None:
        lapsed = attrs.evolve(ART, id="lapsed", name="Lapsed", costs=(attrs.evolve(FIVE_POUNDS, valid_to=MONDAY),))
        words = attrs.evolve(ART, id="words", name="Words", costs=(), fees="Ask at the desk")
        keep(directory, ART, attrs.evolve(ART, id="dear", name="Dear", costs=(FIVE_POUNDS,)), lapsed, words)
        assert ids(directory, Sought(free=True), today=MONDAY) == ["art", "words"]
        assert ids(directory, Sought(free=True), today=TUESDAY) == ["art", "lapsed", "words"]

    @pytest.mark.parametrize(("age", "found"), [(17, []), (18, ["art"]), (99, ["art"]), (100, [])])
    def test_what_is_known_to_be_for_other_ages_is_hidden(
        self, directory: Directory, age: int, found: list[str]
    ) -> None:
        keep(directory, ART)
        assert ids(directory, Sought(age=age)) == found

    def test_what_fits_is_ranked_by_what_there_is_to_ask_then_by_name_and_by_distance(
        self, directory: Directory
    ) -> None:
        closer = attrs.evolve(NEARBY, latitude=51.541)
        keep(
            directory,
            attrs.evolve(ART, id="4", name="Art unknown", places=()),
            attrs.evolve(ART, id="3", name="Tea"),
            attrs.evolve(ART, id="2", name="Tea party art"),
            attrs.evolve(ART, id="1", name="Zebra art", places=(closer,)),
            attrs.evolve(ART, id="5", name="Art without a status", status=None, places=()),
        )
        sought = Sought(text="art", near=HERE, within=50.0)
        assert ids(directory, sought) == ["1", "2", "3", "4", "5"]
        assert ids(directory, sought, most=2) == ["1", "2"]

    def test_no_more_is_shown_than_was_asked_for_and_the_rest_is_counted(self, directory: Directory) -> None:
        keep(directory, *(Opportunity(f"{number:04}", f"Walk {number:04}") for number in range(MOST_COUNTED + 5)))
        found = directory.search(Sought(text="walk"), today=MONDAY, most=3)
        assert ([one.opportunity.id for one in found.matches], found.in_all) == (["0000", "0001", "0002"], MOST_COUNTED)
        assert directory.search(Sought(text="walk 0001"), today=MONDAY).in_all == 1

    def test_a_search_finds_what_a_reader_of_everything_finds(self, directory: Directory) -> None:
        keep(directory, *_mixture())
        present = [one.opportunity for one in kept(directory)]
        for sought in _questions():
            every = [match(one, sought, today=MONDAY) for one in present]
            shown = sorted((one for one in every if not one.hidden), key=lambda one: one.rank)
            found = directory.search(sought, today=MONDAY, most=1000)
            assert (list(found.matches), found.in_all) == (shown, len(shown)), sought


def _mixture() -> Iterator[Opportunity]:
    """Opportunities of every mixture of what may be known, unknown and conflicting."""
    number = 0
    statuses: Sequence[Status | None] = (Status.ACTIVE, None)
    for status in statuses:
        for places in ((), (NEARBY,), (FAR,), (NEARBY, FAR), (FAR, Place(name="Somewhere"))):
            for times in ((), (SATURDAYS,), (MONDAYS,), (SATURDAYS, attrs.evolve(MONDAYS, valid_to=MONDAY))):
                for costs in ((), (FREE,), (FIVE_POUNDS,)):
                    number += 1
                    yield Opportunity(
                        f"{number:03}",
                        f"Mixture {number % 7}",
                        status=status,
                        places=places,
                        times=times,
                        costs=costs,
                        least_age=(None, 18, 50)[number % 3],
                        attended=("online",) if number % 11 == 0 else (),
                    )


def _questions() -> Iterator[Sought]:
    for near, within in ((None, None), (HERE, None), (HERE, 5.0), (HERE, 500.0)):
        for day in (None, "sat", "mon"):
            for free in (False, True):
                for age in (None, 34):
                    yield Sought(near=near, within=within, day=day, free=free, age=age)
