"""Accounts (MSPs) and the people in them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField

from portal import clock
from portal.db import BaseModel, UtcField


class RoleName(StrEnum):
    """An admin sets up and changes; support reads all but secrets and changes nothing."""

    ADMIN = "admin"
    SUPPORT = "support"


class Account(BaseModel):
    """An MSP. `enabled_psas` are the PSAs that the operator has switched on, by slug."""

    name = CharField(unique=True)
    enabled_psas: Any = JSONField(default=list)
    time_zone = CharField(default="UTC")
    created_at = UtcField(default=clock.now)


class User(BaseModel):
    """A person in an account. The names from `password` to `login_count` are Flask-Security's.

    `guest_until` is set for a guest: the vendor's support, who has no password and comes in through a link until then
    (models/support_access.py).
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    email = CharField(unique=True)
    name = CharField(default="")
    role = CharField(default=RoleName.SUPPORT)
    created_at = UtcField(default=clock.now)
    password = CharField(null=True)
    active = BooleanField(default=True)
    fs_uniquifier = CharField(unique=True)
    last_login_at = UtcField(null=True)
    current_login_at = UtcField(null=True)
    last_login_ip = CharField(null=True)
    current_login_ip = CharField(null=True)
    login_count = IntegerField(default=0)
    guest_until = UtcField(null=True)

    @property
    def is_admin(self) -> bool:
        return bool(self.role == RoleName.ADMIN)

    @property
    def is_guest(self) -> bool:
        return self.guest_until is not None
