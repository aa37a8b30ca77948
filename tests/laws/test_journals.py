"""The laws that a journal could break, on each journal: the same properties as in `test_laws`, kept on another store.

A plain run tries a few histories on each. `IAGCORE_LAWS=100 python -m pytest tests/laws/test_journals.py` is the long run.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from iagcore.storage.protocols import Journal
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sqlite import SQLiteJournal
from tests.college import a_college
from tests.laws import test_laws as laws
from tests.laws.histories import examples, steps
from tests.servers import GIVEN_MARIADB, a_mariadb

LAWS: dict[Any, dict[str, Any]] = {
    laws.law_1_plans_never_overdraw_and_an_overrun_carries_its_finding: {"history": steps()},
    laws.law_2_a_conversation_holds_minutes_exactly_while_it_is_booked_and_minutes_add_up: {"history": steps()},
    laws.law_10_any_record_survives_the_codec_and_unknown_newer_kinds_survive_unread: {
        "history": steps(),
        "text": st.just({"said": "the sea"}),
    },
    laws.law_11_folding_is_the_same_however_it_is_cut: {
        "history": steps(),
        "cuts": st.lists(st.integers(0, 20), max_size=4),
    },
    laws.law_17_no_hour_of_a_learner_or_a_coach_is_held_twice: {"history": steps()},
}
JOURNALS = (
    "sqlite",
    "django",
    "sql on postgresql",
    "sql on partitions of postgresql",
    "sql on mariadb",
)

Fresh = Callable[[], Journal]


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Fresh]:
    """A file of its own for each history."""
    number, opened = count(), []

    def fresh() -> Journal:
        opened.append(SQLiteJournal(folder / f"{next(number)}.db"))
        return opened[-1]

    yield fresh
    for one in opened:
        one.close()


@contextmanager
def inside_django(folder: Path) -> Iterator[Fresh]:
    """The tables of the Django college, with nothing in them."""
    pytest.importorskip("django", reason="Django is not installed")
    with a_college(folder / "college.sqlite3") as journal:
        from coaching.models import Filing, Record  # type: ignore[import-not-found]

        def fresh() -> Journal:
            Filing.objects.all().delete()
            Record.objects.all().delete()
            return journal

        yield fresh


@contextmanager
def on_a_server(url: URL, *, partitions: int = 0) -> Iterator[Fresh]:
    """The same tables for each history, with nothing in them."""
    with closing(SQLJournal(url)) as journal:
        journal.create(partitions=partitions)

        def fresh() -> Journal:
            with journal._connections.engine.begin() as connection:
                for table in ("iag_record", "iag_about", "iag_surrogate"):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
            return journal

        yield fresh


@pytest.fixture(params=JOURNALS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """What gives an empty journal, for each of the journals."""
    match request.param:
        case "sqlite":
            given_by = on_sqlite(tmp_path)
        case "django":
            given_by = inside_django(tmp_path)
        case "sql on postgresql":
            given_by = on_a_server(request.getfixturevalue("schema"))
        case "sql on partitions of postgresql":
            given_by = on_a_server(request.getfixturevalue("schema"), partitions=4)
        case _:
            if GIVEN_MARIADB is None:
                pytest.skip("no MariaDB is named in IAGCORE_MARIADB")
            with a_mariadb() as url, on_a_server(url) as found:
                yield found
            return
    with given_by as found:
        yield found


@pytest.mark.parametrize("law", LAWS, ids=lambda law: "_".join(law.__name__.split("_")[:2]))
def law_of_the_record_is_kept_on_every_journal(law: Any, fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    used = 0

    def counted() -> Journal:
        nonlocal used
        used += 1
        return fresh()

    # where these laws take a journal in memory, they are given this one
    monkeypatch.setattr("tests.casework.MemoryJournal", counted)
    monkeypatch.setattr("tests.laws.test_laws.MemoryJournal", counted)

    @given(**LAWS[law])
    @examples(2, suppress_health_check=list(HealthCheck))
    def kept(**drawn: Any) -> None:
        law.hypothesis.inner_test(**drawn)

    kept()
    assert used >= 2
