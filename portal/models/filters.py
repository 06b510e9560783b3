"""The history of sync filters, and previews of a change."""

from __future__ import annotations

from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration


class FilterVersion(BaseModel):
    """The record types and filters that applied from `at` until the next version.

    `changes` maps what differs from the version before to its values before and after, in words. `why` says what led
    to it, empty for an ordinary change. `actor` is the person's email address, which stays when the person is
    removed; it is empty for the operator.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    at = UtcField(default=clock.now)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    actor = CharField(default="")
    record_types: Any = JSONField()
    filters: Any = JSONField()
    changes: Any = JSONField(default=dict)
    why = TextField(default="")

    class Meta:
        indexes = ((("integration", "id"), False),)


class FilterPreview(BaseModel):
    """What a change of the filters would do, computed slice by slice from the stored records.

    `key` is the fingerprint of the change and of what it starts from. `progress` is the checkpoint and the counts so
    far; each slice raises `slices`, so that two requests never count the same records.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    key = CharField()
    created_at = UtcField(default=clock.now)
    record_types: Any = JSONField()
    filters: Any = JSONField()
    progress: Any = JSONField(default=dict)
    slices = IntegerField(default=0)
    is_done = BooleanField(default=False)

    class Meta:
        indexes = ((("integration", "key"), True),)
