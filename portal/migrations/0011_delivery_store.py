"""How many bytes each webhook delivery takes, and all those of an integration together."""

from peewee import BigIntegerField, DateTimeField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    migrator.migrate(migrator.add_column("delivery", "size", IntegerField(default=0)))
    _table(db)
    db.execute_sql(
        "UPDATE delivery SET size = LENGTH(body) + LENGTH(CAST(headers AS TEXT))"
        " + 200 * (1 + (SELECT COUNT(*) FROM hint WHERE hint.delivery_id = delivery.id))"
    )
    db.execute_sql(
        "INSERT INTO delivery_store (integration_id, bytes)"
        " SELECT integration_id, SUM(size) FROM delivery GROUP BY integration_id"
    )


def _table(db):
    class Integration(Model):
        class Meta:
            database = db
            table_name = "integration"

    class DeliveryStore(Model):
        integration = ForeignKeyField(Integration, on_delete="CASCADE", unique=True)
        bytes = BigIntegerField(default=0)
        refused_at = DateTimeField(null=True)
        removed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "delivery_store"

    db.create_tables([DeliveryStore])
