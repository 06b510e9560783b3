"""One page of a list, from Halo's envelope to the rows that are new (halo-api.md section 3.1 and 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from portal.halo import diagnosis, records
from portal.halo.resources import PAGE_SIZE, Resource
from portal.outbound import Answer


@dataclass(frozen=True)
class Page:
    """One answer. `rows` are those not seen on an earlier page; `total` is how many Halo says there are."""

    number: int
    rows: list[Any]
    total: int | None
    seconds: float


@dataclass(frozen=True)
class Sent:
    """What an envelope holds: its rows, the page size that Halo granted, and how many rows Halo says there are."""

    rows: list[Any]
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
        envelope = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise diagnosis.refused_list(answer, resource.words) from error
    rows = envelope.get(resource.key) if isinstance(envelope, dict) else None
    if not isinstance(rows, list):
        raise diagnosis.refused_list(answer, resource.words)
    total = envelope.get("record_count")
    size = records.as_id(envelope.get("page_size")) or PAGE_SIZE
    return Sent(rows, size, total if isinstance(total, int) and total >= 0 else None)


def unseen(record_type: str, rows: list[Any], seen: set[int]) -> list[Any]:
    """Keep the rows that no page has had before and note their ids. Rows without a usable id stay: they are counted."""
    fresh = []
    for row in rows:
        try:
            remote_id = records.facts(record_type, row).remote_id
        except ValueError:
            fresh.append(row)
            continue
        if remote_id not in seen:
            seen.add(remote_id)
            fresh.append(row)
    return fresh
