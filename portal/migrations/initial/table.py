"""What the frozen tables share."""

from peewee import Model


class Table(Model):
    class Meta:
        legacy_table_names = False
