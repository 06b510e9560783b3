"""Opening, reporting, cancelling and failing runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal import clock
from portal.errors import Invalid, NotFound, SyncAlreadyRunning
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.services.syncing import sync_runs
from tests.halo_fixtures import Copy
from tests.services.helpers import fresh

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
COUNTERS = ["expected", "fetched", "created", "updated", "unchanged", "left_out", "deleted", "failed", "requests"]


def test_a_second_run_is_refused_with_the_id_of_the_first(copy: Copy) -> None:
    run = copy.open()
    with pytest.raises(SyncAlreadyRunning) as refused:
        copy.open("clients")
    assert refused.value.run_id == run.id
    assert SyncRun.select().where(SyncRun.state == RunState.QUEUED).count() == 1


def test_a_run_without_any_type_is_refused(copy: Copy) -> None:
    Integration.update(record_types=["clients"]).execute()
    with pytest.raises(Invalid) as refused:
        sync_runs.open_run(
            fresh(copy.integration), kind=RunKind.FULL, trigger=RunTrigger.CLI, record_types=["assets"]
        )
    assert refused.value.field == "record_types"
    with pytest.raises(NotFound):
        sync_runs.live_run(copy.integration)


def test_a_report_has_exactly_the_shape_that_scripts_rely_on(copy: Copy) -> None:
    with clock.using(lambda: NOON):
        report = copy.sync("clients")
        run = report.pop("run")
    assert run == SyncRun.select().order_by(SyncRun.id.desc()).get().id
    clients = dict.fromkeys(COUNTERS, 0) | {"expected": 25, "fetched": 25, "created": 25, "requests": 2}
    assert report == {
        "state": "succeeded",
        "kind": "full",
        "seconds": 0.0,
        "requests": 2,
        "problem": "",
        "remedy": "",
        "steps": {"clients": clients},
    }
    assert list(report["steps"]["clients"]) == COUNTERS


def test_a_run_that_has_not_begun_has_taken_no_time(copy: Copy) -> None:
    report = sync_runs.report(copy.open())
    assert (report["state"], report["seconds"], report["requests"]) == ("queued", 0.0, 0)
    assert report["steps"]["assets"]["expected"] is None


def test_a_run_that_has_ended_is_not_worked_on_again(synced: Copy) -> None:
    run = SyncRun.select().order_by(SyncRun.id.desc()).get()
    synced.halo.reset()
    sync_runs.execute(run.id)
    sync_runs.execute(run.id + 1)
    assert synced.halo.counts()["total"] == 0


def test_a_queued_run_is_cancelled_at_once(copy: Copy, alice: User) -> None:
    run = copy.open()
    sync_runs.request_cancel(copy.integration, alice)
    assert sync_runs.report(run)["state"] == "cancelled"
    assert {step.state for step in sync_runs.steps_of(run)} == {"cancelled"}
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.user, entry.detail) == ("sync.cancelled", alice, f"run {run.id}")
    copy.open()


def test_cancelling_without_a_live_run_is_refused(copy: Copy) -> None:
    with pytest.raises(NotFound):
        sync_runs.request_cancel(copy.integration)
