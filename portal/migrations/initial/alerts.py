"""Where alerts are sent, and the messages."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, TextField

from portal.migrations.initial.accounts import Account, User
from portal.migrations.initial.issues import Issue
from portal.migrations.initial.table import Table


class AlertDestination(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    uid = CharField(unique=True)
    name = CharField()
    service = CharField()
    hint = CharField()
    address = TextField()
    severity = CharField()
    has_reminders = BooleanField()
    created_at = DateTimeField()
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    paused_at = DateTimeField(null=True)
    last_at = DateTimeField(null=True)
    last_problem = TextField()


class AlertMessage(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    destination = ForeignKeyField(AlertDestination, on_delete="CASCADE", index=False)
    issue = ForeignKeyField(Issue, null=True, on_delete="SET NULL")
    moment = CharField()
    occasion = IntegerField()
    state = CharField()
    title = TextField()
    body = TextField()
    is_followed = BooleanField()
    created_at = DateTimeField()
    not_before = DateTimeField()
    attempts = IntegerField()
    lost_attempts = IntegerField()
    first_attempt_at = DateTimeField(null=True)
    problem = TextField()
    sent_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("destination", "issue", "moment", "occasion"), True),
            (("account", "id"), False),
            (("destination", "id"), False),
            (("destination", "sent_at"), False),
        )


TABLES = [AlertDestination, AlertMessage]
INDEXES = [
    "CREATE INDEX alert_message_waiting ON alert_message (not_before) WHERE state IN ('queued', 'sending')",
    "CREATE INDEX alert_message_followed ON alert_message (issue_id) WHERE is_followed",
]
