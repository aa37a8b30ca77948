"""The directories that come with the library keep every promise of a directory."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.protocols import Directory
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.testing import DirectoryContract
from iagcore.testing.other_process import Opening


class TestMemoryDirectory(DirectoryContract):
    @pytest.fixture
    def directory(self) -> MemoryDirectory:
        return MemoryDirectory()


class TestSQLiteDirectory(DirectoryContract):
    @pytest.fixture
    def directory(self, tmp_path: Path) -> Iterator[SQLiteDirectory]:
        with SQLiteDirectory(tmp_path / "directory.db") as directory:
            yield directory

    def reopened(self, directory: Directory) -> Directory:
        assert isinstance(directory, SQLiteDirectory)
        directory.close()
        return SQLiteDirectory(directory.path)

    def from_another_process(self, directory: Directory) -> Opening:
        assert isinstance(directory, SQLiteDirectory)
        return partial(SQLiteDirectory, directory.path)
