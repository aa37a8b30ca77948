"""The fields of the standard by table, and what other exports call them.

Real exports seldom use the standard's names to the letter: Open Referral's own sheets write `service_recordid` and
`service_name`, and a council's spreadsheet writes *Service Name* and *Telephone*. A name is read as a field of the
standard where it can mean nothing else: it is the field in other letters, the field after the name of its table, or one
of `ALIASES`. Whatever else a table has is not read, and the import says so, with the nearest name of the standard.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

FIELDS: Final[dict[str, frozenset[str]]] = {
    table: frozenset(names.split())
    for table, names in {
        "service": """id organization_id program_id name alternate_name title label description summary url email status
            interpretation_services application_process fees_description fees wait_time accreditations licenses
            eligibility_description minimum_age maximum_age assured_date assurer_email alert last_modified
            additional_urls attending_type attending_access deliverable_type service_type taxonomy_ids
            social_connection connects
            organization organisation organisation_id organization_name organisation_name provider provider_name
            location location_id location_ids locations addresses service_at_locations service_at_location
            services_at_location schedules schedule regular_schedules regular_schedule hours hours_of_operation
            operating_hours holiday_schedules phones phone phone_numbers contacts contact cost_options cost_option costs
            eligibilities eligibilitys eligibility languages language accessibility accessibility_for_disabilities
            accessibilities service_areas service_area required_documents attributes service_attributes
            service_taxonomies service_taxonomys service_taxonomy taxonomies taxonomy_terms categories funding fundings
            metadata program reviews capacities payment_accepted payments_accepted modified updated_at
            address address_1 address_2 city region state_province postal_code country latitude longitude venue_name""",
        "organization": """id name alternate_name description email url website tax_status tax_id year_incorporated
            legal_status logo uri parent_organization_id additional_websites""",
        "service_at_location": "id service_id location_id description",
        "location": """id location_type url organization_id name alternate_name description transportation latitude
            longitude external_identifier external_identifier_type address address_1 address_2 city region
            state_province postal_code country service_id""",
        "address": """id location_id attention address_1 address_2 address_3 address_4 city region state_province
            postal_code country address_type organization_id""",
        "schedule": """id service_id location_id service_at_location_id valid_from valid_to dtstart timezone until count
            wkst freq interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link
            attending_type notes weekday original_text""",
        "phone": """id location_id service_id organization_id contact_id service_at_location_id number extension type
            description department language""",
        "contact": "id organization_id service_id service_at_location_id location_id name title department email phone",
        "cost_option": """id service_id valid_from valid_to option currency amount amount_description cost_description
            linkid""",
        "eligibility": "id service_id eligibility minimum_age maximum_age linkid description",
        "language": "id service_id location_id phone_id name language code note",
        "accessibility": "id location_id accessibility description details url",
        "service_area": """id service_id service_at_location_id service_area name description extent extent_type uri
            linkid""",
        "required_document": "id service_id document uri",
        "service_taxonomy": "id service_id taxonomy_id taxonomy_detail linkid",
        "taxonomy": "id name parent_id parent_name vocabulary description taxonomy_facet uri version",
        "taxonomy_term": """id code name description parent_id taxonomy language taxonomy_id term_uri vocabulary parent
            parent_name""",
        "attribute": "id link_id taxonomy_term_id link_type link_entity value label",
    }.items()
}
"""What the standard calls the fields of each table: HSDS 1.1 to 3.1 and Open Referral UK 1 and 3.0, and what is read as
those. Not all of it is kept."""

ALIASES: Final[dict[str, dict[str, str]]] = {
    "service": {
        "id": """recordid record_id uuid guid uid hs_id identifier service_identifier service_ref service_reference
            unique_id unique_reference activity_id course_id""",
        "name": """service_title name_of_service service_or_activity activity activity_name activity_title
            name_of_activity course_name course_title name_of_course""",
        "alternate_name": "other_name also_known_as",
        "description": "details about full_description long_description activity_description course_description",
        "organization_id": "service_organization organisation_id organization_recordid provider_id agency_id",
        "organization_name": """organization organisation organisation_name provider provider_name agency agency_name
            provider_organisation provider_organization run_by""",
        "url": "website web web_address web_site website_url web_page webpage homepage link",
        "email": "email_address e_mail e_mail_address",
        "phones": """telephone tel telephone_number telephone_no phone_number phone_no contact_number contact_phone
            contact_telephone""",
        "fees_description": "cost costs price prices fee charge charges cost_description how_much",
        "eligibility_description": """eligibility who_is_it_for whos_it_for who_for whom_it_is_for suitable_for
            eligibility_criteria target_audience audience who_can_attend who_can_come""",
        "minimum_age": "min_age age_min age_from from_age lower_age youngest_age",
        "maximum_age": "max_age age_max age_to to_age upper_age oldest_age",
        "application_process": """how_to_access how_to_join how_to_apply how_to_book how_to_refer application
            referral_process access_process joining""",
        "schedules": """opening_hours opening_times opening_time when times session_times days_and_times times_and_days
            day_and_time timetable""",
        "languages": "language languages_spoken",
        "assured_date": """last_checked date_checked checked_on last_verified last_verified_date verified_on
            last_reviewed date_reviewed last_assured last_assured_date""",
        "last_modified": "last_updated updated date_updated updated_on modified_on last_modified_date",
        "service_areas": "area areas area_served areas_served coverage area_covered",
        "categories": "category tags keywords",
        "address_1": "address full_address street street_address venue_address address_line_1 address1",
        "address_2": "address_line_2 address2",
        "city": "town town_city locality",
        "region": "county",
        "postal_code": "postcode post_code zip zip_code venue_postcode",
        "latitude": "lat",
        "longitude": "lng lon long",
        "venue_name": "venue location",
    },
    "organization": {"id": "recordid record_id", "name": "organisation_name provider_name agency_name"},
    "location": {"id": "recordid record_id", "latitude": "lat", "longitude": "lng lon long"},
    "address": {
        "address_1": "address street street_address address_line_1",
        "city": "town",
        "region": "county",
        "postal_code": "postcode zip zip_code",
    },
    "schedule": {
        "byday": "days_of_week day_of_week day days",
        "opens_at": "opens start_time open_time",
        "closes_at": "closes end_time close_time",
    },
    "phone": {"number": "phone telephone phone_no"},
}
"""Names that other exports give a field, by table, where the meaning is certain."""

_READ_AS: Final = {
    table: {name: field for field, names in fields.items() for name in names.split()}
    for table, fields in ALIASES.items()
}
_OF_THE_TABLE: Final = {
    "service": ("service", "services"),
    "organization": ("organization", "organisation"),
    "location": ("location",),
    "address": ("address", "physical_address"),
    "schedule": ("schedule", "regular_schedule"),
    "phone": ("phone",),
    "contact": ("contact",),
    "cost_option": ("cost_option", "cost"),
    "eligibility": ("eligibility",),
    "language": ("language",),
    "accessibility": ("accessibility",),
    "service_area": ("area",),
    "required_document": ("required_document", "document"),
    "taxonomy": ("taxonomy",),
    "taxonomy_term": ("taxonomy_term", "taxonomy", "term"),
}
"""What stands before a field in the exports that name the table in each column."""
_LINKED: Final = ("service", "organization", "location", "contact", "phone", "taxonomy", "taxonomy_term")
_LINKS_TO: Final = {"services": "service_id", "locations": "location_id", "organization": "organization_id"}
"""What links a row to others, after the name of its table: `phone_services` names the service of a phone."""
_MAY_BE_LINKS: Final = frozenset(
    {
        "address", "addresses", "area", "areas", "contact", "contacts", "details", "language", "languages", "location",
        "phone", "phones", "program", "schedule", "schedules", "taxonomies", "taxonomy",
    }
)  # fmt: skip
"""What holds, after the name of a table, the ids of other rows as often as words."""
_FLAT: Final = frozenset(
    {"organization", "organisation", "provider", "location", "address", "eligibility", "costs", "language"}
)
"""Fields that hold records, and in one cell of a table hold words."""

PERSONAL: Final = frozenset(
    {
        "first_name", "firstname", "forename", "given_name", "last_name", "lastname", "surname", "family_name",
        "middle_name", "date_of_birth", "birth_date", "birthdate", "dob", "national_insurance_number", "ni_number",
        "nhs_number", "uln", "learner_id", "learner_reference", "staff_id", "employee_id", "salutation", "next_of_kin",
    }
)  # fmt: skip
"""What is said of people, and never of a service."""
OF_ORGANISATIONS: Final = frozenset(
    {
        "charity_number", "company_number", "legal_status", "parent_organization_id", "tax_id", "tax_status",
        "year_incorporated",
    }
)  # fmt: skip
"""What is said of organisations, and never of a service."""
ONLY_OF_SERVICES: Final = frozenset(
    {
        "application_process", "eligibility_description", "fees_description", "languages", "minimum_age", "maximum_age",
        "schedules", "service_areas",
    }
)  # fmt: skip
"""Columns of services that neither people nor organisations have."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_APART: Final = re.compile(r"[^a-z0-9]+")
LONGEST_NAME: Final = 100
"""Characters of a name that are looked at; the longest of the standard has 29."""
MOST_NAMED: Final = 30
"""Columns that one sentence names."""


