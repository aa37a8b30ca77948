"""The record format: what bytes must keep meaning, and what is no record at all."""

import base64
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from iagcore.entries import KINDS
from iagcore.exceptions import InvalidEntry
from iagcore.policy import Policy
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn, RecordAnnotated
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.kinds import Entry
from iagcore.practice.measures import MeasureTaken
from iagcore.record.journey import fold
from iagcore.record.records import PolicyKept, UnreadEntry
from iagcore.storage import codec, sealing
from iagcore.storage.memory import MemoryJournal
from iagcore.storage.stored import Filing, StoredRecord
from tests.casework import JO, NINA, STARTER, book, booked, cancel, casebook, hold, on, opened, refusals, start

FROZEN = Path(__file__).parent / "formats" / "format-1.json"


def written(under: Policy = STARTER) -> MemoryJournal:
    """A short journey with everything a record can carry: a refusal, charges, corrections, a withdrawal."""
    journal = MemoryJournal()
    cases = casebook(journal, under=under)
    start(cases)
    book(cases, "c1", on(1), 60)
    book(cases, "c2", on(2), 181)
    hold(cases, "c1", 55, at=on(1))
    cases.correct("a", "held-c1", held(50), by=NINA, why="a slip", id="fix")
    book(cases, "c3", on(9), 60)
    cancel(cases, "c3", at=on(3))
    cases.withdraw("a", "cancel-c3", by=NINA, why="she comes", id="back")
    cases.record("a", RecordAnnotated(record="fix", words="agreed with her"), by=NINA, id="note")
    return journal


def held(minutes: int) -> ConversationHeld:
    return ConversationHeld(conversation="c1", coach=NINA, minutes=minutes, one_to_one=True, in_private=True)


def thaw(document: dict[str, Any]) -> StoredRecord:
    def bytes_of(text: str | None) -> Any:
        return None if text is None else base64.b64decode(text)

    return StoredRecord(
        surrogate=document["surrogate"],
        about=tuple(Filing(one[0], one[1], bytes_of(one[2]), bytes_of(one[3])) for one in document["about"]),
        envelope=bytes_of(document["envelope"]),
        payload=bytes_of(document["payload"]),
        id=document["id"],
        plain=bytes_of(document["plain"]),
        salted=bytes_of(document["salted"]),
    )


def frozen() -> list[StoredRecord]:
    return [thaw(document) for document in json.loads(FROZEN.read_text("utf-8"))]


def test_records_of_format_1_are_read_for_ever() -> None:
    home = [one for one in frozen() if one.home == "journey:a"]
    journey = fold("a", (codec.decode(one) for one in home))
    # under the policy that was used, which is among the records: the shipped one has moved on since
    (kept,) = [codec.decode(one).entry for one in frozen() if one.home.startswith("policy:")]
    assert isinstance(kept, PolicyKept)
    fresh = casebook(written(Policy.parse(kept.text))).journey("a")
    assert journey == fresh
    assert sealing.alterations(home, licences={}) == []


def test_records_of_format_1_are_written_to_the_letter() -> None:
    for stored in frozen():
        again = codec.encode(codec.decode(stored), surrogate=stored.surrogate, salt=codec.salt_of(stored))
        assert again == (stored.envelope, stored.payload)


def test_the_policy_that_was_used_is_among_the_records() -> None:
    (kept,) = [one for one in frozen() if one.home.startswith("policy:")]
    record = codec.decode(kept)
    assert isinstance(record.entry, PolicyKept)
    assert (record.by, record.id, record.about) == ("", "policy", (f"policy:{record.policy}",))


