"""How much of one account's webhook deliveries is kept: at the limit, the oldest are deleted.

One that still waits is never deleted; if nothing else is left to delete, further deliveries are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import ModelSelect, fn

from portal import clock
from portal.db import db, placeholder, write_queue
from portal.models.delivery_store import DeliveryStore
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState

MB: Final = 1024 * 1024
MOST_KEPT: Final = 256 * MB
MOST_IN_EXCESS: Final = 64 * MB  # beyond MOST_KEPT, when deleting cannot keep up; then deliveries are refused
BATCH: Final = 500
MOST_BATCHES: Final = 20
FULL_SECONDS: Final = 5.0
# Runs with every batch of deliveries, and Peewee would take ten times as long to build the statement.
ADD: Final = (
    "INSERT INTO delivery_store (integration_id, bytes) VALUES ({0}, {0})"
    " ON CONFLICT (integration_id) DO UPDATE SET bytes = delivery_store.bytes + excluded.bytes RETURNING bytes"
)
NOTED_EVERY: Final = timedelta(minutes=1)
REFUSALS_SHOWN: Final = timedelta(days=1)
REMOVALS_SHOWN: Final = timedelta(days=14)
SETTLED: Final = [state for state in DeliveryState if state != DeliveryState.WAITING]

# Integrations whose store was full at the last write of this process, and until when that is assumed.
_full: dict[int, float] = {}


@dataclass(frozen=True)
class Notes:
    """What a page shows about the store. The times are None if it has not happened lately. `limit` is in MB."""

    refused_at: datetime | None = None
    removed_at: datetime | None = None
    limit: int = MOST_KEPT // MB


def add(sizes: Mapping[int, int]) -> list[int]:
    """Add the sizes inside the caller's transaction; returns the integrations that exceed the limit."""
    exceeding: list[int] = []
    for integration_id, size in sorted(sizes.items()):
        (kept,) = db.execute_sql(ADD.format(placeholder()), (integration_id, size)).fetchone()
        if kept > MOST_KEPT:
            exceeding.append(integration_id)
    return exceeding


def make_room(integration_id: int) -> None:
    """Delete some of the integration's oldest deliveries. If that is not enough, refuse new ones for a while."""
    _remove_some(integration_id)
    kept: Any = DeliveryStore.select(DeliveryStore.bytes).where(DeliveryStore.integration == integration_id)
    if (kept.scalar() or 0) > MOST_KEPT + MOST_IN_EXCESS:
        _full[integration_id] = clock.monotonic() + FULL_SECONDS


def make_room_everywhere() -> int:
    """Delete deliveries of every integration over its limit; returns how many. Limited in time: call it again."""
    removed = 0
    exceeding: Any = DeliveryStore.select(DeliveryStore.integration).where(DeliveryStore.bytes > MOST_KEPT)
    for (integration_id,) in list(exceeding.tuples()):
        for _ in range(MOST_BATCHES):
            found = _remove_some(integration_id)
            removed += found
            if not found:
                break
    return removed


def is_full(integration_id: int) -> bool:
    return _full.get(integration_id, 0.0) > clock.monotonic()


def release(delivery_ids: Sequence[int] | ModelSelect[Delivery]) -> None:
    """Subtract these deliveries, inside the transaction that deletes them."""
    _lock(DeliveryStore.integration.in_(Delivery.select(Delivery.integration).where(Delivery.id.in_(delivery_ids))))
    sizes: Any = Delivery.select(Delivery.integration, fn.SUM(Delivery.size)).where(Delivery.id.in_(delivery_ids))
    for integration_id, size in list(sizes.group_by(Delivery.integration).tuples()):
        _subtract(integration_id, size)


def note_refusal(integration_id: int) -> None:
    """Record for the page that a delivery was refused because the store is full, at most once a minute."""
    now = clock.now()
    DeliveryStore.insert(integration=integration_id).on_conflict_ignore().execute()
    long_ago = DeliveryStore.refused_at.is_null() | (DeliveryStore.refused_at < now - NOTED_EVERY)
    DeliveryStore.update(refused_at=now).where(DeliveryStore.integration == integration_id, long_ago).execute()


def notes(integration: Integration) -> Notes:
    store = DeliveryStore.get_or_none(DeliveryStore.integration == integration)
    if store is None:
        return Notes()
    return Notes(_recent(store.refused_at, REFUSALS_SHOWN), _recent(store.removed_at, REMOVALS_SHOWN))


def _recent(moment: datetime | None, period: timedelta) -> datetime | None:
    return moment if moment is not None and moment > clock.now() - period else None


def _remove_some(integration_id: int) -> int:
    """Delete the oldest deliveries beyond the limit in one short transaction; returns how many."""
    mine = DeliveryStore.integration == integration_id
    with write_queue(), db.atomic():
        if not _lock(mine & (DeliveryStore.bytes > MOST_KEPT)):
            return 0
        chosen, size = _oldest(integration_id, DeliveryStore.get(mine).bytes - MOST_KEPT)
        if chosen:
            Delivery.delete().where(Delivery.id.in_(chosen)).execute()
            _subtract(integration_id, size)
            DeliveryStore.update(removed_at=clock.now()).where(mine).execute()
    return len(chosen)


def _lock(condition: Any) -> int:
    """Lock these stores until the transaction ends, so that no delivery is subtracted twice; returns how many."""
    locked: int = DeliveryStore.update(bytes=DeliveryStore.bytes).where(condition).execute()
    return locked


def _oldest(integration_id: int, excess: int) -> tuple[list[int], int]:
    """Return the oldest deliveries that together exceed this size, at most a batch, and their total size."""
    rows = sorted(row for state in SETTLED for row in _oldest_in(integration_id, state))
    chosen, size = list[int](), 0
    for delivery_id, its_size in rows[:BATCH]:
        if size >= excess:
            break
        chosen.append(delivery_id)
        size += its_size
    return chosen, size


def _oldest_in(integration_id: int, state: DeliveryState) -> list[tuple[int, int]]:
    """Return ids and sizes. Each state has its own query, so that an index skips the waiting deliveries."""
    waits = fn.EXISTS(
        RefetchRequest.select(RefetchRequest.id).where(
            RefetchRequest.delivery == Delivery.id, RefetchRequest.state == RefetchRequestState.WAITING
        )
    )
    rows: Any = Delivery.select(Delivery.id, Delivery.size).order_by(Delivery.id).limit(BATCH)
    return list(rows.where(Delivery.integration == integration_id, Delivery.state == state, ~waits).tuples())


def _subtract(integration_id: int, size: int) -> None:
    DeliveryStore.update(bytes=DeliveryStore.bytes - size).where(
        DeliveryStore.integration == integration_id
    ).execute()
