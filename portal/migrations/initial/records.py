"""The stored records, and what is known about records that are not stored."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class Record(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    state = CharField()
    name = CharField()
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField()
    site_remote_id = BigIntegerField(null=True)
    reference = CharField()
    status = CharField()
    is_active = BooleanField(null=True)
    remote_updated_at = DateTimeField(null=True)
    terms = TextField()
    digest = BlobField()
    content = BlobField(null=True)
    payload = TextField()
    list_row = TextField(null=True)
    detail = TextField(null=True)
    first_run = IntegerField(null=True)
    first_delivery = IntegerField(null=True)
    read_at = DateTimeField(null=True)
    first_seen_at = DateTimeField()
    changed_at = DateTimeField()

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "state", "changed_at", "remote_id"), False),
        )


class RecordChange(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    at = DateTimeField()
    run_id = IntegerField(null=True)
    delivery_id = IntegerField(null=True)
    kind = CharField()
    fields = JSONField(null=True)
    why = TextField()

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id", "id"), False),
        )


class RecordCount(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    state = CharField()
    number = IntegerField()

    class Meta:
        indexes = (
            (("integration", "record_type", "state"), True),
        )


class Exclusion(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    name = CharField()
    client_remote_id = BigIntegerField(null=True)
    client_name = CharField()
    reason = TextField()
    at = DateTimeField()

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id"), True),
            (("integration", "record_type", "name", "remote_id"), False),
        )


class RowDetail(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    row = BlobField()
    facts = BlobField(null=True)
    asked_at = DateTimeField()
    run_id = IntegerField()

    class Meta:
        indexes = (
            (("integration", "record_type", "remote_id"), True),
        )


class NamedChoice(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    list_name = CharField()
    remote_id = BigIntegerField()
    name = CharField()

    class Meta:
        indexes = (
            (("integration", "list_name", "remote_id"), True),
        )


class HeldDelete(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    record_type = CharField()
    run_id = IntegerField()
    state = CharField()
    at = DateTimeField()
    remote_ids = BlobField()
    count = IntegerField()
    stored = IntegerField()
    cause = TextField()
    advice = TextField()
    decided_at = DateTimeField(null=True)
    decided_by = ForeignKeyField(User, on_delete="SET NULL", null=True)


TABLES = [Record, RecordChange, RecordCount, Exclusion, RowDetail, NamedChoice, HeldDelete]
INDEXES = [
    "CREATE UNIQUE INDEX held_delete_one_pending ON held_delete (integration_id, record_type) WHERE state = 'pending'",
    "CREATE INDEX record_of_client ON record (integration_id, client_remote_id, record_type, state, name, remote_id)"
    " WHERE client_remote_id IS NOT NULL",
    "CREATE INDEX record_of_site ON record (integration_id, site_remote_id, record_type, state, name, remote_id)"
    " WHERE site_remote_id IS NOT NULL",
]
