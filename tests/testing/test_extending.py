"""Scenarios of a college's own rules: in the file's head, by an option, in pytest; their coverage and mutation."""

from pathlib import Path

import attrs
import pytest

from iagcore.cli import main
from iagcore.exceptions import InvalidFile
from iagcore.testing.proving.coverage import covered
from iagcore.testing.proving.mutation import mutated
from iagcore.testing.proving.shifting import numbers_by_one
from iagcore.testing.proving.watching import rules_of, watch
from iagcore.testing.scenarios import parse_scenarios, read_scenarios, run
from iagcore.testing.scenarios.showing import written_out
from iagcore.toml_source import Source
from tests.extending.given import FOLDER, SAC, UNDER, TextMessageSent
from tests.testing.test_scenarios import pytest_on

pytest_plugins = ["pytester"]

SCENARIOS = FOLDER / "rules.iag.toml"
PLAIN = 'schema = 1\n[[scenario]]\nname = "one"\ntry = { kind = "goal-set" }\nrules = []\n'
TEXTED = PLAIN.replace("goal-set", "sac/text-message-sent")


def test_the_scenarios_of_the_example_hold_and_prove_all_of_it() -> None:
    ran = [watch(one) for one in read_scenarios(SCENARIOS)]
    assert [one.scenario.name for one in ran if not one.report.passed] == []
    names = {"SAC-01", "SAC-02", "sac/exam_weeks"}
    assert covered(ran).only(names).missing == ()
    mutation = mutated(ran, only=lambda mutant: mutant.of in names)
    assert (mutation.caught, mutation.survivors, mutation.equivalent) == (11, (), ())


def test_a_rule_without_its_scenarios_is_seen_to_be_unproven() -> None:
    ran = [watch(one) for one in read_scenarios(SCENARIOS) if "office" not in one.name]
    assert covered(ran).only({"SAC-02"}).missing == (
        "SAC-02 is never seen not met",
        "SAC-02 is never seen not met alone",
    )
    survivors = mutated(ran, only=lambda mutant: mutant.of == "SAC-02").survivors
    assert "SAC-02 off" in map(str, survivors)


def test_a_period_is_moved_by_a_day_at_either_end_and_a_value_that_no_policy_may_have_is_not_tried() -> None:
    (cited,) = UNDER.values["sac/exam_weeks"]
    changes = [change for change, _ in numbers_by_one(cited, UNDER)]
    week = "17 May 2027 to 21 May 2027"
    assert changes == [f"{week}, {end} a day {way}" for way in ("later", "earlier") for end in ("first", "last")]
    moved = dict(numbers_by_one(cited, UNDER))[f"{week}, last a day later"]
    assert [str(one) for one in moved] == ["17 May 2027 to 22 May 2027"]
    names = next(iter(UNDER.values["eligible_bands"]))
    assert list(numbers_by_one(attrs.evolve(names, value=("mild",)), UNDER)) == []


def test_a_scenario_file_goes_by_what_its_head_names_and_by_what_is_given(tmp_path: Path) -> None:
    head = TEXTED.replace("schema = 1", f'schema = 1\nextend = ["{FOLDER / "college.py"}:SAC"]')
    (by_head,) = parse_scenarios(Source.parse(head, file="a.iag.toml"))
    (given,) = parse_scenarios(Source.parse(TEXTED, file="a.iag.toml"), extend=[SAC])
    assert by_head.book == given.book
    assert run(given).passed
    assert type(given.tried.entry) is TextMessageSent
    with pytest.raises(InvalidFile, match="no kind is called so: the extension that declares it has to be given"):
        parse_scenarios(Source.parse(TEXTED, file="a.iag.toml"))
    with pytest.raises(InvalidFile, match=r"^a\.iag\.toml:2: the extension gone\.py:SAC: there is no file .*gone\.py$"):
        parse_scenarios(Source.parse(PLAIN.replace("1\n", '1\nextend = "gone.py:SAC"\n', 1), file="a.iag.toml"))


