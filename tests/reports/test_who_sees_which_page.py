"""A journey's page for each party: consent and what was shown, what a learner reads, and concerns for whom they are."""

from datetime import UTC, date, timedelta

import attrs
import pytest

import iagcore as iag
from iagcore import entries
from iagcore.practice.kinds import Entry
from iagcore.record.findings import Assessment, Duty, Outcome, Weight
from iagcore.record.journey import fold
from iagcore.reports import journey_page
from tests.reports.test_journey_page import ASSIGNED, BEGINNING, NINA, SAM, START, Book, held, sections

# ---- consent, what was shown, and follow-up


def test_consent_is_shown_with_what_for_since_when_until_when_and_whether_it_was_withdrawn() -> None:
    book = Book(START)
    for entry in (
        entries.ConsentGiven(consent="t1", purpose="research", scope="this journey", expires_on=date(2026, 6, 30)),
        entries.ConsentGiven(consent="t2", purpose="referral", scope="this journey", only_for="r1"),
        entries.ConsentGiven(consent="t3", purpose="referral", scope="this journey"),
        entries.ConsentWithdrawn(purpose="research", scope="this journey"),
        entries.ConsentWithdrawn(purpose="referral", scope="this journey", only_for="r1"),
        entries.ConsentWithdrawn(purpose="referral", scope="this journey", only_for="r2"),
        entries.ConsentWithdrawn(purpose="contact", scope="this journey"),
        entries.ConsentGiven(consent="t4", purpose="research", scope="this journey"),
    ):
        book.add(entry, by="learner:a")
    for limits in (True, False, None):
        book.add(entries.ConfidentialityExplained(limits=limits))
    assert book.lines("CONSENT AND CONFIDENTIALITY") == [
        "  06 Jan 2026  consent to research, this journey, until 30 Jun 2026; withdrawn on 09 Jan 2026",
        "  07 Jan 2026  consent to referral, for r1 alone, this journey; withdrawn on 10 Jan 2026",
        "  08 Jan 2026  consent to referral, this journey; withdrawn for r1 alone on 10 Jan 2026; withdrawn",
        "               for r2 alone on 11 Jan 2026",
        "  12 Jan 2026  consent to contact, this journey: withdrawn",
        "  13 Jan 2026  consent to research, this journey",
        "  14 Jan 2026  confidentiality was explained, and its limits",
        "  15 Jan 2026  confidentiality was explained, without its limits",
        "  16 Jan 2026  confidentiality was explained, and whether its limits were, too, is not said",
    ]


def test_a_withdrawal_that_is_dated_back_ends_what_was_recorded_before_it() -> None:
    book = Book(START)
    book.add(entries.ConsentGiven(consent="t1", purpose="contact", scope="every journey"), by="learner:a")
    book.casebook.record("a", entries.ConsentWithdrawn(purpose="contact"), by="learner:a", at=BEGINNING, id="w")
    assert book.lines("CONSENT AND CONFIDENTIALITY") == [
        "  06 Jan 2026  consent to contact, every journey; withdrawn on 05 Jan 2026",
        "  A consent for every journey may have been given, or withdrawn, on another one.",
    ]


def test_what_was_shown_to_whom_is_shown_but_for_what_tells_of_a_concern() -> None:
    book = Book(
        START,
        entries.DisclosureMade(outlet="own record", shown_to="learner:a"),
        entries.DisclosureMade(outlet="case study", shown_to="lead:jo", quotes=("e1", "e2")),
    )
    book.add(entries.DisclosureMade(outlet="safeguarding view", shown_to=SAM), by=SAM)
    shown = [
        "  06 Jan 2026  own record, to learner:a (lead:jo)",
        "  07 Jan 2026  case study, with 2 quotes, to lead:jo (lead:jo)",
    ]
    for party in (None, NINA, "learner:a", "lead:jo"):
        assert book.lines("WHAT WAS SHOWN TO WHOM", party=party) == shown
    assert book.lines("WHAT WAS SHOWN TO WHOM", party=SAM) == [
        *shown,
        f"  08 Jan 2026  safeguarding view, to {SAM} ({SAM})",
    ]


