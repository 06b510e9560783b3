"""Webhook deliveries, and the refetch requests in them. Each request names one record to read again."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import SQL, BigIntegerField, BlobField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class WebhookLogin(StrEnum):
    """How the sender of deliveries authenticates."""

    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"
    SIGNATURE = "signature"


class DeliveryState(StrEnum):
    """`waiting` until all its refetch requests are settled; `stuck` while one of them needs a person."""

    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"
    STUCK = "stuck"


class RefetchRequestState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"
    STUCK = "stuck"


class Outcome(StrEnum):
    """The result of a refetch. `undecided`: the PSA did not say what the record is, so the next sync decides.

    `coalesced`: an earlier refetch request for the same record covered this one.
    """

    CREATED = "created"
    UPDATED = "updated"
    BACK = "back"
    UNCHANGED = "unchanged"
    FILTERED_OUT = "filtered_out"
    DELETED = "deleted"
    ABSENT = "absent"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    COALESCED = "coalesced"


# Outcomes that changed the copy.
CHANGES = (Outcome.CREATED, Outcome.UPDATED, Outcome.BACK, Outcome.DELETED)


class Delivery(BaseModel):
    """One call of the webhook. `headers` exclude credentials. `why` is for people.

    `body` is the JSON in UTF-8, without pictures and other long texts if it is large. `size` is about how many bytes
    the delivery and its refetch requests take in the database. `event` is the PSA's name for the event, or the number
    of events in the delivery. A repetition of the delivery has the same `message_key`; None if the PSA does not say.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    received_at = UtcField()
    state = CharField()
    event = CharField(default="")
    why = TextField(default="")
    headers: Any = JSONField(default=list)
    body = BlobField()
    size = IntegerField(default=0)
    message_key = CharField(null=True)

    class Meta:
        # The first two count the deliveries of a period without reading any.
        indexes = (
            (("integration", "id", "received_at"), False),
            (("integration", "state", "id", "received_at"), False),
            (("integration", "event", "id"), False),
        )


# Only some PSAs say which deliveries are repetitions.
Delivery.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS delivery_message_key ON delivery (integration_id, message_key)"
        " WHERE message_key IS NOT NULL"
    )
)


class RefetchRequest(BaseModel):
    """One event of a delivery. `record_type` and `remote_id` are None if it names no record that is synced.

    `attempts` counts failed reads; the next is not before `not_before`. It was settled at `settled_at` by an answer
    that was requested at `read_at`.
    """

    delivery = ForeignKeyField(Delivery, on_delete="CASCADE")
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    event = CharField(default="")
    record_type = CharField(null=True)
    remote_id = BigIntegerField(null=True)
    state = CharField(default=RefetchRequestState.WAITING)
    outcome = CharField(null=True)
    why = TextField(default="")
    received_at = UtcField()
    attempts = IntegerField(default=0)
    not_before = UtcField(null=True)
    read_at = UtcField(null=True)
    settled_at = UtcField(null=True)

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id", "id"), False),
            (("integration", "settled_at"), False),
        )


# Few of all requests are waiting.
RefetchRequest.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS refetch_request_waiting ON refetch_request (integration_id, id)"
        " WHERE state = 'waiting'"
    )
)


class Refetching(BaseModel):
    """The refetch lease of an integration: one worker at a time refetches its records.

    No worker refetches before `not_before`. `waits` counts how often in a row the PSA did not answer.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    fencing_token = IntegerField(default=0)
    lease_until = UtcField(null=True)
    not_before = UtcField(null=True)
    waits = IntegerField(default=0)
    problem = TextField(default="")
    remedy = TextField(default="")
