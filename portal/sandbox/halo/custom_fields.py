"""Custom fields in lists and details (halo-api.md sections 3.5 and 4), and the list of their definitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from portal.sandbox.halo.data.common import CUSTOM_FIELDS
from portal.sandbox.halo.lists import ListAnswer
from portal.sandbox.halo.parameters import Query
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.store import encode_row

Fields = dict[str, Any]

PASSWORD: Final = "Corr3ct-Horse"  # noqa: S105  # nobody's
# The kinds of /FieldInfo, with the number of custom fields per record type.
_KINDS: Final = {1: 6, 2: 4, 3: 2, 5: 5}
# The types whose lists support include_custom_fields.
_ASKABLE: Final = frozenset({"clients", "sites", "assets", "opportunities"})
_PASSWORD_FIELD: Final[Fields] = {
    "id": 107,
    "name": "CFadminPassword",
    "label": "Admin password",
    "type": 0,
    "isencrypted": True,
}
_TABLE: Final[Fields] = {"id": 108, "name": "CFlogins", "label": "Log-ins", "type": 7, "isencrypted": False}


def field_list(query: Query, knobs: Knobs) -> list[Fields]:
    """Return /FieldInfo?typeid=: the custom field definitions for one kind of record."""
    kind = query.get("typeid", "")
    count = _KINDS.get(int(kind), 0) if kind.isdigit() else 0
    found: list[Fields] = [
        {"id": number, "name": name, "label": label, "type": type_} for number, name, label, type_, _ in CUSTOM_FIELDS
    ][:count]
    return [*found, _PASSWORD_FIELD, _TABLE] if knobs.password_fields and count else found


def in_list(page: ListAnswer, record_type: RecordType, query: Query, knobs: Knobs) -> ListAnswer:
    """Return the list with the custom fields that this query gets."""
    if (knobs.custom_fields_in_lists, knobs.custom_fields_shape, knobs.password_fields) == ("always", "list", False):
        return page
    asked = None if knobs.custom_fields_in_lists == "always" else _asked(record_type, query, knobs)
    rows = [_shown(msgspec.json.decode(row), knobs, asked) for row in page.rows]
    return replace(page, rows=[encode_row(row) for row in rows])


def in_detail(fields: Fields, knobs: Knobs) -> Fields:
    return _shown(fields, knobs, None)


def _asked(record_type: RecordType, query: Query, knobs: Knobs) -> frozenset[int]:
    """Return the ids in the query, if this Halo supports the parameter."""
    if knobs.custom_fields_in_lists == "never" or record_type.name not in _ASKABLE:
        return frozenset()
    ids = query.get("include_custom_fields", "").split(",")
    return frozenset(int(each) for each in ids if each.strip().isdigit())


def _shown(fields: Fields, knobs: Knobs, asked: frozenset[int] | None) -> Fields:
    """Return the record with the requested custom fields; None means all, and an empty set removes the key."""
    if "customfields" not in fields:
        return fields
    entries = [*fields["customfields"], *(_passwords() if knobs.password_fields else [])]
    if asked is not None:
        entries = [each for each in entries if each["id"] in asked]
    rest = {key: value for key, value in fields.items() if key != "customfields"}
    if asked == frozenset():
        return rest
    if knobs.custom_fields_shape == "map":
        return {**rest, "customfields": {each["name"]: each["value"] for each in entries}}
    return {**rest, "customfields": entries}


def _passwords() -> list[Fields]:
    """Return a field with a password, and a table whose only row has one."""
    password = {**_PASSWORD_FIELD, "value": PASSWORD}
    return [password, {**_TABLE, "value": [{"id": 1, "customfields": [{**password, "id": 109}]}]}]
