"""When Halo is asked again after it has refused the credentials."""

from peewee import DateTimeField, IntegerField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "credential_refusals", IntegerField(default=0)),
        migrator.add_column("integration", "credentials_retry_at", DateTimeField(null=True)),
    )
