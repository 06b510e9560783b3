"""Reading the audit log: by person, kind and time, from a million entries as fast as from ten."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.db import db, is_sqlite
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.services.audit import activity, audit_log
from portal.services.audit.activity import ActivityFilters
from portal.services.audit.audit_words import Kind
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY_FILTER = [
    ActivityFilters(person=person, kind=kind, since=since, until=until)
    for person, kind, since, until in itertools.product(
        (None, "", "alice@northwind.example"), (None, Kind.SYNC), (None, NOON - HOUR), (None, NOON)
    )
]


def did(account: Account, user: User | None, action: str, hours: int) -> None:
    with clock.using(lambda: NOON + hours * HOUR):
        audit_log.record(account, user, action, f"{hours}")


def hours(account: Account, **filters: Any) -> list[int]:
    return [int(entry.detail) for entry in activity.page(account, ActivityFilters(**filters)).rows]


@pytest.fixture
def day(northwind: Account, alice: User, sam: User, mallory: User) -> Account:
    for hour in range(9):
        did(northwind, (alice, sam, None)[hour % 3], ("sync.started", "login.succeeded")[hour % 2], hour)
        did(mallory.account, mallory, "sync.started", hour)
    return northwind


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"person": "alice@northwind.example"}, [6, 3, 0]),
        ({"person": ""}, [8, 5, 2]),
        ({"person": "nobody@northwind.example"}, []),
        ({"kind": Kind.SYNC}, [8, 6, 4, 2, 0]),
        ({"kind": Kind.LOG_IN, "person": "sam@northwind.example"}, [7, 1]),
        ({"since": NOON + 6 * HOUR}, [8, 7, 6]),
        ({"until": NOON + 2 * HOUR}, [1, 0]),
        ({"since": NOON + 2 * HOUR, "until": NOON + 7 * HOUR, "kind": Kind.SYNC}, [6, 4, 2]),
        ({"since": NOON + 20 * HOUR}, []),
    ],
)
def test_filters_narrow_the_list_down(day: Account, filters: dict[str, Any], found: list[int]) -> None:
    assert hours(day, **filters) == found


def test_people_are_those_who_have_entries(day: Account) -> None:
    assert activity.people(day) == ["alice@northwind.example", "sam@northwind.example"]


def test_the_operator_reads_all_accounts_and_what_concerns_none(day: Account) -> None:
    audit_log.record(None, None, "vault.rotated", "3 secrets")
    entries = list(activity.newest_first(None, ActivityFilters()))
    assert len(entries) == 19
    assert (entries[0].account, entries[0].who, entries[0].words) == (
        "",
        "Operator",
        "re-encrypted stored secrets with the new key:",
    )
    assert "vault.rotated" not in {entry.action for entry in activity.newest_first(day, ActivityFilters())}


@pytest.mark.parametrize("filters", EVERY_FILTER, ids=str)
def test_no_page_looks_at_all_entries(northwind: Account, filters: ActivityFilters) -> None:
    if not is_sqlite():
        pytest.skip("PostgreSQL plans by what the tables hold: the next test asks it")
    plan = _explained(northwind, filters, "EXPLAIN QUERY PLAN")
    assert not [line for line in plan if line.startswith("SCAN") or "TEMP B-TREE" in line]


# Written by the database itself, in one go; every thousandth is by the person and of the kind that are looked for.
WRITE = {
    True: """INSERT INTO audit_entry (account_id, at, action, detail, actor, kind, address, count, kept_until)
        WITH RECURSIVE number(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i + 1 < 1000000)
        SELECT ?, strftime('%Y-%m-%d %H:%M:%f', '2026-11-01', (i * 2) || ' seconds'), 'sync.started', '',
        CASE i % 1000 WHEN 0 THEN 'alice@northwind.example' ELSE 'sam@northwind.example' END,
        CASE i % 1000 WHEN 0 THEN 'sync' ELSE 'log_in' END, '', 1, '2036-01-01' FROM number""",
    False: """INSERT INTO audit_entry (account_id, at, action, detail, actor, kind, address, count, kept_until)
        SELECT %s, timestamp '2026-11-01' + i * interval '2 seconds', 'sync.started', '',
        CASE mod(i, 1000) WHEN 0 THEN 'alice@northwind.example' ELSE 'sam@northwind.example' END,
        CASE mod(i, 1000) WHEN 0 THEN 'sync' ELSE 'log_in' END, '', 1, timestamp '2036-01-01'
        FROM generate_series(0, 999999) AS i""",
}


def test_a_page_of_a_million_entries_is_a_range_of_an_index(northwind: Account, alice: User) -> None:
    db.execute_sql(WRITE[is_sqlite()], (northwind.id,))
    if not is_sqlite():
        db.execute_sql("ANALYZE audit_entry")
    for filters in EVERY_FILTER:
        began = time.perf_counter()
        activity.page(northwind, filters, before=900_000)
        activity.people(northwind)
        # Reading all would take hundreds of times as long.
        assert time.perf_counter() - began < 0.25, filters
        if not is_sqlite():
            plan = _explained(northwind, filters, "EXPLAIN")
            assert not [line for line in plan if "Seq Scan on audit_entry" in line], plan


def _explained(account: Account, filters: ActivityFilters, how: str) -> list[str]:
    query = activity.query(account, filters).where(AuditEntry.id < 10**6).order_by(AuditEntry.id.desc()).limit(51)
    sql, values = query.sql()
    return [str(row[-1]) for row in db.execute_sql(f"{how} {sql}", values).fetchall()]
