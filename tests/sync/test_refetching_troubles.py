"""Refetching when Halo refuses, is down or limits requests, and beside other workers and runs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.errors import FencedOut
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import SyncLog
from portal.models.webhooks import Refetching, RefetchRequest
from portal.services.connecting import integrations
from portal.services.syncing import scheduling
from portal.services.syncing.filter_changes import change as change_filters
from portal.services.webhooks import refetches
from portal.sync import refetch_lease
from portal.sync.filters import Filters
from portal.sync.refetch_requests import MAX_ATTEMPTS
from portal.sync.writer import Writer
from tests.halo_fixtures import Copy
from tests.sync.refetches import at, fresh, later, one_of, record, refetch_pending
from tests.telling import about, delivery_states, results, tell


def test_a_refused_record_is_retried_and_then_needs_a_person(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["assets"])
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    now, pauses = clock.now(), []
    for _ in range(MAX_ATTEMPTS):
        with at(now):
            assert refetches.waiting() == [synced.integration.id]
            refetches.execute(synced.integration.id)
            refetch_request = RefetchRequest.get()
            if refetch_request.not_before is not None:
                pauses.append(refetch_request.not_before - now)
                assert refetches.waiting() == []
                now = refetch_request.not_before
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert (results(), delivery_states()) == ([("stuck", None)], ["stuck"])
    assert SyncLog.select().where(SyncLog.level == "error").count() == 1


def test_while_halo_is_down_requests_wait_and_none_fails(synced: Copy) -> None:
    numbers = sorted(synced.ids("assets"))[:20]
    tell(synced.integration, *[about("assets", number) for number in numbers])
    synced.halo.fault("status", status=503, times=None)
    now, calls = clock.now(), 0
    for _ in range(20):
        with at(now):
            assert refetches.waiting() == [synced.integration.id]
            calls += refetch_pending(synced)
            assert refetches.waiting() == []
        now = Refetching.get().not_before
    assert now - clock.now() > timedelta(hours=1)
    assert set(results()) == {("waiting", None)}
    assert RefetchRequest.select().where(RefetchRequest.attempts > 0).count() == 0
    synced.halo.clear_faults()
    with at(now):
        refetch_pending(synced)
    assert set(results()) == {("done", "unchanged")}


def test_a_record_without_an_answer_delays_no_other(synced: Copy) -> None:
    first, *others = sorted(synced.ids("assets"))[:5]
    synced.halo.fault("status", status=500, on=f"/api/asset/{first}", times=None)
    tell(synced.integration, *[about("assets", number) for number in (first, *others)])
    refetch_pending(synced)
    assert results() == [("waiting", None)] + [("done", "unchanged")] * 4
    assert RefetchRequest.get_by_id(1).attempts == 1


@pytest.mark.parametrize("status", [400, 401, 403, 410])
def test_a_refused_record_delays_no_other(status: int, synced: Copy) -> None:
    first, *others = sorted(synced.ids("assets"))[:4]
    synced.halo.fault("status", status=status, on=f"/api/asset/{first}", times=None)
    tell(synced.integration, *[about("assets", number) for number in (first, *others)])
    refetch_pending(synced)
    assert results() == [("waiting", None)] + [("done", "unchanged")] * 3
    assert fresh(synced).integration.state == IntegrationState.ACTIVE


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_single_refusal_of_a_record_is_not_a_failure(status: int, synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    synced.halo.fault("status", status=status, on="assets")
    refetch_pending(synced)
    assert (results(), RefetchRequest.get().attempts) == ([("done", "unchanged")], 0)


def test_halos_limit_is_respected(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    synced.halo.fault("rate_limit", on="assets", seconds=60)
    assert refetch_pending(synced) == 1
    assert (results(), refetches.waiting()) == ([("waiting", None)], [])
    with later(seconds=6):
        assert refetch_pending(synced) == 0
    with later(minutes=6):
        assert refetch_pending(synced) == 1
    assert results() == [("done", "unchanged")]


def test_a_revoked_secret_needs_attention_and_keeps_the_deliveries(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    synced.halo.change_tenant(client_secret="another")  # a sandbox's
    now = clock.now()
    for _ in range(3):
        with at(now):
            assert fresh(synced).integration.state == IntegrationState.ACTIVE
            refetch_pending(synced)
            now = Refetching.get().not_before
    assert fresh(synced).integration.state == IntegrationState.NEEDS_ATTENTION
    assert results() == [("waiting", None)]
    assert refetches.waiting() == []


@pytest.mark.parametrize("state", [{"paused_at": clock.now()}, {"state": IntegrationState.DISCONNECTED}])
def test_while_it_is_paused_or_disconnected_deliveries_wait(synced: Copy, state: dict[str, Any]) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    Integration.update(**state).execute()
    assert refetches.waiting() == []
    assert refetch_pending(synced) == 0
    assert results() == [("waiting", None)]


def test_an_older_list_answer_does_not_replace_a_refetched_record(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, write, left = one_of(synced, "assets"), Writer.page, [True]

    def refetch_meanwhile(self: Writer, *rest: Any) -> None:
        if left and rest[0].record_type == "assets" and number in rest[1].ids:
            left.pop()
            synced.halo.change("assets", [number])
            tell(synced.integration, about("assets", number))
            refetches.execute(synced.integration.id)
        write(self, *rest)

    monkeypatch.setattr(Writer, "page", refetch_meanwhile)
    assert synced.sync()["state"] == "succeeded"
    assert results() == [("done", "updated")]
    truth = synced.halo.record("assets", number)
    assert record("assets", number).remote_updated_at is not None
    assert json.loads(record("assets", number).payload) == truth["detail"]


def test_two_workers_do_not_refetch_at_once(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    mine = refetch_lease.claim(synced.integration.id)
    assert mine is not None
    assert (refetch_pending(synced), refetches.waiting()) == (0, [])
    with later(seconds=16):
        assert refetches.waiting() == [synced.integration.id]
        assert refetch_pending(synced) == 1
        with pytest.raises(FencedOut):
            mine.beat()


def test_a_type_that_is_disabled_meanwhile_is_not_refetched(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    change_filters(synced.integration, ["clients"], Filters(), None)
    assert refetch_pending(fresh(synced)) == 0
    assert (results(), RefetchRequest.get().why) == ([("ignored", None)], "Its record type isn't synced.")
    synced.retire()
    assert synced.ids("assets") == set()


@pytest.mark.parametrize("what", ["filters", "paused", "disconnected"])
def test_a_decision_from_before_a_change_is_not_written_after_it(synced: Copy, what: str) -> None:
    mine = refetch_lease.claim(synced.integration.id)
    assert mine is not None
    if what == "filters":
        change_filters(synced.integration, list(synced.integration.record_types), Filters(active_only=True), None)
    elif what == "paused":
        scheduling.pause(synced.integration, None)
    else:
        integrations.disconnect(synced.integration, None)
    with pytest.raises(FencedOut), mine.writing():
        pass


def test_requests_waiting_at_disconnect_are_ignored(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    integrations.disconnect(synced.integration, None)
    assert (results(), delivery_states()) == ([("ignored", None)], ["ignored"])
    assert RefetchRequest.get().why == "Halo PSA was disconnected before the record could be read."


def test_a_refetch_without_requests_calls_nothing(synced: Copy) -> None:
    assert refetches.waiting() == []
    assert refetch_pending(synced) == 0
