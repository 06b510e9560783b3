"""Turns changed keys of a payload into changed record fields, by computing the fields before and after. Pure.

A history entry holds only the keys that changed, so the payloads of earlier times are rebuilt from today's, newest
change first. Where a value was cut when the entry was written, the key stays a key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.record_fields import FIELDS, CustomField, Kind, RecordFields, Value
from portal.record_fields.payload import parse
from portal.services.records import payloads
from portal.services.records.payloads import PayloadValue
from portal.sync.row_and_detail import MAX_VALUE_LENGTH, Fields

# Computing the fields of a large record takes about a millisecond.
MAX_READINGS: Final = 120

ReadFields = Callable[[str], RecordFields]


@dataclass(frozen=True)
class FieldChange:
    """A record field or custom field that changed. A value is None if the field had none."""

    label: str
    kind: Kind
    before: Value | None
    after: Value | None
    unit: str = ""


@dataclass(frozen=True)
class KeyChange:
    """A key of the payload that belongs to no record field."""

    key: str
    before: PayloadValue
    after: PayloadValue


@dataclass(frozen=True)
class Changes:
    fields: list[FieldChange]
    others: list[KeyChange]


class PastPayloads:
    """Rebuilds a record's payload as it was before each of its changes, the newest first."""

    def __init__(self, record_type: str, payload: str, read_fields: ReadFields) -> None:
        self._record_type = record_type
        self._row = dict(parse(payload) or {})
        self._read_fields = read_fields
        self._readings = 0

    def skip(self, changed: Fields) -> None:
        """Go back beyond a change that is not shown."""
        self._row = _reverted(self._row, changed)

    def explain(self, changed: Fields) -> Changes:
        """Return what a change meant, and go back beyond it."""
        whole = {key: pair for key, pair in changed.items() if not any(_is_cut(value) for value in pair)}
        # What the entry says counts, also where a later change left no entry.
        self._row = _with(self._row, {key: new for key, (_, new) in whole.items()})
        earlier = _reverted(self._row, whole)
        now, before = self._fields(self._row), self._fields(earlier)
        fields = _differences(self._record_type, before, now)
        explained = self._explained(whole, now) if fields else frozenset()
        self._row = earlier
        others = [
            KeyChange(key, payloads.shown(old), payloads.shown(new))
            for key, (old, new) in changed.items()
            if key not in explained
        ]
        return Changes(fields, others)

    def _explained(self, changed: Fields, now: RecordFields) -> frozenset[str]:
        """Return the keys that change a field on their own."""
        if len(changed) == 1:
            return frozenset(changed)
        found = set()
        for key, pair in changed.items():
            if self._readings >= MAX_READINGS:
                break
            if self._fields(_reverted(self._row, {key: pair})) != now:
                found.add(key)
        return frozenset(found)

    def _fields(self, row: Mapping[str, Any]) -> RecordFields:
        self._readings += 1
        return self._read_fields(json.dumps(row))


def _reverted(row: Mapping[str, Any], changed: Fields) -> dict[str, Any]:
    """Return the row with the values from before a change; a key without one was missing."""
    return _with(row, {key: old for key, (old, _) in changed.items()})


def _with(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with these values; None means that there is none."""
    return {key: value for key, value in {**row, **values}.items() if key not in values or value is not None}


def _differences(record_type: str, before: RecordFields, after: RecordFields) -> list[FieldChange]:
    declared = [
        FieldChange(each.label, each.kind, old, new, each.unit)
        for each in FIELDS[record_type]
        if (old := before.values.get(each.name)) != (new := after.values.get(each.name))
    ]
    olds, news = ({each.label: each for each in fields.custom} for fields in (before, after))
    custom = [
        FieldChange(label, (new_field or olds[label]).kind, _value(old_field), _value(new_field))
        for label in {**olds, **news}
        if (old_field := olds.get(label)) != (new_field := news.get(label))
    ]
    return declared + custom


def _value(field: CustomField | None) -> Value | None:
    return None if field is None else field.value


def _is_cut(value: Any) -> bool:
    return isinstance(value, str) and len(value) > MAX_VALUE_LENGTH and value.endswith("…")
