"""Excluding a record by hand, through syncs and webhooks, until somebody includes it again."""

from __future__ import annotations

from typing import Any

import pytest

from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.hand_exclusions import HandExclusion
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import RunKind
from portal.services.connecting.sources import COPIED
from portal.services.pages import record_pages
from portal.services.records import exclusions, hand_exclusions
from portal.services.syncing import filter_changes
from portal.sync.filters import Filters
from portal.sync.hand_exclusions import CLIENT_BY_HAND, INCLUDED_AGAIN
from portal.sync.record_types import RecordType
from tests import connectwise_fixtures
from tests.connectwise_fixtures import connectwise
from tests.copies import copied
from tests.halo_fixtures import SIZES, Copy
from tests.psa_copies import PsaCopy
from tests.sync.refetches import one_of, record, refetch_pending
from tests.telling import about, results, tell

__all__ = ["connectwise"]

AnyCopy = PsaCopy[Any]
ASSETS, CLIENTS, SITES, CONTACTS = RecordType.ASSETS, RecordType.CLIENTS, RecordType.SITES, RecordType.CONTACTS
WHY = "Excluded by hand by Alice: Test device."
NOTHING: dict[RecordType, set[int]] = {SITES: set(), CONTACTS: set(), ASSETS: set()}


@pytest.fixture
def northwind_halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", record_types=["clients", "assets"])
    return integration


@pytest.fixture(params=["halo", "connectwise"])
def either(request: pytest.FixtureRequest, northwind: Account) -> AnyCopy:
    """Connect one PSA and copy everything once."""
    if request.param == "halo":
        found: AnyCopy = request.getfixturevalue("synced")
        return found
    copy = connectwise_fixtures.connected(northwind, request.getfixturevalue("connectwise"))
    assert copy.sync()["state"] == "succeeded"
    return copy


def exclude(copy: AnyCopy, record_type: RecordType, number: int, user: User, **how: bool) -> None:
    hand_exclusions.exclude(copy.integration, record_type, number, user, why="Test device.", **how)


def of_client(copy: AnyCopy, client: int) -> dict[RecordType, set[int]]:
    return {
        record_type: {each.remote_id for each in copy.live(record_type) if each.client_remote_id == client}
        for record_type in NOTHING
    }


def client_with_records(copy: AnyCopy) -> int:
    def fewest(client: int) -> int:
        return min(len(ids) for ids in of_client(copy, client).values())

    return max(sorted(copy.ids(CLIENTS)), key=fewest)


def choose(copy: AnyCopy, *, active_only: bool) -> None:
    filter_changes.change(copy.integration, list(SIZES), Filters(active_only=active_only), None)
    copy.integration = Integration.get_by_id(copy.integration.id)


def test_a_record_goes_at_once_and_its_page_says_who_and_why(synced: Copy, alice: User) -> None:
    number = one_of(synced, ASSETS)
    exclude(synced, ASSETS, number, alice)
    assert record(ASSETS, number).state == RecordState.OUT_OF_SCOPE
    view = record_pages.view(synced.integration, ASSETS, number)
    assert view is not None
    assert view.explanation == WHY
    assert view.history.events[0].change.why == WHY
    assert exclusions.page(synced.integration, ASSETS).rows[0].reason == WHY
    assert AuditEntry.get(AuditEntry.action == "record.excluded").detail.endswith(": Test device.")


def test_syncs_of_any_kind_leave_it_out(either: AnyCopy, alice: User) -> None:
    number = min(either.ids(ASSETS))
    exclude(either, ASSETS, number, alice)
    either.sandbox.change("assets", [number])
    for kind in (RunKind.INCREMENTAL, RunKind.FULL):
        report = either.sync(kind=kind)
        assert report["state"] == "succeeded"
        assert record(ASSETS, number).state == RecordState.OUT_OF_SCOPE
    assert report["steps"]["assets"]["left_out"] == 1


def test_a_webhook_leaves_it_out(synced: Copy, alice: User) -> None:
    number = one_of(synced, ASSETS)
    exclude(synced, ASSETS, number, alice)
    synced.halo.change("assets", [number])
    tell(synced.integration, about("assets", number))
    refetch_pending(synced)
    assert results() == [("done", "filtered_out")]
    assert record(ASSETS, number).state == RecordState.OUT_OF_SCOPE


def test_other_filters_do_not_let_it_in(synced: Copy, alice: User) -> None:
    number = one_of(synced, ASSETS)
    exclude(synced, ASSETS, number, alice)
    for active_only in (True, False):
        choose(synced, active_only=active_only)
        synced.sync()
        assert record(ASSETS, number).state == RecordState.OUT_OF_SCOPE


