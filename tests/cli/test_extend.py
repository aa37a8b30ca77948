"""`--extend`: a college's own rules, kinds and values in every command; and every command on such a journal without."""

from collections.abc import Callable
from pathlib import Path

import pytest

from iagcore.cli import command_line, every_command, main
from tests.extending.given import FOLDER

EXTEND = ("--extend", f"{FOLDER / 'college.py'}:SAC")
POLICY = ("--policy", str(FOLDER / "policy.toml"))
Run = Callable[..., tuple[int, str, str]]
FILE = """schema = 1
file = "f"
[[entry]]
kind = "journey-started"
journey = "a"
at = 2026-10-01T10:00:00+01:00
by = "lead:jo"
learner = "learner:a"
programme = "p"
attests_age = 30
[[entry]]
kind = "sac/text-message-sent"
journey = "a"
at = 2026-10-02T10:00:00+01:00
by = "lead:jo"
message = "m1"
words = "See you on Monday."
conversation = "c1"
[[entry]]
kind = "conversation-booked"
journey = "a"
at = 2026-10-03T10:00:00+01:00
by = "lead:jo"
conversation = "c1"
coach = "coach:nina"
starts_at = 2027-05-18T10:00:00+01:00
minutes = 30
[[entry]]
kind = "sac/text-message-sent"
journey = "a"
at = 2026-10-04T10:00:00+01:00
by = "lead:jo"
corrects = "f#2"
why = "A slip."
message = "m1"
words = "See you on Tuesday."
conversation = "c1"
"""
UNREAD = "Something here is of a kind that only a later version, or an extension, knows, and is not shown."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.toml").write_text(FILE, "utf-8")

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, " ".join(out.split()), err

    return run


@pytest.fixture
def recorded(run: Run) -> Run:
    code, out, _ = run("record", "f.toml", *POLICY, *EXTEND)
    assert code == 0
    assert "refusal: SAC-01 (MUST, not met): 18 May 2027 is in an exam week" in out
    assert "4 recorded: 3 accepted, 1 refused" in out
    return run


def test_a_journey_file_with_a_kind_of_an_extension_needs_it(run: Run) -> None:
    code, out, err = run("record", "f.toml")
    assert (code, out) == (2, "")
    assert err == (
        "iagcore: f.toml:12: entry: kind = 'sac/text-message-sent': no kind is called so: "
        "the extension that declares it has to be given\n"
    )
    code, _, err = run("record", "f.toml", *POLICY, "--extend", "no_college:SAC")
    assert (code, err[:71]) == (2, "iagcore: the extension no_college:SAC: no_college cannot be imported (M")


def test_what_was_recorded_is_recorded_once(recorded: Run) -> None:
    code, out, _ = recorded("record", "f.toml", *POLICY, *EXTEND)
    assert (code, "4 entries were already on the record; none is new" in out) == (0, True)


def test_a_journey_is_shown_with_and_without(recorded: Run) -> None:
    _, whole, _ = recorded("show", "a", *EXTEND)
    assert "ALSO ON THE RECORD 04 Oct 2026 Text message sent, m1, c1 (lead:jo). See you on Tuesday." in whole
    assert UNREAD not in whole
    _, to_learner, _ = recorded("show", "a", "--for", "learner:a", *EXTEND)
    assert "04 Oct 2026 Text message sent. See you on Tuesday." in to_learner
    code, without, _ = recorded("show", "a")
    assert (code, UNREAD in without, "ALSO ON THE RECORD" in without) == (0, True, False)
    for more in ((), EXTEND):
        code, page, _ = recorded("show", "a", "--record", "f#3", *more)
        assert (code, "18 May 2027 is in an exam week" in page) == (0, True)
        assert ("the rule No conversation is booked in an exam week." in page) == bool(more)
        assert recorded("show", "coach:nina", *more)[0] == 2  # of whom nothing is filed


