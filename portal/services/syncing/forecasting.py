"""What a sync of an integration will take, at the pace that its limit settings and its tenant's limit allow."""

from __future__ import annotations

from portal import clock, zones
from portal.models.integrations import Integration
from portal.services.connecting import connections
from portal.services.syncing.forecast import Forecast, Pace, forecast
from portal.sync import budget


def of(integration: Integration, chosen: list[str], *, active_only: bool) -> Forecast | None:
    """Forecast a sync that begins now from what the last test has counted; None when it has counted nothing."""
    lists = connections.lists_of(integration)
    return forecast(lists, chosen, pace(integration), active_only=active_only) if lists else None


def pace(integration: Integration) -> Pace:
    """Return how many requests syncs may make: the agreed quota or the known one, its share, less in quiet hours."""
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
