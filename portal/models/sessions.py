"""Login sessions."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User


class LoginSession(BaseModel):
    """One login of a person in one browser. Deleting the row ends it.

    The id is public and never reused. `digest` is the SHA-256 of the browser's token. `address` is the IP address
    that the person last used. A remembered session does not end when it is idle.
    """

    user = ForeignKeyField(User, on_delete="CASCADE")
    digest = CharField(unique=True)
    created_at = UtcField(default=clock.now)
    last_seen_at = UtcField(default=clock.now)
    address = CharField(default="")
    user_agent = CharField(default="")
    remembered = BooleanField(default=False)
