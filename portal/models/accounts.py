"""Accounts (MSPs) and the people in them."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from portal import clock
from portal.db import BaseModel, UtcField


class RoleName(StrEnum):
    """An admin sets up and changes; support reads all but secrets and changes nothing."""

    ADMIN = "admin"
    SUPPORT = "support"


class Account(BaseModel):
    """An MSP. The operator switches each PSA on per account."""

    name = CharField(unique=True)
    halo_enabled = BooleanField(default=False)
    connectwise_enabled = BooleanField(default=False)
    time_zone = CharField(default="UTC")
    created_at = UtcField(default=clock.now)


class User(BaseModel):
    """A person in an account. The names from `password` on are Flask-Security's."""

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

    @property
    def is_admin(self) -> bool:
        return bool(self.role == RoleName.ADMIN)
