"""Waits for a run to end, and executes it here if no worker does."""

from __future__ import annotations

import time
from typing import Final

import redis
from rq import Worker

from portal.errors import ConfigError
from portal.jobs.queue import queue
from portal.models.sync import RunState, SyncRun
from portal.services.syncing import sync_runs

LOOK_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 10.0  # after this, registered workers count as busy or dead


def follow(run: SyncRun) -> SyncRun:
    """Return the run when it has ended. If no worker picks it up, execute it in this process.

    A worker that comes late does no harm: only the holder of the run's lease can continue.
    """
    patience = PATIENCE_SECONDS if _workers_listen() else 0.0
    idle_since = time.monotonic()
    while run.is_live:
        if run.state == RunState.RUNNING:
            idle_since = time.monotonic()
        if time.monotonic() - idle_since >= patience and run.id in {each.id for each in sync_runs.claimable()}:
            sync_runs.execute(run.id)
        else:
            time.sleep(LOOK_SECONDS)
        run = SyncRun.get_by_id(run.id)
    return run


def _workers_listen() -> bool:
    try:
        return bool(Worker.count(queue=queue()))
    except (redis.RedisError, ConfigError):
        return False
