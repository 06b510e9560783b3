"""Merges records like Halo's Merge: everything that belongs to the others moves, then they are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from portal.sandbox.changes import Change
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.store import Row

# Keys with which other records refer to this type: its id and its name.
REFERENCES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "clients": (("client_id",), ("client_name",)),
    "sites": (("site_id", "site_id_int"), ("site_name",)),
    "contacts": (("user_id", "business_owner_id"), ("user_name", "business_owner_name")),
}
_OWNERS: Final = {
    "clients": ("sites", "contacts", "contracts", "assets", "opportunities"),
    "sites": ("contacts", "contracts", "assets", "opportunities"),
    "contacts": ("assets", "opportunities"),
}


def merge(instance: Instance, tenant: Tenant, kind: str, into: int, others: Sequence[int]) -> int:
    """Return how many records moved. Raises KeyError for a type that cannot be merged, or an unknown record."""
    kept = tenant.tables[kind].existing(into)
    for number in others:
        tenant.tables[kind].existing(number)
    moved = sum(_move(instance, tenant, owned, kind, kept, frozenset(others)) for owned in _OWNERS[kind])
    edit(instance, tenant, kind, Change("delete", ids=list(others)))
    return moved


def _move(instance: Instance, tenant: Tenant, owned: str, kind: str, kept: Row, others: frozenset[int]) -> int:
    numbers, names = REFERENCES[kind]
    label = kept.fields().get("name", "")
    moved = 0
    for row in tenant.tables[owned].rows():
        fields = row.fields()
        changed: dict[str, Any] = {}
        for number, name in zip(numbers, (*names, *names), strict=False):
            if fields.get(number) in others:
                changed |= {number: type(fields[number])(kept.id)}
                changed |= {name: label} if name in fields else {}
        if changed:
            edit(instance, tenant, owned, Change("change", ids=[row.id], fields=changed))
            moved += 1
    return moved
