"""The contract catches journals that are broken on purpose, each in one way, and hides nothing."""

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

import pytest

import iagcore.testing
from iagcore.exceptions import Conflict
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Erasure, Journal, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing import JournalContract, other_process, rivals, unkept_promises
from iagcore.testing.contract.given import JournalPromises
from iagcore.testing.other_process import OtherProcess, at_work, in_processes, killed_after, serve
from iagcore.testing.promises import Promises, names_of_promises, refuse_what_hides, times
from iagcore.testing.rivals import Slowly
from iagcore.testing.stored_records import COACH, HOME, all_at_once, chain, receipt, stored, versions
from tests.testing.broken_journals import BROKEN, Broken, BrokenJournals
from tests.testing.broken_journals.appending import LosesUpdates, SkewsWrites
from tests.testing.broken_journals.on_a_file import LocksItsThreadsAlone, OnAFile
from tests.testing.broken_journals.reading import ReadsStale

CONTRACT = BrokenJournals()
MADE_UP = ("test_a_journal_answers_as_a_plain_list_would", "test_names_and_bytes_of_every_sort_are_kept_to_the_letter")


# -- broken and sound journals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_journal_is_caught_by_the_tests_meant_for_it(broken: Broken) -> None:
    assert tuple(unkept_promises(CONTRACT, broken.fresh, only=broken.caught_by)) == broken.caught_by
    assert set(broken.caught_by) <= set(names_of_promises(JournalContract))


def test_each_broken_journal_says_how_it_is_broken_and_what_it_breaks() -> None:
    names = [broken.name for broken in BROKEN]
    assert len(set(names)) == len(names) == 44
    assert [broken.name for broken in BROKEN if not (broken.fresh.__doc__ or "").endswith((".", "\n    "))] == []
    assert [broken.name for broken in BROKEN if not broken.promise.endswith(".")] == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_journal_works_while_nothing_comes_in_its_way(broken: Broken, path: Path) -> None:
    journal = broken.fresh(path) if issubclass(broken.fresh, OnAFile) else broken.fresh()
    first, second = chain(HOME, 2)
    journal.append([first], expect={HOME: 0})
    journal.append([second], expect={HOME: 1})
    assert (list(journal.read(COACH)), versions(list(journal.read(HOME)), HOME)) == ([], [1, 2])
    done = journal.erase({HOME: "journey:7f3a"}, expect={HOME: 2}, receipts=[receipt("r", ("journey:7f3a", 3))])
    assert isinstance(done, Erasure)
    getattr(journal, "close", lambda: None)()


def test_a_sound_journal_in_memory_is_not_caught_by_the_tests_that_catch_the_broken() -> None:
    # all promises are asked of the sound journals in `test_journals`; here, in the same way as of the broken
    asked = dict.fromkeys(name for broken in BROKEN for name in broken.caught_by if name not in MADE_UP)
    assert unkept_promises(CONTRACT, MemoryJournal, only=tuple(asked)) == {}


def test_a_sound_journal_on_a_file_is_not_caught_by_the_tests_that_catch_the_broken() -> None:
    on_a_file = [broken for broken in BROKEN if issubclass(broken.fresh, OnAFile)]
    asked = dict.fromkeys(name for broken in on_a_file for name in broken.caught_by)
    assert len(on_a_file) == 9
    assert unkept_promises(CONTRACT, OnAFile, only=tuple(asked)) == {}


def test_a_key_stops_two_writers_though_the_lock_of_one_process_does_not(path: Path) -> None:
    journal, other = LocksItsThreadsAlone(path), SQLiteJournal(path)

    class Overtaken(Slowly):
        """Records that somebody in another process overtakes, once their versions were compared."""

        passes = 0

        def __iter__(self) -> Iterator[StoredRecord]:
            self.passes += 1
            if self.passes == 2:
                other.append([stored("overtook", (HOME, 1))], expect={HOME: 0})
            return super().__iter__()

    with pytest.raises(Conflict):
        journal.append(Overtaken(chain(HOME, 1), 0.0), expect={HOME: 0})
    assert [record.surrogate for record in other.read(HOME)] == ["overtook"]
    journal.close()
    other.close()


