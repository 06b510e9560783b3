"""What Halo tells us by webhook."""

from __future__ import annotations

from portal import clock
from portal.errors import NotFound
from portal.models.integrations import Integration


def find(webhook_id: str) -> Integration:
    """Return the integration that this address belongs to; raises NotFound."""
    integration: Integration | None = Integration.get_or_none(Integration.webhook_id == webhook_id)
    if integration is None:
        raise NotFound(
            "This webhook address is not in use.", "Copy the Webhook URL again from the Configuration tab."
        )
    return integration


def note(integration: Integration) -> None:
    """Remember when the last delivery came."""
    Integration.update(last_delivery_at=clock.now()).where(Integration.id == integration.id).execute()
