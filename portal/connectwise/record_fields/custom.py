"""Custom fields of any record, and the questions of configurations (connectwise-api.md section 5).

Seen as {"caption": "Job Level", "type": "Text", "value": "Manager"}; `value` may have any JSON type, and is absent if
empty. Passwords are dropped before a payload is stored, and here once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.connectwise.record_fields.values import objects
from portal.connectwise.values import NAME_KEYS
from portal.record_fields import CustomField, Kind, Value
from portal.record_fields.html import as_plain
from portal.record_fields.values import Row, as_day, as_link, as_number, as_text, as_words, as_yes_no, money, text

NOT_SHOWN: Final = frozenset({"password", "button"})
# The ten fields that companies have had since before custom fields.
USER_DEFINED: Final = tuple(f"userDefinedField{number}" for number in range(1, 11))

_Read = Callable[[Any], Value | None]


def _percentage(value: Any) -> str | None:
    number = as_number(value)
    return None if number is None else f"{number}%"


_KINDS: Final[Mapping[str, tuple[Kind, _Read]]] = {
    "textarea": (Kind.LONG_TEXT, as_plain),
    "number": (Kind.NUMBER, as_number),
    "percent": (Kind.TEXT, _percentage),
    "currency": (Kind.MONEY, lambda value: money({"amount": value}, "amount")),
    "date": (Kind.DATE, as_day),
    "checkbox": (Kind.YES_NO, as_yes_no),
    "hyperlink": (Kind.LINK, as_link),
}


def read(row: Row) -> tuple[CustomField, ...]:
    """Return the custom fields that have a value."""
    found = [
        field
        for each in objects(row, "customFields")
        if (field := _field(text(each, "caption"), text(each, "type"), each.get("value")))
    ]
    found += [
        field
        for each in objects(row, "questions")
        if (field := _field(text(each, "question"), text(each, "fieldType"), each.get("answer")))
    ]
    old = ((f"User defined field {number}", row.get(key)) for number, key in enumerate(USER_DEFINED, 1))
    return (*found, *(field for label, value in old if (field := _field(label, None, value))))


def _field(label: str | None, kind_name: str | None, sent: Any) -> CustomField | None:
    kind_name = (kind_name or "").replace(" ", "").lower()
    if label is None or kind_name in NOT_SHOWN:
        return None
    value = _named(sent)
    kind, read_value = _KINDS.get(kind_name, (Kind.TEXT, as_words))
    if (found := read_value(value)) is not None:
        return CustomField(label, kind, found)
    return _as_sent(label, value)


def _as_sent(label: str, value: Any) -> CustomField | None:
    """Return the value as what it is, whatever its type should be."""
    if isinstance(value, bool):
        return CustomField(label, Kind.YES_NO, value)
    if isinstance(value, list):
        names = tuple(name for each in value[:100] if (name := as_words(_named(each))))
        return CustomField(label, Kind.LIST, names) if names else None
    words = as_words(value)
    return CustomField(label, Kind.TEXT, words) if words else None


def _named(value: Any) -> Any:
    """Return the name if the value is an object."""
    if not isinstance(value, Mapping):
        return value
    return text(value, *NAME_KEYS) or as_text(value.get("value"))
