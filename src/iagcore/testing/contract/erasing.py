"""Erasure: what goes, what stays, and that it is as far gone as is said."""

from datetime import date
from functools import partial
from itertools import islice

import attrs
import pytest

from iagcore.exceptions import Conflict
from iagcore.storage.protocols import GONE, Erasure, Journal
from iagcore.testing.contract.given import JournalPromises, erasable, feed, finishing
from iagcore.testing.promises import times
from iagcore.testing.stored_records import (
    COACH,
    EXPECT,
    HOME,
    LEARNER,
    OTHER_HOME,
    RENAMES,
    a_learner_among_others,
    all_at_once,
    chain,
    erased,
    in_time,
    receipt,
    stored,
    versions,
)

LONG = 1100
"""Records of a subject that a store hardly takes in one statement, or in one page."""


class Erasing(JournalPromises, states=True):
    """`erase` takes the words, ids, names and salts of the renamed alone, all or nothing."""

    def test_erasing_takes_the_words_of_every_record_filed_under_a_renamed_subject(self, journal: Journal) -> None:
        one, two, three, four, five = a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        assert list(journal.read("journey:7f3a")) == [erased(one), erased(two)]
        assert list(journal.read("learner:91bc")) == [erased(record) for record in (one, three, five)]
        assert list(journal.read("journey:c04d")) == [erased(three)]
        assert list(journal.read(OTHER_HOME)) == [four]

    def test_erasing_takes_the_words_of_a_subject_of_any_length(self, journal: Journal) -> None:
        kept = chain(HOME, LONG)
        journal.append(kept, expect={HOME: 0})
        done = erasable(journal).erase({HOME: "journey:7f3a"}, expect={HOME: LONG}, receipts=[])
        assert list(journal.read("journey:7f3a")) == [erased(record) for record in kept]
        assert done.records == LONG

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

    def test_an_erasure_says_how_many_records_lost_their_words(self, journal: Journal) -> None:
        a_learner_among_others(journal)
        done = erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[receipt("r1", ("journey:7f3a", 3))])
        assert done.records == 4
        assert done.answer == GONE

    def test_where_nothing_was_erased_nothing_is_pending(self, journal: Journal) -> None:
        finishing(journal)
        a_learner_among_others(journal)
        assert finishing(journal).pending() == ()
        assert finishing(journal).finish() == ()
        assert finishing(journal).finish(expired=date.max) == ()

    def test_what_an_erasure_says_is_pending_is_what_the_store_says_to_anybody(self, journal: Journal) -> None:
        finishing(journal)
        a_learner_among_others(journal)
        done = erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        assert finishing(journal).pending() == done.pending
        assert finishing(self.reopened(journal)).pending() == done.pending
        assert [(one.where.strip() != "", one.until.strip() != "") for one in done.pending] == [
            (True, True) for _ in done.pending
        ]

    def test_finishing_gives_what_is_pending_still_and_takes_nothing_that_is_kept(self, journal: Journal) -> None:
        finishing(journal)
        kept = a_learner_among_others(journal)
        erasable(journal).erase(RENAMES, expect=EXPECT, receipts=[])
        left = finishing(journal).finish(expired=date.max)
        assert finishing(journal).pending() == left
        assert list(journal.read(OTHER_HOME)) == [kept[3]]
        assert list(journal.read("journey:7f3a")) == [erased(record) for record in kept[:2]]

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
        for number in range(times(10)):
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

    @pytest.mark.parametrize("name", [COACH, LEARNER])
    def test_an_open_reader_survives_an_erasure(self, journal: Journal, name: str) -> None:
        erasing = erasable(journal)
        kept = [stored(f"s{version}", (LEARNER, version), (COACH, version)) for version in range(1, 601)]
        journal.append(kept, expect={LEARNER: 0, COACH: 0})
        reading = journal.read(name)
        found = list(islice(reading, 3))
        in_time(partial(erasing.erase, {LEARNER: RENAMES[LEARNER]}, expect={LEARNER: 600}, receipts=[]))
        found += reading
        # of a subject that was renamed, the rest may be gone; of any other, everything is there
        assert len(found) >= (3 if name == LEARNER else 600)
        assert [record in (was, erased(was)) for record, was in zip(found, kept, strict=False)] == [True] * len(found)

    def test_an_open_feed_survives_an_erasure(self, journal: Journal) -> None:
        erasing = erasable(journal)
        kept = [stored(f"s{version}", (LEARNER, version), (COACH, version)) for version in range(1, 601)]
        journal.append(kept, expect={LEARNER: 0, COACH: 0})
        reading = feed(journal).read_all()
        found = list(islice(reading, 3))
        in_time(partial(erasing.erase, {LEARNER: RENAMES[LEARNER]}, expect={LEARNER: 600}, receipts=[]))
        found += reading
        assert len(found) == 600
        assert [record in (was, erased(was)) for record, was in zip(found, kept, strict=True)] == [True] * 600

    def test_of_an_erasure_that_says_nothing_is_pending_no_byte_is_left(self, journal: Journal) -> None:
        erasing = erasable(journal)
        words = [b"heard-in-confidence", b"journey:a-phase-1", b"learner:a-long-name", b"said-under-this-id"]
        renames = {HOME: RENAMES[HOME], "learner:a-long-name": RENAMES[LEARNER]}
        for version in range(1, 41):
            record = stored(
                f"s{version}", (HOME, version), ("learner:a-long-name", version), (COACH, version),
                payload=words[0] * (version * 7 % 11), id=f"said-under-this-id {version}",
            )  # fmt: skip
            journal.append([record], expect={filing.subject: version - 1 for filing in record.about})
        before = self.bytes_kept(journal)
        if before is None:
            pytest.skip(f"nobody can look into {type(journal).__name__}: bytes_kept returns None")
        assert [word in before for word in words] == [True] * 4, "bytes_kept does not give all that the store keeps"
        done = erasing.erase(renames, expect=dict.fromkeys(renames, 40), receipts=[])
        after = self.bytes_kept(journal)
        assert after is not None
        left = [word for word in words if word in after]
        assert left == [] or done.pending != ()
