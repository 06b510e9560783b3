"""When a record type was switched off whose records may still have to go out of scope, what a sync has asked for, and
when, and what details have told of records whose list rows carry too little.
"""

from peewee import BigIntegerField, BlobField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "switched_off_at", DateTimeField(null=True)),
        migrator.add_column("sync_step", "page_asked_at", DateTimeField(null=True)),
        migrator.add_column("sync_step", "asked", JSONField(null=True)),
    )
    # What was broken off in the middle, before this went on by itself, is made up for.
    db.execute_sql("UPDATE integration SET switched_off_at = created_at WHERE state IN ('active', 'needs_attention')")
    _table(db)


def _table(db):
    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class RowDetail(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        record_type = CharField()
        remote_id = BigIntegerField()
        row = BlobField()
        facts = BlobField(null=True)
        asked_at = DateTimeField()
        run_id = IntegerField()

        class Meta:
            database = db
            table_name = "row_detail"
            indexes = ((("integration", "record_type", "remote_id"), True),)

    db.create_tables([RowDetail])
