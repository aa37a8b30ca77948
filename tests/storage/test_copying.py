"""Copies: to the letter, gone on with wherever they were killed, and refused where the target is no copy."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import attrs
import pytest

from iagcore.casebook import Casebook
from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.practice.grow import RealityExplored
from iagcore.record.records import UnreadEntry
from iagcore.storage import codec, copying, sqlite
from iagcore.storage.copying import NotACopy, copy, pairing
from iagcore.storage.examining import examine
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Position
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.stored import StoredRecord
from iagcore.testing.stored_records import COACH, HOME, OTHER_HOME, chain, stored
from tests.casework import JO, NINA, book, casebook, hold, on, opened, start
from tests.conftest import Run
from tests.storage.test_codec import frozen, written


def with_somebody_erased() -> MemoryJournal:
    """Two learners with one coach; the first was erased, and came back under the old name."""
    journal = MemoryJournal()
    cases = casebook(journal)
    start(cases)
    book(cases, "c1", on(1))
    hold(cases, "c1", 50, at=on(1))
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(3), journey="b")
    book(cases, "c2", on(9))
    cases.erase("learner:a", by=JO)
    start(cases)
    book(cases, "c1", on(12))
    return journal


def many(journal: SQLiteJournal | MemoryJournal, homes: int) -> None:
    """Homes whose records stand under one coach too, in turn."""
    for number in range(homes):
        home = f"journey:{number}"
        journal.append(
            [
                stored(f"{home} 1", (home, 1), (COACH, 2 * number + 1)),
                stored(f"{home} 2", (home, 2), (COACH, 2 * number + 2)),
            ],
            expect={home: 0, COACH: 2 * number},
        )


# ---- to the letter


@pytest.mark.parametrize("make", [written, with_somebody_erased])
@pytest.mark.parametrize("from_sqlite", [False, True])
def test_a_copy_has_every_record_to_the_letter(
    make: Callable[[], MemoryJournal], from_sqlite: bool, tmp_path: Path
) -> None:
    source = make()
    with SQLiteJournal(tmp_path / "copy.db") as target:
        assert copy(source, target) == len(list(source.read_all()))
        back = MemoryJournal()
        assert copy(target, back) == len(list(source.read_all()))
        copied = target if from_sqlite else back
        assert list(copied.read_all()) == list(source.read_all())
        assert list(copied.read("coach:nina")) == list(source.read("coach:nina"))
        assert examine(copied).troubles == ()
        assert copy(source, copied) == 0
    cases = casebook(back)
    assert cases.journey("a") == casebook(source).journey("a")
    book(cases, "c9", on(40))  # and the copy goes on as a journal of its own


def test_what_is_recorded_meanwhile_is_copied_by_copying_again() -> None:
    cases = opened(journal=(source := MemoryJournal()))
    target = MemoryJournal()
    copy(source, target)
    book(cases, "c1", on(1))
    hold(cases, "c1", 50, at=on(1))
    assert copy(source, target) == 2
    assert list(target.read_all()) == list(source.read_all())


def test_a_copy_of_nothing_is_nothing() -> None:
    target = MemoryJournal()
    assert copy(MemoryJournal(), target) == 0
    assert list(target.read_all()) == []


def test_kinds_of_a_later_version_survive_a_copy_and_are_said_to_be_unread(tmp_path: Path, run: Run) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = opened(journal=journal)
        cases.record("a", RealityExplored(words="as it is", outside="self-led"), by=NINA, id="later")
        text = '{"kind":"dream-told","words":"unseen"}'
        _written_as(journal, "later", UnreadEntry("dream-told", text))
    code, out, _ = run("copy", "casebook.db", "b.db")
    assert (code, out.splitlines()[1:]) == (
        0,
        [
            "b.db: 3 records in 2 homes, 1 of a kind that a later version, or an extension, brings; 3 the same as in casebook.db",
            "The copy is whole.",
        ],
    )
    code, out, _ = run("show", "a", "--journal", "b.db")
    assert code == 0
    assert "Something here is of a kind that only a later version, or an extension, knows, and is not shown." in out
    with SQLiteJournal(tmp_path / "b.db") as journal:
        (last,) = [one for one in Casebook(journal, cases._recording.first).records("a") if one.id == "later"]
        assert last.entry == UnreadEntry("dream-told", text)


def _written_as(journal: SQLiteJournal, id: str, entry: UnreadEntry) -> None:
    """A record's entry as a later version would have written it, sealed."""
    from iagcore.storage import sealing

    *before, kept = list(journal.read("journey:a"))
    envelope, payload = codec.encode(
        attrs.evolve(codec.decode(kept), entry=entry), surrogate=kept.surrogate, salt=codec.salt_of(kept)
    )
    filings = [(one.subject, one.version, one.salt or b"") for one in kept.about]
    sealed = sealing.sealed(kept.surrogate, filings, envelope, payload=payload, id=id, previous=before[-1].plain)
    with journal._file.writing() as connection:
        connection.execute(
            "UPDATE record SET payload = ?, plain = ?, salted = ? WHERE surrogate = ?",
            (sealed.payload, sealed.plain, sealed.salted, kept.surrogate),
        )


