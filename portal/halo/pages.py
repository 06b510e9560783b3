"""One page of a list, from Halo's envelope to the rows that are new (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from portal.halo import records, refusals
from portal.halo.records import Facts
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
    """One answer. `rows` are those not seen on an earlier page; `total` is how many Halo says there are."""

    number: int
    rows: list[Row]
    total: int | None
    seconds: float


@dataclass(frozen=True)
class Sent:
    """What an envelope holds: its rows, the page size that Halo granted, and how many rows Halo says there are.

    Either number is None when Halo does not tell it.
    """

    rows: list[msgspec.Raw]
    size: int | None
    total: int | None

    @property
    def is_short(self) -> bool:
        """Tell whether this must be the last page; nobody knows without the granted size."""
        return self.size is not None and len(self.rows) < self.size


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


def unseen(record_type: str, payloads: Iterable[msgspec.Raw], seen: set[int], unusable: Counter[bytes]) -> list[Row]:
    """Keep the rows that no page has had before, and note their ids.

    Rows without a usable id stay too, to be counted. `unusable` counts them by digest: a page without any new id is
    likely one that is sent again, so of its unusable rows only unknown ones stay.
    """
    rows = [_row(record_type, bytes(payload)) for payload in payloads]
    fresh: list[Row] = []
    for row in rows:
        if row.facts is not None and row.facts.remote_id not in seen:
            seen.add(row.facts.remote_id)
            fresh.append(row)
    is_new_page = bool(fresh)
    spoiled = [(row, hashlib.blake2b(row.payload, digest_size=16).digest()) for row in rows if row.facts is None]
    counted = [(row, digest) for row, digest in spoiled if is_new_page or digest not in unusable]
    unusable.update(digest for _, digest in counted)
    return fresh + [row for row, _ in counted]


def _row(record_type: str, payload: bytes) -> Row:
    try:
        return Row(records.facts(record_type, payload), payload)
    except ValueError as error:
        return Row(None, payload, str(error))


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
