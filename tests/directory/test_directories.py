"""The directories that come with the library keep every promise of a directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.protocols import Directory
from iagcore.directory.sqlite import SQLiteDirectory
from iagcore.testing import DirectoryContract


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
