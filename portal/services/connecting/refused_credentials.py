"""What happens when the PSA refuses the credentials: two more tries, then the integration needs attention.

While it needs attention, the PSA is asked once an hour (credential_retries.py), and syncing resumes when it agrees.
Runs and refetching share the count, so together they ask no more often than one of them would.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock, zones
from portal.db import db
from portal.errors import PsaError, PsaRefusedCredentials, VaultError
from portal.models.accounts import User
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LogLevel, RunKind, RunState, SyncLog, SyncRun
from portal.models.webhooks import Refetching
from portal.psa.adapter import PsaClient
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5))
BETWEEN_TRIES: Final = timedelta(hours=1)


class TooEarly(PsaRefusedCredentials):
    """The PSA refused the credentials lately. A run waits `until` the next try; for None it fails."""

    def __init__(self, problem: str, remedy: str = "", *, until: datetime | None = None) -> None:
        super().__init__(problem, remedy)
        self.until = until


def log_in(integration: Integration, client: PsaClient, *, asked_by_person: bool = False) -> bool:
    """Get a token first, if the PSA refused the credentials lately. Returns whether that was needed.

    A person who starts a sync may try at any time once the integration needs attention; other callers take the next
    hourly try. Raises TooEarly, and PsaError if no token is granted.
    """
    if integration.state == IntegrationState.NEEDS_ATTENTION:
        if not asked_by_person and not take_try(integration.id):
            raise TooEarly(integration.problem, integration.remedy)
    elif not integration.credential_refusals:
        return False
    elif integration.credentials_retry_at and integration.credentials_retry_at > clock.now():
        raise TooEarly(
            f"{adapter_of(integration.psa).name} just refused the credentials.",
            until=integration.credentials_retry_at,
        )
    client.log_in()
    accept(integration, None)
    return True


def refused(integration: Integration, error: PsaRefusedCredentials, run: SyncRun | None = None) -> datetime | None:
    """Count a refusal; returns the time of the next try, None when the integration needs attention."""
    if isinstance(error, TooEarly):
        return error.until
    now = clock.now()
    with db.atomic():
        seen: Integration = Integration.get_by_id(integration.id)
        if seen.state != IntegrationState.ACTIVE:
            return None
        again_at: datetime | None = seen.credentials_retry_at
        if again_at is not None and again_at > now:
            return again_at  # another process was refused a moment ago
        if seen.credential_refusals >= len(PAUSES):
            ask_for_attention(seen, error)
            return None
        again_at = now + PAUSES[seen.credential_refusals]
        counted = Integration.update(
            credential_refusals=seen.credential_refusals + 1, credentials_retry_at=again_at
        ).where(_is(seen, IntegrationState.ACTIVE), Integration.credential_refusals == seen.credential_refusals)
        if counted.execute():
            message = f"{error.problem} Resumes automatically at {clock_time(seen, again_at)}."
            _log(seen, message, error.remedy, LogLevel.WARNING, run)
    retry_at: datetime | None = Integration.get_by_id(integration.id).credentials_retry_at
    return retry_at


def ask_for_attention(integration: Integration, error: PsaError | VaultError) -> None:
    """Stop all automatic calls to the PSA and show the reason on every page, until it accepts the credentials."""
    retry_at = clock.now() + BETWEEN_TRIES
    with db.atomic():
        stopped = Integration.update(
            state=IntegrationState.NEEDS_ATTENTION,
            problem=error.problem,
            remedy=error.remedy,
            tested_fingerprint=None,
            credential_refusals=0,
            credentials_retry_at=retry_at,
        ).where(_is(integration, IntegrationState.ACTIVE))
        if stopped.execute():
            message = f"{error.problem} Next try at {clock_time(integration, retry_at)}, then once an hour."
            _log(integration, message, error.remedy, LogLevel.ERROR)


def take_try(integration_id: int) -> bool:
    """Claim the hourly try if it is due. The caller that gets True may request a token once."""
    now = clock.now()
    taken = Integration.update(credentials_retry_at=now + BETWEEN_TRIES).where(
        Integration.id == integration_id, is_due_for_a_try(now)
    )
    return bool(taken.execute())


def is_due_for_a_try(now: datetime) -> Any:
    """Return the condition for integrations that need attention and whose hourly try is due."""
    is_time = Integration.credentials_retry_at.is_null() | (Integration.credentials_retry_at <= now)
    return (Integration.state == IntegrationState.NEEDS_ATTENTION) & is_time


def accept(integration: Integration, user: User | None) -> None:
    """Clear earlier refusals, now that the PSA has accepted the credentials, and resume what waited for it.

    `user` is the person who tested the connection, if any.
    """
    fine = {"problem": "", "remedy": "", "credential_refusals": 0, "credentials_retry_at": None}
    with db.atomic():
        before: Integration = Integration.get_by_id(integration.id)
        back = Integration.update(state=IntegrationState.ACTIVE, **_due_now(before), **fine).where(
            _is(before, IntegrationState.NEEDS_ATTENTION)
        )
        is_back = bool(back.execute())
        retried = Integration.update(**fine).where(
            _is(before, IntegrationState.ACTIVE), Integration.credential_refusals > 0
        )
        if is_back or retried.execute():
            _resume(before)
            _log(
                before,
                f"{adapter_of(integration.psa).name} accepts the credentials again. Syncing resumes.",
                "",
                LogLevel.INFO,
            )
        if is_back:
            audit_log.record(integration.account, user, "integration.credentials_accepted")


def clock_time(integration: Integration, moment: datetime) -> str:
    """Write the time of day of a moment as the account's people read it."""
    return f"{moment.astimezone(zones.zone(integration.account.time_zone)):%H:%M:%S}"


def _due_now(integration: Integration) -> dict[str, datetime]:
    """Return the times that make up for what was missed: a full sync if one has failed."""
    now = clock.now()
    last = SyncRun.select().where(SyncRun.integration == integration).order_by(SyncRun.id.desc()).first()
    has_failed = last is not None and last.state == RunState.FAILED
    if has_failed and last.kind in (RunKind.INITIAL, RunKind.FULL):
        return {"next_sync_at": now, "next_full_at": now}
    return {"next_sync_at": now}


def _resume(integration: Integration) -> None:
    """Let the run and the refetching that wait for the next try begin at once."""
    now, waits_until = clock.now(), integration.credentials_retry_at
    for table in (SyncRun, Refetching):
        table.update(not_before=now).where(
            table.integration == integration, table.not_before == waits_until, table.not_before > now
        ).execute()


def _is(integration: Integration, state: IntegrationState) -> Any:
    return (Integration.id == integration.id) & (Integration.state == state)


def _log(integration: Integration, message: str, remedy: str, level: LogLevel, run: SyncRun | None = None) -> None:
    SyncLog.create(integration=integration, run=run, level=level, message=message, remedy=remedy)
