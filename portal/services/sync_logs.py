"""The Sync Logs tab: newest first, filtered, a page at a time, however many rows there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from peewee import Expression, fn

from portal.models.integrations import Integration
from portal.models.sync import LogLevel, SyncLog, SyncRun
from portal.sync.record_types import RecordType

PAGE_ROWS: Final = 50


@dataclass(frozen=True)
class Filters:
    level: LogLevel | None = None
    record_type: RecordType | None = None
    run_id: int | None = None


@dataclass(frozen=True)
class LogPage:
    """`newer` and `older` are the ids to page from, None where there is nothing on that side."""

    rows: list[SyncLog]
    newer: int | None
    older: int | None


def page(
    integration: Integration, filters: Filters, *, before: int | None = None, after: int | None = None
) -> LogPage:
    """Return the rows older than `before`, or the ones just newer than `after`, or the newest."""
    if filters.run_id is not None and not _owns(integration, filters.run_id):
        return LogPage([], None, None)
    if after is not None:
        return _newer(integration, filters, after)
    wanted = _wanted(integration, filters)
    if before is not None:
        wanted &= SyncLog.id < before
    rows = list(SyncLog.select().where(wanted).order_by(SyncLog.id.desc()).limit(PAGE_ROWS + 1))
    shown, more = rows[:PAGE_ROWS], len(rows) > PAGE_ROWS
    newer = shown[0].id if before is not None and shown else None
    return LogPage(shown, newer, shown[-1].id if more else None)


def _newer(integration: Integration, filters: Filters, after: int) -> LogPage:
    wanted = _wanted(integration, filters) & (SyncLog.id > after)
    rows = list(SyncLog.select().where(wanted).order_by(SyncLog.id).limit(PAGE_ROWS + 1))
    if len(rows) <= PAGE_ROWS:
        # The newest page, filled up, so that paging back never ends on a page of three rows.
        return page(integration, filters)
    shown = rows[:PAGE_ROWS][::-1]
    return LogPage(shown, shown[0].id, shown[-1].id)


def _owns(integration: Integration, run_id: int) -> bool:
    return SyncRun.select().where(SyncRun.id == run_id, SyncRun.integration == integration).exists()


def _wanted(integration: Integration, filters: Filters) -> Expression:
    """Say it so that one index answers, read from its end.

    With a run it is the run's. With a level and a type it is that of the rarer one; COALESCE hides the other from the
    planner, which would otherwise choose without knowing how rare they are and sort a million rows.
    """
    level: Any = SyncLog.level
    record_type: Any = SyncLog.record_type
    if filters.level is not None and filters.record_type is not None:
        level_is_rare = filters.level != LogLevel.INFO
        level = level if level_is_rare else fn.COALESCE(level, "")
        record_type = fn.COALESCE(record_type, "") if level_is_rare else record_type
    wanted = SyncLog.integration == integration if filters.run_id is None else SyncLog.run == filters.run_id
    if filters.level is not None:
        wanted &= level == filters.level
    if filters.record_type is not None:
        wanted &= record_type == filters.record_type
    return wanted
