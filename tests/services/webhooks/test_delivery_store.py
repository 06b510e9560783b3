"""How much of an account's deliveries is kept: the oldest are deleted, never one that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.delivery_store import DeliveryStore
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.psa.webhooks import WebhookEvent
from portal.services.operations import retention
from portal.services.webhooks import delivery_store, inbox
from portal.services.webhooks.deliveries import BYTES_OF_ROW, Arrival
from tests.postgres import database

__all__ = ["database"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTLED = [state for state in DeliveryState if state != DeliveryState.WAITING]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, database: None) -> Iterator[None]:
    monkeypatch.setattr(delivery_store, "MOST_KEPT", 10_000)
    monkeypatch.setattr(delivery_store, "MOST_IN_EXCESS", 5_000)
    monkeypatch.setattr(delivery_store, "_full", {})
    with clock.using(lambda: NOW):
        yield


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(account=northwind, psa="halo", state="active")
    return halo


def arrival(halo: Integration, size: int, state: DeliveryState = DeliveryState.DONE) -> Arrival:
    body = b"x" * (size - BYTES_OF_ROW - 10)
    return Arrival(halo.id, NOW, state, "client updated", "", [("X", "Y" * 9)], body)


def store(arrivals: Sequence[Arrival]) -> list[int]:
    return inbox._store(arrivals)


def sizes() -> list[int]:
    return [delivery.size for delivery in Delivery.select().order_by(Delivery.id)]


def counted(halo: Integration) -> int:
    row: DeliveryStore = DeliveryStore.get(DeliveryStore.integration == halo)
    assert row.bytes == sum(len(each.body) + BYTES_OF_ROW + 10 for each in Delivery.select())
    return row.bytes


def test_what_is_stored_is_counted_for_each_account(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    assert store([arrival(halo, 3_000), arrival(halo, 2_000), arrival(other, 9_000)]) == []
    assert store([arrival(halo, 6_000), arrival(other, 500)]) == [halo.id]
    assert [row.bytes for row in DeliveryStore.select().order_by(DeliveryStore.integration)] == [11_000, 9_500]


def test_each_event_counts(halo: Integration) -> None:
    event = WebhookEvent("client updated", "clients", 1, "")
    store([replace(arrival(halo, 3_000), events=[event] * 4)])
    assert sizes() == [3_000 + 4 * BYTES_OF_ROW]


@pytest.mark.parametrize("state", SETTLED)
def test_the_oldest_are_deleted(halo: Integration, state: DeliveryState) -> None:
    store([arrival(halo, 4_000, state), arrival(halo, 3_000), arrival(halo, 5_000)])
    delivery_store.make_room(halo.id)
    assert (sizes(), counted(halo)) == ([3_000, 5_000], 8_000)
    assert delivery_store.notes(halo).removed_at == NOW
    assert not delivery_store.is_full(halo.id)
    with clock.using(lambda: NOW + timedelta(days=15)):
        assert delivery_store.notes(halo).removed_at is None


def test_one_that_waits_is_never_deleted(halo: Integration) -> None:
    store([arrival(halo, 6_000, DeliveryState.WAITING), *(arrival(halo, size) for size in (3_000, 3_000, 2_000))])
    delivery_store.make_room(halo.id)
    assert sizes() == [6_000, 2_000]
    store([arrival(halo, 9_000, DeliveryState.WAITING)])
    delivery_store.make_room(halo.id)
    assert sizes() == [6_000, 9_000]


def test_one_that_is_stuck_in_part_waits_for_the_rest(halo: Integration) -> None:
    store([arrival(halo, 6_000, DeliveryState.STUCK), arrival(halo, 5_000)])
    first = Delivery.select().order_by(Delivery.id).get()
    RefetchRequest.create(delivery=first, integration=halo, state=RefetchRequestState.WAITING, received_at=NOW)
    delivery_store.make_room(halo.id)
    assert sizes() == [6_000]


def test_while_nothing_can_be_deleted_the_account_is_full_and_no_other(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    store([arrival(halo, 16_000, DeliveryState.WAITING), arrival(other, 9_000)])
    delivery_store.make_room(halo.id)
    assert (delivery_store.is_full(halo.id), delivery_store.is_full(other.id)) == (True, False)


def test_below_the_limit_nothing_is_deleted(halo: Integration) -> None:
    store([arrival(halo, 5_000), arrival(halo, 5_000)])
    delivery_store.make_room(halo.id)
    assert retention.prune()["deliveries beyond the limit"] == 0
    assert sizes() == [5_000, 5_000]
    assert delivery_store.notes(halo).removed_at is None


def test_retention_makes_room_too(halo: Integration) -> None:
    store([arrival(halo, 1_000) for _ in range(30)])
    assert retention.prune()["deliveries beyond the limit"] == 20
    assert (len(sizes()), counted(halo)) == (10, 10_000)


def test_deleted_deliveries_are_no_longer_counted(halo: Integration) -> None:
    store([arrival(halo, 4_000), arrival(halo, 3_000), arrival(halo, 2_000)])
    Delivery.update(received_at=NOW - timedelta(days=15)).where(Delivery.size > 2_000).execute()
    assert retention.prune()["deliveries"] == 2
    assert (sizes(), counted(halo)) == ([2_000], 2_000)


def test_a_refusal_is_shown_for_a_day(halo: Integration) -> None:
    assert delivery_store.notes(halo).refused_at is None
    delivery_store.note_refusal(halo.id)
    with clock.using(lambda: NOW + timedelta(seconds=30)):
        delivery_store.note_refusal(halo.id)
    assert delivery_store.notes(halo).refused_at == NOW
    with clock.using(lambda: NOW + timedelta(hours=25)):
        assert delivery_store.notes(halo).refused_at is None
