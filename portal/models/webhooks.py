"""What Halo has told us by webhook. A delivery is kept; each refetch request in it names one record to read again."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import SQL, BigIntegerField, BlobField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class WebhookLogin(StrEnum):
    """How Halo says who it is (halo-api.md section 6)."""

    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"
    SIGNATURE = "signature"


class DeliveryState(StrEnum):
    """`waiting` until each of its refetch requests is settled; `stuck` while one of them waits for a person."""

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
    """What reading the record again has led to. `undecided`: Halo did not say what it is, and the next sync looks;
    `together`: it was read for a refetch request that came before this one.
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
    COALESCED = "together"


# Those that changed the copy.
CHANGES = (Outcome.CREATED, Outcome.UPDATED, Outcome.BACK, Outcome.DELETED)


class Delivery(BaseModel):
    """One call of the webhook. `headers` are without what proves who called; `why` is for people. `body` is its JSON
    in UTF-8, without pictures and other long texts where it is large. `size` is about how many bytes it takes in the
    database, with its refetch requests.

    `event` is what Halo calls it, or how many events there are in it.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    received_at = UtcField()
    state = CharField()
    event = CharField(default="")
    why = TextField(default="")
    headers: Any = JSONField(default=list)
    body = BlobField()
    size = IntegerField(default=0)

    class Meta:
        # The first two count what came in a time without reading a delivery.
        indexes = (
            (("integration", "id", "received_at"), False),
            (("integration", "state", "id", "received_at"), False),
            (("integration", "event", "id"), False),
        )


class RefetchRequest(BaseModel):
    """One event of a delivery. `record_type` and `remote_id` are None where it names nothing that is synced.

    `attempts` counts the readings that failed, and there is none before `not_before`. `read_at` is when the PSA was
    asked for what settled it, at `settled_at`.
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


# Of all that ever came, few wait.
RefetchRequest.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS refetch_request_waiting ON refetch_request (integration_id, id)"
        " WHERE state = 'waiting'"
    )
)


class Refetching(BaseModel):
    """Who reads again what refetch requests name, and until when: one at a time for an integration.

    Nobody reads before `not_before`; `waits` counts how often in a row the PSA did not answer.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
    fencing_token = IntegerField(default=0)
    lease_until = UtcField(null=True)
    not_before = UtcField(null=True)
    waits = IntegerField(default=0)
    problem = TextField(default="")
    remedy = TextField(default="")
