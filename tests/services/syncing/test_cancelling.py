"""Who cancelled a sync stands in the audit log and in the run's own log, once, and only if it was cancelled."""

from __future__ import annotations

import pytest

from portal.errors import NotFound
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.sync import RunState, SyncRun
from portal.services.connecting import integrations
from portal.services.syncing import sync_runs
from portal.sync.lease import claim
from tests.halo_fixtures import Copy


def cancels(run: SyncRun) -> list[tuple[User | None, str]]:
    entries = AuditEntry.select().where(AuditEntry.action == "sync.cancelled", AuditEntry.detail == f"run {run.id}")
    return [(entry.user, entry.actor) for entry in entries]


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.WAITING], ids=str)
def test_an_idle_run_names_who_cancelled_it(state: RunState, copy: Copy, alice: User) -> None:
    run = copy.open()
    SyncRun.update(state=state).where(SyncRun.id == run.id).execute()
    sync_runs.request_cancel(copy.integration, alice)
    assert cancels(run) == [(alice, alice.email)]
    assert copy.logged(run=run)[-1] == "Sync cancelled by Alice. Records synced before that are kept."


def test_a_running_run_names_who_cancelled_it(copy: Copy, alice: User) -> None:
    run = copy.open()
    claim(run.id)
    sync_runs.request_cancel(copy.integration, alice)
    assert cancels(run) == [(alice, alice.email)]
    assert copy.logged(run=run)[-1] == "Cancel requested by Alice."


def test_a_cancel_from_the_command_line_is_not_a_persons(copy: Copy) -> None:
    run = copy.open()
    sync_runs.request_cancel(copy.integration)
    assert cancels(run) == [(None, "")]
    assert copy.logged(run=run)[-1].startswith("Sync cancelled by the command line.")


def test_cancelling_again_is_the_first_persons_cancel(copy: Copy, alice: User, sam: User) -> None:
    run = copy.open()
    claim(run.id)
    sync_runs.request_cancel(copy.integration, alice)
    asked_at = SyncRun.get_by_id(run.id).cancel_requested_at
    sync_runs.request_cancel(copy.integration, sam)
    assert SyncRun.get_by_id(run.id).cancel_requested_at == asked_at
    assert cancels(run) == [(alice, alice.email)]


def test_a_run_that_ends_meanwhile_was_cancelled_by_nobody(
    copy: Copy, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy.open()
    SyncRun.update(state=RunState.SUCCEEDED).where(SyncRun.id == run.id).execute()
    monkeypatch.setattr(sync_runs, "live_run", lambda _: run)  # it was live a moment ago
    with pytest.raises(NotFound):
        sync_runs.request_cancel(copy.integration, alice)
    assert cancels(run) == []
    assert SyncRun.get_by_id(run.id).cancel_requested_at is None


def test_a_run_that_a_disconnect_ends_says_so(copy: Copy, alice: User) -> None:
    run = copy.open()
    integrations.disconnect(copy.integration, alice)
    assert copy.logged(run=run)[-1].startswith("Sync cancelled: Alice disconnected the integration.")
