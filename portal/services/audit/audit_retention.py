"""Forgetting audit entries whose time is over. The database refuses to delete any others."""

from __future__ import annotations

from typing import Any, Final

from peewee import fn

from portal.db import is_sqlite
from portal.models.audit import AuditEntry

BATCH: Final = 500


def prune() -> int:
    """Delete at most one bite of the entries that were kept for long enough; returns how many.

    By the database's own clock, as its trigger has it: a host whose clock is wrong deletes nothing too early.
    """
    over = AuditEntry.select(AuditEntry.id).where(AuditEntry.kept_until < _now())
    rows: Any = over.order_by(AuditEntry.kept_until).limit(BATCH).tuples()
    ids = [row[0] for row in rows]
    return int(AuditEntry.delete().where(AuditEntry.id.in_(ids)).execute()) if ids else 0


def _now() -> Any:
    if is_sqlite():
        return fn.strftime("%Y-%m-%d %H:%M:%f", "now")
    return fn.timezone("utc", fn.clock_timestamp())
