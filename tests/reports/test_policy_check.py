"""What is worth a second look in a policy: every day of a change, and what looks wrong."""

from datetime import date
from pathlib import Path

import pytest

from iagcore.cli import main
from iagcore.policy import SHIPPED, VALUES, Policy, Value
from iagcore.reports import due_page, policy_check, policy_sheet
from iagcore.reports.policy_check import READ_ON, USUAL, Remark, read_on, remarks, turns
from iagcore.rulebook import RULES
from iagcore.rulebook.reviews import reviews
from tests.casework import JO, STARTER, on, policy, value

DAY = date(2027, 9, 1)


def found(text: str) -> list[tuple[str, str, date | None]]:
    return [(one.sort, one.sentence, one.since) for one in remarks(policy(text), on=DAY)]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_has_nothing_to_look_at(name: str) -> None:
    shipped = Policy.load(name)
    assert remarks(shipped, on=date(2027, 12, 1)) == ()
    assert policy_check(shipped, on=date(2027, 12, 1)).endswith("\n\nNothing looks wrong.\n")


def test_every_day_on_which_something_changes_is_listed_in_order() -> None:
    ours = policy(
        value("write_up_days", "3", since="2027-09-01")
        + "[[level.COA-01]]\nfrom = 2021-09-01\ngap = true\n"
        + 'local = "x"\n'
    )
    late = [(one.day, one.name, one.before, one.after) for one in turns(ours) if one.day > date(2020, 1, 1)]
    assert late == [
        (date(2021, 9, 1), "COA-01", "SHOULD", "the rule book's own"),
        (date(2027, 9, 1), "write_up_days", "5 days", "3 days"),
    ]
    first = {one.name: one.before for one in turns(ours) if one.day == date(2020, 1, 1)}
    assert (first["write_up_days"], first["COA-01"]) == ("not decided", "the rule book's own")
    assert "  01 Sep 2027  write_up_days: 5 days → 3 days\n" in policy_check(ours, on=DAY)


def test_what_is_not_decided_is_said_with_its_days() -> None:
    gap = '[[value.write_up_days]]\nfrom = 2027-09-01\ngap = true\nlocal = "nobody has"\n'
    again = value("write_up_days", "5", since="2028-09-01")
    assert found(gap) == [("undecided", "write_up_days: from 01 Sep 2027 on (nobody has)", DAY)]
    assert found(gap + again) == [
        ("undecided", "write_up_days: from 01 Sep 2027 to before 01 Sep 2028 (nobody has)", DAY)
    ]
    alone = Policy.parse('schema = 1\nname = "a"\ntitle = "A"\nzone = "Europe/London"\n')
    assert [one.sentence for one in remarks(alone, on=DAY)] == [f"{one.name}: on no day" for one in VALUES]


def test_a_review_that_has_passed_is_said_and_one_to_come_is_not() -> None:
    decided = value("write_up_days", "5")
    passed = ("review", "write_up_days: it was to be looked at again by 31 Aug 2027", date(2027, 8, 31))
    assert found(decided + "review_by = 2027-08-31\n") == [passed]
    assert found(decided + "review_by = 2027-09-01\n") == []


CHARGE = "{{ learner-excused = {}, learner-unexcused = {}, provider = 0, logistics = 0 }}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            value("missed_charge", CHARGE.format('"all"', 89)),
            "missed_charge: an excused miss costs all, and an unexcused one 89, which is less",
        ),
        (value("missed_charge", CHARGE.format(90, '"all"')), None),
        (value("missed_charge", CHARGE.format(30, 30)), None),
        (
            value("missed_charge", CHARGE.format(0, 91)),
            "missed_charge is up to 91, and longest_conversation_minutes is 90, which is less",
        ),
        (
            value("allowance_minutes", "89"),
            "longest_conversation_minutes is 90, and allowance_minutes is 89: nobody could book it",
        ),
        (value("allowance_minutes", "90"), None),
        (
            value("rounding", '{ way = "up", to = 91 }'),
            "rounding is to 91 minutes, and longest_conversation_minutes is 90",
        ),
        (value("rounding", '{ way = "up", to = 90 }'), None),
        (
            value("eligible_bands", '["mild", "middling"]'),
            "eligible_bands names middling, and no band of PHQ-9 or GAD-7 has that name",
        ),
    ],
)
def test_values_that_contradict_each_other_are_said(text: str, sentence: str | None) -> None:
    assert found(text) == ([] if sentence is None else [("contradiction", sentence, date(2020, 1, 1))])


def test_a_contradiction_is_said_from_the_day_on_which_it_begins() -> None:
    (one,) = remarks(policy(value("allowance_minutes", "60", since="2028-09-01")), on=DAY)
    assert (one.sort, one.since) == ("contradiction", date(2028, 9, 1))


