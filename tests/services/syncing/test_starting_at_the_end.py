"""A sync that is asked for at the very moment when another one ends is started."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.errors import Conflict, SyncAlreadyRunning
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.services.syncing import due_runs, sync_runs
from tests.halo_fixtures import Copy


def run_ends() -> None:
    SyncRun.update(state=RunState.SUCCEEDED, finished_at=clock.now()).execute()


@pytest.fixture
def before_look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Let something happen whenever a start that was refused is about to look for the run in its way."""

    def arrange(happens: Callable[[], None]) -> None:
        look = sync_runs.live_run

        def late(integration: Integration) -> SyncRun:
            happens()
            return look(integration)

        monkeypatch.setattr(sync_runs, "live_run", late)

    return arrange


def start(integration: Integration) -> SyncRun:
    return sync_runs.open_run(integration, kind=RunKind.INCREMENTAL, trigger=RunTrigger.USER)


def test_a_run_that_ends_meanwhile_is_not_in_the_way(
    copy: Copy, before_look: Callable[[Callable[[], None]], None]
) -> None:
    first = copy.open()
    before_look(run_ends)
    second = start(copy.integration)
    assert (second.id != first.id, second.state) == (True, RunState.QUEUED)
    assert [step.record_type for step in sync_runs.steps_of(second)] == copy.integration.record_types


def test_sync_now_starts_a_sync_when_the_other_one_ends_meanwhile(
    copy: Copy, as_alice: FlaskClient, before_look: Callable[[Callable[[], None]], None]
) -> None:
    copy.open()
    before_look(run_ends)
    assert as_alice.post("/integrations/halo/sync").status_code == 303
    assert SyncRun.select().where(SyncRun.state == RunState.QUEUED).count() == 1


def test_a_sync_that_is_due_starts_when_the_other_one_ends_meanwhile(
    copy: Copy, before_look: Callable[[Callable[[], None]], None]
) -> None:
    copy.open()
    Integration.update(state=IntegrationState.ACTIVE, next_sync_at=clock.now()).execute()
    before_look(run_ends)
    assert [run.trigger for run in due_runs.open_runs()] == [RunTrigger.SCHEDULE]


def test_a_run_that_goes_on_is_still_in_the_way(copy: Copy) -> None:
    first = copy.open()
    with pytest.raises(SyncAlreadyRunning) as refused:
        start(copy.integration)
    assert refused.value.run_id == first.id


def test_runs_that_come_and_go_without_end_are_a_conflict_and_no_endless_loop(
    copy: Copy, before_look: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.open()
    create = sync_runs._create_run

    def beaten(*args: object) -> SyncRun:
        if not SyncRun.select().where(SyncRun.state == RunState.QUEUED).exists():
            SyncRun.create(integration=copy.integration, kind=RunKind.FULL, trigger=RunTrigger.SCHEDULE)
        return create(*args)  # type: ignore[arg-type]  # what open_run passes on

    monkeypatch.setattr(sync_runs, "_create_run", beaten)
    before_look(run_ends)
    with pytest.raises(Conflict):
        start(copy.integration)
