"""The command `iagcore directory`: what it prints, and the code it exits with."""

import json
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from iagcore.cli import directory as command
from iagcore.cli import main
from iagcore.directory.sqlite import SQLiteDirectory
from tests.directory.feeds import SAMPLES

Run = Callable[..., tuple[int, str, str]]

ART: dict[str, Any] = {
    "id": "art",
    "name": "Art for all",
    "status": "active",
    "organization": {"name": "College"},
    "minimum_age": 18,
    "assured_date": "2025-12-01",
    "schedules": [{"freq": "WEEKLY", "byday": "SA", "opens_at": "10:00", "closes_at": "12:00"}],
    "cost_options": [{"amount": 0}],
    "locations": [
        {"name": "Library", "latitude": 51.545, "longitude": 0.71, "accessibility": [{"description": "Step-free"}]}
    ],
    "description": "Paint and drink tea.\n\nBring friends.",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder of its own: its exit code, and what it printed on either stream."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "today", lambda: date(2026, 1, 5))

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["directory", *argv])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def write(name: str, value: Any) -> str:
    Path(name).write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return name


def test_an_import_says_what_was_repaired_set_aside_and_kept(run: Run) -> None:
    write("council.json", {"contents": [ART, {**ART, "id": "b", "name": "Bowls", "url": "www.example.org"}, None]})
    assert run("import", "council.json", "--directory", "d.db", "--feed", "council") == (
        0,
        """\
council.json: record 2 (b): 'www.example.org' was completed to https://www.example.org
council.json: record 3: set aside, since it is null
Directory: d.db, feed: council
3 read: 2 kept, 0 said again, 1 set aside
of those kept, 2 new, 0 changed, 0 as before
1 repaired or not understood in part:
       1  url: a web address was completed, or could not be used
""",
        "",
    )


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (["good.json"], [], 0),
        (["good.json"], ["--strict"], 0),
        (["aside.json"], [], 0),
        (["aside.json"], ["--strict"], 1),
        (["good.json", "none.json"], [], 0),
        (["good.json", "none.json"], ["--strict"], 1),
        (["none.json"], [], 2),
        (["page.html", "none.json"], ["--strict"], 2),
        (["empty.json"], [], 0),
    ],
)
def test_the_exit_code_says_whether_anything_could_be_read(
    run: Run, files: list[str], options: list[str], code: int
) -> None:
    write("good.json", [ART])
    write("aside.json", [ART, 17])
    write("empty.json", {"contents": []})
    write("page.html", "<html><body>502 Bad Gateway</body></html>")
    assert run("import", *files, *options)[0] == code


def test_what_could_not_be_read_is_said_on_the_other_stream(run: Run) -> None:
    write("page.html", "<html>")
    code, out, err = run("import", "page.html", "none.json")
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: page.html: it is a page of HTML; name a file of JSON, or a folder or zip of tables\n"
        "iagcore: none.json: there is no such file or folder; check its name\n"
    )


def test_a_full_import_says_what_is_gone_and_what_is_back(run: Run) -> None:
    write("two.json", [ART, {"id": "b", "name": "Bowls"}])
    write("one.json", [ART])
    full = ("--full", "--feed", "f")
    run("import", "two.json", *full)
    assert "1 gone: the feed has them no longer, and they are kept as gone\n" in run("import", "one.json", *full)[1]
    assert run("show", "b")[1].startswith("Bowls\n=====\nGONE: the feed f no longer had it on 05 Jan 2026\n")
    assert "1 back: they had been gone\n" in run("import", "two.json", "--feed", "f")[1]
    write("null.json", [ART, None, {"id": "b", "taxonomy": "no service"}])
    assert "1 gone" in run("import", "null.json", *full)[1]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (["empty.json"], "the files list no service"),
        (["two.json", "none.json"], "not all of the feed could be read, and what is missing may be in the rest"),
        (["broken.json"], "not all of the feed could be read, and what is missing may be in the rest"),
        (["aside.json"], "not all of the feed could be read, and what is missing may be in the rest"),
        (
            ["one.json"],
            "more than half of the feed would be. If the files are all of it, import them again with --allow-gone",
        ),
    ],
)
def test_a_full_import_that_cannot_say_what_is_gone_marks_nothing_says_why_and_exits_with_1(
    run: Run, files: list[str], why: str
) -> None:
    bowls, chess = {"id": "b", "name": "Bowls"}, {"id": "c", "name": "Chess"}
    write("three.json", [ART, bowls, chess])
    write("two.json", [ART, bowls])
    write("one.json", [ART])
    write("empty.json", [])
    write("aside.json", [ART, bowls, 17])
    write("broken.json", '[{"id": "art", "name": "Art for all"}, {"id": "b", "name": "Bowls"}, {"id"')
    full = ("--full", "--feed", "f")
    assert run("import", "three.json", *full)[0] == 0
    code, out, _ = run("import", *files, *full)
    assert (code, out.splitlines()[-1]) == (1, f"Nothing was marked as gone: {why}.")
    assert "3 of 3 shown" in run("search")[1]


