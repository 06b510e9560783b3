"""Applies a change to records and sends the callbacks for it."""

from __future__ import annotations

from portal.sandbox.changes import Change
from portal.sandbox.connectwise.callbacks.event import Event, events_of
from portal.sandbox.connectwise.editor import EDITOR
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.store import Row


def edit(instance: Instance, tenant: Tenant, kind: str, change: Change, *, for_good: bool = False) -> list[int]:
    """Return the ids. Raises KeyError and ValueError like `Editor.apply`.

    A deleted company stays in the recycle bin unless it is deleted `for_good`; either way its sites vanish.
    """
    now = instance.clock.now()
    with tenant.lock:  # so that callbacks are sent in the order of the changes
        rows = EDITOR.apply(tenant.tables, tenant.factory, kind, change, now)
        if change.do == "delete":
            _forget(tenant, kind, rows)
            if for_good:
                tenant.tables[kind].remove([row.id for row in rows])
        publish(instance, tenant, events_of(kind, change.do, rows, now))
    return [row.id for row in rows]


def publish(instance: Instance, tenant: Tenant, events: list[Event]) -> None:
    if instance.webhooks.has_listeners(tenant.name):
        instance.webhooks.publish(tenant.name, events)


def _forget(tenant: Tenant, kind: str, rows: list[Row]) -> None:
    """Let no new record refer to these, and drop the sites of companies."""
    ids = frozenset(row.id for row in rows)
    references = tenant.factory.references
    if kind == "sites":
        references.forget_sites(ids)
    if kind == "clients":
        gone = [site.id for number in ids for site in tenant.selections.sites_of(number)]
        tenant.tables["sites"].remove(gone)
        references.forget(ids)
