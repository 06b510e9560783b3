"""What needs a person."""

from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class Issue(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    kind = CharField()
    subject = CharField()
    severity = CharField()
    opened_at = DateTimeField()
    last_seen_at = DateTimeField()
    closed_at = DateTimeField(null=True)
    times = IntegerField()
    occurrence = BigIntegerField()
    affected = IntegerField(null=True)
    problem = TextField()
    remedy = TextField()
    details = JSONField(null=True)
    snoozed_until = DateTimeField(null=True)
    dismissed_at = DateTimeField(null=True)
    dismissed_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    dismiss_reason = TextField()

    class Meta:
        indexes = ((("integration", "closed_at", "id"), False),)


class IssueEvent(Table):
    issue = ForeignKeyField(Issue, on_delete="CASCADE")
    at = DateTimeField()
    kind = CharField()
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    detail = TextField()


TABLES = [Issue, IssueEvent]
INDEXES = ["CREATE UNIQUE INDEX issue_one_open ON issue (integration_id, kind, subject) WHERE closed_at IS NULL"]
