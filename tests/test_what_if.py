"""What if: which decisions another policy would change, with both reasons; and what is not told to a lead."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore import what_if
from iagcore.casebook import Casebook
from iagcore.cli import main
from iagcore.cli.terminal import BLANK
from iagcore.exceptions import InvalidEntry, InvalidPolicy, UnusableJournal
from iagcore.practice.conversations import ConversationMissed
from iagcore.practice.disclosures import DisclosureMade
from iagcore.practice.grow import ActionAgreed
from iagcore.practice.learning import CourseEnrolled, CoursesShown
from iagcore.practice.readiness import CheckCompleted
from iagcore.practice.safeguarding import ConcernClosed, ConcernRaised
from iagcore.practice.self_efficacy import DiaryWritten
from iagcore.record import amending
from iagcore.record.records import UnreadEntry
from iagcore.reports import what_if_page
from iagcore.rulebook import RULES
from iagcore.storage import codec
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Position, StoredRecord
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.what_if import ChangeSort, WhatIf
from tests.casework import (
    JO,
    NINA,
    OF_ONE_JOURNEY,
    SAM,
    STARTER,
    book,
    booked,
    casebook,
    count_calls,
    gated,
    hold,
    on,
    opened,
    policy,
    start,
    value,
)

HOUR = policy(value("longest_conversation_minutes", "60") + gated("ALW-05"), name="hour")


def changes(found: WhatIf) -> list[tuple[str, ChangeSort, list[str], list[str]]]:
    return [
        (one.record, one.sort, [f"{f.rule} {f.weight}" for f in one.goes], [f"{f.rule} {f.weight}" for f in one.comes])
        for one in found.changes
    ]


def minutes(found: WhatIf, record: str) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    (change,) = [one for one in found.changes if one.record == record]
    before, after = ([(e.grant, e.booked, e.used) for e in d.effect] for d in (change.before, change.after))
    return before, after


# ---- what changes


def test_a_booking_that_was_accepted_and_would_be_refused() -> None:
    cases = opened()
    book(cases, "c1", on(1), 90).require()
    book(cases, "c2", on(2), 60).require()
    found = cases.what_if(HOUR)
    assert changes(found) == [("book-c1", ChangeSort.REFUSED_NOW, [], ["ALW-05 refusal"])]
    (change,) = found.changes
    assert (change.about, change.at) == ("journey:a", on(0))
    assert (change.before.accepted, change.before.policy, change.before.record) == (
        True,
        STARTER.fingerprint,
        "book-c1",
    )
    assert (change.after.accepted, change.after.policy, change.after.record) == (False, HOUR.fingerprint, None)
    assert (change.before.complete, change.after.complete, change.after.effect) == (False, False, ())
    assert dict(change.comes[0].evidence) == {"asked": 90, "limit": 60}
    assert (found.plans, found.facts, found.homes, found.erased, found.unread, found.day) == (3, 0, 1, 0, 0, None)
    assert found.policy == HOUR


def test_a_booking_that_was_refused_and_would_be_accepted_or_refused_for_other_reasons() -> None:
    cases = opened(under=HOUR)
    assert not book(cases, "c1", on(1), 90).accepted
    assert not book(cases, "c2", on(2), 181).accepted
    assert changes(cases.what_if(STARTER)) == [
        ("book-c1", ChangeSort.ACCEPTED_NOW, ["ALW-05 refusal"], []),
        # 181 of 180 minutes are refused under both; that it is too long is advice under one and refuses under the other
        ("book-c2", ChangeSort.REFUSED_OTHERWISE, ["ALW-05 refusal"], ["ALW-05 advice"]),
    ]


def test_what_was_accepted_stays_on_the_record_and_what_was_refused_stays_off_it() -> None:
    cases = opened(under=HOUR)
    book(cases, "c1", on(1), 60).require()
    assert not book(cases, "c2", on(2), 90).accepted
    book(cases, "c3", on(3), 60).require()
    book(cases, "c4", on(4), 60).require()
    tight = policy(value("allowance_minutes", "120"), name="tight")
    # c2 would be refused as well (60 remain), and holds nothing; c3 takes what remains; c4 is one too many
    assert changes(cases.what_if(tight)) == [
        ("start", ChangeSort.MINUTES, [], []),
        ("book-c2", ChangeSort.REFUSED_OTHERWISE, ["ALW-05 refusal"], ["ALW-01 refusal"]),
        ("book-c4", ChangeSort.REFUSED_NOW, [], ["ALW-01 refusal"]),
    ]


def test_minutes_of_what_stands_are_settled_under_the_other_policy() -> None:
    cases = opened(now=lambda: on(1))
    book(cases, "c1", on(1), 60).require()
    cases.record("a", ConversationMissed(conversation="c1", fault="learner-unexcused"), by=NINA, at=on(1), id="missed")
    book(cases, "c2", on(2), 150).require()
    found = cases.what_if(policy(value("missed_charge", CHARGED), name="charging"))
    assert changes(found) == [
        ("missed", ChangeSort.MINUTES, [], []),
        ("book-c2", ChangeSort.REFUSED_NOW, [], ["ALW-01 refusal"]),
    ]
    assert minutes(found, "missed") == ([(0, 0, 0)], [(0, 0, 60)])
    assert found.changes[0].after.counted is not None
    assert dict(found.changes[1].comes[0].evidence)["used"] == 60


CHARGED = '{ learner-excused = 0, learner-unexcused = "all", provider = 0, logistics = 0 }'


def test_a_breach_comes_and_goes_and_so_does_advice() -> None:
    long = policy(value("allowance_minutes", "60") + value("commitment_floor", "5"), name="short")
    cases = opened()
    agreed = ActionAgreed(action="x", what="ring them", commitment=6)
    cases.record("a", agreed, by=NINA, id="agreed").require()
    hold(cases, "c1", 90, at=on(1)).require()
    found = cases.what_if(long)
    assert changes(found) == [
        ("start", ChangeSort.MINUTES, [], []),
        ("agreed", ChangeSort.FINDINGS, ["GRW-03 advice"], []),
        ("held-c1", ChangeSort.FINDINGS, [], ["ALW-02 breach"]),
    ]
    assert (found.plans, found.facts) == (1, 2)
    # and the other way round, where the shorter one is what was recorded under
    cases = opened(under=long)
    cases.record("a", agreed, by=NINA, id="agreed").require()
    hold(cases, "c1", 90, at=on(1)).require()
    assert changes(cases.what_if(STARTER))[1:] == [
        ("agreed", ChangeSort.FINDINGS, [], ["GRW-03 advice"]),
        ("held-c1", ChangeSort.FINDINGS, ["ALW-02 breach"], []),
    ]


def test_a_grant_of_nothing_may_become_a_grant() -> None:
    nothing = policy(value("allowance_minutes", "0"), name="nothing")
    cases = opened(under=nothing)
    assert not book(cases, "c1", on(1)).accepted
    found = cases.what_if(STARTER)
    assert changes(found) == [
        ("start", ChangeSort.MINUTES, [], []),
        ("book-c1", ChangeSort.ACCEPTED_NOW, ["ALW-01 refusal"], []),
    ]
    assert minutes(found, "start") == ([], [(180, 0, 0)])


def test_a_correction_is_judged_on_the_lines_that_the_other_policy_settles() -> None:
    cases = opened()
    book(cases, "c1", on(1), 60).require()
    book(cases, "c2", on(2), 30).require()
    cases.correct("a", "book-c2", booked("c2", on(2), 45), by=JO, why="a slip", id="longer").require()
    book(cases, "c3", on(3), 60).require()
    found = cases.what_if(policy(value("allowance_minutes", "90"), name="tight"))
    assert changes(found) == [
        ("start", ChangeSort.MINUTES, [], []),
        ("longer", ChangeSort.REFUSED_NOW, [], ["ALW-01 refusal"]),
        ("book-c3", ChangeSort.REFUSED_NOW, [], ["ALW-01 refusal"]),
    ]
    (longer,) = [one for one in found.changes if one.record == "longer"]
    assert dict(longer.comes[0].evidence) == {"asked": 45, "limit": 30, "ceiling": 90, "used": 0, "booked": 60}


# ---- what lies beyond a journey


def test_hours_on_other_journeys_are_as_they_were_when_it_was_asked() -> None:
    cases = opened()
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(1), 90).require()
    assert not book(cases, "c9", on(1), 90, journey="b").accepted
    book(cases, "c2", on(2), 90, journey="b").require()
    # the coach is still booked on the other journey, so that what is refused keeps that reason; c2's hour was free
    assert changes(cases.what_if(HOUR)) == [
        ("book-c1", ChangeSort.REFUSED_NOW, [], ["ALW-05 refusal"]),
        ("book-c9", ChangeSort.REFUSED_OTHERWISE, [], ["ALW-05 refusal"]),
        ("book-c2", ChangeSort.REFUSED_NOW, [], ["ALW-05 refusal"]),
    ]


def test_a_coachs_readiness_is_as_it_was_when_it_was_asked() -> None:
    cases = opened(rules=RULES)
    book(cases, "c1", on(30)).require()
    check = CheckCompleted(check="dbs", completed_on=on(0).date())
    cases.record(NINA, check, by=JO, id="dbs").require()
    book(cases, "c2", on(31)).require()
    found = cases.what_if(policy(value("required_checks", '["dbs"]') + gated("COA-06"), name="checks"))
    assert changes(found) == [("book-c1", ChangeSort.REFUSED_NOW, [], ["COA-06 refusal"])]
    assert (found.plans, found.facts, found.homes) == (3, 1, 2)


def test_what_a_directory_said_then_is_not_asked_again() -> None:
    cases = opened(rules=RULES)
    cases.record("a", CoursesShown(courses=("art", "music")), by=NINA, id="shown").require()
    enrolled = CourseEnrolled(course="art", status="active", last_checked=on(-100).date())
    cases.record("a", enrolled, by="learner:a", id="enrolled").require()
    fresh = policy(value("directory_fresh_days", "30"), name="fresh")
    assert changes(cases.what_if(fresh)) == [("enrolled", ChangeSort.FINDINGS, [], ["SIG-01 advice"])]


# ---- what is not told


def test_what_tells_of_a_concern_is_neither_listed_nor_counted() -> None:
    cases = opened(rules=RULES)
    cases.record("a", ConcernRaised(concern="k", words="what was seen"), by=NINA, id="k").require()
    cases.record("only", ConcernRaised(concern="k", words="what was seen"), by=NINA, id="k").require()
    cases.record("a", ConcernClosed(concern="k", words="what was done"), by=SAM, id="done").require()
    cases.record("a", DiaryWritten(diary="d", sort="gratitude", words="the sea"), by="learner:a", id="d").require()
    found = cases.what_if(policy(value("window", "{ first = 2030-01-01, last = 2030-12-31 }"), name="later"))
    assert [one.record for one in found.changes] == ["start"]
    assert (found.plans, found.facts, found.homes) == (1, 0, 1)


def test_what_was_shown_to_somebody_is_left_out_since_no_policy_decides_it() -> None:
    on_a_disclosure = [rule for rule in RULES if DisclosureMade in rule.on]
    assert [rule.code for rule in on_a_disclosure if not rule.protected or rule.values] == ["TIM-01"]
    cases = opened(rules=RULES)
    cases.release("a", DisclosureMade(outlet="own record", shown_to="learner:a"), by=NINA, id="shown")
    assert (cases.what_if(HOUR).plans, cases.what_if(HOUR).facts) == (1, 0)


def test_what_was_erased_is_counted_and_its_hours_are_free_from_then_on() -> None:
    cases = opened()
    start(cases, "b", learner="learner:b")
    book(cases, "c1", on(1), 90).require()
    assert not book(cases, "c8", on(1), 30, journey="b").accepted
    cases.erase("learner:a", by=JO)
    book(cases, "c9", on(1), 90, journey="b").require()
    found = cases.what_if(HOUR)
    assert changes(found) == [("book-c9", ChangeSort.REFUSED_NOW, [], ["ALW-05 refusal"])]
    assert (found.plans, found.erased, found.homes) == (3, 2, 1)
    page = what_if_page(found, policy_of=cases.policy_of, rules=RULES)
    assert "2 records of learners who were erased: not looked at." in page


def test_what_a_later_version_wrote_is_counted_and_what_it_settled_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = opened()
    book(cases, "c1", on(1), 90).require()
    decode = codec.decode

    def of_a_later_version(stored: StoredRecord, kinds: codec.Kinds) -> Any:
        record = decode(stored, kinds)
        return attrs.evolve(record, entry=UnreadEntry("moved-online", "{}")) if record.id == "book-c1" else record

    monkeypatch.setattr(codec, "decode", of_a_later_version)
    book(cases, "c2", on(2), 60).require()
    found = cases.what_if(policy(value("allowance_minutes", "120"), name="tight"))
    assert changes(found)[1:] == [("book-c2", ChangeSort.REFUSED_NOW, [], ["ALW-01 refusal"])]
    assert (found.plans, found.unread) == (2, 1)
    page = what_if_page(found, policy_of=cases.policy_of, rules=RULES)
    assert "1 record of a kind that only a later version, or an extension, knows: not looked at." in page


# ---- which, and as of when


def test_one_programme_alone_may_be_looked_at() -> None:
    cases = opened()
    start(cases, "b", learner="learner:b", programme="phase-2")
    for journey in ("a", "b"):
        book(cases, "c1", on({"a": 1, "b": 2}[journey]), 90, journey=journey).require()
    cases.record(NINA, CheckCompleted(check="dbs", completed_on=on(0).date()), by=JO).require()
    found = cases.what_if(HOUR, programme="phase-2")
    assert [(one.about, one.record) for one in found.changes] == [("journey:b", "book-c1")]
    assert (found.plans, found.facts, found.homes) == (2, 0, 1)
    with pytest.raises(InvalidEntry, match=r"'phase-3': no journey on this programme is on the record.*phase-"):
        cases.what_if(HOUR, programme="phase-3")


def test_a_policy_that_begins_later_changes_nothing_before_unless_it_is_taken_as_on_a_day() -> None:
    cases = opened()
    book(cases, "c1", on(1), 90).require()
    sixty = value("longest_conversation_minutes", "60", since="2030-09-01")
    assert changes(cases.what_if(policy(sixty, name="later"))) == []
    gap = '[[value.longest_conversation_minutes]]\nfrom = 2020-01-01\ngap = true\nlocal = "not decided"\n'
    later = policy(gap + sixty, name="later")
    assert changes(cases.what_if(later)) == [("book-c1", ChangeSort.FINDINGS, [], ["ALW-05 advice"])]
    (change,) = cases.what_if(later).changes
    assert change.comes[0].sentence.startswith(
        "missing: the policy does not decide longest_conversation_minutes on 2025"
    )
    found = cases.what_if(later, on=on(3000).date())
    assert [one.comes[0].sentence for one in found.changes] == ["90 minutes asked, 60 is the longest foreseen"]
    page = what_if_page(found, policy_of=cases.policy_of, rules=RULES)
    assert page.startswith("What if: under the policy later (later), as it stands on 18 Nov 2033\n")
    assert "longest_conversation_minutes = 60 minutes, from 01 Sep 2030 (chosen for a test)" in page
    page = what_if_page(cases.what_if(later), policy_of=cases.policy_of, rules=RULES)
    assert "longest_conversation_minutes: not decided on 01 Sep 2025 by the policy later\n" in page


def test_what_cannot_be_asked_raises() -> None:
    cases = opened()
    with pytest.raises(InvalidEntry, match="a policy is expected, such as"):
        cases.what_if("starter")  # type: ignore[arg-type]
    with pytest.raises(InvalidEntry, match="on = '2030'"):
        cases.what_if(HOUR, on="2030")  # type: ignore[arg-type]
    lowered = '[[level.ALW-01]]\nfrom = 2020-01-01\nvalue = "SHOULD"\nlocal = "x"\n'
    with pytest.raises(InvalidPolicy, match="ALW-01 is protected and cannot be lowered"):
        cases.what_if(policy(lowered))
    with pytest.raises(UnusableJournal, match="this journal has no feed"):
        casebook(WithoutAFeed()).what_if(HOUR)


class WithoutAFeed:
    """A journal that does what every journal must, and no more."""

    def __init__(self) -> None:
        self._kept = MemoryJournal()

    def append(self, records: Any, *, expect: Mapping[str, int]) -> None:
        raise NotImplementedError

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        return self._kept.read(subject, after=after)


# ---- what it costs


class Counting(MemoryJournal):
    """Counts what is read, and how."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = self.records = 0

    def read(self, subject: str, *, after: int = 0) -> Iterator[StoredRecord]:
        self.reads += 1
        return super().read(subject, after=after)

    def read_all(self, *, after: Position | None = None) -> Iterator[StoredRecord]:
        for stored in super().read_all(after=after):
            self.records += 1
            yield stored


