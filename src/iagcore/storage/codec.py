"""The record format: how a record becomes bytes, and how bytes become a record again.

Format 1. Both halves are JSON in UTF-8, with sorted keys. Nothing is coerced in either direction: a number is a
number, and an unknown field is an error, not a guess. An entry of a kind that this version does not know keeps its
text as it is, inside a correction too, and is written again to the letter. What an earlier version wrote otherwise is
read by way of `upcasters`; a format of a later version is refused.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter, ForbiddenExtraKeysError, transform_error
from cattrs.gen import make_dict_structure_fn
from cattrs.v import format_exception

from iagcore.entries import KIND_BY_NAME
from iagcore.exceptions import IagcoreError, InvalidEntry, nearest
from iagcore.practice.allowance import Line
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import PREFIXED, Entry, Field, accept_party, accepted
from iagcore.record.findings import Assessment, Level, Outcome, Weight
from iagcore.record.records import Envelope, LineState, PolicyKept, Record, Sort, UnreadEntry
from iagcore.storage import upcasters
from iagcore.storage.stored import StoredRecord
from iagcore.storage.upcasters import upcast, upcast_entry

FORMAT: Final = 1
"""The format that is written: of the envelope, and of the payload that goes with it."""
OLDEST: Final = 1
"""The first format that was ever written."""

Document = dict[str, Any]


class UnreadableRecord(IagcoreError):
    """Stored bytes are no record that this version can read. Attributes: `surrogate`, `reason`."""

    def __init__(self, surrogate: str, reason: str) -> None:
        self.surrogate, self.reason = surrogate, reason
        super().__init__(f"record {surrogate} cannot be read: {reason}")


class WrittenLater(UnreadableRecord):
    """A record is in a format that only a later version of iagcore can read. Attribute: `format`."""

    def __init__(self, surrogate: str, format: int) -> None:
        self.format = format
        super().__init__(
            surrogate, f"it is in format {format}, and this version of iagcore reads up to format {FORMAT}: upgrade it"
        )


@attrs.frozen(kw_only=True)
class Payload:
    """The half of a record that an erasure takes."""

    kind: str
    by: str
    corrects: str | None
    considered: tuple[Assessment, ...]
    restated: tuple[tuple[str, tuple[Assessment, ...]], ...]
    entry: Document
    lines: tuple[str, ...]
    salt: str
    complete: bool = True


def _sort_of(value: object) -> str:
    """What a value is; what it says may be somebody's words, which do not belong in a message."""
    return type(value).__name__


