"""When a record type was switched off whose records may still have to go out of scope, and when a sync last asked
for a page.
"""

from peewee import DateTimeField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "switched_off_at", DateTimeField(null=True)),
        migrator.add_column("sync_step", "page_asked_at", DateTimeField(null=True)),
    )
    # What was broken off in the middle, before this went on by itself, is made up for.
    db.execute_sql("UPDATE integration SET switched_off_at = created_at WHERE state IN ('active', 'needs_attention')")