def altered(part: str, change: Any) -> StoredRecord:
    stored = next(one for one in frozen() if one.id == "book-c1")
    document = json.loads(getattr(stored, part))
    change(document)
    changed: dict[str, Any] = {part: json.dumps(document).encode()}
    return attrs.evolve(stored, **changed)


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        (
            "envelope",
            lambda d: d.update(format=2),
            "it is in format 2, and this version of iagcore reads up to format 1",
        ),
        ("envelope", lambda d: d.update(subjects="3"), "int expected"),
        ("envelope", lambda d: d.update(subjects=3.0), "int expected"),
        ("envelope", lambda d: d.update(at=5), "a time as text is expected, not int @ $.at"),
        ("envelope", lambda d: d.update(zz=1), "extra fields found"),
        ("envelope", lambda d: d.update(sort="lost"), "no Sort is called so @ $.sort"),
        ("envelope", lambda d: d.update(lines={}), "a list is expected"),
        ("payload", lambda d: d.pop("by"), "by"),
        ("payload", lambda d: d.update(restated=[["x"]]), "2 items are expected, not 1"),
        ("payload", lambda d: d["considered"][0].update(evidence=[["a", 1.5]]), "a text, a whole number or a truth"),
        ("payload", lambda d: d["entry"].update(minutes="60"), "a whole number of minutes is expected"),
        ("payload", lambda d: d["entry"].update(minuets=60), "did you mean 'minutes'?"),
        ("payload", lambda d: d["entry"].pop("minutes"), "it is missing"),
        ("payload", lambda d: d["entry"].update(starts_at="soon"), "a datetime is expected, and the text is none"),
        ("payload", lambda d: d.update(lines=[]), "shorter"),
    ],
)
def test_bytes_that_are_no_record_are_said_to_be_none(part: str, change: Any, reason: str) -> None:
    with pytest.raises(codec.UnreadableRecord) as error:
        codec.decode(altered(part, change))
    assert reason in str(error.value), str(error.value)


SAID = "what a learner said"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update({SAID: 1}),
        lambda d: d.update(by=[SAID]),
        lambda d: d.update(lines=SAID),
        lambda d: d.update(entry=SAID),
        lambda d: d.update(kind=SAID),
        lambda d: d["considered"][0].update(level=SAID),
        lambda d: d["considered"][0].update(evidence=[["a", [SAID]]]),
        lambda d: d["entry"].update({SAID: 1}),
        lambda d: d["entry"].update(minutes=SAID),
        lambda d: d["entry"].update(starts_at=SAID),
        lambda d: d["entry"].update(coach=[SAID]),
    ],
)
def test_what_is_wrong_with_a_record_is_told_without_what_it_says(change: Any) -> None:
    with pytest.raises(codec.UnreadableRecord) as error:
        codec.decode(altered("payload", change))
    assert SAID not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(("text", "reason"), [(b"{", "its bytes are no JSON"), (b"[]", "its bytes are no document")])
def test_bytes_that_are_no_document_are_said_to_be_none(text: bytes, reason: str) -> None:
    with pytest.raises(codec.UnreadableRecord, match=reason):
        codec.decode(attrs.evolve(frozen()[0], envelope=text))


def test_an_erased_record_cannot_be_decoded_and_says_so() -> None:
    with pytest.raises(codec.UnreadableRecord, match="its words were erased"):
        codec.decode(attrs.evolve(frozen()[0], payload=None))
    with pytest.raises(codec.UnreadableRecord, match="its words were erased"):
        codec.decode(attrs.evolve(frozen()[0], id=None))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("conversation-boked", "did you mean 'conversation-booked'?"),
        (7, "a kind is expected, such as conversation-booked"),
        (
            "entry-corrected",
            "a correction is written with the kind of the entry that takes the place, and corrects and why",
        ),
        ("zzz", "no kind is called so"),
    ],
)
def test_a_kind_that_nobody_can_make_is_named(name: Any, reason: str) -> None:
    with pytest.raises(InvalidEntry) as error:
        codec.kind_named(name)
    assert str(error.value).endswith(reason)


def test_a_kind_of_a_later_version_is_kept_unread_and_folded_around() -> None:
    journal = written()
    journey = casebook(journal).journey("a")
    records = list(casebook(journal).records("a"))
    newer: Entry = codec.read_entry({"kind": "dream-told", "scale": "of ten", "items": [1, None, 2.5]})
    assert newer == UnreadEntry("dream-told", '{"items":[1,null,2.5],"kind":"dream-told","scale":"of ten"}')
    later = attrs.evolve(records[-1], id="later", entry=newer, considered=())
    folded = journey.after(later)
    assert folded.unread == ("dream-told",)
    assert (folded.parts, folded.allowance) == (journey.parts, journey.allowance)


