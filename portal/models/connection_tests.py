"""Connection tests: what each one found, so that the next one can be compared with it."""

from __future__ import annotations

from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration


class ConnectionTest(BaseModel):
    """One test. `user` is None for a test by the operator.

    `address` is the PSA's, `agent_name` the login that it answered to, `psa_version` the version known at the time.
    `lists` has the result for each record type (psa/diagnosis.py: ListAccess); it is empty if the test failed.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = UtcField(default=clock.now)
    passed = BooleanField()
    address = CharField(default="")
    agent_name = CharField(default="")
    psa_version = CharField(default="")
    problem = TextField(default="")
    lists: Any = JSONField(default=dict)
    milliseconds = IntegerField()

    class Meta:
        indexes = ((("integration", "id"), False),)
