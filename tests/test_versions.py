"""The lowest versions and the Pythons that the gate tries are those of the metadata, and of nothing else."""

import sys
import tomllib

import pytest

from tests.versions import PROJECT, TRIED, found_python, lowest_versions, promised_pythons, trials

METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
HERE = "{}.{}".format(*sys.version_info)


def metadata(dependency: str) -> dict[str, object]:
    extras: dict[str, list[str]] = {"cli": [], "sql": [], "testing": []}
    named = ["Programming Language :: Python :: 3", f"Programming Language :: Python :: {HERE}"]
    return {
        "project": {
            "dependencies": [dependency],
            "optional-dependencies": extras,
            "classifiers": [*named, "Programming Language :: Python :: 3.99"],
        }
    }


def test_the_lowest_version_is_the_one_that_the_metadata_names() -> None:
    assert lowest_versions(metadata("psycopg[binary]>=3.2.3")) == ("psycopg==3.2.3",)


@pytest.mark.parametrize("dependency", ["attrs", "attrs<26", "attrs>=25.4,<26"])
def test_a_dependency_whose_lowest_version_is_not_plain_is_refused_by_name(dependency: str) -> None:
    with pytest.raises(ValueError, match=f"^{dependency}: no lowest version is named$"):
        lowest_versions(metadata(dependency))


def test_every_dependency_of_the_library_and_its_extras_has_a_lowest_version() -> None:
    assert {"attrs==25.4", "cattrs==24.1", "python-dateutil==2.9"} <= set(lowest_versions(METADATA))


def test_every_python_that_the_metadata_names_is_promised() -> None:
    assert promised_pythons(METADATA) == ("3.11", "3.12", "3.13")


def test_a_python_that_is_not_here_is_named_and_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    tried = [(one.name, one.constraints) for one in trials(metadata("attrs>=25.4"))]
    assert tried == [(f"Python {HERE}, the lowest versions", ("attrs==25.4",))]
    assert capsys.readouterr().out == "Python 3.99 is not on this machine, and is not tried.\n"


def test_this_python_is_found() -> None:
    assert found_python(HERE) is not None


def test_what_is_tried_is_there() -> None:
    assert [path for path in TRIED if not (PROJECT / path).exists()] == []
