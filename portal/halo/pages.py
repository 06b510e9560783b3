"""One page of a list, from Halo's envelope to its rows (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from portal.halo import facts, records, refusals
from portal.halo.facts import Facts
from portal.halo.resources import Resource
from portal.halo.unreadable import UNREADABLE
from portal.outbound import Answer

MOST: Final = 2**31 - 1  # what a column of counts holds; a greater number counts nothing real
_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw])


class Row(NamedTuple):
    """One record as Halo sent it. `facts` is None when it cannot be used; `problem` tells people why."""

    facts: Facts | None
    payload: bytes
    problem: str = ""


@dataclass(frozen=True)
class Page:
    """One answer. `size` is what Halo granted, `total` how many records it counts; None where it does not say."""

    number: int
    rows: list[Row]
    size: int | None
    total: int | None
    path: str
    status: int
    seconds: float
    retries: int


@dataclass(frozen=True)
class RollCall:
    """The ids of a whole list; `unusable` counts the rows that have none, `total` is what Halo counts."""

    ids: frozenset[int]
    unusable: int
    total: int | None


@dataclass(frozen=True)
class Sent:
    """What an envelope holds: its rows, the page size that Halo granted, and how many rows Halo says there are.

    Either number is None when Halo does not tell it.
    """

    rows: list[msgspec.Raw]
    size: int | None
    total: int | None


def decoded(answer: Answer, resource: Resource) -> Sent:
    """Read an envelope. Raises PsaError for a refusal, and for anything that is not a list of the resource's rows."""
    if answer.status != 200:
        raise refusals.refused_list(answer, resource.words)
    try:
        envelope = _envelope.decode(answer.body)
        rows = _rows.decode(envelope[resource.key])
    except (*UNREADABLE, KeyError) as error:
        raise refusals.refused_list(answer, resource.words) from error
    return Sent(rows, _number(envelope.get("page_size")) or None, _number(envelope.get("record_count")))


def row(record_type: str, payload: bytes) -> Row:
    """Read what decides about a row; one that cannot be used says why."""
    try:
        return Row(facts.read(record_type, payload), payload)
    except ValueError as error:
        return Row(None, payload, str(error))


def roll_call(record_type: str, sent: Sent) -> RollCall:
    """Read a list that was asked for its ids alone."""
    rows = [row(record_type, bytes(payload)) for payload in sent.rows]
    ids = frozenset(each.facts.remote_id for each in rows if each.facts is not None)
    return RollCall(ids, sum(1 for each in rows if each.facts is None), sent.total)


def single(answer: Answer, resource: Resource) -> bytes:
    """Return the record in an answer. Raises PsaError for a refusal, and for anything that is no record."""
    if answer.status != 200:
        raise refusals.refused_list(answer, resource.words)
    try:
        _envelope.decode(answer.body)
    except UNREADABLE as error:
        raise refusals.refused_list(answer, resource.words) from error
    return answer.body


def _number(raw: msgspec.Raw | None) -> int | None:
    """Read a count, which Halo may write as 12, 12.0 or "12"; None for what is none."""
    try:
        value: Any = msgspec.json.decode(raw) if raw is not None else None
    except UNREADABLE:
        return None
    if value == 0 and not isinstance(value, bool):
        return 0
    number = records.as_id(value)
    return number if number is not None and number <= MOST else None
