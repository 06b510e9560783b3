"""Runs whose time has come: one for each integration, whatever was missed and whoever else looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.services.syncing import due_runs, sync_runs
from tests.postgres import database
from tests.services.helpers import fresh

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TONIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    """Have a connected Halo whose next sync is due at noon, and its full pass tonight."""
    return connected(northwind)


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.using(lambda: NOON):
        yield


def connected(account: Account, **columns: object) -> Integration:
    return Integration.create(
        account=account,
        psa="halo",
        **{"state": "active", "record_types": ["clients"], "next_sync_at": NOON, "next_full_at": TONIGHT} | columns,
    )


def end(run: SyncRun) -> None:
    SyncRun.update(state=RunState.SUCCEEDED, finished_at=clock.now()).where(SyncRun.id == run.id).execute()


@pytest.mark.parametrize("state", ["draft", "disconnected", "needs_attention"])
def test_only_active_integrations_are_synced(noon: None, halo: Integration, state: str) -> None:
    Integration.update(state=state).execute()
    assert due_runs.open_runs() == []
    assert fresh(halo).next_sync_at == NOON


def test_paused_integrations_are_not_synced(noon: None, halo: Integration) -> None:
    Integration.update(paused_at=NOON - timedelta(days=1)).execute()
    assert due_runs.open_runs() == []


def test_nothing_is_started_before_its_time(halo: Integration) -> None:
    with clock.using(lambda: NOON - SECOND):
        assert due_runs.open_runs() == []


def test_a_due_integration_gets_one_run_for_changes_and_a_next_time(noon: None, halo: Integration) -> None:
    (run,) = due_runs.open_runs()
    assert due_runs.open_runs() == []
    assert (run.kind, run.trigger, run.integration) == ("incremental", "schedule", halo)
    assert NOON < fresh(halo).next_sync_at <= NOON + timedelta(hours=1)
    assert fresh(halo).next_full_at == TONIGHT


def test_missed_times_are_made_up_for_once(halo: Integration) -> None:
    later = NOON + timedelta(days=3)
    with clock.using(lambda: later):
        (run,) = due_runs.open_runs()
        end(run)
        assert due_runs.open_runs() == []
    assert run.kind == "full"
    assert fresh(halo).next_sync_at > later
    assert fresh(halo).next_full_at > later


def test_a_full_pass_takes_the_place_of_a_sync_for_changes(halo: Integration) -> None:
    with clock.using(lambda: TONIGHT):
        (run,) = due_runs.open_runs()
    assert run.kind == "full"
    assert TONIGHT < fresh(halo).next_full_at <= TONIGHT + timedelta(days=1, minutes=5)


def test_a_full_pass_begins_also_between_two_syncs(halo: Integration) -> None:
    Integration.update(next_sync_at=TONIGHT + timedelta(minutes=30)).execute()
    with clock.using(lambda: TONIGHT):
        (run,) = due_runs.open_runs()
    assert run.kind == "full"
    assert fresh(halo).next_sync_at == TONIGHT + timedelta(minutes=30)


def test_a_due_time_is_skipped_while_a_run_is_live(noon: None, halo: Integration) -> None:
    sync_runs.open_run(halo, kind=RunKind.FULL, trigger=RunTrigger.USER)
    assert due_runs.open_runs() == []
    assert fresh(halo).next_sync_at > NOON
    assert SyncRun.select().count() == 1


def test_a_busy_integration_does_not_delay_others(noon: None, halo: Integration) -> None:
    sync_runs.open_run(halo, kind=RunKind.FULL, trigger=RunTrigger.USER)
    others = [connected(Account.create(name=f"MSP {each}"), next_sync_at=NOON) for each in range(3)]
    assert [run.integration for run in due_runs.open_runs()] == others


def test_a_full_pass_that_meets_a_live_run_waits_for_its_end(halo: Integration) -> None:
    with clock.using(lambda: TONIGHT):
        busy = sync_runs.open_run(halo, kind=RunKind.FULL, trigger=RunTrigger.USER)
        assert due_runs.open_runs() == []
        assert due_runs.open_runs() == []
        assert fresh(halo).next_full_at == TONIGHT
        assert fresh(halo).next_sync_at > TONIGHT
        end(busy)
        (run,) = due_runs.open_runs()
    assert run.kind == "full"
    assert fresh(halo).next_full_at > TONIGHT


def test_of_two_schedulers_that_look_at_once_one_opens_the_run(
    noon: None, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one opens and ends its run between the first one's look and its claim."""
    move_on: Callable[..., bool] = due_runs._move_on

    def after_the_other(*words: object, **names: object) -> bool:
        monkeypatch.setattr(due_runs, "_move_on", move_on)
        (theirs,) = due_runs.open_runs()
        end(theirs)
        return move_on(*words, **names)

    monkeypatch.setattr(due_runs, "_move_on", after_the_other)
    assert due_runs.open_runs() == []
    assert SyncRun.select().count() == 1


def test_an_integration_from_before_full_passes_gets_a_time_for_one(noon: None, halo: Integration) -> None:
    Integration.update(next_full_at=None).execute()
    (run,) = due_runs.open_runs()
    assert run.kind == "incremental"
    assert fresh(halo).next_full_at > NOON


def test_many_that_are_due_at_once_are_opened_in_turns(
    noon: None, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_runs, "MOST_AT_ONCE", 30)
    for each in range(61):
        connected(Account.create(name=f"MSP {each}"), next_sync_at=NOON - each * SECOND)
    assert [len(due_runs.open_runs()) for _ in range(4)] == [30, 30, 1, 0]
    assert len({run.integration_id for run in SyncRun.select()}) == 61
    assert len({each.next_sync_at for each in Integration.select()}) > 30
