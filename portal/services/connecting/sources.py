"""Where an integration's records come from, and what is forgotten when they will come from elsewhere.

Another PSA gives the same numbers to other records: nothing that names a record by its number may stay.
"""

from __future__ import annotations

from typing import Any, Final

from portal.models.daily_counts import DailyCount
from portal.models.exclusions import Exclusion
from portal.models.hand_exclusions import HandExclusion
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.named_choices import NamedChoice
from portal.models.records import Record, RecordChange, RecordCount
from portal.models.row_details import RowDetail
from portal.models.sync import LogSubject, RemoteList, RunKind, SyncLog, SyncRun
from portal.models.webhooks import Delivery
from portal.services.connecting.connections import tenant_of
from portal.services.switching import paired_tenants
from portal.services.webhooks import delivery_store
from portal.sync.filters import Filters, read, write

COPIED: Final = (
    Record,
    RecordChange,
    RecordCount,
    DailyCount,
    RowDetail,
    Exclusion,
    HandExclusion,
    NamedChoice,
    RemoteList,
    HeldDelete,
)


def settle(integration: Integration) -> None:
    """Note that records come from this connection now, and forget those of another one. For use in a transaction.

    What earlier runs did stays in the sync log, but for the lines that name a single record.
    """
    tenant = tenant_of(integration)
    changes: dict[str, Any] = {"source_address": tenant.address, "source_tenant": tenant.name}
    paired_tenants.forget_others(integration)
    if is_another(integration):
        _forget(integration)
        changes["filters"] = write(_without_numbers(read(integration.filters)))
        changes["last_delivery_at"] = _last_delivery(integration)
    elif not tenant.name:
        del changes["source_tenant"]
    for name, value in changes.items():
        setattr(integration, name, value)
    Integration.update(changes).where(Integration.id == integration.id).execute()


def is_another(integration: Integration) -> bool:
    """Tell whether the stored records come from another PSA than the one that this connection leads to.

    A tenant may be left blank only where the address has no other one.
    """
    if not integration.source_address:
        return False
    tenant = tenant_of(integration)
    names = {tenant.name.casefold(), integration.source_tenant.casefold()} - {""}
    return integration.source_address != tenant.address or len(names) > 1


def _forget(integration: Integration) -> None:
    for table in COPIED:
        table.delete().where(table.integration == integration).execute()
    SyncRun.delete().where(SyncRun.integration == integration, SyncRun.kind == RunKind.RECORD).execute()
    names_record = (SyncLog.subject == LogSubject.RECORD) | SyncLog.remote_id.is_null(is_null=False)
    SyncLog.delete().where(SyncLog.integration == integration, names_record).execute()
    deliveries = Delivery.integration == integration
    if integration.disconnected_at is not None:  # what came later may come from the new one
        deliveries &= Delivery.received_at < integration.disconnected_at
    delivery_store.release(Delivery.select(Delivery.id).where(deliveries))
    Delivery.delete().where(deliveries).execute()


def _without_numbers(filters: Filters) -> Filters:
    """Keep the filters that name no client, group or type of the PSA."""
    kept = {
        name: value
        for name in filters.__struct_fields__
        if not isinstance(value := getattr(filters, name), frozenset)
    }
    return Filters(**kept)


def _last_delivery(integration: Integration) -> Any:
    newest = Delivery.select(Delivery.received_at).where(Delivery.integration == integration)
    found = newest.order_by(Delivery.id.desc()).first()
    return found.received_at if found else None
