"""Parses lists and single records: bare arrays and objects, whose rows stay as they were sent (section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from portal.connectwise import facts, passwords
from portal.connectwise.facts import Facts
from portal.errors import PsaUnavailable, PsaUnreadable
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.psa import json_repair
from portal.psa.transport_messages import WAIT

LARGEST_COUNT: Final = 2**31 - 1  # fits an integer column; a larger count is not real
REPAIRED: Final = "Some text in it was damaged. Unreadable characters were replaced with �."
BROKEN: Final = "Check this record in ConnectWise; some text in it is damaged."
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Row(NamedTuple):
    """One record as ConnectWise sent it. An unusable one has no `facts`; `problem` explains why, and `remote_id` is
    set if its id can still be read.
    """

    facts: Facts | None
    payload: bytes
    problem: str = ""
    remote_id: int | None = None
    is_repaired: bool = False


class RawRows(NamedTuple):
    """The rows of a list. `is_repaired` is true if invalid text in it was replaced."""

    rows: list[bytes]
    is_repaired: bool = False


def decode_list(response: Response, words: str) -> RawRows:
    """Parse the body of an accepted list request. Raises PsaUnavailable for anything but a list."""
    body, is_repaired = response.body, False
    try:
        body.decode()  # rows stay raw bytes, which would hide invalid UTF-8
        rows = _rows.decode(body)
    except JSON_ERRORS:
        body, is_repaired = json_repair.repaired(body), True
        try:
            rows = _rows.decode(body)
        except JSON_ERRORS as error:
            problem = f"ConnectWise sent something that isn't a list of {words}."
            raise PsaUnavailable(problem, WAIT) from error
    return RawRows([bytes(row) for row in rows], is_repaired)


def decode_record(response: Response, words: str) -> bytes:
    """Return the record in an accepted response. Raises PsaUnavailable for anything but an object, and PsaUnreadable
    for one that is not valid JSON.
    """
    body = response.body
    try:
        body.decode()
        _keys.decode(body)
    except JSON_ERRORS:
        body = json_repair.repaired(body).strip()
    else:
        return body
    try:
        _keys.decode(body)
    except JSON_ERRORS as error:
        if body.startswith(b"{") and body.endswith(b"}"):
            problem = f"ConnectWise sent one of the {words} in a form that can't be read."
            raise PsaUnreadable(problem, BROKEN, body=body) from error
        raise PsaUnavailable(f"ConnectWise sent something that isn't one of its {words}.", WAIT) from error
    return body


def decode_count(response: Response) -> int | None:
    """Parse {"count": 6}; None for anything else."""
    try:
        said: Any = msgspec.json.decode(response.body)
    except JSON_ERRORS:
        return None
    count = said.get("count") if isinstance(said, Mapping) else None
    return count if type(count) is int and 0 <= count <= LARGEST_COUNT else None


def row(record_type: str, payload: bytes, client_id: int | None = None) -> Row:
    """Parse the facts of a row; `problem` explains why one cannot be used. `client_id` is the client whose list it
    is from, for rows that do not name it.
    """
    try:
        return _row(record_type, payload, client_id)
    except ValueError:
        payload = json_repair.repaired(payload)
    try:
        return _row(record_type, payload, client_id)._replace(is_repaired=True)
    except ValueError as error:
        return Row(None, payload, str(error))


def _row(record_type: str, payload: bytes, client_id: int | None) -> Row:
    payload = passwords.without_passwords(payload)
    found = facts.read(record_type, payload)
    if client_id is not None and found.client_id is None:
        payload = added(payload, "company", {"id": client_id})
        found = facts.read(record_type, payload)
    return Row(found, payload)


def added(payload: bytes, key: str, value: Any) -> bytes:
    """Return the record with one key more. Raises ValueError if it is not valid JSON."""
    try:
        return msgspec.json.encode({**_keys.decode(payload), key: value})
    except JSON_ERRORS as error:
        raise ValueError("ConnectWise sent a record that can't be read.") from error
