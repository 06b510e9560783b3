"""Opening the runs that are due."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.db import db
from portal.errors import SyncAlreadyRunning
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LIVE_STATES, RunKind, RunTrigger, SyncRun
from portal.services.operations.isolation import Isolation
from portal.services.syncing import sync_runs
from portal.services.syncing.scheduling import next_full, next_sync

# After hours of downtime thousands are due at once. The next ticks open the rest.
MOST_AT_ONCE: Final = 200
OPENING: Final = "open a due run"


def open_runs(isolation: Isolation | None = None) -> list[SyncRun]:
    """Open a run for every integration that is due: a full sync if that is due, otherwise one for changes.

    A sync that catches up on missed webhooks has a time of its own.

    A scheduled sync is skipped while another sync is live; a full sync waits for its end. However many times were
    missed, one run makes up for them. At most MOST_AT_ONCE runs are opened, the most overdue first. An integration
    whose run could not be opened takes none of these places until its next attempt.
    """
    now, isolation = clock.now(), isolation or Isolation()
    due = (
        Integration.select(Integration, Account)
        .join(Account)
        .where(_may_run(), Integration.id.not_in(isolation.paused(OPENING)))
        .where((Integration.next_sync_at <= now) | (_needs_catch_up(now) & ~_is_busy()))
        .order_by(Integration.next_sync_at)
        .limit(MOST_AT_ONCE)
    )
    # Fetched completely first, because a rollback would end the cursor.
    opened = [isolation.attempt(OPENING, partial(_open, one, now), integration_id=one.id) for one in list(due)]
    return [run for run in opened if run is not None]


def _open(integration: Integration, now: datetime) -> SyncRun | None:
    """Open the due run, unless another scheduler already has."""
    is_full = integration.next_full_at is not None and integration.next_full_at <= now
    kind = RunKind.FULL if is_full else RunKind.INCREMENTAL
    is_scheduled = is_full or integration.next_sync_at is None or integration.next_sync_at <= now
    trigger = RunTrigger.SCHEDULE if is_scheduled else RunTrigger.WEBHOOK
    try:
        with db.atomic():
            if not _move_on(integration, now, is_full=is_full, catches_up=True):
                return None
            return sync_runs.open_run(integration, kind=kind, trigger=trigger)
    except SyncAlreadyRunning:
        _move_on(integration, now, is_full=False)
        return None


def _move_on(integration: Integration, now: datetime, *, is_full: bool, catches_up: bool = False) -> bool:
    """Advance the integration's times if they have not changed since they were read; returns whether it did."""
    times: dict[str, datetime | None] = {}
    if catches_up and integration.catch_up_at is not None:
        times["catch_up_at"] = None
    if integration.next_sync_at is None or integration.next_sync_at <= now:
        times["next_sync_at"] = next_sync(integration, now)
    if is_full or integration.next_full_at is None:
        times["next_full_at"] = next_full(integration, now)
    if not times:
        return False
    mine = Integration.update(**times).where(
        Integration.id == integration.id,
        _same(Integration.next_sync_at, integration.next_sync_at),
        _same(Integration.next_full_at, integration.next_full_at),
        _same(Integration.catch_up_at, integration.catch_up_at),
        _may_run(),
    )
    return bool(mine.execute())


def _may_run() -> Any:
    return (Integration.state == IntegrationState.ACTIVE) & Integration.paused_at.is_null()


def _needs_catch_up(now: datetime) -> Any:
    return (Integration.next_full_at <= now) | (Integration.catch_up_at <= now)


def _is_busy() -> Any:
    return fn.EXISTS(
        SyncRun.select(SyncRun.id).where(SyncRun.integration == Integration.id, SyncRun.state.in_(LIVE_STATES))
    )


def _same(column: Any, value: datetime | None) -> Any:
    return column.is_null() if value is None else column == value
