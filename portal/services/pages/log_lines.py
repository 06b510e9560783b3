"""A line of the sync log with its neighbours, and problems that repeat, each with its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.errors import NotFound
from portal.models.integrations import Integration
from portal.models.sync import SyncLog
from portal.services.pages import log_times
from portal.services.pages.sync_logs import LogFilters

NEIGHBOURS: Final = 20
# The newest ones are counted: a number beyond is not read to the last digit.
MOST_COUNTED: Final = 50_000
MOST_CAUSES: Final = 100


@dataclass(frozen=True)
class Neighbours:
    """A line between the lines around it, newest first. `newer` and `older` are cursors, None at the ends."""

    line: SyncLog
    rows: list[SyncLog]
    newer: int | None
    older: int | None


@dataclass(frozen=True)
class Cause:
    """Lines about the same problem: the newest of them, their number, and when the first was written."""

    line: SyncLog
    number: int
    first_at: datetime


@dataclass(frozen=True)
class Causes:
    """`is_cut` means that more lines than MOST_COUNTED matched, of which the newest were counted."""

    rows: list[Cause]
    is_cut: bool


def neighbours(integration: Integration, line_id: int) -> Neighbours:
    """Return a line with those around it. Raises NotFound if the integration has no such line."""
    mine = SyncLog.integration == integration
    line: SyncLog | None = SyncLog.get_or_none(mine, SyncLog.id == line_id)
    if line is None:
        raise NotFound(
            "There is no such log line.", "Log lines are deleted after a while. The list shows what is left."
        )
    older = list(SyncLog.select().where(mine, SyncLog.id < line_id).order_by(SyncLog.id.desc()).limit(NEIGHBOURS + 1))
    newer = list(SyncLog.select().where(mine, SyncLog.id > line_id).order_by(SyncLog.id).limit(NEIGHBOURS + 1))
    rows = [*reversed(newer[:NEIGHBOURS]), line, *older[:NEIGHBOURS]]
    return Neighbours(
        line,
        rows,
        rows[0].id if len(newer) > NEIGHBOURS else None,
        rows[-1].id if len(older) > NEIGHBOURS else None,
    )


def causes(integration: Integration, filters: LogFilters) -> Causes:
    """Count the warnings and errors of a period by their cause, the most frequent first."""
    span = log_times.span(filters.since, filters.until)
    line = SyncLog.alias()
    wanted: list[Any] = [line.integration == integration, line.cause != ""]
    bounds = ((line.id > span.above, span.above), (line.id < span.below, span.below))
    wanted += [condition for condition, value in bounds if value is not None]
    newest = line.select(line.id, line.cause).where(*wanted).order_by(line.id.desc()).limit(MOST_COUNTED)
    number = fn.COUNT(newest.c.id)
    query: Any = SyncLog.select(newest.c.cause, number, fn.MIN(newest.c.id), fn.MAX(newest.c.id)).from_(newest)
    groups = list(query.group_by(newest.c.cause).order_by(number.desc(), fn.MAX(newest.c.id).desc()).tuples())
    is_cut = sum(count for _, count, _, _ in groups) >= MOST_COUNTED
    return Causes(_with_lines(groups[:MOST_CAUSES]), is_cut)


def _with_lines(groups: list[tuple[str, int, int, int]]) -> list[Cause]:
    ids = {each for _, _, first, last in groups for each in (first, last)}
    lines = {line.id: line for line in SyncLog.select().where(SyncLog.id.in_(ids))}
    return [Cause(lines[last], number, lines[first].at) for _, number, first, last in groups]
