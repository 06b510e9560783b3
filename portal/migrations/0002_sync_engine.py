"""What an engine for real tenants remembers: filters, schedule, budget, lists, history, held deletes."""

import json

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    _integrations(migrator, db)
    _runs(migrator, db)
    _records(migrator)
    _tables(db)


def _integrations(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "filters", JSONField(null=True)),
        migrator.add_column("integration", "schedule", JSONField(null=True)),
        migrator.add_column("integration", "full_hour", IntegerField(default=2)),
        migrator.add_column("integration", "paused_at", DateTimeField(null=True)),
        migrator.add_column("integration", "next_full_at", DateTimeField(null=True)),
        migrator.add_column("integration", "quota", IntegerField(null=True)),
        migrator.add_column("integration", "budget_share", IntegerField(default=100)),
        migrator.add_column("integration", "quiet_hours", JSONField(null=True)),
    )
    mark = "?" if db.param == "?" else "%s"
    rows = db.execute_sql("SELECT id, active_only, sync_every_minutes FROM integration").fetchall()
    for number, active_only, minutes in rows:
        values = (json.dumps({"active_only": bool(active_only)}), json.dumps({"minutes": minutes}), number)
        db.execute_sql(f"UPDATE integration SET filters = {mark}, schedule = {mark} WHERE id = {mark}", values)
    migrator.migrate(
        migrator.add_not_null("integration", "filters"),
        migrator.add_not_null("integration", "schedule"),
        migrator.drop_column("integration", "active_only"),
        migrator.drop_column("integration", "sync_every_minutes"),
    )


def _runs(migrator, db):
    migrator.migrate(migrator.add_column("sync_run", "filters", JSONField(null=True)))
    mark = "?" if db.param == "?" else "%s"
    for each in (True, False):
        filters = json.dumps({"active_only": each})
        db.execute_sql(f"UPDATE sync_run SET filters = {mark} WHERE active_only = {mark}", (filters, each))
    migrator.migrate(
        migrator.add_not_null("sync_run", "filters"),
        migrator.drop_column("sync_run", "active_only"),
        migrator.add_column("sync_step", "mode", CharField(default="full")),
        migrator.add_column("sync_step", "since", DateTimeField(null=True)),
        migrator.add_column("sync_step", "remote_ids", JSONField(null=True)),
        migrator.add_column("sync_step", "round", IntegerField(default=1)),
        migrator.add_column("sync_step", "moved", BooleanField(default=False)),
        migrator.add_column("sync_step", "page_size", IntegerField(null=True)),
        migrator.add_column("sync_page", "round", IntegerField(default=1)),
        migrator.add_column("sync_log", "subject", CharField(default="run")),
        migrator.drop_index("sync_page", "syncpage_step_id_number"),
        migrator.add_index("sync_page", ("step_id", "round", "number"), True),
    )


def _records(migrator):
    key = ("integration_id", "record_type", "state")
    migrator.migrate(
        migrator.add_column("record", "first_run", IntegerField(null=True)),
        migrator.add_column("record", "read_at", DateTimeField(null=True)),
        migrator.drop_index("record", "record_integration_id_record_type_state_remote_id"),
        migrator.add_index("record", (*key, "name", "remote_id", "reference")),
        migrator.add_index("record", (*key, "changed_at", "remote_id")),
        migrator.add_index("sync_log", ("integration_id", "subject", "id")),
    )


def _tables(db):
    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class RecordChange(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        remote_id = BigIntegerField()
        at = DateTimeField()
        run_id = IntegerField(null=True)
        kind = CharField()
        fields = JSONField(null=True)
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "record_change"
            indexes = ((("integration", "record_type", "remote_id", "id"), False),)

    class RecordCount(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        state = CharField()
        number = IntegerField()

        class Meta:
            database = db
            table_name = "record_count"
            indexes = ((("integration", "record_type", "state"), True),)

    class RemoteList(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        page_size = IntegerField(null=True)
        total = IntegerField(null=True)
        filters_by_date = BooleanField(null=True)
        probed_at = DateTimeField(null=True)
        read_until = DateTimeField(null=True)
        full_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "remote_list"
            indexes = ((("integration", "record_type"), True),)

    class HeldDelete(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE")
        record_type = CharField()
        run_id = IntegerField()
        state = CharField(default="pending")
        at = DateTimeField()
        remote_ids = BlobField()
        count = IntegerField()
        stored = IntegerField()
        cause = TextField()
        advice = TextField(default="")
        decided_at = DateTimeField(null=True)
        decided_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "held_delete"

    class TenantBudget(Model):
        tenant = CharField(unique=True)
        quota = IntegerField()
        window_seconds = IntegerField()
        blocked_until = DateTimeField(null=True)
        limited_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "tenant_budget"

    class TenantUse(Model):
        budget = ForeignKeyField(TenantBudget, on_delete="CASCADE", index=False)
        at = DateTimeField()
        count = IntegerField()

        class Meta:
            database = db
            table_name = "tenant_use"
            indexes = ((("budget", "at"), False),)

    db.create_tables([RecordChange, RecordCount, RemoteList, HeldDelete, TenantBudget, TenantUse])
    db.execute_sql(
        "INSERT INTO record_count (integration_id, record_type, state, number)"
        " SELECT integration_id, record_type, state, COUNT(*) FROM record GROUP BY 1, 2, 3"
    )
    # One open question per list.
    db.execute_sql(
        "CREATE UNIQUE INDEX held_delete_one_pending ON held_delete (integration_id, record_type)"
        " WHERE state = 'pending'"
    )
    # Few lines name a record, and those are asked for by its number.
    db.execute_sql(
        "CREATE INDEX sync_log_of_record ON sync_log (integration_id, remote_id, id) WHERE remote_id IS NOT NULL"
    )