@pytest.mark.parametrize("name", USUAL)
def test_a_value_far_from_what_is_usual_is_said_and_one_at_the_edge_is_not(name: str) -> None:
    least, most = USUAL[name]
    known = {one.name: one for one in VALUES}[name]
    for asked in (least, most):
        assert [one for one in found(value(name, str(asked))) if one[0] == "unusual"] == []
    for asked in (least - 1, most + 1):
        try:
            known.accept(asked)
        except ValueError:
            continue
        said = ("unusual", f"{name} = {asked}: from {least} to {most} is usual", date(2020, 1, 1))
        assert [one for one in found(value(name, str(asked))) if one[0] == "unusual"] == [said]


def test_a_year_for_a_concern_to_wait_is_said() -> None:
    assert found(value("escalation_hours", "8760")) == [
        ("unusual", "escalation_hours = 8760: from 0 to 24 is usual", date(2020, 1, 1))
    ]


def test_days_that_look_mistyped_are_said_with_their_line() -> None:
    late = value("write_up_days", "5", since="2206-09-01") + "review_by = 2206-10-01\n"
    assert [one[1].partition(", on line")[0] for one in found(late)] == [
        "write_up_days: it begins on 01 Sep 2206",
        "write_up_days: it is to be looked at again by 01 Oct 2206",
    ]
    assert policy_check(policy(late), on=DAY).count("DAYS THAT LOOK MISTYPED") == 1
    window = value("window", "{ first = 1999-12-31, last = 2038-01-01 }")
    assert [one[1].partition(", on line")[0] for one in found(window)] == [
        "window: the window begins on 31 Dec 1999",
        "window: the window ends on 01 Jan 2038",
    ]
    assert found(value("window", "{ first = 2000-01-01, last = 2037-12-31 }")) == []
    checked = value("emergency_contacts", '[{ name = "Us", contact = "1", last_checked = 2027-10-01 }]')
    assert found(checked) == [("mistyped", "emergency_contacts: Us was last checked on a day that has not come", DAY)]
    assert found(checked.replace("2027-10-01", "1996-10-01"))[0][1].startswith(
        "emergency_contacts: Us was last checked on 01 Oct 1996, on line "
    )
    nobody = '[[value.emergency_contacts]]\nfrom = 2020-01-01\ngap = true\nlocal = "x"\n'
    assert [one[0] for one in found(nobody)] == ["undecided"]


def test_the_command_ends_with_1_where_there_is_something_to_look_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('schema = 1\nname = "ours"\ntitle = "Ours"\nover = "starter"\n' + value("escalation_hours", "8760"))
    assert main(["policy", "check", str(file), "--on", "2027-09-01"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("The policy ours (Ours), looked through on 01 Sep 2027\n====")
    assert out.endswith(
        "VALUES FAR FROM WHAT IS USUAL\n  01 Jan 2020  escalation_hours = 8760: from 0 to 24 is usual\n\n1 to look at.\n"
    )
    assert main(["policy", "check", "starter", "--on", "2027-12-01"]) == 0
    assert capsys.readouterr().out.endswith("Nothing looks wrong.\n")


def test_a_review_is_shown_by_the_rules_by_the_sheet_and_by_what_is_due(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = value("write_up_days", "3") + "review_by = 2021-08-31\n"
    ours = policy(decided, name="ours")
    sheet = policy_sheet(ours, RULES, on=DAY)
    assert "3 days, since 01 Jan 2020; to be looked at again by 31 Aug 2021, which has passed" in " ".join(
        sheet.split()
    )
    before = " ".join(policy_sheet(ours, RULES, on=date(2021, 8, 31)).split())
    assert "3 days, since 01 Jan 2020; to be looked at again by 31 Aug 2021 (" in before
    file = tmp_path / "ours.toml"
    file.write_text('schema = 1\nname = "ours"\ntitle = "Ours"\nover = "starter"\n' + decided)
    assert main(["rules", "BKG-03", "--policy", str(file)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "; to be looked at again by 31 Aug 2021, which has passed" in shown
    assert "write_up_days is taken as it is on the day of the conversation" in shown
    due = reviews(ours, at=on(0))
    page = str(due_page(due, at=on(0), zone=STARTER.zone, party=JO))
    assert "look again at write_up_days" in page
    assert "for any lead, on the policy ours, by POL-01" in page


def test_each_value_says_on_which_day_it_is_read() -> None:
    assert list(READ_ON) == [one.name for one in VALUES]
    own = Value("sac/exam_weeks", "weeks", "x", int)
    assert read_on(own) == "the day that its rule asks about"
    assert Remark("review", "x").since is None
