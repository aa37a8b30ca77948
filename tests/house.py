"""The figures of the house: how far somebody has to go to follow one booking, and how much is said twice.

    python -m tests.house

They are counted from the code as it runs and as it is written; `tests/test_house.py` keeps each from rising again.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, Final

import attrs

import iagcore
from iagcore.casebook import Casebook
from iagcore.entries import KINDS
from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.storage.memory import MemoryJournal

SOURCE: Final = Path(iagcore.__file__).parent
NINA, JO = "coach:nina", "lead:jo"
NOON: Final = datetime(2025, 9, 2, 12, tzinfo=UTC)
NOT_DERIVED: Final = ("practice/", "testing/oracle/", "storage/upcasters.py")
"""What declares kinds, what answers from the prose alone, and what reads formats that are frozen."""
ABOUT_A_CONCERN: Final = ("ConcernClosed", "concern-closed")
"""A kind about a concern, by both its names."""
HEART: Final = ("practice", "policy", "record", "rulebook", "casebook")
"""What iagcore exists for: it stays small, and what grows does so around it."""
KIND_NAMES: Final = frozenset(kind.__name__ for kind in KINDS)


# ---- what is met on the way


def booked(casebook: Casebook, conversation: str, day: int, minutes: int = 45) -> ConversationBooked:
    """One booking, which is accepted."""
    starts_at = NOON.replace(day=day)
    entry = ConversationBooked(conversation=conversation, coach=NINA, starts_at=starts_at, minutes=minutes)
    casebook.record("a", entry, by=NINA, id=conversation).require()
    return entry


def begun() -> Casebook:
    """A casebook in memory, on which a journey has begun and a first conversation is booked."""
    casebook = Casebook(MemoryJournal(), Policy.load("starter"), clock=lambda: NOON.replace(day=1))
    start = JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)
    casebook.record("a", start, by=JO).require()
    booked(casebook, "first", 2)
    return casebook


def walked(walk: Callable[[], Any]) -> Iterator[tuple[str, str, FrameType]]:
    """What a walk meets, in order: the event, the file within the library, and the frame."""
    met: list[tuple[str, str, FrameType]] = []

    def seen(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event in ("call", "return") and path.startswith(str(SOURCE)):
            met.append((event, str(Path(path).relative_to(SOURCE)), frame))

    sys.setprofile(seen)
    try:
        walk()
    finally:
        sys.setprofile(None)
    return iter(met)


def holds(value: Any, entry: Entry, *, deep: int = 3) -> bool:
    """Whether a value is an entry, or something that goes down with it."""
    if value is entry:
        return True
    if deep and isinstance(value, list | tuple):
        return any(holds(one, entry, deep=deep - 1) for one in value)
    if deep and attrs.has(type(value)) and not isinstance(value, Entry) and hasattr(value, "entry"):
        return holds(value.entry, entry, deep=deep - 1)
    return deep > 0 and isinstance(value, EntryCorrected) and value.entry is entry


def way_of(entry: Entry, walk: Callable[[], Any]) -> list[str]:
    """The files that an entry is handed to, in the order in which each function first has it."""
    way: list[str] = []
    known: set[object] = set()
    for event, file, frame in walked(walk):
        code = frame.f_code
        if event != "call" or code in known or code.co_name.startswith("<"):
            continue
        given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]
        if any(holds(one, entry) for one in given):
            known.add(code)
            way.append(file)
    return way


def floor(file: str) -> int:
    """How high a file stands: what stands higher may import what stands below it."""
    from tests.test_structure import ORDER

    return next(number for number, row in enumerate(ORDER) if file.split("/", maxsplit=1)[0].removesuffix(".py") in row)


def stays(way: list[str]) -> list[str]:
    """The way without the steps from a file to itself."""
    return [file for before, file in zip(["", *way], way, strict=False) if file != before]


# ---- what is written


def lists_of_kinds() -> list[str]:
    """Where kinds are listed by hand outside `practice/`, two or more in one place; a rule's own `on` apart."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        if name.startswith(NOT_DERIVED) or name in ("__init__.py", "entries.py"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        its_own = looked_at(tree)
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                named = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)} & KIND_NAMES
                said = {one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)} & {
                    kind.declares.name for kind in KINDS
                }
                target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                if len(named) + len(said) > 1 and not calls_a_rule(node.value) and target not in its_own:
                    found.append(f"{name}: {target}")
    return found


def looked_at(tree: ast.Module) -> set[str]:
    """The names by which a rule says what it is on: in `on`, or in the annotation of its entry."""
    on = [one.value for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg == "on"]
    entries = [one.annotation for one in ast.walk(tree) if isinstance(one, ast.arg) and one.arg == "entry"]
    return {word for one in (*on, *filter(None, entries)) for word in re.findall(r"\b[A-Z]\w+", ast.unparse(one))}


def calls_a_rule(value: ast.expr) -> bool:
    """Whether a value is a rule that is declared as one."""
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "guarantee"


def naming_a_concern() -> list[str]:
    """The files that name one kind about a concern, and would have to name another.

    The rules apart, which are about it by choice, and the test bench: it draws what is declared, and has cohorts of its
    own making and an oracle that answers from the prose alone.
    """
    files = (path for path in sorted(SOURCE.rglob("*.py")) if not {"rulebook", "testing"} & set(path.parts))
    return [
        str(path.relative_to(SOURCE))
        for path in files
        if any(re.search(rf"\b{one}\b", path.read_text("utf-8")) for one in ABOUT_A_CONCERN)
    ]


def anything_in_rules() -> int:
    """How often a rule takes or gives `Any`, which no type checker looks into."""
    trees = (ast.parse(path.read_text("utf-8")) for path in (SOURCE / "rulebook").glob("*.py"))
    return sum(isinstance(one, ast.Name) and one.id == "Any" for tree in trees for one in ast.walk(tree))


def lines(*folders: str) -> int:
    """The lines of the library, or of some of its folders."""
    within = [SOURCE / folder for folder in folders] or [SOURCE]
    return sum(len(path.read_text("utf-8").splitlines()) for one in within for path in one.rglob("*.py"))


# ---- all of them


def figures() -> dict[str, int]:
    """Every figure under its name."""
    casebook = begun()
    met = list(walked(lambda: booked(casebook, "second", 3)))
    files = [file for _, file, _ in met]
    beside = {file for file in files if file.split("/")[0] not in ("practice", "rulebook")}
    casebook = begun()
    entry = ConversationBooked(conversation="third", coach=NINA, starts_at=NOON.replace(day=4), minutes=45)
    way = stays(way_of(entry, lambda: casebook.record("a", entry, by=NINA)))
    climbs = [file for before, file in pairwise(way) if floor(file) > floor(before)]
    return {
        "files touched by one booking": len(set(files)),
        "moves between files on the way": len(stays(files)) - 1,
        "files open beside rules and practice": len(beside),
        "returns of an entry to a file it had left": len(way) - len(set(way)),
        "climbs of an entry": len(climbs),
        "lists of kinds outside practice": len(lists_of_kinds()),
        "files that name one kind about a concern": len(naming_a_concern()),
        "Any in rules": anything_in_rules(),
        "public names": len(iagcore.__all__),
        "lines of the library": lines(),
        "lines of its heart": lines(*HEART),
    }


if __name__ == "__main__":
    for name, figure in figures().items():
        print(f"{figure:>6}  {name}")
