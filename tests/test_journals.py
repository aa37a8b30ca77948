"""The journals that come with the library keep the promises that every journal makes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Journal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.contract import JournalContract
from iagcore.testing.other_process import Opening


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