def _exactly(wanted: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if type(value) is not wanted:
            raise ValueError(f"{wanted.__name__} expected, not {_sort_of(value)}")
        return value

    return structure


def _moment(value: Any, _: Any) -> datetime:
    if type(value) is not str:
        raise ValueError(f"a time as text is expected, not {_sort_of(value)}")
    moment = _time(datetime, value)
    if moment.utcoffset() is None:
        raise ValueError("the time has no zone")
    return moment.astimezone(UTC)


T = TypeVar("T", datetime, date)


def _time(kind: type[T], text: str) -> T:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a {kind.__name__} is expected, and the text is none") from None


def _word_of(kind: type[StrEnum]) -> Callable[[Any, Any], StrEnum]:
    def structure(value: Any, _: Any) -> StrEnum:
        if value not in list(kind):
            raise ValueError(f"no {kind.__name__} is called so")
        return kind(value)

    return structure


def _is_document(wanted: Any) -> bool:
    return bool(wanted == Document)


def _is_sequence(wanted: Any) -> bool:
    return get_origin(wanted) is tuple


def _strict(*, detailed: bool) -> Converter:
    """A cattrs converter that coerces nothing: cattrs by itself turns "no" into True and 45.7 into 45."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=detailed)
    for wanted in (str, int, bool, bytes):
        converter.register_structure_hook(wanted, _exactly(wanted))
    for word in (Sort, Level, Outcome, Weight):
        # a word of an enumeration is a str too, and would pass as one
        converter.register_structure_hook(word, _word_of(word))
    converter.register_structure_hook(datetime, _moment)
    converter.register_unstructure_hook(datetime, lambda moment: moment.astimezone(UTC).isoformat())
    converter.register_structure_hook(str | int | bool | None, _scalar)
    converter.register_structure_hook_func(_is_document, _exactly(dict))
    converter.register_unstructure_hook_func(_is_document, lambda document: document)

    def sequence(wanted: Any) -> Callable[[Any, Any], Any]:
        parts = get_args(wanted)
        hooks = [(converter.get_structure_hook(part), part) for part in parts if part is not Ellipsis]

        def structure(value: Any, _: Any) -> Any:
            if type(value) is not list:
                raise ValueError(f"a list is expected, not {_sort_of(value)}")
            if parts[-1] is Ellipsis:
                ((hook, part),) = hooks
                return tuple(hook(item, part) for item in value)
            if len(value) != len(parts):
                raise ValueError(f"{len(parts)} items are expected, not {len(value)}")
            return tuple(hook(item, part) for (hook, part), item in zip(hooks, value, strict=True))

        return structure

    converter.register_structure_hook_factory(_is_sequence, sequence)
    converter.register_unstructure_hook_factory(
        _is_sequence, lambda _: lambda value: [converter.unstructure(item) for item in value]
    )
    for whole in (Assessment, LineState, Envelope, Payload):
        converter.register_structure_hook(
            whole,
            make_dict_structure_fn(
                whole, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=detailed
            ),
        )
    return converter


def _scalar(value: Any, _: Any) -> Any:
    if value is not None and type(value) not in (str, int, bool):
        raise ValueError(f"a text, a whole number or a truth value is expected, not {_sort_of(value)}")
    return value


CONVERTER: Final = _strict(detailed=False)
DETAILED: Final = _strict(detailed=True)
"""The same, slower, which gathers everything that is wrong; asked once something is."""


def _dump(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# ---- entries


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def entry_document(entry: Entry) -> Document:
    """An entry as a JSON document: its kind, and its fields that are not None."""
    match entry:
        case UnreadEntry():
            unread: Document = json.loads(entry.text)
            return unread
        case PolicyKept():
            return {"kind": "policy-kept", "text": entry.text}
        case EntryCorrected():
            return {
                "kind": "entry-corrected",
                "target": entry.target,
                "why": entry.why,
                "entry": entry_document(entry.entry),
            }
        case EntryWithdrawn():
            return {"kind": "entry-withdrawn", "target": entry.target, "why": entry.why, "whole": entry.whole}
        case _:
            fields = {field: getattr(entry, field.name) for field in entry.declares.fields}
            # what may be left out is, where it says nothing; an empty list that has to be there is written
            said = {
                one.name: _written(v) for one, v in fields.items() if v not in (None, ()) or not one.may_be_left_out
            }
            return {"kind": entry.declares.name, **said}


Kinds = Mapping[str, type[Entry]]
"""The kinds that are known, by name: those of this version, and those of extensions that are given."""


def kind_named(name: object, *, of: str = "entry", kinds: Kinds = KIND_BY_NAME) -> type[Entry]:
    """The kind of that name. Raises `InvalidEntry`, naming the nearest, for one that nobody can make."""
    if type(name) is not str:
        raise InvalidEntry(of, "kind", name, "a kind is expected, such as conversation-booked")
    if name == EntryCorrected.declares.name:
        reason = "a correction is written with the kind of the entry that takes the place, and corrects and why"
        raise InvalidEntry(of, "kind", name, reason)
    if name in kinds:
        return kinds[name]
    of_an_extension = ": the extension that declares it has to be given" if PREFIXED in name else ""
    raise InvalidEntry(of, "kind", name, f"no kind is called so{nearest(name, kinds) or of_an_extension}")


def made(kind: type[Entry], values: Mapping[str, Any]) -> Entry:
    """An entry of `kind` from its fields. Raises `InvalidEntry` for an unknown, a missing or a malformed one."""
    declared = {field.name: field for field in kind.declares.fields}
    for name, value in values.items():
        if name not in declared:
            reason = f"there is no such field{nearest(name, declared)}"
            # whatever was meant for a field that is spelt wrongly may be somebody's words
            raise InvalidEntry(kind.declares.name, name, value, reason, private=isinstance(value, str))
    for name, field in declared.items():
        if name not in values and not field.may_be_left_out:
            raise InvalidEntry(kind.declares.name, name, None, "it is missing")
    return kind(**values)


def _read_value(field: Field | None, value: Any) -> Any:
    if field is None or type(value) is not str:
        return value
    if field.type.name == "moment":
        return _time(datetime, value)
    return _time(date, value) if field.type.name == "day" else value


def read_entry(document: Document, kinds: Kinds = KIND_BY_NAME) -> Entry:
    """The entry of a stored document; one of an unknown kind is kept unread."""
    name = document.get("kind")
    values = {key: value for key, value in document.items() if key != "kind"}
    if name == "policy-kept":
        return PolicyKept(values["text"])
    if name == "entry-corrected":
        return EntryCorrected(values["target"], read_entry(values["entry"], kinds), values["why"])
    if name == "entry-withdrawn":
        return EntryWithdrawn(values["target"], values["why"], values["whole"])
    if name not in kinds:
        return UnreadEntry(str(name), json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    kind = kinds[str(name)]
    fields = {field.name: field for field in kind.declares.fields}
    return made(
        kind, {key: _read_value(fields[key], value) if key in fields else value for key, value in values.items()}
    )


# ---- records

_AMENDING: Final = frozenset(kind.declares.name for kind in get_args(Amendment))
"""The kinds that stand for nothing without the entry that they amend."""
_FIELDS: Final = frozenset(field.name for kind in KIND_BY_NAME.values() for field in kind.declares.fields)
"""The names of fields; any other name in a record may be anything."""


def dump_envelope(envelope: Envelope) -> bytes:
    """The bytes of an envelope."""
    document = CONVERTER.unstructure(envelope)
    # which only the receipts of an erasure have
    return _dump({name: value for name, value in document.items() if value is not None})


def envelope_of(record: Record, *, surrogate: str) -> Envelope:
    """The half of a record that survives an erasure; `surrogate` is random, and made by the caller."""
    places = {subject: place for place, subject in enumerate(record.about)}
    return Envelope(
        surrogate=surrogate,
        subjects=len(record.about),
        at=record.at,
        recorded_at=record.recorded_at,
        policy=record.policy,
        sort=record.outcome,
        lines=tuple(line_state(line, surrogate, places) for surrogate, line in record.effect),
    )


def encode(record: Record, *, surrogate: str, salt: str) -> tuple[bytes, bytes]:
    """The envelope and the payload of a record, as bytes. `surrogate` and `salt` are random, and made by the caller."""
    document = entry_document(record.entry)
    payload = Payload(
        kind=document["kind"],
        by=record.by,
        corrects=record.corrects,
        considered=record.considered,
        restated=record.restated,
        entry=document,
        lines=tuple(line.id for _, line in record.effect),
        salt=salt,
        complete=record.complete,
    )
    written = CONVERTER.unstructure(payload)
    if record.complete:  # only the other is worth a word
        del written["complete"]
    return dump_envelope(envelope_of(record, surrogate=surrogate)), _dump(written)


def line_state(line: Line, surrogate: str, places: Mapping[str, int]) -> LineState:
    """A line as an envelope carries it; `places` are those of the record's subjects."""
    timed = line.booked or line.took
    coach = places[line.coach] if timed and line.coach is not None else None
    starts_at = line.starts_at if timed else None
    return LineState(
        sort=line.sort,
        surrogate=surrogate,
        grant=line.grant,
        held=line.booked,
        used=line.used,
        starts_at=starts_at,
        coach=coach,
        took=line.took,
    )


def read_envelope(stored: StoredRecord) -> Envelope:
    """The envelope of a stored record. Raises `UnreadableRecord`, also for a format of a later version."""
    document = _loaded(stored.envelope, stored.surrogate)
    written = _format_of(document, stored.surrogate)
    document = {**upcast(upcasters.ENVELOPE, document, written, upcasters.UPCASTERS), "format": written}
    envelope: Envelope = _structured(document, Envelope, stored.surrogate)
    return envelope


def _format_of(document: Document, surrogate: str) -> int:
    written = document.get("format")
    if type(written) is not int or written < OLDEST:
        raise UnreadableRecord(surrogate, f"its format is given as {written!r}, which no version of iagcore writes")
    if written > FORMAT:
        raise WrittenLater(surrogate, written)
    return written


def decode(stored: StoredRecord, kinds: Kinds = KIND_BY_NAME) -> Record:
    """The record that a store kept. Raises `UnreadableRecord` for bytes that are none, or that were erased.

    An entry of a kind that is not among `kinds` stays unread.
    """
    envelope = read_envelope(stored)
    if stored.payload is None or stored.id is None:
        raise UnreadableRecord(stored.surrogate, "its words were erased")
    payload = _payload(stored.payload, envelope.format, stored.surrogate)
    about = tuple(filing.subject for filing in stored.about)
    if payload.entry.get("kind") != payload.kind:
        raise UnreadableRecord(stored.surrogate, "its kind is not that of its entry")
    if envelope.sort is Sort.ACCEPTED and payload.kind in _AMENDING and payload.corrects is None:
        raise UnreadableRecord(stored.surrogate, f"{payload.kind}: it does not say which entry it amends")
    try:
        if payload.by:  # a policy that is kept is nobody's entry
            accepted("by", payload.by, accept_party)
        return Record(
            id=stored.id,
            about=about,
            at=envelope.at,
            recorded_at=envelope.recorded_at,
            by=payload.by,
            policy=envelope.policy,
            corrects=payload.corrects,
            outcome=envelope.sort,
            considered=payload.considered,
            restated=payload.restated,
            effect=tuple(
                (state.surrogate, _line(state, id, about))
                for state, id in zip(envelope.lines, payload.lines, strict=True)
            ),
            entry=read_entry(upcast_entry(payload.entry, envelope.format, upcasters.UPCASTERS), kinds),
            complete=payload.complete,
        )
    except InvalidEntry as error:
        field = f"{error.field}: " if error.field in _FIELDS else ""
        raise UnreadableRecord(stored.surrogate, f"{payload.kind}: {field}{error.reason}") from None
    except (KeyError, TypeError, ValueError) as error:  # of an entry, or of lines that do not match
        raise UnreadableRecord(stored.surrogate, str(error)) from None


def _line(state: LineState, id: str, about: Sequence[str]) -> Line:
    if state.coach is not None and not 0 <= state.coach < len(about):
        raise ValueError(f"a coach in place {state.coach} of {len(about)} subjects is nobody")
    return Line(
        id,
        sort=state.sort,
        grant=state.grant,
        booked=state.held,
        used=state.used,
        starts_at=state.starts_at,
        coach=None if state.coach is None else about[state.coach],
        took=state.took,
    )


def _loaded(text: bytes, surrogate: str) -> Document:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(surrogate, f"its bytes are no JSON ({error})") from None
    if type(document) is not dict:
        raise UnreadableRecord(surrogate, "its bytes are no document")
    return document


def _structured(document: Any, wanted: Any, surrogate: str) -> Any:
    with suppress(Exception):
        return CONVERTER.structure(document, wanted)
    try:
        return DETAILED.structure(document, wanted)
    except Exception as error:  # cattrs gathers every error in a group of its own
        raise UnreadableRecord(surrogate, "; ".join(transform_error(error, format_exception=_said))) from None


def salt_of(stored: StoredRecord) -> str:
    """The salt inside a payload, which only the seal has a use for."""
    return _payload(stored.payload or b"", read_envelope(stored).format, stored.surrogate).salt


def _payload(text: bytes, written: int, surrogate: str) -> Payload:
    document = upcast(upcasters.PAYLOAD, _loaded(text, surrogate), written, upcasters.UPCASTERS)
    payload: Payload = _structured(document, Payload, surrogate)
    return payload


def licences(records: Iterable[StoredRecord]) -> dict[str, frozenset[str]]:
    """For each receipt among the records, the surrogates it licenses to have no words; for the seal.

    A record whose envelope cannot be read is no receipt: the seal will say that it was altered.
    """
    found: dict[str, frozenset[str]] = {}
    for stored in records:
        try:
            envelope = read_envelope(stored)
        except UnreadableRecord:
            continue
        if envelope.sort is Sort.RECEIPT:
            found[stored.surrogate] = frozenset({stored.surrogate, *envelope.erases})
    return found


def _said(error: BaseException, wanted: Any) -> str:
    # our own hooks say what is wrong better than cattrs, which would keep their words to itself
    if isinstance(error, ForbiddenExtraKeysError):
        return "extra fields found"
    return str(error) if type(error) is ValueError else format_exception(error, wanted)
