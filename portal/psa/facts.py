"""What the facts of every PSA's rows have in common: how a row is identified, and how facts are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.record_fields.values import as_id

Facts = TypeVar("Facts", bound=msgspec.Struct)


def identified(psa: str, decode: Callable[[Any], Any], payload: bytes | msgspec.Raw) -> tuple[Any, int]:
    """Decode a row, and return it with its id. Raises ValueError with a message for people; `psa` is a short name."""
    try:
        row = decode(payload)
    except JSON_ERRORS as error:
        raise ValueError(f"{psa} sent something that isn't a record.") from error
    remote_id = as_id(row.id)
    if remote_id is None:
        raise ValueError(f"{psa} sent a record with the id {row.id!r:.60}.")
    return row, remote_id


def pack(facts: msgspec.Struct) -> bytes:
    """Serialise facts for storage."""
    return msgspec.json.encode(facts)


def unpacker(kind: type[Facts]) -> Callable[[bytes], Facts]:
    """Make the function that parses what `pack` returned. It raises ValueError for anything else."""
    decode = msgspec.json.Decoder(kind).decode

    def unpack(packed: bytes) -> Facts:
        try:
            return decode(packed)
        except JSON_ERRORS as error:
            raise ValueError("These facts were written by another version of the portal.") from error

    return unpack
