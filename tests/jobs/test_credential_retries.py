"""Scheduler and workers while Halo refuses the credentials: one token request per hour, then syncs resume."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from rq.job import Job

from portal import clock
from portal.jobs import credential_retries, queue, scheduler
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.operations.isolation import Isolation
from tests.halo_fixtures import Copy, copy, halo
from tests.jobs.test_sync import bound_queue, valkey

__all__ = ["bound_queue", "copy", "halo", "valkey"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run_queued_jobs() -> list[Job]:
    """Run every queued job."""
    jobs = list(queue.queue().get_jobs())
    for job in jobs:
        job.perform()
        job.delete()
    return jobs


def test_one_token_is_requested_per_hour_however_often_the_scheduler_ticks(copy: Copy, bound_queue: None) -> None:
    Integration.update(state="needs_attention", credentials_retry_at=NOON, next_sync_at=NOON).execute()
    copy.halo.fault("refused_client", on="token", times=None)
    asked: Counter[int] = Counter()
    for minutes in range(3 * 60):
        with clock.using(lambda minutes=minutes: NOON + timedelta(minutes=minutes)):  # type: ignore[misc]
            scheduler.tick(Isolation(), scheduler.duties())
            credential_retries.ring_due(Isolation())
            run_queued_jobs()
        asked[minutes // 60] += copy.halo.counts()["total"] - asked.total()
    assert asked == {0: 1, 1: 1, 2: 1}


def test_once_halo_accepts_the_credentials_the_missed_sync_starts(copy: Copy, bound_queue: None) -> None:
    Integration.update(state="needs_attention", credentials_retry_at=NOON, next_sync_at=NOON).execute()
    with clock.using(lambda: NOON):
        scheduler.tick(Isolation(), scheduler.duties())
        (job,) = run_queued_jobs()
        assert job.func_name == "portal.jobs.credential_retries.retry"
        scheduler.tick(Isolation(), scheduler.duties())
        (job,) = run_queued_jobs()
    assert job.func_name == "portal.jobs.sync.run_sync"
    assert SyncRun.select().order_by(SyncRun.id.desc()).get().state == "succeeded"
