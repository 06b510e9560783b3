"""The runs that the tab shows, and how long they took."""

from __future__ import annotations

from datetime import timedelta

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import SyncRun


def newest(integration: Integration, most: int) -> list[SyncRun]:
    return list(SyncRun.select().where(SyncRun.of_lists(integration)).order_by(SyncRun.id.desc()).limit(most))


def seconds(run: SyncRun) -> float | None:
    if run.started_at is None:
        return None
    took: timedelta = (run.finished_at or clock.now()) - run.started_at
    return took.total_seconds()
