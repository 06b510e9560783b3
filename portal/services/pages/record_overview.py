"""What the Records tab shows first: how many records of each type there are, by state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RemoteList
from portal.services.records import exclusions, stored_records
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class TypeLine:
    """`excluded` counts records that filters left out, stored or not. `changed_at` is the last change of a live
    record, `read_at` when the whole list was last read.
    """

    record_type: RecordType
    is_synced: bool
    live: int
    excluded: int
    deleted: int
    changed_at: datetime | None
    read_at: datetime | None


def overview(integration: Integration) -> list[TypeLine]:
    counts, excluded = stored_records.counts(integration), exclusions.counts(integration)
    rows: Any = RemoteList.select(RemoteList.record_type, RemoteList.full_at).where(
        RemoteList.integration == integration
    )
    read_at = dict(rows.tuples())
    return [
        TypeLine(
            record_type=each,
            is_synced=each in integration.record_types,
            live=counts[each][RecordState.LIVE],
            excluded=excluded[each],
            deleted=counts[each][RecordState.DELETED],
            changed_at=_last_change(integration, each),
            read_at=read_at.get(each),
        )
        for each in RecordType
    ]


def _last_change(integration: Integration, record_type: RecordType) -> datetime | None:
    live = (Record.record_type == record_type) & (Record.state == RecordState.LIVE)
    found: datetime | None = (
        Record.select(fn.MAX(Record.changed_at)).where(Record.integration == integration, live).scalar()
    )
    return found
