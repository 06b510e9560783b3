"""Protection against password guessing: counts of attempts, and devices on which people have logged in."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User


class GuessCount(BaseModel):
    """Attempts under one key. Each attempt moves `until` into the future; after that the row means nothing.

    `key` is a digest, so the table does not show what strangers typed. `until` is in milliseconds since 1970, which
    both databases can add to.
    """

    key = CharField(unique=True)
    until = BigIntegerField()


class KnownDevice(BaseModel):
    """A browser in which a person has logged in. `digest` is the SHA-256 of the random value in its cookie."""

    user = ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = CharField()
    used_at = UtcField(default=clock.now)

    class Meta:
        indexes = ((("user", "digest"), True), (("digest",), False))
