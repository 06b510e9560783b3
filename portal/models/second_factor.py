"""What a person proves a log-in with, besides the password: an authenticator app, or a recovery code."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.vault import EncryptedField


class Authenticator(BaseModel):
    """The app of a person who has switched two-factor authentication on. No row means that it is off.

    `last_counter` is the newest time step whose code was accepted; codes of that step and before are refused.
    """

    user = ForeignKeyField(User, unique=True, on_delete="CASCADE")
    user_id: int
    secret = EncryptedField()
    last_counter = BigIntegerField(null=True)
    made_at = UtcField(default=clock.now)

    @property
    def uid(self) -> int:
        """Bind the sealed key to the person: moved to somebody else's row, it does not open."""
        return self.user_id


class RecoveryCode(BaseModel):
    """One code that logs its person in once. Only its digest is kept."""

    user = ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = CharField()
    used_at = UtcField(null=True)

    class Meta:
        indexes = ((("user", "digest"), True),)
