"""The copy: one row for each record of the PSA."""

from __future__ import annotations

from enum import StrEnum

from peewee import BigIntegerField, BlobField, BooleanField, CharField, ForeignKeyField, TextField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class RecordState(StrEnum):
    """`out_of_scope` stopped matching the filters; `deleted` is a tombstone of what the PSA no longer has."""

    LIVE = "live"
    OUT_OF_SCOPE = "out_of_scope"
    DELETED = "deleted"


class Record(BaseModel):
    """Typed columns for what people look for, and the whole payload as the PSA sent it.

    The remote ids point into the PSA: `client_remote_id` is the client that a contact, asset … belongs to.
    `payload` is JSON with sorted keys; `digest` is the fingerprint of exactly that text.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    state = CharField(default=RecordState.LIVE)
    name = CharField(default="")
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField(default="")
    site_remote_id = BigIntegerField(null=True)
    reference = CharField(default="")  # what people read aloud: e-mail, asset tag, contract number
    status = CharField(default="")
    is_active = BooleanField(null=True)
    remote_updated_at = UtcField(null=True)
    digest = BlobField()
    payload = TextField()
    first_seen_at = UtcField()
    changed_at = UtcField()

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "state", "remote_id"), False),
        )
