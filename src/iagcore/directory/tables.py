"""Data packages: one table an object (Frictionless tabular data), put together into services.

Every row is put into a temporary database, which is on disk and this process's own, so that a package of any length
takes no more memory than one service. Then each service is read with the rows that name it, in the shape that a JSON
feed gives, and from there on there is one way for both. HSDS 1.1, 3.0 and 3.1 and Open Referral UK 1 are told apart by
the tables and columns that are there.
"""

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from iagcore.directory.cleaning import Notes, shown
from iagcore.directory.shapes import NotAService, Service

TABLES: Final = {
    "service": ("services", "service"),
    "organization": ("organizations", "organization", "organisations", "organisation"),
    "service_at_location": (
        "service_at_location", "services_at_location", "service_at_locations", "services_at_locations",
    ),
    "location": ("locations", "location"),
    "address": ("addresses", "address", "physical_addresses", "physical_address"),
    "schedule": ("schedules", "schedule", "regular_schedules", "regular_schedule"),
    "phone": ("phones", "phone"),
    "contact": ("contacts", "contact"),
    "cost_option": ("cost_options", "cost_option", "costs"),
    "eligibility": ("eligibility", "eligibilities", "eligibilitys"),
    "language": ("languages", "language"),
    "accessibility": ("accessibility", "accessibility_for_disabilities", "accessibilities"),
    "service_area": ("service_areas", "service_area"),
    "required_document": ("required_documents", "required_document"),
    "service_taxonomy": ("services_taxonomy", "service_taxonomy", "service_taxonomies", "service_taxonomys"),
    "taxonomy": ("taxonomy",),
    "taxonomy_term": ("taxonomy_terms", "taxonomy_term"),
    "attribute": ("attributes", "attribute"),
}  # fmt: skip
"""The tables that say something of a service, by the names that packages give them."""

NOT_READ: Final = frozenset(
    {
        "programs", "program", "funding", "metadata", "meta_table_descriptions", "meta_table_description",
        "organization_identifiers", "taxonomies", "postal_addresses", "holiday_schedules", "service_capacity", "units",
        "url", "urls", "reviews", "review", "link_taxonomies", "link_taxonomy", "payment_accepted", "payments_accepted",
        "other_attributes", "contact_phones",
    }
)  # fmt: skip
"""Tables of the standard that say nothing that is kept."""

_LINKS: Final = ("service_id", "location_id", "service_at_location_id", "contact_id", "taxonomy_id", "link_id")
"""Columns by which a row names another, each with an index."""

_OF_SERVICE: Final = (
    ("schedules", "schedule"),
    ("phones", "phone"),
    ("contacts", "contact"),
    ("cost_options", "cost_option"),
    ("eligibilities", "eligibility"),
    ("languages", "language"),
    ("service_areas", "service_area"),
    ("required_documents", "required_document"),
)

LONGEST_CELL: Final = 10_000_000
"""Characters of one cell. Python's own limit, 131,072, is less than a description with a picture in it."""


def table_of(name: str) -> str | None:
    """Which table a resource or a file of that name is; None for one that says nothing of services."""
    plainly = name.rsplit("/", 1)[-1].lower().removesuffix(".csv").replace("-", "_").replace(" ", "_")
    return next((table for table, names in TABLES.items() if plainly in names), None)


