"""What a newcomer relies on: where things live, that imports point up, and what the domain never does."""

import ast
import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import pytest

import iagcore
from iagcore.entries import KINDS
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import PLAN
from iagcore.record.findings import SHOULD
from iagcore.record.rules import JUDGED, RuleSort
from iagcore.rulebook import FAMILIES, RULES
from iagcore.rulebook.booking import hour_is_free
from iagcore.rulebook.journey import PLANS_ON_AN_OPEN_JOURNEY

SOURCE = Path(iagcore.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

ORDER = (
    ("exceptions",),
    ("toml_source",),
    ("opportunities",),
    ("practice",),
    ("entries",),
    ("policy",),
    ("record",),
    ("rulebook",),
    ("extending",),
    ("storage",),
    ("directory",),
    ("incoming",),
    ("what_if",),
    ("due_index",),
    ("casebook",),
    ("reports",),
    ("testing",),
    ("cli", "__main__"),
)
"""The folders, from the ground up. What stands in a row may import its own row and those above it."""


def row_of(module: str) -> int:
    return next(number for number, row in enumerate(ORDER) if module in row)


def imports_of(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.startswith("iagcore.")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_only_point_up(path: Path) -> None:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    if parts == ("__init__",):
        pytest.skip("the package's own page names everything, and loads it when asked")
    here = row_of(parts[0])
    for name in imports_of(path):
        there = name.split(".")[1]
        if there in {row for rows in ORDER for row in rows}:
            assert row_of(there) <= here, f"{path.name} imports {name}"


NOT_FOR_HOSTS = ("cli", "testing")
"""What a command needs to itself; and the test bench, whose oracle has words of its own on purpose."""


def test_no_two_public_classes_have_one_name() -> None:
    classes = [
        node.name
        for path in MODULES
        if path.relative_to(SOURCE).parts[0] not in NOT_FOR_HOSTS
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert len(classes) > 250
    assert [name for name, number in Counter(classes).items() if number > 1] == []


PURE = ("opportunities", "practice", "policy", "record", "rulebook", "storage", "directory", "incoming")
CLOCKS_AND_IDS = {
    "now",
    "utcnow",
    "today",
    "time",
    "monotonic",
    "perf_counter",
    "uuid1",
    "uuid4",
    "token_hex",
    "token_bytes",
    "urandom",
    "random",
    "uniform",
    "randint",
    "choice",
    "getrandbits",
}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.relative_to(SOURCE).parts[0] in PURE],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_nothing_below_the_casebook_reads_a_clock_or_makes_an_id(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            # a time of day (`from datetime import time`) is a value; the module of that name is a clock
            names = {node.module} if isinstance(node, ast.ImportFrom) else {alias.name for alias in node.names}
            assert not names & {"time", "random", "secrets", "uuid"}, path
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS_AND_IDS, f"{path.name}:{node.lineno}"


def test_no_module_passes_600_lines() -> None:
    assert [path for path in MODULES if len(path.read_text("utf-8").splitlines()) > 600] == []


def test_every_public_name_is_there_and_loaded_when_asked() -> None:
    assert dir(iagcore) == sorted(iagcore.__all__)
    for name in iagcore.__all__:
        assert getattr(iagcore, name) is not None
    asked: Any = iagcore  # a type checker knows that these are not there
    with pytest.raises(AttributeError, match=r"^module 'iagcore' has no attribute 'Manager'$"):
        _ = asked.Manager
    with pytest.raises(AttributeError, match=r"^module 'iagcore' has no attribute 'Casebok'; did you mean 'Casebook'?"):
        _ = asked.Casebok
    with pytest.raises(
        AttributeError, match=r"'GoalSet': a kind of entry is in iagcore.entries, so write entries.GoalSet$"
    ):
        _ = asked.GoalSet


def test_the_version_is_the_one_that_is_installed() -> None:
    assert iagcore.__version__ == version("iagcore")


WITHOUT_THE_EXTRA = """
import inspect, sys
sys.modules["sqlalchemy"] = None
import iagcore
from iagcore import *
print(sorted(name for name, _ in inspect.getmembers(iagcore) if name in iagcore.__all__) == dir(iagcore))
print(len(inspect.getdoc(iagcore.Casebook)) > 0, max(map(len, str(inspect.signature(iagcore.Casebook)).split(", "))) < 80)
try:
    iagcore.SQLJournal("postgresql://h/db")
except ModuleNotFoundError as error:
    print(error)
"""


def test_in_a_plain_install_every_name_can_be_looked_at_and_what_needs_an_extra_says_so_when_it_is_made() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "True",
        "True True",
        "SQLJournal needs SQLAlchemy and a driver: pip install 'iagcore[sql]'",
    ]


def test_importing_the_package_loads_nothing_but_itself() -> None:
    said = "import sys, iagcore; print([m for m in sys.modules if m.startswith('iagcore.')])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_typed() -> None:
    page = ast.parse((SOURCE / "__init__.py").read_text("utf-8"))
    typed = {alias.name for node in ast.walk(page) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(iagcore.__all__) - {"__version__"} <= typed


def test_codes_are_unique_and_in_known_families_and_sorts() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert {rule.family for rule in RULES} == set(FAMILIES)
    assert [rule.code for rule in RULES if rule.sort is RuleSort.COMPUTATION] == ["ALW-07", "MEA-01"]
    for rule in RULES:
        assert rule.title.endswith("."), rule.code
        assert rule.source, rule.code
    assert {rule.code for rule in RULES if rule.protected} == {
        "ALW-01", "ALW-04", "ALW-08", "BKG-01", "BKG-02", "CON-01", "CON-02", "CON-03", "JRN-04", "COR-01", "COR-02", "ACC-01",
        "ACC-02", "ACC-03", "ACC-04", "COA-11", "POL-01", "SAF-01", "SAF-04", "TIM-03", "JRN-05",
    }  # fmt: skip


def test_every_must_that_can_refuse_a_plan_says_plainly_why_to_the_learner() -> None:
    for rule in RULES:
        refusable = any(kind.declares.nature is PLAN for kind in rule.on) or rule.always_refuses
        if rule.level != SHOULD and refusable and rule.sort is RuleSort.CHECK:
            assert rule.plain_remedy, rule.code


def test_every_plan_on_a_journey_is_for_an_open_one_but_a_start_and_a_reopening() -> None:
    plans = {kind for kind in KINDS if kind.declares.nature is PLAN and kind.declares.about[0] == "journey"}
    exempt = {kind for kind in plans if kind.declares.name in ("journey-started", "journey-reopened")}
    assert set(PLANS_ON_AN_OPEN_JOURNEY) - {EntryCorrected, EntryWithdrawn} == plans - exempt


def test_a_rule_that_looks_at_timelines_is_on_kinds_that_declare_whose() -> None:
    for kind in hour_is_free.on:
        if kind not in (EntryCorrected, EntryWithdrawn):
            assert {"learner", "coach"} <= {*kind.declares.about, *kind.declares.reads}


def test_no_rule_that_a_policy_cannot_lower_says_that_each_provider_decides_it() -> None:
    for rule in RULES:
        may_be_lowered = rule.sort in JUDGED and not rule.protected
        assert may_be_lowered or "each provider decides" not in rule.source, rule.code
        assert not may_be_lowered or "no policy can lower" not in rule.source, rule.code


def test_no_source_is_a_bare_home_page_or_common_practice() -> None:
    for source in {rule.source for rule in RULES}:
        assert "common practice" not in source
        for address in re.findall(r"(?:[a-z0-9-]+\.)+(?:uk|com|org|net|edu)(?:/\S*)?", source):
            assert re.search(r"/\w", address), source


def test_a_guarantee_is_proven_by_laws_and_never_evaluated() -> None:
    guarantee, _ = [rule for rule in RULES if rule.sort is RuleSort.GUARANTEE]
    with pytest.raises(TypeError, match="SAF-01 is a guarantee"):
        guarantee(EntryWithdrawn("x", "y"), None)  # type: ignore[arg-type]


ROWS = {"FieldType", "Value", "Outlet", "Server", "Opportunity"}
"""What stands in tables whose columns are read down; and an opportunity, which is said by its id and its name."""


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.relative_to(SOURCE).parts[0] not in (*NOT_FOR_HOSTS, "__main__.py")],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_what_has_five_fields_or_more_is_built_by_keyword(path: Path) -> None:
    module = import_module(
        ".".join(("iagcore", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    )
    ours = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    for one in filter(attrs.has, ours):
        fields = [field for field in attrs.fields(one) if field.init]
        positional = [field.name for field in fields if not field.kw_only]
        exempt = one.__name__ in ROWS or one.__name__.startswith("_")
        assert len(fields) < 5 or len(positional) < 2 or exempt, f"{one.__name__}: {positional}"


def test_the_rule_book_is_a_public_name() -> None:
    assert iagcore.__getattr__("rulebook").RULES is RULES
