"""Generates a tenant's records: ids, states and update times, with the content from each type's module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from portal.sandbox.halo.data import assets, clients, contacts, contracts, opportunities, products, sites, tickets
from portal.sandbox.halo.data.common import Fields
from portal.sandbox.halo.data.dates import DAY, EPOCH
from portal.sandbox.halo.data.references import NewRecord, References
from portal.sandbox.halo.data.seeded_random import SeededRandom
from portal.sandbox.halo.store import Row, encode_row

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

_INACTIVE = 0.08
# Opportunities share ids with all other tickets, so their ids are far apart.
_STEPS = {"opportunities": (1, 2, 4, 9, 14)}
_SECOND_ID = {"clients": 12, "sites": 33, "contacts": 101, "opportunities": 2900}


@dataclass
class RecordFactory:
    """Generates records one by one. The same seed gives the same records."""

    references: References
    _ids: dict[str, Iterator[int]] = field(default_factory=dict)

    def make(self, kind: str, count: int) -> Iterator[Row]:
        """Generate records that are up to two years old."""
        for number in islice(self.ids(kind), count):
            rng = SeededRandom(self.references.seed, kind, number)
            active = number == 1 or not rng.chance(_INACTIVE)
            yield self._row(kind, rng, NewRecord(number, active, EPOCH - rng.random() * 720 * DAY))

    def make_now(self, kind: str, numbers: list[int], now: float) -> list[Row]:
        """Generate new active records with these ids."""
        return [
            self._row(kind, SeededRandom(self.references.seed, kind, n), NewRecord(n, True, now)) for n in numbers
        ]

    def make_tickets(self, count: int) -> Iterator[Row]:
        """Generate ordinary tickets, with ids below those of opportunities. Raises ValueError if ids run out."""
        if count > tickets.MOST:
            raise ValueError(f"there are ids for {tickets.MOST} tickets")
        for number in range(tickets.FIRST_ID, tickets.FIRST_ID + count):
            rng = SeededRandom(self.references.seed, "tickets", number)
            new = NewRecord(number, not rng.chance(_INACTIVE), EPOCH - rng.random() * 720 * DAY)
            yield Row(number, encode_row(tickets.make(self.references, rng, new)), new.active, new.updated)

    def ids(self, kind: str) -> Iterator[int]:
        """Yield unused ids indefinitely."""
        return self._ids.setdefault(kind, _ids(self.references.seed, kind))

    def detail(self, kind: str, row: Row) -> Fields:
        """Return the detail of a record without update times. Manual changes take precedence."""
        fields = row.fields()
        rng = SeededRandom(self.references.seed, f"{kind} detail", row.id)
        return {**DETAIL[kind](self.references, rng, fields), **fields}

    def _row(self, kind: str, rng: SeededRandom, new: NewRecord) -> Row:
        body = encode_row(MAKE[kind](self.references, rng, new))
        return Row(new.id, body, new.active, new.updated)


def _ids(seed: int, kind: str) -> Iterator[int]:
    """Return ascending ids with gaps, as in a real tenant."""
    rng = SeededRandom(seed, f"{kind} ids")
    steps = _STEPS.get(kind, (1, 1, 1, 2, 5))
    yield 1 if kind != "opportunities" else 2893
    number = _SECOND_ID.get(kind, 2)
    while True:
        yield number
        number += rng.pick(steps)