@pytest.mark.parametrize("length", [5, 30])
def test_the_journal_is_read_once_and_each_decision_is_judged_once(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Counting()
    cases = casebook(journal)
    for name in ("a", "b", "c"):
        start(cases, name, learner=f"learner:{name}")
        for number in range(length):
            book(cases, f"c{number}", on(number), 1, journey=name, coach=f"coach:{name}").require()
    judged, passes = count_calls(monkeypatch, what_if, "weigh_up"), count_calls(monkeypatch, amending, "judge_history")
    journal.reads = journal.records = 0
    told: list[int] = []
    assert cases.what_if(HOUR, progress=told.append).plans == 3 * (1 + length)
    assert (journal.reads, journal.records) == (0, 3 * (1 + length) + 1)
    assert (len(judged), passes) == (3 * (1 + length), [])
    assert told == list(range(1, journal.records + 1))
    for number in range(2):
        cases.correct("a", f"book-c{number}", booked("c9", on(99)), by=JO, why="x", id=f"k{number}")
        cases.withdraw("a", f"book-c{number}", by=JO, why="x", id=f"w{number}")
    passes.clear()
    cases.what_if(HOUR)
    assert len(passes) == 4  # an amendment costs one pass, as it did when it was made


# ---- the page


def test_the_page_gives_both_reasons_with_values_and_sources(tmp_path: Path) -> None:
    clock = [on(0)]
    cases = opened(under=HOUR, now=lambda: clock[0])
    start(cases, "b", learner="learner:b")
    assert not book(cases, "c1", on(1), 90).accepted
    book(cases, "c2", on(2), 60).require()
    clock[0] = on(2)
    cases.record("a", ConversationMissed(conversation="c2", fault="learner-unexcused"), by=NINA, at=on(2), id="missed")
    under = policy(
        value("longest_conversation_minutes", "30") + value("missed_charge", CHARGED) + value("rounding", '"none"')
    )
    assert what_if_page(cases.what_if(under), policy_of=cases.policy_of, rules=OF_ONE_JOURNEY) == PAGE


PAGE = """\
What if: under the policy local (local)
=======================================
4 plans and 1 fact of 2 journeys and coaches looked at; 3 decisions change.

AT A GLANCE
     1  refused then, accepted now
        comes  ALW-05 (1)
        goes   ALW-05 (1)
     1  accepted both times, with other breaches or advice
        comes  ALW-05 (1)
     1  accepted both times, with other minutes

REFUSED THEN, ACCEPTED NOW (1)
  journey a
    01 Sep 2025 11:00 conversation booked, c1, coach:nina, 02 Sep 2025 11:00, 90 minutes [record
    book-c1]
      then     refused
               ALW-05 (MUST, not met: refusal): 90 minutes asked, 60 is the longest foreseen
                 longest_conversation_minutes = 60 minutes, from 01 Jan 2020 (chosen for a test)
                 Source: local: a rule of this library that each provider decides for itself
      now      accepted
               ALW-05 (SHOULD, not met: advice): 90 minutes asked, 30 is the longest foreseen
                 longest_conversation_minutes = 30 minutes, from 01 Jan 2020 (chosen for a test)
                 Source: local: a rule of this library that each provider decides for itself

ACCEPTED BOTH TIMES, WITH OTHER BREACHES OR ADVICE (1)
  journey a
    01 Sep 2025 11:00 conversation booked, c2, coach:nina, 03 Sep 2025 11:00, 60 minutes [record
    book-c2]
      then     accepted
      now      accepted
               ALW-05 (SHOULD, not met: advice): 60 minutes asked, 30 is the longest foreseen
                 longest_conversation_minutes = 30 minutes, from 01 Jan 2020 (chosen for a test)
                 Source: local: a rule of this library that each provider decides for itself

ACCEPTED BOTH TIMES, WITH OTHER MINUTES (1)
  journey a
    03 Sep 2025 11:00 conversation missed, c2, learner-unexcused [record missed]
      then     accepted
      now      accepted
      minutes  none then, 60 used now

ABOUT THIS PAGE
  Each was judged again as of its own time, on the record as it stood before it. What was accepted
  then stays on that record, and what was refused stays off it: this compares answers one by one,
  and says nothing of what people would have done next. Nothing was recorded.
"""


def test_where_nothing_changes_the_page_says_so() -> None:
    page = what_if_page(opened().what_if(STARTER), policy_of=lambda _: STARTER, rules=RULES)
    assert page.splitlines()[2] == "1 plan and 0 facts of 1 journey or coach looked at; 0 decisions change."
    assert "AT A GLANCE" not in page


# ---- the command


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    with SQLiteJournal("casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        start(cases)
        book(cases, "c1", on(1), 90).require()
    Path("hour.toml").write_text(HOUR.text.rpartition("# ======== ")[2].partition("\n")[2], "utf-8")

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["what-if", *argv])
        return code, *capsys.readouterr()

    return run


def test_the_command_prints_what_changes_and_ends_with_0(run: Run) -> None:
    code, out, err = run("--policy", "hour.toml")
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == "2 plans and 0 facts of 1 journey or coach looked at; 1 decision changes."
    assert "ACCEPTED THEN, REFUSED NOW (1)" in out.splitlines()
    assert run("--policy", "starter", "--on", "2030-01-01", "--programme", "phase-1")[0] == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--policy", "startr"), "iagcore: startr: no policy of this name is shipped"),
        (("--policy", "starter", "--on", "soon"), "iagcore: option: --on = 'soon': a day is expected"),
        (("--policy", "starter", "--journal", "none.db"), "iagcore: none.db: there is no such file"),
        (("--policy", "starter", "--programme", "phase-2"), "iagcore: what-if: programme = 'phase-2'"),
    ],
)
def test_what_the_command_cannot_read_ends_with_2(run: Run, argv: tuple[str, ...], said: str) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert err.startswith(said), err


