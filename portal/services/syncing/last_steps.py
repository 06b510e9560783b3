"""The result of the last sync of each record type, in whichever run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.models.integrations import Integration
from portal.models.sync import RunKind, StepState, SyncRun, SyncStep
from portal.sync.record_types import RecordType

# How many runs are looked through together, before each type alone.
NEWEST: Final = 5
# A cancelled step has no result.
TELLING: Final = (StepState.SUCCEEDED, StepState.INCOMPLETE, StepState.FAILED)
# Steps have many more columns, which take longer to read than all else here.
COLUMNS: Final = (
    *(SyncStep.record_type, SyncStep.state, SyncStep.finished_at),
    *(SyncStep.problem, SyncStep.remedy, SyncStep.is_refused),
    *(SyncRun.id, SyncRun.kind, SyncRun.created_at, SyncRun.finished_at, SyncRun.problem, SyncRun.remedy),
)


@dataclass(frozen=True)
class LastStep:
    """`problem` and `remedy` are empty if it succeeded. `is_refused`: the PSA doesn't let us read the type.
    `is_whole_run`: the run failed, not this type alone.
    """

    record_type: RecordType
    state: StepState
    at: datetime
    run_id: int
    run_kind: RunKind
    problem: str
    remedy: str
    is_refused: bool
    is_whole_run: bool


def of(integration: Integration, record_types: Iterable[RecordType]) -> dict[RecordType, LastStep]:
    """Return the last finished step of each type. Types that were never synced are missing."""
    types = tuple(record_types)
    found = _in_newest_runs(integration) if types else {}
    steps = {one: found.get(one) or _last(integration, one) for one in types}
    return {one: _result(step) for one, step in steps.items() if step is not None}


def _in_newest_runs(integration: Integration) -> dict[str, SyncStep]:
    """Return what the newest runs tell, nearly always of every type, in one query."""
    newest = SyncRun.select(SyncRun.id).where(SyncRun.of_lists(integration)).order_by(SyncRun.id.desc()).limit(NEWEST)
    query = SyncStep.select(*COLUMNS).join(SyncRun).where(SyncStep.state.in_(TELLING), SyncRun.id.in_(newest))
    return {step.record_type: step for step in query.order_by(SyncRun.id)}


def _last(integration: Integration, record_type: RecordType) -> SyncStep | None:
    # Newest runs first, each with at most one step of the type. The first finished one is the result.
    wanted = (SyncStep.record_type == record_type) & SyncStep.state.in_(TELLING)
    query = SyncStep.select(*COLUMNS).join(SyncRun).where(SyncRun.of_lists(integration), wanted)
    step: SyncStep | None = query.order_by(SyncRun.id.desc()).first()
    return step


def _result(step: SyncStep) -> LastStep:
    run = step.run
    at = step.finished_at or run.finished_at or run.created_at
    is_well = step.state == StepState.SUCCEEDED
    return LastStep(
        record_type=RecordType(step.record_type),
        state=StepState(step.state),
        at=at,
        run_id=run.id,
        run_kind=RunKind(run.kind),
        problem="" if is_well else step.problem or run.problem,
        remedy="" if is_well else step.remedy or run.remedy,
        is_refused=step.is_refused,
        is_whole_run=step.state == StepState.FAILED and not step.problem,
    )
