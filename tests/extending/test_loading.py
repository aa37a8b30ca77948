"""An extension by the name of a module or a file: what cannot be used is said in one sentence."""

import sys
from pathlib import Path

import pytest

from iagcore.exceptions import InvalidExtension
from iagcore.extending.loading import extension_named, extensions_named
from tests.extending.given import FOLDER, SAC


@pytest.fixture(autouse=True)
def a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "our_college.py").write_text(
        'from iagcore.extending import Extension\nOUR = Extension("our")\nNOT = 7\n', "utf-8"
    )
    (tmp_path / "fails.py").write_text("raise RuntimeError('not\\n today')\n", "utf-8")
    (tmp_path / "fails_by_leaving.py").write_text("raise SystemExit(0)\n", "utf-8")
    monkeypatch.delitem(sys.modules, "our_college", raising=False)


def test_a_module_where_the_command_runs_and_a_file_are_found_and_loaded_once() -> None:
    path = list(sys.path)
    ours = extension_named("our_college:OUR")
    assert ours.name == "our"
    assert sys.path == path
    assert extension_named("our_college.py:OUR") is ours
    assert extension_named(f"{FOLDER / 'college.py'}:SAC") is SAC
    assert extensions_named(["college.py:SAC", "college.py:SAC"], within=FOLDER) == (SAC,)


def test_a_module_that_is_found_already_leaves_the_path_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path.cwd()))
    before = list(sys.path)
    assert extension_named("our_college:OUR").name == "our"
    assert sys.path == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("our_college", "it is named module:NAME, such as college:SAC, or college.py:SAC"),
        (":OUR", "it is named module:NAME, such as college:SAC, or college.py:SAC"),
        ("our_college:", "it is named module:NAME, such as college:SAC, or college.py:SAC"),
        ("our_college:OR", "our_college has no OR; did you mean 'OUR'?"),
        ("our_college:NOT", "NOT is no Extension but int"),
        ("no_such:OUR", "no_such cannot be imported (ModuleNotFoundError: No module named 'no_such')"),
        ("fails:OUR", "fails cannot be imported (RuntimeError: not today)"),
        ("fails_by_leaving:OUR", "fails_by_leaving cannot be imported (SystemExit: 0)"),
        ("fails.py:OUR", "fails.py cannot be imported (RuntimeError: not today)"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(InvalidExtension) as raised:
        extension_named(text)
    assert str(raised.value) == f"the extension {text}: {reason}"
    assert not [name for name in sys.modules if "fails" in name]


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(InvalidExtension, match=r"^the extension gone\.py:OUR: there is no file .*gone\.py$"):
        extension_named("gone.py:OUR")


def test_an_extension_that_is_none_itself_says_why_it_is_not() -> None:
    Path("clash.py").write_text('from iagcore.extending import Extension\nALW = Extension("alw")\n', "utf-8")
    with pytest.raises(InvalidExtension, match=r"^the extension clash\.py:ALW: the library's own rules begin with ALW"):
        extension_named("clash.py:ALW")
