"""Which parts of a document are services, and what stands beside them that belongs to them.

Feeds give a service alone, a list, a page, pages in a list, an organisation with its services inside, a service at a
location with the service inside, collections side by side that name each other by id, and JSON written as a text
within JSON. Whatever holds services is opened; what belongs to a service is put into it; the rest is set aside by name.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from iagcore.directory.cleaning import Notes, every, shown
from iagcore.directory.json_stream import DEEPEST, HELD, parsed
from iagcore.directory.standard_names import by_standard_names, is_people, not_of_the_standard

MOST_OPENED: Final = 6
"""Shapes within shapes that are opened."""

SERVICE_MARKS: Final = frozenset(
    {
        "accreditations", "alert", "application_process", "assured_date", "attending_access", "attending_type",
        "cost_options", "deliverable_type", "eligibilities", "eligibility", "eligibilitys", "eligibility_description",
        "fees", "fees_description", "interpretation_services", "location_ids", "maximum_age", "minimum_age",
        "organization", "organization_id", "organisation", "organisation_id", "program_id", "regular_schedules",
        "required_documents", "schedule", "schedules", "service_areas", "service_at_locations", "service_taxonomies",
        "service_taxonomys", "service_type", "status", "wait_time",
    }
)  # fmt: skip
"""Fields that only a service has, or that tell it from what else a directory holds."""

PLACE_MARKS: Final = frozenset({"location_type", "latitude", "transportation"})
"""Fields that only a location has. It may have schedules of its own; a service has its places within it."""

OTHER_SHAPES: Final = (
    ("the tables of a data package in one file: import the package itself", frozenset({"services.csv"})),
    ("a schema, and no data", frozenset({"$schema", "openapi", "resources", "properties"})),
    ("a description of an API", frozenset({"openapi_url", "profile"})),
    ("a location", frozenset({"latitude", "longitude", "location_type", "addresses", "physical_addresses"})),
    (
        "a term of a taxonomy",
        frozenset({"taxonomy", "parent_id", "term_uri", "taxonomy_id", "vocabulary", "parent_name"}),
    ),
    ("a taxonomy", frozenset({"version"})),
    (
        "an organisation without services",
        frozenset({"website", "legal_status", "tax_status", "tax_id", "logo", "organization_identifiers", "uri"}),
    ),
    (
        "a report about a feed, and no service",
        frozenset(
            {
                "isUp", "schemaType", "lastCheck", "definitions", "payload", "level1Pass", "isValid", "is_valid",
                "valid", "passed", "failed", "success", "errors", "warnings", "errorCode", "severity", "testSuites",
                "testGroups", "testName", "validation", "errorIn", "errorAt", "statusCode", "stack_trace",
            }
        ),
    ),
)  # fmt: skip
"""What else the standard's files hold, by fields that a service does not have."""

_CALLED_A_SERVICE: Final = frozenset({"service_name", "serviceName", "service_recordid", "service_title"})
"""Fields by which other exports say that it is a service which they name."""
_OF_PEOPLE_TOO: Final = frozenset(
    {"alert", "organization", "organization_id", "organisation", "organisation_id", "program_id", "status"}
)
"""Fields of a service that lists of people have as well."""
_NAMES: Final = ("name", "alternate_name", "description", "title")
_ORGANISATIONS: Final = ("organization", "organizations", "organisation", "organisations")
_SERVICES: Final = ("services", "service")
_HOLDERS: Final = frozenset({*_SERVICES, *_ORGANISATIONS, "locations"})
_PAGES: Final = ("contents", "content", "items", "results", "records", "data")
_TEXTS: Final = ("result", "data", "body", "payload", "response", "contents")


@attrs.frozen
class Service:
    """A service of a document, whole, and what was repaired so far."""

    record: dict[str, Any]
    notes: Notes


@attrs.frozen
class NotAService:
    """Something of a document that is no service, what it is instead, and its id in the feed where it may be one.

    `certainly`: it can be no service that was not understood, so that nothing of the feed is lost with it.
    """

    reason: str
    id: str | None = None
    certainly: bool = False


@attrs.frozen(kw_only=True)
class _Beside:
    """What stands beside services and belongs to them: by its own id, and by the id of the service it names."""

    organisation: Mapping[str, Any] | None = None
    location: Mapping[str, Any] | None = None
    organisations: Mapping[str, Any] = attrs.field(factory=dict)
    locations: Mapping[str, Any] = attrs.field(factory=dict)
    of_services: Mapping[str, Mapping[str, list[Any]]] = attrs.field(factory=dict)


