"""The copy: one row for each record of the PSA."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.integrations import Integration


class RecordState(StrEnum):
    """`out_of_scope` stopped matching the filters; `deleted` is a tombstone of what the PSA no longer has."""

    LIVE = "live"
    OUT_OF_SCOPE = "out_of_scope"
    DELETED = "deleted"


class Record(BaseModel):
    """Typed columns for what people look for, and the whole payload as the PSA sent it.

    The remote ids point into the PSA: `client_remote_id` is the client that a contact, asset … belongs to. `payload`
    is what is known of the record, as JSON. A list and a detail show a record in two forms; `list_row` and `detail`
    are the last of each, None where there was none, or where the payload is exactly the list row. `digest` is the
    fingerprint of the last list row as the PSA sent it, empty before the first; `content` is that of what it means
    (portal/sync/normal_form.py). `first_run` is the run that created the record, `first_delivery` the delivery that
    did. `read_at` is when the PSA was asked for what is stored: an older answer that comes later changes nothing.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    state = CharField(default=RecordState.LIVE)
    name = CharField(default="")
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField(default="")
    site_remote_id = BigIntegerField(null=True)
    reference = CharField(default="")  # what people read aloud: e-mail, asset tag, contract number
    status = CharField(default="")
    is_active = BooleanField(null=True)
    remote_updated_at = UtcField(null=True)
    digest = BlobField()
    content: Any = BlobField(null=True)
    payload = TextField()
    list_row = TextField(null=True)
    detail = TextField(null=True)
    first_run = IntegerField(null=True)
    first_delivery = IntegerField(null=True)
    read_at = UtcField(null=True)
    first_seen_at = UtcField()
    changed_at = UtcField()

    class Meta:
        # The last two list a type's records by name, searched by name or reference, and by when they changed. Each
        # holds all that its search asks for, so that no payload is read on the way.
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "state", "name", "remote_id", "reference"), False),
            (("integration", "record_type", "state", "changed_at", "remote_id"), False),
        )


class RecordCount(BaseModel):
    """How many records of a type are in a state, as last counted: pages show it without counting anew."""

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    state = CharField()
    number = IntegerField()

    class Meta:
        indexes = ((("integration", "record_type", "state"), True),)


class ChangeKind(StrEnum):
    """What happened to a record after it was created; its creation is told by the record itself."""

    UPDATED = "updated"
    OUT_OF_SCOPE = "out_of_scope"
    DELETED = "deleted"
    BACK = "back"


class RecordChange(BaseModel):
    """One line of a record's history. `fields` maps each key that changed to its values before and after.

    `run_id` or `delivery_id` says what brought it. `why` tells people why it went out of scope or was deleted.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    at = UtcField(default=clock.now)
    run_id = IntegerField(null=True)
    delivery_id = IntegerField(null=True)
    kind = CharField()
    fields: Any = JSONField(null=True)
    why = TextField(default="")

    class Meta:
        indexes = ((("integration", "record_type", "remote_id", "id"), False),)