def test_every_promise_is_asked_where_none_are_named() -> None:
    class Few(Promises):
        pass

    class Asking(Few, states=True):
        def test_it_is_a_list(self, store: object) -> None:
            assert isinstance(store, list)

        @pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 2)])
        @pytest.mark.parametrize("three", [3])
        def test_sums(self, store: object, one: int, other: int, three: int) -> None:
            assert one + other == three

        def test_skipped(self, store: object) -> None:
            pytest.skip("does not apply")

    assert list(unkept_promises(Asking(), list)) == ["test_sums"]
    assert list(unkept_promises(Asking(), dict)) == ["test_it_is_a_list", "test_sums"]


def test_what_a_broken_promise_raised_is_told() -> None:
    unkept = unkept_promises(
        CONTRACT, SkewsWrites, only=("test_a_subject_that_is_only_read_and_moved_on_is_a_conflict",)
    )
    assert [type(raised) for raised in unkept.values()] == [pytest.fail.Exception]


# -- what does not apply is skipped with the reason ---------------------------------------------------------------


class OnlyAppendsAndReads:
    """All that a host must write, and nothing more."""

    def __init__(self) -> None:
        self._within = MemoryJournal()

    def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
        self._within.append(records, expect=expect)

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        return self._within.read(subject, after=after)


def test_a_journal_without_a_feed_skips_its_promises_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="OnlyAppendsAndReads is no Feed: it has no read_all"):
        CONTRACT.test_an_empty_feed_yields_nothing(OnlyAppendsAndReads())


def test_a_journal_that_does_not_erase_skips_its_promises_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="OnlyAppendsAndReads does not erase: it has no erase"):
        CONTRACT.test_erasing_who_was_never_recorded_does_nothing(OnlyAppendsAndReads())


def test_a_journal_that_erases_and_cannot_finish_is_asked_the_rest_of_erasing(path: Path) -> None:
    class Erases(OnlyAppendsAndReads):
        def erase(
            self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
        ) -> Erasure:
            return self._within.erase(renames, expect=expect, receipts=receipts)

    with pytest.raises(
        pytest.skip.Exception, match="Erases is not Erasable: it has no pending and finish, so a casebook"
    ):
        CONTRACT.test_where_nothing_was_erased_nothing_is_pending(Erases())
    CONTRACT.test_erasing_who_was_never_recorded_does_nothing(Erases())
    with OnAFile(path) as journal, pytest.raises(pytest.skip.Exception, match="nobody can look into OnAFile"):
        Unseen().test_what_a_killed_erasure_left_is_pending_until_it_is_finished(journal)


class Unseen(JournalContract):
    """The contract for a store that other processes open and nobody looks into."""

    __test__ = False

    def from_another_process(self, journal: Journal) -> partial[OnAFile]:
        assert isinstance(journal, OnAFile)
        return partial(OnAFile, journal.path)


def test_a_journal_that_only_appends_and_reads_keeps_all_that_applies_to_it() -> None:
    quick = tuple(name for name in names_of_promises(JournalContract) if name not in MADE_UP)
    assert unkept_promises(CONTRACT, OnlyAppendsAndReads, only=quick) == {}


def test_histories_of_a_journal_that_only_appends_and_reads_are_made_up_without_the_rest() -> None:
    assert unkept_promises(CONTRACT, OnlyAppendsAndReads, only=MADE_UP[:1]) == {}


def test_a_journal_that_no_other_process_can_open_skips_its_promises_with_the_reason() -> None:
    reason = "MemoryJournal cannot be opened from another process: from_another_process returns None"
    with pytest.raises(pytest.skip.Exception, match=reason):
        JournalContract().test_of_processes_racing_for_a_version_exactly_one_wins(MemoryJournal())


def test_a_journal_into_which_nobody_can_look_skips_its_promise_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="nobody can look into MemoryJournal: bytes_kept returns None"):
        JournalContract().test_of_an_erasure_that_says_nothing_is_pending_no_byte_is_left(MemoryJournal())


def test_the_hooks_have_safe_defaults() -> None:
    journal, contract = MemoryJournal(), JournalContract()
    assert contract.reopened(journal) is journal
    assert (contract.from_another_process(journal), contract.bytes_kept(journal)) == (None, None)


