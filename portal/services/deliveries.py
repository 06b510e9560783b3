"""What a delivery comes to when it arrives: kept as it is, with a hint for each event in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from portal import clock
from portal.halo import webhooks
from portal.halo.webhooks import Event
from portal.models.integrations import Integration
from portal.models.webhooks import DeliveryState
from portal.services.senders import proof_headers

HIDDEN: Final = "•••"
LONGEST_HEADER: Final = 500
MOST_HEADERS: Final = 50

NOT_SYNCED: Final = "Its record type is not synced."


@dataclass(frozen=True)
class Arrival:
    """A delivery that is to be stored. An event with a reason in `why` is not to be read."""

    integration_id: int
    received_at: datetime
    state: DeliveryState
    event: str
    why: str
    headers: list[tuple[str, str]]
    body: bytes
    events: list[Event] = field(default_factory=list)


def arrival(integration: Integration, headers: Iterable[tuple[str, str]], body: bytes) -> Arrival:
    """Read what was delivered. Whoever has proved to be Halo is believed to mean well: nonsense is kept, too."""
    received_at, shown = clock.now(), _without_proof(integration, headers)
    try:
        events = [_chosen(integration, event) for event in webhooks.read(body)]
    except ValueError as error:
        return Arrival(integration.id, received_at, DeliveryState.UNREADABLE, "", str(error), shown, body)
    state = DeliveryState.IGNORED if all(event.why for event in events) else DeliveryState.WAITING
    why = "; ".join(dict.fromkeys(event.why for event in events if event.why))
    return Arrival(integration.id, received_at, state, _title(events), why, shown, body, events)


def _chosen(integration: Integration, event: Event) -> Event:
    if event.record_type is None or event.record_type in integration.record_types:
        return event
    return Event(event.name, event.record_type, event.remote_id, NOT_SYNCED)


def _title(events: list[Event]) -> str:
    names = {event.name for event in events}
    return names.pop() if len(names) == 1 else f"{len(events)} events"


def _without_proof(integration: Integration, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    secret = proof_headers(integration)
    some = list(headers)[:MOST_HEADERS]
    return [(name, HIDDEN if name.lower() in secret else value[:LONGEST_HEADER]) for name, value in some]