class Around:
    """What stood in a document before a value, in the objects around it, as far as it belongs to services in it.

    The values of one list have the same members around them, so these are looked at once.
    """

    def __init__(self) -> None:
        self._members: Mapping[str, Any] | None = None
        self._beside = _Beside()

    def services_in(self, value: Any, members: Mapping[str, Any]) -> Iterator[Service | NotAService]:
        """Every service in a value of the document; `members` are those around it."""
        if members is not self._members:
            self._members, self._beside = members, _holding(members, _beside(members, _Beside()))
        yield from _opened(value, self._beside, Notes(), 0)


def _opened(value: Any, beside: _Beside, notes: Notes, depth: int) -> Iterator[Service | NotAService]:
    if depth > MOST_OPENED:
        yield NotAService(f"it lies more than {MOST_OPENED} shapes deep")
    elif isinstance(value, list):
        for one in value:
            yield from _opened(one, beside, notes, depth + 1)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        yield from _read(value, beside, notes, depth)
    elif isinstance(value, dict):
        yield from _object(value, beside, notes, depth)
    else:
        yield (
            NotAService("it is null", certainly=True) if value is None else NotAService(f"{shown(value)} is no record")
        )


def _read(text: str, beside: _Beside, notes: Notes, depth: int) -> Iterator[Service | NotAService]:
    """JSON that was written as a text within JSON."""
    if len(text) > HELD or text.count("[") + text.count("{") > HELD // 10:
        yield NotAService(f"a text that may be JSON is longer than {HELD:,} characters")
        return
    try:
        value = parsed(text) if _depth(text) <= DEEPEST else None
    except ValueError as error:
        yield NotAService(f"a text that begins like JSON is none ({error})")
        return
    inner = Notes()
    inner.said.extend(notes.said)
    inner.add("shape", "it was JSON, written as a text within JSON")
    yield from _opened(value, beside, inner, depth + 1)


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _object(value: dict[str, Any], beside: _Beside, notes: Notes, depth: int) -> Iterator[Service | NotAService]:
    inner = value.get("service")
    if isinstance(inner, dict) and inner and ("location" in value or "location_id" in value or not _is_service(value)):
        at_location = {name: part for name, part in value.items() if name != "service"}
        joined = {**inner, "service_at_locations": [*every(inner.get("service_at_locations")), at_location]}
        yield from _object(joined, beside, notes, depth + 1)
        return
    for name in _PAGES:
        if isinstance(value.get(name), list | dict) and not _is_service(value):
            around = _beside({other: part for other, part in value.items() if other != name}, beside)
            yield from _opened(value[name], around, notes, depth + 1)
            return
    if _holds_services(value):
        yield from _collections(value, beside, notes, depth)
        return
    for name in _TEXTS:
        if isinstance(value.get(name), str) and not _is_service(value):
            if value[name].lstrip()[:1] in ("{", "["):
                yield from _read(value[name], beside, notes, depth)
            else:
                yield NotAService(f"its {name} is {shown(value[name])}, and no record")
            return
    yield _alone(value, beside, notes)


def _is_service(value: Mapping[str, Any]) -> bool:
    of_a_place = {"schedule", "schedules", "organization_id", "status"} if PLACE_MARKS & value.keys() else set()
    marks = SERVICE_MARKS & value.keys() - of_a_place
    return bool(marks) and any(value.get(name) for name in ("id", *_NAMES))


def _holds_services(value: Mapping[str, Any]) -> bool:
    """Whether it has services, or something that has: an organisation with its own, a location with those at it."""
    if value.keys().isdisjoint(_HOLDERS):
        return False
    if any(isinstance(one, dict) for name in _SERVICES for one in _records(value.get(name))):
        return True
    holders = [
        one for name in (*_ORGANISATIONS, "locations") for one in _records(value.get(name)) if isinstance(one, dict)
    ]
    if any(_holds_services(one) for one in holders):
        return True
    return bool(holders) and not any(value.get(name) for name in ("id", *_NAMES))


def _collections(value: dict[str, Any], beside: _Beside, notes: Notes, depth: int) -> Iterator[Service | NotAService]:
    """An object that holds services, and what belongs to them beside them."""
    around = _holding(value, _beside(value, beside))
    found = False
    for name in _SERVICES:
        for one in _records(value.get(name)):
            found = True
            yield from _opened(one, around, notes, depth + 1)
    for name in (*_ORGANISATIONS, "locations"):
        for one in _records(value.get(name)):
            if isinstance(one, dict) and _holds_services(one):
                found = True
                yield from _collections(one, around, notes, depth + 1)
    if not found:
        what = "organisations" if any(name in value for name in _ORGANISATIONS) else "locations"
        is_no_service = SERVICE_MARKS.isdisjoint(value.keys() - {*_ORGANISATIONS})
        yield NotAService(f"it holds {what}, and no service", certainly=is_no_service)


