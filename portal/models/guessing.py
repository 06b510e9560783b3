"""What slows down guessing: how much was tried, and the devices on which people have logged in."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User


class GuessCount(BaseModel):
    """Attempts under one key. Each moves `until` into the future; when it has passed, the row means nothing.

    `key` is a digest, so the table does not list what strangers have typed. `until` is in milliseconds since 1970,
    because both engines can add to it.
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
