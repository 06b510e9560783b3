"""Deleting expired audit entries. The database refuses to delete any others."""

from __future__ import annotations

from typing import Any, Final

from peewee import fn

from portal.db import is_sqlite
from portal.models.audit import AuditEntry

BATCH: Final = 500


def prune() -> int:
    """Delete at most one batch of expired entries; returns how many.

    Like the trigger, this uses the database's clock: a host with a wrong clock deletes nothing too early.
    """
    over = AuditEntry.select(AuditEntry.id).where(AuditEntry.kept_until < _now())
    rows: Any = over.order_by(AuditEntry.kept_until).limit(BATCH).tuples()
    ids = [row[0] for row in rows]
    return int(AuditEntry.delete().where(AuditEntry.id.in_(ids)).execute()) if ids else 0


def _now() -> Any:
    if is_sqlite():
        return fn.strftime("%Y-%m-%d %H:%M:%f", "now")
    return fn.timezone("utc", fn.clock_timestamp())
