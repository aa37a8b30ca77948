"""What the metadata promises, tried: the lowest version of every dependency, and each Python that is found here.

    python -m tests.versions            the rules, the record, the journals and the commands: some minutes
    python -m tests.versions --whole    the whole suite on each

Each is tried in a virtual environment of its own, with warnings as errors. A Python that is not on this machine is named
and not tried. It answers with 1 where a run failed.
"""

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

PROJECT: Final = Path(__file__).parents[1]
EXTRAS: Final = ("cli", "sql", "testing")
"""What somebody who uses the library may install: its lowest versions are tried, too."""
TRIED: Final = (
    "tests/scenarios",
    "tests/casebook/test_casebook.py",
    "tests/cli/test_cli.py",
    "tests/practice",
    "tests/record",
    "tests/storage/test_codec.py",
    "tests/storage/test_journals.py",
    "tests/storage/test_sql_journal.py",
    "tests/storage/test_sqlite.py",
    "tests/storage/test_sqlite_file.py",
    "tests/test_learner_a.py",
)
"""What every gate tries: the rest of the suite asks little of a dependency that these do not."""
LOWEST: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,]+\])?>=(?P<version>[\w.]+)")


@attrs.frozen
class Trial:
    """One Python with one choice of versions; `constraints` are lines for pip."""

    name: str
    python: str
    constraints: tuple[str, ...] = ()


def lowest_versions(metadata: dict[str, Any]) -> tuple[str, ...]:
    """The lowest version that the metadata allows of each dependency, as constraints.

    Raises ValueError for a dependency without a lowest version: then nothing can be promised of it.
    """
    project = metadata["project"]
    asked = [*project["dependencies"], *itertools.chain(*(project["optional-dependencies"][one] for one in EXTRAS))]
    found = []
    for requirement in asked:
        match = LOWEST.fullmatch(requirement)
        if match is None:
            raise ValueError(f"{requirement}: no lowest version is named")
        found.append(f"{match['name']}=={match['version']}")
    return tuple(found)


def promised_pythons(metadata: dict[str, Any]) -> tuple[str, ...]:
    """The Pythons that the metadata names, such as `3.11`."""
    named = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    return tuple(match[1] for one in metadata["project"]["classifiers"] if (match := named.fullmatch(one)))


def found_python(version: str) -> str | None:
    """An interpreter of this version: on the path, or beside the others that pyenv keeps."""
    beside = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_the_path = shutil.which(f"python{version}")
    candidates = [on_the_path] if on_the_path else []
    candidates += [str(one / "bin" / "python") for one in sorted(beside.glob(f"{version}.*"), reverse=True)]
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        # a shim of pyenv is found on the path, and answers with an error
        answer = subprocess.run([candidate, "-c", asked], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return candidate
    return None


def trials(metadata: dict[str, Any]) -> Iterator[Trial]:
    """Each Python that is promised and found here with the newest versions, and the first with the lowest."""
    lowest = True
    for version in promised_pythons(metadata):
        python = found_python(version)
        if python is None:
            print(f"Python {version} is not on this machine, and is not tried.")
            continue
        if lowest:
            yield Trial(f"Python {version}, the lowest versions", python, lowest_versions(metadata))
            lowest = False
        if version != "{}.{}".format(*sys.version_info):
            # the Python that runs this has run the whole suite with the newest versions already
            yield Trial(f"Python {version}, the newest versions", python)


def passes(trial: Trial, tests: tuple[str, ...], folder: Path) -> bool:
    """Whether the tests pass in a new environment of this trial's."""
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(trial.constraints), encoding="utf-8")
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([trial.python, "-m", "venv", folder / "venv"], check=True)
    install = [python, "-m", "pip", "install", "-q", "-c", str(constraints), "-e", f"{PROJECT}[dev]"]
    subprocess.run(install, check=True)
    return (
        subprocess.run([python, "-m", "pytest", "-q", "-n", "auto", *tests], cwd=PROJECT, check=False).returncode == 0
    )


def main(arguments: list[str] | None = None) -> int:
    """Run every trial; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__.partition("\n")[0])
    parser.add_argument("--whole", action="store_true", help="run the whole suite on each")
    tests = () if parser.parse_args(arguments).whole else TRIED
    failed = []
    for trial in trials(tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))):
        print(f"-- {trial.name}", flush=True)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            if not passes(trial, tests, Path(folder)):
                failed.append(trial.name)
    print(f"failed: {'; '.join(failed)}" if failed else "every version passes")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
