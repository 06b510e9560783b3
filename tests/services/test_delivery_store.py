"""How much of an account's deliveries is kept: the oldest lose what Halo sent, never what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.delivery_store import DeliveryStore
from portal.models.integrations import Integration, Psa
from portal.models.webhooks import Delivery, DeliveryState, Hint, HintState
from portal.services import delivery_store, inbox, replaying, retention
from portal.services.deliveries import Arrival
from tests.postgres import database

__all__ = ["database"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTLED = [state for state in DeliveryState if state != DeliveryState.WAITING]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, database: None) -> Iterator[None]:
    monkeypatch.setattr(delivery_store, "MOST_KEPT", 1_000)
    monkeypatch.setattr(delivery_store, "MOST_IN_EXCESS", 500)
    monkeypatch.setattr(delivery_store, "_full", {})
    with clock.using(lambda: NOW):
        yield


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(account=northwind, psa=Psa.HALO, state="active")
    return halo


def arrival(halo: Integration, size: int, state: DeliveryState = DeliveryState.DONE) -> Arrival:
    return Arrival(halo.id, NOW, state, "client updated", "", [("X", "Y" * 9)], b"x" * (size - 10))


def store(arrivals: Sequence[Arrival]) -> list[int]:
    return inbox._store(arrivals)


def filled() -> list[int]:
    return [delivery.size for delivery in Delivery.select().where(~Delivery.is_emptied).order_by(Delivery.id)]


def kept(halo: Integration) -> int:
    row: DeliveryStore = DeliveryStore.get(DeliveryStore.integration == halo)
    assert row.bytes == sum(len(each.body) + 10 for each in Delivery.select() if each.body)
    return row.bytes


def test_what_is_stored_is_counted_for_each_account(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa=Psa.HALO)
    assert store([arrival(halo, 300), arrival(halo, 200), arrival(other, 900)]) == []
    assert store([arrival(halo, 600), arrival(other, 50)]) == [halo.id]
    assert [row.bytes for row in DeliveryStore.select().order_by(DeliveryStore.integration)] == [1_100, 950]


@pytest.mark.parametrize("state", SETTLED)
def test_the_oldest_lose_what_halo_sent_and_keep_what_came_of_it(halo: Integration, state: DeliveryState) -> None:
    store([arrival(halo, 400, state), arrival(halo, 300), arrival(halo, 500)])
    delivery_store.make_room(halo.id)
    assert (filled(), kept(halo)) == ([300, 500], 800)
    first = Delivery.select().order_by(Delivery.id).get()
    assert (bytes(first.body), first.headers, first.size) == (b"", [], 400)
    assert (first.event, first.state, first.received_at) == ("client updated", state, NOW)
    assert delivery_store.notes(halo).emptied_at == NOW
    assert not delivery_store.is_full(halo.id)


def test_one_that_waits_is_never_emptied(halo: Integration) -> None:
    store([arrival(halo, 600, DeliveryState.WAITING), arrival(halo, 300), arrival(halo, 300), arrival(halo, 200)])
    delivery_store.make_room(halo.id)
    assert filled() == [600, 200]
    store([arrival(halo, 900, DeliveryState.WAITING)])
    delivery_store.make_room(halo.id)
    assert filled() == [600, 900]


def test_while_nothing_can_be_emptied_the_account_is_full_and_no_other(halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa=Psa.HALO)
    store([arrival(halo, 1_600, DeliveryState.WAITING), arrival(other, 900)])
    delivery_store.make_room(halo.id)
    assert (delivery_store.is_full(halo.id), delivery_store.is_full(other.id)) == (True, False)


def test_below_the_limit_nothing_is_emptied(halo: Integration) -> None:
    store([arrival(halo, 500), arrival(halo, 500)])
    delivery_store.make_room(halo.id)
    assert retention.prune()["bodies of deliveries"] == 0
    assert filled() == [500, 500]
    assert delivery_store.notes(halo).emptied_at is None


def test_retention_makes_room_too(halo: Integration) -> None:
    store([arrival(halo, 100) for _ in range(30)])
    assert retention.prune()["bodies of deliveries"] == 20
    assert (len(filled()), kept(halo)) == (10, 1_000)


def test_deliveries_that_are_forgotten_are_counted_no_more(halo: Integration) -> None:
    store([arrival(halo, 400), arrival(halo, 300), arrival(halo, 500)])
    delivery_store.make_room(halo.id)
    Delivery.update(received_at=NOW - timedelta(days=15)).where(Delivery.size < 500).execute()
    assert retention.prune()["deliveries"] == 2
    assert (filled(), kept(halo)) == ([500], 500)


def test_one_that_was_emptied_is_not_read_again_and_is_still_replayed(halo: Integration) -> None:
    Integration.update(record_types=["clients"]).execute()
    store([arrival(halo, 700, DeliveryState.STUCK), arrival(halo, 700, DeliveryState.UNREADABLE), arrival(halo, 900)])
    stuck, unreadable, _ = Delivery.select().order_by(Delivery.id)
    Hint.create(
        delivery=stuck, integration=halo, state=HintState.STUCK, record_type="clients", remote_id=1, received_at=NOW
    )
    delivery_store.make_room(halo.id)
    assert filled() == [900]
    halo = Integration.get_by_id(halo.id)
    assert replaying.replay(halo, unreadable, None) == 0
    assert replaying.replay(halo, stuck, None) == 1
    assert Delivery.get_by_id(unreadable.id).state == DeliveryState.UNREADABLE


def test_a_refusal_is_told_for_a_day(halo: Integration) -> None:
    assert delivery_store.notes(halo).refused_at is None
    delivery_store.note_refusal(halo.id)
    with clock.using(lambda: NOW + timedelta(seconds=30)):
        delivery_store.note_refusal(halo.id)
    assert delivery_store.notes(halo).refused_at == NOW
    with clock.using(lambda: NOW + timedelta(hours=25)):
        assert delivery_store.notes(halo).refused_at is None