def test_an_entry_of_a_later_version_cannot_be_amended_by_this_one() -> None:
    journal = written()
    cases = casebook(journal)
    journey = cases.journey("a")
    newer = codec.read_entry({"kind": "dream-told"})
    later = attrs.evolve(list(cases.records("a"))[-1], id="later", entry=newer, considered=())
    cases._reading.remembered.keep(
        "home journey:a",
        journey.after(later, version=journey.version, surrogate=journey.last or "", plain=journey.plain),
    )
    assert refusals(cases.preview("a", EntryWithdrawn("later", "a slip"), by="lead:jo")) == ["COR-01"]
    correction = EntryCorrected("later", booked("c9", on(20)), "a slip")
    assert refusals(cases.preview("a", correction, by="lead:jo")) == ["COR-01"]
    # another amendment passes over it: what its record settled stands
    assert cases.preview("a", EntryWithdrawn("note", "a slip"), by="lead:jo").accepted


A_VALUE: dict[str, Any] = {
    "moment": on(0),
    "day": on(0).date(),
    "minutes": 5,
    "age": 30,
    "commitment": 5,
    "flag": False,
    "party": NINA,
    "staff": NINA,
    "coach": NINA,
    "learner": "learner:a",
    "lead": "lead:jo",
    "provider number": 10_000_000,
    "unique learner number": "9276308686",
}
"""A value for each type of field that is neither words nor one of a few."""


@pytest.mark.parametrize("whole", [False, True], ids=["bare", "whole"])
@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if kind.declares.fields and kind is not MeasureTaken],
    ids=lambda kind: kind.declares.name,
)
def law_10_an_entry_of_every_kind_survives_bare_and_whole(kind: type[Entry], whole: bool) -> None:
    values: dict[str, Any] = {}
    for field in kind.declares.fields:
        if whole or not field.may_be_left_out:
            value = field.type.choices[0] if field.type.choices else A_VALUE.get(field.type.name, "x")
            values[field.name] = ((value,) if whole else ()) if field.many else value
    entry = kind(**values)
    assert codec.read_entry(json.loads(json.dumps(codec.entry_document(entry)))) == entry


def write_frozen() -> None:  # pragma: no cover - run by hand, once for each format
    """Write the frozen file anew. Only a new format may do so, under a new name."""

    def text(part: bytes | None) -> str | None:
        return None if part is None else base64.b64encode(part).decode()

    documents = [
        {
            "surrogate": one.surrogate,
            "about": [[f.subject, f.version, text(f.commitment), text(f.salt)] for f in one.about],
            "envelope": text(one.envelope),
            "payload": text(one.payload),
            "id": one.id,
            "plain": text(one.plain),
            "salted": text(one.salted),
        }
        for one in written().read_all()
    ]
    FROZEN.write_text(json.dumps(documents, indent=1), "utf-8")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("corrects", None, "entry-withdrawn: it does not say which entry it amends"),
        ("by", "nobody", "entry-withdrawn: "),
    ],
)
def test_an_amendment_that_was_tampered_with_is_unreadable(field: str, value: str | None, reason: str) -> None:
    kept = opened()
    hold(kept, "c1", 30, at=on(1)).require()
    kept.withdraw("a", "held-c1", id="back", by=JO, why="It was another learner.").require()
    [stored] = [one for one in kept._reading.journal.read("journey:a") if one.id == "back"]
    payload = json.loads(stored.payload or b"")
    assert codec.decode(stored).corrects == "held-c1"
    payload[field] = value
    with pytest.raises(codec.UnreadableRecord) as raised:
        codec.decode(attrs.evolve(stored, payload=json.dumps(payload).encode()))
    assert raised.value.reason.startswith(reason)
    assert "nobody" not in raised.value.reason
