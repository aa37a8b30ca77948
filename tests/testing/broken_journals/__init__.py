"""Journals that are broken on purpose, each in one way, and the promise that each breaks.

They show that the tests of `contract` can fail: a kit that passes everything proves nothing. Each is a journal that
works, but for one mistake that is easily made on a database, and `BROKEN` names the tests that are meant to catch it.
Whoever writes a kit, or a test of their own, tries it on these; nobody keeps a record in one.

    from iagcore.testing import JournalContract, unkept_promises
    from tests.testing.broken_journals import LosesUpdates

    print(list(unkept_promises(JournalContract(), LosesUpdates)))
"""

from functools import partial
from typing import Final

from iagcore.storage.protocols import Journal
from iagcore.testing.contract import JournalContract
from iagcore.testing.other_process import Opening
from tests.testing.broken import Broken as Broken
from tests.testing.broken_journals.appending import (
    CutsAtAZeroByte,
    CutsLongNames,
    CutsLongPayloads,
    FoldsIds,
    FoldsNames,
    IgnoresHowHomesEnd,
    LeavesGaps,
    LooksBeforeItLocks,
    LosesUpdates,
    ReusesVersions,
    SkewsWrites,
    SwallowsConflicts,
    TakesAnIdAgain,
    TakesAnIdOnceForAll,
    TakesEmptyForNothing,
    TearsAppends,
)
from tests.testing.broken_journals.erasing import (
    ErasesAtAnyVersion,
    ErasesOnePage,
    LeaksFromOtherHomes,
    LeaksIds,
    LeaksNames,
    LeaksPayloads,
    LeaksSalts,
    MiscountsErasures,
    TakesOthersSalts,
    TearsErasures,
)
from tests.testing.broken_journals.on_a_file import (
    CommitsOneByOne,
    ErasesStepByStep,
    FinishesInWordsAlone,
    ForgetsOnReopen,
    KnowsOfNothingPending,
    LocksItsThreadsAlone,
    OnAFile,
    SaysTooSoonThatBytesAreGone,
    TellsOneThingAndKeepsAnother,
    WritesOver,
)
from tests.testing.broken_journals.reading import (
    BlocksWhileRead,
    BreaksBesideAppends,
    BreaksBesideErasures,
    FeedsHomeByHome,
    FeedsOnceASubject,
    ReadsStale,
    ShowsHalfAppends,
    SkipsLateCommits,
    SkipsOneAfterAPosition,
)


class BrokenJournals(JournalContract):
    """The contract for the journals of this module: it knows how to open again those that are in a file."""

    def reopened(self, journal: Journal) -> Journal:
        return type(journal)(journal.path) if isinstance(journal, OnAFile) else journal

    def from_another_process(self, journal: Journal) -> Opening | None:
        return partial(type(journal), journal.path) if isinstance(journal, OnAFile) else None

    def bytes_kept(self, journal: Journal) -> bytes | None:
        if not isinstance(journal, OnAFile):
            return None
        return b"".join(file.read_bytes() for file in journal.path.parent.iterdir())


_BYTES: Final = "Bytes are kept to the letter."
_ERASED: Final = "An erasure takes the words, ids, names and salts of the renamed, wherever they are filed."

