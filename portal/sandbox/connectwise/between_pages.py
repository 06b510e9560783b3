"""Changes that happen while a client reads a list page by page."""

from __future__ import annotations

from portal.sandbox.changes import Change
from portal.sandbox.connectwise.edits import edit
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.tenant import Tenant


def stir(instance: Instance, tenant: Tenant, kind: str) -> None:
    """Change and delete as many records of the type as the knobs say, each time others."""
    knobs = instance.knobs
    if not knobs.changes_between_pages and not knobs.deletes_between_pages:
        return
    seed = instance.next_answer()
    rows = len(tenant.tables[kind])
    changes, deletes = min(knobs.changes_between_pages, rows), min(knobs.deletes_between_pages, rows)
    if changes:
        edit(instance, tenant, kind, Change("change", count=changes, seed=seed))
    if deletes:
        edit(instance, tenant, kind, Change("delete", count=deletes, seed=seed), for_good=True)