# -- nothing is hidden --------------------------------------------------------------------------------------------


def test_a_subclass_that_overrides_a_promise_is_refused() -> None:
    sentence = (
        "Lenient overrides test_reading_an_unknown_subject_yields_nothing, and so hides whether that promise is kept: "
        r"give a test of your own another name \(bytes_kept, from_another_process, journal, reopened may be overridden"
    )
    with pytest.raises(TypeError, match=sentence):

        class Lenient(JournalContract):
            def test_reading_an_unknown_subject_yields_nothing(self, journal: Journal) -> None:
                pass


@pytest.mark.parametrize("name", names_of_promises(JournalContract))
def test_no_promise_can_be_overridden_with_nothing(name: str) -> None:
    with pytest.raises(TypeError, match=f"Lenient overrides {name}"):
        type("Lenient", (JournalContract,), {name: None})


def test_a_subclass_that_mixes_in_an_override_is_refused() -> None:
    class Excuse:
        def test_an_empty_feed_yields_nothing(self, journal: Journal) -> None:
            pass

    with pytest.raises(TypeError, match="Lenient overrides test_an_empty_feed_yields_nothing"):

        class Lenient(Excuse, JournalContract):
            pass


@pytest.mark.parametrize("name", ["__init_subclass__", "_nothing_is_hidden"])
def test_what_looks_for_overrides_cannot_be_overridden(name: str) -> None:
    with pytest.raises(TypeError, match=f"Lenient overrides {name}"):
        type("Lenient", (JournalContract,), {name: None})


def test_a_promise_that_is_replaced_after_its_class_was_made_is_refused_before_the_test() -> None:
    class Lenient(JournalContract):
        pass

    refuse_what_hides(Lenient)
    Lenient.test_an_empty_feed_yields_nothing = lambda self, journal: None  # type: ignore[method-assign]
    with pytest.raises(TypeError, match="Lenient overrides test_an_empty_feed_yields_nothing"):
        refuse_what_hides(Lenient)


def test_two_modules_of_a_contract_cannot_state_one_name() -> None:
    class One(JournalPromises, states=True):
        def test_a(self, journal: Journal) -> None:
            pass

    class Other(JournalPromises, states=True):
        def test_a(self, journal: Journal) -> None:
            pass

    with pytest.raises(TypeError, match="Both overrides test_a"):

        class Both(One, Other, states=True):
            pass


def test_a_contract_without_hooks_says_so() -> None:
    class One(Promises, states=True):
        def test_a(self, store: object) -> None:
            pass

    with pytest.raises(TypeError, match=r"\(nothing may be overridden\)"):
        type("Lenient", (One,), {"test_a": None})


def test_a_subclass_may_add_tests_and_hooks_of_its_own() -> None:
    class Stricter(JournalContract):
        def reopened(self, journal: Journal) -> Journal:
            return journal

        def test_something_more(self) -> None:
            pass

    assert "test_something_more" not in names_of_promises(Stricter)
    assert names_of_promises(Stricter) == names_of_promises(JournalContract)


def test_pytest_tells_of_an_override_when_it_collects(tmp_path: Path) -> None:
    page = tmp_path / "test_ours.py"
    page.write_text(
        "from iagcore.testing import JournalContract\n"
        "class TestOurs(JournalContract):\n"
        "    test_an_empty_feed_yields_nothing = None\n"
    )
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", page.name]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "TypeError: TestOurs overrides test_an_empty_feed_yields_nothing, and so hides" in done.stdout
    assert done.returncode == pytest.ExitCode.INTERRUPTED


# -- longer runs --------------------------------------------------------------------------------------------------


def test_a_longer_run_tries_everything_so_many_times_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IAGCORE_CONTRACT", raising=False)
    assert times(10) == 10
    monkeypatch.setenv("IAGCORE_CONTRACT", "20")
    assert times(10) == 200


@pytest.mark.parametrize("asked", ["0", "-1", "many", "1.5", ""])
def test_a_longer_run_of_no_whole_number_of_times_is_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAGCORE_CONTRACT", asked)
    with pytest.raises(ValueError, match=f"IAGCORE_CONTRACT is '{asked}': set it to a whole number from 1"):
        times(10)


