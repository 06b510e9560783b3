"""The Sync Logs tab: newest first, filtered and paged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.sync import LogLevel, LogSubject, SyncLog, SyncRun
from portal.services.pages import keyset
from portal.services.pages.keyset import Page
from portal.sync.record_types import RecordType

PAGE_ROWS: Final = 50


@dataclass(frozen=True)
class LogFilters:
    level: LogLevel | None = None
    record_type: RecordType | None = None
    run_id: int | None = None
    subject: LogSubject | None = None
    remote_id: int | None = None

    @property
    def any(self) -> bool:
        return self != LogFilters()


def page(
    integration: Integration, filters: LogFilters, *, before: int | None = None, after: int | None = None
) -> Page[SyncLog]:
    """Return the rows older than `before`, or the ones just newer than `after`, or the newest."""
    if filters.run_id is not None and not _owns(integration, filters.run_id):
        return Page([])
    query = SyncLog.select().where(*_wanted(integration, filters))
    return keyset.newest_first(query, SyncLog, PAGE_ROWS, before=before, after=after)


def _owns(integration: Integration, run_id: int) -> bool:
    return SyncRun.select().where(SyncRun.id == run_id, SyncRun.integration == integration).exists()


def _wanted(integration: Integration, filters: LogFilters) -> list[Any]:
    """Return the conditions, written so that the index of the most selective filter serves them, read from its end.

    COALESCE hides the other filters from the planner, which does not know how selective they are and might sort a
    million rows.
    """
    columns: dict[str, tuple[Any, Any, Any]] = {
        "remote_id": (SyncLog.remote_id, filters.remote_id, 0),
        "run": (SyncLog.run, filters.run_id, 0),
        "level": (SyncLog.level, filters.level, ""),
        "subject": (SyncLog.subject, filters.subject, ""),
        "record_type": (SyncLog.record_type, filters.record_type, ""),
    }
    asked = {name: each for name, each in columns.items() if each[1] is not None}
    # Most lines are information about pages, so every other filter is more selective.
    common: list[Any] = [LogSubject.PAGE, LogLevel.INFO]
    rarest = min(asked, key=lambda name: asked[name][1] in common, default=None)
    # The index of runs has no other column; all others start with the integration.
    wanted = [] if rarest == "run" else [SyncLog.integration == integration]
    for name, (column, value, nothing) in asked.items():
        wanted.append((column if name == rarest else fn.COALESCE(column, nothing)) == value)
    return wanted
