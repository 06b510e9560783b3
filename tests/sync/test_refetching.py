"""Records that webhooks name are refetched from Halo and applied as a sync does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordChange, RecordState
from portal.models.sync import RemoteList, SyncLog
from portal.models.webhooks import RefetchRequest
from portal.services.records import stored_records
from portal.services.syncing import due_runs
from portal.services.syncing.filter_changes import change as change_filters
from portal.sync.fetcher import THREADS
from portal.sync.filters import Filters
from portal.sync.refetching import Refetcher
from tests.halo_fixtures import Copy
from tests.sync.refetches import fresh, later, one_of, record, refetch_pending, requested
from tests.telling import about, delivery_states, results, tell


@pytest.mark.parametrize("record_type", ["clients", "sites", "contacts", "products", "assets", "contracts"])
def test_a_change_in_halo_arrives(record_type: str, synced: Copy) -> None:
    (number,) = synced.halo.change(record_type, count=1)
    tell(synced.integration, about(record_type, number))
    assert refetch_pending(synced) == 1
    assert results() == [("done", "updated")]
    assert delivery_states() == ["done"]
    line = RecordChange.get()
    assert (line.remote_id, line.kind, line.run_id, line.delivery_id) == (number, ChangeKind.UPDATED, None, 1)
    assert "Updated by webhook: " in SyncLog.get(SyncLog.remote_id == number).message


def test_the_body_of_a_webhook_is_not_trusted(synced: Copy) -> None:
    number = one_of(synced, "clients")
    before = record("clients", number)
    tell(
        synced.integration, about("clients", number) | {"client": {"id": number, "name": "Forged", "inactive": True}}
    )
    assert refetch_pending(synced) == 1
    assert results() == [("done", "unchanged")]
    after = record("clients", number)
    assert (after.name, after.state, after.changed_at) == (before.name, before.state, before.changed_at)


def test_a_new_record_is_created(synced: Copy) -> None:
    (number,) = synced.halo.create("assets", 1)
    tell(synced.integration, about("assets", number, "created"))
    refetch_pending(synced)
    assert results() == [("done", "created")]
    found = record("assets", number)
    assert (found.state, found.first_run, found.first_delivery) == (RecordState.LIVE, None, 1)
    assert stored_records.counts(synced.integration)["assets"]["live"] == len(synced.ids("assets"))


def test_a_deleted_record_becomes_a_tombstone_and_comes_back(synced: Copy) -> None:
    number = one_of(synced, "assets")
    synced.halo.delete("assets", [number])
    tell(synced.integration, about("assets", number, "deleted"))
    refetch_pending(synced)
    assert record("assets", number).state == RecordState.DELETED
    assert results() == [("done", "deleted")]
    tell(synced.integration, about("assets", number, "deleted"))
    with later(minutes=2):
        refetch_pending(synced)
    assert results()[1] == ("ignored", "absent")


def test_a_record_that_exists_nowhere_is_ignored(synced: Copy) -> None:
    tell(synced.integration, about("assets", 999_999))
    refetch_pending(synced)
    assert results() == [("ignored", "absent")]
    assert delivery_states() == ["ignored"]
    assert RefetchRequest.get().why == "Halo has no such record, and neither has Scopable."


def test_a_ticket_is_distinguished_from_an_opportunity_by_reading_it(synced: Copy) -> None:
    number = one_of(synced, "opportunities")
    synced.halo.change("opportunities", [number])
    tell(synced.integration, about("ticket", number, "updated"), about("ticket", 999_999, "status changed"))
    assert refetch_pending(synced) == 2
    assert results() == [("done", "updated"), ("ignored", "absent")]
    assert RefetchRequest.get_by_id(2).why == "It's an ordinary ticket, or it doesn't exist. Tickets aren't synced."


def test_five_hundred_events_on_one_record_cost_one_request(synced: Copy) -> None:
    number = one_of(synced, "clients")
    for _ in range(5):
        tell(synced.integration, [about("clients", number) for _ in range(100)])
    assert refetch_pending(synced) == 1
    assert results()[0] == ("done", "unchanged")
    assert set(results()[1:]) == {("done", "coalesced")}
    assert delivery_states() == ["done"] * 5


def test_events_during_a_refetch_cost_one_more_request(synced: Copy, on_read: OnRead) -> None:
    number = one_of(synced, "clients")

    def more() -> None:
        synced.halo.change("clients", [number])
        tell(synced.integration, [about("clients", number) for _ in range(250)])

    tell(synced.integration, [about("clients", number) for _ in range(250)])
    on_read(more)
    assert refetch_pending(synced) == 2
    assert [result for result in results() if result[1] != "coalesced"] == [
        ("done", "unchanged"),
        ("done", "updated"),
    ]


def test_records_are_refetched_in_order_of_arrival(synced: Copy) -> None:
    arrived = sorted(synced.ids("assets"), reverse=True)[:9]
    tell(synced.integration, *[about("assets", number) for number in arrived])
    refetch_pending(synced)
    asked = [requested(synced).index(f"/api/Asset/{number}") for number in arrived]
    # Calls that are under way together may reach Halo in any order; the next one waits until one has returned.
    assert [place for place, at in enumerate(asked) if at <= place - THREADS] == []


def test_a_filtered_out_record_says_so(synced: Copy) -> None:
    number = one_of(synced, "contacts")
    change_filters(synced.integration, list(synced.integration.record_types), Filters(active_only=True), None)
    client = record("contacts", number).client_remote_id
    assert client is not None
    synced.halo.deactivate("clients", [client])
    tell(synced.integration, about("clients", client, "deactivated"))
    refetch_pending(fresh(synced))
    assert results() == [("done", "filtered_out")]
    assert RefetchRequest.get().why == "The client is inactive."
    assert record("clients", client).state == record("contacts", number).state == RecordState.OUT_OF_SCOPE
    tell(synced.integration, about("contacts", number))
    refetch_pending(fresh(synced))
    assert results()[1] == ("done", "filtered_out")
    assert RefetchRequest.get_by_id(2).why == "Your sync filters exclude its client: the client is inactive."


def test_a_client_that_comes_into_scope_requests_a_sync_of_its_records(synced: Copy) -> None:
    change_filters(synced.integration, list(synced.integration.record_types), Filters(active_only=True), None)
    client = one_of(synced, "clients")
    synced.halo.deactivate("clients", [client])
    tell(synced.integration, about("clients", client))
    refetch_pending(fresh(synced))
    nothing_else_is_due()
    synced.halo.reactivate("clients", [client])
    tell(synced.integration, about("clients", client))
    with later(minutes=2):
        refetch_pending(fresh(synced))
    assert results()[1] == ("done", "back")
    assert fresh(synced).integration.catch_up_at is not None
    assert RemoteList.get(RemoteList.record_type == "assets").read_until is None
    with later(minutes=2):
        assert [run.trigger for run in due_runs.open_runs()] == ["webhook"]
    assert fresh(synced).integration.catch_up_at is None


def nothing_else_is_due() -> None:
    """Move the schedule away: the hour, or the night, may begin within the minutes that a test looks ahead."""
    next_week = clock.now() + timedelta(weeks=1)
    Integration.update(next_sync_at=next_week, next_full_at=next_week).execute()


def test_a_type_that_is_not_synced_is_not_requested(copy: Copy) -> None:
    Integration.update(record_types=["clients"]).execute()
    tell(fresh(copy).integration, about("assets", 1))
    assert (refetch_pending(copy), delivery_states()) == (0, ["ignored"])
    assert RefetchRequest.get().why == "Its record type isn't synced."


OnRead = Callable[[Callable[[], Any]], None]


@pytest.fixture
def on_read(monkeypatch: pytest.MonkeyPatch) -> OnRead:
    """Run an action once, after Halo answered and before the answer is written."""

    def plan(action: Callable[[], Any]) -> None:
        answered, left = Refetcher._handle_success, [action]

        def first(self: Any, *rest: Any) -> None:
            if left:
                left.pop()()
            answered(self, *rest)

        monkeypatch.setattr(Refetcher, "_handle_success", first)

    return plan
