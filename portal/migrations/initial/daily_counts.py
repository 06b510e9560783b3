"""How many records of a type there were on each day."""

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class DailyCount(Table):
    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    day = DateField()
    number = IntegerField()

    class Meta:
        indexes = ((("integration", "day", "record_type"), True),)


TABLES = [DailyCount]
