"""Lines of the sync log as a file, streamed in batches."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from portal.db import connected
from portal.models.integrations import Integration
from portal.models.sync import SyncLog, SyncRun
from portal.services.pages import sync_logs
from portal.services.pages.sync_logs import LogFilters
from portal.services.records.spreadsheets import harmless

BATCH: Final = 500
COLUMNS: Final = ("at", "run", "level", "subject", "type", "remote_id", "message", "remedy", "details")

Batches = Iterable[list[SyncLog]]


def as_row(line: SyncLog) -> dict[str, Any]:
    """Return a log line under its public field names."""
    return {
        "at": line.at.isoformat(),
        "run": line.run_id,  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
        "level": line.level,
        "subject": line.subject,
        "type": line.record_type,
        "remote_id": line.remote_id,
        "message": line.message,
        "remedy": line.remedy,
        "details": line.details,
    }


def as_json_lines(batches: Batches) -> Iterator[str]:
    """Yield one JSON document per line."""
    for batch in batches:
        yield "".join(json.dumps(as_row(line), ensure_ascii=False) + "\n" for line in batch)


def as_csv(batches: Batches) -> Iterator[str]:
    """Yield a heading and the lines as CSV that is safe to open in a spreadsheet."""
    yield ",".join(COLUMNS) + "\n"
    for batch in batches:
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        for line in batch:
            row = as_row(line)
            row["details"] = json.dumps(row["details"], ensure_ascii=False) if row["details"] else ""
            lines.writerow([harmless(row[name]) for name in COLUMNS])
        yield text.getvalue()


def of_run(run: SyncRun) -> Iterator[list[SyncLog]]:
    """Yield the lines of a run, oldest first."""
    after = 0
    while True:
        # Each batch opens its own connection: the request's is closed before the response has been sent.
        with connected():
            mine = (SyncLog.run == run.id) & (SyncLog.id > after)
            batch = list(SyncLog.select().where(mine).order_by(SyncLog.id).limit(BATCH))
        if not batch:
            return
        yield batch
        after = batch[-1].id


def matching(integration: Integration, filters: LogFilters) -> Iterator[list[SyncLog]]:
    """Yield the lines that match, newest first."""
    before = None
    while True:
        with connected():
            page = sync_logs.page(integration, filters, before=before, size=BATCH)
        if page.rows:
            yield page.rows
        if page.next is None:
            return
        before = page.next
