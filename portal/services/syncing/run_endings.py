"""Ending work on a run before its lists are complete: it waits, fails or is cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.db import db
from portal.errors import PsaRefusedCredentials, PsaUnavailable
from portal.models.sync import LogLevel, RunState, StepState, SyncRun, SyncStep
from portal.services.connecting import refused_credentials
from portal.sync import logbook
from portal.sync.lease import RunLease
from portal.sync.steps import close_open_steps

MOST_CRASHES: Final = 5
MOST_WAITS: Final = 100
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=5)
CANCELLED: Final = "Sync cancelled. Records synced before that are kept."


def wait_for_credentials(lease: RunLease, run_id: int, error: PsaRefusedCredentials) -> None:
    """Free the worker until the credentials are tried again. If the integration needs attention, fail the run."""
    run = SyncRun.get_by_id(run_id)
    if run.cancel_requested_at is not None:
        cancel(lease, run)
        return
    retry_at = refused_credentials.refused(run.integration, error, run)
    if retry_at is None:
        fail(lease, run, error.problem, error.remedy)
        return
    lease.release(state=RunState.WAITING, not_before=retry_at, problem=error.problem, remedy=error.remedy)


def wait(lease: RunLease, run_id: int, error: PsaUnavailable) -> None:
    """Free the worker until the PSA may answer again. After too many waits in a row, fail the run."""
    run = SyncRun.get_by_id(run_id)
    if run.cancel_requested_at is not None:
        cancel(lease, run)
        return
    if run.waits >= MOST_WAITS:
        fail(lease, run, error.problem, error.remedy)
        return
    not_before = clock.now() + _pause(run.waits, error.retry_after)
    lease.release(state=RunState.WAITING, not_before=not_before, waits=SyncRun.waits + 1)
    _explain_wait(run, error, not_before)


def _explain_wait(run: SyncRun, error: PsaUnavailable, not_before: datetime) -> None:
    """Say why a run waits, after it was released: on a full disk there may be no space for these words."""
    mine = (SyncRun.id == run.id) & (SyncRun.state == RunState.WAITING)
    resumes = f"Resumes automatically at {refused_credentials.clock_time(run.integration, not_before)}."
    with db.atomic():
        if SyncRun.update(problem=error.problem, remedy=error.remedy).where(mine).execute():
            message = f"{error.problem} {resumes}"
            logbook.note(run, message, level=LogLevel.WARNING, remedy=error.remedy)


def _pause(waits: int, retry_after: float | None) -> timedelta:
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    return min(FIRST_WAIT * (1 << min(waits, 8)), LONGEST_WAIT)


def fail(lease: RunLease, run: SyncRun, problem: str, remedy: str) -> None:
    now: datetime = clock.now()
    with db.atomic():
        close_open_steps(run, StepState.FAILED)
        logbook.note(run, problem, level=LogLevel.ERROR, remedy=remedy)
        lease.release(state=RunState.FAILED, finished_at=now, problem=problem, remedy=remedy)


def cancel(lease: RunLease, run: SyncRun) -> None:
    with db.atomic():
        close_open_steps(run, StepState.CANCELLED)
        logbook.note(run, CANCELLED)
        lease.release(state=RunState.CANCELLED, finished_at=clock.now())


def crash_report(run: SyncRun) -> tuple[str, str]:
    step = SyncStep.get_or_none(SyncStep.run == run, SyncStep.state == StepState.RUNNING)
    where = f"page {step.pages_done + 1} of {step.record_type}" if step else "the start of the run"
    return (
        f"The sync stopped unexpectedly {MOST_CRASHES} times at {where}.",
        "Send us this run's log so that we can investigate.",
    )