def test_follow_ups_are_shown_as_planned_and_as_made() -> None:
    book = Book(START)
    book.add(entries.ConsentGiven(consent="t1", purpose="contact", scope="this journey"), by="learner:a")
    for entry in (
        entries.FollowUpPlanned(follow_up="f1", planned_for=date(2026, 4, 1), how="e-mail"),
        entries.FollowUpPlanned(follow_up="f2", planned_for=date(2026, 5, 1)),
        entries.FollowUpMade(how="e-mail", follow_up="f1", answered=True, words="all is well"),
        entries.FollowUpMade(how="letter", answered=False),
        entries.FollowUpMade(how="in person"),
    ):
        assert book.add(entry).accepted
    assert book.lines("FOLLOW-UP") == [
        "  01 Apr 2026  planned by e-mail; it was made",
        "  01 May 2026  planned",
        "  09 Jan 2026  made by e-mail, answered. all is well",
        "  10 Jan 2026  made by letter, not answered yet",
        "  11 Jan 2026  made in person, whether it was answered is not said",
    ]


# ---- for a learner


def test_a_learner_is_not_shown_what_is_for_the_coach_to_listen_for() -> None:
    book = Book(START, held(in_private=False), entries.EvidenceNoted(domain="mastery", words="x", whose="learner"))
    assert book.lines("SELF-EFFICACY", party="learner:a") == [
        "  Mastery experience",
        "    07 Jan 2026  x (the learner's words)",
    ]
    assert "ADVICE FOR THE COACH" not in sections(book.seen_by("learner:a"))
    # to write it up is the coach's to do, too
    assert book.lines("WHAT IS OPEN", party="learner:a") == ["  Nothing."]


def test_a_breach_is_told_to_the_learner_plainly_or_not_at_all() -> None:
    said = Assessment(
        rule="XXX-01",
        level=iag.MUST,
        outcome=Outcome.UNMET,
        weight=Weight.BREACH,
        sentence="codes",
        plainly="It ran over.",
        evidence=(),
        remedy="r",
        plain_remedy="Ask us.",
        source="local",
    )
    unsaid = attrs.evolve(said, plainly="", plain_remedy="")
    journey = fold("a", list(Book(START).casebook.records("a")))
    place = attrs.evolve(journey.places[0], findings=(said, unsaid))
    page = journey_page(attrs.evolve(journey, places=(place,)), records=(), duties=(), zone=UTC, party="learner:a")
    assert sections(page)["WHAT IS OPEN"] == ["  to put right It ran over.", "               Ask us."]


def test_a_duty_of_the_learners_own_is_said_without_its_code() -> None:
    journey = Book(START).casebook.journey("a")
    duties = [
        Duty(rule="XXX-09", what="look again", due=BEGINNING, party="learner", about="journey:a"),
        Duty(rule="XXX-09", what="theirs", due=None, party=NINA, about="journey:a"),
    ]
    page = journey_page(journey, records=(), duties=duties, zone=UTC, party="learner:a")
    assert sections(page)["WHAT IS OPEN"] == ["  due          look again, due 05 Jan 2026 10:00"]


def test_what_a_page_says_in_its_own_words_is_not_said_again_as_a_duty() -> None:
    journey = Book(
        START, entries.ActionAgreed(action="a1", what="practise", by_when=date(2026, 6, 7))
    ).casebook.journey("a")
    duties = [
        Duty(rule=rule, what="once more", due=None, party="lead", about="journey:a") for rule in ("COR-03", "GRW-07")
    ]
    page = journey_page(journey, records=(), duties=duties, zone=UTC)
    assert sections(page)["WHAT IS OPEN"] == ["  to review    practise, by 07 Jun 2026"]


def test_a_role_that_looks_at_no_journey_gets_no_page() -> None:
    with pytest.raises(iag.InvalidEntry, match="nobody in this role looks at a journey"):
        Book(START).seen_by("researcher:r")


