"""Refetching the records that webhook deliveries name: which integrations are due, and one turn of work."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from peewee import JOIN, PeeweeException

from portal import clock, log
from portal.db import storage_problem
from portal.errors import FencedOut, PsaError, PsaRefusedCredentials, PsaUnavailable, VaultError
from portal.models.integrations import Integration, IntegrationState
from portal.models.webhooks import Refetching, RefetchRequest, RefetchRequestState
from portal.psa.registry import adapter_of
from portal.services.connecting import connections, refused_credentials
from portal.services.connecting.request_meter import own_policy
from portal.services.syncing import rate_limits
from portal.services.webhooks.deliveries import NOT_SYNCED
from portal.sync import budget, refetch_lease, refetch_requests
from portal.sync.filters import read
from portal.sync.refetch_lease import RefetchLease
from portal.sync.refetching import Refetcher
from portal.sync.request_reservation import RequestReservation

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=5)
MOST_WAITS: Final = 100


def waiting() -> list[int]:
    """Return the integrations with due refetch requests that no worker has claimed.

    While an integration is paused or needs attention, its requests wait.
    """
    now = clock.now()
    is_due = (RefetchRequest.state == RefetchRequestState.WAITING) & (
        RefetchRequest.not_before.is_null() | (RefetchRequest.not_before <= now)
    )
    may_read = (Integration.state == IntegrationState.ACTIVE) & Integration.paused_at.is_null()
    rows: Any = (
        Integration.select(Integration.id)
        .join(Refetching, JOIN.LEFT_OUTER, on=(Refetching.integration == Integration.id))
        .where(may_read, Refetching.id.is_null() | refetch_lease.is_claimable(now))
        .where(Integration.id.in_(RefetchRequest.select(RefetchRequest.integration).where(is_due)))
        .tuples()
    )
    return [integration_id for (integration_id,) in rows]


def execute(integration_id: int) -> None:
    """Refetch what is due. Does nothing if another worker has the lease.

    Unexpected errors are raised, and another worker takes over after the lease ends.
    """
    mine = refetch_lease.claim(integration_id)
    if mine is None:
        return
    try:
        _work(mine, Integration.get_by_id(integration_id))
    except FencedOut:
        log.get(__name__).info("another worker took over", integration=integration_id)


def stop_for_good(integration: Integration) -> None:
    """Stop refetching at once, inside the caller's transaction."""
    refetch_lease.revoke(integration.id)
    why = f"{adapter_of(integration.psa).label} was disconnected before the record could be read."
    refetch_requests.ignore(_waits(integration), why)


def _work(mine: RefetchLease, integration: Integration) -> None:
    try:
        _read(mine, integration)
    except FencedOut:
        raise
    except PsaUnavailable as error:
        _wait(mine, error)
    except PsaRefusedCredentials as error:
        retry_at = refused_credentials.refused(integration, error)
        mine.release(not_before=retry_at, problem=error.problem, remedy=error.remedy)
    except VaultError as error:
        refused_credentials.ask_for_attention(integration, error)
        mine.release(problem=error.problem, remedy=error.remedy)
    except PsaError as error:
        _wait(mine, PsaUnavailable(error.problem, error.remedy))
    except Exception as error:
        with suppress(FencedOut, PeeweeException):
            if trouble := storage_problem(error):
                _wait(mine, PsaUnavailable(*trouble))
        raise
    else:
        mine.release()


def _read(mine: RefetchLease, integration: Integration) -> None:
    if integration.state != IntegrationState.ACTIVE or integration.paused_at is not None:
        return
    with mine.writing():
        switched_off = _waits(integration) & RefetchRequest.record_type.not_in(integration.record_types)
        refetch_requests.ignore(switched_off, NOT_SYNCED)
    reservation = RequestReservation(lambda: rate_limits.policy(integration))
    connection, open_client = connections.opened(integration), adapter_of(integration.psa).open_client
    with open_client(connection, patient=mine.waits == 0, check_rate_limit=reservation.gate) as client:
        try:
            refused_credentials.log_in(integration, client)
        finally:
            if client.requests:  # the credentials were refused lately, so they do not count as proved
                budget.add(own_policy(integration.account_id), client.requests)
        Refetcher(mine, client, reservation, read(integration.filters)).run()


def _wait(mine: RefetchLease, error: PsaUnavailable) -> None:
    """Wait until the PSA may answer again. After too many waits in a row, mark the requests as stuck."""
    if mine.waits >= MOST_WAITS:
        with mine.writing(lease_until=None, waits=0):
            refetch_requests.mark_stuck(mine.integration_id, f"{error.problem} {error.remedy}".strip())
        return
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    else:
        pause = min(FIRST_WAIT * (1 << min(mine.waits, 8)), LONGEST_WAIT)
    mine.release(
        not_before=clock.now() + pause,
        waits=Refetching.waits + 1,
        problem=error.problem,
        remedy=error.remedy,
    )


def _waits(integration: Integration) -> Any:
    return (RefetchRequest.integration == integration) & (RefetchRequest.state == RefetchRequestState.WAITING)
