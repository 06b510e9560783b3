"""Writing the audit log: one entry for each action of a person or the operator."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from portal import clock
from portal.models.accounts import Account, User
from portal.models.audit import KEPT, AuditEntry
from portal.services.audit.audit_words import kind_of
from portal.services.audit.changes import Changes


@dataclass(frozen=True)
class Origin:
    """The caller's address and session number. Commands have neither."""

    address: str = ""
    session: int | None = None


# A function, because a log-in creates its session in the middle of the request.
origin: ContextVar[Callable[[], Origin]] = ContextVar("audit_origin", default=Origin)

_kept = KEPT


def bind(kept: timedelta) -> None:
    """Set how long the entries of this process are kept."""
    global _kept
    _kept = kept


def kept() -> timedelta:
    return _kept


def record(
    account: Account | None, user: User | None, action: str, detail: str = "", changes: Changes | None = None
) -> None:
    """Record an action. `user` is None for the operator, `account` if the action concerns none. `changes` are shown
    in place of the detail.

    Call it inside the transaction of the action.
    """
    come_from, now = origin.get()(), clock.now()
    AuditEntry.create(
        account=account,
        user=user,
        at=now,
        action=action,
        kind=kind_of(action),
        detail=detail.replace("\0", ""),  # PostgreSQL stores no null characters
        changes=changes or None,
        actor=user.email if user else "",
        address=come_from.address,
        session=come_from.session,
        kept_until=now + _kept,
    )