# -- other processes ----------------------------------------------------------------------------------------------


def append_one(name: str, journal: Journal, tell: rivals.Tell) -> str:
    """Append one record, and tell how many there are."""
    journal.append([stored(name, (name, 1))], expect={name: 0})
    tell(len(list(journal.read(name))))
    return f"{name} is kept"


def end_at_once(journal: Journal, tell: rivals.Tell) -> None:
    raise SystemExit


def fail(journal: Journal, tell: rivals.Tell) -> None:
    raise LookupError("over there")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "casebook.db"


def test_processes_that_have_finished_are_used_again(path: Path) -> None:
    how = partial(SQLiteJournal, path)
    with at_work(how, partial(append_one, "a"), partial(append_one, "b")) as first:
        assert [process.told() for process in first] == [1, 1]
        assert [process.answer() for process in first] == ["a is kept", "b is kept"]
    with at_work(how, partial(append_one, "c")) as [second]:
        assert second in first
        assert (second.told(), second.answer()) == (1, "c is kept")


def test_a_work_that_raises_is_told_with_its_traceback(path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)in the other process:.*LookupError: over there"):
        in_processes(partial(SQLiteJournal, path), fail)


def test_a_process_that_ends_by_itself_is_told(path: Path) -> None:
    with pytest.raises(AssertionError, match="the other process ended by itself"):
        in_processes(partial(SQLiteJournal, path), end_at_once)


def test_a_process_that_does_not_answer_is_killed_and_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with at_work(partial(SQLiteJournal, path), partial(append_one, "a")) as [process]:
        assert (process.told(), process.answer()) == (1, "a is kept")
        monkeypatch.setattr(other_process, "PATIENCE", 0.01)
        with pytest.raises(AssertionError, match=r"the other process has not answered in 0\.01 s"):
            process.answer()


def test_an_opening_that_does_not_pickle_is_told_with_what_to_give(path: Path) -> None:
    with pytest.raises(
        AssertionError, match=r"cannot be sent to another process .*: give functools\.partial of a class"
    ):
        in_processes(lambda: SQLiteJournal(path), partial(append_one, "a"))


def test_an_opening_that_fails_over_there_is_told(path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)in the other process:.*ValueError: `:memory:` names no file"):
        in_processes(partial(SQLiteJournal, ":memory:"), partial(append_one, "a"))


def test_a_killed_process_has_told_what_it_had_done(path: Path) -> None:
    told = killed_after(partial(SQLiteJournal, path), partial(rivals.append_batches, HOME, "k", 0), 0.02)
    assert told == list(range(len(told)))
    with SQLiteJournal(path) as journal:
        assert len(list(journal.read(HOME))) // rivals.BATCH - len(told) in (0, 1)


def test_serving_does_one_work_after_another_until_nobody_asks(path: Path) -> None:
    ours, theirs = Pipe()
    serving = Thread(target=serve, args=(theirs,))
    serving.start()
    how = partial(SQLiteJournal, path)
    heard = []
    for asked in (
        pickle.dumps((how, partial(append_one, "a"))),
        b"no pickle",
        pickle.dumps((how, fail)),
        pickle.dumps((MemoryJournal, partial(append_one, "b"))),
    ):
        ours.send_bytes(asked)
        said = [ours.recv()]
        if said[0][0] == "ready":
            ours.send("begin")
            while said[-1][0] not in ("done", "failed"):
                said.append(ours.recv())
        heard.append([word for word, _ in said])
    ours.send((MemoryJournal, fail))
    assert ours.recv() == ("ready", None)
    ours.close()
    serving.join()
    theirs.close()
    assert heard == [
        ["ready", "told", "done"], ["failed"], ["ready", "failed"], ["ready", "told", "done"],
    ]  # fmt: skip


def test_serving_ends_with_the_pipe() -> None:
    ours, theirs = Pipe()
    ours.close()
    serve(theirs)
    theirs.close()


def test_a_process_goes_when_it_is_killed() -> None:
    process = OtherProcess()
    assert process.is_alive() is True
    assert process.is_over() is False
    assert process.kill() == []
    assert process.is_alive() is False


# -- what users at once do ----------------------------------------------------------------------------------------


