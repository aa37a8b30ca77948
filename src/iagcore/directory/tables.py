"""Data packages: one table an object (Frictionless tabular data), put together into services.

Every row is put into a temporary database, which is on disk and this process's own, so that a package of any length
takes no more memory than one service. Then each service is read with the rows that name it, in the shape that a JSON
feed gives, and from there on there is one way for both. HSDS 1.1, 3.0 and 3.1 and Open Referral UK 1 are told apart by
the tables and columns that are there.
"""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

import attrs

from iagcore.directory.cleaning import Notes, shown
from iagcore.directory.shapes import NotAService, Service
from iagcore.directory.standard_names import (
    ONLY_OF_SERVICES,
    is_organisations,
    is_people,
    not_of_the_standard,
    plainly,
    read_as,
)

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
    found = next((table for table, names in TABLES.items() if plainly in names), None)
    return "organization" if found is None and plainly in {"orgs", "org"} else found


@attrs.frozen
class Columns:
    """The columns of one table: what each is in the standard, and None for one that means no field of it."""

    table: str
    names: tuple[str, ...]
    fields: tuple[str | None, ...]

    @classmethod
    def of(cls, table: str, names: Iterable[str]) -> "Columns":
        """The columns of a table, by their names; of two that are one field, the one of the standard's name is read."""
        named = tuple(name.strip().lstrip("\ufeff").strip('"').strip() for name in names)
        fields = [read_as(table, name, cell=True) for name in named]
        exact = {field: place for place, field in enumerate(fields) if field and plainly(named[place]) == field}
        fields = [None if exact.get(field or "", place) != place else field for place, field in enumerate(fields)]
        return cls(table, named, tuple(fields))

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the columns of services lack, without which no service is known again: an id, or a name."""
        if self.table != "service":
            return ()
        given = {*self.fields}
        named = {"name", "alternate_name", "title", "label"} & given
        return tuple(what for what, is_there in (("id", "id" in given), ("name", bool(named))) if not is_there)

    @property
    def said(self) -> Iterator[str]:
        """What there is to know of the columns, a sentence each."""
        pairs = [(name, field) for name, field in zip(self.names, self.fields, strict=True) if name]
        others = [f"{name!r} as {field}" for name, field in pairs if field and plainly(name) != field]
        unread = [name for name, field in pairs if field is None]
        if others:
            yield f"columns under other names than the standard's were read: {', '.join(others)}"
        if unread:
            yield f"columns that the standard does not have were not read: {not_of_the_standard(unread, self.table)}"
        for what in self.lacking:
            yield f"it has no column for the {what} of a service"

    @property
    def instead(self) -> str | None:
        """What the rows say something of, where that is plainly no service; None otherwise."""
        plain = [plainly(name) for name in self.names]
        if self.table != "service" or any(one.startswith(("service", "activity", "course")) for one in plain):
            return None
        if not ONLY_OF_SERVICES.isdisjoint(self.fields):
            return None
        return "people" if is_people(plain) else "organisations" if is_organisations(plain) else None


def table_in(lines: Iterable[str], table: str, lost: Callable[[str], None]) -> tuple[Columns, Iterator[dict[str, Any]]]:
    """The columns of a CSV file, and its rows, each as far as it has columns; whatever stands between the columns.

    `lost` is told of what could not be read. Raises `csv.Error`.
    """
    csv.field_size_limit(LONGEST_CELL)
    following = iter(lines)
    first = next((line for line in following if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    columns = Columns.of(table, next(csv.reader([first], delimiter=delimiter), []))
    return columns, _rows(following, columns, delimiter, lost)


def _rows(
    lines: Iterator[str], columns: Columns, delimiter: str, lost: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    quotes = 0

    def counted() -> Iterator[str]:
        nonlocal quotes
        for line in lines:
            quotes += line.count('"')
            yield line

    reader = csv.reader(counted(), delimiter=delimiter)
    before = 0
    for row in reader:
        found: dict[str, Any] = {}
        for field, cell in zip(columns.fields, row, strict=False):
            if field and cell.strip():
                found.setdefault(field, cell)
        spans, before = reader.line_num - before, reader.line_num
        # a row of which no column is known is none that may be passed over
        if any(cell.strip() for cell in row):
            yield found
    if before and spans > 1 and quotes % 2:
        lost("a quotation mark is opened and never closed, so the rows after it were taken for one cell")


class Package:
    """The tables of one data package, in a temporary database."""

    def __init__(self) -> None:
        # an empty name is a database in a temporary file, which is gone when it is closed
        self._rows = sqlite3.connect("", isolation_level=None)
        columns = ", ".join(f"{name} TEXT" for name in _LINKS)
        self._rows.execute(f"CREATE TABLE kept (part TEXT, number INTEGER, id TEXT, {columns}, record TEXT)")
        self._rows.execute("BEGIN")
        self._counts: dict[str, int] = {}
        self._names_are_said = True

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def set_aside_the_nameless(self) -> None:
        """Keep no service: their table has no column for a name, so it could only take away names that are known."""
        self._names_are_said = False

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
                notes, record = Notes(), json.loads(text)
                if not self._names_are_said:
                    yield NotAService("the table has no column for its name", _text(record.get("id")))
                    continue
                yield Service(self._whole(record, notes), notes)

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
        if organisation := service.get("organization_id") or service.get("organization_name"):
            found = self._find("organization", "id", organisation)
            if found:
                whole["organization"] = {"id": organisation, "name": found[0].get("name")}
            elif "organization" in self._counts and "organization_name" not in service:
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
        at = self._find("service_at_location", "service_id", id) or [
            {"location_id": one}
            for one in str(service.get("location_id") or service.get("location_ids") or "").split(",")
            if one.strip()
        ]
        whole["service_at_locations"] = [self._at_location(one, notes) for one in at]
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
