"""A TOML text whose values know the line they stand on."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.exceptions import InvalidFile, InvalidPolicy
from iagcore.toml_source import Place, Source, read_text

JOURNEY = '''\
# a journey file
schema = 1   # the first
"file name" = "learner-a"

[[entry]]
kind = "conversation-booked"
'quoted key' = 1
words = """
[not a header]
minutes = 1
it said \\""" and went on""""
minutes = 45

[entry.extra.deep]
a.b . "c d" = 1
a.e = 2

[[entry]]
lines = [   # [[not]] a header
  "one]",
  { start = 1, end = [2,
    3] },
]
literal = \'\'\'
# not a comment
\'\'\'
  minutes = 50
when = 2015-10-05 09:30:00+01:00

  [[entry.part]]
  n = 1

  [[entry.part]]
  n = 2
empty = []
none = {}

[table."of \\"quotes\\"".'x']
key = "\\\\"
[table]
last = 1.5'''


def parsed(text: str) -> Source:
    return Source.parse(text, file="a.toml")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("schema",), 2),
        (("file name",), 3),
        (("entry",), 5),
        (("entry", 0), 5),
        (("entry", 0, "kind"), 6),
        (("entry", 0, "quoted key"), 7),
        (("entry", 0, "words"), 8),
        (("entry", 0, "minutes"), 12),
        (("entry", 0, "extra"), 14),
        (("entry", 0, "extra", "deep"), 14),
        (("entry", 0, "extra", "deep", "a"), 15),
        (("entry", 0, "extra", "deep", "a", "b"), 15),
        (("entry", 0, "extra", "deep", "a", "b", "c d"), 15),
        (("entry", 0, "extra", "deep", "a", "e"), 16),
        (("entry", 1), 18),
        (("entry", 1, "lines"), 19),
        (("entry", 1, "lines", 0), 20),
        (("entry", 1, "lines", 1), 21),
        (("entry", 1, "lines", 1, "start"), 21),
        (("entry", 1, "lines", 1, "end", 0), 21),
        (("entry", 1, "lines", 1, "end", 1), 22),
        (("entry", 1, "literal"), 24),
        (("entry", 1, "minutes"), 27),
        (("entry", 1, "when"), 28),
        (("entry", 1, "part"), 30),
        (("entry", 1, "part", 0), 30),
        (("entry", 1, "part", 0, "n"), 31),
        (("entry", 1, "part", 1), 33),
        (("entry", 1, "part", 1, "n"), 34),
        (("entry", 1, "part", 1, "empty"), 35),
        (("entry", 1, "part", 1, "none"), 36),
        (("table", 'of "quotes"'), 38),
        (("table", 'of "quotes"', "x", "key"), 39),
        (("table",), 40),
        (("table", "last"), 41),
    ],
)
def test_a_value_stands_on_the_line_where_it_begins(path: Place, line: int) -> None:
    assert parsed(JOURNEY).line(*path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("entry", 1, "coach"), 18),
        (("entry", 1, "part", 7, "n"), 30),
        (("entry", 0, "minutes", "below"), 12),
        (("nothing", "of", "this"), 1),
    ],
)
def test_a_value_that_is_not_there_falls_back_to_what_is_around_it(path: Place, line: int) -> None:
    assert parsed(JOURNEY).line(*path) == line


def test_only_an_empty_text_has_no_line() -> None:
    assert parsed("").line("schema") is None
    assert parsed("").data == {}
    assert parsed("\n").line("schema") == 1


def test_a_text_in_a_longer_one_counts_its_lines_on() -> None:
    source = Source.parse("a = 1\nb = 2\n", file="a.toml", first_line=11)
    assert source.line() == 11
    assert source.line("b") == 12
    with pytest.raises(InvalidFile, match=r"^a\.toml:12: it is not TOML: Invalid value, at column 5$"):
        Source.parse("a = 1\nb = ?\n", file="a.toml", first_line=11)


def test_what_is_wrong_is_said_with_its_file_and_line() -> None:
    error = parsed(JOURNEY).wrong("minutes are too few", "entry", 1, "minutes")
    assert type(error) is InvalidFile
    assert (error.file, error.line, error.reason) == ("a.toml", 27, "minutes are too few")
    assert str(error) == "a.toml:27: minutes are too few"


def test_the_caller_chooses_the_sort_of_error(tmp_path: Path) -> None:
    assert type(Source.parse("", file="a.toml", error=InvalidPolicy).wrong("no")) is InvalidPolicy
    with pytest.raises(InvalidPolicy):
        Source.parse("?", file="a.toml", error=InvalidPolicy)
    with pytest.raises(InvalidPolicy):
        Source.read(tmp_path / "missing.toml", error=InvalidPolicy)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1\nb = ?\n", 2, "it is not TOML: Invalid value, at column 5"),
        ('a = 1\r\nb = "x\r\n', 2, "it is not TOML: Illegal character '\\n', at column 7"),
        ("a = 1\n\nb = \n", 3, "it is not TOML: Invalid value, at column 5"),
        ("a = 1\n\n[b", 3, "it is not TOML: Expected ']' at the end of a table declaration, at its end"),
        ('a = """\nx\n\n', 2, "it is not TOML: Unterminated string, at its end"),
        ("a = 1\na = 2\nb = 3", 2, "it is not TOML: Cannot overwrite a value, at column 6"),
        ('a = 1\nb = "\ud800"', 2, "it has half a character (U+D800)"),
        ("a = " + "[" * 20_000, None, "it is nested too deeply to be read"),
    ],
)
def test_a_text_that_is_not_toml_is_an_error_with_its_line(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(InvalidFile) as raised:
        parsed(text)
    assert (raised.value.file, raised.value.line, raised.value.reason) == ("a.toml", line, reason)


def test_a_number_too_long_to_read_is_an_error_without_a_line() -> None:
    with pytest.raises(InvalidFile, match=r"^a\.toml: it is not TOML: Exceeds the limit \(4300 digits\)"):
        parsed("a = " + "1" * 5000)


def test_a_file_is_read_with_its_name_its_text_and_its_values(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"a = 1\r\nb = '''\r\nx'''\r\n")
    source = Source.read(path)
    assert source.file == str(path)
    assert source.text == "a = 1\nb = '''\nx'''\n"
    assert source.data == {"a": 1, "b": "x"}
    assert source.line("b") == 2


def test_a_mark_in_front_of_utf_8_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert Source.read(str(path)).text == "a = 1\n"


def test_a_file_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "missing.toml"
    with pytest.raises(InvalidFile) as raised:
        read_text(path)
    assert str(raised.value) == f"{path}: there is no such file"


def test_a_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as raised:
        read_text(tmp_path)
    assert str(raised.value) == f"{tmp_path}: it is a folder; a file is expected"


def test_bytes_that_are_not_utf_8_are_an_error_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes('a = 1\nb = "café"\n'.encode("latin-1"))
    with pytest.raises(InvalidFile) as raised:
        read_text(path)
    assert str(raised.value) == (f"{path}:2: it is not UTF-8 (byte 0xE9): save it again with the encoding UTF-8")


def test_a_file_that_cannot_be_read_is_an_error_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InvalidFile) as raised:
        read_text(tmp_path / "a.toml")
    assert raised.value.reason == "it cannot be read: Permission denied"


def test_a_path_that_no_file_can_have_is_an_error_with_the_reason() -> None:
    with pytest.raises(InvalidFile) as raised:
        read_text("a\0b.toml")
    assert raised.value.reason == "it cannot be read: embedded null byte"


# Each value is written with decoys inside: what looks like a header, a key, a comment or an end is none.
VALUES_WITH_DECOYS = (
    "1",
    "true # ] a = 1",
    "2015-04-01",
    "-inf",
    '"a = 1 # [b]"',
    '""',
    "'[[a]] \"'",
    '"""\n[a]\nb = 1\n"""',
    '"""x\\\\"""""',
    "'''\n[[a]]\n''''",
    "[]",
    "[ # ]\n 1,\n '''\n]''', [2,\n3],\n]",
    "{ }",
    '{ x = 1, "y.z" = { w = [ "}",\n"]" ] }, v.u = 2 }',
)
PARTS = (("a", "a"), ("b-2", "b-2"), ('"c.d"', "c.d"), ("'e f'", "e f"), ('"\\u00e9\\""', 'é"'), ("3", "3"))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Place, int]]:
    """A document, and the line of each of its headers and keys, noted while it is written."""
    lines: list[str] = []
    expected: dict[Place, int] = {}

    def here() -> int:
        return sum(line.count("\n") + 1 for line in lines) + 1

    def keys(table: Place) -> None:
        for written, part in draw(st.lists(st.sampled_from(PARTS), unique=True, max_size=4)):
            lines.extend(draw(st.lists(st.sampled_from(("", "# [a]", "  \t")), max_size=2)))
            expected[(*table, part)] = here()
            spaces = draw(st.sampled_from(("", " ", "\t")))
            lines.append(f"{spaces}{written}{spaces}={spaces}{draw(st.sampled_from(VALUES_WITH_DECOYS))}")

    keys(())
    for block in range(draw(st.integers(0, 4))):
        name = f"t{block}"
        if draw(st.booleans()):
            expected[(name,)] = here()
            lines.append(f"[{name}] # x")
            keys((name,))
            continue
        expected[(name,)] = here()
        for element in range(draw(st.integers(1, 3))):
            expected[(name, element)] = here()
            lines.append(f"[[ {name} ]]")
            keys((name, element))
            for inner in range(draw(st.integers(0, 2))):
                expected.setdefault((name, element, "in ner"), here())
                expected[(name, element, "in ner", inner)] = here()
                lines.append(f"[[{name}.'in ner']]")
                keys((name, element, "in ner", inner))
            if draw(st.booleans()):
                expected[(name, element, "sub")] = expected[(name, element, "sub", "table")] = here()
                lines.append(f'[{name}."sub".table]')
                keys((name, element, "sub", "table"))
    return "\n".join(lines), expected


@given(documents())
def test_every_header_and_key_of_any_document_stands_where_it_was_written(
    document: tuple[str, dict[Place, int]],
) -> None:
    text, expected = document
    source = parsed(text)
    assert {path: source.line(*path) for path in expected} == expected
    assert source.data == tomllib.loads(text)


@given(documents(), st.integers(0, 30))
def test_lines_are_the_same_however_they_end_and_move_with_what_is_above(
    document: tuple[str, dict[Place, int]], above: int
) -> None:
    text, expected = document
    moved = parsed("# above\n" * above + text)
    windows = parsed(text.replace("\n", "\r\n"))
    assert {path: moved.line(*path) for path in expected} == {path: line + above for path, line in expected.items()}
    assert {path: windows.line(*path) for path in expected} == expected
