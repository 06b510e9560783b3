"""How much space the webhook deliveries of an integration take in the database."""

from __future__ import annotations

from peewee import BigIntegerField, ForeignKeyField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class DeliveryStore(BaseModel):
    """`bytes` is the sum of `Delivery.size`.

    `refused_at` is when a delivery was last refused for lack of room or by a rate limit; `removed_at` is when
    deliveries were last removed to make room.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    bytes = BigIntegerField(default=0)
    refused_at = UtcField(null=True)
    removed_at = UtcField(null=True)