def test_a_record_of_a_later_format_is_refused_and_nothing_is_copied() -> None:
    source, target = MemoryJournal(), MemoryJournal()
    later = attrs.evolve(frozen()[0], envelope=frozen()[0].envelope.replace(b'"format":1', b'"format":2'))
    source.append([later], expect={later.home: 0})
    with pytest.raises(codec.WrittenLater, match="it is in format 2, and this version of iagcore reads up to format 1"):
        copy(source, target)
    assert list(target.read_all()) == []


def test_many_records_are_one_append_and_long_ones_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    source = MemoryJournal()
    many(source, 700)
    appended: list[int] = []

    class Counted(MemoryJournal):
        def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
            appended.append(len(records))
            super().append(records, expect=expect)

    shown: list[int] = []
    assert copy(source, Counted(), progress=shown.append) == 1400
    assert (appended, shown) == ([500, 500, 400], [500, 1000, 1400])
    appended.clear()
    monkeypatch.setattr(copying, "BYTES_AT_ONCE", 100 * len(next(source.read_all()).payload or b""))
    assert copy(source, Counted()) == 1400
    assert len(appended) > 14


def test_a_copy_that_goes_on_appends_from_where_it_was_left() -> None:
    source = MemoryJournal()
    many(source, 300)
    appended: list[int] = []

    class Counted(MemoryJournal):
        def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
            appended.append(len(records))
            super().append(records, expect=expect)

    target = Counted()
    for one in list(source.read_all())[:550]:
        MemoryJournal.append(target, [one], expect={filing.subject: filing.version - 1 for filing in one.about})
    assert copy(source, target) == 50
    assert appended == [50]


# ---- an order of its own


class InItsOwnOrder(MemoryJournal):
    """A feed that keeps each home's order and no other, as a store may whose writers commit late."""

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        order = sorted(super().read_all(), key=lambda one: (one.home, one.about[0].version), reverse=False)
        order.sort(key=lambda one: one.home, reverse=True)
        positioned = [attrs.evolve(one, position=f"{number:09d}") for number, one in enumerate(order, start=1)]
        yield from positioned[int(after or 0) :]


@pytest.mark.parametrize("at_once", [1, 3, 500])
@pytest.mark.parametrize("already", [0, 3, 8, 20])
def test_a_feed_that_keeps_the_order_of_homes_alone_is_copied(
    at_once: int, already: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "RECORDS_AT_ONCE", at_once)
    source, target = InItsOwnOrder(), MemoryJournal()
    many(source, 10)
    for one in list(MemoryJournal.read_all(source))[:already]:
        target.append([one], expect={filing.subject: filing.version - 1 for filing in one.about})
    assert copy(source, target) == 20 - already
    assert list(target.read(COACH)) == list(source.read(COACH))
    assert pairing(source, target).same == 20


# ---- what is refused


def refusal(source: MemoryJournal, target: MemoryJournal) -> str:
    before = list(target.read_all())
    with pytest.raises(NotACopy) as raised:
        copy(source, target)
    assert list(target.read_all()) == before
    return str(raised.value)


def test_a_target_that_holds_something_else_is_refused() -> None:
    source, target = MemoryJournal(), MemoryJournal()
    many(source, 5)
    target.append(chain(OTHER_HOME, 1), expect={OTHER_HOME: 0})
    assert refusal(source, target) == (
        "the target holds something else than the source: copy to a place that is empty, or that holds an older copy\n"
        f"    {OTHER_HOME}, version 1: only the target has it"
    )


