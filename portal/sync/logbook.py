"""Writes the sync log (run → step → page → record), inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal import clock
from portal.models.log_causes import cause_of
from portal.models.records import ChangeKind
from portal.models.sync import LogLevel, LogSubject, RunState, StepMode, SyncLog, SyncRun, SyncStep
from portal.outbound import UnansweredCall
from portal.psa import transport_messages
from portal.psa.source import Page
from portal.redaction import blanked_address
from portal.sync.decide import Decision, Rejected
from portal.sync.record_types import RecordType

# A page with thousands of bad rows has one cause; this many lines are enough.
MAX_ROWS: Final = 100
NOT_STORED: Final = " wasn't stored. "
# The last line of a run, by its state.
ENDED: Final = {
    RunState.SUCCEEDED: "Sync completed.",
    RunState.INCOMPLETE: "Sync incomplete.",
    RunState.FAILED: "Sync failed.",
}


def note(
    run: SyncRun,
    message: str,
    *,
    subject: LogSubject = LogSubject.RUN,
    level: LogLevel = LogLevel.INFO,
    remedy: str = "",
    record_type: str | None = None,
    remote_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one line."""
    SyncLog.create(
        integration=run.integration_id,
        run=run,
        subject=subject,
        level=level,
        message=message,
        remedy=remedy,
        record_type=record_type,
        remote_id=remote_id,
        details=details,
    )


def note_page(run: SyncRun, record_type: str, page: Page, decision: Decision, *, budget_left: int) -> None:
    """Write the line of a page, and one for each of its records that a person may ask about."""
    details = {
        "page": page.number,
        "path": blanked_address(page.path),
        "status": page.status,
        "ms": round(page.seconds * 1000),
        "retries": page.retries,
        "rows": len(page.rows),
        "budget_left": budget_left,
        "created": len(decision.created),
        "updated": len(decision.updated),
        "unchanged": decision.unchanged,
        "filtered_out": decision.filtered_out,
        "failed": len(decision.rejected),
        "filtered_out_because": "; ".join(f"{number} × {why}" for why, number in decision.reasons.most_common())
        or None,
    }
    message = f"Page {page.number}: {RecordType(record_type).counted(len(page.rows))} read. {page.note}".rstrip()
    note(run, message, subject=LogSubject.PAGE, record_type=record_type, details=details)
    note_records(run, record_type, decision, {"page": page.number})


def note_no_answer(run: SyncRun, psa: str, call: UnansweredCall, record_type: str | None = None) -> None:
    """Write the line of a call that got no answer, of any kind. Without a `record_type` it belongs to the run."""
    details = {
        "method": call.method,
        "path": blanked_address(call.path),
        "status": "no answer",
        "ms": round(call.seconds * 1000),
        "retries": call.retries,
    }
    why = transport_messages.explain(call.error, psa=psa, check_address="", be_reachable="").problem
    note(
        run,
        f"No answer to {call.method} {call.path.partition('?')[0]}. {why}",
        subject=LogSubject.RUN if record_type is None else LogSubject.STEP,
        level=LogLevel.WARNING,
        record_type=record_type,
        details=details,
    )


def note_records(run: SyncRun, record_type: str, decision: Decision, details: dict[str, Any] | None = None) -> None:
    """Write a line for each record that was rejected or went out of scope. `details` name the page, if it is one."""
    rows = [_rejected(each) for each in decision.rejected[:MAX_ROWS]]
    rows += [_newly_excluded(remote_id, why) for remote_id, why in list(decision.out_of_scope.items())[:MAX_ROWS]]
    _write(run, record_type, [row | {"details": details} for row in rows])


def cause_in(message: str) -> str:
    """Return why a record wasn't stored, from the message of its line; empty if the line says something else."""
    return message.partition(NOT_STORED)[2]


def summary(step: SyncStep) -> str:
    """Return the summary of a step: how many records it read, created, updated …"""
    what = "changed " if step.mode == StepMode.CHANGES else ""
    found = {
        "created": step.created,
        "updated": step.updated,
        "unchanged": step.unchanged,
        "excluded": step.filtered_out,
    }
    found |= {"deleted": step.deleted, "failed": step.failed}
    parts = [f"{number:,} {name}" for name, number in found.items() if number or name in {"created", "updated"}]
    which = RecordType(step.record_type)
    return f"{step.fetched:,} {what}{which.singular if step.fetched == 1 else which} read: {', '.join(parts)}."


def note_single_record(run: SyncRun, psa: str, record_type: str, remote_id: int, decision: Decision | None) -> None:
    """Write the result of reading one record, unless another line already says it. None means it does not exist."""
    if decision is None:
        message = f"{psa} has no {RecordType(record_type).singular} {remote_id}."
    elif decision.rejected or decision.out_of_scope:
        return
    elif decision.filtered_out:
        message = f"Record {remote_id} is excluded. {next(iter(decision.reasons))}"
    elif decision.created:
        message = f"Record {remote_id} was added."
    elif decision.updated:
        is_back = decision.updated[0].kind == ChangeKind.BACK
        message = f"Record {remote_id} is synced again." if is_back else f"Record {remote_id} was updated."
    else:
        message = f"Record {remote_id} is up to date. Nothing has changed."
    _write(run, record_type, [{"remote_id": remote_id, "message": message, "remedy": ""}])


def note_deleted(run: SyncRun, record_type: str, names: Mapping[int, str], why: str) -> None:
    """Write a line for each deleted record. `names` maps ids to names."""
    rows = [
        {"remote_id": remote_id, "message": f"Deleted: {name or remote_id}.", "remedy": why}
        for remote_id, name in list(names.items())[:MAX_ROWS]
    ]
    _write(run, record_type, rows)


def note_refetch(
    integration_id: int, record_type: str, remote_id: int, message: str, *, level: LogLevel, remedy: str
) -> None:
    """Write a line about a record that was refetched because a webhook named it."""
    SyncLog.create(
        integration=integration_id,
        subject=LogSubject.RECORD,
        level=level,
        record_type=record_type,
        remote_id=remote_id,
        message=message,
        remedy=remedy,
    )


def _rejected(rejected: Rejected) -> dict[str, Any]:
    which = "A record" if rejected.remote_id is None else f"Record {rejected.remote_id}"
    return {
        "remote_id": rejected.remote_id,
        "level": LogLevel.WARNING,
        "message": f"{which}{NOT_STORED}{rejected.why}",
        "remedy": "Other records aren't affected. Check this record in your PSA.",
    }


def _newly_excluded(remote_id: int, why: str) -> dict[str, Any]:
    return {"remote_id": remote_id, "message": f"Record {remote_id} is now excluded. {why}", "remedy": ""}


def _write(run: SyncRun, record_type: str, rows: list[dict[str, Any]]) -> None:
    common: dict[str, Any] = {
        "integration": run.integration_id,
        "run": run,
        "at": clock.now(),
        "subject": LogSubject.RECORD,
        "level": LogLevel.INFO,
        "record_type": record_type,
    }
    lines = [common | row for row in rows]
    if lines:
        SyncLog.insert_many([line | {"cause": cause_of(line["level"], line["message"])} for line in lines]).execute()
