"""How much of the database the webhook deliveries of an integration take."""

from __future__ import annotations

from peewee import BigIntegerField, ForeignKeyField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class DeliveryStore(BaseModel):
    """`bytes` is the sum of `Delivery.size`.

    `refused_at` is when a delivery was last refused because too much came or is kept; `removed_at` when deliveries
    were last removed to make room.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    bytes = BigIntegerField(default=0)
    refused_at = UtcField(null=True)
    removed_at = UtcField(null=True)