def test_a_target_that_went_on_by_itself_is_refused() -> None:
    source, target = MemoryJournal(), MemoryJournal()
    many(source, 5)
    copy(source, target)
    target.append(chain(OTHER_HOME, 12), expect={OTHER_HOME: 0})
    with pytest.raises(NotACopy) as raised:
        copy(source, target)
    assert [str(one) for one in raised.value.troubles][:1] == [f"{OTHER_HOME}, version 1: only the target has it"]
    assert len(raised.value.troubles) == copying.TOLD_MOST
    assert pairing(source, target).more == 2


def test_a_target_of_very_many_other_records_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "OUT_OF_STEP_MOST", 3)
    source, target = MemoryJournal(), MemoryJournal()
    many(source, 10)
    target.append(chain(OTHER_HOME, 50), expect={OTHER_HOME: 0})
    read: list[int] = []
    assert len(pairing(source, target, progress=read.append).others) == 4
    assert read == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"payload": b"other words"}, "another words than in the source"),
        ({"id": "other"}, "another id than in the source"),
        ({"plain": b"other"}, "another seal than in the source"),
        ({"envelope": b"{}", "salted": b"other"}, "another envelope, seal than in the source"),
        ({"about": chain(HOME, 1)[0].about[:0] + stored("x", (HOME, 1)).about}, "another filings than in the source"),
    ],
)
def test_a_record_that_differs_is_refused_saying_in_what(change: dict[str, object], what: str) -> None:
    source, target = MemoryJournal(), MemoryJournal()
    source.append(chain(HOME, 1), expect={HOME: 0})
    target.append([attrs.evolve(chain(HOME, 1)[0], **change)], expect={HOME: 0})  # type: ignore[arg-type]
    assert refusal(source, target).splitlines()[1:] == [f"    {HOME}, version 1: {what}"]


def test_of_many_that_differ_a_few_are_told() -> None:
    source, target = MemoryJournal(), MemoryJournal()
    source.append(chain(HOME, 15), expect={HOME: 0})
    target.append([attrs.evolve(one, payload=b"other") for one in chain(HOME, 15)], expect={HOME: 0})
    found = pairing(source, target)
    assert (found.same, len(found.differing), found.more, found.erased) == (0, 10, 5, 0)


def test_a_copy_that_still_has_the_words_of_somebody_erased_since_is_refused_saying_so() -> None:
    source, target = MemoryJournal(), MemoryJournal()
    cases = casebook(source)
    start(cases)
    copy(source, target)
    cases.erase("learner:a", by=JO)
    assert refusal(source, target).splitlines()[0] == (
        "somebody was erased in the source since this copy was begun, and the copy still has their words: "
        "make a new copy in another place, then delete this one"
    )


def test_a_source_that_lacks_a_version_is_refused_saying_where() -> None:
    class Torn(MemoryJournal):
        def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
            yield from (one for one in super().read_all(after=after) if one.about[0].version != 2)

    source = Torn()
    source.append(chain(HOME, 4), expect={HOME: 0})
    with pytest.raises(NotACopy, match=f"^{HOME}, version 3 and 1 more cannot be filed, since what comes before them"):
        copy(source, MemoryJournal())


def test_a_target_that_somebody_else_writes_to_is_refused() -> None:
    class WrittenToByAnother(MemoryJournal):
        def append(self, records: Sequence[StoredRecord], *, expect: Mapping[str, int]) -> None:
            raise Conflict(HOME)

    source = MemoryJournal()
    source.append(chain(HOME, 1), expect={HOME: 0})
    with pytest.raises(NotACopy, match=f"the target is written to by somebody else: {HOME} has moved on there"):
        copy(source, WrittenToByAnother())


# ---- killed


def copy_until_killed(source: MemoryJournal, path: Path, writing: int) -> NoReturn:
    """Copy, in a process of its own, and write a byte after each append."""

    def appended(done: int) -> None:
        os.write(writing, b".")

    try:
        with SQLiteJournal(path) as target:
            copy(source, target, progress=appended)
    finally:
        os._exit(0)


