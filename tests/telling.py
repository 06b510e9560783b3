"""Deliveries as the receiver stores them."""

from __future__ import annotations

import json
from typing import Any

from portal.db import db
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.webhooks import deliveries, inbox

WORDS = {
    "clients": "client",
    "sites": "site",
    "contacts": "user",
    "products": "item",
    "assets": "asset",
    "opportunities": "opportunity",
    "contracts": "contract",
}


def about(record_type: str, remote_id: int, event: str = "updated") -> dict[str, Any]:
    word = WORDS.get(record_type, record_type)
    return {"event": f"{word} {event}", "object_id": remote_id}


def tell(integration: Integration, *bodies: Any) -> None:
    """Store a delivery for each body, in this thread."""
    for body in bodies:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        with db.atomic():
            inbox._store([deliveries.arrival(integration, [("Content-Type", "application/json")], raw)])


def results() -> list[tuple[str, str | None]]:
    """Return the state and the outcome of each refetch request, oldest first."""
    return [
        (refetch_request.state, refetch_request.outcome)
        for refetch_request in RefetchRequest.select().order_by(RefetchRequest.id)
    ]


def delivery_states() -> list[str]:
    return [delivery.state for delivery in Delivery.select().order_by(Delivery.id)]
