"""Requests an extra sync when something may have been missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.models.integrations import Integration

# Deliveries in this time share one sync: a stream of unclear webhooks must not cause one sync after another.
SOON: Final = timedelta(minutes=15)


def request(integration_id: int) -> None:
    """Request a sync at once. Several requests lead to one sync."""
    _request(integration_id, clock.now())


def request_soon(integration_id: int) -> None:
    """Request a sync within 15 minutes, to find out what a delivery left unclear."""
    _request(integration_id, clock.now() + SOON)


def _request(integration_id: int, due: datetime) -> None:
    later = Integration.catch_up_at.is_null() | (Integration.catch_up_at > due)
    Integration.update(catch_up_at=due).where(Integration.id == integration_id, later).execute()
