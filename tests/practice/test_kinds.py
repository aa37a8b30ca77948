"""The table of kinds, and what fields may hold: strictly, and with errors that say what to do."""

from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, get_origin

import attrs
import pytest

from iagcore import entries
from iagcore.entries import KIND_BY_NAME, KINDS
from iagcore.exceptions import InvalidEntry
from iagcore.practice import kinds
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn, Erased
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.conversations import ConversationBooked, ConversationHeld
from iagcore.practice.grow import ActionAgreed
from iagcore.practice.kinds import FACT, ROLES, Entry, FieldClass, Id, Nature, accept_day, accept_moment, kebab
from iagcore.practice.kinds import kind as declared
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.learning import CoursesShown
from iagcore.practice.readiness import CoachSuspended
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.practice.self_efficacy import ALIASES, DOMAINS, EvidenceNoted
from iagcore.record.journey import fold
from iagcore.record.parts import APPLIED, Parts
from iagcore.record.records import Record, Sort

TABLE = [
    ("journey-started", "plan", "journey learner", "lead coach"),
    ("coaching-offer-answered", "fact", "journey", "learner coach lead"),
    ("journey-closed", "plan", "journey", "lead coach"),
    ("journey-reopened", "plan", "journey", "lead coach"),
    ("learner-left", "fact", "journey learner", "learner coach lead"),
    ("coach-assigned", "plan", "journey coach", "lead"),
    ("cover-assigned", "plan", "journey coach", "lead"),
    ("other-support-noted", "fact", "journey", "coach lead learner"),
    ("conversation-booked", "plan", "journey learner coach", "coach lead learner"),
    ("conversation-rescheduled", "plan", "journey learner coach", "coach lead learner"),
    ("conversation-cancelled", "fact", "journey learner coach", "coach lead learner"),
    ("conversation-missed", "fact", "journey learner coach", "coach lead"),
    ("conversation-held", "fact", "journey learner coach", "coach lead"),
    ("charge-contested", "fact", "journey", "learner"),
    ("charge-waived", "fact", "journey", "lead"),
    ("goal-set", "fact", "journey", "coach lead learner"),
    ("goal-changed", "fact", "journey", "coach lead learner"),
    ("goal-reached", "fact", "journey", "coach lead learner"),
    ("goal-set-aside", "fact", "journey", "coach lead learner"),
    ("reality-explored", "fact", "journey", "coach lead learner"),
    ("option-raised", "fact", "journey", "coach lead learner"),
    ("action-agreed", "fact", "journey", "coach lead learner"),
    ("action-changed", "fact", "journey", "coach lead learner"),
    ("action-reviewed", "fact", "journey", "coach lead learner"),
    ("conversation-written-up", "fact", "journey", "coach lead"),
    ("workshop-attended", "fact", "journey", "coach lead learner"),
    ("grow-used", "fact", "journey", "coach lead learner"),
    ("allowance-extended", "plan", "journey", "lead coach"),
    ("approval-given", "fact", "journey", "lead safeguarding-lead"),
    ("breach-authorised", "fact", "any home", "lead safeguarding-lead"),
    ("diary-written", "fact", "journey", "learner"),
    ("diary-shared", "fact", "journey", "learner"),
    ("diary-unshared", "fact", "journey", "learner"),
    ("evidence-noted", "fact", "journey", "coach lead learner"),
    ("courses-shown", "fact", "journey", "coach lead"),
    ("course-enrolled", "plan", "journey", "coach lead learner"),
    ("course-completed", "fact", "journey", "coach lead learner"),
    ("course-left", "fact", "journey", "coach lead learner"),
    ("learning-linked", "fact", "journey", "coach lead learner"),
    ("signposted", "fact", "journey", "coach lead"),
    ("referral-made", "plan", "journey", "coach lead safeguarding-lead"),
    ("outcome-learned", "fact", "journey", "coach lead learner safeguarding-lead"),
    ("signpost-reopened", "fact", "journey", "coach lead learner safeguarding-lead"),
    ("measure-taken", "fact", "journey", "coach lead learner researcher"),
    ("consent-given", "fact", "journey learner", "coach lead learner"),
    ("consent-withdrawn", "fact", "journey learner", "coach lead learner"),
    ("confidentiality-explained", "fact", "journey", "coach lead"),
    ("disclosure-made", "fact", "journey", "coach lead safeguarding-lead researcher"),
    ("concern-raised", "fact", "journey learner named", "learner coach lead safeguarding-lead researcher"),
    ("concern-escalated", "fact", "journey learner named", "coach lead safeguarding-lead"),
    ("concern-closed", "fact", "journey learner named", "safeguarding-lead"),
    ("safety-talked-about", "fact", "journey", "coach lead safeguarding-lead"),
    ("hold-entered", "fact", "journey", "safeguarding-lead"),
    ("hold-lifted", "fact", "journey", "safeguarding-lead"),
    ("follow-up-planned", "plan", "journey", "coach lead"),
    ("follow-up-made", "fact", "journey", "coach lead"),
    ("interest-expressed", "fact", "coach", "coach lead"),
    ("training-completed", "fact", "coach", "coach lead"),
    ("check-completed", "fact", "coach", "lead"),
    ("exemption-given", "fact", "coach", "lead"),
    ("course-experienced", "fact", "coach", "coach lead"),
    ("supervision-held", "fact", "coach", "coach lead"),
    ("debrief-held", "fact", "coach", "coach lead"),
    ("step-taken", "plan", "coach", "coach lead"),
    ("basis-changed", "plan", "coach", "lead"),
    ("coach-paused", "fact", "coach", "coach lead"),
    ("coach-suspended", "fact", "coach", "lead"),
    ("record-annotated", "fact", "any home", "learner coach lead safeguarding-lead researcher"),
    ("entry-corrected", "neither", "any home", "learner coach lead safeguarding-lead researcher"),
    ("entry-withdrawn", "neither", "any home", "learner coach lead safeguarding-lead researcher"),
]
"""Name, nature, subjects and authors of every kind, written out: none of this can change once records exist."""


