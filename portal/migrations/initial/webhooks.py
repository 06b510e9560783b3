"""Webhook deliveries and refetch requests."""

from peewee import (
    BigIntegerField,
    BlobField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class Delivery(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    received_at = DateTimeField()
    state = CharField()
    event = CharField()
    why = TextField()
    headers = JSONField()
    body = BlobField()
    size = IntegerField()
    message_key = CharField(null=True)

    class Meta:
        indexes = (
            (("integration", "id", "received_at"), False),
            (("integration", "state", "id", "received_at"), False),
            (("integration", "event", "id"), False),
        )


class DeliveryStore(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    bytes = BigIntegerField()
    refused_at = DateTimeField(null=True)
    removed_at = DateTimeField(null=True)


class RefetchRequest(Table):
    delivery = ForeignKeyField(Delivery, on_delete="CASCADE")
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    event = CharField()
    record_type = CharField(null=True)
    remote_id = BigIntegerField(null=True)
    state = CharField()
    outcome = CharField(null=True)
    why = TextField()
    received_at = DateTimeField()
    attempts = IntegerField()
    not_before = DateTimeField(null=True)
    read_at = DateTimeField(null=True)
    settled_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id", "id"), False),
            (("integration", "settled_at"), False),
        )


class Refetching(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    fencing_token = IntegerField()
    lease_until = DateTimeField(null=True)
    not_before = DateTimeField(null=True)
    waits = IntegerField()
    problem = TextField()
    remedy = TextField()


class SigningKey(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    uid = CharField(unique=True)
    address = CharField(max_length=600)
    key = TextField(null=True)
    requested_at = DateTimeField()
    due_at = DateTimeField(null=True)
    tried_at = DateTimeField(null=True)
    attempts = IntegerField()
    problem = TextField()
    remedy = TextField()

    class Meta:
        indexes = (
            (("integration", "address"), True),
        )


TABLES = [Delivery, DeliveryStore, RefetchRequest, Refetching, SigningKey]
INDEXES = [
    "CREATE UNIQUE INDEX delivery_message_key ON delivery (integration_id, message_key) WHERE message_key IS NOT NULL",
    "CREATE INDEX refetch_request_waiting ON refetch_request (integration_id, id) WHERE state = 'waiting'",
]
