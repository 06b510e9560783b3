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


@dataclass(frozen=True)
class Origin:
    """Where an action comes from: the caller's address and the number of their session. Commands have neither."""

    address: str = ""
    session: int | None = None


# A function, because the session of a log-in gets its number only in the middle of the request.
origin: ContextVar[Callable[[], Origin]] = ContextVar("audit_origin", default=Origin)

_kept = KEPT


def bind(kept: timedelta) -> None:
    """Keep the entries that this process writes for so long."""
    global _kept
    _kept = kept


def kept() -> timedelta:
    return _kept


def record(account: Account | None, user: User | None, action: str, detail: str = "") -> None:
    """Write down an action; `user` is None for the operator, `account` where none is concerned.

    Belongs into the transaction of the action itself.
    """
    come_from, now = origin.get()(), clock.now()
    AuditEntry.create(
        account=account,
        user=user,
        at=now,
        action=action,
        kind=kind_of(action),
        detail=detail,
        actor=user.email if user else "",
        address=come_from.address,
        session=come_from.session,
        kept_until=now + _kept,
    )