def test_a_copy_that_is_killed_again_and_again_becomes_the_same_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "RECORDS_AT_ONCE", 20)
    source = MemoryJournal()
    many(source, 1_500)
    path = tmp_path / "copy.db"
    kills = partly = 0
    draw = random.Random(3)
    for attempt in range(int(os.environ.get("IAGCORE_KILLS", "25"))):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            copy_until_killed(source, path, writing)
        os.close(writing)
        # after a few appends, at any moment of the next
        for _ in range(attempt % 5):
            os.read(reading, 1)
        time.sleep(draw.uniform(0, 0.01))
        os.kill(child, signal.SIGKILL)
        os.close(reading)
        kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        with SQLiteJournal(path) as target:
            there = list(target.read_all())
        assert there == list(source.read_all())[: len(there)]
        partly += 0 < len(there) < 3_000
        if len(there) == 3_000:
            path.unlink()
    assert 0 not in (kills, partly)
    with SQLiteJournal(path) as target:
        copy(source, target)
        assert list(target.read_all()) == list(source.read_all())
        assert list(target.read(COACH)) == list(source.read(COACH))


# ---- the command


def test_the_command_copies_verifies_and_copies_on(tmp_path: Path, run: Run) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = opened(journal=journal)
        assert run("copy", "casebook.db", "b.db") == (
            0,
            "casebook.db to b.db: 2 records copied\n"
            "b.db: 2 records in 2 homes; 2 the same as in casebook.db\n"
            "The copy is whole.\n",
            "",
        )
        book(cases, "c1", on(1))
        assert run("copy", "casebook.db", "b.db")[1].splitlines()[0] == "casebook.db to b.db: 1 record copied"


