"""The database itself keeps the audit log from being changed, on both engines, whoever asks and in whatever way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from peewee import DatabaseError

from portal import clock
from portal.db import db, is_sqlite, placeholder
from portal.models.accounts import Account, RoleName, User
from portal.models.audit import AuditEntry
from portal.services.accounts import users
from portal.services.audit import audit_counts, audit_log
from portal.services.audit.audit_retention import BATCH
from portal.services.operations import retention
from portal.vault import Secret
from tests.postgres import database

__all__ = ["database"]

DAY = timedelta(days=1)


@pytest.fixture
def entry(northwind: Account, alice: User) -> AuditEntry:
    audit_log.record(northwind, alice, "integration.connected", "https://halo.example", {"Tenant": ("none", "acme")})
    return found()


@pytest.fixture
def grouped(northwind: Account, alice: User) -> AuditEntry:
    audit_counts.count(northwind.id, alice, "login.failed", address="192.0.2.1")
    audit_counts.flush()
    return found()


def found() -> AuditEntry:
    entry: AuditEntry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    return entry


def run(statement: str, *values: Any) -> None:
    with db.atomic():
        db.execute_sql(statement.replace("?", placeholder()), values)


def refuses(statement: str, *values: Any) -> None:
    before = list(AuditEntry.select().order_by(AuditEntry.id).dicts())
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement, *values)
    assert list(AuditEntry.select().order_by(AuditEntry.id).dicts()) == before


@pytest.mark.parametrize(
    "change",
    [
        "action = 'integration.disconnected'",
        "detail = ''",
        "changes = NULL",
        """changes = '{"Schedule": ["never", "always"]}'""",
        "actor = 'mallory@other.example'",
        "user_id = NULL",
        "account_id = NULL",
        "address = '203.0.113.9'",
        "session = 7",
        "kind = 'other'",
        "at = '2001-01-01 00:00:00'",
        "kept_until = '2001-01-01 00:00:00'",
        "count = 2",
        "last_at = '2030-01-01 00:00:00'",
        "group_key = 'x'",
        "id = id + 1000",
    ],
)
def test_no_column_of_an_entry_can_be_changed(entry: AuditEntry, change: str) -> None:
    refuses(f"UPDATE audit_entry SET {change}")  # noqa: S608  # constants above


def test_an_entry_cannot_be_given_to_another_person(entry: AuditEntry, mallory: User) -> None:
    refuses("UPDATE audit_entry SET user_id = ?", mallory.id)


def test_an_entry_cannot_be_deleted(entry: AuditEntry) -> None:
    refuses("DELETE FROM audit_entry")
    refuses("DELETE FROM audit_entry WHERE id = ?", entry.id)


def test_an_entry_cannot_be_replaced_or_emptied_away(entry: AuditEntry, grouped: AuditEntry) -> None:
    columns = "(id, at, action, detail, actor, kind, address, count, group_key, kept_until)"
    if is_sqlite():
        row = f"{columns} VALUES (?, '2001-01-01', 'x', '', '', '', '', 1, ?, '2001-01-01')"
        refuses(f"INSERT OR REPLACE INTO audit_entry {row}", entry.id, None)
        refuses(f"REPLACE INTO audit_entry {row}", 999, grouped.group_key)
        refuses("UPDATE OR REPLACE audit_entry SET id = ? WHERE id = ?", entry.id, grouped.id)
    else:
        refuses("TRUNCATE audit_entry")
        refuses("TRUNCATE account CASCADE")


def test_an_account_with_entries_cannot_be_deleted(entry: AuditEntry, northwind: Account) -> None:
    refuses("DELETE FROM account WHERE id = ?", northwind.id)
    assert Account.get_by_id(northwind.id) == northwind


def test_a_person_can_be_removed_and_their_entries_stay(northwind: Account, alice: User, entry: AuditEntry) -> None:
    audit_counts.count(northwind.id, alice, "login.failed", address="192.0.2.1")
    audit_counts.flush()
    users.remove(alice)
    rows = list(AuditEntry.select().order_by(AuditEntry.id))
    assert [(row.action, row.user, row.actor) for row in rows] == [
        ("integration.connected", None, alice.email),
        ("login.failed", None, alice.email),
        ("user.removed", None, ""),
    ]


@pytest.mark.parametrize("change", ["count = count - 1", "count = 0", "count = count", "count = count + 1"])
def test_a_count_cannot_shrink_nor_its_time_go_back(grouped: AuditEntry, change: str) -> None:
    refuses(f"UPDATE audit_entry SET {change}, last_at = '2001-01-01 00:00:00'")  # noqa: S608
    if "-" in change or "0" in change:
        refuses(f"UPDATE audit_entry SET {change}")  # noqa: S608


def test_nothing_else_can_be_changed_while_a_count_grows(grouped: AuditEntry) -> None:
    refuses("UPDATE audit_entry SET count = count + 1, detail = 'nothing to see here'")


def test_a_count_can_grow(grouped: AuditEntry, northwind: Account, alice: User) -> None:
    for _ in range(3):
        audit_counts.count(northwind.id, alice, "login.failed", address="192.0.2.1")
        audit_counts.flush()
    assert [row.count for row in AuditEntry.select()] == [4]


def written(northwind: Account, age: timedelta) -> None:
    """Write an entry at a time that the database's own clock, too, holds for past."""
    with clock.using(lambda: datetime.now(UTC) - age):
        audit_log.record(northwind, None, "account.created", f"{age.days}")


def kept() -> list[str]:
    return [row.detail for row in AuditEntry.select().order_by(AuditEntry.id)]


def test_entries_go_after_two_years(northwind: Account) -> None:
    for days in (800, 731, 729, 1):
        written(northwind, days * DAY)
    assert retention.prune()["audit entries"] == 2
    assert kept() == ["729", "1"]


def test_an_entry_is_kept_for_as_long_as_was_said_when_it_was_written(northwind: Account) -> None:
    written(northwind, 100 * DAY)
    audit_log.bind(90 * DAY)
    try:
        written(northwind, 99 * DAY)
        assert retention.prune()["audit entries"] == 1
    finally:
        audit_log.bind(730 * DAY)
    assert kept() == ["100"]
    refuses("DELETE FROM audit_entry")


def test_a_host_whose_clock_is_fast_deletes_nothing_and_stumbles_over_nothing(northwind: Account) -> None:
    written(northwind, DAY)
    with clock.using(lambda: datetime.now(UTC) + 1000 * DAY):
        assert retention.prune()["audit entries"] == 0
    assert kept() == ["1"]


def test_entries_are_deleted_in_batches(northwind: Account) -> None:
    at = datetime.now(UTC) - 800 * DAY
    row = {"account": northwind, "action": "account.created", "at": at, "kept_until": at + 730 * DAY}
    AuditEntry.insert_many([row] * (BATCH + 5)).execute()
    assert [retention.prune()["audit entries"] for _ in range(3)] == [BATCH, 5, 0]


def test_an_address_that_is_used_again_gives_no_entry_to_the_new_person(
    northwind: Account, alice: User, entry: AuditEntry
) -> None:
    users.remove(alice)
    again = users.create(northwind, alice.email, Secret("correct horse battery"), RoleName.SUPPORT)
    refuses("UPDATE audit_entry SET user_id = ? WHERE id = ?", again.id, entry.id)
