"""Releasing: what may leave, decided from the class of each field and the table of outlets alone.

It fails closed. A field is carried only where the outlet lists its class; a kind that this version cannot read is not
carried at all. Whole entries stay behind, too, so that not even their being there is told:

- what belongs to the diary, unless it is shared now, to everybody but the learner;
- what stands in a home in confidence, or is restricted, to everybody but its author and an outlet that lists the class;
- what was said beside what stays behind: an annotation, and the reason for putting it right.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeVar

import attrs

from iagcore.practice.amendments import Amendment, EntryCorrected
from iagcore.practice.disclosures import SEEN_BY, Outlet, outlet_of
from iagcore.practice.kinds import Entry, FieldClass, accept_day, accept_party, accepted, id_of, is_in_confidence
from iagcore.practice.parties import CONCERN, role_of
from iagcore.record.home import Home, Place, Version, learner_fixed_by, parts_of
from iagcore.record.parts import Parts
from iagcore.record.records import Record, UnreadEntry


@attrs.frozen(kw_only=True)
class Shown:
    """One entry as an outlet carries it: its kind, when, and the fields whose class the outlet lists.

    `record` and `by` are identifiers, and None where the outlet carries none; `at` is a date where it carries none
    either, since a moment can tell who somebody is. `withheld` names the fields that stayed behind.
    """

    kind: str
    at: datetime | date
    record: str | None
    by: str | None
    fields: Mapping[str, Any]
    withheld: tuple[str, ...]


@attrs.frozen
class View:
    """What an outlet shows a party of one journey. It shows nothing where `reason` says why not."""

    outlet: str | None
    party: str
    entries: tuple[Shown, ...] = ()
    reason: str | None = None


def seen_by(home: Home, party: str, *, on: date, zone: tzinfo) -> View:
    """What a party sees of a journey on a day. Raises `InvalidEntry` for what is no party, or no day."""
    party, on = accepted("party", party, accept_party), accepted("on", on, accept_day)
    outlet = outlet_of(party)
    if outlet is None:
        return View(None, party, reason="nobody in this role looks at a journey: ask for an extract")
    reason = not_for(outlet, party, home, learner=home.learner, on=on, zone=zone)
    return View(outlet.name, party, reason=reason) if reason else view(home, outlet, party, zone=zone)


def not_for(outlet: Outlet, party: str, parts: Parts, *, learner: str | None, on: date, zone: tzinfo) -> str | None:
    """Why an outlet of a learner's journey, whose parts these are, is not for a party; None where it is."""
    role = role_of(party)
    if role not in outlet.roles:
        return f"the {outlet.name} is for {', '.join(sorted(outlet.roles))}, not for a {role}"
    if role == "learner" and party != learner:
        return "a journey is shown to its own learner"
    if role == "coach" and not _goes_with(party, parts, on, zone):
        return f"{party} does not go with this learner on that day"
    return None


def _goes_with(coach: str, parts: Parts, on: date, zone: tzinfo) -> bool:
    """Assigned, covering, or booked for a conversation; where nobody is assigned, who has held a conversation, too.

    Booking oneself opens no view: a lead, the learner or a coach who goes with the learner has arranged it.
    """
    coaching, conversations = parts.coaching, parts.conversations
    if coaching.goes_with(coach, on=on, zone=zone):
        return True
    with_them = [*conversations.booked, *(conversations.held if coaching.coach is None else ())]
    arranged_by = [one.arranged_by for one in with_them if one.coach == coach and one.arranged_by is not None]
    return any(role_of(by) != "coach" or coaching.goes_with(by, on=on, zone=zone) for by in arranged_by)


def view(
    home: Home,
    outlet: Outlet,
    party: str,
    *,
    by: str | None = None,
    quoting: tuple[str, ...] | None = None,
    zone: tzinfo = UTC,
) -> View:
    """What an outlet carries of a home to a party; of the records in `quoting` alone, where these are named.

    `by` is who hands it over, where that is somebody else: what is the party's own stays behind then, because whoever
    hands it over would see it. What is taken away carries nobody's own either. An outlet without identifiers carries
    days, those of `zone`.
    """
    looked_at = outlet.name in SEEN_BY.values()
    own = party if looked_at and by in (None, party) else None
    return View(outlet.name, party, tuple(_shown(home, outlet, own, quoting, zone)))


