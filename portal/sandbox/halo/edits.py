"""A change of records, and the webhooks that tell of it."""

from __future__ import annotations

from portal.sandbox.halo.changes import Change, apply
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant


def edit(instance: Instance, tenant: Tenant, kind: str, change: Change) -> list[int]:
    """Return the ids. KeyError and ValueError as `apply` raises them."""
    with tenant.lock:
        rows = apply(tenant, kind, change, instance.clock.now())
    return [row.id for row in rows]
