"""The journal on PostgreSQL where something goes wrong: lost connections, open transactions, a full disk, a moved database."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import URL

from iagcore.exceptions import Conflict, UnusableJournal
from iagcore.storage.protocols import Pending, StoredRecord
from iagcore.storage.sql import Horizon, SQLJournal
from iagcore.storage.sql.connections import TRIES
from iagcore.storage.sql.schema import statements
from iagcore.testing.stored_records import COACH, HOME, LEARNER, chain, receipt, stored
from tests.casework import book, casebook, on, start
from tests.servers import run

THREE = stored("s1", (HOME, 1), (LEARNER, 1), (COACH, 1), id="one")
NEW = dict.fromkeys((HOME, LEARNER, COACH), 0)


@pytest.fixture
def journal(schema: URL) -> Iterator[SQLJournal]:
    with SQLJournal(schema, settle=0) as journal:
        yield journal


def rows(schema: URL) -> dict[str, int]:
    """How many rows each table has."""
    tables = ("iag_record", "iag_about", "iag_surrogate")
    [counts] = run(schema, f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}")
    return dict(zip(("record", "about", "surrogate"), counts, strict=True))


def statements_of(journal: SQLJournal, work: Callable[[], object]) -> list[str]:
    """The statements that a piece of work sends, and `COMMIT` where it commits."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    def commits(connection: Any) -> None:
        sent.append("COMMIT")

    engine = journal._connections.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", commits)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", commits)
    return sent


class Cut:
    """Cuts a journal's connection off before its nth step, from the server's side, or once its commit is done."""

    def __init__(self, journal: SQLJournal, step: int | None, schema: URL) -> None:
        self.journal, self.step, self.schema = journal, step, schema
        self.engine = journal._connections.engine
        self.taken = 0
        self.cut = 0

    def __enter__(self) -> "Cut":
        event.listen(self.engine, "before_cursor_execute", self._statement)
        event.listen(self.engine, "commit", self._count)
        self.commit = self.engine.dialect.do_commit
        if self.step is None:
            self.engine.dialect.do_commit = self._lost_afterwards  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._statement)
        event.remove(self.engine, "commit", self._count)
        self.engine.dialect.do_commit = self.commit  # type: ignore[method-assign]

    def _statement(self, connection: Any, *_: Any) -> None:
        self._count(connection)

    def _count(self, connection: Any) -> None:
        if self.taken == self.step and not self.cut:
            self._terminate(connection.connection.dbapi_connection.info.backend_pid)
        self.taken += 1

    def _lost_afterwards(self, connection: Any) -> None:
        if self.cut:
            self.commit(connection)
            return
        self.commit(connection)
        self._terminate(connection.dbapi_connection.info.backend_pid)
        connection.dbapi_connection.execute("SELECT 1")

    def _terminate(self, pid: int) -> None:
        self.cut += 1
        run(self.schema, f"SELECT pg_terminate_backend({pid}, 5000)")


# ---- a connection that is lost


@pytest.mark.parametrize("step", [*range(7), None])
def test_a_connection_lost_at_any_step_of_an_append_leaves_all_of_it_or_nothing(
    journal: SQLJournal, schema: URL, step: int | None
) -> None:
    journal.append([stored("s0", ("policy:x", 1))], expect={"policy:x": 0})
    with Cut(journal, step, schema) as cut, pytest.raises(UnusableJournal) as raised:
        journal.append([THREE], expect=NEW)
    assert cut.cut == 1
    assert raised.value.interrupted is True
    assert raised.value.reason.endswith(
        "what was being written may or may not be on the record; try again under the same id"
    )
    if step is None:
        assert list(journal.read(HOME)) == [THREE]
        return
    assert rows(schema) == {"record": 1, "about": 1, "surrogate": 1}
    journal.append([THREE], expect=NEW)
    assert rows(schema) == {"record": 2, "about": 4, "surrogate": 2}


