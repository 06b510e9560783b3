"""One page of a list, from Halo's envelope to the rows that are new (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from portal.halo import diagnosis, records
from portal.halo.records import Facts
from portal.halo.resources import PAGE_SIZE, Resource
from portal.outbound import Answer

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
    """What an envelope holds: its rows, the page size that Halo granted, and how many rows Halo says there are."""

    rows: list[msgspec.Raw]
    size: int
    total: int | None

    @property
    def is_short(self) -> bool:
        return len(self.rows) < self.size


def decoded(answer: Answer, resource: Resource) -> Sent:
    """Read an envelope. Raises PsaError for a refusal, and for anything that is not a list of the resource's rows."""
    if answer.status != 200:
        raise diagnosis.refused_list(answer, resource.words)
    try:
        envelope = _envelope.decode(answer.body)
        rows = _rows.decode(envelope[resource.key])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
        raise diagnosis.refused_list(answer, resource.words) from error
    total = _number(envelope.get("record_count"))
    return Sent(rows, _number(envelope.get("page_size")) or PAGE_SIZE, total)


def unseen(record_type: str, payloads: Iterable[msgspec.Raw], seen: set[int]) -> list[Row]:
    """Keep the rows that no page has had before, and note their ids. Rows without a usable id stay, to be counted."""
    fresh = []
    for payload in payloads:
        try:
            facts = records.facts(record_type, payload)
        except ValueError as error:
            fresh.append(Row(None, bytes(payload), str(error)))
            continue
        if facts.remote_id not in seen:
            seen.add(facts.remote_id)
            fresh.append(Row(facts, bytes(payload)))
    return fresh


def _number(raw: msgspec.Raw | None) -> int | None:
    value: Any = msgspec.json.decode(raw) if raw is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
