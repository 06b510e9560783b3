"""Halo asks to wait, or is down: the run frees its worker and resumes from its checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.syncing import sync_runs
from portal.services.syncing.run_endings import MOST_WAITS
from tests.halo_fixtures import SIZES, Copy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@contextmanager
def at(**later: float) -> Iterator[datetime]:
    """Set the clock to this long after noon."""
    moment = NOON + timedelta(**later)
    with clock.using(lambda: moment):
        yield moment


def work_again(run: SyncRun) -> dict[str, Any]:
    sync_runs.execute(run.id)
    return sync_runs.report(run)


@pytest.fixture
def waiting(copy: Copy) -> SyncRun:
    """Return a run that Halo told to wait two minutes at the second page of assets."""
    copy.halo.turn(retry_after="seconds")
    copy.halo.fault("rate_limit", on="assets", page=2, seconds=120.0)
    with at():
        run = copy.open()
        sync_runs.execute(run.id)
    return SyncRun.get_by_id(run.id)


def test_a_long_wait_frees_the_worker(copy: Copy, waiting: SyncRun) -> None:
    assert (waiting.state, waiting.not_before, waiting.lease_until) == ("waiting", NOON + timedelta(minutes=2), None)
    assert waiting.problem == "Halo's request limit is used up."
    assert waiting.requests == copy.halo.counts()["total"]
    assert copy.logged()[-1] == "Halo's request limit is used up. Resumes automatically at 12:02:00."


def test_no_requests_are_made_during_the_wait(copy: Copy, waiting: SyncRun) -> None:
    copy.halo.reset()
    with at(minutes=1, seconds=59):
        assert sync_runs.claimable() == []
        work_again(waiting)
    assert copy.halo.counts()["total"] == 0


def test_after_the_wait_the_run_resumes_from_its_checkpoint(copy: Copy, waiting: SyncRun) -> None:
    copy.halo.reset()
    with at(minutes=2):
        assert sync_runs.claimable() == [waiting]
        report = work_again(waiting)
    assert report["state"] == "succeeded"
    requested = [entry["query"] for entry in copy.halo.journal(kind="assets")]
    assert not any("page_no=1&" in query for query in requested if "lastupdate" not in query)
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES
    assert {name: step["fetched"] for name, step in report["steps"].items()} == SIZES
    assert SyncRun.get_by_id(waiting.id).crashes == 0


def test_an_outage_midway_makes_the_run_wait(copy: Copy) -> None:
    copy.halo.fault("status", status=503, on="opportunities", page=2, times=None)
    with at():
        report = copy.sync()
        assert report["state"] == "waiting"
        assert report["problem"] == "Halo has an internal problem (status 503)."
        run = sync_runs.live_run(copy.integration)
        assert run.not_before == NOON + timedelta(seconds=5)
    copy.halo.clear_faults()
    with at(seconds=5):
        report = work_again(run)
    assert report["state"] == "succeeded"
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES


def test_waits_grow_and_end(copy: Copy) -> None:
    copy.halo.fault("status", status=503, on="token", times=None)
    now = NOON
    pauses = []
    with clock.using(lambda: now):
        run = copy.open()
        for _ in range(MOST_WAITS):
            sync_runs.execute(run.id)
            run = SyncRun.get_by_id(run.id)
            assert run.not_before is not None
            pauses.append((run.not_before - now).total_seconds())
            now = run.not_before
        assert work_again(run)["state"] == "failed"
    assert pauses[:8] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert Integration.get_by_id(copy.integration.id).state == "active"


def test_an_arriving_page_makes_waits_short_again(copy: Copy) -> None:
    copy.halo.turn(caps={"assets": 30})
    copy.halo.fault("status", status=503, on="assets", page=2, times=2)
    copy.halo.fault("status", status=503, on="assets", page=4, times=None)
    with at():
        run = copy.open("assets")
        sync_runs.execute(run.id)
    assert SyncRun.get_by_id(run.id).waits == 1
    with at(minutes=2):
        work_again(run)
    run = SyncRun.get_by_id(run.id)
    assert (run.waits, run.not_before) == (1, NOON + timedelta(minutes=2, seconds=5))


@pytest.mark.parametrize("seconds", [99_999.0, 1e15])
def test_an_answer_cannot_make_a_run_wait_for_days(seconds: float, copy: Copy) -> None:
    copy.halo.turn(retry_after="seconds")
    copy.halo.fault("rate_limit", on="clients", seconds=seconds)
    with at():
        copy.sync()
        assert sync_runs.live_run(copy.integration).not_before == NOON + timedelta(hours=1)


def test_cancelling_a_waiting_run_ends_it_at_once(copy: Copy, waiting: SyncRun) -> None:
    copy.halo.reset()
    sync_runs.request_cancel(copy.integration)
    with at(minutes=5):
        report = work_again(waiting)
    assert report["state"] == "cancelled"
    assert copy.halo.counts()["total"] == 0
    assert len(copy.ids("assets")) == 80


def test_a_run_that_was_cancelled_meanwhile_does_not_wait(copy: Copy) -> None:
    copy.halo.fault("status", status=503, on="clients", times=None)
    run = copy.open()
    SyncRun.update(cancel_requested_at=NOON).where(SyncRun.id == run.id).execute()
    assert work_again(run)["state"] == "cancelled"
    assert copy.halo.counts()["by_kind"].get("clients", 0) == 0
