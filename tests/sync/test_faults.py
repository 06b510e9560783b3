"""Faults instead of pages: temporary ones leave no trace, lasting ones make the run wait, and nothing loops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from portal import clock
from portal.halo import client
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.outbound import CallLimits
from portal.services.syncing import due_runs, sync_runs
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import OnPage, on_page

__all__ = ["on_page"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSING: list[dict[str, Any]] = [
    {"what": "status", "status": 500},
    {"what": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
    {"what": "status", "status": 503},
    {"what": "status", "status": 504},
    {"what": "rate_limit"},
    {"what": "html"},
    {"what": "truncated"},
    {"what": "empty"},
    {"what": "reset"},
    {"what": "reset", "size": 400},
    {"what": "slow", "seconds": 5.0},
    {"what": "drip", "size": 1, "seconds": 0.05},
]


def _words(fault: dict[str, Any]) -> str:
    return " ".join(str(value) for value in fault.values())[:24]


@pytest.fixture(autouse=True)
def _few_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_LIMITS", CallLimits(seconds=0.5, size=32_000_000))


def assert_exact(copy: Copy, report: dict[str, Any]) -> None:
    assert report["state"] == "succeeded", report["problem"]
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES
    assert {name: step["fetched"] for name, step in report["steps"].items()} == SIZES
    assert {name: copy.digests(name) for name in SIZES} == {
        name: truth["digests"] for name, truth in copy.halo.truth(digests=True).items()
    }


@pytest.mark.parametrize("fault", [each for each in PASSING if each["what"] != "rate_limit"], ids=_words)
def test_a_temporary_fault_leaves_no_trace_in_the_copy(fault: dict[str, Any], copy: Copy) -> None:
    copy.halo.fault(on="assets", page=2, times=1, **fault)
    report = copy.sync()
    assert_exact(copy, report)
    assert len([each for each in copy.halo.journal(kind="assets") if "page_size=1000" in each["query"]]) == 4


@pytest.mark.parametrize("fault", PASSING, ids=_words)
def test_a_lasting_fault_frees_the_worker_and_the_run_resumes_there(fault: dict[str, Any], copy: Copy) -> None:
    copy.halo.fault(on="assets", page=2, times=None, **fault)
    assert copy.sync()["state"] == "waiting"
    run = sync_runs.live_run(copy.integration)
    assert run.not_before is not None
    assert run.problem
    assert run.remedy
    copy.halo.clear_faults()
    later = run.not_before
    with clock.using(lambda: later):
        sync_runs.execute(run.id)
    assert_exact(copy, sync_runs.report(run))


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_no_requests_are_made_before_the_time_that_halo_named(form: str, copy: Copy) -> None:
    copy.halo.turn(retry_after=form)
    copy.halo.fault("rate_limit", on="assets", page=2, seconds=120.0)
    with clock.using(lambda: NOON):
        copy.sync()
    run = sync_runs.live_run(copy.integration)
    assert run.not_before == NOON + timedelta(minutes=2)
    requested = copy.halo.counts()["total"]
    with clock.using(lambda: NOON + timedelta(seconds=119)):
        sync_runs.execute(run.id)
    assert copy.halo.counts()["total"] == requested
    with clock.using(lambda: NOON + timedelta(minutes=2)):
        sync_runs.execute(run.id)
    assert_exact(copy, sync_runs.report(run))


@pytest.mark.parametrize("calls", [2, 3, 7])
def test_a_token_that_lasts_a_few_requests_is_renewed_each_time(calls: int, copy: Copy) -> None:
    copy.halo.turn(token_calls=calls)
    assert_exact(copy, copy.sync())
    assert Integration.get_by_id(copy.integration.id).state == "active"


def test_a_secret_that_stays_revoked_needs_attention_after_three_tries(copy: Copy, on_page: OnPage) -> None:
    def revoke() -> None:
        copy.halo.change_tenant(client_secret="another one")
        copy.halo.reset(tokens=True)

    run = copy.open()
    on_page("assets", 1, revoke)
    tries = []
    now = NOON
    with clock.using(lambda: now):
        while SyncRun.get_by_id(run.id).is_live:
            tries.append((now - NOON).total_seconds())
            sync_runs.execute(run.id)
            now = SyncRun.get_by_id(run.id).not_before or now
        report = sync_runs.report(run)
        assert (tries, report["state"]) == ([0, 60, 360], "failed")
        assert report["problem"] == "Halo does not accept this Client ID or Client Secret."
        integration = Integration.get_by_id(copy.integration.id)
        assert (integration.state, integration.problem) == ("needs_attention", report["problem"])
        # One that was granted, and three that were refused.
        assert copy.halo.counts()["by_kind"]["token"] == 3

        copy.halo.reset()
        for _ in range(50):
            now += timedelta(hours=1)
            assert due_runs.open_runs() == []
            assert sync_runs.claimable() == []
    assert copy.halo.counts()["total"] == 0


@pytest.mark.parametrize("fault", [{"what": "status", "status": 503}, {"what": "reset"}], ids=["503", "reset"])
def test_a_two_hour_outage_costs_at_most_forty_requests(fault: dict[str, Any], copy: Copy) -> None:
    run = copy.open()
    copy.halo.reset()
    copy.halo.fault(on="any", times=None, **fault)
    now, up_again = NOON, NOON + timedelta(hours=2)
    with clock.using(lambda: now), stamina.set_testing(True, attempts=6, cap=True):
        while now < up_again:
            sync_runs.execute(run.id)
            now = next_time(run)
        assert copy.halo.counts()["total"] <= 40
        copy.halo.clear_faults()
        sync_runs.execute(run.id)
    assert_exact(copy, sync_runs.report(run))


def test_a_single_row_page_that_repeats_forever_ends_amber(copy: Copy) -> None:
    copy.halo.fault(
        "status", status=200, on="contacts", body='{"record_count": 60, "users": [{"id": 1}]}', times=None
    )
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert "60 contacts" in report["problem"]
    assert "59" in report["problem"]
    assert copy.halo.counts()["by_kind"]["contacts"] <= 15


def test_rows_with_unreadable_ids_do_not_prove_a_delete(synced: Copy) -> None:
    synced.halo.fault("bad_ids", on="contacts", times=None)
    synced.sync("contacts")
    assert len(synced.ids("contacts")) == SIZES["contacts"]


def test_a_connection_that_drops_before_the_token_is_not_blamed_on_the_admin(copy: Copy) -> None:
    copy.halo.fault("reset", on="token", times=None)
    assert copy.sync()["state"] == "waiting"
    assert Integration.get_by_id(copy.integration.id).state == "active"
    assert SyncRun.select().count() == 2


def next_time(run: SyncRun) -> datetime:
    moment: datetime | None = SyncRun.get_by_id(run.id).not_before
    assert moment is not None, "the run does not wait any more"
    return moment