def rows_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file, each as far as it has columns; whatever stands between the columns."""
    csv.field_size_limit(LONGEST_CELL)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    names = [name.strip().lstrip("\ufeff").strip('"').lower() for name in header]
    for row in csv.reader(lines, delimiter=delimiter):
        found = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
        if found:
            yield found


class Package:
    """The tables of one data package, in a temporary database."""

    def __init__(self) -> None:
        # an empty name is a database in a temporary file, which is gone when it is closed
        self._rows = sqlite3.connect("", isolation_level=None)
        columns = ", ".join(f"{name} TEXT" for name in _LINKS)
        self._rows.execute(f"CREATE TABLE kept (part TEXT, number INTEGER, id TEXT, {columns}, record TEXT)")
        self._rows.execute("BEGIN")
        self._counts: dict[str, int] = {}

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def add(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Add the rows of a table."""
        marks = ", ".join("?" * (len(_LINKS) + 4))
        for number, row in enumerate(rows, start=self._counts.get(table, 0) + 1):
            links = [_text(row.get(name)) for name in _LINKS]
            record = json.dumps(row).encode("utf-8", "replace").decode("utf-8")
            self._rows.execute(
                f"INSERT INTO kept VALUES ({marks})", (table, number, _text(row.get("id")), *links, record)
            )
            self._counts[table] = number

    def services(self) -> Iterator[Service | NotAService]:
        """Every service, with what belongs to it."""
        for name in ("id", *_LINKS):
            self._rows.execute(f"CREATE INDEX IF NOT EXISTS kept_{name} ON kept (part, {name})")
        with closing(self._rows.cursor()) as cursor:
            for (text,) in cursor.execute("SELECT record FROM kept WHERE part = 'service' ORDER BY number"):
                notes = Notes()
                yield Service(self._whole(json.loads(text), notes), notes)

    def orphans(self) -> Iterator[str]:
        """What names a service that is not in the package, a sentence for each table."""
        for table in TABLES:
            [(lost, example)] = self._rows.execute(
                """SELECT count(*), min(service_id) FROM kept AS one WHERE part = ? AND service_id IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM kept WHERE part = 'service' AND kept.id = one.service_id)""",
                (table,),
            )
            if lost:
                rows = "1 row names a service" if lost == 1 else f"{lost} rows name a service"
                yield f"{TABLES[table][0]}: {rows} that is not in the package, such as {shown(example)}"

    def _find(self, table: str, column: str, value: Any) -> list[dict[str, Any]]:
        statement = f"SELECT record FROM kept WHERE part = ? AND {column} = ? ORDER BY number LIMIT 200"
        return [json.loads(text) for (text,) in self._rows.execute(statement, (table, _text(value)))]

    def _whole(self, service: dict[str, Any], notes: Notes) -> dict[str, Any]:
        id = service.get("id")
        whole: dict[str, Any] = dict(service)
        if organisation := service.get("organization_id"):
            found = self._find("organization", "id", organisation)
            if found:
                whole["organization"] = {"id": organisation, "name": found[0].get("name")}
            elif "organization" in self._counts:
                notes.add("link", f"its organisation {shown(organisation)} is not in the package")
        if id is None:
            return whole
        for name, table in _OF_SERVICE:
            # HSDS 1.1 has columns of some of these names, which hold words where there is no table
            if found := self._find(table, "service_id", id):
                whole[name] = found
        for contact in self._list(whole, "contacts"):
            if contact.get("id"):
                contact["phones"] = self._find("phone", "contact_id", contact["id"])
        whole["service_at_locations"] = [
            self._at_location(one, notes) for one in self._find("service_at_location", "service_id", id)
        ]
        whole["attributes"] = [*self._terms(id)]
        return whole

    @staticmethod
    def _list(whole: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        found = whole.get(name)
        return found if isinstance(found, list) else []

    def _at_location(self, at: dict[str, Any], notes: Notes) -> dict[str, Any]:
        whole = dict(at)
        if at.get("id"):
            whole["schedules"] = self._find("schedule", "service_at_location_id", at["id"])
            whole["contacts"] = self._find("contact", "service_at_location_id", at["id"])
        found = self._find("location", "id", at["location_id"]) if at.get("location_id") else []
        if found:
            addresses = self._find("address", "location_id", at["location_id"])
            accessibility = self._find("accessibility", "location_id", at["location_id"])
            whole["location"] = {**found[0], "addresses": addresses, "accessibility": accessibility}
        else:
            notes.add("link", f"its location {shown(at.get('location_id'))} is not in the package")
        return whole

    def _terms(self, service_id: Any) -> Iterator[Mapping[str, Any]]:
        for link in self._find("service_taxonomy", "service_id", service_id):
            # HSDS 1.1 names a term in words beside its id, or leaves the id to the table of terms
            found = self._find("taxonomy", "id", link["taxonomy_id"]) if link.get("taxonomy_id") else []
            detail = link.get("taxonomy_detail")
            if found or detail:
                yield {"taxonomy": found[0] if found else {"name": detail}}
        for link in self._find("attribute", "link_id", service_id):
            found = self._find("taxonomy_term", "id", link["taxonomy_term_id"]) if link.get("taxonomy_term_id") else []
            if found:
                yield {"taxonomy_term": found[0]}


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value).strip()
