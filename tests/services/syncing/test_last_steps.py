"""How the last sync of each record type ended, in whichever run that was."""

from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.services.syncing import last_steps
from portal.services.syncing.last_steps import NEWEST
from portal.sync.record_types import RecordType

ASSETS, CLIENTS = RecordType.ASSETS, RecordType.CLIENTS


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", state="active")
    return integration


def ran(halo: Integration, *types: RecordType, state: StepState, kind: RunKind = RunKind.INCREMENTAL) -> int:
    run = SyncRun.create(integration=halo, kind=kind, trigger=RunTrigger.SCHEDULE, state=RunState.SUCCEEDED)
    for position, record_type in enumerate(types):
        SyncStep.create(run=run, position=position, record_type=record_type, state=state)
    return int(run.id)


def found(halo: Integration) -> dict[RecordType, tuple[int, StepState]]:
    return {one: (step.run_id, step.state) for one, step in last_steps.of(halo, [ASSETS, CLIENTS]).items()}


def test_each_type_has_the_end_of_its_own_newest_run(halo: Integration) -> None:
    ran(halo, ASSETS, CLIENTS, state=StepState.SUCCEEDED)
    both = ran(halo, ASSETS, CLIENTS, state=StepState.FAILED)
    alone = ran(halo, CLIENTS, state=StepState.INCOMPLETE)
    assert found(halo) == {ASSETS: (both, StepState.FAILED), CLIENTS: (alone, StepState.INCOMPLETE)}


def test_a_type_that_many_newer_runs_do_not_sync_is_found_all_the_same(halo: Integration) -> None:
    old = ran(halo, ASSETS, state=StepState.SUCCEEDED)
    newer = [ran(halo, CLIENTS, state=StepState.SUCCEEDED) for _ in range(NEWEST + 1)]
    assert found(halo) == {ASSETS: (old, StepState.SUCCEEDED), CLIENTS: (newer[-1], StepState.SUCCEEDED)}


@pytest.mark.parametrize("state", [StepState.CANCELLED, StepState.RUNNING, StepState.PENDING])
def test_a_step_without_a_result_is_passed_over(halo: Integration, state: StepState) -> None:
    done = ran(halo, ASSETS, state=StepState.SUCCEEDED)
    ran(halo, ASSETS, CLIENTS, state=state)
    assert found(halo) == {ASSETS: (done, StepState.SUCCEEDED)}


def test_a_sync_of_a_single_record_says_nothing_about_its_type(halo: Integration) -> None:
    ran(halo, ASSETS, state=StepState.FAILED, kind=RunKind.RECORD)
    assert found(halo) == {}


def test_other_accounts_syncs_are_not_looked_at(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    ran(other, ASSETS, state=StepState.SUCCEEDED)
    assert found(halo) == {}
