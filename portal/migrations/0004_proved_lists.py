"""What is proved of a list's answers, and both forms of the records that were also read by their ids."""

from peewee import BlobField, CharField, IntegerField, JSONField, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("remote_list", "count_kind", CharField(default="unknown")),
        migrator.add_column("remote_list", "date_offset", IntegerField(default=0)),
        migrator.add_column("remote_list", "psa_version", CharField(default="")),
        migrator.add_column("remote_list", "computed", JSONField(null=True)),
        migrator.add_column("sync_step", "count_kind", CharField(default="unknown")),
        migrator.add_column("record", "content", BlobField(null=True)),
        migrator.add_column("record", "list_row", TextField(null=True)),
        migrator.add_column("record", "detail", TextField(null=True)),
    )
