"""`iagcore show --for`: a journey as a party may see it, on a day; and why not."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from iagcore.cli import main, show
from tests.casework import STARTER
from tests.reports.test_journey_page import sections


def entry(
    kind: str, fields: str = "", *, by: str = "coach:nina", of: str = "a", at: str = "2026-01-05T10:00:00Z"
) -> str:
    return f'\n[[entry]]\nkind = "{kind}"\njourney = "{of}"\nat = {at}\nby = "{by}"\n{fields}\n'


FILE = "".join(
    [
        'schema = 1\nfile = "f"\n',
        entry("journey-started", 'learner = "learner:a"\nprogramme = "p"\nattests_age = 30', by="lead:jo"),
        entry("coach-assigned", 'coach = "coach:nina"', by="lead:jo"),
        entry("cover-assigned", 'coach = "coach:omar"\nuntil = 2026-01-10', by="lead:jo"),
        entry("diary-written", 'diary = "d"\nsort = "gratitude"\nwords = "a diary of mine"', by="learner:a"),
        entry("concern-raised", 'concern = "k"\nwords = "what was seen"'),
        entry("concern-raised", 'concern = "k"\nwords = "unseen"\nlearner = "learner:b"', of="b"),
    ]
)
Run = Callable[..., tuple[int, str, str]]
SAM = "safeguarding-lead:sam"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.toml").write_text(FILE, "utf-8")

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return code, *capsys.readouterr()

    assert run("record", "f.toml")[0] == 0
    return run


@pytest.mark.parametrize(
    ("party", "seen"),
    [
        ("learner:a", {"a diary of mine"}),
        ("coach:nina", {"what was seen"}),
        (SAM, {"what was seen"}),
        ("coach:omar", set()),
        ("lead:jo", set()),
        (None, set()),
    ],
)
def test_each_sees_what_is_theirs_to_see(run: Run, party: str | None, seen: set[str]) -> None:
    code, out, err = run("show", "a", *(("--for", party, "--on", "2026-01-08") if party else ()))
    assert (code, err) == (0, "")
    assert {words for words in ("a diary of mine", "what was seen") if words in out} == seen


def test_what_is_due_for_the_party_is_on_their_page_alone(run: Run) -> None:
    open_for = {party: sections(run("show", "a", "--for", party)[1])["WHAT IS OPEN"] for party in (SAM, "lead:jo")}
    assert ["SAF-02" in line for line in open_for[SAM] if "escalate" in line or "SAF" in line].count(True) == 1
    assert not [line for line in open_for["lead:jo"] if "SAF" in line or "concern" in line]


@pytest.mark.parametrize(
    ("party", "day", "reason"),
    [
        ("learner:b", "2026-01-08", "a journey is shown to its own learner"),
        ("coach:zed", "2026-01-08", "coach:zed does not go with this learner on that day"),
        ("coach:omar", "2026-01-11", "coach:omar does not go with this learner on that day"),
        ("researcher:r", "2026-01-08", "nobody in this role looks at a journey: ask for an extract"),
    ],
)
def test_a_page_that_is_not_for_the_party_is_refused_with_the_reason(
    run: Run, party: str, day: str, reason: str
) -> None:
    assert run("show", "a", "--for", party, "--on", day) == (1, f"Not shown to {party}: {reason}.\n", "")


def test_where_nobody_is_assigned_whoever_held_a_conversation_by_a_leads_word_goes_with_the_learner(
    run: Run, tmp_path: Path
) -> None:
    said = 'conversation = "c1"\ncoach = "coach:nina"\nminutes = 30'
    start = 'learner = "learner:c"\nprogramme = "p"\nattests_age = 30'
    text = 'schema = 1\nfile = "g"\n' + entry("journey-started", start, by="lead:jo", of="c")
    (tmp_path / "g.toml").write_text(text + entry("conversation-held", said, by="lead:jo", of="c"), "utf-8")
    assert run("record", "g.toml")[0] == 0
    codes = {party: run("show", "c", "--for", party, "--on", "2026-01-08")[0] for party in ("coach:nina", "coach:omar")}
    assert codes == {"coach:nina": 0, "coach:omar": 1}


def test_without_a_day_it_is_asked_of_today(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = []
    for day in ("2026-01-10", "2026-01-11"):
        monkeypatch.setattr(show, "utc_now", lambda day=day: STARTER.end_of(date.fromisoformat(day)))
        codes.append(run("show", "a", "--for", "coach:omar")[0])
    assert codes == [0, 1]


@pytest.mark.parametrize("party", [None, "coach:omar", "coach:zed", "lead:jo", "learner:b", "researcher:r"])
def test_of_a_journey_that_only_a_concern_began_nobody_else_is_told(run: Run, party: str | None) -> None:
    asked = ("--for", party, "--on", "2026-01-08") if party else ()
    unknown = run("show", "zz", *asked)
    assert run("show", "b", *asked) == (unknown[0], unknown[1], unknown[2].replace("'zz'", "'b'"))


@pytest.mark.parametrize("command", ["show", "action-plan"])
def test_a_name_that_is_not_right_is_not_put_right_to_a_journey_that_only_a_concern_began(
    run: Run, tmp_path: Path, command: str
) -> None:
    files = [FILE.replace('journey = "b"', 'journey = "hidden"'), FILE.replace('"a"', '"hiddens"')]
    for number, text in enumerate(files):
        (tmp_path / "g.toml").write_text(text.replace('"f"', f'"g{number}"'), "utf-8")
        assert run("record", "g.toml", "--journal", f"{number}.db")[0] == 0
        assert ("did you mean" in run(command, "hiddne", "--journal", f"{number}.db")[2]) == (number == 1)


def test_the_safeguarding_lead_sees_a_journey_that_only_a_concern_began(run: Run) -> None:
    code, out, _ = run("show", "b", "--for", SAM)
    raised = " ".join(sections(out)["CONCERNS"][0].split())
    assert (code, raised[:43]) == (0, "05 Jan 2026 k was raised about learner:b (c")


def test_a_party_without_a_role_is_an_error(run: Run) -> None:
    code, out, err = run("show", "a", "--for", "nina")
    assert (code, out) == (2, "")
    assert "a party is written with its role" in err


def test_what_is_about_a_journey_and_names_a_coach_as_one_is_an_error_with_its_line(run: Run, tmp_path: Path) -> None:
    head = FILE.partition("\n[[entry]]")[0].replace('"f"', '"g"')
    trained = (
        '\n[[entry]]\nkind = "training-completed"\ncoach = "coach:nina"\nat = 2026-01-05T10:00:00Z\nby = "lead:jo"\n'
    )
    trained += 'module = "m"\ncompleted_on = 2026-01-05\n'
    fields = 'words = "x"\noutside = "peer"'
    for more in ("", 'corrects = "g#1"\nwhy = "w"\n'):
        wrong = entry("reality-explored", more + fields, of="coach:nina")
        (tmp_path / "g.toml").write_text(head + trained + wrong, "utf-8")
        assert run("record", "g.toml") == (
            2,
            "",
            "iagcore: g.toml:12: reality-explored: journey = 'coach:nina': it is about a journey: record it under the journey's name\n",
        )
    noted = entry("record-annotated", 'record = "g#1"\nwords = "x"', by="lead:jo").replace(
        'journey = "a"', 'coach = "coach:nina"'
    )
    (tmp_path / "g.toml").write_text(head + trained + noted, "utf-8")
    code, out, _ = run("record", "g.toml")
    assert (code, out.splitlines()[-1][:24]) == (0, "2 recorded: 2 accepted, ")
