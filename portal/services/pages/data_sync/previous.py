"""The table of previous runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from peewee import Case, fn

from portal.models.integrations import Integration
from portal.models.sync import RunState, StepState, SyncRun, SyncStep
from portal.services.pages.data_sync import runs
from portal.services.syncing import run_words

MOST: Final = 8


@dataclass(frozen=True)
class PastRun:
    """A row in the table of previous runs. `changed` counts records, `failed` those that could not be stored."""

    run: SyncRun
    state: RunState
    started_by: str
    changed: int
    failed: int
    failed_types: int
    seconds: float | None


def previous(integration: Integration) -> list[PastRun]:
    """Return the runs before the one that the tab shows, the newest first."""
    return _past(runs.newest(integration, MOST + 1)[1:])


def _past(some: list[SyncRun]) -> list[PastRun]:
    changed = fn.SUM(SyncStep.created + SyncStep.updated + SyncStep.deleted)
    types = fn.SUM(Case(None, [(SyncStep.state == StepState.FAILED, 1)], 0))
    query = SyncStep.select(SyncStep.run, changed, fn.SUM(SyncStep.failed), types).where(SyncStep.run.in_(some))
    rows: Any = query.group_by(SyncStep.run).tuples()
    sums = {run_id: found for run_id, *found in rows}
    return [_past_run(run, *sums.get(run.id, (0, 0, 0))) for run in some]


def _past_run(run: SyncRun, changed: int, failed: int, types: int) -> PastRun:
    started_by = run_words.started_by(run)
    return PastRun(run, RunState(run.state), started_by, changed + run.excluded, failed, types, runs.seconds(run))