def test_the_command_says_when_more_was_recorded_meanwhile(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iagcore.cli import copy as command

    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = opened(journal=journal)

        def copy_and_record(*given: object, **rest: object) -> int:
            copied = copy(*given, **rest)  # type: ignore[arg-type]
            book(cases, "c1", on(1))
            return copied

        monkeypatch.setattr(command, "copy", copy_and_record)
        code, out, _ = run("copy", "casebook.db", "b.db")
        assert (code, out.splitlines()[-1]) == (0, "More was recorded meanwhile: copy again for it.")


def test_the_command_says_to_delete_a_copy_whose_learner_was_erased_meanwhile(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iagcore.cli import copy as command

    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = opened(journal=journal)

        def copy_and_erase(*given: object, **rest: object) -> int:
            copied = copy(*given, **rest)  # type: ignore[arg-type]
            cases.erase("learner:a", by=JO)
            return copied

        monkeypatch.setattr(command, "copy", copy_and_erase)
        code, out, _ = run("copy", "casebook.db", "b.db")
    assert (code, out.splitlines()[-1]) == (1, f"b.db: {copying.STILL_HAS_WORDS}")


def test_the_command_refuses_a_target_that_holds_something_else(tmp_path: Path, run: Run) -> None:
    for name in ("casebook.db", "b.db"):
        with SQLiteJournal(tmp_path / name) as journal:
            opened(journal=journal)
    code, out, _ = run("copy", "casebook.db", "b.db")
    assert code == 1
    assert out.startswith("b.db: the target holds something else than the source: copy to a place that is empty")


def test_the_command_says_what_is_wrong_with_what_it_copied(tmp_path: Path, run: Run) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        opened(journal=journal)
        with journal._file.writing() as connection:
            connection.execute("UPDATE record SET payload = CAST(replace(payload, 'phase-1', 'phase-2') AS BLOB)")
    code, out, _ = run("copy", "casebook.db", "b.db")
    assert code == 1
    assert out.splitlines()[2:] == [
        "    journey:a, version 1: its payload or its id was altered",
        "The copy is not as the journal should be: look at the source with iagcore verify.",
    ]


def test_the_command_says_of_many_differences_how_many_there_are(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iagcore.cli import copy as command

    for name, words in (("casebook.db", b"some"), ("b.db", b"other")):
        with SQLiteJournal(tmp_path / name) as journal:
            journal.append([attrs.evolve(one, payload=words) for one in chain(HOME, 12)], expect={HOME: 0})
    monkeypatch.setattr(command, "copy", lambda *_, **__: 0)
    code, out, _ = run("copy", "casebook.db", "b.db")
    assert code == 1
    assert "    … and 2 more that differ" in out.splitlines()


@pytest.mark.parametrize("target", ["casebook.db", "./casebook.db", "same.db"])
def test_a_journal_is_not_copied_onto_itself(tmp_path: Path, run: Run, target: str) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        opened(journal=journal)
    (tmp_path / "same.db").symlink_to(tmp_path / "casebook.db")
    assert run("copy", "casebook.db", target) == (
        2,
        "",
        f"iagcore: copy: TO = {target!r}: it is the journal to copy from: name another place\n",
    )


def test_a_source_that_is_not_there_is_told(run: Run) -> None:
    code, out, err = run("copy", "casebook.db", "b.db")
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: casebook.db: there is no such file")


# ---- a store that fails


def filled(path: Path, homes: int = 400) -> None:
    with SQLiteJournal(path) as journal:
        many(journal, homes)


def test_a_disk_that_fills_up_stops_a_copy_with_a_sentence_and_it_goes_on_once_there_is_room(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "RECORDS_AT_ONCE", 50)
    source = MemoryJournal()
    many(source, 400)
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        copy(source, journal)
    small = (*sqlite.SETTINGS, "PRAGMA max_page_count = 60")
    monkeypatch.setattr(sqlite, "STORE", attrs.evolve(sqlite.STORE, settings=small))
    assert run("copy", "casebook.db", "b.db") == (
        2,
        "",
        "iagcore: b.db: the disk is full, and nothing was written; make room and try again\n",
    )
    monkeypatch.undo()
    with SQLiteJournal(tmp_path / "b.db") as journal:
        there = len(list(journal.read_all()))
        assert 0 < there < 800
        assert there % 50 == 0
        assert copy(source, journal) == 800 - there
        assert list(journal.read_all()) == list(source.read_all())


def test_a_booking_on_a_full_disk_is_told_and_recorded_once_when_it_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        cases = opened(journal=journal)
        with journal._connection() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        words = RealityExplored(words="as it is. " * 1900, outside="self-led")
        with pytest.raises(UnusableJournal, match="the disk is full, and nothing was written"):
            cases.record("a", words, by=NINA, id="told")
        assert [one.id for one in cases.records("a")] == ["start"]
        assert cases.record("a", words, by=NINA, id="told").accepted is True
        assert cases.record("a", words, by=NINA, id="told").accepted is True
        assert [one.id for one in cases.records("a")] == ["start", "told"]


def test_a_target_that_another_process_keeps_locked_is_told(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iagcore.cli import copy as command

    with SQLiteJournal(tmp_path / "casebook.db") as journal:
        opened(journal=journal)
    with SQLiteJournal(tmp_path / "b.db") as journal:
        journal.append([], expect={})
    monkeypatch.setattr(command, "open_journal", lambda text: SQLiteJournal(text, wait=0.05))
    with closing(sqlite3.connect(tmp_path / "b.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, out, err = run("copy", "casebook.db", "b.db")
    assert (code, out) == (2, "")
    assert err.startswith("iagcore: b.db: another process has held it locked for more than 0.05 s, and nothing was")
    assert run("copy", "casebook.db", "b.db")[0] == 0


def test_a_target_of_a_later_version_or_of_another_program_is_told_and_left_alone(tmp_path: Path, run: Run) -> None:
    for name in ("casebook.db", "later.db"):
        with SQLiteJournal(tmp_path / name) as journal:
            opened(journal=journal)
    with closing(sqlite3.connect(tmp_path / "later.db")) as connection:
        connection.execute("PRAGMA user_version = 2")
    (tmp_path / "words.txt").write_text("not a journal\n" * 100, "utf-8")
    before = [(tmp_path / name).read_bytes() for name in ("later.db", "words.txt")]
    assert run("copy", "casebook.db", "later.db") == (
        2,
        "",
        "iagcore: later.db: it was written by a later iagcore (schema 2, where this one knows 1); install that version\n",
    )
    assert run("copy", "casebook.db", "words.txt")[2].startswith(
        "iagcore: words.txt: it is not a journal but a file of"
    )
    assert [(tmp_path / name).read_bytes() for name in ("later.db", "words.txt")] == before


def test_a_damaged_source_is_told(tmp_path: Path, run: Run) -> None:
    filled(tmp_path / "casebook.db", 100)
    with (tmp_path / "casebook.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    code, out, err = run("copy", "casebook.db", "b.db")
    assert (code, out) == (2, "")
    assert err == "iagcore: casebook.db: it is damaged; write nothing more to it, and restore the last backup\n"
