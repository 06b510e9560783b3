"""Forgetting what is old, in bites so small that nobody waits for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.db import BaseModel, db
from portal.models.budgets import TenantUse
from portal.models.guessing import GuessCount, KnownDevice
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.records import RecordChange
from portal.models.sessions import LoginSession
from portal.models.sync import LIVE_STATES, SyncLog, SyncRun
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.services.accounts import sessions
from portal.services.audit import audit_retention
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import delivery_store

BATCH: Final = 500
# A run takes its steps along, and what was left of its pages.
RUN_BITE: Final = 50
# How many of a table's oldest rows are looked at. Runs and holds that are kept for good stay in front of the others.
FRONT: Final = 20_000
RUNS_KEPT: Final = timedelta(days=90)
USE_KEPT: Final = timedelta(hours=1)
DEVICES_KEPT: Final = timedelta(days=180)


@dataclass(frozen=True)
class Periods:
    """How long log lines are kept, the history of records with the decisions about held deletes, and deliveries."""

    logs: timedelta = timedelta(days=30)
    history: timedelta = timedelta(days=180)
    deliveries: timedelta = timedelta(days=14)


_periods = Periods()


def bind(periods: Periods) -> None:
    """Keep things so long in this process."""
    global _periods
    _periods = periods


def prune(isolation: Isolation | None = None) -> dict[str, int]:
    """Take one bite of each table; returns how many rows went, by the table's name.

    The last run of an integration, runs that are live and deliveries that wait stay, however old they are.
    """
    now, isolation = clock.now(), isolation or Isolation()
    logs, history = now - _periods.logs, now - _periods.history
    # A run's log goes with it, so the run stays at least as long.
    runs = min(now - RUNS_KEPT, logs)
    batches: dict[str, Callable[[], int]] = {
        "log rows": partial(_batch, SyncLog, SyncLog.at < logs),
        "runs": partial(_batch, SyncRun, _is_over(runs), front=FRONT, most=RUN_BITE),
        "changes": partial(_batch, RecordChange, RecordChange.at < history),
        "deliveries": partial(
            _batch,
            Delivery,
            _is_answered(now - _periods.deliveries, history),
            front=FRONT,
            before=delivery_store.release,
        ),
        "deliveries beyond the limit": delivery_store.make_room_everywhere,
        "held deletes": partial(_batch, HeldDelete, _is_settled(history), front=FRONT),
        "audit entries": audit_retention.prune,
        "uses": partial(_batch, TenantUse, TenantUse.at < now - USE_KEPT),
        "sessions": partial(_batch, LoginSession, sessions.is_over(now), front=FRONT),
        # Keys that are still guessed at keep their rows, and may stay in front of the others.
        "attempts": partial(_batch, GuessCount, GuessCount.until < now.timestamp() * 1000, front=FRONT),
        "devices": partial(_batch, KnownDevice, KnownDevice.used_at < now - DEVICES_KEPT, front=FRONT),
    }
    return {name: isolation.attempt(f"forget old {name}", batch) or 0 for name, batch in batches.items()}


def _batch(
    table: type[BaseModel],
    is_old: Any,
    *,
    front: int = BATCH,
    most: int = BATCH,
    before: Callable[[list[int]], None] | None = None,
) -> int:
    """Delete at most so many of the table's oldest rows that are old enough. They are found by primary key: ids rise
    with time, so what is old stands in front, and where nothing is, the look is short. `before` is told them first.
    """
    oldest = table.select(table.id).order_by(table.id).limit(front)
    query: Any = table.select(table.id).where(table.id.in_(oldest), is_old).order_by(table.id).limit(most)
    ids = [row[0] for row in query.tuples()]
    # Asked first, so that a tick with nothing to do never queues up for the right to write.
    if not ids:
        return 0
    with db.atomic():
        if before is not None:
            before(ids)
        gone: int = table.delete().where(table.id.in_(ids)).execute()
    return gone


def _is_over(before: datetime) -> Any:
    newer = SyncRun.alias()
    has_newer = newer.select(newer.id).where(newer.integration == SyncRun.integration, newer.id > SyncRun.id)
    return SyncRun.state.not_in(LIVE_STATES) & (SyncRun.finished_at < before) & fn.EXISTS(has_newer)


def _is_answered(before: datetime, stuck_before: datetime) -> Any:
    # What is stuck can be replayed as long as there is a history to tell of it.
    waits = fn.EXISTS(
        RefetchRequest.select(RefetchRequest.id).where(
            RefetchRequest.delivery == Delivery.id, RefetchRequest.state == RefetchRequestState.WAITING
        )
    )
    is_over = Delivery.state.in_([DeliveryState.DONE, DeliveryState.IGNORED, DeliveryState.UNREADABLE])
    is_lost = (Delivery.state == DeliveryState.STUCK) & (Delivery.received_at < stuck_before) & ~waits
    return (is_over & (Delivery.received_at < before)) | is_lost


def _is_settled(before: datetime) -> Any:
    # What a person wanted to keep still holds: only what was deleted, or has come to nothing, is history.
    is_history = HeldDelete.state.in_([HeldDeleteState.APPROVED, HeldDeleteState.OVER])
    return is_history & (fn.COALESCE(HeldDelete.decided_at, HeldDelete.at) < before)
