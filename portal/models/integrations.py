"""One account's link to one PSA."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Any, Final

from peewee import SQL, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account
from portal.vault import EncryptedField


class IntegrationState(StrEnum):
    """`draft` lives in the wizard; both `active` and `needs_attention` count as active."""

    DRAFT = "draft"
    ACTIVE = "active"
    NEEDS_ATTENTION = "needs_attention"
    DISCONNECTED = "disconnected"


ACTIVE_STATES: Final = (IntegrationState.ACTIVE, IntegrationState.NEEDS_ATTENTION)


class WizardStep(StrEnum):
    CONNECT = "connect"
    DATA = "data"
    WEBHOOKS = "webhooks"
    REVIEW = "review"


def _new_uid() -> str:
    return secrets.token_urlsafe(12)


def _active_clients_only() -> dict[str, Any]:
    return {"active_only": True}


def _hourly() -> dict[str, Any]:
    return {"minutes": 60}


def _new_webhook_id() -> str:
    # In small letters only, so that an address survives programs that change their case.
    return secrets.token_hex(16)


class Integration(BaseModel):
    """URLs, credentials and choices, from the wizard's first moment to long after disconnecting.

    `tested_fingerprint` is the fingerprint of exactly the connection values that passed the test; Next opens only
    while it equals the fingerprint of what is stored. `findings` is what that test has seen of each list, and its
    advice. `wizard_step` is the furthest step that is open.
    `connection` holds the public connection values and `credentials` the secret ones, sealed, as a JSON object; the
    PSA's adapter declares both. `limit_key` names the tenant whose request limit counts.
    `source_address` and `source_tenant` name the PSA that the stored records came from. `touched_at` is when a person
    last worked on the setup.
    With each delivery, the PSA must send `webhook_user` and `webhook_secret` as `webhook_login` says
    (models/webhooks.py), if needed in the header `webhook_header`. `webhook_old_secret` is valid, too, until somebody
    removes it. `catch_up_at` is when a sync is due for what did not come by webhook. `silence_noted_at` is when
    people were told that no deliveries arrive.
    `deletion_requested_at` is set while the records of a disconnected PSA are being deleted.
    `credential_refusals` counts refusals in a row by the PSA. No token is requested before `credentials_retry_at`.
    `switched_off_at` is set while records of disabled types may still have to go out of scope.
    `filters` is read by portal/sync/filters.py, `schedule` by portal/sync/schedule.py. `full_hour` is the hour of the
    nightly full sync in the account's time zone. `quota` is the limit agreed with the vendor in requests per five
    minutes, or None for the usual one. `budget_share` is the percentage of it that this portal may use, and
    `quiet_hours` the one between two hours: {"from": 8, "until": 18, "share": 25}.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    psa = CharField()
    uid = CharField(unique=True, default=_new_uid)
    state = CharField(default=IntegrationState.DRAFT)
    connection: Any = JSONField(default=dict)
    credentials = EncryptedField(null=True)
    limit_key = CharField(default="")
    tested_fingerprint = CharField(null=True)
    tested_at = UtcField(null=True)
    agent_name = CharField(default="")
    findings = JSONField(null=True)
    record_types = JSONField(default=list)
    switched_off_at = UtcField(null=True)
    filters = JSONField(default=_active_clients_only)
    webhook_id = CharField(unique=True, default=_new_webhook_id)
    webhook_user = CharField(default="scopable")
    webhook_secret = EncryptedField(null=True)
    webhook_old_secret = EncryptedField(null=True)
    webhook_login = CharField(default="basic")
    webhook_header = CharField(default="X-Scopable-Token")
    webhook_skipped = BooleanField(default=False)
    last_delivery_at = UtcField(null=True)
    catch_up_at = UtcField(null=True)
    silence_noted_at = UtcField(null=True)
    wizard_step = CharField(default=WizardStep.CONNECT)
    problem = TextField(default="")
    remedy = TextField(default="")
    credential_refusals = IntegerField(default=0)
    credentials_retry_at = UtcField(null=True)
    source_address = CharField(default="")
    source_tenant = CharField(default="")
    schedule = JSONField(default=_hourly)
    full_hour = IntegerField(default=2)
    paused_at = UtcField(null=True)
    next_sync_at = UtcField(null=True)
    next_full_at = UtcField(null=True)
    quota = IntegerField(null=True)
    budget_share = IntegerField(default=100)
    quiet_hours = JSONField(null=True)
    created_at = UtcField(default=clock.now)
    touched_at = UtcField(default=clock.now)
    activated_at = UtcField(null=True)
    disconnected_at = UtcField(null=True)
    deletion_requested_at = UtcField(null=True)

    class Meta:
        indexes = ((("account", "psa"), True),)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def active_only(self) -> bool:
        return isinstance(self.filters, dict) and self.filters.get("active_only") is True


# One active PSA per account: the database refuses a second one.
Integration.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS integration_one_active_psa ON integration (account_id)"
        " WHERE state IN ('active', 'needs_attention')"
    )
)