# ---- concerns


COVERED = entries.CoverAssigned(coach="coach:omar", until=date(2026, 12, 31))


def concerned() -> Book:
    """A journey on which a coach raised a concern, and the safeguarding lead closed it."""
    book = Book(START, ASSIGNED, COVERED)
    book.add(entries.ConcernRaised(concern="k1", words="what was seen", immediate_danger=True), by=NINA)
    book.add(entries.ConcernEscalated(concern="k1", held_by=SAM, words="what was passed on"), by="lead:jo")
    book.add(entries.SafetyTalkedAbout(words="what was talked about"), by="coach:omar")
    book.add(entries.ConcernClosed(concern="k1", words="what was done"), by=SAM)
    return book


RAISED = "  08 Jan 2026  k1 was raised (coach:nina), and danger is immediate. what was seen"
PASSED_ON = "  09 Jan 2026  k1 was passed on to safeguarding-lead:sam (lead:jo). what was passed on"
TALKED_ABOUT = "  10 Jan 2026  Safety was talked about with the learner (coach:omar). what was talked about"


@pytest.mark.parametrize(
    ("party", "lines"),
    [
        (SAM, [RAISED, PASSED_ON, TALKED_ABOUT, f"  11 Jan 2026  k1 was closed ({SAM}). what was done"]),
        (NINA, [RAISED]),
        ("lead:jo", [PASSED_ON]),
        ("coach:omar", [TALKED_ABOUT]),
        ("lead:kim", []),
        ("learner:a", []),
        (None, []),
    ],
)
def test_a_concern_is_seen_by_whoever_spoke_and_by_the_safeguarding_lead(party: str | None, lines: list[str]) -> None:
    assert concerned().lines("CONCERNS", party=party) == lines


@pytest.mark.parametrize("party", ["lead:kim", "learner:a", "coach:zed", None])
def test_to_everybody_else_the_page_is_the_same_as_if_there_were_no_concern(party: str | None) -> None:
    assert concerned().seen_by(party) == Book(START, ASSIGNED, COVERED).seen_by(party)


@pytest.mark.parametrize(
    ("danger", "said"),
    [
        (False, "k1 was raised (lead:jo). x"),
        (None, "k1 was raised (lead:jo); whether danger is immediate is not said. x"),
    ],
)
def test_whether_danger_is_immediate_is_said_as_it_is_known(danger: bool | None, said: str) -> None:
    book = Book(START, entries.ConcernRaised(concern="k1", words="x", immediate_danger=danger))
    assert book.lines("CONCERNS", party=SAM) == [f"  06 Jan 2026  {said}"]


def test_a_hold_is_on_the_safeguarding_lead_s_page_alone() -> None:
    book = Book(START)
    book.add(entries.HoldEntered(hold="h1", words="a claim"), by=SAM)
    book.add(entries.HoldLifted(hold="h1"), by=SAM)
    assert book.lines("CONCERNS", party="safeguarding-lead:max") == [
        f"  06 Jan 2026  Hold h1 was entered ({SAM}). a claim",
        f"  07 Jan 2026  Hold h1 was lifted ({SAM})",
    ]
    for party in (None, NINA, "lead:jo", "learner:a"):
        assert "h1" not in book.seen_by(party)


def test_what_a_learner_says_of_a_concern_is_seen_by_them() -> None:
    book = Book(START)
    book.add(entries.ConcernRaised(concern="k1", words="what I saw", immediate_danger=False), by="learner:a")
    assert book.lines("CONCERNS", party="learner:a") == ["  06 Jan 2026  k1 was raised (learner:a). what I saw"]
    assert "what I saw" not in book.seen_by(NINA)


def test_what_is_due_for_a_concern_is_said_to_those_it_is_for() -> None:
    book = Book(START)
    book.add(entries.ConcernRaised(concern="k1", words="x", immediate_danger=False), by=NINA)
    due = "  due          escalate concern k1, until a safeguarding lead takes it, due 06 Jan 2026 12:00"
    assert book.lines("WHAT IS OPEN", party=SAM) == [due, "               (safeguarding-lead) [SAF-02]"]
    assert book.lines("WHAT IS OPEN", party=NINA) == [due, "               (coach:nina) [SAF-02]"]
    for party in (None, "lead:jo", "coach:omar", "learner:a"):
        assert book.lines("WHAT IS OPEN", party=party) == ["  Nothing."]


