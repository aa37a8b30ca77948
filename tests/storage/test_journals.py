"""The journals that come with the library keep the promises that every journal makes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.contract import JournalContract
from iagcore.testing.other_process import Opening
from tests.servers import GIVEN_MARIADB, a_mariadb


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()

    def bytes_kept(self, journal: Journal) -> bytes:
        assert isinstance(journal, MemoryJournal)
        return repr([journal._kept, journal._filed, journal._surrogates, journal._ids]).encode()


class TestSQLiteJournal(JournalContract):
    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[SQLiteJournal]:
        self.path = tmp_path / "casebook.db"
        self.again: list[SQLiteJournal] = []
        with SQLiteJournal(self.path) as journal:
            yield journal
        for opened in self.again:
            opened.close()

    def from_another_process(self, journal: Journal) -> Opening:
        return partial(SQLiteJournal, self.path, wait=20)

    def bytes_kept(self, journal: Journal) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.glob(f"{self.path.name}*"))

    def reopened(self, journal: Journal) -> SQLiteJournal:
        self.again.append(SQLiteJournal(self.path))
        return self.again[-1]


class OnAServer:
    """What the tests below share: another object on the same tables."""

    def begin(self, url: URL, *, partitions: int = 0) -> Iterator[SQLJournal]:
        self.url = url
        self.again: list[SQLJournal] = []
        with SQLJournal(url) as journal:
            if partitions:
                journal.create(partitions=partitions)
            yield journal
        for opened in self.again:
            opened.close()

    def from_another_process(self, journal: Journal) -> Opening:
        return partial(SQLJournal, self.url, wait=20)

    def reopened(self, journal: Journal) -> SQLJournal:
        self.again.append(SQLJournal(self.url))
        return self.again[-1]


class TestSQLJournalOnPostgreSQL(OnAServer, JournalContract):
    @pytest.fixture
    def journal(self, schema: URL) -> Iterator[SQLJournal]:
        yield from self.begin(schema)


class TestSQLJournalOnPartitionsOfPostgreSQL(OnAServer, JournalContract):
    @pytest.fixture
    def journal(self, schema: URL) -> Iterator[SQLJournal]:
        yield from self.begin(schema, partitions=4)


if GIVEN_MARIADB is None:

    def test_sql_journal_on_mariadb() -> None:
        pytest.skip("no MariaDB is named in IAGCORE_MARIADB")

else:

    class TestSQLJournalOnMariaDB(OnAServer, JournalContract):
        @pytest.fixture
        def journal(self) -> Iterator[SQLJournal]:
            with a_mariadb() as url:
                yield from self.begin(url)
