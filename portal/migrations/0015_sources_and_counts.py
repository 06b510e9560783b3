"""Of which tenant the stored records are, what they name for filters to choose from, and indexes that count
deliveries without reading them.
"""

from peewee import BigIntegerField, CharField, ForeignKeyField, Model


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "source_tenant", CharField(default="")),
        migrator.add_index("delivery", ("integration_id", "id", "received_at")),
        migrator.add_index("delivery", ("integration_id", "state", "id", "received_at")),
        migrator.drop_index("delivery", "delivery_integration_id_id"),
        migrator.drop_index("delivery", "delivery_integration_id_state_id"),
    )
    # A set-up in progress may lead to another tenant than its records came from.
    db.execute_sql("UPDATE integration SET source_tenant = tenant WHERE source_url <> '' AND state <> 'draft'")
    _choices(db)


def _choices(db):
    """Make the table; the next sync fills it."""

    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class NamedChoice(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        list_name = CharField()
        remote_id = BigIntegerField()
        name = CharField()

        class Meta:
            database = db
            table_name = "named_choice"
            indexes = ((("integration", "list_name", "remote_id"), True),)

    db.create_tables([NamedChoice])
