"""Applies a change to records and sends the webhooks for it."""

from __future__ import annotations

from portal.sandbox.changes import Change
from portal.sandbox.halo.editor import EDITOR
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.event import of_change


def edit(instance: Instance, tenant: Tenant, kind: str, change: Change) -> list[int]:
    """Return the ids. Raises KeyError and ValueError like `Editor.apply`."""
    now = instance.clock.now()
    with tenant.lock:  # so that webhooks are sent in the order of the changes
        rows = EDITOR.apply(tenant.tables, tenant.factory, kind, change, now)
        if instance.webhooks.has_listeners(tenant.name):
            instance.webhooks.publish(
                tenant.name, of_change(tenant, kind, change, rows, instance.knobs.entity_words, now)
            )
    return [row.id for row in rows]
