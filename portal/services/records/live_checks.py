"""Asks the PSA for one record and says what it answered. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from portal import clock, outbound_slots
from portal.errors import (
    Busy,
    PsaError,
    PsaListError,
    PsaRateLimited,
    PsaRefusedCredentials,
    PsaUnavailable,
    PsaUnreadable,
    VaultError,
)
from portal.models.integrations import Integration
from portal.psa.registry import adapter_of
from portal.psa.source import Row
from portal.services.connecting import connections
from portal.services.connecting.request_meter import Meter
from portal.services.connecting.single_flight import SingleFlightCache
from portal.sync import stored
from portal.sync.filters import read
from portal.sync.live_scope import LiveScope
from portal.sync.record_types import RecordType

SECONDS: Final = 8.0
# A record, and what a PSA must be asked besides to tell what it is. Requests that were not needed are refunded.
MOST_REQUESTS: Final = 4
# Reloading the page asks no more often than this.
KEPT: Final = timedelta(seconds=15)


class Presence(StrEnum):
    """`unknown` means that the PSA could not be asked, or did not answer."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNREADABLE = "unreadable"
    ABSENT = "absent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LiveCheck:
    """`why` is the reason that excludes the record, or the problem, and `remedy` what to do about it.

    `client_id` is the client that the record belongs to.
    """

    presence: Presence
    at: datetime
    why: str = ""
    remedy: str = ""
    name: str = ""
    client_id: int | None = None


_cache = SingleFlightCache[LiveCheck]()


def check(integration: Integration, record_type: RecordType, remote_id: int) -> LiveCheck:
    """Return what the PSA says about a record now, and whether a sync would store it. Raises nothing of the PSA's."""
    key = f"{connections.fingerprint(integration)} {record_type} {remote_id}"
    known = _cache.fresh(key)
    if known is None:
        known = _asked(integration, record_type, remote_id)
        if known.presence is not Presence.UNKNOWN:
            _cache.store(key, known, KEPT)
    return known


def _asked(integration: Integration, record_type: RecordType, remote_id: int) -> LiveCheck:
    try:
        row = _fetch(integration, record_type, remote_id)
    except (Busy, VaultError, PsaUnavailable, PsaRefusedCredentials) as error:
        again = _again(error) if isinstance(error, PsaRateLimited) else error.remedy
        return LiveCheck(Presence.UNKNOWN, clock.now(), error.problem, again)
    except PsaUnreadable as error:
        return LiveCheck(Presence.UNREADABLE, clock.now(), error.problem)
    except PsaListError as error:
        return LiveCheck(Presence.REFUSED, clock.now(), error.problem, error.remedy)
    except PsaError as error:
        return LiveCheck(Presence.UNKNOWN, clock.now(), error.problem, error.remedy)
    return LiveCheck(Presence.ABSENT, clock.now()) if row is None else _judged(integration, record_type, row)


def _fetch(integration: Integration, record_type: RecordType, remote_id: int) -> Row | None:
    """Fetch the record, in a slot and within the rate limit."""
    connection, adapter = connections.opened(integration), adapter_of(integration.psa)
    meter = Meter(integration, is_proved=connections.is_proved(integration), proving=1, reading=MOST_REQUESTS)
    with (
        outbound_slots.slot(integration.account_id, SECONDS, patience=0),
        meter,
        adapter.open_client(connection, patient=False, before_call=meter.before_call) as client,
    ):
        client.log_in()
        meter.token_granted()
        row: Row | None = stored.record_call(client, integration.id, record_type, remote_id)()
        return row


def _judged(integration: Integration, record_type: RecordType, row: Row) -> LiveCheck:
    if row.facts is None:
        return LiveCheck(Presence.UNREADABLE, clock.now(), row.problem)
    try:
        name = adapter_of(integration.psa).record_fields(record_type, row.payload.decode()).values.get("name", "")
    except UnicodeDecodeError:
        return LiveCheck(Presence.UNREADABLE, clock.now(), "Its text isn't UTF-8.")
    reason = LiveScope(integration.id, record_type, read(integration.filters)).now().reason(record_type, row.facts)
    presence = Presence.EXCLUDED if reason else Presence.INCLUDED
    return LiveCheck(presence, clock.now(), reason, name=str(name), client_id=row.facts.client_id)


def _again(error: PsaRateLimited) -> str:
    seconds = max(1, round(error.retry_after or 0))
    return f"Try again in {seconds} second{'' if seconds == 1 else 's'}."