@pytest.mark.parametrize("more", [(), EXTEND], ids=["without", "with"])
def test_every_command_works_on_such_a_journal(recorded: Run, more: tuple[str, ...]) -> None:
    assert recorded("due", *more, "--at", "2026-10-05")[0] == 0
    code, out, _ = recorded("verify", *more)
    assert (code, "2 of a kind that a later version, or an extension, brings" in out) == (0, not more)
    assert recorded("action-plan", "a", *more)[0] == 0
    code, out, _ = recorded("what-if", "--policy", "starter", *more)
    assert (code, "Not asked now, since the extension with these rules was not given: SAC-01." in out) == (0, not more)
    code, out, _ = recorded("copy", "casebook.db", "copy.db", *more)
    assert (code, "brings" in out) == (0, not more)
    assert recorded("journal", "finish", "casebook.db", *more)[0] == 0
    assert "the journey a, whole" in recorded("erase", "learner:a", "--by", "lead:jo", *more)[1]
    assert recorded("erase", "learner:a", "--by", "lead:jo", "--ground", "asked", "--yes", *more)[0] == 0


def test_every_command_works_where_the_kept_policy_sets_the_level_of_such_a_rule(run: Run, tmp_path: Path) -> None:
    level = '\n[[level.SAC-02]]\nfrom = 2026-09-01\nvalue = "MUST"\nlocal = "we mean it"\n'
    (tmp_path / "strict.toml").write_text((FOLDER / "policy.toml").read_text("utf-8") + level, "utf-8")
    assert run("record", "f.toml", "--policy", "strict.toml", *EXTEND)[0] == 0
    for argv in (("show", "a"), ("due",), ("erase", "learner:a", "--by", "lead:jo"), ("verify",)):
        assert run(*argv)[0] == 0
    code, _, err = run("what-if", "--policy", "strict.toml")
    assert (code, "'sac/exam_weeks': the extension that declares it has to be given" in err) == (2, True)


def test_past_sessions_are_judged_by_its_rules(run: Run, tmp_path: Path) -> None:
    examples = FOLDER.parent
    asked = ("import-csv", str(examples / "past-sessions.csv"), "--mapping", str(examples / "past-sessions.toml"))
    assert run(*asked, "--dry-run", *EXTEND)[1] == run(*asked, "--dry-run")[1]


def test_the_rule_book_and_the_sheet_have_what_is_its_own(run: Run) -> None:
    _, out, _ = run("rules", "SAC", *POLICY, *EXTEND)
    assert "SAC St Anne's College SAC-01 May I book a conversation in an exam week?" in out
    assert "sac/exam_weeks = 17 May 2027 to 21 May 2027, from 01 Sep 2026" in out
    code, _, err = run("rules", "SAC")
    assert (code, "no rule and no family has this code" in err) == (2, True)
    _, out, _ = run("policy", "sheet", str(FOLDER / "policy.toml"), *EXTEND, "--on", "2027-01-01")
    assert "sac/exam_weeks (days, both included) No conversation is booked in these weeks" in out
    assert "affects SAC-01: No conversation is booked in an exam week." in out


