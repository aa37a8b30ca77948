"""The journey on one page: what it shows, in which words, and what it never gives away."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iagcore as iag
from iagcore import entries
from iagcore.practice.kinds import Entry, FieldClass
from iagcore.record.findings import Assessment, Duty, Outcome, Weight
from iagcore.record.journey import fold
from iagcore.record.records import Record, Sort, UnreadEntry
from iagcore.reports import journey_page
from iagcore.reports.layout import WIDTH, bar, beside, section, wrapped
from tests.casework import OF_ONE_JOURNEY

POLICY = iag.Policy.load("starter")
BEGINNING = datetime(2026, 1, 5, 10, tzinfo=UTC)
START = entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)
ASSIGNED = entries.CoachAssigned(coach="coach:nina")
NINA, SAM = "coach:nina", "safeguarding-lead:sam"


class Book:
    """A casebook of one journey, whose entries are a day apart and are named by their place."""

    def __init__(self, *made: Entry, policy: iag.Policy = POLICY) -> None:
        self.casebook = iag.Casebook(iag.MemoryJournal(), policy, clock=lambda: self.at, rules=OF_ONE_JOURNEY)
        self.policy, self.made = policy, 0
        self.hours: dict[str, datetime] = {}
        for one in made:
            self.add(one)

    def add(self, entry: Entry, by: str = "lead:jo") -> iag.Decision:
        self.made += 1
        self.at = BEGINNING + timedelta(days=self.made - 1)
        if isinstance(entry, entries.ConversationBooked):
            self.hours[entry.conversation] = entry.starts_at
        if isinstance(entry, entries.ConversationMissed):
            self.at = self.hours[entry.conversation]
        return self.casebook.record("a", entry, by=by, at=self.at, id=f"e{self.made}")

    @property
    def page(self) -> str:
        return self.seen_by(None)

    def seen_by(self, party: str | None) -> str:
        """The page as a party may see it."""
        casebook = self.casebook
        return journey_page(
            casebook.journey("a"),
            records=casebook.records("a"),
            duties=casebook.duties("a"),
            zone=self.policy.zone,
            party=party,
        )

    def lines(self, title: str, *, party: str | None = None) -> list[str]:
        """The lines of one section."""
        return sections(self.seen_by(party)).get(title, [])


def sections(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    title = ""
    for line in page.splitlines():
        if line.isupper() and not line.startswith(" "):
            title = line
        else:
            found.setdefault(title, []).append(line)
    return {title: lines[:-1] if lines and not lines[-1] else lines for title, lines in found.items()}


def booked(id: str = "c1", minutes: int = 60, *, day: int = 2) -> entries.ConversationBooked:
    when = datetime(2026, 6, day, 9, tzinfo=UTC)
    return entries.ConversationBooked(conversation=id, coach="coach:nina", starts_at=when, minutes=minutes)


def held(id: str = "c1", minutes: int = 50, **also: Any) -> entries.ConversationHeld:
    said = {"one_to_one": True, "in_private": True, **also}
    return entries.ConversationHeld(conversation=id, coach="coach:nina", minutes=minutes, **said)


# ---- heading and minutes


def test_the_heading_says_whose_journey_it_is_and_where_it_stands() -> None:
    assert Book(START, ASSIGNED).page.splitlines()[:4] == [
        "Journey a",
        "=========",
        "learner:a on phase-1, open since 05 Jan 2026",
        "with coach:nina",
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((entries.JourneyClosed(),), "learner:a on phase-1, closed on 06 Jan 2026"),
        ((entries.LearnerLeft(how="moved on"),), "learner:a on phase-1, the learner left on 06 Jan 2026"),
        ((entries.JourneyClosed(), entries.JourneyReopened()), "learner:a on phase-1, open since 05 Jan 2026"),
    ],
)
def test_a_journey_that_ended_or_was_opened_again_says_so(more: Sequence[Entry], said: str) -> None:
    assert Book(START, *more).page.splitlines()[2] == said


@pytest.mark.parametrize(("learner", "about"), [("learner:a", " about learner:a"), (None, "")])
def test_a_journey_on_which_only_a_concern_was_raised_has_not_started_and_is_nobodys(
    learner: str | None, about: str
) -> None:
    book = Book(entries.ConcernRaised(concern="k1", words="unseen", learner=learner))
    for party in (None, NINA, "learner:a", SAM):
        assert book.seen_by(party).splitlines()[2] == "nobody yet, not started"
    said = " ".join(" ".join(book.lines("CONCERNS", party=SAM)).split())
    assert said == f"05 Jan 2026 k1 was raised{about} (lead:jo); whether danger is immediate is not said. unseen"
    assert book.lines("CONCERNS", party=NINA) == []


def test_a_concern_that_names_a_learner_says_nothing_of_whose_journey_it_is() -> None:
    book = Book(entries.ConcernRaised(concern="k1", words="unseen", learner="learner:z"), START)
    for party in (None, NINA, SAM):
        assert book.seen_by(party).splitlines()[2] == "learner:a on phase-1, open since 06 Jan 2026"
        assert ("learner:z" in book.seen_by(party)) is (party == SAM)


def test_minutes_are_shown_as_a_bar_and_as_numbers() -> None:
    assert Book(START, booked(), held(), booked("c2", 40)).lines("MINUTES") == [
        "  [#################=============..............................]",
        "  # used       50",
        "  = booked     40",
        "  . remaining  90 of 180 granted",
    ]


def test_an_extension_and_minutes_that_nothing_covers_are_said() -> None:
    extended = entries.AllowanceExtended(extension="x1", minutes=30, reason="an hour was lost to a strike")
    book = Book(START, extended, held("c1", 200), booked("c2", 10), held("c3", 100))
    assert book.lines("MINUTES")[1:] == [
        "  # used       300",
        "  = booked     10",
        "  . remaining  0 of 210 granted",
        "  30 of the minutes granted are an extension.",
        "  100 minutes used or booked are not covered by what is granted.",
    ]
    assert "  06 Jan 2026  30 minutes more, by lead:jo. an hour was lost to a strike" in book.lines(
        "THE JOURNEY SO FAR"
    )


# ---- the story


def test_the_story_is_told_in_the_order_of_the_record() -> None:
    book = Book(
        entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30, recruiter="coach:nina"),
        entries.CoachingOfferAnswered(answer="not now", note="after the exams"),
        entries.CoachingOfferAnswered(answer="in full"),
        ASSIGNED,
        entries.CoverAssigned(coach="coach:sam", until=date(2026, 2, 1)),
        entries.JourneyClosed(note="all is said"),
        entries.JourneyReopened(),
        entries.LearnerLeft(how="withdrew", note="a new job"),
    )
    assert book.lines("THE JOURNEY SO FAR") == [
        "  05 Jan 2026  Started on phase-1 (lead:jo); recruited by coach:nina",
        "  06 Jan 2026  The offer of coaching was answered: not now. after the exams",
        "  07 Jan 2026  The offer of coaching was answered: in full",
        "  08 Jan 2026  coach:nina was assigned",
        "  09 Jan 2026  coach:sam covers until 01 Feb 2026",
        "  10 Jan 2026  Closed (lead:jo). all is said",
        "  11 Jan 2026  Opened again (lead:jo)",
        "  12 Jan 2026  The learner withdrew. a new job",
    ]


def test_an_annotation_is_shown_beside_what_it_is_about() -> None:
    book = Book(START, booked())
    book.add(entries.RecordAnnotated(record="e2", words="the room has changed"), by="coach:nina")
    assert book.lines("THE JOURNEY SO FAR")[1] == (
        "  07 Jan 2026  A note was added (coach:nina), to: Conversation booked: c1, 02 Jun 2026 10:00, 60"
    )
    assert book.lines("THE JOURNEY SO FAR")[2] == "               minutes. the room has changed"


@pytest.mark.parametrize("about", ["e2", "e3", "e4", "e5", "nothing here"])
def test_an_annotation_beside_what_is_said_in_confidence_is_not_told_of(about: str) -> None:
    book = Book(START, entries.ConcernRaised(concern="k1", words="unseen"))
    book.add(entries.DiaryWritten(diary="d1", sort="gratitude", words="unseen"), by="learner:a")
    book.add(entries.RecordAnnotated(record="e2", words="unseen"), by=SAM)
    book.add(entries.RecordAnnotated(record=about, words="unseen"))
    for party in (None, NINA, "lead:kim"):
        assert book.lines("THE JOURNEY SO FAR", party=party) == ["  05 Jan 2026  Started on phase-1 (lead:jo)"]
        assert "unseen" not in book.seen_by(party)


def test_annotations_about_one_another_in_the_end_about_nothing_are_not_shown() -> None:
    book = Book(
        START,
        entries.RecordAnnotated(record="e3", words="unseen"),
        entries.RecordAnnotated(record="e2", words="unseen"),
    )
    assert "unseen" not in book.seen_by(SAM)


def test_an_annotation_to_a_concern_is_for_whoever_sees_the_concern() -> None:
    book = Book(START, entries.ConcernRaised(concern="k1", words="unseen"))
    book.add(entries.RecordAnnotated(record="e2", words="one thing more"), by=SAM)
    for party in (SAM, "lead:jo"):
        assert book.lines("THE JOURNEY SO FAR", party=party)[-1] == (
            f"  07 Jan 2026  A note was added ({SAM}), to: Concern raised. one thing more"
        )


# ---- conversations


def test_a_conversation_is_shown_as_grow_in_the_order_of_its_notes() -> None:
    book = Book(
        START,
        booked(),
        entries.GoalSet(goal="g1", words="pass the test", conversation="c1"),
        entries.GoalSet(goal="g2", words="travel", conversation="c1"),
        entries.RealityExplored(words="nerves", conversation="c1"),
        entries.GoalChanged(goal="g1", words="take the test", reason="one step first", conversation="c1"),
        entries.OptionRaised(option="o1", words="practise", conversation="c1"),
        entries.ActionAgreed(
            action="a1",
            what="practise on Sunday",
            by_when=date(2026, 6, 7),
            support="a friend",
            obstacle="rain",
            commitment=9,
            goal="g1",
            option="o1",
            conversation="c1",
        ),
        entries.ActionAgreed(action="a2", what="think about it", conversation="c1"),
        held(),
        entries.ConversationWrittenUp(conversation="c1", summary="a good beginning"),
        booked("c2", day=9),
        entries.ActionReviewed(action="a1", outcome="done", words="in the rain", conversation="c2"),
        entries.ActionReviewed(action="gone", outcome="reworked", conversation="c2"),
        entries.GoalReached(goal="g1", conversation="c2"),
        entries.GoalReached(goal="gone", words="and that", conversation="c2"),
        entries.GoalSetAside(goal="g2", reason="not this year", conversation="c2"),
        entries.GoalSetAside(goal="gone", conversation="c2"),
    )
    assert book.lines("CONVERSATIONS") == [
        "  c1         held on 14 Jan 2026 with coach:nina, 50 minutes",
        "             written up on 15 Jan 2026. a good beginning",
        "    Goal     pass the test",
        "             travel",
        "    Reality  nerves",
        "    Goal     now: take the test. one step first",
        "    Options  practise",
        "    Will     practise on Sunday",
        "             - by 07 Jun 2026; support: a friend; obstacle: rain; commitment 9 of 10",
        "             - what came of it: done (in c2)",
        "             think about it",
        "             - not reviewed yet",
        "",
        "  c2         booked for 09 Jun 2026 10:00 with coach:nina, 60 minutes",
        "    Review   practise on Sunday: done. in the rain",
        "             gone: reworked",
        "    Goal     reached: take the test",
        "             reached: gone. and that",
        "             set aside: travel. not this year",
        "             set aside: gone",
    ]
    assert book.lines("GOALS") == [
        "  reached    take the test",
        "  set aside  travel",
        "             not this year",
    ]


def test_an_action_reviewed_outside_a_conversation_says_what_came_of_it() -> None:
    book = Book(
        START,
        booked(),
        entries.ActionAgreed(action="a1", what="practise", conversation="c1"),
        entries.ActionReviewed(action="a1", outcome="partly done"),
    )
    assert book.lines("CONVERSATIONS")[-1] == "             - what came of it: partly done"
    assert book.lines("WORKSHOPS, SELF-LED AND PEER GROW") == [
        "  08 Jan 2026  beside any conversation, Review: practise: partly done"
    ]


MISSED = entries.ConversationMissed(conversation="c1", fault="learner-unexcused", note="no bus came")
CHARGING = iag.Policy.parse(
    """
