"""An integration is called connected only while nothing is wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.models.webhooks import Refetching
from portal.services.pages.integration_status import Condition, status
from tests.copies import held


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(
        account=northwind, psa="halo", state=IntegrationState.ACTIVE, record_types=["clients", "sites"]
    )
    return integration


def ran(
    halo: Integration, run: RunState, problem: str = "", kind: RunKind = RunKind.FULL, **steps: StepState
) -> SyncRun:
    waits = int(run == RunState.WAITING)
    made: SyncRun = SyncRun.create(
        integration=halo,
        kind=kind,
        trigger=RunTrigger.SCHEDULE,
        state=run,
        problem=problem,
        waits=waits,
        not_before=clock.now() + timedelta(minutes=2) if waits else None,
        finished_at=None if waits else clock.now(),
    )
    for position, (record_type, state) in enumerate(steps.items()):
        SyncStep.create(run=made, position=position, record_type=record_type, state=state)
    return made


def test_all_is_well_before_the_first_sync_and_after_a_good_one(halo: Integration) -> None:
    assert status(halo).condition == Condition.CONNECTED
    ran(halo, RunState.SUCCEEDED, clients=StepState.SUCCEEDED, sites=StepState.SUCCEEDED)
    assert status(halo).condition == Condition.CONNECTED
    assert status(halo).problem == ""


def test_an_unanswering_halo_is_shown_with_the_last_completed_sync(halo: Integration) -> None:
    good = ran(halo, RunState.SUCCEEDED, clients=StepState.SUCCEEDED, sites=StepState.SUCCEEDED)
    run = ran(halo, RunState.WAITING, "Halo did not answer.")
    now = status(halo)
    assert (now.condition, now.problem) == (Condition.WAITING, "Halo did not answer.")
    assert (now.resumes_at, now.complete_at) == (run.not_before, good.finished_at)
    SyncRun.update(state=RunState.RUNNING).where(SyncRun.id == run.id).execute()
    assert status(halo).condition == Condition.WAITING
    SyncRun.update(waits=0).where(SyncRun.id == run.id).execute()
    assert status(halo).condition == Condition.CONNECTED


def test_waiting_refetches_are_shown_too(halo: Integration) -> None:
    Refetching.create(integration=halo, waits=3, problem="Halo did not answer.")
    assert status(halo).condition == Condition.WAITING


def test_failed_types_are_named_until_they_have_been_synced(halo: Integration) -> None:
    ran(halo, RunState.FAILED, "Halo refuses.", clients=StepState.FAILED, sites=StepState.FAILED)
    now = status(halo)
    assert now.condition == Condition.FAILED
    assert now.problem == "The last sync of clients and sites failed. Halo refuses."
    ran(halo, RunState.SUCCEEDED, clients=StepState.SUCCEEDED)
    assert status(halo).problem == "The last sync of sites failed. Halo refuses."
    ran(halo, RunState.CANCELLED, sites=StepState.CANCELLED)
    assert status(halo).condition == Condition.FAILED
    ran(halo, RunState.SUCCEEDED, sites=StepState.SUCCEEDED)
    assert status(halo).condition == Condition.CONNECTED


def test_a_lookup_of_one_record_does_not_affect_the_status(halo: Integration) -> None:
    ran(halo, RunState.FAILED, "No.", RunKind.RECORD, clients=StepState.FAILED)
    assert status(halo).condition == Condition.CONNECTED


def test_deletes_that_wait_for_a_decision_are_counted(halo: Integration) -> None:
    ran(halo, RunState.INCOMPLETE, "21 clients vanished.", clients=StepState.INCOMPLETE)
    assert status(halo).condition == Condition.INCOMPLETE
    held(halo, range(1, 22), of="clients")
    now = status(halo)
    assert (now.condition, now.problem) == (Condition.DECISION, "Halo no longer lists 21 clients.")


def test_what_needs_attention_comes_first(halo: Integration) -> None:
    ran(halo, RunState.WAITING, "Halo did not answer.")
    halo.state, halo.problem = IntegrationState.NEEDS_ATTENTION, "Halo refuses the secret."
    assert status(halo).problem == "Halo refuses the secret."
