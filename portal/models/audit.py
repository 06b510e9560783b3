"""Who did what, for the people who are answerable for it."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account, User


class AuditEntry(BaseModel):
    """One deed of a person or the operator. Never holds a secret.

    `actor` is the e-mail address of the person, which stays when the person is removed; empty for the operator.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = UtcField(default=clock.now)
    action = CharField()
    detail = TextField(default="")
    actor = CharField(default="")
