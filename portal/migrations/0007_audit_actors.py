"""Who did a deed stays in the audit log when the person is removed."""

from peewee import CharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("audit_entry", "actor", CharField(default="")))
    db.execute_sql(
        'UPDATE audit_entry SET actor = (SELECT email FROM "user" WHERE "user".id = audit_entry.user_id)'
        " WHERE user_id IS NOT NULL"
    )
