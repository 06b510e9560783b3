"""Read-only access for the vendor's support, for a limited time."""

from __future__ import annotations

import secrets

from peewee import CharField, ForeignKeyField, IntegerField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account, User


def _new_uid() -> str:
    return secrets.token_urlsafe(9)


class SupportAccess(BaseModel):
    """A link that opens a read-only session until it ends or is revoked.

    `digest` is the SHA-256 of the link's token, which is stored nowhere. `guest` is who the sessions belong to: a
    user without a password, for this link alone. `note` says what the link is for.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    uid = CharField(unique=True, default=_new_uid)
    digest = CharField(unique=True)
    guest = ForeignKeyField(User, on_delete="CASCADE", unique=True)
    note = CharField(default="")
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = UtcField(default=clock.now)
    ends_at = UtcField()
    revoked_at = UtcField(null=True)
    revoked_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    last_used_at = UtcField(null=True)
    uses = IntegerField(default=0)
