"""Removes passwords from payloads before they are stored (connectwise-api.md section 5).

Answers of configuration questions have a `fieldType`, custom fields a `type`; either may be Password. Some records
also have a key of their own for a password, as contacts once had for the customer portal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.psa import json_repair

NOT_KEPT: Final = "It has password fields and can't be read, so none of it is kept."
TYPE_KEYS: Final = ("fieldType", "type", "fieldtype", "FieldType", "Type")
# In lower case: a type that is Password, perhaps written with escapes, and a key for a password.
_TYPE: Final = re.compile(rb'type"\s*+:\s*+"[^"\\]*(?:password|\\u)')
_KEY: Final = re.compile(rb'password"\s*+:\s*+"')
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")
_PASSWORD_KEY: Final = re.compile(r"\w{0,40}password", re.IGNORECASE)


def without_passwords(text: bytes) -> bytes:
    """Return the JSON without passwords; the same bytes if there are none.

    Raises ValueError with a message for people if there are any but the JSON cannot be parsed.
    """
    if not _may_have_any(text.lower()):
        return text
    try:
        return msgspec.json.encode(_without(_read(text)))
    except (*JSON_ERRORS, ValueError, OverflowError) as error:
        raise ValueError(NOT_KEPT) from error


def _may_have_any(text: bytes) -> bool:
    """Whether a record in lower case may contain a password. This runs for every row: cheap checks come first."""
    if b"password" not in text and _ESCAPED_LETTER.search(text) is None:
        return False
    return _TYPE.search(text) is not None or _KEY.search(text) is not None


def _read(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except JSON_ERRORS:
        return msgspec.json.decode(json_repair.repaired(text))


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(each) for each in value if not _is_password(each)]
    if isinstance(value, Mapping):
        return {
            key: _without(each)
            for key, each in value.items()
            if not _is_password(each) and not (isinstance(each, str) and _PASSWORD_KEY.fullmatch(key))
        }
    return value


def _is_password(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    types = (value.get(key) for key in TYPE_KEYS)
    return any(isinstance(each, str) and "password" in each.lower() for each in types)