def test_more_than_half_of_a_feed_is_gone_where_that_is_allowed(run: Run) -> None:
    write("three.json", [ART, {"id": "b", "name": "Bowls"}, {"id": "c", "name": "Chess"}])
    write("one.json", [ART])
    run("import", "three.json", "--full", "--feed", "f")
    code, out, _ = run("import", "--full", "--allow-gone", "one.json", "--feed", "f")
    assert (code, "2 gone: the feed has them no longer" in out) == (0, True)


def test_a_full_import_says_which_feed_it_is(run: Run) -> None:
    write("one.json", [ART])
    assert run("import", "one.json", "--full") == (
        2,
        "",
        "iagcore: import: feed = None: --full marks what a feed no longer has as gone: say which feed, such as "
        "--feed council\n",
    )


def test_a_few_repairs_of_each_sort_are_told_and_all_of_them_where_asked(run: Run) -> None:
    write("many.json", [{"id": str(n), "name": f"Walk {n}", "minimum_age": -1} for n in range(9)])
    code, out, _ = run("import", "many.json")
    assert (code, out.count("minimum_age -1"), "… age: 6 more (--every tells them all)\n" in out) == (0, 3, True)
    code, out, _ = run("import", "many.json", "--every")
    assert (code, out.count("minimum_age -1"), "more" in out) == (0, 9, False)


def test_progress_is_shown_on_a_terminal_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("many.json", [{"id": str(n), "name": f"Walk {n}", **({"url": "x"} if n == 600 else {})} for n in range(1100)])
    assert run("import", "many.json")[2] == ""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = run("import", "many.json", "--every")[2]
    assert "\r500 records" in err
    assert "\r1000 records" in err
    assert err.endswith("\r" + " " * 60 + "\r")


