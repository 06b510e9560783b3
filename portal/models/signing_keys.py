"""Keys with which PSAs sign their webhook deliveries, fetched from the PSA."""

from __future__ import annotations

import secrets

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration
from portal.vault import EncryptedField


def _new_uid() -> str:
    return secrets.token_urlsafe(12)


class SigningKey(BaseModel):
    """One address that deliveries name, and the key that was found there.

    `key` is None until it is fetched. `due_at` is when the next fetch is due, None if none is wanted; a worker that
    fetches moves it ahead, so that another one tries if it dies. `requested_at` is when a delivery last had to wait
    for the key or did not fit it, `tried_at` when the key was last asked for. `attempts` counts failures in a row,
    and `problem` and `remedy` explain the last one to people.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    integration_id: int
    uid = CharField(unique=True, default=_new_uid)
    address = CharField(max_length=600)
    key = EncryptedField(null=True)
    requested_at = UtcField()
    due_at = UtcField(null=True)
    tried_at = UtcField(null=True)
    attempts = IntegerField(default=0)
    problem = TextField(default="")
    remedy = TextField(default="")

    class Meta:
        indexes = ((("integration", "address"), True),)
