"""Merges companies: what belongs to the others moves, and they go to the recycle bin (section 6).

Their `lastUpdated` and status stay, so nothing that filters by update time sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.sandbox.connectwise.callbacks.event import events_of
from portal.sandbox.connectwise.data.common import moment, reference
from portal.sandbox.connectwise.data.references import COMPANIES
from portal.sandbox.connectwise.editor import changed
from portal.sandbox.connectwise.edits import publish
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.store import Row

_OWNED = ("sites", "contacts", "contracts", "assets", "opportunities")


def merge(instance: Instance, tenant: Tenant, into: int, others: Sequence[int]) -> dict[str, list[int]]:
    """Return the ids that changed, by record type. Raises KeyError for an unknown company."""
    now = instance.clock.now()
    with tenant.lock:
        table = tenant.tables["clients"]
        kept = table.existing(into)
        gone = [table.existing(number) for number in others if number != into]
        merged = {kind: _move(instance, tenant, kind, kept, frozenset(row.id for row in gone)) for kind in _OWNED}
        tenant.factory.references.forget([row.id for row in gone])
        binned = {"deletedFlag": True, "dateDeleted": moment(now), "deletedBy": "zAdmin"}
        table.put([changed(row, binned, now, active=row.active, stamps=False) for row in gone])
    return {"clients": [row.id for row in gone], **merged}


def _move(instance: Instance, tenant: Tenant, kind: str, kept: Row, others: frozenset[int]) -> list[int]:
    now = instance.clock.now()
    fields = kept.fields()
    company = reference(kept.id, fields["name"], COMPANIES, identifier=fields["identifier"])
    moved = [
        changed(row, {"company": company}, now, active=row.active)
        for row in tenant.tables[kind].rows()
        if _company_of(row) in others
    ]
    tenant.tables[kind].put(moved)
    publish(instance, tenant, events_of(kind, "change", moved, now))
    return [row.id for row in moved]


def _company_of(row: Row) -> Any:
    return (row.fields().get("company") or {}).get("id")