def test_a_terminal_is_told_how_far_it_has_come(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with SQLiteJournal("casebook.db") as journal:
        cases = Casebook(journal, STARTER, clock=lambda: on(0))
        for number in range(100):
            written = DiaryWritten(diary=f"d{number}", sort="gratitude", words="the sea")
            cases.record("a", written, by="learner:a")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("iagcore.cli.terminal.EVERY", 100)
    code, _, err = run("--policy", "starter")
    assert code == 0
    assert err == f"\r100 records{BLANK}"


def test_what_is_due_otherwise_is_said_and_nothing_that_is_in_confidence() -> None:
    cases = casebook(rules=RULES)
    start(cases)
    hold(cases, "c1", 50, at=on(1)).require()
    text = value("write_up_days", "3") + value("escalation_hours", "8760")
    other = policy(text, name="other")
    without = cases.what_if(other)
    (change,) = without.duties
    assert (change.before, change.after) != (None, None)
    assert change.before is not None
    assert change.after is not None
    assert (change.before.rule, change.before.what, change.before.due, change.after.due) == (
        "BKG-03", "write up conversation c1", on(6), on(4),
    )  # fmt: skip
    assert without.in_confidence == (("escalation_hours", "2", "8760"),)
    page = what_if_page(without, policy_of=cases.policy_of, rules=RULES)
    assert "; 1 duty changes.\n" in page
    assert (
        "WHAT IS DUE OTHERWISE (1)\n  journey a: BKG-03: write up conversation c1\n      then     due 07 Sep 2025"
        in page
    )
    assert "escalation_hours was 2, and becomes 8760. What is due of concerns is not shown here.\n" in page
    # whether there is a concern changes nothing of it, under whatever policy it was raised
    own = casebook(cases._reading.journal, under=policy(value("escalation_hours", "4"), name="own"), rules=RULES)
    own.record("a", ConcernRaised(concern="o", words="x"), by="safeguarding-lead:sam", at=on(1)).require()
    cases.record("a", ConcernRaised(concern="k", words="x"), by="safeguarding-lead:sam", at=on(1)).require()
    assert what_if_page(cases.what_if(other), policy_of=cases.policy_of, rules=RULES) == page
    gap = '[[value.write_up_days]]\nfrom = 2020-01-01\ngap = true\nlocal = "x"\n'
    contacts = '[[value.emergency_contacts]]\nfrom = 2020-01-01\ngap = true\nlocal = "x"\n'
    undecided = cases.what_if(policy(gap + contacts, name="undecided"))
    assert [(one.before is None, one.after is None) for one in undecided.duties] == [(False, True), (True, False)]
    page = what_if_page(undecided, policy_of=cases.policy_of, rules=RULES)
    assert "      now      not due\n" in page
    assert "      now      due, without a day\n" in page
    assert "and becomes not decided. What is due of concerns" in " ".join(page.split())
