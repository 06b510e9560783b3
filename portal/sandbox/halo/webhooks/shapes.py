"""Shapes that custom payloads and proxies give to deliveries, and variations of notation. All INFERRED.

shape `linked`    full objects carry others beside them: a site its contact, a client its contract …
shape `entity`    the object under "entity" instead of its own word
shape `custom`    {"event", ENTITY WORD_id}: what people put together themselves
shape `wrapped`   {"headers": {…}, "body": event}: a proxy or an automation passes it on
shape `unnamed`   an event whose name says nothing, with linked objects and without object_id: nobody can know
shape `wrong_id`  an object_id that contradicts the object's own
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.webhook import Webhook

FORM = "application/x-www-form-urlencoded"
_LINKED: dict[str, dict[str, Any]] = {
    "client": {"id": 12, "name": "Linked client"},
    "site": {"id": 33, "name": "Linked site", "client_id": 12.0},
    "user": {"id": 101, "name": "Linked contact", "client_id": 12, "site_id": 33.0},
    "contract": {"id": 7, "ref": "C-0007", "client_id": 12},
}


def shaped(webhook: Webhook, event: Event, event_json: dict[str, Any]) -> dict[str, Any]:
    """Return the event in the webhook's shape."""
    match webhook.shape:
        case "linked":
            return {**event_json, **{word: each for word, each in _LINKED.items() if word != event.word}}
        case "entity":
            return {("entity" if key == event.word else key): value for key, value in event_json.items()}
        case "custom":
            return {"event": event.event, f"{event.word}_id": event.object_id}
        case "wrapped":
            return {"headers": {"content-type": "application/json"}, "body": event_json}
        case "unnamed":
            rest = {key: value for key, value in event_json.items() if key not in {"object_id", "message", "event"}}
            return {"event": "something happened", **_LINKED, **rest}
        case "wrong_id":
            return {**event_json, "object_id": event.object_id + 1}
        case _:
            return event_json


def written(webhook: Webhook, event_json: Any) -> bytes:
    """Encode the body with the webhook's notation of keys, numbers and characters."""
    if webhook.numbers_as_strings:
        event_json = _numbers_as_text(event_json)
    if webhook.keys == "capitals":
        event_json = _in_capitals(event_json)
    body = msgspec.json.encode(event_json).decode().encode(webhook.encoding)
    return urlencode({"payload": body}).encode() if webhook.content_type.startswith(FORM) else body


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _numbers_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(each) for each in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _in_capitals(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key.upper(): _in_capitals(each) for key, each in value.items()}
    return [_in_capitals(each) for each in value] if isinstance(value, list) else value
