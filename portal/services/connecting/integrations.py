"""An integration that is set up: finding it, testing it again, disconnecting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import clock
from portal.db import db
from portal.errors import NotFound
from portal.models.accounts import Account, User
from portal.models.integrations import ACTIVE_STATES, Integration, IntegrationState
from portal.psa.diagnosis import Diagnosis
from portal.psa.registry import NAMES, adapter_of
from portal.services.audit import audit_log
from portal.services.audit.changes import replaced
from portal.services.connecting import connection_tests, connections, refused_credentials
from portal.services.issues import changes, reviewing
from portal.services.records import deletions
from portal.services.syncing import sync_runs
from portal.services.webhooks import refetches, signing_keys
from portal.vault import Secret


def active(account: Account, psa: str, *columns: Any) -> Integration:
    """Return the account's active integration with a PSA, with these columns or all. Raises NotFound without one."""
    mine = (Integration.account == account) & (Integration.psa == psa)
    found = Integration.select(*columns).where(mine, Integration.state.in_(ACTIVE_STATES))
    integration: Integration | None = found.first()
    if integration is None:
        raise NotFound(f"{adapter_of(psa).label} isn't connected.", "Connect it on the Integrations page.")
    return integration


def test_again(integration: Integration, user: User | None) -> Diagnosis:
    """Test the stored connection; a pass ends `needs_attention`, and syncing resumes at once.

    Issues about permissions open and close with what the test has found.
    """
    diagnosis = connections.test(integration, user)
    if diagnosis.ok:
        refused_credentials.accept(integration, user)
        reviewing.review(Integration.get_by_id(integration.id))
    return diagnosis


def replace_secrets(integration: Integration, secrets: Mapping[str, Secret], user: User | None) -> Diagnosis:
    """Test new secrets beside the stored ones, and put them in their places only if they work."""
    opened, began = connections.opened(integration, secrets), clock.monotonic()
    diagnosis = connections.judge(integration, opened, is_proved=False)
    seconds = clock.monotonic() - began
    with db.atomic():
        if diagnosis.ok:
            integration.credentials = connections.with_secrets(integration, secrets)
            connections.store_result(integration, diagnosis)
            refused_credentials.accept(integration, user)
        connection_tests.record(integration, user, diagnosis, seconds=seconds)
        if diagnosis.ok:
            labels = [each.label for each in adapter_of(integration.psa).connect_form.secrets if each.name in secrets]
            changed = replaced(labels)
            audit_log.record(integration.account, user, "integration.secret_replaced", changes=changed)
        else:
            audit_log.record(integration.account, user, "integration.secret_refused")
    if diagnosis.ok:
        reviewing.review(Integration.get_by_id(integration.id))
    return diagnosis


def disconnect(integration: Integration, user: User | None, *, keep_records: bool = True) -> None:
    """Stop syncing and delete the credentials.

    Kept records stay readable, and a later connection continues from them; otherwise the scheduler deletes them.
    """
    with db.atomic():
        sync_runs.stop_for_good(integration, user)
        refetches.stop_for_good(integration)
        signing_keys.forget(integration)
        changes.close_all(integration)
        integration.state = IntegrationState.DISCONNECTED
        integration.credentials = None
        integration.tested_fingerprint = None
        integration.next_sync_at = integration.next_full_at = None
        integration.disconnected_at = clock.now()
        integration.problem = integration.remedy = ""
        integration.credential_refusals, integration.credentials_retry_at = 0, None
        integration.save()
        what = f"{NAMES[integration.psa].label}, records {'kept' if keep_records else 'deleted'}"
        audit_log.record(integration.account, user, "integration.disconnected", what)
        if not keep_records:
            deletions.request(integration, user)