def test_included_again_it_comes_back_with_the_next_sync(either: AnyCopy, alice: User) -> None:
    number = min(either.ids(ASSETS))
    exclude(either, ASSETS, number, alice)
    hand_exclusions.include(either.integration, ASSETS, number, alice)
    excluded = exclusions.get(either.integration, ASSETS, number)
    assert excluded is not None
    assert exclusions.words(excluded) == INCLUDED_AGAIN
    either.sync(kind=RunKind.INCREMENTAL)
    assert record(ASSETS, number).state == RecordState.LIVE
    assert exclusions.get(either.integration, ASSETS, number) is None
    assert either.differences() == []


def test_a_client_goes_with_its_records_and_comes_back_with_them(either: AnyCopy, alice: User) -> None:
    client = client_with_records(either)
    before = of_client(either, client)
    exclude(either, CLIENTS, client, alice, with_records=True)
    assert of_client(either, client) == NOTHING
    excluded = exclusions.get(either.integration, CONTACTS, min(before[CONTACTS]))
    assert excluded is not None
    assert exclusions.words(excluded) == CLIENT_BY_HAND
    assert either.sync()["state"] == "succeeded"
    assert of_client(either, client) == NOTHING
    hand_exclusions.include(either.integration, CLIENTS, client, alice)
    assert either.sync(kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    assert of_client(either, client) == before
    assert either.differences() == []


@pytest.mark.parametrize("active_only", [False, True])
def test_a_client_may_go_without_its_records(either: AnyCopy, alice: User, *, active_only: bool) -> None:
    choose(either, active_only=active_only)
    either.sync()
    client = client_with_records(either)
    before = of_client(either, client)
    exclude(either, CLIENTS, client, alice)
    either.sandbox.change("contacts", [min(before[CONTACTS])])
    for kind in (RunKind.INCREMENTAL, RunKind.FULL):
        assert either.sync(kind=kind)["state"] == "succeeded"
        assert client not in either.ids(CLIENTS)
        assert of_client(either, client) == before


@pytest.mark.parametrize("with_records", [False, True])
def test_a_webhook_about_a_record_of_an_excluded_client_follows_the_decision(
    synced: Copy, alice: User, *, with_records: bool
) -> None:
    client = client_with_records(synced)
    number = min(of_client(synced, client)[CONTACTS])
    exclude(synced, CLIENTS, client, alice, with_records=with_records)
    synced.halo.change("contacts", [number])
    tell(synced.integration, about("contacts", number))
    tell(synced.integration, about("clients", client))
    refetch_pending(synced)
    assert results() == [("done", "filtered_out" if with_records else "updated"), ("done", "filtered_out")]
    assert record(CONTACTS, number).state == (RecordState.OUT_OF_SCOPE if with_records else RecordState.LIVE)


def test_records_that_an_interruption_left_go_with_the_next_sync(
    synced: Copy, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_with_records(synced)
    monkeypatch.setattr(hand_exclusions, "_exclude_records_of", lambda *_: None)
    exclude(synced, CLIENTS, client, alice, with_records=True)
    assert of_client(synced, client) != NOTHING
    synced.sync(kind=RunKind.INCREMENTAL)
    assert of_client(synced, client) == NOTHING


def test_deleted_in_the_psa_it_is_a_tombstone_like_any_other(synced: Copy, alice: User) -> None:
    number = one_of(synced, ASSETS)
    exclude(synced, ASSETS, number, alice)
    synced.halo.delete("assets", [number])
    synced.sync()
    assert record(ASSETS, number).state == RecordState.DELETED


@pytest.mark.parametrize("state", [RecordState.DELETED, RecordState.OUT_OF_SCOPE])
def test_what_is_not_synced_cannot_be_excluded(northwind_halo: Integration, alice: User, state: RecordState) -> None:
    copied(northwind_halo, [1], state=state)
    with pytest.raises(Conflict):
        hand_exclusions.exclude(northwind_halo, ASSETS, 1, alice, why="x")
    with pytest.raises(NotFound):
        hand_exclusions.exclude(northwind_halo, ASSETS, 2, alice, why="x")
    assert HandExclusion.select().count() == 0


def test_an_exclusion_has_a_reason(northwind_halo: Integration, alice: User) -> None:
    copied(northwind_halo, [1])
    with pytest.raises(Invalid):
        hand_exclusions.exclude(northwind_halo, ASSETS, 1, alice, why="  ")
    assert record(ASSETS, 1).state == RecordState.LIVE


def test_what_nobody_excluded_by_hand_cannot_be_included(synced: Copy, alice: User) -> None:
    with pytest.raises(Conflict):
        hand_exclusions.include(synced.integration, ASSETS, one_of(synced, ASSETS), alice)


def test_there_is_a_limit(northwind_halo: Integration, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_exclusions, "MOST", 1)
    copied(northwind_halo, [1, 2])
    hand_exclusions.exclude(northwind_halo, ASSETS, 1, alice, why="x")
    with pytest.raises(Conflict, match="the most there can be"):
        hand_exclusions.exclude(northwind_halo, ASSETS, 2, alice, why="x")


def test_numbers_of_another_tenant_are_forgotten() -> None:
    assert HandExclusion in COPIED
