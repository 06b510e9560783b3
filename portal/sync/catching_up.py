"""A sync that is owed, because something may have been missed that no sync would look for so soon."""

from __future__ import annotations

from portal import clock
from portal.models.integrations import Integration


def owe(integration_id: int) -> None:
    """Have a sync run soon. It is owed once, however often this is said."""
    Integration.update(catch_up_at=clock.now()).where(
        Integration.id == integration_id, Integration.catch_up_at.is_null()
    ).execute()
