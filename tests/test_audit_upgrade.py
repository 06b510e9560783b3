"""A database from before migration 0013 keeps its audit log, and no longer lets anybody change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from peewee import DatabaseError

from portal import db
from portal.config import Config
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.services.audit import activity
from portal.services.audit.activity import Filters
from portal.services.audit.audit_words import Kind
from tests.old_database import opened

INSERT = "INSERT INTO audit_entry (account_id, at, action, detail, actor) VALUES (?, '2026-03-01 12:00:00', ?, ?, ?)"
ROWS = [
    ("user.created", "ada@northwind.example as admin", "", "people"),
    ("halo.enabled", "", "", "people"),
    ("halo.connected", "https://halo.example", "ada@northwind.example", "connection"),
    ("halo.paused", "", "ada@northwind.example", "sync"),
    ("sync.cancelled", "run 3", "gone@northwind.example", "sync"),
    ("delivery.replayed", "delivery 7", "ada@northwind.example", "webhook"),
    ("moon.landed", "", "", "other"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Account]:
    """Open a database as it was before, with entries."""
    with opened(request, config, tmp_path, last="0010_second_factor"):
        account: Account = Account.create(name="Northwind IT")
        for action, detail, actor, _ in ROWS:
            _insert(account.id, action, detail, actor)
        yield account


def _insert(account_id: int, *values: str) -> None:
    db.db.execute_sql(INSERT.replace("?", db.mark()), (account_id, *values))


def test_old_entries_stay_and_can_be_filtered(old: Account) -> None:
    db.upgrade()
    rows: list[Any] = list(AuditEntry.select().order_by(AuditEntry.id))
    assert [(row.action, row.detail, row.actor, row.kind) for row in rows] == ROWS
    for row in rows:
        assert (row.account, row.count, row.address, row.session) == (old, 1, "", None)
        assert row.kept_until - row.at == timedelta(days=730)
    found = activity.page(old, Filters(kind=Kind.SYNC)).entries
    assert [entry.action for entry in found] == ["sync.cancelled", "halo.paused"]


def test_old_entries_can_no_longer_be_changed(old: Account) -> None:
    db.db.execute_sql("UPDATE audit_entry SET detail = 'changed' WHERE action = 'moon.landed'")
    db.upgrade()
    for statement in ("UPDATE audit_entry SET detail = ''", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="append-only"), db.db.atomic():
            db.db.execute_sql(statement)
    assert AuditEntry.select().count() == len(ROWS)
