"""Turns times into ids of log lines. Ids rise with time, so no index by time is needed."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from portal.models.sync import SyncLog
from portal.services.pages.log_search import Span

# Processes that write at the same time get their ids in another order than their times.
SLACK: Final = timedelta(minutes=5)


def span(since: datetime | None, until: datetime | None) -> Span:
    """Return ids that hold all lines from `since` on and before `until`, and some minutes more on either side."""
    if since is None and until is None:
        return Span()
    # One statement each: SQLite reads one end of an index for a MIN or a MAX, but the whole index for both.
    oldest, newest = (SyncLog.select(end(SyncLog.id)).scalar() for end in (fn.MIN, fn.MAX))
    if oldest is None or newest is None:
        return Span()
    ids = range(oldest, newest + 1)
    return Span(
        above=None if since is None else oldest + bisect_left(ids, since - SLACK, key=_time_of) - 1,
        below=None if until is None else oldest + bisect_left(ids, until + SLACK, key=_time_of),
    )


def _time_of(line_id: int) -> Any:
    """Return when the line of this id was written, or the next one, if it is gone."""
    return SyncLog.select(SyncLog.at).where(SyncLog.id >= line_id).order_by(SyncLog.id).limit(1).scalar()
