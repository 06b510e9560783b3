"""Generates a tenant's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from portal.sandbox.connectwise.data import (
    agreements,
    catalog,
    companies,
    configurations,
    contacts,
    opportunities,
    sites,
)
from portal.sandbox.connectwise.data.common import Fields
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.record_factory import Make, NewRecord, RecordFactory
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.store import Row, encode_row

# In this order, because a record can only refer to records generated before it.
ORDER = ("clients", "sites", "contacts", "products", "contracts", "assets", "opportunities")


class ConnectWiseRecordFactory(RecordFactory[References]):
    make_fields: Mapping[str, Make[References]] = {
        "clients": companies.make,
        "sites": sites.make,
        "contacts": contacts.make,
        "products": catalog.make,
        "contracts": agreements.make,
        "assets": configurations.make,
        "opportunities": opportunities.make,
    }
    first_ids: ClassVar[Mapping[str, tuple[int, int]]] = {
        "clients": (companies.OWN, 250),
        "sites": (1000, 1003),
        "contacts": (500, 502),
        "products": (2, 5),
        "contracts": (3, 7),
        "assets": (2001, 2004),
        "opportunities": (2, 12),
    }

    def with_main(self, row: Row) -> Row:
        """Return a company with its main site and default contact, which are generated after it."""
        site = next(iter(self.references.sites_of.get(row.id, ())), None)
        person = next(iter(self.references.people_of.get(site.id, ())), None) if site else None
        if site is None:
            return row
        contact = {"defaultContact": person.reference()} if person else {}
        return replace(row, body=encode_row({**row.fields(), "site": site.reference(), **contact}))

    def drawn(self, rng: SeededRandom, number: int) -> NewRecord:
        """Update times have whole seconds, and the MSP's own company is active."""
        new = super().drawn(rng, number)
        return new._replace(updated=float(int(new.updated)), active=new.active or number == companies.OWN)

    def detail(self, kind: str, row: Row) -> Fields:
        """Return the row: a single record looks as in its list."""
        del kind
        return row.fields()

    def _row(self, kind: str, rng: SeededRandom, new: NewRecord) -> Row:
        row = super()._row(kind, rng, new)
        is_deleted = kind == "clients" and bool(row.fields()["deletedFlag"])
        return replace(row, deleted=True) if is_deleted else row
