"""The history of runs, as bars."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun, SyncStep
from portal.services.pages.data_sync import history
from portal.services.pages.data_sync.history import MOST_RUNS, Period
from tests.postgres import database
from tests.services.days import NOON, Day, day

__all__ = ["database", "day"]

HOUR = timedelta(hours=1)
# What a sync of a large tenant took on a slow machine; a page must stay below 50 ms as a whole.
QUICK_SECONDS = 0.5


@pytest.fixture
def halo(database: None, day: Day) -> Integration:
    account: Account = Account.create(name="Northwind")
    integration: Integration = Integration.create(account=account, psa="halo", state="active")
    return integration


def ran(halo: Integration, at: datetime, seconds: float = 60, **columns: Any) -> SyncRun:
    values = {"kind": RunKind.INCREMENTAL, "trigger": RunTrigger.SCHEDULE, "state": RunState.SUCCEEDED} | columns
    ended = {"started_at": at, "finished_at": at + timedelta(seconds=seconds)}
    run: SyncRun = SyncRun.create(integration=halo, created_at=at, **ended, **values)
    return run


def step(run: SyncRun, record_type: str, **counts: int) -> None:
    SyncStep.create(run=run, position=0, record_type=record_type, **counts)


def many(halo: Integration, number: int, every: timedelta) -> None:
    rows = [
        {
            "integration": halo,
            "kind": RunKind.INCREMENTAL,
            "trigger": RunTrigger.SCHEDULE,
            "state": RunState.SUCCEEDED,
            "created_at": at,
            "started_at": at,
            "finished_at": at + timedelta(seconds=30),
        }
        for at in (NOON - each * every for each in range(number, 0, -1))
    ]
    for some in range(0, number, 500):
        SyncRun.insert_many(rows[some : some + 500]).execute()


def test_each_run_has_a_bar_with_its_time_and_its_changes(halo: Integration) -> None:
    first = ran(halo, NOON - 2 * HOUR, 90, state=RunState.INCOMPLETE)
    step(first, "clients", created=2, updated=1)
    step(first, "assets", created=3, failed=4, deleted=5)
    second = ran(halo, NOON - HOUR)
    found = history.history(halo, Period())
    assert [bar.run_id for bar in found.bars] == [first.id, second.id]
    bar = found.bars[0]
    assert (bar.begin, bar.seconds) == (NOON - 2 * HOUR, {RunState.INCOMPLETE: 90})
    assert bar.counts == {"created": 5, "updated": 1, "deleted": 5, "failed": 4}
    assert (found.runs, found.hours, found.bars[1].changes) == (2, None, 0)


def test_runs_that_are_live_and_refetches_of_a_record_have_none(halo: Integration) -> None:
    ran(halo, NOON - HOUR, kind=RunKind.RECORD)
    ran(halo, NOON, state=RunState.RUNNING)
    assert history.history(halo, Period()).bars == []


def test_a_run_that_failed_at_once_is_still_seen(halo: Integration) -> None:
    SyncRun.update(started_at=None).where(SyncRun.id == ran(halo, NOON - HOUR, state=RunState.FAILED).id).execute()
    (bar,) = history.history(halo, Period()).bars
    assert bar.total_seconds == 0
    assert bar.heights[RunState.FAILED] > 0


@pytest.mark.parametrize(("days", "runs"), [(7, 1), (30, 2), (90, 3)])
def test_a_period_begins_with_a_day_of_the_account(halo: Integration, days: int, runs: int) -> None:
    for ago in (3, 20, 80, 100):
        ran(halo, NOON - timedelta(days=ago))
    assert history.history(halo, Period(days)).runs == runs


def test_too_many_runs_share_bars_which_add_up(halo: Integration) -> None:
    many(halo, MOST_RUNS + 1, timedelta(minutes=30))
    found = history.history(halo, Period(7))
    assert found.hours == 2
    assert sum(len(bar.run_ids) for bar in found.bars) == found.runs == MOST_RUNS + 1
    full = next(bar for bar in found.bars if len(bar.run_ids) == 4)
    assert (full.seconds, full.end - full.begin, full.run_id) == ({RunState.SUCCEEDED: 120}, 2 * HOUR, None)
    # Spans without a run are there, too: the bars stand on a line of time.
    assert found.bars[0].run_ids == []


def test_one_day_shows_each_of_its_runs(halo: Integration) -> None:
    many(halo, 600, timedelta(minutes=5))
    found = history.history(halo, Period(90, date(2026, 11, 22)))
    assert (found.runs, found.hours) == (288, None)
    assert found.bars[0].begin == NOON - 36 * HOUR


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe"])
def test_bars_follow_the_clocks_of_the_account(halo: Integration, zone: str) -> None:
    Account.update(time_zone=zone).execute()
    many(halo, 2_000, HOUR)
    found = history.history(Integration.get(), Period(90))
    assert found.hours == 24
    assert sum(len(bar.run_ids) for bar in found.bars) == found.runs
    assert all(bar.begin < bar.end for bar in found.bars)


def test_the_stamp_changes_with_each_run_that_ends(halo: Integration, day: Day) -> None:
    before = history.stamp(halo, Period())
    assert history.history(halo, Period()).stamp == before
    run = ran(halo, NOON, state=RunState.RUNNING)
    assert history.stamp(halo, Period()) == before
    SyncRun.update(state=RunState.SUCCEEDED).where(SyncRun.id == run.id).execute()
    assert history.stamp(halo, Period()) != before


def test_thousands_of_runs_are_added_up_quickly(halo: Integration) -> None:
    many(halo, 2_000, HOUR)
    ids = [run.id for run in SyncRun.select(SyncRun.id)]
    types = ("clients", "sites", "contacts", "products", "assets", "opportunities", "contracts")
    rows = [{"run": each, "position": 0, "record_type": one, "created": 1} for each in ids for one in types]
    for some in range(0, len(rows), 1_000):
        SyncStep.insert_many(rows[some : some + 1_000]).execute()
    began = time.perf_counter()
    found = history.history(halo, Period(90))
    assert time.perf_counter() - began < QUICK_SECONDS
    assert sum(bar.counts["created"] for bar in found.bars) == 14_000
