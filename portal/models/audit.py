"""The audit log: who did what, when and from where."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from peewee import CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account, User

KEPT: Final = timedelta(days=730)


def _kept_until() -> datetime:
    return clock.now() + KEPT


class AuditEntry(BaseModel):
    """One action of a person or the operator. Never holds a secret.

    Triggers make the table append-only (portal/migrations/initial/audit_triggers.py): the database refuses to change
    an entry, or to delete one before `kept_until`. There are two exceptions: `user` becomes NULL when the person is
    removed, and in an entry with a `group_key`, which stands for many alike, `count` and `last_at` may grow.

    `account` is None for entries that concern no account; only the operator sees them. `actor` is the person's e-mail
    address, which stays when the person is removed; it is empty for the operator. `address` and `session` say where a
    request came from, and are empty for commands and jobs. `changes` maps what was changed to its values before and
    after, in words; a secret is named only, with null for its values.
    """

    account = ForeignKeyField(Account, null=True, on_delete="CASCADE", index=False)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = UtcField(default=clock.now)
    action = CharField()
    detail = TextField(default="")
    changes: Any = JSONField(null=True)
    actor = CharField(default="")
    kind = CharField(default="other")
    address = CharField(default="")
    session = IntegerField(null=True)
    count = IntegerField(default=1)
    last_at = UtcField(null=True)
    group_key = CharField(null=True, unique=True)
    kept_until = UtcField(default=_kept_until, index=True)

    class Meta:
        indexes = (
            (("account", "id"), False),
            (("account", "kind", "id"), False),
            (("account", "actor", "id"), False),
            (("account", "actor", "kind", "id"), False),
        )
