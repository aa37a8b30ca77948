"""What an earlier version wrote is read by this one; what a later version writes is refused, or kept unread."""

import base64
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.practice.amendments import EntryCorrected
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.grow import GoalChanged, GoalSetAside
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.learning import CourseLeft
from iagcore.record.journey import fold
from iagcore.storage import codec, upcasters
from iagcore.storage.stored import StoredRecord
from iagcore.storage.upcasters import UPCASTERS, Document, Upcaster
from tests.storage.test_codec import frozen, thaw

FORMATS = Path(__file__).parent / "formats"
AT_FIRST = FORMATS / "format-1-at-first.json"
"""Written by the library as it was when format 1 began, with every kind whose fields have changed since."""


def at_first() -> list[StoredRecord]:
    return [thaw(document) for document in json.loads(AT_FIRST.read_text("utf-8"))]


def entries(records: list[StoredRecord]) -> dict[tuple[str, str | None], Entry]:
    return {(one.home, one.id): codec.decode(one).entry for one in records}


def test_what_the_first_version_wrote_is_read_with_its_reasons() -> None:
    found = entries(at_first())
    assert found["journey:a", "changed"] == GoalChanged(
        goal="drive", words="to drive to work", reason="a new job", outside="self-led"
    )
    assert found["journey:a", "aside"] == GoalSetAside(goal="paint", reason="no time now", outside="self-led")
    assert found["journey:a", "left"] == CourseLeft(course="art", reason="it was far")
    # inside a correction too, whose own `why` stays what it is
    assert found["journey:a", "left-again"] == EntryCorrected(
        "left", CourseLeft(course="art", reason="it was too far by bus"), "a slip"
    )
    # a lead named as recruiter is passed over, a coach stays
    assert found["journey:a", "start"] == JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)
    assert found["journey:b", "start"] == JourneyStarted(
        learner="learner:b", programme="phase-1", attests_age=41, recruiter="coach:nina"
    )


def test_what_the_first_version_wrote_folds_to_a_journey() -> None:
    journey = fold("a", (codec.decode(one) for one in at_first() if one.home == "journey:a"))
    assert [(one.id, one.state, one.words) for one in journey.grow.goals] == [
        ("drive", "open", "to drive to work"),
        ("paint", "set aside", "to paint"),
    ]
    assert journey.unread == ()


@pytest.mark.parametrize("row", UPCASTERS, ids=lambda row: row.of)
def test_each_row_is_needed_by_a_frozen_file(row: Upcaster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcasters, "UPCASTERS", tuple(one for one in UPCASTERS if one != row))
    with pytest.raises(codec.UnreadableRecord):
        entries(at_first())


@pytest.mark.parametrize("row", UPCASTERS, ids=lambda row: row.of)
def test_each_row_leaves_what_is_written_today_as_it_is(row: Upcaster) -> None:
    today = codec.entry_document(
        {
            "goal-changed": GoalChanged(goal="g", words="w", reason="r"),
            "goal-set-aside": GoalSetAside(goal="g", reason="r"),
            "course-left": CourseLeft(course="c", reason="r"),
            "journey-started": JourneyStarted(learner="learner:a", programme="p", recruiter="coach:nina"),
        }[row.of]
    )
    assert row.change(dict(today)) == today


# ---- a format before this one, and one after it, as they will be


def _renamed(old: str, new: str) -> Any:
    def change(document: Document) -> Document:
        document[new] = document.pop(old)
        return document

    return change


def _under_another_name(document: Document) -> Document:
    return {**document, "kind": "conversation-held"}


TWO_FORMATS = (
    Upcaster("envelope", 0, "`when` became `at`", _renamed("when", "at")),
    Upcaster("payload", 0, "`author` became `by`", _renamed("author", "by")),
    Upcaster("session-held", 0, "a session is called a conversation", _under_another_name),
    Upcaster("conversation-held", 0, "`length` became `minutes`", _renamed("length", "minutes")),
)


def in_format_0() -> StoredRecord:
    """A record as a format 0 might have written it: other names in the envelope, in the payload and in the entry."""
    kept = next(one for one in frozen() if one.id == "held-c1")
    envelope, payload = json.loads(kept.envelope), json.loads(kept.payload or b"")
    envelope["when"], envelope["format"] = envelope.pop("at"), 0
    payload["author"] = payload.pop("by")
    payload["kind"] = payload["entry"]["kind"] = "session-held"
    payload["entry"]["length"] = payload["entry"].pop("minutes")
    return attrs.evolve(kept, envelope=json.dumps(envelope).encode(), payload=json.dumps(payload).encode())


def test_a_record_of_an_earlier_format_is_read_as_if_it_were_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = next(one for one in frozen() if one.id == "held-c1")
    monkeypatch.setattr(codec, "OLDEST", 0)
    monkeypatch.setattr(upcasters, "UPCASTERS", (*UPCASTERS, *TWO_FORMATS))
    record = codec.decode(in_format_0())
    assert record == codec.decode(kept)
    assert isinstance(record.entry, ConversationHeld)
    assert codec.read_envelope(in_format_0()).format == 0
    assert codec.salt_of(in_format_0()) == codec.salt_of(kept)


def test_what_is_in_the_format_of_today_passes_by_the_rows_of_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [codec.decode(one) for one in frozen()]
    monkeypatch.setattr(upcasters, "UPCASTERS", (*UPCASTERS, *TWO_FORMATS))
    assert [codec.decode(one) for one in frozen()] == before


def test_a_library_of_a_later_format_reads_what_this_one_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "FORMAT", 2)
    assert {codec.read_envelope(one).format for one in frozen()} == {1}
    assert [codec.decode(one).id for one in frozen() if one.home == "journey:a"][:2] == ["start", "book-c1"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (2, "it is in format 2, and this version of iagcore reads up to format 1: upgrade it"),
        (0, "its format is given as 0, which no version of iagcore writes"),
        (True, "its format is given as True, which no version of iagcore writes"),
        ("1", "its format is given as '1', which no version of iagcore writes"),
        (None, "its format is given as None, which no version of iagcore writes"),
    ],
)
def test_a_format_that_this_version_cannot_read_is_refused_saying_so(written: object, sentence: str) -> None:
    kept = frozen()[0]
    envelope = json.dumps({**json.loads(kept.envelope), "format": written}).encode()
    with pytest.raises(codec.UnreadableRecord) as raised:
        codec.decode(attrs.evolve(kept, envelope=envelope))
    assert raised.value.reason == sentence
    assert isinstance(raised.value, codec.WrittenLater) == (written == 2)


def test_every_frozen_file_is_read() -> None:
    found = {}
    for path in sorted(FORMATS.glob("*.json")):
        records = [thaw(document) for document in json.loads(path.read_text("utf-8"))]
        found[path.name] = len([codec.decode(one) for one in records])
        assert base64.b64decode(json.loads(path.read_text("utf-8"))[0]["envelope"]) == records[0].envelope
    assert found == {"format-1-at-first.json": 11, "format-1.json": 10}
