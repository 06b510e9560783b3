"""Sync runs and their logs."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class SyncRun(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    kind = CharField()
    trigger = CharField()
    state = CharField()
    filters = JSONField()
    started_by = ForeignKeyField(User, on_delete="SET NULL", null=True)
    created_at = DateTimeField()
    started_at = DateTimeField(null=True)
    finished_at = DateTimeField(null=True)
    fencing_token = IntegerField()
    lease_until = DateTimeField(null=True)
    not_before = DateTimeField(null=True)
    crashes = IntegerField()
    waits = IntegerField()
    cancel_requested_at = DateTimeField(null=True)
    requests = IntegerField()
    forecast_requests = IntegerField(null=True)
    forecast_seconds = FloatField(null=True)
    excluded = IntegerField()
    returned = IntegerField()
    problem = TextField()
    remedy = TextField()


class SyncStep(Table):
    run = ForeignKeyField(SyncRun, on_delete="CASCADE")
    position = IntegerField()
    record_type = CharField()
    state = CharField()
    mode = CharField()
    since = DateTimeField(null=True)
    remote_ids = JSONField(null=True)
    client_ids = JSONField(null=True)
    answers = JSONField(null=True)
    round = IntegerField()
    reading = JSONField(null=True)
    count_kind = CharField()
    pages_done = IntegerField()
    calls_expected = IntegerField(null=True)
    calls_done = IntegerField()
    page_asked_at = DateTimeField(null=True)
    expected = IntegerField(null=True)
    fetched = IntegerField()
    created = IntegerField()
    updated = IntegerField()
    unchanged = IntegerField()
    filtered_out = IntegerField()
    deleted = IntegerField()
    failed = IntegerField()
    requests = IntegerField()
    started_at = DateTimeField(null=True)
    finished_at = DateTimeField(null=True)
    problem = TextField()
    remedy = TextField()
    is_refused = BooleanField()

    class Meta:
        indexes = (
            (("run", "record_type"), True),
        )


class SyncPage(Table):
    step = ForeignKeyField(SyncStep, on_delete="CASCADE")
    round = IntegerField()
    number = IntegerField()
    remote_ids = BlobField()

    class Meta:
        indexes = (
            (("step", "round", "number"), True),
        )


class SyncLog(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    run = ForeignKeyField(SyncRun, on_delete="CASCADE", null=True)
    at = DateTimeField()
    level = CharField()
    subject = CharField()
    record_type = CharField(null=True)
    remote_id = BigIntegerField(null=True)
    message = TextField()
    remedy = TextField()
    cause = CharField()
    details = JSONField(null=True)

    class Meta:
        indexes = (
            (("integration", "id"), False),
            (("integration", "level", "id"), False),
            (("integration", "record_type", "id"), False),
            (("integration", "subject", "id"), False),
        )


class RemoteList(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    page_size = IntegerField(null=True)
    total = IntegerField(null=True)
    count_kind = CharField()
    filters_by_date = BooleanField(null=True)
    date_offset = IntegerField()
    psa_version = CharField()
    computed = JSONField(null=True)
    probed_at = DateTimeField(null=True)
    read_until = DateTimeField(null=True)
    full_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("integration", "record_type"), True),
        )


TABLES = [SyncRun, SyncStep, SyncPage, SyncLog, RemoteList]
INDEXES = [
    "CREATE UNIQUE INDEX sync_run_one_live ON sync_run (integration_id) WHERE state IN ('queued', 'running', 'waiting')",
    "CREATE INDEX sync_log_of_record ON sync_log (integration_id, remote_id, id) WHERE remote_id IS NOT NULL",
    "CREATE INDEX sync_log_of_cause ON sync_log (integration_id, cause, id) WHERE cause <> ''",
    "CREATE INDEX sync_log_causes ON sync_log (integration_id, id, cause) WHERE cause <> ''",
]