@lru_cache(maxsize=10_000)
def plainly(name: str) -> str:
    """A name as the standard writes names: small letters, and one underscore between words."""
    name = name[:LONGEST_NAME]
    return _APART.sub("_", _CAMEL.sub("_", name.strip()).lower().replace("'", "")).strip("_")


@lru_cache(maxsize=10_000)
def read_as(table: str, name: str, *, cell: bool = False) -> str | None:
    """The field of the standard that a name in a table can only mean; None where there is none.

    `cell`: what stands there is one cell, so that a field which holds records is what the words in it are.
    """
    plain = plainly(name)
    fields, aliases = FIELDS[table], _READ_AS.get(table, {})
    if plain in fields and not (cell and plain in _FLAT and plain in aliases):
        return plain
    if plain in aliases:
        return aliases[plain]
    if plain.endswith("_recordid") and plain.removesuffix("_recordid") in _LINKED:
        linked = f"{plain.removesuffix('_recordid')}_id"
        if linked in fields:
            return linked
    for before in _OF_THE_TABLE.get(table, ()):
        rest = plain.removeprefix(f"{before}_")
        if rest != plain:
            if rest in {"recordid", "record_id", "uuid", "guid"}:
                return "id"
            if rest in _LINKS_TO and _LINKS_TO[rest] in fields:
                return _LINKS_TO[rest]
            if (rest in fields or rest in aliases) and rest not in _MAY_BE_LINKS:
                return aliases.get(rest, rest)
    return None


