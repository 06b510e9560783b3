"""Authenticators and recovery codes in tables of their own: keys sealed by the vault, codes as digests.

The keys were encrypted with one derived from the secret key, so that replacing it locked people out. They are sealed
anew here, for which the secret key must be the one they were made with: nothing tells a wrong one. What is damaged is
left as it was: `portal vault doctor` names the person, and `portal user reset-two-factor` helps.
"""

import hashlib
import os

from passlib.totp import TOTP
from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, Model, TextField

from portal import clock
from portal.config import Config
from portal.vault import Secret, vault

FORMER = ("tf_primary_method", "tf_totp_secret", "tf_phone_number", "mf_recovery_codes")


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Authenticator(Model):
        user = ForeignKeyField(User, unique=True, on_delete="CASCADE")
        secret = TextField()
        last_counter = BigIntegerField(null=True)
        made_at = DateTimeField()

        class Meta:
            database = db
            table_name = "authenticator"

    class RecoveryCode(Model):
        user = ForeignKeyField(User, on_delete="CASCADE", index=False)
        digest = CharField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "recovery_code"
            indexes = ((("user", "digest"), True),)

    db.create_tables([Authenticator, RecoveryCode])
    now = clock.now().replace(tzinfo=None)
    for person, former, codes in _with_two_factor(db):
        Authenticator.insert(user=person, secret=_sealed(person, former), made_at=now).execute()
        for code in {code for code in (codes or "").split(",") if code}:
            RecoveryCode.insert(user=person, digest=_digest(person, code)).execute()
    migrator.migrate(*(migrator.drop_column("user", column) for column in FORMER))


def _with_two_factor(db):
    return db.execute_sql(
        'SELECT id, tf_totp_secret, mf_recovery_codes FROM "user"'
        " WHERE tf_primary_method IS NOT NULL AND tf_totp_secret IS NOT NULL"
    ).fetchall()


def _sealed(person, former):
    secret_key = Config.from_env(os.environ).secret_key
    wallet_key = hashlib.blake2b(b"authenticator secrets", key=secret_key.encode()[:64], digest_size=32).hexdigest()
    try:
        key = TOTP.using(secrets={1: wallet_key}).from_source(former).base32_key
    except Exception:  # noqa: BLE001  # whatever it is, this key is damaged, and the others are to be moved
        return former
    return vault().seal(Secret(key), f"authenticator/{person}/secret")


def _digest(person, code):
    letters = code.lower().replace("-", "").encode()
    return hashlib.scrypt(letters, salt=str(person).encode(), n=2**12, r=8, p=1, dklen=32).hex()
