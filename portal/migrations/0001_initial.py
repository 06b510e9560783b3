"""Create all tables. The classes are frozen: they say how the tables were, not how they are."""

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
    Model,
    TextField,
)


def up(migrator, db):
    class Account(Model):
        name = CharField(unique=True)
        halo_enabled = BooleanField(default=False)
        connectwise_enabled = BooleanField(default=False)
        time_zone = CharField(default="UTC")
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class User(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        email = CharField(unique=True)
        name = CharField(default="")
        role = CharField(default="support")
        created_at = DateTimeField()
        password = CharField(null=True)
        active = BooleanField(default=True)
        fs_uniquifier = CharField(unique=True)
        tf_primary_method = CharField(null=True)
        tf_totp_secret = CharField(null=True)
        tf_phone_number = CharField(null=True)
        mf_recovery_codes = TextField(null=True)
        last_login_at = DateTimeField(null=True)
        current_login_at = DateTimeField(null=True)
        last_login_ip = CharField(null=True)
        current_login_ip = CharField(null=True)
        login_count = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "user"

    db.create_tables([User])

    class AuditEntry(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        action = CharField()
        detail = TextField(default="")

        class Meta:
            database = db
            table_name = "audit_entry"

    db.create_tables([AuditEntry])

    class Integration(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        psa = CharField()
        uid = CharField(unique=True)
        state = CharField(default="draft")
        base_url = CharField(default="")
        auth_server = CharField(default="")
        tenant = CharField(default="")
        client_id = CharField(default="")
        client_secret = TextField(null=True)
        tested_fingerprint = CharField(null=True)
        tested_at = DateTimeField(null=True)
        agent_name = CharField(default="")
        findings = JSONField(null=True)
        record_types = JSONField(default=list)
        active_only = BooleanField(default=True)
        webhook_id = CharField(unique=True)
        webhook_user = CharField(default="scopable")
        webhook_secret = TextField(null=True)
        webhook_skipped = BooleanField(default=False)
        last_delivery_at = DateTimeField(null=True)
        wizard_step = CharField(default="connect")
        problem = TextField(default="")
        remedy = TextField(default="")
        source_url = CharField(default="")
        sync_every_minutes = IntegerField(default=60)
        next_sync_at = DateTimeField(null=True)
        created_at = DateTimeField()
        touched_at = DateTimeField()
        activated_at = DateTimeField(null=True)
        disconnected_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "integration"
            indexes = ((("account", "psa"), True),)

    db.create_tables([Integration])
    # One active PSA per account.
    db.execute_sql(
        "CREATE UNIQUE INDEX integration_one_active_psa ON integration (account_id)"
        " WHERE state IN ('active', 'needs_attention')"
    )

    class Record(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        remote_id = BigIntegerField()
        state = CharField(default="live")
        name = CharField(default="")
        client_remote_id = BigIntegerField(null=True)
        client_name = CharField(default="")
        site_remote_id = BigIntegerField(null=True)
        reference = CharField(default="")
        status = CharField(default="")
        is_active = BooleanField(null=True)
        remote_updated_at = DateTimeField(null=True)
        digest = BlobField()
        payload = TextField()
        first_seen_at = DateTimeField()
        changed_at = DateTimeField()

        class Meta:
            database = db
            table_name = "record"
            indexes = (
                (("integration", "record_type", "remote_id"), True),
                (("integration", "record_type", "state", "remote_id"), False),
            )

    db.create_tables([Record])

    class SyncRun(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE")
        kind = CharField()
        trigger = CharField()
        state = CharField(default="queued")
        active_only = BooleanField()
        started_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        created_at = DateTimeField()
        started_at = DateTimeField(null=True)
        finished_at = DateTimeField(null=True)
        fence = IntegerField(default=0)
        lease_until = DateTimeField(null=True)
        not_before = DateTimeField(null=True)
        crashes = IntegerField(default=0)
        waits = IntegerField(default=0)
        cancel_requested_at = DateTimeField(null=True)
        requests = IntegerField(default=0)
        forecast_requests = IntegerField(null=True)
        forecast_seconds = FloatField(null=True)
        problem = TextField(default="")
        remedy = TextField(default="")

        class Meta:
            database = db
            table_name = "sync_run"

    db.create_tables([SyncRun])
    # One live run per integration.
    db.execute_sql(
        "CREATE UNIQUE INDEX sync_run_one_live ON sync_run (integration_id)"
        " WHERE state IN ('queued', 'running', 'waiting')"
    )

    class SyncLog(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        run = ForeignKeyField(SyncRun, null=True, on_delete="CASCADE")
        at = DateTimeField()
        level = CharField(default="info")
        record_type = CharField(null=True)
        remote_id = BigIntegerField(null=True)
        message = TextField()
        remedy = TextField(default="")
        details = JSONField(null=True)

        class Meta:
            database = db
            table_name = "sync_log"
            indexes = (
                (("integration", "id"), False),
                (("integration", "level", "id"), False),
                (("integration", "record_type", "id"), False),
            )

    db.create_tables([SyncLog])

    class SyncStep(Model):
        run = ForeignKeyField(SyncRun, on_delete="CASCADE")
        position = IntegerField()
        record_type = CharField()
        state = CharField(default="pending")
        pages_done = IntegerField(default=0)
        expected = IntegerField(null=True)
        fetched = IntegerField(default=0)
        created = IntegerField(default=0)
        updated = IntegerField(default=0)
        unchanged = IntegerField(default=0)
        left_out = IntegerField(default=0)
        deleted = IntegerField(default=0)
        failed = IntegerField(default=0)
        requests = IntegerField(default=0)
        started_at = DateTimeField(null=True)
        finished_at = DateTimeField(null=True)
        problem = TextField(default="")
        remedy = TextField(default="")

        class Meta:
            database = db
            table_name = "sync_step"
            indexes = ((("run", "record_type"), True),)

    db.create_tables([SyncStep])

    class SyncPage(Model):
        step = ForeignKeyField(SyncStep, on_delete="CASCADE")
        number = IntegerField()
        remote_ids = BlobField()

        class Meta:
            database = db
            table_name = "sync_page"
            indexes = ((("step", "number"), True),)

    db.create_tables([SyncPage])