def nothing(told: object) -> None:
    """Nobody listens."""


def test_claims_that_were_won_are_told_and_those_of_others_are_passed_over() -> None:
    journal = MemoryJournal()
    journal.append(chain(HOME, 2), expect={HOME: 0})
    assert rivals.claim_versions(HOME, "a", 4, journal, nothing) == [3, 4]


def test_nobody_having_won_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class AlwaysConflicts(MemoryJournal):
        def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
            raise Conflict(HOME)

    monkeypatch.setattr(rivals, "_PATIENCE", 0.005)
    with pytest.raises(TimeoutError, match="neither of those who raced has won"):
        rivals.claim_versions(HOME, "a", 1, AlwaysConflicts(), nothing)


def test_a_writer_who_only_meets_conflicts_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iagcore.testing.stored_records.PATIENCE", 0.01)
    journal = ReadsStale()
    with pytest.raises(TimeoutError, match="every append to journey:a-phase-1 is a conflict, whatever was read"):
        rivals.keep_appending(HOME, "k", 3, journal, nothing)


def test_of_what_relies_on_nothing_being_there_the_later_is_not_kept() -> None:
    journal = MemoryJournal()
    assert rivals.skew("journey:mine", "journey:yours", 2, journal, nothing) == [True, True]
    assert rivals.skew("journey:yours", "journey:mine", 2, journal, nothing) == [False, False]


def test_works_say_what_was_kept_and_what_was_not() -> None:
    journal = MemoryJournal()
    homes = ["journey:a", "journey:b"]
    journal.append([stored(home, (home, 1)) for home in homes], expect=dict.fromkeys(homes, 0))
    assert rivals.append_each(homes[:1], journal, nothing) == [True]
    told: list[object] = []
    assert rivals.erase_each(homes, journal, told.append) == [False, True]
    assert told == homes
    assert rivals.append_each(homes, journal, nothing) == [False, False]
    rivals.keep_appending(HOME, "k", 2, journal, nothing)
    rivals.append_slowly(HOME + "2", 2, 0.0, journal, nothing)
    rivals.append_slowly(HOME + "3", 1, 0.0001, journal, nothing)
    assert versions(list(journal.read(HOME + "2")), HOME + "2") == [1, 2, 3, 4]
    assert versions(list(journal.read(HOME + "3")), HOME + "3") == [1, 2]

    class Enough(Exception):
        pass

    def enough(told: object) -> None:
        if told == 2:
            raise Enough

    with pytest.raises(Enough):
        rivals.append_batches("journey:n", "n", 0, journal, enough)
    assert list(journal.read("journey:n")) == [
        one for number in range(3) for one in rivals.batch("journey:n", "n", number)
    ]


def test_records_that_take_their_time_are_the_same_records() -> None:
    records = chain(HOME, 3)
    slow = Slowly(records, 0.0001)
    assert (list(slow), slow[1], slow[1:], len(slow), list(reversed(slow))) == (
        records, records[1], records[1:], 3, records[::-1],
    )  # fmt: skip


def test_a_call_that_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iagcore.testing.stored_records.PATIENCE", 0.02)
    with pytest.raises(AssertionError, match=r"has not come back in 0\.02 s"):
        all_at_once(lambda: time.sleep(0.3))


def test_stored_makes_a_record_whose_digests_differ_from_those_of_another() -> None:
    one, other = stored("s1", (HOME, 1), (COACH, 4)), stored("s2", (HOME, 1), (COACH, 4))
    assert [(filing.subject, filing.version) for filing in one.about] == [(HOME, 1), (COACH, 4)]
    assert {one.plain, one.salted, one.envelope}.isdisjoint({other.plain, other.salted, other.envelope})
    assert one == stored("s1", (HOME, 1), (COACH, 4))


def test_a_broken_journal_is_named_for_its_class_and_public_names_are_there_when_asked() -> None:
    assert BROKEN[0].name == LosesUpdates.__name__
    assert iagcore.testing.DirectoryContract.__name__ == "DirectoryContract"
    with pytest.raises(AttributeError, match=r"module 'iagcore.testing' has no attribute 'Manager'"):
        _ = iagcore.testing.Manager
