"""Records that are not synced, each with the reason, whether or not a copy of them is stored."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class Exclusion(BaseModel):
    """One excluded record: what a list shows of it, and why it is excluded since `at`.

    A record that comes back into scope, or that the PSA no longer has, loses its row.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    name = CharField(default="")
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField(default="")
    reason = TextField()
    at = UtcField(default=clock.now)

    class Meta:
        # The second one lists a type's excluded records by name.
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "name", "remote_id"), False),
        )
