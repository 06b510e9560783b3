"""What details told of records whose list rows carry too little to decide about them."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BlobField, CharField, ForeignKeyField, IntegerField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class RowDetail(BaseModel):
    """The details of one record, asked for at `asked_at`; the request is not repeated while its list row is the same.

    `row` is the fingerprint of that list row. `facts` is what decides about the record, as the PSA's client packs it;
    None where there were no details: then only the run `run_id`, which asked, need not ask again.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    row = BlobField()
    facts: Any = BlobField(null=True)
    asked_at = UtcField()
    run_id = IntegerField()

    class Meta:
        indexes = ((("integration", "record_type", "remote_id"), True),)