schema = 1
name = "charging"
title = "Charging"
over = "starter"

[[value.missed_charge]]
from = 2020-01-01
value = { learner-excused = 0, learner-unexcused = 20, provider = 0, logistics = 0 }
local = "for a test"

[[value.rounding]]
from = 2020-01-01
value = { way = "up", to = 15 }
local = "for a test"
"""
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((booked(), held()), ["held on 07 Jan 2026 with coach:nina, 50 minutes, counted as 60"]),
        (
            (held(also_present=("interpreter", "supporter of the learner's choice")),),
            [
                "held on 06 Jan 2026 with coach:nina, 50 minutes, counted as 60",
                "Also present: interpreter, supporter of the learner's choice",
            ],
        ),
        (
            (booked(), entries.ConversationCancelled(conversation="c1", fault="provider", note="the room was flooded")),
            ["cancelled on 07 Jan 2026, no minutes charged", "the room was flooded"],
        ),
        ((booked(), MISSED), ["missed on 02 Jun 2026, 20 minutes charged", "no bus came"]),
        (
            (booked(), MISSED, entries.ChargeWaived(conversation="c1", reason="there was a strike")),
            ["did not take place; a lead has waived the charge. there was a strike", "no bus came"],
        ),
        ((booked(), entries.LearnerLeft(how="moved on")), ["no longer booked since the learner left on 07 Jan 2026"]),
        (
            (entries.RealityExplored(words="as it is", conversation="c1"),),
            ["noted, and neither booked nor held on the record", "as it is"],
        ),
    ],
)
def test_what_came_of_a_conversation_is_said_without_blame(more: Sequence[Entry], said: list[str]) -> None:
    book = Book(START, *more, policy=CHARGING)
    assert [line[13:] for line in book.lines("CONVERSATIONS")] == said
    assert "unexcused" not in book.page


def test_what_is_contested_carries_the_learners_words() -> None:
    book = Book(START, booked(), entries.ConversationMissed(conversation="c1", fault="logistics"))
    book.add(entries.ChargeContested(conversation="c1", words="I was there"), by="learner:a")
    assert book.lines("CONVERSATIONS") == [
        "  c1         missed on 02 Jun 2026, no minutes charged",
        "             The learner does not agree: I was there",
    ]


def test_a_booking_that_was_moved_is_shown_where_it_is_now() -> None:
    moved = entries.ConversationRescheduled(
        conversation="c1", starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC), minutes=30, coach="coach:sam"
    )
    assert Book(START, booked(), moved).lines("CONVERSATIONS") == [
        "  c1         booked for 01 Dec 2026 09:00 with coach:sam, 30 minutes"
    ]


def test_a_long_name_of_a_conversation_stands_on_a_line_of_its_own() -> None:
    assert Book(START, booked("the first conversation")).lines("CONVERSATIONS") == [
        "  the first conversation",
        "             booked for 02 Jun 2026 10:00 with coach:nina, 60 minutes",
    ]


def test_grow_outside_conversations_stands_on_its_own() -> None:
    book = Book(
        START,
        entries.WorkshopAttended(workshop="w1", words="in a group of six"),
        entries.WorkshopAttended(workshop="w2"),
        entries.GrowUsed(outside="peer", words="with a friend"),
        entries.GoalSet(goal="g1", words="a tidy desk", outside="self-led"),
        entries.ActionAgreed(action="a1", what="tidy it", by_when=date(2026, 2, 1), outside="self-led"),
    )
    assert book.lines("WORKSHOPS, SELF-LED AND PEER GROW") == [
        "  06 Jan 2026  GROW workshop w1. in a group of six",
        "  07 Jan 2026  GROW workshop w2",
        "  08 Jan 2026  peer: with a friend",
        "  09 Jan 2026  self-led, Goal: a tidy desk",
        "  10 Jan 2026  self-led, Will: tidy it; - by 01 Feb 2026; - not reviewed yet",
    ]


# ---- what came of it


def test_evidence_is_shown_by_domain_over_time_with_whose_words_it_is() -> None:
    book = Book(
        START,
        booked(),
        entries.EvidenceNoted(domain="mastery", words="asked a question", whose="learner", conversation="c1"),
        entries.EvidenceNoted(domain="modelling", words="seen how", whose="coach", example="peer's example"),
        entries.EvidenceNoted(domain="verbal persuasion", words="was told so"),
    )
    book.add(entries.DiaryWritten(diary="d1", sort="achievement", words="cooked"), by="learner:a")
    book.add(entries.DiaryShared(diary="d1"), by="learner:a")
    assert book.lines("SELF-EFFICACY") == [
        "  Mastery experience",
        "    07 Jan 2026  asked a question (the learner's words, in c1)",
        "    10 Jan 2026  cooked (the learner's words)",
        "  Vicarious experience",
        "    08 Jan 2026  seen how (the coach's words, from the peer's example)",
        "  Verbal persuasion",
        "    09 Jan 2026  was told so (whose words is not said)",
        "  Physiological and affective states",
        "    nothing noted yet",
    ]


def test_what_the_learner_shares_of_the_diary_is_shown_and_the_rest_is_theirs_alone() -> None:
    book = Book(START)
    for number, sort in enumerate(("achievement", "gratitude", "gratitude", "achievement")):
        written = entries.DiaryWritten(diary=f"d{number}", sort=sort, words=f"words of {number}", day=date(2026, 1, 4))
        book.add(written, by="learner:a")
    book.add(entries.DiaryShared(diary="d0"), by="learner:a")
    book.add(entries.DiaryShared(diary="d1"), by="learner:a")
    book.add(entries.DiaryUnshared(diary="d1"), by="learner:a")
    for party in (None, NINA, "lead:jo", SAM):
        assert book.lines("DIARY", party=party) == ["  04 Jan 2026  achievement: words of 0"]
        assert all(f"words of {number}" not in book.seen_by(party) for number in (1, 2, 3))
    assert book.lines("DIARY", party="learner:a") == [
        "  04 Jan 2026  achievement: words of 0",
        "  04 Jan 2026  gratitude: words of 1 (yours alone)",
        "  04 Jan 2026  gratitude: words of 2 (yours alone)",
        "  04 Jan 2026  achievement: words of 3 (yours alone)",
    ]


def test_that_there_is_a_private_diary_is_the_learners_own_to_tell() -> None:
    book = Book(START)
    book.add(entries.DiaryWritten(diary="d1", sort="gratitude", words="unseen"), by="learner:a")
    assert book.page == Book(START).page


def test_learning_and_other_support_are_shown_as_they_stand() -> None:
    book = Book(
        START,
        entries.CoursesShown(courses=("mindfulness", "drawing", "cooking", "singing")),
        entries.CourseEnrolled(course="mindfulness", words="my own choice"),
        entries.CourseEnrolled(course="drawing"),
        entries.CourseCompleted(course="mindfulness", words="to the end"),
        entries.CourseLeft(course="drawing", reason="too far away"),
        entries.CourseCompleted(course="cooking"),
        entries.LearningLinked(
            course="mindfulness", words="thoughts pass", conversation="c1", domain="affective states"
        ),
        entries.LearningLinked(course="mindfulness", words="breathe"),
        entries.OtherSupportNoted(support="nhs", words="therapy", status="on a waiting list"),
        entries.OtherSupportNoted(support="nhs", words="therapy", status="started"),
    )
    assert book.lines("LEARNING") == [
        "  09 Jan 2026  mindfulness: completed. my own choice to the end",
        "  10 Jan 2026  drawing: left. too far away",
        "  11 Jan 2026  cooking: completed",
        "  06 Jan 2026  singing: shown",
        "  12 Jan 2026  mindfulness, linked to c1 and physiological and affective states: thoughts pass",
        "  13 Jan 2026  mindfulness, linked to the coaching: breathe",
    ]
    assert book.lines("OTHER SUPPORT") == ["  15 Jan 2026  therapy: started"]


def test_a_course_is_named_as_it_was_shown_when_the_learner_enrolled() -> None:
    shown: dict[str, Any] = {"name": "Mindfulness for beginners", "status": "active", "last_checked": date(2026, 1, 2)}
    book = Book(
        START, entries.CourseEnrolled(course="m-1", words="my own choice", **shown), entries.CourseLeft(course="m-1")
    )
    assert book.lines("LEARNING") == [
        "  07 Jan 2026  Mindfulness for beginners (m-1): left. It was shown as active, last checked on 02 Jan",
        "               2026. my own choice",
    ]


# ---- signposts and referrals


CONSENT = entries.ConsentGiven(consent="t1", purpose="referral", scope="this journey")


def pointed_book(*made: Entry) -> Book:
    book = Book(START)
    book.add(CONSENT, by="learner:a")
    for one in made:
        book.add(one)
    return book


def test_what_the_learner_was_pointed_to_is_told_with_what_was_shown_and_what_came_of_it() -> None:
    book = pointed_book(
        entries.Signposted(
            signpost="s1", opportunity="choir", name="The choir", status="active", last_checked=date(2025, 12, 1)
        ),
        entries.Signposted(signpost="s2", opportunity="walks", course="walking", status="inactive"),
        entries.OutcomeLearned(of="s1", outcome="attended", said_by="learner", words="We sang."),
        entries.ReferralMade(
            referral="r1",
            opportunity="advice",
            how="warm handover",
            condition_of_place=False,
            last_checked=date(2025, 12, 2),
        ),
        entries.OutcomeLearned(of="r1", outcome="unknown"),
        entries.Signposted(signpost="s3", opportunity="allotment"),
        entries.OutcomeLearned(of="s3", outcome="declined", said_by="coach"),
        entries.SignpostReopened(of="s3", note="After all."),
    )
    assert book.lines("SIGNPOSTS AND REFERRALS") == [
        "  07 Jan 2026  s1, a signpost to The choir (choir); shown as active, last checked on 01 Dec 2025",
        "               09 Jan 2026: attended, as the learner says. We sang.",
        "  08 Jan 2026  s2, a signpost to walks; shown as inactive, when checked was not shown; the college's",
        "               own course walking",
        "               What came of it is not known yet.",
        "  10 Jan 2026  r1, a warm handover to advice; whether it runs was not shown, last checked on 02 Dec",
        "               2025",
        "               11 Jan 2026: unknown",
        "               What came of it is still asked about.",
        "  12 Jan 2026  s3, a signpost to allotment; whether it runs was not shown, nor when it was last",
        "               checked",
        "               13 Jan 2026: declined, as the coach says",
        "               14 Jan 2026: opened again. After all.",
        "               What came of it is not known yet.",
    ]


def test_a_referral_under_a_concern_is_told_to_whoever_made_it_and_to_the_safeguarding_lead() -> None:
    book = pointed_book()
    book.add(entries.ConcernRaised(concern="n1", words="x"), by="lead:kim")
    under: dict[str, Any] = {"concern": "n1", "why": "In danger."}
    made = entries.ReferralMade(referral="r1", opportunity="care", condition_of_place=True, **under)
    book.add(made, by="lead:kim")
    book.add(entries.OutcomeLearned(of="r1", outcome="contacted", said_by="service"), by="lead:kim")
    told = [
        "  08 Jan 2026  r1, a referral to care; whether it runs was not shown, nor when it was last checked;",
        "               the learner's place depends on it; made under concern n1. In danger.",
        "               09 Jan 2026: contacted, as the service says",
    ]
    asked = ["               What came of it is still asked about."]
    assert book.lines("SIGNPOSTS AND REFERRALS", party="lead:kim") == told + asked
    assert book.lines("SIGNPOSTS AND REFERRALS", party=SAM) == told
    for party in (None, "coach:nina", "lead:jo", "learner:a"):
        assert book.lines("SIGNPOSTS AND REFERRALS", party=party) == [], party
        assert "r1" not in book.seen_by(party), party


def test_what_came_of_a_signpost_that_was_taken_back_is_told_by_itself() -> None:
    book = pointed_book(entries.Signposted(signpost="s1", opportunity="choir"))
    book.add(entries.OutcomeLearned(of="s1", outcome="attended"))
    book.add(entries.OutcomeLearned(of="s1", outcome="helped"))
    book.casebook.withdraw("a", "e3", by="lead:jo", why="it was another learner")
    assert book.lines("SIGNPOSTS AND REFERRALS") == [
        "  Of s1, which is not on the record:",
        "               08 Jan 2026: attended",
        "               09 Jan 2026: helped",
    ]


# ---- what is open, and what was not to be


def test_nothing_open_is_said() -> None:
    assert Book(START).lines("WHAT IS OPEN") == ["  Nothing."]


def test_bookings_actions_duties_and_breaches_are_open() -> None:
    book = Book(
        START,
        held("c1", 200),
        booked("c9", 10),
        entries.ActionAgreed(action="a1", what="practise", by_when=date(2026, 6, 7), conversation="c1"),
        entries.ActionAgreed(action="a2", what="think", conversation="c1"),
    )
    assert book.lines("WHAT IS OPEN") == [
        "  to review    practise, by 07 Jun 2026",
        "  to review    think",
        "  due          write up conversation c1, due 11 Jan 2026 10:00 (coach:nina) [BKG-03]",
        "  breach       ALW-02: 200 minutes used of 180 granted (Conversation held: c1, 200 minutes)",
        "               What helps: Correct the record if the minutes are wrong. If they are right, ask a",
        "               lead to authorise it.",
    ]
    assert [one for one in book.lines("WHAT IS OPEN", party="learner:a") if "to review" not in one] == [
        "  to put right Your conversations have used 200 minutes, and you were given 180. You do not have to",
        "               do anything. A lead will look at it and put your record right.",
    ]
    book = Book(START, booked("c1", 60))
    assert book.lines("WHAT IS OPEN") == [
        "  booked       c1: booked for 02 Jun 2026 10:00 with coach:nina, 60 minutes",
        "  due          say what came of conversation c1, due 02 Jun 2026 11:00 (coach:nina) [BKG-04]",
    ]


def test_a_breach_that_a_lead_authorised_is_open_no_longer_and_says_why() -> None:
    book = Book(START, held("c1", 200), entries.ConversationWrittenUp(conversation="c1"))
    book.add(entries.BreachAuthorised(record="e2", rule="ALW-02", reason="it was needed"))
    assert book.lines("WHAT IS OPEN") == ["  Nothing."]
    assert book.lines("THE JOURNEY SO FAR")[-1] == "  08 Jan 2026  ALW-02 was authorised by lead:jo. it was needed"


def test_advice_that_stands_is_for_the_coach() -> None:
    book = Book(START, held(in_private=False))
    assert book.lines("ADVICE FOR THE COACH") == [
        "  ALW-03: one-to-one: yes, in private: no; it draws on the allowance either way (Conversation held:",
        "  c1, 50 minutes)",
    ]


def test_a_refused_plan_is_shown_with_every_reason_and_what_helps() -> None:
    book = Book(START, booked("c1", 60), booked("c1", 200))
    assert book.lines("REFUSED") == [
        "  07 Jan 2026  Conversation booked: c1, 02 Jun 2026 10:00, 200 minutes",
        "               ALW-01: 200 minutes asked, 120 remain of 180 (0 used, 60 booked elsewhere)",
        "               What helps: Book a shorter conversation, or release what is booked; a lead may extend",
        "               where the policy lets them.",
        "               BKG-01: conversation c1 is booked; booked was asked",
        "               What helps: Correct the earlier record if it is not right; give a new conversation an",
        "               id of its own.",
        "               BKG-02: already booked: learner:a 02 Jun 2026 10:00 to 02 Jun 2026 11:00, coach:nina",
        "               02 Jun 2026 10:00 to 02 Jun 2026 11:00",
        "               What helps: Choose another time or another coach.",
    ]


def test_a_diary_entry_that_is_refused_shows_its_kind_alone_to_the_learner_and_whoever_asked() -> None:
    book = Book(START)
    book.add(entries.DiaryWritten(diary="unseen", sort="gratitude", words="unseen"), by=NINA)
    for party in (NINA, "learner:a"):
        assert book.lines("REFUSED", party=party)[0] == "  06 Jan 2026  Diary written"
        assert "unseen" not in book.seen_by(party)
    assert book.lines("REFUSED") == []


def test_to_the_learner_a_refusal_is_told_plainly_and_without_codes() -> None:
    book = Book(START, booked("c1", 60), booked("c1", 200))
    assert book.lines("REFUSED", party="learner:a") == [
        "  07 Jan 2026  Conversation booked: c1, 02 Jun 2026 10:00, 200 minutes",
        "               It asks for 200 minutes, and 120 of your 180 minutes are free to book.",
        "               Your coach can look with you at what would fit.",
        "               It does not fit what the record says of that conversation.",
        "               Your coach can look at what is on the record with you.",
        "               That time is already taken.",
        "               Another time may be free.",
    ]


def test_a_refused_correction_shows_what_it_was_of_and_no_time() -> None:
    book = Book(START, booked())
    for target in ("e2", "e9"):
        book.casebook.correct("a", target, entries.GrowUsed(outside="peer", words="x"), by="lead:jo", why="a slip")
    of_the_booking = "               Entry corrected, of: Conversation booked: c1, 02 Jun 2026 10:00, 60 minutes"
    # what is about nothing on the record is for whoever asked
    shown: dict[str | None, list[str]] = {
        None: [of_the_booking],
        "lead:jo": [of_the_booking, "               Entry corrected"],
    }
    for party, lines in shown.items():
        assert [line for line in book.lines("REFUSED", party=party) if "corrected" in line] == lines


def test_what_was_put_right_says_who_did_so_and_why() -> None:
    book = Book(START, booked())
    book.casebook.correct("a", "e2", booked(minutes=30), by="lead:jo", why="half an hour was meant", id="f")
    assert book.lines("CONVERSATIONS") == ["  c1         booked for 02 Jun 2026 10:00 with coach:nina, 30 minutes"]
    book.casebook.withdraw("a", "e2", by="lead:jo", why="called off", whole=True)
    assert book.lines("CONVERSATIONS") == []
    assert book.lines("PUT RIGHT SINCE") == [
        "  Conversation booked: c1, 02 Jun 2026 10:00, 60 minutes was corrected by lead:jo. half an hour was",
        "  meant",
        "  Conversation booked: c1, 02 Jun 2026 10:00, 60 minutes was withdrawn by lead:jo. called off",
    ]


def test_a_correction_taken_back_does_not_read_as_if_the_entry_were() -> None:
    book = Book(START, booked())
    book.casebook.correct("a", "e2", booked(minutes=30), by="lead:jo", why="w", id="f")
    book.casebook.withdraw("a", "f", by="lead:jo", why="no", id="g")
    assert book.lines("PUT RIGHT SINCE")[1:] == [
        "  Conversation booked: c1, 02 Jun 2026 10:00, 60 minutes was put back as it stood before by lead:jo.",
        "  no",
    ]


def test_putting_a_diary_entry_right_is_the_learners_own_to_know() -> None:
    book = Book(START)
    book.add(entries.DiaryWritten(diary="d1", sort="gratitude", words="unseen"), by="learner:a")
    book.casebook.withdraw("a", "e2", by="learner:a", why="it was not so", id="f")
    assert book.lines("PUT RIGHT SINCE", party="learner:a") == [
        "  Diary written was withdrawn by learner:a. it was not so"
    ]
    for party in (None, NINA, SAM, "lead:jo"):
        assert book.lines("PUT RIGHT SINCE", party=party) == []


def test_the_reason_for_putting_a_shared_diary_entry_right_is_the_learners() -> None:
    book = Book(START)
    for entry in (entries.DiaryWritten(diary="d1", sort="gratitude", words="x"), entries.DiaryShared(diary="d1")):
        book.add(entry, by="learner:a")
    better = entries.DiaryWritten(diary="d1", sort="gratitude", words="y")
    book.casebook.correct("a", "e2", better, by="learner:a", why="unseen", id="f")
    assert book.lines("PUT RIGHT SINCE") == ["  Diary written was corrected by learner:a"]


def test_a_finding_whose_entry_was_withdrawn_names_the_original() -> None:
    finding = Assessment(
        rule="XXX-01",
        level=iag.MUST,
        outcome=Outcome.UNMET,
        weight=Weight.BREACH,
        sentence="it does not fit",
        plainly="",
        evidence=(),
        remedy="",
        plain_remedy="",
        source="local",
    )
    journey = fold("a", list(Book(START, entries.GrowUsed(outside="peer", words="x")).casebook.records("a")))
    place = attrs.evolve(journey.places[1], stack=(), findings=(finding,))
    journey = attrs.evolve(journey, places=(journey.places[0], place))
    page = journey_page(journey, records=(), duties=(), zone=UTC)
    assert sections(page)["WHAT IS OPEN"] == ["  breach       XXX-01: it does not fit (Grow used)"]


def test_a_finding_on_a_record_that_is_not_on_the_journey_names_no_entry() -> None:
    finding = Assessment(
        rule="XXX-01",
        level=iag.MUST,
        outcome=Outcome.UNMET,
        weight=Weight.BREACH,
        sentence="it does not fit",
        plainly="",
        evidence=(),
        remedy="",
        plain_remedy="",
        source="local",
    )
    journey = fold("a", list(Book(START).casebook.records("a")))
    place = attrs.evolve(journey.places[0], record="elsewhere", findings=(finding,))
    page = journey_page(attrs.evolve(journey, places=(place,)), records=(), duties=(), zone=UTC)
    assert sections(page)["WHAT IS OPEN"] == ["  breach       XXX-01: it does not fit"]


def test_a_duty_without_a_date_or_a_party_is_shown_as_it_is() -> None:
    journey = Book(START).casebook.journey("a")
    page = journey_page(
        journey, records=(), duties=[Duty(rule="XXX-09", what="look again", due=None, party=None, about="")], zone=UTC
    )
    assert sections(page)["WHAT IS OPEN"] == ["  due          look again [XXX-09]"]


def test_that_there_is_more_of_a_later_version_is_said_and_nothing_of_it() -> None:
    records = list(Book(START).casebook.records("a"))
    unread = UnreadEntry("dream-told", '{"kind":"dream-told","words":"unseen"}')
    later = attrs.evolve(records[0], id="m1", entry=unread, effect=(), considered=())
    refusal = Assessment(
        rule="XXX-01",
        level=iag.MUST,
        outcome=Outcome.UNMET,
        weight=Weight.REFUSAL,
        sentence="no",
        plainly="",
        evidence=(),
        remedy="",
        plain_remedy="",
        source="local",
    )
    refused = attrs.evolve(later, id="m2", outcome=Sort.REFUSED, considered=(refusal,))
    records += [later, refused]
    page = journey_page(fold("a", records), records=records, duties=(), zone=UTC)
    assert (
        "Something here is of a kind that only a later version, or an extension, knows, and is not shown."
        in page.splitlines()
    )
    # for whom it is, this version cannot tell: whoever asked was told
    assert "REFUSED" not in sections(page)
    assert "unseen" not in page
    page = journey_page(fold("a", records), records=records, duties=(), zone=UTC, party="lead:jo")
    assert sections(page)["REFUSED"] == ["  05 Jan 2026  Dream told", "               XXX-01: no"]
    assert "unseen" not in page


def test_measures_are_shown_over_time_as_what_they_came_to() -> None:
    taken = (
        entries.MeasureTaken(scale="SWEMWBS", occasion="baseline", total=20),
        entries.MeasureTaken(scale="PHQ-9", occasion="baseline", items=(1,) * 8, unanswered=(9,)),
        entries.MeasureTaken(scale="GSE", occasion="final", total=30),
    )
    book = Book(START, *taken)
    earlier = entries.MeasureTaken(scale="GAD-7", occasion="baseline", coded="R")
    book.casebook.record("a", earlier, by="lead:jo", at=BEGINNING, id="late")
    assert book.lines("MEASURES") == [
        "  05 Jan 2026  baseline, GAD-7: not scored (coded R)",
        "  06 Jan 2026  baseline, SWEMWBS: 18.59 (metric)",
        "  07 Jan 2026  baseline, PHQ-9: not scored (part-answered, without item 9)",
        "  08 Jan 2026  final, GSE: 30",
    ]


# ---- every kind, and every word


ONE_OF_EACH: tuple[tuple[str, Entry], ...] = (
    ("lead:jo", START),
    ("lead:jo", entries.CoachingOfferAnswered(answer="in full")),
    ("lead:jo", ASSIGNED),
    ("lead:jo", entries.CoverAssigned(coach="coach:sam", until=date(2026, 9, 1))),
    ("lead:jo", entries.AllowanceExtended(extension="x1", minutes=30, reason="x")),
    ("lead:jo", entries.ApprovalGiven(approves="extension", which="x2", minutes=30)),
    ("lead:jo", entries.OtherSupportNoted(support="s1", words="x", status="started")),
    ("lead:jo", booked("c1", 10, day=1)),
    ("lead:jo", entries.ConversationRescheduled(conversation="c1", starts_at=booked().starts_at, minutes=10)),
    ("lead:jo", held("c1", 10)),
    ("lead:jo", entries.ConversationWrittenUp(conversation="c1")),
    ("lead:jo", booked("c2", 10, day=3)),
    ("lead:jo", entries.ConversationCancelled(conversation="c2", fault="provider")),
    ("lead:jo", booked("c3", 10, day=4)),
    ("lead:jo", entries.ConversationMissed(conversation="c3", fault="logistics")),
    ("learner:a", entries.ChargeContested(conversation="c3", words="x")),
    ("lead:jo", entries.ChargeWaived(conversation="c3", reason="x")),
    ("lead:jo", entries.GoalSet(goal="g1", words="x", conversation="c1")),
    ("lead:jo", entries.GoalChanged(goal="g1", words="x", conversation="c1")),
    ("lead:jo", entries.GoalReached(goal="g1", conversation="c1")),
    ("lead:jo", entries.GoalSetAside(goal="g1", conversation="c1")),
    ("lead:jo", entries.RealityExplored(words="x", conversation="c1")),
    ("lead:jo", entries.OptionRaised(option="o1", words="x", conversation="c1")),
    ("lead:jo", entries.ActionAgreed(action="a1", what="x", conversation="c1")),
    ("lead:jo", entries.ActionChanged(action="a1", what="x", conversation="c1")),
    ("lead:jo", entries.ActionReviewed(action="a1", outcome="done", conversation="c1")),
    ("lead:jo", entries.WorkshopAttended(workshop="w1")),
    ("lead:jo", entries.GrowUsed(outside="peer", words="x")),
    ("lead:jo", entries.BreachAuthorised(record="e2", rule="XXX-01", reason="x")),
    ("learner:a", entries.DiaryWritten(diary="d1", sort="gratitude", words="x")),
    ("learner:a", entries.DiaryShared(diary="d1")),
    ("learner:a", entries.DiaryWritten(diary="d2", sort="achievement", words="x")),
    ("learner:a", entries.DiaryShared(diary="d2")),
    ("learner:a", entries.DiaryUnshared(diary="d2")),
    ("lead:jo", entries.EvidenceNoted(domain="mastery", words="x", whose="learner")),
    ("lead:jo", entries.CoursesShown(courses=("k1",))),
    ("lead:jo", entries.CourseEnrolled(course="k1")),
    ("lead:jo", entries.CourseCompleted(course="k1")),
    ("lead:jo", entries.CourseLeft(course="k1")),
    ("lead:jo", entries.LearningLinked(course="k1", words="x")),
    ("lead:jo", entries.Signposted(signpost="sp1", opportunity="choir", status="active")),
    ("lead:jo", entries.OutcomeLearned(of="sp1", outcome="contacted")),
    ("lead:jo", entries.SignpostReopened(of="sp1", note="x")),
    ("learner:a", entries.ConsentGiven(consent="t0", purpose="referral", scope="this journey")),
    ("coach:nina", entries.ConcernRaised(concern="n1", words="x")),
    ("coach:nina", entries.ReferralMade(referral="rf1", opportunity="advice", condition_of_place=False, concern="n1")),
    ("lead:jo", entries.MeasureTaken(scale="PHQ-9", occasion="baseline", total=9)),
    ("learner:a", entries.ConsentGiven(consent="t1", purpose="contact", scope="this journey")),
    ("learner:a", entries.ConsentWithdrawn(purpose="research")),
    ("lead:jo", entries.ConfidentialityExplained(limits=True)),
    ("lead:jo", entries.DisclosureMade(outlet="coaching view", shown_to="lead:jo")),
    ("coach:nina", entries.ConcernEscalated(concern="n1", held_by=SAM)),
    ("safeguarding-lead:sam", entries.ConcernClosed(concern="n1", words="x")),
    ("coach:nina", entries.SafetyTalkedAbout()),
    ("safeguarding-lead:sam", entries.HoldEntered(hold="n1", words="x")),
    ("safeguarding-lead:sam", entries.HoldLifted(hold="n1")),
    ("lead:jo", entries.FollowUpPlanned(follow_up="f1", planned_for=date(2026, 12, 1))),
    ("lead:jo", entries.FollowUpMade(how="letter")),
    ("lead:jo", entries.RecordAnnotated(record="e2", words="x")),
    ("lead:jo", entries.RecordAnnotated(record="the concern", words="x")),
    ("lead:jo", entries.JourneyClosed()),
    ("lead:jo", entries.JourneyReopened()),
    ("lead:jo", entries.LearnerLeft(how="moved on")),
)
"""An entry of every kind that stands on a journey but for the two amendments, and who makes it."""


def one_of_each() -> tuple[Book, dict[str, FieldClass]]:
    """A journey with an entry of every kind, each of whose texts is a word of its own, and the class of each."""
    book, words, concern = Book(), dict[str, FieldClass](), ""
    for by, entry in ONE_OF_EACH:
        texts = {}
        for field in entry.declares.fields:
            if field.type.name == "words":
                word = f"{entry.declares.name}.{field.name}".replace("-", "_")  # it says whose place is missing
                texts[field.name] = next(one for n in count(1) if (one := f"{word}.{n}.") not in words)
                words[texts[field.name]] = field.type.field_class
        if isinstance(entry, entries.RecordAnnotated) and entry.record == "the concern":
            texts["record"] = concern
        decision = book.add(attrs.evolve(entry, **texts), by)  # type: ignore[misc] # every kind is an attrs class
        assert decision.accepted, entry
        concern = f"e{book.made}" if isinstance(entry, entries.ConcernRaised) else concern
    book.casebook.correct(
        "a", "e2", entries.CoachingOfferAnswered(answer="in part", note="w0c"), by="lead:jo", why="w0y"
    )
    book.casebook.withdraw("a", "e1", by="lead:jo", why="w0z")
    return book, words


ON_A_JOURNEY = {kind for kind in iag.KINDS if not kind.declares.is_of_a_coach}


@pytest.mark.parametrize("party", [None, "coach:omar", "lead:kim", NINA, "lead:jo", SAM, "learner:a"])
def test_every_text_of_every_kind_has_its_place_but_for_what_is_private_or_restricted(party: str | None) -> None:
    book, words = one_of_each()
    records: list[Record] = list(book.casebook.records("a"))
    assert {type(record.entry) for record in records} == ON_A_JOURNEY
    page = book.seen_by(party)
    hidden: set[str] = set()
    for record in records:
        said = {getattr(record.entry, field.name) for field in record.entry.declares.fields} & set(words)
        match record.entry:
            case entries.DiaryWritten(diary="d2"):
                hidden |= said if party != "learner:a" else set()
            case entries.RecordAnnotated(record=about) if about != "e2":
                hidden |= said if party not in (NINA, SAM) else set()  # it is about the concern
            case entries.CoachingOfferAnswered() if record.id == "e2":
                hidden |= said  # it was replaced
            case _ if any(words[one] is FieldClass.RESTRICTED for one in said):
                hidden |= said if party not in (record.by, SAM) else set()
            case _:
                pass
    assert {one for one in words if one not in page} == hidden
    assert "w0c" in page
    assert "w0y" in page


@given(st.text(max_size=300), st.text("xyz \n\t\u2028", max_size=300), st.integers(0, 200))
def test_no_words_break_the_page_and_none_of_a_private_entry_reach_it(words: str, blanks: str, long: int) -> None:
    said = f"s{words}{blanks}{'m' * long}"
    try:
        made = (
            entries.RealityExplored(words=said, conversation="c1"),
            entries.EvidenceNoted(domain="mastery", words=said, whose="learner"),
            entries.OtherSupportNoted(support="s", words=said, status="started"),
        )
        diary = entries.DiaryWritten(diary="d", sort="gratitude", words=f"\N{SNOWMAN}\N{COMET}{said}")
    except iag.InvalidEntry:
        return
    book = Book(START, *made)
    book.add(diary, by="learner:a")
    page = book.page
    assert max(len(line) for line in page.splitlines()) <= WIDTH
    assert all(line == line.rstrip() for line in page.splitlines())
    assert "\N{SNOWMAN}\N{COMET}" not in page


# ---- layout


def test_a_paragraph_is_wrapped_at_the_width_with_its_first_line_marked() -> None:
    lines = wrapped("word " * 40, indent=10, first="  A:")
    assert lines == [
        "  A:      " + "word " * 17 + "word",
        "          " + "word " * 17 + "word",
        "          word word word word",
    ]


def test_a_label_that_fits_stands_beside_its_text_and_one_that_does_not_above_it() -> None:
    assert beside("abc", "text", column=6) == ["  abc text"]
    assert beside("abcd", "text", column=6) == ["  abcd", "      text"]


@pytest.mark.parametrize(
    ("parts", "drawn"),
    [
        ((("#", 0), (".", 0)), "[          ]"),
        ((("#", 1), (".", 1)), "[#####.....]"),
        ((("#", 1), ("=", 1), (".", 1)), "[###====...]"),
        ((("#", 7), ("=", 0), (".", 0)), "[##########]"),
    ],
)
def test_a_bar_is_shared_out_by_size(parts: tuple[tuple[str, int], ...], drawn: str) -> None:
    assert bar(*parts, width=10) == drawn


def test_a_section_without_lines_is_no_section() -> None:
    assert (section("Title", []), section("Title", ["  a"])) == ([], ["TITLE", "  a"])
