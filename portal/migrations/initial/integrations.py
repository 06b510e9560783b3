"""Integrations, and the request budgets of their tenants."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.migrations.initial.accounts import Account
from portal.migrations.initial.table import Table


class Integration(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    psa = CharField()
    uid = CharField(unique=True)
    state = CharField()
    connection = JSONField()
    credentials = TextField(null=True)
    limit_key = CharField()
    tested_fingerprint = CharField(null=True)
    tested_at = DateTimeField(null=True)
    agent_name = CharField()
    findings = JSONField(null=True)
    record_types = JSONField()
    switched_off_at = DateTimeField(null=True)
    filters = JSONField()
    webhook_id = CharField(unique=True)
    webhook_user = CharField()
    webhook_secret = TextField(null=True)
    webhook_old_secret = TextField(null=True)
    webhook_login = CharField()
    webhook_header = CharField()
    webhook_skipped = BooleanField()
    last_delivery_at = DateTimeField(null=True)
    catch_up_at = DateTimeField(null=True)
    silence_noted_at = DateTimeField(null=True)
    wizard_step = CharField()
    problem = TextField()
    remedy = TextField()
    credential_refusals = IntegerField()
    credentials_retry_at = DateTimeField(null=True)
    source_address = CharField()
    source_tenant = CharField()
    schedule = JSONField()
    full_hour = IntegerField()
    paused_at = DateTimeField(null=True)
    next_sync_at = DateTimeField(null=True)
    next_full_at = DateTimeField(null=True)
    quota = IntegerField(null=True)
    budget_share = IntegerField()
    quiet_hours = JSONField(null=True)
    created_at = DateTimeField()
    touched_at = DateTimeField()
    activated_at = DateTimeField(null=True)
    disconnected_at = DateTimeField(null=True)
    deletion_requested_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("account", "psa"), True),
        )


class TenantBudget(Table):
    tenant = CharField(unique=True)
    quota = IntegerField()
    window_seconds = IntegerField()
    blocked_until = DateTimeField(null=True)
    limited_at = DateTimeField(null=True)


class TenantUse(Table):
    budget = ForeignKeyField(TenantBudget, on_delete="CASCADE", index=False)
    at = DateTimeField()
    count = IntegerField()

    class Meta:
        indexes = (
            (("budget", "at"), False),
        )


TABLES = [Integration, TenantBudget, TenantUse]
INDEXES = [
    "CREATE UNIQUE INDEX integration_one_active_psa ON integration (account_id) WHERE state IN ('active', 'needs_attention')",
]
