"""The answer that was requested last wins, whichever is written last: a list's or a refetch's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.exclusions import Exclusion
from portal.models.records import Record, RecordChange, RecordState
from portal.models.sync import RemoteList, RunKind
from portal.models.webhooks import RefetchRequest
from portal.services.records import stored_records
from portal.services.syncing import filter_changes
from portal.services.webhooks import refetches
from portal.sync.engine import Engine
from portal.sync.fetcher import Fetched
from portal.sync.filters import Filters
from portal.sync.missing_records import MissingRecords
from portal.sync.refetching import Refetcher
from portal.sync.stream import Stream
from tests.halo_fixtures import SIZES, Copy
from tests.sync.refetches import record
from tests.telling import about, results, tell

Overtaking = Callable[[str, Callable[[], Any]], None]
OUT = RecordState.OUT_OF_SCOPE


@pytest.fixture
def before_page(monkeypatch: pytest.MonkeyPatch) -> Overtaking:
    """Run an action once, after a page of this list arrived and before it is written."""

    def plan(record_type: str, action: Callable[[], Any]) -> None:
        handle, left = Engine._handle, [action]

        def overtaken(self: Engine, stream: Stream, fetched: Fetched) -> None:
            if left and stream.record_type == record_type:
                left.pop()()
            handle(self, stream, fetched)

        monkeypatch.setattr(Engine, "_handle", overtaken)

    return plan


@pytest.fixture
def before_refetch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Run an action once, after a refetched record arrived and before it is written."""

    def plan(action: Callable[[], Any]) -> None:
        answered, left = Refetcher._handle_success, [action]

        def overtaken(self: Refetcher, *rest: Any) -> None:
            if left:
                left.pop()()
            answered(self, *rest)

        monkeypatch.setattr(Refetcher, "_handle_success", overtaken)

    return plan


def refetch(copy: Copy, record_type: str, number: int) -> None:
    tell(copy.integration, about(record_type, number))
    refetches.execute(copy.integration.id)


def client_with(copy: Copy, record_type: str) -> tuple[int, set[int]]:
    """Return a client that has records of the type, and their ids."""
    first = Record.select().where(Record.record_type == record_type, Record.client_remote_id.is_null(False)).first()
    mine = (Record.record_type == record_type) & (Record.client_remote_id == first.client_remote_id)
    return first.client_remote_id, {each.remote_id for each in Record.select().where(mine)}


def counts_are_exact(copy: Copy) -> bool:
    found = stored_records.counts(copy.integration)
    return all(found[of][state.value] == len(copy.ids(of, state)) for of in SIZES for state in RecordState)


@pytest.fixture
def filtered(synced: Copy) -> Copy:
    """Copy everything with the filter for active clients; all clients in Halo are active."""
    synced.halo.reactivate("clients", synced.halo.truth("clients", ids=True)["inactive_ids"])
    filter_changes.change(synced.integration, list(SIZES), Filters(active_only=True), None)
    assert synced.sync()["state"] == "succeeded"
    assert len(synced.ids("clients")) == SIZES["clients"]
    return synced


def test_an_older_list_answer_excludes_no_client_and_none_of_its_records(
    filtered: Copy, before_page: Overtaking
) -> None:
    client, contacts = client_with(filtered, "contacts")
    filtered.halo.deactivate("clients", [client])

    def overtake() -> None:
        filtered.halo.reactivate("clients", [client])
        refetch(filtered, "clients", client)

    before_page("clients", overtake)
    report = filtered.sync()
    assert report["state"] == "succeeded"
    assert filtered.ids("clients", OUT) == filtered.ids("contacts", OUT) == set()
    assert contacts <= filtered.ids("contacts")
    assert Exclusion.select().count() == 0
    assert report["steps"]["clients"]["unchanged"] == SIZES["clients"]


def test_an_older_list_answer_does_not_move_read_at_back(filtered: Copy, before_page: Overtaking) -> None:
    client, _ = client_with(filtered, "contacts")
    filtered.halo.deactivate("clients", [client])
    seen: list[datetime | None] = []

    def overtake() -> None:
        filtered.halo.reactivate("clients", [client])
        filtered.halo.change("clients", [client])
        refetch(filtered, "clients", client)
        seen.append(record("clients", client).read_at)

    before_page("clients", overtake)
    filtered.sync()
    assert record("clients", client).read_at == seen[0]
    assert filtered.differences("clients") == []


