"""Generates a tenant's records and tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from portal.sandbox.halo.data import assets, clients, contacts, contracts, opportunities, products, sites, tickets
from portal.sandbox.halo.data.common import Fields
from portal.sandbox.halo.data.references import References
from portal.sandbox.record_factory import NewRecord, RecordFactory
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.store import Row, encode_row

# In this order, because a record can only refer to records generated before it.
ORDER = ("clients", "sites", "contacts", "products", "contracts", "assets", "opportunities")

MAKE: dict[str, Callable[[References, SeededRandom, NewRecord], Fields]] = {
    "clients": clients.make,
    "sites": sites.make,
    "contacts": contacts.make,
    "products": products.make,
    "contracts": contracts.make,
    "assets": assets.make,
    "opportunities": opportunities.make,
}
DETAIL: dict[str, Callable[[References, SeededRandom, Fields], Fields]] = {
    "clients": clients.detail,
    "sites": sites.detail,
    "contacts": contacts.detail,
    "products": products.detail,
    "contracts": contracts.detail,
    "assets": assets.detail,
    "opportunities": opportunities.detail,
}
# Query parameters such as `?includeaddress=true` that add keys to list rows.
Addition = Callable[[References, Fields], Fields]
ADDITIONS: dict[str, dict[str, Addition]] = {
    "sites": {"includeaddress": lambda references, row: sites.site_address(references, row["id"])},
    "assets": {"includeassetfields": lambda references, row: assets.asset_fields_only(references, row["id"])},
    "opportunities": {"includeagent": lambda _, row: opportunities.agent_name(row)},
}


class HaloRecordFactory(RecordFactory[References]):
    make_fields = MAKE
    # Opportunities share ids with all other tickets, so their ids are far apart.
    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"opportunities": (1, 2, 4, 9, 14)}
    first_ids: ClassVar[Mapping[str, tuple[int, int]]] = {
        "clients": (1, 12),
        "sites": (1, 33),
        "contacts": (1, 101),
        "opportunities": (2893, 2900),
    }

    def make_tickets(self, count: int) -> Iterator[Row]:
        """Generate ordinary tickets, with ids below those of opportunities. Raises ValueError if ids run out."""
        if count > tickets.MOST:
            raise ValueError(f"there are ids for {tickets.MOST} tickets")
        for number in range(tickets.FIRST_ID, tickets.FIRST_ID + count):
            rng = SeededRandom(self.references.seed, "tickets", number)
            new = self.drawn(rng, number)
            yield Row(number, encode_row(tickets.make(self.references, rng, new)), new.active, new.updated)

    def detail(self, kind: str, row: Row) -> Fields:
        """Return the detail of a record without update times. Manual changes take precedence."""
        fields = row.fields()
        rng = SeededRandom(self.references.seed, f"{kind} detail", row.id)
        return {**DETAIL[kind](self.references, rng, fields), **fields}