def _holding(value: Mapping[str, Any], around: _Beside) -> _Beside:
    """What stands beside the services of an organisation or a location that holds them itself."""
    if not value.get("name") or any(name in value for name in _ORGANISATIONS) or "service_at_locations" in value:
        return around
    is_place = any(name in value for name in ("latitude", "location_type", "coordinates", "address"))
    return attrs.evolve(around, location=value) if is_place else attrs.evolve(around, organisation=value)


def _records(value: Any) -> Iterator[Any]:
    """What a list holds, and an object that lists records by their ids."""
    by_id = isinstance(value, dict) and not any(name in value for name in ("id", *_NAMES))
    if by_id and value and all(isinstance(one, dict) for one in value.values()):
        yield from ({"id": id, **one} for id, one in value.items())
    else:
        yield from every(value)


def _alone(value: dict[str, Any], beside: _Beside, notes: Notes) -> Service | NotAService:
    id = value.get("id")
    named = id if isinstance(id, str) else None
    if not value:
        return NotAService("it is empty", certainly=True)
    if _is_person(value):
        return NotAService("it is a person, and no service", named, certainly=True)
    listed = [one for name in _SERVICES if name in value for one in every(value[name]) if isinstance(one, str)]
    if listed and value.get("name") and not _is_service(value):
        return NotAService(f"it names services, such as {shown(listed[0])}, and says nothing of them", named)
    renamed = by_standard_names(value)
    if not _is_service(value) and not value.keys() & _CALLED_A_SERVICE:
        for what, marks in OTHER_SHAPES:
            if any(name in value for name in marks):
                return NotAService(f"it is {what}", named, certainly=True)
        if not any(renamed.get(name) for name in _NAMES):
            fields = not_of_the_standard(map(str, list(value)[:5]))
            return NotAService(f"it has nothing that a service has, only {fields}", named)
    own = Notes()
    own.said.extend(notes.said)
    others = sorted(renamed.keys() - value.keys())
    if others:
        own.add("shape", f"fields under other names than the standard's were read as {', '.join(others)}")
    return Service(_with_what_belongs(renamed, beside, own), own)


def _is_person(value: Mapping[str, Any]) -> bool:
    if value.keys() & _CALLED_A_SERVICE or SERVICE_MARKS & value.keys() - _OF_PEOPLE_TOO:
        return False
    return is_people(map(str, value))


# ---- what belongs to a service


def _beside(value: Mapping[str, Any], before: _Beside) -> _Beside:
    """What stands in an object that services in it may name."""
    if not value:
        return before
    organisations, locations = dict(before.organisations), dict(before.locations)
    alone = before.organisation
    for name in _ORGANISATIONS:
        ones = [one for one in every(value.get(name)) if isinstance(one, dict)]
        organisations.update({str(one["id"]): one for one in ones if one.get("id")})
        for one in ones:
            locations.update(_by_id(one.get("locations")))
        if len(ones) == 1:
            alone = ones[0]
    locations.update(_by_id(value.get("locations")))
    of_services = {**before.of_services}
    for name in ("schedules", "phones", "phone_numbers", "contacts", "cost_options", "languages"):
        held: dict[str, list[Any]] = {}
        for one in every(value.get(name)):
            if isinstance(one, dict) and one.get("service_id"):
                held.setdefault(str(one["service_id"]), []).append(one)
        if held:
            of_services[name] = held
    return attrs.evolve(
        before, organisation=alone, organisations=organisations, locations=locations, of_services=of_services
    )


def _by_id(values: Any) -> dict[str, Any]:
    return {str(one["id"]): one for one in every(values) if isinstance(one, dict) and one.get("id")}


def _with_what_belongs(value: dict[str, Any], beside: _Beside, notes: Notes) -> dict[str, Any]:
    service = dict(value)
    if not any(service.get(name) for name in ("organization", "organisation")):
        id = service.get("organization_id") or service.get("organisation_id")
        organisation = beside.organisations.get(str(id)) if id else beside.organisation
        if organisation is None and id and beside.organisations:
            notes.add("link", f"its organisation {shown(id)} is not there")
            organisation = beside.organisation
        if organisation is not None:
            service["organization"] = {"name": organisation.get("name"), "id": organisation.get("id")}
    ids = [
        one for name in ("location_ids", "location_id") for one in every(service.get(name)) if not isinstance(one, dict)
    ]
    placed = any(service.get(name) for name in ("service_at_locations", "locations", "location"))
    found = [beside.locations[str(one)] for one in ids if str(one) in beside.locations]
    if not placed and found:
        service["service_at_locations"] = [{"location": one} for one in found]
    elif not placed and beside.location is not None:
        service["service_at_locations"] = [{"location": beside.location}]
    if not placed and ids and not found and beside.locations:
        notes.add("link", f"its location {shown(ids[0])} is not there")
    for name, held in beside.of_services.items():
        if not service.get(name) and str(service.get("id")) in held:
            service[name] = held[str(service.get("id"))]
    return service
