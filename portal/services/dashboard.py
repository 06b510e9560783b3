"""What the Data Sync tab shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from portal import clock
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, RunState, StepState, SyncRun, SyncStep
from portal.services import progress
from portal.services.progress import Part
from portal.sync.record_types import RecordType, in_order

PREVIOUS_RUNS: Final = 8
# What the page shows of a step; a change in one of these is a change of the page.
COUNTERS: Final = ("fetched", "created", "updated", "unchanged", "left_out", "deleted", "failed")


@dataclass(frozen=True)
class StepLine:
    """A record type's part of the run. `counts` holds the counters by name; `live` what the copy holds now."""

    record_type: RecordType
    state: StepState
    expected: int | None
    counts: dict[str, int]
    percent: int | None
    seconds_left: float | None
    problem: str
    remedy: str


@dataclass(frozen=True)
class RunView:
    run: SyncRun
    state: RunState
    steps: list[StepLine]
    percent: int | None
    totals: dict[str, int]

    @property
    def seconds(self) -> float | None:
        return _seconds(self.run)

    @property
    def troubled(self) -> list[StepLine]:
        return [step for step in self.steps if step.problem]


@dataclass(frozen=True)
class PastRun:
    """A line of the table of previous runs."""

    run: SyncRun
    state: RunState
    written: int
    failed: int
    seconds: float | None


@dataclass(frozen=True)
class DataSync:
    """`current` is the live run or the last one; None before the first. `stamp` changes whenever the page does."""

    current: RunView | None
    previous: list[PastRun]
    copy: dict[RecordType, int]
    next_sync_at: datetime | None
    stamp: str

    @property
    def is_live(self) -> bool:
        return self.current is not None and self.current.run.is_live


def data_sync(integration: Integration) -> DataSync:
    runs = _runs(integration, PREVIOUS_RUNS + 1)
    steps = _steps(runs[:1])
    return DataSync(
        current=_view(runs[0], steps) if runs else None,
        previous=_past(runs[1:]),
        copy=_copy(integration),
        next_sync_at=integration.next_sync_at,
        stamp=_stamp(runs, steps),
    )


def stamp(integration: Integration) -> str:
    """Return the stamp alone: two small reads, so that an unchanged poll costs next to nothing."""
    runs = _runs(integration, 1)
    return _stamp(runs, _steps(runs))


def _runs(integration: Integration, most: int) -> list[SyncRun]:
    # Webhooks make a run for each record: those are told by the log, not here.
    wanted = (SyncRun.integration == integration) & (SyncRun.kind != RunKind.RECORD)
    return list(SyncRun.select().where(wanted).order_by(SyncRun.id.desc()).limit(most))


def _steps(runs: list[SyncRun]) -> list[SyncStep]:
    return list(SyncStep.select().where(SyncStep.run.in_(runs)).order_by(SyncStep.run, SyncStep.position))


def _view(run: SyncRun, steps: list[SyncStep]) -> RunView:
    now = clock.now()
    parts = [Part(StepState(step.state), step.expected, step.fetched) for step in steps]
    lines = [_line(step, part, now) for step, part in zip(steps, parts, strict=True)]
    totals = {name: sum(line.counts[name] for line in lines) for name in COUNTERS}
    return RunView(run, RunState(run.state), lines, progress.percent(parts), totals)


def _line(step: SyncStep, part: Part, now: datetime) -> StepLine:
    return StepLine(
        record_type=RecordType(step.record_type),
        state=part.state,
        expected=step.expected,
        counts={name: getattr(step, name) for name in COUNTERS},
        percent=None if part.share is None else int(100 * part.share),
        seconds_left=progress.seconds_left(part, step.started_at, now),
        problem=step.problem,
        remedy=step.remedy,
    )


def _past(runs: list[SyncRun]) -> list[PastRun]:
    written = fn.SUM(SyncStep.created + SyncStep.updated + SyncStep.deleted)
    query = SyncStep.select(SyncStep.run, written, fn.SUM(SyncStep.failed)).where(SyncStep.run.in_(runs))
    rows: Any = query.group_by(SyncStep.run).tuples()
    sums = {run_id: (changed, failed) for run_id, changed, failed in rows}
    return [_past_run(run, *sums.get(run.id, (0, 0))) for run in runs]


def _past_run(run: SyncRun, written: int, failed: int) -> PastRun:
    return PastRun(run, RunState(run.state), written, failed, _seconds(run))


def _copy(integration: Integration) -> dict[RecordType, int]:
    """Count the live records of each chosen type."""
    chosen = in_order(integration.record_types)
    mine = (Record.integration == integration) & (Record.state == RecordState.LIVE)
    # One range of the index for each type: quicker than a GROUP BY that visits the other states, too.
    return {one: Record.select().where(mine, Record.record_type == one).count() for one in chosen}


def _seconds(run: SyncRun) -> float | None:
    if run.started_at is None:
        return None
    took: timedelta = (run.finished_at or clock.now()) - run.started_at
    return took.total_seconds()


def _stamp(runs: list[SyncRun], steps: list[SyncStep]) -> str:
    seen = [(run.id, run.state, run.not_before, run.cancel_requested_at) for run in runs[:1]]
    counted = [(step.state, step.expected, *(getattr(step, name) for name in COUNTERS)) for step in steps]
    return hashlib.sha256(repr((seen, counted)).encode()).hexdigest()[:16]