def test_the_steps_of_an_append_are_those_at_which_it_was_cut(journal: SQLJournal) -> None:
    journal.append([stored("s0", ("policy:x", 1))], expect={"policy:x": 0})
    sent = statements_of(journal, lambda: journal.append([THREE], expect=NEW))
    begun = [one.split("(")[0].split("FROM")[0].strip().split("\n")[0].split(",")[0] for one in sent]
    assert begun == [
        "SELECT CASE WHEN written THEN pg_advisory_xact_lock",
        "SELECT iag_about.subject",
        "SELECT CAST",
        "INSERT INTO iag_surrogate",
        "INSERT INTO iag_record",
        "INSERT INTO iag_about",
        "COMMIT",
    ]


@pytest.mark.parametrize("step", [*range(0, 40, 3), None])
def test_a_casebook_whose_connection_is_lost_goes_on_and_records_once(
    journal: SQLJournal, schema: URL, step: int | None
) -> None:
    cases = casebook(journal)
    start(cases)
    with Cut(journal, step, schema) as cut:
        decision = book(cases, "c1", on(1), 60)
    assert decision.accepted
    assert cut.cut == (step is None or step < cut.taken)
    assert [record.id for record in cases.records("a")] == ["start", "book-c1"]
    assert cases.journey("a").allowance.booked == 60


def test_a_casebook_gives_up_on_a_server_that_stays_away_when_its_patience_is_over(
    journal: SQLJournal, schema: URL
) -> None:
    cases = casebook(journal, patience=1.0)
    start(cases)
    attempts = 0

    def always(connection: Any, *_: Any) -> None:
        nonlocal attempts
        if "INSERT INTO iag_record" in str(_):
            attempts += 1
            run(schema, f"SELECT pg_terminate_backend({connection.connection.dbapi_connection.info.backend_pid}, 5000)")

    event.listen(journal._connections.engine, "before_cursor_execute", always)
    with pytest.raises(UnusableJournal) as raised:
        book(cases, "c1", on(1), 60)
    assert raised.value.interrupted is True
    assert attempts >= 2
    event.remove(journal._connections.engine, "before_cursor_execute", always)
    assert [record.id for record in cases.records("a")] == ["start"]