def by_standard_names(record: Mapping[str, Any], table: str = "service") -> dict[str, Any]:
    """A record of JSON with its fields under the standard's names; a field that is there already is let alone."""
    renamed = dict(record)
    for name, value in record.items():
        if name not in FIELDS[table] and (field := read_as(table, name)) and renamed.get(field) in (None, "", [], {}):
            renamed[field] = value
    return renamed


def is_people(names: Iterable[str]) -> bool:
    """Whether names of fields or columns say that it is people which are listed."""
    return not PERSONAL.isdisjoint(map(plainly, names))


def is_organisations(names: Iterable[str]) -> bool:
    """Whether names of fields or columns say that it is organisations which are listed."""
    return not OF_ORGANISATIONS.isdisjoint(map(plainly, names))


def not_of_the_standard(names: Iterable[str], table: str = "service") -> str:
    """Names that mean no field of the standard, each with the nearest that does, in words."""
    known = sorted({*FIELDS[table], *_READ_AS.get(table, {}), *_prefixed(table)})
    said = []
    for name in names:
        near = get_close_matches(plainly(name), known, n=1, cutoff=0.6)
        said.append(f"{name[:60]!r} (did you mean {near[0]!r}?)" if near else f"{name[:60]!r}")
    more = f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    return f"{', '.join(said[:MOST_NAMED])}{more}"


def _prefixed(table: str) -> Iterable[str]:
    before = _OF_THE_TABLE.get(table, ())[:1]
    return (f"{one}_{field}" for one in before for field in ("id", "name", "description", "status"))
