"""The first line of the tab never calls anything up to date while data is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RemoteList, RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.services.pages.data_sync.health import Level, health_line
from portal.services.syncing import scheduling
from portal.sync.record_types import RecordType
from tests.copies import held
from tests.services.days import NOON, Day, day

__all__ = ["day"]

HOUR = timedelta(hours=1)
REFUSED = "Halo doesn't let the agent read assets."


@pytest.fixture
def halo(northwind: Account, day: Day) -> Integration:
    integration: Integration = Integration.create(
        account=northwind,
        psa="halo",
        state=IntegrationState.ACTIVE,
        record_types=["clients", "assets"],
        activated_at=NOON - timedelta(days=9),
    )
    return integration


def read(halo: Integration, *types: str, until: datetime = NOON) -> None:
    for record_type in types or ("clients", "assets"):
        RemoteList.create(integration=halo, record_type=record_type, read_until=until, full_at=until)


def failed(halo: Integration, record_type: str, problem: str, state: RunState = RunState.INCOMPLETE) -> None:
    run = SyncRun.create(integration=halo, kind=RunKind.INCREMENTAL, trigger=RunTrigger.SCHEDULE, state=state)
    SyncStep.create(
        run=run, position=0, record_type=record_type, state=StepState.FAILED, problem=problem, remedy="Do."
    )


def test_all_types_are_up_to_date_as_of_the_oldest_one(halo: Integration) -> None:
    read(halo, "clients", until=NOON - timedelta(minutes=1))
    read(halo, "assets", until=NOON - timedelta(minutes=4))
    found = health_line(halo)
    assert (found.level, found.as_of, found.behind) == (Level.GOOD, NOON - timedelta(minutes=4), [])


def test_before_the_first_sync_nothing_is_good(halo: Integration) -> None:
    assert health_line(halo).level == Level.UNKNOWN
    read(halo, "clients")
    found = health_line(halo)
    assert (found.level, found.as_of, found.unread) == (Level.UNKNOWN, None, [RecordType.ASSETS])


def test_a_refused_type_is_named_with_its_reason(halo: Integration, day: Day) -> None:
    read(halo, "assets")
    read(halo, "clients", until=NOON + 3 * HOUR)
    day.later(hours=3)
    failed(halo, "assets", REFUSED)
    found = health_line(halo)
    assert (found.level, found.is_all_behind) == (Level.BAD, False)
    assert [each.record_type for each in found.behind] == [RecordType.ASSETS]
    assert (found.reason.problem, found.reason.remedy) == (REFUSED, "Do.")


def test_a_failure_is_told_before_the_records_are_late(halo: Integration) -> None:
    read(halo)
    failed(halo, "assets", REFUSED)
    found = health_line(halo)
    assert (found.level, found.behind, found.as_of) == (Level.WARNING, [], NOON)
    assert REFUSED in found.reason.problem


def test_late_records_without_a_failure_are_amber(halo: Integration, day: Day) -> None:
    read(halo)
    day.later(hours=5)
    found = health_line(halo)
    assert (found.level, found.is_all_behind, found.reason.problem) == (Level.WARNING, True, "")


def test_held_deletes_and_refused_credentials_are_never_green(halo: Integration) -> None:
    read(halo)
    held(halo, range(1, 22), of="clients")
    assert health_line(halo).level == Level.WARNING
    halo.state, halo.problem = IntegrationState.NEEDS_ATTENTION, "Halo refuses the secret."
    found = health_line(halo)
    assert (found.level, found.reason.problem) == (Level.BAD, "Halo refuses the secret.")


def test_a_pause_is_not_a_fault(halo: Integration, day: Day) -> None:
    read(halo)
    scheduling.pause(halo, None)
    day.later(hours=50)
    assert health_line(halo).level == Level.GOOD
