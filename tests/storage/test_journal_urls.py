"""Journals named by a URL: at the command line, in messages, and on the way to SQLAlchemy."""

import re
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

import iagcore
from iagcore import entries
from iagcore.cli import main
from iagcore.exceptions import UnusableJournal
from iagcore.storage.opening import is_there, is_url, open_journal, path_in, shown
from iagcore.storage.sql import SQLJournal
from iagcore.storage.sql.urls import masked, said, understood
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.testing.stored_records import HOME, chain
from tests.servers import run

LEARNER_A = str(Path(__file__).parents[2] / "docs" / "examples" / "learner-a.toml")
NOBODY = "postgresql+psycopg://coaching:s3cret@127.0.0.1:1/coaching?sslpassword=als0"


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A journal on each server, as it is typed, with a password wherever there may be one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'casebook.db'}"
    found: URL = request.getfixturevalue("schema")
    return found.set(password="s3cret").render_as_string(hide_password=False)


# ---- every command


def test_every_command_takes_a_url_wherever_it_takes_a_path(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "beside.db")
    printed: dict[str, list[str]] = {}
    for journal in (path, url):
        printed[journal] = []
        for command in (
            ["record", LEARNER_A],
            ["record", LEARNER_A],
            ["show", "learner-a"],
            ["show", "coach:nina"],
            ["action-plan", "learner-a"],
            ["due", "--at", "2016-01-05"],
            ["due", "--at", "2016-01-05", "--index", str(tmp_path / "due.db"), "--rebuild"],
            ["show", "learner-aa"],
            ["action-plan", "learner-aa"],
        ):
            code = main([*command, "--journal", journal])
            out, err = capsys.readouterr()
            printed[journal].append(f"{code}\n{out}{err}".replace(shown(journal), "JOURNAL"))
        (tmp_path / "due.db").unlink()
    assert "s3cret" not in "".join(printed[url])
    assert printed[url] == printed[path]
    assert "Journal: JOURNAL" in printed[url][0]
    assert printed[url][-1].startswith("2\niagcore: JOURNAL: there is no journey 'learner-aa'")


