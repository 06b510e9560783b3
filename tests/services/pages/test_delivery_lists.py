"""Lists of deliveries: by time, and by whatever is rare, without looking at all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.db import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest
from portal.services.pages import delivery_lists, delivery_pages
from portal.services.pages.delivery_lists import DeliveryFilters
from portal.sync.record_types import RecordType
from tests.postgres import database
from tests.telling import about, tell

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    halo: Integration = Integration.create(account=northwind, psa="halo", record_types=["assets"])
    return halo


def came(halo: Integration, *minutes: int) -> None:
    """Store a delivery for each minute."""
    for minute in minutes:
        Delivery.create(integration=halo, received_at=NOON + minute * MINUTE, state="done", body=b"")


def minutes(halo: Integration, since: int | None, until: int | None) -> list[int]:
    moments = [None if minute is None else NOON + minute * MINUTE for minute in (since, until)]
    rows = delivery_lists.page(halo, DeliveryFilters(since=moments[0], until=moments[1])).rows
    return [round((row.delivery.received_at - NOON) / MINUTE) for row in rows]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, 0, []),
        (31, None, []),
        (7, 7, []),
        (20, 10, []),
        (None, 1, [0]),
        (30, None, [30]),
        (8, 11, [10, 9, 8]),
        (9, 12, [11, 10, 9]),
        (None, None, [*range(30, -1, -1)]),
    ],
)
def test_a_time_begins_with_its_first_moment_and_ends_before_its_last(
    halo: Integration, since: int | None, until: int | None, found: list[int]
) -> None:
    came(Integration.create(account=Account.create(name="Other MSP"), psa="halo"), 5, 9)
    came(halo, *range(31))
    assert minutes(halo, since, until) == found


def test_where_nothing_came_no_time_finds_anything(halo: Integration) -> None:
    assert minutes(halo, -5, 5) == []


def test_what_was_stored_out_of_order_is_found_by_its_time(halo: Integration) -> None:
    came(halo, 0, 1, 3, 2, 4, 6, 5, 7)
    assert sorted(minutes(halo, 3, 6)) == [3, 4, 5]


@pytest.mark.parametrize(
    "filters",
    [
        DeliveryFilters(),
        DeliveryFilters(event="asset updated"),
        DeliveryFilters(state=DeliveryState.STUCK),
        DeliveryFilters(state=DeliveryState.STUCK, event="asset updated"),
        DeliveryFilters(state=DeliveryState.DONE, event="asset updated"),
        DeliveryFilters(remote_id=7),
        DeliveryFilters(remote_id=7, record_type=RecordType.ASSETS, state=DeliveryState.DONE, event="asset updated"),
    ],
)
def test_no_list_looks_at_all_deliveries(halo: Integration, filters: DeliveryFilters) -> None:
    if type(db.obj).__name__ != "Sqlite":
        pytest.skip("PostgreSQL plans by what the tables hold")
    query = Delivery.select(*delivery_lists.COLUMNS).where(*delivery_lists.wanted(halo, filters))
    sql, values = query.where(Delivery.id < 10**6).order_by(Delivery.id.desc()).limit(51).sql()
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
    assert not [line for line in plan if line.startswith("SCAN")]
    # Sorting is fine for the few deliveries of one record.
    assert filters.remote_id or not [line for line in plan if "TEMP B-TREE" in line]


def test_a_row_sums_up_its_refetch_requests(halo: Integration) -> None:
    tell(halo, [about("assets", number) for number in range(1, 6)])
    received = RefetchRequest.get().received_at
    for number, columns in enumerate(
        (
            {"state": "done", "outcome": "updated", "settled_at": received + timedelta(seconds=4)},
            {"state": "done", "outcome": "coalesced", "settled_at": received + timedelta(seconds=9)},
            {"state": "ignored", "outcome": "absent", "settled_at": received + timedelta(seconds=60)},
            {"attempts": 2, "not_before": received + MINUTE, "why": "Halo did not answer."},
        ),
        start=1,
    ):
        changed: Any = columns
        RefetchRequest.update(**changed).where(RefetchRequest.remote_id == number).execute()
    (row,) = delivery_lists.page(halo, DeliveryFilters()).rows
    assert (row.refetch_requests, [refetch_request.remote_id for refetch_request in row.named]) == (5, [1, 2, 3])
    assert {outcome.value: count for outcome, count in row.outcomes.items()} == {
        "updated": 1,
        "coalesced": 1,
        "absent": 1,
    }
    assert (row.seconds, row.attempts, row.next_try) == (9.0, 2, received + MINUTE)


@pytest.mark.parametrize(
    ("raw", "text", "is_text", "is_json"),
    [
        (b"", "", True, False),
        (b'{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}', True, True),
        (b'{"a":1', '{"a":1', True, False),
        (b"\xff\x00", r"\xff\x00", False, False),
        (b"1e999", "1e999", True, True),
    ],
)
def test_any_body_is_made_readable(raw: bytes, text: str, *, is_text: bool, is_json: bool) -> None:
    body = delivery_pages.body(raw)
    assert (body.text, body.is_text, body.is_json, body.rest) == (text, is_text, is_json, 0)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"[" * 50_000 + b"]" * 50_000, b"\xff" * 100_000])
def test_a_body_that_is_too_long_is_cut(raw: bytes) -> None:
    body = delivery_pages.body(raw)
    assert len(body.text) <= delivery_pages.LONGEST_BODY
    assert body.rest == 80_000
