"""Of which tenant the stored records are, and indexes that count the deliveries of a time without reading them."""

from peewee import CharField


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
