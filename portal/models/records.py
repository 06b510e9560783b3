"""The copy: one row for each record of the PSA."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import (
    SQL,
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
    """`out_of_scope` no longer matches the filters; `deleted` is a tombstone: the PSA no longer has it."""

    LIVE = "live"
    OUT_OF_SCOPE = "out_of_scope"
    DELETED = "deleted"


class Record(BaseModel):
    """Typed columns for what people search by, and the whole payload.

    Remote ids are the PSA's: `client_remote_id` is the client that a contact, asset … belongs to. A list and a detail
    return a record in two forms; `payload` is the JSON merged from both (portal/sync/row_and_detail.py). `list_row`
    and `detail` are the last of each, or None if there was none, or if the payload equals the list row. `digest` is
    the fingerprint of the last list row as sent, empty before the first; `content` is that of its normal form
    (portal/sync/normal_form.py). `terms` are the words of the search (portal/sync/search_terms.py). `first_run` or
    `first_delivery` created the record. `read_at` is when the stored answer was requested: an older answer that
    arrives later changes nothing.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    state = CharField(default=RecordState.LIVE)
    name = CharField(default="")
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField(default="")
    site_remote_id = BigIntegerField(null=True)
    reference = CharField(default="")  # what people quote: e-mail, asset tag, contract number
    status = CharField(default="")
    is_active = BooleanField(null=True)
    remote_updated_at = UtcField(null=True)
    terms = TextField(default="")
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
        # The indexes of the lists and of the search differ by engine: migrations/initial/record_lists.py.
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "state", "changed_at", "remote_id"), False),
        )


# A client's and a site's records by name. Most products have neither.
for column, owner in (("client_remote_id", "client"), ("site_remote_id", "site")):
    Record.add_index(
        SQL(
            f"CREATE INDEX IF NOT EXISTS record_of_{owner} ON record"
            f" (integration_id, {column}, record_type, state, name, remote_id) WHERE {column} IS NOT NULL"
        )
    )


class RecordCount(BaseModel):
    """How many records of a type are in a state, so that pages need not count (portal/sync/counting.py)."""

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    state = CharField()
    number = IntegerField()

    class Meta:
        indexes = ((("integration", "record_type", "state"), True),)


class ChangeKind(StrEnum):
    """What happened to a record after it was created. The record itself says when that was."""

    UPDATED = "updated"
    OUT_OF_SCOPE = "out_of_scope"
    DELETED = "deleted"
    BACK = "back"


class RecordChange(BaseModel):
    """One line of a record's history. `fields` maps each key that changed to its values before and after.

    `run_id` or `delivery_id` is what caused it. `why` is the reason why it went out of scope or was deleted.
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
