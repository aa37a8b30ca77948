"""A few of the kills and of the contention that the benchmarks of those names go through at length."""

from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from iagcore.storage.sql import SQLJournal
from iagcore.storage.sqlite import SQLiteJournal
from tests.benchmarks import contention, kills
from tests.servers import GIVEN_POSTGRESQL, a_schema, postgresql_from_pip


def test_a_process_killed_at_any_step_of_an_append_loses_nothing_on_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "casebook.db"
    # the steps of an append: what it begins, holds, keeps and files, its commit, and its last word
    assert kills.kills(lambda: SQLiteJournal(path), lambda: kills.whole(path), iter(range(9))) == 3


def test_a_process_killed_at_any_step_of_an_append_loses_nothing_on_postgresql(schema: URL) -> None:
    assert kills.kills(lambda: SQLJournal(schema), lambda: kills.no_orphans(schema), iter(range(2, 12))) >= 2


@pytest.mark.skipif(GIVEN_POSTGRESQL is not None, reason="the server that IAGCORE_POSTGRESQL names is not ours to kill")
def test_a_server_that_was_killed_has_all_that_it_acknowledged() -> None:
    with postgresql_from_pip() as server, a_schema(server) as schema:
        reached = kills.server_killed(server, schema, after=0, pause=0.1)
        kills.no_orphans(schema)
        assert reached >= 1


def test_a_lost_record_and_an_orphan_are_noticed(schema: URL, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="2 acknowledged, 0 there"):
        kills.found(lambda: SQLiteJournal(tmp_path / "empty.db"), 2)
    with SQLJournal(schema) as journal:
        journal.append([kills.nth(1)], expect=dict.fromkeys(kills.SUBJECTS, 0))
        with journal._connections.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM iag_record")
    with pytest.raises(AssertionError, match="iag_about"):
        kills.no_orphans(schema)


def test_processes_that_want_the_same_minutes_and_the_same_hour_get_them_once(schema: URL) -> None:
    found = contention.contend(schema, processes=3, rounds=6)
    assert found.wrong == ()
    assert (found.attempts, found.accepted) == (18, 6)
    # each may have to decide anew for whoever came first, and for what it waited through
    assert found.most_conflicts <= 50


def test_what_is_lost_or_there_twice_would_be_noticed(schema: URL) -> None:
    contention.prepare(schema, 2, 2)
    assert contention.look(schema, 2, 2) == [
        "ask-0-0 is lost",
        "ask-0-1 is lost",
        "ask-1-0 is lost",
        "ask-1-1 is lost",
        "coach:wanted has 0 hours, where 1 were to be had",
    ]