def test_the_pages_of_the_rules_are_written_for_a_site_of_its_own(run: Run, tmp_path: Path) -> None:
    level = '\n[[level.SAC-02]]\nfrom = 2026-09-01\nvalue = "MUST"\nlocal = "we mean it"\n'
    (tmp_path / "strict.toml").write_text((FOLDER / "policy.toml").read_text("utf-8") + level, "utf-8")
    asked = ("--policy", "strict.toml", *EXTEND, "--pages", "site/rules")
    assert run("rules", "SAC", *asked) == (0, "Written: 2 rules in site/rules", "")
    site = tmp_path / "site" / "rules"
    assert sorted(one.name for one in site.iterdir()) == ["index.md", "sac-01.md", "sac-02.md"]
    assert (site / "index.md").read_text("utf-8").splitlines()[2:] == [
        "## SAC: St Anne's College",
        "",
        "- [SAC-01](sac-01.md): May I book a conversation in an exam week?",
        "- [SAC-02](sac-02.md): When does a conversation start?",
    ]
    page = (site / "sac-01.md").read_text("utf-8")
    assert page.startswith("# May I book a conversation in an exam week?\n\n**SAC-01: No conversation is booked in an")
    assert "- **Looks at**: `conversation-booked`, `conversation-rescheduled`\n" in page
    assert "- 17 May 2027 to 21 May 2027, from 01 Sep 2026 (St Anne's exams office, memo of 3 February 2027)" in page
    office = (site / "sac-02.md").read_text("utf-8")
    assert "- **Level**: SHOULD; under this policy MUST, from 01 Sep 2026 (we mean it)\n" in office
    assert run("rules", "ALW-01", "--pages", "site") == (0, "Written: 1 rule in site", "")
    allowance = (tmp_path / "site" / "alw-01.md").read_text("utf-8")
    assert "- **Level**: MUST, which no policy can lower\n" in allowance
    assert run("rules", "--pages", "site", *EXTEND)[0] == 0
    assert "- not decided\n" in (tmp_path / "site" / "sac-01.md").read_text("utf-8")
    due = (tmp_path / "site" / "bkg-03.md").read_text("utf-8")
    assert ("**Sort**: duty" in due, "**Level**" in due) == (True, False)
    (tmp_path / "taken").write_text("x", "utf-8")
    code, _, err = run("rules", "--pages", "taken")
    assert (code, err) == (2, "iagcore: taken: it cannot be written: File exists\n")


def test_the_page_of_a_coach_has_what_stands_there_of_its_kinds(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cakes.py").write_text(
        """from iagcore.extending import FACT, Entry, Extension, Id, Words, kind


@kind(FACT, prefix="cak", about=("coach",), by=("lead",), in_confidence=False)
class CakeBaked(Entry):
    cake: Id
    words: Words


CAK = Extension("cak", kinds=[CakeBaked])
""",
        "utf-8",
    )
    (tmp_path / "c.toml").write_text(
        'schema = 1\nfile = "c"\n[[entry]]\nkind = "cak/cake-baked"\ncoach = "coach:nina"\n'
        'at = 2026-10-01T10:00:00+01:00\nby = "lead:jo"\ncake = "c"\nwords = "With cherries."\n',
        "utf-8",
    )
    assert run("record", "c.toml", "--extend", "cakes.py:CAK")[0] == 0
    out = run("show", "coach:nina", "--extend", "cakes.py:CAK")[1]
    assert "ALSO ON THE RECORD 01 Oct 2026 Cake baked, c (lead:jo). With cherries." in out
    assert run("show", "coach:nina")[0] == 0


def test_every_command_that_reads_a_journal_a_policy_or_scenarios_takes_it() -> None:
    reads = ("--journal", "--policy", "POLICY", "FROM", "PATH")
    lacking = []
    for command in every_command(command_line()):
        said = {*command._option_string_actions, *(str(one.metavar) for one in command._actions)}
        if said & set(reads) and "--extend" not in said and "directory" not in command.prog:
            lacking.append(command.prog)
    assert lacking == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ALW = Extension('alw')", "the library's own rules begin with ALW: choose three other letters"),
        ("ALW = Extension('St Annes')", "an extension's name is three small letters, such as sac"),
        ("ALW = 1 / 0", "bad.py cannot be imported (ZeroDivisionError: division by zero)"),
        (
            "from iagcore.rulebook import RULES\nALW = Extension('sac', rules=[RULES[0]])",
            "ALW-01 is protected, and is a rule of the library, which an extension cannot replace",
        ),
    ],
)
def test_a_bad_extension_is_one_sentence_and_the_code_2(run: Run, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "bad.py").write_text(f"from iagcore.extending import Extension\n{text}\n", "utf-8")
    assert run("rules", "--extend", "bad.py:ALW") == (2, "", f"iagcore: the extension bad.py:ALW: {reason}\n")


def test_two_extensions_of_one_name_are_one_sentence_and_the_code_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("from iagcore.extending import Extension\nSAC = Extension('sac')\n", "utf-8")
    code, _, err = run("rules", *EXTEND, "--extend", "other.py:SAC")
    assert (code, err) == (2, "iagcore: the extension sac: another extension has this name, too: use one of them\n")
