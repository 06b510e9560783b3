"""Records that the filters exclude, with the reasons, whether or not they are stored."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class Exclusion(BaseModel):
    """One excluded record: what the list shows, and the reason why it is excluded since `at`.

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
