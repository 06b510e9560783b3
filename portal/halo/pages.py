"""Parses one page of a list: Halo's envelope and its rows (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import msgspec

from portal.errors import PsaError, PsaUnreadable
from portal.halo import facts, passwords, refusals
from portal.halo.facts import Facts
from portal.halo.resources import Resource
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.psa import json_repair
from portal.psa.pages import IdList
from portal.record_fields.values import as_id

LARGEST_COUNT: Final = 2**31 - 1  # fits an integer column; a larger count is not real
_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw])
# An id, a bracket, or a string (whose content is skipped).
_TOKEN: Final = re.compile(rb'"id"\s*+:\s*+"?(\d{1,19})\b|([\[{])|([\]}])|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
REPAIRED: Final = "Some text in it was damaged. Unreadable characters were replaced with �."
NULL: Final = b"null"
NO_RECORD: Final = "Halo returned no record, but didn't say that it doesn't exist."
ENVELOPE_KEYS: Final = ("record_count", "page_no", "page_size")
BROKEN: Final = "Check this record in Halo; some text in it is damaged."


class Row(NamedTuple):
    """One record as Halo sent it. An unusable one has no `facts`; `problem` explains why, and `remote_id` is set if
    its id can still be read.
    """

    facts: Facts | None
    payload: bytes
    problem: str = ""
    remote_id: int | None = None
    is_repaired: bool = False


@dataclass(frozen=True)
class ListBody:
    """The parsed body of a list: its rows, and the page size and record count that Halo states, or None.

    `is_repaired` is true if invalid text in it was replaced.
    """

    rows: list[msgspec.Raw]
    size: int | None
    total: int | None
    is_repaired: bool = False


def decode_list(response: Response, resource: Resource) -> ListBody:
    """Parse the body of a list. Raises PsaError for a refusal, and for anything but a list of the resource's rows:
    PsaUnreadable if it looks like such a list but is not valid JSON.
    """
    if response.status != 200:
        raise refusals.refused_list(response, resource.words)
    try:
        listed = _parse(response.body, resource)
    except JSON_ERRORS:
        listed = _parse_repaired(response, resource)
    if listed is None:
        raise refusals.refused_list(response, resource.words)
    return listed


def _parse(body: bytes, resource: Resource) -> ListBody | None:
    """Parse a list; None if the body is not one. Raises JSON_ERRORS."""
    body.decode()  # rows stay raw bytes, which would hide invalid UTF-8
    if body.lstrip()[:1] == b"[":  # without an envelope
        return ListBody(_rows.decode(body), None, None)
    envelope = _envelope.decode(body)
    rows = envelope.get(resource.key)
    if rows is None:
        envelope = {key.lower(): value for key, value in envelope.items()}
        rows = envelope.get(resource.key)
    total = _number(envelope.get("record_count"))
    size = _number(envelope.get("page_size")) or None
    # Halo omits null values (section 4), and has been seen to send null for an empty list.
    if rows is None:
        return ListBody([], size, total) if any(key in envelope for key in ENVELOPE_KEYS) else None
    if bytes(rows) == NULL:
        return ListBody([], size, total)
    return ListBody(_rows.decode(rows), size, total) if bytes(rows)[:1] == b"[" else None


def _parse_repaired(response: Response, resource: Resource) -> ListBody | None:
    body = json_repair.repaired(response.body)
    try:
        listed = _parse(body, resource)
    except JSON_ERRORS as error:
        raise _unreadable(response, body, resource) from error
    return None if listed is None else replace(listed, is_repaired=True)


def _unreadable(response: Response, body: bytes, resource: Resource) -> PsaError:
    """Distinguish a malformed object from a truncated one, and from a web page."""
    body = body.strip()
    if body.startswith(b"{") and body.endswith(b"}"):
        return PsaUnreadable(f"Halo sent {resource.words} in a form that can't be read.", BROKEN, body=body)
    return refusals.refused_list(response, resource.words)


def row(record_type: str, payload: bytes) -> Row:
    """Parse the facts of a row; `problem` explains why one cannot be used."""
    try:
        payload = passwords.without_passwords(payload)
        return Row(facts.read(record_type, payload), payload)
    except ValueError:
        payload = json_repair.repaired(payload)
    try:
        payload = passwords.without_passwords(payload)
        return Row(facts.read(record_type, payload), payload, is_repaired=True)
    except ValueError as error:
        return Row(None, payload, str(error))


def id_list(record_type: str, listed: ListBody) -> IdList:
    """Parse a list that was requested with `idonly`."""
    rows = [row(record_type, bytes(payload)) for payload in listed.rows]
    ids = frozenset(each.facts.remote_id for each in rows if each.facts is not None)
    return IdList(ids, sum(1 for each in rows if each.facts is None), listed.total)


def unreadable_row(body: bytes) -> Row:
    """Return a row for the body of a one-row page that cannot be parsed, with its id if one can be found."""
    return Row(None, body, "Halo sent it in a form that can't be read.", _outermost_id(body))


def _outermost_id(body: bytes) -> int | None:
    """Return the least nested id: nested objects, such as asset fields, have ids of their own."""
    depth, ids = 0, list[tuple[int, int, bytes]]()
    for token in _TOKEN.finditer(body):
        if token[1]:
            ids.append((depth, token.start(), token[1]))
        depth += bool(token[2]) - bool(token[3])
    return as_id(min(ids)[2].decode()) if ids else None


def single(response: Response, resource: Resource) -> bytes:
    """Return the record in a response. Raises PsaError for a refusal, and for anything but a record."""
    if response.status != 200:
        raise refusals.refused_list(response, resource.words)
    try:
        response.body.decode()
        return _record(response.body)
    except JSON_ERRORS:
        body = json_repair.repaired(response.body)
    try:
        return _record(body)
    except JSON_ERRORS as error:
        raise _unreadable(response, body, resource) from error


def _record(body: bytes) -> bytes:
    """Return the single record of a body, which may be wrapped in a list. Raises PsaUnreadable if there is none."""
    if body.strip() == NULL:
        raise PsaUnreadable(NO_RECORD, BROKEN, body=body)
    if body.lstrip()[:1] == b"[":
        rows = _rows.decode(body)
        if len(rows) != 1:
            raise PsaUnreadable(NO_RECORD, BROKEN, body=body)
        body = bytes(rows[0])
    _envelope.decode(body)
    return body


def _number(raw: msgspec.Raw | None) -> int | None:
    """Parse a count, which Halo may write as 12, 12.0 or "12"; None for anything else."""
    try:
        value: Any = msgspec.json.decode(raw) if raw is not None else None
    except JSON_ERRORS:
        return None
    if value == 0 and not isinstance(value, bool):
        return 0
    number = as_id(value)
    return number if number is not None and number <= LARGEST_COUNT else None
