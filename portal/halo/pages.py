"""One page of a list, from Halo's envelope to its rows (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import msgspec

from portal.errors import PsaError, PsaUnreadable
from portal.halo import facts, lenient, passwords, records, refusals
from portal.halo.facts import Facts
from portal.halo.resources import Resource
from portal.json_errors import JSON_ERRORS
from portal.outbound import Answer

MOST: Final = 2**31 - 1  # what a column of counts holds; a greater number counts nothing real
_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw])
# An id, a bracket, or a text, in which neither counts.
_PIECE: Final = re.compile(rb'"id"\s*+:\s*+"?(\d{1,19})\b|([\[{])|([\]}])|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
REPAIRED: Final = "Some text in it was damaged; what could not be read became �."
NULL: Final = b"null"
NOTHING: Final = "Halo answers with no record when asked for this one, but does not say that it does not exist."
ABOUT_A_LIST: Final = ("record_count", "page_no", "page_size")
BROKEN: Final = "Look at this record in Halo; some text in it is damaged."


class Row(NamedTuple):
    """One record as Halo sent it. `facts` is None when it cannot be used; `problem` tells people why, and `remote_id`
    is its id where that can be read all the same.
    """

    facts: Facts | None
    payload: bytes
    problem: str = ""
    remote_id: int | None = None
    is_repaired: bool = False


@dataclass(frozen=True)
class Page:
    """One answer. `size` and `total` are what Halo says of the page size and of all records, None where it does not.

    `note` tells people what was odd about it.
    """

    number: int
    rows: list[Row]
    size: int | None
    total: int | None
    path: str
    status: int
    seconds: float
    retries: int
    note: str = ""


@dataclass(frozen=True)
class IdList:
    """The ids of a whole list; `unusable` counts the rows that have none, `total` is what Halo counts."""

    ids: frozenset[int]
    unusable: int
    total: int | None


@dataclass(frozen=True)
class Sent:
    """What an envelope holds: its rows, and what it says of the page size and of how many rows there are.

    Either number is None when Halo does not tell it. `is_repaired` tells that some text in it was no text.
    """

    rows: list[msgspec.Raw]
    size: int | None
    total: int | None
    is_repaired: bool = False


def decoded(answer: Answer, resource: Resource) -> Sent:
    """Read an envelope. Raises PsaError for a refusal, and for anything that is not a list of the resource's rows.

    PsaUnreadable is what looks like such a list and breaks the rules of JSON.
    """
    if answer.status != 200:
        raise refusals.refused_list(answer, resource.words)
    try:
        sent = _sent(answer.body, resource)
    except JSON_ERRORS:
        sent = _repaired(answer, resource)
    if sent is None:
        raise refusals.refused_list(answer, resource.words)
    return sent


def _sent(body: bytes, resource: Resource) -> Sent | None:
    """Read a list; None where there is none. Raises what JSON_ERRORS names."""
    body.decode()  # rows are taken as they are, and would hide text that is no UTF-8
    if body.lstrip()[:1] == b"[":  # without an envelope
        return Sent(_rows.decode(body), None, None)
    envelope = _envelope.decode(body)
    rows = envelope.get(resource.key)
    if rows is None:
        envelope = {key.lower(): value for key, value in envelope.items()}
        rows = envelope.get(resource.key)
    total = _number(envelope.get("record_count"))
    size = _number(envelope.get("page_size")) or None
    # Halo leaves out what is null (section 4), and was seen to write null for an empty list.
    if rows is None:
        return Sent([], size, total) if any(key in envelope for key in ABOUT_A_LIST) else None
    if bytes(rows) == NULL:
        return Sent([], size, total)
    return Sent(_rows.decode(rows), size, total) if bytes(rows)[:1] == b"[" else None


def _repaired(answer: Answer, resource: Resource) -> Sent | None:
    body = lenient.repaired(answer.body)
    try:
        sent = _sent(body, resource)
    except JSON_ERRORS as error:
        raise _unreadable(answer, body, resource) from error
    return None if sent is None else replace(sent, is_repaired=True)


def _unreadable(answer: Answer, body: bytes, resource: Resource) -> PsaError:
    """Tell a broken object from one that was cut off on its way, and from a web page."""
    body = body.strip()
    if body.startswith(b"{") and body.endswith(b"}"):
        return PsaUnreadable(f"Halo sends {resource.words} in a form that cannot be read.", BROKEN, body=body)
    return refusals.refused_list(answer, resource.words)


def row(record_type: str, payload: bytes) -> Row:
    """Read what decides about a row; one that cannot be used says why."""
    try:
        payload = passwords.dropped(payload)
        return Row(facts.read(record_type, payload), payload)
    except ValueError:
        payload = lenient.repaired(payload)
    try:
        payload = passwords.dropped(payload)
        return Row(facts.read(record_type, payload), payload, is_repaired=True)
    except ValueError as error:
        return Row(None, payload, str(error))


def id_list(record_type: str, sent: Sent) -> IdList:
    """Read a list that was asked for its ids alone."""
    rows = [row(record_type, bytes(payload)) for payload in sent.rows]
    ids = frozenset(each.facts.remote_id for each in rows if each.facts is not None)
    return IdList(ids, sum(1 for each in rows if each.facts is None), sent.total)


def unreadable_row(body: bytes) -> Row:
    """Return the one row of a page that cannot be read, with its id if that shows."""
    return Row(None, body, "Halo sends it in a form that cannot be read.", _outermost_id(body))


def _outermost_id(body: bytes) -> int | None:
    """Return the id that lies least deep: what a record holds, such as its asset fields, has ids of its own."""
    depth, ids = 0, list[tuple[int, int, bytes]]()
    for piece in _PIECE.finditer(body):
        if piece[1]:
            ids.append((depth, piece.start(), piece[1]))
        depth += bool(piece[2]) - bool(piece[3])
    return records.as_id(min(ids)[2].decode()) if ids else None


def single(answer: Answer, resource: Resource) -> bytes:
    """Return the record in an answer. Raises PsaError for a refusal, and for anything that is no record."""
    if answer.status != 200:
        raise refusals.refused_list(answer, resource.words)
    try:
        answer.body.decode()
        return _record(answer.body)
    except JSON_ERRORS:
        body = lenient.repaired(answer.body)
    try:
        return _record(body)
    except JSON_ERRORS as error:
        raise _unreadable(answer, body, resource) from error


def _record(body: bytes) -> bytes:
    """Return the one record of a body, which may be in a list. Raises PsaUnreadable where there is none."""
    if body.strip() == NULL:
        raise PsaUnreadable(NOTHING, BROKEN, body=body)
    if body.lstrip()[:1] == b"[":
        rows = _rows.decode(body)
        if len(rows) != 1:
            raise PsaUnreadable(NOTHING, BROKEN, body=body)
        body = bytes(rows[0])
    _envelope.decode(body)
    return body


def _number(raw: msgspec.Raw | None) -> int | None:
    """Read a count, which Halo may write as 12, 12.0 or "12"; None for what is none."""
    try:
        value: Any = msgspec.json.decode(raw) if raw is not None else None
    except JSON_ERRORS:
        return None
    if value == 0 and not isinstance(value, bool):
        return 0
    number = records.as_id(value)
    return number if number is not None and number <= MOST else None
