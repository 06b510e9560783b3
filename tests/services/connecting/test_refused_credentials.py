"""Halo refuses the credentials: two more tries, and then the integration needs attention."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.models.accounts import User
from portal.models.sync import SyncRun
from portal.models.webhooks import Refetching
from portal.services.connecting import integrations
from portal.services.syncing import sync_runs
from portal.services.webhooks import refetches
from tests.halo_fixtures import Copy
from tests.services.days import NOON, Day, day, token_requests, work
from tests.services.helpers import fresh
from tests.telling import about, results, tell

__all__ = ["day"]

STATUSES = pytest.mark.parametrize("status", [400, 401])


@STATUSES
@pytest.mark.parametrize(("times", "tries"), [(1, [0, 60]), (2, [0, 60, 360])])
def test_one_or_two_refusals_are_waited_for(
    status: int, times: int, tries: list[float], copy: Copy, day: Day
) -> None:
    copy.halo.fault("refused_client", status=status, on="token", times=times)
    run = copy.open()
    assert work(run, day) == tries
    report = sync_runs.report(run)
    assert report["state"] == "succeeded"
    assert report["requests"] == copy.halo.counts()["total"]
    now = fresh(copy.integration)
    assert (now.state, now.credential_refusals, now.credentials_retry_at) == ("active", 0, None)
    assert "Halo accepts the credentials again. Syncing resumes." in copy.logged()


@STATUSES
def test_the_third_refusal_needs_attention(status: int, copy: Copy, day: Day) -> None:
    copy.halo.fault("refused_client", status=status, on="token", times=None)
    run = copy.open()
    assert work(run, day) == [0, 60, 360]
    assert sync_runs.report(run)["state"] == "failed"
    now = fresh(copy.integration)
    assert (now.state, now.problem) == ("needs_attention", "Halo does not accept this Client ID or Client Secret.")
    assert now.credentials_retry_at == NOON + timedelta(minutes=6, hours=1)
    assert token_requests(copy) == 3


def test_the_log_says_what_was_refused_and_when_it_is_tried_again(copy: Copy, day: Day) -> None:
    copy.integration.account.time_zone = "Europe/London"
    copy.halo.fault("refused_client", on="token", times=None)
    run = copy.open()
    work(run, day)
    assert [line for line in copy.logged() if "Client ID" in line] == [
        "Halo does not accept this Client ID or Client Secret. Resumes automatically at 12:01:00.",
        "Halo does not accept this Client ID or Client Secret. Resumes automatically at 12:06:00.",
        "Halo does not accept this Client ID or Client Secret. Next try at 13:06:00, then once an hour.",
        "Halo does not accept this Client ID or Client Secret.",
    ]


def test_a_run_that_waits_for_halo_to_accept_frees_its_worker(copy: Copy, day: Day) -> None:
    copy.halo.fault("refused_client", on="token")
    copy.sync()
    run = sync_runs.live_run(copy.integration)
    assert (run.state, run.lease_until, run.not_before) == ("waiting", None, NOON + timedelta(minutes=1))
    day.later(seconds=59)
    asked = copy.halo.counts()["total"]
    sync_runs.execute(run.id)
    assert copy.halo.counts()["total"] == asked


def test_refusals_between_which_halo_has_agreed_are_not_added_up(copy: Copy, day: Day) -> None:
    for _ in range(4):
        copy.halo.fault("refused_client", on="token", times=2)
        run = copy.open("clients")
        work(run, day)
        assert sync_runs.report(run)["state"] == "succeeded"
    assert fresh(copy.integration).state == "active"


def test_a_run_and_a_webhook_share_the_tries(synced: Copy, day: Day) -> None:
    synced.halo.fault("refused_client", on="token", times=None)
    tell(synced.integration, about("assets", min(synced.ids("assets"))))
    synced.sync()
    for _ in range(20):
        refetches.execute(synced.integration.id)
        day.later(seconds=1)
    assert token_requests(synced) == 1
    assert Refetching.get().not_before == NOON + timedelta(minutes=1)
    assert fresh(synced.integration).state == "active"


@STATUSES
@pytest.mark.parametrize("times", [1, 2])
def test_refetching_waits_for_a_refusal_that_passes(status: int, times: int, day: Day, synced: Copy) -> None:
    synced.halo.fault("refused_client", status=status, on="token", times=times)
    tell(synced.integration, about("assets", min(synced.ids("assets"))))
    for _ in range(times + 1):
        assert refetches.waiting() == [synced.integration.id]
        refetches.execute(synced.integration.id)
        day.now = Refetching.get().not_before or day.now
    assert results() == [("done", "unchanged")]
    assert fresh(synced.integration).credential_refusals == 0
    assert day.seconds == {1: 60, 2: 360}[times]


def test_a_persons_test_lets_a_waiting_run_go_on_at_once(copy: Copy, alice: User, day: Day) -> None:
    copy.halo.fault("refused_client", on="token", times=1)
    copy.sync()
    day.later(seconds=10)
    assert integrations.test_again(fresh(copy.integration), alice).ok
    run = sync_runs.live_run(copy.integration)
    assert sync_runs.claimable() == [run]
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"


def test_a_cancelled_run_does_not_wait_for_the_credentials(copy: Copy, day: Day) -> None:
    copy.halo.fault("refused_client", on="token", times=None)
    run = copy.open()
    SyncRun.update(cancel_requested_at=NOON).where(SyncRun.id == run.id).execute()
    sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "cancelled"
