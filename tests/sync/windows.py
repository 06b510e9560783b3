"""Syncs with a budget so small that they take several windows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import clock
from portal.models.integrations import Integration
from portal.services.syncing import sync_runs
from tests.halo_fixtures import Copy

WINDOW = timedelta(minutes=5)
MAX_WINDOWS = 12


def sync_by_windows(copy: Copy, record_type: str, *, quota: int) -> tuple[dict[str, Any], int]:
    """Sync a type with a small quota. Returns its report and how many windows it took."""
    Integration.update(quota=quota).execute()
    moment, windows = clock.now() + timedelta(hours=1), 0
    with clock.using(lambda: moment):
        run = copy.open(record_type)
        while sync_runs.report(run)["state"] in {"queued", "waiting"} and windows < MAX_WINDOWS:
            sync_runs.execute(run.id)
            windows, moment = windows + 1, moment + WINDOW
    report = sync_runs.report(run)
    assert report["state"] not in {"queued", "waiting"}, report["problem"]
    return report, windows
