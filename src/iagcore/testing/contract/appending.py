"""What was appended is kept and read to the letter, and all of it or nothing."""

from itertools import count

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import Filing, Journal
from iagcore.testing.contract.given import JournalPromises
from iagcore.testing.promises import made_up
from iagcore.testing.stored_records import COACH, HOME, LEARNER, OTHER_HOME, chain, stored, versions


class KeptToTheLetter(JournalPromises, states=True):
    """What was appended is read, unchanged and in order."""

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

    def test_who_read_before_an_append_reads_it_at_once_afterwards(self, journal: Journal) -> None:
        second = self.reopened(journal)
        for version in range(1, 6):
            writer, reader = (journal, second) if version % 2 else (second, journal)
            assert versions(list(reader.read(HOME)), HOME) == list(range(1, version))
            writer.append([stored(f"s{version}", (HOME, version))], expect={HOME: version - 1})
            assert versions(list(reader.read(HOME)), HOME) == list(range(1, version + 1))

    def test_what_was_appended_is_there_when_the_journal_is_opened_again(self, journal: Journal) -> None:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        assert list(self.reopened(journal).read(HOME)) == chain(HOME, 2)


class AllOrNothing(JournalPromises, states=True):
    """An append that fails leaves nothing behind."""

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

    def test_an_append_whose_last_of_many_records_fails_keeps_none(self, journal: Journal) -> None:
        first = stored("s0", (COACH, 1))
        journal.append([first], expect={COACH: 0})
        many = [stored(f"s{number}", (f"journey:{number}", 1), id="one") for number in range(1, 400)]
        with pytest.raises(Conflict):
            journal.append([*many, stored("s0", (HOME, 1))], expect={record.home: 0 for record in many} | {HOME: 0})
        assert list(journal.read("journey:1")) == []
        assert list(journal.read("journey:399")) == []
        journal.append(many, expect={record.home: 0 for record in many})
        assert [list(journal.read(record.home)) for record in many] == [[record] for record in many]


# Everyone whom iagcore files under has a name of up to 64 characters after the role, without control characters.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64)


class Hostile(JournalPromises, states=True):
    """Long, odd and empty names and bytes are kept to the letter, and what cannot be kept is refused whole."""

    def test_names_and_bytes_of_every_sort_are_kept_to_the_letter(self, journal: Journal) -> None:
        number = count()

        @made_up(40)
        @given(NAMES, NAMES, st.binary(max_size=200), st.none() | st.binary(max_size=200))
        def ask(name: str, id: str, envelope: bytes, payload: bytes | None) -> None:
            home = f"journey{next(number)}:{name}"
            kept = [stored(home, (home, 1), envelope=envelope, payload=payload, id=id)]
            journal.append(kept, expect={home: 0})
            assert list(journal.read(home)) == kept

        ask()

    @pytest.mark.parametrize("letter", ["x", "ß", "語", "🙂", "\u0301", "'", "%", "\\"])
    def test_the_longest_names_are_kept_whole(self, journal: Journal, letter: str) -> None:
        longest = f"learner:{letter * 64}"
        nearly = longest[:-1] + "y"
        kept = [stored(one, (one, 1), id=one.partition(":")[2]) for one in (longest, nearly)]
        journal.append(kept, expect={longest: 0, nearly: 0})
        assert list(journal.read(longest)) == kept[:1]
        assert list(journal.read(nearly)) == kept[1:]

    @pytest.mark.parametrize(
        "payload", [b"", b"\0", bytes(100_000), b"before\0after", b"\xff\xfe", b"\r\n\x1a\r", bytes(range(256)) * 4096]
    )
    def test_payloads_of_any_bytes_are_kept_whole(self, journal: Journal, payload: bytes) -> None:
        kept = [stored("s1", (HOME, 1), payload=payload), stored("s2", (HOME, 2), payload=None)]
        journal.append(kept, expect={HOME: 0})
        assert list(journal.read(HOME)) == kept

    @pytest.mark.parametrize("name", ["a\0b", "a\nb", "\ud800", "x" * 5000])
    def test_a_name_that_no_store_need_keep_is_kept_to_the_letter_or_refused_whole(
        self, journal: Journal, name: str
    ) -> None:
        home = f"journey:{name}"
        record = stored("s1", (home, 1), (COACH, 1), id=name)
        try:
            journal.append([record], expect={home: 0, COACH: 0})
        except Exception:
            assert list(journal.read(COACH)) == []
            journal.append([stored("s1", (HOME, 1), (COACH, 1))], expect={HOME: 0, COACH: 0})
        else:
            assert list(journal.read(home)) == [record]
            assert list(journal.read(COACH)) == [record]