def test_the_table_of_kinds_is_what_it_was() -> None:
    kinds = [kind.declares for kind in KINDS]
    assert [(one.name, str(one.nature), " ".join(one.about), " ".join(one.by)) for one in kinds] == TABLE


def test_every_kind_has_a_name_of_its_own_and_known_roles() -> None:
    names = [row[0] for row in TABLE]
    assert len(names) == len(set(names))
    for kind in KINDS:
        assert kind.declares.name == kebab(kind.__name__)
        assert KIND_BY_NAME[kind.declares.name] is kind
        assert set(kind.declares.by) <= set(ROLES)
        assert kind.declares.nature in Nature


def test_every_kind_that_a_practice_module_declares_is_a_public_name() -> None:
    modules = [import_module(f"iagcore.practice.{path.stem}") for path in Path(kinds.__file__).parent.glob("[a-z]*.py")]
    declared = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    assert {one for one in declared if issubclass(one, Entry)} - {Entry, Erased} == set(KINDS)
    assert [getattr(entries, kind.__name__) for kind in KINDS] == list(KINDS)


def test_every_type_of_a_field_that_stands_with_the_kinds_can_be_had() -> None:
    others = {name for name in vars(entries) if name[0].isupper()} - {kind.__name__ for kind in KINDS}
    types = {name for name, one in vars(kinds).items() if get_origin(one) is Annotated}
    assert others == {*types, "Entry", "KINDS", "KIND_BY_NAME"}


def test_every_part_that_a_kind_changes_is_a_part_of_a_home_and_is_applied() -> None:
    parts = {field.name for field in attrs.fields(Parts)}
    assert {part for kind in KINDS for part in kind.declares.parts} == parts - {"begun"} == set(APPLIED) - {"begun"}


def test_every_kind_says_whether_it_is_in_confidence() -> None:
    assert [kind.declares.name for kind in KINDS if kind.declares.in_confidence is None] == []
    touching = {kind.declares.name for kind in KINDS if kind.declares.touches("concern")}
    assert touching == {"concern-raised", "concern-escalated", "concern-closed", "referral-made", "approval-given"}
    of_safeguarding = [kind for kind in KINDS if kind.__module__ == ConcernRaised.__module__]
    assert [kind.declares.in_confidence for kind in of_safeguarding] == [True] * 6


def test_a_kind_that_does_not_say_whether_it_is_in_confidence_is_seen_by_its_author_and_the_safeguarding_lead() -> None:
    @declared(FACT, about=("journey",), by=("lead",))
    class ConcernHandedOver(Entry):
        concern: Id
        to: Id

    home = fold(
        "a",
        [
            record("1", JourneyStarted(learner="learner:a", programme="p", attests_age=30)),
            record("2", CoachAssigned(coach="coach:nina")),
            record("3", ConcernHandedOver(concern="k", to="the council")),
        ],
    )
    seen = {
        party: [one.kind for one in home.seen_by(party, on=date(2025, 9, 1)).entries]
        for party in ("learner:a", "coach:nina", "lead:other", "lead:jo", "safeguarding-lead:sam")
    }
    everyday = ["journey-started", "coach-assigned"]
    assert seen == {
        "learner:a": everyday,
        "coach:nina": everyday,
        "lead:other": everyday,
        "lead:jo": [*everyday, "concern-handed-over"],
        "safeguarding-lead:sam": [*everyday, "concern-handed-over"],
    }


