"""Feeds for tests: written to a file, imported into a directory in memory, and what was told of them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from iagcore.directory.cleaning import Notes
from iagcore.directory.importing import Summary, Told, import_files
from iagcore.directory.memory import MemoryDirectory
from iagcore.directory.normalising import opportunity_of
from iagcore.opportunities import Opportunity

TODAY = date(2026, 1, 5)
SAMPLES = Path(__file__).parent / "samples"


@attrs.frozen
class Imported:
    """What came of an import: its summary, what was told, and the directory."""

    summary: Summary
    told: tuple[Told, ...]
    directory: MemoryDirectory

    @property
    def opportunities(self) -> list[Opportunity]:
        return [one.opportunity for one in self.directory.listings()]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Read, kept, said again, set aside."""
        return self.summary.read, self.summary.kept, self.summary.repeated, self.summary.set_aside

    @property
    def sentences(self) -> list[tuple[str, str]]:
        return [(one.sort, one.sentence) for one in self.told]


def imported(*paths: Path, directory: MemoryDirectory | None = None, full: bool = False) -> Imported:
    """Import files, and see that the counts add up."""
    told: list[Told] = []
    into = directory or MemoryDirectory()
    summary = import_files(paths, into, feed="council", today=TODAY, full=full, tell=told.append)
    assert summary.read == summary.kept + summary.repeated + summary.set_aside
    return Imported(summary, tuple(told), into)


def from_text(folder: Path, text: str | bytes, name: str = "feed.json") -> Imported:
    """Import one file that says `text`."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return imported(path)


def from_json(folder: Path, value: Any) -> Imported:
    """Import one file that holds `value`."""
    return from_text(folder, json.dumps(value))


def read_one(**fields: Any) -> tuple[Opportunity, list[tuple[str, str]]]:
    """What one service of a feed says, and what was repaired in it."""
    notes = Notes()
    service = {"id": "s1", "name": "Art", "status": "active", "organization": {"name": "College"}, **fields}
    found = opportunity_of(service, notes)
    assert found is not None
    return found, notes.said
