"""Read-only access for the vendor's support."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField

from portal.migrations.initial.accounts import Account, User
from portal.migrations.initial.table import Table


class SupportAccess(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    uid = CharField(unique=True)
    digest = CharField(unique=True)
    guest = ForeignKeyField(User, on_delete="CASCADE", unique=True)
    note = CharField()
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    created_at = DateTimeField()
    ends_at = DateTimeField()
    revoked_at = DateTimeField(null=True)
    revoked_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    last_used_at = DateTimeField(null=True)
    uses = IntegerField()


TABLES = [SupportAccess]
