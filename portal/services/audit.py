"""Who did what: one line for each deed of a person."""

from __future__ import annotations

from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry


def record(account: Account, user: User | None, action: str, detail: str = "") -> None:
    """Note a deed; `user` is None for the operator. Belongs into the transaction of the deed itself."""
    actor = user.email if user else ""
    AuditEntry.create(account=account, user=user, action=action, detail=detail, actor=actor)
