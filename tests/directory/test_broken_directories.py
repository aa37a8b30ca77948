"""The contract catches directories that are broken on purpose, each in one way, and hides nothing."""

import re
from itertools import count
from pathlib import Path

import attrs
import pytest

from iagcore.directory.matching import Sought
from iagcore.directory.memory import MemoryDirectory
from iagcore.opportunities import Venue
from iagcore.testing import DirectoryContract, unkept_promises
from iagcore.testing.listed_opportunities import ART, HERE, NEARBY, TOGETHER, ids, keep, keep_feeds, keep_in_part
from iagcore.testing.promises import names_of_promises
from tests.testing.broken import Broken
from tests.testing.broken_directories import BROKEN, BrokenDirectories, JudgesByItself, MeasuresOnAMap, OnAFile

CONTRACT = BrokenDirectories()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_directory_is_caught_by_the_tests_meant_for_it(broken: Broken) -> None:
    assert tuple(unkept_promises(CONTRACT, broken.fresh, only=broken.caught_by)) == broken.caught_by
    assert set(broken.caught_by) <= set(names_of_promises(DirectoryContract))


def test_each_broken_directory_says_how_it_is_broken_and_what_it_breaks() -> None:
    names = [broken.name for broken in BROKEN]
    assert len(set(names)) == len(names) == 33
    assert [broken.name for broken in BROKEN if not (broken.fresh.__doc__ or "").endswith(".")] == []
    assert [broken.name for broken in BROKEN if not broken.promise.endswith(".")] == []


@pytest.mark.parametrize("sound", [MemoryDirectory, JudgesByItself], ids=lambda sound: sound.__name__)
def test_a_sound_directory_is_not_caught_by_the_tests_that_catch_the_broken(sound: type[MemoryDirectory]) -> None:
    asked = dict.fromkeys(name for broken in BROKEN for name in broken.caught_by)
    assert unkept_promises(CONTRACT, sound, only=tuple(asked)) == {}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_directory_works_while_nothing_comes_in_its_way(broken: Broken, tmp_path: Path) -> None:
    directory = broken.fresh(tmp_path / "directory.db") if issubclass(broken.fresh, OnAFile) else broken.fresh()
    assert keep(directory, attrs.evolve(ART, places=(NEARBY, Venue(name="Hall")))).new == 1
    assert [one.id for one in directory.listings()] == ["art"]
    assert ids(directory, Sought(text="Art", near=HERE, within=5.0)) in (["art"], [])
    getattr(directory, "close", lambda: None)()


def test_a_place_without_a_point_is_on_every_map() -> None:
    directory = MeasuresOnAMap()
    keep(directory, attrs.evolve(ART, places=(Venue(name="Hall"),)))
    assert ids(directory, Sought(near=HERE, within=5.0)) == ["art"]


@pytest.mark.parametrize("name", names_of_promises(DirectoryContract))
def test_no_promise_can_be_overridden(name: str) -> None:
    sentence = re.escape(
        f"TestLenient overrides {name}, and so hides whether that promise is kept: give a test of your own another "
        "name (directory, from_another_process, reopened may be overridden)"
    )
    with pytest.raises(TypeError, match=sentence):
        type("TestLenient", (DirectoryContract,), {name: None})


def test_the_hooks_have_safe_defaults() -> None:
    directory = MemoryDirectory()
    assert DirectoryContract().reopened(directory) is directory
    assert DirectoryContract().from_another_process(directory) is None


def test_a_directory_that_no_other_process_can_open_skips_its_promises_with_the_reason() -> None:
    reason = "MemoryDirectory cannot be opened from another process: from_another_process returns None"
    with pytest.raises(pytest.skip.Exception, match=reason):
        DirectoryContract().test_what_another_process_keeps_is_found_here(MemoryDirectory())


def test_what_other_processes_do_is_told_as_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Enough(Exception):
        pass

    told, calls = [], count()

    def tell(what: object) -> None:
        told.append(what)
        if next(calls) == 1:
            raise Enough

    directory = MemoryDirectory()
    with pytest.raises(Enough):
        keep_feeds(0, directory, tell)
    assert (told, len(list(directory.listings()))) == ([0, 1], 2 * TOGETHER)
    monkeypatch.setattr("iagcore.testing.other_process.PATIENCE", 0.001)
    keep_in_part(3, directory, told.append)
    assert (told[-1], len(list(directory.listings()))) == ("in the midst", 2 * TOGETHER + 3)
