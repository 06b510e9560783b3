"""Of which tenant the stored records are."""

from peewee import CharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("integration", "source_tenant", CharField(default="")))
    # A set-up in progress may lead to another tenant than its records came from.
    db.execute_sql("UPDATE integration SET source_tenant = tenant WHERE source_url <> '' AND state <> 'draft'")