def test_closing_over_an_open_concern_is_the_same_on_every_page_but_the_safeguarding_lead_s() -> None:
    quiet, told = Book(START), Book(START)
    told.add(entries.ConcernRaised(concern="k1", words="x"), by=NINA)
    for book in (quiet, told):
        book.casebook.record(
            "a", entries.JourneyClosed(), by="lead:jo", at=BEGINNING + timedelta(days=5), id="closing"
        ).require()
    for party in (None, "coach:omar", "lead:jo", "lead:kim", "learner:a"):
        assert told.seen_by(party) == quiet.seen_by(party)
    looked_at = "look at concern k1, which is still open although the journey has ended"
    assert looked_at in " ".join(told.seen_by(SAM).split())


@pytest.mark.parametrize(
    ("entry", "by"),
    [
        (entries.ConcernClosed(concern="k1", words="unseen"), "coach:omar"),
        (entries.DisclosureMade(outlet="safeguarding view", shown_to="lead:jo"), "coach:omar"),
        (entries.BreachAuthorised(record="e2", rule="XXX-01", reason="unseen"), "coach:omar"),
    ],
)
def test_what_was_refused_about_a_concern_is_told_to_whoever_asked_alone(entry: Entry, by: str) -> None:
    book = Book(START)
    book.add(entries.ConcernRaised(concern="k1", words="unseen"), by=NINA)
    decision = (
        book.casebook.release("a", entry, by=by).decision
        if isinstance(entry, entries.DisclosureMade)
        else book.add(entry, by)
    )
    assert not decision.accepted
    assert book.lines("REFUSED", party=by) != []
    for party in (None, "lead:jo", NINA if not isinstance(entry, entries.BreachAuthorised) else "lead:kim"):
        assert book.lines("REFUSED", party=party) == []


def test_a_correction_of_a_concern_that_is_refused_is_told_to_those_who_see_the_concern() -> None:
    book = Book(START)
    book.add(entries.ConcernRaised(concern="k1", words="x"), by=NINA)
    book.casebook.withdraw("a", "e2", by="lead:jo", why="w", id="f")
    assert book.lines("REFUSED", party=SAM)[0].strip() == "Entry withdrawn, of: Concern raised"
    assert book.lines("REFUSED", party="lead:jo")[0].strip() == "Entry withdrawn"
    for party in (None, "lead:kim", "learner:a"):
        assert book.lines("REFUSED", party=party) == []


def test_a_correction_of_a_diary_entry_that_is_refused_is_the_learners_own_whatever_would_take_its_place() -> None:
    book = Book(START)
    book.add(entries.DiaryWritten(diary="d1", sort="gratitude", words="unseen"), by="learner:a")
    book.casebook.correct("a", "e2", entries.GrowUsed(outside="peer", words="x"), by="lead:jo", why="w", id="f")
    assert book.lines("REFUSED", party="learner:a")[0].strip() == "Entry corrected, of: Diary written"
    assert book.lines("REFUSED", party="lead:jo")[0].strip() == "Entry corrected"
    for party in (None, "lead:kim", NINA):
        assert book.lines("REFUSED", party=party) == []


def test_a_correction_that_would_put_a_diary_entry_somewhere_is_the_learners_own() -> None:
    book = Book(START)
    diary = entries.DiaryWritten(diary="d1", sort="gratitude", words="unseen")
    book.casebook.correct("a", "e1", diary, by="learner:a", why="unseen", id="f")
    assert book.lines("REFUSED", party="learner:a")[0].strip() == "Entry corrected, of: Journey started: phase-1"
    for party in (None, "lead:jo", NINA):
        assert book.lines("REFUSED", party=party) == []
