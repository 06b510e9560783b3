"""Saved details of records whose list rows lack values that the filters need."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BlobField, CharField, ForeignKeyField, IntegerField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class RowDetail(BaseModel):
    """The details of one record, requested at `asked_at`, and not again while its list row is the same.

    `row` is the fingerprint of that list row. `facts` are the values to decide by, as packed by the PSA's client, or
    None if there were no details: then only the run `run_id` need not fetch them again.
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
