"""How rows appear in responses: only some fields, and the switches for odd rows (connectwise-api.md section 5)."""

from __future__ import annotations

from typing import Any, Final

from portal.sandbox.connectwise.record_types import SITES, RecordType
from portal.sandbox.connectwise.settings import DirtyText, Knobs
from portal.sandbox.store import Row, encode_row

Fields = dict[str, Any]

_DIRT: Final[dict[DirtyText, str]] = {"trailing_blanks": "   ", "nul": "\x00", "zero_width": "\u200b\u200d"}
_ANY_VALUES: Final[tuple[Any, ...]] = ("text", 7, 1.5, True, {"id": 3, "name": "object"}, ["a", "b"], "")
_NAMES: Final = frozenset({"name", "firstName", "lastName", "description", "identifier"})


def shown(row: Row, record_type: RecordType, knobs: Knobs, paths: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """Return the row's JSON: all of it, or the given paths."""
    if not paths and not _is_odd(record_type, knobs):
        return row.body
    if paths == (("id",),) and not knobs.keeps_info:
        return b'{"id":%d}' % row.id
    fields = _odd(row.fields(), record_type, knobs) if _is_odd(record_type, knobs) else row.fields()
    return encode_row(_projected(fields, paths, knobs) if paths else fields)


def _is_odd(record_type: RecordType, knobs: Knobs) -> bool:
    is_orphaned = record_type.name in knobs.without_company
    is_old = knobs.old_sites and record_type is SITES
    return bool(knobs.dirty_text) or knobs.empty_references or knobs.custom_values == "any" or is_orphaned or is_old


def _odd(fields: Fields, record_type: RecordType, knobs: Knobs) -> Fields:
    number = fields["id"]
    if knobs.dirty_text and number % 3 == 0:
        dirt = "".join(_DIRT[each] for each in knobs.dirty_text)
        fields = {key: f"{value}{dirt}" if key in _NAMES else value for key, value in fields.items()}
    if record_type.name in knobs.without_company and number % 5 == 0:
        fields.pop("company", None)
    if knobs.empty_references:
        fields = {**fields, **{name: {} for name in record_type.references if not fields.get(name)}}
    if knobs.custom_values == "any" and "customFields" in fields:
        fields["customFields"] = [
            {**item, "value": _ANY_VALUES[(number + place) % len(_ANY_VALUES)]}
            for place, item in enumerate(fields.get("customFields") or [])
        ]
    if knobs.old_sites and record_type is SITES:
        fields["inactive"] = fields.pop("inactiveFlag")
        fields["state"] = (fields.pop("stateReference", None) or {}).get("identifier")
    return fields


def _projected(fields: Fields, paths: tuple[tuple[str, ...], ...], knobs: Knobs) -> Fields:
    """Keep the paths, in the order of the row. `_info` is dropped unless it is named."""
    kept = {path[0]: [each[1:] for each in paths if each[0] == path[0]] for path in paths}
    if knobs.keeps_info:
        kept.setdefault("_info", [()])
    return {key: _part(value, kept[key.lower()]) for key, value in fields.items() if key.lower() in kept}


def _part(value: Any, paths: list[tuple[str, ...]]) -> Any:
    if () in paths or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [_part(each, paths) for each in value]
    names = {path[0] for path in paths}
    return {key: each for key, each in value.items() if key.lower() in names}
