"""Connection tests."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class ConnectionTest(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = DateTimeField()
    passed = BooleanField()
    address = CharField()
    agent_name = CharField()
    psa_version = CharField()
    problem = TextField()
    lists = JSONField()
    milliseconds = IntegerField()

    class Meta:
        indexes = ((("integration", "id"), False),)


TABLES = [ConnectionTest]
