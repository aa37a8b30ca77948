"""A search hides what is known not to fit, and nothing that is unknown."""

from collections.abc import Iterator, Sequence
from datetime import date

import attrs
import pytest

from iagcore.directory.matching import Sought, match
from iagcore.directory.protocols import MOST_COUNTED, Directory
from iagcore.opportunities import Opportunity, Status, Venue
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

    @pytest.mark.parametrize(
        "text",
        [
            "mens shed", "men's shed", "men’s shed", "MENS SHEDS", "drop in", "drop-in", "dropin", "well being",
            "wellbeing", "well-being", "walk group", "walks", "hobby", "hobbies", "arts and crafts", "arts & crafts",
            "the art craft", "lodz", "polish", "step free", "carers", "borsetshire", "referral", "library",
        ],
    )  # fmt: skip
    def test_a_text_is_found_as_people_type_it(self, directory: Directory, text: str) -> None:
        shed = attrs.evolve(
            ART,
            id="shed",
            name="Men’s Shed (drop-in)",
            description="Well-being, a hobby, walking groups, arts & crafts: Łódź. One walk a week.",
            languages=("Polish",),
            eligibility="Carers",
            joining="By referral",
        )
        keep(directory, shed, UNSAID)
        assert ids(directory, Sought(text=text))[:1] == ["shed"]

    def test_words_together_come_before_words_apart_and_a_name_before_a_description(self, directory: Directory) -> None:
        keep(
            directory,
            attrs.evolve(ART, id="1", name="Zumba", description="walk to the tea room"),
            attrs.evolve(ART, id="2", name="Yoga", description="a tea walk"),
            attrs.evolve(ART, id="3", name="Walk, talk and tea"),
            attrs.evolve(ART, id="4", name="Xmas tea walk"),
        )
        assert ids(directory, Sought(text="tea walk")) == ["4", "3", "2", "1"]

    def test_what_is_near_comes_before_what_is_far_where_a_place_is_asked_for(self, directory: Directory) -> None:
        keep(
            directory,
            attrs.evolve(ART, id="1", name="Tea", status=None),
            attrs.evolve(ART, id="2", name="Art", places=(FAR,)),
            attrs.evolve(ART, id="3", name="Unplaced art", places=()),
        )
        assert ids(directory, Sought(near=HERE, text="art")) == ["1", "2", "3"]
        assert ids(directory, Sought(text="art")) == ["2", "3", "1"]

    def test_what_was_checked_long_ago_has_to_be_asked_about_and_comes_after_what_is_fresh(
        self, directory: Directory
    ) -> None:
        long_ago, undated = date(2019, 5, 1), attrs.evolve(ART, id="2", last_checked=None)
        keep(directory, attrs.evolve(ART, id="1", last_checked=long_ago), undated, attrs.evolve(ART, id="3"))
        matches = directory.search(Sought(), today=MONDAY).matches
        assert [(one.opportunity.id, len(one.to_ask)) for one in matches] == [("3", 0), ("2", 0), ("1", 1)]
        assert ids(directory, Sought(fresh_days=36_500)) == ["1", "3", "2"]

    @pytest.mark.parametrize(("language", "asks"), [("Somali", 0), ("so", 0), ("SOMALI", 0), ("Polish", 1), ("pl", 1)])
    def test_a_language_that_is_named_is_known_and_any_other_is_asked_about(
        self, directory: Directory, language: str, asks: int
    ) -> None:
        keep(directory, attrs.evolve(ART, languages=("English", "Somali")))
        [found] = directory.search(Sought(language=language), today=MONDAY).matches
        assert len(found.to_ask) == asks

    def test_a_day_that_the_words_name_is_never_hidden(self, directory: Directory) -> None:
        worded = attrs.evolve(MONDAYS, words="Mondays and Wednesdays to Fridays")
        keep(directory, attrs.evolve(ART, times=(worded,)))
        found = {day: ids(directory, Sought(day=day)) for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
        assert found == {"mon": ["art"], "tue": [], "wed": ["art"], "thu": ["art"], "fri": ["art"], "sat": []}

    def test_a_timetable_that_has_not_begun_hides_nothing(self, directory: Directory) -> None:
        keep(directory, attrs.evolve(ART, times=(attrs.evolve(MONDAYS, valid_from=TUESDAY),)))
        assert ids(directory, Sought(day="sat"), today=MONDAY) == ["art"]
        assert ids(directory, Sought(day="sat"), today=TUESDAY) == []

    def test_where_nothing_fits_it_is_counted_what_was_hidden_and_by_what(self, directory: Directory) -> None:
        shut = attrs.evolve(ART, id="shut", status=Status.DEFUNCT, places=(FAR,))
        keep(directory, ART, shut, UNSAID)
        found = directory.search(Sought(text="art", day="mon", near=HERE, within=5.0), today=MONDAY)
        assert (found.matches, found.considered, found.hidden) == ((), 2, (("runs", 1), ("near", 1), ("day", 2)))
        nothing = directory.search(Sought(text="zumba"), today=MONDAY)
        assert (nothing.considered, nothing.hidden) == (0, ())
        assert directory.search(Sought(text="art"), today=MONDAY).considered == 0

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
        partly = attrs.evolve(ART, id="partly", name="Partly", places=(FAR, Venue(postcode="SS1 1AA")))
        both = attrs.evolve(ART, id="both", name="Both", places=(FAR, NEARBY))
        keep(directory, ART, attrs.evolve(ART, id="far", name="Far", places=(FAR,)), online, partly, both)
        assert set(ids(directory, Sought(near=HERE, within=5.0))) == {"art", "online", "partly", "both"}
        assert set(ids(directory, Sought(near=HERE, within=5.0, text="art"))) == {"art", "online", "partly", "both"}
        assert len(ids(directory, Sought(near=HERE, within=60.0))) == 5
        assert len(ids(directory, Sought(near=HERE))) == 5

    def test_the_radius_is_measured_on_the_globe(self, directory: Directory) -> None:
        # one degree of longitude at 60° north is half as long as at the equator, and the date line is no edge
        north = attrs.evolve(ART, id="north", places=(Venue(latitude=60.0, longitude=179.9),))
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
        lapsed = attrs.evolve(
            ART, id="lapsed", name="Lapsed", costs=(attrs.evolve(FIVE_POUNDS, valid_to=MONDAY),), fees=None
        )
        words = attrs.evolve(ART, id="words", name="Words", costs=(), fees="Ask at the desk")
        keep(directory, ART, attrs.evolve(ART, id="dear", name="Dear", costs=(FIVE_POUNDS,), fees=None), lapsed, words)
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
        for places in ((), (NEARBY,), (FAR,), (NEARBY, FAR), (FAR, Venue(name="Somewhere"))):
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
