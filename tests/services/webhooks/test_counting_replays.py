"""What could be replayed is counted by indexes alone: no delivery is read for it, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.db import db
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState
from portal.services.pages.delivery_lists import DeliveryFilters
from portal.services.webhooks import replaying
from portal.services.webhooks.replaying import Choice, Counted
from tests.halo_fixtures import Copy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHOICES = [
    Choice(failed=True),
    Choice(since=NOON),
    Choice(until=NOON + HOUR),
    Choice(since=NOON, until=NOON + HOUR),
    Choice(failed=True, since=NOON, until=NOON + HOUR),
]


def came(integration: Integration, state: DeliveryState, *minutes: int) -> None:
    rows = [
        {
            "integration": integration,
            "received_at": NOON + timedelta(minutes=minute),
            "state": state,
            "event": "",
            "why": "",
            "headers": [],
            "body": b"{}",
        }
        for minute in minutes
    ]
    Delivery.insert_many(rows).execute()


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    noted: list[tuple[str, Any]] = []
    database = db.obj
    execute = database.execute_sql

    def note(sql: str, values: Any = None, **options: Any) -> Any:
        noted.append((sql, values))
        return execute(sql, values, **options)

    with monkeypatch.context() as patch:
        patch.setattr(database, "execute_sql", note)
        yield noted


@pytest.mark.parametrize("choice", CHOICES)
def test_an_offer_reads_no_delivery(choice: Choice, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    came(copy.integration, DeliveryState.STUCK, *range(-30, 90))
    with statements(monkeypatch) as noted:
        replaying.offer(copy.integration, choice)
    assert noted
    for sql, values in noted:
        plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values or ()).fetchall()]
        lines = [line for line in plan if " delivery" in line or "t1" in line]
        assert lines
        assert not [line for line in lines if "COVERING INDEX" not in line], plan


@pytest.mark.parametrize(("number", "found"), list(enumerate([9, 12, 14, 10, 6])))
def test_the_count_is_right(number: int, found: int, copy: Copy) -> None:
    for minute in (-20, -10, -5, -4, 0, 1, 2, 3, 4, 10, 20, 30, 40, 50, 70, 80):
        came(copy.integration, DeliveryState.DONE if minute % 10 or minute == 80 else DeliveryState.STUCK, minute)
    assert replaying.offer(copy.integration, CHOICES[number]).counted == Counted(found, more=False)


def test_counting_ends_at_the_most_that_is_replayed_at_once(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "MOST", 5)
    came(copy.integration, DeliveryState.STUCK, *range(50))
    assert replaying.offer(copy.integration, Choice(failed=True)).counted == Counted(5, more=True)


def test_a_list_that_shows_no_time_offers_only_what_failed(copy: Copy) -> None:
    came(copy.integration, DeliveryState.DONE, 1, 2)
    assert replaying.offers(copy.integration, DeliveryFilters()) == []
