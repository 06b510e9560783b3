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
MOST_IN_EXCESS: Final = 64 * MB  # while deleting does not keep up, before deliveries are refused
BATCH: Final = 500
MOST_BATCHES: Final = 20
FULL_SECONDS: Final = 5.0
# Written with every batch of deliveries: Peewee would take ten times as long to write the statement.
ADD: Final = (
    "INSERT INTO delivery_store (integration_id, bytes) VALUES ({0}, {0})"
    " ON CONFLICT (integration_id) DO UPDATE SET bytes = delivery_store.bytes + excluded.bytes RETURNING bytes"
)
NOTED_EVERY: Final = timedelta(minutes=1)
REFUSALS_SHOWN: Final = timedelta(days=1)
REMOVALS_SHOWN: Final = timedelta(days=14)
SETTLED: Final = [state for state in DeliveryState if state != DeliveryState.WAITING]

# Integrations whose store was full when this process last wrote to it, and until when that is believed.
_full: dict[int, float] = {}


@dataclass(frozen=True)
class Notes:
    """What a page says of it; None for what has not happened, or long ago. `limit` is in MB."""

    refused_at: datetime | None = None
    removed_at: datetime | None = None
    limit: int = MOST_KEPT // MB


def add(sizes: Mapping[int, int]) -> list[int]:
    """Count what is being stored, inside the caller's transaction; returns the integrations that exceed the limit."""
    cursor, exceeding = db.cursor(), list[int]()
    for integration_id, size in sorted(sizes.items()):
        cursor.execute(ADD.format(placeholder()), (integration_id, size))
        if cursor.fetchone()[0] > MOST_KEPT:
            exceeding.append(integration_id)
    return exceeding


def make_room(integration_id: int) -> None:
    """Delete some of the oldest deliveries of an integration, and refuse further ones if that is not enough."""
    _remove_some(integration_id)
    kept: Any = DeliveryStore.select(DeliveryStore.bytes).where(DeliveryStore.integration == integration_id)
    if (kept.scalar() or 0) > MOST_KEPT + MOST_IN_EXCESS:
        _full[integration_id] = clock.monotonic() + FULL_SECONDS


def make_room_everywhere() -> int:
    """Delete deliveries wherever too much is kept; returns how many. Stops after a while, to be called again."""
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
    """Count these deliveries no more, inside the transaction that deletes them."""
    _lock(DeliveryStore.integration.in_(Delivery.select(Delivery.integration).where(Delivery.id.in_(delivery_ids))))
    sizes: Any = Delivery.select(Delivery.integration, fn.SUM(Delivery.size)).where(Delivery.id.in_(delivery_ids))
    for integration_id, size in list(sizes.group_by(Delivery.integration).tuples()):
        _subtract(integration_id, size)


def note_refusal(integration_id: int) -> None:
    """Remember, for the page, that a delivery was refused for its size; once a minute is enough."""
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
    """Delete as many of the oldest as are too many, in one short transaction; returns how many."""
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
    """Keep others from counting the same deliveries until this transaction ends; returns how many rows these are."""
    locked: int = DeliveryStore.update(bytes=DeliveryStore.bytes).where(condition).execute()
    return locked


def _oldest(integration_id: int, excess: int) -> tuple[list[int], int]:
    """Return the oldest deliveries that together take so many bytes, at most a batch of them, and what they take."""
    rows = sorted(row for state in SETTLED for row in _oldest_in(integration_id, state))
    chosen, size = list[int](), 0
    for delivery_id, its_size in rows[:BATCH]:
        if size >= excess:
            break
        chosen.append(delivery_id)
        size += its_size
    return chosen, size


def _oldest_in(integration_id: int, state: DeliveryState) -> list[tuple[int, int]]:
    """Return number and size. One state at a time is found by an index, however many wait."""
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
