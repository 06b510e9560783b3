"""Deleting old rows, in batches small enough that nobody has to wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.db import BaseModel, db
from portal.models.alerts import AlertMessage, AlertState
from portal.models.budgets import TenantUse
from portal.models.daily_counts import DailyCount
from portal.models.filters import FilterPreview, FilterVersion
from portal.models.guessing import GuessCount, KnownDevice
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.issues import Issue
from portal.models.records import RecordChange
from portal.models.sessions import LoginSession
from portal.models.sync import LIVE_STATES, SyncLog, SyncRun
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.services.accounts import sessions
from portal.services.audit import audit_retention
from portal.services.operations.isolation import Isolation
from portal.services.syncing import filter_versions
from portal.services.webhooks import delivery_store

BATCH: Final = 500
# Deleting a run also deletes its steps and pages.
RUN_BITE: Final = 50
# How many of a table's oldest rows are examined. Rows that are kept for good stay at the front.
FRONT: Final = 20_000
RUNS_KEPT: Final = timedelta(days=90)
PREVIEWS_KEPT: Final = timedelta(hours=1)
USE_KEPT: Final = timedelta(hours=1)
COUNTS_KEPT: Final = timedelta(days=400)
DEVICES_KEPT: Final = timedelta(days=180)


@dataclass(frozen=True)
class Periods:
    """How long to keep log lines (and alert messages), record history (with held deletes and closed issues),
    and deliveries.
    """

    logs: timedelta = timedelta(days=30)
    history: timedelta = timedelta(days=180)
    deliveries: timedelta = timedelta(days=14)


_periods = Periods()


def bind(periods: Periods) -> None:
    """Set the retention periods of this process."""
    global _periods
    _periods = periods


def periods() -> Periods:
    """Return the retention periods of this process."""
    return _periods


def prune(isolation: Isolation | None = None) -> dict[str, int]:
    """Delete one batch from each table; returns how many rows, by table name.

    An integration's last run, live runs and waiting deliveries stay, however old they are.
    """
    now, isolation = clock.now(), isolation or Isolation()
    logs, history = now - _periods.logs, now - _periods.history
    # Deleting a run deletes its log, so the run stays at least as long.
    runs = min(now - RUNS_KEPT, logs)
    batches: dict[str, Callable[[], int]] = {
        "log rows": partial(_batch, SyncLog, SyncLog.at < logs),
        "runs": partial(_batch, SyncRun, _is_over(runs), front=FRONT, most=RUN_BITE),
        "daily counts": partial(_batch, DailyCount, DailyCount.day < (now - COUNTS_KEPT).date()),
        "changes": partial(_batch, RecordChange, RecordChange.at < history),
        "deliveries": partial(
            _batch,
            Delivery,
            _is_answered(now - _periods.deliveries, history),
            front=FRONT,
            before=delivery_store.release,
        ),
        "deliveries beyond the limit": delivery_store.make_room_everywhere,
        "closed issues": partial(_batch, Issue, Issue.closed_at < history, front=FRONT),
        "held deletes": partial(_batch, HeldDelete, _is_settled(history), front=FRONT),
        "alert messages": partial(_batch, AlertMessage, _is_settled_alert(logs), front=FRONT),
        "audit entries": audit_retention.prune,
        "filter versions": partial(_batch, FilterVersion, filter_versions.is_over(history), front=FRONT),
        "filter previews": partial(_batch, FilterPreview, FilterPreview.created_at < now - PREVIEWS_KEPT),
        "uses": partial(_batch, TenantUse, TenantUse.at < now - USE_KEPT),
        "sessions": partial(_batch, LoginSession, sessions.is_over(now), front=FRONT),
        # Keys that are still being guessed keep their rows, which may stay at the front.
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
    """Delete up to a limit of the table's oldest rows that are old enough. The primary key finds them quickly,
    because ids rise with time. `before` is called with their ids first.
    """
    oldest = table.select(table.id).order_by(table.id).limit(front)
    query: Any = table.select(table.id).where(table.id.in_(oldest), is_old).order_by(table.id).limit(most)
    ids = [row[0] for row in query.tuples()]
    # Checked first, so that a tick with nothing to do never waits for the write lock.
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
    # Stuck deliveries can be replayed for as long as the history is kept.
    waits = fn.EXISTS(
        RefetchRequest.select(RefetchRequest.id).where(
            RefetchRequest.delivery == Delivery.id, RefetchRequest.state == RefetchRequestState.WAITING
        )
    )
    is_over = Delivery.state.in_([DeliveryState.DONE, DeliveryState.IGNORED, DeliveryState.UNREADABLE])
    is_lost = (Delivery.state == DeliveryState.STUCK) & (Delivery.received_at < stuck_before) & ~waits
    return (is_over & (Delivery.received_at < before)) | is_lost


def _is_settled_alert(before: datetime) -> Any:
    # The first message about an issue that is still open keeps it from being sent again.
    is_waiting = AlertMessage.state.in_([AlertState.QUEUED, AlertState.SENDING])
    return (AlertMessage.created_at < before) & ~is_waiting & ~AlertMessage.is_followed


def _is_settled(before: datetime) -> Any:
    # Decisions to keep records still apply. Only approved and superseded held deletes are history.
    is_history = HeldDelete.state.in_([HeldDeleteState.APPROVED, HeldDeleteState.OVER])
    return is_history & (fn.COALESCE(HeldDelete.decided_at, HeldDelete.at) < before)
