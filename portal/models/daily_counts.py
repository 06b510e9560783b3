"""How many records of a type there were on each day."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from portal.db import BaseModel
from portal.models.integrations import Integration


class DailyCount(BaseModel):
    """The live records of a type when its last sync of the day ended. `day` is a day in UTC.

    A day without a row had as many as the day before.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    record_type = CharField()
    day = DateField()
    number = IntegerField()

    class Meta:
        indexes = ((("integration", "day", "record_type"), True),)