def record(id: str, entry: Entry) -> Record:
    at = datetime(2025, 9, 1, 10, tzinfo=UTC)
    return Record(
        id=id,
        about=("journey:a",),
        at=at,
        recorded_at=at,
        by="lead:jo",
        policy="p",
        corrects=None,
        outcome=Sort.ACCEPTED,
        considered=(),
        restated=(),
        effect=(),
        entry=entry,
    )


@pytest.mark.parametrize("said", [{"begins": "gaol"}, {"points_to": {"gaol": "goal"}}, {"usually": ("gaol",)}])
def test_a_kind_that_declares_something_of_a_field_it_has_not_cannot_be_made(said: Any) -> None:
    with pytest.raises(TypeError, match=r"^goal-moved declares something of 'gaol', which is no field of it; did you"):

        @declared(FACT, about=("journey",), by=("lead",), **said)
        class GoalMoved(Entry):
            goal: Id


def test_what_a_kind_points_to_is_begun_by_some_kind_or_lies_outside_the_entries() -> None:
    begun = {kind.declares.begins for kind in KINDS}
    pointed = {thing for kind in KINDS for things in kind.declares.points_to.values() for thing in things}
    assert pointed - begun == {"course", "record", "rule"}


def test_every_field_of_every_kind_has_a_class() -> None:
    for kind in KINDS:
        for field in kind.declares.fields:
            assert field.type.field_class in FieldClass, (kind, field)
            assert field.type.field_class is not FieldClass.UNCLASSIFIED, (kind, field)
    amendments = {EntryCorrected, EntryWithdrawn}
    assert {kind for kind in KINDS if not kind.declares.fields} == amendments


def test_a_concern_is_restricted_and_open_to_every_author() -> None:
    assert ConcernRaised.declares.by == ROLES
    (words,) = [field for field in ConcernRaised.declares.fields if field.name == "words"]
    assert words.type.field_class is FieldClass.RESTRICTED


BOOKING: dict[str, Any] = {
    "conversation": "c1",
    "coach": "coach:nina",
    "starts_at": datetime(2025, 9, 1, 10, tzinfo=UTC),
    "minutes": 60,
}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("minutes", "45", "a whole number of minutes is expected"),
        ("minutes", 45.0, "a whole number of minutes is expected"),
        ("minutes", True, "a whole number of minutes is expected"),
        ("minutes", 0, "minutes run from 1 to 100000"),
        ("minutes", -5, "minutes run from 1 to 100000"),
        ("minutes", None, "a whole number of minutes is expected"),
        ("conversation", "", "it is empty"),
        ("conversation", " ", "it is empty"),
        ("conversation", "x" * 65, "it has 65 characters; at most 64 are kept"),
        ("conversation", "a\nb", "it has a control character (U+000A)"),
        ("conversation", "a\x00", "it has a control character (U+0000)"),
        ("conversation", "\ud800", "it has a control character (U+D800)"),
        ("conversation", 7, "a text is expected"),
        ("coach", "nina", "a party is written with its role"),
        ("coach", "coach: ", "a party is written with its role"),
        ("coach", "lead:jo", "a coach is expected, written coach:…"),
        ("coach", "coahc:nina", "did you mean 'coach'?"),
        ("starts_at", datetime(2025, 9, 1, 10), "the time has no zone"),  # noqa: DTZ001 # naive on purpose
        ("starts_at", date(2025, 9, 1), "a time is expected"),
        ("starts_at", "2025-09-01T10:00:00Z", "a time is expected"),
        ("starts_at", datetime(1800, 1, 1, tzinfo=UTC), "the year is outside 1900 to 2999"),
    ],
)
def test_a_malformed_field_is_refused_by_name(field: str, value: Any, reason: str) -> None:
    with pytest.raises(InvalidEntry) as error:
        ConversationBooked(**{**BOOKING, field: value})
    assert (error.value.kind, error.value.field, error.value.value) == ("conversation-booked", field, value)
    assert reason in str(error.value)


def test_a_long_value_is_shown_cut() -> None:
    with pytest.raises(InvalidEntry) as error:
        ConversationBooked(**{**BOOKING, "conversation": "y" * 500})
    assert "y" * 70 in str(error.value)
    assert "y" * 80 not in str(error.value)


