"""Where people are logged in."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User


class LoginSession(BaseModel):
    """One log-in of a person on one browser. Deleting the row ends it.

    The id is the session's public number and is never used again. `digest` is the SHA-256 of the token that the
    browser holds. `address` is the one the person last used the portal from. A remembered session may be idle.
    """

    user = ForeignKeyField(User, on_delete="CASCADE")
    digest = CharField(unique=True)
    created_at = UtcField(default=clock.now)
    last_seen_at = UtcField(default=clock.now)
    address = CharField(default="")
    user_agent = CharField(default="")
    remembered = BooleanField(default=False)
