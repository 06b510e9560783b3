"""Records that people excluded by hand."""

from peewee import BigIntegerField, BooleanField, CharField, DateTimeField, ForeignKeyField, TextField

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class HandExclusion(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    remote_id = BigIntegerField()
    with_records = BooleanField()
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by = CharField()
    why = TextField()
    at = DateTimeField()

    class Meta:
        indexes = ((("integration", "record_type", "remote_id"), True),)


TABLES = [HandExclusion]
