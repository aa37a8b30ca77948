"""What a service of a feed says, as an opportunity: each field looked at for itself, so that a bad one costs no other.

The field names of Open Referral UK 1 and 3.0 and of HSDS 1.1, 3.0 and 3.1 are told apart by what is there, since feeds
mix them. Only the service's own ways to reach it are kept. Names and addresses of the people behind it are not: an
opportunity is looked at by many, and they did not ask to be.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar

from iagcore.directory import cleaning
from iagcore.directory.cleaning import Named, Notes, every
from iagcore.directory.identity import id_without_one
from iagcore.directory.languages import language_named
from iagcore.directory.timetable import times_of
from iagcore.opportunities import LONGEST_TEXT, PRICE_IN_WORDS, Cost, Opportunity, Term, Venue

MOST_PARTS: Final = 200
"""Places, prices, terms and the like of one service that are kept, of each."""
SCHEDULES: Final = (
    "schedules", "schedule", "regular_schedules", "regular_schedule", "hours", "hours_of_operation", "operating_hours",
)  # fmt: skip
LOCATIONS: Final = ("locations", "location", "addresses")
_AT_LOCATIONS: Final = ("service_at_locations", "service_at_location", "services_at_location")
_COORDINATES: Final = ("coordinates", "geo", "geolocation", "position", "point")
_ADDRESSES: Final = ("physical_addresses", "physical_address", "addresses", "address", "postal_addresses")
_ADDRESS_LINES: Final = (
    ("address_1", "street_address", "street", "street1", "street_address_1", "line1", "address1"),
    ("address_2", "street_address_2", "line2", "address2"),
    ("city", "town", "locality"),
    ("region", "county"),
    ("state_province", "state"),
)
_ATTENDED: Final = (
    (
        "online",
        re.compile(r"\b(?:online|virtual(?:ly)?|remote(?:ly)?|video|web(?:inar)?|zoom|digital)\b", re.IGNORECASE),
    ),
    ("phone", re.compile(r"\b(?:(?:tele)?phone|call|helpline)\b", re.IGNORECASE)),
    ("home visit", re.compile(r"\bhome(?: |_|-)?(?:visits?)?\b", re.IGNORECASE)),
    ("venue", re.compile(r"\b(?:venue|in[ -]?person|physical(?:ly)?|face[ -]to[ -]face|on[ -]?site)\b", re.IGNORECASE)),
)
T = TypeVar("T")


def opportunity_of(service: dict[str, Any], notes: Notes) -> Opportunity | None:
    """The opportunity that a service of a feed is, under its id in the feed; what was repaired is in `notes`.

    None for what has neither an id nor a name of its own: nobody could know it again.
    """
    said = Named(service)
    if not _is_known(said):
        return None
    at_locations = said.parts(*_AT_LOCATIONS)
    organisation = _organisation(said, notes)
    locations = [*_within(at_locations, "location"), *said.parts(*LOCATIONS), *_own_place(said)]
    schedules = _schedules(said, at_locations)
    least, most = _ages(said, notes)
    contacts = list(_contacts(said, at_locations))
    name = _name(said, organisation, notes)
    return Opportunity(
        _id(said, notes) or id_without_one(name, organisation),
        name,
        status=cleaning.status(said.get("status"), notes),
        organisation=organisation,
        description=cleaning.words(said.get("description", "summary"), notes),
        times=times_of(schedules, notes),
        places=_first(_places(locations, notes)),
        attended=_attended(said, locations, schedules),
        costs=_first(_costs(said, notes)),
        fees=_fees(said, notes),
        least_age=least,
        most_age=most,
        eligibility=_joined(_eligibility(said), notes),
        access=_access(said, notes),
        languages=_languages(said, notes),
        terms=_first(_terms(said, notes)),
        areas=_first(_areas(said, notes)),
        joining=_joined(_joining(said), notes),
        connects=cleaning.words(said.get("social_connection", "connects"), notes),
        alert=cleaning.words(said.get("alert"), notes),
        last_checked=cleaning.day(said.get("assured_date"), notes),
        changed=cleaning.day(_changed(said), notes),
        url=cleaning.url(said.get("url", "website"), notes),
        email=cleaning.email(said.get("email"), notes),
        phones=_first(_phones(said, contacts, notes), most=20),
    )


_IDS: Final = ("id", "service_id", "hs_id", "uuid")
_OTHER_NAMES: Final = ("alternate_name", "title", "label")
_LONG_ENOUGH: Final = 12
"""Characters of an id that is longer than whatever feeds write for nothing."""


def _is_known(said: Named) -> bool:
    id = said.get(*_IDS)
    if isinstance(id, str) and len(id) > _LONG_ENOUGH:
        return True
    own = Notes()
    names = ("name", *_OTHER_NAMES)
    return bool(cleaning.identifier(said.get(*_IDS), own) or any(cleaning.line(said.get(one), own) for one in names))


def _id(said: Named, notes: Notes) -> str | None:
    id = cleaning.identifier(said.get(*_IDS), notes)
    if id is None:
        notes.add("id", "it has no id, and is known by its name and organisation")
    return id


def _first(found: Iterable[T], most: int = MOST_PARTS) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))[:most]


def _joined(said: Iterable[Any], notes: Notes) -> str | None:
    parts = dict.fromkeys(text for one in said if (text := cleaning.words(one, notes, longest=5000)))
    return "\n".join(parts)[:LONGEST_TEXT].strip() or None


def _within(parts: Iterable[Named], *names: str) -> Iterator[Named]:
    for part in parts:
        yield from part.parts(*names)


def _organisation(said: Named, notes: Notes) -> str | None:
    for value in (said.get("organization"), said.get("organisation"), said.get("provider")):
        for one in every(value):
            name = Named(one).get("name", "alternate_name") if isinstance(one, dict) else one
            if named := cleaning.line(name, notes):
                return named
    return cleaning.line(said.get("organization_name", "organisation_name", "provider_name"), notes)


def _name(said: Named, organisation: str | None, notes: Notes) -> str:
    if named := cleaning.line(said.get("name"), notes):
        return named
    if other := cleaning.line(said.get(*_OTHER_NAMES), notes):
        notes.add("named", f"it has no name, and goes by {cleaning.shown(other)}, which stands beside it")
        return other
    if organisation:
        notes.add("named", f"it has no name, and is named after {cleaning.shown(organisation)}")
        return f"A service of {organisation}"
    notes.add("named", "it has no name, and neither has its organisation")
    return "A service without a name"


def _changed(said: Named) -> Any:
    metadata = next(iter(said.parts("metadata")), Named({}))
    return said.get("last_modified", "modified", "updated_at") or metadata.get("last_action_date")


# ---- when and where


def _schedules(said: Named, at_locations: Iterable[Named]) -> list[Named]:
    # when a building is open (a location's own schedule) says nothing of when a service in it takes place; but where
    # a service has locations of its own, without the table between, their schedules are the service's
    places = said.parts("locations", "location", "provided_by")
    found = [*said.parts(*SCHEDULES), *_within(at_locations, *SCHEDULES), *_within(places, *SCHEDULES)]
    # a text where a timetable belongs is what the feed says of it in words
    return [Named({"description": one.record["name"]}) if one.record.keys() == {"name"} else one for one in found]


_FLAT: Final = ("address_1", "city", "postal_code", "latitude", "venue_name")


def _own_place(said: Named) -> Iterator[Named]:
    """The place that a service of a single sheet has in columns of its own, where it has no other."""
    if not said.record.keys().isdisjoint(_FLAT) and not said.parts(*_AT_LOCATIONS, *LOCATIONS):
        yield Named({**said.record, "name": said.get("venue_name"), "location_type": None, "accessibility": None})


def _places(locations: Iterable[Named], notes: Notes) -> Iterator[Venue]:
    for location in locations:
        if cleaning.line(location.get("location_type"), notes) == "virtual":
            continue
        latitude, longitude = _point(location, notes)
        address, postcode = _address(location, notes)
        place = Venue(
            name=cleaning.line(location.get("name"), notes),
            address=address,
            postcode=postcode,
            latitude=latitude,
            longitude=longitude,
            access=_first(_accessibility(location, notes), most=20),
        )
        if place != Venue():
            yield place


def _point(location: Named, notes: Notes) -> tuple[float | None, float | None]:
    for holder in (location, *location.parts(*_COORDINATES), *_within(location.parts(*_ADDRESSES), *_COORDINATES)):
        latitude, longitude = holder.get("latitude", "lat"), holder.get("longitude", "lng", "lon", "long")
        if latitude is None and longitude is None:
            continue
        north, east = cleaning.coordinate(latitude), cleaning.coordinate(longitude)
        if north is None or east is None or not (abs(north) <= 90 and abs(east) <= 180) or (north, east) == (0, 0):
            said = f"latitude {cleaning.shown(latitude)}, longitude {cleaning.shown(longitude)}"
            notes.add("place", f"{said} cannot be right")
            continue
        return north, east
    return None, None


def _address(location: Named, notes: Notes) -> tuple[str | None, str | None]:
    for address in (*location.parts(*_ADDRESSES), location):
        lines = [cleaning.line(address.get(*names), notes) for names in _ADDRESS_LINES]
        if address is not location and not any(lines):
            lines = [cleaning.line(address.get("name"), notes)]
        postcode = cleaning.line(address.get("postal_code", "postcode", "zip"), notes, longest=20)
        said = ", ".join(dict.fromkeys(one for one in lines if one))
        if said or postcode:
            return said[:500] or None, postcode
    return None, None


def _accessibility(location: Named, notes: Notes) -> Iterator[str]:
    for one in location.parts("accessibility", "accessibility_for_disabilities", "accessibilities"):
        for name in ("description", "accessibility", "details", "name"):
            if text := cleaning.line(one.get(name), notes):
                yield text


def _attended(said: Named, locations: Iterable[Named], schedules: Iterable[Named]) -> tuple[str, ...]:
    spoken = [said.get("attending_type"), *(one.get("attending_type") for one in schedules)]
    texts = [text for value in spoken for text in every(value) if isinstance(text, str)]
    ways = [way for way, pattern in _ATTENDED if any(pattern.search(text[:1000]) for text in texts)]
    if any(str(one.get("location_type")).casefold() == "virtual" for one in locations):
        ways.append("online")
    return _first(ways)


# ---- for whom, and at what price


def _ages(said: Named, notes: Notes) -> tuple[int | None, int | None]:
    own = (
        cleaning.age(said.get("minimum_age"), notes, "minimum_age"),
        cleaning.age(said.get("maximum_age"), notes, "maximum_age"),
    )
    # each eligibility is a way to be eligible, so the widest of them counts, and one without an end has none
    ways = [
        (
            cleaning.age(one.get("minimum_age"), notes, "minimum_age"),
            cleaning.age(one.get("maximum_age"), notes, "maximum_age"),
        )
        for one in said.parts("eligibilities", "eligibilitys", "eligibility")
    ]
    # where the service has ages of its own, a way that names none says nothing else
    wide = [own, *(one for one in ways if one != (None, None))] if own != (None, None) else ways
    least, most = [one for one, _ in wide], [one for _, one in wide]
    ages = (
        None if None in least else min((one for one in least if one is not None), default=None),
        None if None in most else max((one for one in most if one is not None), default=None),
    )
    if own not in {(None, None), ages}:
        notes.add("age", "its own ages and those of its eligibilities differ: the widest were taken")
    if ages[0] is not None and ages[1] is not None and ages[1] < ages[0]:
        notes.add("age", f"from {ages[0]} to {ages[1]} is nobody: neither is kept")
        return None, None
    return ages


def _eligibility(said: Named) -> Iterator[Any]:
    yield said.get("eligibility_description")
    for one in said.parts("eligibilities", "eligibilitys", "eligibility"):
        yield one.get("eligibility", "description", "text", "name")


def _costs(said: Named, notes: Notes) -> Iterator[Cost]:
    for one in said.parts("cost_options", "cost_option", "costs"):
        spoken = dict.fromkeys(
            text for name in ("option", "amount_description", "name") if (text := cleaning.line(one.get(name), notes))
        )
        in_words = ", ".join(spoken)[:1000] or None
        price = cleaning.amount(one.record.get("amount"), notes)
        if price == Decimal(0) and in_words and PRICE_IN_WORDS.search(in_words):
            notes.add("cost", f"an amount of 0 beside {cleaning.shown(in_words)} is not free")
            price = None
        currency = cleaning.line(one.get("currency"), notes, longest=20)
        cost = Cost(
            amount=price,
            currency=currency and currency.upper(),
            words=in_words,
            valid_to=cleaning.day(one.get("valid_to"), notes),
        )
        if cost.amount is not None or cost.words:
            yield cost


def _fees(said: Named, notes: Notes) -> str | None:
    value = said.get("fees_description") or said.get("fees")
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return _joined((Named(one).get("fee", "amount", "description", "name") for one in value if one), notes)
    return cleaning.words(value, notes, longest=5000)


def _access(said: Named, notes: Notes) -> tuple[str, ...]:
    interpreted = cleaning.line(said.get("interpretation_services"), notes)
    return _first([*([interpreted] if interpreted else []), *_accessibility(said, notes)], most=20)


def _languages(said: Named, notes: Notes) -> tuple[str, ...]:
    return _first(_spoken(said, notes))


def _spoken(said: Named, notes: Notes) -> Iterator[str]:
    for one in said.parts("languages", "language"):
        text = cleaning.line(one.get("name", "language", "code"), notes, longest=500)
        for name in re.split(r"[,;|/]| and |&", text or ""):
            if name.strip():
                yield language_named(name.strip()[:100])


def _terms(said: Named, notes: Notes) -> Iterator[Term]:
    links = said.parts(
        "attributes", "service_attributes", "service_taxonomies", "service_taxonomys", "service_taxonomy", "taxonomies",
        "taxonomy_terms", "categories", "tags", "audience", "audiences", "target_audience", "target_audiences",
    )  # fmt: skip
    for link in links:
        for term in (*link.parts("taxonomy_term", "taxonomy"), link):
            # an attribute says of what sort it is, and what of that sort: *audience: women*
            value = cleaning.line(link.get("value"), notes, longest=200) if term is link else None
            if value and (sort := cleaning.line(link.get("label", "link_type"), notes, longest=200)):
                yield Term(value, None, sort)
                break
            if name := value or cleaning.line(term.get("name", "term", "label"), notes, longest=200):
                code = cleaning.line(term.get("code", "id"), notes, longest=200)
                vocabulary = cleaning.line(term.get("vocabulary", "taxonomy"), notes, longest=200)
                yield Term(name, code, vocabulary)
                break


def _areas(said: Named, notes: Notes) -> Iterator[str]:
    for one in said.parts("service_areas", "service_area"):
        if area := cleaning.line(one.get("service_area", "name", "city", "postal_code", "extent"), notes):
            yield area


# ---- how to join, and how to reach it

_ACCESS: Final = {
    "referral": "Somebody has to refer you.",
    "appointment": "Make an appointment first.",
    "membership": "It is for members: ask how to become one.",
    "drop in": "Drop in: no appointment is needed.",
}
"""What the standard writes for how to get in, as a sentence."""


def _joining(said: Named) -> Iterator[Any]:
    yield said.get("application_process")
    ways = said.get("attending_access")
    if isinstance(ways, str):
        # one word or several of the standard's, or a sentence of the feed's own
        parts = [" ".join(re.split(r"[\s_-]+", part.strip().casefold())) for part in re.split(r"[,;|]", ways[:500])]
        known = [_ACCESS[part] for part in parts if part in _ACCESS]
        yield from known if len(known) == len(parts) else [ways]
    else:
        yield ways
    for one in said.parts("required_documents"):
        document = one.get("document", "name")
        yield f"Bring: {document}" if isinstance(document, str) and document.strip() else None


def _contacts(said: Named, at_locations: Iterable[Named]) -> Iterator[Named]:
    yield from said.parts("contacts", "contact")
    yield from _within(at_locations, "contacts")


def _phones(said: Named, contacts: Iterable[Named], notes: Notes) -> Iterator[str]:
    for one in (*said.parts("phones", "phone", "phone_numbers"), *_within(contacts, "phones", "phone")):
        if number := cleaning.phone(one.get("number", "phone_number", "name"), notes):
            yield number
