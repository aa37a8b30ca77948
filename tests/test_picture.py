"""The picture in the README is what a terminal shows of Learner A's journey."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("rich", reason="the picture is made with the extra cli")
DOCS = Path(__file__).parent.parent / "docs"


def words_of(svg: str) -> list[str]:
    """What stands in the picture, line by line, without spaces."""
    lines: dict[str, str] = {}
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        lines[text.get("y", "")] = lines.get(text.get("y", ""), "") + (text.text or "")
    return [re.sub(r"\s", "", line) for line in lines.values()]


def test_the_picture_shows_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import picture

    lines = list(picture.shown())
    assert [line for line in words_of(picture.PICTURE.read_text("utf-8")) if line] == [
        re.sub(r"\s", "", line) for line in lines if line
    ]
    page = picture.page_of_learner_a().splitlines()
    assert [line for line in lines if line not in (picture.TYPED, picture.LEFT_OUT, "", *page)] == []


def test_the_documented_command_makes_the_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import picture

    monkeypatch.setattr(picture, "PICTURE", tmp_path / "made.svg")
    picture.main()
    assert words_of((tmp_path / "made.svg").read_text("utf-8")) == words_of(
        (DOCS / "_static" / "learner-a.svg").read_text("utf-8")
    )
