"""A run that is taken over, cancelled or disconnected midway writes nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.errors import FencedOut
from portal.models.sync import SyncRun
from portal.services.connecting import integrations
from portal.services.syncing import sync_runs
from portal.sync.lease import DURATION, claim
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import OnPage, on_page, worker

__all__ = ["on_page"]


def test_a_worker_presumed_dead_writes_nothing(copy: Copy) -> None:
    run = copy.open()
    old = claim(run.id)
    assert old is not None
    with worker(run, old) as engine:
        later = clock.now() + DURATION + timedelta(seconds=1)
        with clock.using(lambda: later):
            assert claim(run.id) is not None
        with pytest.raises(FencedOut):
            engine.run()
    assert copy.written() == []
    assert all(step["fetched"] == 0 for step in sync_runs.report(run)["steps"].values())


def test_a_worker_that_loses_its_run_between_two_pages_stops_quietly(copy: Copy, on_page: OnPage) -> None:
    run = copy.open()
    on_page("assets", 3, SyncRun.update(fencing_token=SyncRun.fencing_token + 1).where(SyncRun.id == run.id).execute)
    sync_runs.execute(run.id)
    assert len(copy.ids("assets")) == 30
    assert SyncRun.get_by_id(run.id).state == "running"


def test_a_cancelled_run_stops_after_the_current_page(copy: Copy, on_page: OnPage) -> None:
    run = copy.open()
    on_page("assets", 3, lambda: sync_runs.request_cancel(copy.integration))
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "cancelled"
    assert {step.state for step in sync_runs.steps_of(run)} <= {"succeeded", "cancelled"}
    assert (
        len(copy.ids("assets")) <= 80
    )  # the last page, which is read first, and the first one, which was asked for by then
    assert copy.sync()["state"] == "succeeded"


@pytest.mark.parametrize("fault", [None, 503, 401])
def test_disconnecting_ends_a_running_sync(fault: int | None, copy: Copy, on_page: OnPage) -> None:
    copy.halo.turn(caps={"assets": 5})  # enough pages that they have not all arrived when the clients do
    run = copy.open()
    if fault is not None:
        copy.halo.fault("status", status=fault, on="assets", times=None)
    on_page("clients", 1, lambda: integrations.disconnect(copy.integration, None))
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "cancelled"
    assert len(copy.ids("clients")) == SIZES["clients"]
    assert len(copy.ids("assets")) < SIZES["assets"]


def test_a_secret_that_cannot_be_decrypted_fails_the_run_and_needs_attention(copy: Copy) -> None:
    run = copy.open()
    type(copy.integration).update(credentials="v1.gone.AAAA").execute()
    sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert report["state"] == "failed"
    assert "a key that this portal doesn't have" in report["problem"]
    assert "PORTAL_VAULT_KEY_PREVIOUS" in report["remedy"]
    assert type(copy.integration).get().state == "needs_attention"
