"""What has moved on is a conflict, and what comes twice is one."""

import attrs
import pytest

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Journal
from iagcore.testing.contract.given import JournalPromises
from iagcore.testing.stored_records import COACH, HOME, OTHER_HOME, chain, stored, versions


class Conflicts(JournalPromises, states=True):
    """`Conflict` whenever an expected subject has moved on, `ValueError` for what does not follow on."""

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

    def test_an_append_of_nothing_is_held_to_what_is_expected(self, journal: Journal) -> None:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        journal.append([], expect={HOME: 1, COACH: 0})
        with pytest.raises(Conflict):
            journal.append([], expect={HOME: 0})
        assert list(journal.read(HOME)) == chain(HOME, 1)

    def test_a_version_is_taken_once_under_each_subject_that_is_shared(self, journal: Journal) -> None:
        journal.append([stored("s1", (HOME, 1), (COACH, 1))], expect={HOME: 0, COACH: 0})
        with pytest.raises(Conflict):
            journal.append([stored("s2", (OTHER_HOME, 1), (COACH, 1))], expect={OTHER_HOME: 0, COACH: 0})
        journal.append([stored("s2", (OTHER_HOME, 1), (COACH, 2))], expect={OTHER_HOME: 0, COACH: 1})
        assert versions(list(journal.read(COACH)), COACH) == [1, 2]

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


class Unique(JournalPromises, states=True):
    """Ids are unique within their home, surrogates within the store."""

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

    def test_an_id_is_told_from_one_that_is_nearly_its_own(self, journal: Journal) -> None:
        ids = ["nina 1", "Nina 1", "nina 1 ", "niña 1", "nin\u0303a 1"]
        kept = [stored(f"s{version}", (HOME, version), id=id) for version, id in enumerate(ids, start=1)]
        for version, record in enumerate(kept):
            journal.append([record], expect={HOME: version})
        assert list(journal.read(HOME)) == kept

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
