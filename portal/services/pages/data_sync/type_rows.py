"""What the portal has of each record type, and whether that is all that the PSA has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.models.daily_counts import DailyCount
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.integrations import Integration
from portal.models.records import Record, RecordCount, RecordState
from portal.models.sync import StepMode, StepState, SyncRun, SyncStep
from portal.services.records import exclusions, stored_records
from portal.services.syncing.freshness import Freshness
from portal.sync.exclusions import MAX_LISTED
from portal.sync.record_types import RecordType

TREND_DAYS: Final = 30
RECONCILED: Final = (StepState.SUCCEEDED, StepState.INCOMPLETE)


@dataclass(frozen=True)
class FullRead:
    """The last time that a type's whole list was read. `counted` is how many records the PSA had, None if unknown."""

    run_id: int
    at: datetime
    counted: int | None
    filtered_out: int
    failed: int


@dataclass(frozen=True)
class TypeRow:
    """`stored` and `excluded` are counted now, `failed` in the last full read. `gone` are records that are kept here
    although the PSA no longer lists them, such as held deletes; they are among the stored and excluded ones.

    `trend` has the number of stored records at the end of each of the last days.
    """

    record_type: RecordType
    freshness: Freshness
    stored: int
    excluded: int
    gone: int
    read: FullRead | None
    changed_at: datetime | None
    trend: list[int]

    @property
    def trend_days(self) -> int:
        return TREND_DAYS

    @property
    def failed(self) -> int:
        return self.read.failed if self.read is not None else 0

    @property
    def in_psa(self) -> int:
        """Return how many records the PSA has, as far as the portal knows."""
        return self.stored + self.excluded + self.failed - self.gone

    @property
    def difference(self) -> int | None:
        """Return how many more records there are now than the PSA counted; None if it does not count them."""
        if self.read is None or self.read.counted is None:
            return None
        return self.in_psa - self.read.counted


def type_rows(integration: Integration, types: Mapping[RecordType, Freshness]) -> list[TypeRow]:
    """Return a row for each chosen type."""
    stored, excluded = stored_records.counts(integration), exclusions.counts(integration)
    gone, changed = _gone(integration), _changed_at(integration)
    trends = _trends(integration, {one: stored[one][RecordState.LIVE] for one in types})
    reads = _last_full_reads(integration, list(types))
    rows = []
    for one, each in types.items():
        read = reads.get(one)
        rows.append(
            TypeRow(
                record_type=one,
                freshness=each,
                stored=stored[one][RecordState.LIVE],
                excluded=_excluded(excluded[one], read),
                gone=gone.get(one, 0),
                read=read,
                changed_at=changed.get(one),
                trend=trends[one],
            )
        )
    return rows


def _excluded(listed: int, read: FullRead | None) -> int:
    """Return how many records are excluded. The list of them is cut where there are too many."""
    return max(listed, read.filtered_out) if read is not None and listed >= MAX_LISTED else listed


def _last_full_reads(integration: Integration, types: list[RecordType]) -> dict[str, FullRead]:
    """Return the last full read of each type. Nearly always the newest full run has read them all."""
    newest = _full_reads(integration, types, len(types))
    missing = [one for one in types if one not in newest]
    return newest | {name: read for one in missing for name, read in _full_reads(integration, [one], 1).items()}


def _full_reads(integration: Integration, types: list[RecordType], most: int) -> dict[str, FullRead]:
    mine = SyncRun.of_lists(integration)
    wanted = SyncStep.record_type.in_(types) & (SyncStep.mode == StepMode.FULL) & SyncStep.state.in_(RECONCILED)
    columns = (SyncStep.finished_at, SyncStep.expected, SyncStep.filtered_out, SyncStep.failed)
    # A list of each client's records is complete only for the clients that are synced, so it counts nothing.
    query = SyncStep.select(SyncStep.record_type, SyncRun.id, *columns, SyncStep.client_ids.is_null()).join(SyncRun)
    rows: Any = query.where(mine, wanted, SyncStep.finished_at.is_null(is_null=False)).order_by(SyncRun.id.desc())
    found: dict[str, FullRead] = {}
    for name, run_id, at, expected, filtered_out, failed, is_one_list in rows.limit(most).tuples():
        found.setdefault(name, FullRead(run_id, at, expected if is_one_list else None, filtered_out, failed))
    return found


def _gone(integration: Integration) -> dict[str, int]:
    """Count the records, by type, that a person has to decide about or decided to keep."""
    # Eight bytes for each id.
    ids = fn.LENGTH(HeldDelete.remote_ids) / 8
    open_states = HeldDelete.state.in_([HeldDeleteState.PENDING, HeldDeleteState.KEPT])
    query = HeldDelete.select(HeldDelete.record_type, fn.SUM(ids)).where(
        HeldDelete.integration == integration, open_states
    )
    rows: Any = query.group_by(HeldDelete.record_type).tuples()
    return {record_type: int(number or 0) for record_type, number in rows}


def _changed_at(integration: Integration) -> dict[str, datetime]:
    """Return when a record of each type was last created, changed, excluded or deleted here."""
    last = Record.select(fn.MAX(Record.changed_at)).where(
        Record.integration == RecordCount.integration,
        Record.record_type == RecordCount.record_type,
        Record.state == RecordCount.state,
    )
    query = RecordCount.select(RecordCount.record_type, last).where(RecordCount.integration == integration)
    found: dict[str, datetime] = {}
    rows: Any = query.tuples()
    for record_type, moment in rows:
        if (at := Record.changed_at.python_value(moment)) is not None:
            found[record_type] = max(at, found.get(record_type, at))
    return found


def _trends(integration: Integration, now: Mapping[RecordType, int]) -> dict[RecordType, list[int]]:
    """Return the counts of the last days, the oldest first. A day without a count has that of the day before."""
    today = clock.now().date()
    query = DailyCount.select(DailyCount.record_type, DailyCount.day, DailyCount.number).where(
        DailyCount.integration == integration, DailyCount.day > today - timedelta(days=TREND_DAYS)
    )
    rows: Any = query.tuples()
    found = {(record_type, day): number for record_type, day, number in rows}
    days = [today - timedelta(days=ago) for ago in range(TREND_DAYS - 1, 0, -1)]
    return {one: [*_carried(found.get((one.value, day)) for day in days), number] for one, number in now.items()}


def _carried(numbers: Iterable[int | None]) -> Iterable[int]:
    """Carry each number over the days without one. Days before the first one are left out."""
    last: int | None = None
    for number in numbers:
        last = number if number is not None else last
        if last is not None:
            yield last
