"""What the portal has of each type adds up to what the PSA has, and says where it does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal.models.accounts import Account
from portal.models.daily_counts import DailyCount
from portal.models.integrations import Integration
from portal.models.records import RecordCount, RecordState
from portal.models.sync import RunKind, RunState, RunTrigger, StepMode, StepState, SyncRun, SyncStep
from portal.services.pages.data_sync import type_rows
from portal.services.pages.data_sync.type_rows import TypeRow
from portal.services.syncing import freshness
from portal.sync.exclusions import add_stored
from portal.sync.record_types import RecordType
from tests.copies import copied, held
from tests.postgres import database
from tests.services.days import NOON, Day, day

__all__ = ["database", "day"]


@pytest.fixture
def halo(database: None, day: Day) -> Integration:
    account: Account = Account.create(name="Northwind")
    integration: Integration = Integration.create(
        account=account, psa="halo", state="active", record_types=["clients", "assets"]
    )
    return integration


def full_read(halo: Integration, **columns: Any) -> SyncRun:
    run: SyncRun = SyncRun.create(
        integration=halo, kind=RunKind.FULL, trigger=RunTrigger.SCHEDULE, state=RunState.SUCCEEDED
    )
    values = {"mode": StepMode.FULL, "state": StepState.SUCCEEDED, "finished_at": NOON} | columns
    SyncStep.create(run=run, position=0, record_type="assets", **values)
    return run


def stored(halo: Integration, number: int, state: RecordState = RecordState.LIVE) -> None:
    RecordCount.create(integration=halo, record_type="assets", state=state, number=number)


def assets(halo: Integration) -> TypeRow:
    rows = type_rows.type_rows(halo, freshness.freshness(halo))
    return next(row for row in rows if row.record_type == RecordType.ASSETS)


def test_stored_excluded_and_failed_records_are_what_the_psa_has(halo: Integration) -> None:
    run = full_read(halo, expected=12, failed=2)
    copied(halo, range(1, 4), state=RecordState.OUT_OF_SCOPE)
    add_stored(halo.id, "assets", {1: "No.", 2: "No.", 3: "No."})
    RecordCount.delete().execute()
    stored(halo, 7)
    row = assets(halo)
    assert (row.stored, row.excluded, row.failed, row.in_psa, row.difference) == (7, 3, 2, 12, 0)
    assert row.read is not None
    assert (row.read.run_id, row.read.at) == (run.id, NOON)


def test_what_changed_since_the_full_read_is_a_difference(halo: Integration) -> None:
    full_read(halo, expected=10)
    stored(halo, 13)
    assert assets(halo).difference == 3


def test_a_list_that_did_not_arrive_as_a_whole_is_short(halo: Integration) -> None:
    full_read(halo, expected=10, state=StepState.INCOMPLETE)
    stored(halo, 9)
    assert assets(halo).difference == -1


@pytest.mark.parametrize("columns", [{"mode": StepMode.CHANGES}, {"state": StepState.FAILED}])
def test_other_steps_do_not_say_what_the_psa_has(halo: Integration, columns: dict[str, Any]) -> None:
    stored(halo, 5)
    full_read(halo, expected=99, failed=9, **columns)
    row = assets(halo)
    assert (row.read, row.failed, row.in_psa, row.difference) == (None, 0, 5, None)


@pytest.mark.parametrize("columns", [{"expected": None}, {"expected": 4, "client_ids": [1, 2]}])
def test_a_list_without_a_count_claims_nothing(halo: Integration, columns: dict[str, Any]) -> None:
    stored(halo, 5)
    full_read(halo, **columns)
    row = assets(halo)
    assert row.read is not None
    assert (row.difference, row.in_psa) == (None, 5)


def test_records_that_wait_for_a_decision_are_no_longer_in_the_psa(halo: Integration) -> None:
    full_read(halo, expected=100, state=StepState.INCOMPLETE)
    stored(halo, 121)
    held(halo, range(1, 22), of="assets")
    row = assets(halo)
    assert (row.gone, row.in_psa, row.difference) == (21, 100, 0)


def test_the_last_change_is_that_of_any_state(halo: Integration, day: Day) -> None:
    assert assets(halo).changed_at is None
    copied(halo, range(1, 3))
    day.later(hours=1)
    copied(halo, range(3, 4), state=RecordState.DELETED, at=day.now)
    RecordCount.delete().execute()
    stored(halo, 2)
    stored(halo, 1, RecordState.DELETED)
    assert assets(halo).changed_at == day.now


def test_a_day_without_a_count_has_that_of_the_day_before(halo: Integration) -> None:
    stored(halo, 9)
    assert assets(halo).trend == [9]
    today = NOON.date()
    for ago, number in ((40, 1), (5, 4), (3, 6)):
        on: date = today - timedelta(days=ago)
        DailyCount.create(integration=halo, record_type="assets", day=on, number=number)
    assert assets(halo).trend == [4, 4, 6, 6, 6, 9]
