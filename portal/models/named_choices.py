"""The choices of filters, collected from the stored records."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField

from portal.db import BaseModel
from portal.models.integrations import Integration


class NamedChoice(BaseModel):
    """One choice of the filter `list_name`, such as a relationship; `remote_id` is the PSA's number for it."""

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    list_name = CharField()
    remote_id = BigIntegerField()
    name = CharField()

    class Meta:
        indexes = ((("integration", "list_name", "remote_id"), True),)
