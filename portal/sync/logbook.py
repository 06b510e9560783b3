"""What a run writes down for people: run → step → page → record."""

from __future__ import annotations

from typing import Any

from portal.models.sync import LogLevel, SyncLog, SyncRun
from portal.sync.decide import Decision

# A page with thousands of bad rows is one mistake, told often enough.
MOST_REJECTED_ROWS = 100


def note(
    run: SyncRun,
    message: str,
    *,
    level: LogLevel = LogLevel.INFO,
    remedy: str = "",
    record_type: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one line, inside the caller's transaction."""
    SyncLog.create(
        integration=run.integration_id,
        run=run,
        level=level,
        message=message,
        remedy=remedy,
        record_type=record_type,
        details=details,
    )


def note_page(run: SyncRun, record_type: str, number: int, rows: int, seconds: float, decision: Decision) -> None:
    """Write the line of a page, and one for each record on it that could not be stored."""
    details = {
        "page": number,
        "rows": rows,
        "ms": round(seconds * 1000),
        "created": len(decision.created),
        "updated": len(decision.updated),
        "unchanged": decision.unchanged,
        "left_out": decision.left_out,
        "failed": len(decision.rejected),
    }
    note(run, f"Page {number}: {rows:,} {record_type} read.", record_type=record_type, details=details)
    _note_rejected(run, record_type, decision.rejected)


def _note_rejected(run: SyncRun, record_type: str, rejected: list[str]) -> None:
    for reason in rejected[:MOST_REJECTED_ROWS]:
        note(
            run,
            f"A record was not stored. {reason}",
            level=LogLevel.WARNING,
            remedy="The other records are not affected. Look at this record in Halo.",
            record_type=record_type,
        )
