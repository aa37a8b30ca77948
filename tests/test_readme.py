"""What the README says is so: its Python runs, and what it says `show` prints is what `show` prints."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from iagcore.cli import main

README = Path(__file__).parent.parent / "README.md"
EXAMPLE = README.parent / "docs" / "examples" / "learner-a.toml"


def test_every_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(README)
    examples = list(document.examples())
    for example in examples:
        example.evaluate()
    document.namespace["casebook"]._reading.journal.close()
    assert len(examples) == 2


def test_what_it_says_that_show_prints_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = str(tmp_path / "casebook.db")
    assert main(["record", str(EXAMPLE), "--journal", journal]) == 0
    capsys.readouterr()
    assert main(["show", "learner-a", "--journal", journal]) == 0
    shown = capsys.readouterr().out.splitlines()
    (block,) = README.read_text("utf-8").split("```text\n")[1:]
    for line in block.split("```")[0].splitlines():
        assert line in shown, line


def test_it_names_every_folder_of_the_package() -> None:
    text = README.read_text("utf-8")
    for folder in (README.parent / "src" / "iagcore").iterdir():
        if (folder / "__init__.py").exists():
            assert f"`{folder.name}/`" in text, folder.name
