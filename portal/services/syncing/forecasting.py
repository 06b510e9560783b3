"""The forecast for a sync of an integration, at the pace of its limit settings and its tenant's limit."""

from __future__ import annotations

from portal import clock, zones
from portal.models.integrations import Integration
from portal.services.connecting import connections
from portal.services.syncing.forecast import Forecast, Pace, forecast
from portal.sync import budget


def of(integration: Integration, chosen: list[str], *, active_only: bool) -> Forecast | None:
    """Forecast a sync that starts now from the counts of the last test; None if there are none."""
    lists = connections.lists_of(integration)
    return forecast(lists, chosen, pace(integration), active_only=active_only) if lists else None


def pace(integration: Integration) -> Pace:
    """Return how many requests syncs may make: their share of the agreed or known quota, less in quiet hours."""
    known, window_seconds = budget.known_limit(integration.limit_key)
    now = clock.now().astimezone(zones.zone(integration.account.time_zone))
    policy = [budget.policy_of(integration, hour) for hour in range(24)]
    return Pace(
        quota=integration.quota or known,
        window_seconds=window_seconds,
        by_hour=tuple(budget.sync_quota(each, known) for each in policy),
        second=(now.hour * 60 + now.minute) * 60 + now.second,
        is_limited=policy[now.hour].share < 100,
    )
