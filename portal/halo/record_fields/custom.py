"""Custom fields (halo-api.md section 4): `customfields` of any record, and `fields` of assets and sites.

Seen as [{id, name: "CFtier", label, type, value, display}]; {"CFtier": value} is accepted too. `value` may have any
JSON type; `display` is its text for selections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from portal.record_fields import CustomField, Kind, Value, html
from portal.record_fields.values import Row, as_day, as_link, as_number, as_text, as_words, as_yes_no

MOST: Final = 200
PREFIX: Final = "cf"

_Read = Callable[[Any], Value | None]


def _choices(value: Any) -> tuple[str, ...] | None:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(name for each in parts[:MOST] if (name := as_words(_named(each)))) or None


# By `type`: text, memo, single selection, multiple selection, date, time, checkbox, rich text.
_KINDS: Final[Mapping[int, tuple[Kind, _Read]]] = {
    0: (Kind.TEXT, as_words),
    1: (Kind.LONG_TEXT, html.as_plain),
    2: (Kind.TEXT, as_words),
    3: (Kind.LIST, _choices),
    4: (Kind.DATE, as_day),
    5: (Kind.TEXT, as_words),
    6: (Kind.YES_NO, as_yes_no),
    10: (Kind.LONG_TEXT, html.as_plain),
}
RICH: Final = 10
_SELECTIONS: Final = frozenset({2, 3})


def read(row: Row, shown: frozenset[str] = frozenset()) -> tuple[CustomField, ...]:
    """Return the custom fields that have a value. `shown` names asset fields that are record fields already."""
    found = [field for each in _entries(row.get("customfields")) if (field := _custom_field(each))]
    found += [field for each in _entries(row.get("fields")) if (field := _asset_field(each, shown))]
    return tuple(found[:MOST])


def _entries(sent: Any) -> Iterator[Row]:
    if isinstance(sent, Mapping):
        yield from ({"name": name, "value": value} for name, value in list(sent.items())[:MOST])
    elif isinstance(sent, list):
        yield from (each for each in sent[:MOST] if isinstance(each, Mapping))


def _custom_field(entry: Row) -> CustomField | None:
    label, kind_number = _label(entry), as_number(entry.get("type"))
    value, display = _named(entry.get("value")), entry.get("display")
    if label is None:
        return None
    if kind_number != RICH and html.is_html(value):
        kind_number = RICH
    kind, read_value = _KINDS.get(int(kind_number), _KINDS[0]) if kind_number is not None else _guessed(value)
    found = read_value(display) if kind_number in _SELECTIONS else None
    found = read_value(value) if found is None else found
    if found is None:
        return None
    if kind is Kind.TEXT and isinstance(found, str) and found.startswith(("https://", "http://")) and as_link(found):
        return CustomField(label, Kind.LINK, found)
    return CustomField(label, kind, found)


def _asset_field(entry: Row, shown: frozenset[str]) -> CustomField | None:
    label = _label(entry)
    if label is None or label.lower() in shown:
        return None
    value = as_words(entry.get("display")) or as_words(entry.get("value"))
    return CustomField(label, Kind.TEXT, value) if value else None


def _label(entry: Row) -> str | None:
    """Return the label, or else the name without Halo's prefix."""
    name = as_text(entry.get("name")) or ""
    bare = name[len(PREFIX) :] if name.lower().startswith(PREFIX) else name
    return as_text(entry.get("label")) or bare or None


def _named(value: Any) -> Any:
    """Return the name if the choice is an object, or else the value itself."""
    return value.get("name", value.get("display")) if isinstance(value, Mapping) else value


def _guessed(value: Any) -> tuple[Kind, _Read]:
    if isinstance(value, bool):
        return _KINDS[6]
    return _KINDS[3] if isinstance(value, list) else _KINDS[0]
