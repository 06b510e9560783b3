"""Queues sync runs. The database has the run; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import RUN_SYNC
from portal.jobs.queue import SYNC_QUEUE
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.services.connecting import named_choices
from portal.services.issues import reviewing
from portal.services.operations.isolation import Isolation
from portal.services.syncing import sync_runs


def sync_later(
    integration: Integration,
    trigger: RunTrigger,
    user: User | None = None,
    *,
    kind: RunKind = RunKind.FULL,
    record_types: list[str] | None = None,
    remote_ids: list[int] | None = None,
) -> SyncRun:
    """Open a run and wake a worker. Raises SyncAlreadyRunning if one is live."""
    run = sync_runs.open_run(
        integration, kind=kind, trigger=trigger, user=user, record_types=record_types, remote_ids=remote_ids
    )
    ring(run)
    return run


def ring(run: SyncRun) -> None:
    """Wake a worker for the run. The scheduler repeats this until the run is claimed."""
    queue.ring(SYNC_QUEUE, RUN_SYNC, run.id, f"sync-{run.id}-{run.fencing_token}")


def ring_waiting(isolation: Isolation) -> None:
    """Wake a worker for each run that waits for one."""
    for run in sync_runs.claimable():
        isolation.attempt("ring for a run", partial(ring, run), integration_id=run.integration_id)


def run_sync(run_id: int) -> None:
    """Work on a run in a worker process, then collect filter choices from its records, and review the issues."""
    with connected():
        sync_runs.execute(run_id)
        named_choices.gather_after(run_id)
        reviewing.review_after(run_id)
