"""The glossary binds the code: a word of a public name that is not on its page is found here."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import iagcore
import iagcore.entries
import iagcore.testing
from iagcore.entries import KINDS
from iagcore.policy.values import VALUES

SOURCE = Path(iagcore.__file__).parent
PAGE = (Path(__file__).parent.parent / "docs" / "glossary.md").read_text("utf-8")
TERMS, _, PLAIN = PAGE.partition("## Plain words")

NEVER = {"manager", "helper", "util", "utils", "handler", "data", "info"}
"""Words that say nothing of what a thing is."""


def words_of(name: str) -> set[str]:
    """The words of a name, CamelCase or with underscores; `SQLite` is one."""
    apart = re.findall(r"SQLite|[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return {word.lower() for word in apart}


def forms_of(term: str) -> set[str]:
    """A term of the glossary with what it becomes by itself: booked of book, entries of entry, refused of refuse."""
    stem = term.removesuffix("e") if term.endswith("e") else term.removesuffix("y")
    doubled = term + term[-1]
    endings = {term + ending for ending in ("", "s", "es", "ed", "ing", "al")}
    endings |= {stem + ending for ending in ("ies", "ied", "ed", "ing", "al", "ion")}
    return endings | {doubled + ending for ending in ("ed", "ing", "al")}


def glossary() -> set[str]:
    """Every word that the terms of the glossary and their forms have."""
    found: set[str] = set()
    for line in re.findall(r"^(\S[^\n]*)\n: ", TERMS, re.MULTILINE):
        for word in re.findall(r"[A-Za-z]+", line):
            found |= forms_of(word.lower())
    return found


def plain_words() -> list[str]:
    return re.findall(r"[a-z]+", PLAIN.partition(":")[2])


def public_names() -> Iterator[tuple[str, str]]:
    """Each public name and where it stands."""
    for module in SOURCE.rglob("*.py"):
        for part in module.relative_to(SOURCE).with_suffix("").parts:
            if not part.startswith("__"):
                yield part, str(module.relative_to(SOURCE))
    for package in (iagcore, iagcore.entries, iagcore.testing):
        for name in getattr(
            package, "__all__", [name for name in vars(package) if name[0].isalpha() and name != "annotations"]
        ):
            yield name, package.__name__
            yield from attributes(getattr(package, name), f"{package.__name__}.{name}")
    for met in modules_that_a_host_meets():
        for name, found in inspect.getmembers(met, inspect.isclass):
            if found.__module__ == met.__name__ and not name.startswith("_"):
                yield name, met.__name__
                yield from attributes(found, f"{met.__name__}.{name}")
    for kind in KINDS:
        for field in kind.declares.fields:
            yield field.name, kind.declares.name
    for value in VALUES:
        yield value.name, "the values of a policy"


def modules_that_a_host_meets() -> list[ModuleType]:
    """The modules whose classes a host meets beside those of the package itself."""
    named = ("practice", "directory.matching", "directory.protocols", "storage.protocols", "record.journey")
    paths = [path for one in named for path in SOURCE.glob(f"{one.replace('.', '/')}.py")]
    paths += sorted((SOURCE / "practice").glob("*.py"))
    paths += sorted((SOURCE / "opportunities").glob("*.py"))
    parts = [path.relative_to(SOURCE).with_suffix("").parts for path in paths]
    return [import_module(".".join(("iagcore", *(part for part in one if part != "__init__")))) for one in parts]


def attributes(of: object, name: str) -> Iterator[tuple[str, str]]:
    """The public attributes of a class that are its own, and not those of the built-in class that it extends."""
    if not inspect.isclass(of) or name.endswith("Contract"):  # the tests of a contract are sentences
        return
    ours = [base for base in of.__mro__ if base.__module__.startswith("iagcore")]
    for attribute in {attribute for base in ours for attribute in vars(base)}:
        if not attribute.startswith("_"):
            yield attribute, name


def test_every_word_of_a_public_name_is_in_the_glossary() -> None:
    known = glossary() | set(plain_words())
    unknown = {word: f"{name}, in {where}" for name, where in public_names() for word in words_of(name) - known}
    assert unknown == {}


def test_no_public_name_has_a_word_that_says_nothing() -> None:
    assert [(name, where) for name, where in public_names() if words_of(name) & NEVER] == []


def test_every_plain_word_is_used_by_a_name_and_is_no_term() -> None:
    used = {word for name, _ in public_names() for word in words_of(name)}
    assert [word for word in plain_words() if word not in used or word in glossary()] == []


def test_the_plain_words_are_in_order_and_named_once() -> None:
    assert plain_words() == sorted(set(plain_words()))


def test_a_word_that_is_nowhere_in_the_glossary_would_be_found() -> None:
    assert "frobnicator" not in glossary() | set(plain_words())
    assert words_of("FrobnicatorOfSQLiteJournals") == {"frobnicator", "of", "sqlite", "journals"}
