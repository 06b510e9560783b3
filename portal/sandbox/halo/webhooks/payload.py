"""Payloads of events.

One event, SEEN:           {"id", "webhook_id", "notification_id", "escmsg_id", "event", "message", "object_id",
                            "agent_id", "timestamp", ENTITY WORD: {object}}
form `small`, INFERRED:    the object with its key fields only
form `event`, INFERRED:    the same without the object
batching `array`, INFERRED:    [event, …]
batching `nested`, INFERRED:   [[event], …]
batching `grouped`, INFERRED:  {"events": [event, …]}
batching `objects`, INFERRED:  an event whose object_id and object are instead in
                               "objects": [{"object_id", ENTITY WORD: {object}}, …]
batching `plural`, INFERRED:   an event with {ENTITY WORD in the plural: [{object}, …]} instead
shapes.py has the shapes that custom payloads and proxies give to each of them.

A batch never mixes events of two changes, so its size does not depend on the speed of the receiver.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.shapes import shaped, written
from portal.sandbox.halo.webhooks.webhook import Webhook

_AGENT_ID = 3
_NOTIFICATION_ID = 41
_KEY_FIELDS = (
    *("id", "name", "summary", "ref", "inventory_number", "key_field", "client_id", "client_name", "site_id"),
    *("status_id", "tickettype_id", "team_id", "agent_id", "inactive", "active", "hasbeenclosed"),
)


def payloads(webhook: Webhook, webhook_id: str, events: Sequence[Event]) -> Iterator[tuple[Sequence[Event], bytes]]:
    """Yield each body with its events, which are all of the same kind, because they come from one change."""
    for batch in _batches(webhook, events):
        yield batch, written(webhook, _batch(webhook, webhook_id, batch))


def _batches(webhook: Webhook, events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    size = 1 if webhook.batching == "none" else webhook.batch_size
    for start in range(0, len(events), size):
        yield events[start : start + size]


def _batch(webhook: Webhook, webhook_id: str, batch: Sequence[Event]) -> Any:
    if webhook.batching == "objects":
        return _head(webhook_id, batch[0]) | {"objects": [_object(webhook, event) for event in batch]}
    if webhook.batching == "plural":
        return _head(webhook_id, batch[0]) | {_plural(batch[0].word): [_fields(webhook, event) for event in batch]}
    each = [shaped(webhook, event, _head(webhook_id, event) | _object(webhook, event)) for event in batch]
    if webhook.batching == "array":
        return each
    if webhook.batching == "nested":
        return [[one] for one in each]
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
    event_json: dict[str, Any] = {"object_id": event.object_id}
    if webhook.form != "event":
        event_json[event.word] = _fields(webhook, event)
    return event_json


def _fields(webhook: Webhook, event: Event) -> dict[str, Any]:
    if webhook.form == "full":
        return {**event.fields, **({"logo": "data:image/png;base64," + "iVBOR" * 60_000} if webhook.logo else {})}
    keys = _KEY_FIELDS if webhook.form == "small" else ("id",)
    return {key: event.fields[key] for key in keys if key in event.fields}


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _timestamp(moment: float) -> str:
    """Format a time with seven decimals and a Z, unlike Halo's other dates."""
    seconds, ticks = divmod(round(moment * 10_000_000), 10_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ticks:07d}Z"
