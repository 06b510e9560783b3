"""The runs that the tab shows, and how long they took."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import SyncRun, SyncStep


def newest(integration: Integration, most: int, *columns: Any) -> list[SyncRun]:
    """Return the newest runs that read lists, with these columns or all."""
    return list(SyncRun.select(*columns).where(SyncRun.of_lists(integration)).order_by(SyncRun.id.desc()).limit(most))


def steps_of(run: SyncRun, *columns: Any) -> list[SyncStep]:
    """Return the run's steps in their order, with these columns or all."""
    return list(SyncStep.select(*columns).where(SyncStep.run == run).order_by(SyncStep.position))


def seconds(run: SyncRun) -> float | None:
    if run.started_at is None:
        return None
    took: timedelta = (run.finished_at or clock.now()) - run.started_at
    return took.total_seconds()
