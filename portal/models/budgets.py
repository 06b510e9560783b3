"""The request budget of each PSA tenant, shared by all processes."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from portal.db import BaseModel, UtcField


class TenantBudget(BaseModel):
    """`quota` requests are allowed per `window_seconds`. No requests are made before `blocked_until`.

    `limited_at` is when a refusal without a stated limit last lowered the quota.
    """

    tenant = CharField(unique=True)
    quota = IntegerField()
    window_seconds = IntegerField()
    blocked_until = UtcField(null=True)
    limited_at = UtcField(null=True)


class TenantUse(BaseModel):
    """`count` requests were reserved at `at`."""

    budget = ForeignKeyField(TenantBudget, on_delete="CASCADE", index=False)
    at = UtcField()
    count = IntegerField()

    class Meta:
        indexes = ((("budget", "at"), False),)
