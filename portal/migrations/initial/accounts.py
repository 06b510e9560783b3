"""Accounts, people, how they log in, and the audit log."""

from peewee import AutoField, BigIntegerField, JSONField, BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, TextField

from playhouse.sqlite_ext import AutoIncrementField

from portal.migrations.initial.table import Table


class Account(Table):
    name = CharField(unique=True)
    enabled_psas = JSONField()
    time_zone = CharField()
    created_at = DateTimeField()


class User(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    email = CharField(unique=True)
    name = CharField()
    role = CharField()
    created_at = DateTimeField()
    password = CharField(null=True)
    active = BooleanField()
    fs_uniquifier = CharField(unique=True)
    last_login_at = DateTimeField(null=True)
    current_login_at = DateTimeField(null=True)
    last_login_ip = CharField(null=True)
    current_login_ip = CharField(null=True)
    login_count = IntegerField()
    guest_until = DateTimeField(null=True)


class GuessCount(Table):
    key = CharField(unique=True)
    until = BigIntegerField()


class KnownDevice(Table):
    user = ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = CharField()
    used_at = DateTimeField()

    class Meta:
        indexes = (
            (("user", "digest"), True),
            (("digest",), False),
        )


class Authenticator(Table):
    user = ForeignKeyField(User, on_delete="CASCADE", unique=True)
    secret = TextField()
    last_counter = BigIntegerField(null=True)
    made_at = DateTimeField()


class RecoveryCode(Table):
    user = ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = CharField()
    used_at = DateTimeField(null=True)

    class Meta:
        indexes = (
            (("user", "digest"), True),
        )


class AuditEntry(Table):
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False, null=True)
    user = ForeignKeyField(User, on_delete="SET NULL", null=True)
    at = DateTimeField()
    action = CharField()
    detail = TextField()
    changes = JSONField(null=True)
    actor = CharField()
    kind = CharField()
    address = CharField()
    session = IntegerField(null=True)
    count = IntegerField()
    last_at = DateTimeField(null=True)
    group_key = CharField(unique=True, null=True)
    kept_until = DateTimeField(index=True)

    class Meta:
        indexes = (
            (("account", "id"), False),
            (("account", "kind", "id"), False),
            (("account", "actor", "id"), False),
            (("account", "actor", "kind", "id"), False),
        )


TABLES = [Account, User, GuessCount, KnownDevice, Authenticator, RecoveryCode, AuditEntry]


def login_session(*, is_sqlite):
    """Make the table's class. SQLite would give the number of a deleted row to a new one, and the audit log must not
    mix the two up.
    """

    class LoginSession(Table):
        id = AutoIncrementField() if is_sqlite else AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        digest = CharField(unique=True)
        created_at = DateTimeField()
        last_seen_at = DateTimeField()
        address = CharField()
        user_agent = CharField()
        remembered = BooleanField()

    return LoginSession