def test_folders_and_zips_are_opened(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    write("pages/1.json", {"contents": [ART]})
    write("pages/2.json", {"contents": [{"id": "b", "name": "Bowls"}]})
    with zipfile.ZipFile("pages.zip", "w") as archive:
        archive.writestr("3.json", json.dumps([{"id": "c", "name": "Chess"}]))
    assert "3 read: 3 kept" in run("import", "pages", "pages.zip")[1]


def test_a_search_says_why_each_is_here_and_what_to_ask(run: Run) -> None:
    write("council.json", [ART, {"id": "b", "name": "Bowls and art"}, {**ART, "id": "c", "status": "defunct"}])
    run("import", "council.json", "--directory", "d.db")
    asked = ("--near", "51.54,0.71", "--within", "5", "--day", "sat", "--free", "--age", "34", "--text", "art")
    assert run("search", "--directory", "d.db", *asked) == (
        0,
        """\
1. Art for all, College [art]
   it runs (last checked on 01 Dec 2025)
   it is 0.6 km away
   it is on Saturdays (the directory says: every week on Saturday 10:00–12:00)
   it is free
   it is for ages from 18, and so for 34
   ask: how it brings people together
2. Bowls and art [b]
   ask: whether it still runs (nobody says when it was last checked)
   ask: where it takes place, and how far that is (the directory does not say)
   ask: whether it is on Saturdays (the directory does not say)
   ask: what it costs (the directory does not say)
   ask: whether it is for age 34
   ask: how it brings people together
2 of 2 shown.
""",
        "",
    )


def test_a_search_that_finds_nothing_says_so(run: Run) -> None:
    assert run("search", "--text", "art") == (0, "The directory is empty: import something first.\n", "")
    write("council.json", [ART])
    run("import", "council.json")
    assert run("search", "--text", "chess") == (
        0,
        "Nothing fits.\nNothing in the directory says 'chess'.\n",
        "",
    )


def test_a_search_counts_no_further_than_anybody_reads(run: Run) -> None:
    write("many.json", [{"id": str(n), "name": f"Walk {n}"} for n in range(1005)])
    run("import", "many.json")
    assert run("search", "--most", "1")[1].endswith("1 of more than 999 shown.\n")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--day", "sta"], "search: day = 'sta': a day of the week is expected, such as sat; did you mean 'sat'?"),
        (["--near", "91,0"], "search: near = (91.0, 0.0): degrees of latitude run from -90 to 90"),
        (["--within", "5"], "search: within = 5.0: say near which place: --near LATITUDE,LONGITUDE"),
        (["--near", "51,0", "--within", "0"], "search: within = 0.0: kilometres run from above 0 to 20100"),
        (["--age", "200"], "search: age = 200: whole years from 0 to 130 are expected"),
        (["--text", "?!"], "search: text = '?!': it holds no word to look for"),
        (["--text", "a " + "b ".join(map(str, range(30)))], None),
        (["--most", "0"], "search: most = 0: at least 1 is shown"),
    ],
)
def test_a_search_that_cannot_be_meant_is_bad_input(run: Run, options: list[str], reason: str | None) -> None:
    code, out, err = run("search", *options)
    assert (code, out) == (2, "")
    assert err == f"iagcore: {reason}\n" if reason else "more than 20 words" in err


@pytest.mark.parametrize(
    "options", [["search", "--near", "here"], ["search", "--directory", ":memory:"], ["import"], []]
)
def test_a_command_that_is_not_one_exits_by_itself(run: Run, options: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*options)
    assert left.value.code == 2


def test_one_opportunity_is_shown_whole(run: Run) -> None:
    run("import", str(SAMPLES / "borsetshire-3.0.json"), "--feed", "borsetshire")
    code, out, err = run("show", "5a1f0c1e-6f52-4a53-9d0f-4f1b7f8d0001")
    assert (code, err) == (0, "")
    assert out == (SAMPLES / "borsetshire-art.txt").read_text("utf-8")


def test_an_opportunity_that_is_not_there_names_the_nearest(run: Run) -> None:
    write("council.json", [ART])
    run("import", "council.json")
    assert run("show", "arts") == (
        2,
        "",
        "iagcore: directory: id = 'arts': there is no such opportunity in directory.db; did you mean 'art'?\n",
    )


def test_the_day_is_the_day_here() -> None:
    assert abs((command.today() - date.today()).days) <= 1  # noqa: DTZ011 # the very day, but around midnight


def test_a_directory_is_a_file_of_its_own(run: Run) -> None:
    write("council.json", [ART])
    run("import", "council.json", "--directory", "d.db")
    with SQLiteDirectory("d.db") as kept:
        assert [one.id for one in kept.listings()] == ["art"]
    Path("text.db").write_text("not a directory " * 100)
    assert run("search", "--directory", "text.db")[2] == (
        "iagcore: text.db: it is not a directory of opportunities but a file of another kind; "
        "give a directory of opportunities, or the name of a new file\n"
    )


def test_where_nothing_fits_it_is_said_what_was_hidden_and_why(run: Run) -> None:
    bowls = {**ART, "id": "b", "name": "Bowls and art", "status": "defunct", "maximum_age": 30}
    write("council.json", [ART, bowls])
    run("import", "council.json", "--directory", "d.db")
    asked = ("search", "--directory", "d.db", "--text", "art", "--day", "mon", "--age", "34")
    assert run(*asked, "--near", "52.5,0.71", "--within", "5")[1] == (
        "Nothing fits.\n"
        "2 say 'art', and all are hidden: 1 is not running, or closed for now, 2 are further away than 5 km, 2 are not on "
        "Mondays, 1 is not for age 34.\n"
        "Leave out what you can do without, and search again.\n"
    )
    assert run("search", "--directory", "d.db", "--text", "all", "--age", "12")[1].splitlines()[1] == (
        "1 says 'all', and is hidden: 1 is not for age 12."
    )
    assert run("search", "--directory", "d.db", "--age", "12")[1].splitlines()[1] == (
        "2 in the directory, and all are hidden: 1 is not running, or closed for now, 2 are not for age 12."
    )
    assert run("search", "--directory", "d.db", "--text", "art zumba")[1] == (
        "Nothing fits.\nNothing in the directory says 'art zumba'. Each word alone is found so often:\n"
        "   art: 1\n   zumba: 0\n"
    )