BROKEN: Final = (
    Broken(
        LosesUpdates,
        "A written subject that has moved on is a conflict.",
        (
            "test_a_written_subject_that_moved_on_is_a_conflict",
            "test_of_threads_racing_for_a_version_exactly_one_wins",
            "test_threads_that_try_again_after_a_conflict_lose_nothing",
        ),
    ),
    Broken(
        LooksBeforeItLocks,
        "A conflict is one under any interleaving of threads.",
        (
            "test_of_threads_racing_for_a_version_exactly_one_wins",
            "test_two_that_each_read_what_the_other_writes_do_not_both_win",
        ),
    ),
    Broken(
        SkewsWrites,
        "A subject that was only read and has moved on is a conflict.",
        (
            "test_a_subject_that_is_only_read_and_moved_on_is_a_conflict",
            "test_two_that_each_read_what_the_other_writes_do_not_both_win",
        ),
    ),
    Broken(
        TearsAppends,
        "An append keeps all of its records, or none.",
        (
            "test_an_append_whose_second_record_has_a_known_id_keeps_neither",
            "test_an_append_whose_second_record_has_a_wrong_version_keeps_neither",
            "test_an_append_whose_last_of_many_records_fails_keeps_none",
        ),
    ),
    Broken(
        ReusesVersions,
        "A version of a subject is taken once.",
        (
            "test_a_version_is_taken_once_under_each_subject_that_is_shared",
            "test_an_append_that_conflicts_on_its_last_subject_keeps_nothing_under_the_first",
        ),
    ),
    Broken(
        LeavesGaps,
        "Versions follow on from each other without a gap.",
        (
            "test_a_version_that_does_not_follow_on_is_a_value_error",
            "test_expecting_a_version_that_is_not_there_yet_is_a_conflict",
            "test_a_written_subject_that_is_not_expected_is_a_value_error",
        ),
    ),
    Broken(
        SwallowsConflicts,
        "What an append did not keep, it says.",
        (
            "test_a_conflict_is_mended_by_reading_again",
            "test_an_append_of_nothing_is_held_to_what_is_expected",
            "test_threads_that_try_again_after_a_conflict_lose_nothing",
        ),
    ),
    Broken(
        TakesAnIdAgain,
        "An id is unique within its home, a surrogate within the store.",
        (
            "test_an_id_that_is_used_again_in_its_home_is_a_conflict",
            "test_an_id_that_comes_twice_in_one_append_is_a_conflict",
            "test_a_surrogate_that_is_used_again_in_another_home_is_a_conflict",
            "test_a_surrogate_that_comes_twice_in_one_append_is_a_conflict",
        ),
    ),
    Broken(
        TakesAnIdOnceForAll,
        "An id is free in another home.",
        ("test_an_id_is_free_in_another_home_though_a_subject_is_shared",),
    ),
    Broken(
        IgnoresHowHomesEnd,
        "A record that follows another end of its home is a conflict.",
        (
            "test_a_record_that_follows_another_end_of_its_home_is_a_conflict",
            "test_erasing_changes_nothing_when_a_home_ends_otherwise",
        ),
    ),
    Broken(
        CutsAtAZeroByte,
        _BYTES,
        (
            "test_what_was_appended_is_read_to_the_letter",
            "test_payloads_of_any_bytes_are_kept_whole",
        ),
    ),
    Broken(TakesEmptyForNothing, _BYTES, ("test_payloads_of_any_bytes_are_kept_whole",)),
    Broken(CutsLongPayloads, _BYTES, ("test_payloads_of_any_bytes_are_kept_whole",)),
    Broken(
        CutsLongNames,
        "Names are kept to the letter.",
        ("test_the_longest_names_are_kept_whole",),
    ),
    Broken(
        FoldsIds,
        "An id is told from every other of its home.",
        ("test_an_id_is_told_from_one_that_is_nearly_its_own",),
    ),
    Broken(
        FoldsNames,
        "A subject is told from every other.",
        ("test_a_subject_is_told_from_one_whose_name_is_nearly_its_own",),
    ),
    Broken(
        ReadsStale,
        "What was appended is read at once.",
        (
            "test_who_read_before_an_append_reads_it_at_once_afterwards",
            "test_a_journal_answers_as_a_plain_list_would",
        ),
    ),
    Broken(
        BreaksBesideAppends,
        "A reader survives appends.",
        (
            "test_an_open_reader_does_not_block_a_writer_and_survives_it",
            "test_readers_beside_busy_writers_see_versions_without_a_gap",
        ),
    ),
    Broken(BreaksBesideErasures, "A reader survives erasures.", ("test_an_open_reader_survives_an_erasure",)),
    Broken(
        BlocksWhileRead,
        "Readers never block writers.",
        (
            "test_an_open_reader_does_not_block_a_writer_and_survives_it",
            "test_a_reader_that_is_left_unfinished_blocks_nobody",
        ),
    ),
    Broken(
        ShowsHalfAppends, "An append keeps all of its records, or none.", ("test_a_reader_never_sees_half_an_append",)
    ),
    Broken(
        SkipsOneAfterAPosition,
        "The feed goes on from any position.",
        (
            "test_the_feed_goes_on_from_any_position",
            "test_who_goes_on_from_the_last_position_beside_busy_writers_misses_nothing",
        ),
    ),
    Broken(
        SkipsLateCommits,
        "The feed never skips a record that commits late.",
        (
            "test_what_slow_writers_commit_late_is_not_missed",
            "test_who_goes_on_from_the_last_position_beside_busy_writers_misses_nothing",
        ),
    ),
    Broken(
        FeedsHomeByHome,
        "The feed comes in the order of positions.",
        ("test_the_feed_yields_each_record_once_in_the_order_of_appending",),
    ),
    Broken(
        FeedsOnceASubject,
        "The feed has each record once.",
        ("test_the_feed_yields_each_record_once_in_the_order_of_appending",),
    ),
    Broken(
        LeaksPayloads,
        _ERASED,
        ("test_erasing_takes_the_words_of_every_record_filed_under_a_renamed_subject",),
    ),
    Broken(ErasesOnePage, _ERASED, ("test_erasing_takes_the_words_of_a_subject_of_any_length",)),
    Broken(LeaksIds, _ERASED, ("test_erasing_leaves_the_timeline_of_others_but_for_the_words",)),
    Broken(LeaksSalts, _ERASED, ("test_erasing_takes_names_and_salts_of_the_renamed_alone",)),
    Broken(LeaksNames, _ERASED, ("test_erasing_takes_names_and_salts_of_the_renamed_alone",)),
    Broken(
        LeaksFromOtherHomes, _ERASED, ("test_a_record_in_anothers_home_that_names_the_learner_loses_its_words_too",)
    ),
    Broken(
        TakesOthersSalts,
        "An erasure leaves what is others' to the letter.",
        ("test_erasing_leaves_the_timeline_of_others_but_for_the_words",),
    ),
    Broken(
        ErasesAtAnyVersion,
        "An erasure changes nothing when an expected subject has moved on.",
        (
            "test_erasing_changes_nothing_when_an_expected_subject_moved_on",
            "test_of_an_erasure_and_an_append_racing_exactly_one_wins",
        ),
    ),
    Broken(
        TearsErasures,
        "An erasure is all or nothing.",
        ("test_erasing_changes_nothing_when_a_receipt_cannot_be_kept",),
    ),
    Broken(
        MiscountsErasures,
        "An erasure says how many records lost their words.",
        (
            "test_an_erasure_says_how_many_records_lost_their_words",
            "test_a_record_that_lost_its_words_before_is_not_counted_again",
        ),
    ),
    Broken(
        ForgetsOnReopen,
        "An append is durable once it returns.",
        (
            "test_what_was_appended_is_there_when_the_journal_is_opened_again",
            "test_a_process_that_is_killed_leaves_each_append_that_returned_and_no_half_of_one",
        ),
    ),
    Broken(
        CommitsOneByOne,
        "An append keeps all of its records, or none.",
        ("test_a_process_that_is_killed_leaves_each_append_that_returned_and_no_half_of_one",),
    ),
    Broken(
        LocksItsThreadsAlone,
        "A conflict is one under any interleaving of processes.",
        ("test_two_processes_that_each_read_what_the_other_writes_do_not_both_win",),
    ),
    Broken(
        WritesOver,
        "What was appended is never written over, by any process.",
        (
            "test_of_processes_racing_for_a_version_exactly_one_wins",
            "test_processes_that_try_again_after_a_conflict_lose_nothing",
        ),
    ),
    Broken(
        ErasesStepByStep,
        "An erasure is all or nothing, after a kill too.",
        ("test_a_process_that_is_killed_amid_erasures_leaves_each_whole_or_not_begun",),
    ),
    Broken(
        SaysTooSoonThatBytesAreGone,
        "An erasure says truthfully how far the bytes are gone.",
        ("test_of_an_erasure_that_says_nothing_is_pending_no_byte_is_left",),
    ),
    Broken(
        KnowsOfNothingPending,
        "What an erasure left pending is told after a kill, too, until it is finished.",
        ("test_what_a_killed_erasure_left_is_pending_until_it_is_finished",),
    ),
    Broken(
        FinishesInWordsAlone,
        "What an erasure left pending is told after a kill, too, until it is finished.",
        ("test_what_a_killed_erasure_left_is_pending_until_it_is_finished",),
    ),
    Broken(
        TellsOneThingAndKeepsAnother,
        "What an erasure says is pending is what the store says.",
        ("test_what_an_erasure_says_is_pending_is_what_the_store_says_to_anybody",),
    ),
)
"""Every broken journal, with the promise that it breaks and the tests that are meant to catch it."""
