"""Merges the two forms in which a PSA returns a record, list row and detail, into one payload. Pure.

A detail has keys that rows lack, and fills some that rows leave empty. So each form is compared with the last one of
its own kind to find changes. The merged payload takes the changes of both, and keeps keys that only details have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.sync import normal_form
from portal.sync.normal_form import IsComputed, value_of

MAX_VALUE_LENGTH: Final = 500
Fields = dict[str, list[Any]]
# Some rows leave these empty whatever the record holds, so a first detail that fills them is no change.
OFTEN_EMPTY_IN_ROWS: Final = frozenset({"customfields", "fields", "notes"})


@dataclass(frozen=True, slots=True)
class Forms:
    """`payload` is merged from both forms. `detail` is the last detail, or None if there was none.

    `list_row` is the last row, or None if it equals the payload or (`has_row` is false) if there was none.
    """

    payload: str
    list_row: str | None = None
    detail: str | None = None
    has_row: bool = True

    @property
    def last_row(self) -> str | None:
        return self.list_row or (self.payload if self.has_row else None)


@dataclass(frozen=True, slots=True)
class Merged:
    """The new forms. `fields` maps each changed key to its values before and after; a missing key is null."""

    forms: Forms
    fields: Fields


def merge(before: Forms, incoming: str, is_computed: IsComputed, *, is_detail: bool) -> Merged:
    """Merge an answer into the stored forms. A record that cannot be decoded for comparison counts as changed."""
    try:
        return _merge(before, incoming, is_computed, is_detail=is_detail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        forms = Forms(incoming, None, incoming if is_detail else None, has_row=not is_detail)
        return Merged(forms, {"record": [None, "could not be compared"]})


def _merge(before: Forms, incoming: str, is_computed: IsComputed, *, is_detail: bool) -> Merged:
    known, new = normal_form.read(before.payload), normal_form.read(incoming)
    last = before.detail if is_detail else before.last_row
    changed = _first_of_its_form(known, new) if last is None else _since(known, normal_form.read(last), new)
    fields = {key: [_truncated(known.get(key)), _truncated(new.get(key))] for key in changed if not is_computed(key)}
    if not is_detail and before.detail is None and before.has_row:
        return Merged(Forms(incoming), fields)
    merged = dict(known)
    for key in (known.keys() | new.keys()) if last is not None else new.keys():
        if key in changed or (key in new and _is_new_information(key, known, new)):
            merged[key] = new.get(key)
    payload = _written(merged)
    other = before.last_row if is_detail else before.detail
    if fields and other is not None:
        other = _expected(other, known, None if last is None else normal_form.read(last), new, list(fields))
    if is_detail:
        return Merged(Forms(payload, other, incoming, has_row=before.has_row), fields)
    return Merged(Forms(payload, incoming, other), fields)


def _expected(
    other: str, known: dict[str, Any], last: dict[str, Any] | None, new: dict[str, Any], changed: list[str]
) -> str:
    """Return the other form as it should look next time, so that it can reveal that a change was undone.

    If both forms agreed on a key, the other one must follow. If there was nothing to compare with, any value that it
    shows next counts as new. Keys that the two forms write differently stay as they were.
    """
    row = normal_form.read(other)
    for key in changed:
        if key not in row or _differ(key, row, known):
            continue
        if last is None:
            del row[key]
        elif not _differ(key, last, known):
            row[key] = new.get(key)
    return _written(row)


def _written(record: dict[str, Any]) -> str:
    return msgspec.json.encode({key: value for key, value in record.items() if value is not None}).decode()


def _since(known: dict[str, Any], last: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the keys that differ from the last answer in this form and from the payload."""
    keys = sorted(last.keys() | new.keys())
    return [key for key in keys if _differ(key, last, new) and _differ(key, known, new)]


def _first_of_its_form(known: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the keys that both forms have with different values."""
    shared = sorted(known.keys() & new.keys())
    return [key for key in shared if _differ(key, known, new) and key not in OFTEN_EMPTY_IN_ROWS]


def _is_new_information(key: str, known: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether a value is new to the payload, or the same value in another notation."""
    now = value_of(key, new[key])
    return key not in known or (now is not None and value_of(key, known[key]) in (None, now))


def _differ(key: str, one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(value_of(key, one.get(key)) != value_of(key, other.get(key)))


def _truncated(value: Any) -> Any:
    """Cut values that nobody would read to the end, such as a logo."""
    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return value if len(written) <= MAX_VALUE_LENGTH else f"{written[:MAX_VALUE_LENGTH]}…"
