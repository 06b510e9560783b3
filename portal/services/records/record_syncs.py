"""The last sync of a single record, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.models.integrations import Integration
from portal.models.sync import LogSubject, RunKind, RunState, StepState, SyncLog, SyncRun, SyncStep
from portal.services.syncing import run_words
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class RecordSync:
    """`answer` is the result, or why there is none, and `remedy` what to do then.

    `answer` is empty while the sync is running. `resumes_at` is when a waiting sync resumes. `failed` is true if the
    PSA gave no answer.
    """

    run: SyncRun
    at: datetime
    by: str
    answer: str = ""
    remedy: str = ""
    resumes_at: datetime | None = None
    failed: bool = False

    @property
    def is_open(self) -> bool:
        return self.run.is_live


def last(integration: Integration, record_type: RecordType, remote_id: int) -> RecordSync | None:
    """Return the last sync of this record alone; None if there was none or its log is deleted."""
    mine = (SyncLog.integration == integration) & (SyncLog.remote_id == remote_id)
    query = SyncLog.select(SyncLog, SyncRun).join(SyncRun).where(mine, SyncLog.record_type == record_type)
    line: Any = query.where(SyncRun.kind == RunKind.RECORD).order_by(SyncLog.id.desc()).first()
    if line is None:
        return None
    run, at, by = line.run, line.run.finished_at or line.run.created_at, run_words.started_by(line.run)
    if run.is_live:
        is_waiting = run.state == RunState.WAITING
        problem, remedy = (run.problem, run.remedy) if is_waiting else ("", "")
        return RecordSync(run, at, by, problem, remedy, run.not_before if is_waiting else None)
    if line.subject == LogSubject.RECORD:
        return RecordSync(run, at, by, line.message, line.remedy)
    return RecordSync(run, at, by, *_failure(run, record_type), failed=True)


def _failure(run: SyncRun, record_type: RecordType) -> tuple[str, str]:
    if run.state == RunState.CANCELLED:
        return "The lookup was cancelled before it was answered.", ""
    step = SyncStep.get_or_none(SyncStep.run == run, SyncStep.record_type == record_type)
    if step is not None and step.state == StepState.FAILED:
        return step.problem or run.problem, step.remedy or run.remedy
    return run.problem, run.remedy