def _shown(
    home: Home, outlet: Outlet, own: str | None, quoting: tuple[str, ...] | None, zone: tzinfo
) -> Iterator[Shown]:
    named = FieldClass.IDENTIFIER in outlet.classes
    for place in home.places:
        top = place.top
        if top is None or (quoting is not None and place.record not in quoting):
            continue
        if _stays_behind(home, top, outlet, own, apart=place.in_confidence):
            continue
        fields = {field.name: getattr(top.entry, field.name) for field in top.entry.declares.fields}
        carried = {
            field.name
            for field in top.entry.declares.fields
            if field.type.field_class in outlet.classes or _is_own(field.type.field_class, top, own)
        }
        yield Shown(
            kind=top.entry.declares.name,
            at=top.at if named else _to_the_day(top.at, zone),
            record=place.record if named else None,
            by=top.by if named else None,
            fields={
                name: value if named else _to_the_day(value, zone) for name, value in fields.items() if name in carried
            },
            withheld=tuple(name for name in fields if name not in carried),
        )


def _is_own(field_class: FieldClass, top: Version, own: str | None) -> bool:
    return field_class is FieldClass.RESTRICTED and top.by == own


def _to_the_day(value: Any, zone: tzinfo) -> Any:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _stays_behind(
    home: Home, top: Version, outlet: Outlet, own: str | None, *, apart: bool, beside: frozenset[str] = frozenset()
) -> bool:
    entry = top.entry
    if isinstance(entry, UnreadEntry):
        return True
    if entry.declares.stands_anywhere and entry.declares.touches("record"):
        # what is about another record goes where it goes
        about = home.stack_of(id_of(entry, "record") or "")
        # what is about nothing that can be shown, or about itself in the end, is not shown either
        if about is None or about.top is None or about.record in beside:
            return True
        # of what stands apart only what stands apart, too, can tell that it may be shown
        if about.in_confidence or not apart:
            beside |= {about.record}
            return _stays_behind(home, about.top, outlet, own, apart=about.in_confidence, beside=beside)
    if is_unshared_diary(home, entry):
        return own is None or own not in (home.learner, top.by)
    return (apart or is_in_confidence(entry)) and FieldClass.RESTRICTED not in outlet.classes and top.by != own


def is_unshared_diary(home: Home, entry: Entry) -> bool:
    """Whether an entry is about a page of the diary that is not shared now, or that is not there."""
    if not entry.declares.touches("diary"):
        return False
    return not home.self_efficacy.is_shared(id_of(entry, "diary") or "")


# ---- a home as an outlet carries it


H = TypeVar("H", bound=Home)


def released(home: H, outlet: Outlet, party: str | None) -> H:
    """A home folded again from what an outlet carries of it to a party: as if nothing else had been recorded.

    With None it is what goes to anybody in the roles of the outlet, with nothing that is somebody's own. An entry of
    which the outlet may not carry every field that is filled in stays behind whole. Minutes are the home's own: no
    entry stays behind that moves them.
    """
    kept = [number for number, place in enumerate(home.places) if _is_carried(home, place, outlet, party)]
    places = tuple(home.places[number] for number in kept)
    if not places:
        return type(home)(home.name)
    now_at = {number: place for place, number in enumerate(kept)}
    return attrs.evolve(
        home,
        learner=_whose(places),
        **parts_of(places).by_name(),
        places=places,
        stacks={record: now_at[number] for record, number in home.stacks.items() if number in now_at},
    )


def _whose(places: tuple[Place, ...]) -> str | None:
    """Whose journey these places say that it is."""
    named = (learner_fixed_by(one.original) for one in places if not one.in_confidence)
    return next((learner for learner in named if learner is not None), None)


def _is_carried(home: Home, place: Place, outlet: Outlet, party: str | None) -> bool:
    # of what was withdrawn there is nothing left but that it was there
    top = place.top or Version(record=place.record, entry=place.original, at=place.at, by="")
    if _stays_behind(home, top, outlet, party, apart=place.in_confidence):
        return False
    filled = (field for field in top.entry.declares.fields if getattr(top.entry, field.name) not in (None, ()))
    return all(one.type.field_class in outlet.classes or _is_own(one.type.field_class, top, party) for one in filled)


def carries_record(home: Home, record: Record, outlet: Outlet, party: str | None) -> bool:
    """Whether an outlet carries to a party that something was asked, refused or not; whoever asked has been told."""
    entry, apart = record.entry, role_of(record.about[0]) == CONCERN
    if record.by == party:
        return True
    if isinstance(entry, Amendment) and not apart:
        about = home.stack_of(entry.target)
        if about is None or not _is_carried(home, about, outlet, party):
            return False
        entry = entry.entry if isinstance(entry, EntryCorrected) else about.original
    asked = Version(record=record.id, entry=entry, at=record.at, by=record.by)
    return not _stays_behind(home, asked, outlet, party, apart=apart)
