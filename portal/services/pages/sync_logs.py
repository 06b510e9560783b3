"""The lines of the sync log: newest first, searched, filtered and paged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.sync import LogLevel, LogSubject, SyncLog, SyncRun
from portal.services.pages import keyset, log_search, log_times
from portal.services.pages.keyset import Page
from portal.services.pages.log_search import Span
from portal.sync.record_types import RecordType

PAGE_ROWS: Final = 50


@dataclass(frozen=True)
class LogFilters:
    """`until` is excluded. `cause` chooses lines about the same problem (portal/models/log_causes.py)."""

    level: LogLevel | None = None
    record_type: RecordType | None = None
    run_id: int | None = None
    subject: LogSubject | None = None
    remote_id: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    cause: str = ""

    @property
    def any(self) -> bool:
        return self != LogFilters()


def page(
    integration: Integration,
    filters: LogFilters,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_ROWS,
) -> Page[SyncLog]:
    """Return the rows older than `before`, or the ones just newer than `after`, or the newest."""
    if filters.run_id is not None and not _owns(integration, filters.run_id):
        return Page([])
    span = log_times.span(filters.since, filters.until)
    query = SyncLog.select().where(*_wanted(integration, filters, span))
    if not filters.text:
        return keyset.newest_first(query, SyncLog, size, before=before, after=after)
    ids = _found(integration, filters, span, size + 1, before, after)
    if after is not None and len(ids) <= size:
        # The first page, filled up, as keyset paging does.
        ids, after = _found(integration, filters, span, size + 1, None, None), None
    return keyset.newest_first(query.where(SyncLog.id.in_(ids)), SyncLog, size, before=before, after=after)


def newest(integration: Integration, filters: LogFilters, *, oldest: int | None, most: int) -> Page[SyncLog]:
    """Return the newest rows, back to the row `oldest` or a page of them, but not more than `most`."""
    if oldest is None:
        return page(integration, filters)
    found = page(integration, filters, size=most)
    kept = max(PAGE_ROWS, sum(row.id >= oldest for row in found.rows))
    has_more = found.next is not None or kept < len(found.rows)
    rows = found.rows[:kept]
    return Page(rows, next=rows[-1].id if has_more else None)


def newest_id(integration: Integration, filters: LogFilters) -> int:
    """Return the id of the newest line that matches, 0 if none does."""
    rows = page(integration, filters, size=1).rows
    return int(rows[0].id) if rows else 0


def _owns(integration: Integration, run_id: int) -> bool:
    return SyncRun.select().where(SyncRun.id == run_id, SyncRun.integration == integration).exists()


def _has_others(integration: Integration) -> bool:
    return bool(Integration.select().where(Integration.id != integration.id).exists())


def _found(
    integration: Integration, filters: LogFilters, span: Span, limit: int, before: int | None, after: int | None
) -> list[int]:
    """Return the ids that the full-text search finds next to the edge of a page."""
    facets = {
        # One that has the log to itself is in all its lines, and the search would read every entry of it.
        "i": integration.id if _has_others(integration) else None,
        "l": filters.level,
        "s": filters.subject,
        "t": filters.record_type,
        "r": filters.run_id,
        "n": filters.remote_id,
        "c": filters.cause or None,
    }
    within = Span(
        above=max((each for each in (span.above, after) if each is not None), default=None),
        below=min((each for each in (span.below, before) if each is not None), default=None),
    )
    asked = {letter: value for letter, value in facets.items() if value is not None}
    return log_search.ids(filters.text, asked, within, limit, newest_first=after is None)


def _wanted(integration: Integration, filters: LogFilters, span: Span) -> list[Any]:
    """Return the conditions, written so that the index of the most selective filter serves them, read from its end.

    COALESCE hides the other filters from the planner, which does not know how selective they are and might sort a
    million rows.
    """
    columns: dict[str, tuple[Any, Any, Any]] = {
        "remote_id": (SyncLog.remote_id, filters.remote_id, 0),
        "cause": (SyncLog.cause, filters.cause or None, ""),
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
    if rarest == "cause":
        wanted.append(SyncLog.cause != "")  # the condition of the partial index
    return wanted + _in_time(filters, span)


def _in_time(filters: LogFilters, span: Span) -> list[Any]:
    bounds = (
        (SyncLog.id > span.above, span.above),
        (SyncLog.id < span.below, span.below),
        (SyncLog.at >= filters.since, filters.since),
        (SyncLog.at < filters.until, filters.until),
    )
    return [condition for condition, value in bounds if value is not None]