def test_an_erasure_that_is_interrupted_is_told_and_not_made_again(journal: SQLJournal, schema: URL) -> None:
    cases = casebook(journal)
    start(cases)
    cut: list[str] = []

    def cuts(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE iag_record"):
            cut.append(statement)
            run(schema, f"SELECT pg_terminate_backend({connection.connection.dbapi_connection.info.backend_pid}, 5000)")

    event.listen(journal._connections.engine, "before_cursor_execute", cuts)
    with pytest.raises(UnusableJournal) as raised:
        cases.erase("learner:a", by="lead:jo")
    assert raised.value.interrupted is True
    assert len(cut) == 1
    assert journal.pending() == ()


def test_a_reader_whose_connection_is_lost_reads_on(journal: SQLJournal, schema: URL) -> None:
    kept = chain(HOME, 600)
    journal.append(kept, expect={HOME: 0})
    with Cut(journal, 1, schema) as cut:
        assert list(journal.read(HOME)) == kept
    assert cut.cut == 1


def test_a_reader_whose_connection_is_lost_time_and_again_is_told(journal: SQLJournal, schema: URL) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    lost = 0

    def always(connection: Any, *_: Any) -> None:
        nonlocal lost
        lost += 1
        run(schema, f"SELECT pg_terminate_backend({connection.connection.dbapi_connection.info.backend_pid}, 5000)")

    event.listen(journal._connections.engine, "before_cursor_execute", always)
    with pytest.raises(
        UnusableJournal, match=r"PostgreSQL reports: (terminating connection|consuming input)"
    ) as raised:
        list(journal.read(HOME))
    assert raised.value.interrupted is False
    assert lost == TRIES


def test_a_child_of_a_fork_opens_connections_of_its_own(journal: SQLJournal) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    child = os.fork()
    if not child:  # pragma: no cover - in the child
        try:
            journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
        finally:
            os._exit(len(list(journal.read(HOME))))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert list(journal.read(HOME)) == chain(HOME, 2)


# ---- who gets in another's way


def failing(schema: URL, sqlstate: str, *, times: int) -> None:
    """Have the server report an error on the next inserts of a record, so many times."""
    run(
        schema,
        "DROP SEQUENCE IF EXISTS failures CASCADE",
        "CREATE SEQUENCE failures",
        f"""CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('failures') <= {times} THEN
                RAISE EXCEPTION 'injected' USING ERRCODE = '{sqlstate}', DETAIL = 'what was said';
            END IF;
            RETURN NEW; END $$""",
        "CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON iag_about FOR EACH ROW EXECUTE FUNCTION fail()",
    )


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_transaction_that_the_server_gives_up_on_is_tried_again(
    journal: SQLJournal, schema: URL, sqlstate: str
) -> None:
    journal.append([stored("s0", ("policy:x", 1))], expect={"policy:x": 0})
    failing(schema, sqlstate, times=TRIES - 1)
    journal.append([THREE], expect=NEW)
    assert list(journal.read(HOME)) == [THREE]
    failing(schema, sqlstate, times=1000)
    with pytest.raises(Conflict) as raised:
        journal.append([stored("s2", (HOME, 2))], expect={HOME: 1})
    assert raised.value.subject == HOME
    assert run(schema, "SELECT last_value FROM failures") == [(TRIES,)]
    assert list(journal.read(HOME)) == [THREE]


REPORTED = {
    "53100": "the server's disk is full, and nothing was written; make room and try again",
    "25006": "it is read-only, so it can be read but nothing can be added; name the server that may be written",
    "55P03": "another connection has held it locked for more than 5 s, and nothing was written; "
    "try again, or find the connection that is still writing",
    "XX000": "PostgreSQL reports: injected",
    "23514": "PostgreSQL reports: injected",
}


@pytest.mark.parametrize("sqlstate", REPORTED)
def test_what_the_server_reports_is_a_sentence_and_nothing_is_written(
    journal: SQLJournal, schema: URL, sqlstate: str
) -> None:
    journal.append([stored("s0", ("policy:x", 1))], expect={"policy:x": 0})
    failing(schema, sqlstate, times=1)
    with pytest.raises(UnusableJournal) as raised:
        journal.append([THREE], expect=NEW)
    assert raised.value.reason == REPORTED[sqlstate]
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ is True
    assert rows(schema) == {"record": 1, "about": 1, "surrogate": 1}
    journal.append([THREE], expect=NEW)
    assert list(journal.read(HOME)) == [THREE]


def test_a_writer_waits_for_another_no_longer_than_it_is_told(schema: URL) -> None:
    with SQLJournal(schema, wait=0.2) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        engine = create_engine(schema)
        with engine.connect() as other:
            other.execute(text("SELECT pg_advisory_xact_lock(1229014852, 0)"))
            with pytest.raises(UnusableJournal, match=r"held it locked for more than 0\.2 s, and nothing was written"):
                journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
        engine.dispose()
        journal.append(chain(HOME, 1, after=1), expect={HOME: 1})


def test_a_connection_that_cannot_be_set_up_is_told_and_closed(schema: URL) -> None:
    with SQLJournal(schema, wait=-1) as journal, pytest.raises(UnusableJournal, match="outside the valid range"):
        list(journal.read(HOME))


def test_a_connection_that_none_is_free_for_is_said(schema: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iagcore.storage.sql.connections.KEPT_OPEN", 1)
    monkeypatch.setattr("iagcore.storage.sql.connections.AT_MOST", 1)
    with (
        SQLJournal(schema, wait=0.1) as journal,
        journal._connections.engine.connect(),
        pytest.raises(UnusableJournal, match=r"no connection came free for 0\.1 s"),
    ):
        list(journal.read(HOME))


def test_a_right_that_is_lacking_is_named(schema: URL, journal: SQLJournal) -> None:
    name = dict(schema.query)["options"].removeprefix("-csearch_path=")  # type: ignore[union-attr]
    run(schema, f"CREATE ROLE reader_{name} LOGIN", f"GRANT USAGE ON SCHEMA {name} TO reader_{name}")
    with SQLJournal(schema.set(username=f"reader_{name}")) as reader:
        assert list(reader.read(HOME)) == []
        with pytest.raises(UnusableJournal, match=r"lacks a right that it needs .permission denied for schema iag"):
            reader.append(chain(HOME, 1), expect={HOME: 0})
        journal.append(chain(HOME, 1), expect={HOME: 0})
        run(schema, f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO reader_{name}")
        assert list(reader.read(HOME)) == chain(HOME, 1)
        assert list(reader.read_all()) == chain(HOME, 1)
        with pytest.raises(UnusableJournal, match=r"permission denied for table iag_surrogate|sequence iag_position"):
            reader.append(chain(HOME, 1, after=1), expect={HOME: 1})
    run(schema, f"DROP OWNED BY reader_{name}", f"DROP ROLE reader_{name}")


def test_the_rights_that_the_page_grants_are_enough_and_no_more(schema: URL, journal: SQLJournal) -> None:
    journal.create()
    name = str(schema.query["options"]).removeprefix("-csearch_path=")
    page = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text("utf-8")
    grants = [line.rstrip(";") for line in page.splitlines() if line.startswith("GRANT ")]
    assert len(grants) == 5
    for role in ("coaching", "reports"):
        run(schema, f"CREATE ROLE {role}_{name} LOGIN", f"GRANT USAGE ON SCHEMA {name} TO {role}_{name}")
    run(schema, *(f"{grant}_{name}" for grant in grants))
    with (
        SQLJournal(schema.set(username=f"coaching_{name}"), create=False) as recording,
        SQLJournal(schema.set(username=f"reports_{name}"), create=False) as reporting,
    ):
        recording.append([THREE], expect=NEW)
        recording.erase({LEARNER: "erased:1"}, expect={LEARNER: 1}, receipts=[receipt("r1", ("erased:1", 2))])
        assert [one.surrogate for one in reporting.read_all()] == ["s1", "r1"]
        assert [one.surrogate for one in reporting.read(HOME)] == ["s1"]
        assert reporting.horizon() == Horizon(0, None)
        with pytest.raises(UnusableJournal, match="lacks a right that it needs"):
            reporting.append([stored("s2", (HOME, 2))], expect={HOME: 1})
        with pytest.raises(UnusableJournal, match="this user does not own its tables"):
            recording.compact()
    for role in ("coaching", "reports"):
        run(schema, f"DROP OWNED BY {role}_{name}", f"DROP ROLE {role}_{name}")


def test_an_append_waits_for_the_disk_though_the_server_is_set_not_to(schema: URL) -> None:
    [options] = [schema.query["options"]]
    lax = schema.update_query_dict({"options": f"{options} -csynchronous_commit=off"})
    with SQLJournal(lax) as journal, journal._connections.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
    local = schema.update_query_dict({"options": f"{options} -csynchronous_commit=local"})
    with SQLJournal(local) as journal, journal._connections.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "local"


# ---- the feed and its horizon


@pytest.fixture
def late(schema: URL, journal: SQLJournal) -> Iterator[Any]:
    """Somebody who has taken a number for their transaction, and keeps it open."""
    journal.append(chain("journey:0", 1), expect={"journey:0": 0})
    engine = create_engine(schema)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        yield connection
    engine.dispose()


def test_a_record_that_commits_late_is_not_skipped(schema: URL, journal: SQLJournal) -> None:
    journal.append(chain("journey:0", 1), expect={"journey:0": 0})
    with SQLJournal(schema, settle=0) as slow:
        engine = slow._connections.engine
        done: list[object] = []

        def hold(connection: Any) -> None:
            # everything is written and numbered; only the commit is to come
            early = chain(HOME, 1)
            if not done:
                done.append(list(journal.read_all()))
                journal.append(early, expect={HOME: 0})
                done.append(list(journal.read_all()))

        event.listen(engine, "commit", hold)
        slow.append([stored("late", ("journey:late", 1))], expect={"journey:late": 0})
    before, during = done
    assert before == chain("journey:0", 1)
    assert during == before  # the one that committed first has to wait
    found = list(journal.read_all())
    assert [one.surrogate for one in found] == ["journey:0 1", "late", f"{HOME} 1"]
    assert list(journal.read_all(after=found[0].position)) == found[1:]


def test_the_horizon_says_how_far_the_feed_is_behind_and_for_how_long(journal: SQLJournal, late: Any) -> None:
    journal.append(chain(HOME, 3), expect={HOME: 0})
    assert [one.home for one in journal.read_all()] == ["journey:0"]
    behind = journal.horizon()
    assert behind.records == 3
    assert behind.seconds is not None
    assert 0 < behind.seconds < 60
    late.rollback()
    assert journal.horizon() == Horizon(0, None)
    assert [one.home for one in journal.read_all()] == ["journey:0", HOME, HOME, HOME]


def test_a_feed_waits_for_a_moment_for_what_is_committed(schema: URL, journal: SQLJournal, late: Any) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    with SQLJournal(schema, settle=10) as patient:
        seen: list[str] = []

        def read() -> None:
            seen.extend(one.home for one in patient.read_all())

        reading = Thread(target=read)
        reading.start()
        reading.join(0.2)
        assert reading.is_alive()
        late.rollback()
        reading.join(10)
    assert seen == ["journey:0", HOME]
    with SQLJournal(schema, settle=0.05) as hasty:
        late.execute(text("SELECT pg_current_xact_id()"))
        journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
        assert len(list(hasty.read_all())) == 2


def test_a_feed_does_not_wait_for_who_goes_on_writing(
    schema: URL, journal: SQLJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what it saw at first is settled at the second look, and there is something new beyond
    journal.append(chain(HOME, 1), expect={HOME: 0})
    looks = 0
    page = SQLJournal._page_of_the_feed

    def looked(self: SQLJournal, reached: Any) -> Any:
        nonlocal looks
        looks += 1
        rows = page(self, reached)
        journal.append(chain(HOME, 1, after=looks), expect={HOME: looks})
        return [
            Row(row, settled=looks == 2 and row.position <= 1) for row in [*rows, *page(self, reached)][: 3 - looks]
        ]

    class Row:
        def __init__(self, row: Any, *, settled: bool) -> None:
            self._row, self.settled = row, settled

        def __getattr__(self, name: str) -> Any:
            return getattr(self._row, name)

    monkeypatch.setattr(SQLJournal, "_page_of_the_feed", looked)
    with SQLJournal(schema, settle=60) as patient:
        found = list(patient.read_all())
    assert looks <= 3
    assert len(found) <= 1


def test_a_database_that_was_moved_begins_a_new_era(schema: URL, journal: SQLJournal) -> None:
    kept = chain(HOME, 3)
    journal.append(kept, expect={HOME: 0})
    before = [one.position for one in journal.read_all()]
    # as after a restore elsewhere: what is on record has higher numbers than that server gives
    run(schema, "UPDATE iag_record SET xact = xact + 1000000000")
    with SQLJournal(schema) as moved:
        assert list(moved.read_all()) == kept
        assert run(schema, "SELECT era FROM iag_journal") == [(1,)]
        position = list(moved.read_all())[-1].position
        moved.append(chain(HOME, 2, after=3), expect={HOME: 3})
        assert run(schema, "SELECT era FROM iag_journal") == [(2,)]
        assert list(moved.read_all(after=position)) == chain(HOME, 2, after=3)
        assert moved.horizon() == Horizon(0, None)
    with SQLJournal(schema) as again:
        again.append(chain(HOME, 1, after=5), expect={HOME: 5})
        found = list(again.read_all())
        assert found == chain(HOME, 6)
        assert [str(one.position).partition(".")[0] for one in found] == ["000001"] * 3 + ["000002"] * 3
    assert before[0] is not None
    assert [str(one.position) for one in found] == sorted(str(one.position) for one in found)


def restored(schema: URL) -> None:
    """Move a database: what is on record has numbers that the server is yet to give, but not by many."""
    run(schema, "UPDATE iag_record SET xact = xact + 30")


def passes_by(schema: URL) -> None:
    """Let others use up so many numbers that the server is past all that is on record."""
    run(schema, *["SELECT pg_current_xact_id()"] * 60)


def test_an_era_that_was_never_begun_is_forgotten_so_that_no_record_comes_before_what_was_read(
    schema: URL, journal: SQLJournal
) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    restored(schema)
    with SQLJournal(schema) as early, SQLJournal(schema) as other:
        assert list(early.read_all()) == chain(HOME, 1)
        passes_by(schema)
        other.append(chain("journey:x", 1), expect={"journey:x": 0})
        early.append(chain("journey:y", 1), expect={"journey:y": 0})
        reached = list(early.read_all())[-1].position
        other.append(chain("journey:x", 1, after=1), expect={"journey:x": 1})
        assert list(early.read_all(after=reached)) == chain("journey:x", 1, after=1)
    assert run(schema, "SELECT era FROM iag_journal") == [(1,)]


def test_a_reader_from_before_an_era_that_was_never_begun_skips_nothing_that_commits_late(
    schema: URL, journal: SQLJournal
) -> None:
    journal.append(chain(HOME, 1), expect={HOME: 0})
    restored(schema)
    with SQLJournal(schema, settle=0) as reader, SQLJournal(schema) as slow, SQLJournal(schema) as quick:
        assert list(reader.read_all()) == chain(HOME, 1)
        passes_by(schema)
        during: list[list[StoredRecord]] = []

        def hold(connection: Any) -> None:
            quick.append(chain("journey:quick", 1), expect={"journey:quick": 0})
            during.append(list(reader.read_all()))

        event.listen(slow._connections.engine, "commit", hold, once=True)
        slow.append(chain("journey:late", 1), expect={"journey:late": 0})
        assert during == [chain(HOME, 1)]
        after = [one.home for one in reader.read_all(after=during[0][-1].position)]
    assert after == ["journey:late", "journey:quick"]


# ---- tables


def test_tables_are_not_made_where_that_is_forbidden(schema: URL) -> None:
    with SQLJournal(schema, create=False) as journal:
        said = f"{journal.name}: there is no journal in this database: make one with iagcore journal create '{journal.name}'"
        for work in (
            lambda: list(journal.read(HOME)),
            lambda: journal.append(chain(HOME, 1), expect={HOME: 0}),
            journal.horizon,
        ):
            with pytest.raises(UnusableJournal) as raised:
                work()
            assert str(raised.value) == said
        assert journal.is_made() is False
        assert journal.compact() == ()
        assert journal.create() is True
        assert journal.create() is False
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert list(journal.read(HOME)) == chain(HOME, 1)


def test_two_that_make_the_tables_at_once_both_get_through(schema: URL) -> None:
    with SQLJournal(schema) as first, SQLJournal(schema) as second:

        def meanwhile(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            if "pg_advisory_xact_lock(1229014852, 1)" in statement and not second.is_made():
                second.create()

        event.listen(first._connections.engine, "before_cursor_execute", meanwhile)
        first.append(chain(HOME, 1), expect={HOME: 0})
        assert list(second.read(HOME)) == chain(HOME, 1)


def test_a_journal_of_a_later_iagcore_is_refused(schema: URL, journal: SQLJournal) -> None:
    journal.create()
    run(schema, "UPDATE iag_journal SET schema_version = 2")
    with pytest.raises(UnusableJournal) as raised:
        list(journal.read(HOME))
    assert raised.value.reason == (
        "it was written by a later iagcore (schema 2, where this one knows 1); install that version"
    )


def test_tables_without_the_row_that_says_which_they_are_count_as_none(schema: URL, journal: SQLJournal) -> None:
    journal.create()
    run(schema, "DELETE FROM iag_journal")
    assert list(journal.read(HOME)) == []


def test_tables_can_be_partitioned_on_postgresql_alone(schema: URL) -> None:
    with SQLJournal(schema) as journal:
        assert journal.create(partitions=3) is True
        journal.append(
            [stored(f"s{n}", (f"journey:{n}", 1)) for n in range(60)], expect={f"journey:{n}": 0 for n in range(60)}
        )
    for table in ("iag_record", "iag_about", "iag_surrogate"):
        counts = run(schema, f"SELECT count(*) FROM {table} GROUP BY tableoid")
        assert len(counts) == 3
        assert sum(count for (count,) in counts) == 60
    with (
        SQLJournal("mariadb://nobody@127.0.0.1:1/none") as journal,
        pytest.raises(ValueError, match="MariaDB has no partitions here: leave them out, or use PostgreSQL"),
    ):
        journal.create(partitions=3)


def test_a_journal_that_was_closed_says_so(schema: URL) -> None:
    journal = SQLJournal(schema)
    journal.close()
    with pytest.raises(UnusableJournal, match=r"it was closed; open it again with SQLJournal\(url\)"):
        list(journal.read(HOME))


def test_more_subjects_than_the_server_has_room_for_are_locked_as_one(journal: SQLJournal, schema: URL) -> None:
    subjects = [f"coach:{number}" for number in range(300)]
    sent: list[Any] = []
    event.listen(
        journal._connections.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, parameters, *_: (
            sent.append(parameters) if "advisory" in statement else None
        ),
    )
    journal.append([stored("s1", *((subject, 1) for subject in subjects))], expect=dict.fromkeys(subjects, 0))
    journal.append([stored("s2", (HOME, 1))], expect={HOME: 0, subjects[0]: 1})
    everybody, few = (parameters for parameters in sent if parameters)
    assert everybody == {"spaces": [1229014852], "numbers": [0], "written": [True]}
    assert few["spaces"] == [1229014852, 1229014851, 1229014851]
    assert sorted(few["written"]) == [False, False, True]


# ---- erased bytes


def test_what_an_erasure_leaves_on_a_server_is_said_truly(schema: URL, journal: SQLJournal) -> None:
    words = b"seldom-said-words-of-a-learner"
    journal.append([stored("s1", (HOME, 1), payload=words)], expect={HOME: 0})
    [(folder,), *_] = run(schema, "SELECT current_setting('data_directory')")
    files = Path(str(folder))
    run(schema, "CHECKPOINT")
    assert said_in(files / "base", words)
    done = journal.erase({HOME: "erased:1"}, expect={HOME: 1}, receipts=[receipt("r1", ("erased:1", 2))])
    [(today,)] = run(schema, "SELECT current_date")
    in_tables = Pending("the server's files of the tables", "their owner runs iagcore journal compact URL", today)
    in_copies = Pending(
        "the server's write-ahead log, its archives, replicas and backups",
        "once these have expired, run iagcore journal finish --expired DAY",
        today,
    )
    assert done.pending == journal.pending() == (in_tables, in_copies)
    run(schema, "CHECKPOINT")
    assert said_in(files / "base", words)
    assert journal.finish(expired=today - timedelta(days=1)) == (in_tables, in_copies)
    assert journal.compact() == (in_copies,)
    run(schema, "CHECKPOINT")
    assert not said_in(files / "base", words)
    assert said_in(files / "pg_wal", words)
    with SQLJournal(schema) as other:
        assert other.pending() == (in_copies,)
        assert other.finish(expired=today) == other.pending() == ()


@pytest.mark.parametrize("partitions", [0, 3])
def test_what_was_erased_is_in_no_sample_that_the_server_keeps(schema: URL, partitions: int) -> None:
    with SQLJournal(schema) as journal:
        journal.create(partitions=partitions)
        for number in range(40):
            home = f"journey:seldom-{number}"
            journal.append([stored(f"s{number}", (home, 1), payload=b"seldom", id="seldom")], expect={home: 0})
        run(schema, "ANALYZE iag_record, iag_about")
        seldom = "SELECT DISTINCT attname FROM pg_stats WHERE schemaname = current_schema() AND pg_stats::text LIKE "
        asked = f"{seldom} '%seldom%' OR schemaname = current_schema() AND pg_stats::text LIKE '%{b'seldom'.hex()}%'"
        assert sorted(run(schema, f"{asked} ORDER BY 1")) == [("home",), ("subject",)]
        renames = {f"journey:seldom-{number}": f"erased:{number}" for number in range(40)}
        done = journal.erase(renames, expect=dict.fromkeys(renames, 1), receipts=[])
        assert [one.where for one in done.pending] == [
            "the server's files of the tables",
            "the server's write-ahead log, its archives, replicas and backups",
        ]
        assert run(schema, asked) == []


def test_who_may_not_gather_the_servers_samples_is_told_to_have_it_done(schema: URL, journal: SQLJournal) -> None:
    journal.append([stored("s1", (HOME, 1))], expect={HOME: 0})
    name = run(schema, "SELECT current_schema()")[0][0]
    user = f"{name}_user"
    run(
        schema,
        f"CREATE ROLE {user}",
        f"GRANT USAGE ON SCHEMA {name} TO {user}",
        f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {name} TO {user}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {name} TO {user}",
    )
    try:
        with SQLJournal(schema.update_query_dict({"options": f"-csearch_path={name} -crole={user}"})) as theirs:
            done = theirs.erase({HOME: "erased:1"}, expect={HOME: 1}, receipts=[])
    finally:
        run(schema, f"DROP OWNED BY {user}", f"DROP ROLE {user}")
    assert [one.until for one in done.pending if one.where == "the server's statistics"] == [
        "the tables' owner runs ANALYZE iag_record, iag_about"
    ]
    assert len(journal.compact()) == 1


def test_an_erasure_stands_where_the_servers_samples_cannot_be_gathered(schema: URL, journal: SQLJournal) -> None:
    journal.append([stored("s1", (HOME, 1))], expect={HOME: 0})

    def fail(connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> tuple[str, Any]:
        return "SELECT 1 / 0" if statement.startswith("ANALYZE") else statement, parameters

    event.listen(journal._connections.engine, "before_cursor_execute", fail, retval=True)
    done = journal.erase({HOME: "erased:1"}, expect={HOME: 1}, receipts=[])
    assert "the server's statistics" in [one.where for one in done.pending]
    assert [one.home for one in journal.read_all()] == ["erased:1"]


def test_an_erasure_stands_where_what_is_pending_cannot_be_read(
    journal: SQLJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append([stored("s1", (HOME, 1))], expect={HOME: 0})

    def lost(self: SQLJournal) -> None:
        raise UnusableJournal("the server", "the connection was lost")

    monkeypatch.setattr(SQLJournal, "pending", lost)
    done = journal.erase({HOME: "erased:1"}, expect={HOME: 1}, receipts=[])
    assert done.pending == (Pending("the server", "what is pending could not be read: the connection was lost"),)
    assert [one.home for one in journal.read_all()] == ["erased:1"]


def said_in(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_two_erasures_of_one_record_both_take_their_part(journal: SQLJournal) -> None:
    journal.append([THREE], expect=NEW)
    journal.erase({LEARNER: "erased:1"}, expect={LEARNER: 1}, receipts=[])
    journal.erase({HOME: "erased:2", COACH: "erased:3"}, expect={HOME: 1, COACH: 1}, receipts=[])
    [found] = journal.read_all()
    assert [filing.subject for filing in found.about] == ["erased:2", "erased:1", "erased:3"]
    assert [one.home for one in journal.read("erased:3")] == ["erased:2"]


def test_the_statements_for_a_server_that_has_no_sequences_say_nothing_of_samples() -> None:
    made = statements(mysql.dialect(), order=("era", "xact", "position"), numbers=False, piecemeal=True)
    assert [one for one in made if "SEQUENCE" in one or "STATISTICS" in one] == []
    assert made[-1].startswith("INSERT IGNORE INTO iag_journal")
