"""A run's log, opened step by step: the steps of the run, the pages of a step, the records of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.errors import NotFound
from portal.models.integrations import Integration
from portal.models.sync import LogSubject, SyncLog, SyncRun, SyncStep
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page
from portal.sync.record_types import RecordType

PAGE_ROWS: Final = 50
RUN_LINES: Final = 100
# Twice what is logged of a page: rejected records and newly excluded ones (portal/sync/logbook.py).
PAGE_RECORDS: Final = 200


@dataclass(frozen=True)
class StepLog:
    """`other_requests` are those that fetched no page: details, single records, counts, tokens and retries."""

    step: SyncStep
    lines: Page[SyncLog]
    other_requests: int


@dataclass(frozen=True)
class PageLog:
    """The line of a page, with the lines of its records."""

    line: SyncLog
    records: list[SyncLog]


def run_lines(run: SyncRun) -> list[SyncLog]:
    """Return the lines about the run as a whole, oldest first."""
    query = SyncLog.select().where(SyncLog.run == run, SyncLog.record_type.is_null())
    return list(query.order_by(SyncLog.id).limit(RUN_LINES))


def step(run: SyncRun, record_type: RecordType, *, after: int | None = None, before: int | None = None) -> StepLog:
    """Return a record type's part of a run, its lines oldest first. Raises NotFound if the run lacks the type.

    The lines of single records are left out where they belong to a page.
    """
    found: SyncStep | None = SyncStep.get_or_none(SyncStep.run == run, SyncStep.record_type == record_type)
    if found is None:
        raise NotFound(f"Run {run.id} didn't sync {record_type}.", "The run's log lists the types that it synced.")
    query = SyncLog.select().where(SyncLog.run == run, SyncLog.record_type == record_type)
    if found.pages_done:
        query = query.where(SyncLog.subject != LogSubject.RECORD)
    cursor = before if before is not None else after
    edge = None if cursor is None else (cursor,)
    lines = keyset.page(query, Keys((SyncLog.id,)), PAGE_ROWS, edge, backward=before is not None)
    return StepLog(found, lines, max(0, found.requests - found.pages_done))


def page(integration: Integration, line_id: int) -> PageLog:
    """Return a page of a list with its records. Raises NotFound if the integration has no such line."""
    line: Any = SyncLog.get_or_none(
        SyncLog.id == line_id, SyncLog.integration == integration, SyncLog.subject == LogSubject.PAGE
    )
    if line is None:
        raise NotFound(
            "There is no such page.", "Log lines are deleted after a while. The Sync Logs tab has the rest."
        )
    of_list: Any = (SyncLog.run == line.run_id) & (SyncLog.record_type == line.record_type) & (SyncLog.id > line.id)
    # The records of a page follow its line. Deleted records follow the last page, but belong to the whole list.
    following = SyncLog.select(SyncLog.id).where(of_list, SyncLog.subject != LogSubject.RECORD)
    end = following.order_by(SyncLog.id).limit(1).scalar()
    records = SyncLog.select().where(of_list, SyncLog.subject == LogSubject.RECORD)
    if end is not None:
        records = records.where(SyncLog.id < end)
    number = (line.details or {}).get("page")
    found = records.order_by(SyncLog.id).limit(PAGE_RECORDS)
    return PageLog(line, [each for each in found if (each.details or {}).get("page") == number])