def test_a_scenario_written_out_names_its_extension_and_holds_again() -> None:
    for one in read_scenarios(SCENARIOS):
        (again,) = parse_scenarios(Source.parse(written_out(one), file=str(SCENARIOS)))
        assert (again.extend, again.book) == (("college.py:SAC",), one.book)
        assert run(again).passed
    (plain,) = parse_scenarios(Source.parse(PLAIN, file="a.iag.toml"))
    assert "extend" not in written_out(plain)


def test_rules_of_scenarios_with_and_without_an_extension_are_all_of_them_each_once() -> None:
    plain = parse_scenarios(Source.parse(PLAIN, file="a.iag.toml"))
    own = read_scenarios(SCENARIOS)[:1]
    for every in ((*plain, *own), (*own, *plain)):
        rules = rules_of([watch(one) for one in every])
        assert [one.code for one in rules][-2:] == ["SAC-01", "SAC-02"]
        assert len({one.code for one in rules}) == len(rules)
        assert [one.code for one in rules if TextMessageSent in one.on] == ["ACC-01", "ACC-03", "ACC-05"]


def test_check_takes_an_extension_and_asks_of_its_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.iag.toml").write_text(TEXTED, "utf-8")
    assert main(["check", "a.iag.toml"]) == 2
    assert main(["check", "a.iag.toml", "--extend", f"{FOLDER / 'college.py'}:SAC"]) == 0
    assert main(["check", str(SCENARIOS), "--coverage", "--strict", "--mutate", "--of", "SAC"]) == 0
    assert "11 changes tried on 13 scenarios" in capsys.readouterr().out
    assert main(["check", "a.iag.toml", "--extend", f"{FOLDER / 'college.py'}:SAC", "--coverage", "--of", "SAX"]) == 2
    assert main(["check", "a.iag.toml", "--extend", "nowhere:SAC"]) == 2
    assert "iagcore: the extension nowhere:SAC: nowhere cannot be imported" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["option", "ini"])
def test_pytest_goes_by_an_extension_that_is_named_to_it(pytester: pytest.Pytester, how: str) -> None:
    pytester.path.joinpath("a.iag.toml").write_text(TEXTED, "utf-8")
    pytester.path.joinpath("college.py").write_text((FOLDER / "college.py").read_text("utf-8"), "utf-8")
    if how == "ini":
        pytester.makeini("[pytest]\niag_extend = college.py:SAC\n")
    named = ["--iag-extend", "college.py:SAC"] if how == "option" else []
    pytest_on(pytester, *named).assert_outcomes(passed=1)


def test_pytest_says_in_a_sentence_what_is_wrong_with_an_extension(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("a.iag.toml").write_text(TEXTED, "utf-8")
    done = pytest_on(pytester, "--iag-extend", "gone.py:SAC")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["the extension gone.py:SAC: there is no file *gone.py"])


def test_the_folder_of_the_example_passes_under_pytest_by_itself(pytester: pytest.Pytester) -> None:
    for name in ("college.py", "policy.toml", "rules.iag.toml"):
        pytester.path.joinpath(name).write_text((FOLDER / name).read_text("utf-8"), "utf-8")
    done = pytest_on(pytester, "--iag-coverage")
    done.assert_outcomes(passed=13)
    done.stdout.fnmatch_lines(["SAC-01 *7*3*3*1", "SAC-01 sac/exam_weeks * seen * seen"])
    assert pytest_on(pytester, "--iag-coverage=strict").ret == 1  # of the library's rules, little is seen
    assert pytest_on(pytester, "--iag-coverage=strict", "--iag-of", "SAC").ret == 0
    done = pytest_on(pytester, "--iag-coverage", "--iag-of", "SAX")
    done.stderr.fnmatch_lines(["ERROR: --iag-of: 'SAX': no rule has this code, and no value that a rule reads*"])
