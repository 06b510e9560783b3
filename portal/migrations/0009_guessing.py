"""Counts of attempts, known devices, and one normal form for every person's e-mail address."""

import unicodedata

import email_validator
from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, Model


def up(migrator, db):
    _tables(db)
    _normalize(db)


def _tables(db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class GuessCount(Model):
        key = CharField(unique=True)
        until = BigIntegerField()

        class Meta:
            database = db
            table_name = "guess_count"

    class KnownDevice(Model):
        user = ForeignKeyField(User, on_delete="CASCADE", index=False)
        digest = CharField()
        used_at = DateTimeField()

        class Meta:
            database = db
            table_name = "known_device"
            indexes = ((("user", "digest"), True), (("digest",), False))

    db.create_tables([GuessCount, KnownDevice])


def _normalize(db):
    """Where two people turn out to have one address, the one who logged in last keeps it.

    The others are disabled under an address that the operator can see, use in commands and remove.
    """
    mark = "?" if db.param == "?" else "%s"
    query = 'SELECT id, email FROM "user" ORDER BY COALESCE(current_login_at, created_at) DESC, id'
    people = db.execute_sql(query).fetchall()
    # First out of each other's way: no new address may collide with one that is still to be changed.
    db.execute_sql("""UPDATE "user" SET email = 'renaming ' || id""")
    taken = set()
    for number, email in people:
        address, is_first = _normal_form(email), True
        if address in taken:
            local, _, domain = address.rpartition("@")
            address, is_first = f"{local}+duplicate{number}@{domain}", False
        taken.add(address)
        db.execute_sql(f'UPDATE "user" SET email = {mark} WHERE id = {mark}', (address, number))
        if not is_first:
            db.execute_sql(f'UPDATE "user" SET active = {mark} WHERE id = {mark}', (False, number))


def _normal_form(email):
    plain = "".join(c for c in unicodedata.normalize("NFKC", email) if unicodedata.category(c) != "Cf").strip()
    local, at, domain = plain.rpartition("@")
    address = unicodedata.normalize("NFKC", local.casefold()) + at + domain
    try:
        return email_validator.validate_email(address, check_deliverability=False).normalized
    except email_validator.EmailNotValidError:
        return email
