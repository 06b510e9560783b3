"""Leases of runs: one worker at a time, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from portal import clock
from portal.db import connected
from portal.errors import FencedOut
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.sync.lease import DURATION, RunLease, claim
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def run(northwind: Account) -> SyncRun:
    integration = Integration.create(account=northwind, psa="halo")
    made: SyncRun = SyncRun.create(integration=integration, kind=RunKind.FULL, trigger=RunTrigger.USER)
    return made


def claimed(run: SyncRun, moment: datetime = NOON) -> RunLease:
    with clock.using(lambda: moment):
        lease = claim(run.id)
    assert lease is not None
    return lease


def refused(run: SyncRun, moment: datetime = NOON) -> bool:
    with clock.using(lambda: moment):
        return claim(run.id) is None


def row(run: SyncRun) -> SyncRun:
    found: SyncRun = SyncRun.get_by_id(run.id)
    return found


def test_a_queued_run_is_claimed_once(run: SyncRun) -> None:
    lease = claimed(run)
    assert lease.fencing_token == 1
    assert refused(run)
    now = row(run)
    assert (now.state, now.lease_until, now.started_at, now.crashes) == ("running", NOON + DURATION, NOON, 0)


def test_one_of_eight_workers_gets_the_run(run: SyncRun) -> None:
    together = Barrier(8)

    def race(_: int) -> RunLease | None:
        with connected():
            together.wait(10)
            return claim(run.id)

    with ThreadPoolExecutor(8) as threads:
        leases = [lease for lease in threads.map(race, range(8)) if lease]
    assert [lease.fencing_token for lease in leases] == [1]
    assert row(run).fencing_token == 1


def test_a_run_that_does_not_exist_cannot_be_claimed(run: SyncRun) -> None:
    assert claim(run.id + 1) is None


@pytest.mark.parametrize(
    "state", [RunState.SUCCEEDED, RunState.INCOMPLETE, RunState.FAILED, RunState.CANCELLED], ids=str
)
def test_a_run_that_has_ended_is_not_claimed(state: RunState, run: SyncRun) -> None:
    SyncRun.update(state=state).execute()
    assert refused(run)


def test_an_expired_lease_can_be_taken_over(run: SyncRun) -> None:
    claimed(run)
    assert refused(run, NOON + DURATION)
    taken = claimed(run, NOON + DURATION + SECOND)
    assert (taken.fencing_token, row(run).crashes, row(run).started_at) == (2, 1, NOON)


def test_a_beat_extends_the_lease(run: SyncRun) -> None:
    lease = claimed(run)
    with clock.using(lambda: NOON + 10 * SECOND):
        lease.beat()
    assert refused(run, NOON + DURATION + SECOND)
    assert row(run).lease_until == NOON + 10 * SECOND + DURATION


def test_a_waiting_run_can_be_claimed_once_its_wait_is_over(run: SyncRun) -> None:
    claimed(run).release(state=RunState.WAITING, not_before=NOON + 60 * SECOND)
    assert refused(run, NOON + 59 * SECOND)
    claimed(run, NOON + 60 * SECOND)
    assert (row(run).not_before, row(run).crashes) == (None, 0)


def test_a_run_released_after_a_crash_resumes_at_once_and_counts_it(run: SyncRun) -> None:
    lease = claimed(run)
    with clock.using(lambda: NOON):
        lease.release_after_crash()
    claimed(run)
    assert row(run).crashes == 1


def write(lease: RunLease) -> None:
    with lease.writing(requests=5):
        Account.create(name="written by the worker")


DEEDS: list[Callable[[RunLease], Any]] = [
    RunLease.beat,
    RunLease.release_after_crash,
    write,
    lambda lease: lease.release(state=RunState.SUCCEEDED),
]


@pytest.mark.parametrize("action", DEEDS, ids=["beat", "hand back", "write", "give up"])
@pytest.mark.parametrize("how", ["taken over", "ended"])
def test_a_worker_that_lost_its_lease_changes_nothing(
    how: str, action: Callable[[RunLease], Any], run: SyncRun
) -> None:
    old = claimed(run)
    if how == "taken over":
        claimed(run, NOON + DURATION + SECOND)
    else:
        old.release(state=RunState.CANCELLED)
    before = row(run).__data__
    with pytest.raises(FencedOut):
        action(old)
    assert row(run).__data__ == before
    assert Account.select().count() == 1


def test_a_failed_write_leaves_no_trace(run: SyncRun) -> None:
    lease = claimed(run)
    before = row(run).__data__
    with pytest.raises(ZeroDivisionError), lease.writing(requests=5):
        Account.create(name=str(1 / Account.select().where(Account.name == "").count()))
    assert row(run).__data__ == before
    assert Account.select().count() == 1


def test_a_cancel_request_is_seen(run: SyncRun) -> None:
    lease = claimed(run)
    assert not lease.is_cancelled
    SyncRun.update(cancel_requested_at=NOON).execute()
    lease.beat()
    assert lease.is_cancelled
