"""Strategies: what they draw is valid or refused as they say, and Hypothesis knows the public types by itself."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import find as find_least
from hypothesis import strategies as st

import _iagcore_hypothesis as hook
import iagcore
from iagcore import entries, testing
from iagcore.entries import KINDS
from iagcore.exceptions import InvalidEntry
from iagcore.policy import SHIPPED, Policy
from iagcore.practice.allowance import Allowance
from iagcore.practice.kinds import Entry
from iagcore.record.findings import Decision
from iagcore.record.journey import Journey
from iagcore.record.records import Record
from iagcore.storage import codec
from iagcore.storage.memory import MemoryJournal
from iagcore.testing import strategies
from iagcore.testing.strategies.journeys import LEARNERS, days_that_matter
from tests.laws.histories import examples

ROOT = Path(__file__).parents[2]
AS_DRAWN = settings(phases=[Phase.generate], max_examples=2000, derandomize=True, database=None)


def find(strategy: st.SearchStrategy[Any], awaited: Callable[[Any], bool]) -> Any:
    """The first that is drawn of what is awaited; what it shrinks to is not asked."""
    return find_least(strategy, awaited, settings=AS_DRAWN)


@given(entry=strategies.entries())
@examples(100)
def law_entries_that_are_drawn_survive_the_codec(entry: Entry) -> None:
    assert type(entry) in KINDS
    assert codec.read_entry(codec.entry_document(entry)) == entry


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.declares.name)
def test_every_kind_is_drawn_and_has_values_that_it_refuses(kind: type[Entry]) -> None:
    assert type(find(strategies.entries(kind), lambda entry: True)) is kind
    drawn, arguments, name = find(strategies.refused_entries(kind), lambda refused: True)
    with pytest.raises(InvalidEntry) as raised:
        drawn(**arguments)
    assert raised.value.field == name


@given(refused=strategies.refused_entries())
@examples(120)
def law_what_is_drawn_as_refused_is_refused_and_names_its_field(
    refused: tuple[type[Entry], dict[str, Any], str],
) -> None:
    kind, arguments, name = refused
    with pytest.raises(InvalidEntry) as raised:
        kind(**arguments)
    assert raised.value.field == name


@pytest.mark.parametrize(
    "awaited",
    [
        lambda entry: "שלום" in entry.conversation,
        lambda entry: "👩" in entry.conversation,
        lambda entry: "x" * 64 in entry.conversation,
        lambda entry: entry.minutes == 100_000,
        lambda entry: entry.minutes == 1,
    ],
    ids=["right to left", "emoji", "the longest id", "the most minutes", "the least minutes"],
)
def test_the_edges_are_drawn(awaited: Any) -> None:
    assert awaited(find(strategies.entries(entries.ConversationBooked), awaited))


@pytest.mark.parametrize("part", ["items", "unanswered", "total", "coded"])
def test_measures_are_drawn_answered_summed_and_coded(part: str) -> None:
    assert getattr(find(strategies.entries(entries.MeasureTaken), lambda one: getattr(one, part)), part)


@given(policy=strategies.policies())
@examples(25)
def law_policies_that_are_drawn_read_back_as_the_same(policy: Policy) -> None:
    assert Policy.parse(policy.text).fingerprint == policy.fingerprint


@given(history=strategies.histories(Policy.load("starter"), most=5))
@examples(15)
def law_histories_have_an_id_once_in_each_home_and_aware_times(history: list[testing.Told]) -> None:
    places = [(told.home, told.id) for told in history]
    assert len(set(places)) == len(places)
    assert all(told.at.tzinfo is UTC for told in history)
    assert {told.home for told in history} <= {*LEARNERS, "coach:nina", "coach:omar"}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_days_that_matter_are_those_on_which_the_policy_changes(name: str) -> None:
    days = days_that_matter(Policy.load(name))
    expected = {"starter": (date(2020, 1, 1),), "ways-to-wellbeing": (date(2015, 4, 1), date(2016, 3, 31))}[name]
    assert days == (*expected, date(2025, 9, 1), date(2025, 10, 25))


@pytest.mark.parametrize(
    ("drawn", "type_"),
    [
        (strategies.journeys(), Journey),
        (strategies.decisions(), Decision),
        (strategies.records(), Record),
        (strategies.allowances(), Allowance),
    ],
    ids=["journeys", "decisions", "records", "allowances"],
)
def test_what_a_record_gives_is_drawn(drawn: st.SearchStrategy[Any], type_: type) -> None:
    assert type(find(drawn, lambda one: True)) is type_


def test_records_are_drawn_refused_too() -> None:
    assert find(strategies.records(), lambda one: not one.accepted).accepted is False


# ---- what Hypothesis is taught


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    hook.register()


@pytest.mark.usefixtures("taught")
@pytest.mark.parametrize("type_", [*KINDS, Policy, Journey, Allowance, Decision, Record], ids=lambda one: one.__name__)
def test_from_type_knows_the_public_types(type_: type) -> None:
    assert type(find(st.from_type(type_), lambda one: True)) is type_


@pytest.mark.usefixtures("taught")
def test_from_type_of_an_entry_is_any_kind() -> None:
    assert type(find(st.from_type(Entry), lambda one: True)) in KINDS


def test_it_waits_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    hook.register()
    hook.register()
    assert [type(one) for one in sys.meta_path] == [hook.WhenImported]


class Nowhere:
    """A finder that finds a package without a loader, as one without an `__init__` has none; or nothing."""

    def __init__(self, spec: ModuleSpec | None) -> None:
        self.spec = spec

    def find_spec(self, *asked: object) -> ModuleSpec | None:
        return self.spec


def test_what_is_not_awaited_is_left_to_others() -> None:
    assert hook.WhenImported().find_spec("iagcore.exceptions", None) is None


def test_an_awaited_module_that_nobody_finds_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = hook.WhenImported()
    monkeypatch.setattr(sys, "meta_path", [waiting, Nowhere(None)])
    assert waiting.find_spec("iagcore.entries", None) is None
    bare = ModuleSpec("iagcore.entries", None)
    monkeypatch.setattr(sys, "meta_path", [waiting, Nowhere(bare)])
    assert waiting.find_spec("iagcore.entries", None) is bare


def test_an_awaited_module_is_registered_once_it_has_run(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = hook.WhenImported()
    monkeypatch.setattr(sys, "meta_path", [waiting, *sys.meta_path])
    seen: list[str] = []
    monkeypatch.setattr(hook, "_register", lambda module: seen.append(module.__name__))
    spec = waiting.find_spec("iagcore.entries", iagcore.__path__)
    assert spec is not None
    assert isinstance(spec.loader, hook.ThenRegister)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert seen == ["iagcore.entries"]
    assert module.__spec__ is spec
    assert type(spec.loader) is type(module.__loader__) is not hook.ThenRegister


def test_a_type_that_cannot_be_registered_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "register_type_strategy", lambda *asked: 1 / 0)
    hook.register()
    assert import_module("iagcore.policy").Policy is Policy


ENTRY_POINT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["hypothesis"]


def run_python(code: str, folder: Path, *, first: Path | None = None) -> str:
    """What a fresh Python prints that has iagcore's entry point for Hypothesis, and perhaps a folder before all else."""
    declared = folder / "declared-1.dist-info"
    declared.mkdir()
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: declared\nVersion: 1\n", "utf-8")
    points = "".join(f"{name} = {where}\n" for name, where in ENTRY_POINT.items())
    (declared / "entry_points.txt").write_text(f"[hypothesis]\n{points}", "utf-8")
    paths = [*([str(first)] if first else []), str(folder), str(ROOT / "src")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def test_importing_hypothesis_imports_nothing_of_iagcore_but_the_module_beside_it(tmp_path: Path) -> None:
    said = "import sys, hypothesis; print([name for name in sys.modules if 'iagcore' in name])"
    assert run_python(said, tmp_path) == "['_iagcore_hypothesis']\n"


def test_from_type_knows_the_types_of_a_package_that_is_imported_later(tmp_path: Path) -> None:
    said = (
        "import iagcore as iag\n"
        "from iagcore import entries\n"
        "from hypothesis import Phase, find, settings, strategies as st\n"
        "quick = settings(phases=[Phase.generate], database=None)\n"
        "for one in (entries.GoalSet, iag.Policy):\n"
        "    print(type(find(st.from_type(one), lambda drawn: True, settings=quick)).__name__)"
    )
    assert run_python(said, tmp_path) == "GoalSet\nPolicy\n"


@pytest.mark.parametrize("module", ["__init__", "entries", "testing/strategies/__init__"])
def test_hypothesis_is_imported_however_broken_iagcore_is(module: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "iagcore" / f"{module}.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("raise RuntimeError('broken on purpose')\n", "utf-8")
    (tmp_path / "broken" / "iagcore" / "__init__.py").touch()
    said = (
        "import hypothesis\n"
        "from hypothesis import strategies as st\n"
        "print(hypothesis.find(st.integers(), lambda drawn: drawn > 1))\n"
        "try:\n    import iagcore.entries, iagcore.testing.strategies\n"
        "except (RuntimeError, ModuleNotFoundError) as error:\n    print(type(error).__name__)"
    )
    printed = run_python(said, tmp_path, first=tmp_path / "broken").splitlines()
    assert printed[0] == "2"
    assert printed[1] in ("RuntimeError", "ModuleNotFoundError")


# ---- the front page of the test bench


def test_every_name_of_the_test_bench_is_loaded_when_it_is_asked_for() -> None:
    for name in (
        "Cohort",
        "DirectoryContract",
        "Disagreement",
        "JournalContract",
        "Oracle",
        "Told",
        "cohort",
        "disagreement",
    ):
        assert getattr(testing, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Prophet'"):
        _ = testing.Prophet


def test_moments_are_drawn_at_the_clocks_change() -> None:
    change = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    booked = find(strategies.entries(entries.ConversationBooked), lambda one: one.starts_at == change)
    assert booked.starts_at == change


# ---- the cohort


def stored(n: int, seed: int) -> list[Any]:
    journal = MemoryJournal()
    testing.cohort(n, seed, journal=journal)
    return list(journal.read_all())


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first = stored(3, 7)
    assert stored(3, 7) == first
    assert stored(3, 8) != first


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    said = (
        "from hashlib import sha256\nfrom iagcore.testing import cohort\n"
        "print(sha256(repr(list(cohort(2, 7).journal.read_all())).encode()).hexdigest())"
    )
    printed = []
    for number in ("1", "2"):
        (folder := tmp_path / number).mkdir()
        printed.append(run_python(f"import os; assert os.environ\n{said}", folder))
    assert printed[0] == printed[1]


def test_a_cohort_has_what_a_programme_has() -> None:
    found = testing.cohort(24, 3)
    assert (len(found.journeys), len(found.coaches)) == (24, 2)
    kinds = {
        record.entry.declares.name: record.accepted
        for home in (*found.journeys, *found.coaches)
        for record in found.casebook.records(home)
    }
    assert {
        "conversation-held", "conversation-missed", "conversation-cancelled", "conversation-rescheduled", "goal-set",
        "reality-explored", "option-raised", "action-agreed", "action-reviewed", "conversation-written-up",
        "measure-taken", "diary-written", "diary-shared", "consent-given", "consent-withdrawn", "signposted",
        "outcome-learned", "learner-left", "concern-raised", "concern-closed", "journey-closed", "follow-up-planned",
        "follow-up-made", "course-enrolled", "course-completed", "step-taken", "supervision-held",
    } <= set(kinds)  # fmt: skip
    assert found.entries == sum(1 for home in (*found.journeys, *found.coaches) for _ in found.casebook.records(home))
    assert 0 < found.refused < found.entries // 50
    assert all(found.casebook.verify(home) == [] for home in found.journeys)


def test_a_cohort_of_nobody_is_empty_and_what_is_no_number_is_refused() -> None:
    nobody = testing.cohort(0, 1)
    assert (nobody.journeys, nobody.coaches, nobody.entries) == ((), (), 0)
    with pytest.raises(InvalidEntry, match="learners run from 0 to 1000000"):
        testing.cohort(-1, 1)
    with pytest.raises(InvalidEntry, match="a whole number is expected"):
        testing.cohort(1, "7")  # type: ignore[arg-type]


def test_a_cohort_goes_through_any_policy() -> None:
    found = testing.cohort(2, 3, policy=Policy.load("starter"))
    assert found.casebook.journey(found.journeys[0]).status.programme == "starter"
