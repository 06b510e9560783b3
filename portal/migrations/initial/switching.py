"""Pairs of clients of two PSAs."""

from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from portal.migrations.initial.accounts import Account, User
from portal.migrations.initial.integrations import Integration
from portal.migrations.initial.table import Table


class ClientPairing(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    source = ForeignKeyField(Integration, on_delete="CASCADE", backref="+")
    target = ForeignKeyField(Integration, on_delete="CASCADE", backref="+")
    source_tenant = CharField()
    target_tenant = CharField()
    state = CharField()
    reading = IntegerField()
    side = IntegerField(null=True)
    page = IntegerField()
    fencing_token = IntegerField()
    lease_until = DateTimeField(null=True)
    not_before = DateTimeField(null=True)
    waits = IntegerField()
    problem = TextField()
    remedy = TextField()
    requested_at = DateTimeField()
    ready_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("source", "target"), True),
        )


class PairingClient(Table):
    pairing = ForeignKeyField(ClientPairing, on_delete="CASCADE", index=False)
    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    remote_id = BigIntegerField()
    name = CharField()
    domains = JSONField()
    phones = JSONField()
    state = CharField()
    suggestions = JSONField()
    rejected = JSONField()
    reading = IntegerField()

    class Meta:
        indexes = (
            (("pairing", "integration", "remote_id"), True),
            (("pairing", "integration", "state", "name", "remote_id"), False),
        )


class ClientPair(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    source = ForeignKeyField(Integration, on_delete="CASCADE", backref="+", index=False)
    source_remote_id = BigIntegerField()
    target = ForeignKeyField(Integration, on_delete="CASCADE", backref="+", index=False)
    target_remote_id = BigIntegerField(null=True)
    how = CharField()
    decided_by = ForeignKeyField(User, on_delete="SET NULL", null=True)
    decided_at = DateTimeField()

    class Meta:
        indexes = (
            (("source", "target", "source_remote_id"), True),
            (("source", "target", "target_remote_id"), True),
        )


TABLES = [ClientPairing, PairingClient, ClientPair]
