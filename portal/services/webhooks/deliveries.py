"""Incoming deliveries: each is stored as it came, with a refetch request for each event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import DeliveryState
from portal.psa.registry import adapter_of
from portal.psa.webhooks import NEXT_SYNC, WebhookEvent
from portal.services.webhooks.senders import proof_headers

HIDDEN: Final = "•••"
LONGEST_HEADER: Final = 500
MOST_HEADERS: Final = 50
BYTES_OF_ROW: Final = 200  # of a delivery and of each of its events, with their indexes

NOT_SYNCED: Final = "Its record type isn't synced."


@dataclass(frozen=True)
class Arrival:
    """A delivery to store. Events with a reason in `why` are not refetched. `needs_sync` is true if a sync has to
    find what the delivery does not name. `body` is the part that is kept. A delivery with the `message_key` of a
    stored one is a repetition and is not stored again; None if that cannot be told.
    """

    integration_id: int
    received_at: datetime
    state: DeliveryState
    event: str
    why: str
    headers: list[tuple[str, str]]
    body: bytes
    events: list[WebhookEvent] = field(default_factory=list)
    needs_sync: bool = False
    message_key: str | None = None

    @property
    def size(self) -> int:
        """Return its approximate size in the database, in bytes."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.body) + headers + BYTES_OF_ROW * (1 + len(self.events))


def is_readable(integration: Integration, body: bytes, content_type: str) -> bool:
    """Return whether the body looks like something that the PSA sends."""
    return adapter_of(integration.psa).webhooks.is_readable(body, content_type)


def arrival(integration: Integration, headers: Iterable[tuple[str, str]], body: bytes) -> Arrival:
    """Read a delivery. The sender has proved to be the PSA, so unreadable bodies are kept too."""
    headers = list(headers)
    received_at, shown = clock.now(), _without_proof(integration, headers)
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    text, webhooks = body, adapter_of(integration.psa).webhooks
    try:
        text = webhooks.extract_json(body, content_type)
        events = [_chosen(integration, event) for event in webhooks.read(text)]
    except ValueError as error:
        why, kept = f"{error} {NEXT_SYNC}", webhooks.abridge(text)
        return Arrival(integration.id, received_at, DeliveryState.UNREADABLE, "", why, shown, kept, needs_sync=True)
    state = DeliveryState.IGNORED if all(event.why for event in events) else DeliveryState.WAITING
    why, needs_sync = "; ".join(_reasons(events)), any(event.needs_sync for event in events)
    kept, key = webhooks.abridge(text), webhooks.message_key(text) or None
    return Arrival(integration.id, received_at, state, _title(events), why, shown, kept, events, needs_sync, key)


def _reasons(events: list[WebhookEvent]) -> list[str]:
    return list(dict.fromkeys(event.why for event in events if event.why))


def _chosen(integration: Integration, event: WebhookEvent) -> WebhookEvent:
    if event.record_type is None or event.record_type in integration.record_types:
        return event
    return WebhookEvent(event.name, event.record_type, event.remote_id, NOT_SYNCED)


def _title(events: list[WebhookEvent]) -> str:
    names = {event.name for event in events}
    return names.pop() if len(names) == 1 else f"{len(events)} events"


def _without_proof(integration: Integration, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    secret = proof_headers(integration)
    some = islice(headers, MOST_HEADERS)
    return [(name, HIDDEN if name.lower() in secret else value[:LONGEST_HEADER]) for name, value in some]
