"""How many requests a PSA's tenant still allows: one row for each tenant, whoever calls it."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from portal.db import BaseModel, UtcField


class TenantBudget(BaseModel):
    """`quota` requests are allowed in `window_seconds`, as far as is known. Nobody calls before `blocked_until`."""

    tenant = CharField(unique=True)
    quota = IntegerField()
    window_seconds = IntegerField()
    blocked_until = UtcField(null=True)
    limited_at = UtcField(null=True)


class TenantUse(BaseModel):
    """So many requests were set aside in this second."""

    budget = ForeignKeyField(TenantBudget, on_delete="CASCADE", index=False)
    at = UtcField()
    count = IntegerField()

    class Meta:
        indexes = ((("budget", "at"), False),)
