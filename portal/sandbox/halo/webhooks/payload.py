"""What a webhook writes of events.

One event, SEEN:           {"id", "webhook_id", "notification_id", "escmsg_id", "event", "message", "object_id",
                            "agent_id", "timestamp", ENTITY WORD: {object}}
form `small`, INFERRED:    the object with its key fields only
form `event`, INFERRED:    the same without the object
batching `array`, INFERRED:    [event, …]
batching `grouped`, INFERRED:  {"events": [event, …]}
batching `objects`, INFERRED:  an event whose object_id and object are instead in
                               "objects": [{"object_id", ENTITY WORD: {object}}, …]

A batch never holds events of two changes: so its size does not hang on how fast the receiver is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.webhook import Webhook

_AGENT_ID = 3
_NOTIFICATION_ID = 41
_KEY_FIELDS = (
    *("id", "name", "summary", "ref", "inventory_number", "key_field", "client_id", "client_name", "site_id"),
    *("status_id", "tickettype_id", "team_id", "agent_id", "inactive", "active", "hasbeenclosed"),
)


def payloads(webhook: Webhook, webhook_id: str, events: Sequence[Event]) -> Iterator[tuple[Sequence[Event], bytes]]:
    """Yield each body with the events that it tells of. All are of one sort: one change makes them."""
    for batch in _batches(webhook, events):
        told = _batch(webhook, webhook_id, batch)
        yield batch, msgspec.json.encode(_numbers_as_text(told) if webhook.numbers_as_strings else told)


def _batches(webhook: Webhook, events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    size = 1 if webhook.batching == "none" else webhook.batch_size
    for start in range(0, len(events), size):
        yield events[start : start + size]


def _batch(webhook: Webhook, webhook_id: str, batch: Sequence[Event]) -> Any:
    if webhook.batching == "objects":
        return _head(webhook_id, batch[0]) | {"objects": [_object(webhook, event) for event in batch]}
    each = [_head(webhook_id, event) | _object(webhook, event) for event in batch]
    if webhook.batching == "array":
        return each
    return {"events": each} if webhook.batching == "grouped" else each[0]


def _head(webhook_id: str, event: Event) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "webhook_id": webhook_id,
        "notification_id": _NOTIFICATION_ID,
        "escmsg_id": str(uuid4()),
        "event": event.event,
        "message": event.message,
        "agent_id": _AGENT_ID,
        "timestamp": _timestamp(event.moment),
    }


def _object(webhook: Webhook, event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"object_id": event.object_id}
    if webhook.form == "full":
        told[event.word] = event.fields
    elif webhook.form == "small":
        told[event.word] = {key: event.fields[key] for key in _KEY_FIELDS if key in event.fields}
    return told


def _timestamp(moment: float) -> str:
    """Seven decimals and a Z, unlike Halo's other dates."""
    seconds, ticks = divmod(round(moment * 10_000_000), 10_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ticks:07d}Z"


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _numbers_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(each) for each in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value
