"""The runs that the tab shows, and how long they took."""

from __future__ import annotations

from datetime import timedelta

from peewee import Expression

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import RunKind, SyncRun


def shown(integration: Integration) -> Expression:
    # Runs for single records are shown in the log, not here.
    return (SyncRun.integration == integration) & (SyncRun.kind != RunKind.RECORD)


def newest(integration: Integration, most: int) -> list[SyncRun]:
    return list(SyncRun.select().where(shown(integration)).order_by(SyncRun.id.desc()).limit(most))


def seconds(run: SyncRun) -> float | None:
    if run.started_at is None:
        return None
    took: timedelta = (run.finished_at or clock.now()) - run.started_at
    return took.total_seconds()
