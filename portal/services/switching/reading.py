"""Reads the clients of both PSAs and looks for counterparts, in a worker process.

A PSA that is connected, or was, has its clients stored. A setup has none yet: its list is read page by page, and only
id, name, domains and phones are kept. After a kill, reading continues at the page where it stopped.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from peewee import PeeweeException

from portal import clock, log
from portal.db import storage_problem
from portal.errors import FencedOut, PsaError, PsaRateLimited, PsaUnavailable, VaultError
from portal.models.integrations import Integration
from portal.models.switching import ClientPairing, ClientState, PairingClient, PairingState
from portal.psa.adapter import PsaClient
from portal.psa.registry import adapter_of
from portal.services.connecting import connections
from portal.services.switching import clients, pairing_lease, pairings, rows, verdicts
from portal.services.switching.matching import Client
from portal.services.switching.pairing_lease import PairingLease
from portal.services.syncing import rate_limits
from portal.sync.request_reservation import GOES_ON, LIMIT_USED_UP, RequestReservation

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=5)
MOST_WAITS: Final = 20
# A list that never ends is not worth waiting for.
MOST_PAGES: Final = 10_000


def execute(pairing_id: int) -> None:
    """Read what is asked for. Does nothing if another worker does. Unexpected errors are raised."""
    lease = pairing_lease.claim(pairing_id)
    if lease is None:
        return
    try:
        _work(lease)
    except FencedOut:
        log.get(__name__).info("another worker took over the pairing", pairing=pairing_id)


def _work(lease: PairingLease) -> None:
    try:
        pairing = pairings.by_id(lease.pairing_id)
        sides = [pairing.source, pairing.target]
        for side in sides[int(pairing.side == pairing.target_id) :]:
            _read(lease, pairing, side)
        verdicts.renew(lease, pairing)
        lease.end(PairingState.READY, ready_at=clock.now(), side=None, waits=0, problem="", remedy="")
    except PsaUnavailable as error:
        _wait(lease, error)
    except (PsaError, VaultError) as error:
        lease.end(PairingState.FAILED, problem=error.problem, remedy=error.remedy)
    except FencedOut:
        raise
    except Exception as error:
        with suppress(FencedOut, PeeweeException):
            _wait(lease, PsaUnavailable(*(storage_problem(error) or ("The portal had a problem.", ""))))
        raise


def _read(lease: PairingLease, pairing: ClientPairing, side: Integration) -> None:
    if not pairings.is_readable(side):
        return  # its records were deleted: what was read before stays
    if pairing.side != side.id:
        pairing.side, pairing.page = side.id, 1
        with lease.writing(side=side.id, page=1):
            pass
    if pairings.is_setup(side):
        _read_list(lease, pairing, side)
    else:
        for batch in clients.stored(side):
            _store(lease, pairing, side, batch)
    with lease.writing():
        PairingClient.delete().where(
            PairingClient.pairing == pairing,
            PairingClient.integration == side,
            PairingClient.reading < pairing.reading,
            PairingClient.state.not_in([ClientState.PAIRED, ClientState.WITHOUT]),
        ).execute()


def _read_list(lease: PairingLease, pairing: ClientPairing, side: Integration) -> None:
    reservation = RequestReservation(lambda: rate_limits.policy(side))
    connection, open_client = connections.opened(side), adapter_of(side.psa).open_client
    try:
        with open_client(connection, patient=pairing.waits == 0, check_rate_limit=reservation.gate) as client:
            _read_pages(lease, pairing, side, client, reservation)
    except PsaRateLimited as error:
        error.retry_after = reservation.record_refusal(error)
        raise
    finally:
        reservation.close()


def _read_pages(
    lease: PairingLease, pairing: ClientPairing, side: Integration, client: PsaClient, reservation: RequestReservation
) -> None:
    """Read until a page is empty or repeats what came before: what a list says about its length is no proof."""
    size: int | None = None
    seen: set[int | None] = set()
    for number in range(pairing.page, MOST_PAGES):
        if wait := reservation.take_one():
            raise _LimitUsedUp(wait)
        before = client.requests
        try:
            page = client.page(clients.CLIENTS, number, size=size)
        finally:
            reservation.charge(max(0, client.requests - before - 1))
        ids = {row.facts.remote_id if row.facts is not None else row.remote_id for row in page.rows}
        if not ids - {None} - seen:
            return
        seen, size = seen | ids, size or len(page.rows)
        _store(lease, pairing, side, clients.listed(side, client, page.rows), page=number + 1)


class _LimitUsedUp(PsaUnavailable):
    """The request limit is used up for `retry_after` seconds; the PSA itself has refused nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(LIMIT_USED_UP, GOES_ON)
        self.retry_after = seconds


def _store(
    lease: PairingLease, pairing: ClientPairing, side: Integration, found: list[Client], **checkpoint: int
) -> None:
    state = ClientState.OPEN if side.id == pairing.target_id else ClientState.NONE
    with lease.writing(**checkpoint):
        rows.write_clients(pairing, side.id, state, found)


def _wait(lease: PairingLease, error: PsaUnavailable) -> None:
    waits = pairings.by_id(lease.pairing_id).waits
    if waits >= MOST_WAITS:
        lease.end(PairingState.FAILED, problem=error.problem, remedy=error.remedy)
        return
    pause = min(FIRST_WAIT * (1 << min(waits, 8)), LONGEST_WAIT)
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    lease.end(
        PairingState.WAITING,
        not_before=clock.now() + pause,
        waits=waits + 1,
        problem=error.problem,
        remedy=error.remedy,
    )
