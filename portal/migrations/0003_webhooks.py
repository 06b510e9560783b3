"""What Halo tells by webhook: deliveries, the hints in them, and who reads again what they name."""

from peewee import (
    BigIntegerField,
    BlobField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("integration", "webhook_old_secret", TextField(null=True)),
        migrator.add_column("integration", "webhook_login", CharField(default="basic")),
        migrator.add_column("integration", "webhook_header", CharField(default="X-Scopable-Token")),
        migrator.add_column("integration", "catch_up_at", DateTimeField(null=True)),
        migrator.add_column("integration", "silence_noted_at", DateTimeField(null=True)),
        migrator.add_column("record", "first_delivery", IntegerField(null=True)),
        migrator.add_column("record_change", "delivery_id", IntegerField(null=True)),
    )
    _tables(db)


def _tables(db):
    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class Delivery(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        received_at = DateTimeField()
        state = CharField()
        event = CharField(default="")
        why = TextField(default="")
        headers = JSONField(default=list)
        body = BlobField()

        class Meta:
            database = db
            table_name = "delivery"
            indexes = (
                (("integration", "id"), False),
                (("integration", "state", "id"), False),
                (("integration", "event", "id"), False),
            )

    class Hint(Model):
        delivery = ForeignKeyField(Delivery, on_delete="CASCADE")
        integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
        event = CharField(default="")
        record_type = CharField(null=True)
        remote_id = BigIntegerField(null=True)
        state = CharField(default="waiting")
        outcome = CharField(null=True)
        why = TextField(default="")
        received_at = DateTimeField()
        attempts = IntegerField(default=0)
        not_before = DateTimeField(null=True)
        read_at = DateTimeField(null=True)
        settled_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "hint"
            indexes = (
                (("integration", "record_type", "remote_id", "id"), False),
                (("integration", "settled_at"), False),
            )

    class Rereading(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
        fence = IntegerField(default=0)
        lease_until = DateTimeField(null=True)
        not_before = DateTimeField(null=True)
        waits = IntegerField(default=0)
        problem = TextField(default="")
        remedy = TextField(default="")

        class Meta:
            database = db
            table_name = "rereading"

    db.create_tables([Delivery, Hint, Rereading])
    # Of all that ever came, few wait.
    db.execute_sql("CREATE INDEX hint_waiting ON hint (integration_id, id) WHERE state = 'waiting'")
