"""Forgetting what is old: never too much at once, and never what is still needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account, User
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.records import RecordChange
from portal.models.sessions import LoginSession
from portal.models.sync import SyncLog, SyncPage, SyncRun, SyncStep
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.operations import retention
from portal.services.operations.retention import BATCH, RUN_BITE, Periods
from tests.postgres import database

__all__ = ["database"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now(database: None) -> Iterator[None]:
    with clock.using(lambda: NOW):
        yield
    retention.bind(Periods())


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(account=northwind, psa="halo", state="active")
    return halo


def ended(halo: Integration, days: int, state: str = "succeeded") -> SyncRun:
    run: SyncRun = SyncRun.create(
        integration=halo, kind="full", trigger="user", state=state, finished_at=NOW - days * DAY
    )
    step = SyncStep.create(run=run, position=0, record_type="clients")
    SyncPage.create(step=step, number=1, remote_ids=b"")
    return run


def held(halo: Integration, record_type: str, state: str, days: int, decided: int | None) -> HeldDelete:
    moment = None if decided is None else NOW - decided * DAY
    columns = {"remote_ids": b"", "count": 1, "stored": 1, "cause": "", "run_id": 1}
    hold: HeldDelete = HeldDelete.create(
        integration=halo, record_type=record_type, state=state, at=NOW - days * DAY, decided_at=moment, **columns
    )
    return hold


def log(halo: Integration, days: int) -> SyncLog:
    line: SyncLog = SyncLog.create(integration=halo, at=NOW - days * DAY, message="")
    return line


def changed(halo: Integration, days: int) -> RecordChange:
    change: RecordChange = RecordChange.create(
        integration=halo, record_type="clients", remote_id=1, kind="updated", at=NOW - days * DAY
    )
    return change


def delivered(halo: Integration, state: str, days: int) -> Delivery:
    at = NOW - days * DAY
    delivery: Delivery = Delivery.create(integration=halo, received_at=at, state=state, body=b"{}")
    RefetchRequest.create(
        delivery=delivery, integration=halo, state="done" if state == "unreadable" else state, received_at=at
    )
    return delivery


def test_with_nothing_old_nothing_goes(halo: Integration) -> None:
    log(halo, 29), changed(halo, 179), ended(halo, 89), ended(halo, 1), held(halo, "clients", "approved", 179, 179)
    assert set(retention.prune().values()) == {0}


def test_log_rows_go_after_thirty_days(halo: Integration) -> None:
    log(halo, 31)
    young = log(halo, 29)
    assert retention.prune()["log rows"] == 1
    assert list(SyncLog.select()) == [young]


def test_the_history_of_records_goes_after_half_a_year(halo: Integration) -> None:
    changed(halo, 181)
    young = changed(halo, 179)
    assert retention.prune()["changes"] == 1
    assert list(RecordChange.select()) == [young]


def test_runs_go_after_ninety_days_with_their_steps_and_pages(halo: Integration) -> None:
    ended(halo, 91), ended(halo, 91, "failed")
    young = [ended(halo, 89), ended(halo, 1)]
    assert retention.prune()["runs"] == 2
    assert list(SyncRun.select().order_by(SyncRun.id)) == young
    assert (SyncStep.select().count(), SyncPage.select().count()) == (2, 2)


def test_the_last_run_of_an_integration_stays(halo: Integration) -> None:
    ended(halo, 500)
    last = ended(halo, 400)
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    theirs = ended(other, 450)
    retention.prune()
    assert set(SyncRun.select()) == {last, theirs}


@pytest.mark.parametrize("state", ["queued", "running", "waiting"])
def test_a_live_run_stays(halo: Integration, state: str) -> None:
    live = SyncRun.create(integration=halo, kind="full", trigger="user", state=state, created_at=NOW - 400 * DAY)
    ended(halo, 300)
    ended(halo, 200)
    retention.prune()
    assert SyncRun.get_or_none(SyncRun.id == live.id) == live
    assert SyncRun.select().count() == 2


@pytest.mark.parametrize(
    ("state", "days", "decided", "goes"),
    [
        ("approved", 400, 181, True),
        ("approved", 400, 179, False),
        ("over", 181, None, True),
        ("pending", 400, None, False),
        ("kept", 400, 399, False),
    ],
)
def test_held_deletes_go_when_they_are_settled_for_long(
    halo: Integration, state: str, days: int, decided: int | None, *, goes: bool
) -> None:
    held(halo, "clients", state, days, decided)
    assert retention.prune()["held deletes"] == goes


@pytest.mark.parametrize(
    ("state", "days", "goes"),
    [
        ("done", 15, True),
        ("done", 13, False),
        ("ignored", 15, True),
        ("unreadable", 15, True),
        ("waiting", 400, False),
        ("stuck", 179, False),
        ("stuck", 181, True),
    ],
)
def test_old_deliveries_are_deleted_with_their_refetch_requests(
    halo: Integration, state: str, days: int, *, goes: bool
) -> None:
    delivered(halo, state, days)
    assert retention.prune()["deliveries"] == goes
    assert (Delivery.select().count(), RefetchRequest.select().count()) == (not goes, not goes)


def test_a_stuck_delivery_of_which_something_waits_stays(halo: Integration) -> None:
    stuck = delivered(halo, "stuck", 400)
    RefetchRequest.create(delivery=stuck, integration=halo, state="waiting", received_at=stuck.received_at)
    assert retention.prune()["deliveries"] == 0


def test_deliveries_that_stay_keep_none_behind_them(halo: Integration) -> None:
    kept = [delivered(halo, "waiting", 50), delivered(halo, "stuck", 50)]
    for _ in range(BATCH + 5):
        delivered(halo, "done", 20)
    assert [retention.prune()["deliveries"] for _ in range(3)] == [BATCH, 5, 0]
    assert list(Delivery.select()) == kept


def test_what_a_tenant_used_goes_after_an_hour(database: None) -> None:
    budget = TenantBudget.create(tenant="halo.example", quota=700, window_seconds=300)
    for minutes in (61, 59):
        TenantUse.create(budget=budget, at=NOW - timedelta(minutes=minutes), count=1)
    assert retention.prune()["uses"] == 1
    assert TenantUse.select().count() == 1


def test_the_operator_decides_how_long(halo: Integration) -> None:
    log(halo, 8), changed(halo, 8), ended(halo, 95), ended(halo, 1)
    retention.bind(Periods(logs=100 * DAY, history=7 * DAY))
    assert {name: gone for name, gone in retention.prune().items() if gone} == {"changes": 1}
    retention.bind(Periods(logs=7 * DAY, history=100 * DAY))
    assert {name: gone for name, gone in retention.prune().items() if gone} == {"log rows": 1, "runs": 1}
    delivered(halo, "done", 8)
    retention.bind(Periods(logs=100 * DAY, deliveries=7 * DAY))
    assert {name: gone for name, gone in retention.prune().items() if gone} == {"deliveries": 1}


def test_a_batch_deletes_a_limited_number_of_runs(halo: Integration) -> None:
    for _ in range(RUN_BITE + 10):
        ended(halo, 91)
    assert [retention.prune()["runs"] for _ in range(3)] == [RUN_BITE, 9, 0]


@pytest.mark.parametrize(
    ("idle_hours", "age_hours", "remembered", "goes"),
    [
        (11, 11, False, False),
        (12, 12, False, True),
        (100, 100, True, False),
        (1, 7 * 24 - 1, False, False),
        (0, 7 * 24, False, True),
        (0, 7 * 24, True, True),
    ],
)
def test_sessions_go_when_they_have_expired(
    alice: User, idle_hours: int, age_hours: int, *, remembered: bool, goes: bool
) -> None:
    LoginSession.create(
        user=alice,
        digest="x",
        created_at=NOW - timedelta(hours=age_hours),
        last_seen_at=NOW - timedelta(hours=idle_hours),
        remembered=remembered,
    )
    assert retention.prune()["sessions"] == goes
    assert LoginSession.select().count() == (not goes)