def test_an_older_list_answer_does_not_create_what_has_been_deleted_since(
    synced: Copy, before_page: Overtaking
) -> None:
    (number,) = synced.halo.create("products", 1)

    def overtake() -> None:
        synced.halo.delete("products", [number])
        refetch(synced, "products", number)

    before_page("products", overtake)
    step = synced.sync()["steps"]["products"]
    assert results() == [("ignored", "absent")]
    assert number not in synced.ids("products")
    assert (step["created"], step["unchanged"]) == (0, SIZES["products"] + 1)
    assert counts_are_exact(synced)


def test_an_older_list_answer_does_not_create_what_has_been_excluded_since(
    filtered: Copy, before_page: Overtaking
) -> None:
    (number,) = filtered.halo.create("clients", 1)

    def overtake() -> None:
        filtered.halo.deactivate("clients", [number])
        refetch(filtered, "clients", number)

    before_page("clients", overtake)
    filtered.sync()
    assert results() == [("done", "filtered_out")]
    assert number not in filtered.ids("clients")
    assert Exclusion.get(Exclusion.record_type == "clients").remote_id == number


def test_an_older_list_answer_does_not_revive_a_tombstone(synced: Copy, before_page: Overtaking) -> None:
    number = min(synced.ids("products"))

    def overtake() -> None:
        synced.halo.delete("products", [number])
        refetch(synced, "products", number)

    before_page("products", overtake)
    synced.sync()
    assert synced.ids("products", RecordState.DELETED) == {number}
    assert [line.kind for line in RecordChange.select()] == ["deleted"]
    assert counts_are_exact(synced)


def test_an_undecided_refetch_does_not_override_the_list(synced: Copy, before_page: Overtaking) -> None:
    (number,) = synced.halo.create("products", 1)

    def undecided() -> None:
        refetch(synced, "products", number)
        Record.delete().where(Record.record_type == "products", Record.remote_id == number).execute()
        RefetchRequest.update(outcome="rejected").execute()

    before_page("products", undecided)
    assert synced.sync()["steps"]["products"]["created"] == 1


@pytest.mark.parametrize("is_changed", [True, False])
def test_an_older_refetch_excludes_nothing_that_a_newer_list_showed(
    is_changed: bool,  # noqa: FBT001  # a case
    filtered: Copy,
    before_refetch: Callable[[Callable[[], Any]], None],
) -> None:
    client, contacts = client_with(filtered, "contacts")
    filtered.halo.deactivate("clients", [client])

    def overtake() -> None:
        filtered.halo.reactivate("clients", [client])
        if is_changed:
            filtered.halo.change("clients", [client])
        assert filtered.sync()["state"] == "succeeded"

    before_refetch(overtake)
    refetch(filtered, "clients", client)
    assert filtered.ids("clients", OUT) == filtered.ids("contacts", OUT) == set()
    assert contacts <= filtered.ids("contacts")
    assert results() == [("done", "unchanged")]


def test_records_of_a_client_excluded_during_a_sync_stay_out(filtered: Copy, before_page: Overtaking) -> None:
    client, contacts = client_with(filtered, "contacts")

    def overtake() -> None:
        filtered.halo.deactivate("clients", [client])
        refetch(filtered, "clients", client)

    before_page("contacts", overtake)
    filtered.sync()
    assert filtered.ids("clients", OUT) == {client}
    assert filtered.ids("contacts", OUT) == contacts
    assert counts_are_exact(filtered)


def test_records_of_a_client_that_returns_during_a_sync_arrive_with_the_next(
    filtered: Copy, before_page: Overtaking
) -> None:
    client, contacts = client_with(filtered, "contacts")
    filtered.halo.deactivate("clients", [client])
    filtered.sync()
    assert filtered.ids("contacts", OUT) == contacts

    def overtake() -> None:
        filtered.halo.reactivate("clients", [client])
        refetch(filtered, "clients", client)

    before_page("contracts", overtake)  # the last list of all
    filtered.sync()
    assert RemoteList.get(RemoteList.record_type == "contracts").read_until is None
    assert filtered.sync(kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    assert filtered.ids("contacts", OUT) == set()
    assert contacts <= filtered.ids("contacts")


def test_an_older_answer_does_not_delete_a_record_that_a_refetch_found(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = min(synced.ids("products"))
    synced.halo.delete("products", [number])
    decide = MissingRecords.decide

    def overtaken(self: MissingRecords, *rest: Any) -> Any:
        """Simulate a refetch, requested a moment later, that found the record."""
        found = yield from decide(self, *rest)
        if self.record_type == "products":
            tell(synced.integration, about("products", number))
            later = clock.now() + timedelta(seconds=1)
            RefetchRequest.update(state="done", outcome="unchanged", read_at=later, settled_at=later).execute()
        return found

    monkeypatch.setattr(MissingRecords, "decide", overtaken)
    assert synced.sync()["steps"]["products"]["deleted"] == 0
    assert number in synced.ids("products")
