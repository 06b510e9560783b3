"""A database from before migration 0011, with deliveries in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import Table

from portal import clock, db
from portal.config import Config
from portal.models.delivery_store import DeliveryStore
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.services.webhooks.deliveries import BYTES_OF_ROW
from tests.old_database import insert, opened


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Config]:
    with opened(request, config, tmp_path, last="0010_second_factor") as old:
        yield old


def insert_delivery(integration: int, number: int, body: bytes, *, refetch_requests: int) -> None:
    deliveries = Table("delivery").bind(db.db.obj)
    row = {"id": number, "integration_id": integration, "event": "", "why": "", "headers": "[]", "body": body}
    deliveries.insert(received_at=clock.now(), state=DeliveryState.DONE, **row).execute()
    for _ in range(refetch_requests):
        RefetchRequest.create(
            delivery=number, integration=integration, state=RefetchRequestState.DONE, received_at=clock.now()
        )


def test_what_is_kept_already_is_counted(old: Config) -> None:
    for number, name in enumerate(["Northwind IT", "Other MSP"], start=1):
        insert("account", id=number, name=name)
        insert("integration", id=number, account_id=number, psa="halo", uid=name, webhook_id=name)
    halo, empty = 1, 2
    insert_delivery(halo, 1, b"\x00" * 1_000, refetch_requests=0)
    insert_delivery(halo, 2, b"x" * 500, refetch_requests=3)
    assert db.upgrade()[0] == "0011_delivery_store"
    sizes = [delivery.size for delivery in Delivery.select().order_by(Delivery.id)]
    assert sizes == [1_002 + BYTES_OF_ROW, 502 + 4 * BYTES_OF_ROW]
    assert DeliveryStore.get(DeliveryStore.integration == halo).bytes == sum(sizes)
    assert DeliveryStore.get_or_none(DeliveryStore.integration == empty) is None
