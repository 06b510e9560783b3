"""Who did what in an account: the audit log for its people, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry

PAGE_ENTRIES: Final = 50


@dataclass(frozen=True)
class ActivityPage:
    """`older` is the id to page on from, None when this is the end."""

    entries: list[AuditEntry]
    older: int | None


def page(account: Account, *, before: int | None = None, size: int = PAGE_ENTRIES) -> ActivityPage:
    """Return the deeds older than `before`, or the newest."""
    wanted = AuditEntry.account == account
    if before is not None:
        wanted &= AuditEntry.id < before
    rows = list(
        AuditEntry.select(AuditEntry, User)
        .left_outer_join(User)
        .where(wanted)
        .order_by(AuditEntry.id.desc())
        .limit(size + 1)
    )
    entries = rows[:size]
    return ActivityPage(entries, entries[-1].id if len(rows) > size else None)
