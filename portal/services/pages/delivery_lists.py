"""The list of webhook deliveries: newest first, filtered and paged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest
from portal.services.pages import delivery_rows, id_ranges, keyset
from portal.services.pages.delivery_rows import DeliveryRow
from portal.services.pages.keyset import Page
from portal.sync.record_types import RecordType

PAGE_ROWS: Final = 50
COLUMNS: Final = tuple(
    field for field in Delivery._meta.sorted_fields if field not in (Delivery.headers, Delivery.body)
)
# Most deliveries are done or ignored. Every other filter is more selective.
COMMON: Final = (DeliveryState.DONE, DeliveryState.IGNORED)


@dataclass(frozen=True)
class DeliveryFilters:
    """`record_type` is the type of the record `remote_id`; it has no effect alone."""

    state: DeliveryState | None = None
    event: str = ""
    remote_id: int | None = None
    record_type: RecordType | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return self != DeliveryFilters()


@dataclass(frozen=True)
class DeliveryPage(Page[DeliveryRow]):
    """`stamp` changes whenever the rows do; `waits` is true while some of them will change by themselves."""

    @property
    def stamp(self) -> str:
        return hashlib.sha256(repr([row.stamp for row in self.rows]).encode()).hexdigest()[:16]

    @property
    def waits(self) -> bool:
        return any(row.delivery.state == DeliveryState.WAITING for row in self.rows)


def page(
    integration: Integration, filters: DeliveryFilters, *, before: int | None = None, after: int | None = None
) -> DeliveryPage:
    """Return the deliveries older than `before`, or the ones just newer than `after`, or the newest."""
    query = Delivery.select(*COLUMNS).where(*wanted(integration, filters))
    found = keyset.newest_first(query, Delivery, PAGE_ROWS, before=before, after=after)
    return DeliveryPage(delivery_rows.rows(found.rows), found.previous, found.next)


def wanted(integration: Integration, filters: DeliveryFilters) -> list[Any]:
    """Return the conditions, written so that the index of the most selective filter serves them, read from its end.

    COALESCE hides the other filters from the planner.
    """
    state, event = Delivery.state == filters.state, Delivery.event == filters.event
    hidden_state = fn.COALESCE(Delivery.state, "") == filters.state
    hidden_event = fn.COALESCE(Delivery.event, "") == filters.event
    mine = Delivery.integration == integration
    conditions = id_ranges.within(Delivery, mine, Delivery.received_at, filters.since, filters.until)
    if filters.remote_id is not None:
        # The ids are already limited to the integration, and few. Each is looked up by primary key.
        conditions.append(Delivery.id.in_(_naming(integration, filters.record_type, filters.remote_id)))
        event, state = hidden_event, hidden_state
    else:
        conditions.append(mine)
        by_event = bool(filters.event) and (filters.state is None or filters.state in COMMON)
        event, state = (event, hidden_state) if by_event else (hidden_event, state)
    if filters.event:
        conditions.append(event)
    if filters.state is not None:
        conditions.append(state)
    return conditions


def _naming(integration: Integration, record_type: RecordType | None, remote_id: int) -> Any:
    types = [record_type] if record_type is not None else list(RecordType)
    named = (
        (RefetchRequest.integration == integration)
        & RefetchRequest.record_type.in_(types)
        & (RefetchRequest.remote_id == remote_id)
    )
    return RefetchRequest.select(RefetchRequest.delivery).where(named)
