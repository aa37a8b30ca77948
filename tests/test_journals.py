"""The journals that come with the library keep the promises that every journal makes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.contract import JournalContract


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()


class TestSQLiteJournal(JournalContract):
    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[SQLiteJournal]:
        self.path = tmp_path / "casebook.db"
        self.again: list[SQLiteJournal] = []
        with SQLiteJournal(self.path) as journal:
            yield journal
        for opened in self.again:
            opened.close()

    def reopened(self, journal: Journal) -> SQLiteJournal:
        self.again.append(SQLiteJournal(self.path))
        return self.again[-1]
