"""Whether the stored records are as fresh as the schedule promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RemoteList, RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.services.syncing import freshness, scheduling
from portal.services.syncing.freshness import GRACE, Freshness, Promise, judge
from portal.sync import schedule
from portal.sync.record_types import RecordType
from tests.services.days import NOON, Day, day

__all__ = ["day"]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ASSETS = RecordType.ASSETS


@pytest.fixture
def halo(northwind: Account, day: Day) -> Integration:
    integration: Integration = Integration.create(
        account=northwind,
        psa="halo",
        state="active",
        record_types=["clients", "assets"],
        activated_at=NOON - timedelta(days=9),
    )
    return integration


def read(halo: Integration, of: RecordType = ASSETS, **columns: Any) -> None:
    mine = (RemoteList.integration == halo) & (RemoteList.record_type == of)
    if not RemoteList.update(**columns).where(mine).execute():
        RemoteList.create(integration=halo, record_type=of, **columns)


def ran(halo: Integration, state: StepState, began: datetime) -> None:
    run = SyncRun.create(integration=halo, kind=RunKind.FULL, trigger=RunTrigger.SCHEDULE, state=RunState.SUCCEEDED)
    SyncStep.create(run=run, position=0, record_type=ASSETS, state=state, started_at=began, finished_at=began)


def of_assets(halo: Integration) -> Freshness:
    return freshness.freshness(halo)[ASSETS]


@pytest.mark.parametrize(
    ("known", "due", "is_behind"),
    [
        (NOON - HOUR, NOON - HOUR, False),
        (NOON - HOUR - MINUTE, NOON - HOUR, True),
        (NOON - 99 * HOUR, None, False),
        (None, NOON - HOUR, False),
    ],
)
def test_a_type_is_behind_when_a_scheduled_sync_is_missing(
    known: datetime | None, due: datetime | None, *, is_behind: bool
) -> None:
    found = judge(ASSETS, known, Promise(HOUR, due), NOON)
    assert (found.is_behind, found.promised) == (is_behind, HOUR)
    assert found.age == (None if known is None else NOON - known)


def test_a_type_that_could_never_be_read_is_behind_once_a_sync_of_it_has_failed() -> None:
    assert judge(ASSETS, None, Promise(HOUR, NOON), NOON, has_failed=True).is_behind
    assert not judge(ASSETS, None, Promise(HOUR, None), NOON, has_failed=True).is_behind


def test_an_answer_from_the_future_has_no_negative_age() -> None:
    assert judge(ASSETS, NOON + MINUTE, Promise(HOUR, NOON), NOON).age == timedelta()


def test_hourly_syncs_allow_an_hour_and_the_time_that_a_sync_takes(halo: Integration, day: Day) -> None:
    began = NOON + schedule.MAX_SPREAD
    read(halo, read_until=began)
    day.now = began + HOUR
    assert of_assets(halo) == Freshness(ASSETS, began, HOUR, HOUR, is_behind=False)
    # By now the next sync is due, and has had its grace, whatever this integration's spread is.
    day.now = NOON + HOUR + schedule.MAX_SPREAD + GRACE
    assert of_assets(halo).is_behind
    read(halo, read_until=NOON + HOUR + schedule.MAX_SPREAD)
    assert not of_assets(halo).is_behind


def test_a_schedule_of_working_hours_promises_nothing_for_the_weekend(halo: Integration, day: Day) -> None:
    halo.schedule = schedule.write(schedule.at([8, 18], ["mon", "tue", "wed", "thu", "fri"]))
    friday = datetime(2026, 11, 27, 18, 10, tzinfo=UTC)
    read(halo, read_until=friday)
    day.now = friday + timedelta(days=2)
    found = of_assets(halo)
    assert not found.is_behind
    assert found.promised == timedelta(days=2, hours=14)
    day.now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert of_assets(halo).is_behind


def test_nothing_is_behind_while_syncs_are_paused_nor_right_after(halo: Integration, day: Day) -> None:
    read(halo, read_until=NOON)
    day.later(hours=5)
    scheduling.pause(halo, None)
    assert not of_assets(halo).is_behind
    day.later(hours=5)
    scheduling.resume(halo, None)
    day.later(minutes=10)
    assert not of_assets(halo).is_behind
    day.later(hours=2)
    assert of_assets(halo).is_behind


def test_a_type_that_halo_refuses_is_behind_while_others_are_not(halo: Integration, day: Day) -> None:
    day.later(hours=3)
    read(halo, RecordType.CLIENTS, read_until=day.now)
    ran(halo, StepState.FAILED, day.now)
    found = freshness.freshness(halo)
    assert [one for one in found if found[one].is_behind] == [ASSETS]
    oldest = freshness.oldest(found)
    assert oldest is not None
    assert oldest.record_type == RecordType.CLIENTS


def test_a_type_that_was_just_chosen_is_not_behind(halo: Integration) -> None:
    assert not of_assets(halo).is_behind
    assert freshness.oldest(freshness.freshness(halo)) is None


def test_records_stay_as_fresh_when_the_filters_change(halo: Integration, day: Day) -> None:
    read(halo, read_until=None, full_at=NOON - 10 * HOUR)
    ran(halo, StepState.SUCCEEDED, NOON)
    ran(halo, StepState.FAILED, NOON + MINUTE)
    day.later(minutes=20)
    assert of_assets(halo).known_until == NOON
    assert clock.now() == day.now


def test_a_disconnected_integration_promises_nothing(halo: Integration, day: Day) -> None:
    read(halo, read_until=NOON)
    day.later(hours=9)
    halo.state = "disconnected"
    assert not of_assets(halo).is_behind
