"""Trying refused credentials again, once an hour."""

from __future__ import annotations

from portal import clock, log
from portal.errors import PsaError, VaultError
from portal.models.integrations import Integration
from portal.models.sync import LogLevel, SyncLog
from portal.psa.registry import adapter_of
from portal.services.connecting import connections, refused_credentials
from portal.services.connecting.request_meter import own_policy
from portal.sync import budget


def due() -> list[int]:
    """Return the integrations that need attention and whose hour is over. A paused one asks nothing."""
    is_due = refused_credentials.is_due_for_a_try(clock.now()) & Integration.paused_at.is_null()
    return [each.id for each in Integration.select(Integration.id).where(is_due)]


def try_again(integration_id: int) -> None:
    """Ask for a token, unless another process has done so within the hour. If one is granted, syncing resumes."""
    if not refused_credentials.take_try(integration_id):
        return
    integration: Integration = Integration.get_by_id(integration_id)
    try:
        connection = connections.opened(integration)
        with adapter_of(integration.psa).open_client(connection, patient=False) as client:
            budget.add(own_policy(integration.account_id), 1)
            client.log_in()
    except (PsaError, VaultError) as error:
        log.get(__name__).info("the credentials are still refused", integration=integration_id)
        _note(integration, error)
    else:
        refused_credentials.accept(integration, None)


def _note(integration: Integration, error: PsaError | VaultError) -> None:
    retry_at = clock.now() + refused_credentials.BETWEEN_TRIES
    message = f"{error.problem} Next try at {refused_credentials.clock_time(integration, retry_at)}."
    SyncLog.create(integration=integration, level=LogLevel.WARNING, message=message, remedy=error.remedy)
