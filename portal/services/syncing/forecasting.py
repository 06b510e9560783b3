"""The forecast for a sync of an integration, at the pace of its limit settings and its tenant's limit."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from portal import clock, zones
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.psa.diagnosis import Access, ListAccess
from portal.psa.registry import adapter_of
from portal.services.connecting import connections
from portal.services.records import stored_records
from portal.services.syncing.forecast import Forecast, Pace, forecast
from portal.sync import budget, remote_lists
from portal.sync.record_types import RecordType


def of(integration: Integration, chosen: list[str], *, active_only: bool) -> Forecast | None:
    """Forecast a sync that starts now from the counts of the last test; None if there are none."""
    lists = connections.lists_of(integration)
    return forecast(lists, chosen, pace(integration), active_only=active_only) if lists else None


def of_change(
    integration: Integration, types: list[RecordType], *, live_clients: int, single_requests: int
) -> Forecast:
    """Forecast the full sync of these types that applies a change of the filters.

    The lengths of the lists and their page sizes are those of the last sync, or else of the last test. Some lists are
    read once for each of the `live_clients`. `single_requests` fetch records one by one.
    """
    tested, stored = connections.lists_of(integration), stored_records.counts(integration)
    lists = {each.value: _as_last_read(integration, each, tested.get(each), stored[each]) for each in types}
    for record_type, seen in lists.items():
        if seen.is_per_client:
            pages = {"total": live_clients, "page_size": 1, "is_per_client": False}
            lists[record_type] = msgspec.structs.replace(seen, **pages)
    return forecast(lists, [*types], pace(integration), active_only=False, single_requests=single_requests)


def _as_last_read(
    integration: Integration, record_type: RecordType, tested: ListAccess | None, stored: Mapping[str, int]
) -> ListAccess:
    """Return what is known of a list. Details are fetched for new and changed records only."""
    seen = tested or ListAccess(Access.GRANTED)
    known = remote_lists.find(integration.id, record_type)
    total = known.total if known is not None and known.total is not None else seen.total
    size = known.page_size if known is not None and known.page_size else seen.page_size
    least = stored[RecordState.LIVE] + stored[RecordState.OUT_OF_SCOPE]
    return msgspec.structs.replace(
        seen, access=Access.GRANTED, total=max(total, least), page_size=size, counted=True, has_details=False
    )


def pace(integration: Integration) -> Pace:
    """Return how many requests syncs may make: their share of the agreed or known quota, less in quiet hours."""
    usual = adapter_of(integration.psa).request_limit
    known = budget.known_limit(integration.limit_key, usual)
    now = clock.now().astimezone(zones.zone(integration.account.time_zone))
    policy = [budget.policy_of(integration, hour, usual) for hour in range(24)]
    return Pace(
        quota=integration.quota or known.requests,
        window_seconds=known.seconds,
        by_hour=tuple(budget.sync_quota(each, known.requests) for each in policy),
        second=(now.hour * 60 + now.minute) * 60 + now.second,
        is_limited=policy[now.hour].share < 100,
    )
