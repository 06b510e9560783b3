"""Which records are excluded and why, and how many a run has excluded."""

import json

from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("sync_run", "excluded", IntegerField(default=0)),
        migrator.add_column("sync_run", "returned", IntegerField(default=0)),
    )
    _table(db)
    _fill(db)
    _read_whole_again(db)


def _table(db):
    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class Exclusion(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        remote_id = BigIntegerField()
        name = CharField(default="")
        client_remote_id = BigIntegerField(null=True)
        client_name = CharField(default="")
        reason = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "exclusion"
            indexes = (
                (("integration", "record_type", "remote_id"), True),
                (("integration", "record_type", "name", "remote_id"), False),
            )

    db.create_tables([Exclusion])


def _fill(db):
    """Take over what is stored and out of scope, with the reason that its history gives."""
    why = (
        "SELECT why FROM record_change WHERE record_change.integration_id = record.integration_id"
        " AND record_change.record_type = record.record_type AND record_change.remote_id = record.remote_id"
        " AND record_change.kind = 'out_of_scope' ORDER BY record_change.id DESC LIMIT 1"
    )
    db.execute_sql(
        "INSERT INTO exclusion (integration_id, record_type, remote_id, name, client_remote_id, client_name, reason, at)"
        " SELECT integration_id, record_type, remote_id, name, client_remote_id, client_name,"
        f" COALESCE(({why}), 'The next full sync finds the reason.'), changed_at FROM record WHERE state = 'out_of_scope'"
    )


def _read_whole_again(db):
    """Let the next sync read whole lists where filters are set: only that names what was never stored."""
    mark = "?" if db.param == "?" else "%s"
    for number, filters in db.execute_sql("SELECT id, filters FROM integration").fetchall():
        chosen = json.loads(filters) if isinstance(filters, (str, bytes)) else filters
        if isinstance(chosen, dict) and any(chosen.values()):
            db.execute_sql(f"UPDATE remote_list SET read_until = NULL WHERE integration_id = {mark}", (number,))
