"""Removes passwords from payloads before they are stored.

Halo encrypts custom fields of input type Password and marks them with `isencrypted`; if the value is the id of a
stored password instead, `value_is_password_id` is set (CustomField in the specification). Tables are custom fields
whose rows contain custom fields, so an entry may be nested at any depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.psa import json_repair

MARKS: Final = ("isencrypted", "value_is_password_id")
_MARKS: Final = tuple(mark.encode() for mark in MARKS)
NOT_SET: Final = (None, False, "", "false", "0")
NOT_KEPT: Final = "It has encrypted fields and can't be read, so none of it is kept."
# Matches only marks that are set, in any notation: most entries have `isencrypted: false`.
_MARKED: Final = re.compile(rb'"(?:isencrypted|value_is_password_id)"\s*+:\s*+(?!false\b|null\b|0\b|"")')


def without_passwords(text: bytes) -> bytes:
    """Return the JSON without password entries; the same bytes if there are none.

    Raises ValueError with a message for people if there are such entries but the JSON cannot be parsed.
    """
    if not any(mark in text for mark in _MARKS) or _MARKED.search(text) is None:
        return text
    try:
        return msgspec.json.encode(_without(_read(text)))
    except (*JSON_ERRORS, ValueError, OverflowError) as error:
        raise ValueError(NOT_KEPT) from error


def _read(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except JSON_ERRORS:
        return msgspec.json.decode(json_repair.repaired(text))


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(each) for each in value if not _is_password(each)]
    if isinstance(value, Mapping):
        return {key: _without(each) for key, each in value.items() if not _is_password(each)}
    return value


def _is_password(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    return any(value.get(mark) not in NOT_SET for mark in MARKS)
