"""What the README says is so: its Python runs, its picture is there, and it names every folder."""

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

README = Path(__file__).parent.parent / "README.md"


def test_every_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(README)
    examples = list(document.examples())
    for example in examples:
        example.evaluate()
    document.namespace["casebook"]._reading.journal.close()
    assert len(examples) == 2


def test_its_picture_is_there() -> None:
    [(_, picture)] = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", README.read_text("utf-8"))
    assert (README.parent / picture).is_file()


def test_it_names_every_folder_of_the_package() -> None:
    text = README.read_text("utf-8")
    for folder in (README.parent / "src" / "iagcore").iterdir():
        if (folder / "__init__.py").exists():
            assert f"`{folder.name}/`" in text, folder.name
