"""The second factors of a login: authenticator apps and recovery codes."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.vault import EncryptedField


class Authenticator(BaseModel):
    """The app of a person who enabled two-factor authentication. Without a row it is off.

    `last_counter` is the newest time step whose code was accepted; codes of that step and before are refused.
    """

    user = ForeignKeyField(User, unique=True, on_delete="CASCADE")
    user_id: int
    secret = EncryptedField()
    last_counter = BigIntegerField(null=True)
    made_at = UtcField(default=clock.now)

    @property
    def uid(self) -> int:
        """Bind the encrypted secret to the person: in another person's row it cannot be decrypted."""
        return self.user_id


class RecoveryCode(BaseModel):
    """A code that logs its person in once. Only its digest is stored."""

    user = ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = CharField()
    used_at = UtcField(null=True)

    class Meta:
        indexes = ((("user", "digest"), True),)
