"""The history of sync filters, and previews of a change."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.migrations.initial.accounts import User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class FilterVersion(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    at = DateTimeField()
    user = ForeignKeyField(User, on_delete="SET NULL", null=True)
    actor = CharField()
    record_types = JSONField()
    filters = JSONField()
    changes = JSONField()
    why = TextField()

    class Meta:
        indexes = ((("integration", "id"), False),)


class FilterPreview(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    key = CharField()
    created_at = DateTimeField()
    record_types = JSONField()
    filters = JSONField()
    progress = JSONField()
    slices = IntegerField()
    is_done = BooleanField()

    class Meta:
        indexes = ((("integration", "key"), True),)


TABLES = [FilterVersion, FilterPreview]
