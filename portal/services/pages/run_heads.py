"""The head of a run's log, with its reconciliation: PSA count = stored + filtered out + failed, for each type."""

from __future__ import annotations

from dataclasses import dataclass

from portal.models.sync import RunState, StepMode, StepState, SyncRun, SyncStep
from portal.services.syncing import run_words, sync_runs
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class ReconciliationLine:
    """`expected` is the PSA's count, None if it gave none; `missing` is the part of it that is unaccounted for."""

    record_type: RecordType
    state: StepState
    mode: StepMode
    expected: int | None
    stored: int
    filtered_out: int
    failed: int
    problem: str
    remedy: str

    @property
    def is_unread(self) -> bool:
        """Return whether the type failed before anything was read: its numbers are unknown, not zero."""
        return self.state == StepState.FAILED and not (self.stored or self.filtered_out or self.failed)

    @property
    def missing(self) -> int:
        return 0 if self.expected is None else self.expected - self.stored - self.filtered_out - self.failed


@dataclass(frozen=True)
class RunHead:
    run: SyncRun
    state: RunState
    started_by: str
    reconciliation: list[ReconciliationLine]


def head(run: SyncRun) -> RunHead:
    """Return the head of a run's log."""
    lines = [_line(step) for step in sync_runs.steps_of(run)]
    return RunHead(run, RunState(run.state), run_words.started_by(run), lines)


def words(run: SyncRun) -> str:
    """Sum up the changes of a run that succeeded; empty for any other."""
    if run.state != RunState.SUCCEEDED:
        return ""
    steps = sync_runs.steps_of(run)
    totals = {name: sum(getattr(step, name) for step in steps) for name in ("created", "updated", "deleted")}
    chosen: list[str] = run.integration.record_types
    return run_words.result(run, totals, [RecordType(step.record_type) for step in steps], chosen)


def _line(step: SyncStep) -> ReconciliationLine:
    return ReconciliationLine(
        record_type=RecordType(step.record_type),
        state=StepState(step.state),
        mode=StepMode(step.mode),
        expected=step.expected,
        stored=step.created + step.updated + step.unchanged,
        filtered_out=step.filtered_out,
        failed=step.failed,
        problem=step.problem,
        remedy=step.remedy,
    )
