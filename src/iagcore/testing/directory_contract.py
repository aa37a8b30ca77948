"""Whether a directory keeps its promises: one test for each promise in `iagcore.directory.protocols`.

Who writes a directory for their own database subclasses `DirectoryContract` and supplies one fixture:

    class TestOurDirectory(DirectoryContract):
        @pytest.fixture
        def directory(self) -> Iterator[OurDirectory]:
            with OurDirectory(a_fresh_empty_place()) as directory:
                yield directory

A directory that outlives the object overrides `reopened` as well. Nothing else may be overridden: a promise that a
directory cannot keep is a fact about it, and no test should hide it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import attrs
import pytest

from iagcore.directory.matching import Sought, match
from iagcore.directory.protocols import MOST_COUNTED, Directory, Kept, Listing, Unread
from iagcore.practice.opportunities import Cost, Opportunity, Place, Recurrence, Status, Term, Time

MONDAY = date(2026, 1, 5)
TUESDAY = date(2026, 1, 6)
WEDNESDAY = date(2026, 1, 7)
HERE = (51.54, 0.71)
NEARBY = Place(name="Library", latitude=51.545, longitude=0.71)
FAR = Place(name="Park", latitude=51.9, longitude=0.9)
SATURDAYS = Time(recurrence=Recurrence(freq="WEEKLY", days=("SA",)))
MONDAYS = Time(recurrence=Recurrence(freq="WEEKLY", days=("MO",)))
FREE = Cost(amount=Decimal(0))
FIVE_POUNDS = Cost(amount=Decimal(5), currency="GBP")

ART = Opportunity(
    "art",
    "Art for all",
    status=Status.ACTIVE,
    organisation="Adult College",
    description="Paint, talk and drink tea. Café beside it.",
    times=(SATURDAYS,),
    places=(NEARBY,),
    attended=("venue",),
    costs=(FREE,),
    fees="Free of charge",
    least_age=18,
    most_age=99,
    eligibility="Adults",
    access=("Step-free",),
    languages=("English",),
    terms=(Term("Arts and crafts", "a1", "local"),),
    areas=("Borsetshire",),
    joining="Drop in",
    connects="People paint in pairs",
    alert="Closed in August",
    last_checked=MONDAY,
    changed=MONDAY,
    url="https://example.org/art",
    email="art@example.org",
    phones=("01234 567890",),
)
"""An opportunity that says everything there is to say."""
UNSAID = Opportunity("unsaid", "Walk")
"""An opportunity of which nothing is known but its name."""


def ids(directory: Directory, sought: Sought, *, today: date = MONDAY, most: int = 20) -> list[str]:
    """The ids of what a search finds, best first."""
    return [one.opportunity.id for one in directory.search(sought, today=today, most=most).matches]


def kept(directory: Directory) -> list[Listing]:
    """Everything that a directory keeps."""
    return list(directory.listings())


def keep(directory: Directory, *arrivals: Opportunity | Unread, on: date = MONDAY, full: bool = False) -> Kept:
    """Keep the arrivals as the feed `council`."""
    return directory.keep(iter(arrivals), feed="council", today=on, full=full)


class DirectoryContract:
    """Subclass it, name the subclass `Test…`, and supply the fixture `directory`: a fresh and empty one."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        for name, test in vars(DirectoryContract).items():
            if name.startswith("test_") and getattr(cls, name) is not test:
                raise TypeError(
                    f"{cls.__name__} overrides {name}, and so hides whether that promise is kept: "
                    "give a test of your own another name"
                )

    def reopened(self, directory: Directory) -> Directory:
        """The same listings through another object, as after a restart or in another process.

        The directory itself, unless one that outlives its object overrides this.
        """
        return directory

    # -- keep -----------------------------------------------------------------------------------------------------

    def test_what_was_kept_is_read_whole(self, directory: Directory) -> None:
        assert keep(directory, ART, UNSAID) == Kept(new=2)
        assert kept(directory) == [
            Listing(ART, "council", "art", MONDAY, MONDAY),
            Listing(UNSAID, "council", "unsaid", MONDAY, MONDAY),
        ]
        assert directory.listing("art") == Listing(ART, "council", "art", MONDAY, MONDAY)
        assert directory.listing("none") is None

    def test_an_empty_directory_holds_and_finds_nothing(self, directory: Directory) -> None:
        assert kept(directory) == []
        assert directory.listing("art") is None
        assert ids(directory, Sought()) == []
        assert directory.search(Sought(text="art"), today=MONDAY).in_all == 0

    def test_what_was_kept_is_there_when_the_directory_is_opened_again(self, directory: Directory) -> None:
        keep(directory, ART)
        again = self.reopened(directory)
        assert kept(again) == [Listing(ART, "council", "art", MONDAY, MONDAY)]
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
        moved = attrs.evolve(ART, places=(FAR,), costs=(FIVE_POUNDS,), description="Clay", name="Clay for all")
        assert keep(directory, moved, on=TUESDAY) == Kept(changed=1)
        assert kept(directory) == [Listing(moved, "council", "art", MONDAY, TUESDAY)]
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
        assert directory.listing("art") == Listing(ART, "council", "art", MONDAY, MONDAY, TUESDAY)
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
        assert directory.listing("art") == Listing(ART, "council", "art", MONDAY, WEDNESDAY)
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

    def test_a_feed_that_breaks_off_changes_nothing(self, directory: Directory) -> None:
        keep(directory, ART)

        def breaks_off() -> Iterator[Opportunity]:
            yield attrs.evolve(ART, name="Changed")
            yield UNSAID
            raise OSError("the disk was pulled out")

        with pytest.raises(OSError, match="pulled out"):
            directory.keep(breaks_off(), feed="council", today=TUESDAY, full=True)
        assert kept(directory) == [Listing(ART, "council", "art", MONDAY, MONDAY)]
        assert ids(directory, Sought(text="changed")) == []
        assert keep(directory, UNSAID, on=TUESDAY) == Kept(new=1)

    # -- feeds ----------------------------------------------------------------------------------------------------

    def test_another_feed_may_have_the_same_ids(self, directory: Directory) -> None:
        keep(directory, ART)
        theirs = attrs.evolve(ART, name="Archery", organisation="Bowmen")
        assert directory.keep([theirs], feed="charity", today=TUESDAY) == Kept(new=1)
        assert directory.listing("art") == Listing(ART, "council", "art", MONDAY, MONDAY)
        [other] = [one for one in kept(directory) if one.feed == "charity"]
        assert (other.id_in_feed, other.id != "art", len(other.id) <= 64) == ("art", True, True)
        assert other.opportunity == attrs.evolve(theirs, id=other.id)
        assert directory.keep([theirs], feed="charity", today=TUESDAY) == Kept(unchanged=1)

    def test_a_full_feed_marks_nothing_of_another_feed_gone(self, directory: Directory) -> None:
        keep(directory, ART)
        directory.keep([UNSAID], feed="charity", today=TUESDAY, full=True)
        assert [one.gone for one in kept(directory)] == [None, None]

    # -- one id, two services -------------------------------------------------------------------------------------

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

    def test_another_service_in_other_hands_under_a_known_id_is_another(self, directory: Directory) -> None:
        keep(directory, ART)
        assert keep(directory, Opportunity("art", "Bowls", organisation="Bowls club"), on=TUESDAY) == Kept(new=1)
        assert directory.listing("art") == Listing(ART, "council", "art", MONDAY, MONDAY)

    def test_a_service_that_is_renamed_keeps_its_id(self, directory: Directory) -> None:
        keep(directory, ART)
        renamed = attrs.evolve(ART, name="Painting")
        assert keep(directory, renamed, on=TUESDAY, full=True) == Kept(changed=1)
        assert kept(directory) == [Listing(renamed, "council", "art", MONDAY, TUESDAY)]

    def test_the_same_name_in_other_hands_is_closer_than_another_name_in_the_same(self, directory: Directory) -> None:
        keep(directory, ART)
        handed_on = attrs.evolve(ART, organisation="Trust")
        assert keep(directory, attrs.evolve(ART, name="Aardvarks"), handed_on, on=TUESDAY) == Kept(new=1, changed=1)
        assert directory.listing("art") == Listing(handed_on, "council", "art", MONDAY, TUESDAY)

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

    # -- search ---------------------------------------------------------------------------------------------------

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
