"""Makes the records of a tenant: ids, states and stamps, around each type's own module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from portal.sandbox.halo.data import assets, clients, contacts, contracts, opportunities, products, sites, tickets
from portal.sandbox.halo.data.common import Fields
from portal.sandbox.halo.data.dates import DAY, EPOCH
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.world import New, World
from portal.sandbox.halo.store import Row, encode_row

# Clients come first and assets late: a record may refer to those made before it.
ORDER = ("clients", "sites", "contacts", "products", "contracts", "assets", "opportunities")

MAKE: dict[str, Callable[[World, Draw, New], Fields]] = {
    "clients": clients.make,
    "sites": sites.make,
    "contacts": contacts.make,
    "products": products.make,
    "contracts": contracts.make,
    "assets": assets.make,
    "opportunities": opportunities.make,
}
DETAIL: dict[str, Callable[[World, Draw, Fields], Fields]] = {
    "clients": clients.detail,
    "sites": sites.detail,
    "contacts": contacts.detail,
    "products": products.detail,
    "contracts": contracts.detail,
    "assets": assets.detail,
    "opportunities": opportunities.detail,
}
# `?includeaddress=true` and its like: keys that a list row gets on request.
Addition = Callable[[World, Fields], Fields]
ADDITIONS: dict[str, dict[str, Addition]] = {
    "sites": {"includeaddress": lambda world, row: sites.site_address(world, row["id"])},
    "assets": {"includeassetfields": lambda world, row: assets.asset_fields_only(world, row["id"])},
    "opportunities": {"includeagent": lambda _, row: opportunities.agent_name(row)},
}

_INACTIVE = 0.08
# Opportunities share their ids with all other tickets, so theirs lie far apart.
_STEPS = {"opportunities": (1, 2, 4, 9, 14)}
_SECOND_ID = {"clients": 12, "sites": 33, "contacts": 101, "opportunities": 2900}


@dataclass
class Maker:
    """Draws records one after the other; the same seed gives the same records."""

    world: World
    _ids: dict[str, Iterator[int]] = field(default_factory=dict)

    def make(self, kind: str, count: int) -> Iterator[Row]:
        """Make records of an age between nothing and two years."""
        for number in islice(self.ids(kind), count):
            draw = Draw(self.world.seed, kind, number)
            active = number == 1 or not draw.chance(_INACTIVE)
            yield self._row(kind, draw, New(number, active, EPOCH - draw.random() * 720 * DAY))

    def make_now(self, kind: str, numbers: list[int], now: float) -> list[Row]:
        """Make new active records with these ids."""
        return [self._row(kind, Draw(self.world.seed, kind, n), New(n, True, now)) for n in numbers]

    def make_tickets(self, count: int) -> Iterator[Row]:
        """Make ordinary tickets, with ids below those of opportunities. ValueError for more than there are ids."""
        if count > tickets.MOST:
            raise ValueError(f"there are ids for {tickets.MOST} tickets")
        for number in range(tickets.FIRST_ID, tickets.FIRST_ID + count):
            draw = Draw(self.world.seed, "tickets", number)
            new = New(number, not draw.chance(_INACTIVE), EPOCH - draw.random() * 720 * DAY)
            yield Row(number, encode_row(tickets.make(self.world, draw, new)), new.active, new.updated)

    def ids(self, kind: str) -> Iterator[int]:
        """Give ids that were not given before, without end."""
        return self._ids.setdefault(kind, _ids(self.world.seed, kind))

    def detail(self, kind: str, row: Row) -> Fields:
        """All that `/X/{id}` answers but its stamps; what was changed by hand wins."""
        fields = row.fields()
        draw = Draw(self.world.seed, f"{kind} detail", row.id)
        return {**DETAIL[kind](self.world, draw, fields), **fields}

    def _row(self, kind: str, draw: Draw, new: New) -> Row:
        body = encode_row(MAKE[kind](self.world, draw, new))
        return Row(new.id, body, new.active, new.updated)


def _ids(seed: int, kind: str) -> Iterator[int]:
    """Growing, with holes: ids that a tenant has are never an unbroken range."""
    draw = Draw(seed, f"{kind} ids")
    steps = _STEPS.get(kind, (1, 1, 1, 2, 5))
    yield 1 if kind != "opportunities" else 2893
    number = _SECOND_ID.get(kind, 2)
    while True:
        yield number
        number += draw.pick(steps)
