"""The records that could not be stored, as the sync logs name them: one row for each, with its newest line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import LogLevel, LogSubject, SyncLog
from portal.services.pages import id_ranges, keyset
from portal.services.pages.keyset import Page
from portal.sync.record_types import RecordType

PAGE_RECORDS: Final = 50
BATCH: Final = 500


@dataclass(frozen=True)
class FailedFilters:
    """`since` is included, `until` is not."""

    record_type: RecordType | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class FailedRecord:
    """`is_stored` means that a later sync has stored the record. `name` is empty if no copy of it exists."""

    line: SyncLog
    name: str
    is_stored: bool


def page(
    integration: Integration, filters: FailedFilters, *, before: int | None = None, after: int | None = None
) -> Page[FailedRecord]:
    """Return the newest failures, or those before or after a line of the log."""
    found = keyset.newest_first(_query(integration, filters), SyncLog, PAGE_RECORDS, before=before, after=after)
    return found.with_rows(_with_records(integration, found.rows))


def batch(integration: Integration, filters: FailedFilters, before: int | None) -> list[FailedRecord]:
    """Return the next rows of an export, newest first, older than the line `before`."""
    query = _query(integration, filters)
    if before is not None:
        query = query.where(SyncLog.id < before)
    return _with_records(integration, list(query.order_by(SyncLog.id.desc()).limit(BATCH)))


def _query(integration: Integration, filters: FailedFilters) -> Any:
    mine = (SyncLog.integration == integration) & (SyncLog.level == LogLevel.WARNING)
    later = SyncLog.alias()
    newer = later.select(later.id).where(
        later.integration == integration,
        later.remote_id == SyncLog.remote_id,
        later.record_type == SyncLog.record_type,
        later.id > SyncLog.id,
        later.level == LogLevel.WARNING,
        later.subject == LogSubject.RECORD,
    )
    period = id_ranges.within(SyncLog, mine, SyncLog.at, filters.since, filters.until)
    # COALESCE hides these from the planner, so that it reads the index of the level from its end.
    wanted = [fn.COALESCE(SyncLog.subject, "") == LogSubject.RECORD]
    if filters.record_type is not None:
        wanted.append(fn.COALESCE(SyncLog.record_type, "") == filters.record_type)
    return SyncLog.select().where(mine, *period, *wanted, ~fn.EXISTS(newer))


def _with_records(integration: Integration, lines: Collection[SyncLog]) -> list[FailedRecord]:
    stored: dict[tuple[str, int], Record] = {}
    for record_type in {line.record_type for line in lines if line.record_type}:
        ids = [line.remote_id for line in lines if line.record_type == record_type and line.remote_id]
        columns = (Record.record_type, Record.remote_id, Record.name, Record.state, Record.read_at)
        mine = (Record.integration == integration) & (Record.record_type == record_type)
        query = Record.select(*columns).where(mine, Record.remote_id.in_(ids))
        stored |= {(each.record_type, each.remote_id): each for each in query}
    return [_failed(line, stored.get((line.record_type or "", line.remote_id or 0))) for line in lines]


def _failed(line: SyncLog, record: Record | None) -> FailedRecord:
    if record is None:
        return FailedRecord(line, "", is_stored=False)
    is_stored = record.state == RecordState.LIVE and record.read_at is not None and record.read_at > line.at
    return FailedRecord(line, record.name, is_stored=is_stored)
