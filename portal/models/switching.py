"""Which clients of one PSA are those of another, for an account that switches between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account, User
from portal.models.integrations import Integration


class PairingState(StrEnum):
    """`waiting`: the PSA could not be read just now, and reading continues by itself."""

    QUEUED = "queued"
    READING = "reading"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class ClientState(StrEnum):
    """What is known of a client's counterpart. The first three wait for a decision.

    `without`: a person decided that it has none. Clients of the other PSA are `open` or `paired`.
    """

    SURE = "sure"
    LIKELY = "likely"
    NONE = "none"
    PAIRED = "paired"
    WITHOUT = "without"
    OPEN = "open"


UNDECIDED = (ClientState.SURE, ClientState.LIKELY, ClientState.NONE)


class ClientPairing(BaseModel):
    """The assistant's work on two PSAs of an account: from the clients of `source` to those of `target`.

    `source_tenant` and `target_tenant` name the tenants that were read: in another one, the ids mean other clients.
    `reading` numbers the readings; `side` (an integration) and `page` are where this one continues. `fencing_token`
    and `lease_until` are a worker's lease, as in models/sync.py.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    source = ForeignKeyField(Integration, on_delete="CASCADE", backref="+")
    target = ForeignKeyField(Integration, on_delete="CASCADE", backref="+")
    source_id: int
    target_id: int
    source_tenant = CharField(default="")
    target_tenant = CharField(default="")
    state = CharField(default=PairingState.QUEUED)
    reading = IntegerField(default=1)
    side = IntegerField(null=True)
    page = IntegerField(default=1)
    fencing_token = IntegerField(default=0)
    lease_until = UtcField(null=True)
    not_before = UtcField(null=True)
    waits = IntegerField(default=0)
    problem = TextField(default="")
    remedy = TextField(default="")
    requested_at = UtcField(default=clock.now)
    ready_at = UtcField(null=True)

    class Meta:
        indexes = ((("source", "target"), True),)

    @property
    def is_ready(self) -> bool:
        return bool(self.state == PairingState.READY)

    @property
    def is_busy(self) -> bool:
        return self.state in (PairingState.QUEUED, PairingState.READING, PairingState.WAITING)


class PairingClient(BaseModel):
    """One client of either PSA, with what it is compared by.

    `suggestions` are possible counterparts, best first, as [remote id, reason]; `rejected` the ids of those that a
    person has ruled out. `reading` is the last one that found it.
    """

    pairing = ForeignKeyField(ClientPairing, on_delete="CASCADE", index=False)
    integration = ForeignKeyField(Integration, on_delete="CASCADE")
    integration_id: int
    remote_id = BigIntegerField()
    name = CharField(default="")
    domains: Any = JSONField(default=list)
    phones: Any = JSONField(default=list)
    state = CharField()
    suggestions: Any = JSONField(default=list)
    rejected: Any = JSONField(default=list)
    reading = IntegerField()

    class Meta:
        # The second one lists one PSA's clients in a state by name, and counts them.
        indexes = (
            (("pairing", "integration", "remote_id"), True),
            (("pairing", "integration", "state", "name", "remote_id"), False),
        )


class ClientPair(BaseModel):
    """A decision: these two are the same client, or without a `target_remote_id`, this one has no counterpart.

    `how` says how the pair was found. `decided_by` is None for the operator, and for people who were removed.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    source = ForeignKeyField(Integration, on_delete="CASCADE", backref="+", index=False)
    source_remote_id = BigIntegerField()
    target = ForeignKeyField(Integration, on_delete="CASCADE", backref="+", index=False)
    target_remote_id = BigIntegerField(null=True)
    how = CharField(default="")
    decided_by = ForeignKeyField(User, on_delete="SET NULL", null=True)
    decided_at = UtcField(default=clock.now)

    class Meta:
        indexes = (
            (("source", "target", "source_remote_id"), True),
            (("source", "target", "target_remote_id"), True),
        )
