"""An integration that is set up: finding it, testing it again, changing what it syncs, disconnecting it."""

from __future__ import annotations

import dataclasses

from portal import clock
from portal.db import db
from portal.errors import NotFound
from portal.models.accounts import Account, User
from portal.models.integrations import ACTIVE_STATES, Integration, IntegrationState, Psa
from portal.models.records import Record, RecordState
from portal.models.sync import SyncRun
from portal.services import audit, connections, syncing
from portal.services.connections import Verdict
from portal.services.wizard import parse_types
from portal.sync import budget
from portal.vault import Secret


def halo(account: Account) -> Integration:
    """Return the account's active Halo integration. Raises NotFound when there is none."""
    integration: Integration | None = Integration.get_or_none(
        Integration.account == account, Integration.psa == Psa.HALO, Integration.state.in_(ACTIVE_STATES)
    )
    if integration is None:
        raise NotFound("HaloPSA is not connected.", "Connect it on the Integrations page.")
    return integration


def test_again(integration: Integration, user: User | None) -> Verdict:
    """Test the stored connection; a pass ends `needs_attention`."""
    verdict = connections.test(integration, user)
    if verdict.ok:
        _end_attention(integration)
    return verdict


def replace_secret(integration: Integration, secret: Secret, user: User | None) -> Verdict:
    """Test the new secret beside the stored one, and put it in its place only if it works."""
    credentials = dataclasses.replace(connections.credentials_of(integration), client_secret=secret.reveal())
    verdict = connections.judge(credentials, budget.tenant_of(integration))
    with db.atomic():
        if verdict.ok:
            integration.client_secret = secret
            integration.tested_fingerprint = connections.fingerprint(integration)
            integration.save(only=[Integration.client_secret, Integration.tested_fingerprint])
            _end_attention(integration)
        audit.record(integration.account, user, "halo.secret_replaced" if verdict.ok else "halo.secret_refused")
    return verdict


def change_data(
    integration: Integration,
    record_types: list[str],
    active_only: bool,  # noqa: FBT001  # a box in a form
    user: User | None,
) -> None:
    """Choose other record types or filters; they count from the next sync on. Raises Invalid for an unknown type.

    Records of a type that is no longer chosen go out of scope at once: nothing would keep them fresh.
    """
    chosen = parse_types(record_types)
    with db.atomic():
        integration.record_types = chosen
        integration.filters = integration.filters | {"active_only": active_only}
        integration.save(only=[Integration.record_types, Integration.filters])
        Record.update(state=RecordState.OUT_OF_SCOPE, changed_at=clock.now()).where(
            Record.integration == integration,
            Record.record_type.not_in(chosen),
            Record.state == RecordState.LIVE,
        ).execute()
        scope = "active clients only" if active_only else "all clients"
        audit.record(integration.account, user, "halo.data_changed", f"{', '.join(chosen)}; {scope}")


def disconnect(integration: Integration, user: User | None) -> None:
    """Stop syncing and forget the secret. The copied records stay, and a later connection goes on from them."""
    with db.atomic():
        syncing.stop_for_good(integration)
        integration.state = IntegrationState.DISCONNECTED
        integration.client_secret = None
        integration.tested_fingerprint = None
        integration.next_sync_at = integration.next_full_at = None
        integration.disconnected_at = clock.now()
        integration.problem = integration.remedy = ""
        integration.save()
        audit.record(integration.account, user, "halo.disconnected")


def _end_attention(integration: Integration) -> None:
    Integration.update(state=IntegrationState.ACTIVE, problem="", remedy="").where(
        Integration.id == integration.id, Integration.state == IntegrationState.NEEDS_ATTENTION
    ).execute()


def last_run(integration: Integration) -> SyncRun | None:
    run: SyncRun | None = (
        SyncRun.select().where(SyncRun.integration == integration).order_by(SyncRun.id.desc()).first()
    )
    return run
