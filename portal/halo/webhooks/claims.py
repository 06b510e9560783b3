"""Collects an event's name, and everything in it that may identify its record. Draws no conclusions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from portal.halo.webhooks import json_slices, words
from portal.halo.webhooks.json_slices import JsonSlice, Keys
from portal.halo.webhooks.words import TYPE_OF_KEY
from portal.psa.webhooks import LONGEST_NAME

# Nesting of wrappers and lists.
DEEPEST: Final = 5
# Parsing JSON inside a JSON string takes several times its length in memory.
LONGEST_INNER: Final = 256 * 1024

_NAMES: Final = ("event", "eventname", "eventtype", "topic", "trigger")
_TYPES: Final = (
    *("entity", "entitytype", "entityname", "object", "objecttype", "objectname", "record", "recordtype"),
    *("resource", "resourcetype", "table", "use", "type"),
)
_OTHER_IDS: Final = ("entityid", "recordid", "resourceid", "id")
_BATCHES: Final = ("events", "objects", "records", "objectids", "entityids", "recordids", "ids")
# Generic keys that wrap the record, the event, or a list of either.
_WRAPPERS: Final = (
    *("entity", "object", "record", "resource", "data", "payload", "body", "content", "detail", "details", "value"),
    *("values", "results", "batch", "notification", "event"),
)
_OWN_IDS: Final = {f"{word}id": record_type for word, record_type in TYPE_OF_KEY.items()}
_EVENT: Final = Keys(
    {*_NAMES, *_TYPES, *_OTHER_IDS, *_BATCHES, *_WRAPPERS, *TYPE_OF_KEY, *_OWN_IDS, "objectid", "message", "name"}
)
_ID: Final = Keys({"id"})
_NAME: Final = Keys({"name"})
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@dataclass
class Claims:
    """`stated` is the record type that the event explicitly names, or words.OTHER. `object_id` is its top-level id.

    `linked` has the ids of embedded records by record type, None for one without an id; `own_ids` has the ids in keys
    such as `client_id`; `other_id` is an id of unknown type. `lists` are lists of records with their types, `batch`
    is a list of events.
    """

    name: str = ""
    stated: str | None = None
    message: str = ""
    object_id: int | None = None
    other_id: int | None = None
    linked: dict[str, int | None] = field(default_factory=dict)
    own_ids: dict[str, int] = field(default_factory=dict)
    lists: list[tuple[str, JsonSlice]] = field(default_factory=list)
    batch: JsonSlice | None = None


def of(value: JsonSlice, depth: int = 0) -> Claims:
    """Collect the claims of an object. Raises ValueError for invalid JSON."""
    found = value.members(_EVENT)
    claims = Claims(
        name=_first_text(found, _NAMES),
        stated=next((name for key in _TYPES if key in found and (name := words.type_named(_text(found[key])))), None),
        message=_text(found.get("message")),
        object_id=_number(found.get("objectid")),
        other_id=next((number for key in _OTHER_IDS if (number := _number(found.get(key)))), None),
        batch=next((found[key] for key in _BATCHES if key in found and found[key].is_array), None),
    )
    for key, value in found.items():
        if key in TYPE_OF_KEY:
            _add_record(claims, TYPE_OF_KEY[key], value)
        elif key in _OWN_IDS and (number := value.number()):
            claims.own_ids.setdefault(_OWN_IDS[key], number)
    for key in _WRAPPERS:
        if key in found:
            _unwrap(claims, key, found[key], depth)
    return claims


def embedded_json(value: JsonSlice) -> Iterator[JsonSlice]:
    """Yield the values of JSON inside a string: some programs encode it twice."""
    text = value.text(LONGEST_INNER)
    if text.lstrip().startswith(("{", "[")):
        yield from json_slices.values(text.encode())


def _add_record(claims: Claims, record_type: str, value: JsonSlice) -> None:
    if value.is_object:
        number = _number(value.members(_ID).get("id"))
        claims.linked[record_type] = claims.linked.get(record_type) or number
    elif value.is_array:
        claims.lists.append((record_type, value))
    elif number := value.number():
        claims.own_ids.setdefault(record_type, number)


def _unwrap(claims: Claims, key: str, value: JsonSlice, depth: int) -> None:
    """Merge the content of a wrapper. Claims outside the wrapper take precedence."""
    if value.is_array:
        claims.batch = claims.batch or value
    elif value.is_text:
        value = next(embedded_json(value), value)
    if not value.is_object or depth >= DEEPEST:
        return
    inner = of(value, depth + 1)
    name = inner.name or (_text(value.members(_NAME).get("name")) if key == "event" else "")
    claims.name, claims.stated = claims.name or name, claims.stated or inner.stated
    claims.object_id = claims.object_id or inner.object_id
    claims.other_id = inner.other_id or claims.other_id
    claims.message = claims.message or inner.message
    claims.linked = inner.linked | claims.linked
    claims.own_ids = inner.own_ids | claims.own_ids
    claims.lists += inner.lists
    claims.batch = claims.batch or inner.batch


def _first_text(found: dict[str, JsonSlice], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := _text(found.get(key)))), "")


def _text(value: JsonSlice | None) -> str:
    return _INVISIBLE.sub(" ", value.text()).strip()[:LONGEST_NAME] if value else ""


def _number(value: JsonSlice | None) -> int | None:
    return value.number() if value else None
