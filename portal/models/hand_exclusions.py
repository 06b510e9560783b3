"""Records that people excluded by hand, whatever the filters say."""

from __future__ import annotations

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration


class HandExclusion(BaseModel):
    """One decision, which stays until somebody includes the record again.

    `by` is the person's name at the time, `why` their reason. `with_records` says whether a client's records are
    excluded along with it.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    with_records = BooleanField(default=False)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by = CharField()
    why = TextField()
    at = UtcField(default=clock.now)

    class Meta:
        indexes = ((("integration", "record_type", "remote_id"), True),)