def test_times_are_kept_in_utc() -> None:
    local = datetime(2025, 9, 1, 11, tzinfo=timezone(timedelta(hours=1)))
    assert ConversationBooked(**{**BOOKING, "starts_at": local}) == ConversationBooked(**BOOKING)
    with pytest.raises(ValueError, match="outside"):
        accept_moment(datetime(3000, 1, 1, tzinfo=UTC))


def test_a_day_is_a_date_and_no_time() -> None:
    assert accept_day(date(2024, 2, 29)) == date(2024, 2, 29)
    for wrong, reason in [(datetime(2025, 1, 1, tzinfo=UTC), "a date is expected"), (date(1, 1, 1), "outside")]:
        with pytest.raises(ValueError, match=reason):
            accept_day(wrong)


def test_lists_are_kept_as_tuples_and_a_text_is_not_a_list() -> None:
    assert CoursesShown(courses=["mindfulness", "art"]).courses == ("mindfulness", "art")  # type: ignore[arg-type]
    with pytest.raises(InvalidEntry, match="a list is expected"):
        CoursesShown(courses="mindfulness")  # type: ignore[arg-type]
    with pytest.raises(InvalidEntry, match="a text is expected"):
        CoursesShown(courses=("art", 3))  # type: ignore[arg-type]


def test_a_flag_is_true_or_false_and_nothing_like_it() -> None:
    with pytest.raises(InvalidEntry, match="true or false is expected"):
        ConversationHeld(conversation="c1", coach="coach:nina", minutes=5, one_to_one="no")  # type: ignore[arg-type]
    with pytest.raises(InvalidEntry, match="true or false is expected"):
        ConversationHeld(conversation="c1", coach="coach:nina", minutes=5, one_to_one=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(("alias", "domain"), [*ALIASES.items(), *((one, one) for one in DOMAINS)])
def test_an_alias_of_a_domain_is_kept_under_its_name(alias: str, domain: str) -> None:
    assert EvidenceNoted(domain=alias, words="she did it").domain == domain


@pytest.mark.parametrize(("value", "near"), [("gratitude", ""), ("mastry experience", "did you mean 'mastery")])
def test_there_are_exactly_four_domains(value: str, near: str) -> None:
    with pytest.raises(InvalidEntry, match="one of mastery experience") as error:
        EvidenceNoted(domain=value, words="thankful")
    assert near in str(error.value)
    with pytest.raises(InvalidEntry, match="one of mastery experience"):
        EvidenceNoted(domain=None, words="thankful")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "good", "bad", "reason"),
    [
        ("uln", "9276308686", "9276308687", "the ULN's last digit does not fit"),
        ("uln", "9999999999", "0276308686", "a ULN has 10 digits"),
        ("learn_ref_number", "AB 12", "AB-12", "a learner reference number has 1 to 12"),
        ("ukprn", 10000000, 9999999, "UKPRN run from 10000000 to 99999999"),
        ("attests_age", 19, 131, "years run from 0 to 130"),
    ],
)
def test_identifiers_of_college_systems_are_checked(field: str, good: Any, bad: Any, reason: str) -> None:
    start: dict[str, Any] = {"learner": "learner:a", "programme": "phase-1"}
    assert getattr(JourneyStarted(**start, **{field: good}), field) == good
    nothing: dict[str, Any] = {field: None}
    assert getattr(JourneyStarted(**start, **nothing), field) is None
    with pytest.raises(InvalidEntry, match=reason):
        JourneyStarted(**start, **{field: bad})


def test_commitment_is_from_1_to_10() -> None:
    assert ActionAgreed(action="x", what="ring", commitment=10).commitment == 10
    for wrong in (0, 11):
        with pytest.raises(InvalidEntry, match="points of commitment run from 1 to 10"):
            ActionAgreed(action="x", what="ring", commitment=wrong)


def test_words_may_have_lines_but_no_other_control_characters() -> None:
    assert ActionAgreed(action="x", what="one\n\ttwo").what == "one\n\ttwo"
    with pytest.raises(InvalidEntry, match="control character"):
        ActionAgreed(action="x", what="one\x07")
    with pytest.raises(InvalidEntry, match="at most 20000"):
        ActionAgreed(action="x", what="y" * 20_001)


def test_the_limits_of_a_field_are_data_and_its_check() -> None:
    fields = {field.name: field.type.accept for field in ConversationBooked.declares.fields}
    assert fields["minutes"] == kinds.Whole(1, 100_000, "minutes")
    assert fields["conversation"] == kinds.Text(64)
    assert kinds.Text(20_000, lines=True) == next(iter(CoachSuspended.declares.fields)).type.accept
