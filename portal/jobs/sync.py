"""Runs and the queue: the row is the truth, the job only a doorbell."""

from __future__ import annotations

from typing import Final

from redis import RedisError
from rq.exceptions import DuplicateJobError

from portal import clock, log
from portal.db import connected
from portal.errors import ConfigError
from portal.jobs.queue import queue
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.services import syncing

# A doorbell that nobody answers within this time is forgotten, and the scheduler rings again: who heard it may have
# died before the run was claimed. One ring too many does no harm.
RING_SECONDS: Final = 5
ENDED_JOB_SECONDS: Final = 60
NO_TIME_LIMIT: Final = -1


def sync_later(
    integration: Integration,
    trigger: RunTrigger,
    user: User | None = None,
    *,
    kind: RunKind = RunKind.FULL,
    record_types: list[str] | None = None,
    remote_ids: list[int] | None = None,
) -> SyncRun:
    """Open a run and ring for a worker. Raises SyncAlreadyRunning when one is live."""
    run = syncing.open_run(
        integration, kind=kind, trigger=trigger, user=user, record_types=record_types, remote_ids=remote_ids
    )
    ring(run)
    return run


def ring(run: SyncRun) -> None:
    """Call a worker to the run. A Redis that is away is no harm: the scheduler rings until the run is claimed."""
    moment = int(clock.now().timestamp()) // RING_SECONDS
    try:
        queue().enqueue_call(
            "portal.jobs.sync.run_sync",
            args=(run.id,),
            job_id=f"sync-{run.id}-{run.fence}-{moment}",
            unique=True,
            ttl=RING_SECONDS,
            timeout=NO_TIME_LIMIT,
            result_ttl=ENDED_JOB_SECONDS,
            failure_ttl=ENDED_JOB_SECONDS,
        )
    except DuplicateJobError:
        return  # somebody has rung already
    except (RedisError, ConfigError) as error:
        log.get(__name__).warning("could not ring for a worker", run=run.id, reason=str(error))


def run_sync(run_id: int) -> None:
    """Work on a run, in a worker's process."""
    with connected():
        syncing.execute(run_id)
