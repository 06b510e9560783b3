"""The two forms in which a PSA shows a record, a row of a list and a detail, and what is known from both. Pure.

A detail has keys that rows lack, and fills some that rows leave empty. So each form is compared with the last one of
its own kind: what differs has changed. What is known takes the changes of either, keeps what only details tell, and
forgets nothing because a row does not mention it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.sync import normal_form
from portal.sync.normal_form import IsComputed, value_of

MAX_VALUE_LENGTH: Final = 500
Fields = dict[str, list[Any]]
# Rows were seen to leave these empty whatever a record holds, so that they come with its first detail.
OFTEN_EMPTY_IN_ROWS: Final = frozenset({"customfields", "fields", "notes"})


@dataclass(frozen=True, slots=True)
class Forms:
    """`payload` is what is known. `list_row` is None where that is exactly the last row, or where there was no row
    (`has_row` tells); `detail` is None before the first detail.
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
    """`fields` maps each key that has changed to its values before and after; a missing key is null."""

    forms: Forms
    fields: Fields


def merge(before: Forms, incoming: str, is_computed: IsComputed, *, is_detail: bool) -> Merged:
    """Take an answer into what is known. What cannot be compared any more counts as changed."""
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
    """Return what the other form should show next, so that a change that is taken back meanwhile is seen there.

    Where both forms agreed about a key, the other one must follow. Where there was nothing to compare with, whatever
    it shows next is news. Keys that are written differently in the two forms stay as they were.
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
    """Name the keys that differ from the last answer in this form, and that are news."""
    keys = sorted(last.keys() | new.keys())
    return [key for key in keys if _differ(key, last, new) and _differ(key, known, new)]


def _first_of_its_form(known: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Name the keys that both forms hold, with another value in each."""
    shared = sorted(known.keys() & new.keys())
    return [key for key in shared if _differ(key, known, new) and key not in OFTEN_EMPTY_IN_ROWS]


def _is_new_information(key: str, known: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether a key tells something that was not known at all, or something known in other words."""
    now = value_of(key, new[key])
    return key not in known or (now is not None and value_of(key, known[key]) in (None, now))


def _differ(key: str, one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(value_of(key, one.get(key)) != value_of(key, other.get(key)))


def _truncated(value: Any) -> Any:
    """Cut what nobody would read to its end, such as a logo."""
    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return value if len(written) <= MAX_VALUE_LENGTH else f"{written[:MAX_VALUE_LENGTH]}…"
