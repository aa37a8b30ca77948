"""Whether a journal keeps its promises: one test for each promise in `iagcore.storage.protocols`.

Who writes a store for their own database subclasses `JournalContract` and supplies one fixture:

    class TestOurJournal(JournalContract):
        @pytest.fixture
        def journal(self) -> Iterator[OurJournal]:
            with OurJournal(a_fresh_empty_place()) as journal:
                yield journal

A journal that is no `Feed` or no `Erasable` skips those promises, with the reason. A store that outlives the object
overrides `reopened` as well. Nothing else may be overridden: a promise that a store cannot keep is a fact about the
store, and no test should hide it.
"""

from functools import partial
from itertools import islice, pairwise
from threading import Event
from typing import Any

import attrs
import pytest

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Erasure, Filing, Gone, Journal, StoredRecord
from iagcore.testing.stored_records import (
    COACH,
    EXPECT,
    HOME,
    LEARNER,
    OTHER_HOME,
    RENAMES,
    a_learner_among_others,
    all_at_once,
    append_next,
    chain,
    erasable,
    erased,
    feed,
    in_time,
    receipt,
    stored,
    versions,
)


class JournalContract:
    """Subclass it, name the subclass `Test…`, and supply the fixture `journal`: a fresh and empty one."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        for name, test in vars(JournalContract).items():
            if name.startswith("test_") and getattr(cls, name) is not test:
                raise TypeError(
                    f"{cls.__name__} overrides {name}, and so hides whether that promise is kept: "
                    "give a test of your own another name"
                )

    def reopened(self, journal: Journal) -> Journal:
        """The same records through another object, as after a restart or in another process.

        The journal itself, unless a store that outlives its object overrides this.
        """
        return journal

    # -- append and read ------------------------------------------------------------------------------------------

    def test_what_was_appended_is_read_to_the_letter(self, journal: Journal) -> None:
        every_byte = bytes(range(256))
        kept = [
            stored("s1", (HOME, 1), (LEARNER, 1), (COACH, 1), envelope=every_byte, payload=every_byte * 40, id="first"),
            stored("s2", (HOME, 2), envelope=b"", payload=b"", id="naïve – ☕ ' \" % \\ ?"),
            stored("s3", (HOME, 3), payload=None),
            attrs.evolve(stored("s4", (HOME, 4)), about=(Filing(HOME, 4, b"", None),)),
        ]
        journal.append(kept, expect={HOME: 0, LEARNER: 0, COACH: 0})
        assert list(journal.read(HOME)) == kept

    def test_a_record_is_read_under_each_of_its_subjects(self, journal: Journal) -> None:
        both = stored("s1", (HOME, 1), (COACH, 1))
        alone = stored("s2", (COACH, 2))
        journal.append([both, alone], expect={HOME: 0, COACH: 0})
        assert list(journal.read(HOME)) == [both]
        assert list(journal.read(COACH)) == [both, alone]

    def test_a_subject_is_told_from_one_whose_name_is_nearly_its_own(self, journal: Journal) -> None:
        names = [
            "coach:nina",
            "coach:Nina",
            "coach:nina ",
            "coach:nin%",
            "coach:nin_",
            "coach:niña",
            "coach:nin\u0303a",
        ]
        kept = {name: stored(name, (name, 1), id="one id") for name in names}
        journal.append(list(kept.values()), expect=dict.fromkeys(names, 0))
        assert {name: list(journal.read(name)) for name in names} == {name: [kept[name]] for name in names}

    def test_reading_an_unknown_subject_yields_nothing(self, journal: Journal) -> None:
        assert list(journal.read(HOME)) == []
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert list(journal.read(OTHER_HOME)) == []

    def test_reading_after_a_version_yields_what_came_later(self, journal: Journal) -> None:
        kept = chain(HOME, 4)
        journal.append(kept, expect={HOME: 0})
        assert [list(journal.read(HOME, after=version)) for version in range(6)] == [
            kept, kept[1:], kept[2:], kept[3:], [], [],
        ]  # fmt: skip

    def test_a_long_subject_is_read_whole_and_in_order(self, journal: Journal) -> None:
        kept = chain(HOME, 1200)
        journal.append(kept, expect={HOME: 0})
        assert list(journal.read(HOME)) == kept
        assert list(journal.read(HOME, after=700)) == kept[700:]

    def test_a_record_has_a_position_once_it_is_kept(self, journal: Journal) -> None:
        kept = chain(HOME, 2)
        journal.append(kept, expect={HOME: 0})
        first, second = (record.position for record in journal.read(HOME))
        assert first is not None
        assert second is not None
        assert first != second
        assert [record.position for record in kept] == [None, None]

    def test_two_records_in_one_append_follow_on_from_each_other(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        journal.append(chain(HOME, 2, after=1), expect={HOME: 1})
        assert list(journal.read(HOME)) == chain(HOME, 3)

    def test_a_record_filed_under_many_subjects_is_kept_whole(self, journal: Journal) -> None:
        subjects = [f"coach:{number}" for number in range(1200)]
        wide = stored("s1", *((subject, 1) for subject in subjects))
        journal.append([wide], expect=dict.fromkeys(subjects, 0))
        assert list(journal.read(subjects[0])) == [wide]
        assert list(journal.read(subjects[-1])) == [wide]
        with pytest.raises(Conflict):
            journal.append([stored("s2", (HOME, 1))], expect={HOME: 0, **dict.fromkeys(subjects, 1), subjects[-1]: 0})
        assert list(journal.read(HOME)) == []

    def test_what_was_appended_is_there_when_the_journal_is_opened_again(self, journal: Journal) -> None:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        assert list(self.reopened(journal).read(HOME)) == chain(HOME, 2)

    # -- all or nothing -------------------------------------------------------------------------------------------

    def test_an_append_whose_second_record_has_a_known_id_keeps_neither(self, journal: Journal) -> None:
        first = stored("s1", (HOME, 1), id="once")
        journal.append([first], expect={HOME: 0})
        with pytest.raises(Conflict):
            journal.append(
                [stored("s2", (HOME, 2), (COACH, 1)), stored("s3", (HOME, 3), id="once")], expect={HOME: 1, COACH: 0}
            )
        assert list(journal.read(HOME)) == [first]
        assert list(journal.read(COACH)) == []

    def test_an_append_whose_second_record_has_a_wrong_version_keeps_neither(self, journal: Journal) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - each store has its own words
            journal.append([stored("s1", (HOME, 1)), stored("s2", (HOME, 3))], expect={HOME: 0})
        assert list(journal.read(HOME)) == []

    def test_an_append_that_conflicts_on_its_last_subject_keeps_nothing_under_the_first(self, journal: Journal) -> None:
        journal.append([stored("s1", (COACH, 1))], expect={COACH: 0})
        with pytest.raises(Conflict):
            journal.append([stored("s2", (HOME, 1), (COACH, 1))], expect={HOME: 0, COACH: 0})
        assert list(journal.read(HOME)) == []
        journal.append([stored("s2", (HOME, 1), (COACH, 2))], expect={HOME: 0, COACH: 1})
        assert list(journal.read(HOME)) == [stored("s2", (HOME, 1), (COACH, 2))]

    # -- conflict -------------------------------------------------------------------------------------------------

    def test_a_written_subject_that_moved_on_is_a_conflict(self, journal: Journal) -> None:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        with pytest.raises(Conflict) as raised:
            journal.append([stored("late", (HOME, 2))], expect={HOME: 1})
        assert raised.value.subject == HOME
        assert list(journal.read(HOME)) == chain(HOME, 2)

    def test_a_subject_that_is_only_read_and_moved_on_is_a_conflict(self, journal: Journal) -> None:
        journal.append([stored("s1", (COACH, 1))], expect={COACH: 0})
        with pytest.raises(Conflict):
            journal.append([stored("late", (HOME, 1))], expect={HOME: 0, COACH: 0})
        assert list(journal.read(HOME)) == []

    def test_a_subject_that_is_only_read_and_still_does_not_exist_is_no_conflict(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0, COACH: 0})
        assert list(journal.read(HOME)) == chain(HOME, 1)
        assert list(journal.read(COACH)) == []

    def test_a_record_that_follows_on_from_how_its_home_ends_is_kept(self, journal: Journal) -> None:
        first, second, third = chain(HOME, 3)
        first, second = attrs.evolve(first, follows=b""), attrs.evolve(second, follows=first.plain)
        journal.append([first, second], expect={HOME: 0})
        journal.append([attrs.evolve(third, follows=second.plain)], expect={HOME: 2})
        assert list(journal.read(HOME)) == chain(HOME, 3)
        assert {record.follows for record in journal.read(HOME)} == {None}

    @pytest.mark.parametrize("follows", [b"", b"another end"])
    def test_a_record_that_follows_another_end_of_its_home_is_a_conflict(
        self, journal: Journal, follows: bytes
    ) -> None:
        # the versions agree, but the home was erased and began anew between a read and this append
        journal.append(chain(HOME, 1), expect={HOME: 0})
        [late] = chain(HOME, 1, after=1)
        with pytest.raises(Conflict):
            journal.append([attrs.evolve(late, follows=follows)], expect={HOME: 1})
        with pytest.raises(Conflict):
            journal.append([attrs.evolve(stored("s9", ("journey:none", 1)), follows=b"x")], expect={"journey:none": 0})
        assert list(journal.read(HOME)) == chain(HOME, 1)

    def test_expecting_a_version_that_is_not_there_yet_is_a_conflict(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        with pytest.raises(Conflict):
            journal.append([stored("early", (HOME, 4))], expect={HOME: 3})
        assert list(journal.read(HOME)) == chain(HOME, 1)

    def test_a_conflict_is_mended_by_reading_again(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        with pytest.raises(Conflict):
            journal.append([stored("s", (HOME, 1), id="key")], expect={HOME: 0})
        journal.append([stored("s", (HOME, 2), id="key")], expect={HOME: 1})
        assert versions(list(journal.read(HOME)), HOME) == [1, 2]

    @pytest.mark.parametrize("version", [0, 1, 3, -1])
    def test_a_version_that_does_not_follow_on_is_a_value_error(self, journal: Journal, version: int) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        with pytest.raises(ValueError):  # noqa: PT011 - each store has its own words
            journal.append([stored("wrong", (HOME, version))], expect={HOME: 1})
        assert list(journal.read(HOME)) == chain(HOME, 1)

    def test_a_written_subject_that_is_not_expected_is_a_value_error(self, journal: Journal) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - each store has its own words
            journal.append([stored("s1", (HOME, 1), (COACH, 1))], expect={HOME: 0})
        assert list(journal.read(HOME)) == []

    # -- unique ---------------------------------------------------------------------------------------------------

    def test_an_id_that_is_used_again_in_its_home_is_a_conflict(self, journal: Journal) -> None:
        first = stored("s1", (HOME, 1), id="once")
        journal.append([first], expect={HOME: 0})
        with pytest.raises(Conflict):
            journal.append([stored("s2", (HOME, 2), id="once")], expect={HOME: 1})
        assert list(journal.read(HOME)) == [first]

    def test_an_id_that_comes_twice_in_one_append_is_a_conflict(self, journal: Journal) -> None:
        with pytest.raises(Conflict):
            journal.append([stored("s1", (HOME, 1), id="once"), stored("s2", (HOME, 2), id="once")], expect={HOME: 0})
        assert list(journal.read(HOME)) == []

    def test_an_id_is_free_in_another_home_though_a_subject_is_shared(self, journal: Journal) -> None:
        first = stored("s1", (HOME, 1), (COACH, 1), id="once")
        second = stored("s2", (OTHER_HOME, 1), (COACH, 2), id="once")
        journal.append([first], expect={HOME: 0, COACH: 0})
        journal.append([second], expect={OTHER_HOME: 0, COACH: 1})
        assert list(journal.read(COACH)) == [first, second]

    def test_records_without_an_id_do_not_collide(self, journal: Journal) -> None:
        kept = [stored("s1", (HOME, 1), id=None), stored("s2", (HOME, 2), id=None)]
        journal.append(kept, expect={HOME: 0})
        journal.append([stored("s3", (HOME, 3), id=None)], expect={HOME: 2})
        assert versions(list(journal.read(HOME)), HOME) == [1, 2, 3]

    def test_a_surrogate_that_is_used_again_in_another_home_is_a_conflict(self, journal: Journal) -> None:
        journal.append([stored("s1", (HOME, 1))], expect={HOME: 0})
        with pytest.raises(Conflict):
            journal.append([stored("s1", (OTHER_HOME, 1))], expect={OTHER_HOME: 0})
        assert list(journal.read(OTHER_HOME)) == []

    def test_a_surrogate_that_comes_twice_in_one_append_is_a_conflict(self, journal: Journal) -> None:
        with pytest.raises(Conflict):
            journal.append([stored("s1", (HOME, 1)), stored("s1", (OTHER_HOME, 1))], expect={HOME: 0, OTHER_HOME: 0})
        assert list(journal.read(HOME)) == []

    # -- readers and writers at once ------------------------------------------------------------------------------

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

    # -- writers racing -------------------------------------------------------------------------------------------

    def test_of_threads_racing_for_a_version_exactly_one_wins(self, journal: Journal) -> None:
        def claim(name: str, version: int) -> None:
            journal.append([stored(f"{name} {version}", (HOME, version))], expect={HOME: version - 1})

        for version in range(1, 11):
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
        for number in range(10):
            mine, yours = f"journey:{number}-mine", f"journey:{number}-yours"
            expect = {mine: 0, yours: 0}
            outcomes = all_at_once(
                partial(journal.append, [stored(mine, (mine, 1))], expect=expect),
                partial(second.append, [stored(yours, (yours, 1))], expect=expect),
            )
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"], outcomes
            assert len([*journal.read(mine), *journal.read(yours)]) == 1

    # -- the feed -------------------------------------------------------------------------------------------------

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

    # -- erasure --------------------------------------------------------------------------------------------------

    def test_erasing_takes_the_words_of_every_record_filed_under_a_renamed_subject(self, journal: Journal) -> None:
        one, two, three, four, five = a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        assert list(journal.read("journey:7f3a")) == [erased(one), erased(two)]
        assert list(journal.read("learner:91bc")) == [erased(record) for record in (one, three, five)]
        assert list(journal.read("journey:c04d")) == [erased(three)]
        assert list(journal.read(OTHER_HOME)) == [four]

    def test_erasing_leaves_the_timeline_of_others_but_for_the_words(self, journal: Journal) -> None:
        one, two, _, four, _ = a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        found = list(journal.read(COACH))
        assert [(record.envelope, record.plain, record.salted) for record in found] == [
            (record.envelope, record.plain, record.salted) for record in (one, two, four)
        ]
        assert [record.about[-1] for record in found] == [record.about[-1] for record in (one, two, four)]
        assert [record.payload for record in found] == [None, None, four.payload]
        assert [record.id for record in found] == [None, None, "one"]

    def test_a_record_in_anothers_home_that_names_the_learner_loses_its_words_too(self, journal: Journal) -> None:
        five = a_learner_among_others(journal)[4]
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        [found] = journal.read("concern:9")
        assert found == erased(five)
        assert found.home == "concern:9"

    def test_erasing_takes_names_and_salts_of_the_renamed_alone(self, journal: Journal) -> None:
        one = a_learner_among_others(journal)[0]
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        found = next(iter(journal.read(COACH)))
        assert [filing.subject for filing in found.about] == ["journey:7f3a", "learner:91bc", COACH]
        assert [filing.version for filing in found.about] == [1, 1, 1]
        assert [filing.salt for filing in found.about] == [None, None, one.about[2].salt]
        assert [filing.commitment for filing in found.about] == [filing.commitment for filing in one.about]

    def test_no_record_is_read_under_an_old_name(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        assert [list(journal.read(old)) for old in RENAMES] == [[], [], []]

    def test_receipts_are_filed_under_the_new_names_and_versions_go_on(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        receipts = [receipt("r1", ("journey:7f3a", 3), ("learner:91bc", 4)), receipt("r2", ("journey:c04d", 2))]
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=receipts)
        assert list(journal.read("journey:7f3a", after=2)) == receipts[:1]
        assert list(journal.read("learner:91bc", after=3)) == receipts[:1]
        assert list(journal.read("journey:c04d", after=1)) == receipts[1:]
        journal.append([stored("s9", ("journey:7f3a", 4))], expect={"journey:7f3a": 3})
        assert versions(list(journal.read("journey:7f3a")), "journey:7f3a") == [1, 2, 3, 4]

    def test_a_receipt_may_be_filed_under_a_subject_that_keeps_its_name(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        kept = receipt("r1", ("journey:7f3a", 3), (COACH, 4))
        erasable(journal).erase(RENAMES, expect={**EXPECT, COACH: 3}, receipts=[kept])
        assert list(journal.read(COACH, after=3)) == [kept]

    def test_an_old_name_is_free_again_and_so_are_its_ids(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        anew = stored("s8", (HOME, 1), (LEARNER, 1), (COACH, 4), id="one")
        journal.append([anew], expect={HOME: 0, LEARNER: 0, COACH: 3})
        assert list(journal.read(HOME)) == [anew]
        assert list(journal.read(LEARNER)) == [anew]
        assert versions(list(journal.read("journey:7f3a")), "journey:7f3a") == [1, 2]

    def test_a_surrogate_stays_taken_after_its_record_was_erased(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        with pytest.raises(Conflict):
            journal.append([stored("s1", (HOME, 1))], expect={HOME: 0})

    @pytest.mark.parametrize("moved", [HOME, COACH])
    def test_erasing_changes_nothing_when_an_expected_subject_moved_on(self, journal: Journal, moved: str) -> None:
        kept = a_learner_among_others(journal)
        late = stored("late", (moved, {HOME: 3, COACH: 4}[moved]))
        journal.append([late], expect={moved: {HOME: 2, COACH: 3}[moved]})
        with pytest.raises(Conflict):
            erasable(journal).erase(RENAMES, expect={**EXPECT, COACH: 3}, receipts=[receipt("r1", ("journey:7f3a", 3))])
        homes = [HOME, "journey:a-phase-2", OTHER_HOME, "concern:9"]
        own = {HOME: [late] if moved == HOME else []}
        assert [list(journal.read(home)) for home in homes] == [
            [record for record in kept if record.home == home] + own.get(home, []) for home in homes
        ]
        assert list(journal.read("journey:7f3a")) == []

    def test_erasing_changes_nothing_when_a_home_ends_otherwise(self, journal: Journal) -> None:
        kept = a_learner_among_others(journal)
        receipts = [attrs.evolve(receipt("r1", (RENAMES[HOME], 3)), follows=b"another end")]
        with pytest.raises(Conflict):
            erasable(journal).erase(RENAMES, expect=EXPECT, receipts=receipts)
        assert list(journal.read(HOME)) == kept[:2]

    def test_erasing_changes_nothing_when_a_receipt_cannot_be_kept(self, journal: Journal) -> None:
        kept = a_learner_among_others(journal)
        for wrong in (receipt("s4", ("journey:7f3a", 3)), receipt("r1", ("journey:7f3a", 7))):
            with pytest.raises((Conflict, ValueError)):
                erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[wrong])
        assert list(journal.read(HOME)) == kept[:2]
        assert list(journal.read(LEARNER)) == [kept[0], kept[2], kept[4]]

    def test_who_read_before_an_erasure_cannot_append_after_it(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        with pytest.raises(Conflict):
            journal.append([stored("late", (HOME, 3))], expect={HOME: 2})
        assert list(journal.read(HOME)) == []

    def test_an_erasure_says_how_many_records_lost_their_words_and_how_far_they_are_gone(
        self, journal: Journal
    ) -> None:
        a_learner_among_others(journal)
        done = erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[receipt("r1", ("journey:7f3a", 3))])
        assert done.records == 4
        assert isinstance(done.gone, Gone)
        assert done.note.strip() != ""

    def test_a_record_that_lost_its_words_before_is_not_counted_again(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        again = erasable(journal).erase({COACH: "coach:5e21"}, expect={COACH: 3}, receipts=[])
        assert again.records == 1
        assert [record.payload for record in journal.read("coach:5e21")] == [None] * 3

    def test_erasing_who_was_never_recorded_does_nothing(self, journal: Journal) -> None:
        kept = a_learner_among_others(journal)
        done = erasable(journal).erase({"learner:z": "learner:00aa"}, expect={"learner:z": 0}, receipts=[])
        assert done.records == 0
        assert list(journal.read(LEARNER)) == [kept[0], kept[2], kept[4]]

    def test_the_feed_keeps_its_order_over_an_erasure(self, journal: Journal) -> None:
        kept = a_learner_among_others(journal)
        before = [record.position for record in feed(journal).read_all()]
        last = receipt("r1", ("journey:7f3a", 3))
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[last])
        found = list(feed(journal).read_all())
        assert found == [*(erased(r) if r.surrogate != "s4" else r for r in kept), last]
        assert [record.position for record in found[:5]] == before
        assert list(feed(journal).read_all(after=before[-1])) == [last]

    def test_an_erasure_is_there_when_the_journal_is_opened_again(self, journal: Journal) -> None:
        kept = a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        again = self.reopened(journal)
        assert list(again.read(HOME)) == []
        assert list(again.read("journey:7f3a")) == [erased(record) for record in kept[:2]]

    def test_of_an_erasure_and_an_append_racing_exactly_one_wins(self, journal: Journal) -> None:
        second = erasable(self.reopened(journal))
        for number in range(10):
            home, new = f"journey:{number}", f"journey:{number}-gone"
            journal.append([stored(f"{home} 1", (home, 1), id="said")], expect={home: 0})

            appended, erasing = all_at_once(
                partial(journal.append, [stored(f"{home} 2", (home, 2))], expect={home: 1}),
                partial(second.erase, {home: new}, expect={home: 1}, receipts=[receipt(f"{home} r", (new, 2))]),
            )
            if appended is None:
                assert isinstance(erasing, Conflict)
                assert [record.id for record in journal.read(home)] == ["said", None]
                assert list(journal.read(new)) == []
            else:
                assert isinstance(appended, Conflict)
                assert isinstance(erasing, Erasure)
                assert list(journal.read(home)) == []
                assert [record.payload for record in journal.read(new)] == [None, None]
