"""Deletes held for a person to decide, because so many at once are more likely due to a lost permission."""

from __future__ import annotations

from enum import StrEnum

from peewee import SQL, BlobField, CharField, ForeignKeyField, IntegerField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration


class HeldDeleteState(StrEnum):
    """`kept`: a person decided to keep these records until the PSA lists them again."""

    PENDING = "pending"
    APPROVED = "approved"
    KEPT = "kept"
    OVER = "over"


class HeldDelete(BaseModel):
    """Records that vanished from a list in one run, out of `stored` records. `remote_ids` is a packed list."""

    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    integration_id: int
    record_type = CharField()
    run_id = IntegerField()
    state = CharField(default=HeldDeleteState.PENDING)
    at = UtcField(default=clock.now)
    remote_ids = BlobField()
    count = IntegerField()
    stored = IntegerField()
    cause = TextField()
    advice = TextField(default="")
    decided_at = UtcField(null=True)
    decided_by = ForeignKeyField(User, null=True, on_delete="SET NULL")


# One pending row per list: a later run replaces it.
HeldDelete.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS held_delete_one_pending ON held_delete (integration_id, record_type)"
        " WHERE state = 'pending'"
    )
)
