"""A sync that is due out of turn, because something may have been missed that no sync would look for so soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.models.integrations import Integration

# What comes meanwhile shares the sync: a webhook that nobody understands must not have one sync follow the other.
SOON: Final = timedelta(minutes=15)


def request(integration_id: int) -> None:
    """Have a sync run at once. It runs once, however often this is said."""
    _request(integration_id, clock.now())


def request_soon(integration_id: int) -> None:
    """Have a sync run within a quarter of an hour, to look for what a delivery did not tell plainly."""
    _request(integration_id, clock.now() + SOON)


def _request(integration_id: int, due: datetime) -> None:
    later = Integration.catch_up_at.is_null() | (Integration.catch_up_at > due)
    Integration.update(catch_up_at=due).where(Integration.id == integration_id, later).execute()
