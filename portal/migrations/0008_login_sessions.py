"""Log-in sessions that can be ended. Everybody logs in once more."""

from peewee import AutoField, BooleanField, CharField, DateTimeField, ForeignKeyField, Model, SqliteDatabase
from playhouse.sqlite_ext import AutoIncrementField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    # SQLite would give the number of a deleted row to a new one; the audit log must not mix the two up.
    class LoginSession(Model):
        id = AutoIncrementField() if isinstance(db, SqliteDatabase) else AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        digest = CharField(unique=True)
        created_at = DateTimeField()
        last_seen_at = DateTimeField()
        address = CharField()
        user_agent = CharField()
        remembered = BooleanField()

        class Meta:
            database = db
            table_name = "login_session"

    db.create_tables([LoginSession])