def test_a_directory_of_which_all_is_gone_has_nothing_in_it_now(run: Run) -> None:
    write("two.json", [ART])
    write("one.json", [{"id": "b", "name": "Bowls", "status": "defunct"}])
    run("import", "two.json", "--feed", "f")
    run("import", "one.json", "--feed", "f", "--full", "--allow-gone")
    assert run("search", "--text", "art")[1] == "Nothing fits.\nNothing in the directory says 'art'.\n"


def test_a_language_and_fresh_days_are_asked_for(run: Run) -> None:
    write("council.json", [{**ART, "languages": [{"code": "so"}], "description": "Meet new people."}])
    run("import", "council.json")
    out = run("search", "--language", "Somali", "--fresh-days", "10")[1]
    assert "it is offered in Somali\n" in out
    assert "ask: whether it still runs" in out
    assert 'it brings people together: "Meet new people."\n' in out


def test_what_contradicts_itself_and_what_may_be_another_is_told(run: Run) -> None:
    write("two.json", [ART, {**ART, "status": "inactive"}])
    assert "said in two ways, so that neither is known: art\n" in run("import", "two.json")[1]
    assert "said two ways:   status: " in run("show", "art")[1]
    write("other.json", [{"id": "art", "name": "Bowls", "organization": {"name": "Club"}}])
    assert (
        "under the id of another service, by name and organisation: art; look at each, since the feed may have given the "
        "id away\n" in run("import", "other.json")[1]
    )
    many = [{"id": str(n), "name": "A", "status": s} for n in range(12) for s in ("active", "inactive")]
    write("many.json", many)
    assert "neither is known: 0, 1, 10, 11, 2, 3, 4, 5, 6, 7 and 2 more\n" in run("import", "many.json")[1]


def test_a_page_is_printed_or_written(run: Run) -> None:
    write("council.json", [ART])
    run("import", "council.json")
    code, out, _ = run("search", "--html")
    assert (code, out.startswith("<!DOCTYPE html>"), "<h2>Art for all</h2>" in out) == (0, True, True)
    assert run("search", "--html", "p.html") == (
        0,
        "The page is in p.html: open it in a browser, and print it.\n",
        "",
    )
    assert Path("p.html").read_text("utf-8") + "\n" == out
    code, _, err = run("search", "--html", "none/p.html")
    assert (code, "it cannot be written (No such file or directory)" in err) == (2, True)
    assert "We did not find anything" in run("search", "--text", "chess", "--html")[1]


def test_files_that_have_not_changed_are_not_read_again_unless_all_is_to_be_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("council.json", [{**ART, "url": "www.example.org"}, {"id": "b", "name": "Bowls"}, 17])
    first = run("import", "council.json")[1]
    assert "'www.example.org' was completed" in first
    monkeypatch.setattr(command, "today", lambda: date(2026, 2, 5))
    assert run("import", "council.json")[1] == (
        "Directory: directory.db, feed: directory\n"
        "the same as on 05 Jan 2026, and so not read again\n"
        "3 read: 2 kept, 0 said again, 1 set aside\n"
        "of those kept, 0 new, 0 changed, 2 as before\n"
        "1 repaired or not understood in part:\n"
        "       1  url: a web address was completed, or could not be used\n"
    )
    assert "listed:          directory, 05 Jan 2026 to 05 Feb 2026\n" in run("show", "art")[1]
    assert "'www.example.org' was completed" in run("import", "council.json", "--every")[1]
    assert run("import", "council.json", "--strict")[0] == 1
    assert "not read again" not in run("import", "council.json", "--feed", "another")[1]