def test_a_journal_on_a_server_is_copied_verified_and_judged_again(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, back = str(tmp_path / "beside.db"), str(tmp_path / "back.db")
    assert main(["record", LEARNER_A, "--journal", path]) == 0
    capsys.readouterr()
    assert main(["copy", path, url]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The copy is whole."
    assert main(["copy", url, url]) == 2
    assert "it is the journal to copy from" in capsys.readouterr().err
    assert main(["copy", url, back]) == 0
    capsys.readouterr()
    assert main(["verify", "--journal", url]) == 0
    out = capsys.readouterr().out
    assert main(["verify", "--journal", back]) == 0
    assert capsys.readouterr().out.replace(back, "JOURNAL") == out.replace(shown(url), "JOURNAL")
    assert main(["what-if", "--policy", "ways-to-wellbeing", "--journal", url]) == 0
    again = capsys.readouterr().out
    assert main(["what-if", "--policy", "ways-to-wellbeing", "--journal", path]) == 0
    assert capsys.readouterr().out == again
    assert "s3cret" not in out + again


@pytest.mark.parametrize("command", [["show", "a"], ["due"], ["action-plan", "a"]])
def test_reading_where_nothing_was_recorded_is_said(
    url: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--journal", url]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"iagcore: {shown(url)}: there is no {'such file' if url.startswith('sqlite') else 'journal in this database'}"
        ": record something first, or name it with --journal\n",
    )
    assert is_there(url) is False
    assert "s3cret" not in err


def test_a_file_that_may_not_be_looked_at_counts_as_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def locked(path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", locked)
    assert is_there("casebook.db") is True


def test_a_path_opens_the_embedded_journal_and_is_shown_as_it_is(tmp_path: Path) -> None:
    path = str(tmp_path / "casebook.db")
    with open_journal(path) as journal:
        assert isinstance(journal, SQLiteJournal)
    assert shown(path) == path
    assert iagcore.SQLJournal is SQLJournal


# ---- iagcore journal


def test_a_journal_is_made_by_hand_once(schema: URL, capsys: pytest.CaptureFixture[str]) -> None:
    url = schema.set(password="s3cret").render_as_string(hide_password=False)
    assert main(["journal", "create", url, "--partitions", "2"]) == 0
    assert main(["journal", "create", url]) == 0
    out, err = capsys.readouterr()
    name = shown(url)
    assert (out, err) == (f"Made: {name}\nIt was there already, and stays as it is: {name}\n", "")
    assert "s3cret" not in out
    tables = run(
        schema,
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema::regnamespace AND relkind IN ('r', 'p', 'S')",
    )
    assert sorted(name for (name,) in tables) == [
        "iag_about", "iag_about_p0", "iag_about_p1", "iag_journal", "iag_pending", "iag_position", "iag_record", "iag_record_p0",
        "iag_record_p1", "iag_surrogate", "iag_surrogate_p0", "iag_surrogate_p1",
    ]  # fmt: skip


def test_the_statements_that_are_printed_make_the_journal(schema: URL, capsys: pytest.CaptureFixture[str]) -> None:
    url = schema.render_as_string(hide_password=False)
    assert main(["journal", "create", url, "--sql"]) == 0
    printed = capsys.readouterr().out
    assert run(schema, "SELECT to_regclass('iag_journal')") == [(None,)]
    assert re.findall(r"CREATE \w+(?: TABLE)? (\w+)", printed) == [
        "iag_position", "iag_about", "iag_journal", "iag_pending", "iag_record", "iag_record_feed", "iag_surrogate",
    ]  # fmt: skip
    run(schema, printed)
    with SQLJournal(schema, create=False) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        assert list(journal.read_all()) == chain(HOME, 1)


@pytest.mark.parametrize("partitions", ["-1", "4"])
def test_partitions_that_cannot_be_are_refused(partitions: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = "mariadb://nobody@127.0.0.1:1/none"
    assert main(["journal", "create", url, "--partitions", partitions]) == 2
    assert capsys.readouterr().err == (
        f"iagcore: option: --partitions = {partitions}: a number of 1 or more is expected, and PostgreSQL: "
        "nothing else has partitions here\n"
    )


def test_a_path_is_no_url(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "horizon", "casebook.db"]) == 2
    assert capsys.readouterr().err == (
        "iagcore: journal: URL = 'casebook.db': a URL is expected, such as postgresql+psycopg://user@host/database; "
        "a file needs none of this\n"
    )


def test_the_horizon_and_compacting_are_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open_journal(url) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
    if url.startswith("sqlite"):
        assert main(["journal", "horizon", url]) == 2
        assert capsys.readouterr().err.endswith("a file needs none of this\n")
        return
    assert main(["journal", "horizon", url]) == 0
    assert main(["journal", "compact", url]) == 0
    assert capsys.readouterr().out == (
        "Records behind the horizon: 0; oldest transaction: no transaction that holds it back.\n"
        "The tables are written anew.\nNothing that was erased is pending.\n"
    )


def test_a_horizon_that_is_held_back_is_told(schema: URL, capsys: pytest.CaptureFixture[str]) -> None:
    with SQLJournal(schema) as journal:
        journal.append(chain(HOME, 1), expect={HOME: 0})
        with journal._connections.engine.connect() as connection:
            connection.exec_driver_sql("SELECT pg_current_xact_id()")
            journal.append(chain(HOME, 1, after=1), expect={HOME: 1})
            assert main(["journal", "horizon", schema.render_as_string(hide_password=False)]) == 0
    printed = capsys.readouterr().out
    assert re.fullmatch(r"Records behind the horizon: 1; oldest transaction: open for \d+\.\d s\.\n", printed), printed


# ---- what cannot be used


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://", "connection"),
        ("oracle://u:s3cret@h/d", "no journal can be kept on 'oracle': name PostgreSQL or MariaDB"),
        ("postgersql://u:s3cret@h/d", "; did you mean 'postgresql'?"),
        ("postgresql+psycopk://u:s3cret@h/d", "its URL names no driver that there is (Can't load plugin: "),
        ("postgresql+asyncpg://u:s3cret@h/d", "its driver asyncpg is not installed: pip install 'iagcore[sql]'"),
        ("sqlite://", "it names no file: write sqlite:///casebook.db, or sqlite:////srv/casebook.db for a whole path"),
        ("sqlite:///:memory:", "it names no file"),
        (NOBODY, "port 1 failed: Connection refused"),
        ("sqlite:///a.db?mode=ro", "it names no file"),
        ("sqlite:////nowhere/at/all.db", "there is no folder /nowhere/at; make it, or mend the path"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(
    url: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", LEARNER_A, "--journal", url]) == 2
    out, err = capsys.readouterr()
    assert reason in err, err
    assert "s3cret" not in out + err
    assert "als0" not in out + err


@pytest.mark.parametrize(
    "url",
    [
        "://s3cret",
        "postgresql://u:s3cret@h:port/d",
        "s3cret postgresql://h",
        "postgresql://u:p@s3cret@h/d",
        "postgresql://u:p@t/s3cret@h/d",
    ],
)
def test_a_url_that_cannot_be_read_is_not_shown_at_all(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "a", "--journal", url]) == 2
    assert capsys.readouterr().err == (
        "iagcore: the journal's URL: it cannot be read as one; write it as in "
        "postgresql+psycopg://user@host/database, and @, : and / in a password as %40, %3A and %2F\n"
    )


def test_no_password_stands_in_what_is_shown_or_was_said() -> None:
    url = understood(NOBODY)
    assert masked(url) == "postgresql+psycopg://coaching:***@127.0.0.1:1/coaching?sslpassword=***"
    assert said(RuntimeError("wrong: s3cret, als0\nDETAIL: what was said"), url) == "wrong: ***, ***"
    assert said(RuntimeError(1045, "Access denied (s3cret)"), url) == "Access denied (***)"
    assert said(RuntimeError(), url) == ""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("postgres://h/d", "postgresql+psycopg"),
        ("postgresql://h/d", "postgresql+psycopg"),
        ("postgres+psycopg://h/d", "postgresql+psycopg"),
        ("mysql://h/d", "mariadb+pymysql"),
        ("mariadb+pymysql://h/d", "mariadb+pymysql"),
    ],
)
def test_a_url_without_a_driver_takes_the_one_that_comes_with_the_extra(written: str, name: str) -> None:
    assert understood(written).drivername == name
    assert understood(make_url(written)).drivername == name


def test_a_wrong_name_of_a_database_is_said(postgresql: URL) -> None:
    with (
        SQLJournal(postgresql.set(database="none_such")) as journal,
        pytest.raises(UnusableJournal, match='database "none_such" does not exist') as raised,
    ):
        list(journal.read(HOME))
    assert raised.value.interrupted is False


def test_what_is_missing_without_the_extra_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [
        name for name in sys.modules if name.startswith("iagcore.storage.sql.") or name == "iagcore.storage.sql"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert main(["record", LEARNER_A, "--journal", NOBODY]) == 2
    assert capsys.readouterr().err == (
        "iagcore: the journal's URL: SQLJournal needs SQLAlchemy and a driver: pip install 'iagcore[sql]'\n"
    )
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'iagcore\[sql\]'"):
        iagcore.SQLJournal(NOBODY)


# ---- SQLite by a URL


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_url_of_sqlite_and_a_path_name_the_same_journal(tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "casebook.db"
    url = f"{scheme}:///{path}"
    with SQLiteJournal(path) as embedded:
        embedded.append(chain(HOME, 1), expect={HOME: 0})
    with open_journal(url) as journal:
        assert isinstance(journal, SQLiteJournal)
        assert list(journal.read(HOME)) == chain(HOME, 1)
    assert (shown(url), is_there(url), is_url(url), path_in(url)) == (str(path), True, False, str(path))


def test_a_server_journal_on_sqlite_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "casebook.db"
    with pytest.raises(UnusableJournal, match=r"SQLite is a file, not a server: open it with SQLiteJournal\(path\)"):
        SQLJournal(f"sqlite:///{path}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_named_once_by_path_and_once_by_url_holds_one_journal_and_is_erased_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "casebook.db"
    policy = iagcore.Policy.load("starter")
    start = entries.JourneyStarted(learner="learner:a", programme="starter", attests_age=19)
    said = entries.OptionRaised(option="o1", words="HELLO-FROM-THE-FIRST", outside="self-led")
    with SQLiteJournal(path) as journal:
        cases = iagcore.Casebook(journal, policy)
        cases.record("a", start, by="lead:jo").require()
        cases.record("a", said, by="coach:nina").require()
    with open_journal(f"sqlite:///{path}") as journal:
        cases = iagcore.Casebook(journal, policy)
        assert cases.journey("a").learner == "learner:a"
        cases.erase("learner:a", by="lead:jo")
    assert b"HELLO-FROM-THE-FIRST" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert main(["copy", str(path), f"sqlite:///{path}"]) == 2
    assert "it is the journal to copy from" in capsys.readouterr().err


def test_an_index_named_as_the_journal_or_a_directory_as_either_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["record", LEARNER_A, "--journal", "casebook.db"]) == 0
    before = Path("casebook.db").read_bytes()
    capsys.readouterr()
    assert main(["due", "--journal", "casebook.db", "--index", "casebook.db"]) == 2
    assert capsys.readouterr().err == (
        "iagcore: casebook.db: it is a journal, not an index of duties; "
        "give an index of duties, or the name of a new file\n"
    )
    assert main(["due", "--journal", "casebook.db"]) == 0
    capsys.readouterr()
    assert main(["record", LEARNER_A, "--journal", "casebook.db.due"]) == 2
    assert capsys.readouterr().err == (
        "iagcore: casebook.db.due: it is an index of duties, not a journal; give a journal, or the name of a new file\n"
    )
    assert main(["record", LEARNER_A, "--journal", "casebook.db", "--directory", "casebook.db"]) == 2
    assert capsys.readouterr().err == (
        "iagcore: casebook.db: it is a journal, not a directory of opportunities; "
        "give a directory of opportunities, or the name of a new file\n"
    )
    assert Path("casebook.db").read_bytes() == before
